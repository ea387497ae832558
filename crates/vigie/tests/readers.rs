//! A data directory that can be read and not written, or not even read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;

use desk::{Answer, Desk};
use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    process::Command,
};

/// A log file imported by its owner, then a data directory in which nothing can be written.
#[test]
fn a_log_store_that_cannot_be_written_is_told_with_its_folder_and_whose_it_is() {
    let desk = Desk::new();
    desk.file("app.log", "2025-01-10 14:00:00 ERROR app no answer\n");
    assert_eq!(desk.run(&["logs", "import", "app.log"]).code, 0);
    let data = desk.path().join("vigie-data");
    let is_root = fs::metadata(&data).unwrap().uid() == 0;
    let program = desk.path().join("vigie");
    fs::copy(env!("CARGO_BIN_EXE_vigie"), &program).unwrap();
    let mode = |path: &std::path::Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    mode(desk.path(), 0o755);
    let telemetry = data.join("telemetry");
    for folder in [&data, &telemetry] {
        for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file()) {
            mode(&file, 0o444);
            // The key is nobody's business but who uses it.
            if file.ends_with("secret.key") {
                mode(&file, 0o400);
                let _ = chown(&file, is_root.then_some(NOBODY), None);
            }
        }
        mode(folder, 0o555);
    }
    let owner = fs::metadata(&telemetry).unwrap().uid();
    for line in
        [&["logs", "search", "answer"][..], &["logs", "import", "app.log"], &["serve", "--listen", "127.0.0.1:0"]]
    {
        let mut command = Command::new(&program);
        command.args(line).current_dir(desk.path());
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let answer = Answer::of(command.output().unwrap());
        let folder = if line[0] == "serve" { "vigie-data" } else { "vigie-data/telemetry" };
        let told = format!("{folder}: this user may not write there");
        assert!(answer.code == 1 && answer.said.contains(&told), "{line:?}: {}", answer.said);
        assert!(answer.said.contains(&format!("belongs to user {owner}")), "{}", answer.said);
        assert!(answer.said.contains("chown -R"), "{}", answer.said);
    }
    for folder in [&telemetry, &data] {
        mode(folder, 0o700);
    }
}

/// Nobody, where the tests run as root, whom no mode stops.
const NOBODY: u32 = 65_534;

#[test]
fn reading_needs_no_right_to_write_and_says_when_it_may_not_read() {
    let desk = Desk::new().with_mailing("");
    assert_eq!(desk.run(&["send", "mailing.toml", "--detach", "--name", "Janvier"]).code, 0);
    let data = desk.path().join("vigie-data");
    let is_root = fs::metadata(&data).unwrap().uid() == 0;
    let program = desk.path().join("vigie");
    fs::copy(env!("CARGO_BIN_EXE_vigie"), &program).unwrap();
    fs::set_permissions(desk.path(), Permissions::from_mode(0o755)).unwrap();
    let read = |line: &[&str]| {
        let mut command = Command::new(&program);
        command.args(line).current_dir(desk.path());
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        Answer::of(command.output().unwrap())
    };

    if is_root {
        let strange = read(&["jobs"]);
        assert!(strange.said.contains("denied") && strange.said.contains("sudo -u"), "{}", strange.said);
        for file in fs::read_dir(&data).unwrap() {
            chown(file.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    fs::set_permissions(&data, Permissions::from_mode(0o500)).unwrap();
    for line in [&["jobs"][..], &["jobs", "items", "last"], &["traces"], &["report"]] {
        let answer = read(line);
        assert_eq!(answer.code, 0, "{line:?}: {}", answer.said);
    }
    assert!(read(&["jobs"]).out.contains("Janvier"));
    // What was not folded in cannot be read so, unless its index is there.
    let _ = fs::remove_file(data.join("vigie.db-shm"));
    fs::write(data.join("vigie.db-wal"), "the log of a killed process").unwrap_or_default();
    if is_root {
        chown(data.join("vigie.db-wal"), Some(NOBODY), Some(NOBODY)).unwrap();
        let unread = read(&["jobs"]);
        assert!(unread.code == 1 && unread.said.contains("vigie.db-wal holds the newest state"), "{}", unread.said);
    }
    fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
}
