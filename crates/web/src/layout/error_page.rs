//! What stands in place of a page that cannot be shown.

use crate::layout::view::View;
use askama::Template;

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) what: ErrorOf,
    /// As it was answered.
    pub(crate) status: u16,
    /// What is wrong with which value and what to write, in the reader's words.
    pub(crate) said: Option<String>,
    /// What exactly and what helps, in English, where that is all there is to say; empty otherwise.
    pub(crate) detail: String,
    pub(crate) remedy: String,
    /// For whoever looks into the log.
    pub(crate) request_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorOf {
    /// 403
    Forbidden,
    /// 404, 405
    NotFound,
    /// 400, 413, 415, 422: what was asked or typed makes no sense.
    Invalid,
    /// 409, 410 and their like: it no longer makes sense; a form that had grown old, say.
    Refused,
    /// 429, 503
    Busy,
    /// 500
    Internal,
}

impl ErrorOf {
    /// Whether the same may go well another time.
    fn may_pass(&self) -> bool {
        matches!(self, Self::Busy | Self::Internal | Self::Refused)
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Forbidden => "error-forbidden",
            Self::NotFound => "error-not-found",
            Self::Invalid => "error-invalid",
            Self::Refused => "error-refused",
            Self::Busy => "error-busy",
            Self::Internal => "error-internal",
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Forbidden => "error-forbidden-help",
            Self::NotFound => "error-not-found-help",
            Self::Invalid => "error-invalid-help",
            Self::Refused => "error-refused-help",
            Self::Busy => "error-busy-help",
            Self::Internal => "error-internal-help",
        }
    }
}
