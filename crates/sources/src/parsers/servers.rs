//! Servers with lines of their own: WebLogic, Db2, SAP HANA, Firebird, SSSD, Bacula; and what names the level before the time.

use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps::{self, DAY, SECOND, Stamp, days_of},
};
use model::Level;

/// `<Nov 20, 2026, 2:49:44,980 PM UTC> <Notice> <WebLogicServer> <BEA-000365> <message>`, with `####` before it in the server's file.
pub(super) fn weblogic(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("####");
    cursor.eat("<")?;
    let stamp = cursor.stamp()?;
    cursor.until(">")?;
    cursor.eat(" <")?;
    let level = level::named(cursor.until("> <")?)?;
    let subsystem = cursor.until("> <")?;
    let rest = cursor.rest();
    let message = rest.rfind("> <").map_or(rest, |at| &rest[at + 3..]);
    // The message may go on in further lines, and then is not closed in this one.
    let message = message.strip_suffix("> ").or_else(|| message.strip_suffix('>')).unwrap_or(message);
    let code = rest.split("> <").find(|part| part.starts_with("BEA-")).unwrap_or_default();
    Some(Parsed::new("weblogic", message).at(stamp).level(level).logger(subsystem).text("code", code))
}

/// `2026-11-20-05.10.00.000001+060 E467200E431  LEVEL: Error`: the head of a record of `db2diag.log`, its offset in minutes.
pub(super) fn db2(text: &str) -> Option<Parsed<'_>> {
    let bytes = text.as_bytes();
    if bytes.get(10) != Some(&b'-') || bytes.get(13) != Some(&b'.') || bytes.get(16) != Some(&b'.') {
        return None;
    }
    let part = |from: usize, to: usize| number::<i64>(text.get(from..to)?).filter(|_| digits(&bytes[from..to]));
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let is_date = (1..=12).contains(&month)
        && (1..=i64::from(timestamps::days_in_month(year, month as u8))).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let mut cursor = Cursor::new(text.get(19..).filter(|_| is_date)?);
    cursor.eat(".")?;
    let fraction = cursor.digits().filter(|fraction| fraction.len() == 6)?;
    let sign = if cursor.eat("+").is_some() { 1 } else { cursor.eat("-").map(|()| -1)? };
    let offset = sign * number::<i64>(cursor.digits().filter(|minutes| minutes.len() == 3)?)?;
    let clock = ((hour * 60 + minute - offset) * 60 + second) * SECOND + number::<i64>(fraction)?;
    let stamp = Stamp::Instant(days_of(year, month as u8, day as u8) * DAY + clock);
    cursor.gap()?;
    let message = cursor.rest();
    let word = message.split_once("LEVEL: ").map_or("", |(_, word)| word.trim());
    let named = match word {
        "Event" => Some(Level::Info),
        word => level::named(word.split(' ').next().unwrap_or_default()),
    };
    (!word.is_empty()).then(|| Parsed::new("db2", message).at(stamp).level(named))
}

/// `[3957]{-1}[-1/-1] 2026-11-20 05:40:23.815797 e Basis  FileIO.cpp(00123) : message`.
pub(super) fn hana(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let thread = cursor.bracketed().filter(|thread| digits(thread.as_bytes()))?;
    cursor.eat("{")?;
    cursor.until_byte(b'}')?;
    cursor.bracketed()?;
    cursor.gap()?;
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let letter = cursor.take(|byte| b"diwef".contains(&byte));
    let level = level::lettered(letter.as_bytes().first().filter(|_| letter.len() == 1)?.to_ascii_uppercase())?;
    cursor.gap()?;
    let component = cursor.word()?;
    let place = cursor.until(" : ")?;
    let parsed = Parsed::new("hana", cursor.rest()).at(stamp).level(level).logger(component).with("tid", thread);
    Some(parsed.text("file", place))
}

/// `SRVDB1<tab>Fri Nov 20 05:25:40 2026`: the head of a record of `firebird.log`, whose message is indented below it.
pub(super) fn firebird(text: &str) -> Option<Parsed<'_>> {
    let (host, rest) = text.trim_end().split_once('\t')?;
    let mut cursor = Cursor::new(rest.trim_start());
    let is_name = host.starts_with(|c: char| c.is_ascii_alphanumeric()) && !host.contains(' ');
    let stamp = cursor.stamp().filter(|_| is_name && cursor.is_done())?;
    Some(Parsed::new("firebird", cursor.rest()).at(stamp).text("host", host))
}

/// `(Fri Nov 20 06:04:17:259149 2026) [sssd] [load] (0x0020): message` and `(2026-11-20  8:52:40): [be[x]] [save] (0x0040): message`.
pub(super) fn sssd(text: &str) -> Option<Parsed<'_>> {
    let (time, rest) = text.strip_prefix('(')?.split_once(')')?;
    let (head, message) = rest.strip_prefix(':').unwrap_or(rest).strip_prefix(" [")?.split_once(" (0x")?;
    let (mask, message) = message.split_once("): ")?;
    // The bits of `SSSDBG_*`, from fatal failures to internal traces.
    let level = match u32::from_str_radix(mask.get(..4)?, 16).ok()? {
        0x0010 | 0x0020 => Level::Critical,
        0x0040 => Level::Error,
        0x0080 => Level::Warning,
        0x0100 | 0x0200 | 0x0400 => Level::Info,
        0x1000 | 0x2000 => Level::Debug,
        0x4000.. => Level::Trace,
        _ => return None,
    };
    let stamp = match timestamps::read(time) {
        Some((stamp, length)) if length == time.len() => stamp,
        _ => with_micros(time)?,
    };
    let program = head.split("] [").next().unwrap_or_default();
    Some(Parsed::new("sssd", message).at(stamp).level(level).logger(program))
}

/// `Fri Nov 20 06:04:17:259149 2026`.
fn with_micros(time: &str) -> Option<Stamp> {
    let (before, year) = time.rsplit_once(' ')?;
    let (clock, micros) = before.rsplit_once(':')?;
    let micros: i64 = number(micros).filter(|_| micros.len() == 6 && digits(micros.as_bytes()))?;
    match timestamps::read(&format!("{clock} {year}"))?.0 {
        Stamp::Civil(civil) => Some(Stamp::Civil(civil + micros)),
        _ => None,
    }
}

/// `20-Nov 22:16 backup-fd JobId 1: Warning: message`: Bacula and Bareos, which write no year and no seconds.
pub(super) fn bacula(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let day = number::<u8>(cursor.digits().filter(|day| day.len() == 2)?)?;
    cursor.eat("-")?;
    let month = timestamps::month_named(cursor.until_byte(b' ')?)?;
    let clock = cursor.until_byte(b' ').filter(|clock| clock.len() == 5)?;
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute) = (number::<i64>(hour)?, number::<i64>(minute)?);
    let daemon = cursor.word()?;
    let is_job = cursor.rest().starts_with("JobId ") || daemon.ends_with(':');
    let is_date = (1..=timestamps::days_in_month(2000, month)).contains(&day) && hour < 24 && minute < 60 && is_job;
    let micros = (hour * 60 + minute) * 60 * SECOND;
    let stamp = is_date.then_some(Stamp::Yearless { month, day, micros, offset: None })?;
    let said = cursor.rest().split_once(": ").map_or(cursor.rest(), |(_, said)| said.trim_start());
    let level = match said.split_once(':').map_or("", |(word, _)| word) {
        "Fatal error" => Some(Level::Critical),
        _ => level::find(said),
    };
    Some(Parsed::new("bacula", cursor.rest()).at(stamp).level(level).logger(daemon.trim_end_matches(':')))
}

/// `WARN   |plugins  | 2026-11-20 06:32:05.000 [wasm] message`: level and target in columns before the time, as Zellij and the wrapper
/// of Java services write.
pub(super) fn leveled(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let word = cursor.take(|byte| byte.is_ascii_uppercase());
    let level = if word == "STATUS" { Level::Info } else { level::named(word)? };
    cursor.spaces();
    cursor.eat("|")?;
    let target = cursor.until_byte(b'|')?.trim();
    cursor.spaces();
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    cursor.eat("| ");
    Some(Parsed::new("leveled", cursor.rest()).at(stamp).level(level).logger(target))
}

/// `"SMTPD"<tab>4532<tab>154<tab>"2026-11-20 02:35:40.970"<tab>"10.10.14.78"<tab>"SENT: 220 mail"`: hMailServer.
pub(super) fn hmailserver(text: &str) -> Option<Parsed<'_>> {
    let mut columns = text.split('\t');
    let kind = columns.next()?.strip_prefix('"')?.strip_suffix('"')?;
    let thread = columns.next().filter(|thread| digits(thread.as_bytes()))?;
    let mut time = columns.next()?;
    let session = digits(time.as_bytes()).then_some(time);
    if session.is_some() {
        time = columns.next()?;
    }
    let (stamp, length) = timestamps::read(time.strip_prefix('"')?)?;
    (length + 2 == time.len()).then_some(())?;
    let message = columns.next_back()?;
    let message = message.strip_prefix('"').unwrap_or(message);
    let message = message.strip_suffix('"').unwrap_or(message);
    let parsed = Parsed::new("hmailserver", message).at(stamp).with("tid", thread);
    let parsed = parsed.text("session", session.unwrap_or_default());
    Some(match level::named(kind) {
        Some(level) => parsed.level(level),
        None => parsed.logger(kind),
    })
}

fn digits(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}
