//! `vigie serve` and `vigie worker`

use super::{follow, user};
use crate::{
    app::{self, Engines, Owned, taken},
    config::Config,
    failure::{Exit, Failure, Result},
    memory, render,
    signals::Stop,
    words::t,
};
use jobs::RetryPolicy;
use serde_json::json;
use std::{net::SocketAddr, time::Duration};

pub(super) async fn serve(config: &Config) -> Result<Exit> {
    let stop = Stop::listen().map_err(Failure::new)?;
    let mut owned = app::owning(config, "serve", Engines::Run(RetryPolicy::default())).await?;
    let address = match owned.listen(config.listen.value).await {
        Ok(address) => address,
        Err(error) => {
            owned.stop().await;
            return Err(taken(config.listen.value, "--listen", &error));
        }
    };
    if let Err(failure) = owned.collect(config).await {
        owned.stop().await;
        return Err(failure);
    }
    let socket = match owned.second_socket(config).await {
        Ok(socket) => socket,
        Err(failure) => {
            owned.stop().await;
            return Err(failure);
        }
    };
    let submission = match owned.submission(config).await {
        Ok(submission) => submission,
        Err(failure) => {
            owned.stop().await;
            return Err(failure);
        }
    };
    follow::tell_resumed(config, &owned).await?;
    follow::tell_going_on(config, &owned.client).await?;
    announce(config, address)?;
    if let Some(path) = socket
        && !config.json
    {
        render::say(&t!("socket-listening", path = path.display()));
    }
    if let Some(address) = submission
        && !config.json
    {
        render::say(&t!("submission-listening", address));
    }
    invite(config, &owned, address).await?;
    wait_and_stop(owned, &stop, config).await
}

pub(super) async fn worker(config: &Config) -> Result<Exit> {
    if config.database.value.is_none() {
        return Err(Failure::refused(t!("worker-no-database")).help(t!("worker-no-database-help")));
    }
    let stop = Stop::listen().map_err(Failure::new)?;
    let owned = app::owning(config, "worker", Engines::Run(RetryPolicy::default())).await?;
    follow::tell_resumed(config, &owned).await?;
    follow::tell_going_on(config, &owned.client).await?;
    if !config.json {
        render::say(&t!("worker-runs"));
    }
    wait_and_stop(owned, &stop, config).await
}

/// Says where it answers: a line that a script may wait for.
fn announce(config: &Config, address: SocketAddr) -> Result<()> {
    if config.json {
        return render::out(&json!({"listening": address.to_string(), "pid": std::process::id()}).to_string());
    }
    render::say(&t!(
        "serving",
        address = format!("{address}{}", config.base_path.value),
        data = config.data.value.display()
    ));
    Ok(())
}

/// The first start has nobody who could log in.
async fn invite(config: &Config, owned: &Owned, address: SocketAddr) -> Result<()> {
    let Some(link) = user::first_admin(&owned.client, config, address).await? else { return Ok(()) };
    if !config.json {
        render::say(&t!("first-admin"));
        render::say(&format!("  {link}"));
    }
    Ok(())
}

/// By then the engine, the collectors and the schedules have begun.
const STARTED_WITHIN: Duration = Duration::from_secs(5);

pub(super) async fn wait_and_stop(owned: Owned, stop: &Stop, config: &Config) -> Result<Exit> {
    if tokio::time::timeout(STARTED_WITHIN, stop.asked()).await.is_err() {
        memory::give_back_start();
        stop.asked().await;
    }
    if !config.json {
        render::say(&t!("stopping"));
    }
    if !owned.stop().await {
        return Err(Failure::new(t!("not-finished")).help(t!("not-finished-help")));
    }
    Ok(Exit::Done)
}
