//! Messages that programs handed over by SMTP: opened, sent once more, sent at once.

mod api;
#[cfg(test)]
pub(crate) mod examples;
mod handlers;
mod page;
#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    jobs::lookup::existing,
    problem::{Problem, Result, worded},
    routes::Routes,
    uploads,
};
use bytes::Bytes;
use mail::{address::Mailbox, item::MailItem, submitted, submitted::Again};
use model::ItemState;
use std::io::ErrorKind;
use store::{Item, Job, Submitted, SubmittedContent, SubmittedRow};
use uuid::Uuid;

/// Addresses that one message is sent to once more.
const AGAIN_MAX: usize = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    [api::declare, handlers::declare].into_iter().fold(routes, |routes, add| add(routes))
}

/// A message, with the job and the item that it is.
struct Found {
    row: SubmittedRow,
    job: Job,
    item: Item,
    mail: MailItem,
    submitted: submitted::Submitted,
}

async fn find(ctx: &Ctx, code: &str) -> Result<Found> {
    let missing = || Problem::missing(worded("problem-no-message", &[("id", &code)]));
    let id: Uuid = code.parse().map_err(|_| missing())?;
    let row = ctx.app.db.submitted_row(id).await?.ok_or_else(missing)?;
    let job = existing(ctx, row.at.job).await?;
    let item = ctx.app.db.item(job.id, row.at.seq).await?.ok_or_else(missing)?;
    let mail = MailItem::parse(&item.payload).map_err(|error| Problem::internal(&error))?;
    let submitted = mail.submitted.clone().ok_or_else(missing)?;
    Ok(Found { row, job, item, mail, submitted })
}

/// The bytes of a message; `None` where they were let go of.
async fn content(ctx: &Ctx, id: Uuid) -> Result<Option<Bytes>> {
    match ctx.app.db.submitted_content(id).await? {
        Some(SubmittedContent::Here(bytes)) => Ok(Some(bytes.into())),
        Some(SubmittedContent::Blob(sha256)) => match tokio::fs::read(uploads::path(ctx, &sha256)?).await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::internal(&error)),
        },
        Some(SubmittedContent::Gone) | None => Ok(None),
    }
}

/// The same for whoever can do nothing without them.
async fn whole(ctx: &Ctx, id: Uuid) -> Result<Bytes> {
    content(ctx, id).await?.ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::conflict(worded("problem-message-gone", &[])).remedy(worded("problem-message-gone-help", &[]))
}

/// Takes a message apart, off the threads that answer.
async fn opened(content: Bytes) -> Result<Option<mail::opened::Opened>> {
    tokio::task::spawn_blocking(move || mail::opened::open(&content)).await.map_err(|error| Problem::internal(&error))
}

/// Sends a message once more: to `to`, or to those it was for.
async fn send_again(ctx: &Ctx, found: Found, to: Vec<String>) -> Result<Submitted> {
    let to = match to.is_empty() {
        true => found.mail.to.iter().map(|mailbox| mailbox.address.clone()).collect(),
        false => addresses(&to)?,
    };
    let again = Again { job: found.job, submitted: found.submitted, size: found.row.size, to };
    let kept = submitted::send_again(&ctx.app.db, &ctx.app.clock, &ctx.app.rng, again).await?.ok_or_else(gone)?;
    set_going(ctx, kept).await?;
    Ok(kept)
}

fn addresses(to: &[String]) -> Result<Vec<String>> {
    if to.len() > AGAIN_MAX {
        return Err(Problem::invalid(worded("problem-message-many", &[("most", &AGAIN_MAX)])));
    }
    let read = |text: &String| -> Result<String> {
        let bad = || Problem::invalid(worded("problem-message-address", &[("address", text)]));
        let mailbox: Mailbox = text.parse().map_err(|_| bad())?;
        mailbox.check().map_err(|_| bad())?;
        Ok(mailbox.address)
    };
    to.iter().map(read).collect()
}

/// Lets a message that waits for its next attempt, or that has failed, be sent at once.
async fn release(ctx: &Ctx, found: &Found) -> Result<Submitted> {
    let (at, now) = (found.row.at, ctx.app.clock.now());
    let is_released = match found.item.state {
        ItemState::Queued => ctx.app.db.release_submitted(at, now).await?,
        ItemState::Failed => ctx.app.db.retry_these(at.job, vec![at.seq], now).await?.1 > 0,
        _ => false,
    };
    if !is_released {
        return Err(Problem::conflict(worded("problem-message-not-waiting", &[])));
    }
    set_going(ctx, at).await?;
    Ok(at)
}

async fn set_going(ctx: &Ctx, at: Submitted) -> Result<()> {
    ctx.changed(&existing(ctx, at.job).await?).await;
    Ok(())
}
