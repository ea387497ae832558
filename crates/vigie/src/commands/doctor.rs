//! `vigie doctor`: what could go wrong on this machine, each with what helps.

use crate::{
    app,
    client::Client,
    config::Config,
    failure::{Exit, Result},
    owner::{self, Claim},
    render::{self, count, counted},
};
use api::{
    accounts::{Account, Accounts},
    jobs::JobsPage,
    logs::SearchAnswer,
};
use logs::Logs;
use mail::smtp;
use model::Clock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};
use store::Db;
use sysinfo::Disks;

/// Free bytes below which it is worth a word, and below which nothing can be promised.
const FREE_WARN: u64 = 1 << 30;
const FREE_FAIL: u64 = 64 << 20;
/// Open files that a server with many clients needs.
const FILES_WARN: u64 = 4_096;
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

struct Finding {
    verdict: Verdict,
    about: &'static str,
    what: String,
    remedy: String,
}

/// `repair` sets damaged files of the log store aside and keeps every block that is whole.
pub(super) async fn run(config: &Config, repair: bool) -> Result<Exit> {
    let data = &config.data.value;
    let mut findings =
        vec![directory(data), lock(data).await, disk(data), key(&config.secret_key_file.value), zone(config), files()];
    findings.extend(key_misfit(config).await);
    findings.extend(owners_problems(data).await);
    findings.extend(database(config).await);
    findings.extend(log_store(config, repair).await);
    findings.extend(log_folders(config));
    let failed = findings.iter().any(|finding| finding.verdict == Verdict::Fail);
    if config.json {
        let list: Vec<Value> = findings.iter().map(to_json).collect();
        render::json(&json!({"ok": !failed, "findings": list}))?;
    } else {
        for finding in &findings {
            render::out(&line(finding))?;
        }
    }
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn line(finding: &Finding) -> String {
    let word = word(finding.verdict);
    let remedy = if finding.remedy.is_empty() { String::new() } else { format!("\n      help: {}", finding.remedy) };
    format!("{word:<4}  {}: {}{remedy}", finding.about, finding.what)
}

fn to_json(finding: &Finding) -> Value {
    json!({"verdict": word(finding.verdict), "about": finding.about, "what": finding.what, "remedy": finding.remedy})
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

fn finding(verdict: Verdict, about: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { verdict, about, what: what.into(), remedy: remedy.into() }
}

fn directory(data: &Path) -> Finding {
    const ABOUT: &str = "data directory";
    let shown = std::path::absolute(data).unwrap_or_else(|_| data.to_owned()).display().to_string();
    match fs::metadata(data) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => finding(
            Verdict::Warn,
            ABOUT,
            format!("{shown} is not there yet"),
            "`vigie send`, `vigie demo` and `vigie serve` make it",
        ),
        Err(error) => finding(Verdict::Fail, ABOUT, format!("{shown}: {error}"), "check the path and the rights on it"),
        Ok(about) if !about.is_dir() => {
            finding(Verdict::Fail, ABOUT, format!("{shown} is no directory"), "name another with --data")
        }
        Ok(about) if tempfile::tempfile_in(data).is_err() => {
            let what = format!("{shown} cannot be written (owner {}, mode {:o})", about.uid(), about.mode() & 0o7777);
            finding(Verdict::Fail, ABOUT, what, "run as its owner, or give this user the right to write there")
        }
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            finding(Verdict::Warn, ABOUT, format!("{shown} can be read by others"), format!("chmod 700 {shown}"))
        }
        Ok(_) => finding(Verdict::Ok, ABOUT, shown, ""),
    }
}

async fn lock(data: &Path) -> Finding {
    match owner::living(data).await {
        Some(owner) => finding(
            Verdict::Ok,
            "owner",
            format!("process {} (`vigie {}`) runs jobs here", owner.pid, owner.command),
            "",
        ),
        None => finding(Verdict::Ok, "owner", "nobody runs jobs here now", ""),
    }
}

/// What the owner has met, as it tells at `/readyz`.
async fn owners_problems(data: &Path) -> Vec<Finding> {
    const ABOUT: &str = "running";
    let Some(owner) = owner::living(data).await else { return Vec::new() };
    match Client::Socket(owner.socket).problems().await {
        Ok(problems) => problems.iter().map(|problem| owners_problem(ABOUT, problem)).collect(),
        Err(failure) => vec![finding(Verdict::Fail, ABOUT, failure.what, failure.help.unwrap_or_default())],
    }
}

/// `what is wrong: what helps`
fn owners_problem(about: &'static str, problem: &str) -> Finding {
    let (what, remedy) = problem.split_once(": ").unwrap_or((problem, "see Vigie's log"));
    finding(Verdict::Fail, about, render::plain(what, 200), render::plain(remedy, 300))
}

fn disk(data: &Path) -> Finding {
    const ABOUT: &str = "disk";
    // Where it really lies: a link may lead to another disk. One that is not there yet is made beside what is.
    let known = data.ancestors().find_map(|place| fs::canonicalize(place).ok());
    let place = known.or_else(|| std::path::absolute(data).ok()).unwrap_or_else(|| data.to_owned());
    let disks = Disks::new_with_refreshed_list();
    let list = disks.iter().flat_map(|disks| disks.iter());
    let holding = list.filter(|disk| place.starts_with(disk.mount_point()));
    let Some(disk) = holding.max_by_key(|disk| disk.mount_point().as_os_str().len()) else {
        return finding(Verdict::Warn, ABOUT, "its free space is not known", "look with df");
    };
    let free = disk.available_space();
    let what = format!("{} MB free on {}", count(free >> 20), disk.mount_point().display());
    match free {
        free if free < FREE_FAIL => finding(Verdict::Fail, ABOUT, what, "free some space, or move the data directory"),
        free if free < FREE_WARN => finding(Verdict::Warn, ABOUT, what, "free some space soon"),
        _ => finding(Verdict::Ok, ABOUT, what, ""),
    }
}

fn key(file: &Path) -> Finding {
    const ABOUT: &str = "secret key";
    let shown = file.display();
    match fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => finding(
            Verdict::Warn,
            ABOUT,
            format!("{shown} is not there yet"),
            "it is made at the first start; where accounts are already kept, restore it from a backup",
        ),
        Err(error) => finding(Verdict::Fail, ABOUT, format!("{shown}: {error}"), "check the rights on it"),
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            finding(Verdict::Fail, ABOUT, format!("{shown} can be read by others"), format!("chmod 600 {shown}"))
        }
        Ok(_) => finding(Verdict::Ok, ABOUT, format!("{shown}; keep a copy apart from the backups"), ""),
    }
}

/// Whether it is the key that the database was set up with.
async fn key_misfit(config: &Config) -> Option<Finding> {
    let db = match &config.database.value {
        Some(url) => Db::open_postgres(url.expose_secret()).await.ok()?,
        None => Db::open_sqlite_read_only(&config.database_file()).await.ok()?,
    };
    let misfit = app::key::misfit(config, &db).await;
    db.close().await;
    let what = format!("{}: {}", config.secret_key_file.value.display(), misfit.ok()??);
    let remedy = "copy it from where it was, or set VIGIE_SECRET_KEY_FILE; lost for good: `vigie doctor --accept-key`";
    Some(finding(Verdict::Fail, "secret key", what, remedy))
}

/// `vigie doctor --accept-key`: an administrator's word that the key before is lost.
pub(super) async fn accept_key(config: &Config) -> Result<Exit> {
    let data = &config.data.value;
    let (db, _lock) = match &config.database.value {
        Some(url) => (Db::open_postgres(url.expose_secret()).await?, None),
        None => match owner::claim(data, "doctor")? {
            Claim::Theirs(owner) => return Err(owner::refusal(data, &owner)),
            Claim::Mine(lock) => (Db::open_sqlite(&config.database_file(), &data.join("snapshots")).await?, Some(lock)),
        },
    };
    let accepted = app::key::accept(config, &db).await;
    db.close().await;
    let (fingerprint, lost) = accepted?;
    if config.json {
        render::json(&json!({"fingerprint": fingerprint, "enter_again": lost}))?;
        return Ok(Exit::Done);
    }
    render::out(&format!("{} is the database's key now ({fingerprint})", config.secret_key_file.value.display()))?;
    for account in lost {
        render::out(&format!("enter the password of account {account} again"))?;
    }
    Ok(Exit::Done)
}

fn zone(config: &Config) -> Finding {
    match config.zone.value.iana_name() {
        Some(name) => finding(Verdict::Ok, "time zone", format!("{name} ({})", config.zone.from), ""),
        None => finding(
            Verdict::Warn,
            "time zone",
            "the system does not say which: days and logs are in UTC",
            "set time-zone = \"Europe/Paris\" in vigie.toml",
        ),
    }
}

/// As the kernel tells it of this process.
fn files() -> Finding {
    const ABOUT: &str = "open files";
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse::<u64>().ok());
    match soft {
        None => finding(Verdict::Ok, ABOUT, "no limit is known", ""),
        Some(soft) if soft < FILES_WARN => finding(
            Verdict::Warn,
            ABOUT,
            format!("at most {}", count(soft)),
            "raise it for many clients: LimitNOFILE=65536 in the unit, or `ulimit -Hn 65536` as root",
        ),
        Some(soft) => finding(Verdict::Ok, ABOUT, format!("at most {}", count(soft)), ""),
    }
}

/// Whether the state can be read, and whether the accounts' servers answer.
async fn database(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "database";
    if config.database.value.is_none() && !config.database_file().exists() {
        return vec![finding(Verdict::Ok, ABOUT, "none yet", "")];
    }
    let connected = match app::reading(config).await {
        Ok(connected) => connected,
        Err(failure) => return vec![finding(Verdict::Fail, ABOUT, failure.what, failure.help.unwrap_or_default())],
    };
    let client = connected.client();
    let mut findings = Vec::new();
    match client.get::<JobsPage>("/api/v1/jobs?limit=1").await {
        Ok(_) => findings.push(finding(Verdict::Ok, ABOUT, "its schema is this program's, and it answers", "")),
        Err(failure) => findings.push(finding(Verdict::Fail, ABOUT, failure.what, failure.help.unwrap_or_default())),
    }
    findings.push(integrity(config).await);
    let accounts = client.get::<Accounts>("/api/v1/accounts").await.map(|accounts| accounts.into_inner().rows);
    for account in accounts.unwrap_or_default().iter().take(20) {
        findings.push(account_finding(account).await);
    }
    findings
}

/// Reads everything that SQLite keeps.
async fn integrity(config: &Config) -> Finding {
    const ABOUT: &str = "integrity";
    if config.database.value.is_some() {
        return finding(Verdict::Ok, ABOUT, "PostgreSQL looks after it", "");
    }
    let found = match Db::open_sqlite_read_only(&config.database_file()).await {
        Ok(db) => db.verify().await,
        Err(error) => Err(error),
    };
    match found {
        Err(error) => finding(Verdict::Fail, ABOUT, error.to_string(), "restore a backup"),
        Ok(found) => match found.first() {
            None => finding(Verdict::Ok, ABOUT, "the file is whole, and every job's counters agree with its items", ""),
            Some(store::Finding::Damaged(what)) => finding(
                Verdict::Fail,
                ABOUT,
                format!("the database is damaged: {}", render::plain(what, 200)),
                "restore a backup",
            ),
            Some(store::Finding::Counters { job, .. }) => finding(
                Verdict::Warn,
                ABOUT,
                format!("the counters of job {job} are not those of its items"),
                "please report it: it is a defect",
            ),
        },
    }
}

const LOG_STORE: &str = "log store";

/// Reads everything that the log store keeps.
async fn log_store(config: &Config, repair: bool) -> Option<Finding> {
    const ABOUT: &str = LOG_STORE;
    let data = &config.data.value;
    let settings = config.log_store.value.clone();
    let logs = match Logs::new(data, settings, Clock::System, config.zone.value.clone()) {
        Ok(logs) => logs,
        Err(error) => return Some(finding(Verdict::Fail, ABOUT, error.to_string(), "correct it in vigie.toml")),
    };
    if !logs.exists() {
        return None;
    }
    let found = match tokio::task::spawn_blocking(move || logs.verify(repair)).await {
        Ok(found) => found,
        Err(error) => {
            return Some(finding(Verdict::Fail, ABOUT, error.to_string(), "please report it: it is a defect"));
        }
    };
    Some(match found {
        Err(logs::Error::InUse { pid }) if repair => {
            let what = format!("process {pid} has it open: nothing was repaired");
            finding(Verdict::Fail, ABOUT, what, "stop it, and run this again")
        }
        // Its owner would be kept from writing meanwhile, and knows what it could not read itself.
        Err(logs::Error::InUse { pid }) => match missed_by_owner(data).await {
            Some(what) => {
                let remedy = "stop it, and run `vigie doctor --repair`; or restore a backup";
                finding(Verdict::Fail, ABOUT, format!("process {pid} has it open and met damage: {what}"), remedy)
            }
            None => {
                let what = format!("process {pid} has it open, so it was not read through");
                finding(Verdict::Ok, ABOUT, what, "")
            }
        },
        Err(error) => {
            finding(Verdict::Fail, ABOUT, error.to_string(), "check the rights on telemetry/, or restore a backup")
        }
        Ok((verified, repaired)) => read_through(&verified, repaired.as_ref()),
    })
}

/// What was damaged of the log store, and what became of it.
fn read_through(verified: &telemetry::Verified, repaired: Option<&telemetry::Repaired>) -> Finding {
    let first = verified.damages.first().map(ToString::to_string).unwrap_or_default();
    match repaired {
        None if verified.damages.is_empty() => {
            let (segments, kilobytes) = (counted(verified.segments as u64, "segment"), verified.bytes.div_ceil(1_000));
            let what = match kilobytes {
                0..10_000 => format!("{segments} of {} kB, all whole", count(kilobytes)),
                _ => format!("{segments} of {} MB, all whole", count(kilobytes / 1_000)),
            };
            finding(Verdict::Ok, LOG_STORE, what, "")
        }
        None => {
            let parts = counted(verified.damages.len() as u64, "part");
            let what = format!("{parts} damaged or gone, the rest is served: {first}");
            let remedy = "`vigie doctor --repair` sets them aside and keeps what is whole; or restore a backup";
            finding(Verdict::Fail, LOG_STORE, what, remedy)
        }
        // The write-ahead log is read as far as it is whole whenever the store is opened, and then written anew.
        Some(repaired) if repaired.set_aside.is_empty() => {
            let what = format!("what is whole is kept, and nothing of the rest can be mended: {first}");
            finding(Verdict::Warn, LOG_STORE, what, "restore a backup, if what it held is needed")
        }
        Some(repaired) => {
            let lost = match repaired.footers_lost {
                0 => String::new(),
                lost => format!(
                    "; {lost} files without their list of blocks: what was found in them is kept, what was not is not counted"
                ),
            };
            let what =
                format!("kept {} records, lost at most {}{lost}", count(repaired.rows_kept), count(repaired.rows_lost));
            let remedy = format!("the damaged files are copied in {}", repaired.set_aside.join(", "));
            finding(Verdict::Warn, LOG_STORE, what, remedy)
        }
    }
}

/// What the owner of the data directory could not read of its log store when it opened it.
async fn missed_by_owner(data: &Path) -> Option<String> {
    let owner = owner::living(data).await?;
    let found = Client::Socket(owner.socket).get::<SearchAnswer>("/api/v1/logs/search?q=&limit=1").await.ok()?;
    Some(render::plain(found.left_out.first()?, 300))
}

/// Folders whose files are to be shown and cannot be. That of Vigie's own logs is made when it is needed.
fn log_folders(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "log folder";
    let data = &config.data.value;
    let folders = config.log_store.value.folders.iter().map(|folder| data.join(folder));
    let unreadable = folders.filter(|folder| *folder != data.join("logs")).filter_map(|folder| {
        let error = fs::read_dir(&folder).err()?;
        let remedy = "correct `folders` in [log-store] of vigie.toml, or give this user the right to read there";
        Some(finding(Verdict::Warn, ABOUT, format!("{}: {error}", folder.display()), remedy))
    });
    unreadable.collect()
}

async fn account_finding(account: &Account) -> Finding {
    const ABOUT: &str = "account";
    let (name, url) = (&account.name, &account.url);
    if let Some(pause) = account.pause_at(Clock::System.now()) {
        let what = format!("{name} is paused: {}", render::plain(pause.reason.said(), 160));
        return finding(
            Verdict::Warn,
            ABOUT,
            what,
            "it goes on by itself, or after `vigie send` with the right password",
        );
    }
    if url.starts_with("gmail:") {
        return finding(Verdict::Ok, ABOUT, format!("{name}: the Gmail API, not asked"), "");
    }
    // Its password is sealed; whether the server is there can be told without it.
    let without_user =
        url::Url::parse(url).ok().and_then(|mut url| url.set_username("").ok().map(|()| url.to_string()));
    let Some(Ok(server)) = without_user.map(|url| smtp::Account::from_url(&url, None)) else {
        return finding(
            Verdict::Fail,
            ABOUT,
            format!("{name}: its address `{url}` cannot be read"),
            "send once more with the right --smtp",
        );
    };
    match tokio::time::timeout(PATIENCE, smtp::check(&server)).await {
        Ok(Ok(report)) => {
            finding(Verdict::Ok, ABOUT, format!("{name} answers: {}", render::plain(&report.greeting, 80)), "")
        }
        Ok(Err(verdict)) => finding(
            Verdict::Warn,
            ABOUT,
            format!("{name}: {}", super::send::explain(&verdict)),
            "check host, port and firewall",
        ),
        Err(_) => finding(Verdict::Warn, ABOUT, format!("{name} does not answer"), "check host, port and firewall"),
    }
}
