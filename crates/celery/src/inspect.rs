//! Questions and orders to workers, and their answers, as Celery's pidbox carries them.

use crate::event::{Problem, open_envelope};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Where workers hear orders, and where answers go.
pub const EXCHANGE: &str = "celery.pidbox";
pub const REPLY_EXCHANGE: &str = "reply.celery.pidbox";

/// What is asked of workers, all of them or some.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub method: &'static str,
    pub arguments: Map<String, Value>,
    /// Names of workers; all where it is none.
    pub destination: Option<Vec<String>>,
    /// Under which answers are told from others.
    pub ticket: Uuid,
    /// Whether an answer is waited for, and in whose queue.
    pub reply_to: Option<Uuid>,
    /// When nobody waits any more, in seconds since 1970.
    pub expires: Option<f64>,
}

impl Order {
    /// The body, as AMQP carries it.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "method": self.method,
            "arguments": self.arguments,
            "destination": self.destination,
            "pattern": null,
            "matcher": null,
            "ticket": self.ticket,
        });
        if let Some(queue) = self.reply_to {
            body["reply_to"] = json!({"exchange": REPLY_EXCHANGE, "routing_key": queue});
        }
        body
    }

    /// kombu's envelope, as Redis carries it.
    pub fn envelope(&self, delivery_tag: Uuid) -> String {
        let mut headers = json!({"clock": 1});
        if let Some(expires) = self.expires {
            headers["expires"] = json!(expires);
        }
        json!({
            "body": STANDARD.encode(self.body().to_string()),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": headers,
            "properties": {
                "delivery_mode": 2,
                "delivery_info": {"exchange": EXCHANGE, "routing_key": ""},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": delivery_tag,
            },
        })
        .to_string()
    }
}

/// Who has answered, and what: a worker says `{name: answer}`.
///
/// # Errors
/// Where it is no answer.
pub fn answers(message: &[u8]) -> Result<Vec<(String, Value)>, Problem> {
    answers_of_body(&open_envelope(message)?)
}

/// The same, where no envelope is around it.
///
/// # Errors
/// As [`answers`].
pub fn answers_of_body(body: &[u8]) -> Result<Vec<(String, Value)>, Problem> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Problem::NotJson)?;
    let Value::Object(answers) = value else { return Err(Problem::NoEvent) };
    Ok(answers.into_iter().map(|(name, answer)| (crate::text::name(&name), answer)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_written_as_kombu_writes_it() {
        let order = Order {
            method: "stats",
            arguments: Map::new(),
            destination: None,
            ticket: Uuid::from_u128(1),
            reply_to: Some(Uuid::from_u128(2)),
            expires: Some(7.5),
        };
        let envelope: Value = serde_json::from_str(&order.envelope(Uuid::from_u128(3))).unwrap();
        assert_eq!(envelope["headers"]["expires"], 7.5);
        let body = STANDARD.decode(envelope["body"].as_str().unwrap()).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["method"], "stats");
        assert_eq!(body["reply_to"]["exchange"], REPLY_EXCHANGE);
        assert_eq!(body["reply_to"]["routing_key"], "00000000-0000-0000-0000-000000000002");
    }

    #[test]
    fn answers_are_read() {
        let body = STANDARD.encode(r#"{"w1@h": {"pid": 7}}"#);
        let message = json!({"body": body, "properties": {"body_encoding": "base64"}}).to_string();
        assert_eq!(answers(message.as_bytes()).unwrap(), [("w1@h".to_owned(), json!({"pid": 7}))]);
        assert_eq!(answers(b"[]"), Err(Problem::NoEvent));
    }
}
