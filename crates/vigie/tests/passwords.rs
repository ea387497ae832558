//! A password that the server refuses, and how the run goes on with the right one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::{Answer, Desk};
use mail::catcher::{Catcher, CatcherOptions};
use std::{net::SocketAddr, time::Duration};

fn with_password(desk: &Desk, line: &[&str], password: &str) -> Answer {
    Answer::of(desk.command(line).env("VIGIE_SMTP_PASSWORD", password).output().unwrap())
}

fn server(runtime: &tokio::runtime::Runtime, address: SocketAddr, password: &str) -> Catcher {
    loop {
        let login = Some(("marie".to_owned(), password.to_owned()));
        let options = CatcherOptions { login, ..CatcherOptions::default() };
        match runtime.block_on(Catcher::start(address, options)) {
            Ok(catcher) => return catcher,
            // The one before has not let go of it yet.
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[test]
fn a_refused_password_costs_one_attempt_and_the_right_one_goes_on() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let catcher = server(&runtime, ([127, 0, 0, 1], 0).into(), "right");
    let desk = Desk::new().with_mailing("");
    let smtp = format!("smtp://marie@{}?plaintext-auth=loopback", catcher.address());
    let send = ["send", "mailing.toml", "--smtp", &smtp];

    let refused = with_password(&desk, &send, "wrong");
    assert_eq!(refused.code, 2, "{}", refused.said);
    assert!(refused.said.contains("run the same command again with the right password"), "{}", refused.said);
    assert_eq!((catcher.tally().connections, desk.run(&["jobs"]).out.lines().count()), (1, 0));

    // Kept unasked, it is refused once when the run begins.
    let detached = with_password(&desk, &[&send[..], &["--detach"]].concat(), "right");
    assert_eq!(detached.code, 0, "{}", detached.said);
    let job = detached.out.trim().to_owned();
    let address = catcher.address();
    drop(catcher);
    let catcher = server(&runtime, address, "changed");
    let paused = desk.run(&send);
    assert_eq!((paused.code, catcher.tally().connections), (4, 1), "{}", paused.said);
    assert!(paused.said.contains("with the right password (prompt, VIGIE_SMTP_PASSWORD"), "{}", paused.said);

    // The kept one is not tried again of itself.
    let again = desk.run(&send);
    assert_eq!((again.code, catcher.tally().connections), (2, 1), "{}", again.said);
    assert!(again.said.contains("the server refused the password that is kept"), "{}", again.said);

    let resumed = desk.run(&["jobs", "resume", &job]);
    assert!(resumed.said.contains("the pause of marie@") && resumed.said.contains("is ended too"), "{}", resumed.said);
    assert!(resumed.said.contains("nothing runs it now: vigie serve, or the same send again"), "{}", resumed.said);
    assert_eq!(desk.run(&send).code, 4, "it is still the wrong one");

    let sent = with_password(&desk, &send, "changed");
    assert_eq!((sent.code, catcher.tally().messages), (0, 2), "{}", sent.said);
}

#[test]
fn a_mailing_file_names_the_file_of_its_password() {
    use std::os::unix::fs::PermissionsExt as _;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let catcher = server(&runtime, ([127, 0, 0, 1], 0).into(), "right");
    let desk = Desk::new().with_mailing("smtp-password-file = \"password\"\n");
    desk.file("password", "right\n");
    std::fs::set_permissions(desk.path().join("password"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let bare = format!("smtp://marie@{}", catcher.address());
    let check = desk.run(&["send", "mailing.toml", "--smtp", &bare, "--check"]);
    assert!(check.code == 2 && check.said.contains("?plaintext-auth=loopback"), "{}", check.said);
    let sent = desk.run(&["send", "mailing.toml", "--smtp", &format!("{bare}?plaintext-auth=loopback")]);
    assert_eq!((sent.code, catcher.tally().messages), (0, 2), "{}", sent.said);
    assert!(sent.said.contains("(job 0"), "{}", sent.said);
}
