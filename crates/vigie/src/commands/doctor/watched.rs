//! What `vigie doctor` asks Vigie itself: whether the clock is right, logs come in, certificates last, backups are made.

use super::{super::logs::imported_sources, Finding, PATIENCE, Verdict, finding};
use crate::{
    app,
    client::{Client, query},
    config::Config,
    render,
    words::t,
};
use api::{checks::ChecksPage, jobs::JobsPage, logs::SearchAnswer, schedules::MaintenancePage};
use model::{Clock, Timestamp};
use serde_json::Value;
use std::{collections::BTreeSet, process::Command, time::Duration};

/// A clock that is further behind what was written down by it was set back.
const CLOCK_SLACK: Duration = Duration::from_secs(60);
/// A certificate that ends sooner is told of.
const CERTIFICATE_WARN: Duration = Duration::from_secs(14 * 86_400);
/// A daily backup that is older was left out.
const BACKUP_MAX: Duration = Duration::from_secs(26 * 3_600);
/// A source of which so many lines came in a week, and none in a day, has fallen silent.
const LINES_USUAL: i64 = 100;
const SOURCES_MAX: usize = 10;

pub(super) async fn all(config: &Config) -> Vec<Finding> {
    let now = Clock::System.now();
    let mut findings = Vec::new();
    if config.database.value.is_some() || config.database_file().exists() {
        // Whether it can be reached at all was told before.
        if let Ok(connected) = app::reading_logs(config).await {
            let client = connected.client();
            findings.extend(clock(client, now).await);
            findings.extend(silent_sources(config, client).await);
            findings.extend(certificates(client, now).await);
            findings.extend(backup(config, client, now).await);
        }
    }
    findings
}

async fn clock(client: &Client, now: Timestamp) -> Option<Finding> {
    const ABOUT: &str = "clock";
    let newest = client.get::<JobsPage>("/api/v1/jobs?limit=1").await.ok()?;
    if let Some(job) = newest.rows.first()
        && job.created_at > now + CLOCK_SLACK
    {
        let behind = render::duration(job.created_at.since(now));
        return Some(finding(Verdict::Fail, ABOUT, t!("clock-behind", behind), t!("clock-help")));
    }
    Some(match is_synchronised().await {
        Some(true) => finding(Verdict::Ok, ABOUT, t!("clock-synchronised"), ""),
        Some(false) => finding(Verdict::Warn, ABOUT, t!("clock-alone"), t!("clock-help")),
        None => finding(Verdict::Ok, ABOUT, t!("clock-unknown"), ""),
    })
}

/// Whether the machine sets its clock by others, where systemd can tell.
async fn is_synchronised() -> Option<bool> {
    let asked = tokio::task::spawn_blocking(|| {
        Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]).output()
    });
    let told = tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()?.ok()?;
    match told.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}

/// Sources from which lines came every day, and none has in the last.
async fn silent_sources(config: &Config, client: &Client) -> Vec<Finding> {
    let (Some(week), Some(day)) = (lines(client, "7d").await, lines(client, "24h").await) else { return Vec::new() };
    // Of a file that somebody imported once nothing more is to come, unless it is collected too.
    let mut once = imported_sources(config);
    once.retain(|source| !config.collect.iter().any(|collect| collect.value.names(source)));
    silent(&week, &day, &once)
        .into_iter()
        .map(|(source, lines)| {
            let what = t!("source-silent", source = render::plain(source, 100); n = lines);
            finding(Verdict::Warn, "source", what, t!("source-silent-help"))
        })
        .collect()
}

fn silent<'a>(week: &'a [(String, i64)], day: &[(String, i64)], once: &BTreeSet<String>) -> Vec<(&'a str, i64)> {
    let heard: BTreeSet<&str> = day.iter().map(|(source, _)| source.as_str()).collect();
    let is_silent = |source: &str| !heard.contains(source) && !once.contains(source);
    let silent = week.iter().filter(|(source, lines)| *lines >= LINES_USUAL && is_silent(source));
    silent.map(|(source, lines)| (source.as_str(), *lines)).take(SOURCES_MAX).collect()
}

/// Lines by source, the most first.
async fn lines(client: &Client, since: &str) -> Option<Vec<(String, i64)>> {
    let asked =
        [("q", Some("* | stats count() as n by source | sort n desc".to_owned())), ("since", Some(since.to_owned()))];
    let found = client.get::<SearchAnswer>(&format!("/api/v1/logs/search{}", query(asked))).await.ok()?;
    let row = |row: &Vec<Value>| Some((row.first()?.as_str()?.to_owned(), row.get(1)?.as_i64()?));
    Some(found.table.as_ref()?.iter().filter_map(row).collect())
}

async fn certificates(client: &Client, now: Timestamp) -> Vec<Finding> {
    const ABOUT: &str = "certificate";
    let Ok(checks) = client.get::<ChecksPage>("/api/v1/checks").await else { return Vec::new() };
    let seen: Vec<_> = checks.rows.iter().filter_map(|check| Some((&check.name, check.certificate_ends?))).collect();
    let mut findings = Vec::new();
    for (name, ends) in &seen {
        let check = render::plain(name, 100);
        if *ends <= now {
            findings.push(finding(Verdict::Fail, ABOUT, t!("certificate-over", check), t!("certificate-help")));
        } else if ends.since(now) < CERTIFICATE_WARN {
            let left = ends.since(now).as_secs() / 86_400;
            let what = t!("certificate-ends", check; n = left);
            findings.push(finding(Verdict::Warn, ABOUT, what, t!("certificate-help")));
        }
    }
    if findings.is_empty() && !seen.is_empty() {
        findings.push(finding(Verdict::Ok, ABOUT, t!("certificates-fine"; n = seen.len()), ""));
    }
    findings
}

async fn backup(config: &Config, client: &Client, now: Timestamp) -> Option<Finding> {
    const ABOUT: &str = "backup";
    if config.backup.is_none() {
        return Some(finding(Verdict::Warn, ABOUT, t!("backup-none"), t!("backup-none-help")));
    }
    let works = client.get::<MaintenancePage>("/api/v1/maintenance").await.ok()?;
    let newest = works.rows.iter().filter(|work| work.name == "backup").max_by_key(|work| work.ended_at);
    let Some(work) = newest else {
        return Some(finding(Verdict::Warn, ABOUT, t!("backup-not-yet"), t!("backup-not-yet-help")));
    };
    if work.failures > 0 {
        let why = render::plain(work.last_error.as_deref().unwrap_or_default(), 200);
        return Some(finding(Verdict::Fail, ABOUT, t!("backup-fails", why), t!("backup-fails-help")));
    }
    let at = work.ended_at?;
    let shown = render::moment(at, &config.zone.value);
    Some(match now.since(at) > BACKUP_MAX {
        true => finding(Verdict::Warn, ABOUT, t!("backup-last", at = shown), t!("backup-not-yet-help")),
        false => finding(Verdict::Ok, ABOUT, t!("backup-last", at = shown), ""),
    })
}

#[cfg(test)]
mod tests {
    use super::silent;

    #[test]
    fn a_source_that_is_heard_of_or_seldom_spoke_is_not_silent() {
        let of = |name: &str, lines| (name.to_owned(), lines);
        let week = [of("nginx", 9_000), of("cron", 7), of("shop", 100), of("gone", 800), of("/srv/once.log", 900)];
        let once = ["/srv/once.log".to_owned()].into();
        assert_eq!(silent(&week, &[of("nginx", 12), of("shop", 1)], &once), [("gone", 800)]);
    }
}
