//! Levels behind a time that no word names in full: letters, abbreviations and codes in places where only a level stands.
//!
//! A letter alone may be a word, an initial or a drive, so each of these asks for what stands around it.

use super::syslog;
use crate::{cursor::Cursor, level};
use model::Level;

/// Bytes of a text in which a mark is looked for.
const SEARCHED: usize = 96;

/// Fields before the one that is a level.
const FIELDS_LOOKED_AT: usize = 7;

/// The level that `text`, what stands behind a time and what divides the two, is marked with.
pub(super) fn find(text: &str, divided: Divided) -> Option<Level> {
    let head = &text.as_bytes()[..text.len().min(SEARCHED)];
    first(text)
        .or_else(|| joined(text))
        .or_else(|| (divided == Divided::ByBar).then(|| among_fields(text.as_bytes(), b'|'))?)
        .or_else(|| (divided == Divided::ByComma).then(|| among_fields(head, b','))?)
        .or_else(|| (divided == Divided::BySemicolon).then(|| among_fields(head, b';'))?)
        .or_else(|| (divided == Divided::ByTab).then(|| behind_tab(head))?)
        .or_else(|| among_fields(head, b'\t'))
        .or_else(|| before_arrow(head))
        .or_else(|| between_dashes(head))
        .or_else(|| paired(head))
        .or_else(|| of_device(text))
        .or_else(|| of_thread(text))
        .or_else(|| of_pairs(head))
}

/// `I Starting`: a letter alone behind a tab, where the word behind it begins anew.
fn behind_tab(head: &[u8]) -> Option<Level> {
    match head {
        [letter @ (b'D' | b'E' | b'F' | b'I' | b'W'), b' ', b'A'..=b'Z' | b'0'..=b'9' | b'[', ..] => {
            level::lettered(*letter)
        }
        _ => None,
    }
}

/// `T:24102 info <name>: message`, `7f3a1c2d4740 warn [name] message`: a thread by its number, then a level in small letters and a name.
fn of_thread(text: &str) -> Option<Level> {
    const THREAD_BYTES_MAX: usize = 24;
    let thread = &text[..memchr::memchr(b' ', text.as_bytes().get(..text.len().min(THREAD_BYTES_MAX))?)?];
    if !thread.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut cursor = Cursor::new(text[thread.len()..].trim_start());
    let level = level::plainly_named(cursor.take(|byte| byte.is_ascii_lowercase()))?;
    cursor.gap()?;
    let closer = match cursor.peek()? {
        b'<' => '>',
        b'[' => ']',
        _ => return None,
    };
    let (name, behind) = cursor.rest()[1..].split_once(closer)?;
    (name.len() > 1 && !name.contains(' ') && behind.starts_with([':', ' '])).then_some(level)
}

/// As [`find`], of what stands first alone.
pub(super) fn first(text: &str) -> Option<Level> {
    match text.as_bytes() {
        [b'[', letter @ (b'd' | b'e' | b'i' | b'w'), b']', b' ', ..] => level::lettered(letter.to_ascii_uppercase()),
        [b'<', _, _, _, ..] if let Some(level) = of_pointed(text) => Some(level),
        [b'[', letter, b']', ..] | [b'<', letter, b'>', ..] | [b'{', letter, b'}', ..] => level::lettered(*letter),
        [b'(', b'E', b'E', b')', ..] => Some(Level::Error),
        [b'(', b'W', b'W', b')', ..] => Some(Level::Warning),
        [b'(', b'I', b'I', b')', ..] => Some(Level::Info),
        // `(C)` is somebody's right.
        [b'(', letter @ (b'D' | b'I' | b'W' | b'E'), b')', b' ', ..] => level::lettered(*letter),
        [b'[', ..] => level::coded(&text[1..]).or_else(|| of_bracket(text)),
        // Telegraf's.
        [letter @ (b'D' | b'E' | b'I' | b'W'), b'!' | b'>', b' ', ..] => level::lettered(*letter),
        [b'{' | b'"' | b'=' | b'\'', b'A'..=b'Z' | b'a'..=b'z', ..] => dressed(text),
        // Other letters are drives.
        [letter @ (b'E' | b'I' | b'N' | b'W'), b':', b' ', ..] | [letter @ b'A'..=b'Z', b'-' | b' ', b' ', ..] => {
            level::lettered(*letter)
        }
        [letter @ b'A'..=b'Z', b' ', b'[', ..] => level::lettered(*letter),
        [letter @ b'A'..=b'Z', b' ', ..] => {
            level::lettered(*letter).filter(|_| is_named(&text[2..]) || is_module(&text[2..]))
        }
        [b'(', b'0'..=b'9', ..] => of_iris(text),
        [letter @ b'A'..=b'Z', b'/', ..] => level::lettered(*letter).filter(|_| is_tagged(&text[2..])),
        [b'A'..=b'Z', b'a'..=b'z', b'(', ..] => of_number(text),
        // The line of klog's that a carrier has put its own time before.
        [
            letter @ (b'D' | b'E' | b'F' | b'I' | b'W'),
            b'0' | b'1',
            b'0'..=b'9',
            b'0'..=b'3',
            b'0'..=b'9',
            b' ',
            b'0'..=b'2',
            _,
            b':',
            ..,
        ] => level::lettered(*letter),
        [b'0', b'x', ..] => of_macos(text),
        [b'a', b't', b'=', ..] => of_at(&text.as_bytes()[3..]),
        [b'0'..=b'9', ..] => of_process(text),
        [b'a'..=b'z', ..] => of_facility(text).or_else(|| of_place(text)),
        [b'A'..=b'Z', b'a'..=b'z', ..] => of_facility(text),
        _ => None,
    }
}

/// `{warn} message`, `"warn" message`, `=WARN= message`: nothing but a level between two signs.
fn dressed(text: &str) -> Option<Level> {
    let mut cursor = Cursor::new(&text[1..]);
    let word = cursor.take(|byte| byte.is_ascii_alphabetic());
    let closer = if text.starts_with('{') { "}" } else { &text[..1] };
    cursor.eat(closer)?;
    let ends = cursor.peek().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b':' | b',' | b';' | b'|' | b'='));
    level::plainly_named(word).filter(|_| ends)
}

/// `<NOTI> message`, `<522008> <4211> <ERRS> message`, `<Warn:VLAN.Event> message`: the first four letters of a level, behind numbers.
fn of_pointed(text: &str) -> Option<Level> {
    const NUMBERS_MAX: usize = 3;
    let mut cursor = Cursor::new(text);
    for _ in 0..=NUMBERS_MAX {
        cursor.eat("<")?;
        if cursor.digits().is_some() {
            cursor.eat(">")?;
            cursor.spaces();
            continue;
        }
        let word = cursor.take(|byte| byte.is_ascii_alphabetic());
        let ends = matches!(cursor.peek()?, b'>' | b':') && word.len() == 4;
        return level::shortened(&word.to_ascii_uppercase()).filter(|_| ends);
    }
    None
}

/// `[CRT] message`, `[ warn|host|12] message`, `[error, 12] message`, `[W|app|12] message`: three capitals, or a level that is the first
/// part of the bracket.
fn of_bracket(text: &str) -> Option<Level> {
    let mut cursor = Cursor::new(&text[1..]);
    cursor.spaces();
    let word = cursor.take(|byte| byte.is_ascii_alphabetic());
    cursor.spaces();
    match cursor.peek()? {
        b']' if word.len() == 3 => level::shortened(word),
        b']' => level::plainly_named(word),
        // `[ warning nextcloud.sync.networkjob ]`.
        first if first.is_ascii_lowercase() && text.starts_with("[ ") => {
            let name = cursor.take(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            level::plainly_named(word).filter(|_| name.contains('.'))
        }
        b'|' if word.len() == 1 => level::lettered(word.as_bytes()[0]),
        b'|' | b',' | b';' => level::plainly_named(word),
        _ => None,
    }
}

/// What stands between a time and the text behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Divided {
    ByBar,
    ByComma,
    BySemicolon,
    ByTab,
    Otherwise,
}

/// `io.questdb.Server message`: a name with dots behind a letter that would be a word before any other, or a dash.
fn is_named(text: &str) -> bool {
    if text.starts_with("- ") {
        return true;
    }
    let name = text.split(' ').next().unwrap_or_default();
    let inner = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && (inner.contains('.') || inner.contains("::"))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.$:-".contains(&byte))
}

/// `chat/all: message`: a name in small letters before a colon.
fn is_module(text: &str) -> bool {
    let name = text.split(' ').next().unwrap_or_default();
    name.len() > 2
        && name
            .strip_suffix(':')
            .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_/-".contains(&byte)))
}

/// `(2190) 2 [Utility.Event] message` of InterSystems: a process, a level from 0 to 3, and the kind of event.
fn of_iris(text: &str) -> Option<Level> {
    let mut cursor = Cursor::new(text);
    cursor.eat("(")?;
    cursor.digits()?;
    cursor.eat(") ")?;
    let level = match cursor.digits()? {
        "0" => Level::Info,
        "1" => Level::Warning,
        "2" => Level::Error,
        "3" => Level::Critical,
        _ => return None,
    };
    cursor.eat(" [")?;
    cursor.peek().filter(u8::is_ascii_uppercase).map(|_| level)
}

/// `Tag: message`, but not `O error: message` of `I/O`.
fn is_tagged(text: &str) -> bool {
    let tag = text.split([':', '(']).next().unwrap_or_default();
    tag.len() > 1
        && tag.len() < text.len()
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// `In(05) vmx - message`: the first letters of a level and a number.
fn of_number(text: &str) -> Option<Level> {
    let mut cursor = Cursor::new(text);
    let word = cursor.take(|byte| byte.is_ascii_alphabetic());
    cursor.eat("(")?;
    cursor.digits().filter(|digits| digits.len() <= 3)?;
    cursor.eat(") ")?;
    level::abbreviated(word)
}

/// `0x3058     Info        0x0                  599    0    name: message`: a thread, a level and an activity, as `log show` writes them.
fn of_macos(text: &str) -> Option<Level> {
    let mut words = text.split_ascii_whitespace();
    words.next()?;
    let level = match words.next()? {
        "Default" => Level::Info,
        "Fault" => Level::Critical,
        word => level::plainly_named(word)?,
    };
    words.next()?.starts_with("0x").then_some(level)
}

/// `539: error : message`: a process, and a level in small letters.
fn of_process(text: &str) -> Option<Level> {
    let mut cursor = Cursor::new(text);
    cursor.digits()?;
    if cursor.gap().is_some() {
        // `12 34 W name: message`, as Android's, of one number or two.
        if cursor.digits().is_some() {
            cursor.gap()?;
        }
        let letter = cursor.word().filter(|word| word.len() == 1)?.as_bytes()[0];
        let name = cursor.word()?;
        let is_name = name.ends_with(':') || name.contains('.') && !name.ends_with('.');
        return level::lettered(letter).filter(|_| is_name);
    }
    cursor.eat(": ")?;
    let level = cursor.level()?;
    cursor.eat(" :").or_else(|| cursor.eat(":")).map(|()| level)
}

/// `daemon.info dnsmasq[1]: message`, with or without a host before it.
fn of_facility(text: &str) -> Option<Level> {
    // Nearly every text is passed over here.
    memchr::memchr(b'.', &text.as_bytes()[..text.len().min(SEARCHED)])?;
    // In the first place it needs no program behind it: `Local0.Warning 10.0.0.1 message`.
    if let Some((facility, severity)) = text.split([' ', '\t']).next()?.split_once('.')
        && syslog::is_facility(facility)
    {
        return level::named(severity);
    }
    let mut cursor = Cursor::new(text);
    let mut behind_host = cursor;
    behind_host.word()?;
    let priority = syslog::worded(&mut cursor).or_else(|| syslog::worded(&mut behind_host))?;
    level::of_severity(i64::from(priority & 7))
}

/// `zmc_m8[4128].INF-zm_monitor.cpp/2516 message`: a process, a level in three letters and the place.
fn of_place(text: &str) -> Option<Level> {
    let mut cursor = Cursor::new(text);
    cursor.name()?;
    cursor.bracketed()?;
    cursor.eat(".")?;
    let word = cursor.take(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    cursor.eat("-")?;
    level::abbreviated(word).filter(|_| word.len() == 3)
}

/// `qmaster|gems|E|message`: a field that is a letter or a name of a level, behind others without a space in them.
fn among_fields(head: &[u8], divider: u8) -> Option<Level> {
    // Nearly every text is passed over here.
    memchr::memchr(divider, head)?;
    let mut fields = head.split(|byte| *byte == divider).map(unquoted).take(FIELDS_LOOKED_AT).peekable();
    while let Some(field) = fields.next() {
        // The last is cut, or the message.
        fields.peek()?;
        let found = match field {
            [letter] if divider == b'|' => level::lettered(*letter),
            word => std::str::from_utf8(word).ok().and_then(level::named).filter(|_| word.len() > 2),
        };
        if found.is_some() {
            return found;
        }
        if field.contains(&b' ') {
            return None;
        }
    }
    None
}

/// `name/WARN: message`, `name.WARN message`, `[Server thread/INFO]: message`, `[12/W] message`, `[warn/name] message`: a level that is
/// one end of the first word, or of the first bracket.
fn joined(text: &str) -> Option<Level> {
    let (word, bracketed) = match text.strip_prefix('[') {
        Some(inside) => (&inside[..memchr::memchr(b']', inside.as_bytes())?], true),
        None => (text.split([' ', ':', '[', '(']).next()?, false),
    };
    if word.len() > SEARCHED {
        return None;
    }
    let (name, last) = word.rsplit_once(if bracketed { &['/'][..] } else { &['/', '.'] })?;
    let is_shouted = last.len() > 2 && last.bytes().all(|byte| byte.is_ascii_uppercase());
    // A path begins or goes on with a stroke.
    let is_name = !name.is_empty() && !name.contains('/');
    let found = match last.as_bytes() {
        [letter] if bracketed => level::lettered(*letter),
        _ => level::named(last).filter(|_| is_shouted || bracketed),
    };
    let first = || level::named(name).filter(|_| bracketed && name.len() > 2);
    found.or_else(first).filter(|_| is_name)
}

/// `name - warn - message`: a level in small letters between dashes.
fn between_dashes(head: &[u8]) -> Option<Level> {
    // Nearly every text is passed over here.
    let first = memchr::memmem::find(head, b" - ")?;
    let rest = &head[first + 3..];
    let word = &rest[..memchr::memmem::find(rest, b" - ")?];
    word.is_ascii().then(|| level::named(std::str::from_utf8(word).ok()?))?
}

/// `level=warn` among the words, `"level":"warn"` in an object.
pub(super) fn paired(head: &[u8]) -> Option<Level> {
    memchr::memchr2(b'=', b':', head)?;
    let (before, at) = ["level", "severity", "lvl", "sev"].iter().find_map(|name| {
        let at = memchr::memmem::find(head, name.as_bytes())?;
        Some((at.checked_sub(1).map(|at| head[at]), at + name.len()))
    })?;
    let rest = &head[at..];
    let value = match before {
        Some(b'"') => rest.strip_prefix(b"\":")?.trim_ascii_start(),
        None | Some(b' ' | b'[' | b'(' | b',' | b';' | b'|' | b'\t') => {
            rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b":").filter(|rest| !rest.starts_with(b" ")))?
        }
        _ => return None,
    };
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let length = value.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    std::str::from_utf8(&value[..length]).ok().and_then(level::named)
}

/// `heroku[router]: at=error code=H12`: what the first of the pairs behind a program says.
fn of_pairs(head: &[u8]) -> Option<Level> {
    // Nearly every text is passed over here.
    let colon = memchr::memchr(b':', head)?;
    let pairs = head[colon..].strip_prefix(b": at=")?;
    memchr::memchr(b' ', &head[..colon]).is_none().then(|| of_at(pairs))?
}

/// `error code=H12` behind `at=`, which may be a place or a time too.
fn of_at(pairs: &[u8]) -> Option<Level> {
    let word = pairs.split(|byte| *byte == b' ').next()?;
    level::plainly_named(std::str::from_utf8(word).ok()?)
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
}

/// `main/103/init.lua I> message`: a letter and an arrow, in no pair of pointed brackets.
fn before_arrow(head: &[u8]) -> Option<Level> {
    let at = memchr::memchr(b'>', head)?;
    let alone = matches!(head.get(at.checked_sub(2)?)?, b' ') && head.get(at + 1) == Some(&b' ');
    (alone && memchr::memchr(b'<', &head[..at]).is_none()).then(|| level::lettered(head[at - 1]))?
}

/// `switch1 %LINK-3-UPDOWN: message`: a device's code behind its name.
fn of_device(text: &str) -> Option<Level> {
    let (host, rest) = text.split_once(' ')?;
    let code = rest.trim_start().strip_prefix(": ").unwrap_or(rest);
    (code.starts_with('%') && !host.is_empty()).then(|| level::coded(code))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_levels_only_where_a_level_stands() {
        for (text, expected) in [
            ("[C] [config.go:184]  no such file", Some(Level::Critical)),
            ("<N> joined", Some(Level::Info)),
            ("(W) slow", Some(Level::Warning)),
            ("(C) 2026 Vendor", None),
            ("E i.q.c.Server stopped", Some(Level::Error)),
            ("W - disk is slow", Some(Level::Warning)),
            ("I am here", None),
            ("I e.g. sleep", None),
            ("C compiler cannot create executables", None),
            ("D 1.5 2.5", None),
            ("E/Camera: no frame", Some(Level::Error)),
            ("I/O error: no frame", None),
            ("I/O: no frame", None),
        ] {
            assert_eq!(find(text, Divided::Otherwise), expected, "{text}");
        }
    }

    #[test]
    fn abbreviations_codes_and_fields_are_levels_only_where_a_level_stands() {
        for (text, expected) in [
            ("Wa(03) vmx - slow", Some(Level::Warning)),
            ("Er(02) vmx - gone", Some(Level::Error)),
            ("In(a) x", None),
            ("Al(13) melted", None),
            ("539: error : End of file", Some(Level::Error)),
            ("539: errors : 3", None),
            ("539: 12 rows", None),
            ("daemon.err uhttpd[1]: gone", Some(Level::Error)),
            ("router1 daemon.warning uhttpd: slow", Some(Level::Warning)),
            ("users.info was opened: yes", None),
            ("Local0.Warning\t10.0.0.1\tslow", Some(Level::Warning)),
            ("12 34 W name: slow", Some(Level::Warning)),
            ("12 W name.of: slow", Some(Level::Warning)),
            ("12 C of water.", None),
            ("{\"level\":\"warn\",\"msg\":\"slow\"}", Some(Level::Warning)),
            ("name: {\"level\": \"warn\"}", Some(Level::Warning)),
            ("its level: warn", None),
            ("cam[4128].ERR-monitor.cpp/2516 [no frame]", Some(Level::Error)),
            ("cam[4128].ERA-monitor.cpp/2516 [no frame]", None),
            ("main/103/init.lua W> low", Some(Level::Warning)),
            ("made a Map<K, V> of it", None),
            ("a -> b", None),
            ("sw1 %%01IFNET/4/LINK_STATE(l)[11]:down", Some(Level::Warning)),
            ("sw1 %LINK-3-UPDOWN: down", Some(Level::Error)),
            ("50 %LINK-3-up of it", None),
            ("[ISS.0025.0011W] slow", Some(Level::Warning)),
            ("[4128] slow", None),
            ("W: slow", Some(Level::Warning)),
            ("C: is full", None),
            ("W- slow", Some(Level::Warning)),
            ("[w] slow", Some(Level::Warning)),
            ("[x] slow", None),
            ("(EE) no screen", Some(Level::Error)),
            ("name/WARN: slow", Some(Level::Warning)),
            ("name.WARN slow", Some(Level::Warning)),
            ("[Server thread/WARN]: slow", Some(Level::Warning)),
            ("[12/W] slow", Some(Level::Warning)),
            ("[warn/name] slow", Some(Level::Warning)),
            ("/var/log/ERROR: not there", None),
            ("[/var/log/error] not there", None),
            ("srv/log/ERROR not there", None),
            ("logs/error not there", None),
            ("and/or", None),
            ("name - warn - slow", Some(Level::Warning)),
            ("name - warn of it", None),
            ("name level=warn slow", Some(Level::Warning)),
            ("started --level=warn", None),
            ("heroku[router]: at=error code=H12", Some(Level::Error)),
            ("at=info method=GET", Some(Level::Info)),
            ("heroku[router]: at=home code=H12", None),
            ("it said: at=error", None),
            ("log_level=debug is set", None),
            ("x\tinfo\tmain", Some(Level::Info)),
            ("x\tN\tmain", None),
            ("x no y\tinfo\tmain", None),
        ] {
            assert_eq!(find(text, Divided::Otherwise), expected, "{text}");
        }
    }

    #[test]
    fn so_are_fields_between_bars_and_semicolons() {
        for (text, expected) in [
            ("worker|gems|E|gone", Some(Level::Error)),
            ("worker | warn | gone", Some(Level::Warning)),
            ("of a|E|b there is none", None),
            ("worker|gems|E", None),
        ] {
            assert_eq!(find(text, Divided::ByBar), expected, "{text}");
        }
        for (text, expected) in [
            ("PC;accueil;ERREUR;3022 - refus", Some(Level::Error)),
            ("PC;accueil;INFO", None),
            ("a list; error; of it", None),
        ] {
            assert_eq!(find(text, Divided::BySemicolon), expected, "{text}");
        }
    }

    #[test]
    fn so_are_marks_of_brackets_threads_and_tabs() {
        for (text, expected) in [
            ("W1120 09:15:30.123400       1 main.go:104] slow", Some(Level::Warning)),
            ("0x3058     Error       0x0                  599    0    name: gone", Some(Level::Error)),
            ("0x3058 error codes", None),
            ("W server: slow", Some(Level::Warning)),
            ("I see it: slow", None),
            ("C compiler: slow", Some(Level::Critical)),
            ("(2190) 2 [Utility.Event] gone", Some(Level::Error)),
            ("(2190) 2 of them", None),
            ("[ warning sync.network ]:\tslow", Some(Level::Warning)),
            ("[ warning of it ] slow", None),
            ("<NOTI> joined", Some(Level::Info)),
            ("<522008> <4211> <ERRS> <MM-1 10.1.1.10> gone", Some(Level::Error)),
            ("<Noti:DM.Notice> joined", Some(Level::Info)),
            ("<12> <13> none", None),
            ("<body> of it", None),
            ("[W|app|c68bc264] slow", Some(Level::Warning)),
            ("[x|y] none", None),
            ("W! slow", Some(Level::Warning)),
            ("A! slow", None),
            ("W> slow", Some(Level::Warning)),
            ("{warn} slow", Some(Level::Warning)),
            ("\"warn\" slow", Some(Level::Warning)),
            ("=WARN= slow", Some(Level::Warning)),
            ("{warn: slow}", None),
            ("\"error\"s are counted", None),
            ("lvl=warn msg=slow", Some(Level::Warning)),
            ("pid=12 sev=warn slow", Some(Level::Warning)),
            ("sev=12 slow", None),
            ("[CRT] melted", Some(Level::Critical)),
            ("[CRTS] melted", None),
            ("[ warn|host|12] slow", Some(Level::Warning)),
            ("[ warn ] slow", Some(Level::Warning)),
            ("[error, 12] gone", Some(Level::Error)),
            ("[all, some] of them", None),
            ("[errors| 12] gone", None),
            ("T:24102    warning <general>: slow", Some(Level::Warning)),
            ("7f3a1c2d4740 warn [general] slow", Some(Level::Warning)),
            ("12 error <b>of</b> it", None),
            ("12 error [codes of it]", None),
            ("thread warn [general] slow", None),
        ] {
            assert_eq!(find(text, Divided::Otherwise), expected, "{text}");
        }
        for (text, expected) in [
            ("W No incoming connections", Some(Level::Warning)),
            ("E 12 of 13 are gone", Some(Level::Error)),
            ("I am no level", None),
            ("C Compiler", None),
            ("I <name>", None),
        ] {
            assert_eq!(find(text, Divided::ByTab), expected, "{text}");
        }
    }
}
