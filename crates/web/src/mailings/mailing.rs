//! A mailing that was brought here whole: its settings, its recipients and its files, looked at and enqueued. What the API
//! takes in one call and what the pages gather step by step come together here.

mod earlier;

pub(crate) use earlier::{
    Comparer, Comparison, Earlier, EarlierChoice, ReceivedRow, Undecided, is_being_sent, suggested_name,
};

use crate::{
    Ctx,
    jobs::{
        api::name_taken,
        items::{BATCH, enqueue},
    },
    problem::{Problem, Result},
};
use axum::http::StatusCode;
use mail::{
    enqueue::{invalid_item, new_item},
    letter::Attachment,
    preflight::{Files, Hashing, Options, Preflight, Reach, Report},
    recipients::{Reader, filter::Filter},
    spec::{ListFile, Mailing, MailingFile},
    template::Templates,
};
use model::{Counters, JobId, JobKind, JobState, Timestamp, pace::Limits};
use ring::digest::{Context, SHA256};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Account, Created, Job, LedgerMatch, NewItem, NewJob, Reason};
use tokio::{sync::mpsc, task::spawn_blocking};
use uuid::Uuid;

/// What was sent to us, complete.
pub(crate) struct Upload {
    pub(crate) id: Option<Uuid>,
    pub(crate) settings: MailingFile,
    pub(crate) account: Option<Account>,
    pub(crate) recipients: PathBuf,
    pub(crate) recipients_name: String,
    /// Of the list, in hexadecimal digits.
    pub(crate) recipients_sha256: String,
    pub(crate) attachments: Vec<Attachment>,
}

/// When it begins to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Now,
    At(Timestamp),
}

/// Settings and templates, ready to look at rows.
pub(crate) struct Plan {
    pub(crate) upload: Arc<Upload>,
    pub(crate) mailing: Mailing,
    /// The run's own, as its settings say.
    limits: Limits,
    filter: Filter,
}

impl Plan {
    pub(crate) fn new(upload: Arc<Upload>) -> Result<Self> {
        let reader = open(&upload)?;
        let mut mailing =
            upload.settings.mailing(Path::new("/nonexistent"), reader.columns()).map_err(|found| refused(&found))?;
        mailing.list =
            Some(ListFile { name: upload.recipients_name.clone(), sha256: upload.recipients_sha256.clone() });
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        mailing.content = templates.map_err(|found| refused(&found))?.used_columns();
        let filter = Filter::new(&upload.settings.conditions, reader.columns());
        let filter = filter.map_err(|_| Problem::invalid("settings: `where` names a column that there is not"))?;
        let limits = upload.settings.limits().map_err(|problem| refused(&[problem]))?.into();
        Ok(Self { mailing, limits, filter, upload })
    }

    /// Hands every item to `take`, in order, until it has had enough.
    pub(crate) fn rows(&self, mut take: impl FnMut(NewItem) -> bool) -> Result<Report> {
        let mailing = &self.mailing;
        let reader = open(&self.upload)?;
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        let templates = templates.map_err(|found| refused(&found))?;
        let options = Options {
            file: self.upload.recipients_name.clone(),
            base: PathBuf::from("/nonexistent"),
            reach: Reach::Base,
            hashing: Hashing::Later,
            data: None,
            message_bytes_max: None,
        };
        let files = Files::uploaded(self.upload.attachments.iter().cloned());
        let mut preflight = Preflight::new(mailing, &templates, &options).with_files(files).with_cells(reader.cells());
        let kept = reader.filter(|row| row.as_ref().map_or(true, |row| self.filter.keeps(row)));
        for (row, seq) in kept.zip(1..) {
            let item = match preflight.check(row) {
                Ok(item) => new_item(mailing, &item, seq),
                Err(problems) => invalid_item(mailing, &problems, seq),
            };
            if !take(item) {
                break;
            }
        }
        Ok(preflight.finish())
    }
}

fn open(upload: &Upload) -> Result<Reader<File>> {
    let file = File::open(&upload.recipients).map_err(|error| Problem::internal(&error))?;
    Reader::read(file, &upload.recipients_name, &upload.settings.read_as()).map_err(|found| refused(&found))
}

/// Looks at every row: what is wrong with it, and whether it was sent before. `see` is shown each, and says whether it
/// wants another look; the pass ends early once the caller is gone.
pub(crate) async fn look_at_rows(
    ctx: &Ctx,
    plan: &Arc<Plan>,
    mut see: impl FnMut(&NewItem) + Send + 'static,
) -> Result<(Report, Comparison)> {
    let (sender, mut receiver) = mpsc::channel::<Vec<NewItem>>(2);
    let reading = Arc::clone(plan);
    let reader = spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let report = reading.rows(|item| {
            see(&item);
            batch.push(item);
            batch.len() < BATCH || sender.blocking_send(std::mem::take(&mut batch)).is_ok()
        })?;
        // The other end is gone only when nobody waits for the answer any more.
        let _ = sender.blocking_send(batch);
        Ok::<_, Problem>(report)
    });
    let mut comparer = Comparer::new(ctx, &plan.mailing.name).await?;
    while let Some(batch) = receiver.recv().await {
        comparer.add(&batch).await?;
    }
    let report = reader.await.map_err(|error| Problem::internal(&error))??;
    Ok((report, comparer.finish()))
}

/// Jobs of one mailing that fail one after another while they are prepared.
const ATTEMPTS_MAX: usize = 100;

/// The job that a mailing is, or the id that it is to have. One that failed before it began has sent nothing: the next
/// takes its place, under an id that follows from its own, so that two who send at the same time make the same job.
pub(crate) async fn attempt(ctx: &Ctx, first: JobId) -> Result<(JobId, Option<Job>)> {
    let mut id = first;
    for _ in 0..ATTEMPTS_MAX {
        match ctx.app.db.job(id).await? {
            Some(job) if never_began(&job) => id = following(id),
            job => return Ok((id, job)),
        }
    }
    let said = format!("{ATTEMPTS_MAX} jobs of this mailing failed while being prepared, the first of them {first}");
    Err(Problem::conflict(said).remedy("look at the reason of the last, then begin the mailing anew"))
}

fn never_began(job: &Job) -> bool {
    let Counters { running, succeeded, unknown, .. } = job.counters;
    job.state == JobState::Failed && job.started_at.is_none() && running + succeeded + unknown == 0
}

fn following(JobId(id): JobId) -> JobId {
    let mut context = Context::new(&SHA256);
    context.update(b"the attempt after ");
    context.update(id.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&context.finish().as_ref()[..16]);
    JobId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Makes the job, streams its items into the store and sets it going. A repeated `id` is the job that there is, unless
/// that one never began: see [`attempt`].
pub(crate) async fn enqueue_all(
    ctx: &Ctx,
    plan: &Arc<Plan>,
    account: &Account,
    ledger: LedgerMatch,
    start: Start,
) -> Result<Job> {
    let mailing = &plan.mailing;
    let id = match plan.upload.id {
        Some(id) => attempt(ctx, id.into()).await?.0,
        None => JobId::new(&ctx.app.clock, &ctx.app.rng),
    };
    let new = NewJob {
        id,
        kind: JobKind::Mail,
        name: mailing.name.clone(),
        on_unknown: mailing.on_unknown,
        account: Some(account.id),
        application_name: mailing.application_name.clone(),
        flow_name: mailing.flow_name.clone(),
        created_by: mailing.created_by.clone(),
        task_type: String::new(),
        task_id: String::new(),
        spec: serde_json::to_string(mailing).map_err(|error| Problem::internal(&error))?,
        limits: plan.limits.clone(),
        state: JobState::Preparing,
        total: 0,
        ledger,
        authority: model::Authority::Write,
    };
    let job = match ctx.app.db.create_job(new, ctx.app.clock.now()).await? {
        // Somebody else's attempt, made and failed since it was looked for.
        Created::Existing(job) if never_began(&job) => {
            let said = format!("job {} failed while being prepared: nothing was sent", job.id);
            return Err(Problem::conflict(said).remedy("send the mailing again"));
        }
        Created::Existing(job) => return Ok(job),
        Created::NameTaken(job) => return Err(name_taken(&job)),
        Created::New(job) => job,
    };
    ctx.changed(&job).await;
    match store(ctx, plan, &job).await {
        Ok(()) => {
            let job = match start {
                Start::Now => ctx.app.db.finish_preparing(job.id, ctx.app.clock.now()).await?,
                Start::At(at) => ctx.app.db.schedule_job(job.id, at, ctx.app.clock.now()).await?,
            };
            ctx.changed(&job).await;
            Ok(job)
        }
        Err(problem) => {
            let reason = Reason::new("not_prepared", format!("not started, nothing was sent: {}", problem.detail()));
            let job = ctx.app.db.fail_job(job.id, reason, ctx.app.clock.now()).await?;
            ctx.changed(&job).await;
            Err(problem)
        }
    }
}

/// What the job is to do, after what it needs for that.
async fn store(ctx: &Ctx, plan: &Arc<Plan>, job: &Job) -> Result<()> {
    let uploads = plan.upload.attachments.iter().filter_map(|attachment| attachment.sha256.clone());
    ctx.app.db.keep_uploads(job.id, uploads.collect()).await?;
    store_items(ctx, plan, job).await
}

async fn store_items(ctx: &Ctx, plan: &Arc<Plan>, job: &Job) -> Result<()> {
    let (sender, mut receiver) = mpsc::channel::<Vec<NewItem>>(2);
    let reading = Arc::clone(plan);
    let reader = spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let report = reading.rows(|item| {
            batch.push(item);
            let enough = batch.len() >= BATCH && sender.blocking_send(std::mem::take(&mut batch)).is_err();
            !enough && !sender.is_closed()
        })?;
        if report.incomplete {
            return Err(refused(&report.problems.listed));
        }
        if !batch.is_empty() {
            // The other end is gone only when storing failed, which it says itself.
            let _ = sender.blocking_send(batch);
        }
        Ok::<(), Problem>(())
    });
    while let Some(batch) = receiver.recv().await {
        enqueue(ctx, job, batch, Some(job.name.clone())).await?;
    }
    reader.await.map_err(|error| Problem::internal(&error))?
}

pub(crate) fn refused(problems: &[mail::problem::Problem]) -> Problem {
    // What leaves rows unread is what to begin with, and skipping does not help against it.
    let hides = problems.iter().find(|problem| problem.hides_rows);
    let first = hides.or(problems.first()).map(ToString::to_string).unwrap_or_default();
    let remedy = match hides {
        Some(_) => "correct what `problems` lists: rows may be unread, and none is left out unseen",
        None => "correct what `problems` lists, or leave wrong rows out with on-invalid = \"skip\"",
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "preflight", format!("nothing was sent: {first}"))
        .remedy(remedy)
        .with("problems", problems)
}
