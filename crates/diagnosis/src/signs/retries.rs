//! That a program tries once more, in its own words: nothing has failed for good then.

use super::has;
use crate::evidence::Sign;

/// Whether a program says that it tries once more, so that nothing has failed for good.
pub(super) fn will_try_again(text: &str) -> bool {
    #[rustfmt::skip]
    const AGAIN: &[&str] = &[
        "will retry", "retrying in", "retry in ", "retrying after", "will try again", "trying again in", "next attempt in", "next retry", "nouvel essai dans", "nouvelle tentative dans",
        "erneuter versuch in", "neuer versuch in", "reintentando en", "attempt 1/", "attempt=1 ", "attempt 1 of", "tentative 1/", "essai 1/", "versuch 1/", "versuch 1 von",
    ];
    #[rustfmt::skip]
    const NO_MORE: &[&str] = &["giving up", "gave up", "no more retries", "not retrying", "will not retry", "exhausted", "abort", "abandon", "last attempt", "attempt 1/1", "attempt 1 of 1"];
    let lower = text.to_lowercase();
    has(&lower, AGAIN) && !has(&lower, NO_MORE)
}

/// Whether a sign is of one attempt to reach somebody.
pub(super) fn is_of_attempt(sign: Sign) -> bool {
    matches!(
        sign,
        Sign::SmtpRate
            | Sign::SmtpBusy
            | Sign::SmtpRefused
            | Sign::SmtpTimeout
            | Sign::SmtpDisconnected
            | Sign::DnsFailure
            | Sign::DnsUnknownName
            | Sign::NetworkUnreachable
            | Sign::TargetFailed
            | Sign::DbDeadlock
            | Sign::DbLockTimeout
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_attempt_is_no_failure() {
        for (text, expected) in [
            ("send failed, will retry attempt=1 err=\"i/o timeout\" wait=30s", true),
            ("envoi refusé (421), nouvelle tentative dans 60 s", true),
            ("attempt 5/5 failed, giving up", false),
            ("attempt 1/3 failed, giving up", false),
            ("connection refused", false),
        ] {
            assert_eq!(will_try_again(text), expected, "{text}");
        }
    }
}
