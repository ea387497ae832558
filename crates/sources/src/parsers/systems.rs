//! Systems that many run and whose logs look like nobody else's: BGL and other clusters, Android, Windows' servicing.

use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps::{self, SECOND, Stamp},
};
use model::Level;

/// `03-17 16:13:38.811  1702  2395 D WindowManager: message`: Android's `logcat -v threadtime`, with a year since 12. And
/// `03-17 16:13:38.811 D/WindowManager( 1702): message` of `-v time`, without the time of `-v brief`.
pub(super) fn logcat(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    if text.as_bytes().get(1) == Some(&b'/') {
        return tagged(cursor);
    }
    let stamp = match text.as_bytes().get(2)? {
        b'-' => month_and_day(&mut cursor)?,
        _ => cursor.stamp()?,
    };
    cursor.gap()?;
    if cursor.rest().as_bytes().get(1) == Some(&b'/') {
        return tagged(cursor).map(|parsed| parsed.at(stamp));
    }
    let process = cursor.digits()?;
    cursor.gap()?;
    let thread = cursor.digits()?;
    cursor.gap()?;
    let level = priority(cursor.peek()?);
    cursor.until_byte(b' ').filter(|letter| letter.len() == 1)?;
    let tag = cursor.until(": ").or_else(|| cursor.rest().strip_suffix(':'))?;
    let parsed = Parsed::new("logcat", cursor.rest()).at(stamp).level(level?).logger(tag.trim());
    Some(parsed.with("pid", process).with("tid", thread))
}

/// `D/WindowManager( 1702): message`.
fn tagged(mut cursor: Cursor<'_>) -> Option<Parsed<'_>> {
    let level = priority(cursor.peek()?)?;
    cursor.until_byte(b'/')?;
    let tag = cursor.until_byte(b'(')?.trim_end();
    cursor.spaces();
    let process = cursor.digits()?;
    cursor.eat("):")?;
    cursor.eat(" ").or_else(|| cursor.is_done().then_some(()))?;
    // Prose may name a number in brackets too: `I/O error (5): no`.
    let is_tag = !tag.is_empty() && !tag.contains(' ');
    is_tag.then(|| Parsed::new("logcat", cursor.rest()).level(level).logger(tag).with("pid", process))
}

fn priority(letter: u8) -> Option<Level> {
    if letter == b'A' { Some(Level::Critical) } else { level::lettered(letter) }
}

/// `03-17 16:13:38.811`.
pub(super) fn month_and_day(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let month: u8 = number(cursor.digits()?)?;
    cursor.eat("-").or_else(|| cursor.eat("/"))?;
    let day: u8 = number(cursor.digits()?)?;
    cursor.eat(" ").or_else(|| cursor.eat("|"))?;
    let Stamp::OfDay(micros) = cursor.clock()? else { return None };
    let exists = (1..=12).contains(&month) && (1..=timestamps::days_in_month(2000, month)).contains(&day);
    exists.then_some(Stamp::Yearless { month, day, micros, offset: None })
}

/// `- 1117838570 2005.06.03 R02-M1-N0 …`: the clusters of the Computer Failure Data Repository. The mark before the time says
/// what somebody found of it.
pub(super) fn cluster(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mark = cursor.word()?;
    let (stamp, length) = timestamps::epoch(cursor.rest()).filter(|(_, length)| *length == 10)?;
    cursor.eat(&cursor.rest()[..length])?;
    cursor.eat(" ")?;
    let date =
        cursor.word().filter(|date| date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'.'))?;
    let node = cursor.word()?;
    debug_assert_eq!(date.len(), 10, "a date in full");
    let words = cursor.rest();
    // The line of that node, a level among its first words.
    let level = words.split(' ').take(8).find_map(|word| level::named(word).filter(|_| is_capitals(word)));
    Some(Parsed::new("cluster", words).at(stamp).level(level).text("mark", mark).text("host", node))
}

fn is_capitals(word: &str) -> bool {
    word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `20171223-22:15:29:606|Step_LSC|30002312|message`: parts of an hour need no two digits.
pub(super) fn piped(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.until_byte(b'|').filter(|stamp| stamp.len() <= 24)?;
    let (day, clock) = stamp.split_once('-').filter(|(day, _)| day.len() == 8)?;
    let mut parts = clock.split(':').map(number::<i64>);
    let mut part = |most: i64| parts.next()?.filter(|part| (0..=most).contains(part));
    let (hour, minute, second, millis) = (part(23)?, part(59)?, part(60)?, part(999)?);
    let (Stamp::Civil(midnight), _) = timestamps::read(&format!("{day} 00:00:00"))? else { return None };
    let of_day = (hour * 3600 + minute * 60 + second) * SECOND + millis * 1_000;
    let component = cursor.until_byte(b'|')?;
    let process = cursor.until_byte(b'|')?;
    let parsed = Parsed::new("piped", cursor.rest()).at(Stamp::Civil(midnight + of_day)).logger(component);
    Some(parsed.with("pid", process))
}

/// `  1234:20261120:131000.123 message`: Zabbix' server, proxy and agent, a process and when.
pub(super) fn zabbix(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.spaces();
    let process = cursor.digits().filter(|digits| digits.len() <= 8)?;
    cursor.eat(":")?;
    let day = cursor.digits().filter(|digits| digits.len() == 8)?;
    cursor.eat(":")?;
    let clock = cursor.digits().filter(|digits| digits.len() == 6)?;
    cursor.eat(".")?;
    let millis = cursor.digits().filter(|digits| digits.len() == 3)?;
    cursor.eat(" ")?;
    let time = format!("{day} {}:{}:{}.{millis}", &clock[..2], &clock[2..4], &clock[4..]);
    let (stamp, _) = timestamps::read(&time)?;
    let level = level::find(cursor.rest());
    Some(Parsed::new("zabbix", cursor.rest()).at(stamp).level(level).with("pid", process))
}

/// `2016-09-28 04:30:30, Info                  CBS    message`: Windows' component store.
pub(super) fn servicing(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(", ")?;
    let level = cursor.level()?;
    cursor.gap()?;
    let component = cursor.take(|byte| byte.is_ascii_uppercase());
    let bare = component.len() < 2 || cursor.gap().is_none();
    let component = if bare { "" } else { component };
    Some(Parsed::new("windows_servicing", cursor.rest()).at(stamp).level(level).logger(component))
}

/// `[10.30 16:49:06] chrome.exe - message`: month and day, as Proxifier writes.
pub(super) fn proxifier(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let inside = cursor.until_byte(b']')?;
    let (month, rest) = inside.split_once('.')?;
    let dashed = format!("{month}-{rest}");
    let stamp = month_and_day(&mut Cursor::new(&dashed))?;
    cursor.eat(" ")?;
    let program = cursor.until(" - ")?;
    Some(Parsed::new("proxifier", cursor.rest()).at(stamp).logger(program))
}

/// `@400000004d9f9f9c1234abcd message`: TAI64N, as daemontools' multilog and s6-log write. The ten seconds are those by which
/// TAI was ahead of UTC in 1970, which is how these programs count.
pub(super) fn tai64n(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("@4")?;
    let digits = cursor.take(|byte| byte.is_ascii_hexdigit());
    if digits.len() != 23 {
        return None;
    }
    let seconds = i64::from_str_radix(&digits[..15], 16).ok()?.checked_sub(10)?;
    let nanos = i64::from_str_radix(&digits[15..], 16).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    let stamp = (0..=7_258_118_400).contains(&seconds).then(|| Stamp::Instant(seconds * SECOND + nanos / 1_000))?;
    cursor.gap()?;
    Some(Parsed::new("tai64n", cursor.rest()).at(stamp).level(level::find(cursor.rest())))
}

/// `6b001b6d.0778090c 0x7feed65fd6c0 conn=1014 message` of OpenLDAP's slapd: seconds and a fraction in hexadecimal digits, and a
/// thread. Before 2.5 there were the seconds alone: `6b001b6d conn=1014 message`.
pub(super) fn openldap(text: &str) -> Option<Parsed<'_>> {
    const HEX: usize = 8;
    // Nearly every line is passed over here.
    if !matches!(text.as_bytes().get(HEX)?, b'.' | b' ') || !text.as_bytes()[..HEX].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut cursor = Cursor::new(text);
    let seconds = i64::from_str_radix(cursor.take(|byte| byte.is_ascii_hexdigit()), 16).ok()?;
    let mut nanos = 0;
    if text.as_bytes()[HEX] == b'.' {
        cursor.eat(".")?;
        let digits = cursor.take(|byte| byte.is_ascii_hexdigit());
        nanos = i64::from_str_radix(digits, 16).ok().filter(|nanos| digits.len() == HEX && *nanos < 1_000_000_000)?;
        cursor.eat(" 0x")?;
        cursor.word()?;
    } else {
        cursor.gap()?;
        ["conn=", "slapd ", "@(#) ", "daemon: ", "=> "].iter().find(|word| cursor.rest().starts_with(**word))?;
    }
    let stamp = Stamp::Instant(seconds * SECOND + nanos / 1_000);
    Some(Parsed::new("openldap", cursor.rest()).at(stamp).level(level::find(cursor.rest())))
}
