//! `vigie logs import`: files into the store.

use super::{
    ledger::{Known, Ledger, Sign},
    lines::{self, Tally},
};
use crate::{
    app::{self, Engines},
    cli::LogsImportArgs,
    client::Client,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, count, counted, progress::Silence},
};
use axum::body::Bytes;
use futures_util::stream::unfold;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;
use logs::raw;
use model::{Clock, Timestamp};
use serde_json::{Value, json};
use sources::{
    Options, Reader, Record,
    multiline::Limits,
    timestamps::{Reference, Turns},
};
use std::{
    io::{self, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Mutex, mpsc};

/// Bytes of JSON that are handed on at a time.
const PIECE_BYTES: usize = 256 << 10;
/// Pieces that wait to be sent.
const PIECES_MAX: usize = 8;
/// Bytes of JSON in one request: well below what a server takes.
const REQUEST_BYTES: usize = 1 << 30;
/// Bytes from which the format is learnt of a file that is read from further on.
const HEAD_BYTES: u64 = 64 << 10;
/// Reasons why records were not taken that are shown of one file.
const PROBLEMS_SHOWN: usize = 5;

pub(super) async fn run(config: &Config, args: LogsImportArgs) -> Result<Exit> {
    let mut connected = app::changing(config, "logs import", Engines::Rest).await?;
    connected.tend_logs();
    let imported = all(config, connected.client(), &args).await;
    connected.close().await;
    let outcomes = imported?;
    if config.json {
        render::json(&json!({"files": outcomes.iter().map(Outcome::json).collect::<Vec<_>>()}))?;
    }
    let is = |kind: fn(&Became) -> bool| outcomes.iter().filter(|outcome| kind(&outcome.became)).count();
    let failed = is(|became| matches!(became, Became::Failed(_)));
    let known = is(|became| matches!(became, Became::Known(_)));
    Ok(match (failed, known) {
        (0, known) if known == outcomes.len() => Exit::Refused,
        (0, _) => Exit::Done,
        _ => Exit::Failed,
    })
}

async fn all(config: &Config, client: &Client, args: &LogsImportArgs) -> Result<Vec<Outcome>> {
    let mut ledger = Ledger::read(&config.data.value)?;
    let mut outcomes = Vec::new();
    for file in &args.files {
        // Where nobody takes records any more, the other files need not be tried.
        let became = one(config, client, args, file, &mut ledger).await?;
        let outcome = Outcome { file: file.clone(), became };
        if !config.json {
            outcome.say()?;
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// What became of a file.
struct Outcome {
    file: PathBuf,
    became: Became,
}

enum Became {
    Taken(Box<Taken>),
    /// It was imported before, and when.
    Known(String),
    Failed(String),
}

struct Taken {
    tally: Tally,
    accepted: u64,
    rejected: u64,
    masked: u64,
    problems: Vec<String>,
    /// Bytes at its beginning that were imported before.
    passed_over: u64,
    /// It broke off there.
    broken: Option<String>,
}

async fn one(
    config: &Config,
    client: &Client,
    args: &LogsImportArgs,
    file: &Path,
    ledger: &mut Ledger,
) -> Result<Became> {
    let passed_over = match ledger.look_up(file) {
        _ if args.again && file.is_file() => 0,
        Ok(Known::New) => 0,
        Ok(Known::Whole(entry)) => return Ok(Became::Known(entry.at)),
        Ok(Known::Beginning(entry)) => entry.bytes,
        Err(error) => return Ok(Became::Failed(error.to_string())),
    };
    let (give, pieces) = mpsc::channel(PIECES_MAX);
    let (file_size, place) = (std::fs::metadata(file).map_or(0, |found| found.len()), Arc::new(AtomicU64::new(0)));
    let bar = Bar::new(Silence::beside(config), file, file_size);
    let reading = {
        let name = args.source.clone().unwrap_or_else(|| absolute(file));
        let (file, zone, place) = (file.to_owned(), config.zone.value.clone(), Arc::clone(&place));
        tokio::task::spawn_blocking(move || read(&file, passed_over, &name, zone, &give, place))
    };
    let mut taken = Taken {
        tally: Tally::default(),
        accepted: 0,
        rejected: 0,
        masked: 0,
        problems: Vec::new(),
        passed_over,
        broken: None,
    };
    let sent = send(client, pieces, &mut taken, &bar, &place).await;
    let read = reading.await.map_err(|_| Failure::new("reading broke off"))?;
    bar.clear();
    if let Err(failure) = sent {
        return Err(kept(failure, file, taken.accepted));
    }
    match read {
        Ok(Reading { tally, sign, broken }) => {
            (taken.tally, taken.broken) = (tally, broken.map(|error| error.to_string()));
            if taken.broken.is_none() {
                ledger.note(file, &sign, taken.accepted, Clock::System.now().to_string())?;
            }
            Ok(Became::Taken(Box::new(taken)))
        }
        Err(error) => Ok(Became::Failed(error.to_string())),
    }
}

fn absolute(file: &Path) -> String {
    std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()).display().to_string()
}

fn kept(failure: Failure, file: &Path, accepted: u64) -> Failure {
    let said = failure.help.as_ref().map_or(String::new(), |help| format!("{help}; "));
    let help = format!(
        "{said}{} of {} are kept already; importing it again keeps them twice",
        counted(accepted, "record"),
        file.display()
    );
    Failure::new(failure.what).help(help)
}

/// Sends what is read, in requests that a server takes, and counts what became of it.
async fn send(
    client: &Client,
    mut pieces: mpsc::Receiver<Vec<u8>>,
    taken: &mut Taken,
    bar: &Bar,
    place: &AtomicU64,
) -> Result<()> {
    while let Some(first) = pieces.recv().await {
        let shared = Arc::new(Mutex::new(pieces));
        let from = Arc::clone(&shared);
        let stream = unfold((Some(first), 0), move |(first, sent)| {
            let from = Arc::clone(&from);
            async move {
                if sent >= REQUEST_BYTES {
                    return None;
                }
                let piece = match first {
                    Some(first) => first,
                    None => from.lock().await.recv().await?,
                };
                let sent = sent + piece.len();
                Some((Ok(Bytes::from(piece)), (None, sent)))
            }
        });
        let mut answer = std::pin::pin!(client.take_in(stream));
        let answer = loop {
            tokio::select! {
                answer = &mut answer => break answer.map_err(|not| not.failure)?,
                () = tokio::time::sleep(Bar::EVERY) => bar.show(place.load(Ordering::Relaxed)),
            }
        };
        let number = |name: &str| answer[name].as_u64().unwrap_or(0);
        taken.accepted += number("accepted");
        taken.rejected += number("rejected");
        taken.masked += number("masked");
        let problems = answer["problems"].as_array().into_iter().flatten();
        let problems = problems.filter_map(|problem| problem["problem"].as_str()).map(str::to_owned);
        taken.problems.extend(problems.take(PROBLEMS_SHOWN.saturating_sub(taken.problems.len())));
        // The stream is gone with its request: the rest of the pieces are ours again.
        match Arc::try_unwrap(shared) {
            Ok(rest) => pieces = rest.into_inner(),
            Err(_) => return Err(Failure::new("the server answered before it had heard all")),
        }
    }
    Ok(())
}

struct Reading {
    tally: Tally,
    sign: Sign,
    broken: Option<io::Error>,
}

/// Reads a file from `passed_over` on and gives the lines of JSON that it makes, also of what came before a fault.
fn read(
    file: &Path,
    passed_over: u64,
    name: &str,
    zone: TimeZone,
    give: &mpsc::Sender<Vec<u8>>,
    place: Arc<AtomicU64>,
) -> io::Result<Reading> {
    let (packed, modified) = raw::open_packed(file)?;
    let mut from = Signed { from: raw::unpack(Counted { from: packed, place })?, sign: Sign::default() };
    let mut head = Vec::new();
    let mut broken = Read::by_ref(&mut from).take(HEAD_BYTES).read_to_end(&mut head).err();
    if from.sign.is_binary() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no text: nothing of it was taken"));
    }
    let reference = Reference::Modified(modified);
    let mut reader = Reader::new(Options { zone, reference, limits: Limits::default(), scrubber: None });
    let mut unread = &head[..];
    if passed_over > 0 {
        reader.learn(&head);
        unread = pass_over(passed_over, &head, &mut from)?;
    }
    if leaves_years_out(&mut reader, &head) {
        let turns = turns(file, passed_over, &mut reader)?;
        reader.walk_back(&turns);
    }
    let mut writing = Writing { tally: Tally::default(), name, time: modified, into: Vec::new() };
    let ended = raw::each_line(&mut unread.chain(&mut from), &mut |line| {
        for part in lines::parts(without_zeros(line)) {
            reader.push(part, modified, &mut |record| writing.take(&record));
        }
        match writing.into.len() < PIECE_BYTES || give.blocking_send(std::mem::take(&mut writing.into)).is_ok() {
            true => ControlFlow::Continue(()),
            // Nobody takes them any more, and says why.
            false => ControlFlow::Break(()),
        }
    });
    reader.finish(&mut |record| writing.take(&record));
    let _ = give.blocking_send(writing.into);
    broken = broken.or(ended.err());
    Ok(Reading { tally: writing.tally, sign: from.sign, broken })
}

/// Reads over what was imported before; gives what is new of the head.
fn pass_over<'h>(bytes: u64, head: &'h [u8], from: &mut Signed<impl Read>) -> io::Result<&'h [u8]> {
    let (before, rest) = head.split_at(head.len().min(usize::try_from(bytes).unwrap_or(usize::MAX)));
    let further = bytes - before.len() as u64;
    io::copy(&mut Read::by_ref(from).take(further), &mut io::sink())?;
    let ends_in_line = if further == 0 { before.ends_with(b"\n") } else { from.sign.ends_in_line() };
    match ends_in_line {
        true => Ok(rest),
        false => Err(io::Error::other(
            "it was imported up to the middle of a line: take it whole with --again, which keeps that part twice",
        )),
    }
}

/// Zeros stand where a log was cut off while it was written.
fn without_zeros(line: &[u8]) -> &[u8] {
    &line[line.iter().position(|byte| *byte != 0).unwrap_or(line.len())..]
}

/// Whether its times, as its beginning has them, are without a year.
fn leaves_years_out(reader: &mut Reader, head: &[u8]) -> bool {
    let mut turns = Turns::default();
    head.split(|byte| *byte == b'\n').for_each(|line| reader.look_ahead(without_zeros(line), &mut turns));
    !turns.is_empty()
}

/// Reads a file once more, to know how often the year turns in it: what comes first may be many years old.
fn turns(file: &Path, passed_over: u64, reader: &mut Reader) -> io::Result<Turns> {
    let (mut from, _) = raw::open(file)?;
    io::copy(&mut Read::by_ref(&mut from).take(passed_over), &mut io::sink())?;
    let mut turns = Turns::default();
    // Where it breaks off it does so again, and is told of then.
    let _ = raw::each_line(&mut from, &mut |line| {
        reader.look_ahead(without_zeros(line), &mut turns);
        ControlFlow::Continue(())
    });
    Ok(turns)
}

struct Writing<'a> {
    tally: Tally,
    name: &'a str,
    /// Of the last record that had one: what others are taken to have.
    time: Timestamp,
    into: Vec<u8>,
}

impl Writing<'_> {
    fn take(&mut self, record: &Record<'_>) {
        self.time = record.time.unwrap_or(self.time);
        self.tally.add(record);
        lines::write(record, self.name, self.time, &mut self.into);
    }
}

/// Counts what is read of a file as it lies on disk.
struct Counted<R> {
    from: R,
    place: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.place.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Gathers what tells a file from others.
struct Signed<R> {
    from: R,
    sign: Sign,
}

impl<R: Read> Read for Signed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.sign.add(&buffer[..read]);
        Ok(read)
    }
}

impl Outcome {
    fn say(&self) -> Result<()> {
        let name = render::plain(&self.file.display().to_string(), 200);
        match &self.became {
            Became::Taken(taken) => return render::out(&format!("{name}: {}", taken.text())),
            Became::Known(at) => render::say(&format!(
                "{name}: it was imported already, on {}: nothing of it was taken; --again takes it all the same",
                at.get(..10).unwrap_or(at)
            )),
            Became::Failed(why) => render::say(&format!("{name}: {why}")),
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let mut value = json!({"file": self.file.display().to_string()});
        match &self.became {
            Became::Taken(taken) => {
                let Taken { tally, accepted, rejected, masked, problems, passed_over, broken } = &**taken;
                value["formats"] = json!(tally.formats);
                value["lines"] = json!(tally.lines);
                value["records"] = json!(tally.records);
                value["accepted"] = json!(accepted);
                value["rejected"] = json!(rejected);
                value["problems"] = json!(problems);
                value["masked"] = json!(masked);
                value["from"] = json!(tally.first);
                value["to"] = json!(tally.last);
                value["passed_over_bytes"] = json!(passed_over);
                value["error"] = json!(broken);
            }
            Became::Known(at) => value["imported_at"] = json!(at),
            Became::Failed(why) => value["error"] = json!(why),
        }
        value
    }
}

impl Taken {
    /// `gunicorn, 1,200 records in 1,260 lines, 2025-01-10 14:00 to 2025-01-11 02:13`
    fn text(&self) -> String {
        let tally = &self.tally;
        let records = counted(tally.records, "record");
        let mut text = format!("{}, {records} in {}", tally.formats_text(), counted(tally.lines, "line"));
        if let (Some(first), Some(last)) = (tally.first, tally.last) {
            let at = |at: Timestamp| at.to_string().get(..16).unwrap_or_default().replace('T', " ");
            text += &format!(", {} to {} UTC", at(first), at(last));
        }
        if self.passed_over > 0 {
            text += &format!("; its first {} bytes were imported before", count(self.passed_over));
        }
        if self.masked > 0 {
            text += &format!("; {} masked", counted(self.masked, "secret"));
        }
        if self.rejected > 0 {
            text += &format!("; {} not taken: {}", count(self.rejected), self.problems.join("; "));
        }
        if let Some(broken) = &self.broken {
            text += &format!("; it breaks off there: {broken}");
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
        let shape = "{bar:32.green/dim} {percent:>3} %  {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}";
        if let Ok(style) = ProgressStyle::with_template(shape) {
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
