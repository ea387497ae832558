//! What it answers to who reads.

use super::{Datum, Key, Object, State, server::Query};
use axum::http::StatusCode;
use jiff::civil::{Date, DateTime};
use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

type Answer = Result<Value, (StatusCode, &'static str)>;

const CONFLICT: StatusCode = StatusCode::CONFLICT;

pub(super) fn me(state: &State) -> Answer {
    let units = state.objects.get("organisationUnits").into_iter().flatten();
    let roots = units.filter(|(_, unit)| !unit.body.contains_key("parent")).map(|(uid, _)| json!({"id": uid}));
    // That of whoever set it up.
    let roots = roots.chain([json!({"id": "ouOfServer0"})]).take(usize::from(!state.faults.no_units));
    let roots: Vec<Value> = roots.collect();
    Ok(json!({"id": "xE7jOejl9FI", "username": "vigie", "authorities": ["ALL"], "organisationUnits": roots}))
}

pub(super) fn info(state: &State) -> Answer {
    let zone = state.zone.iana_name().unwrap_or("UTC");
    Ok(json!({"version": format!("2.{}.0", state.version), "serverDate": state.local(state.clock.now()),
        "serverTimeZoneId": zone, "calendar": "iso8601", "systemId": "stand-in"}))
}

/// A type's objects, a page at a time.
pub(super) fn list(state: &State, kind: &str, query: &Query) -> Answer {
    if state.faults.forbidden.contains(kind) {
        return Err((StatusCode::FORBIDDEN, "E1006"));
    }
    let wanted = query.get("filter").and_then(ids);
    let none = state.faults.empty.contains(kind);
    let all = state.objects.get(kind).into_iter().flatten();
    let named = query.get("filter").and_then(|filter| filter.strip_prefix("name:eq:"));
    let has_name =
        |object: &Object| named.is_none_or(|name| object.body.get("name").and_then(Value::as_str) == Some(name));
    let all = all.filter(|(_, object)| has_name(object));
    let all = all.filter(|(uid, _)| !state.faults.hidden.contains(*uid));
    let chosen = all.filter(|(uid, _)| !none && wanted.as_ref().is_none_or(|wanted| wanted.contains(uid.as_str())));
    let mut objects: Vec<&Object> = chosen.map(|(_, object)| object).collect();
    if query.get("order").is_some_and(|order| order.starts_with("lastUpdated")) {
        objects.sort_by_key(|object| std::cmp::Reverse(object.updated_at));
    }
    let number = |name, default: usize| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (page, size) = (number("page", 1), number("pageSize", 50));
    let total = objects.len();
    let drop_one = usize::from(state.faults.short.contains(kind) && total > 0);
    let shown = objects[..total - drop_one].iter().skip((page - 1) * size).take(size);
    let fields = query.get("fields").unwrap_or("id");
    let rows: Vec<Value> = shown.map(|object| shown_of(state, object, fields)).collect();
    Ok(
        json!({"pager": {"page": page, "total": total, "pageSize": size, "pageCount": total.div_ceil(size)}, kind: rows}),
    )
}

/// `id:in:[a,b]`
fn ids(filter: &str) -> Option<BTreeSet<&str>> {
    Some(filter.strip_prefix("id:in:[")?.strip_suffix(']')?.split(',').collect())
}

fn shown_of(state: &State, object: &Object, fields: &str) -> Value {
    let mut body = object.body.clone();
    body.insert("lastUpdated".into(), state.local(object.updated_at).into());
    if fields == ":owner" {
        body.insert("href".into(), format!("https://stand-in/{}", body["id"]).into());
        return Value::Object(body);
    }
    let names = || fields.split(',').map(|name| name.split('[').next().unwrap_or(name));
    Value::Object(body.into_iter().filter(|(name, _)| names().any(|wanted| wanted == name)).collect::<Map<_, _>>())
}

pub(super) fn one(state: &State, kind: &str, uid: &str) -> Answer {
    let found = state.objects.get(kind).and_then(|objects| objects.get(uid));
    found.map(|object| shown_of(state, object, ":owner")).ok_or((StatusCode::NOT_FOUND, "E1005"))
}

/// Everything that changed since a moment, of all types at once.
pub(super) fn metadata(state: &State, query: &Query) -> Answer {
    let since = query.get("filter").and_then(|filter| filter.strip_prefix("lastUpdated:ge:"));
    // What is compared is text of the wall clock: in the hour that comes twice, both are the same.
    let since = since.map(|text| wall(state, text)).unwrap_or_default();
    let fields = query.get("fields").unwrap_or("id");
    let mut answer = Map::new();
    for (kind, objects) in &state.objects {
        let changed = objects.values().filter(|object| state.local(object.updated_at) >= since);
        let rows: Vec<Value> = changed.map(|object| shown_of(state, object, fields)).collect();
        if !rows.is_empty() && !state.faults.empty.contains(kind) {
            answer.insert(kind.clone(), rows.into());
        }
    }
    Ok(Value::Object(answer))
}

/// A moment that a parameter names, as the server's wall clock shows it.
pub(super) fn wall(state: &State, text: &str) -> String {
    moment(text).map_or_else(|| text.to_owned(), |at| state.local(at))
}

/// `2026-01-02T03:04:05.678+0000`
fn moment(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.strip_suffix("+0000")?.parse().ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
}

pub(super) fn deleted(state: &State, query: &Query) -> Answer {
    let since = query.get("deletedAt").map(|text| wall(state, text)).unwrap_or_default();
    let rows = state.deleted.iter().filter(|(_, _, at)| state.local(*at) >= since);
    let rows: Vec<Value> =
        rows.map(|(kind, uid, at)| json!({"klass": klass(kind), "uid": uid, "deletedAt": state.local(*at)})).collect();
    Ok(json!({"deletedObjects": rows}))
}

/// `DataElement` of `dataElements`.
fn klass(kind: &str) -> String {
    let singular = match kind.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => kind.strip_suffix('s').unwrap_or(kind).to_owned(),
    };
    let mut chars = singular.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// As JSON: of a million rows no tree is built.
pub(super) fn values(state: &State, query: &Query) -> Result<String, (StatusCode, &'static str)> {
    let elements = elements(state, query);
    let since = query.get("lastUpdated");
    let dated = query.get("startDate").zip(query.get("endDate"));
    if elements.is_empty() {
        return Err((CONFLICT, "E2001"));
    }
    let asked: Vec<&str> = query.all("orgUnit").collect();
    if asked.is_empty() {
        return Err((CONFLICT, "E2006"));
    }
    if dated.is_none() && (since.is_none() || state.version == 43) {
        return Err((CONFLICT, "E2002"));
    }
    let units = subtree(state, &asked, query.get("children") == Some("true"));
    let range = dated.and_then(|(from, to)| Some((from.parse::<Date>().ok()?, to.parse::<Date>().ok()?)));
    let limit = query.get("limit").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let with_deleted = query.get("includeDeleted") == Some("true");
    // Keys begin with the element: no others are looked at.
    let first = |element: &str| (element.to_owned(), String::new(), String::new(), String::new(), String::new());
    let of_element = elements.iter().flat_map(|element| {
        state.values.range(first(element)..).take_while(move |((other, ..), _)| other.as_str() == *element)
    });
    let since = since.map(|since| Since::of(state, since));
    let mut told = Told::default();
    let rows = of_element
        .filter(|((_, period, unit, _, _), datum)| {
            units.contains(unit.as_str())
                && range.is_none_or(|range| lies_in(period, range))
                && (with_deleted || !datum.deleted)
                && since.as_ref().is_none_or(|since| since.holds(state, datum.updated_at))
        })
        .take(limit)
        .map(|(key, datum)| Row::of(key, datum, told.of(datum.updated_at)));
    let rows: Vec<Row<'_>> = rows.collect();
    if rows.is_empty() {
        return Ok("{}".to_owned());
    }
    let rows = serde_json::to_string(&rows).map_err(|_| (StatusCode::INTERNAL_SERVER_ERROR, "E0002"))?;
    Ok(format!(r#"{{"dataValues":{rows}}}"#))
}

/// What `lastUpdated` asks for.
enum Since {
    Any,
    At(Timestamp),
    /// Up to 2.42 the column, which is of the wall clock, is compared with the moment in UTC, as text.
    Wall(String),
}

impl Since {
    fn of(state: &State, text: &str) -> Self {
        match moment(text) {
            None => Self::Any,
            Some(at) if state.version <= 42 => {
                Self::Wall(at.in_zone(&jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string())
            }
            Some(at) => Self::At(at),
        }
    }

    fn holds(&self, state: &State, updated_at: Timestamp) -> bool {
        match self {
            Self::Any => true,
            Self::At(at) => updated_at >= *at,
            Self::Wall(text) => state.local(updated_at) >= *text,
        }
    }
}

/// A value as it is told: a million of them are, in the larger tests.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    data_element: &'a str,
    period: &'a str,
    org_unit: &'a str,
    category_option_combo: &'a str,
    attribute_option_combo: &'a str,
    value: &'a str,
    stored_by: &'static str,
    created: String,
    last_updated: String,
    followup: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

impl<'a> Row<'a> {
    fn of((element, period, unit, option, attribute): &'a Key, datum: &'a Datum, at: String) -> Self {
        Self {
            data_element: element,
            period,
            org_unit: unit,
            category_option_combo: option,
            attribute_option_combo: attribute,
            value: &datum.value,
            stored_by: "vigie",
            created: at.clone(),
            last_updated: at,
            followup: false,
            comment: datum.comment.as_deref(),
            deleted: datum.deleted,
        }
    }
}

/// A moment as it is told in values; those that follow one another are often the same.
#[derive(Default)]
struct Told {
    at: Timestamp,
    text: String,
}

impl Told {
    fn of(&mut self, at: Timestamp) -> String {
        if self.text.is_empty() || self.at != at {
            let text = at.in_zone(&jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string();
            *self = Self { at, text };
        }
        self.text.clone()
    }
}

/// Of the data sets that were asked for.
fn elements<'a>(state: &'a State, query: &Query) -> BTreeSet<&'a str> {
    let sets = state.objects.get("dataSets");
    let asked = query.all("dataSet").filter_map(|uid| sets?.get(uid));
    asked.flat_map(|set| elements_of(&set.body)).collect()
}

fn elements_of(body: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let members = body.get("dataSetElements").and_then(Value::as_array).into_iter().flatten();
    members.filter_map(|member| member["dataElement"]["id"].as_str())
}

pub(super) fn subtree<'a>(state: &'a State, units: &[&'a str], with_children: bool) -> BTreeSet<&'a str> {
    let Some(all) = state.objects.get("organisationUnits").filter(|_| with_children) else {
        return units.iter().copied().collect();
    };
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (uid, object) in all {
        if let Some(parent) = object.body.get("parent").and_then(|parent| parent["id"].as_str()) {
            children.entry(parent).or_default().push(uid);
        }
    }
    let (mut found, mut open) = (BTreeSet::new(), units.to_vec());
    while let Some(unit) = open.pop() {
        if found.insert(unit) {
            open.extend(children.get(unit).into_iter().flatten());
        }
    }
    found
}

pub(super) fn registrations(state: &State, query: &Query) -> Answer {
    let sets: BTreeSet<&str> = query.all("dataSet").collect();
    let asked: Vec<&str> = query.all("orgUnit").collect();
    if sets.is_empty() || asked.is_empty() {
        return Err((CONFLICT, "E2013"));
    }
    let units = subtree(state, &asked, query.get("children") == Some("true"));
    let rows = state
        .registrations
        .iter()
        .filter(|((set, _, unit, _), _)| sets.contains(set.as_str()) && units.contains(unit.as_str()));
    let rows: Vec<Value> = rows
        .map(|((set, period, unit, option), day)| {
            json!({"dataSet": set, "period": period, "organisationUnit": unit, "attributeOptionCombo": option,
                "date": day, "storedBy": "vigie", "completed": true})
        })
        .collect();
    Ok(if rows.is_empty() { json!({}) } else { json!({"completeDataSetRegistrations": rows}) })
}

/// Whether a period (`2026`, `202601`, `20260115`) begins and ends within the range.
fn lies_in(period: &str, (from, to): (Date, Date)) -> bool {
    let number = |range: std::ops::Range<usize>| period.get(range).and_then(|text| text.parse::<i16>().ok());
    let Some(year) = number(0..4) else { return false };
    let month = number(4..6).map(|month| month as i8);
    let day = number(6..8).map(|day| day as i8);
    let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1));
    let Ok(first) = first else { return false };
    let last = match (month, day) {
        (Some(_), Some(_)) => first,
        (Some(_), None) => first.last_of_month(),
        _ => first.last_of_year(),
    };
    from <= first && last <= to
}
