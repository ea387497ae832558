//! What needs a person: each with one sentence, and the one button that leads on.

use crate::{
    alerts::handlers::Unacknowledged,
    health::{Findings, is_nearly_full},
    layout::{
        foreign::plain,
        parts::{Life, WorkerRow},
        rows,
        states::{self, Tone},
        view::View,
    },
};
use logs::Trouble;
use model::{Authority, JobKind, JobState};
use store::{Account, IssuesToLookAt, Job, Project};

/// Rows for jobs that did not go as they should.
const TROUBLES_MAX: usize = 10;

/// Something that needs a person.
#[derive(Clone, Debug)]
pub(crate) struct AttentionRow {
    pub(crate) tone: Tone,
    pub(crate) icon: &'static str,
    pub(crate) text: String,
    /// Where the reader can do nothing about it, there is none.
    pub(crate) button: Option<AttentionButton>,
}

#[derive(Clone, Debug)]
pub(crate) struct AttentionButton {
    pub(crate) label: String,
    pub(crate) address: String,
    /// Whether it does something, rather than lead somewhere.
    pub(crate) acts: bool,
}

/// What is looked at.
pub(crate) struct AttentionFacts {
    /// Jobs that are paused, but those that wait for their time.
    pub(crate) paused: Vec<Job>,
    pub(crate) troubled: Troubled,
    pub(crate) accounts: Vec<Account>,
    pub(crate) workers: Vec<WorkerRow>,
    pub(crate) machine: Findings,
    /// Projects with issues that nobody has decided about.
    pub(crate) issues: Vec<(Project, IssuesToLookAt)>,
    /// Alerts that fire and nobody has acknowledged.
    pub(crate) alerts: Unacknowledged,
}

/// Jobs of the last days of which something did not go as it should.
pub(crate) struct Troubled {
    pub(crate) jobs: Vec<Job>,
    /// There are more than could be looked at.
    pub(crate) is_cut: bool,
}

/// What stops everything comes first, then what a person can mend one by one.
pub(crate) fn attention(v: &View, facts: &AttentionFacts) -> Vec<AttentionRow> {
    let mut rows = machine(v, &facts.machine);
    rows.extend(alerts(v, &facts.alerts));
    rows.extend(workers(v, &facts.workers));
    rows.extend(facts.accounts.iter().filter_map(|account| account_row(v, account)));
    rows.extend(facts.paused.iter().map(|job| paused(v, job)));
    rows.extend(troubles(v, &facts.troubled));
    rows.extend(facts.issues.iter().flat_map(|one| issues_rows(v, one)));
    rows
}

fn machine(v: &View, found: &Findings) -> Vec<AttentionRow> {
    let button = || v.administers().then(|| link(v, "today-system", "/system"));
    let row = |text| AttentionRow { tone: Tone::Bad, icon: "failed", text, button: button() };
    machine_problems(v, found).into_iter().map(row).collect()
}

/// What is wrong with the database, the disk and the stores, in sentences.
pub(crate) fn machine_problems(v: &View, found: &Findings) -> Vec<String> {
    let mut texts = Vec::new();
    if found.is_damaged {
        texts.push(v.t("today-database"));
    }
    if let Some(disk) = found.disk.filter(|disk| is_nearly_full(*disk)) {
        texts.push(v.with("today-disk", "free", v.bytes(&disk.free)));
    }
    if found.lost_lines.is_some() {
        texts.push(v.t("today-run-log"));
    }
    texts.extend(found.logs.map(|trouble| v.t(log_trouble(trouble))));
    texts
}

/// The identifier of what is wrong with the log store.
pub(crate) fn log_trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Full => "today-logs-full",
        Trouble::Broken => "today-logs-broken",
        Trouble::Stalled => "today-logs-stalled",
        Trouble::Damaged => "today-logs-damaged",
    }
}

/// One row for all of them: their page says more.
fn alerts(v: &View, found: &Unacknowledged) -> Option<AttentionRow> {
    let text = v.count_with("today-alerts", &found.count, &[("names", &found.names)]);
    let (tone, icon) = if found.is_critical { (Tone::Bad, "failed") } else { (Tone::Doubt, "warn") };
    let button = Some(link(v, "today-alerts-open", "/alerts"));
    (found.count > 0).then_some(AttentionRow { tone, icon, text, button })
}

fn workers(v: &View, workers: &[WorkerRow]) -> Vec<AttentionRow> {
    let row = |text| {
        let button = Some(link(v, "today-workers", "/workers"));
        AttentionRow { tone: Tone::Bad, icon: "failed", text, button }
    };
    if !workers.iter().any(|worker| worker.life == Life::Alive) {
        return vec![row(v.t("today-worker-none"))];
    }
    let lost = workers.iter().filter(|worker| worker.life == Life::Lost);
    lost.map(|worker| {
        let values = [("name", worker.name.clone()), ("ago", v.ago(&worker.heartbeat_at))];
        row(v.with_all("today-worker-lost", &values))
    })
    .collect()
}

/// An account that waits only until its limit allows more needs nobody.
fn account_row(v: &View, account: &Account) -> Option<AttentionRow> {
    let pause = account.pause.as_ref().filter(|pause| pause.until.is_none_or(|until| until > v.now))?;
    if pause.reason.code == "daily_limit" {
        return None;
    }
    let reason = states::reason(v, &pause.reason.code, &pause.reason.detail);
    let text = v.with_all("today-account", &[("name", account.name.clone()), ("reason", reason)]);
    let name = percent_encoding::utf8_percent_encode(&account.name, percent_encoding::NON_ALPHANUMERIC);
    let button = Some(link(v, "today-account-open", &format!("/accounts/{name}")));
    Some(AttentionRow { tone: Tone::Doubt, icon: "warn", text, button })
}

fn paused(v: &View, job: &Job) -> AttentionRow {
    let text = v.with_all("today-paused", &[("name", plain(&job.name)), ("reason", reason(v, job))]);
    let is_theirs = v.operates() && (v.administers() || tasks::needs(job.kind) == Authority::Write);
    let button = match job.resumes_at {
        None if is_theirs => {
            AttentionButton { label: v.t("job-resume"), address: format!("/jobs/{}/resume", job.id), acts: true }
        }
        _ => link(v, "today-open", &format!("/jobs/{}", job.id)),
    };
    AttentionRow { tone: Tone::Doubt, icon: "paused", text, button: Some(button) }
}

/// Why it stands still, and when it goes on by itself.
fn reason(v: &View, job: &Job) -> String {
    let why = job.reason.as_ref().map(|reason| states::reason(v, &reason.code, &reason.detail));
    let until = job.resumes_at.map(|at| v.with("resumes-at", "time", v.moment(&at)));
    why.into_iter().chain(until).collect::<Vec<_>>().join(" ")
}

/// Mailings first, then the rest, where runs of one name are one row. What there is no room for is counted.
fn troubles(v: &View, Troubled { jobs, is_cut }: &Troubled) -> Vec<AttentionRow> {
    let (mailings, others): (Vec<&Job>, Vec<&Job>) = jobs.iter().partition(|job| job.kind == JobKind::Mail);
    let mut rows: Vec<_> = mailings.into_iter().flat_map(|job| troubled(v, job)).collect();
    let mut runs: Vec<(&Job, u64)> = Vec::new();
    for job in others {
        match runs.iter_mut().find(|(newest, _)| newest.name == job.name) {
            Some((_, count)) => *count += 1,
            None => runs.push((job, 1)),
        }
    }
    for (newest, count) in runs {
        match count {
            1 => rows.extend(troubled(v, newest)),
            _ => rows.push(failed_runs(v, newest, count, *is_cut)),
        }
    }
    let further = rows.len().saturating_sub(TROUBLES_MAX);
    if further > 0 {
        rows.truncate(TROUBLES_MAX);
        let (text, button) = (v.count("today-more", &(further as u64)), Some(link(v, "today-see", "/jobs")));
        rows.push(AttentionRow { tone: Tone::Doubt, icon: "warn", text, button });
    }
    rows
}

fn failed_runs(v: &View, newest: &Job, count: u64, is_cut: bool) -> AttentionRow {
    let id = if is_cut { "today-failed-runs-least" } else { "today-failed-runs" };
    let text = v.count_with(id, &count, &[("name", newest.name.as_str())]);
    let address = rows::address("/jobs", &[("q", newest.name.as_str())]);
    AttentionRow { tone: Tone::Bad, icon: "failed", text, button: Some(link(v, "today-see", &address)) }
}

fn troubled(v: &View, job: &Job) -> Vec<AttentionRow> {
    let (failed, unknown) = (job.counters.failed, job.counters.unknown);
    let is_mailing = job.kind == JobKind::Mail;
    let name = [("name", job.name.as_str())];
    let row = |tone, icon, text, word: &str, side: &str| {
        let button = Some(link(v, word, &format!("/jobs/{}{side}", job.id)));
        AttentionRow { tone, icon, text, button }
    };
    let mut rows = Vec::new();
    if job.state == JobState::Failed {
        let text = v.with_all("today-failed", &[("name", plain(&job.name)), ("reason", reason(v, job))]);
        rows.push(row(Tone::Bad, "failed", text, "today-open", ""));
    }
    if unknown > 0 {
        let id = if is_mailing { "today-unknown" } else { "today-unknown-items" };
        let text = v.count_with(id, &unknown, &name);
        rows.push(row(Tone::Doubt, "unknown", text, "today-decide", "/undelivered"));
    }
    if failed > 0 && is_mailing {
        let word = if v.operates() { "today-resend" } else { "today-see" };
        let text = v.count_with("today-undelivered", &failed, &name);
        // Where nothing worked, it is no matter of some addresses.
        let (tone, icon) = if job.counters.succeeded == 0 { (Tone::Bad, "failed") } else { (Tone::Doubt, "warn") };
        rows.push(row(tone, icon, text, word, "/undelivered"));
    } else if failed > 0 && job.state != JobState::Failed {
        let text = v.count_with("today-failed-items", &failed, &name);
        rows.push(row(Tone::Doubt, "warn", text, "today-see", "/undelivered"));
    }
    rows
}

/// Those that came back, and those that are new.
fn issues_rows(v: &View, (project, issues): &(Project, IssuesToLookAt)) -> Vec<AttentionRow> {
    let row = |tone, n: u64, text, state| {
        let address = rows::address("/issues", &[("project", project.slug.as_str()), ("state", state)]);
        let text = v.count_with(text, &n, &[("name", project.name.as_str())]);
        (n > 0).then(|| AttentionRow {
            tone,
            icon: "level-bolt",
            text,
            button: Some(link(v, "today-issues", &address)),
        })
    };
    let regressed = row(Tone::Bad, issues.regressed, "today-issues-regressed", "regressed");
    regressed.into_iter().chain(row(Tone::Doubt, issues.new, "today-issues-new", "")).collect()
}

fn link(v: &View, word: &str, address: &str) -> AttentionButton {
    AttentionButton { label: v.t(word), address: address.to_owned(), acts: false }
}
