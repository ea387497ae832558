//! The password of an account: from a file, the environment or a prompt, never from the command line; and whether the
//! server takes it.

use super::{
    explain,
    plan::{Plan, smtp_account},
};
use crate::{
    cli::SendArgs,
    config::Variables,
    failure::{At as _, Failure, Result},
    render,
    words::t,
};
use api::accounts::{Account, AccountPause};
use mail::smtp;
use model::Verdict;
use secrecy::SecretString;
use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// Bytes of a password or a service account's key.
const SECRET_BYTES_MAX: u64 = 64 * 1024;
/// How long the server may take to answer before the run begins.
const PATIENCE: Duration = Duration::from_secs(15);

/// The file that holds the password, if one is named.
pub(super) fn file(args: &SendArgs, variables: &Variables) -> Option<PathBuf> {
    args.smtp_password_file.clone().or_else(|| variables.get("VIGIE_SMTP_PASSWORD_FILE").map(PathBuf::from))
}

/// The code of a pause, or of a verdict, for a password that the server does not take.
pub(in crate::commands) const REFUSED: &str = "auth_failed";
/// What helps then.
pub(in crate::commands) fn right_password() -> String {
    t!("right-password")
}

/// What was given without being asked for. What is said for this one run goes over what the mailing says.
pub(super) fn given(plan: &Plan, file: Option<&Path>, variables: &Variables) -> Result<Option<SecretString>> {
    match (file, variables.get("VIGIE_SMTP_PASSWORD"), &plan.password_file) {
        (Some(file), ..) => read(file).map(Some),
        (None, Some(password), _) => Ok(Some(password.clone().into())),
        (None, None, Some(file)) => read(file).map(Some),
        (None, None, None) => Ok(None),
    }
}

/// For speaking to the server at once, without the store.
pub(super) fn required(plan: &Plan, file: Option<&Path>, variables: &Variables) -> Result<Option<SecretString>> {
    match given(plan, file, variables)? {
        None if plan.wants_secret() => ask(plan).map(Some),
        secret => Ok(secret.filter(|_| plan.wants_secret())),
    }
}

/// For the account row: `None` when it needs none, or has its own already.
pub(super) fn for_account(
    plan: &Plan,
    account: Option<&Account>,
    given: Option<SecretString>,
) -> Result<Option<SecretString>> {
    if !plan.wants_secret() {
        return Ok(None);
    }
    if given.is_some() {
        return Ok(given);
    }
    let Some(account) = account.filter(|account| account.has_secret) else {
        return ask(plan).map(Some);
    };
    // To try the same one again would be refused again, and count against us over there.
    let is_refused = |pause: &AccountPause| pause.until.is_none() && pause.reason.code == REFUSED;
    if !account.pause.as_ref().is_some_and(is_refused) {
        return Ok(None);
    }
    render::say(&t!("password-refused", account = account.name));
    ask(plan).map(Some).map_err(|failure| failure.help(right_password()))
}

/// Why mail cannot leave by the server now.
pub(super) struct Trouble {
    pub(super) said: String,
    /// Whether it stays so until a person has changed something, and what.
    pub(super) remedy: Option<String>,
}

impl Trouble {
    fn passing(said: String) -> Self {
        Self { said, remedy: None }
    }

    fn of(place: &str, verdict: &Verdict) -> Self {
        let lasts = verdict.pause.is_some_and(|pause| pause.wait.is_none());
        let remedy = match verdict.code.as_str() {
            REFUSED => right_password(),
            _ => t!("correct-smtp"),
        };
        Self { said: t!("at-place", place, error = explain(verdict)), remedy: lasts.then_some(remedy) }
    }
}

/// What the server said of itself, or why mail cannot leave now.
pub(super) async fn check(plan: &Plan, secret: Option<&SecretString>) -> Result<String, Trouble> {
    let Some(url) = plan.url.as_deref().filter(|_| !plan.is_gmail()) else {
        return Ok(t!("gmail-not-asked"));
    };
    let account = smtp_account(url, secret).map_err(|failure| Trouble::passing(failure.what))?;
    let place = format!("{}:{}", account.host, account.port);
    match tokio::time::timeout(PATIENCE, smtp::check(&account)).await {
        Err(_) => Err(Trouble::passing(t!("server-silent", place, seconds = PATIENCE.as_secs()))),
        Ok(Err(verdict)) => Err(Trouble::of(&place, &verdict)),
        Ok(Ok(report)) => {
            let tls = report.tls.map_or_else(|| t!("not-encrypted"), |version| version.replace('_', "."));
            Ok(t!("server-answers", place, greeting = render::plain(&report.greeting, 80), tls))
        }
    }
}

/// What a file holds, that nobody else may read.
pub(in crate::commands) fn read(file: &Path) -> Result<SecretString> {
    let name = file.display().to_string();
    let about = std::fs::metadata(file).at(&name)?;
    if about.len() > SECRET_BYTES_MAX {
        return Err(Failure::refused(t!("password-too-long", name)));
    }
    if about.permissions().mode() & 0o077 != 0 {
        return Err(Failure::refused(t!("readable-by-others", name)).help(format!("chmod 600 {name}")));
    }
    let text = std::fs::read_to_string(file).at(&name)?;
    // An editor ends the last line; a password does not.
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() { Err(Failure::refused(t!("file-empty", name))) } else { Ok(text.to_owned().into()) }
}

fn ask(plan: &Plan) -> Result<SecretString> {
    let missing =
        || Failure::refused(t!("password-missing", account = plan.account_name())).help(t!("password-missing-help"));
    if !console::user_attended() || !console::user_attended_stderr() || plan.is_gmail() {
        return Err(missing());
    }
    let terminal = console::Term::stderr();
    terminal.write_str(&t!("password-of", account = plan.account_name())).at(t!("terminal"))?;
    let password = terminal.read_secure_line().at(t!("terminal"))?;
    if password.is_empty() { Err(missing()) } else { Ok(password.into()) }
}
