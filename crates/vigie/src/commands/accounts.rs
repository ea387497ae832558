//! `vigie accounts …`: where mail leaves from, and how fast it may. The one command that changes an account's limits.

use crate::{
    app::{self, Engines},
    cli::{AccountLimitsArgs, AccountsCommand},
    client::{Answer, Client, escaped},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use api::accounts::{Account, Accounts, NewAccount};
use mail::rate::{Per, spelled};
use model::{
    Clock,
    pace::{Batch, Limits},
};

pub(super) async fn run(config: &Config, command: Option<AccountsCommand>) -> Result<Exit> {
    let Some(command) = command.filter(|command| !matches!(command, AccountsCommand::List)) else {
        return list(config).await;
    };
    let connected = app::changing(config, "accounts", Engines::Rest).await?;
    let changed = change(connected.client(), &command).await;
    connected.close().await;
    let account = changed?;
    if config.json {
        render::json(&account.json)?;
    } else {
        let name = render::plain(&account.name, 200);
        match command {
            AccountsCommand::Resume { .. } => render::say(&t!("account-resumed", name)),
            _ => render::say(&t!("account-limits", name, limits = in_words(&account))),
        }
    }
    Ok(Exit::Done)
}

async fn change(client: &Client, command: &AccountsCommand) -> Result<Answer<Account>> {
    let path = |name: &str| format!("/api/v1/accounts/{}", escaped(name));
    match command {
        AccountsCommand::List => Err(Failure::new("listing changes nothing")),
        AccountsCommand::Resume { name } => client.post_empty(&format!("{}/resume", path(name))).await,
        AccountsCommand::Limits(args) => {
            let Some(account) = client.find::<Account>(&path(&args.name)).await? else {
                return Err(Failure::refused(t!("account-unknown", name = args.name)).help(t!("account-unknown-help")));
            };
            let Account { url, limits, .. } = account.into_inner();
            let limits = Some(changed(limits, args));
            client.put(&path(&args.name), &NewAccount { url, limits, secret: None }).await
        }
    }
}

/// What is not named stays.
fn changed(before: Limits, args: &AccountLimitsArgs) -> Limits {
    let mut limits = if args.none { Limits::default() } else { before };
    for rate in &args.rate {
        let limit = match rate.per {
            Per::Second => &mut limits.per_second,
            Per::Minute => &mut limits.per_minute,
            Per::Hour => &mut limits.per_hour,
        };
        *limit = Some(rate.messages);
    }
    limits.daily = args.daily.or(limits.daily);
    limits.daily_recipients = args.daily_recipients.or(limits.daily_recipients);
    limits.batch = args.batch.zip(args.pause).map(|(size, pause)| Batch { size, pause }).or(limits.batch);
    limits
}

fn in_words(account: &Account) -> String {
    let words = spelled(&account.limits);
    if words.is_empty() { t!("limits-none") } else { words }
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let accounts = connected.client().get::<Accounts>("/api/v1/accounts").await?;
    if config.json {
        render::json(&accounts.json)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        ("account", Align::Left),
        ("limits", Align::Left),
        ("sending attempts in 24 hours", Align::Right),
        ("standing", Align::Left),
    ]);
    for account in &accounts.rows {
        let name = render::plain(&account.name, 60);
        let standing = match account.pause_at(Clock::System.now()).map(|pause| pause.until) {
            None => String::new(),
            Some(None) => t!("account-paused"),
            Some(until) => t!("account-paused-until", at = render::moment(until, &config.zone.value)),
        };
        let sent = render::count(account.used_messages);
        table.row([name, in_words(account), sent, standing]);
    }
    if table.is_empty() {
        render::say(&t!("accounts-none"));
    } else {
        render::out(&table.to_string())?;
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn what_is_not_named_stays() {
        let before = Limits { per_minute: Some(60), daily: Some(2000), ..Limits::default() };
        let typed = |line: &str| {
            let line = format!("vigie accounts limits a {line}");
            match crate::cli::Cli::parse_from(line.split_whitespace()).command {
                crate::cli::Command::Accounts { command: Some(AccountsCommand::Limits(args)) } => args,
                _ => panic!("it is `accounts limits`"),
            }
        };
        let slower = changed(before.clone(), &typed("--rate 30/min --batch 10 --pause 3s"));
        assert_eq!(spelled(&slower), "30/min, 2000 a day, 10 every 3s");
        assert_eq!(changed(before.clone(), &typed("--none")), Limits::default());
        assert_eq!(spelled(&changed(before, &typed("--none --rate 5/s"))), "5/s");
    }
}
