//! Artifacts: minified files and their source maps, as they are uploaded before a release runs. Their bytes are blobs.

use crate::{
    Db, Error, ProjectId, Result,
    projects::lock_project,
    releases::VERSION_CHARS,
    sql::{Conn, Row, params},
};
use model::Timestamp;
use std::{collections::HashMap, str::FromStr};
use uuid::Uuid;

/// Of a project: of more, the oldest go.
pub const ARTIFACTS_MAX: u64 = 20_000;
pub const ARTIFACT_BYTES_MAX: u64 = 2 << 30;
/// That one question answers.
const FOUND_MAX: i64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtifactKind {
    /// What browsers run.
    MinifiedSource,
    SourceMap,
}

/// A file of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    pub project: ProjectId,
    /// Empty where the upload names none, as is `dist`.
    pub release: String,
    pub dist: String,
    /// `~/static/app.js`
    pub name: String,
    pub kind: ArtifactKind,
    /// The id of the build, by which the file and its map know each other.
    pub debug_id: Option<Uuid>,
    /// Of a minified file, where it says that its map is; may be empty.
    pub source_map: String,
    pub sha256: String,
    pub bytes: u64,
    pub at: Timestamp,
}

/// A part of an upload, whose bytes are a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadChunk {
    /// By which the sender knows it: 40 hexadecimal digits.
    pub sha1: String,
    pub sha256: String,
    pub bytes: u64,
}

impl ArtifactKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MinifiedSource => "minified_source",
            Self::SourceMap => "source_map",
        }
    }
}

impl FromStr for ArtifactKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::MinifiedSource, Self::SourceMap].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

impl Db {
    /// Notes a part of an upload that is kept; one that is known is as new as this.
    pub async fn keep_chunk(&self, chunk: UploadChunk, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO upload_chunks (sha1, sha256, bytes, at) VALUES ($1, $2, $3, $4)
                           ON CONFLICT (sha1) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, at = excluded.at";
                conn.execute(sql, params![chunk.sha1, chunk.sha256, chunk.bytes, now]).await.map(drop)
            })
        })
        .await
    }

    /// Those of the parts that are here, by their SHA-1.
    pub async fn chunks(&self, sha1s: &[String]) -> Result<HashMap<String, UploadChunk>> {
        let sql = format!(
            "SELECT found.* FROM {} JOIN upload_chunks AS found ON found.sha1 = list.value->>0",
            self.dialect().set
        );
        let asked: Vec<[&str; 1]> = sha1s.iter().map(|sha1| [sha1.as_str()]).collect();
        let rows = self.rows(&sql, params![serde_json::to_string(&asked).unwrap_or_default()]).await?;
        rows.iter()
            .map(|row| {
                let (sha1, sha256, bytes) = (row.text("sha1")?, row.text("sha256")?, row.count("bytes")?);
                Ok((sha1.clone(), UploadChunk { sha1, sha256, bytes }))
            })
            .collect()
    }

    /// Keeps the files of an upload, in place of those of before under the same names, and lets the oldest of the project go
    /// where there are more than [`ARTIFACTS_MAX`], or more bytes than [`ARTIFACT_BYTES_MAX`].
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such project.
    pub async fn keep_artifacts(&self, project: ProjectId, artifacts: Vec<Artifact>) -> Result<()> {
        self.write(move |conn| Box::pin(async move { keep(conn, project, artifacts).await })).await
    }

    /// The files of a build, the newest first.
    pub async fn artifacts_of_build(&self, project: ProjectId, debug_id: Uuid) -> Result<Vec<Artifact>> {
        let sql = "SELECT * FROM artifacts WHERE project = $1 AND debug_id = $2 AND debug_id <> ''
                   ORDER BY no DESC LIMIT $3";
        let rows = self.rows(sql, params![project, debug_id.simple().to_string(), FOUND_MAX]).await?;
        rows.iter().map(artifact_from).collect()
    }

    /// The files of any of these names, of every release, the newest first.
    pub async fn artifacts_named(&self, project: ProjectId, names: &[String]) -> Result<Vec<Artifact>> {
        let sql = format!(
            "SELECT found.* FROM {} JOIN artifacts AS found ON found.project = $2 AND found.name = list.value->>0
             ORDER BY found.no DESC LIMIT $3",
            self.dialect().set
        );
        let asked: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
        let values = params![serde_json::to_string(&asked).unwrap_or_default(), project, FOUND_MAX];
        self.rows(&sql, values).await?.iter().map(artifact_from).collect()
    }

    /// How many files a release has, and their bytes.
    pub async fn count_artifacts(&self, project: ProjectId, release: &str) -> Result<(u64, u64)> {
        let sql = "SELECT count(*) AS files, CAST(coalesce(sum(bytes), 0) AS BIGINT) AS size FROM artifacts
                   WHERE project = $1 AND release = $2";
        let row = self.row(sql, params![project, release]).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.count("files")?, row.count("size")?)))
    }
}

async fn keep(conn: &mut Conn<'_>, project: ProjectId, artifacts: Vec<Artifact>) -> Result<()> {
    lock_project(conn, project).await?;
    for one in artifacts {
        let sql =
            "DELETE FROM artifacts WHERE project = $1 AND release = $2 AND dist = $3 AND name = $4 AND debug_id = $5";
        let [release, dist] = [one.release, one.dist].map(|text| text.chars().take(VERSION_CHARS).collect::<String>());
        let debug_id = one.debug_id.map(|id| id.simple().to_string()).unwrap_or_default();
        conn.execute(sql, params![project, &release, &dist, &one.name, &debug_id]).await?;
        let sql = "INSERT INTO artifacts (project, release, dist, name, kind, debug_id, source_map, sha256, bytes, at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let kind = one.kind.as_str();
        let values =
            params![project, release, dist, one.name, kind, debug_id, one.source_map, one.sha256, one.bytes, one.at,];
        conn.execute(sql, values).await?;
    }
    let sql = "DELETE FROM artifacts WHERE no IN (
                   SELECT no FROM (SELECT no, sum(bytes) OVER (ORDER BY no DESC) AS upto,
                                          row_number() OVER (ORDER BY no DESC) AS place
                                   FROM artifacts WHERE project = $1) AS counted
                   WHERE upto > $2 OR place > $3)";
    conn.execute(sql, params![project, ARTIFACT_BYTES_MAX, ARTIFACTS_MAX]).await.map(drop)
}

fn artifact_from(row: &Row) -> Result<Artifact> {
    let debug_id = row.text("debug_id")?;
    Ok(Artifact {
        project: row.int("project")?,
        release: row.text("release")?,
        dist: row.text("dist")?,
        name: row.text("name")?,
        kind: row.parsed("kind")?,
        debug_id: match debug_id.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::corrupt("debug_id", "no id"))?),
        },
        source_map: row.text("source_map")?,
        sha256: row.text("sha256")?,
        bytes: row.count("bytes")?,
        at: row.time("at")?,
    })
}
