//! Files by pattern: followed as they grow, through rotation by renaming and by copying, and read once when packed.
//!
//! A file is known by its device, its inode, its first bytes and the last that were read. One that was renamed is read to
//! its end before its successor is begun. Where the content of a known file turns up elsewhere, copied or packed, only what
//! was not read of it is read there (`copy_detection` tells copies from files that only begin alike).

mod copy_detection;
mod fingerprint;
mod kept;
mod packing;
mod tail;
#[cfg(test)]
mod tests;

use super::{
    POLL_EVERY, Stop, Watched,
    checkpointed_writer::{CheckpointedWriter, Stopped},
};
use crate::Logs;
use copy_detection::{CopyStatus, copy_status, is_named_alike};
use fingerprint::PrefixFingerprint;
use kept::KeptPositions;
use packing::Packing;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};
use tail::{FileId, Position, Tail, state_of};
use telemetry::OwnedValue;

/// Files that are open at the same time: a process may often have no more than 1,024 files, sockets among them.
const FILES_MAX: usize = 400;
/// Files of which it is remembered that they were read.
const KNOWN_MAX: usize = 10_000;
/// Bytes that are read of one file before it is the next one's turn.
const READ_BYTES: usize = 256 << 10;
/// How often new files are looked for.
const SCAN_EVERY: Duration = Duration::from_secs(1);
/// A renamed file that was not written to for so long is let go of.
const LEAVING_FOR: Duration = Duration::from_secs(30);
/// A file that was not written to for so long is closed, and opened again when it grows.
const IDLE_FOR: Duration = Duration::from_secs(300);
/// The same where others wait to be opened.
const IDLE_FOR_CROWDED: Duration = Duration::from_secs(2);
/// A file that was not there for so long is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(7 * 86_400);

pub(super) struct FileCollector {
    writer: CheckpointedWriter,
    stop: Stop,
    watched: Vec<Watched>,
    tails: Vec<Tail>,
    /// Files that are not open: read to their end, or not looked for yet since the start.
    known: Vec<Position>,
    kept: KeptPositions,
    scanned: Option<model::Timestamp>,
    buffer: Vec<u8>,
    turn: usize,
    /// Paths of which it was said what is wrong with them.
    told: HashSet<PathBuf>,
    /// A file was found of which nothing is written down.
    found: bool,
}

impl FileCollector {
    /// `own` is where Vigie writes what it traces.
    pub(super) fn open(
        logs: Logs,
        stop: Stop,
        mut watched: Vec<Watched>,
        own: Option<PathBuf>,
    ) -> Result<Self, Stopped> {
        let mut writer = CheckpointedWriter::new(logs, stop.clone());
        if let Some(own) = own {
            let pattern = format!("{}*", glob::Pattern::escape(&own.to_string_lossy()));
            watched.push(Watched { pattern, ..Watched::default() });
            writer = writer.knows_own(&own);
        }
        let kept = writer.stored(kept::PREFIX, KeptPositions::read)?;
        let known = kept.positions();
        Ok(Self {
            writer,
            stop,
            watched,
            tails: Vec::new(),
            known,
            kept,
            scanned: None,
            buffer: vec![0; READ_BYTES],
            turn: 0,
            told: HashSet::new(),
            found: false,
        })
    }

    /// Until it is stopped.
    pub(super) fn run(&mut self) {
        while !self.stop.is_asked() {
            match self.round() {
                Ok(true) => {}
                Ok(false) => drop(self.stop.wait(POLL_EVERY)),
                Err(Stopped) => return,
            }
        }
    }

    /// Looks at every file once. Whether there was anything to do.
    pub(super) fn round(&mut self) -> Result<bool, Stopped> {
        let now = self.writer.now();
        if self.scanned.is_none_or(|scanned| now.since(scanned) >= SCAN_EVERY || now < scanned) {
            self.scanned = Some(now);
            self.scan();
        }
        let mut moved = false;
        let waiting: HashSet<String> = self
            .tails
            .iter()
            .filter(|tail| tail.leaving && !tail.drained)
            .map(|tail| tail.position.source.clone())
            .collect();
        let count = self.tails.len();
        for number in 0..count {
            let at = (self.turn + number) % count;
            let tail = &self.tails[at];
            // The successor of a file that is still being read.
            if waiting.contains(&tail.position.source) && !tail.leaving {
                continue;
            }
            if tail.is_still() {
                let tail = &mut self.tails[at];
                tail.drained |= tail.leaving;
                tail.flush(&mut self.writer);
                continue;
            }
            if tail.is_replaced() {
                self.replaced(at);
                moved = true;
                break;
            }
            moved |= self.read(at);
            // One that is gone has moved the others.
            if self.writer.is_full() || self.tails.len() < count {
                self.turn = at + 1;
                break;
            }
        }
        self.let_go();
        if self.writer.batch().is_empty() {
            if !moved && std::mem::take(&mut self.found) {
                self.commit()?;
            }
            return Ok(moved);
        }
        self.commit()?;
        Ok(true)
    }

    /// Sends what was read, and with it where the files stand whose positions have changed.
    fn commit(&mut self) -> Result<(), Stopped> {
        let then = self.stand();
        self.writer.commit(&self.kept.changes(&then))?;
        self.kept.reached(&then);
        Ok(())
    }

    /// Where every file stands once all that was given is kept.
    fn stand(&mut self) -> Vec<Position> {
        let Self { tails, known, kept, .. } = self;
        for position in tails.iter_mut().map(|tail| &mut tail.position).chain(known.iter_mut()) {
            kept.number(position);
        }
        tails.iter_mut().map(Tail::stands).chain(known.iter().cloned()).collect()
    }

    /// Reads on in one file.
    fn read(&mut self, at: usize) -> bool {
        let tail = &mut self.tails[at];
        let read = tail.read(&mut self.buffer, &mut self.writer);
        tail.flush(&mut self.writer);
        match read {
            Ok(0) => {
                tail.drained |= tail.leaving;
                false
            }
            Ok(_) => true,
            Err(error) => {
                let path = tail.position.path.clone();
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    // It may be being written: it is read on when it has grown.
                    let position = self.tails.remove(at).rests();
                    self.known.push(position);
                } else {
                    tail.finish(&mut self.writer);
                    tail.leaving = true;
                }
                self.tell(&path, &error);
                true
            }
        }
    }

    /// Closes what has been read to its end and is not written to any more.
    fn let_go(&mut self) {
        let now = self.writer.now();
        let idle = if self.tails.len() < FILES_MAX { IDLE_FOR } else { IDLE_FOR_CROWDED };
        let mut at = 0;
        while at < self.tails.len() {
            let tail = &mut self.tails[at];
            let quiet = now.since(model::Timestamp::from_micros(tail.active));
            let is_over = tail.position.done || !tail.is_plain() && tail.drained;
            if is_over || tail.leaving && tail.drained && quiet >= LEAVING_FOR {
                tail.finish(&mut self.writer);
            } else if quiet < idle || tail.holds() || tail.leaving || !tail.is_still() {
                at += 1;
                continue;
            }
            let position = self.tails.remove(at).rests();
            self.known.push(position);
        }
    }

    /// The file at `at` was emptied, or written anew: what was not read of it stands in its copy, if there is one.
    fn replaced(&mut self, at: usize) {
        let position = self.tails[at].position.clone();
        let copy = self.elsewhere(&position);
        let mut tail = self.tails.remove(at);
        match copy {
            Some(copy) => self.open_at(tail.stands(), Some(copy)),
            None => tail.finish(&mut self.writer),
        }
        let Position { path, source, .. } = position;
        self.open_at(Position { path, source, seen: self.writer.now().as_micros(), ..Position::default() }, None);
    }

    /// Finds what is new, what was renamed and what is gone.
    fn scan(&mut self) {
        let now = self.writer.now();
        let found = self.find();
        let by_id: HashMap<FileId, &PathBuf> = found.iter().map(|(path, id)| (*id, path)).collect();
        for tail in &mut self.tails {
            tail.position.seen = now.as_micros();
            if let Some(path) = by_id.get(&tail.id()) {
                tail.position.path.clone_from(path);
            }
            tail.leaving |= tail.is_renamed();
        }
        // Those that are known first: what they hold is not to be taken for something new.
        for position in std::mem::take(&mut self.known) {
            let at = by_id.get(&(position.device, position.inode)).map(|path| (*path).clone());
            self.look_at_known(position, at);
        }
        for (path, id) in found {
            let is_known =
                self.tails.iter().map(Tail::id).chain(self.known.iter().map(|known| (known.device, known.inode)));
            if !is_known.into_iter().any(|known| known == id) {
                self.look_at_new(&path);
            }
        }
        let too_old = |known: &Position| now.since(model::Timestamp::from_micros(known.seen)) >= FORGOTTEN_AFTER;
        self.known.retain(|known| !too_old(known));
        if self.known.len() > KNOWN_MAX {
            self.known.sort_by_key(|known| std::cmp::Reverse(known.seen));
            self.known.truncate(KNOWN_MAX);
        }
    }

    /// A file that is not open: it may have grown, or have been renamed, copied, packed or emptied meanwhile.
    fn look_at_known(&mut self, mut position: Position, at: Option<PathBuf>) {
        let now = self.writer.now().as_micros();
        if let Some(path) = at {
            let Ok(found) = fs::metadata(&path) else { return self.known.push(position) };
            let (state, is_plain) = (state_of(&found), Packing::of(&path) == Packing::Plain);
            (position.path, position.seen) = (path, now);
            if position.state == Some(state) {
                return self.known.push(position);
            }
            let is_known = position.prefix.bytes == 0 || position.is_in(&position.path);
            if is_known && (found.len() >= position.offset || !is_plain) {
                let is_read = match is_plain {
                    true => found.len() == position.offset && position.held.is_empty(),
                    false => position.done,
                };
                if is_read {
                    return self.known.push(Position { state: Some(state), ..position });
                }
                return self.open_at(Position { done: false, ..position }, None);
            }
            // It was emptied, or another file has its inode: that one is looked at as new, and the rest of this one may
            // be elsewhere.
            if let Some(elsewhere) = self.elsewhere(&position) {
                self.open_at(position, Some(elsewhere));
            }
            return;
        }
        if !position.done {
            if let Some(elsewhere) = self.elsewhere(&position) {
                return self.open_at(position, Some(elsewhere));
            }
            position.done = true;
        }
        self.known.push(position);
    }

    /// A file that nothing is known of, unless it is the copy of one.
    fn look_at_new(&mut self, path: &Path) {
        let source = path.to_string_lossy().into_owned();
        let now = self.writer.now().as_micros();
        let fresh = Position { path: path.to_owned(), source, seen: now, ..Position::default() };
        let beginning = match PrefixFingerprint::read(path) {
            Ok(beginning) => beginning,
            // Being packed: there is nothing to read yet.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
            Err(error) => return self.tell(path, &error),
        };
        let (mut settled, mut copied) = (false, None);
        for (at, known) in self.tails.iter().map(|tail| (None, &tail.position)).chain(numbered(&self.known)) {
            match copy_status(known, path, &beginning, now) {
                CopyStatus::Other => {}
                // What its original has not given yet is read there; when that is emptied or gone, here.
                CopyStatus::Undecided => return,
                CopyStatus::Copy if at.is_none() => return,
                CopyStatus::Copy => copied = copied.or(at),
                CopyStatus::Settled => settled = true,
            }
        }
        if let Some(known) = copied.map(|at| self.known.remove(at)) {
            let is_elsewhere = known.source != fresh.source;
            let position = Position { path: fresh.path.clone(), done: false, ..known };
            return self.open_at(position, is_elsewhere.then_some(fresh.path));
        }
        if settled {
            return self.known.extend(Position::read_already(fresh));
        }
        self.open_at(fresh, None);
    }

    /// Where the content of a file that was renamed, copied or packed lies now: beside it.
    fn elsewhere(&self, position: &Position) -> Option<PathBuf> {
        let entries = fs::read_dir(position.path.parent()?).ok()?;
        let mut siblings: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        // To open a pipe is to wait for whoever writes into it.
        siblings.retain(|path| is_named_alike(&position.path, path) && path.is_file());
        siblings.sort();
        let is_it = |path: &PathBuf| position.is_in(path);
        let is_unread = position.prefix.bytes == 0;
        let id = Some((position.device, position.inode));
        if let Some(renamed) = siblings.iter().find(|path| id_of(path) == id && (is_unread || is_it(path))) {
            return Some(renamed.clone());
        }
        let taken: HashSet<FileId> = self.tails.iter().map(Tail::id).collect();
        // What has a number of a file that is gone is another one.
        let is_known = |path: &Path, id: FileId| {
            self.known.iter().any(|known| (known.device, known.inode) == id && known.is_in(path))
        };
        let is_free = |path: &PathBuf| id_of(path).is_some_and(|id| !taken.contains(&id) && !is_known(path, id));
        siblings.into_iter().find(|path| is_it(path) && is_free(path))
    }

    /// Follows a file from `position`, at its path or, `elsewhere`, to its end.
    fn open_at(&mut self, mut position: Position, elsewhere: Option<PathBuf>) {
        let leaving = elsewhere.is_some();
        position.path = elsewhere.unwrap_or(position.path);
        match File::open(&position.path) {
            Ok(file) => self.follow(file, position, leaving),
            Err(error) => {
                let path = position.path.clone();
                self.tell(&path, &error);
                // Known again as soon as it can be read.
                if position.offset > 0 {
                    self.known.push(position);
                }
            }
        }
    }

    fn follow(&mut self, file: File, position: Position, leaving: bool) {
        if self.tails.len() >= FILES_MAX {
            // It is looked at again as soon as one of them is closed.
            return self.known.push(position);
        }
        let path = position.path.clone();
        let labels = self.labels(&position.source);
        match Tail::new(&self.writer, file, position, labels) {
            Ok(mut tail) => {
                self.told.remove(&path);
                self.found = true;
                // What is packed is read once, and what was renamed before its successor.
                tail.leaving = leaving || !tail.is_plain() || tail.is_renamed();
                self.tails.push(tail);
            }
            Err(error) => self.tell(&path, &error),
        }
    }

    /// Every file that the patterns name, each once.
    fn find(&mut self) -> Vec<(PathBuf, FileId)> {
        let mut found = BTreeMap::new();
        for Watched { pattern, .. } in &self.watched {
            let Ok(paths) = glob::glob(pattern) else { continue };
            for path in paths.flatten() {
                let Ok(about) = fs::metadata(&path) else { continue };
                if about.is_file() && found.len() < KNOWN_MAX {
                    found.entry((about.dev(), about.ino())).or_insert(path);
                }
            }
        }
        let mut found: Vec<(PathBuf, FileId)> = found.into_iter().map(|(id, path)| (path, id)).collect();
        found.sort();
        found
    }

    /// What all records of a file have, by the name that they are kept under.
    fn labels(&self, source: &str) -> Vec<(String, OwnedValue)> {
        let exactly = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        let names = |watched: &&Watched| {
            let pattern = glob::Pattern::new(&watched.pattern);
            pattern.is_ok_and(|pattern| pattern.matches_with(source, exactly))
        };
        self.watched.iter().find(names).map_or_else(Vec::new, |watched| watched.labels.fields())
    }

    /// Says once what is wrong with a file.
    fn tell(&mut self, path: &Path, error: &io::Error) {
        if self.told.len() < KNOWN_MAX && self.told.insert(path.to_owned()) {
            let path = path.display();
            match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    tracing::warn!(%path, %error, "a file of logs cannot be read: check who may read it");
                }
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                    tracing::warn!(%path, %error, "a packed file of logs is damaged: what came before the damage is kept");
                }
                _ => tracing::warn!(%path, %error, "a file of logs cannot be read"),
            }
        }
    }
}

fn id_of(path: &Path) -> Option<FileId> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

fn numbered(known: &[Position]) -> impl Iterator<Item = (Option<usize>, &Position)> {
    known.iter().enumerate().map(|(at, known)| (Some(at), known))
}
