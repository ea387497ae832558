//! A test to oneself: one recipient's message to an address of one's own. What came of it is led to the page of the
//! check as words and codes in its address, so that a reload or another language asks for a page, and sends nothing.

use super::{
    address,
    check::{self, CheckState},
    draft::Draft,
    message, show,
};
use crate::{
    Ctx,
    auth::{Granted, write_down},
    layout::{
        Form, Reader, notice,
        parts::{Mood, Notice},
        see, states,
        view::View,
    },
    problem::Result,
};
use axum::{Extension, extract::State, response::Response};
use mail::{address::Mailbox, delivery::Delivery, handler::MailHandler, letter::Letter, transport::Transport};
use std::time::Duration;
use store::Account;

/// A test is given up after so long.
const TEST_MAX: Duration = Duration::from_secs(45);
/// Characters of an address; RFC 5321 §4.5.3.1 allows 64, an @ and 255.
const ADDRESS_MAX: usize = 320;
/// Bytes of a verdict's code.
const CODE_MAX: usize = 40;

/// What came of a test. The codes are those of verdicts and reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    Sent,
    NotSent(String),
    Unknown(String),
    Slow,
    /// What was typed is no address.
    BadAddress,
    NoRow,
    /// The message cannot be made of that row.
    BadRow,
}

pub(super) async fn send(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    draft: Draft,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    if !message::faults(&v, &draft.content).0.is_empty() {
        return Ok(see(&address(&draft, "message")));
    }
    let row = form.text("row").parse::<u64>().unwrap_or(1).clamp(1, u64::from(u32::MAX));
    let typed = shortened(form.text("address"));
    let trial = match typed.parse::<Mailbox>() {
        Ok(to) => {
            let account = check::account(&ctx, &draft).await?;
            match show::nth_letter(&ctx, &draft, row, v.language).await?.0 {
                Some(Ok(letter)) => {
                    let detail = format!("{to} by {}", account.name);
                    write_down(&ctx, granted.name(), "test of a mailing", &draft.id.to_string(), &detail).await;
                    deliver(&ctx, &account, letter, to).await
                }
                Some(Err(_)) => Trial::BadRow,
                None => Trial::NoRow,
            }
        }
        Err(_) => Trial::BadAddress,
    };
    let (said, code) = trial.written();
    let path = address(&draft, "check");
    let told = notice::query(&v, &path, &words(said, code, &typed));
    Ok(see(&format!("{path}?row={row}&{told}")))
}

/// What the page of the check is told.
pub(super) fn words<'a>(said: &'a str, code: &'a str, to: &'a str) -> [(&'static str, &'a str); 3] {
    [("said", said), ("code", code), ("to", to)]
}

/// What was typed as an address, as far as an address may go.
pub(super) fn shortened(typed: &str) -> String {
    typed.chars().take(ADDRESS_MAX).collect()
}

/// Marked as a test, to that address alone; nothing is kept of it.
async fn deliver(ctx: &Ctx, account: &Account, mut letter: Letter, to: Mailbox) -> Trial {
    let transport = match transport(ctx, account) {
        Ok(transport) => transport,
        Err(code) => return Trial::NotSent(code),
    };
    (letter.cc, letter.bcc, letter.list_unsubscribe) = (Vec::new(), Vec::new(), None);
    letter.subject = format!("[TEST] {}", letter.subject);
    letter.to = vec![to];
    let mut connection = transport.connect(None);
    let delivered = tokio::time::timeout(TEST_MAX, connection.deliver(&letter)).await;
    connection.close(Duration::from_secs(2)).await;
    match delivered {
        Ok(Delivery::Accepted { .. }) => Trial::Sent,
        Ok(Delivery::NotSent { verdict, .. }) => Trial::NotSent(verdict.code),
        Ok(Delivery::Unknown { verdict }) => Trial::Unknown(verdict.code),
        Err(_) => Trial::Slow,
    }
}

/// Or the code of the reason why there is none.
fn transport(ctx: &Ctx, account: &Account) -> Result<Transport, String> {
    let handler = MailHandler::new(ctx.app.db.clone(), ctx.app.vault.clone(), ctx.app.clock.clone(), &ctx.app.data);
    handler.transport(account).map(|(transport, _)| transport).map_err(|stop| match stop {
        jobs::Stop::Fail(reason) | jobs::Stop::Pause(reason, _) => reason.code,
    })
}

impl Trial {
    fn written(&self) -> (&'static str, &str) {
        match self {
            Self::Sent => ("sent", ""),
            Self::NotSent(code) => ("not-sent", code),
            Self::Unknown(code) => ("unknown", code),
            Self::Slow => ("slow", ""),
            Self::BadAddress => ("bad-address", ""),
            Self::NoRow => ("no-row", ""),
            Self::BadRow => ("bad-row", ""),
        }
    }

    /// Of an address that anybody may have written: a code is a code, or nothing.
    pub(super) fn read(said: &str, code: &str) -> Option<Self> {
        let is_code = code.len() <= CODE_MAX && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let code = || if is_code { code.to_owned() } else { String::new() };
        Some(match said {
            "sent" => Self::Sent,
            "not-sent" => Self::NotSent(code()),
            "unknown" => Self::Unknown(code()),
            "slow" => Self::Slow,
            "bad-address" => Self::BadAddress,
            "no-row" => Self::NoRow,
            "bad-row" => Self::BadRow,
            _ => return None,
        })
    }

    /// Says it on the page, which shows `test_to` as the address.
    pub(super) fn tell(&self, v: &View, said: &mut CheckState) {
        let Ok(to) = said.test_to.parse::<Mailbox>() else {
            said.faults.add("address", v.t("test-bad-address"));
            return;
        };
        let to = to.to_string();
        // A code that is none of ours says nothing to a reader.
        let why = |code: &str| Some(states::reason(v, code, "")).filter(|text| text != code).unwrap_or_default();
        let with_why = |id, code| {
            let text = v.with_all(id, &[("to", to.clone()), ("what", why(code))]);
            text.trim_end().to_owned()
        };
        let text = match self {
            Self::Sent => v.with("test-sent", "to", &to),
            Self::NotSent(code) => with_why("test-not-sent", code),
            Self::Unknown(code) => with_why("test-unknown", code),
            Self::Slow => v.with("test-slow", "to", &to),
            Self::BadAddress => v.t("test-bad-address"),
            Self::NoRow => v.t("test-no-row"),
            Self::BadRow => v.t("test-bad-row"),
        };
        let mood = if *self == Self::Sent { Mood::Ok } else { Mood::Warn };
        said.notice = Some(Notice { mood, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_what_a_test_came_to_in_codes_alone() {
        let trials = [
            Trial::Sent,
            Trial::NotSent("connect_failed".into()),
            Trial::Unknown("outcome_unknown".into()),
            Trial::Slow,
            Trial::BadAddress,
            Trial::NoRow,
            Trial::BadRow,
        ];
        for trial in trials {
            let (said, code) = trial.written();
            assert_eq!(Trial::read(said, code).as_ref(), Some(&trial));
        }
        assert_eq!(Trial::read("not-sent", "Call 0800!"), Some(Trial::NotSent(String::new())));
        assert_eq!((Trial::read("", ""), Trial::read("<b>", "")), (None, None));
    }
}
