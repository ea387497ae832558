//! Rates and durations as people write them: `60/min`, `10/s`, `500/h`, `3s`, `2m`, `1h30m`.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};

/// A number of messages per second, minute or hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    pub messages: u32,
    pub per: Per,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    Second,
    Minute,
    Hour,
}

/// The limits of a mailing as they were written, before they become the run's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawLimits {
    pub per_second: Option<u32>,
    pub per_minute: Option<u32>,
    pub per_hour: Option<u32>,
    /// Messages in any 24 hours.
    pub daily: Option<u32>,
    /// Messages sent before a pause.
    pub batch: Option<u32>,
    pub pause: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    #[error("`{0}` is not a rate: write a number, a slash and s, min or h, as in 60/min")]
    Rate(String),
    #[error("`{0}` is not a duration: write a number and ms, s, m or h, as in 3s or 1h30m")]
    Duration(String),
}

impl FromStr for Rate {
    type Err = BadAmount;

    fn from_str(text: &str) -> Result<Self, BadAmount> {
        let fail = || BadAmount::Rate(text.to_owned());
        let (number, unit) = text.split_once('/').ok_or_else(fail)?;
        let messages = number.trim().parse().ok().filter(|number| *number > 0).ok_or_else(fail)?;
        let per = match unit.trim() {
            "s" | "sec" | "second" | "seconde" => Per::Second,
            "m" | "min" | "mn" | "minute" => Per::Minute,
            "h" | "hour" | "heure" => Per::Hour,
            _ => return Err(fail()),
        };
        Ok(Self { messages, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per {
            Per::Second => "s",
            Per::Minute => "min",
            Per::Hour => "h",
        };
        write!(f, "{}/{unit}", self.messages)
    }
}

impl TryFrom<String> for Rate {
    type Error = BadAmount;
    fn try_from(text: String) -> Result<Self, BadAmount> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

/// At most a year.
pub fn parse_duration(text: &str) -> Result<Duration, BadAmount> {
    const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);
    let fail = || BadAmount::Duration(text.to_owned());
    let mut rest = text.trim();
    let mut sum = Duration::ZERO;
    if rest.is_empty() {
        return Err(fail());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(fail)?;
        let number: u64 = rest[..digits].parse().map_err(|_| fail())?;
        rest = rest[digits..].trim_start();
        let unit = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let millis = match &rest[..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" | "j" => 86_400_000,
            _ => return Err(fail()),
        };
        sum = sum.saturating_add(Duration::from_millis(number.saturating_mul(millis)));
        rest = rest[unit..].trim_start();
    }
    if sum > YEAR { Err(fail()) } else { Ok(sum) }
}

impl From<RawLimits> for model::pace::Limits {
    fn from(limits: RawLimits) -> Self {
        let batch = limits.batch.map(|size| {
            let pause = limits.pause.unwrap_or_default();
            model::pace::Batch { size, pause }
        });
        let RawLimits { per_second, per_minute, per_hour, daily, .. } = limits;
        Self { per_second, per_minute, per_hour, daily, daily_recipients: None, batch }
    }
}

/// As `60/min, 2,000 a day, 10 every 3s`; empty where nothing is limited.
pub fn spelled(limits: &model::pace::Limits) -> String {
    let rates = [(limits.per_second, "/s"), (limits.per_minute, "/min"), (limits.per_hour, "/h")];
    let days = [(limits.daily, " a day"), (limits.daily_recipients, " recipients a day")];
    let mut texts: Vec<String> =
        rates.into_iter().chain(days).filter_map(|(limit, unit)| Some(format!("{}{unit}", limit?))).collect();
    texts.extend(limits.batch.map(|batch| format!("{} every {:?}", batch.size, batch.pause)));
    texts.join(", ")
}

impl RawLimits {
    /// Held beside an account's limits: the stricter of each.
    #[must_use]
    pub fn beside(self, account: &model::pace::Limits) -> Self {
        let least = |own: Option<u32>, other: Option<u32>| own.into_iter().chain(other).min();
        let slowness = |batch: Option<u32>, pause: Option<Duration>| {
            pause.unwrap_or_default().as_secs_f64() / f64::from(batch.unwrap_or(1).max(1))
        };
        let other = (account.batch.map(|batch| batch.size), account.batch.map(|batch| batch.pause));
        let (batch, pause) =
            match slowness(self.batch, self.pause) >= slowness(other.0, other.1) && self.batch.is_some() {
                true => (self.batch, self.pause),
                false => other,
            };
        Self {
            per_second: least(self.per_second, account.per_second),
            per_minute: least(self.per_minute, account.per_minute),
            per_hour: least(self.per_hour, account.per_hour),
            daily: least(self.daily, account.daily),
            batch,
            pause,
        }
    }

    /// `rates` may name each unit once; the smaller wins where one is named twice.
    pub fn new(rates: &[Rate], daily: Option<u32>, batch: Option<u32>, pause: Option<Duration>) -> Self {
        let mut limits = Self { daily, batch, pause, ..Self::default() };
        for rate in rates {
            let limit = match rate.per {
                Per::Second => &mut limits.per_second,
                Per::Minute => &mut limits.per_minute,
                Per::Hour => &mut limits.per_hour,
            };
            *limit = Some(limit.map_or(rate.messages, |old| old.min(rate.messages)));
        }
        limits
    }

    /// The shortest time in which `messages` may leave, the day's limit and the sending itself left out.
    pub fn time_for(&self, messages: u64) -> Duration {
        model::pace::Limits::from(Self { daily: None, ..self.clone() }).time_for(messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_durations_read_as_written() {
        for (text, messages, per) in [
            ("60/min", 60, Per::Minute),
            ("10/s", 10, Per::Second),
            (" 500 / h ", 500, Per::Hour),
            ("2/minute", 2, Per::Minute),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate, Rate { messages, per });
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
        for text in ["", "60", "0/min", "-1/s", "1.5/s", "60/day", "99999999999/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        for (text, seconds) in
            [("3s", 3.0), ("2m", 120.0), ("1h30m", 5400.0), ("250ms", 0.25), ("1h 5s", 3605.0), ("1j", 86400.0)]
        {
            assert_eq!(parse_duration(text).unwrap().as_secs_f64(), seconds, "{text}");
        }
        for text in ["", "3", "s", "3x", "3s4", "-3s", "99999999999999999999s", "400d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(
            "60".parse::<Rate>().unwrap_err().to_string(),
            "`60` is not a rate: write a number, a slash and s, min or h, as in 60/min"
        );
    }

    #[test]
    fn the_stricter_of_a_runs_limits_and_its_accounts_holds() {
        let own = RawLimits::new(&["30/min".parse().unwrap()], None, Some(10), Some(Duration::from_secs(3)));
        let account = model::pace::Limits {
            per_minute: Some(60),
            daily: Some(2000),
            batch: Some(model::pace::Batch { size: 100, pause: Duration::from_secs(10) }),
            ..model::pace::Limits::default()
        };
        let both = own.clone().beside(&account);
        assert_eq!((both.per_minute, both.daily, both.batch), (Some(30), Some(2000), Some(10)));
        assert_eq!(RawLimits::default().beside(&account).batch, Some(100));
        assert_eq!(own.clone().beside(&model::pace::Limits::default()), own);
        assert_eq!(spelled(&account), "60/min, 2000 a day, 100 every 10s");
        assert_eq!(spelled(&own.into()), "30/min, 10 every 3s");
    }

    #[test]
    fn the_slowest_limit_decides() {
        let rates = ["60/min".parse().unwrap(), "10/s".parse().unwrap()];
        let limits = RawLimits::new(&rates, None, Some(10), Some(Duration::from_secs(3)));
        assert_eq!(limits.time_for(500), Duration::from_secs(500));
        let batches = RawLimits::new(&[], None, Some(10), Some(Duration::from_secs(3)));
        assert_eq!(batches.time_for(500), Duration::from_secs(147));
        assert_eq!(RawLimits::default().time_for(500), Duration::ZERO);
    }
}
