//! How a mailing is called where nobody has named it: by its list and the month.

use jiff::civil::Date;
use language::Language;

/// Characters of the part that the list gives.
const STEM_MAX: usize = 80;

/// As in `clients novembre 2026`, for a list in `clients.csv`.
pub fn default_name(list: &str, on: Date, language: Language) -> String {
    let name = list.rsplit(['/', '\\']).next().unwrap_or(list);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
    let stem: String = stem.trim().chars().filter(|c| !c.is_control()).take(STEM_MAX).collect();
    let month = language.month(on.month().unsigned_abs()).unwrap_or_default();
    let stem = if stem.is_empty() { "mailing" } else { &stem };
    format!("{stem} {month} {}", on.year())
}

/// The name with a number behind it, as in `clients novembre 2026 (2)`; the first has none.
pub fn numbered(name: &str, number: u32) -> String {
    if number <= 1 { name.to_owned() } else { format!("{name} ({number})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_list_and_the_month() {
        let on = date(2026, 11, 23);
        assert_eq!(default_name("clients.csv", on, Language::French), "clients novembre 2026");
        assert_eq!(default_name("/home/a/Clients été.xlsx", on, Language::English), "Clients été November 2026");
        assert_eq!(default_name("C:\\listes\\clients.csv", date(2026, 2, 1), Language::French), "clients février 2026");
        assert_eq!(default_name(".csv", on, Language::French), ".csv novembre 2026");
        assert_eq!(default_name("", on, Language::English), "mailing November 2026");
        assert_eq!([numbered("a", 1), numbered("a", 2)], ["a", "a (2)"]);
    }
}
