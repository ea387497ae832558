//! A kind of job whose attempts end as a script says.

use futures_util::future::BoxFuture;
use jobs::{
    Attempted, Declares, Ended, Handler, Intent, Moment, Run, Shape, Slot, Stop, TraceText, Verified, sleep_until,
};
use model::{Authority, Clock, Fault, JobKind, JobLine, Retry, Timestamp, Verdict};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{Account, ClaimedItem, Item, Job};
use tokio::sync::watch;

/// What an attempt does. Without a line in the script it succeeds.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Succeed,
    Fail(Verdict),
    Unknown,
    Skip(Verdict),
    Panic,
    /// Says nothing of its item.
    Forget,
    /// Waits for [`Script::open`], then succeeds.
    Block,
    /// Waits so before it declares anything, as where a server does not greet.
    Greet,
    /// Succeeds after this long on the clock.
    Take(Duration),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) seq: i64,
    pub(crate) attempt: i64,
    pub(crate) at: Timestamp,
}

/// What happens, and what has happened. Shared by everything that a test starts.
pub(crate) struct Script {
    clock: Clock,
    pub(crate) shape: Mutex<Shape>,
    plan: Mutex<HashMap<i64, VecDeque<Act>>>,
    always: Mutex<Option<Act>>,
    pub(crate) verified: Mutex<HashMap<i64, Verified>>,
    /// How many items were asked for, each time.
    pub(crate) asked: Mutex<Vec<usize>>,
    /// Panics in `Run::slot`, as a handler with a defect might.
    pub(crate) no_slots: Mutex<bool>,
    pub(crate) no_run: Mutex<Option<Stop>>,
    pub(crate) needs: Mutex<Authority>,
    calls: Mutex<Vec<Call>>,
    pub(crate) effects: Mutex<HashMap<i64, u32>>,
    moments: Mutex<Vec<String>>,
    gate: watch::Sender<bool>,
}

impl Script {
    pub(crate) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            shape: Mutex::new(Shape { slots: 1, group: 1, ahead: 1, declares: Declares::First }),
            plan: Mutex::default(),
            always: Mutex::default(),
            verified: Mutex::default(),
            asked: Mutex::default(),
            no_slots: Mutex::default(),
            no_run: Mutex::default(),
            needs: Mutex::new(Authority::Write),
            calls: Mutex::default(),
            effects: Mutex::default(),
            moments: Mutex::default(),
            gate: watch::Sender::new(false),
        })
    }

    pub(crate) fn slots(&self, slots: usize, ahead: usize) {
        let mut shape = self.shape.lock().unwrap();
        (shape.slots, shape.ahead) = (slots, ahead);
    }

    /// Attempts declare their intents by themselves.
    pub(crate) fn declares_itself(&self) {
        self.shape.lock().unwrap().declares = Declares::Itself;
    }

    /// The next attempts at `seq` end so, in this order.
    pub(crate) fn plan(&self, seq: i64, acts: impl IntoIterator<Item = Act>) {
        self.plan.lock().unwrap().entry(seq).or_default().extend(acts);
    }

    /// Every attempt that has no line of its own ends so.
    pub(crate) fn always(&self, act: impl Into<Option<Act>>) {
        *self.always.lock().unwrap() = act.into();
    }

    /// Strikes out every line that was not come to.
    pub(crate) fn forget(&self) {
        self.plan.lock().unwrap().clear();
    }

    pub(crate) fn open(&self) {
        self.gate.send_replace(true);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How often the effect of each item took place.
    pub(crate) fn effects(&self) -> HashMap<i64, u32> {
        self.effects.lock().unwrap().clone()
    }

    pub(crate) fn moments(&self) -> Vec<String> {
        self.moments.lock().unwrap().clone()
    }

    async fn act(&self, item: &ClaimedItem, intent: &Intent) -> Option<Ended> {
        let at = self.clock.now();
        self.calls.lock().unwrap().push(Call { seq: item.seq, attempt: item.attempt, at });
        let planned = self.plan.lock().unwrap().get_mut(&item.seq).and_then(VecDeque::pop_front);
        let act = planned.or_else(|| self.always.lock().unwrap().clone()).unwrap_or(Act::Succeed);
        if matches!(act, Act::Greet) {
            drop(self.gate.subscribe().wait_for(|open| *open).await);
        }
        if let Err(verdict) = intent.declare().await {
            return Some(Ended::Failed(verdict));
        }
        match act {
            Act::Succeed | Act::Greet => {}
            Act::Fail(verdict) => return Some(Ended::Failed(verdict)),
            Act::Unknown => return Some(Ended::Unknown(Verdict::permanent("no_answer", Fault::Server))),
            Act::Skip(verdict) => return Some(Ended::Skipped(verdict)),
            Act::Panic => panic!("as the script says"),
            Act::Forget => return None,
            Act::Block => drop(self.gate.subscribe().wait_for(|open| *open).await),
            Act::Take(length) => sleep_until(&self.clock, at + length).await,
        }
        *self.effects.lock().unwrap().entry(item.seq).or_default() += 1;
        Some(Ended::Succeeded)
    }
}

pub(crate) fn put_off(fault: Fault) -> Act {
    Act::Fail(Verdict::new("later", fault, Retry::After { wait: Duration::ZERO }))
}

pub(crate) struct Scripted(pub(crate) Arc<Script>);
struct ScriptedSlot(Arc<Script>);

impl Handler for Scripted {
    fn kind(&self) -> JobKind {
        JobKind::Noop
    }

    fn needs(&self) -> Authority {
        *self.0.needs.lock().unwrap()
    }

    fn lost(&self, job: &Job, item: &Item, account: Option<&Account>) -> Option<TraceText> {
        let by = account.map_or("no account", |account| &account.url);
        Some(TraceText {
            trace_name: format!("{} of the kind's own", job.name),
            comment: format!("{} by {by}", item.label),
            ..TraceText::default()
        })
    }
    fn open<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        let stop = self.0.no_run.lock().unwrap().clone();
        Box::pin(async move {
            match stop {
                Some(stop) => Err(stop),
                None => Ok(Box::new(Self(Arc::clone(&self.0))) as Box<dyn Run>),
            }
        })
    }
}

impl Run for Scripted {
    fn shape(&self) -> Shape {
        *self.0.shape.lock().unwrap()
    }
    fn slot(&self) -> Box<dyn Slot> {
        let broken = *self.0.no_slots.lock().unwrap();
        assert!(!broken, "as the script says");
        Box::new(ScriptedSlot(Arc::clone(&self.0)))
    }
    fn verify<'a>(&'a self, items: &'a [Item]) -> BoxFuture<'a, Vec<Option<Verified>>> {
        self.0.asked.lock().unwrap().push(items.len());
        let mut verified = self.0.verified.lock().unwrap();
        let verified = items.iter().map(|item| verified.remove(&item.seq)).collect();
        Box::pin(async move { verified })
    }
    fn log(&self, _: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        let told = match moment {
            Moment::Started { resumed: false, .. } => "started".to_owned(),
            Moment::Started { .. } => "resumed".to_owned(),
            Moment::Attempted { attempt, .. } => format!("{} {}", attempt.outcome.seq, attempt.outcome.state),
            Moment::Refused { item, number, .. } => format!("refused {} as {number}", item.seq),
            Moment::Progress { .. } => return Vec::new(),
            Moment::Lost { items, .. } => format!("lost {}", items.len()),
            Moment::Paused { .. } => "paused".to_owned(),
            Moment::Ended { job, .. } => job.state.to_string(),
        };
        self.0.moments.lock().unwrap().push(told);
        Vec::new()
    }
    fn lost(&self, item: &Item) -> TraceText {
        TraceText { comment: format!("{} is unknown", item.label), ..TraceText::default() }
    }
}

impl Slot for ScriptedSlot {
    fn attempt<'a>(&'a mut self, message: Vec<ClaimedItem>, intent: &'a Intent) -> BoxFuture<'a, Vec<Attempted>> {
        Box::pin(async move {
            let mut attempted = Vec::new();
            for item in message {
                let started_at = self.0.clock.now();
                if let Some(ended) = self.0.act(&item, intent).await {
                    let trace = TraceText { comment: item.label.clone(), ..TraceText::default() };
                    let took = self.0.clock.now().since(started_at);
                    attempted.push(Attempted { item, ended, trace, started_at, took });
                }
            }
            attempted
        })
    }
}
