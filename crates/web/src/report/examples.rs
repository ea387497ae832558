//! A report of a day on which something went wrong, and of one on which nothing happened.

use super::page::{LevelRow, ReportPage, ReportSendForm, ReportedError};
use crate::{
    home::chart::{Slot, Throughput},
    layout::{
        gallery::{
            Drawn,
            examples::{ID, at, before},
        },
        parts::{Choice, Faults},
        view::View,
    },
};
use ::api::report::{CheckInTrouble, OtherItems, PostedTraces, Report, ReportedChecks, ReportedIssue, SlowEndpoint};
use askama::Template as _;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

fn quiet(v: &View) -> ReportPage<'_> {
    let since = before(v, 16 * 3_600);
    let slots = (0..24).map(|n| Slot { at: since + HOUR * n, sent: 0, errors: 0 }).collect();
    let none = OtherItems { succeeded: 0, failed: 0, unknown: 0 };
    ReportPage {
        v,
        title: "20/11/2026".to_owned(),
        periods: Choice::of([("today".to_owned(), v.t("report-period-today"))], "today"),
        since: "2026-11-20".to_owned(),
        until: "2026-11-20".to_owned(),
        report: Report {
            date: "2026-11-20".to_owned(),
            zone: "Europe/Paris".to_owned(),
            since,
            until: since + HOUR * 24,
            sent: 0,
            errors: 0,
            unknown: 0,
            success_rate: None,
            other_items: none,
            traces: PostedTraces { total: 0, errors: 0 },
            steps: Vec::new(),
            last_errors: Vec::new(),
            running_jobs: Vec::new(),
            new_issues: Vec::new(),
            slow_endpoints: Vec::new(),
            log_lines: Vec::new(),
            checks: ReportedChecks::default(),
            left_out: Vec::new(),
        },
        chart: Throughput::of(slots, HOUR),
        errors: Vec::new(),
        lines: Vec::new(),
        downloads: vec![("report-as-html", "/api/v1/report?format=html".to_owned())],
        send: ReportSendForm::default(),
        faults: Faults::default(),
    }
}

fn busy(v: &View) -> ReportPage<'_> {
    let empty = quiet(v);
    let since = empty.report.since;
    let slot = |n: u32| Slot { at: since + HOUR * n, sent: u64::from(n % 7) * 40, errors: u64::from(n == 9) * 12 };
    let line = |word, lines| LevelRow { word, lines, address: "/explore".to_owned() };
    let mut faults = Faults::default();
    faults.add("to", v.t("field-required"));
    ReportPage {
        report: Report {
            sent: 2_312,
            errors: 12,
            unknown: 1,
            success_rate: Some(99.5),
            other_items: OtherItems { succeeded: 14, failed: 1, unknown: 0 },
            new_issues: vec![ReportedIssue {
                short_id: "BOUTIQUE-12".to_owned(),
                title: "KeyError: 'panier' \u{202e}<b>".to_owned(),
                events: 41,
            }],
            slow_endpoints: vec![SlowEndpoint {
                project: "boutique".to_owned(),
                name: "/panier/<int:id>/".to_owned(),
                p95_ms: 2_380,
                requests: 1_204,
            }],
            checks: ReportedChecks {
                up: 11,
                late: 0,
                down: 1,
                maintenance: 1,
                outages: 2,
                in_trouble: vec![CheckInTrouble {
                    name: "Sauvegarde de la nuit".to_owned(),
                    state: "down".to_owned(),
                    since: before(v, 7_200),
                }],
            },
            left_out: vec!["logs".to_owned()],
            ..empty.report
        },
        chart: Throughput::of((0..24).map(slot).collect(), HOUR),
        errors: vec![ReportedError {
            at: before(v, 900),
            what: "zoe@exemple.fr: 550 5.1.1".to_owned(),
            job: Some(ID.to_owned()),
        }],
        lines: vec![line("level-error", 41), line("level-info", 120_450)],
        send: ReportSendForm {
            to: "direction".to_owned(),
            accounts: Choice::of([("compta".to_owned(), "compta".to_owned())], "compta"),
            ..ReportSendForm::default()
        },
        faults,
        ..empty
    }
}

pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/report");
    vec![("report", busy(v).render().unwrap()), ("report-quiet", quiet(v).render().unwrap())]
}
