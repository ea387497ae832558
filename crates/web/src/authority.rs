//! On whose word a job acts. This is the one place that says who may make a job of some kind, write its items and set it
//! going: handlers that do one of these take the job as [`Writing`] or [`Acting`], and do not look it up themselves.
//! Whoever may send mailings may also stop any job: that sets nothing going.

use crate::{
    Ctx,
    auth::{Granted, Who},
    extract::Path,
    jobs::lookup::existing,
    problem::{Problem, Result},
};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use mail::item::MailItem;
use model::{Authority, JobKind};
use store::{Job, Scope};
use uuid::Uuid;

/// A job that is about to be set going, by somebody on whose word it may be.
pub(crate) struct Acting(pub(crate) Job);

/// A job of which somebody writes the items, or says that they are all there: one who might have made it.
pub(crate) struct Writing(pub(crate) Job);

/// On whose word a request acts.
pub(crate) fn of(granted: &Granted) -> Authority {
    match (&granted.who, granted.scope) {
        (Who::Owner, _) => Authority::Owner,
        (_, Scope::Admin) => Authority::Admin,
        _ => Authority::Write,
    }
}

/// Whether a job of that kind may be made, and made to act, by whoever this is.
pub(crate) fn may(granted: &Granted, kind: JobKind) -> Result<()> {
    match tasks::needs(kind) {
        needed if of(granted) >= needed => Ok(()),
        needed => {
            let detail = format!("a job of kind `{kind}` acts as this server: it needs the scope `{needed}`");
            let remedy = "use a token of that scope, or do it on the server itself";
            Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).remedy(remedy))
        }
    }
}

/// Whether somebody on whose word requests act `by` may send the message of an item to another address. Its job's word
/// chose who gets the files of the machine that it carries: that is for an administrator, who may read any of them.
pub(crate) fn may_redirect(by: Authority, job: &Job, item: &MailItem) -> bool {
    let carries = || item.attachments.iter().any(|file| !file.is_upload());
    by >= job.authority || by >= Authority::Admin || !carries()
}

impl Writing {
    /// Whose word the job has is kept with it, and whoever writes it has no less.
    fn check(granted: &Granted, job: Job) -> Result<Self> {
        may(granted, job.kind)?;
        if of(granted) >= job.authority {
            return Ok(Self(job));
        }
        let detail = format!("job {} was made on the word of `{}`, whose it is to write", job.id, job.authority);
        Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).remedy("make a job of your own"))
    }
}

impl FromRequestParts<Ctx> for Acting {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self> {
        let (granted, job) = asked(parts, ctx).await?;
        may(&granted, job.kind)?;
        Ok(Self(job))
    }
}

impl FromRequestParts<Ctx> for Writing {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self> {
        let (granted, job) = asked(parts, ctx).await?;
        Self::check(&granted, job)
    }
}

async fn asked(parts: &mut Parts, ctx: &Ctx) -> Result<(Granted, Job)> {
    let Path(id) = Path::<Uuid>::from_request_parts(parts, ctx).await?;
    let granted = parts.extensions.get::<Granted>().cloned();
    let granted = granted.ok_or_else(|| Problem::internal(&"a route that reaches a job asks for no scope"))?;
    Ok((granted, existing(ctx, id.into()).await?))
}
