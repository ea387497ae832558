//! The kinds of record that one store holds, and what there is once for each of them.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// What a record is. Kinds share the store's log, threads, memory and cache; each has segments, searches and a retention of
/// its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Log,
    Span,
    Error,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Log, Self::Span, Self::Error];

    /// The word in the catalogue and in names of segments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Span => "span",
            Self::Error => "error",
        }
    }

    /// The byte in the write-ahead log: never another for the same kind.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Log => 0,
            Self::Span => 1,
            Self::Error => 2,
        }
    }

    pub(crate) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One value for each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerKind<T>([T; Kind::ALL.len()]);

impl<T> PerKind<T> {
    pub fn from_fn(of: impl FnMut(Kind) -> T) -> Self {
        Self(Kind::ALL.map(of))
    }

    /// Each kind with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &T)> {
        Kind::ALL.into_iter().zip(&self.0)
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

impl<T> Index<Kind> for PerKind<T> {
    type Output = T;

    fn index(&self, kind: Kind) -> &T {
        &self.0[usize::from(kind.code())]
    }
}

impl<T> IndexMut<Kind> for PerKind<T> {
    fn index_mut(&mut self, kind: Kind) -> &mut T {
        &mut self.0[usize::from(kind.code())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_place_of_its_own() {
        let words = PerKind::from_fn(Kind::as_str);
        for kind in Kind::ALL {
            assert_eq!(words[kind], kind.as_str());
            assert_eq!(Kind::of_code(kind.code()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
        assert_eq!(Kind::of_code(3), None);
    }
}
