//! The dashboard and the alert rules in `docs/recipes` speak of what there is.

use crate::testing::{Site, send};
use serde_json::Value;
use std::collections::BTreeSet;

const RULES: &str = include_str!("../../../../docs/recipes/prometheus-alerts.yml");
const DASHBOARD: &str = include_str!("../../../../docs/recipes/grafana-dashboard.json");

/// Names of metrics in a text.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let of_ours = |word: &&str| word.starts_with("vigie_") || word.starts_with("process_");
    words.filter(of_ours).map(|word| word.strip_suffix("_bucket").unwrap_or(word).to_owned()).collect()
}

#[tokio::test]
async fn every_metric_of_the_recipes_is_there() {
    let site = Site::with_account().await;
    let told = site.get("/metrics").await.text;
    let there: BTreeSet<&str> =
        told.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    assert_eq!(dashboard["schemaVersion"], 42);
    let expressions: String = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| format!("{}\n", target["expr"].as_str().unwrap()))
        .collect();
    let rules: String = RULES.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    let asked: BTreeSet<String> = named(&expressions).into_iter().chain(named(&rules)).collect();
    assert!(asked.len() > 15, "{asked:?}");
    let missing: Vec<_> = asked.iter().filter(|name| !there.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?} of {there:?}");
}

#[tokio::test]
async fn metrics_are_what_prometheus_reads() {
    let site = Site::with_account().await;
    let check =
        serde_json::json!({"name": "Night \"backup\"", "kind": "heartbeat", "when": "every 24 h", "grace_s": 3600});
    assert!(site.post("/api/v1/checks", check).await.status.is_success());
    let plain = site.get("/metrics").await;
    assert!(plain.header("content-type").starts_with("text/plain; version=0.0.4"));
    assert!(plain.text.contains("# TYPE vigie_traces_total counter\n") && !plain.text.contains("# EOF"));
    let accept = [("accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")];
    let open = send(&site.inside, "GET", "/metrics", &accept, "").await;
    assert!(open.header("content-type").starts_with("application/openmetrics-text; version=1.0.0"));
    assert!(open.text.contains("# TYPE vigie_traces counter\nvigie_traces_total{result=\"ok\"} 0\n"), "{}", open.text);
    assert!(open.text.ends_with("# EOF\n"));
    for text in [&plain.text, &open.text] {
        let mut families = BTreeSet::new();
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                assert!(families.insert(family.to_owned()), "twice: {family}");
            } else if !line.starts_with('#') {
                let (name, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                let name = name.split('{').next().unwrap();
                assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{line}");
            }
        }
    }
    assert!(plain.text.contains("vigie_jobs{kind=\"mail\",state=\"running\"} 0\n"), "{}", plain.text);
    let refused = send(&site.router, "GET", "/metrics", &[], "").await;
    assert_eq!(refused.status, axum::http::StatusCode::UNAUTHORIZED, "names of schedules are for those who may read");
}
