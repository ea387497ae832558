//! The faces of a search, on a small store: some of it sealed, some in memory.

use super::*;
use crate::{Batch, Options, OwnedValue, Record, Snapshot, Store, disk::Simulated};
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
    let (store, _) = Store::open_on(Arc::new(disk.clone()), Options::default(), NOW).unwrap();
    for (start, end) in [(0, 15), (15, 30), (30, 40)] {
        let mut batch = Batch::new();
        (start..end).for_each(|number| batch.push(&record(number)).unwrap());
        store.append(batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
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
    let snapshot = store(&Simulated::default()).snapshot();
    let first = snapshot.segments().iter().map(|segment| segment.seq_range().0).min().unwrap();
    for order in [Order::Falling, Order::Rising] {
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
        if order == Order::Falling {
            expected.reverse();
        }
        assert_eq!(all, expected);
    }
}

#[test]
fn a_reader_who_has_enough_ends_the_search() {
    let snapshot = store(&Simulated::default()).snapshot();
    let page = Page { order: Order::Falling, after: None, limit: 10 };
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
    let snapshot = store.snapshot();
    let (seqs, _) = found(&snapshot, "\"line 29\"", Page { order: Order::Falling, after: None, limit: 1 });
    let around = context(&snapshot, seqs[0], 2, 3, &Bounds::default()).value;
    let lines = |rows: &[(Cursor, Record)]| {
        rows.iter().map(|(_, record)| String::from_utf8(record.message.clone()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&around.before), ["line 25 of mail", "line 27 of mail"]);
    assert_eq!(around.record.map(|(_, record)| record.message), Some(b"line 29 of mail".to_vec()));
    assert_eq!(lines(&around.after), ["line 31 of mail", "line 33 of mail", "line 35 of mail"]);

    store.delete([seqs[0]].into_iter().collect()).unwrap().blocking_recv().unwrap().unwrap();
    assert_eq!(context(&store.snapshot(), seqs[0], 2, 3, &Bounds::default()).value, Context::default());
}

#[test]
fn what_arrives_is_tailed_if_it_matches() {
    let store = store(&Simulated::default());
    let mut arriving = store.subscribe();
    let mut batch = Batch::new();
    (40..50).for_each(|number| batch.push(&record(number)).unwrap());
    store.append(batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
    let numbered = arriving.blocking_recv().unwrap();
    let mut messages = Vec::new();
    let matched = tail(&question("level:error app:mail"), &numbered, |hit| {
        messages.push(hit.record.message().to_vec());
        ControlFlow::Continue(())
    });
    assert_eq!((matched, messages), (1, vec![b"line 45 of mail".to_vec()]));
}

#[test]
fn counts_over_time_and_by_value() {
    let snapshot = store(&Simulated::default()).snapshot();
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
fn what_cannot_be_read_is_told_and_the_rest_is_served() {
    let disk = Simulated::default();
    let store = store(&disk);
    let snapshot = store.snapshot();
    disk.change(snapshot.segments()[0].name(), |bytes| bytes[12..40].fill(0));
    let answered = answer(&snapshot, &question("* | stats count()"), 10, &Bounds::default());
    assert_eq!(answered.value.rows, [[Cell::Int(25)]]);
    assert!(matches!(&answered.partial[..], [Partial::Damaged { blocks: 1, .. }]), "{:?}", answered.partial);
}

#[test]
fn an_answer_says_what_its_bounds_left_out() {
    let snapshot = store(&Simulated::default()).snapshot();
    let bounds = Bounds::default();
    let answered = answer(&snapshot, &question("* | stats count() by message"), 7, &bounds);
    assert_eq!((answered.value.rows.len(), answered.partial), (7, vec![Partial::Rows { limit: 7 }]));
    assert_eq!(matching_seqs(&snapshot, &question("level:error"), &bounds).value.len(), 8);
}
