//! `vigie alert …` and `vigie channel …`

use crate::{
    app::{self, Connected, Engines},
    cli::{AlertCommand, ChannelArgs, ChannelCommand},
    client::escaped,
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use alerting::{Leftover, told_error, what_named};
use api::alerts::{
    Alert, AlertLeft, AlertPage, AlertPreview, AlertRules, ChannelList, ChannelRow, ChannelTest, NewChannel, NewSilence,
};
use serde_json::{Value, json};
use std::{io::Read as _, path::Path};

/// Columns of a text before it is cut.
const TEXT_WIDTH: usize = 60;
/// Bytes of a rule, and of a secret.
const INPUT_MAX: u64 = 64 * 1024;

pub(super) async fn run(config: &Config, command: Option<AlertCommand>) -> Result<Exit> {
    match command {
        None | Some(AlertCommand::List) => list(config, "open").await,
        Some(AlertCommand::History) => list(config, "all").await,
        Some(AlertCommand::Rules) => rules(config).await,
        Some(AlertCommand::Ack { alert }) => {
            change(config, &alert, "acknowledge", &json!({})).await?;
            render::say(&t!("alert-acknowledged"));
            Ok(Exit::Done)
        }
        Some(AlertCommand::Silence { alert, minutes, reason }) => {
            change(config, &alert, "silence", &NewSilence { minutes, reason }).await?;
            render::say(&t!("alert-silenced"; n = minutes));
            Ok(Exit::Done)
        }
        Some(AlertCommand::Add { file, preview: true }) => preview(config, &file).await,
        Some(AlertCommand::Add { file, preview: false }) => add(config, &file).await,
    }
}

async fn list(config: &Config, state: &str) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let page = connected.client().get::<AlertPage>(&format!("/api/v1/alerts?state={state}")).await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let columns = ["id", "severity", "state", "since", "what", "about"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for alert in page.into_inner().rows {
        let since = render::moment(Some(alert.since), &config.zone.value);
        let what = alert.rule_name.unwrap_or_else(|| {
            let left =
                alert.left.map(|AlertLeft { is_mailing, failed, unknown }| Leftover { is_mailing, failed, unknown });
            what_named(&alert.kind.unwrap_or_default(), left, words::language())
        });
        let state = match alert.acknowledged_by {
            Some(by) => t!("alert-state-acknowledged", by),
            None => words::word("alert-state", &alert.state),
        };
        let severity = words::word("severity", &alert.severity);
        table.row([alert.id.to_string(), severity, state, since, what, render::plain(&alert.name, TEXT_WIDTH)]);
    }
    match table.is_empty() {
        true => render::say(&t!("alerts-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

async fn rules(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let page = connected.client().get::<AlertRules>("/api/v1/alert-rules").await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["id", "severity", "state", "name"].map(|name| (name, Align::Left)));
    for rule in page.into_inner().rows {
        let text = |field: &str| rule[field].as_str().unwrap_or_default().to_owned();
        let state = if rule["is_enabled"] == true { t!("rule-on") } else { t!("rule-off") };
        let name = Some(text("name")).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| what_named(&text("kind"), None, words::language()));
        table.row([text("id"), words::word("severity", text("severity")), state, name]);
    }
    render::out(&table.to_string())?;
    Ok(Exit::Done)
}

async fn change(config: &Config, alert: &str, what: &str, asked: &impl serde::Serialize) -> Result<()> {
    let connected = app::changing(config, "alert", Engines::Rest).await?;
    let path = format!("/api/v1/alerts/{}/{what}", escaped(alert));
    let changed = connected.client().post::<Alert>(&path, asked).await;
    connected.close().await;
    let changed = changed?;
    if config.json {
        render::json(&changed.json)?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<Value> {
    let mut text = String::new();
    std::fs::File::open(file).at(file.display())?.take(INPUT_MAX).read_to_string(&mut text).at(file.display())?;
    serde_json::from_str(&text).map_err(|error| Failure::refused(t!("at-place", place = file.display(), error = error)))
}

async fn preview(config: &Config, file: &Path) -> Result<Exit> {
    let rule = read(file)?;
    let connected = app::changing(config, "alert", Engines::Rest).await?;
    let found = connected.client().post::<AlertPreview>("/api/v1/alert-rules/preview", &rule).await;
    connected.close().await;
    let found = found?;
    match config.json {
        true => render::json(&found.json)?,
        false => render::say(&t!("rule-previewed"; n = found.into_inner().fired)),
    }
    Ok(Exit::Done)
}

async fn add(config: &Config, file: &Path) -> Result<Exit> {
    let rule = read(file)?;
    let id = rule["id"]
        .as_str()
        .map_or_else(|| uuid::Uuid::from_bytes(model::Rng::system().bytes()).to_string(), str::to_owned);
    let connected = app::changing(config, "alert", Engines::Rest).await?;
    let saved = connected.client().put::<Value>(&format!("/api/v1/alert-rules/{}", escaped(&id)), &rule).await;
    connected.close().await;
    let saved = saved?;
    match config.json {
        true => render::json(&saved.json)?,
        false => render::say(&t!("rule-saved", id)),
    }
    Ok(Exit::Done)
}

pub(super) async fn channels(config: &Config, command: Option<ChannelCommand>) -> Result<Exit> {
    match command {
        None | Some(ChannelCommand::List) => list_channels(config).await,
        Some(ChannelCommand::Add(args)) => add_channel(config, args).await,
        Some(ChannelCommand::Test { name }) => test_channel(config, &name).await,
        Some(ChannelCommand::Delete { name }) => delete_channel(config, &name).await,
    }
}

async fn list_channels(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let page = connected.client().get::<ChannelList>("/api/v1/alert-channels").await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["name", "kind", "state"].map(|name| (name, Align::Left)));
    for channel in page.into_inner().rows {
        let kind = channel.settings["type"].as_str().unwrap_or_default().to_owned();
        let state = match (channel.failing_since, channel.last_sent_at) {
            (Some(_), _) => {
                let why = why_not(channel.last_failure, channel.last_error);
                t!("channel-failing", why = render::plain(&why, TEXT_WIDTH))
            }
            (None, Some(at)) => t!("channel-works", at = render::moment(Some(at), &config.zone.value)),
            (None, None) => t!("channel-unused"),
        };
        table.row([channel.name, kind, state]);
    }
    match table.is_empty() {
        true => render::say(&t!("channels-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

/// The line with the URL, then the one with the token, of those that the type of channel has.
fn secrets(kind: &str) -> Result<[Option<String>; 2]> {
    if kind == "email" {
        return Ok([None, None]);
    }
    let mut text = String::new();
    std::io::stdin().take(INPUT_MAX).read_to_string(&mut text).at("-")?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (urls, tokens): (Vec<_>, Vec<_>) = lines.map(str::to_owned).partition(|line| line.contains("://"));
    Ok([urls.into_iter().next(), tokens.into_iter().next()])
}

async fn add_channel(config: &Config, args: ChannelArgs) -> Result<Exit> {
    let ChannelArgs { name, kind, account, from, to, chat, topic, language, named_only } = args;
    let [url, token] = secrets(&kind)?;
    let mut settings = json!({"type": kind, "language": language, "takes_all": !named_only});
    let fields = [("account", account), ("from", from), ("chat", chat), ("topic", topic)];
    for (field, value) in fields {
        if let Some(value) = value {
            settings[field] = value.into();
        }
    }
    if !to.is_empty() {
        settings["to"] = to.into();
    }
    let new = NewChannel { name, settings, url: url.map(Into::into), token: token.map(Into::into) };
    let connected = app::changing(config, "channel", Engines::Rest).await?;
    let made = connected.client().post::<ChannelRow>("/api/v1/alert-channels", &new).await;
    connected.close().await;
    let made = made?;
    match config.json {
        true => render::json(&made.json)?,
        false => render::say(&t!("channel-made", name = new.name)),
    }
    Ok(Exit::Done)
}

async fn named(connected: &Connected, name: &str) -> Result<ChannelRow> {
    let page = connected.client().get::<ChannelList>("/api/v1/alert-channels").await?.into_inner();
    let found = page.rows.into_iter().find(|channel| channel.name == name || channel.id.to_string() == name);
    found.ok_or_else(|| Failure::refused(t!("channel-missing", name)).help(t!("channel-missing-help")))
}

async fn test_channel(config: &Config, name: &str) -> Result<Exit> {
    let connected = app::changing(config, "channel", Engines::Rest).await?;
    let told = match named(&connected, name).await {
        Ok(channel) => {
            let path = format!("/api/v1/alert-channels/{}/test", channel.id);
            connected.client().post::<ChannelTest>(&path, &json!({})).await
        }
        Err(failure) => Err(failure),
    };
    connected.close().await;
    let told = told?;
    if config.json {
        render::json(&told.json)?;
        return Ok(Exit::Done);
    }
    let told = told.into_inner();
    if told.delivered {
        render::say(&t!("channel-told", name));
        return Ok(Exit::Done);
    }
    let error = why_not(told.failure, told.error);
    Err(Failure::new(t!("channel-not-told", name, error)))
}

/// In the words of the terminal where its parts are given, else in those of the answer.
fn why_not(parts: Option<Value>, text: Option<String>) -> String {
    let kept = parts.map(|parts| parts.to_string()).or(text).unwrap_or_default();
    told_error(&kept, words::language())
}

async fn delete_channel(config: &Config, name: &str) -> Result<Exit> {
    let connected = app::changing(config, "channel", Engines::Rest).await?;
    let done = match named(&connected, name).await {
        Ok(channel) => {
            connected.client().delete::<()>(&format!("/api/v1/alert-channels/{}", channel.id)).await.map(drop)
        }
        Err(failure) => Err(failure),
    };
    connected.close().await;
    done?;
    render::say(&t!("channel-deleted", name));
    Ok(Exit::Done)
}
