//! Imports that go on where they were, whatever ended in between: who imports sends a batch together with where the file
//! stands once it is kept, and both are kept or neither is.

use crate::{BodyError, Error, Intake, Logs, collect::positions::Positions, error::Malformed};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    os::unix::fs::DirBuilderExt as _,
    path::PathBuf,
};
use telemetry::{Batch, JsonNames};

/// Bytes of one batch, as lines of JSON. They are appended at once.
pub const IMPORT_BYTES_MAX: usize = 12 << 20;
/// Imports that are not over. One that is given up stays until its file is imported again.
const IMPORTS_MAX: usize = 1_000;
/// Bytes of what is said about a position, and lists and objects within each other: what is written must be readable again.
const POSITION_BYTES_MAX: usize = 16 << 10;
const POSITION_DEPTH_MAX: usize = 16;

/// What the importer needs to go on, which nobody else reads; null at the beginning.
type Position = Option<Json>;

/// The import that was gone on with last.
#[derive(Default)]
pub(crate) struct Importing(Option<(ImportId, Positions<Position>)>);

/// By which an import is known. The importer chooses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportId(String);

impl ImportId {
    /// Of up to 40 small letters and digits.
    pub fn new(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
        (is_plain && (1..=40).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

/// Where a batch begins and ends.
#[derive(Clone, Debug)]
pub struct ImportStep {
    pub id: ImportId,
    pub from: Position,
    pub to: Json,
}

impl Logs {
    /// Where the imports stand that are not over, by their ids.
    ///
    /// # Errors
    /// Where the store cannot be opened or asked.
    pub fn imports(&self) -> Result<BTreeMap<String, Json>, Error> {
        let mut importing = self.importing();
        // Those that are open may say otherwise for now.
        importing.0 = None;
        let folder = self.imports_folder();
        let mut found = BTreeMap::new();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(Error::io(&folder, error)),
        };
        let opened = self.opened()?;
        for entry in entries.take(IMPORTS_MAX) {
            let path = entry.map_err(|error| Error::io(&folder, error))?.path();
            let id = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"));
            let Some(id) = id.and_then(ImportId::new) else { continue };
            let positions: Positions<Position> = match Positions::open(&path, &opened) {
                Ok(positions) => positions,
                // One that cannot be read must not keep all others from going on.
                Err(error) => {
                    tracing::error!(%error, "where an import stands cannot be read: remove {}", path.display());
                    continue;
                }
            };
            if let Some(position) = positions.now() {
                found.insert(id.0, position.clone());
            }
        }
        Ok(found)
    }

    /// Writes down where the imports stand that are not over, while the store can still be asked: what is deleted then is
    /// not taken for what was never kept.
    ///
    /// # Errors
    /// Where the store cannot be asked, or that cannot be written.
    pub(crate) fn settle_imports(&self) -> Result<(), Error> {
        let mut importing = self.importing();
        if let Some((_, positions)) = &mut importing.0 {
            positions.save()?;
        }
        importing.0 = None;
        let Ok(entries) = fs::read_dir(self.imports_folder()) else { return Ok(()) };
        let opened = self.opened()?;
        for path in entries.take(IMPORTS_MAX).flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "json")
                && let Ok(mut positions) = Positions::<Position>::open(&path, &opened)
            {
                positions.save()?;
            }
        }
        Ok(())
    }

    /// Forgets where an import stands.
    ///
    /// # Errors
    /// Where what is known of it cannot be removed.
    pub fn end_import(&self, id: &ImportId) -> Result<(), Error> {
        let mut importing = self.importing();
        importing.0 = None;
        let path = self.import_file(id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io(&path, error)),
            _ => Ok(()),
        }
    }

    fn imports_folder(&self) -> PathBuf {
        self.folder().join("importing")
    }

    fn import_file(&self, id: &ImportId) -> PathBuf {
        self.imports_folder().join(format!("{}.json", id.0))
    }
}

impl Intake {
    /// Takes lines of JSON as one batch, all of it or nothing, and with it the import has come to the end of `step`.
    ///
    /// # Errors
    /// Where it does not stand where the step begins, where the lines break off, or where they cannot be kept.
    pub fn import(&mut self, from: &mut dyn Read, step: ImportStep) -> Result<(), BodyError> {
        if step.to.to_string().len() > POSITION_BYTES_MAX {
            return Err(Malformed(format!("a position has more than {POSITION_BYTES_MAX} bytes")).into());
        }
        if depth(&step.to) > POSITION_DEPTH_MAX {
            return Err(Malformed(format!("a position is nested deeper than {POSITION_DEPTH_MAX}")).into());
        }
        let mut bounded = from.take(IMPORT_BYTES_MAX as u64 + 1);
        self.is_whole = true;
        let mut read = self.json_lines(&mut bounded, &JsonNames::EXACT);
        self.is_whole = false;
        if read.is_ok() && bounded.limit() == 0 {
            read = Err(BodyError::TooLarge(IMPORT_BYTES_MAX));
        }
        if let Err(error) = read {
            self.batch = Batch::default();
            return Err(error);
        }
        let logs = self.logs.clone();
        let mut importing = logs.importing();
        let kept = self.keep_step(&logs, &mut importing, step);
        if kept.is_err() {
            // What was intended is asked for anew.
            importing.0 = None;
            self.batch = Batch::default();
        }
        kept
    }

    fn keep_step(&mut self, logs: &Logs, importing: &mut Importing, step: ImportStep) -> Result<(), BodyError> {
        let ImportStep { id, from, to } = step;
        let mut positions = match importing.0.take() {
            Some((open, positions)) if open == id => positions,
            _ => open(logs, &id, self)?,
        };
        if *positions.now() != from {
            return Err(BodyError::Elsewhere);
        }
        let to = Some(to);
        self.batch.shrink();
        positions.intend(&to, &self.batch, &self.opened)?;
        let is_empty = self.batch.is_empty();
        self.flush()?;
        self.await_all()?;
        positions.reached(to);
        if is_empty {
            // No record tells that it was reached.
            positions.save()?;
        }
        importing.0 = Some((id, positions));
        Ok(())
    }
}

/// Lists and objects within each other.
fn depth(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn open(logs: &Logs, id: &ImportId, intake: &Intake) -> Result<Positions<Position>, Error> {
    let folder = logs.imports_folder();
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(|error| Error::io(&folder, error))?;
    let path = logs.import_file(id);
    let count = fs::read_dir(&folder).map_err(|error| Error::io(&folder, error))?.take(IMPORTS_MAX + 1).count();
    if !path.exists() && count >= IMPORTS_MAX {
        let full = io::Error::other(format!("holds {IMPORTS_MAX} imports that were given up: remove what is in it"));
        return Err(Error::io(&folder, full));
    }
    Positions::open(&path, &intake.opened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{drawn, logs};
    use serde_json::json;

    fn step(from: Position, to: &Json) -> ImportStep {
        ImportStep { id: ImportId::new("a1").unwrap(), from, to: to.clone() }
    }

    fn lines(numbers: std::ops::Range<u32>) -> Vec<u8> {
        numbers.map(|number| format!("{{\"message\":\"line {number}\"}}\n")).collect::<String>().into_bytes()
    }

    /// The end of the batch is told by its last record, which may be deleted by then.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_deleted_is_not_taken_once_more() {
        let everything = |logs: &Logs| {
            let (query, _) = telemetry::query::parse("");
            telemetry::query::Question::new(&query, logs.now(), &jiff::tz::TimeZone::UTC).unwrap()
        };
        for is_merged in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let one = json!({"bytes": 3});
            let before = logs(&folder);
            tokio::task::block_in_place(|| {
                before.intake().unwrap().import(&mut &lines(0..3)[..], step(None, &one)).unwrap();
            });
            if is_merged {
                let deletion = before.delete(everything(&before), Some(3), crate::TIME_MAX).await.unwrap();
                assert_eq!((deletion.matching, deletion.is_done), (3, true));
                // Their bytes are gone too.
                before.opened().unwrap().store.seal(before.now()).unwrap().await.unwrap().unwrap();
            } else {
                // By another way than a query's.
                before.opened().unwrap().store.delete((0..3).collect()).unwrap().await.unwrap().unwrap();
            }
            drop(before);
            let after = logs(&folder);
            assert_eq!(tokio::task::block_in_place(|| after.imports()).unwrap()["a1"], one, "{is_merged}");
        }
    }

    #[test]
    fn a_batch_and_its_position_are_kept_together() {
        let folder = tempfile::tempdir().unwrap();
        let logs = logs(&folder);
        let [one, two] = [json!({"bytes": 3}), json!({"bytes": 6})];
        assert!(logs.imports().unwrap().is_empty());
        let mut intake = logs.intake().unwrap();
        intake.import(&mut &lines(0..3)[..], step(None, &one)).unwrap();
        assert_eq!(logs.imports().unwrap()["a1"], one);
        // As of somebody who had not heard of it.
        let late = logs.intake().unwrap().import(&mut &lines(0..3)[..], step(None, &one)).unwrap_err();
        assert!(matches!(late, BodyError::Elsewhere), "{late}");
        intake.import(&mut &lines(3..6)[..], step(Some(one.clone()), &two)).unwrap();
        // Nothing of a batch that breaks off, or of one that is too long.
        struct Breaks<'a>(&'a [u8]);
        impl Read for Breaks<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match self.0.read(buffer) {
                    Ok(0) => Err(io::ErrorKind::ConnectionReset.into()),
                    read => read,
                }
            }
        }
        let mut broken = logs.intake().unwrap();
        broken.import(&mut Breaks(&lines(6..9)), step(Some(two.clone()), &one)).unwrap_err();
        broken.finish().unwrap();
        let deep = (0..=POSITION_DEPTH_MAX).fold(json!(1), |inner, _| json!([inner]));
        let error = logs.intake().unwrap().import(&mut &b""[..], step(Some(two.clone()), &deep)).unwrap_err();
        assert!(error.to_string().contains("nested deeper"), "{error}");
        fs::write(logs.import_file(&ImportId::new("b2").unwrap()), "{").unwrap();
        assert_eq!(logs.imports().unwrap().len(), 1, "what cannot be read keeps nothing else from going on");
        let long = format!("{{\"message\":\"{}\"}}\n", "x".repeat(3 << 20)).repeat(5);
        let mut too_long = logs.intake().unwrap();
        let error = too_long.import(&mut long.as_bytes(), step(Some(two.clone()), &one)).unwrap_err();
        assert!(matches!(error, BodyError::TooLarge(_)), "{error}");
        too_long.finish().unwrap();
        assert_eq!(logs.imports().unwrap()["a1"], two);
        // Of which nothing is a record.
        let three = json!({"bytes": 9});
        intake.import(&mut &b"nonsense\n"[..], step(Some(two), &three)).unwrap();
        assert_eq!(logs.imports().unwrap()["a1"], three);
        assert_eq!((intake.taken().accepted, intake.taken().rejected), (6, 1));
        assert_eq!(drawn(&intake).len(), 6);
        logs.end_import(&ImportId::new("a1").unwrap()).unwrap();
        assert!(logs.imports().unwrap().is_empty());
    }

    #[test]
    fn a_crash_leaves_both_or_neither() {
        let folder = tempfile::tempdir().unwrap();
        let to = json!({"bytes": 3});
        for is_kept in [false, true] {
            let logs = logs(&folder);
            let mut intake = logs.intake().unwrap();
            intake.is_whole = true;
            intake.json_lines(&mut &lines(0..3)[..], &JsonNames::default()).unwrap();
            intake.is_whole = false;
            let positions = open(&logs, &ImportId::new("a1").unwrap(), &intake).unwrap();
            positions.intend(&Some(to.clone()), &intake.batch, &intake.opened).unwrap();
            if is_kept {
                intake.finish().unwrap();
            }
            // Here the process ends.
            drop((intake, logs));
            let logs = crate::tests::logs(&folder);
            let stands = logs.imports().unwrap();
            assert_eq!(stands.get("a1"), is_kept.then_some(&to));
            let again = logs.intake().unwrap().import(&mut &lines(0..3)[..], step(None, &to));
            assert_eq!(again.is_ok(), !is_kept);
            assert_eq!(drawn(&logs.intake().unwrap()).len(), 3, "once, and not twice");
            let _ = fs::remove_dir_all(folder.path().join("telemetry"));
        }
    }

    #[test]
    fn an_id_is_a_name_and_no_path() {
        for (text, is_one) in [("a1", true), ("", false), ("../a", false), ("A", false), (&"a".repeat(41), false)] {
            assert_eq!(ImportId::new(text).is_some(), is_one, "{text}");
        }
    }
}
