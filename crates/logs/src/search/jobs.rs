//! Jobs as people call them, in a query: by the beginning of an id, by a name, or `last`.

use super::SearchError;
use model::JobId;
use std::{collections::HashMap, future::Future};
use telemetry::query::{
    Query,
    language::{FieldTest, Filter},
};

/// Jobs that one query may name so.
const NAMED_MAX: usize = 20;

/// Who knows jobs by what people call them.
pub trait JobNames {
    type Error: From<SearchError>;

    /// The jobs that are called so; none where nobody knows the name.
    fn jobs_called(&self, name: &str) -> impl Future<Output = Result<Vec<JobId>, Self::Error>> + Send;
}

/// The jobs that the names in a query mean.
#[derive(Clone, Debug, Default)]
pub(super) struct JobIds(HashMap<String, Vec<JobId>>);

impl JobIds {
    pub(super) async fn of<N: JobNames>(query: &Query, names: &N) -> Result<Self, N::Error> {
        let mut called = Vec::new();
        each_called(&query.filter, &mut called);
        let mut meant = HashMap::new();
        for text in called {
            if !meant.contains_key(text) {
                meant.insert(text.to_owned(), names.jobs_called(text).await?);
            }
        }
        meant.retain(|_, jobs| !jobs.is_empty());
        Ok(Self(meant))
    }

    /// The query as it is asked: `job:last` and its like find the records of the jobs that are meant, besides those that say
    /// just this. `None` where it names no job so.
    pub(super) fn put_into(&self, query: &Query) -> Option<Query> {
        (!self.0.is_empty()).then(|| Query { filter: self.with(&query.filter), pipes: query.pipes.clone() })
    }

    fn with(&self, filter: &Filter) -> Filter {
        let each = |parts: &[Filter]| parts.iter().map(|part| self.with(part)).collect();
        match filter {
            Filter::And(parts) => Filter::all(each(parts)),
            Filter::Or(parts) => Filter::any(each(parts)),
            Filter::Not(part) => Filter::Not(Box::new(self.with(part))),
            other => {
                let jobs = called(other).and_then(|text| self.0.get(text)).into_iter().flatten();
                let of = |id: &JobId| Filter::Field { name: "job_id".into(), test: FieldTest::Equals(id.to_string()) };
                Filter::any(std::iter::once(other.clone()).chain(jobs.map(of)).collect())
            }
        }
    }
}

/// What a condition on a job calls it, where that is no id.
fn called(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Field { name, test: FieldTest::Equals(text) } if name == "job_id" => {
            Some(text.as_str()).filter(|text| !text.is_empty() && text.parse::<JobId>().is_err())
        }
        _ => None,
    }
}

fn each_called<'a>(filter: &'a Filter, found: &mut Vec<&'a str>) {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| each_called(part, found)),
        Filter::Not(part) => each_called(part, found),
        other => found.extend(called(other).filter(|_| found.len() < NAMED_MAX)),
    }
}
