//! How a mailing is called where nobody has named it: by its list and the month.

use jiff::civil::Date;
use language::Language;

/// Characters of the part that the list gives.
const STEM_MAX: usize = 80;

/// As in `clients novembre 2026`, for a list in `clients.csv`.
pub fn default_name(list: &str, on: Date, language: Language) -> String {
    let month = language.month(on.month().unsigned_abs()).unwrap_or_default();
    format!("{} {month} {}", stem(list), on.year())
}

fn stem(list: &str) -> String {
    let name = list.rsplit(['/', '\\']).next().unwrap_or(list);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
    let stem: String = stem.trim().chars().filter(|c| !c.is_control()).take(STEM_MAX).collect();
    if stem.is_empty() { "mailing".to_owned() } else { stem }
}

/// Whether nobody has chosen the name: it is that of the list and a month.
pub fn is_default(name: &str, list: &str) -> bool {
    let is_of = |month: &str| {
        let year = unnumbered(name).strip_prefix(&format!("{} {month} ", stem(list)));
        year.is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
    };
    [Language::English, Language::French]
        .iter()
        .any(|language| (1..=12).any(|month| language.month(month).is_some_and(&is_of)))
}

/// The name without the number that [`numbered`] gives it.
pub fn unnumbered(name: &str) -> &str {
    let bare = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match bare {
        Some((bare, number))
            if !bare.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            bare
        }
        _ => name,
    }
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
        assert_eq!(["a", "a (2)", "a (b)", "(2)", "a ()"].map(unnumbered), ["a", "a", "a (b)", "(2)", "a ()"]);
    }

    #[test]
    fn what_nobody_has_chosen_is_known_again() {
        let is_default = |name| is_default(name, "clients.csv");
        for name in ["clients novembre 2026", "clients January 2025 (2)"] {
            assert!(is_default(name), "{name}");
        }
        for name in ["Factures novembre 2026", "clients", "clients novembre 26", "clients novembre"] {
            assert!(!is_default(name), "{name}");
        }
    }
}
