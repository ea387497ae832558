//! The many names of the six levels.

use model::Level;

/// The level a word names, in any case: `WARN`, `err`, `notice`, `DEBUG3`, and in other languages, with accents or without.
pub fn named(word: &str) -> Option<Level> {
    let mut plain = [0; NAME_BYTES_MAX];
    let plain = if word.is_ascii() { lowered(word, &mut plain) } else { without_accents(word, &mut plain) }?;
    Some(match plain {
        b"trace" | b"subdebug" | b"trce" | b"trc" | b"verbose" | b"verb" | b"vrb" | b"finest" | b"finer" | b"all"
        | b"trac" => Level::Trace,
        b"debug" | b"ddebug" | b"dbug" | b"dbg" | b"debg" | b"fine" | b"debug1" | b"debug2" | b"debug3" | b"debug4"
        | b"debug5" | b"debu" => Level::Debug,
        b"info" | b"infos" | b"inf" | b"information" | b"informational" | b"notice" | b"note" | b"log" | b"config"
        | b"stats" | b"system" | b"success" | b"normal" => Level::Info,
        b"warning" | b"warn" | b"wrn" | b"warni" => Level::Warning,
        b"error" | b"err" | b"eror" | b"severe" | b"fail" | b"failure" => Level::Error,
        b"critical" | b"crit" | b"fatal" | b"ftl" | b"fatl" | b"alert" | b"emerg" | b"emergency" | b"panic"
        | b"fata" | b"pani" | b"dpanic" => Level::Critical,
        // In small letters they are prose more often.
        b"alerta" | b"alerte" => {
            Some(Level::Warning).filter(|_| !word.bytes().any(|byte| byte.is_ascii_lowercase()))?
        }
        _ => return translated(plain),
    })
}

/// The longest of them are `informational` and `avertissement`; with accents they are a little longer.
const NAME_BYTES_MAX: usize = 16;

/// In French, German, Spanish, Italian, Portuguese, Dutch and the languages of Scandinavia, of small letters without accents.
fn translated(word: &[u8]) -> Option<Level> {
    Some(match word {
        b"feiner" | b"feinst" => Level::Trace,
        b"fein" | b"debogage" | b"depuracion" | b"depuracao" => Level::Debug,
        b"hinweis" | b"informations" | b"informationen" | b"informazione" | b"informazioni" | b"informacion"
        | b"informacao" => Level::Info,
        b"avertissement" | b"avert" | b"avertiss" | b"attention" | b"warnung" | b"achtung" | b"advertencia"
        | b"aviso" | b"atencion" | b"atencao" | b"avviso" | b"avvertenza" | b"avvertimento" | b"attenzione"
        | b"waarschuwing" | b"varning" | b"advarsel" => Level::Warning,
        b"erreur" | b"fehler" | b"grave" | b"schwerwiegend" | b"erro" | b"errore" | b"fout" | b"fel" | b"fejl"
        | b"feil" => Level::Error,
        b"critique" | b"panique" | b"kritisch" | b"kritiek" | b"critico" => Level::Critical,
        _ => return None,
    })
}

fn lowered<'a>(word: &str, into: &'a mut [u8; NAME_BYTES_MAX]) -> Option<&'a [u8]> {
    let lower = into.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    Some(lower)
}

/// The same of a word with letters of western Europe; any other letter is in no name.
fn without_accents<'a>(word: &str, into: &'a mut [u8; NAME_BYTES_MAX]) -> Option<&'a [u8]> {
    if word.len() > NAME_BYTES_MAX {
        return None;
    }
    let mut length = 0;
    for letter in word.chars() {
        into[length] = match letter {
            'À'..='Ä' | 'à'..='ä' => b'a',
            'Ç' | 'ç' => b'c',
            'È'..='Ë' | 'è'..='ë' => b'e',
            'Ì'..='Ï' | 'ì'..='ï' => b'i',
            'Ò'..='Ö' | 'ò'..='ö' => b'o',
            'Ù'..='Ü' | 'ù'..='ü' => b'u',
            letter if letter.is_ascii() => (letter as u8).to_ascii_lowercase(),
            _ => return None,
        };
        length += 1;
    }
    Some(&into[..length])
}

/// As [`named`], of names alone that mean nothing else in prose, in any case.
pub(crate) fn plainly_named(word: &str) -> Option<Level> {
    const WORDS: [&str; 13] = [
        "trace",
        "verbose",
        "debug",
        "info",
        "information",
        "notice",
        "warn",
        "warning",
        "error",
        "err",
        "crit",
        "critical",
        "fatal",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)).then(|| named(word))?
}

/// The first part of `text`, between any of `dividers`, that is nothing but the plain name of a level, in quotation marks or not.
pub(crate) fn among(text: &str, dividers: &[char]) -> Option<Level> {
    text.split(dividers).map(|part| part.trim().trim_matches('"')).find_map(plainly_named)
}

/// As [`named`], or by three or four capitals that are a level only where one must stand: `NTC`, `CRT`.
pub(crate) fn shortened(word: &str) -> Option<Level> {
    match word {
        "NTC" | "NOT" | "NTE" | "NOTI" => Some(Level::Info),
        "SEV" | "ERRS" => Some(Level::Error),
        "CRT" | "FAT" | "EMG" | "EMR" | "ALR" | "PNC" | "EMRG" | "ALRT" => Some(Level::Critical),
        word => named(word),
    }
}

/// The level one letter stands for, as in `E0517` or `[W]`.
pub(crate) fn lettered(letter: u8) -> Option<Level> {
    Some(match letter {
        b'T' | b'V' => Level::Trace,
        b'D' => Level::Debug,
        b'I' | b'N' => Level::Info,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'F' | b'C' => Level::Critical,
        _ => return None,
    })
}

/// The level whose name a word begins, where a level must stand: `Wa`, `INF`, `DB1`, `PNC`.
pub(crate) fn abbreviated(word: &str) -> Option<Level> {
    const NAMES: [(&str, Level); 12] = [
        ("trace", Level::Trace),
        ("verbose", Level::Trace),
        ("debug", Level::Debug),
        ("info", Level::Info),
        ("notice", Level::Info),
        ("warning", Level::Warning),
        ("error", Level::Error),
        ("severe", Level::Error),
        ("critical", Level::Critical),
        ("fatal", Level::Critical),
        ("panic", Level::Critical),
        ("emergency", Level::Critical),
    ];
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    let begun = || NAMES.iter().find(|(name, _)| name.starts_with(&letters)).map(|(_, level)| *level);
    match &*letters {
        "" => None,
        "db" => Some(Level::Debug),
        "pnc" => Some(Level::Critical),
        _ => named(&letters).or_else(|| (letters.len() > 1).then(begun)?),
    }
}

/// The severity in the code that `text` begins with: `%LINK-3-UPDOWN:` of Cisco, `%%01IFNET/4/LINK_STATE` of Huawei, and the
/// letter at the end of `ANS1228E` and `ISP.0090.0004E`, or in the middle of `CAUAJM_E_10527`, as IBM and others write theirs.
pub(crate) fn coded(text: &str) -> Option<Level> {
    match text.as_bytes() {
        // Nearly every text is passed over here.
        [b'%', ..] => of_device(&text[1..]),
        [b'A'..=b'Z', b'A'..=b'Z', b'A'..=b'Z', ..] => of_message(text.as_bytes()),
        _ => None,
    }
}

fn of_device(code: &str) -> Option<Level> {
    let is_shouted = |part: &str| {
        part.len() > 1
            && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
    };
    let (facility, severity, mnemonic) = match code.strip_prefix('%') {
        // The version of the form stands first.
        Some(code) => {
            let mut parts = code.get(2..)?.splitn(3, '/');
            let (facility, severity, rest) = (parts.next()?, parts.next()?, parts.next()?);
            (facility, severity, rest.split(['(', '[', ':']).next()?)
        }
        None => {
            let mut parts = code.split_once(": ")?.0.rsplitn(3, '-');
            let (mnemonic, severity, facility) = (parts.next()?, parts.next()?, parts.next()?);
            (facility, severity, mnemonic)
        }
    };
    let digit = severity.parse().ok().filter(|_| severity.len() == 1)?;
    (is_shouted(facility) && is_shouted(mnemonic)).then(|| of_severity(digit))?
}

fn of_message(bytes: &[u8]) -> Option<Level> {
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let rest = &bytes[letters..];
    if let [b'_', letter @ (b'I' | b'W' | b'E' | b'F'), b'_', number @ ..] = rest {
        let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let ends = matches!(number.get(digits), Some(b' ' | b':'));
        return ((3..=6).contains(&digits) && ends).then(|| lettered(*letter))?;
    }
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let digits = rest[..length].iter().filter(|byte| byte.is_ascii_digit()).count();
    let dots = length - digits;
    // Numbers in groups of four behind dots, or one of some four.
    let is_number = dots == 0 && (3..=5).contains(&digits) || dots > 0 && rest[0] == b'.' && digits == dots * 4;
    let level = match rest.get(length)? {
        b'I' => Level::Info,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'C' | b'F' => Level::Critical,
        _ => return None,
    };
    let ends = matches!(rest.get(length + 1), Some(b':' | b']')) || digits > 3 && rest.get(length + 1) == Some(&b' ');
    ((3..=6).contains(&letters) && is_number && ends).then_some(level)
}

/// Syslog's severity (RFC 5424 §6.2.1): 0 is an emergency, 7 is for debugging.
pub(crate) fn of_severity(severity: i64) -> Option<Level> {
    Some(match severity {
        0..=2 => Level::Critical,
        3 => Level::Error,
        4 => Level::Warning,
        5 | 6 => Level::Info,
        7 => Level::Debug,
        _ => return None,
    })
}

/// What an HTTP status says of the server: what a client did wrong is not its error.
pub(crate) fn of_status(status: u16) -> Level {
    if status >= 500 { Level::Error } else { Level::Info }
}

/// Bytes from the beginning of a text in which a level is looked for.
const SEARCHED: usize = 96;

/// The level that a text of unknown format names near its beginning: in capitals, in brackets, or before a colon.
pub fn find(text: &str) -> Option<Level> {
    if let Some(level) = of_state(text).or_else(|| of_netscreen(text)).or_else(|| coded(text)) {
        return Some(level);
    }
    // npm names the level in small letters behind its own name.
    if let Some((word, _)) = text.strip_prefix("npm ").and_then(|said| said.split_once(' ')) {
        return match word {
            "sill" | "silly" => Some(Level::Trace),
            "http" | "timing" => Some(Level::Debug),
            "ERR!" => Some(Level::Error),
            word => named(word),
        };
    }
    let bytes = &text.as_bytes()[..text.len().min(SEARCHED)];
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let start = at;
        while let Some(length) = length_of_letter(&bytes[at..]) {
            at += length;
        }
        // Not the middle of an accented word.
        if at - start > 13 || start > 0 && !bytes[start - 1].is_ascii() {
            continue;
        }
        let around = (start.checked_sub(1).map(|before| bytes[before]), bytes.get(at));
        if at - start == 1 && around == (Some(b'['), Some(&b']')) && b"DIWEF".contains(&bytes[start]) {
            return lettered(bytes[start]);
        }
        let Some(level) = text.get(start..at).and_then(named) else { continue };
        // BIND says how much: `resolver: debug 1: message`.
        if level == Level::Debug
            && bytes[..start].ends_with(b": ")
            && matches!(bytes.get(at..at + 3), Some([b' ', b'0'..=b'9', b':']))
        {
            return Some(level);
        }
        if stands_out(&bytes[start..at], start.checked_sub(1).map(|before| bytes[before]), bytes.get(at)) {
            // `Fatal error: message`.
            let is_fatal = level == Level::Error && bytes[..start].ends_with(b"Fatal ");
            return Some(if is_fatal { Level::Critical } else { level });
        }
    }
    None
}

/// Bytes of the letter, digit or `_` that `bytes` begin with, which may have an accent as those of `ATENÇÃO`.
fn length_of_letter(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [byte, ..] if byte.is_ascii_alphanumeric() || *byte == b'_' => Some(1),
        // À to ÿ.
        [0xc3, 0x80..=0xbf, ..] => Some(2),
        _ => None,
    }
}

/// `SERVICE ALERT: host;disk;OK;HARD;3;was CRITICAL`: the state that Nagios and Icinga tell, whatever they say of the one before.
fn of_state(text: &str) -> Option<Level> {
    const KINDS: [&str; 8] = [
        "SERVICE ALERT: ",
        "HOST ALERT: ",
        "SERVICE NOTIFICATION: ",
        "HOST NOTIFICATION: ",
        "CURRENT SERVICE STATE: ",
        "CURRENT HOST STATE: ",
        "INITIAL SERVICE STATE: ",
        "INITIAL HOST STATE: ",
    ];
    // Nearly every text is passed over here.
    if !matches!(text.as_bytes().first(), Some(b'S' | b'H' | b'C' | b'I')) {
        return None;
    }
    let rest = KINDS.iter().find_map(|kind| text.strip_prefix(kind))?;
    rest.split(';').skip(1).take(4).find_map(|part| {
        Some(match part.split(' ').next()? {
            "OK" | "UP" | "RECOVERY" => Level::Info,
            "WARNING" | "UNKNOWN" => Level::Warning,
            "CRITICAL" => Level::Critical,
            "DOWN" | "UNREACHABLE" => Level::Error,
            _ => return None,
        })
    })
}

/// `NetScreen device_id=ns204  [Root]system-critical-00032: message`: as Juniper's firewalls name it.
fn of_netscreen(text: &str) -> Option<Level> {
    let (_, kind) = text.strip_prefix("NetScreen device_id=")?.split_once("]system-")?;
    match kind.split_once('-')?.0 {
        "notification" => Some(Level::Info),
        "debugging" => Some(Level::Debug),
        word => named(word),
    }
}

fn stands_out(word: &[u8], before: Option<u8>, after: Option<&u8>) -> bool {
    let alone = !matches!(before, Some(b'-' | b'.' | b'/')) && !matches!(after, Some(b'-' | b'.' | b'/' | b'='));
    let capitals = word.iter().all(|byte| !byte.is_ascii_lowercase());
    let bracketed = matches!(
        (before, after),
        (Some(b'['), _) | (Some(b':'), Some(b']')) | (Some(b'<'), Some(b'>')) | (Some(b'('), Some(b')'))
    );
    alone && (capitals && word.len() > 2 || bracketed || after == Some(&b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_accents_or_none() {
        for (word, expected) in [
            ("ATENÇÃO", Some(Level::Warning)),
            ("atencao", Some(Level::Warning)),
            ("Débogage", Some(Level::Debug)),
            ("DÉBOGAGE", Some(Level::Debug)),
            ("Informação", Some(Level::Info)),
            ("CRÍTICO", Some(Level::Critical)),
            ("ALERTE", Some(Level::Warning)),
            ("alerte", None),
            ("ERROŘ", None),
            ("错误", None),
            ("avertissements graves", None),
        ] {
            assert_eq!(named(word), expected, "{word}");
        }
    }

    #[test]
    fn a_level_is_found_where_it_stands_out() {
        for (text, expected) in [
            ("12 WARN disk is full", Some(Level::Warning)),
            ("[info     ] started", Some(Level::Info)),
            ("error: no such file", Some(Level::Error)),
            ("<debug> x", Some(Level::Debug)),
            ("ERREUR:  erreur de syntaxe", Some(Level::Error)),
            ("no error occurred", None),
            ("SERVICE ALERT: srv1;disk;OK;HARD;3;was CRITICAL - 2% free", Some(Level::Info)),
            ("SERVICE NOTIFICATION: zoe;srv1;disk;RECOVERY (OK);mail;CRITICAL before", Some(Level::Info)),
            ("HOST ALERT: srv1;DOWN;SOFT;1;CRITICAL - no answer", Some(Level::Error)),
            ("routers/web/home.go:80:Home() [E] no such branch", Some(Level::Error)),
            ("[I] started", Some(Level::Info)),
            ("page [N] of [C]", None),
            ("ANS1228E Sending of object '/srv/db' failed.", Some(Level::Error)),
            ("CWWKG0032W: Unexpected value", Some(Level::Warning)),
            ("ISO8859E is none", Some(Level::Error)),
            ("IEF142I: step was executed", Some(Level::Info)),
            ("CAUAJM_E_10527 Timed out", Some(Level::Error)),
            ("SOME_E_NAME of it", None),
            ("NetScreen device_id=a  [Root]system-notification-00257(traffic): x", Some(Level::Info)),
            ("NetScreen device_id=a  [Root]system-critical-00032: x", Some(Level::Critical)),
            ("SQL0101N  The statement is too long", None),
            ("ABC1234567E is a part", None),
            ("WDC20E is a part", None),
            ("%%10SHELL/5/SHELL_LOGIN(l): admin logged in", Some(Level::Info)),
            ("%SYS-2-MALLOCFAIL: no memory", Some(Level::Critical)),
            ("%s-3-x: no memory", None),
            ("% of 3/4/5: all", None),
            ("7f3a1c2d4740 Fatal error: melted", Some(Level::Critical)),
            ("a fatal error: melted", Some(Level::Error)),
            ("VARNING: low", Some(Level::Warning)),
            ("escola ATENÇÃO 4 alunos", Some(Level::Warning)),
            ("Información: listo", Some(Level::Info)),
            ("PRÉERROR of it", None),
            ("--log=debug started", None),
            ("error.log rotated", None),
            ("resolver: debug 1: fetch", Some(Level::Debug)),
            ("said: debug 1 of it", None),
            ("a notice was given", None),
            ("été ÉRROR", None),
            ("", None),
        ] {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
