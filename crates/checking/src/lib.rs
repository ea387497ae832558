//! Checks at work: signs of life are kept as they come ([`hear`]), and one process, the leader, looks every second at what is due
//! ([`Checking::watching`]): what was not heard of in time is late or down, what is asked is asked. Only what is due is read, so
//! that checks at rest cost nothing.

mod beat;
mod certificate;
mod kept;
mod probe;
mod rounds;

pub use beat::IsWell;
pub use kept::{Heard, check_of, facts_of, hear, new_check, pause, respecified, resume, standing_of};
pub use probe::Found;

use checks::IpFamily;
use model::Clock;
use outbound::{Client, Reach};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, OnceLock},
};
use store::Db;
use uuid::Uuid;

/// Who looks after checks. Clones are one.
#[derive(Clone)]
pub struct Checking(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    /// Which addresses may be asked.
    reach: Reach,
    /// Made when something is first asked: to read the machine's certificates takes long. One for each family of addresses.
    http: [OnceLock<Result<Client, String>>; IpFamily::ALL.len()],
    /// Checks that are being asked.
    busy: Mutex<HashSet<Uuid>>,
}

impl Checking {
    pub fn new(db: Db, clock: Clock, reach: Reach) -> Self {
        Self(Arc::new(Inner { db, clock, reach, http: Default::default(), busy: Mutex::default() }))
    }
}
