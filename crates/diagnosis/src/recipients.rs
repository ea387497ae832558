//! Who got the message and who did not, by what the logs say of each address; and whether sending the rest is safe.
//!
//! Nothing is guessed: an address of which nothing was read is *not started* only where the source that would name it was
//! read whole, else *unknown*.

mod list;

pub use crate::job::Outcome;
use crate::{
    collect::{AFTER, Collected, Mentions, WINDOWS_BEFORE, mentions},
    evidence::{Delivery, Evidence, Family, Sign},
    judge::{CauseId, Judgement, Run, Verdict, is_of_trial},
    question::Question,
    source::{Source, SourceState, stem},
};
pub(crate) use list::plain;
pub use list::{BadList, RECIPIENTS_MAX, RecipientList, not_sent};
use model::{Clock, Timestamp};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

/// Messages that are apart by less are of one run.
const APART: Duration = Duration::from_secs(180);
/// Sending that long after the end means that somebody is still at it.
const STILL: Duration = Duration::from_secs(10);
/// Recipients of the list from which a log speaks of its mailing, and not of other mail.
const OF_THE_LIST_MIN: usize = 3;
/// What the times of a line without one are known to.
const UNTIMED: Duration = Duration::from_secs(60);

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
    /// Rows of the list in which no address can be read.
    pub without_address: usize,
    /// Rows with the address of a row before them: people are counted, not rows.
    pub repeated_rows: usize,
    /// Why some of whom no log speaks are unconfirmed, and not *not started*.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

/// Why it cannot be said that somebody was not written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No log names anybody.
    NothingNamed,
    /// Messages in the queue have no end yet.
    InQueue,
    /// The lines that name recipients have no time.
    NoTimes,
    /// The run began before what was looked at.
    BeginUnseen,
    /// A source that would name them was not read whole.
    Incomplete,
    /// Logs may have lost lines.
    LinesLost,
    /// What the logs name may be other mail.
    OtherMail,
    /// Messages before the run may have been of the same mailing.
    EarlierMessages,
    /// Each process may have sent one more than it could say.
    OneMore,
    /// The logs name them in other words.
    Named,
    /// The logs were not searched for them: what was found was taken along without the list.
    NotLookedFor,
}

/// Whom of `list` the logs name, in whatever words.
pub(crate) fn mentions(
    root: &Path,
    question: &Question,
    collected: &Collected,
    run: &Run,
    list: &RecipientList,
    clock: &Clock,
) -> Mentions {
    let listed = (1..=list.len()).flat_map(|row| list.all_addresses(row)).map(|one| plain(&one)).collect();
    let reading = &collected.reading;
    let range = begin(&collected.evidence, run).min(reading.from) - mentions::BEFORE..reading.to + AFTER;
    let is_aside = |log: &str| is_aside(log, collected, run, question);
    mentions::find(root, question, (collected, &is_aside), range, &listed, clock)
}

/// Whether a log of that name is of an environment in which programs are tried, and the run is not.
fn is_aside(log: &str, collected: &Collected, run: &Run, question: &Question) -> bool {
    let of_run = run.evidence.map(|index| &collected.sources[collected.evidence[index].place.source].name);
    is_of_trial(log, question) && !of_run.is_some_and(|log| is_of_trial(log, question))
}

/// Says of each recipient of `list` what became of them.
pub fn join(list: &RecipientList, collected: &Collected, run: &Run, question: &Question) -> Who {
    let mut told =
        Told::of(collected, run, &|source| is_aside(&collected.sources[source].name, collected, run, question));
    told.hold_against(list);
    let recipient = |(row, addresses): (usize, Vec<String>)| {
        let (outcome, evidence) = told.of_all(&addresses);
        Recipient { address: addresses.join(", "), outcome, evidence, row }
    };
    let mut recipients: Vec<Recipient> = list.addresses().map(recipient).collect();
    let is_named = doubt_the_named(&mut recipients, list, &told, collected.mentions.as_ref());
    let is_one_more = doubt_the_next(&mut recipients, &told);
    let mut counts = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for recipient in recipients.iter().filter(|recipient| seen.insert(recipient.address.as_str())) {
        *counts.entry(recipient.outcome).or_default() += 1;
    }
    let repeated_rows = recipients.len() - seen.len();
    let without_address = list.len() - recipients.len();
    let is_unconfirmed = recipients.iter().any(|one| one.outcome == Outcome::Unknown && one.evidence.is_none());
    let doubts = [(is_named, Doubt::Named), (is_one_more, Doubt::OneMore)];
    let doubt = doubts.into_iter().find_map(|(holds, doubt)| holds.then_some(doubt));
    let doubt = told.of_others.err().or(doubt).filter(|_| is_unconfirmed);
    Who { recipients, counts, queued_messages: told.queued, without_address, repeated_rows, doubt }
}

/// Whoever is named anywhere in the logs, by any of the addresses of their row, may have got it; so may whoever was refused at one of
/// them and served at another. Whether anybody is doubted for it.
fn doubt_the_named(
    recipients: &mut [Recipient],
    list: &RecipientList,
    told: &Told,
    mentions: Option<&Mentions>,
) -> bool {
    let mut named: BTreeSet<String> =
        told.by_address.keys().chain(told.elsewhere.keys()).map(|one| plain(one)).collect();
    named.extend(mentions.iter().flat_map(|mentions| mentions.addresses.iter().cloned()));
    let is_sent = |(_, (outcome, _)): &(&String, &(Outcome, usize))| *outcome == Outcome::Sent;
    let served: BTreeSet<String> = told.by_address.iter().filter(is_sent).map(|(address, _)| plain(address)).collect();
    let mut is_any = false;
    for recipient in recipients {
        let doubted = match recipient.outcome {
            Outcome::NotStarted => &named,
            Outcome::Failed => &served,
            _ => continue,
        };
        if list.all_addresses(recipient.row).iter().any(|address| doubted.contains(&plain(address))) {
            recipient.outcome = Outcome::Unknown;
            is_any = true;
        }
    }
    is_any
}

/// Where only the program's own words tell, each of its processes may have sent one more than it could say; and where it does
/// not follow the list, that may be any of them. Whether anybody is doubted for it.
fn doubt_the_next(recipients: &mut [Recipient], told: &Told) -> bool {
    if told.processes == 0 {
        return false;
    }
    let last = recipients.iter().rposition(|recipient| recipient.outcome == Outcome::Sent);
    let next = last.map_or(0, |last| last + 1);
    let is_open = |recipient: &&mut Recipient| recipient.outcome == Outcome::NotStarted;
    let is_in_order = recipients[..next].iter().all(|recipient| recipient.outcome != Outcome::NotStarted);
    let doubted = if is_in_order { told.processes } else { usize::MAX };
    // People, not rows: whoever may have it is doubted in each row that names them.
    let mut rows: BTreeSet<&str> = BTreeSet::new();
    for recipient in recipients.iter().filter(|recipient| recipient.outcome == Outcome::NotStarted) {
        if rows.len() < doubted {
            rows.insert(&recipient.address);
        }
    }
    let addresses: BTreeSet<String> = rows.into_iter().flat_map(|row| row.split(", ")).map(str::to_owned).collect();
    let is_doubted =
        |recipient: &&mut Recipient| recipient.address.split(", ").any(|address| addresses.contains(address));
    recipients.iter_mut().filter(is_open).filter(is_doubted).for_each(|recipient| recipient.outcome = Outcome::Unknown);
    !addresses.is_empty()
}

/// What the logs tell of recipients.
struct Told {
    by_address: BTreeMap<String, (Outcome, usize)>,
    /// What is told of messages before the run, or after the window: they may have been of the same mailing.
    elsewhere: BTreeMap<String, usize>,
    /// Whether those of whom nothing is said were not started; else why that cannot be told.
    of_others: Result<(), Doubt>,
    /// Whether the log of the request says when the run began.
    is_begin_known: bool,
    queued: usize,
    /// Processes that say themselves what they sent, where nobody else does.
    processes: usize,
}

impl Told {
    /// What became of a row: of several addresses, only what became of all of them.
    fn of_all(&self, addresses: &[String]) -> (Outcome, Option<usize>) {
        let of_one = |address: &String| match (self.by_address.get(address), self.elsewhere.get(address)) {
            (Some((outcome, evidence)), _) => (*outcome, Some(*evidence)),
            (None, Some(evidence)) => (Outcome::Unknown, Some(*evidence)),
            // Mail logs write it in letters of ASCII.
            (None, None) if !address.is_ascii() => (Outcome::Unknown, None),
            (None, None) => (self.of_others.map_or(Outcome::Unknown, |()| Outcome::NotStarted), None),
        };
        let mut all = addresses.iter().map(of_one);
        let first = all.next().unwrap_or((Outcome::Unknown, None));
        if all.all(|(outcome, _)| outcome == first.0) { first } else { (Outcome::Unknown, first.1) }
    }

    fn of(collected: &Collected, run: &Run, is_aside: &dyn Fn(usize) -> bool) -> Self {
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
        let (mut elsewhere, mut queue) = (BTreeMap::new(), Queue::default());
        let (mut signs, mut speakers, mut is_timed) = (BTreeSet::new(), BTreeSet::new(), true);
        for (index, one) in evidence.iter().enumerate() {
            let Some(delivery) = one.delivery.as_ref().filter(|_| !is_aside(one.place.source)) else { continue };
            let is_of_run = of_run(one);
            if is_of_run {
                queue.note(one.sign, delivery);
            }
            let Some(outcome) = outcome_of(one.sign).or_else(|| refused_by_name(one)) else { continue };
            // It came back into the queue under another name, which has its own end.
            if passed_on(&one.line).is_some_and(|id| first_seen.contains_key(id)) {
                continue;
            }
            for address in [Some(&delivery.address), delivery.original.as_ref()].into_iter().flatten() {
                let address = address.to_lowercase();
                if !is_of_run {
                    elsewhere.insert(address, index);
                    continue;
                }
                let entry = by_address.entry(address).or_insert((outcome, index));
                // Once sent it is sent; else the last word counts.
                if entry.0 != Outcome::Sent {
                    *entry = (outcome, index);
                }
            }
            if is_of_run {
                signs.insert(one.sign);
            }
            if is_of_run && one.sign == Sign::AppSent {
                speakers.insert((one.actor.pid, one.place.source));
                is_timed &= one.precision < UNTIMED;
            }
        }
        let is_begin_known = run.request.as_ref().is_some_and(|request| request.seconds.is_some());
        let queued = queue.open();
        let doubts = [
            (by_address.is_empty(), Doubt::NothingNamed),
            (collected.mentions.is_none(), Doubt::NotLookedFor),
            (collected.mentions.as_ref().is_some_and(|mentions| !mentions.is_whole), Doubt::Incomplete),
            (queued > 0, Doubt::InQueue),
            // Lines without a time are printed, and may have been lost with the process.
            (!is_timed, Doubt::NoTimes),
            (begin <= looked_from(collected) + APART, Doubt::BeginUnseen),
        ];
        let doubt = doubts.into_iter().find_map(|(holds, doubt)| holds.then_some(doubt));
        let of_others = doubt.or_else(|| lost(collected, &by_address, begin)).map_or(Ok(()), Err);
        let is_by_application = signs.contains(&Sign::AppSent) && !signs.contains(&Sign::Delivered);
        let processes = if is_by_application { speakers.len().max(1) } else { 0 };
        Self { by_address, elsewhere, of_others, is_begin_known, queued, processes }
    }

    /// Nobody is *not started* by a log of other mail, or where earlier messages may have been of the same mailing.
    fn hold_against(&mut self, list: &RecipientList) {
        let listed: BTreeSet<String> = list.addresses().flat_map(|(_, addresses)| addresses).collect();
        let of_list = self.by_address.keys().filter(|address| listed.contains(*address)).count();
        let is_of_list = of_list >= OF_THE_LIST_MIN && of_list * 2 >= self.by_address.len();
        let earlier = self.elsewhere.keys().filter(|address| listed.contains(*address)).count();
        let has_earlier = !self.is_begin_known && earlier >= OF_THE_LIST_MIN;
        let doubt = if !is_of_list { Some(Doubt::OtherMail) } else { has_earlier.then_some(Doubt::EarlierMessages) };
        if let (Some(doubt), Ok(())) = (doubt, self.of_others) {
            self.of_others = Err(doubt);
        }
    }
}

/// Messages in the queue of the mail server: how many recipients each has, and of whom something is said.
#[derive(Default)]
struct Queue<'a> {
    expected: BTreeMap<&'a str, usize>,
    told: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Queue<'a> {
    fn note(&mut self, sign: Sign, delivery: &'a Delivery) {
        let id = delivery.queue_id.as_str();
        match sign {
            _ if id.is_empty() => {}
            Sign::Submitted | Sign::Queued => {
                let expected = self.expected.entry(id).or_insert(1);
                *expected = (*expected).max(delivery.recipients);
            }
            sign if outcome_of(sign).is_some() => {
                self.told.entry(id).or_default().insert(&delivery.address);
            }
            _ => {}
        }
    }

    /// Messages of which not every recipient was heard of.
    fn open(&self) -> usize {
        let is_open = |(id, expected): &(&&str, &usize)| self.told.get(**id).map_or(0, BTreeSet::len) < **expected;
        self.expected.iter().filter(is_open).count()
    }
}

/// The name under which the mail server took back what it passed on: `queued as 4ABC12`, `forwarded as 4ABC12`.
fn passed_on(line: &str) -> Option<&str> {
    let (_, rest) = line.rsplit_once(" as ")?;
    let id = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
    (!id.is_empty()).then_some(id)
}

/// From when on anything was looked at.
fn looked_from(collected: &Collected) -> Timestamp {
    collected.reading.from - collected.reading.length() * WINDOWS_BEFORE
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

/// What became of somebody whom an application names as refused. A mail server's own line says more: whether it is tried again.
fn refused_by_name(one: &Evidence) -> Option<Outcome> {
    let is_refusal = matches!(one.sign, Sign::RecipientRefused | Sign::SmtpQuota | Sign::SmtpRate);
    (is_refusal && one.family != Family::Mail).then_some(Outcome::Failed)
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

/// What makes logs lose lines, or their times.
const LOSING: &[Sign] =
    &[Sign::LinesLost, Sign::NoSpace, Sign::QuotaExceeded, Sign::ReadOnly, Sign::IoError, Sign::ClockStep];

/// Whether something of the sources that speak of recipients, with what was rotated of them, was not read or is lost.
fn lost(collected: &Collected, by_address: &BTreeMap<String, (Outcome, usize)>, begin: Timestamp) -> Option<Doubt> {
    let sources: BTreeSet<usize> =
        by_address.values().map(|(_, evidence)| collected.evidence[*evidence].place.source).collect();
    let stems: BTreeSet<&str> = sources.iter().map(|source| stem(&collected.sources[*source].name)).collect();
    let is_hidden = |source: &Source| {
        matches!(source.state, SourceState::Unreadable { .. } | SourceState::Partial { .. })
            && stems.contains(stem(&source.name))
    };
    let has = |sign: Sign| collected.evidence.iter().any(|one| one.sign == sign && one.at >= begin);
    // The end of what was written is lost with the power.
    let is_cut = has(Sign::BootBegan) && !has(Sign::ShutdownBegan);
    let loses = collected.evidence.iter().any(|one| LOSING.contains(&one.sign) && one.at <= collected.reading.to);
    let is_incomplete = collected.sources.iter().any(is_hidden);
    is_incomplete.then_some(Doubt::Incomplete).or((loses || is_cut).then_some(Doubt::LinesLost))
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
    /// The job is at work.
    StillRunning,
    /// Its pause ends then.
    ResumesByItself {
        at: Timestamp,
    },
    /// A job that was cancelled stays so.
    Cancelled,
    /// The job never repeats them by itself.
    UnknownHeld {
        count: usize,
    },
    /// Items that were not begun.
    LeftInJob {
        count: usize,
    },
    /// Items that failed, and may be tried again.
    FailedInJob {
        count: usize,
    },
}

#[derive(Clone, Debug, Serialize)]
pub struct Resume {
    pub advice: Advice,
    pub reasons: Vec<Reason>,
    /// How it is done.
    pub commands: Vec<String>,
    /// Whether the list of those who are left is written already, for it was asked for.
    #[serde(skip)]
    pub is_list_written: bool,
}

/// Causes that go on until somebody mends them.
pub(crate) const LASTING: &[CauseId] = &[
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

/// What the list of those who are left is called, where nobody has named it.
const LIST: &str = "not-sent.csv";

/// How those who are left are sent to.
fn send_the_rest(list: &str) -> String {
    format!("vigie send mailing.toml --recipients {list} --check")
}

impl Resume {
    /// Has the commands name the list of those who are left as it is called: `path`, in quotation marks where a shell needs them.
    pub fn name_list(&mut self, path: &str) {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:,".contains(c);
        let named =
            if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) };
        for command in self.commands.iter_mut().filter(|command| **command == send_the_rest(LIST)) {
            *command = send_the_rest(&named);
        }
        self.is_list_written = true;
    }

    /// Whether those who were not started, or failed, may be sent to once the cause is mended: nobody else still sends to them.
    pub fn allows_the_rest(&self) -> bool {
        let may_still_be_sent = |reason: &Reason| {
            matches!(
                reason,
                Reason::StillSending { .. }
                    | Reason::MayStillSend
                    | Reason::MayBeRedelivered
                    | Reason::NoCause
                    | Reason::NoList
            )
        };
        let is_left = self.reasons.iter().any(|reason| matches!(reason, Reason::Left { .. }));
        is_left && !self.reasons.iter().any(may_still_be_sent)
    }
}

/// Whether to send the rest, by what was found.
pub fn resume(collected: &Collected, judgement: &Judgement, who: Option<&Who>, question: &Question) -> Resume {
    let mut reasons = Vec::new();
    let run = &judgement.run;
    let cause = match judgement.verdict {
        Verdict::Cause { cause } => Some(cause),
        _ => None,
    };
    let sends = |one: &&Evidence| {
        matches!(one.sign, Sign::Submitted | Sign::AppSent)
            && !is_aside(&collected.sources[one.place.source].name, collected, run, question)
            && one.at > run.until + STILL
            && one.at <= collected.reading.to
    };
    let last = collected.evidence.iter().filter(sends).map(|one| one.at).max();
    let leaves_running = matches!(cause, Some(CauseId::GatewayTimeout | CauseId::ClientGone));
    // Who paused it may resume it.
    let leaves_running = leaves_running || run.stopped_by.is_some();
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
    // What has ended normally has no cause that anybody would have to know.
    let is_known = matches!(judgement.verdict, Verdict::EndedNormally | Verdict::StoppedByPerson { .. });
    let is_unknown = cause.is_none() && !is_known;
    reasons.extend(is_unknown.then_some(Reason::NoCause));
    reasons.extend(who.map_or(vec![Reason::NoList], of_recipients));
    let advice = advise(&reasons);
    let has_left = reasons.iter().any(|reason| matches!(reason, Reason::Left { .. }));
    let commands = has_left.then(|| send_the_rest(LIST)).into_iter().collect();
    Resume { advice, reasons, commands, is_list_written: false }
}

fn of_recipients(who: &Who) -> Vec<Reason> {
    let count = |outcome| who.counts.get(&outcome).copied().unwrap_or(0);
    let (held, unknown, left) =
        (count(Outcome::Held), count(Outcome::Unknown), count(Outcome::NotStarted) + count(Outcome::Failed));
    let mut reasons = Vec::new();
    reasons.extend((held > 0).then_some(Reason::Held { count: held }));
    reasons.extend((unknown > 0).then_some(Reason::Unknown { count: unknown }));
    reasons.extend(match (left, unknown) {
        (0, 0) => Some(Reason::NobodyLeft),
        (0, _) => None,
        _ => Some(Reason::Left { count: left }),
    });
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
mod tests;
