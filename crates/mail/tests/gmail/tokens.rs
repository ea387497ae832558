//! Access tokens, and credentials that do not work.

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
    assert_eq!(scene.gmail.token_requests()[0].scope.as_deref(), Some("https://www.googleapis.com/auth/gmail.compose"));
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
    let mut connection = scene.impatient(Mode::Send);
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

#[tokio::test]
async fn what_google_repeats_of_a_token_is_not_written_down() {
    let scene = Scene::new().await;
    let told = "for 1//refresh-secret (1%2F%2Frefresh-secret) of app-secret";
    scene.gmail.trouble(Call::Token, Trouble::Answer(Answer::oauth_error(400, "invalid_grant", told)));
    let verdict = not_sent(scene.connection(Mode::Send).deliver(&letter()).await);
    assert!(verdict.reply.contains("for [secret] ([secret]) of [secret]"), "{verdict:?}");
}
