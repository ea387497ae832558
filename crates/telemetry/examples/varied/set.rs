//! JSON lines of sixteen systems whose numbers, ids, addresses and paths are drawn anew for each line: what a store makes of logs
//! that nobody tuned it for. The shapes of messages are those of public collections (HDFS, Spark, OpenStack, sshd and so on).

use super::dice::{Dice, WORDS};
use std::{fmt::Write as _, io, io::Write};

/// Name, level and weight of each kind of message of a system: `{n4}` is a number of up to four digits, `{d6}` six digits, `{x16}`
/// sixteen digits of hexadecimal, `{ip}` an address, `{w}` a word, `{p}` a path, `{f2}` a number with two digits behind its point.
const SYSTEMS: [(&str, &[(&str, &str)]); 16] = [
    (
        "hdfs",
        &[
            ("info", "Receiving block blk_{n18} src: /{ip}:{n5} dest: /{ip}:50010"),
            ("info", "PacketResponder {n1} for block blk_{n18} terminating"),
            ("info", "BLOCK* NameSystem.addStoredBlock: blockMap updated: {ip}:50010 is added to blk_{n18} size {n8}"),
            ("warning", "{ip}:50010:Got exception while serving blk_{n18} to /{ip}:"),
        ],
    ),
    (
        "spark",
        &[
            ("info", "Finished task {n3}.0 in stage {n3}.0 (TID {n6}). {n4} bytes result sent to driver"),
            ("info", "Found block rdd_{n3}_{n4} locally"),
            ("info", "Input split: hdfs://{ip}:9000{p}:{n9}+{n8}"),
            ("error", "Exception in task {n3}.0 in stage {n3}.0 (TID {n6}): java.io.IOException: {w} of {p}"),
        ],
    ),
    (
        "zookeeper",
        &[
            ("info", "Received connection request /{ip}:{n5}"),
            ("warning", "Connection broken for id {n12}, my id = {n1}, error = {w}"),
            ("info", "Established session 0x{x16} with negotiated timeout {n5} for client /{ip}:{n5}"),
        ],
    ),
    (
        "openstack",
        &[
            (
                "info",
                "[req-{x8}-{x4}-{x4}-{x4}-{x12} {x32} {x32} - - -] {ip} \"GET /v2/{x32}/servers/detail HTTP/1.1\" status: 200 len: {n4} time: 0.{d7}",
            ),
            ("info", "[instance: {x8}-{x4}-{x4}-{x4}-{x12}] VM Started (Lifecycle Event)"),
            (
                "info",
                "[instance: {x8}-{x4}-{x4}-{x4}-{x12}] Took {f2} seconds to build the instance on the hypervisor.",
            ),
            ("warning", "Unknown base file: {p}/{x40}"),
        ],
    ),
    (
        "sshd",
        &[
            ("info", "Failed password for invalid user {w} from {ip} port {n5} ssh2"),
            ("info", "Accepted publickey for {w} from {ip} port {n5} ssh2: RSA SHA256:{b43}"),
            (
                "info",
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={ip}  user={w}",
            ),
            ("error", "Received disconnect from {ip}: 3: com.jcraft.jsch.JSchException: Auth fail [preauth]"),
        ],
    ),
    (
        "apache",
        &[
            ("error", "[client {ip}] File does not exist: /var/www{p}"),
            (
                "info",
                "{ip} - - \"GET {p}?id={n6} HTTP/1.1\" 200 {n6} \"https://{w}.example{p}\" \"Mozilla/5.0 (Windows NT 10.0; rv:{n3}.0)\"",
            ),
            ("info", "{ip} - - \"POST {p} HTTP/1.1\" 302 {n4} \"-\" \"curl/8.{n2}.{n1}\""),
        ],
    ),
    (
        "bgl",
        &[
            ("critical", "R{d2}-M{n1}-N{n1}-C:J{d2}-U{d2} RAS KERNEL FATAL data TLB error interrupt 0x{x8}"),
            ("info", "R{d2}-M{n1}-N{n1}-C:J{d2}-U{d2} RAS KERNEL INFO generating core.{n5}"),
            ("info", "{n6} double-hummer alignment exceptions at 0x{x8}"),
        ],
    ),
    (
        "android",
        &[
            ("debug", "acquire lock={n9}, flags=0x{x1}, tag=\"{w}\", ws=null, uid={n5}, pid={n5}"),
            (
                "info",
                "Skipping AppWindowToken{{x7} token=Token{{x8} ActivityRecord{{x7} u0 com.{w}.{w}/.{w} t{n4}}}}} -- going to hide",
            ),
            ("warning", "Scheduling restart of crashed service com.{w}/.{w} in {n5}ms"),
        ],
    ),
    (
        "windows",
        &[
            ("info", "CBS    Session: {d8}_{d10} initialized by client {w}."),
            ("info", "CSI    {x8}@2026/11/{n2}:{n2}:{n2}:{n2}.{d3} CSI perf trace: CSIPERF:TXCOMMIT;{n6}"),
            (
                "info",
                "CBS    Appl: detect Parent, Package: Package_{n4}_for_KB{d7}~{x16}~amd64~~6.1.{n1}.{n1}, state: Absent",
            ),
        ],
    ),
    (
        "mongodb",
        &[
            ("info", "Connection accepted from {ip}:{n5} connectionId {n7} connectionCount {n3}"),
            (
                "info",
                "Slow query on {w}.{w} keysExamined {n7} docsExamined {n7} nreturned {n3} reslen {n6} durationMillis {n5}",
            ),
            ("warning", "Aggregate cursor {n18} on {w} not found, killed after {n4}ms"),
        ],
    ),
    (
        "cisco",
        &[
            (
                "info",
                "%ASA-6-302013: Built outbound TCP connection {n9} for outside:{ip}/{n5} ({ip}/{n5}) to inside:{ip}/{n5} ({ip}/{n5})",
            ),
            (
                "info",
                "%ASA-6-302014: Teardown TCP connection {n9} for outside:{ip}/{n5} to inside:{ip}/{n5} duration 0:{d2}:{d2} bytes {n7} TCP FINs",
            ),
            (
                "warning",
                "%ASA-4-106023: Deny tcp src outside:{ip}/{n5} dst inside:{ip}/{n5} by access-group \"{w}\" [0x{x8}, 0x0]",
            ),
        ],
    ),
    (
        "postfix",
        &[
            (
                "info",
                "{X10}: to=<{w}.{n4}@{w}.example>, relay=mx{n1}.{w}.example[{ip}]:25, delay={f2}, delays={f2}/0/{f2}/{f2}, dsn=2.0.0, status=sent (250 2.0.0 OK {n10} {x10})",
            ),
            ("info", "{X10}: message-id=<{n14}.{x12}@{w}.example>"),
            ("warning", "warning: hostname {w}-{n3}.{w}.example does not resolve to address {ip}"),
        ],
    ),
    (
        "kubelet",
        &[
            (
                "info",
                "\"Finished syncing pod\" pod=\"{w}/{w}-{x9}-{x5}\" podUID=\"{x8}-{x4}-{x4}-{x4}-{x12}\" duration={n3}.{d6}ms",
            ),
            (
                "error",
                "\"Error syncing pod, skipping\" err=\"failed to start container {w}: CrashLoopBackOff: back-off {n3}s\" pod=\"{w}/{w}-{x9}-{x5}\"",
            ),
            ("info", "Created container {x64} within pod sandbox {x64}"),
        ],
    ),
    (
        "keycloak",
        &[
            (
                "warning",
                "type=LOGIN_ERROR, realmId={x8}-{x4}-{x4}-{x4}-{x12}, clientId={w}, userId=null, ipAddress={ip}, error=user_not_found, username={w}{n3}",
            ),
            (
                "info",
                "type=CODE_TO_TOKEN, clientId={w}, userId={x8}-{x4}-{x4}-{x4}-{x12}, sessionId={x8}-{x4}-{x4}-{x4}-{x12}, ipAddress={ip}",
            ),
        ],
    ),
    (
        "shop",
        &[
            ("info", "order {n8} of customer {n4} paid: {f2} EUR by card ending {d4}, invoice INV-2026-{d6}"),
            ("info", "stock of article {n5} in depot {n2} is {n4} after movement {n9}"),
            ("error", "payment of order {n8} refused: code {n2}, transaction {x24}, retry in {n3} s"),
            ("info", "Livraison {n7} prévue le {n2}/11/2026 à Orléans, tournée {n3}, colis {d12}"),
        ],
    ),
    (
        "postgres",
        &[
            (
                "info",
                "[{n5}] LOG:  duration: {n4}.{d3} ms  statement: SELECT * FROM {w} WHERE id = {n7} AND created_at > $1 LIMIT {n3}",
            ),
            (
                "error",
                "[{n5}] ERROR:  duplicate key value violates unique constraint \"{w}_pkey\" DETAIL:  Key (id)=({n7}) already exists.",
            ),
            (
                "info",
                "[{n5}] LOG:  checkpoint complete: wrote {n5} buffers ({n2}.{n1}%); write={f2} s, sync={f2} s, total={f2} s; distance={n6} kB",
            ),
        ],
    ),
];

/// A template with each of its placeholders drawn.
fn fill(dice: &mut Dice, template: &str, out: &mut String) {
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let Some(len) = rest[at..].find('}') else { break };
        let name = &rest[at + 1..at + len];
        // Of `{{x7}` the first brace is text.
        let name = name.strip_prefix('{').inspect(|_| out.push('{')).unwrap_or(name);
        let (kind, count) = name.split_at(name.len().min(1));
        let count: usize = count.parse().unwrap_or(0);
        match kind {
            "n" => {
                let count = 1 + dice.below(count as u64) as usize;
                dice.digits(b"123456789", 1, out);
                dice.digits(b"0123456789", count - 1, out);
            }
            "d" => dice.digits(b"0123456789", count, out),
            "x" => dice.digits(b"0123456789abcdef", count, out),
            "X" => dice.digits(b"0123456789ABCDEF", count, out),
            "b" => dice.digits(b"ABCDEFGHabcdefghijklmnop0123456789+/", count, out),
            "f" => {
                let _ = write!(out, "{}.{:02}", dice.below(300), dice.below(100));
            }
            "i" => {
                let [a, b, c, d] = [223, 256, 256, 254].map(|bound| dice.below(bound));
                let _ = write!(out, "{}.{b}.{c}.{}", a + 1, d + 1);
            }
            "w" => out.push_str(dice.word()),
            "p" => (0..2 + dice.below(3)).for_each(|_| {
                let _ = write!(out, "/{}{}", dice.word(), dice.below(1_000));
            }),
            other => out.push_str(other),
        }
        rest = &rest[at + len + 1..];
    }
    out.push_str(rest);
}

/// Lines of the set that is measured, and what it is drawn from.
pub(crate) const LINES: u64 = 960_000;
pub(crate) const SEED: u64 = 7;

/// Microseconds since 1970 of the first line: 2026-11-17.
const FIRST: u64 = 1_794_873_600_000_000;
const DAY: u64 = 86_400_000_000;

/// So many lines over three days.
pub(crate) fn write(lines: u64, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut dice = Dice::new(seed);
    let mut at = FIRST;
    let mean_step = 3 * DAY / lines.max(1);
    let (mut line, mut message) = (String::new(), String::new());
    for _ in 0..lines {
        at += dice.below(2 * mean_step + 1);
        let (app, kinds) = dice.pick(&SYSTEMS);
        let (level, template) = dice.pick(kinds);
        message.clear();
        fill(&mut dice, template, &mut message);
        line.clear();
        let (day, within) = ((at - FIRST) / DAY, at % DAY);
        let (seconds, micros) = (within / 1_000_000, within % 1_000_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let escaped = message.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = write!(
            line,
            "{{\"timestamp\": \"2026-11-{:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z\", \"level\": \"{level}\", \
             \"app\": \"{app}\", \"logger\": \"{app}.{}\", \"host\": \"node{:02}\", \"message\": \"{escaped}\"",
            17 + day,
            dice.pick(&WORDS[..12]),
            dice.below(24),
        );
        if dice.below(3) == 0 {
            let mut trace = String::new();
            dice.digits(b"0123456789abcdef", 16, &mut trace);
            let _ = write!(line, ", \"trace_id\": \"{}\", \"user_id\": {}", trace, 1 + dice.below(4_000));
        }
        if dice.below(2) == 0 {
            let status = dice.pick(&[200, 200, 200, 200, 201, 204, 301, 404, 500, 503]);
            // Many small, few large.
            let share = 1 + dice.below(2_000);
            let tenths = dice.below(1 + 1_000_000 / share);
            let _ = write!(line, ", \"duration_ms\": {}.{}, \"status\": {status}", tenths / 10, tenths % 10);
        }
        line.push_str("}\n");
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// A kind of text log.
#[derive(Clone, Copy)]
pub(crate) enum Text {
    Access,
    Syslog,
    Java,
    Json,
}

impl Text {
    pub(crate) const ALL: [Self; 4] = [Self::Access, Self::Syslog, Self::Java, Self::Json];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Syslog => "syslog",
            Self::Java => "java",
            Self::Json => "json",
        }
    }
}

/// So many lines of one kind, as programs write them.
pub(crate) fn write_text(lines: u64, text: Text, out: &mut impl Write) -> io::Result<()> {
    if matches!(text, Text::Json) {
        return write(lines, SEED, out);
    }
    let mut dice = Dice::new(SEED);
    let mut line = String::new();
    for number in 0..lines {
        let (seconds, millis) = (number / 4 % 86_400, dice.below(1_000));
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let (head, template) = match text {
            Text::Access => (
                String::new(),
                format!(
                    "{{ip}} - - [20/Nov/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET {{p}}?id={{n6}} HTTP/1.1\" 200 {{n6}} \
                     \"https://{{w}}.example{{p}}\" \"Mozilla/5.0 (X11; Linux x86_64; rv:{{n3}}.0) Gecko/20100101 Firefox/{{n3}}.0\""
                ),
            ),
            Text::Syslog => {
                let (app, kinds) = dice.pick(&SYSTEMS);
                let head = format!(
                    "Nov 20 {hour:02}:{minute:02}:{second:02} node{:02} {app}[{}]: ",
                    dice.below(24),
                    dice.below(30_000)
                );
                (head, dice.pick(kinds).1.to_owned())
            }
            Text::Java | Text::Json => {
                let (app, kinds) = dice.pick(&SYSTEMS);
                let (level, template) = dice.pick(kinds);
                let level = level.to_uppercase();
                let head = format!(
                    "2026-11-20 {hour:02}:{minute:02}:{second:02},{millis:03} {level:<5} [main] org.example.{app}.Worker - "
                );
                (head, (*template).to_owned())
            }
        };
        line.clear();
        line.push_str(&head);
        fill(&mut dice, &template, &mut line);
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}
