//! Frameworks with a line of their own: Ruby's Logger, Gin, Nest, .NET, JBoss, Odoo; Fluentd's files.

use super::{Memory, access, json};
use crate::{
    cursor::{Cursor, number},
    level,
    record::Parsed,
    timestamps::{self, Stamp},
};
use model::Level;

/// Ruby and Rails: `W, [2026-11-20T10:00:00.123456 #1]  WARN -- program: message`.
pub(super) fn ruby(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let letter = cursor.peek().filter(|letter| b"DIWEFAU".contains(letter))?;
    cursor.take(|byte| byte == letter);
    cursor.eat(", [")?;
    let stamp = cursor.stamp()?;
    // Who gives Ruby's logger a form of the date leaves out the space.
    cursor.eat(" #").or_else(|| cursor.eat("#"))?;
    let process = cursor.digits()?;
    cursor.eat("]")?;
    cursor.gap()?;
    let level = cursor.level().or_else(|| cursor.eat("ANY").map(|()| Level::Info))?;
    cursor.eat(" -- ")?;
    let program = cursor.until(":")?;
    cursor.eat(" ");
    Some(Parsed::new("ruby", cursor.rest()).at(stamp).level(level).logger(program).with("pid", process))
}

/// Gin: `[GIN] 2026/11/20 - 10:00:00 | 200 |  1.2ms |  127.0.0.1 | GET  "/path"`.
pub(super) fn gin(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[GIN] ")?;
    let message = cursor.rest();
    let (date, clock) = cursor.until("|")?.trim().split_once(" - ")?;
    let (stamp, _) = timestamps::read(&format!("{date} {clock}"))?;
    let status = cursor.until("|")?.trim();
    let duration = cursor.until("|")?.trim();
    let client = cursor.until("|")?.trim();
    cursor.spaces();
    let method = cursor.word()?;
    let path = cursor.quoted().unwrap_or_else(|| cursor.rest());
    let parsed = Parsed::new("gin", message).at(stamp).level(number(status).map(level::of_status)).logger("gin");
    let parsed = parsed.with("status", status).text("duration", duration).text("client", client);
    Some(parsed.text("method", method).text("path", path))
}

/// Nest: `[Nest] 1234  - 11/20/2026, 10:00:00 AM     LOG [Context] message +3ms`.
pub(super) fn nest(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[Nest] ")?;
    let process = cursor.digits()?;
    cursor.gap()?;
    cursor.eat("- ")?;
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let mut level = cursor.level();
    cursor.spaces();
    let context = cursor.bracketed().unwrap_or_default();
    cursor.spaces();
    // Until version 8 no level was written.
    level = level.or(Some(Level::Info));
    Some(Parsed::new("nest", cursor.rest()).at(stamp).level(level).logger(context).with("pid", process))
}

/// .NET's console: `warn: Microsoft.Hosting.Lifetime[14]`, and the words in the lines that follow.
pub(super) fn dotnet(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let word =
        cursor.until(": ").filter(|word| matches!(*word, "trce" | "dbug" | "info" | "warn" | "fail" | "crit"))?;
    let category = cursor.until_byte(b'[')?;
    let event = cursor.until_byte(b']').filter(|event| event.bytes().all(|b| b.is_ascii_digit() || b == b'-'))?;
    let named = !category.is_empty() && !category.contains(' ') && cursor.is_done();
    named.then(|| Parsed::new("dotnet", text).level(level::named(word)).logger(category).with("event_id", event))
}

/// JBoss and WildFly: `2026-11-20 10:00:00,123 INFO  [org.jboss.as] (Controller Boot Thread) message`; the time of day alone on
/// the console.
pub(super) fn jboss(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = match text.as_bytes().get(2)? {
        b':' => cursor.clock()?,
        _ => cursor.stamp()?,
    };
    cursor.gap()?;
    let level = cursor.peek().filter(u8::is_ascii_uppercase).and_then(|_| cursor.level())?;
    cursor.gap()?;
    let logger = cursor.bracketed()?;
    cursor.eat(" (")?;
    let thread = cursor.until(") ")?;
    Some(Parsed::new("jboss", cursor.rest()).at(stamp).level(level).logger(logger).text("thread", thread))
}

/// Odoo: `2026-11-20 10:00:00,123 1234 INFO database odoo.modules.loading: message`; OpenStack, with the request in brackets:
/// `2026-11-20 10:00:00.123 1234 INFO nova.compute.manager [req-…] message`.
pub(super) fn with_process(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let process = cursor.digits()?;
    cursor.gap()?;
    let level = cursor.peek().filter(u8::is_ascii_uppercase).and_then(|_| cursor.level())?;
    cursor.gap()?;
    let first = cursor.word()?;
    if cursor.peek() == Some(b'[') {
        let request = cursor.bracketed()?;
        cursor.spaces();
        let parsed = Parsed::new("openstack", cursor.rest()).at(stamp).level(level).logger(first);
        return first.contains('.').then(|| parsed.with("pid", process).text("request", request));
    }
    let logger = cursor.until(": ").filter(|logger| !logger.contains(' '))?;
    let parsed = Parsed::new("odoo", cursor.rest()).at(stamp).level(level).logger(logger);
    Some(parsed.with("pid", process).text("database", first.trim_matches('?')))
}

/// Fluentd's files: a time, a tag and an object, with tabs between.
pub(super) fn sniff_fluentd(text: &str) -> bool {
    fluentd(text).is_some()
}

fn fluentd(text: &str) -> Option<(Stamp, &str, &str)> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat("\t")?;
    let tag = cursor.until("\t")?;
    json::sniff(cursor.rest()).then_some((stamp, tag, cursor.rest()))
}

pub(super) fn parse_fluentd<'a>(text: &'a str, memory: &mut Memory) -> Option<Parsed<'a>> {
    let (stamp, tag, object) = fluentd(text)?;
    let mut parsed = json::parse(object, memory)?;
    parsed.inner = parsed.inner.or(Some(parsed.format));
    parsed.format = "fluentd";
    parsed.stamp = parsed.stamp.or(Some(stamp));
    Some(parsed.text("tag", tag))
}

/// A request as Rails begins it: `Started GET "/" for 127.0.0.1 at 2026-11-20 10:00:00 +0100`.
pub(super) fn rails_request(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("Started ")?;
    let method = cursor.word()?;
    let path = cursor.quoted()?;
    cursor.eat(" for ")?;
    let client = cursor.word()?;
    cursor.eat("at ")?;
    let stamp = cursor.stamp()?;
    let parsed = Parsed::new("rails", text).at(stamp).level(Level::Info);
    Some(access::with_request(parsed.text("client", client), method).text("path", path))
}

/// `2026-11-20T10:00:00.123Z [AUTH] WARN: message`, ` [BACKEND][2026-11-20 10:00:00][INFO] message`, `[2026-11-20 10:00:00,123]
/// ERROR in app: message`: a time, a level and names, in brackets or not, in any order.
pub(super) fn heads(text: &str) -> Option<Parsed<'_>> {
    const HEADS_MAX: usize = 6;
    let mut cursor = Cursor::new(text.trim_start());
    let (mut stamp, mut level, mut names) = (None, None, ["", ""]);
    let mut count = 0;
    for _ in 0..HEADS_MAX {
        let mut next = cursor;
        if next.peek() == Some(b'[') {
            let Some(inside) = next.bracketed() else { break };
            let inside = inside.trim();
            let mut within = Cursor::new(inside);
            if let (None, Some(found)) = (stamp, within.stamp()) {
                if !within.is_done() {
                    break;
                }
                stamp = Some(found);
            } else if let (None, Some(found)) = (level, level::shortened(inside)) {
                level = Some(found);
            } else if count < 2 && is_name(inside) {
                names[count] = inside;
                count += 1;
            } else {
                break;
            }
        } else if let (None, Some(found)) = (stamp, next.stamp()) {
            stamp = Some(found);
        } else if level.is_none() && next.peek().is_some_and(|byte| byte.is_ascii_uppercase()) {
            let Some(found) = next.level() else { break };
            if !matches!(next.peek(), Some(b':' | b' ')) {
                break;
            }
            level = Some(found);
        } else {
            break;
        }
        cursor = next;
        cursor.take(|byte| b" :-\t".contains(&byte));
    }
    let level = level?;
    // One name in brackets, or the time in them: else other formats say more.
    let dressed = count > 0 || text.trim_start().starts_with('[');
    let parsed = Parsed::new("heads", cursor.rest()).at(stamp?).level(level).logger(names[0]).text("part", names[1]);
    dressed.then_some(parsed)
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-$:/#@".contains(&byte))
}

/// Erlang's reports, whose words stand in the lines below: `=ERROR REPORT==== 20-Nov-2026::10:00:00 ===`.
pub(super) fn erlang(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("=")?;
    let kind = cursor.until(" REPORT==== ")?;
    let time = cursor.until(" ===")?.replacen("::", ":", 1);
    let (stamp, _) = timestamps::read(&time)?;
    let level = match kind {
        "CRASH" | "SUPERVISOR" => Level::Error,
        "PROGRESS" => Level::Info,
        kind => level::named(kind)?,
    };
    Some(Parsed::new("erlang", text).at(stamp).level(level))
}

/// Elixir's console: `10:00:00.123 [info] message`, with its metadata before the level.
pub(super) fn elixir(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.clock()?;
    cursor.eat(" ")?;
    let metadata =
        if cursor.peek() == Some(b'[') { "" } else { cursor.until(" [").filter(|pairs| pairs.contains('='))? };
    if metadata.is_empty() {
        cursor.eat("[")?;
    }
    let level = level::named(cursor.until("] ")?.trim())?;
    Some(Parsed::new("elixir", cursor.rest()).at(stamp).level(level).text("metadata", metadata))
}

/// WebSphere: `[11/20/26 10:00:00:123 CET] 0000004a SystemOut     O message`.
pub(super) fn websphere(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("[")?;
    let inside = cursor.until("] ").filter(|inside| inside.len() <= 40)?;
    let (date, rest) = inside.split_once(' ')?;
    let mut parts = date.split('/');
    // Liberty puts a comma behind the date.
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?.trim_end_matches(','));
    // The last colon stands before the milliseconds.
    let (clock, behind) = rest.trim_start().split_at_checked(rest.trim_start().rfind(':')?)?;
    if year.len() != 2 || clock.matches(':').count() != 2 {
        return None;
    }
    // What stands first is known better of a date as it was written without zeros, unless its year could be a day.
    let is_american = (first.len() < 2 || second.len() < 2) && timestamps::is_short_year(year);
    let century = if is_american { "" } else { "20" };
    let (stamp, _) = timestamps::read(&format!("{first}/{second}/{century}{year} {clock}.{}", &behind[1..]))?;
    let thread = cursor.word().filter(|thread| thread.len() == 8 && thread.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let component = cursor.word()?;
    let event = cursor.peek()?;
    cursor.until_byte(b' ').filter(|event| event.len() == 1)?;
    cursor.spaces();
    let level = match event {
        b'F' => Level::Critical,
        b'E' => Level::Error,
        b'W' => Level::Warning,
        b'1'..=b'3' | b'>' | b'<' => Level::Debug,
        b'A' | b'I' | b'C' | b'D' | b'O' | b'R' | b'Z' => Level::Info,
        _ => return None,
    };
    Some(Parsed::new("websphere", cursor.rest()).at(stamp).level(level).logger(component).text("thread", thread))
}

/// XML that is an event: log4j's layout, Oracle's mail server, and others whose element has the time as an attribute.
pub(super) fn element(text: &str) -> Option<Parsed<'_>> {
    const ATTRIBUTES_WITHIN: usize = 400;
    let name = text.strip_prefix('<').filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let mut end = name.len().min(ATTRIBUTES_WITHIN);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let head = name[..end].split('>').next().unwrap_or_default();
    let value = |wanted: &[&str]| {
        wanted.iter().find_map(|wanted| {
            let at = head.find(&format!(" {wanted}=\""))? + wanted.len() + 3;
            head[at..].split('"').next()
        })
    };
    let time = value(&["timestamp", "ts", "time", "datetime", "date"])?;
    let (stamp, _) = timestamps::read(time).or_else(|| timestamps::epoch(time))?;
    let level = value(&["level", "severity"]).and_then(level::named);
    let logger = value(&["logger", "class"]).unwrap_or_default();
    Some(Parsed::new("xml", text).at(stamp).level(level).logger(logger))
}
