//! Forms as they are posted, and where they lead.

use crate::problem::{Problem, Result};
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse as _, Redirect, Response},
};
use std::collections::HashMap;

/// The fields of a form. A field that is given several times keeps all its values.
#[derive(Debug, Default)]
pub(crate) struct Form(HashMap<String, Vec<String>>);

/// Fields and values of one form.
const FIELDS_MAX: usize = 5_000;

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = axum::body::Bytes::from_request(request, state).await?;
        let mut fields: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(&bytes).take(FIELDS_MAX) {
            fields.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Ok(Self(fields))
    }
}

impl Form {
    /// The value of a field, without blanks around it; empty where it was not given.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", |value| value.trim())
    }

    /// Every field with its first value.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, values)| Some((name.as_str(), values.first()?.as_str())))
    }

    /// To the letter: passwords may begin with a blank.
    pub(crate) fn secret(&self, name: &str) -> secrecy::SecretString {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str).into()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }

    /// Where the form asks to be led back to, if that is here.
    pub(crate) fn back(&self) -> &str {
        here(self.text("back"))
    }
}

/// A path of ours; anything that could lead elsewhere is the first page.
pub(crate) fn here(path: &str) -> &str {
    let is_ours =
        path.starts_with('/') && !path.starts_with("//") && !path.contains(|c: char| c == '\\' || c.is_control());
    if is_ours { path } else { "/" }
}

/// To the page that shows what was done (RFC 9110 §15.4.4).
pub(crate) fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

#[cfg(test)]
mod tests {
    use super::here;

    #[test]
    fn a_form_leads_nowhere_else() {
        assert_eq!(here("/jobs?q=a%20b#x"), "/jobs?q=a%20b#x");
        for path in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "jobs",
            "/a\r\nSet-Cookie: x",
            "/\t/evil",
            "/\u{b}/x",
            "/\u{7f}",
            "/\u{85}",
        ] {
            assert_eq!(here(path), "/", "{path:?}");
        }
    }
}
