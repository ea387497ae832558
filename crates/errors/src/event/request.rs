//! The HTTP request during which it happened.

use super::NAME_CHARS_MAX;
use crate::{
    fields::{Fields, FreeBounds},
    tree::Json,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const URL_CHARS_MAX: usize = 2048;
const VALUE_CHARS_MAX: usize = 2048;
const HEADERS_MAX: usize = 100;
const DATA_BOUNDS: FreeBounds = FreeBounds { entries: 100, depth: 6, text_chars: 8192 };

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// As it stood in the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub cookies: BTreeMap<String, String>,
    /// The body: a text, or what a client made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub env: Map<String, Value>,
}

impl Request {
    pub(super) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let mut request = Self {
            method: fields.text("method", NAME_CHARS_MAX).map(|method| method.to_ascii_uppercase()),
            url: fields.text("url", URL_CHARS_MAX),
            query_string: query(&mut fields),
            headers: fields.text_map("headers", HEADERS_MAX, VALUE_CHARS_MAX).into_iter().collect(),
            cookies: cookies(&mut fields),
            data: fields.free("data", DATA_BOUNDS),
            env: fields.free_map("env", DATA_BOUNDS),
        };
        request.split_url();
        (request != Self::default()).then_some(request)
    }

    /// Keeps the query of the URL apart.
    fn split_url(&mut self) {
        let Some((url, query)) = self.url.as_ref().and_then(|url| url.split_once('?')) else { return };
        let query = query.split('#').next().unwrap_or_default();
        let parts = (url.to_owned(), query.to_owned());
        self.query_string = self.query_string.take().or(Some(parts.1).filter(|query| !query.is_empty()));
        self.url = Some(parts.0);
    }

    /// The value of a header, whatever case its name is in.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A text, a map or a list of pairs.
fn query(fields: &mut Fields<'_>) -> Option<String> {
    if matches!(fields.peek("query_string"), Some(Json::Text(_))) {
        return fields.text("query_string", URL_CHARS_MAX).map(|query| query.trim_start_matches('?').to_owned());
    }
    let pairs = fields.text_map("query_string", HEADERS_MAX, VALUE_CHARS_MAX);
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some(pairs.join("&")).filter(|query| !query.is_empty())
}

/// A map, a list of pairs, or the text of the header.
fn cookies(fields: &mut Fields<'_>) -> BTreeMap<String, String> {
    if !matches!(fields.peek("cookies"), Some(Json::Text(_))) {
        return fields.text_map("cookies", HEADERS_MAX, VALUE_CHARS_MAX).into_iter().collect();
    }
    let text = fields.text("cookies", VALUE_CHARS_MAX).unwrap_or_default();
    let pairs = text.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.take(HEADERS_MAX).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
