//! The faces of a search, on a small store: some of it sealed, some in memory.

use super::*;
use crate::{
    Batch, Options, OwnedValue, Record, Snapshot, Store,
    disk::{Disk, Simulated},
};
use jiff::tz::TimeZone;
use language::Order;
use model::{Level, Timestamp};
use std::{ops::ControlFlow, sync::Arc, time::Duration};

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

fn record(number: i64) -> Record {
    let app = if number % 2 == 0 { "web" } else { "mail" };
    Record {
        time: Timestamp::from_micros(number / 2 * 1_000_000),
        level: Some(if number % 5 == 0 { Level::Error } else { Level::Info }),
        source: format!("/var/log/{app}.log").into_bytes(),
        message: format!("line {number} of {app}").into_bytes(),
        fields: vec![
            ("app".into(), OwnedValue::Str(app.into())),
            ("ms".into(), OwnedValue::Float(number as f64 / 4.0)),
        ],
    }
}

/// Forty records numbered from 0, the first thirty sealed in two segments.
fn store(disk: &Simulated) -> Store {
    let (store, _) = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOW).unwrap();
    for (start, end) in [(0, 15), (15, 30), (30, 40)] {
        let mut batch = Batch::new();
        (start..end).for_each(|number| batch.push(&record(number)).unwrap());
        store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
        if end < 40 {
            store.seal(NOW).unwrap().blocking_recv().unwrap().unwrap();
        }
    }
    store
}

fn question(text: &str) -> Question {
    Question::new(&parse(text).0, NOW, &TimeZone::UTC).unwrap()
}

/// The numbers in the messages of what is found.
fn found(snapshot: &Snapshot, text: &str, page: Page) -> (Vec<u64>, Option<Cursor>) {
    let (mut numbers, mut last) = (Vec::new(), None);
    search(snapshot, &question(text), page, &Bounds::default(), |hit| {
        numbers.push(hit.cursor.seq);
        last = Some(hit.cursor);
        ControlFlow::Continue(())
    });
    (numbers, last)
}

#[test]
fn pages_follow_each_other_over_segments_and_memory() {
    let snapshot = store(&Simulated::default()).snapshot(crate::Kind::Log);
    let first = snapshot.segments().iter().map(|segment| segment.seq_range().0).min().unwrap();
    for order in [Order::Descending, Order::Ascending] {
        let (mut all, mut after) = (Vec::<u64>::new(), None);
        loop {
            let (page, last) = found(&snapshot, "app:web", Page { order, after, limit: 3 });
            all.extend(&page);
            after = last;
            if page.len() < 3 {
                break;
            }
        }
        let mut expected: Vec<u64> = (0..40).step_by(2).map(|number| first + number).collect();
        if order == Order::Descending {
            expected.reverse();
        }
        assert_eq!(all, expected);
    }
}

#[test]
fn a_reader_who_has_enough_ends_the_search() {
    let snapshot = store(&Simulated::default()).snapshot(crate::Kind::Log);
    let page = Page { order: Order::Descending, after: None, limit: 10 };
    let mut seen = 0;
    search(&snapshot, &question("*"), page, &Bounds::default(), |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!(seen, 1);
}

#[test]
fn context_is_the_lines_around_in_the_same_source() {
    let store = store(&Simulated::default());
    let snapshot = store.snapshot(crate::Kind::Log);
    let (seqs, _) = found(&snapshot, "\"line 29\"", Page { order: Order::Descending, after: None, limit: 1 });
    let around = context(&snapshot, seqs[0], 2, 3, &Bounds::default()).value;
    let lines = |rows: &[(Cursor, Record)]| {
        rows.iter().map(|(_, record)| String::from_utf8(record.message.clone()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&around.before), ["line 25 of mail", "line 27 of mail"]);
    assert_eq!(around.record.map(|(_, record)| record.message), Some(b"line 29 of mail".to_vec()));
    assert_eq!(lines(&around.after), ["line 31 of mail", "line 33 of mail", "line 35 of mail"]);

    store.delete([seqs[0]].into_iter().collect()).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(context(&store.snapshot(crate::Kind::Log), seqs[0], 2, 3, &Bounds::default()).value, Context::default());
}

#[test]
fn what_arrives_is_tailed_if_it_matches() {
    let store = store(&Simulated::default());
    let mut arriving = store.subscribe(crate::Kind::Log);
    let mut batch = Batch::new();
    (40..50).for_each(|number| batch.push(&record(number)).unwrap());
    store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
    let numbered = arriving.try_recv().unwrap();
    let mut messages = Vec::new();
    let matched = tail(&question("level:error app:mail"), &numbered, |hit| {
        messages.push(hit.record.message().to_vec());
        ControlFlow::Continue(())
    });
    assert_eq!((matched, messages), (1, vec![b"line 45 of mail".to_vec()]));
}

#[test]
fn counts_over_time_and_by_value() {
    let snapshot = store(&Simulated::default()).snapshot(crate::Kind::Log);
    let range = Timestamp::EPOCH..Timestamp::from_micros(20_000_000);
    let steps = histogram(&snapshot, question("*"), range, Duration::from_secs(5), &Bounds::default()).value;
    assert_eq!(steps.counts.iter().map(|step| (step.total, step.of(Level::Error))).collect::<Vec<_>>(), [(10, 2); 4]);
    let values = facets(&snapshot, &question("level:error"), 10, &Bounds::default()).value;
    let mut shown = String::new();
    for facet in values {
        shown.push_str(&format!("{}: {} {:?}\n", facet.field, facet.records, facet.values.map(|values| values.len())));
    }
    assert_eq!(shown, "app: 8 Some(2)\nlevel: 8 Some(1)\nms: 8 None\nsource: 8 Some(2)\n");
}

#[test]
fn what_came_after_a_record_is_counted_wherever_it_lies() {
    let disk = Simulated::default();
    let store = store(&disk);
    let append = |store: &Store, numbers: std::ops::Range<i64>| {
        let mut batch = Batch::new();
        numbers.for_each(|number| batch.push(&record(number)).unwrap());
        store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
    };
    let seal = |store: &Store| {
        store.seal(NOW).unwrap().blocking_recv().unwrap().unwrap();
    };
    // As old as those that were sealed first.
    append(&store, 0..10);
    let check = |store: &Store, deleted: u64| {
        let whole = store.snapshot(crate::Kind::Log);
        assert_eq!(whole.last_seq(), Some(49));
        for after in 0..52 {
            let new = whole.after(after);
            for text in ["*", "level:error", "app:mail", "\"of web\"", "-level:error app:web"] {
                let page = Page { order: Order::Ascending, after: None, limit: 100 };
                let mut expected = found(&whole, text, page).0;
                expected.retain(|seq| *seq > after);
                let mut seqs = found(&new, text, page).0;
                expected.sort_unstable();
                seqs.sort_unstable();
                assert_eq!(seqs, expected, "{text} after {after}");
                let range = Timestamp::EPOCH..Timestamp::from_micros(60_000_000);
                let steps = histogram(&new, question(text), range, Duration::from_secs(20), &Bounds::default());
                let counted: u64 = steps.value.counts.iter().map(|step| step.total).sum();
                assert_eq!(counted, expected.len() as u64, "{text} after {after}");
                let table = answer(&new, &question(&format!("{text} | stats count()")), 10, &Bounds::default());
                assert!(matches!(table.value.rows[0][0], Cell::Int(n) if n == expected.len() as i64), "{text} {after}");
            }
        }
        assert_eq!(whole.after(9).after(4).last_seq(), Some(49));
        assert_eq!(
            found(&whole, "*", Page { order: Order::Ascending, after: None, limit: 100 }).0.len() as u64,
            50 - deleted
        );
        assert_eq!((whole.after(49).memory().len(), whole.after(49).segments().len()), (0, 0));
    };
    check(&store, 0);
    let before = store.snapshot(crate::Kind::Log).losses();
    seal(&store);
    check(&store, 0);
    assert_eq!(store.snapshot(crate::Kind::Log).losses(), before, "nothing went");
    store.delete([3, 17, 44].into_iter().collect()).unwrap().blocking_recv().unwrap().unwrap();
    check(&store, 3);
    let losses = store.snapshot(crate::Kind::Log).losses();
    assert_ne!(losses, before);
    drop(store);
    let (store, _) = Store::open_on(Disk::of(Arc::new(disk)), Options::default(), NOW).unwrap();
    check(&store, 3);
    assert_ne!(store.snapshot(crate::Kind::Log).losses(), losses, "who opens it again cannot know what went meanwhile");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_served() {
    let disk = Simulated::default();
    let store = store(&disk);
    let snapshot = store.snapshot(crate::Kind::Log);
    disk.change(snapshot.segments()[0].name(), |bytes| bytes[12..40].fill(0));
    // The summary still knows how many records there were: what needs more than that is asked of the blocks.
    let answered = answer(&snapshot, &question("* | stats count(message)"), 10, &Bounds::default());
    assert_eq!(answered.value.rows, [[Cell::Int(25)]]);
    assert!(matches!(&answered.partial[..], [Partial::Damaged { blocks: 1, .. }]), "{:?}", answered.partial);
}

#[test]
fn a_page_goes_on_behind_what_is_damaged_wherever_that_is() {
    const ROWS: i64 = 300;
    let disk = Simulated::default();
    let (store, _) = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOW).unwrap();
    for start in [0, ROWS, 2 * ROWS] {
        let mut batch = Batch::new();
        for number in start..start + ROWS {
            let message = format!("{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed())).repeat(3);
            batch.push(&Record { message: message.into_bytes(), ..record(number) }).unwrap();
        }
        store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
        store.seal(NOW).unwrap().blocking_recv().unwrap().unwrap();
    }
    let name = store.snapshot(crate::Kind::Log).segments()[1].name().to_owned();
    let mut bytes = 0;
    disk.change(&name, |content| bytes = content.len());
    let mut met_late = 0;
    for place in (0..bytes).step_by(bytes / 60) {
        let damaged = disk.after_power_cut(0.0);
        damaged.change(&name, |content| content[place] ^= 0x55);
        let (store, _) = Store::open_on(Disk::of(Arc::new(damaged)), Options::default(), NOW).unwrap();
        let snapshot = store.snapshot(crate::Kind::Log);
        for (order, limit) in [(Order::Descending, 400), (Order::Ascending, 350), (Order::Descending, 1_000)] {
            let (mut seqs, page) = (Vec::new(), Page { order, after: None, limit });
            let answered = search(&snapshot, &question("*"), page, &Bounds::default(), |hit| {
                seqs.push(hit.cursor.seq);
                ControlFlow::Continue(())
            });
            let is_lost = |seq: &u64| !answered.partial.is_empty() && (300..600).contains(seq);
            let mut all: Vec<u64> = (0..3 * ROWS as u64).filter(|seq| !is_lost(seq)).collect();
            if order == Order::Descending {
                all.reverse();
            }
            all.truncate(limit);
            assert_eq!((answered.value, seqs), (all.len(), all), "byte {place} of {bytes}, {order:?}, {limit}");
            // Its times could be read, its messages not.
            let range = Timestamp::from_micros(1)..Timestamp::from_micros(400_000_000);
            let steps = histogram(&snapshot, question("*"), range, Duration::from_secs(10), &Bounds::default());
            met_late += usize::from(!answered.partial.is_empty() && steps.partial.is_empty());
        }
    }
    assert!(met_late > 10, "damage was met {met_late} times when records were put together");
}

#[test]
fn an_answer_says_what_its_bounds_left_out() {
    let snapshot = store(&Simulated::default()).snapshot(crate::Kind::Log);
    let bounds = Bounds::default();
    let answered = answer(&snapshot, &question("* | stats count() by message"), 7, &bounds);
    assert_eq!((answered.value.rows.len(), answered.partial), (7, vec![Partial::Rows { limit: 7 }]));
    assert_eq!(matching_seqs(&snapshot, &question("level:error"), &bounds).value.len(), 8);
}

/// A sealed block of records with messages made by `message`, each with its number as the field `n`.
fn sealed(disk: &Simulated, count: i64, message: impl Fn(i64) -> Vec<u8>) -> Store {
    let (store, _) = Store::open_on(Disk::of(Arc::new(disk.clone())), Options::default(), NOW).unwrap();
    let mut batch = Batch::new();
    for number in 0..count {
        let record =
            Record { message: message(number), fields: vec![("n".into(), OwnedValue::Int(number))], ..record(number) };
        batch.push(&record).unwrap();
    }
    store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
    store.seal(NOW).unwrap().blocking_recv().unwrap().unwrap();
    store
}

fn count_of(table: &Table) -> i64 {
    table.rows.iter().map(|row| if let Some(Cell::Int(count)) = row.last() { *count } else { 0 }).sum()
}

#[test]
fn groups_beyond_their_number_are_left_out_and_told() {
    let snapshot = sealed(&Simulated::default(), GROUPS_MAX as i64 + 500, |number| number.to_string().into())
        .snapshot(crate::Kind::Log);
    let answered = answer(&snapshot, &question("* | stats count() by n"), ROWS_MAX, &Bounds::default());
    assert_eq!(answered.partial, [Partial::Groups { records: 500 }]);
    assert_eq!((answered.value.rows.len(), count_of(&answered.value)), (GROUPS_MAX, GROUPS_MAX as i64));
}

#[test]
fn memory_is_bounded_within_a_block() {
    let snapshot = sealed(&Simulated::default(), 3_000, |number| format!("{number} {}", "x".repeat(1_000)).into())
        .snapshot(crate::Kind::Log);
    let bounds = Bounds { threads: 1, memory_bytes_max: 1 << 20, ..Bounds::default() };
    for (text, fits) in [
        ("* | stats count() by message", false),
        ("* | stats count() by n", true),
        ("* | stats p50(n), p95(n), uniq(n), uniq(message), uniq(app), uniq(ms), min(n), max(n), count() by n", false),
        ("* | stats p50(n), p95(n), p99(n), avg(n), sum(n), count() by n", true),
        ("* | stats p95(n), uniq(message), count()", true),
    ] {
        let answered = answer(&snapshot, &question(text), ROWS_MAX, &bounds);
        let counted = count_of(&answered.value);
        let left_out = answered.partial.iter().map(|partial| match partial {
            Partial::Groups { records } => *records as i64,
            other => panic!("{text}: {other:?}"),
        });
        assert_eq!((counted + left_out.sum::<i64>(), answered.partial.is_empty()), (3_000, fits), "{text}");
        assert!(counted > 50, "{text}: {counted}");
    }
    let answered = answer(&snapshot, &question("* | sort by n desc | fields n, message"), ROWS_MAX, &bounds);
    assert_eq!(answered.partial, [Partial::Memory { bytes_max: 1 << 20 }]);
    let numbers: Vec<_> = answered.value.rows.iter().map(|row| row[0].clone()).collect();
    let expected: Vec<_> = (0..numbers.len() as i64).map(|place| Cell::Int(2_999 - place)).collect();
    assert!(numbers == expected && numbers.len() > 500, "{}", numbers.len());
}

#[test]
fn rows_that_do_not_fit_together_are_given_one_after_the_other() {
    let snapshot =
        sealed(&Simulated::default(), 40, |number| vec![b'a' + number as u8 % 26; 10_000]).snapshot(crate::Kind::Log);
    let bounds = Bounds { memory_bytes_max: 35_000, ..Bounds::default() };
    let page = Page { order: Order::Descending, after: None, limit: 100 };
    let mut given = Vec::new();
    search(&snapshot, &question("*"), page, &bounds, |hit| {
        given.push((hit.cursor, hit.record.message()[0]));
        ControlFlow::Continue(())
    });
    assert!(given.len() == 40 && given.is_sorted_by(|a, b| a.0 > b.0));
    assert!(given.iter().rev().zip((b'a'..=b'z').cycle()).all(|((_, letter), expected)| *letter == expected));
}

#[test]
fn a_search_is_cancelled_within_a_block() {
    let store = sealed(&Simulated::default(), 2_000, |number| format!("{number} {}", "ab ".repeat(50)).into());
    let bounds = Bounds { threads: 1, ..Bounds::default() };
    let cancel = bounds.cancel.clone();
    let snapshot = store.snapshot(crate::Kind::Log);
    let block = snapshot.block(&snapshot.segments()[0], 0).unwrap();
    let mut scan = columns::BlockScan::new(&block, &cancel);
    let mut seen = 0;
    scan.each_message(&columns::MatchingRows::all(block.rows()), |_, _| {
        seen += 1;
        cancel.cancel();
    })
    .unwrap();
    assert!(seen < 1_000, "{seen}");
    assert_eq!(answer(&snapshot, &question("* | stats count()"), 10, &bounds).partial, [Partial::Cancelled]);
}

#[test]
fn the_names_of_fields_are_told_where_all_are_known() {
    let disk = Simulated::default();
    let store = store(&disk);
    let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(field_names(&store.snapshot(crate::Kind::Log), 10, &Bounds::default()), named(&["app", "ms"]));
    let mut batch = Batch::new();
    batch.push(&Record { fields: vec![("only_in_memory".into(), OwnedValue::Bool(true))], ..record(99) }).unwrap();
    store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
    let snapshot = store.snapshot(crate::Kind::Log);
    assert_eq!(field_names(&snapshot, 3, &Bounds::default()), named(&["app", "ms", "only_in_memory"]));
    assert_eq!(field_names(&snapshot, 2, &Bounds::default()), None, "there are more");
    let bounds = Bounds::default();
    bounds.cancel.cancel();
    assert_eq!(field_names(&snapshot, 10, &bounds), None, "nobody knows");
}
