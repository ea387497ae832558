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

    let account = desk.run(&["accounts", "list", "--json"]);
    let accounts: serde_json::Value = serde_json::from_str(&account.out).expect("JSON");
    let account = accounts["rows"][0]["name"].as_str().expect("a name");
    let released = desk.run(&["accounts", "resume", account]);
    assert_eq!(released.code, 0, "{}", released.said);
    assert!(released.said.contains(&format!("account {account} may be used again")), "{}", released.said);
    assert!(desk.run(&["accounts", "resume", "nobody"]).said.contains("nobody"));

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

/// A database of its own on the test server, if there is one.
struct Postgres {
    server: String,
    name: String,
}

impl Postgres {
    fn create() -> Option<Self> {
        let server = std::env::var("VIGIE_TEST_POSTGRES").ok().filter(|url| !url.is_empty())?;
        let postgres = Self { server, name: format!("keys_{}", std::process::id()) };
        postgres.psql(&format!("create database {} template template0", postgres.name));
        Some(postgres)
    }

    fn url(&self) -> String {
        format!("{}/{}", self.server.rsplit_once('/').unwrap().0, self.name)
    }

    fn psql(&self, sql: &str) {
        let mut psql = std::process::Command::new("psql");
        psql.args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", &self.server, "-c", sql]);
        assert!(psql.status().unwrap().success(), "{sql}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.psql(&format!("drop database {} with (force)", self.name));
    }
}

/// Whatever works on the database is refused with a wrong key or none, and makes none; `global` says which database.
fn only_its_own_key_opens(desk: &Desk, global: &[&str], working: &[&str]) {
    use std::os::unix::fs::PermissionsExt as _;
    let run = |line: &[&str]| desk.run(&[global, line].concat());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let catcher = server(&runtime, ([127, 0, 0, 1], 0).into(), "right");
    let smtp = format!("smtp://marie@{}?plaintext-auth=loopback", catcher.address());
    let send = [global, &["send", "mailing.toml", "--smtp", &smtp]].concat();
    let detached = with_password(desk, &[&send[..], &["--detach"]].concat(), "right");
    assert_eq!(detached.code, 0, "{}", detached.said);

    let (key, kept) = (desk.path().join("vigie-data/secret.key"), desk.path().join("kept"));
    std::fs::rename(&key, &kept).unwrap();
    let missing = run(working);
    assert_eq!(missing.code, 2, "{}", missing.said);
    assert!(missing.said.contains("secret.key: the key of this database is missing"), "{}", missing.said);
    assert!(missing.said.contains("VIGIE_SECRET_KEY_FILE"), "{}", missing.said);
    assert!(missing.said.contains("vigie doctor --accept-key"), "{}", missing.said);
    assert_eq!(run(&["jobs"]).code, 0, "reading needs no key");
    assert!(!key.exists(), "a new one would be the wrong one");

    std::fs::write(&key, "A".repeat(43)).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let other = run(working);
    assert_eq!(other.code, 2, "{}", other.said);
    assert!(other.said.contains("this is not the key of this database"), "{}", other.said);
    let doctor = run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.contains("another key than the database's"), "{}", doctor.out);

    std::fs::rename(&kept, &key).unwrap();
    let sent = desk.run(&send);
    assert_eq!((sent.code, catcher.tally().messages), (0, 2), "{}", sent.said);

    // Lost for good: an administrator says so, and is told what to enter again.
    std::fs::remove_file(&key).unwrap();
    let accepted = run(&["doctor", "--accept-key"]);
    assert_eq!(accepted.code, 0, "{}", accepted.said);
    assert!(accepted.out.contains("enter the password of account marie@"), "{}", accepted.out);
    let doctor = run(&["doctor"]);
    assert!(key.exists() && !doctor.out.contains("another key"), "{}", doctor.out);
    assert_eq!(run(&["token", "create", "t"]).code, 0, "it works again");
}

#[test]
fn a_wrong_or_missing_key_is_refused_at_the_start() {
    let desk = Desk::new().with_mailing("");
    only_its_own_key_opens(&desk, &[], &["serve", "--listen", "127.0.0.1:0"]);
}

#[test]
fn a_worker_without_the_key_of_its_database_does_not_begin() {
    let Some(postgres) = Postgres::create() else { return };
    let desk = Desk::new().with_mailing("");
    let url = postgres.url();
    only_its_own_key_opens(&desk, &["--database", &url], &["worker"]);
    let elsewhere = desk.run(&["--database", &url, "--data", "elsewhere", "worker"]);
    assert_eq!(elsewhere.code, 2, "{}", elsewhere.said);
    assert!(elsewhere.said.contains("elsewhere/secret.key: the key of this database is missing"), "{}", elsewhere.said);
    assert!(elsewhere.said.contains("from a machine that works on this database"), "{}", elsewhere.said);
    assert!(!desk.path().join("elsewhere/secret.key").exists());
}
