//! The dialogue, as a machine without IO: bytes go in, replies and [`Step`]s come out (RFC 5321, 2920, 4954).
//!
//! A line ends with CRLF and a message with CRLF.CRLF, and with nothing else: a bare LF or CR in a message has it refused,
//! as other servers may see the end of the message there (CVE-2023-51764).

use crate::Limits;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memmem;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, MAIL_BODY_BINARYMIME, Request};

/// Bytes of a command line with its end; RFC 4954 asks for more than RFC 5321.
const LINE_MAX: usize = 12_288;
/// Bytes of a line of a message.
const CONTENT_LINE_MAX: usize = 64 << 10;
/// Commands that were refused, before a client is told to go.
const MISTAKES_MAX: u32 = 20;
/// A message that is longer than what is taken is read on for so many times that much.
const OVERRUN: u64 = 4;
const END: &[u8] = b"\r\n.\r\n";

/// What whoever serves the session has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Read more.
    Read,
    /// Say whether this is right: [`Session::logged_in`].
    Login { user: String, secret: String },
    /// Say whether a message of so many bytes may begin: [`Session::go_on`] or [`Session::refuse`].
    Begin { bytes: u64 },
    /// Keep it, then say so: [`Session::kept`] or [`Session::refuse`].
    Message(Incoming),
    /// Send what is to be said, and close.
    Close,
}

/// A message with its envelope.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    pub hello: String,
    /// Who logged in: the name of a sending account.
    pub user: Option<String>,
    /// Empty for a notice.
    pub from: String,
    pub recipients: Vec<String>,
    pub content: Vec<u8>,
}

/// Whether somebody has to log in before a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    Required,
    Optional,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Greeted {
    Extended,
    Plain,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    Command,
    /// The client's answer to `AUTH`: what it said so far.
    Plain,
    User,
    Password(String),
    /// The server is asked.
    Waiting,
    Content,
}

#[derive(Debug)]
pub struct Session {
    phase: Phase,
    limits: Limits,
    login: Login,
    input: Vec<u8>,
    out: Vec<u8>,
    hello: Option<String>,
    user: Option<String>,
    from: Option<String>,
    recipients: Vec<String>,
    /// Why the message as a whole will be refused: a client that is told of one recipient alone loses it in silence.
    spoilt: Option<&'static str>,
    content: Vec<u8>,
    /// Bytes of the message that were thrown away.
    dropped: u64,
    mistakes: u32,
    closes: bool,
}

impl Session {
    pub fn new(limits: Limits, login: Login) -> Self {
        Self {
            phase: Phase::Command,
            limits,
            login,
            input: Vec::new(),
            out: b"220 vigie ESMTP ready\r\n".to_vec(),
            hello: None,
            user: None,
            from: None,
            recipients: Vec::new(),
            spoilt: None,
            content: Vec::new(),
            dropped: 0,
            mistakes: 0,
            closes: false,
        }
    }

    /// What is to be sent to the client.
    pub fn out(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Whether a message is coming in.
    pub fn is_in_message(&self) -> bool {
        self.phase == Phase::Content
    }

    /// Takes what the client has said.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
    }

    /// Goes on until something is to be done.
    pub fn step(&mut self) -> Step {
        loop {
            if self.closes {
                return Step::Close;
            }
            if self.phase == Phase::Content {
                match self.read_content() {
                    Some(step) => return step,
                    None => continue,
                }
            }
            let Some(end) = memmem::find(&self.input, b"\r\n") else {
                if self.input.len() > LINE_MAX || self.input.contains(&b'\n') {
                    self.close("500 5.5.2 a line ends with CRLF, and is shorter");
                    continue;
                }
                return Step::Read;
            };
            if end > LINE_MAX {
                self.close("500 5.5.2 the line is too long");
                continue;
            }
            let line: Vec<u8> = self.input.drain(..end + 2).collect();
            if let Some(step) = self.line(&line) {
                return step;
            }
        }
    }

    /// The answer to [`Step::Login`].
    pub fn logged_in(&mut self, user: Option<String>) {
        self.phase = Phase::Command;
        match user {
            Some(user) => {
                self.user = Some(user);
                self.say("235 2.7.0 welcome");
            }
            None => self.mistake("535 5.7.8 no sending account of that name, or no API token that may send"),
        }
    }

    /// The answer to [`Step::Begin`]: the content may come.
    pub fn go_on(&mut self) {
        self.phase = Phase::Content;
        self.content.clear();
        self.dropped = 0;
        self.say("354 end with CRLF.CRLF");
    }

    /// The message is on disk.
    pub fn kept(&mut self, id: &str) {
        self.phase = Phase::Command;
        self.say(&format!("250 2.0.0 Ok: queued as {id}"));
    }

    /// The message is not taken; `reply` says why.
    pub fn refuse(&mut self, reply: &str) {
        self.phase = Phase::Command;
        self.reset();
        self.say(reply);
    }

    /// The client has been silent, or slow, for too long; or the server stops.
    pub fn close(&mut self, reply: &str) {
        self.say(reply);
        self.closes = true;
    }

    fn say(&mut self, reply: &str) {
        self.out.extend_from_slice(reply.as_bytes());
        self.out.extend_from_slice(b"\r\n");
    }

    fn mistake(&mut self, reply: &str) {
        self.mistakes += 1;
        if self.mistakes > MISTAKES_MAX {
            return self.close("421 4.7.0 too many mistakes");
        }
        self.say(reply);
    }

    fn reset(&mut self) {
        self.from = None;
        self.recipients.clear();
        self.spoilt = None;
        self.content = Vec::new();
        self.dropped = 0;
    }

    fn line(&mut self, line: &[u8]) -> Option<Step> {
        match std::mem::replace(&mut self.phase, Phase::Command) {
            Phase::Command => return self.command(line),
            Phase::Plain => return self.plain(line),
            Phase::User => match decoded(line) {
                Some(user) => {
                    self.phase = Phase::Password(user);
                    self.say("334 UGFzc3dvcmQ6");
                }
                None => self.mistake("501 5.5.2 that is no base64"),
            },
            Phase::Password(user) => match decoded(line) {
                Some(secret) => return Some(self.ask(user, secret)),
                None => self.mistake("501 5.5.2 that is no base64"),
            },
            Phase::Waiting | Phase::Content => {}
        }
        None
    }

    fn command(&mut self, line: &[u8]) -> Option<Step> {
        let text = &line[..line.len() - 2];
        if [&b"GET "[..], b"POST ", b"PUT ", b"HEAD ", b"OPTIONS "].iter().any(|verb| text.starts_with(verb)) {
            self.close("421 4.7.0 this is no web server");
            return None;
        }
        if text.contains(&b'\n') || text.contains(&b'\r') || text.contains(&0) {
            self.mistake("500 5.5.2 a line ends with CRLF");
            return None;
        }
        // An address that is no UTF-8 would become another one.
        if std::str::from_utf8(text).is_err() {
            if text.len() > 4 && text[..4].eq_ignore_ascii_case(b"RCPT") {
                self.spoilt.get_or_insert("553 5.6.7 one of its recipients is no UTF-8: nothing was taken");
            }
            self.mistake("553 5.6.7 that is no UTF-8");
            return None;
        }
        match Request::parse(&mut line.iter()) {
            Ok(request) => self.request(request.into_owned()),
            Err(error) => {
                self.wrong(&error);
                None
            }
        }
    }

    fn wrong(&mut self, error: &Error) {
        match error {
            Error::InvalidRecipientAddress => {
                self.spoilt.get_or_insert("553 5.1.3 one of its recipients is no address: nothing was taken");
                self.mistake("553 5.1.3 that is no address");
            }
            Error::InvalidSenderAddress => self.mistake("553 5.1.7 that is no address"),
            Error::UnknownCommand => self.mistake("500 5.5.1 unknown command"),
            Error::UnsupportedParameter { .. } => self.mistake("555 5.5.4 unknown parameter"),
            Error::SyntaxError { syntax } => self.mistake(&format!("501 5.5.4 write {syntax}")),
            _ => self.mistake("501 5.5.4 that cannot be read"),
        }
    }

    fn request(&mut self, request: Request<String>) -> Option<Step> {
        match request {
            Request::Ehlo { host } => self.hello(&host, Greeted::Extended),
            Request::Helo { host } => self.hello(&host, Greeted::Plain),
            Request::Mail { from } => self.mail(from.address, from.size as u64, from.flags),
            Request::Rcpt { to } => self.recipient(to.address),
            Request::Data => return self.data(),
            Request::Auth { mechanism, initial_response } => return self.auth(mechanism, &initial_response),
            Request::Rset => {
                self.reset();
                self.say("250 2.0.0 Ok");
            }
            Request::Noop { .. } => self.say("250 2.0.0 Ok"),
            Request::Quit => self.close("221 2.0.0 bye"),
            Request::Vrfy { .. } => self.say("252 2.1.5 send it, and see"),
            Request::Help { .. } => self.say("214 2.0.0 RFC 5321"),
            _ => self.mistake("502 5.5.1 not offered here"),
        }
        None
    }

    fn hello(&mut self, host: &str, greeted: Greeted) {
        self.reset();
        self.hello = Some(host.chars().filter(|c| !c.is_control()).take(255).collect());
        if greeted == Greeted::Plain {
            return self.say("250 vigie");
        }
        let size = self.limits.message_bytes_max;
        for line in ["vigie", "PIPELINING", &format!("SIZE {size}"), "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN"] {
            self.say(&format!("250-{line}"));
        }
        self.say("250 ENHANCEDSTATUSCODES");
    }

    fn mail(&mut self, from: String, size: u64, flags: u64) {
        if self.hello.is_none() {
            return self.mistake("503 5.5.1 say EHLO first");
        }
        if self.login == Login::Required && self.user.is_none() {
            return self.mistake("530 5.7.0 log in first: only programs of this machine need not");
        }
        if self.from.is_some() {
            return self.mistake("503 5.5.1 a message was begun: RSET first");
        }
        if size > self.limits.message_bytes_max {
            return self.say("552 5.3.4 the message is too big");
        }
        if flags & MAIL_BODY_BINARYMIME != 0 {
            return self.mistake("555 5.5.4 BINARYMIME is not offered");
        }
        self.from = Some(from);
        self.say("250 2.1.0 Ok");
    }

    fn recipient(&mut self, address: String) {
        if self.from.is_none() {
            return self.mistake("503 5.5.1 say MAIL first");
        }
        let has_domain =
            address.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if !has_domain {
            self.spoilt.get_or_insert("553 5.1.3 one of its recipients has no domain: nothing was taken");
            return self.mistake("553 5.1.3 an address with a domain is needed");
        }
        if self.recipients.len() >= self.limits.recipients_max {
            self.spoilt.get_or_insert("554 5.5.3 it has too many recipients: nothing was taken");
            return self.say("452 4.5.3 too many recipients");
        }
        self.recipients.push(address);
        self.say("250 2.1.5 Ok");
    }

    fn data(&mut self) -> Option<Step> {
        if self.recipients.is_empty() {
            self.mistake("503 5.5.1 say MAIL and RCPT first");
            return None;
        }
        if let Some(why) = self.spoilt {
            self.reset();
            self.say(why);
            return None;
        }
        self.phase = Phase::Waiting;
        Some(Step::Begin { bytes: self.limits.message_bytes_max })
    }

    fn auth(&mut self, mechanism: u64, initial: &str) -> Option<Step> {
        if self.hello.is_none() || self.from.is_some() || self.user.is_some() {
            self.mistake("503 5.5.1 not now");
            return None;
        }
        match mechanism {
            AUTH_PLAIN if initial.is_empty() => {
                self.phase = Phase::Plain;
                self.say("334 ");
                None
            }
            AUTH_PLAIN => self.plain(initial.as_bytes()),
            AUTH_LOGIN if initial.is_empty() => {
                self.phase = Phase::User;
                self.say("334 VXNlcm5hbWU6");
                None
            }
            AUTH_LOGIN => {
                self.phase = Phase::User;
                self.line(initial.as_bytes())
            }
            _ => {
                self.mistake("504 5.5.4 PLAIN or LOGIN");
                None
            }
        }
    }

    fn plain(&mut self, answer: &[u8]) -> Option<Step> {
        let parts = decoded(answer);
        let mut parts = parts.as_deref().map(|text| text.split('\0').skip(1)).into_iter().flatten();
        match (parts.next(), parts.next()) {
            (Some(user), Some(secret)) => {
                let (user, secret) = (user.to_owned(), secret.to_owned());
                Some(self.ask(user, secret))
            }
            _ => {
                self.mistake("501 5.5.2 that is no answer to PLAIN");
                None
            }
        }
    }

    fn ask(&mut self, user: String, secret: String) -> Step {
        self.phase = Phase::Waiting;
        Step::Login { user, secret }
    }

    /// `None`: the message is over, and was refused.
    fn read_content(&mut self) -> Option<Step> {
        let begin = self.content.len().saturating_sub(END.len() - 1);
        self.content.append(&mut self.input);
        let empty = self.dropped == 0 && self.content.starts_with(b".\r\n");
        let found = if empty { Some(0) } else { memmem::find(&self.content[begin..], END).map(|at| begin + at + 2) };
        let Some(end) = found else {
            let limit = self.limits.message_bytes_max;
            // The stuffed dots and the end count, too: a message of exactly the limit has room.
            let held = self.content.len() as u64;
            if held > limit + limit / 64 + 1024 || self.dropped > 0 {
                let kept = self.content.len().saturating_sub(END.len() - 1);
                self.dropped += kept as u64;
                self.content.drain(..kept);
                if self.dropped > limit.saturating_mul(OVERRUN) {
                    self.close("552 5.3.4 the message is too big");
                    return None;
                }
            }
            return Some(Step::Read);
        };
        self.input = self.content.split_off(end + 3);
        self.content.truncate(end);
        let content = std::mem::take(&mut self.content);
        if self.dropped > 0 {
            self.refuse("552 5.3.4 the message is too big");
            return None;
        }
        match sound(content) {
            Err(why) => {
                self.refuse(why);
                None
            }
            Ok(content) if content.len() as u64 > self.limits.message_bytes_max => {
                self.refuse("552 5.3.4 the message is too big");
                None
            }
            Ok(content) => {
                self.phase = Phase::Waiting;
                Some(Step::Message(Incoming {
                    hello: self.hello.clone().unwrap_or_default(),
                    user: self.user.clone(),
                    from: self.from.take().unwrap_or_default(),
                    recipients: std::mem::take(&mut self.recipients),
                    content,
                }))
            }
        }
    }
}

/// The message without its stuffed dots, if every line ends with CRLF and has a bearable length.
fn sound(content: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    let (mut line, mut stuffed) = (0, content.starts_with(b"."));
    for at in memchr::memchr2_iter(b'\r', b'\n', &content) {
        match content[at] {
            b'\r' if content.get(at + 1) == Some(&b'\n') => {}
            b'\n' if at > 0 && content[at - 1] == b'\r' => {
                if at - line > CONTENT_LINE_MAX {
                    return Err("554 5.6.0 a line of the message is too long");
                }
                line = at + 1;
                stuffed |= content.get(line) == Some(&b'.');
            }
            _ => return Err("554 5.6.0 bare LF or CR in the message: lines end with CRLF"),
        }
    }
    if !stuffed {
        return Ok(content);
    }
    let mut plain = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        plain.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    Ok(plain)
}

fn decoded(line: &[u8]) -> Option<String> {
    String::from_utf8(STANDARD.decode(line.trim_ascii()).ok()?).ok()
}

#[cfg(test)]
mod tests;
