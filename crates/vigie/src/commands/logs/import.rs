//! `vigie logs import`: files into the store.

mod again;
mod numbered;
mod read;

use super::{
    ledger::{Entry, FileStatus, LastRecord, Ledger},
    lines::{Tally, Under},
};
use crate::{
    app::{self, Engines},
    cli::LogsImportArgs,
    client::{Client, NotTaken, Then, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, progress::Silence},
    words::{Cause as _, t},
};
use again::Replaced;
use api::logs::{Imports, LineProblem, Taken};
use axum::body::Bytes;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use logs::{Labels, encoding::Encoding};
use model::{Rng, Timestamp};
use read::{ImportSource, Last, Piece, Reading, read};
use serde_json::{Value, json};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;

/// Bytes of the name of a source: of a longer one, no query could ask.
const SOURCE_BYTES_MAX: usize = 1_000;
/// Where imports stand that are not over.
const IMPORTS: &str = "/api/v1/logs/imports";
/// Pieces that wait to be sent.
const PIECES_MAX: usize = 2;
/// How often a piece is sent to a store that is busy, and what is waited in between.
const BUSY_MAX: u32 = 30;
const BUSY_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often a file is begun anew because something that an earlier import had sent was kept after that one had ended.
const LATE_MAX: usize = 5;
/// Reasons why records were not taken that are shown of one file.
const PROBLEMS_SHOWN: usize = 5;
/// Where more than one in so many records has no time, its format is probably not known.
const TIMELESS_SHARE: u64 = 10;

pub(super) async fn run(config: &Config, args: LogsImportArgs) -> Result<Exit> {
    let labels = super::labels(&args.labels)?;
    if args.source.as_ref().is_some_and(|source| source.is_empty() || source.len() > SOURCE_BYTES_MAX) {
        return Err(Failure::refused(t!("import-source", most = SOURCE_BYTES_MAX)));
    }
    // Before the directory is held, or whoever waits would be asked for answers.
    let _alone = Ledger::alone(&config.data.value)?;
    let mut connected = app::changing(config, "logs import", Engines::Rest).await?;
    connected.tend_logs();
    let imported = all(config, connected.client(), &args, &labels).await;
    connected.close().await;
    let outcomes = imported?;
    if config.json {
        render::json(&json!({"files": outcomes.iter().map(Outcome::json).collect::<Vec<_>>()}))?;
    }
    let is = |kind: fn(&Became) -> bool| outcomes.iter().filter(|outcome| kind(&outcome.became)).count();
    let failed = is(|became| match became {
        Became::Failed(_) => true,
        Became::ImportTotals(taken) => taken.broken.is_some() || taken.rejected > 0 || taken.removed > 0,
        Became::Known(_) => false,
    });
    let known = is(|became| matches!(became, Became::Known(_)));
    Ok(match (failed, known) {
        (0, known) if known == outcomes.len() => Exit::Refused,
        (0, _) => Exit::Done,
        _ => Exit::Failed,
    })
}

async fn all(config: &Config, client: &Client, args: &LogsImportArgs, labels: &Labels) -> Result<Vec<Outcome>> {
    let mut ledger = Ledger::read(&config.data.value)?;
    let mut outcomes = Vec::new();
    for file in &args.files {
        // Where nobody takes records any more, the other files need not be tried.
        let became = from_where_it_stands(config, client, args, labels, file, &mut ledger).await?;
        let outcome = Outcome { file: file.clone(), became };
        if !config.json {
            outcome.say()?;
        }
        outcomes.push(outcome);
    }
    numbered::count_removed(config, client, &mut outcomes).await?;
    Ok(outcomes)
}

/// What became of a file.
struct Outcome {
    file: PathBuf,
    became: Became,
}

enum Became {
    ImportTotals(Box<ImportTotals>),
    Known(Known),
    Failed(String),
}

/// What was imported before.
struct Known {
    at: String,
    /// Under which source, if it is not the one that it would have now.
    other_source: Option<String>,
    /// Records of it that are no longer stored.
    missing: u64,
}

#[derive(Default)]
struct ImportTotals {
    tally: Tally,
    accepted: u64,
    rejected: u64,
    masked: u64,
    problems: Vec<String>,
    /// In which lines were read that name none.
    zone: String,
    /// Bytes at its beginning that were imported before.
    passed_over: u64,
    /// Records of that beginning that are no longer stored.
    missing: u64,
    /// Records of an earlier import that were deleted.
    replaced: u64,
    /// The number of the record at its end that was imported half written, and is whole now.
    completed: Option<u64>,
    /// Formats that people described.
    described: Vec<String>,
    /// Numbers of its records; none where it is not known of all of them.
    seqs: Vec<(u64, u64)>,
    /// Records that retention removed at once.
    removed: u64,
    encoding: Encoding,
    /// Lines that were read as Windows-1252.
    converted: u64,
    /// It broke off there.
    broken: Option<String>,
}

/// Imports that were cut off, with where they stand.
async fn open_imports(client: &Client) -> Result<Vec<Entry>> {
    let Imports { imports } = client.get::<Imports>(IMPORTS).await?.into_inner();
    Ok(imports.into_values().filter_map(|position| serde_json::from_value(position).ok()).collect())
}

async fn from_where_it_stands(
    config: &Config,
    client: &Client,
    args: &LogsImportArgs,
    labels: &Labels,
    file: &Path,
    ledger: &mut Ledger,
) -> Result<Became> {
    for _ in 0..LATE_MAX {
        ledger.set_open(open_imports(client).await?);
        if let Some(became) = one(config, client, args, labels, file, ledger).await? {
            return Ok(became);
        }
    }
    Err(Failure::new(t!("import-elsewhere", file = file.display())).help(t!("try-later")))
}

/// None where the import stands elsewhere by now.
async fn one(
    config: &Config,
    client: &Client,
    args: &LogsImportArgs,
    labels: &Labels,
    file: &Path,
    ledger: &mut Ledger,
) -> Result<Option<Became>> {
    let zone = args.tz.as_ref().unwrap_or(&config.zone.value);
    let zone_name = zone.iana_name().unwrap_or("UTC");
    let source = args.source.clone().unwrap_or_else(|| absolute(file));
    let again_in = args.again.then_some(zone_name);
    let before = match imported_before(config, client, (file, &source), again_in, ledger).await? {
        Ok(before) => before,
        Err(became) => return Ok(Some(became)),
    };
    let has_grown = before.as_ref().is_some_and(|entry| entry.open.is_none());
    let missing = if has_grown { again::missing(config, client, file, ledger).await? } else { 0 };
    let replaced = match &before {
        None if args.again => again::replace(config, client, args, (file, &source, zone_name), ledger).await?,
        _ => Replaced::Nothing,
    };
    let replaced = match replaced.records() {
        Ok(replaced) => replaced,
        Err(became) => return Ok(Some(became)),
    };
    // What a file has grown by is read as its beginning was.
    let zone = args.tz.is_none().then(|| before.as_ref()?.zone()).flatten().unwrap_or_else(|| zone.clone());
    let zone_name = zone.iana_name().unwrap_or("UTC").to_owned();
    let (give, pieces) = mpsc::channel(PIECES_MAX);
    let place = Arc::new(AtomicU64::new(0));
    let bar = Bar::new(Silence::beside(config), file, std::fs::metadata(file).map_or(0, |found| found.len()));
    let id = before.as_ref().and_then(|entry| entry.open.as_ref()).map_or_else(new_id, |open| open.id.clone());
    let reading = {
        let source = ImportSource {
            file: file.to_owned(),
            keeps_sources: args.source.is_none(),
            under: Under { source, labels: labels.clone() },
            zone,
            formats: config.log_store.value.formats().unwrap_or_default().of(&absolute(file)),
            id: id.clone(),
            is_again: args.again,
            replaces: replaced.is_some(),
            before: before.clone(),
        };
        let place = Arc::clone(&place);
        tokio::task::spawn_blocking(move || read(&source, &give, place))
    };
    let mut taken = ImportTotals {
        passed_over: before.as_ref().map_or(0, |entry| entry.bytes),
        missing,
        replaced: replaced.unwrap_or(0),
        described: config.log_store.value.formats.iter().map(|format| format.name.clone()).collect(),
        zone: zone_name,
        ..ImportTotals::default()
    };
    // Only an import that was cut off goes on from a position; of a file that has grown a new one begins.
    let mut stands = Stands { id, now: before.filter(|entry| entry.open.is_some()) };
    let is_resumed = stands.now.is_some();
    let sent = send(client, pieces, &mut stands, &mut taken, (&bar, &place)).await;
    let read = reading.await.map_err(|_| Failure::new(t!("import-broke-off")))?;
    bar.clear();
    if is_resumed {
        // Those of the records before are not known.
        taken.seqs.clear();
    }
    match sent {
        Ok(()) => ended(client, ledger, read, taken, stands).await.map(Some),
        Err(NotTaken { then: Then::LookAgain, .. }) => Ok(None),
        // It would be refused again; other files need not be.
        Err(NotTaken { then: Then::GiveUp, failure, .. }) => Ok(Some(Became::Failed(failure.what))),
        Err(not) => Err(kept(not.failure, file, taken.accepted, args.again)),
    }
}

/// What was imported of a file that has not been imported whole; else what becomes of it.
async fn imported_before(
    config: &Config,
    client: &Client,
    (file, source): (&Path, &str),
    again_in: Option<&str>,
    ledger: &mut Ledger,
) -> Result<Result<Option<Entry>, Became>> {
    Ok(match ledger.look_up(file, again_in) {
        Ok(FileStatus::New) => Ok(None),
        Ok(FileStatus::Beginning(entry)) => Ok(Some(entry)),
        Ok(FileStatus::Whole(entry)) => {
            let at = entry.at.clone();
            let other_source = entry.source.clone().filter(|of| !of.is_empty() && of != source);
            over(client, ledger, entry).await?;
            let missing = again::missing(config, client, file, ledger).await?;
            Err(Became::Known(Known { at, other_source, missing }))
        }
        Ok(FileStatus::Replacing(zone)) => {
            let name = render::plain(&file.display().to_string(), 200);
            Err(Became::Failed(t!("again-interrupted", name, zone)))
        }
        Err(error) => Err(Became::Failed(super::reason(file, &error))),
    })
}

/// What became of a file that was read, as far as it could be.
async fn ended(
    client: &Client,
    ledger: &mut Ledger,
    read: io::Result<Reading>,
    mut taken: ImportTotals,
    stands: Stands,
) -> Result<Became> {
    let Reading { tally, encoding, converted, broken, last } = match read {
        Ok(reading) => reading,
        Err(error) => return Ok(Became::Failed(error.say())),
    };
    (taken.tally, taken.encoding, taken.converted) = (tally, encoding, converted);
    taken.broken = broken.map(|error| error.say());
    match (&taken.broken, stands.now) {
        // Whatever it was refused for, the file is as new as before.
        (None, Some(entry)) if taken.is_in_vain() => forget(client, &entry).await?,
        (None, Some(mut entry)) => {
            taken.completed = entry.supersedes;
            if let Some((_, seq)) = taken.seqs.last() {
                // As many as may be stored of it, whatever the lines were that they were sent as.
                entry.records = taken.accepted + taken.rejected;
                entry.last = match last {
                    Some(Last::Read(start)) if taken.rejected == 0 => Some(LastRecord { start, seq: *seq }),
                    _ => None,
                };
            }
            if let Some(Last::AsBefore(last)) = last {
                entry.last = Some(last);
            }
            entry.seqs.clone_from(&taken.seqs);
            over(client, ledger, entry).await?;
        }
        _ => {}
    }
    Ok(Became::ImportTotals(Box::new(taken)))
}

/// Notes that a file was imported to its end, and only then forgets its position. What it has superseded is deleted before: should this
/// be cut off, it is done again.
async fn over(client: &Client, ledger: &mut Ledger, entry: Entry) -> Result<()> {
    if let Some(open) = entry.open.clone() {
        if let Some(seq) = entry.supersedes {
            numbered::delete(client, seq).await?;
        }
        ledger.note(entry)?;
        client.delete::<()>(&format!("{IMPORTS}/{}", open.id)).await?;
    }
    Ok(())
}

async fn forget(client: &Client, entry: &Entry) -> Result<()> {
    if let Some(open) = &entry.open {
        client.delete::<()>(&format!("{IMPORTS}/{}", open.id)).await?;
    }
    Ok(())
}

fn new_id() -> String {
    Rng::system().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn absolute(file: &Path) -> String {
    std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()).display().to_string()
}

fn kept(failure: Failure, file: &Path, accepted: u64, is_again: bool) -> Failure {
    let said = failure.help.as_ref().map_or(String::new(), |help| help.clone() + &t!("semicolon"));
    let (file, n) = (file.display(), accepted);
    let kept = if is_again { t!("import-kept-again", file; n) } else { t!("import-kept", file; n) };
    Failure::new(failure.what).help(said + &kept)
}

/// The day of a moment as it is kept.
fn day(at: &str) -> String {
    let day = at.get(..10).unwrap_or(at);
    day.parse().map_or_else(|_| render::plain(day, 10), render::day)
}

/// An import that is under way.
struct Stands {
    id: String,
    now: Option<Entry>,
}

impl Stands {
    /// Where a piece is sent, which leads to `to`.
    fn path(&self, to: &Entry) -> String {
        let json = |entry: &Entry| serde_json::to_string(entry).unwrap_or_default();
        let pairs = [("from", self.now.as_ref().map(json)), ("to", Some(json(to)))];
        format!("{IMPORTS}/{}{}", self.id, query(pairs))
    }
}

/// Sends what is read, piece by piece, and counts what became of it.
async fn send(
    client: &Client,
    mut pieces: mpsc::Receiver<Piece>,
    stands: &mut Stands,
    taken: &mut ImportTotals,
    (bar, place): (&Bar, &AtomicU64),
) -> Result<(), NotTaken> {
    while let Some(Piece { lines, to }) = pieces.recv().await {
        let (path, lines) = (stands.path(&to), Bytes::from(lines));
        let mut answer = std::pin::pin!(insist(client, &path, &lines));
        let Taken { accepted, rejected, masked, problems, seqs } = loop {
            tokio::select! {
                answer = &mut answer => break answer?,
                () = tokio::time::sleep(Bar::EVERY) => bar.show(place.load(Ordering::Relaxed)),
            }
        };
        taken.accepted += accepted;
        taken.rejected += rejected;
        taken.masked += masked;
        seqs.into_iter().for_each(|range| numbered::add(&mut taken.seqs, range));
        for problem in problems.into_iter().map(said) {
            if taken.problems.len() < PROBLEMS_SHOWN && !taken.problems.contains(&problem) {
                taken.problems.push(problem);
            }
        }
        stands.now = Some(to);
    }
    Ok(())
}

/// Why a record was not taken, in the language of whoever reads it where that is known.
fn said(LineProblem { problem, code, .. }: LineProblem) -> String {
    match code.as_deref() {
        Some("too-old") => t!("record-too-old"),
        Some("too-long") => t!("record-too-long"),
        _ => problem,
    }
}

/// Sends a piece again while others keep the store busy. What was kept although it seemed not to be is refused then.
async fn insist(client: &Client, path: &str, lines: &Bytes) -> Result<Taken, NotTaken> {
    let mut left = BUSY_MAX;
    loop {
        match client.take_in_at(path, lines.clone()).await {
            Err(NotTaken { then: Then::SendAgain(Some(wait)), kept: 0, .. }) if left > 0 => {
                left -= 1;
                tokio::time::sleep(wait.min(BUSY_WAIT_MAX)).await;
            }
            answer => return answer,
        }
    }
}

impl Outcome {
    fn say(&self) -> Result<()> {
        let name = render::plain(&self.file.display().to_string(), 200);
        match &self.became {
            Became::ImportTotals(taken) => return render::out(&t!("at-place", place = name, error = taken.text())),
            Became::Known(known) => render::say(&known.text(&name)),
            Became::Failed(why) => render::say(&t!("at-place", place = name, error = why)),
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let file = self.file.display().to_string();
        match &self.became {
            Became::ImportTotals(taken) => {
                let ImportTotals { tally, accepted, rejected, masked, problems, passed_over, zone, broken, .. } =
                    &**taken;
                let (encoding, converted) = (taken.encoding.name().unwrap_or("UTF-8"), taken.converted);
                json!({
                    "file": file, "formats": tally.formats, "lines": tally.lines, "records": tally.records,
                    "accepted": accepted, "rejected": rejected, "problems": problems, "masked": masked,
                    "from": tally.first, "to": tally.last, "passed_over_bytes": passed_over, "error": broken,
                    "zoneless": tally.zoneless, "zone": zone, "encoding": encoding, "lines_of_windows_1252": converted,
                    "replaced": taken.replaced, "missing": taken.missing, "timeless": tally.timeless,
                    "completed_last_record": taken.completed.is_some(), "removed": taken.removed,
                })
            }
            Became::Known(Known { at, other_source, missing }) => {
                json!({"file": file, "imported_at": at, "imported_as": other_source, "missing": missing})
            }
            Became::Failed(why) => json!({"file": file, "error": why}),
        }
    }
}

impl Known {
    fn text(&self, name: &str) -> String {
        let on = day(&self.at);
        let mut text = match &self.other_source {
            None => t!("import-known", name, on),
            Some(source) => t!("import-known-as", name, on, source = render::plain(source, 200)),
        };
        if self.missing > 0 {
            text += &t!("import-missing"; n = self.missing);
        }
        text
    }
}

impl ImportTotals {
    /// Nothing was kept although there was something.
    fn is_in_vain(&self) -> bool {
        self.accepted == 0 && self.rejected > 0
    }

    /// As people write it.
    fn zone_text(&self) -> &str {
        if self.zone == "Etc/UTC" { "UTC" } else { &self.zone }
    }

    /// `gunicorn, 1,200 records in 1,260 lines, 2025-01-10 14:00 to 2025-01-11 02:13`
    fn text(&self) -> String {
        let tally = &self.tally;
        let mut text = t!(
            "import-total",
            formats = tally.formats_text(),
            records = t!("n-record"; n = tally.records),
            lines = t!("n-line"; n = tally.lines),
        );
        if let (Some(first), Some(last)) = (tally.first, tally.last) {
            let pattern = format!("{} %H:%M", render::day_pattern());
            let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
            let at = |at: Timestamp| at.in_zone(&zone).strftime(&pattern).to_string();
            text += &t!("import-span", first = at(first), last = at(last), zone = self.zone_text());
        }
        let is_described = self.described.iter().any(|name| tally.formats.contains_key(name));
        if is_described {
            // Whoever described it knows what it has.
        } else if tally.first.is_none() && tally.records > 0 {
            text += &t!("import-no-times");
        } else if tally.timeless * TIMELESS_SHARE > tally.records {
            text += &t!("import-few-times"; n = tally.timeless);
        }
        if tally.zoneless > 0 {
            text += &t!("import-zone", zone = self.zone_text());
        }
        if self.replaced > 0 {
            text += &t!("import-replaced"; n = self.replaced);
        }
        if let Some(encoding) = self.encoding.name() {
            text += &t!("import-encoding", encoding);
        }
        if self.converted > 0 {
            text += &t!("import-converted"; n = self.converted);
        }
        if self.passed_over > 0 {
            text += &t!("import-passed-over"; n = self.passed_over);
        }
        if self.completed.is_some() {
            text += &t!("import-completed");
        }
        if self.missing > 0 {
            text += &(t!("import-missing"; n = self.missing) + &t!("import-missing-help"));
        }
        if self.masked > 0 {
            text += &t!("import-masked"; n = self.masked);
        }
        if self.rejected > 0 {
            text += &t!("import-accepted"; n = self.accepted);
            text += &t!("import-rejected", why = self.problems.join(&t!("semicolon")); n = self.rejected);
            if !self.is_in_vain() {
                text += &t!("import-rejected-help");
            }
        }
        if let Some(broken) = &self.broken {
            text += &t!("import-broken", broken);
        }
        text
    }
}

/// How far a file is, on a terminal.
struct Bar(Option<ProgressBar>);

impl Bar {
    const EVERY: Duration = Duration::from_millis(100);

    fn new(silence: Silence, file: &Path, bytes: u64) -> Self {
        if silence == Silence::Yes || !console::user_attended_stderr() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(10));
        let shape = t!("import-bar");
        if let Ok(style) = ProgressStyle::with_template(&shape) {
            bar.set_style(style.progress_chars("━━╌"));
        }
        bar.set_message(render::plain(&file.display().to_string(), 60));
        Self(Some(bar))
    }

    fn show(&self, place: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(place);
        }
    }

    fn clear(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}
