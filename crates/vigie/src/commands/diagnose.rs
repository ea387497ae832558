//! `vigie diagnose`: why a run stopped, who was served, and whether to resume.

use crate::{
    app::{self, Engines},
    cli::{DiagnoseArgs, ReportFormat},
    client::Client,
    commands::which,
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    render,
    words::{self, Cause as _, t},
};
use api::diagnoses::{Diagnosis as Answer, DiagnosisState, NewDiagnosis};
use diagnosis::{
    BadQuestion, CollectError, Diagnosis, Question, RecipientList, Verdict,
    bundle::{self, BadBundle, Bundle},
    recipients::{self, BadList, RECIPIENTS_MAX},
    report,
};
use language::Language;
use model::Clock;
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
    time::Duration,
};

/// A diagnosis takes ten seconds at most.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
const ASKED_AGAIN: Duration = Duration::from_millis(100);
/// Bytes of a list of recipients.
const LIST_BYTES_MAX: u64 = 64 << 20;

pub(super) fn run(args: &DiagnoseArgs, is_json: bool) -> Result<Exit> {
    // What would refuse to be written is said before anything is read.
    for path in args.not_sent.iter().chain(&args.bundle) {
        not_there(path)?;
    }
    let list = args.recipients.as_deref().map(read_list).transpose()?;
    let (question, mut found) = if args.root.is_file() {
        let bundle = read_bundle(args)?;
        (bundle.question().clone(), bundle.diagnose(list.as_ref()))
    } else {
        let question = question(args);
        let found = diagnosis::diagnose(&args.root, &question, list.as_ref(), &Clock::System)
            .map_err(|error| refused(&error, &args.root))?;
        (question, found)
    };
    if let (Some(path), true) = (&args.not_sent, found.resume.allows_the_rest()) {
        found.resume.name_list(&path.to_string_lossy());
    }
    let format = if is_json { ReportFormat::Json } else { args.format };
    render::out(said(&found, format).trim_end())?;
    if let (Some(path), Some(list)) = (&args.not_sent, &list) {
        write_not_sent(path, list, &found)?;
    }
    if let Some(path) = &args.bundle {
        let bytes = bundle::written(&found, &question).at(path.display())?;
        new_file(path)?.write_all(&bytes).at(path.display())?;
        render::say(&t!("diagnose-bundled", path = path.display()));
    }
    Ok(exit(&found))
}

/// Asks whoever owns the data directory about a job: its own record is evidence, too.
pub(super) async fn of_job(config: &Config, args: &DiagnoseArgs) -> Result<Exit> {
    let mut connected = app::changing(config, "diagnose", Engines::Rest).await?;
    let found = asked(connected.client(), config, args).await;
    connected.tend_logs();
    connected.close().await;
    found
}

async fn asked(client: &Client, config: &Config, args: &DiagnoseArgs) -> Result<Exit> {
    let job = which::job(client, args.job.as_deref().unwrap_or_default()).await?;
    let asked = NewDiagnosis {
        phrase: args.phrase.clone().unwrap_or_default(),
        at: args.at.clone(),
        window_minutes: args.window.map(|window| u32::try_from(window.as_secs() / 60).unwrap_or(u32::MAX)),
        since: args.since.clone(),
        until: args.until.clone(),
        path: args.path.clone(),
        app_root: args.app_root.clone(),
        unit: args.unit.clone(),
        logs: args.logs.clone(),
        job: Some(job.id.0),
        recipients: None,
    };
    let begun = client.begin::<Answer>("/api/v1/diagnoses", &asked).await?;
    let path = format!("/api/v1/diagnoses/{}", begun.id);
    let until = Clock::System.now() + ANSWERED_WITHIN;
    let found = loop {
        let found = client.get::<Answer>(&path).await?;
        if found.state != DiagnosisState::Running || Clock::System.now() > until {
            break found;
        }
        tokio::time::sleep(ASKED_AGAIN).await;
    };
    let (Some(verdict), DiagnosisState::Done) = (&found.verdict, found.state) else {
        let said = found.error.clone().unwrap_or_else(|| format!("{:?}", found.state).to_lowercase());
        return Err(Failure::new(t!("diagnose-no-answer", said)).help(t!("diagnose-no-answer-help")));
    };
    let form = match if config.json { ReportFormat::Json } else { args.format } {
        ReportFormat::Text => "txt",
        ReportFormat::Md => "md",
        ReportFormat::Html => "html",
        ReportFormat::Json => "json",
    };
    let lang = if words::language() == Language::French { "fr" } else { "en" };
    let text = client.text(&format!("{path}.{form}?lang={lang}")).await?;
    render::out(text.trim_end())?;
    Ok(match verdict.as_str() {
        "cause" => Exit::Done,
        "insufficient" => Exit::Undecided,
        _ => Exit::NothingUnusual,
    })
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
        job: None,
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
        Verdict::EndedNormally | Verdict::StoppedByPerson { .. } | Verdict::StillRunning | Verdict::Nothing => {
            Exit::NothingUnusual
        }
    }
}

pub(super) fn refused(error: &CollectError, root: &Path) -> Failure {
    match error {
        CollectError::Root(error) => Failure::refused(t!("at-place", place = root.display(), error = error.say())),
        CollectError::Pattern(pattern) => {
            Failure::refused(t!("diagnose-no-file", pattern)).help(t!("diagnose-no-file-help"))
        }
        CollectError::Question(BadQuestion::NoTime) => {
            Failure::refused(t!("diagnose-no-time")).help(t!("diagnose-no-time-help"))
        }
        CollectError::Question(BadQuestion::NotATime(text)) => {
            Failure::refused(t!("diagnose-not-a-time", text)).help(t!("diagnose-no-time-help"))
        }
        CollectError::Question(BadQuestion::Window) => Failure::refused(t!("diagnose-window")),
    }
}

fn read_bundle(args: &DiagnoseArgs) -> Result<Bundle> {
    let path = args.root.display();
    if args.phrase.is_some() || args.at.is_some() || args.since.is_some() || args.until.is_some() {
        return Err(Failure::refused(t!("diagnose-bundle-asked", path)).help(t!("diagnose-bundle-asked-help")));
    }
    let mut bytes = Vec::new();
    File::open(&args.root).at(&path)?.take(bundle::BYTES_MAX).read_to_end(&mut bytes).at(&path)?;
    bundle::read(&bytes).map_err(|error| match error {
        BadBundle::Io(error) => Failure::refused(t!("at-place", place = path, error = error.say())),
        BadBundle::NoBundle => Failure::refused(t!("diagnose-no-bundle", path)).help(t!("diagnose-no-bundle-help")),
        BadBundle::Version(version) => Failure::refused(t!("diagnose-newer-bundle", path; n = version)),
        BadBundle::Changed => Failure::refused(t!("diagnose-changed-bundle", path)),
    })
}

fn new_file(path: &Path) -> Result<File> {
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(file_there(path)),
        file => file.at(path.display()),
    }
}

fn not_there(path: &Path) -> Result<()> {
    if path == Path::new("-") {
        return Err(Failure::refused(t!("diagnose-no-dash")).help(t!("diagnose-no-dash-help")));
    }
    if path.symlink_metadata().is_ok() { Err(file_there(path)) } else { Ok(()) }
}

fn file_there(path: &Path) -> Failure {
    Failure::refused(t!("file-there", path = path.display())).help(t!("file-there-help"))
}

fn read_list(path: &Path) -> Result<RecipientList> {
    let mut bytes = Vec::new();
    File::open(path).at(path.display())?.take(LIST_BYTES_MAX + 1).read_to_end(&mut bytes).at(path.display())?;
    if bytes.len() as u64 > LIST_BYTES_MAX {
        return Err(Failure::refused(t!("diagnose-list-too-long", path = path.display())));
    }
    let path = path.display();
    RecipientList::read(&bytes).map_err(|error| {
        Failure::refused(match error {
            BadList::NoAddresses => t!("diagnose-bad-list", path),
            BadList::Unreadable { line } => t!("diagnose-list-unreadable", path; line = line),
            BadList::TooLong => t!("diagnose-list-too-many", path; n = RECIPIENTS_MAX),
        })
    })
}

/// Writes the rows of those who did not get the message, under their heading, into a new file: where they may be sent.
fn write_not_sent(path: &Path, list: &RecipientList, found: &Diagnosis) -> Result<()> {
    let Some(who) = found.who.as_ref().filter(|_| found.resume.allows_the_rest()) else {
        return Err(
            Failure::new(t!("diagnose-not-written", path = path.display())).help(t!("diagnose-not-written-help"))
        );
    };
    let mut file = new_file(path)?;
    let (rows, text) = recipients::not_sent(list, who);
    file.write_all(&text).at(path.display())?;
    render::say(&t!("diagnose-written", path = path.display(); n = rows));
    Ok(())
}
