//! Formats that people describe, where none of those known here fits: `%{time} [%{level}] %{word:user} %{message}`.
//!
//! A pattern is words of the line as they stand there, and pieces between them; it is read from left to right in one pass, so
//! that no pattern is slow on any line. [`propose`] makes one of a few lines, [`Custom::trial`] tells how it fits.

mod proposal;

pub use proposal::propose;

use crate::{
    cursor::Cursor,
    level,
    record::{Parsed, Value},
    timestamps::{self, Stamp},
};
use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

/// Bytes of a pattern, and its pieces.
const PATTERN_BYTES_MAX: usize = 1_000;
const PIECES_MAX: usize = 40;
const NAME_BYTES_MAX: usize = 40;

/// One format of a person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    name: &'static str,
    pattern: String,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// As it stands there.
    Text(String),
    /// One space or more.
    Gap,
    Piece(Kind, String),
}

/// What a piece takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Time,
    Level,
    Logger,
    Message,
    /// Everything but a space, up to what stands behind it.
    Word,
    Number,
    Address,
    Quoted,
    /// Up to what stands behind it.
    Text,
    /// The same, and it is forgotten.
    Skip,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// Its name is empty, too long, or has other characters than letters, digits, `_` and `-`.
    Name,
    Long,
    /// `%{` without `}`.
    Open,
    /// A piece of that kind is not known.
    Unknown(String),
    /// That name stands twice.
    Twice(String),
    /// The field of a piece has no name, or one that is none.
    Field(String),
    /// Nothing stands between two pieces of which the first has no end of its own.
    Endless(String),
    /// It has no time, no level and no message.
    Empty,
}

/// How a pattern fits some lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    pub lines: u64,
    /// Lines that begin a record.
    pub fitting: u64,
    pub timed: u64,
    pub graded: u64,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(f, "its name is none: write up to {NAME_BYTES_MAX} letters, digits, `_` and `-`"),
            Self::Long => write!(f, "it is longer than {PATTERN_BYTES_MAX} bytes or {PIECES_MAX} pieces: shorten it"),
            Self::Open => f.write_str("`%{` without `}`: close it"),
            Self::Unknown(kind) => write!(f, "`{kind}` is not known: write one of {KINDS}"),
            Self::Twice(name) => write!(f, "`{name}` stands in it twice: name one of them otherwise"),
            Self::Field(piece) => write!(f, "`%{{{piece}}}` has no name for its field: write it as %{{word:user}}"),
            Self::Endless(name) => write!(f, "nothing says where `{name}` ends: write what stands behind it"),
            Self::Empty => {
                f.write_str("it has neither a time nor a level nor a message: write %{time} %{level} %{message}")
            }
        }
    }
}

impl std::error::Error for PatternError {}

/// The names of all kinds.
pub const KINDS: &str = "time, level, logger, message, word, number, ip, quoted, text, skip";

impl Kind {
    /// By its name here, or by that of the pattern that Logstash has for it.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "time" | "TIMESTAMP_ISO8601" | "HTTPDATE" | "SYSLOGTIMESTAMP" | "DATE" | "DATESTAMP"
            | "HTTPDERROR_DATE" => Self::Time,
            "level" | "LOGLEVEL" => Self::Level,
            "logger" | "JAVACLASS" => Self::Logger,
            "message" | "GREEDYDATA" => Self::Message,
            "word" | "WORD" | "NOTSPACE" | "HOSTNAME" | "USER" | "USERNAME" | "UUID" | "URI" | "URIPATH" | "PATH"
            | "URIPATHPARAM" | "PROG" | "SYSLOGPROG" => Self::Word,
            "number" | "NUMBER" | "INT" | "POSINT" | "NONNEGINT" | "BASE10NUM" => Self::Number,
            "ip" | "IP" | "IPORHOST" | "IPV4" | "IPV6" | "HOSTPORT" => Self::Address,
            "quoted" | "QS" | "QUOTEDSTRING" => Self::Quoted,
            "text" | "DATA" => Self::Text,
            "skip" | "SPACE" => Self::Skip,
            _ => return None,
        })
    }

    /// Whether only what stands behind it says where it ends.
    fn is_endless(self) -> bool {
        matches!(self, Self::Text | Self::Skip | Self::Message)
    }
}

impl Custom {
    /// # Errors
    /// What of it cannot be used.
    pub fn new(name: &str, pattern: &str) -> Result<Self, PatternError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name) {
            return Err(PatternError::Name);
        }
        let tokens = tokens(pattern)?;
        check(&tokens)?;
        Ok(Self { name: interned(name), pattern: pattern.to_owned(), tokens })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What a line says that begins a record.
    pub fn parse<'a>(&self, line: &'a str) -> Option<Parsed<'a>> {
        let mut parsed = Parsed::new(self.name, "");
        let mut cursor = Cursor::new(line);
        let mut message = None;
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Text(text) => cursor.eat(text)?,
                Token::Gap => cursor.gap()?,
                Token::Piece(kind, name) => {
                    let end = self.tokens.get(at + 1);
                    if *kind == Kind::Message {
                        message = Some(take_text(&mut cursor, end)?);
                    } else {
                        take(&mut parsed, &mut cursor, *kind, name, end)?;
                    }
                }
            }
        }
        // What a pattern leaves at the end of a line is its words.
        let rest = cursor.rest();
        parsed.message = match (message, rest.trim().is_empty()) {
            (Some(message), _) => message.into(),
            (None, false) => rest.trim_start().into(),
            (None, true) => line.into(),
        };
        if message.is_some() && !rest.trim().is_empty() {
            return None;
        }
        if parsed.level.is_none() && !self.has(Kind::Level) {
            parsed.level = level::find(&parsed.message);
        }
        Some(parsed)
    }

    fn has(&self, kind: Kind) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Piece(own, _) if *own == kind))
    }

    /// How it fits these lines.
    pub fn trial<'a>(&self, lines: impl Iterator<Item = &'a str>) -> Trial {
        let mut trial = Trial::default();
        for line in lines.filter(|line| !line.trim().is_empty()) {
            trial.lines += 1;
            let Some(parsed) = self.parse(line) else { continue };
            trial.fitting += 1;
            trial.timed += u64::from(parsed.stamp.is_some());
            trial.graded += u64::from(parsed.level.is_some());
        }
        trial
    }
}

/// A piece other than the message.
fn take<'a>(
    parsed: &mut Parsed<'a>,
    cursor: &mut Cursor<'a>,
    kind: Kind,
    name: &str,
    end: Option<&Token>,
) -> Option<()> {
    match kind {
        Kind::Time => parsed.stamp = Some(stamp(cursor)?),
        Kind::Level => {
            let word = cursor.take(|byte| byte.is_ascii_alphanumeric());
            parsed.level = Some(level::named(word).or_else(|| match word.as_bytes() {
                [letter] => level::lettered(*letter),
                _ => None,
            })?);
        }
        Kind::Logger => parsed.logger = Some(word(cursor, end)?.into()),
        Kind::Skip => drop(take_text(cursor, end)?),
        Kind::Text => put(parsed, name, take_text(cursor, end)?),
        Kind::Word => put(parsed, name, word(cursor, end)?),
        Kind::Number => {
            let digits = cursor.take(|byte| byte.is_ascii_digit() || b".-+".contains(&byte));
            digits.bytes().any(|byte| byte.is_ascii_digit()).then_some(())?;
            put(parsed, name, digits);
        }
        Kind::Address => {
            let address = cursor.take(|byte| byte.is_ascii_alphanumeric() || b".:-%_".contains(&byte));
            // A colon behind it is what follows.
            let address = match end {
                Some(Token::Text(text)) if text.starts_with(':') && address.ends_with(':') => return None,
                _ => address,
            };
            (!address.is_empty()).then(|| put(parsed, name, address))?;
        }
        Kind::Quoted => put(parsed, name, cursor.quoted()?),
        Kind::Message => {}
    }
    Some(())
}

fn put<'a>(parsed: &mut Parsed<'a>, name: &str, value: &'a str) {
    if !value.is_empty() && value != "-" {
        parsed.add(name.to_owned(), Value::read(value));
    }
}

fn stamp(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    if let Some(stamp) = cursor.stamp().or_else(|| cursor.clock()).or_else(|| of_two_columns(cursor)) {
        return Some(stamp);
    }
    let (stamp, length) = timestamps::epoch(cursor.rest())?;
    cursor.eat(&cursor.rest()[..length])?;
    Some(stamp)
}

/// Bytes of a date in a column, and of the clock in the next.
const DATE_BYTES: std::ops::RangeInclusive<usize> = 6..=10;
const CLOCK_BYTES_MAX: usize = 32;

/// `2026-11-20;10:00:00`, `20/11/2026|10:00:00`: a date and a clock in two columns of a table are one time.
fn of_two_columns(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let mut next = *cursor;
    let date = next.take(|byte| byte.is_ascii_digit() || b"-./".contains(&byte));
    if !DATE_BYTES.contains(&date.len()) || !date.contains(['-', '.', '/']) {
        return None;
    }
    if next.take(|byte| b";,|\t ".contains(&byte)).trim_matches(' ').len() != 1 {
        return None;
    }
    let rest = next.rest();
    // A clock is ASCII, and what follows is not looked at.
    let clock = next.take(|byte| byte.is_ascii_graphic() || byte == b' ');
    let (stamp, length) = timestamps::read(&format!("{date} {}", &clock[..clock.len().min(CLOCK_BYTES_MAX)]))?;
    let read = length.checked_sub(date.len() + 1)?;
    *cursor = Cursor::new(rest.get(read..)?);
    Some(stamp)
}

/// Up to a space, or to what stands behind it.
fn word<'a>(cursor: &mut Cursor<'a>, end: Option<&Token>) -> Option<&'a str> {
    let rest = cursor.rest();
    let space = rest.find([' ', '\t']).unwrap_or(rest.len());
    let until = match end {
        Some(Token::Text(text)) => rest[..space].find(text.as_str()).unwrap_or(space),
        _ => space,
    };
    (until > 0).then_some(())?;
    cursor.eat(&rest[..until])?;
    Some(&rest[..until])
}

fn take_text<'a>(cursor: &mut Cursor<'a>, end: Option<&Token>) -> Option<&'a str> {
    let rest = cursor.rest();
    let until = match end {
        None => rest.len(),
        Some(Token::Text(text)) => rest.find(text.as_str())?,
        Some(Token::Gap) => rest.find([' ', '\t'])?,
        Some(Token::Piece(..)) => return None,
    };
    cursor.eat(&rest[..until])?;
    Some(&rest[..until])
}

fn tokens(pattern: &str) -> Result<Vec<Token>, PatternError> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(PatternError::Long);
    }
    let mut tokens = Vec::new();
    let mut rest = pattern.trim_end();
    while !rest.is_empty() {
        if let Some(piece) = rest.strip_prefix("%{") {
            let (inside, after) = piece.split_once('}').ok_or(PatternError::Open)?;
            tokens.push(read_piece(inside)?);
            rest = after;
            continue;
        }
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if spaces > 0 {
            tokens.push(Token::Gap);
            rest = &rest[spaces..];
            continue;
        }
        let end = rest.char_indices().skip(1).find(|(at, c)| matches!(c, ' ' | '\t') || rest[*at..].starts_with("%{"));
        let (text, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        tokens.push(Token::Text(text.to_owned()));
        rest = after;
    }
    if tokens.len() > PIECES_MAX * 2 {
        return Err(PatternError::Long);
    }
    Ok(tokens)
}

fn read_piece(inside: &str) -> Result<Token, PatternError> {
    // Logstash's third part says what type it has; a number is one here in any case.
    let mut parts = inside.split(':').map(str::trim);
    let (kind_name, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let kind = Kind::named(kind_name).ok_or_else(|| PatternError::Unknown(kind_name.to_owned()))?;
    // By what it is called, where that says more: `%{DATA:logger}`, `%{GREEDYDATA:message}`.
    let kind = match (kind, name) {
        (Kind::Word | Kind::Text, "logger") => Kind::Logger,
        (Kind::Word | Kind::Text, "level" | "severity" | "loglevel") => Kind::Level,
        (Kind::Text, "message" | "msg") => Kind::Message,
        (kind, _) => kind,
    };
    let has_field = matches!(kind, Kind::Word | Kind::Number | Kind::Address | Kind::Quoted | Kind::Text);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-@".contains(&byte);
    if has_field && (name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(is_name)) {
        return Err(PatternError::Field(inside.to_owned()));
    }
    Ok(Token::Piece(kind, if has_field { name.to_owned() } else { String::new() }))
}

fn check(tokens: &[Token]) -> Result<(), PatternError> {
    let mut names = BTreeSet::new();
    let mut says = false;
    for (at, token) in tokens.iter().enumerate() {
        let Token::Piece(kind, name) = token else { continue };
        let part = match kind {
            Kind::Time => "time",
            Kind::Level => "level",
            Kind::Logger => "logger",
            Kind::Message => "message",
            _ => name,
        };
        says |= matches!(kind, Kind::Time | Kind::Level | Kind::Message);
        if !part.is_empty() && !names.insert(part) {
            return Err(PatternError::Twice(part.to_owned()));
        }
        if kind.is_endless() && matches!(tokens.get(at + 1), Some(Token::Piece(..))) {
            return Err(PatternError::Endless(part.to_owned()));
        }
    }
    if says { Ok(()) } else { Err(PatternError::Empty) }
}

/// Names of formats live as long as the process: those of its configuration, and of what was tried, up to a bound.
fn interned(name: &str) -> &'static str {
    const NAMES_MAX: usize = 500;
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    if names.len() >= NAMES_MAX {
        return "custom";
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pattern: &str, line: &str) -> String {
        let custom = Custom::new("shop", pattern).unwrap();
        let Some(parsed) = custom.parse(line) else { return "none".to_owned() };
        let fields: Vec<_> = parsed.fields.iter().map(|field| format!("{}={:?}", field.name, field.value)).collect();
        let level = parsed.level.map_or("-", |level| level.as_str());
        let time = if parsed.stamp.is_some() { "time" } else { "-" };
        let logger = parsed.logger.as_deref().unwrap_or("-");
        format!("{time} {level} {logger} {} | {}", fields.join(" "), parsed.message)
    }

    #[test]
    fn a_pattern_takes_a_line_apart() {
        for (pattern, line, expected) in [
            (
                "%{time} <%{level}> %{logger}: %{message}",
                "2026-11-20 10:00:00 <WARN> shop.mail: refused",
                "time warning shop.mail  | refused",
            ),
            (
                "#%{number:n} at %{time} by %{ip:client} (%{text:agent}) %{message}",
                "#42  at 20/Nov/2026:10:00:00 +0100 by 10.0.0.1 (Firefox 1) ERROR: no",
                r#"time error - n=Integer(42) client=Text("10.0.0.1") agent=Text("Firefox 1") | ERROR: no"#,
            ),
            (
                "%{TIMESTAMP_ISO8601:timestamp} %{LOGLEVEL:level} %{QS:what} %{GREEDYDATA:message}",
                r#"2026-11-20T10:00:00Z E "a b" done"#,
                r#"time error - what=Text("a b") | done"#,
            ),
            ("%{time}|%{level}|%{skip}|%{message}", "1795168800|info|x y|z|w", "time info -  | z|w"),
            ("%{time} %{level}", "10:00:00 debug and the rest", "time debug -  | and the rest"),
            ("%{time} %{level} %{message}", "no time here", "none"),
            ("%{message} %{time}", "a 2026-11-20 10:00:00", "time - -  | a"),
            ("%{message};", "a; b", "none"),
        ] {
            assert_eq!(drawn(pattern, line), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_pattern_is_said() {
        for (pattern, expected) in [
            ("%{time", PatternError::Open),
            ("%{when} x", PatternError::Unknown("when".into())),
            ("%{word}", PatternError::Field("word".into())),
            ("%{time} %{time}", PatternError::Twice("time".into())),
            ("%{text:a}%{word:b} %{time}", PatternError::Endless("a".into())),
            ("%{word:a} x", PatternError::Empty),
            ("", PatternError::Empty),
        ] {
            assert_eq!(Custom::new("shop", pattern), Err(expected), "{pattern}");
        }
        assert_eq!(Custom::new("a b", "%{time}"), Err(PatternError::Name));
        assert_eq!(Custom::new("a", &"x".repeat(2_000)), Err(PatternError::Long));
    }
}
