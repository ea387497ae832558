//! The one error that the API answers with: a problem as RFC 9457 has it, with a remedy where there is one.

use crate::{layout::foreign::plain, words::Words};
use axum::{
    Json,
    extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use language::Language;
use serde::Serialize;

pub(crate) type Result<T, E = Problem> = std::result::Result<T, E>;

/// A problem, and what is said of it elsewhere than in its body.
#[derive(Debug)]
pub(crate) struct Problem {
    body: Box<api::problem::Problem>,
    retry_after_seconds: Option<u32>,
    said: Option<Box<PageText>>,
    french: Box<French>,
    /// The field of a form that it is about.
    field: Option<&'static str>,
}

/// What the API says in French, of what has words in both languages.
#[derive(Clone, Debug, Default)]
pub(crate) struct French {
    detail: Option<String>,
    remedy: Option<String>,
}

impl French {
    /// Puts it in the place of what is said in English.
    pub(crate) fn put(self, problem: &mut api::problem::Problem) {
        if let Some(detail) = self.detail {
            problem.detail = detail;
        }
        problem.remedy = self.remedy.or_else(|| problem.remedy.take());
    }
}

/// What is said of a problem: to the letter, or in both languages.
#[derive(Debug)]
pub(crate) struct ProblemText {
    english: String,
    french: Option<String>,
}

impl From<String> for ProblemText {
    fn from(english: String) -> Self {
        Self { english, french: None }
    }
}

impl ProblemText {
    /// In both languages.
    pub(crate) fn both(english: String, french: String) -> Self {
        Self { english, french: Some(french) }
    }

    /// What is said in a language.
    pub(crate) fn say(&self, language: Language) -> &str {
        match (language, &self.french) {
            (Language::French, Some(french)) => french,
            _ => &self.english,
        }
    }

    /// `field: what is said`.
    #[must_use]
    pub(crate) fn after(self, field: &str) -> Self {
        let after = |text: String| format!("{field}: {text}");
        Self { english: after(self.english), french: self.french.map(after) }
    }
}

impl From<&str> for ProblemText {
    fn from(english: &str) -> Self {
        english.to_owned().into()
    }
}

/// A text of `locales/problems.*.ftl` with its values. A `state` is said as the language says it.
pub(crate) fn worded(id: &str, values: &[(&str, &dyn std::fmt::Display)]) -> ProblemText {
    let said = |language| {
        let words = Words { language, zone: TimeZone::UTC };
        let value = |name: &str, value: String| match language {
            Language::French if name == "state" => words.t(&format!("state-{value}")).to_lowercase(),
            _ => value,
        };
        let values: Vec<_> = values.iter().map(|(name, shown)| (*name, value(name, shown.to_string()))).collect();
        words.with_all(id, &values)
    };
    ProblemText { english: said(Language::English), french: Some(said(Language::French)) }
}

/// What a page says of a problem in place of its detail, in the reader's language.
#[derive(Clone, Debug)]
pub(crate) struct PageText {
    /// Of the words of the pages, with their values.
    pub(crate) id: &'static str,
    pub(crate) values: Vec<(&'static str, String)>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &str, detail: impl Into<ProblemText>) -> Self {
        let ProblemText { english, french } = detail.into();
        let body = api::problem::Problem {
            kind: format!("/api#{kind}"),
            title: title(status),
            status: status.as_u16(),
            detail: english,
            ..api::problem::Problem::default()
        };
        let french = Box::new(French { detail: french, remedy: None });
        Self { body: Box::new(body), retry_after_seconds: None, said: None, french, field: None }
    }

    /// 400: it cannot be read at all.
    pub(crate) fn malformed(detail: impl Into<ProblemText>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 422: it can be read, and makes no sense.
    pub(crate) fn invalid(detail: impl Into<ProblemText>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
    }

    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no {what}"))
    }

    /// 404, said as a whole.
    pub(crate) fn missing(detail: impl Into<ProblemText>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    pub(crate) fn conflict(detail: impl Into<ProblemText>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    pub(crate) fn too_large(detail: impl Into<ProblemText>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    /// 503, to be tried again after so many seconds.
    pub(crate) fn busy(kind: &str, detail: impl Into<ProblemText>, retry_after_seconds: u32) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, kind, detail);
        Self { retry_after_seconds: Some(retry_after_seconds), ..problem }
    }

    /// 500. The cause is logged here and not told.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", worded("problem-internal", &[]))
            .remedy(worded("problem-internal-help", &[]))
    }

    /// The same with another status.
    #[must_use]
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        (self.body.status, self.body.title) = (status.as_u16(), title(status));
        self
    }

    #[must_use]
    pub(crate) fn remedy(mut self, remedy: impl Into<ProblemText>) -> Self {
        let ProblemText { english, french } = remedy.into();
        (self.body.remedy, self.french.remedy) = (Some(english), french);
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.body.more.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// What a page says of it: what is wrong with which value, and what to write.
    #[must_use]
    pub(crate) fn said(mut self, id: &'static str, values: &[(&'static str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| (*name, plain(value).chars().take(80).collect()));
        self.said = Some(Box::new(PageText { id, values: values.collect() }));
        self
    }

    /// When to try again.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    #[must_use]
    pub(crate) fn in_field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    pub(crate) fn field(&self) -> Option<&'static str> {
        self.field
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What is wrong and what helps, in English and in French.
    pub(crate) fn both(&self) -> (String, String) {
        let body = &self.body;
        let joined = |detail: &str, remedy: Option<&str>| match remedy {
            Some(remedy) => format!("{detail}: {remedy}"),
            None => detail.to_owned(),
        };
        let French { detail, remedy } = &*self.french;
        let french = joined(detail.as_deref().unwrap_or(&body.detail), remedy.as_deref().or(body.remedy.as_deref()));
        (joined(&body.detail, body.remedy.as_deref()), french)
    }

    pub(crate) fn detail(&self) -> &str {
        &self.body.detail
    }
}

fn title(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("Error").to_owned()
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let status = self.status_code();
        let said = self.said.take();
        let retry_after = self.retry_after_seconds;
        let mut response = (status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(*self.french);
        if let Some(said) = said {
            response.extensions_mut().insert(*said);
        }
        response
    }
}

/// Why a job cannot be changed so, where there are words for it.
fn impossible(what: &str, found: &str, wanted: &str) -> Option<ProblemText> {
    let id = match wanted {
        "paused" => "problem-cannot-pause",
        "resumed" => "problem-cannot-resume",
        "cancelled" => "problem-cannot-cancel",
        _ if wanted.starts_with("set going again") => "problem-cannot-retry",
        _ => return None,
    };
    let job = what.strip_prefix("job ")?;
    Some(worded(id, &[("id", &job), ("state", &found)]))
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Shared(shared) if matches!(*shared, store::Error::Conflict(_)) => {
                Self::conflict(shared.to_string())
            }
            store::Error::State { ref what, ref found, wanted } => {
                let problem =
                    Self::conflict(impossible(what, found, wanted).unwrap_or_else(|| error.to_string().into()));
                match wanted == "resumed" && found != "preparing" {
                    true => problem.remedy(worded("problem-resume-help", &[])),
                    false => problem,
                }
            }
            store::Error::Conflict(_) => Self::conflict(error.to_string()),
            store::Error::Closed => Self::busy("stopping", worded("problem-stopping", &[]), 5),
            error if error.is_passing() => {
                tracing::warn!(%error, "the database does not answer");
                Self::busy("database", worded("problem-database", &[]), 5).remedy(worded("problem-database-help", &[]))
            }
            error => Self::internal(&error),
        }
    }
}

/// What a library says behind its own words for what it was doing.
fn cause(said: &str) -> &str {
    let behind = said.strip_prefix("Failed to ").and_then(|rest| rest.split_once(": "));
    behind.map_or(said, |(_, cause)| cause)
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::JsonDataError(error) => {
                Self::invalid(worded("problem-json", &[("why", &cause(&error.body_text()))]))
            }
            JsonRejection::MissingJsonContentType(_) => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", worded("problem-media-type", &[]))
                    .remedy(worded("problem-media-type-help", &[]))
            }
            JsonRejection::BytesRejection(error) => error.into(),
            other => Self::malformed(worded("problem-json", &[("why", &cause(&other.body_text()))])),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(worded("problem-body-long", &[])),
            _ => Self::malformed(worded("problem-body", &[("why", &cause(&rejection.body_text()))])),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::malformed(worded("problem-query", &[("why", &cause(&rejection.body_text()))])).said("error-address", &[])
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::malformed(worded("problem-path", &[("why", &cause(&rejection.body_text()))])).said("error-address", &[])
    }
}
