//! Where alerts are told, as it is set up.

use crate::TellFailure;
use language::Language;
use mail::address::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::AlertChannel;
use url::Url;
use uuid::Uuid;
use vault::Vault;

/// Characters of a name, a topic, a URL or a token.
const NAME_MAX: usize = 100;
const URL_MAX: usize = 2_000;
/// Who is told by one channel of e-mail.
const RECIPIENTS_MAX: usize = 50;
/// Where bots of Telegram and topics of ntfy are by themselves.
const TELEGRAM: &str = "https://api.telegram.org";
const NTFY: &str = "https://ntfy.sh";

/// Every type of channel, by its name in JSON.
pub const CHANNEL_WORDS: [&str; 7] = ["email", "slack", "discord", "teams", "telegram", "ntfy", "webhook"];

/// A channel, read and unsealed.
#[derive(Clone, Debug)]
pub struct Channel {
    pub id: Uuid,
    pub name: String,
    pub settings: ChannelSettings,
    pub secret: ChannelSecret,
}

/// What is no secret of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSettings {
    #[serde(flatten)]
    pub kind: ChannelKind,
    pub language: Language,
    /// Told by every rule that names no channel.
    pub takes_all: bool,
    /// Told instead, where this one cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelKind {
    /// By a sending account of Vigie.
    Email {
        account: String,
        from: String,
        to: Vec<String>,
    },
    Slack,
    Discord,
    Teams,
    Telegram {
        chat: String,
    },
    Ntfy {
        topic: String,
    },
    /// Signed by Standard Webhooks 1.0.
    Webhook,
}

/// What is sealed of it. A URL counts as secret: with most services whoever knows it may write there.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct ChannelSecret {
    /// Of the hook; of the server, for Telegram and ntfy, where it is not the usual one.
    #[serde(default)]
    pub url: String,
    /// A bot's token, an access token, or the key that signs (`whsec_…`).
    #[serde(default)]
    pub token: String,
}

/// What is wrong with a channel, by its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelFault(pub &'static str);

impl std::fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChannelSecret")
    }
}

impl ChannelKind {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Email { .. } => "email",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Teams => "teams",
            Self::Telegram { .. } => "telegram",
            Self::Ntfy { .. } => "ntfy",
            Self::Webhook => "webhook",
        }
    }
}

impl ChannelSettings {
    pub fn read(settings: &str) -> Option<Self> {
        serde_json::from_str(settings).ok()
    }

    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl ChannelSecret {
    pub fn is_empty(&self) -> bool {
        self.url.is_empty() && self.token.is_empty()
    }

    /// What the database keeps.
    pub fn seal(&self, vault: &Vault, channel: Uuid) -> Vec<u8> {
        let text = SecretString::from(serde_json::to_string(self).unwrap_or_default());
        vault.seal(&text, &sealed_for(channel))
    }
}

/// What a channel's secret is sealed about.
fn sealed_for(id: Uuid) -> String {
    format!("alert channel {id}")
}

impl Channel {
    /// # Errors
    /// It was sealed under another key, or written by another version of the program.
    pub fn open(kept: &AlertChannel, vault: &Vault) -> Result<Self, TellFailure> {
        let unread = |said: &str| TellFailure::BadChannel { said: said.to_owned() };
        let settings = ChannelSettings::read(&kept.settings).ok_or_else(|| unread("settings"))?;
        let secret = match &kept.secret {
            None => ChannelSecret::default(),
            Some(sealed) => {
                let text = vault.unseal(sealed, &sealed_for(kept.id)).map_err(|error| unread(&error.to_string()))?;
                serde_json::from_str(text.expose_secret()).map_err(|_| unread("secret"))?
            }
        };
        Ok(Self { id: kept.id, name: kept.name.clone(), settings, secret })
    }

    /// # Errors
    /// The field that cannot be used.
    pub fn check(&self) -> Result<(), ChannelFault> {
        let of = |field, good: bool| if good { Ok(()) } else { Err(ChannelFault(field)) };
        let is_short =
            |text: &str| (1..=NAME_MAX).contains(&text.chars().count()) && !text.contains(model::steers_display);
        of("name", is_short(&self.name) && self.name.trim() == self.name)?;
        of("fallback", self.settings.fallback != Some(self.id))?;
        let url = &self.secret.url;
        let has_url = is_url(url);
        match &self.settings.kind {
            ChannelKind::Email { account, from, to } => {
                of("account", is_short(account))?;
                of("from", from.parse::<Mailbox>().is_ok())?;
                of(
                    "to",
                    (1..=RECIPIENTS_MAX).contains(&to.len()) && to.iter().all(|one| one.parse::<Mailbox>().is_ok()),
                )
            }
            ChannelKind::Slack | ChannelKind::Discord | ChannelKind::Teams => of("url", has_url),
            ChannelKind::Telegram { chat } => {
                of("url", url.is_empty() || has_url)?;
                of("chat", is_short(chat))?;
                of("token", is_token(&self.secret.token))
            }
            ChannelKind::Ntfy { topic } => {
                of("url", url.is_empty() || has_url)?;
                of("topic", is_topic(topic))?;
                of("token", self.secret.token.is_empty() || is_token(&self.secret.token))
            }
            ChannelKind::Webhook => {
                of("url", has_url)?;
                of("token", crate::channels::webhook::key(&self.secret.token).is_some())
            }
        }
    }

    /// Where its calls go, but for the part that is a secret: of those channels that call a server of their own.
    pub(crate) fn server(&self) -> Result<Url, TellFailure> {
        let usual = match self.settings.kind {
            ChannelKind::Telegram { .. } => TELEGRAM,
            ChannelKind::Ntfy { .. } => NTFY,
            _ => "",
        };
        let url = if self.secret.url.is_empty() { usual } else { &self.secret.url };
        Url::parse(url).map_err(|_| TellFailure::BadUrl)
    }
}

fn is_url(text: &str) -> bool {
    let is_http = |url: Url| matches!(url.scheme(), "http" | "https") && url.host().is_some();
    text.len() <= URL_MAX && Url::parse(text).is_ok_and(is_http)
}

fn is_token(text: &str) -> bool {
    (1..=URL_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#%".contains(&byte))
}

fn is_topic(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
