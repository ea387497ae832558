//! A plan for a person: what each object would be, property by property, read anew from both sides and kept nowhere.

use crate::{
    canon,
    client::Error,
    metadata::{Readings, Sides, of_source},
    plan::{Action, Entry},
    tracker::list_of,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// Characters of a value.
const SHOWN_CHARS: usize = 300;

/// One object of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanChange {
    pub kind: String,
    pub uid: String,
    pub action: Action,
    /// What it is called: on the source, or else on the target.
    pub name: String,
    /// Whether one side is no longer as it was planned.
    pub has_moved: bool,
    /// What differs: nothing of what is on one side only.
    pub changes: Vec<Change>,
}

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub property: String,
    /// As the target has it, and as the source does. Of lists that differ in some entries, those alone.
    pub before: String,
    pub after: String,
}

/// The object on the source and on the target.
type Both<'a> = (Option<&'a Map<String, Value>>, Option<&'a Map<String, Value>>);
type Objects<'a> = HashMap<(&'a str, String), Map<String, Value>>;

/// # Errors
/// Of either instance.
pub(crate) async fn show(sides: &Sides, readings: &Readings, entries: &[Entry]) -> Result<Vec<PlanChange>, Error> {
    let (mut here, mut there) = (Objects::new(), Objects::new());
    let mut kinds: BTreeMap<&str, [Vec<String>; 2]> = BTreeMap::new();
    // What is known of people is not shown.
    for entry in entries.iter().filter(|entry| list_of(&entry.kind).is_none()) {
        let [source, target] = kinds.entry(&entry.kind).or_default();
        if !entry.source.is_empty() {
            source.push(entry.uid.clone());
        }
        if !entry.target.is_empty() {
            target.push(entry.uid.clone());
        }
    }
    for (kind, [source, target]) in kinds {
        let found = of_source(sides, readings, kind, &source).await?;
        here.extend(found.into_iter().map(|(uid, object)| ((kind, uid), object)));
        for object in sides.target.objects(kind, &target).await? {
            let uid = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            there.insert((kind, uid), object);
        }
    }
    let shown = entries.iter().map(|entry| {
        let place = (entry.kind.as_str(), entry.uid.clone());
        change(entry, (here.get(&place), there.get(&place)), readings)
    });
    Ok(shown.collect())
}

fn change(entry: &Entry, (source, target): Both<'_>, readings: &Readings) -> PlanChange {
    if list_of(&entry.kind).is_some() {
        let (kind, uid, action) = (entry.kind.clone(), entry.uid.clone(), entry.action);
        return PlanChange { kind, uid, action, name: String::new(), has_moved: false, changes: Vec::new() };
    }
    let hash = |object: Option<&Map<String, Value>>, reading| object.map(|one| canon::hash(one, reading));
    let is_as = |object, reading, planned: &str| hash(object, reading).unwrap_or_default() == planned;
    let moved = !is_as(source, &readings.source, &entry.source) || !is_as(target, &readings.target, &entry.target);
    let name = source.or(target).and_then(|one| ["name", "code"].iter().find_map(|name| one.get(*name)?.as_str()));
    let changes = match (source, target) {
        (Some(source), Some(target)) => {
            let (after, before) =
                (canon::properties(source, &readings.source), canon::properties(target, &readings.target));
            let found = canon::differences(&before, &after);
            found.into_iter().map(|(property, before, after)| difference(property, before, after)).collect()
        }
        _ => Vec::new(),
    };
    PlanChange {
        kind: entry.kind.clone(),
        uid: entry.uid.clone(),
        action: entry.action,
        name: name.unwrap_or_default().chars().take(SHOWN_CHARS).collect(),
        has_moved: moved,
        changes,
    }
}

fn difference(property: &str, before: Option<&Value>, after: Option<&Value>) -> Change {
    let (before, after) = match (before, after) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let only = |list: &[Value], other: &[Value]| -> Vec<Value> {
                list.iter().filter(|one| !other.contains(one)).cloned().collect()
            };
            let (gone, new) = (only(before, after), only(after, before));
            // The same in another order.
            let is_moved = gone.is_empty() && new.is_empty();
            if is_moved { (list(before), list(after)) } else { (list(&gone), list(&new)) }
        }
        (before, after) => (before.map(text).unwrap_or_default(), after.map(text).unwrap_or_default()),
    };
    Change { property: property.to_owned(), before: cut(&before), after: cut(&after) }
}

fn list(values: &[Value]) -> String {
    values.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => list(values),
        Value::Object(fields) if fields.len() == 1 => fields.values().map(text).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(SHOWN_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_person_sees_what_differs_and_no_more() {
        let told = |before: Value, after: Value| {
            let change = difference("x", Some(&before), Some(&after));
            (change.before, change.after)
        };
        let of = |before: &str, after: &str| (before.to_owned(), after.to_owned());
        assert_eq!(told(json!("a"), json!("b")), of("a", "b"));
        assert_eq!(told(json!(true), json!(false)), of("true", "false"));
        assert_eq!(told(json!([{"id": "a"}, {"id": "b"}]), json!([{"id": "b"}, {"id": "c"}])), of("a", "c"));
        assert_eq!(told(json!([{"id": "a"}, {"id": "b"}]), json!([{"id": "b"}, {"id": "a"}])), of("a, b", "b, a"));
        let attribute = |value: &str| json!([{"attribute": {"id": "t"}, "value": value}]);
        assert_eq!(told(attribute("1"), attribute("2")), of("attribute: t, value: 1", "attribute: t, value: 2"));
        assert_eq!(told(json!("x".repeat(999)), json!("")).0.chars().count(), SHOWN_CHARS + 1);
    }
}
