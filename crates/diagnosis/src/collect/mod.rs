//! What the machine's logs say about a window: the only part that reads anything. Files are found, their zones and the
//! newest moment of all are learned from their ends, then each is read where it may hold the window.
//!
//! Nothing is written, no file outside the tree is opened, and what is too much is left out and said.

mod containers;
mod ends;
mod export;
mod files;
mod journal;
pub(crate) mod mentions;
mod mounts;
mod programs;
mod read;
mod repeats;
mod services;
mod settings;
mod zones;

pub use containers::Container;
pub use mentions::Mentions;
pub use mounts::Mount;
pub(crate) use programs::CODE;
pub use services::Service;
pub use settings::{Setting, SettingName};

use crate::{
    evidence::{Evidence, Family},
    job,
    question::{self, BadQuestion, Question, Reading},
    source::{Bound, Source, SourceState, Unreadable},
    tree::{Found, Tree},
};
use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, io, path::Path, time::Duration};

/// How long collecting may take.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Files from here on are read last.
const LARGE_BYTES: u64 = 16 << 20;
/// How many times longer a packed log is once it is unpacked, about.
const PACKED_TIMES: u64 = 20;
/// How much longer than the window is looked at before it, to know what is usual.
pub const WINDOWS_BEFORE: u32 = 4;
/// How long after the window it is looked for what became of messages.
pub(crate) const AFTER: Duration = Duration::from_secs(6 * 3600);

/// What was found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Collected {
    pub reading: Reading,
    /// The newest moment that anything was logged; for a running machine, now.
    pub latest: Timestamp,
    pub is_live: bool,
    pub sources: Vec<Source>,
    /// In the order of time.
    pub evidence: Vec<Evidence>,
    pub settings: Vec<Setting>,
    pub services: Vec<Service>,
    /// Which device holds which folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// What Docker calls its containers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<Container>,
    /// Files of programs that lie beside the logs of applications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<String>,
    pub bounds: Vec<Bound>,
    /// The newest moment that any log names; `None` where none could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
    /// Whom of the list that was given the logs name; `None` where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Mentions>,
    /// What the machine calls itself, without its domain, in small letters; `None` where nothing says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// Bytes of the file that holds the machine's name.
const HOST_BYTES_MAX: u64 = 256;

/// Why nothing could be collected.
#[derive(Debug)]
pub enum CollectError {
    Root(io::Error),
    /// A pattern of further logs that cannot be read, or that no file matches.
    Pattern(String),
    Question(BadQuestion),
}

/// How far collecting has come.
#[derive(Debug)]
pub enum Progress<'a> {
    /// One more of the log files was read.
    Read { source: &'a Source, read: usize, of: usize },
    /// The small ones were read, and the journal; what is large comes now.
    Small(Box<Collected>),
}

/// Collects what `root` holds about `question`, and tells `told` how far it has come.
///
/// # Errors
/// Where there is no such folder, a pattern names no file, or the question names no time.
pub fn collect(
    root: &Path,
    question: &Question,
    clock: &Clock,
    told: &mut dyn FnMut(Progress<'_>),
) -> Result<Collected, CollectError> {
    let began = clock.now();
    let deadline = began + TIME_MAX;
    let tree = Tree::open(root).map_err(CollectError::Root)?;
    let files = files::find(&tree, question).map_err(CollectError::Pattern)?;
    let Placed { zone, ends, reading } = placed(&tree, &files, question, began)?;
    let mut gathered = read::Gathered::new(&reading, deadline, clock.clone());
    // What is large comes last: should the time run out, what says most in few lines was read.
    let mut in_turn: Vec<_> = files.iter().zip(&ends.files).collect();
    in_turn.sort_by_key(|(file, _)| Some(unpacked(file)).filter(|bytes| *bytes >= LARGE_BYTES));
    let small = in_turn.partition_point(|(file, _)| unpacked(file) < LARGE_BYTES);
    let base = before_reading(&tree, &files, question, reading, &ends);
    for (number, (file, end)) in in_turn.iter().enumerate() {
        if number == small {
            journal::gather(&tree, &mut gathered);
            told(Progress::Small(Box::new(base.with(gathered.so_far(), question))));
        }
        let zone = zones::of_source(&file.inside, **end, question, &zone);
        if let Some(source) = gathered.file(file, zone, **end) {
            told(Progress::Read { source, read: number + 1, of: in_turn.len() });
        }
    }
    if small == in_turn.len() {
        journal::gather(&tree, &mut gathered);
    }
    for file in files::packed(&tree, base.reading.from - mentions::BEFORE) {
        gathered.keep(Source {
            state: SourceState::Unreadable { why: Unreadable::Packed },
            ..Source::new(&file.inside, file.bytes)
        });
    }
    Ok(base.with(gathered.finish(), question))
}

/// When and where a question is asked about, and what the ends of the files told for it.
struct Placed {
    zone: TimeZone,
    ends: ends::Ends,
    reading: Reading,
}

fn placed(tree: &Tree, files: &[Found], question: &Question, began: Timestamp) -> Result<Placed, CollectError> {
    // Who tells a zone asks by it. Logs are in that of their machine, where the copy names it.
    let own = question.zone_of_all();
    let machine = if tree.is_live() { Some(TimeZone::system()) } else { zones::of_machine(tree) };
    let known = if tree.is_live() { own.clone().or(machine) } else { machine.or_else(|| own.clone()) };
    let known = known.or_else(|| zones::offset_of_most(files));
    let mut zone = known.clone().unwrap_or(TimeZone::UTC);
    let asked_in = |zone: &TimeZone| own.clone().unwrap_or_else(|| zone.clone());
    // The clock here says nothing of the machine that a copy is of: what is asked about has been.
    let asked = question::read(question, &asked_in(&zone), began).map_or(began, |reading| reading.to);
    let now = if tree.is_live() { began } else { began.max(asked) };
    let of_year = question::names_year(question).then_some(asked);
    let mut ends = ends::learn(files, &zone, now, tree.is_live(), of_year);
    if let (None, Some(found)) = (known, zones::of_ends(&ends.files)) {
        zone = found;
        ends = ends::learn(files, &zone, now, tree.is_live(), of_year);
    }
    if tree.is_live() {
        ends.latest = began;
    }
    let latest = ends.latest;
    // Who asks about yesterday looks at their own calendar; where the copy does not reach so far, at that of its last line.
    let by_clock =
        question::is_by_today(question).then(|| question::read(question, &asked_in(&zone), began).ok()).flatten();
    let reading = match by_clock.filter(|reading| !tree.is_live() && reading.from <= latest) {
        Some(reading) => reading,
        None => question::read(question, &asked_in(&zone), latest).map_err(CollectError::Question)?,
    };
    Ok(Placed { zone, ends, reading })
}

/// What is known before any log is read.
fn before_reading(tree: &Tree, files: &[Found], question: &Question, reading: Reading, ends: &ends::Ends) -> Collected {
    Collected {
        reading,
        latest: ends.latest,
        newest: ends.newest,
        mentions: None,
        is_live: tree.is_live(),
        sources: Vec::new(),
        evidence: Vec::new(),
        settings: settings::find(tree, question),
        services: services::find(tree),
        mounts: mounts::find(tree),
        containers: containers::find(tree),
        programs: programs::beside(tree, files),
        bounds: [(tree.is_cut(), Bound::Files), (tree.has_lost_links(), Bound::Links)]
            .into_iter()
            .filter_map(|(is_hit, bound)| is_hit.then_some(bound))
            .collect(),
        host: tree.text("/etc/hostname", HOST_BYTES_MAX).and_then(|name| own_name(&name)),
    }
}

/// `mail` of `Mail.example.org`; a name that stands for any machine is none.
fn own_name(host: &str) -> Option<String> {
    let name = host.trim().split('.').next().unwrap_or_default().to_lowercase();
    (!matches!(name.as_str(), "" | "localhost" | "debian" | "ubuntu")).then_some(name)
}

/// Bytes to be read of a file, about.
fn unpacked(file: &Found) -> u64 {
    file.bytes * if file.inside.ends_with(".gz") { PACKED_TIMES } else { 1 }
}

impl Collected {
    /// The same with what was gathered.
    fn with(&self, (sources, evidence, bounds): Parts, question: &Question) -> Self {
        let (mut sources, mut evidence) = (sources, evidence);
        zones::align(&mut sources, &mut evidence);
        if let Some(story) = &question.job {
            let (source, facts) = job::evidence(story, sources.len());
            sources.push(source);
            evidence.extend(facts);
        }
        let reading = &self.reading;
        let looked_at = reading.from - reading.length() * WINDOWS_BEFORE..=reading.to + AFTER;
        evidence
            .retain(|one| one.family == Family::Job || one.at <= *looked_at.end() && one.until() >= *looked_at.start());
        evidence.sort_by_key(|one| (one.at, one.place.source, one.place.line));
        read::note_standing(&mut sources, &evidence);
        let bounds: BTreeSet<Bound> = self.bounds.iter().copied().chain(bounds).collect();
        Self {
            reading: reading.clone(),
            latest: self.latest,
            newest: self.newest,
            mentions: None,
            is_live: self.is_live,
            sources,
            evidence,
            settings: self.settings.clone(),
            services: self.services.clone(),
            mounts: self.mounts.clone(),
            containers: self.containers.clone(),
            programs: self.programs.clone(),
            host: self.host.clone(),
            bounds: bounds.into_iter().collect(),
        }
    }
}

/// What was gathered: sources, evidence, and the bounds that were hit.
type Parts = (Vec<Source>, Vec<Evidence>, Vec<Bound>);

/// How many hours a zone may be from another.
pub(crate) const ZONES_APART: Duration = Duration::from_secs(14 * 3600);

/// The zone of a name, or UTC.
pub(crate) fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZone::get(name.trim()).ok()
}
