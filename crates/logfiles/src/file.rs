//! One log file: buffered appending, rotation by size and day, and noticing what others do to it.

use crate::{
    config::{FileConfig, Format, Plan, Rotate},
    file_lock::{self, LockMode},
    line::{Dress, Line},
    rotated,
};
use jiff::{ToSpan, Unit, ZonedRound, tz::TimeZone};
use model::{Level, Timestamp};
use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Bytes gathered before they are written without waiting for the queue to be empty.
const BUFFER_BYTES: usize = 64 << 10;
/// How long others may rotate the file again and again before it is written to the one that bears the name just then.
const TURN_MAX: Duration = Duration::from_secs(2);
/// How long its lock is waited for: longer than a machine at its limit keeps another process from giving it back.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    format: Format,
    zone: TimeZone,
    /// Who may read it.
    group: Option<u32>,
    bytes_max: u64,
    rotate: Rotate,
    file: Option<Open>,
    buffer: Vec<u8>,
    /// Lines that could not be written and are not yet told of in the file.
    untold: u64,
    /// Something failed and was told of on standard error; nothing more is until it works again.
    complained: bool,
}

#[derive(Debug)]
struct Open {
    file: File,
    identity: (u64, u64),
    len: u64,
    /// Not rotated by size before it is this long: more than the limit after a rotation that failed.
    rotate_at: u64,
    /// The first moment that belongs to another day than the file's first line; unknown while it is empty.
    day_ends: Option<Timestamp>,
    /// It ends within a line, which a full disk cut.
    torn: bool,
    /// Somebody seems to hold its lock for good: it is not waited for again.
    is_held: bool,
}

/// What a call did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) rotated: bool,
    pub(crate) lost: u64,
}

impl std::ops::AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.rotated |= other.rotated;
        self.lost += other.lost;
    }
}

impl LogFile {
    pub(crate) fn new(path: PathBuf, config: &FileConfig, plan: &Plan) -> Self {
        Self {
            path,
            format: config.format,
            zone: plan.zone.clone(),
            group: plan.group,
            bytes_max: config.max_size.0,
            rotate: config.rotate,
            file: None,
            buffer: Vec::new(),
            untold: 0,
            complained: false,
        }
    }

    /// Takes a whole line. It reaches the file with the next [`Self::flush`], or sooner.
    pub(crate) fn write(&mut self, line: &[u8], at: Timestamp) -> Done {
        let mut done = Done::default();
        if self.is_due(line.len(), at) {
            // What is in the buffer belongs to the old file; afterwards its true length is known.
            done += self.flush(at);
            if self.is_due(line.len(), at) {
                done.rotated = self.rotate(at);
            }
        }
        self.buffer.extend_from_slice(line);
        if self.buffer.len() >= BUFFER_BYTES {
            done += self.flush(at);
        }
        done
    }

    pub(crate) fn flush(&mut self, at: Timestamp) -> Done {
        if self.buffer.is_empty() {
            return Done::default();
        }
        let mut bytes = std::mem::take(&mut self.buffer);
        let outcome = self.put(&bytes, at);
        let lost = match outcome {
            Ok(()) => {
                (self.untold, self.complained) = (0, false);
                0
            }
            Err((written, error)) => {
                self.complain(&error);
                let lost = bytes[written..].iter().filter(|byte| **byte == b'\n').count() as u64;
                self.untold += lost;
                lost
            }
        };
        bytes.clear();
        self.buffer = bytes;
        Done { rotated: false, lost }
    }

    pub(crate) fn reopen(&mut self, at: Timestamp) -> Done {
        let done = self.flush(at);
        self.file = None;
        if let Err(error) = self.open() {
            self.complain(&error);
        }
        done
    }

    /// A line of our own, in the file's format.
    pub(crate) fn compose(&self, at: Timestamp, message: &str) -> String {
        let line = Line { at, level: Level::Warning, logger: "logfiles", message, fields: &[] };
        line.finish(self.format, Dress::Full, &self.zone)
    }

    /// All of `bytes` into the file that bears the name now; on an error, how much got through.
    fn put(&mut self, bytes: &[u8], at: Timestamp) -> Result<(), (usize, io::Error)> {
        self.take_turn().map_err(|error| (0, error))?;
        let outcome = self.put_locked(bytes, at);
        if let Some(open) = &self.file {
            file_lock::end(&open.file);
        }
        outcome
    }

    /// To write into the file that bears the name, which nobody renames meanwhile.
    fn take_turn(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            if self.file.is_none() {
                self.open()?;
            }
            let Some(open) = &mut self.file else { return Ok(()) };
            // A file seems to end within a line while another process is writing it: to know, nobody may be.
            open.lock(if open.torn { LockMode::Exclusive } else { LockMode::Shared });
            if begun.elapsed() > TURN_MAX {
                return Ok(());
            }
            let before = open.identity;
            self.follow_the_name()?;
            // Another file than was locked: once more.
            if let Some(open) = self.file.as_mut().filter(|open| open.identity == before) {
                open.torn = open.torn && !ends_with_newline(&self.path, open.len);
                return Ok(());
            }
        }
    }

    fn put_locked(&mut self, bytes: &[u8], at: Timestamp) -> Result<(), (usize, io::Error)> {
        let note = (self.untold > 0).then(|| {
            let message = format!("{} lines are missing here: they could not be written", self.untold);
            self.compose(at, &message)
        });
        let (rotate, zone) = (self.rotate, self.zone.clone());
        let Some(open) = self.file.as_mut() else { return Err((0, io::ErrorKind::NotFound.into())) };
        let mut lead = if open.torn { vec![b'\n'] } else { Vec::new() };
        lead.extend_from_slice(note.unwrap_or_default().as_bytes());
        open.put(&lead).map_err(|(_, error)| (0, error))?;
        if rotate == Rotate::Daily && open.day_ends.is_none() {
            open.day_ends = Some(end_of_day(at, &zone));
        }
        open.put(bytes)
    }

    fn is_due(&mut self, more: usize, at: Timestamp) -> bool {
        if self.file.is_none() && self.open().is_err() {
            return false;
        }
        let daily = self.rotate == Rotate::Daily;
        let Some(open) = &mut self.file else { return false };
        let len = open.len + self.buffer.len() as u64;
        if len == 0 {
            return false;
        }
        if daily && open.day_ends.is_none() {
            // Lines wait in the buffer of a file that was empty: the first of them gives the day.
            open.day_ends = Some(end_of_day(at, &self.zone));
        }
        len + more as u64 > open.rotate_at || (daily && open.day_ends.is_some_and(|end| at >= end))
    }

    /// Renames the file and opens a new one. A crash in between leaves the renamed file, whole.
    fn rotate(&mut self, at: Timestamp) -> bool {
        if let Some(open) = &mut self.file {
            open.lock(LockMode::Exclusive);
            let is_ours = std::fs::metadata(&self.path).is_ok_and(|meta| identity(&meta) == open.identity);
            if !is_ours {
                // Another process has rotated it meanwhile, or somebody has taken it away.
                self.file = None;
                if let Err(error) = self.open() {
                    self.complain(&error);
                }
                return false;
            }
        }
        match rotated::put_aside(&self.path, at) {
            Ok(()) => self.file = None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.file = None,
            Err(error) => {
                self.complain(&error);
                if let Some(open) = &mut self.file {
                    file_lock::end(&open.file);
                    open.rotate_at = open.len + self.bytes_max / 8;
                    open.day_ends = open.day_ends.map(|_| at + Duration::from_hours(1));
                }
                return false;
            }
        }
        if let Err(error) = self.open() {
            self.complain(&error);
        }
        true
    }

    /// Reopens when the name no longer leads to the open file, and learns its length anew: somebody may have renamed,
    /// deleted or truncated it.
    fn follow_the_name(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.file else { return self.open() };
        match std::fs::metadata(&self.path) {
            Ok(meta) if identity(&meta) == open.identity => {
                if meta.len() < open.len {
                    (open.torn, open.rotate_at) = (false, self.bytes_max);
                }
                if meta.len() == 0 {
                    open.day_ends = None;
                }
                open.len = meta.len();
                Ok(())
            }
            _ => self.open(),
        }
    }

    fn open(&mut self) -> io::Result<()> {
        self.file = None;
        if let Some(dir) = self.path.parent() {
            make_folder(dir, self.group)?;
        }
        let file = open_to_append(&self.path)?;
        if let Err(error) = file_lock::give(&file, self.group) {
            // It is written nevertheless: whoever is to read it is told why they cannot.
            self.complain_of_group(&error);
        }
        let meta = file.metadata()?;
        let day_ends = (self.rotate == Rotate::Daily && meta.len() > 0).then(|| {
            let changed = meta.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
            end_of_day(changed.unwrap_or_default().into(), &self.zone)
        });
        let torn = meta.len() > 0 && !ends_with_newline(&self.path, meta.len());
        let identity = identity(&meta);
        let len = meta.len();
        self.file = Some(Open { file, identity, len, rotate_at: self.bytes_max, day_ends, torn, is_held: false });
        Ok(())
    }

    fn complain_of_group(&mut self, error: &io::Error) {
        if let Some(group) = self.group.take() {
            let path = self.path.display();
            let _ = writeln!(
                io::stderr(),
                "{path}: {error}: it cannot be given to the group {group}: start Vigie as a member of it (see logs.group)"
            );
        }
    }

    /// Says once what is wrong, on standard error: there is no better place left.
    fn complain(&mut self, error: &io::Error) {
        if !std::mem::replace(&mut self.complained, true) {
            let path = self.path.display();
            let _ =
                writeln!(io::stderr(), "{path}: {error}: lines are lost, and counted, until it can be written again");
        }
    }
}

impl Open {
    fn lock(&mut self, mode: LockMode) {
        let patience = if self.is_held { Duration::ZERO } else { LOCK_PATIENCE };
        self.is_held = !file_lock::take(&self.file, mode, patience);
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
        let mut written = 0;
        while written < bytes.len() {
            match self.file.write(&bytes[written..]) {
                Ok(0) => return Err((written, io::ErrorKind::WriteZero.into())),
                Ok(count) => {
                    written += count;
                    self.len += count as u64;
                    self.torn = bytes[written - 1] != b'\n';
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err((written, error)),
            }
        }
        Ok(())
    }
}

/// Makes the folder of a log file, which none but its owner writes to, whatever the umask allows.
fn make_folder(dir: &Path, group: Option<u32>) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    // Whoever is given the files comes to them as others do; else those of this process's group.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, if group.is_some() { 0o755 } else { 0o750 });
    builder.recursive(true).create(dir)
}

/// Never what a link leads to: whoever may write to the folder would choose what is written to.
fn open_to_append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // Addresses of people stand in it.
        options.mode(0o640).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path).map_err(|error| match path.is_symlink() {
        true => io::Error::new(error.kind(), "is a link, and log files are not written through one: remove it"),
        false => error,
    })
}

/// Midnight after `at`, by the clock of `zone`.
fn end_of_day(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let midnight = at
        .in_zone(zone)
        .round(ZonedRound::new().smallest(Unit::Day).mode(jiff::RoundMode::Trunc))
        .and_then(|day| day.checked_add(1.day()));
    // Only at the end of time can this fail.
    midnight.map_or(at + Duration::from_hours(24), |midnight| midnight.timestamp().into())
}

fn ends_with_newline(path: &Path, len: u64) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    let last = || -> io::Result<u8> {
        let len = len.max(1);
        let mut file = File::open(path)?;
        let mut byte = [0];
        file.seek(SeekFrom::Start(len - 1))?;
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    // Unreadable counts as whole: better no line break than one at every start.
    last().map_or(true, |byte| byte == b'\n')
}

#[cfg(unix)]
fn identity(meta: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

#[cfg(not(unix))]
const fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}
