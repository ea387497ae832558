//! What `vigie config check` shows.

use super::{Config, Setting, shown_url};
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
    put("proxies", config.proxies.value.join(", "), &config.proxies.from);
    let database =
        config.database.value.as_ref().map_or_else(|| config.database_file().display().to_string(), shown_url);
    put("database", database, &config.database.from);
    put("secret-key-file", config.secret_key_file.value.display().to_string(), &config.secret_key_file.from);
    put("time-zone", config.zone.value.iana_name().unwrap_or("UTC").to_owned(), &config.zone.from);
    put("jobs-max", config.jobs_max.value.to_string(), &config.jobs_max.from);
    for file in &config.logs.value.all_files() {
        let loggers = if file.loggers.is_empty() { "everything".to_owned() } else { file.loggers.join(", ") };
        let value = format!("{loggers} from {} on, {} × {}", file.level, file.max_size, file.keep);
        put(&format!("logs.{}", file.path.display()), value, &config.logs.from);
    }
    let store = &config.log_store;
    let key = |name: &str| config.log_store_keys.get(name).unwrap_or(&super::Source::Default);
    let bound = |number: u64, unit: &str| if number == 0 { "no bound".to_owned() } else { format!("{number} {unit}") };
    put("log-store.keep-days", bound(store.value.keep_days.into(), "days"), key("keep-days"));
    put("log-store.keep-megabytes", bound(store.value.keep_megabytes, "MB"), key("keep-megabytes"));
    let own = if store.value.own_logs { "run logs and what Vigie traces" } else { "not kept" };
    put("log-store.own-logs", own.to_owned(), key("own-logs"));
    let names = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let folders = store.value.folders.iter().map(|folder| folder.display().to_string()).collect();
    put("log-store.folders", names(folders), key("folders"));
    put("log-store.watched", names(store.value.watched.clone()), key("watched"));
    put("log-store.memory-megabytes", format!("{} MB", store.value.memory_megabytes), key("memory-megabytes"));
    if config.collect.is_empty() {
        put("collect", "nothing".to_owned(), &super::Source::Default);
    }
    for (number, table) in config.collect.iter().enumerate() {
        let value = match &table.value {
            Collect::Files(patterns, labels) if labels.is_empty() => format!("files {}", patterns.join(", ")),
            Collect::Files(patterns, labels) => format!("files {} with {labels}", patterns.join(", ")),
            Collect::Syslog(address) => format!("syslog {address}"),
            Collect::Journald => "journald".to_owned(),
            Collect::Nothing => "nothing".to_owned(),
        };
        put(&format!("collect.{}", number + 1), value, &table.from);
    }
    let file = config.file.as_ref().map_or(String::new(), |file| file.display().to_string());
    for (name, value) in &config.send {
        lines.push((format!("send.{name}"), value.to_string(), file.clone()));
    }
    lines
}

/// The same for programs.
pub(crate) fn to_json(config: &Config) -> Value {
    let entry = |(name, value, from)| (name, json!({"value": value, "from": from}));
    Value::Object(lines(config).into_iter().map(entry).collect::<Map<_, _>>())
}

fn absolute(data: &Setting<std::path::PathBuf>) -> String {
    std::path::absolute(&data.value).unwrap_or_else(|_| data.value.clone()).display().to_string()
}
