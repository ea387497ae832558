//! The end of a draft: the job, now or at a time.

use super::{
    address,
    check::{self, CheckState, Looked},
    draft::Draft,
    message,
};
use crate::{
    Ctx,
    auth::{CreatedName, Granted},
    extract::Path,
    layout::{
        Form, Reader,
        parts::{Mood, Notice},
        see,
    },
    mailings::enqueue::enqueue_all,
    problem::{Problem, Result},
};
use axum::{Extension, extract::State, http::StatusCode, response::Response};
use jiff::{civil, tz::TimeZone};
use mail::mailing::Start;
use model::{JobId, JobState, Timestamp};
use std::time::Duration;
use store::LedgerMatch;
use uuid::Uuid;

/// How far ahead a mailing may be put off.
const AHEAD_MAX: Duration = Duration::from_secs(366 * 86_400);

pub(super) async fn send(
    State(ctx): State<Ctx>,
    Reader(mut v): Reader,
    Path(id): Path<Uuid>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let draft = match Draft::load(&ctx, id, &granted).await {
        Ok(draft) => draft,
        // Sent twice: the second is led to what the first has made.
        Err(gone) => {
            let (_, job) = ctx.mailings().attempt(JobId(id)).await?;
            let job = job.filter(|job| job.created_by == granted.name());
            return job.map(|job| see(&format!("/jobs/{}", job.id))).ok_or(gone);
        }
    };
    if !message::faults(&v, &draft.content).0.is_empty() {
        return Ok(see(&address(&draft, "message")));
    }
    let (date, time) = (form.text("date").to_owned(), form.text("time").to_owned());
    let mut said = CheckState { row: 1, status: StatusCode::UNPROCESSABLE_ENTITY, ..CheckState::default() };
    // What is refused is shown here, where nothing answers to a look.
    v.here = address(&draft, "check");
    let start = match form.text("when") {
        "later" => match moment(&date, &time, &v.zone, v.now) {
            Ok(at) => Start::At(at),
            Err(what) => {
                said.faults.add("date", v.t(what));
                (said.date, said.time) = (date, time);
                return check::answer(&ctx, &v, &draft, said).await;
            }
        },
        _ => Start::Now,
    };
    let account = check::account(&ctx, &draft).await?;
    let Looked { plan, report, comparison, .. } = check::look(&ctx, &v, &draft, 1).await?;
    if report.refuses(plan.mailing.on_invalid) {
        said.notice = Some(Notice { mood: Mood::Warn, text: v.t("send-not-yet") });
        return check::answer(&ctx, &v, &draft, said).await;
    }
    let asked = draft.content.asked();
    let refused = match comparison.decide(&asked) {
        Err(_) => Some("send-undecided"),
        Ok(ledger) if comparison.to_send(ledger) == 0 => Some("send-nobody"),
        Ok(_) if asked.is_new || asked.completes => None,
        Ok(_) => ctx.mailings().being_sent(&plan.upload.recipients_sha256).await?.map(|_| "send-twice"),
    };
    // Sent twice at once: the second is led to what the first has made, whose rows are being sent, or were, by then.
    let is_there = async || Ok::<_, Problem>(ctx.mailings().attempt(draft.content.job.into()).await?.1.is_some());
    if let Some(why) = refused
        && !is_there().await?
    {
        said.notice = Some(Notice { mood: Mood::Warn, text: v.t(why) });
        return check::answer(&ctx, &v, &draft, said).await;
    }
    let ledger = comparison.decide(&asked).unwrap_or(LedgerMatch::KeyAndContent);
    let job = enqueue_all(&ctx, &plan, &account, ledger, start).await?;
    // Until its last row is stored, a job may still be cut off: whoever prepares it deletes the draft then.
    if job.state != JobState::Preparing {
        done_with(&ctx, draft).await?;
    }
    let mut response = see(&format!("/jobs/{}", job.id));
    response.extensions_mut().insert(CreatedName(job.name));
    Ok(response)
}

/// What was sent is no draft any more, unless a schedule sends it again: then it becomes another job.
async fn done_with(ctx: &Ctx, mut draft: Draft) -> Result<()> {
    if !ctx.app.db.is_draft_scheduled(draft.id).await? {
        ctx.app.db.delete_draft(draft.id).await?;
        return Ok(());
    }
    let JobId(next) = JobId::new(&ctx.app.clock, &ctx.app.rng);
    draft
        .merge(ctx, |content| {
            content.job = next;
            Ok(())
        })
        .await
}

/// A day and a time as forms write them, or the word for what is wrong.
fn moment(date: &str, time: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, &'static str> {
    let date: civil::Date = date.parse().map_err(|_| "send-no-date")?;
    let time: civil::Time = if time.is_empty() { Ok(civil::time(8, 0, 0, 0)) } else { time.parse() }
        .map_err(|_: jiff::Error| "send-no-date")?;
    let at = zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().map_err(|_| "send-no-date")?;
    let at: Timestamp = at.timestamp().into();
    match at {
        at if at <= now => Err("send-past"),
        at if at > now + AHEAD_MAX => Err("send-too-far"),
        at => Ok(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_of_the_readers_zone_and_ahead() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let at = |date, time| moment(date, time, &zone, now).map(|at| at.to_string());
        assert_eq!(at("2026-11-21", "09:30"), Ok("2026-11-21T08:30:00.000000Z".to_owned()));
        assert_eq!(at("2026-11-20", "13:00"), Err("send-past"));
        assert_eq!(
            at("2027-03-28", "02:30"),
            Ok("2027-03-28T01:30:00.000000Z".to_owned()),
            "an hour that there is not"
        );
        assert_eq!(at("2030-01-01", "09:30"), Err("send-too-far"));
        assert_eq!(
            (at("", ""), at("2026-13-01", ""), at("2026-11-21", "25:00")),
            (Err("send-no-date"), Err("send-no-date"), Err("send-no-date"))
        );
    }
}
