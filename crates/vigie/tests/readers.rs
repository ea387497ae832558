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
