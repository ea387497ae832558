//! The Gmail transport against a stand-in for Gmail: every way a request can go, and what the engine is told.

use mail::{
    address::Mailbox,
    gmail::{Account, Connection, Credentials, DraftId, Mode, Settings, Verified},
    letter::{Attachment, Letter},
    transport::{Delivery, Transport},
};
use model::{Clock, Fault, ManualClock, PauseScope, Retry, Timestamp, Verdict};
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
        let mut settings = Settings::new(MAILBOX);
        settings.mode = mode;
        settings.api_url = self.gmail.api_url().parse().unwrap();
        settings.token_url = Some(self.gmail.token_url().parse().unwrap());
        // Nothing on this machine takes that long, but for the silence that a test asks for.
        settings.timeouts.reply = Duration::from_millis(300);
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

mod sending {
    use super::*;

    #[tokio::test]
    async fn a_letter_reaches_everybody_and_gmail_s_id_is_the_reference() {
        let scene = Scene::new().await;
        let transport = Transport::Gmail(scene.account(Mode::Send, &refresh_token()));
        let reference = accepted(transport.connect(None).deliver(&letter()).await);
        let sent = scene.gmail.sent().remove(0);
        assert_eq!((sent.id, sent.mailbox.as_str(), sent.draft), (reference, MAILBOX, None));
        assert_eq!(sent.recipients, ["client@example.com", "copie@example.com", "cache@example.com"]);
        let delivered = String::from_utf8(sent.delivered.to_vec()).unwrap();
        assert!(!delivered.contains("cache@"), "{delivered}");
        assert!(!delivered.contains("0193f8a0"), "Gmail has overwritten our Message-ID: {delivered}");
        assert!(String::from_utf8_lossy(&sent.raw).contains("Message-ID: <0193f8a0@exemple.fr>"));
    }

    #[tokio::test]
    async fn a_20_mb_attachment_arrives_whole() {
        let scene = Scene::new().await;
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(20_000_000).unwrap();
        let mut letter = letter();
        attach(&mut letter, file.path(), 20_000_000);
        accepted(scene.connection(Mode::Send).deliver(&letter).await);
        assert!(scene.gmail.sent()[0].raw.len() > 27_000_000);
    }

    #[tokio::test]
    async fn a_file_that_has_changed_fails_the_letter_as_content_and_nothing_leaves() {
        let scene = Scene::new().await;
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(100_000).unwrap();
        let mut letter = letter();
        attach(&mut letter, file.path(), 100_001);
        let verdict = not_sent(scene.connection(Mode::Send).deliver(&letter).await);
        assert_eq!((verdict.fault, verdict.retry), (Fault::Content, Retry::Never));
        assert!(scene.gmail.sent().is_empty());
    }

    #[tokio::test]
    async fn a_bad_address_is_the_recipient_s_fault() {
        let scene = Scene::new().await;
        let mut letter = letter();
        letter.to[0].address = "nobody".to_owned();
        let verdict = not_sent(scene.connection(Mode::Send).deliver(&letter).await);
        assert_eq!((verdict.code.as_str(), verdict.fault), ("invalid_recipient", Fault::Recipient));
    }

    #[tokio::test]
    async fn a_server_in_trouble_is_asked_again_later() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Send);
        for status in [500, 503] {
            let answer = Answer::error(status, "backendError", "Backend Error");
            scene.gmail.trouble(Call::Send, Trouble::Answer(answer));
            let verdict = not_sent(connection.deliver(&letter()).await);
            assert_eq!((verdict.code.as_str(), verdict.fault), ("server_error", Fault::Server));
        }
        accepted(connection.deliver(&letter()).await);
    }

    #[tokio::test]
    async fn nobody_there_is_not_sent() {
        let mut settings = Settings::new(MAILBOX);
        let vacant = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        settings.api_url = format!("http://{vacant}/").parse().unwrap();
        settings.token_url = Some(format!("http://{vacant}/token").parse().unwrap());
        let credentials = Credentials::from_json(&refresh_token()).unwrap();
        let account = Arc::new(Account::new(settings, credentials, Clock::System).unwrap());
        let verdict = not_sent(Connection::new(account, None).deliver(&letter()).await);
        assert_eq!((verdict.code.as_str(), verdict.fault), ("cannot_connect", Fault::Server));
    }
}

mod lost_answers {
    use super::*;

    #[tokio::test]
    async fn a_break_within_the_body_is_not_sent() {
        let scene = Scene::new().await;
        scene.gmail.trouble(Call::Send, Trouble::HangUpMidBody);
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(20_000_000).unwrap();
        let mut letter = letter();
        attach(&mut letter, file.path(), 20_000_000);
        let verdict = not_sent(scene.connection(Mode::Send).deliver(&letter).await);
        assert_eq!((verdict.code.as_str(), verdict.fault), ("connection_lost", Fault::Server));
        assert!(scene.gmail.sent().is_empty());
    }

    #[tokio::test]
    async fn after_the_body_every_lost_answer_is_unknown_whether_or_not_the_mail_went() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Send);
        let gateway = Answer::new(502, "<html>Bad Gateway</html>");
        let troubles = [
            (Trouble::HangUpUntaken, "connection_lost", 0),
            (Trouble::HangUpTaken, "connection_lost", 1),
            (Trouble::SilenceUntaken, "timeout", 0),
            (Trouble::SilenceTaken, "timeout", 1),
            (Trouble::TakenBut(Answer::new(200, r#"{"id": "#)), "unexpected_reply", 1),
            (Trouble::TakenBut(Answer::new(200, "")), "unexpected_reply", 1),
            (Trouble::TakenBut(gateway.clone()), "server_error", 1),
            (Trouble::Answer(gateway), "server_error", 0),
        ];
        for (trouble, code, went) in troubles {
            let before = scene.gmail.sent().len();
            scene.gmail.trouble(Call::Send, trouble.clone());
            let verdict = unknown(connection.deliver(&letter()).await);
            assert_eq!(verdict.code, code, "{trouble:?}");
            assert_eq!(scene.gmail.sent().len() - before, went, "sent once or not at all: {trouble:?}");
        }
        accepted(connection.deliver(&letter()).await);
    }
}

mod tokens {
    use super::*;

    #[tokio::test]
    async fn a_service_account_signs_for_its_mailbox() {
        let scene = Scene::new().await;
        let account = scene.account(Mode::Send, &service_account());
        accepted(Connection::new(account, None).deliver(&letter()).await);
        let request = scene.gmail.token_requests().remove(0);
        assert!(request.granted);
        assert_eq!(request.subject.as_deref(), Some(MAILBOX));
        assert_eq!(request.scope.as_deref(), Some("https://www.googleapis.com/auth/gmail.send"));
        assert_eq!(scene.gmail.sent()[0].mailbox, MAILBOX);
    }

    #[tokio::test]
    async fn drafts_ask_for_the_scope_that_drafts_need() {
        let scene = Scene::new().await;
        let account = scene.account(Mode::Draft, &service_account());
        accepted(Connection::new(account, None).deliver(&letter()).await);
        assert_eq!(
            scene.gmail.token_requests()[0].scope.as_deref(),
            Some("https://www.googleapis.com/auth/gmail.compose")
        );
        let narrow = scene.account(Mode::Send, &service_account());
        let verdict = Connection::new(narrow, None).create_draft(&letter()).await.unwrap_err();
        assert_eq!(verdict.code, "insufficient_permissions");
        assert_waits_for_a_person(&verdict);
    }

    #[tokio::test]
    async fn a_signature_by_another_key_is_refused() {
        let scene = Scene::new().await;
        let mut other = fixture("TEST-ONLY-service-account.public.der");
        other[20] ^= 1;
        scene.gmail.allow_service_account(ROBOT, &other);
        let account = scene.account(Mode::Send, &service_account());
        let verdict = not_sent(Connection::new(account, None).deliver(&letter()).await);
        assert_eq!(verdict.code, "invalid_grant");
        assert_waits_for_a_person(&verdict);
    }

    #[tokio::test]
    async fn a_token_is_kept_until_a_minute_before_it_expires() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Send);
        for (advance, requests) in [(0, 1), (3538, 1), (1, 2), (3538, 2), (1, 3)] {
            scene.hands.advance(Duration::from_secs(advance));
            accepted(connection.deliver(&letter()).await);
            assert_eq!(scene.gmail.token_requests().len(), requests, "after {advance} s more");
        }
    }

    #[tokio::test]
    async fn many_connections_ask_for_one_token_and_for_one_more_when_it_is_refused() {
        let scene = Scene::new().await;
        let account = scene.account(Mode::Send, &refresh_token());
        for requests in [1, 2] {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..10 {
                let mut connection = Connection::new(Arc::clone(&account), None);
                tasks.spawn(async move { connection.deliver(&letter()).await });
            }
            tasks.join_all().await.into_iter().for_each(|delivery| drop(accepted(delivery)));
            assert_eq!(scene.gmail.token_requests().len(), requests);
            scene.gmail.forget_tokens();
        }
        assert_eq!(scene.gmail.sent().len(), 20);
    }

    #[tokio::test]
    async fn a_refused_token_is_renewed_once_and_then_a_person_is_wanted() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Send);
        let refused = || Trouble::Answer(Answer::invalid_credentials());
        scene.gmail.trouble(Call::Send, refused());
        accepted(connection.deliver(&letter()).await);
        assert_eq!(scene.gmail.token_requests().len(), 2);

        scene.gmail.trouble(Call::Send, refused());
        scene.gmail.trouble(Call::Send, refused());
        let verdict = not_sent(connection.deliver(&letter()).await);
        assert_eq!(verdict.code, "credentials");
        assert_waits_for_a_person(&verdict);
        assert_eq!(scene.gmail.calls().iter().filter(|call| **call == Call::Send).count(), 4);
    }

    #[tokio::test]
    async fn revoked_credentials_fail_nobody() {
        let scene = Scene::new().await;
        scene.gmail.revoke_everything();
        for key in [refresh_token(), service_account()] {
            let account = scene.account(Mode::Send, &key);
            let verdict = not_sent(Connection::new(account, None).deliver(&letter()).await);
            assert_eq!(verdict.code, "invalid_grant");
            assert_waits_for_a_person(&verdict);
        }
    }

    #[tokio::test]
    async fn a_token_endpoint_in_trouble_is_not_sent_and_shows_no_token() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Send);
        let troubles = [
            (Trouble::Answer(Answer::new(500, r#"{"error":"internal_failure"}"#)), "server_error"),
            (Trouble::Answer(Answer::new(200, r#"{"access_token":"ya29.leaked","#)), "unexpected_token_reply"),
            (Trouble::HangUpTaken, "connection_lost"),
            (Trouble::SilenceTaken, "timeout"),
        ];
        for (trouble, code) in troubles {
            scene.gmail.trouble(Call::Token, trouble);
            let verdict = not_sent(connection.deliver(&letter()).await);
            assert_eq!((verdict.code.as_str(), verdict.fault), (code, Fault::Server));
            assert!(!format!("{verdict:?}").contains("ya29"), "{verdict:?}");
        }
        accepted(connection.deliver(&letter()).await);
    }

    #[tokio::test]
    async fn no_secret_is_shown() {
        let scene = Scene::new().await;
        for key in [refresh_token(), service_account()] {
            let account = scene.account(Mode::Send, &key);
            accepted(Connection::new(Arc::clone(&account), None).deliver(&letter()).await);
            let shown = format!("{account:?} {account:#?} {:?}", Transport::Gmail(Arc::clone(&account)));
            for secret in ["app-secret", "refresh-secret", "PRIVATE KEY", "MII", "ya29"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
            assert!(shown.contains(MAILBOX));
        }
    }
}

mod quotas {
    use super::*;

    #[tokio::test]
    async fn sixty_a_minute_then_the_account_waits_for_the_stated_time_under_either_status() {
        for status in [403, 429] {
            let scene = Scene::new().await;
            scene.gmail.set_quotas(Quotas { status, ..Quotas::default() });
            let mut connection = scene.connection(Mode::Send);
            for _ in 0..60 {
                accepted(connection.deliver(&letter()).await);
                scene.hands.advance(Duration::from_millis(500));
            }
            let verdict = not_sent(connection.deliver(&letter()).await);
            let pause = verdict.pause.unwrap();
            assert_eq!((verdict.code.as_str(), verdict.fault), ("rate_limit", Fault::SenderQuota));
            assert_eq!((pause.scope, pause.wait), (PauseScope::Account, Some(Duration::from_secs(30))));
            scene.hands.advance(pause.wait.unwrap());
            accepted(connection.deliver(&letter()).await);
        }
    }

    #[tokio::test]
    async fn a_used_up_day_pauses_the_account_for_hours() {
        let scene = Scene::new().await;
        scene.gmail.set_quotas(Quotas { messages_per_day: 3, ..Quotas::default() });
        let mut connection = scene.connection(Mode::Send);
        for _ in 0..3 {
            accepted(connection.deliver(&letter()).await);
            scene.hands.advance(Duration::from_secs(3600));
        }
        let verdict = not_sent(connection.deliver(&letter()).await);
        assert_eq!((verdict.code.as_str(), verdict.fault), ("daily_quota", Fault::SenderQuota));
        assert_eq!(verdict.args["retry_at"], "2025-01-11T13:00:00.000000Z");
        let wait = verdict.pause.unwrap().wait.unwrap();
        assert_eq!(wait, Duration::from_secs(21 * 3600));
        scene.hands.advance(wait);
        accepted(connection.deliver(&letter()).await);
    }

    #[tokio::test]
    async fn retry_after_is_obeyed() {
        let scene = Scene::new().await;
        let answer = Answer::error(429, "rateLimitExceeded", "Resource has been exhausted (e.g. check quota).");
        scene.gmail.trouble(Call::Send, Trouble::Answer(answer.with_retry_after("7200")));
        let verdict = not_sent(scene.connection(Mode::Send).deliver(&letter()).await);
        assert_eq!(verdict.pause.unwrap().wait, Some(Duration::from_secs(7200)));
    }
}

mod drafts {
    use super::*;

    /// Delivers one letter whose `drafts.send` goes wrong, and gives back what a durable store would hold then.
    async fn lose(scene: &Scene, connection: &mut Connection, trouble: Trouble) -> (DraftId, Verdict) {
        scene.gmail.trouble(Call::SendDraft, trouble);
        let kept = RefCell::new(None);
        let delivery = connection
            .deliver_with(&letter(), async |draft| {
                assert!(scene.gmail.sent().is_empty(), "kept before it is sent");
                *kept.borrow_mut() = Some(draft.to_string());
                Ok(())
            })
            .await;
        let draft: DraftId = kept.into_inner().expect("a draft").parse().unwrap();
        let verdict = unknown(delivery);
        assert_eq!(verdict.args["draft"], draft.to_string());
        (draft, verdict)
    }

    #[tokio::test]
    async fn a_draft_is_kept_then_sent_then_gone() {
        let scene = Scene::new().await;
        let kept = RefCell::new(Vec::new());
        let mut connection = scene.connection(Mode::Draft);
        let delivery = connection
            .deliver_with(&letter(), async |draft| {
                kept.borrow_mut().push((draft, scene.gmail.drafts().len(), scene.gmail.sent().len()));
                Ok(())
            })
            .await;
        assert_eq!(vec![accepted(delivery)], scene.ids_sent());
        let (draft, drafts, sent) = kept.into_inner().remove(0);
        assert_eq!((drafts, sent), (1, 0));
        assert_eq!(scene.gmail.sent()[0].draft, Some(draft.id.clone()));
        assert!(scene.gmail.drafts().is_empty());
        assert_eq!(connection.verify_draft(&draft).await, Verified::Sent);
    }

    #[tokio::test]
    async fn sent_and_the_reply_lost_is_found_to_be_sent() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let (draft, _) = lose(&scene, &mut connection, Trouble::HangUpTaken).await;
        // Another process, after a crash.
        assert_eq!(scene.connection(Mode::Draft).verify_draft(&draft).await, Verified::Sent);
        assert_eq!(scene.gmail.sent().len(), 1);
    }

    #[tokio::test]
    async fn not_sent_and_the_reply_lost_is_found_there_and_sent_once() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let (draft, _) = lose(&scene, &mut connection, Trouble::HangUpUntaken).await;
        assert_eq!(connection.verify_draft(&draft).await, Verified::StillThere);
        accepted(connection.send_draft(&draft).await);
        assert_eq!(connection.verify_draft(&draft).await, Verified::Sent);
        let again = unknown(connection.send_draft(&draft).await);
        assert_eq!(again.code, "draft_gone");
        assert_eq!(scene.gmail.sent().len(), 1);
    }

    #[tokio::test]
    async fn what_cannot_be_asked_stays_unknown() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let (draft, verdict) = lose(&scene, &mut connection, Trouble::SilenceTaken).await;
        assert_eq!(verdict.code, "timeout");
        let troubles = [
            (Trouble::Answer(Answer::error(503, "backendError", "Backend Error")), "server_error"),
            (Trouble::Answer(Answer::new(404, "<html>Not Found</html>")), "unexpected_reply"),
            (Trouble::Answer(Answer::new(200, r#"{"id":"another"}"#)), "unexpected_reply"),
            (Trouble::HangUpUntaken, "connection_lost"),
            (Trouble::Answer(Answer::error(403, "forbidden", "Delegation denied")), "forbidden"),
        ];
        for (trouble, code) in troubles {
            scene.gmail.trouble(Call::GetDraft, trouble);
            match connection.verify_draft(&draft).await {
                Verified::Unreachable(verdict) => assert_eq!(verdict.code, code),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(connection.verify_draft(&draft).await, Verified::Sent);
    }

    #[tokio::test]
    async fn another_mailbox_s_draft_proves_nothing() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let draft: DraftId = "ventes@exemple.fr/r-1".parse().unwrap();
        assert!(matches!(connection.verify_draft(&draft).await, Verified::Unreachable(verdict)
            if verdict.code == "draft_of_another_mailbox"));
        assert_waits_for_a_person(&not_sent(connection.send_draft(&draft).await));
        assert!(scene.gmail.calls().is_empty(), "nobody was asked");
    }

    #[tokio::test]
    async fn a_draft_whose_id_cannot_be_kept_is_discarded_and_nothing_is_sent() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let full = Verdict::new("disk_full", Fault::Server, Retry::After { wait: Duration::from_secs(1) });
        let delivery = connection.deliver_with(&letter(), async |_| Err(full.clone())).await;
        assert_eq!(not_sent(delivery), full);
        assert!(scene.gmail.drafts().is_empty() && scene.gmail.sent().is_empty());
    }

    #[tokio::test]
    async fn a_draft_that_was_refused_waits_for_its_retry_when_its_id_is_kept() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        scene.gmail.trouble(Call::SendDraft, Trouble::Answer(Answer::error(500, "backendError", "Backend Error")));
        let verdict = not_sent(connection.deliver_with(&letter(), async |_| Ok(())).await);
        let draft: DraftId = verdict.args["draft"].parse().unwrap();
        assert_eq!(scene.gmail.drafts()[0].id, draft.id);
        accepted(connection.send_draft(&draft).await);
    }

    #[tokio::test]
    async fn without_a_store_a_refused_draft_is_discarded_unless_it_was_sent_after_all() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let trouble = || Answer::error(500, "backendError", "Backend Error");
        scene.gmail.trouble(Call::SendDraft, Trouble::Answer(trouble()));
        assert_eq!(not_sent(connection.deliver(&letter()).await).code, "server_error");
        assert!(scene.gmail.drafts().is_empty() && scene.gmail.sent().is_empty());

        scene.gmail.trouble(Call::SendDraft, Trouble::TakenBut(trouble()));
        assert_eq!(unknown(connection.deliver(&letter()).await).code, "draft_gone");
        assert_eq!(scene.gmail.sent().len(), 1);
    }

    #[tokio::test]
    async fn a_lost_draft_is_no_mail() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        scene.gmail.trouble(Call::CreateDraft, Trouble::HangUpTaken);
        let delivery = connection.deliver_with(&letter(), async |_| panic!("there is no id to keep")).await;
        assert_eq!(not_sent(delivery).code, "connection_lost");
        assert!(scene.gmail.sent().is_empty());
    }

    #[tokio::test]
    async fn in_send_mode_no_draft_is_made() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Send);
        accepted(connection.deliver_with(&letter(), async |_| panic!("no draft")).await);
        assert_eq!(scene.gmail.calls(), [Call::Token, Call::Send]);
    }

    #[tokio::test]
    async fn delivering_with_a_store_can_be_spawned() {
        let scene = Scene::new().await;
        let mut connection = scene.connection(Mode::Draft);
        let (keep, kept) = tokio::sync::oneshot::channel::<DraftId>();
        let task = tokio::spawn(async move {
            connection
                .deliver_with(&letter(), async move |draft| {
                    keep.send(draft).map_err(|_| Verdict::permanent("nobody_listens", Fault::Server))
                })
                .await
        });
        accepted(task.await.unwrap());
        assert_eq!(kept.await.unwrap().mailbox, MAILBOX);
    }
}

#[test]
fn a_draft_is_written_with_its_mailbox() {
    let draft = DraftId { mailbox: "a/b@exemple.fr".to_owned(), id: "r-7129".to_owned() };
    assert_eq!(draft.to_string().parse::<DraftId>().unwrap(), draft);
    for text in ["", "r-7129", "/r-7129", "a@b/"] {
        assert!(text.parse::<DraftId>().is_err(), "{text}");
    }
    let _: Timestamp = letter().date;
}
