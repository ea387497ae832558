//! What was asked, and how it was understood: `the mailing stopped at 22:20`, `l'envoi s'est arrêté hier vers 22h20`.

use crate::job::JobStory;
use jiff::{
    ToSpan as _,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far around the asked moment is looked.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How much more where the phrase says *about*.
const ABOUT: Duration = Duration::from_secs(5 * 60);
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
/// The longest window.
const WINDOW_MAX: Duration = Duration::from_secs(48 * 3600);
/// Bytes of a phrase that are read.
const PHRASE_BYTES_MAX: usize = 500;

/// What is asked; everything may be left out but the time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Question {
    pub phrase: String,
    /// `22:20`, or a whole date and time; goes before the phrase.
    pub at: Option<String>,
    pub window: Option<Duration>,
    /// From when and until when, as `at`; go before the window.
    pub since: Option<String>,
    pub until: Option<String>,
    /// A part of the path of the request.
    pub path: Option<String>,
    /// The folder of the application, as the tree has it.
    pub app_root: Option<String>,
    pub unit: Option<String>,
    /// Further log files, as globs in the tree.
    pub logs: Vec<String>,
    /// Zones of sources that do not name theirs: a part of the name of the source, and the zone.
    #[serde(serialize_with = "zone_names", deserialize_with = "zones_of_names")]
    pub zones: Vec<(String, TimeZone)>,
    /// A job of Vigie that it is about.
    pub job: Option<JobStory>,
}

/// The moment and the window that a question means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub phrase: String,
    /// When it is said to have happened; `None` where only a window was given.
    pub at: Option<Timestamp>,
    pub from: Timestamp,
    pub to: Timestamp,
    #[serde(serialize_with = "zone_name", deserialize_with = "zone_of_name")]
    pub zone: TimeZone,
}

impl Reading {
    pub fn length(&self) -> Duration {
        self.to.since(self.from)
    }
}

impl Question {
    /// The zone that was told without the name of a source.
    pub(crate) fn zone_of_all(&self) -> Option<TimeZone> {
        self.zones.iter().find(|(source, _)| source.is_empty()).map(|(_, zone)| zone.clone())
    }
}

fn zone_name<S: serde::Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&name_of(zone))
}

fn zone_of_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    named(&name).ok_or_else(|| serde::de::Error::custom(format!("there is no time zone {name}")))
}

fn zone_names<S: serde::Serializer>(zones: &[(String, TimeZone)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(zones.iter().map(|(source, zone)| (source, name_of(zone))))
}

fn zones_of_names<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, TimeZone)>, D::Error> {
    let zones = Vec::<(String, String)>::deserialize(deserializer)?;
    let zone = |(source, name): (String, String)| Some((source, named(&name)?));
    Ok(zones.into_iter().filter_map(zone).collect())
}

/// The zone of what [`name_of`] says: a name, or an offset.
pub(crate) fn named(name: &str) -> Option<TimeZone> {
    let offset = || {
        let (sign, digits) = match name.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
        let seconds = hours.parse::<i32>().ok()?.checked_mul(3600)? + minutes.parse::<i32>().ok()?.checked_mul(60)?;
        jiff::tz::Offset::from_seconds(sign * seconds).ok().map(TimeZone::fixed)
    };
    TimeZone::get(name).ok().or_else(offset)
}

/// `Europe/Paris`, or an offset.
pub(crate) fn name_of(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(
        || zone.to_fixed_offset().map_or_else(|_| "UTC".into(), |offset| offset.to_string()),
        str::to_owned,
    )
}

/// Why a question cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadQuestion {
    /// No time is found in the phrase.
    NoTime,
    /// What stands behind `--at` is no time.
    NotATime(String),
    /// It begins after it ends, or lasts longer than two days.
    Window,
}

/// Reads `question`. `latest` is the newest moment that anything was logged, or now: a time of day is the last before it.
///
/// # Errors
/// Where no time is named, or the window is none.
pub fn read(question: &Question, zone: &TimeZone, latest: Timestamp) -> Result<Reading, BadQuestion> {
    if let Some(day) = no_day(question.at.as_ref().unwrap_or(&question.phrase)) {
        return Err(BadQuestion::NotATime(day));
    }
    let written = |text: &String| moment(text, zone, latest).ok_or_else(|| BadQuestion::NotATime(text.clone()));
    let told = match &question.at {
        Some(at) => Some(written(at)?),
        None => moment(&question.phrase, zone, latest),
    };
    // A day alone is meant whole: from its beginning, until its end.
    let midnight = |text: &String, days: i32| {
        let day: Date = text.trim().parse().ok()?;
        let day = day.checked_add(jiff::Span::new().days(days)).ok()?;
        Some(Timestamp::from(day.to_zoned(zone.clone()).ok()?.timestamp()))
    };
    let end = |text: &Option<String>, days: i32| {
        let at = |text: &String| midnight(text, days).map_or_else(|| written(text).map(|(at, _)| at), Ok);
        text.as_ref().map(at).transpose()
    };
    let window = question.window.unwrap_or(WINDOW);
    if let (None, None, None, Some((from, to))) =
        (&question.at, &question.since, &question.until, between(&question.phrase, zone, latest))
        && to.since(from) <= WINDOW_MAX
    {
        return Ok(Reading { phrase: question.phrase.clone(), at: None, from, to, zone: zone.clone() });
    }
    let (from, to) = match (told, end(&question.since, 0)?, end(&question.until, 1)?) {
        (_, Some(since), until) => (since, until.unwrap_or(latest)),
        (Some((at, about)), None, until) => {
            let window = if about && question.window.is_none() { window + ABOUT } else { window };
            (at - window, until.unwrap_or(at + window))
        }
        (None, None, Some(until)) => (until - window, until),
        (None, None, None) => return Err(BadQuestion::NoTime),
    };
    if from >= to || to.since(from) > WINDOW_MAX {
        return Err(BadQuestion::Window);
    }
    Ok(Reading { phrase: question.phrase.clone(), at: told.map(|(at, _)| at), from, to, zone: zone.clone() })
}

/// Words for a day that is counted from today.
const BY_TODAY: &[&str] =
    &["yesterday", "hier", "avant-hier", "today", "tonight", "aujourd'hui", "aujourd’hui", "last night"];

/// Whether the day is told by the calendar of whoever asks: *yesterday*, and not *on the 24th*.
pub(crate) fn is_by_today(question: &Question) -> bool {
    let text = question.at.as_ref().unwrap_or(&question.phrase).to_lowercase();
    BY_TODAY.iter().any(|word| text.contains(word))
}

/// Whether the moment is told with its year.
pub(crate) fn names_year(question: &Question) -> bool {
    let texts = [Some(&question.phrase), question.at.as_ref(), question.since.as_ref(), question.until.as_ref()];
    let is_year = |word: &str| word.len() == 4 && word.parse().is_ok_and(|year: u16| (1970..2100).contains(&year));
    texts.into_iter().flatten().any(|text| text.split(|c: char| !c.is_ascii_digit()).any(is_year))
}

/// A day that there is not, or that is to come: `31 february`, `tomorrow`.
fn no_day(text: &str) -> Option<String> {
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
    next.or_else(|| to_come.map(|word| (*word).to_owned())).or_else(|| impossible.map(|two| two.join(" ")))
}

/// `between 01:30 and 02:00`, `entre 1h30 et 2h`: the two moments that `text` names.
fn between(text: &str, zone: &TimeZone, latest: Timestamp) -> Option<(Timestamp, Timestamp)> {
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
fn moment(text: &str, zone: &TimeZone, latest: Timestamp) -> Option<(Timestamp, bool)> {
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        return Some((at, false));
    }
    let text: String = text.chars().take(PHRASE_BYTES_MAX).collect::<String>().to_lowercase().replace('’', "'");
    // `22 h 20` is `22h20`, and `22 h moins dix` begins with `22h`.
    let attached = |text: String, part: &str| {
        let gap = if part.starts_with(|c: char| c.is_ascii_digit()) { "h" } else { "h " };
        if text.is_empty() { part.to_owned() } else { text + gap + part }
    };
    let text = text.split(" h ").fold(String::new(), attached);
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || ",;!?()\"".contains(c)).filter(|w| !w.is_empty()).collect();
    let about = words.iter().any(|word| ABOUT_WORDS.contains(word));
    if let Some(at) = ago(&words, latest) {
        return Some((at, true));
    }
    // A zone that is told holds before that of the logs.
    let zone = if words.iter().any(|word| matches!(*word, "utc" | "gmt")) { &TimeZone::UTC } else { zone };
    let local = latest.in_zone(zone);
    // A date that is written goes before a day of the week beside it.
    let is_of_week =
        |word: &str| word == "last" || WEEKDAYS.iter().any(|(english, french, _)| word == *english || word == *french);
    let found = |of_week: bool| {
        let mut begins = (0..words.len()).filter(|at| is_of_week(words[*at]) == of_week);
        begins.find_map(|at| date(&words[at..], local.date()))
    };
    let date = found(false).or_else(|| found(true));
    let time = words.iter().enumerate().find_map(|(at, _)| time(&words[at..]))?;
    let is_afternoon = time.hour() < 12 && AFTERNOON.iter().any(|said| text.contains(said));
    let time = if is_afternoon { time.wrapping_add(12.hours()) } else { time };
    // The night began on the day before, and ended on this one.
    let is_evening = time.hour() >= 12 && words.windows(2).any(|two| two == ["last", "night"]);
    let date = date.or_else(|| is_evening.then(|| local.date().yesterday().ok()).flatten());
    let on =
        |date: Date| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|zoned| Timestamp::from(zoned.timestamp()));
    let at = match date {
        Some(date) => on(date)?,
        None => {
            let today = on(local.date())?;
            // A log may end a little before the moment that is asked about.
            if today <= latest + ABOUT { today } else { on(local.date().yesterday().ok()?)? }
        }
    };
    Some((at, about))
}

/// What makes an hour before noon one after it.
const AFTERNOON: &[&str] = &[
    "du soir",
    "ce soir",
    "de l'après-midi",
    "in the evening",
    "this evening",
    " evening",
    "in the afternoon",
    "this afternoon",
    " tonight",
];

/// `2 hours ago`, `il y a 20 min`.
fn ago(words: &[&str], latest: Timestamp) -> Option<Timestamp> {
    let at = words
        .iter()
        .position(|word| *word == "ago")
        .or_else(|| words.windows(3).position(|three| three == ["il", "y", "a"]).map(|at| at + 5))?;
    let number: u64 = words.get(at.checked_sub(2)?)?.parse().ok()?;
    let unit = words.get(at - 1)?;
    let seconds = match unit.chars().next()? {
        'h' => 3600,
        'm' => 60,
        'd' | 'j' => 86_400,
        's' => 1,
        _ => return None,
    };
    Some(latest - Duration::from_secs(number.checked_mul(seconds)?))
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
    // `2025-01-10T22:20` has its date before it.
    let word = word.rsplit_once('t').filter(|(date, _)| date.parse::<Date>().is_ok()).map_or(word, |(_, time)| time);
    let (word, attached) =
        ["am", "pm"].iter().find_map(|half| Some((word.strip_suffix(half)?, Some(*half)))).unwrap_or((word, None));
    let half = attached
        .or_else(|| words.get(1).map(|next| next.trim_end_matches('.')).filter(|next| matches!(*next, "am" | "pm")));
    let mut numbers = word.split([':', 'h']).map(|part| part.parse::<i8>());
    let hour = numbers.next()?.ok()?;
    let rest: Vec<i8> = numbers.take_while(|number| number.is_ok()).flatten().collect();
    let has_mark = word.contains([':', 'h']);
    if !has_mark && half.is_none() && !is_bare || word.split([':', 'h']).any(|part| part.len() > 2) {
        return None;
    }
    let hour = match half {
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        _ => hour,
    };
    Time::new(hour, rest.first().copied().unwrap_or(0), rest.get(1).copied().unwrap_or(0), 0).ok()
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
    if let Some((_, _, day)) = WEEKDAYS.iter().find(|(english, french, _)| word == *english || word == *french) {
        let back =
            (i32::from(today.weekday().to_monday_zero_offset()) - i32::from(day.to_monday_zero_offset())).rem_euclid(7);
        // On a Thursday, *last Thursday* is a week ago.
        let is_last = words.get(1).is_some_and(|next| matches!(*next, "dernier" | "passé"));
        return today.checked_sub(if back == 0 && is_last { 7 } else { back }.days()).ok();
    }
    if let Ok(date) = word.split('t').next().unwrap_or(word).parse::<Date>() {
        return Some(date);
    }
    let slashes: Vec<i16> = word.split('/').map_while(|part| part.parse().ok()).collect();
    if let [day, month, rest @ ..] = &slashes[..] {
        return dated(rest.first().copied(), i8::try_from(*month).ok()?, i8::try_from(*day).ok()?, today);
    }
    let month_of =
        |word: &str| MONTHS.iter().position(|names| names.contains(&word)).and_then(|at| i8::try_from(at + 1).ok());
    let day_of = |word: &str| word.trim_end_matches(|c: char| c.is_alphabetic()).parse::<i8>().ok();
    let year = |at: usize| words.get(at).and_then(|word| word.parse::<i16>().ok()).filter(|year| *year > 1970);
    let next = words.get(1)?.trim_end_matches('.');
    let (month, day) = month_of(next).zip(day_of(word)).or_else(|| month_of(word).zip(day_of(next)))?;
    dated(year(2), month, day, today)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read_at(phrase: &str) -> Option<(String, u64)> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let latest = "2026-01-22T21:10:00Z".parse().unwrap();
        let question = Question { phrase: phrase.into(), ..Question::default() };
        let reading = read(&question, &zone, latest).ok()?;
        let at = reading.at?.in_zone(&zone);
        Some((at.strftime("%Y-%m-%d %H:%M:%S").to_string(), reading.length().as_secs() / 60))
    }

    #[test]
    fn a_day_that_there_is_not_is_no_time() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let latest = "2026-11-25T21:39:00Z".parse().unwrap();
        for (phrase, expected) in [
            ("it stopped on 31 February at 22:20", Some("31 february")),
            ("arrêté le 31 juin à 22h20", Some("31 juin")),
            ("it stopped tomorrow at 22:20", Some("tomorrow")),
            ("it stopped next thursday at 22:20", Some("next thursday")),
            ("arrêté jeudi prochain à 22h20", Some("jeudi prochain")),
            ("arrêté le 1er mai à 22h20", None),
            ("it stopped on March 3 at 22:20", None),
            ("it may have stopped at 22:20", None),
        ] {
            let question = Question { phrase: phrase.into(), ..Question::default() };
            let read = read(&question, &zone, latest);
            assert_eq!(read.err(), expected.map(|day| BadQuestion::NotATime(day.into())), "{phrase}");
        }
    }

    #[test]
    fn phrases_are_read_in_both_languages() {
        for (phrase, at, minutes) in [
            ("the mailing stopped at 22:20", "2026-01-21 22:20:00", 30),
            ("the mailing stopped at 22:12", "2026-01-22 22:12:00", 30),
            ("l’envoi s’est arrêté hier vers 22h20", "2026-01-21 22:20:00", 40),
            ("mailing stopped yesterday around 10:20 pm", "2026-01-21 22:20:00", 40),
            ("arrêté lundi à 8h", "2026-01-19 08:00:00", 30),
            ("stopped on 2025-01-10 at 22:20:30", "2025-01-10 22:20:30", 30),
            ("stopped at 2025-01-10T22:20", "2025-01-10 22:20:00", 30),
            ("arrêté le 10 janvier à 22h20", "2026-01-10 22:20:00", 30),
            ("arrêté le 10/12/2025 à 22 h 20", "2025-12-10 22:20:00", 30),
            ("le 10/12 à 22h20", "2025-12-10 22:20:00", 30),
            ("stopped 2 hours ago", "2026-01-22 20:10:00", 40),
            ("arrêté il y a 20 min", "2026-01-22 21:50:00", 40),
            ("it stopped at noon", "2026-01-22 12:00:00", 30),
            ("arrêté hier à 22h et quart", "2026-01-21 22:15:00", 30),
            ("arrêté à minuit et demi", "2026-01-22 00:30:00", 30),
            ("arrêté hier à minuit moins le quart", "2026-01-21 23:45:00", 30),
            ("arrêté hier à 22 h moins dix", "2026-01-21 21:50:00", 30),
            ("arrêté à 8h et l'équipe attend", "2026-01-22 08:00:00", 30),
            ("it stopped at half past 10 pm yesterday", "2026-01-21 22:30:00", 30),
            ("it stopped at a quarter to 9", "2026-01-22 08:45:00", 30),
            ("it stopped last thursday at 22:20", "2026-01-15 22:20:00", 30),
            ("it stopped last tuesday at 22:20", "2026-01-20 22:20:00", 30),
            ("it stopped last night at 22:05", "2026-01-21 22:05:00", 30),
            ("it stopped last night at 2:05", "2026-01-22 02:05:00", 30),
            ("arrêté jeudi dernier à 10h et demie du soir", "2026-01-15 22:30:00", 30),
            ("it stopped at 10:30 in the evening yesterday", "2026-01-21 22:30:00", 30),
            ("it stopped on friday 20 November 2025 at 22:12", "2025-11-20 22:12:00", 30),
            ("arrêté jeudi dernier à 22h20", "2026-01-15 22:20:00", 30),
            ("der Versand hörte gegen 18:31 auf", "2026-01-22 18:31:00", 40),
            ("it stopped", "", 0),
            ("500 mails were lost", "", 0),
        ] {
            let expected = (!at.is_empty()).then(|| (at.to_owned(), minutes));
            assert_eq!(read_at(phrase), expected, "{phrase}");
        }
    }

    #[test]
    fn a_span_is_read_as_its_two_ends() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let latest = "2026-01-22T21:10:00Z".parse().unwrap();
        for phrase in [
            "it stopped between 01:30 and 02:00",
            "arrêté entre 1h30 et 2h00",
            "it stopped between 01:30 and 02:00 today",
        ] {
            let question = Question { phrase: phrase.into(), ..Question::default() };
            let reading = read(&question, &zone, latest).unwrap();
            assert_eq!(reading.at, None, "{phrase}");
            assert_eq!(reading.from.in_zone(&zone).strftime("%d %H:%M").to_string(), "22 01:30", "{phrase}");
            assert_eq!(reading.length(), Duration::from_secs(1800), "{phrase}");
        }
    }

    #[test]
    fn zones_are_known_by_their_names_again() {
        for zone in [TimeZone::UTC, TimeZone::get("Europe/Paris").unwrap(), TimeZone::fixed(jiff::tz::offset(-3))] {
            assert_eq!(named(&name_of(&zone)), Some(zone));
        }
        assert_eq!((named("+nonsense"), named("")), (None, None));
    }

    #[test]
    fn a_day_alone_is_meant_whole_and_a_zone_that_is_told_holds() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let latest = "2026-01-23T09:10:00Z".parse().unwrap();
        let question =
            Question { since: Some("2026-01-22".into()), until: Some("2026-01-22".into()), ..Question::default() };
        let reading = read(&question, &zone, latest).unwrap();
        assert_eq!(
            (reading.from.to_string(), reading.length().as_secs()),
            ("2026-01-21T23:00:00.000000Z".into(), 86_400)
        );
        let question = Question { phrase: "the mailing stopped at 22:20 UTC yesterday".into(), ..Question::default() };
        let at = read(&question, &zone, latest).unwrap().at;
        assert_eq!(at.map(|at| at.to_string()), Some("2026-01-22T22:20:00.000000Z".to_owned()));
    }

    #[test]
    fn a_window_is_given_and_bounded() {
        let zone = TimeZone::UTC;
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let latest = at("2026-01-22T21:10:00Z");
        let question = Question { since: Some("2026-01-20T00:00:00Z".into()), ..Question::default() };
        assert_eq!(read(&question, &zone, latest), Err(BadQuestion::Window));
        let question = Question { at: Some("nonsense".into()), ..Question::default() };
        assert_eq!(read(&question, &zone, latest), Err(BadQuestion::NotATime("nonsense".into())));
    }
}
