//! The journal of systemd, read by `journalctl`: that of the machine, or the files of a tree.

use super::read::{Capped, Gathered, options};
use crate::{
    source::{Source, SourceState, Unreadable},
    tree::Tree,
};
use jiff::tz::TimeZone;
use model::Timestamp;
use std::{
    collections::BTreeSet,
    io::{self, BufReader, Read},
    ops::Range,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// How long `journalctl` may take, and how much it may say.
const HELPER_TIME_MAX: Duration = Duration::from_secs(3);
const OUTPUT_BYTES_MAX: u64 = 48 << 20;
/// Folders of journals that are read.
const FOLDERS_MAX: usize = 8;

const FIELDS: &str = "_BOOT_ID,_PID,_SYSTEMD_UNIT,UNIT,_COMM,SYSLOG_IDENTIFIER,PRIORITY,MESSAGE,_TRANSPORT,_HOSTNAME";

/// Adds what the journals of `tree` say.
pub(super) fn gather(tree: &Tree, gathered: &mut Gathered) {
    if tree.is_live() {
        read(&["--merge"].map(str::to_owned), "journal", gathered);
        return;
    }
    for (inside, folder) in folders(tree) {
        read(&["-D".to_owned(), folder.to_string_lossy().into_owned()], &inside, gathered);
    }
}

/// What `journalctl` says of a time, in JSON by lines; or that it could not.
pub(super) enum Entries {
    Told(ChildOutput),
    Nothing,
    Unread,
}

/// Its output; it is ended with this.
pub(super) struct ChildOutput {
    child: Child,
    output: Capped<ChildStdout>,
}

impl ChildOutput {
    /// Once all was read: whether that was all there is to say.
    pub(super) fn ended_well(mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Read for ChildOutput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.output.read(buffer)
    }
}

impl Drop for ChildOutput {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The entries of the journals of `tree`, of that time.
pub(super) fn entries(tree: &Tree, range: &Range<Timestamp>) -> Vec<Entries> {
    let places = if tree.is_live() {
        vec![vec!["--merge".to_owned()]]
    } else {
        folders(tree).into_iter().map(|(_, at)| vec!["-D".to_owned(), at.to_string_lossy().into_owned()]).collect()
    };
    let told = |place: Vec<String>| {
        let mut command = Command::new("journalctl");
        command
            .args(["-o", "json", "--no-pager", "-q"])
            .arg(format!("--since=@{}", range.start.as_micros() / 1_000_000))
            .arg(format!("--until=@{}", range.end.as_micros() / 1_000_000))
            .arg(format!("--output-fields={FIELDS}"))
            .args(place);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        match child {
            Ok(mut child) => match child.stdout.take() {
                Some(output) => Entries::Told(ChildOutput { child, output: Capped::new(output, OUTPUT_BYTES_MAX) }),
                None => Entries::Unread,
            },
            // A machine without systemd has no journal either.
            Err(error) if error.kind() == io::ErrorKind::NotFound && tree.is_live() => Entries::Nothing,
            Err(_) => Entries::Unread,
        }
    };
    places.into_iter().map(told).collect()
}

/// The folders of a tree that hold journals, each once.
fn folders(tree: &Tree) -> Vec<(String, PathBuf)> {
    let files = tree.files("", |inside| inside.ends_with(".journal"));
    let inside: BTreeSet<&str> = files.iter().filter_map(|file| Some(file.inside.rsplit_once('/')?.0)).collect();
    inside.into_iter().take(FOLDERS_MAX).filter_map(|inside| Some((inside.to_owned(), tree.resolve(inside)?))).collect()
}

fn read(place: &[String], name: &str, gathered: &mut Gathered) {
    let mut source = Source::new(name, 0);
    let around = gathered.of_journal();
    let since = format!("--since=@{}", around.start.as_micros() / 1_000_000);
    let until = format!("--until=@{}", around.end.as_micros() / 1_000_000);
    let mut command = Command::new("journalctl");
    command
        .args(["-o", "json", "--no-pager", "-q", &since, &until])
        .arg(format!("--output-fields={FIELDS}"))
        .args(place);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else {
        source.state = SourceState::Unreadable { why: Unreadable::NoJournalctl };
        return gathered.keep(source);
    };
    let output = child.stdout.take();
    let (over, is_over) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let is_late = is_over.recv_timeout(HELPER_TIME_MAX) == Err(mpsc::RecvTimeoutError::Timeout);
        // Read to its end, or late, or more than is wanted: it is ended in each case.
        let _ = child.kill();
        let _ = child.wait();
        is_late
    });
    if let Some(output) = output {
        let lines = BufReader::new(Capped::new(output, OUTPUT_BYTES_MAX));
        gathered.lines(&mut source, lines, 0, &options(TimeZone::UTC, Timestamp::EPOCH));
    }
    drop(over);
    if watch.join().unwrap_or(true) {
        source.state = SourceState::Partial { bound: crate::source::Bound::Helper };
    }
    if source.looked_at > 0 || matches!(source.state, SourceState::Partial { .. }) {
        gathered.keep(source);
    }
}
