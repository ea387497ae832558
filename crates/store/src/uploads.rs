//! Which uploads are named by whom. The files themselves are none of the store's business.

use crate::{Db, ProjectId, Result, sql::params};
use model::JobId;
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;

/// Hashes that one statement asks for or writes.
const HASHES_MAX: usize = 1_000;
/// Drafts that are read together: their contents may be long.
const DRAFTS_MAX: i64 = 20;

impl Db {
    /// The items of that job will name these uploads, by their SHA-256 in hexadecimal digits.
    pub async fn keep_uploads(&self, job: JobId, sha256s: Vec<String>) -> Result<()> {
        for some in sha256s.chunks(HASHES_MAX) {
            let some = json!(some).to_string();
            self.write(move |conn| {
                Box::pin(async move {
                    let sql = conn.dialect().keep_uploads;
                    conn.execute(sql, params![job, some]).await.map(drop)
                })
            })
            .await?;
        }
        Ok(())
    }

    /// What a project names, at most `limit` of it: attachments of its events, and artifacts.
    pub async fn uploads_of_project(&self, project: ProjectId, limit: u32) -> Result<Vec<String>> {
        let sql =
            "SELECT sha256 FROM attachments WHERE project = $1 UNION SELECT sha256 FROM artifacts WHERE project = $1
                   ORDER BY sha256 LIMIT $2";
        self.rows(sql, params![project, i64::from(limit)]).await?.iter().map(|row| row.text("sha256")).collect()
    }

    /// Those of `sha256s` that a job names, or a draft holds.
    pub async fn uploads_in_use(&self, sha256s: &[String]) -> Result<HashSet<String>> {
        let mut used = HashSet::new();
        for some in sha256s.chunks(HASHES_MAX) {
            let sql = self.dialect().used_uploads;
            for row in self.rows(sql, params![json!(some).to_string()]).await? {
                used.insert(row.text("sha256")?);
            }
        }
        let mut after = Uuid::nil();
        loop {
            let sql = "SELECT id, content FROM drafts WHERE id > $1 ORDER BY id LIMIT $2";
            let rows = self.rows(sql, params![after, DRAFTS_MAX]).await?;
            let Some(last) = rows.last() else { return Ok(used) };
            after = last.id("id")?;
            for row in &rows {
                used.extend(hashes_in(&row.text("content")?));
            }
        }
    }
}

/// Whatever in a text could be a SHA-256: the content of drafts is the pages' own.
fn hashes_in(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_ascii_hexdigit());
    words.filter(|word| word.len() == 64).map(str::to_owned)
}
