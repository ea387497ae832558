//! Tracker data, kept equal by the real engine on a real store.

#![allow(clippy::unwrap_used, reason = "what is unexpected fails the test")]
#![allow(clippy::await_holding_lock, reason = "guards are dropped before, by `drop`")]

mod bed;

use bed::Bed;
use dhis2::{Settings, Validation, plan::Action};
use serde_json::{Value, json};
use std::time::Duration;
use store::SyncedOnly;
use testkit::dhis2::{Fault, State};

/// A tracker program with a stage, an event program, and what they refer to.
fn programs(state: &mut State) {
    state.put("organisationUnits", json!({"id": "ouRoot00000", "name": "Pays"}));
    state.put("organisationUnits", json!({"id": "ouA00000000", "name": "A", "parent": {"id": "ouRoot00000"}}));
    state.put("trackedEntityAttributes", json!({"id": "attName0000", "name": "Nom", "valueType": "TEXT"}));
    let attributes = json!([{"trackedEntityAttribute": {"id": "attName0000"}}]);
    state.put(
        "trackedEntityTypes",
        json!({"id": "tetPerson00", "name": "P", "trackedEntityTypeAttributes": attributes}),
    );
    state.put("relationshipTypes", json!({"id": "relMother00", "name": "Mère"}));
    state.put("dataElements", json!({"id": "delWeight00", "name": "Poids"}));
    for (program, kind, stage) in
        [("prgTracker0", "WITH_REGISTRATION", "stgTracker0"), ("prgEvent000", "WITHOUT_REGISTRATION", "stgEvent000")]
    {
        state.put(
            "programs",
            json!({"id": program, "name": program, "programType": kind,
            "programStages": [{"id": stage}], "organisationUnits": [{"id": "ouA00000000"}]}),
        );
        let elements = json!([{"dataElement": {"id": "delWeight00"}}]);
        state.put(
            "programStages",
            json!({"id": stage, "name": stage, "program": {"id": program},
            "programStageDataElements": elements}),
        );
    }
}

fn person(n: usize) -> String {
    format!("tei{n:08}")
}

fn entity(n: usize, name: &str) -> Value {
    json!({"trackedEntity": person(n), "trackedEntityType": "tetPerson00", "orgUnit": "ouA00000000",
        "attributes": [{"attribute": "attName0000", "value": name}]})
}

fn event(n: usize, weight: &str) -> Value {
    json!({"event": format!("evt{n:08}"), "enrollment": format!("enr{n:08}"), "program": "prgTracker0",
        "programStage": "stgTracker0", "orgUnit": "ouA00000000", "status": "COMPLETED",
        "occurredAt": "2026-01-02T00:00:00.000", "dataValues": [{"dataElement": "delWeight00", "value": weight}]})
}

fn enroll(state: &mut State, n: usize) {
    state.track("trackedEntities", entity(n, "Jeanne"));
    state.track("enrollments", json!({"enrollment": format!("enr{n:08}"), "trackedEntity": person(n),
        "program": "prgTracker0", "orgUnit": "ouA00000000", "status": "ACTIVE", "enrolledAt": "2026-01-01T00:00:00.000"}));
    state.track("events", event(n, "3.2"));
}

fn visit(state: &mut State, n: usize, weight: &str) {
    state.track(
        "events",
        json!({"event": format!("vis{n:08}"), "program": "prgEvent000", "programStage": "stgEvent000",
        "orgUnit": "ouA00000000", "status": "ACTIVE", "occurredAt": "2026-02-03T00:00:00.000",
        "dataValues": [{"dataElement": "delWeight00", "value": weight}]}),
    );
}

fn relate(state: &mut State, n: usize, from: usize, to: usize) {
    let end = |n: usize| json!({"trackedEntity": {"trackedEntity": person(n)}});
    state.track(
        "relationships",
        json!({"relationship": format!("rel{n:08}"), "relationshipType": "relMother00",
        "from": end(from), "to": end(to)}),
    );
}

fn fill(state: &mut State, people: usize) {
    programs(state);
    (0..people).for_each(|n| enroll(state, n));
    (0..people).for_each(|n| visit(state, n, "5"));
    // To one that comes later.
    relate(state, 0, 0, people - 1);
}

/// As if everything had been saved an hour ago.
fn age(state: &mut State) {
    let hour = Duration::from_secs(3_600);
    for one in state.tracked.values_mut().flat_map(|all| all.values_mut()) {
        one.updated_at = one.updated_at - hour;
    }
    for one in state.objects.values_mut().flat_map(|all| all.values_mut()) {
        one.updated_at = one.updated_at - hour;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_programs_hold_arrives_in_any_version_and_a_second_run_writes_nothing() {
    let all = std::env::var_os("VIGIE_DHIS2_PAIRS").is_some();
    let pairs = (38..=43).flat_map(|source| (38..=43).map(move |target| (source, target)));
    for (source, target) in pairs.filter(|pair| all || [(40, 43), (43, 38)].contains(pair)) {
        let bed = Bed::new().await;
        (bed.source.state().version, bed.target.state().version) = (source, target);
        fill(&mut bed.source.state(), 210);
        let settings = bed.settings(&json!({"tracker": "yes"}));
        let sync = bed.add("tracker", &settings).await;
        let plan = bed.syncs.plan(&sync, Validation::Left).await.unwrap();
        assert_eq!(plan.counts["events prgEvent000"][&Action::Create], 210);
        let (run, data) = bed.run(&sync).await;
        assert_eq!((run.phase.as_str(), data.problem.as_str()), ("succeeded", ""), "2.{source} to 2.{target}");
        assert!(bed.is_equal(&sync).await);
        let state = bed.target.state();
        let held = ["trackedEntities", "enrollments", "events", "relationships"].map(|list| state.count_tracked(list));
        assert_eq!((held, state.messages), ([210, 210, 420, 1], 0));
        let written = state.written;
        drop(state);
        let (run, _) = bed.run(&sync).await;
        assert_eq!((run.phase.as_str(), bed.target.state().written), ("succeeded", written));
        // Names of people are nowhere.
        let ledger = bed.ledger(&settings, SyncedOnly::All).await;
        assert!(ledger.iter().any(|one| one.kind == "enrollments prgTracker0"));
        let kept = format!("{ledger:?} {:?} {:?}", bed.lines.lock().unwrap(), bed.db.sync_runs(1, 9).await.unwrap());
        assert!(!kept.contains("Jeanne"));
    }
}

/// Of what the target does not have the program yet, it is not asked; otherwise each entity goes with what it refers to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_asks_the_target_about_tracker_data_and_writes_nothing() {
    let bed = Bed::new().await;
    fill(&mut bed.source.state(), 210);
    let sync = bed.add("tracker", &bed.settings(&json!({"tracker": "yes"}))).await;
    bed.target.state().faults.refused.insert(person(7), "E1064".into());
    bed.target.state().faults.refused.insert("vis00000003".into(), "E1302".into());
    let plan = bed.syncs.plan(&sync, Validation::Asked).await.unwrap();
    assert_eq!((plan.blocked.len(), plan.unasked, plan.validated), (0, 210 * 4 + 1, true));
    programs(&mut bed.target.state());
    let plan = bed.syncs.plan(&sync, Validation::Asked).await.unwrap();
    let told: Vec<String> = plan.blocked.iter().map(|one| format!("{} {} {}", one.kind, one.uid, one.code)).collect();
    let expected =
        ["events prgEvent000 vis00000003 E1302", "trackedEntities prgTracker0 tei00000007 E1064"].map(str::to_owned);
    let mut told = told;
    told.sort();
    assert_eq!((told.as_slice(), plan.unasked), (expected.as_slice(), 0));
    let state = bed.target.state();
    assert_eq!((state.written.tracked, state.messages), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_is_written_alone_and_what_is_deleted_goes_with_what_it_holds() {
    let bed = Bed::new().await;
    fill(&mut bed.source.state(), 100);
    let settings = json!({"tracker": "yes", "delete": "on", "max_delete_percent": 10, "mode": "automatic",
        "check_every_s": 10});
    let sync = bed.add("changes", &bed.settings(&settings)).await;
    bed.run(&sync).await;
    age(&mut bed.source.state());
    let asked = bed.source.state().requests.len();
    bed.looks(&sync).await;
    // One request for each list of a program, beside those of a look.
    let quiet = bed.source.state().requests.len() - asked;
    assert!(quiet <= 5 + 1 + 3, "{quiet} requests");
    let before = bed.target.state().written;
    let mut source = bed.source.state();
    source.track("trackedEntities", entity(3, "Jeanne-Marie"));
    source.track("events", event(4, "3.5"));
    visit(&mut source, 5, "6");
    visit(&mut source, 1_000, "7");
    source.untrack("events", "evt00000006");
    source.untrack("trackedEntities", &person(7));
    // Somebody's own, on the target alone.
    drop(source);
    visit(&mut bed.target.state(), 2_000, "8");
    bed.looks(&sync).await;
    let runs = bed.db.sync_runs(sync.number, 1).await.unwrap();
    assert_eq!(runs[0].phase, "succeeded", "{runs:?}");
    let now = bed.target.state().written;
    assert_eq!((now.tracked - before.tracked, now.deletions - before.deletions), (4, 2));
    let target = bed.target.state();
    let held = ["trackedEntities", "enrollments", "events"].map(|list| target.count_tracked(list));
    assert_eq!(held, [99, 99, 98 + 102]);
    assert_eq!(target.messages, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_named_and_what_leads_to_it_is_skipped() {
    let bed = Bed::new().await;
    fill(&mut bed.source.state(), 60);
    let mut target = bed.target.state();
    target.faults.refused.insert(person(59), "E1064".into());
    target.faults.silent.insert("evt00000017".into());
    drop(target);
    let settings = bed.settings(&json!({"tracker": "yes"}));
    let sync = bed.add("bad", &settings).await;
    let (run, data) = bed.run(&sync).await;
    assert_eq!((run.phase.as_str(), data.errors), ("failed", 3));
    let failed = bed.ledger(&settings, SyncedOnly::Failed).await;
    let told: Vec<&str> = failed.iter().filter_map(|one| one.problem.as_deref()).collect();
    assert!(told.contains(&"rejected code=E1064 uid=tei00000059"), "{told:?}");
    assert!(told.contains(&"depends_on uid=tei00000059"), "{told:?}");
    assert!(told.contains(&"not_kept property=id uid=evt00000017"), "{told:?}");
    assert_eq!(bed.target.state().count_tracked("trackedEntities"), 59);
    // Once nothing stands in the way, the next run writes what was left.
    bed.target.state().faults = testkit::dhis2::Faults::default();
    assert_eq!(bed.run(&sync).await.1.problem, "");
    assert!(bed.is_equal(&sync).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_are_settled_and_a_source_that_reads_empty_or_short_deletes_nothing() {
    let bed = Bed::new().await;
    fill(&mut bed.source.state(), 60);
    // Metadata, then entities, then a relationship.
    bed.target.state().faults.imports = [Fault::None, Fault::CutAfter, Fault::CutBefore, Fault::GatewayTimeout].into();
    let settings = json!({"tracker": "yes", "delete": "on", "max_delete_percent": 100});
    let sync = bed.add("lost", &bed.settings(&settings)).await;
    let (run, data) = bed.run(&sync).await;
    assert_eq!((run.phase.as_str(), data.problem.as_str()), ("succeeded", ""));
    assert!(bed.is_equal(&sync).await);
    for fault in 0..3 {
        let mut source = bed.source.state();
        source.faults = testkit::dhis2::Faults::default();
        match fault {
            0 => drop(source.faults.empty.insert("trackedEntities".into())),
            1 => drop(source.faults.forbidden.insert("events".into())),
            _ => drop(source.faults.short.insert("trackedEntities".into())),
        }
        drop(source);
        let (run, _) = bed.run(&sync).await;
        assert_eq!((run.phase.as_str(), bed.target.state().written.deletions), ("failed", 0), "fault {fault}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tracker_data_travels_both_ways_and_comes_to_rest() {
    let bed = Bed::new().await;
    fill(&mut bed.source.state(), 30);
    let there = bed.settings(&json!({"tracker": "yes", "conflict": "stop"}));
    let back = Settings { source: there.target.clone(), target: there.source.clone(), ..there.clone() };
    let (there, back) = (bed.add("there", &there).await, bed.add("back", &back).await);
    bed.run(&there).await;
    bed.run(&back).await;
    let written = || (bed.source.state().written.tracked, bed.target.state().written.tracked);
    let before = written();
    for n in 0..10 {
        bed.source.state().track("events", event(n, "4"));
        bed.target.state().track("events", event(n + 10, "4.5"));
    }
    for _ in 0..2 {
        assert_eq!(bed.run(&there).await.1.problem, "");
        assert_eq!(bed.run(&back).await.1.problem, "");
    }
    assert_eq!(written(), (before.0 + 10, before.1 + 10));
    assert!(bed.is_equal(&there).await);
    // Both sides changed the same event: nobody is overwritten.
    bed.source.state().track("events", event(5, "1"));
    bed.target.state().track("events", event(5, "2"));
    let (run, data) = bed.run(&there).await;
    assert_eq!((run.phase.as_str(), data.conflicts, written()), ("failed", 1, (before.0 + 10, before.1 + 10)));
}

/// A file travels before the value that refers to it; where files are not copied, the value is refused and named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_travel_before_the_values_that_refer_to_them() {
    let bed = Bed::new().await;
    let mut source = bed.source.state();
    fill(&mut source, 3);
    for (uid, content) in [("filPhoto000", "one\r\n--two"), ("filScan0000", "three"), ("filPaper000", "four")] {
        source.files.insert(uid.to_owned(), content.as_bytes().to_vec());
    }
    source.put("dataElements", json!({"id": "delScan0000", "name": "Scan", "valueType": "FILE_RESOURCE"}));
    source.put("trackedEntityAttributes", json!({"id": "attPhoto000", "name": "Photo", "valueType": "IMAGE"}));
    let elements = json!([{"dataElement": {"id": "delScan0000"}}]);
    source.put("dataSets", json!({"id": "dataSet0000", "name": "M", "dataSetElements": elements}));
    source.enter("delScan0000", "202601", "ouA00000000", "filPaper000");
    let mut person = entity(0, "Jeanne");
    person["attributes"] = json!([{"attribute": "attPhoto000", "value": "filPhoto000"}]);
    source.track("trackedEntities", person);
    let mut scan = event(1, "3");
    scan["dataValues"] = json!([{"dataElement": "delScan0000", "value": "filScan0000"}]);
    source.track("events", scan);
    drop(source);
    let without = bed.add("without", &bed.settings(&json!({"tracker": "yes", "values": "yes"}))).await;
    let (run, _) = bed.run(&without).await;
    assert_eq!((run.phase.as_str(), bed.target.state().files.len()), ("failed", 0));
    let with = bed.add("with", &bed.settings(&json!({"tracker": "yes", "values": "yes", "files": "yes"}))).await;
    // Whoever has the value already is not asked about its file: it is entered anew.
    bed.source.state().track("events", {
        let mut scan = event(1, "3");
        scan["dataValues"] = json!([{"dataElement": "delScan0000", "value": "filScan0000"}, {"dataElement": "delWeight00", "value": "4"}]);
        scan
    });
    assert_eq!(bed.run(&with).await.1.problem, "");
    assert!(bed.is_equal(&with).await);
    let target = bed.target.state();
    assert_eq!(target.files.get("filPaper000").map(Vec::as_slice), Some(&b"four"[..]));
    assert_eq!(target.files.get("filScan0000").map(Vec::as_slice), Some(&b"three"[..]));
}
