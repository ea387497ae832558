//! The power is cut, the disk is full, the process ends in the middle of a checkpoint: what the file system may do to
//! a data directory, by a shim (`shim.c`) between the program and the C library.

mod journal;

use crate::harness::{CONNECTIONS, PATIENCE, Running, Setting, Stage, say, seeded, wait_for};
use journal::{Directory, Unsynced};
use model::{JobState, Rng};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Compiles the shim into the stage's folder; `None`, and a word, without a C compiler for a Linux with glibc.
fn shim(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power/shim.c");
    let shim = folder.join("shim.so");
    let mut cc = Command::new("cc");
    cc.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&shim).arg(source).args(["-ldl", "-pthread"]);
    if !cfg!(all(target_os = "linux", target_env = "gnu")) || !cc.status().is_ok_and(|status| status.success()) {
        say("skipped: no C compiler for a shim under glibc");
        return None;
    }
    Some(shim)
}

/// A stage whose programs run behind the shim.
fn stage(setting: Setting) -> Option<Stage> {
    let mut stage = Stage::new(setting);
    let root = stage.folder.path().canonicalize().expect("the folder is there");
    let shim = shim(&root)?;
    stage.data = root.join("data");
    let set = [("LD_PRELOAD", &shim), ("POWER_DIR", &stage.data), ("POWER_FULL", &root.join("full"))];
    stage.environment = set.map(|(name, value)| (name.to_owned(), value.display().to_string())).into();
    Some(stage)
}

/// Lets `running` come as far as `count` recipients, cuts the power, and leaves the data directory as it would be.
fn cut(stage: &Stage, running: Running, before: Directory, journal: &Path, unsynced: Unsynced, rng: &Rng) {
    running.kill();
    stage.sink.settled();
    let mut directory = before;
    directory.follow(&fs::read(journal).expect("the shim wrote a journal"));
    fs::remove_dir_all(&stage.data).expect("the folder goes away");
    let at_stake = directory.cut(unsynced, rng, &stage.data);
    say(&format!("power cut ({unsynced:?}) at {} recipients: {at_stake} changes at stake", stage.sink.count()));
}

/// Sends through several power cuts and accounts for everybody.
fn cut_again_and_again(name: &str, unsynced: Unsynced, cuts: u64) {
    let rng = seeded(name);
    let Some(stage) = stage(Setting { recipients: 800, ..Setting::default() }) else { return };
    for cut_no in 0..cuts {
        let journal = stage.folder.path().join(format!("journal-{cut_no}"));
        let journal_text = journal.display().to_string();
        let environment = [("POWER_JOURNAL", journal_text.as_str())];
        let before = Directory::before(&stage.data);
        let mut running = if cut_no == 0 { stage.send_with(&environment) } else { stage.resume_with(&environment) };
        let further = stage.sink.count() + 1 + rng.below(stage.setting.recipients / (cuts + 1));
        let begun = Instant::now();
        wait_for("recipients before the power cut", PATIENCE, || {
            assert!(running.is_alive() || cut_no == 0, "{}", running.said());
            // The last ones may all be unknown by now.
            (stage.sink.count() >= further || (cut_no > 0 && begun.elapsed() > Duration::from_secs(3))).then_some(())
        });
        thread::sleep(Duration::from_micros(rng.below(20_000)));
        cut(&stage, running, before, &journal, unsynced, &rng);
        let _ = fs::remove_file(journal);
    }
    let mut running = stage.resume();
    let job = stage.finished(&mut running);
    assert_eq!(job.state, JobState::Completed);
    let accounts = stage.accounts(&job);
    say(&format!("{name}: {cuts} power cuts, {accounts:?}"));
    assert!(accounts.unknown_messages <= cuts * CONNECTIONS && accounts.succeeded > 0, "{accounts:?}");
}

#[test]
fn a_power_cut_that_drops_what_was_not_forced_to_disk_loses_no_intent() {
    cut_again_and_again("power cut, unsynced writes dropped", Unsynced::Dropped, 4);
}

#[test]
fn a_power_cut_that_scatters_what_was_not_forced_to_disk_loses_no_intent() {
    cut_again_and_again("power cut, unsynced writes scattered", Unsynced::Scattered, 4);
}

#[test]
fn killed_in_the_middle_of_a_checkpoint_nothing_is_lost() {
    let rng = seeded("checkpoint");
    let Some(stage) = stage(Setting { recipients: 1_500, ..Setting::default() }) else { return };
    let mut died = 0;
    for round in 0..4 {
        // The first writes make the file; the first checkpoint alone has more than a hundred.
        let fatal = format!("vigie.db:{}", 5 + rng.below(if round == 0 { 60 } else { 250 }));
        let environment = [("POWER_KILL", fatal.as_str())];
        let mut running = if round == 0 { stage.send_with(&environment) } else { stage.resume_with(&environment) };
        let mut asked = Instant::now();
        wait_for("a checkpoint, or the end of the job", PATIENCE, || {
            if !running.is_alive() {
                died += 1;
                return Some(());
            }
            if asked.elapsed() < Duration::from_millis(200) {
                return None;
            }
            asked = Instant::now();
            stage.job().is_some_and(|job| job.state.is_final()).then_some(())
        });
        say(&format!("checkpoint: {fatal} at {} recipients", stage.sink.settled()));
    }
    assert!(died > 0, "no checkpoint was met");
    let mut running = stage.resume();
    let job = stage.finished(&mut running);
    say(&format!("checkpoint: ended {died} times, {:?}", stage.accounts(&job)));
}

#[test]
fn killed_while_it_makes_its_database_it_begins_anew() {
    let Some(mut stage) = stage(Setting { recipients: 10, ..Setting::default() }) else { return };
    let root = stage.data.clone();
    for (done, fatal) in ["vigie.db:1", "vigie.db-wal:1", "vigie.db-wal:2", "vigie.db-wal:5"].into_iter().enumerate() {
        stage.data = root.join(fatal);
        fs::create_dir_all(&stage.data).expect("a folder can be made");
        let mut running = stage.send_with(&[("POWER_KILL", fatal)]);
        let status = running.wait();
        assert!(status.code().is_none(), "{fatal} was not met: {status}");
        assert_eq!(stage.sink.settled(), 10 * done as u64, "{fatal}: sent without a job");
        let mut running = stage.send();
        let status = running.wait();
        assert!(status.success(), "{fatal}: it cannot begin any more: {status}:\n{}", running.said());
        assert_eq!(stage.sink.settled(), 10 * (done as u64 + 1), "{fatal}");
    }
}

#[test]
fn on_a_full_disk_the_run_waits_and_goes_on_when_there_is_room() {
    let Some(stage) = stage(Setting { recipients: 400, sink: vec!["--delay-ms", "2"], ..Setting::default() }) else {
        return;
    };
    let full = stage.folder.path().canonicalize().expect("it is there").join("full");
    let mut running = stage.send();
    wait_for("the first recipients", PATIENCE, || (stage.sink.count() >= 40).then_some(()));
    fs::write(&full, "").expect("the folder is writable");
    // What is in flight is finished; nothing is begun that could not be recorded.
    let mut last = (stage.sink.count(), Instant::now());
    let stopped_at = wait_for("the run to hold back", PATIENCE, || {
        if stage.sink.count() != last.0 {
            last = (stage.sink.count(), Instant::now());
        }
        (last.1.elapsed() > Duration::from_millis(700)).then_some(last.0)
    });
    assert!(running.is_alive(), "a full disk ended it:\n{}", running.said());
    assert!(stopped_at <= 40 + 64 * CONNECTIONS, "{stopped_at}");
    fs::remove_file(&full).expect("it is there");
    let freed = Instant::now();
    wait_for("the run to go on", PATIENCE, || (stage.sink.count() > stopped_at).then_some(()));
    say(&format!(
        "full disk: held at {stopped_at} recipients, went on {} ms after there was room",
        freed.elapsed().as_millis()
    ));
    let job = stage.finished(&mut running);
    let accounts = stage.accounts(&job);
    assert_eq!((accounts.succeeded, accounts.unknown), (400, 0), "{accounts:?}");
}
