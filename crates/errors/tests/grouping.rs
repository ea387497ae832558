//! Which events are the same issue: a file for each case, with the reason for its expectation.

use errors::{
    Event,
    event::in_app,
    grouping,
    grouping::{Grouping, What},
    scrubbing::Scrubbing,
};
use serde_json::Value;
use std::{collections::HashMap, fmt::Write, fs, path::Path};

struct Case {
    name: String,
    why: String,
    /// Those of one list are one issue; those of two are two.
    groups: Vec<Vec<usize>>,
    events: Vec<Event>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/grouping");
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    files.sort();
    files.iter().map(|path| case(path)).collect()
}

fn case(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("a readable file");
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let groups = serde_json::from_value(value["groups"].clone()).expect("lists of numbers");
    let events = value["events"].as_array().expect("a list").iter();
    Case {
        name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
        why: value["why"].as_str().expect("a reason").to_owned(),
        groups,
        events: events
            .map(|event| Event::read(event.to_string().as_bytes(), &Scrubbing::default()).expect("an event"))
            .collect(),
    }
}

/// The issue of each event, as a store gives them out: the first known hash decides, all are remembered.
fn issues(groupings: &[Grouping]) -> Vec<usize> {
    let mut known = HashMap::new();
    let mut issue_of = |grouping: &Grouping| {
        let next = known.len();
        let issue = grouping.hashes.iter().find_map(|hash| known.get(hash).copied()).unwrap_or(next);
        grouping.hashes.iter().for_each(|hash| {
            known.entry(*hash).or_insert(issue);
        });
        issue
    };
    groupings.iter().map(&mut issue_of).collect()
}

fn drawn(case: &Case, groupings: &[Grouping]) -> String {
    let mut text = format!("{}\n", case.why);
    for (at, grouping) in groupings.iter().enumerate() {
        let hashes: Vec<String> = grouping.hashes.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "\nevent {at}: {:?} · {}", grouping.basis, grouping.title);
        let _ = writeln!(text, "  in {}\n  {}", grouping.culprit, hashes.join(" "));
        for part in grouping.parts.iter().filter(|_| case.groups.iter().any(|group| group[0] == at)).take(40) {
            let counts = match (part.in_app, part.in_system) {
                (true, true) => "app+system",
                (true, false) => "app",
                (false, true) => "system",
                (false, false) => "-",
            };
            let why = part.left_out.map(|why| format!(" ({why:?})")).unwrap_or_default();
            let _ = writeln!(text, "  {counts:10} {:?} {:?}: {:?}{why}", part.whose, part.what, part.value);
        }
    }
    text
}

#[test]
fn each_case_is_grouped_as_its_reason_says() {
    let cases = cases();
    assert!(cases.len() >= 80, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let groupings: Vec<Grouping> = case.events.iter().map(grouping::group).collect();
        let issues = issues(&groupings);
        let mut seen = Vec::new();
        for group in &case.groups {
            let found: Vec<usize> = group.iter().map(|event| issues[*event]).collect();
            let is_one = found.iter().all(|issue| *issue == found[0]);
            if !is_one || seen.contains(&found[0]) {
                wrong.push(format!("{}: {} {group:?} → {found:?}", case.name, case.why));
            }
            seen.extend(found);
        }
        insta::with_settings!({ snapshot_path => "snapshots/grouping", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(case.name.as_str(), drawn(&case, &groupings));
        });
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is kept is grouped as what came, so that a later version of the rules can group anew.
#[test]
fn a_kept_event_is_grouped_as_it_was() {
    for case in cases() {
        for event in &case.events {
            let kept = Event::from_body(&event.body()).unwrap();
            assert_eq!(grouping::group(&kept), grouping::group(event), "{}", case.name);
        }
    }
}

#[test]
fn a_thousand_values_are_one_issue() {
    for case in cases().iter().filter(|case| case.events[0].exceptions.iter().any(|e| e.stack_trace.is_some())) {
        let first = grouping::group(&case.events[0]);
        // Where no frame says anything, the value is what counts.
        let by_value = first.parts.iter().any(|part| part.what == What::Value && part.in_system);
        let runs = if case.name.ends_with("_values") { 1000 } else { 10 };
        for run in 0..runs {
            let event = another_run(case.events[0].clone(), by_value, run);
            assert_eq!(grouping::group(&event).hashes, first.hashes, "{} {run}", case.name);
        }
    }
}

/// The same bug on another machine, with other values, lines moved.
fn another_run(mut event: Event, by_value: bool, run: u64) -> Event {
    for exception in event.exceptions.iter_mut().filter(|_| !by_value) {
        exception.value = Some(format!("value {}", "x".repeat(run as usize % 7 + 1)));
    }
    for frame in event.stack_traces_mut().flat_map(|stack| &mut stack.frames) {
        // A program without debug information has none.
        frame.lineno = frame.lineno.map(|_| run + 1);
        frame.colno = Some(run * 3 + 1);
        frame.vars = std::iter::once(("run".to_owned(), run.into())).collect();
    }
    event.server_name = Some(format!("web-{run}"));
    in_app::mark(&mut event);
    event
}
