//! What is alarming at the very moment that is asked about, and of somebody else: it is no cause; the same of the run's own is.

use crate::tree::Tree;
use diagnosis::{
    Question, Verdict,
    judge::{CauseId, Judgement},
};
use std::fmt::Write as _;

const DAY: &str = "2026-02-11";

/// A run of which a line is written every ten seconds from 22:00:00 on, the last at 22:20:00.
fn run(said: impl Fn(u32) -> String) -> String {
    (0..=120).fold(String::new(), |mut text, number| {
        let second = 22 * 3600 + number * 10;
        let _ =
            writeln!(text, "{DAY} {:02}:{:02}:{:02} {}", second / 3600, second / 60 % 60, second % 60, said(number));
        text
    })
}

fn judged(tree: &Tree, phrase: &str) -> Judgement {
    let question = Question { phrase: format!("{phrase} {DAY}"), ..Question::default() };
    tree.ask(&question, None).judgement
}

fn cause(tree: &Tree, phrase: &str) -> Option<CauseId> {
    match judged(tree, phrase).verdict {
        Verdict::Cause { cause } => Some(cause),
        _ => None,
    }
}

const IMPORT: &str = "the import of prices stopped at 22:20";

/// The import of the shop, beside what else a machine says.
fn import(file: &str, lines: &str) -> Tree {
    let tree = Tree::in_paris();
    tree.write("srv/shop/logs/import.log", &run(|row| format!("row {row} written")));
    tree.write(file, lines);
    tree
}

#[test]
fn the_server_of_another_database_may_crash() {
    let crash = |unit: &str| {
        let line =
            format!("Feb 11 22:20:02 shop systemd[1]: {unit}: Main process exited, code=dumped, status=11/SEGV\n");
        cause(&import("var/log/syslog", &line), IMPORT)
    };
    assert_eq!(crash("mysql@archive.service"), None);
    assert_eq!(crash("mysql@shop.service"), Some(CauseId::DbCrash));
    assert_eq!(crash("postgresql@15-main.service"), Some(CauseId::DbCrash));
}

#[test]
fn the_session_of_another_user_may_be_ended() {
    let ended = |session: &str| {
        let line = format!(
            "{DAY} 22:20:03.100 CET [2201] {session} FATAL:  terminating connection due to administrator command\n"
        );
        cause(&import("var/log/postgresql/postgresql-15-main.log", &line), IMPORT)
    };
    assert_eq!(ended("lena@warehouse"), None);
    assert_eq!(ended("shop@shop_restore_test"), None, "a trial");
    assert_eq!(ended("metabase@shop"), None, "it looks on");
    assert_eq!(ended("shop@shop"), Some(CauseId::DbTerminated));
    assert_eq!(ended("app@main"), Some(CauseId::DbTerminated), "names of anybody");
}

#[test]
fn a_statement_before_the_last_row_was_not_the_last() {
    let cancelled = |clock: &str| {
        let line = format!("{DAY} {clock} CET [2201] app@main ERROR:  canceling statement due to statement timeout\n");
        cause(&import("var/log/postgresql/postgresql-15-main.log", &line), IMPORT)
    };
    assert_eq!(cancelled("22:19:58.100"), None);
    assert_eq!(cancelled("22:20:03.100"), Some(CauseId::DbStatementTimeout));
}

#[test]
fn a_process_has_the_number_that_the_run_names() {
    let crash = |pid: u32| {
        let tree = Tree::in_paris();
        tree.write("srv/alert/send.php", "");
        tree.write("srv/alert/log/sms.log", &run(|number| format!("[php 5511] sms {number} accepted")));
        let line = format!(
            "Feb 11 22:20:03 web kernel: [2138163.0] php[{pid}]: segfault at 0 ip 00007f1c sp 00007ffd error 4 in imagick.so\n"
        );
        tree.write("var/log/kern.log", &line);
        cause(&tree, "the sending of text messages stopped at 22:20")
    };
    assert_eq!(crash(60_912), None);
    assert_eq!(crash(5511), Some(CauseId::Crashed));
}

#[test]
fn a_program_of_another_language_may_crash() {
    let crash = |name: &str| {
        let tree = Tree::in_paris();
        tree.write("home/orchestra/send/send.log", &run(|number| format!("programme {number} handed over")));
        tree.write("home/orchestra/send/send.py", "");
        let line = format!("Feb 11 22:20:03 web kernel: [2138.0] {name}[512]: segfault at 0 ip 00007f1c sp 00007ffd\n");
        tree.write("var/log/kern.log", &line);
        cause(&tree, "the programmes stopped at 22:20")
    };
    assert_eq!(crash("php7.4"), None);
    assert_eq!(crash("python3"), Some(CauseId::Crashed));
}

#[test]
fn another_application_has_troubles_of_its_own() {
    let lost = |file: &str| {
        let line = format!("{DAY} 22:20:04 ERROR Error: connect ECONNREFUSED 127.0.0.1:6379\n");
        let tree = Tree::in_paris();
        tree.write("srv/invoices/logs/worker.log", &run(|number| format!("INFO job {number} completed")));
        tree.write(file, &line);
        cause(&tree, "the queue of invoices stopped at 22:20")
    };
    assert_eq!(lost("srv/chat/logs/chat.log"), None);
    assert_eq!(lost("srv/invoices/logs/errors.log"), Some(CauseId::BrokerLost));
    // The script that is named says whose it is.
    let timed_out = |script: &str| {
        let line = format!(
            "[11-Feb-2026 22:20:03] WARNING: [pool www] child 812, script '{script}' (request: \"GET /index.php\") execution timed out (60.2 sec), terminating\n"
        );
        let tree = Tree::in_paris();
        tree.write("srv/newsletter/var/send.log", &run(|number| format!("mailing {number}/1200 ok")));
        tree.write("var/log/php8.2-fpm.log", &line);
        cause(&tree, "the mailing stopped at 22:20")
    };
    assert_eq!(timed_out("/srv/wiki/index.php"), None);
    assert_eq!(timed_out("/srv/newsletter/index.php"), Some(CauseId::WorkerTimeout));
}

#[test]
fn the_unit_beside_the_one_that_is_asked_about_may_be_restarted() {
    let stopped = |unit: &str| {
        let tree = Tree::in_paris();
        tree.write("srv/hours/log/export_worker.log", &run(|number| format!("export: employee {number} written")));
        for name in ["web", "export"] {
            tree.write(
                &format!("etc/systemd/system/hours-{name}.service"),
                &format!("[Service]\nExecStart=/srv/hours/bin/{name}\n"),
            );
        }
        tree.write(
            "var/log/syslog",
            &format!("Feb 11 22:20:03 hours systemd[1]: Stopping {unit}.service - Hours...\nFeb 11 22:20:04 hours systemd[1]: Started {unit}.service - Hours.\n"),
        );
        cause(&tree, "the export of the timesheets stopped at 22:20")
    };
    assert_eq!(stopped("hours-web"), None);
    assert_eq!(stopped("hours-export"), Some(CauseId::Restart));
}

#[test]
fn who_stops_a_service_by_hand_is_named_unless_it_is_started_again() {
    let command = |then: &str| {
        let tree = import(
            "var/log/syslog",
            &format!(
                "Feb 11 22:20:01 shop sudo[811]:   nadia : TTY=pts/0 ; PWD=/home/nadia ; USER=root ; COMMAND=/bin/systemctl stop shop-import\n\
                 Feb 11 22:20:02 shop systemd[1]: Stopping shop-import.service - Import of prices...\n{then}"
            ),
        );
        judged(&tree, IMPORT).verdict
    };
    assert!(matches!(command(""), Verdict::StoppedByPerson { .. }), "{:?}", command(""));
    let again = command("Feb 11 22:20:09 shop systemd[1]: Started shop-import.service - Import of prices.\n");
    assert_eq!(again, Verdict::Cause { cause: CauseId::Restart });
}

#[test]
fn the_quota_of_another_sender_is_not_the_runs() {
    let refused = |sender: &str| {
        let tree = Tree::in_paris();
        tree.write(
            "home/insure/logs/renewals.log",
            &run(|number| format!("renewal {number} queued as 1wA{number:03}-wvLHSF-CP")),
        );
        let mut log = String::new();
        for number in 0..=120 {
            let second = 22 * 3600 + number * 10;
            let at = format!("{DAY} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let _ = writeln!(log, "{at} 1wA{number:03}-wvLHSF-CP <= renewals@insure.example U=insure P=local S=5953");
            let _ = writeln!(
                log,
                "{at} 1wA{number:03}-wvLHSF-CP => m{number}@free.example R=smarthost T=remote_smtp H=relay.example [198.51.100.9] C=\"250 OK\""
            );
        }
        for second in 3..6 {
            let _ = writeln!(log, "{DAY} 22:20:0{second} 1wB00{second}-wvLHSF-CP <= {sender} U=www P=local S=44012");
            let _ = writeln!(
                log,
                "{DAY} 22:20:0{second} 1wB00{second}-wvLHSF-CP ** p{second}@orange.example F=<{sender}> R=smarthost T=remote_smtp H=relay.example [198.51.100.9]: SMTP error from remote mail server after MAIL FROM:<{sender}>: 550 5.7.1 sender has exceeded its hourly quota"
            );
        }
        tree.write("var/log/exim4/mainlog", &log);
        cause(&tree, "the renewal notices stopped at 22:20")
    };
    assert_eq!(refused("promo@fitclub.example"), None);
    assert!(refused("renewals@insure.example").is_some());
}

#[test]
fn near_the_moment_alone_is_no_cause_where_no_run_is_known() {
    let evicted = "Feb 11 22:20:02 node k3s[1500]: W0211 22:20:02.100001    1500 eviction_manager.go:330] \"Eviction manager: attempting to reclaim\" resourceName=\"ephemeral-storage\"\n";
    let tree = Tree::in_paris();
    tree.write("var/log/syslog", evicted);
    let found = judged(&tree, "the indexing of the archive stopped at 22:20");
    let Verdict::Insufficient { suspects, .. } = &found.verdict else { panic!("{:?}", found.verdict) };
    assert_eq!(suspects, &[CauseId::DiskFull], "it is told, and not named");
}

#[test]
fn one_request_that_is_told_of_twice_moves_no_clock() {
    let tree = Tree::in_paris();
    tree.write(
        "srv/club/logs/invite.log",
        &run(|number| format!("invitation {number}/520 sent to m{number}@free.example")),
    );
    tree.write("var/log/php8.2-fpm.log", "[11-Feb-2026 22:20:07] WARNING: [pool club] child 8841, script '/srv/club/index.php' (request: \"POST /invite\") execution timed out (900.2 sec), terminating\n");
    // Apache files a request under the time when it came.
    tree.write(
        "var/log/apache2/access.log",
        "192.0.2.3 - - [11/Feb/2026:22:05:07 +0100] \"POST /invite HTTP/1.1\" 503 571 \"-\" \"Mozilla/5.0\"\n",
    );
    assert_eq!(cause(&tree, "the invitations stopped at 22:20"), Some(CauseId::WorkerTimeout));
}

#[test]
fn a_power_failure_is_told_by_what_watches_the_power() {
    let events = |then: &str| {
        let lines =
            format!("{DAY} 22:20:02 +0100  Power failure.\n{DAY} 22:20:08 +0100  Running on UPS batteries.\n{then}");
        cause(&import("var/log/apcupsd.events", &lines), IMPORT)
    };
    assert_eq!(events(""), Some(CauseId::PowerLoss));
    let shut = format!(
        "{DAY} 22:20:12 +0100  Battery charge below low limit.\n{DAY} 22:20:12 +0100  Initiating system shutdown!\n"
    );
    assert_eq!(events(&shut), Some(CauseId::PowerLoss), "it shuts the machine down");
    assert_eq!(events(&format!("{DAY} 22:20:11 +0100  Power is back. UPS running on mains.\n")), None);
}

#[test]
fn a_pool_of_php_is_of_one_site() {
    let exited = |pool: &str| {
        let tree = Tree::in_paris();
        tree.write("var/www/club/log/mailing.log", &run(|number| format!("club.INFO: member {number} notified")));
        let line = format!(
            "[11-Feb-2026 22:20:04] WARNING: [pool {pool}] child 9120 exited on signal 11 (SIGSEGV) after 411.2 seconds from start\n"
        );
        tree.write("var/log/php8.2-fpm.log", &line);
        cause(&tree, "the mailing stopped at 22:20")
    };
    assert_eq!(exited("bakery"), None);
    assert_eq!(exited("club"), Some(CauseId::Crashed));
}

#[test]
fn a_container_is_known_by_the_name_that_docker_gave_it() {
    let killed = |name: &str| {
        let (own, other) = ("a1".repeat(32), "b9".repeat(32));
        let tree = Tree::in_paris();
        let said = (0..=120).fold(String::new(), |mut text, number| {
            let second = 22 * 3600 + number * 10;
            let at = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let _ = writeln!(text, "{DAY}T{at}+01:00 dock docker/sms-prod[1022]: sms {number} accepted by gateway");
            text
        });
        tree.write("var/log/sms.log", &said);
        for (id, name) in [(&own, "sms-prod"), (&other, name)] {
            let config = format!("{{\"ID\":\"{id}\",\"Name\":\"/{name}\",\"State\":{{\"Running\":false}}}}");
            tree.write(&format!("var/lib/docker/containers/{id}/config.v2.json"), &config);
        }
        let killed = format!(
            "{DAY}T22:20:03.700000+01:00 dock kernel: [70112.2] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=docker-{other}.scope,mems_allowed=0,oom_memcg=/system.slice/docker-{other}.scope,task_memcg=/system.slice/docker-{other}.scope,task=node,pid=66120,uid=1000\n"
        );
        tree.write("var/log/kern.log", &killed);
        cause(&tree, "the text messages stopped at 22:20")
    };
    assert_eq!(killed("sms-staging"), None);
    assert_eq!(killed("wiki"), None);
    assert_eq!(killed("sms-prod-2"), Some(CauseId::OutOfMemory));
}

#[test]
fn of_two_mailings_in_one_log_the_one_that_is_named_is_meant() {
    let tree = Tree::in_paris();
    let mut log = run(|number| format!("campaign.INFO: [c77 sponsors] {number} sent via relay=one"));
    log += &format!(
        "{DAY} 22:20:09 campaign.ERROR: [c77 sponsors] Expected response code \"250\" but got code \"550\", with message \"550-5.4.5 Daily user sending limit exceeded.\"\n"
    );
    for minute in 21..40 {
        for second in [0, 10, 20, 30, 40, 50] {
            let _ = writeln!(
                log,
                "{DAY} 22:{minute}:{second:02} campaign.INFO: [c78 alumni-dinner] {second} sent via relay=two"
            );
        }
    }
    tree.write("srv/alumni/log/campaign.log", &log);
    assert_eq!(cause(&tree, "the alumni dinner mailing stopped at 22:20"), None);
    assert_eq!(cause(&tree, "the mailing to the sponsors stopped at 22:20"), Some(CauseId::SmtpQuota));
}

#[test]
fn a_request_that_began_after_the_first_piece_did_not_do_the_work() {
    let failed = |path: &str, seconds: f32| {
        let tree = Tree::in_paris();
        tree.write("srv/tickets/log/pdf.log", &run(|number| format!("ticket {number} rendered")));
        let line = format!(
            "192.0.2.5 - - [11/Feb/2026:22:20:09 +0100] \"POST {path} HTTP/1.1\" 504 167 \"-\" \"Mozilla/5.0\" rt={seconds:.3} urt={seconds:.3}\n"
        );
        tree.write("var/log/nginx/access.log", &line);
        tree.write("var/log/nginx/error.log", &format!("2026/02/11 22:20:09 [error] 9#9: *1 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.5, server: t.example, request: \"POST {path} HTTP/1.1\", upstream: \"http://127.0.0.1:8000{path}\", host: \"t.example\"\n"));
        cause(&tree, "the rendering of the tickets stopped at 22:20")
    };
    assert_eq!(failed("/basket", 30.0), None);
    assert_eq!(failed("/tickets/render", 30.0), Some(CauseId::GatewayTimeout));
    assert_eq!(failed("/basket", 1209.0), Some(CauseId::GatewayTimeout), "it had done the work all the time");
}

#[test]
fn words_that_no_row_knows_are_weighed_against_the_same_words_only() {
    let tree = Tree::in_paris();
    let mut log = run(|number| format!("letter {number} handed to the gateway"));
    log += "Can't call method \"address\" on an undefined value at /opt/letters/lib/Recipient.pm line 64, <$fh> line 336.\n";
    tree.write("opt/letters/log/letters.log", &log);
    // Another program complains all day.
    let other = (18..23).fold(String::new(), |mut text, hour| {
        for minute in 0..60 {
            let _ = writeln!(text, "Feb 11 {hour}:{minute:02}:00 host agent[7]: ERROR: cannot reach the collector");
        }
        text
    });
    tree.write("var/log/syslog", &other);
    assert_eq!(cause(&tree, "the letters stopped at 22:20"), Some(CauseId::Exception));
}

#[test]
fn one_log_of_several_machines_tells_them_apart() {
    let full = |host: &str| {
        let tree = Tree::in_paris();
        let said = (0..=120).fold(String::new(), |mut text, number| {
            let second = 22 * 3600 + number * 10;
            let at = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let _ = writeln!(text, "Feb 11 {at} hotel-a guestmail[4120]: offer {number}/640 handed to the relay");
            text
        });
        let line = format!(
            "Feb 11 22:20:04 {host} guestmail[3310]: offer 30: cannot write spool file /var/spool/guest/0: No space left on device\n"
        );
        tree.write("var/log/remote/all.log", &(said + &line));
        cause(&tree, "the offers stopped at 22:20")
    };
    assert_eq!(full("hotel-b"), None);
    assert_eq!(full("hotel-a"), Some(CauseId::DiskFull));
}

#[test]
fn of_two_campaigns_the_one_that_stopped_is_meant() {
    let refused = |campaign: &str| {
        let tree = Tree::in_paris();
        let mut log = run(|number| format!("campaign=winter sent subscriber={number}"));
        let _ = writeln!(log, "{DAY} 22:20:04 ERROR campaign={campaign} 550 5.4.5 Daily user sending limit exceeded");
        tree.write("srv/lists/log/events.log", &log);
        cause(&tree, "the campaign stopped at 22:20")
    };
    assert_eq!(refused("volunteers"), None);
    assert_eq!(refused("winter"), Some(CauseId::SmtpQuota));
}

#[test]
fn what_the_asker_calls_their_own_is_their_own() {
    let tree = Tree::in_paris();
    tree.write("srv/invoices/logs/worker.log", &run(|number| format!("INFO job {number} completed")));
    tree.write("srv/bus/logs/relay.log", &format!("{DAY} 22:20:04 ERROR connect ECONNREFUSED 127.0.0.1:6379\n"));
    let phrase = format!("the queue of invoices stopped at 22:20 {DAY}");
    let named = |question: Question| {
        let question = Question { phrase: phrase.clone(), ..question };
        matches!(tree.ask(&question, None).judgement.verdict, Verdict::Cause { cause: CauseId::BrokerLost })
    };
    assert!(!named(Question::default()));
    assert!(named(Question { app_root: Some("/srv/bus".into()), ..Question::default() }));
    assert!(named(Question { logs: vec!["/srv/bus/logs/*.log".into()], ..Question::default() }));
    assert!(!named(Question { app_root: Some("/srv/other".into()), ..Question::default() }));
}

#[test]
fn a_user_called_as_the_run_is_no_onlooker() {
    let tree = Tree::in_paris();
    tree.write("srv/reporting/logs/export.log", &run(|row| format!("row {row} written")));
    let line = format!(
        "{DAY} 22:20:03.100 CET [2201] reporting@sales FATAL:  terminating connection due to administrator command\n"
    );
    tree.write("var/log/postgresql/postgresql-15-main.log", &line);
    assert_eq!(cause(&tree, "the export stopped at 22:20"), Some(CauseId::DbTerminated));
}
