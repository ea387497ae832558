//! What is known when no answer arrives.

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
async fn a_body_that_nobody_reads_is_not_sent() {
    let scene = Scene::new().await;
    scene.gmail.trouble(Call::Send, Trouble::StopReading);
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(20_000_000).unwrap();
    let mut letter = letter();
    attach(&mut letter, file.path(), 20_000_000);
    let verdict = not_sent(scene.impatient(Mode::Send).deliver(&letter).await);
    assert_eq!((verdict.code.as_str(), verdict.fault), ("timeout", Fault::Server));
}

#[tokio::test]
async fn after_the_body_every_lost_answer_is_unknown_whether_or_not_the_mail_went() {
    let scene = Scene::new().await;
    let mut connection = scene.impatient(Mode::Send);
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
