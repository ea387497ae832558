//! The end of a draft: a test to oneself, then the job, now or at a time.

use super::{
    address,
    check::{self, Said},
    draft::Draft,
    message, show,
};
use crate::{
    Ctx,
    auth::{Granted, write_down},
    extract::Path,
    mailing::{Start, enqueue_all},
    pages::{
        parts::{Mood, Notice},
        view::View,
    },
    problem::Result,
    site::{Form, Reader, see},
};
use axum::{Extension, extract::State, response::Response};
use jiff::{civil, tz::TimeZone};
use mail::{
    address::Mailbox,
    handler::MailHandler,
    letter::Letter,
    transport::{Delivery, Transport},
};
use model::{JobId, Timestamp};
use std::time::Duration;
use store::Account;
use uuid::Uuid;

/// A test is given up after so long.
const TEST_MAX: Duration = Duration::from_secs(45);
/// How far ahead a mailing may be put off.
const AHEAD_MAX: Duration = Duration::from_secs(366 * 86_400);

pub(super) async fn test(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    draft: Draft,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    if !message::faults(&v, &draft.content).0.is_empty() {
        return Ok(see(&address(&draft, "message")));
    }
    let row = form.text("row").parse::<u64>().unwrap_or(1).clamp(1, u64::from(u32::MAX));
    let test_to = form.text("address").to_owned();
    let mut said = Said { row, test_to: test_to.clone(), ..Said::default() };
    let Ok(to) = test_to.parse::<Mailbox>() else {
        said.faults.add("address", v.t("test-bad-address"));
        return check::answer(&ctx, &v, &draft, said).await;
    };
    let account = check::account(&ctx, &draft).await?;
    let (letter, _) = show::nth_letter(&ctx, &draft, row, v.language).await?;
    said.notice = Some(match letter {
        Some(Ok(letter)) => {
            let detail = format!("{to} by {}", account.name);
            write_down(&ctx, granted.name(), "test of a mailing", &draft.id.to_string(), &detail).await;
            deliver(&ctx, &v, &account, letter, to).await
        }
        Some(Err(what)) => Notice { mood: Mood::Warn, text: what },
        None => Notice { mood: Mood::Warn, text: v.t("test-no-row") },
    });
    check::answer(&ctx, &v, &draft, said).await
}

/// Marked as a test, to that address alone; nothing is kept of it.
async fn deliver(ctx: &Ctx, v: &View, account: &Account, mut letter: Letter, to: Mailbox) -> Notice {
    let warn = |text: String| Notice { mood: Mood::Warn, text };
    let transport = match transport(ctx, v, account) {
        Ok(transport) => transport,
        Err(what) => return warn(what),
    };
    (letter.cc, letter.bcc, letter.list_unsubscribe) = (Vec::new(), Vec::new(), None);
    letter.subject = format!("[TEST] {}", letter.subject);
    let shown = to.to_string();
    letter.to = vec![to];
    let mut connection = transport.connect(None);
    let delivered = tokio::time::timeout(TEST_MAX, connection.deliver(&letter)).await;
    connection.close(Duration::from_secs(2)).await;
    match delivered {
        Ok(Delivery::Accepted { .. }) => Notice { mood: Mood::Ok, text: v.with("test-sent", "to", shown) },
        Ok(Delivery::NotSent { verdict, .. }) => {
            warn(v.with_all("test-not-sent", &[("to", shown), ("what", v.verdict(&verdict))]))
        }
        Ok(Delivery::Unknown { verdict }) => {
            warn(v.with_all("test-unknown", &[("to", shown), ("what", v.verdict(&verdict))]))
        }
        Err(_) => warn(v.with("test-slow", "to", shown)),
    }
}

fn transport(ctx: &Ctx, v: &View, account: &Account) -> Result<Transport, String> {
    let handler = MailHandler::new(ctx.app.db.clone(), ctx.app.vault.clone(), ctx.app.clock.clone());
    handler.transport(account).map(|(transport, _)| transport).map_err(|stop| {
        let reason = match stop {
            jobs::Stop::Fail(reason) | jobs::Stop::Pause(reason, _) => reason,
        };
        crate::pages::states::reason(v, &reason.code, &reason.detail)
    })
}

pub(super) async fn send(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let mut draft = match Draft::load(&ctx, id, &granted).await {
        Ok(draft) => draft,
        // Sent twice: the second is led to what the first has made.
        Err(gone) => {
            let job = ctx.app.db.job(JobId(id)).await?.filter(|job| job.created_by == granted.name());
            return job.map(|job| see(&format!("/jobs/{}", job.id))).ok_or(gone);
        }
    };
    if !message::faults(&v, &draft.content).0.is_empty() {
        return Ok(see(&address(&draft, "message")));
    }
    let (date, time) = (form.text("date").to_owned(), form.text("time").to_owned());
    let mut said = Said { row: 1, ..Said::default() };
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
    let (plan, report, _) = check::look(&ctx, &v, &draft, 1).await?;
    if report.refuses(plan.mailing.on_invalid) {
        said.notice = Some(Notice { mood: Mood::Warn, text: v.t("send-not-yet") });
        return check::answer(&ctx, &v, &draft, said).await;
    }
    match enqueue_all(&ctx, &plan, &account, Some(draft.content.job), start).await {
        Ok(job) => {
            ctx.app.db.delete_draft(draft.id).await?;
            Ok(see(&format!("/jobs/{}", job.id)))
        }
        Err(problem) => {
            // The job that failed keeps its id; the next attempt is another.
            draft.content.job = JobId::new(&ctx.app.clock, &ctx.app.rng).0;
            draft.save(&ctx).await?;
            Err(problem)
        }
    }
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
