//! How a project does, in five figures.

use crate::{
    Endpoint, Error, Reports,
    endpoints::{Cells, segments},
    events::equals,
};
use model::Timestamp;
use std::{ops::Range, time::Duration};
use telemetry::{
    Kind,
    query::language::{FieldTest, Filter},
};

/// A project in a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectSummary {
    /// Events of errors.
    pub errors: u64,
    /// Of all transactions; none where there are none.
    pub average: Option<Duration>,
    /// The endpoint of the most transactions.
    pub hottest: Option<Endpoint>,
    /// That of which 95 % of the transactions take longest.
    pub slowest: Option<Endpoint>,
    /// Different users of transactions; where those name none, of errors.
    pub active_users: u64,
    pub is_partial: bool,
}

impl Reports {
    /// # Errors
    /// When the store cannot be opened or asked.
    pub async fn summary(
        &self,
        project: &str,
        range: Range<Timestamp>,
        apdex: Duration,
    ) -> Result<ProjectSummary, Error> {
        let of_project = equals("project", project);
        let (errors, errors_partial) =
            self.table_of(Kind::Error, of_project, &range, "stats count() as count, uniq(user.id) as users").await?;
        let (users, users_partial) =
            self.table(segments(Some(project), None), &range, "stats uniq(user) as users").await?;
        let endpoints = self.endpoints(Some(project), range, apdex).await?;
        let of_errors = |name| errors.rows.first().map_or(0, |row| Cells(&errors, row).number(name) as u64);
        let of_transactions = users.rows.first().map_or(0, |row| Cells(&users, row).number("users") as u64);
        let count: u64 = endpoints.rows.iter().map(|endpoint| endpoint.count).sum();
        let total: Duration = endpoints.rows.iter().map(|endpoint| endpoint.total).sum();
        Ok(ProjectSummary {
            errors: of_errors("count"),
            average: (count > 0).then(|| total.div_f64(count as f64)),
            hottest: endpoints.rows.iter().max_by_key(|endpoint| endpoint.count).cloned(),
            slowest: endpoints.rows.iter().max_by_key(|endpoint| endpoint.p95).cloned(),
            active_users: if of_transactions > 0 { of_transactions } else { of_errors("users") },
            is_partial: errors_partial || users_partial || endpoints.is_partial,
        })
    }

    /// Where the newest event or transaction of all projects comes from, as its client says.
    ///
    /// # Errors
    /// As [`Self::summary`].
    pub async fn newest_environment(&self, range: Range<Timestamp>) -> Result<Option<String>, Error> {
        let mut newest: Option<(Timestamp, String)> = None;
        for kind in [Kind::Error, Kind::Span] {
            let told = Filter::Field { name: "environment".into(), test: FieldTest::Exists };
            let (table, _) = self.table_of(kind, told, &range, "limit 1 | fields time, environment").await?;
            let found = table
                .rows
                .first()
                .map(|row| (Cells(&table, row).moment("time"), Cells(&table, row).text("environment")));
            newest = newest.max(found);
        }
        Ok(newest.map(|(_, environment)| environment))
    }
}
