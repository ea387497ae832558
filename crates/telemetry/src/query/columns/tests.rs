//! What blocks answer is what the plain meaning of the language says of each record.

use crate::{
    Batch, Options, OwnedValue, Record, Snapshot, Store,
    disk::{Disk, Simulated},
    query::{
        Bounds, Cell, Page, Question, Table, answer, facets, histogram, language::Order, matching_seqs, parse, search,
    },
};
use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use proptest::prelude::*;
use std::{ops::ControlFlow, sync::Arc, time::Duration};

const NOW: Timestamp = Timestamp::from_micros(2_000_000_000);

fn message() -> impl Strategy<Value = Vec<u8>> {
    let number = 0..2_000_u32;
    prop_oneof![
        4 => (number.clone(), "[a-z]{1,6}").prop_map(|(n, w)| format!("GET /invoices/{n} for {w} took {}.{} ms", n / 7, n % 10)),
        3 => (any::<u64>(), number.clone()).prop_map(|(id, n)| format!("Email {n}/500 envoyé avec succès (Message ID: {id:016x})")),
        2 => (number.clone(), 0..4_usize).prop_map(|(n, i)| format!("Tâche {} ÉCHOUÉE après {n} s", ["a", "bb", "CC", "été"][i])),
        1 => (any::<u32>(), number).prop_map(|(ip, n)| format!("{}: status={n} -> {n}", std::net::Ipv4Addr::from(ip))),
        1 => "[a-zé0-9 =*\n]{0,20}",
        1 => Just("Traceback\n  File \"x.py\", line 3\nValueError: 12".to_owned()),
    ]
    .prop_map(String::into_bytes)
    .prop_flat_map(|text| {
        prop_oneof![20 => Just(text), 1 => prop::collection::vec(any::<u8>(), 0..12)]
    })
}

fn value() -> impl Strategy<Value = OwnedValue> {
    prop_oneof![
        (0..600_i64).prop_map(OwnedValue::Int),
        (0..5_000_i32).prop_map(|tenths| OwnedValue::Float(f64::from(tenths) / 10.0)),
        any::<bool>().prop_map(OwnedValue::Bool),
        prop::sample::select(vec!["", "nginx", "Nginx", "heron", "500", "été", "api.routes.people"])
            .prop_map(|text| OwnedValue::Str(text.as_bytes().to_vec())),
        any::<u32>().prop_map(|id| OwnedValue::Str(format!("{id:08x}").into_bytes())),
        any::<i64>().prop_map(OwnedValue::Int),
        Just(OwnedValue::Float(f64::NAN)),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let level = prop_oneof![
        1 => Just(None),
        6 => prop::sample::select(crate::query::language::LEVELS.to_vec()).prop_map(Some),
    ];
    let app = prop::sample::select(vec!["nginx", "heron", "crm"]);
    let fields = (app, prop::option::of(value()), prop::option::of(value()), prop::option::of(0..600_i64));
    let source = prop::sample::select(vec!["", "web1:nginx", "/var/log/x.log"]);
    (0..1_000_i64, level, source, message(), fields, 0..8_u8).prop_map(
        |(second, level, source, message, (app, x, y, status), told_twice)| {
            let mut fields = vec![("app".to_owned(), OwnedValue::Str(app.as_bytes().to_vec()))];
            fields.extend(x.map(|x| ("x".to_owned(), x)));
            fields.extend(y.map(|y| ("job_id".to_owned(), y)));
            fields.extend(status.map(|status| ("status".to_owned(), OwnedValue::Int(status))));
            let time = Timestamp::from_micros(1_000_000_000 + second / 3 * 1_000_000);
            let message = told(message, time, &fields, told_twice);
            Record { time, level, source: source.as_bytes().to_vec(), message, fields }
        },
    )
}

/// A message with what is in the record beside it, as logs have it that come as text.
fn told(message: Vec<u8>, time: Timestamp, fields: &[(String, OwnedValue)], how: u8) -> Vec<u8> {
    let time = time.to_string();
    let values = fields.iter().map(|(name, value)| {
        let value = match value {
            OwnedValue::Str(text) => String::from_utf8_lossy(text).into_owned(),
            OwnedValue::Int(int) => int.to_string(),
            OwnedValue::Float(float) => float.to_string(),
            OwnedValue::Bool(truth) => truth.to_string(),
        };
        if how == 1 { format!("{name}={value}") } else { value }
    });
    let values = values.collect::<Vec<_>>().join(" ").into_bytes();
    match how {
        0 => [time.as_bytes(), b" ", &values].concat(),
        1 => [&message, &b" "[..], &values].concat(),
        2 => [b"[01/Jan/1970:01:", &time.as_bytes()[14..19], b" +0100] \"", &values, b"\" ", &message].concat(),
        _ => message,
    }
}

const TERMS: &[&str] = &[
    "invoices",
    "envoyé",
    "ÉCHOUÉE",
    "took",
    "ms",
    "id",
    "*voice*",
    "inv*",
    "*ices",
    "0",
    "*0*",
    "12",
    "*12*",
    "1*",
    "*0",
    "ab*",
    "*ab*",
    "\"message id\"",
    "\"ID: 0*\"",
    "*\"00 env\"*",
    "\"/500 envoyé\"",
    "*:nginx",
    "*:*web*",
    "*:500",
    "*:/^[0-9a-f]{8}$/",
    "/GET .*7/",
    "/\\d{4}/",
    "/(échouée|succès)/i",
    "/^Tâche (a|bb) /",
    "/took 1\\d*\\.[0-4]/",
    "/voyé/",
    "/x.py\", line \\d\nV/",
    "level:error",
    "level>=warning",
    "level<info",
    "level:*",
    "app:nginx",
    "app:Nginx",
    "app:n*",
    "app:*ro*",
    "app:/^.r/",
    "x:nginx",
    "x:\"\"",
    "x:*",
    "x>250",
    "x<=12.5",
    "x:5*",
    "x:500",
    "x:true",
    "x:NaN",
    "x:/[a-f]/",
    "job_id:*",
    "job:500",
    "job>-1",
    "status:404",
    "status>=500",
    "status<100",
    "status:*0",
    "source:*",
    "source:web1:nginx",
    "source:*log*",
    "message:*",
    "\"message\":*12*",
    "\"level\":error",
    "\"time\":*20*",
    "since:1100s",
    "until:900s",
    "time:1970-01-01T00:18",
    "Traceback",
    "\"valueerror: 12\"",
    "*\"line 3\\nValue\"*",
    "status",
    "nginx",
    "HERON",
    "*gin*",
    "crm*",
    "\"status=404\"",
    "*\"x 5\"*",
    "*\"m 1\"*",
    "\"nginx 500\"",
    "true",
    "*.5",
    "\"00:17:20\"",
    "\"01:17\"",
    "*:2*",
    "*20Z*",
    "/:\\d\\d \\+0100\\] \"(crm|nginx)/",
    "/=(nginx|heron) .*status=\\d+$/",
    "/[a-z]+ [0-9a-f]{8}/",
    "*=*",
    "\"->\"",
    "none:x",
    "*",
];

/// One condition, often one that some record meets.
fn term() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(TERMS).prop_map(str::to_owned);
    let number = (0..2_000_u32).prop_map(|number| number.to_string());
    let piece = "[a-z0-9/]{1,3}".prop_map(|text| format!("*\"{text}\"*"));
    prop_oneof![10 => fixed, 1 => number, 2 => piece]
}

fn filter() -> impl Strategy<Value = String> {
    term().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.prop_map(|part| format!("NOT {part}")),
        ]
    })
}

const PIPES: [&str; 9] = [
    "stats count()",
    "stats count(), avg(x), sum(status), min(x), max(job_id), p50(x), uniq(x), count(job_id) by app, level",
    "stats count(), max(time), uniq(level), uniq(message) by bucket(1m), x",
    "stats sum(x), p95(status), uniq(source) by source, job_id",
    "stats count() by message, time",
    "stats count() as n by level | sort by n desc, level | limit 2",
    "sort by status desc, time, message | limit 7 | fields status, app, message",
    "fields time, app, x, level, source",
    "limit 5 | stats count(), uniq(app) by level",
];

/// Of all records: what blocks answer without knowing which row has which value.
const PIPES_OF_ALL: [&str; 9] = [
    "stats count() by x",
    "stats count() by status",
    "stats count() as n, count() as m by app",
    "stats count() by job_id",
    "stats count() by source",
    "stats count(), uniq(x), count(x), sum(x), min(x), max(x), p50(x)",
    "stats uniq(status), avg(status), p99(status), uniq(app), count(app), min(app)",
    "stats uniq(source), count(source), uniq(none), count(none), sum(none)",
    "stats uniq(job_id), count(job_id), uniq(message), max(time)",
];

/// The same records in two segments and in memory, and all of them in memory.
fn snapshots(records: &[Record], split: (usize, usize)) -> (Snapshot, Snapshot) {
    let deleted = [1, 7, split.0 as u64];
    let (first, second) = (split.0.min(split.1), split.0.max(split.1));
    (snapshot(records, &[first, second], &deleted), snapshot(records, &[], &deleted))
}

/// Of a store that sealed its records after these positions.
pub(super) fn snapshot(records: &[Record], sealed_at: &[usize], deleted: &[u64]) -> Snapshot {
    let disk = Disk::of(Arc::new(Simulated::default()));
    let (store, _) = Store::open_on(disk, Options::default(), NOW).unwrap();
    let mut start = 0;
    for end in sealed_at.iter().copied().chain([records.len()]) {
        let mut batch = Batch::new();
        records[start..end].iter().for_each(|record| batch.push(record).unwrap());
        if !batch.is_empty() {
            store.append(crate::Kind::Log, batch, NOW).unwrap().blocking_recv().unwrap().unwrap();
        }
        if sealed_at.contains(&end) {
            store.seal(NOW).unwrap().blocking_recv().unwrap().unwrap();
        }
        start = end;
    }
    store.delete(deleted.iter().copied().collect()).unwrap().blocking_recv().unwrap().unwrap();
    store.snapshot(crate::Kind::Log)
}

pub(super) fn question(text: &str) -> Question {
    let (query, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    Question::new(&query, NOW, &TimeZone::UTC).unwrap()
}

/// Rows in an order of their own, sums rounded where their order may show.
fn normal(table: Table) -> (Vec<String>, Vec<String>) {
    let cell = |cell: &Cell| match cell {
        Cell::Float(float) => format!("{float:.6e}"),
        other => format!("{other:?}"),
    };
    let rows = table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" | ")).collect();
    (table.columns, rows)
}

pub(super) fn found(snapshot: &Snapshot, text: &str, page: Page) -> Vec<(u64, Record)> {
    let mut rows = Vec::new();
    let told = search(snapshot, &question(text), page, &Bounds::default(), |hit| {
        let mut record = hit.record.to_record();
        record.fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.push((hit.cursor.seq, record));
        ControlFlow::Continue(())
    });
    assert_eq!((told.value, told.partial), (rows.len(), Vec::new()));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn blocks_answer_what_records_answer(
        records in prop::collection::vec(record(), 2..120),
        splits in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        filters in prop::collection::vec(filter(), 6),
        pipes in prop::sample::subsequence(PIPES.to_vec(), 3),
        limit in 1..20_usize,
        rising in any::<bool>(),
    ) {
        let (mixed, plain) = snapshots(&records, (splits.0.index(records.len()), splits.1.index(records.len())));
        let bounds = Bounds::default();
        for filter in &filters {
            let seqs = |snapshot: &Snapshot| matching_seqs(snapshot, &question(filter), &bounds).value;
            prop_assert_eq!(seqs(&mixed), seqs(&plain), "{}", filter);
            let all = Page { order: Order::Ascending, after: None, limit: 1_000 };
            prop_assert_eq!(found(&mixed, filter, all), found(&plain, filter, all), "{}", filter);
            let order = if rising { Order::Ascending } else { Order::Descending };
            let first = Page { order, after: None, limit };
            let rows = found(&mixed, filter, first);
            prop_assert_eq!(&rows, &found(&plain, filter, first), "{}", filter);
            if let Some((seq, record)) = rows.last() {
                let next = Page { after: Some(crate::query::Cursor { time: record.time, seq: *seq }), ..first };
                prop_assert_eq!(found(&mixed, filter, next), found(&plain, filter, next), "{}", filter);
            }
            let range = Timestamp::from_micros(1_000_000_000)..Timestamp::from_micros(1_300_000_000);
            let counts = |snapshot: &Snapshot| {
                histogram(snapshot, question(filter), range.clone(), Duration::from_secs(45), &bounds).value
            };
            prop_assert_eq!(counts(&mixed), counts(&plain), "{}", filter);
            for pipes in &pipes {
                let text = format!("{filter} | {pipes}");
                let table = |snapshot: &Snapshot| normal(answer(snapshot, &question(&text), 10_000, &bounds).value);
                prop_assert_eq!(table(&mixed), table(&plain), "{}", text);
            }
            for (mixed, plain) in facets(&mixed, &question(filter), 50, &bounds).value.iter().zip(facets(&plain, &question(filter), 50, &bounds).value) {
                prop_assert_eq!((&mixed.field, mixed.records), (&plain.field, plain.records), "{}", filter);
                prop_assert!(mixed.values.is_none() || mixed.values == plain.values, "{}: {:?} {:?}", filter, mixed, plain);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whole_blocks_answer_what_records_answer(
        records in prop::collection::vec(record(), 2..300),
        splits in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let (one, other) = (splits.0.index(records.len()), splits.1.index(records.len()));
        let sealed = snapshot(&records, &[one.min(other), one.max(other)], &[]);
        let plain = snapshot(&records, &[], &[]);
        let bounds = Bounds::default();
        for pipes in PIPES_OF_ALL {
            let text = format!("* | {pipes}");
            let table = |snapshot: &Snapshot| normal(answer(snapshot, &question(&text), 10_000, &bounds).value);
            prop_assert_eq!(table(&sealed), table(&plain), "{}", text);
        }
    }
}

/// What a group is known by beside its number of records.
fn key(row: &[Cell]) -> Vec<String> {
    row.iter().map(|cell| format!("{cell:?}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_counted_beside_is_what_each_filter_counts_by_itself(
        records in prop::collection::vec(record(), 2..200),
        splits in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        filters in prop::collection::vec(filter(), 3),
        by in prop::sample::select(vec!["", "by app", "by x, app", "by app, level, bucket(1m)"]),
        own in prop::sample::select(vec!["*", "status>=200", "app:nginx OR level:error"]),
    ) {
        let (mixed, plain) = snapshots(&records, (splits.0.index(records.len()), splits.1.index(records.len())));
        let bounds = Bounds::default();
        let counted: Vec<_> = filters.iter().map(|text| (text.as_str(), parse(text).0.filter)).collect();
        let text = format!("{own} | stats count(), uniq(x), p50(status) {by}");
        let ask = |snapshot: &Snapshot| {
            let question = question(&text).counting(&counted, NOW, &TimeZone::UTC).unwrap();
            answer(snapshot, &question, 10_000, &bounds).value
        };
        let told = ask(&mixed);
        prop_assert_eq!(normal(told.clone()), normal(ask(&plain)), "{}", text);
        let width = told.columns.len() - filters.len();
        for (place, (_, filter)) in counted.iter().enumerate() {
            prop_assert_eq!(&told.columns[width + place], &filters[place]);
            let alone = question(&format!("{own} | stats count() {by}")).and(filter, NOW, &TimeZone::UTC).unwrap();
            let alone = answer(&mixed, &alone, 10_000, &bounds).value;
            for row in &told.rows {
                let group = key(&row[..width - 3]);
                let expected = alone.rows.iter().find(|row| key(&row[..row.len() - 1]) == group);
                let expected = expected.and_then(|row| row.last().cloned()).unwrap_or(Cell::Int(0));
                prop_assert_eq!(&row[width + place], &expected, "{} of {}", &filters[place], text);
            }
        }
    }
}

#[test]
fn what_was_read_is_told() {
    let records: Vec<Record> = (0..200)
        .map(|number| Record {
            time: Timestamp::from_micros(number * 1_000_000),
            level: Some(if number % 10 == 0 { Level::Error } else { Level::Info }),
            source: Vec::new(),
            message: format!("Email {number}/500 envoyé").into_bytes(),
            fields: vec![(
                "id".into(),
                OwnedValue::Str(format!("{:016x}", number.wrapping_mul(0x1E37_79B9_7F4A_7C15)).into_bytes()),
            )],
        })
        .collect();
    let snapshot = snapshot(&records, &[100, 200], &[1, 7, 100]);
    let read = |text: &str| {
        let answer = answer(
            &snapshot,
            &question(&format!("{text} | stats count()")),
            10,
            &Bounds { threads: 1, ..Bounds::default() },
        );
        (answer.value.rows[0][0].clone(), answer.read)
    };
    let (count, told) = read("absent");
    assert_eq!((count, told.blocks_pruned, told.bytes_decoded, told.rows_rebuilt), (Cell::Int(0), 2, 0, 0), "{told:?}");
    let (count, told) = read("level>=error time:1970-01-01T00:00");
    assert_eq!((count, told.blocks, told.blocks_pruned, told.blocks_decoded), (Cell::Int(6), 2, 1, 1), "{told:?}");
    let (count, told) = read("envoyé");
    assert_eq!((count, told.rows_rebuilt), (Cell::Int(197), 0), "{told:?}");
}

#[test]
fn a_cancelled_search_says_so() {
    let record = Record { time: NOW, level: None, source: Vec::new(), message: b"x".to_vec(), fields: Vec::new() };
    let snapshot = snapshot(&[record.clone(), record], &[1], &[]);
    let bounds = Bounds::default();
    bounds.cancel.cancel();
    let told = answer(&snapshot, &question("* | stats count()"), 10, &bounds);
    assert_eq!(told.partial, [crate::query::Partial::Cancelled]);
}
