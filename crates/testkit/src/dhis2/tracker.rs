//! Its tracker: entities with their enrollments, events and relationships, and events of programs without registration.

use super::{State, server::Query};
use axum::http::StatusCode;
use model::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A tracked entity, an enrollment, an event or a relationship, without what it holds.
#[derive(Clone, Debug)]
pub struct Tracked {
    pub body: Map<String, Value>,
    pub updated_at: Timestamp,
    pub deleted: bool,
}

type Answer = Result<Value, (StatusCode, &'static str)>;

/// Lists, and what names an entry of each.
const LISTS: [(&str, &str); 4] = [
    ("trackedEntities", "trackedEntity"),
    ("enrollments", "enrollment"),
    ("events", "event"),
    ("relationships", "relationship"),
];

fn name_of(list: &str) -> &'static str {
    LISTS.iter().find(|(one, _)| *one == list).map_or("id", |(_, name)| name)
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The entity at one end of a relationship.
fn end<'a>(body: &'a Map<String, Value>, end: &str) -> &'a str {
    body.get(end).and_then(|end| end["trackedEntity"]["trackedEntity"].as_str()).unwrap_or_default()
}

impl State {
    /// Keeps it as if a person had just saved it: `trackedEntities`, `enrollments`, `events` or `relationships`.
    pub fn track(&mut self, list: &str, body: Value) {
        let Value::Object(body) = body else { return };
        let uid = text(&body, name_of(list)).to_owned();
        let above = [("trackedEntities", text(&body, "trackedEntity")), ("enrollments", text(&body, "enrollment"))];
        let above: Vec<(&str, String)> = above.map(|(list, uid)| (list, uid.to_owned())).into();
        let now = self.clock.now();
        let tracked = Tracked { body, updated_at: now, deleted: false };
        self.tracked.entry(list.to_owned()).or_default().insert(uid, tracked);
        for (list, uid) in above {
            if let Some(one) = self.tracked.get_mut(list).and_then(|all| all.get_mut(&uid)) {
                one.updated_at = now;
            }
        }
    }

    /// Deletes it, with what it holds.
    pub fn untrack(&mut self, list: &str, uid: &str) {
        let now = self.clock.now();
        let name = name_of(list);
        for (kind, all) in &mut self.tracked {
            for (_, one) in all.iter_mut().filter(|(other, one)| {
                let is_it = kind == list && other.as_str() == uid;
                let is_below = kind != list && list != "events" && text(&one.body, name) == uid;
                let is_end = list == "trackedEntities" && [end(&one.body, "from"), end(&one.body, "to")].contains(&uid);
                is_it || is_below || is_end
            }) {
                (one.deleted, one.updated_at) = (true, now);
            }
        }
        // Events of an enrollment of the entity know the enrollment alone.
        if list == "trackedEntities" {
            let of_entity = |one: &Tracked| text(&one.body, "trackedEntity") == uid;
            let enrollments = self.tracked.get("enrollments").into_iter().flatten();
            let enrollments: Vec<String> =
                enrollments.filter(|(_, one)| of_entity(one)).map(|(uid, _)| uid.clone()).collect();
            enrollments.iter().for_each(|uid| self.untrack("enrollments", uid));
        }
    }

    /// How many there are of a list, deleted ones left aside.
    pub fn count_tracked(&self, list: &str) -> usize {
        self.tracked.get(list).map_or(0, |all| all.values().filter(|one| !one.deleted).count())
    }

    fn living(&self, list: &str, uid: &str) -> Option<&Tracked> {
        self.tracked.get(list)?.get(uid).filter(|one| !one.deleted)
    }
}

pub(super) fn get(state: &State, path: &str, query: &Query) -> Answer {
    if let Some((list, uid)) = path.split_once('/') {
        let found = state.living(list, uid).ok_or((StatusCode::NOT_FOUND, "E1005"))?;
        return Ok(Value::Object(found.body.clone()));
    }
    if state.faults.forbidden.contains(path) {
        return Err((StatusCode::FORBIDDEN, "E1006"));
    }
    let program = query.get("program").filter(|uid| state.has(uid)).ok_or((StatusCode::CONFLICT, "E1010"))?;
    let units = units(state, path, query)?;
    // By name: all of them at once, as the version has it.
    let (several, separator) = if state.version <= 40 { (name_of(path), ';') } else { (path, ',') };
    let named: Option<BTreeSet<&str>> = query.get(several).map(|list| list.split(separator).collect());
    let with_deleted = query.get("includeDeleted") == Some("true");
    let since = query.get("updatedAfter").map(|text| super::read::wall(state, text));
    let is_empty = state.faults.empty.contains(path);
    let all = state.tracked.get(path).into_iter().flatten().filter(|(uid, one)| {
        !is_empty
            && (with_deleted || !one.deleted)
            && named.as_ref().is_none_or(|named| named.contains(uid.as_str()))
            && units.as_ref().is_none_or(|units| units.contains(text(&one.body, "orgUnit")))
            && since.as_ref().is_none_or(|since| state.local(one.updated_at) >= *since)
            && is_of(state, path, (uid, one), program)
    });
    let mut all: Vec<(&String, &Tracked)> = all.collect();
    if query.get("order").is_some_and(|order| order.starts_with("updatedAt:desc")) {
        all.sort_by_key(|(_, one)| std::cmp::Reverse(one.updated_at));
    }
    let number = |name, default: usize| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (page, size, total) = (number("page", 1), number("pageSize", 50), all.len());
    let left_out = usize::from(state.faults.short.contains(path) && total > 0);
    let shown = all[..total - left_out].iter().skip((page - 1) * size).take(size);
    let rows: Vec<Value> = shown.map(|(uid, one)| shown_of(state, path, (uid, one), program)).collect();
    let mut pager = json!({"page": page, "pageSize": size});
    if query.get("totalPages") == Some("true") {
        (pager["total"], pager["pageCount"]) = (total.into(), total.div_ceil(size).into());
    }
    Ok(match state.version {
        ..=40 => {
            pager["instances"] = rows.into();
            pager
        }
        _ => json!({"pager": pager, path: rows}),
    })
}

/// The units that are asked about; `None` for all.
fn units(state: &State, path: &str, query: &Query) -> Result<Option<BTreeSet<String>>, (StatusCode, &'static str)> {
    let old = state.version <= 40;
    let mode = query.get(if old { "ouMode" } else { "orgUnitMode" });
    let unit = query.get(if old || path == "events" { "orgUnit" } else { "orgUnits" });
    match (mode, unit) {
        (Some("ACCESSIBLE"), None) => Ok(None),
        (Some("DESCENDANTS"), Some(unit)) => {
            let units = super::read::subtree(state, &[unit], true);
            Ok(Some(units.into_iter().map(str::to_owned).collect()))
        }
        _ => Err((StatusCode::BAD_REQUEST, "E1003")),
    }
}

/// Whether it belongs to a program.
fn is_of(state: &State, list: &str, (uid, one): (&str, &Tracked), program: &str) -> bool {
    match list {
        "trackedEntities" => state.tracked.get("enrollments").into_iter().flatten().any(|(_, enrollment)| {
            text(&enrollment.body, "trackedEntity") == uid && text(&enrollment.body, "program") == program
        }),
        _ => text(&one.body, "program") == program,
    }
}

fn shown_of(state: &State, list: &str, (uid, one): (&String, &Tracked), program: &str) -> Value {
    let with_times = |one: &Tracked| {
        let mut body = one.body.clone();
        let at = state.local(one.updated_at);
        body.insert("createdAt".into(), at.clone().into());
        body.insert("updatedAt".into(), at.into());
        body.insert("deleted".into(), one.deleted.into());
        body
    };
    let living = |list: &str| {
        state.tracked.get(list).into_iter().flatten().map(|(_, one)| one).filter(|one| !one.deleted).collect::<Vec<_>>()
    };
    let mut body = with_times(one);
    if list == "events" && text(&one.body, "enrollment").is_empty() {
        // Of its own, and different on every server.
        body.insert("enrollment".into(), format!("own{}", state.version).into());
    }
    if list != "trackedEntities" {
        return Value::Object(body);
    }
    let mut enrollments = Vec::new();
    for enrollment in living("enrollments") {
        if text(&enrollment.body, "trackedEntity") != uid || text(&enrollment.body, "program") != program {
            continue;
        }
        let own = text(&enrollment.body, "enrollment");
        let events = living("events").into_iter().filter(|event| text(&event.body, "enrollment") == own);
        let events: Vec<Value> = events.map(|event| Value::Object(with_times(event))).collect();
        let mut shown = with_times(enrollment);
        shown.insert("events".into(), events.into());
        enrollments.push(Value::Object(shown));
    }
    body.insert("enrollments".into(), enrollments.into());
    // At both ends.
    let relationships = living("relationships")
        .into_iter()
        .filter(|one| [end(&one.body, "from"), end(&one.body, "to")].contains(&uid.as_str()));
    let relationships: Vec<Value> = relationships.map(|one| Value::Object(with_times(one))).collect();
    body.insert("relationships".into(), relationships.into());
    Value::Object(body)
}

/// All of a bundle, or nothing. By default it is done later: who wants to know how it ended says otherwise.
pub(super) fn import(state: &mut State, query: &Query, body: &Value) -> (StatusCode, Value) {
    if query.get("async") != Some("false") {
        return (
            StatusCode::OK,
            json!({"status": "OK", "response": {"responseType": "TrackerJob", "id": "jobJobJob01"}}),
        );
    }
    let quiet = query.get("skipSideEffects") == Some("true") && query.get("skipRuleEngine") == Some("true");
    let deletes = query.get("importStrategy") == Some("DELETE");
    let mut bundle: BTreeMap<&str, Vec<&Map<String, Value>>> = BTreeMap::new();
    for (list, _) in LISTS {
        bundle.insert(list, body[list].as_array().into_iter().flatten().filter_map(Value::as_object).collect());
    }
    let mut errors = Vec::new();
    for (list, rows) in &bundle {
        for row in rows {
            let uid = text(row, name_of(list));
            let code = state.faults.refused.get(uid).map(String::as_str);
            let code =
                code.or_else(|| if deletes { absent(state, list, uid) } else { wrong(state, list, row, &bundle) });
            if let Some(code) = code {
                errors.push(
                    json!({"message": "Value `Jeanne` is refused", "errorCode": code, "trackerType": list, "uid": uid}),
                );
            }
        }
    }
    let total: usize = bundle.values().map(Vec::len).sum();
    if !errors.is_empty() {
        let shown = if state.faults.nameless { Vec::new() } else { errors };
        let stats = json!({"created": 0, "updated": 0, "deleted": 0, "ignored": total, "total": total});
        let report = json!({"errorReports": shown, "warningReports": []});
        return (StatusCode::CONFLICT, json!({"status": "ERROR", "validationReport": report, "stats": stats}));
    }
    let validates = query.get("importMode") == Some("VALIDATE");
    if validates {
        let stats = json!({"created": total, "updated": 0, "deleted": 0, "ignored": 0, "total": total});
        return (StatusCode::OK, json!({"status": "OK", "validationReport": {"errorReports": []}, "stats": stats}));
    }
    if !quiet {
        state.messages += 1;
    }
    let rows: Vec<(String, Map<String, Value>)> = bundle
        .into_iter()
        .flat_map(|(list, rows)| rows.into_iter().map(move |row| (list.to_owned(), row.clone())))
        .collect();
    for (list, row) in rows {
        let uid = text(&row, name_of(&list)).to_owned();
        if deletes {
            state.written.deletions += 1;
            state.untrack(&list, &uid);
            continue;
        }
        state.written.tracked += 1;
        if !state.faults.silent.contains(&uid) {
            state.track(&list, Value::Object(row));
        }
    }
    let stats = json!({"created": total, "updated": 0, "deleted": 0, "ignored": 0, "total": total});
    (StatusCode::OK, json!({"status": "OK", "validationReport": {"errorReports": []}, "stats": stats}))
}

fn absent(state: &State, list: &str, uid: &str) -> Option<&'static str> {
    state.living(list, uid).is_none().then_some(match list {
        "trackedEntities" => "E1063",
        "enrollments" => "E1081",
        "events" => "E1032",
        _ => "E4016",
    })
}

/// What it refers to and is not there; a uid that was deleted, which never comes back.
fn wrong(
    state: &State,
    list: &str,
    row: &Map<String, Value>,
    bundle: &BTreeMap<&str, Vec<&Map<String, Value>>>,
) -> Option<&'static str> {
    let uid = text(row, name_of(list));
    let was_deleted = state.tracked.get(list).and_then(|all| all.get(uid)).is_some_and(|one| one.deleted);
    let is_there = |list: &str, uid: &str| {
        let brought = bundle.get(list).into_iter().flatten().any(|row| text(row, name_of(list)) == uid);
        brought || state.living(list, uid).is_some()
    };
    let members = |list: &str, name: &str| {
        let rows = row.get(list).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row[name].as_str()).any(|uid| !state.has(uid))
    };
    let has = |name: &str| state.has(text(row, name));
    match list {
        "trackedEntities" if was_deleted => Some("E1114"),
        "enrollments" if was_deleted => Some("E1113"),
        "events" if was_deleted => Some("E1082"),
        "trackedEntities" if !has("trackedEntityType") => Some("E1005"),
        "trackedEntities" | "enrollments" | "events" if !has("orgUnit") => Some("E1049"),
        "trackedEntities" | "enrollments" if members("attributes", "attribute") => Some("E1006"),
        "enrollments" | "events" if !has("program") => Some("E1069"),
        "enrollments" if !is_there("trackedEntities", text(row, "trackedEntity")) => Some("E1068"),
        "events" if !has("programStage") => Some("E1013"),
        "events" if members("dataValues", "dataElement") => Some("E1304"),
        "events" if row.contains_key("enrollment") && !is_there("enrollments", text(row, "enrollment")) => {
            Some("E1081")
        }
        "relationships" if !has("relationshipType") => Some("E4009"),
        "relationships" if ["from", "to"].iter().any(|at| !is_there("trackedEntities", end(row, at))) => Some("E4012"),
        _ => None,
    }
}
