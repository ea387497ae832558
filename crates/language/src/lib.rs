//! The languages in which Vigie speaks, and [`Texts`]: what is said, by its identifier, in each of them (Project Fluent).

mod texts;

pub use fluent_bundle::{FluentArgs, FluentValue};
pub use texts::{Formatter, Texts};

use serde::{Deserialize, Serialize};

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
}
