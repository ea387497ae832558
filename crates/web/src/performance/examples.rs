//! The page of endpoints with what it might show.

use super::{page::EndpointsPage, periods};
use crate::layout::{
    gallery::{Drawn, examples::at},
    parts::{Choice, Chosen},
    view::View,
};
use askama::Template as _;
use reports::Endpoint;
use std::time::Duration;

pub(crate) fn performance(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/performance");
    let projects = vec![Choice { value: String::new(), label: v.t("performance-all-projects"), chosen: Chosen::Yes }];
    let page = |rows, has_projects| EndpointsPage {
        v,
        projects: projects.clone(),
        periods: periods::choices(v, "24h"),
        rows,
        apdex: Duration::from_millis(300),
        is_partial: false,
        has_projects,
    };
    let rows = [
        endpoint("/factures/{id}/pdf", "http.server", 1_284, 38, 1_420),
        endpoint("/core/clients/", "http.server", 18_230, 3, 84),
        endpoint("facturation.tasks.envoyer", "queue.task.celery", 500, 12, 640),
    ];
    vec![
        (
            "performance",
            page(rows.map(|row| ("/performance/endpoint".to_owned(), row)).to_vec(), true).render().unwrap(),
        ),
        ("performance-none", page(vec![], false).render().unwrap()),
    ]
}

pub(crate) fn endpoint(name: &str, op: &str, count: u64, failed: u64, millis: u64) -> Endpoint {
    let time = |share: f64| Duration::from_millis(millis).mul_f64(share);
    Endpoint {
        project: "facturation".into(),
        name: name.into(),
        op: op.into(),
        count,
        failed,
        satisfied: if millis < 300 { count - failed } else { count / 5 },
        tolerated: if millis < 300 { 0 } else { count / 2 },
        users: count / 40 + 1,
        total: time(1.0) * count as u32,
        average: time(1.0),
        p50: time(0.8),
        p75: time(1.2),
        p95: time(2.4),
        p99: time(4.1),
        slowest: time(9.0),
    }
}
