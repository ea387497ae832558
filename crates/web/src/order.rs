//! The orders of lists, by the words of addresses: `order` of the API, `sort` of the pages.

use crate::problem::{Problem, Result, worded};
use store::Order;

const JOBS: [(&str, Order); 6] = [
    ("newest", Order::Newest),
    ("oldest", Order::Oldest),
    ("name", Order::Name),
    ("name-back", Order::NameBack),
    ("failed", Order::MostFailed),
    ("failed-back", Order::LeastFailed),
];

pub(crate) fn of_jobs(word: Option<&str>) -> Result<Order> {
    let known = |word: &str| JOBS.iter().find(|(name, _)| *name == word).map(|(_, order)| *order);
    let names = JOBS.map(|(name, _)| name);
    word.map_or(Ok(Order::Newest), |word| known(word).ok_or_else(|| unknown(word, &names)))
}

/// Whether it is the second of the two `ways` that a list can go.
pub(crate) fn is_turned(word: Option<&str>, ways: [&str; 2]) -> Result<bool> {
    match word {
        None => Ok(false),
        Some(word) if word == ways[0] => Ok(false),
        Some(word) if word == ways[1] => Ok(true),
        Some(word) => Err(unknown(word, &ways)),
    }
}

fn unknown(word: &str, known: &[&str]) -> Problem {
    Problem::invalid(worded("problem-no-word", &[("name", &"order"), ("word", &word)]))
        .remedy(worded("problem-no-word-help", &[("words", &known.join(", "))]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_is_refused_with_those_there_are() {
        assert_eq!(of_jobs(None).unwrap(), Order::Newest);
        assert_eq!(of_jobs(Some("failed-back")).unwrap(), Order::LeastFailed);
        assert!(is_turned(Some("oldest"), ["newest", "oldest"]).unwrap());
        assert!(!is_turned(None, ["newest", "oldest"]).unwrap());
        let refused = [of_jobs(Some("size")).map(drop), is_turned(Some("size"), ["newest", "oldest"]).map(drop)];
        for problem in refused.map(Result::unwrap_err) {
            assert!(format!("{problem:?}").contains("newest, oldest"), "{problem:?}");
        }
    }
}
