//! Places, of which there are so many: for requests that are being answered, and for streams of events. Nobody may hold
//! them all: strangers, viewers of jobs and those with an account or a token have places apart, and each holder a share.

use crate::{
    Limits,
    problem::{Problem, worded},
    serve::peer,
};
use axum::http::StatusCode;
use model::JobId;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// Whose a place is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// The owner of the data directory, who may hold any number.
    Console,
    Person(Uuid),
    Token(String),
    /// All who have the token of this job.
    Viewers(JobId),
    /// Nobody yet, in a browser in which somebody has logged in before.
    Browser([u8; 16]),
    /// Nobody that is known.
    Stranger(Option<IpAddr>),
}

impl Holder {
    pub(crate) fn stranger(address: Option<IpAddr>) -> Self {
        Self::Stranger(address.map(peer::subscriber))
    }
}

/// A number of places, of which each holder may have a share.
pub(crate) struct Pool {
    free: Arc<Semaphore>,
    max: usize,
    each_max: usize,
    held: Arc<Mutex<HashMap<Holder, usize>>>,
    refused: AtomicU64,
}

/// Given back when it is dropped.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    holder: Holder,
    held: Arc<Mutex<HashMap<Holder, usize>>>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// All are taken.
    All,
    /// This holder has as many as one may.
    Share,
}

impl Pool {
    pub(crate) fn new(max: usize, each_max: usize) -> Self {
        let free = Arc::new(Semaphore::new(max));
        Self { free, max, each_max, held: Arc::default(), refused: AtomicU64::new(0) }
    }

    pub(crate) fn take(&self, holder: &Holder) -> Result<Place, Full> {
        let taken = self.try_take(holder);
        if taken.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        taken
    }

    fn try_take(&self, holder: &Holder) -> Result<Place, Full> {
        let mut held = lock(&self.held);
        let has = held.get(holder).copied().unwrap_or_default();
        if has >= self.each_max && *holder != Holder::Console {
            return Err(Full::Share);
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| Full::All)?;
        held.insert(holder.clone(), has + 1);
        Ok(Place { _permit: permit, holder: holder.clone(), held: Arc::clone(&self.held) })
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.max - self.free.available_permits()
    }

    /// How often there was none, since the start.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = lock(&self.held);
        match held.get_mut(&self.holder) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&self.holder)),
        }
    }
}

/// The places of requests that are being answered.
pub(crate) struct Requests {
    known: Pool,
    viewers: Pool,
    browsers: Pool,
    strangers: Pool,
}

impl Requests {
    pub(crate) fn new(limits: &Limits) -> Self {
        let Limits { requests_max: max, strangers_max: strangers, .. } = *limits;
        Self {
            known: Pool::new(max, max / 2),
            viewers: Pool::new(max / 2, max / 4),
            browsers: Pool::new(max / 8, max / 64),
            strangers: Pool::new(strangers, strangers.div_ceil(4)),
        }
    }

    /// # Errors
    /// 503 where all places of its kind are taken, 429 where the holder has its share.
    pub(crate) fn take(&self, holder: &Holder) -> Result<Place, Problem> {
        let pool = match holder {
            Holder::Console | Holder::Person(_) | Holder::Token(_) => &self.known,
            Holder::Viewers(_) => &self.viewers,
            Holder::Browser(_) => &self.browsers,
            Holder::Stranger(_) => &self.strangers,
        };
        pool.take(holder).map_err(|full| match full {
            Full::All => Problem::busy("busy", worded("problem-busy", &[]), 1),
            Full::Share => Problem::busy("busy", "too many requests of yours at the same time", 1)
                .status(StatusCode::TOO_MANY_REQUESTS)
                .remedy("wait for some of them to be answered"),
        })
    }

    pub(crate) fn refused(&self) -> u64 {
        [&self.known, &self.viewers, &self.browsers, &self.strangers].into_iter().map(Pool::refused).sum()
    }
}

/// The places of streams of events, and of those among them that follow logs.
pub(crate) struct Streams {
    all: Pool,
    /// Those of jobs' tokens, which anybody may have: some places are left to the others.
    viewers: Pool,
    tails: Pool,
}

/// Where a stream has its place, or its places.
#[expect(dead_code, reason = "held until it is dropped")]
pub(crate) struct StreamPlace(Place, Option<Place>);

impl Streams {
    pub(crate) fn new(limits: &Limits) -> Self {
        let Limits { streams_max: max, tails_max: tails, .. } = *limits;
        Self {
            all: Pool::new(max, max.div_ceil(2)),
            viewers: Pool::new((max - max / 4).max(1), max.div_ceil(2)),
            tails: Pool::new(tails, tails.div_ceil(4)),
        }
    }

    pub(crate) fn take(&self, holder: &Holder) -> Result<StreamPlace, Full> {
        let among_viewers = match holder {
            Holder::Viewers(_) | Holder::Browser(_) | Holder::Stranger(_) => Some(self.viewers.take(holder)?),
            _ => None,
        };
        Ok(StreamPlace(self.all.take(holder)?, among_viewers))
    }

    /// A place among those that follow logs, besides the one among the streams.
    pub(crate) fn take_tail(&self, holder: &Holder) -> Result<Place, Full> {
        self.tails.take(holder)
    }

    /// (open, refused since the start)
    pub(crate) fn counts(&self) -> (usize, u64) {
        (self.all.taken(), self.all.refused() + self.viewers.refused() + self.tails.refused())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(n: u128) -> Holder {
        Holder::Viewers(JobId(Uuid::from_u128(n)))
    }

    #[test]
    fn a_holder_has_a_share_and_gives_it_back() {
        let pool = Pool::new(3, 2);
        let (ana, bob) = (Holder::Token("ana".into()), Holder::Token("bob".into()));
        let first = pool.take(&ana).ok().unwrap();
        let _second = pool.take(&ana).ok().unwrap();
        assert_eq!(pool.take(&ana).err(), Some(Full::Share));
        let third = pool.take(&bob).ok().unwrap();
        assert_eq!((pool.take(&bob).err(), pool.taken(), pool.refused()), (Some(Full::All), 3, 2));
        drop((first, third));
        assert!(pool.take(&ana).is_ok() && pool.take(&bob).is_ok());
        assert_eq!(lock(&pool.held).len(), 1, "who holds nothing is forgotten");
    }

    #[test]
    fn the_console_has_no_share() {
        let pool = Pool::new(3, 1);
        let taken: Vec<_> = (0..4).map(|_| pool.take(&Holder::Console)).collect();
        assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 3);
    }

    #[test]
    fn no_token_of_a_job_takes_the_streams_of_the_others() {
        let streams = Streams::new(&Limits { streams_max: 2_000, ..Limits::default() });
        let take = |holder: &Holder| {
            std::iter::repeat_with(|| streams.take(holder)).take(3_000).map_while(Result::ok).collect::<Vec<_>>()
        };
        let first = take(&job(1));
        assert_eq!(first.len(), 1_000);
        let second = take(&job(2));
        assert_eq!(second.len(), 500, "a quarter is left to people and programs");
        let person = Holder::Person(Uuid::from_u128(1));
        assert_eq!(take(&person).len(), 500);
        drop(second);
        assert_eq!(take(&job(3)).len(), 500);
    }

    #[test]
    fn strangers_leave_requests_to_the_others() {
        let requests = Requests::new(&Limits::default());
        let address = |n: u8| Holder::Stranger(Some(IpAddr::from([198, 51, 100, n])));
        let hold = |holder: &Holder| {
            std::iter::repeat_with(|| requests.take(holder)).take(2_000).map_while(Result::ok).collect::<Vec<_>>()
        };
        let held: Vec<_> = (0..9).map(|n| hold(&address(n))).collect();
        assert_eq!(held.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 64, 64, 0, 0, 0, 0, 0]);
        assert!(requests.take(&Holder::Token("ana".into())).is_ok() && requests.take(&job(1)).is_ok());
        assert!(requests.take(&Holder::Console).is_ok());
        assert_eq!(hold(&Holder::Browser([1; 16])).len(), 16, "who has logged in there before may do so again");
    }
}
