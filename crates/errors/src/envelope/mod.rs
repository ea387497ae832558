//! The envelope that clients send: a header, then items, each with a header of its own.
//!
//! ```text
//! {"event_id":"…","dsn":"…"}\n
//! {"type":"event","length":41}\n
//! …41 bytes…\n
//! {"type":"session"}\n
//! …up to the next line break…\n
//! ```
//! <https://develop.sentry.dev/sdk/data-model/envelopes/>

mod item;

pub use item::{Item, ItemKind};

use crate::{
    fields::Fields,
    json,
    problem::{Place, Problems},
    tree::Json,
};
use item::ItemHeader;
use model::Timestamp;
use uuid::Uuid;

/// Items of one envelope. Clients send a handful.
pub const ITEMS_MAX: usize = 1000;

/// Bytes of one header line.
pub const HEADER_BYTES_MAX: usize = 64 * 1024;

/// An envelope, its payloads as they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope<'a> {
    /// Of the event within; it holds before the event's own.
    pub event_id: Option<Uuid>,
    pub dsn: Option<String>,
    /// When it left, by the client's clock.
    pub sent_at: Option<Timestamp>,
    /// The client's library, as `name/version`.
    pub sdk: Option<String>,
    pub items: Vec<Item<'a>>,
    /// What is wrong behind the last item that could be read. Whoever sent it is told; the items before it count.
    pub malformed: Option<MalformedEnvelope>,
}

/// Where an envelope is not one: a byte of it, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedEnvelope {
    #[error("envelope header: no JSON object")]
    Header,
    #[error("envelope header: more than {HEADER_BYTES_MAX} bytes")]
    LongEnvelopeHeader,
    #[error("item {item} at byte {at}: its header is no JSON object")]
    ItemHeader { item: usize, at: usize },
    #[error("item {item} at byte {at}: its header has more than {HEADER_BYTES_MAX} bytes")]
    LongHeader { item: usize, at: usize },
    #[error("item {item} at byte {at}: its header has no type")]
    NoType { item: usize, at: usize },
    #[error("item {item} at byte {at}: its length is no number of bytes")]
    NoLength { item: usize, at: usize },
    #[error("item {item} at byte {at}: {length} bytes are announced, {left} are there")]
    Short { item: usize, at: usize, length: u64, left: usize },
    #[error("item {item} at byte {at}: no line break behind the {length} bytes that are announced")]
    NoBreak { item: usize, at: usize, length: u64 },
    #[error("item {item} at byte {at}: an envelope has at most {ITEMS_MAX} items")]
    TooMany { item: usize, at: usize },
}

impl<'a> Envelope<'a> {
    /// Takes an envelope apart. An item that cannot be read ends it: [`Envelope::malformed`] says which, and where.
    ///
    /// # Errors
    /// When the envelope's own header cannot be read.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MalformedEnvelope> {
        let (header, start) = line(bytes, 0);
        if header.len() > HEADER_BYTES_MAX {
            return Err(MalformedEnvelope::LongEnvelopeHeader);
        }
        let mut envelope = object(header, Self::of_header).ok_or(MalformedEnvelope::Header)?;
        let mut at = start;
        while let Some(begin) = next_item(bytes, at) {
            match read_item(bytes, begin, envelope.items.len()) {
                Ok((item, end)) => {
                    envelope.items.push(item);
                    at = end;
                }
                Err(malformed) => {
                    envelope.malformed = Some(malformed);
                    break;
                }
            }
        }
        Ok(envelope)
    }

    /// What the endpoint of old clients receives (`/api/{id}/store/`): an event by itself.
    pub fn of_event(body: &'a [u8]) -> Self {
        let item = Item::new(ItemKind::Event, body);
        Self { items: vec![item], ..Self::default() }
    }

    /// What browsers send by themselves (`/api/{id}/security/`): a report by itself.
    pub fn of_security_report(body: &'a [u8]) -> Self {
        let item = Item::new(ItemKind::RawSecurity, body);
        Self { items: vec![item], ..Self::default() }
    }

    fn of_header(mut fields: Fields<'_>) -> Self {
        Self {
            event_id: fields.id("event_id"),
            dsn: fields.text("dsn", 1024),
            sent_at: fields.time("sent_at"),
            sdk: fields.object("sdk", |mut sdk| {
                let (name, version) = (sdk.text("name", 128)?, sdk.text("version", 128).unwrap_or_default());
                Some(format!("{name}/{version}"))
            }),
            ..Self::default()
        }
    }
}

/// Where the next item begins: line breaks at the end of an envelope are none.
fn next_item(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    rest.iter().any(|byte| !byte.is_ascii_whitespace()).then_some(at)
}

fn read_item(bytes: &[u8], at: usize, item: usize) -> Result<(Item<'_>, usize), MalformedEnvelope> {
    if item >= ITEMS_MAX {
        return Err(MalformedEnvelope::TooMany { item, at });
    }
    let (header, start) = line(bytes, at);
    if header.len() > HEADER_BYTES_MAX {
        return Err(MalformedEnvelope::LongHeader { item, at });
    }
    let read = |fields: Fields<'_>| (fields.has("length"), ItemHeader::of(fields));
    let (tells_length, header) = object(header, read).ok_or(MalformedEnvelope::ItemHeader { item, at })?;
    let header = header.ok_or(MalformedEnvelope::NoType { item, at })?;
    let (payload, end) = match header.length {
        None if tells_length => return Err(MalformedEnvelope::NoLength { item, at }),
        None => line(bytes, start),
        Some(length) => measured(bytes, start, length, item, at)?,
    };
    Ok((header.with(payload), end))
}

/// Exactly `length` bytes, then a line break or the end.
fn measured(
    bytes: &[u8],
    start: usize,
    length: u64,
    item: usize,
    at: usize,
) -> Result<(&[u8], usize), MalformedEnvelope> {
    let left = bytes.len().saturating_sub(start);
    let end = usize::try_from(length).ok().filter(|length| *length <= left).map(|length| start + length);
    let end = end.ok_or(MalformedEnvelope::Short { item, at, length, left })?;
    let payload = bytes.get(start..end).unwrap_or_default();
    match bytes.get(end) {
        None => Ok((payload, end)),
        Some(b'\n') => Ok((payload, end + 1)),
        Some(_) => Err(MalformedEnvelope::NoBreak { item, at, length }),
    }
}

/// The line that begins at `at`, and where the next begins. A `\r` before the break belongs to it.
fn line(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let rest = bytes.get(at..).unwrap_or_default();
    match memchr::memchr(b'\n', rest) {
        Some(end) => (&rest[..end], at + end + 1),
        None => (rest, bytes.len()),
    }
}

/// What `read` makes of a header; none where it is no object.
fn object<T>(line: &[u8], read: impl FnOnce(Fields<'_>) -> T) -> Option<T> {
    let of_object = |document: Json<'_>, problems: &mut Problems| Fields::of(document, Place::Root, problems).map(read);
    json::read("the header", line, &mut Problems::default(), of_object).ok().flatten()
}

#[cfg(test)]
mod tests;
