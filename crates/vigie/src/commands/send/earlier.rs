//! Whether the list was sent before: a new mailing, or the rest of an earlier one? Asked on a terminal; elsewhere it has
//! to be said.

pub(super) use super::plan::Chosen;
use super::{check::Checked, enqueue::stream, plan::Plan};
use crate::{
    client::{Answer, Client, query},
    failure::{At as _, Exit, Failure, Result},
    render::{self, count, counted},
};
use api::{
    jobs::LedgerRule,
    mailings::{Compared, Comparison, Earlier},
};
use mail::spec::{Changed, Mailing};
use model::Timestamp;
use std::io::Seek as _;

/// Rows that were received before, and are listed.
const LISTED: usize = 10;

/// A mailing whose relation to earlier ones is known.
pub(in crate::commands) struct Decided {
    /// Under the name that it has then.
    pub(in crate::commands) mailing: Mailing,
    /// How it tells which rows were sent before.
    pub(super) ledger: LedgerRule,
    /// Messages that leave.
    pub(super) messages: Option<u64>,
}

impl Decided {
    /// Without asking what was sent before.
    pub(in crate::commands) fn as_named(plan: &Plan) -> Self {
        Self { mailing: plan.mailing.clone(), ledger: LedgerRule::KeyAndContent, messages: None }
    }
}

/// What the server says of the rows, under the name that was chosen, or one that it makes up.
pub(super) async fn compare(plan: &Plan, chosen: &Chosen, checked: &Checked, client: &Client) -> Result<Compared> {
    let mut items = checked.items.try_clone().at("the data directory")?;
    items.rewind().at("the data directory")?;
    let list = plan.mailing.list.as_ref();
    let changed = chosen.changed.map(|changed| if changed == Changed::Send { "send" } else { "skip" }.to_owned());
    let language = if plan.mailing.language == language::Language::French { "fr" } else { "en" };
    let asked = query([
        ("name", chosen.complete.clone().or_else(|| chosen.name.clone())),
        ("complete", chosen.complete.is_some().then(|| "true".to_owned())),
        ("changed", changed),
        ("list", list.map(|list| list.name.clone())),
        ("sha256", list.map(|list| list.sha256.clone())),
        ("language", Some(language.to_owned())),
    ]);
    let found = client.upload::<Compared, _>(&format!("/api/v1/mailings/compare{asked}"), stream(items)).await;
    (&checked.items).rewind().at("the data directory")?;
    found.map(Answer::into_inner)
}

/// Asks until everything is said, or refuses with the commands that say it.
pub(super) async fn decide(plan: &Plan, checked: &Checked, client: &Client, interactive: bool) -> Result<Decided> {
    let mut chosen = plan.chosen.clone();
    loop {
        let found = compare(plan, &chosen, checked, client).await?;
        let Some(needs) = found.needs.as_deref() else { return decided(plan, found) };
        if needs == "no_such_mailing" {
            return Err(no_such_mailing(&found.comparison));
        }
        if !interactive {
            return Err(undecided(plan, needs, &found));
        }
        chosen = ask(plan, needs, &found, chosen)?;
    }
}

fn decided(plan: &Plan, found: Compared) -> Result<Decided> {
    let Compared { being_sent, to_send, unused_name, ledger, messages, comparison, .. } = found;
    let name = comparison.name;
    if let Some(other) = being_sent {
        return Err(Failure::refused(format!("this list is being sent by the mailing \"{other}\": nothing was sent"))
            .help("let it end; or give this one a --name, if it is another mailing"));
    }
    if to_send == 0 && comparison.rows > 0 {
        let rows = counted(comparison.rows, "row");
        let what = format!("nothing was sent: \"{name}\" has reached all {rows} before");
        return Err(Failure { exit: Exit::SomeNotSent, ..Failure::new(what) }
            .help(format!("to send them again, as a new mailing: {}", command(&["--name", &unused_name]))));
    }
    let mailing = Mailing { name, ..plan.mailing.clone() };
    Ok(Decided { mailing, ledger, messages: Some(messages) })
}

fn no_such_mailing(Comparison { name, earlier, .. }: &Comparison) -> Failure {
    let names: Vec<String> = earlier.iter().map(|one| format!("\"{}\"", one.name)).collect();
    let help = match names.is_empty() {
        true => "leave --complete out for a new mailing".to_owned(),
        false => format!("rows of this list were sent by {}", names.join(", ")),
    };
    Failure::refused(format!("no mailing is named \"{name}\": nothing was sent")).help(help)
}

/// What was found, in a sentence.
fn question(plan: &Plan, needs: &str, found: &Compared) -> String {
    let rows = count(found.comparison.rows);
    if needs == "changed" {
        let changed = counted(found.comparison.changed, "row");
        let name = &found.comparison.name;
        return format!("{changed} of {rows} in {} went out by \"{name}\" with other contents", plan.shown());
    }
    let Some(Earlier { name, same, changed, sent_at }) = &found.earlier else { return String::new() };
    let other = if *changed > 0 { format!(" ({} with other contents)", count(*changed)) } else { String::new() };
    format!(
        "{} of {rows} in {} went out before by \"{}\"{other}, last on {}",
        counted(same + changed, "row"),
        plan.shown(),
        name,
        day(*sent_at),
    )
}

fn undecided(plan: &Plan, needs: &str, found: &Compared) -> Failure {
    Failure::refused(format!("{}: nothing was sent", question(plan, needs, found))).help(commands(needs, found))
}

/// Those that say it.
fn commands(needs: &str, found: &Compared) -> String {
    match needs {
        "changed" => format!(
            "send these as they are now:   {}\n      leave them out:               {}",
            command(&["--changed", "send"]),
            command(&["--changed", "skip"])
        ),
        _ => format!(
            "send only the rest:           {}\n      send it as a new mailing:     {}",
            command(&["--complete", earlier_name(found)]),
            command(&["--name", &found.unused_name])
        ),
    }
}

fn ask(plan: &Plan, needs: &str, found: &Compared, chosen: Chosen) -> Result<Chosen> {
    let (first, second) = match needs {
        "changed" => ("send these as they are now", "leave them out"),
        _ => ("send only the rest", "send it as a new mailing"),
    };
    render::say(&question(plan, needs, found));
    render::say(&format!("  1  {first}\n  2  {second}\n  q  send nothing"));
    let terminal = console::Term::stderr();
    loop {
        terminal.write_str("? ").at("the terminal")?;
        let answer = terminal.read_line().at("the terminal")?;
        return Ok(match (answer.trim(), needs) {
            ("1", "changed") => Chosen { changed: Some(Changed::Send), ..chosen },
            ("2", "changed") => Chosen { changed: Some(Changed::Skip), ..chosen },
            ("1", _) => Chosen { complete: Some(earlier_name(found).to_owned()), ..chosen },
            ("2", _) => Chosen { name: Some(found.unused_name.clone()), complete: None, ..chosen },
            ("q" | "", _) => return Err(Failure::refused("nothing was sent")),
            _ => continue,
        });
    }
}

/// What `--check` says of earlier mailings.
pub(super) fn told(plan: &Plan, found: &Compared) -> Vec<String> {
    let comparison = &found.comparison;
    let mut lines = Vec::new();
    match found.needs.as_deref() {
        Some("no_such_mailing") => lines.push(no_such_mailing(comparison).to_string()),
        Some(needs) => {
            lines.push(format!("{}; say what is to be done:", question(plan, needs, found)));
            lines.push(format!("      {}", commands(needs, found)));
        }
        None => {
            let received = comparison.rows.saturating_sub(found.to_send);
            if received > 0 {
                lines.push(format!("{} already received it, {} will be sent", count(received), count(found.to_send)));
            }
        }
    }
    let listed = &comparison.listed;
    for row in listed.iter().take(LISTED) {
        let other = if row.same { "" } else { ", with other contents" };
        lines.push(format!("  {}:{} {} on {}{other}", plan.shown(), row.line, row.label, day(row.sent_at)));
    }
    if listed.len() > LISTED {
        lines.push(format!("  … and {} more (--json lists up to 1,000)", count((listed.len() - LISTED) as u64)));
    }
    lines
}

fn earlier_name(found: &Compared) -> &str {
    found.earlier.as_ref().map_or("", |earlier| &earlier.name)
}

/// Of the universal time.
fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The command as it was typed, with other words for what is asked.
fn command(words: &[&str]) -> String {
    let mut shown = vec!["vigie".to_owned()];
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        let option = word.split('=').next().unwrap_or_default();
        let replaced = match words.first() {
            Some(&"--changed") => option == "--changed",
            _ => matches!(option, "--name" | "--complete"),
        };
        if word == "--check" {
            continue;
        }
        if !replaced {
            shown.push(quoted(&word));
        } else if !word.contains('=') {
            given.next();
        }
    }
    shown.extend(words.iter().map(|word| quoted(word)));
    shown.join(" ")
}

/// For a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        let words = ["clients.csv", "clients novembre 2026", "l'été", "", "{{ email }}"];
        assert_eq!(words.map(quoted), ["clients.csv", "'clients novembre 2026'", "'l'\\''été'", "''", "'{{ email }}'"]);
    }
}
