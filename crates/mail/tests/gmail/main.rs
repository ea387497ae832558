//! The Gmail transport against a stand-in for Gmail: every way a request can go, and what the engine is told.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic too")]

mod drafts;
mod lost_answers;
mod quotas;
mod sending;
mod tokens;

use mail::{
    address::Mailbox,
    delivery::Delivery,
    gmail::{Account, Connection, Credentials, DraftId, Mode, Settings, Timeouts, Verified},
    letter::{Attachment, Letter},
    transport::Transport,
};
use model::{Clock, Fault, ManualClock, PauseScope, Retry, Verdict};
use secrecy::SecretString;
use std::{cell::RefCell, path::Path, sync::Arc, time::Duration};
use testkit::gmail::{Answer, Call, FakeGmail, Quotas, Trouble};

const ROBOT: &str = "robot@factures.iam.gserviceaccount.com";
const MAILBOX: &str = "compta@exemple.fr";

/// A stand-in, a clock that both sides go by, and how to reach the one with the other.
struct Scene {
    gmail: FakeGmail,
    hands: ManualClock,
}

impl Scene {
    async fn new() -> Self {
        let hands = ManualClock::at("2025-01-10T13:00:00Z".parse().unwrap());
        let gmail = FakeGmail::start(Clock::Manual(hands.clone())).await;
        gmail.allow_service_account(ROBOT, &fixture("TEST-ONLY-service-account.public.der"));
        gmail.allow_refresh_token(("app", "app-secret"), "1//refresh-secret", MAILBOX);
        Self { gmail, hands }
    }

    fn account(&self, mode: Mode, key: &SecretString) -> Arc<Account> {
        self.account_with(mode, key, Timeouts::default())
    }

    /// For the tests where something never comes: as much as a busy machine may need for what does.
    fn impatient(&self, mode: Mode) -> Connection {
        let second = Duration::from_secs(1);
        let timeouts = Timeouts { connect: second, stall: second, reply: second };
        Connection::new(self.account_with(mode, &refresh_token(), timeouts), None)
    }

    fn account_with(&self, mode: Mode, key: &SecretString, timeouts: Timeouts) -> Arc<Account> {
        let mut settings = Settings::new(MAILBOX);
        settings.mode = mode;
        settings.api_url = self.gmail.api_url().parse().unwrap();
        settings.token_url = Some(self.gmail.token_url().parse().unwrap());
        settings.timeouts = timeouts;
        let credentials = Credentials::from_json(key).unwrap();
        Arc::new(Account::new(settings, credentials, Clock::Manual(self.hands.clone())).unwrap())
    }

    fn connection(&self, mode: Mode) -> Connection {
        Connection::new(self.account(mode, &refresh_token()), None)
    }

    fn ids_sent(&self) -> Vec<String> {
        self.gmail.sent().into_iter().map(|sent| sent.id).collect()
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gmail").join(name)).unwrap()
}

fn service_account() -> SecretString {
    let private_key = String::from_utf8(fixture("TEST-ONLY-service-account.pkcs8.pem")).unwrap();
    let json = serde_json::json!({
        "type": "service_account", "client_email": ROBOT, "private_key_id": "k1", "private_key": private_key,
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    json.to_string().into()
}

fn refresh_token() -> SecretString {
    r#"{"type":"authorized_user","client_id":"app","client_secret":"app-secret","refresh_token":"1//refresh-secret"}"#
        .into()
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: None, address: address.to_owned() }
}

fn letter() -> Letter {
    Letter {
        from: mailbox(MAILBOX),
        reply_to: None,
        to: vec![mailbox("client@example.com")],
        cc: vec![mailbox("copie@example.com")],
        bcc: vec![mailbox("cache@example.com")],
        subject: "Facture 2025-01".to_owned(),
        text: Some("Bonjour".to_owned()),
        html: None,
        attachments: Vec::new(),
        message_id: "0193f8a0@exemple.fr".to_owned(),
        date: "2025-01-10T12:00:00Z".parse().unwrap(),
        list_unsubscribe: None,
        written: None,
        further_fields: Vec::new(),
    }
}

fn attach(letter: &mut Letter, path: &Path, size: u64) {
    let mtime = jiff::Timestamp::try_from(path.metadata().unwrap().modified().unwrap()).unwrap();
    letter.attachments.push(Attachment {
        path: path.to_owned(),
        name: "facture.pdf".to_owned(),
        mime: "application/pdf".to_owned(),
        size,
        mtime: mtime.into(),
        sha256: None,
    });
}

#[track_caller]
fn accepted(delivery: Delivery) -> String {
    match delivery {
        Delivery::Accepted { reference, refused } if refused.is_empty() => reference,
        other => panic!("not accepted: {other:?}"),
    }
}

#[track_caller]
fn not_sent(delivery: Delivery) -> Verdict {
    match delivery {
        Delivery::NotSent { verdict, refused } if refused.is_empty() => verdict,
        other => panic!("not `NotSent`: {other:?}"),
    }
}

#[track_caller]
fn unknown(delivery: Delivery) -> Verdict {
    match delivery {
        Delivery::Unknown { verdict } => verdict,
        other => panic!("not unknown: {other:?}"),
    }
}

/// The account waits until a person has seen to it, and no recipient fails.
#[track_caller]
fn assert_waits_for_a_person(verdict: &Verdict) {
    assert_eq!(verdict.fault, Fault::Credentials, "{verdict:?}");
    assert_ne!(verdict.retry, Retry::Never);
    let pause = verdict.pause.expect("a pause");
    assert_eq!((pause.scope, pause.wait), (PauseScope::Account, None));
}

#[test]
fn a_draft_is_written_with_its_mailbox() {
    let draft = DraftId { mailbox: "a/b@exemple.fr".to_owned(), id: "r-7129".to_owned() };
    assert_eq!(draft.to_string().parse::<DraftId>().unwrap(), draft);
    for text in ["", "r-7129", "/r-7129", "a@b/"] {
        assert!(text.parse::<DraftId>().is_err(), "{text}");
    }
}
