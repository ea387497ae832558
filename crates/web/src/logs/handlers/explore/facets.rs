//! The fields of the lines, and their most frequent values.

use super::{address::PageSearch, lines::links};
use crate::{
    layout::{
        foreign::{Foreign, plain},
        view::View,
    },
    logs::{
        api::rows::cell,
        pages::explore::{Facet, ShownFacetValue, Sign},
    },
};
use serde_json::Value as Json;
use telemetry::query::{self, language::level_named};

/// Fields beside the lines.
const FACETS: usize = 14;

pub(super) fn shown(v: &View, search: &PageSearch, parsed: &query::Query, mut fields: Vec<query::Facet>) -> Vec<Facet> {
    fields.sort_by_key(|facet| (rank(&facet.field), !is_telling(facet), std::cmp::Reverse(facet.records)));
    let facet = |facet: query::Facet| {
        let values = facet.values.unwrap_or_default().into_iter();
        Facet {
            name: Foreign::line(name_of(v, &facet.field).as_bytes()),
            is_source: facet.field == "source",
            records: facet.records,
            values: values.map(|(cell, records)| value(v, search, parsed, &facet.field, &cell, records)).collect(),
        }
    };
    fields.into_iter().take(FACETS).map(facet).collect()
}

fn rank(field: &str) -> u8 {
    match field {
        "level" => 0,
        "app" => 1,
        "source" => 2,
        _ => 3,
    }
}

/// Whether its values divide the lines: each line its own, they do not.
fn is_telling(facet: &query::Facet) -> bool {
    let top = facet.values.as_ref().and_then(|values| values.first());
    top.is_some_and(|(_, records)| *records > 1)
}

/// What a field is called.
pub(super) fn name_of(v: &View, field: &str) -> String {
    match field {
        "level" => v.t("field-level"),
        "app" => v.t("field-app"),
        "source" => v.t("field-source"),
        other => other.to_owned(),
    }
}

fn value(
    v: &View,
    search: &PageSearch,
    parsed: &query::Query,
    field: &str,
    value: &query::Cell,
    records: u64,
) -> ShownFacetValue {
    let text = match cell(value) {
        Json::String(text) => text,
        other => other.to_string(),
    };
    let links = links(search, parsed, field, &text);
    let level = level_named(&text).filter(|_| field == "level");
    let shown = level.map_or(text, |level| v.t(Sign(level).word()));
    ShownFacetValue { text: Foreign::line(shown.as_bytes()), whole: plain(&shown), records, links }
}
