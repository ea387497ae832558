//! From evidence to a verdict, purely: which cause explains that the run stopped, and how sure that is.
//!
//! Each cause is a row of [`causes`]. What speaks for it and against it are terms with points, and each term is a sentence.
//! A cause is named only where it reaches [`NAMED_MIN`] with a margin over what it does not explain itself. A false cause is
//! worse than none: what falls short is *not enough evidence*, with what would decide.

mod by_person;
mod causes;
mod of_job;
mod others;
mod run;
mod scope;
mod weigh;
mod work;

pub use causes::CauseId;
pub(crate) use others::is_of_trial;
pub use run::{Run, RunBasis};
pub use weigh::{Finding, Term, TermWord};

use crate::{
    collect::Collected,
    evidence::{Family, Sign},
    question::Question,
    signs,
    source::SourceState,
};
use causes::CAUSES;
use serde::Serialize;
use std::{collections::BTreeSet, time::Duration};

/// Points from which a cause is named.
pub const NAMED_MIN: i32 = 8;
/// Points by which it has to be ahead of the next that it does not explain.
const MARGIN: i32 = 2;
/// Points from which something may be the root of what else is named.
const ROOT_MIN: i32 = 6;
/// How long before its effect a root may have been written at the latest.
const ROOT_BEFORE: Duration = Duration::from_secs(120);
/// Clocks of two logs may be so far apart.
const SLACK: Duration = Duration::from_secs(2);
/// What is written without a time is filed under the line before it, which may be so old.
const UNTIMED_SLACK: Duration = Duration::from_secs(10);
/// Points from which a cause is worth being told, and how many are.
const TOLD_MIN: i32 = 3;
const TOLD_MAX: usize = 6;

/// What is concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Cause {
        cause: CauseId,
    },
    /// Something happened; what would decide is missing, or two causes are as likely.
    Insufficient {
        suspects: Vec<CauseId>,
        missing: Vec<Family>,
    },
    /// The request was answered as it should be, or the job went through its items.
    EndedNormally,
    /// Somebody stopped, paused or cancelled it on purpose, as the line at this index of the evidence says.
    StoppedByPerson {
        evidence: usize,
    },
    /// The job has not stopped.
    StillRunning,
    /// Nothing unusual is in what was read.
    Nothing,
}

#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    pub verdict: Verdict,
    pub run: Run,
    /// The likeliest first.
    pub findings: Vec<Finding>,
}

/// Judges what was collected.
pub fn judge(collected: &Collected, question: &Question) -> Judgement {
    let run = run::find(collected, question);
    let scope = scope::Scope::of(collected, question, &run);
    let weighed = CAUSES.iter().filter_map(|cause| weigh::best(cause, collected, question, &run, &scope));
    let mut findings: Vec<Finding> = weighed.filter(|finding| finding.points >= TOLD_MIN).collect();
    chain(&mut findings, collected);
    findings.sort_by_key(|finding| (finding.effect_of.is_some(), -finding.rank, finding.cause));
    let verdict = verdict(&findings, collected, &run);
    findings.truncate(TOLD_MAX);
    Judgement { verdict, run, findings }
}

/// Sets what is the effect of what: the earliest cause that explains the others is their root.
fn chain(findings: &mut [Finding], collected: &Collected) {
    let roots: Vec<Option<usize>> = (0..findings.len()).map(|effect| root_of(effect, findings, collected)).collect();
    for (effect, root) in roots.iter().enumerate() {
        let Some(root) = *root else { continue };
        let cause = findings[root].cause;
        findings[effect].effect_of = Some(cause);
        let (rank, effect_cause) = (findings[effect].points, findings[effect].cause);
        findings[root].effects.push(effect_cause);
        findings[root].rank = findings[root].rank.max(rank + 1);
    }
}

/// Whether `one` says no more than that a program ends, for which `root` is the reason that it told.
fn tells_of_end(one: &Finding, root: &Finding, collected: &Collected) -> bool {
    is_of_program(root, collected) && (is_plain_end(one, collected) || is_last_word(one, root, collected))
}

/// Whether a finding says no more than that a program ended with a status of its own: why is told by the program.
fn is_plain_end(one: &Finding, collected: &Collected) -> bool {
    one.cause == CauseId::Crashed && collected.evidence[one.evidence].sign == Sign::UnitFailed
}

/// How soon after its failure a program says that it stops.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

/// Whether a program says that it stops right after it said in the same log what went wrong.
fn is_last_word(one: &Finding, root: &Finding, collected: &Collected) -> bool {
    let (stopping, failed) = (&collected.evidence[one.evidence], &collected.evidence[root.evidence]);
    one.cause == CauseId::Restart
        && stopping.sign == Sign::ServerStopping
        && failed.place.source == stopping.place.source
        && root.cause != one.cause
        && failed.at <= stopping.at
        && stopping.at.since(failed.at) <= STOPS_WITHIN
}

/// Whether a program tells of it, and no manager of services.
fn is_of_program(one: &Finding, collected: &Collected) -> bool {
    let family = collected.evidence[one.evidence].family;
    matches!(family, Family::App | Family::AppServer | Family::Tasks | Family::Other | Family::Mail)
}

/// The strongest finding that explains the one at `effect` and was there before it.
fn root_of(effect: usize, findings: &[Finding], collected: &Collected) -> Option<usize> {
    let one = &findings[effect];
    let explains = |root: &usize| {
        let root = &findings[*root];
        let Some(row) = CAUSES.iter().find(|row| row.id == root.cause) else { return false };
        // Words that no row knows say less than what any other has said.
        let vagueness = |finding: &Finding| match collected.evidence[finding.evidence].sign {
            Sign::Complaint => 2,
            Sign::CommandStatus => 1,
            _ => 0,
        };
        let is_vague = vagueness(one) > vagueness(root);
        let is_explained = row.explains.contains(&one.cause) || is_vague && root.points >= ROOT_MIN;
        let is_told = tells_of_end(one, root, collected);
        if tells_of_end(root, one, collected) {
            return false;
        }
        // Of two that explain each other the stronger is the root.
        let is_mutual = CAUSES.iter().any(|row| row.id == one.cause && row.explains.contains(&root.cause));
        if !is_told && (!is_explained || is_mutual && root.points <= one.points) {
            return false;
        }
        let proofs = row.proofs.iter().map(|proof| proof.sign).collect::<Vec<Sign>>();
        let effect = &collected.evidence[one.evidence];
        let is_untimed = effect.line.contains('\n');
        let at = effect.at + if is_untimed { UNTIMED_SLACK } else { Duration::ZERO };
        let is_close = collected.evidence.iter().any(|evidence| {
            proofs.contains(&evidence.sign) && evidence.at <= at + SLACK && at.since(evidence.at) <= ROOT_BEFORE
        });
        let is_before = collected.evidence[root.evidence].at <= at + SLACK;
        is_close && root.points >= ROOT_MIN || is_before && root.points >= NAMED_MIN
    };
    (0..findings.len()).filter(|root| *root != effect).filter(explains).max_by_key(|root| findings[*root].points)
}

fn verdict(findings: &[Finding], collected: &Collected, run: &Run) -> Verdict {
    if run.basis == RunBasis::Job && (run.is_going || run.is_successful) {
        return if run.is_going { Verdict::StillRunning } else { Verdict::EndedNormally };
    }
    if let Some(evidence) = run.stopped_by {
        return Verdict::StoppedByPerson { evidence };
    }
    if run.basis == RunBasis::Deliveries && run.is_successful {
        return Verdict::EndedNormally;
    }
    let mut roots = findings.iter().filter(|finding| finding.effect_of.is_none());
    let first = roots.next();
    let second = roots.next().map_or(0, |finding| finding.rank);
    if let Some(first) = first.filter(|first| first.rank >= NAMED_MIN && first.rank >= second + MARGIN) {
        return Verdict::Cause { cause: first.cause };
    }
    let mut missing = missing(collected, first);
    // What the task says of itself decides, and nobody has read it.
    let has_tasks = collected.sources.iter().any(|source| source.is_readable() && source.holds(Family::Tasks));
    if run.is_in_background && !has_tasks {
        missing.insert(0, Family::Tasks);
    }
    let suspects: Vec<CauseId> =
        findings.iter().filter(|finding| finding.effect_of.is_none()).take(3).map(|finding| finding.cause).collect();
    let is_failed = matches!(run.basis, RunBasis::Request | RunBasis::Job) && !run.is_successful;
    if run.is_successful && suspects.is_empty() {
        return Verdict::EndedNormally;
    }
    // Who counts up to a total and is not there has stopped, whatever the reason.
    let is_part = run.evidence.is_some_and(|last| signs::tells_part(&collected.evidence[last].line, &|_| true));
    let is_failed = is_failed || run.basis == RunBasis::Deliveries && is_part;
    if suspects.is_empty() && missing.is_empty() && !is_failed {
        return Verdict::Nothing;
    }
    Verdict::Insufficient { suspects, missing }
}

/// What was not read, and would say more: what decides on the likeliest cause first.
fn missing(collected: &Collected, first: Option<&Finding>) -> Vec<Family> {
    let decisive =
        first.and_then(|first| CAUSES.iter().find(|row| row.id == first.cause)).map_or(&[][..], |row| row.decided_by);
    let needed = decisive.iter().copied().chain([Family::Kernel, Family::AppServer, Family::WebError]);
    let has_web = collected.sources.iter().any(|source| source.holds(Family::WebAccess));
    let mut seen = BTreeSet::new();
    needed
        .filter(|family| {
            (*family != Family::WebError || has_web) && !is_read(collected, *family) && seen.insert(*family)
        })
        .collect()
}

/// Whether what would hold lines of `family` in the window was read, though there may be none.
pub(crate) fn is_read(collected: &Collected, family: Family) -> bool {
    let spans = |source: &&crate::source::Source| {
        let is_there = source.last.is_some_and(|last| last >= collected.reading.from);
        // A web server without errors has an empty log.
        let is_empty = source.state == SourceState::Undated && source.bytes == 0;
        is_empty || source.is_readable() && is_there && source.first.is_some_and(|first| first <= collected.reading.to)
    };
    collected.sources.iter().filter(spans).any(|source| match family {
        // A quiet kernel says nothing; its place is the journal and the system's log.
        Family::Kernel | Family::System => {
            source.holds(Family::Kernel)
                || source.holds(Family::System)
                || source.name.contains("kern.log")
                || source.name.contains("dmesg")
        }
        Family::AppServer | Family::App | Family::Tasks => {
            [Family::AppServer, Family::App, Family::Tasks].iter().any(|family| source.holds(*family))
        }
        Family::WebError => source.holds(family) || source.name.ends_with("/error.log"),
        family => source.holds(family),
    })
}
