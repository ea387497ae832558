//! Whether a job may go on.

use crate::{
    job::{JobStory, Outcome},
    judge::{CauseId, Judgement, Verdict},
    recipients::{Advice, Reason, Resume},
};
use model::JobState;

/// Causes that go on until somebody mends them, beside those of other runs.
const MENDED_BY_HAND: &[CauseId] =
    &[CauseId::JobDefect, CauseId::JobAccount, CauseId::JobSettings, CauseId::CommandFailed, CauseId::TargetFailed];

/// Whether the job may go on, and by which command.
pub(crate) fn resume(story: &JobStory, judgement: &Judgement, lasting: &[CauseId]) -> Resume {
    let cause = match judgement.verdict {
        Verdict::Cause { cause } => Some(cause),
        _ => None,
    };
    let number = |outcome| usize::try_from(story.count(outcome)).unwrap_or(usize::MAX);
    let (left, failed, unknown) = (number(Outcome::NotStarted), number(Outcome::Failed), number(Outcome::Unknown));
    let mut reasons = Vec::new();
    reasons.extend(judgement.run.is_going.then_some(Reason::StillRunning));
    reasons
        .extend(story.resumes_at.filter(|_| story.state == JobState::Paused).map(|at| Reason::ResumesByItself { at }));
    let has_to_be_mended = cause.is_some_and(|cause| lasting.contains(&cause) || MENDED_BY_HAND.contains(&cause));
    let is_waited_for = story.resumes_at.is_some() || judgement.run.is_going;
    reasons.extend((has_to_be_mended && !is_waited_for).then_some(Reason::MendFirst));
    reasons.extend((story.state == JobState::Cancelled).then_some(Reason::Cancelled));
    reasons.extend((unknown > 0).then_some(Reason::UnknownHeld { count: unknown }));
    reasons.extend((left > 0).then_some(Reason::LeftInJob { count: left }));
    reasons.extend((failed > 0).then_some(Reason::FailedInJob { count: failed }));
    reasons.extend((left + failed + unknown == 0).then_some(Reason::NobodyLeft));
    let has = |wanted: &dyn Fn(&Reason) -> bool| reasons.iter().any(wanted);
    let advice = if story.state == JobState::Cancelled || left + failed + unknown == 0 {
        Advice::No
    } else if has(&|reason| matches!(reason, Reason::StillRunning | Reason::ResumesByItself { .. } | Reason::MendFirst))
    {
        Advice::Wait
    } else if left + failed == 0 {
        Advice::CannotTell
    } else {
        Advice::Yes
    };
    Resume { advice, commands: commands(story, left, failed, unknown), reasons, is_list_written: false }
}

fn commands(story: &JobStory, left: usize, failed: usize, unknown: usize) -> Vec<String> {
    if story.is_external || story.state == JobState::Cancelled {
        return Vec::new();
    }
    let id = &story.id;
    let mut commands = Vec::new();
    commands.extend((left > 0 && story.state == JobState::Paused).then(|| format!("vigie jobs resume {id}")));
    let may_retry = failed > 0 && !story.is_going();
    commands.extend(may_retry.then(|| format!("vigie jobs retry-failed {id}")));
    commands.extend((unknown > 0).then(|| format!("vigie jobs items {id} --state unknown")));
    commands
}
