//! What was set aside or cut while a report was read: each with its place, none a reason to refuse the rest.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Problems that are told of one report; those beyond are counted.
const PROBLEMS_MAX: usize = 100;

/// Characters of a place that are told.
const PATH_CHARS_MAX: usize = 200;

/// Something of a report that is not kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `exception.values[0].stacktrace.frames[3].lineno`; empty for the whole report.
    pub path: String,
    pub why: Why,
    /// How much is missing: elements of a list or a map, characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    NotText,
    NotNumber,
    NotFlag,
    NotObject,
    NotList,
    NotTime,
    NotId,
    NotLevel,
    UnknownField,
    TooDeep,
    TooLong,
    TooMany,
    /// More problems than are told.
    More,
}

/// Gathers problems, within bounds.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    told: Vec<Problem>,
    untold: usize,
}

impl Problems {
    pub(crate) fn tell(&mut self, place: &Place<'_>, why: Why) {
        self.push(place, why, None);
    }

    pub(crate) fn tell_left_out(&mut self, place: &Place<'_>, why: Why, left_out: usize) {
        self.push(place, why, Some(left_out));
    }

    fn push(&mut self, place: &Place<'_>, why: Why, left_out: Option<usize>) {
        if self.told.len() < PROBLEMS_MAX {
            self.told.push(Problem { path: place.to_string(), why, left_out });
        } else {
            self.untold += 1;
        }
    }

    pub(crate) fn into_list(mut self) -> Vec<Problem> {
        if self.untold > 0 {
            self.told.push(Problem { path: String::new(), why: Why::More, left_out: Some(self.untold) });
        }
        self.told
    }
}

/// Where in a report something stands. Costs nothing until it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Root,
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The name that this place has in what holds it; none for an element of a list.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::Key(_, key) => Some(key),
            Self::Root | Self::Index(..) => None,
        }
    }

    pub(crate) fn parent(&self) -> Option<&Self> {
        match self {
            Self::Root => None,
            Self::Key(parent, _) | Self::Index(parent, _) => Some(parent),
        }
    }

    fn write(&self, into: &mut String) {
        if let Some(parent) = self.parent() {
            parent.write(into);
        }
        if into.len() > PATH_CHARS_MAX {
            return;
        }
        match self {
            Self::Root => {}
            Self::Key(_, key) => {
                if !into.is_empty() {
                    into.push('.');
                }
                into.extend(key.chars().take(PATH_CHARS_MAX / 2));
            }
            Self::Index(_, index) => into.push_str(&format!("[{index}]")),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        self.write(&mut path);
        f.write_str(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_paths() {
        let root = Place::Root;
        let (list, long) = (Place::Key(&root, "exception"), "k".repeat(500));
        let first = Place::Index(&list, 0);
        assert_eq!(Place::Key(&first, "type").to_string(), "exception[0].type");
        assert_eq!(root.to_string(), "");
        assert!(Place::Key(&first, &long).to_string().len() < 200);
    }

    #[test]
    fn problems_beyond_the_bound_are_counted() {
        let mut problems = Problems::default();
        (0..PROBLEMS_MAX + 7).for_each(|_| problems.tell(&Place::Root, Why::NotText));
        let list = problems.into_list();
        assert_eq!(list.len(), PROBLEMS_MAX + 1);
        assert_eq!(list.last().and_then(|last| last.left_out), Some(7));
    }
}
