//! The files as a program and its administrator see them.

use super::*;
use flate2::read::GzDecoder;
use model::{ManualClock, Timestamp};
use proptest::prelude::*;
use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    path::PathBuf,
    time::{Duration, UNIX_EPOCH},
};
use tracing_subscriber::{Registry, layer::SubscriberExt};

struct Place {
    dir: tempfile::TempDir,
    clock: ManualClock,
    config: Config,
}

/// Half past eleven in the evening in Paris, on 10 January 2025.
fn evening() -> Timestamp {
    "2025-01-10T22:30:00Z".parse().unwrap()
}

fn place(toml: &str) -> Place {
    let config = toml::from_str(&format!("defaults = false\ntime_zone = \"Europe/Paris\"\n{toml}")).unwrap();
    Place { dir: tempfile::tempdir().unwrap(), clock: ManualClock::at(evening()), config }
}

impl Place {
    fn open(&self) -> Handle {
        let (_, handle) =
            LogFiles::open::<Registry>(&self.config, self.dir.path(), Clock::Manual(self.clock.clone())).unwrap();
        handle
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.dir.path()).unwrap();
        let names: BTreeSet<String> = names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.into_iter().collect()
    }

    /// Everything under `name` in the order it was written: the rotated files, then the current one.
    fn all(&self, name: &str) -> String {
        let mut names = self.names();
        names.retain(|file| file.starts_with(name));
        // `-2` after nothing, `-10` after `-9`.
        names.sort_by_key(|file| {
            let rest = file.strip_prefix(name).unwrap().trim_end_matches(".gz");
            let (stamp, number) = rest.split_once('-').unwrap_or((rest, "0"));
            (rest.is_empty(), stamp.to_owned(), number.parse::<u32>().unwrap())
        });
        let mut all = String::new();
        for file in names {
            if file.ends_with(".gz") {
                GzDecoder::new(fs::File::open(self.path(&file)).unwrap()).read_to_string(&mut all).unwrap();
            } else {
                all += &self.read(&file);
            }
        }
        all
    }
}

fn numbered(numbers: impl IntoIterator<Item = u32>) -> String {
    numbers.into_iter().map(|n| format!("line {n:05} {}\n", "x".repeat(200))).collect()
}

fn write(handle: &Handle, numbers: impl IntoIterator<Item = u32>) {
    for line in numbered(numbers).lines() {
        handle.write_line("a.log", Level::Info, line);
    }
    handle.flush();
}

#[test]
fn the_journal_takes_what_is_traced_and_not_what_is_told_or_its_reader_says() {
    let place = place(
        r#"
        level = "debug"
        levels = { "jobs" = "warning" }
        files = [{ path = "all.log", level = "debug" }, { path = "sub/told.log", loggers = ["told"] }]"#,
    );
    let clock = Clock::Manual(place.clock.clone());
    let file: FileConfig =
        toml::from_str(&format!("path = {:?}\nformat = \"json\"", place.path("own/v.jsonl"))).unwrap();
    let journal = Journal { file, grave_only: vec!["telemetry".to_owned()] };
    let (layer, handle) = LogFiles::open_with(&place.config, place.dir.path(), clock, Some(journal)).unwrap();
    tracing::subscriber::with_default(Registry::default().with(layer), || {
        tracing::info!(target: "web", "one");
        tracing::debug!(target: "web", "below info");
        tracing::info!(target: "jobs", "not let through");
        tracing::info!(target: "telemetry::keeper", "sealed");
        tracing::warn!(target: "telemetry::keeper", "damaged");
        tracing::info!(target: "telemetrics", "two");
    });
    handle.tell("web", Level::Info, "told", &[("job", "j-1".into())]);
    handle.write_line("web", Level::Info, "bare");
    handle.flush();
    let messages: Vec<String> = (place.read("own/v.jsonl").lines())
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["message"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(messages, ["one", "damaged", "two"]);
    let all = place.read("all.log");
    let words = ["one", "below info", "sealed", "damaged", "two", "told job=j-1", "bare"];
    assert!(words.iter().all(|word| all.contains(word)) && all.lines().count() == words.len(), "{all}");
}

#[test]
fn a_line_goes_to_every_file_that_takes_it_with_the_fields_of_its_spans() {
    let place = place(
        r#"
        levels = { "mail.smtp" = "debug" }
        files = [
          { path = "mailing.log", loggers = ["mail"], level = "debug" },
          { path = "errors.log", level = "error" },
          { path = "sub/all.json", format = "json" },
        ]"#,
    );
    let clock = Clock::Manual(place.clock.clone());
    let (layer, handle) = LogFiles::open(&place.config, place.dir.path(), clock).unwrap();
    tracing::subscriber::with_default(Registry::default().with(layer), || {
        let span = tracing::info_span!(target: "jobs", "run", job = "xyz-789", item = tracing::field::Empty);
        span.record("item", 7);
        let _inside = span.enter();
        tracing::debug!(target: "mail::smtp", code = 250, "reply {}", "ok");
        tracing::debug!(target: "mail::gmail", "unheard");
        tracing::error!(target: "mail::smtp", reply = "550 no such\nuser", job = "own", "refused");
        tracing::info!(target: "web", password = "hunter2", "Authorization: Bearer abcdefghij");
    });
    handle.write_line("mail", Level::Info, "2025-01-10 14:32:16 [INFO] Email 1/500 envoyé avec succès: f.pdf");
    handle.flush();
    assert_eq!(
        place.read("mailing.log"),
        "2025-01-10 23:30:00 [DEBUG] mail.smtp: reply ok code=250 job=xyz-789 item=7\n\
         2025-01-10 23:30:00 [ERROR] mail.smtp: refused reply=\"550 no such\\nuser\" job=own item=7\n\
         2025-01-10 14:32:16 [INFO] Email 1/500 envoyé avec succès: f.pdf\n"
    );
    assert_eq!(
        place.read("errors.log"),
        "2025-01-10 23:30:00 [ERROR] mail.smtp: refused reply=\"550 no such\\nuser\" job=own item=7\n"
    );
    let json: Vec<serde_json::Value> =
        place.read("sub/all.json").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json.len(), 3);
    assert_eq!(json[0]["logger"], "mail.smtp");
    assert_eq!(json[0]["at"], "2025-01-10T22:30:00.000000Z");
    assert_eq!((&json[0]["job"], &json[0]["item"]), (&"own".into(), &7.into()));
    assert_eq!((&json[1]["message"], &json[1]["password"]), (&"Authorization: Bearer ***".into(), &"***".into()));
    assert_eq!(json[2]["message"], "2025-01-10 14:32:16 [INFO] Email 1/500 envoyé avec succès: f.pdf");
}

#[test]
fn by_size_it_keeps_so_many_and_compresses_them() {
    let place = place(r#"files = [{ path = "a.log", max_size = "4KB", keep = 3 }]"#);
    let handle = place.open();
    fs::write(place.path("a.log.1.gz"), "not ours").unwrap();
    fs::write(place.path("a.log.notes"), "not ours").unwrap();
    write(&handle, 0..100);
    handle.flush();
    let names = place.names();
    let expected: Vec<String> = names.iter().filter(|name| name.starts_with("a.log.2025")).cloned().collect();
    assert_eq!(expected, ["a.log.20250110T223000Z-2.gz", "a.log.20250110T223000Z-3.gz", "a.log.20250110T223000Z-4.gz"]);
    assert!(names.contains(&"a.log.1.gz".to_owned()) && names.contains(&"a.log.notes".to_owned()));
    assert!(fs::metadata(place.path("a.log")).unwrap().len() <= 4096);
    fs::remove_file(place.path("a.log.1.gz")).unwrap();
    fs::remove_file(place.path("a.log.notes")).unwrap();
    // Nineteen lines of 212 bytes fit into 4 KiB: five files are full, and the first two of them are gone.
    assert_eq!(place.all("a.log"), numbered(38..100));
}

#[test]
fn by_day_it_turns_at_local_midnight_and_deletes_by_age() {
    let place =
        place(r#"files = [{ path = "a.log", rotate = "daily", keep = 30, max_age_days = 2, compress = false }]"#);
    let handle = place.open();
    write(&handle, [1]);
    place.clock.advance(Duration::from_secs(29 * 60 + 59));
    write(&handle, [2]);
    assert_eq!(place.names(), ["a.log"]);
    // Midnight in Paris, 23:00 in UTC.
    place.clock.advance(Duration::from_secs(1));
    write(&handle, [3]);
    assert_eq!(place.names(), ["a.log", "a.log.20250110T230000Z"]);
    assert_eq!(place.read("a.log.20250110T230000Z"), numbered([1, 2]));
    assert_eq!(place.read("a.log"), numbered([3]));
    // Set back by an hour, it does not turn again.
    place.clock.set(evening());
    write(&handle, [4]);
    assert_eq!(place.names().len(), 2);
    place.clock.advance(Duration::from_hours(24 * 3));
    write(&handle, [5]);
    assert_eq!(place.names(), ["a.log", "a.log.20250113T223000Z"], "the first is more than two days old");
}

#[test]
fn by_day_it_turns_after_a_restart_too() {
    let place = place(r#"files = [{ path = "a.log", rotate = "daily", compress = false }]"#);
    fs::write(place.path("a.log"), numbered([1])).unwrap();
    let yesterday = UNIX_EPOCH + Duration::from_micros(evening().as_micros() as u64) - Duration::from_hours(24);
    fs::File::options().append(true).open(place.path("a.log")).unwrap().set_modified(yesterday).unwrap();
    write(&place.open(), [2]);
    assert_eq!(place.read("a.log"), numbered([2]));
    assert_eq!(place.read("a.log.20250110T223000Z"), numbered([1]));
}

#[test]
fn a_clock_set_back_never_makes_a_younger_file_look_older() {
    let place = place(r#"files = [{ path = "a.log", max_size = "4KB", keep = 100 }]"#);
    let handle = place.open();
    write(&handle, 0..50);
    place.clock.set(evening() - Duration::from_hours(5));
    write(&handle, 50..100);
    place.clock.set(evening() + Duration::from_hours(5));
    write(&handle, 100..150);
    assert_eq!(place.all("a.log"), numbered(0..150));
}

#[test]
fn what_a_crash_left_of_a_compression_is_put_right_at_the_start() {
    let place = place(r#"files = [{ path = "a.log", keep = 9 }]"#);
    fs::write(place.path("a.log.20250101T000000Z"), numbered([1])).unwrap();
    fs::write(place.path("a.log.20250101T000000Z.gz.tmp"), "half").unwrap();
    let handle = place.open();
    handle.flush();
    assert_eq!(place.names(), ["a.log.20250101T000000Z.gz"]);
    assert_eq!(place.all("a.log"), numbered([1]));
    drop(handle);
    // Archived, but the original was not yet deleted.
    fs::write(place.path("a.log.20250101T000000Z"), numbered([1])).unwrap();
    place.open().flush();
    assert_eq!(place.names(), ["a.log.20250101T000000Z.gz"]);
}

#[test]
fn a_file_renamed_by_logrotate_is_left_alone_and_a_new_one_begun() {
    let place = place(r#"files = [{ path = "a.log" }]"#);
    let handle = place.open();
    write(&handle, [1]);
    fs::rename(place.path("a.log"), place.path("a.log.1")).unwrap();
    write(&handle, [2]);
    assert_eq!((place.read("a.log.1"), place.read("a.log")), (numbered([1]), numbered([2])));
    // With `create`, logrotate puts an empty file in its place; SIGHUP follows.
    fs::rename(place.path("a.log"), place.path("a.log.2")).unwrap();
    fs::write(place.path("a.log"), "").unwrap();
    handle.reopen();
    write(&handle, [3]);
    assert_eq!((place.read("a.log.2"), place.read("a.log")), (numbered([2]), numbered([3])));
    fs::remove_file(place.path("a.log")).unwrap();
    handle.reopen();
    assert_eq!(place.read("a.log"), "", "reopened at once, not with the next line");
}

#[test]
fn a_file_truncated_by_logrotate_goes_on_from_its_beginning() {
    let place = place(r#"files = [{ path = "a.log", max_size = "4KB" }]"#);
    let handle = place.open();
    write(&handle, 0..15);
    fs::copy(place.path("a.log"), place.path("a.log.1")).unwrap();
    fs::File::options().write(true).open(place.path("a.log")).unwrap().set_len(0).unwrap();
    write(&handle, 15..30);
    assert_eq!(place.read("a.log"), numbered(15..30), "no hole of zeros, and no rotation by the old length");
    assert_eq!(place.names(), ["a.log", "a.log.1"]);
}

#[test]
fn many_threads_lose_no_line_over_many_rotations() {
    let place = place(r#"files = [{ path = "a.log", max_size = "16KB", keep = 1000 }]"#);
    let handle = place.open();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let handle = handle.clone();
            scope.spawn(move || {
                for n in 0..500 {
                    handle.write_line("a.log", Level::Info, &format!("{thread} {n}"));
                }
            });
        }
    });
    handle.flush();
    let stats = handle.stats();
    assert_eq!((stats[0].lines, stats[0].dropped, stats[0].lost), (2000, 0, 0));
    let all = place.all("a.log");
    for thread in 0..4_u32 {
        let prefix = format!("{thread} ");
        let of_thread: Vec<u32> = all.lines().filter_map(|line| line.strip_prefix(&prefix)?.parse().ok()).collect();
        assert_eq!(of_thread, (0..500).collect::<Vec<_>>());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_lines_that_are_counted_and_told_of_later() {
    let place =
        place(r#"files = [{ path = "disk/full", loggers = ["a.log"] }, { path = "b.log", loggers = ["b.log"] }]"#);
    std::os::unix::fs::symlink("/dev", place.path("disk")).unwrap();
    let handle = place.open();
    write(&handle, [1, 2]);
    write(&handle, [3]);
    handle.write_line("b.log", Level::Info, "fine");
    handle.flush();
    assert_eq!(handle.stats()[0].lost, 3);
    assert_eq!(place.read("b.log"), "fine\n", "its neighbour is untouched");
    fs::remove_file(place.path("disk")).unwrap();
    write(&handle, [4]);
    let told = "2025-01-10 23:30:00 [WARNING] logfiles: 3 lines are missing here: they could not be written\n";
    assert_eq!(place.read("disk/full"), format!("{told}{}", numbered([4])));
    assert_eq!(handle.stats()[0].lost, 3);
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_not_written_to() {
    let place = place(r#"files = [{ path = "a.log" }]"#);
    let (target, link) = (place.path("target"), place.path("a.log"));
    fs::write(&target, "mine\n").unwrap();
    for leads_to in [target.clone(), place.path("nowhere")] {
        std::os::unix::fs::symlink(&leads_to, &link).unwrap();
        let handle = place.open();
        write(&handle, [1]);
        assert_eq!(handle.stats()[0].lost, 1, "{leads_to:?}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine\n");
        assert!(!place.path("nowhere").exists());
        fs::remove_file(&link).unwrap();
        write(&handle, [2]);
        assert!(place.read("a.log").ends_with(&numbered([2])), "once it is gone, the log goes on");
        fs::remove_file(&link).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_full_queue_drops_lines_counts_them_and_says_so() {
    let place = place(r#"files = [{ path = "a.log" }]"#);
    let made = std::process::Command::new("mkfifo").arg(place.path("a.log")).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no `mkfifo` here");
        return;
    }
    let handle = place.open();
    // A pipe that nobody reads yet holds up the writing thread as a stalled disk would.
    for n in 0..20_000 {
        handle.write_line("a.log", Level::Info, &format!("line {n}"));
    }
    let reader = std::thread::spawn({
        let path = place.path("a.log");
        move || fs::read_to_string(path).unwrap()
    });
    handle.flush();
    let stats = handle.stats().remove(0);
    drop(handle);
    let text = reader.join().unwrap();
    assert!(stats.dropped > 3000, "{stats:?}");
    assert_eq!(stats.lines + stats.dropped, 20_000, "each line was taken or counted");
    assert_eq!(text.lines().filter(|line| line.starts_with("line ")).count() as u64, stats.lines);
    let told = |line: &str| -> Option<u64> {
        line.split_once("logfiles: ")?.1.split_once(" lines were dropped")?.0.parse().ok()
    };
    assert_eq!(text.lines().filter_map(told).sum::<u64>(), stats.dropped);
}

#[test]
fn a_directory_that_cannot_be_written_stops_nothing() {
    let place = place(r#"files = [{ path = "a.log/below.log" }, { path = "b.log" }]"#);
    fs::write(place.path("a.log"), "a file, not a directory").unwrap();
    let handle = place.open();
    handle.write_line("any", Level::Info, "one");
    handle.flush();
    assert_eq!(place.read("b.log"), "one\n");
    assert_eq!(handle.stats()[0].lost, 1);
}

#[test]
fn a_line_that_a_crash_cut_is_ended_first() {
    let place = place(r#"files = [{ path = "a.log" }]"#);
    fs::write(place.path("a.log"), "whole\nhal").unwrap();
    let handle = place.open();
    handle.write_line("a.log", Level::Info, "next");
    handle.flush();
    assert_eq!(place.read("a.log"), "whole\nhal\nnext\n");
}

#[test]
fn lines_are_bounded_and_nobody_begins_one_of_his_own() {
    let place = place(r#"files = [{ path = "a.log" }, { path = "b.json", format = "json" }]"#);
    let handle = place.open();
    handle.write_line("any", Level::Info, &"é\n".repeat(20_000));
    handle.flush();
    let text = place.read("a.log");
    assert!(
        text.lines().count() == 1 && text.len() < 17_000 && text.trim_end().ends_with("bytes cut)"),
        "{}",
        text.len()
    );
    let json: serde_json::Value = serde_json::from_str(&place.read("b.json")).unwrap();
    assert_eq!(json["truncated"], true);
}

#[test]
fn the_defaults_and_what_is_refused() {
    let names: Vec<_> =
        Config::default().all_files().iter().map(|file| (file.path.clone(), file.max_size.to_string())).collect();
    assert_eq!(
        names,
        [
            ("mailing.log".into(), "50MB".to_owned()),
            ("errors.log".into(), "10MB".into()),
            ("vigie.log".into(), "10MB".into())
        ]
    );
    let config: Config = toml::from_str("").unwrap();
    assert_eq!(config, Config::default());
    let again: Config = toml::from_str(&toml::to_string(&config).unwrap()).unwrap();
    assert_eq!(again, config);
    let named = |toml: &str| -> Vec<String> {
        let config: Config = toml::from_str(toml).unwrap();
        config.all_files().iter().map(|file| format!("{} {}", file.path.display(), file.max_size)).collect()
    };
    let added = "[[files]]\npath = 'invoices.log'\nmax_size = '50MB'\nloggers = ['mail']\n";
    assert_eq!(named(added), ["invoices.log 50MB", "mailing.log 50MB", "errors.log 10MB", "vigie.log 10MB"]);
    let instead = "[[files]]\npath = 'errors.log'\nmax_size = '1MB'\n";
    assert_eq!(named(instead), ["errors.log 1MB", "mailing.log 50MB", "vigie.log 10MB"], "in the place of the default");
    assert_eq!(named(&format!("defaults = false\n{added}")), ["invoices.log 50MB"]);
    for (toml, expected) in [
        (
            "group = 'no-such-group-here'",
            "logs.group: there is no group `no-such-group-here`: write one of /etc/group, or its number",
        ),
        (
            "files = [{ path = 'a' }, { path = 'a' }]",
            "logs.files: `a` is listed twice: each file once, with all its loggers",
        ),
        ("files = [{ path = '../a' }]", "logs.files: `../a` is not a file's path: name a file, without `..`"),
        ("files = [{ path = 'a', max_size = 5 }]", "logs.files: a: max_size is 5 bytes: at least 4096 are needed"),
        ("time_zone = 'Paris'", "logs.time_zone: `Paris` is not a known zone: write it as Europe/Paris"),
    ] {
        let config: Config = toml::from_str(toml).unwrap();
        assert_eq!(config.validate().unwrap_err().to_string(), expected);
    }
    let error = toml::from_str::<Config>("files = [{ path = 'a', max_size = '5 parsecs' }]").unwrap_err().to_string();
    assert!(error.contains("`5 parsecs` is not a size: write 50MB"), "{error}");
    for (text, bytes) in [("50MB", 50 << 20), ("10 MiB", 10 << 20), ("1g", 1 << 30), ("4096", 4096), ("7kb", 7 << 10)] {
        assert_eq!(text.parse::<ByteSize>().unwrap().0, bytes, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_line_is_lost_whatever_happens_between(steps in proptest::collection::vec((1_u32..40, 0..5), 1..12)) {
        let place = place(r#"files = [{ path = "a.log", max_size = "4KB", rotate = "daily", keep = 1000 }]"#);
        let mut handle = place.open();
        let (mut written, mut moved) = (0, 0);
        for (count, then) in steps {
            write(&handle, written..written + count);
            written += count;
            match then {
                0 => place.clock.advance(Duration::from_hours(13)),
                1 => place.clock.set(place.clock.now() - Duration::from_mins(90)),
                2 => handle.reopen(),
                3 => {
                    drop(handle);
                    handle = place.open();
                }
                _ => {
                    moved += 1;
                    fs::rename(place.path("a.log"), place.path(&format!("moved{moved:02}"))).unwrap();
                }
            }
        }
        handle.flush();
        drop(handle);
        let mut lines: Vec<String> = place.all("moved").lines().chain(place.all("a.log").lines()).map(str::to_owned).collect();
        lines.sort();
        prop_assert_eq!(lines.join("\n") + "\n", numbered(0..written));
    }
}

#[test]
fn two_processes_write_one_file_and_no_line_is_lost_or_torn() {
    let place = place(r#"files = [{ path = "a.log", max_size = "8KB", keep = 1000 }]"#);
    let handles: Vec<Handle> = (0..3).map(|_| place.open()).collect();
    std::thread::scope(|scope| {
        for (first, handle) in (0..).zip(&handles) {
            scope.spawn(move || {
                for round in 0..40 {
                    let from = first * 10_000 + round * 25;
                    write(handle, from..from + 25);
                    handle.flush();
                }
            });
        }
    });
    handles.iter().for_each(Handle::flush);
    let all = place.all("a.log");
    let mut lines: Vec<&str> = all.lines().collect();
    lines.sort_unstable();
    let written = numbered((0..3).flat_map(|first| (0..1_000).map(move |n| first * 10_000 + n)));
    let mut expected: Vec<&str> = written.lines().collect();
    expected.sort_unstable();
    assert!(lines == expected, "{} lines of {}", lines.len(), expected.len());
    assert!(place.names().len() > 10, "it was rotated: {:?}", place.names());
}

#[test]
fn whoever_holds_a_lock_for_good_stops_nobody() {
    let place = place(r#"files = [{ path = "a.log", max_size = "4KB", keep = 100, compress = false }]"#);
    let handle = place.open();
    write(&handle, 0..2);
    handle.flush();
    let held = fs::File::open(place.path("a.log")).unwrap();
    held.lock().unwrap();
    write(&handle, 2..60);
    handle.flush();
    assert_eq!(place.all("a.log"), numbered(0..60));
}

#[cfg(unix)]
#[test]
fn the_files_are_of_the_group_that_may_read_them() {
    use std::os::unix::fs::MetadataExt as _;
    let own = fs::metadata(tempfile::tempdir().unwrap().path()).unwrap();
    // Only root may give files away to any group.
    let group = if own.uid() == 0 { 1 } else { own.gid() };
    let place =
        place(&format!("group = '{group}'\nfiles = [{{ path = 'a.log', max_size = '4KB' }}, {{ path = 'b.log' }}]"));
    let handle = place.open();
    write(&handle, 0..100);
    handle.flush();
    let names = place.names();
    assert!(names.iter().any(|name| name.ends_with(".gz")), "{names:?}");
    for name in names {
        let meta = fs::metadata(place.path(&name)).unwrap();
        assert_eq!((meta.gid(), meta.mode() & 0o777), (group, 0o640), "{name}");
    }
}

#[test]
fn what_happened_is_lines_in_text_and_a_record_with_its_fields_in_json() {
    let place = place(
        r#"files = [{ path = "mailing.log", loggers = ["mail"] }, { path = "mailing.json", format = "json", loggers = ["mail"] }]"#,
    );
    let handle = place.open();
    let fields = [("job", "018d".into()), ("item", 3.into())];
    let lines = ["❌ ERREUR".to_owned(), "   Erreur: Invalid email".to_owned()];
    handle.tell_lines("mail", Level::Error, &lines, "Erreur email 3/50", &fields);
    handle.flush();
    assert_eq!(place.read("mailing.log"), "❌ ERREUR\n   Erreur: Invalid email\n");
    let record: serde_json::Value = serde_json::from_str(&place.read("mailing.json")).unwrap();
    let expected = serde_json::json!({"at": "2025-01-10T22:30:00.000000Z", "level": "error", "logger": "mail",
        "message": "Erreur email 3/50", "job": "018d", "item": 3});
    assert_eq!(record, expected);
}
