//! Whom the logs name, in whatever words, from a day before the run on: an earlier part of the mailing may have served them.

use super::{
    Collected, files,
    journal::{self, Entries},
    read::{Capped, options},
};
use crate::{
    question::{self, Question},
    recipients::plain,
    tree::{Found, Tree, open_plain},
};
use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use sources::Reader;
use std::{
    collections::BTreeSet,
    io::{self, Read},
    ops::Range,
    path::Path,
    time::Duration,
};

/// How long before the run a message may have been of the same mailing.
pub(crate) const BEFORE: Duration = Duration::from_secs(24 * 3600);
/// How long looking may take, beside what collecting took.
const TIME_MAX: Duration = Duration::from_secs(10);
const CHUNK_BYTES: usize = 256 << 10;
/// Of a longer line only the beginning is looked at.
const LINE_BYTES_MAX: usize = 1 << 20;
const UNPACKED_BYTES_MAX: u64 = 4 << 30;
/// Clocks of files and of lines may be so far apart.
const FILE_TIME_SLACK: Duration = Duration::from_secs(24 * 3600);
/// Words of lines that name somebody for what they did themselves, unless they speak of mail as well.
#[rustfmt::skip]
const OF_VISITORS: &[&str] = &[
    "login", "logged", "log in", "sign in", "signed in", "session", "password", "mot de passe", "passwort", "connexion", "angemeldet", "get /", "post /", "unsubscri", "désabonn",
];

const OF_MAIL: &[&str] =
    &["smtp", "rcpt", "to=", "recipient", "destinataire", "sent", "envoy", "deliver", "queued", "message", " 250"];

/// Those of a list whom the logs name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentions {
    /// As [`plain`] has them.
    pub addresses: BTreeSet<String>,
    /// Whether all logs were looked through.
    pub is_whole: bool,
}

/// Looks for the addresses `listed`, which are [`plain`], in all logs of the tree, in lines of a day before `begin` and after.
pub(crate) fn find(
    root: &Path,
    question: &Question,
    (collected, is_aside): (&Collected, &dyn Fn(&str) -> bool),
    range: Range<Timestamp>,
    listed: &BTreeSet<String>,
    clock: &Clock,
) -> Mentions {
    let Ok(tree) = Tree::open(root) else { return Mentions::default() };
    let Ok(files) = files::find(&tree, question) else { return Mentions::default() };
    let deadline = clock.now() + TIME_MAX;
    let mut search = Search { listed, range, addresses: BTreeSet::new(), is_late: Box::new(|| clock.now() > deadline) };
    let mut is_whole = !tree.is_cut();
    for file in files.iter().filter(|file| !is_aside(&file.inside)) {
        if file.modified + FILE_TIME_SLACK < search.range.start {
            continue;
        }
        let source = collected.sources.iter().find(|source| source.name == file.inside);
        let named = source.and_then(|source| source.zone.as_deref()).and_then(question::named);
        let zone = named.unwrap_or_else(|| collected.reading.zone.clone());
        is_whole &= search.file(file, &zone).unwrap_or(false);
    }
    for entries in journal::entries(&tree, &search.range) {
        is_whole &= match entries {
            Entries::Told(mut output) => {
                search.lines(&mut output, &TimeZone::UTC, Timestamp::EPOCH).unwrap_or(false) && output.ended_well()
            }
            Entries::Nothing => true,
            Entries::Unread => false,
        };
    }
    Mentions { addresses: search.addresses, is_whole }
}

struct Search<'a> {
    listed: &'a BTreeSet<String>,
    range: Range<Timestamp>,
    addresses: BTreeSet<String>,
    is_late: Box<dyn Fn() -> bool + 'a>,
}

impl Search<'_> {
    /// Whether it was read to its end.
    fn file(&mut self, file: &Found, zone: &TimeZone) -> io::Result<bool> {
        let plain = open_plain(&file.real)?;
        // A year that is left out is that of the run.
        let reference = file.modified.min(self.range.end);
        if file.inside.ends_with(".gz") {
            let unpacked = flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(CHUNK_BYTES, plain));
            return self.lines(Capped::new(unpacked, UNPACKED_BYTES_MAX), zone, reference);
        }
        self.lines(plain, zone, reference)
    }

    fn lines(&mut self, mut from: impl Read, zone: &TimeZone, reference: Timestamp) -> io::Result<bool> {
        let mut reader = Reader::new(options(zone.clone(), reference));
        let (mut chunk, mut begun) = (vec![0; CHUNK_BYTES], Vec::new());
        loop {
            if (self.is_late)() {
                return Ok(false);
            }
            let read = match from.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                self.line(&begun, &mut reader);
                return Ok(true);
            }
            let mut rest = &chunk[..read];
            while let Some(end) = memchr::memchr(b'\n', rest) {
                if begun.is_empty() {
                    self.line(&rest[..end], &mut reader);
                } else {
                    begun.extend_from_slice(&rest[..end]);
                    self.line(&begun, &mut reader);
                    begun.clear();
                }
                rest = &rest[end + 1..];
            }
            let room = LINE_BYTES_MAX.saturating_sub(begun.len());
            begun.extend_from_slice(&rest[..rest.len().min(room)]);
        }
    }

    fn line(&mut self, line: &[u8], reader: &mut Reader) {
        if memchr::memchr(b'@', line).is_none() {
            return;
        }
        let text = String::from_utf8_lossy(line).to_lowercase();
        let is_edge = |c: char| c.is_whitespace() || "<>()[]{}\"',;:=|/\\&?".contains(c);
        let named: Vec<String> = text
            .split(is_edge)
            .filter(|word| word.contains('@'))
            .map(plain)
            .chain(quoted_names(&text))
            .filter(|address| self.listed.contains(address) && !self.addresses.contains(address))
            .collect();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if named.is_empty() || has(OF_VISITORS) && !has(OF_MAIL) {
            return;
        }
        let mut time = None;
        let mut note = |record: sources::Record<'_>| time = record.time.or(time);
        reader.push(line, self.range.end, &mut note);
        reader.finish(&mut note);
        // What has no time may have been written then.
        if time.is_none_or(|at| self.range.contains(&at)) {
            self.addresses.extend(named);
        }
    }
}

/// `"ann"@x.org` is `ann@x.org`.
fn quoted_names(text: &str) -> impl Iterator<Item = String> + '_ {
    text.match_indices("\"@").filter_map(|(at, _)| {
        let name = text[..at].rsplit('"').next()?;
        let host = text[at + 2..].split(|c: char| c.is_whitespace() || "<>()[]{}\"',;:".contains(c)).next()?;
        Some(plain(&format!("{name}@{host}")))
    })
}
