//! A run's jobs, as the engine has them: kind `dhis2`.

mod rows;

use crate::{
    apply::{self, Apply},
    client::Error,
    files::FileKinds,
    metadata::{Readings, Sides},
    plan::Direction,
    syncs::Syncs,
    values::Sets,
    verdicts,
    work::{Group, Phase, Spec},
};
use futures_util::future::BoxFuture;
use jobs::{Attempted, Declares, Ended, Handler, Intent, Moment, Run, Shape, Slot, Stop, TraceText, Verified};
use model::{Authority, Fault, ItemState, JobKind, JobLine, Level, Timestamp, Verdict};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, sync::Arc};
use store::{ClaimedItem, Item, ItemFilter, Job, Reason, SyncedObject};

/// Items of a message: an upper bound, what travels together is said by the items.
const MESSAGE_ITEMS: u64 = 400;

/// Runs jobs of kind `dhis2`.
pub struct Dhis2Handler(Syncs);

impl Dhis2Handler {
    pub fn new(syncs: Syncs) -> Self {
        Self(syncs)
    }
}

impl Handler for Dhis2Handler {
    fn kind(&self) -> JobKind {
        JobKind::Dhis2
    }

    fn needs(&self) -> Authority {
        Authority::Admin
    }

    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async move {
            let unreadable = |error: String| Stop::Fail(Reason::new("settings", error));
            let spec: Spec = serde_json::from_str(&job.spec).map_err(|error| unreadable(error.to_string()))?;
            let sync = self.0.find(&spec.name).await.map_err(unreadable)?;
            let sides = self
                .0
                .sides(&sync, &spec.settings)
                .map_err(|why| Stop::Pause(Reason::new("secret", why.text), None))?;
            let unanswered = |error: Error| match verdicts::held(&error) {
                Ended::Failed(verdict) => {
                    let wait = verdict.pause.and_then(|pause| pause.wait);
                    Stop::Pause(
                        Reason::new(&verdict.code, error.to_string()),
                        wait.map(|wait| self.0.clock().now() + wait),
                    )
                }
                _ => Stop::Pause(Reason::new("no_answer", error.to_string()), None),
            };
            let readings = sides.readings(&spec.settings).await.map_err(unanswered)?;
            let sets = match spec.phase {
                Phase::Metadata | Phase::Tracker => Sets::default(),
                Phase::Values | Phase::Completeness => Sets::of(&sides.source).await.map_err(unanswered)?,
            };
            let files = FileKinds::of(&sides, &spec.settings).await.map_err(unanswered)?;
            let direction = self.0.direction(&spec.settings).await.map_err(|error| unreadable(error.to_string()))?;
            let failed = self.failed(job).await;
            let (job, syncs) = (job.clone(), self.0.clone());
            let opened = Opened { spec, sides, readings, sets, files, direction, failed, job, syncs };
            Ok(Box::new(SyncRun(Arc::new(opened))) as Box<dyn Run>)
        })
    }
}

impl Dhis2Handler {
    /// What earlier attempts could not make, after a restart.
    async fn failed(&self, job: &Job) -> HashMap<String, String> {
        let states = vec![ItemState::Failed, ItemState::Skipped];
        let mut filter = ItemFilter { states, limit: 1_000, ..ItemFilter::default() };
        let mut failed = HashMap::new();
        while let Ok(page) = self.0.db().items(job.id, &filter).await {
            for item in &page.rows {
                let culprit = item.verdict.as_ref().and_then(|verdict| verdict.args.get("uid"));
                let group = serde_json::from_str::<Group>(&item.payload);
                if let (Some(culprit), Ok(group)) = (culprit, group) {
                    let made = group.objects.into_iter().filter(|one| one.target.is_empty());
                    failed.extend(made.map(|one| (one.uid, culprit.clone())));
                }
            }
            let Some(next) = page.next else { break };
            filter.after = next;
        }
        failed
    }
}

struct Opened {
    spec: Spec,
    sides: Sides,
    readings: Readings,
    sets: Sets,
    files: FileKinds,
    direction: Direction,
    failed: HashMap<String, String>,
    job: Job,
    syncs: Syncs,
}

struct SyncRun(Arc<Opened>);

impl Run for SyncRun {
    /// One message after the other: what comes later refers to what came before.
    fn shape(&self) -> Shape {
        Shape { slots: 1, group: MESSAGE_ITEMS, ahead: 1, declares: Declares::Itself }
    }

    fn slot(&self) -> Box<dyn Slot> {
        let failed = self.0.failed.clone();
        Box::new(SyncSlot { run: Arc::clone(&self.0), failed, limit: usize::try_from(MESSAGE_ITEMS).unwrap_or(1) })
    }

    fn verify<'a>(&'a self, items: &'a [Item]) -> BoxFuture<'a, Vec<Option<Verified>>> {
        Box::pin(async move {
            match self.0.spec.phase {
                Phase::Metadata | Phase::Tracker => self.0.verify_groups(items).await,
                // What is there already is not written again.
                Phase::Values | Phase::Completeness => vec![Some(not_sent()); items.len()],
            }
        })
    }

    fn log(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        // The fields say the same, so that pages can put it into their reader's language.
        let line = |level, event: &str, message: String, fields: Value| {
            let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
            vec![JobLine { at, level, event: event.into(), message, fields }]
        };
        match moment {
            Moment::Started { job, .. } => {
                let (left, total) = (job.counters.remaining(), job.counters.total);
                let message = format!("{}: {left} of {total} to do", job.name);
                line(Level::Info, "started", message, json!({"name": job.name, "remaining": left, "total": total}))
            }
            Moment::Attempted { attempt, .. } if attempt.outcome.state != ItemState::Succeeded => {
                let (label, outcome) = (&attempt.attempted.item.label, attempt.outcome);
                let told = outcome.verdict.as_ref().map(told).unwrap_or_default();
                let message = format!("{label}: {}: {told}", outcome.state);
                let fields = json!({"seq": outcome.seq, "label": label, "attempt": outcome.attempt,
                    "outcome": outcome.state, "verdict": outcome.verdict});
                line(Level::Warning, "item", message, fields)
            }
            Moment::Paused { job } => {
                let reason = job.reason.as_ref().map_or("", |reason| reason.code.as_str());
                let detail = job.reason.as_ref().map_or("", |reason| reason.detail.as_str());
                let fields = json!({"code": reason, "detail": detail, "resumes_at": job.resumes_at});
                line(Level::Warning, "paused", format!("paused: {reason}"), fields)
            }
            Moment::Ended { job, .. } => {
                let counters = job.counters;
                let message = format!(
                    "{}: {} succeeded, {} failed, {} skipped",
                    job.state, counters.succeeded, counters.failed, counters.skipped
                );
                line(Level::Info, "ended", message, json!({"state": job.state, "counters": counters}))
            }
            _ => Vec::new(),
        }
    }

    fn lost(&self, item: &Item) -> TraceText {
        trace(&self.0.job, format!("{}: the process ended before its outcome was known", item.label))
    }
}

fn trace(job: &Job, comment: String) -> TraceText {
    TraceText { trace_name: job.name.clone(), comment, ..TraceText::default() }
}

/// A code with its arguments, which are uids, codes and names of properties.
pub(crate) fn told(verdict: &Verdict) -> String {
    let args: Vec<String> = verdict.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{} {}", verdict.code, args.join(" ")).trim_end().to_owned()
}

fn not_sent() -> Verified {
    Verified::NotSent { comment: "read again: not there as it was sent".to_owned() }
}

impl Opened {
    async fn verify_groups(&self, items: &[Item]) -> Vec<Option<Verified>> {
        let groups: Vec<Option<Group>> = items.iter().map(|item| serde_json::from_str(&item.payload).ok()).collect();
        let read: Vec<&Group> = groups.iter().flatten().collect();
        let Ok(kept) = apply::kept(&self.sides, &self.readings, &read).await else { return vec![None; items.len()] };
        let mut kept = kept.into_iter();
        let sent = || Verified::Sent { comment: "read again: there as it was sent".to_owned() };
        let verified = groups.iter().map(|group| {
            group.as_ref()?;
            Some(kept.next()?.map_or_else(sent, |_| not_sent()))
        });
        let verified: Vec<Option<Verified>> = verified.collect();
        let is_sent = |verified: &Option<Verified>| matches!(verified, Some(Verified::Sent { .. }));
        let done = groups.iter().zip(&verified).filter(|(_, verified)| is_sent(verified));
        let done: Vec<&Group> = done.filter_map(|(group, _)| group.as_ref()).collect();
        match self.note(&done.iter().map(|group| (*group, None)).collect::<Vec<_>>()).await {
            Ok(()) => verified,
            Err(_) => vec![None; items.len()],
        }
    }

    /// What the ledger has of these objects from now on.
    async fn note(&self, groups: &[(&Group, Option<&Verdict>)]) -> store::Result<()> {
        let is_gone = |(group, verdict): &&(&Group, Option<&Verdict>)| group.deletes() && verdict.is_none();
        let gone = groups.iter().filter(is_gone).flat_map(|(group, _)| &group.objects);
        let gone: Vec<(String, String)> = gone.map(|one| (one.kind.clone(), one.uid.clone())).collect();
        let kept = groups.iter().filter(|one| !is_gone(one));
        let mut rows = Vec::new();
        for (group, verdict) in kept {
            rows.extend(group.objects.iter().map(|one| SyncedObject {
                kind: one.kind.clone(),
                uid: one.uid.clone(),
                hash: one.source.clone(),
                problem: verdict.map(told),
            }));
        }
        let pair = self.spec.settings.pair();
        if !gone.is_empty() {
            self.syncs.db().forget_synced(pair.clone(), gone).await?;
        }
        self.syncs.db().note_synced(pair, rows, self.syncs.clock().now()).await
    }
}

struct SyncSlot {
    run: Arc<Opened>,
    failed: HashMap<String, String>,
    /// Groups of one write.
    limit: usize,
}

impl Slot for SyncSlot {
    fn attempt<'a>(&'a mut self, message: Vec<ClaimedItem>, intent: &'a Intent) -> BoxFuture<'a, Vec<Attempted>> {
        Box::pin(async move {
            let started_at = self.run.syncs.clock().now();
            let ended = match self.run.spec.phase {
                Phase::Metadata | Phase::Tracker => self.write_groups(&message, intent).await,
                Phase::Values | Phase::Completeness => self.write_parts(&message, intent).await,
            };
            let took = self.run.syncs.clock().now().since(started_at);
            let attempted = message.into_iter().zip(ended).map(|(item, ended)| {
                let said = match &ended {
                    Ended::Succeeded => "read again: equal".to_owned(),
                    Ended::SucceededInPart { verdict, .. }
                    | Ended::Skipped(verdict)
                    | Ended::Failed(verdict)
                    | Ended::Unknown(verdict) => told(verdict),
                };
                let trace = trace(&self.run.job, format!("{}: {said}", item.label));
                Attempted { item, ended, trace, started_at, took }
            });
            attempted.collect()
        })
    }
}

fn all(message: &[ClaimedItem], ended: &Ended) -> Vec<Ended> {
    message.iter().map(|_| ended.clone()).collect()
}

fn unreadable() -> Ended {
    Ended::Failed(Verdict::permanent("settings", Fault::Content))
}

impl SyncSlot {
    async fn write_groups(&mut self, message: &[ClaimedItem], intent: &Intent) -> Vec<Ended> {
        let groups: Result<Vec<Group>, _> = message.iter().map(|item| serde_json::from_str(&item.payload)).collect();
        let Ok(groups) = groups else { return all(message, &unreadable()) };
        let run = Arc::clone(&self.run);
        let (failed, limit) = (&mut self.failed, &mut self.limit);
        let apply = Apply { sides: &run.sides, readings: &run.readings, groups: &groups, failed, limit };
        let objects = match apply.read().await {
            Ok(objects) => objects,
            Err(error) => return all(message, &verdicts::held(&error)),
        };
        if run.spec.phase == Phase::Tracker
            && let Err(error) = run.files.bring_tracked(&run.sides, &groups, &objects).await
        {
            return all(message, &verdicts::held(&error));
        }
        if let Err(verdict) = intent.declare().await {
            return all(message, &Ended::Failed(verdict));
        }
        let ended = apply.write(&objects).await.ended;
        let notes = groups.iter().zip(&ended).filter_map(|(group, ended)| match ended {
            Ended::Succeeded => Some((group, None)),
            Ended::Failed(verdict) | Ended::Skipped(verdict) => Some((group, Some(verdict))),
            _ => None,
        });
        match run.note(&notes.collect::<Vec<_>>()).await {
            Ok(()) => ended,
            // What was written and is in no ledger is found equal later, and noted then.
            Err(_) => all(message, &verdicts::held(&Error::Lost { host: String::new() })),
        }
    }
}
