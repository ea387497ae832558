//! What the state says became of everybody, held against what the mail server has.

use super::{Stage, address};
use model::ItemState;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{Db, Item, ItemFilter, Job, Trace, TraceFilter};

/// How many got, or did not get, theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accounts {
    /// Recipients that the mail server has accepted.
    pub(crate) sink: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) unknown: u64,
    /// Of the unknown, those that did arrive.
    pub(crate) unknown_arrived: u64,
    /// Messages that the unknown belong to.
    pub(crate) unknown_messages: u64,
    pub(crate) skipped: u64,
    pub(crate) queued: u64,
}

/// Panics unless everybody is accounted for once, by his item, his traces and the mail server alike:
///
/// - every row is an item, and counted where its state says;
/// - nobody was sent to twice;
/// - who has theirs is `succeeded` or `unknown`; who is `succeeded` has theirs;
/// - each item that was attempted and settled has exactly one trace that says so.
pub(crate) fn check(stage: &Stage, job: &Job) -> Accounts {
    let items = items(stage, job);
    let mut missing: BTreeSet<String> = (1..=stage.setting.recipients).map(address).collect();
    let received = stage.sink.received();
    let twice: Vec<_> = received.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "sent to more than once: {twice:?}");

    let mut accounts = Accounts { sink: received.len() as u64, ..Accounts::default() };
    let mut unknown_messages = BTreeSet::new();
    for item in &items {
        assert!(missing.remove(&item.label), "{} has two items, or was never asked for", item.label);
        let arrived = received.contains_key(&item.label);
        let wrong = || panic!("{} is {}, and arrived: {arrived}", item.label, item.state);
        match item.state {
            ItemState::Succeeded if arrived => accounts.succeeded += 1,
            ItemState::Failed if !arrived => accounts.failed += 1,
            ItemState::Skipped if !arrived => accounts.skipped += 1,
            ItemState::Queued if !arrived => accounts.queued += 1,
            ItemState::Unknown => {
                accounts.unknown += 1;
                accounts.unknown_arrived += u64::from(arrived);
                unknown_messages.insert(item.message_no);
            }
            _ => wrong(),
        }
    }
    assert!(missing.is_empty(), "nobody knows of {missing:?}");
    accounts.unknown_messages = unknown_messages.len() as u64;
    // Whoever the mail server has is succeeded or unknown, as the others were found not to have arrived.
    assert_eq!(accounts.sink, accounts.succeeded + accounts.unknown_arrived);
    let counters = job.counters;
    assert_eq!(
        (counters.total, counters.queued, counters.running, counters.succeeded, counters.failed, counters.unknown),
        (items.len() as u64, accounts.queued, 0, accounts.succeeded, accounts.failed, accounts.unknown),
        "the counters differ from the items"
    );
    assert_eq!(counters.skipped, accounts.skipped, "the counters differ from the items");
    check_traces(stage, &items, &traces(stage, job));
    accounts
}

/// What people are shown is the same: counters and items as JSON, traces as CSV.
pub(crate) fn check_shown(stage: &Stage, job: &Job, accounts: &Accounts) {
    let id = job.id.to_string();
    let shown: Value = serde_json::from_str(&stage.read(&["--json", "jobs", "show", &id])).expect("it is JSON");
    for (name, count) in [
        ("total", stage.setting.recipients),
        ("succeeded", accounts.succeeded),
        ("failed", accounts.failed),
        ("unknown", accounts.unknown),
    ] {
        assert_eq!(shown[name].as_u64(), Some(count), "{name} of {shown}");
    }
    let items = ["--json", "jobs", "items", &id, "--state", "unknown", "--limit", "1000"];
    let items: Value = serde_json::from_str(&stage.read(&items)).expect("it is JSON");
    let rows = items["rows"].as_array().expect("a page has rows");
    assert_eq!(rows.len() as u64, accounts.unknown.min(1_000), "unknown items");
    let csv = stage.read(&["traces", "--job", &id, "--csv"]);
    let unheard: Vec<_> = (1..=stage.setting.recipients).map(address).filter(|to| !csv.contains(to)).collect();
    assert!(unheard.is_empty(), "the traces do not speak of {unheard:?}");
}

fn check_traces(stage: &Stage, items: &[Item], traces: &[Trace]) {
    let mut settled: BTreeMap<i64, Vec<ItemState>> = BTreeMap::new();
    for trace in traces {
        if let (Some(seq), Some(outcome)) = (trace.seq, trace.outcome.filter(|outcome| outcome.is_final())) {
            settled.entry(seq).or_default().push(outcome);
        }
    }
    for item in items.iter().filter(|item| item.state.is_final() && item.attempts > 0) {
        let told = settled.get(&item.seq).map(Vec::as_slice).unwrap_or_default();
        // Where several processes share the work, the late word of one that was given up is kept as well.
        let right = if stage.database.is_some() { told.contains(&item.state) } else { told == [item.state] };
        assert!(right, "{} is {}, its traces say {told:?}", item.label, item.state);
    }
}

fn items(stage: &Stage, job: &Job) -> Vec<Item> {
    let all = stage.with_db(&async |db: &Db| {
        let mut filter = ItemFilter { limit: 5_000, ..ItemFilter::default() };
        let mut items = Vec::new();
        loop {
            let page = db.items(job.id, &filter).await?;
            items.extend(page.rows);
            let Some(next) = page.next else { return Ok(items) };
            filter.after = next;
        }
    });
    all.expect("the items are readable")
}

fn traces(stage: &Stage, job: &Job) -> Vec<Trace> {
    let all = stage.with_db(&async |db: &Db| {
        let mut filter = TraceFilter { job: Some(job.id), limit: 5_000, ..TraceFilter::default() };
        let mut traces = Vec::new();
        loop {
            let page = db.traces(&filter).await?;
            traces.extend(page.rows);
            let Some(next) = page.next else { return Ok(traces) };
            filter.before = Some(next);
        }
    });
    all.expect("the traces are readable")
}
