//! From a verdict to what becomes of the item: pure.

use crate::Ended;
use model::{Fault, ItemState, Pause, PauseScope, Retry, Timestamp, Verdict};
use std::time::Duration;

/// How long an account rests over its quota when nobody said for how long.
const QUOTA_PAUSE: Duration = Duration::from_secs(60);

/// How long and how often to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after which an item that keeps being put off fails.
    pub attempts_max: i64,
    /// The first wait; each later one is twice as long.
    pub first: Duration,
    pub longest: Duration,
    /// No wait and no pause that a server asks for is longer: for rehearsals, whose server is not a real one.
    pub asked_max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts_max: 12,
            first: Duration::from_secs(30),
            longest: Duration::from_secs(3600),
            asked_max: Duration::MAX,
        }
    }
}

impl RetryPolicy {
    /// A pause without an end is a person's to end, whatever the policy.
    pub(crate) fn bounded(&self, pause: Pause) -> Pause {
        Pause { wait: pause.wait.map(|wait| wait.min(self.asked_max)), ..pause }
    }
}

/// What an attempt makes of its item, and what has to wait besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    pub state: ItemState,
    pub not_before: Timestamp,
    pub verdict: Option<Verdict>,
    pub detail: String,
    pub pause: Option<Pause>,
}

/// Decides. `jitter` is between 0 and 1: it spreads items that failed together over a quarter of their wait.
pub fn settle(ended: &Ended, attempt: i64, policy: &RetryPolicy, now: Timestamp, jitter: f64) -> Settled {
    let settled = |state, verdict: Option<&Verdict>| Settled {
        state,
        not_before: Timestamp::EPOCH,
        verdict: verdict.cloned(),
        detail: String::new(),
        pause: verdict.and_then(|verdict| verdict.pause).map(|pause| policy.bounded(pause)),
    };
    match ended {
        Ended::Succeeded => settled(ItemState::Succeeded, None),
        Ended::SucceededInPart { detail, verdict } => {
            Settled { detail: detail.clone(), ..settled(ItemState::Succeeded, Some(verdict)) }
        }
        Ended::Skipped(verdict) => settled(ItemState::Skipped, Some(verdict)),
        Ended::Unknown(verdict) => settled(ItemState::Unknown, Some(verdict)),
        Ended::Failed(verdict) => {
            // The sender's quota and credentials are nobody's failure among the items, however often they are met.
            let blameless = matches!(verdict.fault, Fault::SenderQuota | Fault::Credentials);
            let pause = verdict.pause.or(blameless.then(|| default_pause(verdict))).map(|pause| policy.bounded(pause));
            let wait = match verdict.retry {
                Retry::After { wait } => wait.min(policy.asked_max),
                Retry::Never if blameless || verdict.fault == Fault::Server => Duration::ZERO,
                Retry::Never => return settled(ItemState::Failed, Some(verdict)),
            };
            // Only a recipient's or a content's own trouble ever fails an item, however often the server has some.
            let own = matches!(verdict.fault, Fault::Recipient | Fault::Content);
            if own && attempt >= policy.attempts_max {
                let given_up = verdict.clone().with_arg("attempts", attempt.to_string());
                return settled(ItemState::Failed, Some(&given_up));
            }
            let wait =
                if blameless { wait.max(Duration::from_millis(1)) } else { back_off(wait, attempt, policy, jitter) };
            Settled { not_before: now + wait, pause, ..settled(ItemState::Queued, Some(verdict)) }
        }
    }
}

/// A quota or a refused secret holds everything that uses the account, also when the verdict does not say so: the next
/// item would only meet the same.
fn default_pause(verdict: &Verdict) -> Pause {
    let wait = match (verdict.fault, verdict.retry) {
        (Fault::SenderQuota, Retry::After { wait }) => Some(wait.max(QUOTA_PAUSE)),
        (Fault::SenderQuota, Retry::Never) => Some(QUOTA_PAUSE),
        _ => None,
    };
    Pause { scope: PauseScope::Account, wait }
}

/// The wait before the next attempt: what the other side asked for, or ours when that is longer.
fn back_off(asked: Duration, attempt: i64, policy: &RetryPolicy, jitter: f64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or(0);
    let ours = policy.first.saturating_mul(1 << doublings).min(policy.longest);
    asked.max(ours).mul_f64(1.0 + 0.25 * jitter.clamp(0.0, 1.0))
}

/// How long everything that uses an account waits after `failures` connections in a row have failed.
pub(crate) fn server_pause(failures: u32) -> Option<Pause> {
    let doublings = failures.checked_sub(3)?.min(6);
    let wait = Duration::from_secs(15).saturating_mul(1 << doublings).min(Duration::from_secs(900));
    Some(Pause { scope: PauseScope::Account, wait: Some(wait) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn settle_at(attempt: i64, verdict: Verdict) -> Settled {
        settle(&Ended::Failed(verdict), attempt, &RetryPolicy::default(), NOW, 0.0)
    }

    fn after(secs: u64) -> Retry {
        Retry::After { wait: Duration::from_secs(secs) }
    }

    #[test]
    fn whose_fault_decides() {
        let cases = [
            (Fault::Recipient, Retry::Never, 1, ItemState::Failed),
            (Fault::Content, Retry::Never, 1, ItemState::Failed),
            (Fault::Recipient, after(60), 1, ItemState::Queued),
            (Fault::Recipient, after(60), 12, ItemState::Failed),
            (Fault::Server, Retry::Never, 1, ItemState::Queued),
            (Fault::Server, after(5), 12, ItemState::Queued),
            (Fault::SenderQuota, after(3600), 99, ItemState::Queued),
            (Fault::Credentials, Retry::Never, 99, ItemState::Queued),
        ];
        for (fault, retry, attempt, state) in cases {
            let settled = settle_at(attempt, Verdict::new("x", fault, retry));
            assert_eq!(settled.state, state, "{fault:?} {retry:?} attempt {attempt}");
        }
    }

    #[test]
    fn waits_double_up_to_an_hour_and_never_undercut_what_was_asked() {
        let waits: Vec<u64> = (1..=9)
            .map(|attempt| {
                settle_at(attempt, Verdict::new("x", Fault::Recipient, after(60))).not_before.since(NOW).as_secs()
            })
            .collect();
        assert_eq!(waits, [60, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    }

    #[test]
    fn a_rehearsal_waits_no_longer_than_it_is_told() {
        let policy = RetryPolicy {
            first: Duration::from_millis(10),
            asked_max: Duration::from_secs(1),
            ..RetryPolicy::default()
        };
        let minute = Some(Duration::from_secs(60));
        let verdict = Verdict::new("x", Fault::Server, after(60)).with_pause(PauseScope::Account, minute);
        let settled = settle(&Ended::Failed(verdict), 1, &policy, NOW, 0.0);
        assert_eq!(settled.not_before.since(NOW), Duration::from_secs(1));
        assert_eq!(settled.pause.unwrap().wait, Some(Duration::from_secs(1)));
        let endless = Verdict::new("x", Fault::Credentials, after(0)).with_pause(PauseScope::Account, None);
        assert_eq!(settle(&Ended::Failed(endless), 1, &policy, NOW, 0.0).pause.unwrap().wait, None);
    }
}
