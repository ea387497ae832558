//! `vigie logs delete`: shows what it would delete, asks, and deletes no more than that.

use super::{LogQuery, rows, say_hints, search::found};
use crate::{
    app::{self, Engines},
    cli::LogsDeleteArgs,
    client::{Answer, Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::t,
};
use api::logs::Deleted;
use console::Term;

/// Records that are shown before it is asked.
const SHOWN: u32 = 3;

pub(super) async fn run(config: &Config, args: &LogsDeleteArgs) -> Result<Exit> {
    let asked = LogQuery::new(config, &args.query)?;
    let mut connected = app::changing(config, "logs delete", Engines::Rest).await?;
    connected.tend_logs();
    let exit = with(config, args, &asked, connected.client()).await;
    connected.close().await;
    exit
}

async fn with(config: &Config, args: &LogsDeleteArgs, asked: &LogQuery, client: &Client) -> Result<Exit> {
    let counted_first = delete(client, asked, &[("dry_run", "true".to_owned())]).await?;
    let matching = counted_first.matching;
    if matching == 0 || args.dry_run {
        if config.json {
            render::json(&counted_first.json)?;
        } else if matching == 0 {
            render::say(&t!("logs-none"));
            say_hints(&found(client, asked, None, 1).await?.read()?.hints);
        } else {
            show(config, asked, client, matching).await?;
        }
        return Ok(Exit::Done);
    }
    if !args.yes {
        if !Term::stderr().is_term() || config.json {
            return Err(
                Failure::refused(t!("delete-refused", matches = matches(matching))).help(t!("delete-refused-help"))
            );
        }
        show(config, asked, client, matching).await?;
        if !is_sure(&t!("delete-sure"; n = matching)) {
            render::say(&t!("deleted-none"));
            return Ok(Exit::Refused);
        }
    }
    // Just these: `1h` means the hour before they were counted.
    let now = counted_first.now.to_string();
    let deleted = delete(client, asked, &[("at_most", matching.to_string()), ("now", now)]).await?;
    if config.json {
        render::json(&deleted.json)?;
    } else {
        render::say(&t!("deleted"; n = deleted.deleted));
    }
    Ok(Exit::Done)
}

pub(super) async fn delete(
    client: &Client,
    asked: &LogQuery,
    more: &[(&'static str, String)],
) -> Result<Answer<Deleted>> {
    let more = more.iter().map(|(name, value)| (*name, Some(value.clone())));
    client.delete(&format!("/api/v1/logs{}", query(asked.pairs().into_iter().chain(more)))).await
}

/// Some of them, and how many there are.
pub(super) async fn show(config: &Config, asked: &LogQuery, client: &Client, matching: u64) -> Result<()> {
    let newest = found(client, asked, None, SHOWN).await?.read()?;
    for record in newest.rows.iter().flatten() {
        render::out(&rows::line(record, &config.zone.value))?;
    }
    let others = matching.saturating_sub(SHOWN.into());
    let more = if others > 0 { t!("delete-older"; n = others) } else { String::new() };
    render::say(&format!("{}{more}", matches(matching)));
    Ok(())
}

/// `1 record matches`, `2 records match`.
fn matches(matching: u64) -> String {
    t!("matches"; n = matching)
}

pub(super) fn is_sure(question: &str) -> bool {
    let terminal = Term::stderr();
    let answer = terminal.write_str(question).and_then(|()| terminal.read_line());
    answer.is_ok_and(|answer| matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui"))
}
