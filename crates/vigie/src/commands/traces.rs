//! `vigie traces`

use super::{search, when, which};
use crate::{
    app,
    cli::TracesArgs,
    client::query,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::traces::TracesPage;
use futures_util::StreamExt as _;
use model::Clock;
use std::io::Write as _;

pub(super) async fn run(config: &Config, args: &TracesArgs) -> Result<Exit> {
    let (zone, now) = (&config.zone.value, Clock::System.now());
    let moment =
        |text: &Option<String>, option| text.as_deref().map(|text| when::past(text, option, zone, now)).transpose();
    let (since, until) = (moment(&args.since, "since")?, moment(&args.until, "until")?);
    let connected = app::reading(config).await?;
    let client = connected.client();
    let job = which::id_if_given(client, args.job.as_deref()).await?;
    let pairs = [
        ("application", args.application.clone()),
        ("flow", args.flow.clone()),
        ("job", job.map(|id| id.to_string())),
        ("errors", args.errors.then(|| "true".to_owned())),
        ("q", args.query.clone()),
        ("since", since.map(|at| at.to_string())),
        ("until", until.map(|at| at.to_string())),
    ];
    if args.csv {
        let mut pieces = client.stream(&format!("/api/v1/traces.csv{}", query(pairs))).await?;
        let mut out = std::io::stdout();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| Failure::new(t!("answer-broke-off", error)))?;
            match out.write_all(&piece) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
                written => written.map_err(|error| render::unwritten(&error))?,
            }
        }
        return Ok(Exit::Done);
    }
    let page = search::rows::<TracesPage>(client, "/api/v1/traces", &pairs, args.limit).await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("at", Align::Left),
        ("s", Align::Right),
        ("", Align::Left),
        ("name", Align::Left),
        ("file", Align::Left),
        ("comment", Align::Left),
    ]);
    for trace in &page.rows {
        table.row([
            render::moment(trace.created_at, zone),
            words::decimal(trace.time_to_process, 2),
            if trace.errors { t!("trace-error") } else { String::new() },
            render::plain(&trace.trace_name, 40),
            render::plain(&trace.file_name, 40),
            render::plain(&trace.comment, 140),
        ]);
    }
    if table.is_empty() {
        render::say(&t!("traces-none"));
    } else {
        render::out(&table.to_string())?;
    }
    if page.next.is_some() {
        render::say(&t!("traces-more"; limit = args.limit));
    }
    Ok(Exit::Done)
}
