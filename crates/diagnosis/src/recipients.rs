//! Who got the message and who did not, by what the logs say of each address; and whether sending the rest is safe.
//!
//! Nothing is guessed: an address of which nothing was read is *not started* only where the source that would name it was
//! read whole, else *unknown*.

use crate::{
    collect::Collected,
    evidence::{Evidence, Sign},
    judge::{CauseId, Judgement, Run, Verdict},
    source::SourceState,
};
use model::Timestamp;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Recipients of one list.
const RECIPIENTS_MAX: usize = 500_000;
/// Messages that are apart by less are of one run.
const APART: Duration = Duration::from_secs(180);
/// Sending that long after the end means that somebody is still at it.
const STILL: Duration = Duration::from_secs(10);

/// What became of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Sent,
    /// The mail server has it, and tries again by itself.
    Held,
    Failed,
    Unknown,
    NotStarted,
}

#[derive(Clone, Debug, Serialize)]
pub struct Recipient {
    pub address: String,
    pub outcome: Outcome,
    /// Index of the evidence that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<usize>,
    /// Its row in the list, from 1, without the heading.
    pub row: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct Who {
    pub recipients: Vec<Recipient>,
    pub counts: BTreeMap<Outcome, usize>,
    /// Messages in the queue of the mail server, of which no recipient is known.
    pub queued_messages: usize,
}

/// A list of recipients as it was given.
#[derive(Clone, Debug, Default)]
pub struct RecipientList {
    pub heading: Vec<String>,
    pub rows: Vec<Vec<String>>,
    column: usize,
}

/// Why a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadList {
    /// No column holds addresses.
    NoAddresses,
    Unreadable,
    TooLong,
}

impl RecipientList {
    /// Reads CSV with commas, semicolons or tabs, with or without a heading.
    ///
    /// # Errors
    /// Where no column holds addresses, or it is no CSV.
    pub fn read(bytes: &[u8]) -> Result<Self, BadList> {
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let count = |sign: u8| first.iter().filter(|byte| **byte == sign).count();
        let delimiter = [b';', b'\t', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes);
        let mut rows = Vec::new();
        for record in reader.byte_records() {
            let record = record.map_err(|_| BadList::Unreadable)?;
            rows.push(
                record
                    .iter()
                    .map(|cell| String::from_utf8_lossy(cell).trim().trim_start_matches('\u{feff}').to_owned())
                    .collect::<Vec<_>>(),
            );
            if rows.len() > RECIPIENTS_MAX {
                return Err(BadList::TooLong);
            }
        }
        let has_address = |row: &Vec<String>| row.iter().position(|cell| cell.contains('@'));
        let column = rows.iter().find_map(has_address).ok_or(BadList::NoAddresses)?;
        let heading =
            if rows.first().is_some_and(|row| has_address(row).is_none()) { rows.remove(0) } else { Vec::new() };
        Ok(Self { heading, rows, column })
    }

    fn addresses(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        let cell =
            |row: &Vec<String>| row.get(self.column).map(|cell| cell.to_lowercase()).filter(|cell| cell.contains('@'));
        self.rows.iter().enumerate().filter_map(move |(index, row)| Some((index + 1, cell(row)?)))
    }
}

/// Says of each recipient of `list` what became of them.
pub fn join(list: &RecipientList, collected: &Collected, run: &Run) -> Who {
    let told = Told::of(collected, run);
    let mut recipients: Vec<Recipient> = list
        .addresses()
        .map(|(row, address)| match told.by_address.get(&address) {
            Some((outcome, evidence)) => Recipient { address, outcome: *outcome, evidence: Some(*evidence), row },
            None => Recipient { address, outcome: told.of_others, evidence: None, row },
        })
        .collect();
    doubt_the_next(&mut recipients, &told);
    let mut counts = BTreeMap::new();
    for recipient in &recipients {
        *counts.entry(recipient.outcome).or_default() += 1;
    }
    Who { recipients, counts, queued_messages: told.queued }
}

/// The rows of `list` that are safe to send to, as CSV under their heading: those that were not started, or failed.
pub fn not_sent(list: &RecipientList, who: &Who) -> String {
    let is_left = |recipient: &&Recipient| matches!(recipient.outcome, Outcome::NotStarted | Outcome::Failed);
    let rows = who.recipients.iter().filter(is_left).filter_map(|recipient| list.rows.get(recipient.row - 1));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in Some(&list.heading).filter(|heading| !heading.is_empty()).into_iter().chain(rows) {
        // Nothing fails that is written to memory.
        let _ = writer.write_record(row);
    }
    writer.into_inner().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Where only the program's own words tell, it may have sent one more than it could say.
fn doubt_the_next(recipients: &mut [Recipient], told: &Told) {
    if !told.is_by_application {
        return;
    }
    let last = recipients.iter().rposition(|recipient| recipient.outcome == Outcome::Sent);
    let next = last.map_or(0, |last| last + 1);
    if let Some(recipient) = recipients.get_mut(next).filter(|recipient| recipient.outcome == Outcome::NotStarted) {
        recipient.outcome = Outcome::Unknown;
    }
}

/// What the logs tell of recipients.
struct Told {
    by_address: BTreeMap<String, (Outcome, usize)>,
    /// What is to be said of those of whom nothing is.
    of_others: Outcome,
    queued: usize,
    is_by_application: bool,
}

impl Told {
    fn of(collected: &Collected, run: &Run) -> Self {
        let evidence = &collected.evidence;
        let begin = begin(evidence, run);
        let first_seen = first_seen(evidence);
        let of_run = |one: &Evidence| {
            let at = one
                .delivery
                .as_ref()
                .and_then(|delivery| first_seen.get(delivery.queue_id.as_str()))
                .copied()
                .unwrap_or(one.at);
            at + Duration::from_secs(2) >= begin && at <= collected.reading.to
        };
        let mut by_address: BTreeMap<String, (Outcome, usize)> = BTreeMap::new();
        let (mut submitted, mut told) = (BTreeSet::new(), BTreeSet::new());
        let mut signs = BTreeSet::new();
        for (index, one) in evidence.iter().enumerate().filter(|(_, one)| of_run(one)) {
            let Some(delivery) = &one.delivery else { continue };
            if one.sign == Sign::Submitted {
                submitted.insert(delivery.queue_id.as_str());
                continue;
            }
            let Some(outcome) = outcome_of(one.sign) else { continue };
            signs.insert(one.sign);
            told.insert(delivery.queue_id.as_str());
            let entry = by_address.entry(delivery.address.to_lowercase()).or_insert((outcome, index));
            // Once sent it is sent; else the last word counts.
            if entry.0 != Outcome::Sent {
                *entry = (outcome, index);
            }
        }
        let queued = submitted.difference(&told).count();
        let is_whole = !by_address.is_empty() && queued == 0 && is_whole(collected, &by_address);
        let of_others = if is_whole { Outcome::NotStarted } else { Outcome::Unknown };
        let is_by_application = signs.contains(&Sign::AppSent) && !signs.contains(&Sign::Delivered);
        Self { by_address, of_others, queued, is_by_application }
    }
}

fn outcome_of(sign: Sign) -> Option<Outcome> {
    Some(match sign {
        Sign::Delivered | Sign::AppSent => Outcome::Sent,
        Sign::Deferred => Outcome::Held,
        Sign::Bounced => Outcome::Failed,
        Sign::SmtpLostAfterData => Outcome::Unknown,
        _ => return None,
    })
}

/// When each message was first heard of.
fn first_seen(evidence: &[Evidence]) -> BTreeMap<&str, Timestamp> {
    let mut seen = BTreeMap::new();
    for one in evidence {
        if let Some(delivery) = one.delivery.as_ref().filter(|delivery| !delivery.queue_id.is_empty()) {
            seen.entry(delivery.queue_id.as_str()).or_insert(one.at);
        }
    }
    seen
}

/// When the run began: as its request says, else before the first of the messages that went on until its end.
fn begin(evidence: &[Evidence], run: &Run) -> Timestamp {
    if let Some(begin) = run.begin {
        return begin;
    }
    let is_message =
        |one: &&Evidence| matches!(one.sign, Sign::Submitted | Sign::AppSent | Sign::Delivered) && one.at <= run.until;
    let mut begin = run.until;
    for one in evidence.iter().filter(is_message).rev() {
        if begin.since(one.at) > APART {
            break;
        }
        begin = one.at;
    }
    begin.min(run.end)
}

/// Whether the sources that speak of recipients were read whole, and lost nothing.
fn is_whole(collected: &Collected, by_address: &BTreeMap<String, (Outcome, usize)>) -> bool {
    let sources: BTreeSet<usize> =
        by_address.values().map(|(_, evidence)| collected.evidence[*evidence].place.source).collect();
    let is_whole = |source: &usize| matches!(collected.sources[*source].state, SourceState::Read | SourceState::Silent);
    sources.iter().all(is_whole) && !collected.evidence.iter().any(|one| one.sign == Sign::LinesLost)
}

/// Whether the rest can be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    Yes,
    Wait,
    No,
    CannotTell,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// Messages were handed over after the end, the last then.
    StillSending {
        last: Timestamp,
    },
    /// The program was not stopped by what is named, and nothing says whether it has ended.
    MayStillSend,
    Held {
        count: usize,
    },
    Unknown {
        count: usize,
    },
    /// A queue of tasks may do it again by itself.
    MayBeRedelivered,
    /// The cause goes on until somebody mends it.
    MendFirst,
    NoCause,
    NoList,
    /// Each of those who are left has nothing against them.
    Left {
        count: usize,
    },
    NobodyLeft,
}

#[derive(Clone, Debug, Serialize)]
pub struct Resume {
    pub advice: Advice,
    pub reasons: Vec<Reason>,
}

/// Causes that go on until somebody mends them.
const LASTING: &[CauseId] = &[
    CauseId::SmtpAuth,
    CauseId::SmtpCertificate,
    CauseId::SmtpQuota,
    CauseId::SmtpRate,
    CauseId::DiskFull,
    CauseId::DiskQuota,
    CauseId::ReadOnly,
    CauseId::Dns,
    CauseId::Network,
    CauseId::DbConnections,
    CauseId::DbUnreachable,
    CauseId::Exception,
    CauseId::SmtpRefused,
    CauseId::SmtpTimeout,
    CauseId::WorkerTimeout,
    CauseId::GatewayTimeout,
    CauseId::OutOfMemory,
    CauseId::MemoryLimit,
    CauseId::TaskTimeLimit,
    CauseId::TaskSoftTimeLimit,
];

/// Whether to send the rest, by what was found.
pub fn resume(collected: &Collected, judgement: &Judgement, who: Option<&Who>) -> Resume {
    let mut reasons = Vec::new();
    let run = &judgement.run;
    let cause = match judgement.verdict {
        Verdict::Cause { cause } => Some(cause),
        _ => None,
    };
    let sends = |one: &&Evidence| {
        matches!(one.sign, Sign::Submitted | Sign::AppSent)
            && one.at > run.until + STILL
            && one.at <= collected.reading.to
    };
    let last = collected.evidence.iter().filter(sends).map(|one| one.at).max();
    let leaves_running = matches!(cause, Some(CauseId::GatewayTimeout | CauseId::ClientGone));
    match last {
        Some(last) => reasons.push(Reason::StillSending { last }),
        None if leaves_running => reasons.push(Reason::MayStillSend),
        None => {}
    }
    if collected
        .evidence
        .iter()
        .any(|one| matches!(one.sign, Sign::TaskWorkerLost | Sign::BrokerLost) && one.at >= collected.reading.from)
    {
        reasons.push(Reason::MayBeRedelivered);
    }
    reasons.extend(cause.filter(|cause| LASTING.contains(cause)).map(|_| Reason::MendFirst));
    reasons.extend(cause.is_none().then_some(Reason::NoCause));
    reasons.extend(who.map_or(vec![Reason::NoList], of_recipients));
    let advice = advise(&reasons);
    Resume { advice, reasons }
}

fn of_recipients(who: &Who) -> Vec<Reason> {
    let count = |outcome| who.counts.get(&outcome).copied().unwrap_or(0);
    let (held, unknown, left) =
        (count(Outcome::Held), count(Outcome::Unknown), count(Outcome::NotStarted) + count(Outcome::Failed));
    let mut reasons = Vec::new();
    reasons.extend((held > 0).then_some(Reason::Held { count: held }));
    reasons.extend((unknown > 0).then_some(Reason::Unknown { count: unknown }));
    reasons.push(if left > 0 { Reason::Left { count: left } } else { Reason::NobodyLeft });
    reasons
}

/// The strictest of what the reasons ask for.
fn advise(reasons: &[Reason]) -> Advice {
    let has = |wanted: fn(&Reason) -> bool| reasons.iter().any(wanted);
    if has(|reason| *reason == Reason::NobodyLeft) && !has(|reason| matches!(reason, Reason::Unknown { .. })) {
        return Advice::No;
    }
    if has(|reason| matches!(reason, Reason::StillSending { .. } | Reason::MayStillSend | Reason::MayBeRedelivered)) {
        return Advice::Wait;
    }
    if has(|reason| matches!(reason, Reason::NoList | Reason::NoCause | Reason::Unknown { .. })) {
        return Advice::CannotTell;
    }
    if has(|reason| *reason == Reason::MendFirst) { Advice::Wait } else { Advice::Yes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_with_their_separators() {
        for text in [
            "nom;email\nAnn;Ann@x.org\nBob;bob@x.org\n",
            "email\nann@x.org\nbob@x.org\n",
            "ann@x.org,Ann\nbob@x.org,Bob\n",
        ] {
            let list = RecipientList::read(text.as_bytes()).unwrap();
            let addresses: Vec<String> = list.addresses().map(|(_, address)| address).collect();
            assert_eq!(addresses, ["ann@x.org", "bob@x.org"], "{text}");
        }
        assert_eq!(RecipientList::read(b"a,b\n1,2\n").unwrap_err(), BadList::NoAddresses);
    }

    #[test]
    fn the_strictest_reason_decides() {
        let left = Reason::Left { count: 3 };
        assert_eq!(advise(std::slice::from_ref(&left)), Advice::Yes);
        assert_eq!(advise(&[Reason::MendFirst, left.clone()]), Advice::Wait);
        assert_eq!(advise(&[Reason::Unknown { count: 1 }, left.clone()]), Advice::CannotTell);
        assert_eq!(advise(&[Reason::MayStillSend, Reason::Unknown { count: 1 }, left]), Advice::Wait);
        assert_eq!(advise(&[Reason::NobodyLeft]), Advice::No);
    }
}
