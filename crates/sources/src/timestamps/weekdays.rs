//! Dates behind the name of a weekday in another language than English, as `date` writes them: `Sa 28. Feb 23:59:52 CET 2026`,
//! `jeu. 3 déc. 2026 16:58:09`, `mié nov 18 10:16:02 CET 2026`, `lundi 2 mars 2026, 08:00:01 (UTC+0100)`,
//! `mar 14 lug 2026, 22:30:01, CEST`, `ter 14 jul 2026 22:30:01 -03`.

use super::{
    DAY, Stamp,
    clock::clock,
    months::month,
    shapes::{count, date, of_no_year, skip_of, skip_spaces, year_last},
    zone::zone_or_hours,
};

/// French, German, Spanish, Italian, Portuguese, Swedish, Danish, Norwegian, Polish and Dutch, in full and as `date` cuts them, in lower case.
#[rustfmt::skip]
const WEEKDAYS: &[&str] = &[
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lun", "mar", "mer", "jeu", "ven", "sam", "dim",
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "mo", "di", "mi", "do", "fr", "sa", "so",
    "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "mié", "jue", "vie", "sáb", "dom",
    "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica", "gio", "sab",
    "seg", "ter", "qua", "qui", "sex",
    "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag", "mån", "tis", "ons", "tors", "tor", "fre", "lör", "sön",
    "mandag", "tirsdag", "torsdag", "lørdag", "søndag", "man", "tir", "lør", "søn",
    "poniedziałek", "wtorek", "czwartek", "piątek", "sobota", "niedziela", "pon", "wto", "czw", "pią", "sob", "nie",
    "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag", "ma", "wo", "vr", "za", "zo",
];
/// Bytes of the longest of them.
const NAME_BYTES_MAX: usize = 13;

pub(super) fn dated(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    let length = bytes.iter().take(NAME_BYTES_MAX).take_while(|byte| is_letter(byte)).count();
    let at = length + bytes[length..].iter().take(2).take_while(|byte| matches!(byte, b'.' | b',')).count();
    let day_at = skip_spaces(bytes, at);
    let digits = bytes.get(day_at..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    // Nearly always words follow, and nothing needs be compared.
    let month_first = if digits == 0 { month(bytes, day_at) } else { None };
    if digits == 0 && month_first.is_none() || day_at == at {
        return None;
    }
    let name = std::str::from_utf8(&bytes[..length]).ok()?.to_lowercase();
    if !WEEKDAYS.contains(&name.as_str()) {
        return None;
    }
    let Some((month, end)) = month_first else { return day_first(bytes, day_at, digits) };
    let day_at = skip_spaces(bytes, end);
    let digits = bytes.get(day_at..)?.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let day = count(bytes, day_at, digits)?;
    of_day(bytes, month, day, skip_spaces(bytes, day_at + digits))
}

/// `18 nov 2026 10:00:00`, `18. Feb 10:00:00 CET 2026`, `18 de noviembre de 2026, 10:00:00`: from the day on, which has that many digits.
fn day_first(bytes: &[u8], day_at: usize, digits: usize) -> Option<(Stamp, usize)> {
    let day = count(bytes, day_at, digits)?;
    let at = day_at + digits;
    let at = skip_of(bytes, skip_spaces(bytes, at + usize::from(bytes.get(at) == Some(&b'.'))));
    let (month, end) = month(bytes, at)?;
    of_day(bytes, month, day, skip_of(bytes, skip_spaces(bytes, end)))
}

/// The year and the clock, or the clock and maybe the year, that stand at `at` behind a day.
fn of_day(bytes: &[u8], month: i64, day: i64, at: usize) -> Option<(Stamp, usize)> {
    if let Some(year) = count(bytes, at, 4) {
        let end = at + 4 + usize::from(bytes.get(at + 4) == Some(&b','));
        let at = skip_spaces(bytes, end);
        let between = ["à ", "um "].iter().find(|word| bytes[at..].starts_with(word.as_bytes()));
        let (micros, end) = clock(bytes, at + between.map_or(0, |word| word.len())).filter(|_| at > end)?;
        let civil = date(year, month, day)? * DAY + micros;
        let (offset, end) = zone_or_hours(bytes, end);
        return Some((offset.map_or(Stamp::Civil(civil), |offset| Stamp::Instant(civil - offset)), end));
    }
    let (micros, end) = clock(bytes, at)?;
    year_last(bytes, month, day, micros, end).or_else(|| of_no_year(month, day, micros).map(|stamp| (stamp, end)))
}
