//! What becomes of a letter whose answer arrives.

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
