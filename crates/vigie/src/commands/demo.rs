//! `vigie demo`: the whole of it on invented clients. The mail server is the only thing that is not real; what it
//! refuses, puts off and cuts is met by the same engine that meets real servers.

mod clients;

use super::{follow, send, serve::wait_and_stop, user};
use crate::{
    app::{self, Engines, Owned, taken},
    cli::DemoArgs,
    client::Client,
    config::{Config, Source},
    failure::{At as _, Exit, Failure, Result},
    owner,
    render::{self, count, progress::Silence},
    signals::Stop,
    words::t,
};
use api::{items::ItemsPage, jobs::Job};
use jobs::RetryPolicy;
use mail::{
    catcher::{Catcher, CatcherOptions, Drop, DropAt, Keep, Misbehaviour, Throttle},
    rate::Rate,
    spec::MailingFile,
};
use serde::Serialize;
use std::{net::SocketAddr, path::Path, time::Duration};

/// The catcher refuses so many of a thousand.
const UNKNOWN_PER_MILLE: u64 = 10;
/// It is no real server, so nobody is served by waiting minutes for it.
const PATIENCE_MAX: Duration = Duration::from_millis(1_500);

/// How it ended, for programs.
#[derive(Serialize)]
struct DemoSummary<'a> {
    #[serde(flatten)]
    summary: follow::Summary<'a>,
    caught: Caught,
    url: String,
}

/// What the mail server has seen.
#[derive(Serialize)]
struct Caught {
    messages: u64,
    refused: u64,
    connections: u64,
}

pub(super) async fn run(mut config: Config, args: &DemoArgs) -> Result<Exit> {
    // Without a directory of its own choosing, the demonstration leaves nothing behind.
    let temporary = match config.data.from {
        Source::Default => {
            Some(tempfile::Builder::new().prefix("vigie-demo-").tempdir().at(std::env::temp_dir().display())?)
        }
        _ => None,
    };
    if let Some(folder) = &temporary {
        config.data.value = folder.path().to_owned();
        config.secret_key_file.value = folder.path().join("secret.key");
    }
    config.database.value = None;
    let stop = Stop::listen().map_err(Failure::new)?;
    let policy = RetryPolicy { first: Duration::from_millis(500), asked_max: PATIENCE_MAX, ..RetryPolicy::default() };
    let mut owned = app::owning(&config, "demo", Engines::Run(policy)).await?;
    // It takes messages for as long as the page stays: whoever sends from there finds it.
    let options =
        CatcherOptions { keep: Keep::Nothing, misbehaviour: misbehaviour(args.count), ..CatcherOptions::default() };
    let catcher = Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.at(t!("demo-catcher"))?;
    let ended = play(&config, args, &mut owned, &catcher, &stop).await;
    match ended {
        Ok(Exit::Done) if !args.exit => {
            let ended = wait_and_stop(owned, &stop, &config).await;
            drop(temporary);
            ended
        }
        ended => {
            owned.stop().await;
            drop(temporary);
            ended
        }
    }
}

/// Everything up to the summary. `Done` when the run is over, whoever got theirs.
async fn play(config: &Config, args: &DemoArgs, owned: &mut Owned, catcher: &Catcher, stop: &Stop) -> Result<Exit> {
    let address = listen(config, owned).await?;
    let say = |text: String| {
        if !config.json {
            render::say(&text);
        }
    };
    let folder = config.data.value.join("demo");
    owner::make_dir(&folder)?;
    clients::make(&folder, args.count).at(folder.display())?;
    let amount = count(u64::from(args.count));
    say(t!("demo-made", amount, folder = folder.display()));
    say(t!("demo-server", address = catcher.address()));
    invite(config, args, &owned.client, address).await?;
    let plan = send::Plan::from_file(mailing(catcher.address(), args.count)?, &folder)?;
    let checked = send::check_rows(config, &plan, Silence::beside(config)).await?;
    let account = send::use_account(&plan, None, None, &owned.client).await?;
    let job = send::enqueue(&plan, &send::Decided::as_named(&plan), &checked, &account, &owned.client).await?.job;
    let ended = follow::run(config, &owned.client, job, stop).await?;
    if config.json {
        let missed =
            owned.client.get::<ItemsPage>(&format!("/api/v1/jobs/{job}/items?trouble=true&limit=1000")).await?;
        let job = owned.client.get::<Job>(&format!("/api/v1/jobs/{job}")).await?;
        let tally = catcher.tally();
        let caught = Caught { messages: tally.messages, refused: tally.refused, connections: tally.connections };
        let summary = follow::summary(&job, &missed);
        render::json(&DemoSummary { summary, caught, url: format!("http://{address}{}", config.base_path.value) })?;
    } else {
        follow::conclude(config, &owned.client, job, &ended).await?;
        say(t!("demo-took"; n = catcher.tally().messages));
    }
    match ended {
        follow::Ended::Over(_) => {
            if !args.exit {
                let data = config.data.value.display();
                say(t!("demo-stays", address = format!("{address}{}", config.base_path.value), data));
            }
            Ok(Exit::Done)
        }
        _ => Ok(Exit::Paused),
    }
}

async fn invite(config: &Config, args: &DemoArgs, client: &Client, address: SocketAddr) -> Result<()> {
    // With --json there is one object, and it comes at the end.
    if !args.exit && !config.json {
        let link = user::entry(client, address, "demo").await?;
        render::say(&t!("demo-watch", link));
    }
    Ok(())
}

/// On the port that was asked for; when nobody asked and it is taken, on another.
async fn listen(config: &Config, owned: &mut Owned) -> Result<SocketAddr> {
    let wanted = config.listen.value;
    match owned.listen(wanted).await {
        Ok(address) => Ok(address),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && config.listen.from == Source::Default => {
            let other = owned
                .listen(SocketAddr::new(wanted.ip(), 0))
                .await
                .map_err(|error| taken(wanted, "--listen", &error))?;
            if !config.json {
                render::say(&t!("demo-port", wanted = wanted.port(), other = other.port()));
            }
            Ok(other)
        }
        Err(error) => Err(taken(wanted, "--listen", &error)),
    }
}

fn misbehaviour(count: u32) -> Misbehaviour {
    let count = u64::from(count);
    Misbehaviour {
        refuse_per_mille: UNKNOWN_PER_MILLE,
        // Whom it does not know is the same at every run; even a small one has somebody.
        refuse: [clients::address(clients::number_of_the_unknown(count))].into(),
        throttle: Some(Throttle {
            after: count * 2 / 5,
            count: (count / 50).clamp(1, 5),
            reply: "450 4.7.1 Error: too much mail, rate limit exceeded; try again in 3 seconds".into(),
        }),
        drops: vec![Drop { message: (count * 7 / 10).max(1), at: DropAt::Taken }],
        delay: Duration::from_millis(1),
        ..Misbehaviour::default()
    }
}

/// As a user would write it; paced so that one can watch it.
fn mailing(server: SocketAddr, count: u32) -> Result<MailingFile> {
    // About ten seconds, whatever the number; never slower than a small run needs.
    let rate = (count / 9).clamp(25, 5_000);
    let rate: Rate = format!("{rate}/s").parse().map_err(Failure::new)?;
    let some = |text: &str| Some(text.to_owned());
    Ok(MailingFile {
        recipients: Some(Path::new("clients.csv").into()),
        from: some("Compta Démo <compta@exemple.fr>"),
        to: some("{{ E-mail }}"),
        subject: some("Facture {{ Période }} — {{ Société }}"),
        text: some("facture.txt"),
        html: some("facture.html"),
        attach: vec!["pdf/{{ Fichier }}".into()],
        smtp: Some(format!("smtp://{server}")),
        rate: vec![rate],
        batch: Some(25.max(count / 20)),
        pause: some("100ms"),
        name: some("Factures de démonstration"),
        application: some("demo"),
        flow: some("factures"),
        created_by: some("demo"),
        ..MailingFile::default()
    })
}
