//! The work that the question names, and what is printed in its log: what goes on has not stopped, and what is another's is no cause.

use crate::tree::Tree;
use diagnosis::{
    Question, Verdict,
    judge::{CauseId, Judgement},
};
use std::fmt::Write as _;

const DAY: &str = "2026-02-11";

/// Lines every so many seconds from 22:00:00 on; `said` has the number of each.
fn lines(day: &str, step: u32, count: u32, said: impl Fn(u32) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let second = 22 * 3600 + number * step;
        let _ =
            writeln!(text, "{day} {:02}:{:02}:{:02} {}", second / 3600, second / 60 % 60, second % 60, said(number));
        text
    })
}

fn asked(tree: &Tree, phrase: &str) -> Judgement {
    let question = Question { phrase: format!("{phrase} {DAY}"), ..Question::default() };
    tree.ask(&question, None).judgement
}

fn cause(tree: &Tree, phrase: &str) -> Option<CauseId> {
    match asked(tree, phrase).verdict {
        Verdict::Cause { cause } => Some(cause),
        _ => None,
    }
}

#[test]
fn what_the_question_names_and_goes_on_has_no_cause_of_others() {
    let shortage = format!(
        "{DAY} 22:20:04 training stopped\nTraceback (most recent call last):\n  File \"/app/reco/train.py\", line 88, in step\n    raise MemoryError\nMemoryError: Unable to allocate 7.45 GiB\n"
    );
    let tree = Tree::in_paris();
    tree.write("opt/reco/logs/reco.log", &shortage);
    tree.write("opt/products/logs/sync.log", &lines(DAY, 37, 60, |page| format!("page {page} upserted (50 products)")));
    assert_eq!(cause(&tree, "the sync of products stopped at 22:20"), None);
    // The same of a work that does stop then.
    let tree = Tree::in_paris();
    let page = |page| format!("page {page} upserted (50 products)");
    tree.write("opt/products/logs/sync.log", &(lines(DAY, 37, 33, page) + &shortage));
    assert_eq!(cause(&tree, "the sync of products stopped at 22:20"), Some(CauseId::MemoryLimit));
}

#[test]
fn lines_that_are_half_a_minute_apart_are_a_run() {
    let tree = Tree::in_paris();
    tree.write("opt/edi/log/replication.log", &lines(DAY, 35, 35, |lot| format!("lot {lot} written, 90 rows")));
    tree.write(
        "var/log/kern.log",
        "Feb 11 22:20:03 edi-1 kernel: [8123.6] Out of memory: Killed process 71 (cupsd) total-vm:812kB\n",
    );
    let found = asked(&tree, "the replication stopped at 22:20");
    assert_eq!(found.run.basis, diagnosis::judge::RunBasis::Deliveries);
    assert!(!matches!(found.verdict, Verdict::Cause { .. }), "{:?}", found.verdict);
}

#[test]
fn a_trial_beside_the_work_itself_is_not_asked_about() {
    let sent = |number| format!("INFO payslip {number} sent to employee {}", number + 40);
    let refused = format!(
        "{DAY} 22:20:04 ERROR sending stopped\nsmtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed')\n"
    );
    let tree = Tree::in_paris();
    tree.write("srv/pay/staging/logs/pay.log", &(lines(DAY, 12, 100, sent) + &refused));
    tree.write("srv/pay/prod/logs/pay.log", &lines(DAY, 12, 200, sent));
    assert_eq!(cause(&tree, "the payslips stopped at 22:20"), None);
    assert_eq!(cause(&tree, "the payslips of staging stopped at 22:20"), Some(CauseId::SmtpAuth));
}

#[test]
fn a_disk_for_something_else_stops_nothing() {
    let readonly = |device: &str| {
        format!("Feb 11 22:20:06 shop-1 kernel: [1318331.9] EXT4-fs ({device}): Remounting filesystem read-only\n")
    };
    for (device, expected) in [("sdc1", None), ("sda1", Some(CauseId::ReadOnly))] {
        let tree = Tree::in_paris();
        tree.write("etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n/dev/sdc1 /mnt/photos ext4 defaults 0 2\n");
        tree.write("opt/orders/log/transfer.log", &lines(DAY, 10, 120, |order| format!("order {order} transferred")));
        tree.write("var/log/kern.log", &readonly(device));
        assert_eq!(cause(&tree, "the transfer stopped at 22:20"), expected, "{device}");
    }
}

#[test]
fn a_command_that_complains_in_the_log_of_its_script_is_heard() {
    let tree = Tree::in_paris();
    let sent = lines(DAY, 15, 80, |file| format!("PAIN001_{file}.xml sent"));
    tree.write(
        "var/log/edi/send.log",
        &format!("{sent}gpg: /srv/out/PAIN001_81.xml: encryption failed: Unusable public key\n"),
    );
    assert_eq!(cause(&tree, "the bank files stopped at 22:20"), Some(CauseId::CommandFailed));
    let tree = Tree::in_paris();
    let mailed = lines(DAY, 12, 100, |notice| format!("[info] notice {notice} mailed: 3 item(s)"));
    let died = "Can't call method \"email\" on an undefined value at /opt/overdue.pl line 341, <$list> line 166.\n";
    tree.write("opt/library/log/overdue.log", &(mailed + died));
    assert_eq!(cause(&tree, "the overdue notices stopped at 22:20"), Some(CauseId::Exception));
}

#[test]
fn a_summary_of_noughts_and_an_end_with_status_0_are_no_failure() {
    for last in [
        "22:20:00 summary: delivered=120 smtp_timeout=0 connection_refused=0 out_of_memory=0 disk_full=0",
        "22:20:00 fin du transfert (120 commandes), code retour 0\n2026-02-11 22:20:04 rsync warning: some files vanished before they could be transferred (code 24) at main.c(1347)",
        "22:20:00 queue orders is empty, idle",
    ] {
        let tree = Tree::in_paris();
        let done = lines(DAY, 10, 120, |order| format!("commande {order} transférée"));
        tree.write("opt/orders/log/orders.log", &format!("{done}{DAY} {last}\n"));
        assert_eq!(cause(&tree, "the transfer stopped at 22:20"), None, "{last}");
    }
}

#[test]
fn sendmail_tells_who_was_served_and_the_year_that_is_asked_about_is_that_of_its_lines() {
    let mut log = String::new();
    for number in 0..90 {
        let (minute, second) = (number / 6, number % 6 * 10);
        let stat = if number < 80 {
            "Sent (2.0.0 OK 35)"
        } else {
            "Deferred: 421 4.7.0 Too many messages from 198.51.100.23 in the last hour, sending rate limit reached"
        };
        let _ = writeln!(
            log,
            "Feb 11 22:{minute:02}:{second:02} lists sendmail[119]: w1BHGB0{number:05}: to=<p{number}@example.ch>, delay=00:00:02, mailer=esmtp, relay=mx1.example.ch. [203.0.113.40], dsn=2.0.0, stat={stat}"
        );
    }
    let tree = Tree::in_paris();
    tree.write("var/log/maillog", &log);
    let question = Question { phrase: "the letter stopped at 22:13 2019-02-11".into(), ..Question::default() };
    let list: String = (0..90).map(|number| format!("p{number}@example.ch\n")).collect();
    let list = diagnosis::RecipientList::read(list.as_bytes()).unwrap();
    let found = tree.ask(&question, Some(&list));
    assert_eq!(found.judgement.verdict, Verdict::Cause { cause: CauseId::SmtpRate });
    let who = found.who.unwrap();
    let count = |outcome| who.counts.get(&outcome).copied().unwrap_or(0);
    assert_eq!((count(diagnosis::recipients::Outcome::Sent), count(diagnosis::recipients::Outcome::Held)), (80, 10));
}

#[test]
fn haproxys_line_is_of_the_end_of_a_request_whichever_clock_it_bears() {
    let request = "10.8.0.14:34468 [11/Feb/2026:22:10:00.149] www~ node/n1 0/0/1/-1/600002 504 198 - - sH-- 3/3/0/0/0 0/0 \"POST /newsletter/31/send HTTP/1.1\"";
    for head in ["2026-02-11T22:20:00.152934+01:00 lb haproxy[1188]:", "Feb 11 22:20:00 lb haproxy[1188]:"] {
        let tree = Tree::in_paris();
        tree.write("var/log/haproxy.log", &format!("{head} {request}\n"));
        let found = asked(&tree, "the newsletter stopped at 22:20");
        assert_eq!(found.verdict, Verdict::Cause { cause: CauseId::GatewayTimeout }, "{head}");
        assert!((found.run.end.as_micros() - 1_770_844_800_152_000).abs() < 2_000_000, "{head}: {:?}", found.run.end);
    }
}
