//! A mailing is made a job: by the API and by the pages alike. What is decided, is decided in [`mail::mailing`].

use crate::{
    Ctx,
    jobs::api::name_taken,
    mailings::api::compare,
    problem::{Problem, Result},
};
use axum::http::StatusCode;
use mail::mailing::{Begun, Comparison, Error, Mailings, NotFilled, Plan, Start, Undecided};
use std::sync::Arc;
use store::{Account, Job, LedgerMatch};

impl Ctx {
    pub(crate) fn mailings(&self) -> Mailings {
        let app = &self.app;
        Mailings { db: app.db.clone(), clock: app.clock.clone(), rng: app.rng.clone(), zone: app.zone.clone() }
    }
}

/// Makes the job, streams its items into the store and sets it going; whoever watches is told of each step.
pub(crate) async fn enqueue_all(
    ctx: &Ctx,
    plan: &Arc<Plan>,
    account: &Account,
    ledger: LedgerMatch,
    start: Start,
) -> Result<Job> {
    let mailings = ctx.mailings();
    let job = match mailings.begin(plan, account, ledger).await? {
        Begun::Existing(job) => return Ok(job),
        Begun::New(job) => job,
    };
    ctx.changed(&job).await;
    match mailings.fill(plan, &job, start).await? {
        Ok(job) => {
            ctx.changed(&job).await;
            Ok(job)
        }
        Err(NotFilled { job, why }) => {
            ctx.changed(&job).await;
            Err(why.into())
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(problems) => refused(&problems),
            Error::NoSuchColumn => Self::invalid(format!("settings: {error}")),
            Error::NameTaken(open) => name_taken(&open),
            Error::NotPrepared(_) => Self::conflict(error.to_string()).remedy("send the mailing again"),
            Error::AttemptsUsedUp(_) => {
                Self::conflict(error.to_string()).remedy("look at the reason of the last, then begin the mailing anew")
            }
            Error::NamesUsedUp(_) => Self::conflict(error.to_string()).remedy("give this one a name"),
            Error::Store(error) => error.into(),
            Error::Internal(why) => Self::internal(&why),
        }
    }
}

pub(crate) fn refused(problems: &[mail::problem::Problem]) -> Problem {
    let said = Error::Refused(problems.to_vec());
    let remedy = if problems.iter().any(|problem| problem.hides_rows) {
        "correct what `problems` lists: rows may be unread, and none is left out unseen"
    } else {
        "correct what `problems` lists, or leave wrong rows out with on-invalid = \"skip\""
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "preflight", format!("nothing was sent: {said}"))
        .remedy(remedy)
        .with("problems", problems)
}

/// For programs; pages ask in words of their own.
pub(crate) fn undecided(why: Undecided, found: &Comparison) -> Problem {
    let count = |n: u64| if n == 1 { "1 row was".to_owned() } else { format!("{n} rows were") };
    let (code, said, remedy) = match why {
        Undecided::NewOrRest(earlier) | Undecided::NameUsed(earlier) => (
            "sent_before",
            format!("{} sent before by the mailing `{}`", count(earlier.same + earlier.changed), earlier.name),
            format!(
                "say what this is: the rest of that mailing (complete = \"{}\"), or a new one (a name that was not used yet)",
                earlier.name
            ),
        ),
        Undecided::ChangedRows => (
            "rows_changed",
            format!("{} sent before by `{}` with other contents", count(found.changed), found.name),
            "say what becomes of them: changed = \"send\" sends them as they are now, \"skip\" leaves them out"
                .to_owned(),
        ),
        Undecided::NoSuchMailing => (
            "no_such_mailing",
            format!("no mailing is named `{}`: there is nothing to complete", found.name),
            "leave `complete` out for a new mailing".to_owned(),
        ),
    };
    Problem::new(StatusCode::CONFLICT, code, format!("nothing was sent: {said}"))
        .remedy(remedy)
        .with("comparison", compare::told(found.clone()))
}
