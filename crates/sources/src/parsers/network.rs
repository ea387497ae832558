//! Network devices: Cisco's messages, bare syslog, CEF and LEEF, Squid.

use super::{Memory, syslog, unwrap};
use crate::{cursor::Cursor, level, record::Parsed, timestamps};
use model::Level;

/// `<189>123: *Nov 20 10:00:00.123 UTC: %LINK-3-UPDOWN: message`, with and without what stands before the percent sign. The
/// digit is syslog's severity.
pub(super) fn cisco(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let priority = if cursor.peek() == Some(b'<') { Some(syslog::priority(&mut cursor)?) } else { None };
    let mut next = cursor;
    let mut sequence = "";
    if let Some(digits) = next.digits()
        && next.eat(": ").is_some()
    {
        sequence = digits;
        cursor = next;
    }
    // Its name, where it is told to say it.
    let mut host = "";
    let mut next = cursor;
    let name = next.take(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !sequence.is_empty() && !name.is_empty() && next.eat(": ").is_some() {
        (host, cursor) = (name, next);
    }
    // A star or a dot: the clock was not set, or not synchronised.
    cursor.take(|byte| b"*.".contains(&byte));
    let mut stamp = cursor.stamp();
    if stamp.is_some() {
        // `Nov 20 10:00:00.123 CET: `; of a zone's name without its meaning, the source's own is taken.
        let zone = cursor.until("%")?;
        let named = zone.len() <= 12 && zone.trim_end().ends_with(':');
        // Or the name of the device.
        let host = zone.len() <= 64 && !zone.trim().is_empty() && !zone.trim().contains(' ');
        (named || host).then_some(())?;
        stamp = stamp.map(|stamp| if zone.starts_with(" UTC") { stamp.with_offset(0) } else { stamp });
    } else {
        cursor.eat("%")?;
    }
    let code = cursor.until(": ")?;
    let mut parts = code.rsplitn(3, '-');
    let (mnemonic, severity, facility) = (parts.next()?, parts.next()?, parts.next()?);
    let digit = severity.parse().ok().filter(|_| severity.len() == 1)?;
    let shouted = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
    };
    if facility.is_empty() || !shouted(facility) || !shouted(mnemonic) {
        return None;
    }
    let parsed = Parsed::new("cisco", cursor.rest()).at(stamp);
    let parsed = syslog::dress(parsed, priority).level(level::of_severity(digit)).logger(facility);
    Some(parsed.text("mnemonic", mnemonic).with("sequence", sequence).text("host", host))
}

/// `%Nov 20 10:00:00:123 2026 sw1 IFNET/3/PHY_UPDOWN: message` of Comware (H3C, HP): the digit is syslog's severity.
pub(super) fn comware(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("%").or_else(|| cursor.eat("#"))?;
    let (stamp, length) = timestamps::with_year_last(cursor.rest())?;
    cursor.eat(&cursor.rest()[..length])?;
    cursor.gap()?;
    let host = cursor.word()?;
    let (module, severity, mnemonic) = (cursor.until("/")?, cursor.until("/")?, cursor.until(":")?);
    let digit = severity.parse().ok().filter(|_| severity.len() == 1)?;
    let is_code = |part: &str| !part.is_empty() && part.bytes().all(|byte| !byte.is_ascii_lowercase() && byte != b' ');
    if !is_code(module) {
        return None;
    }
    cursor.spaces();
    let parsed = Parsed::new("comware", cursor.rest()).at(Some(stamp)).level(level::of_severity(digit));
    Some(parsed.logger(module).text("host", host).text("mnemonic", mnemonic))
}

/// `<13>message`: a priority and nothing else that RFC 3164 wants.
pub(super) fn sniff_bare(text: &str) -> bool {
    bare(text).is_some()
}

fn bare(text: &str) -> Option<(u8, &str)> {
    let mut cursor = Cursor::new(text);
    let priority = syslog::priority(&mut cursor)?;
    (!cursor.rest().trim().is_empty()).then(|| (priority, cursor.rest()))
}

pub(super) fn parse_bare<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let (priority, message) = bare(text)?;
    Some(unwrap(syslog::dress(Parsed::new("syslog", message), Some(priority)), memory))
}

/// `CEF:0|vendor|product|version|id|name|severity|key=value …`, maybe behind a header of syslog's.
pub(super) fn cef(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("CEF:")?;
    cursor.digits()?;
    cursor.eat("|")?;
    let mut part = || cursor.until_byte(b'|');
    let (vendor, product, version, id, name, severity) = (part()?, part()?, part()?, part()?, part()?, part()?);
    let level = match severity {
        "0" | "1" | "2" | "3" | "Low" | "Unknown" => Level::Info,
        "4" | "5" | "6" | "Medium" => Level::Warning,
        "7" | "8" | "High" => Level::Error,
        "9" | "10" | "Very-High" => Level::Critical,
        _ => return None,
    };
    let extension = cursor.rest();
    let mut parsed = Parsed::new("cef", name).level(level).logger(product).text("vendor", vendor);
    parsed = parsed.text("version", version).text("id", id).with("severity", severity);
    let mut rest = extension;
    while let Some((key, value)) = rest.split_once('=') {
        // A value goes on to the space before the next key.
        let end = value.find('=').map_or(value.len(), |next| value[..next].rfind(' ').unwrap_or(next));
        let (value, next) = value.split_at(end);
        if key.trim() == "rt" {
            let stamp = timestamps::epoch(value).or_else(|| timestamps::read(value));
            parsed.stamp = stamp.map(|(stamp, _)| stamp);
        }
        parsed.push(key.trim(), value.trim_end());
        rest = next.trim_start();
    }
    Some(parsed)
}

/// IBM's `LEEF:1.0|Vendor|Product|1.0|event|devTime=Jul 09 2026 11:54:36\tsrc=…`: keys behind a tab each.
pub(super) fn leef(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("LEEF:")?;
    let version = cursor.until_byte(b'|')?;
    let mut part = || cursor.until_byte(b'|');
    let (vendor, product, release, event) = (part()?, part()?, part()?, part()?);
    // The second version says what stands between the keys.
    let separator = match version.starts_with('2') {
        true => cursor.until_byte(b'|').and_then(|sign| sign.chars().next()).unwrap_or('\t'),
        false => '\t',
    };
    let mut parsed = Parsed::new("leef", event).logger(product).text("vendor", vendor).text("version", release);
    for (key, value) in cursor.rest().split(separator).filter_map(|pair| pair.split_once('=')) {
        match key.trim() {
            "devTime" => {
                let stamp = timestamps::epoch(value).or_else(|| timestamps::read(value));
                parsed.stamp = stamp.map(|(stamp, _)| stamp);
            }
            "sev" => {
                parsed.level = value.trim().parse().ok().map(|severity: u8| match severity {
                    0..=3 => Level::Info,
                    4..=6 => Level::Warning,
                    7 | 8 => Level::Error,
                    _ => Level::Critical,
                });
            }
            key => parsed.push(key, value),
        }
    }
    Some(parsed)
}

/// `1286536309.586    921 192.168.0.68 TCP_MISS/200 507 POST http://host/ - DIRECT/1.2.3.4 text/html`: Squid's own.
pub(super) fn squid(text: &str) -> Option<Parsed<'_>> {
    let (stamp, length) = timestamps::epoch(text).filter(|(_, length)| *length > 11)?;
    let mut cursor = Cursor::new(&text[length..]);
    cursor.gap()?;
    let millis = cursor.digits()?;
    cursor.gap()?;
    let message = cursor.rest();
    let client = cursor.word()?;
    let (result, status) = cursor.word()?.split_once('/')?;
    let code: u16 = status.parse().ok()?;
    let bytes = cursor.word()?;
    let (method, path) = (cursor.word()?, cursor.word()?);
    let shouted = result.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let parsed = Parsed::new("squid", message).at(stamp).level(level::of_status(code)).text("client", client);
    let parsed = parsed.text("result", result).with("status", status).with("bytes", bytes).with("duration_ms", millis);
    shouted.then(|| parsed.text("method", method).text("path", path))
}
