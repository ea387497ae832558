//! Both sides of the metadata, as hashes; and what has changed since a moment.

use crate::{
    canon::{self, Reading},
    client::{Error, IDS_MAX, Instance, ServerClock, moment, parameter},
    plan::Summary,
    settings::{Settings, Sharing, is_uid},
    values::judge::mark,
};
use model::Timestamp;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

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
    /// Which objects are the same on both whatever their uids: those named `default`, those of the mapping and, where
    /// sharing is copied, users of the same name.
    ///
    /// # Errors
    /// Of either instance.
    pub async fn readings(&self, settings: &Settings) -> Result<Readings, Error> {
        let (source, target) = (defaults(&self.source).await?, defaults(&self.target).await?);
        let pairs = source.into_iter().filter_map(|(kind, uid)| Some((uid, target.get(kind)?.clone())));
        let mut uids: HashMap<String, String> = pairs.collect();
        if settings.sharing == Sharing::Copy {
            let (here, there) = (users(&self.source).await?, users(&self.target).await?);
            uids.extend(here.into_iter().filter_map(|(name, uid)| Some((uid, there.get(&name)?.clone()))));
        }
        uids.extend(self.mapped(settings).await?);
        uids.retain(|here, there| here != there);
        let target = Reading { sharing: settings.sharing, ..Reading::default() };
        Ok(Readings { source: Reading::new(settings.sharing, uids), target })
    }

    /// The mapping, with uids of the source for its codes.
    async fn mapped(&self, settings: &Settings) -> Result<Vec<(String, String)>, Error> {
        let mut codes: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        let mut pairs = Vec::new();
        for line in settings.map.lines() {
            match is_uid(&line.source) {
                true => pairs.push((line.source.clone(), line.target.clone())),
                false => codes.entry(&line.kind).or_default().push((&line.source, &line.target)),
            }
        }
        for (kind, wanted) in codes {
            let mut uids = HashMap::new();
            let see = |object: Map<String, Value>| {
                let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
                uids.extend(text("code").zip(text("id")));
            };
            self.source.each(kind, "id,code", see).await?;
            for (code, target) in wanted {
                let uid = uids.get(code).ok_or_else(|| Error::Short {
                    host: self.source.host(),
                    what: format!("{kind}: the mapping names the code {code}, which no object has"),
                })?;
                pairs.push((uid.clone(), target.to_owned()));
            }
        }
        Ok(pairs)
    }
}

/// Uids of users by their names.
async fn users(instance: &Instance) -> Result<HashMap<String, String>, Error> {
    let mut found = HashMap::new();
    let see = |user: Map<String, Value>| {
        let text = |name: &str| user.get(name).and_then(Value::as_str).map(str::to_owned);
        found.extend(text("username").zip(text("id")));
    };
    instance.each("users", "id,username", see).await?;
    Ok(found)
}

async fn defaults(instance: &Instance) -> Result<HashMap<&'static str, String>, Error> {
    let all = all_defaults(instance).await?.into_iter();
    Ok(all.filter_map(|(kind, uids)| Some((kind, uids.into_iter().next()?))).collect())
}

/// The objects named `default`, of which there is to be one of each type.
///
/// # Errors
/// Of the instance.
pub(crate) async fn all_defaults(instance: &Instance) -> Result<Vec<(&'static str, Vec<String>)>, Error> {
    let mut found = Vec::new();
    for kind in WITH_DEFAULT {
        let query = [("fields", "id,name"), ("filter", "name:eq:default"), ("page", "1"), ("pageSize", "50")];
        let body = instance.get(kind, &query).await?;
        let rows = body[kind].as_array().into_iter().flatten();
        let rows = rows.filter(|row| row["name"].as_str() == Some("default"));
        found.push((kind, rows.filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()));
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
    let sent = canon::outgoing(object.clone(), reading);
    Summary {
        uid: sent.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        hash: canon::hash(object, reading),
        references: canon::references(&sent),
    }
}

/// The objects of these uids of the target, as the source has them now; with the uids of the target.
///
/// # Errors
/// Of the source.
pub(crate) async fn of_source(
    sides: &Sides,
    readings: &Readings,
    kind: &str,
    uids: &[String],
) -> Result<Vec<(String, Map<String, Value>)>, Error> {
    let here: Vec<String> = uids.iter().map(|uid| readings.source.here(uid).to_owned()).collect();
    let mut found = Vec::with_capacity(here.len());
    for some in here.chunks(IDS_MAX) {
        for object in sides.source.objects(kind, some).await? {
            let uid = object.get("id").and_then(Value::as_str).unwrap_or_default();
            found.push((readings.source.there(uid).to_owned(), object));
        }
    }
    Ok(found)
}

/// Which objects of each type may have changed since everything of it was seen: a mark of each, which is another once it changes
/// again. Some are found again; none is missed.
///
/// # Errors
/// Of the instance.
pub async fn changed(
    source: &Instance,
    types: &[(&str, Timestamp)],
    clock: &ServerClock,
) -> Result<Vec<(String, Vec<u64>)>, Error> {
    let Some(first) = types.iter().map(|(_, seen)| *seen).min() else { return Ok(Vec::new()) };
    let filter = format!("lastUpdated:ge:{}", parameter(first - overlap(clock, first)));
    let body = source.get("metadata", &[("filter", &filter), ("fields", "id,lastUpdated")]).await?;
    let marks = |kind: &str, seen: Timestamp| -> Vec<u64> {
        let rows = body[kind].as_array().into_iter().flatten();
        let at = |row: &Value| moment(row["lastUpdated"].as_str().unwrap_or_default(), &clock.zone);
        // In the hour that comes twice an edit may look as old as an hour.
        let since = seen - Duration::from_secs(60);
        let recent = rows.filter(|row| at(row).is_none_or(|at| at + shift(clock, seen) >= since));
        recent.map(|row| mark([kind, text(row, "id"), text(row, "lastUpdated")])).collect()
    };
    let found = types.iter().map(|(kind, seen)| ((*kind).to_owned(), marks(kind, *seen)));
    Ok(found.filter(|(_, marks)| !marks.is_empty()).collect())
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

/// The types of which something was deleted since everything of them was seen. An account that may not ask is told
/// nothing: the comparison of everything sees it then.
///
/// # Errors
/// Of the instance.
pub async fn deleted(
    source: &Instance,
    types: &[(&str, Timestamp)],
    clock: &ServerClock,
) -> Result<Vec<(String, Vec<u64>)>, Error> {
    let Some(first) = types.iter().map(|(_, seen)| *seen).min() else { return Ok(Vec::new()) };
    let since = parameter(first - overlap(clock, first));
    let body = match source.get("deletedObjects", &[("deletedAt", &since), ("paging", "false")]).await {
        Ok(body) => body,
        Err(Error::Forbidden { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let marks = |kind: &str, seen: Timestamp| -> Vec<u64> {
        let rows = body["deletedObjects"].as_array().into_iter().flatten();
        let at = |row: &Value| moment(row["deletedAt"].as_str().unwrap_or_default(), &clock.zone);
        let rows = rows.filter(|row| row["klass"].as_str().is_some_and(|klass| is_klass_of(klass, kind)));
        let since = seen - Duration::from_secs(60);
        let recent = rows.filter(|row| at(row).is_none_or(|at| at + shift(clock, seen) >= since));
        recent.map(|row| mark(["deleted", kind, text(row, "uid"), text(row, "deletedAt")])).collect()
    };
    let found = types.iter().map(|(kind, seen)| ((*kind).to_owned(), marks(kind, *seen)));
    Ok(found.filter(|(_, marks)| !marks.is_empty()).collect())
}

/// `DataElement` is of `dataElements`, `Category` of `categories`.
fn is_klass_of(klass: &str, kind: &str) -> bool {
    let plural = match klass.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{klass}s"),
    };
    plural.eq_ignore_ascii_case(kind)
}

pub(crate) fn overlap(clock: &ServerClock, seen: Timestamp) -> Duration {
    OVERLAP + shift(clock, seen)
}

/// By how much the clocks of the server change around a moment: a time on its wall may mean either.
pub(crate) fn shift(clock: &ServerClock, at: Timestamp) -> Duration {
    let Ok(zone) = jiff::tz::TimeZone::get(&clock.zone) else { return Duration::ZERO };
    let hours = Duration::from_secs(3 * 3_600);
    let offsets = [at - hours, at, at + hours].map(|at| at.in_zone(&zone).offset().seconds());
    let widest = offsets.iter().max().zip(offsets.iter().min()).map_or(0, |(most, least)| most - least);
    Duration::from_secs(u64::from(widest.unsigned_abs()))
}
