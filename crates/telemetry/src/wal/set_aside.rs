//! Log files that have lost acknowledged records, copied aside when that is found out: sealing removes the log, and with it what a
//! person might still read, and the only sign of the loss. The copies are that sign until the store is repaired.

use super::file_number;
use crate::{
    Damage,
    disk::{LogFiles, ObjectStore},
    wire::hash64,
};
use std::io;

/// Copies whose loss is told at each opening.
const UNTOLD: &str = "damaged/wal";
/// Those of which a repair has told.
const TOLD: &str = "damaged/wal-told";

/// Copies a log file, once: the name of the copy. Numbers of files begin anew once all are sealed, so it has a digest of its bytes too.
pub(crate) fn keep(logs: &dyn LogFiles, objects: &dyn ObjectStore, name: &str) -> io::Result<String> {
    let bytes = logs.read_log(name)?;
    let number = file_number(name).unwrap_or_default();
    let copy = format!("{UNTOLD}/{number:012}-{:016x}.wal", hash64(&bytes));
    if !objects.list(UNTOLD)?.iter().any(|(known, _)| *known == copy) {
        objects.put(&copy, &bytes)?;
    }
    Ok(copy)
}

/// What is lost of log files that are there no longer: all copies but those of files that tell for themselves.
pub(crate) fn lost(objects: &dyn ObjectStore, telling: &[String]) -> io::Result<Vec<Damage>> {
    let copies = objects.list(UNTOLD)?.into_iter().map(|(name, _)| name);
    let what =
        "records that were acknowledged could not be read from a file of the write-ahead log, of which this is a copy";
    Ok(copies.filter(|name| !telling.contains(name)).map(|name| Damage::new(name, what)).collect())
}

/// Tells of them no longer.
pub(crate) fn set_told(objects: &dyn ObjectStore) -> io::Result<()> {
    for (name, size) in objects.list(UNTOLD)? {
        let copy = name.replacen(UNTOLD, TOLD, 1);
        let bytes = if size == 0 { Vec::new() } else { objects.get(&name, 0..size)? };
        objects.put(&copy, &bytes)?;
        objects.delete(&name)?;
    }
    Ok(())
}
