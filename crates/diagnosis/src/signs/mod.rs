//! From a record of a log to what it proves. Pure: [`read`] looks at one record, and holds its words against the rows of
//! [`table`]. What a client may have written (a path, an agent) is never held against them.

mod codes;
mod commands;
mod complaints;
mod done;
mod ends;
mod http;
mod lexicon;
mod locales;
mod lookup;
mod mail;
mod mta;
mod pairs;
mod peers;
mod replies;
mod retries;
mod stops;
mod strangers;
mod table;
mod targets;
mod traceback;

use crate::evidence::{Actor, Delivery, Family, HttpRequest, Sign};
use model::Level;
use sources::record::{Parsed, Value};
use std::borrow::Cow;

/// What a record says, without its time and place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) sign: Sign,
    pub(crate) actor: Actor,
    pub(crate) request: Option<HttpRequest>,
    pub(crate) delivery: Option<Delivery>,
}

/// The part of the machine that a record speaks of.
pub(crate) fn family(parsed: &Parsed<'_>) -> Family {
    let program = program(parsed).unwrap_or_default();
    // Caddy's own words have the form of its access log.
    if program.starts_with("http.log.error") || program.starts_with("http.handlers.") {
        return Family::WebError;
    }
    // Traefik tells as its own words why it answered so.
    if parsed.message.starts_with("'5") && parsed.message.contains("' caused by: ") {
        return Family::WebError;
    }
    if is_status_line(&parsed.message) && parsed.field("error").is_some() {
        return Family::WebError;
    }
    if is_of_docker(&parsed.message) {
        return Family::System;
    }
    // Sidekiq names its threads.
    if is_of_sidekiq(parsed) {
        return Family::Tasks;
    }
    match parsed.inner.unwrap_or(parsed.format) {
        "access" | "caddy" | "traefik" | "haproxy" | "uvicorn" | "runserver" => return Family::WebAccess,
        "nginx_error" | "apache_error" => return Family::WebError,
        "gunicorn" | "uwsgi" => return Family::AppServer,
        "celery" => return Family::Tasks,
        "postfix" | "exim" => return Family::Mail,
        "laravel_worker" => return Family::Tasks,
        "postgres" | "postgres_csv" | "mysql" | "redis" | "mongodb" => return Family::Database,
        "kernel" => return Family::Kernel,
        _ => {}
    }
    if supervised(&parsed.message).is_some() || is_of_pm2(&parsed.message) {
        return Family::System;
    }
    match program.as_str() {
        "kernel" => Family::Kernel,
        "systemd" | "systemd-oomd" | "systemd-logind" | "systemd-journald" | "systemd-timesyncd" | "chronyd"
        | "dockerd" | "containerd" | "docker" | "podman" | "kubelet" | "PM2" | "pm2" | "crond" | "CROND" | "monit"
        | "runit" | "supervisord" | "CRON" | "cron" | "logrotate" | "dhclient" | "NetworkManager"
        | "systemd-networkd" | "systemd-resolved" | "sshd" | "sudo" | "earlyoom" | "nohang" | "supervise-daemon"
        | "s6-supervise" | "runsv" | "openrc" | "init" | "start-stop-daemon" | "conmon" | "k3s" | "nomad"
        | "circusd" | "oom_reaper" | "watchdog" | "watchtower" => Family::System,
        "nginx" => Family::WebError,
        "gunicorn" | "uwsgi" => Family::AppServer,
        "celery" => Family::Tasks,
        "postgres" | "postgresql" | "mysqld" | "mariadbd" => Family::Database,
        "python" | "python3" | "django" => Family::App,
        name if name.starts_with("postfix/") || name.starts_with("opendkim") => Family::Mail,
        "exim" | "exim4" | "sm-mta" | "opensmtpd" | "ssmtp" | "esmtp" | "dma" | "msmtp" | "smtpd" | "sendmail"
        | "nullmailer-send" => Family::Mail,
        name if name.starts_with("systemd-") => Family::System,
        _ if is_application(parsed) => Family::App,
        _ => Family::Other,
    }
}

/// `504 Gateway Timeout`: what a proxy answered in place of a server, and nothing else.
fn is_status_line(message: &str) -> bool {
    matches!(
        message,
        "500 Internal Server Error" | "502 Bad Gateway" | "503 Service Unavailable" | "504 Gateway Timeout"
    )
}

/// The program that supervisor speaks of, in the words of its log.
fn supervised(message: &str) -> Option<&str> {
    const WORDS: [(&str, &str); 7] = [
        ("killing '", "' ("),
        ("spawned: '", "' with pid "),
        ("stopped: ", " (terminated by "),
        ("stopped: ", " (exit status "),
        ("exited: ", " ("),
        ("success: ", " entered RUNNING state"),
        ("waiting for ", " to stop"),
    ];
    WORDS.iter().find_map(|(before, after)| {
        let (name, _) = message.strip_prefix(before)?.split_once(after)?;
        (!name.is_empty() && !name.contains(' ')).then_some(name)
    })
}

/// `pid=2871 tid=gok INFO: Shutting down`.
fn is_of_sidekiq(parsed: &Parsed<'_>) -> bool {
    parsed.message.starts_with("pid=") && parsed.message.contains(" tid=")
}

/// An event of Docker: `container die ab12 (exitCode=137, …)`.
fn is_of_docker(message: &str) -> bool {
    let event = message.strip_prefix("container ").and_then(|rest| rest.split_once(' '));
    event.is_some_and(|(event, rest)| {
        matches!(event, "die" | "oom" | "kill" | "stop" | "start" | "restart") && rest.contains("image=")
    })
}

/// What pm2 says of a program that it looks after: `PM2 | App [club:0] exited with code [1]`.
fn is_of_pm2(message: &str) -> bool {
    let message = message.trim_start_matches("PM2").trim_start_matches([' ', '|', ':']);
    let message = message.trim_start_matches("PM2 ").trim_start_matches("log: ");
    message.starts_with("App [") && message.contains("] ") || message.starts_with("Stopping app:")
}

fn is_application(parsed: &Parsed<'_>) -> bool {
    parsed.level.is_some()
        && matches!(
            parsed.inner.filter(|_| matches!(parsed.format, "docker" | "compose" | "cri")).unwrap_or(parsed.format),
            "python"
                | "django"
                | "python_basic"
                | "django_request"
                | "tagged"
                | "bracketed"
                | "loguru"
                | "structlog"
                | "json"
                | "dated"
                | "logfmt"
                | "seeds"
                | "mailing"
                | "java"
                | "logback"
                | "monolog"
                | "php"
                | "ruby"
                | "rails"
                | "dotnet"
                | "nest"
                | "gin"
                | "tracing"
                | "env_logger"
                | "zerolog_console"
                | "tomcat"
                | "jboss"
                | "elixir"
                | "odoo"
                | "glog"
                | "heads"
                | "bunyan"
                | "pino"
                | "serilog"
                | "zap"
                | "ecs"
        )
        || traceback::of(&parsed.message).is_some()
        || traceback::head_of_stack(&parsed.message).is_some()
}

/// What the system answers where a file cannot be opened for want of something: disk, descriptors, rights to write.
const FILES_FAIL: &[&str] = &["failed (28:", "failed (24:", "failed (23:", "failed (30:", "failed (122:", "failed (5:"];

/// Everything that a record proves.
pub(crate) fn read(parsed: &Parsed<'_>, family: Family) -> Vec<Told> {
    let actor = Actor { program: program(parsed), unit: unit(parsed), pid: pid(parsed) };
    // Exim tells of both ways in one log, and names no program.
    if mail::is_of_strangers(&parsed.message) {
        return Vec::new();
    }
    // The path of a file that a client asked for and that there is not may say anything.
    if family == Family::WebError && parsed.message.contains("open() \"") && !has(&parsed.message, FILES_FAIL) {
        return Vec::new();
    }
    if actor.program.as_deref() == Some("sudo")
        && let Some(name) = stops::stopped_by_hand(&parsed.message)
    {
        let actor = Actor { unit: Some(format!("{name}.service")), ..actor };
        return vec![Told { sign: Sign::AppStopped, actor, request: None, delivery: None }];
    }
    match family {
        Family::WebAccess => return http::access(parsed, &actor).into_iter().collect(),
        Family::Mail => return mail::read(parsed, &actor),
        _ => {}
    }
    // A line of a stack that is logged by itself: what it is about stands in the first. What was asked for from outside and
    // refused may say anything.
    if is_frame(&parsed.message) || is_program(family) && strangers::is_refusal(&parsed.message) {
        return Vec::new();
    }
    // What is tried again by itself has not failed yet: Celery's word for it.
    if family == Family::Tasks && parsed.message.contains("] retry: Retry in ") {
        return Vec::new();
    }
    let request = http::named_in(parsed);
    let whole = text_with_errors(parsed);
    let own = if is_program(family) { strangers::without_typed(&whole) } else { Cow::Borrowed(&*whole) };
    let text = &*if is_program(family) { strangers::without_noughts(&own) } else { Cow::Borrowed(&*own) };
    let told = |sign| Told { sign, actor: subject(sign, text, &actor), request: request.clone(), delivery: None };
    if let Some(trace) = traceback::of(text) {
        return trace.signs(family).into_iter().map(told).collect();
    }
    let mut signs = of_text(parsed, text, family);
    if speaks_of_failures(parsed, family)
        && signs.iter().any(|sign| retries::is_of_attempt(*sign))
        && retries::will_try_again(lookup::beginning(text))
    {
        signs.retain(|sign| !retries::is_of_attempt(*sign));
        if signs.is_empty() {
            return Vec::new();
        }
    }
    let mut all: Vec<Told> = signs.into_iter().map(told).collect();
    // Who is refused for a quota that is used up has not got it either.
    let is_refusal = |sign: Sign| matches!(sign, Sign::RecipientRefused | Sign::SmtpQuota | Sign::SmtpRate);
    for refused in all.iter_mut().filter(|told| is_refusal(told.sign) && is_program(family)) {
        refused.delivery = mail::refused(&parsed.message);
    }
    if all.is_empty() && matches!(family, Family::App | Family::AppServer | Family::Tasks | Family::Other) {
        all.extend(mail::sent_by_application(parsed, &actor));
    }
    if all.is_empty() && is_program(family) && complaints::is_one(parsed, text) {
        let lower = lookup::beginning(text).to_lowercase();
        let is_by_command = |line: &str| complaints::tells_of_failure(line) && commands::is_by_command(line);
        let is_of_command = || commands::names_failure(&lower) || text.lines().skip(1).any(is_by_command);
        let of_command = || is_of_command().then_some(Sign::CommandStatus);
        all.push(told(pairs::sign(&lower).or_else(of_command).unwrap_or(Sign::Complaint)));
    } else if all.is_empty() && is_program(family) && parsed.level.is_none_or(|level| level >= Level::Warning) {
        let lower = lookup::beginning(text).to_lowercase();
        all.extend(commands::names_failure(&lower).then(|| told(Sign::CommandStatus)));
    }
    all
}

/// Lines without a time of their own, behind one that has one, that are looked at.
const PRINTED_LINES_MAX: usize = 40;

/// What was printed behind a line in which nothing has failed proves: a command's own words in the log of the script that calls it,
/// `Can't call method "email" on an undefined value at /opt/mail.pl line 341.`
pub(crate) fn printed_behind(parsed: &Parsed<'_>, family: Family, told: &[Told]) -> Vec<Told> {
    let is_fine = parsed.level.is_none_or(|level| level <= Level::Warning)
        && told.iter().all(|told| matches!(told.sign, Sign::AppSent | Sign::AppNamed | Sign::AppDone | Sign::AppTotal));
    let Some((_, rest)) = parsed.message.split_once('\n').filter(|_| is_fine && is_program(family)) else {
        return Vec::new();
    };
    // What is indented belongs to the line before it.
    let printed: Vec<&str> =
        rest.lines().filter(|line| !line.starts_with([' ', '\t', '}', ']', '{'])).take(PRINTED_LINES_MAX).collect();
    let actor = |told: Told| Told { actor: self::told(told.sign, parsed).actor, ..told };
    let of_line = |line: &&str| {
        let mut told = read(&Parsed { message: Cow::Borrowed(*line), ..Parsed::default() }, family);
        // A command names itself before what it has to complain of: `gpg: encryption failed: Unusable public key`.
        for told in told.iter_mut().filter(|told| told.sign == Sign::Complaint && commands::is_by_command(line)) {
            told.sign = Sign::CommandStatus;
        }
        told
    };
    let is_bad = |told: &Told| !matches!(told.sign, Sign::AppSent | Sign::AppNamed | Sign::AppDone | Sign::AppTotal);
    printed.iter().flat_map(of_line).filter(is_bad).map(actor).collect()
}

/// What a text says by its words, by the end of a process, by a code, by a reply, and at last that something failed at all.
fn of_text(parsed: &Parsed<'_>, text: &str, family: Family) -> Vec<Sign> {
    let mut signs = in_words(text, family);
    signs.retain(|sign| {
        let is_small = *sign == Sign::ClockStep && is_small_step(text);
        !is_small && !is_told_in_passing(*sign, parsed, family)
    });
    // A broker that waits for whoever handles its messages is no mail server.
    if text.contains("consumer acknowledgement") {
        return signs;
    }
    if signs.is_empty()
        && matches!(family, Family::System | Family::AppServer | Family::Tasks | Family::App | Family::Other)
    {
        signs.extend(ends::sign(&lookup::beginning(text).to_lowercase(), family));
    }
    if signs.is_empty() && speaks_of_failures(parsed, family) {
        signs.extend(codes::sign(lookup::beginning(text)));
    }
    if signs.is_empty() && speaks_of_failures(parsed, family) {
        // What a program calls the part of it that speaks says to whom it spoke.
        let logger = parsed.logger.as_deref().unwrap_or_default();
        signs.extend(failure(&format!("{logger}: {text}")));
    }
    let is_complaint = || complaints::is_one(parsed, text) || complaints::tells_of_failure(lookup::beginning(text));
    if signs.is_empty() && speaks_of_failures(parsed, family) && family != Family::Mail && is_complaint() {
        let lower = lookup::beginning(text).to_lowercase();
        let is_failed = targets::is_failed_answer(&lower) || targets::has_failed_status(parsed);
        signs.extend(is_failed.then_some(Sign::TargetFailed));
    }
    let is_error = parsed.level.is_none_or(|level| level >= Level::Error);
    let is_thrown = || traceback::head_of_stack(text).is_some() || traceback::is_uncaught(text);
    if signs.is_empty() && (is_thrown() || is_error && is_program(family) && traceback::is_named(text)) {
        signs.push(Sign::Exception);
    }
    if signs.is_empty() && http::is_server_error(parsed) {
        signs.push(Sign::ServerError);
    }
    // Whoever sends through a server that has no room left knows nothing of the disk of this machine.
    for sign in signs.iter_mut().filter(|sign| **sign == Sign::SmtpNoSpace && is_program(family)) {
        *sign = Sign::SmtpBusy;
    }
    signs
}

/// Whether a message is a frame of JavaScript: `    at SMTPConnection._onClose (/srv/x/index.js:869:25)`.
fn is_frame(message: &str) -> bool {
    let first = message.trim_start().lines().next().unwrap_or_default();
    first.starts_with("at ") && first.contains(".js:")
}

/// What the rows say of a text: of its innermost cause, if it names one that they know.
fn in_words(text: &str, family: Family) -> Vec<Sign> {
    let inner = traceback::innermost(text).map(|inner| lookup::signs(inner, family));
    let mut signs = inner.filter(|signs| !signs.is_empty()).unwrap_or_else(|| lookup::signs(text, family));
    // Whom the port names goes before the words of a library that speaks with many.
    for sign in signs.iter_mut().filter(|sign| matches!(sign, Sign::SmtpRefused | Sign::SmtpTimeout)) {
        *sign = peers::of_another(&lookup::beginning(text).to_lowercase()).unwrap_or(*sign);
    }
    signs
}

/// What a record says whose words are not looked at.
pub(crate) fn told(sign: Sign, parsed: &Parsed<'_>) -> Told {
    let actor = Actor { program: program(parsed), unit: unit(parsed), pid: pid(parsed) };
    Told { sign, actor, request: None, delivery: None }
}

pub(crate) use complaints::tells_of_failure;
pub(crate) use done::{counter, numbers, says_over, speaks_of_mailing, speaks_of_work, tells_all, tells_part};
pub(crate) use replies::names_provider;

/// What a text proves that a program of ours wrote, or passes on.
pub(crate) fn in_text(text: &str) -> Option<Sign> {
    lookup::signs(text, Family::App).first().copied()
}

/// Whether one of the words stands in the text.
fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// What a failed reply or connection proves that no row has the words of.
fn failure(text: &str) -> Option<Sign> {
    let lower = lookup::beginning(text).to_lowercase();
    let lower = locales::in_english(&lower);
    replies::sign(&lower).or_else(|| peers::sign(&lower))
}

/// Whether a program says it with a level that says that nothing has failed: `INFO sending rate is 12/s`.
fn is_told_in_passing(sign: Sign, parsed: &Parsed<'_>, family: Family) -> bool {
    let is_end = matches!(
        sign,
        Sign::ServerStopping
            | Sign::ServerReloading
            | Sign::ServerStarted
            | Sign::WorkerBooted
            | Sign::WorkerRecycled
            | Sign::WorkerKilled
            | Sign::ProcessCrashed
            | Sign::PackageUpgrade
            | Sign::LinesLost
            | Sign::BrokerRestored
            | Sign::TaskEnded
            | Sign::ShutdownBegan
            | Sign::ClockStep
            | Sign::OomUnit
            | Sign::DbConnections
    );
    // Who has no room for a line says so by the way: PHP calls it a notice.
    let is_lack = matches!(sign, Sign::NoSpace | Sign::QuotaExceeded | Sign::ReadOnly | Sign::TooManyFiles)
        && parsed.message.contains("errno=");
    let is_program = matches!(family, Family::App | Family::Tasks | Family::Other);
    is_program
        && !is_end
        && !is_lack
        && parsed.format != "journald"
        && parsed.level.is_some_and(|level| level < Level::Warning)
}

/// Seconds from which a clock that was set changes what programs do: timeouts and certificates bear less.
const STEP_MIN: f64 = 5.0;

/// By how many seconds a clock was set forward, or back: `System clock was stepped by 0.004 seconds`.
pub(crate) fn step(text: &str) -> Option<f64> {
    ["stepped by ", "clock_step ", "wrong by ", "(offset ", " offset ", "time reset "].iter().find_map(|mark| {
        let rest = text.split_once(mark)?.1.trim_start_matches(['+', ' ']);
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
        rest[..rest.find(|c: char| !is_number(c)).unwrap_or(rest.len())].parse().ok()
    })
}

fn is_small_step(text: &str) -> bool {
    step(text).is_some_and(|seconds| seconds.abs() < STEP_MIN)
}

/// Whether the record may tell of a failure: a program's, and none that itself says that all is well.
fn speaks_of_failures(parsed: &Parsed<'_>, family: Family) -> bool {
    let is_program = is_program(family) || family == Family::Mail;
    // What the journal files under a priority is where a line was written to, not what its program calls it.
    let is_own_level = parsed.format != "journald";
    is_program && !(is_own_level && parsed.level.is_some_and(|level| level < Level::Warning))
}

fn is_program(family: Family) -> bool {
    matches!(family, Family::App | Family::AppServer | Family::Tasks | Family::Other)
}

/// Fields of structured records in which an error is told beside the message.
const OF_ERRORS: &[&str] = &[
    "error",
    "err",
    "exception",
    "exc_info",
    "stack",
    "stack_trace",
    "stacktrace",
    "cause",
    "reason",
    "detail",
    "details",
    "response",
    "attr",
];
/// Bytes of such fields.
const ERRORS_BYTES_MAX: usize = 8 << 10;

/// The message; before it an exception that was taken for the name of a logger, behind it what structured records say of the
/// error in fields of its own.
fn text_with_errors<'a>(parsed: &'a Parsed<'_>) -> Cow<'a, str> {
    let logger = parsed.logger.as_deref().filter(|name| is_exception(name)).unwrap_or_default();
    let is_of_error =
        |name: &str| name.split('.').any(|part| OF_ERRORS.iter().any(|word| part.eq_ignore_ascii_case(word)));
    let mut errors = String::new();
    for field in parsed.fields.iter().filter(|field| is_of_error(&field.name)) {
        let text = words(&field.value);
        if errors.len() + text.len() < ERRORS_BYTES_MAX && !parsed.message.contains(&text) {
            errors.push('\n');
            errors.push_str(&text);
        }
    }
    match (logger, &*errors) {
        ("", "") => Cow::Borrowed(&parsed.message),
        ("", _) => Cow::Owned(format!("{}{errors}", parsed.message)),
        _ => Cow::Owned(format!("{logger}: {}{errors}", parsed.message)),
    }
}

/// `java.lang.OutOfMemoryError`, `Net::ReadTimeout`, `SocketException`.
fn is_exception(name: &str) -> bool {
    let is_word = !name.is_empty() && !name.contains([' ', '/']);
    is_word
        && (["Error", "Exception", "Timeout", "Failure", "Busy"].iter().any(|end| name.ends_with(end))
            || name.contains("::"))
}

/// The process and unit that are spoken of, where that is not who speaks.
fn subject(sign: Sign, message: &str, actor: &Actor) -> Actor {
    let named = match sign {
        Sign::OomKill => pid_behind(message, &["Killed process ", "Kill process ", "pid="]),
        Sign::WorkerTimeout | Sign::WorkerKilled | Sign::WorkerBooted | Sign::ProcessCrashed => {
            pid_behind(message, &["(pid:", "with pid: ", "with pid ", "(pid: ", "pid:"])
        }
        Sign::TaskHardLimit | Sign::TaskWorkerLost => pid_behind(message, &["pid:"]),
        _ => None,
    };
    Actor { pid: named.or(actor.pid), unit: unit_named(message).or_else(|| actor.unit.clone()), ..actor.clone() }
}

fn pid_behind(message: &str, marks: &[&str]) -> Option<u32> {
    marks.iter().find_map(|mark| {
        let rest = message.split_once(mark)?.1.trim_start();
        rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
    })
}

/// `app.service` where the message of the service manager or the kernel names one.
fn unit_named(message: &str) -> Option<String> {
    if let Some((_, rest)) = message.split_once("task_memcg=") {
        let group = rest.split(',').next()?;
        return group
            .rsplit('/')
            .find(|part| part.ends_with(".service") || part.ends_with(".scope"))
            .map(str::to_owned);
    }
    if let Some(name) = supervised(message) {
        return Some(name.to_owned());
    }
    // systemd-oomd names the group.
    if let Some((_, rest)) = message.split_once("Killed /") {
        let group = rest.split(' ').next().unwrap_or_default();
        return group.rsplit('/').next().filter(|part| part.ends_with(".service")).map(str::to_owned);
    }
    let word = message.split_whitespace().take(3).map(|word| word.trim_end_matches([':', '.', ','])).find(|word| {
        [".service", ".scope", ".socket", ".mount"].iter().any(|kind| word.ends_with(kind)) && !word.contains('/')
    })?;
    Some(word.to_owned())
}

fn field<'a>(parsed: &'a Parsed<'_>, names: &[&str]) -> Option<&'a Value<'a>> {
    names.iter().find_map(|name| parsed.field(name))
}

fn words(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
    }
}

fn text_of(parsed: &Parsed<'_>, names: &[&str]) -> Option<String> {
    field(parsed, names).map(words).filter(|text| !text.is_empty())
}

fn number_of(parsed: &Parsed<'_>, names: &[&str]) -> Option<f64> {
    text_of(parsed, names)?.parse().ok().filter(|number: &f64| number.is_finite())
}

pub(crate) fn program(parsed: &Parsed<'_>) -> Option<String> {
    text_of(parsed, &["program", "SYSLOG_IDENTIFIER"]).or_else(|| parsed.logger.as_deref().map(str::to_owned))
}

fn unit(parsed: &Parsed<'_>) -> Option<String> {
    text_of(parsed, &["UNIT", "_SYSTEMD_UNIT", "OBJECT_SYSTEMD_UNIT"]).filter(|unit| unit != "init.scope")
}

fn pid(parsed: &Parsed<'_>) -> Option<u32> {
    text_of(parsed, &["pid", "_PID", "SYSLOG_PID"])?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use model::Timestamp;
    use sources::{Options, Reader, multiline::Limits, timestamps::Reference};

    /// The first sign of each record that begins with a line of `text`.
    fn of_text(text: &str) -> String {
        let limits = Limits { lines_max: 400, bytes_max: 64 << 10, speakers_max: 64, hold: std::time::Duration::MAX };
        let reference = Reference::Modified(Timestamp::from_micros(1_772_500_000_000_000));
        let mut reader = Reader::new(Options { zone: TimeZone::UTC, reference, limits, scrubber: None });
        let mut found = Vec::new();
        let mut take = |record: sources::Record<'_>| {
            let family = family(&record.parsed);
            found.extend(read(&record.parsed, family).into_iter().map(|told| told.sign.word()));
        };
        for line in text.split('\n') {
            reader.push(line.as_bytes(), Timestamp::EPOCH, &mut take);
        }
        reader.finish(&mut take);
        found.into_iter().next().unwrap_or_else(|| "-".to_owned())
    }

    /// Lines of `table` that are taken for another thing.
    fn taken_wrongly(table: &str) -> Vec<String> {
        let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let wrong = lines.enumerate().filter_map(|(number, line)| {
            let (expected, text) = line.split_once('\t')?;
            let found = of_text(&text.replace("\\n", "\n").replace("\\t", "\t"));
            (found != expected).then(|| format!("{number} {expected}, not {found}: {text}"))
        });
        wrong.collect()
    }

    #[test]
    fn programs_of_other_hands_are_understood() {
        let wrong = taken_wrongly(include_str!("wording.tsv"));
        assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn so_are_further_lines() {
        let wrong = taken_wrongly(include_str!("wording_more.tsv"));
        assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
    }
}
