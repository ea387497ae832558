//! A diagnosis from its question to what is kept of it.

use super::live::Teller;
use crate::{
    Ctx,
    layout::foreign::plain,
    problem::{Problem, Result, worded},
};
use ::api::diagnoses::{Diagnosis, DiagnosisState, NewDiagnosis};
use diagnosis::{
    BadQuestion, CollectError, JobStory, Question, RecipientList, Step, Verdict,
    question::read,
    recipients::{BadList, not_sent},
    report,
};
use jiff::{civil, tz::TimeZone};
use language::Language;
use model::Timestamp;
use std::time::Duration;
use store::{DiagnosisFindings, Job, NewStoredDiagnosis, StoredDiagnosis};
use tokio::{sync::OwnedSemaphorePermit, task::spawn_blocking};
use uuid::Uuid;

/// Diagnoses that read at the same time: each may take a core and a disk.
pub(crate) const AT_ONCE_MAX: usize = 2;
/// Bytes of a list of recipients.
pub(super) const LIST_BYTES_MAX: usize = 8 << 20;
/// One that is not finished by then never will be: reading ends by itself long before.
const INTERRUPTED_AFTER: Duration = Duration::from_secs(300);
/// Of the window, before and after.
const MINUTES_MAX: u32 = 24 * 60;

/// Why nothing is read.
#[derive(Debug)]
pub(super) enum Refused {
    Question(BadQuestion),
    List(BadList),
    Other(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

/// Who asks.
pub(super) enum AskedBy<'a> {
    Person(&'a str),
    /// Vigie itself, for this incident.
    Vigie(String),
}

/// As whom Vigie asks.
const ITSELF: &str = "Vigie";

/// Begins to look for an answer, and says under which id it will be; `None` where the incident is looked at already.
pub(super) async fn begin(ctx: &Ctx, asked: NewDiagnosis, by: AskedBy<'_>) -> Result<Option<Uuid>, Refused> {
    let job = match asked.job {
        Some(id) => Some(crate::jobs::lookup::existing(ctx, id.into()).await?),
        None => None,
    };
    let story = match &job {
        Some(job) => Some(super::job::story(ctx, job).await?),
        None => None,
    };
    let question = question(&asked, story, &ctx.app.zone);
    read(&question, &ctx.app.zone, ctx.app.clock.now()).map_err(Refused::Question)?;
    let list = asked.recipients.as_deref().map(|text| RecipientList::read(text.as_bytes())).transpose();
    let list = list.map_err(Refused::List)?;
    let Ok(place) = ctx.diagnosing.clone().try_acquire_owned() else {
        return Err(Refused::Other(Problem::busy("diagnoses", worded("problem-diagnoses-busy", &[]), 10)));
    };
    let id = Uuid::from_bytes(ctx.app.rng.bytes());
    let kept = serde_json::to_string(&asked).map_err(|error| Problem::internal(&error))?;
    let (by, incident) = match by {
        AskedBy::Person(name) => (name, None),
        AskedBy::Vigie(incident) => (ITSELF, Some(incident)),
    };
    let job_id = asked.job.map(Into::into);
    let new = NewStoredDiagnosis { id, asked_by: by.to_owned(), question: kept, job: job_id, incident };
    if !ctx.app.db.begin_diagnosis(new, ctx.app.clock.now()).await? {
        return Ok(None);
    }
    let teller = ctx.readings.begin(id);
    tokio::spawn(answer(ctx.clone(), id, question, list, job, place, teller));
    Ok(Some(id))
}

/// Reads, judges and keeps it.
async fn answer(
    ctx: Ctx,
    id: Uuid,
    question: Question,
    list: Option<RecipientList>,
    job: Option<Job>,
    _place: OwnedSemaphorePermit,
    teller: Teller,
) {
    let (root, clock) = (ctx.app.machine.clone(), ctx.app.clock.clone());
    let found = spawn_blocking(move || {
        let tell = &mut |step: Step<'_>| teller.tell(step.into());
        let found = diagnosis::diagnose_telling(&root, &question, list.as_ref(), &clock, tell);
        let found = found.map(|found| findings(&found, list.as_ref(), job.as_ref()));
        (teller, found.map_err(|error| word_of(&error)))
    });
    // Whoever is told of the end finds it kept.
    let (_teller, found) = found.await.map_or_else(
        |error| {
            tracing::error!(%error, "a diagnosis ended before its time");
            (None, Err("internal".to_owned()))
        },
        |(teller, found)| (Some(teller), found),
    );
    if let Err(error) = ctx.app.db.end_diagnosis(id, found, ctx.app.clock.now()).await {
        tracing::error!(%error, "what a diagnosis found could not be kept");
    }
}

/// The question as the engine has it. A moment without a zone is one of this machine's clock.
fn question(asked: &NewDiagnosis, job: Option<JobStory>, zone: &TimeZone) -> Question {
    let moment = |text: &Option<String>| text.as_deref().map(|text| in_zone(text, zone));
    let stopped = job.as_ref().map(|job| job.end().0.to_string());
    let names_time = asked.at.is_some() || asked.since.is_some() || asked.until.is_some();
    Question {
        phrase: asked.phrase.clone(),
        at: moment(&asked.at).or_else(|| stopped.filter(|_| !names_time)),
        window: asked.window_minutes.map(|minutes| Duration::from_secs(u64::from(minutes.clamp(1, MINUTES_MAX)) * 60)),
        since: moment(&asked.since),
        until: moment(&asked.until),
        path: asked.path.clone(),
        app_root: asked.app_root.clone(),
        unit: asked.unit.clone(),
        logs: asked.logs.clone(),
        zones: Vec::new(),
        job,
    }
}

fn in_zone(text: &str, zone: &TimeZone) -> String {
    // What names its zone is a moment already.
    let is_local = text.contains(':') && text.trim().parse::<Timestamp>().is_err();
    let local = text.trim().parse::<civil::DateTime>().ok().filter(|_| is_local);
    let moment = local.and_then(|at| zone.to_ambiguous_zoned(at).compatible().ok());
    moment.map_or_else(|| text.to_owned(), |at| Timestamp::from(at.timestamp()).to_string())
}

fn findings(found: &diagnosis::Diagnosis, list: Option<&RecipientList>, job: Option<&Job>) -> DiagnosisFindings {
    let document = |language| serde_json::to_string(&report::document(found, language)).unwrap_or_default();
    let mut told = report::json(found, Language::English);
    if let Some(job) = job {
        told["job"] = super::job::told(job);
    }
    let (verdict, cause) = match &found.judgement.verdict {
        Verdict::Cause { cause } => ("cause", Some(cause.word())),
        Verdict::Insufficient { .. } => ("insufficient", None),
        Verdict::EndedNormally => ("ended_normally", None),
        Verdict::StoppedByPerson { .. } => ("stopped_by_person", None),
        Verdict::StillRunning => ("still_running", None),
        Verdict::Nothing => ("nothing", None),
    };
    let left = list.zip(found.who.as_ref()).filter(|_| found.resume.allows_the_rest());
    DiagnosisFindings {
        verdict: verdict.to_owned(),
        cause,
        report: told.to_string(),
        english: document(Language::English),
        french: document(Language::French),
        not_sent: left.map(|(list, who)| not_sent(list, who)).filter(|(rows, _)| *rows > 0).map(|(_, text)| text),
    }
}

/// As it is kept: a word, and what it is about.
fn word_of(error: &CollectError) -> String {
    match error {
        CollectError::Root(_) => "no_machine".to_owned(),
        CollectError::Pattern(pattern) => format!("no_file {}", plain(pattern)),
        CollectError::Question(BadQuestion::NoTime) => "no_time".to_owned(),
        CollectError::Question(BadQuestion::NotATime(text)) => format!("not_a_time {}", plain(text)),
        CollectError::Question(BadQuestion::Window) => "window".to_owned(),
    }
}

pub(super) fn state(kept: &StoredDiagnosis, now: Timestamp) -> DiagnosisState {
    match (kept.finished_at, &kept.error) {
        (Some(_), None) => DiagnosisState::Done,
        (Some(_), Some(_)) => DiagnosisState::Failed,
        (None, _) if now.since(kept.created_at) > INTERRUPTED_AFTER => DiagnosisState::Interrupted,
        (None, _) => DiagnosisState::Running,
    }
}

pub(super) async fn existing(ctx: &Ctx, id: Uuid) -> Result<StoredDiagnosis> {
    let missing = || Problem::missing(worded("problem-no-diagnosis", &[("id", &id)]));
    ctx.app.db.diagnosis(id).await?.ok_or_else(missing)
}

pub(super) fn asked(kept: &StoredDiagnosis) -> NewDiagnosis {
    serde_json::from_str(&kept.question).unwrap_or_default()
}

pub(super) fn shown(kept: StoredDiagnosis, now: Timestamp) -> Diagnosis {
    Diagnosis {
        id: kept.id,
        state: state(&kept, now),
        question: asked(&kept),
        asked_by: kept.asked_by,
        created_at: kept.created_at,
        finished_at: kept.finished_at,
        verdict: kept.verdict,
        cause: kept.cause,
        error: kept.error,
        report: None,
    }
}
