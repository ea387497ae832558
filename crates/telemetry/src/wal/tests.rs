//! A log that is cut, flipped and half synced gives back every batch that is still whole, and says what is not.

use super::*;
use crate::{
    Batch, OwnedValue, Record,
    disk::{ObjectStore, Simulated},
};

fn encode_payload(batch: &Batch) -> Vec<u8> {
    super::encode_payload(Kind::Log, batch, &[])
}

use model::{Level, Timestamp};
use proptest::prelude::*;

fn batch(numbers: std::ops::Range<u64>) -> Batch {
    let mut batch = Batch::new();
    for number in numbers {
        let fields = vec![
            ("n".to_owned(), OwnedValue::Int(number as i64)),
            ("x".to_owned(), OwnedValue::Float(number as f64 / 8.0)),
            ("yes".to_owned(), OwnedValue::Bool(number % 2 == 0)),
            ("text".to_owned(), OwnedValue::Str(vec![0xff, number as u8])),
        ];
        let record = Record {
            time: Timestamp::from_micros(number as i64 * 1000 - 5),
            level: Some(Level::Info),
            source: b"test".to_vec(),
            message: format!("message {number}").into_bytes(),
            fields,
        };
        batch.push(&record).unwrap();
    }
    batch
}

/// Three frames of two records each; where each ends.
fn written() -> (Simulated, String, Vec<usize>) {
    let disk = Simulated::default();
    let shared: Arc<dyn LogFiles> = Arc::new(disk.clone());
    let mut wal = Wal::create(&shared, 7).unwrap();
    let mut ends = Vec::new();
    for frame in 0..3 {
        wal.add(frame * 2, &encode_payload(&batch(frame * 2..frame * 2 + 2)));
        wal.commit().unwrap();
        ends.push(wal.bytes() as usize);
    }
    (disk, file_name(7), ends)
}

fn read(disk: &Simulated, name: &str) -> (Vec<u64>, usize) {
    let replayed = replay(disk, name).unwrap();
    for ReplayedBatch { numbered, .. } in &replayed.batches {
        let expected = batch(numbered.first_seq..numbered.first_seq + 2);
        let records = |batch: &Batch| batch.iter().map(|record| record.to_record()).collect::<Vec<_>>();
        assert_eq!(records(&numbered.batch), records(&expected));
    }
    (replayed.batches.iter().map(|batch| batch.numbered.first_seq).collect(), replayed.damages.len())
}

#[test]
fn a_whole_log_is_read_without_complaint() {
    let (disk, name, _) = written();
    assert_eq!(read(&disk, &name), (vec![0, 2, 4], 0));
    disk.change(&name, |bytes| bytes.extend([0; 4096]));
    assert_eq!(read(&disk, &name), (vec![0, 2, 4], 0), "room that was reserved is not damage");
}

#[test]
fn a_log_torn_at_any_byte_gives_the_frames_before() {
    let (disk, name, ends) = written();
    for cut in FILE_HEADER..ends[2] {
        let torn = disk.after_power_cut(0.0);
        torn.change(&name, |bytes| bytes.truncate(cut));
        let (found, damages) = read(&torn, &name);
        let whole: Vec<u64> = (0..3).filter(|frame| ends[*frame as usize] <= cut).map(|frame| frame * 2).collect();
        assert_eq!(found, whole, "cut at {cut}");
        assert_eq!(damages, usize::from(cut != FILE_HEADER && !ends.contains(&cut)), "cut at {cut}");
    }
}

#[test]
fn what_was_not_synced_is_lost_and_no_more() {
    let (disk, name, _) = written();
    let shared: Arc<dyn LogFiles> = Arc::new(disk.clone());
    let mut wal = Wal::create(&shared, 8).unwrap();
    wal.add(6, &encode_payload(&batch(6..8)));
    for kept in [0.0, 0.3, 0.7, 0.99] {
        let back = disk.after_power_cut(kept);
        assert_eq!(read(&back, &name).0, [0, 2, 4]);
        assert_eq!(replay(&back, &file_name(8)).unwrap().batches.len(), 0);
    }
}

#[test]
fn a_frame_of_another_file_is_not_taken() {
    let (disk, name, _) = written();
    let old = disk.get(&name, 0..disk.list(FOLDER).unwrap()[0].1).unwrap();
    let other = Simulated::default();
    other.put(&file_name(8), &old).unwrap();
    assert_eq!(read(&other, &file_name(8)).0, Vec::<u64>::new());
}

#[test]
fn frames_that_were_erased_are_told() {
    let (disk, name, ends) = written();
    disk.change(&name, |bytes| bytes[ends[0]..ends[1]].fill(0));
    let found = replay(&disk, &name).unwrap();
    assert_eq!((found.batches.len(), found.lost.len()), (2, 1), "{:?}", found.lost);
    let (disk, name, _) = written();
    disk.change(&name, |bytes| bytes[..FILE_HEADER + 8].fill(0));
    let found = replay(&disk, &name).unwrap();
    assert_eq!((found.batches.len(), found.lost.len()), (2, 1), "the file's header with the first: {:?}", found.lost);
}

/// Where a header is damaged, what others have sent is looked through for the next one.
#[test]
fn what_was_sent_is_never_a_frame() {
    let (disk, name, _) = written();
    let other: Arc<dyn LogFiles> = Arc::new(Simulated::default());
    let mut forged = Wal::create(&other, 7).unwrap();
    forged.add(1_000, &encode_payload(&batch(1_000..1_002)));
    {
        let sent = forged.pending.clone();
        let mut record = batch(0..1).get(0).to_record();
        record.message = sent;
        let mut hostile = Batch::new();
        hostile.push(&record).unwrap();
        let shared: Arc<dyn LogFiles> = Arc::new(disk.clone());
        let mut wal = Wal::create(&shared, 7).unwrap();
        let mut ends = Vec::new();
        for (first, batch) in [(0, batch(0..2)), (2, hostile), (3, batch(3..5)), (5, batch(5..7))] {
            wal.add(first, &encode_payload(&batch));
            wal.commit().unwrap();
            ends.push(wal.bytes() as usize);
        }
        disk.change(&name, |bytes| bytes[ends[0] + 20] ^= 1);
        let found = replay(&disk, &name).unwrap();
        let firsts: Vec<u64> = found.batches.iter().map(|batch| batch.numbered.first_seq).collect();
        assert_eq!((firsts, found.lost.len()), (vec![0, 3, 5], 1));
    }
}

proptest! {
    #[test]
    fn a_flipped_byte_costs_one_frame_and_is_told(at: prop::sample::Index, flip in 1u8..) {
        let (disk, name, ends) = written();
        let at = at.index(ends[2]);
        disk.change(&name, |bytes| bytes[at] ^= flip);
        let (found, damages) = read(&disk, &name);
        let hit = (at >= FILE_HEADER).then(|| ends.iter().position(|end| at < *end).unwrap() as u64 * 2);
        let expected: Vec<u64> = [0, 2, 4].into_iter().filter(|first| Some(*first) != hit).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(damages > 0);
    }

    #[test]
    fn any_bytes_are_replayed_without_a_panic(bytes: Vec<u8>) {
        let disk = Simulated::default();
        disk.put(&file_name(1), &bytes).unwrap();
        let _ = replay(&disk, &file_name(1));
        let _ = payload::decode(&bytes);
    }
}
