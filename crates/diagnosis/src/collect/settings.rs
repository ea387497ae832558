//! Limits that are configured: how long nginx, gunicorn and Celery wait, how much memory a unit has.

use crate::{
    question::Question,
    tree::{Found, Tree},
};
use serde::{Deserialize, Serialize};

const FILE_BYTES_MAX: u64 = 256 << 10;
const SETTINGS_MAX: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// nginx waits so long for an application's answer.
    ProxyReadTimeout,
    ProxyConnectTimeout,
    ClientMaxBodySize,
    /// gunicorn's workers may be silent so long.
    WorkerTimeout,
    MemoryMax,
    FilesMax,
    AddressSpaceMax,
    StopTimeout,
    TaskTimeLimit,
    TaskSoftTimeLimit,
    DjangoLogging,
    MailHost,
    MailTimeout,
}

/// A limit as it is configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    pub name: SettingName,
    /// As it is written.
    pub value: String,
    /// In seconds, where it is a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// `/etc/nginx/nginx.conf:12`.
    pub place: String,
}

impl Setting {
    fn new(name: SettingName, value: &str, place: String) -> Self {
        Self { name, value: value.to_owned(), seconds: seconds(value), place }
    }
}

/// One line that sets something: what stands before the value, and what it means.
struct Row {
    name: SettingName,
    keys: &'static [&'static str],
}

const NGINX: &[Row] = &[
    Row {
        name: SettingName::ProxyReadTimeout,
        keys: &["proxy_read_timeout", "uwsgi_read_timeout", "fastcgi_read_timeout"],
    },
    Row { name: SettingName::ProxyConnectTimeout, keys: &["proxy_connect_timeout"] },
    Row { name: SettingName::ClientMaxBodySize, keys: &["client_max_body_size"] },
];
const UNIT: &[Row] = &[
    Row { name: SettingName::MemoryMax, keys: &["MemoryMax", "MemoryLimit"] },
    Row { name: SettingName::FilesMax, keys: &["LimitNOFILE"] },
    Row { name: SettingName::AddressSpaceMax, keys: &["LimitAS"] },
    Row { name: SettingName::StopTimeout, keys: &["TimeoutStopSec"] },
];
const PYTHON: &[Row] = &[
    Row { name: SettingName::WorkerTimeout, keys: &["timeout"] },
    Row {
        name: SettingName::TaskTimeLimit,
        keys: &["task_time_limit", "CELERY_TASK_TIME_LIMIT", "CELERYD_TASK_TIME_LIMIT"],
    },
    Row {
        name: SettingName::TaskSoftTimeLimit,
        keys: &["task_soft_time_limit", "CELERY_TASK_SOFT_TIME_LIMIT", "CELERYD_TASK_SOFT_TIME_LIMIT"],
    },
    Row { name: SettingName::DjangoLogging, keys: &["LOGGING"] },
    Row { name: SettingName::MailHost, keys: &["EMAIL_HOST"] },
    Row { name: SettingName::MailTimeout, keys: &["EMAIL_TIMEOUT"] },
];

/// The limits that the tree's configuration sets, in the order of its files.
pub(super) fn find(tree: &Tree, question: &Question) -> Vec<Setting> {
    let mut found = Vec::new();
    let etc = |folder: &str, end: &str| {
        tree.files(folder, |inside| inside.ends_with(end) || folder.ends_with("sites-enabled"))
    };
    for file in etc("/etc/nginx", ".conf").into_iter().chain(etc("/etc/nginx/sites-enabled", "")) {
        found.extend(each_line(tree, &file, nginx));
    }
    for file in etc("/etc/systemd/system", ".service").into_iter().chain(etc("/etc/systemd/system", ".conf")) {
        found.extend(each_line(tree, &file, unit));
    }
    for file in python_files(tree, question) {
        let is_gunicorn = file.inside.contains("gunicorn");
        found.extend(each_line(tree, &file, |line| python(line, is_gunicorn)));
    }
    found.dedup();
    found.truncate(SETTINGS_MAX);
    found
}

fn python_files(tree: &Tree, question: &Question) -> Vec<Found> {
    const NAMES: [&str; 7] = [
        "gunicorn.conf.py",
        "gunicorn_config.py",
        "gunicorn_conf.py",
        "gunicorn.py",
        "settings.py",
        "celeryconfig.py",
        "celery.py",
    ];
    let is_one = |inside: &str| {
        NAMES.contains(&inside.rsplit('/').next().unwrap_or_default()) || inside.ends_with("/settings/production.py")
    };
    let folders = ["/etc", "/srv", "/opt", "/var/www", "/home", "/app"].into_iter().chain(question.app_root.as_deref());
    let mut files: Vec<Found> = folders.flat_map(|folder| tree.files(folder, is_one)).collect();
    files.dedup_by(|one, other| one.real == other.real);
    files
}

fn each_line(tree: &Tree, file: &Found, read: impl Fn(&str) -> Vec<(SettingName, String)>) -> Vec<Setting> {
    let text = tree.text(&file.inside, FILE_BYTES_MAX).unwrap_or_default();
    let lines = text.lines().enumerate();
    let found = lines.flat_map(|(number, line)| {
        let place = format!("{}:{}", file.inside, number + 1);
        read(line.trim()).into_iter().map(move |(name, value)| Setting::new(name, &value, place.clone()))
    });
    found.collect()
}

fn nginx(line: &str) -> Vec<(SettingName, String)> {
    let mut words = line.split_whitespace();
    let (key, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    named(NGINX, key, value.trim_end_matches(';')).into_iter().collect()
}

/// A line of a unit; of its command the options of gunicorn and Celery.
fn unit(line: &str) -> Vec<(SettingName, String)> {
    let Some((key, value)) = line.split_once('=') else { return options(line) };
    match key {
        "ExecStart" | "Environment" => options(value),
        key => named(UNIT, key, value).into_iter().chain(options(line)).collect(),
    }
}

fn options(command: &str) -> Vec<(SettingName, String)> {
    let words: Vec<&str> = command.split([' ', '"', '\'']).filter(|word| !word.is_empty()).collect();
    let is_gunicorn =
        command.contains("gunicorn") || command.contains("GUNICORN_CMD_ARGS") || command.contains("--timeout");
    let is_celery =
        command.contains("celery") || command.contains("--time-limit") || command.contains("--soft-time-limit");
    let value = |at: usize, name: &str| match words[at].strip_prefix(name) {
        Some("") => words.get(at + 1).map(|value| (*value).to_owned()),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    };
    let mut found = Vec::new();
    for at in 0..words.len() {
        let timeout = value(at, "--timeout").or_else(|| value(at, "-t")).filter(|_| is_gunicorn);
        let hard = value(at, "--time-limit").filter(|_| is_celery);
        let soft = value(at, "--soft-time-limit").filter(|_| is_celery);
        found.extend(timeout.map(|value| (SettingName::WorkerTimeout, value)));
        found.extend(hard.map(|value| (SettingName::TaskTimeLimit, value)));
        found.extend(soft.map(|value| (SettingName::TaskSoftTimeLimit, value)));
    }
    found
}

fn python(line: &str, is_gunicorn: bool) -> Vec<(SettingName, String)> {
    let Some((key, value)) = line.split_once('=') else { return Vec::new() };
    let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    let key = key.trim().rsplit('.').next().unwrap_or_default();
    let found = named(PYTHON, key, value);
    found.filter(|(name, _)| *name != SettingName::WorkerTimeout || is_gunicorn).into_iter().collect()
}

fn named(rows: &[Row], key: &str, value: &str) -> Option<(SettingName, String)> {
    let row = rows.iter().find(|row| row.keys.contains(&key))?;
    (!value.is_empty()).then(|| (row.name, scrub::scrub(value).into_owned()))
}

/// `60s`, `2m`, `1m 30s`, `120`.
fn seconds(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let number: f64 = value[..end].parse().ok()?;
    Some(match &value[end..] {
        "" | "s" | "sec" => number,
        "ms" => number / 1000.0,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_where_they_are_configured() {
        let of = |found: Vec<(SettingName, String)>| {
            found.into_iter().map(|(name, value)| (name, value, ())).map(|(n, v, ())| (n, v)).collect::<Vec<_>>()
        };
        assert_eq!(of(nginx("proxy_read_timeout 60s;")), [(SettingName::ProxyReadTimeout, "60s".to_owned())]);
        assert_eq!(
            of(unit("ExecStart=/srv/venv/bin/gunicorn -w 3 --timeout 120 app.wsgi")),
            [(SettingName::WorkerTimeout, "120".to_owned())]
        );
        assert_eq!(of(unit("MemoryMax=300M")), [(SettingName::MemoryMax, "300M".to_owned())]);
        assert_eq!(of(python("timeout = 30  # seconds", true)), [(SettingName::WorkerTimeout, "30".to_owned())]);
        assert_eq!(of(python("timeout = 30", false)), []);
        assert_eq!(
            of(python("app.conf.task_time_limit = 300", false)),
            [(SettingName::TaskTimeLimit, "300".to_owned())]
        );
        assert_eq!((seconds("2m"), seconds("60s"), seconds("300M")), (Some(120.0), Some(60.0), None));
    }
}
