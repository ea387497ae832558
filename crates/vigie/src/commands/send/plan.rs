//! From what was typed and written to a mailing that can be checked.

use crate::{
    cli::SendArgs,
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    words::{self, Cause as _, t},
};
use mail::{
    gmail, preflight,
    problem::Problem,
    rate::RawLimits,
    recipients::{ReadAs, Reader, filter::Filter},
    smtp,
    spec::{Changed, ListFile, Mailing, MailingFile},
    template::SOURCE_BYTES_MAX,
    template::Templates,
};
use secrecy::SecretString;
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// What is said where nobody has said by which way to send, and what helps.
pub(super) fn no_way_out() -> Failure {
    Failure::refused(t!("no-way-out")).help(t!("ways-out"))
}

/// Everything that a mailing is made of, checked but for its rows.
pub(in crate::commands) struct Plan {
    pub(in crate::commands) mailing: Mailing,
    pub(super) templates: Templates,
    pub(super) filter: Filter,
    pub(super) limits: RawLimits,
    /// Where mail leaves from; `None` when only looking.
    pub(super) url: Option<String>,
    pub(super) preflight: preflight::Options,
    /// The file of recipients, as it can be opened from here.
    recipients: PathBuf,
    read_as: ReadAs,
    /// The file of the password that the mailing names.
    pub(super) password_file: Option<PathBuf>,
    /// What was sent before.
    pub(super) ledger: Option<PathBuf>,
    pub(super) chosen: Chosen,
}

/// What was said of the mailing's relation to earlier ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    pub(super) name: Option<String>,
    /// The name of an earlier mailing, of which the rest is sent.
    pub(super) complete: Option<String>,
    pub(super) changed: Option<Changed>,
}

impl Plan {
    pub(super) fn make(config: &Config, args: &SendArgs) -> Result<Self> {
        if args.bcc.as_deref() == Some("") && args.group.is_none() {
            return Err(Failure::refused(t!("bcc-alone")).help(t!("bcc-alone-help")));
        }
        let (file, base) = gather(config, args)?;
        let only_looks = args.check || args.preview.is_some() || args.test_to.is_some();
        let lacks_way_out = file.smtp.is_none() && !only_looks;
        let mut plan = match Self::from_file(file, &base) {
            // Told beside the rest, not after it.
            Err(failure) if lacks_way_out && failure.exit == Exit::Refused => {
                return Err(Failure::refused_for([failure.what, t!("no-way-out")]).help(t!("ways-out")));
            }
            made => made?,
        };
        plan.preflight.data = Some(config.data.value.clone());
        Ok(plan)
    }

    /// `base`: what the paths of `file` are relative to.
    pub(in crate::commands) fn from_file(mut file: MailingFile, base: &Path) -> Result<Self> {
        let Some(named) = file.recipients.clone() else {
            return Err(Failure::refused(t!("no-recipients-given")).help(t!("no-recipients-given-help")));
        };
        if file.created_by.is_none() {
            file.created_by = std::env::var("USER").ok();
        }
        if let Some(dkim) = &mut file.dkim {
            dkim.key = absolute(base, &dkim.key)?;
        }
        let recipients = under(base, &named);
        let reader = Reader::open(&recipients, &file.read_as()).map_err(|found| refused(&found))?;
        let mut mailing = file.mailing(base, reader.columns()).map_err(|found| refused(&found))?;
        if let (true, Some(stem)) = (mailing.name.is_empty(), named.file_stem()) {
            mailing.name = stem.to_string_lossy().into_owned();
        }
        let list = named.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        mailing.list = Some(ListFile { name: list, sha256: sha256(&recipients)? });
        let templates = Templates::compile(&mailing.templates, &mailing.columns, mailing.audience());
        let templates = templates.map_err(|found| refused(&found))?;
        mailing.content = templates.used_columns();
        let filter = Filter::new(&file.conditions, reader.columns()).map_err(|unknown| {
            let found: Vec<Problem> =
                unknown.iter().map(|error| Problem::error("--where", error.what(), error.remedy())).collect();
            refused(&found)
        })?;
        let limits = file.limits().map_err(|problem| refused(&[problem]))?;
        if file.ledger.is_some() && file.key.is_empty() {
            return Err(Failure::refused(t!("ledger-no-key")).help(t!("ledger-no-key-help")));
        }
        check_url(file.smtp.as_deref())?;
        let is_gmail = file.smtp.as_deref().is_some_and(|url| url.starts_with("gmail:"));
        let preflight = preflight::Options {
            file: named.display().to_string(),
            base: std::path::absolute(base).at(base.display())?,
            reach: preflight::Reach::Anywhere,
            hashing: preflight::Hashing::Now,
            data: None,
            message_bytes_max: is_gmail.then_some(gmail::MESSAGE_BYTES_MAX),
        };
        Ok(Self {
            ledger: file.ledger.as_ref().map(|ledger| under(base, ledger)),
            password_file: file.smtp_password_file.as_ref().map(|file| base.join(file)),
            read_as: file.read_as(),
            chosen: Chosen { name: file.name, complete: file.complete, changed: file.changed },
            url: file.smtp,
            mailing,
            templates,
            filter,
            limits,
            preflight,
            recipients,
        })
    }

    /// The rows, from the first.
    pub(super) fn rows(&self) -> Result<Reader<File>> {
        let file = File::open(&self.recipients).at(&self.preflight.file)?;
        Reader::read(file, &self.preflight.file, &self.read_as).map_err(|found| refused(&found))
    }

    /// The recipients' file, as it was named.
    pub(super) fn shown(&self) -> &str {
        &self.preflight.file
    }

    /// Whether it is said by which way to send.
    pub(super) fn has_way_out(&self) -> bool {
        self.url.is_some()
    }

    pub(super) fn is_gmail(&self) -> bool {
        self.url.as_deref().is_some_and(|url| url.starts_with("gmail:"))
    }

    /// Whether the account cannot be used without a password or key.
    pub(super) fn wants_secret(&self) -> bool {
        let Some(url) = &self.url else { return false };
        self.is_gmail() || matches!(smtp::Account::from_url(url, None), Err(smtp::AccountError::PasswordMissing(_)))
    }

    /// Under which the account is kept: its address without options.
    pub(super) fn account_name(&self) -> String {
        let url = self.url.as_deref().unwrap_or_default();
        let bare = url.split(['?', '#']).next().unwrap_or_default();
        bare.trim_end_matches('/').split_once("://").map_or(bare, |(_, rest)| rest).to_owned()
    }
}

/// The settings: those of vigie.toml, over them the mailing file's, over them the options.
fn gather(config: &Config, args: &SendArgs) -> Result<(MailingFile, PathBuf)> {
    let mut settings = config.send.clone();
    let mut base = PathBuf::from(".");
    if let Some(path) = args.file.as_ref().filter(|path| !is_list(path)) {
        let name = path.display().to_string();
        let size = std::fs::metadata(path).at(&name).map_err(refuse)?.len();
        if size > SOURCE_BYTES_MAX {
            return Err(Failure::refused(t!("file-too-long", name; n = SOURCE_BYTES_MAX)).help(t!("is-mailing-file")));
        }
        let text = std::fs::read_to_string(path).at(&name).map_err(refuse)?;
        MailingFile::parse(&text, &name).map_err(|problem| refused(&[problem]))?;
        merge(&mut settings, text.parse().unwrap_or_default());
        base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    }
    let mut options = args.settings();
    match &args.file {
        Some(list) if is_list(list) => {
            if args.recipients.is_some() {
                return Err(Failure::refused(t!("list-twice", list = list.display())).help(t!("list-twice-help")));
            }
            options.insert("recipients".to_owned(), Value::String(list.display().to_string()));
        }
        Some(_) => from_here(&mut options)?,
        None => {}
    }
    merge(&mut settings, options);
    let file = settings.try_into::<MailingFile>().map_err(|error: toml::de::Error| {
        Failure::refused(words::of_toml(error.message())).help(t!("see-send-help"))
    })?;
    Ok((file, base))
}

/// Whether a file is a list of recipients, where a mailing file may stand as well.
fn is_list(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    matches!(extension.as_deref(), Some("xlsx" | "xlsm" | "ods" | "xls" | "csv" | "tsv" | "jsonl" | "ndjson"))
}

/// Of a file, in hexadecimal digits.
fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).at(path.display())?;
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).at(path.display())? {
            0 => break,
            read => context.update(&buffer[..read]),
        }
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn refuse(failure: Failure) -> Failure {
    Failure { exit: Exit::Refused, ..failure }
}

/// Paths given as options are relative to where one is, not to the mailing file.
fn from_here(options: &mut Table) -> Result<()> {
    let here = std::env::current_dir().at(".")?;
    for name in ["recipients", "ledger"] {
        if let Some(Value::String(path)) = options.get_mut(name) {
            *path = here.join(&path).display().to_string();
        }
    }
    for name in ["text", "html"] {
        if let Some(Value::String(path)) = options.get_mut(name)
            && !path.contains(['{', '\n'])
        {
            *path = here.join(&path).display().to_string();
        }
    }
    if let Some(Value::Array(attached)) = options.get_mut("attach") {
        for path in attached {
            if let Value::String(path) = path {
                *path = here.join(&path).display().to_string();
            }
        }
    }
    Ok(())
}

fn merge(under: &mut Table, over: Table) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => drop(under.insert(name, value)),
        }
    }
}

/// As it was typed where `base` is the folder one is in: problems name it.
fn under(base: &Path, path: &Path) -> PathBuf {
    if base == Path::new(".") { path.to_owned() } else { base.join(path) }
}

fn absolute(base: &Path, path: &Path) -> Result<PathBuf> {
    let path = base.join(path);
    std::path::absolute(&path).at(path.display())
}

fn check_url(url: Option<&str>) -> Result<()> {
    let Some(url) = url else { return Ok(()) };
    if url.starts_with("gmail:") {
        gmail::Settings::from_url(url).map_err(|error| Failure::refused(error.say()))?;
        return Ok(());
    }
    match smtp::Account::from_url(url, None) {
        // It is asked for later.
        Ok(_) | Err(smtp::AccountError::PasswordMissing(_)) => Ok(()),
        Err(error @ smtp::AccountError::PasswordInUrl) => {
            Err(Failure::refused(error.say()).help(t!("password-in-url-help")))
        }
        Err(error) => Err(Failure::refused(error.say())),
    }
}

/// The account that the plan names, ready to be spoken to.
pub(super) fn smtp_account(url: &str, secret: Option<&SecretString>) -> Result<smtp::Account> {
    smtp::Account::from_url(url, secret.cloned()).map_err(|error| Failure::refused(error.say()))
}

/// Everything that is wrong, in one refusal.
pub(super) fn refused(problems: &[Problem]) -> Failure {
    Failure::refused_for(problems.iter().map(|problem| problem.say(words::language())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_go_over_the_file_and_its_tables() {
        let mut settings: Table = "subject = \"a\"\nrate = [\"1/s\"]\n[log]\nform = \"detailed\"\n".parse().unwrap();
        let args = SendArgs { subject: Some("b".into()), batch: Some(3), ..SendArgs::default() };
        merge(&mut settings, args.settings());
        merge(&mut settings, "[log]\nemojis = \"on\"\n".parse().unwrap());
        let file: MailingFile = settings.try_into().unwrap();
        assert_eq!((file.subject.as_deref(), file.batch, file.rate.len()), (Some("b"), Some(3), 1));
        assert_eq!((file.log.form, file.log.emojis), (mail::run_log::Form::Detailed, mail::run_log::Emojis::On));
    }

    #[test]
    fn every_option_is_a_setting_of_a_mailing_file() {
        use clap::Parser as _;
        let line = "vigie send --recipients a --sheet aa --where b=c --to d --cc e --bcc f --group 2 --from g@h.fr --reply-to i@j.fr \
            --subject k --text l --html m --attach n --attach o --list-unsubscribe p --smtp smtp://q --dkim-domain r \
            --dkim-selector s --dkim-key t --batch 3 --pause 4s --rate 5/min --rate 6/s --daily 7 --on-invalid skip \
            --on-no-file send --name u --key v --ledger w --on-unknown repeat --application x --flow y --created-by z";
        let crate::cli::Command::Send(args) = crate::cli::Cli::parse_from(line.split_whitespace()).command else {
            panic!("it is `send`")
        };
        let file: MailingFile = args.settings().try_into().unwrap();
        insta::assert_debug_snapshot!(file);
    }
}
