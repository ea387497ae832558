//! Log files that have lost acknowledged records, copied aside when that is found out: sealing removes the log, and with it what a
//! person might still read, and the only sign of the loss. The copies are that sign until the store is repaired.

use super::{file_name, file_number};
use crate::{
    Damage,
    disk::{LogFiles, ObjectStore},
};
use std::io;

/// Copies whose loss is told at each opening.
const UNTOLD: &str = "damaged/wal";
/// Those of which a repair has told.
const TOLD: &str = "damaged/wal-told";

/// Copies a log file, once.
pub(crate) fn keep(logs: &dyn LogFiles, objects: &dyn ObjectStore, name: &str) -> io::Result<()> {
    let Some(number) = file_number(name) else { return Ok(()) };
    let copy = in_folder(UNTOLD, number);
    if numbers(objects)?.contains(&number) {
        return Ok(());
    }
    objects.put(&copy, &logs.read_log(name)?)
}

/// What is lost of log files that are there no longer: all copies but those of `present` files, which tell for themselves.
pub(crate) fn lost(objects: &dyn ObjectStore, present: &[u64]) -> io::Result<Vec<Damage>> {
    let gone = numbers(objects)?.into_iter().filter(|number| !present.contains(number));
    let damage = |number| {
        let what = format!(
            "records that were acknowledged could not be read from {}, of which this is a copy",
            file_name(number)
        );
        Damage::new(in_folder(UNTOLD, number), what)
    };
    Ok(gone.map(damage).collect())
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

fn in_folder(folder: &str, number: u64) -> String {
    format!("{folder}/{number:012}.wal")
}

fn numbers(objects: &dyn ObjectStore) -> io::Result<Vec<u64>> {
    let number = |name: &str| name.strip_prefix(UNTOLD)?.strip_prefix('/')?.strip_suffix(".wal")?.parse().ok();
    Ok(objects.list(UNTOLD)?.iter().filter_map(|(name, _)| number(name)).collect())
}
