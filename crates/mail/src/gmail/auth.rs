//! Access tokens for one mailbox: asked for when needed, kept until shortly before they expire, renewed one at a time.
//!
//! Two kinds of credentials, each a JSON file that Google hands out. A *service account* with domain-wide delegation
//! signs a short-lived assertion in which `sub` names the mailbox (RFC 7523); an *authorized user* brings a refresh
//! token (RFC 6749 §6). Whatever goes wrong here is never a recipient's fault.

use super::{classify, http};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Clock, Fault, Timestamp, Verdict};
use ring::{rand::SystemRandom, rsa, signature::RSA_PKCS1_SHA256};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::Mutex;
use url::Url;

/// Where Google gives out tokens, unless the key file or the account says otherwise.
pub const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// A token is not used in its last minute: it must outlive the request that carries it.
const RENEW_BEFORE: Duration = Duration::from_secs(60);
/// Google gives an hour and accepts assertions of an hour.
const LIFETIME_MAX: Duration = Duration::from_secs(3600);
/// An assertion is dated back by this much, for a clock that runs ahead of Google's.
const BACKDATED: Duration = Duration::from_secs(10);
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What proves who we are. Its `Debug` shows names, never secrets.
#[derive(Clone)]
pub struct Credentials {
    grant: Grant,
    token_uri: Option<Url>,
}

#[derive(Clone)]
enum Grant {
    ServiceAccount { email: String, key_id: Option<String>, key: Arc<rsa::KeyPair> },
    RefreshToken { client_id: String, client_secret: SecretString, refresh_token: SecretString },
}

/// Why a key file cannot be used. No message repeats what the file holds but names.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ServiceKeyError {
    #[error("the Gmail key cannot be read as a JSON key file (line {line}): give the file as Google Cloud made it")]
    Unreadable { line: usize },
    #[error("the Gmail key has no `{0}`: download the key again, or build the file as the guide shows")]
    Missing(&'static str),
    #[error("the Gmail key is of type `{0}`: use `service_account` or `authorized_user`")]
    UnknownType(String),
    #[error("`private_key` of the Gmail key is not an RSA key of 2048 bits or more in PKCS #8 PEM: download it again")]
    BadPrivateKey,
    #[error("`token_uri` of the Gmail key is neither https:// nor on this machine: {0}")]
    BadTokenUri(String),
}

impl Credentials {
    /// Reads the JSON key of a service account (`client_email`, `private_key`) or of an authorized user (`client_id`,
    /// `client_secret`, `refresh_token`). `type` may be missing; `token_uri` is optional.
    pub fn from_json(key: &SecretString) -> Result<Self, ServiceKeyError> {
        let file: KeyFile = serde_json::from_str(key.expose_secret())
            .map_err(|problem| ServiceKeyError::Unreadable { line: problem.line() })?;
        let token_uri = match file.token_uri {
            None => None,
            Some(text) => Some(http::safe_url(&text).ok_or(ServiceKeyError::BadTokenUri(text))?),
        };
        let kind = file.kind.unwrap_or_else(|| guess_type(file.refresh_token.is_some()).to_owned());
        let grant = match kind.as_str() {
            "service_account" => Grant::ServiceAccount {
                email: file.client_email.ok_or(ServiceKeyError::Missing("client_email"))?,
                key_id: file.private_key_id,
                key: Arc::new(rsa_key(&file.private_key.ok_or(ServiceKeyError::Missing("private_key"))?)?),
            },
            "authorized_user" => Grant::RefreshToken {
                client_id: file.client_id.ok_or(ServiceKeyError::Missing("client_id"))?,
                client_secret: file.client_secret.ok_or(ServiceKeyError::Missing("client_secret"))?,
                refresh_token: file.refresh_token.ok_or(ServiceKeyError::Missing("refresh_token"))?,
            },
            _ => return Err(ServiceKeyError::UnknownType(kind)),
        };
        Ok(Self { grant, token_uri })
    }

    /// Where this key file says that tokens come from.
    pub fn token_uri(&self) -> Option<&Url> {
        self.token_uri.as_ref()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.grant {
            Grant::ServiceAccount { email, .. } => write!(f, "Credentials(service account {email})"),
            Grant::RefreshToken { client_id, .. } => write!(f, "Credentials(refresh token of client {client_id})"),
        }
    }
}

/// An access token, and which one it is in the order they were given out.
#[derive(Clone)]
pub(super) struct Bearer {
    pub(super) token: SecretString,
    number: u64,
}

/// The tokens of one account, shared by its connections.
pub(super) struct Tokens {
    credentials: Credentials,
    /// The mailbox to act for, and what to ask for.
    subject: String,
    scope: &'static str,
    url: Url,
    clock: Clock,
    kept: Mutex<CachedTokens>,
}

#[derive(Default)]
struct CachedTokens {
    bearer: Option<(Bearer, Timestamp)>,
    given_out: u64,
}

impl Tokens {
    pub(super) fn new(credentials: Credentials, subject: String, scope: &'static str, url: Url, clock: Clock) -> Self {
        Self { credentials, subject, scope, url, clock, kept: Mutex::default() }
    }

    /// A token good for another minute at least. Who comes while one is being asked for waits for that one.
    pub(super) async fn get(&self, http: &http::Client) -> Result<Bearer, Verdict> {
        let mut kept = self.kept.lock().await;
        if let Some((bearer, renew_at)) = &kept.bearer
            && self.clock.now() < *renew_at
        {
            return Ok(bearer.clone());
        }
        kept.bearer = None;
        let (token, lifetime) = self.ask(http).await?;
        kept.given_out += 1;
        let bearer = Bearer { token, number: kept.given_out };
        let renew_at = self.clock.now() + lifetime.saturating_sub(RENEW_BEFORE);
        kept.bearer = Some((bearer.clone(), renew_at));
        Ok(bearer)
    }

    /// Forgets a token that the API refused, unless a newer one has taken its place.
    pub(super) async fn refused(&self, bearer: &Bearer) {
        let mut kept = self.kept.lock().await;
        if kept.bearer.as_ref().is_some_and(|(current, _)| current.number == bearer.number) {
            kept.bearer = None;
        }
    }

    async fn ask(&self, http: &http::Client) -> Result<(SecretString, Duration), Verdict> {
        let form = self.form()?;
        let reply = http.post_form(&self.url, &form).await?;
        if reply.status != 200 {
            let now = self.clock.now();
            return Err(classify::classify_token(reply.status, reply.retry_after.as_deref(), &reply.body, now));
        }
        // The body may hold a token, so it is shown to nobody, not even when it cannot be read.
        let unreadable = || http::server_trouble("unexpected_token_reply").with_arg("status", "200");
        let granted: Granted = serde_json::from_slice(&reply.body).map_err(|_| unreadable())?;
        let lifetime = granted.expires_in.map_or(LIFETIME_MAX, Duration::from_secs).min(LIFETIME_MAX);
        Ok((granted.access_token, lifetime))
    }

    fn form(&self) -> Result<Vec<(&'static str, SecretString)>, Verdict> {
        Ok(match &self.credentials.grant {
            Grant::ServiceAccount { email, key_id, key } => {
                let assertion = self.assertion(email, key_id.as_deref(), key)?;
                vec![("grant_type", JWT_BEARER.into()), ("assertion", assertion)]
            }
            Grant::RefreshToken { client_id, client_secret, refresh_token } => vec![
                ("grant_type", "refresh_token".into()),
                ("client_id", client_id.as_str().into()),
                ("client_secret", client_secret.clone()),
                ("refresh_token", refresh_token.clone()),
            ],
        })
    }

    /// A JWT signed with RS256 (RFC 7515, RFC 7523 §3), good for an hour.
    fn assertion(&self, email: &str, key_id: Option<&str>, key: &rsa::KeyPair) -> Result<SecretString, Verdict> {
        let issued = (self.clock.now() - BACKDATED).as_micros() / 1_000_000;
        let header = serde_json::json!({"alg": "RS256", "typ": "JWT", "kid": key_id});
        let claims = serde_json::json!({
            "iss": email, "sub": self.subject, "scope": self.scope, "aud": self.url.as_str(),
            "iat": issued, "exp": issued + LIFETIME_MAX.as_secs() as i64,
        });
        let encode = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| http::until_a_person("signing_failed", Fault::Credentials))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}

#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<String>,
    private_key: Option<SecretString>,
    private_key_id: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    refresh_token: Option<SecretString>,
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: Option<u64>,
}

fn guess_type(has_refresh_token: bool) -> &'static str {
    if has_refresh_token { "authorized_user" } else { "service_account" }
}

fn rsa_key(pem: &SecretString) -> Result<rsa::KeyPair, ServiceKeyError> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.expose_secret().as_bytes())
        .map_err(|_| ServiceKeyError::BadPrivateKey)?;
    rsa::KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| ServiceKeyError::BadPrivateKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> String {
        Credentials::from_json(&json.into()).unwrap_err().to_string()
    }

    #[test]
    fn a_key_that_cannot_be_used_is_refused_in_plain_words() {
        insta::assert_snapshot!(
            [
                error("hunter2 is not JSON"),
                error(r#"{"type":"service_account"}"#),
                error(r#"{"type":"service_account","client_email":"a@b.iam.gserviceaccount.com"}"#),
                error(r#"{"client_email":"a@b.iam.gserviceaccount.com","private_key":"hunter2"}"#),
                error(r#"{"type":"authorized_user","client_id":"c","client_secret":"s"}"#),
                error(r#"{"refresh_token":"hunter2"}"#),
                error(r#"{"type":"external_account"}"#),
                error(r#"{"refresh_token":"hunter2","token_uri":"http://example.com/token"}"#),
            ]
            .join("\n")
        );
    }

    #[test]
    fn debug_shows_names_and_no_secret() {
        let key = r#"{"client_id":"app","client_secret":"hunter2","refresh_token":"hunter3"}"#;
        let credentials = Credentials::from_json(&key.into()).unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials(refresh token of client app)");
    }
}
