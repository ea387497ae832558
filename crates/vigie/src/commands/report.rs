//! `vigie report`

use crate::{
    app,
    cli::{Lang, ReportArgs},
    config::Config,
    failure::{Exit, Result},
    render::{self, Align, Table, count},
};
use model::Clock;
use serde_json::Value;
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
    unknown: "Uncertain",
    others: "Items of other jobs, done / failed",
    posted: "Traces of other programs / errors",
    rate: "Success rate",
    last: "Last failures",
    running: "Running jobs",
    nothing: "none",
};
const FRENCH: Words = Words {
    title: "Bilan du",
    sent: "Envoyés",
    errors: "Non remis",
    unknown: "Incertains",
    others: "Éléments d’autres tâches, réussis / échoués",
    posted: "Traces d’autres programmes / erreurs",
    rate: "Taux de réussite",
    last: "Derniers échecs",
    running: "Travaux en cours",
    nothing: "aucun",
};

pub(super) async fn run(config: &Config, args: &ReportArgs) -> Result<Exit> {
    let date = args.date.unwrap_or_else(|| Clock::System.now().in_zone(&config.zone.value).date());
    let connected = app::reading(config).await?;
    let report = connected.client().get(&format!("/api/v1/report?date={date}")).await?;
    if config.json {
        render::json(&report)?;
        return Ok(Exit::Done);
    }
    let words = if args.lang == Lang::Fr { FRENCH } else { ENGLISH };
    render::out(&text(config, &report, &date.to_string(), &words))?;
    Ok(Exit::Done)
}

fn text(config: &Config, report: &Value, date: &str, words: &Words) -> String {
    let number = |name: &str| count(report[name].as_u64().unwrap_or(0));
    let rate = report["success_rate"].as_f64().map_or("–".to_owned(), |rate| format!("{rate:.1} %"));
    let mut out = format!("{} {date}\n\n", words.title);
    let mut figures = Table::new(&[("", Align::Left), ("", Align::Right)]);
    figures.row([words.sent.into(), number("sent")]);
    figures.row([words.errors.into(), number("errors")]);
    if report["unknown"].as_u64().unwrap_or(0) > 0 {
        figures.row([words.unknown.into(), number("unknown")]);
    }
    figures.row([words.rate.into(), rate]);
    // Beside the recipients, and where there is any.
    for (name, word, [all, wrong]) in
        [("other_items", words.others, ["succeeded", "failed"]), ("traces", words.posted, ["total", "errors"])]
    {
        let of = |field: &str| report[name][field].as_u64().unwrap_or(0);
        if of(all) + of(wrong) > 0 {
            figures.row([word.into(), format!("{} / {}", count(of(all)), count(of(wrong)))]);
        }
    }
    let _ = writeln!(out, "{}", figures.to_string().trim_start());
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let _ = writeln!(out, "\n{}", words.last);
    for error in list("last_errors") {
        let at = render::moment(&error["created_at"], &config.zone.value);
        let comment = error["comment"].as_str().unwrap_or_default();
        let _ = writeln!(out, "  {at}  {}", render::plain(comment, 140));
    }
    if list("last_errors").is_empty() {
        let _ = writeln!(out, "  {}", words.nothing);
    }
    let _ = writeln!(out, "\n{}", words.running);
    for job in list("running_jobs") {
        let progress = render::progress::Progress::of(&job);
        let name = job["name"].as_str().unwrap_or_default();
        let id = job["id"].as_str().unwrap_or_default();
        let done = progress.succeeded + progress.failed + progress.unknown + progress.skipped;
        let _ = writeln!(out, "  {id}  {}/{}  {}", count(done), count(progress.total), render::plain(name, 60));
    }
    if list("running_jobs").is_empty() {
        let _ = writeln!(out, "  {}", words.nothing);
    }
    out.trim_end().to_owned()
}
