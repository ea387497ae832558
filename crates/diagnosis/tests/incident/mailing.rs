//! The mailing that stopped at 22:20: 120 s of sending within a request, which gunicorn does not allow.

use crate::tree::{At, Tree};
use diagnosis::{
    Question, RecipientList, Verdict,
    judge::CauseId,
    recipients::{Advice, Outcome},
    report,
};
use language::Language;

/// When gunicorn lost patience.
fn end() -> At {
    At::new(22, 20, 3)
}

fn recipients() -> Vec<String> {
    (1..=60).map(|number| format!("adherent{number:02}@example.org")).collect()
}

/// A message every 3 s, from two minutes before the end; the last one is deferred.
fn postfix() -> String {
    let mut lines = String::new();
    for (number, address) in recipients().iter().take(40).enumerate() {
        let at = end().plus(-120 + 3 * number as i64);
        let queue_id = format!("4D{number:03}1F2A9C");
        let head = |program: &str| format!("{} web1 postfix/{program}[{}]", at.syslog(), 1200 + number % 3);
        let (status, reply) = if number == 39 {
            (
                "deferred",
                "host mx.example.org[192.0.2.25] said: 450 4.2.0 <x>: Recipient address rejected: Greylisted (in reply to RCPT TO command)",
            )
        } else {
            ("sent", "250 2.0.0 Ok: queued as 9A1B2C3D")
        };
        lines.push_str(&format!("{}: {queue_id}: client=localhost[127.0.0.1]\n", head("smtpd")));
        lines.push_str(&format!("{}: {queue_id}: message-id=<{number}@web1>\n", head("cleanup")));
        lines.push_str(&format!(
            "{}: {queue_id}: from=<club@example.org>, size=2101, nrcpt=1 (queue active)\n",
            head("qmgr")
        ));
        lines.push_str(&format!(
            "{}: {queue_id}: to=<{address}>, relay=mx.example.org[192.0.2.25]:25, delay=0.6, delays=0.1/0/0.2/0.3, dsn=2.0.0, status={status} ({reply})\n",
            head("smtp")
        ));
    }
    lines
}

pub(crate) fn incident() -> Tree {
    let tree = Tree::in_paris();
    tree.write("var/log/mail.log", &postfix());
    let mut access = String::new();
    for minute in 0..40 {
        let at = At::new(22, 0, 10).plus(60 * minute);
        access.push_str(&format!(
            "198.51.100.7 - - [{}] \"GET /adherents/ HTTP/1.1\" 200 5120 \"-\" \"Mozilla/5.0\"\n",
            at.access()
        ));
    }
    access.push_str(&format!(
        "198.51.100.7 - - [{}] \"POST /adherents_communiquer/ HTTP/1.1\" 502 157 \"-\" \"Mozilla/5.0\"\n",
        end().plus(1).access()
    ));
    tree.write("var/log/nginx/access.log", &access);
    tree.write(
        "var/log/nginx/error.log",
        &format!(
            "{} [error] 812#812: *567 upstream prematurely closed connection while reading response header from upstream, client: 198.51.100.7, server: club.example.org, request: \"POST /adherents_communiquer/ HTTP/1.1\", upstream: \"http://unix:/run/club.sock:/adherents_communiquer/\", host: \"club.example.org\"\n",
            end().plus(1).nginx()
        ),
    );
    tree.write("srv/journal.json", &journal());
    tree.write(
        "etc/systemd/system/club.service",
        "[Unit]\nDescription=Club site\n[Service]\nExecStart=/srv/club/venv/bin/gunicorn --workers 3 --timeout 120 club.wsgi\n",
    );
    tree
}

/// What `journalctl -o json` exports.
fn journal() -> String {
    let entry = |at: At, pid: u32, message: &str| {
        let message = message.replace('"', "\\\"");
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"{}\",\"_SYSTEMD_UNIT\":\"club.service\",\"SYSLOG_IDENTIFIER\":\"gunicorn\",\"_PID\":\"{pid}\",\"PRIORITY\":\"6\",\"MESSAGE\":\"{message}\"}}\n",
            at.micros()
        )
    };
    let said = |at: At, pid: u32, level: &str, words: &str| {
        entry(at, pid, &format!("[{}] [{pid}] [{level}] {words}", at.gunicorn()))
    };
    [
        said(At::new(9, 0, 0), 700, "INFO", "Starting gunicorn 20.1.0"),
        said(At::new(9, 0, 0), 812, "INFO", "Booting worker with pid: 812"),
        format!("{{\"__REALTIME_TIMESTAMP\":\"{}\",\"_TRANSPORT\":\"kernel\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"PRIORITY\":\"6\",\"MESSAGE\":\"audit: type=1400\"}}\n", At::new(22, 1, 0).micros()),
        said(end(), 700, "CRITICAL", "WORKER TIMEOUT (pid:812)"),
        said(end().plus(1), 700, "WARNING", "Worker with pid 812 was terminated due to signal 9"),
        said(end().plus(1), 815, "INFO", "Booting worker with pid: 815"),
    ]
    .concat()
}

pub(crate) fn list() -> RecipientList {
    RecipientList::read(format!("email\n{}\n", recipients().join("\n")).as_bytes()).unwrap()
}

pub(crate) fn asked() -> Question {
    Question { phrase: "l’envoi s’est arrêté à 22h20".into(), ..Question::default() }
}

#[test]
fn the_cause_is_named_with_the_line_that_decides() {
    let found = incident().ask(&asked(), None);
    assert_eq!(found.judgement.verdict, Verdict::Cause { cause: CauseId::WorkerTimeout });
    let first = &found.judgement.findings[0];
    let line = &found.collected.evidence[first.evidence];
    assert!(line.line.contains("WORKER TIMEOUT (pid:812)"), "{}", line.line);
    assert_eq!(line.at.as_micros(), end().micros());
    assert_eq!(found.judgement.run.request.as_ref().unwrap().path, "/adherents_communiquer/");
}

#[test]
fn who_got_the_message_is_told_by_the_mail_log() {
    let list = list();
    let found = incident().ask(&asked(), Some(&list));
    let who = found.who.as_ref().unwrap();
    let count = |outcome| who.counts.get(&outcome).copied().unwrap_or(0);
    assert_eq!(
        [count(Outcome::Sent), count(Outcome::Held), count(Outcome::Unknown), count(Outcome::NotStarted)],
        [39, 1, 0, 20]
    );
    assert_eq!(found.resume.advice, Advice::Wait);
}

#[test]
fn without_the_source_that_decides_nothing_is_named() {
    let tree = incident();
    tree.remove("srv/journal.json");
    let found = tree.ask(&asked(), None);
    assert!(matches!(found.judgement.verdict, Verdict::Insufficient { .. }), "{:?}", found.judgement.verdict);
}

#[test]
fn the_report_reads_well_in_both_languages() {
    let list = list();
    let found = incident().ask(&asked(), Some(&list));
    insta::assert_snapshot!("text_en", report::text(&found, Language::English));
    insta::assert_snapshot!("text_fr", report::text(&found, Language::French));
    insta::assert_snapshot!("markdown_en", report::markdown(&found, Language::English));
    let page = report::html(&found, Language::French);
    assert!(page.contains("<html lang=\"fr\">") && !page.contains("<script"));
    assert_eq!(report::json(&found, Language::English)["verdict"]["cause"], "worker_timeout");
}
