//! `vigie token …`

use super::when;
use crate::{
    app::{self, Engines},
    cli::TokenCommand,
    client::escaped,
    config::Config,
    failure::{Exit, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::tokens::{CreatedToken, NewToken, Tokens};
use model::{Clock, Timestamp};

pub(super) async fn run(config: &Config, command: TokenCommand) -> Result<Exit> {
    match command {
        TokenCommand::List => list(config).await,
        TokenCommand::Create { name, scope, expires } => {
            let zone = &config.zone.value;
            let expires = expires.map(|text| when::to_come(&text, "expires", zone, Clock::System.now())).transpose()?;
            let connected = app::changing(config, "token", Engines::Rest).await?;
            let new = NewToken { name, scope: Some(scope.as_str().to_owned()), expires_at: expires };
            let created = connected.client().post::<CreatedToken>("/api/v1/tokens", &new).await;
            connected.close().await;
            let created = created?;
            if config.json {
                render::json(&created.json)?;
            } else {
                render::say(&t!("token-made", name = new.name, scope = words::word("scope", scope.as_str())));
                render::out(&created.token)?;
            }
            Ok(Exit::Done)
        }
        TokenCommand::Revoke { name } => {
            let connected = app::changing(config, "token", Engines::Rest).await?;
            let revoked = connected.client().delete::<()>(&format!("/api/v1/tokens/{}", escaped(&name))).await;
            connected.close().await;
            revoked?;
            if !config.json {
                render::say(&t!("token-revoked", name));
            }
            Ok(Exit::Done)
        }
    }
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let tokens = connected.client().get::<Tokens>("/api/v1/tokens").await?;
    if config.json {
        render::json(&tokens.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("name", Align::Left),
        ("scope", Align::Left),
        ("created", Align::Left),
        ("ends", Align::Left),
        ("last used", Align::Left),
    ]);
    for token in tokens.into_inner().rows {
        let at = |at: Option<Timestamp>| render::moment(at, &config.zone.value);
        let (created, ends, used) = (at(Some(token.created_at)), at(token.expires_at), at(token.used_at));
        table.row([token.name, words::word("scope", token.scope), created, ends, used]);
    }
    if table.is_empty() {
        render::say(&t!("tokens-none"));
    } else {
        render::out(&table.to_string())?;
    }
    Ok(Exit::Done)
}
