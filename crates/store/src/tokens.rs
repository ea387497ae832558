//! API tokens: only their hashes are kept.

use crate::{
    Db, Error, Result,
    sql::{Row, params},
};
use model::Timestamp;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// What a token may do. The scopes are no ladder: who sends logs does not read for that. [`Scope::allows`] compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Send logs, and nothing else.
    Ingest,
    /// Announce releases and upload source maps, and nothing else: what builds a program needs no more.
    Releases,
    /// Read the progress of jobs whose id one knows.
    Progress,
    /// Read everything.
    Read,
    /// Read everything, act on jobs, and send logs.
    Write,
    /// Look after accounts, users and tokens too.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 6] = [Self::Ingest, Self::Releases, Self::Progress, Self::Read, Self::Write, Self::Admin];

    /// Whether who has this scope may do what needs the other.
    pub const fn allows(self, needed: Self) -> bool {
        match self {
            Self::Ingest => matches!(needed, Self::Ingest),
            Self::Releases => matches!(needed, Self::Releases),
            Self::Progress => matches!(needed, Self::Progress),
            Self::Read => matches!(needed, Self::Progress | Self::Read),
            Self::Write => !matches!(needed, Self::Admin),
            Self::Admin => true,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Token {
    pub id: Uuid,
    pub name: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    pub scope: Scope,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
}

impl Db {
    /// # Errors
    /// [`Error::Conflict`] where the name is taken.
    pub async fn create_token(&self, token: Token) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO tokens (id, name, hash, scope, created_at, expires_at)
                           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING";
                let hash = token.hash.to_vec();
                let scope = token.scope.to_string();
                let values = params![token.id, &token.name, hash, scope, token.created_at, token.expires_at];
                match conn.execute(sql, values).await? {
                    0 => Err(Error::Conflict(format!(
                        "there is a token named `{}`: choose another name, or revoke it first",
                        token.name
                    ))),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    pub async fn token_by_hash(&self, hash: [u8; 32]) -> Result<Option<Token>> {
        let row = self.row("SELECT * FROM tokens WHERE hash = $1", params![hash.to_vec()]).await?;
        row.map(|row| token_from(&row)).transpose()
    }

    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let rows = self.rows("SELECT * FROM tokens ORDER BY name", &[]).await?;
        rows.iter().map(token_from).collect()
    }

    /// Says when the token was last used, unless it is said to have been used later.
    pub async fn use_token(&self, id: Uuid, at: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE tokens SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)";
                conn.execute(sql, params![id, at]).await?;
                Ok(())
            })
        })
        .await
    }

    /// Whether there was one of that name.
    pub async fn revoke_token(&self, name: String) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move { Ok(conn.execute("DELETE FROM tokens WHERE name = $1", params![name]).await? > 0) })
        })
        .await
    }
}

fn token_from(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.id("id")?,
        name: row.text("name")?,
        hash: row.bytes("hash")?.try_into().map_err(|_| Error::corrupt("hash", "no SHA-256"))?,
        scope: row.text("scope")?.parse().map_err(|_| Error::corrupt("scope", "an unknown scope"))?,
        created_at: row.time("created_at")?,
        expires_at: row.opt_time("expires_at")?,
        used_at: row.opt_time("used_at")?,
    })
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ingest => "ingest",
            Self::Releases => "releases",
            Self::Progress => "progress",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        })
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ingest" => Ok(Self::Ingest),
            "releases" => Ok(Self::Releases),
            "progress" => Ok(Self::Progress),
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            "admin" => Ok(Self::Admin),
            _ => Err(format!("`{text}` is not a scope: use ingest, releases, progress, read, write or admin")),
        }
    }
}
