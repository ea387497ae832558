//! An endpoint that has become slower, and one that was not used.

use super::page::EndpointPage;
use crate::layout::{
    gallery::{
        Drawn,
        examples::{at, before},
    },
    view::View,
};
use crate::performance::examples::endpoint;
use askama::Template as _;
use reports::{DurationBar, EndpointDetail, EndpointRelease, SlowTransaction};
use std::time::Duration;

pub(super) fn endpoints(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/performance/endpoint");
    let day = ("24h", Duration::from_secs(86_400));
    let apdex = Duration::from_millis(300);
    let page = |detail: &EndpointDetail| EndpointPage::of(v, detail, day, apdex).render().unwrap();
    vec![("endpoint", page(&detail(v))), ("endpoint-none", page(&EndpointDetail::default()))]
}

fn detail(v: &View) -> EndpointDetail {
    let millis = Duration::from_millis;
    let bar = |above: u64, up_to: u64, count| DurationBar { above: millis(above), up_to: Some(millis(up_to)), count };
    let slow = |n: u64| SlowTransaction {
        trace_id: format!("{n:032x}"),
        at: before(v, 400 * n),
        took: millis(12_780 - 900 * n),
        is_failed: n == 2,
        release: "facturation@2.4.1".to_owned(),
        user: if n == 3 { "<b>léa</b>".to_owned() } else { "42".to_owned() },
    };
    let release = |release: &str, count, failed, p95| EndpointRelease {
        release: release.to_owned(),
        count,
        failed,
        p95: millis(p95),
    };
    EndpointDetail {
        now: endpoint("/factures/{id}/pdf", "http.server", 1_284, 38, 1_420),
        before: endpoint("/factures/{id}/pdf", "http.server", 1_630, 12, 910),
        histogram: vec![
            bar(200, 500, 41),
            bar(500, 1_000, 604),
            bar(1_000, 2_000, 522),
            bar(2_000, 5_000, 103),
            DurationBar { above: millis(5_000), up_to: None, count: 14 },
        ],
        slowest: (1..=4).map(slow).collect(),
        releases: vec![release("facturation@2.4.1", 902, 36, 3_900), release("", 382, 2, 1_800)],
        is_partial: false,
    }
}
