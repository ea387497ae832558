//! `vigie diagnose`: why a run stopped, who was served, and whether to resume.

use crate::{
    cli::{DiagnoseArgs, ReportFormat},
    failure::{At as _, Exit, Failure, Result},
    render,
    words::{self, Cause as _, t},
};
use diagnosis::{BadQuestion, CollectError, Diagnosis, Question, RecipientList, Verdict, recipients, report};
use model::Clock;
use std::{fs, path::Path};

/// Bytes of a list of recipients.
const LIST_BYTES_MAX: u64 = 64 << 20;

pub(super) fn run(args: &DiagnoseArgs, is_json: bool) -> Result<Exit> {
    let list = args.recipients.as_deref().map(read_list).transpose()?;
    let question = question(args);
    let found = diagnosis::diagnose(&args.root, &question, list.as_ref(), &Clock::System)
        .map_err(|error| refused(&error, &args.root))?;
    if let (Some(path), Some(list)) = (&args.not_sent, &list) {
        write_not_sent(path, list, &found)?;
    }
    let format = if is_json { ReportFormat::Json } else { args.format };
    render::out(said(&found, format).trim_end())?;
    Ok(exit(&found))
}

fn question(args: &DiagnoseArgs) -> Question {
    Question {
        phrase: args.phrase.clone().unwrap_or_default(),
        at: args.at.clone(),
        window: args.window,
        since: args.since.clone(),
        until: args.until.clone(),
        path: args.path.clone(),
        app_root: args.app_root.clone(),
        unit: args.unit.clone(),
        logs: args.logs.clone(),
        zones: args.tz.clone(),
    }
}

fn said(found: &Diagnosis, format: ReportFormat) -> String {
    let language = words::language();
    match format {
        ReportFormat::Text => report::text(found, language),
        ReportFormat::Md => report::markdown(found, language),
        ReportFormat::Html => report::html(found, language),
        ReportFormat::Json => format!("{:#}", report::json(found, language)),
    }
}

fn exit(found: &Diagnosis) -> Exit {
    match found.judgement.verdict {
        Verdict::Cause { .. } => Exit::Done,
        Verdict::Insufficient { .. } => Exit::Undecided,
        Verdict::EndedNormally | Verdict::Nothing => Exit::NothingUnusual,
    }
}

fn refused(error: &CollectError, root: &Path) -> Failure {
    match error {
        CollectError::Root(error) => Failure::refused(t!("at-place", place = root.display(), error = error.say())),
        CollectError::Question(BadQuestion::NoTime) => {
            Failure::refused(t!("diagnose-no-time")).help(t!("diagnose-no-time-help"))
        }
        CollectError::Question(BadQuestion::NotATime(text)) => {
            Failure::refused(t!("diagnose-not-a-time", text)).help(t!("diagnose-no-time-help"))
        }
        CollectError::Question(BadQuestion::Window) => Failure::refused(t!("diagnose-window")),
    }
}

fn read_list(path: &Path) -> Result<RecipientList> {
    let bytes = fs::metadata(path).at(path.display())?.len();
    if bytes > LIST_BYTES_MAX {
        return Err(Failure::refused(t!("diagnose-list-too-long", path = path.display())));
    }
    let bytes = fs::read(path).at(path.display())?;
    RecipientList::read(&bytes).map_err(|_| Failure::refused(t!("diagnose-bad-list", path = path.display())))
}

/// The rows of those who did not get the message, under their heading.
fn write_not_sent(path: &Path, list: &RecipientList, found: &Diagnosis) -> Result<()> {
    let text = found.who.as_ref().map_or(String::new(), |who| recipients::not_sent(list, who));
    fs::write(path, text).at(path.display())
}
