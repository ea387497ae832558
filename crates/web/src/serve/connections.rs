//! The connections that are open. Where too many are, the oldest on which nobody has shown who they are makes room: whoever
//! comes is let in, however many strangers keep silent.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// One connection, as the requests on it see it: an extension of theirs.
#[derive(Clone)]
pub(crate) struct Connection(Arc<State>);

struct State {
    address: Option<IpAddr>,
    is_known: AtomicBool,
    /// Its place among the strangers, and streams that are followed on it.
    no: AtomicU64,
    followed: AtomicUsize,
    /// Closed to make room, or ended: no longer counted.
    is_over: AtomicBool,
    evicted: Notify,
    connections: Connections,
}

impl Connection {
    /// Of the other end; `None` on a local socket.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.0.address
    }

    /// Somebody has shown who they are: this connection is not closed to make room.
    pub(crate) fn is_known(&self) {
        self.0.is_known.store(true, Ordering::Relaxed);
    }

    /// Something is followed on it: it is not closed to make room until what this returns is dropped.
    pub(crate) fn follow(&self) -> Followed {
        let mut open = self.0.connections.lock();
        if self.0.followed.fetch_add(1, Ordering::Relaxed) == 0 {
            open.forget(self.0.no.load(Ordering::Relaxed));
        }
        drop(open);
        Followed(self.clone())
    }

    /// Done when it has to make room.
    pub(crate) async fn evicted(&self) {
        self.0.evicted.notified().await;
    }
}

/// See [`Connection::follow`].
pub(crate) struct Followed(Connection);

impl Drop for Followed {
    fn drop(&mut self) {
        let state = &self.0.0;
        let mut open = state.connections.lock();
        if state.followed.fetch_sub(1, Ordering::Relaxed) == 1 && !state.is_over.load(Ordering::Relaxed) {
            open.enter(&self.0);
            drop(open);
            state.connections.one_ended.notify_waiters();
        }
    }
}

/// All that are open.
#[derive(Clone)]
pub(crate) struct Connections {
    max: usize,
    strangers_each_max: usize,
    state: Arc<Mutex<Open>>,
    one_ended: Arc<Notify>,
}

#[derive(Default)]
struct Open {
    count: usize,
    next: u64,
    /// In the order in which they came. Those that became known are taken out when they are met.
    strangers: BTreeMap<u64, Connection>,
    by_address: HashMap<IpAddr, BTreeSet<u64>>,
}

impl Connections {
    /// At most `max`, and of those without anybody known at most `strangers_each_max` of one address.
    pub(crate) fn new(max: usize, strangers_each_max: usize) -> Self {
        Self { max, strangers_each_max, state: Arc::default(), one_ended: Arc::default() }
    }

    /// Waits until one more may be open: only while everybody on all of them is known.
    pub(crate) async fn room(&self) {
        loop {
            let ended = self.one_ended.notified();
            if self.lock().makes_room(self.max) {
                return;
            }
            ended.await;
        }
    }

    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Admitted {
        let connection = Connection(Arc::new(State {
            address,
            is_known: AtomicBool::new(false),
            no: AtomicU64::default(),
            followed: AtomicUsize::default(),
            is_over: AtomicBool::new(false),
            evicted: Notify::new(),
            connections: self.clone(),
        }));
        self.lock().add(&connection, self.strangers_each_max);
        Admitted { connection }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn makes_room(&mut self, max: usize) -> bool {
        self.count < max || self.evict_first_of(None)
    }

    fn add(&mut self, connection: &Connection, strangers_each_max: usize) {
        let address = connection.address();
        if let Some(address) = address
            && self.by_address.get(&address).is_some_and(|theirs| theirs.len() >= strangers_each_max)
        {
            self.evict_first_of(Some(address));
        }
        self.count += 1;
        self.enter(connection);
    }

    /// Puts it among the strangers, as the youngest.
    fn enter(&mut self, connection: &Connection) {
        let no = self.next;
        self.next += 1;
        connection.0.no.store(no, Ordering::Relaxed);
        self.strangers.insert(no, connection.clone());
        if let Some(address) = connection.address() {
            self.by_address.entry(address).or_default().insert(no);
        }
    }

    /// Closes the oldest that nobody known is on. Returns whether there was one.
    fn evict_first_of(&mut self, address: Option<IpAddr>) -> bool {
        loop {
            let oldest = match address {
                None => self.strangers.keys().next().copied(),
                Some(address) => self.by_address.get(&address).and_then(|theirs| theirs.first().copied()),
            };
            let Some(connection) = oldest.and_then(|no| self.forget(no)) else { return false };
            if !connection.0.is_known.load(Ordering::Relaxed) {
                self.count -= 1;
                connection.0.is_over.store(true, Ordering::Relaxed);
                connection.0.evicted.notify_one();
                return true;
            }
        }
    }

    /// Takes it out of the strangers.
    fn forget(&mut self, no: u64) -> Option<Connection> {
        let connection = self.strangers.remove(&no)?;
        if let Some(address) = connection.address()
            && let Some(theirs) = self.by_address.get_mut(&address)
        {
            theirs.remove(&no);
            if theirs.is_empty() {
                self.by_address.remove(&address);
            }
        }
        Some(connection)
    }
}

/// An open connection; it has ended when this is dropped.
pub(crate) struct Admitted {
    pub(crate) connection: Connection,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let state = &self.connection.0;
        let mut open = state.connections.lock();
        open.forget(state.no.load(Ordering::Relaxed));
        if !state.is_over.swap(true, Ordering::Relaxed) {
            open.count -= 1;
        }
        drop(open);
        state.connections.one_ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn address(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([198, 51, 100, n]))
    }

    fn is_evicted(admitted: &Admitted) -> bool {
        admitted.connection.0.is_over.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn the_oldest_stranger_makes_room() {
        let connections = Connections::new(3, 3);
        let first = connections.admit(address(1));
        first.connection.is_known();
        let rest: Vec<_> = (2..4).map(|n| connections.admit(address(n))).collect();
        assert!(connections.room().now_or_never().is_some());
        let fourth = connections.admit(None);
        assert_eq!((is_evicted(&first), is_evicted(&rest[0]), is_evicted(&rest[1])), (false, true, false));
        rest[0].connection.evicted().now_or_never().unwrap();
        rest[1].connection.is_known();
        fourth.connection.is_known();
        drop(rest);
        assert!(connections.room().now_or_never().is_some());
        assert_eq!(connections.lock().count, 2);
        drop((first, fourth));
        let open = connections.lock();
        assert_eq!((open.count, open.strangers.len(), open.by_address.len()), (0, 0, 0));
    }

    #[tokio::test]
    async fn where_everybody_is_known_the_next_waits() {
        let connections = Connections::new(1, 1);
        let only = connections.admit(address(1));
        only.connection.is_known();
        let mut room = Box::pin(connections.room());
        assert!(room.as_mut().now_or_never().is_none());
        drop(only);
        room.await;
    }

    #[tokio::test]
    async fn who_follows_a_job_is_let_be_until_it_is_over() {
        let connections = Connections::new(1, 1);
        let viewer = connections.admit(address(1));
        let followed = [viewer.connection.follow(), viewer.connection.follow()];
        let mut room = Box::pin(connections.room());
        assert!(room.as_mut().now_or_never().is_none() && !is_evicted(&viewer));
        drop(followed);
        assert!(
            room.as_mut().now_or_never().is_some() && is_evicted(&viewer),
            "a token of a job keeps nothing for ever"
        );
        let late = viewer.connection.follow();
        drop(viewer);
        drop(late);
        let open = connections.lock();
        assert_eq!((open.count, open.strangers.len(), open.by_address.len()), (0, 0, 0));
    }

    #[test]
    fn one_address_makes_room_for_itself() {
        let connections = Connections::new(100, 2);
        let others = connections.admit(address(9));
        let theirs: Vec<_> = (0..5).map(|_| connections.admit(address(1))).collect();
        assert_eq!(theirs.iter().map(is_evicted).collect::<Vec<_>>(), [true, true, true, false, false]);
        assert!(!is_evicted(&others));
        assert_eq!(connections.lock().count, 3);
    }
}
