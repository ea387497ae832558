//! Rows of a slice, part by part: written, and then the slice is read again.

use super::{Opened, SyncSlot, all, unreadable};
use crate::{
    client::{Error, Imported, Table},
    comparing::{self, Ledger, Noting},
    plan::Direction,
    planning::{Ask, Bound},
    settings::{Delete, Policy},
    values::{self, Deleted, How, Key, Rows, WRITE_MAX},
    verdicts,
    work::Part,
};
use jobs::{Ended, Intent};
use model::{Fault, Verdict};
use std::sync::Arc;
use store::ClaimedItem;

/// Writes of a slice that are on their way together: rows of other keys each.
const SENT_AT_ONCE: usize = 3;

impl SyncSlot {
    pub(super) async fn write_parts(&mut self, message: &[ClaimedItem], intent: &Intent) -> Vec<Ended> {
        let parts: Result<Vec<Part>, _> = message.iter().map(|item| serde_json::from_str(&item.payload)).collect();
        let Ok(parts) = parts else { return all(message, &unreadable()) };
        let Some(first) = parts.first() else { return Vec::new() };
        let run = Arc::clone(&self.run);
        let (ask, mine) = (run.ask(), &first.slice);
        let theirs = (mine.renamed(&run.readings.source), run.sets.renamed(&run.readings.source));
        let deleted = if run.spec.settings.delete == Delete::On { Deleted::Read } else { Deleted::Left };
        let from_source = How { sets: &run.sets, reading: &run.readings.source, deleted };
        let from_target = How { sets: &theirs.1, reading: &run.readings.target, deleted: Deleted::Left };
        let source = values::read_whole(&run.sides.source, mine, from_source);
        // Where the target had nothing a moment ago and the source decides, it is not asked again before it is written.
        let decided = ask.direction == Direction::One && ask.settings.conflict == Policy::Source;
        let is_fresh = decided && parts.iter().all(|part| part.fresh);
        let target = async {
            if is_fresh {
                return Ok(Rows::new());
            }
            values::read_whole(&run.sides.target, &theirs.0, from_target).await
        };
        let (source, target) = match tokio::try_join!(source, target) {
            Ok(both) => both,
            Err(error) => return all(message, &verdicts::held(&error)),
        };
        let mut ledger = Ledger::new(&ask, mine.table, Noting::Yes);
        if ledger.open(&theirs.0.set).await.is_err() {
            return all(message, &verdicts::held(&unknown()));
        }
        if let Err(verdict) = intent.declare().await {
            return all(message, &Ended::Failed(verdict));
        }
        let judge = comparing::judge(&ask, mine.table);
        let mut sent = Vec::with_capacity(parts.len());
        for some in parts.chunks(SENT_AT_ONCE) {
            let sending = some.iter().map(|part| {
                let (run, ledger, this) = (&run, &ledger, &*self);
                let (here, there, set) = (within(&source, part), within(&target, part), &theirs.0.set);
                async move {
                    let keys: Vec<Key> = judge.to_write(&here, &there, &ledger.known).into_iter().cloned().collect();
                    let named: Vec<&Key> = keys.iter().collect();
                    run.files.bring_rows(&run.sides, &here, &named).await?;
                    let code = this.send((mine.table, set), &here, &named).await?;
                    Ok::<_, Error>((keys, code))
                }
            });
            // All of them are waited for: what is on its way when another fails may be written.
            for ended in futures_util::future::join_all(sending).await {
                match ended {
                    Ok(one) => sent.push(one),
                    Err(error) => return all(message, &verdicts::held(&error)),
                }
            }
        }
        let Ok(kept) = values::read_whole(&run.sides.target, &theirs.0, from_target).await else {
            return all(message, &verdicts::held(&unknown()));
        };
        if ledger.note(mine, None, (&source, &kept)).await.is_err() {
            return all(message, &verdicts::held(&unknown()));
        }
        sent.iter().map(|(keys, code)| judged(keys, (&source, &kept), code)).collect()
    }

    /// Writes rows, in halves where they are too many at once. The code of what was refused, where something was.
    async fn send(&self, (table, set): (Table, &str), rows: &Rows, keys: &[&Key]) -> Result<String, Error> {
        let mut waiting: Vec<&[&Key]> = keys.chunks(WRITE_MAX).rev().collect();
        let (mut refused, mut lost) = (String::new(), 0);
        while let Some(some) = waiting.pop() {
            let body: Vec<_> = some.iter().map(|key| values::outgoing(key, &rows[*key], table)).collect();
            match self.run.sides.target.import_rows(table, set, &body).await {
                Ok(Imported::Taken) => {}
                Ok(Imported::Rejected(rejection)) => refused = rejection.code,
                Err(Error::TooLarge { .. } | Error::Lost { .. }) if some.len() > 1 && lost < 16 => {
                    lost += 1;
                    let (first, second) = some.split_at(some.len() / 2);
                    waiting.extend([second, first]);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(refused)
    }
}

impl Opened {
    fn ask(&self) -> Ask<'_> {
        Ask {
            sides: &self.sides,
            readings: &self.readings,
            settings: &self.spec.settings,
            db: self.syncs.db(),
            direction: self.direction,
            bound: Bound::Kept,
        }
    }
}

fn unknown() -> Error {
    Error::Lost { host: String::new() }
}

fn within(rows: &Rows, part: &Part) -> Rows {
    rows.range(part.from.clone()..=part.to.clone()).map(|(key, datum)| (key.clone(), datum.clone())).collect()
}

/// Whether everything that was sent is there as it was sent.
fn judged(keys: &[Key], (source, kept): (&Rows, &Rows), code: &str) -> Ended {
    let live = |rows: &'_ Rows, key: &Key| rows.get(key).filter(|row| !row.deleted).cloned();
    let is_missing = |key: &&Key| live(source, key) != live(kept, key);
    let missing: Vec<&Key> = keys.iter().filter(is_missing).collect();
    let Some(first) = missing.first() else { return Ended::Succeeded };
    let verdict = Verdict::permanent("not_kept", Fault::Content)
        .with_arg("uid", first[0].clone())
        .with_arg("unit", first[2].clone())
        .with_arg("values", missing.len().to_string())
        .with_arg("code", code);
    Ended::Failed(verdict)
}
