use super::*;
use crate::tests::{NOW, logs};
use model::JobId;
use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};
use telemetry::{
    JsonNames,
    query::{
        Page,
        language::{Empty, Order},
    },
};

const JOB: &str = "0198d4b2-0000-7000-8000-000000000007";

/// Knows one job as `letters`, and counts how often it is asked.
#[derive(Default)]
struct OneJob(AtomicUsize);

impl JobNames for OneJob {
    type Error = SearchError;

    async fn jobs_called(&self, name: &str) -> Result<Vec<JobId>, SearchError> {
        self.0.fetch_add(1, Relaxed);
        Ok(if name == "letters" { vec![JOB.parse().unwrap()] } else { Vec::new() })
    }
}

async fn resolved(search: &Search) -> Result<ResolvedSearch, SearchError> {
    search.resolve(NOW, &TimeZone::UTC, &OneJob::default()).await
}

fn of(q: &str) -> Search {
    Search { q: q.to_owned(), ..Search::default() }
}

#[test]
fn a_search_is_kept_as_it_was_written() {
    let search = Search { since: Some("1h".to_owned()), zone: Some("Europe/Paris".to_owned()), ..of("job:last x") };
    let kept = serde_json::to_string(&search).unwrap();
    assert_eq!(kept, r#"{"q":"job:last x","since":"1h","zone":"Europe/Paris"}"#);
    assert_eq!(serde_json::from_str::<Search>(&kept).unwrap(), search);
    assert_eq!(serde_json::from_str::<Search>("{}").unwrap(), Search::default());
}

#[tokio::test]
async fn each_name_is_asked_for_once_however_often_the_search_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let logs = logs(&folder);
    let told = [
        format!(r#"{{"message":"of it","job_id":"{JOB}"}}"#),
        format!(r#"{{"message":"of it too","job_id":"{JOB}","word":"low"}}"#),
        r#"{"message":"of none","word":"deep"}"#.to_owned(),
    ]
    .join("\n");
    let writer = logs.clone();
    let written = tokio::task::spawn_blocking(move || {
        let mut intake = writer.intake().unwrap();
        intake.json_lines(&mut told.as_bytes(), &JsonNames::default()).unwrap();
        intake.finish().unwrap();
    });
    written.await.unwrap();
    let names = OneJob::default();
    let search = of("job:letters OR job:letters OR job:nobody").resolve(NOW, &TimeZone::UTC, &names).await.unwrap();
    let page = Page { order: Order::Descending, after: None, limit: 10 };
    let rows = logs.rows(&search, page, None, |hit| hit.record.message().to_vec()).await.unwrap();
    assert_eq!(rows.rows, [b"of it too".to_vec(), b"of it".to_vec()]);
    assert_eq!(logs.counts(&search, None).await.unwrap().value.counts.iter().map(|step| step.total).sum::<u64>(), 2);
    let other = search.with_query(parse("job:letters of").0).unwrap();
    assert_eq!(logs.first(&other).await.unwrap().value, 1);
    assert_eq!(names.0.load(Relaxed), 2, "`letters` and `nobody`");
    assert_eq!(search.query.to_string(), "job_id:letters OR job_id:letters OR job_id:nobody");

    for (q, meant) in [("deep", "*:deep"), ("job:letters low", "job_id:letters *:low")] {
        let found = logs.suggestions(&resolved(&of(q)).await.unwrap(), Empty::Answer).await.unwrap().query;
        assert_eq!(found.map(|query| query.to_string()).as_deref(), Some(meant));
    }
    let mut first = Vec::new();
    let question = resolved(&of("")).await.unwrap().question().clone();
    let exported = logs
        .ask(TIME_MAX, move |snapshot, bounds| {
            let ended = export(snapshot, &question, Page { limit: 1, ..page }, bounds, |hit| {
                first.push(hit.record.message().to_vec());
                ControlFlow::Continue(())
            });
            (ended, first.len())
        })
        .await
        .unwrap();
    assert_eq!(exported, (ControlFlow::Continue(Vec::new()), 1));
}

#[tokio::test]
async fn what_cannot_be_read_of_a_search_is_named() {
    for (search, said) in [
        (Search { zone: Some("Mars".to_owned()), ..of("") }, "zone: there is no time zone `Mars`"),
        (Search { since: Some("soon".to_owned()), ..of("") }, "since: `soon` is not a valid date or time"),
        (Search { until: Some("32".to_owned()), ..of("") }, "until: `32` is not a valid date or time"),
    ] {
        assert_eq!(resolved(&search).await.unwrap_err().to_string(), said);
    }
    let range = resolved(&Search { since: Some("15m".to_owned()), ..of("") }).await.unwrap().range.unwrap();
    assert_eq!(range, NOW - Duration::from_secs(900)..Timestamp::from_micros(i64::MAX));
}
