//! Backups under fire: taken during a mailing, killed at each of their points, without room on the disk. What is restored
//! verifies, has everything that was committed before, and sends nothing twice.

use crate::harness::{Database, PATIENCE, Setting, Stage, has_crash_points, program, say, wait_for};
use model::JobState;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// In full: `VIGIE_BACKUP_RECIPIENTS=99999`.
fn recipients() -> u64 {
    env::var("VIGIE_BACKUP_RECIPIENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000)
}

/// Whether a backup was made.
fn succeeds(mut command: Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("the program starts").success()
}

fn backup(stage: &Stage, folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("--data").arg(&stage.data);
    if let Some(url) = &stage.database_url {
        command.arg("--database").arg(url);
    }
    command.arg("backup").arg(folder);
    command
}

/// The folders that bear the name of a backup, and those of which it is still to come.
fn found(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the folder of backups").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_dir()).partition(|path| path.extension().is_none_or(|end| end != "partial"))
}

fn dry_run(stage: &Stage, backup: &Path) {
    stage.read(&["restore", "--dry-run", backup.to_str().expect("a name in UTF-8")]);
}

#[test]
fn a_backup_during_a_mailing_loses_nothing_and_sends_nothing_twice() {
    let recipients = recipients();
    // So slow that it goes on after the backup.
    let rate = (recipients <= 10_000).then_some("500/s");
    let mut stage = Stage::new(Setting { recipients, rate, ..Setting::default() });
    let folder = stage.folder.path().join("backups");
    let mut running = stage.send();
    wait_for("a part to be sent", PATIENCE, || (stage.sink.count() > recipients / 10).then_some(()));
    let committed = stage.job().expect("there is a job").counters.succeeded;
    assert!(succeeds(backup(&stage, &folder)), "the backup is made");
    let status = running.wait();
    assert!(status.success(), "the mailing goes on: {}", running.said());
    let sent = stage.sink.settled();
    assert_eq!(sent, recipients);

    let key = stage.data.join("secret.key");
    stage.data = stage.folder.path().join("restored");
    let [folder, key] = [&folder, &key].map(|path| path.to_str().expect("a name in UTF-8").to_owned());
    stage.read(&["restore", &folder, "--key", &key]);
    let server = stage.serve();
    wait_for("the server", PATIENCE, || stage.serving());
    let job = wait_for("what was in flight to be unconfirmed", PATIENCE, || {
        stage.job().filter(|job| job.counters.running == 0)
    });
    assert_eq!(job.state, JobState::Paused);
    assert_eq!(job.reason.expect("why").code, "restored");
    let counted = job.counters.succeeded + job.counters.queued + job.counters.unknown;
    assert!(job.counters.succeeded >= committed && counted == recipients, "{committed}: {:?}", job.counters);
    let (status, _) = server.terminate();
    assert!(status.success(), "{status}");
    assert_eq!(stage.sink.settled(), sent);
    assert!(stage.sink.received().values().all(|times| *times == 1), "somebody got theirs twice");
}

/// The state of a PostgreSQL comes back as a file, from which it is brought into an empty database, as the words of
/// `vigie restore` say.
#[test]
fn on_postgres_a_backup_comes_back_into_an_empty_database() {
    let setting = Setting { recipients: 600, rate: Some("300/s"), ..Setting::default() };
    let Some(mut stage) = Stage::on_postgres(setting) else { return };
    let folder = stage.folder.path().join("backups");
    let mut running = stage.send();
    wait_for("a part to be sent", PATIENCE, || (stage.sink.count() > 60).then_some(()));
    let committed = stage.job().expect("there is a job").counters.succeeded;
    assert!(succeeds(backup(&stage, &folder)), "the backup is made");
    let status = running.wait();
    assert!(status.success(), "the mailing goes on: {}", running.said());
    assert_eq!(stage.sink.settled(), 600);

    let key = stage.data.join("secret.key");
    stage.data = stage.folder.path().join("restored");
    stage.database_url = None;
    let empty = Database::create().expect("there is a server");
    let [folder, key] = [&folder, &key].map(|path| path.to_str().expect("a name in UTF-8").to_owned());
    stage.read(&["restore", "--dry-run", &folder]);
    stage.read(&["restore", &folder, "--key", &key]);
    stage.read(&["migrate", "--to", &empty.url()]);
    stage.database_url = Some(empty.url());
    stage.database = Some(empty);
    let server = stage.serve();
    wait_for("the server", PATIENCE, || stage.serving());
    let job = wait_for("what was in flight to be unconfirmed", PATIENCE, || {
        stage.job().filter(|job| job.counters.running == 0)
    });
    assert_eq!((job.state, job.reason.expect("why").code.as_str()), (JobState::Paused, "restored"));
    let counted = job.counters.succeeded + job.counters.queued + job.counters.unknown;
    assert!(job.counters.succeeded >= committed && counted == 600, "{committed}: {:?}", job.counters);
    let (status, _) = server.terminate();
    assert!(status.success(), "{status}");
    assert_eq!(stage.sink.settled(), 600, "nothing is sent by itself");
}

#[test]
fn a_killed_backup_is_none_or_whole() {
    if !has_crash_points() {
        return say("skipped: this program has no named points");
    }
    let stage = Stage::new(Setting { recipients: 50, ..Setting::default() });
    let status = stage.send().wait();
    assert!(status.success(), "{status}");
    let folder = stage.folder.path().join("backups");
    assert!(succeeds(backup(&stage, &folder)));
    for point in crashpoint::OF_BACKUPS {
        let before = found(&folder).0.len();
        let mut killed = backup(&stage, &folder);
        killed.env("VIGIE_CRASH_AT", point);
        assert!(!succeeds(killed), "it ends at {point}");
        let (whole, _) = found(&folder);
        assert_eq!(whole.len() - before, usize::from(*point == "backup_named"), "{point}");
        whole.iter().for_each(|backup| dry_run(&stage, backup));
    }
    assert!(succeeds(backup(&stage, &folder)));
    let (whole, partial) = found(&folder);
    assert_eq!((whole.len(), partial.len()), (3, 0));
}

/// A limit on the size of files is met as a full disk is, and needs no disk.
#[test]
fn a_backup_without_room_leaves_those_that_there_were() {
    let stage = Stage::new(Setting { recipients: 50, ..Setting::default() });
    let status = stage.send().wait();
    assert!(status.success(), "{status}");
    let folder = stage.folder.path().join("backups");
    assert!(succeeds(backup(&stage, &folder)));
    let mut limited = Command::new("sh");
    limited.arg("-c").arg("trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\"").arg(program());
    limited.arg("--data").arg(&stage.data).arg("backup").arg(&folder).args(["--keep", "1"]);
    assert!(!succeeds(limited), "there is no room");
    let (whole, partial) = found(&folder);
    assert_eq!((whole.len(), partial.len()), (1, 0));
    dry_run(&stage, &whole[0]);
}
