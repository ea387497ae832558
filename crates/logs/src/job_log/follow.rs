//! Those who follow a log: what was said lately is handed to them from memory, however many they are.

use super::{Job, JobLog, LineCursor, LinePage, PAGE_LINES_MAX};
use crate::Error;
use futures_util::Stream;
use model::{JobId, JobLine};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::sync::watch;

/// Lines of a job that are kept for those who follow it.
const RECENT_MAX: usize = 512;
/// How often a follower looks for what another process says.
const FOREIGN_POLL: Duration = Duration::from_secs(1);
/// How often it looks nevertheless for a job of which this process talks.
const OWN_POLL: Duration = Duration::from_secs(10);

/// What was said last in this process.
#[derive(Default)]
pub(super) struct Recent {
    /// Everything behind this place is here; none before this process has said anything.
    floor: Option<LineCursor>,
    lines: VecDeque<JobLine>,
}

impl Recent {
    pub(super) fn add(&mut self, lines: Vec<JobLine>, is_followed: bool) {
        if !is_followed {
            // Whoever comes begins behind these.
            self.floor = lines.last().or(self.lines.back()).map(LineCursor::of).or(self.floor);
            self.lines.clear();
            return;
        }
        let before = || lines.first().map(|line| LineCursor(LineCursor::of(line).0.saturating_sub(1)));
        self.floor = self.floor.or_else(before);
        self.lines.extend(lines);
        while self.lines.len() > RECENT_MAX {
            self.floor = self.lines.pop_front().as_ref().map(LineCursor::of);
        }
    }

    /// The lines behind `after`, where all of them are here.
    fn behind(&self, after: LineCursor) -> Option<Vec<JobLine>> {
        let start = self.lines.partition_point(|line| LineCursor::of(line) <= after);
        (self.floor? <= after).then(|| self.lines.range(start..).cloned().collect())
    }
}

struct Follower {
    log: JobLog,
    job: JobId,
    /// Held, so that it is not forgotten.
    _entry: Arc<Job>,
    recent: watch::Receiver<Recent>,
    after: LineCursor,
}

pub(super) fn follow(
    log: JobLog,
    job: JobId,
    after: LineCursor,
) -> impl Stream<Item = Result<LinePage, Error>> + Send + use<> {
    let entry = log.job(job);
    let recent = entry.recent.subscribe();
    let follower = Follower { log, job, _entry: entry, recent, after };
    futures_util::stream::unfold(follower, |mut follower| async move {
        let page = follower.next().await;
        Some((page, follower))
    })
}

impl Follower {
    async fn next(&mut self) -> Result<LinePage, Error> {
        // Once it waited in vain, it looks whether another process has said something.
        let mut is_poll = false;
        loop {
            let (floor, said) = {
                let recent = self.recent.borrow_and_update();
                (recent.floor, recent.behind(self.after))
            };
            match said {
                Some(lines) if !lines.is_empty() => return Ok(self.told(LinePage::behind(self.after, lines))),
                Some(_) if !is_poll => {}
                _ => {
                    let page = self.log.page(self.job, self.after, PAGE_LINES_MAX).await;
                    match page {
                        Ok(page) if page.lines.is_empty() => {}
                        Ok(page) => return Ok(self.told(page)),
                        Err(error) => {
                            // A reader that asks again at once must not spin on a broken disk.
                            tokio::time::sleep(FOREIGN_POLL).await;
                            return Err(error);
                        }
                    }
                    // Between this place and that one is nothing.
                    self.after = self.after.max(floor.unwrap_or_default());
                }
            }
            let patience = if floor.is_some() { OWN_POLL } else { FOREIGN_POLL };
            is_poll = tokio::time::timeout(patience, self.recent.changed()).await.is_err();
        }
    }

    fn told(&mut self, page: LinePage) -> LinePage {
        self.after = page.next;
        page
    }
}
