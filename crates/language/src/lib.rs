//! The languages in which Vigie speaks, and [`Texts`]: what is said, by its identifier, in each of them (Project Fluent).

mod texts;

pub use fluent_bundle::{FluentArgs, FluentValue};
pub use texts::{Formatter, Texts};

use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "fr")]
    French,
    #[serde(rename = "en")]
    English,
}

const MONTHS: [(&str, &str); 12] = [
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
];

impl Language {
    /// `12,345`, in French `12 345` with narrow spaces that do not break.
    pub fn number(self, number: u64) -> String {
        let separator = if self == Self::French { '\u{202f}' } else { ',' };
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len());
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// To one decimal where there is one: `98.7`, in French `98,7`.
    pub fn decimal(self, number: f64) -> String {
        let rounded = (number * 10.0).round() / 10.0;
        let (whole, rest) = (rounded.trunc().abs() as u64, ((rounded.fract() * 10.0).round() as i64).abs());
        let sign = if rounded < 0.0 { "-" } else { "" };
        let point = if self == Self::French { ',' } else { '.' };
        match rest {
            0 => format!("{sign}{}", self.number(whole)),
            rest => format!("{sign}{}{point}{rest}", self.number(whole)),
        }
    }

    /// The two largest units: `8 min 20 s`; below a second a decimal or milliseconds. The spaces before units do not break.
    pub fn duration(self, time: Duration) -> String {
        let seconds = time.as_secs();
        let day = if self == Self::French { "j" } else { "d" };
        let units =
            [(seconds / 86_400, day), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
        let shown: Vec<String> = units
            .iter()
            .skip_while(|(number, _)| *number == 0)
            .take(2)
            .filter(|(number, _)| *number > 0)
            .map(|(number, unit)| format!("{number}\u{a0}{unit}"))
            .collect();
        match shown.is_empty() {
            true if time.as_millis() >= 50 => format!("{}\u{a0}s", self.decimal(time.as_secs_f64())),
            true if time.as_micros() > 0 => format!("{}\u{a0}ms", time.as_millis().max(1)),
            true => "0\u{a0}s".to_owned(),
            false => shown.join(" "),
        }
    }

    /// The name of a month, from 1 to 12; `None` for any other number.
    pub fn month(self, number: u8) -> Option<&'static str> {
        let (english, french) = MONTHS.get(usize::from(number).checked_sub(1)?)?;
        Some(if self == Self::French { french } else { english })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = |number| [Language::English, Language::French].map(|language| language.number(number));
        assert_eq!(written(999), ["999", "999"]);
        assert_eq!(written(1_234_567), ["1,234,567", "1\u{202f}234\u{202f}567"]);
    }

    #[test]
    fn decimals_are_one_and_only_where_there_is_one() {
        let written = |number| [Language::English, Language::French].map(|language| language.decimal(number));
        assert_eq!(written(98.66), ["98.7", "98,7"]);
        assert_eq!(written(98.96), ["99", "99"]);
        assert_eq!(written(-0.04), ["0", "0"]);
        assert_eq!(written(-1_234.5), ["-1,234.5", "-1\u{202f}234,5"]);
    }

    #[test]
    fn durations_are_said_in_their_two_largest_units() {
        for (millis, english, french) in [
            (0, "0 s", "0 s"),
            (3, "3 ms", "3 ms"),
            (350, "0.4 s", "0,4 s"),
            (500_000, "8 min 20 s", "8 min 20 s"),
            (3_605_000, "1 h", "1 h"),
            (180_000_000, "2 d 2 h", "2 j 2 h"),
        ] {
            let time = Duration::from_millis(millis);
            let said = [Language::English, Language::French].map(|one| one.duration(time).replace('\u{a0}', " "));
            assert_eq!(said, [english, french]);
        }
    }
}
