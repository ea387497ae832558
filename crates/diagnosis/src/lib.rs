//! Why a run stopped: *the mailing stopped at 22:20*.
//!
//! [`diagnose`] reads what the machine's logs hold about a window ([`collect`](mod@collect), the only part with IO), makes
//! of each line what it proves ([`evidence`]), judges which cause explains that the run stopped ([`judge`](mod@judge), pure,
//! causes as rows of data), with what Vigie recorded of its own [`job`] where one is meant, joins a list of recipients with what was delivered ([`recipients`]), and tells it as text,
//! Markdown, HTML or JSON ([`report`]). It reads only, within bounds of time and size, and says what it did not look at.

pub mod bundle;
pub mod collect;
pub mod evidence;
pub mod job;
pub mod judge;
pub mod question;
pub mod recipients;
pub mod report;
mod resume;
mod signs;
pub mod source;
mod tree;
mod words;

pub use collect::CollectError;
pub use job::JobStory;
pub use judge::Verdict;
pub use question::{BadQuestion, Question};
pub use recipients::RecipientList;

use collect::{Collected, Progress};
use judge::{CauseId, Judgement};
use model::Clock;
use recipients::{Resume, Who};
use source::Source;
use std::path::Path;

/// Everything that was found out.
#[derive(Debug)]
pub struct Diagnosis {
    pub collected: Collected,
    pub judgement: Judgement,
    pub who: Option<Who>,
    /// The job that it is about.
    pub job: Option<JobStory>,
    pub resume: Resume,
}

/// What is told while logs are read.
#[derive(Debug)]
pub enum Step<'a> {
    /// One more log file was read.
    Read { source: &'a Source, read: usize, of: usize },
    /// What the small ones point to by themselves, and the journal; the large ones may say otherwise.
    PointsTo(CauseId),
}

/// Looks for why the run stopped that `question` is about, in the tree below `root`.
///
/// # Errors
/// Where there is no such folder, a pattern names no file, or the question names no time.
pub fn diagnose(
    root: &Path,
    question: &Question,
    list: Option<&RecipientList>,
    clock: &Clock,
) -> Result<Diagnosis, CollectError> {
    diagnose_telling(root, question, list, clock, &mut |_| {})
}

/// The same, and tells `told` how far it has come.
///
/// # Errors
/// As [`diagnose`].
pub fn diagnose_telling(
    root: &Path,
    question: &Question,
    list: Option<&RecipientList>,
    clock: &Clock,
    told: &mut dyn FnMut(Step<'_>),
) -> Result<Diagnosis, CollectError> {
    let mut collected = collect::collect(root, question, clock, &mut |progress| match progress {
        Progress::Read { source, read, of } => told(Step::Read { source, read, of }),
        Progress::Small(collected) => {
            if let Verdict::Cause { cause } = judge::judge(&collected, question).verdict {
                told(Step::PointsTo(cause));
            }
        }
    })?;
    let judgement = judge::judge(&collected, question);
    let who = list.map(|list| {
        collected.mentions = Some(recipients::mentions(root, question, &collected, &judgement.run, list, clock));
        recipients::join(list, &collected, &judgement.run, question)
    });
    Ok(concluded(collected, judgement, who, question))
}

fn concluded(collected: Collected, judgement: Judgement, who: Option<Who>, question: &Question) -> Diagnosis {
    let resume = match &question.job {
        Some(story) => resume::resume(story, &judgement, recipients::LASTING),
        None => recipients::resume(&collected, &judgement, who.as_ref(), question),
    };
    let job = question.job.clone();
    Diagnosis { collected, judgement, who, job, resume }
}
