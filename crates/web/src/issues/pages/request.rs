//! The HTTP request during which it happened: as it was, and as a command that repeats it.

use crate::{
    issues::pages::event::{ShownPair, pairs, text_pairs},
    layout::foreign::Foreign,
};
use errors::event::Request;
use serde_json::Value;

const BYTES_MAX: usize = 16_384;

#[derive(Clone, Debug)]
pub(crate) struct ShownRequest {
    pub(crate) method: Foreign,
    pub(crate) url: Foreign,
    pub(crate) curl: Foreign,
    pub(crate) query: Option<Foreign>,
    pub(crate) body: Option<Foreign>,
    pub(crate) headers: Vec<ShownPair>,
    pub(crate) cookies: Vec<ShownPair>,
    pub(crate) env: Vec<ShownPair>,
}

impl ShownRequest {
    pub(crate) fn of(request: &Request) -> Self {
        let long = |text: &str| Foreign::text(text.as_bytes(), BYTES_MAX);
        let method = request.method.as_deref().unwrap_or("GET");
        Self {
            method: Foreign::line(method.as_bytes()),
            url: long(request.url.as_deref().unwrap_or_default()),
            curl: long(&curl(request)),
            query: request.query_string.as_deref().map(long),
            body: request.data.as_ref().map(|data| long(&body(data))),
            headers: text_pairs(&request.headers),
            cookies: text_pairs(&request.cookies),
            env: pairs(&request.env),
        }
    }
}

/// As it was sent, as far as that is known: a form or an object is told as JSON.
fn body(data: &Value) -> String {
    match data {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// A command for a POSIX shell. What was removed stays so.
fn curl(request: &Request) -> String {
    let query = request.query_string.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{}{query}", request.url.as_deref().unwrap_or_default());
    let mut command = match request.method.as_deref() {
        None | Some("GET") => format!("curl {}", quoted(&url)),
        Some(method) => format!("curl -X {} {}", quoted(method), quoted(&url)),
    };
    let headers = request.headers.iter().filter(|(name, _)| !is_of_the_wire(name));
    for (name, value) in headers {
        command += &format!(" \\\n  -H {}", quoted(&format!("{name}: {value}")));
    }
    if let Some(data) = &request.data {
        let data = match data {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        command += &format!(" \\\n  --data-raw {}", quoted(&data));
    }
    command
}

/// What curl says by itself.
fn is_of_the_wire(name: &str) -> bool {
    ["host", "content-length", "connection"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// As one word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use errors::{Event, scrubbing::Scrubbing};

    #[test]
    fn a_request_is_repeated_by_one_command() {
        let event = serde_json::json!({"request": {
            "method": "post", "url": "https://shop.example/cart?id=7", "data": {"name": "l'été; rm -rf /"},
            "headers": {"Content-Type": "application/json", "Host": "shop.example", "Authorization": "Bearer secret-token-1234567890"},
        }});
        let event = Event::read(event.to_string().as_bytes(), &Scrubbing::default()).unwrap();
        let command = curl(event.request.as_ref().unwrap());
        assert!(!command.contains("secret-token"), "{command}");
        insta::assert_snapshot!(command);
    }
}
