//! `vigie doctor`: what could go wrong on this machine, each with what helps.

mod watched;

use crate::{
    app,
    client::Client,
    config::Config,
    failure::{Exit, Result},
    owner::{self, Claim},
    render,
    words::{self, Cause as _, t},
};
use alerting::DiskSpace;
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

/// Free bytes below which it is worth a word, and below which nothing can be promised.
const FREE_WARN: u64 = 1 << 30;
const FREE_FAIL: u64 = 64 << 20;
/// Open files that a server with many clients needs.
const FILES_WARN: u64 = 4_096;
const PATIENCE: Duration = Duration::from_secs(10);
/// Files and folders that are made beside a database, or after it.
const LEFT_BEHIND: [&str; 8] =
    ["secret.key", "vigie.db-wal", "vigie.intents-0", "vigie.intents-1", "snapshots", "blobs", "telemetry", "outbox"];

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
    findings.extend(watched::all(config).await);
    let failed = findings.iter().any(|finding| finding.verdict == Verdict::Fail);
    if config.json {
        let list: Vec<Value> = findings.iter().map(to_json).collect();
        render::json(&json!({"ok": !failed, "findings": list}))?;
    } else {
        let width = [Verdict::Ok, Verdict::Warn, Verdict::Fail].map(|verdict| shown(verdict).chars().count());
        let width = width.into_iter().max().unwrap_or(0);
        for finding in &findings {
            render::out(&line(finding, width))?;
        }
    }
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// The word for a verdict as a person reads it.
fn shown(verdict: Verdict) -> String {
    words::word("verdict", word(verdict))
}

/// `width`: of the first column.
fn line(finding: &Finding, width: usize) -> String {
    let about = words::word("about", finding.about);
    let line = format!("{:<width$}  {}", shown(finding.verdict), t!("at-place", place = about, error = finding.what));
    match finding.remedy.as_str() {
        "" => line,
        help => format!("{line}\n{:width$}  {}", "", t!("help-line", help)),
    }
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
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            finding(Verdict::Warn, ABOUT, t!("not-there-yet", shown), t!("data-made-by"))
        }
        Err(error) => {
            finding(Verdict::Fail, ABOUT, t!("at-place", place = shown, error = error.say()), t!("check-path-rights"))
        }
        Ok(about) if !about.is_dir() => {
            finding(Verdict::Fail, ABOUT, t!("no-directory", shown), t!("name-another-data"))
        }
        Ok(about) if tempfile::tempfile_in(data).is_err() => {
            let what = t!("not-writable", shown, owner = about.uid(), mode = format!("{:o}", about.mode() & 0o7777));
            finding(Verdict::Fail, ABOUT, what, t!("not-writable-help"))
        }
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            finding(Verdict::Warn, ABOUT, t!("shown-readable-by-others", shown), format!("chmod 700 {shown}"))
        }
        Ok(_) => finding(Verdict::Ok, ABOUT, shown, ""),
    }
}

async fn lock(data: &Path) -> Finding {
    match owner::living(data).await {
        Some(owner) => finding(Verdict::Ok, "owner", t!("owner-runs", pid = owner.pid, command = owner.command), ""),
        None => finding(Verdict::Ok, "owner", t!("owner-none"), ""),
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
    let (what, remedy) =
        problem.split_once(": ").map_or_else(|| (problem, t!("see-log")), |(what, remedy)| (what, remedy.to_owned()));
    finding(Verdict::Fail, about, render::plain(what, 200), render::plain(&remedy, 300))
}

fn disk(data: &Path) -> Finding {
    const ABOUT: &str = "disk";
    // Where it really lies: a link may lead to another disk. One that is not there yet is made beside what is.
    let known = data.ancestors().find_map(|place| fs::canonicalize(place).ok());
    let place = known.or_else(|| std::path::absolute(data).ok()).unwrap_or_else(|| data.to_owned());
    let Ok(DiskSpace { free, .. }) = DiskSpace::of(&place) else {
        return finding(Verdict::Warn, ABOUT, t!("disk-unknown"), t!("disk-unknown-help"));
    };
    let what = t!("disk-free", mount = place.display(); n = free >> 20);
    match free {
        free if free < FREE_FAIL => finding(Verdict::Fail, ABOUT, what, t!("disk-full-help")),
        free if free < FREE_WARN => finding(Verdict::Warn, ABOUT, what, t!("disk-low-help")),
        _ => finding(Verdict::Ok, ABOUT, what, ""),
    }
}

fn key(file: &Path) -> Finding {
    const ABOUT: &str = "secret key";
    let shown = file.display();
    match fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            finding(Verdict::Warn, ABOUT, t!("not-there-yet", shown), t!("key-made-at-start"))
        }
        Err(error) => {
            finding(Verdict::Fail, ABOUT, t!("at-place", place = shown, error = error.say()), t!("check-rights"))
        }
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            finding(Verdict::Fail, ABOUT, t!("shown-readable-by-others", shown), format!("chmod 600 {shown}"))
        }
        Ok(_) => finding(Verdict::Ok, ABOUT, t!("key-keep-copy", shown), ""),
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
    let what = t!("at-place", place = config.secret_key_file.value.display(), error = misfit.ok()??);
    let remedy = t!("key-misfit-help");
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
    render::out(&t!("key-accepted", file = config.secret_key_file.value.display(), fingerprint))?;
    for account in lost {
        render::out(&t!("enter-again", account))?;
    }
    Ok(Exit::Done)
}

fn zone(config: &Config) -> Finding {
    match config.zone.value.iana_name() {
        Some(name) => finding(Verdict::Ok, "time zone", format!("{name} ({})", config.zone.from), ""),
        None => finding(Verdict::Warn, "time zone", t!("zone-unknown"), t!("zone-unknown-help")),
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
        None => finding(Verdict::Ok, ABOUT, t!("files-no-limit"), ""),
        Some(soft) if soft < FILES_WARN => {
            finding(Verdict::Warn, ABOUT, t!("files-at-most"; n = soft), t!("files-raise"))
        }
        Some(soft) => finding(Verdict::Ok, ABOUT, t!("files-at-most"; n = soft), ""),
    }
}

/// Whether the state can be read, and whether the accounts' servers answer.
async fn database(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "database";
    let file = config.database_file();
    if config.database.value.is_none() && !file.exists() {
        return vec![match used_before(&config.data.value) {
            Some(left) => {
                let what = t!("database-missing", file = file.display(), left);
                finding(Verdict::Fail, ABOUT, what, t!("database-missing-help"))
            }
            None => finding(Verdict::Ok, ABOUT, t!("none-yet"), ""),
        }];
    }
    let connected = match app::reading(config).await {
        Ok(connected) => connected,
        Err(failure) => return vec![finding(Verdict::Fail, ABOUT, failure.what, failure.help.unwrap_or_default())],
    };
    let client = connected.client();
    let mut findings = Vec::new();
    match client.get::<JobsPage>("/api/v1/jobs?limit=1").await {
        Ok(_) => findings.push(finding(Verdict::Ok, ABOUT, t!("database-fine"), "")),
        Err(failure) => findings.push(finding(Verdict::Fail, ABOUT, failure.what, failure.help.unwrap_or_default())),
    }
    findings.push(integrity(config).await);
    findings.extend(intents(config).await);
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
        return finding(Verdict::Ok, ABOUT, t!("integrity-postgres"), "");
    }
    let found = match Db::open_sqlite_read_only(&config.database_file()).await {
        Ok(db) => db.verify().await,
        Err(error) => Err(error),
    };
    match found {
        Err(error) => finding(Verdict::Fail, ABOUT, error.to_string(), t!("restore-backup")),
        Ok(found) => match found.first() {
            None => finding(Verdict::Ok, ABOUT, t!("integrity-fine"), ""),
            Some(store::Finding::Damaged(what)) => finding(
                Verdict::Fail,
                ABOUT,
                t!("database-damaged", what = render::plain(what, 200)),
                t!("restore-backup"),
            ),
            Some(store::Finding::Counters { job, .. }) => {
                finding(Verdict::Warn, ABOUT, t!("counters-wrong", job), t!("report-defect"))
            }
        },
    }
}

/// What only lies in a folder that had a database: the name of it.
fn used_before(data: &Path) -> Option<&'static str> {
    let is_used =
        |name: &&str| fs::metadata(data.join(name)).is_ok_and(|found| !found.is_dir() || !is_empty(&data.join(name)));
    LEFT_BEHIND.into_iter().find(is_used)
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// Whether what is being sent could be told from what is not, were the process killed. Its owner writes there all the time, and has
/// read it when it began.
async fn intents(config: &Config) -> Option<Finding> {
    const ABOUT: &str = "sending journal";
    if config.database.value.is_some() || owner::living(&config.data.value).await.is_some() {
        return None;
    }
    match store::damaged_intents(&config.database_file()) {
        Ok(None) => None,
        Ok(Some(file)) => Some(finding(
            Verdict::Warn,
            ABOUT,
            t!("intents-damaged", file = file.display()),
            t!("intents-damaged-help"),
        )),
        Err(error) => Some(finding(Verdict::Fail, ABOUT, error.say(), t!("check-rights"))),
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
        Err(error) => return Some(finding(Verdict::Fail, ABOUT, error.to_string(), t!("correct-settings"))),
    };
    if !logs.exists() {
        return None;
    }
    let found = match tokio::task::spawn_blocking(move || logs.verify(repair)).await {
        Ok(found) => found,
        Err(error) => {
            return Some(finding(Verdict::Fail, ABOUT, error.to_string(), t!("report-defect")));
        }
    };
    Some(match found {
        Err(logs::Error::InUse { pid }) if repair => {
            let what = t!("logs-in-use-repair", pid);
            finding(Verdict::Fail, ABOUT, what, t!("logs-in-use-repair-help"))
        }
        // Its owner would be kept from writing meanwhile, and knows what it could not read itself.
        Err(logs::Error::InUse { pid }) => match missed_by_owner(data).await {
            Some(what) => {
                let remedy = t!("logs-in-use-damage-help");
                finding(Verdict::Fail, ABOUT, t!("logs-in-use-damage", pid, what), remedy)
            }
            None => {
                let what = t!("logs-in-use", pid);
                finding(Verdict::Ok, ABOUT, what, "")
            }
        },
        Err(error) => finding(Verdict::Fail, ABOUT, error.to_string(), t!("logs-error-help")),
        Ok((verified, repaired)) => read_through(&verified, repaired.as_ref()),
    })
}

/// What was damaged of the log store, and what became of it.
fn read_through(verified: &telemetry::Verified, repaired: Option<&telemetry::Repaired>) -> Finding {
    let first = verified.damages.first().map(ToString::to_string).unwrap_or_default();
    match repaired {
        None if verified.damages.is_empty() => {
            let segments = t!("n-segment"; n = verified.segments);
            let kilobytes = verified.bytes.div_ceil(1_000);
            let what = match kilobytes {
                0..10_000 => t!("logs-whole-kb", segments; n = kilobytes),
                _ => t!("logs-whole-mb", segments; n = kilobytes / 1_000),
            };
            finding(Verdict::Ok, LOG_STORE, what, "")
        }
        None => {
            let what = t!("logs-damaged", first; n = verified.damages.len());
            let remedy = t!("logs-damaged-help");
            finding(Verdict::Fail, LOG_STORE, what, remedy)
        }
        // The write-ahead log is read as far as it is whole whenever the store is opened, and then written anew.
        Some(repaired) if repaired.set_aside.is_empty() => {
            let what = t!("logs-unmendable", first);
            finding(Verdict::Warn, LOG_STORE, what, t!("logs-unmendable-help"))
        }
        Some(repaired) => {
            let lost = match repaired.footers_lost {
                0 => String::new(),
                lost => t!("logs-footers-lost"; n = lost),
            };
            let what = t!("logs-repaired", lost; kept = repaired.rows_kept, n = repaired.rows_lost);
            let remedy = t!("logs-repaired-help", folders = repaired.set_aside.join(", "));
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
        let remedy = t!("log-folder-help");
        Some(finding(Verdict::Warn, ABOUT, t!("at-place", place = folder.display(), error = error.say()), remedy))
    });
    unreadable.collect()
}

async fn account_finding(account: &Account) -> Finding {
    const ABOUT: &str = "account";
    let (name, url) = (&account.name, &account.url);
    if let Some(pause) = account.pause_at(Clock::System.now()) {
        let what =
            t!("account-is-paused", name, why = render::plain(&render::progress::reason_text(&pause.reason), 160));
        return finding(Verdict::Warn, ABOUT, what, t!("account-is-paused-help"));
    }
    if url.starts_with("gmail:") {
        return finding(Verdict::Ok, ABOUT, t!("account-gmail", name), "");
    }
    // Its password is sealed; whether the server is there can be told without it.
    let without_user =
        url::Url::parse(url).ok().and_then(|mut url| url.set_username("").ok().map(|()| url.to_string()));
    let Some(Ok(server)) = without_user.map(|url| smtp::Account::from_url(&url, None)) else {
        return finding(Verdict::Fail, ABOUT, t!("account-url", name, url), t!("account-url-help"));
    };
    match tokio::time::timeout(PATIENCE, smtp::check(&server)).await {
        Ok(Ok(report)) => {
            finding(Verdict::Ok, ABOUT, t!("account-answers", name, greeting = render::plain(&report.greeting, 80)), "")
        }
        Ok(Err(verdict)) => finding(
            Verdict::Warn,
            ABOUT,
            t!("at-place", place = name, error = super::send::explain(&verdict)),
            t!("check-server"),
        ),
        Err(_) => finding(Verdict::Warn, ABOUT, t!("account-silent", name), t!("check-server")),
    }
}
