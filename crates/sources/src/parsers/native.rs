//! Programs in Rust, Go and C++: tracing, env_logger, glog and Kubernetes' klog, Go's `log`.

use super::{Memory, logfmt};
use crate::{
    cursor::Cursor,
    level,
    record::Parsed,
    timestamps::{DAY, SECOND, Stamp, days_in_month, days_of},
};

/// Spans within spans that are looked through for the target behind them.
const SPANS_MAX: usize = 32;

/// `2025-01-10T14:32:15.123456Z  INFO span{id=1}: target: message key=value`.
pub(super) fn tracing_head(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp().filter(|stamp| matches!(stamp, Stamp::Instant(_)))?;
    // The level is padded on its left to five places.
    cursor.eat(" ")?;
    let level_at = cursor;
    cursor.spaces();
    let word = cursor.take(|byte| byte.is_ascii_uppercase());
    let width = level_at.rest().len() - cursor.rest().len();
    cursor.eat(" ")?;
    if width != 5 || !matches!(word, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR") {
        return None;
    }
    let level = level::named(word);
    let mut spans = "";
    // `name{fields}:` any number of times, before the target.
    let mut next = cursor;
    for _ in 0..SPANS_MAX {
        let Some((name, _)) = next.rest().split_once('{') else { break };
        if !is_path(name) || next.until("}:").is_none() {
            break;
        }
        let length = cursor.rest().len() - next.rest().len();
        spans = &cursor.rest()[..length - 1];
        if next.eat(" ").is_some() {
            break;
        }
    }
    let mut target = next;
    let logger = target.until(": ").filter(|target| is_path(target))?;
    Some(Parsed::new("tracing", target.rest()).at(stamp).level(level).logger(logger).text("spans", spans))
}

pub(super) fn sniff_tracing(text: &str) -> bool {
    tracing_head(text).is_some()
}

pub(super) fn parse_tracing<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    let mut parsed = tracing_head(text)?;
    // The message stays whole, so that what continues it can follow.
    let from = text.len() - parsed.message.len();
    let (_, mut fields) = logfmt::trailing(&text[from..]);
    parsed.fields.append(&mut fields);
    Some(parsed)
}

/// `[2025-01-10T14:32:15Z INFO  crate::module] message`.
pub(super) fn env_logger(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let stamp = cursor.stamp();
    cursor.spaces();
    let level = level::named(cursor.take(|byte| byte.is_ascii_uppercase()))?;
    cursor.gap()?;
    let target = cursor.until("] ")?;
    is_path(target).then(|| Parsed::new("env_logger", cursor.rest()).at(stamp).level(level).logger(target))
}

/// `I0517 15:04:22.619632 1952452992 file.cc:253] message`; the year is not written, or all of `I20260517`, and not everybody
/// names the thread. Chromium's own form of it, too.
pub(super) fn glog(text: &str) -> Option<Parsed<'_>> {
    if text.starts_with('[') {
        return chromium(text);
    }
    let mut cursor = Cursor::new(text);
    let level = cursor.peek().filter(|letter| b"IWEFD".contains(letter)).and_then(level::lettered)?;
    // Newer versions may write the year.
    let (year, bytes) = match text.as_bytes() {
        [_, year @ ..] if year.len() > 8 && year[..8].iter().all(u8::is_ascii_digit) && year[8] == b' ' => {
            (text.get(1..5)?.parse::<i64>().ok(), &text.as_bytes()[4..])
        }
        bytes => (None, bytes),
    };
    if bytes.get(5) != Some(&b' ') || !bytes[1..5].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (month, day) = (two(bytes, 1), two(bytes, 3));
    if !(1..=12).contains(&month) || !(1..=days_in_month(year.unwrap_or(2000), month)).contains(&day) {
        return None;
    }
    cursor.until_byte(b' ')?;
    let Some(Stamp::OfDay(micros)) = cursor.clock() else { return None };
    debug_assert!(micros <= 86_400 * SECOND, "a clock shows a day");
    cursor.gap()?;
    let (before, line) = cursor.until_byte(b']')?.rsplit_once(':')?;
    let (thread, file) = before.rsplit_once(' ').unwrap_or(("", before));
    let (thread, named) = (thread.trim(), line.bytes().all(|byte| byte.is_ascii_digit()));
    if !named || thread.contains(' ') {
        return None;
    }
    cursor.eat(" ");
    let stamp = match year {
        Some(year) => Stamp::Civil(days_of(year, month, day) * DAY + micros),
        None => Stamp::Yearless { month, day, micros, offset: None },
    };
    let parsed = Parsed::new("glog", cursor.rest()).at(stamp).level(level);
    Some(parsed.with("tid", thread).text("file", file).with("line", line))
}

/// `[10868:10901:0426/021412.002774:WARNING:dns_config.cc(427)] message`: process and thread where they are written, month,
/// day and clock without what divides them, and the line of the file in either form.
fn chromium(text: &str) -> Option<Parsed<'_>> {
    let head = text.get(1..)?.split_once("] ")?.0;
    let mut parts = head.splitn(5, ':');
    let mut numbers = ["", ""];
    let mut at = 0;
    let stamp = loop {
        let part = parts.next()?;
        if let Some(stamp) = undivided(part) {
            break stamp;
        }
        *numbers.get_mut(at)? = part;
        at += 1;
    };
    if numbers.iter().any(|number| !number.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let level = parts.next()?;
    let level = level::named(level.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-'))?;
    let place = &head[parts.next()?.as_ptr() as usize - head.as_ptr() as usize..];
    let (file, line) = place.strip_suffix(')').and_then(|place| place.rsplit_once('(')).or(place.rsplit_once(':'))?;
    let parsed = Parsed::new("glog", &text[head.len() + 3..]).at(stamp).level(level);
    let parsed = parsed.with("pid", numbers[0]).with("tid", numbers[1]);
    Some(parsed.text("file", file).with("line", line))
}

/// `0426/021412.002774`.
fn undivided(text: &str) -> Option<Stamp> {
    let (date, clock) = text.split_once('/')?;
    let (whole, fraction) = clock.split_once('.')?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 4 || whole.len() != 6 || ![date, whole, fraction].iter().all(|text| is_number(text)) {
        return None;
    }
    let (month, day) = (two(date.as_bytes(), 0), two(date.as_bytes(), 2));
    let clock = format!("{}:{}:{}.{fraction}", &whole[..2], &whole[2..4], &whole[4..]);
    let Stamp::OfDay(micros) = Cursor::new(&clock).clock()? else { return None };
    let exists = (1..=12).contains(&month) && (1..=days_in_month(2000, month)).contains(&day);
    exists.then_some(Stamp::Yearless { month, day, micros, offset: None })
}

fn two(bytes: &[u8], at: usize) -> u8 {
    (bytes[at] - b'0') * 10 + (bytes[at + 1] - b'0')
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:-./".contains(&byte))
}
