//! HTTP over a bare socket: what no client would send can be sent, too.

use serde_json::Value;
use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl HttpReply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.split_once(": ").is_some_and(|(known, _)| known.eq_ignore_ascii_case(name));
        self.head.lines().find(|line| of(line))?.split_once(": ").map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request with a body of its length. `head` is what stands above: method, path and headers, a line each.
///
/// # Errors
/// When nobody answers, or not to the end.
pub(crate) fn send(address: &str, head: &str, body: &[u8]) -> io::Result<HttpReply> {
    let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
    let headers: String = headers.lines().map(|line| format!("{}\r\n", line.trim())).collect();
    let length = body.len();
    let head = format!("{first} HTTP/1.0\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n");
    send_raw(address, &[head.as_bytes(), body].concat())
}

/// Sends these bytes, and reads until the other side ends.
///
/// # Errors
/// As [`send`].
pub(crate) fn send_raw(address: &str, bytes: &[u8]) -> io::Result<HttpReply> {
    let to = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // Who refuses a body may end the connection before all of it is read: the answer stands there all the same.
    let written = stream.write_all(bytes);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        written.and(read)?;
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(HttpReply { status, head: head.to_owned(), body: body.to_owned() })
}

/// What a GET with an API token gives.
pub(crate) fn get(address: &str, path: &str, token: &str) -> HttpReply {
    let head = format!("GET {path}\nAuthorization: Bearer {token}");
    send(address, &head, b"").unwrap_or_else(|error| panic!("{path}: {error}"))
}
