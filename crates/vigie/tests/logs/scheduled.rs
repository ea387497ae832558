//! A search that comes again, from the line in a file to the mail.

use super::*;
use mail::catcher::{Catcher, CatcherOptions, Keep};
use std::{net::SocketAddr, thread, time::Duration};

/// What comes within a minute.
fn waited<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("no {what} in a minute");
}

#[test]
fn a_search_on_a_schedule_tells_what_it_found_in_its_log_and_by_mail() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = CatcherOptions { keep: Keep::Contents, ..CatcherOptions::default() };
    let catcher = runtime.block_on(Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), options)).unwrap();
    let desk = Desk::new().with_mailing("");
    let now = model::Clock::System.now();
    let line = |seconds: u64, level: &str, message: &str, app: &str| {
        let time = now - Duration::from_secs(seconds);
        format!("{{\"time\":\"{time}\",\"level\":\"{level}\",\"msg\":\"{message}\",\"app\":\"{app}\"}}\n")
    };
    let lines = [
        line(90, "error", "payment timeout one", "shop"),
        line(60, "info", "payment timeout that is none", "shop"),
        line(45, "error", "payment timeout elsewhere", "blog"),
        line(30, "error", "payment timeout two", "shop"),
    ];
    desk.file("shop.json", lines.concat());
    done(&desk.run(&["logs", "import", "shop.json"]));
    // Its sending account, of which the only message is never sent.
    let server = format!("smtp://{}", catcher.address());
    done(&desk.run(&["send", "mailing.toml", "--detach", "--name", "x", "--smtp", &server]));
    done(&desk.run(&["jobs", "cancel", "x"]));
    let search = ["--log-query", "timeout level:error", "--application", "shop", "--within", "1h", "--lines", "1"];
    let mailed = ["--to", "dev@example.org", "--from", "vigie@example.org", "--above", "1"];
    let add = ["schedule", "add", "Timeouts", "--when", "0 0 1 1 *"];
    let alone = desk.run(&[&add[..], &search, &["--above", "1"]].concat());
    assert_eq!(alone.code, 2, "a bound is one of the message: {}", alone.said);
    done(&desk.run(&[&add[..], &search, &mailed].concat()));
    let file = desk.run(&["schedule", "export"]).out;
    assert!(file.contains("kind = \"log_query\"") && file.contains("above = 1"), "{file}");
    desk.file("schedules.toml", &file);
    done(&desk.run(&["schedule", "import", "schedules.toml"]));

    let _served = desk.serve();
    done(&desk.run(&["schedule", "run", "Timeouts"]));
    waited("finished run", || {
        let job = desk.run(&["jobs", "show", "Timeouts", "--json"]);
        (job.code == 0 && job.json()["state"] == "completed").then_some(())
    });
    let log = desk.run(&["jobs", "log", "Timeouts"]).out;
    for text in ["2 lines found from", "payment timeout two", "sent to 1 address"] {
        assert!(log.contains(text), "{text}: {log}");
    }
    assert!(!log.contains("payment timeout one"), "the newest alone is kept: {log}");
    let caught = waited("mail", || catcher.caught().into_iter().next());
    assert_eq!(
        (caught.from.as_str(), &caught.recipients[..]),
        ("vigie@example.org", &["dev@example.org".to_owned()][..])
    );
    let content = String::from_utf8_lossy(&caught.content).into_owned();
    assert!(
        content.contains("Subject: Timeouts: 2 lines found") && content.contains("payment timeout two"),
        "{content}"
    );
    assert!(content.contains("Auto-Submitted: auto-generated"), "{content}");
}
