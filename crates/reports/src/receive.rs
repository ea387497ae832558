//! Envelopes, taken in: what they hold is on disk and searchable before the client hears so.

use crate::{
    DropReason, Error, KnownProject, Reports,
    gather::{Beside, Gathered},
    recent::Claimed,
};
use errors::{check_ins::CheckIn, logs::LogItem};
use std::{collections::BTreeMap, mem, sync::Arc, time::Duration};
use store::UserFeedback;
use telemetry::{Kind, Value};
use uuid::Uuid;

/// Bytes of an envelope that takes less than a millisecond to read: it is read on the thread that received it.
const READ_AT_ONCE_BYTES_MAX: usize = 64 << 10;

/// What became of an envelope.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// What its event is known by; none where it has neither an event nor an id.
    pub event_id: Option<Uuid>,
    /// Categories of which no more is taken for so long.
    pub limited: BTreeMap<&'static str, Duration>,
    /// Why nothing of it was taken: it is beyond a quota, or longer than it may be.
    pub refused: Option<DropReason>,
    /// What monitors said of themselves: whoever watches them keeps it.
    pub check_ins: Vec<CheckIn>,
}

/// How an envelope reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Envelope,
    /// One event by itself, as old clients send it.
    Event,
    /// What a browser reports by itself, of a policy that was broken.
    Security,
}

impl Reports {
    /// Takes an envelope of a project's client.
    ///
    /// # Errors
    /// [`Error::Envelope`] when nothing of it can be read; otherwise where the store cannot be written to: then
    /// nothing was acknowledged, though what came before in the envelope may be kept.
    pub async fn receive(&self, known: Arc<KnownProject>, body: Vec<u8>, form: Form) -> Result<Received, Error> {
        // Where the store cannot be opened, whoever needs it says so: not all that is sent does.
        let _ = self.know_recent().await;
        // A usual one is read sooner than another thread is woken.
        let (received, mut gathered) = if body.len() <= READ_AT_ONCE_BYTES_MAX {
            self.gather(&known, &body, form)?
        } else {
            let (reports, of) = (self.clone(), Arc::clone(&known));
            let gather = move || reports.gather(&of, &body, form);
            tokio::task::spawn_blocking(gather).await.map_err(|_| Error::Stopped)??
        };
        let (claimed, sent_before) = (mem::take(&mut gathered.claimed), mem::take(&mut gathered.sent_before));
        if claimed.is_empty() {
            self.keep(&known, gathered).await?;
        } else {
            // Goes on where the client goes away: what it sends again then is known.
            let reports = self.clone();
            let keeping = tokio::spawn(async move {
                reports.keep(&known, gathered).await?;
                claimed.into_iter().for_each(Claimed::kept);
                Ok::<_, Error>(())
            });
            keeping.await.map_err(|_| Error::Stopped)??;
        }
        for id in sent_before {
            if !self.0.recent.is_kept(id).await {
                return Err(Error::SentBefore);
            }
        }
        Ok(received)
    }

    async fn keep(&self, known: &KnownProject, mut gathered: Gathered) -> Result<(), Error> {
        if !gathered.minified.is_empty() {
            gathered = self.unminify(known, gathered).await?;
        }
        let logs = &self.0.logs;
        if !gathered.logs.is_empty() {
            let (logs, project, lines) = (logs.clone(), known.project.slug.clone(), std::mem::take(&mut gathered.logs));
            let kept = move || keep_logs(&logs, &project, &lines);
            tokio::task::spawn_blocking(kept).await.map_err(|_| Error::Stopped)??;
        }
        if !gathered.spans.is_empty() {
            logs.append(Kind::Span, gathered.spans).await?;
        }
        if !gathered.events.is_empty() {
            logs.append(Kind::Error, gathered.events).await?;
            self.wake();
        }
        self.keep_beside(known, gathered.beside).await
    }

    /// What comes beside records: the database and the blobs have it.
    async fn keep_beside(&self, known: &KnownProject, beside: Beside) -> Result<(), Error> {
        let (db, project) = (&self.0.db, known.project.id);
        if !beside.sessions.is_empty() {
            db.count_sessions(project, beside.sessions).await?;
        }
        for said in beside.feedback {
            db.add_feedback(UserFeedback { project, ..said }).await?;
        }
        if !beside.files.is_empty() {
            self.keep_files(project, beside.files).await?;
        }
        if !beside.dropped.is_empty() {
            let dropped = beside.dropped.into_iter().map(|one| (project, one));
            db.count_dropped(dropped.collect(), self.0.clock.now()).await?;
        }
        Ok(())
    }
}

/// Numbers stay numbers, so that they can be added up; what has parts is its text.
fn field_of<'a>(value: &'a serde_json::Value, text: &'a str) -> Value<'a> {
    match value {
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => {
            number.as_i64().map(Value::Int).or(number.as_f64().map(Value::Float)).unwrap_or_else(|| text.into())
        }
        _ => text.into(),
    }
}

fn keep_logs(logs: &logs::Logs, project: &str, lines: &[LogItem]) -> Result<(), logs::Error> {
    let mut intake = logs.intake()?;
    for line in lines {
        intake.record(|draft| {
            draft.time(line.time);
            draft.level(Some(line.level));
            draft.source(project.as_bytes())?;
            draft.message(line.body.as_bytes())?;
            draft.field("project", project.into())?;
            for (name, value) in [("trace_id", &line.trace_id), ("span_id", &line.span_id)] {
                if let Some(value) = value {
                    draft.field(name, value.as_str().into())?;
                }
            }
            for (name, value) in &line.attributes {
                let text = value.to_string();
                draft.field(name, field_of(value, &text))?;
            }
            Ok(())
        })?;
    }
    intake.finish()
}
