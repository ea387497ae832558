//! The parts of a message and their nesting: text and HTML as alternatives, the attachments beside them.

use super::{Chunk, attachment_headers, boundaries};
use crate::letter::Letter;
use bytes::Bytes;
use mail_builder::mime::MimePart;

/// Everything below the message's own headers, from `Content-Type` on. The first chunk is always bytes.
pub(super) fn write(letter: &Letter) -> Vec<Chunk> {
    let [outer, inner] = boundaries(&letter.message_id);
    let mut out = Vec::with_capacity(4096);
    if letter.attachments.is_empty() {
        texts(letter, &inner, &mut out);
        if !out.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        return vec![Chunk::Bytes(Bytes::from(out))];
    }
    open(&mut out, "mixed", &outer);
    separate(&mut out, &outer);
    texts(letter, &inner, &mut out);
    out.extend_from_slice(b"\r\n");
    let mut chunks = Vec::with_capacity(2 * letter.attachments.len() + 1);
    for attachment in &letter.attachments {
        separate(&mut out, &outer);
        out.extend_from_slice(&attachment_headers(attachment));
        chunks.push(Chunk::Bytes(Bytes::from(std::mem::take(&mut out))));
        chunks.push(Chunk::File(attachment.clone()));
    }
    close(&mut out, &outer);
    chunks.push(Chunk::Bytes(Bytes::from(out)));
    chunks
}

fn texts(letter: &Letter, boundary: &str, out: &mut Vec<u8>) {
    match (&letter.text, &letter.html) {
        (Some(text), Some(html)) => {
            open(out, "alternative", boundary);
            separate(out, boundary);
            part("text/plain", text, out);
            out.extend_from_slice(b"\r\n");
            separate(out, boundary);
            part("text/html", html, out);
            out.extend_from_slice(b"\r\n");
            close(out, boundary);
        }
        (None, Some(html)) => part("text/html", html, out),
        (text, None) => part("text/plain", text.as_deref().unwrap_or_default(), out),
    }
}

/// One text with its headers, to its last character: the line break before a separator belongs to the separator
/// (RFC 2046 §5.1.1). NUL, which mail readers take for the end, is left out.
fn part(kind: &str, text: &str, out: &mut Vec<u8>) {
    let text = if text.contains(['\r', '\0']) {
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
    } else {
        text.to_owned()
    };
    MimePart::new(kind, text).write_part(out);
}

fn open(out: &mut Vec<u8>, kind: &str, boundary: &str) {
    out.extend_from_slice(format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").as_bytes());
}

fn separate(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
}

fn close(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
}
