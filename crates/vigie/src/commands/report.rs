//! `vigie report`

use crate::{
    app,
    cli::{Lang, ReportArgs},
    config::Config,
    failure::{Exit, Result},
    render::{self, Align, Table, count},
};
use api::report::Report;
use model::Clock;
use std::fmt::Write as _;

/// The words of the report.
struct Words {
    title: &'static str,
    sent: &'static str,
    errors: &'static str,
    unknown: &'static str,
    others: &'static str,
    posted: &'static str,
    rate: &'static str,
    last: &'static str,
    running: &'static str,
    nothing: &'static str,
}

const ENGLISH: Words = Words {
    title: "Report of",
    sent: "Sent",
    errors: "Not delivered",
    unknown: "Unconfirmed",
    others: "Items of other jobs, succeeded / failed",
    posted: "Traces of other programs / errors",
    rate: "Success rate",
    last: "Recent failures",
    running: "Running jobs",
    nothing: "none",
};
const FRENCH: Words = Words {
    title: "Bilan du",
    sent: "Envoyés",
    errors: "Non remis",
    unknown: "Non confirmés",
    others: "Éléments d’autres tâches, réussis / en échec",
    posted: "Traces d’autres programmes / erreurs",
    rate: "Taux de réussite",
    last: "Échecs récents",
    running: "Tâches en cours",
    nothing: "aucun",
};

pub(super) async fn run(config: &Config, args: &ReportArgs) -> Result<Exit> {
    let date = args.date.unwrap_or_else(|| Clock::System.now().in_zone(&config.zone.value).date());
    let connected = app::reading(config).await?;
    let report = connected.client().get::<Report>(&format!("/api/v1/report?date={date}")).await?;
    if config.json {
        render::json(&report.json)?;
        return Ok(Exit::Done);
    }
    let words = if args.lang == Lang::Fr { FRENCH } else { ENGLISH };
    render::out(&text(config, &report, &date.to_string(), &words))?;
    Ok(Exit::Done)
}

fn text(config: &Config, report: &Report, date: &str, words: &Words) -> String {
    let rate = report.success_rate.map_or("–".to_owned(), |rate| format!("{rate:.1} %"));
    let mut out = format!("{} {date}\n\n", words.title);
    let mut figures = Table::new(&[("", Align::Left), ("", Align::Right)]);
    figures.row([words.sent.into(), count(report.sent)]);
    figures.row([words.errors.into(), count(report.errors)]);
    if report.unknown > 0 {
        figures.row([words.unknown.into(), count(report.unknown)]);
    }
    figures.row([words.rate.into(), rate]);
    // Beside the recipients, and where there is any.
    let (items, traces) = (&report.other_items, &report.traces);
    for (word, all, wrong) in
        [(words.others, items.succeeded, items.failed), (words.posted, traces.total, traces.errors)]
    {
        if all + wrong > 0 {
            figures.row([word.into(), format!("{} / {}", count(all), count(wrong))]);
        }
    }
    let _ = writeln!(out, "{}", figures.to_string().trim_start());
    let _ = writeln!(out, "\n{}", words.last);
    for error in &report.last_errors {
        let at = render::moment(error.created_at, &config.zone.value);
        let _ = writeln!(out, "  {at}  {}", render::plain(&error.comment, 140));
    }
    if report.last_errors.is_empty() {
        let _ = writeln!(out, "  {}", words.nothing);
    }
    let _ = writeln!(out, "\n{}", words.running);
    for job in &report.running_jobs {
        let (done, total, name) = (count(job.processed()), count(job.total), render::plain(&job.name, 60));
        let _ = writeln!(out, "  {}  {done}/{total}  {name}", job.id);
    }
    if report.running_jobs.is_empty() {
        let _ = writeln!(out, "  {}", words.nothing);
    }
    out.trim_end().to_owned()
}
