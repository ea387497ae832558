//! What a line says for whoever reads it with other means than the parsers: regular expressions, and the times that fail2ban's
//! samples state for their lines. Years are left out where they do not stand there.

use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use regex::{Captures, Regex};

/// A moment as far as a line tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Moment {
    /// `11-20 10:00:00` of the clock that wrote it.
    Civil(String),
    /// `10:00:00`, of a day that it does not name.
    Clock(String),
    /// Seconds since 1970.
    Epoch(i64),
}

impl Moment {
    /// As of a clock that stands in `zone`, which only its file's header tells: `-0800`.
    pub(crate) fn in_zone(&self, (year, zone): &(String, String)) -> Self {
        let Self::Civil(civil) = self else { return self.clone() };
        let read = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", format!("{year}-{civil} {zone}"));
        let read = read.ok().and_then(|read| read.to_timestamp().ok());
        read.map_or(self.clone(), |read| Self::Epoch(read.as_second()))
    }

    /// Whether `read` is this moment; `near` allows it to be two seconds earlier or later.
    pub(crate) fn is(&self, read: Timestamp, zone: &TimeZone, near: bool) -> bool {
        let steps: &[i64] = if near { &[0, 1, -1, 2, -2] } else { &[0] };
        steps.iter().any(|step| {
            let at = Timestamp::from_micros(read.as_micros() + step * 1_000_000);
            match self {
                Self::Epoch(seconds) => at.as_micros().div_euclid(1_000_000) == *seconds,
                Self::Civil(civil) => at.in_zone(zone).strftime("%m-%d %H:%M:%S").to_string() == *civil,
                Self::Clock(clock) => at.in_zone(zone).strftime("%H:%M:%S").to_string() == *clock,
            }
        })
    }
}

/// What one line says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    /// Any of these is right: a line within another has a time of its own.
    pub(crate) times: Vec<Moment>,
    pub(crate) level: Option<Level>,
    /// Whether its time stands at its very beginning, so that it cannot be the rest of something.
    pub(crate) begins: bool,
    /// Whether a comment states its time, which then is that of its record wherever it stands in it.
    pub(crate) is_told: bool,
}

pub(crate) struct Witness {
    /// From the one that says most; the one that stands first in a line counts.
    times: Vec<Regex>,
    clock: Regex,
    carrier: Regex,
    json_time: Regex,
    json_level: Regex,
    levels: Vec<Regex>,
    told: Regex,
}

/// Bytes of a line in which its time is looked for, and its level.
const TIME_WITHIN: usize = 90;
const LEVEL_WITHIN: usize = 120;
/// What may stand before the time of a line that begins with it.
const BEGIN_WITHIN: usize = 2;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

impl Witness {
    pub(crate) fn new() -> Self {
        let clock = r"(?P<H>\d{1,2}):(?P<M>\d\d):(?P<S>\d\d)(?:[.,]\d+)?";
        let zone = r"(?:\s?(?P<z>(?:Z|UTC|GMT|CES?T|[EPMC][SD]T)\b|[+-]\d\d:?\d\d\b))?";
        let month = r"(?P<b>(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))";
        let times = [
            format!(r"\b(?P<Y>(?:19|20)\d\d)[-/.:](?P<m>\d\d)[-/.:](?P<d>\d\d)[T _:-]+{clock}{zone}"),
            format!(r"\b(?P<Y>(?:19|20)\d\d)-(?P<j>\d{{3}})T{clock}{zone}"),
            format!(r"\b(?P<d>\d{{1,2}})[-/ ]{month}[-/ ](?P<Y>\d{{4}})[: T]{clock}{zone}"),
            format!(
                r"\b{month}\s+(?P<d>\d{{1,2}}),?(?: (?P<Y>\d{{4}}))? {clock}(?P<pm> [AP]M)?(?: (?P<z>UTC|GMT|[+-]\d{{4}}))?"
            ),
            format!(r"\b(?P<x>\d\d)/(?P<y>\d\d)/(?P<Y>20\d\d),? {clock}(?P<pm> [AP]M)?{zone}"),
            format!(r"^(?P<Y2>\d\d)/(?P<m>\d\d)/(?P<d>\d\d) {clock}"),
            format!(r"^[IWEF](?P<m>\d\d)(?P<d>\d\d) {clock}"),
            r"^\W{0,2}(?P<e>1[0-9]{9})(?:\.\d+)?\b".to_owned(),
            r"^type=\S+ msg=audit\((?P<e>\d{10})\.".to_owned(),
            r"^@40000000(?P<t>[0-9a-f]{8})[0-9a-f]{8}\b".to_owned(),
        ];
        let words = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|CRIT|EMERG|ALERT";
        let levels = [
            r"\b(?P<l>LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG[1-5]?):  ".to_owned(),
            r"^<(?P<l>[DIWEF])>\d".to_owned(),
            r"^(?P<l>[IWEF])\d{4} \d\d:".to_owned(),
            r#"\b(?:lvl|level|severity)="?(?P<l>[A-Za-z]{3,11})\b"#.to_owned(),
            format!(r"[\[:](?P<l>(?i:{words}|WRN|ERR|INF|DBG|FTL))\s*\]"),
            format!(r"(?:^|[\s:|<(])(?P<l>{words})(?:[\]:>\[)|]|\s|$)"),
        ];
        Self {
            times: times.iter().map(|time| pattern(time)).collect(),
            clock: pattern(&format!(r"^(?:\d+ )?{clock}")),
            carrier: pattern(
                r"^(?:<\d+>)?(?:(?:[A-Z][a-z]{2}\s+\d+ \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ [^\s:\[]+(?:\[\d+\])?: |[\w.-]+\s+\| )",
            ),
            json_time: pattern(
                r#""(?:@timestamp|timestamp|ts|time|started_at|EdgeStartTimestamp|datetime|eventTime)"\s*:\s*"?(?P<v>[^",}]+)"#,
            ),
            json_level: pattern(
                r#""(?:level|lvl|severity|levelname|log\.level|loglevel)"\s*:\s*"?(?P<l>[A-Za-z]+|\d0)"?\s*[,}]"#,
            ),
            levels: levels.iter().map(|level| pattern(level)).collect(),
            told: pattern(r#"failJSON:.*"time":\s*"(?:\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)"#),
        }
    }

    pub(crate) fn of(&self, line: &str) -> Expected {
        // Headers of tables say when the file was begun, of no record.
        if line.starts_with('#') && line.contains(": ") {
            return Expected::default();
        }
        if line.trim_start().starts_with('{') && line.trim_end().ends_with('}') {
            return self.of_object(line);
        }
        let carried = self.carrier.find(line).map(|found| &line[found.end()..]);
        let (first, begins) = self.time(line);
        let mut times: Vec<Moment> = first.into_iter().collect();
        times.extend(carried.and_then(|rest| self.time(rest).0));
        if times.is_empty() {
            times.extend(
                self.clock
                    .captures(line)
                    .map(|found| Moment::Clock(format!("{:0>2}:{}:{}", &found["H"], &found["M"], &found["S"]))),
            );
        }
        let within = carried.unwrap_or(line);
        Expected { times, level: self.level(within), begins, is_told: false }
    }

    /// The year and the zone of a table whose header has them in one line.
    pub(crate) fn zone(&self, line: &str) -> Option<(String, String)> {
        let zone = line.strip_prefix("#GMT-Offset: ")?.trim();
        Some(("2001".to_owned(), zone.to_owned()))
    }

    fn of_object(&self, line: &str) -> Expected {
        let level = self.json_level.captures(line).and_then(|found| level_of(&found["l"]));
        let time = self.json_time.captures(line).and_then(|found| {
            let value = found["v"].trim();
            match value.parse::<f64>() {
                Ok(count) if count > 1e17 => Some(Moment::Epoch((count / 1e9).floor() as i64)),
                Ok(count) if count > 1e14 => Some(Moment::Epoch((count / 1e6).floor() as i64)),
                Ok(count) if count > 1e11 => Some(Moment::Epoch((count / 1e3).floor() as i64)),
                Ok(count) if count > 1e8 => Some(Moment::Epoch(count.floor() as i64)),
                Ok(_) => None,
                Err(_) => self.time(value).0,
            }
        });
        Expected { times: time.into_iter().collect(), level, begins: true, is_told: false }
    }

    /// The time that stands first, and whether the line begins with it.
    fn time(&self, text: &str) -> (Option<Moment>, bool) {
        let mut end = text.len().min(TIME_WITHIN);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let found = self.times.iter().filter_map(|time| time.captures(text));
        let at = |found: &Captures<'_>| found.get(0).map_or(usize::MAX, |whole| whole.start());
        let first = found.filter(|found| at(found) < end).min_by_key(at);
        let begins = first.as_ref().is_some_and(|found| at(found) <= BEGIN_WITHIN);
        (first.and_then(|found| moment(&found)), begins)
    }

    fn level(&self, text: &str) -> Option<Level> {
        let mut end = text.len().min(LEVEL_WITHIN);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let found = self.levels.iter().find_map(|level| level.captures(&text[..end]))?;
        level_of(&found["l"])
    }

    /// What the comment before a line of fail2ban's samples says of it: in the time of Zurich, where their tests run.
    pub(crate) fn told(&self, comment: &str) -> Option<Moment> {
        let found = self.told.captures(comment)?;
        Some(Moment::Civil(format!("{}-{} {}:{}:{}", &found[1], &found[2], &found[3], &found[4], &found[5])))
    }
}

fn level_of(word: &str) -> Option<Level> {
    Some(match &*word.to_ascii_uppercase() {
        "TRACE" | "10" => Level::Trace,
        "D" | "DEBUG" | "DBUG" | "DBG" | "20" | "DEBUG1" | "DEBUG2" | "DEBUG3" | "DEBUG4" | "DEBUG5" => Level::Debug,
        "I" | "INFO" | "INF" | "NOTICE" | "LOG" | "30" => Level::Info,
        "W" | "WARN" | "WARNING" | "WRN" | "40" => Level::Warning,
        "E" | "ERROR" | "ERR" | "EROR" | "50" => Level::Error,
        "F" | "FATAL" | "FTL" | "CRITICAL" | "CRIT" | "EMERG" | "ALERT" | "PANIC" | "60" => Level::Critical,
        _ => return None,
    })
}

fn moment(found: &Captures<'_>) -> Option<Moment> {
    if let Some(seconds) = found.name("e") {
        return Some(Moment::Epoch(seconds.as_str().parse().ok()?));
    }
    if let Some(seconds) = found.name("t") {
        // As tai64nlocal reads it: ten seconds ahead of 1970, leap seconds left alone.
        return Some(Moment::Epoch(i64::from_str_radix(seconds.as_str(), 16).ok()? - 10));
    }
    let number = |name: &str| found.name(name).and_then(|part| part.as_str().parse::<i16>().ok());
    let year = number("Y").or_else(|| number("Y2").map(|year| year + 2000));
    let (month, day) = match (found.name("b"), number("j")) {
        (Some(name), _) => {
            let month = MONTHS.iter().position(|month| name.as_str().eq_ignore_ascii_case(month))?;
            (month as i16 + 1, number("d")?)
        }
        (None, Some(of_year)) => {
            let date = jiff::civil::date(year?, 1, 1) + jiff::Span::new().days(i64::from(of_year - 1));
            (i16::from(date.month()), i16::from(date.day()))
        }
        _ => match (number("x"), number("y")) {
            // Nobody can tell 10/06 from 06/10.
            (Some(first), Some(second)) if first <= 12 && second <= 12 && first != second => return None,
            (Some(first), Some(second)) if first > 12 => (second, first),
            (Some(first), Some(second)) => (first, second),
            _ => (number("m")?, number("d")?),
        },
    };
    let mut hour = number("H")?;
    if let Some(half) = found.name("pm") {
        hour = hour % 12 + if half.as_str() == " PM" { 12 } else { 0 };
    }
    let civil = format!("{month:02}-{day:02} {hour:02}:{}:{}", &found["M"], &found["S"]);
    let (Some(zone), Some(year)) = (found.name("z"), year) else { return Some(Moment::Civil(civil)) };
    let zone = match zone.as_str() {
        "Z" | "UTC" | "GMT" => "+0000".to_owned(),
        "CET" => "+0100".to_owned(),
        "CEST" => "+0200".to_owned(),
        "EDT" => "-0400".to_owned(),
        "EST" | "CDT" => "-0500".to_owned(),
        "CST" | "MDT" => "-0600".to_owned(),
        "MST" | "PDT" => "-0700".to_owned(),
        "PST" => "-0800".to_owned(),
        zone => zone.replace(':', ""),
    };
    let read = jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", format!("{year}-{civil} {zone}")).ok()?;
    Some(Moment::Epoch(read.to_timestamp().ok()?.as_second()))
}
