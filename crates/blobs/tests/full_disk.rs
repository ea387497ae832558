//! A disk that takes no more in the middle of a file, stood in for by the limit on a process's files. The limit holds for the
//! whole process: this test has one of its own.
#![cfg(unix)]

use blobs::{Blobs, KeepError};
use bytes::Bytes;
use model::Rng;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{io, path::Path};
use tokio::signal::unix::{SignalKind, signal};

const ROOM: u64 = 8192;
/// `SIGXFSZ` would end the process where the disk itself only says no.
const FILE_TOO_LONG: i32 = 25;

#[tokio::test]
async fn a_disk_that_fills_up_keeps_nothing_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::new(dir.path(), Rng::seeded(7)).unwrap();
    let _caught = signal(SignalKind::from_raw(FILE_TOO_LONG)).unwrap();
    let before = getrlimit(Resource::Fsize);
    setrlimit(Resource::Fsize, Rlimit { current: Some(ROOM), ..before }).unwrap();

    let list = vec![b'a'; 20_000];
    // In one piece the last write fails after `write_all` has said yes; in small ones another does.
    for piece in [list.len(), 3_000, 100] {
        let pieces: Vec<_> = list.chunks(piece).map(|part| Ok::<_, io::Error>(Bytes::copy_from_slice(part))).collect();
        let kept = blobs.keep(futures_util::stream::iter(pieces), &mut 100_000).await;
        assert!(matches!(kept, Err(KeepError::Disk(_))), "in pieces of {piece}: {kept:?}");
        assert_eq!(files(dir.path()), 0, "in pieces of {piece}");
    }
    let kept = blobs.keep_read(&mut &list[..]);
    assert!(matches!(kept, Err(KeepError::Disk(_))), "{kept:?}");
    assert_eq!(files(dir.path()), 0);

    setrlimit(Resource::Fsize, before).unwrap();
    let whole = futures_util::stream::iter([Ok::<_, io::Error>(Bytes::from(list.clone()))]);
    let kept = blobs.keep(whole, &mut 100_000).await.unwrap();
    assert_eq!(std::fs::read(&kept.path).unwrap(), list, "once there is room, all of it is kept");
}

fn files(data: &Path) -> usize {
    std::fs::read_dir(data.join("blobs")).expect("the folder is there").count()
}
