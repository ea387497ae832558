//! Diagnoses: what was asked about a run that stopped, and what was found out. The newest [`DIAGNOSES_MAX`] are kept.

use crate::{
    Db, Result,
    sql::{Row, params},
};
use model::{JobId, Timestamp};
use uuid::Uuid;

/// Diagnoses that are kept.
pub const DIAGNOSES_MAX: u32 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDiagnosis {
    pub id: Uuid,
    /// The name of the user or the token.
    pub asked_by: String,
    /// What was asked (JSON).
    pub question: String,
    /// The job that it is about.
    pub job: Option<JobId>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// The word of the verdict; `None` until it is finished, and where it could not be answered.
    pub verdict: Option<String>,
    /// The word of the cause, where one is named.
    pub cause: Option<String>,
    /// Why it could not be answered: a word, and what it is about.
    pub error: Option<String>,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagnosisFindings {
    pub verdict: String,
    pub cause: Option<String>,
    /// For programs (JSON).
    pub report: String,
    /// For people (JSON), in each language.
    pub english: String,
    pub french: String,
    /// The rows of the list of those who may be sent theirs, as they were.
    pub not_sent: Option<Vec<u8>>,
}

/// What a list needs.
const HEAD: &str = "id, asked_by, question, job, created_at, finished_at, verdict, cause, error";

impl Db {
    /// Notes what is asked, and forgets the oldest beyond [`DIAGNOSES_MAX`].
    pub async fn begin_diagnosis(
        &self,
        id: Uuid,
        asked_by: String,
        question: String,
        job: Option<JobId>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let sql = "INSERT INTO diagnoses (id, asked_by, question, job, created_at) VALUES ($1, $2, $3, $4, $5)";
                conn.execute(sql, params![id, asked_by, question, job, now]).await?;
                let sql = "DELETE FROM diagnoses WHERE id NOT IN
                               (SELECT id FROM diagnoses ORDER BY created_at DESC, id LIMIT $1)";
                conn.execute(sql, params![i64::from(DIAGNOSES_MAX)]).await.map(drop)
            })
        })
        .await
    }

    /// Keeps what came of it: findings, or why there are none.
    pub async fn end_diagnosis(
        &self,
        id: Uuid,
        found: std::result::Result<DiagnosisFindings, String>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let (found, error) = found.map_or_else(|error| (None, Some(error)), |found| (Some(found), None));
                let (verdict, cause, report, english, french, not_sent) = match found {
                    Some(found) => (
                        Some(found.verdict),
                        found.cause,
                        Some(found.report),
                        Some(found.english),
                        Some(found.french),
                        found.not_sent,
                    ),
                    None => (None, None, None, None, None, None),
                };
                let sql = "UPDATE diagnoses SET finished_at = $2, verdict = $3, cause = $4, report = $5, english = $6,
                               french = $7, not_sent = $8, error = $9 WHERE id = $1";
                let values = params![id, now, verdict, cause, report, english, french, not_sent, error];
                conn.execute(sql, values).await.map(drop)
            })
        })
        .await
    }

    pub async fn diagnosis(&self, id: Uuid) -> Result<Option<StoredDiagnosis>> {
        let sql = format!("SELECT {HEAD} FROM diagnoses WHERE id = $1");
        self.row(&sql, params![id]).await?.map(|row| diagnosis_from(&row)).transpose()
    }

    /// What was found out; `None` where there is no such diagnosis, or nothing was found yet.
    pub async fn diagnosis_findings(&self, id: Uuid) -> Result<Option<DiagnosisFindings>> {
        let sql = "SELECT * FROM diagnoses WHERE id = $1 AND verdict IS NOT NULL";
        self.row(sql, params![id]).await?.map(|row| findings_from(&row)).transpose()
    }

    /// The newest first.
    pub async fn diagnoses(&self) -> Result<Vec<StoredDiagnosis>> {
        let sql = format!("SELECT {HEAD} FROM diagnoses ORDER BY created_at DESC, id LIMIT $1");
        self.rows(&sql, params![i64::from(DIAGNOSES_MAX)]).await?.iter().map(diagnosis_from).collect()
    }
}

fn diagnosis_from(row: &Row) -> Result<StoredDiagnosis> {
    Ok(StoredDiagnosis {
        id: row.id("id")?,
        asked_by: row.text("asked_by")?,
        question: row.text("question")?,
        job: row.opt_id("job")?.map(JobId),
        created_at: row.time("created_at")?,
        finished_at: row.opt_time("finished_at")?,
        verdict: row.opt_text("verdict")?,
        cause: row.opt_text("cause")?,
        error: row.opt_text("error")?,
    })
}

fn findings_from(row: &Row) -> Result<DiagnosisFindings> {
    Ok(DiagnosisFindings {
        verdict: row.text("verdict")?,
        cause: row.opt_text("cause")?,
        report: row.text("report")?,
        english: row.text("english")?,
        french: row.text("french")?,
        not_sent: row.opt_bytes("not_sent")?,
    })
}
