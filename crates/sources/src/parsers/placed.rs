//! Lines whose time stands behind something else: identifiers, a name, brackets.

use super::{
    dated::{dated_clock, direct, of_this_year},
    marks::{self, Divided},
};
use crate::{
    cursor::Cursor,
    level,
    record::Parsed,
    timestamps::{self, Stamp},
};
use model::Level;

/// Bytes of what stands before the time of a line that does not begin with it.
const BEFORE_MAX: usize = 64;

/// Bytes of a UUID as it is usually written.
const UUID_BYTES: usize = 36;

/// `78017 00cff -- none -- - 2026-11-20T10:00:00+01:00 WARN (4): message`: identifiers, then a time and a level.
pub(super) fn placed(text: &str) -> Option<Parsed<'_>> {
    let bytes = text.as_bytes();
    let at = (1..bytes.len().min(BEFORE_MAX)).find(|at| could_begin(bytes, *at) && could_be_time(bytes, *at))?;
    let at = behind_weekday(bytes, at);
    let mut cursor = Cursor::new(text.get(at..)?);
    let stamp = cursor.stamp().or_else(|| of_this_year(&mut cursor, true)).or_else(|| dated_clock(&mut cursor));
    let stamp = stamp.or_else(|| {
        let (stamp, length) = timestamps::epoch(cursor.rest())?;
        cursor.eat(&cursor.rest()[..length]).map(|()| stamp)
    })?;
    let is_full = !matches!(stamp, Stamp::Yearless { .. } | Stamp::OfDay(_));
    let before = text[..at].trim_end();
    // The date of a clock is what has digits before it, unless that is a process.
    let is_dated =
        || before.ends_with(|c: char| c.is_ascii_digit()) && !before.bytes().all(|byte| byte.is_ascii_digit());
    if matches!(stamp, Stamp::OfDay(_)) && is_dated() {
        return None;
    }
    if is_full
        && let Some(parsed) = behind_brackets(before, cursor)
            .or_else(|| in_bracket(before, cursor))
            .or_else(|| behind_numbers(before, cursor))
            .or_else(|| among_cells(before, cursor))
    {
        return Some(parsed.at(stamp));
    }
    // An identifier says that a record begins: in full, or with a level somewhere near.
    if is_full && is_identifier(before) && cursor.peek() == Some(b' ') {
        cursor.spaces();
        let level = found(&cursor);
        (before.len() == UUID_BYTES || level.is_some()).then_some(())?;
        return Some(Parsed::new("placed", cursor.rest()).at(stamp).level(level).text("before", before));
    }
    // `WARN - PatientService.save(115) |2026-11-20 10:00:00,123| message` of OpenMRS.
    if is_full
        && let (Some(level), true) = (leading(before), cursor.peek() == Some(b'|'))
        && before.ends_with('|')
    {
        cursor.take(is_divider);
        let before = before.split_once(" - ").map_or(before, |(_, place)| place.trim_end_matches(['|', ' ']));
        return Some(Parsed::new("placed", cursor.rest()).at(stamp).level(Some(level)).text("before", before));
    }
    let level = level_near(before, &mut cursor, is_full)?;
    // Zend names the priority as a number too.
    let mut next = cursor;
    if next.eat("(").is_some() && next.digits().is_some() && next.eat(")").is_some() {
        cursor = next;
    }
    cursor.take(|byte| b" ])|:->\t".contains(&byte));
    let before = text[..at].trim_end_matches([' ', '[']);
    Some(Parsed::new("placed", cursor.rest()).at(stamp).level(level).text("before", before))
}

/// The date and time that stands somewhere near the beginning of a text of which nothing else is known.
pub(super) fn anywhere(text: &str) -> Option<Stamp> {
    let bytes = text.as_bytes();
    let mut places = (1..bytes.len().min(BEFORE_MAX)).filter(|at| could_begin(bytes, *at) && could_be_time(bytes, *at));
    let stamp = Cursor::new(text.get(behind_weekday(bytes, places.next()?)..)?).stamp()?;
    // Without its date or its year it may be of anything.
    matches!(stamp, Stamp::Civil(_) | Stamp::Instant(_)).then_some(stamp)
}

/// A time behind brackets alone needs no level: `[28325:00010-3735542592] 20-11-2026 10:00:00`, `[web] [12] [2026-11-20 10:00:00] message`.
fn behind_brackets<'a>(before: &'a str, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    const GROUPS_MAX: usize = 3;
    let opened = before.ends_with('[');
    let before = before.trim_end_matches(['[', ' ']);
    let mut groups = Cursor::new(before);
    let mut level = None;
    for _ in 0..GROUPS_MAX {
        level = level.or(level::shortened(groups.bracketed()?.trim()));
        groups.spaces();
        if groups.is_done() {
            break;
        }
    }
    if opened {
        cursor.eat("]")?;
    }
    // `[3608:2D6C][2026-11-20T10:00:00]w343: message` of Windows' bundles.
    if opened
        && let [letter @ (b'i' | b'w' | b'e'), b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b':', ..] =
            cursor.rest().as_bytes()
    {
        level = level::lettered(letter.to_ascii_uppercase());
        cursor.until(":")?;
        cursor.spaces();
        return groups.is_done().then(|| {
            Parsed::new("placed", cursor.rest()).level(level).text("before", before.trim_matches(['[', ']']))
        });
    }
    if !groups.is_done() || !cursor.peek().is_none_or(|byte| byte == b' ' || opened && b":[".contains(&byte)) {
        return None;
    }
    cursor.take(|byte| b" :".contains(&byte));
    let level = level.or_else(|| found(&cursor));
    Some(Parsed::new("placed", cursor.rest()).level(level).text("before", before.trim_matches(['[', ']'])))
}

/// `[stats:warn,2026-11-20T10:00:00Z,node1:main]message`: a level among the parts of one bracket with the time.
fn in_bracket<'a>(before: &'a str, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    const BEHIND_MAX: usize = 256;
    let (closer, head) = match before.split_at_checked(1)? {
        ("[", head) => (b']', head),
        ("(", head) => (b')', head),
        _ => return None,
    };
    let inside = cursor.until_byte(closer).filter(|inside| inside.len() <= BEHIND_MAX)?;
    if [head, inside].iter().any(|part| part.contains(['[', ']', '(', ')'])) {
        return None;
    }
    let is_divided = inside.is_empty() || inside.starts_with([',', ' ', '|', ';', ':', '-', '/']);
    let level = level::among(head, DIVIDERS).or_else(|| level::among(inside, DIVIDERS)).filter(|_| is_divided)?;
    cursor.take(|byte| b" :".contains(&byte));
    Some(
        Parsed::new("placed", cursor.rest())
            .level(level)
            .text("before", head.trim_end_matches([',', ' ', '|', ';', ':'])),
    )
}

/// What divides the parts of a bracket, or the cells of a row.
const DIVIDERS: &[char] = &[',', '|', ';', ':'];

/// `00:00000:00021:2026/11/20 10:00:00.43 server  message`, `30,11/20/26,10:00:00,message`: numbers that hang on the time, and then words.
fn behind_numbers<'a>(before: &'a str, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    let hangs = before.ends_with([':', ',', ';', '|', '\t', '#']) && before.starts_with(|c: char| c.is_ascii_digit());
    if !hangs || !before.bytes().all(|byte| byte.is_ascii_digit() || b":,;|\t#.-".contains(&byte)) {
        return None;
    }
    let divided = match cursor.peek()? {
        b' ' | b':' => Divided::Otherwise,
        b'\t' => Divided::ByTab,
        b'|' => Divided::ByBar,
        b',' => Divided::ByComma,
        b';' => Divided::BySemicolon,
        _ => return None,
    };
    cursor.take(is_divider);
    cursor.peek().filter(|byte| byte.is_ascii_alphabetic() || b"[<(\"'".contains(byte))?;
    let level = direct(&mut cursor).or_else(|| marks::find(cursor.rest(), divided));
    cursor.take(|byte| b",;".contains(&byte));
    let level = level.or_else(|| level::find(cursor.rest()));
    Some(Parsed::new("placed", cursor.rest()).level(level).text("before", before))
}

/// `"Error","main","11/20/26","10:00:00","message"`, `WARN : Lua, 1795168800123> message`: a cell before the time that is a level.
fn among_cells<'a>(before: &'a str, mut cursor: Cursor<'a>) -> Option<Parsed<'a>> {
    let quoted = before.ends_with('"');
    let divider = before.trim_end_matches('"').chars().next_back().filter(|c| [',', ';', '\t', '|'].contains(c))?;
    // Prose has commas too.
    let is_prose = |cell: &str| !quoted && cell.trim().contains(' ');
    if before.split([divider, ':']).any(is_prose) {
        return None;
    }
    let level = level::among(before, &[divider, ':']).or_else(|| {
        let first = before.split([divider, ':']).next()?.trim();
        level::named(first).filter(|_| first.len() > 2 && first.bytes().all(|byte| byte.is_ascii_uppercase()))
    });
    // `web1,2026-11-20 10:00:00,warn,message`: or one of the next cells.
    let behind = || {
        const CELLS_MAX: usize = 3;
        let cells = cursor.rest().trim_start_matches('"').strip_prefix(divider)?;
        // The last is the message, or goes on.
        let cells = &cells[..cells.match_indices(divider).take(CELLS_MAX).last()?.0];
        level::among(cells, &[divider])
    };
    let level = level.or_else(behind)?;
    if quoted {
        cursor.eat("\"")?;
    }
    cursor.peek().filter(|byte| b",;\t|> ".contains(byte))?;
    cursor.take(|byte| b" ,;\t|>\"".contains(&byte));
    let message = if quoted { cursor.rest().trim_end_matches('"') } else { cursor.rest() };
    Some(Parsed::new("placed", message).level(level).text("before", before.trim_end_matches(['"', ' ', divider])))
}

/// What may stand at once before a time.
const BEFORE: &[u8] = b" [(|,]=:\"';\t>#!@";

/// Whether a digit or a capital stands at `at` and a divider before it: nearly every byte is passed over by the first of these.
fn could_begin(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[at], b'0'..=b'3' | b'A'..=b'S') && BEFORE.contains(&bytes[at - 1])
}

/// A year with a separator, a day and a month with theirs, a name of a month with a day, a clock, or a long count with a fraction:
/// nearly every other line is passed over here.
fn could_be_time(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at..at + 6) {
        Some([b'1' | b'2', b'0' | b'9', _, _, b'-' | b'/' | b'.', _]) => true,
        // Fourteen digits, or ten.
        Some([b'2', b'0', b'0'..=b'9', b'0'..=b'9', b'0'..=b'1', b'0'..=b'9']) => bytes.get(at + 14) == Some(&b'.'),
        Some([b'1', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9']) => {
            let digits = bytes[at..].iter().take(14).take_while(|byte| byte.is_ascii_digit()).count();
            // Thirteen are thousandths of a second.
            match digits {
                10 => bytes.get(at + 10) == Some(&b'.'),
                13 => {
                    matches!(bytes.get(at + 13), Some(b'>' | b',' | b';' | b'|')) || bytes[at + 13..].starts_with(b" |")
                }
                _ => false,
            }
        }
        Some([b'0'..=b'2', b'0'..=b'9', b':', _, _, b':']) => true,
        // `11-20 10:00:00`.
        Some([b'0' | b'1', b'0'..=b'9', b'-' | b'/', b'0'..=b'3', b'0'..=b'9', b' ']) => true,
        // `20-Nov-2026`.
        Some([b'0'..=b'3', b'0'..=b'9', b'-' | b'/', b'A'..=b'S', b'a'..=b'u', b'a'..=b'z']) => true,
        Some([b'0'..=b'3', b'0'..=b'9', first @ (b'-' | b'/' | b'.'), _, _, second]) => first == second,
        Some([b'A'..=b'S', b'a'..=b'u', b'a'..=b'z', b' ', b' ' | b'0'..=b'3', b'0'..=b'9']) => true,
        _ => false,
    }
}

/// Where a time begins of which the month stands at `at`: `Fri Nov 20 10:00:00 2026`.
fn behind_weekday(bytes: &[u8], at: usize) -> usize {
    let is_weekday = bytes[at].is_ascii_uppercase()
        && at >= 4
        && matches!(&bytes[at - 4..at], b"Mon " | b"Tue " | b"Wed " | b"Thu " | b"Fri " | b"Sat " | b"Sun ");
    if is_weekday { at - 4 } else { at }
}

fn found(cursor: &Cursor<'_>) -> Option<Level> {
    marks::find(cursor.rest(), Divided::Otherwise).or_else(|| level::find(cursor.rest()))
}

/// The level in capitals that a line begins with, before a dash.
fn leading(before: &str) -> Option<Level> {
    let (word, _) = before.split_once(" - ")?;
    let is_shouted = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    is_shouted.then(|| level::named(word))?
}

/// The level at once behind the time, in capitals or in brackets, or else the last word before it.
fn level_near(before: &str, cursor: &mut Cursor<'_>, is_full: bool) -> Option<Level> {
    let mut next = *cursor;
    next.take(is_divider);
    let capital = next.rest().trim_start_matches('[').starts_with(|c: char| c.is_ascii_uppercase());
    if (capital || next.peek() == Some(b'['))
        && let Some(level) = direct(&mut next)
    {
        *cursor = next;
        return Some(level);
    }
    let word = before.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let word = word.rsplit(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let is_shouted = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    // `Zigbee2MQTT:warn  2026-11-20 10:00:00: message`.
    let named = || before.trim_end_matches([' ', ':', '|', '[']).strip_suffix(word)?.strip_suffix([':', '/', '|', '.']);
    // `[name:4321] info @2026-11-20 10:00:00> message` of Dancer.
    let is_dancers = before.ends_with('@') && before.starts_with('[');
    let is_joined = || named().is_some_and(|name| !name.is_empty() && !name.contains([' ', ':', '/']));
    let last = || match is_shouted {
        true => level::named(word).filter(|_| is_full),
        false => level::plainly_named(word).filter(|_| is_full && (is_dancers || is_joined())),
    };
    cursor.take(is_divider);
    // `name: time=2026-11-20T10:00:00Z, level=warn`.
    last().or_else(|| {
        let head = cursor.rest().as_bytes();
        (is_full && before.ends_with(['=', ':', '"', '\'']))
            .then(|| marks::paired(&head[..head.len().min(BEFORE_MAX)]))?
    })
}

/// What stands between a time and a level.
fn is_divider(byte: u8) -> bool {
    b" ])|,:-\t;\"'".contains(&byte)
}

/// A UUID, or hexadecimal digits of which some are letters and some are not.
fn is_identifier(text: &str) -> bool {
    let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_hexadecimal
        && text.len() >= 8
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && (text.len() == UUID_BYTES) == (text.matches('-').count() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Level::{Critical, Error, Info, Warning};

    #[test]
    fn times_behind_something_are_read_with_what_says_that_they_are() {
        for (text, level, message) in [
            ("[stats:warn,2026-11-20T10:15:30Z,n1:main]low", Some(Warning), "low"),
            ("[web | ERROR | 2026-11-20 10:15:30 | 12] gone", Some(Error), "gone"),
            ("[main 2026-11-20 10:15:30 warn] low", Some(Warning), "low"),
            ("(web;warn;2026-11-20 10:15:30) low", Some(Warning), "low"),
            ("[1:cam:Porch] [NTC] [VID] [2026-11-20 10:15:30] joined", Some(Info), "joined"),
            ("[1:cam:Porch] [CRT] [2026-11-20 10:15:30] melted", Some(Critical), "melted"),
            ("00:00000:00021:2026/11/20 10:15:30.43 server  started", None, "server  started"),
            ("30,11/20/26,10:15:30,Assign,10.0.0.1", None, "Assign,10.0.0.1"),
            ("30;2026-11-20;10:15:30;WARN;low", Some(Warning), "low"),
            ("17|2026-11-20 10:15:30|W|low", Some(Warning), "W|low"),
            ("12:2026-11-20 10:15:30 ERROR gone", Some(Error), "gone"),
            ("\"Warning\",\"main\",\"11/20/26\",\"10:15:30\",\"web\",\"low\"", Some(Warning), "web\",\"low"),
            ("Error,main,11/20/26,10:15:30,web,gone", Some(Error), "web,gone"),
            ("web1,2026-11-20 10:15:30,12,warn,low", Some(Warning), "low"),
            ("WARN : Lua         , 1795169730123> low", Some(Warning), "low"),
            ("ERROR | db | 1795169730123 | gone", Some(Error), "gone"),
            ("Web:warn  2026-11-20 10:15:30: low", Some(Warning), "low"),
            ("[Shop:4321] warning @2026-11-20 10:15:30> low", Some(Warning), "low"),
            ("[3608:2D6C][2026-11-20T10:15:30]w343: low", Some(Warning), "low"),
            ("web/error 2026-11-20 10:15:30 gone", Some(Error), "gone"),
        ] {
            let parsed = placed(text).unwrap_or_else(|| panic!("no time: {text}"));
            assert!(parsed.stamp.is_some() && parsed.level == level, "{text}: {parsed:?}");
            assert!(parsed.message.ends_with(message), "{text}: {parsed:?}");
        }
    }

    #[test]
    fn a_date_and_a_time_are_taken_of_text_of_which_nothing_else_is_known() {
        for (text, expected) in [
            (">>>  Section start 2026/11/20 10:15:30.559", true),
            ("simple\t20-Nov-2026 10:15:30\tRemote agent", true),
            ("SERVER2 (Server)\tFri Nov 20 10:15:30 2026", true),
            ("job\tstep\t2026-11-20T10:15:30.5000000Z Cleaning up", true),
            ("it began at 10:15:30", false),
            ("it began on Nov 20 10:15:30", false),
            ("of 2026-11-20 alone", false),
            (&format!("{} 2026-11-20 10:15:30", "far behind ".repeat(6)), false),
        ] {
            assert_eq!(anywhere(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn times_within_words_and_rows_are_none_of_a_record() {
        for text in [
            "[error codes, 2026-11-20 10:15:30](http://x) nothing",
            "[Update, 2026-11-20 10:15:30] nothing",
            "[warn 1] and [2026-11-20 10:15:30, main",
            "1. 2026-11-20 10:15:30 is when it began",
            "1,2026-11-20 10:15:30,12.5",
            "1 2026-11-20 10:15:30 12.5 kg",
            "error, see below, 2026-11-20 10:15:30 and later",
            "an error 2026-11-20 10:15:30 was seen",
            "rfc 5424: error 2026-11-20 10:15:30",
            "\"web\",\"2026-11-20 10:15:30\",\"x\"",
            "level,2026-11-20 10:15:30,info",
            "ERROR in order 1795169730123 of them",
            "TODO: until 2026-11-20 10:15:30",
        ] {
            assert_eq!(placed(text), None, "{text}");
        }
    }
}
