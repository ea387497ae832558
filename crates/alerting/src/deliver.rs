//! Tells channels what waits for them: each in order, one message at a time, again where it fails, later each time.

use crate::{
    Alerts, TellFailure,
    channel::{Channel, ChannelKind},
    channels::{discord, email, ntfy, slack, teams, telegram, webhook},
    message::{Journey, Message, example_notice},
};
use alerts::Notice;
use jobs::{Again, DoneBy, Work};
use mail::{address::Mailbox, delivery::Delivery};
use model::{Retry, Timestamp};
use reqwest::{Method, Response, StatusCode, header};
use serde_json::Value;
use std::{sync::PoisonError, time::Duration};
use store::{AlertDelivery, DeliveryEnd, NewDelivery};
use url::Url;
use uuid::Uuid;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long what was told stands in the history, and how often what is older goes.
const KEPT_FOR: Duration = Duration::from_secs(90 * 86_400);
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
/// Waits after the first failure and those that follow; the last of them again and again.
const WAITS_S: [u64; 8] = [5, 15, 60, 300, 300, 600, 1_800, 3_600];
/// A message that could not be told for so long is given up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);
/// One that could not be told for so long goes to the fallback, if there is one.
const FALLS_BACK_AFTER: Duration = Duration::from_secs(300);
/// An attempt is given up after so long, and held by its process for longer.
const ATTEMPT_MAX: Duration = Duration::from_secs(45);
const HELD: Duration = Duration::from_secs(60);
/// Bytes of an answer that are read.
const ANSWER_BYTES: usize = 4_096;
const ANSWER_CHARS: usize = 200;

/// Why a message was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotTold {
    pub(crate) error: TellFailure,
    pub(crate) again: TryAgain,
    /// It may have arrived all the same.
    pub(crate) is_doubtful: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TryAgain {
    Usual,
    /// As the other side asks.
    After(Duration),
    /// It would not do better.
    Never,
}

impl NotTold {
    fn new(error: TellFailure, again: TryAgain) -> Self {
        Self { error, again, is_doubtful: false }
    }
}

impl Alerts {
    /// Tells channels as messages come. One process does it for all; each message is begun by one.
    pub fn delivering(self) -> Work {
        Work::new("alert_deliveries", LOOK_EVERY, DoneBy::Leader, move || {
            let alerts = self.clone();
            async move { alerts.begin_due().await.map(|_| Again::AsUsual).map_err(|error| error.to_string()) }
        })
    }

    /// Lets go of what was told, and of incidents that are over, once they are old.
    pub fn forgetting(self) -> Work {
        Work::new("alert_retention", FORGET_EVERY, DoneBy::Leader, move || {
            let alerts = self.clone();
            async move {
                let now = alerts.0.clock.now();
                if let Err(error) = alerts.note_disk(now).await {
                    tracing::debug!(error, "how much of the disk is free could not be noted");
                }
                let before = now - KEPT_FOR;
                let forgotten = alerts.0.db.forget_alerts(before).await.map_err(|error| error.to_string())?;
                if forgotten > 0 {
                    tracing::info!(forgotten, "old alerts and their messages are forgotten");
                }
                Ok(Again::AsUsual)
            }
        })
    }

    /// Begins to tell every channel that has something to be told, and returns the tasks that do: a slow one keeps nobody waiting.
    ///
    /// # Errors
    /// When the database does not say what waits.
    pub async fn begin_due(&self) -> store::Result<Vec<tokio::task::JoinHandle<()>>> {
        let due = self.0.db.due_alert_deliveries(self.0.clock.now()).await?;
        let mut begun = Vec::new();
        for delivery in due {
            if self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(delivery.channel) {
                let alerts = self.clone();
                begun.push(tokio::spawn(async move {
                    let channel = delivery.channel;
                    alerts.tell_all(delivery).await;
                    alerts.0.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&channel);
                }));
            }
        }
        Ok(begun)
    }

    /// Tells a channel one message after the other, until one fails or none waits.
    async fn tell_all(&self, first: AlertDelivery) {
        let mut next = Some(first);
        while let Some(delivery) = next.take() {
            let channel = delivery.channel;
            match self.tell_one(delivery).await {
                Ok(true) => {
                    let due = self.0.db.due_alert_deliveries(self.0.clock.now()).await.unwrap_or_default();
                    next = due.into_iter().find(|one| one.channel == channel);
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(%channel, %error, "what became of an alert's message could not be noted"),
            }
        }
    }

    /// Whether the next message of the channel may be told.
    async fn tell_one(&self, delivery: AlertDelivery) -> store::Result<bool> {
        let db = &self.0.db;
        let Some(delivery) = db.begin_alert_delivery(delivery, self.0.clock.now() + HELD).await? else {
            return Ok(false);
        };
        let Some(kept) = db.alert_channel(delivery.channel).await? else {
            let end = DeliveryEnd::GivenUp { error: TellFailure::ChannelDeleted.kept() };
            db.end_alert_delivery(delivery, end, None, self.0.clock.now()).await?;
            return Ok(true);
        };
        let opened = Channel::open(&kept, &self.0.vault);
        let told = match &opened {
            Ok(channel) => self.send(channel, &delivery).await,
            Err(error) => Err(NotTold::new(error.clone(), TryAgain::Usual)),
        };
        let now = self.0.clock.now();
        let fallback = opened.ok().and_then(|channel| channel.settings.fallback);
        let end = told.map_or_else(|failure| end_of(&delivery, failure, fallback, now), |()| DeliveryEnd::Sent);
        let is_over = !matches!(end, DeliveryEnd::Later { .. });
        let instead = match &end {
            DeliveryEnd::GivenUp { .. } => fallback.map(|channel| self.instead(&delivery, channel)),
            _ => None,
        };
        if let DeliveryEnd::Later { error, .. } | DeliveryEnd::GivenUp { error } = &end {
            tracing::warn!(channel = kept.name, error, "an alert's message was not delivered");
        }
        db.end_alert_delivery(delivery, end, instead, now).await?;
        Ok(is_over)
    }

    fn instead(&self, delivery: &AlertDelivery, channel: Uuid) -> NewDelivery {
        NewDelivery { id: self.new_id(), channel, incident: delivery.incident, notice: delivery.notice.clone() }
    }

    async fn send(&self, channel: &Channel, delivery: &AlertDelivery) -> Result<(), NotTold> {
        let notice: Notice = serde_json::from_str(&delivery.notice)
            .map_err(|_| NotTold::new(TellFailure::BadMessage, TryAgain::Never))?;
        let (delay, is_doubtful) = (self.0.clock.now().since(delivery.created_at), delivery.doubtful > 0);
        let message = Message::of(&notice, &self.0.place, channel.settings.language, Journey { delay, is_doubtful });
        let told = self.tell(channel, &notice, &message, (delivery.id, delivery.created_at));
        let late = Err(NotTold { error: TellFailure::NoAnswer, again: TryAgain::Usual, is_doubtful: true });
        tokio::time::timeout(ATTEMPT_MAX, told).await.unwrap_or(late)
    }

    /// Tells a channel that nothing is wrong, and waits for what becomes of it. Nothing is kept of it.
    ///
    /// # Errors
    /// Why it could not be told.
    pub async fn try_channel(&self, channel: &Channel) -> Result<(), TellFailure> {
        let (id, now) = (self.new_id(), self.0.clock.now());
        let notice = example_notice(&channel.name, now, id);
        let message = Message::of(&notice, &self.0.place, channel.settings.language, Journey::default());
        let told = tokio::time::timeout(ATTEMPT_MAX, self.tell(channel, &notice, &message, (id, now))).await;
        told.map_err(|_| TellFailure::NoAnswer)?.map_err(|failure| failure.error)
    }

    async fn tell(
        &self,
        channel: &Channel,
        notice: &Notice,
        message: &Message,
        (id, created_at): (Uuid, Timestamp),
    ) -> Result<(), NotTold> {
        let url = || channel.server().map_err(|error| NotTold::new(error, TryAgain::Never));
        match &channel.settings.kind {
            ChannelKind::Email { account, from, to } => self.mail(account, (from, to), message, (id, created_at)).await,
            ChannelKind::Slack => self.post(url()?, &slack::body(message)).await.map(drop),
            ChannelKind::Discord => {
                let mut url = url()?;
                // Without it a message that was dropped shows no error.
                url.query_pairs_mut().append_pair("wait", "true");
                self.post(url, &discord::body(message)).await.map(drop)
            }
            ChannelKind::Teams => self.post(url()?, &teams::body(message)).await.map(drop),
            ChannelKind::Telegram { chat } => self.telegram(channel, chat, message).await,
            ChannelKind::Ntfy { topic } => self.ntfy(channel, topic, message).await,
            ChannelKind::Webhook => {
                let body = webhook::body(notice, message, created_at).to_string();
                self.signed(channel, url()?, &id.to_string(), body).await
            }
        }
    }

    async fn mail(
        &self,
        account: &str,
        (from, to): (&str, &[String]),
        message: &Message,
        (id, created_at): (Uuid, Timestamp),
    ) -> Result<(), NotTold> {
        let usual = |error: TellFailure| NotTold::new(error, TryAgain::Usual);
        let kept = self.0.db.account_named(account).await.map_err(|error| usual(TellFailure::other(&error)))?;
        let kept = kept.ok_or_else(|| usual(TellFailure::NoAccount { name: account.to_owned() }))?;
        let (transport, _) = self.0.mail.transport(&kept).map_err(|stop| match stop {
            jobs::Stop::Fail(reason) | jobs::Stop::Pause(reason, _) => {
                usual(TellFailure::stopped(&reason.code, &reason.detail))
            }
        })?;
        let unread = |error: mail::address::AddressError| NotTold::new(TellFailure::other(&error), TryAgain::Never);
        let read = |text: &str| text.parse::<Mailbox>().map_err(unread);
        let to = to.iter().map(|one| read(one)).collect::<Result<Vec<_>, _>>()?;
        let letter = email::letter(message, read(from)?, to, id, created_at);
        let mut connection = transport.connect(None);
        let delivered = connection.deliver(&letter).await;
        connection.close(Duration::from_secs(2)).await;
        match delivered {
            Delivery::Accepted { refused, .. } if refused.is_empty() => Ok(()),
            // The others have it: nobody is told twice for one address that is wrong.
            Delivery::Accepted { refused, .. } => {
                tracing::warn!(refused = refused.len(), "an alert's e-mail was refused for some of its recipients");
                Ok(())
            }
            Delivery::NotSent { verdict, .. } => {
                let again = match verdict.retry {
                    Retry::Never => TryAgain::Never,
                    Retry::After { .. } => TryAgain::Usual,
                };
                Err(NotTold::new(TellFailure::mail(verdict), again))
            }
            Delivery::Unknown { verdict } => {
                Err(NotTold { error: TellFailure::mail(verdict), again: TryAgain::Usual, is_doubtful: true })
            }
        }
    }

    async fn telegram(&self, channel: &Channel, chat: &str, message: &Message) -> Result<(), NotTold> {
        let server = channel.server().map_err(|error| NotTold::new(error, TryAgain::Never))?;
        let text = format!("{}/bot{}/sendMessage", server.as_str().trim_end_matches('/'), channel.secret.token);
        let url = Url::parse(&text).map_err(|_| NotTold::new(TellFailure::BadUrl, TryAgain::Never))?;
        match self.post(url.clone(), &telegram::body(message, chat)).await {
            // A group that became a supergroup has another number, which the answer tells.
            Err(failure) if failure.again == TryAgain::Never => match moved_to(&failure.error) {
                Some(chat) => self.post(url, &telegram::body(message, &chat)).await.map(drop),
                None => Err(failure),
            },
            told => told.map(drop),
        }
    }

    async fn ntfy(&self, channel: &Channel, topic: &str, message: &Message) -> Result<(), NotTold> {
        let url = channel.server().map_err(|error| NotTold::new(error, TryAgain::Never))?;
        let mut headers = header::HeaderMap::new();
        if !channel.secret.token.is_empty() {
            headers.insert(header::AUTHORIZATION, value(&format!("Bearer {}", channel.secret.token))?);
        }
        self.call(url, headers, ntfy::body(message, topic).to_string()).await.map(drop)
    }

    async fn signed(&self, channel: &Channel, url: Url, id: &str, body: String) -> Result<(), NotTold> {
        let key =
            webhook::key(&channel.secret.token).ok_or_else(|| NotTold::new(TellFailure::BadKey, TryAgain::Never))?;
        let seconds = self.0.clock.now().as_micros().div_euclid(1_000_000);
        let mut headers = header::HeaderMap::new();
        headers.insert("webhook-id", value(id)?);
        headers.insert("webhook-timestamp", value(&seconds.to_string())?);
        headers.insert("webhook-signature", value(&webhook::signature(&key, id, seconds, body.as_bytes()))?);
        self.call(url, headers, body).await.map(drop).map_err(|failure| match failure.again {
            // Only "gone" ends it: a receiver of one's own is mended.
            TryAgain::Never if !matches!(failure.error, TellFailure::Answered { status: 410, .. }) => {
                NotTold { again: TryAgain::Usual, ..failure }
            }
            _ => failure,
        })
    }

    async fn post(&self, url: Url, body: &Value) -> Result<String, NotTold> {
        self.call(url, header::HeaderMap::new(), body.to_string()).await
    }

    /// Calls, and returns what was answered.
    async fn call(&self, url: Url, headers: header::HeaderMap, body: String) -> Result<String, NotTold> {
        let http = self.http().map_err(|error| NotTold::new(TellFailure::other(&error), TryAgain::Usual))?;
        let request = http.request(Method::POST, url);
        let request = request.map_err(|refused| NotTold::new(TellFailure::refused(refused), TryAgain::Usual))?;
        let request = request.headers(headers).header(header::CONTENT_TYPE, "application/json").body(body);
        let answer = request.send().await.map_err(|error| {
            let is_doubtful = !error.is_connect() && !outbound::is_refused(&error);
            NotTold { error: TellFailure::call(&error), again: TryAgain::Usual, is_doubtful }
        })?;
        let status = answer.status();
        let wait = retry_after(&answer);
        let text = read(answer).await;
        if status.is_success() { Ok(text) } else { Err(refused(status, wait, &text)) }
    }
}

fn value(text: &str) -> Result<header::HeaderValue, NotTold> {
    header::HeaderValue::from_str(text).map_err(|_| NotTold::new(TellFailure::BadToken, TryAgain::Never))
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let text = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.parse().ok().map(Duration::from_secs)
}

/// The beginning of an answer.
async fn read(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES
        && let Ok(Some(piece)) = answer.chunk().await
    {
        bytes.extend_from_slice(&piece[..piece.len().min(ANSWER_BYTES - bytes.len())]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What an answer that is no success means.
pub(crate) fn refused(status: StatusCode, wait: Option<Duration>, text: &str) -> NotTold {
    let stated = serde_json::from_str::<Value>(text).ok().and_then(|answer| {
        let seconds = answer["retry_after"].as_f64().or_else(|| answer["parameters"]["retry_after"].as_f64())?;
        Duration::try_from_secs_f64(seconds).ok()
    });
    let again = match status.as_u16() {
        429 => wait.or(stated).map_or(TryAgain::Usual, |wait| TryAgain::After(wait.min(Duration::from_secs(3_600)))),
        408 | 425 => TryAgain::Usual,
        400..=499 => TryAgain::Never,
        _ => TryAgain::Usual,
    };
    let said: String = text.chars().filter(|c| !c.is_control()).take(ANSWER_CHARS).collect();
    let error = TellFailure::Answered { status: status.as_u16(), said: said.trim_end().to_owned() };
    // A gateway that waited in vain cannot say what became of it.
    NotTold { error, again, is_doubtful: status.as_u16() == 504 }
}

fn moved_to(error: &TellFailure) -> Option<String> {
    let TellFailure::Answered { said, .. } = error else { return None };
    let answer: Value = serde_json::from_str(said).ok()?;
    answer["parameters"]["migrate_to_chat_id"].as_i64().map(|chat| chat.to_string())
}

/// What becomes of a message that was not told.
fn end_of(delivery: &AlertDelivery, failure: NotTold, fallback: Option<Uuid>, now: Timestamp) -> DeliveryEnd {
    let NotTold { error, again, is_doubtful } = failure;
    let error = error.kept();
    let age = now.since(delivery.created_at);
    let patience = if fallback.is_some() { FALLS_BACK_AFTER } else { GIVEN_UP_AFTER };
    let step = usize::try_from(delivery.attempts.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS_S.len() - 1);
    let usual = Duration::from_secs(WAITS_S[step]);
    match again {
        TryAgain::Never => DeliveryEnd::GivenUp { error },
        _ if age >= patience => DeliveryEnd::GivenUp { error },
        TryAgain::Usual => DeliveryEnd::Later { at: now + usual, error, is_doubtful },
        TryAgain::After(wait) => DeliveryEnd::Later { at: now + wait.max(Duration::from_secs(1)), error, is_doubtful },
    }
}
