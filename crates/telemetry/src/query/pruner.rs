//! What a question need not open: segments and blocks that the summaries of segments rule out.

use super::{
    columns::{Reach, may_hold_text, may_pass, reach},
    condition::{Condition, TextTest, ValueTest},
    question::ScanUnit,
    text::Finder,
};
use crate::{
    Damage, Snapshot, Value,
    segment::{FieldKind, Outline, Segment, SegmentField, Summary},
};
use memchr::memmem::Finder as Literal;
use std::{collections::HashMap, sync::Arc};

/// Rules out parts of a snapshot for one question. What is known of a segment is found out once.
pub(super) struct Pruner<'a> {
    snapshot: &'a Snapshot,
    condition: &'a Condition,
    /// Whether summaries could rule out anything.
    is_of_use: bool,
    segments: HashMap<&'a str, Verdict>,
    seen: Seen,
}

/// Of tests and templates that several segments share, whether the one may hold in the other. Both outlive it: the tests are
/// the question's, the templates those of summaries that are kept here.
type Seen = HashMap<(*const TextTest, *const Outline), bool, foldhash::fast::FixedState>;

enum Verdict {
    /// Nothing matches in it; its summary is kept for the templates that were seen.
    Never { _of: Arc<Summary> },
    /// Only its blocks know.
    Unknown,
    /// Filters of single blocks may know more.
    Perhaps(Arc<Summary>),
}

impl<'a> Pruner<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, condition: &'a Condition) -> Self {
        Self { snapshot, condition, is_of_use: is_of_use(condition), segments: HashMap::new(), seen: Seen::default() }
    }

    /// Whether something may match in the part; a wrong no never.
    pub(super) fn may_match(&mut self, part: ScanUnit<'a>) -> bool {
        let ScanUnit::Block { segment, number, .. } = part else { return true };
        if !self.is_of_use {
            return true;
        }
        let (snapshot, condition, seen) = (self.snapshot, self.condition, &mut self.seen);
        match self.segments.entry(segment.name()).or_insert_with(|| verdict(snapshot, condition, segment, seen)) {
            Verdict::Never { .. } => false,
            Verdict::Unknown => true,
            // A damaged filter rules out nothing.
            Verdict::Perhaps(summary) => in_block(condition, summary, segment, number, seen).unwrap_or(true),
        }
    }
}

fn verdict(snapshot: &Snapshot, condition: &Condition, segment: &Segment, seen: &mut Seen) -> Verdict {
    match snapshot.summary(segment) {
        Ok(Some(summary)) if !in_segment(condition, &summary, seen) => Verdict::Never { _of: summary },
        Ok(Some(summary)) => Verdict::Perhaps(summary),
        // Damage is told by whoever reads the blocks, and by `vigie doctor`.
        Ok(None) | Err(_) => Verdict::Unknown,
    }
}

/// Whether a summary can say no.
fn is_of_use(condition: &Condition) -> bool {
    match condition {
        Condition::Always | Condition::Time(_) | Condition::Not(_) => false,
        Condition::Message(_) | Condition::Anywhere(_) | Condition::Field { .. } | Condition::Level { .. } => true,
        Condition::All(parts) => parts.iter().any(is_of_use),
        Condition::Any(parts) => parts.iter().all(is_of_use),
    }
}

/// Whether some record of the segment may pass.
fn in_segment(condition: &Condition, summary: &Summary, seen: &mut Seen) -> bool {
    match condition {
        Condition::Always | Condition::Time(_) | Condition::Not(_) => true,
        Condition::Message(test) => in_messages(test, summary, seen),
        Condition::Anywhere(test) => {
            let mut scratch = Vec::new();
            let mut texts = summary.fields().filter(|field| field.info.kind == FieldKind::Str);
            in_messages(test, summary, seen)
                || texts.any(|field| may_hold_text(&field.info.encoding, test, &mut scratch))
        }
        Condition::Level { from, to } => summary.levels().any(|level| (*from..=*to).contains(&level)),
        Condition::Field { name, test } => match name.as_str() {
            "message" | "time" => true,
            "level" => summary.levels().any(|level| test.holds(Value::from(level.as_str()))),
            name => summary.named(name).any(|field| may_pass(&field.info, test)),
        },
        Condition::All(parts) => parts.iter().all(|part| in_segment(part, summary, seen)),
        Condition::Any(parts) => parts.iter().any(|part| in_segment(part, summary, seen)),
    }
}

/// Whether a template of messages may hold what is looked for.
fn in_messages(test: &TextTest, summary: &Summary, seen: &mut Seen) -> bool {
    let may_hold = |finder: &Finder, outline: &Outline| reach(outline, finder) != Reach::Nowhere;
    summary.messages().iter().any(|outline| {
        *seen.entry((test, Arc::as_ptr(outline))).or_insert_with(|| match test {
            TextTest::Find(finder) => may_hold(finder, outline),
            TextTest::Regex(regex) => {
                let literal = |literal: &Literal<'static>| may_hold(&Finder::of_folded(literal.clone()), outline);
                regex.required.is_empty() || regex.required.iter().any(literal)
            }
        })
    })
}

/// Whether some record of the block may pass, by filters alone: that the segment may hold one was found before.
fn in_block(
    condition: &Condition,
    summary: &Summary,
    segment: &Segment,
    block: usize,
    seen: &mut Seen,
) -> Result<bool, Damage> {
    let mut each = |part: &Condition| in_block(part, summary, segment, block, seen);
    match condition {
        Condition::Field { name, test } if !matches!(name.as_str(), "message" | "time" | "level") => {
            any(summary.named(name), |field| in_field(field, test, segment, block))
        }
        Condition::All(parts) => any(parts.iter(), |part| each(part).map(|may| !may)).map(|is_ruled_out| !is_ruled_out),
        // What one of them needs, the segment may have for another.
        Condition::Any(parts) => any(parts.iter(), |part| {
            Ok(in_segment(part, summary, seen) && in_block(part, summary, segment, block, seen)?)
        }),
        _ => Ok(true),
    }
}

fn in_field(field: &SegmentField, test: &ValueTest, segment: &Segment, block: usize) -> Result<bool, Damage> {
    match test {
        _ if !may_pass(&field.info, test) => Ok(false),
        ValueTest::Equals { text, .. } if field.info.kind == FieldKind::Str => segment.may_hold(block, field, text),
        _ => Ok(field.is_in(block)),
    }
}

fn any<T>(parts: impl Iterator<Item = T>, mut holds: impl FnMut(T) -> Result<bool, Damage>) -> Result<bool, Damage> {
    for part in parts {
        if holds(part)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use crate::{
        Batch, OwnedValue, Record, Snapshot, Store,
        disk::{Disk, ObjectStore as _, Simulated},
        query::{Bounds, Page, Question, Read, language::Order, parse, search},
    };
    use jiff::tz::TimeZone;
    use model::{Level, Timestamp};
    use std::{ops::ControlFlow, sync::Arc};

    const DAY: i64 = 86_400;
    /// Records of a day: enough for their ids to have a filter.
    const ROWS: i64 = 400;

    fn record(number: i64) -> Record {
        let (day, row) = (number / ROWS, number % ROWS);
        let id = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut fields = vec![("id".to_owned(), OwnedValue::Str(format!("{id:016x}").into_bytes()))];
        if day == 1 {
            fields.push(("status".to_owned(), OwnedValue::Int(200 + row % 3)));
        }
        let word = ["sunday", "monday", "tuesday"][day as usize];
        Record {
            time: Timestamp::from_micros((day * DAY + row) * 1_000_000),
            level: Some(if day == 2 { Level::Error } else { Level::Info }),
            source: b"/var/log/app.log".to_vec(),
            message: format!("work of {word}: {row} done").into_bytes(),
            fields,
        }
    }

    /// Three days, each a segment.
    fn store(disk: &Simulated) -> Store {
        let (store, _) =
            Store::open_on(Disk::of(Arc::new(disk.clone())), crate::Options::default(), Timestamp::EPOCH).unwrap();
        let mut batch = Batch::new();
        (0..3 * ROWS).for_each(|number| batch.push(&record(number)).unwrap());
        store.append(crate::Kind::Log, batch, Timestamp::EPOCH).unwrap().blocking_recv().unwrap().unwrap();
        store.seal(Timestamp::EPOCH).unwrap().blocking_recv().unwrap().unwrap();
        store
    }

    fn ask(snapshot: &Snapshot, text: &str) -> (usize, Read) {
        let (query, problems) = parse(text);
        assert!(problems.is_empty(), "{text}");
        let question = Question::new(&query, Timestamp::EPOCH, &TimeZone::UTC).unwrap();
        let page = Page { order: Order::Descending, after: None, limit: 10_000 };
        let answer = search(snapshot, &question, page, &Bounds::default(), |_| ControlFlow::Continue(()));
        assert_eq!(answer.partial, [], "{text}");
        (answer.value, answer.read)
    }

    #[test]
    fn only_segments_that_may_match_are_opened() {
        let store = store(&Simulated::default());
        let id = String::from_utf8_lossy(match &record(ROWS + 7).fields[0].1 {
            OwnedValue::Str(id) => id,
            _ => unreachable!(),
        })
        .into_owned();
        for (text, rows, pruned) in [
            ("zebra".to_owned(), 0, 3),
            ("*zebra*".to_owned(), 0, 3),
            ("tuesday".to_owned(), 400, 2),
            ("\"of monday\"".to_owned(), 400, 2),
            ("*nday*".to_owned(), 800, 1),
            ("/of (mon|sun)day: 1\\d\\d /".to_owned(), 200, 1),
            ("/zebra|giraffe/".to_owned(), 0, 3),
            ("level:error".to_owned(), 400, 2),
            ("level>=warning zebra".to_owned(), 0, 3),
            ("status:201".to_owned(), 133, 2),
            ("status>=203".to_owned(), 0, 3),
            ("colour:red".to_owned(), 0, 3),
            (format!("id:{id}"), 1, 2),
            ("id:0123456789abcdef".to_owned(), 0, 3),
            ("id:short".to_owned(), 0, 3),
            (format!("id:{id} OR tuesday"), 401, 1),
            (format!("id:{id} tuesday"), 0, 3),
            ("source:/var/log/other.log".to_owned(), 0, 3),
            ("-monday".to_owned(), 800, 0),
            ("*".to_owned(), 1200, 0),
        ] {
            let snapshot = store.snapshot(crate::Kind::Log);
            let (found, read) = ask(&snapshot, &text);
            assert_eq!((found, read.blocks), (rows, 3), "{text}");
            // A filter may say yes where it is no, once in 256 times: not for these ids.
            assert!(read.blocks_pruned >= pruned, "{text}: {} pruned", read.blocks_pruned);
        }
    }

    #[test]
    fn a_damaged_summary_hides_nothing_is_told_and_is_made_anew() {
        let disk = Simulated::default();
        let store = store(&disk);
        let snapshot = store.snapshot(crate::Kind::Log);
        let segment = &snapshot.segments()[0];
        let end = segment.blocks().last().map(|block| block.start + block.len).unwrap() as usize;
        let name = segment.name().to_owned();
        disk.change(&name, |bytes| bytes[end + 9] ^= 1);
        assert_eq!(ask(&store.snapshot(crate::Kind::Log), "sunday").0, 400);
        let damages = store.verify().damages;
        assert_eq!(damages.len(), 1, "{damages:?}");
        let repaired = store.repair().unwrap().blocking_recv().unwrap().unwrap();
        assert_eq!((repaired.rows_kept, repaired.rows_lost), (400, 0));
        assert_eq!(store.verify().damages, []);
        assert_eq!(ask(&store.snapshot(crate::Kind::Log), "sunday").0, 400);
        assert_eq!(ask(&store.snapshot(crate::Kind::Log), "*").0, 1200);
        assert_eq!(disk.list("damaged").unwrap().len(), 1);
    }
}
