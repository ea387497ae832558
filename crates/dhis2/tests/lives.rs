//! Processes that end on the way: what was in flight is settled by reading, and nothing else is written twice.
//! `VIGIE_DHIS2_ENDS=50` tries more. `cargo xtask bench sync` does the same to the program, with `kill -9`.

#![allow(clippy::unwrap_used, reason = "what is unexpected fails the test")]
#![allow(clippy::await_holding_lock, reason = "guards are dropped before, by `drop`")]

mod bed;

use dhis2::{Secrets, Settings, SyncLog};
use model::Clock;
use serde_json::json;
use std::time::Duration;
use testkit::dhis2::{Dhis2, TOKEN};
use tokio::runtime::{Builder, Runtime};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn a_run_whose_process_ends_again_and_again_leaves_both_sides_equal() {
    let ends = number("VIGIE_DHIS2_ENDS", 4);
    let (objects, dir, outside) = (ends * 100, tempfile::tempdir().unwrap(), runtime());
    let start = || outside.block_on(Dhis2::start(Clock::System)).unwrap();
    let (source, target) = (start(), start());
    for n in 0..objects {
        source.state().put("dataElements", json!({"id": format!("del{n:08}"), "name": n.to_string()}));
    }
    // Small imports, one after the other, so that there is something to interrupt.
    let mut state = target.state();
    (state.faults.body_max, state.faults.delay) = (Some(2_000), Duration::from_millis(5));
    drop(state);
    let settings = json!({"source": source.url, "target": target.url, "metadata": ["dataElements"]});
    let settings: Settings = serde_json::from_value(settings).unwrap();
    for life in 0..=ends {
        let process = runtime();
        let place = dir.path().to_owned();
        let settings = settings.clone();
        let is_last = life == ends;
        // The last of them goes on to the end; the others end once some more has been written.
        let wanted = objects * (life + 1) / (ends + 1);
        let lived = process.spawn(async move {
            let log = SyncLog::new(|_, _, _| {}, jiff::tz::TimeZone::UTC);
            let (db, syncs, engine, work) = bed::begin(&place, log).await;
            if life == 0 {
                let secret = || Some(TOKEN.to_owned().into());
                let secrets = Secrets { source: secret(), target: secret() };
                let sync = syncs.add("lives", &settings, secrets).await.unwrap();
                syncs.begin(&sync, None).await.unwrap();
            }
            while !is_last || !db.open_sync_runs().await.unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let sync = syncs.named("lives").await.unwrap();
            let phase = db.sync_runs(sync.number, 1).await.unwrap()[0].phase.clone();
            let (types, plan) = syncs.reconcile(&sync).await.unwrap();
            drop((engine, work));
            (phase, plan.entries.len(), types[0].source == types[0].target)
        });
        if is_last {
            let ended = outside.block_on(async { tokio::time::timeout(Duration::from_secs(60), lived).await });
            assert_eq!(ended.unwrap().unwrap(), ("succeeded".to_owned(), 0, true));
        } else {
            outside.block_on(async {
                for _ in 0..3_000 {
                    if target.state().count("dataElements") >= wanted {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                panic!("nothing is written any more");
            });
        }
        process.shutdown_background();
    }
    let twice = target.state().written.objects as usize - objects;
    // An import of that size holds about thirty.
    assert!(twice <= ends * 40, "{twice} were written twice");
    outside.shutdown_background();
}
