//! Searches that come again, answered by logs that a test makes up.

use crate::bench::{Bench, clock, told};
use futures_util::future::BoxFuture;
use model::{JobId, JobKind, Level, Timestamp};
use serde_json::{Value, json};
use std::{
    ops::Range,
    sync::{Arc, Mutex},
};
use store::Job;
use tasks::{FoundLine, FoundLines, LogQueryHandler, LogQuerySpec, LogReader, SAID_BY, Unanswered, due_payload};

const DUE: Timestamp = Timestamp::from_micros(1_763_942_400_000_000);

struct Logs {
    answer: Result<u64, Unanswered>,
    asked: Mutex<Vec<Range<Timestamp>>>,
    told: Mutex<Vec<u64>>,
}

impl LogReader for Logs {
    fn find<'a>(
        &'a self,
        _: &'a LogQuerySpec,
        span: Range<Timestamp>,
    ) -> BoxFuture<'a, Result<FoundLines, Unanswered>> {
        self.asked.lock().unwrap().push(span.clone());
        let line = |seconds: u64, message: &str| FoundLine {
            at: DUE - std::time::Duration::from_secs(seconds),
            level: Some(Level::Error),
            source: "shop".to_owned(),
            message: message.to_owned(),
        };
        let lines = vec![line(1, "the newer"), line(2, "the older")];
        let found = |count| FoundLines { span, count, lines, is_partial: false, link: "/explore".to_owned() };
        Box::pin(async move { self.answer.clone().map(found) })
    }

    fn tell<'a>(
        &'a self,
        job: &'a Job,
        _: &'a LogQuerySpec,
        found: &'a FoundLines,
    ) -> BoxFuture<'a, Result<JobId, Unanswered>> {
        self.told.lock().unwrap().push(found.count);
        Box::pin(async move { Ok(job.id) })
    }
}

/// What becomes of a run, how often people were told, and the events of its log.
async fn run(spec: Value, answer: Result<u64, Unanswered>) -> ((&'static str, String), usize, Vec<String>) {
    let bench = Bench::new(JobKind::LogQuery, &spec);
    let (asked, told_to) = (Mutex::default(), Mutex::default());
    let logs = Arc::new(Logs { answer, asked, told: told_to });
    let reader: Arc<dyn LogReader> = Arc::clone(&logs) as _;
    let handler = LogQueryHandler::new(clock(), bench.run_log.clone(), reader);
    let ended = told(&bench.attempt(&handler, &due_payload(DUE)).await);
    assert_eq!(logs.asked.lock().unwrap()[0], DUE - std::time::Duration::from_secs(3_600)..DUE);
    let records = bench.records();
    assert!(records.iter().all(|line| line.fields[SAID_BY] == "log_query"), "{records:?}");
    let times = logs.told.lock().unwrap().len();
    (ended, times, records.into_iter().map(|line| line.event).collect())
}

fn hourly(more: &Value) -> Value {
    let mut spec = json!({"query": "level:error", "within_seconds": 3_600});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec
}

#[tokio::test]
async fn what_is_found_is_kept_and_told_as_the_bounds_say() {
    let found = ["query_found", "query_line", "query_line"].map(str::to_owned).to_vec();
    let fine = ("succeeded", String::new());
    assert_eq!(run(hourly(&json!({})), Ok(7)).await, (fine.clone(), 0, found.clone()));
    for (bounds, count, times) in [
        (json!({}), 0, 1),
        (json!({"above": 7}), 7, 0),
        (json!({"above": 7}), 8, 1),
        (json!({"below": 7}), 7, 0),
        (json!({"below": 7}), 6, 1),
        (json!({"below": 2, "above": 7}), 5, 0),
        (json!({"below": 2, "above": 7}), 1, 1),
    ] {
        let mut spec = hourly(&bounds);
        spec["to"] = json!(["ana@example.org"]);
        let last = if times == 1 { "query_sent" } else { "query_quiet" };
        let expected = [&found[..], &[last.to_owned()]].concat();
        assert_eq!(run(spec, Ok(count)).await, (fine.clone(), times, expected), "{bounds} {count}");
    }
}

#[tokio::test]
async fn a_search_without_an_answer_is_asked_again_where_there_may_be_one() {
    let again = run(hourly(&json!({})), Err(Unanswered::Later("busy".to_owned()))).await;
    assert_eq!(again, (("again", "logs_unanswered".to_owned()), 0, vec![]));
    let never = run(hourly(&json!({})), Err(Unanswered::Never("no account".to_owned()))).await;
    assert_eq!(never, (("failed", "log_query_refused".to_owned()), 0, vec![]));
}

#[tokio::test]
async fn the_oldest_line_comes_first_in_the_log() {
    let bench = Bench::new(JobKind::LogQuery, &hourly(&json!({})));
    let logs = Logs { answer: Ok(2), asked: Mutex::default(), told: Mutex::default() };
    let handler = LogQueryHandler::new(clock(), bench.run_log.clone(), Arc::new(logs));
    bench.attempt(&handler, &due_payload(DUE)).await;
    let said: Vec<_> = bench.records().into_iter().map(|line| line.message).collect();
    assert!(said[0].starts_with("2 lines found from ") && said[1].ends_with("the older"), "{said:?}");
}

#[test]
fn settings_that_are_wrong_are_named() {
    for (spec, wanted) in [
        (json!({"query": " "}), "`query`"),
        (json!({"query": "*", "within_seconds": 5}), "`within_seconds` is 5"),
        (json!({"query": "*", "lines": 1_000}), "`lines` is 1000"),
        (json!({"query": "*", "above": 1}), "add an address"),
        (json!({"query": "*", "over": 1}), "unknown field `over`"),
        (json!(["*"]), "they are no object"),
    ] {
        let problem = LogQuerySpec::parse(&spec.to_string()).unwrap_err();
        assert!(problem.contains(wanted), "{spec}: {problem}");
    }
    let kept = LogQuerySpec::parse(&json!({"query": "*"}).to_string()).unwrap();
    assert_eq!((kept.within_seconds, kept.lines), (86_400, 20));
}
