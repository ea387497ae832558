//! Letters as MIME: read back by another parser, checked against their files, signed and verified.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

mod support;

use mail::{
    address::Mailbox,
    letter::Letter,
    message::{Message, PIECE_BYTES_MAX, Signer, encoded_len},
};
use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::prelude::*;
use secrecy::SecretString;
use support::{attachment, letter};

fn written(letter: &Letter) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let message = Message::write(letter);
        let mut bytes = Vec::new();
        let mut reader = message.reader();
        while let Some(piece) = reader.next().await.unwrap() {
            assert!(!piece.is_empty() && piece.len() <= PIECE_BYTES_MAX);
            bytes.extend_from_slice(&piece);
        }
        assert_eq!(bytes.len() as u64, message.size());
        bytes
    })
}

/// What every message must keep to, whatever is in it (RFC 5321 §4.5.3.1.6, RFC 5322 §2.1).
fn assert_sound(message: &[u8]) {
    assert!(message.ends_with(b"\r\n"));
    assert!(message.is_ascii());
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").expect("a line ends with CRLF");
        assert!(!line.contains(&b'\r') && !line.contains(&0), "{:?}", String::from_utf8_lossy(line));
        assert!(line.len() <= 998, "a line of {} bytes", line.len());
    }
}

#[test]
fn a_letter_with_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut letter = letter(&["jean@exemple.fr"]);
    letter.to[0].name = Some("Jean-François Lefèvre, gérant".to_owned());
    letter.reply_to = Some(Mailbox { name: None, address: "reponses@exemple.fr".to_owned() });
    letter.subject =
        "Votre facture n° 2025-01 de janvier, à régler avant la fin du mois de février s'il vous plaît".to_owned();
    letter.html = Some("<p>Bonjour Société Générale &amp; Cie</p>".to_owned());
    letter.attachments = vec![attachment(&folder, "Facture été 2025.pdf", b"%PDF-1.4 not really")];
    letter.list_unsubscribe = Some("<https://exemple.fr/u?id=1>, <mailto:stop@exemple.fr>".to_owned());
    let bytes = written(&letter);
    assert_sound(&bytes);
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn nothing_but_a_subject() {
    let mut letter = letter(&[]);
    letter.text = None;
    let bytes = written(&letter);
    assert_sound(&bytes);
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
}

#[test]
fn headers_stay_in_ascii_and_within_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut letter = letter(&["a@société.fr"]);
    letter.subject = "sans-espace".repeat(200);
    letter.to[0].name = Some("é".repeat(500));
    letter.message_id = "1@société.fr".to_owned();
    letter.list_unsubscribe = Some("<https://société.fr/désinscription>".to_owned());
    letter.attachments = vec![attachment(&folder, "a", b"content")];
    letter.attachments[0].name = "très-long".repeat(200);
    letter.attachments[0].mime = "text/html; charset=utf-8\r\nX-Evil: 1".to_owned();
    let bytes = written(&letter);
    assert_sound(&bytes);
    let message = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(message.subject(), Some(letter.subject.as_str()));
    assert_eq!(message.message_id(), Some("1@xn--socit-esab.fr"));
    assert_eq!(message.attachment(0).unwrap().attachment_name(), Some(letter.attachments[0].name.as_str()));
}

#[test]
fn a_line_break_in_a_header_is_no_new_header() {
    let mut letter = letter(&["a@exemple.fr"]);
    letter.subject = "Hello\r\nBcc: victim@exemple.fr\r\n\r\nbody".to_owned();
    letter.from.name = Some("Me\nX-Evil: 1".to_owned());
    letter.list_unsubscribe = Some("<https://x.example>\r\nX-Evil: 2".to_owned());
    letter.message_id = "a@b>\r\nX-Evil: 3".to_owned();
    let bytes = written(&letter);
    let message = MessageParser::new().parse(&bytes).unwrap();
    assert!(message.bcc().is_none() && message.header("X-Evil").is_none());
    assert_eq!(message.subject(), Some("Hello Bcc: victim@exemple.fr  body"));
}

#[tokio::test]
async fn a_file_that_is_not_what_it_was_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let sound = attachment(&folder, "a.pdf", &[9; 300_000]);
    let outcome = |attachment: mail::letter::Attachment| async move {
        let mut letter = letter(&["a@exemple.fr"]);
        letter.attachments = vec![attachment];
        match Message::write(&letter).reader().rest().await {
            Ok(_) => "sound".to_owned(),
            Err(verdict) => format!("{} {}", verdict.code, verdict.args.get("what").cloned().unwrap_or_default()),
        }
    };
    assert_eq!(outcome(sound.clone()).await, "sound");
    let shorter = mail::letter::Attachment { size: sound.size - 1, ..sound.clone() };
    assert_eq!(outcome(shorter).await, "attachment_changed size");
    let older = mail::letter::Attachment { mtime: model::Timestamp::EPOCH, ..sound.clone() };
    assert_eq!(outcome(older).await, "attachment_changed mtime");
    let other = mail::letter::Attachment { sha256: Some("00".repeat(32)), ..sound.clone() };
    assert_eq!(outcome(other).await, "attachment_changed sha256");
    let gone = mail::letter::Attachment { path: folder.path().join("gone.pdf"), ..sound.clone() };
    assert_eq!(outcome(gone).await, "attachment_missing ");
    let directory = mail::letter::Attachment { path: folder.path().to_owned(), ..sound };
    assert_eq!(outcome(directory).await, "attachment_unreadable ");
}

#[test]
fn lengths_are_known_beforehand() {
    let folder = tempfile::tempdir().unwrap();
    for size in [0, 1, 2, 3, 56, 57, 58, 114, 191_519, 191_520, 191_521, 600_000] {
        let content: Vec<u8> = (0..size).map(|index: usize| (index * 7 % 251) as u8).collect();
        let mut letter = letter(&["a@exemple.fr"]);
        letter.attachments = vec![attachment(&folder, &format!("{size}.bin"), &content)];
        assert_eq!(
            encoded_len(size as u64),
            if size == 0 { 0 } else { size.div_ceil(3) * 4 + size.div_ceil(57) * 2 } as u64
        );
        let bytes = written(&letter);
        assert_sound(&bytes);
        let message = MessageParser::new().parse(&bytes).unwrap();
        assert_eq!(message.attachment(0).unwrap().contents(), content, "{size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_written_is_read(
        subject in "\\PC{0,120}",
        name in "\\PC{0,60}",
        text in "(\\PC|\r?\n|[. \t=]){0,300}",
        html in proptest::option::of("(\\PC|\n){0,300}"),
        file in "\\PC{1,80}",
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut letter = letter(&["a@exemple.fr", "b@exemple.fr"]);
        letter.subject.clone_from(&subject);
        letter.to[1].name = Some(name.clone());
        letter.text = Some(text.clone());
        letter.html.clone_from(&html);
        let mut attached = attachment(&folder, "a", b"content");
        attached.name.clone_from(&file);
        letter.attachments = vec![attached];
        let bytes = written(&letter);
        assert_sound(&bytes);
        let message = MessageParser::new().parse(&bytes).unwrap();
        let squeeze = |text: &str| text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(squeeze(message.subject().unwrap_or_default()), squeeze(&subject));
        let to = message.to().unwrap().as_list().unwrap();
        prop_assert_eq!(to.len(), 2);
        prop_assert_eq!(to[1].address.as_deref(), Some("b@exemple.fr"));
        prop_assert_eq!(squeeze(to[1].name.as_deref().unwrap_or_default()), squeeze(&name));
        let lines = |text: &str| text.replace("\r\n", "\n");
        let body = |text: Option<std::borrow::Cow<'_, str>>| lines(&text.unwrap_or_default());
        prop_assert_eq!(body(message.body_text(0)), lines(&text));
        if let Some(html) = &html {
            prop_assert_eq!(body(message.body_html(0)), lines(html));
        }
        let part = message.attachment(0).unwrap();
        prop_assert_eq!(squeeze(part.attachment_name().unwrap_or_default()), squeeze(&file));
        prop_assert_eq!(part.contents(), b"content");
    }
}

/// Two verifiers that are not ours would be best; there is one, where `dkimpy` is installed.
#[tokio::test]
async fn signatures_are_verified_by_dkimpy() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let known = std::process::Command::new(&python).args(["-c", "import dkim, nacl"]).output();
    if !known.is_ok_and(|output| output.status.success()) {
        println!("skipped: {python} has no dkimpy with pynacl, so no foreign verifier checks the DKIM signatures");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (pem, record) in [
        (include_str!("fixtures/dkim_rsa_test_key.pem"), rsa_record()),
        (
            include_str!("fixtures/dkim_ed25519_rfc8463.pem"),
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".to_owned(),
        ),
    ] {
        let signer = Signer::new("exemple.fr", "s1", &SecretString::from(pem.to_owned())).unwrap();
        let mut letter = letter(&["jean@exemple.fr"]);
        letter.subject =
            "Été  à la  plage, une longue ligne qui doit être pliée plusieurs fois avant de finir".to_owned();
        letter.text = Some("Bonjour  \n\n\nAu revoir \t\n\n".to_owned());
        letter.list_unsubscribe = Some("<https://exemple.fr/u>".to_owned());
        letter.attachments = vec![attachment(&folder, "a.pdf", &[3; 500_000])];
        let message = Message::write(&letter).sign(&signer, letter.date).await.unwrap();
        let bytes = message.reader().rest().await.unwrap();
        assert_eq!(bytes.len() as u64, message.size());
        let path = folder.path().join("message.eml");
        let script = "import dkim, sys; m = open(sys.argv[1], 'rb').read(); \
            r = sys.argv[2].encode(); ok = dkim.verify(m, dnsfunc=lambda name, timeout=5: r); print(ok)";
        for (tampered, expected) in [(false, "True"), (true, "False")] {
            let mut bytes = bytes.to_vec();
            if tampered {
                let last = bytes.len() - 60;
                bytes[last] ^= 1;
            }
            std::fs::write(&path, bytes).unwrap();
            let output =
                std::process::Command::new(&python).args(["-c", script]).arg(&path).arg(&record).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(said.trim(), expected, "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// The public half of the test key, as `openssl pkey -pubout` writes it.
fn rsa_record() -> String {
    let public: String =
        include_str!("fixtures/dkim_rsa_test_key.pub.pem").lines().filter(|line| !line.starts_with('-')).collect();
    format!("v=DKIM1; k=rsa; p={public}")
}
