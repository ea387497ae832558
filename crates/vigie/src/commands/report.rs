//! `vigie report`

use crate::{
    app,
    cli::{ReportArgs, ReportFormat},
    config::Config,
    failure::{Exit, Result},
    render::{self, Align, Table, count},
    words::{self, t},
};
use api::report::Report;
use bulletin::{Bulletin, LastError, RunningJob, Say};
use jiff::{civil::Date, tz::TimeZone};
use model::{Clock, JobState, Timestamp};
use std::fmt::Write as _;

pub(super) async fn run(config: &Config, args: &ReportArgs) -> Result<Exit> {
    let date = args.date.unwrap_or_else(|| Clock::System.now().in_zone(&config.zone.value).date());
    let connected = app::reading(config).await?;
    let report = connected.client().get::<Report>(&format!("/api/v1/report?date={date}")).await?;
    let say = Say { language: words::language(), zone: &config.zone.value };
    let format = if config.json { ReportFormat::Json } else { args.format };
    match format {
        ReportFormat::Json => render::json(&report.json)?,
        ReportFormat::Text => render::out(&text(config, &report, &render::day(date)))?,
        ReportFormat::Md => render::out(bulletin::markdown(&bulletin_of(config, &report, date), say).trim_end())?,
        ReportFormat::Html => render::out(&bulletin::html(&bulletin_of(config, &report, date), say))?,
    }
    Ok(Exit::Done)
}

/// What the report says, to be put into another form.
fn bulletin_of(config: &Config, report: &Report, date: Date) -> Bulletin {
    let midnight = |day: Date| beginning(day, &config.zone.value);
    let since = midnight(date);
    let running = |job: &api::jobs::Job| RunningJob {
        name: job.name.clone(),
        done: job.processed(),
        total: job.total,
        is_paused: job.state == JobState::Paused,
    };
    let last_error = |trace: &api::traces::Trace| LastError { at: trace.created_at, what: trace.comment.clone() };
    Bulletin {
        since,
        until: date.tomorrow().map_or(since, midnight),
        sent: report.sent,
        errors: report.errors,
        unknown: report.unknown,
        success_rate: report.success_rate,
        others: (report.other_items.succeeded, report.other_items.failed),
        traces: (report.traces.total, report.traces.errors),
        steps: Vec::new(),
        last_errors: report.last_errors.iter().map(last_error).collect(),
        running: report.running_jobs.iter().map(running).collect(),
        new_issues: Vec::new(),
        slow_endpoints: Vec::new(),
        log_lines: Vec::new(),
        link: config.origin(),
    }
}

/// The first moment of a day.
fn beginning(day: Date, zone: &TimeZone) -> Timestamp {
    let first = zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible();
    first.map_or(Timestamp::EPOCH, |first| first.timestamp().into())
}

fn text(config: &Config, report: &Report, day: &str) -> String {
    let rate = report.success_rate.map_or("–".to_owned(), |rate| format!("{} %", words::decimal(rate, 1)));
    let mut out = t!("report", day) + "\n\n";
    let mut figures = Table::new(&[("", Align::Left), ("", Align::Right)]);
    figures.row([t!("report-sent"), count(report.sent)]);
    figures.row([t!("report-errors"), count(report.errors)]);
    if report.unknown > 0 {
        figures.row([t!("report-unknown"), count(report.unknown)]);
    }
    figures.row([t!("report-rate"), rate]);
    // Beside the recipients, and where there is any.
    let (items, traces) = (&report.other_items, &report.traces);
    for (word, all, wrong) in
        [(t!("report-others"), items.succeeded, items.failed), (t!("report-posted"), traces.total, traces.errors)]
    {
        if all + wrong > 0 {
            figures.row([word, format!("{} / {}", count(all), count(wrong))]);
        }
    }
    let _ = writeln!(out, "{}", figures.to_string().trim_start());
    let _ = writeln!(out, "\n{}", t!("report-last"));
    for error in &report.last_errors {
        let at = render::moment(error.created_at, &config.zone.value);
        let _ = writeln!(out, "  {at}  {}", render::plain(&error.comment, 140));
    }
    if report.last_errors.is_empty() {
        let _ = writeln!(out, "  {}", t!("report-nothing"));
    }
    let _ = writeln!(out, "\n{}", t!("report-running"));
    for job in &report.running_jobs {
        let (done, total, name) = (count(job.processed()), count(job.total), render::plain(&job.name, 60));
        let _ = writeln!(out, "  {}  {done}/{total}  {name}", job.id);
    }
    if report.running_jobs.is_empty() {
        let _ = writeln!(out, "  {}", t!("report-nothing"));
    }
    out.trim_end().to_owned()
}
