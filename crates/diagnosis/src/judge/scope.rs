//! Whose lines they are: the units, programs and processes of the application, and of its database.

use super::{
    others,
    run::{Run, is_by_application, is_same_speaker, is_shared},
};
use crate::{
    collect::{Collected, Service},
    evidence::{Evidence, Family, Sign},
    job::JobStory,
    question::Question,
};
use std::collections::BTreeSet;

/// Names under which applications run.
const PROGRAMS: &[&str] = &["gunicorn", "uwsgi", "celery", "uvicorn", "hypercorn", "daphne", "django"];
const INTERPRETERS: &[&str] = &[
    "python", "python3", "gunicorn", "uwsgi", "celery", "uvicorn", "java", "node", "php", "ruby", "perl", "dotnet",
    "puma", "sidekiq", "bundle", "beam.smp", "deno", "bun",
];
/// As Vigie's program and unit are called.
const OURS: &str = "vigie";
const DATABASES: &[&str] = &["postgres", "mysql", "mariadb", "mongod"];

/// How surely a line is about something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belongs {
    Yes,
    Unknown,
    No,
}

pub(super) struct Scope {
    units: BTreeSet<String>,
    names: Vec<String>,
    /// As its folders and its socket are called; a unit of just this name is its own.
    called: BTreeSet<String>,
    /// The words of those names that are long enough to say something, and those by which the question names it.
    words: BTreeSet<String>,
    /// Those of the question, and of what sends.
    pub(super) asked: BTreeSet<String>,
    /// Those of the question alone.
    pub(super) phrase: BTreeSet<String>,
    pids: BTreeSet<u32>,
    /// By what the log is called in which the run tells of its messages: a file, a container.
    logs: BTreeSet<String>,
    /// Processes that the kernel killed in the control group of another unit.
    foreign: BTreeSet<u32>,
    /// Units of programs of the administrator's own.
    declared: BTreeSet<String>,
    /// The log in which the run tells of its messages, where it is not one of many programs.
    log_of_run: Option<String>,
    is_of_vigie: bool,
}

impl Scope {
    pub(super) fn of(collected: &Collected, question: &Question, run: &Run) -> Self {
        if question.job.as_ref().is_some_and(JobStory::is_own) {
            return Self::of_vigie(collected, question);
        }
        let of_application = |one: &&Evidence| matches!(one.family, Family::AppServer | Family::App | Family::Tasks);
        let own: Vec<&Evidence> = collected.evidence.iter().filter(of_application).collect();
        let mut units: BTreeSet<String> = own.iter().filter_map(|one| one.actor.unit.clone()).collect();
        // Whatever says that it sends is what sends.
        let told_by = run.evidence.map(|index| &collected.evidence[index]).filter(|last| is_by_application(last.sign));
        if let Some(unit) = told_by.and_then(|last| last.actor.unit.clone()) {
            units = BTreeSet::from([unit]);
        }
        let mut names: Vec<String> = PROGRAMS.iter().map(|name| (*name).to_owned()).collect();
        let is_known = |service: &&Service| {
            PROGRAMS.iter().any(|name| service.command.contains(name)) || service.command.contains("manage.py")
        };
        let mut services: Vec<&Service> = collected.services.iter().filter(is_known).collect();
        if services.is_empty() {
            services = collected.services.iter().filter(|service| is_own_program(&service.command)).collect();
            // Of several nobody knows which one it is.
            if services.len() > 1 {
                services.clear();
            }
        }
        for service in services {
            units.insert(service.unit.clone());
            names.extend((service.description.len() > 3).then(|| service.description.to_lowercase()));
        }
        if let Some(unit) = &question.unit {
            units = BTreeSet::from([unit_name(unit)]);
        }
        names.extend(units.iter().map(|unit| unit.strip_suffix(".service").unwrap_or(unit).to_lowercase()));
        let mut called = called(collected);
        // A unit whose program speaks through the system's log is mostly called as the program is.
        let by_program = told_by.filter(|last| last.actor.unit.is_none() && last.actor.pid.is_some());
        called.extend(by_program.and_then(|last| last.actor.program.as_ref()).map(|program| program.to_lowercase()));
        let mut pids: BTreeSet<u32> = own.iter().filter_map(|one| one.actor.pid).collect();
        let mut logs = BTreeSet::new();
        if let Some(last) = told_by {
            let of_run = collected.evidence.iter().filter(|one| is_by_application(one.sign));
            pids.extend(of_run.filter(|one| is_same_speaker(one, last, collected)).filter_map(|one| one.actor.pid));
            logs = names_of_log(&collected.sources[last.place.source].name);
        }
        let words = words(called.iter().map(String::as_str).chain([question.phrase.as_str()]));
        let asked = self::words([question.phrase.as_str()].into_iter());
        let phrase = telling(&question.phrase.to_lowercase()).map(str::to_owned).collect();
        let foreign = told_by.and_then(|last| last.actor.unit.as_ref()).map(|unit| killed_elsewhere(unit, collected));
        let foreign = foreign.unwrap_or_default();
        let declared = collected.services.iter().filter(|service| is_own_program(&service.command));
        let declared = declared.map(|service| service.unit.clone()).collect();
        let log = told_by.map(|last| collected.sources[last.place.source].name.clone());
        let log_of_run = log.filter(|log| !is_shared(log) && question.unit.is_none());
        Self {
            units,
            names,
            called,
            words,
            asked,
            phrase,
            pids,
            logs,
            foreign,
            declared,
            log_of_run,
            is_of_vigie: false,
        }
    }

    /// Vigie does the work itself: its own unit and process are the application.
    fn of_vigie(collected: &Collected, question: &Question) -> Self {
        let is_ours = |command: &str| command.split([' ', '/']).any(|word| word == OURS);
        let declared = collected.services.iter().filter(|service| is_ours(&service.command));
        let mut units: BTreeSet<String> = declared.map(|service| service.unit.clone()).collect();
        units.insert(format!("{OURS}.service"));
        units.extend(question.unit.as_ref().map(|unit| unit_name(unit)));
        let names = units.iter().filter_map(|unit| unit.strip_suffix(".service")).map(str::to_lowercase).collect();
        Self {
            units,
            names,
            called: BTreeSet::new(),
            words: BTreeSet::new(),
            asked: BTreeSet::new(),
            phrase: BTreeSet::new(),
            pids: BTreeSet::new(),
            logs: BTreeSet::new(),
            foreign: BTreeSet::new(),
            declared: BTreeSet::new(),
            log_of_run: None,
            is_of_vigie: true,
        }
    }

    /// Whether it is the application that `one` speaks of.
    pub(super) fn is_application(&self, one: &Evidence) -> Belongs {
        if one.family == Family::Job {
            return Belongs::Yes;
        }
        if self.is_of_log(one) {
            return Belongs::Yes;
        }
        if one.sign == Sign::OomKill && one.actor.pid.is_some_and(|pid| self.foreign.contains(&pid)) {
            return Belongs::No;
        }
        let is_program = matches!(one.family, Family::AppServer | Family::App | Family::Tasks);
        if is_program && self.units.len() <= 1 && !self.is_of_vigie {
            return Belongs::Yes;
        }
        if let Some(unit) = &one.actor.unit {
            let stem = unit.strip_suffix(".service").unwrap_or(unit);
            if self.is_beside_own(unit) {
                return Belongs::No;
            }
            return if self.units.contains(unit) || self.called.contains(stem) || self.is_called(stem) {
                Belongs::Yes
            } else if self.units.is_empty() {
                self.by_name(one)
            } else {
                Belongs::No
            };
        }
        if one.actor.pid.is_some_and(|pid| self.pids.contains(&pid)) {
            return Belongs::Yes;
        }
        self.by_name(one)
    }

    /// Whether another unit has more of the names of the question and of the run's log than `unit`: `hours-export` and `hours-web`,
    /// where the export is asked about.
    fn is_beside_own(&self, unit: &str) -> bool {
        let count = |unit: &String| {
            let stem = unit.strip_suffix(".service").unwrap_or(unit).to_lowercase();
            let words: BTreeSet<&str> =
                stem.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() >= 3).collect();
            let own =
                || self.phrase.iter().chain(&self.logs).flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
            words.into_iter().filter(|word| own().any(|name| others::is_alike(name, word))).count()
        };
        let stem = unit.strip_suffix(".service").unwrap_or(unit).to_lowercase();
        let is_unrelated = |log: &String| {
            let phrase = self.phrase.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            others::is_of_unrelated_log("", &format!("/{stem}/"), log, &phrase)
        };
        if unit.ends_with(".service") && self.log_of_run.as_ref().is_some_and(is_unrelated) {
            return true;
        }
        let most = self.declared.iter().map(count).max().unwrap_or(0);
        self.declared.len() > 1 && self.declared.contains(unit) && count(&unit.to_owned()) < most
    }

    /// Whether a line of the machine names what the run's log is called after: `mailer` of `mailer-out.log`, a container.
    fn is_of_log(&self, one: &Evidence) -> bool {
        if self.logs.is_empty() || !matches!(one.family, Family::System | Family::Kernel) {
            return false;
        }
        let line = said(&one.line).to_lowercase();
        let comm = killed_program(&one.line).filter(|name| name.len() >= WORD_MIN).map(str::to_lowercase);
        self.logs.iter().any(|name| {
            let is_cut = |comm: &String| comm.len() == COMM_MAX && name.starts_with(comm.as_str());
            is_word_of(&line, name)
                || is_inflected(&line, name)
                || comm.as_ref().is_some_and(|comm| comm == name || is_cut(comm))
        })
    }

    fn by_name(&self, one: &Evidence) -> Belongs {
        if one.sign == Sign::OomKill {
            let name = killed_program(&one.line).unwrap_or_default();
            if self.is_of_vigie {
                return if name == OURS { Belongs::Yes } else { Belongs::No };
            }
            if self.is_called(name) {
                return Belongs::Yes;
            }
            return if INTERPRETERS.iter().any(|known| name.starts_with(known)) {
                Belongs::Unknown
            } else {
                Belongs::No
            };
        }
        // The host's name stands before what is said, and may be the application's, too.
        let line = said(&one.line).to_lowercase();
        if self.names.iter().any(|name| line.contains(name.as_str()))
            || one.family == Family::System && self.is_called(&line)
        {
            return Belongs::Yes;
        }
        if one.family == Family::System || self.is_of_vigie { Belongs::No } else { Belongs::Unknown }
    }

    /// Whether one of the words of `name` is what the application is called, where no unit is known to be it.
    fn is_called(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        let mut said = lower.split(|c: char| !c.is_alphanumeric());
        said.any(|word| self.asked.contains(word) || self.units.is_empty() && self.words.contains(word))
    }

    /// Whether `one` is said by a program that goes by another name than anything of the application, and is no interpreter.
    pub(super) fn is_of_other_name(&self, one: &Evidence) -> bool {
        let Some(program) = one.actor.program.as_deref().filter(|_| one.actor.pid.is_some()) else { return false };
        let lower = program.to_lowercase();
        let is_known = self.called.contains(&lower) || self.names.iter().any(|name| lower.contains(name.as_str()));
        let is_interpreter = INTERPRETERS.iter().any(|known| lower.starts_with(known));
        !is_known && !is_interpreter && !self.has_word_of(&lower)
    }

    fn has_word_of(&self, name: &str) -> bool {
        let mut said = name.split(|c: char| !c.is_alphanumeric());
        said.any(|word| {
            self.words.contains(word) || self.logs.iter().any(|log| word.len() >= WORD_MIN && log.contains(word))
        })
    }

    /// Whether `name`, in small letters or not, is one of what the application, its log or the question is called.
    pub(super) fn knows(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        let all = [&self.called, &self.logs, &self.phrase, &self.words];
        all.iter().any(|names| {
            names.iter().any(|own| own.split(|c: char| !c.is_alphanumeric()).any(|own| others::is_alike(own, &lower)))
        })
    }

    pub(super) fn is_database(&self, one: &Evidence) -> Belongs {
        let line = one.line.to_lowercase();
        let is_named = DATABASES
            .iter()
            .any(|name| line.contains(name) || one.actor.unit.as_ref().is_some_and(|unit| unit.contains(name)));
        if is_named { Belongs::Yes } else { Belongs::No }
    }
}

/// The processes that the kernel killed in control groups in which `unit` is not: `task_memcg=/system.slice/search.service`.
fn killed_elsewhere(unit: &str, collected: &Collected) -> BTreeSet<u32> {
    let killed = collected.evidence.iter().filter(|one| one.sign == Sign::OomKill);
    let elsewhere = killed.filter_map(|one| {
        let (_, group) = one.line.split_once("task_memcg=")?;
        let group = group.split(',').next()?;
        (!group.split('/').any(|part| part == unit)).then_some(one.actor.pid)?
    });
    elsewhere.collect()
}

/// Letters of the name of a process that the kernel keeps.
const COMM_MAX: usize = 15;
/// Letters of the name of a container by which it is known.
pub(super) const CONTAINER_LETTERS: usize = 12;

/// Whether `name` stands in `line`, and is no part of a longer word.
fn is_word_of(line: &str, name: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric();
    line.match_indices(name).any(|(at, _)| {
        let is_id = name.len() == CONTAINER_LETTERS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let behind = &line[at + name.len()..];
        !line[..at].ends_with(is_letter) && (is_id || !behind.starts_with(is_letter))
    })
}

/// Letters of a name that is known in the plural as well, and what it may have behind it then: `boletin` in `Envio de boletines`.
const INFLECTED_MIN: usize = 6;
const ENDING_MAX: usize = 2;

fn is_inflected(line: &str, name: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_alphanumeric());
    let is_ending = |rest: &str| !rest.is_empty() && rest.chars().count() <= ENDING_MAX;
    name.chars().count() >= INFLECTED_MIN && words.any(|word| word.strip_prefix(name).is_some_and(is_ending))
}

/// What a log is called after: `mailer` of `/root/.pm2/logs/mailer-out.log`, pod and container of `/var/log/containers/…`, and the
/// container of a file of Docker's.
fn names_of_log(source: &str) -> BTreeSet<String> {
    const ENDS: [&str; 7] = ["-out", "-error", "-err", "-stdout", "-stderr", "-json", "-current"];
    const OF_ANYBODY: [&str; 20] = [
        "sidekiq",
        "horizon",
        "uwsgi",
        "puma",
        "error",
        "access",
        "stdout",
        "stderr",
        "output",
        "production",
        "laravel",
        "syslog",
        "debug",
        "info",
        "main",
        "prod",
        "development",
        "console",
        "catalina",
        "default",
    ];
    let parts: Vec<&str> = source.rsplit('/').take(2).collect();
    let stem = parts.first().map_or("", |file| file.split('.').next().unwrap_or_default());
    let is_number = stem.bytes().all(|byte| byte.is_ascii_digit());
    let told = if is_number { parts.get(1).copied().unwrap_or_default() } else { stem };
    let mut names = BTreeSet::new();
    for part in told.split('_') {
        let is_id = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (name, id) = match (part.get(..64), part.rsplit_once('-')) {
            (Some(id), _) if is_id(id) => ("", id),
            (_, Some((name, id))) if is_id(id) => (name, id),
            _ => (part, ""),
        };
        let name = ENDS.iter().fold(name, |name, end| name.strip_suffix(end).unwrap_or(name)).to_lowercase();
        let known = [&OF_ANYBODY[..], ANY_WORDS, GENERIC].iter().any(|words| words.contains(&name.as_str()));
        names.extend((name.len() >= WORD_MIN && !known && name.contains(char::is_alphabetic)).then_some(name));
        names.extend((!id.is_empty()).then(|| id[..CONTAINER_LETTERS].to_owned()));
    }
    names
}

/// A program of the administrator's own: below a folder for such, or run by an interpreter.
fn is_own_program(command: &str) -> bool {
    let program = command.trim_start_matches(['-', '@', '+', '!', ':']).split(' ').next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    let is_run = INTERPRETERS.iter().any(|known| name.starts_with(known));
    is_run || ["/opt/", "/srv/", "/var/www/", "/home/"].iter().any(|folder| program.starts_with(folder))
}

/// Letters of a word that says something.
const WORD_MIN: usize = 4;
/// What programs that send are called, whoever wrote them.
const SENDERS: &[&str] = &[
    "mailer",
    "mailing",
    "mailings",
    "newsletter",
    "newsletters",
    "sender",
    "campaign",
    "campaigns",
    "notifier",
    "bulkmail",
    "emailer",
    "mailqueue",
    "infolettre",
    "envoi",
    "envois",
    "versand",
];
/// Words of questions and of folders that are in the names of many units.
const ANY_WORDS: &[&str] = &[
    "stopped",
    "stop",
    "stops",
    "going",
    "about",
    "around",
    "after",
    "before",
    "between",
    "mail",
    "mails",
    "email",
    "emails",
    "sending",
    "sent",
    "send",
    "yesterday",
    "today",
    "service",
    "server",
    "system",
    "systemd",
    "session",
    "user",
    "daily",
    "log",
    "logs",
    "shared",
    "current",
    "worker",
    "started",
    "starting",
    "stopping",
    "with",
    "from",
    "that",
    "this",
    "have",
    "been",
    "clean",
    "data",
    "message",
    "messages",
    "queue",
    "network",
    "time",
    "backup",
    "reboot",
    "restart",
    "update",
    "apache2",
    "httpd",
    "caddy",
    "haproxy",
    "traefik",
    "mongodb",
    "mariadb",
    "postgres",
    "rabbitmq",
    "exim4",
    "postfix",
    "celery",
    "gunicorn",
    "tomcat",
    "supervisord",
    "php",
    "cron",
    "journal",
    "rotate",
    "arrêté",
    "arrêtée",
    "hier",
    "vers",
];

/// Words by which a unit of the application may be known: those of its folders, of the question, and of what sends.
fn words<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let lower: Vec<String> = texts.map(str::to_lowercase).collect();
    lower.iter().flat_map(|text| telling(text)).chain(SENDERS.iter().copied()).map(str::to_owned).collect()
}

/// The words of a text that are long enough to say something, and do not stand anywhere.
fn telling(lower: &str) -> impl Iterator<Item = &str> {
    let tells = |word: &&str| {
        word.chars().count() >= WORD_MIN
            && word.contains(char::is_alphabetic)
            && !ANY_WORDS.contains(word)
            && !GENERIC.contains(word)
    };
    lower.split(|c: char| !c.is_alphanumeric()).filter(tells)
}

/// Words that are nobody's name.
const GENERIC: &[&str] = &[
    "log",
    "logs",
    "app",
    "apps",
    "www",
    "html",
    "web",
    "socket",
    "nginx",
    "supervisor",
    "postgresql",
    "mysql",
    "redis",
    "docker",
];

/// `club` of `/srv/club/logs/django.log`, `/var/log/club/gunicorn.log`, and of `unix:/run/club.sock` that nginx asks.
fn called(collected: &Collected) -> BTreeSet<String> {
    let of_application =
        |family: &Family| matches!(family, Family::AppServer | Family::App | Family::Tasks | Family::Other);
    let sources = collected.sources.iter().filter(|source| source.families.keys().any(of_application));
    let of_folders = sources.filter_map(|source| {
        let folders = ["/srv/", "/var/www/", "/opt/", "/home/", "/var/log/"];
        let (name, _) = folders.iter().find_map(|folder| source.name.strip_prefix(folder))?.split_once('/')?;
        Some(name)
    });
    let errors = collected.evidence.iter().filter(|one| one.family == Family::WebError);
    let of_sockets = errors.filter_map(|one| {
        let (path, _) = one.line.split_once("upstream: \"")?.1.split_once("unix:")?.1.split_once(".sock")?;
        path.rsplit('/').next()
    });
    let named = of_folders.chain(of_sockets).filter(|name| name.len() >= 3 && !GENERIC.contains(name));
    named.map(str::to_owned).collect()
}

/// `club` is `club.service`.
pub(super) fn unit_name(unit: &str) -> String {
    if unit.contains('.') { unit.to_owned() } else { format!("{unit}.service") }
}

/// What a line of the system's log says, without the time, the host and the program before it.
fn said(line: &str) -> &str {
    const HEAD_MAX: usize = 120;
    let is_head = |head: &&str| {
        head.len() < HEAD_MAX && head.contains(' ') && head.ends_with([']', ')']) || head.ends_with("kernel")
    };
    line.match_indices(": ").find(|(at, _)| is_head(&&line[..*at])).map_or(line, |(at, _)| &line[at + 2..])
}

/// `python3` of `Killed process 7 (python3)` and of `task=python3`.
fn killed_program(line: &str) -> Option<&str> {
    if let Some((_, rest)) = line.split_once(",task=") {
        return rest.split(',').next();
    }
    let (_, rest) = line.split_once("ill")?.1.split_once('(')?;
    rest.split(')').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_called_after_what_writes_it() {
        let id = "ab12".repeat(16);
        for (source, expected) in [
            ("/root/.pm2/logs/mailer-out.log", vec!["mailer".to_owned()]),
            (&format!("/var/lib/docker/containers/{id}/{id}-json.log"), vec!["ab12ab12ab12".to_owned()]),
            (
                &format!("/var/log/containers/post-7c9_web_post-{id}.log"),
                vec!["ab12ab12ab12".into(), "post".into(), "post-7c9".into()],
            ),
            ("/var/log/syslog", vec![]),
            ("/srv/club/logs/production.log", vec![]),
        ] {
            assert_eq!(names_of_log(source), expected.into_iter().collect(), "{source}");
        }
        assert!(is_word_of("container die ab12ab12ab12ffff", "ab12ab12ab12") && !is_word_of("mailers", "mailer"));
    }
}
