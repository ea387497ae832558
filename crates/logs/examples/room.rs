//! `cargo run --release -p logs --example room -- [--parts] FOLDER`: what each log file of a folder takes in a store of its own,
//! sealed and tended, against what `zstd -3` makes of it; and at the end all of them in one store, against `zstd -3` of each by
//! itself. `--parts` prints what takes room in each. Files packed with bzip2 are unpacked with `bzip2`.

use jiff::tz::TimeZone;
use logs::{Config, Logs, RecordMetadata};
use model::{Clock, ManualClock, Timestamp};
use sources::timestamps::Reference;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Of smaller files the fixed costs of a store are most.
const SMALL: u64 = 20_000;

#[derive(Clone, Copy, Default)]
struct Room {
    raw: u64,
    zstd: u64,
    store: u64,
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let parts = args.first().is_some_and(|first| first == "--parts");
    if parts {
        args.remove(0);
    }
    let [folder] = &args[..] else { return println!("room [--parts] FOLDER") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut files = Vec::new();
    list(Path::new(folder), &mut files);
    println!("{:44} {:>10} {:>9} {:>9} {:>7}", "file", "raw", "zstd -3", "store", "ratio");
    let mut sums: BTreeMap<String, Room> = BTreeMap::new();
    let mut all = Vec::new();
    for file in &files {
        let raw = unpacked(file);
        if raw.is_empty() {
            continue;
        }
        let (store, sizes) = runtime.block_on(stored(&[(raw.clone(), file)]));
        let zstd = zstd::bulk::compress(&raw, 3).expect("it compresses").len() as u64;
        let room = Room { raw: raw.len() as u64, zstd, store };
        let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
        let within = Path::new(&name).parent().map(|parent| parent.display().to_string()).unwrap_or_default();
        let size = if room.raw < SMALL { "small" } else { "large" };
        for sum in [format!("all {size}"), format!("{within} {size}"), "all".to_owned(), format!("{within} all")] {
            sums.entry(sum).or_default().add(room);
        }
        room.print(&name);
        if parts {
            print_parts(sizes);
        }
        all.push((raw, &**file));
    }
    println!();
    sums.iter().for_each(|(name, room)| room.print(name));
    let (store, sizes) = runtime.block_on(stored(&all));
    Room { store, ..sums["all"] }.print("all in one store");
    if parts {
        print_parts(sizes);
    }
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn print_parts(sizes: BTreeMap<String, u64>) {
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    sizes.iter().for_each(|(name, bytes)| println!("{bytes:>12} {name}"));
}

impl Room {
    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.zstd += other.zstd;
        self.store += other.store;
    }

    #[expect(clippy::print_stdout, reason = "a program for the terminal")]
    fn print(self, name: &str) {
        let ratio = self.store as f64 / self.zstd as f64;
        println!("{name:44} {:>10} {:>9} {:>9} {ratio:>7.3}", self.raw, self.zstd, self.store);
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the folder is readable");
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder is readable").path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            list(&entry, files);
        } else if entry.file_name().is_some_and(|name| name != "LICENSE") {
            files.push(entry);
        }
    }
}

fn unpacked(file: &Path) -> Vec<u8> {
    if file.extension().is_some_and(|extension| extension == "bz2") {
        return Command::new("bzip2").arg("-dc").arg(file).output().expect("bzip2 runs").stdout;
    }
    std::fs::read(file).expect("the file is readable")
}

/// Bytes of the segments that hold the records of these files, and of each of their parts.
async fn stored(files: &[(Vec<u8>, &Path)]) -> (u64, BTreeMap<String, u64>) {
    let folder = tempfile::tempdir().expect("a folder");
    // The same times from run to run, also where a log leaves out its year.
    let now = Timestamp::from_micros(1_736_519_535_000_000);
    let clock = ManualClock::at(now);
    let logs = Logs::new(folder.path(), Config::default(), Clock::Manual(clock.clone()), TimeZone::UTC)
        .expect("the configuration is good");
    let taking = logs.clone();
    let files: Vec<(Vec<u8>, String)> =
        files.iter().map(|(raw, file)| (raw.clone(), file.display().to_string())).collect();
    tokio::task::spawn_blocking(move || {
        let mut intake = taking.intake().expect("the store opens");
        for (raw, source) in files {
            let mut reader = intake.reader(Reference::Modified(now));
            let told = RecordMetadata { source: source.as_bytes(), ..RecordMetadata::default() };
            intake.text(&mut &raw[..], &mut reader, &told).expect("it is taken");
        }
        intake.finish().expect("it is synced");
    })
    .await
    .expect("it is taken");
    logs.close().await;
    // Days that are over are put together when it is quiet. Some of the files are younger than the clock.
    clock.advance(std::time::Duration::from_secs(3 * 366 * 86_400));
    logs.tend().await.expect("it is tended");
    let snapshot = logs.snapshot().await.expect("the store opens again");
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    let mut all = 0;
    for segment in snapshot.segments() {
        all += segment.bytes();
        for (number, info) in segment.blocks().iter().enumerate() {
            let parts = segment.open_block(number).expect("a block opens").sizes();
            // A small block is compressed as a whole: what its parts have of that cannot be told.
            let is_packed = parts.iter().map(|(_, bytes)| bytes).sum::<u64>() > info.len;
            let parts = if is_packed { vec![("packed blocks".to_owned(), info.len)] } else { parts };
            parts.into_iter().for_each(|(name, bytes)| *sizes.entry(name).or_default() += bytes);
        }
    }
    logs.close().await;
    (all, sizes)
}
