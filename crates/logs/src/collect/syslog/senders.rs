//! Senders over TCP. There are places for so many; who has said nothing for longest makes room for a newcomer. An address that
//! holds more than half of them makes room at once for others.
//!
//! A connection that is closed costs its sender what it writes next: TCP tells it only afterwards. So those that are silent
//! stay for as long as nobody needs their place.

use super::{Frames, Inbox, Message};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{Id, JoinSet},
    time::{Instant, sleep, sleep_until, timeout_at},
};

/// How often it is told, at most, that there was no place.
const TELL_EVERY: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Senders connected at the same time.
    pub(super) senders_max: usize,
    /// Who has said nothing for so long has to leave when there is no place for a newcomer,
    pub(super) spared_for: Duration,
    /// and after this without one.
    pub(super) idle_for: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { senders_max: 500, spared_for: Duration::from_secs(30), idle_for: Duration::from_secs(3_600) }
    }
}

/// A connection, as whoever gives places sees it.
struct Sender {
    from: IpAddr,
    /// Since when nothing whole has come; `None` while it is made to wait, which is no silence, or has to leave.
    silent_since: Mutex<Option<Instant>>,
    leave: Notify,
}

impl Sender {
    fn new(from: IpAddr) -> Self {
        Self { from, silent_since: Mutex::new(Some(Instant::now())), leave: Notify::new() }
    }

    fn silent_since(&self) -> Option<Instant> {
        *self.silent_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_silent_since(&self, since: Option<Instant>) {
        *self.silent_since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// Takes messages from whoever connects.
pub(super) async fn streams_of(listener: TcpListener, inbox: Inbox, bounds: Bounds) {
    let mut senders = Senders { tasks: JoinSet::new(), known: HashMap::new(), bounds, told: None };
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                senders.make_room(from.ip()).await;
                senders.add(stream, from.ip(), inbox.clone());
            }
            // Too many open files, mostly: it passes.
            Err(_) => sleep(Duration::from_millis(200)).await,
        }
    }
}

struct Senders {
    tasks: JoinSet<()>,
    known: HashMap<Id, Arc<Sender>>,
    bounds: Bounds,
    told: Option<Instant>,
}

impl Senders {
    fn add(&mut self, stream: TcpStream, from: IpAddr, inbox: Inbox) {
        let sender = Arc::new(Sender::new(from));
        let messages = messages_of(stream, from, inbox, Arc::clone(&sender), self.bounds.idle_for);
        let id = self.tasks.spawn(messages).id();
        self.known.insert(id, sender);
    }

    /// Returns once there is a place. Until then the newcomer waits, not being read.
    async fn make_room(&mut self, newcomer: IpAddr) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.forget(ended);
        }
        while self.tasks.len() >= self.bounds.senders_max {
            self.tell();
            let crowd = self.crowd().filter(|from| *from != newcomer);
            let spared_for = if crowd.is_some() { Duration::ZERO } else { self.bounds.spared_for };
            // Without anyone who is silent all of them are made to wait, or leave.
            let silent = self.longest_silent(crowd).map(|(since, sender)| (since + spared_for, sender));
            let until = silent.as_ref().map_or_else(|| Instant::now() + self.bounds.spared_for, |(until, _)| *until);
            tokio::select! {
                biased;
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                () = sleep_until(until) => self.ask_to_leave(silent.map(|(_, sender)| sender), until - spared_for).await,
            }
        }
    }

    /// Has `sender` leave, unless it has said something since then.
    async fn ask_to_leave(&mut self, sender: Option<Arc<Sender>>, then: Instant) {
        let is_silent = |sender: &Arc<Sender>| sender.silent_since().is_some_and(|since| since <= then);
        let Some(sender) = sender.filter(is_silent) else { return };
        sender.is_silent_since(None);
        sender.leave.notify_one();
        // What it said last is kept first.
        if let Some(ended) = self.tasks.join_next_with_id().await {
            self.forget(ended);
        }
    }

    /// The address that holds more than half of the places.
    fn crowd(&self) -> Option<IpAddr> {
        let mut places: HashMap<IpAddr, usize> = HashMap::new();
        self.known.values().for_each(|sender| *places.entry(sender.from).or_default() += 1);
        places.into_iter().find(|(_, held)| *held > self.bounds.senders_max / 2).map(|(from, _)| from)
    }

    /// Of this address, or of all.
    fn longest_silent(&self, of: Option<IpAddr>) -> Option<(Instant, Arc<Sender>)> {
        let asked = self.known.values().filter(|sender| of.is_none_or(|of| sender.from == of));
        let silent = asked.filter_map(|sender| Some((sender.silent_since()?, sender)));
        silent.min_by_key(|(since, _)| *since).map(|(since, sender)| (since, Arc::clone(sender)))
    }

    fn forget(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.known.remove(&id);
    }

    fn tell(&mut self) {
        if self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            self.told = Some(Instant::now());
            let (places, seconds) = (self.bounds.senders_max, self.bounds.spared_for.as_secs());
            tracing::warn!(
                places,
                "all places for syslog over TCP are taken: newcomers wait, and get those of whoever has said nothing for \
                 {seconds} s"
            );
        }
    }
}

/// Takes messages until the sender ends, is silent for too long, or has to leave.
async fn messages_of(stream: TcpStream, from: IpAddr, inbox: Inbox, sender: Arc<Sender>, idle_for: Duration) {
    let mut frames = Frames::new(stream);
    loop {
        let idle_until = Instant::now() + idle_for;
        let next = tokio::select! {
            next = timeout_at(idle_until, frames.next()) => next.ok(),
            () = sender.leave.notified() => None,
        };
        let bytes = match next {
            // Of a message that has begun, what has come is kept.
            None => {
                frames.end();
                continue;
            }
            Some(Ok(Some(bytes))) => bytes,
            Some(Ok(None) | Err(_)) => return,
        };
        sender.is_silent_since(None);
        if !bytes.is_empty() {
            let Ok(room) = Arc::clone(&inbox.room).acquire_many_owned(bytes.len() as u32).await else { return };
            if inbox.give.send(Message { from, bytes, _room: room }).await.is_err() {
                return;
            }
        }
        if !frames.ended {
            sender.is_silent_since(Some(Instant::now()));
        }
    }
}
