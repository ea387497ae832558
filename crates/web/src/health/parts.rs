//! The parts of Vigie, and how each stands. Anybody may ask: nothing is said that a stranger may not know.

use super::{FREE_MIN, Findings, is_nearly_full, lacks_room, log_trouble, look};
use crate::{Ctx, words::Words};
use api::health::ReadyPart;
use std::{fmt::Write as _, time::Duration};

/// Workers that ended, or were lost, so long ago are not told of.
const WORKERS_BACK: Duration = Duration::from_secs(86_400);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartState {
    Ok,
    /// It works, and somebody should look.
    Warn,
    Fail,
}

impl PartState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One part.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// As programs know it. Never rename one.
    name: &'static str,
    /// The identifier of what people call it.
    word: &'static str,
    pub(super) state: PartState,
    /// What is wrong.
    pub(super) detail: String,
}

impl From<Part> for ReadyPart {
    fn from(part: Part) -> Self {
        Self { name: part.name.to_owned(), state: part.state.as_str().to_owned(), detail: part.detail }
    }
}

fn fine(name: &'static str, word: &'static str) -> Part {
    Part { name, word, state: PartState::Ok, detail: String::new() }
}

impl Part {
    fn failing(self, why: Option<String>) -> Self {
        self.stands(PartState::Fail, why)
    }

    fn warning(self, why: Option<String>) -> Self {
        self.stands(PartState::Warn, why)
    }

    /// The worse of two stays.
    fn stands(self, state: PartState, why: Option<String>) -> Self {
        match why {
            Some(detail) if self.state != PartState::Fail => Self { state, detail, ..self },
            _ => self,
        }
    }
}

/// Looks at all of them. Those that nobody has set up are left out.
pub(super) async fn looked_at(ctx: &Ctx, v: &Words) -> Vec<Part> {
    let found = look(ctx).await;
    let is_silent = match ctx.app.db.tokens().await {
        Ok(_) => false,
        Err(error) => {
            // Anybody may ask, so the words of the database stay in the log.
            tracing::warn!(%error, "not ready");
            true
        }
    };
    let database = fine("database", "ready-database")
        .failing(found.is_damaged.then(|| v.t("ready-database-damaged")))
        .failing(is_silent.then(|| v.t("ready-database-silent")));
    let lost = found.lost_lines.map(|lost| v.with("ready-lines-lost", "n", lost.to_string()));
    let mut parts = vec![database, fine("run_logs", "ready-run-logs").failing(lost), disk(v, &found)];
    let (log_store, sources) = logs(ctx, v, &found);
    parts.push(log_store);
    parts.extend(sources);
    if !is_silent {
        parts.extend(accounts(ctx, v).await);
        parts.extend(workers(ctx, v).await);
        parts.extend(backup(ctx, v).await);
    }
    parts
}

fn disk(v: &Words, found: &Findings) -> Part {
    let nearly = found.disk.filter(|disk| is_nearly_full(*disk) && disk.free >= FREE_MIN);
    fine("disk", "ready-disk-part")
        .failing(found.disk.and_then(|disk| lacks_room(v, disk.free)))
        .warning(nearly.map(|disk| v.with("ready-disk-low", "left", v.bytes(&disk.free))))
}

/// The store of records, and, where something is collected, what comes in.
fn logs(ctx: &Ctx, v: &Words, found: &Findings) -> (Part, Option<Part>) {
    let trouble = found.logs.map(|trouble| (trouble, v.t(log_trouble(trouble))));
    let (stalled, other): (Vec<_>, Vec<_>) =
        trouble.into_iter().partition(|(trouble, _)| matches!(trouble, ::logs::Trouble::Stalled));
    let why = |mut found: Vec<(::logs::Trouble, String)>| found.pop().map(|(_, said)| said);
    let store = fine("log_store", "ready-log-store").failing(why(other));
    let is_collecting = ctx.app.logs.collected().is_some() || !stalled.is_empty();
    (store, is_collecting.then(|| fine("sources", "ready-sources").failing(why(stalled))))
}

/// Those from which nothing leaves until a person says so.
async fn accounts(ctx: &Ctx, v: &Words) -> Option<Part> {
    let accounts = ctx.app.db.accounts().await.ok().filter(|accounts| !accounts.is_empty())?;
    let waits = |account: &&store::Account| account.pause.as_ref().is_some_and(|pause| pause.until.is_none());
    let waiting = accounts.iter().filter(waits).count() as u64;
    Some(fine("accounts", "ready-accounts").warning((waiting > 0).then(|| v.count("ready-accounts-paused", &waiting))))
}

async fn workers(ctx: &Ctx, v: &Words) -> Option<Part> {
    let now = ctx.app.clock.now();
    let workers = ctx.app.db.workers(now - WORKERS_BACK).await.ok()?;
    let is_shared = ctx.app.db.is_postgres();
    let open = || workers.iter().filter(|worker| worker.ended_at.is_none());
    // Where one process owns the data, whoever answers is it.
    let alive = open().filter(|worker| !is_shared || worker.lease_until >= now).count();
    let lost = open().count().saturating_sub(alive) as u64;
    let part = fine("workers", "ready-workers");
    let nobody = (alive == 0 && ctx.app.wake.is_some()).then(|| v.t("ready-workers-none"));
    Some(part.warning(nobody).warning((lost > 0).then(|| v.count("ready-workers-lost", &lost))))
}

/// Where backups are made: whether the last one was.
async fn backup(ctx: &Ctx, v: &Words) -> Option<Part> {
    let works = ctx.app.db.schedules().await.ok()?;
    let mut backups = works.iter().filter(|work| work.name == "backup").peekable();
    backups.peek()?;
    let has_failed = backups.any(|work| work.failures > 0);
    Some(fine("backup", "ready-backup").warning(has_failed.then(|| v.t("ready-backup-failed"))))
}

/// A line for each part.
pub(super) fn text(v: &Words, is_ready: bool, parts: &[Part]) -> String {
    let mut out = v.t(if is_ready { "ready-yes" } else { "ready-no" }) + "\n";
    let width = parts.iter().map(|part| v.t(part.word).chars().count()).max().unwrap_or(0);
    for part in parts {
        let line = format!("{:<width$}  {:<4}  {}", v.t(part.word), part.state.as_str(), part.detail);
        // Into a String: this cannot fail.
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::testing::{Site, send};
    use axum::http::StatusCode;
    use serde_json::{Value, json};

    fn part(answer: &Value, name: &str) -> Value {
        let parts = answer["parts"].as_array().unwrap();
        parts.iter().find(|part| part["name"] == name).cloned().unwrap_or(Value::Null)
    }

    #[tokio::test]
    async fn each_part_is_told_and_nothing_that_is_secret() {
        let site = Site::with_account().await;
        let asked = async |accept: &'static str| send(&site.router, "GET", "/readyz", &[("accept", accept)], "").await;
        let ready = asked("application/json").await;
        assert_eq!(ready.status, StatusCode::OK);
        for name in ["database", "run_logs", "disk", "log_store", "accounts", "workers"] {
            assert!(part(&ready.json(), name)["state"].is_string(), "{name}: {}", ready.text);
        }
        assert_eq!(part(&ready.json(), "backup"), Value::Null, "nobody has set it up");
        let again = site.app.clock.now();
        let account = site.app.db.account_named("compta").await.unwrap().unwrap();
        let pause = store::AccountPause { until: None, reason: store::Reason::new("by_hand", "") };
        site.app.db.pause_account(account.id, pause, again).await.unwrap();
        site.app.db.begin_scheduled("backup", "here".into(), again, again).await.unwrap();
        site.app.db.end_scheduled("backup", "here".into(), Err("EIO /secret".into()), again, again).await.unwrap();
        let warned = asked("application/json").await;
        assert_eq!((warned.status, &warned.json()["ready"]), (StatusCode::OK, &json!(true)), "it works all the same");
        assert_eq!(
            part(&warned.json(), "accounts")["detail"],
            "one sending account is paused until somebody resumes it"
        );
        assert_eq!(part(&warned.json(), "backup")["state"], "warn");
        let text = asked("text/plain").await.text;
        assert!(text.starts_with("ready\n") && text.contains("accounts"), "{text}");
        for secret in ["compta", "/secret", "mail.exemple.fr", "s3cret"] {
            assert!(!warned.text.contains(secret) && !text.contains(secret), "{secret}");
        }
        let french = send(&site.router, "GET", "/readyz?format=text", &[("accept-language", "fr")], "").await.text;
        assert!(french.starts_with("prêt\n") && french.contains("comptes d’envoi"), "{french}");
    }
}
