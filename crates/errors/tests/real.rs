//! Envelopes that official clients have sent, with secrets planted in them: what is made of each, as a snapshot.

use errors::{
    Event, Report,
    envelope::{Envelope, ItemKind},
    grouping,
    record::{EventRecord, Reception},
    scrubbing::Scrubbing,
};
use insta::with_settings;
use model::Timestamp;
use std::{collections::BTreeMap, fs, path::Path};

fn envelopes() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real");
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    files.sort();
    let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).expect("a readable file"))).collect()
}

fn reception() -> Reception<'static> {
    Reception {
        project: "7",
        event_id: uuid::Uuid::from_u128(7),
        received: Timestamp::from_micros(1_800_000_000_000_000),
    }
}

#[test]
fn events_of_official_clients_are_read_grouped_and_kept() {
    for (name, bytes) in envelopes() {
        let envelope = Envelope::parse(&bytes).unwrap();
        assert_eq!(envelope.malformed, None, "{name}");
        for item in envelope.items.iter().filter(|item| item.kind == ItemKind::Event) {
            let event = Event::read(item.payload, &Scrubbing::default()).unwrap();
            let grouping = grouping::group(&event);
            let record = EventRecord::new(&event, &grouping, reception());
            let kept = Event::from_body(&record.body).unwrap();
            assert_eq!(kept, event, "{name}: what is kept is read again as it was");
            let told = serde_json::json!({
                "grouping": grouping, "fields": record.fields, "problems": event.problems, "removed": event.removed
            });
            with_settings!({ omit_expression => true }, { insta::assert_json_snapshot!(name.as_str(), told) });
            if ["django_view", "node_express"].contains(&name.as_str()) {
                with_settings!({ omit_expression => true }, { insta::assert_json_snapshot!(format!("{name}_whole"), event) });
            }
        }
    }
}

/// Which of all these events are one issue: the same view on two machines is, the other bug of its function is not.
#[test]
fn events_of_official_clients_are_told_apart() {
    let mut issues: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, bytes) in envelopes() {
        for item in &Envelope::parse(&bytes).unwrap().items {
            if let Report::Event(event) = Report::read(item, &Scrubbing::default()).unwrap() {
                let grouping = grouping::group(&event);
                issues.entry(grouping.hashes[0].to_string()).or_default().push(format!("{name}: {}", grouping.title));
            }
        }
    }
    let mut issues: Vec<String> = issues.into_values().map(|events| events.join("\n")).collect();
    issues.sort();
    with_settings!({ omit_expression => true }, { insta::assert_snapshot!("issues", issues.join("\n\n")) });
}

/// The other items, as far as snapshots of their own do not show them.
#[test]
fn what_else_official_clients_send_is_read() {
    for (name, bytes) in envelopes() {
        for item in &Envelope::parse(&bytes).unwrap().items {
            let report = Report::read(item, &Scrubbing::default()).unwrap();
            let told = match &report {
                Report::Logs(told) => format!("{told:#?}"),
                Report::Metrics(told) => format!("{told:#?}"),
                Report::Sessions(told) => format!("{told:#?}"),
                Report::CheckIn(told) => format!("{told:#?}"),
                Report::Feedback(told) => format!("{told:#?}"),
                _ => continue,
            };
            with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name.as_str(), told) });
        }
    }
}

#[test]
fn nothing_planted_is_kept() {
    for (name, bytes) in envelopes() {
        for item in &Envelope::parse(&bytes).unwrap().items {
            let told = match Report::read(item, &Scrubbing::default()).unwrap() {
                Report::Event(event) => event.body(),
                report => format!("{report:?}"),
            };
            assert!(!told.contains("planted") && !told.contains("4111111111111111"), "{name}: {told}");
        }
    }
}
