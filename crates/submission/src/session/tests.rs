use super::*;
use proptest::prelude::*;

fn small() -> Limits {
    Limits { message_bytes_max: 1_000, recipients_max: 3, ..Limits::default() }
}

/// Says all of `input` in pieces of `piece` bytes; what is asked is granted. The replies, and the messages.
fn hold(login: Login, input: &[u8], piece: usize) -> (String, Vec<Incoming>) {
    let mut session = Session::new(small(), login);
    let (mut said, mut messages) = (Vec::new(), Vec::new());
    for bytes in input.chunks(piece.max(1)) {
        session.push(bytes);
        loop {
            match session.step() {
                Step::Read => break,
                Step::Close => {
                    said.extend(session.out());
                    return (String::from_utf8(said).unwrap(), messages);
                }
                Step::Login { user, secret } => session.logged_in((secret == "right").then_some(user)),
                Step::Begin { .. } => session.go_on(),
                Step::Message(message) => {
                    messages.push(message);
                    session.kept("id");
                }
            }
        }
    }
    said.extend(session.out());
    (String::from_utf8(said).unwrap(), messages)
}

fn codes(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect()
}

const BEGIN: &str = "ehlo x\r\nmail FROM:<a@x.fr> size=10\r\nrcpt TO:<b@x.fr>\r\n";

#[test]
fn a_message_is_taken_as_it_was_written_however_it_comes() {
    let input = format!("{BEGIN}data\r\nSubject: x\r\n\r\n..a\r\n.b\r\nc\r\n.\r\nquit\r\n");
    for piece in 1..input.len() {
        let (said, messages) = hold(Login::Optional, input.as_bytes(), piece);
        assert_eq!(codes(&said), ["220", "250", "250", "250", "354", "250", "221"], "{piece}: {said}");
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].content, b"Subject: x\r\n\r\n.a\r\nb\r\nc\r\n");
        assert_eq!(
            (messages[0].from.as_str(), messages[0].recipients.as_slice()),
            ("a@x.fr", &["b@x.fr".to_owned()][..])
        );
    }
}

#[test]
fn what_is_no_message_is_refused() {
    let whole = |content: &str| format!("{BEGIN}DATA\r\n{content}");
    for (input, expected) in [
        (whole("a\nb\r\n.\r\n"), "554"),
        (whole("a\rb\r\n.\r\n"), "554"),
        (whole("a\n.\nMAIL FROM:<x@x.fr>\r\n.\r\n"), "554"),
        (whole("a\r\n.\nMAIL FROM:<x@x.fr>\r\n.\r\n"), "554"),
        (whole(&format!("{}\r\n.\r\n", "a".repeat(1_100))), "552"),
        (whole(&format!("{}\r\n.\r\n", "a".repeat(3_000))), "552"),
        (whole(".\r\n"), "250"),
        ("MAIL FROM:<a@x.fr>\r\n".into(), "503"),
        ("EHLO x\r\nMAIL FROM:<a@x.fr> SIZE=2000\r\n".into(), "552"),
        ("EHLO x\r\nDATA\r\n".into(), "503"),
        (format!("{BEGIN}RCPT TO:<root>\r\nDATA\r\n"), "553"),
        (format!("{BEGIN}RCPT TO:<c@x>\r\nRCPT TO:<d@x>\r\nRCPT TO:<e@x>\r\nDATA\r\n"), "554"),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n".into(), "421"),
        ("EHLO x\r\nMAIL FROM:<a@x.fr>\nRCPT TO:<b@x.fr>\r\n".into(), "500"),
        ("x".repeat(20_000), "500"),
    ] {
        let (said, messages) = hold(Login::Optional, input.as_bytes(), 700);
        assert_eq!(codes(&said).last(), Some(&expected), "{input:.200}\n{said}");
        assert_eq!(messages.len(), usize::from(expected == "250"), "{input:.200}");
    }
    let (said, _) = hold(Login::Optional, "x\r\n".repeat(50).as_bytes(), 9);
    assert!(said.ends_with("421 4.7.0 too many mistakes\r\n"), "{said}");
    let (said, _) = hold(Login::Optional, whole(&"a".repeat(9_000)).as_bytes(), 500);
    assert!(said.ends_with("552 5.3.4 the message is too big\r\n"), "{said}");
}

#[test]
fn after_a_refused_message_the_next_is_taken() {
    let input = format!("{BEGIN}DATA\r\na\nb\r\n.\r\n{}DATA\r\nfine\r\n.\r\n", &BEGIN[8..]);
    let (said, messages) = hold(Login::Optional, input.as_bytes(), 1_000);
    assert_eq!(messages.len(), 1, "{said}");
    assert_eq!(messages[0].content, b"fine\r\n");
}

#[test]
fn who_is_not_of_this_machine_logs_in() {
    let rest = &BEGIN[8..];
    let plain = |user: &str, secret: &str| STANDARD.encode(format!("\0{user}\0{secret}"));
    for (login, expected) in [
        (String::new(), "503"),
        (format!("AUTH PLAIN {}\r\n", plain("compta", "wrong")), "503"),
        (format!("AUTH PLAIN {}\r\n", plain("compta", "right")), "250"),
        (format!("AUTH PLAIN\r\n{}\r\n", plain("compta", "right")), "250"),
        (format!("AUTH LOGIN\r\n{}\r\n{}\r\n", STANDARD.encode("compta"), STANDARD.encode("right")), "250"),
        (format!("AUTH LOGIN {}\r\n{}\r\n", STANDARD.encode("compta"), STANDARD.encode("right")), "250"),
        ("AUTH PLAIN ***\r\n".into(), "503"),
        ("AUTH CRAM-MD5\r\n".into(), "503"),
    ] {
        let input = format!("EHLO x\r\n{login}{rest}DATA\r\nfine\r\n.\r\n");
        let (said, messages) = hold(Login::Required, input.as_bytes(), 1_000);
        // After the refusal of DATA its lines are no commands.
        let taken = messages.first().and_then(|message| message.user.as_deref());
        assert_eq!(taken, (expected == "250").then_some("compta"), "{login}: {said}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_stumble(input in prop::collection::vec(any::<u8>(), 0..2_000), piece in 1_usize..100) {
        let mut all = BEGIN.as_bytes().to_vec();
        all.extend(input.clone());
        hold(Login::Optional, &all, piece);
        let mut all = format!("{BEGIN}DATA\r\n").into_bytes();
        all.extend(input);
        hold(Login::Optional, &all, piece);
    }

    #[test]
    fn what_is_stuffed_comes_out_as_it_was(lines in prop::collection::vec("[.a]{0,4}", 0..20), piece in 1_usize..50) {
        let content: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let stuffed: String = lines.iter().map(|line| if line.starts_with('.') { format!(".{line}\r\n") } else { format!("{line}\r\n") }).collect();
        let (_, messages) = hold(Login::Optional, format!("{BEGIN}DATA\r\n{stuffed}.\r\n").as_bytes(), piece);
        prop_assert_eq!(&messages[0].content, content.as_bytes());
    }
}
