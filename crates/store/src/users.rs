//! People who log in: what they may do, the hash of their password, their sessions, and the links that work once.

use crate::{
    Db, Error, Result,
    sql::{Conn, Row, params},
};
use model::Timestamp;
use uuid::Uuid;

/// What somebody may do. Each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees everything but users, tokens and the audit log.
    Viewer,
    /// Sends mailings, and acts on jobs.
    Operator,
    /// Looks after accounts, users and tokens.
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: Uuid,
    /// Unique, as it is typed at the login.
    pub name: String,
    /// In PHC string format; `None` until one was chosen.
    pub password: Option<String>,
    pub role: Role,
    pub disabled: bool,
    pub created_at: Timestamp,
    pub seen_at: Option<Timestamp>,
}

/// Somebody is logged in on one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of what the cookie holds.
    pub hash: [u8; 32],
    pub user: Uuid,
    /// The browser, in its own words.
    pub about: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a link that works once is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To choose a password.
    Password,
    /// To come in, without one.
    Entry,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Entry => "entry",
        }
    }
}

impl Db {
    /// # Errors
    /// [`Error::Conflict`] where the name is taken.
    pub async fn create_user(&self, user: User) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO users (id, name, password, role, disabled, created_at)
                           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING";
                let disabled = i64::from(user.disabled);
                let values = params![user.id, &user.name, user.password, user.role.as_str(), disabled, user.created_at];
                match conn.execute(sql, values).await? {
                    0 => Err(Error::Conflict(format!("there is a user named `{}`: choose another name", user.name))),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    pub async fn users(&self) -> Result<Vec<User>> {
        self.rows("SELECT * FROM users ORDER BY name", &[]).await?.iter().map(user_from).collect()
    }

    pub async fn user_named(&self, name: &str) -> Result<Option<User>> {
        self.row("SELECT * FROM users WHERE name = $1", params![name]).await?.map(|row| user_from(&row)).transpose()
    }

    /// Gives a password, ends every session of the user, and every link that was given out.
    pub async fn set_password(&self, user: Uuid, password: String) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("UPDATE users SET password = $2 WHERE id = $1", params![user, password]).await?;
                forget(conn, user).await
            })
        })
        .await
    }

    /// Changes what a user may do, and ends their sessions. The last admin that can log in stays one.
    ///
    /// # Errors
    /// [`Error::Conflict`] where nobody who can log in would be left an admin.
    pub async fn change_user(&self, user: Uuid, role: Role, disabled: bool) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE users SET role = $2, disabled = $3 WHERE id = $1";
                conn.execute(sql, params![user, role.as_str(), i64::from(disabled)]).await?;
                let admins = "SELECT 1 AS one FROM users WHERE role = 'admin' AND disabled = 0 LIMIT 1";
                if conn.row(admins, &[]).await?.is_none() {
                    let what = "nobody would be left to look after users: make somebody else an admin first";
                    return Err(Error::Conflict(what.to_owned()));
                }
                forget(conn, user).await
            })
        })
        .await
    }

    /// Somebody whom a proxy has logged in is here, with the role that their groups give them.
    pub async fn meet_user(&self, user: Uuid, role: Role, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE users SET role = $2, seen_at = $3 WHERE id = $1";
                conn.execute(sql, params![user, role.as_str(), now]).await.map(drop)
            })
        })
        .await
    }

    /// Begins a session, and forgets those that have ended.
    pub async fn create_session(&self, session: Session) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("DELETE FROM sessions WHERE expires_at <= $1", params![session.created_at]).await?;
                let sql = "INSERT INTO sessions (hash, user_id, about, created_at, expires_at)
                           VALUES ($1, $2, $3, $4, $5)";
                let Session { hash, user, about, created_at, expires_at } = session;
                conn.execute(sql, params![hash.to_vec(), user, about, created_at, expires_at]).await?;
                conn.execute("UPDATE users SET seen_at = $2 WHERE id = $1", params![user, created_at]).await.map(drop)
            })
        })
        .await
    }

    /// The session of that hash and its user, unless it has ended or the user is disabled.
    pub async fn session(&self, hash: [u8; 32], now: Timestamp) -> Result<Option<(Session, User)>> {
        let sql = "SELECT sessions.hash, user_id, about, sessions.created_at AS begun_at, expires_at, users.*
                   FROM sessions JOIN users ON users.id = user_id
                   WHERE sessions.hash = $1 AND expires_at > $2 AND disabled = 0";
        let row = self.row(sql, params![hash.to_vec(), now]).await?;
        row.map(|row| Ok((session_from(&row)?, user_from(&row)?))).transpose()
    }

    pub async fn sessions_of(&self, user: Uuid, now: Timestamp) -> Result<Vec<Session>> {
        let sql = "SELECT hash, user_id, about, created_at AS begun_at, expires_at FROM sessions
                   WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC";
        self.rows(sql, params![user, now]).await?.iter().map(session_from).collect()
    }

    pub async fn end_session(&self, hash: [u8; 32]) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("DELETE FROM sessions WHERE hash = $1", params![hash.to_vec()]).await.map(drop)
            })
        })
        .await
    }

    /// Ends the sessions of a user, but for the one of that hash.
    pub async fn end_other_sessions(&self, user: Uuid, hash: [u8; 32]) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "DELETE FROM sessions WHERE user_id = $1 AND hash <> $2";
                conn.execute(sql, params![user, hash.to_vec()]).await
            })
        })
        .await
    }

    /// Lets the link of that hash work once, until `expires_at`, in place of every earlier one of the user.
    pub async fn invite(&self, user: Uuid, hash: [u8; 32], purpose: Purpose, expires_at: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                conn.execute("DELETE FROM invitations WHERE user_id = $1", params![user]).await?;
                let sql = "INSERT INTO invitations (hash, user_id, purpose, expires_at) VALUES ($1, $2, $3, $4)";
                conn.execute(sql, params![hash.to_vec(), user, purpose.as_str(), expires_at]).await.map(drop)
            })
        })
        .await
    }

    /// Whom the link of that hash is for; it stays good.
    pub async fn invited(&self, hash: [u8; 32], purpose: Purpose, now: Timestamp) -> Result<Option<User>> {
        let row = self.row(INVITED, params![hash.to_vec(), purpose.as_str(), now]).await?;
        row.map(|row| user_from(&row)).transpose()
    }

    /// Uses the link up. `None`: it was used before, or its time is over.
    pub async fn accept_invitation(&self, hash: [u8; 32], purpose: Purpose, now: Timestamp) -> Result<Option<User>> {
        self.write(move |conn| {
            Box::pin(async move {
                let row = conn.row(INVITED, params![hash.to_vec(), purpose.as_str(), now]).await?;
                let gone = conn.execute("DELETE FROM invitations WHERE hash = $1", params![hash.to_vec()]).await?;
                row.filter(|_| gone > 0).map(|row| user_from(&row)).transpose()
            })
        })
        .await
    }
}

const INVITED: &str = "SELECT users.* FROM invitations JOIN users ON users.id = user_id
                       WHERE hash = $1 AND purpose = $2 AND expires_at > $3 AND disabled = 0";

async fn forget(conn: &mut Conn<'_>, user: Uuid) -> Result<()> {
    conn.execute("DELETE FROM sessions WHERE user_id = $1", params![user]).await?;
    conn.execute("DELETE FROM invitations WHERE user_id = $1", params![user]).await.map(drop)
}

fn user_from(row: &Row) -> Result<User> {
    Ok(User {
        id: row.id("id")?,
        name: row.text("name")?,
        password: row.opt_text("password")?,
        role: Role::parse(&row.text("role")?).ok_or_else(|| Error::corrupt("role", "an unknown role"))?,
        disabled: row.flag("disabled")?,
        created_at: row.time("created_at")?,
        seen_at: row.opt_time("seen_at")?,
    })
}

fn session_from(row: &Row) -> Result<Session> {
    Ok(Session {
        hash: row.bytes("hash")?.try_into().map_err(|_| Error::corrupt("hash", "no SHA-256"))?,
        user: row.id("user_id")?,
        about: row.text("about")?,
        created_at: row.time("begun_at")?,
        expires_at: row.time("expires_at")?,
    })
}
