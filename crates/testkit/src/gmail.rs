//! Gmail, as far as sending goes: the token endpoint, `messages.send` and drafts, with Google's quotas, Google's error
//! shapes, and Google's habit of overwriting the Message-ID.
//!
//! ```no_run
//! # async fn example(clock: model::Clock, public_key: &[u8]) {
//! use testkit::gmail::{Call, FakeGmail, Trouble};
//! let gmail = FakeGmail::start(clock).await;
//! gmail.allow_service_account("robot@project.iam.gserviceaccount.com", public_key);
//! gmail.trouble(Call::Send, Trouble::HangUpTaken);
//! // … send one message to gmail.api_url() …
//! assert_eq!(gmail.sent().len(), 1);
//! # }
//! ```

mod oauth;
mod quota;
mod server;

pub use quota::Quotas;

use bytes::Bytes;
use model::{Clock, Timestamp};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The server. It stops when it is dropped.
pub struct FakeGmail {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

/// What can be asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Token,
    Send,
    CreateDraft,
    SendDraft,
    GetDraft,
    DeleteDraft,
}

/// How the server misbehaves, once.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// It answers so, and does nothing.
    Answer(Answer),
    /// It does what was asked, and answers so.
    TakenBut(Answer),
    /// It closes the connection after the first piece of the body.
    HangUpMidBody,
    /// It stops reading after the first piece of the body, and says nothing.
    StopReading,
    /// It reads the whole request, does nothing, and closes the connection.
    HangUpUntaken,
    /// It does what was asked, and closes the connection.
    HangUpTaken,
    /// It does nothing and never answers.
    SilenceUntaken,
    /// It does what was asked and never answers.
    SilenceTaken,
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: String,
}

/// A mail that went out.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: String,
    pub mailbox: String,
    /// The draft it was.
    pub draft: Option<String>,
    /// As it was uploaded.
    pub raw: Bytes,
    /// As recipients get it: with a Message-ID of Gmail's own, and without `Bcc`.
    pub delivered: Bytes,
    /// The Message-ID that Gmail gave it.
    pub message_id: String,
    /// To, Cc and Bcc, in this order.
    pub recipients: Vec<String>,
    pub at: Timestamp,
}

/// A draft that waits.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: String,
    pub mailbox: String,
    pub raw: Bytes,
}

/// A request for a token, granted or not.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    pub grant_type: String,
    /// The mailbox that a service account asked to act for.
    pub subject: Option<String>,
    pub scope: Option<String>,
    pub granted: bool,
    pub at: Timestamp,
}

impl FakeGmail {
    /// Starts on a free port of 127.0.0.1. Tokens and quotas go by `clock`.
    pub async fn start(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("a bound address");
        let state = Arc::new(Mutex::new(State::new(clock, address)));
        let task = tokio::spawn(server::run(listener, Arc::clone(&state)));
        Self { address, state, task }
    }

    pub fn api_url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// Lets a service account act for any mailbox. `public_key` is its RSA key as DER (PKCS #1 `RSAPublicKey`).
    pub fn allow_service_account(&self, email: &str, public_key: &[u8]) {
        self.lock().service_accounts.insert(email.to_owned(), public_key.to_vec());
    }

    /// Lets a refresh token act for one mailbox.
    pub fn allow_refresh_token(&self, client: (&str, &str), refresh_token: &str, mailbox: &str) {
        let client = (client.0.to_owned(), client.1.to_owned());
        self.lock().refresh_tokens.insert(refresh_token.to_owned(), (client, mailbox.to_owned()));
    }

    /// The refresh token or service account is refused from now on.
    pub fn revoke_everything(&self) {
        let mut state = self.lock();
        state.refresh_tokens.clear();
        state.service_accounts.clear();
        state.tokens.clear();
    }

    /// Access tokens given out so far are refused from now on.
    pub fn forget_tokens(&self) {
        self.lock().tokens.clear();
    }

    pub fn set_quotas(&self, quotas: Quotas) {
        self.lock().quotas = quotas;
    }

    /// Misbehaves at the next `call` for which no earlier trouble waits.
    pub fn trouble(&self, call: Call, trouble: Trouble) {
        self.lock().troubles.push_back((call, trouble));
    }

    /// Whether some trouble still waits for its call.
    pub fn has_trouble_left(&self) -> bool {
        !self.lock().troubles.is_empty()
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    pub fn drafts(&self) -> Vec<Draft> {
        self.lock().drafts.values().cloned().collect()
    }

    /// A person deletes a draft by hand.
    pub fn delete_draft(&self, id: &str) {
        self.lock().drafts.remove(id);
    }

    pub fn token_requests(&self) -> Vec<TokenRequest> {
        self.lock().token_requests.clone()
    }

    /// Everything that was asked, in order, refused or not.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for FakeGmail {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Answer {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, retry_after: None, body: body.into() }
    }

    /// The API's error shape.
    pub fn error(status: u16, reason: &str, message: &str) -> Self {
        let domain = if reason.contains("imitExceeded") { "usageLimits" } else { "global" };
        let rpc_status = match status {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        let entry = serde_json::json!({"message": message, "domain": domain, "reason": reason});
        let error = serde_json::json!({"code": status, "message": message, "errors": [entry], "status": rpc_status});
        Self::new(status, serde_json::json!({"error": error}).to_string())
    }

    /// The token endpoint's error shape.
    pub fn oauth_error(status: u16, error: &str, description: &str) -> Self {
        Self::new(status, serde_json::json!({"error": error, "error_description": description}).to_string())
    }

    pub fn invalid_grant() -> Self {
        Self::oauth_error(400, "invalid_grant", "Token has been expired or revoked.")
    }

    pub fn invalid_credentials() -> Self {
        Self::error(401, "authError", "Request had invalid authentication credentials.")
    }

    #[must_use]
    pub fn with_retry_after(mut self, value: &str) -> Self {
        self.retry_after = Some(value.to_owned());
        self
    }
}

struct State {
    clock: Clock,
    address: SocketAddr,
    quotas: Quotas,
    service_accounts: HashMap<String, Vec<u8>>,
    /// Refresh token → its client (id and secret) and its mailbox.
    refresh_tokens: HashMap<String, ((String, String), String)>,
    tokens: HashMap<String, oauth::Access>,
    ledgers: HashMap<String, quota::Ledger>,
    troubles: VecDeque<(Call, Trouble)>,
    sent: Vec<Sent>,
    drafts: BTreeMap<String, Draft>,
    token_requests: Vec<TokenRequest>,
    calls: Vec<Call>,
    /// Numbers every id that is given out.
    made: u64,
}

impl State {
    fn new(clock: Clock, address: SocketAddr) -> Self {
        Self {
            clock,
            address,
            quotas: Quotas::default(),
            service_accounts: HashMap::new(),
            refresh_tokens: HashMap::new(),
            tokens: HashMap::new(),
            ledgers: HashMap::new(),
            troubles: VecDeque::new(),
            sent: Vec::new(),
            drafts: BTreeMap::new(),
            token_requests: Vec::new(),
            calls: Vec::new(),
            made: 0,
        }
    }

    fn next_number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    fn next_trouble(&mut self, call: Call) -> Option<Trouble> {
        let at = self.troubles.iter().position(|(of, _)| *of == call)?;
        self.troubles.remove(at).map(|(_, trouble)| trouble)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
