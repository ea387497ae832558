//! How often and how slowly, by steps of time: what rules look at.

use crate::{Error, Reports, endpoints::Cells};
use logs::TIME_MAX;
use model::Timestamp;
use std::{ops::Range, time::Duration};
use telemetry::{
    Kind,
    query::{self, parse},
};

/// What one step of time has of one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// The slug of its project.
    pub project: String,
    /// Of a transaction; empty for events.
    pub endpoint: String,
    /// When the step begins.
    pub at: Timestamp,
    pub count: u64,
    /// Microseconds within which 95 of 100 transactions ended; 0 for events.
    pub p95_us: f64,
}

impl Reports {
    /// Events of each project, by steps of that length.
    ///
    /// # Errors
    /// When the store cannot be opened or asked.
    pub async fn event_rates(&self, range: Range<Timestamp>, step: Duration) -> Result<Vec<Rate>, Error> {
        let text = format!("* | stats count() as count by project, bucket({}s)", step.as_secs().max(1));
        self.rates(Kind::Error, &text, range).await
    }

    /// Transactions of each endpoint, by steps of that length.
    ///
    /// # Errors
    /// As [`Self::event_rates`].
    pub async fn transaction_rates(&self, range: Range<Timestamp>, step: Duration) -> Result<Vec<Rate>, Error> {
        let seconds = step.as_secs().max(1);
        let stats = "count() as count, p95(duration_us) as p95";
        let text = format!("segment:true | stats {stats} by project, transaction, bucket({seconds}s)");
        self.rates(Kind::Span, &text, range).await
    }

    async fn rates(&self, kind: Kind, text: &str, range: Range<Timestamp>) -> Result<Vec<Rate>, Error> {
        if !self.0.logs.exists() {
            return Ok(Vec::new());
        }
        let (query, _) = parse(text);
        let question = self.0.logs.question(&query, Some(range))?;
        let table = self.0.logs.ask_of(kind, TIME_MAX, move |snapshot, bounds| {
            query::answer(snapshot, &question, query::ROWS_MAX, bounds).value
        });
        let table = table.await?;
        let rate = |row: &Vec<query::Cell>| {
            let cells = Cells(&table, row);
            Rate {
                project: cells.text("project"),
                endpoint: cells.text("transaction"),
                at: cells.step(),
                count: cells.number("count") as u64,
                p95_us: cells.number("p95"),
            }
        };
        Ok(table.rows.iter().map(rate).collect())
    }
}
