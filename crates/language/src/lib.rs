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
    /// The name of a month, from 1 to 12; `None` for any other number.
    pub fn month(self, number: u8) -> Option<&'static str> {
        let (english, french) = MONTHS.get(usize::from(number).checked_sub(1)?)?;
        Some(if self == Self::French { french } else { english })
    }
}
