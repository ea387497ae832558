//! Names of months, in the languages that logs are written in.

/// Bytes of the longest name of a month.
const MONTH_BYTES_MAX: usize = 13;

/// The month whose name, in full or cut, stands at `at` before a number, in English or as the C locales of Europe write it; and its end.
pub(super) fn month(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    let rest = bytes.get(at..)?;
    // As nearly all logs write them.
    if let Some([first @ b'A'..=b'Z', second, third, b'/' | b' ' | b'-']) = rest.get(..4)
        && let Some(month) = english(&[*first, *second, *third])
    {
        return Some((month, at + 3));
    }
    let length = rest.iter().take(MONTH_BYTES_MAX).take_while(|byte| is_letter(byte)).count();
    // Nearly every other word is passed over here.
    let is_divided = rest[length..].iter().take(DIVIDERS_MAX + 1).any(u8::is_ascii_digit);
    if !is_divided && !rest[length..].starts_with(b" de ") {
        return None;
    }
    let month = month_named(&rest[..length])?;
    Some((month, at + length + usize::from(rest.get(length) == Some(&b'.'))))
}

/// Bytes between a month and a number, as in `janv.  3` and `Jan   3`.
const DIVIDERS_MAX: usize = 3;

/// The month that `name` is.
pub(super) fn month_named(name: &[u8]) -> Option<i64> {
    if let Some(month) = english(name) {
        return Some(month);
    }
    if !(3..=MONTH_BYTES_MAX).contains(&name.len()) {
        return None;
    }
    let mut lower = [0; MONTH_BYTES_MAX];
    let lower = &mut lower[..name.len()];
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let name = std::str::from_utf8(lower).ok()?;
    let place = MONTHS.iter().position(|names| names.contains(&name))?;
    Some(place as i64 + 1)
}

fn english(name: &[u8]) -> Option<i64> {
    match name {
        b"Jan" => Some(1),
        b"Feb" => Some(2),
        b"Mar" => Some(3),
        b"Apr" => Some(4),
        b"May" => Some(5),
        b"Jun" => Some(6),
        b"Jul" => Some(7),
        b"Aug" => Some(8),
        b"Sep" => Some(9),
        b"Oct" => Some(10),
        b"Nov" => Some(11),
        b"Dec" => Some(12),
        _ => None,
    }
}

/// In full and as `date` cuts them: English, French, German, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Polish and
/// Turkish.
#[rustfmt::skip]
const MONTHS: [&[&str]; 12] = [
    &["january", "janv", "janvier", "jan", "januar", "jänner", "jän", "enero", "ene", "gennaio", "gen", "janeiro", "januari", "sty", "stycznia", "oca", "ocak"],
    &["february", "févr", "février", "fév", "fevr", "feb", "fev", "februar", "febrero", "febbraio", "fevereiro", "februari", "lut", "lutego", "Şub", "Şubat"],
    &["march", "mars", "mar", "mär", "märz", "mrz", "mrt", "marzo", "março", "maart", "marts", "marca", "mart"],
    &["april", "avril", "avr", "apr", "abr", "abril", "aprile", "kwi", "kwietnia", "nis", "nisan"],
    &["mai", "mei", "mag", "may", "mayo", "maggio", "maio", "maj", "maja", "mayıs"],
    &["june", "juin", "jun", "giu", "juni", "junio", "giugno", "junho", "cze", "czerwca", "haz", "haziran"],
    &["july", "juil", "juillet", "jul", "lug", "juli", "julio", "luglio", "julho", "lip", "lipca", "tem", "temmuz"],
    &["august", "août", "aout", "aug", "ago", "agosto", "augustus", "augusti", "sie", "sierpnia", "ağu", "ağustos"],
    &["september", "sept", "septembre", "sep", "set", "septiembre", "settembre", "setembro", "wrz", "września", "eyl", "eylül"],
    &["october", "octobre", "oct", "okt", "ott", "out", "oktober", "octubre", "ottobre", "outubro", "paź", "października", "eki", "ekim"],
    &["november", "novembre", "nov", "noviembre", "novembro", "lis", "listopada", "kas", "kasım"],
    &["december", "déc", "décembre", "dec", "dez", "dic", "dezember", "diciembre", "dicembre", "dezembro", "des", "desember", "gru", "grudnia", "ara", "aralık"],
];
