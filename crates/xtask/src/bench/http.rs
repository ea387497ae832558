//! The little HTTP/1.1 that measuring takes: one connection to 127.0.0.1 or to a socket, kept open; JSON bodies; an
//! event stream. It follows nothing, decodes nothing and trusts the server, which is ours.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::{Duration, Instant},
};

const TIMEOUT: Duration = Duration::from_secs(120);
/// The server closes what is idle for longer; we do not wait for that.
const IDLE: Duration = Duration::from_secs(5);
/// After a refusal.
const MOMENT: Duration = Duration::from_millis(200);
const REFUSALS_MAX: u64 = 300;
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Where the server is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A port of 127.0.0.1, and the token that opens it.
    Port(u16, String),
    /// The owner's socket, which asks for no token.
    Socket(PathBuf),
}

/// A client with one connection.
pub(crate) struct Http {
    place: Place,
    open: Option<(Stream, Instant)>,
}

/// What is asked for as browsers ask for it, compressed.
const AS_BROWSERS: &str = "text/html,*/*;q=0.8\r\nAccept-Encoding: gzip";

type Stream = BufReader<Box<dyn Both>>;

trait Both: Read + Write + Send {}
impl<T: Read + Write + Send> Both for T {}

impl Http {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, open: None }
    }

    /// The body as JSON; any status but 2xx is an error that holds the answer.
    pub(crate) fn get(&mut self, path: &str) -> Result<Value> {
        self.json("GET", path, "application/json", b"")
    }

    /// The same, and how long it took from the first byte asked to the last one answered. What we make of it then, in a
    /// build for debugging, is not the server's.
    pub(crate) fn get_timed(&mut self, path: &str) -> Result<(Duration, Value)> {
        let start = Instant::now();
        let answer = self.exchange("GET", path, "application/json", b"")?;
        Ok((start.elapsed(), read("GET", path, answer)?))
    }

    /// The same of any status and body: the time, the status, the body.
    pub(crate) fn get_raw_timed(&mut self, path: &str) -> Result<(Duration, u16, Vec<u8>)> {
        let start = Instant::now();
        let (status, answer) = self.exchange("GET", path, "application/json", b"")?;
        Ok((start.elapsed(), status, answer))
    }

    /// A body of any kind, and an answer of any status and kind.
    pub(crate) fn post_raw(&mut self, path: &str, kind: &str, body: &[u8]) -> Result<(u16, Vec<u8>)> {
        self.exchange("POST", path, kind, body)
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.json("POST", path, "application/json", body.to_string().as_bytes())
    }

    pub(crate) fn put(&mut self, path: &str, body: &Value) -> Result<Value> {
        self.json("PUT", path, "application/json", body.to_string().as_bytes())
    }

    /// A body of any other kind; what a busy server refuses (429) is sent again a moment later. Says how often it was refused.
    pub(crate) fn post_patiently(&mut self, path: &str, kind: &str, body: &[u8]) -> Result<u64> {
        for refused in 0..REFUSALS_MAX {
            match self.exchange("POST", path, kind, body)? {
                (429, _) => std::thread::sleep(MOMENT),
                answer => return read("POST", path, answer).map(|_| refused),
            }
        }
        bail!("POST {path}: refused {REFUSALS_MAX} times")
    }

    /// A body of any other kind: whether it was taken, or refused (429).
    pub(crate) fn post_once(&mut self, path: &str, kind: &str, body: &[u8]) -> Result<bool> {
        match self.exchange("POST", path, kind, body)? {
            (429, _) => Ok(false),
            answer => read("POST", path, answer).map(|_| true),
        }
    }

    /// A body of one JSON value per line.
    pub(crate) fn post_lines(&mut self, path: &str, lines: &str) -> Result<Value> {
        self.json("POST", path, "application/x-ndjson", lines.as_bytes())
    }

    /// Only the status: what tells whether a server is ready.
    pub(crate) fn status(&mut self, path: &str) -> Result<u16> {
        Ok(self.exchange("GET", path, "application/json", b"")?.0)
    }

    /// The body as it came over the wire, compressed if the server does so.
    pub(crate) fn compressed(&mut self, path: &str) -> Result<Vec<u8>> {
        self.body(path, AS_BROWSERS)
    }

    pub(crate) fn plain(&mut self, path: &str) -> Result<String> {
        Ok(String::from_utf8(self.body(path, "text/html")?)?)
    }

    fn body(&mut self, path: &str, kind: &str) -> Result<Vec<u8>> {
        let (status, answer) = self.exchange("GET", path, kind, b"")?;
        if status != 200 {
            bail!("GET {path}: {status} {}", String::from_utf8_lossy(&answer));
        }
        Ok(answer)
    }

    fn json(&mut self, verb: &str, path: &str, kind: &str, body: &[u8]) -> Result<Value> {
        let answer = self.exchange(verb, path, kind, body)?;
        read(verb, path, answer)
    }

    fn exchange(&mut self, verb: &str, path: &str, kind: &str, body: &[u8]) -> Result<(u16, Vec<u8>)> {
        let mut stream = match self.open.take() {
            Some((stream, used)) if used.elapsed() < IDLE => stream,
            _ => connect(&self.place)?,
        };
        send(&mut stream, &self.place, verb, path, kind, body)?;
        let head = Head::read(&mut stream).with_context(|| format!("{verb} {path}"))?;
        let mut answer = Vec::new();
        match head.body {
            Framing::Length(length) => {
                (&mut stream).take(length).read_to_end(&mut answer)?;
                if answer.len() as u64 != length {
                    bail!("{verb} {path}: the answer broke off");
                }
            }
            Framing::Chunked => drop(Chunked::new(&mut stream).read_to_end(&mut answer)?),
        }
        if !head.closes {
            self.open = Some((stream, Instant::now()));
        }
        Ok((head.status, answer))
    }
}

/// A stream of server-sent events, on a connection of its own.
pub(crate) struct Events(BufReader<Chunked<Stream>>);

impl Events {
    pub(crate) fn open(place: &Place, path: &str) -> Result<Self> {
        let mut stream = connect(place)?;
        send(&mut stream, place, "GET", path, "text/event-stream", b"")?;
        let head = Head::read(&mut stream)?;
        match (head.status, head.body) {
            (200, Framing::Chunked) => Ok(Self(BufReader::new(Chunked::new(stream)))),
            (status, _) => bail!("GET {path}: {status}, and no stream"),
        }
    }

    /// The next event's name and data; `None` at the end of the stream.
    pub(crate) fn next(&mut self) -> Result<Option<(String, String)>> {
        let (mut name, mut data) = (String::from("message"), String::new());
        let mut line = String::new();
        loop {
            line.clear();
            if (&mut self.0).take(LINE_BYTES_MAX).read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let line = line.trim_end_matches(['\r', '\n']);
            match line.split_once(':') {
                _ if line.is_empty() && data.is_empty() => name = String::from("message"),
                _ if line.is_empty() => return Ok(Some((name, data))),
                Some(("event", value)) => value.trim_start().clone_into(&mut name),
                Some(("data", value)) => data.push_str(value.strip_prefix(' ').unwrap_or(value)),
                _ => {}
            }
        }
    }
}

fn read(verb: &str, path: &str, (status, answer): (u16, Vec<u8>)) -> Result<Value> {
    if !(200..300).contains(&status) {
        bail!("{verb} {path}: {status} {}", String::from_utf8_lossy(&answer));
    }
    serde_json::from_slice(&answer).with_context(|| format!("{verb} {path}: the answer is no JSON"))
}

fn connect(place: &Place) -> Result<Stream> {
    let stream: Box<dyn Both> = match place {
        Place::Port(port, _) => {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, *port))
                .with_context(|| format!("cannot connect to 127.0.0.1:{port}"))?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            Box::new(stream)
        }
        Place::Socket(path) => {
            let stream = UnixStream::connect(path).with_context(|| format!("cannot connect to {}", path.display()))?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            Box::new(stream)
        }
    };
    Ok(BufReader::new(stream))
}

fn send(stream: &mut Stream, place: &Place, verb: &str, path: &str, kind: &str, body: &[u8]) -> io::Result<()> {
    let token = match place {
        Place::Port(_, token) if !token.is_empty() => format!("Authorization: Bearer {token}\r\n"),
        _ => String::new(),
    };
    let length = body.len();
    let content = if length > 0 || verb != "GET" { format!("Content-Type: {kind}\r\n") } else { String::new() };
    let head = format!(
        "{verb} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {kind}\r\n{token}{content}Content-Length: {length}\r\n\r\n"
    );
    // One write where it fits, so that Nagle and the measurement have nothing to do with each other.
    let stream = stream.get_mut();
    if length < 16 * 1024 {
        return stream.write_all(&[head.as_bytes(), body].concat());
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

enum Framing {
    Length(u64),
    Chunked,
}

struct Head {
    status: u16,
    body: Framing,
    closes: bool,
}

impl Head {
    fn read(stream: &mut impl BufRead) -> Result<Self> {
        let first = line(stream)?;
        let status = first.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        let status: u16 = status.with_context(|| format!("{first:?} is no status line"))?;
        let mut head = Self { status, body: Framing::Length(0), closes: false };
        loop {
            let line = line(stream)?.to_ascii_lowercase();
            match line.split_once(':').map(|(name, value)| (name, value.trim())) {
                None => return Ok(head),
                Some(("content-length", value)) => head.body = Framing::Length(value.parse()?),
                Some(("transfer-encoding", "chunked")) => head.body = Framing::Chunked,
                Some(("connection", "close")) => head.closes = true,
                Some(_) => {}
            }
        }
    }
}

fn line(stream: &mut impl BufRead) -> Result<String> {
    let mut text = String::new();
    if stream.take(LINE_BYTES_MAX).read_line(&mut text)? == 0 {
        bail!("the server closed the connection");
    }
    Ok(text.trim_end().to_owned())
}

/// The content of a chunked body (RFC 9112 §7.1); trailers are not expected.
struct Chunked<R> {
    inner: R,
    left: u64,
    ended: bool,
}

impl<R: BufRead> Chunked<R> {
    fn new(inner: R) -> Self {
        Self { inner, left: 0, ended: false }
    }
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            let text = line(&mut self.inner).map_err(io::Error::other)?;
            let size = text.split(';').next().unwrap_or_default();
            self.left = u64::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            if self.left == 0 {
                self.ended = true;
                line(&mut self.inner).map_err(io::Error::other)?;
                return Ok(0);
            }
        }
        let most = buffer.len().min(self.left.try_into().unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        if self.left == 0 {
            line(&mut self.inner).map_err(io::Error::other)?;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Answers one connection with `answers`, each after a request without a body.
    fn server(answers: &'static [&'static str]) -> Place {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            for answer in answers {
                while line(&mut reader).is_ok_and(|line| !line.is_empty()) {}
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Place::Port(port, "secret".to_owned())
    }

    #[test]
    fn a_connection_is_kept_across_both_framings() {
        let mut http = Http::new(server(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"b\r\n4\r\n\":2}\r\n0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
        ]));
        assert_eq!(http.get("/a").unwrap()["a"], 1);
        assert_eq!(http.get("/b").unwrap()["b"], 2);
        assert!(http.get("/c").unwrap_err().to_string().contains("404"));
    }

    #[test]
    fn an_answer_that_breaks_off_is_an_error() {
        let mut http = Http::new(server(&["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"]));
        assert!(http.get("/a").unwrap_err().to_string().contains("broke off"));
    }

    #[test]
    fn events_come_with_their_names() {
        let place = server(&["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
            19\r\nevent: progress\ndata: {}\n\r\n1\r\n\n\r\n9\r\n: alive\n\n\r\nb\r\ndata: end\n\n\r\n0\r\n\r\n"]);
        let mut events = Events::open(&place, "/events").unwrap();
        assert_eq!(events.next().unwrap(), Some(("progress".to_owned(), "{}".to_owned())));
        assert_eq!(events.next().unwrap(), Some(("message".to_owned(), "end".to_owned())));
        assert_eq!(events.next().unwrap(), None);
    }
}
