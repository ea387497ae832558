//! A connection to a broker, whichever it is: what differs between them ends here.

use crate::{
    config::{Broker, Kind},
    event::{Problem, decode_body, decode_envelope},
    inspect::Order,
    rabbit_broker::{Rabbit, RabbitFeed},
    redis_broker::{Redis, RedisFeed},
};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// What a queue holds. None where the broker does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    pub(crate) messages: u64,
    pub(crate) unacked: Option<u64>,
    pub(crate) consumers: Option<u64>,
}

/// What became of the wish to empty a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purged {
    Emptied(u64),
    /// It holds another number of messages than was said: nothing was thrown away.
    Holds(u64),
}

pub(crate) enum Connection {
    Redis(Redis),
    Rabbit(Rabbit),
}

/// What comes in. It ends with the connection.
pub(crate) enum Feed {
    Redis(RedisFeed),
    Rabbit(RabbitFeed),
}

type Events = Result<Vec<crate::event::Event>, Problem>;

impl Feed {
    /// The events of the next message, or why it holds none.
    pub(crate) async fn next(&mut self) -> Option<Events> {
        match self {
            Self::Redis(feed) => feed.next().await.map(|message| decode_envelope(&message)),
            Self::Rabbit(feed) => feed.next().await.map(|body| body.and_then(|body| decode_body(&body))),
        }
    }

    /// Messages for which there was no room since this was asked before.
    pub(crate) fn take_dropped(&self) -> u64 {
        match self {
            Self::Redis(feed) => feed.take_dropped(),
            // What we do not take waits at the broker.
            Self::Rabbit(_) => 0,
        }
    }
}

impl Connection {
    pub(crate) async fn open(broker: &Broker) -> Result<(Self, Feed), String> {
        match broker.kind {
            Kind::Redis => {
                let (redis, feed) = Redis::open(broker).await.map_err(said)?;
                Ok((Self::Redis(redis), Feed::Redis(feed)))
            }
            Kind::Rabbit => {
                let (rabbit, feed) = Rabbit::open(broker).await.map_err(said)?;
                Ok((Self::Rabbit(rabbit), Feed::Rabbit(feed)))
            }
        }
    }

    /// Everything that `feed` has handed on is written.
    pub(crate) async fn acknowledge(&self, feed: &mut Feed) -> Result<(), String> {
        match (self, feed) {
            (Self::Rabbit(rabbit), Feed::Rabbit(feed)) => match feed.take_last() {
                Some(tag) => rabbit.acknowledge(tag).await.map_err(said),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    pub(crate) async fn ping(&mut self) -> Result<(), String> {
        match self {
            Self::Redis(redis) => redis.ping().await.map_err(said),
            Self::Rabbit(rabbit) => rabbit.ping().map_err(said),
        }
    }

    pub(crate) async fn depths(&mut self, queues: &[String]) -> Result<BTreeMap<String, Depth>, String> {
        match self {
            Self::Redis(redis) => redis.depths(queues).await.map_err(said),
            Self::Rabbit(rabbit) => rabbit.depths(queues).await.map_err(said),
        }
    }

    /// Queues that programs have declared, as far as the broker says it.
    pub(crate) async fn declared_queues(&mut self) -> Result<Vec<String>, String> {
        match self {
            Self::Redis(redis) => redis.declared_queues().await.map_err(said),
            Self::Rabbit(_) => Ok(Vec::new()),
        }
    }

    /// Gives an order that nobody answers.
    pub(crate) async fn order(&mut self, order: &Order, delivery_tag: Uuid) -> Result<(), String> {
        match self {
            Self::Redis(redis) => redis.order(order, delivery_tag).await.map_err(said),
            Self::Rabbit(rabbit) => rabbit.order(order).await.map_err(said),
        }
    }

    /// Asks, and gathers answers for so long.
    pub(crate) async fn ask(
        &mut self,
        order: &Order,
        delivery_tag: Uuid,
        wait: Duration,
    ) -> Result<Vec<(String, Value)>, String> {
        match self {
            Self::Redis(redis) => redis.ask(order, delivery_tag, wait).await.map_err(said),
            Self::Rabbit(rabbit) => rabbit.ask(order, wait).await.map_err(said),
        }
    }

    /// Empties a queue that holds just so many messages.
    pub(crate) async fn purge(&mut self, queue: &str, messages: u64) -> Result<Purged, String> {
        match self {
            Self::Redis(redis) => redis.purge(queue, messages).await.map_err(said),
            Self::Rabbit(rabbit) => rabbit.purge(queue, messages).await.map_err(said),
        }
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
