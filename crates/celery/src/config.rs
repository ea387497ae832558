//! The tables `[celery.NAME]` of `vigie.toml`.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

/// Days that tasks are kept, unless it is said otherwise.
pub const KEEP_DAYS: u32 = 30;
const KEEP_DAYS_MAX: u32 = 3_650;
const QUEUES_MAX: usize = 200;

/// A table as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BrokerEntry {
    /// `redis://127.0.0.1/0`, `rediss://…`, `amqp://user@host/vhost`: as in the program's `broker_url`.
    pub broker: Option<SecretString>,
    /// Queues to count, besides those that workers take tasks from.
    pub queues: Vec<String>,
    /// `global_keyprefix` of the program's `broker_transport_options`.
    pub key_prefix: String,
    /// Whether workers are asked to tell what they do; `false` where all of them run with `-E`.
    pub enable_events: Option<bool>,
    pub keep_days: Option<u32>,
}

/// A table that was checked.
#[derive(Clone, Debug)]
pub struct Broker {
    pub name: String,
    pub url: SecretString,
    pub kind: Kind,
    /// Of Redis.
    pub database: u32,
    pub queues: Vec<String>,
    pub key_prefix: String,
    pub enabling: Enabling,
    pub keep_days: u32,
}

/// Which broker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Redis,
    Rabbit,
}

/// Whether workers are asked to tell what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enabling {
    Asked,
    Left,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("celery.{0}: give it a name of letters, digits, - and _, of at most 40 characters")]
    Name(String),
    #[error("celery.{0}.broker is missing: write it as in the program's broker_url, such as \"redis://127.0.0.1/0\"")]
    Missing(String),
    #[error("celery.{name}.broker: `{scheme}` is not supported: use redis://, rediss:// or amqp://")]
    Scheme { name: String, scheme: String },
    #[error("celery.{0}.broker is not an address: write it as redis://127.0.0.1:6379/0")]
    Address(String),
    #[error("celery.{0}.keep-days: choose 1 to 3650")]
    KeepDays(String),
    #[error("celery.{0}.queues: name at most 200 queues")]
    Queues(String),
}

impl BrokerEntry {
    /// # Errors
    /// What of the table cannot be used, and what helps.
    pub fn check(&self, name: &str) -> Result<Broker, ConfigError> {
        let named = || name.to_owned();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 40 || !name.chars().all(is_word) {
            return Err(ConfigError::Name(named()));
        }
        let url = self.broker.as_ref().ok_or_else(|| ConfigError::Missing(named()))?;
        let scheme = url.expose_secret().split(':').next().unwrap_or_default();
        let kind = match scheme {
            "redis" | "rediss" => Kind::Redis,
            "amqp" | "pyamqp" => Kind::Rabbit,
            _ => {
                // What follows a colon may be a password, and what has none may be one as a whole.
                let scheme = if url.expose_secret().contains("://") { scheme.to_owned() } else { "…".to_owned() };
                return Err(ConfigError::Scheme { name: named(), scheme });
            }
        };
        let parsed = Url::parse(url.expose_secret()).map_err(|_| ConfigError::Address(named()))?;
        let database = match parsed.path().trim_matches('/') {
            _ if kind == Kind::Rabbit => 0,
            "" => 0,
            number => number.parse().map_err(|_| ConfigError::Address(named()))?,
        };
        if parsed.host_str().is_none_or(str::is_empty) {
            return Err(ConfigError::Address(named()));
        }
        let keep_days = self.keep_days.unwrap_or(KEEP_DAYS);
        if !(1..=KEEP_DAYS_MAX).contains(&keep_days) {
            return Err(ConfigError::KeepDays(named()));
        }
        if self.queues.len() > QUEUES_MAX {
            return Err(ConfigError::Queues(named()));
        }
        let enabling = if self.enable_events.unwrap_or(true) { Enabling::Asked } else { Enabling::Left };
        Ok(Broker {
            name: named(),
            url: url.clone(),
            kind,
            database,
            queues: self.queues.clone(),
            key_prefix: self.key_prefix.clone(),
            enabling,
            keep_days,
        })
    }
}

impl Broker {
    /// Its address without the password.
    pub fn shown_url(&self) -> String {
        let Ok(mut url) = Url::parse(self.url.expose_secret()) else { return "…".to_owned() };
        if url.password().is_some() && url.set_password(Some("…")).is_err() {
            return "…".to_owned();
        }
        // A password may be a parameter, too.
        url.set_query(None);
        url.to_string().replace("%E2%80%A6", "…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(broker: &str) -> BrokerEntry {
        BrokerEntry { broker: Some(broker.to_owned().into()), ..BrokerEntry::default() }
    }

    #[test]
    fn an_address_is_read_as_celery_reads_it_and_shown_without_its_password() {
        let broker = entry("redis://:s3cret@127.0.0.1:6390/2?password=x").check("shop").unwrap();
        assert_eq!((broker.database, broker.keep_days, broker.enabling), (2, 30, Enabling::Asked));
        assert_eq!(broker.shown_url(), "redis://:…@127.0.0.1:6390/2");
        assert_eq!(entry("rediss://cache.example.org").check("a").unwrap().database, 0);
        let rabbit = entry("amqp://shop:s3cret@mq/shop").check("a").unwrap();
        assert_eq!((rabbit.kind, rabbit.shown_url().as_str()), (Kind::Rabbit, "amqp://shop:…@mq/shop"));
    }

    #[test]
    fn what_cannot_be_used_is_named_and_no_password_told() {
        for (broker, name, part) in [
            ("redis://h/0", "my shop", "celery.my shop"),
            ("sqs://key:s3cret@", "a", "`sqs`"),
            ("s3cret", "a", "`…`"),
            ("redis://h/zero", "a", "celery.a.broker"),
            ("redis://", "a", "celery.a.broker"),
        ] {
            let error = entry(broker).check(name).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("s3cret"), "{broker}: {error}");
        }
        assert!(BrokerEntry::default().check("a").unwrap_err().to_string().contains("is missing"));
        let long = BrokerEntry { keep_days: Some(0), ..entry("redis://h") };
        assert!(long.check("a").unwrap_err().to_string().contains("keep-days"));
    }
}
