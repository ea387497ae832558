//! How long a gigabyte takes, and how much memory. Optimised builds alone say something of it.

use crate::tree::{At, Tree};
use diagnosis::{Question, Step, Verdict, judge::CauseId};
use flate2::{Compression, write::GzEncoder};
use model::Clock;
use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    time::Duration,
};

/// Lines of a day, most of them requests; 22:20 is in it.
fn day(tree: &Tree, name: &str, bytes: u64, line: impl Fn(At, u64) -> String) {
    let path = tree.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
    if name.ends_with(".gz") {
        fill(GzEncoder::new(file, Compression::fast()), bytes, line).finish().unwrap().flush().unwrap();
    } else {
        fill(file, bytes, line).flush().unwrap();
    }
}

fn fill<W: Write>(mut to: W, bytes: u64, line: impl Fn(At, u64) -> String) -> W {
    let width = line(At::new(12, 0, 0), 1).len() as u64 + 1;
    let count = bytes / width;
    let mut last = (i64::MIN, String::new());
    for number in 0..count {
        let second = (86_400 * number / count).cast_signed();
        // The same second has many lines: their text is made once.
        if last.0 != second {
            last = (second, line(At::new(0, 0, 0).plus(second), number));
        }
        to.write_all(last.1.as_bytes()).unwrap();
        to.write_all(b"\n").unwrap();
    }
    to
}

fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[expect(clippy::print_stdout, reason = "read by the bench")]
fn measured(name: &str, tree: &Tree) {
    let size = tree.bytes();
    let (began, clock) = (Clock::System.now(), Clock::System);
    let question = Question { phrase: "the mailing stopped at 22:20".into(), ..Question::default() };
    let mut first = None;
    let told = &mut |step: Step<'_>| {
        if matches!(step, Step::PointsTo(CauseId::WorkerTimeout)) {
            first.get_or_insert_with(|| Clock::System.now().since(began));
        }
    };
    let found = diagnosis::diagnose_telling(tree.path(), &question, None, &clock, told).unwrap();
    let took = Clock::System.now().since(began);
    println!("figure: speed\t{name}, MB read as /\t{}\t1", size >> 20);
    println!("figure: speed\t{name}, s\t{:.1}\t1", took.as_secs_f64());
    let first = first.expect("the small logs hold the cause");
    println!("figure: speed\t{name}, s to the first finding\t{:.2}\t1", first.as_secs_f64());
    println!("figure: speed\t{name}, MB at the peak\t{}\t1", peak_memory());
    assert_eq!(
        found.judgement.verdict,
        Verdict::Cause { cause: CauseId::WorkerTimeout },
        "{:?}",
        found.collected.bounds
    );
    // Reading ends by itself after ten seconds, and what was not read is said.
    assert!(took < Duration::from_secs(11), "{took:?}");
    println!("figure: speed\t{name}, sources that the time did not suffice for\t{}\t1", found.collected.bounds.len());
}

fn incident(tree: &Tree) {
    let at = At::new(22, 20, 3);
    tree.write(
        "var/log/club/gunicorn.log",
        &format!(
            "[{0}] [700] [CRITICAL] WORKER TIMEOUT (pid:812)\n[{0}] [815] [INFO] Booting worker with pid: 815\n",
            at.gunicorn()
        ),
    );
    tree.write("var/log/nginx/error.log", &format!("{} [error] 8#8: *5 upstream prematurely closed connection while reading response header from upstream, client: 198.51.100.7, server: x, request: \"POST /adherents/communiquer/ HTTP/1.1\", upstream: \"http://x/\", host: \"x\"\n", at.nginx()));
}

fn access(at: At, number: u64) -> String {
    let at_end = at.access();
    if at_end.contains(":22:20:03 ") {
        return format!(
            "198.51.100.7 - - [{at_end}] \"POST /adherents/communiquer/ HTTP/1.1\" 502 157 \"-\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\""
        );
    }
    format!(
        "198.51.100.{} - - [{at_end}] \"GET /adherents/{number}/ HTTP/1.1\" 200 5120 \"https://club.example.org/adherents/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\"",
        number % 250
    )
}

fn syslog(at: At, number: u64) -> String {
    format!("{} web1 systemd[1]: session-{number}.scope: Deactivated successfully.", at.syslog())
}

fn mail(at: At, number: u64) -> String {
    format!(
        "{} web1 postfix/smtp[1200]: 4D{number:08X}: to=<a{number}@example.net>, relay=mx.example.net[192.0.2.25]:25, delay=0.6, delays=0.1/0/0.2/0.3, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        at.syslog()
    )
}

#[test]
#[ignore = "writes a GB below the temporary folder: cargo xtask bench diagnosis"]
fn a_gigabyte() {
    println!();
    let plain = Tree::in_paris();
    incident(&plain);
    day(&plain, "var/log/nginx/access.log", 640 << 20, access);
    day(&plain, "var/log/syslog", 240 << 20, syslog);
    day(&plain, "var/log/mail.log", 160 << 20, mail);
    measured("plain", &plain);
    drop(plain);
    let packed = Tree::in_paris();
    incident(&packed);
    day(&packed, "var/log/nginx/access.log.2.gz", 640 << 20, access);
    day(&packed, "var/log/syslog.2.gz", 240 << 20, syslog);
    day(&packed, "var/log/mail.log.2.gz", 160 << 20, mail);
    measured("packed", &packed);
}
