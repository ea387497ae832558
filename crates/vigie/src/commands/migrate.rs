//! `vigie migrate --to`

use crate::{
    config::Config,
    failure::{Exit, Failure, Result},
    owner::{self, Claim, Lock},
    render::{
        self, Align, Table, count,
        progress::{Bar, Silence},
    },
    words::{Cause as _, t},
};
use model::Clock;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::path::Path;
use store::Db;

pub(super) async fn run(config: &Config, to: &str) -> Result<Exit> {
    let (source, _held) = match &config.database.value {
        Some(url) => (postgres(url).await?, None),
        None if !config.database_file().exists() => {
            return Err(Failure::refused(t!("migrate-nothing", data = config.data.value.display()))
                .help(t!("migrate-nothing-help")));
        }
        None => sqlite(&config.data.value).await?,
    };
    let (target, _held_too) = match to.starts_with("postgres://") || to.starts_with("postgresql://") {
        true => (postgres(&SecretString::from(to)).await?, None),
        false if to.contains("://") => {
            return Err(Failure::refused(t!("migrate-to")));
        }
        false => sqlite(Path::new(to)).await?,
    };
    let mut bar = Bar::counting(Silence::beside(config));
    let copied = source.copy_to(&target, Clock::System.now(), |progress| bar.tick(progress.rows, progress.table)).await;
    bar.clear();
    source.close().await;
    target.close().await;
    let report = copied.map_err(|error| Failure::new(error.say()).help(t!("migrate-failed-help")))?;
    if config.json {
        let tables = report.tables.iter().map(|table| (table.table.to_owned(), json!(table.rows))).collect();
        render::json(&json!({"copied": Value::Object(tables)}))?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[("table", Align::Left), ("rows", Align::Right), ("hash", Align::Left)]);
    for copied in &report.tables {
        let hash = copied.hash.iter().take(4).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        table.row([copied.table.to_owned(), count(copied.rows), hash]);
    }
    render::out(&table.to_string())?;
    render::say(&t!("migrate-done"));
    Ok(Exit::Done)
}

async fn postgres(url: &SecretString) -> Result<Db> {
    let db = Db::open_postgres(url.expose_secret()).await;
    db.map_err(|error| Failure::new(error.say()).help(t!("migrate-address")))
}

/// Nobody else works on the directory meanwhile.
async fn sqlite(data: &Path) -> Result<(Db, Option<Lock>)> {
    match owner::claim(data, "migrate")? {
        Claim::Theirs(owner) => Err(owner::refusal(data, &owner)),
        Claim::Mine(lock) => Ok((Db::open_sqlite(&data.join("vigie.db"), &data.join("snapshots")).await?, Some(lock))),
    }
}
