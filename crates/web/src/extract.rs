//! What handlers take out of a request, so that whatever is wrong with it is answered as a [`Problem`].

use crate::{
    Ctx, auth,
    problem::{Problem, Result, worded},
    serve::peer::site,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
};
use jiff::{civil, tz::TimeZone};
use model::Timestamp;
use serde::de::DeserializeOwned;
use std::{convert::Infallible, net::IpAddr};

/// Characters of a name: of a job, an application, a token.
pub(crate) const NAME_MAX: usize = 300;
/// Characters of what a program says of its work.
pub(crate) const MESSAGE_MAX: usize = 10_000;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let axum::Json(value) = axum::Json::from_request(request, state).await?;
        Ok(Self(value))
    }
}

/// A JSON body that may be left out.
pub(crate) struct Optional<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Optional<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = Bytes::from_request(request, state).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(T::default()));
        }
        let axum::Json(value) = axum::Json::from_bytes(&bytes)?;
        Ok(Self(value))
    }
}

/// The query of the URL.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let axum::extract::Query(value) = axum::extract::Query::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// What stands in the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let axum::extract::Path(value) = axum::extract::Path::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// A moment in RFC 3339, or a day, which begins at midnight in `zone`.
pub(crate) fn moment(name: &str, text: &str, zone: &TimeZone) -> Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let bad = || {
        Problem::invalid(worded("problem-moment", &[("name", &name), ("text", &text)]))
            .remedy(worded("problem-moment-help", &[]))
    };
    let day: civil::Date = text.parse().map_err(|_| bad())?;
    day_start(day, zone).ok_or_else(bad)
}

pub(crate) fn day_start(day: civil::Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible().ok().map(|zoned| zoned.timestamp().into())
}

impl Ctx {
    /// Where programs reach this, as the caller did: scheme and host, and the sub-path where there is one.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> String {
        format!("{}{}", site(headers), self.app.base_path)
    }
}

/// From which address a request comes; `None` within this process and on its local socket.
pub(crate) struct Address(pub(crate) Option<IpAddr>);

impl FromRequestParts<Ctx> for Address {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Infallible> {
        Ok(Self(auth::address(ctx, parts)))
    }
}

/// A text of at most `chars_max` characters, without NUL, which PostgreSQL cannot keep.
pub(crate) fn text(name: &str, text: String, chars_max: usize) -> Result<String> {
    if text.chars().count() > chars_max {
        return Err(Problem::invalid(worded("problem-too-long", &[("name", &name), ("most", &chars_max)]))
            .remedy(worded("problem-too-long-help", &[])));
    }
    Ok(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text })
}

pub(crate) fn optional_text(name: &str, value: Option<String>, chars_max: usize) -> Result<Option<String>> {
    value.map(|value| text(name, value, chars_max)).transpose()
}
