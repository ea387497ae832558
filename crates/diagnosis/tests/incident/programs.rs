//! Programs of people's own, of which nothing but their log is there: what they survived, how they ended, what they ran.

use crate::tree::Tree;
use diagnosis::{Question, Verdict, judge::CauseId};
use std::fmt::Write;

const DAY: &str = "2026-02-11";

/// Lines of one program from ten minutes before 22:20 on, every six seconds, of which `said` tells what they say; those of none
/// are left out.
fn log(lines: std::ops::Range<u32>, said: impl Fn(u32) -> Option<String>) -> String {
    let mut text = String::new();
    for number in lines {
        let (minute, second) = (10 + number / 10, number % 10 * 6);
        if let Some(said) = said(number) {
            let _ = writeln!(text, "{DAY} 22:{minute:02}:{second:02} {said}");
        }
    }
    text
}

/// What is concluded of the export that stopped at 22:20, line 100.
fn verdict(tree: &Tree) -> Verdict {
    let question = Question { phrase: format!("the export stopped at 22:20 {DAY}"), ..Question::default() };
    tree.ask(&question, None).judgement.verdict
}

fn of_log(text: &str) -> Verdict {
    let tree = Tree::in_paris();
    tree.write("opt/export/log/export.log", text);
    verdict(&tree)
}

#[test]
fn what_is_tried_again_and_goes_on_has_not_stopped() {
    let steps = |refused: &'static str| {
        move |number: u32| match number {
            100 => Some(refused.to_owned()),
            number => Some(format!("INFO row {number} written")),
        }
    };
    for refused in [
        "WARN push failed, will retry: dial tcp: lookup api.example.org on 127.0.0.53:53: server misbehaving",
        "ERROR (2006, 'MySQL server has gone away'), reconnexion",
        "WARNING 429 Too Many Requests, attente 30 s",
    ] {
        let went_on = of_log(&log(0..250, steps(refused)));
        assert!(!matches!(went_on, Verdict::Cause { .. }), "{refused}: {went_on:?}");
    }
    // The same as the last word of the run is its cause.
    let last = of_log(&log(0..101, steps("ERROR (2006, 'MySQL server has gone away')")));
    assert_eq!(last, Verdict::Cause { cause: CauseId::DbUnreachable });
}

#[test]
fn who_has_counted_up_to_the_total_has_ended() {
    let steps = |total: u32| move |number: u32| Some(format!("mandate 88{number} booked ({}/{total})", number + 1));
    assert_eq!(of_log(&log(0..100, steps(100))), Verdict::EndedNormally);
    let stopped = of_log(&log(0..100, steps(500)));
    assert!(matches!(stopped, Verdict::Insufficient { .. }), "{stopped:?}");
}

#[test]
fn the_word_that_all_is_done_counts_where_nothing_failed() {
    let ended = format!("{DAY} 22:19:58 newsletter finished: 433 delivered, 0 errors\n");
    assert_eq!(of_log(&ended), Verdict::EndedNormally);
    let failed = format!("{DAY} 22:19:50 ERROR could not write the newsletter\n{ended}");
    assert_ne!(of_log(&failed), Verdict::EndedNormally);
}

/// On some days the day is as the month.
#[test]
fn a_date_is_no_total() {
    let text = log(0..100, |number| Some(format!("mandate 88{number} booked"))).replace(DAY, "10/10/2025");
    let tree = Tree::in_paris();
    tree.write("opt/export/log/export.log", &text);
    let question = Question { phrase: "the export stopped at 22:20 2025-10-10".into(), ..Question::default() };
    assert_ne!(tree.ask(&question, None).judgement.verdict, Verdict::EndedNormally);
}

#[test]
fn a_command_that_failed_is_named_by_its_status() {
    for said in [
        "la commande rsync de /srv/partages a rendu le code 23, on s'arrête là",
        "dump of shop: FAILED (exit 5), stopping",
    ] {
        let text = log(0..101, |number| Some(if number == 100 { said.into() } else { format!("share {number}: ok") }));
        assert_eq!(of_log(&text), Verdict::Cause { cause: CauseId::CommandFailed }, "{said}");
    }
}

#[test]
fn the_trouble_of_a_daemon_is_its_own() {
    let tree = Tree::in_paris();
    tree.write(
        "var/log/syslog",
        &format!(
            "{DAY}T22:20:01+01:00 web1 zabbix_agentd[99]: cannot connect to [[10.1.0.40]:10051]: connection timed out\n"
        ),
    );
    let found = verdict(&tree);
    assert!(!matches!(found, Verdict::Cause { .. }), "{found:?}");
}

#[test]
fn the_kernel_goes_before_vague_words() {
    let tree = Tree::in_paris();
    tree.write("opt/export/log/export.log", &log(0..100, |number| Some(format!("INFO row {number} written"))));
    tree.write("var/log/other.log", &format!("{DAY} 22:20:00 ERROR hello out of memory\n"));
    tree.write(
        "var/log/kern.log",
        &format!("{DAY}T22:20:01+01:00 web1 kernel: [1234.5] Out of memory: Killed process 4242 (python3) total-vm:812000kB\n"),
    );
    let found = verdict(&tree);
    assert_ne!(found, Verdict::Cause { cause: CauseId::MemoryLimit });
}

#[test]
fn the_zone_of_all_logs_is_that_of_the_question() {
    let tree = Tree::in_zone("Europe/Paris");
    tree.remove("etc/timezone");
    let text = log(0..101, |number| match number {
        100 => Some("ERROR OSError: [Errno 28] No space left on device".to_owned()),
        number => Some(format!("INFO row {number} written")),
    });
    tree.write("opt/export/log/export.log", &text);
    let zone = jiff::tz::TimeZone::get("America/Montreal").unwrap();
    let question = Question {
        phrase: format!("the export stopped at 22:20 {DAY}"),
        zones: vec![(String::new(), zone)],
        ..Question::default()
    };
    let found = tree.ask(&question, None);
    assert_eq!(found.judgement.verdict, Verdict::Cause { cause: CauseId::DiskFull });
    assert_eq!(found.collected.reading.at.unwrap().to_string(), "2026-02-12T03:20:00.000000Z");
}

#[test]
fn a_copy_that_names_its_zone_is_read_in_it_whoever_asks() {
    let tree = Tree::in_zone("UTC");
    let text = log(0..101, |number| match number {
        100 => Some("ERROR OSError: [Errno 28] No space left on device".to_owned()),
        number => Some(format!("INFO row {number} written")),
    });
    tree.write("opt/export/log/export.log", &text);
    let zone = jiff::tz::TimeZone::get("Europe/Madrid").unwrap();
    let question = |source: &str, hour: u32| Question {
        phrase: format!("the export stopped at {hour}:20 {DAY}"),
        zones: vec![(String::new(), zone.clone()), (source.to_owned(), zone.clone())],
        ..Question::default()
    };
    let cause = |question: &Question| tree.ask(question, None).judgement.verdict;
    let full = Verdict::Cause { cause: CauseId::DiskFull };
    assert_eq!(cause(&question("nginx", 23)), full, "23:20 in Madrid is 22:20 in UTC");
    assert_eq!(cause(&question("export.log", 22)), full, "who names a log knows better");
}

#[test]
fn odoo_writes_in_utc() {
    let tree = Tree::in_paris();
    let line = |second: u32, level: &str, said: &str| {
        format!(
            "{DAY} 21:{:02}:{:02},120 4711 {level} club odoo.addons.mail.models.mail_mail: {said}\n",
            second / 60,
            second % 60
        )
    };
    let mut text: String = (0..100)
        .map(|number| line(600 + number * 6, "INFO", &format!("Mail with ID {number} successfully sent")))
        .collect();
    text.push_str(&line(1203, "ERROR", "OSError: [Errno 28] No space left on device"));
    tree.write("var/log/odoo/odoo-server.log", &text);
    assert_eq!(verdict(&tree), Verdict::Cause { cause: CauseId::DiskFull });
}

#[test]
fn a_service_that_is_called_and_fails_is_the_cause() {
    for said in [
        "ERROR le service appelé a répondu HTTP status server error (503 Service Unavailable) for url (https://api.example.org/x), fin du traitement",
        "artikel 30190: groothandel antwoordt 500 {\"fout\":\"intern\"}, koppeling gestopt",
        "ERROR cURL error 28: Operation timed out after 30001 milliseconds with 0 bytes received for https://api.example.org/v3/siret",
        "ERROR AxiosError: Request failed with status code 502, export aborted",
    ] {
        let text =
            log(0..101, |number| Some(if number == 100 { said.into() } else { format!("INFO row {number} written") }));
        assert_eq!(of_log(&text), Verdict::Cause { cause: CauseId::TargetFailed }, "{said}");
    }
}

#[test]
fn who_stopped_it_on_purpose_is_no_cause() {
    for said in ["INFO export paused by j.morel (100 of 400)", "INFO export 12 annulé par marie@club.example.org"] {
        let text = log(0..101, |number| match number {
            100 => Some(said.to_owned()),
            number => Some(format!("INFO row {number} written")),
        });
        // What its process says when it is told to end.
        let text = format!("{text}{DAY} 22:20:04 ERROR Task handler raised error: Terminated(15)\n");
        let found = of_log(&text);
        assert!(matches!(found, Verdict::StoppedByPerson { .. }), "{said}: {found:?}");
    }
}

#[test]
fn a_watchdog_that_kills_is_named() {
    let tree = Tree::in_paris();
    tree.write("opt/export/log/export.log", &log(0..100, |number| Some(format!("INFO row {number} written"))));
    tree.write(
        "var/log/watchdog.log",
        &format!("{DAY} 22:20:01 processus 31877 (java -jar export.jar) au-delà de 20 min : kill -9\n"),
    );
    tree.write("var/log/kern.log", &format!("{DAY}T22:11:01+01:00 web1 kernel: [1234.5] eth0: link up\n"));
    assert_eq!(verdict(&tree), Verdict::Cause { cause: CauseId::Killed });
}

#[test]
fn a_process_that_dies_in_another_unit_is_not_the_run() {
    let verdict_in = |group: &str| {
        let tree = Tree::in_paris();
        let unit = |number: u32, said: &str| {
            format!(
                "{{\"__REALTIME_TIMESTAMP\":\"{}\",\"_SYSTEMD_UNIT\":\"export.service\",\"SYSLOG_IDENTIFIER\":\"export\",\"_PID\":\"601\",\"PRIORITY\":\"6\",\"MESSAGE\":\"{said}\"}}\n",
                1_770_844_200_000_000_u64 + u64::from(number) * 6_000_000
            )
        };
        let kernel = |said: String| {
            format!(
                "{{\"__REALTIME_TIMESTAMP\":\"1770844803000000\",\"_TRANSPORT\":\"kernel\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"PRIORITY\":\"3\",\"MESSAGE\":\"{said}\"}}\n"
            )
        };
        let mut text: String = (0..101).map(|number| unit(number, &format!("row {number} written"))).collect();
        text.push_str(&kernel(format!(
            "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,oom_memcg={group},task_memcg={group},task=java,pid=9120,uid=1000"
        )));
        text.push_str(&kernel(
            "Memory cgroup out of memory: Killed process 9120 (java) total-vm:4412040kB, anon-rss:1048208kB".into(),
        ));
        tree.write("var/log/journal.json", &text);
        verdict(&tree)
    };
    assert_eq!(verdict_in("/system.slice/export.service"), Verdict::Cause { cause: CauseId::OutOfMemory });
    let other = verdict_in("/system.slice/docker-77ab.scope");
    assert!(!matches!(other, Verdict::Cause { .. }), "{other:?}");
}

#[test]
fn what_a_visitor_types_names_no_cause() {
    for words in [
        "WORKER TIMEOUT (pid:99)",
        "No space left on device",
        "mailing 17 cancelled by ana.martin",
        "sent to m90@example.org",
    ] {
        for line in [
            format!("WARNING django.request: Not Found: /{words}"),
            format!("WARNING app: bad login for user \"{words}\""),
        ] {
            let text = log(0..101, |number| {
                Some(if number == 100 { line.clone() } else { format!("INFO row {number} written") })
            });
            let found = of_log(&text);
            assert!(!matches!(found, Verdict::Cause { .. } | Verdict::StoppedByPerson { .. }), "{line}: {found:?}");
        }
    }
}

#[test]
fn a_mailing_that_ended_with_some_refused_has_ended() {
    let text = log(0..101, |number| match number {
        40 => Some("WARNING m40@example.org refused: (550, b'5.1.1 User unknown')".to_owned()),
        100 => Some("INFO mailing 17 finished: 99 sent, 1 failed".to_owned()),
        number => Some(format!("INFO sent to m{number}@example.org")),
    });
    assert_eq!(of_log(&text), Verdict::EndedNormally);
}

#[test]
fn the_service_in_a_traceback_is_named() {
    let trace = "ERROR letter 100\nTraceback (most recent call last):\n  File \"/opt/export/run.py\", line 9, in run\n    answer.raise_for_status()\nrequests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: https://pdf.example.org/render";
    let text =
        log(0..101, |number| Some(if number == 100 { trace.into() } else { format!("INFO row {number} written") }));
    assert_eq!(of_log(&text), Verdict::Cause { cause: CauseId::TargetFailed });
}

#[test]
fn yesterday_is_counted_by_whoever_asks() {
    let ask = |day: &str, phrase: &str| {
        let tree = Tree::in_paris();
        let text = log(0..101, |number| {
            Some(if number == 100 {
                "ERROR disk full: No space left on device".into()
            } else {
                format!("INFO row {number} written")
            })
        });
        tree.write("opt/export/log/export.log", &text.replace(DAY, day));
        // It is the 1st of March.
        let question = Question { phrase: phrase.into(), ..Question::default() };
        tree.ask(&question, None).collected.reading.at.unwrap().to_string()
    };
    assert_eq!(ask("2026-02-28", "the export stopped yesterday at 22:20"), "2026-02-28T21:20:00.000000Z");
    assert_eq!(ask("2026-02-11", "l’export s’est arrêté hier à 22h20"), "2026-02-10T21:20:00.000000Z");
    assert_eq!(ask("2026-02-28", "the export stopped at 22:20"), "2026-02-28T21:20:00.000000Z");
}

#[test]
fn a_run_that_counts_on_after_a_pause_has_not_stopped() {
    let text = log(0..250, |number| match number {
        100 => Some("ERROR getaddrinfo EAI_AGAIN smtp.example.org".to_owned()),
        101..125 => None,
        number if number < 100 => Some(format!("INFO [{number}/400] sent to m{number}@example.org")),
        number => Some(format!("INFO [{}/400] sent to m{number}@example.org", number - 25)),
    });
    let found = of_log(&text);
    assert!(!matches!(found, Verdict::Cause { .. }), "{found:?}");
}

#[test]
fn the_thread_of_a_request_is_not_the_one_that_sends() {
    let sent = |number: u32| {
        format!(
            "INFO 33319 --- [   scheduling-1] fr.club.EnvoiFactures : facture {number} envoyée à m{number}@example.org ({number}/400)"
        )
    };
    let broken = |thread: &str, class: &str| {
        format!("ERROR 33319 --- [{thread}] {class} : java.lang.NullPointerException: no customer")
    };
    let found = |thread: &str, class: &str| {
        of_log(&log(0..101, |number| Some(if number == 100 { broken(thread, class) } else { sent(number) })))
    };
    let other = found("nio-8080-exec-4", "fr.club.ApiController");
    assert!(!matches!(other, Verdict::Cause { .. }), "{other:?}");
    assert_eq!(found("   scheduling-1", "fr.club.EnvoiFactures"), Verdict::Cause { cause: CauseId::Exception });
}
