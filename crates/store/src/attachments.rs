//! Attachments: files that came with an event. Their bytes are a blob, which stays as long as it is named here.

use crate::{
    Db, ProjectId, Result,
    sql::{Conn, Row, params},
};
use model::Timestamp;
use uuid::Uuid;

/// Bytes of the attachments of a project: of more, the oldest go.
pub const ATTACHMENT_BYTES_MAX: u64 = 1 << 30;
/// Attachments that are told of one event.
const OF_AN_EVENT_MAX: i64 = 100;
const NAME_CHARS: usize = 256;

/// A file that came with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventAttachment {
    /// Given by the store; grows.
    pub no: i64,
    pub project: ProjectId,
    pub event: Uuid,
    /// As the client calls it: nothing but a text.
    pub name: String,
    pub content_type: String,
    /// `event.attachment`, `event.minidump` …
    pub kind: String,
    pub sha256: String,
    pub bytes: u64,
    pub at: Timestamp,
}

impl Db {
    /// Names a blob as attachment of an event, and lets the oldest of the project go where there are more bytes than
    /// [`ATTACHMENT_BYTES_MAX`].
    pub async fn add_attachment(&self, attachment: EventAttachment) -> Result<()> {
        self.write(move |conn| Box::pin(async move { add(conn, attachment).await })).await
    }

    /// Of an event, in the order in which they came.
    pub async fn event_attachments(&self, project: ProjectId, event: Uuid) -> Result<Vec<EventAttachment>> {
        let sql = "SELECT * FROM attachments WHERE project = $1 AND event = $2 ORDER BY no LIMIT $3";
        self.rows(sql, params![project, event, OF_AN_EVENT_MAX]).await?.iter().map(attachment_from).collect()
    }

    pub async fn attachment(&self, project: ProjectId, no: i64) -> Result<Option<EventAttachment>> {
        let sql = "SELECT * FROM attachments WHERE project = $1 AND no = $2";
        self.row(sql, params![project, no]).await?.map(|row| attachment_from(&row)).transpose()
    }
}

async fn add(conn: &mut Conn<'_>, attachment: EventAttachment) -> Result<()> {
    let EventAttachment { project, event, name, content_type, kind, sha256, bytes, at, .. } = attachment;
    let [name, content_type, kind] =
        [name, content_type, kind].map(|text| text.chars().take(NAME_CHARS).collect::<String>());
    let sql = "INSERT INTO attachments (project, event, name, content_type, kind, sha256, bytes, at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    conn.execute(sql, params![project, event, name, content_type, kind, sha256, bytes, at]).await?;
    let sql = "DELETE FROM attachments WHERE no IN (
                   SELECT no FROM (SELECT no, sum(bytes) OVER (ORDER BY no DESC) AS upto FROM attachments
                                   WHERE project = $1) AS counted
                   WHERE upto > $2)";
    conn.execute(sql, params![project, ATTACHMENT_BYTES_MAX]).await.map(drop)
}

fn attachment_from(row: &Row) -> Result<EventAttachment> {
    Ok(EventAttachment {
        no: row.int("no")?,
        project: row.int("project")?,
        event: row.id("event")?,
        name: row.text("name")?,
        content_type: row.text("content_type")?,
        kind: row.text("kind")?,
        sha256: row.text("sha256")?,
        bytes: row.count("bytes")?,
        at: row.time("at")?,
    })
}
