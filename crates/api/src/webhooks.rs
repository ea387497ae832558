//! Webhooks: where outcomes are reported. The secret that signs them is never shown.

use crate::accounts::secret;
use model::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    pub id: Uuid,
    /// Whole for administrators alone: what stands behind the host often is a key.
    pub url: String,
    pub is_signed: bool,
    pub mailing: Option<String>,
    /// The last place in the feed of outcomes that was told.
    pub cursor: i64,
    pub failures: i64,
    /// After a failure: not called sooner.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Timestamp>,
    pub last_error: Option<String>,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhooks {
    pub rows: Vec<Webhook>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// `https://…`, or `http://…`.
    pub url: String,
    /// Signs what is sent: `X-Vigie-Signature: sha256=<HMAC of the body>`.
    #[serde(serialize_with = "secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<SecretString>,
    /// Only the outcomes of the mailing of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailing: Option<String>,
}
