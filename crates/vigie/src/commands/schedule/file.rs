//! Schedules as a TOML file: a table `[[schedule]]` for each, in the words of the API.

use super::keep;
use crate::{
    app::{self, Engines},
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    render,
    words::t,
};
use api::schedules::{NewSchedule, Schedule, SchedulesPage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// Bytes of a file.
const FILE_MAX: u64 = 16 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SchedulesFile {
    #[serde(default)]
    schedule: Vec<NewSchedule>,
}

pub(super) async fn export(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let schedules = connected.client().get::<SchedulesPage>("/api/v1/schedules").await?;
    if config.json {
        render::json(&schedules.json)?;
        return Ok(Exit::Done);
    }
    let file = SchedulesFile { schedule: schedules.into_inner().rows.into_iter().map(as_new).collect() };
    render::out(toml::to_string(&file).map_err(|error| Failure::new(error.to_string()))?.trim_end())?;
    Ok(Exit::Done)
}

fn as_new(schedule: Schedule) -> NewSchedule {
    NewSchedule {
        name: schedule.name,
        kind: schedule.kind,
        when: schedule.when,
        zone: Some(schedule.zone),
        days_off: schedule.days_off,
        jitter_seconds: schedule.jitter_seconds,
        missed: schedule.missed,
        overlap: schedule.overlap,
        spec: without_nulls(schedule.spec.unwrap_or_default()),
    }
}

/// TOML has no word for nothing.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        value => value,
    }
}

pub(super) async fn import(config: &Config, path: &Path) -> Result<Exit> {
    let size = std::fs::metadata(path).at(path.display())?.len();
    if size > FILE_MAX {
        return Err(Failure::refused(t!("schedule-file-long", file = path.display())));
    }
    let text = std::fs::read_to_string(path).at(path.display())?;
    let file: SchedulesFile =
        toml::from_str(&text).map_err(|error| Failure::refused(t!("at-place", place = path.display(), error)))?;
    let connected = app::changing(config, "schedule", Engines::Rest).await?;
    let mut kept = Ok(0_u64);
    for new in &file.schedule {
        match keep(connected.client(), new, true).await {
            Ok(_) => kept = kept.map(|count| count + 1),
            Err(failure) => {
                kept = Err(failure);
                break;
            }
        }
    }
    connected.close().await;
    let count = kept?;
    match config.json {
        true => render::json(&serde_json::json!({"kept": count}))?,
        false => render::say(&t!("schedules-kept"; n = count)),
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_exported_is_imported_alike() {
        let spec = without_nulls(json!({"command": ["a", "b"], "cwd": null, "env": {"A": "1", "B": null}}));
        let (name, kind, when) = ("Backup".to_owned(), "command".to_owned(), "30 2 * * *".to_owned());
        let zone = Some("Europe/Paris".to_owned());
        let new = NewSchedule { name, kind, when, zone, days_off: vec!["sun".into()], spec, ..NewSchedule::default() };
        let text = toml::to_string(&SchedulesFile { schedule: vec![new.clone()] }).unwrap();
        assert_eq!(toml::from_str::<SchedulesFile>(&text).unwrap().schedule, [new], "{text}");
        assert!(toml::from_str::<SchedulesFile>("[[schedule]]\nname = \"a\"\nwhn = \"b\"").is_err());
    }
}
