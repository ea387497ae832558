//! Releases: the versions of a project, and where they were deployed.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A version. Versions are in the order in which they were first seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// What its sessions came to in the time that was asked for; left out where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<SessionFigures>,
}

/// Sessions of a release. Shares go from 0 to 100.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionFigures {
    pub sessions: u64,
    /// With errors, and without a crash.
    pub errored: u64,
    pub crashed: u64,
    pub abnormal: u64,
    /// Different ones: of many, about.
    pub users: u64,
    /// Sessions that did not crash.
    pub crash_free_sessions: Option<f64>,
    /// Users who met no crash; `null` where sessions say no user.
    pub crash_free_users: Option<f64>,
    /// Of all sessions of the project.
    pub adoption: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Releases {
    pub rows: Vec<Release>,
    pub next: Option<String>,
    /// There are more sessions than one answer counts: the oldest are left out.
    #[serde(default)]
    pub is_partial: bool,
}

/// A release with what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseDetail {
    pub release: Release,
    /// The last first.
    pub deploys: Vec<Deploy>,
    /// The newest first.
    pub commits: Vec<Commit>,
    pub artifacts: u64,
    /// Of the source maps.
    pub artifact_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Commit {
    /// Its hash.
    pub id: String,
    pub author: String,
    pub message: String,
    #[schema(value_type = Option<String>)]
    pub at: Option<Timestamp>,
}

/// Of which time sessions are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct ReleaseQuery {
    /// From when on, RFC 3339; a week ago where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeploy {
    pub environment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
