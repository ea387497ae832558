//! One open mailing: its slots turn items into letters, letters into deliveries, deliveries into outcomes.

use super::{reach::FilesReach, story::Story};
use crate::{
    delivery::Delivery,
    gmail::{self, DraftId},
    item::{Identity, MailItem, letter},
    letter::Letter,
    message::Signer,
    spec::Mailing,
    submitted,
    template::Templates,
    transport::{Connection, Transport},
};
use futures_util::future::BoxFuture;
use jobs::{Attempted, Declares, Ended, Intent, Moment, Run, Shape, Slot, TraceText, Verified};
use model::{Clock, Fault, JobId, JobLine, Retry, Timestamp, Verdict};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{ClaimedItem, Db, Item, Job};

/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// Messages claimed ahead for each connection when nothing paces them.
const AHEAD: usize = 32;

pub(super) struct MailRun {
    inner: Arc<Inner>,
    slots: usize,
}

struct Inner {
    job: JobId,
    /// The `Date` of every message: when the job was enqueued.
    date: Timestamp,
    mailing: Mailing,
    templates: Templates,
    transport: Transport,
    signer: Option<Arc<Signer>>,
    story: Story,
    db: Db,
    clock: Clock,
    reach: FilesReach,
    /// Where long messages of other programs are.
    blobs: PathBuf,
}

impl MailRun {
    #[expect(clippy::too_many_arguments, reason = "the parts of a run, each used once")]
    pub(super) fn new(
        job: &Job,
        mailing: Mailing,
        templates: Templates,
        transport: Transport,
        slots: usize,
        signer: Option<Arc<Signer>>,
        db: Db,
        clock: Clock,
        reach: FilesReach,
        blobs: PathBuf,
    ) -> Self {
        let story = Story::new(job, &mailing, &transport);
        let (job, date) = (job.id, job.created_at);
        let inner = Inner { job, date, mailing, templates, transport, signer, story, db, clock, reach, blobs };
        Self { inner: Arc::new(inner), slots }
    }
}

impl Run for MailRun {
    fn shape(&self) -> Shape {
        let group = u64::from(self.inner.mailing.group.unwrap_or(1).max(1));
        Shape { slots: self.slots.max(1), group, ahead: AHEAD, declares: Declares::Itself }
    }

    fn slot(&self) -> Box<dyn Slot> {
        let connection = self.inner.transport.connect(self.inner.signer.clone());
        Box::new(MailSlot { inner: Arc::clone(&self.inner), connection })
    }

    fn verify<'a>(&'a self, items: &'a [Item]) -> BoxFuture<'a, Vec<Option<Verified>>> {
        Box::pin(async move {
            let Connection::Gmail(mut connection) = self.inner.transport.connect(None) else {
                return vec![None; items.len()];
            };
            let mut verified = Vec::with_capacity(items.len());
            for item in items {
                verified.push(self.inner.verify_draft(&mut connection, item).await);
            }
            verified
        })
    }

    fn log(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<JobLine> {
        self.inner.story.tell(at, moment)
    }

    fn lost(&self, item: &Item) -> TraceText {
        let verdict = item.verdict.clone().unwrap_or_else(|| Verdict::permanent("outcome_lost", Fault::Server));
        let row = MailItem::parse(&item.payload).ok();
        self.inner.failure_text(&item.label, row.as_ref(), &verdict)
    }
}

struct MailSlot {
    inner: Arc<Inner>,
    connection: Connection,
}

impl Slot for MailSlot {
    fn attempt<'a>(&'a mut self, message: Vec<ClaimedItem>, intent: &'a Intent) -> BoxFuture<'a, Vec<Attempted>> {
        Box::pin(async move {
            let started_at = self.inner.clock.now();
            let begun = Instant::now();
            let (letter, rows) = match self.inner.letter(&message).await {
                Ok(parts) => parts,
                Err(verdict) => return self.inner.all_failed(message, &verdict, started_at),
            };
            let delivery = self.deliver(&letter, &message, intent).await;
            let took = begun.elapsed();
            let attempted = message.into_iter().zip(&rows).map(|(item, row)| {
                let ended = ended(&delivery, row);
                let trace = self.inner.text(&item.label, row, &ended, &delivery, &letter.message_id);
                Attempted { item, ended, trace, started_at, took }
            });
            attempted.collect()
        })
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.connection.close(GOODBYE).await })
    }
}

impl MailSlot {
    /// Delivers by draft where the account says so: the draft's id is kept before the draft is sent, and an item that
    /// has one already is sent by it, never anew.
    async fn deliver(&mut self, letter: &Letter, message: &[ClaimedItem], intent: &Intent) -> Delivery {
        let Connection::Gmail(connection) = &mut self.connection else {
            return self.connection.deliver_declared(letter, intent).await;
        };
        if let Some(draft) = message.iter().find_map(|item| item.effect.as_deref()) {
            return match draft.parse::<DraftId>() {
                Ok(draft) => connection.send_draft_declared(&draft, intent).await,
                Err(_) => Delivery::NotSent {
                    verdict: Verdict::permanent("draft_unreadable", Fault::Content).with_arg("draft", draft),
                    refused: Vec::new(),
                },
            };
        }
        let (db, job) = (&self.inner.db, self.inner.job);
        let seqs: Vec<i64> = message.iter().map(|item| item.seq).collect();
        let keep = async move |draft: DraftId| {
            db.note_effect(job, seqs, draft.to_string()).await.map_err(|error| {
                let retry = Retry::After { wait: Duration::from_secs(5) };
                Verdict::new("database", Fault::Server, retry).with_reply(error.to_string())
            })
        };
        connection.deliver_with(letter, intent, keep).await
    }
}

impl Inner {
    /// Gmail is asked for one draft at a time: it has no call for several.
    async fn verify_draft(&self, connection: &mut gmail::Connection, item: &Item) -> Option<Verified> {
        let draft: DraftId = item.effect.as_deref()?.parse().ok()?;
        match connection.verify_draft(&draft).await {
            gmail::Verified::Sent => {
                Some(Verified::Sent { comment: self.mailing.trace.success_comment(&item.label, &draft.id) })
            }
            gmail::Verified::StillThere => {
                Some(Verified::NotSent { comment: format!("{}: the draft is still there", item.label) })
            }
            gmail::Verified::Unreachable(_) => None,
        }
    }

    async fn letter(&self, message: &[ClaimedItem]) -> Result<(Letter, Vec<MailItem>), Verdict> {
        let mut rows = Vec::with_capacity(message.len());
        for item in message {
            let mut row = MailItem::parse(&item.payload)
                .map_err(|error| Verdict::permanent("row_unreadable", Fault::Content).with_reply(error.to_string()))?;
            self.reach.resolve(&mut row.attachments)?;
            rows.push(row);
        }
        if let [row] = rows.as_slice()
            && let Some(submitted) = &row.submitted
        {
            let written = submitted::content(&self.db, &self.blobs, submitted).await?;
            return Ok((submitted.letter(row, written, self.date), rows));
        }
        let number = message.first().map_or(0, |item| item.message_no);
        let id = Identity { job: self.job, message: u64::try_from(number).unwrap_or(0), date: self.date };
        let letter = letter(&self.mailing, &self.templates, &rows, id)?;
        Ok((letter, rows))
    }

    fn all_failed(&self, message: Vec<ClaimedItem>, verdict: &Verdict, started_at: Timestamp) -> Vec<Attempted> {
        let failed = message.into_iter().map(|item| {
            let row = MailItem::parse(&item.payload).ok();
            let trace = self.failure_text(&item.label, row.as_ref(), verdict);
            Attempted { item, ended: Ended::Failed(verdict.clone()), trace, started_at, took: Duration::ZERO }
        });
        failed.collect()
    }

    fn text(&self, to: &str, row: &MailItem, ended: &Ended, delivery: &Delivery, message_id: &str) -> TraceText {
        match (ended, delivery) {
            (Ended::Succeeded | Ended::SucceededInPart { .. }, Delivery::Accepted { reference, .. }) => {
                // Gmail replaces our Message-ID by its own: what names the message there is its id.
                let id = if matches!(self.transport, Transport::Gmail(_)) { reference } else { message_id };
                TraceText {
                    trace_name: row.trace_name().unwrap_or_else(|| self.mailing.trace.success.clone()),
                    file_name: row.file_names(),
                    comment: self.mailing.trace.success_comment(to, id),
                    reference: reference.clone(),
                }
            }
            (Ended::Unknown(verdict), _) => {
                let why = self.story.why(verdict);
                let comment = self.mailing.trace.unconfirmed_comment(to, &why);
                TraceText { comment, ..self.failure_text(to, Some(row), verdict) }
            }
            (Ended::Failed(verdict) | Ended::Skipped(verdict), _) => self.failure_text(to, Some(row), verdict),
            (Ended::Succeeded | Ended::SucceededInPart { .. }, _) => TraceText::default(),
        }
    }

    fn failure_text(&self, to: &str, row: Option<&MailItem>, verdict: &Verdict) -> TraceText {
        let why = self.story.why(verdict);
        TraceText {
            trace_name: row
                .and_then(MailItem::trace_name)
                .map_or_else(|| self.mailing.trace.error.clone(), |name| format!("{name} ERROR")),
            file_name: row.map(MailItem::file_names).unwrap_or_default(),
            comment: self.mailing.trace.failure_comment(to, &why),
            reference: String::new(),
        }
    }
}

/// What a delivery means for one row of the message.
fn ended(delivery: &Delivery, row: &MailItem) -> Ended {
    let of_row = |refused: &[(String, Verdict)]| -> Vec<(String, Verdict)> {
        let ours = |address: &str| row.recipients().any(|mailbox| mailbox.address.eq_ignore_ascii_case(address));
        refused.iter().filter(|(address, _)| ours(address)).cloned().collect()
    };
    match delivery {
        Delivery::Unknown { verdict } => Ended::Unknown(verdict.clone()),
        Delivery::NotSent { verdict, refused } => {
            let verdict = most_hopeful(of_row(refused)).map_or_else(|| verdict.clone(), |(_, verdict)| verdict);
            Ended::Failed(verdict)
        }
        Delivery::Accepted { refused, .. } => {
            let refused = of_row(refused);
            let everybody = refused.len() >= row.recipients().count();
            let addresses = refused.iter().map(|(address, _)| address.as_str()).collect::<Vec<_>>().join(", ");
            match most_hopeful(refused) {
                None => Ended::Succeeded,
                Some((_, verdict)) if everybody => Ended::Failed(verdict),
                Some((_, verdict)) => Ended::SucceededInPart { detail: addresses, verdict },
            }
        }
    }
}

/// Of several refusals, one that may be tried again, if there is one.
fn most_hopeful(refused: Vec<(String, Verdict)>) -> Option<(String, Verdict)> {
    let hope = refused.iter().position(|(_, verdict)| verdict.retry != Retry::Never).unwrap_or(0);
    refused.into_iter().nth(hope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Mailbox;

    fn row(addresses: &[&str]) -> MailItem {
        let to = addresses.iter().map(|address| Mailbox { name: None, address: (*address).to_owned() }).collect();
        MailItem { line: 2, to, ..MailItem::default() }
    }

    fn refusal(address: &str, code: &str, retry: Retry) -> (String, Verdict) {
        (address.to_owned(), Verdict::new(code, Fault::Recipient, retry))
    }

    #[test]
    fn each_row_of_a_group_has_its_own_outcome() {
        let later = Retry::After { wait: Duration::from_secs(60) };
        let refused =
            vec![refusal("b@x.fr", "unknown_recipient", Retry::Never), refusal("C@x.fr", "greylisted", later)];
        let delivery = Delivery::Accepted { reference: "ok".to_owned(), refused };
        let code = |addresses: &[&str]| match ended(&delivery, &row(addresses)) {
            Ended::Succeeded => "sent".to_owned(),
            Ended::SucceededInPart { detail: to, verdict } => format!("sent but {to} {}", verdict.code),
            Ended::Failed(verdict) => verdict.code,
            Ended::Unknown(_) => "unknown".to_owned(),
            Ended::Skipped(_) => "skipped".to_owned(),
        };
        assert_eq!(code(&["a@x.fr"]), "sent");
        assert_eq!(code(&["b@x.fr"]), "unknown_recipient");
        assert_eq!(code(&["b@x.fr", "c@x.fr"]), "greylisted");
        assert_eq!(code(&["a@x.fr", "b@x.fr"]), "sent but b@x.fr unknown_recipient");
    }
}
