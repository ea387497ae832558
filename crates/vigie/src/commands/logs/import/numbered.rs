//! The numbers of the records that an import brought in: by them it is known which of these are stored, whatever else has the same source.

use super::{Became, Outcome};
use crate::{client::Client, config::Config, failure::Result, render, words::t};
use api::logs::{Deleted, SeqRanges, StoredCount};

const RETENTION: &str = "/api/v1/logs/retention";
const STORED: &str = "/api/v1/logs/stored";
/// Ranges that are noted. With records of others between those of more pieces, these are counted as if they were of the import.
const RANGES_MAX: usize = 1_000;

/// Adds a range behind the others.
pub(super) fn add(ranges: &mut Vec<(u64, u64)>, (first, last): (u64, u64)) {
    let is_full = ranges.len() >= RANGES_MAX;
    match ranges.last_mut() {
        Some(before) if before.1 + 1 == first || is_full => before.1 = last,
        _ => ranges.push((first, last)),
    }
}

pub(super) async fn count_stored(client: &Client, ranges: &[(u64, u64)]) -> Result<u64> {
    let asked = SeqRanges { seqs: ranges.to_vec() };
    Ok(client.post::<StoredCount>(STORED, &asked).await?.stored)
}

/// Deletes the record of that number, if it is still stored.
pub(super) async fn delete(client: &Client, seq: u64) -> Result<()> {
    client.delete::<Deleted>(&format!("/api/v1/logs/{seq}")).await?;
    Ok(())
}

/// Counts, for each file that was imported, the records of it that retention removed at once; and says so. The log store keeps so many
/// megabytes, the newest records first.
pub(super) async fn count_removed(config: &Config, client: &Client, outcomes: &mut [Outcome]) -> Result<()> {
    let completed = outcomes.iter().filter_map(|outcome| match &outcome.became {
        Became::ImportTotals(taken) => taken.completed,
        _ => None,
    });
    let completed: Vec<u64> = completed.collect();
    let imported = outcomes.iter_mut().filter_map(|outcome| match &mut outcome.became {
        Became::ImportTotals(taken) if !taken.seqs.is_empty() => Some((&outcome.file, taken)),
        _ => None,
    });
    let mut is_applied = false;
    for (file, taken) in imported {
        // A server of a version before removes it later, and nothing is known of it yet.
        if !std::mem::replace(&mut is_applied, true) && client.post_empty::<()>(RETENTION).await.is_err() {
            return Ok(());
        }
        let is_of_it = |seq: &&u64| taken.seqs.iter().any(|(first, last)| (*first..=*last).contains(*seq));
        let replaced = completed.iter().filter(is_of_it).count() as u64;
        taken.removed = taken.accepted.saturating_sub(count_stored(client, &taken.seqs).await? + replaced);
        if taken.removed > 0 && !config.json {
            let (name, most) = (render::plain(&file.display().to_string(), 200), config.log_store.value.keep_megabytes);
            render::say(&t!("import-removed", name, most = render::count(most); n = taken.removed));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_meet_are_one() {
        let mut ranges = Vec::new();
        for range in [(5, 7), (8, 8), (12, 20), (21, 30)] {
            add(&mut ranges, range);
        }
        assert_eq!(ranges, [(5, 8), (12, 30)]);
        for number in 0..2 * RANGES_MAX as u64 {
            add(&mut ranges, (100 + 2 * number, 100 + 2 * number));
        }
        assert_eq!((ranges.len(), ranges.last().unwrap().1), (RANGES_MAX, 98 + 4 * RANGES_MAX as u64));
    }
}
