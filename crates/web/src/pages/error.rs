//! What stands in place of a page that cannot be shown.

use super::view::View;
use askama::Template;

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) what: ErrorOf,
    /// What exactly, where that helps; empty otherwise.
    pub(crate) detail: String,
    /// For whoever looks into the log.
    pub(crate) request_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorOf {
    /// 403
    Forbidden,
    /// 404, 405
    NotFound,
    /// 400, 409, 422: the request made no sense, or no longer does; a form that had grown old, say.
    Refused,
    /// 429, 503
    Busy,
    /// 500
    Internal,
}

impl ErrorOf {
    fn code(&self) -> &'static str {
        match self {
            Self::Forbidden => "403",
            Self::NotFound => "404",
            Self::Refused => "400",
            Self::Busy => "503",
            Self::Internal => "500",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Forbidden => "error-forbidden",
            Self::NotFound => "error-not-found",
            Self::Refused => "error-refused",
            Self::Busy => "error-busy",
            Self::Internal => "error-internal",
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Forbidden => "error-forbidden-help",
            Self::NotFound => "error-not-found-help",
            Self::Refused => "error-refused-help",
            Self::Busy => "error-busy-help",
            Self::Internal => "error-internal-help",
        }
    }
}
