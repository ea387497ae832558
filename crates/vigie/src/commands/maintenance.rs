//! `vigie maintenance …`

use super::when;
use crate::{
    app::{self, Engines},
    cli::{MaintenanceAddArgs, MaintenanceArgs, MaintenanceCommand},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::checks::{Maintenance, MaintenancesPage};
use model::{Clock, Timestamp};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/planned-maintenance";
/// Columns of what it is about before that is cut.
const ABOUT_WIDTH: usize = 40;
/// From Monday, as both languages begin them.
const DAYS: [(&str, &str); 7] =
    [("mon", "lun"), ("tue", "mar"), ("wed", "mer"), ("thu", "jeu"), ("fri", "ven"), ("sat", "sam"), ("sun", "dim")];

pub(super) async fn run(config: &Config, args: MaintenanceArgs) -> Result<Exit> {
    match args.command.unwrap_or(MaintenanceCommand::List) {
        MaintenanceCommand::List => list(config).await,
        MaintenanceCommand::Add(args) => add(config, args).await,
        MaintenanceCommand::End { name } => end(config, &name).await,
    }
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let page = connected.client().get::<MaintenancesPage>(PATH).await?;
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["name", "state", "starts", "until", "about"].map(|name| (name, Align::Left)));
    for one in page.into_inner().rows {
        let about = if one.about.is_empty() { t!("maintenance-everything") } else { one.about.join(", ") };
        table.row([
            render::plain(&one.name, ABOUT_WIDTH),
            words::word("maintenance-state", &one.state),
            render::moment(one.from, &config.zone.value),
            render::moment(one.until, &config.zone.value),
            render::plain(&about, ABOUT_WIDTH),
        ]);
    }
    match table.is_empty() {
        true => render::say(&t!("maintenances-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

async fn add(config: &Config, args: MaintenanceAddArgs) -> Result<Exit> {
    let spec = spec(config, &args, Clock::System.now())?;
    let connected = app::changing(config, "maintenance", Engines::Rest).await?;
    let made = connected.client().post::<Maintenance>(PATH, &spec).await;
    connected.close().await;
    let made = made?;
    if config.json {
        render::json(&made.json)?;
        return Ok(Exit::Done);
    }
    let zone = &config.zone.value;
    let (name, from, until) = (&made.name, render::moment(made.from, zone), render::moment(made.until, zone));
    render::say(&t!("maintenance-kept", name, from, until));
    Ok(Exit::Done)
}

/// What is planned, as the API takes it.
fn spec(config: &Config, args: &MaintenanceAddArgs, now: Timestamp) -> Result<Value> {
    let zone = &config.zone.value;
    let mut spec = if args.weekly.is_empty() {
        let from = args.from.as_deref().map(|text| when::to_come(text, "from", zone, now)).transpose()?.unwrap_or(now);
        let until = match (&args.until, args.length) {
            (Some(text), _) => when::to_come(text, "until", zone, now)?,
            (None, length) => from + length.unwrap_or_default(),
        };
        json!({"kind": "once", "from": from, "until": until})
    } else {
        let minutes = args.length.unwrap_or_default().as_secs() / 60;
        let zone = args.zone.as_deref().or(zone.iana_name()).unwrap_or("UTC");
        json!({"kind": "weekly", "days": days(&args.weekly)?, "at": args.at, "minutes": minutes, "zone": zone})
    };
    spec["name"] = json!(args.name);
    spec["checks"] = json!(args.check);
    spec["rules"] = json!(args.rule);
    Ok(spec)
}

/// From Monday, 1, to Sunday, 7.
fn days(texts: &[String]) -> Result<Vec<usize>> {
    let day = |text: &str| {
        let text = text.trim().to_lowercase();
        DAYS.iter().position(|(english, french)| text.starts_with(english) || text.starts_with(french))
    };
    if texts.iter().any(|text| matches!(text.trim(), "daily" | "quotidien")) {
        return Ok((1..=7).collect());
    }
    let found = texts.iter().map(|text| day(text).map(|day| day + 1).ok_or(text));
    found.collect::<std::result::Result<_, _>>().map_err(|text| Failure::refused(t!("maintenance-day", text)))
}

async fn end(config: &Config, name: &str) -> Result<Exit> {
    let connected = app::changing(config, "maintenance", Engines::Rest).await?;
    let ended = async {
        let client = connected.client();
        let rows = client.get::<MaintenancesPage>(PATH).await?.into_inner().rows;
        let is_meant = |one: &&Maintenance| one.state != "over" && (one.name == name || one.id.to_string() == name);
        let Some(found) = rows.iter().find(is_meant) else {
            return Err(Failure::refused(t!("maintenance-unknown", name)));
        };
        client.delete::<Value>(&format!("{PATH}/{}", found.id)).await
    };
    let ended = ended.await;
    connected.close().await;
    let ended = ended?;
    match config.json {
        true => render::json(&ended.json)?,
        false => render::say(&t!("maintenance-ended", name)),
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_both_languages() {
        let read = |text: &str| days(&text.split(',').map(str::to_owned).collect::<Vec<_>>()).ok();
        assert_eq!(read("mon,Sunday"), Some(vec![1, 7]));
        assert_eq!(read("lun,mercredi"), Some(vec![1, 3]));
        assert_eq!(read("daily"), Some((1..=7).collect()));
        assert_eq!(read("mon,xyz"), None);
    }
}
