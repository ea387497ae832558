//! Google's quotas per user: units per minute, messages and recipients per rolling day.

use super::{Answer, Call};
use model::{Clock, Timestamp};
use std::{collections::VecDeque, time::Duration};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How much a user may do.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    pub units_per_minute: u64,
    /// In a rolling 24 h.
    pub messages_per_day: u64,
    /// In a rolling 24 h.
    pub recipients_per_day: u64,
    pub recipients_per_message: usize,
    /// The status that comes with a quota error: Google uses 403 and 429.
    pub status: u16,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            units_per_minute: 6_000,
            messages_per_day: 2_000,
            recipients_per_day: 10_000,
            recipients_per_message: 100,
            status: 429,
        }
    }
}

/// What one user has spent, and when.
#[derive(Default)]
pub(super) struct Ledger {
    units: VecDeque<(Timestamp, u64)>,
    messages: VecDeque<(Timestamp, u64)>,
    recipients: VecDeque<(Timestamp, u64)>,
}

impl Ledger {
    /// Spends what a call costs, or spends nothing and says which quota is used up.
    pub(super) fn spend(
        &mut self,
        call: Call,
        recipients: usize,
        quotas: &Quotas,
        clock: &Clock,
    ) -> Result<(), Answer> {
        let now = clock.now();
        let units = match call {
            Call::Send | Call::SendDraft => 100,
            Call::CreateDraft | Call::DeleteDraft => 10,
            Call::GetDraft => 5,
            Call::Token => return Ok(()),
        };
        if let Some(free_at) = full_until(&mut self.units, units, quotas.units_per_minute, MINUTE, now) {
            let message = format!("User-rate limit exceeded.  Retry after {:.3}", free_at.to_jiff());
            return Err(Answer::error(quotas.status, "userRateLimitExceeded", &message));
        }
        if matches!(call, Call::Send | Call::SendDraft) {
            let recipients = recipients as u64;
            let full = full_until(&mut self.messages, 1, quotas.messages_per_day, DAY, now)
                .or_else(|| full_until(&mut self.recipients, recipients, quotas.recipients_per_day, DAY, now));
            if let Some(free_at) = full {
                let message = format!("User-rate limit exceeded.  Retry after {:.3} (Mail sending)", free_at.to_jiff());
                return Err(Answer::error(quotas.status, "rateLimitExceeded", &message));
            }
            self.messages.push_back((now, 1));
            self.recipients.push_back((now, recipients));
        }
        self.units.push_back((now, units));
        Ok(())
    }
}

/// When there will be room for `more`; `None` when there is room now.
fn full_until(
    spent: &mut VecDeque<(Timestamp, u64)>,
    more: u64,
    limit: u64,
    window: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    while spent.front().is_some_and(|(at, _)| *at + window <= now) {
        spent.pop_front();
    }
    let mut excess = (spent.iter().map(|(_, amount)| amount).sum::<u64>() + more).saturating_sub(limit);
    if excess == 0 {
        return None;
    }
    for (at, amount) in spent.iter() {
        excess = excess.saturating_sub(*amount);
        if excess == 0 {
            return Some(*at + window);
        }
    }
    Some(now + window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ManualClock;

    fn ledger() -> (ManualClock, Clock, Ledger) {
        let hands = ManualClock::at("2025-01-10T13:00:00Z".parse().unwrap());
        (hands.clone(), Clock::Manual(hands), Ledger::default())
    }

    #[test]
    fn a_user_sends_60_a_minute_and_is_told_when_to_come_back() {
        let (hands, clock, mut ledger) = ledger();
        for _ in 0..60 {
            ledger.spend(Call::Send, 1, &Quotas::default(), &clock).unwrap();
            hands.advance(Duration::from_millis(100));
        }
        let answer = ledger.spend(Call::GetDraft, 0, &Quotas::default(), &clock).unwrap_err();
        assert_eq!(answer.status, 429);
        assert!(answer.body.contains("Retry after 2025-01-10T13:01:00.000Z"), "{}", answer.body);
        hands.advance(Duration::from_secs(54));
        ledger.spend(Call::Send, 1, &Quotas::default(), &clock).unwrap();
        ledger.spend(Call::Send, 1, &Quotas::default(), &clock).unwrap_err();
    }

    #[test]
    fn the_day_rolls() {
        let (hands, clock, mut ledger) = ledger();
        let quotas = Quotas { messages_per_day: 2, status: 403, ..Quotas::default() };
        ledger.spend(Call::Send, 1, &quotas, &clock).unwrap();
        hands.advance(Duration::from_secs(3600));
        ledger.spend(Call::SendDraft, 1, &quotas, &clock).unwrap();
        let answer = ledger.spend(Call::Send, 1, &quotas, &clock).unwrap_err();
        assert!(answer.status == 403 && answer.body.contains("2025-01-11T13:00:00.000Z (Mail sending)"));
        hands.advance(Duration::from_secs(23 * 3600));
        ledger.spend(Call::Send, 1, &quotas, &clock).unwrap();
        ledger.spend(Call::Send, 1, &quotas, &clock).unwrap_err();
    }

    #[test]
    fn recipients_count_too() {
        let (_, clock, mut ledger) = ledger();
        let quotas = Quotas { recipients_per_day: 150, ..Quotas::default() };
        ledger.spend(Call::Send, 100, &quotas, &clock).unwrap();
        ledger.spend(Call::Send, 51, &quotas, &clock).unwrap_err();
        ledger.spend(Call::Send, 50, &quotas, &clock).unwrap();
    }
}
