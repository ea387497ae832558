//! Rows that were found, looked at once more as the records that they are: before they are deleted.

use super::{BlockScan, MatchingRows};
use crate::{Batch, Damage, query::condition::Condition};
use model::Timestamp;

/// Records that are rebuilt together.
const TOGETHER: usize = 512;

impl BlockScan<'_> {
    /// Those of `rows` for whose whole record `condition` holds, whatever columns and templates have said.
    pub(in crate::query) fn holding(
        &mut self,
        condition: &Condition,
        rows: &MatchingRows,
    ) -> Result<MatchingRows, Damage> {
        let mut holding = MatchingRows::none(self.block.rows());
        let (all, mut scratch) = (rows.iter().collect::<Vec<_>>(), Vec::new());
        let mut left: Vec<&[u32]> = all.chunks(TOGETHER).rev().collect();
        while let Some(next) = left.pop() {
            if self.cancel.is_cancelled() {
                break;
            }
            let batch = match self.records(next) {
                Ok(batch) => batch,
                // So many may be more than a batch holds.
                Err(_) if next.len() > 1 => {
                    let (first, then) = next.split_at(next.len() / 2);
                    left.extend([then, first]);
                    continue;
                }
                Err(damage) => return Err(damage),
            };
            for (row, record) in next.iter().zip(batch.iter()) {
                if condition.holds(record, &mut scratch) {
                    holding.insert(*row);
                }
            }
        }
        Ok(holding)
    }

    fn records(&mut self, rows: &[u32]) -> Result<Batch, Damage> {
        let times = self.times()?;
        let times: Vec<Timestamp> = rows.iter().map(|row| Timestamp::from_micros(times[*row as usize])).collect();
        self.rebuilt += rows.len() as u64;
        self.block.records_at(rows, &times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{
        cancel::Cancel,
        columns::tests::{question, snapshot},
    };
    use crate::{OwnedValue, Record};

    #[test]
    fn what_was_found_by_mistake_is_let_go() {
        let record = |number: i64| Record {
            time: Timestamp::from_micros(number * 1_000_000),
            level: None,
            source: b"web1".to_vec(),
            message: format!("total{} of {number}", ["", "Calories", "Altitude"][number as usize % 3]).into_bytes(),
            fields: vec![("n".to_owned(), OwnedValue::Int(number))],
        };
        let records: Vec<Record> = (0..2 * TOGETHER as i64).map(record).collect();
        let sealed = snapshot(&records, &[records.len()], &[]);
        let block = sealed.block(&sealed.segments()[0], 0).unwrap();
        let cancel = Cancel::default();
        let mut scan = BlockScan::new(&block, &cancel);
        let mut holding = |text: &str, rows: &MatchingRows| {
            let holding = scan.holding(&question(text).condition, rows).unwrap();
            holding.iter().map(i64::from).collect::<Vec<_>>()
        };
        let all = MatchingRows::all(records.len());
        let numbers =
            |wanted: &dyn Fn(i64) -> bool| (0..records.len() as i64).filter(|n| wanted(*n)).collect::<Vec<_>>();
        assert_eq!(holding("total", &all), numbers(&|n| n % 3 == 0));
        assert_eq!(holding("total n>=600", &all), numbers(&|n| n % 3 == 0 && n >= 600));
        assert_eq!(holding("-total", &all), numbers(&|n| n % 3 != 0));
        assert_eq!(holding("total", &MatchingRows::between(records.len(), 4..7)), [6]);
        assert_eq!(holding("absent", &all), [0_i64; 0]);
    }
}
