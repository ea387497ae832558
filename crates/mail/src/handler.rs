//! The mailing as a kind of job.

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use jobs::{Handler, Run, Stop};
use model::{Clock, Rng};
use store::{Db, Job, Reason};
use vault::Vault;

/// Runs jobs of kind `mail`: opens the account that the job names, compiles its templates, sends.
pub struct MailHandler {
    db: Db,
    vault: Vault,
    clock: Clock,
    rng: Rng,
    zone: TimeZone,
}

impl MailHandler {
    /// `zone`: for the times in the run log's text.
    pub fn new(db: Db, vault: Vault, clock: Clock, rng: Rng, zone: TimeZone) -> Self {
        Self { db, vault, clock, rng, zone }
    }
}

impl Handler for MailHandler {
    fn kind(&self) -> &'static str {
        "mail"
    }

    fn open<'a>(&'a self, _job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        let _ = (&self.db, &self.vault, &self.clock, &self.rng, &self.zone);
        Box::pin(async { Err(Stop::Fail(Reason::new("not_built", "to come"))) })
    }
}
