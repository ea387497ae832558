//! Whether a list was sent before, and what that means for sending it now: a new mailing, or the rest of an earlier
//! one. Asked before anything is enqueued, by command, API and page alike.

use crate::{
    Ctx,
    problem::{Problem, Result},
};
use axum::http::StatusCode;
use mail::{item::MailItem, language::Language, naming, spec::Changed};
use model::{ItemState, Timestamp};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};
use store::{LedgerMatch, NewItem, RowIdentity};
use utoipa::ToSchema;

/// How far back mailings of other names are looked through.
const SINCE: Duration = Duration::from_secs(400 * 86_400);
/// Rows that were received before and are listed, and earlier mailings.
const LISTED_MAX: usize = 1_000;
const EARLIER_MAX: usize = 5;
/// Names that are tried before one is given up for.
const NAMES_MAX: u32 = 1_000;

/// What was said of a mailing's relation to earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EarlierChoice {
    pub(crate) name: String,
    /// Somebody has chosen the name, and so that it is a new mailing; it was not made up for them.
    pub(crate) is_new: bool,
    /// `name` is of an earlier mailing, whose rest is to be sent.
    pub(crate) completes: bool,
    pub(crate) changed: Option<Changed>,
}

/// A list held against what was sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Comparison {
    /// Under this name.
    pub(crate) name: String,
    /// Whether a mailing has gone by that name.
    pub(crate) is_used: bool,
    /// Rows that can be sent.
    pub(crate) rows: u64,
    /// Of those, how many were sent under the name, or perhaps.
    pub(crate) received: u64,
    /// How many were sent under it with other contents.
    pub(crate) changed: u64,
    /// Messages that hold a row that was not sent the same, and a row that was not sent at all.
    #[serde(skip)]
    messages: Messages,
    /// The first of both kinds.
    pub(crate) listed: Vec<ReceivedRow>,
    /// Mailings of the last year that have sent some of these rows, the one with the most of them first.
    pub(crate) earlier: Vec<Earlier>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Messages {
    unreceived: u64,
    untouched: u64,
}

/// A row that was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReceivedRow {
    /// The row of the spreadsheet, from 1.
    pub(crate) line: u64,
    pub(crate) label: String,
    /// Whether its contents were the same.
    pub(crate) same: bool,
    /// It is not known whether it arrived.
    pub(crate) uncertain: bool,
    #[schema(value_type = String)]
    pub(crate) sent_at: Timestamp,
}

/// An earlier mailing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Earlier {
    pub(crate) name: String,
    /// Rows of the list that it has sent with the same contents, and with other ones.
    pub(crate) same: u64,
    pub(crate) changed: u64,
    #[schema(value_type = String)]
    pub(crate) sent_at: Timestamp,
}

/// Why nothing is sent before somebody has said more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Undecided {
    /// Rows were served by an earlier mailing: is this a new one, or the rest of that one?
    NewOrRest(Earlier),
    /// Under the chosen name rows were served before.
    NameUsed(Earlier),
    /// Rows were served with other contents: are these sent as they are now?
    ChangedRows,
    /// No mailing of the name that is to be completed.
    NoSuchMailing,
}

impl Comparison {
    /// How the ledger is to be read, or what has to be said first.
    pub(crate) fn decide(&self, asked: &EarlierChoice) -> Result<LedgerMatch, Undecided> {
        if asked.completes {
            return match (self.is_used, self.changed, asked.changed) {
                (false, ..) => Err(Undecided::NoSuchMailing),
                (true, 1.., None) => Err(Undecided::ChangedRows),
                (true, _, Some(Changed::Skip)) => Ok(LedgerMatch::Key),
                (true, ..) => Ok(LedgerMatch::KeyAndContent),
            };
        }
        let own = || self.earlier.iter().find(|earlier| earlier.name == self.name).cloned();
        if self.received + self.changed > 0 {
            // Imported ledgers, and what is older than a year, are not among the earlier ones.
            let own = own().unwrap_or(Earlier {
                name: self.name.clone(),
                same: self.received,
                changed: self.changed,
                sent_at: self.listed.first().map_or(Timestamp::EPOCH, |row| row.sent_at),
            });
            return Err(if asked.is_new { Undecided::NameUsed(own) } else { Undecided::NewOrRest(own) });
        }
        match self.earlier.iter().find(|earlier| earlier.same > 0) {
            Some(earlier) if !asked.is_new => Err(Undecided::NewOrRest(earlier.clone())),
            _ => Ok(LedgerMatch::KeyAndContent),
        }
    }

    /// How many rows leave once it is decided.
    pub(crate) fn to_send(&self, ledger: LedgerMatch) -> u64 {
        let left_out = match ledger {
            LedgerMatch::None => 0,
            LedgerMatch::KeyAndContent => self.received,
            LedgerMatch::Key => self.received + self.changed,
        };
        self.rows.saturating_sub(left_out)
    }

    /// In how many messages.
    pub(crate) fn messages_to_send(&self, ledger: LedgerMatch) -> u64 {
        if ledger == LedgerMatch::Key { self.messages.untouched } else { self.messages.unreceived }
    }
}

/// Holds a list, batch by batch, against what was sent under a name and by the mailings of the last year.
pub(crate) struct Comparer<'a> {
    ctx: &'a Ctx,
    found: Comparison,
    earlier: BTreeMap<String, Earlier>,
    /// The last messages that were counted: the rows of one stand together.
    last: (i64, i64),
}

impl<'a> Comparer<'a> {
    pub(crate) async fn new(ctx: &'a Ctx, name: &str) -> Result<Self> {
        let is_used = ctx.app.db.is_mailing_name_used(name).await?;
        let found = Comparison { name: name.to_owned(), is_used, ..Comparison::default() };
        Ok(Self { ctx, found, earlier: BTreeMap::new(), last: (0, 0) })
    }

    /// Takes in at most a few thousand rows; those that are known to be wrong do not count.
    pub(crate) async fn add(&mut self, items: &[NewItem]) -> Result<()> {
        let good: Vec<&NewItem> = items.iter().filter(|item| item.verdict.is_none()).collect();
        let identity = |item: &&NewItem| RowIdentity {
            key: item.ledger_key.clone().unwrap_or_default(),
            content: item.content.clone(),
        };
        let asked: Vec<RowIdentity> = good.iter().map(identity).collect();
        let (db, found) = (&self.ctx.app.db, &mut self.found);
        found.rows += good.len() as u64;
        let received = if found.is_used { db.received(&found.name, &asked).await? } else { Vec::new() };
        let mut standing: Vec<Option<bool>> = vec![None; good.len()];
        for one in received {
            standing[one.place] = Some(one.same);
            found.received += u64::from(one.same);
            found.changed += u64::from(!one.same);
            if found.listed.len() < LISTED_MAX {
                let item = good[one.place];
                found.listed.push(ReceivedRow {
                    line: serde_json::from_str::<MailItem>(&item.payload).map_or(0, |item| item.line),
                    label: item.label.clone(),
                    same: one.same,
                    uncertain: one.state == ItemState::Unknown,
                    sent_at: one.sent_at,
                });
            }
        }
        for (item, same) in good.iter().zip(standing) {
            if same != Some(true) && item.message_no != self.last.0 {
                (self.last.0, found.messages.unreceived) = (item.message_no, found.messages.unreceived + 1);
            }
            if same.is_none() && item.message_no != self.last.1 {
                (self.last.1, found.messages.untouched) = (item.message_no, found.messages.untouched + 1);
            }
        }
        for one in db.earlier_mailings(&asked, self.ctx.app.clock.now() - SINCE).await? {
            let first = Earlier { name: one.mailing.clone(), same: 0, changed: 0, sent_at: one.sent_at };
            let sum = self.earlier.entry(one.mailing).or_insert(first);
            sum.same += one.same;
            sum.changed += one.changed;
            sum.sent_at = sum.sent_at.max(one.sent_at);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Comparison {
        let mut found = self.found;
        found.earlier = self.earlier.into_values().collect();
        found.earlier.sort_by_key(|one| std::cmp::Reverse((one.same, one.changed, one.sent_at)));
        found.earlier.truncate(EARLIER_MAX);
        found
    }
}

/// A name that no mailing has had, of the list and the month.
pub(crate) async fn suggested_name(ctx: &Ctx, list: &str, language: Language) -> Result<String> {
    let today = ctx.app.clock.now().in_zone(&ctx.app.zone).date();
    let name = naming::default_name(list, today, language);
    for number in 1..=NAMES_MAX {
        let name = naming::numbered(&name, number);
        if !ctx.app.db.is_mailing_name_used(&name).await? {
            return Ok(name);
        }
    }
    Err(Problem::conflict(format!("{NAMES_MAX} mailings are called `{name}`")).remedy("give this one a name"))
}

/// The open mailing that sends the same list. Its rows are not in the ledger yet: begun again under a name that was
/// made up for it, it would be sent twice.
pub(crate) async fn is_being_sent(ctx: &Ctx, sha256: &str) -> Result<Option<store::Job>> {
    #[derive(serde::Deserialize)]
    struct Spec {
        list: Option<mail::spec::ListFile>,
    }
    let same = |job: &store::Job| {
        let spec = serde_json::from_str::<Spec>(&job.spec).ok();
        spec.and_then(|spec| spec.list).is_some_and(|list| list.sha256 == sha256)
    };
    let open = ctx.app.db.open_jobs().await?;
    Ok(open.into_iter().find(|job| job.ledger != LedgerMatch::None && same(job)))
}

impl Undecided {
    /// What has to be said, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NewOrRest(_) | Self::NameUsed(_) => "new_or_complete",
            Self::ChangedRows => "changed",
            Self::NoSuchMailing => "no_such_mailing",
        }
    }

    /// For programs; pages ask in words of their own.
    pub(crate) fn problem(self, found: &Comparison) -> Problem {
        let count = |n: u64| if n == 1 { "1 row was".to_owned() } else { format!("{n} rows were") };
        let (code, said, remedy) = match self {
            Self::NewOrRest(earlier) | Self::NameUsed(earlier) => (
                "sent_before",
                format!("{} sent before by the mailing `{}`", count(earlier.same + earlier.changed), earlier.name),
                format!(
                    "say what this is: the rest of that mailing (complete = \"{}\"), or a new one (a name that was not used yet)",
                    earlier.name
                ),
            ),
            Self::ChangedRows => (
                "rows_changed",
                format!("{} sent before by `{}` with other contents", count(found.changed), found.name),
                "say what becomes of them: changed = \"send\" sends them as they are now, \"skip\" leaves them out"
                    .to_owned(),
            ),
            Self::NoSuchMailing => (
                "no_such_mailing",
                format!("no mailing is named `{}`: there is nothing to complete", found.name),
                "leave `complete` out for a new mailing".to_owned(),
            ),
        };
        Problem::new(StatusCode::CONFLICT, code, format!("nothing was sent: {said}"))
            .remedy(remedy)
            .with("comparison", found)
    }
}

#[cfg(test)]
mod tests;
