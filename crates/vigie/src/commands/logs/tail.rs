//! `vigie logs tail`: records as they are acknowledged, for as long as one listens.

use super::{rows, say_hints, say_problems, search, zone_pair};
use crate::{
    app::{self, Connected},
    cli::LogsTailArgs,
    client::{Answer, Client, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::t,
};
use api::logs::{LogRecord, SearchAnswer, TailEvent};
use futures_util::StreamExt as _;
use model::{Clock, Timestamp};
use serde_json::Value;
use std::time::Duration;
use telemetry::query::{Query, language::names_fields};

/// Between two looks for a server that has gone.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Records that came while nobody listened, shown once one listens again.
const CAUGHT_UP_MAX: u32 = 1_000;
/// Bytes of one event.
const EVENT_BYTES_MAX: usize = 256 << 20;

pub(super) async fn run(config: &Config, args: &LogsTailArgs) -> Result<Exit> {
    let text = args.query.join(" ");
    let (asked, problems) = telemetry::query::parse(&text);
    say_problems(&text, &problems);
    if !asked.pipes.is_empty() {
        render::say(&t!("tail-steps"));
    }
    let connected = app::searching_logs(config).await?;
    if matches!(connected, Connected::Reading(_)) && config.database.value.is_none() {
        return Err(
            Failure::new(t!("tail-no-server", data = config.data.value.display())).help(t!("tail-no-server-help"))
        );
    }
    say_doubts(connected.client(), &asked, &text).await;
    let mut tail = Tail { config, text, shown: None, missed_since: None };
    let began = Clock::System.now();
    let (mut client, mut last) = (connected.client().clone(), args.last);
    loop {
        match tail.follow(&client, last).await {
            Err(failure) if is_alive(config).await => return Err(failure),
            _ => {}
        }
        render::say(&t!("tail-gone"));
        client = returned(config).await;
        render::say(&t!("tail-back"));
        last = CAUGHT_UP_MAX;
        tail.missed_since = Some(began);
    }
}

/// A field that no line has: nothing would ever come, and nobody would know why.
async fn say_doubts(client: &Client, asked: &Query, text: &str) {
    if !names_fields(asked) {
        return;
    }
    let pairs = [("q", Some(text.to_owned())), ("limit", Some("1".to_owned())), super::hints()];
    let found = client.get::<SearchAnswer>(&format!("/api/v1/logs/search{}", query(pairs))).await;
    // That nothing can be asked shows below.
    if let Ok(found) = found {
        say_hints(&found.into_inner().hints);
    }
}

async fn is_alive(config: &Config) -> bool {
    matches!(app::reading_logs(config).await, Ok(Connected::Theirs(..)))
}

async fn returned(config: &Config) -> Client {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Ok(Connected::Theirs(client, _)) = app::reading_logs(config).await {
            return client;
        }
    }
}

struct Tail<'a> {
    config: &'a Config,
    text: String,
    /// The last record that was shown: its number and its time.
    shown: Option<(u64, Timestamp)>,
    /// Where nothing was shown: since when what came while the server was gone is new.
    missed_since: Option<Timestamp>,
}

impl Tail<'_> {
    /// Shows what came last, or since the last one that was shown.
    async fn catch_up(&mut self, client: &Client, last: u32) -> Result<()> {
        if last == 0 {
            return Ok(());
        }
        let asked = super::LogQuery {
            text: self.text.clone(),
            query: telemetry::query::parse(&self.text).0,
            problems: Vec::new(),
            since: self.shown.map(|(_, at)| at).or(self.missed_since),
            until: None,
            zone: self.config.zone.value.clone(),
        };
        if !asked.query.pipes.is_empty() {
            return Ok(());
        }
        let page = search::found(client, &asked, None, last).await?;
        self.show(page.rows.unwrap_or_default().into_iter().rev())
    }

    /// Until the server is gone, from `last` records ago on. What comes meanwhile waits in the stream.
    async fn follow(&mut self, client: &Client, last: u32) -> Result<()> {
        let path =
            format!("/api/v1/logs/tail{}", query([("q", Some(self.text.clone())), zone_pair(&self.config.zone.value)]));
        let mut pieces = client.stream(&path).await?;
        self.catch_up(client, last).await?;
        let mut lines = Lines::default();
        while let Some(Ok(piece)) = pieces.next().await {
            for line in lines.complete_by(&piece)? {
                let Some(event) = line.strip_prefix("data:").and_then(|data| serde_json::from_str(data).ok()) else {
                    continue;
                };
                self.event(event)?;
            }
        }
        Ok(())
    }

    fn event(&mut self, TailEvent { rows, missed }: TailEvent<Value>) -> Result<()> {
        // They lie before those that came along.
        if missed > 0 {
            render::say(&t!("tail-missed"; n = missed));
        }
        self.show(rows.into_iter())
    }

    /// Those that were not shown yet: what was caught up with may come as an event too.
    fn show(&mut self, records: impl Iterator<Item = Value>) -> Result<()> {
        let before = self.shown.map(|(seq, _)| seq);
        for record in records {
            let record = Answer::<LogRecord>::read(record)?;
            if before.is_some_and(|before| record.seq <= before) {
                continue;
            }
            self.shown = self.shown.max(Some((record.seq, record.time)));
            match self.config.json {
                true => render::out(&record.json.to_string())?,
                false => render::out(&rows::line(&record, &self.config.zone.value))?,
            }
        }
        Ok(())
    }
}

/// A stream cut into lines.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn complete_by(&mut self, piece: &[u8]) -> Result<Vec<String>> {
        self.0.extend_from_slice(piece);
        if self.0.len() > EVENT_BYTES_MAX {
            return Err(Failure::new(t!("event-too-long")).help(t!("narrow-query")));
        }
        let Some(end) = self.0.iter().rposition(|byte| *byte == b'\n') else { return Ok(Vec::new()) };
        let rest = self.0.split_off(end + 1);
        let whole = std::mem::replace(&mut self.0, rest);
        Ok(String::from_utf8_lossy(&whole).lines().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_into_lines_wherever_its_pieces_end() {
        let mut lines = Lines::default();
        assert!(lines.complete_by("data: {\"é".as_bytes()).unwrap().is_empty());
        assert_eq!(lines.complete_by(b"\":1}\n\nid:").unwrap(), ["data: {\"é\":1}", ""]);
        assert_eq!(lines.complete_by(b" 7\n").unwrap(), ["id: 7"]);
    }
}
