//! Where messages of many connections come together: what has come while a commit was written shares the next.

use crate::{Limits, content::Prepared, session::Incoming};
use blobs::{Blobs, KeepError, Sending};
use bytes::Bytes;
use mail::submitted::{Group, Submitted};
use model::{Authority, Clock, JobId, JobKind, JobState, OnUnknown, Rng, pace};
use std::{collections::HashMap, io, sync::Arc, time::Duration};
use store::{Account, Db, Intake, LedgerMatch, NewJob, NewSubmission, SubmittedContent};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::Instant,
};
use uuid::Uuid;

/// Messages that one commit keeps, and bytes of them.
const COMMIT_MAX: usize = 512;
const COMMIT_BYTES_MAX: usize = 32 << 20;
/// Messages that wait for the next commit; further connections wait themselves.
const WAITING_MAX: usize = 1_024;
/// A longer message is a file beside the database.
const HERE_MAX: usize = 128 << 10;

/// How long the sending accounts are taken for the same.
const ACCOUNTS_FOR: Duration = Duration::from_secs(1);

/// Called with each job that has more to do.
pub type Wake = Arc<dyn Fn(Option<JobId>) + Send + Sync>;

/// Takes messages to disk. Cheap to clone; it ends with its last clone.
#[derive(Clone)]
pub struct Spool {
    offers: mpsc::Sender<Offer>,
    db: Db,
    blobs: Blobs,
    rng: Rng,
    /// By whose account messages leave that name none.
    account: Option<String>,
    /// Those that there were a moment ago.
    accounts: Arc<Mutex<Option<Known>>>,
}

/// The sending accounts, and when they were looked up.
type Known = (Instant, Arc<[Account]>);

/// Why a message was not kept; the program may try again.
#[derive(Debug)]
pub(crate) enum NotKept {
    /// Nothing to send with: in words.
    NoAccount(String),
    DiskFull,
    Other(String),
}

struct Offer {
    account: Account,
    group: GroupKey,
    /// For each recipient its own.
    messages: Vec<NewSubmission>,
    /// Held until the row names the blob.
    _sending: Option<Sending>,
    reply: oneshot::Sender<Result<Uuid, NotKept>>,
}

/// What messages of one job have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct GroupKey {
    name: String,
    application: String,
    flow: String,
    created_by: String,
    from: String,
    job: Option<Uuid>,
}

impl Spool {
    pub(crate) fn start(
        db: Db,
        blobs: Blobs,
        clock: Clock,
        rng: Rng,
        account: Option<String>,
        limits: &Limits,
        wake: Wake,
    ) -> Self {
        let (offers, queue) = mpsc::channel(WAITING_MAX);
        let writer = Writer { db: db.clone(), clock, rng: rng.clone(), quiet: limits.quiet, wake };
        tokio::spawn(writer.run(queue));
        Self { offers, db, blobs, rng, account, accounts: Arc::default() }
    }

    /// Returns once the message is on disk, for each of its recipients by itself: so a refusal is that of one person, who is counted
    /// and tried again alone. The first of them has the given id.
    pub(crate) async fn keep(
        &self,
        id: Uuid,
        clock: &Clock,
        incoming: &Incoming,
        prepared: Prepared,
    ) -> Result<Uuid, NotKept> {
        let account = self.account(incoming.user.as_deref()).await?;
        let size = prepared.content.len() as u64;
        // It would be there as often as it has recipients.
        let here_max = HERE_MAX / incoming.recipients.len().max(1);
        let (content, sending) = self.put(prepared.content, here_max).await?;
        let labels = prepared.labels;
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        let author =
            or(prepared.author, if incoming.from.is_empty() { "postmaster@localhost" } else { &incoming.from });
        let group = GroupKey {
            job: labels.job.parse().ok(),
            name: or(labels.job, if labels.application.is_empty() { &author } else { &labels.application }),
            application: or(labels.application, "smtp"),
            flow: or(labels.flow, "send_mail"),
            created_by: or(labels.user, incoming.user.as_deref().unwrap_or_default()),
            from: author,
        };
        let submitted = Submitted {
            id,
            from: incoming.from.clone(),
            subject: prepared.subject,
            message_id: prepared.message_id,
            file_name: labels.file,
            trace_name: labels.trace_name,
        };
        let key = labels.idempotency_key;
        let key = (!key.is_empty()).then(|| format!("{}\u{1f}{}\u{1f}{key}", account.name, group.application));
        // A person is sent to once by a key. Somebody else who is named with it is not who was sent to.
        let message = |(id, label, payload)| {
            let idempotency_key = key.as_ref().map(|key| format!("{key}\u{1f}{label}"));
            NewSubmission { id, idempotency_key, label, payload, size, content: content.clone() }
        };
        let items = submitted.items(&incoming.recipients, || self.new_id(clock));
        let messages = items.into_iter().map(message).collect();
        let (reply, answer) = oneshot::channel();
        let gone = || NotKept::Other("the spool has ended".to_owned());
        self.offers.send(Offer { account, group, messages, _sending: sending, reply }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    pub(crate) fn new_id(&self, clock: &Clock) -> Uuid {
        model::TraceId::new(clock, &self.rng).0
    }

    /// The sending accounts: looked up again after a moment, not for every message.
    async fn accounts(&self) -> Result<Arc<[Account]>, NotKept> {
        let mut known = self.accounts.lock().await;
        if let Some((at, accounts)) = &*known
            && at.elapsed() < ACCOUNTS_FOR
            && !accounts.is_empty()
        {
            return Ok(Arc::clone(accounts));
        }
        let accounts: Arc<[Account]> = self.db.accounts().await.map_err(|error| not_kept(&error))?.into();
        *known = Some((Instant::now(), Arc::clone(&accounts)));
        Ok(accounts)
    }

    async fn account(&self, user: Option<&str>) -> Result<Account, NotKept> {
        let accounts = self.accounts().await?;
        let named = user.or(self.account.as_deref());
        let (count, mut accounts) = (accounts.len(), accounts.iter().cloned());
        match named {
            Some(name) => accounts
                .find(|account| account.name == name)
                .ok_or_else(|| NotKept::NoAccount(format!("there is no sending account {name}"))),
            None if count > 1 => Err(NotKept::NoAccount(
                "there are several sending accounts: name one in [submission] account, or log in".to_owned(),
            )),
            None => accounts.next().ok_or_else(|| NotKept::NoAccount("there is no sending account yet".to_owned())),
        }
    }

    async fn put(&self, bytes: Vec<u8>, here_max: usize) -> Result<(SubmittedContent, Option<Sending>), NotKept> {
        if bytes.len() <= here_max {
            return Ok((SubmittedContent::Here(bytes), None));
        }
        let sending = self.blobs.begin().await;
        let mut left = bytes.len() as u64;
        let whole = futures_util::stream::iter([Ok::<_, io::Error>(Bytes::from(bytes))]);
        match self.blobs.keep(whole, &mut left).await {
            Ok(blob) => Ok((SubmittedContent::Blob(blob.sha256), Some(sending))),
            Err(KeepError::Disk(error) | KeepError::Sender(error)) if is_full(&error) => Err(NotKept::DiskFull),
            Err(error) => Err(NotKept::Other(error.to_string())),
        }
    }
}

impl Offer {
    /// Bytes that it keeps in the database.
    fn bytes_here(&self) -> usize {
        let here = |message: &NewSubmission| match &message.content {
            SubmittedContent::Here(bytes) => bytes.len(),
            SubmittedContent::Blob(_) | SubmittedContent::Gone => 0,
        };
        self.messages.iter().map(here).sum()
    }
}

struct Writer {
    db: Db,
    clock: Clock,
    rng: Rng,
    quiet: Duration,
    wake: Wake,
}

impl Writer {
    async fn run(self, mut queue: mpsc::Receiver<Offer>) {
        while let Some(first) = queue.recv().await {
            let (mut messages, mut bytes) = (first.messages.len(), first.bytes_here());
            let mut offers = vec![first];
            while messages < COMMIT_MAX
                && bytes < COMMIT_BYTES_MAX
                && let Ok(offer) = queue.try_recv()
            {
                messages += offer.messages.len();
                bytes += offer.bytes_here();
                offers.push(offer);
            }
            self.commit(offers).await;
        }
    }

    async fn commit(&self, offers: Vec<Offer>) {
        let now = self.clock.now();
        let mut places: HashMap<(GroupKey, model::AccountId), usize> = HashMap::new();
        let (mut intakes, mut replies) = (Vec::new(), Vec::new());
        for Offer { account, group, messages, _sending: sending, reply } in offers {
            let place = *places.entry((group.clone(), account.id)).or_insert_with(|| {
                intakes.push(self.intake(&group, &account, now));
                replies.push(Vec::new());
                intakes.len() - 1
            });
            replies[place].push((intakes[place].messages.len(), sending, reply));
            intakes[place].messages.extend(messages);
        }
        let kept = self.db.submit(intakes, now).await;
        for (place, replies) in replies.into_iter().enumerate() {
            for (at, _sending, reply) in replies {
                let answer = match &kept {
                    Ok(kept) => Ok(kept[place][at].id),
                    Err(error) => Err(not_kept(error)),
                };
                // A client that has gone away will send it again, and has it twice: nobody else can know.
                let _ = reply.send(answer);
            }
        }
        match kept {
            Ok(kept) => {
                let jobs: std::collections::HashSet<JobId> = kept.iter().flatten().map(|message| message.job).collect();
                jobs.into_iter().for_each(|job| (self.wake)(Some(job)));
            }
            Err(error) => {
                tracing::error!(%error, "messages that programs handed over could not be kept; they were told so");
            }
        }
    }

    fn intake(&self, group: &GroupKey, account: &Account, now: model::Timestamp) -> Intake {
        let key = [&account.name, &group.name, &group.application, &group.flow, &group.created_by];
        let settings = Group {
            name: &group.name,
            application: &group.application,
            flow: &group.flow,
            created_by: &group.created_by,
            from: &group.from,
        };
        let id = group.job.map_or_else(|| JobId(model::TraceId::new(&self.clock, &self.rng).0), JobId);
        let job = NewJob {
            id,
            kind: JobKind::Mail,
            name: group.name.clone(),
            on_unknown: OnUnknown::Hold,
            account: Some(account.id),
            application_name: group.application.clone(),
            flow_name: group.flow.clone(),
            created_by: group.created_by.clone(),
            task_type: "submission".to_owned(),
            task_id: String::new(),
            spec: settings.spec(),
            limits: pace::Limits::default(),
            state: JobState::Pending,
            total: 0,
            ledger: LedgerMatch::None,
            authority: Authority::Write,
        };
        let key = key.map(String::as_str).join("\u{1f}");
        let spare = JobId(model::TraceId::new(&self.clock, &self.rng).0);
        Intake { key, job, spare, open_until: now + self.quiet, messages: Vec::new() }
    }
}

fn not_kept(error: &store::Error) -> NotKept {
    if error.is_full() { NotKept::DiskFull } else { NotKept::Other(error.to_string()) }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::WriteZero)
}
