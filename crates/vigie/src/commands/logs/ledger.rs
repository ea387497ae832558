//! What was imported, so that nothing is by mistake imported twice: a line for each file beside the store.
//!
//! A file is known by what is in it, unpacked: a digest of all of it, which is only taken of files that begin and end like one.
//! So it is known again when it was renamed or packed since, and so is the part of it that was imported before it grew.

use crate::{
    failure::{At as _, Result},
    owner, render,
    words::t,
};
use jiff::tz::TimeZone;
use logs::raw;
use model::Timestamp;
use ring::digest::{Context, Digest, SHA256, digest};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::{self, Read, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Bytes at the beginning and at the end that tell most files from each other.
const SIGN_BYTES: usize = 64 << 10;
/// Below this two files may be alike by chance, and below that begin alike: then their path counts too.
const TELLING_BYTES: u64 = 64;
const TELLING_BEGINNING_BYTES: u64 = 1 << 10;
/// Bytes of the ledger; of a longer one, the end counts.
const LEDGER_BYTES_MAX: u64 = 16 << 20;

/// A file that was imported, up to there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    /// When, in RFC 3339.
    pub(super) at: String,
    /// Unpacked.
    pub(super) bytes: u64,
    pub(super) records: u64,
    /// What these have as their source; empty where they kept their own. Versions before wrote none: the path then, usually.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// The first and the last of their times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// In which times were read that name no zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) zone: Option<String>,
    /// What was imported of it before was deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) replaces: bool,
    /// The numbers of its records: ranges, from the first to the last of each. Not known of an import that was cut off in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) seqs: Vec<(u64, u64)>,
    /// Its last record, with which a file that grows goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<LastRecord>,
    /// The number of the last record of what was imported before, in the place of which the first of this stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) supersedes: Option<u64>,
    /// The zone in which it was to be read anew, noted before what was imported of it is deleted: an entry behind this one tells that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replacing: Option<String>,
    beginning: String,
    end: String,
    /// Digest of all of it. Versions before wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// Of an import that is not over: by which it is known, and the time that further records without one have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) open: Option<Open>,
}

/// Where a record begins in its file, unpacked, and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastRecord {
    pub(super) start: u64,
    pub(super) seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) id: String,
    pub(super) time: Timestamp,
    /// Of a file that is taken although it was before: it goes on where it is asked for once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_again: bool,
}

/// A line of the ledger: an entry, and what tells that nothing has changed in it. Versions before wrote none.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    entry: Entry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sum: Option<String>,
}

impl Line {
    fn written(entry: &Entry) -> String {
        let line = Self { sum: Some(Self::sum(entry)), entry: entry.clone() };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// `None` of one that was torn or changed.
    fn read(line: &[u8]) -> Option<Entry> {
        let Self { entry, sum } = serde_json::from_slice(line).ok()?;
        sum.is_none_or(|sum| sum == Self::sum(&entry)).then_some(entry)
    }

    fn sum(entry: &Entry) -> String {
        hash(serde_json::to_string(entry).unwrap_or_default().as_bytes())
    }
}

/// What the ledger knows of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileStatus {
    New,
    /// All of it.
    Whole(Entry),
    /// It has grown since, or its import was cut off there.
    Beginning(Entry),
    /// What was imported of it was to be replaced, with times in that zone, and is not yet.
    Replacing(String),
}

pub(super) struct Ledger {
    path: PathBuf,
    entries: Vec<Entry>,
}

/// What was imported of a file before.
pub(super) struct Earlier {
    pub(super) entries: Vec<Entry>,
    /// Other files were imported under the same source, and may have records within the same times.
    pub(super) is_shared: bool,
}

/// Entries that a file is, or begins as.
struct Found<'l> {
    entries: Vec<&'l Entry>,
    /// Of the file, as far as it was read.
    bytes: u64,
    is_broken: bool,
}

impl Found<'_> {
    fn is_whole(&self, entry: &Entry) -> bool {
        self.bytes == entry.bytes && !self.is_broken
    }

    /// Lets go of what may be alike by chance.
    fn keep_telling(&mut self, path: &Path) {
        let (bytes, is_broken) = (self.bytes, self.is_broken);
        self.entries.retain(|entry| {
            let is_whole = bytes == entry.bytes && !is_broken;
            let least = if is_whole { TELLING_BYTES } else { TELLING_BEGINNING_BYTES };
            entry.bytes >= least || entry.path == path
        });
    }
}

/// Whether it is of an attempt to take a file again with its times in that zone; or of an import that is none.
fn is_attempt(entry: &Entry, again: Option<&str>) -> bool {
    match again {
        None => entry.open.as_ref().is_none_or(|open| !open.is_again),
        Some(zone) => is_goal(entry, zone),
    }
}

fn is_goal(entry: &Entry, zone: &str) -> bool {
    entry.open.as_ref().is_some_and(|open| open.is_again) && entry.zone.as_deref().is_none_or(|of| of == zone)
}

impl Ledger {
    /// Sees to it that no other import runs, as long as what it gives is held: two of one file would both take it.
    pub(super) fn alone(data: &Path) -> Result<fs::File> {
        let folder = data.join("telemetry");
        // It may be the first to make the data directory, which is its owner's alone.
        owner::make_dir(&folder)?;
        owner::check_writable(&folder)?;
        let path = folder.join("import.lock");
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).at(path.display())?;
        if matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            render::say(&t!("import-waits"));
            file.lock().at(path.display())?;
        }
        Ok(file)
    }

    /// That of a data directory.
    pub(super) fn read(data: &Path) -> Result<Self> {
        let path = data.join("telemetry").join("imported.jsonl");
        let entries = match fs::File::open(&path) {
            Ok(mut file) => {
                let length = file.metadata().at(path.display())?.len();
                io::Seek::seek(&mut file, io::SeekFrom::Start(length.saturating_sub(LEDGER_BYTES_MAX)))
                    .at(path.display())?;
                let mut bytes = Vec::new();
                file.take(LEDGER_BYTES_MAX).read_to_end(&mut bytes).at(path.display())?;
                let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
                let (mut entries, mut damaged) = (Vec::new(), 0_u64);
                for line in lines {
                    match Line::read(line) {
                        Some(entry) => entries.push(entry),
                        None => damaged += 1,
                    }
                }
                // What a crash tore is one of them; what it said is imported anew rather than believed.
                if damaged > 0 {
                    render::say(&t!("ledger-damaged", file = path.display(); n = damaged));
                }
                entries
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).at(path.display()),
        };
        Ok(Self { path, entries })
    }

    /// What records of imported files have as their source.
    pub(super) fn sources(&self) -> BTreeSet<String> {
        let path = |entry: &Entry| entry.path.to_string_lossy().into_owned();
        self.entries.iter().map(|entry| entry.source.clone().unwrap_or_else(|| path(entry))).collect()
    }

    /// These are the imports that are not over.
    pub(super) fn set_open(&mut self, open: impl IntoIterator<Item = Entry>) {
        self.entries.retain(|entry| entry.open.is_none());
        self.entries.extend(open);
    }

    /// Reads as much of the file as is needed to know, or as can be read where it is broken. To one that is to be taken again, only the
    /// last attempt at that counts, if it reads times in the same `zone`.
    pub(super) fn look_up(&self, path: &Path, again: Option<&str>) -> io::Result<FileStatus> {
        let found = self.found(path, &|entry| is_attempt(entry, again))?;
        if again.is_none()
            && let Some(zone) = found.entries.last().and_then(|entry| entry.replacing.clone())
        {
            return Ok(FileStatus::Replacing(zone));
        }
        let Some(entry) = found.entries.iter().max_by_key(|entry| entry.bytes).map(|entry| (*entry).clone()) else {
            return Ok(FileStatus::New);
        };
        Ok(if found.is_whole(&entry) { FileStatus::Whole(entry) } else { FileStatus::Beginning(entry) })
    }

    /// Whether the last record of an import was replaced by a longer one when its file had grown.
    pub(super) fn is_superseded(&self, entry: &Entry) -> bool {
        entry.last.is_some_and(|last| self.entries.iter().any(|other| other.supersedes == Some(last.seq)))
    }

    /// What was imported of the file, under whatever source, and is not known to be replaced.
    pub(super) fn imports_of(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let found = self.found(path, &|entry| entry.open.is_none() && entry.replacing.is_none())?;
        let mut entries: Vec<Entry> = Vec::new();
        for entry in found.entries {
            if entry.replaces {
                entries.retain(|earlier| earlier.source != entry.source);
            }
            entries.push(entry.clone());
        }
        Ok(entries)
    }

    /// What was imported of the file under that source and is not known to be deleted, but for the attempt at `zone` that goes on.
    pub(super) fn earlier(&self, path: &Path, source: &str, zone: &str) -> io::Result<Earlier> {
        let absolute = absolute(path);
        let is_of_source = |entry: &Entry| match &entry.source {
            Some(of) => of == source,
            None => entry.path == absolute || entry.path == Path::new(source),
        };
        let found = self.found(path, &|entry| is_of_source(entry) && !is_goal(entry, zone))?;
        let last = found.entries.iter().rposition(|entry| entry.replaces && entry.open.is_none());
        let entries: Vec<Entry> = found.entries[last.unwrap_or(0)..].iter().map(|entry| (*entry).clone()).collect();
        let is_other = |entry: &&Entry| !found.entries.iter().any(|of_file| std::ptr::eq(*of_file, *entry));
        let others = self.entries.iter().filter(|entry| is_of_source(entry) && !is_goal(entry, zone)).filter(is_other);
        let is_shared = others.into_iter().any(|other| entries.iter().any(|entry| entry.may_overlap(other)));
        Ok(Earlier { entries, is_shared })
    }

    /// Those of the entries that are wanted, in their order, that the file is, or begins as.
    fn found(&self, path: &Path, is_wanted: &dyn Fn(&Entry) -> bool) -> io::Result<Found<'_>> {
        let absolute = absolute(path);
        let (mut from, _) = raw::open(path)?;
        let mut sign = Sign::default();
        let mut is_broken = sign.read(&mut from, SIGN_BYTES as u64).is_err();
        let begins = |entry: &Entry| sign.beginning(entry.bytes).as_ref() == Some(&entry.beginning);
        let mut alike: Vec<(usize, &Entry)> =
            self.entries.iter().enumerate().filter(|(_, entry)| is_wanted(entry) && begins(entry)).collect();
        alike.sort_by_key(|(_, entry)| entry.bytes);
        // Those that end within what was read so far are looked up in it, the others as they are reached.
        let mut found = Vec::new();
        for (place, entry) in alike {
            if entry.bytes > sign.bytes && !is_broken {
                is_broken = sign.read(&mut from, entry.bytes - sign.bytes).is_err();
            }
            let is_alike = sign.end_at(entry.bytes).as_ref() == Some(&entry.end);
            // What is shorter than a beginning was compared as a whole, and the digest is of more.
            let is_other =
                sign.bytes == entry.bytes && entry.content.as_ref().is_some_and(|all| *all != sign.content());
            if is_alike && !is_other {
                found.push((place, entry));
            }
        }
        if !found.is_empty() {
            is_broken = is_broken || sign.read(&mut from, 1).is_err();
        }
        found.sort_by_key(|(place, _)| *place);
        let mut found =
            Found { entries: found.into_iter().map(|(_, entry)| entry).collect(), bytes: sign.bytes, is_broken };
        found.keep_telling(&absolute);
        Ok(found)
    }

    /// Notes what was imported, and syncs it.
    pub(super) fn note(&mut self, entry: Entry) -> Result<()> {
        let entry = Entry { open: None, ..entry };
        let mut file =
            OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path).at(self.path.display())?;
        // What a crash tore is ended by the line feed in front.
        let line = format!("\n{}\n", Line::written(&entry));
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).at(self.path.display())?;
        self.entries.push(entry);
        Ok(())
    }
}

impl Entry {
    /// Of a file that was read so far; `None` while nothing was.
    pub(super) fn new(path: &Path, sign: &Sign, records: u64, at: String) -> Option<Self> {
        let (beginning, end) = (sign.beginning(sign.bytes)?, sign.end_at(sign.bytes)?);
        Some(Self {
            path: absolute(path),
            at,
            bytes: sign.bytes,
            records,
            source: None,
            span: None,
            zone: None,
            replaces: false,
            seqs: Vec::new(),
            last: None,
            supersedes: None,
            replacing: None,
            beginning,
            end,
            content: Some(sign.content()),
            open: None,
        })
    }

    /// In which times were read that name no zone, if it is still known by that name.
    pub(super) fn zone(&self) -> Option<TimeZone> {
        TimeZone::get(self.zone.as_deref()?).ok()
    }

    /// That it is about to be replaced, with times in `zone`.
    pub(super) fn to_be_replaced(&self, zone: &str) -> Self {
        Self { replacing: Some(zone.to_owned()), replaces: false, records: 0, open: None, ..self.clone() }
    }

    /// Whether records of both may be of the same time.
    fn may_overlap(&self, other: &Self) -> bool {
        let spans = self.span.zip(other.span);
        spans.is_none_or(|((first, last), (from, to))| first <= to && from <= last)
    }

    /// Of an import that is not over.
    pub(super) fn open(self, open: Open) -> Self {
        Self { open: Some(open), ..self }
    }
}

/// As it can be written into JSON: a name of other bytes than UTF-8 is only like that of the file.
fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned().into()
}

/// What tells a file from others, gathered while it is read.
pub(super) struct Sign {
    pub(super) bytes: u64,
    all: Context,
    head: Vec<u8>,
    /// The end of what was read, at least [`SIGN_BYTES`] of it once there are as many.
    tail: Vec<u8>,
}

impl Default for Sign {
    fn default() -> Self {
        Self { bytes: 0, all: Context::new(&SHA256), head: Vec::new(), tail: Vec::new() }
    }
}

impl Sign {
    /// Of what begins a file.
    pub(super) fn of(head: &[u8]) -> Self {
        let mut sign = Self::default();
        sign.add(head);
        sign
    }

    pub(super) fn add(&mut self, piece: &[u8]) {
        let room = SIGN_BYTES - self.head.len();
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(2 * SIGN_BYTES)..]);
        if self.tail.len() > 4 * SIGN_BYTES {
            self.tail.drain(..self.tail.len() - 2 * SIGN_BYTES);
        }
        self.all.update(piece);
        self.bytes += piece.len() as u64;
    }

    /// Digest of all that was read.
    fn content(&self) -> String {
        text(&self.all.clone().finish())
    }

    fn read(&mut self, from: &mut dyn Read, bytes: u64) -> io::Result<()> {
        let mut from = from.take(bytes);
        let mut buffer = vec![0; 64 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.add(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Of a file of so many bytes; `None` where there are not as many, or none.
    fn beginning(&self, bytes: u64) -> Option<String> {
        let length = bytes.min(SIGN_BYTES as u64) as usize;
        self.head.get(..length).filter(|head| !head.is_empty()).map(hash)
    }

    /// What stands before a place that is not far from the end.
    fn end_at(&self, bytes: u64) -> Option<String> {
        let length = bytes.min(SIGN_BYTES as u64) as usize;
        let behind = usize::try_from(self.bytes.checked_sub(bytes)?).ok()?;
        let end = self.tail.len().checked_sub(behind)?;
        self.tail.get(end.checked_sub(length)?..end).filter(|end| !end.is_empty()).map(hash)
    }

    /// The last bytes of what was read, as far as they are known.
    pub(super) fn last(&self, bytes: u64) -> Option<&[u8]> {
        let start = self.tail.len().checked_sub(usize::try_from(bytes).ok()?)?;
        self.tail.get(start..)
    }

    /// What was read behind the last line that ended, as far as that is known: a longer one begins within itself.
    pub(super) fn begun_line(&self) -> &[u8] {
        &self.tail[self.tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)..]
    }

    /// Whether it begins like a program or a picture, not like text. Where a log was cut off, or the power was, there is sometimes a run
    /// of zeros.
    pub(super) fn is_binary(&self) -> bool {
        const ZEROS_MIN: usize = 64;
        const LOOKED_AT: usize = 8_192;
        let runs = self.head.chunk_by(|one, next| (*one == 0) == (*next == 0));
        let is_gap = |run: &&[u8]| run.len() >= ZEROS_MIN && run[0] == 0;
        let text: Vec<u8> = runs.filter(|run| !is_gap(run)).flatten().take(LOOKED_AT).copied().collect();
        let odd = |byte: &&u8| matches!(**byte, 0..=8 | 14..=26 | 28..=31 | 127);
        text.iter().filter(odd).count() * 10 > text.len()
    }
}

fn hash(bytes: &[u8]) -> String {
    text(&digest(&SHA256, bytes))
}

/// Half of it, which is enough.
fn text(digest: &Digest) -> String {
    digest.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(ledger: &mut Ledger, path: &Path) {
        let mut sign = Sign::default();
        sign.read(&mut raw::open(path).unwrap().0, u64::MAX).unwrap();
        ledger.note(Entry::new(path, &sign, 1, "2025-01-10T14:32:15Z".into()).unwrap()).unwrap();
    }

    #[test]
    fn a_file_is_known_again_whatever_it_is_called() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("telemetry")).unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = data.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let text: String = (0..20_000).map(|number| format!("line {number}\n")).collect();
        let log = file("app.log", text.as_bytes());
        let mut ledger = Ledger::read(data.path()).unwrap();
        assert_eq!(ledger.look_up(&log, None).unwrap(), FileStatus::New);
        noted(&mut ledger, &log);
        let ledger = Ledger::read(data.path()).unwrap();
        for (name, bytes, expected) in [
            ("app.log.1", text.clone(), "whole"),
            ("app.log", format!("{text}more\n"), "beginning"),
            ("cut.log", text[..150_000].to_owned(), "new"),
            ("other.log", format!("x{text}"), "new"),
            ("changed.log", text.replace("line 19999", "line 99999"), "new"),
            ("middle.log", text.replace("line 10000\n", "line 99999\n"), "new"),
            ("middle.log", format!("{}more\n", text.replace("line 10000\n", "line 99999\n")), "new"),
            ("changed.log", format!("{}more\n", text.replace("line 19999", "line 99999")), "new"),
            ("empty.log", String::new(), "new"),
        ] {
            let known = match ledger.look_up(&file(name, bytes.as_bytes()), None).unwrap() {
                FileStatus::New | FileStatus::Replacing(_) => "new",
                FileStatus::Whole(_) => "whole",
                FileStatus::Beginning(entry) => {
                    assert_eq!(entry.bytes, text.len() as u64);
                    "beginning"
                }
            };
            assert_eq!(known, expected, "{name}");
        }
    }

    #[test]
    fn a_line_that_was_changed_is_not_believed() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("telemetry")).unwrap();
        let log = data.path().join("app.log");
        fs::write(&log, "a line of a log\n".repeat(10_000)).unwrap();
        noted(&mut Ledger::read(data.path()).unwrap(), &log);
        let path = data.path().join("telemetry/imported.jsonl");
        let whole = fs::read_to_string(&path).unwrap();
        let known = || Ledger::read(data.path()).unwrap().entries.len();
        assert_eq!(known(), 1);
        fs::write(&path, whole.replace("\"bytes\":160000", "\"bytes\":150000")).unwrap();
        assert_eq!(known(), 0);
        // As versions before wrote them.
        let (before, _) = whole.trim().split_once(",\"sum\"").unwrap();
        fs::write(&path, format!("{before}}}\n")).unwrap();
        assert_eq!(known(), 1);
    }

    #[test]
    fn an_import_again_goes_on_where_it_was() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("telemetry")).unwrap();
        let log = data.path().join("app.log");
        let text = "a line of a log\n".repeat(10_000);
        fs::write(&log, &text).unwrap();
        let mut ledger = Ledger::read(data.path()).unwrap();
        noted(&mut ledger, &log);
        assert_eq!(ledger.look_up(&log, Some("UTC")).unwrap(), FileStatus::New, "it is wanted again");
        let sign = Sign::of(&text.as_bytes()[..16_000]);
        let open = Open { id: "a1".into(), time: Timestamp::default(), is_again: true };
        let entry = Entry::new(&log, &sign, 1_000, "2025-01-10T14:32:15Z".into()).unwrap().open(open);
        ledger.set_open([entry.clone()]);
        assert_eq!(ledger.look_up(&log, Some("UTC")).unwrap(), FileStatus::Beginning(entry));
        assert!(matches!(ledger.look_up(&log, None).unwrap(), FileStatus::Whole(_)));
    }

    #[test]
    fn short_files_that_begin_alike_are_not_one() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("telemetry")).unwrap();
        let (one, two) = (data.path().join("one.log"), data.path().join("two.log"));
        fs::write(&one, "started\n").unwrap();
        fs::write(&two, "started\nstopped\n").unwrap();
        let mut ledger = Ledger::read(data.path()).unwrap();
        noted(&mut ledger, &one);
        assert_eq!(ledger.look_up(&two, None).unwrap(), FileStatus::New);
        fs::write(&two, "started\n").unwrap();
        assert_eq!(ledger.look_up(&two, None).unwrap(), FileStatus::New);
        assert!(matches!(ledger.look_up(&one, None).unwrap(), FileStatus::Whole(_)));
        fs::write(&one, "started\nstopped\n").unwrap();
        assert!(matches!(ledger.look_up(&one, None).unwrap(), FileStatus::Beginning(_)));
    }
}
