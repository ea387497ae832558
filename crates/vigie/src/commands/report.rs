//! `vigie report`

use crate::{
    app,
    cli::ReportArgs,
    config::Config,
    failure::{Exit, Result},
    render::{self, Align, Table, count},
    words::{self, t},
};
use api::report::Report;
use model::Clock;
use std::fmt::Write as _;

pub(super) async fn run(config: &Config, args: &ReportArgs) -> Result<Exit> {
    let date = args.date.unwrap_or_else(|| Clock::System.now().in_zone(&config.zone.value).date());
    let connected = app::reading(config).await?;
    let report = connected.client().get::<Report>(&format!("/api/v1/report?date={date}")).await?;
    if config.json {
        render::json(&report.json)?;
        return Ok(Exit::Done);
    }
    render::out(&text(config, &report, &render::day(date)))?;
    Ok(Exit::Done)
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
