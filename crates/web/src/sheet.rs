//! How sheets are written for whoever opens them: programs read RFC 4180, a spreadsheet's program what its country
//! writes. Excel takes a file for UTF-8 only where a byte order mark says so, and cuts it by the separator of lists of
//! the machine's language, which is `;` where the comma stands in numbers.

use jiff::tz::TimeZone;
use model::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

/// The query `dialect=` of what is given as CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub(crate) enum Dialect {
    /// Commas, no byte order mark, a point in numbers.
    #[default]
    #[serde(rename = "rfc4180")]
    Plain,
    /// With a byte order mark.
    #[serde(rename = "excel")]
    Excel,
    /// Semicolons, a byte order mark, a comma in numbers.
    #[serde(rename = "excel-fr")]
    ExcelFr,
}

impl Dialect {
    /// That of whoever reads pages in this language.
    pub(crate) const fn of(language: language::Language) -> Self {
        match language {
            language::Language::French => Self::ExcelFr,
            language::Language::English => Self::Excel,
        }
    }

    /// As it is called in addresses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "rfc4180",
            Self::Excel => "excel",
            Self::ExcelFr => "excel-fr",
        }
    }

    /// What stands before the first row.
    pub(crate) const fn mark(self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            Self::Excel | Self::ExcelFr => b"\xef\xbb\xbf",
        }
    }

    const fn separator(self) -> u8 {
        match self {
            Self::Plain | Self::Excel => b',',
            Self::ExcelFr => b';',
        }
    }

    /// A number, as it is written there.
    pub(crate) fn number(self, number: &str) -> String {
        match self {
            Self::Plain | Self::Excel => number.to_owned(),
            Self::ExcelFr => number.replace('.', ","),
        }
    }

    /// A moment: in the zone of the house, as a spreadsheet reads one, where one opens it.
    pub(crate) fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Plain => at.to_string(),
            Self::Excel | Self::ExcelFr => at.in_zone(zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }

    /// Writes rows whose cells start no formula any more.
    pub(crate) fn rows<R, C>(self, rows: impl IntoIterator<Item = R>, into: &mut Vec<u8>)
    where
        R: IntoIterator<Item = C>,
        C: AsRef<[u8]>,
    {
        let mut writer = csv::WriterBuilder::new();
        let mut writer =
            writer.delimiter(self.separator()).terminator(csv::Terminator::CRLF).flexible(true).from_writer(into);
        for row in rows {
            // Writing to memory does not fail.
            let _ = writer.write_record(row);
        }
        let _ = writer.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reads_what_its_country_writes() {
        let mut sheets = String::new();
        for dialect in [Dialect::Plain, Dialect::Excel, Dialect::ExcelFr] {
            let mut sheet = dialect.mark().to_vec();
            let rows = [["nom".to_owned(), "durée".to_owned()], ["a;b, \"c\"".to_owned(), dialect.number("0.8")]];
            dialect.rows(rows, &mut sheet);
            sheets += &format!("{}: {:?}\n", dialect.as_str(), String::from_utf8(sheet).unwrap());
        }
        insta::assert_snapshot!(sheets, @r#"
        rfc4180: "nom,durée\r\n\"a;b, \"\"c\"\"\",0.8\r\n"
        excel: "\u{feff}nom,durée\r\n\"a;b, \"\"c\"\"\",0.8\r\n"
        excel-fr: "\u{feff}nom;durée\r\n\"a;b, \"\"c\"\"\";0,8\r\n"
        "#);
    }
}
