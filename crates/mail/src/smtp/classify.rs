//! Turns what a server said, or failed to say, into a verdict. Pure.
//!
//! Replies are matched by the stage they answer, their enhanced code (RFC 3463), their basic code, and words: many
//! servers report a sender's quota as a permanent failure, and only the words tell (`550 5.4.5 Daily user sending limit
//! exceeded`). Quotas come first, for taking one for a bounce would fail every recipient that follows.

use super::reply::{Enhanced, Garbage, Reply};
use model::{Fault, Pause, PauseScope, Retry, Verdict};
use regex::Regex;
use std::{sync::LazyLock, time::Duration};

/// Which step of the dialogue a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Hello,
    StartTls,
    Auth,
    Mail,
    Recipient,
    /// The `DATA` command.
    Data,
    /// The final dot, or `BDAT`.
    Content,
}

/// A dialogue that broke off without a reply.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the name cannot be resolved: {0}")]
    Dns(std::io::Error),
    #[error("no connection: {0}")]
    Connect(std::io::Error),
    #[error("TLS: {0}")]
    Tls(std::io::Error),
    #[error("the connection was lost: {0}")]
    Lost(std::io::Error),
    #[error("no answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("{0}")]
    Garbage(#[from] Garbage),
    #[error("the server spoke before it was asked")]
    EarlyData,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const NOW: Duration = Duration::ZERO;

impl Stage {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Hello => "hello",
            Self::StartTls => "starttls",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Content => "content",
        }
    }

    /// Whether nothing about a particular message has been said yet.
    const fn is_session(self) -> bool {
        matches!(self, Self::Greeting | Self::Hello | Self::StartTls | Self::Auth)
    }
}

/// The verdict on a reply that did not let the dialogue go on: 4xx, 5xx, or a code that has no business at `stage`.
pub fn classify(stage: Stage, reply: &Reply) -> Verdict {
    let words = Words::of(reply);
    let verdict = if !reply.is_negative() {
        server("protocol_error", 5 * MINUTE).with_pause(PauseScope::Account, Some(5 * MINUTE))
    } else if let Some(verdict) = quota(reply, &words) {
        verdict
    } else if reply.code / 100 == 4 {
        temporary(stage, reply, &words)
    } else if stage.is_session() {
        session_refused(stage, reply)
    } else {
        permanent(stage, reply, &words)
    };
    let verdict = if verdict.code == "protocol_error" { verdict.with_arg("error", reply.excerpt()) } else { verdict };
    let verdict = match stated_wait(&reply.excerpt()) {
        Some(wait) => waiting(verdict, wait),
        None => verdict,
    };
    verdict.with_arg("stage", stage.as_str()).with_reply(reply.excerpt())
}

/// The server says itself when to come back, as greylisting and throttling servers do: it knows better than we do.
fn waiting(mut verdict: Verdict, wait: Duration) -> Verdict {
    if let Retry::After { wait: ours } = &mut verdict.retry {
        *ours = wait;
        if let Some(Pause { wait: Some(pause), .. }) = &mut verdict.pause {
            *pause = wait;
        }
    }
    verdict
}

/// "try again in 5 minutes", "retry after 300 seconds": between a second and a day.
fn stated_wait(text: &str) -> Option<Duration> {
    static STATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = r"(?i)\b(?:again|retry|back|wait)\b[^.;0-9]{0,30}\b(\d{1,5}) ?(s|secs?|seconds?|min|mins?|minutes?|h|hours?)\b";
        Regex::new(words).ok()
    });
    let found = STATED.as_ref()?.captures(text)?;
    let count: u32 = found[1].parse().ok()?;
    let unit = match found[2].as_bytes()[0].to_ascii_lowercase() {
        b's' => SECOND,
        b'm' => MINUTE,
        _ => HOUR,
    };
    Some((unit * count).clamp(SECOND, 24 * HOUR))
}

/// The verdict on a dialogue that broke off before the final dot, or `BDAT LAST`, had gone out: nothing was sent.
pub fn classify_broken(stage: Stage, broken: &Broken) -> Verdict {
    let verdict = match broken {
        Broken::Dns(_) => paused(server("dns_failed", MINUTE), MINUTE),
        Broken::Connect(_) => paused(server("connect_failed", 30 * SECOND), 30 * SECOND),
        Broken::Tls(_) => server("tls_failed", NOW).with_pause(PauseScope::Account, None),
        Broken::Timeout(_) => server("timeout", MINUTE),
        Broken::Lost(_) if stage == Stage::Greeting => paused(server("connection_lost", 30 * SECOND), 30 * SECOND),
        Broken::Lost(_) => server("connection_lost", 10 * SECOND),
        Broken::Garbage(_) | Broken::EarlyData => paused(server("protocol_error", 5 * MINUTE), 5 * MINUTE),
    };
    verdict.with_arg("stage", stage.as_str()).with_arg("error", broken.to_string())
}

/// The content went out and the answer to it never came. It must not be sent again by itself.
pub fn unknown(broken: &Broken) -> Verdict {
    Verdict::new("outcome_unknown", Fault::Server, Retry::Never).with_arg("error", broken.to_string())
}

/// The sender's own limits, whatever code they come under.
fn quota(reply: &Reply, words: &Words) -> Option<Verdict> {
    let detail = reply.enhanced.map(|Enhanced(_, subject, detail)| (subject, detail));
    let limit = words.any(&["limit", "quota", "exceed", "too many", "maximum", "max "]);
    let recipients_box =
        matches!(detail, Some((2, 2))) || words.any(&["mailbox full", "mailbox is full", "over quota"]);
    let senders = words.any(&[
        "sending",
        "submission",
        "outgoing",
        "outbound",
        "daily",
        "per day",
        "hour",
        "relay limit",
        "relay quota",
    ]);
    let about_an_address = matches!(detail, Some((1, _)));
    if about_an_address || (recipients_box && !(senders && limit)) {
        return None;
    }
    let sender = |code: &str, wait| {
        Some(Verdict::new(code, Fault::SenderQuota, Retry::After { wait }).with_pause(PauseScope::Account, Some(wait)))
    };
    if matches!(detail, Some((4, 5))) && reply.code / 100 == 5 {
        return sender("daily_quota", 3 * HOUR);
    }
    if limit && words.any(&["daily", "per day", "24 h", "24-h", "24h", "submissionquota"]) {
        return sender("daily_quota", 3 * HOUR);
    }
    if limit && words.any(&["hour", "hourly"]) {
        return sender("hourly_quota", HOUR);
    }
    if words.any(&["peak smtp relay limit", "peak relay limit"]) {
        return sender("throttled", 10 * MINUTE);
    }
    if matches!(reply.code, 550 | 552 | 554) && limit && (senders || words.any(&["quota"])) {
        return sender("sender_quota", 3 * HOUR);
    }
    let rate = words.any(&[
        "throttl",
        "sending rate",
        "rate limit",
        "ratelimit",
        "concurrent connections",
        "too many connections",
    ]);
    (rate || reply.code == 432).then(|| throttled(MINUTE))
}

fn temporary(stage: Stage, reply: &Reply, words: &Words) -> Verdict {
    let detail = reply.enhanced.map(|Enhanced(_, subject, detail)| (subject, detail));
    match (reply.code, detail) {
        (421, Some((7, _) | (3, 2))) => throttled(MINUTE),
        (421, _) => paused(server("server_busy", 30 * SECOND), 30 * SECOND),
        (454, _) if stage == Stage::StartTls => paused(server("tls_unavailable", 5 * MINUTE), 5 * MINUTE),
        _ if stage == Stage::Auth => paused(server("auth_unavailable", 5 * MINUTE), 5 * MINUTE),
        (454, _) => paused(server("auth_unavailable", 5 * MINUTE), 5 * MINUTE),
        (_, Some((5, 3))) => too_many_recipients(),
        _ if words.any(&["too many recipients"]) => too_many_recipients(),
        (_, Some((2, 2))) => mailbox_full(Retry::After { wait: 4 * HOUR }),
        _ if words.any(&["mailbox full", "mailbox is full", "over quota"]) => {
            mailbox_full(Retry::After { wait: 4 * HOUR })
        }
        (450, Some((2, 1))) if words.any(&["quickly", "rate", "too many", "too much"]) => {
            server("recipient_throttled", 10 * MINUTE)
        }
        (_, Some((3, 1))) => paused(server("server_busy", 5 * MINUTE), 5 * MINUTE),
        _ if words.any(&["greylist", "graylist", "grey-list", "gray-list", "greylisting"]) => {
            server("greylisted", 5 * MINUTE)
        }
        (450 | 451, Some((7, 1))) => server("greylisted", 5 * MINUTE),
        _ if stage.is_session() => paused(server("server_busy", MINUTE), MINUTE),
        _ => server("temporary", 5 * MINUTE),
    }
}

fn session_refused(stage: Stage, reply: &Reply) -> Verdict {
    match stage {
        Stage::StartTls => server("tls_unavailable", NOW).with_pause(PauseScope::Account, None),
        Stage::Auth if matches!(reply.code, 500 | 502 | 503 | 504) => credentials("auth_unsupported"),
        Stage::Auth => credentials("auth_failed"),
        _ => paused(server("server_refused", 15 * MINUTE), 15 * MINUTE),
    }
}

fn permanent(stage: Stage, reply: &Reply, words: &Words) -> Verdict {
    let detail = reply.enhanced.map(|Enhanced(_, subject, detail)| (subject, detail));
    match (stage, reply.code, detail) {
        (_, 530, _) if words.any(&["starttls", "tls"]) => {
            server("tls_unavailable", NOW).with_pause(PauseScope::Account, None)
        }
        (_, 530 | 535, _) => credentials("auth_failed"),
        (_, _, Some((7, 8 | 9 | 14))) => credentials("auth_failed"),
        (_, _, Some((3, 4) | (2, 3))) => too_big(),
        _ if words.any(&[
            "message too large",
            "message too big",
            "size exceeds",
            "exceeds maximum size",
            "message size",
        ]) =>
        {
            too_big()
        }
        (Stage::Content | Stage::Data | Stage::Mail, 552, None) => too_big(),
        (Stage::Recipient, _, Some((5, 3))) => too_many_recipients(),
        (Stage::Recipient, _, _) if words.any(&["too many recipients"]) => too_many_recipients(),
        (_, _, Some((1, 7 | 8))) => credentials("sender_refused"),
        (Stage::Mail, _, Some((1 | 7, _))) => credentials("sender_refused"),
        (Stage::Recipient, _, _) => recipient_refused(reply.code, detail, words),
        (Stage::Mail, 550..=554, _) => credentials("sender_refused"),
        (_, _, Some((1, _))) => Verdict::permanent("unknown_recipient", Fault::Recipient),
        (_, _, Some((2, 2))) => mailbox_full(Retry::Never),
        (_, _, Some((7, _))) => Verdict::permanent("policy", Fault::Content),
        (_, 500..=504, None | Some((5, _))) => paused(server("protocol_error", 5 * MINUTE), 5 * MINUTE),
        (Stage::Mail, _, _) => paused(server("server_refused", 15 * MINUTE), 15 * MINUTE),
        _ => Verdict::permanent("content_refused", Fault::Content),
    }
}

fn recipient_refused(code: u16, detail: Option<(u16, u16)>, words: &Words) -> Verdict {
    let code_name = match detail {
        Some((1, _)) => "unknown_recipient",
        Some((2, 1)) => "mailbox_disabled",
        Some((2, 2)) => return mailbox_full(Retry::Never),
        Some((7, _)) => "policy",
        _ if words.any(&["mailbox full", "mailbox is full", "over quota"]) => return mailbox_full(Retry::Never),
        _ if words.any(&[
            "relay",
            "rcpthosts",
            "blocked",
            "blacklist",
            "blocklist",
            "spam",
            "policy",
            "denied",
            "reputation",
        ]) =>
        {
            "policy"
        }
        _ if words.any(&["disabled", "inactive", "suspended"]) => "mailbox_disabled",
        None if matches!(code, 550 | 551 | 553) => "unknown_recipient",
        _ if words.any(&["unknown", "no such", "not exist", "not found", "invalid", "unavailable"]) => {
            "unknown_recipient"
        }
        _ => "recipient_refused",
    };
    Verdict::permanent(code_name, Fault::Recipient)
}

fn server(code: &str, wait: Duration) -> Verdict {
    Verdict::new(code, Fault::Server, Retry::After { wait })
}

fn paused(verdict: Verdict, wait: Duration) -> Verdict {
    verdict.with_pause(PauseScope::Account, Some(wait))
}

fn throttled(wait: Duration) -> Verdict {
    paused(server("throttled", wait), wait)
}

/// The account must be put right by a person; nobody fails meanwhile.
fn credentials(code: &str) -> Verdict {
    Verdict::new(code, Fault::Credentials, Retry::After { wait: NOW }).with_pause(PauseScope::Account, None)
}

fn too_many_recipients() -> Verdict {
    server("too_many_recipients", NOW)
}

fn mailbox_full(retry: Retry) -> Verdict {
    Verdict::new("mailbox_full", Fault::Recipient, retry)
}

fn too_big() -> Verdict {
    Verdict::permanent("message_too_big", Fault::Content)
}

/// A reply's text, ready to be searched: in lower case, and without what stands between angle brackets, for a mailbox
/// may be called `daily-limit`.
struct Words(String);

impl Words {
    fn of(reply: &Reply) -> Self {
        let text = reply.lines.join(" ").to_lowercase();
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            let Some((_, behind)) = after.split_once('>') else { break };
            out.push_str(before);
            rest = behind;
        }
        out.push_str(rest);
        Self(out)
    }

    fn any(&self, needles: &[&str]) -> bool {
        needles.iter().any(|needle| self.0.contains(needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        smtp::reply::{Parsed, parse},
        verdict_text::explain,
    };

    const REPLIES: &str = include_str!("../../tests/fixtures/smtp_replies.txt");

    fn stage(name: &str) -> Stage {
        use Stage::{Auth, Content, Data, Greeting, Hello, Mail, Recipient, StartTls};
        [Greeting, Hello, StartTls, Auth, Mail, Recipient, Data, Content]
            .into_iter()
            .find(|stage| stage.as_str() == name)
            .unwrap_or_else(|| panic!("{name} is no stage"))
    }

    /// One line of the fixture, one line of the snapshot.
    #[test]
    fn one_reply_one_verdict() {
        let table: String = REPLIES
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (name, text) = line.split_once(' ').unwrap();
                let Ok(Parsed::Reply(reply, _)) = parse(format!("{text}\r\n").as_bytes()) else { panic!("{line}") };
                let verdict = classify(stage(name), &reply);
                assert_eq!(verdict.reply, text);
                assert!(
                    !explain(&verdict, language::Language::French).contains(&verdict.code),
                    "{} has no words",
                    verdict.code
                );
                format!("{line}\n    {} · {}\n", verdict.code, brief(&verdict))
            })
            .collect();
        insta::assert_snapshot!(table);
    }

    fn brief(verdict: &Verdict) -> String {
        let retry = match verdict.retry {
            Retry::Never => "never again".to_owned(),
            Retry::After { wait } => format!("again after {} s", wait.as_secs()),
        };
        let pause = match verdict.pause {
            None => String::new(),
            Some(pause) => match pause.wait {
                None => format!(" · {:?} pauses until resumed", pause.scope),
                Some(wait) => format!(" · {:?} pauses {} s", pause.scope, wait.as_secs()),
            },
        };
        format!("{:?} · {retry}{pause}", verdict.fault)
    }

    /// A quota of ours, a lost server or a wrong password never fails an item for good.
    #[test]
    fn only_recipients_and_content_fail_for_good() {
        for line in REPLIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (_, text) = line.split_once(' ').unwrap();
            let Ok(Parsed::Reply(reply, _)) = parse(format!("{text}\r\n").as_bytes()) else { panic!("{line}") };
            for name in ["greeting", "hello", "starttls", "auth", "mail", "recipient", "data", "content"] {
                let verdict = classify(stage(name), &reply);
                if verdict.retry == Retry::Never {
                    assert!(matches!(verdict.fault, Fault::Recipient | Fault::Content), "{name}: {verdict:?}");
                }
            }
        }
    }
}
