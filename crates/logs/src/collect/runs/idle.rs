//! Where run logs stand that no longer grow: a file to which a line is added for each that is put by.
//!
//! The last line of a job counts. A crash leaves the last line torn at worst, whose job is then still among those that
//! are active.

use crate::Error;
use model::JobId;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{self, File},
    io::{self, Write as _},
    ops::Bound,
    path::{Path, PathBuf},
};

/// Bytes of the file, however often run logs grow again: far more than it grows to between two starts.
const BYTES_MAX: u64 = 256 << 20;
/// Lines that count no more, beside as many as count, from which the file is written anew.
const STALE_MAX: usize = 1_000;
/// The word of a line that says below which job nothing is looked at.
const FLOOR: &str = "from";

/// How far a run log was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RunPlace {
    /// Every line before this byte.
    pub(super) offset: u64,
    /// At this length there was no whole line behind it.
    pub(super) tried: u64,
}

impl RunPlace {
    pub(super) fn at(offset: u64) -> Self {
        Self { offset, tried: 0 }
    }
}

/// The places of idle run logs, and the file that holds them.
pub(super) struct IdleRuns {
    path: PathBuf,
    places: BTreeMap<JobId, RunPlace>,
    /// Older jobs are too many to be known.
    floor: Option<JobId>,
    /// The last whose turn it was.
    turn: Option<JobId>,
}

impl IdleRuns {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut idle = Self { path: path.to_owned(), places: BTreeMap::new(), floor: None, turn: None };
        let failed = |error| Error::io(path, error);
        let text = match read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(idle),
            Err(error) => return Err(failed(error)),
        };
        let mut lines = 0;
        for line in text.lines() {
            lines += 1;
            let place = line.split_once(' ').and_then(|(first, second)| idle.take(first, second));
            place.ok_or_else(|| {
                let what = format!("line {lines} cannot be read: restore it, or remove it to collect run logs again");
                failed(io::Error::other(what))
            })?;
        }
        idle.drop_below_floor();
        if lines > 2 * idle.places.len() + STALE_MAX {
            idle.rewrite().map_err(failed)?;
        }
        Ok(idle)
    }

    fn take(&mut self, first: &str, second: &str) -> Option<()> {
        if first == FLOOR {
            self.floor = Some(second.parse().ok()?);
        } else {
            self.places.insert(first.parse().ok()?, RunPlace::at(second.parse().ok()?));
        }
        Some(())
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, job: JobId) -> Option<RunPlace> {
        self.places.get(&job).copied()
    }

    /// Whether it is among these, or not to be looked at.
    pub(super) fn knows(&self, job: JobId) -> bool {
        self.places.contains_key(&job) || self.is_left_out(job)
    }

    /// Whether it is older than those that are looked at.
    pub(super) fn is_left_out(&self, job: JobId) -> bool {
        self.floor.is_some_and(|floor| job < floor)
    }

    /// The next `count`, after those whose turn it was before.
    pub(super) fn turn(&mut self, count: usize) -> Vec<JobId> {
        let from = self.turn.map_or(Bound::Unbounded, Bound::Excluded);
        let mut jobs: Vec<JobId> =
            self.places.range((from, Bound::Unbounded)).map(|(job, _)| *job).take(count).collect();
        // The last of them are followed by the first, each once.
        let missing = count.min(self.places.len()) - jobs.len();
        if missing > 0 {
            jobs.extend(self.places.keys().take(missing).copied());
        }
        self.turn = jobs.last().copied();
        jobs
    }

    /// It grows again.
    pub(super) fn activate(&mut self, job: JobId) {
        self.places.remove(&job);
    }

    /// Remembers while the process lives what need not be written: that there is nothing to be read.
    pub(super) fn know(&mut self, job: JobId, place: RunPlace, is_active: bool) {
        if !is_active {
            self.places.insert(job, place);
        }
    }

    /// Writes where these stand.
    pub(super) fn put(&mut self, settled: &[(JobId, RunPlace)]) -> Result<(), Error> {
        if settled.is_empty() {
            return Ok(());
        }
        let mut text = String::with_capacity(settled.len() * 48);
        for (job, place) in settled {
            // Into a String: this cannot fail.
            let _ = writeln!(text, "{job} {}", place.offset);
        }
        self.add(&text)?;
        self.places.extend(settled.iter().copied());
        Ok(())
    }

    /// From now on nothing is looked at below `floor`.
    pub(super) fn raise(&mut self, floor: JobId) -> Result<(), Error> {
        if self.floor.is_none_or(|before| before < floor) {
            self.add(&format!("{FLOOR} {floor}\n"))?;
            self.floor = Some(floor);
            self.drop_below_floor();
        }
        Ok(())
    }

    /// Forgets those whose run log is gone; `jobs` are those that have one, sorted.
    pub(super) fn forget_but(&mut self, jobs: &[JobId]) {
        self.places.retain(|job, _| jobs.binary_search(job).is_ok());
    }

    fn drop_below_floor(&mut self) {
        if let Some(floor) = self.floor {
            self.places = self.places.split_off(&floor);
        }
    }

    fn add(&self, text: &str) -> Result<(), Error> {
        let added = (|| {
            let mut file = File::options().append(true).create(true).open(&self.path)?;
            let before = file.metadata()?.len();
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
            if written.is_err() {
                // Whatever part got through goes away again; shortening needs no space.
                let _ = file.set_len(before);
            }
            written?;
            if before == 0 { sync_folder(&self.path) } else { Ok(()) }
        })();
        added.map_err(|error: io::Error| Error::io(&self.path, error))
    }

    fn rewrite(&self) -> io::Result<()> {
        let part = self.path.with_extension("log.part");
        let mut text = String::with_capacity(self.places.len() * 48);
        if let Some(floor) = self.floor {
            let _ = writeln!(text, "{FLOOR} {floor}");
        }
        for (job, place) in &self.places {
            let _ = writeln!(text, "{job} {}", place.offset);
        }
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        fs::rename(&part, &self.path)?;
        sync_folder(&self.path)
    }
}

/// The name is on disk with its folder.
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_data())
}

/// The whole lines of the file, and what is torn as an end without its line feed.
fn read(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > BYTES_MAX {
        return Err(io::Error::other("is too long for what it is"));
    }
    let mut text = fs::read_to_string(path)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    if whole < text.len() {
        text.truncate(whole);
        File::options().write(true).open(path)?.set_len(whole as u64)?;
    }
    Ok(text)
}
