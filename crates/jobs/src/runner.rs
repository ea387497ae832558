//! One open job in this process: claims, hands out, records, until nothing is left or something stops it.

mod holding;
mod pace;
mod refused;

use crate::{
    Attempt, Attempted, Declares, Moment, RateMeter, Run, Shape,
    queue::Queue,
    retry::Settled,
    shared::{Shared, mean_rate},
    slots::{Batch, Floor, work},
    timer::sleep_until,
};
use holding::POLICY;
use model::{
    Counters, Fault, ItemState, JobState, Timestamp,
    pace::{BURST, Limit},
};
use pace::Pace;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use store::{Claim, ClaimRefused, Claimed, DAILY_LIMIT, Job, Outcome, Reason};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinSet,
};

/// How long a transaction waits for more to record, at the most.
const LINGER: Duration = Duration::from_millis(4);
/// Outcomes that one transaction records at the most.
const RECORD_MAX: usize = 1024;

pub(crate) struct Runner {
    shared: Arc<Shared>,
    job: Job,
    run: Arc<dyn Run>,
    shape: Shape,
    worker: i64,
    paced: bool,
    queue: Arc<Queue>,
    nudge: Arc<Notify>,
    stop: watch::Receiver<bool>,
    /// The process's fencing token now; ours no longer counts once it differs.
    token: watch::Receiver<i64>,
    /// Items handed out and not yet recorded, by `seq`, with their message.
    in_flight: HashMap<i64, i64>,
    /// Ends that are not recorded yet.
    unrecorded: Vec<Done>,
    /// Slots that want to know when theirs are.
    recorded: Vec<oneshot::Sender<()>>,
    /// Since when the first of them has been tried to be recorded.
    trying_since: Option<Timestamp>,
    /// A transaction failed that may have claimed: what the store holds for us must be compared.
    strays: bool,
    meter: RateMeter,
    pace: Pace,
    server_failures: u32,
    policy_failures: u32,
    winding: bool,
    ended_here: bool,
    /// Nothing can be claimed sooner.
    held_until: Option<Timestamp>,
    store_failures: u32,
}

/// An attempt with what it makes of its item.
struct Done {
    attempted: Attempted,
    outcome: Outcome,
    settled: Settled,
    /// When it was known here.
    at: Timestamp,
}

impl Done {
    /// Whether it may ask for a rest or a pause. What was claimed beside it would be begun against it.
    fn may_hold_back(&self) -> bool {
        let blames = |fault| !matches!(fault, Fault::Recipient | Fault::Content);
        self.settled.pause.is_some()
            || self.settled.verdict.as_ref().is_some_and(|verdict| blames(verdict.fault) || verdict.code == POLICY)
    }
}

/// A slot ended although there is work: the run cannot go on.
pub(crate) struct Defect;

impl Runner {
    pub(crate) fn new(
        shared: Arc<Shared>,
        job: Job,
        run: Box<dyn Run>,
        paced: bool,
        nudge: Arc<Notify>,
        stop: watch::Receiver<bool>,
        token: watch::Receiver<i64>,
    ) -> Self {
        let shape = run.shape();
        let worker = *token.borrow();
        Self {
            shared,
            job,
            run: Arc::from(run),
            shape,
            worker,
            paced,
            queue: Arc::default(),
            nudge,
            stop,
            token,
            in_flight: HashMap::new(),
            unrecorded: Vec::new(),
            recorded: Vec::new(),
            trying_since: None,
            strays: false,
            meter: RateMeter::default(),
            pace: Pace::default(),
            server_failures: 0,
            policy_failures: 0,
            winding: false,
            ended_here: false,
            held_until: None,
            store_failures: 0,
        }
    }

    /// Runs until the job is over, paused or cancelled, or the engine stops. Everything that was begun is recorded.
    pub(crate) async fn run(mut self) -> Result<(), Defect> {
        self.job = self.shared.verify_unknown(&*self.run, self.job.clone()).await;
        let resumed = self.job.started_at.is_some();
        let (outcomes, mut done) = mpsc::unbounded_channel();
        let mut slots = JoinSet::new();
        let floor = Floor {
            shared: Arc::clone(&self.shared),
            job: self.job.id,
            worker: self.worker,
            queue: Arc::clone(&self.queue),
            run: Arc::clone(&self.run),
            declares: self.shape.declares,
            outcomes,
        };
        for _ in 0..self.shape.slots.max(1) {
            slots.spawn(work(floor.clone()));
        }
        drop(floor);
        self.turn(Vec::new()).await;
        self.tell_pacing().await;
        // Said while the first items are at work already: they are not to wait for a file. Theirs is said after it.
        self.shared.log(&*self.run, &self.job, &Moment::Started { job: &self.job, resumed }).await;
        if !resumed && self.job.counters.failed > 0 {
            self.tell_refused().await;
        }
        while !self.is_over() {
            let attempted = tokio::select! {
                attempted = self.wait(&mut done) => attempted,
                // The queue is open: only a slot that cannot be made or replaced ends now.
                Some(_) = slots.join_next() => return Err(Defect),
            };
            self.turn(attempted).await;
        }
        self.queue.close();
        while slots.join_next().await.is_some() {}
        self.tell_end().await;
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.winding && self.in_flight.is_empty() && self.unrecorded.is_empty() && !self.strays
    }

    /// Waits for outcomes, or for a reason to look again.
    async fn wait(&mut self, done: &mut mpsc::UnboundedReceiver<Batch>) -> Vec<Attempted> {
        enum Woken {
            Done,
            Nudged,
            Stopped,
            Due,
        }
        let mut batches = Vec::new();
        let wake_at = self.held_until;
        let woken = tokio::select! {
            _ = done.recv_many(&mut batches, RECORD_MAX), if !self.in_flight.is_empty() => Woken::Done,
            () = self.nudge.notified() => Woken::Nudged,
            _ = self.stop.wait_for(|stop| *stop), if !self.winding => Woken::Stopped,
            () = sleep_until(&self.shared.clock, wake_at.unwrap_or_default()), if wake_at.is_some() => Woken::Due,
        };
        match woken {
            Woken::Done => {
                self.linger(done, &mut batches).await;
                while batches.len() < RECORD_MAX
                    && let Ok(batch) = done.try_recv()
                {
                    batches.push(batch);
                }
            }
            Woken::Nudged => self.look_again().await,
            Woken::Stopped => self.wind_down().await,
            Woken::Due => self.held_until = None,
        }
        let (mut attempted, mut withdrawn) = (Vec::new(), Vec::new());
        for batch in batches {
            attempted.extend(batch.attempted);
            withdrawn.extend(batch.withdrawn.into_iter().map(|item| item.seq));
            self.recorded.push(batch.recorded);
        }
        if !withdrawn.is_empty() {
            self.give_back(withdrawn).await;
            // If not because the program stops: what keeps intents has some trouble.
            self.held_until = self.held_until.max(Some(self.shared.clock.now() + Duration::from_secs(1)));
        }
        attempted
    }

    /// At high speed, a few milliseconds more make a transaction worth its cost: until half of what is in flight has
    /// ended, so that the other half keeps the slots at work meanwhile. Never while slots could starve.
    async fn linger(&self, done: &mut mpsc::UnboundedReceiver<Batch>, batches: &mut Vec<Batch>) {
        if self.pace.per_second <= 1_000.0 || self.in_flight.len() < self.shape.slots * 8 {
            return;
        }
        // The slots wait for this very transaction before they declare what they do next.
        if self.shape.declares != Declares::Nothing && !self.shared.db.keeps_ends() {
            return;
        }
        let until = tokio::time::Instant::now() + LINGER;
        while batches.iter().map(|batch| batch.attempted.len()).sum::<usize>() < self.in_flight.len() / 2
            && batches.len() < RECORD_MAX
        {
            let more = done.recv_many(batches, RECORD_MAX);
            if !matches!(tokio::time::timeout_at(until, more).await, Ok(1..)) {
                break;
            }
        }
    }

    /// Lets whoever watches reckon with the account's limits.
    async fn tell_pacing(&self) {
        self.shared.hub.set_group(&self.job, self.shape.group);
        if self.job.account.is_some()
            && let Err(error) = self.shared.hub.refresh_accounts().await
        {
            tracing::debug!(job = %self.job.id, %error, "what its account allows could not be read; it is read again later");
        }
    }

    /// Somebody changed the job: see what it has become.
    async fn look_again(&mut self) {
        self.held_until = None;
        match self.shared.db.job(self.job.id).await {
            Ok(Some(job)) if job.state != JobState::Running && job.state != JobState::Pending => {
                self.job = job;
                self.wind_down().await;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(job = %self.job.id, %error, "could not read the job; going on"),
        }
    }

    /// Takes no more, and gives back what no slot has begun.
    async fn wind_down(&mut self) {
        self.winding = true;
        let back = self.queue.drain();
        self.give_back(back.iter().map(|item| item.seq).collect()).await;
    }

    /// Items that were claimed and not begun are somebody else's again.
    async fn give_back(&mut self, seqs: Vec<i64>) {
        if seqs.is_empty() {
            return;
        }
        let now = self.shared.clock.now();
        match self.shared.db.release(self.job.id, self.worker, seqs.clone(), now).await {
            Ok(job) => {
                self.job = job;
                self.shared.hub.publish(&self.job);
            }
            // They stay in flight in the store; the comparison after the next success gives them back.
            Err(error) => {
                tracing::warn!(job = %self.job.id, %error, items = seqs.len(), "could not give items back yet");
                self.strays = true;
                self.held_until = Some(now + Duration::from_secs(1));
            }
        }
        for seq in seqs {
            self.in_flight.remove(&seq);
        }
    }

    /// One transaction: records `attempted`, claims what is next.
    async fn turn(&mut self, attempted: Vec<Attempted>) {
        let now = self.shared.clock.now();
        for attempt in attempted {
            let done = self.settle_one(attempt, now);
            self.unrecorded.push(done);
        }
        let claim = self.wish();
        if self.unrecorded.is_empty() && claim.is_none() {
            return self.give_back_strays().await;
        }
        let asked = claim.as_ref().map(|claim| claim.messages);
        let outcomes: Vec<Outcome> = self.unrecorded.iter().map(|done| done.outcome.clone()).collect();
        let since = *self.trying_since.get_or_insert(now);
        if !outcomes.is_empty() {
            crashpoint::reach("before_record");
        }
        let result = self.shared.db.record_and_claim(self.job.id, self.worker, outcomes, claim, now).await;
        match result {
            Ok((recorded, claimed)) => {
                self.store_answered(now);
                let done = std::mem::take(&mut self.unrecorded);
                for one in &done {
                    self.shared.hub.attempted(self.job.kind, one.attempted.took);
                }
                for slot in self.recorded.drain(..) {
                    // A slot that is gone does not need the answer.
                    let _ = slot.send(());
                }
                let messages: HashSet<i64> =
                    done.iter().filter_map(|done| self.in_flight.remove(&done.outcome.seq)).collect();
                self.pace.add(now, messages.len() as u64);
                let mut counters = None;
                if let Some(recorded) = recorded {
                    self.job = recorded.job;
                    counters = Some(self.job.counters);
                    self.ended_here |= self.job.state == JobState::Completed
                        && self.job.finished_at.is_some_and(|finished| finished >= since);
                    self.wake_for_retries(&done);
                }
                if let Some(claimed) = claimed {
                    if !claimed.items.is_empty() {
                        crashpoint::reach("after_claim");
                    }
                    self.take(claimed, asked.unwrap_or(0)).await;
                }
                // After the slots have what they do next.
                if let Some(counters) = counters {
                    self.tell_recorded(&done, counters).await;
                }
                self.shared.hub.publish(&self.job);
                self.announce().await;
                let unasked = done.iter().any(Done::may_hold_back);
                self.obey(done, now).await;
                if unasked && self.held_until.is_none() {
                    self.held_until = Some(now);
                }
                self.give_back_strays().await;
            }
            Err(error) => self.store_failed(&error, asked.is_some(), now),
        }
        let fenced = *self.token.borrow() != self.worker;
        let runs = matches!(self.job.state, JobState::Running | JobState::Pending);
        if !self.winding && (fenced || !runs) {
            self.wind_down().await;
        }
    }

    fn settle_one(&mut self, attempted: Attempted, now: Timestamp) -> Done {
        let (outcome, settled) = self.shared.outcome_of(&self.job, &attempted, now);
        Done { attempted, outcome, settled, at: now }
    }

    /// How many messages to ask for: as many as leave in the next 50 ms, and one per slot when a limit paces them.
    fn wish(&self) -> Option<Claim> {
        if self.unrecorded.iter().any(Done::may_hold_back) {
            return None;
        }
        if self.winding || self.held_until.is_some() || self.strays || self.store_failures > 0 {
            return None;
        }
        let slots = self.shape.slots.max(1);
        let window = match self.paced {
            true => slots,
            false => {
                let ahead = (self.pace.per_second * BURST.as_secs_f64()) as usize;
                ahead.clamp(slots, slots * self.shape.ahead.max(1))
            }
        };
        let group = self.shape.group.max(1);
        // What this very transaction records has left its slot.
        let in_flight = self.in_flight.len().saturating_sub(self.unrecorded.len()).div_ceil(group as usize);
        let messages = window.saturating_sub(in_flight) as u64;
        (messages > 0).then_some(Claim { job: self.job.id, worker: self.worker, messages, group })
    }

    /// A wait must not outlast the first item that may be tried again.
    fn wake_for_retries(&mut self, done: &[Done]) {
        let retries = done.iter().map(|done| &done.outcome).filter(|outcome| outcome.state == ItemState::Queued);
        if let (Some(held), Some(first)) = (self.held_until, retries.map(|outcome| outcome.not_before).min()) {
            self.held_until = Some(held.min(first));
        }
    }

    async fn take(&mut self, claimed: Claimed, asked: u64) {
        self.job = claimed.job;
        let now = self.shared.clock.now();
        self.in_flight.extend(claimed.items.iter().map(|item| (item.seq, item.message_no)));
        let messages = self.queue.push(claimed.items) as u64;
        let waiting_until = match claimed.held {
            Some(ClaimRefused::NotBefore(at)) => Some(at),
            _ => None,
        };
        self.shared.hub.set_waiting(self.job.id, waiting_until);
        match claimed.held {
            // Less than was asked for: ask again at once, and learn what holds the rest back.
            None if messages < asked => self.held_until = Some(now),
            None | Some(ClaimRefused::NotRunning) => {}
            // The batch may be in flight in another process.
            Some(ClaimRefused::Batch) => {
                self.held_until = self.in_flight.is_empty().then(|| now + Duration::from_millis(100));
            }
            Some(ClaimRefused::Empty) if self.in_flight.is_empty() => self.finish_empty().await,
            Some(ClaimRefused::Empty) => {}
            Some(ClaimRefused::NotBefore(at)) => self.held_until = Some(at),
            Some(ClaimRefused::Limit(at, Limit::Day)) => {
                self.pause(Reason::new(DAILY_LIMIT, ""), Some(at)).await;
            }
            Some(ClaimRefused::Limit(at, _)) => self.held_until = Some(at),
            Some(ClaimRefused::Paused(pause)) => self.account_is_paused(pause).await,
        }
    }

    /// Nothing queued, nothing in flight here: other workers may still be at it, or the job is over.
    async fn finish_empty(&mut self) {
        if self.job.counters.running > 0 {
            self.held_until = Some(self.shared.clock.now() + Duration::from_millis(500));
            return;
        }
        let now = self.shared.clock.now();
        let completed = match self.shared.db.open_until(self.job.id, now).await {
            Ok(Some(at)) => return self.held_until = Some(at),
            Ok(None) => self.shared.db.complete_job(self.job.id, None, now).await,
            Err(error) => Err(error),
        };
        match completed {
            Ok(job) => (self.job, self.ended_here, self.winding) = (job, true, true),
            Err(error) => {
                tracing::warn!(job = %self.job.id, %error, "could not complete the job; trying again");
                self.held_until = Some(self.shared.clock.now() + Duration::from_secs(1));
            }
        }
    }

    /// The store did not take it: nothing is lost, it is tried again, and nothing new is begun meanwhile.
    fn store_failed(&mut self, error: &store::Error, claimed: bool, now: Timestamp) {
        self.store_failures += 1;
        self.strays |= claimed;
        let wait =
            Duration::from_millis(200).saturating_mul(1 << self.store_failures.min(5)).min(Duration::from_secs(5));
        self.held_until = Some(now + wait);
        tracing::error!(job = %self.job.id, %error, outcomes = self.unrecorded.len(), failures = self.store_failures,
            "the store does not take outcomes; they are kept and tried again");
    }

    /// The store takes what it is given again.
    fn store_answered(&mut self, now: Timestamp) {
        self.trying_since = None;
        if self.store_failures > 0 {
            // Nothing was claimed beside what could not be recorded.
            (self.store_failures, self.held_until) = (0, Some(now));
        }
    }

    /// After a failed transaction the store may hold claims that we never saw: gives them back.
    async fn give_back_strays(&mut self) {
        if !self.strays {
            return;
        }
        let held = self.shared.db.in_flight_of(self.job.id, self.worker).await;
        let result = match held {
            Ok(held) => {
                let strays: Vec<i64> = held.into_iter().filter(|seq| !self.in_flight.contains_key(seq)).collect();
                match strays.is_empty() {
                    true => Ok(None),
                    false => {
                        let now = self.shared.clock.now();
                        self.shared.db.release(self.job.id, self.worker, strays, now).await.map(Some)
                    }
                }
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(job) => {
                self.strays = false;
                self.job = job.unwrap_or_else(|| self.job.clone());
                self.store_answered(self.shared.clock.now());
                self.nudge.notify_one();
            }
            Err(error) => {
                tracing::warn!(job = %self.job.id, %error, "could not compare claims with the store yet");
                self.held_until = Some(self.shared.clock.now() + Duration::from_secs(1));
            }
        }
    }

    /// `counters` are those of the transaction that recorded them.
    async fn tell_recorded(&mut self, done: &[Done], counters: Counters) {
        let now = self.shared.clock.now();
        self.meter.add(now, counters.processed());
        let finals = done.iter().filter(|done| done.outcome.state.is_final()).count() as u64;
        let mut number = counters.processed().saturating_sub(finals);
        let mut records = Vec::new();
        for Done { attempted, outcome, .. } in done {
            number += u64::from(outcome.state.is_final());
            let attempt = Attempt { attempted, outcome, number };
            records.extend(self.run.log(now, &Moment::Attempted { job: &self.job, attempt }));
            if outcome.state.is_final() && number.is_multiple_of(10) && number < counters.total {
                let rate = self.meter.rate(now).unwrap_or_else(|| mean_rate(&self.job, now));
                let left = counters.total.saturating_sub(number);
                let eta = (rate > 0.0).then(|| Duration::from_secs_f64((left as f64 / rate).min(1e9)));
                records.extend(self.run.log(now, &Moment::Progress { job: &self.job, processed: number, rate, eta }));
            }
        }
        self.shared.keep(&self.job, records).await;
    }

    /// Tells other processes, on PostgreSQL.
    async fn announce(&self) {
        if let Err(error) = self.shared.db.announce(self.job.id, self.shared.clock.now()).await {
            tracing::debug!(%error, "could not announce progress");
        }
    }

    async fn tell_end(&mut self) {
        match self.job.state {
            // Several processes may have worked on the job: the one that recorded its last item tells its end.
            JobState::Completed if self.ended_here => {
                self.job = self.shared.tell_completed(&*self.run, self.job.clone()).await;
            }
            JobState::Cancelled | JobState::Failed => self.shared.tell_ended(&*self.run, &self.job).await,
            JobState::Paused => {
                self.shared.log(&*self.run, &self.job, &Moment::Paused { job: &self.job }).await;
            }
            _ => {}
        }
    }
}
