//! rsyslog: each way that it has to send to another machine.

use crate::{
    Ended, RECORDS, Vigie,
    harness::{PATIENCE, say, wait_for},
};
use std::{fs, os::unix::net::UnixDatagram, path::PathBuf, process::Command};

const PROGRAM: &str = "/usr/sbin/rsyslogd";

/// Messages that go each way before one looks whether they have come.
const AT_ONCE: usize = 50;

/// By the name of the program whose messages go that way. What stands between two @ is filled in.
const CONFIG: &str = r#"
global(workDirectory="@FOLDER@")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="@FOLDER@/log" RateLimit.Interval="0")
if $programname == "udp3164" then
    action(type="omfwd" target="127.0.0.1" port="@SYSLOG@" protocol="udp" template="RSYSLOG_TraditionalForwardFormat")
if $programname == "udp5424" then
    action(type="omfwd" target="127.0.0.1" port="@SYSLOG@" protocol="udp" template="RSYSLOG_SyslogProtocol23Format")
if $programname == "tcp3164" then
    action(type="omfwd" target="127.0.0.1" port="@SYSLOG@" protocol="tcp" template="RSYSLOG_TraditionalForwardFormat")
if $programname == "tcp5424" then
    action(type="omfwd" target="127.0.0.1" port="@SYSLOG@" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format"
           TCP_Framing="octet-counted")
"#;

const ELASTIC: &str = r#"
module(load="omelasticsearch")
template(name="document" type="list" option.jsonf="on") {
    property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
    property(outname="level" name="syslogseverity-text" format="jsonf")
    property(outname="program" name="programname" format="jsonf")
    property(outname="message" name="msg" format="jsonf")
}
if $programname == "bulk" then
    action(type="omelasticsearch" server="127.0.0.1" serverport="@HTTP@" uid="shipper" pwd="@TOKEN@" bulkmode="on"
           searchIndex="rsyslog-bulk" searchType="" template="document" errorFile="@FOLDER@/refused"
           action.resumeRetryCount="-1")
"#;

/// Debian's package `rsyslog-elasticsearch`.
fn has_elastic() -> bool {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    folders.chain([PathBuf::from("/usr/lib")]).any(|folder| folder.join("rsyslog/omelasticsearch.so").exists())
}

#[test]
fn rsyslog_sends_by_syslog_and_by_bulk() {
    if fs::metadata(PROGRAM).is_err() {
        return say("skipped: no rsyslogd");
    }
    let vigie = Vigie::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut ways = vec!["udp3164", "udp5424", "tcp3164", "tcp5424"];
    let mut config = CONFIG.to_owned();
    if has_elastic() {
        config += ELASTIC;
        ways.push("bulk");
    } else {
        say("rsyslog's omelasticsearch is not installed: it is left out");
    }
    for (name, value) in [
        ("@FOLDER@", folder.path().display().to_string()),
        ("@SYSLOG@", vigie.syslog.to_string()),
        ("@HTTP@", vigie.http.to_string()),
        ("@TOKEN@", vigie.token.clone()),
    ] {
        config = config.replace(name, &value);
    }
    let file = folder.path().join("rsyslog.conf");
    fs::write(&file, config).expect("the folder is writable");
    let mut command = Command::new(PROGRAM);
    command.arg("-n").arg("-f").arg(&file).arg("-i").arg(folder.path().join("pid"));
    let _running = Ended::start(&mut command);
    let socket = wait_for("rsyslog", PATIENCE, || {
        let socket = UnixDatagram::unbound().ok()?;
        socket.connect(folder.path().join("log")).ok().map(|()| socket)
    });
    // What the system's buffer of datagrams has no room for is lost, on a busy machine: never more of them than fit.
    for from in (0..RECORDS).step_by(AT_ONCE) {
        for number in from..from + AT_ONCE {
            for way in &ways {
                // A warning of a daemon.
                let message = format!("<28>Jan 10 14:32:15 {way}[7]: délai dépassé, message {number}");
                socket.send(message.as_bytes()).expect("rsyslog takes it");
            }
        }
        let sent = (from + AT_ONCE) * 2;
        wait_for("datagrams", PATIENCE, || (vigie.found("udp3164 OR udp5424").len() >= sent).then_some(()));
    }
    for way in &ways {
        let query = match *way {
            "bulk" => "index:rsyslog-bulk program:bulk level:warning".to_owned(),
            way if way.ends_with("5424") => format!("format:syslog5424 logger:{way} level:warning"),
            way => format!("format:syslog logger:{way} level:warning"),
        };
        vigie.has_all(&query);
    }
    assert_eq!(vigie.found("*dépassé*").len(), RECORDS * ways.len());
    assert!(fs::metadata(folder.path().join("refused")).is_err(), "nothing was refused");
}
