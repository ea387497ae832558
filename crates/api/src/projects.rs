//! Projects: what reports its errors here, and the keys that its clients name.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// The number by which a DSN names it.
    pub id: i64,
    /// Its name in addresses; in capitals before the numbers of its issues.
    pub slug: String,
    pub name: String,
    /// `python-django`, `javascript` …
    pub platform: String,
    #[schema(value_type = Object)]
    pub settings: Value,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When the first of its events happened; `null` where none has come.
    #[schema(value_type = Option<String>)]
    pub first_event_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Projects {
    pub rows: Vec<Project>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectKey {
    /// 32 hexadecimal digits.
    pub public_key: String,
    /// What a client is set up with.
    pub dsn: String,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// Since then it opens nothing.
    #[schema(value_type = Option<String>)]
    pub disabled_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectKeys {
    pub rows: Vec<ProjectKey>,
    pub next: Option<String>,
}

/// A project that was made, with its first key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectMade {
    pub project: Project,
    pub key: ProjectKey,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

/// What is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub settings: Option<Value>,
}
