//! A simulated machine on the evening of 21 January 2026: its logs as its programs would write them, in one of several set-ups.

use crate::tree::{At, Tree};
use flate2::{Compression, write::GzEncoder};
use std::{collections::BTreeMap, io::Write as _};

/// How a machine is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// rsyslog's files beside no journal, else an export of the journal.
    pub(crate) has_rsyslog: bool,
    /// PostgreSQL speaks French.
    pub(crate) is_french: bool,
    /// The web server's logs were rotated and packed afterwards.
    pub(crate) is_packed: bool,
    /// Requests per minute by others.
    pub(crate) load: i64,
    /// Seconds after 22:20 at which it stopped.
    pub(crate) shift: i64,
    pub(crate) zone: &'static str,
    /// The web server runs in a container, whose clock shows UTC.
    pub(crate) is_nginx_in_utc: bool,
}

impl Setup {
    /// One of many, the same for each number.
    pub(crate) fn seeded(seed: u64) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // SplitMix64 (Steele, Lea and Flood, 2014).
        let mut next = |below: u64| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ (mixed >> 31)) % below
        };
        const ZONES: [&str; 4] = ["Europe/Paris", "UTC", "America/New_York", "Indian/Reunion"];
        Self {
            has_rsyslog: next(2) == 0,
            is_french: next(2) == 0,
            is_packed: next(3) == 0,
            load: 1 + next(12).cast_signed(),
            shift: next(360).cast_signed() - 180,
            zone: ZONES[next(4) as usize],
            is_nginx_in_utc: next(4) == 0,
        }
    }
}

pub(crate) const PATH: &str = "/adherents/communiquer/";
pub(crate) const UNIT: &str = "club.service";

pub(crate) struct Lab {
    pub(crate) setup: Setup,
    files: BTreeMap<String, Vec<(i64, String)>>,
}

impl Lab {
    /// A machine on which nothing is the matter.
    pub(crate) fn new(setup: Setup) -> Self {
        let mut lab = Self { setup, files: BTreeMap::new() };
        lab.everyday();
        lab
    }

    /// Seconds from the end of the run.
    pub(crate) fn at(&self, seconds: i64) -> At {
        At::of_zone(self.setup.zone, 22, 20, 0).plus(self.setup.shift + seconds)
    }

    pub(crate) fn line(&mut self, file: &str, seconds: i64, line: impl Into<String>) {
        self.files.entry(file.to_owned()).or_default().push((seconds, line.into()));
    }

    fn everyday(&mut self) {
        for minute in -100..15 {
            for request in 0..self.setup.load {
                let at = minute * 60 + request * (60 / self.setup.load);
                self.access(at, "198.51.100.23", "GET", "/adherents/", 200);
            }
            if minute % 9 == 0 {
                self.access(minute * 60 + 7, "203.0.113.66", "GET", &format!("/wp-{}.php", minute + 200), 404);
                self.access(minute * 60 + 8, "203.0.113.66", "POST", "/xmlrpc.php", 502);
                self.system(
                    minute * 60 + 9,
                    "sshd",
                    4411,
                    "",
                    "Failed password for root from 203.0.113.66 port 4022 ssh2",
                );
            }
            if minute % 13 == 0 {
                self.system(minute * 60 + 30, "CRON", 3300, "", "(root) CMD (test -x /usr/sbin/anacron)");
                self.system(
                    minute * 60 + 31,
                    "kernel",
                    0,
                    "",
                    "[UFW BLOCK] IN=eth0 OUT= MAC=00 SRC=203.0.113.9 DST=192.0.2.7",
                );
                self.gunicorn(minute * 60 + 31, 700, "INFO", "Autorestarting worker after current request.");
                self.application(
                    minute * 60 + 40,
                    "Internal Server Error: /export/",
                    &trace("KeyError: 'annee'", "export.py"),
                );
            }
        }
        self.gunicorn(-9000, 700, "INFO", "Starting gunicorn 20.1.0");
        self.gunicorn(-9000, 812, "INFO", "Booting worker with pid: 812");
        self.postgres(-2000, "LOG", "checkpoint starting: time", "début du checkpoint : time");
        self.postgres(-20, "LOG", "checkpoint complete: wrote 12 buffers", "fin du checkpoint : a écrit 12 tampons");
    }

    pub(crate) fn access(&mut self, seconds: i64, client: &str, method: &str, path: &str, status: u16) {
        let at = self.at(seconds).access();
        self.line(
            "var/log/nginx/access.log",
            seconds,
            format!("{client} - - [{at}] \"{method} {path} HTTP/1.1\" {status} 512 \"-\" \"Mozilla/5.0\""),
        );
    }

    /// The request that sends, as it ended.
    pub(crate) fn ended(&mut self, seconds: i64, status: u16) {
        self.access(seconds, "198.51.100.7", "POST", PATH, status);
    }

    /// The time of a line of nginx's error log.
    pub(crate) fn nginx_stamp(&self, seconds: i64) -> String {
        let at = self.at(seconds);
        if self.setup.is_nginx_in_utc { at.seen_from("UTC").nginx() } else { at.nginx() }
    }

    pub(crate) fn nginx(&mut self, seconds: i64, words: &str) {
        let at = self.nginx_stamp(seconds);
        self.line(
            "var/log/nginx/error.log",
            seconds,
            format!("{at} [error] 811#811: *567 {words}, client: 198.51.100.7, server: club.example.org, request: \"POST {PATH} HTTP/1.1\", upstream: \"http://127.0.0.1:8000{PATH}\", host: \"club.example.org\""),
        );
    }

    /// A line of the system: to the journal, or to syslog.
    pub(crate) fn system(&mut self, seconds: i64, program: &str, pid: u32, unit: &str, words: &str) {
        let at = self.at(seconds);
        if self.setup.has_rsyslog {
            let process = if pid == 0 { String::new() } else { format!("[{pid}]") };
            for line in words.lines() {
                self.line("var/log/syslog", seconds, format!("{} web1 {program}{process}: {line}", at.syslog()));
            }
            return;
        }
        for line in words.lines() {
            let mut entry = serde_json::json!({
                "__REALTIME_TIMESTAMP": at.micros().to_string(), "SYSLOG_IDENTIFIER": program, "_PID": pid.to_string(), "PRIORITY": "6", "MESSAGE": line,
            });
            if !unit.is_empty() {
                entry[if program == "systemd" { "UNIT" } else { "_SYSTEMD_UNIT" }] = unit.into();
            }
            self.line("srv/export/journal.json", seconds, entry.to_string());
        }
    }

    pub(crate) fn gunicorn(&mut self, seconds: i64, pid: u32, level: &str, words: &str) {
        let at = self.at(seconds).gunicorn();
        self.system(seconds, "gunicorn", pid, UNIT, &format!("[{at}] [{pid}] [{level}] {words}"));
    }

    /// The log of the application: what went wrong, and its traceback.
    pub(crate) fn application(&mut self, seconds: i64, words: &str, trace: &str) {
        let at = self.at(seconds).application();
        self.line("srv/club/logs/django.log", seconds, format!("{at} ERROR django.request {words}\n{trace}"));
    }

    pub(crate) fn postgres(&mut self, seconds: i64, severity: &str, english: &str, french: &str) {
        let at = self.at(seconds).postgres();
        let (severity, words) = match (self.setup.is_french, severity) {
            (false, severity) => (severity.to_owned(), english),
            (true, "ERROR") => ("ERREUR".to_owned(), french),
            (true, severity) => (severity.to_owned(), french),
        };
        self.line(
            "var/log/postgresql/postgresql-15-main.log",
            seconds,
            format!("{at} [2210] club@club {severity}:  {words}"),
        );
    }

    pub(crate) fn celery(&mut self, seconds: i64, level: &str, process: &str, words: &str) {
        let at = self.at(seconds).celery();
        self.line("var/log/celery/worker1.log", seconds, format!("[{at}: {level}/{process}] {words}"));
    }

    pub(crate) fn postfix(&mut self, seconds: i64, daemon: &str, words: &str) {
        let at = self.at(seconds).syslog();
        self.line("var/log/mail.log", seconds, format!("{at} web1 postfix/{daemon}[1200]: {words}"));
    }

    /// A message every other second through the local mail server, from `begin` to `end`.
    pub(crate) fn messages(&mut self, begin: i64, end: i64) {
        for (number, seconds) in (begin..=end).step_by(2).enumerate() {
            let id = format!("4D{number:04}1F2A9");
            self.postfix(seconds, "smtpd", &format!("{id}: client=localhost[127.0.0.1]"));
            self.postfix(seconds, "qmgr", &format!("{id}: from=<club@example.org>, size=2101, nrcpt=1 (queue active)"));
            self.postfix(seconds + 1, "smtp", &format!("{id}: to=<a{number}@example.net>, relay=mx.example.net[192.0.2.25]:25, delay=0.6, delays=0.1/0/0.2/0.3, dsn=2.0.0, status=sent (250 2.0.0 Ok)"));
        }
    }

    /// When a line was written that begins so, as the lab knows it.
    pub(crate) fn written_at(&self, line: &str) -> Option<i64> {
        let first = line.lines().next().unwrap_or_default();
        let quoted = serde_json::to_string(first).unwrap();
        let quoted = quoted.trim_matches('"');
        let lines = self.files.values().flatten();
        let mut found = lines.filter(|(_, line)| line.contains(first) || line.contains(quoted));
        found.next().map(|(seconds, _)| self.at(*seconds).micros())
    }

    /// What somebody picks who looks for errors: the last line that says one up to the stop, and the last of
    /// the file with the most.
    pub(crate) fn naive_picks(&self) -> [String; 2] {
        const WORDS: [&str; 12] = [
            "error",
            "fail",
            "critical",
            "fatal",
            "timed out",
            "timeout",
            "exception",
            "refused",
            "killed",
            "denied",
            "erreur",
            "lost",
        ];
        let says = |line: &str| {
            let lower = line.to_lowercase();
            WORDS.iter().any(|word| lower.contains(word))
        };
        let of_file = |lines: &Vec<(i64, String)>| -> Vec<(i64, String)> {
            let near = lines.iter().filter(|(seconds, line)| (-600..=2).contains(seconds) && says(line));
            near.cloned().collect()
        };
        let errors: Vec<Vec<(i64, String)>> = self.files.values().map(of_file).collect();
        let last = |lines: &mut dyn Iterator<Item = &(i64, String)>| {
            lines.max_by_key(|(seconds, _)| *seconds).map(|(_, line)| line.clone()).unwrap_or_default()
        };
        let most = errors.iter().max_by_key(|lines| lines.len()).cloned().unwrap_or_default();
        [last(&mut errors.iter().flatten()), last(&mut most.iter())]
    }

    pub(crate) fn without(mut self, files: &[&str]) -> Self {
        self.files.retain(|name, _| !files.iter().any(|file| name.contains(file)));
        self
    }

    pub(crate) fn tree(self) -> Tree {
        let tree = Tree::in_zone(self.setup.zone);
        tree.write("etc/nginx/sites-enabled/club", "server {\n  location / {\n    proxy_read_timeout 120s;\n  }\n}\n");
        tree.write("etc/systemd/system/club.service", "[Unit]\nDescription=Club site\n[Service]\nExecStart=/srv/club/venv/bin/gunicorn -w 3 --timeout 90 club.wsgi\n");
        let is_packed = self.setup.is_packed;
        for (name, mut lines) in self.files {
            lines.sort_by_key(|(seconds, _)| *seconds);
            let text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
            if is_packed && name.contains("nginx") {
                let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
                packed.write_all(text.as_bytes()).unwrap();
                tree.write_bytes(&format!("{name}.2.gz"), &packed.finish().unwrap());
            } else {
                tree.write(&name, &text);
            }
        }
        tree
    }
}

/// A traceback of Python that ends so.
pub(crate) fn trace(last: &str, file: &str) -> String {
    format!(
        "Traceback (most recent call last):\n  File \"/srv/club/venv/lib/python3.11/site-packages/django/core/handlers/exception.py\", line 55, in inner\n    response = get_response(request)\n  File \"/srv/club/{file}\", line 87, in communiquer\n    email.send()\n{last}"
    )
}
