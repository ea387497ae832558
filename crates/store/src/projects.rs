//! Projects: what reports its errors here, and the public keys that its clients name.

mod removal;

use crate::{
    Db, Error, Result,
    sql::{Conn, Row, params},
};
use model::Timestamp;
pub use removal::ProjectRemoval;
pub(crate) use removal::remove_rows_of_issue;

/// Letters and digits of a slug; a project's issues are named after it.
const SLUG_CHARS: usize = 40;

/// The number by which a DSN names a project.
pub type ProjectId = i64;

/// A program, or a part of one, whose errors are looked at together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    /// Its name in addresses; in capitals before the numbers of its issues.
    pub slug: String,
    pub name: String,
    /// What it is written with, in the words of the clients: `python-django`, `javascript` …
    pub platform: String,
    /// What else is set, as JSON.
    pub settings: String,
    pub created_at: Timestamp,
    /// When the first of its events happened.
    pub first_event_at: Option<Timestamp>,
}

/// A project as it is made.
#[derive(Clone, Debug)]
pub struct NewProject {
    pub name: String,
    pub platform: String,
    pub settings: String,
    /// Of its first key, from [`model::Rng`].
    pub key: [u8; 16],
}

/// What a person changes of a project; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    pub name: Option<String>,
    pub platform: Option<String>,
    pub settings: Option<String>,
}

/// What clients of a project say who they are with. It is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectKey {
    /// 32 hexadecimal digits.
    pub public_key: String,
    pub project: ProjectId,
    pub created_at: Timestamp,
    /// Since then it opens nothing.
    pub disabled_at: Option<Timestamp>,
}

impl Db {
    /// Makes a project with its first key. Its slug is made of its name: where another has it, with a number behind.
    pub async fn create_project(&self, new: NewProject, now: Timestamp) -> Result<(Project, ProjectKey)> {
        self.write(move |conn| {
            Box::pin(async move {
                let project = insert_project(conn, &new, now).await?;
                let key = insert_key(conn, project.id, new.key, now).await?;
                Ok((project, key))
            })
        })
        .await
    }

    /// By name.
    pub async fn projects(&self) -> Result<Vec<Project>> {
        let sql = "SELECT * FROM projects WHERE removed_at IS NULL ORDER BY name, id";
        self.rows(sql, &[]).await?.iter().map(project_from).collect()
    }

    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>> {
        let sql = "SELECT * FROM projects WHERE id = $1 AND removed_at IS NULL";
        self.row(sql, params![id]).await?.map(|row| project_from(&row)).transpose()
    }

    pub async fn project_of_slug(&self, slug: &str) -> Result<Option<Project>> {
        let sql = "SELECT * FROM projects WHERE slug = $1 AND removed_at IS NULL";
        self.row(sql, params![slug]).await?.map(|row| project_from(&row)).transpose()
    }

    /// The project that a key opens; `None` where there is no such key, or it is disabled. Asked for every envelope: keep
    /// the answer.
    pub async fn project_of_key(&self, public_key: &str) -> Result<Option<Project>> {
        let sql = "SELECT projects.* FROM project_keys JOIN projects ON projects.id = project_keys.project
                   WHERE public_key = $1 AND disabled_at IS NULL AND removed_at IS NULL";
        self.row(sql, params![public_key]).await?.map(|row| project_from(&row)).transpose()
    }

    /// Returns the project as it was, for an undo.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such project.
    pub async fn change_project(&self, id: ProjectId, change: ProjectChange) -> Result<Project> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = lock_project(conn, id).await?;
                let sql = "UPDATE projects SET name = $2, platform = $3, settings = $4 WHERE id = $1";
                let name = change.name.as_ref().unwrap_or(&before.name);
                let platform = change.platform.as_ref().unwrap_or(&before.platform);
                let settings = change.settings.as_ref().unwrap_or(&before.settings);
                conn.execute(sql, params![id, name, platform, settings]).await?;
                Ok(before)
            })
        })
        .await
    }
}

impl Db {
    /// A further key of a project, made of these bytes.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such project.
    pub async fn create_project_key(&self, id: ProjectId, key: [u8; 16], now: Timestamp) -> Result<ProjectKey> {
        self.write(move |conn| {
            Box::pin(async move {
                lock_project(conn, id).await?;
                insert_key(conn, id, key, now).await
            })
        })
        .await
    }

    /// In the order of their making, disabled ones included.
    pub async fn project_keys(&self, id: ProjectId) -> Result<Vec<ProjectKey>> {
        let sql = "SELECT * FROM project_keys WHERE project = $1 ORDER BY created_at, public_key";
        self.rows(sql, params![id]).await?.iter().map(key_from).collect()
    }

    /// From now on the key opens nothing. `false`: there is no such key, or it was disabled before.
    pub async fn disable_project_key(&self, public_key: String, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "UPDATE project_keys SET disabled_at = $2 WHERE public_key = $1 AND disabled_at IS NULL";
                Ok(conn.execute(sql, params![public_key, now]).await? > 0)
            })
        })
        .await
    }
}

/// Whoever changes what is a project's own locks it first.
///
/// # Errors
/// [`Error::Conflict`] where there is no such project.
pub(crate) async fn lock_project(conn: &mut Conn<'_>, id: ProjectId) -> Result<Project> {
    let lock = conn.dialect().for_update;
    let sql = format!("SELECT * FROM projects WHERE id = $1 AND removed_at IS NULL{lock}");
    let row = conn.row(&sql, params![id]).await?;
    row.map_or_else(|| Err(Error::Conflict(format!("there is no project {id}"))), |row| project_from(&row))
}

async fn insert_project(conn: &mut Conn<'_>, new: &NewProject, now: Timestamp) -> Result<Project> {
    let base = slug(&new.name);
    let sql = "INSERT INTO projects (slug, name, platform, settings, created_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (slug) DO NOTHING RETURNING *";
    for number in 1.. {
        let slug = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let values = params![slug, &new.name, &new.platform, &new.settings, now];
        if let Some(row) = conn.row(sql, values).await? {
            return project_from(&row);
        }
    }
    Err(Error::Conflict(format!("no slug is left for `{}`", new.name)))
}

async fn insert_key(conn: &mut Conn<'_>, project: ProjectId, key: [u8; 16], now: Timestamp) -> Result<ProjectKey> {
    let public_key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let sql = "INSERT INTO project_keys (public_key, project, created_at) VALUES ($1, $2, $3)";
    conn.execute(sql, params![&public_key, project, now]).await?;
    Ok(ProjectKey { public_key, project, created_at: now, disabled_at: None })
}

/// Lower-case letters and digits of ASCII, joined by `-`; `project` where none are left. The accents of French are taken off.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars().map(without_accent) {
        match c.is_ascii_alphanumeric() {
            true => slug.push(c),
            false if slug.ends_with('-') || slug.is_empty() => {}
            false => slug.push('-'),
        }
        if slug.len() == SLUG_CHARS {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "project".to_owned() } else { slug.to_owned() }
}

fn without_accent(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' | 'á' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        other => other,
    }
}

fn project_from(row: &Row) -> Result<Project> {
    Ok(Project {
        id: row.int("id")?,
        slug: row.text("slug")?,
        name: row.text("name")?,
        platform: row.text("platform")?,
        settings: row.text("settings")?,
        created_at: row.time("created_at")?,
        first_event_at: row.opt_time("first_event_at")?,
    })
}

fn key_from(row: &Row) -> Result<ProjectKey> {
    Ok(ProjectKey {
        public_key: row.text("public_key")?,
        project: row.int("project")?,
        created_at: row.time("created_at")?,
        disabled_at: row.opt_time("disabled_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_what_addresses_bear() {
        for (name, expected) in [
            ("Shop", "shop"),
            ("Boutique en ligne — été", "boutique-en-ligne-ete"),
            ("  API/v2 (prod) ", "api-v2-prod"),
            ("日本", "project"),
            ("", "project"),
            ("a very long name that goes on and on and on", "a-very-long-name-that-goes-on-and-on-and"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }
}
