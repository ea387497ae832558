//! What is kept equal, and how far: the settings of one configuration.

use serde::{Deserialize, Serialize};
use url::Url;

/// Types of metadata in the order in which they are listed. What depends on what is read from the objects themselves.
pub const TYPES: [&str; 23] = [
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
];

const SECONDS: std::ops::RangeInclusive<u64> = 10..=604_800;

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
    /// Types of metadata; empty for all of [`TYPES`].
    #[serde(default)]
    pub metadata: Vec<String>,
    #[serde(default)]
    pub values: Values,
    /// Below which values are read.
    pub org_unit: Option<String>,
    #[serde(default)]
    pub conflict: Policy,
    #[serde(default)]
    pub sharing: Sharing,
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

/// What begins runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Manual,
    /// The source is looked at again and again.
    Automatic,
}

/// Whether data values are kept equal, too.
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
    pub fn check(&self) -> Result<(), String> {
        for (name, url) in [("source", &self.source), ("target", &self.target)] {
            if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
                return Err(format!("`{name}` is {url}: give https:// and the address of the instance"));
            }
            if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
                return Err(format!("`{name}` holds a name, a secret or a query: give the address alone"));
            }
        }
        if self.source == self.target {
            return Err("`source` and `target` are the same instance: give two".to_owned());
        }
        if let Some(unknown) = self.metadata.iter().find(|kind| !TYPES.contains(&kind.as_str())) {
            return Err(format!(
                "`metadata` names {unknown}, which Vigie does not copy: the types are {}",
                TYPES.join(", ")
            ));
        }
        for (name, seconds) in [("check_every_s", self.check_every_s), ("cooldown_s", self.cooldown_s)] {
            if !SECONDS.contains(&seconds) {
                return Err(format!("`{name}` is {seconds}: give 10 seconds to a week"));
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
