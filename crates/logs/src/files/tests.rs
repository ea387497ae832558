//! Files of a folder of their own, in all the states that a folder of logs is found in.

use super::*;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use std::{
    io::{Read as _, Write as _},
    os::unix::fs::{PermissionsExt as _, symlink},
};
use telemetry::query::Cancel;

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

struct Place {
    dir: tempfile::TempDir,
    files: Files,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    fs::create_dir_all(logs.join("jobs/deeper")).unwrap();
    fs::write(dir.path().join("secret.key"), "secret").unwrap();
    fs::write(logs.join("auto_sync.log"), "one\ntwo\nthree\n").unwrap();
    fs::write(logs.join("jobs/run.jsonl"), "{}\n").unwrap();
    fs::write(logs.join("jobs/deeper/no.log"), "no\n").unwrap();
    fs::write(logs.join(".hidden"), "no\n").unwrap();
    Place { files: Files::new(vec![logs]), dir }
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("logs").join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.files.list().files.into_iter().map(|file| file.name).collect();
        names.sort();
        names
    }

    fn file(&self, name: &str) -> LogFile {
        self.files.find(name).unwrap_or_else(|| panic!("{name} in {:?}", self.names()))
    }
}

fn texts(excerpt: &Excerpt) -> Vec<String> {
    excerpt.lines.iter().map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect()
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

#[test]
fn files_have_the_names_of_the_listing_and_no_others() {
    let place = place();
    assert_eq!(place.names(), ["auto_sync.log", "jobs:run.jsonl"]);
    for name in
        ["", ".", "..", "../secret.key", "jobs/run.jsonl", "logs:auto_sync.log", "jobs", ".hidden", "/etc/passwd"]
    {
        assert!(place.files.find(name).is_none(), "{name}");
    }
    let (file, listing) = (place.file("auto_sync.log"), place.files.list());
    assert_eq!((file.bytes, listing.left_out, listing.unread), (14, 0, Vec::new()));
    assert!(Files::new(vec!["/nowhere/at/all".into()]).list().files.is_empty());
}

#[test]
fn names_that_are_taken_are_told_apart_by_their_folder() {
    let place = place();
    let other = place.dir.path().join("nginx");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("auto_sync.log"), "other\n").unwrap();
    let files = Files::new(vec![place.path(""), other]);
    assert_eq!(texts(&files.find("nginx:auto_sync.log").unwrap().last(9, &Cancel::default()).unwrap()), ["other"]);
    assert_eq!(files.find("auto_sync.log").unwrap().bytes, 14);
}

#[test]
fn links_that_lead_out_are_none_of_it() {
    let place = place();
    let out = place.dir.path().join("secret.key");
    symlink(&out, place.path("a.log")).unwrap();
    symlink("../secret.key", place.path("b.log")).unwrap();
    symlink("/etc/passwd", place.path("c.log")).unwrap();
    symlink(place.dir.path(), place.path("up")).unwrap();
    symlink("d.log", place.path("d.log")).unwrap();
    symlink("/dev/zero", place.path("e.log")).unwrap();
    symlink("auto_sync.log", place.path("current.log")).unwrap();
    assert_eq!(place.names(), ["auto_sync.log", "current.log", "jobs:run.jsonl"]);
    // What was listed and then became a link to elsewhere is not opened.
    let file = place.file("auto_sync.log");
    fs::remove_file(place.path("auto_sync.log")).unwrap();
    symlink(&out, place.path("auto_sync.log")).unwrap();
    assert!(matches!(file.open(), Err(FileError::Replaced { .. })));
    assert!(matches!(file.clear(NOW), Err(FileError::Replaced { .. })));
    assert_eq!(file.follow(0).look().unwrap(), Followed::default());
    assert_eq!(fs::read(&out).unwrap(), b"secret");
}

#[test]
fn the_last_lines_are_read_from_the_end() {
    let place = place();
    let of = |name: &str, lines| place.file(name).last(lines, &Cancel::default()).unwrap();
    assert_eq!(texts(&of("auto_sync.log", 2)), ["two", "three"]);
    assert_eq!(of("auto_sync.log", 2).lines[0].at, 4);
    assert_eq!(of("auto_sync.log", 0).lines, []);
    let all: Vec<String> = (0..60_000).map(|n| format!("line {n} {}", "x".repeat(n % 90))).collect();
    let text = all.join("\r\n");
    fs::write(place.path("plain.log"), &text).unwrap();
    fs::write(place.path("packed.log.gz"), gz(text.as_bytes())).unwrap();
    fs::write(place.path("packed.log.zst"), zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    for name in ["plain.log", "packed.log.gz", "packed.log.zst"] {
        for lines in [1, 100, 5_000] {
            let found = of(name, lines);
            assert_eq!(texts(&found), all[all.len() - lines..], "{name} {lines}");
            assert_eq!((found.end, found.is_cut), (text.len() as u64, false), "{name}");
            let place_of_first = found.lines[0].at as usize;
            assert!(text[place_of_first..].starts_with(&all[all.len() - lines]), "{name}");
        }
        let from = place.file(name).from(of(name, 3).lines[0].at, 2, &Cancel::default()).unwrap();
        assert_eq!(texts(&from), all[all.len() - 3..all.len() - 1], "{name}");
        let earlier = place.file(name).before(from.lines[0].at, 2, &Cancel::default()).unwrap();
        assert_eq!(texts(&earlier), all[all.len() - 5..all.len() - 3], "{name}");
        let rest = place.file(name).from(from.end, 100, &Cancel::default()).unwrap();
        assert_eq!((texts(&rest), rest.end), (all[all.len() - 1..].to_vec(), text.len() as u64), "{name}");
        assert_eq!(place.file(name).from(u64::MAX, 5, &Cancel::default()).unwrap().lines, []);
    }
}

#[test]
fn what_is_shown_is_bounded() {
    let place = place();
    let huge = vec![b'x'; 9 << 20];
    let wide = (vec![b'y'; 1 << 20], 9);
    let wide: Vec<u8> = std::iter::repeat_n([wide.0.as_slice(), b"\n"].concat(), wide.1).flatten().collect();
    for (name, bytes) in [("huge.log", &huge), ("wide.log", &wide)] {
        fs::write(place.path(name), bytes).unwrap();
        fs::write(place.path(&format!("{name}.gz")), gz(bytes)).unwrap();
        for name in [name.to_owned(), format!("{name}.gz")] {
            let found = place.file(&name).last(100, &Cancel::default()).unwrap();
            let sum: usize = found.lines.iter().map(|line| line.text.len()).sum();
            assert!(sum > 1 << 20 && sum <= EXCERPT_BYTES_MAX + 1, "{name}: {sum}");
            assert!(found.is_cut, "{name}");
            let found = place.file(&name).from(0, 100, &Cancel::default()).unwrap();
            assert!(found.is_cut && found.end <= EXCERPT_BYTES_MAX as u64 + (1 << 16), "{name}");
        }
    }
    fs::write(place.path("torn.log.gz"), &gz(&wide)[..100]).unwrap();
    assert!(matches!(place.file("torn.log.gz").last(5, &Cancel::default()), Err(FileError::Io { .. })));
    fs::write(place.path("lie.log.gz"), "not packed at all\n").unwrap();
    assert_eq!(texts(&place.file("lie.log.gz").last(5, &Cancel::default()).unwrap()), ["not packed at all"]);
}

#[test]
fn a_follower_goes_on_through_clearing_and_rotation() {
    let place = place();
    let mut follower = place.file("auto_sync.log").follow(14);
    let mut look = || {
        let followed = follower.look().unwrap();
        let texts: Vec<_> =
            followed.lines.iter().map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect();
        (texts, followed.is_anew)
    };
    let append = |text: &str| {
        let mut file = OpenOptions::new().append(true).create(true).open(place.path("auto_sync.log")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    assert_eq!(look(), (vec![], false));
    append("four\nfi");
    assert_eq!(look(), (vec!["four".to_owned()], false));
    append("ve\n");
    assert_eq!(look(), (vec!["five".to_owned()], false));
    place.file("auto_sync.log").clear(NOW).unwrap();
    append("anew\n");
    assert_eq!(look(), (vec!["anew".to_owned()], true));
    fs::rename(place.path("auto_sync.log"), place.path("auto_sync.log.1")).unwrap();
    assert_eq!(look(), (vec![], false), "it is gone for now");
    append("rotated\n");
    assert_eq!(look(), (vec!["rotated".to_owned()], true));
    assert_eq!(look(), (vec![], false));
}

#[test]
fn what_is_cleared_is_kept_once() {
    let place = place();
    fs::set_permissions(place.path("auto_sync.log"), fs::Permissions::from_mode(0o640)).unwrap();
    let clear =
        |seconds: u64| place.file("auto_sync.log").clear(NOW + std::time::Duration::from_secs(seconds)).unwrap();
    let first = clear(0).unwrap();
    assert_eq!(first, "auto_sync.log.cleared-20250110T143215000000Z.gz");
    assert_eq!(place.file("auto_sync.log").bytes, 0);
    let mut kept = String::new();
    GzDecoder::new(place.file(&first).open().unwrap()).read_to_string(&mut kept).unwrap();
    assert_eq!(kept, "one\ntwo\nthree\n");
    assert_eq!(fs::metadata(place.path(&first)).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(clear(1), None, "an empty file has nothing to keep, and the copy stays");
    fs::write(place.path("auto_sync.log"), "four\n").unwrap();
    fs::write(place.path("auto_sync.log.cleared-by-hand.gz"), "mine").unwrap();
    let second = clear(2).unwrap();
    assert_eq!(
        place.names(),
        ["auto_sync.log", "auto_sync.log.cleared-by-hand.gz", second.as_str(), "jobs:run.jsonl"]
            .map(str::to_owned)
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert!(matches!(place.file(&second).clear(NOW), Err(FileError::Packed { .. })));
    let below = place.file("jobs:run.jsonl").clear(NOW).unwrap().unwrap();
    assert_eq!(below, "jobs:run.jsonl.cleared-20250110T143215000000Z.gz");
    assert!(place.files.find(&below).is_some());
}

#[test]
fn names_of_all_kinds_are_listed() {
    let place = place();
    use std::os::unix::ffi::OsStrExt as _;
    for name in [
        b"with space.log".as_slice(),
        b"new\nline.log",
        b"\xff\xfe.log",
        "été.log".as_bytes(),
        b"a:b.log",
        b"%2e%2e.log",
    ] {
        fs::write(place.path("").join(std::ffi::OsStr::from_bytes(name)), "x\n").unwrap();
    }
    let names = place.names();
    assert_eq!(names.len(), 8, "{names:?}");
    for name in names {
        assert_eq!(place.file(&name).last(1, &Cancel::default()).unwrap().lines.len(), 1, "{name:?}");
    }
}

#[test]
fn too_many_are_counted() {
    let place = place();
    for n in 0..FILES_MAX + 5 {
        fs::write(place.path(&format!("{n}.log")), "").unwrap();
    }
    let listing = place.files.list();
    assert_eq!((listing.files.len(), listing.left_out), (FILES_MAX, 7));
}
