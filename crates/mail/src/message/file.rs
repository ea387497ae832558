//! An attachment on its way out: read, checked against what it was at enqueue, and encoded as base64.

use crate::letter::Attachment;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use model::{Fault, Timestamp, Verdict};
use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read as _},
    time::UNIX_EPOCH,
};

/// 57 bytes make a line of 76 characters (RFC 2045 §6.8).
const LINE_INPUT: usize = 57;
const LINE_OUTPUT: usize = 78;
/// Read at once: whole lines, and 256 KiB once encoded, so that a usual PDF costs one visit to a blocking thread.
const BLOCK: usize = LINE_INPUT * 3360;

/// The length of `size` bytes as base64 in lines of 76 characters, each ended by CRLF.
pub const fn encoded_len(size: u64) -> u64 {
    let lines = size / LINE_INPUT as u64;
    let rest = size % LINE_INPUT as u64;
    lines * LINE_OUTPUT as u64 + if rest == 0 { 0 } else { rest.div_ceil(3) * 4 + 2 }
}

/// A file between two blocks.
pub(super) struct Encoder {
    attachment: Attachment,
    file: Option<File>,
    left: u64,
    digest: Option<ring::digest::Context>,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoder({}, {} bytes left)", self.attachment.path.display(), self.left)
    }
}

impl Encoder {
    pub(super) fn new(attachment: Attachment) -> Self {
        let digest = attachment.sha256.as_ref().map(|_| ring::digest::Context::new(&ring::digest::SHA256));
        Self { left: attachment.size, attachment, file: None, digest }
    }

    /// The next block, and the encoder unless that was the last.
    pub(super) async fn block(self) -> Result<(Option<Self>, Bytes), Verdict> {
        match tokio::task::spawn_blocking(move || self.read_block()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Verdict::permanent("attachment_unreadable", Fault::Content)),
        }
    }

    fn read_block(mut self) -> Result<(Option<Self>, Bytes), Verdict> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.open()?,
        };
        let wanted = usize::try_from(self.left).unwrap_or(BLOCK).min(BLOCK);
        let mut block = vec![0; wanted];
        file.read_exact(&mut block).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.changed("size"),
            _ => self.unreadable(&error),
        })?;
        if let Some(digest) = &mut self.digest {
            digest.update(&block);
        }
        self.left -= wanted as u64;
        let encoded = encode(&block);
        if self.left > 0 {
            self.file = Some(file);
            return Ok((Some(self), encoded));
        }
        self.check_end(&mut file)?;
        Ok((None, encoded))
    }

    fn open(&self) -> Result<File, Verdict> {
        let file = File::open(&self.attachment.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.verdict("attachment_missing"),
            _ => self.unreadable(&error),
        })?;
        self.check_metadata(&file)?;
        Ok(file)
    }

    fn check_metadata(&self, file: &File) -> Result<(), Verdict> {
        let metadata = file.metadata().map_err(|error| self.unreadable(&error))?;
        if !metadata.is_file() {
            return Err(self.verdict("attachment_unreadable").with_arg("error", "not a regular file"));
        }
        if metadata.len() != self.attachment.size {
            return Err(self.changed("size"));
        }
        if modified(&metadata) != Some(self.attachment.mtime) {
            return Err(self.changed("mtime"));
        }
        Ok(())
    }

    /// The file must end where it did, still be of the same age, and hold what was hashed.
    fn check_end(mut self, file: &mut File) -> Result<(), Verdict> {
        match file.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => return Err(self.changed("size")),
            Err(error) => return Err(self.unreadable(&error)),
        }
        self.check_metadata(file)?;
        let Some(digest) = self.digest.take() else { return Ok(()) };
        let found = digest.finish().as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let expected = self.attachment.sha256.as_deref().unwrap_or_default();
        if found.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(self.changed("sha256")) }
    }

    fn changed(&self, what: &str) -> Verdict {
        self.verdict("attachment_changed").with_arg("what", what)
    }

    fn unreadable(&self, error: &io::Error) -> Verdict {
        self.verdict("attachment_unreadable").with_arg("error", error.to_string())
    }

    /// By the name that the recipient sees: where it lies on this machine is no business of all who may read verdicts.
    fn verdict(&self, code: &str) -> Verdict {
        Verdict::permanent(code, Fault::Content).with_arg("path", self.attachment.name.as_str())
    }
}

/// When the file was last written, as [`Attachment::mtime`] holds it: to the microsecond, rounded down.
pub(crate) fn modified(metadata: &std::fs::Metadata) -> Option<Timestamp> {
    let modified = metadata.modified().ok()?;
    let micros = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_micros()).ok()?,
    };
    Some(Timestamp::from_micros(micros))
}

fn encode(block: &[u8]) -> Bytes {
    let mut out = vec![0; encoded_len(block.len() as u64) as usize];
    let mut at = 0;
    for line in block.chunks(LINE_INPUT) {
        // The buffer was measured for exactly this; a short write would show in the tests of `encoded_len`.
        at += STANDARD.encode_slice(line, &mut out[at..]).unwrap_or(0);
        out[at..at + 2].copy_from_slice(b"\r\n");
        at += 2;
    }
    Bytes::from(out)
}
