//! Sends letters through the Gmail API, and finds out afterwards what became of one whose answer was lost.
//!
//! [`Connection::deliver`] uploads the letter as MIME and reads the verdict from the reply ([`classify`]). Gmail
//! overwrites the Message-ID, so searching for ours proves nothing. What does prove something is a draft: in
//! [`Mode::Draft`] a letter becomes a draft first, the caller keeps the draft's id durably, and only then it is sent.
//! Gmail deletes a draft as it sends it, so [`Connection::verify_draft`] can tell later whether that happened.
//!
//! Source: <https://developers.google.com/workspace/gmail/api/reference/rest>.

mod account;
pub mod auth;
pub mod classify;
mod http;
mod mime;

pub use account::{API_URL, Account, AccountError, MESSAGE_BYTES_MAX, Mode, Settings, Timeouts};
pub use auth::{Credentials, ServiceKeyError};

use crate::{delivery::Delivery, letter::Letter, message::Signer};
use http::{Broken, Payload, Reply};
use jobs::Intent;
use model::{Fault, Verdict};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};
use url::Url;

/// One slot's way to the API. HTTP connections are shared and reopened underneath.
pub struct Connection {
    account: Arc<Account>,
    signer: Option<Arc<Signer>>,
}

/// A draft, and the mailbox that holds it: asked of another mailbox, its absence would prove nothing.
/// Written as `mailbox/id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DraftId {
    pub mailbox: String,
    pub id: String,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is gone: it was sent. (Or a person deleted it by hand, which nothing tells apart.)
    Sent,
    /// It was not sent, and may be sent now.
    StillThere,
    /// No telling: the outcome stays unknown.
    Unreachable(Verdict),
}

/// What discarding a draft came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discarded {
    Now,
    /// It was not there any more: it had been sent, or discarded before.
    WasGone,
}

impl Connection {
    pub fn new(account: Arc<Account>, signer: Option<Arc<Signer>>) -> Self {
        Self { account, signer }
    }

    /// Sends one letter in the account's mode. In [`Mode::Draft`] a draft that could not be sent is discarded, and when
    /// the outcome is unknown the verdict's argument `draft` holds the [`DraftId`].
    pub async fn deliver(&mut self, letter: &Letter) -> Delivery {
        self.deliver_declared(letter, &Intent::free()).await
    }

    /// The same, with `intent` declared right before the request that sends.
    pub async fn deliver_declared(&mut self, letter: &Letter, intent: &Intent) -> Delivery {
        if self.account.settings.mode == Mode::Send {
            return self.send(letter, intent).await;
        }
        let draft = match self.create_draft(letter).await {
            Ok(draft) => draft,
            Err(verdict) => return not_sent(verdict),
        };
        match self.send_draft_declared(&draft, intent).await {
            Delivery::NotSent { verdict, refused } => match self.discard_draft(&draft).await {
                // It cannot be discarded because it was sent after all, or so it seems.
                Ok(Discarded::WasGone) => Delivery::Unknown { verdict: draft_gone(&draft) },
                Ok(Discarded::Now) | Err(_) => Delivery::NotSent { verdict, refused },
            },
            delivery => delivery,
        }
    }

    /// Sends one letter in the account's mode. In [`Mode::Draft`], `on_draft` is called between `drafts.create` and
    /// `drafts.send`: it keeps the id durably, or fails, and then the draft is discarded and nothing is sent. Once it has
    /// kept the id, the draft is left for [`Connection::send_draft`] (a retry) or [`Connection::verify_draft`]; sending
    /// the letter anew instead could send it twice. In [`Mode::Send`] it is never called. `intent` is declared right
    /// before the request that sends.
    pub async fn deliver_with<F>(&mut self, letter: &Letter, intent: &Intent, on_draft: F) -> Delivery
    where
        F: AsyncFnOnce(DraftId) -> Result<(), Verdict>,
    {
        if self.account.settings.mode == Mode::Send {
            return self.send(letter, intent).await;
        }
        let draft = match self.create_draft(letter).await {
            Ok(draft) => draft,
            Err(verdict) => return not_sent(verdict),
        };
        if let Err(verdict) = on_draft(draft.clone()).await {
            // A draft left behind is a nuisance, not a mail: its verdict would hide the reason.
            let _ = self.discard_draft(&draft).await;
            return not_sent(verdict);
        }
        self.send_draft_declared(&draft, intent).await
    }

    /// Uploads a letter as a draft. When the reply gets lost, a draft may be left in the mailbox; no mail is.
    pub async fn create_draft(&mut self, letter: &Letter) -> Result<DraftId, Verdict> {
        let url = self.url(&["upload", "gmail", "v1", "users"], &["drafts"], Some("uploadType=media"));
        let reply = self.ask(Method::POST, &url, Body::Letter(letter), None).await.map_err(Broken::into_verdict)?;
        if !reply.is_success() {
            return Err(self.verdict(&reply));
        }
        let id = reply.id().ok_or_else(|| unexpected(&reply))?;
        Ok(DraftId { mailbox: self.account.settings.mailbox.clone(), id })
    }

    /// Sends a draft. A draft that is not there has an unknown outcome: [`Connection::verify_draft`] decides. Every
    /// verdict names the draft in its argument `draft`.
    pub async fn send_draft(&mut self, draft: &DraftId) -> Delivery {
        self.send_draft_declared(draft, &Intent::free()).await
    }

    /// The same, with `intent` declared right before the request.
    pub async fn send_draft_declared(&mut self, draft: &DraftId, intent: &Intent) -> Delivery {
        if let Err(verdict) = self.owns(draft) {
            return not_sent(verdict);
        }
        let url = self.url(&["gmail", "v1", "users"], &["drafts", "send"], None);
        let body = serde_json::json!({"id": draft.id}).to_string();
        let delivery = match self.ask(Method::POST, &url, Body::Json(body), Some(intent)).await {
            Ok(reply) if classify::says_not_found(reply.status, &reply.body) => {
                Delivery::Unknown { verdict: draft_gone(draft) }
            }
            outcome => self.delivery(outcome),
        };
        let named = |verdict: Verdict| verdict.with_arg("draft", draft.to_string());
        match delivery {
            Delivery::NotSent { verdict, refused } => Delivery::NotSent { verdict: named(verdict), refused },
            Delivery::Unknown { verdict } => Delivery::Unknown { verdict: named(verdict) },
            accepted => accepted,
        }
    }

    /// Finds out whether a draft was sent. Only the API's own word counts: a 404 of anything else proves nothing.
    pub async fn verify_draft(&mut self, draft: &DraftId) -> Verified {
        if let Err(verdict) = self.owns(draft) {
            return Verified::Unreachable(verdict);
        }
        let url = self.url(&["gmail", "v1", "users"], &["drafts", &draft.id], Some("format=minimal"));
        match self.ask(Method::GET, &url, Body::None, None).await {
            Err(broken) => Verified::Unreachable(broken.into_verdict()),
            Ok(reply) if classify::says_not_found(reply.status, &reply.body) => Verified::Sent,
            Ok(reply) if reply.is_success() && reply.id().as_deref() == Some(&draft.id) => Verified::StillThere,
            Ok(reply) if reply.is_success() => Verified::Unreachable(unexpected(&reply)),
            Ok(reply) => Verified::Unreachable(self.verdict(&reply)),
        }
    }

    /// Deletes a draft that will not be sent.
    pub async fn discard_draft(&mut self, draft: &DraftId) -> Result<Discarded, Verdict> {
        self.owns(draft)?;
        let url = self.url(&["gmail", "v1", "users"], &["drafts", &draft.id], None);
        match self.ask(Method::DELETE, &url, Body::None, None).await {
            Err(broken) => Err(broken.into_verdict()),
            Ok(reply) if reply.is_success() => Ok(Discarded::Now),
            Ok(reply) if classify::says_not_found(reply.status, &reply.body) => Ok(Discarded::WasGone),
            Ok(reply) => Err(self.verdict(&reply)),
        }
    }

    async fn send(&mut self, letter: &Letter, intent: &Intent) -> Delivery {
        let url = self.url(&["upload", "gmail", "v1", "users"], &["messages", "send"], Some("uploadType=media"));
        let outcome = self.ask(Method::POST, &url, Body::Letter(letter), Some(intent)).await;
        self.delivery(outcome)
    }

    fn delivery(&self, outcome: Result<Reply, Broken>) -> Delivery {
        match outcome {
            Err(Broken::NotTaken(verdict)) => not_sent(verdict),
            Err(Broken::MaybeTaken(verdict)) => Delivery::Unknown { verdict },
            Ok(reply) if reply.is_success() => match reply.id() {
                Some(reference) => Delivery::Accepted { reference, refused: Vec::new() },
                None => Delivery::Unknown { verdict: unexpected(&reply) },
            },
            // A gateway that gave up waiting, or could not read the answer, does not know either.
            Ok(reply) if matches!(reply.status, 502 | 504) => Delivery::Unknown { verdict: self.verdict(&reply) },
            Ok(reply) => not_sent(self.verdict(&reply)),
        }
    }

    /// One request, with a token; and with a new token once more when the API refused the first. `intent`: declared
    /// before the request leaves, and after everything that can hold it up.
    async fn ask(&self, method: Method, url: &Url, body: Body<'_>, intent: Option<&Intent>) -> Result<Reply, Broken> {
        let Account { tokens, http, .. } = &*self.account;
        let mut attempt = 0;
        loop {
            let payload = self.payload(&body).await.map_err(Broken::NotTaken)?;
            let bearer = tokens.get(http).await.map_err(Broken::NotTaken)?;
            if let Some(intent) = intent {
                intent.declare().await.map_err(Broken::NotTaken)?;
            }
            let reply = http.exchange(method.clone(), url, Some(&bearer), payload).await?;
            if reply.status != 401 {
                return Ok(reply);
            }
            tokens.refused(&bearer).await;
            attempt += 1;
            if attempt == 2 {
                return Ok(reply);
            }
        }
    }

    async fn payload(&self, body: &Body<'_>) -> Result<Option<Payload>, Verdict> {
        match body {
            Body::None => Ok(None),
            Body::Json(json) => Ok(Some(http::whole("application/json", json.clone()))),
            Body::Letter(letter) => {
                mime::payload(letter, self.signer.as_deref(), &self.account.settings).await.map(Some)
            }
        }
    }

    fn url(&self, prefix: &[&str], rest: &[&str], query: Option<&str>) -> Url {
        let mut url = self.account.settings.api_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(prefix).push(&self.account.settings.user_id).extend(rest);
        }
        url.set_query(query);
        url
    }

    fn verdict(&self, reply: &Reply) -> Verdict {
        classify::classify(reply.status, reply.retry_after.as_deref(), &reply.body, self.account.clock.now())
    }

    fn owns(&self, draft: &DraftId) -> Result<(), Verdict> {
        let ours = &self.account.settings.mailbox;
        if draft.mailbox == *ours {
            return Ok(());
        }
        let verdict = http::until_a_person("draft_of_another_mailbox", Fault::Credentials);
        Err(verdict.with_arg("draft", draft.to_string()).with_arg("mailbox", ours))
    }
}

impl fmt::Display for DraftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.mailbox, self.id)
    }
}

/// Not a [`DraftId`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a draft: write mailbox/id")]
pub struct NotADraft(String);

impl FromStr for DraftId {
    type Err = NotADraft;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.rsplit_once('/') {
            Some((mailbox, id)) if !mailbox.is_empty() && !id.is_empty() => {
                Ok(Self { mailbox: mailbox.to_owned(), id: id.to_owned() })
            }
            _ => Err(NotADraft(text.to_owned())),
        }
    }
}

/// What a request carries. It can be made again for a second attempt.
enum Body<'a> {
    None,
    Json(String),
    Letter(&'a Letter),
}

impl Reply {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The id of the message or draft that a success speaks of.
    fn id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        let named: Named = serde_json::from_slice(&self.body).ok()?;
        (!named.id.is_empty() && named.id.len() <= 256).then_some(named.id)
    }
}

fn not_sent(verdict: Verdict) -> Delivery {
    Delivery::NotSent { verdict, refused: Vec::new() }
}

fn draft_gone(draft: &DraftId) -> Verdict {
    http::server_trouble("draft_gone").with_arg("draft", draft.to_string())
}

/// A success whose body says nothing that we understand.
fn unexpected(reply: &Reply) -> Verdict {
    let shown = &reply.body[..reply.body.len().min(1024)];
    http::server_trouble("unexpected_reply")
        .with_arg("status", reply.status.to_string())
        .with_reply(String::from_utf8_lossy(shown))
}
