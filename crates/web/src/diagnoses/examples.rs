//! The pages of diagnoses with what they might show.

use super::page::{DiagnosesPage, DiagnosisForm, DiagnosisPage, DiagnosisRow};
use crate::layout::{
    foreign::Foreign,
    gallery::{
        Drawn,
        examples::{ID, at, before},
    },
    parts::Faults,
    view::View,
};
use ::api::diagnoses::DiagnosisState;
use askama::Template as _;
use diagnosis::report::{Block, Document, Section, TimelineRow, WeighedReason, cause_name};

fn row(v: &View) -> DiagnosisRow {
    DiagnosisRow {
        id: ID.to_owned(),
        title: Foreign::line(b"aquademie 22:20"),
        result: cause_name("worker_timeout", v.language),
        tone: "bad",
        asked_by: "marion".to_owned(),
        at: before(v, 60),
    }
}

fn reason(text: &str, points: i32) -> WeighedReason {
    WeighedReason { text: text.to_owned(), points }
}

fn moment(is_deciding: bool) -> TimelineRow {
    TimelineRow {
        at: "22:20:01".to_owned(),
        what: "gunicorn".to_owned(),
        place: "/var/log/gunicorn.log:17".to_owned(),
        line: "[2026-11-20 22:20:01 +0100] [842] [CRITICAL] WORKER TIMEOUT (pid:915)".to_owned(),
        is_deciding,
    }
}

fn document() -> Document {
    let line = "[2026-11-20 22:20:01 +0100] [842] [CRITICAL] WORKER TIMEOUT (pid:915)".to_owned();
    let table = Block::Table {
        heading: vec!["22:20".to_owned(), "n".to_owned()],
        rows: vec![vec!["/var/log/gunicorn.log".to_owned(), "412".to_owned()]],
    };
    let blocks = vec![
        Block::Lead("gunicorn, 30 s".to_owned()),
        Block::Text("gunicorn, 30 s".to_owned()),
        Block::Quote { place: "/var/log/gunicorn.log:17".to_owned(), line },
        Block::List(vec!["nginx 504 (+2)".to_owned()]),
        Block::Reasons(vec![reason("nginx 502", 2), reason("kern.log", -3)]),
        Block::Timeline(vec![moment(true), moment(false)]),
        Block::Command("journalctl -u aquademie".to_owned()),
        table,
    ];
    Document {
        title: "2026-11-20 22:20".to_owned(),
        sections: vec![
            Section { heading: "gunicorn".to_owned(), is_aside: false, blocks },
            Section { heading: "nginx".to_owned(), is_aside: true, blocks: vec![Block::Note("22:05".to_owned())] },
        ],
    }
}

pub(crate) fn diagnoses(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/diagnoses");
    let filled = DiagnosisForm {
        phrase: "22:20".to_owned(),
        path: "/send".to_owned(),
        job: Some((ID.to_owned(), "Factures".to_owned())),
        ..DiagnosisForm::default()
    };
    let mut faults = Faults::default();
    faults.add("phrase", v.t("diagnosis-no-time"));
    let list = |form, faults, rows| DiagnosesPage { v, form, faults, rows }.render().unwrap();
    let shown = |state, document: Option<Document>, error: &str| {
        let page = DiagnosisPage {
            v,
            row: row(v),
            state,
            error: error.to_owned(),
            has_not_sent: document.is_some(),
            document,
            job: Some(ID.to_owned()),
        };
        page.render().unwrap()
    };
    vec![
        ("diagnoses", list(filled, faults, vec![row(v)])),
        ("diagnoses-none", list(DiagnosisForm::default(), Faults::default(), vec![])),
        ("diagnosis", shown(DiagnosisState::Done, Some(document()), "")),
        ("diagnosis-running", shown(DiagnosisState::Running, None, "")),
        ("diagnosis-failed", shown(DiagnosisState::Failed, None, &v.t("diagnosis-no-time"))),
        ("diagnosis-interrupted", shown(DiagnosisState::Interrupted, None, "")),
    ]
}
