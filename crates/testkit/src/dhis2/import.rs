//! What it makes of imports: all of one, or nothing.

use super::{Datum, Key, Object, State, server::Query};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One object that is refused: its type, uid and why.
struct Refused(String, String, String);

pub(super) fn metadata(state: &mut State, query: &Query, body: &Value) -> (StatusCode, Value) {
    let Value::Object(types) = body else { return (StatusCode::BAD_REQUEST, json!({})) };
    let mut bundle = Vec::new();
    for (kind, rows) in types {
        bundle
            .extend(rows.as_array().into_iter().flatten().filter_map(Value::as_object).map(|row| (kind.as_str(), row)));
    }
    let deletes = query.get("importStrategy") == Some("DELETE");
    let codes: BTreeMap<&str, Codes<'_>> = types.keys().map(|kind| (kind.as_str(), codes(state, kind))).collect();
    let refused = |(kind, row): &(&str, &Map<String, Value>)| refusal(state, kind, row, codes.get(kind)?);
    let mut refused: Vec<Refused> = bundle.iter().filter_map(refused).collect();
    match deletes {
        true => refused.extend(in_use(state, &bundle)),
        false => refused.extend(missing(state, &bundle)),
    }
    let all_or_nothing = query.get("atomicMode") != Some("NONE");
    if !refused.is_empty() && all_or_nothing {
        return (StatusCode::CONFLICT, report(state, &refused, bundle.len()));
    }
    let commits = query.get("importMode") != Some("VALIDATE");
    let rows: Vec<(String, Map<String, Value>)> =
        bundle.into_iter().map(|(kind, row)| (kind.to_owned(), row.clone())).collect();
    let total = rows.len();
    if commits {
        for (kind, row) in rows {
            keep(state, &kind, row, deletes);
        }
    }
    (StatusCode::OK, report(state, &[], total))
}

fn keep(state: &mut State, kind: &str, mut row: Map<String, Value>, deletes: bool) {
    let uid = uid_of(&row).to_owned();
    if deletes {
        state.remove(kind, &uid);
        state.written.deletions += 1;
        return;
    }
    state.written.objects += 1;
    if state.faults.silent.contains(&uid) {
        return;
    }
    row.retain(|name, value| {
        !value.is_null() && !matches!(name.as_str(), "lastUpdated" | "created" | "href" | "access")
    });
    let updated_at = state.clock.now();
    state.objects.entry(kind.to_owned()).or_default().insert(uid, Object { body: row, updated_at });
}

fn uid_of(row: &Map<String, Value>) -> &str {
    row.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Who has a code, of one type.
type Codes<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn codes<'a>(state: &'a State, kind: &str) -> Codes<'a> {
    let mut codes = Codes::new();
    for (uid, object) in state.objects.get(kind).into_iter().flatten() {
        if let Some(code) = object.body.get("code").and_then(Value::as_str) {
            codes.entry(code).or_default().push(uid);
        }
    }
    codes
}

/// What a test wants refused, and a code that another has.
fn refusal(state: &State, kind: &str, row: &Map<String, Value>, codes: &Codes<'_>) -> Option<Refused> {
    let uid = uid_of(row);
    let refused = |code: &str| Some(Refused(kind.to_owned(), uid.to_owned(), code.to_owned()));
    if let Some(code) = state.faults.refused.get(uid) {
        return refused(code);
    }
    let code = row.get("code").and_then(Value::as_str)?;
    let taken = codes.get(code).is_some_and(|others| others.iter().any(|other| *other != uid));
    if taken { refused("E5003") } else { None }
}

/// Objects whose references lead to nothing that is there or in the bundle.
fn missing(state: &State, bundle: &[(&str, &Map<String, Value>)]) -> Vec<Refused> {
    let brought: BTreeSet<&str> = bundle.iter().map(|(_, row)| uid_of(row)).collect();
    let mut found = Vec::new();
    for (kind, row) in bundle {
        let mut references = Vec::new();
        row.iter().filter(|(name, _)| *name != "sharing").for_each(|(_, value)| collect(value, &mut references));
        if references.iter().any(|uid| !brought.contains(uid) && !state.has(uid)) {
            found.push(Refused((*kind).to_owned(), uid_of(row).to_owned(), "E5002".to_owned()));
        }
    }
    found
}

/// Objects to be deleted that others refer to, which stay (E4030).
fn in_use(state: &State, bundle: &[(&str, &Map<String, Value>)]) -> Vec<Refused> {
    let deleted: BTreeSet<&str> = bundle.iter().map(|(_, row)| uid_of(row)).collect();
    let mut used = BTreeSet::new();
    for (uid, object) in state.objects.values().flatten().filter(|(uid, _)| !deleted.contains(uid.as_str())) {
        let mut references = Vec::new();
        object.body.values().for_each(|value| collect(value, &mut references));
        used.extend(references.into_iter().filter(|other| *other != uid && deleted.contains(other)));
    }
    let refused = |(kind, row): &(&str, &Map<String, Value>)| {
        used.contains(uid_of(row)).then(|| Refused((*kind).to_owned(), uid_of(row).to_owned(), "E4030".to_owned()))
    };
    bundle.iter().filter_map(refused).collect()
}

fn collect<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        Value::Object(fields) => {
            into.extend(fields.get("id").and_then(Value::as_str));
            fields.values().for_each(|value| collect(value, into));
        }
        _ => {}
    }
}

fn report(state: &State, refused: &[Refused], total: usize) -> Value {
    let status = if refused.is_empty() { "OK" } else { "ERROR" };
    let shown = if state.faults.nameless { &[] } else { refused };
    let reports: Vec<Value> = shown
        .iter()
        .map(|Refused(kind, uid, code)| {
            // Messages of real servers hold values.
            let error = json!({"message": "Value `Jeanne` is refused", "errorCode": code, "mainKlass": kind});
            json!({"klass": kind, "objectReports": [{"klass": kind, "uid": uid, "index": 0, "errorReports": [error]}]})
        })
        .collect();
    let ignored = if refused.is_empty() { 0 } else { total };
    let response = json!({"status": status, "typeReports": reports,
        "stats": {"created": 0, "updated": total - ignored, "deleted": 0, "ignored": ignored, "total": total}});
    json!({"httpStatusCode": 409, "status": "WARNING", "response": response})
}

pub(super) fn values(state: &mut State, body: &Value) -> (StatusCode, Value) {
    let rows = body["dataValues"].as_array().map(Vec::as_slice).unwrap_or_default();
    if state.version >= 43 && body["dataSet"].as_str().is_none() {
        return (StatusCode::CONFLICT, json!({"status": "ERROR", "errorCode": "E8002"}));
    }
    let mut rejected = Vec::new();
    let mut conflicts = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let (element, unit) = (text("dataElement"), text("orgUnit"));
        let code = match state.faults.refused.get(&element).or_else(|| state.faults.refused.get(&unit)) {
            Some(code) => Some(code.clone()),
            None if !(state.has(&element) && state.has(&unit)) => Some("E7610".to_owned()),
            None if is_file(state, &element) && !state.files.contains_key(&text("value")) => Some("E7619".to_owned()),
            None => None,
        };
        if let Some(code) = code {
            rejected.push(index);
            conflicts.push(json!({"object": element, "value": "Jeanne", "errorCode": code, "indexes": [index]}));
            continue;
        }
        let option = |name| Some(text(name)).filter(|uid| !uid.is_empty());
        let default = || state.default_of("categoryOptionCombos");
        let key: Key = (
            element.clone(),
            text("period"),
            unit,
            option("categoryOptionCombo").unwrap_or_else(default),
            option("attributeOptionCombo").unwrap_or_else(default),
        );
        state.written.values += 1;
        if state.faults.silent.contains(&element) {
            continue;
        }
        let deleted = row["deleted"].as_bool().unwrap_or(false);
        let comment = row["comment"].as_str().map(str::to_owned);
        state.values.insert(key, Datum { value: text("value"), comment, updated_at: state.clock.now(), deleted });
    }
    let count = json!({"imported": rows.len() - rejected.len(), "updated": 0, "ignored": rejected.len(), "deleted": 0});
    let status = if rejected.is_empty() { "SUCCESS" } else { "WARNING" };
    let mut response = json!({"status": status, "importCount": count, "conflicts": conflicts});
    if state.version >= 40 {
        response["rejectedIndexes"] = json!(rejected);
    }
    // Up to 2.42 a warning is a conflict.
    let code = if rejected.is_empty() || state.version >= 43 { StatusCode::OK } else { StatusCode::CONFLICT };
    (code, json!({"httpStatusCode": code.as_u16(), "status": status, "response": response}))
}

fn is_file(state: &State, element: &str) -> bool {
    let element = state.objects.get("dataElements").and_then(|all| all.get(element));
    element.is_some_and(|one| one.body.get("valueType").and_then(Value::as_str) == Some("FILE_RESOURCE"))
}

pub(super) fn registrations(state: &mut State, body: &Value) -> (StatusCode, Value) {
    let rows = body["completeDataSetRegistrations"].as_array().map(Vec::as_slice).unwrap_or_default();
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let key = (text("dataSet"), text("period"), text("organisationUnit"), text("attributeOptionCombo"));
        match row["completed"].as_bool() {
            Some(false) => drop(state.registrations.remove(&key)),
            _ => drop(state.registrations.insert(key, text("date"))),
        }
    }
    let count = json!({"imported": rows.len(), "updated": 0, "ignored": 0, "deleted": 0});
    (
        StatusCode::OK,
        json!({"httpStatusCode": 200, "status": "OK", "response": {"status": "SUCCESS", "importCount": count}}),
    )
}
