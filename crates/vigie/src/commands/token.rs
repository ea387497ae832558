//! `vigie token …`

use super::when;
use crate::{
    app::{self, Engines},
    cli::TokenCommand,
    client::escaped,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
};
use model::Clock;
use serde_json::json;

pub(super) async fn run(config: &Config, command: TokenCommand) -> Result<Exit> {
    match command {
        TokenCommand::List => list(config).await,
        TokenCommand::Create { name, scope, expires } => {
            let zone = &config.zone.value;
            let expires = expires.map(|text| when::to_come(&text, "expires", zone, Clock::System.now())).transpose()?;
            let connected = app::changing(config, "token", Engines::Rest).await?;
            let body = json!({"name": name, "scope": scope.as_str(), "expires_at": expires});
            let created = connected.client().post("/api/v1/tokens", &body).await;
            connected.close().await;
            let created = created?;
            if config.json {
                render::json(&created)?;
            } else {
                let token = created["token"].as_str().ok_or_else(|| Failure::new("the answer holds no token"))?;
                render::say(&format!("token \"{name}\", scope {}; it is shown this once:", scope.as_str()));
                render::out(token)?;
            }
            Ok(Exit::Done)
        }
        TokenCommand::Revoke { name } => {
            let connected = app::changing(config, "token", Engines::Rest).await?;
            let revoked = connected.client().delete(&format!("/api/v1/tokens/{}", escaped(&name))).await;
            connected.close().await;
            revoked?;
            if !config.json {
                render::say(&format!("token \"{name}\" is refused from now on"));
            }
            Ok(Exit::Done)
        }
    }
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let tokens = connected.client().get("/api/v1/tokens").await?;
    if config.json {
        render::json(&tokens)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("name", Align::Left),
        ("scope", Align::Left),
        ("created", Align::Left),
        ("ends", Align::Left),
        ("last used", Align::Left),
    ]);
    for token in tokens["rows"].as_array().into_iter().flatten() {
        let text = |name: &str| token[name].as_str().unwrap_or_default().to_owned();
        let at = |name: &str| render::moment(&token[name], &config.zone.value);
        table.row([text("name"), text("scope"), at("created_at"), at("expires_at"), at("used_at")]);
    }
    if table.is_empty() {
        render::say("there are no tokens: vigie token create NAME");
    } else {
        render::out(&table.to_string())?;
    }
    Ok(Exit::Done)
}
