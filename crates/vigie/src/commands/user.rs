//! `vigie user …`: people who log in to the pages.

use crate::{
    app::{self, Engines},
    cli::UserCommand,
    client::{Client, escaped},
    config::Config,
    failure::{Exit, Failure, Result},
    owner,
    render::{self, Align, Table},
};
use serde_json::{Value, json};
use std::net::SocketAddr;

pub(super) async fn run(config: &Config, command: UserCommand) -> Result<Exit> {
    let answer = match command {
        UserCommand::List => return list(config).await,
        UserCommand::Create { name, role } => {
            let body = json!({"name": name, "role": role.as_str()});
            changed(config, "/api/v1/users", &body).await?
        }
        UserCommand::Link { name } => {
            changed(config, &format!("/api/v1/users/{}/link", escaped(&name)), &json!({})).await?
        }
    };
    if config.json {
        render::json(&answer)?;
    } else {
        render::say("this link works once, within three days, at the address under which Vigie is reached:");
        // A server that runs may have been given another address than the configuration says.
        let served = owner::living(&config.data.value).await.and_then(|owner| owner.address);
        render::out(&link(served.unwrap_or(config.listen.value), &answer)?)?;
    }
    Ok(Exit::Done)
}

async fn changed(config: &Config, path: &str, body: &Value) -> Result<Value> {
    let connected = app::changing(config, "user", Engines::Rest).await?;
    let answer = connected.client().post(path, body).await;
    connected.close().await;
    answer
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let users = connected.client().get("/api/v1/users").await?;
    if config.json {
        render::json(&users)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("name", Align::Left),
        ("role", Align::Left),
        ("last here", Align::Left),
        ("standing", Align::Left),
    ]);
    for user in users["rows"].as_array().into_iter().flatten() {
        let text = |name: &str| render::plain(user[name].as_str().unwrap_or_default(), 60);
        let standing = match (user["disabled"].as_bool(), user["has_password"].as_bool()) {
            (Some(true), _) => "disabled",
            (_, Some(false)) => "has chosen no password yet",
            _ => "",
        };
        table.row([text("name"), text("role"), render::moment(&user["seen_at"], &config.zone.value), standing.into()]);
    }
    if table.is_empty() {
        render::say("there are no users: vigie user create NAME --role admin");
    } else {
        render::out(&table.to_string())?;
    }
    Ok(Exit::Done)
}

fn link(address: SocketAddr, answer: &Value) -> Result<String> {
    let path = answer["path"].as_str().ok_or_else(|| Failure::new("the answer holds no link"))?;
    Ok(format!("http://{address}{path}"))
}

/// Where nobody can log in yet: an administrator, and the link to choose a password by. A start that is repeated gives
/// a new link in the place of the one before.
pub(super) async fn first_admin(client: &Client, address: SocketAddr) -> Result<Option<String>> {
    let users = client.get("/api/v1/users").await?;
    let users = users["rows"].as_array().cloned().unwrap_or_default();
    if users.iter().any(|user| user["has_password"] == true && user["role"] == "admin") {
        return Ok(None);
    }
    let waiting = users.iter().find(|user| user["role"] == "admin" && user["disabled"] == false);
    let answer = match waiting.and_then(|user| user["name"].as_str()) {
        Some(name) => client.post(&format!("/api/v1/users/{}/link", escaped(name)), &json!({})).await?,
        None => client.post("/api/v1/users", &json!({"name": "admin", "role": "admin"})).await?,
    };
    link(address, &answer).map(Some)
}

/// A link that opens the pages once without a password, for who stands at this terminal.
pub(super) async fn entry(client: &Client, address: SocketAddr, name: &str) -> Result<String> {
    let users = client.get("/api/v1/users").await?;
    let mut users = users["rows"].as_array().into_iter().flatten();
    if !users.any(|user| user["name"] == name) {
        client.post("/api/v1/users", &json!({"name": name, "role": "admin"})).await?;
    }
    let answer = client.post(&format!("/api/v1/users/{}/link", escaped(name)), &json!({"entry": true})).await?;
    link(address, &answer)
}
