//! Diagnoses, for people.

use super::{
    api::document,
    page::{DiagnosesPage, DiagnosisForm, DiagnosisPage, DiagnosisRow},
    run::{self, AskedBy, LIST_BYTES_MAX, Refused},
};
use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Path, Query},
    jobs::lookup,
    layout::{Reader, foreign::Foreign, page, parts::Faults, see, shown, view::View},
    problem::{Problem, Result},
    routes::{Routes, form_about, page_about},
};
use ::api::diagnoses::{DiagnosisState, NewDiagnosis};
use axum::{
    Extension,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
};
use diagnosis::{
    BadQuestion,
    recipients::{BadList, RECIPIENTS_MAX},
    report::cause_name,
};
use model::{JobId, Timestamp};
use serde::Deserialize;
use store::{Scope, StoredDiagnosis};
use utoipa::IntoParams;
use uuid::Uuid;

const ADMINS: Access = Access::Page(Scope::Admin);
/// Characters of a field.
const FIELD_CHARS_MAX: usize = 2_000;
/// Patterns of further logs.
const LOGS_MAX: usize = 20;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/diagnoses",
            ADMINS,
            list,
            page_about("Ask why a run stopped; what was asked before").query::<Prefilled>(),
        )
        .post(
            "/diagnoses",
            ADMINS,
            begin,
            form_about("Find out why a run stopped").body_max(LIST_BYTES_MAX + (1 << 20)),
        )
        .get("/diagnoses/{id}", ADMINS, show, page_about("Why a run stopped, who was served, and whether to resume"))
}

/// With what the form is filled in.
#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct Prefilled {
    /// A moment in RFC 3339.
    at: String,
    /// The id of a job that stopped.
    job: Option<Uuid>,
    /// The id of a diagnosis that is asked for once more.
    again: Option<Uuid>,
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(asked): Query<Prefilled>) -> Result<Response> {
    let mut form = DiagnosisForm::default();
    if let Some(id) = asked.again {
        let question = run::asked(&run::existing(&ctx, id).await?);
        form = DiagnosisForm::of(&question);
        form.job = about(&ctx, question.job).await?;
    }
    if let Ok(at) = asked.at.parse::<Timestamp>() {
        form.at = local(&ctx, at);
    }
    if let Some(id) = asked.job {
        let job = lookup::existing(&ctx, id.into()).await?;
        form.at = local(&ctx, job.finished_at.unwrap_or(job.updated_at));
        form.phrase = v.with("diagnosis-job-phrase", "name", &job.name);
        form.job = Some((job.id.to_string(), job.name));
    }
    let rows = rows(&ctx, &v).await?;
    Ok(shown(&DiagnosesPage { v: &v, form, faults: Faults::default(), rows }))
}

/// As the form takes it: by the clock of this machine.
fn local(ctx: &Ctx, at: Timestamp) -> String {
    at.in_zone(&ctx.app.zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

async fn about(ctx: &Ctx, job: Option<Uuid>) -> Result<Option<(String, String)>> {
    let Some(id) = job else { return Ok(None) };
    Ok(ctx.app.db.job(id.into()).await?.map(|job| (job.id.to_string(), job.name)))
}

async fn rows(ctx: &Ctx, v: &View) -> Result<Vec<DiagnosisRow>> {
    let kept = ctx.app.db.diagnoses().await?;
    let mut rows = Vec::new();
    for kept in &kept {
        let job = about(ctx, kept.job.map(|job| job.0)).await?;
        rows.push(row(v, kept, job.as_ref().map(|(_, name)| name.as_str())));
    }
    Ok(rows)
}

/// What came of the newest diagnosis of a job: its id, the result and the tone of its badge.
pub(crate) async fn of_job(ctx: &Ctx, v: &View, job: JobId) -> Result<Option<(String, String, &'static str)>> {
    let kept = ctx.app.db.diagnosis_of_job(job).await?;
    Ok(kept.map(|kept| {
        let (result, tone) = result(v, &kept);
        (kept.id.to_string(), result, tone)
    }))
}

fn row(v: &View, kept: &StoredDiagnosis, job: Option<&str>) -> DiagnosisRow {
    let asked = run::asked(kept);
    let title = match job {
        _ if !asked.phrase.is_empty() => asked.phrase,
        Some(name) => v.with("diagnosis-job-phrase", "name", name),
        None => asked.at.unwrap_or_default(),
    };
    let (result, tone) = result(v, kept);
    DiagnosisRow {
        id: kept.id.to_string(),
        title: Foreign::line(title.as_bytes()),
        result,
        tone,
        asked_by: match kept.incident {
            Some(_) => v.t("diagnosis-automatic"),
            None => kept.asked_by.clone(),
        },
        at: kept.created_at,
    }
}

fn result(v: &View, kept: &StoredDiagnosis) -> (String, &'static str) {
    match (run::state(kept, v.now), kept.verdict.as_deref(), &kept.cause) {
        (DiagnosisState::Running, ..) => (v.t("diagnosis-running"), "busy"),
        (DiagnosisState::Interrupted, ..) => (v.t("diagnosis-interrupted"), "still"),
        (DiagnosisState::Failed, ..) => (v.t("diagnosis-failed"), "bad"),
        (DiagnosisState::Done, Some("cause"), Some(cause)) => (cause_name(cause, v.language), "bad"),
        (DiagnosisState::Done, Some("ended_normally"), _) => (v.t("diagnosis-ended-normally"), "good"),
        (DiagnosisState::Done, Some("stopped_by_person"), _) => (v.t("diagnosis-stopped-by-person"), "still"),
        (DiagnosisState::Done, Some("still_running"), _) => (v.t("diagnosis-still-running"), "busy"),
        (DiagnosisState::Done, Some("nothing"), _) => (v.t("diagnosis-nothing"), "good"),
        (DiagnosisState::Done, ..) => (v.t("diagnosis-insufficient"), "doubt"),
    }
}

async fn begin(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let asked = posted(multipart.map_err(|error| Problem::malformed(error.body_text()))?).await?;
    let mut form = DiagnosisForm::of(&asked);
    form.job = about(&ctx, asked.job).await?;
    let refused = match run::begin(&ctx, asked, AskedBy::Person(granted.name())).await {
        Ok(id) => return Ok(see(&id.map_or_else(|| "/diagnoses".to_owned(), |id| format!("/diagnoses/{id}")))),
        Err(refused) => refused,
    };
    let faults = faults(&v, refused)?;
    let rows = rows(&ctx, &v).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &DiagnosesPage { v: &v, form, faults, rows }))
}

/// The question of the form.
async fn posted(mut form: Multipart) -> Result<NewDiagnosis> {
    let broken = |error: axum::extract::multipart::MultipartError| Problem::malformed(error.body_text());
    let mut asked = NewDiagnosis::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        if name == "recipients" {
            asked.recipients = (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned());
            continue;
        }
        let text: String = String::from_utf8_lossy(&bytes).trim().chars().take(FIELD_CHARS_MAX).collect();
        let some = Some(text.clone()).filter(|text| !text.is_empty());
        match name.as_str() {
            "phrase" => asked.phrase = text,
            "at" => asked.at = some,
            "window" => asked.window_minutes = text.parse().ok(),
            "path" => asked.path = some,
            "app_root" => asked.app_root = some,
            "unit" => asked.unit = some,
            "logs" => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                asked.logs = lines.take(LOGS_MAX).map(str::to_owned).collect();
            }
            "job" => asked.job = text.parse().ok(),
            _ => {}
        }
    }
    Ok(asked)
}

fn faults(v: &View, refused: Refused) -> Result<Faults> {
    let mut faults = Faults::default();
    let time = |text: String| format!("{text} {}", v.t("diagnosis-time-help"));
    match refused {
        Refused::Other(problem) => return Err(problem),
        Refused::Question(BadQuestion::NoTime) => faults.add("phrase", time(v.t("diagnosis-no-time"))),
        Refused::Question(BadQuestion::NotATime(text)) => {
            faults.add("at", time(v.with("diagnosis-not-a-time", "text", text)));
        }
        Refused::Question(BadQuestion::Window) => faults.add("at", v.t("diagnosis-window")),
        Refused::List(BadList::NoAddresses) => faults.add("recipients", v.t("diagnosis-list-no-addresses")),
        Refused::List(BadList::Unreadable { line }) => {
            faults.add("recipients", v.with("diagnosis-list-unreadable", "line", line));
        }
        Refused::List(BadList::TooLong) => {
            faults.add("recipients", v.with("diagnosis-list-long", "most", v.number(&(RECIPIENTS_MAX as u64))));
        }
    }
    Ok(faults)
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>) -> Result<Response> {
    let kept = run::existing(&ctx, id).await?;
    let job = about(&ctx, kept.job.map(|job| job.0)).await?;
    let found = ctx.app.db.diagnosis_findings(id).await?;
    let document = found.as_ref().map(|found| document(found, v.language)).transpose()?;
    Ok(shown(&DiagnosisPage {
        v: &v,
        row: row(&v, &kept, job.as_ref().map(|(_, name)| name.as_str())),
        state: run::state(&kept, v.now),
        error: kept.error.as_deref().map(|error| said(&v, error)).unwrap_or_default(),
        document,
        has_not_sent: found.is_some_and(|found| found.not_sent.is_some()),
        job: job.map(|(id, _)| id),
    }))
}

/// Why it could not be answered, as it was kept.
fn said(v: &View, error: &str) -> String {
    let (word, about) = error.split_once(' ').unwrap_or((error, ""));
    match word {
        "no_file" => v.with("diagnosis-no-file", "pattern", about),
        "no_time" => v.t("diagnosis-no-time"),
        "not_a_time" => v.with("diagnosis-not-a-time", "text", about),
        "window" => v.t("diagnosis-window"),
        "no_machine" => v.t("diagnosis-no-machine"),
        _ => v.t("problem-internal"),
    }
}
