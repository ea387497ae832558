//! What can go wrong with the state.

/// A failure of the store. `Display` is for people: it names the place and, where there is one, the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer, or refused a statement.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A later version of the program has changed the schema.
    #[error(
        "the database has schema version {found}, this program knows versions up to {known}: use a newer `vigie`, or restore the snapshot taken before the upgrade"
    )]
    NewerSchema { found: i64, known: i64 },
    /// The schema could not be brought up to date; nothing was changed.
    #[error("migration {version} ({name}) failed: {source}; the state before it is unchanged{snapshot}")]
    Migration {
        version: i64,
        name: &'static str,
        snapshot: String,
        #[source]
        source: Box<Error>,
    },
    /// A stored value has no meaning: the file is damaged, or somebody else wrote to it.
    #[error("database: column `{column}` holds {what}: run `vigie doctor`")]
    Corrupt { column: String, what: &'static str },
    /// A job or item is in a state that does not lead to the wanted one.
    #[error("{what} is {found}: it cannot be {wanted}")]
    State { what: String, found: String, wanted: &'static str },
    /// What is asked for does not fit what is there; the text says what, and what to do.
    #[error("{0}")]
    Conflict(String),
    /// One failed commit, told to everybody who shared it.
    #[error(transparent)]
    Shared(std::sync::Arc<Error>),
    /// The database was closed while, or before, it was asked.
    #[error("the store is shutting down")]
    Closed,
    /// A file beside the database could not be read or written.
    #[error("{context}: {source}")]
    Io {
        context: String,
        #[source]
        source: std::io::Error,
    },
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn corrupt(column: &str, what: &'static str) -> Self {
        Self::Corrupt { column: column.to_owned(), what }
    }

    /// Whether the database file itself is broken (SQLite: corrupt, or not a database).
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                let code = error.code().and_then(|code| code.parse::<i64>().ok());
                matches!(code.map(|code| code & 0xff), Some(11 | 26)) && error.code().is_some_and(|code| code.len() < 5)
            }
            Self::Shared(error) => error.is_damage(),
            Self::Migration { source, .. } => source.is_damage(),
            _ => false,
        }
    }

    /// Whether there was no room to write.
    pub fn is_full(&self) -> bool {
        match self {
            // SQLite: FULL, and a write that the system refused; PostgreSQL: disk_full.
            Self::Database(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| ["13", "778", "53100"].contains(&code.as_ref()))
            }
            Self::Shared(error) => error.is_full(),
            Self::Migration { source, .. } => source.is_full(),
            Self::Io { source, .. } => {
                use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
                matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge)
            }
            _ => false,
        }
    }

    /// Whether the same call may succeed later without anything being changed: the database is busy, full,
    /// unreachable or restarting.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => match error {
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_) => true,
                sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                    match code.len() {
                        // PostgreSQL's classes: connection, rollback, resources, operator; a lock that was waited for
                        // too long, and a transaction in which nothing was said for too long.
                        5 => {
                            let classes = ["08", "40", "53", "57", "55P03", "25P03"];
                            classes.iter().any(|class| code.starts_with(class))
                        }
                        // SQLite: busy, locked, IO, full, cannot open; the upper bits say more.
                        _ => code.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14)),
                    }
                }),
                _ => false,
            },
            Self::Io { .. } => true,
            Self::Shared(error) => error.is_passing(),
            _ => false,
        }
    }
}
