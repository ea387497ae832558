//! `vigie user …`: people who log in to the pages.

use crate::{
    app::{self, Engines},
    cli::UserCommand,
    client::{Answer, Client, escaped},
    config::Config,
    failure::{Exit, Result},
    owner,
    render::{self, Align, Table},
    words::{self, t},
};
use api::users::{NewLink, NewUser, User, UserLink, Users};
use serde::Serialize;
use std::net::SocketAddr;

/// The role of who may do everything.
const ADMIN: &str = "admin";

pub(super) async fn run(config: &Config, command: UserCommand) -> Result<Exit> {
    let answer = match command {
        UserCommand::List => return list(config).await,
        UserCommand::Create { name, role } => {
            changed(config, "/api/v1/users", &NewUser { name, role: role.as_str().to_owned() }).await?
        }
        UserCommand::Link { name } => changed(config, &link_path(&name), &NewLink::default()).await?,
    };
    if config.json {
        render::json(&answer.json)?;
    } else {
        render::say(&t!("link-made"));
        // A server that runs may have been given another address than the configuration says.
        let served = owner::living(&config.data.value).await.and_then(|owner| owner.address);
        render::out(&link(served.unwrap_or(config.listen.value), &answer))?;
    }
    Ok(Exit::Done)
}

async fn changed(config: &Config, path: &str, body: &impl Serialize) -> Result<Answer<UserLink>> {
    let connected = app::changing(config, "user", Engines::Rest).await?;
    let answer = connected.client().post(path, body).await;
    connected.close().await;
    answer
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let users = connected.client().get::<Users>("/api/v1/users").await?;
    if config.json {
        render::json(&users.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("name", Align::Left),
        ("role", Align::Left),
        ("last here", Align::Left),
        ("standing", Align::Left),
    ]);
    for User { name, role, disabled, has_password, seen_at, .. } in &users.rows {
        let standing = match (disabled, has_password) {
            (true, _) => t!("user-disabled"),
            (_, false) => t!("user-no-password"),
            _ => String::new(),
        };
        let seen_at = render::moment(*seen_at, &config.zone.value);
        table.row([render::plain(name, 60), words::word("role", role), seen_at, standing]);
    }
    if table.is_empty() {
        render::say(&t!("users-none"));
    } else {
        render::out(&table.to_string())?;
    }
    Ok(Exit::Done)
}

fn link(address: SocketAddr, link: &UserLink) -> String {
    format!("http://{address}{}", link.path)
}

/// Where links for a user are made.
fn link_path(name: &str) -> String {
    format!("/api/v1/users/{}/link", escaped(name))
}

fn admin(name: &str) -> NewUser {
    NewUser { name: name.to_owned(), role: ADMIN.to_owned() }
}

/// Where nobody can log in yet: an administrator, and the link to choose a password by. A start that is repeated gives
/// a new link in the place of the one before. An administrator who has come by the login of a proxy can log in.
pub(super) async fn first_admin(client: &Client, config: &Config, address: SocketAddr) -> Result<Option<String>> {
    let users = client.get::<Users>("/api/v1/users").await?;
    let admins = || users.rows.iter().filter(|user| user.role == ADMIN);
    let comes_by_proxy = |user: &User| config.proxy_login.is_some() && !user.disabled && user.seen_at.is_some();
    if admins().any(|user| user.has_password || comes_by_proxy(user)) {
        return Ok(None);
    }
    let answer = match admins().find(|user| !user.disabled) {
        Some(waiting) => client.post(&link_path(&waiting.name), &NewLink::default()).await?,
        None => client.post("/api/v1/users", &admin(ADMIN)).await?,
    };
    Ok(Some(link(address, &answer)))
}

/// A link that opens the pages once without a password, for who stands at this terminal.
pub(super) async fn entry(client: &Client, address: SocketAddr, name: &str) -> Result<String> {
    let users = client.get::<Users>("/api/v1/users").await?;
    if !users.rows.iter().any(|user| user.name == name) {
        client.post::<UserLink>("/api/v1/users", &admin(name)).await?;
    }
    Ok(link(address, &*client.post(&link_path(name), &NewLink { entry: true }).await?))
}
