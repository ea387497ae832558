//! Answers in the words that the SDKs of Sentry understand.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use errors::{auth::AuthRefused, envelope::MalformedEnvelope};
use reports::{DropReason, Received};
use serde_json::json;
use std::time::Duration;

const RATE_LIMITS: HeaderName = HeaderName::from_static("x-sentry-rate-limits");
const ERROR: HeaderName = HeaderName::from_static("x-sentry-error");

/// How long a client is told to wait where nothing says it better.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Why nothing was taken.
#[derive(Debug)]
pub(super) enum Refusal {
    Auth(AuthRefused),
    UnknownKey,
    OtherProject,
    Packing,
    Unpackable,
    /// Of the bytes that may be.
    TooLarge(usize),
    /// The same, of what was packed.
    TooLargeUnpacked(usize),
    Late,
    Malformed(MalformedEnvelope),
    /// A crash report that is no form of parts.
    NotAForm,
    NoMinidump,
    /// What is posted as one event is no object of JSON.
    NotAnEvent,
    /// The address of a scheduled task that does not say how it stands.
    NoCheckIn,
    Busy,
    /// The store or the database.
    Unavailable(reports::Error),
}

impl From<AuthRefused> for Refusal {
    fn from(refused: AuthRefused) -> Self {
        Self::Auth(refused)
    }
}

impl From<MalformedEnvelope> for Refusal {
    fn from(malformed: MalformedEnvelope) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<reports::Error> for Refusal {
    fn from(error: reports::Error) -> Self {
        match error {
            reports::Error::Envelope(malformed) => Self::Malformed(malformed),
            reports::Error::Logs(logs::Error::Store(telemetry::Error::Busy { .. })) | reports::Error::SentBefore => {
                Self::Busy
            }
            other => Self::Unavailable(other),
        }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            // As Relay does: an SDK drops what is refused so, and tries nothing again.
            Self::Auth(_) | Self::UnknownKey | Self::OtherProject => StatusCode::FORBIDDEN,
            Self::Packing => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unpackable
            | Self::Malformed(_)
            | Self::NotAForm
            | Self::NoMinidump
            | Self::NotAnEvent
            | Self::NoCheckIn => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) | Self::TooLargeUnpacked(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Auth(refused) => refused.to_string(),
            Self::UnknownKey => {
                "no project has this key, or it is disabled: copy the DSN from the project's page".into()
            }
            Self::OtherProject => "the key belongs to another project: copy the DSN from the project's page".into(),
            Self::Packing => "this content-encoding is not known: gzip, deflate, br and zstd are".into(),
            Self::Unpackable => "the body is not packed as its content-encoding says".into(),
            Self::TooLarge(most) => format!("the body has more than {} MiB", most >> 20),
            Self::TooLargeUnpacked(most) => format!("the body has more than {} MiB once it is unpacked", most >> 20),
            Self::Late => "the body did not arrive in time".into(),
            Self::Malformed(malformed) => malformed.to_string(),
            Self::NotAForm => "the body is no whole form of parts: send multipart/form-data, at most 100 parts".into(),
            Self::NotAnEvent => "the body is no event: send a JSON object, or an envelope to /envelope/".into(),
            Self::NoCheckIn => "a check-in says `status`: in_progress, ok or error".into(),
            Self::NoMinidump => "the field upload_file_minidump is missing, or holds no minidump".into(),
            Self::Busy => "many clients are sending: try again in a moment".into(),
            Self::Unavailable(_) => "what is sent cannot be kept at the moment: see the log of Vigie".into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Unavailable(error) = &self {
            tracing::warn!(%error, "reports of clients are refused");
        }
        let detail = self.detail();
        let mut response = (self.status(), Json(json!({ "detail": &detail }))).into_response();
        let headers = response.headers_mut();
        if let Ok(detail) = HeaderValue::from_str(&detail) {
            headers.insert(ERROR, detail);
        }
        if matches!(self, Self::Busy) {
            // Without this, a client is silent for a minute in every category.
            headers.insert(header::RETRY_AFTER, RETRY_AFTER.as_secs().into());
            headers.insert(RATE_LIMITS, value(&format!("{}::organization", RETRY_AFTER.as_secs())));
        }
        response
    }
}

/// What became of a crash report: its client keeps the id of the event as it is told here.
pub(super) fn crash(received: &Received) -> Response {
    match (&received.refused, received.event_id) {
        (None, Some(id)) => id.hyphenated().to_string().into_response(),
        _ => self::received(received),
    }
}

/// What became of an envelope. Limits are told with whatever status: what an envelope has besides is taken.
pub(super) fn received(received: &Received) -> Response {
    let body = match received.event_id {
        Some(id) => json!({ "id": id.simple().to_string() }),
        None => json!({}),
    };
    let status = match received.refused {
        Some(DropReason::Quota) => StatusCode::TOO_MANY_REQUESTS,
        Some(DropReason::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::OK,
    };
    let mut response = (status, Json(body)).into_response();
    if let Some(longest) = received.limited.values().max() {
        let limits: Vec<String> = received
            .limited
            .iter()
            .map(|(category, wait)| format!("{}:{category}:project:quota", wait.as_secs().max(1)))
            .collect();
        let headers = response.headers_mut();
        headers.insert(RATE_LIMITS, value(&limits.join(", ")));
        if received.refused == Some(DropReason::Quota) {
            headers.insert(header::RETRY_AFTER, longest.as_secs().max(1).into());
        }
    }
    response
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
