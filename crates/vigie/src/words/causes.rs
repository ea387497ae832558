//! What libraries say against something, in the language of whoever reads it. Their English stands beside their types;
//! French in `locales/causes.fr.ftl`.

use super::{find, language, t};
use language::FluentArgs;
use language::Language;
use logs::{FormatError, LabelError, collect, formats::FORMATS_MAX, raw::FileTrouble};
use mail::{gmail, problem::nearest, sentence::Sentence, smtp};
use sources::custom::{self, PatternError};
use std::{fmt::Display, io};
use vault::VaultError;

/// An error that is told to people.
pub(crate) trait Cause: Display {
    /// The French text, where there is one.
    fn french(&self) -> Option<String>;

    fn say(&self) -> String {
        let french = if language() == Language::French { self.french() } else { None };
        french.unwrap_or_else(|| self.to_string())
    }
}

fn text(id: &str, values: &[(&'static str, &dyn Display)]) -> Option<String> {
    let mut args = FluentArgs::new();
    values.iter().for_each(|(name, value)| args.set(*name, value.to_string()));
    find(Language::French, id, None, Some(&args))
}

impl Cause for io::Error {
    fn french(&self) -> Option<String> {
        let trouble = FileTrouble::of(self).and_then(|trouble| trouble.french());
        trouble.or_else(|| Some(Sentence::of_system(self).say(Language::French)))
    }
}

impl Cause for FileTrouble {
    fn french(&self) -> Option<String> {
        match self {
            Self::Folder => text("file-folder", &[]),
            Self::NoFile => text("file-none", &[]),
            Self::Foreign { name, tool } => text("file-packed", &[("name", name), ("tool", tool)]),
            Self::Damaged { at } => text("file-damaged", &[("at", at)]),
            Self::CutOff { at } => text("file-cut-off", &[("at", at)]),
        }
    }
}

impl Cause for smtp::AccountError {
    fn french(&self) -> Option<String> {
        match self {
            Self::NotUrl(given) => text("smtp-not-url", &[("text", given)]),
            Self::Scheme(given) => text("smtp-scheme", &[("text", given)]),
            Self::NoHost => text("smtp-no-host", &[]),
            Self::PasswordInUrl => text("smtp-password-in-url", &[]),
            Self::Path(given) => text("smtp-path", &[("text", given)]),
            Self::Option { name, value, .. } => text("smtp-option", &[("name", name), ("value", value)]),
            Self::PasswordMissing(given) => text("smtp-password-missing", &[("text", given)]),
            Self::UserMissing(given) => text("smtp-user-missing", &[("text", given)]),
        }
    }
}

impl Cause for gmail::AccountError {
    fn french(&self) -> Option<String> {
        match self {
            Self::NotAnAddress(given) => text("gmail-not-address", &[("text", given)]),
            Self::PasswordInUrl => text("gmail-password-in-url", &[]),
            Self::UnknownParameter(given) => text("gmail-parameter", &[("text", given)]),
            Self::BadMode(given) => text("gmail-mode", &[("text", given)]),
            Self::BadUrl { name, value } => text("gmail-url", &[("name", name), ("value", value)]),
            Self::Key(_) => text("gmail-key", &[]),
            Self::Https(why) => text("gmail-https", &[("text", why)]),
        }
    }
}

impl Cause for store::Error {
    fn french(&self) -> Option<String> {
        match self {
            Self::Database(error) => text("store-database", &[("text", error)]),
            Self::NewerSchema { found, known } => text("store-newer", &[("found", found), ("known", known)]),
            Self::Migration { version, name, source, .. } => {
                text("store-migration", &[("version", version), ("name", name), ("text", &source.say())])
            }
            Self::Corrupt { column, .. } => text("store-corrupt", &[("column", column)]),
            Self::Closed => text("store-closed", &[]),
            Self::Io { source, .. } => text("store-file", &[("text", &source.say())]),
            Self::Shared(error) => error.french(),
            Self::State { .. } | Self::Conflict(_) => None,
        }
    }
}

impl Cause for backup::Error {
    fn french(&self) -> Option<String> {
        match self {
            Self::Io { place, source } => Some(format!("{}\u{a0}: {}", place.display(), source.say())),
            Self::Store(error) => error.french(),
            Self::Telemetry(error) => text("backup-telemetry", &[("text", error)]),
            Self::Full { place } => text("backup-full", &[("place", &place.display())]),
            Self::Damaged { place } => text("backup-damaged", &[("place", &place.display())]),
            Self::DamagedDatabase { place, what } => {
                text("backup-damaged-database", &[("place", &place.display()), ("text", what)])
            }
            Self::NoBackup { place } => text("backup-none", &[("place", &place.display())]),
            Self::Newer { place, version } => {
                text("backup-newer", &[("place", &place.display()), ("version", version)])
            }
            Self::Busy { place } => text("backup-busy", &[("place", &place.display())]),
            Self::Inside { place } => text("backup-inside", &[("place", &place.display())]),
            Self::NotEmpty { place } => text("backup-not-empty", &[("place", &place.display())]),
            Self::Defect => text("backup-defect", &[]),
        }
    }
}

impl Cause for VaultError {
    fn french(&self) -> Option<String> {
        match self {
            Self::File { path, source } => Some(format!("{}\u{a0}: {}", path.display(), source.say())),
            Self::NotAKey(path) => text("vault-not-key", &[("path", &path.display())]),
            Self::Readable(path) => text("vault-readable", &[("path", &path.display())]),
            Self::Unseal => text("vault-unseal", &[]),
        }
    }
}

impl Cause for LabelError {
    fn french(&self) -> Option<String> {
        let (id, given): (_, &dyn Display) = match self {
            Self::NoPair(given) => ("label-no-pair", given),
            Self::Name(given) => ("label-name", given),
            Self::Taken(given) => ("label-own", given),
            Self::Empty(given) => ("label-empty", given),
            Self::Long(given) => ("label-long", given),
            Self::Many(number) => ("label-many", number),
        };
        text(id, &[("text", given)])
    }
}

impl Cause for PatternError {
    fn french(&self) -> Option<String> {
        match self {
            Self::Name => text("pattern-name", &[]),
            Self::Long => text("pattern-long", &[]),
            Self::Open => text("pattern-open", &[]),
            Self::Unknown(kind) => text("pattern-unknown", &[("text", kind), ("kinds", &custom::KINDS)]),
            Self::Twice(name) => text("pattern-twice", &[("text", name)]),
            Self::Field(piece) => text("pattern-field", &[("text", piece)]),
            Self::Endless(name) => text("pattern-endless", &[("text", name)]),
            Self::Empty => text("pattern-empty", &[]),
        }
    }
}

impl Cause for collect::ConfigError {
    fn french(&self) -> Option<String> {
        match self {
            Self::Count(count) => text("collect-count", &[("count", count)]),
            Self::NoPattern => text("collect-no-pattern", &[]),
            Self::Relative { pattern } => text("collect-relative", &[("pattern", pattern)]),
            Self::Pattern { pattern, error } => text("collect-pattern", &[("pattern", pattern), ("at", &error.pos)]),
            Self::Label(error) => text("collect-label", &[("error", &error.french()?)]),
            Self::LabelsElsewhere => text("collect-labels-elsewhere", &[]),
            Self::Address(address) => text("collect-address", &[("address", address)]),
        }
    }
}

impl Cause for logs::ConfigError {
    fn french(&self) -> Option<String> {
        match self {
            Self::Memory { megabytes, least, most } => {
                text("log-store-memory", &[("megabytes", megabytes), ("least", least), ("most", most)])
            }
            Self::Format(error) => text("log-store-formats", &[("error", &error.french()?)]),
            Self::Scrub(scrub::ConfigError::Pattern { pattern, .. }) => {
                text("log-store-scrub", &[("pattern", pattern)])
            }
            Self::Scrub(scrub::ConfigError::Empty { pattern }) => {
                text("log-store-scrub-empty", &[("pattern", pattern)])
            }
        }
    }
}

impl Cause for FormatError {
    fn french(&self) -> Option<String> {
        match self {
            Self::Many(count) => text("formats-many", &[("count", count), ("most", &FORMATS_MAX)]),
            Self::Twice(name) => text("formats-twice", &[("name", name)]),
            Self::Pattern { name, error } => text("formats-pattern", &[("name", name), ("error", &error.french()?)]),
            Self::Files { name, pattern, error } => {
                text("formats-files", &[("name", name), ("pattern", pattern), ("at", &error.pos)])
            }
        }
    }
}

impl Cause for logs::Error {
    fn french(&self) -> Option<String> {
        match self {
            Self::InUse { pid } => text("logs-in-use-by", &[("pid", pid)]),
            _ => None,
        }
    }
}

/// What is wrong with a settings file, of which TOML's reader says more.
pub(crate) fn of_toml(message: &str) -> String {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let named = |start: &str| message.strip_prefix(start)?.split('`').next();
    let french = || match (named("unknown field `"), named("missing field `"), message.split_once(": ")) {
        (Some(name), ..) => text("toml-unknown", &[("name", &name)]),
        (_, Some(name), _) => text("toml-missing", &[("name", &name)]),
        (.., Some(("invalid type" | "invalid value", what))) => text("toml-type", &[("text", &what)]),
        _ => text("toml-other", &[("text", &message)]),
    };
    let french = if language() == Language::French { french() } else { None };
    let said = french.unwrap_or_else(|| message.clone());
    match named("unknown field `").and_then(|name| meant(name, &message)) {
        Some(instead) => said + &t!("setting-meant", instead),
        None => said,
    }
}

/// The setting that was probably meant, of those that TOML's reader lists.
fn meant<'m>(name: &str, message: &'m str) -> Option<&'m str> {
    let (_, known) = message.split_once("expected ")?;
    nearest(name, known.split('`').skip(1).step_by(2))
}

/// Why a run between two DHIS2 instances failed, by its code; `None` where its English text is what is told.
pub(crate) fn of_sync(code: &str, args: &[(&str, String)]) -> Option<String> {
    if language() != Language::French {
        return None;
    }
    let id = match code {
        "unauthorized" => "sync-unauthorized",
        "forbidden" => "sync-forbidden",
        "busy" => "sync-busy",
        "too_large" => "sync-too-large",
        "no_answer" => "sync-no-answer",
        "no_connection" => "sync-no-connection",
        "incomplete_answer" => "sync-incomplete-answer",
        "emptied" => "sync-emptied",
        "refused" => "sync-refused",
        "no_secret" => "sync-no-secret",
        "plan_moved" => "sync-plan-moved",
        "job_gone" => "sync-job-gone",
        "job_ended" => "sync-job-ended",
        "held" => "sync-held",
        "conflicts" => "sync-conflicts",
        "not_written" => "sync-not-written",
        _ => return None,
    };
    let mut values = FluentArgs::new();
    args.iter().for_each(|(name, value)| values.set((*name).to_owned(), value.clone()));
    find(Language::French, id, None, Some(&values))
}

/// What helps against what `vigie sync check` found; `None` where the English text is what is told.
pub(crate) fn of_finding(code: &str) -> Option<String> {
    if language() != Language::French {
        return None;
    }
    let id = match code {
        "version" => "sync-finding-version",
        "authority" => "sync-finding-authority",
        "clock" => "sync-finding-clock",
        "calendar" => "sync-finding-calendar",
        "map_both_ways" => "sync-finding-map-both-ways",
        "duplicate_code" => "sync-finding-duplicate-code",
        "org_units" => "sync-finding-org-units",
        "default" => "sync-finding-default",
        _ => return None,
    };
    find(Language::French, id, None, None)
}
