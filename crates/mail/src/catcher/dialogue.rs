//! The catcher's side of one connection.

use super::{Caught, DropAt, Keep, Lie, State, TlsStart};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{io, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

const LINE_BYTES_MAX: usize = 8 * 1024;
const READ_BYTES: usize = 64 * 1024;
const CONTENT_BYTES_MAX: u64 = 200_000_000;

pub(super) async fn serve(stream: TcpStream, state: Arc<State>) {
    // A client that goes away is its own business.
    let _ = talk(stream, &state).await;
}

async fn talk(stream: TcpStream, state: &Arc<State>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut session = Session::new(Arc::clone(state));
    let tls = state.options.tls.clone();
    if let Some((TlsStart::Implicit, config)) = tls {
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        session.private = true;
        session.greet();
        return session.run(stream).await.map(|_| ());
    }
    session.greet();
    let Some(stream) = session.run(stream).await? else { return Ok(()) };
    let Some((_, config)) = tls else { return Ok(()) };
    let stream = TlsAcceptor::from(config).accept(stream).await?;
    let mut session = Session::new(Arc::clone(state));
    session.private = true;
    session.run(stream).await.map(|_| ())
}

struct Session {
    state: Arc<State>,
    input: Vec<u8>,
    start: usize,
    out: Vec<u8>,
    private: bool,
    known: bool,
    message: u64,
    taken: u64,
    from: Option<String>,
    recipients: Vec<String>,
    chunks: Content,
}

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    dropped: u64,
    /// By `DATA`, where dots are doubled.
    stuffed: bool,
}

/// What comes after a command.
enum Next {
    Command,
    Data,
    Chunk {
        size: u64,
        last: bool,
    },
    Login(Vec<String>),
    StartTls,
    Close,
    /// Close without sending what was to be said.
    Cut,
}

impl Session {
    fn new(state: Arc<State>) -> Self {
        Self {
            state,
            input: Vec::with_capacity(READ_BYTES),
            start: 0,
            out: Vec::with_capacity(1024),
            private: false,
            known: false,
            message: 0,
            taken: 0,
            from: None,
            recipients: Vec::new(),
            chunks: Content::default(),
        }
    }

    fn greet(&mut self) {
        if self.state.lies(Lie::Greeting) {
            self.say("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n");
        } else {
            self.say("220 catcher.invalid ESMTP: nothing is delivered\r\n");
        }
    }

    fn say(&mut self, reply: &str) {
        self.out.extend_from_slice(reply.as_bytes());
    }

    /// Talks until the end. Gives the stream back when TLS is to start on it.
    async fn run<S: AsyncRead + AsyncWrite + Unpin>(&mut self, mut stream: S) -> io::Result<Option<S>> {
        loop {
            let Some(line) = self.line(&mut stream).await? else { return Ok(None) };
            let next = self.command(&line);
            let next = match next {
                Next::Data => self.data(&mut stream).await?,
                Next::Chunk { size, last } => self.chunk(&mut stream, size, last).await?,
                Next::Login(answers) => self.login(&mut stream, answers).await?,
                next => next,
            };
            match next {
                Next::StartTls => {
                    self.flush(&mut stream).await?;
                    return Ok(Some(stream));
                }
                Next::Close => {
                    self.flush(&mut stream).await?;
                    stream.shutdown().await?;
                    return Ok(None);
                }
                Next::Cut => return Ok(None),
                _ if self.state.lies(Lie::EndlessLines) => self.endless(&mut stream).await?,
                _ => {}
            }
        }
    }

    /// The next command without its line end. Says what there is to say before it waits.
    async fn line<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<Option<String>> {
        loop {
            let waiting = &self.input[self.start..];
            if let Some(end) = memchr::memchr(b'\n', waiting) {
                let line = waiting[..end].strip_suffix(b"\r").unwrap_or(&waiting[..end]);
                let line = String::from_utf8_lossy(line).into_owned();
                self.start += end + 1;
                return Ok(Some(line));
            }
            if waiting.len() > LINE_BYTES_MAX || !self.more(stream).await? {
                return Ok(None);
            }
        }
    }

    /// Reads on, after saying what there is to say.
    async fn more<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<bool> {
        self.flush(stream).await?;
        self.input.drain(..self.start);
        self.start = 0;
        self.input.reserve(READ_BYTES);
        Ok(stream.read_buf(&mut self.input).await? > 0)
    }

    async fn flush<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let delay = self.state.options.misbehaviour.delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        stream.write_all(&self.out).await?;
        stream.flush().await?;
        self.out.clear();
        Ok(())
    }

    async fn endless<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<()> {
        self.out.clear();
        for _ in 0..1_000_000 {
            stream.write_all(b"250-and another thing\r\n").await?;
        }
        Ok(())
    }

    fn command(&mut self, line: &str) -> Next {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" if self.state.options.extensions.ehlo => self.hello(),
            "EHLO" => self.say("502 5.5.1 not known\r\n"),
            "HELO" => self.say("250 catcher.invalid\r\n"),
            "MAIL" => return self.mail(line),
            "RCPT" => return self.recipient(line),
            "DATA" => return self.begin_data(),
            "BDAT" => return Self::begin_chunk(line),
            "AUTH" => return Next::Login(line.split(' ').skip(1).map(str::to_owned).collect()),
            "STARTTLS" if !self.private && self.state.options.tls.is_some() => {
                self.say("220 2.0.0 go ahead\r\n");
                return Next::StartTls;
            }
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 ok\r\n");
            }
            "NOOP" => self.say("250 2.0.0 ok\r\n"),
            "QUIT" => {
                self.say("221 2.0.0 bye\r\n");
                return Next::Close;
            }
            _ => self.say("500 5.5.2 not known\r\n"),
        }
        Next::Command
    }

    fn hello(&mut self) {
        let state = Arc::clone(&self.state);
        let offers = &state.options.extensions;
        let mut lines = vec!["catcher.invalid".to_owned(), "8BITMIME".to_owned(), "ENHANCEDSTATUSCODES".to_owned()];
        if offers.pipelining {
            lines.push("PIPELINING".to_owned());
        }
        if offers.chunking {
            lines.push("CHUNKING".to_owned());
        }
        if offers.smtputf8 {
            lines.push("SMTPUTF8".to_owned());
        }
        if let Some(size) = offers.size {
            lines.push(format!("SIZE {size}"));
        }
        if state.options.tls.is_some() && !self.private {
            lines.push("STARTTLS".to_owned());
        }
        if state.options.login.is_some() {
            lines.push(format!("AUTH {}", offers.mechanisms.join(" ")));
        }
        let last = lines.len() - 1;
        for (index, line) in lines.iter().enumerate() {
            self.say(&format!("250{}{line}\r\n", if index == last { ' ' } else { '-' }));
        }
    }

    fn mail(&mut self, line: &str) -> Next {
        if self.state.options.login.is_some() && !self.known {
            self.say("530 5.7.0 Authentication required\r\n");
            return Next::Command;
        }
        if self.from.is_some() {
            self.say("503 5.5.1 nested MAIL command\r\n");
            return Next::Command;
        }
        self.message = self.state.begin();
        if self.state.drops(self.message, DropAt::Mail) {
            return Next::Cut;
        }
        let state = Arc::clone(&self.state);
        if let Some(reply) = state.throttle(self.message) {
            self.say(&format!("{reply}\r\n"));
            return if reply.starts_with("421") { Next::Close } else { Next::Command };
        }
        if self.state.lies(Lie::WrongCode) {
            self.say("354 what now\r\n");
            return Next::Command;
        }
        let size = line
            .to_ascii_uppercase()
            .split(" SIZE=")
            .nth(1)
            .and_then(|rest| rest.split(' ').next().and_then(|number| number.parse::<u64>().ok()));
        if let (Some(size), Some(limit)) = (size, self.state.options.extensions.size)
            && size > limit
        {
            self.say("552 5.3.4 Message size exceeds fixed limit\r\n");
            return Next::Command;
        }
        self.from = Some(address(line));
        self.say("250 2.1.0 ok\r\n");
        Next::Command
    }

    fn recipient(&mut self, line: &str) -> Next {
        if self.from.is_none() {
            self.say("503 5.5.1 need MAIL\r\n");
            return Next::Command;
        }
        if self.state.drops(self.message, DropAt::Recipient) {
            return Next::Cut;
        }
        let address = address(line);
        match self.state.refusal(&address) {
            Some(refusal) => self.say(refusal),
            None => {
                self.recipients.push(address);
                self.say("250 2.1.5 ok\r\n");
            }
        }
        Next::Command
    }

    fn begin_data(&mut self) -> Next {
        if self.recipients.is_empty() {
            self.say("503 5.5.1 need RCPT\r\n");
            return Next::Command;
        }
        if self.state.lies(Lie::EarlyData) {
            self.say("354 go on\r\n250 2.0.0 taken already\r\n");
            return Next::Data;
        }
        self.say("354 go on\r\n");
        Next::Data
    }

    fn begin_chunk(line: &str) -> Next {
        let mut words = line.split(' ').skip(1);
        match words.next().and_then(|word| word.parse().ok()) {
            Some(size) if size <= CONTENT_BYTES_MAX => {
                Next::Chunk { size, last: words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST")) }
            }
            _ => Next::Close,
        }
    }

    /// Reads content up to the final dot.
    async fn data<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<Next> {
        if self.state.drops(self.message, DropAt::Content) {
            self.flush(stream).await?;
            return Ok(Next::Cut);
        }
        // As if a line had just ended, so that a dot may come first.
        let mut content = Content { bytes: b"\r\n".to_vec(), dropped: 0, stuffed: true };
        let mut from = 0;
        loop {
            content.bytes.extend_from_slice(&self.input[self.start..]);
            self.start = self.input.len();
            if let Some(found) = memchr::memmem::find(&content.bytes[from..], b"\r\n.\r\n") {
                let end = from + found + 5;
                self.start = self.input.len() - (content.bytes.len() - end);
                content.bytes.truncate(end - 3);
                // The line end that was put before, wherever it has gone by now.
                if content.dropped > 0 {
                    content.dropped -= 2;
                } else {
                    content.bytes.drain(..2);
                }
                return self.taken(content);
            }
            from = content.bytes.len().saturating_sub(4);
            if self.state.options.keep != Keep::Contents && content.bytes.len() > READ_BYTES {
                content.dropped += from as u64;
                content.bytes.drain(..from);
                from = 0;
            }
            if content.dropped + content.bytes.len() as u64 > CONTENT_BYTES_MAX || !self.more(stream).await? {
                return Ok(Next::Cut);
            }
        }
    }

    /// Reads `size` bytes of `BDAT`, which come whether or not they are wanted.
    async fn chunk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        size: u64,
        last: bool,
    ) -> io::Result<Next> {
        let keep = self.state.options.keep == Keep::Contents;
        let mut left = size;
        while left > 0 {
            let waiting = &self.input[self.start..];
            let count = waiting.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if keep {
                self.chunks.bytes.extend_from_slice(&waiting[..count]);
            } else {
                self.chunks.dropped += count as u64;
            }
            self.start += count;
            left -= count as u64;
            if left > 0 && !self.more(stream).await? {
                return Ok(Next::Cut);
            }
        }
        if self.recipients.is_empty() {
            self.chunks = Content::default();
            self.say("503 5.5.1 need RCPT\r\n");
        } else if last {
            let content = std::mem::take(&mut self.chunks);
            return self.taken(content);
        } else {
            self.say("250 2.0.0 go on\r\n");
        }
        Ok(Next::Command)
    }

    fn taken(&mut self, content: Content) -> io::Result<Next> {
        let size = content.dropped + content.bytes.len() as u64;
        let state = Arc::clone(&self.state);
        if let Some(reply) = &state.options.misbehaviour.content_reply {
            self.reset();
            self.say(&format!("{reply}\r\n"));
            return Ok(if reply.starts_with("421") { Next::Close } else { Next::Command });
        }
        if state.options.extensions.size.is_some_and(|limit| size > limit) {
            self.reset();
            self.say("552 5.3.4 Message size exceeds fixed limit\r\n");
            return Ok(Next::Command);
        }
        if state.drops(self.message, DropAt::Lost) {
            return Ok(Next::Cut);
        }
        let bytes = match state.options.keep {
            Keep::Contents if content.stuffed => unstuffed(&content.bytes),
            Keep::Contents => content.bytes,
            Keep::Nothing | Keep::Envelopes => Vec::new(),
        };
        let from = self.from.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        state.take(Caught { from, recipients, size, content: bytes, received_at: None })?;
        self.taken += 1;
        if state.drops(self.message, DropAt::Taken) {
            return Ok(Next::Cut);
        }
        match state.options.misbehaviour.lie {
            Some(Lie::NoiseAfterContent) => self.say("\x01\x02 whatever\r\n"),
            Some(Lie::WrongCodeAfterContent) => self.say("354 more\r\n"),
            _ => {
                let number = self.message;
                self.say(&format!("250 2.0.0 caught as {number}\r\n"));
            }
        }
        let closes = state.options.misbehaviour.close_after.is_some_and(|count| self.taken >= count);
        Ok(if closes { Next::Close } else { Next::Command })
    }

    async fn login<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        words: Vec<String>,
    ) -> io::Result<Next> {
        let state = Arc::clone(&self.state);
        let Some((user, password)) = &state.options.login else {
            self.say("503 5.5.1 no login here\r\n");
            return Ok(Next::Command);
        };
        let mechanism = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        let right = match mechanism.as_str() {
            "PLAIN" => {
                let answer = match words.into_iter().nth(1) {
                    Some(answer) => answer,
                    None => self.challenge(stream, "").await?,
                };
                decoded(&answer) == format!("\0{user}\0{password}")
            }
            "LOGIN" => {
                let given = decoded(&self.challenge(stream, "VXNlcm5hbWU6").await?);
                let secret = decoded(&self.challenge(stream, "UGFzc3dvcmQ6").await?);
                given == *user && secret == *password
            }
            _ => {
                self.say("504 5.5.4 mechanism not known\r\n");
                return Ok(Next::Command);
            }
        };
        self.known = right;
        self.say(if right { "235 2.7.0 welcome\r\n" } else { "535 5.7.8 Username and Password not accepted\r\n" });
        Ok(Next::Command)
    }

    async fn challenge<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S, text: &str) -> io::Result<String> {
        self.say(&format!("334 {text}\r\n"));
        self.line(stream).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn reset(&mut self) {
        self.from = None;
        self.recipients.clear();
        self.chunks = Content::default();
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address);
    inside.to_owned()
}

fn decoded(text: &str) -> String {
    STANDARD.decode(text.trim()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn unstuffed(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        out.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    out
}
