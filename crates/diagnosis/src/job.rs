//! A job of Vigie as evidence: what was recorded of it while it ran. It says when it stopped, and mostly why; the logs of
//! the machine say what was behind it.
//!
//! Who was served is counted from its items: an outcome is recorded with the reply that it is known by.

use crate::{
    evidence::{Actor, Evidence, Family, Place, Sign},
    signs,
    source::{Source, SourceState},
};
use model::{JobState, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Facts of a job that are looked at.
pub const FACTS_MAX: usize = 2_000;
/// A line of the run log tells of a change of state that is no further away.
const TOLD_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of a fact that are shown.
const SHOWN_BYTES_MAX: usize = 1_500;

/// What is known of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobStory {
    pub id: String,
    pub name: String,
    pub state: JobState,
    /// Another program does the work, and tells how far it is.
    pub is_external: bool,
    pub begin: Option<Timestamp>,
    /// When it was last heard of.
    pub latest: Timestamp,
    /// When a pause ends by itself.
    pub resumes_at: Option<Timestamp>,
    pub counts: Vec<JobCount>,
    /// In any order.
    pub facts: Vec<JobFact>,
}

/// What became of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Sent,
    /// The mail server has it, and tries again by itself.
    Held,
    Failed,
    Unknown,
    NotStarted,
    /// The job left it out: somebody cancelled it, or it was served before.
    Skipped,
}

/// How many items came to one end, and some of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCount {
    pub outcome: Outcome,
    pub count: u64,
    pub names: Vec<String>,
}

/// Something that was recorded of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFact {
    pub at: Timestamp,
    pub kind: FactKind,
    /// The code of the reason, the verdict or the event.
    pub code: String,
    /// What was said, to the letter.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactKind {
    /// It came into this state.
    State(JobState),
    /// An attempt at an item that failed.
    Attempt,
    /// A line of its run log.
    Line,
}

impl JobStory {
    pub(crate) fn count(&self, outcome: Outcome) -> u64 {
        self.counts.iter().filter(|count| count.outcome == outcome).map(|count| count.count).sum()
    }

    /// Whether Vigie itself does the work.
    pub(crate) fn is_own(&self) -> bool {
        !self.is_external
    }

    pub(crate) fn is_going(&self) -> bool {
        matches!(self.state, JobState::Preparing | JobState::Pending | JobState::Running)
    }

    /// The loss of its process that nothing has made good.
    pub(crate) fn lost(&self) -> Option<&JobFact> {
        let lost = self.facts.iter().filter(|fact| is_lost(fact)).max_by_key(|fact| fact.at)?;
        let is_open = self.count(Outcome::Unknown) > 0 || self.is_going();
        let stopped = self.stopped().map(|fact| fact.at);
        (is_open || stopped.is_some_and(|at| at <= lost.at)).then_some(lost)
    }

    /// The state in which it stands still.
    fn stopped(&self) -> Option<&JobFact> {
        let is_stop = |fact: &&JobFact| matches!(fact.kind, FactKind::State(state) if state == self.state);
        let last = self.facts.iter().filter(is_stop).max_by_key(|fact| fact.at);
        last.filter(|_| !self.is_going())
    }

    /// When it stopped: at the earliest and at the latest.
    pub fn end(&self) -> (Timestamp, Timestamp) {
        if let Some(lost) = self.lost() {
            let is_before = |fact: &&JobFact| fact.at < lost.at && !is_lost(fact);
            let last = self.facts.iter().filter(is_before).map(|fact| fact.at).max();
            return (last.unwrap_or(lost.at), lost.at);
        }
        let at = self.stopped().map_or(self.latest, |fact| fact.at);
        (at, at)
    }
}

fn is_lost(fact: &JobFact) -> bool {
    match fact.kind {
        FactKind::Line => fact.code == "lost",
        FactKind::Attempt => fact.code == "outcome_lost",
        FactKind::State(_) => false,
    }
}

/// The facts of a job as evidence, and the source that they are from. `source` is its index.
pub(crate) fn evidence(story: &JobStory, source: usize) -> (Source, Vec<Evidence>) {
    let mut kept = Source::new(&format!("Vigie: {}", story.name), 0);
    let mut facts: Vec<&JobFact> = story.facts.iter().collect();
    facts.sort_by_key(|fact| fact.at);
    let skipped = facts.len().saturating_sub(FACTS_MAX);
    let facts = facts.split_off(skipped);
    kept.state = SourceState::Read;
    kept.records = facts.len() as u64;
    kept.looked_at = kept.records;
    (kept.first, kept.last) = (facts.first().map(|fact| fact.at), facts.last().map(|fact| fact.at));
    kept.families.insert(Family::Job, kept.records);
    let all = facts.iter().map(|fact| Evidence {
        sign: sign(fact, story),
        family: Family::Job,
        at: fact.at,
        precision: Duration::from_millis(1),
        is_zoned: true,
        place: Place { source, line: 0 },
        actor: Actor { program: Some("vigie".to_owned()), unit: None, pid: None },
        request: None,
        delivery: None,
        line: shown(fact, story),
    });
    (kept, all.collect())
}

/// As it is quoted: a change of state in the words of the run log, where it has any.
/// Lines of a run log that tell of a change into that state.
fn lines_of(state: JobState) -> &'static [&'static str] {
    match state {
        JobState::Paused => &["paused", "changed"],
        JobState::Completed | JobState::Failed | JobState::Cancelled => &["ended", "finished", "changed"],
        _ => &["changed"],
    }
}

fn shown(fact: &JobFact, story: &JobStory) -> String {
    let told = |state| {
        let apart = |line: &&JobFact| line.at.since(fact.at).max(fact.at.since(line.at));
        let is_it = |line: &&JobFact| {
            line.kind == FactKind::Line && lines_of(state).contains(&&*line.code) && apart(line) <= TOLD_WITHIN
        };
        story.facts.iter().filter(is_it).min_by_key(apart).map(|line| line.text.clone())
    };
    let text = match fact.kind {
        FactKind::State(state) => {
            let plain = [state.as_str(), &fact.code, &fact.text].map(str::trim);
            let plain: Vec<&str> = plain.into_iter().filter(|part| !part.is_empty()).collect();
            let line = told(state).filter(|line| fact.text.is_empty() || line.contains(fact.text.trim()));
            line.unwrap_or_else(|| plain.join(": "))
        }
        FactKind::Attempt if fact.text.is_empty() => fact.code.clone(),
        FactKind::Attempt | FactKind::Line => fact.text.clone(),
    };
    let text = scrub::scrub(text.trim_end());
    text[..text.floor_char_boundary(SHOWN_BYTES_MAX)].to_owned()
}

/// Codes of reasons and verdicts, and what they prove.
#[rustfmt::skip]
const CODES: &[(Sign, &[&str])] = &[
    (Sign::JobStoppedByPerson, &["paused_by", "cancelled_by", "by_hand", "paused"]),
    (Sign::JobDailyLimit, &["daily_limit"]),
    (Sign::JobWorkerLost, &["lost", "outcome_lost"]),
    (Sign::JobDefect, &["defect"]),
    (Sign::JobAccount, &["account_missing", "account_url", "dkim_key_unreadable", "secret_key_missing", "key_missing", "secret_missing"]),
    (Sign::JobUnprepared, &["not_started", "not_prepared"]),
    (Sign::JobSettings, &["settings", "authority", "template_failed"]),
    (Sign::DbUnreachable, &["database"]),
    (Sign::SmtpQuota, &["daily_quota", "hourly_quota", "sender_quota"]),
    (Sign::SmtpRate, &["throttled"]),
    (Sign::SmtpBusy, &["server_busy", "temporary", "auth_unavailable", "greylisted", "recipient_throttled"]),
    (Sign::SmtpAuth, &["auth_failed", "auth_unsupported", "sender_refused"]),
    (Sign::SmtpCertificate, &["tls_failed", "tls_unavailable"]),
    (Sign::DnsFailure, &["dns_failed"]),
    (Sign::SmtpRefused, &["connect_failed", "server_refused", "protocol_error"]),
    (Sign::SmtpTimeout, &["timeout"]),
    (Sign::SmtpDisconnected, &["connection_lost"]),
    (Sign::SmtpLostAfterData, &["outcome_unknown"]),
    (Sign::RecipientRefused, &["unknown_recipient", "mailbox_disabled", "mailbox_full", "recipient_refused", "policy", "content_refused", "message_too_big"]),
    (Sign::JobCommandFailed, &["exit_status", "killed", "cannot_start", "stopped", "end_unknown"]),
    (Sign::JobTimeLimit, &["time_limit"]),
    (Sign::JobTargetFailed, &["no_connection", "no_answer", "http_status", "busy", "unauthorized", "forbidden", "bad_request", "rejected", "incomplete_answer"]),
];

fn sign(fact: &JobFact, story: &JobStory) -> Sign {
    let known = CODES.iter().find(|(_, codes)| codes.contains(&fact.code.as_str())).map(|(sign, _)| *sign);
    match (fact.kind, known) {
        (FactKind::Line, Some(Sign::JobWorkerLost)) => Sign::JobWorkerLost,
        (FactKind::Line, _) if fact.code == "item" => Sign::TaskEnded,
        (FactKind::Line, _) => Sign::JobNoted,
        // The socket says what was the matter with it.
        (_, Some(Sign::SmtpRefused)) if fact.code == "connect_failed" => of_connection(&fact.text),
        (_, Some(sign)) => sign,
        (FactKind::State(JobState::Failed | JobState::Paused), None) => {
            let said = signs::in_text(&fact.text);
            said.unwrap_or(if story.is_external && !fact.text.is_empty() { Sign::JobReported } else { Sign::JobNoted })
        }
        (FactKind::Attempt, None) => signs::in_text(&fact.text).unwrap_or(Sign::JobNoted),
        (FactKind::State(_), None) => Sign::JobNoted,
    }
}

fn of_connection(text: &str) -> Sign {
    match signs::in_text(text) {
        Some(sign @ (Sign::NetworkUnreachable | Sign::PortsExhausted | Sign::TooManyFiles)) => sign,
        _ if text.contains("timed out") => Sign::SmtpTimeout,
        _ => Sign::SmtpRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(1_769_030_400_000_000 + second * 1_000_000)
    }

    fn fact(second: i64, kind: FactKind, code: &str, text: &str) -> JobFact {
        JobFact { at: at(second), kind, code: code.into(), text: text.into() }
    }

    fn story(state: JobState, facts: Vec<JobFact>) -> JobStory {
        let count = |outcome, count| JobCount { outcome, count, names: Vec::new() };
        JobStory {
            id: "1".into(),
            name: "Invoices".into(),
            state,
            is_external: false,
            begin: Some(at(0)),
            latest: at(90),
            resumes_at: None,
            counts: vec![count(Outcome::Sent, 3), count(Outcome::NotStarted, 2)],
            facts,
        }
    }

    #[test]
    fn codes_and_texts_say_what_was_the_matter() {
        let story = story(JobState::Paused, Vec::new());
        let paused = FactKind::State(JobState::Paused);
        for (kind, code, text, expected) in [
            (paused, "auth_failed", "535 5.7.8 no", Sign::SmtpAuth),
            (paused, "paused_by", "marion", Sign::JobStoppedByPerson),
            (FactKind::Attempt, "connect_failed", "no connection: connection timed out", Sign::SmtpTimeout),
            (
                FactKind::Attempt,
                "connect_failed",
                "no connection: Network is unreachable (os error 101)",
                Sign::NetworkUnreachable,
            ),
            (FactKind::Attempt, "connect_failed", "no connection: refused", Sign::SmtpRefused),
            (FactKind::Attempt, "not_kept", "No space left on device (os error 28)", Sign::NoSpace),
            (FactKind::Line, "lost", "", Sign::JobWorkerLost),
            (FactKind::Line, "paused", "paused: auth_failed", Sign::JobNoted),
            (FactKind::Line, "item", "[1/5] sent", Sign::TaskEnded),
            (FactKind::State(JobState::Running), "", "", Sign::JobNoted),
        ] {
            assert_eq!(sign(&fact(0, kind, code, text), &story), expected, "{code}: {text}");
        }
        for (_, codes) in CODES {
            assert!(
                codes.iter().all(|code| CODES.iter().filter(|(_, all)| all.contains(code)).count() == 1),
                "{codes:?}"
            );
        }
    }

    #[test]
    fn a_job_stops_in_its_last_state_or_with_its_process() {
        let running = |second| fact(second, FactKind::State(JobState::Running), "", "");
        let paused = fact(60, FactKind::State(JobState::Paused), "auth_failed", "535 no");
        assert_eq!(story(JobState::Paused, vec![running(0), paused.clone()]).end(), (at(60), at(60)));
        assert_eq!(story(JobState::Running, vec![running(0), paused, running(70)]).end(), (at(90), at(90)), "it runs");
        let line = fact(40, FactKind::Line, "item", "[4/5] ann@x.org");
        let lost = fact(75, FactKind::Line, "lost", "1 item");
        assert_eq!(story(JobState::Running, vec![running(0), line, lost]).end(), (at(40), at(75)));
    }

    #[test]
    fn the_words_of_the_run_log_are_quoted() {
        let paused = fact(60, FactKind::State(JobState::Paused), "auth_failed", "535 5.7.8 no");
        let line = fact(61, FactKind::Line, "paused", "Paused: login refused (535 5.7.8 no)");
        let with = story(JobState::Paused, vec![paused.clone(), line]);
        assert_eq!(shown(&paused, &with), "Paused: login refused (535 5.7.8 no)");
        // The end of a short job is near its beginning, and is not that.
        let running = fact(58, FactKind::State(JobState::Running), "", "");
        let end = fact(60, FactKind::Line, "ended", "5 of 5 sent");
        assert_eq!(shown(&running, &story(JobState::Completed, vec![running.clone(), end])), "running");
        let without = story(JobState::Paused, vec![paused.clone()]);
        assert_eq!(shown(&paused, &without), "paused: auth_failed: 535 5.7.8 no");
    }
}
