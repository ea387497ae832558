//! One cause, one message: what comes from something else that is told already is kept quiet.

use crate::{Incident, Phase, RuleWord};

/// What is told instead of what.
/// What only may be the cause is none: a disk that is nearly full stops nothing yet.
const CAUSES: [(RuleWord, RuleWord, Span); 4] = [
    (RuleWord::WorkerLost, RuleWord::SuccessRate, Span::Everything),
    (RuleWord::ErrorRate, RuleWord::NewIssue, Span::Subject),
    (RuleWord::ErrorRate, RuleWord::Regression, Span::Subject),
    (RuleWord::FailedJob, RuleWord::SuccessRate, Span::Everything),
];

/// What a cause explains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Span {
    Everything,
    /// The same of its own subject.
    Subject,
}

/// Whether `effect` is told by `cause`, each with the kind of its rule. A cause that is itself not told explains nothing.
pub fn is_caused_by(effect: (RuleWord, &Incident), cause: (RuleWord, &Incident)) -> bool {
    let is_told = cause.1.phase == Phase::Firing && cause.1.told.is_firing;
    let explains = |span| match span {
        Span::Everything => true,
        Span::Subject => effect.1.subject == cause.1.subject,
    };
    is_told && CAUSES.iter().any(|(from, to, span)| (*from, *to) == (cause.0, effect.0) && explains(*span))
}
