//! What speaks for a cause and against it, as terms with points.

mod of_others;

use super::{
    causes::{Cause, CauseId, Proof, Tie},
    is_read, others,
    run::{
        Run, RunBasis, all_go_on, counts_on_after, goes_on_repeating, is_by_application, is_mailing, is_same_speaker,
        is_shared, kind,
    },
    scope::{Belongs, Scope},
    work,
};
use crate::{
    collect::{CODE, Collected, Setting, WINDOWS_BEFORE},
    evidence::{Evidence, Family, HttpRequest, Sign},
    job::JobStory,
    question::Question,
    signs,
};
use serde::Serialize;
use std::{collections::BTreeSet, time::Duration};

/// What a term says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TermWord {
    /// The line that proves it.
    Proof,
    AtTheEnd,
    DuringTheRun,
    BeforeTheRun,
    NearTheTime,
    SameRequest,
    OtherRequest,
    OwnUnit,
    OwnWords,
    /// The run itself says it, and nothing after it.
    LastWord,
    /// Its messages had stopped before, and it would have been at once.
    TooLate,
    Support,
    Contradiction,
    StatusFits,
    StatusContradicts,
    LimitFits,
    LimitContradicts,
    KernelSilent,
    KernelUnread,
    Usual,
    WentOn,
    FewRecipients,
    /// A program that has nothing to do with the run has no room.
    OtherProgram,
    /// Nothing connects it with the run, or it names somebody else.
    Unconnected,
    /// The run tells of progress after it.
    ProgressAfter,
    /// Vigie recorded it as the reason for which the job stopped.
    RecordedReason,
}

/// One reason for a cause or against it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    pub word: TermWord,
    pub points: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<usize>,
}

const fn term(word: TermWord, points: i32) -> Term {
    Term { word, points, evidence: None, seconds: None, count: None, setting: None }
}

/// A cause as it was weighed.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub cause: CauseId,
    pub points: i32,
    /// Its points, or those of what it brought about.
    #[serde(skip)]
    pub rank: i32,
    /// Index of the evidence that decides.
    pub evidence: usize,
    pub terms: Vec<Term>,
    pub effects: Vec<CauseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect_of: Option<CauseId>,
}

/// Status codes that speak for a cause, and those that speak against it.
#[rustfmt::skip]
const STATUSES: &[(CauseId, &[u16], &[u16])] = &[
    (CauseId::WorkerTimeout, &[502, 500], &[504]),
    (CauseId::GatewayTimeout, &[504], &[500, 502]),
    (CauseId::ClientGone, &[499], &[]),
    (CauseId::OutOfMemory, &[502], &[504]),
    (CauseId::Killed, &[502], &[504]),
    (CauseId::Crashed, &[502], &[504]),
    (CauseId::Restart, &[502], &[]),
    (CauseId::Exception, &[500], &[502, 504]),
    (CauseId::MemoryLimit, &[500, 502], &[504]),
    (CauseId::DbConnections, &[500], &[]),
    (CauseId::DbUnreachable, &[500], &[]),
    (CauseId::DbStatementTimeout, &[500], &[]),
];

/// Causes that end the process, or the request: where it was answered as it should be, they came too late or were waited for.
const ENDS_ITS_REQUEST: &[CauseId] = &[
    CauseId::WorkerTimeout,
    CauseId::OutOfMemory,
    CauseId::Killed,
    CauseId::Crashed,
    CauseId::Restart,
    CauseId::Reload,
    CauseId::StopTimeout,
];

/// Causes by which somebody ends the program, or what it depends on, at once.
const ENDS_AT_ONCE: &[CauseId] = &[CauseId::Restart, CauseId::Reload, CauseId::Reboot, CauseId::DbRestart];
/// How long after the last message that may be told: so many times the longest pause between two, and this.
const GAPS_MAX: u32 = 3;
const LATE_MIN: Duration = Duration::from_secs(10);
/// The longest pause between two messages after which the next would still be at once.
const USUAL_MAX: Duration = Duration::from_secs(30);

/// Seconds that a request may last beyond a limit that ended it.
const LIMIT_SLACK: f64 = 2.5;
/// Seconds around a proof in which other signs belong to it.
const BEFORE: Duration = Duration::from_secs(5);
const AFTER: Duration = Duration::from_secs(30);
/// Messages after a proof that show that the program went on, and when they count.
const WENT_ON_MIN: usize = 3;
const WENT_ON_FROM: Duration = Duration::from_secs(10);
const WENT_ON_TO: Duration = Duration::from_secs(120);
/// Recipients whom something concerns that concerns everybody.
const RECIPIENTS_MIN: usize = 3;
/// Domains for which one host takes mail that takes all of it.
const DOMAINS_MIN: usize = 2;
/// Words of questions that paths have as well.
const ASKED_WORDS: &[&str] =
    &["import", "export", "sync", "backup", "report", "upload", "invoice", "invoices", "newsletter", "campaign"];
/// Requests of one client for one path before one that failed, from which they are pieces of one work.
const REPEATED_MIN: usize = 5;
/// Programs that know one mail server only.
const RELAYED: &[&str] = &["msmtp", "ssmtp", "esmtp", "nullmailer-send", "dma"];
/// Proofs of one cause that are weighed.
const PROOFS_MAX: usize = 300;

struct Weighing<'a> {
    cause: &'a Cause,
    collected: &'a Collected,
    question: &'a Question,
    run: &'a Run,
    scope: &'a Scope,
}

/// The strongest of what proves `cause`; `None` where nothing does.
pub(super) fn best(
    cause: &Cause,
    collected: &Collected,
    question: &Question,
    run: &Run,
    scope: &Scope,
) -> Option<Finding> {
    let weighing = Weighing { cause, collected, question, run, scope };
    let proofs = cause.proofs.iter().flat_map(|proof| {
        let of_sign = collected.evidence.iter().enumerate().filter(move |(_, one)| one.sign == proof.sign);
        let nearest = |(_, one): &(usize, &Evidence)| (one.seconds_to(run.end).abs() * 1e3) as i64;
        let mut near: Vec<_> = of_sign.collect();
        near.sort_by_key(nearest);
        near.into_iter().take(PROOFS_MAX).map(move |(index, _)| (proof, index))
    });
    let findings = proofs.filter_map(|(proof, index)| weighing.weigh(proof, index));
    // Of two as strong that of the log which decides, then the earlier.
    let decides = |finding: &Finding| cause.decided_by.contains(&collected.evidence[finding.evidence].family);
    findings.max_by_key(|finding| (finding.points, decides(finding), std::cmp::Reverse(finding.evidence)))
}

impl Weighing<'_> {
    /// The last line by which the run is known.
    fn last(&self) -> Option<&Evidence> {
        self.run.evidence.map(|index| &self.collected.evidence[index])
    }

    /// The path of the log in which a line stands.
    fn log(&self, one: &Evidence) -> &str {
        &self.collected.sources[one.place.source].name
    }

    fn weigh(&self, proof: &Proof, index: usize) -> Option<Finding> {
        let one = &self.collected.evidence[index];
        if self.is_of_others(one) {
            return None;
        }
        let mut terms = vec![Term { evidence: Some(index), ..term(TermWord::Proof, points_of(proof, one)) }];
        let is_recorded = self.run.basis == RunBasis::Job && self.run.evidence == Some(index);
        terms.extend(is_recorded.then(|| term(TermWord::RecordedReason, 4)));
        terms.push(self.placed(one)?);
        terms.extend(self.tied(proof, one)?);
        terms.extend(self.fits_status(one));
        terms.extend(self.fits_limit());
        terms.extend(self.others(one));
        terms.extend(self.kernel());
        terms.extend(self.usual(one, proof.points));
        terms.extend(self.went_on(one));
        terms.extend(self.too_late(one));
        terms.extend(self.few_recipients(one));
        terms.extend(self.other_program(one));
        terms.extend(self.other_work(one));
        terms.extend(self.unconnected(one, &terms));
        terms.retain(|term| term.points != 0 || matches!(term.word, TermWord::BeforeTheRun | TermWord::NearTheTime));
        let points = terms.iter().map(|term| term.points).sum();
        let cause = self.cause.id;
        Some(Finding { cause, points, rank: points, evidence: index, terms, effects: Vec::new(), effect_of: None })
    }

    /// What another program says is not about a job that Vigie runs itself.
    fn is_of_others(&self, one: &Evidence) -> bool {
        let of_machine =
            matches!(one.family, Family::Job | Family::Kernel | Family::System | Family::Mail | Family::Other);
        self.question.job.as_ref().is_some_and(JobStory::is_own) && !of_machine
    }

    /// How its time is to the run's; `None` where it cannot have to do with it.
    fn placed(&self, one: &Evidence) -> Option<Term> {
        let run = self.run;
        let seconds = Some(one.seconds_to(run.end));
        let at = |word, points| Some(Term { seconds, ..term(word, points) });
        match run.basis {
            RunBasis::Asked => {
                // Who sets the clock forward leaves out the time in between.
                let left_out = if one.sign == Sign::ClockStep { signs::step(&one.line).unwrap_or(0.0) } else { 0.0 };
                let after = -one.seconds_to(run.end);
                let apart = if (0.0..=left_out).contains(&after) { 0.0 } else { after.abs() };
                let is_in_window = one.until() >= self.collected.reading.from && one.at <= self.collected.reading.to;
                is_in_window.then_some(())?;
                // Of a span no moment is nearer than another; who says *about* means a wider one.
                let is_span = self.collected.reading.at.is_none();
                let length = self.collected.reading.length().as_secs_f64();
                let points = if is_span || apart <= length / 10.0 { 2 } else { i32::from(apart <= length / 4.0) };
                at(TermWord::NearTheTime, points)
            }
            _ if one.at > run.until + self.cause.written_within => None,
            _ if one.until() + Duration::from_secs(3) >= run.end => {
                // Between two messages lies the usual pause of the run.
                let usual = run.gap.unwrap_or_default().clamp(LATE_MIN, USUAL_MAX);
                let is_late = run.basis == RunBasis::Deliveries && one.at > run.end + usual;
                at(TermWord::AtTheEnd, if is_late { 2 } else { 3 })
            }
            _ if one.until() >= run.begin.unwrap_or(run.end - WENT_ON_TO) => at(TermWord::DuringTheRun, 1),
            _ if self.cause.is_lasting && one.until() >= self.collected.reading.from => at(TermWord::BeforeTheRun, 0),
            _ => None,
        }
    }

    /// How it is connected with the run; `None` where it is about something else.
    fn tied(&self, proof: &Proof, one: &Evidence) -> Option<Vec<Term>> {
        let mut terms = Vec::new();
        match proof.tie {
            Tie::Request => {
                let is_own = matches!(one.family, Family::App | Family::AppServer | Family::Tasks)
                    || one.family == Family::Other && self.is_of_application_file(one);
                let is_plain = one.request.is_none() && self.run.request.is_none() && self.question.path.is_none();
                terms.extend((is_own && is_plain).then(|| term(TermWord::OwnWords, 1)));
                terms.extend(self.same_request(one));
            }
            Tie::Application => match self.scope.is_application(one) {
                Belongs::Yes => terms.push(term(TermWord::OwnUnit, 2)),
                Belongs::Unknown => {
                    let is_own = one.family == Family::Other && self.is_of_application_file(one);
                    terms.extend(is_own.then(|| term(TermWord::OwnWords, 1)));
                }
                Belongs::No => return None,
            },
            Tie::Database if self.scope.is_database(one) != Belongs::Yes => return None,
            Tie::Database => {}
            Tie::Run if !self.is_of_run(one) => return None,
            Tie::Run => terms.extend([Some(term(TermWord::OwnWords, 1)), self.last_word(one)].into_iter().flatten()),
            Tie::Job => terms.push(term(TermWord::OwnWords, 1)),
            Tie::Machine => {
                let is_own = matches!(one.family, Family::App | Family::AppServer | Family::Tasks | Family::Job)
                    || matches!(one.family, Family::Other | Family::Kernel) && self.is_of_application_file(one);
                terms.extend(is_own.then(|| term(TermWord::OwnWords, 1)));
                terms.extend(self.same_request(one).filter(|term| term.points < 0));
            }
        }
        Some(terms)
    }

    /// Whether it stands in a file of an application, whose format nobody knows: where applications are, or beside the lines that
    /// tell of messages.
    fn is_of_application_file(&self, one: &Evidence) -> bool {
        let of_messages = self.last().filter(|last| is_by_application(last.sign));
        if of_messages.is_some_and(|last| self.stand_together(last, one)) {
            return true;
        }
        const OF_CONTAINERS: [&str; 4] =
            ["/app/", "/var/lib/docker/containers/", "/var/log/pods/", "/var/log/containers/"];
        CODE.iter().chain(&OF_CONTAINERS).any(|folder| self.log(one).starts_with(folder))
    }

    /// Whether the program says it that tells of the run's messages.
    fn is_of_run(&self, one: &Evidence) -> bool {
        let last = self.last();
        let Some(last) = last.filter(|last| is_by_application(last.sign)) else { return false };
        let log = self.log(last);
        let is_named =
            one.actor.pid.is_some() && one.actor.program.as_ref().is_some_and(|name| is_called_after(log, name));
        is_same_speaker(one, last, self.collected) || is_named && !is_shared(log)
    }

    /// That the run's program tells of no more messages after it.
    fn last_word(&self, one: &Evidence) -> Option<Term> {
        let is_last = one.until() + Duration::from_secs(1) >= self.run.end;
        is_last.then(|| Term { seconds: Some(one.seconds_to(self.run.end)), ..term(TermWord::LastWord, 2) })
    }

    /// Who stops a program ends its messages at once: what comes long after the last is of later.
    fn too_late(&self, one: &Evidence) -> Option<Term> {
        let gap = self.run.gap.filter(|_| ENDS_AT_ONCE.contains(&self.cause.id))?;
        let seconds = -one.seconds_to(self.run.end);
        let is_late = seconds > (gap * GAPS_MAX + LATE_MIN).as_secs_f64();
        is_late.then(|| Term { seconds: Some(seconds), ..term(TermWord::TooLate, -4) })
    }

    /// Whether two lines stand in one log, or in logs of one folder of their own.
    fn stand_together(&self, one: &Evidence, other: &Evidence) -> bool {
        let folder = |one: &Evidence| {
            let name = self.log(one);
            name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
        };
        let is_one = one.place.source == other.place.source;
        if is_one && is_shared(self.log(one)) {
            return is_same_speaker(one, other, self.collected);
        }
        is_one || folder(one) == folder(other) && folder(one) != "/var/log"
    }

    fn same_request(&self, one: &Evidence) -> Option<Term> {
        let named = path(&one.request.as_ref()?.path);
        let is_same = match (&self.run.request, &self.question.path) {
            (Some(request), _) => path(&request.path) == named,
            (None, Some(part)) => named.contains(part.as_str()),
            // A page that somebody looked at, or a form of another kind.
            (None, None) if self.is_asked_about(one) => return Some(term(TermWord::SameRequest, 1)),
            (None, None) if is_mailing(named) || self.is_repeated(one) => return None,
            (None, None) => {
                let is_looked_at = matches!(one.request.as_ref()?.method.as_str(), "GET" | "HEAD" | "OPTIONS");
                // Whoever went away had asked for that, and for nothing else.
                let is_other = is_looked_at || one.sign == Sign::ClientGone;
                // What somebody waited for in vain is what they had asked for.
                let is_waited_for = matches!(one.sign, Sign::UpstreamTimeout | Sign::UpstreamClosed);
                let points = if is_other { -6 } else { -1 - 2 * i32::from(is_waited_for) };
                return Some(term(TermWord::OtherRequest, points));
            }
        };
        let client = |request: &HttpRequest| request.client.clone();
        let clients = (self.run.request.as_ref().and_then(client), one.request.as_ref().and_then(client));
        // Somebody else who asks for the same path: a scanner.
        let is_other_client = matches!(clients, (Some(own), Some(other)) if own != other);
        Some(if is_same && !is_other_client {
            term(TermWord::SameRequest, 3)
        } else {
            term(TermWord::OtherRequest, -6)
        })
    }

    /// Whether a path has a word of the question: `/admin.php?page=import` of *the import stopped*.
    fn is_asked_about(&self, one: &Evidence) -> bool {
        let lower = one.request.as_ref().map_or_else(String::new, |request| request.path.to_lowercase());
        let words = self.question.phrase.to_lowercase();
        let mut words = words.split(|c: char| !c.is_alphanumeric());
        words.any(|word| ASKED_WORDS.contains(&word) && lower.contains(word))
    }

    /// Whether its client had asked for the same path again and again, and was answered: each request a piece of the work.
    fn is_repeated(&self, one: &Evidence) -> bool {
        let Some(request) = one.request.as_ref().filter(|request| request.method != "GET") else { return false };
        let is_alike = |other: &&Evidence| {
            let of_same = |other: &HttpRequest| {
                other.client == request.client && other.client.is_some() && path(&other.path) == path(&request.path)
            };
            other.family == Family::WebAccess
                && other.at < one.at
                && other
                    .request
                    .as_ref()
                    .is_some_and(|other| of_same(other) && other.status.is_some_and(|status| status < 400))
        };
        self.collected.evidence.iter().filter(is_alike).take(REPEATED_MIN).count() == REPEATED_MIN
    }

    fn fits_status(&self, one: &Evidence) -> Option<Term> {
        let status = self.run.request.as_ref()?.status?;
        // Apache answers 502 where the program behind it was silent for too long; the others 504.
        if self.cause.id == CauseId::GatewayTimeout && status == 502 && one.line.contains("AH0") {
            return Some(Term { evidence: self.run.evidence, ..term(TermWord::StatusFits, 1) });
        }
        if self.run.is_successful && ENDS_ITS_REQUEST.contains(&self.cause.id) {
            return Some(Term { evidence: self.run.evidence, ..term(TermWord::StatusContradicts, -6) });
        }
        let (_, fits, contradicts) = STATUSES.iter().find(|(id, ..)| *id == self.cause.id)?;
        let said = |word, points| Some(Term { evidence: self.run.evidence, ..term(word, points) });
        match status {
            status if fits.contains(&status) => said(TermWord::StatusFits, if status == 504 { 2 } else { 1 }),
            status if contradicts.contains(&status) => said(TermWord::StatusContradicts, -3),
            _ => None,
        }
    }

    fn fits_limit(&self) -> Option<Term> {
        let wanted = self.cause.limit?;
        let seconds = self.run.request.as_ref()?.seconds?;
        let settings = self.collected.settings.iter().enumerate();
        let limits: Vec<(usize, &Setting)> =
            settings.filter(|(_, setting)| setting.name == wanted && setting.seconds.is_some()).collect();
        let fits = |(_, setting): &&(usize, &Setting)| {
            setting.seconds.is_some_and(|limit| (-1.0..=LIMIT_SLACK).contains(&(seconds - limit)))
        };
        let said =
            |setting, word, points| Some(Term { setting: Some(setting), seconds: Some(seconds), ..term(word, points) });
        match limits.iter().find(fits) {
            Some((setting, _)) => said(*setting, TermWord::LimitFits, 2),
            None => said(limits.first()?.0, TermWord::LimitContradicts, -1),
        }
    }

    /// Signs around it that speak for it and against it.
    fn others(&self, one: &Evidence) -> Vec<Term> {
        let around = one.at - BEFORE..=one.until() + AFTER;
        let find = |sign: Sign| {
            let mut of_sign = self
                .collected
                .evidence
                .iter()
                .enumerate()
                .filter(|(_, other)| other.sign == sign && around.contains(&other.at));
            of_sign.find(|(_, other)| self.concerns(other)).map(|(index, _)| index)
        };
        let said = |word, evidence, points| Term { evidence: Some(evidence), ..term(word, points) };
        // What watches the power shuts the machine down before its battery is empty.
        let is_of_power = |sign: &Sign| one.sign == Sign::PowerFailed && *sign == Sign::ShutdownBegan;
        let supports = self
            .cause
            .supports
            .iter()
            .filter_map(|(sign, points)| Some(said(TermWord::Support, find(*sign)?, *points)));
        let against = self
            .cause
            .contradicts
            .iter()
            .filter(|(sign, _)| !is_of_power(sign))
            .filter_map(|(sign, points)| Some(said(TermWord::Contradiction, find(*sign)?, -points)));
        supports.chain(against).collect()
    }

    /// Whether another sign is about the run, as far as it says.
    fn concerns(&self, other: &Evidence) -> bool {
        let is_other_request = self.same_request(other).is_some_and(|term| term.points < 0);
        let is_of_unit = matches!(
            other.sign,
            Sign::OomKill | Sign::OomUnit | Sign::UnitStarted | Sign::UnitKilled | Sign::WorkerKilled
        );
        !(is_other_request || is_of_unit && self.scope.is_application(other) == Belongs::No)
    }

    /// Who kills a process without a word of the kernel is no lack of memory.
    fn kernel(&self) -> Option<Term> {
        (self.cause.id == CauseId::Killed).then(|| match is_read(self.collected, Family::Kernel) {
            true => term(TermWord::KernelSilent, 2),
            false => term(TermWord::KernelUnread, -5),
        })
    }

    /// What is as frequent before weighs nothing, unless it is about this very request.
    fn usual(&self, one: &Evidence, points: i32) -> Option<Term> {
        let reading = &self.collected.reading;
        let alike = |other: &&Evidence| other.sign == one.sign && subject(other) == subject(one);
        let before = self.collected.evidence.iter().filter(|other| other.at < reading.from).filter(alike).count();
        let now = self
            .collected
            .evidence
            .iter()
            .filter(|other| (reading.from..=reading.to).contains(&other.at))
            .filter(alike)
            .count();
        let is_usual = before > 0 && before * 2 >= now * WINDOWS_BEFORE as usize;
        let is_tied = self.same_request(one).is_some_and(|term| term.points > 0) && one.sign != Sign::Exception;
        (is_usual && !is_tied).then(|| Term { count: Some(before), ..term(TermWord::Usual, -points) })
    }

    /// What a mail server says of one or two recipients is about them.
    fn few_recipients(&self, one: &Evidence) -> Option<Term> {
        // What the machine itself lacks is about everybody.
        let is_of_machine = matches!(
            one.sign,
            Sign::NoSpace | Sign::SmtpNoSpace | Sign::ReadOnly | Sign::TooManyFiles | Sign::QuotaExceeded
        );
        // Nor is a login, a quota, or what a program says that hands all to one relay.
        let is_of_account = matches!(one.sign, Sign::SmtpAuth | Sign::SmtpQuota);
        let is_of_relay = one.actor.program.as_deref().is_some_and(|program| RELAYED.contains(&program));
        // Who is refused before naming anybody is refused for all.
        let is_of_connection = (one.line.contains("after initial connection")
            || matches!(one.sign, Sign::SmtpTimeout | Sign::SmtpDisconnected))
            && self.is_of_relay_of_all(one);
        if one.family != Family::Mail || is_of_machine || is_of_account || is_of_relay || is_of_connection {
            return None;
        }
        let reading = &self.collected.reading;
        let alike = self
            .collected
            .evidence
            .iter()
            .filter(|other| other.sign == one.sign && (reading.from..=reading.to).contains(&other.at));
        let addresses: BTreeSet<&str> =
            alike.filter_map(|other| Some(other.delivery.as_ref()?.address.as_str())).collect();
        let count = addresses.len();
        (count < RECIPIENTS_MIN).then(|| Term { count: Some(count), ..term(TermWord::FewRecipients, -4) })
    }

    /// Whether the host that a mail was not handed to has taken those for several domains: all go to it.
    fn is_of_relay_of_all(&self, one: &Evidence) -> bool {
        let Some(own) = others::relay(&one.line) else { return one.line.contains("after initial connection") };
        let delivered = || self.collected.evidence.iter().filter(|other| other.sign == Sign::Delivered);
        let taken = delivered().filter(|other| others::relay(&other.line) == Some(own));
        let domains: BTreeSet<&str> =
            taken.filter_map(|other| Some(other.delivery.as_ref()?.address.rsplit_once('@')?.1)).collect();
        let mut all = delivered();
        let is_only = delivered().count() >= REPEATED_MIN && all.all(|other| others::relay(&other.line) == Some(own));
        domains.len() >= DOMAINS_MIN || is_only
    }

    /// Messages that went on after it.
    fn went_on(&self, one: &Evidence) -> Option<Term> {
        if self.cause.leaves_running || self.run.basis == RunBasis::Job {
            return None;
        }
        // What is put into a queue is not delivered.
        let has_deliveries = self.collected.evidence.iter().any(|other| other.sign == Sign::Delivered);
        let is_queue_held = one.family == Family::Mail && has_deliveries;
        if !is_queue_held && counts_on_after(one, self.collected) {
            return Some(term(TermWord::ProgressAfter, -6));
        }
        let of_machine = || match one.family {
            Family::Kernel | Family::System => all_go_on(one, WENT_ON_TO, self.collected),
            _ => None,
        };
        if self.run.basis == RunBasis::Asked
            && let Some(count) = goes_on_repeating(one, WENT_ON_TO, self.collected).or_else(of_machine)
        {
            return Some(Term { count: Some(count), ..term(TermWord::WentOn, -6) });
        }
        // What the question names does not stop when it is said to.
        if self.run.basis == RunBasis::Asked
            && let Some(count) = work::goes_on(self.collected, &self.scope.phrase, self.run.end)
        {
            return Some(Term { count: Some(count), ..term(TermWord::WentOn, -6) });
        }
        let named = self.last();
        let named = named
            .filter(|last| last.sign != Sign::AppSent && is_by_application(last.sign))
            .map(|last| (last.sign, last.place.source));
        let last = self.last();
        let repeated = last.filter(|last| last.sign == Sign::Repeated).map(|last| kind(&last.line));
        let after = one.until() + WENT_ON_FROM..=one.until() + WENT_ON_TO;
        let counts = |other: &&Evidence| match other.sign {
            Sign::AppSent | Sign::Submitted => !is_queue_held,
            Sign::Delivered => one.family == Family::Mail,
            Sign::AppNamed | Sign::AppDone | Sign::TaskEnded => named == Some((other.sign, other.place.source)),
            Sign::Repeated => named == Some((other.sign, other.place.source)) && repeated == Some(kind(&other.line)),
            _ => false,
        };
        let count = self.collected.evidence.iter().filter(|other| after.contains(&other.at)).filter(counts).count();
        (count >= WENT_ON_MIN).then(|| Term { count: Some(count), ..term(TermWord::WentOn, -6) })
    }
}

/// What a proof says by itself. That a name is unknown is about one recipient where a mail server says it.
fn points_of(proof: &Proof, one: &Evidence) -> i32 {
    let is_of_recipient = one.sign == Sign::DnsUnknownName && one.family == Family::Mail;
    proof.points - if is_of_recipient { 2 } else { 0 }
}

/// Whether a log lies in a folder, or has a name, of the words of which the program's is made: `/var/log/edi/send.log` of `edi-send`.
fn is_called_after(log: &str, program: &str) -> bool {
    let parts =
        |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let (log, program) = (parts(log), parts(program));
    program.iter().all(|word| log.contains(word)) && program.iter().map(String::len).sum::<usize>() >= 5
}

fn path(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

/// What one sign is about, so that others of it can be told apart: the exception, the unit, the path.
fn subject(one: &Evidence) -> String {
    if one.sign == Sign::Exception {
        let last = one.line.lines().next_back().unwrap_or_default();
        return last.split(':').next().unwrap_or_default().to_owned();
    }
    // Words that no row knows may be anybody's.
    if one.sign == Sign::Complaint {
        return format!("{} {}", one.place.source, kind(&one.line));
    }
    let request = one.request.as_ref().map(|request| path(&request.path).to_owned());
    request.or_else(|| one.actor.unit.clone()).unwrap_or_default()
}
