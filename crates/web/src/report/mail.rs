//! A report that goes out by e-mail: now, or each time that a schedule is due.

use super::gather;
use crate::{
    Ctx,
    problem::{Problem, Result, worded},
    words::Words,
};
use ::api::report::{ReportMail, ReportPeriod};
use ::mail::{
    address::Mailbox,
    posted::{Posted, addresses, sender_of},
};
use bulletin::Say;
use jiff::{ToSpan as _, tz::TimeZone};
use jobs::{Unprepared, run_job};
use language::Language;
use model::{JobId, Timestamp};
use std::{ops::Range, time::Duration};
use store::{Account, Job, JobSchedule, RunState, ScheduleRun};

/// Addresses of one report.
const TO_MAX: usize = 50;
/// What a report is about where nothing was reported before.
const FIRST: Duration = Duration::from_secs(86_400);
/// Runs before this one that are looked at.
const RUNS_LOOKED_AT: u32 = 50;
/// Figures are kept by five minutes.
const WINDOW_US: i64 = 300_000_000;

/// A letter that can be sent: everything that it needs is there.
pub(crate) struct ReportLetter {
    account: Account,
    from: Mailbox,
    to: Vec<Mailbox>,
    language: Language,
    period: ReportPeriod,
    only_errors: bool,
}

impl ReportLetter {
    pub(crate) fn language(&self) -> Language {
        self.language
    }
}

/// As which job it is sent, by whom, and what made it.
pub(crate) struct Making<'a> {
    pub(crate) id: JobId,
    pub(crate) by: &'a str,
    pub(crate) task: (&'a str, &'a str),
}

/// Looks at what is asked for.
pub(crate) async fn checked(ctx: &Ctx, mail: &ReportMail) -> Result<ReportLetter> {
    let wrong = |field, id: &str, values: &[(&str, &dyn std::fmt::Display)]| {
        Problem::invalid(worded(id, values)).in_field(field)
    };
    let to: Vec<&str> = mail.to.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect();
    if to.is_empty() {
        return Err(wrong("to", "problem-report-nobody", &[]));
    }
    if to.len() > TO_MAX {
        return Err(wrong("to", "problem-report-many", &[("most", &TO_MAX)]));
    }
    let address = |field| {
        move |error: ::mail::address::AddressError| wrong(field, "problem-report-address", &[("text", &error.text)])
    };
    let to = addresses(to).map_err(address("to"))?;
    let account = account(ctx, mail.account.trim()).await.map_err(|problem| problem.in_field("account"))?;
    let from = match mail.from.trim() {
        "" => sender_of(&account).ok_or_else(|| wrong("from", "problem-report-from", &[("name", &account.name)]))?,
        from => from.parse().map_err(address("from"))?,
    };
    let language = match mail.language.as_str() {
        "fr" => Language::French,
        "en" | "" => Language::English,
        other => return Err(wrong("language", "problem-report-language", &[("text", &other)])),
    };
    Ok(ReportLetter { account, from, to, language, period: mail.period, only_errors: mail.only_errors })
}

/// The account of that name, or the only one.
async fn account(ctx: &Ctx, name: &str) -> Result<Account> {
    if !name.is_empty() {
        let missing = || Problem::invalid(worded("problem-no-account", &[("name", &name)]));
        return ctx.app.db.account_named(name).await?.ok_or_else(missing);
    }
    let mut accounts = ctx.app.db.accounts().await?;
    match (accounts.pop(), accounts.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Problem::invalid(worded("problem-report-no-account", &[]))),
        (Some(_), false) => Err(Problem::invalid(worded("problem-report-which-account", &[]))),
    }
}

/// Makes the job that sends it, and sets it going. None where nothing is to be sent.
pub(crate) async fn send(
    ctx: &Ctx,
    letter: &ReportLetter,
    span: Range<Timestamp>,
    making: Making<'_>,
) -> Result<Option<Job>> {
    let zone = &ctx.app.zone;
    let found = gather::gathered(ctx, span.clone(), zone, None).await?;
    let words = Words { language: letter.language, zone: zone.clone() };
    let link = format!(
        "{}/report?since={}&until={}",
        ctx.app.alerts.origin(),
        whole_seconds(span.start),
        whole_seconds(span.end)
    );
    let bulletin = found.bulletin(&words, link);
    if letter.only_errors && !bulletin.has_errors() {
        return Ok(None);
    }
    let say = Say { language: letter.language, zone };
    let (subject, text) = (bulletin.subject(say), bulletin::letter_text(&bulletin, say));
    let said = LetterText { name: bulletin.title(say), subject, text, html: bulletin::html(&bulletin, say) };
    Ok(Some(posted(ctx, letter, said, making).await?))
}

/// What a letter says, and what its job is called.
pub(crate) struct LetterText {
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// Makes the job that sends it, and sets it going; the one that there is, where it was made before.
pub(crate) async fn posted(ctx: &Ctx, letter: &ReportLetter, said: LetterText, making: Making<'_>) -> Result<Job> {
    let LetterText { name, subject, text, html } = said;
    let posted = Posted {
        name: &name,
        created_by: making.by,
        task: making.task,
        from: letter.from.clone(),
        to: letter.to.clone(),
        subject,
        text,
        html,
        language: letter.language,
    };
    let job = ctx.mailings().post(making.id, &posted, &letter.account).await?;
    ctx.changed(&job).await;
    Ok(job)
}

fn whole_seconds(at: Timestamp) -> String {
    at.in_zone(&TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The job of a run of a schedule; none where nothing went wrong, and that was asked for.
pub(crate) async fn of_run(ctx: &Ctx, schedule: &JobSchedule, run: &ScheduleRun) -> Result<Option<Job>, Unprepared> {
    let id = run_job(schedule.id, run.due);
    if let Some(job) = ctx.app.db.job(id).await?
        && job.state != model::JobState::Preparing
    {
        return Ok(Some(job));
    }
    let mail: ReportMail = serde_json::from_str(&schedule.spec).map_err(|error| Problem::internal(&error))?;
    let letter = checked(ctx, &mail).await?;
    let span = span(ctx, schedule, run, letter.period).await?;
    let task = schedule.id.to_string();
    let making = Making { id, by: &schedule.created_by, task: ("schedule", &task) };
    Ok(send(ctx, &letter, span, making).await?)
}

/// What it is about. Reports since the one before leave no gap, and tell of nothing twice.
async fn span(
    ctx: &Ctx,
    schedule: &JobSchedule,
    run: &ScheduleRun,
    period: ReportPeriod,
) -> store::Result<Range<Timestamp>> {
    let zone = schedules::zone(&schedule.plan.zone).unwrap_or_else(|_| ctx.app.zone.clone());
    let until = window(run.due);
    Ok(match period {
        ReportPeriod::Day => days_before(until, &zone, 1),
        ReportPeriod::Week => days_before(until, &zone, 7),
        ReportPeriod::Last => {
            let before = ctx.app.db.runs_of_schedule(schedule.id, Some(run.due), RUNS_LOOKED_AT).await?;
            let told = before.iter().find(|one| !one.by_hand && tells(one));
            let since = told.map_or(until - FIRST, |one| window(one.due));
            // By hand, right after the one before: nothing would be in it.
            if since < until { since..until } else { since..run.due.max(since + Duration::from_secs(1)) }
        }
    })
}

/// Whether it has told of the time before it, or found nothing to tell; not where it was left out.
fn tells(run: &ScheduleRun) -> bool {
    match run.state {
        RunState::Started => true,
        RunState::Skipped => run.job.is_none(),
        RunState::Waiting | RunState::Failed | RunState::Missed => false,
    }
}

/// The beginning of the five minutes.
fn window(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() - at.as_micros().rem_euclid(WINDOW_US))
}

/// So many whole days, up to the midnight before.
fn days_before(at: Timestamp, zone: &TimeZone, days: i64) -> Range<Timestamp> {
    let begins = |back: i64| {
        let start = at.in_zone(zone).start_of_day();
        start.and_then(|start| start.checked_sub(back.days())).map(|start| start.timestamp().into())
    };
    match (begins(days), begins(0)) {
        (Ok(since), Ok(until)) => since..until,
        _ => at - FIRST..at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_before_are_whole_ones() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let at: Timestamp = "2025-03-31T05:00:00Z".parse().unwrap();
        let said = |days| {
            let span = days_before(at, &zone, days);
            format!("{} {}", whole_seconds(span.start), whole_seconds(span.end))
        };
        assert_eq!(said(1), "2025-03-29T23:00:00Z 2025-03-30T22:00:00Z", "a day of 23 hours");
        assert_eq!(said(7), "2025-03-23T23:00:00Z 2025-03-30T22:00:00Z");
        assert_eq!(whole_seconds(window("2025-03-31T05:07:59.9Z".parse().unwrap())), "2025-03-31T05:05:00Z");
    }
}
