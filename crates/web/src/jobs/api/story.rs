//! The run log of a job that somebody else runs: what they said of it, and when.

use crate::Ctx;
use model::{JobLine, JobState, Level};
use serde_json::{Value, json};
use store::{Advance, Job};

/// What has become of it.
pub(super) enum StoryEvent<'a> {
    Started,
    Advanced(&'a Advance),
    /// Ended, paused or cancelled, with what was said of it.
    Changed(&'a str),
}

pub(super) async fn tell(ctx: &Ctx, job: &Job, told: StoryEvent<'_>) {
    let (event, level, message, fields) = line(job, &told);
    let fields = if let Value::Object(fields) = fields { fields } else { serde_json::Map::new() };
    let record = JobLine { at: ctx.app.clock.now(), level, event: event.to_owned(), message, fields };
    ctx.app.job_log.append(job.id, vec![record]).await;
}

fn line(job: &Job, told: &StoryEvent<'_>) -> (&'static str, Level, String, Value) {
    let counters = job.counters;
    let (processed, total) = (counters.processed(), counters.total);
    match told {
        StoryEvent::Started => {
            let user = if job.created_by.is_empty() { String::new() } else { format!(", user: {}", job.created_by) };
            let task = if job.task_id.is_empty() { String::new() } else { format!("task_id: {}, ", job.task_id) };
            let message = format!("{} started: {total} to do ({task}job_id: {}{user})", job.name, job.id);
            ("started", Level::Info, message, json!({"total": total, "user": job.created_by, "task_id": job.task_id}))
        }
        StoryEvent::Advanced(step) => {
            let said = step.message.as_deref().or(step.item.as_deref());
            let said =
                said.map_or_else(|| format!("{} more processed, {} failed", step.processed, step.failed), one_line);
            let level = if step.failed > 0 { Level::Error } else { Level::Info };
            let fields = json!({
                "n": processed, "total": total, "processed": step.processed, "failed": step.failed, "label": step.item,
            });
            ("item", level, format!("[{processed}/{total}] {said}"), fields)
        }
        StoryEvent::Changed(said) => {
            let said = if said.is_empty() { String::new() } else { format!(" - {}", one_line(said)) };
            let message = format!(
                "{} {}: {} succeeded, {} failed of {total}{said}",
                job.name, job.state, counters.succeeded, counters.failed
            );
            let level = match job.state {
                JobState::Failed => Level::Error,
                JobState::Paused | JobState::Cancelled => Level::Warning,
                _ if counters.failed > 0 => Level::Warning,
                _ => Level::Info,
            };
            let event = if job.state.is_final() { "ended" } else { "changed" };
            (event, level, message, json!({"state": job.state, "counters": counters}))
        }
    }
}

/// What others write stays on its line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if model::steers_display(c) { ' ' } else { c }).collect()
}
