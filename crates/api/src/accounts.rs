//! Sending accounts.

use crate::jobs::Reason;
use model::{
    AccountId, Timestamp,
    pace::{Batch, Limits},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// Where mail leaves from. The secret is never shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    pub name: String,
    pub url: String,
    pub has_secret: bool,
    /// per_second, per_minute, per_hour, daily, daily_recipients, batch.
    #[serde(deserialize_with = "AnsweredLimits::deserialize")]
    #[schema(value_type = Object)]
    pub limits: Limits,
    pub pause: Option<AccountPause>,
    /// Sending attempts of the last 24 hours, refused ones included, and their recipients: as they count against the
    /// limits.
    pub used_messages: u64,
    pub used_recipients: u64,
}

impl Account {
    /// The pause in which it is. One that is over is forgotten only when the account is used again.
    #[must_use]
    pub fn pause_at(&self, now: Timestamp) -> Option<&AccountPause> {
        self.pause.as_ref().filter(|pause| pause.until.is_none_or(|until| until > now))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountPause {
    /// `null`: until somebody resumes it.
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Accounts {
    pub rows: Vec<Account>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// `smtp://…`, `smtps://…` or `gmail://…`, without any password.
    pub url: String,
    /// A password, or a service account's key; the one before is kept when it is left out.
    #[serde(serialize_with = "secret", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<SecretString>,
    /// Left out: those of an account that is there stay, and a new one gets what its provider is known to allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub limits: Option<Limits>,
}

/// Limits of an answer, which may say more than is known here; those of requests and of files may not.
#[derive(Deserialize)]
#[serde(remote = "Limits")]
pub(crate) struct AnsweredLimits {
    per_second: Option<u32>,
    per_minute: Option<u32>,
    per_hour: Option<u32>,
    daily: Option<u32>,
    daily_recipients: Option<u32>,
    batch: Option<Batch>,
}

/// A secret is written nowhere but in the request that hands it over.
pub(crate) fn secret<S: Serializer>(secret: &Option<SecretString>, into: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| secret.expose_secret()).serialize(into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_secret_is_handed_over_and_shown_nowhere() {
        let account = NewAccount { url: "smtp://x".into(), secret: Some("s3cret".into()), limits: None };
        assert_eq!(json!(account), json!({"url": "smtp://x", "secret": "s3cret"}));
        assert!(!format!("{account:?}").contains("s3cret"));
        assert_eq!(json!(NewAccount { secret: None, ..account }), json!({"url": "smtp://x"}));
    }

    #[test]
    fn a_pause_that_is_over_is_none() {
        let now: Timestamp = "2025-01-10T10:00:00Z".parse().unwrap();
        let reason = json!({"code": "auth_failed", "detail": ""});
        for (pause, expected) in [
            (Value::Null, false),
            (json!({"until": "2025-01-10T09:59:59Z", "reason": reason}), false),
            (json!({"until": "2025-01-10T10:00:01Z", "reason": reason}), true),
            (json!({"until": null, "reason": reason}), true),
        ] {
            let account = json!({
                "id": "7f3b0c52-0000-4000-8000-000000000001", "name": "compta", "url": "smtp://x", "has_secret": true,
                "limits": {"daily": 7, "of_a_newer_server": 1}, "pause": pause, "used_messages": 0, "used_recipients": 0
            });
            let account: Account = serde_json::from_value(account).unwrap();
            assert_eq!(account.limits.daily, Some(7));
            assert_eq!(account.pause_at(now).is_some(), expected, "{pause}");
        }
    }
}
