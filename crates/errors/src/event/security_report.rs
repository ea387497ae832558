//! What a browser has kept from loading, by the rules of the page (Content Security Policy, level 3).

use super::NAME_CHARS_MAX;
use crate::fields::Fields;
use serde::Serialize;

const URL_CHARS_MAX: usize = 1024;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SecurityReport {
    /// `script-src-elem`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_directive: Option<String>,
    /// A URL, or `inline`, `eval`, `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_number: Option<u64>,
    /// `enforce`, or `report`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_sample: Option<String>,
}

impl SecurityReport {
    /// Names are written as in `report-uri` (`blocked-uri`), in the Reporting API (`blockedURL`), or as they are kept.
    pub(crate) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let mut first = |keys: &[&str]| keys.iter().find_map(|key| fields.text(key, URL_CHARS_MAX));
        let directive =
            first(&["effective-directive", "effectiveDirective", "effective_directive", "violated-directive"]);
        let report = Self {
            // `violated-directive` may hold the whole rule.
            effective_directive: directive.and_then(|rule| rule.split_whitespace().next().map(str::to_owned)),
            blocked_uri: first(&["blocked-uri", "blockedURL", "blocked_uri"]),
            document_uri: first(&["document-uri", "documentURL", "document_uri"]),
            source_file: first(&["source-file", "sourceFile", "source_file"]),
            disposition: first(&["disposition"]),
            script_sample: first(&["script-sample", "sample", "script_sample"]),
            line_number: ["line-number", "lineNumber", "line_number"].iter().find_map(|key| fields.integer(key)),
        };
        (report.effective_directive.is_some() || report.blocked_uri.is_some()).then_some(report)
    }

    /// What was blocked, without what varies: the host of a URL, `self` for the page's own, or the keyword.
    pub fn blocked_host(&self) -> &str {
        let blocked = self.blocked_uri.as_deref().unwrap_or_default();
        let host = host_of(blocked).unwrap_or(blocked);
        let own = self.document_uri.as_deref().and_then(host_of);
        match host {
            "" => "inline",
            host if own == Some(host) => "self",
            host => host.get(..NAME_CHARS_MAX).unwrap_or(host),
        }
    }
}

/// The host of a URL, without its port.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(host.split(':').next().unwrap_or(host))
}
