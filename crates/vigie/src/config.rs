//! Settings: `vigie.toml`, over it `VIGIE_*` variables, over them options. Each keeps where it came from, so that
//! what is wrong can be named where it stands, and `vigie config check` can show it.

mod backup;
mod check;
mod formats;
mod heartbeat;
mod proxy_login;
#[cfg(test)]
mod tests;

pub(crate) use backup::BackupSettings;
pub(crate) use check::{lines, to_json};
pub(crate) use formats::keep_format;
pub(crate) use heartbeat::HeartbeatSettings;
pub(crate) use proxy_login::SocketSettings;

use crate::{
    cli::Global,
    failure::Failure,
    words::{self, Cause as _, t},
};
use alerting::Reach;
use jiff::tz::TimeZone;
use logs::collect::Collect;
use mail::{problem::nearest, spec::MailingFile};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    net::SocketAddr,
    num::{NonZeroU16, NonZeroU32},
    path::{Path, PathBuf},
};
use toml::Spanned;

/// Bytes of a settings file.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// The settings file that is read when none is named.
const FILE: &str = "vigie.toml";

/// Every setting, checked.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The settings file, where there is one.
    pub(crate) file: Option<PathBuf>,
    pub(crate) data: Setting<PathBuf>,
    pub(crate) listen: Setting<SocketAddr>,
    /// Names under which browsers may reach this, besides this machine's.
    pub(crate) hosts: Setting<Vec<String>>,
    /// A proxy that says who is logged in: the table `[proxy-login]`.
    pub(crate) proxy_login: Option<Setting<web::ProxyLogin>>,
    /// A second socket, for proxies and applications of this machine: the table `[socket]`.
    pub(crate) socket: Option<Setting<SocketSettings>>,
    /// The sub-path under which a proxy leads here.
    pub(crate) base_path: Setting<web::BasePath>,
    pub(crate) proxies: Setting<Vec<String>>,
    /// Networks that alert channels may reach besides the Internet.
    pub(crate) alert_networks: Setting<Vec<String>>,
    /// PostgreSQL's URL; `None` is SQLite in the data directory.
    pub(crate) database: Setting<Option<SecretString>>,
    pub(crate) secret_key_file: Setting<PathBuf>,
    pub(crate) zone: Setting<TimeZone>,
    /// Jobs that run at the same time.
    pub(crate) jobs_max: Setting<u16>,
    /// After how many days a finished job goes, with its items and traces; `None`: never.
    pub(crate) jobs_keep_days: Setting<Option<u32>>,
    pub(crate) logs: Setting<logfiles::Config>,
    /// What is kept of the logs that are collected.
    pub(crate) log_store: Setting<logs::Config>,
    /// Where each key of its table stands; those that are not here are defaults.
    pub(crate) log_store_keys: BTreeMap<String, Source>,
    /// Where logs are brought in from: the tables `[[collect]]`.
    pub(crate) collect: Vec<Setting<Collect>>,
    /// Where backups go every day: the table `[backup]`.
    pub(crate) backup: Option<Setting<BackupSettings>>,
    /// Whom Vigie tells each minute that it works: the table `[heartbeat]`.
    pub(crate) heartbeat: Option<Setting<HeartbeatSettings>>,
    /// Celery's brokers that are listened to: the tables `[celery.NAME]`.
    pub(crate) celery: Vec<Setting<celery::Broker>>,
    /// The port that programs hand their mail to: the table `[submission]`.
    pub(crate) submission: Option<Setting<Submission>>,
    /// Under what `vigie send` is told: the table `[send]`.
    pub(crate) send: toml::Table,
    /// Pairs of DHIS2 instances, which `vigie sync add` takes.
    pub(crate) sync: BTreeMap<String, dhis2::Settings>,
    pub(crate) json: bool,
}

/// The table `[submission]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Submission {
    pub(crate) listen: SocketAddr,
    /// The sending account of programs that log in as none.
    #[serde(default)]
    pub(crate) account: Option<String>,
    #[serde(default)]
    pub(crate) max_megabytes: Option<NonZeroU16>,
    /// A job of messages ends when none has come for so long.
    #[serde(default)]
    pub(crate) quiet_seconds: Option<NonZeroU32>,
    /// The content of a message that was sent is let go of after so many days.
    #[serde(default)]
    pub(crate) keep_days: Option<NonZeroU16>,
}

/// A value and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) from: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Default,
    File { name: String, line: usize },
    Variable(&'static str),
    Option(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str(&t!("source-default")),
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Option(name) => write!(f, "--{name}"),
        }
    }
}

/// `vigie.toml` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    data: Option<Spanned<String>>,
    listen: Option<Spanned<String>>,
    hosts: Option<Spanned<Vec<String>>>,
    base_path: Option<Spanned<String>>,
    proxy_login: Option<Spanned<web::ProxyLoginEntry>>,
    socket: Option<Spanned<SocketSettings>>,
    proxies: Option<Spanned<Vec<String>>>,
    alert_networks: Option<Spanned<Vec<String>>>,
    database: Option<Spanned<String>>,
    secret_key_file: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
    jobs_max: Option<Spanned<i64>>,
    jobs_keep_days: Option<Spanned<i64>>,
    logs: Option<Spanned<logfiles::Config>>,
    log_store: Option<Spanned<logs::Config>>,
    collect: Vec<Spanned<logs::collect::SourceEntry>>,
    backup: Option<Spanned<BackupSettings>>,
    heartbeat: Option<Spanned<HeartbeatSettings>>,
    celery: BTreeMap<String, Spanned<celery::BrokerEntry>>,
    submission: Option<Spanned<Submission>>,
    /// Read for what is wrong with it; the values are taken from the table as it is.
    send: Option<MailingFile>,
    /// By the name of each configuration.
    sync: BTreeMap<String, dhis2::Settings>,
}

/// The keys of a table as they are written.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Keys {
    log_store: HashMap<Spanned<String>, toml::Value>,
}

/// The variables that are read, and the options that go over them.
const VARIABLES: &[&str] = &[
    "VIGIE_CONFIG",
    "VIGIE_DATA",
    "VIGIE_LISTEN",
    "VIGIE_HOSTS",
    "VIGIE_BASE_PATH",
    "VIGIE_PROXIES",
    "VIGIE_ALERT_NETWORKS",
    "VIGIE_DATABASE",
    "VIGIE_SECRET_KEY_FILE",
    "VIGIE_TIME_ZONE",
    "VIGIE_JOBS_MAX",
    "VIGIE_LANG",
    "VIGIE_SMTP_PASSWORD",
    "VIGIE_SMTP_PASSWORD_FILE",
    "VIGIE_SYNC_SOURCE_SECRET",
    "VIGIE_SYNC_TARGET_SECRET",
    // Those of `vigie.py`, which may run beside it.
    "VIGIE_URL",
    "VIGIE_TOKEN",
    "VIGIE_SPOOL",
    "VIGIE_PING_KEY",
];

pub(crate) type Variables = BTreeMap<String, String>;

/// The variables of this process that begin with `VIGIE_`; empty ones count as absent.
pub(crate) fn variables() -> Variables {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os()
        .filter_map(text)
        .filter(|(name, value)| name.starts_with("VIGIE_") && !value.is_empty())
        .collect()
}

impl Config {
    /// Reads and checks every setting; everything that is wrong at once.
    pub(crate) fn load(options: &Global, listen: Option<SocketAddr>, variables: &Variables) -> Result<Self, Failure> {
        let named = options.config.clone().or_else(|| variables.get("VIGIE_CONFIG").map(PathBuf::from));
        let file = match named {
            Some(file) => Some((read(&file)?, file)),
            None if Path::new(FILE).exists() => Some((read(Path::new(FILE))?, PathBuf::from(FILE))),
            None => None,
        };
        let file = file.as_ref().map(|(text, path)| (path.as_path(), text.as_str()));
        Self::from_parts(file, options, listen, variables)
    }

    /// Where settings are kept that are added.
    pub(crate) fn settings_file(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| FILE.into())
    }

    fn from_parts(
        file: Option<(&Path, &str)>,
        options: &Global,
        listen: Option<SocketAddr>,
        variables: &Variables,
    ) -> Result<Self, Failure> {
        let name = file.map_or(String::new(), |(path, _)| path.display().to_string());
        let text = file.map_or("", |(_, text)| text);
        let raw: Raw = toml::from_str(text).map_err(|error| wrong_file(&name, text, &error))?;
        let mut reader = Reader { name, text, variables, wrong: Vec::new() };
        let path = |option: &Option<PathBuf>| option.as_ref().map(|path| path.display().to_string());
        let data = reader.pick(path(&options.data), "data", "VIGIE_DATA", raw.data.as_ref());
        let data = data.map_or_else(|| default("vigie-data".into()), |data| data.map(PathBuf::from));
        let listen = reader.listen(listen, raw.listen.as_ref());
        let hosts = reader.list("VIGIE_HOSTS", raw.hosts.as_ref());
        let proxy_login = reader.proxy_login(raw.proxy_login.as_ref());
        let socket =
            raw.socket.as_ref().map(|raw| Setting { value: raw.get_ref().clone(), from: reader.at(raw.span().start) });
        let base_path = reader.base_path(raw.base_path.as_ref());
        let proxies = reader.proxies(raw.proxies.as_ref());
        let alert_networks = reader.alert_networks(raw.alert_networks.as_ref());
        let database = reader.pick(options.database.clone(), "database", "VIGIE_DATABASE", raw.database.as_ref());
        let database = reader.database(database);
        let key = reader.pick(None, "", "VIGIE_SECRET_KEY_FILE", raw.secret_key_file.as_ref());
        let secret_key_file = key.map_or_else(|| default(data.value.join("secret.key")), |key| key.map(PathBuf::from));
        let zone = reader.pick(None, "", "VIGIE_TIME_ZONE", raw.time_zone.as_ref());
        let zone = reader.zone(zone);
        let jobs_max = reader.jobs_max(raw.jobs_max.as_ref());
        let jobs_keep_days = reader.jobs_keep_days(raw.jobs_keep_days.as_ref());
        let logs = match &raw.logs {
            Some(logs) => Setting { value: logs.get_ref().clone(), from: reader.at(logs.span().start) },
            None => default(logfiles::Config::default()),
        };
        let log_store = reader.log_store(raw.log_store.as_ref());
        let log_store_keys = reader.log_store_keys();
        let collect = reader.collect(&raw.collect);
        let backup =
            raw.backup.as_ref().map(|raw| Setting { value: raw.get_ref().clone(), from: reader.at(raw.span().start) });
        let heartbeat = reader.heartbeat(raw.heartbeat.as_ref());
        let celery = reader.celery(&raw.celery);
        let submission = raw
            .submission
            .as_ref()
            .map(|table| Setting { value: table.get_ref().clone(), from: reader.at(table.span().start) });
        if !reader.wrong.is_empty() {
            return Err(Failure::refused_for(reader.wrong));
        }
        let send = if raw.send.is_some() { table(text, "send") } else { toml::Table::new() };
        let file = file.map(|(path, _)| path.to_owned());
        Ok(Self {
            file,
            data,
            listen,
            hosts,
            base_path,
            proxy_login,
            socket,
            proxies,
            alert_networks,
            database,
            secret_key_file,
            zone,
            jobs_max,
            jobs_keep_days,
            logs,
            log_store,
            log_store_keys,
            collect,
            backup,
            heartbeat,
            celery,
            submission,
            send,
            sync: raw.sync,
            json: options.json,
        })
    }

    pub(crate) fn log_dir(&self) -> PathBuf {
        self.data.value.join("logs")
    }

    /// What is traced, for the log store. Not among the log files: those are for people.
    pub(crate) fn journal_file(&self) -> PathBuf {
        self.absolute_data().join("telemetry").join("own").join("vigie.jsonl")
    }

    /// Where what is traced is written, if it is collected.
    pub(crate) fn collected_journal(&self) -> Option<PathBuf> {
        self.log_store.value.own_logs.then(|| self.journal_file())
    }

    pub(crate) fn absolute_data(&self) -> PathBuf {
        let data = &self.data.value;
        std::path::absolute(data).unwrap_or_else(|_| data.clone())
    }

    /// Where people reach this, for links in messages: by the first of the names that it is known under, or its address.
    pub(crate) fn origin(&self) -> String {
        match self.hosts.value.first() {
            Some(host) => format!("https://{host}{}", self.base_path.value),
            None => format!("http://{}{}", self.listen.value, self.base_path.value),
        }
    }

    pub(crate) fn database_file(&self) -> PathBuf {
        self.data.value.join("vigie.db")
    }
}

/// Variables that look like settings and are none, each with what was probably meant.
pub(crate) fn unknown_variables(variables: &Variables) -> Vec<String> {
    let unknown = variables.keys().filter(|name| !VARIABLES.contains(&name.as_str()));
    unknown
        .map(|name| match nearest(name, VARIABLES.iter().copied()) {
            Some(meant) => t!("no-setting-meant", name, meant),
            None => t!("no-setting", name),
        })
        .collect()
}

impl<T> Setting<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), from: self.from }
    }
}

fn default<T>(value: T) -> Setting<T> {
    Setting { value, from: Source::Default }
}

fn read(path: &Path) -> Result<String, Failure> {
    let name = path.display();
    let unread = |error: std::io::Error| {
        Failure::refused(t!("at-place", place = name, error = error.say())).help(t!("check-config-path"))
    };
    let size = std::fs::metadata(path).map_err(&unread)?.len();
    if size > FILE_BYTES_MAX {
        return Err(Failure::refused(t!("settings-too-long", name; n = FILE_BYTES_MAX)));
    }
    std::fs::read_to_string(path).map_err(unread)
}

fn wrong_file(name: &str, text: &str, error: &toml::de::Error) -> Failure {
    let what = words::of_toml(error.message());
    let place = error.span().map_or(String::new(), |span| format!(":{}", line_of(text, span.start)));
    Failure::refused(t!("at-place", place = format!("{name}{place}"), error = what)).help(t!("settings-example"))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn table(text: &str, name: &str) -> toml::Table {
    let table = text.parse::<toml::Table>().ok().and_then(|mut table| table.remove(name));
    table.and_then(|value| value.try_into().ok()).unwrap_or_default()
}

/// Takes each setting from where it counts, and collects what is wrong.
struct Reader<'a> {
    name: String,
    text: &'a str,
    variables: &'a Variables,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn at(&self, offset: usize) -> Source {
        Source::File { name: self.name.clone(), line: line_of(self.text, offset) }
    }

    fn pick(
        &self,
        option: Option<String>,
        option_name: &'static str,
        variable: &'static str,
        raw: Option<&Spanned<String>>,
    ) -> Option<Setting<String>> {
        let option = option.map(|value| Setting { value, from: Source::Option(option_name) });
        let variable = || {
            self.variables.get(variable).map(|value| Setting { value: value.clone(), from: Source::Variable(variable) })
        };
        let raw = || raw.map(|raw| Setting { value: raw.get_ref().clone(), from: self.at(raw.span().start) });
        option.or_else(variable).or_else(raw)
    }

    fn listen(&mut self, option: Option<SocketAddr>, raw: Option<&Spanned<String>>) -> Setting<SocketAddr> {
        if let Some(value) = option {
            return Setting { value, from: Source::Option("listen") };
        }
        let fallback = SocketAddr::from(([127, 0, 0, 1], 8787));
        let Some(Setting { value, from }) = self.pick(None, "", "VIGIE_LISTEN", raw) else { return default(fallback) };
        match value.parse() {
            Ok(value) => Setting { value, from },
            Err(_) => {
                self.wrong.push(t!("setting-listen", from, value));
                default(fallback)
            }
        }
    }

    fn list(&self, variable: &'static str, raw: Option<&Spanned<Vec<String>>>) -> Setting<Vec<String>> {
        if let Some(value) = self.variables.get(variable) {
            let names = value.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
            return Setting { value: names.collect(), from: Source::Variable(variable) };
        }
        raw.map_or_else(
            || default(Vec::new()),
            |raw| Setting { value: raw.get_ref().clone(), from: self.at(raw.span().start) },
        )
    }

    fn base_path(&mut self, raw: Option<&Spanned<String>>) -> Setting<web::BasePath> {
        let none = || default(web::BasePath::default());
        let Some(Setting { value, from }) = self.pick(None, "", "VIGIE_BASE_PATH", raw) else { return none() };
        let Some(value) = web::BasePath::parse(&value) else {
            self.wrong.push(t!("setting-base-path", from, value));
            return none();
        };
        Setting { value, from }
    }

    fn proxy_login(&mut self, raw: Option<&Spanned<web::ProxyLoginEntry>>) -> Option<Setting<web::ProxyLogin>> {
        let raw = raw?;
        let from = self.at(raw.span().start);
        match raw.get_ref().check() {
            Ok(value) => Some(Setting { value, from }),
            Err(fault) => {
                self.wrong.push(proxy_login::said(from, fault));
                None
            }
        }
    }

    fn proxies(&mut self, raw: Option<&Spanned<Vec<String>>>) -> Setting<Vec<String>> {
        let Setting { value, from } = self.list("VIGIE_PROXIES", raw);
        if let Err(wrong) = web::Proxies::parse(&value) {
            self.wrong.push(t!("setting-proxies", from, wrong));
        }
        Setting { value, from }
    }

    fn alert_networks(&mut self, raw: Option<&Spanned<Vec<String>>>) -> Setting<Vec<String>> {
        let Setting { value, from } = self.list("VIGIE_ALERT_NETWORKS", raw);
        if let Err(wrong) = Reach::public_and(&value) {
            self.wrong.push(t!("setting-networks", from, wrong));
        }
        Setting { value, from }
    }

    fn heartbeat(&mut self, raw: Option<&Spanned<HeartbeatSettings>>) -> Option<Setting<HeartbeatSettings>> {
        let raw = raw?;
        let (value, from) = (raw.get_ref().clone(), self.at(raw.span().start));
        if value.url().is_none() {
            self.wrong.push(t!("setting-heartbeat", from));
        }
        Some(Setting { value, from })
    }

    fn database(&mut self, url: Option<Setting<String>>) -> Setting<Option<SecretString>> {
        let Some(Setting { value, from }) = url else { return default(None) };
        if value.starts_with("postgres://") || value.starts_with("postgresql://") {
            return Setting { value: Some(value.into()), from };
        }
        // What follows a colon may be a password.
        let scheme = value.split(':').next().unwrap_or_default();
        self.wrong.push(t!("setting-database", from, scheme));
        default(None)
    }

    fn zone(&mut self, name: Option<Setting<String>>) -> Setting<TimeZone> {
        let Some(Setting { value, from }) = name else { return default(TimeZone::system()) };
        match TimeZone::get(&value) {
            Ok(zone) => Setting { value: zone, from },
            Err(_) => {
                self.wrong.push(t!("setting-zone", from, value));
                default(TimeZone::UTC)
            }
        }
    }

    fn log_store(&mut self, raw: Option<&Spanned<logs::Config>>) -> Setting<logs::Config> {
        let Some(raw) = raw else { return default(logs::Config::default()) };
        let from = self.at(raw.span().start);
        if let Err(error) = raw.get_ref().check() {
            self.wrong.push(t!("at-place", place = from, error = error.say()));
        }
        Setting { value: raw.get_ref().clone(), from }
    }

    fn log_store_keys(&self) -> BTreeMap<String, Source> {
        let Keys { log_store } = toml::from_str(self.text).unwrap_or_default();
        log_store.into_keys().map(|key| (key.get_ref().clone(), self.at(key.span().start))).collect()
    }

    fn collect(&mut self, raw: &[Spanned<logs::collect::SourceEntry>]) -> Vec<Setting<Collect>> {
        let mut tables = Vec::with_capacity(raw.len());
        for table in raw {
            let from = self.at(table.span().start);
            match table.get_ref().check() {
                Ok(value) => tables.push(Setting { value, from }),
                Err(error) => self.wrong.push(t!("at-place", place = from, error = error.say())),
            }
        }
        tables
    }

    fn celery(&mut self, raw: &BTreeMap<String, Spanned<celery::BrokerEntry>>) -> Vec<Setting<celery::Broker>> {
        let mut brokers = Vec::with_capacity(raw.len());
        for (name, table) in raw {
            let from = self.at(table.span().start);
            match table.get_ref().check(name) {
                Ok(value) => brokers.push(Setting { value, from }),
                Err(error) => self.wrong.push(format!("{from}: {error}")),
            }
        }
        brokers
    }

    /// At least a month: what was sent lately is compared with what is to be sent.
    fn jobs_keep_days(&mut self, raw: Option<&Spanned<i64>>) -> Setting<Option<u32>> {
        let Some(raw) = raw else { return default(None) };
        let (value, from) = (*raw.get_ref(), self.at(raw.span().start));
        match u32::try_from(value) {
            Ok(days @ 31..=36_500) => Setting { value: Some(days), from },
            _ => {
                self.wrong.push(t!("setting-jobs-keep-days", from, value));
                default(None)
            }
        }
    }

    fn jobs_max(&mut self, raw: Option<&Spanned<i64>>) -> Setting<u16> {
        const FALLBACK: u16 = 16;
        let variable =
            self.variables.get("VIGIE_JOBS_MAX").map(|value| (value.clone(), Source::Variable("VIGIE_JOBS_MAX")));
        let raw = || raw.map(|raw| (raw.get_ref().to_string(), self.at(raw.span().start)));
        let Some((value, from)) = variable.or_else(raw) else { return default(FALLBACK) };
        match value.trim().parse() {
            Ok(value @ 1..=1000) => Setting { value, from },
            _ => {
                self.wrong.push(t!("setting-jobs-max", from, value));
                default(FALLBACK)
            }
        }
    }
}

/// A database's URL without its password.
pub(crate) fn shown_url(url: &SecretString) -> String {
    let Ok(mut url) = url::Url::parse(url.expose_secret()) else { return "postgres://…".into() };
    if url.password().is_some() && url.set_password(Some("…")).is_err() {
        return "postgres://…".into();
    }
    // A password may be a parameter, too.
    url.set_query(None);
    url.to_string()
}
