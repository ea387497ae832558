//! Feedback: what people who use a program say of it.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feedback {
    /// The slug of the project.
    pub project: String,
    /// The issue of the event that it is about: `SHOP-12`.
    pub issue: Option<String>,
    pub event: Option<Uuid>,
    pub message: String,
    pub name: Option<String>,
    pub email: Option<String>,
    /// The page on which it was said.
    pub url: Option<String>,
    pub release: Option<String>,
    pub environment: Option<String>,
    #[schema(value_type = String)]
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackPage {
    pub rows: Vec<Feedback>,
    pub next: Option<String>,
}

/// Which feedback to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct FeedbackQuery {
    /// The slug of a project; all of them where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
