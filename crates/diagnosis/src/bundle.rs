//! A diagnosis to take along: what was collected, without secrets, from which the same report is made anywhere else.
//!
//! A bundle is gzip around two lines of JSON: a head with the digest of the second, which is the question and what was
//! found about it. Recipients are not in it: whoever has their list gives it again.

use crate::{Diagnosis, Question, RecipientList, collect::Collected, judge, recipients};
use flate2::{Compression, GzBuilder, read::GzDecoder};
use ring::digest;
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write as _,
    io::{self, Read as _, Write as _},
};

const FORMAT: &str = "vigie-diagnosis";
const VERSION: u32 = 1;
/// Bytes of a bundle, unpacked.
pub const BYTES_MAX: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    sha256: String,
}

/// What was collected about a question.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bundle {
    question: Question,
    collected: Collected,
}

/// Why a bundle cannot be read.
#[derive(Debug)]
pub enum BadBundle {
    Io(io::Error),
    /// It is something else.
    NoBundle,
    /// A newer Vigie wrote it.
    Version(u32),
    /// It is not as it was written.
    Changed,
}

impl From<io::Error> for BadBundle {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The bundle of a diagnosis: the same bytes whenever it is written.
///
/// # Errors
/// Where it cannot be put into JSON.
pub fn written(found: &Diagnosis, question: &Question) -> io::Result<Vec<u8>> {
    let whole = serde_json::json!({"question": question, "collected": found.collected}).to_string();
    let head = Head { format: FORMAT.to_owned(), version: VERSION, sha256: hex(whole.as_bytes()) };
    // Without a name and a time of its own.
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    packed.write_all(format!("{}\n{whole}\n", serde_json::to_string(&head)?).as_bytes())?;
    packed.finish()
}

/// Reads a bundle, and checks that it is as it was written.
///
/// # Errors
/// Where it is no bundle, a newer one, or has changed.
pub fn read(bytes: &[u8]) -> Result<Bundle, BadBundle> {
    let mut text = String::new();
    GzDecoder::new(bytes).take(BYTES_MAX).read_to_string(&mut text).map_err(|_| BadBundle::NoBundle)?;
    let (head, whole) = text.split_once('\n').ok_or(BadBundle::NoBundle)?;
    let head: Head = serde_json::from_str(head).map_err(|_| BadBundle::NoBundle)?;
    if head.format != FORMAT {
        return Err(BadBundle::NoBundle);
    }
    if head.version > VERSION {
        return Err(BadBundle::Version(head.version));
    }
    let whole = whole.strip_suffix('\n').unwrap_or(whole);
    if hex(whole.as_bytes()) != head.sha256 {
        return Err(BadBundle::Changed);
    }
    serde_json::from_str(whole).map_err(|_| BadBundle::NoBundle)
}

impl Bundle {
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Judges what was collected, as where it was.
    pub fn diagnose(self, list: Option<&RecipientList>) -> Diagnosis {
        let Self { question, collected } = self;
        let judgement = judge::judge(&collected, &question);
        let who = list.map(|list| recipients::join(list, &collected, &judgement.run, &question));
        crate::concluded(collected, judgement, who, &question)
    }
}

fn hex(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().fold(String::new(), |mut text, byte| {
        // A string takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_bundle_or_has_changed_is_told_apart() {
        assert!(matches!(read(b"x"), Err(BadBundle::NoBundle)));
        let packed = |text: &str| {
            let mut packed = GzBuilder::new().write(Vec::new(), Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        assert!(matches!(read(&packed("{}\n{}\n")), Err(BadBundle::NoBundle)));
        let newer = format!("{{\"format\":\"{FORMAT}\",\"version\":2,\"sha256\":\"\"}}\n{{}}\n");
        assert!(matches!(read(&packed(&newer)), Err(BadBundle::Version(2))));
        let changed = format!("{{\"format\":\"{FORMAT}\",\"version\":1,\"sha256\":\"00\"}}\n{{}}\n");
        assert!(matches!(read(&packed(&changed)), Err(BadBundle::Changed)));
    }
}
