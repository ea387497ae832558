//! A message that another program wrote, taken apart to be looked at: what stands in its header, its texts and its files.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

/// Lines of a header that are shown.
const HEADERS_MAX: usize = 500;
/// Files that are listed.
const FILES_MAX: usize = 200;
/// Bytes of pictures that are put into the HTML they belong to.
const PICTURES_BYTES_MAX: usize = 4 << 20;

/// A message as it can be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// `From`, `To` and the like, their words read; those that there are.
    pub from: String,
    pub reply_to: String,
    pub to: String,
    pub cc: String,
    pub subject: String,
    /// The whole header, each field as it came, on one line.
    pub headers: Vec<(String, String)>,
    pub text: Option<String>,
    /// With its own pictures in it.
    pub html: Option<String>,
    pub files: Vec<OpenedFile>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedFile {
    /// Empty where it has none.
    pub name: String,
    /// `application/pdf`
    pub content_type: String,
    pub size: u64,
}

/// Takes a message apart; `None` where it has no header at all.
pub fn open(content: &[u8]) -> Option<Opened> {
    let message = MessageParser::default().parse(content)?;
    let one_line = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    let headers = message.headers_raw().take(HEADERS_MAX);
    Some(Opened {
        from: list(message.from()),
        reply_to: list(message.reply_to()),
        to: list(message.to()),
        cc: list(message.cc()),
        subject: message.subject().unwrap_or_default().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), one_line(value))).collect(),
        text: message.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        }),
        html: html(&message),
        files: message.attachments().take(FILES_MAX).map(file_of).collect(),
    })
}

/// The file of that place in the list, and its bytes.
pub fn file(content: &[u8], place: usize) -> Option<(OpenedFile, Vec<u8>)> {
    let message = MessageParser::default().parse(content)?;
    let part = message.attachments().take(FILES_MAX).nth(place)?;
    Some((file_of(part), part.contents().to_vec()))
}

fn file_of(part: &MessagePart<'_>) -> OpenedFile {
    OpenedFile {
        name: part.attachment_name().unwrap_or_default().to_owned(),
        content_type: content_type(part),
        size: part.contents().len() as u64,
    }
}

fn content_type(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    match kind {
        Some(kind) => kind.to_ascii_lowercase(),
        None if part.is_message() => "message/rfc822".to_owned(),
        None => "application/octet-stream".to_owned(),
    }
}

fn list(addresses: Option<&Address<'_>>) -> String {
    let shown = addresses.into_iter().flat_map(Address::iter).filter_map(|one| match (one.name(), one.address()) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (None, Some(address)) => Some(address.to_owned()),
        (name, None) => name.map(str::to_owned),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// What stands there as HTML: a frame fetches nothing, so that pictures it names by their ids are put in.
fn html(message: &Message<'_>) -> Option<String> {
    let mut html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    })?;
    let mut left = PICTURES_BYTES_MAX;
    for part in message.attachments().take(FILES_MAX) {
        let Some(id) = part.content_id().map(|id| id.trim_matches(['<', '>'])) else { continue };
        let (kind, bytes) = (content_type(part), part.contents());
        let named = format!("cid:{id}");
        if !kind.starts_with("image/") || bytes.len() > left || !html.contains(&named) {
            continue;
        }
        left -= bytes.len();
        html = html.replacen(&named, &format!("data:{kind};base64,{}", STANDARD.encode(bytes)), 1);
    }
    Some(html)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MESSAGE: &str = "From: =?utf-8?q?C=C3=A9?= <compta@exemple.fr>\r\nTo: a@x.fr, B <b@x.fr>\r\n\
        Subject: =?utf-8?b?RmFjdHVyZSBkJ8OpdMOp?=\r\nX-Long: a\r\n b\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
        --r\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n=E9t=E9\r\n--i\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>été <img src=\"cid:logo@x\"></p>\r\n--i--\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--r--\r\n--o\r\nContent-Type: application/pdf\r\n\
        Content-Disposition: attachment; filename=\"facture.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--o--\r\n";

    #[test]
    fn a_message_is_taken_apart() {
        let opened = open(MESSAGE.as_bytes()).unwrap();
        assert_eq!((opened.from.as_str(), opened.to.as_str()), ("Cé <compta@exemple.fr>", "a@x.fr, B <b@x.fr>"));
        assert_eq!((opened.subject.as_str(), opened.text.as_deref()), ("Facture d'été", Some("été")));
        assert_eq!(opened.html.as_deref().map(str::trim), Some("<p>été <img src=\"data:image/png;base64,AAEC\"></p>"));
        assert!(opened.headers.contains(&("X-Long".into(), "a b".into())), "{:?}", opened.headers);
        let names: Vec<_> = opened.files.iter().map(|file| (file.name.as_str(), file.content_type.as_str())).collect();
        assert!(names.contains(&("facture.pdf", "application/pdf")), "{names:?}");
        let place = opened.files.iter().position(|file| file.name == "facture.pdf").unwrap();
        assert_eq!(file(MESSAGE.as_bytes(), place).unwrap().1, b"%PDF");
        assert_eq!(file(MESSAGE.as_bytes(), 9), None);
    }

    #[test]
    fn a_plain_message_has_no_html() {
        let opened = open(b"Subject: x\r\n\r\n<b>plain</b>\r\n").unwrap();
        assert_eq!((opened.text.as_deref().map(str::trim), opened.html), (Some("<b>plain</b>"), None));
        assert!(opened.files.is_empty());
    }

    proptest! {
        #[test]
        fn anything_can_be_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let count = open(&bytes).map_or(0, |opened| opened.files.len());
            prop_assert!(file(&bytes, count).is_none());
        }
    }
}
