//! What is said at the very moment by another machine, another site, or a program of another name.

use crate::tree::Tree;
use diagnosis::{Question, Verdict, judge::CauseId};
use std::fmt::Write;

const DAY: &str = "2026-02-11";

/// An export that tells of a row every six seconds from 22:10 on, and is silent after 22:20:00.
fn export() -> String {
    (0..101).fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{DAY} 22:{:02}:{:02} row {row} of 400 written", 10 + row / 10, row % 10 * 6);
        text
    })
}

fn verdict(log: &str, others: &[(&str, &str)]) -> Verdict {
    let tree = Tree::in_paris();
    tree.write("etc/hostname", "shop-1\n");
    tree.write("opt/export/export.py", "");
    tree.write(log, &export());
    for (path, text) in others {
        tree.write(path, text);
    }
    let question = Question { phrase: format!("the export stopped at 22:20 {DAY}"), ..Question::default() };
    tree.ask(&question, None).judgement.verdict
}

fn names(log: &str, path: &str, text: &str, expected: Option<CauseId>) {
    let found = verdict(log, &[(path, text)]);
    match expected {
        Some(cause) => assert_eq!(found, Verdict::Cause { cause }, "{text}"),
        None => assert!(!matches!(found, Verdict::Cause { .. }), "{text}: {found:?}"),
    }
}

#[test]
fn a_server_of_another_machine_is_no_cause() {
    let crash =
        |host: &str| format!("{DAY}T22:20:05.540208+01:00 {host} mysqld[901]: 21:20:05 UTC - mysqld got signal 11 ;\n");
    let log = "opt/export/log/export.log";
    names(log, "var/log/syslog", &crash("wiki-db"), None);
    names(log, "var/log/syslog", &crash("shop-1"), Some(CauseId::DbCrash));
    names(log, "var/log/syslog", &crash("Shop-1.example.org"), Some(CauseId::DbCrash));
}

#[test]
fn an_error_of_another_site_is_no_cause() {
    let fatal = |folder: &str| {
        format!(
            "[11-Feb-2026 22:20:05] PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 8388616 bytes) in /srv/{folder}/resize.php on line 57\n"
        )
    };
    let log = "var/log/orders/export.log";
    names(log, "var/log/php/gallery_error.log", &fatal("gallery"), None);
    names(log, "var/log/php/orders_error.log", &fatal("orders"), Some(CauseId::MemoryLimit));
    names(log, "var/log/php/error.log", &fatal("exporter"), Some(CauseId::MemoryLimit));
}

#[test]
fn a_crash_of_a_service_of_the_machine_is_no_cause() {
    let segfault = |program: &str| {
        format!(
            "{DAY}T22:20:03+01:00 shop-1 kernel: [8123.6] {program}[1022]: segfault at 4 ip 00007f sp 00007ff error 4 in lib.so\n"
        )
    };
    let log = "opt/export/log/export.log";
    names(log, "var/log/kern.log", &segfault("cupsd"), None);
    names(log, "var/log/kern.log", &segfault("python3"), Some(CauseId::Crashed));
}

#[test]
fn a_unit_is_known_by_the_program_that_speaks_in_the_shared_log() {
    let mut text = export().lines().fold(String::new(), |mut text, line| {
        let (time, said) = line.split_at(19);
        let _ = writeln!(text, "Feb 11 {} shop-1 video-q[4880]: {}", &time[11..], said.trim());
        text
    });
    text.push_str("Feb 11 22:20:06 shop-1 systemd[1]: video-q.service: State 'stop-sigterm' timed out. Killing.\n");
    let tree = Tree::in_paris();
    tree.write("var/log/syslog", &text);
    let question = Question { phrase: format!("the conversion stopped at 22:20 {DAY}"), ..Question::default() };
    let found = tree.ask(&question, None).judgement.verdict;
    assert_eq!(found, Verdict::Cause { cause: CauseId::StopTimeout });
}

#[test]
fn a_link_that_is_down_while_all_programs_go_on_is_no_cause() {
    let text = (0..160).fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{DAY} 22:{:02}:{:02} row {row} written", 10 + row / 10, row % 10 * 6);
        text
    });
    let tree = Tree::in_paris();
    tree.write("opt/export/log/export.log", &text);
    tree.write("var/log/kern.log", &format!("{DAY}T22:20:03+01:00 shop-1 kernel: [8123.6] e1000e 0000:00:1f.6 eno1: NIC Link is Down\n{DAY}T22:20:06+01:00 shop-1 kernel: [8126.6] e1000e 0000:00:1f.6 eno1: NIC Link is Up 1000 Mbps\n"));
    let question = Question { phrase: format!("the export stopped at 22:20 {DAY}"), ..Question::default() };
    let found = tree.ask(&question, None).judgement.verdict;
    assert!(!matches!(found, Verdict::Cause { .. }), "{found:?}");
}
