//! One file per command: it asks the API and shows the answer.

mod accounts;
mod alerts;
mod backup;
mod celery;
mod checks;
mod config;
mod demo;
mod diagnose;
mod doctor;
mod follow;
mod issues;
mod jobs;
mod logs;
mod maintenance;
mod mcp;
mod migrate;
mod pages;
mod projects;
mod releases;
mod report;
mod restore;
mod run;
mod schedule;
mod search;
mod send;
mod serve;
mod settle;
mod submission;
mod sync;
mod token;
mod traces;
mod user;
mod when;
mod which;

use crate::{
    cli::{Cli, Command},
    config::{Config, variables},
    failure::{Exit, Result},
};

/// Runs the command that was typed.
pub(crate) async fn run(cli: Cli) -> Result<Exit> {
    let listen = match &cli.command {
        Command::Completions { shell } => return pages::completions(*shell),
        Command::Man { dir } => return pages::man(dir.as_deref()),
        Command::Diagnose(args) if args.job.is_none() => return diagnose::run(args, cli.global.json),
        Command::Serve(args) => args.listen.listen,
        Command::Demo(args) => args.listen.listen,
        _ => None,
    };
    let variables = variables();
    let config = Config::load(&cli.global, listen, &variables);
    if let Command::Run(args) = cli.command {
        // Settings that cannot be read keep no command from running.
        config.as_ref().err().into_iter().for_each(|failure| crate::render::say(&failure.to_string()));
        std::process::exit(run::run(config.as_ref().ok(), args).await);
    }
    let config = config?;
    match cli.command {
        Command::Send(args) => send::run(&config, &args, &variables).await,
        Command::Jobs(args) => jobs::run(&config, args).await,
        Command::Traces(args) => traces::run(&config, &args).await,
        Command::Logs(args) => logs::run(&config, args.command).await,
        Command::Report(args) => report::run(&config, &args).await,
        Command::Demo(args) => demo::run(config, &args).await,
        Command::Schedule(args) => schedule::run(&config, args).await,
        Command::Sync(args) => sync::run(&config, args, &variables).await,
        Command::Serve(_) => serve::serve(&config).await,
        Command::Worker => serve::worker(&config).await,
        Command::Accounts { command } => accounts::run(&config, command).await,
        Command::Submission { command } => submission::run(&config, command).await,
        Command::Project { command } => projects::run(&config, command).await,
        Command::Issues(args) => issues::run(&config, args).await,
        Command::Releases(args) => releases::run(&config, args).await,
        Command::Celery { command } => celery::run(&config, command).await,
        Command::Check(args) => checks::run(&config, args).await,
        Command::Maintenance(args) => maintenance::run(&config, args).await,
        Command::Alert { command } => alerts::run(&config, command).await,
        Command::Channel { command } => alerts::channels(&config, command).await,
        Command::Token { command } => token::run(&config, command).await,
        Command::User { command } => user::run(&config, command).await,
        Command::Backup(args) => backup::run(&config, &args).await,
        Command::Restore(args) => restore::run(&config, &args).await,
        Command::Migrate { to } => migrate::run(&config, &to).await,
        Command::Config { .. } => config::check(&config, &variables),
        Command::Doctor { accept_key: true, .. } => doctor::accept_key(&config).await,
        Command::Doctor { repair, .. } => doctor::run(&config, repair).await,
        Command::Diagnose(args) => diagnose::of_job(&config, &args).await,
        Command::Mcp => mcp::run(&config).await,
        Command::Completions { .. } | Command::Man { .. } | Command::Run(_) => Ok(Exit::Done),
    }
}
