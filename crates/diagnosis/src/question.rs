//! What was asked, and how it was understood: `the mailing stopped at 22:20`, `l'envoi s'est arrêté hier vers 22h20`.

mod phrase;

use crate::job::JobStory;
use jiff::{civil::Date, tz::TimeZone};
use model::Timestamp;
use phrase::{between, moment, no_day};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How far around the asked moment is looked.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How much more where the phrase says *about*.
const ABOUT: Duration = Duration::from_secs(5 * 60);
/// The longest window.
const WINDOW_MAX: Duration = Duration::from_secs(48 * 3600);

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
            ("arrêté le 31/02/2026 à 22h20", Some("31/02/2026")),
            ("version 2.14.3 stopped at 22:20", None),
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
    fn hours_are_read_however_they_are_written() {
        for (phrase, at, minutes) in [
            ("arrêté hier à 22 heures et quart", "2026-01-21 22:15:00", 30),
            ("arrêté hier à 22 heures 20", "2026-01-21 22:20:00", 30),
            ("arrêté hier vers 22 heures", "2026-01-21 22:00:00", 40),
            ("it stopped at 10 o'clock", "2026-01-22 10:00:00", 30),
            ("il y a deux heures", "2026-01-22 20:10:00", 40),
            ("arrêté il y a environ 2 heures", "2026-01-22 20:10:00", 40),
            ("arrêté il y a une heure et demie", "2026-01-22 20:40:00", 40),
            ("arrêté il y a 1h30", "2026-01-22 20:40:00", 40),
            ("arrêté il y a une demi-heure", "2026-01-22 21:40:00", 40),
            ("it stopped half an hour ago", "2026-01-22 21:40:00", 40),
            ("it stopped about an hour ago", "2026-01-22 21:10:00", 40),
            ("arrêté il y a deux jours à 22h20", "2026-01-20 22:20:00", 30),
            ("it stopped 2 days ago at 22:20", "2026-01-20 22:20:00", 30),
            ("it stopped at 22.15 on 20.11.2025", "2025-11-20 22:15:00", 30),
            ("um 22.15 Uhr am 20.11.2025", "2025-11-20 22:15:00", 30),
            ("um 22 Uhr gestoppt", "2026-01-22 22:00:00", 30),
            ("it stopped last night at 10", "2026-01-21 22:00:00", 30),
            ("it stopped last night around 10:15", "2026-01-21 22:15:00", 40),
            ("it stopped at 10 this morning", "2026-01-22 10:00:00", 30),
            ("it stopped at 10 p.m. yesterday", "2026-01-21 22:00:00", 30),
            ("arrêté hier soir à 10h20", "2026-01-21 22:20:00", 30),
            ("arrêté hier soir à 0h30", "2026-01-22 00:30:00", 30),
            ("arrêté dans la nuit de lundi à mardi vers 2h", "2026-01-20 02:00:00", 40),
            ("arrêté dans la nuit de lundi à mardi vers 23h", "2026-01-19 23:00:00", 40),
            ("arrêté le 20 à 22h20", "2026-01-20 22:20:00", 30),
            ("it stopped on the 25th at 22:20", "2025-12-25 22:20:00", 30),
            ("stopped on 11/20/2025 at 22:20", "2025-11-20 22:20:00", 30),
            ("stopped at 22:20Z on 2025-11-20", "2025-11-20 23:20:00", 30),
            ("stopped at 2025-11-20T22:20:00+01:00 it seems", "2025-11-20 22:20:00", 30),
            ("arrêté à 22h20min hier", "2026-01-21 22:20:00", 30),
            ("it stopped at 10 mails this morning", "", 0),
            ("version 10.15 stopped", "", 0),
            ("it stopped at 22:2x", "", 0),
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
