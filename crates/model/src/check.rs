//! How what is watched stands.

/// The state of a check: something that is to be heard of in time, or that is asked now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckState {
    /// Nothing was heard of it yet.
    New = 0,
    Up = 1,
    /// It is due, and still within its grace.
    Late = 2,
    Down = 3,
    Paused = 4,
}

impl CheckState {
    pub const ALL: [Self; 5] = [Self::New, Self::Up, Self::Late, Self::Down, Self::Paused];

    /// Its name in JSON and on the command line. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Up => "up",
            Self::Late => "late",
            Self::Down => "down",
            Self::Paused => "paused",
        }
    }

    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as i64 == code)
    }
}
