//! Where the umask forbids nothing and the data directory was made for all to read, nobody else can write what is in it; and a
//! link that somebody has put where a log is written leads nowhere.

use crate::harness::{PATIENCE, Setting, Stage, wait_for};
use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("it was found").permissions().mode() & 0o7777
}

/// All that is below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it is readable").path();
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}

#[test]
fn nobody_else_writes_into_the_data_directory() {
    let mut stage = Stage::new(Setting { recipients: 3, ..Setting::default() });
    stage.umask = Some("000");
    fs::create_dir(&stage.data).expect("the folder is writable");
    fs::set_permissions(&stage.data, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut sending = stage.send();
    stage.finished(&mut sending);
    assert!(sending.wait().success(), "{}", sending.said());

    let serving = stage.serve();
    wait_for("the server", PATIENCE, || stage.serving());
    let lines = stage.folder.path().join("app.log");
    fs::write(&lines, "2025-01-10 14:32:15 [INFO] app: one\n").expect("the folder is writable");
    stage.read(&["logs", "import", &lines.display().to_string()]);
    stage.read(&["token", "create", "reader", "--scope", "read"]);
    let traced = stage.data.join("telemetry/own/vigie.jsonl");
    wait_for("what the server writes by itself", PATIENCE, || traced.exists().then_some(()));
    let (ended, _) = serving.terminate();
    assert!(ended.success(), "{ended}");
    let found = below(&stage.data);
    for wanted in ["vigie.db", "secret.key", "logs/vigie.log", "telemetry/own", "outbox"] {
        assert!(found.contains(&stage.data.join(wanted)), "{wanted} is not among {found:?}");
    }
    let open: Vec<_> = found.iter().map(|path| (path, mode(path))).filter(|(_, mode)| mode & 0o022 != 0).collect();
    assert!(open.is_empty(), "others can write: {open:?}");
    let secret: Vec<_> = found
        .iter()
        .filter(|path| path.is_file() && !path.starts_with(stage.data.join("logs")))
        .map(|path| (path, mode(path)))
        .filter(|(path, mode)| {
            mode & if path.starts_with(stage.data.join("telemetry/own")) { 0o007 } else { 0o077 } != 0
        })
        .collect();
    assert!(secret.is_empty(), "others can read: {secret:?}");
}

#[test]
fn a_link_in_the_place_of_a_log_is_not_followed() {
    let stage = Stage::new(Setting { recipients: 1, ..Setting::default() });
    let victim = stage.folder.path().join("victim");
    fs::write(&victim, "mine\n").expect("the folder is writable");
    let logs = stage.data.join("logs");
    fs::create_dir_all(&logs).expect("the folder is writable");
    symlink(&victim, logs.join("vigie.log")).expect("a link can be made");
    let serving = stage.serve();
    wait_for("the server", PATIENCE, || stage.serving());
    let (ended, _) = serving.terminate();
    assert!(ended.success(), "{ended}");
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "mine\n");
    let said = fs::read_to_string(stage.folder.path().join("said")).expect("it was said");
    assert!(said.contains("vigie.log") && said.contains("is a link"), "{said}");
}
