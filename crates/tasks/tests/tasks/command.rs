//! Commands that behave, and commands that do not.

use crate::bench::{Bench, clock, eventually, told};
use jobs::{Ended, Handler as _};
use model::{Authority, JobKind};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tasks::CommandHandler;
use tokio::sync::watch;

fn handler(bench: &Bench) -> (CommandHandler, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    (CommandHandler::new(clock(), bench.run_log.clone(), stopped), stop)
}

async fn run(spec: Value, payload: &str) -> (Bench, jobs::Attempted) {
    let bench = Bench::new(JobKind::Command, &spec);
    let (handler, _stop) = handler(&bench);
    let attempted = bench.attempt(&handler, payload).await;
    (bench, attempted)
}

fn is_alive(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = state.rsplit_once(") ").map_or("", |(_, rest)| rest);
    !state.is_empty() && !state.starts_with('Z')
}

#[tokio::test]
async fn the_exit_status_decides() {
    let cases = [
        (json!({"shell": true, "command": "exit 0"}), ("succeeded", "")),
        (json!({"shell": true, "command": "exit 3"}), ("failed", "exit_status")),
        (json!({"command": ["sh", "-c", "kill -9 $$"]}), ("failed", "killed")),
        (json!({"command": ["/no/such/program"]}), ("failed", "cannot_start")),
        (json!({"shell": true, "command": "true", "cwd": "/no/such/place"}), ("failed", "cannot_start")),
    ];
    for (spec, (state, code)) in cases {
        let (_, attempted) = run(spec.clone(), "{}").await;
        assert_eq!(told(&attempted), (state, code.to_owned()), "{spec}");
    }
}

#[tokio::test]
async fn both_streams_are_kept_line_by_line() {
    let line = "echo one; echo two >&2; printf 'caf\\303\\251 \\377\\033[1m'; exit 4";
    let (bench, attempted) = run(json!({ "shell": true, "command": line }), "{}").await;
    assert_eq!(bench.output("stdout"), ["one", "café \u{fffd}\u{fffd}[1m"]);
    assert_eq!(bench.output("stderr"), ["two"]);
    let Ended::Failed(verdict) = attempted.ended else { panic!("{attempted:?}") };
    assert_eq!((verdict.reply.as_str(), verdict.args["status"].as_str()), ("two\n", "4"));
    assert_eq!(attempted.trace.comment, "the item: exit status 4");
}

#[tokio::test]
async fn the_environment_is_small_and_names_the_item() {
    let line = "echo $VIGIE_JOB_ID; echo \"$VIGIE_ITEM\"; echo $VIGIE_SEQ $VIGIE_ATTEMPT $MORE; env | grep -c CARGO";
    let spec = json!({"shell": true, "command": line, "env": {"MORE": "more"}});
    let id = "00000000-0000-0000-0000-000000000042";
    for (payload, item) in [("{}", "the item"), ("\"a b\"", "a b"), ("", "the item"), ("[1]", "[1]")] {
        let (bench, _) = run(spec.clone(), payload).await;
        assert_eq!(bench.output("stdout"), [id, item, "7 2 more", "0"], "{payload:?}");
    }
    let (bench, attempted) = run(spec, r#"{"command": ["echo", "own"], "env": {"A": "b"}}"#).await;
    assert_eq!((told(&attempted).0, bench.output("stdout")), ("succeeded", vec!["own".to_owned()]));
}

/// No shell reads what stands in a list, nor the item's text.
#[tokio::test]
async fn without_a_shell_a_word_is_a_word() {
    let spec = json!({"command": ["printf", "%s\n", "a; echo b", "$(id)", "`id`", "$VIGIE_ITEM"]});
    let (bench, _) = run(spec, "\"$(id)\"").await;
    assert_eq!(bench.output("stdout"), ["a; echo b", "$(id)", "`id`", "$VIGIE_ITEM"]);
    let (_, attempted) = run(json!({"command": ["true"]}), r#"{"command": "true; id"}"#).await;
    let Ended::Failed(verdict) = attempted.ended else { panic!("{attempted:?}") };
    assert!(verdict.code == "cannot_start" && verdict.reply.contains("`command` is one text"), "{verdict:?}");
}

/// On the word of whoever may send mailings, no command is run and no call is made, whatever is in the store.
#[tokio::test]
async fn what_an_administrator_did_not_write_is_refused_by_its_kind() {
    for (kind, needed) in
        [(JobKind::Command, Authority::Admin), (JobKind::Http, Authority::Admin), (JobKind::Noop, Authority::Write)]
    {
        assert_eq!(tasks::needs(kind), needed);
    }
    let bench = Bench::new(JobKind::Command, &json!({"command": ["true"]}));
    let (handler, _stop) = handler(&bench);
    assert_eq!(handler.needs(), Authority::Admin);
    assert_eq!(tasks::HttpHandler::new(clock(), bench.run_log).unwrap().needs(), Authority::Admin);
}

#[tokio::test]
async fn a_flood_is_bounded_and_says_so() {
    let line = "yes 0123456789 | head -c 3000000; head -c 100000 /dev/zero | tr '\\0' x";
    let (bench, attempted) = run(json!({"shell": true, "command": line, "output_bytes_max": 2000}), "{}").await;
    assert_eq!(told(&attempted).0, "succeeded");
    let kept: usize = bench.output("stdout").iter().map(String::len).sum();
    assert!((1_900..=2_000).contains(&kept), "{kept}");
    let last = bench.records().pop().unwrap();
    assert_eq!(last.event, "output_dropped");
    assert!(last.fields["dropped_bytes"].as_u64().unwrap() > 2_700_000, "{last:?}");
}

#[tokio::test]
async fn one_endless_line_is_cut() {
    let (bench, _) = run(json!({"shell": true, "command": "head -c 100000 /dev/zero | tr '\\0' x"}), "{}").await;
    let lines = bench.output("stdout");
    assert_eq!(lines.len(), 1);
    assert!(lines[0].ends_with("(91808 bytes more)") && lines[0].len() < 9_000, "{}", lines[0].len());
}

#[tokio::test]
async fn who_ignores_the_request_to_end_is_killed_with_its_children() {
    let line = "trap '' TERM; sleep 1000 & echo $!; echo $$; while :; do sleep 1000; done";
    let begun = Instant::now();
    let (bench, attempted) = run(json!({"shell": true, "command": line, "timeout_seconds": 0.3}), "{}").await;
    assert_eq!(told(&attempted), ("failed", "time_limit".to_owned()));
    assert!(begun.elapsed() >= Duration::from_secs(5), "it was given time to end: {:?}", begun.elapsed());
    let pids = bench.output("stdout");
    assert_eq!(pids.len(), 2, "{pids:?}");
    eventually(|| pids.iter().all(|pid| !is_alive(pid))).await;
}

#[tokio::test]
async fn what_is_left_behind_ends_with_its_command() {
    let begun = Instant::now();
    let (bench, attempted) = run(json!({"shell": true, "command": "sleep 1000 & echo $!"}), "{}").await;
    assert_eq!(told(&attempted).0, "succeeded");
    assert!(begun.elapsed() < Duration::from_secs(20), "it waited for the pipe of a child");
    let pids = bench.output("stdout");
    eventually(|| !is_alive(&pids[0])).await;
}

#[tokio::test]
async fn a_stop_asks_first() {
    let bench = Bench::new(
        JobKind::Command,
        &json!({"shell": true, "command": "trap 'echo bye; exit 0' TERM; echo ready; sleep 1000 & wait"}),
    );
    let (handler, stop) = handler(&bench);
    let watched = async {
        while bench.output("stdout").is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.send_replace(true);
    };
    let (attempted, ()) = tokio::join!(bench.attempt(&handler, "{}"), watched);
    assert_eq!(told(&attempted), ("unknown", "stopped".to_owned()));
    assert_eq!(bench.output("stdout"), ["ready", "bye"]);
}

#[tokio::test]
async fn an_abandoned_attempt_leaves_nobody() {
    let bench = Bench::new(JobKind::Command, &json!({"shell": true, "command": "sleep 1000 & echo $!; echo $$; wait"}));
    let (handler, _stop) = handler(&bench);
    let watched = async {
        loop {
            let pids = bench.output("stdout");
            if pids.len() == 2 {
                break pids;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let pids = tokio::select! {
        attempted = bench.attempt(&handler, "{}") => panic!("{attempted:?}"),
        pids = watched => pids,
    };
    assert!(bench.dir.path().exists());
    eventually(|| pids.iter().all(|pid| !is_alive(pid))).await;
}
