//! Which failed rows of earlier runs of a mailing the rows of a run stand for, so that a person who is sent to again counts once.

use super::{Mailings, Result};
use crate::{enqueue::ledger_key, item::MailItem, spec::Mailing, template::Templates};
use model::{ItemState, JobId};
use std::collections::HashMap;
use store::{Item, ItemFilter, Job, LedgerMatch, Replaced};

/// Items that are read at a time.
const PAGE: u32 = 1_000;

impl Mailings {
    /// Finds the failed rows of earlier runs of the same mailing that are brought again by `job`, whose items are all there and
    /// which has not begun: by their key, or else by every cell but the address, which may have been corrected since.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn replace_earlier_failures(&self, job: &Job) -> Result<()> {
        let Some(rows) = Rows::of(job).filter(|_| job.ledger != LedgerMatch::None) else { return Ok(()) };
        let earlier = self.db.earlier_runs_with_failures(job).await?;
        if earlier.is_empty() {
            return Ok(());
        }
        let mut known = Known::default();
        self.each_item(job.id, &[], |item, row| known.add(&rows, item, row)).await?;
        let mut replaced = Vec::new();
        for run in &earlier {
            let Some(failed) = Rows::of(run) else { continue };
            let alike = failed.mailing.columns == rows.mailing.columns;
            self.each_item(run.id, &[ItemState::Failed], |item, row| {
                let found = known.find(&failed, row).or_else(|| known.find_corrected(&rows, row).filter(|_| alike));
                replaced.extend(found.map(|seq| Replaced { seq, earlier_job: run.id, earlier_seq: item.seq }));
            })
            .await?;
        }
        Ok(self.db.replace_items(job.id, replaced, self.clock.now()).await?)
    }

    async fn each_item(&self, job: JobId, states: &[ItemState], mut see: impl FnMut(&Item, &MailItem)) -> Result<()> {
        let mut filter = ItemFilter { states: states.to_vec(), limit: PAGE, ..ItemFilter::default() };
        loop {
            let page = self.db.items(job, &filter).await?;
            for item in &page.rows {
                if let Ok(row) = MailItem::parse(&item.payload) {
                    see(item, &row);
                }
            }
            match page.next {
                Some(after) => filter.after = after,
                None => return Ok(()),
            }
        }
    }
}

/// How the rows of a run are read.
struct Rows {
    mailing: Mailing,
    /// The column of the address, where it is one.
    address: Option<usize>,
}

impl Rows {
    /// `None` where its settings cannot be read, of a job of another kind, say.
    fn of(job: &Job) -> Option<Self> {
        let mailing: Mailing = serde_json::from_str(&job.spec).ok()?;
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience()).ok()?;
        Some(Self { address: templates.to_column(), mailing })
    }

    /// Every cell but the address, and the files; `None` where that says nothing.
    fn all_but_address(&self, row: &MailItem) -> Option<Vec<String>> {
        let address = self.address?;
        let cells = row.values.iter().enumerate().filter(|(place, _)| *place != address);
        let cells = cells.map(|(_, cell)| cell.trim().to_owned());
        let files = row.attachments.iter().map(|file| file.name.clone());
        let all: Vec<String> = cells.chain(files).collect();
        all.iter().any(|cell| !cell.is_empty()).then_some(all)
    }
}

/// The rows of a run, by what they are known by; `None` where several rows are alike.
#[derive(Default)]
struct Known {
    by_key: HashMap<String, Option<i64>>,
    by_cells: HashMap<Vec<String>, Option<i64>>,
}

impl Known {
    fn add(&mut self, rows: &Rows, item: &Item, row: &MailItem) {
        once(&mut self.by_key, ledger_key(&rows.mailing, row), item.seq);
        // Whoever has received it already is nobody whose address was corrected.
        if let Some(cells) = rows.all_but_address(row).filter(|_| item.state != ItemState::Skipped) {
            once(&mut self.by_cells, cells, item.seq);
        }
    }

    fn find(&self, failed: &Rows, row: &MailItem) -> Option<i64> {
        self.by_key.get(&ledger_key(&failed.mailing, row)).copied().flatten()
    }

    fn find_corrected(&self, rows: &Rows, row: &MailItem) -> Option<i64> {
        self.by_cells.get(&rows.all_but_address(row)?).copied().flatten()
    }
}

fn once<K: std::hash::Hash + Eq>(known: &mut HashMap<K, Option<i64>>, key: K, seq: i64) {
    known.entry(key).and_modify(|found| *found = None).or_insert(Some(seq));
}

#[cfg(test)]
mod tests;
