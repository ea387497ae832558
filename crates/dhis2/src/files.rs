//! Files that values refer to: what the target lacks is read from the source and sent on, under the same uid, before the value
//! itself. Nothing of them is kept.

use crate::{
    client::{Error, FileInfo, Instance},
    metadata::Sides,
    settings::{Settings, Values},
    values::{Key, Rows},
    work::Group,
};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// The first version that takes a uid for a file.
const OWN_UID_SINCE: u32 = 40;

/// Elements and attributes of the source whose values are uids of files.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileKinds(HashSet<String>);

/// One file, and where the source gives its content away.
struct Wanted {
    uid: String,
    path: String,
    query: Vec<(&'static str, String)>,
}

impl FileKinds {
    /// Nothing, where files are not copied.
    ///
    /// # Errors
    /// Of the source.
    pub(crate) async fn of(sides: &Sides, settings: &Settings) -> Result<Self, Error> {
        let mut found = HashSet::new();
        if settings.files == Values::No || sides.target.clock().await?.minor < OWN_UID_SINCE {
            return Ok(Self(found));
        }
        for kind in ["dataElements", "trackedEntityAttributes"] {
            let see = |one: Map<String, Value>| {
                let is_file = matches!(one.get("valueType").and_then(Value::as_str), Some("FILE_RESOURCE" | "IMAGE"));
                found.extend(one.get("id").filter(|_| is_file).and_then(Value::as_str).map(str::to_owned));
            };
            sides.source.each(kind, "id,valueType", see).await?;
        }
        Ok(Self(found))
    }

    /// Files of rows that are about to be written. Keys are those of the target, where nothing of them is mapped.
    pub(crate) async fn bring_rows(&self, sides: &Sides, rows: &Rows, keys: &[&Key]) -> Result<(), Error> {
        let wanted = keys.iter().filter(|key| self.0.contains(&key[0])).filter_map(|key| {
            let row = rows.get(*key).filter(|row| !row.deleted)?;
            let [element, period, unit, option, _] = key.each_ref().map(String::clone);
            let query = vec![("de", element), ("pe", period), ("ou", unit), ("co", option)];
            Some(Wanted { uid: row.value.clone(), path: "dataValues/files".to_owned(), query })
        });
        bring(sides, wanted.collect()).await
    }

    /// Files of tracker data that is about to be written.
    pub(crate) async fn bring_tracked(
        &self,
        sides: &Sides,
        groups: &[Group],
        bodies: &HashMap<String, Map<String, Value>>,
    ) -> Result<(), Error> {
        let mut wanted = Vec::new();
        for group in groups.iter().filter(|group| !group.deletes()) {
            let program = group.program.as_ref().map(|program| program.uid.clone()).unwrap_or_default();
            for one in &group.objects {
                let Some(body) = bodies.get(&one.uid) else { continue };
                let lists = [("dataValues", "dataElement"), ("attributes", "attribute")];
                for (row, name) in lists.iter().flat_map(|(list, name)| {
                    let rows = body.get(*list).and_then(Value::as_array).into_iter().flatten();
                    rows.map(move |row| (row, *name))
                }) {
                    let (Some(kind), Some(uid)) = (row[name].as_str(), row["value"].as_str()) else { continue };
                    if !self.0.contains(kind) {
                        continue;
                    }
                    let path = match name {
                        "dataElement" => format!("tracker/events/{}/dataValues/{kind}/file", one.uid),
                        _ => format!("tracker/trackedEntities/{}/attributes/{kind}/file", group.owner),
                    };
                    wanted.push(Wanted { uid: uid.to_owned(), path, query: vec![("program", program.clone())] });
                }
            }
        }
        bring(sides, wanted).await
    }
}

/// What cannot be had, or is refused, is left out: the value that refers to it is refused then, and named.
async fn bring(sides: &Sides, wanted: Vec<Wanted>) -> Result<(), Error> {
    for one in wanted {
        match copy(&sides.source, &sides.target, &one).await {
            Ok(()) | Err(Error::Refused { .. } | Error::TooLarge { .. } | Error::Forbidden { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn copy(source: &Instance, target: &Instance, wanted: &Wanted) -> Result<(), Error> {
    if !target.is_gone("fileResources", &wanted.uid).await? {
        return Ok(());
    }
    let info: FileInfo = source.file_info(&wanted.uid).await?;
    let query: Vec<(&str, &str)> = wanted.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let content = source.download(&wanted.path, &query).await?;
    target.upload(&wanted.uid, &info, content).await?;
    // What arrived is what was sent.
    let kept = target.file_info(&wanted.uid).await?;
    if kept.content_md5 == info.content_md5 {
        return Ok(());
    }
    Err(Error::Short { host: target.host(), what: "fileResources".to_owned() })
}
