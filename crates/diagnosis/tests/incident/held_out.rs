//! Faults in other words, formats and versions than those that the rules were tried on: written before, not looked at since.

use crate::{
    faults::Fault,
    lab::{Lab, Setup},
};
use diagnosis::judge::CauseId as C;

const SEND: &str = "/newsletter/send";

/// Everyday lines of another machine: the same web server, another application.
pub(crate) fn lab(setup: Setup) -> Lab {
    let mut lab = Lab::new(Setup { is_packed: false, ..setup });
    for minute in -100..10 {
        lab.access(minute * 60 + 11, "192.0.2.50", "GET", "/api/health", 200);
    }
    lab
}

fn web(lab: &mut Lab, seconds: i64, words: &str, status: u16) {
    let at = lab.nginx_stamp(seconds);
    if !words.is_empty() {
        lab.line("var/log/nginx/error.log", seconds, format!("{at} [error] 2101#2101: *88321 {words}, client: 2001:db8::17, server: _, request: \"POST {SEND} HTTP/2.0\", upstream: \"http://unix:/run/app.sock/{SEND}\", host: \"asso.example\", referrer: \"https://asso.example/newsletter\""));
    }
    lab.access(seconds, "2001:db8::17", "POST", SEND, status);
}

fn system(lab: &mut Lab, seconds: i64, program: &str, words: &str) {
    let at = lab.at(seconds).iso();
    lab.line("var/log/messages", seconds, format!("{at} asso {program}: {words}"));
}

fn app(lab: &mut Lab, seconds: i64, words: &str) {
    let at = lab.at(seconds).application();
    lab.line("opt/asso/log/app.log", seconds, format!("{at} - asso.mail - ERROR - {words}"));
}

fn failed(lab: &mut Lab, last: &str) {
    app(
        lab,
        0,
        &format!(
            "sending failed\nTraceback (most recent call last):\n  File \"/opt/asso/mailer.py\", line 40, in run\n    conn.sendmail(sender, to, body)\n  File \"/usr/lib/python3.12/smtplib.py\", line 876, in sendmail\n    (code, resp) = self.mail(from_addr, esmtp_opts)\n{last}"
        ),
    );
    web(lab, 0, "", 500);
}

const APP: &[&str] = &["app.log"];
const MESSAGES: &[&str] = &["var/log/messages", "journal.json", "syslog"];

#[rustfmt::skip]
pub(crate) const FAULTS: &[Fault] = &[
    Fault { cause: C::WorkerTimeout, decided_in: &["uwsgi.log"], line: "HARAKIRI", inject: |lab| {
        let at = lab.at(0).nginx().replace('/', "-");
        lab.line("var/log/uwsgi/app/uwsgi.log", 0, format!("{at} - *** HARAKIRI ON WORKER 1 (pid: 3121, try: 1) ***"));
        lab.line("var/log/uwsgi/app/uwsgi.log", 1, format!("{at} - DAMN ! worker 1 (pid: 3121) died, killed by signal 9 :( trying respawn ..."));
        web(lab, 1, "upstream prematurely closed connection while reading response header from upstream", 502);
    } },
    Fault { cause: C::WorkerTimeout, decided_in: &["gunicorn-error.log"], line: "WORKER TIMEOUT", inject: |lab| {
        let at = lab.at(0).gunicorn();
        lab.line("var/log/asso/gunicorn-error.log", 0, format!("[{at}] [2001] [CRITICAL] WORKER TIMEOUT (pid:2044)"));
        lab.line("var/log/asso/gunicorn-error.log", 0, format!("[{at}] [2044] [ERROR] Error handling request {SEND}\nTraceback (most recent call last):\n  File \"/opt/asso/mailer.py\", line 40, in run\n    time.sleep(3)\n  File \"/opt/venv/gunicorn/workers/base.py\", line 204, in handle_abort\n    sys.exit(1)\nSystemExit: 1"));
        web(lab, 0, "", 500);
    } },
    Fault { cause: C::GatewayTimeout, decided_in: &["error.log"], line: "upstream timed out", inject: |lab| web(lab, 0, "upstream timed out (110: Operation timed out) while reading response header from upstream", 504) },
    Fault { cause: C::OutOfMemory, decided_in: MESSAGES, line: "ut of memory", inject: |lab| {
        system(lab, 0, "kernel", "[88120.1201] Out of memory: Killed process 2044 (gunicorn) total-vm:2811000kB, anon-rss:1400000kB, file-rss:0kB, shmem-rss:0kB, UID:998 pgtables:5000kB oom_score_adj:0");
        web(lab, 1, "upstream prematurely closed connection while reading response header from upstream", 502);
    } },
    Fault { cause: C::SmtpRate, decided_in: APP, line: "432", inject: |lab| failed(lab, "smtplib.SMTPSenderRefused: (432, b'4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.', 'a@asso.example')") },
    Fault { cause: C::SmtpRate, decided_in: APP, line: "450", inject: |lab| failed(lab, "smtplib.SMTPDataError: (450, b'4.7.1 Error: too much mail from 192.0.2.1')") },
    Fault { cause: C::SmtpQuota, decided_in: APP, line: "554", inject: |lab| failed(lab, "smtplib.SMTPDataError: (554, b'5.7.0 The number of allowed outgoing messages was exceeded')") },
    Fault { cause: C::SmtpAuth, decided_in: APP, line: "535", inject: |lab| failed(lab, "smtplib.SMTPAuthenticationError: (535, b'5.7.3 Authentication unsuccessful')") },
    Fault { cause: C::SmtpDisconnected, decided_in: APP, line: "reset", inject: |lab| failed(lab, "ConnectionResetError: [Errno 104] Connection reset by peer") },
    Fault { cause: C::SmtpTimeout, decided_in: APP, line: "timed out", inject: |lab| failed(lab, "socket.timeout: timed out") },
    Fault { cause: C::Dns, decided_in: APP, line: "name resolution", inject: |lab| failed(lab, "socket.gaierror: [Errno -3] Temporary failure in name resolution") },
    Fault { cause: C::Exception, decided_in: APP, line: "TypeError", inject: |lab| failed(lab, "TypeError: can only concatenate str (not \"NoneType\") to str") },
    Fault { cause: C::DbConnections, decided_in: &["postgresql", "app.log"], line: "", inject: |lab| {
        lab.postgres(0, "FATAL", "remaining connection slots are reserved for roles with the SUPERUSER attribute", "les emplacements de connexions restants sont réservés pour les rôles avec l'attribut SUPERUSER");
        failed(lab, "psycopg.OperationalError: connection failed: FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute");
    } },
    Fault { cause: C::DbRestart, decided_in: &["postgresql", "app.log"], line: "", inject: |lab| {
        lab.postgres(-1, "LOG", "received smart shutdown request", "a reçu une demande d'arrêt intelligent");
        lab.postgres(0, "LOG", "database system is shut down", "le système de base de données est arrêté");
        failed(lab, "psycopg2.OperationalError: could not connect to server: Connection refused");
    } },
    Fault { cause: C::DiskFull, decided_in: &["app.log", "error.log"], line: "No space", inject: |lab| {
        web(lab, -1, "pwrite() \"/var/lib/nginx/body/0000000012\" failed (28: No space left on device)", 500);
        failed(lab, "sqlite3.OperationalError: database or disk is full");
    } },
    Fault { cause: C::Restart, decided_in: MESSAGES, line: "", inject: |lab| {
        system(lab, 0, "systemd[1]", "Stopping Gunicorn daemon for asso...");
        system(lab, 2, "systemd[1]", "Started Gunicorn daemon for asso.");
        web(lab, 0, "recv() failed (104: Connection reset by peer) while reading response header from upstream", 502);
    } },
    Fault { cause: C::Reboot, decided_in: MESSAGES, line: "", inject: |lab| {
        lab.messages(-80, -1);
        system(lab, 0, "systemd-logind[600]", "System is rebooting.");
        system(lab, 30, "kernel", "[    0.000000] Linux version 5.10.0-28-amd64");
    } },
    Fault { cause: C::TaskTimeLimit, decided_in: &["celery"], line: "Hard", inject: |lab| {
        lab.celery(-600, "INFO", "MainProcess", "Task asso.tasks.newsletter[a-b] received");
        lab.celery(0, "ERROR", "MainProcess", "Hard time limit (600s) exceeded for asso.tasks.newsletter[a-b]");
        lab.celery(1, "ERROR", "MainProcess", "Process 'ForkPoolWorker-2' pid:77 exited with 'signal 9 (SIGKILL)'");
    } },
    Fault { cause: C::FileDescriptors, decided_in: APP, line: "open files", inject: |lab| failed(lab, "OSError: [Errno 24] Too many open files") },
    Fault { cause: C::BodyTooLarge, decided_in: &["error.log"], line: "too large body", inject: |lab| web(lab, 0, "client intended to send too large body: 31457280 bytes", 413) },
];
