//! Imports that go on where they were, whatever ended in between: who imports sends a batch together with where the file
//! stands once it is kept, and both are kept or neither is.

use crate::{BodyError, Error, Intake, Logs, Opened, collect::stored, error::Malformed};
use serde_json::Value as Json;
use std::{collections::BTreeMap, io::Read};
use telemetry::{Batch, JsonNames, Kind, PositionChange};

/// Bytes of one batch, as lines of JSON. They are appended at once.
pub const IMPORT_BYTES_MAX: usize = 12 << 20;
/// Imports that are not over. One that is given up stays until its file is imported again.
pub(crate) const IMPORTS_MAX: usize = 1_000;
/// Bytes of what is said about a position, and lists and objects within each other: what is written must be readable again.
const POSITION_BYTES_MAX: usize = 16 << 10;
const POSITION_DEPTH_MAX: usize = 16;
/// What the keys of imports begin with; their ids follow.
const PREFIX: &str = "import/";

/// What the importer needs to go on, which nobody else reads; null at the beginning.
type Position = Option<Json>;

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

impl ImportId {
    fn key(&self) -> String {
        format!("{PREFIX}{}", self.0)
    }
}

impl Logs {
    /// Where the imports stand that are not over, by their ids.
    ///
    /// # Errors
    /// Where the store cannot be opened or asked.
    pub fn imports(&self) -> Result<BTreeMap<String, Json>, Error> {
        if !self.exists() {
            return Ok(BTreeMap::new());
        }
        let _alone = self.importing();
        let opened = self.opened()?;
        let mut found = BTreeMap::new();
        for (key, position) in opened.store.positions_under(PREFIX)? {
            let id = key.strip_prefix(PREFIX).unwrap_or(&key);
            found.insert(id.to_owned(), stored::read(&key, &position)?);
        }
        Ok(found)
    }

    /// Forgets where an import stands.
    ///
    /// # Errors
    /// Where the store cannot be opened, or that not be written.
    pub fn end_import(&self, id: &ImportId) -> Result<(), Error> {
        let _alone = self.importing();
        let opened = self.opened()?;
        match opened.store.position(&id.key())? {
            Some(_) => self.keep_position(&opened, PositionChange { key: id.key(), position: None }),
            None => Ok(()),
        }
    }

    fn keep_position(&self, opened: &Opened, change: PositionChange) -> Result<(), Error> {
        let answer = opened.store.append_from(Kind::Log, &mut Batch::default(), &[change], self.now())?;
        answer.blocking_recv().map_err(|_| Error::Closed)??;
        Ok(())
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
        let alone = logs.importing();
        let kept = self.keep_step(step);
        drop(alone);
        if kept.is_err() {
            (self.batch, self.position) = (Batch::default(), None);
        }
        kept
    }

    fn keep_step(&mut self, step: ImportStep) -> Result<(), BodyError> {
        let ImportStep { id, from: expected, to } = step;
        let key = id.key();
        let stands = self.opened.store.position(&key).map_err(Error::from)?;
        let from: Position = stands.as_ref().map(|position| stored::read(&key, position)).transpose()?;
        if from != expected {
            return Err(BodyError::Elsewhere);
        }
        let open = || self.opened.store.positions_under(PREFIX).map_err(Error::from);
        if from.is_none() && open()?.len() >= IMPORTS_MAX {
            return Err(Error::Imports.into());
        }
        self.position = Some(PositionChange { key, position: Some(stored::write(&to)) });
        self.flush()?;
        Ok(self.await_all()?)
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
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                match self.0.read(buffer) {
                    Ok(0) => Err(std::io::ErrorKind::ConnectionReset.into()),
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
    fn imports_that_are_given_up_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let logs = logs(&folder);
        let step = |number: usize, to: i32| ImportStep {
            id: ImportId::new(&format!("n{number}")).unwrap(),
            from: None,
            to: json!(to),
        };
        for number in 0..IMPORTS_MAX {
            let change = PositionChange { key: step(number, 1).id.key(), position: Some(b"1".to_vec()) };
            logs.keep_position(&logs.opened().unwrap(), change).unwrap();
        }
        let refused = logs.intake().unwrap().import(&mut &lines(0..1)[..], step(IMPORTS_MAX, 1)).unwrap_err();
        assert!(matches!(refused, BodyError::Logs(Error::Imports)), "{refused}");
        let on = ImportStep { from: Some(json!(1)), ..step(7, 2) };
        logs.intake().unwrap().import(&mut &lines(0..1)[..], on).unwrap();
        logs.end_import(&ImportId::new("n8").unwrap()).unwrap();
        logs.intake().unwrap().import(&mut &lines(1..2)[..], step(IMPORTS_MAX, 1)).unwrap();
    }

    #[test]
    fn an_id_is_a_name_and_no_path() {
        for (text, is_one) in [("a1", true), ("", false), ("../a", false), ("A", false), (&"a".repeat(41), false)] {
            assert_eq!(ImportId::new(text).is_some(), is_one, "{text}");
        }
    }
}
