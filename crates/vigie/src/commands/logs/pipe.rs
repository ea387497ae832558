//! `vigie logs pipe`: what a program prints, into the store as it comes.
//!
//! Records go in small requests, each of which is acknowledged. While nobody takes them, they wait, and so does the program
//! that writes: nothing is dropped ([`super::insist`]). Without a server it owns the data directory, until one is started.

use super::{
    insist::{Attempt, Insisting},
    lines::{self, Under},
};
use crate::{
    app::{self, Connected, Engines},
    cli::LogsPipeArgs,
    client::Client,
    config::Config,
    failure::{Exit, Failure, Result},
    owner, render,
    signals::Stop,
    words::{Cause as _, t},
};
use axum::body::Bytes;
use jiff::tz::TimeZone;
use model::{Clock, Timestamp};
use sources::{Options, Reader, Record, custom::Custom, multiline::Limits, timestamps::Reference};
use std::{
    io::{self, Read as _, Write as _},
    ops::ControlFlow,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    },
    thread,
    time::Duration,
};
use tokio::{sync::mpsc, time::MissedTickBehavior};

const READ_BYTES: usize = 64 << 10;
/// Reads that wait to be understood.
const READS_MAX: usize = 16;
/// Bytes of JSON in one request.
const BATCH_BYTES: usize = 1 << 20;
/// Batches that wait to be sent.
const BATCHES_MAX: usize = 4;
/// How often records are looked for whose last line is long enough ago.
const FLUSH_EVERY: Duration = Duration::from_millis(100);
/// How often it is looked whether a server waits for what this process owns.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What a program that was asked to stop gets to print its last words.
const LAST_WORDS: Duration = Duration::from_secs(2);

pub(super) async fn run(config: &Config, args: LogsPipeArgs) -> Result<Exit> {
    let under = Under { labels: super::labels(&args.labels)?, source: args.source };
    let mut connected = app::changing(config, owner::PIPE, Engines::Rest).await?;
    connected.tend_logs();
    // Ctrl-C reaches the program before the pipe as well: what it says last is still taken.
    let stop = Stop::listen().map_err(|error| Failure::new(t!("no-signals", error)))?;
    let (give, reads) = sync_channel(READS_MAX);
    let (give_batch, mut batches) = mpsc::channel(BATCHES_MAX);
    let zone = config.zone.value.clone();
    thread::spawn(move || read(args.tee, &give));
    let formats = config.log_store.value.formats().unwrap_or_default().of(&under.source);
    thread::spawn(move || understand(&under, (zone, formats), &reads, &give_batch));
    let (mut insisting, mut asked) = (Insisting::default(), false);
    let mut looking = tokio::time::interval(LOOK_EVERY);
    looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let ended = loop {
        let batch = tokio::select! {
            batch = batches.recv() => batch,
            () = last_words(&stop, asked) => {
                if std::mem::replace(&mut asked, true) { None } else { continue }
            }
            _ = looking.tick() => {
                let_go_if_wanted(config, &mut connected).await;
                continue;
            }
        };
        let Some(batch) = batch else { break Ok(()) };
        let way = async |attempt| way(config, &mut connected, attempt).await;
        if let Err(failure) =
            insisting.send(Bytes::from(batch), way, async |wait| pause(config, &stop, wait).await).await
        {
            break Err(failure);
        }
    };
    connected.close().await;
    ended?;
    let accepted = insisting.accepted;
    if config.json {
        render::say(&serde_json::json!({"accepted": accepted}).to_string());
    } else {
        render::say(&t!("n-record"; n = accepted));
    }
    Ok(Exit::Done)
}

/// Waits to be asked to stop; and once that was, for the program's last words.
async fn last_words(stop: &Stop, asked: bool) {
    if asked {
        tokio::time::sleep(LAST_WORDS).await;
    } else {
        stop.asked().await;
    }
}

async fn let_go_if_wanted(config: &Config, connected: &mut Connected) {
    if connected.let_go_if_wanted(config, owner::PIPE).await {
        connected.tend_logs();
    }
}

/// The way to whoever takes records. After a failure it may be another process, or nobody, and then this one, unless
/// another one waits; ours stays until one does.
async fn way(config: &Config, connected: &mut Connected, attempt: Attempt) -> Client {
    let_go_if_wanted(config, connected).await;
    if attempt == Attempt::Further
        && matches!(connected, Connected::Theirs(..))
        && !owner::is_wanted(&config.data.value)
        && let Ok(now) = app::changing(config, owner::PIPE, Engines::Rest).await
    {
        *connected = now;
        connected.tend_logs();
    }
    connected.client().clone()
}

/// Waits so long, but not much longer than it was asked to stop, or somebody waits for the data directory.
async fn pause(config: &Config, stop: &Stop, wait: Duration) -> ControlFlow<()> {
    let over = async {
        stop.asked().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    tokio::select! {
        () = tokio::time::sleep(wait) => ControlFlow::Continue(()),
        () = wanted(config) => ControlFlow::Continue(()),
        () = over => ControlFlow::Break(()),
    }
}

async fn wanted(config: &Config) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if config.database.value.is_none() && owner::is_wanted(&config.data.value) {
            return;
        }
    }
}

/// Reads standard input to its end, and passes it on if that is wished.
fn read(mut tee: bool, give: &SyncSender<Vec<u8>>) {
    let mut input = io::stdin().lock();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return render::say(&t!("standard-input", error = error.say())),
        };
        if tee {
            let mut out = io::stdout().lock();
            if let Err(error) = out.write_all(&buffer[..read]).and_then(|()| out.flush()) {
                tee = false;
                // Whoever read along has read enough; the store has not.
                if error.kind() != io::ErrorKind::BrokenPipe {
                    render::say(&t!("standard-output", error = error.say()));
                }
            }
        }
        if give.send(buffer[..read].to_vec()).is_err() {
            return;
        }
    }
}

/// Makes records of what is read.
fn understand(
    under: &Under,
    (zone, formats): (TimeZone, Arc<[Custom]>),
    reads: &Receiver<Vec<u8>>,
    give: &mpsc::Sender<Vec<u8>>,
) {
    let options = Options { zone, reference: Reference::Arrival, limits: Limits::default(), scrubber: None };
    let mut pipe =
        Pipe { reader: Reader::new(options).with_formats(formats), under, line: Vec::new(), batch: Vec::new() };
    let mut waiting = None;
    loop {
        let read = match waiting.take() {
            Some(read) => Ok(read),
            None => reads.recv_timeout(FLUSH_EVERY),
        };
        let now = Clock::System.now();
        match read {
            Ok(read) => pipe.take(&read, now),
            Err(RecvTimeoutError::Timeout) => pipe.flush(now),
            Err(RecvTimeoutError::Disconnected) => break pipe.finish(now),
        }
        match reads.try_recv() {
            Ok(read) if pipe.batch.len() < BATCH_BYTES => {
                waiting = Some(read);
                continue;
            }
            Ok(read) => waiting = Some(read),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        if !pipe.batch.is_empty() && give.blocking_send(std::mem::take(&mut pipe.batch)).is_err() {
            return;
        }
    }
    if !pipe.batch.is_empty() {
        let _ = give.blocking_send(pipe.batch);
    }
}

struct Pipe<'a> {
    reader: Reader,
    under: &'a Under,
    /// That has no end yet.
    line: Vec<u8>,
    batch: Vec<u8>,
}

impl Pipe<'_> {
    fn take(&mut self, read: &[u8], now: Timestamp) {
        let Self { reader, under, line, batch } = self;
        let mut sink = |record: Record<'_>| lines::write(&record, under, now, batch);
        let mut parts = read.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let is_whole = parts.peek().is_some();
            // Of a line without end, what fits is a line.
            if !is_whole && line.len() + part.len() <= logs::raw::LINE_BYTES_MAX {
                line.extend_from_slice(part);
                continue;
            }
            let whole: &[u8] = match line.is_empty() {
                true => part,
                false => {
                    line.extend_from_slice(part);
                    &*line
                }
            };
            lines::parts(whole).for_each(|part| reader.push(part, now, &mut sink));
            line.clear();
        }
    }

    fn flush(&mut self, now: Timestamp) {
        let Self { reader, under, batch, .. } = self;
        reader.flush(now, &mut |record| lines::write(&record, under, now, batch));
    }

    fn finish(&mut self, now: Timestamp) {
        let Self { reader, under, line, batch } = self;
        let mut sink = |record: Record<'_>| lines::write(&record, under, now, batch);
        if !line.is_empty() {
            lines::parts(line).for_each(|part| reader.push(part, now, &mut sink));
        }
        reader.finish(&mut sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_wherever_reads_end() {
        let options =
            Options { zone: TimeZone::UTC, reference: Reference::Arrival, limits: Limits::default(), scrubber: None };
        let under = Under { source: "sync".to_owned(), labels: logs::Labels::default() };
        let mut pipe = Pipe { reader: Reader::new(options), under: &under, line: Vec::new(), batch: Vec::new() };
        let now = "2025-01-10T14:32:15Z".parse().unwrap();
        for read in [&b"one\ntw"[..], b"o", b"\n\nthr\xE9\xFF \nfo", b"ur"] {
            pipe.take(read, now);
        }
        pipe.finish(now);
        let mut batch = telemetry::Batch::new();
        for line in pipe.batch.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            batch.push_json(line, &telemetry::JsonNames::EXACT, now).unwrap();
        }
        let messages: Vec<_> = batch.iter().map(|record| record.message().to_vec()).collect();
        assert_eq!(messages, [&b"one"[..], b"two\n", b"thr\xE9\xFF ", b"four"]);
    }
}
