//! A file that is imported again: what its earlier import left under the same source is deleted first, so that a wrong time zone is
//! mended by one command.
//!
//! Stopped in between, the same command ends right: what is deleted is found no longer, and the import goes on where it was.

use super::{
    super::{
        LogQuery, delete,
        ledger::{Earlier, Entry, Ledger},
        reason,
    },
    Became, forget, numbered,
};
use crate::{
    cli::LogsImportArgs,
    client::Client,
    config::Config,
    failure::{Failure, Result},
    render,
    words::t,
};
use console::Term;
use model::Timestamp;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// What became of the records of the earlier import.
pub(super) enum Replaced {
    /// There is no earlier import under that source.
    Nothing,
    /// So many are deleted.
    Deleted(u64),
    /// They stay, and so the file is not taken.
    Not(Became),
}

impl Replaced {
    /// How many records were deleted, if there was an earlier import; or what becomes of the file instead.
    pub(super) fn records(self) -> Result<Option<u64>, Became> {
        match self {
            Self::Nothing => Ok(None),
            Self::Deleted(records) => Ok(Some(records)),
            Self::Not(became) => Err(became),
        }
    }
}

pub(super) async fn replace(
    config: &Config,
    client: &Client,
    args: &LogsImportArgs,
    (file, source, zone): (&Path, &str, &str),
    ledger: &mut Ledger,
) -> Result<Replaced> {
    if args.source.is_none() && !args.yes && is_known_export(ledger, file) {
        return Ok(Replaced::Not(Became::Failed(t!("again-exported"))));
    }
    let earlier = match ledger.earlier(file, source, zone) {
        Ok(Earlier { entries, .. }) if entries.is_empty() => return Ok(Replaced::Nothing),
        Ok(Earlier { is_shared: true, .. }) => return Ok(Replaced::Not(Became::Failed(t!("again-shared")))),
        Ok(Earlier { entries, .. }) => entries,
        Err(error) => return Ok(Replaced::Not(Became::Failed(reason(file, &error)))),
    };
    let records: u64 = earlier.iter().map(|entry| entry.records).sum();
    let name = render::plain(&file.display().to_string(), 200);
    let Some(asked) = query_of(config, source, &earlier) else {
        return Ok(Replaced::Not(Became::Failed(t!("again-unnamed"))));
    };
    let counted = delete::delete(client, &asked, &[("dry_run", "true".to_owned())]).await?;
    let matching = counted.matching;
    // A file that is collected, or a program that sends, may have the same source.
    if matching > records {
        let query = render::plain(&asked.text, 400);
        return Ok(Replaced::Not(Became::Failed(
            t!("again-others", query, records = render::count(records); n = matching),
        )));
    }
    if matching > 0 {
        if !is_wanted(config, client, args, &asked, (&name, matching)).await? {
            return Ok(Replaced::Not(Became::Failed(t!("again-not"))));
        }
        // Should this be cut off, an import that does not replace says so, instead of that all is there.
        if let Some(last) = earlier.last() {
            ledger.note(last.to_be_replaced(zone))?;
        }
        let now = counted.now.to_string();
        delete::delete(client, &asked, &[("at_most", matching.to_string()), ("now", now)]).await?;
    }
    for entry in &earlier {
        forget(client, entry).await?;
    }
    Ok(Replaced::Deleted(matching))
}

/// Whether its records kept their own sources when it was imported, so that nothing tells which they are.
fn is_known_export(ledger: &Ledger, file: &Path) -> bool {
    let imports = ledger.imports_of(file).unwrap_or_default();
    imports.iter().any(|entry| entry.source.as_deref() == Some(""))
}

async fn is_wanted(
    config: &Config,
    client: &Client,
    args: &LogsImportArgs,
    asked: &LogQuery,
    (name, matching): (&str, u64),
) -> Result<bool> {
    if args.yes {
        return Ok(true);
    }
    if !Term::stderr().is_term() || config.json {
        return Err(Failure::refused(t!("again-refused", name; n = matching)).help(t!("again-refused-help")));
    }
    render::say(&t!("again-asks", name));
    delete::show(config, asked, client, matching).await?;
    Ok(delete::is_sure(&t!("again-sure"; n = matching)))
}

/// How many records of what was imported of a file are no longer stored: they were deleted, or were older than what is kept.
pub(super) async fn missing(config: &Config, client: &Client, file: &Path, ledger: &Ledger) -> Result<u64> {
    let mut by_source: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let mut missing = 0;
    for entry in ledger.imports_of(file).unwrap_or_default() {
        if !entry.seqs.is_empty() {
            let superseded = u64::from(ledger.is_superseded(&entry));
            // What cannot be counted, as by a server of a version before, is not known to be missing.
            let stored = numbered::count_stored(client, &entry.seqs).await.unwrap_or(entry.records);
            missing += entry.records.saturating_sub(stored + superseded);
        } else if let Some(source) = entry.source.clone().filter(|source| !source.is_empty() && entry.span.is_some()) {
            // Where records kept sources of their own, or none had a time, nothing tells which they are.
            by_source.entry(source).or_default().push(entry);
        }
    }
    for (source, entries) in by_source {
        let Some(asked) = query_of(config, &source, &entries) else { continue };
        let counted = delete::delete(client, &asked, &[("dry_run", "true".to_owned())]).await?;
        let records: u64 = entries.iter().map(|entry| entry.records).sum();
        missing += records.saturating_sub(counted.matching);
    }
    Ok(missing)
}

/// The records of a source, within the times that the imports noted.
fn query_of(config: &Config, source: &str, earlier: &[Entry]) -> Option<LogQuery> {
    let everything = telemetry::query::parse("").0;
    let text = everything.narrowed("source", source)?.only;
    let spans: Option<Vec<(Timestamp, Timestamp)>> = earlier.iter().map(|entry| entry.span).collect();
    let spans = spans.unwrap_or_default();
    let since = spans.iter().map(|(first, _)| *first).min();
    let until = spans.iter().map(|(_, last)| *last).max().map(|last| last + Duration::from_micros(1));
    Some(LogQuery::of(config, text, since, until))
}
