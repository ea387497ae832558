//! The run logs of jobs: a folder of files that only grow, each named after its job.
//!
//! There may be many thousands, and hardly any of them grows. So none stays open; the few that grew lately are looked at
//! every second, the others in turns; and where these stand is written down once, in the [`IdleRuns`], not with every batch.

mod idle;
#[cfg(test)]
mod tests;

use super::{
    Stop, asked_for,
    checkpointed_writer::{CheckpointedWriter, Stopped},
    positions::Positions,
};
use crate::{Logs, RecordMetadata};
use idle::{IdleRuns, RunPlace};
use model::{JobId, Timestamp};
use scrub::Counts;
use sources::{Reader, record, timestamps::Reference};
use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
    fs::{self, File},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    time::Duration,
};
use telemetry::OwnedValue;

/// How often what may have grown is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Idle run logs that are looked at each time, and the rounds within which each of them is.
const IDLE_LOOKED_AT: usize = 256;
const IDLE_ROUNDS: usize = 30;
/// How often the folder is listed where nothing says that it changed.
const LIST_EVERY: Duration = Duration::from_secs(60);
/// Run logs whose place is written with every batch; beyond, idle ones are put by.
const ACTIVE_MAX: usize = 128;
/// New ones that are begun in one round.
const BEGUN_MAX: usize = 128;
/// A run log that did not grow for so long is idle.
const ACTIVE_FOR: Duration = Duration::from_secs(120);
/// Run logs that are known. Of more, the oldest jobs' are left out.
const KNOWN_MAX: usize = 100_000;
/// Bytes that are read of one before it is the next one's turn. A longer line is taken in parts.
const READ_BYTES: usize = 256 << 10;

/// What a line is kept as: the `source` of its record, and its field `app` where it has none.
const SOURCE: &str = "run";
const APP: &str = "vigie";

/// Where those stand that grew lately.
type ActivePositions = Vec<(JobId, u64)>;

pub(super) struct Runs {
    writer: CheckpointedWriter,
    stop: Stop,
    folder: PathBuf,
    age_max: Option<Duration>,
    known_max: usize,
    reader: Reader,
    masked: Counts,
    active: BTreeMap<JobId, Watched>,
    idle: IdleRuns,
    /// New ones, the oldest first.
    fresh: VecDeque<JobId>,
    positions: Positions<ActivePositions>,
    looked: Option<Timestamp>,
    listed: Option<Listed>,
    buffer: Vec<u8>,
    told: bool,
}

/// One that grew lately, and when.
#[derive(Clone, Copy)]
struct Watched {
    place: RunPlace,
    grew: Timestamp,
}

/// How the folder was when it was listed.
#[derive(Clone, Copy)]
struct Listed {
    changed: (i64, i64),
    at: Timestamp,
    /// It was listed a second after it had changed: nothing of the same tick of its clock was missed.
    settled: bool,
}

impl Runs {
    pub(super) fn open(logs: Logs, stop: Stop, folder: PathBuf) -> Result<Self, Stopped> {
        let kept = logs.0.folder.clone();
        let age_max = logs.config().age_max();
        let mut writer = CheckpointedWriter::new(logs, stop.clone());
        let positions = writer.positions::<ActivePositions>(&kept.join("run-positions.json"))?;
        let idle = writer.retry_until_stopped(|| IdleRuns::open(&kept.join("run-positions.log")))?;
        let now = writer.now();
        let watched = |offset: u64| Watched { place: RunPlace::at(offset), grew: now };
        let reader = writer.reader(Reference::Arrival);
        let mut runs = Self {
            writer,
            stop,
            folder,
            age_max,
            known_max: KNOWN_MAX,
            reader,
            masked: Counts::default(),
            active: positions.now().iter().map(|(job, offset)| (*job, watched(*offset))).collect(),
            idle,
            fresh: VecDeque::new(),
            positions,
            looked: None,
            listed: None,
            buffer: Vec::new(),
            told: false,
        };
        runs.active.keys().for_each(|job| runs.idle.activate(*job));
        Ok(runs)
    }

    /// Until it is stopped.
    pub(super) fn run(&mut self) {
        while !self.stop.is_asked() {
            match self.round() {
                Ok(true) => {}
                Ok(false) => drop(self.stop.wait(LOOK_EVERY)),
                Err(Stopped) => return,
            }
        }
        if let Err(error) = self.positions.save() {
            tracing::warn!(%error, "positions of run logs could not be written; the store knows them");
        }
    }

    /// Looks at what may have grown. Whether there is more to be read at once; else what is written within a second makes
    /// one batch.
    fn round(&mut self) -> Result<bool, Stopped> {
        self.list()?;
        let mut due: Vec<JobId> = self.active.keys().copied().collect();
        let now = self.writer.now();
        if self.looked.is_none_or(|looked| now.since(looked) >= LOOK_EVERY || now < looked) {
            self.looked = Some(now);
            let count = IDLE_LOOKED_AT.max(self.idle.len() / IDLE_ROUNDS);
            due.extend(self.idle.turn(count));
        }
        let begun = self.fresh.len().min(BEGUN_MAX);
        due.extend(self.fresh.drain(..begun));
        let (mut more, mut kept) = (!self.fresh.is_empty(), false);
        for job in due {
            more |= self.read(job);
            if self.writer.is_full() {
                kept |= self.commit()?;
            }
            if self.stop.is_asked() {
                break;
            }
        }
        kept |= self.commit()?;
        if self.active.len() > ACTIVE_MAX || !kept {
            let Self { writer, positions, .. } = self;
            writer.retry_until_stopped(|| positions.save())?;
        }
        self.put_by()?;
        if !more {
            self.buffer = Vec::new();
        }
        Ok(more)
    }

    /// Sends what was read. Whether there was anything.
    fn commit(&mut self) -> Result<bool, Stopped> {
        let masked = self.reader.masked();
        self.writer.add_masked(masked.since(self.masked));
        self.masked = masked;
        if self.writer.batch().is_empty() {
            return Ok(false);
        }
        let then = self.active.iter().map(|(job, watched)| (*job, watched.place.offset)).collect();
        self.writer.commit(&mut self.positions, then)?;
        Ok(true)
    }

    /// Where there are too many active, writes once and for all where those stand that no longer grow. What is in the
    /// file of positions counts for more, and says the same until a next batch leaves them out there.
    fn put_by(&mut self) -> Result<(), Stopped> {
        if self.active.len() <= ACTIVE_MAX {
            return Ok(());
        }
        let now = self.writer.now();
        let mut settled: Vec<(JobId, Watched)> = self.active.iter().map(|(job, watched)| (*job, *watched)).collect();
        settled.sort_by_key(|(_, watched)| watched.grew);
        let surplus = settled.len() - ACTIVE_MAX / 2;
        // Of more than twice as many even those that have just been read: they grow seldom, or are imported.
        let crowded = self.active.len() > 2 * ACTIVE_MAX;
        settled.truncate(surplus);
        settled.retain(|(_, watched)| crowded || now.since(watched.grew) >= ACTIVE_FOR);
        let settled: Vec<(JobId, RunPlace)> = settled.into_iter().map(|(job, watched)| (job, watched.place)).collect();
        let Self { writer, idle, .. } = self;
        writer.retry_until_stopped(|| idle.put(&settled))?;
        for (job, _) in settled {
            self.active.remove(&job);
        }
        Ok(())
    }

    /// Reads on in one, if it grew. Whether there is more of it.
    fn read(&mut self, job: JobId) -> bool {
        let path = self.folder.join(format!("{job}.jsonl"));
        // Not by way of a link, which could lead anywhere.
        let Some(found) = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file) else { return false };
        let place = self.active.get(&job).map(|watched| watched.place).or_else(|| self.idle.get(job));
        let mut place = place.unwrap_or_default();
        let length = found.len();
        if length < place.offset {
            // Lines that did not get through whole are taken away again by who wrote them: what follows is new.
            place = RunPlace::at(length);
            self.activates(job, place);
            return false;
        }
        if length == place.offset || length == place.tried {
            self.idle.know(job, place, self.active.contains_key(&job));
            return false;
        }
        match self.read_from(&path, job, &mut place) {
            Ok(taken) => {
                if taken == 0 {
                    place.tried = length;
                }
                self.activates(job, place);
                taken > 0 && place.offset < length
            }
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    tracing::warn!(path = %path.display(), %error, "a run log cannot be read: check who may read it");
                }
                place.tried = length;
                self.idle.know(job, place, self.active.contains_key(&job));
                false
            }
        }
    }

    fn activates(&mut self, job: JobId, place: RunPlace) {
        self.active.insert(job, Watched { place, grew: self.writer.now() });
        self.idle.activate(job);
    }

    /// Takes the whole lines that stand at `place`: how many bytes they have.
    fn read_from(&mut self, path: &Path, job: JobId, place: &mut RunPlace) -> io::Result<usize> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(READ_BYTES, 0);
        let read = File::open(path)?.read_at(&mut buffer, place.offset)?;
        let whole = match memchr::memrchr(b'\n', &buffer[..read]) {
            Some(end) => end + 1,
            None if read == READ_BYTES => read,
            None => 0,
        };
        let named = [("job_id", job.to_string()), ("app", APP.to_owned())];
        let named = named.map(|(name, value)| (name.to_owned(), OwnedValue::Str(value.into_bytes())));
        for line in buffer[..whole].split_inclusive(|byte| *byte == b'\n') {
            self.line(line.strip_suffix(b"\n").unwrap_or(line), &named);
        }
        place.offset += whole as u64;
        place.tried = 0;
        self.buffer = buffer;
        Ok(whole)
    }

    fn line(&mut self, line: &[u8], named: &[(String, OwnedValue); 2]) {
        let Self { reader, writer, age_max, .. } = self;
        let now = writer.now();
        let mut sink = |mut record: sources::Record<'_>| {
            // It would be forgotten at once.
            if let (Some(time), Some(age_max)) = (record.time, *age_max)
                && time + age_max < now
            {
                return;
            }
            name_fields(&mut record.parsed);
            let fields = if record.parsed.field("app").is_some() { &named[..1] } else { &named[..] };
            writer.keep(&record, &RecordMetadata { source: SOURCE.as_bytes(), fields, ..RecordMetadata::default() });
        };
        reader.push(line, now, &mut sink);
        // A line that a crash has torn is not held for the next one.
        reader.finish(&mut sink);
    }

    /// Finds new ones, where the folder has changed.
    fn list(&mut self) -> Result<(), Stopped> {
        let Ok(found) = fs::metadata(&self.folder) else { return Ok(()) };
        let (changed, now) = ((found.mtime(), found.mtime_nsec()), self.writer.now());
        let mut settled = false;
        if let Some(listed) = self.listed {
            let since = now.since(listed.at);
            let is_same = listed.changed == changed;
            if now >= listed.at && (since < LOOK_EVERY || is_same && listed.settled && since < LIST_EVERY) {
                return Ok(());
            }
            settled = is_same;
        }
        self.listed = Some(Listed { changed, at: now, settled });
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        let mut jobs: Vec<JobId> = entries.flatten().filter_map(|entry| job_of(&entry.file_name())).collect();
        jobs.retain(|job| !self.idle.is_left_out(*job));
        jobs.sort_unstable();
        if jobs.len() > self.known_max {
            let floor = jobs[jobs.len() - self.known_max / 10 * 9];
            tracing::warn!(
                count = jobs.len(),
                most = self.known_max,
                "run logs of the oldest jobs are left out of the log store"
            );
            let Self { writer, idle, .. } = self;
            writer.retry_until_stopped(|| idle.raise(floor))?;
        }
        if self.idle.len() > self.known_max {
            self.idle.forget_but(&jobs);
        }
        let is_new = |job: &JobId| !self.idle.knows(*job) && !self.active.contains_key(job);
        self.fresh = jobs.into_iter().filter(is_new).collect();
        Ok(())
    }
}

/// The job whose log that is.
fn job_of(name: &std::ffi::OsStr) -> Option<JobId> {
    let stem = name.to_str()?.strip_suffix(".jsonl")?;
    let job: JobId = stem.parse().ok()?;
    // Written as the engine writes it, so that the name can be made of the job again.
    (job.to_string() == stem).then_some(job)
}

/// Calls things by the names that they are asked for: `fields.total` is `total`, and what happened is the `event`.
fn name_fields(parsed: &mut record::Parsed<'_>) {
    if parsed.format != "vigie_run" {
        return;
    }
    for field in &mut parsed.fields {
        if let Some(name) = field.name.strip_prefix("fields.") {
            let is_taken = matches!(name, "job" | "job_id" | "event" | "format" | "logger");
            let name = if is_taken { format!("{name}_") } else { asked_for(name).to_owned() };
            field.name = Cow::Owned(name);
        }
    }
    if let Some(event) = parsed.logger.take() {
        parsed.fields.insert(0, record::Field { name: "event".into(), value: record::Value::Text(event) });
    }
}
