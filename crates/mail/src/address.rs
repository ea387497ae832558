//! Mail addresses, as people write them into a spreadsheet cell.
//!
//! A mailbox is `jean@exemple.fr`, `Jean Dupont <jean@exemple.fr>` or `"Dupont, Jean" <jean@exemple.fr>` (RFC 5322
//! §3.4, with UTF-8 as in RFC 6531). A cell may hold several, parted by `,`, `;`, white space or line breaks.
//! Nothing that could start a new header line gets through.

use crate::sentence::Sentence;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Octets before the `@` (RFC 5321 §4.5.3.1.1).
pub const LOCAL_MAX: usize = 64;
/// Octets of a whole address: a path of 256 without its angle brackets (RFC 5321 §4.5.3.1.3).
pub const ADDRESS_MAX: usize = 254;
/// Octets of a name.
pub const NAME_MAX: usize = 500;
/// Addresses in one cell.
pub const LIST_MAX: usize = 1_000;

/// One address with the name shown beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `local@domain`, checked, the domain in lower case and, where it is international, as A-labels (RFC 5890), so
    /// that it needs no extension on the way.
    pub address: String,
}

/// Why a text is not an address. Reads as `` `jean.exemple.fr` has no @, write it as name@domain ``.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}, {}", self.what(), self.remedy())]
pub struct AddressError {
    pub text: String,
    pub fault: AddressFault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressFault {
    Empty,
    NoAt,
    TwoAts,
    NoLocal,
    LocalTooLong,
    /// A character that may not stand before the `@`.
    LocalCharacter(char),
    LocalDots,
    NoDomain,
    DomainWithoutDot,
    BadDomain,
    TooLong,
    /// A control, invisible or direction-changing character: a header could be forged with it.
    Forbidden(char),
    UnclosedQuote,
    UnclosedBracket,
    NameTooLong,
    /// Words and an address without angle brackets.
    WordsAround,
    AfterBracket,
    TooMany,
}

impl AddressFault {
    fn what(&self) -> Sentence {
        match self {
            Self::Empty => Sentence::new("address_empty"),
            Self::NoAt => Sentence::new("address_no_at"),
            Self::TwoAts => Sentence::new("address_two_ats"),
            Self::NoLocal => Sentence::new("address_no_local"),
            Self::LocalTooLong => Sentence::new("address_local_too_long").with("most", LOCAL_MAX),
            Self::LocalCharacter(c) => Sentence::new("address_local_character").with_sentence("character", named(*c)),
            Self::LocalDots => Sentence::new("address_local_dots"),
            Self::NoDomain => Sentence::new("address_no_domain"),
            Self::DomainWithoutDot => Sentence::new("address_domain_without_dot"),
            Self::BadDomain => Sentence::new("address_bad_domain"),
            Self::TooLong => Sentence::new("address_too_long").with("most", ADDRESS_MAX),
            Self::Forbidden(c) => Sentence::new("address_forbidden").with_sentence("character", named(*c)),
            Self::UnclosedQuote => Sentence::new("address_unclosed_quote"),
            Self::UnclosedBracket => Sentence::new("address_unclosed_bracket"),
            Self::NameTooLong => Sentence::new("address_name_too_long").with("most", NAME_MAX),
            Self::WordsAround => Sentence::new("address_words_around"),
            Self::AfterBracket => Sentence::new("address_after_bracket"),
            Self::TooMany => Sentence::new("address_too_many").with("most", LIST_MAX),
        }
    }

    fn remedy(&self) -> Sentence {
        match self {
            Self::Empty | Self::NoAt | Self::NoLocal | Self::NoDomain => Sentence::new("write_as_address"),
            Self::TwoAts | Self::AfterBracket => Sentence::new("separate_addresses"),
            Self::LocalTooLong | Self::TooLong | Self::NameTooLong => Sentence::new("shorten"),
            Self::LocalCharacter(_) | Self::LocalDots => Sentence::new("check_local"),
            Self::DomainWithoutDot => Sentence::new("complete_domain"),
            Self::BadDomain => Sentence::new("check_domain"),
            Self::Forbidden(_) => Sentence::new("delete"),
            Self::UnclosedQuote => Sentence::new("close_quote"),
            Self::UnclosedBracket => Sentence::new("close_bracket"),
            Self::WordsAround => Sentence::new("write_with_name"),
            Self::TooMany => Sentence::new("spread_addresses"),
        }
    }
}

impl AddressError {
    pub fn what(&self) -> Sentence {
        Sentence::new("address").with("text", shown(&self.text)).with_sentence("fault", self.fault.what())
    }

    pub fn remedy(&self) -> Sentence {
        self.fault.remedy()
    }
}

impl Mailbox {
    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether it is an address, and can stand in a header: of one that came as JSON, nobody has asked yet.
    ///
    /// # Errors
    /// What is wrong with the address, or with the name beside it.
    pub fn check(&self) -> Result<(), AddressError> {
        let name = self.name.as_deref().unwrap_or_default();
        let fail = |fault| AddressError { text: self.address.clone(), fault };
        match self.address.chars().chain(name.chars()).find(|c| is_forbidden(*c)) {
            Some(c) => Err(fail(AddressFault::Forbidden(c))),
            None => mailbox(None, &self.address).map(drop).map_err(fail),
        }
    }

    /// The well-known domain that this address's domain is probably a slip of.
    pub fn meant_domain(&self) -> Option<&'static str> {
        let domain = self.domain();
        SLIPS.iter().find(|(slips, _)| slips.contains(&domain)).map(|(_, meant)| *meant)
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    /// Exactly one mailbox.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fail = |fault| AddressError { text: text.trim().to_owned(), fault };
        if let Some(c) = text.trim().chars().find(|c| is_forbidden(*c)) {
            return Err(fail(AddressFault::Forbidden(c)));
        }
        let (mut mailboxes, errors) = parse_list(text);
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        match (mailboxes.pop(), mailboxes.is_empty()) {
            (Some(mailbox), true) => Ok(mailbox),
            (Some(_), false) => Err(fail(AddressFault::TwoAts)),
            (None, _) => Err(fail(AddressFault::Empty)),
        }
    }
}

impl fmt::Display for Mailbox {
    /// As it can be read again: the name in quotes where it needs them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => f.write_str(&self.address),
            Some(name) if name.chars().all(|c| c.is_alphanumeric() || " '-_".contains(c)) => {
                write!(f, "{name} <{}>", self.address)
            }
            Some(name) => write!(f, "\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), self.address),
        }
    }
}

/// Every mailbox in a cell, and what is wrong with the others. An empty cell holds none and is not wrong.
pub fn parse_list(cell: &str) -> (Vec<Mailbox>, Vec<AddressError>) {
    let (mut mailboxes, mut errors) = (Vec::new(), Vec::new());
    for piece in pieces(cell) {
        if mailboxes.len() + errors.len() >= LIST_MAX {
            errors.push(AddressError { text: cell.to_owned(), fault: AddressFault::TooMany });
            break;
        }
        match piece_kind(piece) {
            Piece::Words(words) => {
                for word in words.into_iter().take(LIST_MAX) {
                    collect(word, mailbox(None, word), &mut mailboxes, &mut errors);
                }
            }
            Piece::One(read) => collect(piece, read, &mut mailboxes, &mut errors),
        }
    }
    (mailboxes, errors)
}

fn collect(
    text: &str,
    read: Result<Mailbox, AddressFault>,
    mailboxes: &mut Vec<Mailbox>,
    errors: &mut Vec<AddressError>,
) {
    match read {
        Ok(mailbox) => mailboxes.push(mailbox),
        Err(fault) => errors.push(AddressError { text: text.to_owned(), fault }),
    }
}

/// Splits at separators outside quotes and angle brackets, and after each `>`.
fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    cell.split_inclusive(move |c: char| {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            return false;
        }
        match c {
            '"' => quoted = true,
            '<' => bracketed = true,
            '>' => {
                bracketed = false;
                return true;
            }
            ',' | ';' | '\n' | '\r' => return !bracketed,
            _ => {}
        }
        false
    })
    .map(|piece| piece.trim_end_matches([',', ';', '\n', '\r']).trim())
    .filter(|piece| !piece.is_empty())
}

enum Piece<'a> {
    /// Several bare addresses.
    Words(Vec<&'a str>),
    One(Result<Mailbox, AddressFault>),
}

fn piece_kind(piece: &str) -> Piece<'_> {
    if let Some(c) = piece.chars().find(|c| is_forbidden(*c) && *c != '\t') {
        return Piece::One(Err(AddressFault::Forbidden(c)));
    }
    match bracket(piece) {
        Ok(Some((name, address))) => Piece::One(name_of(name).and_then(|name| mailbox(name, address))),
        Ok(None) if piece.starts_with('"') => Piece::One(mailbox(None, piece)),
        Ok(None) => {
            let words: Vec<&str> = piece.split_whitespace().collect();
            if words.iter().all(|word| word.contains('@')) {
                Piece::Words(words)
            } else if words.iter().filter(|word| word.contains('@')).count() > 1 {
                Piece::One(Err(AddressFault::TwoAts))
            } else if piece.contains('@') {
                Piece::One(Err(AddressFault::WordsAround))
            } else {
                Piece::One(Err(AddressFault::NoAt))
            }
        }
        Err(fault) => Piece::One(Err(fault)),
    }
}

/// The name and the address of `name <address>`; `None` without brackets.
fn bracket(piece: &str) -> Result<Option<(&str, &str)>, AddressFault> {
    let (mut quoted, mut escaped, mut open) = (false, false, None);
    for (at, c) in piece.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted && open.is_none() => open = Some(at),
            _ => {}
        }
    }
    if quoted {
        return Err(AddressFault::UnclosedQuote);
    }
    let Some(open) = open else {
        return if piece.ends_with('>') { Err(AddressFault::LocalCharacter('>')) } else { Ok(None) };
    };
    let inner = piece[open + 1..].strip_suffix('>').ok_or(AddressFault::UnclosedBracket)?;
    Ok(Some((&piece[..open], inner.trim())))
}

fn name_of(text: &str) -> Result<Option<String>, AddressFault> {
    let text = text.trim();
    // Quoted, each of its characters may take two.
    if text.len() > 2 * NAME_MAX + 2 {
        return Err(AddressFault::NameTooLong);
    }
    let mut name = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    // A spreadsheet's tab is a space: nothing in a name steers a display.
    for c in text.chars().map(|c| if c == '\t' { ' ' } else { c }) {
        match c {
            _ if escaped => {
                name.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '@' if !quoted => return Err(AddressFault::AfterBracket),
            _ => name.push(c),
        }
    }
    let name = name.trim();
    if name.len() > NAME_MAX {
        return Err(AddressFault::NameTooLong);
    }
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

fn mailbox(name: Option<String>, address: &str) -> Result<Mailbox, AddressFault> {
    if address.is_empty() {
        return Err(AddressFault::Empty);
    }
    if let Some(c) = address.chars().find(|c| is_invisible(*c)) {
        return Err(AddressFault::Forbidden(c));
    }
    let (local, domain) = address.rsplit_once('@').ok_or(AddressFault::NoAt)?;
    check_local(local)?;
    let address = format!("{local}@{}", checked_domain(domain)?);
    if address.len() > ADDRESS_MAX { Err(AddressFault::TooLong) } else { Ok(Mailbox { name, address }) }
}

fn check_local(local: &str) -> Result<(), AddressFault> {
    if local.is_empty() {
        return Err(AddressFault::NoLocal);
    }
    if local.len() > LOCAL_MAX {
        return Err(AddressFault::LocalTooLong);
    }
    if local.len() > 1 && local.starts_with('"') && local.ends_with('"') {
        return check_quoted_local(&local[1..local.len() - 1]);
    }
    if local.contains('@') {
        return Err(AddressFault::TwoAts);
    }
    // atext of RFC 5322 §3.2.3, with non-ASCII as RFC 6531 §3.3 adds it.
    let is_atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || !c.is_ascii();
    if let Some(c) = local.chars().find(|c| !is_atext(*c) || c.is_whitespace()) {
        return Err(AddressFault::LocalCharacter(c));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(AddressFault::LocalDots);
    }
    Ok(())
}

fn check_quoted_local(inside: &str) -> Result<(), AddressFault> {
    let mut escaped = false;
    for c in inside.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Err(AddressFault::LocalCharacter('"')),
            // Allowed by the grammar, and too easily taken for the end of the address further on.
            '<' | '>' => return Err(AddressFault::LocalCharacter(c)),
            _ => {}
        }
    }
    if escaped || inside.is_empty() { Err(AddressFault::LocalCharacter('"')) } else { Ok(()) }
}

fn checked_domain(domain: &str) -> Result<String, AddressFault> {
    if domain.is_empty() {
        return Err(AddressFault::NoDomain);
    }
    if domain.contains('%') {
        return Err(AddressFault::BadDomain);
    }
    let Ok(url::Host::Domain(ascii)) = url::Host::parse(domain) else { return Err(AddressFault::BadDomain) };
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if ascii.len() > 253 || !ascii.split('.').all(label_ok) {
        return Err(AddressFault::BadDomain);
    }
    if !ascii.contains('.') && ascii != "localhost" {
        return Err(AddressFault::DomainWithoutDot);
    }
    Ok(ascii)
}

/// Characters that end a header line, or hide what stands in it.
pub(crate) use model::steers_display as is_forbidden;

/// Besides those, what a name may hold and an address may not: characters that nobody sees.
fn is_invisible(c: char) -> bool {
    is_forbidden(c) || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn named(c: char) -> Sentence {
    let as_is = Sentence::new("character");
    match c {
        ' ' => Sentence::new("character_space"),
        '\r' | '\n' => Sentence::new("character_line_break"),
        '\t' => Sentence::new("character_tab"),
        c if is_invisible(c) || c.is_whitespace() => as_is.with("character", format!("U+{:04X}", u32::from(c))),
        c => as_is.with("character", format!("`{c}`")),
    }
}

/// At most 80 characters, nothing that could disturb a terminal.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(80).map(|c| if is_invisible(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}

/// Slips of the keyboard in domains that many recipients have.
const SLIPS: &[(&[&str], &str)] = &[
    (
        &[
            "gmial.com",
            "gmai.com",
            "gamil.com",
            "gmal.com",
            "gmail.co",
            "gmail.cm",
            "gmail.con",
            "gmail.fr",
            "gmaill.com",
        ],
        "gmail.com",
    ),
    (&["hotmial.com", "hotmal.com", "hotmail.con", "hotmai.com"], "hotmail.com"),
    (&["hotmial.fr", "hotmal.fr", "hotmai.fr"], "hotmail.fr"),
    (&["yaho.fr", "yahou.fr", "yahooo.fr"], "yahoo.fr"),
    (&["yaho.com", "yahou.com", "yahoo.con"], "yahoo.com"),
    (&["orange.f", "ornage.fr", "orage.fr", "orange.con"], "orange.fr"),
    (&["wanado.fr", "wannadoo.fr", "wanadoo.f"], "wanadoo.fr"),
    (&["outlok.com", "outloo.com", "outlook.con"], "outlook.com"),
    (&["outlok.fr", "outloo.fr"], "outlook.fr"),
    (&["lapost.net", "laposte.fr", "la-poste.net"], "laposte.net"),
];

#[cfg(test)]
mod tests;
