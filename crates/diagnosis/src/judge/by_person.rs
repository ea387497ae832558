//! Who stopped the work on purpose: a person whom its log names, or who stopped its service by hand.

use super::{
    others,
    run::{APART, OVER_BEFORE, OVER_WITHIN, Run, is_same_speaker},
};
use crate::{
    collect::Collected,
    evidence::{Evidence, Sign},
    question::Question,
    signs,
};

/// The line by which somebody stopped the run on purpose: of its program, or of one that speaks of the work, at its end.
pub(super) fn stopped_by(run: &Run, question: &Question, collected: &Collected) -> Option<usize> {
    let last = run.evidence.map(|index| &collected.evidence[index]);
    let is_of_run = |one: &Evidence| last.is_some_and(|last| is_same_speaker(one, last, collected));
    // Who stops a service by hand names it; who starts it again has restarted it.
    let is_by_hand = |one: &Evidence| one.actor.program.as_deref() == Some("sudo");
    let log = last.map_or("", |last| collected.sources[last.place.source].name.as_str());
    let known = format!("{log} {}", question.phrase).to_lowercase();
    let known: Vec<&str> = known.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).collect();
    let is_called = |one: &Evidence| {
        let unit = one.actor.unit.as_deref().unwrap_or_default();
        let mut names = unit.trim_end_matches(".service").split(|c: char| !c.is_alphanumeric());
        names.any(|name| name.len() > 3 && known.iter().any(|word| others::is_alike(word, name)))
    };
    let is_started_again = |one: &Evidence| {
        let mut starts = collected.evidence.iter().filter(|other| other.sign == Sign::UnitStarted);
        starts.any(|other| other.actor.unit == one.actor.unit && other.at >= one.at && other.at.since(one.at) <= APART)
    };
    let is_then = |one: &Evidence| one.until() + OVER_BEFORE >= run.end && one.at <= run.end + OVER_WITHIN;
    let says = |one: &Evidence| {
        one.sign == Sign::AppStopped
            && match is_by_hand(one) {
                true => is_called(one) && !is_started_again(one),
                false => !others::is_daemon(one) && (is_of_run(one) || signs::speaks_of_work(&one.line.to_lowercase())),
            }
    };
    collected.evidence.iter().position(|one| is_then(one) && says(one))
}
