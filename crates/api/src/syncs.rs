//! Pairs of DHIS2 instances that are kept equal. Nothing here holds a data value.

use model::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sync {
    pub number: i64,
    pub name: String,
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Since when it runs by itself.
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Timestamp>,
    /// When the source is looked at next, or the next run begins.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Timestamp>,
    /// What it remembers: until when the source was seen, the end of its cooldown.
    #[schema(value_type = Object)]
    pub state: Value,
    /// The newest first.
    pub runs: Vec<SyncRun>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Syncs {
    pub rows: Vec<Sync>,
}

/// One run of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncRun {
    pub id: Uuid,
    /// `planning`, `metadata`, `planning_values`, `values`, `planning_completeness`, `completeness`, `planning_tracker`,
    /// `tracker`, `succeeded` or `failed`.
    pub phase: String,
    pub automatic: bool,
    /// Objects and values that are written, or were to be.
    pub to_write: u64,
    /// Items that failed, were skipped or are unconfirmed.
    pub errors: u64,
    /// Objects that were changed on both sides, and stay.
    pub conflicts: u64,
    /// Why it failed, in English; and as a code with its arguments.
    pub problem: String,
    #[serde(default)]
    pub problem_code: String,
    #[serde(default)]
    pub problem_args: BTreeMap<String, String>,
    pub jobs: Vec<Uuid>,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSync {
    #[schema(value_type = Object)]
    pub settings: Value,
    /// A personal access token of the source, or `name:password`; left out: it stays.
    #[serde(default, serialize_with = "crate::accounts::secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source_secret: Option<SecretString>,
    #[serde(default, serialize_with = "crate::accounts::secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub target_secret: Option<SecretString>,
}

/// What stands in the way of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncCheck {
    pub findings: Vec<SyncFinding>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncFinding {
    /// `version`, `authority`, `clock`, `org_units`, `default`, `calendar`, `map_both_ways` or `duplicate_code`.
    pub code: String,
    pub side: String,
    pub detail: String,
    pub remedy: String,
}

/// What is asked of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSyncPlan {
    /// Whether the target is asked what it would refuse; nothing is written.
    #[serde(default)]
    pub validate: bool,
}

/// What a run would write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncPlan {
    pub id: Uuid,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub created_at: Option<Timestamp>,
    pub rows: Vec<SyncPlanRow>,
    /// Values and registrations, by data set.
    #[serde(default)]
    pub values: Vec<SyncPlanValues>,
    /// What the target would refuse, where it was asked.
    #[serde(default)]
    pub validated: bool,
    #[serde(default)]
    pub blocked: Vec<SyncBlocked>,
    /// Pieces of tracker data about which it could not be asked: they refer to what it does not have yet.
    #[serde(default)]
    pub unasked: u64,
    /// Types of which more would be deleted than runs delete by themselves.
    #[serde(default)]
    pub held: Vec<String>,
    /// Nearly what a run would take.
    #[serde(default)]
    pub requests: u64,
    #[serde(default)]
    pub seconds: u64,
    /// At most 1,000.
    pub differences: Vec<SyncDifference>,
    /// How many more there are.
    pub more: u64,
}

/// One type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncPlanRow {
    pub kind: String,
    pub create: u64,
    pub update: u64,
    #[serde(default)]
    pub delete: u64,
    pub equal: u64,
    /// They differ, and stay.
    pub kept: u64,
    pub conflict: u64,
    /// Only the target has them, and they stay.
    pub extra: u64,
}

/// One data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncPlanValues {
    /// As `dataValues BfMAe6Itzgt`.
    pub kind: String,
    pub source_count: u64,
    pub target_count: u64,
    pub write: u64,
    pub delete: u64,
    pub conflict: u64,
}

/// An object that the target would refuse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncBlocked {
    pub kind: String,
    pub uid: String,
    /// Of DHIS2, as `E5003`.
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncDifference {
    pub kind: String,
    pub uid: String,
    /// `create`, `update`, `delete`, `kept`, `conflict` or `extra`.
    pub action: String,
    pub source_hash: String,
    pub target_hash: String,
}

/// Objects of a plan, as both sides are now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncChanges {
    pub rows: Vec<SyncChange>,
    /// For `after`, where there are more.
    pub next: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncChange {
    pub kind: String,
    pub uid: String,
    pub action: String,
    pub name: String,
    /// Whether one side is no longer as it was planned.
    pub moved: bool,
    pub properties: Vec<SyncProperty>,
}

/// Of lists that differ in some entries, those alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncProperty {
    pub property: String,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginSync {
    /// A plan: nothing but what it says is written, or nothing at all.
    pub plan: Option<Uuid>,
}

/// Both sides, read and compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncComparison {
    pub equal: bool,
    pub rows: Vec<SyncSides>,
    pub differences: Vec<SyncDifference>,
    pub more: u64,
}

/// How many there are on each side, and the hash of all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncSides {
    pub kind: String,
    pub source_count: u64,
    pub source_hash: String,
    pub target_count: u64,
    pub target_hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncLedger {
    pub rows: Vec<SyncLedgerRow>,
    /// For `after`, where there are more.
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncLedgerRow {
    pub kind: String,
    pub uid: String,
    /// Of both sides when they were last equal; empty where they never were.
    pub hash: String,
    /// Why it could not be written.
    pub problem: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub noted_at: Option<Timestamp>,
}
