//! A stand-in for `crate::message::Mime`, of the same shape: only what an upload needs, ASCII fields, and attachments
//! streamed in pieces of 40 KiB. To be replaced by the real writer.

use crate::{address::Mailbox, letter::Attachment, letter::Letter, message::Signer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use model::Verdict;
use std::io;
use tokio::{fs::File, io::AsyncReadExt as _};

/// 57 octets make one line of 76 characters (RFC 2045 §6.8); 512 lines make a piece.
const LINE: u64 = 57;
const PIECE: usize = 57 * 512;
const BOUNDARY: &str = "=_vigie";

pub(super) struct Mime {
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    File(Attachment),
}

impl Mime {
    #[expect(clippy::unnecessary_wraps, reason = "the real writer can refuse a letter")]
    pub(super) fn new(letter: &Letter, _signer: Option<&Signer>) -> Result<Self, Verdict> {
        let mut head = format!("From: {}\r\n", letter.from.address);
        if !letter.to.is_empty() {
            head += &format!("To: {}\r\n", addresses(&letter.to));
        }
        if !letter.cc.is_empty() {
            head += &format!("Cc: {}\r\n", addresses(&letter.cc));
        }
        head += &format!("Subject: {}\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\n", letter.subject, letter.message_id);
        head += &format!("Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n--{BOUNDARY}\r\n");
        head += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
        head += letter.text.as_deref().unwrap_or_default();
        let mut parts = vec![Part::Text(head)];
        for file in &letter.attachments {
            parts.push(Part::Text(format!(
                "\r\n--{BOUNDARY}\r\nContent-Type: {}; name=\"{}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                file.mime, file.name
            )));
            parts.push(Part::File(file.clone()));
        }
        parts.push(Part::Text(format!("\r\n--{BOUNDARY}--\r\n")));
        Ok(Self { parts })
    }

    pub(super) fn len(&self) -> u64 {
        let length = |part: &Part| match part {
            Part::Text(text) => text.len() as u64,
            Part::File(file) => file.size.div_ceil(3) * 4 + file.size.div_ceil(LINE) * 2,
        };
        self.parts.iter().map(length).sum()
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::iter(self.parts).flat_map(|part| match part {
            Part::Text(text) => stream::iter([Ok(Bytes::from(text))]).boxed(),
            Part::File(file) => stream::once(open(file)).try_flatten().boxed(),
        })
    }
}

fn addresses(mailboxes: &[Mailbox]) -> String {
    mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(",\r\n ")
}

async fn open(file: Attachment) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send> {
    let handle = File::open(&file.path).await?;
    if handle.metadata().await?.len() != file.size {
        return Err(io::Error::other(format!("{} has changed since the run was prepared", file.path.display())));
    }
    Ok(stream::try_unfold(handle.take(file.size), |mut handle| async move {
        let mut piece = vec![0; PIECE];
        let mut filled = 0;
        while filled < PIECE {
            match handle.read(&mut piece[filled..]).await? {
                0 => break,
                read => filled += read,
            }
        }
        let lines: String = piece[..filled].chunks(LINE as usize).map(|line| STANDARD.encode(line) + "\r\n").collect();
        Ok((filled > 0).then(|| (Bytes::from(lines), handle)))
    }))
}
