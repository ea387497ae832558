//! Whether a list was sent before, and what that means for sending it now: a new mailing, or the rest of an earlier
//! one. Asked before anything is enqueued, by command, API and page alike.

use super::Result;
use crate::{item::MailItem, spec::Changed};
use model::{ItemState, Timestamp};
use std::{collections::BTreeMap, time::Duration};
use store::{Db, LedgerMatch, NewItem, RowIdentity};

/// How far back mailings of other names are looked through.
const SINCE: Duration = Duration::from_secs(400 * 86_400);
/// Rows that were received before and are listed, and earlier mailings.
const LISTED_MAX: usize = 1_000;
const EARLIER_MAX: usize = 5;

/// What was said of a mailing's relation to earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EarlierChoice {
    pub name: String,
    /// Somebody has chosen the name, and so that it is a new mailing; it was not made up for them.
    pub is_new: bool,
    /// `name` is of an earlier mailing, whose rest is to be sent.
    pub completes: bool,
    pub changed: Option<Changed>,
}

/// A list held against what was sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Under this name.
    pub name: String,
    /// Whether a mailing has gone by that name.
    pub is_used: bool,
    /// Rows that can be sent.
    pub rows: u64,
    /// Of those, how many were sent under the name, or perhaps.
    pub received: u64,
    /// How many were sent under it with other contents.
    pub changed: u64,
    /// Rows that were not sent the same, and rows that were not sent at all.
    unreceived: Sending,
    untouched: Sending,
    /// The first of those that were sent, the same or not.
    pub listed: Vec<ReceivedRow>,
    /// The first of those that were not sent the same, and of those that were not sent at all.
    waiting: Vec<WaitingRow>,
    /// All that were sent, by `seq`, and whether the same.
    sent: Vec<(i64, bool)>,
    /// Mailings of the last year that have sent some of these rows, the one with the most of them first.
    pub earlier: Vec<Earlier>,
}

/// What leaves, once it is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    pub messages: u64,
    /// Addresses, hidden ones included.
    pub recipients: u64,
    /// Of all messages as sent, about. 0 where only programs were asked, which know their messages themselves.
    pub bytes: u64,
    /// The last message that was counted: the rows of one stand together.
    last: i64,
}

impl Sending {
    fn add(&mut self, message_no: i64, weight: RowWeight) {
        self.recipients += weight.to;
        if message_no != self.last {
            self.last = message_no;
            self.messages += 1;
            self.recipients += weight.shared;
            self.bytes += weight.bytes;
        }
    }
}

/// What a row adds to what leaves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowWeight {
    to: u64,
    /// Addresses that are those of its whole message.
    shared: u64,
    /// Of its whole message.
    bytes: u64,
}

impl RowWeight {
    pub(super) fn of(item: &MailItem, bytes: u64) -> Self {
        Self { to: item.to.len() as u64, shared: (item.cc.len() + item.bcc.len()) as u64, bytes }
    }
}

/// A row that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// The row of the spreadsheet, from 1.
    pub line: u64,
    pub label: String,
    /// Whether it was sent with other contents before.
    pub changed: bool,
}

/// A row that was sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRow {
    /// The row of the spreadsheet, from 1.
    pub line: u64,
    pub label: String,
    /// Whether its contents were the same.
    pub same: bool,
    /// It is not known whether it arrived.
    pub uncertain: bool,
    pub sent_at: Timestamp,
}

/// An earlier mailing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub name: String,
    /// Rows of the list that it has sent with the same contents, and with other ones.
    pub same: u64,
    pub changed: u64,
    pub sent_at: Timestamp,
}

/// Why nothing is sent before somebody has said more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
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
    ///
    /// # Errors
    /// What has to be said.
    pub fn decide(&self, asked: &EarlierChoice) -> Result<LedgerMatch, Undecided> {
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
    #[must_use]
    pub fn to_send(&self, ledger: LedgerMatch) -> u64 {
        let left_out = match ledger {
            LedgerMatch::None => 0,
            LedgerMatch::KeyAndContent => self.received,
            LedgerMatch::Key => self.received + self.changed,
        };
        self.rows.saturating_sub(left_out)
    }

    /// In how many messages.
    #[must_use]
    pub fn messages_to_send(&self, ledger: LedgerMatch) -> u64 {
        self.sending(ledger).messages
    }

    #[must_use]
    pub fn sending(&self, ledger: LedgerMatch) -> Sending {
        if ledger == LedgerMatch::Key { self.untouched } else { self.unreceived }
    }

    /// The first rows that leave, in their order: at least a thousand, where there are so many.
    pub fn waiting(&self, ledger: LedgerMatch) -> impl Iterator<Item = &WaitingRow> {
        self.waiting.iter().filter(move |row| !row.changed || ledger != LedgerMatch::Key)
    }

    /// Whether the row was not sent before, as far as `ledger` goes by that; rows that are wrong included.
    #[must_use]
    pub fn is_waiting(&self, seq: i64, ledger: LedgerMatch) -> bool {
        match self.sent.binary_search_by_key(&seq, |(seq, _)| *seq) {
            Ok(place) => !self.sent[place].1 && ledger != LedgerMatch::Key,
            Err(_) => true,
        }
    }
}

/// Holds a list, batch by batch, against what was sent under a name and by the mailings of the last year.
pub struct Comparer<'a> {
    db: &'a Db,
    now: Timestamp,
    found: Comparison,
    earlier: BTreeMap<String, Earlier>,
    /// How many are listed of those that wait: sent with other contents, and not at all.
    listed: [usize; 2],
}

impl<'a> Comparer<'a> {
    pub(super) async fn new(db: &'a Db, now: Timestamp, name: &str) -> Result<Self> {
        let is_used = db.is_mailing_name_used(name).await?;
        let found = Comparison { name: name.to_owned(), is_used, ..Comparison::default() };
        Ok(Self { db, now, found, earlier: BTreeMap::new(), listed: [0; 2] })
    }

    /// Takes in at most a few thousand rows; those that are known to be wrong do not count.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn add(&mut self, items: &[NewItem]) -> Result<()> {
        self.weigh(items, &[]).await
    }

    /// The same, with what each of them adds to what leaves.
    pub(super) async fn weigh(&mut self, items: &[NewItem], weights: &[RowWeight]) -> Result<()> {
        let weight = |place: usize| weights.get(place).copied().unwrap_or_default();
        let (good, weights): (Vec<&NewItem>, Vec<RowWeight>) = items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.verdict.is_none())
            .map(|(place, item)| (item, weight(place)))
            .unzip();
        let identity = |item: &&NewItem| RowIdentity {
            key: item.ledger_key.clone().unwrap_or_default(),
            content: item.content.clone(),
        };
        let asked: Vec<RowIdentity> = good.iter().map(identity).collect();
        let (db, found) = (self.db, &mut self.found);
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
                    line: line_of(item),
                    label: item.label.clone(),
                    same: one.same,
                    uncertain: one.state == ItemState::Unknown,
                    sent_at: one.sent_at,
                });
            }
        }
        for ((item, same), weight) in good.iter().zip(standing).zip(weights) {
            if same.is_none() {
                found.untouched.add(item.message_no, weight);
            }
            found.sent.extend(same.map(|same| (item.seq, same)));
            if same == Some(true) {
                continue;
            }
            found.unreceived.add(item.message_no, weight);
            let (changed, listed) = (same.is_some(), &mut self.listed[usize::from(same.is_some())]);
            if found.is_used && *listed < LISTED_MAX {
                *listed += 1;
                found.waiting.push(WaitingRow { line: line_of(item), label: item.label.clone(), changed });
            }
        }
        for one in db.earlier_mailings(&asked, self.now - SINCE).await? {
            let first = Earlier { name: one.mailing.clone(), same: 0, changed: 0, sent_at: one.sent_at };
            let sum = self.earlier.entry(one.mailing).or_insert(first);
            sum.same += one.same;
            sum.changed += one.changed;
            sum.sent_at = sum.sent_at.max(one.sent_at);
        }
        Ok(())
    }

    #[must_use]
    pub fn finish(self) -> Comparison {
        let mut found = self.found;
        found.earlier = self.earlier.into_values().collect();
        found.earlier.sort_by_key(|one| std::cmp::Reverse((one.same, one.changed, one.sent_at)));
        found.earlier.truncate(EARLIER_MAX);
        found
    }
}

fn line_of(item: &NewItem) -> u64 {
    serde_json::from_str::<MailItem>(&item.payload).map_or(0, |item| item.line)
}

impl Undecided {
    /// What has to be said, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NewOrRest(_) | Self::NameUsed(_) => "new_or_complete",
            Self::ChangedRows => "changed",
            Self::NoSuchMailing => "no_such_mailing",
        }
    }
}

#[cfg(test)]
mod tests;
