//! `vigie diagnose` on a copy of a machine: what it says, and the list of those who are left.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::Desk;
use std::fs;

/// A mailing of which 20 of 30 were sent when the password of the account was refused.
fn desk() -> Desk {
    let desk = Desk::new();
    let logs = desk.path().join("copy/srv/club/logs");
    fs::create_dir_all(&logs).unwrap();
    fs::create_dir_all(desk.path().join("copy/etc")).unwrap();
    fs::write(desk.path().join("copy/etc/timezone"), "Europe/Paris\n").unwrap();
    let address = |number: u32| format!("membre{number:02}@exemple.org");
    let mut log = "2026-11-26 21:00:00,000 INFO mailer: worker is ready\n".to_owned();
    for number in 1..=20 {
        log += &format!("2026-11-26 22:19:{number:02},120 INFO mailer: sent to {}\n", address(number));
    }
    log += "2026-11-26 22:19:21,480 ERROR mailer: smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed')\n";
    fs::write(logs.join("mailing.log"), log).unwrap();
    std::os::unix::fs::symlink("/data/older.log", logs.join("older.log")).unwrap();
    let list: String = (1..=30).map(|number| format!("{}\n", address(number))).collect();
    fs::write(desk.path().join("list.csv"), format!("email\n{list}")).unwrap();
    desk
}

const ASKED: [&str; 5] =
    ["diagnose", "the mailing stopped on 2026-11-26 at 22:20", "--root", "copy", "--recipients=list.csv"];

#[test]
fn the_rest_is_written_once_and_named_in_the_command() {
    let desk = desk();
    let line = [&ASKED[..], &["--not-sent=the rest.csv"]].concat();
    let answer = desk.run(&line);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.said);
    assert!(answer.out.contains("--recipients 'the rest.csv' --check"), "{}", answer.out);
    assert!(!answer.out.contains("not-sent.csv"), "{}", answer.out);
    assert!(answer.out.contains("one more message than it had time to log"), "{}", answer.out);
    assert!(answer.out.contains("links to files that are not in this folder"), "{}", answer.out);
    assert!(answer.out.contains("Send only to the list of the remaining recipients"), "{}", answer.out);
    let rest = fs::read_to_string(desk.path().join("the rest.csv")).unwrap();
    assert_eq!(rest.lines().count(), 10, "the heading and nine: whoever came next may have it\n{rest}");
    assert!(!rest.contains("membre21"), "{rest}");

    let dash = desk.run(&[&ASKED[..], &["--not-sent", "-"]].concat());
    assert_eq!((dash.code, dash.out.as_str()), (2, ""), "{}", dash.said);
    assert!(dash.said.contains("name a new file instead of `-`") && !desk.path().join("-").exists(), "{}", dash.said);

    fs::write(desk.path().join("the rest.csv"), "mine").unwrap();
    let again = desk.run(&line);
    assert_eq!((again.code, again.out.as_str()), (2, ""), "{}", again.said);
    assert_eq!(fs::read_to_string(desk.path().join("the rest.csv")).unwrap(), "mine");
}

#[test]
fn logs_of_another_day_say_which_day_they_are_of() {
    let desk = desk();
    let answer = desk.run(&["diagnose", "--at", "2026-11-20T22:20", "--root", "copy"]);
    assert!(answer.code == 7 || answer.code == 6, "{}", answer.out);
    assert!(answer.out.contains("The newest line is from 26 November 2026"), "{}", answer.out);
    fs::remove_file(desk.path().join("copy/srv/club/logs/mailing.log")).unwrap();
    let empty = desk.run(&["diagnose", "--at", "2026-11-20T22:20", "--root", "copy"]);
    assert!(empty.out.contains("No log with readable times was found"), "{}", empty.out);
}
