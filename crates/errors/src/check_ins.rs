//! Check-ins: a scheduled task says that it begins, and how it ended.

use crate::{
    document::{self, Told},
    event::NAME_CHARS_MAX,
    fields::Fields,
    json::NotJson,
    scrubbing::Scrubbing,
};
use serde::Serialize;
use std::time::Duration;
use uuid::Uuid;

/// Characters of a monitor's name in addresses.
const SLUG_CHARS_MAX: usize = 50;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckIn {
    /// None: the latest of the monitor that is in progress.
    pub id: Option<Uuid>,
    /// Lower-case letters, digits, `-` and `_`.
    pub monitor_slug: String,
    pub status: CheckInStatus,
    pub duration: Option<Duration>,
    pub environment: Option<String>,
    pub release: Option<String>,
    pub trace_id: Option<String>,
    /// What the monitor is to be from now on.
    pub monitor: Option<MonitorConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckInStatus {
    InProgress,
    Ok,
    Error,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonitorConfig {
    pub schedule: MonitorSchedule,
    /// How late it may begin.
    pub checkin_margin: Option<Duration>,
    /// How long it may run.
    pub max_runtime: Option<Duration>,
    /// Failures in a row before there is an issue.
    pub failure_issue_threshold: Option<u64>,
    /// Successes in a row before it is well again.
    pub recovery_threshold: Option<u64>,
    /// A name of the IANA database; UTC where there is none.
    pub timezone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorSchedule {
    /// `0 2 * * *`
    Crontab(String),
    Every {
        count: u64,
        unit: IntervalUnit,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalUnit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// Reads an item of the kind `check_in`; none without a name and a status.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Option<CheckIn>>, NotJson> {
    document::one("the check-in", bytes, scrubbing, |mut fields| of_fields(&mut fields))
}

fn of_fields(fields: &mut Fields<'_>) -> Option<CheckIn> {
    Some(CheckIn {
        id: fields.id("check_in_id").filter(|id| !id.is_nil()),
        monitor_slug: slug(&fields.text("monitor_slug", NAME_CHARS_MAX)?)?,
        status: CheckInStatus::of(&fields.text("status", NAME_CHARS_MAX)?)?,
        duration: fields.number("duration").and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        environment: fields.text("environment", NAME_CHARS_MAX),
        release: fields.text("release", NAME_CHARS_MAX),
        trace_id: fields.object("contexts", |mut contexts| contexts.object("trace", |mut trace| trace.hex("trace_id"))),
        monitor: fields.object("monitor_config", |mut config| MonitorConfig::read(&mut config)),
    })
}

impl CheckIn {
    /// What programs without a client ask for: `/api/{id}/cron/{slug}/?status=ok&duration=2.5`. `parameters` are names with
    /// values, no longer escaped. None without a name and a status.
    pub fn of_address(monitor: &str, parameters: &[(String, String)]) -> Option<Self> {
        let said = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        Some(Self {
            id: said("check_in_id").and_then(|id| id.parse().ok()).filter(|id: &Uuid| !id.is_nil()),
            monitor_slug: slug(monitor)?,
            status: CheckInStatus::of(said("status")?)?,
            duration: said("duration").and_then(|text| Duration::try_from_secs_f64(text.parse().ok()?).ok()),
            environment: said("environment").map(|text| text.chars().take(NAME_CHARS_MAX).collect()),
            release: None,
            trace_id: None,
            monitor: None,
        })
    }
}

impl CheckIn {
    /// The same with a body: `{"status": "ok", "monitor_config": {…}}`. What the address says besides counts where the body
    /// does not say it.
    pub fn of_body(monitor: &str, parameters: &[(String, String)], body: &[u8], scrubbing: &Scrubbing) -> Option<Self> {
        let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
        for name in ["status", "check_in_id", "environment"] {
            let said = parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            if let Some(said) = said.filter(|_| !fields.contains_key(name)) {
                fields.insert(name.to_owned(), said.into());
            }
        }
        fields.insert("monitor_slug".to_owned(), monitor.into());
        let bytes = serde_json::to_vec(&fields).ok()?;
        read(&bytes, scrubbing).ok()?.what
    }
}

impl CheckInStatus {
    fn of(name: &str) -> Option<Self> {
        match name {
            "in_progress" => Some(Self::InProgress),
            "ok" => Some(Self::Ok),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

impl MonitorConfig {
    /// None without a schedule.
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let minutes =
            |fields: &mut Fields<'_>, key| fields.integer(key).map(|n| Duration::from_secs(n.saturating_mul(60)));
        Some(Self {
            schedule: fields.object("schedule", MonitorSchedule::read)?,
            checkin_margin: minutes(fields, "checkin_margin"),
            max_runtime: minutes(fields, "max_runtime"),
            failure_issue_threshold: fields.integer("failure_issue_threshold"),
            recovery_threshold: fields.integer("recovery_threshold"),
            timezone: fields.text("timezone", NAME_CHARS_MAX),
        })
    }
}

impl MonitorSchedule {
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        match fields.text("type", NAME_CHARS_MAX)?.as_str() {
            "crontab" => Some(Self::Crontab(fields.text("value", NAME_CHARS_MAX)?)),
            "interval" => {
                let unit = match fields.text("unit", NAME_CHARS_MAX)?.as_str() {
                    "minute" => IntervalUnit::Minute,
                    "hour" => IntervalUnit::Hour,
                    "day" => IntervalUnit::Day,
                    "week" => IntervalUnit::Week,
                    "month" => IntervalUnit::Month,
                    "year" => IntervalUnit::Year,
                    _ => return None,
                };
                Some(Self::Every { count: fields.integer("value").filter(|count| *count > 0)?, unit })
            }
            _ => None,
        }
    }
}

/// A name as it stands in addresses; none where nothing is left of it.
fn slug(name: &str) -> Option<String> {
    let sign = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let signs: String = name.chars().take(SLUG_CHARS_MAX).map(sign).collect();
    let slug = signs.trim_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_in(text: &str) -> Option<CheckIn> {
        read(text.as_bytes(), &Scrubbing::default()).unwrap().what
    }

    #[test]
    fn a_monitor_comes_with_its_first_check_in() {
        let text = r#"{"check_in_id":"e1665efd492b4fd2af0ceffb0e88fca8","monitor_slug":"Nightly backup","status":"in_progress","environment":"production",
            "monitor_config":{"schedule":{"type":"crontab","value":"0 2 * * *"},"timezone":"Europe/Paris","checkin_margin":5,"max_runtime":30}}"#;
        insta::assert_json_snapshot!(check_in(text));
        let text = r#"{"check_in_id":"00000000000000000000000000000000","monitor_slug":"nightly","status":"ok","duration":12.5,
            "monitor_config":{"schedule":{"type":"interval","value":2,"unit":"hour"}}}"#;
        let latest = check_in(text).unwrap();
        assert_eq!((latest.id, latest.duration), (None, Some(Duration::from_millis(12_500))));
        assert_eq!(latest.monitor.unwrap().schedule, MonitorSchedule::Every { count: 2, unit: IntervalUnit::Hour });
    }

    #[test]
    fn what_says_neither_who_nor_how_is_none() {
        for text in [
            r#"{}"#,
            r#"{"monitor_slug":"a"}"#,
            r#"{"monitor_slug":"--","status":"ok"}"#,
            r#"{"monitor_slug":"a","status":"new"}"#,
        ] {
            assert_eq!(check_in(text), None, "{text}");
        }
        let parameters = [("status".to_owned(), "error".to_owned()), ("duration".to_owned(), "NaN".to_owned())];
        let asked = CheckIn::of_address("nightly", &parameters).unwrap();
        assert_eq!((asked.status, asked.duration), (CheckInStatus::Error, None));
    }
}
