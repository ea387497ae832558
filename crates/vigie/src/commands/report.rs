//! `vigie report`

use super::{follow, when};
use crate::{
    app::{self, Engines},
    cli::{ReportArgs, ReportFormat},
    client::{Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    signals::Stop,
    words::{self, t},
};
use api::report::{Report, ReportMail, SendReport, SentReport};
use jobs::RetryPolicy;
use language::Language;
use model::Clock;

pub(super) async fn run(config: &Config, args: &ReportArgs) -> Result<Exit> {
    let span = span(config, args)?;
    if !args.send.is_empty() {
        return send(config, args, span).await;
    }
    let connected = app::reading_logs(config).await?;
    let client = connected.client();
    match if config.json { ReportFormat::Json } else { args.format } {
        ReportFormat::Json => render::json(&client.get::<Report>(&path(span, None)).await?.json)?,
        ReportFormat::Text => shown(client, span, "text").await?,
        ReportFormat::Md => shown(client, span, "md").await?,
        ReportFormat::Html => shown(client, span, "html").await?,
    }
    Ok(Exit::Done)
}

async fn shown(client: &Client, span: Span, format: &str) -> Result<()> {
    render::out(client.text(&path(span, Some(format))).await?.trim_end())
}

/// From when, and until when, as the API has it.
type Span = (Option<String>, Option<String>);

/// A day alone is that day to its end.
fn span(config: &Config, args: &ReportArgs) -> Result<Span> {
    let (zone, now) = (&config.zone.value, Clock::System.now());
    let until = args.until.as_deref().map(|text| when::past(text, "until", zone, now)).transpose()?;
    if let Some(date) = args.date {
        let next = date.tomorrow().unwrap_or(date);
        return Ok((Some(date.to_string()), Some(next.to_string())));
    }
    let Some(since) = &args.since else { return Ok((None, None)) };
    let since = when::past(since, "since", zone, now)?;
    Ok((Some(since.to_string()), Some(until.unwrap_or(now).to_string())))
}

fn path((since, until): Span, format: Option<&str>) -> String {
    let pairs = [("since", since), ("until", until), ("format", format.map(str::to_owned))];
    format!("/api/v1/report{}", query(pairs))
}

/// By whoever runs jobs here, or by this process until it is sent.
async fn send(config: &Config, args: &ReportArgs, (since, until): Span) -> Result<Exit> {
    let stop = Stop::listen().map_err(Failure::new)?;
    let connected = app::changing(config, "report", Engines::RunAsked(RetryPolicy::default())).await?;
    let mail = ReportMail {
        to: args.send.clone(),
        account: args.account.clone().unwrap_or_default(),
        from: args.from.clone().unwrap_or_default(),
        language: if words::language() == Language::French { "fr" } else { "en" }.to_owned(),
        ..ReportMail::default()
    };
    let asked = SendReport { since, until, mail };
    let client = connected.client();
    let exit = match client.begin::<SentReport>("/api/v1/report/send", &asked).await {
        Ok(sent) => followed(config, client, &sent, &stop).await,
        Err(failure) => Err(failure),
    };
    connected.close().await;
    exit
}

async fn followed(config: &Config, client: &Client, sent: &SentReport, stop: &Stop) -> Result<Exit> {
    let Some(job) = &sent.job else { return Ok(Exit::Done) };
    if !config.json {
        render::say(&t!("report-job", id = job.id));
    }
    let ended = follow::run(config, client, job.id, stop).await?;
    follow::conclude(config, client, job.id, &ended).await
}
