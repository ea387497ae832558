//! Both sides of the metadata, as hashes; and what has changed since a moment.

use crate::{
    canon::{self, Reading},
    client::{Error, Info, Instance, moment, parameter},
    plan::Summary,
    settings::Settings,
};
use model::Timestamp;
use serde_json::{Map, Value};
use std::{collections::HashMap, time::Duration};

/// The four types of which every instance has an object named `default`.
const WITH_DEFAULT: [&str; 4] = ["categoryOptions", "categories", "categoryCombos", "categoryOptionCombos"];
/// What is read again before a moment until which everything was seen: transactions end after their time.
const OVERLAP: Duration = Duration::from_secs(600);

/// Both instances of a configuration.
#[derive(Clone)]
pub struct Sides {
    pub source: Instance,
    pub target: Instance,
}

/// How each side is read.
#[derive(Clone, Debug)]
pub struct Readings {
    pub source: Reading,
    pub target: Reading,
}

impl Sides {
    /// Finds the `default` objects of both: the same by name, whatever their uids.
    ///
    /// # Errors
    /// Of either instance.
    pub async fn readings(&self, settings: &Settings) -> Result<Readings, Error> {
        let (source, target) = (defaults(&self.source).await?, defaults(&self.target).await?);
        let pairs = source.into_iter().filter_map(|(kind, uid)| Some((uid, target.get(kind)?.clone())));
        let plain = Reading { sharing: settings.sharing, uids: HashMap::new() };
        Ok(Readings { source: Reading { uids: pairs.collect(), ..plain.clone() }, target: plain })
    }
}

async fn defaults(instance: &Instance) -> Result<HashMap<&'static str, String>, Error> {
    let mut found = HashMap::new();
    for kind in WITH_DEFAULT {
        let query = [("fields", "id,name"), ("filter", "name:eq:default"), ("page", "1"), ("pageSize", "50")];
        let body = instance.get(kind, &query).await?;
        let rows = body[kind].as_array().into_iter().flatten();
        let mut rows = rows.filter(|row| row["name"].as_str() == Some("default"));
        if let Some(uid) = rows.find_map(|row| row["id"].as_str()) {
            found.insert(kind, uid.to_owned());
        }
    }
    Ok(found)
}

/// Every object of a type, `default` left aside.
///
/// # Errors
/// Of the instance; [`Error::Short`] where not everything came.
pub async fn summaries(instance: &Instance, kind: &str, reading: &Reading) -> Result<Vec<Summary>, Error> {
    let mut found = Vec::new();
    let see = |object: Map<String, Value>| {
        if !(WITH_DEFAULT.contains(&kind) && is_default(&object)) {
            found.push(summary(&object, reading));
        }
    };
    instance.each(kind, ":owner", see).await?;
    Ok(found)
}

fn is_default(object: &Map<String, Value>) -> bool {
    object.get("name").and_then(Value::as_str) == Some("default")
}

pub(crate) fn summary(object: &Map<String, Value>, reading: &Reading) -> Summary {
    Summary {
        uid: object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        hash: canon::hash(object, reading),
        references: canon::references(&canon::outgoing(object.clone(), reading)),
    }
}

/// How many objects of the types may have changed since everything was seen. Some are counted again; none is missed.
///
/// # Errors
/// Of the instance.
pub async fn changed(
    source: &Instance,
    types: &[&str],
    seen: Timestamp,
    info: &Info,
) -> Result<Vec<(String, u64)>, Error> {
    let since = seen - overlap(info, seen);
    let filter = format!("lastUpdated:ge:{}", parameter(since));
    let body = source.get("metadata", &[("filter", &filter), ("fields", "id,lastUpdated")]).await?;
    let count = |kind: &str| {
        let rows = body[kind].as_array().into_iter().flatten();
        let at = |row: &Value| moment(row["lastUpdated"].as_str().unwrap_or_default(), &info.zone);
        // In the hour that comes twice an edit may look as old as an hour.
        rows.filter(|row| at(row).is_none_or(|at| at + shift(info, seen) >= seen - Duration::from_secs(60))).count()
            as u64
    };
    Ok(types.iter().map(|kind| ((*kind).to_owned(), count(kind))).filter(|(_, count)| *count > 0).collect())
}

fn overlap(info: &Info, seen: Timestamp) -> Duration {
    OVERLAP + shift(info, seen)
}

/// By how much the clocks of the server change around a moment: a time on its wall may mean either.
fn shift(info: &Info, at: Timestamp) -> Duration {
    let Ok(zone) = jiff::tz::TimeZone::get(&info.zone) else { return Duration::ZERO };
    let hours = Duration::from_secs(3 * 3_600);
    let offsets = [at - hours, at, at + hours].map(|at| at.in_zone(&zone).offset().seconds());
    let widest = offsets.iter().max().zip(offsets.iter().min()).map_or(0, |(most, least)| most - least);
    Duration::from_secs(u64::from(widest.unsigned_abs()))
}
