//! One endpoint, with what changed since a week before in words.

use crate::{
    layout::{
        foreign::{Foreign, plain},
        parts::Choice,
        rows,
        view::View,
    },
    performance::{page::apdex_text, periods, trace::address::address as trace_address, trace::page::span_time},
};
use askama::Template;
use model::Timestamp;
use reports::{DurationBar, Endpoint, EndpointDetail};
use std::time::Duration;

/// What changed by less is about the same, in hundredths.
const SAME: f64 = 5.0;
/// The width of all bars.
const WIDTH: f64 = 100.0;

#[derive(Template)]
#[template(path = "performance/endpoint.html")]
pub(crate) struct EndpointPage<'a> {
    pub(crate) v: &'a View,
    /// For the browser's tab.
    pub(crate) label: String,
    /// The endpoints of its project.
    pub(crate) back: String,
    pub(crate) name: Foreign,
    pub(crate) op: Foreign,
    pub(crate) now: Endpoint,
    pub(crate) periods: Vec<Choice>,
    /// Label, figure, and how it was a week before.
    pub(crate) figures: Vec<FigureCard>,
    pub(crate) bars: Vec<HistogramBar>,
    pub(crate) slowest: Vec<SlowRow>,
    pub(crate) releases: Vec<EndpointReleaseRow>,
    pub(crate) apdex: Duration,
    pub(crate) is_partial: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct FigureCard {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// Against a week before.
    pub(crate) change: String,
    /// `bad` where it became worse.
    pub(crate) tone: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct HistogramBar {
    pub(crate) label: String,
    pub(crate) count: u64,
    pub(crate) width: String,
}

#[derive(Clone, Debug)]
pub(crate) struct SlowRow {
    pub(crate) at: Timestamp,
    pub(crate) took: Duration,
    pub(crate) is_failed: bool,
    pub(crate) trace: Option<String>,
    pub(crate) release: Foreign,
    pub(crate) user: Foreign,
}

#[derive(Clone, Debug)]
pub(crate) struct EndpointReleaseRow {
    pub(crate) release: Foreign,
    pub(crate) count: u64,
    pub(crate) failed_percent: f64,
    pub(crate) p95: Duration,
}

impl<'a> EndpointPage<'a> {
    pub(crate) fn of(v: &'a View, detail: &EndpointDetail, period: (&str, Duration), apdex: Duration) -> Self {
        let foreign = |text: &str| Foreign::line(text.as_bytes());
        let most = detail.histogram.iter().map(|bar| bar.count).max().unwrap_or_default();
        let slowest = detail.slowest.iter().map(|slow| SlowRow {
            at: slow.at,
            took: slow.took,
            is_failed: slow.is_failed,
            trace: trace_address(&slow.trace_id),
            release: foreign(&slow.release),
            user: foreign(&slow.user),
        });
        let releases = detail.releases.iter().map(|one| EndpointReleaseRow {
            release: foreign(&one.release),
            count: one.count,
            failed_percent: one.failed as f64 * 100.0 / (one.count as f64).max(1.0),
            p95: one.p95,
        });
        EndpointPage {
            v,
            label: plain(&detail.now.name),
            back: rows::address("/performance", &[("project", &detail.now.project)]),
            name: foreign(&detail.now.name),
            op: foreign(&detail.now.op),
            periods: periods::choices(v, period.0),
            figures: figures(v, &detail.now, &detail.before, period.1),
            bars: detail.histogram.iter().map(|bar| shown_bar(v, bar, most)).collect(),
            slowest: slowest.collect(),
            releases: releases.collect(),
            now: detail.now.clone(),
            apdex,
            is_partial: detail.is_partial,
        }
    }

    fn project(&self) -> String {
        plain(&self.now.project)
    }
}

fn figures(v: &View, now: &Endpoint, before: &Endpoint, period: Duration) -> Vec<FigureCard> {
    let share = |part: f64, whole: f64| (part - whole) / whole.max(1e-9) * 100.0;
    let per_minute = |endpoint: &Endpoint| endpoint.count as f64 * 60.0 / period.as_secs_f64();
    let has_before = before.count > 0;
    let nothing = || (v.t("endpoint-nothing-before"), "");
    let said = |change, words: &ChangeWords| if has_before { changed(v, change, words) } else { nothing() };
    let card = |label, value, (change, tone): (String, &'static str)| FigureCard { label, value, change, tone };
    let (failed, failed_before) = (now.failed_percent(), before.failed_percent());
    let failures = match has_before {
        true => v.with("endpoint-before", "value", v.percent(&failed_before)),
        false => v.t("endpoint-nothing-before"),
    };
    let throughput = share(per_minute(now), per_minute(before));
    let time = |time: &Duration| span_time(v, time);
    let p95 = share(now.p95.as_secs_f64(), before.p95.as_secs_f64());
    let p50 = share(now.p50.as_secs_f64(), before.p50.as_secs_f64());
    let worse = if has_before && failed > failed_before { "bad" } else { "" };
    let apdex = match has_before {
        true => v.with("endpoint-before", "value", apdex_text(v, before)),
        false => v.t("endpoint-nothing-before"),
    };
    vec![
        card("performance-count", v.number(&now.count), said(throughput, &THROUGHPUT)),
        card("performance-failures", v.percent(&failed), (failures, worse)),
        card("performance-p50", time(&now.p50), said(p50, &DURATION)),
        card("performance-p95", time(&now.p95), said(p95, &DURATION)),
        card("performance-apdex", apdex_text(v, now), (apdex, "")),
        card("performance-users", v.number(&now.users), (users(v, before, has_before), "")),
    ]
}

/// How a rise and a fall are said, and the colour of a rise.
struct ChangeWords {
    rise: &'static str,
    fall: &'static str,
    tone: &'static str,
}

const THROUGHPUT: ChangeWords = ChangeWords { rise: "endpoint-more", fall: "endpoint-fewer", tone: "" };
const DURATION: ChangeWords = ChangeWords { rise: "endpoint-slower", fall: "endpoint-faster", tone: "bad" };

/// A change in hundredths, in words, with its colour.
fn changed(v: &View, change: f64, words: &ChangeWords) -> (String, &'static str) {
    let percent = v.percent(&change.abs().round());
    if change.abs() < SAME {
        (v.t("endpoint-same"), "")
    } else if change > 0.0 {
        (v.with(words.rise, "percent", percent), words.tone)
    } else {
        (v.with(words.fall, "percent", percent), "")
    }
}

fn users(v: &View, before: &Endpoint, has_before: bool) -> String {
    match has_before {
        true => v.with("endpoint-before", "value", v.number(&before.users)),
        false => v.t("endpoint-nothing-before"),
    }
}

fn shown_bar(v: &View, bar: &DurationBar, most: u64) -> HistogramBar {
    let label = match bar.up_to {
        Some(up_to) => v.with("endpoint-up-to", "time", span_time(v, &up_to)),
        None => v.with("endpoint-above", "time", span_time(v, &bar.above)),
    };
    let width = bar.count as f64 * WIDTH / most.max(1) as f64;
    HistogramBar { label, count: bar.count, width: format!("{width:.1}") }
}
