//! From a record of a log to what it proves. Pure: [`read`] looks at one record, and holds its words against the rows of
//! [`table`]. What a client may have written (a path, an agent) is never held against them.

mod http;
mod mail;
mod table;
mod traceback;

use crate::evidence::{Actor, Delivery, Family, HttpRequest, Sign};
use sources::record::{Parsed, Value};

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
    match parsed.inner.unwrap_or(parsed.format) {
        "access" | "caddy" | "traefik" | "haproxy" | "uvicorn" | "runserver" => return Family::WebAccess,
        "nginx_error" | "apache_error" => return Family::WebError,
        "gunicorn" | "uwsgi" => return Family::AppServer,
        "celery" => return Family::Tasks,
        "postfix" => return Family::Mail,
        "postgres" | "postgres_csv" | "mysql" | "redis" | "mongodb" => return Family::Database,
        "kernel" => return Family::Kernel,
        _ => {}
    }
    if supervised(&parsed.message).is_some() {
        return Family::System;
    }
    match program.as_str() {
        "kernel" => Family::Kernel,
        "systemd" | "systemd-oomd" | "systemd-logind" | "systemd-journald" | "systemd-timesyncd" | "chronyd"
        | "dockerd" | "containerd" | "supervisord" | "CRON" | "cron" | "logrotate" | "dhclient" | "NetworkManager"
        | "systemd-networkd" | "systemd-resolved" | "sshd" | "sudo" => Family::System,
        "nginx" => Family::WebError,
        "gunicorn" | "uwsgi" => Family::AppServer,
        "celery" => Family::Tasks,
        "postgres" | "postgresql" | "mysqld" | "mariadbd" => Family::Database,
        "python" | "python3" | "django" => Family::App,
        name if name.starts_with("postfix/") || name.starts_with("opendkim") => Family::Mail,
        "exim" | "exim4" | "msmtp" | "smtpd" | "sendmail" | "nullmailer-send" => Family::Mail,
        name if name.starts_with("systemd-") => Family::System,
        _ if is_application(parsed) => Family::App,
        _ => Family::Other,
    }
}

/// The program that supervisor speaks of, in the words of its log.
fn supervised(message: &str) -> Option<&str> {
    const WORDS: [(&str, &str); 6] = [
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

fn is_application(parsed: &Parsed<'_>) -> bool {
    parsed.level.is_some()
        && matches!(
            parsed.format,
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
        )
        || traceback::of(&parsed.message).is_some()
        || traceback::head_of_stack(&parsed.message).is_some()
}

/// Everything that a record proves.
pub(crate) fn read(parsed: &Parsed<'_>, family: Family) -> Vec<Told> {
    let actor = Actor { program: program(parsed), unit: unit(parsed), pid: pid(parsed) };
    match family {
        Family::WebAccess => return http::access(parsed, &actor).into_iter().collect(),
        Family::Mail => return mail::read(parsed, &actor),
        _ => {}
    }
    // What is tried again by itself has not failed yet: Celery's word for it.
    if family == Family::Tasks && parsed.message.contains("] retry: Retry in ") {
        return Vec::new();
    }
    let request = http::named_in(parsed);
    let told =
        |sign| Told { sign, actor: subject(sign, &parsed.message, &actor), request: request.clone(), delivery: None };
    if let Some(trace) = traceback::of(&parsed.message) {
        return trace.signs(family).into_iter().map(told).collect();
    }
    let mut signs = table::signs(&parsed.message, family);
    if signs.is_empty() && traceback::head_of_stack(&parsed.message).is_some() {
        signs.push(Sign::Exception);
    }
    if signs.is_empty() && http::is_server_error(parsed) {
        signs.push(Sign::ServerError);
    }
    let mut all: Vec<Told> = signs.into_iter().map(told).collect();
    if all.is_empty() && matches!(family, Family::App | Family::Tasks | Family::Other) {
        all.extend(mail::sent_by_application(parsed, &actor));
    }
    all
}

/// What a text proves that a program of ours wrote, or passes on.
pub(crate) fn in_text(text: &str) -> Option<Sign> {
    table::signs(text, Family::App).first().copied()
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
