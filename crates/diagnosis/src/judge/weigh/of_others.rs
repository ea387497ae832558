//! Whether what proves a cause is of others than the run: another program, another site, another user of the database, a process with
//! another number, or of nobody who is known to have to do with it.

use super::{RELAYED, Term, TermWord, Weighing, term};
use crate::{
    collect::CODE,
    evidence::{Evidence, Family, Sign},
    judge::{
        causes::CauseId,
        others,
        run::{RunBasis, is_by_application, is_shared},
        scope::{Belongs, CONTAINER_LETTERS, unit_name},
    },
    signs,
};
use std::{collections::BTreeSet, time::Duration};

/// Terms that connect a proof with the run.
const CONNECTING: &[TermWord] = &[
    TermWord::SameRequest,
    TermWord::OwnUnit,
    TermWord::OwnWords,
    TermWord::LastWord,
    TermWord::StatusFits,
    TermWord::LimitFits,
    TermWord::RecordedReason,
];
/// What stops everything on the machine, whoever asks.
const OF_MACHINE: &[CauseId] = &[CauseId::Reboot, CauseId::PowerLoss, CauseId::Clock];
/// What ends whatever it concerns at once: its next message cannot come.
const ENDS_IT: &[CauseId] = &[
    CauseId::OutOfMemory,
    CauseId::Killed,
    CauseId::Crashed,
    CauseId::DbStatementTimeout,
    CauseId::DbTerminated,
    CauseId::DbCrash,
];
/// Clocks of two logs may be so far apart, where one of them has no fractions.
const CLOCKS_APART: Duration = Duration::from_millis(900);
/// Lines of the run in which the number of its process is looked for, and how many have to have one.
const NUMBERED_MAX: usize = 20;
const NUMBERED_MIN: usize = 5;

impl Weighing<'_> {
    /// That it is not known to be about the run, or names somebody else.
    pub(super) fn unconnected(&self, one: &Evidence, terms: &[Term]) -> Option<Term> {
        let is_connecting = |term: &Term| match (term.word, self.run.basis) {
            // Where no run is known, a log has to be called like what is asked about.
            (TermWord::OwnWords, RunBasis::Asked) => self.is_called_like_asked(one),
            (word, _) => CONNECTING.contains(&word),
        };
        let is_connected = terms.iter().any(|term| term.points > 0 && is_connecting(term));
        // Who hands its mail to a provider's interface has nothing to do with the mail server beside it.
        let is_by_provider =
            self.last().is_some_and(|last| is_by_application(last.sign) && signs::names_provider(&last.line));
        if one.family == Family::Mail && (self.is_of_other_sender(one) || is_by_provider) {
            return Some(term(TermWord::Unconnected, -4));
        }
        // A mail server serves whatever is sent; requests are told apart by their paths; a job has its own record. What a program
        // says into the log of the web server is its own.
        let is_of_web = matches!(one.family, Family::WebAccess | Family::WebError) && one.request.is_some();
        let is_by_nature = is_of_web || matches!(one.family, Family::Mail | Family::Job);
        if is_connected || is_by_nature || self.is_told_as_own(one) {
            return None;
        }
        let strange = || term(TermWord::Unconnected, -3);
        // Of many clients, and of any program, one is nobody's.
        let is_anybodys = self.cause.id == CauseId::Crashed && one.sign == Sign::ProcessCrashed
            || self.cause.id == CauseId::BrokerLost;
        match self.run.basis {
            RunBasis::Asked => {
                let is_supported = terms.iter().any(|term| term.points > 0 && term.word == TermWord::Support);
                let is_of_machine = OF_MACHINE.contains(&self.cause.id) && one.sign != Sign::PowerFailed;
                (!is_supported && !is_of_machine).then(strange)
            }
            RunBasis::Deliveries if self.is_of_somebody_else(one) => Some(strange()),
            RunBasis::Deliveries if is_anybodys && !self.is_named(one) => Some(strange()),
            RunBasis::Deliveries if ENDS_IT.contains(&self.cause.id) && self.run.end > one.until() + CLOCKS_APART => {
                Some(term(TermWord::ProgressAfter, -3))
            }
            _ => None,
        }
    }

    /// Whether it names a process, a user of a database, or a database, that the run is known not to be, or not to use.
    fn is_of_somebody_else(&self, one: &Evidence) -> bool {
        let log = self.log(one);
        let is_strange = |words: Vec<&str>| !words.is_empty() && !words.iter().any(|word| self.scope.knows(word));
        let process = || others::process(&one.line).is_some_and(|pid| !self.is_own_process(pid));
        let is_trial = |words: &[&str]| {
            let mut words = words.iter().filter(|word| others::names_trial(word));
            words.any(|word| !self.question.phrase.to_lowercase().contains(word))
        };
        // A name of the run's own is its own, whatever it may be called elsewhere.
        let is_onlooker = |names: &[&str]| {
            let mut strange = names.iter().filter(|name| !self.scope.knows(name));
            strange.any(|name| others::is_of_onlooker(name))
        };
        let session = || {
            let names = others::session(&one.line).filter(|_| one.family == Family::Database);
            names.is_some_and(|names| is_trial(&names) || is_onlooker(&names) || is_strange(names))
        };
        let instance = || is_strange(others::instance(one.actor.unit.as_deref(), log));
        let last = self.last();
        let log_of_run = last.map_or("", |last| self.log(last));
        let language = || others::is_of_other_language(&one.line, log_of_run, &self.collected.programs);
        process() || session() || instance() || language()
    }

    /// Whether a mail is of a sender who is called like nothing of the run, where another is.
    fn is_of_other_sender(&self, one: &Evidence) -> bool {
        let knows = |sender: &str| {
            let mut names = sender.split(|c: char| !c.is_alphanumeric()).filter(|name| name.len() > 3);
            names.any(|name| self.scope.knows(name))
        };
        let Some(sender) = others::sender(&one.line).filter(|sender| !knows(sender)) else { return false };
        let of_mail = self.collected.evidence.iter().filter(|other| other.family == Family::Mail);
        of_mail.filter_map(|other| others::sender(&other.line)).any(|other| other != sender && knows(other))
    }

    /// Whether who asks has said that it is of the application: by its folder, its unit or its logs.
    fn is_told_as_own(&self, one: &Evidence) -> bool {
        let log = self.log(one);
        let is_of_folder = |root: &String| log.starts_with(root.as_str()) || one.line.contains(root.as_str());
        let is_of_pattern = |pattern: &String| glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(log));
        self.question.app_root.as_ref().is_some_and(is_of_folder)
            || self.question.unit.as_deref().map(unit_name).is_some_and(|unit| one.actor.unit == Some(unit))
            || self.question.logs.iter().any(is_of_pattern)
    }

    /// Whether the log or the program of a line has a word of the question.
    fn is_called_like_asked(&self, one: &Evidence) -> bool {
        let log = self.log(one);
        let program = one.actor.program.as_deref().unwrap_or_default();
        let unit = one.actor.unit.as_deref().unwrap_or_default();
        others::is_tag_of(&format!("{log} {program} {unit}"), &self.question.phrase)
    }

    /// Whether the run's lines name the very process, or its program is in the run's language.
    fn is_named(&self, one: &Evidence) -> bool {
        let Some(last) = self.last() else { return false };
        let own = others::own_number(&last.line);
        let log_of_run = self.log(last);
        own.is_some() && others::process(&one.line) == own
            || others::is_of_own_language(&one.line, log_of_run, &self.collected.programs)
    }

    /// Whether the same program says it on another machine than the run, where one log is kept for several.
    fn is_on_other_machine(&self, one: &Evidence) -> bool {
        let Some(last) = self.last() else { return false };
        let is_other = others::host(&last.line).is_some_and(|own| others::is_of_other_host(&one.line, own));
        is_other && (one.actor.program == last.actor.program || matches!(one.family, Family::Kernel | Family::System))
    }

    /// Whether another site's processes are meant, of which PHP has a pool each.
    fn is_of_other_pool(&self, one: &Evidence, log_of_run: &str) -> bool {
        let has_home = CODE.iter().any(|folder| log_of_run.starts_with(folder));
        has_home
            && others::pool(&one.line).is_some_and(|pool| {
                !others::shares_name(log_of_run, pool) && !others::is_tag_of(pool, &self.question.phrase)
            })
    }

    /// Whether the container that the kernel means has another name than the run's log, or is one for trials.
    fn is_of_other_container(&self, one: &Evidence, last: &Evidence) -> bool {
        let log = self.log(last);
        let of_run = format!("{log} {}", last.actor.program.as_deref().unwrap_or_default());
        let unit = one.actor.unit.as_deref().unwrap_or_default();
        let named = self.collected.containers.iter().find(|one_of| {
            one_of.id.len() >= CONTAINER_LETTERS && (unit.contains(&one_of.id) || one.line.contains(&one_of.id))
        });
        let told = self.collected.evidence.iter().filter_map(|other| others::container(&other.line));
        let told = told.filter(|(id, _)| unit.contains(id) || one.line.contains(id)).map(|(_, name)| name).next();
        let is_other = |name: &str| {
            let is_trial = others::names_trial(name) && !others::names_trial(&of_run);
            let is_own = others::shares_name(&of_run, name) || others::is_tag_of(name, &self.question.phrase);
            is_trial || !is_own
        };
        named.is_some_and(|container| !of_run.contains(&container.id) && is_other(&container.name))
            || told.is_some_and(is_other)
    }

    /// Whether a process is the run's, as far as its lines name theirs.
    fn is_own_process(&self, pid: u32) -> bool {
        let Some(last) = self.last() else { return true };
        let of_log = |other: &&Evidence| other.place.source == last.place.source && other.at <= last.at;
        let lines = self.collected.evidence.iter().rev().filter(of_log).take(NUMBERED_MAX);
        let numbers: Vec<Option<u32>> = lines.map(|other| others::own_number(&other.line)).collect();
        let named: BTreeSet<u32> = numbers.iter().copied().flatten().collect();
        numbers.len() < NUMBERED_MIN || numbers.contains(&None) || named.contains(&pid)
    }

    /// What one log tells of another work, campaign or thread is not of the run.
    pub(super) fn other_work(&self, one: &Evidence) -> Option<Term> {
        // One log may tell of several works, of which the question names one.
        let is_named = |line: &str| others::tag(line).map(|tag| others::is_tag_of(tag, &self.question.phrase));
        let of_log = |other: &&Evidence| other.place.source == one.place.source;
        if is_named(&one.line) == Some(false)
            && self.collected.evidence.iter().filter(of_log).any(|other| is_named(&other.line) == Some(true))
        {
            return Some(term(TermWord::OtherRequest, -4));
        }
        let last = &self.collected.evidence[self.run.evidence?];
        let labels = others::label(&one.line).zip(others::label(&last.line));
        if is_by_application(last.sign) && labels.is_some_and(|(one, own)| one.0 == own.0 && one.1 != own.1) {
            return Some(term(TermWord::OtherRequest, -4));
        }
        let class = |one: &Evidence| one.actor.program.as_deref().map(class).unwrap_or_default().to_owned();
        let is_served = is_of_request(&one.line) && !is_of_request(&last.line) && is_by_application(last.sign);
        // Odoo sends by its timer, whoever looks at its pages.
        let is_other = is_by_odoo(&one.line) && !is_by_odoo(&last.line) || is_served && class(one) != class(last);
        is_other.then(|| term(TermWord::OtherRequest, -4))
    }

    /// That one other program cannot write may be for a disk of its own: a backup's.
    pub(super) fn other_program(&self, one: &Evidence) -> Option<Term> {
        let is_lack =
            |sign: Sign| matches!(sign, Sign::NoSpace | Sign::QuotaExceeded | Sign::ReadOnly | Sign::TooManyFiles);
        let is_daemon = others::is_daemon(one) && !self.is_of_run(one);
        let is_own = self.is_told_as_own(one) || self.is_of_run(one);
        if is_daemon || self.is_on_other_machine(one) || self.is_of_elsewhere(one) && !is_own {
            return Some(term(TermWord::OtherProgram, -6));
        }
        if self.is_of_other_program(one) && !is_own {
            return Some(term(TermWord::OtherProgram, -2));
        }
        let is_own = is_own || self.scope.is_application(one) == Belongs::Yes || self.is_of_application_file(one);
        if one.family != Family::Other || !is_lack(one.sign) || is_own {
            return None;
        }
        let reading = &self.collected.reading;
        let has_others = self.collected.evidence.iter().any(|other| {
            is_lack(other.sign)
                && (reading.from..=reading.to).contains(&other.at)
                && (other.family != Family::Other || other.actor.program != one.actor.program)
        });
        (!has_others).then(|| term(TermWord::OtherProgram, -3))
    }

    /// Whether a program with a name of its own says it in the system's log, where the run has a log of its own.
    fn is_of_other_program(&self, one: &Evidence) -> bool {
        let last = self.last();
        let has_own_log = last.is_some_and(|last| is_by_application(last.sign) && !is_shared(self.log(last)));
        let is_relay = one.actor.program.as_deref().is_some_and(|program| RELAYED.contains(&program));
        one.family == Family::Other
            && !self.is_of_run(one)
            && is_shared(self.log(one))
            && has_own_log
            && !is_relay
            && self.scope.is_of_other_name(one)
    }

    /// Whether another machine says it, or another site, which the run's own machine or log are not.
    fn is_of_elsewhere(&self, one: &Evidence) -> bool {
        let last = self.last();
        let is_of_site = |last: &Evidence| {
            others::is_of_other_site(&one.line, self.log(one), self.log(last))
                || others::is_of_other_application(&one.line, self.log(one), self.log(last))
                || others::names_other_application(&one.line, self.log(last))
                || !OF_MACHINE.contains(&self.cause.id)
                    && matches!(one.family, Family::App | Family::AppServer | Family::Tasks | Family::Other)
                    && !is_shared(self.log(last))
                    && others::is_of_unrelated_log(&one.line, self.log(one), self.log(last), &self.question.phrase)
        };
        let is_foreign = |own: &str| {
            let is_foreign_run = last.is_some_and(|last| others::is_of_other_host(&last.line, own));
            !is_foreign_run && others::is_of_other_host(&one.line, own)
        };
        let log_of_run = last.map_or("", |last| self.log(last));
        if last.is_some_and(|last| self.is_of_other_pool(one, self.log(last)) || self.is_of_other_container(one, last))
        {
            return true;
        }
        let is_trial = |name: &str| others::is_of_trial(name, self.question);
        if is_trial(self.log(one)) && !is_trial(log_of_run)
            || one.family == Family::Kernel && others::is_of_other_disk(&one.line, &self.collected.mounts, log_of_run)
        {
            return true;
        }
        let is_of_host = self.collected.host.as_deref().is_some_and(is_foreign);
        is_of_host || last.filter(|last| is_by_application(last.sign)).is_some_and(is_of_site)
    }
}

/// Whether a thread that serves requests says it: Tomcat's, Undertow's, Jetty's.
fn is_of_request(line: &str) -> bool {
    const THREADS: [&str; 6] = ["nio-", "http-nio-", "http-bio-", "XNIO-", "qtp", "https-jsse-nio-"];
    let head = line.lines().next().unwrap_or_default();
    head.split('[').skip(1).any(|part| THREADS.iter().any(|thread| part.trim_start().starts_with(thread)))
}

/// Whether Odoo says that the request of somebody failed.
fn is_by_odoo(line: &str) -> bool {
    line.contains(" odoo.http: Exception during")
}

/// The class in the name of a logger: `fr.ville.ExportEleves` of `fr.ville.ExportEleves.doGet`.
fn class(logger: &str) -> &str {
    let mut end = 0;
    for part in logger.split('.') {
        end += part.len();
        if part.starts_with(|c: char| c.is_uppercase()) {
            return &logger[..end];
        }
        end += 1;
    }
    logger
}
