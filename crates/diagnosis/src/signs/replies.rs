//! Replies of mail servers and of providers' interfaces over HTTP, in whichever words a library passes them on: the code
//! counts (RFC 5321, RFC 3463, RFC 9110), then the words beside it.

use super::has;
use crate::evidence::Sign;

/// Words without which a number of three digits is no reply: libraries and the commands of SMTP.
const OF_MAIL: &[&str] = &[
    "smtp",
    "expected response code",
    "relais",
    "relay",
    "mot de passe",
    "responsecode",
    "rcpt to",
    "mail from",
    "recipient",
    "mailer",
    "javax.mail",
    "jakarta.mail",
    "messagingexception",
    "in reply to",
    "end of data",
    "message failed",
    "can't send mail",
    "failed to send",
    "sendmail",
    "sending",
    "send:",
    " said: ",
];
/// Providers that are asked over HTTP.
const PROVIDERS: &[&str] = &[
    "brevo",
    "sendinblue",
    "mailgun",
    "sendgrid",
    "postmark",
    "mailjet",
    "sparkpost",
    "mandrill",
    "api.resend.com",
    "resend.com",
    "elasticemail",
    "mailersend",
    "mailchimp",
    "scaleway.com/transactional-email",
    "email-smtp.",
    "email.eu-",
    "email.us-",
    "aws-sdk-ses",
    "aws\\ses",
    "sesexception",
    "sesclient",
    "sesv2",
    "service: ses",
    "service: amazonsimpleemail",
    "sendemail operation",
    "sendrawemail operation",
    "sendbulkemail",
    "/v3/smtp/email",
    "/v3/mail/send",
    "gmail.googleapis.com",
    "gmail/v1/users",
    "/me/sendmail",
];
const REFUSES_LOGIN: &[&str] = &[
    "unauthorized",
    "unauthorised",
    "invalid api key",
    "api key is invalid",
    "key not found",
    "invalid authentication",
    "signaturedoesnotmatch",
    "invalidclienttokenid",
    "unrecognizedclient",
    "expiredtoken",
    "security token included in the request is",
    "accessdenied",
    "access denied",
    "invalid_grant",
    "permission denied",
    "not authorized",
    "bad or missing server api token",
    "forbidden",
];
const SAYS_QUOTA: &[&str] = &[
    "quota",
    "daily",
    "hourly",
    "monthly",
    "per day",
    "per hour",
    "per month",
    "credits",
    "credit limit",
    "plan limit",
    "sending limit",
    "relay limit",
    "send limit",
    "sending_limit",
];
const SAYS_RATE: &[&str] = &[
    "rate",
    "too many",
    "throttl",
    "unusual",
    "slow down",
    "too fast",
    "too quickly",
    "too much mail",
    "exceeded",
    "limit",
];
/// A mailbox of one recipient may be over its own quota.
const OF_MAILBOX: &[&str] =
    &["mailbox", "inbox", "over quota", "overquota", "storage", "recipient's quota", "user is over"];
const OF_RECIPIENT: &[&str] = &[
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "mailbox unavailable",
    "mailbox not found",
    "does not exist",
    "invalid recipient",
    "recipient rejected",
    "recipient address rejected",
    "unrouteable address",
    "recipient not found",
];

/// Whether a text, which is in lower case, quotes a reply that is for good, and none that is for a time.
pub(super) fn is_for_good(text: &str) -> bool {
    let is_for_a_time =
        codes(text).any(|(code, _)| matches!(code, 421 | 432 | 441..=459 | 471)) || text.contains(" 4.");
    !is_for_a_time && codes(text).any(|(code, _)| matches!(code, 501 | 550..=556))
}

/// What a reply in `text` proves, which is in lower case.
pub(super) fn sign(text: &str) -> Option<Sign> {
    if has(text, PROVIDERS)
        && let Some(sign) = of_provider(text)
    {
        return Some(sign);
    }
    let is_mail = has(text, OF_MAIL);
    let is_reply = |at: usize| enhanced_behind(text, at).is_some() || is_mail && is_introduced(&text[..at]);
    let code = codes(text).find(|(code, at)| is_error(*code) && is_reply(*at));
    match code {
        Some((code, at)) => Some(classified(code, enhanced_behind(text, at), &text[at..])),
        None if is_mail => {
            let (class, enhanced, at) = bare_enhanced(text)?;
            Some(classified(class * 100 + 50, Some(enhanced), &text[at..]))
        }
        None => None,
    }
}

/// Whether a line names a provider that is asked over HTTP.
pub(crate) fn names_provider(line: &str) -> bool {
    has(&line.to_lowercase(), PROVIDERS)
}

/// What a provider's interface means by its status, or by its word for it.
fn of_provider(text: &str) -> Option<Sign> {
    let status = codes(text).map(|(code, _)| code).find(|code| matches!(code, 401..=403 | 429 | 500..=504 | 529));
    let is_limit = status == Some(429) || text.contains("throttl") || text.contains("too many requests");
    if status == Some(402) || has(text, SAYS_QUOTA) && (is_limit || has(text, &["exceeded", "reached", "not_enough"])) {
        return Some(Sign::SmtpQuota);
    }
    if is_limit || text.contains("rate exceeded") || text.contains("rate limit") {
        return Some(Sign::SmtpRate);
    }
    if matches!(status, Some(401 | 403)) || has(text, REFUSES_LOGIN) {
        return Some(Sign::SmtpAuth);
    }
    let is_wrong = codes(text).any(|(code, _)| matches!(code, 400 | 404 | 406 | 413 | 422));
    if is_wrong && has(text, &["inactive", "suppress", "bounced", "recipient", "to address"]) {
        return Some(Sign::RecipientRefused);
    }
    if is_wrong && has(text, &["413", "too large"]) {
        return Some(Sign::BodyTooLarge);
    }
    if is_wrong {
        return Some(Sign::SmtpRefused);
    }
    let is_broken =
        matches!(status, Some(500..)) || has(text, &["service unavailable", "serviceunavailable", "internal failure"]);
    is_broken.then_some(Sign::TargetFailed)
}

/// What a reply means: `enhanced` is subject and detail of its enhanced code, `text` begins with the code.
fn classified(code: u16, enhanced: Option<(u16, u16)>, text: &str) -> Sign {
    let end = text.char_indices().nth(400).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let is_of_sender = has(text, &["sending limit", "send limit", "outgoing", "sent for today"]);
    let is_mailbox = !is_of_sender && (matches!(enhanced, Some((2, _))) || has(text, OF_MAILBOX));
    // How many in an hour is a rate, as long as the reply is for a time; else it is a quota.
    let is_hourly = code < 500 && has(text, &["per hour", "hourly"]) && !has(text, &["daily", "per day", "month"]);
    if is_hourly || text.contains("at a rate that") {
        return Sign::SmtpRate;
    }
    if matches!(code, 530 | 534 | 535 | 538) || matches!(enhanced, Some((7, 8 | 9 | 57 | 139))) {
        return Sign::SmtpAuth;
    }
    // Exchange says the same code of its memory.
    let is_of_disk = enhanced == Some((3, 1)) && !text.contains("resources");
    if code == 452 && (is_of_disk || text.contains("insufficient system storage")) {
        return Sign::SmtpNoSpace;
    }
    if !is_mailbox && has(text, SAYS_QUOTA) && has(text, SAYS_RATE) {
        return Sign::SmtpQuota;
    }
    if matches!(enhanced, Some((1 | 2, _))) || has(text, OF_RECIPIENT) {
        return Sign::RecipientRefused;
    }
    if has(text, SAYS_RATE) && !has(text, &["size limit", "too large", "message size"]) {
        return Sign::SmtpRate;
    }
    match code {
        400..500 => Sign::SmtpBusy,
        550 | 551 | 553 if enhanced.is_none() => Sign::RecipientRefused,
        _ => Sign::SmtpRefused,
    }
}

/// Codes of replies that say that something failed.
fn is_error(code: u16) -> bool {
    matches!(code, 421 | 432 | 441 | 442 | 447 | 450..=455 | 458 | 459 | 471 | 500..=504 | 521 | 523 | 530 | 534 | 535 | 538 | 541 | 550..=557 | 571)
}

/// Whether what follows `before` is said to be a code, and is no count of something.
fn is_introduced(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty()
        || before.ends_with([':', '(', '"', '\'', '=', '>', '[', '<'])
        || [
            "code", "réponse", "antwort", "error", "status", "reply", "response", "said", "returned", "answered",
            "server", "got", "with",
        ]
        .iter()
        .any(|word| before.ends_with(word))
}

/// Numbers of three digits that stand by themselves, and where.
fn codes(text: &str) -> impl Iterator<Item = (u16, usize)> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(2)).filter_map(move |at| {
        let digits = &bytes[at..at + 3];
        let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
        let behind = bytes.get(at + 3).copied().unwrap_or(b' ');
        let is_number = digits.iter().all(u8::is_ascii_digit);
        let goes_before = before.is_ascii_alphanumeric() || matches!(before, b'.' | b'-' | b'_' | b'#' | b'$' | b'/');
        let is_decimal = behind == b'.' && bytes.get(at + 4).is_some_and(u8::is_ascii_digit);
        let goes_on = is_decimal || behind.is_ascii_alphanumeric() || matches!(behind, b'_' | b'/' | b'%');
        let stands_alone = is_number && !goes_before && !goes_on;
        stands_alone.then(|| (text[at..at + 3].parse().unwrap_or(0), at))
    })
}

/// Subject and detail of an enhanced code right behind the code at `at`, of the same class.
fn enhanced_behind(text: &str, at: usize) -> Option<(u16, u16)> {
    let rest = text[at + 3..].trim_start_matches([' ', '-', ':', '(', ',', '"', '\'', 'b', '#']);
    let (class, subject, detail, _) = triple(rest)?;
    (class == u16::from(text.as_bytes()[at] - b'0')).then_some((subject, detail))
}

/// An enhanced code that stands by itself: its class, its subject and detail, and where.
fn bare_enhanced(text: &str) -> Option<(u16, (u16, u16), usize)> {
    text.match_indices(['4', '5']).find_map(|(at, _)| {
        let before = at.checked_sub(1).map_or(b' ', |at| text.as_bytes()[at]);
        let (class, subject, detail, length) = triple(&text[at..])?;
        let behind = text.as_bytes().get(at + length).copied().unwrap_or(b' ');
        let stands_alone =
            !before.is_ascii_alphanumeric() && !matches!(before, b'.' | b'-' | b'/') && matches!(behind, b' ' | b':');
        (stands_alone && subject <= 7).then_some((class, (subject, detail), at))
    })
}

/// `4.7.28` at the beginning of `text`, and how long it is.
fn triple(text: &str) -> Option<(u16, u16, u16, usize)> {
    let mut parts = [0; 3];
    let mut at = 0;
    for (index, part) in parts.iter_mut().enumerate() {
        let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 3 || index == 0 && digits > 1 {
            return None;
        }
        *part = text[at..at + digits].parse().ok()?;
        at += digits;
        if index < 2 {
            text[at..].starts_with('.').then_some(())?;
            at += 1;
        }
    }
    let is_more = text[at..].starts_with('.') && text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    (matches!(parts[0], 4 | 5) && !is_more).then_some((parts[0], parts[1], parts[2], at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_counts_then_the_words() {
        for (text, expected) in [
            ("smtp: 421 4.7.0 too many messages", Some(Sign::SmtpRate)),
            ("smtp: 452 4.3.1 insufficient system storage", Some(Sign::SmtpNoSpace)),
            ("smtp: 552 5.2.2 mailbox is over quota, limit exceeded", Some(Sign::RecipientRefused)),
            ("550 5.4.5 daily sending limit exceeded", Some(Sign::SmtpQuota)),
            ("smtpcommandexception: 4.3.2 service not available", Some(Sign::SmtpBusy)),
            ("smtp 552 5.3.4 message size exceeds fixed limit", Some(Sign::SmtpRefused)),
            ("order 550 of 600", None),
            ("smtp batch 450 sent to k@gmx.example", None),
            ("smtp host 192.0.2.450, version 4.5.6.7", None),
            ("api.brevo.com answered 201", None),
            ("", None),
        ] {
            assert_eq!(sign(text), expected, "{text}");
        }
    }
}
