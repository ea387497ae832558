//! From a checked row to an item of a job.

use crate::{address::Mailbox, item::MailItem, preflight::WrongRow, spec::Mailing};
use model::{Fault, Verdict};
use store::NewItem;

/// The item of a job that a good row becomes. `seq` counts the job's items from 1; the rows of one group share a
/// message number.
pub fn new_item(mailing: &Mailing, row: &MailItem, seq: i64) -> NewItem {
    NewItem {
        seq,
        message_no: message_no(mailing, seq),
        ledger_key: Some(ledger_key(mailing, row)),
        label: label(row.recipients()),
        payload: serde_json::to_string(row).unwrap_or_default(),
        verdict: None,
    }
}

/// The item of a row that cannot be sent, kept so that it is counted and listed among those who did not get theirs.
pub fn invalid_item(mailing: &Mailing, wrong: &WrongRow, seq: i64) -> NewItem {
    let problems = &wrong.problems;
    let said = problems.iter().map(|problem| problem.say(mailing.language)).collect::<Vec<_>>().join("\n");
    let line = problems.first().and_then(|problem| problem.line).unwrap_or(0);
    NewItem {
        seq,
        message_no: message_no(mailing, seq),
        ledger_key: None,
        label: wrong.address.clone().unwrap_or_else(|| format!("line {line}")),
        payload: "{}".to_owned(),
        verdict: Some(
            Verdict::permanent("invalid_row", Fault::Content).with_arg("line", line.to_string()).with_reply(said),
        ),
    }
}

/// The chosen key columns; without any, the addresses and the files.
fn ledger_key(mailing: &Mailing, row: &MailItem) -> String {
    mailing.key_of(&row.values).unwrap_or_else(|| {
        let addresses = row.recipients().map(|mailbox| mailbox.address.as_str());
        let files = row.attachments.iter().map(|attachment| attachment.name.as_str());
        addresses.chain(files).collect::<Vec<_>>().join("\u{1f}")
    })
}

fn message_no(mailing: &Mailing, seq: i64) -> i64 {
    (seq - 1) / i64::from(mailing.group.unwrap_or(1).max(1)) + 1
}

/// The addresses, as lists show them.
pub(crate) fn label<'a>(recipients: impl Iterator<Item = &'a Mailbox>) -> String {
    recipients.map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(", ")
}
