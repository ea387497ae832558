//! Diagnoses: what was asked about a run that stopped, and what was found out. The newest [`DIAGNOSES_MAX`] are kept.

use crate::{
    Db, Reason, Result,
    jobs::reason_from,
    sql::{Row, params},
};
use model::{JobId, JobState, Timestamp};
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
    /// What Vigie began it for by itself; see [`JobStop::incident`].
    pub incident: Option<String>,
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

/// A diagnosis that is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStoredDiagnosis {
    pub id: Uuid,
    pub asked_by: String,
    /// JSON.
    pub question: String,
    pub job: Option<JobId>,
    /// Where one has begun for the same incident, this one does not.
    pub incident: Option<String>,
}

/// A job that stopped, or lost its process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStop {
    pub job: JobId,
    pub at: Timestamp,
    /// `None`: its process was lost.
    pub state: Option<JobState>,
    pub reason: Option<Reason>,
}

impl JobStop {
    /// What tells one stop from another.
    pub fn incident(&self) -> String {
        let what = self.state.map_or("lost", JobState::as_str);
        format!("{what} {} {}", self.job, self.at.as_micros())
    }
}

/// Changes of states, and traces of errors, that are looked at for jobs that stopped.
const STOPS_EXAMINED: u32 = 500;

/// What a list needs.
const HEAD: &str = "id, asked_by, question, job, created_at, finished_at, verdict, cause, error, incident";

impl Db {
    /// Notes what is asked, and forgets the oldest beyond [`DIAGNOSES_MAX`]. Returns whether it is begun: not where one has for
    /// the same incident.
    pub async fn begin_diagnosis(&self, new: NewStoredDiagnosis, now: Timestamp) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let NewStoredDiagnosis { id, asked_by, question, job, incident } = new;
                let sql = "INSERT INTO diagnoses (id, asked_by, question, job, created_at, incident)
                           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
                if conn.execute(sql, params![id, asked_by, question, job, now, incident]).await? == 0 {
                    return Ok(false);
                }
                let sql = "DELETE FROM diagnoses WHERE id NOT IN
                               (SELECT id FROM diagnoses ORDER BY created_at DESC, id LIMIT $1)";
                conn.execute(sql, params![i64::from(DIAGNOSES_MAX)]).await?;
                Ok(true)
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

    /// The newest one that is about `job`.
    pub async fn diagnosis_of_job(&self, job: JobId) -> Result<Option<StoredDiagnosis>> {
        let sql = format!("SELECT {HEAD} FROM diagnoses WHERE job = $1 ORDER BY created_at DESC, id LIMIT 1");
        self.row(&sql, params![job]).await?.map(|row| diagnosis_from(&row)).transpose()
    }

    /// Jobs that failed, came to a halt or lost their process from `since` on, before `until`: among the last changes and
    /// errors, the newest first.
    pub async fn job_stops(&self, since: Timestamp, until: Timestamp) -> Result<Vec<JobStop>> {
        let sql = format!(
            "SELECT job_id, state, at, reason FROM (SELECT * FROM job_states ORDER BY no DESC LIMIT {STOPS_EXAMINED}) AS last
             WHERE state IN (3, 5) AND at >= $1 AND at < $2 ORDER BY at DESC, no DESC"
        );
        let mut stops = Vec::new();
        for row in self.rows(&sql, params![since, until]).await? {
            let state = Some(row.state("state", JobState::from_code)?);
            let (job, at) = (row.id("job_id")?.into(), row.time("at")?);
            stops.push(JobStop { job, at, state, reason: reason_from(&row)? });
        }
        let sql = format!(
            "SELECT DISTINCT job_id, created_at FROM (
                 SELECT job_id, created_at, verdict FROM traces WHERE errors = 1 AND created_at >= $1 AND created_at < $2
                 ORDER BY created_at DESC, no DESC LIMIT {STOPS_EXAMINED}) AS last
             WHERE job_id IS NOT NULL AND verdict LIKE '{{\"code\":\"outcome_lost\"%' ORDER BY created_at DESC"
        );
        for row in self.rows(&sql, params![since, until]).await? {
            let (job, at) = (row.id("job_id")?.into(), row.time("created_at")?);
            stops.push(JobStop { job, at, state: None, reason: None });
        }
        Ok(stops)
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
        incident: row.opt_text("incident")?,
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
