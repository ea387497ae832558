//! One reply of the Gmail API, one verdict.
//!
//! Google reports the same trouble under several statuses: a quota comes as 403 or as 429, and a 403 may as well be a
//! missing permission. So the reason decides (`error.errors[].reason`, `error.details[].reason`), then `error.status`,
//! then the words of the message, and the HTTP status only when nothing else speaks.
//! Source: <https://developers.google.com/workspace/gmail/api/guides/handle-errors>.

use model::{Fault, PauseScope, Retry, Timestamp, Verdict};
use serde_json::Value;
use std::time::Duration;

/// How much of a reply's body is read; the rest is never looked at.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// How much of a reply is kept in a verdict, in bytes.
const REPLY_BYTES_MAX: usize = 4096;
/// A wait that Google states is believed up to here: every sending limit is reset within 24 h.
const WAIT_MAX: Duration = Duration::from_secs(26 * 3600);
/// The quota of units is counted per minute.
const RATE_WAIT: Duration = Duration::from_secs(60);
/// Without a stated time, a sending limit is asked again every hour.
const DAILY_WAIT: Duration = Duration::from_secs(3600);
const SERVER_WAIT: Duration = Duration::from_secs(30);

/// A verdict on a reply that is not a success. `retry_after` is the header of that name: seconds, or a date
/// (RFC 9110 §10.2.3). Any bytes may be given as `body`; what lies beyond [`BODY_BYTES_MAX`] is ignored.
pub fn classify(status: u16, retry_after: Option<&str>, body: &[u8], now: Timestamp) -> Verdict {
    let error = ApiError::read(body);
    let kind = kind_of(status, &error);
    let stated = stated_time(retry_after, &error.message, now);
    finish(kind.verdict(stated, now), status, &error, stated, body)
}

/// A verdict on a refusal of the OAuth2 token endpoint (RFC 6749 §5.2, and Google's own codes). Nothing that happens
/// here is ever a recipient's fault.
pub fn classify_token(status: u16, retry_after: Option<&str>, body: &[u8], now: Timestamp) -> Verdict {
    let error = ApiError::read(body);
    let clock_is_wrong = error.message.contains("reasonable timeframe");
    let kind = match error.reasons.first().map(String::as_str) {
        _ if clock_is_wrong => Kind::Person("clock_skew"),
        Some("invalid_grant") => Kind::Person("invalid_grant"),
        Some("temporarily_unavailable" | "server_error" | "internal_failure") => Kind::Server,
        Some("rate_limit_exceeded" | "rateLimitExceeded" | "slow_down") => Kind::Rate,
        _ if status >= 500 => Kind::Server,
        _ if status == 429 => Kind::Rate,
        Some(_) => Kind::Person("credentials"),
        None if status == 401 => Kind::Person("credentials"),
        None => Kind::Unexpected,
    };
    let stated = stated_time(retry_after, &error.message, now);
    finish(kind.verdict(stated, now), status, &error, stated, body)
}

/// Whether this is the API itself saying that the thing asked for does not exist. A 404 from a proxy, or from a wrong
/// base URL, says nothing of the kind.
pub fn says_not_found(status: u16, body: &[u8]) -> bool {
    let error = ApiError::read(body);
    status == 404 && (error.reasons.iter().any(|reason| reason == "notFound") || error.status == "NOT_FOUND")
}

/// What kind of trouble a reply speaks of.
#[derive(Clone, Copy)]
enum Kind {
    /// Too fast: units per minute, or calls at the same time.
    Rate,
    /// The messages or recipients of the rolling day are used up.
    Daily,
    /// The account cannot send until a person has seen to it; the code says why.
    Person(&'static str),
    Recipient,
    Content,
    TooLarge,
    Server,
    /// Not an answer that the API gives.
    Unexpected,
}

fn kind_of(status: u16, error: &ApiError) -> Kind {
    error
        .reasons
        .iter()
        .find_map(|reason| by_reason(reason, &error.message))
        .or_else(|| by_rpc_status(&error.status, &error.message))
        .or_else(|| by_words(&error.message))
        .unwrap_or_else(|| by_http_status(status, error))
}

fn by_reason(reason: &str, message: &str) -> Option<Kind> {
    Some(match reason {
        "rateLimitExceeded" | "userRateLimitExceeded" | "RATE_LIMIT_EXCEEDED" | "concurrentLimitExceeded" => {
            by_words(message).filter(|kind| matches!(kind, Kind::Daily)).unwrap_or(Kind::Rate)
        }
        "dailyLimitExceeded" | "quotaExceeded" | "limitExceeded" | "userDailyLimitExceeded" => Kind::Daily,
        "domainPolicy" => Kind::Person("domain_policy"),
        "authError" | "expired" | "CREDENTIALS_MISSING" | "ACCESS_TOKEN_EXPIRED" => Kind::Person("credentials"),
        "required" if message.starts_with("Login") => Kind::Person("credentials"),
        "insufficientPermissions" | "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => Kind::Person("insufficient_permissions"),
        "accessNotConfigured" | "SERVICE_DISABLED" => Kind::Person("api_disabled"),
        "dailyLimitExceededUnreg" | "keyInvalid" | "ipRefererBlocked" => Kind::Person("credentials"),
        "forbidden" => Kind::Person("forbidden"),
        "failedPrecondition" => by_words(message).unwrap_or(Kind::Person("mailbox_not_ready")),
        "invalid" | "invalidArgument" | "badRequest" | "required" | "parseError" => {
            by_words(message).unwrap_or(Kind::Content)
        }
        "uploadTooLarge" => Kind::TooLarge,
        "notFound" => Kind::Person("not_found"),
        "backendError" | "internalError" | "internalServerError" | "transientError" => Kind::Server,
        _ => return None,
    })
}

fn by_rpc_status(status: &str, message: &str) -> Option<Kind> {
    Some(match status {
        "RESOURCE_EXHAUSTED" => by_words(message).filter(|kind| matches!(kind, Kind::Daily)).unwrap_or(Kind::Rate),
        "UNAUTHENTICATED" => Kind::Person("credentials"),
        "PERMISSION_DENIED" => by_words(message).unwrap_or(Kind::Person("forbidden")),
        "FAILED_PRECONDITION" => by_words(message).unwrap_or(Kind::Person("mailbox_not_ready")),
        "INVALID_ARGUMENT" => by_words(message).unwrap_or(Kind::Content),
        "NOT_FOUND" => Kind::Person("not_found"),
        "UNAVAILABLE" | "INTERNAL" | "DEADLINE_EXCEEDED" | "ABORTED" | "UNKNOWN" => Kind::Server,
        _ => return None,
    })
}

fn by_words(message: &str) -> Option<Kind> {
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["mail sending", "sending limit", "daily limit", "daily user sending", "recipients per day"]) {
        Some(Kind::Daily)
    } else if says(&["rate limit", "rate-limit", "quota", "too many concurrent", "too many requests"]) {
        Some(Kind::Rate)
    } else if says(&["invalid to header", "invalid cc header", "invalid bcc header", "recipient address required"]) {
        Some(Kind::Recipient)
    } else if says(&["too large", "exceeds the maximum", "size limit"]) {
        Some(Kind::TooLarge)
    } else {
        None
    }
}

fn by_http_status(status: u16, error: &ApiError) -> Kind {
    match status {
        401 => Kind::Person("credentials"),
        413 => Kind::TooLarge,
        429 => Kind::Rate,
        408 | 500..=599 => Kind::Server,
        // The API spoke, with a reason that we do not know.
        400 if error.is_google => Kind::Content,
        403 if error.is_google => Kind::Person("forbidden"),
        _ => Kind::Unexpected,
    }
}

impl Kind {
    fn verdict(self, stated: Option<Timestamp>, now: Timestamp) -> Verdict {
        let wait_or = |default: Duration| stated.map_or(default, |at| at.since(now));
        let waiting = |code, fault, wait| Verdict::new(code, fault, Retry::After { wait });
        match self {
            Self::Rate => {
                let wait = wait_or(RATE_WAIT);
                waiting("rate_limit", Fault::SenderQuota, wait).with_pause(PauseScope::Account, Some(wait))
            }
            Self::Daily => {
                let wait = wait_or(DAILY_WAIT);
                waiting("daily_quota", Fault::SenderQuota, wait).with_pause(PauseScope::Account, Some(wait))
            }
            Self::Person(code) => {
                waiting(code, Fault::Credentials, Duration::ZERO).with_pause(PauseScope::Account, None)
            }
            Self::Recipient => Verdict::permanent("invalid_recipient", Fault::Recipient),
            Self::Content => Verdict::permanent("content_refused", Fault::Content),
            Self::TooLarge => Verdict::permanent("message_too_large", Fault::Content),
            Self::Server => {
                let verdict = waiting("server_error", Fault::Server, wait_or(SERVER_WAIT));
                match stated {
                    Some(_) => verdict.with_pause(PauseScope::Account, Some(wait_or(SERVER_WAIT))),
                    None => verdict,
                }
            }
            Self::Unexpected => waiting("unexpected_reply", Fault::Server, wait_or(RATE_WAIT))
                .with_pause(PauseScope::Account, Some(wait_or(RATE_WAIT))),
        }
    }
}

fn finish(mut verdict: Verdict, status: u16, error: &ApiError, stated: Option<Timestamp>, body: &[u8]) -> Verdict {
    verdict = verdict.with_arg("status", status.to_string()).with_reply(excerpt(body));
    if let Some(reason) = error.reasons.first() {
        verdict = verdict.with_arg("reason", reason);
    }
    if !error.message.is_empty() {
        verdict = verdict.with_arg("message", excerpt(error.message.as_bytes()));
    }
    match stated {
        Some(at) if verdict.pause.is_some_and(|pause| pause.wait.is_some()) => {
            verdict.with_arg("retry_at", at.to_string())
        }
        _ => verdict,
    }
}

/// What we look at in Google's error, whichever of its shapes it came in.
#[derive(Default)]
struct ApiError {
    reasons: Vec<String>,
    status: String,
    message: String,
    is_google: bool,
}

impl ApiError {
    /// `{"error": {"code", "message", "status", "errors": [{"reason"}], "details": [{"reason"}]}}` from the API, and
    /// `{"error": "invalid_grant", "error_description": "…"}` from the token endpoint. Anything else is an empty error.
    fn read(body: &[u8]) -> Self {
        let body = &body[..body.len().min(BODY_BYTES_MAX)];
        let Ok(json) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match &json["error"] {
            Value::String(code) => Self {
                reasons: vec![code.clone()],
                message: text(&json["error_description"]),
                is_google: true,
                ..Self::default()
            },
            Value::Object(error) => {
                let lists = ["errors", "details"].iter().filter_map(|name| error.get(*name)?.as_array()).flatten();
                let reasons = lists.filter_map(|entry| entry["reason"].as_str().map(str::to_owned)).collect();
                let error = &json["error"];
                Self { reasons, status: text(&error["status"]), message: text(&error["message"]), is_google: true }
            }
            _ => Self::default(),
        }
    }
}

/// The later of what the header and the message say, when it lies ahead; no later than is believed.
fn stated_time(retry_after: Option<&str>, message: &str, now: Timestamp) -> Option<Timestamp> {
    let header = retry_after.and_then(|value| header_time(value.trim(), now));
    header.max(message_time(message)).filter(|at| *at > now).map(|at| at.min(now + WAIT_MAX))
}

fn header_time(value: &str, now: Timestamp) -> Option<Timestamp> {
    match value.parse::<u64>() {
        Ok(seconds) => Some(now + Duration::from_secs(seconds.min(WAIT_MAX.as_secs()))),
        Err(_) => jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok().map(Timestamp::from),
    }
}

/// "User-rate limit exceeded.  Retry after 2025-01-10T15:00:00.000Z (Mail sending)".
fn message_time(message: &str) -> Option<Timestamp> {
    let (_, rest) = message.split_once("etry after ")?;
    rest.split_whitespace().next()?.trim_end_matches(['.', ',', ')', ';']).parse().ok()
}

fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(REPLY_BYTES_MAX)]).trim().to_owned()
}

#[cfg(test)]
mod tests;
