//! Alerts at work: rules are held against what happens and what is measured, and people are told.
//!
//! One process, the leader, looks every second at what happened ([`Alerts::evaluating`]) and every few seconds at what is
//! measured. What the crate `alerts` makes of it (incidents, and what is to be said of them) is kept in one transaction with the
//! messages to each channel, which wait there until they are told ([`Alerts::delivering`]).

mod channel;
mod channels;
mod deliver;
mod disk;
mod evaluate;
mod facts;
mod kept;
mod measure;
mod message;
mod past_celery;
mod past_checks;
mod preview;
mod recent_lines;
mod told_error;
mod windows;
mod words;

pub use alerts::Leftover;
pub use channel::{CHANNEL_WORDS, Channel, ChannelFault, ChannelKind, ChannelSecret, ChannelSettings};
pub use channels::webhook::new_signing_key;
pub use disk::DiskSpace;
pub use kept::{IncidentState, incident_of};
pub use message::{Message, Place, example_notice};
pub use outbound::Reach;
pub use told_error::{TellFailure, told_error};
pub use words::{example_text, limit_label, told_example, what, what_happened, what_named, words_of_rule};

use logs::Logs;
use mail::handler::MailHandler;
use model::{Clock, Rng};
use outbound::{Client, Settings};
use reports::Reports;
use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use store::Db;
use uuid::Uuid;
use vault::Vault;

/// For a receiver to answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Who holds rules against facts, and tells channels. Clones are one.
#[derive(Clone)]
pub struct Alerts(Arc<Inner>);

struct Inner {
    db: Db,
    vault: Vault,
    clock: Clock,
    rng: Rng,
    logs: Logs,
    reports: Reports,
    /// The data directory.
    data: PathBuf,
    place: Place,
    /// Made when somebody is first told: to read the machine's certificates takes long.
    http: OnceLock<Result<Client, String>>,
    reach: Reach,
    mail: MailHandler,
    /// Channels that are being told, each by one.
    busy: Mutex<HashSet<Uuid>>,
    rounds: evaluate::Rounds,
    /// What rules about log lines have counted.
    recent: Mutex<measure::RecentOfRules>,
}

/// What alerts are made of.
pub struct AlertParts {
    pub db: Db,
    pub vault: Vault,
    pub clock: Clock,
    pub rng: Rng,
    pub logs: Logs,
    pub reports: Reports,
    pub data: PathBuf,
    pub place: Place,
    /// Which addresses channels may reach.
    pub reach: Reach,
}

impl Alerts {
    pub fn new(parts: AlertParts) -> Self {
        let AlertParts { db, vault, clock, rng, logs, reports, data, place, reach } = parts;
        let mail = MailHandler::new(db.clone(), vault.clone(), clock.clone(), &data);
        Self(Arc::new(Inner {
            db,
            vault,
            clock,
            rng,
            logs,
            reports,
            data,
            place,
            http: OnceLock::new(),
            reach,
            mail,
            busy: Mutex::default(),
            rounds: evaluate::Rounds::default(),
            recent: Mutex::default(),
        }))
    }

    /// Where people reach this: `https://vigie.example.org`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.0.place.origin
    }

    /// # Errors
    /// When no HTTP client can be set up: the machine's certificates cannot be read.
    fn http(&self) -> Result<&Client, String> {
        let settings =
            || Settings { reach: self.0.reach.clone(), timeout: Some(TIMEOUT), proxy: true, ..Settings::default() };
        self.0.http.get_or_init(|| Client::new(settings())).as_ref().map_err(Clone::clone)
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_bytes(self.0.rng.bytes())
    }
}
