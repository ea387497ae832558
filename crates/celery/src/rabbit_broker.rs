//! RabbitMQ as a broker: events through the topic exchange `celeryev`, into a queue of our own that is there while we are away.
//!
//! Source: celery/events and kombu/pidbox.py of Celery and kombu 5; exchanges as seen on a running cluster.

use crate::{
    broker::{Depth, Purged},
    config::Broker,
    event::{MESSAGE_BYTES_MAX, Problem, check_content_type},
    inspect::{self, EXCHANGE, Order, REPLY_EXCHANGE},
};
use amqprs::{
    BasicProperties, FieldTable, FieldValue,
    channel::{
        BasicAckArguments, BasicConsumeArguments, BasicGetArguments, BasicPublishArguments, BasicQosArguments, Channel,
        ConsumerMessage, ExchangeDeclareArguments, QueueBindArguments, QueueDeclareArguments, QueueDeleteArguments,
        QueuePurgeArguments,
    },
    connection::{Connection as Amqp, OpenConnectionArguments},
};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

type Result<T> = std::result::Result<T, amqprs::error::Error>;

const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(5);
const LOOK_FOR_ANSWERS_EVERY: Duration = Duration::from_millis(100);
/// Seconds.
const HEARTBEAT: u16 = 30;
/// Messages that RabbitMQ hands over before any is acknowledged: none is before it is written.
const PREFETCH: u16 = 2_000;
/// What our queue holds while Vigie is away: the oldest go first, and after a week the queue itself.
const KEPT_MESSAGES: i64 = 200_000;
const KEPT_BYTES: i64 = 256 * 1024 * 1024;
const KEPT_FOR_MS: i64 = 7 * 86_400_000;
/// An answer that nobody fetches goes with its queue.
const REPLY_FOR_MS: i64 = 60_000;

/// Connected to one broker: a channel for events, others for questions.
pub(crate) struct Rabbit {
    connection: Amqp,
    events: Channel,
}

/// What comes in. It ends with the connection.
pub(crate) struct RabbitFeed {
    messages: UnboundedReceiver<ConsumerMessage>,
    /// Of the last message that was handed on.
    last: Option<u64>,
}

/// The body of an event, or why it is none.
pub(crate) type Body = std::result::Result<Vec<u8>, Problem>;

impl RabbitFeed {
    pub(crate) async fn next(&mut self) -> Option<Body> {
        let message = self.messages.recv().await?;
        self.last = message.deliver.as_ref().map(|deliver| deliver.delivery_tag()).or(self.last);
        let body = message.content.unwrap_or_default();
        let content_type = message.basic_properties.as_ref().and_then(|properties| properties.content_type());
        if let Err(problem) = check_content_type(content_type.map(String::as_str)) {
            return Some(Err(problem));
        }
        Some(if body.len() > MESSAGE_BYTES_MAX { Err(Problem::TooLong(body.len())) } else { Ok(body) })
    }

    pub(crate) fn take_last(&mut self) -> Option<u64> {
        self.last.take()
    }
}

impl Rabbit {
    pub(crate) async fn open(broker: &Broker) -> Result<(Self, RabbitFeed)> {
        let opened = tokio::time::timeout(CONNECT_MAX, Self::connect(broker)).await;
        opened.unwrap_or_else(|_| Err(too_slow()))
    }

    async fn connect(broker: &Broker) -> Result<(Self, RabbitFeed)> {
        let connection = Amqp::open(&arguments(broker)).await?;
        Self::declare_exchange(&connection, "celeryev", "topic", true).await?;
        let events = connection.open_channel(None).await?;
        let queue = format!("vigie.celeryev.{}", broker.name);
        let mut declare = QueueDeclareArguments::durable_client_named(&queue);
        declare.arguments(table(&[
            ("x-max-length", KEPT_MESSAGES),
            ("x-max-length-bytes", KEPT_BYTES),
            ("x-expires", KEPT_FOR_MS),
        ]));
        events.queue_declare(declare.finish()).await?;
        events.queue_bind(QueueBindArguments::new(&queue, "celeryev", "#")).await?;
        events.basic_qos(BasicQosArguments::new(0, PREFETCH, false)).await?;
        let consume = BasicConsumeArguments::new(&queue, "vigie").manual_ack(true).finish();
        let (_, messages) = events.basic_consume_rx(consume).await?;
        Ok((Self { connection, events }, RabbitFeed { messages, last: None }))
    }

    /// Makes sure that an exchange is there, however it was declared by others.
    async fn declare_exchange(connection: &Amqp, name: &str, kind: &str, durable: bool) -> Result<()> {
        let channel = connection.open_channel(None).await?;
        let passive = ExchangeDeclareArguments::new(name, kind).passive(true).finish();
        if channel.exchange_declare(passive).await.is_ok() {
            return channel.close().await;
        }
        // The refusal has closed the channel.
        let channel = connection.open_channel(None).await?;
        channel.exchange_declare(ExchangeDeclareArguments::new(name, kind).durable(durable).finish()).await?;
        channel.close().await
    }

    /// Everything up to that message is written, and need not come again.
    pub(crate) async fn acknowledge(&self, tag: u64) -> Result<()> {
        self.events.basic_ack(BasicAckArguments::new(tag, true)).await
    }

    /// Whether the connection is open: heartbeats find out.
    pub(crate) fn ping(&self) -> Result<()> {
        match self.connection.is_open() && self.events.is_open() {
            true => Ok(()),
            false => Err(amqprs::error::Error::NetworkError("the broker closed the connection".into())),
        }
    }

    /// What waits in each of these queues, and how many take from it. A queue that does not exist is left out. What was
    /// fetched and not finished is not told here.
    pub(crate) async fn depths(&self, queues: &[String]) -> Result<BTreeMap<String, Depth>> {
        let mut depths = BTreeMap::new();
        let mut channel = self.connection.open_channel(None).await?;
        for queue in queues {
            let passive = QueueDeclareArguments::new(queue).passive(true).finish();
            match bounded(channel.queue_declare(passive)).await {
                Ok(Some((_, messages, consumers))) => {
                    let (messages, consumers) = (u64::from(messages), Some(u64::from(consumers)));
                    depths.insert(queue.clone(), Depth { messages, unacked: None, consumers });
                }
                Ok(None) => {}
                Err(error) if !self.connection.is_open() => return Err(error),
                // There is none of that name, and the refusal has closed the channel.
                Err(_) => channel = self.connection.open_channel(None).await?,
            }
        }
        if channel.is_open() {
            channel.close().await?;
        }
        Ok(depths)
    }

    /// Empties a queue that holds just so many messages.
    pub(crate) async fn purge(&self, queue: &str, messages: u64) -> Result<Purged> {
        let channel = self.connection.open_channel(None).await?;
        let passive = QueueDeclareArguments::new(queue).passive(true).finish();
        let holds = bounded(channel.queue_declare(passive)).await?.map_or(0, |(_, messages, _)| u64::from(messages));
        if holds != messages {
            channel.close().await?;
            return Ok(Purged::Holds(holds));
        }
        let emptied = bounded(channel.queue_purge(QueuePurgeArguments::new(queue))).await?;
        channel.close().await?;
        Ok(Purged::Emptied(emptied.map_or(0, u64::from)))
    }

    /// Gives an order that nobody answers.
    pub(crate) async fn order(&self, order: &Order) -> Result<()> {
        Self::declare_exchange(&self.connection, EXCHANGE, "fanout", false).await?;
        let channel = self.connection.open_channel(None).await?;
        Self::publish(&channel, order).await?;
        channel.close().await
    }

    async fn publish(channel: &Channel, order: &Order) -> Result<()> {
        let mut properties = BasicProperties::default();
        properties.with_content_type("application/json").with_content_encoding("utf-8");
        let mut headers = table(&[("clock", 1)]);
        if let (Some(expires), Ok(name)) = (order.expires, "expires".try_into()) {
            headers.insert(name, FieldValue::d(expires));
        }
        properties.with_headers(headers);
        let body = order.body().to_string().into_bytes();
        channel.basic_publish(properties, body, BasicPublishArguments::new(EXCHANGE, "")).await
    }

    /// Asks, and gathers answers for so long.
    pub(crate) async fn ask(&self, order: &Order, wait: Duration) -> Result<Vec<(String, Value)>> {
        let Some(own) = order.reply_to else { return Ok(Vec::new()) };
        Self::declare_exchange(&self.connection, EXCHANGE, "fanout", false).await?;
        Self::declare_exchange(&self.connection, REPLY_EXCHANGE, "direct", false).await?;
        let channel = self.connection.open_channel(None).await?;
        let queue = format!("{own}.{REPLY_EXCHANGE}");
        let mut declare = QueueDeclareArguments::new(&queue);
        declare.exclusive(true).arguments(table(&[("x-expires", REPLY_FOR_MS)]));
        channel.queue_declare(declare.finish()).await?;
        channel.queue_bind(QueueBindArguments::new(&queue, REPLY_EXCHANGE, &own.to_string())).await?;
        Self::publish(&channel, order).await?;
        let mut answers = Vec::new();
        for _ in 0..wait.as_millis() / LOOK_FOR_ANSWERS_EVERY.as_millis() {
            tokio::time::sleep(LOOK_FOR_ANSWERS_EVERY).await;
            while let Some((_, _, body)) =
                bounded(channel.basic_get(BasicGetArguments::new(&queue).no_ack(true).finish())).await?
            {
                // What is no answer is nobody's.
                answers.extend(inspect::answers_of_body(&body).unwrap_or_default());
            }
        }
        channel.queue_delete(QueueDeleteArguments::new(&queue)).await?;
        channel.close().await?;
        Ok(answers)
    }
}

async fn bounded<T>(asked: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(ANSWER_MAX, asked).await.unwrap_or_else(|_| Err(too_slow()))
}

fn too_slow() -> amqprs::error::Error {
    amqprs::error::Error::NetworkError("no answer in time".into())
}

/// What is checked in [`crate::config`] is an address: `amqp://user:password@host:port/vhost`.
fn arguments(broker: &Broker) -> OpenConnectionArguments {
    let url = Url::parse(broker.url.expose_secret()).ok();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("localhost").trim_matches(['[', ']']).to_owned();
    let port = url.as_ref().and_then(Url::port).unwrap_or(5_672);
    let user = url.as_ref().map(|url| decoded(url.username())).filter(|user| !user.is_empty());
    let password = url.as_ref().and_then(|url| url.password().map(decoded));
    let (user, password) = (user.unwrap_or_else(|| "guest".into()), password.unwrap_or_else(|| "guest".into()));
    let mut arguments = OpenConnectionArguments::new(&host, port, &user, &password);
    let path = url.as_ref().map(|url| url.path().strip_prefix('/').unwrap_or_default()).unwrap_or_default();
    // `/` and nothing are both the usual one; `//` is it by its name.
    let virtual_host = if path.is_empty() { "/".to_owned() } else { decoded(path) };
    arguments.virtual_host(&virtual_host).heartbeat(HEARTBEAT).connection_name(&format!("vigie.{}", broker.name));
    arguments.finish()
}

fn table(numbers: &[(&str, i64)]) -> FieldTable {
    let mut table = FieldTable::new();
    for (name, number) in numbers {
        if let Ok(name) = (*name).try_into() {
            table.insert(name, FieldValue::l(*number));
        }
    }
    table
}
