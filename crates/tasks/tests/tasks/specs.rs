//! What is said of settings that are wrong.

use crate::bench::{Bench, clock, told};
use model::JobKind;
use serde_json::json;
use tasks::{NoopHandler, parsed};

#[test]
fn a_wrong_spec_is_named() {
    let cases = [
        (JobKind::Command, json!({"command": "true", "shell": true}), ""),
        (JobKind::Command, json!({"command": "true"}), "`command` is one text"),
        (JobKind::Command, json!({"command": ["true"], "shell": true}), "`shell` runs one line"),
        (JobKind::Command, json!([["true"], false, {}, null, 5, 6, 1]), "they are no object"),
        (JobKind::Command, json!({"command": ["true"], "timeout": 5}), ""),
        (JobKind::Command, json!({"command": " "}), "`command` is empty"),
        (JobKind::Command, json!({"command": []}), "`command` is empty"),
        (JobKind::Command, json!({"command": ["x"], "timeout_seconds": 0}), "`timeout_seconds` is 0"),
        (JobKind::Command, json!({"command": ["x"], "slots": 1000}), "`slots` is 1000"),
        (JobKind::Command, json!({"command": ["x"], "shel": true}), "unknown field `shel`"),
        (JobKind::Command, json!({"command": ["x"], "output_bytes_max": 1_000_000_000}), "`output_bytes_max`"),
        (JobKind::Http, json!({"url": "https://example.org/"}), ""),
        (JobKind::Http, json!({"url": "ftp://example.org/"}), "give http:// or https://"),
        (JobKind::Http, json!({"url": "here"}), "`url` is here"),
        (JobKind::Http, json!({"url": "http://x", "headers": {"a b": "c"}}), "a b is no header"),
        (JobKind::Http, json!({"url": "http://x", "method": "GE T"}), "`method` is GE T"),
        (JobKind::Noop, json!({}), ""),
        (JobKind::Noop, json!({"sleep": 1}), "unknown field `sleep`"),
    ];
    for (kind, spec, wanted) in cases {
        match (parsed(kind, &spec.to_string()).expect("a kind of this crate"), wanted) {
            (Ok(kept), "") => assert_eq!(parsed(kind, &kept), Some(Ok(kept.clone())), "{kind} {spec}"),
            (Err(problem), wanted) if !wanted.is_empty() => assert!(problem.contains(wanted), "{problem}"),
            (got, _) => panic!("{kind} {spec}: {got:?}"),
        }
    }
    assert_eq!(parsed(JobKind::Mail, "{}"), None);
}

#[tokio::test]
async fn nothing_succeeds_at_once() {
    let bench = Bench::new(JobKind::Noop, &json!({}));
    let attempted = bench.attempt(&NoopHandler::new(clock()), "{}").await;
    assert_eq!(told(&attempted).0, "succeeded");
}

#[tokio::test]
async fn every_kind_of_this_crate_has_its_handler() {
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let handlers = tasks::handlers(&clock(), &jobs::MemoryLog::default().run_log(), stopped).unwrap();
    for kind in JobKind::ALL {
        if matches!(kind, JobKind::Dhis2 | JobKind::Report | JobKind::LogQuery) {
            // Runs of a configuration make these, and schedules, and nobody else.
            assert!(matches!(parsed(kind, "{}"), Some(Err(_))));
            continue;
        }
        assert_eq!(parsed(kind, "{}").is_some(), handlers.iter().any(|handler| handler.kind() == kind), "{kind}");
    }
}
