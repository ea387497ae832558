//! What looks like a cause and is none: the run ended as it should, or somebody else was concerned.

use crate::{
    faults::Inject,
    lab::{Lab, UNIT, trace},
};

fn fine(lab: &mut Lab) {
    lab.messages(-90, -1);
    lab.ended(0, 302);
}

#[rustfmt::skip]
pub(crate) const DECOYS: &[Inject] = &[
    fine,
    // Another unit ran out of memory.
    |lab| {
        fine(lab);
        lab.system(-3, "kernel", 0, "", "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=backup.service,mems_allowed=0,oom_memcg=/system.slice/backup.service,task_memcg=/system.slice/backup.service,task=restic,pid=99,uid=0");
        lab.system(-3, "kernel", 0, "", "Memory cgroup out of memory: Killed process 99 (restic) total-vm:812000kB");
    },
    // A deployment after the end.
    |lab| { fine(lab); lab.system(60, "systemd", 1, UNIT, "Stopping club.service - Club site..."); lab.system(62, "systemd", 1, UNIT, "Started club.service - Club site."); },
    // A temporary refusal that was tried again.
    |lab| {
        fine(lab);
        lab.postfix(-40, "smtp", "4DAAAA1F2A9: to=<slow@example.com>, relay=mx.example.com[192.0.2.9]:25, delay=2, delays=0.1/0/1/1, dsn=4.7.0, status=deferred (host mx.example.com[192.0.2.9] said: 421 4.7.0 Try again later (in reply to MAIL FROM command))");
        lab.postfix(30, "smtp", "4DAAAA1F2A9: to=<slow@example.com>, relay=mx.example.com[192.0.2.9]:25, delay=72, delays=70/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)");
    },
    // A deadlock that was tried again, and errors of another page.
    |lab| { fine(lab); lab.postgres(-30, "ERROR", "deadlock detected", "interblocage (deadlock) détecté"); },
    |lab| { fine(lab); lab.application(-2, "Internal Server Error: /export/", &trace("KeyError: 'annee'", "export.py")); },
    // Strangers who try to log in and to send.
    |lab| {
        fine(lab);
        for second in -20..20 {
            lab.postfix(second, "smtpd", "warning: unknown[203.0.113.66]: SASL LOGIN authentication failed: UGFzc3dvcmQ6");
            lab.postfix(second, "smtpd", "NOQUEUE: reject: RCPT from unknown[203.0.113.66]: 554 5.7.1 <x@y>: Relay access denied");
        }
    },
    // Workers are recycled, logs rotated.
    |lab| {
        fine(lab);
        lab.gunicorn(-1, 812, "INFO", "Autorestarting worker after current request.");
        lab.gunicorn(0, 816, "INFO", "Booting worker with pid: 816");
        lab.system(0, "systemd", 1, "logrotate.service", "logrotate.service: Deactivated successfully.");
    },
    // Another service is restarted during the run.
    |lab| { fine(lab); lab.system(-10, "systemd", 1, "cups.service", "Stopping cups.service - CUPS Scheduler..."); lab.system(-9, "systemd", 1, "cups.service", "Started cups.service - CUPS Scheduler."); },
    // A slow page of somebody else.
    |lab| {
        fine(lab);
        let at = lab.nginx_stamp(-15);
        lab.line("var/log/nginx/error.log", -15, format!("{at} [error] 811#811: *9 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 203.0.113.4, server: club.example.org, request: \"GET /export/ HTTP/1.1\", upstream: \"http://127.0.0.1:8000/export/\", host: \"club.example.org\""));
        lab.access(-15, "203.0.113.4", "GET", "/export/", 504);
    },
    // gunicorn says "Perhaps out of memory?" of a worker of an earlier run that timed out.
    |lab| {
        fine(lab);
        lab.gunicorn(-400, 700, "CRITICAL", "WORKER TIMEOUT (pid:801)");
        lab.gunicorn(-399, 700, "ERROR", "Worker (pid:801) was sent SIGKILL! Perhaps out of memory?");
        lab.gunicorn(-399, 809, "INFO", "Booting worker with pid: 809");
        lab.access(-399, "198.51.100.40", "POST", "/import/", 502);
    },
    // A worker is killed after the run, by another request.
    |lab| {
        fine(lab);
        lab.gunicorn(45, 700, "CRITICAL", "WORKER TIMEOUT (pid:812)");
        lab.access(45, "198.51.100.41", "GET", "/statistiques/", 502);
    },
    // systemd-oomd kills a browser of somebody's session.
    |lab| { fine(lab); lab.system(-6, "systemd-oomd", 400, "", "Killed /user.slice/user-1000.slice/app.slice/firefox.scope due to memory pressure for /user.slice being 80%"); },
    // The disk of backups is full.
    |lab| { fine(lab); lab.system(-30, "backup", 98, "backup.service", "rsync: write failed on \"/mnt/backup/x\": No space left on device (28)"); },
    // A name of a stranger's domain does not exist; one message waits for it.
    |lab| {
        fine(lab);
        lab.postfix(-20, "smtp", "4DBBBB1F2A9: to=<x@nowhere.invalid>, relay=none, delay=0.1, delays=0.1/0/0/0, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=nowhere.invalid type=A: Host not found)");
    },
    // One mailbox is full, one address unknown: the run goes on.
    |lab| {
        fine(lab);
        lab.postfix(-44, "smtp", "4DCCCC1F2A9: to=<full@example.net>, relay=mx.example.net[192.0.2.25]:25, delay=1, delays=0.1/0/0.2/0.7, dsn=5.2.2, status=bounced (host mx.example.net[192.0.2.25] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command))");
        lab.postfix(-24, "smtp", "4DDDDD1F2A9: to=<gone@example.net>, relay=mx.example.net[192.0.2.25]:25, delay=1, delays=0.1/0/0.2/0.7, dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))");
    },
    // Greylisting.
    |lab| {
        fine(lab);
        lab.postfix(-50, "smtp", "4DEEEE1F2A9: to=<grey@example.net>, relay=mx.example.net[192.0.2.25]:25, delay=1, delays=0.1/0/0.2/0.7, dsn=4.2.0, status=deferred (host mx.example.net[192.0.2.25] said: 450 4.2.0 <grey@example.net>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.net.html (in reply to RCPT TO command))");
    },
    // The database makes a checkpoint, cancels a query of a person, and drops a session that was idle.
    |lab| {
        fine(lab);
        lab.postgres(-60, "LOG", "checkpoint starting: time", "début du checkpoint : time");
        lab.postgres(-31, "ERROR", "canceling statement due to user request", "annulation de la requête à la demande de l'utilisateur");
        lab.postgres(-30, "LOG", "unexpected EOF on client connection with an open transaction", "fin de fichier (EOF) inattendue de la connexion du client avec une transaction ouverte");
    },
    // A migration waited for a lock at noon, as every day; nothing of it now.
    |lab| { fine(lab); lab.postgres(-5400, "ERROR", "canceling statement due to lock timeout", "annulation de la requête à cause du délai écoulé pour l'obtention des verrous"); },
    // The database was restarted in the afternoon.
    |lab| {
        fine(lab);
        lab.postgres(-4000, "LOG", "received fast shutdown request", "a reçu une demande d'arrêt rapide");
        lab.postgres(-3990, "LOG", "database system is ready to accept connections", "le système de bases de données est prêt pour accepter les connexions");
    },
    // A deployment an hour before.
    |lab| {
        fine(lab);
        lab.system(-3600, "systemd", 1, UNIT, "Stopping club.service - Club site...");
        lab.gunicorn(-3600, 700, "INFO", "Handling signal: term");
        lab.system(-3598, "systemd", 1, UNIT, "Started club.service - Club site.");
    },
    // A reboot in the morning, with its boot lines.
    |lab| {
        fine(lab);
        lab.system(-5800, "systemd-logind", 500, "", "System is rebooting.");
        lab.system(-5760, "kernel", 0, "", "Linux version 6.1.0-30-amd64 (debian-kernel@lists.debian.org)");
    },
    // The clock is kept, by a little.
    |lab| { fine(lab); lab.system(-25, "chronyd", 600, "chrony.service", "Selected source 192.0.2.123"); },
    // A cable of another port, an hour ago.
    |lab| { fine(lab); lab.system(-3000, "kernel", 0, "", "e1000: eth3 NIC Link is Down"); },
    // Another program cannot resolve a name, as always.
    |lab| {
        fine(lab);
        for minute in -90..10 {
            lab.system(minute * 60, "telegraf", 77, "telegraf.service", "E! [outputs.influxdb] When writing: Post \"http://influx:8086/write\": dial tcp: lookup influx: Temporary failure in name resolution");
        }
    },
    // A scanner gets 502 and 504 for what does not exist.
    |lab| {
        fine(lab);
        for (number, path) in ["/.env", "/admin.php", "/wp-login.php", "/cgi-bin/x", "/solr/", "/boaform/send"].iter().enumerate() {
            lab.access(-20 + number as i64, "203.0.113.99", "POST", path, if number % 2 == 0 { 502 } else { 504 });
        }
    },
    // Somebody closes a page while it is loading.
    |lab| { fine(lab); lab.access(-12, "198.51.100.60", "GET", "/adherents/export.csv", 499); },
    // Uploads of others are too large.
    |lab| { fine(lab); lab.access(-33, "198.51.100.61", "POST", "/photos/ajouter/", 413); },
    // The daily traceback comes at the very moment.
    |lab| { fine(lab); lab.application(0, "Internal Server Error: /export/", &trace("KeyError: 'annee'", "export.py")); lab.access(0, "198.51.100.62", "GET", "/export/", 500); },
    // A mailing in the background ends as it should, and so does its task.
    |lab| {
        lab.celery(-3000, "INFO", "MainProcess", "celery@web1 ready.");
        lab.celery(-90, "INFO", "MainProcess", "Task club.tasks.communiquer[6c1f] received");
        lab.ended(-90, 302);
        lab.messages(-88, -2);
        lab.celery(-1, "INFO", "ForkPoolWorker-4", "Task club.tasks.communiquer[6c1f] succeeded in 88.2s: None");
    },
    // Another task is over its time; the mailing's is not.
    |lab| {
        lab.celery(-3000, "INFO", "MainProcess", "celery@web1 ready.");
        lab.celery(-900, "ERROR", "MainProcess", "Hard time limit (300s) exceeded for club.tasks.thumbnails[77aa]");
        lab.celery(-90, "INFO", "MainProcess", "Task club.tasks.communiquer[6c1f] received");
        lab.ended(-90, 302);
        lab.messages(-88, -2);
        lab.celery(-1, "INFO", "ForkPoolWorker-4", "Task club.tasks.communiquer[6c1f] succeeded in 88.2s: None");
    },
    // The certificate of a partner's server has expired: one message waits.
    |lab| {
        fine(lab);
        lab.postfix(-41, "smtp", "4DFFFF1F2A9: to=<a@partner.example>, relay=mx.partner.example[192.0.2.77]:25, delay=1, delays=0.1/0/1/0, dsn=4.7.5, status=deferred (Server certificate not verified)");
    },
    // The updates of the night, of another package.
    |lab| { fine(lab); lab.line("var/log/dpkg.log", -7000, "2026-01-21 03:12:01 upgrade tzdata:all 2025b-0 2026a-0"); },
    // nginx is told to open its logs anew.
    |lab| {
        fine(lab);
        let at = lab.nginx_stamp(-5);
        lab.line("var/log/nginx/error.log", -5, format!("{at} [notice] 800#800: signal 10 (SIGUSR1) received from 4411, reopening logs"));
    },
    // gunicorn is reloaded, and lets the request end.
    |lab| { fine(lab); lab.gunicorn(-20, 700, "INFO", "Handling signal: hup"); lab.gunicorn(-20, 700, "INFO", "Hang up: Master"); },
    // A limit is near, and is told as a warning.
    |lab| { fine(lab); lab.application(-8, "the sending limit of the day is at 80 %", ""); },
];
