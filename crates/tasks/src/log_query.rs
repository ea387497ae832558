//! `log_query`: counts what a search of the logs finds in the time before its run, keeps the newest lines in the run log, and has
//! people told by e-mail, where the count is worth it. What the logs are, and how people are told, is for a [`LogReader`].
//!
//! It may be done twice: a search changes nothing, and a message that was handed over is found again by its job.

use crate::{
    frame::{self, Task},
    item::{head, subject},
    read, story, unreadable,
};
use futures_util::future::BoxFuture;
use jobs::{Attempted, Declares, Ended, Handler, Moment, Run, RunLog, Shape, Stop};
use model::{Clock, Fault, JobId, JobKind, JobLine, Level, Retry, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{ops::Range, sync::Arc, time::Duration};
use store::{ClaimedItem, Job};

/// The field that each line of such a run has, with the name of the kind: a search that comes again does not find what it has
/// said itself.
pub const SAID_BY: &str = "said_by";

/// Bytes of a query.
const QUERY_MAX: usize = 4_000;
const NAME_MAX: usize = 200;
const WITHIN_MIN_S: u64 = 60;
const WITHIN_MAX_S: u64 = 92 * 86_400;
/// Lines that are kept.
pub const LINES_MAX: usize = 100;
/// Bytes of each.
const LINE_BYTES: usize = 2_000;
/// After which a search that could not be answered is asked again.
const AGAIN: Duration = Duration::from_secs(10);

/// The settings of a `log_query` job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogQuerySpec {
    /// In the language of `docs/search.md`, without steps.
    pub query: String,
    /// Only lines of this application: their field `app`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub application: String,
    /// The time that is looked at: as long before the run was due.
    #[serde(default = "a_day")]
    pub within_seconds: u64,
    /// Of the newest lines, how many are kept.
    #[serde(default = "twenty")]
    pub lines: usize,
    /// Addresses that are told what was found; each gets a message of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// The sending account; the only one there is, unless it is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// The sender; the address with which the account logs in, unless it is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// `en` or `fr`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// A message goes out only where there are more lines than this, or fewer than `below`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u64>,
}

fn a_day() -> u64 {
    86_400
}
fn twenty() -> usize {
    20
}

impl LogQuerySpec {
    /// As it is kept.
    ///
    /// # Errors
    /// What is wrong, in words that name the setting.
    pub fn parse(spec: &str) -> Result<Self, String> {
        let spec: Self = read(JobKind::LogQuery, spec)?;
        spec.check().map(|()| spec)
    }

    fn check(&self) -> Result<(), String> {
        if self.query.trim().is_empty() || self.query.len() > QUERY_MAX {
            return Err(format!("`query`: give 1 to {QUERY_MAX} bytes; `*` finds every line"));
        }
        if self.application.len() > NAME_MAX {
            return Err(format!("`application`: longer than {NAME_MAX} bytes"));
        }
        if !(WITHIN_MIN_S..=WITHIN_MAX_S).contains(&self.within_seconds) {
            let given = self.within_seconds;
            return Err(format!("`within_seconds` is {given}: give {WITHIN_MIN_S} to {WITHIN_MAX_S}"));
        }
        if self.lines > LINES_MAX {
            return Err(format!("`lines` is {}: at most {LINES_MAX}", self.lines));
        }
        if self.to.is_empty() && (self.above.is_some() || self.below.is_some()) {
            return Err("`above` and `below` say when a message goes out: add an address to `to`".to_owned());
        }
        Ok(())
    }

    /// The time that a run looks at which was due at `due`.
    pub fn span(&self, due: Timestamp) -> Range<Timestamp> {
        due - Duration::from_secs(self.within_seconds)..due
    }

    /// Whether people are told of so many lines.
    pub fn tells(&self, count: u64) -> bool {
        let is_beyond = self.above.is_some_and(|above| count > above) || self.below.is_some_and(|below| count < below);
        !self.to.is_empty() && (is_beyond || (self.above.is_none() && self.below.is_none()))
    }
}

/// What the item of a run holds.
pub fn due_payload(due: Timestamp) -> String {
    json!({"due": due}).to_string()
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLines {
    pub span: Range<Timestamp>,
    pub count: u64,
    /// The newest first.
    pub lines: Vec<FoundLine>,
    /// What could not be read is missing.
    pub is_partial: bool,
    /// Where one sees all of it.
    pub link: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    pub at: Timestamp,
    pub level: Option<Level>,
    pub source: String,
    pub message: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// There may be one later.
    Later(String),
    /// There is none as long as the settings stay as they are.
    Never(String),
}

/// Whoever has the logs, and tells people.
pub trait LogReader: Send + Sync + 'static {
    /// What a search finds.
    fn find<'a>(
        &'a self,
        spec: &'a LogQuerySpec,
        span: Range<Timestamp>,
    ) -> BoxFuture<'a, Result<FoundLines, Unanswered>>;

    /// Has the addresses told; returns the job that does it. Asked again for the same job, it is the one that there is.
    fn tell<'a>(
        &'a self,
        job: &'a Job,
        spec: &'a LogQuerySpec,
        found: &'a FoundLines,
    ) -> BoxFuture<'a, Result<JobId, Unanswered>>;
}

/// Runs jobs of kind `log_query`.
pub struct LogQueryHandler {
    clock: Clock,
    run_log: RunLog,
    reader: Arc<dyn LogReader>,
}

impl LogQueryHandler {
    pub fn new(clock: Clock, run_log: RunLog, reader: Arc<dyn LogReader>) -> Self {
        Self { clock, run_log, reader }
    }
}

impl Handler for LogQueryHandler {
    fn kind(&self) -> JobKind {
        JobKind::LogQuery
    }

    fn needs(&self) -> model::Authority {
        crate::needs(self.kind())
    }

    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async move {
            let spec = LogQuerySpec::parse(&job.spec).map_err(unreadable)?;
            Ok(frame::run(LogQueryTask {
                spec,
                job: job.clone(),
                clock: self.clock.clone(),
                run_log: self.run_log.clone(),
                reader: Arc::clone(&self.reader),
            }))
        })
    }
}

struct LogQueryTask {
    spec: LogQuerySpec,
    job: Job,
    clock: Clock,
    run_log: RunLog,
    reader: Arc<dyn LogReader>,
}

impl Task for LogQueryTask {
    fn job(&self) -> &Job {
        &self.job
    }

    fn shape(&self) -> Shape {
        Shape { slots: 1, group: 1, ahead: 1, declares: Declares::Nothing }
    }

    fn tell(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        story::tell(at, moment).into_iter().map(ours).collect()
    }

    async fn attempt(&self, item: ClaimedItem) -> Attempted {
        let started_at = self.clock.now();
        let (ended, said) = match self.answer(&item).await {
            Ok(count) => (Ended::Succeeded, format!("found {}", counted(count, "line", "lines"))),
            Err(Unanswered::Later(why)) => {
                let verdict = Verdict::new("logs_unanswered", Fault::Server, Retry::After { wait: AGAIN });
                (Ended::Failed(verdict.with_reply(&why)), why)
            }
            Err(Unanswered::Never(why)) => {
                (Ended::Failed(Verdict::permanent("log_query_refused", Fault::Content).with_reply(&why)), why)
            }
        };
        let trace = story::trace(&self.job, format!("{}: {said}", item.label));
        Attempted { item, ended, trace, started_at, took: self.clock.now().since(started_at) }
    }
}

impl LogQueryTask {
    async fn answer(&self, item: &ClaimedItem) -> Result<u64, Unanswered> {
        let due = subject(item).fields.remove("due").and_then(|due| serde_json::from_value(due).ok());
        let found = self.reader.find(&self.spec, self.spec.span(due.unwrap_or(self.job.created_at))).await?;
        self.keep(found_lines(&self.spec, &found)).await;
        if self.spec.tells(found.count) {
            let job = self.reader.tell(&self.job, &self.spec, &found).await?;
            let addresses = self.spec.to.len();
            let fields = json!({"addresses": addresses, "report": job.to_string()});
            self.keep(vec![(
                Level::Info,
                "query_sent",
                format!("sent to {}", counted(addresses as u64, "address", "addresses")),
                fields,
            )])
            .await;
        } else if !self.spec.to.is_empty() {
            let fields = json!({"count": found.count, "above": self.spec.above, "below": self.spec.below});
            let said = format!("nothing is sent of {}, as the settings say", counted(found.count, "line", "lines"));
            self.keep(vec![(Level::Info, "query_quiet", said, fields)]).await;
        }
        Ok(found.count)
    }

    async fn keep(&self, said: Vec<Said>) {
        let at = self.clock.now();
        let lines = said.into_iter().map(|(level, event, said, fields)| story::record(at, level, event, said, fields));
        self.run_log.append(self.job.id, lines.map(ours).collect()).await;
    }
}

type Said = (Level, &'static str, String, serde_json::Value);

/// How many there are, then the newest, the oldest of them first as in any log.
fn found_lines(spec: &LogQuerySpec, found: &FoundLines) -> Vec<Said> {
    let fields = json!({
        "count": found.count, "query": spec.query, "application": spec.application, "since": found.span.start,
        "until": found.span.end, "shown": found.lines.len(), "partial": found.is_partial, "link": found.link,
    });
    let (lines, span) = (counted(found.count, "line", "lines"), &found.span);
    let said = format!("{lines} found from {} to {}", span.start, span.end);
    let level = if found.is_partial { Level::Warning } else { Level::Info };
    let mut all = vec![(level, "query_found", said, fields)];
    all.extend(found.lines.iter().rev().map(|line| {
        let text = head(&line.message, LINE_BYTES);
        let fields = json!({"at": line.at, "of_level": line.level, "of_source": line.source, "text": text});
        (Level::Info, "query_line", format!("{} {text}", line.at), fields)
    }));
    all
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Marked, so that no search that comes again finds it.
fn ours(mut line: JobLine) -> JobLine {
    line.fields.insert(SAID_BY.to_owned(), JobKind::LogQuery.as_str().into());
    line
}
