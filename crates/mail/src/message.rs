//! Writes a letter as an internet message (RFC 5322, 2045, 2047, 2231, 6532).
//!
//! A message is a sequence of chunks: bytes that are already written, and files that are still on disk. Files are read,
//! checked and encoded while the message is sent, so a message takes the same little memory whatever is attached to it.
//! Its exact length is known beforehand, for `SIZE=` and `BDAT`.
//!
//! Every line is at most 998 bytes and ends with CRLF; there is no bare CR or LF. Bodies are 7bit, quoted-printable or
//! base64, so `8BITMIME` is never needed, but for a message that another program wrote.

mod body;
mod dkim;
mod file;

pub use dkim::{KeyError, Signer};
pub use file::encoded_len;

use crate::{
    address::Mailbox,
    letter::{Attachment, Letter},
};
use bytes::Bytes;
use mail_builder::headers::{
    Header, address::Address, content_type::ContentType, date::Date, message_id::MessageId, raw::Raw, text::Text,
};
use model::Verdict;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use std::{borrow::Cow, collections::VecDeque, fmt::Write as _};

/// The longest piece that [`Reader::next`] gives, in bytes.
pub const PIECE_BYTES_MAX: usize = 64 * 1024;

/// A letter in its written form.
#[derive(Clone, Debug)]
pub struct Message {
    chunks: Vec<Chunk>,
    size: u64,
    utf8: bool,
    eight_bit: bool,
}

#[derive(Clone, Debug)]
enum Chunk {
    Bytes(Bytes),
    File(Attachment),
}

impl Message {
    /// Writes the headers and the texts. Nothing is read from disk.
    pub fn write(letter: &Letter) -> Self {
        if let Some(written) = &letter.written {
            let head = memchr::memmem::find(written, b"\r\n\r\n").unwrap_or(written.len());
            return Self {
                size: written.len() as u64,
                // RFC 6532: what is outside ASCII in a header is UTF-8.
                utf8: needs_utf8(letter) || !written[..head].is_ascii(),
                eight_bit: !written.is_ascii(),
                chunks: vec![Chunk::Bytes(written.clone())],
            };
        }
        let mut chunks = body::write(letter);
        let mut head = headers(letter);
        if let Some(Chunk::Bytes(first)) = chunks.first_mut() {
            head.extend_from_slice(first);
            *first = Bytes::from(head);
        }
        let size = chunks.iter().map(Chunk::size).sum();
        Self { chunks, size, utf8: needs_utf8(letter), eight_bit: false }
    }

    /// The same message under a `DKIM-Signature`. Reads every attachment once, for the body hash.
    ///
    /// # Errors
    /// A verdict on the content: an attachment is missing, unreadable or no longer what it was.
    pub async fn sign(mut self, signer: &Signer, date: model::Timestamp) -> Result<Self, Verdict> {
        let mut hash = dkim::BodyHash::default();
        let mut head = Vec::new();
        let mut in_body = false;
        let mut reader = self.reader();
        while let Some(piece) = reader.next().await? {
            if in_body {
                hash.update(&piece);
                continue;
            }
            // The headers are in the first chunk, but perhaps not in its first piece.
            head.extend_from_slice(&piece);
            if let Some(end) = memchr::memmem::find(&head, b"\r\n\r\n") {
                hash.update(&head[end + 4..]);
                head.truncate(end + 2);
                in_body = true;
            }
        }
        let field = Bytes::from(signer.signature_field(&head, &hash.finish(), date));
        self.size += field.len() as u64;
        self.chunks.insert(0, Chunk::Bytes(field));
        Ok(self)
    }

    /// Bytes on the wire before dot-stuffing, exactly.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Whether an address has a local part outside ASCII, which only `SMTPUTF8` (RFC 6531) can carry.
    pub const fn needs_smtputf8(&self) -> bool {
        self.utf8
    }

    /// Whether its body has bytes outside ASCII, which `8BITMIME` (RFC 6152) announces: only what another program wrote.
    pub const fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Whether some of it is still on disk.
    pub fn has_files(&self) -> bool {
        self.chunks.iter().any(|chunk| matches!(chunk, Chunk::File(_)))
    }

    pub fn reader(&self) -> Reader {
        Reader { chunks: self.chunks.iter().cloned().collect(), ready: Bytes::new(), file: None }
    }
}

impl Chunk {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(attachment) => encoded_len(attachment.size),
        }
    }
}

/// Gives a message piece by piece, from the top.
#[derive(Debug)]
pub struct Reader {
    chunks: VecDeque<Chunk>,
    ready: Bytes,
    file: Option<file::Encoder>,
}

impl Reader {
    /// The next piece, of at most [`PIECE_BYTES_MAX`] bytes; `None` at the end.
    ///
    /// # Errors
    /// A verdict on the content: `attachment_missing`, `attachment_unreadable` or `attachment_changed`. The pieces
    /// given so far must then not be completed into a message.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Verdict> {
        loop {
            if !self.ready.is_empty() {
                return Ok(Some(self.ready.split_to(self.ready.len().min(PIECE_BYTES_MAX))));
            }
            if let Some(encoder) = self.file.take() {
                let (rest, bytes) = encoder.block().await?;
                (self.file, self.ready) = (rest, bytes);
                continue;
            }
            match self.chunks.pop_front() {
                None => return Ok(None),
                Some(Chunk::Bytes(bytes)) => self.ready = bytes,
                Some(Chunk::File(attachment)) => self.file = Some(file::Encoder::new(attachment)),
            }
        }
    }

    /// All that is left, in one piece.
    ///
    /// # Errors
    /// As [`Reader::next`].
    pub async fn rest(mut self) -> Result<Bytes, Verdict> {
        if self.file.is_none()
            && self.ready.is_empty()
            && self.chunks.len() == 1
            && let Some(Chunk::Bytes(bytes)) = self.chunks.front()
        {
            return Ok(bytes.clone());
        }
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(Bytes::from(all))
    }
}

/// `address` as it goes into an envelope or a header: a domain outside ASCII becomes its A-label (RFC 5891) as long as
/// the local part is ASCII, so that it does not take `SMTPUTF8` to reach it.
pub fn wire_address(address: &str) -> Cow<'_, str> {
    match address.rsplit_once('@') {
        Some((local, domain)) if local.is_ascii() && !domain.is_ascii() => match url::Host::parse(domain) {
            Ok(host) => Cow::Owned(format!("{local}@{host}")),
            Err(_) => Cow::Borrowed(address),
        },
        _ => Cow::Borrowed(address),
    }
}

fn needs_utf8(letter: &Letter) -> bool {
    std::iter::once(&letter.from)
        .chain(&letter.reply_to)
        .chain(&letter.to)
        .chain(&letter.cc)
        .chain(&letter.bcc)
        .any(|mailbox| !wire_address(&mailbox.address).is_ascii())
}

fn headers(letter: &Letter) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    field(&mut out, "Date", &Date::new(letter.date.as_micros().div_euclid(1_000_000)));
    field(&mut out, "From", &mailbox(&letter.from));
    if let Some(reply_to) = &letter.reply_to {
        field(&mut out, "Reply-To", &mailbox(reply_to));
    }
    if letter.to.is_empty() {
        out.extend_from_slice(b"To: undisclosed-recipients:;\r\n");
    } else {
        field(&mut out, "To", &mailboxes(&letter.to));
    }
    if !letter.cc.is_empty() {
        field(&mut out, "Cc", &mailboxes(&letter.cc));
    }
    field(&mut out, "Subject", &Text::new(one_line(&letter.subject)));
    field(&mut out, "Message-ID", &MessageId::new(wire_address(&one_line(&letter.message_id)).into_owned()));
    if let Some(list) = &letter.list_unsubscribe {
        let list = utf8_percent_encode(&one_line(list), CONTROLS).to_string();
        field(&mut out, "List-Unsubscribe", &Raw::new(list.as_str()));
        if list.contains("<https:") {
            out.extend_from_slice(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        }
    }
    for (name, value) in &letter.further_fields {
        field(&mut out, name, &Raw::new(one_line(value)));
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    out
}

fn field(out: &mut Vec<u8>, name: &str, value: &impl Header) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    value.write_header(out, name.len() + 2);
}

fn mailbox(mailbox: &Mailbox) -> Address<'_> {
    let name = mailbox.name.as_deref().map(one_line).filter(|name| !name.trim().is_empty());
    Address::new_address(name, wire_address(&mailbox.address))
}

fn mailboxes(list: &[Mailbox]) -> Address<'_> {
    Address::new_list(list.iter().map(mailbox).collect())
}

/// A header value cannot hold a line break, whoever put it there: it becomes a space.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(|c: char| c.is_control()) {
        Cow::Owned(text.replace("\r\n", " ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The headers of an attachment, with the blank line that ends them. The name stands in `Content-Disposition` by
/// RFC 2231; readers that do not know it find one without accents in `Content-Type`.
fn attachment_headers(attachment: &Attachment) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let name = one_line(&attachment.name);
    let kind = if mime_is_sound(&attachment.mime) { &attachment.mime } else { "application/octet-stream" };
    field(&mut out, "Content-Type", &ContentType::new(kind).attribute("name", without_accents(&name)));
    field(&mut out, "Content-Disposition", &ContentType::new("attachment").attribute("filename", name));
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    out
}

fn mime_is_sound(mime: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text.len() < 64
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    mime.split_once('/')
        .is_some_and(|(kind, sub)| token(kind) && token(sub) && kind != "multipart" && kind != "message")
}

/// The beginning of `name` in ASCII: it stands on one line, which may not be too long.
fn without_accents(name: &str) -> String {
    const LETTERS_MAX: usize = 120;
    const ACCENTS: [(&str, &str); 14] = [
        ("àáâãäå", "a"),
        ("ç", "c"),
        ("èéêë", "e"),
        ("ìíîï", "i"),
        ("ñ", "n"),
        ("òóôõöø", "o"),
        ("ùúûü", "u"),
        ("ÀÁÂÃÄÅ", "A"),
        ("Ç", "C"),
        ("ÈÉÊË", "E"),
        ("ÌÍÎÏ", "I"),
        ("ÒÓÔÕÖØ", "O"),
        ("ÙÚÛÜ", "U"),
        ("œ", "oe"),
    ];
    name.chars().take(LETTERS_MAX).fold(String::with_capacity(LETTERS_MAX), |mut plain, c| {
        match ACCENTS.iter().find(|(accented, _)| accented.contains(c)) {
            Some((_, letter)) => plain.push_str(letter),
            None if c.is_ascii() => plain.push(c),
            None => plain.push('_'),
        }
        plain
    })
}

/// Two separators that are the same whenever the same letter is written, and that its text cannot foresee.
fn boundaries(message_id: &str) -> [String; 2] {
    let digest = ring::digest::digest(&ring::digest::SHA256, message_id.as_bytes());
    let (left, right) = digest.as_ref().split_at(16);
    [left, right].map(|half| {
        half.iter().fold(String::from("=_"), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    })
}
