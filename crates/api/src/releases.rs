//! Releases: the versions of a project, and where they were deployed.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A version. Versions are in the order in which they were first seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    pub version: String,
    #[schema(value_type = String)]
    pub first_seen: Timestamp,
    /// `null` where no event of it has come.
    #[schema(value_type = Option<String>)]
    pub last_seen: Option<Timestamp>,
    pub events: u64,
    /// Issues that were first seen in it.
    pub new_issues: u64,
    #[schema(value_type = Option<String>)]
    pub date_released: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Releases {
    pub rows: Vec<Release>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelease {
    pub version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub date_released: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deploy {
    pub environment: String,
    pub name: String,
    pub url: String,
    #[schema(value_type = String)]
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deploys {
    pub rows: Vec<Deploy>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeploy {
    pub environment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
