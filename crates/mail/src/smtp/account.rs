//! A sending account: where to connect, how to prove who we are, and how hard the server may be used.

use super::logins::Logins;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use rustls_platform_verifier::Verifier;
use secrecy::SecretString;
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Where and how to send. Built once, shared by every connection.
pub struct Account {
    /// A name, or an address without brackets.
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// What `EHLO` says; the socket's own address in brackets when `None` (RFC 5321 §4.1.3).
    pub helo: Option<String>,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    pub plaintext_auth: PlaintextAuth,
    /// How many connections may be open at once. Google asks for at most 5.
    pub connections_max: usize,
    /// After so many messages a connection is closed and a new one opened; 0 for no limit. Google asks for at most 50.
    pub messages_per_connection: u64,
    pub flights: Flights,
    pub timeouts: Timeouts,
    /// Certificates trusted beside those of the system.
    extra_roots: Vec<CertificateDer<'static>>,
    tls: OnceLock<Arc<ClientConfig>>,
    /// What its connections know of each other's logins.
    pub(super) logins: Logins,
}

/// When the connection becomes private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// `smtps://`: from the first byte (RFC 8314).
    Implicit,
    /// `smtp://`: by `STARTTLS` (RFC 3207), which is required unless the server is on this machine. There it is used
    /// only where a password has to be sent.
    StartTls,
    /// `smtp://…?tls=required`: by `STARTTLS`, on this machine too.
    StartTlsAlways,
}

/// Whether a password may be sent without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaintextAuth {
    Never,
    /// `?plaintext-auth=loopback`: to a server on this machine.
    Loopback,
}

/// How many round trips a small message takes where the server offers PIPELINING.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flights {
    /// Two: the envelope, then the content by `DATA`. A connection that is lost during the first one is a retry.
    Two,
    /// `?flights=1`: one, by `BDAT LAST` (RFC 3030) where the server offers CHUNKING and the message is small. Faster
    /// on a long line, and a connection lost at any moment leaves the outcome unknown.
    One,
}

/// How long each answer is awaited (RFC 5321 §4.5.3.2; the greeting is awaited for less than its 5 minutes).
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    pub greeting: Duration,
    pub command: Duration,
    pub data: Duration,
    /// One block of content to be taken by the server.
    pub block: Duration,
    /// The answer to the final dot.
    pub end: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(60),
            command: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            end: Duration::from_secs(600),
        }
    }
}

/// Why a URL is no account. Every message names the remedy.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AccountError {
    #[error("SMTP address `{0}` is not a URL; write it as `smtp://user@mail.example.org:587`")]
    NotUrl(String),
    #[error("SMTP address: `{0}://` is not known; use `smtp://` (STARTTLS) or `smtps://` (TLS from the start)")]
    Scheme(String),
    #[error("SMTP address: the host is missing; write it as `smtp://user@mail.example.org:587`")]
    NoHost,
    #[error(
        "SMTP address: it holds a password, which others could read; give it by a prompt, a file or the environment"
    )]
    PasswordInUrl,
    #[error("SMTP address: `{0}` after the host has no meaning; remove it")]
    Path(String),
    #[error("SMTP address: option `{name}={value}` is not known; {remedy}")]
    Option { name: String, value: String, remedy: &'static str },
    #[error("SMTP account of `{0}`: the password is missing; give it by a prompt, a file or the environment")]
    PasswordMissing(String),
    #[error("SMTP account: there is a password but no user; write the address as `smtp://user@{0}`")]
    UserMissing(String),
}

impl Account {
    /// An account for a server that wants no password.
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
            security: Security::StartTls,
            helo: None,
            user: None,
            password: None,
            plaintext_auth: PlaintextAuth::Never,
            connections_max: 5,
            messages_per_connection: 100,
            flights: Flights::Two,
            timeouts: Timeouts::default(),
            extra_roots: Vec::new(),
            tls: OnceLock::new(),
            logins: Logins::default(),
        }
    }

    /// Reads `smtp://user@host:587` or `smtps://user@host:465`, the ports being the defaults. Options follow `?`:
    /// `connections=5`, `per-connection=100`, `helo=name`, `tls=required`, `flights=1`, `plaintext-auth=loopback`.
    /// A user name that is a mail address has its `@` written as `%40`, or as it is.
    ///
    /// # Errors
    /// When the URL, an option or the password does not make an account. No error holds a password.
    pub fn from_url(url: &str, password: Option<SecretString>) -> Result<Self, AccountError> {
        let shown = || url.rsplit_once('@').map_or_else(|| url.to_owned(), |(_, host)| format!("…@{host}"));
        let parsed = url::Url::parse(url.trim()).map_err(|_| AccountError::NotUrl(shown()))?;
        let (security, default_port) = match parsed.scheme() {
            "smtp" => (Security::StartTls, 587),
            "smtps" => (Security::Implicit, 465),
            other => return Err(AccountError::Scheme(other.to_owned())),
        };
        if parsed.password().is_some() {
            return Err(AccountError::PasswordInUrl);
        }
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or(AccountError::NoHost)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if !matches!(parsed.path(), "" | "/") || parsed.fragment().is_some() {
            return Err(AccountError::Path(parsed.path().to_owned()));
        }
        let mut account = Self::new(host, parsed.port().unwrap_or(default_port));
        account.security = security;
        if !parsed.username().is_empty() {
            let user = percent_encoding::percent_decode_str(parsed.username()).decode_utf8_lossy().into_owned();
            account.user = Some(user);
        }
        for (name, value) in parsed.query_pairs() {
            account.set(&name, &value)?;
        }
        match (&account.user, &password) {
            (Some(user), None) => return Err(AccountError::PasswordMissing(user.clone())),
            (None, Some(_)) => return Err(AccountError::UserMissing(account.host)),
            _ => account.password = password,
        }
        Ok(account)
    }

    /// Trusts `certificate` (an authority's, or the server's own) beside those of the system.
    #[must_use]
    pub fn trusting(mut self, certificate: CertificateDer<'static>) -> Self {
        self.extra_roots.push(certificate);
        self.tls = OnceLock::new();
        self
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), AccountError> {
        let wrong = |remedy| AccountError::Option { name: name.to_owned(), value: value.to_owned(), remedy };
        match (name, value) {
            ("connections", _) => {
                const REMEDY: &str = "use a number from 1 to 100";
                self.connections_max =
                    value.parse().ok().filter(|n| (1..=100).contains(n)).ok_or_else(|| wrong(REMEDY))?;
            }
            ("per-connection", _) => {
                self.messages_per_connection =
                    value.parse().map_err(|_| wrong("use a number of messages, 0 for no limit"))?;
            }
            ("helo", _) => {
                let sound = !value.is_empty()
                    && value.len() <= 255
                    && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.[]:".contains(&b));
                self.helo = Some(sound.then(|| value.to_owned()).ok_or_else(|| wrong("use this machine's name"))?);
            }
            ("tls", "required") if self.security == Security::Implicit => {}
            ("tls", "required") => self.security = Security::StartTlsAlways,
            ("flights", "1") => self.flights = Flights::One,
            ("flights", "2") => self.flights = Flights::Two,
            ("plaintext-auth", "loopback") => self.plaintext_auth = PlaintextAuth::Loopback,
            _ => {
                return Err(wrong(
                    "the options are connections, per-connection, helo, tls=required, flights=1 and plaintext-auth=loopback",
                ));
            }
        }
        Ok(())
    }

    /// The settings for TLS, made when first needed: reading the system's certificates takes a while.
    pub(super) fn tls(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        if let Some(config) = self.tls.get() {
            return Ok(Arc::clone(config));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let config = match Verifier::new_with_extra_roots(self.extra_roots.iter().cloned(), provider) {
            Ok(verifier) => {
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
            }
            // A machine without any certificates of its own still has those it was told to trust.
            Err(error) if self.extra_roots.is_empty() => return Err(error),
            Err(_) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(self.extra_roots.iter().cloned());
                builder.with_root_certificates(roots).with_no_client_auth()
            }
        };
        Ok(Arc::clone(self.tls.get_or_init(|| Arc::new(config))))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("connections_max", &self.connections_max)
            .field("messages_per_connection", &self.messages_per_connection)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(url: &str, password: Option<&str>) -> Result<Account, AccountError> {
        Account::from_url(url, password.map(|p| SecretString::from(p.to_owned())))
    }

    #[test]
    fn reads_urls() {
        let plain = account("smtp://127.0.0.1:2525", None).unwrap();
        assert_eq!((plain.host.as_str(), plain.port, plain.security), ("127.0.0.1", 2525, Security::StartTls));
        let full =
            account("smtps://compta%40exemple.fr@mail.exemple.fr?connections=3&per-connection=50", Some("s3cret"))
                .unwrap();
        assert_eq!((full.port, full.user.as_deref()), (465, Some("compta@exemple.fr")));
        assert_eq!((full.connections_max, full.messages_per_connection), (3, 50));
        assert_eq!(
            account("smtp://compta@exemple.fr@mail.exemple.fr", Some("x")).unwrap().user.as_deref(),
            Some("compta@exemple.fr")
        );
        assert_eq!(account("smtp://[::1]", None).unwrap().host, "::1");
        assert!(!format!("{full:?}").contains("s3cret"));
    }

    #[test]
    fn says_what_is_wrong_with_a_url() {
        let message = |url: &str, password| account(url, password).unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                message("mail.exemple.fr", None),
                message("http://mail.exemple.fr", None),
                message("smtp://", None),
                message("smtp://user:s3cret@mail.exemple.fr", None),
                message("smtp://mail.exemple.fr/inbox", None),
                message("smtp://mail.exemple.fr?connections=0", None),
                message("smtp://mail.exemple.fr?tls=no", None),
                message("smtp://user@mail.exemple.fr", None),
                message("smtp://mail.exemple.fr", Some("s3cret")),
            ]
            .join("\n")
        );
    }
}
