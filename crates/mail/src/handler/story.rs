//! Turns the engine's moments into the events of a mailing's run log.

use crate::{
    enqueue::said_of,
    item::MailItem,
    recipients::filter::Test,
    run_log::{
        Column, Ending, Event, Fate, Finished, Item, LogFilter, Lost, Noun, Outcome, Paused, Progress, Resumed, Retry,
        Route, Run, Selection, Started, message,
    },
    spec::Mailing,
    transport::Transport,
    verdict_text::explain,
};
use indexmap::IndexMap;
use jobs::{Attempt, Ended, Moment, TraceText};
use language::Language;
use model::{ItemState, JobLine, JobState, OnUnknown, Timestamp, Verdict};
use serde_json::{Value, json};
use store::{Job, Reason};

/// What the log of one run needs to know of its mailing.
pub(super) struct Story {
    run: Run,
    route: Route,
    noun: Noun,
    user: Option<String>,
    selection: Vec<Selection>,
    filter: LogFilter,
    subject: String,
    language: Language,
    /// Index and heading of the column shown with each item.
    shown: Vec<(usize, String)>,
}

impl Story {
    pub(super) fn new(job: &Job, mailing: &Mailing, transport: &Transport) -> Self {
        let words = format!("{} {} {}", mailing.name, mailing.application_name, mailing.flow_name).to_lowercase();
        let invoices = words.contains("factur") || words.contains("invoice");
        let conditions: Vec<String> = mailing.conditions.iter().map(ToString::to_string).collect();
        let text = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        Self {
            run: Run { task_id: text(&job.task_id), job_id: job.id.to_string() },
            route: match transport {
                Transport::Smtp(_) => Route::Smtp,
                Transport::Gmail(_) => Route::GmailApi,
                Transport::Memory(_) => Route::Memory,
            },
            noun: if invoices { Noun::Invoice } else { Noun::Email },
            user: text(&job.created_by),
            selection: selection(mailing),
            filter: if conditions.is_empty() { LogFilter::Unsent } else { LogFilter::Where(conditions.join(", ")) },
            subject: mailing.templates.subject.source.clone(),
            language: mailing.language,
            shown: mailing.columns.iter().cloned().enumerate().filter(|(_, name)| is_cct(name)).take(1).collect(),
        }
    }

    pub(super) fn tell(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        match moment {
            Moment::Attempted { job, attempt } => {
                let line = self.record(at, &self.attempted(at, job, attempt), Some(attempt.attempted.item.seq));
                vec![because(line, attempt.outcome.verdict.as_ref().map(|verdict| (VERDICT, json!(verdict))))]
            }
            Moment::Refused { job, item, number } => {
                let error = item.verdict.as_ref().map_or_else(String::new, |verdict| match verdict.reply.as_str() {
                    "" => explain(verdict, self.language),
                    // Each problem of the row in words, which needs no more.
                    reply => reply.to_owned(),
                });
                let line =
                    self.record(at, &self.of_item(job, item, *number, Outcome::Failed { error }), Some(item.seq));
                vec![because(line, item.verdict.as_ref().map(|verdict| (VERDICT, json!(verdict))))]
            }
            Moment::Lost { job, items } => self.lost(at, job, items),
            other => {
                let reason = match other {
                    Moment::Paused { job } | Moment::Ended { job, .. } => job.reason.as_ref(),
                    _ => None,
                };
                let reason = reason.map(|reason| (REASON, json!({"code": reason.code, "detail": reason.detail})));
                let line = |event: &Event| because(self.record(at, event, None), reason.clone());
                self.event(at, other).iter().map(line).collect()
            }
        }
    }

    /// `item`: which one it is about.
    fn record(&self, at: Timestamp, event: &Event, item: Option<i64>) -> JobLine {
        let (code, mut fields) = event.to_fields();
        if let Some(item) = item {
            fields.insert("item".to_owned(), item.into());
        }
        JobLine { at, level: event.level(), event: code, message: message(event, self.language), fields }
    }

    /// An error for each item of which nobody knows whether it left; then what became of the run.
    fn lost(&self, at: Timestamp, job: &Job, items: &[store::Item]) -> Vec<JobLine> {
        let unknown: Vec<&store::Item> = items.iter().filter(|item| item.state == ItemState::Unknown).collect();
        let before = job.counters.processed().saturating_sub(unknown.len() as u64);
        let mut records: Vec<JobLine> = unknown
            .iter()
            .zip(before + 1..)
            .map(|(item, n)| {
                let error = item.verdict.as_ref().map_or_else(String::new, |verdict| self.why(verdict));
                let line = self.record(at, &self.of_item(job, item, n, Outcome::Unknown { error }), Some(item.seq));
                because(line, item.verdict.as_ref().map(|verdict| (VERDICT, json!(verdict))))
            })
            .collect();
        let fate = match job.on_unknown {
            OnUnknown::Repeat => Fate::Again,
            OnUnknown::Hold | OnUnknown::Verify => Fate::Uncertain,
        };
        records.push(self.record(at, &Event::Lost(Lost { items: items.len() as u64, fate }), None));
        records
    }

    /// An item that no attempt here has settled.
    fn of_item(&self, job: &Job, item: &store::Item, n: u64, outcome: Outcome) -> Event {
        let row: Option<MailItem> = serde_json::from_str(&item.payload).ok();
        Event::Item(Item {
            n,
            total: job.counters.total,
            outcome,
            file: row.as_ref().map(MailItem::file_names).filter(|files| !files.is_empty()),
            recipients: item.label.split(", ").map(str::to_owned).collect(),
            fields: self.fields(&item.payload),
            duration_ms: 0,
        })
    }

    /// Whose failure it is, in words, and what the other side said.
    pub(super) fn why(&self, verdict: &Verdict) -> String {
        why(verdict, self.language)
    }

    fn event(&self, at: Timestamp, moment: &Moment<'_>) -> Option<Event> {
        Some(match moment {
            Moment::Started { job, resumed: true } => Event::Resumed(Resumed { remaining: job.counters.remaining() }),
            Moment::Started { job, resumed: false } => Event::Started(Started {
                run: self.run.clone(),
                total: job.counters.total,
                noun: self.noun.clone(),
                route: self.route,
                user: self.user.clone(),
                selection: self.selection.clone(),
                filter: self.filter.clone(),
                subject: self.subject.clone(),
            }),
            Moment::Attempted { .. } | Moment::Refused { .. } | Moment::Lost { .. } => return None,
            Moment::Progress { job, processed, rate, eta } => {
                // The counters belong to a whole transaction: shown is how far the lines above it have come.
                let mut counters = job.counters;
                let ahead = counters.processed().saturating_sub(*processed);
                counters.succeeded = counters.succeeded.saturating_sub(ahead);
                Event::Progress(Progress { counters, rate: *rate, eta_s: eta.map(|eta| eta.as_secs()) })
            }
            Moment::Paused { job } => {
                Event::Paused(Paused { reason: self.reason(job.reason.as_ref()), until: job.resumes_at })
            }
            Moment::Ended { job, .. } => Event::Finished(Finished {
                run: self.run.clone(),
                ending: match job.state {
                    JobState::Cancelled => Ending::Cancelled,
                    JobState::Failed => Ending::Failed { reason: self.reason(job.reason.as_ref()) },
                    _ => Ending::Completed,
                },
                counters: job.counters,
                elapsed_ms: millis(job.active_at(at)),
            }),
        })
    }

    fn attempted(&self, at: Timestamp, job: &Job, attempt: &Attempt<'_>) -> Event {
        let item = &attempt.attempted.item;
        let file = Some(attempt.attempted.trace.file_name.clone()).filter(|name| !name.is_empty());
        let recipients: Vec<String> = item.label.split(", ").map(str::to_owned).collect();
        let reason = |verdict: &Verdict| self.why(verdict);
        let outcome = match (&attempt.attempted.ended, attempt.outcome.state) {
            (Ended::Failed(verdict), ItemState::Queued) => {
                return Event::Retry(Retry {
                    n: attempt.number + 1,
                    total: job.counters.total,
                    attempt: u32::try_from(item.attempt + 1).unwrap_or(u32::MAX),
                    wait_s: attempt.outcome.not_before.since(at).as_secs(),
                    file,
                    recipients,
                    reason: reason(verdict),
                });
            }
            (Ended::Failed(verdict), _) => Outcome::Failed { error: reason(verdict) },
            (Ended::Unknown(verdict), _) => Outcome::Unknown { error: reason(verdict) },
            (Ended::Skipped(verdict), _) => Outcome::Skipped { reason: reason(verdict) },
            (Ended::Succeeded, _) => sent(&attempt.attempted.trace, Vec::new()),
            (Ended::SucceededInPart { detail, .. }, _) => {
                sent(&attempt.attempted.trace, detail.split(", ").map(str::to_owned).collect())
            }
        };
        Event::Item(Item {
            n: attempt.number,
            total: job.counters.total,
            outcome,
            file,
            recipients,
            fields: self.fields(&item.payload),
            duration_ms: millis(attempt.attempted.took),
        })
    }

    fn fields(&self, payload: &str) -> IndexMap<String, String> {
        if self.shown.is_empty() {
            return IndexMap::new();
        }
        let row: Option<MailItem> = serde_json::from_str(payload).ok();
        let cell = |(index, name): &(usize, String)| {
            let value = row.as_ref().and_then(|row| row.values.get(*index))?;
            Some((name.to_uppercase(), value.clone()))
        };
        self.shown.iter().filter_map(cell).collect()
    }

    fn reason(&self, reason: Option<&Reason>) -> String {
        reason.map_or_else(String::new, |reason| reason_text(&reason.code, &reason.detail, self.language))
    }
}

/// Fields of a line that say why in codes, beside the words of the mailing's language.
const VERDICT: &str = "verdict";
const REASON: &str = "reason_given";

fn because(mut line: JobLine, why: Option<(&str, Value)>) -> JobLine {
    line.fields.extend(why.map(|(name, value)| (name.to_owned(), value)));
    line
}

/// The message of a line of a mailing's run log in `language`. `None`: the line is not a mailing's.
pub fn retold(line: &JobLine, language: Language) -> Option<String> {
    let mut event = Event::from_fields(&line.event, &line.fields).ok()?;
    let verdict = || serde_json::from_value::<Verdict>(line.fields.get(VERDICT)?.clone()).ok();
    let reason = || {
        let given = line.fields.get(REASON)?;
        Some(reason_text(given.get("code")?.as_str()?, given.get("detail")?.as_str()?, language))
    };
    match &mut event {
        Event::Item(Item {
            outcome:
                Outcome::Failed { error: text } | Outcome::Unknown { error: text } | Outcome::Skipped { reason: text },
            ..
        })
        | Event::Retry(Retry { reason: text, .. }) => {
            if let Some(verdict) = verdict() {
                let said = said_of(&verdict, language);
                // A row that was wrong is told in the reader's words already.
                *text = if said == verdict.reply { why(&verdict, language) } else { said.to_owned() };
            }
        }
        Event::Paused(Paused { reason: text, .. })
        | Event::Finished(Finished { ending: Ending::Failed { reason: text }, .. }) => {
            if let Some(reason) = reason() {
                *text = reason;
            }
        }
        _ => {}
    }
    Some(message(&event, language))
}

fn reason_text(code: &str, detail: &str, language: Language) -> String {
    match (code, language) {
        ("requested", Language::French) => "à la demande".to_owned(),
        ("requested", Language::English) => "as asked".to_owned(),
        ("daily_limit", Language::French) => "limite de 24 heures atteinte".to_owned(),
        ("daily_limit", Language::English) => "the limit of 24 hours is reached".to_owned(),
        ("outcome_lost", Language::French) => format!("{detail} envoi(s) interrompu(s), issue inconnue"),
        ("outcome_lost", Language::English) => format!("{detail} interrupted, outcome unknown"),
        (code, _) => why(&Verdict::permanent(code, model::Fault::Server).with_reply(detail.to_owned()), language),
    }
}

/// Whose failure it is, in words, and what the other side said.
pub(super) fn why(verdict: &Verdict, language: Language) -> String {
    let words = explain(verdict, language);
    match verdict.reply.as_str() {
        "" => words,
        reply => format!("{reply} ({words})"),
    }
}

/// Who was sent to, and who of them was refused.
fn sent(trace: &TraceText, refused: Vec<String>) -> Outcome {
    Outcome::Sent { reference: id_in(&trace.comment).unwrap_or(&trace.reference).to_owned(), refused }
}

fn millis(length: std::time::Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// The id that the trace's comment shows.
fn id_in(comment: &str) -> Option<&str> {
    let (_, rest) = comment.rsplit_once("(Message ID: ")?;
    rest.strip_suffix(')')
}

fn is_cct(heading: &str) -> bool {
    heading.trim().eq_ignore_ascii_case("cct")
}

fn is_period(heading: &str) -> bool {
    matches!(heading.trim().to_lowercase().as_str(), "periode" | "période" | "period")
}

/// The columns that the log's first block names, with what they were narrowed to.
fn selection(mailing: &Mailing) -> Vec<Selection> {
    let narrowed = |heading: &str| {
        mailing.conditions.iter().find_map(|condition| match &condition.test {
            Test::Equals(value) if condition.column.trim() == heading.trim() => Some(value.clone()),
            _ => None,
        })
    };
    let named = mailing.columns.iter().filter_map(|heading| {
        let column = if is_cct(heading) {
            Column::Cct
        } else if is_period(heading) {
            Column::Period
        } else {
            return None;
        };
        Some(Selection { column, only: narrowed(heading) })
    });
    named.collect()
}
