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
        let at = lab.at(-15).nginx();
        lab.line("var/log/nginx/error.log", -15, format!("{at} [error] 811#811: *9 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 203.0.113.4, server: club.example.org, request: \"GET /export/ HTTP/1.1\", upstream: \"http://127.0.0.1:8000/export/\", host: \"club.example.org\""));
        lab.access(-15, "203.0.113.4", "GET", "/export/", 504);
    },
];
