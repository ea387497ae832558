//! Whether the list was sent before: a new mailing, or the rest of an earlier one? Asked on a terminal; elsewhere it has
//! to be said.

pub(super) use super::plan::Chosen;
use super::{check::Checked, enqueue::stream, plan::Plan};
use crate::{
    client::{Answer, Client, query},
    failure::{At as _, Exit, Failure, Result},
    render::{self, count},
    words::t,
};
use api::{
    jobs::LedgerRule,
    mailings::{Compared, Comparison, Earlier},
};
use jiff::tz::TimeZone;
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
    let mut items = checked.items.try_clone().at(t!("data-directory"))?;
    items.rewind().at(t!("data-directory"))?;
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
    (&checked.items).rewind().at(t!("data-directory"))?;
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
        return Err(Failure::refused(t!("being-sent", other)).help(t!("being-sent-help")));
    }
    if to_send == 0 && comparison.rows > 0 {
        let rows = comparison.rows;
        let what = t!("reached-all", name; n = rows);
        return Err(Failure { exit: Exit::SomeNotSent, ..Failure::new(what) }
            .help(t!("reached-all-help", command = command(&["--name", &unused_name]))));
    }
    let mailing = Mailing { name, ..plan.mailing.clone() };
    Ok(Decided { mailing, ledger, messages: Some(messages) })
}

fn no_such_mailing(Comparison { name, earlier, .. }: &Comparison) -> Failure {
    let names: Vec<String> = earlier.iter().map(|one| t!("quoted", text = one.name)).collect();
    let help = match names.is_empty() {
        true => t!("no-mailing-help"),
        false => t!("sent-by", names = names.join(", ")),
    };
    Failure::refused(t!("no-mailing", name)).help(help)
}

/// What was found, in a sentence.
fn question(plan: &Plan, needs: &str, found: &Compared) -> String {
    let rows = count(found.comparison.rows);
    if needs == "changed" {
        let changed = found.comparison.changed;
        let name = &found.comparison.name;
        return t!("changed-question", rows, file = plan.shown(), name; n = changed);
    }
    let Some(Earlier { name, same, changed, sent_at }) = &found.earlier else { return String::new() };
    let other = if *changed > 0 { t!("with-other-contents"; n = *changed) } else { String::new() };
    t!("earlier-question", rows, file = plan.shown(), name, other, on = day(*sent_at); n = same + changed)
}

fn undecided(plan: &Plan, needs: &str, found: &Compared) -> Failure {
    Failure::refused(t!("undecided", question = question(plan, needs, found))).help(commands(needs, found))
}

/// Those that say it.
fn commands(needs: &str, found: &Compared) -> String {
    let choices = match needs {
        "changed" => {
            [(t!("choose-send"), command(&["--changed", "send"])), (t!("choose-skip"), command(&["--changed", "skip"]))]
        }
        _ => [
            (t!("choose-rest"), command(&["--complete", earlier_name(found)])),
            (t!("choose-new"), command(&["--name", &found.unused_name])),
        ],
    };
    let width = choices.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    let line = |(what, command): &(String, String)| {
        let gap = " ".repeat(width - what.chars().count());
        format!("{}{gap}   {command}", t!("choice", what))
    };
    choices.iter().map(line).collect::<Vec<_>>().join("\n      ")
}

fn ask(plan: &Plan, needs: &str, found: &Compared, chosen: Chosen) -> Result<Chosen> {
    let (first, second) = match needs {
        "changed" => (t!("choose-send"), t!("choose-skip")),
        _ => (t!("choose-rest"), t!("choose-new")),
    };
    render::say(&question(plan, needs, found));
    render::say(&format!("  1  {first}\n  2  {second}\n  q  {}", t!("choose-nothing")));
    let terminal = console::Term::stderr();
    loop {
        terminal.write_str("? ").at(t!("terminal"))?;
        let answer = terminal.read_line().at(t!("terminal"))?;
        return Ok(match (answer.trim(), needs) {
            ("1", "changed") => Chosen { changed: Some(Changed::Send), ..chosen },
            ("2", "changed") => Chosen { changed: Some(Changed::Skip), ..chosen },
            ("1", _) => Chosen { complete: Some(earlier_name(found).to_owned()), ..chosen },
            ("2", _) => Chosen { name: Some(found.unused_name.clone()), complete: None, ..chosen },
            ("q" | "", _) => return Err(Failure::refused(t!("nothing-sent"))),
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
            lines.push(t!("say-what", question = question(plan, needs, found)));
            lines.push(format!("      {}", commands(needs, found)));
        }
        None => {
            let received = comparison.rows.saturating_sub(found.to_send);
            if received > 0 {
                lines.push(t!("already-received"; received, left = found.to_send));
            }
        }
    }
    let listed = &comparison.listed;
    for row in listed.iter().take(LISTED) {
        let other = if row.same { String::new() } else { t!("row-other-contents") };
        lines.push(t!(
            "row-sent",
            file = plan.shown(),
            line = row.line,
            label = row.label,
            on = day(row.sent_at),
            other
        ));
    }
    if listed.len() > LISTED {
        lines.push(t!("rows-more"; n = (listed.len() - LISTED) as u64));
    }
    lines
}

fn earlier_name(found: &Compared) -> &str {
    found.earlier.as_ref().map_or("", |earlier| &earlier.name)
}

/// Of the universal time.
fn day(at: Timestamp) -> String {
    render::day(at.in_zone(&TimeZone::UTC).date())
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
