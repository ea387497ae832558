//! A letter: one message, written out for its recipients, before it is turned into MIME.

use crate::address::Mailbox;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Everything that one message needs. Plain values: no template, no row, no account.
#[derive(Clone, Debug)]
pub struct Letter {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    /// Shown in the `To` field; when it is empty, `To: undisclosed-recipients:;` is written.
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    /// In the envelope only.
    pub bcc: Vec<Mailbox>,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    /// Without angle brackets; fixed at enqueue.
    pub message_id: String,
    /// Fixed at enqueue.
    pub date: model::Timestamp,
    /// `<https://…>, <mailto:…>` (RFC 2369); adds `List-Unsubscribe-Post` (RFC 8058) when it holds an https address.
    pub list_unsubscribe: Option<String>,
    /// The message as another program wrote it: then nothing else of the letter is written, and `from`, `to`, `cc` and `bcc`
    /// are its envelope. `from` may be empty (RFC 5321, 4.5.5).
    pub written: Option<bytes::Bytes>,
    /// Further header fields, by names of ours (`Auto-Submitted`): one line each.
    pub further_fields: Vec<(&'static str, String)>,
}

/// A file to attach, as it was when the job was enqueued. It is streamed, never held in memory, and a file that has
/// changed since then fails the letter as content before the final dot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Absolute.
    pub path: PathBuf,
    /// The name the recipient sees.
    pub name: String,
    /// As `application/pdf`.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    pub mtime: model::Timestamp,
    /// Lower-case hexadecimal, when it has been computed.
    pub sha256: Option<String>,
}

impl Attachment {
    /// Whether it is one of the files that were sent to this program, kept by its SHA-256, and no other of the machine.
    pub fn is_upload(&self) -> bool {
        let named = self.upload_name().zip(self.path.parent());
        named.is_some_and(|(_, folder)| folder.is_absolute() && folder.ends_with("blobs"))
    }

    /// What an upload is called, which is its SHA-256; that is checked again while it is read.
    pub(crate) fn upload_name(&self) -> Option<&str> {
        let name = self.sha256.as_deref()?;
        let is_hash = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hash && self.path.file_name()? == name).then_some(name)
    }
}
