//! Diagnoses, for programs.

use super::run::{self, AskedBy, LIST_BYTES_MAX, Refused};
use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Json, Path, Query},
    layout::Reader,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::diagnoses::{Diagnosis, DiagnosisList, NewDiagnosis};
use axum::{
    Extension,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use diagnosis::{
    BadQuestion,
    recipients::{BadList, RECIPIENTS_MAX},
    report::Document,
};
use language::Language;
use serde::Deserialize;
use store::DiagnosisFindings;
use utoipa::IntoParams;
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/diagnoses",
            Access::Admin,
            begin,
            About::new("Find out why a run stopped, by the logs of this machine")
                .takes::<NewDiagnosis>()
                .gives::<Diagnosis>(202, "It is being looked for")
                .body_max(2 * LIST_BYTES_MAX),
        )
        .get(
            "/api/v1/diagnoses",
            Access::Admin,
            list,
            About::new("Diagnoses, the newest first").gives::<DiagnosisList>(200, "All that are kept"),
        )
        .get(
            "/api/v1/diagnoses/{id}",
            Access::Admin,
            show,
            About::new("A diagnosis; its report alone as `{id}.json`, `{id}.txt`, `{id}.md` or `{id}.html`")
                .query::<ReportAsked>()
                .gives::<Diagnosis>(200, "What was found out"),
        )
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default, deny_unknown_fields)]
struct ReportAsked {
    /// `en` or `fr`; else as the request prefers.
    lang: String,
}

async fn begin(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(asked): Json<NewDiagnosis>,
) -> Result<(StatusCode, axum::Json<Diagnosis>)> {
    let id = run::begin(&ctx, asked, AskedBy::Person(granted.name())).await.map_err(problem)?;
    let id = id.ok_or_else(|| Problem::internal(&"a person's question has no incident"))?;
    let begun = run::shown(run::existing(&ctx, id).await?, ctx.app.clock.now());
    Ok((StatusCode::ACCEPTED, axum::Json(begun)))
}

fn problem(refused: Refused) -> Problem {
    match refused {
        Refused::Other(problem) => problem,
        Refused::Question(BadQuestion::NoTime) => {
            Problem::invalid(worded("diagnosis-no-time", &[])).remedy(worded("diagnosis-time-help", &[]))
        }
        Refused::Question(BadQuestion::NotATime(text)) => {
            Problem::invalid(worded("diagnosis-not-a-time", &[("text", &text)]))
                .remedy(worded("diagnosis-time-help", &[]))
        }
        Refused::Question(BadQuestion::Window) => Problem::invalid(worded("diagnosis-window", &[])),
        Refused::List(BadList::NoAddresses) => Problem::invalid(worded("diagnosis-list-no-addresses", &[])),
        Refused::List(BadList::Unreadable { line }) => {
            Problem::invalid(worded("diagnosis-list-unreadable", &[("line", &line)]))
        }
        Refused::List(BadList::TooLong) => {
            Problem::invalid(worded("diagnosis-list-long", &[("most", &RECIPIENTS_MAX)]))
        }
    }
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<DiagnosisList>> {
    let now = ctx.app.clock.now();
    let rows = ctx.app.db.diagnoses().await?.into_iter().map(|kept| run::shown(kept, now)).collect();
    Ok(axum::Json(DiagnosisList { rows, next: None }))
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(asked): Query<ReportAsked>,
) -> Result<Response> {
    let (id, form) = name.split_once('.').map_or((name.as_str(), None), |(id, form)| (id, Some(form)));
    let missing = || Problem::missing(worded("problem-no-diagnosis", &[("id", &name)]));
    let kept = run::existing(&ctx, id.parse::<Uuid>().map_err(|_| missing())?).await?;
    let found = ctx.app.db.diagnosis_findings(kept.id).await?;
    let language = match asked.lang.as_str() {
        "fr" => Language::French,
        "en" => Language::English,
        _ => v.language,
    };
    let Some(form) = form else {
        let report = found.as_ref().and_then(|found| serde_json::from_str(&found.report).ok());
        let shown = Diagnosis { report, ..run::shown(kept, ctx.app.clock.now()) };
        return Ok(axum::Json(shown).into_response());
    };
    let found = found.ok_or_else(missing)?;
    let (media, text): (&'static str, Vec<u8>) = match form {
        "json" => ("application/json", found.report.into_bytes()),
        "txt" => ("text/plain; charset=utf-8", document(&found, language)?.text().into_bytes()),
        "md" => ("text/markdown; charset=utf-8", document(&found, language)?.markdown().into_bytes()),
        "html" => ("text/html; charset=utf-8", document(&found, language)?.html(language).into_bytes()),
        "csv" => ("text/csv", found.not_sent.ok_or_else(missing)?),
        _ => return Err(missing()),
    };
    let name = format!("attachment; filename=\"diagnosis-{}.{form}\"", kept.id);
    let name = HeaderValue::from_str(&name).map_err(|error| Problem::internal(&error))?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(media)), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

/// The report for people, as it was kept.
pub(super) fn document(found: &DiagnosisFindings, language: Language) -> Result<Document> {
    let text = if language == Language::French { &found.french } else { &found.english };
    serde_json::from_str(text).map_err(|error| Problem::internal(&error))
}
