//! A mailing brought whole: its settings, its recipients and its files, looked at and enqueued. What the API takes in one
//! call, what the pages gather step by step and what a schedule repeats come together here.

mod earlier;
mod failures;

use earlier::RowWeight;
pub use earlier::{Comparer, Comparison, Earlier, EarlierChoice, ReceivedRow, Sending, Undecided, WaitingRow};

use crate::{
    enqueue::{BATCH, enqueue, invalid_item, new_item},
    letter::Attachment,
    naming,
    preflight::{Files, Hashing, Options, Preflight, Reach, Report},
    problem::Problem,
    recipients::{Reader, filter::Filter},
    spec::{ListFile, Mailing, MailingFile},
    template::Templates,
};
use jiff::tz::TimeZone;
use language::Language;
use model::{Clock, Counters, JobId, JobKind, JobState, Rng, Timestamp, pace::Limits};
use ring::digest::{Context, SHA256};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Account, Created, Db, Job, LedgerMatch, NewItem, NewJob, Reason};
use tokio::{sync::mpsc, task::spawn_blocking};
use uuid::Uuid;

/// Names that are tried before one is given up for.
const NAMES_MAX: u32 = 1_000;
/// Jobs of one mailing that fail one after another while they are prepared.
const ATTEMPTS_MAX: usize = 100;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a mailing was not looked at to its end, or not enqueued. Nothing of it was sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is wrong with its settings, its texts or its list.
    #[error("{}", first(.0))]
    Refused(Vec<Problem>),
    #[error("`where` names a column that there is not")]
    NoSuchColumn,
    /// Another mailing of the name has not ended.
    #[error("a mailing named `{}` is {}: job {}", .0.name, .0.state, .0.id)]
    NameTaken(Box<Job>),
    /// Somebody else's attempt at the same mailing, made and failed meanwhile.
    #[error("job {0} failed while being prepared: nothing was sent")]
    NotPrepared(JobId),
    #[error("{ATTEMPTS_MAX} jobs of this mailing failed while being prepared, the first of them {0}")]
    AttemptsUsedUp(JobId),
    #[error("{NAMES_MAX} mailings are called `{0}`")]
    NamesUsedUp(String),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    Internal(String),
}

fn first(problems: &[Problem]) -> String {
    // What leaves rows unread is what to begin with, and skipping does not help against it.
    let hides = problems.iter().find(|problem| problem.hides_rows);
    hides.or(problems.first()).map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// What was sent to us, complete.
#[derive(Debug)]
pub struct Upload {
    pub id: Option<Uuid>,
    pub settings: MailingFile,
    pub account: Option<Account>,
    pub recipients: PathBuf,
    pub recipients_name: String,
    /// Of the list, in hexadecimal digits.
    pub recipients_sha256: String,
    pub attachments: Vec<Attachment>,
}

/// When it begins to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Now,
    At(Timestamp),
}

/// Settings and templates, ready to look at rows.
#[derive(Debug)]
pub struct Plan {
    pub upload: Arc<Upload>,
    pub mailing: Mailing,
    /// The run's own, as its settings say.
    limits: Limits,
    filter: Filter,
}

impl Plan {
    /// Reads settings, templates and the head of the list; for threads that may block.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(upload: Arc<Upload>) -> Result<Self> {
        Self::in_folder(upload, Path::new("/nonexistent"))
    }

    /// The same of a mailing whose texts may be files of `folder`: one of the machine itself.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn in_folder(upload: Arc<Upload>, folder: &Path) -> Result<Self> {
        let reader = open(&upload)?;
        let mut mailing = upload.settings.mailing(folder, reader.columns()).map_err(Error::Refused)?;
        mailing.list =
            Some(ListFile { name: upload.recipients_name.clone(), sha256: upload.recipients_sha256.clone() });
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        mailing.content = templates.map_err(Error::Refused)?.used_columns();
        let filter = Filter::new(&upload.settings.conditions, reader.columns());
        let filter = filter.map_err(|_| Error::NoSuchColumn)?;
        let limits = upload.settings.limits().map_err(|problem| Error::Refused(vec![problem]))?.into();
        Ok(Self { mailing, limits, filter, upload })
    }

    /// Hands every item to `take`, in order, until it has had enough; for threads that may block.
    ///
    /// # Errors
    /// Where the list cannot be read at all. What is wrong with single rows is in the report.
    pub fn rows(&self, mut take: impl FnMut(NewItem) -> bool) -> Result<Report> {
        self.weighed_rows(|item, _| take(item))
    }

    /// The same, with what each row would add to what leaves.
    fn weighed_rows(&self, mut take: impl FnMut(NewItem, RowWeight) -> bool) -> Result<Report> {
        let mailing = &self.mailing;
        let reader = open(&self.upload)?;
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        let templates = templates.map_err(Error::Refused)?;
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
            let (item, weight) = match preflight.check(row) {
                Ok(item) => (new_item(mailing, &item, seq), RowWeight::of(&item, preflight.last_bytes())),
                Err(problems) => (invalid_item(mailing, &problems, seq), RowWeight::default()),
            };
            if !take(item, weight) {
                break;
            }
        }
        Ok(preflight.finish())
    }
}

fn open(upload: &Upload) -> Result<Reader<File>> {
    let file = File::open(&upload.recipients).map_err(internal)?;
    Reader::read(file, &upload.recipients_name, &upload.settings.read_as()).map_err(Error::Refused)
}

/// Looks at mailings and enqueues them. Cheap to clone.
#[derive(Clone)]
pub struct Mailings {
    pub db: Db,
    pub clock: Clock,
    pub rng: Rng,
    /// Whose months a name is made of.
    pub zone: TimeZone,
}

/// A job made for a mailing.
#[derive(Debug)]
pub enum Begun {
    /// To be filled: see [`Mailings::fill`].
    New(Job),
    /// The one that there is for the same upload.
    Existing(Job),
}

/// A job that could not be filled, and has failed.
#[derive(Debug)]
pub struct NotFilled {
    pub job: Job,
    pub why: Error,
}

impl Mailings {
    /// Looks at every row: what is wrong with it, and whether it was sent before. `see` is shown each; the pass ends
    /// early once the caller is gone.
    ///
    /// # Errors
    /// Where the list cannot be read, or the store not asked.
    pub async fn look_at_rows(
        &self,
        plan: &Arc<Plan>,
        mut see: impl FnMut(&NewItem) + Send + 'static,
    ) -> Result<(Report, Comparison)> {
        let (sender, mut receiver) = mpsc::channel::<(Vec<NewItem>, Vec<RowWeight>)>(2);
        let reading = Arc::clone(plan);
        let reader = spawn_blocking(move || {
            let mut batch = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
            let report = reading.weighed_rows(|item, weight| {
                see(&item);
                batch.0.push(item);
                batch.1.push(weight);
                batch.0.len() < BATCH || sender.blocking_send(std::mem::take(&mut batch)).is_ok()
            })?;
            // The other end is gone only when nobody waits for the answer any more.
            let _ = sender.blocking_send(batch);
            Ok::<_, Error>(report)
        });
        let mut comparer = self.comparer(&plan.mailing.name).await?;
        while let Some((items, weights)) = receiver.recv().await {
            comparer.weigh(&items, &weights).await?;
        }
        let report = reader.await.map_err(internal)??;
        Ok((report, comparer.finish()))
    }

    /// Holds rows against what was sent under `name`, and by the mailings of the last year.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn comparer(&self, name: &str) -> Result<Comparer<'_>> {
        Comparer::new(&self.db, self.clock.now(), name).await
    }

    /// The job that a mailing is, or the id that it is to have. One that failed before it began has sent nothing: the next
    /// takes its place, under an id that follows from its own, so that two who send at the same time make the same job.
    ///
    /// # Errors
    /// When too many have failed one after another, or the store cannot be asked.
    pub async fn attempt(&self, first: JobId) -> Result<(JobId, Option<Job>)> {
        let mut id = first;
        for _ in 0..ATTEMPTS_MAX {
            match self.db.job(id).await? {
                Some(job) if never_began(&job) => id = following(id),
                job => return Ok((id, job)),
            }
        }
        Err(Error::AttemptsUsedUp(first))
    }

    /// Makes the job, which is to be filled then. A repeated `id` is the job that there is, unless that one never began:
    /// see [`Mailings::attempt`].
    ///
    /// # Errors
    /// When another mailing of the name has not ended, or the store says no.
    pub async fn begin(&self, plan: &Plan, account: &Account, ledger: LedgerMatch) -> Result<Begun> {
        let mailing = &plan.mailing;
        let id = match plan.upload.id {
            Some(id) => self.attempt(id.into()).await?.0,
            None => JobId::new(&self.clock, &self.rng),
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
            spec: serde_json::to_string(mailing).map_err(internal)?,
            limits: plan.limits.clone(),
            state: JobState::Preparing,
            total: 0,
            ledger,
            authority: model::Authority::Write,
        };
        match self.db.create_job(new, self.clock.now()).await? {
            // Somebody else's attempt, made and failed since it was looked for.
            Created::Existing(job) if never_began(&job) => Err(Error::NotPrepared(job.id)),
            Created::Existing(job) => Ok(Begun::Existing(job)),
            Created::NameTaken(job) => Err(Error::NameTaken(Box::new(job))),
            Created::New(job) => Ok(Begun::New(job)),
        }
    }

    /// Streams the items into the store and sets the job going. One that cannot be filled has failed, and nothing of it
    /// was sent.
    ///
    /// # Errors
    /// What went wrong, with the job as it stands; the outer error is the store's, when even that could not be kept.
    pub async fn fill(&self, plan: &Arc<Plan>, job: &Job, start: Start) -> Result<Result<Job, NotFilled>> {
        match self.store(plan, job).await {
            Ok(()) => {
                self.replace_earlier_failures(job).await?;
                Ok(Ok(match start {
                    Start::Now => self.db.finish_preparing(job.id, self.clock.now()).await?,
                    Start::At(at) => self.db.schedule_job(job.id, at, self.clock.now()).await?,
                }))
            }
            Err(why) => {
                let reason = Reason::new("not_prepared", format!("not started, nothing was sent: {why}"));
                let job = self.db.fail_job(job.id, reason, self.clock.now()).await?;
                Ok(Err(NotFilled { job, why }))
            }
        }
    }

    /// What the job is to do, after what it needs for that.
    async fn store(&self, plan: &Arc<Plan>, job: &Job) -> Result<()> {
        let uploads = plan.upload.attachments.iter().filter_map(|attachment| attachment.sha256.clone());
        self.db.keep_uploads(job.id, uploads.collect()).await?;
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
                return Err(Error::Refused(report.problems.listed));
            }
            if !batch.is_empty() {
                // The other end is gone only when storing failed, which it says itself.
                let _ = sender.blocking_send(batch);
            }
            Ok::<(), Error>(())
        });
        while let Some(batch) = receiver.recv().await {
            enqueue(&self.db, &self.clock, &self.rng, job, batch, Some(job.name.clone())).await?;
        }
        reader.await.map_err(internal)?
    }

    /// A name that no mailing has had, of the list and the month.
    ///
    /// # Errors
    /// When a thousand are used, or the store cannot be asked.
    pub async fn unused_name(&self, list: &str, language: Language) -> Result<String> {
        let today = self.clock.now().in_zone(&self.zone).date();
        self.unused(naming::default_name(list, today, language)).await
    }

    /// The name with a number that no mailing has had: of its own, another mailing leaves nobody out.
    ///
    /// # Errors
    /// As [`Self::unused_name`].
    pub async fn unused_after(&self, name: &str) -> Result<String> {
        self.unused(naming::unnumbered(name).to_owned()).await
    }

    async fn unused(&self, first: String) -> Result<String> {
        for number in 1..=NAMES_MAX {
            let name = naming::numbered(&first, number);
            if !self.db.is_mailing_name_used(&name).await? {
                return Ok(name);
            }
        }
        Err(Error::NamesUsedUp(first))
    }

    /// The open mailing that sends the list of that SHA-256. Its rows are not in the ledger yet: begun again under a name
    /// that was made up for it, it would be sent twice.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn being_sent(&self, sha256: &str) -> Result<Option<Job>> {
        #[derive(serde::Deserialize)]
        struct Spec {
            list: Option<ListFile>,
        }
        let same = |job: &Job| {
            let spec = serde_json::from_str::<Spec>(&job.spec).ok();
            spec.and_then(|spec| spec.list).is_some_and(|list| list.sha256 == sha256)
        };
        let open = self.db.open_jobs().await?;
        Ok(open.into_iter().find(|job| job.ledger != LedgerMatch::None && same(job)))
    }
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
