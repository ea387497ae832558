//! What a reply, or none, means for its item: pure.

use crate::item::head;
use jobs::Ended;
use model::{Fault, Retry, Timestamp, Verdict};
use std::time::Duration;

/// The longest wait that a reply may ask for.
const WAIT_MAX: Duration = Duration::from_secs(24 * 3600);
const QUOTE_BYTES_MAX: usize = 1_000;

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: String,
    /// The body is longer than what was kept.
    pub(crate) more: bool,
}

pub(crate) fn ended_by_reply(reply: &Reply, expect: &[u16], now: Timestamp) -> Ended {
    let expected = if expect.is_empty() { (200..300).contains(&reply.status) } else { expect.contains(&reply.status) };
    if expected {
        return Ended::Succeeded;
    }
    let (fault, retry) = match reply.status {
        408 | 429 | 500..=599 => {
            let wait = reply.retry_after.as_deref().and_then(|value| wait(value, now)).unwrap_or_default();
            (Fault::Server, Retry::After { wait })
        }
        _ => (Fault::Content, Retry::Never),
    };
    let verdict = Verdict::new("http_status", fault, retry).with_arg("status", reply.status.to_string());
    Ended::Failed(verdict.with_reply(head(&reply.body, QUOTE_BYTES_MAX)))
}

/// Nothing was sent.
pub(crate) fn not_connected(said: &str) -> Ended {
    Ended::Failed(again("no_connection", said))
}

/// The request may have arrived.
pub(crate) fn not_answered(said: &str, repeatable: bool) -> Ended {
    match repeatable {
        true => Ended::Failed(again("no_answer", said)),
        false => Ended::Unknown(Verdict::permanent("no_answer", Fault::Server).with_reply(said)),
    }
}

fn again(code: &str, said: &str) -> Verdict {
    Verdict::new(code, Fault::Server, Retry::After { wait: Duration::ZERO }).with_reply(said)
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
fn wait(value: &str, now: Timestamp) -> Option<Duration> {
    let wait = match value.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
            Timestamp::from(at).since(now)
        }
    };
    Some(wait.min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, retry_after: Option<&str>) -> Reply {
        Reply { status, retry_after: retry_after.map(str::to_owned), body: "said".into(), more: false }
    }

    #[test]
    fn the_status_decides() {
        let now: Timestamp = "2025-01-10T14:00:00Z".parse().unwrap();
        let cases = [
            (200, None, &[][..], None),
            (204, None, &[], None),
            (404, None, &[404][..], None),
            (200, None, &[201], Some((Fault::Content, None))),
            (302, None, &[], Some((Fault::Content, None))),
            (404, Some("5"), &[], Some((Fault::Content, None))),
            (408, None, &[], Some((Fault::Server, Some(0)))),
            (429, Some("7"), &[], Some((Fault::Server, Some(7)))),
            (503, Some("Fri, 10 Jan 2025 14:02:00 GMT"), &[], Some((Fault::Server, Some(120)))),
            (503, Some("99999999"), &[], Some((Fault::Server, Some(86_400)))),
            (500, Some("soon"), &[], Some((Fault::Server, Some(0)))),
        ];
        for (status, retry_after, expect, wanted) in cases {
            let got = match ended_by_reply(&reply(status, retry_after), expect, now) {
                Ended::Succeeded => None,
                Ended::Failed(Verdict { fault, retry: Retry::After { wait }, .. }) => {
                    Some((fault, Some(wait.as_secs())))
                }
                Ended::Failed(verdict) => Some((verdict.fault, None)),
                other => panic!("{status}: {other:?}"),
            };
            assert_eq!(got, wanted, "{status} {retry_after:?} {expect:?}");
        }
    }
}
