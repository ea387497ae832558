//! The time that a phrase names, as people write it: `yesterday around 10 pm`, `le 20 novembre à 22 heures et quart`, `il y a deux heures`.

use super::ABOUT;
use jiff::{
    ToSpan as _,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use model::Timestamp;
use std::time::Duration;

const ABOUT_WORDS: &[&str] = &[
    "about",
    "around",
    "approximately",
    "roughly",
    "circa",
    "ca",
    "after",
    "vers",
    "environ",
    "après",
    "gegen",
    "ungefähr",
    "verso",
    "intorno",
    "hacia",
    "sobre",
    "omstreeks",
    "rond",
    "około",
    "kolem",
    "~",
];
/// Bytes of a phrase that are read.
const PHRASE_BYTES_MAX: usize = 500;

/// A day that there is not, or that is to come: `31 february`, `31/02/2026`, `tomorrow`.
pub(super) fn no_day(text: &str) -> Option<String> {
    let lower: String = text.chars().take(PHRASE_BYTES_MAX).collect::<String>().to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().map(|word| word.trim_matches([',', '.', '?', '!', '"'])).collect();
    let is_next = |two: &[&str]| {
        let is_day = |word: &str| WEEKDAYS.iter().any(|(english, french, _)| word == *english || word == *french);
        two[0] == "next" && is_day(two[1]) || is_day(two[0]) && matches!(two[1], "prochain" | "next")
    };
    let next = words.windows(2).find(|two| is_next(two)).map(|two| two.join(" "));
    let to_come = words.iter().find(|word| matches!(**word, "tomorrow" | "demain"));
    let leap = Date::new(2024, 1, 1).ok()?;
    let impossible = words.windows(2).find(|two| {
        let is_day = |word: &str| word.trim_end_matches(char::is_alphabetic).parse::<i8>().is_ok();
        let is_month = |word: &str| MONTHS.iter().any(|names| names.contains(&word));
        let is_date =
            is_day(two[0]) && is_month(two[1]) || is_month(two[0]) && is_day(two[1]) && !two[1].contains([':', 'h']);
        is_date && date(two, leap).is_none()
    });
    let in_numbers = words.iter().find(|word| in_numbers(word).is_some() && date(&[word], leap).is_none());
    next.or_else(|| to_come.or(in_numbers).map(|word| (*word).to_owned()))
        .or_else(|| impossible.map(|two| two.join(" ")))
}

/// `between 01:30 and 02:00`, `entre 1h30 et 2h`: the two moments that `text` names.
pub(super) fn between(text: &str, zone: &TimeZone, latest: Timestamp) -> Option<(Timestamp, Timestamp)> {
    const WORDS: [(&str, &str); 8] = [
        ("between ", " and "),
        ("from ", " to "),
        ("entre ", " et "),
        ("de ", " à "),
        ("zwischen ", " und "),
        ("tra le ", " e le "),
        ("entre las ", " y las "),
        ("tussen ", " en "),
    ];
    let text: String = text.chars().take(PHRASE_BYTES_MAX).collect::<String>().to_lowercase();
    WORDS.iter().find_map(|(first, second)| {
        let (before, rest) = text.split_once(first)?;
        let (from, to) = rest.split_once(second)?;
        // `in the night from Monday to Tuesday at 2` names one moment.
        if weekday(from.trim()).is_some() {
            return None;
        }
        // What is said of the day before the first time, or behind the second, is said of both.
        let day = |clock: &str| format!("{before} {} {}", clock, to.split_once(' ').map_or("", |(_, behind)| behind));
        let (from, _) = moment(&day(from), zone, latest)?;
        let (to, _) = moment(&format!("{before} {to}"), zone, latest)?;
        // Over midnight: the first is of the day before.
        let from = if from > to { from - Duration::from_secs(24 * 3600) } else { from };
        (from < to).then_some((from, to))
    })
}

/// The moment that `text` names, and whether it says *about*.
pub(super) fn moment(text: &str, zone: &TimeZone, latest: Timestamp) -> Option<(Timestamp, bool)> {
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        return Some((at, false));
    }
    let text: String = text.chars().take(PHRASE_BYTES_MAX).collect::<String>().to_lowercase().replace('’', "'");
    let text = text.replace("p.m.", "pm").replace("a.m.", "am");
    let part = DayPart::of(&text);
    let words = words_of(&text, part.is_some());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let about = words.iter().any(|word| ABOUT_WORDS.contains(word));
    if let Some(at) = words.iter().find_map(|word| word.parse::<Timestamp>().ok()) {
        return Some((at, about));
    }
    let time = words.iter().enumerate().find_map(|(at, _)| time(&words[at..]));
    // A zone that is told holds before that of the logs.
    let zone = if words.iter().any(|word| matches!(*word, "utc" | "gmt")) { &TimeZone::UTC } else { zone };
    let today = latest.in_zone(zone).date();
    let date = match ago(&words) {
        Some((seconds, true)) if time.is_some() => today.checked_sub(i32::try_from(seconds / DAY).ok()?.days()).ok(),
        Some((seconds, _)) => return Some((latest - Duration::from_secs(seconds), true)),
        None => named_date(&words, time, today),
    };
    let time = time.map(|time| part.map_or(time, |part| part.on_clock(time)))?;
    let date = match part {
        // The night began on the day before.
        Some(DayPart::LastNight) if date.is_none() && time.hour() >= 12 => today.yesterday().ok(),
        // What is after midnight of an evening is on the day after.
        Some(DayPart::Evening) if time.hour() < EVENING_HOUR => date.and_then(|date| date.tomorrow().ok()),
        _ => date,
    };
    let on =
        |date: Date| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|zoned| Timestamp::from(zoned.timestamp()));
    let at = match date {
        Some(date) => on(date)?,
        None => {
            let at = on(today)?;
            // A log may end a little before the moment that is asked about.
            if at <= latest + ABOUT { at } else { on(today.yesterday().ok()?)? }
        }
    };
    Some((at, about))
}

/// The part of a day that a phrase tells beside an hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DayPart {
    Morning,
    Afternoon,
    Evening,
    LastNight,
}

/// The first hour of an evening, on a clock of twelve.
const EVENING_HOUR: i8 = 4;

impl DayPart {
    fn of(text: &str) -> Option<Self> {
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match () {
            () if says(&["last night", "la nuit dernière"]) => Some(Self::LastNight),
            () if says(&[" soir", " evening", "tonight"]) => Some(Self::Evening),
            () if says(&["après-midi", " afternoon"]) => Some(Self::Afternoon),
            () if says(&[" matin", " morning"]) => Some(Self::Morning),
            () => None,
        }
    }

    /// `time` as a clock of 24 hours shows it.
    fn on_clock(self, time: Time) -> Time {
        let first = match self {
            Self::Morning => return time,
            Self::Afternoon => 1,
            Self::Evening => EVENING_HOUR,
            Self::LastNight => 6,
        };
        if (first..12).contains(&time.hour()) { time.wrapping_add(12.hours()) } else { time }
    }
}

/// What stands before an hour.
const AT: &[&str] =
    &["at", "à", "vers", "around", "about", "by", "um", "gegen", "om", "rond", "ore", "alle", "las", "kl", "o"];

/// The words of `text`, with hours in one spelling: `22 heures 20`, `22 h 20`, `um 22.20 Uhr` are `22h20`; with `is_part`, where a part
/// of the day is told, `at 10` is `at 10h`.
fn words_of(text: &str, is_part: bool) -> Vec<String> {
    let raw: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || ",;!?()\"".contains(c))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .collect();
    let is_number = |word: &str| (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_minutes = |word: &str| word.len() == 2 && is_number(word);
    let is_dotted = |word: &str| word.split_once('.').is_some_and(|(hour, rest)| is_number(hour) && is_minutes(rest));
    let is_after = |word: &str| FOLLOWS_HOUR.contains(&word) || weekday(word).is_some();
    let mut words: Vec<String> = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(word) = raw.get(at) {
        let next = raw.get(at + 1).copied();
        let is_told = at.checked_sub(1).is_some_and(|before| AT.contains(&raw[before]));
        let is_hour = matches!(next, Some("h" | "heure" | "heures" | "uhr" | "o'clock"));
        at += 1;
        match *word {
            _ if is_hour && (is_number(word) || is_dotted(word)) => {
                let minutes = raw.get(at + 1).filter(|minutes| is_number(word) && is_minutes(minutes));
                at += 1 + usize::from(minutes.is_some());
                let mark = if is_number(word) { "h" } else { "" };
                words.push(format!("{}{mark}{}", word.replace('.', "h"), minutes.unwrap_or(&"")));
            }
            _ if is_told && is_dotted(word) => words.push(word.replace('.', "h")),
            _ if is_told && is_number(word) && is_part && next.is_none_or(is_after) => words.push(format!("{word}h")),
            _ => match word.strip_suffix('z').filter(|clock| clock.contains(':') && clock.parse::<Date>().is_err()) {
                Some(clock) if word.parse::<Timestamp>().is_err() => words.extend([clock.to_owned(), "utc".to_owned()]),
                _ => words.push((*word).to_owned()),
            },
        }
    }
    words
}

/// What may follow an hour without a mark: `at 10 in the evening`.
const FOLLOWS_HOUR: &[&str] =
    &["in", "on", "last", "this", "yesterday", "today", "tonight", "du", "de", "ce", "hier", "le", "sharp", "pile"];

/// Seconds of a day.
const DAY: u64 = 86_400;

/// How many seconds ago something was, and whether that is told in days: `2 hours ago`, `half an hour ago`, `il y a 1h30`,
/// `il y a deux jours`.
fn ago(words: &[&str]) -> Option<(u64, bool)> {
    let behind = words.windows(3).position(|three| three == ["il", "y", "a"]).map(|at| &words[at + 3..]);
    let told = match behind {
        Some(["environ", rest @ ..]) => rest,
        Some(rest) => rest,
        None => {
            let before = &words[..words.iter().position(|word| *word == "ago")?];
            let first = before.iter().rposition(|word| number(word).is_some() || *word == "half" || is_span(word))?;
            // `half an hour ago`.
            &before[if first > 0 && before[first - 1] == "half" { first - 1 } else { first }..]
        }
    };
    match told {
        ["half", "an", "hour", ..] | ["une", "demi-heure", ..] => Some((DAY / 48, false)),
        [span, rest @ ..] if is_span(span) => {
            let (hours, minutes) = span.trim_end_matches("min").split_once('h').unwrap_or(("0", span));
            let part = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u64>().ok() };
            let minutes = part(minutes.trim_end_matches(|c: char| c.is_alphabetic()))?;
            Some((part(hours)?.checked_mul(3600)? + minutes * 60 + half_behind(rest, 3600), false))
        }
        [count, unit, rest @ ..] => {
            let seconds = match unit.trim_end_matches('s') {
                "second" | "seconde" | "sec" => 1,
                "minute" | "min" | "mn" | "m" => 60,
                "hour" | "heure" | "hr" | "h" => 3600,
                "day" | "jour" | "d" | "j" => DAY,
                "week" | "semaine" => 7 * DAY,
                _ => return None,
            };
            Some((number(count)?.checked_mul(seconds)?.checked_add(half_behind(rest, seconds))?, seconds >= DAY))
        }
        _ => None,
    }
}

/// `2h`, `1h30`, `20min`: a span of time in one word.
fn is_span(word: &str) -> bool {
    let digits = |text: &str| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let minutes = |text: &str| digits(text.trim_end_matches("min"));
    match word.split_once('h') {
        Some((hours, rest)) => !hours.is_empty() && digits(hours) && minutes(rest),
        None => ["min", "mn"].iter().any(|unit| word.strip_suffix(unit).is_some_and(|n| !n.is_empty() && digits(n))),
    }
}

/// Seconds of `et demie` behind a number of `unit`.
fn half_behind(words: &[&str], unit: u64) -> u64 {
    if matches!(words, ["et", "demi" | "demie", ..]) { unit / 2 } else { 0 }
}

/// A number in digits, or a small one in words.
fn number(word: &str) -> Option<u64> {
    const WORDS: [(&str, u64); 24] = [
        ("a", 1),
        ("an", 1),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("ten", 10),
        ("fifteen", 15),
        ("twenty", 20),
        ("thirty", 30),
        ("un", 1),
        ("une", 1),
        ("deux", 2),
        ("trois", 3),
        ("quatre", 4),
        ("cinq", 5),
        ("sept", 7),
        ("huit", 8),
        ("dix", 10),
        ("quinze", 15),
        ("vingt", 20),
        ("trente", 30),
    ];
    word.parse().ok().or_else(|| WORDS.iter().find(|(written, _)| *written == word).map(|(_, number)| *number))
}

/// A time of day at the beginning of `words`, with the part of an hour that is told before or behind it: `half past 10 pm`,
/// `22h et quart`, `minuit moins le quart`.
fn time(words: &[&str]) -> Option<Time> {
    let (minutes, words) = match words {
        ["half", "past", rest @ ..] => (30, rest),
        ["quarter", "past" | "after", rest @ ..] => (15, rest),
        ["quarter", "to", rest @ ..] => (-15, rest),
        _ => return Some(clock(words, false)?.wrapping_add(minutes_behind(words).minutes())),
    };
    Some(clock(words, true)?.wrapping_add(minutes.minutes()))
}

/// What French adds behind an hour: `et quart`, `et demie`, `moins le quart`, `moins dix`.
fn minutes_behind(words: &[&str]) -> i64 {
    let told = |word: &&str| match word.trim_end_matches('.') {
        "cinq" => Some(5),
        "dix" => Some(10),
        "quart" => Some(15),
        "vingt" => Some(20),
        "demi" | "demie" => Some(30),
        _ => None,
    };
    match words.get(1..).unwrap_or_default() {
        ["et", part, ..] => told(part).filter(|minutes| [15, 30].contains(minutes)).unwrap_or(0),
        ["moins", "le", part, ..] | ["moins", part, ..] => told(part).map_or(0, |minutes| -minutes),
        _ => 0,
    }
}

/// An hour at the beginning of `words`: `22:20`, `22h20`, `22:20:05`, `10:20 pm`, `noon`, `midi`; a bare number where `is_bare`.
fn clock(words: &[&str], is_bare: bool) -> Option<Time> {
    let word = words.first()?.trim_end_matches('.').trim_start_matches('~');
    match word {
        "noon" | "midi" => return Time::new(12, 0, 0, 0).ok(),
        "midnight" | "minuit" => return Time::new(0, 0, 0, 0).ok(),
        _ => {}
    }
    // `2025-01-10t22:20` has its date before it.
    let word = word.rsplit_once('t').filter(|(date, _)| date.parse::<Date>().is_ok()).map_or(word, |(_, time)| time);
    let (word, attached) =
        ["am", "pm"].iter().find_map(|half| Some((word.strip_suffix(half)?, Some(*half)))).unwrap_or((word, None));
    let half = attached.or_else(|| words.get(1).copied().filter(|next| matches!(*next, "am" | "pm")));
    let has_mark = word.contains([':', 'h']);
    if !has_mark && half.is_none() && !is_bare {
        return None;
    }
    let word = ["min", "mn", "m"].iter().find_map(|unit| word.strip_suffix(unit)).unwrap_or(word);
    // Fractions of a second are not asked for.
    let word = word.split('.').next().unwrap_or(word).trim_end_matches('h');
    let parts: Vec<i8> =
        word.split([':', 'h']).map(|part| part.parse().ok().filter(|_| part.len() <= 2)).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour] => (hour, 0, 0),
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let hour = match half {
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        _ => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

const WEEKDAYS: [(&str, &str, Weekday); 7] = [
    ("monday", "lundi", Weekday::Monday),
    ("tuesday", "mardi", Weekday::Tuesday),
    ("wednesday", "mercredi", Weekday::Wednesday),
    ("thursday", "jeudi", Weekday::Thursday),
    ("friday", "vendredi", Weekday::Friday),
    ("saturday", "samedi", Weekday::Saturday),
    ("sunday", "dimanche", Weekday::Sunday),
];

/// The day of the week of its name.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(english, french, _)| word == *english || word == *french).map(|(.., day)| *day)
}

const MONTHS: [[&str; 3]; 12] = [
    ["january", "janvier", "jan"],
    ["february", "février", "feb"],
    ["march", "mars", "mar"],
    ["april", "avril", "apr"],
    ["may", "mai", "may"],
    ["june", "juin", "jun"],
    ["july", "juillet", "jul"],
    ["august", "août", "aug"],
    ["september", "septembre", "sep"],
    ["october", "octobre", "oct"],
    ["november", "novembre", "nov"],
    ["december", "décembre", "dec"],
];

/// The date that `words` name, of the two of a night that of `time`; one that is written goes before a day of the week beside it.
fn named_date(words: &[&str], time: Option<Time>, today: Date) -> Option<Date> {
    let is_night = |three: &&[&str]| {
        matches!(three[1], "à" | "au" | "to") && [three[0], three[2]].iter().all(|word| weekday(word).is_some())
    };
    if let Some(night) = words.windows(3).find(is_night) {
        let is_before_midnight = time.is_some_and(|time| time.hour() >= 12);
        return date(if is_before_midnight { &night[..1] } else { &night[2..] }, today);
    }
    let is_of_week = |word: &str| word == "last" || weekday(word).is_some();
    let found = |of_week: bool| {
        let mut begins = (0..words.len()).filter(|at| is_of_week(words[*at]) == of_week);
        begins.find_map(|at| date(&words[at..], today))
    };
    found(false).or_else(|| found(true))
}

/// A day at the beginning of `words`, none after `today` but where its year is written.
fn date(words: &[&str], today: Date) -> Option<Date> {
    let word = words.first()?.trim_end_matches('.');
    match word {
        "last" => {
            let day = words.get(1..).and_then(|rest| date(rest, today))?;
            return if day == today { day.checked_sub(7.days()).ok() } else { Some(day) };
        }
        "today" | "tonight" | "aujourd'hui" => return Some(today),
        "yesterday" | "hier" => return today.yesterday().ok(),
        "avant-hier" => return today.checked_sub(2.days()).ok(),
        _ => {}
    }
    if matches!(words, ["avant", "hier", ..] | ["day", "before", "yesterday", ..]) {
        return today.checked_sub(2.days()).ok();
    }
    if let Some(day) = weekday(word) {
        let back =
            (i32::from(today.weekday().to_monday_zero_offset()) - i32::from(day.to_monday_zero_offset())).rem_euclid(7);
        // On a Thursday, *last Thursday* is a week ago.
        let is_last = words.get(1).is_some_and(|next| matches!(*next, "dernier" | "passé"));
        return today.checked_sub(if back == 0 && is_last { 7 } else { back }.days()).ok();
    }
    if let Ok(date) = word.split('t').next().unwrap_or(word).parse::<Date>() {
        return Some(date);
    }
    if let Some((day, month, year)) = in_numbers(word) {
        return dated(year, month, day, today);
    }
    // `le 20 à 22h`, `on the 20th at 22:20`: the last such day.
    if let ["le" | "the", day, rest @ ..] = words
        && rest.first().is_none_or(|next| AT.contains(next))
        && let Ok(day) = day.trim_end_matches(char::is_alphabetic).parse::<i8>()
    {
        let of = |date: Date| Date::new(date.year(), date.month(), day).ok();
        let before = today.first_of_month().yesterday().ok()?;
        return of(today).filter(|date| *date <= today).or_else(|| of(before));
    }
    let month_of =
        |word: &str| MONTHS.iter().position(|names| names.contains(&word)).and_then(|at| i8::try_from(at + 1).ok());
    let day_of = |word: &str| word.trim_end_matches(|c: char| c.is_alphabetic()).parse::<i8>().ok();
    let year = |at: usize| words.get(at).and_then(|word| word.parse::<i16>().ok()).filter(|year| *year > 1970);
    let next = words.get(1)?.trim_end_matches('.');
    let (month, day) = month_of(next).zip(day_of(word)).or_else(|| month_of(word).zip(day_of(next)))?;
    dated(year(2), month, day, today)
}

/// A date in digits, with its day first unless that is no month: `20/11`, `20/11/2026`, `11/20/26`, `20.11.2026`, `20-11-2026`.
fn in_numbers(word: &str) -> Option<(i8, i8, Option<i16>)> {
    let mark = word.chars().find(|c| !c.is_ascii_digit()).filter(|mark| "/.-".contains(*mark))?;
    let parts: Vec<&str> = word.split(mark).collect();
    let is_short = |part: &str| (1..=2).contains(&part.len());
    let (day, month, year) = match parts[..] {
        [day, month] if mark == '/' => (day, month, None),
        [day, month, year] if year.len() == 4 || year.len() == 2 && day.len() == 2 && month.len() == 2 => {
            (day, month, Some(year.parse().ok()?))
        }
        _ => return None,
    };
    if !is_short(day) || !is_short(month) {
        return None;
    }
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    let (day, month) = if mark == '/' && month > 12 && day <= 12 { (month, day) } else { (day, month) };
    Some((day, month, year))
}

fn dated(year: Option<i16>, month: i8, day: i8, today: Date) -> Option<Date> {
    match year {
        Some(year) => Date::new(if year < 100 { year + 2000 } else { year }, month, day).ok(),
        None => {
            let this = Date::new(today.year(), month, day).ok()?;
            if this <= today { Some(this) } else { Date::new(today.year() - 1, month, day).ok() }
        }
    }
}
