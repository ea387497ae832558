//! When a job ran, and where it stopped.

use super::{Run, RunBasis};
use crate::{
    collect::Collected,
    evidence::{Evidence, Family, Sign},
    job::{JobStory, Outcome},
};
use model::JobState;

/// The run of a job: from its beginning to the moment in which it stopped.
pub(super) fn run(story: &JobStory, collected: &Collected) -> Run {
    let (end, until) = story.end();
    let is_deciding = |one: &Evidence| one.family == Family::Job && one.at == until && one.sign != Sign::JobNoted;
    let is_noted = |one: &Evidence| one.family == Family::Job && one.at == until;
    let position = |wanted: &dyn Fn(&Evidence) -> bool| collected.evidence.iter().rposition(wanted);
    let is_lost = story.lost().is_some();
    let has_served = story.count(Outcome::Sent) > 0 || story.count(Outcome::Failed) == 0;
    Run {
        basis: RunBasis::Job,
        request: None,
        begin: story.begin,
        end,
        until,
        evidence: position(&is_deciding).or_else(|| position(&is_noted)),
        is_successful: story.state == JobState::Completed && !is_lost && has_served,
        is_going: story.is_going() && !is_lost,
        is_in_background: false,
        stopped_by: None,
        gap: None,
    }
}
