//! What `vigie config check` shows.

use super::{Config, Setting, shown_url};
use crate::words::t;
use logs::collect::Collect;
use serde_json::{Map, Value, json};

/// (name, value, where it came from) of every setting, secrets left out.
pub(crate) fn lines(config: &Config) -> Vec<(String, String, String)> {
    let mut lines = Vec::new();
    let mut put =
        |name: &str, value: String, from: &super::Source| lines.push((name.to_owned(), value, from.to_string()));
    put("data", absolute(&config.data), &config.data.from);
    put("listen", config.listen.value.to_string(), &config.listen.from);
    put("hosts", config.hosts.value.join(", "), &config.hosts.from);
    put("base-path", config.base_path.value.to_string(), &config.base_path.from);
    if let Some(table) = &config.proxy_login {
        put("proxy-login", table.value.shown(), &table.from);
    }
    if let Some(table) = &config.socket {
        put("socket", table.value.path.display().to_string(), &table.from);
    }
    put("proxies", config.proxies.value.join(", "), &config.proxies.from);
    put("alert-networks", config.alert_networks.value.join(", "), &config.alert_networks.from);
    let database =
        config.database.value.as_ref().map_or_else(|| config.database_file().display().to_string(), shown_url);
    put("database", database, &config.database.from);
    put("secret-key-file", config.secret_key_file.value.display().to_string(), &config.secret_key_file.from);
    put("time-zone", config.zone.value.iana_name().unwrap_or("UTC").to_owned(), &config.zone.from);
    put("jobs-max", config.jobs_max.value.to_string(), &config.jobs_max.from);
    let days = config.jobs_keep_days.value.map_or_else(|| t!("no-bound"), |days| format!("{days} {}", t!("unit-days")));
    put("jobs-keep-days", days, &config.jobs_keep_days.from);
    for file in &config.logs.value.all_files() {
        let loggers = if file.loggers.is_empty() { t!("everything") } else { file.loggers.join(", ") };
        let value = t!("loggers-from", loggers, level = file.level, size = file.max_size, keep = file.keep);
        put(&format!("logs.{}", file.path.display()), value, &config.logs.from);
    }
    log_store(config, &mut put);
    if config.collect.is_empty() {
        put("collect", t!("nothing"), &super::Source::Default);
    }
    for (number, table) in config.collect.iter().enumerate() {
        let value = match &table.value {
            Collect::Files(patterns, labels) if labels.is_empty() => t!("collect-files", files = patterns.join(", ")),
            Collect::Files(patterns, labels) => t!("collect-files-with", files = patterns.join(", "), labels),
            Collect::Syslog(address) => format!("syslog {address}"),
            Collect::Journald => "journald".to_owned(),
            Collect::Nothing => t!("nothing"),
        };
        put(&format!("collect.{}", number + 1), value, &table.from);
    }
    if let Some(set) = &config.backup {
        let value = t!(
            "backup-setting",
            folder = set.value.folder.display(),
            at = set.value.at.strftime("%H:%M"),
            keep = set.value.keep
        );
        put("backup", value, &set.from);
    }
    if let Some(set) = &config.heartbeat {
        put("heartbeat", t!("heartbeat-setting", host = set.value.host()), &set.from);
    }
    for broker in &config.celery {
        put(&format!("celery.{}", broker.value.name), broker.value.shown_url(), &broker.from);
    }
    if let Some(table) = &config.submission {
        put("submission.listen", table.value.listen.to_string(), &table.from);
        let account = table.value.account.clone().unwrap_or_else(|| t!("submission-only-account"));
        put("submission.account", account, &table.from);
    }
    let file = config.file.as_ref().map_or(String::new(), |file| file.display().to_string());
    for (name, value) in &config.send {
        lines.push((format!("send.{name}"), without_password(&value.to_string()), file.clone()));
    }
    lines
}

/// An address as it may be shown: the password in `smtp://user:password@host` is nobody's to read, however wrong the rest is.
fn without_password(text: &str) -> String {
    let hidden = || {
        let begin = text.find("://")? + 3;
        let end = begin + text[begin..].rfind('@')?;
        let colon = begin + text[begin..end].find(':')?;
        Some(format!("{}***{}", &text[..=colon], &text[end..]))
    };
    hidden().unwrap_or_else(|| text.to_owned())
}

/// What is kept of logs, and for how long.
fn log_store(config: &Config, put: &mut dyn FnMut(&str, String, &super::Source)) {
    let store = &config.log_store;
    let key = |name: &str| config.log_store_keys.get(name).unwrap_or(&super::Source::Default);
    let bound = |number: u64, unit: &str| if number == 0 { t!("no-bound") } else { format!("{number} {unit}") };
    put("log-store.keep-days", bound(store.value.keep_days.into(), &t!("unit-days")), key("keep-days"));
    put("log-store.keep-megabytes", bound(store.value.keep_megabytes, &t!("unit-megabytes")), key("keep-megabytes"));
    let own = if store.value.own_logs { t!("own-logs") } else { t!("not-kept") };
    put("log-store.own-logs", own, key("own-logs"));
    let names = |names: Vec<String>| if names.is_empty() { t!("none") } else { names.join(", ") };
    let folders = store.value.folders.iter().map(|folder| folder.display().to_string()).collect();
    put("log-store.folders", names(folders), key("folders"));
    put("log-store.watched", names(store.value.watched.clone()), key("watched"));
    let formats = store.value.formats.iter().map(|format| format.name.clone()).collect();
    put("log-store.formats", names(formats), key("formats"));
    put(
        "log-store.memory-megabytes",
        format!("{} {}", store.value.memory_megabytes, t!("unit-megabytes")),
        key("memory-megabytes"),
    );
}

/// The same for programs.
pub(crate) fn to_json(config: &Config) -> Value {
    let entry = |(name, value, from)| (name, json!({"value": value, "from": from}));
    Value::Object(lines(config).into_iter().map(entry).collect::<Map<_, _>>())
}

fn absolute(data: &Setting<std::path::PathBuf>) -> String {
    std::path::absolute(&data.value).unwrap_or_else(|_| data.value.clone()).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        for (given, shown) in [
            (r#""smtp://u:S3CRET@mail.example.org:587""#, r#""smtp://u:***@mail.example.org:587""#),
            (r#""smtp://u:S3@CRET@h:bad""#, r#""smtp://u:***@h:bad""#),
            (r#""smtp://u@mail.example.org""#, r#""smtp://u@mail.example.org""#),
            (r#""a@example.org""#, r#""a@example.org""#),
        ] {
            assert_eq!(without_password(given), shown);
        }
    }
}
