//! A Gmail mailbox to send from: what to ask, where, how, and with which credentials.

use super::{
    auth::{Credentials, ServiceKeyError, TOKEN_URL, Tokens},
    http,
};
use model::Clock;
use secrecy::SecretString;
use std::{fmt, time::Duration};
use url::Url;

/// Google's own address of the API.
pub const API_URL: &str = "https://gmail.googleapis.com/";

/// The longest message that the upload endpoint takes, in bytes, MIME encoding included.
pub const MESSAGE_BYTES_MAX: u64 = 36_700_160;

/// How a letter leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// `messages.send`: 100 quota units, scope `gmail.send`. An outcome that got lost stays unknown.
    #[default]
    Send,
    /// `drafts.create`, then `drafts.send`: 110 units, scope `gmail.compose`. Whether the draft is still there tells
    /// afterwards whether it was sent.
    Draft,
}

/// Patience on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// How long an upload may stand still, the connecting included.
    pub stall: Duration,
    /// From the last byte of the request to the last byte of its reply.
    pub reply: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(30), stall: seconds(120), reply: seconds(600) }
    }
}

/// What an account is made of, besides its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The address of the mailbox; a service account acts on its behalf.
    pub mailbox: String,
    /// How requests name the mailbox: `me`, whoever the token belongs to, or an address.
    pub user_id: String,
    pub mode: Mode,
    pub api_url: Url,
    /// When it is missing, the key file's own, or [`TOKEN_URL`].
    pub token_url: Option<Url>,
    pub timeouts: Timeouts,
    /// Bytes.
    pub message_bytes_max: u64,
    /// To, Cc and Bcc together.
    pub recipients_max: usize,
}

/// A checked account. Its connections share one access token. `Debug` shows no secret.
pub struct Account {
    pub(super) settings: Settings,
    pub(super) tokens: Tokens,
    pub(super) http: http::Client,
    pub(super) clock: Clock,
    credentials: String,
}

/// Why an account cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AccountError {
    #[error("`{0}` is not the address of a Gmail account: write gmail://mailbox@domain")]
    NotAnAddress(String),
    #[error("a Gmail address takes no password: give the JSON key as the account's secret")]
    PasswordInUrl,
    #[error("a Gmail address has no parameter `{0}`: use mode, user, api or token")]
    UnknownParameter(String),
    #[error("`mode={0}` of the Gmail address: use send or draft")]
    BadMode(String),
    #[error("`{name}={value}` of the Gmail address: use https://, or http:// on this machine, without query")]
    BadUrl { name: &'static str, value: String },
    #[error(transparent)]
    Key(#[from] ServiceKeyError),
    #[error("cannot set up HTTPS ({0}): install the ca-certificates package")]
    Https(String),
}

impl Settings {
    /// Google's own addresses and limits.
    pub fn new(mailbox: &str) -> Self {
        Self {
            mailbox: mailbox.to_owned(),
            user_id: "me".to_owned(),
            mode: Mode::Send,
            api_url: constant_url(API_URL),
            token_url: None,
            timeouts: Timeouts::default(),
            message_bytes_max: MESSAGE_BYTES_MAX,
            recipients_max: 100,
        }
    }

    /// Reads `gmail://mailbox@domain?mode=send|draft&user=me|ADDRESS&api=URL&token=URL`, every parameter being optional.
    pub fn from_url(text: &str) -> Result<Self, AccountError> {
        let url = Url::parse(text).map_err(|_| AccountError::NotAnAddress(text.to_owned()))?;
        if url.password().is_some() {
            return Err(AccountError::PasswordInUrl);
        }
        let local = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy();
        let host = url.host_str().unwrap_or_default();
        let is_bare = matches!(url.path(), "" | "/") && url.port().is_none() && url.fragment().is_none();
        if url.scheme() != "gmail" || local.is_empty() || host.is_empty() || !is_bare {
            return Err(AccountError::NotAnAddress(text.to_owned()));
        }
        let mut settings = Self::new(&format!("{local}@{}", host.to_ascii_lowercase()));
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "mode" => settings.mode = mode(&value)?,
                "user" => settings.user_id = value.into_owned(),
                "api" => settings.api_url = checked_url("api", &value)?,
                "token" => settings.token_url = Some(checked_url("token", &value)?),
                _ => return Err(AccountError::UnknownParameter(name.into_owned())),
            }
        }
        Ok(settings)
    }
}

impl Account {
    pub fn new(settings: Settings, credentials: Credentials, clock: Clock) -> Result<Self, AccountError> {
        let token_url = settings.token_url.clone().or_else(|| credentials.token_uri().cloned());
        let token_url = token_url.unwrap_or_else(|| constant_url(TOKEN_URL));
        let http =
            http::Client::new(&[&settings.api_url, &token_url], settings.timeouts).map_err(AccountError::Https)?;
        let scope = match settings.mode {
            Mode::Send => "https://www.googleapis.com/auth/gmail.send",
            Mode::Draft => "https://www.googleapis.com/auth/gmail.compose",
        };
        let shown = format!("{credentials:?}");
        let tokens = Tokens::new(credentials, settings.mailbox.clone(), scope, token_url, clock.clone());
        Ok(Self { settings, tokens, http, clock, credentials: shown })
    }

    /// `url` as in [`Settings::from_url`], `key` as in [`Credentials::from_json`].
    pub fn from_url(url: &str, key: &SecretString, clock: Clock) -> Result<Self, AccountError> {
        Self::new(Settings::from_url(url)?, Credentials::from_json(key)?, clock)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("settings", &self.settings)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

fn mode(value: &str) -> Result<Mode, AccountError> {
    match value {
        "send" => Ok(Mode::Send),
        "draft" => Ok(Mode::Draft),
        _ => Err(AccountError::BadMode(value.to_owned())),
    }
}

fn checked_url(name: &'static str, value: &str) -> Result<Url, AccountError> {
    http::safe_url(value).ok_or_else(|| AccountError::BadUrl { name, value: value.to_owned() })
}

fn constant_url(text: &'static str) -> Url {
    Url::parse(text).expect("a constant that a test parses")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_everything_but_the_secret() {
        let plain = Settings::from_url("gmail://compta@Exemple.FR").unwrap();
        assert_eq!(plain, Settings::new("compta@exemple.fr"));
        assert_eq!(plain.api_url.as_str(), API_URL);

        let text = "gmail://jean%2Bx@exemple.fr?mode=draft&user=jean@exemple.fr&api=http://127.0.0.1:1/&token=https://t.example/x";
        let full = Settings::from_url(text).unwrap();
        assert_eq!((full.mailbox.as_str(), full.user_id.as_str()), ("jean+x@exemple.fr", "jean@exemple.fr"));
        assert_eq!((full.mode, full.api_url.as_str()), (Mode::Draft, "http://127.0.0.1:1/"));
        assert_eq!(full.token_url.unwrap().as_str(), "https://t.example/x");
    }

    #[test]
    fn https_is_set_up_without_a_provider_for_the_whole_process() {
        let key = r#"{"client_id":"app","client_secret":"s","refresh_token":"r"}"#;
        let account = Account::from_url("gmail://compta@exemple.fr", &key.into(), Clock::System);
        // A machine without certificates is told so.
        assert!(matches!(account, Ok(_) | Err(AccountError::Https(_))), "{account:?}");
    }

    #[test]
    fn a_wrong_address_is_refused_in_plain_words() {
        let errors = [
            "compta@exemple.fr",
            "gmail://exemple.fr",
            "gmail://compta@exemple.fr/x",
            "gmail://compta:hunter2@exemple.fr",
            "gmail://compta@exemple.fr?mod=draft",
            "gmail://compta@exemple.fr?mode=fast",
            "gmail://compta@exemple.fr?api=http://example.com/",
            "gmail://compta@exemple.fr?token=ftp://127.0.0.1/",
        ]
        .map(|text| Settings::from_url(text).unwrap_err().to_string());
        assert!(!errors.concat().contains("hunter2"));
        insta::assert_snapshot!(errors.join("\n"));
    }
}
