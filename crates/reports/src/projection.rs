//! Events of the store, counted into issues: in the order of their numbers, and each once, whatever ends the process.
//!
//! One task reads what the store has beyond the number up to which it has counted: from memory where it keeps up, from
//! segments where it was away.

use crate::{
    Error, Reports,
    observe::{number_of, observation},
    records::BODY,
};
use std::{collections::HashMap, time::Duration};
use store::{AppliedObservation, EventBatch, Observation, ProjectId};
use telemetry::{Kind, Snapshot};
use tokio::sync::watch;
use uuid::Uuid;

/// Numbers of records that are looked at as one: a bound on what is held.
const WINDOW: i64 = 8_192;
/// Events that come within this time are counted together: each time costs a transaction.
const GATHERED_FOR: Duration = Duration::from_millis(50);
/// How often it is looked for what another process has left, or what could not be counted before.
const LOOK_EVERY: Duration = Duration::from_secs(5);

impl Reports {
    /// Counts until `stopped` says so.
    pub async fn run(&self, mut stopped: watch::Receiver<bool>) {
        let mut is_told = false;
        while !*stopped.borrow() {
            match self.look_after().await {
                Ok(()) => is_told = false,
                Err(error) if !std::mem::replace(&mut is_told, true) => {
                    tracing::warn!(%error, "events and counts of what was dropped wait to be written");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = self.0.waiting.notified() => tokio::time::sleep(GATHERED_FOR).await,
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopped.changed() => {}
            }
        }
        if let Err(error) = self.write_dropped().await {
            tracing::warn!(%error, "what was dropped last is not counted");
        }
    }

    /// Counts what waits: events, what was dropped, feedback whose event is there by now.
    async fn look_after(&self) -> Result<(), Error> {
        self.count().await?;
        self.write_dropped().await?;
        self.place_feedback().await.map(drop)
    }

    /// Counts what the store has and nobody has counted yet. Tells of each event what it did.
    ///
    /// # Errors
    /// When the store or the database cannot be read, or not be written: what is missing comes with the next call.
    pub async fn count(&self) -> Result<Vec<AppliedObservation>, Error> {
        if !self.0.logs.exists() {
            return Ok(Vec::new());
        }
        let log = self.0.logs.name_of_store(|| Uuid::from_bytes(self.0.rng.bytes()).simple().to_string()).await?;
        let mut through = self.0.db.applied_through(&log).await?;
        let mut counted = Vec::new();
        loop {
            let snapshot = self.0.logs.snapshot_of(Kind::Error).await?;
            let last = last_number(&snapshot);
            if last <= through {
                return Ok(counted);
            }
            let slugs = self.0.db.projects().await?.into_iter().map(|project| (project.slug, project.id)).collect();
            let (from, to) = (through, through.saturating_add(WINDOW).min(last));
            let read = tokio::task::spawn_blocking(move || observations(&snapshot, &slugs, from, to));
            let observations = read.await.map_err(|_| Error::Stopped)?;
            let batch = EventBatch { log: log.clone(), observations, through: to };
            let applied = self.0.db.apply_events(batch).await?;
            if applied.iter().any(|one| one.transition.is_some()) {
                self.0.changes.send_replace(());
            }
            counted.extend(applied);
            through = to;
        }
    }

    /// There are events to be counted.
    pub(crate) fn wake(&self) {
        self.0.waiting.notify_one();
    }
}

/// The highest number of an event that is there; 0 where none is.
fn last_number(snapshot: &Snapshot) -> i64 {
    let memory = snapshot.memory().last().map(|numbered| numbered.first_seq + numbered.batch.len() as u64);
    let segments = snapshot.segments().iter().map(|segment| segment.seq_range().1 + 1).max();
    memory.max(segments).map_or(0, |end| end.checked_sub(1).map_or(0, number_of))
}

/// What is numbered above `from` and up to `to`, in the order of numbers.
fn observations(snapshot: &Snapshot, projects: &HashMap<String, ProjectId>, from: i64, to: i64) -> Vec<Observation> {
    let is_within = |seq: u64| (from + 1..=to).contains(&number_of(seq));
    let touches = |(first, last): (u64, u64)| number_of(last) > from && number_of(first) <= to;
    let mut found = Vec::new();
    for numbered in snapshot.memory() {
        for (row, record) in numbered.batch.iter().enumerate() {
            let seq = numbered.first_seq + row as u64;
            if is_within(seq) {
                found.extend(observation(seq, record, projects));
            }
        }
    }
    for segment in snapshot.segments().iter().filter(|segment| touches(segment.seq_range())) {
        let blocks = segment.blocks().iter().enumerate().filter(|(_, block)| touches(block.seq_range));
        for (number, _) in blocks {
            let read = snapshot.block(segment, number).and_then(|block| {
                let seqs = block.seqs()?;
                let rows: Vec<u32> =
                    (0..seqs.len()).filter(|row| is_within(seqs[*row])).map(|row| row as u32).collect();
                // The event itself is not counted by, and is nearly all of it.
                let records = block.records_with(&rows, |field| field != BODY)?;
                let seqs = rows.iter().map(|row| seqs[*row as usize]);
                found.extend(seqs.zip(records.iter()).filter_map(|(seq, record)| observation(seq, record, projects)));
                Ok(())
            });
            if let Err(damage) = read {
                tracing::error!(%damage, "events are damaged, and count in no issue");
            }
        }
    }
    found.sort_unstable_by_key(|observation| observation.no);
    found
}
