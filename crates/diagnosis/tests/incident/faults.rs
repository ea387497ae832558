//! What can stop a run, as the logs of a machine tell it.

use crate::lab::{Lab, PATH, UNIT, trace};
use diagnosis::judge::CauseId as C;

/// Adds one fault to the logs of a machine.
pub(crate) type Inject = fn(&mut Lab);

/// A fault: what it is, where the line stands that decides, a part of that line, and how it comes about.
pub(crate) struct Fault {
    pub(crate) cause: C,
    pub(crate) decided_in: &'static [&'static str],
    pub(crate) line: &'static str,
    pub(crate) inject: Inject,
}

const JOURNAL: &[&str] = &["journal.json", "syslog"];
const DJANGO: &[&str] = &["django.log"];
const POSTGRES: &[&str] = &["postgresql", "django.log"];

fn closed(lab: &mut Lab) {
    lab.messages(-90, -1);
    lab.nginx(1, "upstream prematurely closed connection while reading response header from upstream");
    lab.ended(1, 502);
}

/// An exception that nobody handles, and Django's answer.
fn raised(lab: &mut Lab, last: &str) {
    lab.messages(-60, -1);
    lab.application(0, &format!("Internal Server Error: {PATH}"), &trace(last, "views.py"));
    lab.ended(0, 500);
}

fn smtp(lab: &mut Lab, last: &str) {
    lab.application(
        0,
        &format!("Internal Server Error: {PATH}"),
        &trace(
            &format!("  File \"/usr/lib/python3.11/smtplib.py\", line 908, in sendmail\n    raise\n{last}"),
            "views.py",
        ),
    );
    lab.ended(0, 500);
}

fn task(lab: &mut Lab) {
    lab.celery(-3000, "INFO", "MainProcess", "celery@web1 ready.");
    lab.celery(-90, "INFO", "MainProcess", "Task club.tasks.communiquer[6c1f] received");
    lab.ended(-90, 302);
    lab.messages(-88, -1);
}

#[rustfmt::skip]
pub(crate) const FAULTS: &[Fault] = &[
    Fault { cause: C::WorkerTimeout, decided_in: JOURNAL, line: "WORKER TIMEOUT", inject: |lab| {
        closed(lab);
        lab.gunicorn(0, 700, "CRITICAL", "WORKER TIMEOUT (pid:812)");
        lab.gunicorn(1, 700, "ERROR", "Worker (pid:812) was sent SIGKILL! Perhaps out of memory?");
        lab.gunicorn(1, 815, "INFO", "Booting worker with pid: 815");
    } },
    Fault { cause: C::GatewayTimeout, decided_in: &["error.log"], line: "upstream timed out", inject: |lab| {
        lab.messages(-118, 40);
        lab.nginx(0, "upstream timed out (110: Connection timed out) while reading response header from upstream");
        lab.ended(0, 504);
    } },
    Fault { cause: C::ClientGone, decided_in: &["access.log"], line: " 499 ", inject: |lab| { lab.messages(-50, 30); lab.ended(0, 499); } },
    Fault { cause: C::SmtpRate, decided_in: DJANGO, line: "421", inject: |lab| smtp(lab, "smtplib.SMTPDataError: (421, b'4.7.28 Our system has detected an unusual rate of mail, temporarily rate limited')") },
    Fault { cause: C::SmtpRate, decided_in: DJANGO, line: "454", inject: |lab| smtp(lab, "smtplib.SMTPDataError: (454, b'Throttling failure: Maximum sending rate exceeded.')") },
    Fault { cause: C::SmtpBusy, decided_in: DJANGO, line: "451", inject: |lab| smtp(lab, "smtplib.SMTPSenderRefused: (451, b'4.3.0 Temporary lookup failure', 'club@example.org')") },
    Fault { cause: C::SmtpQuota, decided_in: DJANGO, line: "5.4.5", inject: |lab| smtp(lab, "smtplib.SMTPDataError: (550, b'5.4.5 Daily user sending limit exceeded.')") },
    Fault { cause: C::SmtpAuth, decided_in: DJANGO, line: "535", inject: |lab| smtp(lab, "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed')") },
    Fault { cause: C::SmtpRefused, decided_in: DJANGO, line: "Connection refused", inject: |lab| smtp(lab, "ConnectionRefusedError: [Errno 111] Connection refused") },
    Fault { cause: C::SmtpTimeout, decided_in: DJANGO, line: "timed out", inject: |lab| smtp(lab, "TimeoutError: timed out") },
    Fault { cause: C::SmtpDisconnected, decided_in: DJANGO, line: "unexpectedly closed", inject: |lab| smtp(lab, "smtplib.SMTPServerDisconnected: Connection unexpectedly closed") },
    Fault { cause: C::SmtpCertificate, decided_in: DJANGO, line: "certificate has expired", inject: |lab| smtp(lab, "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)") },
    Fault { cause: C::RecipientRefused, decided_in: DJANGO, line: "SMTPRecipientsRefused", inject: |lab| smtp(lab, "smtplib.SMTPRecipientsRefused: {'x@example.net': (550, b'5.1.1 User unknown')}") },
    Fault { cause: C::Dns, decided_in: DJANGO, line: "Temporary failure", inject: |lab| smtp(lab, "socket.gaierror: [Errno -3] Temporary failure in name resolution") },
    Fault { cause: C::OutOfMemory, decided_in: JOURNAL, line: "ill", inject: |lab| {
        closed(lab);
        lab.system(0, "kernel", 0, "", "gunicorn invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0");
        lab.system(0, "kernel", 0, "", "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=club.service,mems_allowed=0,oom_memcg=/system.slice/club.service,task_memcg=/system.slice/club.service,task=gunicorn,pid=812,uid=33");
        lab.system(0, "kernel", 0, "", "Memory cgroup out of memory: Killed process 812 (gunicorn) total-vm:812000kB, anon-rss:300000kB");
        lab.system(0, "systemd", 1, UNIT, "club.service: A process of this unit has been killed by the OOM killer.");
        lab.gunicorn(1, 700, "ERROR", "Worker (pid:812) was sent SIGKILL! Perhaps out of memory?");
    } },
    Fault { cause: C::MemoryLimit, decided_in: DJANGO, line: "MemoryError", inject: |lab| raised(lab, "MemoryError") },
    Fault { cause: C::Exception, decided_in: DJANGO, line: "UnicodeEncodeError", inject: |lab| raised(lab, "UnicodeEncodeError: 'ascii' codec can't encode character") },
    Fault { cause: C::DbConnections, decided_in: POSTGRES, line: "", inject: |lab| {
        lab.postgres(0, "FATAL", "sorry, too many clients already", "désolé, trop de clients sont déjà connectés");
        raised(lab, "django.db.utils.OperationalError: connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  sorry, too many clients already");
    } },
    Fault { cause: C::DbStatementTimeout, decided_in: POSTGRES, line: "", inject: |lab| {
        lab.postgres(0, "ERROR", "canceling statement due to statement timeout", "annulation de la requête à cause du délai écoulé pour l'exécution de l'instruction");
        raised(lab, "django.db.utils.OperationalError: canceling statement due to statement timeout");
    } },
    Fault { cause: C::DbLocks, decided_in: POSTGRES, line: "", inject: |lab| {
        lab.postgres(0, "ERROR", "canceling statement due to lock timeout", "annulation de la requête à cause du délai écoulé pour l'obtention des verrous");
        raised(lab, "django.db.utils.OperationalError: canceling statement due to lock timeout");
    } },
    Fault { cause: C::DbTerminated, decided_in: POSTGRES, line: "", inject: |lab| {
        lab.postgres(0, "FATAL", "terminating connection due to administrator command", "arrêt des connexions suite à la demande de l'administrateur");
        raised(lab, "psycopg2.errors.AdminShutdown: terminating connection due to administrator command");
    } },
    Fault { cause: C::DbRestart, decided_in: POSTGRES, line: "", inject: |lab| {
        lab.postgres(-1, "LOG", "received fast shutdown request", "a reçu une demande d'arrêt rapide");
        lab.postgres(-1, "FATAL", "terminating connection due to administrator command", "arrêt des connexions suite à la demande de l'administrateur");
        raised(lab, "django.db.utils.OperationalError: server closed the connection unexpectedly");
        lab.postgres(3, "LOG", "database system is ready to accept connections", "le système de bases de données est prêt pour accepter les connexions");
    } },
    Fault { cause: C::DbCrash, decided_in: POSTGRES, line: "", inject: |lab| {
        lab.postgres(-1, "LOG", "server process (PID 2210) was terminated by signal 9: Killed", "processus serveur (PID 2210) a été arrêté par le signal 9 : Killed");
        raised(lab, "django.db.utils.OperationalError: server closed the connection unexpectedly");
    } },
    Fault { cause: C::DiskFull, decided_in: DJANGO, line: "No space left", inject: |lab| raised(lab, "OSError: [Errno 28] No space left on device: '/srv/club/media/x.pdf'") },
    Fault { cause: C::DiskFull, decided_in: POSTGRES, line: "space", inject: |lab| {
        lab.postgres(-20, "ERROR", "could not extend file \"base/16384/2619\": No space left on device", "n'a pas pu étendre le fichier « base/16384/2619 » : Aucun espace disponible sur le périphérique");
        lab.postgres(-2, "PANIC", "could not write to file \"pg_wal/xlogtemp.31\": No space left on device", "n'a pas pu écrire dans le fichier « pg_wal/xlogtemp.31 » : Aucun espace disponible sur le périphérique");
        lab.postgres(-1, "LOG", "server process (PID 2210) was terminated by signal 6: Aborted", "processus serveur (PID 2210) a été arrêté par le signal 6 : Aborted");
        raised(lab, "django.db.utils.OperationalError: server closed the connection unexpectedly");
    } },
    Fault { cause: C::ReadOnly, decided_in: &["journal.json", "syslog", "django.log"], line: "", inject: |lab| {
        lab.system(-2, "kernel", 0, "", "EXT4-fs error (device vdb1): ext4_journal_check_start:83: comm postgres: Detected aborted journal");
        lab.system(-2, "kernel", 0, "", "EXT4-fs (vdb1): Remounting filesystem read-only");
        raised(lab, "OSError: [Errno 30] Read-only file system: '/srv/club/media/x.pdf'");
    } },
    Fault { cause: C::Restart, decided_in: JOURNAL, line: "", inject: |lab| {
        closed(lab);
        lab.system(0, "systemd", 1, UNIT, "Stopping club.service - Club site...");
        lab.gunicorn(0, 700, "INFO", "Handling signal: term");
        lab.system(2, "systemd", 1, UNIT, "Stopped club.service - Club site.");
        lab.system(2, "systemd", 1, UNIT, "Started club.service - Club site.");
    } },
    Fault { cause: C::Reload, decided_in: JOURNAL, line: "hup", inject: |lab| { closed(lab); lab.gunicorn(0, 700, "INFO", "Handling signal: hup"); lab.gunicorn(0, 700, "INFO", "Hang up: Master"); } },
    Fault { cause: C::Killed, decided_in: JOURNAL, line: "", inject: |lab| {
        closed(lab);
        lab.gunicorn(0, 700, "ERROR", "Worker (pid:812) was sent SIGKILL! Perhaps out of memory?");
        lab.gunicorn(0, 815, "INFO", "Booting worker with pid: 815");
    } },
    Fault { cause: C::FileDescriptors, decided_in: DJANGO, line: "Too many open", inject: |lab| raised(lab, "OSError: [Errno 24] Too many open files: '/srv/club/media/x.pdf'") },
    Fault { cause: C::Ports, decided_in: DJANGO, line: "Cannot assign", inject: |lab| smtp(lab, "OSError: [Errno 99] Cannot assign requested address") },
    Fault { cause: C::Network, decided_in: &["journal.json", "syslog", "django.log"], line: "", inject: |lab| {
        lab.system(-5, "kernel", 0, "", "e1000: eth0 NIC Link is Down");
        smtp(lab, "OSError: [Errno 101] Network is unreachable");
    } },
    Fault { cause: C::TaskTimeLimit, decided_in: &["celery"], line: "Hard time limit", inject: |lab| {
        task(lab);
        lab.celery(0, "ERROR", "MainProcess", "Task handler raised error: TimeLimitExceeded(90,)");
        lab.celery(0, "ERROR", "MainProcess", "Hard time limit (90s) exceeded for club.tasks.communiquer[6c1f]");
        lab.celery(1, "ERROR", "MainProcess", "Process 'ForkPoolWorker-4' pid:951 exited with 'signal 9 (SIGKILL)'");
    } },
    Fault { cause: C::TaskSoftTimeLimit, decided_in: &["celery"], line: "oft", inject: |lab| {
        task(lab);
        lab.celery(0, "WARNING", "MainProcess", "Soft time limit (90s) exceeded for club.tasks.communiquer[6c1f]");
    } },
    Fault { cause: C::BrokerLost, decided_in: &["celery"], line: "", inject: |lab| {
        task(lab);
        lab.celery(0, "WARNING", "MainProcess", "consumer: Connection to broker lost. Trying to re-establish the connection...");
        lab.celery(0, "ERROR", "MainProcess", "consumer: Cannot connect to redis://localhost:6379/0: Error 111 connecting to localhost:6379. Connection refused..");
    } },
    Fault { cause: C::Clock, decided_in: JOURNAL, line: "", inject: |lab| {
        closed(lab);
        lab.system(-1, "chronyd", 600, "chrony.service", "System clock was stepped by 3600.000000 seconds");
        lab.gunicorn(0, 700, "CRITICAL", "WORKER TIMEOUT (pid:812)");
        lab.gunicorn(0, 700, "CRITICAL", "WORKER TIMEOUT (pid:813)");
    } },
    Fault { cause: C::Reboot, decided_in: JOURNAL, line: "", inject: |lab| {
        lab.messages(-90, -1);
        lab.system(0, "systemd-logind", 500, "", "The system will reboot now!");
        lab.system(1, "systemd", 1, UNIT, "Stopping club.service - Club site...");
        lab.system(40, "kernel", 0, "", "Linux version 6.1.0-30-amd64 (debian-kernel@lists.debian.org)");
        lab.system(45, "systemd", 1, UNIT, "Started club.service - Club site.");
    } },
    Fault { cause: C::PowerLoss, decided_in: JOURNAL, line: "", inject: |lab| {
        lab.messages(-90, -1);
        lab.system(35, "kernel", 0, "", "Linux version 6.1.0-30-amd64 (debian-kernel@lists.debian.org)");
        lab.system(45, "systemd", 1, UNIT, "Started club.service - Club site.");
    } },
];
