//! Which member of an object is its time, its level, its logger, its message: for everything that comes as names with
//! values, JSON and logfmt alike.
//!
//! Every known name that an object holds sets a bit; a dialect is told by the bits it must have. So one pass over the
//! members is enough to know who wrote them.

use super::{
    dialects::{DIALECTS, Dialect, Inside, JSON, LEVEL, LOGFMT, MESSAGE, NAMED_LEVEL, STATUS, Scale, TIME},
    keys::{KEYS, Set, find, key, mask},
};
use crate::{
    level,
    record::{FIELDS_MAX, Field, LEFT_OUT, Parsed, Value},
    timestamps::{self, Stamp},
};
use model::Level;
use std::borrow::Cow;

/// The members of one object as they are read.
#[derive(Debug)]
pub(super) struct Members<'a> {
    fields: Vec<Field<'a>>,
    left_out: i64,
    present: Set,
    /// Where in `fields` each key stands, if it is present.
    places: [u16; KEYS.len()],
}

/// A record, and whether its message wants to be recognised in its turn.
#[derive(Debug)]
pub(super) struct Read<'a> {
    pub(super) parsed: Parsed<'a>,
    pub(super) wraps_a_line: bool,
}

impl<'a> Members<'a> {
    pub(super) fn new() -> Self {
        Self { fields: Vec::with_capacity(12), left_out: 0, present: Set::NONE, places: [0; KEYS.len()] }
    }

    pub(super) fn push(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        if self.fields.len() >= FIELDS_MAX {
            self.left_out += 1;
            return;
        }
        // Of a name that comes twice, the first counts.
        if let Some(key) = find(&name)
            && !self.present.has(key as u8)
        {
            self.present = self.present.with(key as u8);
            self.places[key] = self.fields.len() as u16;
        }
        self.fields.push(Field { name, value });
    }

    /// Whether anything here is what a log record has; pairs alone could be any text.
    pub(super) fn tells_of_a_record(&self) -> bool {
        let has = |keys: &[u8]| self.present.has_any(mask(keys));
        has(LEVEL) || has(MESSAGE) || has(TIME)
    }

    /// As logfmt; `text` is the message of a record that has none.
    pub(super) fn into_logfmt(self, text: &'a str) -> Parsed<'a> {
        self.into_record(&LOGFMT, text).parsed
    }

    /// As the JSON dialect that its names tell; `text` is the message of a record that has none.
    pub(super) fn into_json(mut self, text: &'a str) -> Read<'a> {
        if !self.present.has_any(mask(TIME)) {
            self.look_within();
        }
        let fits = |dialect: &&Dialect| {
            self.present.has_all(dialect.marks) && (dialect.one_of == Set::NONE || self.present.has_any(dialect.one_of))
        };
        let dialect = DIALECTS.iter().find(fits).unwrap_or(&JSON);
        self.into_record(dialect, text)
    }

    /// Takes for the record's own the members of an object within it that has a time, and a level or words: `attributes` of Datadog's
    /// exports, `record` of Loguru. Of one called `metadata` the time, where the level and the words stand outside.
    fn look_within(&mut self) {
        const TIMES: [&str; 7] = ["timestamp", "time", "time.repr", "@timestamp", "ts", "datetime", "eventTime"];
        let within = |field: &Field<'a>, is_one: &dyn Fn(&str) -> bool| {
            field.name.split_once('.').filter(|(_, name)| is_one(name)).map(|(object, _)| object.to_owned())
        };
        let Some(object) = self.fields.iter().find_map(|field| within(field, &|name| TIMES.contains(&name))) else {
            return;
        };
        let says =
            |name: &str| find(name).is_some_and(|key| LEVEL.contains(&(key as u8)) || MESSAGE.contains(&(key as u8)));
        let is_of_record = matches!(&*object, "metadata" | "meta" | "_meta")
            && self.present.has_any(mask(LEVEL))
            && self.present.has_any(mask(MESSAGE));
        // A record that names its level is one by itself, whatever it tells of.
        let is_other = self.present.has_any(mask(LEVEL));
        if !is_of_record
            && (is_other || !self.fields.iter().any(|field| within(field, &says).as_ref() == Some(&object)))
        {
            return;
        }
        for (place, field) in self.fields.iter().enumerate() {
            let name = field.name.strip_prefix(object.as_str()).and_then(|name| name.strip_prefix('.'));
            if let Some(key) = name.and_then(find).filter(|key| !self.present.has(*key as u8)) {
                self.present = self.present.with(key as u8);
                self.places[key] = place as u16;
            }
        }
    }

    fn into_record(mut self, dialect: &Dialect, text: &'a str) -> Read<'a> {
        // What becomes a part of the record is not repeated among its fields.
        let mut taken = Set::NONE;
        let stamp = self.stamp(dialect.time, &mut taken);
        // A name says it, a number beside it only on some scale.
        let level = self.first(dialect.level, &mut taken, named_level);
        let level = level.or_else(|| self.first(dialect.level, &mut taken, |value| level_of(value, dialect.scale)));
        let level = level.or_else(|| self.first(NAMED_LEVEL, &mut taken, named_level));
        let status = || self.first(STATUS, &mut Set::default(), status_of);
        let level = level.or_else(|| status().filter(|status| (100..600).contains(status)).map(level::of_status));
        let told = |value: &Value<'a>| value.as_text().is_some_and(|text| !text.is_empty()).then_some(());
        let logger = self.first(dialect.logger, &mut taken, told).and_then(|()| self.take_last(dialect.logger, taken));
        let message = self.first(dialect.message, &mut taken, told);
        let message = message.and_then(|()| self.take_last(dialect.message, taken));
        let wraps_a_line = message.is_some()
            && match dialect.inside {
                Inside::Words => false,
                Inside::Line => true,
                Inside::LineWithoutLevel => level.is_none(),
            };
        self.drop_taken(taken);
        if self.left_out > 0 {
            self.fields.push(Field { name: LEFT_OUT.into(), value: Value::Integer(self.left_out) });
        }
        let level = level.or_else(|| (dialect.name == "serilog").then_some(Level::Info));
        let message = message.unwrap_or(Cow::Borrowed(text));
        let parsed =
            Parsed { format: dialect.name, stamp, level, logger, message, fields: self.fields, ..Parsed::default() };
        Read { parsed, wraps_a_line }
    }

    /// What `read` makes of the first of `keys` of which it makes something; marks it as taken.
    fn first<T>(&self, keys: &[u8], taken: &mut Set, read: impl Fn(&Value<'a>) -> Option<T>) -> Option<T> {
        for key in keys {
            if !self.present.has(*key) || taken.has(*key) {
                continue;
            }
            if let Some(found) = read(&self.fields[usize::from(self.places[usize::from(*key)])].value) {
                *taken = taken.with(*key);
                return Some(found);
            }
        }
        None
    }

    /// The text of that one of `keys` which was taken.
    fn take_last(&mut self, keys: &[u8], taken: Set) -> Option<Cow<'a, str>> {
        let key = keys.iter().find(|key| taken.has(**key))?;
        let field = &mut self.fields[usize::from(self.places[usize::from(*key)])];
        match std::mem::replace(&mut field.value, Value::Bool(true)) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn stamp(&self, keys: &[u8], taken: &mut Set) -> Option<Stamp> {
        let apart = || self.instant("instant.epochSecond", "instant.nanoOfSecond");
        let apart = apart().or_else(|| self.instant("timestamp.seconds", "timestamp.nanos"));
        apart.or_else(|| self.day_and_clock(taken)).or_else(|| self.first(keys, taken, stamp_of))
    }

    /// Firewalls write `date=2026-11-20 time=10:00:00 tz="+0100"`, or `timezone="CET"`.
    fn day_and_clock(&self, taken: &mut Set) -> Option<Stamp> {
        let (date, time) = (const { key("date") }, const { key("time") });
        let (zone, named_zone) = (const { key("tz") }, const { key("timezone") });
        let text = |key: u8| self.first(&[key], &mut Set::default(), |value| value.as_text().map(str::to_owned));
        let day = text(date).filter(|day| day.len() == 10)?;
        let clock = text(time).filter(|clock| clock.as_bytes().get(2) == Some(&b':'))?;
        let zone_text = text(zone).filter(|zone| zone.starts_with(['+', '-'])).unwrap_or_default();
        let (stamp, _) = timestamps::read(&format!("{day} {clock}{zone_text}"))?;
        *taken = taken.with(date).with(time);
        let seconds = text(named_zone).and_then(|name| timestamps::zone_named(&name));
        Some(seconds.map_or(stamp, |seconds| stamp.with_offset(seconds)))
    }

    /// log4j 2 and Google Cloud write seconds and nanoseconds apart.
    fn instant(&self, seconds: &str, nanos: &str) -> Option<Stamp> {
        let part = |name| self.first(&[find(name)? as u8], &mut Set::default(), Value::as_integer);
        let seconds = part(seconds)?;
        let nanos = part(nanos).unwrap_or(0);
        match timestamps::from_epoch(seconds)? {
            Stamp::Instant(micros) if (0..1_000_000_000).contains(&nanos) => {
                Some(Stamp::Instant(micros + nanos / 1000))
            }
            other => Some(other),
        }
    }

    fn drop_taken(&mut self, taken: Set) {
        let mut places: [u16; 8] = [u16::MAX; 8];
        let keys = (0..KEYS.len()).filter(|key| taken.has(*key as u8));
        for (place, key) in places.iter_mut().zip(keys) {
            *place = self.places[key];
        }
        let mut place = 0_u16;
        self.fields.retain(|_| {
            let keep = !places.contains(&place);
            place += 1;
            keep
        });
    }
}

/// nginx writes its numbers as texts.
fn status_of(value: &Value<'_>) -> Option<u16> {
    match value {
        Value::Text(text) if text.len() == 3 => text.parse().ok(),
        value => u16::try_from(value.as_integer()?).ok(),
    }
}

fn stamp_of(value: &Value<'_>) -> Option<Stamp> {
    match value {
        Value::Integer(count) => timestamps::from_epoch(*count),
        Value::Float(count) => timestamps::from_epoch_float(*count),
        Value::Text(text) => {
            let found = timestamps::read(text).or_else(|| timestamps::epoch(text)).map(|(stamp, _)| stamp);
            // .NET before it had ISO 8601.
            found.or_else(|| timestamps::from_epoch(text.strip_prefix("/Date(")?.strip_suffix(")/")?.parse().ok()?))
        }
        Value::Bool(_) => None,
    }
}

/// A level by its name: `WARN`, `W`, slog's `WARN+1`.
fn named_level(value: &Value<'_>) -> Option<Level> {
    let text = value.as_text()?.trim();
    let name = text.split_once(['+', '-']).filter(|(_, step)| step.bytes().all(|byte| byte.is_ascii_digit()));
    // `LogLevel.Warning`, `LEVEL_WARN`, `warning:`.
    let last = || level::named(text.trim_end_matches(':').rsplit(['.', '_']).next()?);
    level::named(name.map_or(text, |(name, _)| name)).or_else(|| single_letter(text)).or_else(last)
}

fn level_of(value: &Value<'_>, scale: Scale) -> Option<Level> {
    let number = match value {
        Value::Text(text) => match text.parse() {
            Ok(number) => number,
            Err(_) => return named_level(value),
        },
        Value::Integer(number) => *number,
        Value::Float(number) if number.fract() == 0.0 => *number as i64,
        _ => return None,
    };
    match (scale, number) {
        (Scale::FromZero, 0) => Some(Level::Debug),
        (Scale::FromZero, 1) => Some(Level::Info),
        (Scale::FromZero, 2) => Some(Level::Warning),
        (Scale::FromZero, 3) => Some(Level::Error),
        (Scale::FromZero, 4) => Some(Level::Critical),
        (Scale::FromZero, _) => None,
        (Scale::Severities, _) | (Scale::Either, 0..=7) => level::of_severity(number),
        (Scale::Tens | Scale::Either, 10..=19) => Some(Level::Trace),
        (Scale::Tens | Scale::Either, 20..=29) => Some(Level::Debug),
        (Scale::Tens | Scale::Either, 30..=39) => Some(Level::Info),
        (Scale::Tens | Scale::Either, 40..=49) => Some(Level::Warning),
        (Scale::Tens | Scale::Either, 50..=59) => Some(Level::Error),
        (Scale::Tens | Scale::Either, 60..=69) => Some(Level::Critical),
        _ => None,
    }
}

fn single_letter(text: &str) -> Option<Level> {
    match text.as_bytes() {
        [letter] => level::lettered(letter.to_ascii_uppercase()),
        // MongoDB's verbosities.
        [b'D', b'1'..=b'5'] => Some(Level::Debug),
        _ => None,
    }
}
