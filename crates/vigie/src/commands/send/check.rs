//! Every row looked at before anything leaves.

use super::plan::Plan;
use crate::{
    config::Config,
    failure::{At as _, Failure, Result},
    owner,
    render::{
        self,
        progress::{Bar, Silence},
    },
    words::{self, Cause as _, t},
};
use api::accounts::Account;
use mail::{
    enqueue::{invalid_item, new_item},
    item::MailItem,
    preflight::{self, Preflight, Report},
    problem::{Problems, Severity},
    spec::OnInvalid,
};
use serde_json::json;
use std::{
    fs::File,
    io::{BufWriter, Seek as _, Write as _},
};
use store::NewItem;

/// Problems that a terminal is shown.
const SHOWN: usize = 50;

/// What was found, and the items, ready to be enqueued.
pub(in crate::commands) struct Checked {
    pub(super) report: Report,
    pub(super) first: Option<MailItem>,
    /// Lines of JSON, from the first.
    pub(super) items: File,
}

/// Checks every row that `--where` keeps.
pub(in crate::commands) async fn check_rows(config: &Config, plan: &Plan, silence: Silence) -> Result<Checked> {
    let spool = owner::spool(&config.data.value)?;
    // Files are read and hashed here; whoever waits has nothing else to do.
    tokio::task::block_in_place(|| pass(plan, spool, Bar::counting(silence)))
}

fn pass(plan: &Plan, spool: File, mut bar: Bar) -> Result<Checked> {
    let rows = plan.rows()?;
    let mut preflight = Preflight::new(&plan.mailing, &plan.templates, &plan.preflight).with_cells(rows.cells());
    let mut items = BufWriter::new(spool);
    let (mut first, mut seq, checked) = (None, 0, t!("rows-checked"));
    for row in rows {
        if row.as_ref().is_ok_and(|row| !plan.filter.keeps(row)) {
            continue;
        }
        let item = match preflight.check(row) {
            Ok(item) => {
                seq += 1;
                let new = new_item(&plan.mailing, &item, seq);
                first.get_or_insert(item);
                new
            }
            Err(problems) if plan.mailing.on_invalid == OnInvalid::Skip => {
                seq += 1;
                invalid_item(&plan.mailing, &problems, seq)
            }
            Err(_) => continue,
        };
        write(&mut items, &item)
            .map_err(|error| Failure::new(t!("data-error", error = error.say())).help(t!("free-space")))?;
        if seq % 256 == 0 {
            bar.tick(seq.unsigned_abs(), &checked);
        }
    }
    bar.clear();
    let mut items = items.into_inner().map_err(|error| Failure::new(error.error()))?;
    items.rewind().at(t!("data-directory"))?;
    Ok(Checked { report: preflight.finish(), first, items })
}

fn write(out: &mut BufWriter<File>, item: &NewItem) -> std::io::Result<()> {
    let line = json!({
        "seq": item.seq, "message_no": item.message_no, "ledger_key": item.ledger_key,
        "content": item.content, "label": item.label,
        "payload": item.payload, "verdict": item.verdict,
    });
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// Shows the problems, as many as can be read.
pub(super) fn list(problems: &Problems) {
    for problem in problems.listed.iter().take(SHOWN) {
        let what = problem.say(words::language());
        render::say(&match problem.severity {
            Severity::Warning => t!("warning", what),
            Severity::Error => t!("error", what),
        });
    }
    let more = (problems.errors + problems.warnings).saturating_sub(SHOWN as u64);
    if more > 0 {
        render::say(&t!("more-problems"; n = more));
    }
}

/// `500 messages at 60/min: 8 min 20 s; …`
/// `account`: as the API shows it, where it is known by now.
/// `messages`: those that leave, where it is known what was sent before.
pub(super) fn eta(plan: &Plan, messages: u64, account: Option<&Account>) -> String {
    let limits = account.map_or_else(|| plan.limits.clone(), |account| plan.limits.clone().beside(&account.limits));
    let used = account.map_or(0, |account| account.used_messages);
    preflight::eta(messages, &limits, used, words::language())
}

pub(super) fn summary(plan: &Plan, report: &Report, messages: Option<u64>, account: Option<&Account>) -> String {
    let eta = eta(plan, messages.unwrap_or(report.messages), account);
    if messages.is_some_and(|messages| messages < report.messages) {
        return eta;
    }
    if report.rows_good == report.messages && report.recipients == report.messages {
        return eta;
    }
    t!(
        "summary",
        messages = t!("n-message"; n = report.messages),
        rows = t!("n-row"; n = report.rows_good),
        recipients = t!("n-recipient"; n = report.recipients),
        eta,
    )
}
