//! A session: connected, greeted, private where it must be, and logged in.

use super::{
    account::{Account, PlaintextAuth, Security},
    classify::{Stage, classify, classify_broken},
    reply::Reply,
    wire::Wire,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{Fault, PauseScope, Retry, Verdict};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;
use tokio::time::Instant;

/// What the server said it can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    pub pipelining: bool,
    pub chunking: bool,
    pub eight_bit_mime: bool,
    pub smtputf8: bool,
    pub starttls: bool,
    /// RFC 1870. The most bytes per message, 0 when the server names no limit; `None` when it does not know `SIZE`.
    pub size: Option<u64>,
    /// In upper case, as `PLAIN`.
    pub auth: Vec<String>,
}

pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) extensions: Extensions,
    /// What was said at the beginning, first line.
    pub(super) greeting: String,
    pub(super) mechanism: Option<&'static str>,
    pub(super) messages: u64,
    pub(super) last_used: Instant,
    /// A transaction was begun and not ended: the next one starts with `RSET`.
    pub(super) needs_reset: bool,
}

impl Session {
    /// Connects and goes as far as being allowed to send.
    pub(super) async fn open(account: &Account) -> Result<Self, Verdict> {
        let broken = |stage| move |error| classify_broken(stage, &error);
        let mut wire = Wire::connect(account).await.map_err(broken(Stage::Greeting))?;
        if account.security == Security::Implicit {
            wire.start_tls(account).await.map_err(broken(Stage::StartTls))?;
        }
        let greeting = wire.reply(account.timeouts.greeting).await.map_err(broken(Stage::Greeting))?;
        if greeting.code != 220 {
            return Err(classify(Stage::Greeting, &greeting));
        }
        let mut session = Self {
            wire,
            extensions: Extensions::default(),
            greeting: greeting.lines.into_iter().next().unwrap_or_default(),
            mechanism: None,
            messages: 0,
            last_used: Instant::now(),
            needs_reset: false,
        };
        session.hello(account).await?;
        session.make_private(account).await?;
        session.log_in(account).await?;
        Ok(session)
    }

    /// Says goodbye and waits for the answer, for `patience` at most.
    pub(super) async fn quit(mut self, patience: Duration) {
        let goodbye = async {
            if self.wire.send(b"QUIT\r\n", patience).await.is_ok() {
                let _ = self.wire.reply(patience).await;
            }
        };
        let _ = tokio::time::timeout(patience, goodbye).await;
    }

    async fn hello(&mut self, account: &Account) -> Result<(), Verdict> {
        let name = account.helo.clone().unwrap_or_else(|| self.wire.address_literal());
        let reply = self.ask(account, Stage::Hello, &format!("EHLO {name}\r\n")).await?;
        if reply.code == 250 {
            self.extensions = Extensions::from_reply(&reply);
            return Ok(());
        }
        if !matches!(reply.code, 500..=504) {
            return Err(classify(Stage::Hello, &reply));
        }
        self.extensions = Extensions::default();
        let reply = self.ask(account, Stage::Hello, &format!("HELO {name}\r\n")).await?;
        if reply.code == 250 { Ok(()) } else { Err(classify(Stage::Hello, &reply)) }
    }

    async fn make_private(&mut self, account: &Account) -> Result<(), Verdict> {
        let may_stay_plain = account.security == Security::StartTls
            && self.wire.peer_is_this_machine()
            && (account.user.is_none() || account.plaintext_auth == PlaintextAuth::Loopback);
        if self.wire.is_private() || may_stay_plain {
            return Ok(());
        }
        if !self.extensions.starttls {
            return Err(self.no_tls(account, Stage::StartTls));
        }
        let reply = self.ask(account, Stage::StartTls, "STARTTLS\r\n").await?;
        if reply.code != 220 {
            return Err(classify(Stage::StartTls, &reply));
        }
        self.wire.start_tls(account).await.map_err(|error| classify_broken(Stage::StartTls, &error))?;
        // What was offered before may have been written by somebody in between (RFC 3207 §4.2).
        self.hello(account).await
    }

    async fn log_in(&mut self, account: &Account) -> Result<(), Verdict> {
        let (Some(user), Some(password)) = (&account.user, &account.password) else { return Ok(()) };
        let private = self.wire.is_private()
            || (account.plaintext_auth == PlaintextAuth::Loopback && self.wire.peer_is_this_machine());
        if !private {
            return Err(self.no_tls(account, Stage::Auth));
        }
        let offers = |name: &str| self.extensions.auth.iter().any(|mechanism| mechanism == name);
        let (mechanism, steps) = if offers("PLAIN") {
            ("PLAIN", vec![plain(user, password)])
        } else if offers("LOGIN") {
            ("LOGIN", vec!["AUTH LOGIN\r\n".to_owned().into(), line(user), line(password.expose_secret())])
        } else {
            return Err(refusal("auth_unsupported", Fault::Credentials, Stage::Auth)
                .with_arg("offered", self.extensions.auth.join(" ")));
        };
        let last = steps.len() - 1;
        for (index, step) in steps.iter().enumerate() {
            let reply = self.ask(account, Stage::Auth, step.expose_secret()).await?;
            let expected = if index == last { 235 } else { 334 };
            if reply.code != expected {
                return Err(classify(Stage::Auth, &reply));
            }
        }
        self.mechanism = Some(mechanism);
        Ok(())
    }

    /// To this machine a password may go without TLS, when one says so.
    fn no_tls(&self, account: &Account, stage: Stage) -> Verdict {
        let may_be_allowed = self.wire.peer_is_this_machine()
            && account.security == Security::StartTls
            && account.user.is_some()
            && account.plaintext_auth == PlaintextAuth::Never;
        let code = if may_be_allowed { "tls_unavailable_here" } else { "tls_unavailable" };
        refusal(code, Fault::Server, stage)
    }

    async fn ask(&mut self, account: &Account, stage: Stage, command: &str) -> Result<Reply, Verdict> {
        let patience = account.timeouts.command;
        let sent = self.wire.send(command.as_bytes(), patience).await;
        let answer = match sent {
            Ok(()) => self.wire.reply(patience).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| classify_broken(stage, &error))
    }
}

impl Extensions {
    /// Reads the answer to `EHLO`: one extension per line after the first.
    pub fn from_reply(reply: &Reply) -> Self {
        let mut extensions = Self::default();
        for line in reply.lines.iter().skip(1) {
            // Some old servers write `AUTH=PLAIN`.
            let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty()).map(str::to_ascii_uppercase);
            match words.next().as_deref() {
                Some("PIPELINING") => extensions.pipelining = true,
                Some("CHUNKING") => extensions.chunking = true,
                Some("8BITMIME") => extensions.eight_bit_mime = true,
                Some("SMTPUTF8") => extensions.smtputf8 = true,
                Some("STARTTLS") => extensions.starttls = true,
                Some("SIZE") => extensions.size = Some(words.next().and_then(|word| word.parse().ok()).unwrap_or(0)),
                Some("AUTH") => extensions.auth.extend(words),
                _ => {}
            }
        }
        extensions.auth.sort_unstable();
        extensions.auth.dedup();
        extensions
    }
}

/// A refusal of ours, which a person has to settle.
fn refusal(code: &str, fault: Fault, stage: Stage) -> Verdict {
    Verdict::new(code, fault, Retry::After { wait: Duration::ZERO })
        .with_pause(PauseScope::Account, None)
        .with_arg("stage", stage.as_str())
}

fn line(text: &str) -> SecretString {
    format!("{}\r\n", STANDARD.encode(text)).into()
}

/// RFC 4616, with the initial response of RFC 4954.
fn plain(user: &str, password: &SecretString) -> SecretString {
    format!("AUTH PLAIN {}\r\n", STANDARD.encode(format!("\0{user}\0{}", password.expose_secret()))).into()
}
