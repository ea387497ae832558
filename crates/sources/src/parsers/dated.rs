//! Any other text: its time and its level, where it has them near its beginning.

use crate::{cursor::Cursor, level, record::Parsed, timestamps};

/// A line that begins with a time, maybe in brackets or behind a level, or behind nothing but `- `.
pub(super) fn dated(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mut level = None;
    let mut opened = cursor.eat("[").or_else(|| cursor.eat("(")).is_some();
    let mut stamp = cursor.stamp().or_else(|| seconds(&mut cursor));
    if stamp.is_none() && !opened {
        level = cursor.level();
        level?;
        cursor.take(|byte| b": -|".contains(&byte));
        opened = cursor.eat("[").is_some();
        stamp = cursor.stamp();
    }
    let stamp = stamp?;
    if opened {
        cursor.eat("]").or_else(|| cursor.eat(")"))?;
    }
    // A time within a word or a number is none.
    if cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    cursor.take(|byte| b" \t:-|,;".contains(&byte));
    let mut next = cursor;
    let bracketed = next.eat("[").is_some();
    if level.is_none()
        && let Some(found) = next.level()
        && (!bracketed || {
            next.spaces();
            next.eat("]").is_some()
        })
        && !next.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
    {
        level = Some(found);
        next.take(|byte| b" \t:-|".contains(&byte));
        cursor = next;
    }
    let level = level.or_else(|| level::find(cursor.rest()));
    Some(Parsed::new("dated", cursor.rest()).at(stamp).level(level))
}

/// Seconds since 1970 with a fraction, or a longer count: a bare number of ten digits may be anything.
fn seconds(cursor: &mut Cursor<'_>) -> Option<timestamps::Stamp> {
    let (stamp, length) = timestamps::epoch(cursor.rest())?;
    if length <= 11 {
        // Ten digits are a time where a level follows them.
        let mut next = *cursor;
        next.eat(&cursor.rest()[..length])?;
        next.take(|byte| b" \t:-|,;[".contains(&byte));
        next.level()?;
    }
    cursor.eat(&cursor.rest()[..length])?;
    Some(stamp)
}

/// Text of which nothing is known: its level, if it names one.
pub(super) fn plain(text: &str) -> Parsed<'_> {
    Parsed::new("", text).level(level::find(text))
}
