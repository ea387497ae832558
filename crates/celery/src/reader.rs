//! Listens to a broker for as long as Vigie runs, and keeps what it learns.

use crate::{
    broker::{Connection, Feed, Purged},
    config::{Broker, Enabling},
    control::Command,
    counts,
    event::{Event, Problem, What},
    inspect::Order,
    standing::{Reach, Standing},
    task,
    worker::Workers,
};
use model::{Clock, Rng, Timestamp};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, time::Duration};
use store::{CeleryBroker, CeleryQueue, Db};
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior, interval},
};
use uuid::Uuid;

const FLUSH_EVERY: Duration = Duration::from_millis(250);
/// Events that are written at a time.
const BATCH_MAX: usize = 1_000;
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// Workers are asked about themselves so often, and whenever one comes.
const ASK_EVERY: Duration = Duration::from_secs(60);
/// Workers are asked to tell what their tasks do so often, as Flower asks them. One that has just come says so before it hears of
/// orders, and Redis keeps none for later: then sooner, a few times.
const ENABLE_EVERY: Duration = Duration::from_secs(5);
const ENABLE_SOON: Duration = Duration::from_millis(500);
const ENABLE_SOON_TIMES: u8 = 8;
/// When one that has just come is asked about itself once more.
const ASK_AGAIN: Duration = Duration::from_secs(4);
const ANSWERS_WAIT: Duration = Duration::from_secs(1);
/// Signs of life that tell nothing new, and how the broker is reached, are written so often.
const ORDERS_EVERY: Duration = Duration::from_millis(500);
/// What was asked longer ago nobody waits for: a worker is not shut down an hour later.
const ORDERS_VALID: Duration = Duration::from_secs(60);
const NOTE_EVERY: Duration = Duration::from_secs(10);
/// How soon a broker that is away is tried again, at first and at last.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LAST: Duration = Duration::from_secs(60);
/// A connection that lived so long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(60);
const QUEUES_MAX: usize = 500;

/// Listens to one broker.
pub struct Reader {
    broker: Broker,
    db: Db,
    clock: Clock,
    rng: Rng,
    workers: Workers,
    standing: Standing,
    /// Queues that are known from tasks, from workers, from before.
    queues: BTreeSet<String>,
}

/// How long until workers are asked again, after one has come.
#[derive(Default)]
struct Coming {
    enable_soon: u8,
    asks_again: bool,
}

impl Coming {
    fn one_came(&mut self) {
        *self = Self { enable_soon: ENABLE_SOON_TIMES, asks_again: true };
    }

    fn hurry(&mut self, enable: &mut Interval, ask: &mut Interval) {
        self.one_came();
        enable.reset_immediately();
        ask.reset_immediately();
    }

    fn until_enabled(&mut self) -> Duration {
        match self.enable_soon.checked_sub(1) {
            Some(left) => {
                self.enable_soon = left;
                ENABLE_SOON
            }
            None => ENABLE_EVERY,
        }
    }

    fn until_asked(&mut self) -> Duration {
        if std::mem::take(&mut self.asks_again) { ASK_AGAIN } else { ASK_EVERY }
    }
}

/// Why a connection ended.
enum Ended {
    Stopped,
    Lost(String),
}

impl Reader {
    pub fn new(broker: Broker, db: Db, clock: Clock, rng: Rng) -> Self {
        let standing = Standing::new(broker.shown_url(), clock.now());
        let queues = broker.queues.iter().cloned().collect();
        Self { broker, db, clock, rng, workers: Workers::default(), standing, queues }
    }

    /// Listens until `stop` says so. Whatever the broker does, this goes on.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let name = self.broker.name.clone();
        while let Err(error) = self.remember().await {
            tracing::warn!(broker = name, %error, "what is known of a Celery cluster could not be read");
            if is_told_to_stop(&mut stop, RETRY_LAST).await {
                return;
            }
        }
        let mut wait = RETRY_FIRST;
        loop {
            let began = self.clock.now();
            let Ended::Lost(error) = self.listen(&mut stop).await else { return };
            if self.clock.now().since(began) > GOOD_AFTER {
                wait = RETRY_FIRST;
            }
            if self.standing.reach != Reach::Away {
                tracing::warn!(broker = name, error, "a Celery broker is away; it is tried again");
            }
            self.note_reach(Reach::Away, Some(error)).await;
            if is_told_to_stop(&mut stop, wait + Duration::from_millis(self.rng.below(500))).await {
                return;
            }
            wait = (wait * 2).min(RETRY_LAST);
        }
    }

    /// What was known before this process began.
    async fn remember(&mut self) -> store::Result<()> {
        let workers = self.db.celery_workers().await?;
        self.workers = Workers::of(workers.into_iter().filter(|worker| worker.broker == self.broker.name));
        let queues = self.db.celery_queues().await?.into_iter().filter(|queue| queue.broker == self.broker.name);
        self.queues.extend(queues.map(|queue| queue.name));
        let brokers = self.db.celery_brokers().await?;
        let before = brokers.iter().find(|broker| broker.name == self.broker.name);
        if let Some(before) = before.and_then(|broker| Standing::of(&broker.standing)) {
            self.standing.last_event_at = before.last_event_at;
        }
        self.save_standing().await;
        Ok(())
    }

    async fn listen(&mut self, stop: &mut watch::Receiver<bool>) -> Ended {
        let opened = tokio::select! {
            () = told_to_stop(stop) => return Ended::Stopped,
            opened = Connection::open(&self.broker) => opened,
        };
        let (mut connection, mut feed) = match opened {
            Ok(open) => open,
            Err(error) => return Ended::Lost(error),
        };
        tracing::info!(broker = self.broker.name, "listening to a Celery broker");
        self.note_reach(Reach::Connected, None).await;
        let [mut flush, mut measure, mut enable, mut ask, mut note, mut orders] =
            [FLUSH_EVERY, MEASURE_EVERY, ENABLE_EVERY, ASK_EVERY, NOTE_EVERY, ORDERS_EVERY].map(ticks);
        let mut coming = Coming::default();
        let mut batch: Vec<Event> = Vec::new();
        loop {
            let done = tokio::select! {
                () = told_to_stop(stop) => {
                    self.flush(&mut batch).await;
                    // What was not acknowledged comes again, and changes nothing.
                    let _ = connection.acknowledge(&mut feed).await;
                    self.save_workers().await;
                    return Ended::Stopped;
                }
                message = feed.next() => match message {
                    Some(message) => {
                        self.take(message, &mut batch);
                        match batch.len() >= BATCH_MAX {
                            true => {
                                if self.flush(&mut batch).await { coming.hurry(&mut enable, &mut ask); }
                                connection.acknowledge(&mut feed).await
                            }
                            false => Ok(()),
                        }
                    }
                    None => Err("the broker closed the connection".to_owned()),
                },
                _ = flush.tick() => {
                    if self.flush(&mut batch).await { coming.hurry(&mut enable, &mut ask); }
                    connection.acknowledge(&mut feed).await
                }
                _ = orders.tick() => self.carry_out(&mut connection).await,
                _ = measure.tick() => self.measure(&mut connection, &feed).await,
                _ = enable.tick() => {
                    enable.reset_after(coming.until_enabled());
                    self.enable(&mut connection).await
                }
                _ = ask.tick() => {
                    let asked = self.ask(&mut connection).await;
                    ask.reset_after(coming.until_asked());
                    asked
                }
                _ = note.tick() => {
                    self.save_workers().await;
                    self.save_standing().await;
                    Ok(())
                }
            };
            if let Err(error) = done {
                self.flush(&mut batch).await;
                return Ended::Lost(error);
            }
        }
    }

    fn take(&mut self, message: Result<Vec<Event>, Problem>, batch: &mut Vec<Event>) {
        match message {
            Ok(events) => {
                self.standing.events += events.len() as u64;
                self.standing.last_event_at = Some(self.clock.now());
                batch.extend(events);
            }
            Err(problem) => {
                self.standing.unread += 1;
                self.standing.problem = Some(problem.to_string());
            }
        }
    }

    /// Writes what has come. Returns whether a worker has just come.
    async fn flush(&mut self, batch: &mut Vec<Event>) -> bool {
        let events = std::mem::take(batch);
        let now = self.clock.now();
        let mut has_come = false;
        for event in &events {
            has_come |= self.workers.apply(&self.broker.name, event, now).is_some();
            self.note_queue(event);
        }
        if self.workers.has_news() {
            self.save_workers().await;
        }
        self.keep(events, now).await;
        has_come
    }

    /// Writes what happened to tasks, however long the store takes: what comes meanwhile waits, up to a bound.
    async fn keep(&self, events: Vec<Event>, now: Timestamp) {
        let ids = task::ids(&events);
        if ids.is_empty() {
            return;
        }
        let broker = self.broker.name.clone();
        loop {
            let (events, name) = (events.clone(), broker.clone());
            let change = move |tasks: &mut _| {
                task::fold(&name, tasks, &events, now);
                counts::count(&name, tasks, &events)
            };
            match self.db.change_celery_tasks(&broker, ids.clone(), now, change).await {
                Ok(_) => return,
                Err(error) if error.is_passing() => {
                    tracing::warn!(broker, %error, "what Celery's tasks did could not be written; it is tried again");
                    tokio::time::sleep(RETRY_FIRST).await;
                }
                Err(error) => {
                    tracing::error!(broker, %error, events = ids.len(), "what Celery's tasks did could not be written");
                    return;
                }
            }
        }
    }

    fn note_queue(&mut self, event: &Event) {
        if let What::Task(task) = &event.what
            && let Some(queue) = &task.queue
        {
            self.know_queue(queue);
        }
    }

    fn know_queue(&mut self, queue: &str) {
        if self.queues.len() < QUEUES_MAX && !self.queues.contains(queue) {
            self.queues.insert(queue.to_owned());
        }
    }

    async fn measure(&mut self, connection: &mut Connection, feed: &Feed) -> Result<(), String> {
        self.standing.dropped += feed.take_dropped() + std::mem::take(&mut self.workers.dropped);
        connection.ping().await?;
        let of_workers: Vec<String> = self.workers.queues().map(str::to_owned).collect();
        of_workers.iter().for_each(|queue| self.know_queue(queue));
        let queues: Vec<String> = self.queues.iter().cloned().collect();
        let depths = connection.depths(&queues).await?;
        let now = self.clock.now();
        let rows = depths.into_iter().map(|(name, depth)| CeleryQueue {
            broker: self.broker.name.clone(),
            consumers: depth.consumers.or_else(|| Some(self.workers.consumers(&name, now))),
            messages: depth.messages,
            unacked: depth.unacked,
            measured_at: now,
            name,
        });
        self.written(self.db.save_celery_queues(rows.collect()).await);
        Ok(())
    }

    /// Asks workers to tell what their tasks do.
    async fn enable(&self, connection: &mut Connection) -> Result<(), String> {
        if self.broker.enabling == Enabling::Left {
            return Ok(());
        }
        connection.order(&self.new_order("enable_events", None), self.id()).await
    }

    /// Asks workers who they are.
    async fn ask(&mut self, connection: &mut Connection) -> Result<(), String> {
        for method in ["stats", "active_queues", "registered", "conf"] {
            let order = self.new_order(method, Some(self.id()));
            let answers = connection.ask(&order, self.id(), ANSWERS_WAIT).await?;
            for (name, answer) in answers {
                self.workers.note(&name, |about| about.note_answer(method, &answer));
            }
        }
        let declared = connection.declared_queues().await?;
        declared.iter().for_each(|queue| self.know_queue(&crate::text::name(queue)));
        Ok(())
    }

    /// Carries out what people have asked for.
    async fn carry_out(&mut self, connection: &mut Connection) -> Result<(), String> {
        let now = self.clock.now();
        let orders = match self.db.take_celery_orders(&self.broker.name, now - ORDERS_VALID, now).await {
            Ok(orders) => orders,
            Err(error) => {
                tracing::warn!(broker = self.broker.name, %error, "orders to a Celery cluster could not be read");
                return Ok(());
            }
        };
        for order in orders {
            let command = Command::parse(&order.command);
            let outcome = match &command {
                None => Ok(json!({"error": "the order is not understood"})),
                Some(command) => self.carry_out_one(connection, command).await,
            };
            let told = outcome.as_ref().map_or_else(|error| json!({"error": error}), Value::clone).to_string();
            tracing::info!(
                broker = self.broker.name,
                order = order.command,
                outcome = told,
                "an order to a Celery cluster"
            );
            self.written(self.db.end_celery_order(order.no, told, self.clock.now()).await);
            outcome?;
        }
        Ok(())
    }

    async fn carry_out_one(&self, connection: &mut Connection, command: &Command) -> Result<Value, String> {
        if let Command::Purge { queue, messages } = command {
            return Ok(match connection.purge(queue, *messages).await? {
                Purged::Emptied(messages) => json!({"purged": messages}),
                Purged::Holds(messages) => json!({"holds": messages}),
            });
        }
        let Some(told) = command.broadcast() else { return Ok(json!({})) };
        let reply_to = command.is_answered().then(|| self.id());
        let order =
            Order { arguments: told.arguments, destination: told.destination, ..self.new_order(told.method, reply_to) };
        if reply_to.is_none() {
            connection.order(&order, self.id()).await?;
            return Ok(json!({}));
        }
        let answers = connection.ask(&order, self.id(), ANSWERS_WAIT).await?;
        Ok(Value::Object(answers.into_iter().collect()))
    }

    fn new_order(&self, method: &'static str, reply_to: Option<Uuid>) -> Order {
        let wait = ANSWERS_WAIT.as_secs_f64();
        let expires = reply_to.map(|_| self.clock.now().as_micros() as f64 / 1e6 + wait);
        Order { method, arguments: Map::new(), destination: None, ticket: self.id(), reply_to, expires }
    }

    fn id(&self) -> Uuid {
        Uuid::from_bytes(self.rng.bytes())
    }

    async fn note_reach(&mut self, reach: Reach, error: Option<String>) {
        if self.standing.reach != reach {
            self.standing.since = self.clock.now();
        }
        self.standing.reach = reach;
        self.standing.error = error.map(|error| crate::text::kept(&error, 300));
        self.save_standing().await;
    }

    async fn save_workers(&mut self) {
        let changed = self.workers.take_changed();
        if !changed.is_empty() {
            self.written(self.db.save_celery_workers(changed).await);
        }
    }

    async fn save_standing(&self) {
        let (name, standing) = (self.broker.name.clone(), self.standing.to_json());
        let broker = CeleryBroker { name, standing, updated_at: self.clock.now() };
        self.written(self.db.save_celery_broker(broker).await);
    }

    /// What is written again soon may fail once.
    fn written(&self, written: store::Result<()>) {
        if let Err(error) = written {
            tracing::warn!(broker = self.broker.name, %error, "how a Celery cluster stands could not be written");
        }
    }
}

fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone will say nothing any more.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn is_told_to_stop(stop: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::time::timeout(wait, told_to_stop(stop)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_comes_is_asked_more_often_at_first() {
        let mut coming = Coming::default();
        assert_eq!((coming.until_enabled(), coming.until_asked()), (ENABLE_EVERY, ASK_EVERY));
        coming.one_came();
        let waits: Vec<_> = (0..=ENABLE_SOON_TIMES).map(|_| coming.until_enabled()).collect();
        assert!(waits[..usize::from(ENABLE_SOON_TIMES)].iter().all(|wait| *wait == ENABLE_SOON), "{waits:?}");
        assert_eq!(waits.last(), Some(&ENABLE_EVERY));
        assert_eq!((coming.until_asked(), coming.until_asked()), (ASK_AGAIN, ASK_EVERY));
    }
}
