//! A day in numbers.

use crate::{jobs::Job, traces::Trace};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    pub date: String,
    /// The zone whose day it is.
    pub zone: String,
    /// Recipients of mailings whose message was accepted that day, however many attempts it took.
    pub sent: u64,
    /// Recipients who were given up that day, and have not been served since.
    pub errors: u64,
    /// Recipients of whom it is not known: perhaps sent that day, and to be settled.
    pub unknown: u64,
    /// Of `sent` and `errors`, in percent to one decimal; `null` when there are none.
    pub success_rate: Option<f64>,
    /// Items of jobs that are no mailings.
    pub other_items: OtherItems,
    /// Traces that other programs have posted about that day, one by one.
    pub traces: PostedTraces,
    /// The last word on those who are not served now, and the errors that other programs have posted.
    pub last_errors: Vec<Trace>,
    /// Jobs that are running or paused now.
    pub running_jobs: Vec<Job>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OtherItems {
    pub succeeded: u64,
    pub failed: u64,
    pub unknown: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostedTraces {
    pub total: u64,
    pub errors: u64,
}
