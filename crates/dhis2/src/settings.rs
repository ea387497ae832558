//! What is kept equal, and how far: the settings of one configuration.

use crate::why::Why;
use language::Language;
use schedules::{Expression, Timing};
use serde::{Deserialize, Serialize};
use url::Url;

/// Types of metadata in the order in which they are listed. What depends on what is read from the objects themselves.
pub const TYPES: [&str; 36] = [
    "attributes",
    "options",
    "optionSets",
    "legendSets",
    "organisationUnits",
    "organisationUnitLevels",
    "organisationUnitGroups",
    "organisationUnitGroupSets",
    "categoryOptions",
    "categories",
    "categoryCombos",
    "categoryOptionCombos",
    "dataElements",
    "dataElementGroups",
    "dataElementGroupSets",
    "indicatorTypes",
    "indicators",
    "indicatorGroups",
    "dataEntryForms",
    "dataSets",
    "sections",
    "validationRules",
    "validationRuleGroups",
    "trackedEntityAttributes",
    "trackedEntityTypes",
    "relationshipTypes",
    "programNotificationTemplates",
    "programs",
    "programStages",
    "programStageSections",
    "programSections",
    "programIndicators",
    "programRuleVariables",
    "programRules",
    "programRuleActions",
    "programIndicatorGroups",
];

const SECONDS: std::ops::RangeInclusive<u64> = 10..=604_800;

/// Lines of a mapping.
const MAPPED_MAX: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub source: Url,
    pub target: Url,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default = "minute")]
    pub check_every_s: u64,
    /// After a run that failed, nothing begins by itself for so long.
    #[serde(default = "half_an_hour")]
    pub cooldown_s: u64,
    #[serde(default = "ten")]
    pub max_per_hour: usize,
    /// When it runs, in mode `scheduled`: a cron expression or an interval, as schedules have it, and its time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    #[serde(default = "utc")]
    pub zone: String,
    /// Types of metadata; empty for all of [`TYPES`].
    #[serde(default)]
    pub metadata: Vec<String>,
    #[serde(default)]
    pub values: Values,
    /// Whether registrations that a data set is complete are kept equal, too.
    #[serde(default)]
    pub completeness: Values,
    /// Tracked entities with their enrollments, events and relationships; and events of programs without registration.
    #[serde(default)]
    pub tracker: Values,
    /// Files and images that values refer to; the target must be 2.40 or later.
    #[serde(default)]
    pub files: Values,
    /// Below which values and tracker data are read.
    pub org_unit: Option<String>,
    #[serde(default)]
    pub conflict: Policy,
    #[serde(default)]
    pub sharing: Sharing,
    /// Whether what the source has deleted is deleted on the target.
    #[serde(default)]
    pub delete: Delete,
    /// Above so many of a hundred known objects of a type, nothing of it is deleted and a person is asked.
    #[serde(default = "two")]
    pub max_delete_percent: u64,
    /// Objects that have another uid on the target.
    #[serde(default, skip_serializing_if = "Mapping::is_none")]
    pub map: Mapping,
}

/// Objects that have another uid on the target: their lines, or, in `vigie.toml`, the file that has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Mapping {
    Lines(Vec<Mapped>),
    /// To be read by whoever takes the settings.
    File(String),
}

impl Default for Mapping {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

impl Mapping {
    pub fn lines(&self) -> &[Mapped] {
        match self {
            Self::Lines(lines) => lines,
            Self::File(_) => &[],
        }
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::Lines(lines) if lines.is_empty())
    }
}

/// A line of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapped {
    /// As `organisationUnits`.
    pub kind: String,
    /// A uid of the source, or a code.
    pub source: String,
    /// A uid of the target.
    pub target: String,
}

fn minute() -> u64 {
    60
}
fn half_an_hour() -> u64 {
    1_800
}
fn ten() -> usize {
    10
}
fn two() -> u64 {
    2
}
fn utc() -> String {
    "UTC".to_owned()
}

/// What begins runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Manual,
    /// The source is looked at again and again.
    Automatic,
    /// At the times of its schedule.
    Scheduled,
}

/// Whether something that is not metadata is kept equal, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    #[default]
    No,
    Yes,
}

/// What becomes of an object that was changed on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    #[default]
    Source,
    Target,
    /// It stays as it is on both, and a person is told.
    Stop,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delete {
    #[default]
    Off,
    On,
}

/// Whose sharing settings the objects of the target have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    #[default]
    Keep,
    Copy,
}

impl Settings {
    /// # Errors
    /// What is wrong, naming the setting and the remedy.
    pub fn check(&self) -> Result<(), Why> {
        let wrong = |code: &str, args: &[(&str, &str)], text: String| Err(Why::new(code, args, text));
        for (name, url) in [("source", &self.source), ("target", &self.target)] {
            if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                let text = format!("`{name}` is {url}: give https:// and the address of the instance");
                return wrong("wrong_address", &[("name", name), ("url", url.as_str())], text);
            }
            if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
                let text = format!("`{name}` holds a name, a secret or a query: give the address alone");
                return wrong("address_with_more", &[("name", name)], text);
            }
        }
        if self.source == self.target {
            return wrong("same_instance", &[], "`source` and `target` are the same instance: give two".to_owned());
        }
        if let Some(unknown) = self.metadata.iter().find(|kind| !TYPES.contains(&kind.as_str())) {
            let types = TYPES.join(", ");
            let text = format!("`metadata` names {unknown}, which Vigie does not copy: the types are {types}");
            return wrong("unknown_type", &[("kind", unknown), ("types", &types)], text);
        }
        if self.max_delete_percent > 100 {
            let percent = self.max_delete_percent.to_string();
            let text = format!("`max_delete_percent` is {percent}: give 0 to 100");
            return wrong("wrong_percent", &[("percent", &percent)], text);
        }
        self.check_schedule()?;
        self.check_map()?;
        for (name, seconds) in [("check_every_s", self.check_every_s), ("cooldown_s", self.cooldown_s)] {
            if !SECONDS.contains(&seconds) {
                let text = format!("`{name}` is {seconds}: give 10 seconds to a week");
                return wrong("wrong_seconds", &[("name", name), ("seconds", &seconds.to_string())], text);
            }
        }
        Ok(())
    }

    fn check_schedule(&self) -> Result<(), Why> {
        match (self.mode, self.timing()) {
            (Mode::Scheduled, None) => {
                let text = "`mode` is scheduled and there is no `schedule`: give one, as \"0 2 * * *\"".to_owned();
                Err(Why::new("no_schedule", &[], text))
            }
            (_, Some(Err(refusal))) => {
                let [english, french] = [Language::English, Language::French].map(|language| refusal.say(language));
                let text = format!("`schedule`: {english}");
                Err(Why::new("wrong_schedule", &[("why", &english), ("why_in_french", &french)], text))
            }
            _ => Ok(()),
        }
    }

    /// When it comes due; `None` without a schedule.
    pub fn timing(&self) -> Option<Result<Timing, schedules::Refusal>> {
        let text = self.schedule.as_deref()?;
        let timing = || {
            let (expression, zone) = (Expression::parse(text)?, schedules::zone(&self.zone)?);
            Ok(Timing::new(expression, zone))
        };
        Some(timing())
    }

    fn check_map(&self) -> Result<(), Why> {
        let wrong = |code: &str, args: &[(&str, &str)], text: String| Err(Why::new(code, args, text));
        if let Mapping::File(file) = &self.map {
            let text = format!("`map` names the file {file}: give its lines, or let `vigie sync add` read it");
            return wrong("map_is_file", &[("file", file)], text);
        }
        let lines = self.map.lines();
        if lines.len() > MAPPED_MAX {
            let (count, most) = (lines.len().to_string(), MAPPED_MAX.to_string());
            let text = format!("`map` has {count} lines: at most {most} are read");
            return wrong("map_too_long", &[("count", &count), ("most", &most)], text);
        }
        let mut seen = std::collections::HashSet::new();
        for (at, line) in lines.iter().enumerate() {
            let at = (at + 1).to_string();
            if !TYPES.contains(&line.kind.as_str()) {
                let text = format!("`map`, line {at}: Vigie does not copy {}: give a type", line.kind);
                return wrong("map_unknown_type", &[("line", &at), ("kind", &line.kind)], text);
            }
            if !is_uid(&line.target) || line.source.is_empty() {
                let text = format!("`map`, line {at}: give type, uid or code of the source, uid of the target");
                return wrong("map_wrong_line", &[("line", &at)], text);
            }
            if !seen.insert((line.kind.as_str(), line.target.as_str())) {
                let text = format!("`map`, line {at}: {} was named before: each target once", line.target);
                return wrong("map_doubled", &[("line", &at), ("uid", &line.target)], text);
            }
        }
        Ok(())
    }

    /// The types that are kept equal.
    pub fn types(&self) -> Vec<&str> {
        TYPES
            .into_iter()
            .filter(|kind| self.metadata.is_empty() || self.metadata.iter().any(|one| one == kind))
            .collect()
    }

    /// The same for both directions, so that two configurations between the same instances share a ledger.
    pub fn pair(&self) -> String {
        let mut sides = [self.source.as_str().trim_end_matches('/'), self.target.as_str().trim_end_matches('/')];
        sides.sort_unstable();
        sides.join(" ")
    }
}

/// Of DHIS2: a letter and ten letters or digits.
pub(crate) fn is_uid(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 11
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with(more: &serde_json::Value) -> Result<(), Why> {
        let mut settings = json!({"source": "https://a.example", "target": "https://b.example"});
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Settings>(settings).unwrap().check()
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        let line = |kind: &str, target: &str| json!({"kind": kind, "source": "DE_1", "target": target});
        let cases = [
            (json!({}), None),
            (json!({"mode": "scheduled"}), Some("there is no `schedule`")),
            (json!({"mode": "scheduled", "schedule": "0 2 * * *", "zone": "Africa/Kinshasa"}), None),
            (json!({"mode": "scheduled", "schedule": "at noon"}), Some("`schedule`: ")),
            (json!({"schedule": "0 2 * * *", "zone": "Nowhere/At_All"}), Some("`schedule`: ")),
            (json!({"map": "map.csv"}), Some("let `vigie sync add` read it")),
            (json!({"max_delete_percent": 101}), Some("give 0 to 100")),
            (json!({"map": [line("dataElements", "fbfJHSPpUQD")]}), None),
            (json!({"map": [line("dashboards", "fbfJHSPpUQD")]}), Some("`map`, line 1: Vigie does not copy")),
            (json!({"map": [line("dataElements", "DE_1")]}), Some("`map`, line 1: give type")),
            (
                json!({"map": [line("dataElements", "fbfJHSPpUQD"), line("dataElements", "fbfJHSPpUQD")]}),
                Some("`map`, line 2: fbfJHSPpUQD was named before"),
            ),
        ];
        for (more, expected) in cases {
            let found = with(&more).err();
            let fits = match (&found, expected) {
                (None, None) => true,
                (Some(found), Some(expected)) => found.text.contains(expected),
                _ => false,
            };
            assert!(fits, "{more}: {found:?}");
        }
    }
}
