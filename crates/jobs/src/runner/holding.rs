//! Holding back: what verdicts ask for besides their items. A rest for a server, a pause of an account or of the job.

use super::{Done, Runner};
use crate::retry::{Settled, server_pause};
use model::{Fault, ItemState, JobState, Pause, PauseScope, Timestamp};
use std::{sync::PoisonError, time::Duration};
use store::{AccountPause, Outcome, Reason};

/// A pause shorter than this is waited for; a longer one shows as the job's state.
const SHORT: Duration = Duration::from_secs(5);
/// The code of a refusal for what the message is, or whom it is from.
pub(super) const POLICY: &str = "policy";
/// Refusals by policy in a row after which the run stops for a person to look.
const POLICY_IN_A_ROW: u32 = 10;

impl Runner {
    pub(super) async fn account_is_paused(&mut self, pause: AccountPause) {
        match pause.until {
            Some(until) if until.since(self.shared.clock.now()) <= SHORT => self.held_until = Some(until),
            until => self.pause(pause.reason, until).await,
        }
    }

    pub(super) async fn pause(&mut self, reason: Reason, until: Option<Timestamp>) {
        if self.job.state == JobState::Running {
            match self.shared.db.pause_job(self.job.id, reason, until, self.shared.clock.now()).await {
                Ok(job) => {
                    self.job = job;
                    self.shared.hub.publish(&self.job);
                }
                Err(error) => tracing::warn!(job = %self.job.id, %error, "could not write the pause; holding back"),
            }
        }
        self.wind_down().await;
    }

    /// Does what the verdicts ask for besides their items: rests for a server, pauses for an account or the job.
    pub(super) async fn obey(&mut self, done: Vec<Done>, now: Timestamp) {
        for Done { outcome, settled, at, .. } in done {
            let pause = self.pause_after(&outcome, &settled);
            let (Some(pause), Some(verdict)) = (pause, settled.verdict) else { continue };
            // What the other side said; where it said nothing, what went wrong on the way to it.
            let error = verdict.args.get("error").filter(|_| verdict.reply.is_empty()).cloned();
            let reason = Reason::new(&verdict.code, error.unwrap_or(verdict.reply));
            let until = pause.wait.map(|wait| at + wait);
            if pause.scope == PauseScope::Account
                && let Some(account) = self.job.account
            {
                let account_pause = AccountPause { until, reason: reason.clone() };
                if let Err(error) = self.shared.db.pause_account(account, account_pause, now).await {
                    tracing::warn!(job = %self.job.id, %error, "could not write the account's pause");
                }
            }
            match until {
                Some(until) if until.since(now) <= SHORT => self.held_until = self.held_until.max(Some(until)),
                until if !self.winding => self.pause(reason, until).await,
                _ => {}
            }
        }
    }

    fn pause_after(&mut self, outcome: &Outcome, settled: &Settled) -> Option<Pause> {
        let Some(verdict) = &settled.verdict else {
            self.went_well();
            return None;
        };
        let refused_by_policy = settled.state == ItemState::Failed && verdict.code == POLICY;
        self.policy_failures = if refused_by_policy { self.policy_failures + 1 } else { 0 };
        if self.policy_failures >= POLICY_IN_A_ROW {
            return Some(Pause { scope: PauseScope::Job, wait: None });
        }
        if settled.pause.is_some() {
            return settled.pause;
        }
        if outcome.state == ItemState::Queued && verdict.fault == Fault::Server {
            self.server_failures += 1;
            return self.rest();
        }
        if verdict.fault == Fault::Recipient {
            // A refusal of one recipient is a server that works.
            self.went_well();
        }
        None
    }

    fn went_well(&mut self) {
        self.server_failures = 0;
        self.policy_failures = 0;
        if let Some(account) = self.job.account {
            self.shared.rests.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
        }
    }

    /// After three failures in a row the server is given a rest, longer each time.
    fn rest(&mut self) -> Option<Pause> {
        // What was in flight when the rest began says nothing new.
        if self.server_failures < 3 || self.winding {
            return None;
        }
        self.server_failures = 0;
        let account = self.job.account?;
        let mut rests = self.shared.rests.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = rests.entry(account).or_insert(0);
        *rest += 1;
        server_pause(2 + *rest).map(|pause| self.shared.policy.bounded(pause))
    }
}
