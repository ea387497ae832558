use super::*;
use futures_util::StreamExt;
use proptest::prelude::*;
use std::{fs, io::Write as _};

fn id(number: u8) -> JobId {
    format!("00000000-0000-7000-8000-0000000000{number:02x}").parse().unwrap()
}

fn record(number: u64) -> Record {
    Record {
        at: Timestamp::from_micros(1_736_519_535_000_000),
        level: Level::Info,
        event: "item".to_owned(),
        message: format!("Email {number}/500 envoyé avec succès"),
        fields: serde_json::Map::from_iter([("n".to_owned(), number.into())]),
    }
}

fn numbers(page: &Page) -> Vec<u64> {
    page.entries.iter().filter_map(|entry| entry.record.fields.get("n")?.as_u64()).collect()
}

fn small(file_bytes_max: u64) -> Limits {
    Limits { file_bytes_max, line_bytes_max: 1024, open_files_max: 2 }
}

#[tokio::test]
async fn what_is_appended_is_paged_from_any_cursor() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path().join("logs/jobs"), Limits::default());
    assert_eq!(log.page(id(1), Cursor::default(), 10).await.unwrap(), Page::default(), "no log yet is an empty log");
    log.append(id(1), (1..=7).map(record).collect()).await;
    log.append(id(1), (8..=9).map(record).collect()).await;

    let first = log.page(id(1), Cursor::default(), 4).await.unwrap();
    assert_eq!(numbers(&first), [1, 2, 3, 4]);
    assert_eq!(first.entries[0].record, record(1));
    let rest = log.page(id(1), first.next, 100).await.unwrap();
    assert_eq!(numbers(&rest), [5, 6, 7, 8, 9]);
    let from_entry = log.page(id(1), rest.entries[2].next, 100).await.unwrap();
    assert_eq!(numbers(&from_entry), [8, 9], "each record carries the cursor behind it");
    assert_eq!(log.page(id(1), rest.next, 100).await.unwrap().next, rest.next);
    assert_eq!(numbers(&log.tail(id(1), 2).await.unwrap()), [8, 9]);
    let inside = log.page(id(1), Cursor(3), 1).await.unwrap();
    assert_eq!(numbers(&inside), [2], "a cursor inside a record moves on to the next");
    assert!(log.path(id(1)).ends_with("logs/jobs/00000000-0000-7000-8000-000000000001.jsonl"));
}

#[tokio::test]
async fn a_torn_last_line_waits_and_is_closed_by_the_next_append() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path(), Limits::default());
    log.append(id(1), vec![record(1)]).await;
    fs::OpenOptions::new().append(true).open(log.path(id(1))).unwrap().write_all(b"{\"at\":\"2025-").unwrap();

    let page = log.page(id(1), Cursor::default(), 10).await.unwrap();
    assert_eq!((numbers(&page), page.unreadable), (vec![1], 0), "the torn line may still be completed");

    let restarted = RunLog::new(dir.path(), Limits::default());
    restarted.append(id(1), vec![record(2)]).await;
    let page = restarted.page(id(1), page.next, 10).await.unwrap();
    assert_eq!((numbers(&page), page.unreadable), (vec![2], 1));
}

#[tokio::test]
async fn a_full_log_ends_with_a_marker_that_counts_on_even_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..4_u64 {
        // A fresh RunLog each time: the count must be read back from the file.
        let log = RunLog::new(dir.path(), small(2000));
        log.append(id(1), (0..10).map(|number| record(round * 10 + number)).collect()).await;
    }
    let log = RunLog::new(dir.path(), small(2000));
    assert!(fs::metadata(log.path(id(1))).unwrap().len() <= 2000);
    let page = log.page(id(1), Cursor::default(), 100).await.unwrap();
    let kept = numbers(&page).len() as u64;
    let last = &page.entries.last().unwrap().record;
    assert_eq!(last.event, LOG_FULL);
    assert_eq!(last.fields["dropped"].as_u64(), Some(40 - kept), "every record is kept or counted");
    assert_eq!(numbers(&page), (0..kept).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_long_record_is_cut_to_the_line_cap_and_stays_a_record() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path(), small(1 << 20));
    let long = Record { message: "é\u{1}".repeat(4000), ..record(1) };
    log.append(id(1), vec![long, record(2)]).await;
    let text = fs::read_to_string(log.path(id(1))).unwrap();
    assert!(text.lines().all(|line| line.len() <= 1024), "{}", text.lines().map(str::len).max().unwrap_or(0));
    let page = log.page(id(1), Cursor::default(), 10).await.unwrap();
    assert!(page.entries[0].record.message.ends_with(" …"));
    assert_eq!(page.entries[0].record.fields["truncated"], true);
    assert_eq!(numbers(&page), [2]);
}

#[tokio::test]
async fn followers_see_what_is_appended_here_and_by_another_process() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path(), Limits::default());
    let foreign = RunLog::new(dir.path(), Limits::default());
    let mut follow = Box::pin(log.follow(id(1), Cursor::default()));
    log.append(id(1), vec![record(1)]).await;
    assert_eq!(numbers(&follow.next().await.unwrap().unwrap()), [1]);
    let (page, ()) = tokio::join!(follow.next(), log.append(id(1), vec![record(2)]));
    assert_eq!(numbers(&page.unwrap().unwrap()), [2], "rung, long before the poll");

    let mut follow = Box::pin(log.follow(id(2), Cursor::default()));
    foreign.append(id(2), vec![record(7)]).await;
    assert_eq!(numbers(&follow.next().await.unwrap().unwrap()), [7]);
    let (page, ()) = tokio::join!(follow.next(), foreign.append(id(2), vec![record(8)]));
    assert_eq!(numbers(&page.unwrap().unwrap()), [8], "polled");
}

#[tokio::test]
async fn a_disk_that_takes_nothing_loses_records_but_not_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path(), Limits::default());
    // A directory where the file should be stands for every error of opening.
    fs::create_dir(log.path(id(1))).unwrap();
    log.append(id(1), vec![record(1), record(2)]).await;
    assert_eq!(log.lost(), 2);
    fs::remove_dir(log.path(id(1))).unwrap();
    log.append(id(1), vec![record(3)]).await;
    assert_eq!(numbers(&log.tail(id(1), 10).await.unwrap()), [3]);
    assert_eq!(log.lost(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_fails_the_write_and_the_loss_is_told_when_there_is_room_again() {
    let dir = tempfile::tempdir().unwrap();
    let (full, free) = (dir.path().join("full"), dir.path().join("free"));
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let mut file = file::JobFile::open(&full, Limits::default()).unwrap();
    let error = file.append(&[record(1), record(2)]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    file.replace(fs::OpenOptions::new().read(true).write(true).create_new(true).open(&free).unwrap());
    file.append(&[record(3)]).unwrap();
    let page = file::page(&free, Limits::default(), Cursor::default(), 10).unwrap();
    assert_eq!(page.entries[0].record.event, RECORDS_LOST);
    assert_eq!(page.entries[0].record.fields["lost"], 2);
    assert_eq!(numbers(&page), [3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_of_many_jobs_mix_no_lines_and_hold_few_files() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path(), small(1 << 20));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8_u64 {
        for job in 0..5 {
            let log = log.clone();
            writers.spawn(async move {
                for round in 0..5 {
                    log.append(id(job), (0..4).map(|n| record(writer * 1000 + round * 4 + n)).collect()).await;
                }
            });
        }
    }
    writers.join_all().await;
    for job in 0..5 {
        let page = log.page(id(job), Cursor::default(), 1000).await.unwrap();
        assert_eq!((page.entries.len(), page.unreadable), (160, 0));
        for writer in 0..8_u64 {
            let of_writer: Vec<u64> = numbers(&page).into_iter().filter(|n| n / 1000 == writer).collect();
            assert_eq!(of_writer, (0..20).map(|n| writer * 1000 + n).collect::<Vec<_>>(), "a writer's order stands");
        }
    }
}

#[tokio::test]
async fn a_removed_log_is_gone_and_begins_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = RunLog::new(dir.path(), Limits::default());
    log.append(id(1), (0..5).map(record).collect()).await;
    let end = log.page(id(1), Cursor::default(), 10).await.unwrap().next;
    log.remove(id(1)).await.unwrap();
    log.remove(id(1)).await.unwrap();
    log.append(id(1), vec![record(9)]).await;
    assert_eq!(numbers(&log.page(id(1), end, 10).await.unwrap()), [9]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_can_be_paged_to_the_end(bytes in proptest::collection::vec(any::<u8>(), 0..600), start in 0_u64..700, limit in 1_usize..5) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("any");
        fs::write(&path, &bytes).unwrap();
        let mut at = Cursor(start);
        for _ in 0..700 {
            let page = file::page(&path, small(1 << 20), at, limit).unwrap();
            prop_assert!(page.next.0 <= bytes.len() as u64);
            if page.next == at {
                return Ok(());
            }
            at = page.next;
        }
        prop_assert!(false, "paging never came to an end");
    }

    #[test]
    fn records_come_back_as_they_went_in(messages in proptest::collection::vec(".{0,40}", 1..20), limit in 1_usize..7) {
        let dir = tempfile::tempdir().unwrap();
        let log = RunLog::new(dir.path(), Limits::default());
        let records: Vec<Record> = messages.into_iter().map(|message| Record { message, ..record(0) }).collect();
        log.append_blocking(id(1), &records);
        let (mut at, mut back) = (Cursor::default(), Vec::new());
        loop {
            let page = file::page(&log.path(id(1)), Limits::default(), at, limit).unwrap();
            if page.entries.is_empty() {
                break;
            }
            at = page.next;
            back.extend(page.entries.into_iter().map(|entry| entry.record));
        }
        prop_assert_eq!(back, records);
    }
}
