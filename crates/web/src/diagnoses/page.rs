//! The form, what was asked before, and one diagnosis.

use crate::layout::{foreign::Foreign, parts::Faults, view::View};
use ::api::diagnoses::{DiagnosisState, NewDiagnosis};
use askama::Template;
use diagnosis::report::{Block, Document};
use model::Timestamp;

/// Bytes of a line of a log that are shown.
const LINE_BYTES_MAX: usize = 4_096;

#[derive(Template)]
#[template(path = "diagnoses/list.html")]
pub(crate) struct DiagnosesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) form: DiagnosisForm,
    pub(crate) faults: Faults,
    pub(crate) rows: Vec<DiagnosisRow>,
}

/// What the form is filled in with.
#[derive(Clone, Debug, Default)]
pub(crate) struct DiagnosisForm {
    pub(crate) phrase: String,
    pub(crate) at: String,
    pub(crate) window: String,
    pub(crate) path: String,
    pub(crate) app_root: String,
    pub(crate) unit: String,
    pub(crate) logs: String,
    /// The job that it is about, and its name.
    pub(crate) job: Option<(String, String)>,
}

impl DiagnosisForm {
    pub(crate) fn of(asked: &NewDiagnosis) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            phrase: asked.phrase.clone(),
            at: text(&asked.at),
            window: asked.window_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            path: text(&asked.path),
            app_root: text(&asked.app_root),
            unit: text(&asked.unit),
            logs: asked.logs.join("\n"),
            job: None,
        }
    }

    /// Whether more is filled in than is seen at first.
    fn has_more(&self) -> bool {
        [&self.window, &self.path, &self.app_root, &self.unit, &self.logs].into_iter().any(|text| !text.is_empty())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct DiagnosisRow {
    pub(crate) id: String,
    pub(crate) title: Foreign,
    /// What came of it, in words, and the tone of its badge.
    pub(crate) result: String,
    pub(crate) tone: &'static str,
    pub(crate) asked_by: String,
    pub(crate) at: Timestamp,
}

#[derive(Template)]
#[template(path = "diagnoses/show.html")]
pub(crate) struct DiagnosisPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: DiagnosisRow,
    pub(crate) state: DiagnosisState,
    /// Why it could not be answered.
    pub(crate) error: String,
    pub(crate) document: Option<Document>,
    pub(crate) has_not_sent: bool,
    pub(crate) job: Option<String>,
}

impl DiagnosisPage<'_> {
    fn is_running(&self) -> bool {
        self.state == DiagnosisState::Running
    }

    /// `+3`, `−2`; nothing where it weighs nothing.
    fn points(&self, points: &i32) -> String {
        match points {
            0 => String::new(),
            points if *points < 0 => format!("−{}", points.unsigned_abs()),
            points => format!("+{points}"),
        }
    }

    /// What a log or somebody says, escaped.
    fn tame(&self, text: &str) -> String {
        Foreign::text(text.as_bytes(), LINE_BYTES_MAX).html
    }
}
