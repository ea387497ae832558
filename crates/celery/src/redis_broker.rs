//! Redis as a broker: events over PUB/SUB, queues as lists, what workers have fetched in a hash.
//!
//! Source: kombu/transport/redis.py of kombu 5; keys as seen on a running cluster.

use crate::{
    broker::{Depth, Purged},
    config::Broker,
    event::MESSAGE_BYTES_MAX,
    inspect::{self, EXCHANGE, Order, REPLY_EXCHANGE},
};
use futures_util::StreamExt as _;
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, RedisError, RedisResult,
    aio::{MultiplexedConnection, PubSubSink, PubSubStream},
    cmd, pipe,
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// Messages, and bytes of them, that wait to be written. Redis itself cuts off who is 32 MB behind.
const WAITING_MAX: usize = 20_000;
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Between the parts of a key that kombu puts together.
const SEP: &str = "\u{6}\u{16}";
/// Beside the queue itself, which has priority 0.
const PRIORITIES: [&str; 3] = ["3", "6", "9"];
/// Fetched messages that are looked at for the queue they are from.
const UNACKED_EXAMINED: usize = 2_000;
/// Keys that are looked through for exchanges, at a time and in all.
const SCAN_COUNT: u32 = 500;
const SCANS_MAX: usize = 40;
const EXCHANGES_MAX: usize = 100;
const LOOK_FOR_ANSWERS_EVERY: Duration = Duration::from_millis(100);

/// Connected to one broker: a connection for events, one for questions.
pub(crate) struct Redis {
    commands: MultiplexedConnection,
    subscription: PubSubSink,
    prefix: String,
    database: u32,
}

/// What comes in. It ends with the connection.
pub(crate) struct RedisFeed {
    messages: mpsc::Receiver<Vec<u8>>,
    waiting: Arc<Waiting>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    dropped: AtomicU64,
}

impl Drop for RedisFeed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RedisFeed {
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        let message = self.messages.recv().await?;
        self.waiting.bytes.fetch_sub(message.len(), Ordering::Relaxed);
        Some(message)
    }

    /// Messages for which there was no room since this was asked before.
    pub(crate) fn take_dropped(&self) -> u64 {
        self.waiting.dropped.swap(0, Ordering::Relaxed)
    }
}

/// The library keeps what comes in without a bound: it is taken from there at once, and what has no room is counted.
async fn pass_on(mut stream: PubSubStream, sender: mpsc::Sender<Vec<u8>>, waiting: Arc<Waiting>) {
    while let Some(message) = stream.next().await {
        let bytes = message.get_payload_bytes();
        let room = WAITING_BYTES_MAX.saturating_sub(waiting.bytes.load(Ordering::Relaxed));
        if bytes.len() > MESSAGE_BYTES_MAX.min(room) || sender.capacity() == 0 {
            waiting.dropped.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        waiting.bytes.fetch_add(bytes.len(), Ordering::Relaxed);
        if sender.try_send(bytes.to_vec()).is_err() {
            return;
        }
    }
}

impl Redis {
    pub(crate) async fn open(broker: &Broker) -> RedisResult<(Self, RedisFeed)> {
        tokio::time::timeout(CONNECT_MAX, Self::connect(broker)).await.unwrap_or_else(|_| Err(too_slow()))
    }

    async fn connect(broker: &Broker) -> RedisResult<(Self, RedisFeed)> {
        let client = Client::open(broker.url.expose_secret())?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_MAX))
            .set_response_timeout(Some(ANSWER_MAX));
        let commands = client.get_multiplexed_async_connection_with_config(&config).await?;
        let (mut subscription, stream) = client.get_async_pubsub().await?.split();
        let (sender, messages) = mpsc::channel(WAITING_MAX);
        let waiting = Arc::new(Waiting::default());
        let task = tokio::spawn(pass_on(stream, sender, Arc::clone(&waiting)));
        let feed = RedisFeed { messages, waiting, task };
        let events = format!("{}/{}.celeryev", broker.key_prefix, broker.database);
        // Without `fanout_patterns` the routing key is no part of the channel.
        subscription.psubscribe(&[format!("{events}/*"), events]).await?;
        let prefix = broker.key_prefix.clone();
        Ok((Self { commands, subscription, prefix, database: broker.database }, feed))
    }

    /// Whether both connections answer.
    pub(crate) async fn ping(&mut self) -> RedisResult<()> {
        let both = async {
            self.subscription.ping::<redis::Value>().await?;
            cmd("PING").query_async::<redis::Value>(&mut self.commands).await.map(drop)
        };
        tokio::time::timeout(ANSWER_MAX, both).await.unwrap_or_else(|_| Err(too_slow()))
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// What waits in each of these queues, of all priorities, and what was fetched from it and is not finished.
    pub(crate) async fn depths(&mut self, queues: &[String]) -> RedisResult<BTreeMap<String, Depth>> {
        let mut depths = BTreeMap::new();
        if queues.is_empty() {
            return Ok(depths);
        }
        let mut lengths = pipe();
        for queue in queues {
            lengths.cmd("LLEN").arg(self.key(queue));
            for priority in PRIORITIES {
                lengths.cmd("LLEN").arg(self.key(&format!("{queue}{SEP}{priority}")));
            }
        }
        // A key of that name that is no list is an error of its own, and no queue.
        let counted: Vec<redis::Value> = lengths.ignore_errors().query_async(&mut self.commands).await?;
        let number = |value: &redis::Value| u64::from_redis_value_ref(value).unwrap_or(0);
        for (queue, lengths) in queues.iter().zip(counted.chunks(PRIORITIES.len() + 1)) {
            let messages = lengths.iter().map(number).sum();
            depths.insert(queue.clone(), Depth { messages, unacked: Some(0), consumers: None });
        }
        for (queue, unacked) in self.unacked().await? {
            depths.entry(queue).or_default().unacked = Some(unacked);
        }
        Ok(depths)
    }

    /// Messages that workers have fetched, by their routing keys; of many, the first.
    async fn unacked(&mut self) -> RedisResult<BTreeMap<String, u64>> {
        let mut counts = BTreeMap::new();
        let (mut cursor, mut seen) = (0_u64, 0);
        loop {
            let mut scan = cmd("HSCAN");
            scan.arg(self.key("unacked")).arg(cursor).arg("COUNT").arg(200);
            let (next, fields): (u64, Vec<Vec<u8>>) = scan.query_async(&mut self.commands).await?;
            for value in fields.chunks(2).filter_map(|pair| pair.get(1)) {
                seen += 1;
                if let Some(queue) = routing_key(value) {
                    *counts.entry(queue).or_insert(0) += 1;
                }
            }
            cursor = next;
            if cursor == 0 || seen >= UNACKED_EXAMINED {
                return Ok(counts);
            }
        }
    }

    /// Queues that programs have declared: kombu keeps a set for each exchange.
    pub(crate) async fn declared_queues(&mut self) -> RedisResult<Vec<String>> {
        let pattern = format!("{}_kombu.binding.*", self.prefix);
        let (mut keys, mut cursor) = (Vec::<String>::new(), 0_u64);
        for _ in 0..SCANS_MAX {
            let mut scan = cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(SCAN_COUNT);
            let (next, found): (u64, Vec<String>) = scan.query_async(&mut self.commands).await?;
            keys.extend(found);
            cursor = next;
            if cursor == 0 || keys.len() >= EXCHANGES_MAX {
                break;
            }
        }
        let mut queues = Vec::new();
        for key in keys.iter().take(EXCHANGES_MAX).filter(|key| !is_internal(key)) {
            let bindings: Vec<String> = cmd("SMEMBERS").arg(key).query_async(&mut self.commands).await?;
            queues.extend(bindings.iter().filter_map(|binding| binding.rsplit(SEP).next().map(str::to_owned)));
        }
        queues.sort_unstable();
        queues.dedup();
        Ok(queues)
    }

    /// Empties a queue, of all priorities, that holds just so many messages.
    pub(crate) async fn purge(&mut self, queue: &str, messages: u64) -> RedisResult<Purged> {
        let keys: Vec<String> = std::iter::once(self.key(queue))
            .chain(PRIORITIES.iter().map(|priority| self.key(&format!("{queue}{SEP}{priority}"))))
            .collect();
        // A queue that changes meanwhile is left as it is.
        let () = cmd("WATCH").arg(&keys).query_async(&mut self.commands).await?;
        let mut lengths = pipe();
        keys.iter().for_each(|key| {
            lengths.cmd("LLEN").arg(key);
        });
        let counted: Vec<u64> = lengths.query_async(&mut self.commands).await?;
        let holds: u64 = counted.iter().sum();
        if holds != messages {
            let () = cmd("UNWATCH").query_async(&mut self.commands).await?;
            return Ok(Purged::Holds(holds));
        }
        let emptied: Option<(u64,)> = pipe().atomic().cmd("DEL").arg(&keys).query_async(&mut self.commands).await?;
        match emptied {
            Some(_) => Ok(Purged::Emptied(holds)),
            None => {
                let counted: Vec<u64> = lengths.query_async(&mut self.commands).await?;
                Ok(Purged::Holds(counted.iter().sum()))
            }
        }
    }

    /// Gives an order that nobody answers.
    pub(crate) async fn order(&mut self, order: &Order, delivery_tag: Uuid) -> RedisResult<()> {
        let channel = format!("{}/{}.{EXCHANGE}", self.prefix, self.database);
        cmd("PUBLISH").arg(channel).arg(order.envelope(delivery_tag)).query_async(&mut self.commands).await
    }

    /// Asks, and gathers answers for so long: until each of `expected` has answered, where they are known.
    pub(crate) async fn ask(
        &mut self,
        order: &Order,
        delivery_tag: Uuid,
        wait: Duration,
    ) -> RedisResult<Vec<(String, Value)>> {
        let Some(own) = order.reply_to else { return Ok(Vec::new()) };
        let queue = format!("{own}.{REPLY_EXCHANGE}");
        let (table, binding) =
            (self.key(&format!("_kombu.binding.{REPLY_EXCHANGE}")), format!("{own}{SEP}{SEP}{queue}"));
        let () = cmd("SADD").arg(&table).arg(&binding).query_async(&mut self.commands).await?;
        self.order(order, delivery_tag).await?;
        let mut answers = Vec::new();
        for _ in 0..wait.as_millis() / LOOK_FOR_ANSWERS_EVERY.as_millis() {
            tokio::time::sleep(LOOK_FOR_ANSWERS_EVERY).await;
            while let Some(message) =
                cmd("RPOP").arg(self.key(&queue)).query_async::<Option<Vec<u8>>>(&mut self.commands).await?
            {
                // What is no answer is nobody's.
                answers.extend(inspect::answers(&message).unwrap_or_default());
            }
        }
        let () = cmd("SREM").arg(&table).arg(&binding).query_async(&mut self.commands).await?;
        let () = cmd("DEL").arg(self.key(&queue)).query_async(&mut self.commands).await?;
        Ok(answers)
    }
}

/// Of exchanges that carry no tasks.
fn is_internal(key: &str) -> bool {
    ["celeryev", "celery.pidbox", "reply.celery.pidbox"].iter().any(|name| key.ends_with(&format!("binding.{name}")))
}

/// Of a fetched message: `[message, exchange, routing_key]`.
fn routing_key(value: &[u8]) -> Option<String> {
    let fetched: Value = serde_json::from_slice(value).ok()?;
    fetched.get(2)?.as_str().map(crate::text::name)
}

fn too_slow() -> RedisError {
    std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer in time").into()
}
