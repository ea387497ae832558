//! Nobody is *not started* whom any log names: an earlier part of the day, a program whose words nobody knows, another spelling.

use crate::tree::Tree;
use diagnosis::{Question, RecipientList, recipients::Outcome};
use std::fmt::Write as _;

/// A log of Postfix: messages to those of `range`, one every two seconds from that hour and minute on.
fn delivered(clock: &str, range: std::ops::RangeInclusive<u32>) -> String {
    range.clone().fold(String::new(), |mut text, number| {
        let at = format!("Nov 20 {clock}:{:02} mail", (number - range.start()) * 2);
        let (id, to) = (format!("A{number:05}"), format!("client{number}@example.org"));
        let _ = writeln!(text, "{at} postfix/smtpd[11]: {id}: client=localhost[127.0.0.1]");
        let _ = writeln!(text, "{at} postfix/qmgr[9]: {id}: from=<shop@example.org>, size=900, nrcpt=1 (queue active)");
        let _ = writeln!(
            text,
            "{at} postfix/smtp[12]: {id}: to=<{to}>, relay=mx.example.org[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)"
        );
        let _ = writeln!(text, "{at} postfix/qmgr[9]: {id}: removed");
        text
    })
}

fn list(rows: &[String]) -> RecipientList {
    RecipientList::read(format!("email\n{}\n", rows.join("\n")).as_bytes()).unwrap()
}

/// What became of each, by their addresses.
fn outcome(files: &[(&str, &str)], rows: &[String], address: &str) -> Outcome {
    let tree = Tree::in_paris();
    tree.write("var/log/mail.log", &(delivered("20:00", 90..=91) + &delivered("22:11", 8..=20)));
    for (path, text) in files {
        tree.write(path, text);
    }
    let question = Question { phrase: "the mailing stopped on 2025-11-20 at 22:12".into(), ..Question::default() };
    let who = tree.ask(&question, Some(&list(rows))).who.unwrap();
    who.recipients.iter().find(|one| one.address == address).unwrap().outcome
}

fn clients() -> Vec<String> {
    (1..=30).map(|number| format!("client{number}@example.org")).collect()
}

#[test]
fn who_is_named_nowhere_was_not_started() {
    assert_eq!(outcome(&[], &clients(), "client8@example.org"), Outcome::Sent);
    assert_eq!(outcome(&[], &clients(), "client1@example.org"), Outcome::NotStarted);
}

#[test]
fn who_was_served_hours_before_is_unconfirmed() {
    let earlier = delivered("17:30", 1..=7);
    let files = [("var/log/mail.log.1", earlier.as_str())];
    assert_eq!(outcome(&files, &clients(), "client1@example.org"), Outcome::Unknown);
    assert_eq!(outcome(&files, &clients(), "client25@example.org"), Outcome::NotStarted);
    // Of a week before it is another mailing.
    let older = earlier.replace("Nov 20", "Nov 13");
    assert_eq!(outcome(&[("var/log/mail.log.1", &older)], &clients(), "client1@example.org"), Outcome::NotStarted);
}

#[test]
fn words_that_nobody_knows_make_nobody_safe() {
    for line in [
        "Nov 20 22:10:40 mail msmtp: host=smtp.example.org tls=on from=shop@example.org recipients=client25@example.org smtpstatus=250 exitcode=EX_OK",
        "Nov 20 22:10:40 mail relay[7]: queued for <client25+news@example.org>",
        "Nov 20 22:10:40 mail relay[7]: to=<\"client25\"@example.org> handed on",
        "Nov 20 22:10:40 mail relay[7]: {\"to\":[\"CLIENT25@example.org\"]}",
    ] {
        let files = [("var/log/syslog", format!("{line}\n"))];
        let files = [(files[0].0, files[0].1.as_str())];
        assert_eq!(outcome(&files, &clients(), "client25@example.org"), Outcome::Unknown, "{line}");
    }
    let session = "Nov 20 22:10:40 mail relay[7]: smtp session 12: RCPT TO:<client25@example.org> 250 accepted\n";
    assert_eq!(outcome(&[("var/log/syslog", session)], &clients(), "client25@example.org"), Outcome::Unknown);
    let login = "Nov 20 22:10:40 mail dovecot: imap-login: Login: user=<client25@example.org>\n";
    assert_eq!(outcome(&[("var/log/syslog", login)], &clients(), "client25@example.org"), Outcome::NotStarted);
}

#[test]
fn another_address_of_a_row_counts() {
    let mut rows = clients();
    rows.push("client8+promo@example.org".into());
    rows.push("client9@example.org/client44@example.org".into());
    assert_eq!(outcome(&[], &rows, "client8+promo@example.org"), Outcome::Unknown);
    assert_eq!(outcome(&[], &rows, "client9@example.org, client44@example.org"), Outcome::Unknown);
    let tree = Tree::in_paris();
    tree.write("var/log/mail.log", &(delivered("20:00", 90..=91) + &delivered("22:11", 8..=20)));
    let rows: String = (1..=30).map(|n| format!("bill{n}@example.com;client{n}@example.org\n")).collect();
    let list = RecipientList::read(format!("billing;contact\n{rows}").as_bytes()).unwrap();
    let question = Question { phrase: "the mailing stopped on 2025-11-20 at 22:12".into(), ..Question::default() };
    let who = tree.ask(&question, Some(&list)).who.unwrap();
    let (_, rows) = diagnosis::recipients::not_sent(&list, &who);
    let rows = String::from_utf8(rows).unwrap();
    assert!(!(8..=20).any(|n| rows.contains(&format!("client{n}@"))), "{rows}");
}

#[test]
fn what_is_packed_unreadably_makes_nobody_safe() {
    let files = [("var/log/mail.log-20251120.xz", "packed")];
    assert_eq!(outcome(&files, &clients(), "client25@example.org"), Outcome::Unknown);
    // Of something else it says nothing of them.
    let files = [("var/log/nginx/access.log-20251120.xz", "packed")];
    assert_eq!(outcome(&files, &clients(), "client25@example.org"), Outcome::NotStarted);
}

#[test]
fn who_was_refused_at_one_address_and_served_at_another_is_not_written_to() {
    let bounce = "Nov 20 22:11:50 mail postfix/smtp[12]: B00001: to=<client25@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (550 5.1.1 user unknown)\n";
    let served = "Nov 20 22:11:52 mail postfix/smtp[12]: B00002: to=<client25@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)\n";
    let both = format!("{bounce}{served}");
    let mut rows = clients();
    rows[24] = "client25@example.org;client25@example.com".into();
    let tree = Tree::in_paris();
    tree.write("var/log/mail.log", &(delivered("20:00", 90..=91) + &delivered("22:11", 8..=20) + &both));
    let list = RecipientList::read(format!("email;contact\n{}\n", rows.join("\n")).as_bytes()).unwrap();
    let question = Question { phrase: "the mailing stopped on 2025-11-20 at 22:12".into(), ..Question::default() };
    let who = tree.ask(&question, Some(&list)).who.unwrap();
    assert_eq!(who.recipients[24].outcome, Outcome::Unknown);
}

#[test]
fn what_a_trial_sent_nobody_has() {
    let trial = (21..=24).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "2025-11-20 22:14:{number} INFO sent to client{number}@example.org");
        text
    });
    assert_eq!(
        outcome(&[("srv/shop-staging/logs/app.log", &trial)], &clients(), "client22@example.org"),
        Outcome::NotStarted
    );
    assert_ne!(outcome(&[("srv/shop/logs/app.log", &trial)], &clients(), "client22@example.org"), Outcome::NotStarted);
}
