//! Counts that the summaries of segments tell, so that blocks need not be opened for them.

use super::{
    cell::Cell,
    condition::Condition,
    histogram::{Counts, Steps},
    language::Group,
    question::ScanUnit,
    stats::Groups,
};
use crate::{
    Snapshot, Value,
    segment::{Digest, QUARTER, Summary, digested_levels},
};
use model::{Level, Timestamp};
use std::{ops::Range, sync::Arc};

/// The value of the field, the level, and how many records have both.
type Found<'a> = (Option<Value<'a>>, Option<Level>, u32);

/// A question that counts by level, by one field, or by both, and asks for nothing but these and times.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    condition: &'a Condition,
    by: &'a [Group],
    field: Option<&'a str>,
}

impl<'a> Plan<'a> {
    /// None where more is asked for.
    pub(super) fn new(condition: &'a Condition, by: &'a [Group]) -> Option<Self> {
        let mut names = Vec::new();
        if !fields(condition, &mut names) {
            return None;
        }
        for group in by {
            match group {
                Group::Field(name) => names.push(name.as_str()),
                Group::Bucket(_) => return None,
            }
        }
        names.retain(|name| *name != "level");
        names.sort_unstable();
        names.dedup();
        match names[..] {
            [] => Some(Self { condition, by, field: None }),
            ["time" | "message"] => None,
            [field] => Some(Self { condition, by, field: Some(field) }),
            _ => None,
        }
    }

    /// Adds the records of a block to the groups: false, and nothing added, where its summary does not tell.
    pub(super) fn count(&self, snapshot: &Snapshot, part: ScanUnit<'_>, groups: &mut Groups) -> bool {
        let Some((summary, number, times)) = digested(snapshot, part) else { return false };
        let Some(digest) = summary.digest(number) else { return false };
        let Some(found) = self.found(&summary, digest, number, &times) else { return false };
        for (value, level, records) in found {
            let level_cell = || level.map_or(Cell::Absent, |level| Cell::from(Value::from(level.as_str())));
            let value_cell = || value.map_or(Cell::Absent, Cell::from);
            let cell = |group: &Group| match group {
                Group::Field(name) if name == "level" => level_cell(),
                _ => value_cell(),
            };
            groups.count(&self.by.iter().map(cell).collect::<Vec<_>>(), u64::from(records));
        }
        true
    }

    /// Values and levels that pass, and how many records have them; none where that is not known.
    fn found<'d>(
        &self,
        summary: &Summary,
        digest: &'d Digest,
        number: usize,
        times: &Range<i64>,
    ) -> Option<Vec<Found<'d>>> {
        let mut counted = Vec::new();
        let mut without = digest.all();
        if let Some(name) = self.field {
            for place in summary.places_in(name, number) {
                for (value, records) in digest.counted(place)?.values() {
                    for (left, taken) in without.iter_mut().zip(records) {
                        *left = left.checked_sub(*taken)?;
                    }
                    counted.push((Some(value.value()), *records));
                }
            }
        }
        counted.push((None, without));
        let mut found = Vec::new();
        for (value, records) in &counted {
            for (level, records) in digested_levels(records) {
                let known = Known { level, times, field: self.field.map(|name| (name, *value)) };
                if known.holds(self.condition)? {
                    found.push((*value, level, records));
                }
            }
        }
        Some(found)
    }

    /// Adds the records of a block to their steps of time: false, and nothing added, where its summary does not tell.
    pub(super) fn count_steps(
        &self,
        snapshot: &Snapshot,
        part: ScanUnit<'_>,
        steps: &Steps,
        counts: &mut [Counts],
    ) -> bool {
        let Some((summary, number, times)) = digested(snapshot, part).filter(|_| self.field.is_none()) else {
            return false;
        };
        let Some(digest) = summary.digest(number) else { return false };
        let mut found = Vec::new();
        for (start, records) in digest.quarters() {
            let times = start.max(times.start)..start.saturating_add(QUARTER).min(times.end);
            let step = steps.of(times.start);
            for (level, records) in digested_levels(records) {
                let known = Known { level, times: &times, field: None };
                match known.holds(self.condition) {
                    Some(true) if steps.of(times.end - 1) == step => found.push((step, level, records)),
                    Some(false) => {}
                    _ => return false,
                }
            }
        }
        for (step, level, records) in found {
            counts[step].add(level, u64::from(records));
        }
        true
    }
}

/// The summary of a block's segment, its number there, and its times, where a search sees each of its records.
fn digested(snapshot: &Snapshot, part: ScanUnit<'_>) -> Option<(Arc<Summary>, usize, Range<i64>)> {
    let ScanUnit::Block { segment, number, info } = part else { return None };
    if snapshot.hides_any_of(info.seq_range) {
        return None;
    }
    let end = |time: Timestamp| time.as_micros().saturating_add(1);
    let times = info.time_range.0.as_micros()..end(info.time_range.1);
    snapshot.summary(segment).ok().flatten().map(|summary| (summary, number, times))
}

/// The fields that a condition asks for; false where it asks for messages.
fn fields<'a>(condition: &'a Condition, names: &mut Vec<&'a str>) -> bool {
    match condition {
        Condition::Always | Condition::Time(_) | Condition::Level { .. } => true,
        Condition::Field { name, .. } => {
            names.push(name);
            true
        }
        Condition::Not(inner) => fields(inner, names),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(|part| fields(part, names)),
        Condition::Message(_) | Condition::Anywhere(_) => false,
    }
}

/// What is known of some records: their level, between which times they lie, and the value of one field, if they have it.
struct Known<'a> {
    level: Option<Level>,
    times: &'a Range<i64>,
    field: Option<(&'a str, Option<Value<'a>>)>,
}

impl Known<'_> {
    /// Whether a condition holds for all of them, or for none; not known where it may differ.
    fn holds(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Always => Some(true),
            Condition::Time(range) if range.start <= self.times.start && self.times.end <= range.end => Some(true),
            Condition::Time(range) if range.end <= self.times.start || self.times.end <= range.start => Some(false),
            Condition::Level { from, to } => Some(self.level.is_some_and(|level| (*from..=*to).contains(&level))),
            Condition::Field { name, test } if name == "level" => {
                Some(self.level.is_some_and(|level| test.holds(Value::from(level.as_str()))))
            }
            Condition::Field { name, test } => match self.field {
                Some((known, value)) if known == name => Some(value.is_some_and(|value| test.holds(value))),
                _ => None,
            },
            Condition::Not(inner) => self.holds(inner).map(|holds| !holds),
            Condition::All(parts) => {
                let mut parts = parts.iter().map(|part| self.holds(part));
                parts.try_fold(true, |all, holds| Some(all && holds?))
            }
            Condition::Any(parts) => {
                let mut parts = parts.iter().map(|part| self.holds(part));
                parts.try_fold(false, |any, holds| Some(any || holds?))
            }
            Condition::Time(_) | Condition::Message(_) | Condition::Anywhere(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Batch, Kind, Options, OwnedValue, Record, Store,
        disk::{Disk, Simulated},
        query::{Bounds, Cell, Question, answer, histogram, parse},
    };
    use jiff::tz::TimeZone;
    use model::{Level, Timestamp};
    use std::{sync::Arc, time::Duration};

    const MINUTE: i64 = 60_000_000;

    /// Two hours, a record a minute.
    fn records() -> Vec<Record> {
        let record = |minute: i64| Record {
            time: Timestamp::from_micros(minute * MINUTE),
            level: [Some(Level::Info), Some(Level::Error), None][minute as usize % 3],
            source: b"/var/log/app.log".to_vec(),
            message: format!("work {minute}").into_bytes(),
            fields: [
                ("app".to_owned(), OwnedValue::Str(["shop", "mail"][minute as usize % 2].as_bytes().to_vec())),
                ("status".to_owned(), OwnedValue::Int(200 + minute % 5 * 100)),
                ("n".to_owned(), OwnedValue::Int(minute)),
            ]
            .into_iter()
            .take(if minute % 4 == 0 { 1 } else { 3 })
            .collect(),
        };
        (0..120).map(record).collect()
    }

    #[test]
    fn counts_are_told_without_opening_a_block_and_are_those_of_records() {
        let disk = Disk::of(Arc::new(Simulated::default()));
        let (store, _) = Store::open_on(disk, Options::default(), Timestamp::EPOCH).unwrap();
        let mut batch = Batch::new();
        records().iter().for_each(|record| batch.push(record).unwrap());
        store.append(Kind::Log, batch, Timestamp::EPOCH).unwrap().blocking_recv().unwrap().unwrap();
        let in_memory = store.snapshot(Kind::Log);
        store.seal(Timestamp::EPOCH).unwrap().blocking_recv().unwrap().unwrap();
        let sealed = store.snapshot(Kind::Log);
        let cut = "time:1970-01-01T00:30Z..1970-01-01T01:10Z | stats count()";
        for (text, is_told) in [
            ("* | stats count()", true),
            ("* | stats count() by level", true),
            ("level:error | stats count() by app", true),
            ("level>=warning OR app:mail | stats count() by app, level", true),
            ("-app:mail | stats count() by level, app", true),
            ("status>=400 | stats count() by status", true),
            ("status:* | stats count() as n by level", true),
            ("since:1970-01-01 | stats count() by source", true),
            ("absent:1 | stats count() by level", true),
            ("* | stats count() by n", false),
            ("app:mail | stats count() by status", false),
            (cut, false),
            ("* | stats count(status) by level", false),
        ] {
            let (query, problems) = parse(text);
            assert!(problems.is_empty(), "{text}");
            let ask = |snapshot| {
                let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).unwrap();
                answer(snapshot, &question, 1_000, &Bounds::default())
            };
            let (told, expected) = (ask(&sealed), ask(&in_memory));
            assert_eq!(told.value, expected.value, "{text}");
            assert!(!told.value.rows.is_empty() || text.starts_with("absent"), "{text}");
            assert_eq!(told.read.bytes_decoded == 0, is_told, "{text}: {:?}", told.read);
        }
        for (text, from, to, minutes, is_told) in [
            ("*", 0, 120, 60, true),
            ("level:error", 0, 120, 15, true),
            ("*", 0, 120, 7, false),
            ("*", 10, 50, 30, false),
            ("*", 15, 60, 15, true),
            ("app:mail", 0, 120, 60, false),
        ] {
            let ask = |snapshot| {
                let (query, _) = parse(text);
                let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).unwrap();
                let range = Timestamp::from_micros(from * MINUTE)..Timestamp::from_micros(to * MINUTE);
                histogram(snapshot, question, range, Duration::from_secs(minutes * 60), &Bounds::default())
            };
            let (told, expected) = (ask(&sealed), ask(&in_memory));
            assert_eq!(told.value, expected.value, "{text} {minutes}");
            assert_eq!(told.read.bytes_decoded == 0, is_told, "{text} {from} {to} {minutes}");
        }
        store.delete([3].into_iter().collect()).unwrap().blocking_recv().unwrap().unwrap();
        let (query, _) = parse("* | stats count()");
        let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).unwrap();
        let left = answer(&store.snapshot(Kind::Log), &question, 10, &Bounds::default());
        assert!(matches!(left.value.rows[0][0], Cell::Int(119)), "{:?}", left.value);
    }
}
