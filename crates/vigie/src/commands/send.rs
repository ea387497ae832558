//! `vigie send`: settings → every row checked → the job enqueued → followed to its end.
//!
//! Checked rows go into a file of their own as they are checked, and from there into the job: what was checked is
//! what is sent, and memory stays flat however many rows there are.

mod check;
mod earlier;
mod enqueue;
mod plan;
mod preview;
mod secret;

pub(super) use earlier::Decided;
pub(super) use enqueue::{Enqueued, enqueue, find_account, use_account};
pub(super) use plan::Plan;
pub(super) use secret::{REFUSED, read as secret_of, right_password};

use super::follow;
use crate::{
    app::{self, Connected, Engines},
    cli::SendArgs,
    client::Client,
    config::{Config, Variables},
    failure::{Exit, Failure, Result},
    render::{self, progress::Silence},
    signals::{Stop, StopReason},
    words::{self, t},
};
use api::{
    accounts::Account,
    jobs::{Job, PauseReason, Pausing},
    mailings::Compared,
};
use check::Checked;
use mail::{rate::spelled, spec::OnInvalid, verdict_text};
use model::JobId;
use secrecy::SecretString;
use secret::Trouble;
use serde_json::json;

pub(super) use check::check_rows;

/// Owners of the data directory that a run may lose, one after the other.
const OWNERS_MAX: usize = 5;

pub(super) async fn run(config: &Config, args: &SendArgs, variables: &Variables) -> Result<Exit> {
    let plan = Plan::make(config, args)?;
    let password_file = secret::file(args, variables);
    if args.check {
        return rehearse(config, &plan, secret::given(&plan, password_file.as_deref(), variables)?).await;
    }
    if let Some(row) = args.preview {
        return preview::show(config, &plan, row);
    }
    if let Some(to) = &args.test_to {
        let secret = secret::required(&plan, password_file.as_deref(), variables)?;
        return preview::send_test(config, &plan, to, secret).await;
    }
    if !plan.has_way_out() {
        return Err(plan::no_way_out());
    }
    // Before the data directory is touched: most runs that fail, fail here.
    let checked = check_rows(config, &plan, Silence::beside(config)).await?;
    refuse(config, &plan, &checked)?;
    // From here on jobs may run in this process: Ctrl-C must not cut them off.
    let stop = Stop::listen().map_err(Failure::new)?;
    let engines = if args.detach { Engines::Rest } else { Engines::RunAsked(jobs::RetryPolicy::default()) };
    let mut begun = None;
    for owners in 1.. {
        let mut connected = app::changing(config, "send", engines).await?;
        let ended = match secret::given(&plan, password_file.as_deref(), variables) {
            Ok(given) => send(config, args, &plan, &checked, &mut begun, &mut connected, given, &stop).await,
            Err(failure) => Err(failure),
        };
        connected.close().await;
        match ended {
            // A command that owned the data directory for its own run has ended: the next owner may be this one.
            Err(failure) if failure.owner_ended && owners < OWNERS_MAX => {}
            ended => return ended,
        }
    }
    Err(Failure::new(t!("owner-changes")).help(t!("try-again")))
}

/// Enqueues the mailing, unless it was `begun` under an earlier owner, and follows it to its end.
#[expect(clippy::too_many_arguments, reason = "what a run is made of")]
async fn send(
    config: &Config,
    args: &SendArgs,
    plan: &Plan,
    checked: &Checked,
    begun: &mut Option<JobId>,
    connected: &mut Connected,
    given: Option<SecretString>,
    stop: &Stop,
) -> Result<Exit> {
    let client = &connected.client().clone();
    if let Connected::Ours(owned) = &*connected {
        follow::tell_resumed(config, owned).await?;
    }
    let job = match begun {
        Some(job) => {
            enqueue::go_on(&*client.get::<Job>(&format!("/api/v1/jobs/{job}")).await?, client).await?;
            *job
        }
        None => *begun.insert(prepared(config, plan, checked, client, given, stop).await?),
    };
    if args.detach {
        return detached(config, connected, job);
    }
    if matches!(connected, Connected::Ours(_)) {
        follow::tell_others(config, client, job).await?;
    }
    let ended = follow::run(config, client, job, stop).await?;
    if let follow::Ended::Interrupted(by) = ended {
        interrupted(config, connected, job, by).await;
    }
    follow::conclude(config, client, job, &ended).await
}

/// The id of the job that is set going.
async fn prepared(
    config: &Config,
    plan: &Plan,
    checked: &Checked,
    client: &Client,
    given: Option<SecretString>,
    stop: &Stop,
) -> Result<JobId> {
    let known = find_account(plan, client).await?;
    let secret = secret::for_account(plan, known.as_ref(), given)?;
    if secret.is_some() || !plan.wants_secret() {
        look_at_server(config, plan, secret.as_ref()).await?;
    }
    let open = enqueue::find_open(plan, client).await?;
    let interactive = !config.json && console::user_attended() && console::user_attended_stderr();
    let decided = match &open {
        Some(_) => None,
        None => Some(earlier::decide(plan, checked, client, interactive).await?),
    };
    let made = if known.is_none() { t!("new-account") } else { String::new() };
    let account = use_account(plan, known, secret.as_ref(), client).await?;
    if !config.json {
        // Of a run that is gone on with, only what is left matters.
        if let Some(decided) = &decided {
            render::say(&check::summary(plan, &checked.report, decided.messages, Some(&account)));
        }
        render::say(&format!("{made}{}", enqueue::limits_said(plan, &account)));
    }
    let Enqueued { job, skipped } = tokio::select! {
        enqueued = begin(config, plan, (open, decided.as_ref()), checked, &account, client) => enqueued?,
        _ = stop.asked() => return Err(Failure::new(t!("interrupted-before"))),
    };
    if skipped > 0 && !config.json {
        render::say(
            &t!("sent-before", name = decided.as_ref().map_or("", |decided| decided.mailing.name.as_str()); n = skipped),
        );
    }
    Ok(job)
}

/// Goes on with the run that is there, or makes a new one.
async fn begin(
    config: &Config,
    plan: &Plan,
    (open, decided): (Option<Job>, Option<&Decided>),
    checked: &Checked,
    account: &Account,
    client: &Client,
) -> Result<Enqueued> {
    let open = match (open, decided) {
        (Some(open), _) => {
            enqueue::go_on(&open, client).await?;
            open
        }
        (None, Some(decided)) => return enqueue(plan, decided, checked, account, client).await,
        (None, None) => return enqueue(plan, &Decided::as_named(plan), checked, account, client).await,
    };
    if !config.json {
        render::say(
            &t!("going-on-with", name = open.name, at = render::moment(open.created_at, &config.zone.value); left = open.queued, total = open.total),
        );
        let frozen = open.limits;
        if frozen != plan.limits.clone().into() {
            let frozen = Some(spelled(&frozen)).filter(|text| !text.is_empty());
            render::say(&t!("keeps-limits", limits = frozen.unwrap_or_else(|| t!("limits-none-own"))));
        }
    }
    Ok(Enqueued { job: open.id, skipped: 0 })
}

/// A run of ours ends its messages in flight, another's goes on without us. Ctrl-C is a person's word that nothing more
/// leaves until somebody asks for it; SIGTERM ends this process, and the run goes on with the next.
async fn interrupted(config: &Config, connected: &mut Connected, job: JobId, by: StopReason) {
    let say = |text: &str| {
        if !config.json {
            render::say(text);
        }
    };
    match connected {
        Connected::Ours(owned) => {
            say(&t!("stopping"));
            if by == StopReason::ByHand {
                let pausing = Pausing { message: Some("interrupted".to_owned()), reason: PauseReason::Interrupted };
                // It may be over by now, which is no trouble.
                let _ = owned.client.post::<Job>(&format!("/api/v1/jobs/{job}/pause"), &pausing).await;
            }
            owned.rest().await;
            if by == StopReason::BySystem {
                say(&t!("rest-waits"));
            }
        }
        Connected::Theirs(_, owner) => {
            let job = follow::short(job);
            say(&t!("goes-on-elsewhere", pid = owner.pid, job));
        }
        Connected::Reading(_) => {}
    }
}

fn detached(config: &Config, connected: &Connected, job: JobId) -> Result<Exit> {
    let runs = match connected {
        Connected::Theirs(_, owner) => Some(owner.pid),
        _ => None,
    };
    if config.json {
        render::json(&json!({"job_id": job, "running_in": runs}))?;
    } else {
        render::out(&job.to_string())?;
        if runs.is_none() && config.database.value.is_none() {
            render::say(&t!("nothing-runs-yet"));
        }
    }
    Ok(Exit::Done)
}

/// Says what is wrong; an error when nothing may be sent.
fn refuse(config: &Config, plan: &Plan, checked: &Checked) -> Result<()> {
    let problems = &checked.report.problems;
    let stops = plan.mailing.on_invalid == OnInvalid::Stop && problems.errors > 0;
    if config.json && checked.report.refuses(plan.mailing.on_invalid) {
        render::json(&json!({"refused": true, "report": checked.report}))?;
    } else {
        check::list(problems);
    }
    if checked.report.rows == 0 || checked.report.rows_good == 0 {
        return Err(Failure::refused(t!("nobody-left")));
    }
    if checked.report.incomplete {
        return Err(Failure::refused(t!("rows-unread")).help(t!("rows-unread-help", file = plan.shown())));
    }
    if stops {
        let what = t!("problems-found"; n = problems.errors);
        let help = t!("problems-found-help", file = plan.shown(); n = checked.report.rows_good);
        return Err(Failure::refused(what).help(help));
    }
    Ok(())
}

/// `--check`
async fn rehearse(config: &Config, plan: &Plan, secret: Option<SecretString>) -> Result<Exit> {
    let checked = check::check_rows(config, plan, Silence::beside(config)).await?;
    let server = match plan.has_way_out() && (secret.is_some() || !plan.wants_secret()) {
        true => Some(secret::check(plan, secret.as_ref()).await),
        false => None,
    };
    let unreachable = server.as_ref().and_then(|server| server.as_ref().err()).map(|trouble| trouble.said.clone());
    let (found, account) = look_back(config, plan, &checked).await?;
    let undecided = found.as_ref().is_some_and(|found| found.needs.is_some());
    // Rows with errors that are left out keep nothing back.
    let is_refused = checked.report.refuses(plan.mailing.on_invalid);
    let wrong = if is_refused { checked.report.problems.errors.max(1) } else { 0 };
    let ready = wrong == 0 && unreachable.is_none() && !undecided;
    let messages = found.as_ref().filter(|_| !undecided).map(|found| found.messages);
    if config.json {
        let eta = check::eta(plan, messages.unwrap_or(checked.report.messages), account.as_ref());
        render::json(&json!({
            "ready": ready, "report": checked.report, "eta": eta, "server": unreachable, "earlier": found,
        }))?;
    } else {
        check::list(&checked.report.problems);
        if let Some(first) = &checked.first {
            render::out(&preview::text(plan, first, 1)?)?;
        }
        match &server {
            Some(Ok(server)) => render::say(&t!("server", server)),
            Some(Err(trouble)) => render::say(&t!("server", server = trouble.said)),
            None if plan.has_way_out() => {
                render::say(&t!("server-no-password"));
            }
            None => render::say(&t!("server-none")),
        }
        for line in found.iter().flat_map(|found| earlier::told(plan, found)) {
            render::say(&line);
        }
        render::say(&check::summary(plan, &checked.report, messages, account.as_ref()));
    }
    if ready {
        let left_out = checked.report.rows - checked.report.rows_good;
        if left_out > 0 && !config.json {
            render::say(&t!("rows-left-out"; n = left_out));
        }
        return Ok(Exit::Done);
    }
    let count = wrong + u64::from(unreachable.is_some()) + u64::from(undecided);
    Err(Failure::refused(t!("would-not-be-sent"; n = count)))
}

/// What was sent before, and the account as it stands, where there is a data directory already.
async fn look_back(config: &Config, plan: &Plan, checked: &Checked) -> Result<(Option<Compared>, Option<Account>)> {
    if config.database.value.is_none() && !config.database_file().exists() {
        return Ok((None, None));
    }
    let connected = app::reading(config).await?;
    let client = connected.client();
    let mut found = earlier::compare(plan, &plan.chosen, checked, client).await?;
    if let Some(earlier) = found.earlier.as_ref().filter(|_| found.comparison.listed.is_empty()) {
        // Under a name that nobody has used, nobody has received anything: who did by the earlier one?
        let rest = earlier::Chosen { complete: Some(earlier.name.clone()), name: None, ..plan.chosen.clone() };
        found.comparison.listed = earlier::compare(plan, &rest, checked, client).await?.comparison.listed;
    }
    let account = find_account(plan, client).await?;
    Ok((Some(found), account))
}

/// A server that does not answer now may do so later: the run begins, and waits for it. One that refuses the password
/// would only stop it at once, and be asked in vain once more.
async fn look_at_server(config: &Config, plan: &Plan, secret: Option<&SecretString>) -> Result<()> {
    match secret::check(plan, secret).await {
        Err(Trouble { said, remedy: Some(remedy) }) => Err(Failure::refused_for([said, t!("not-begun")]).help(remedy)),
        Err(Trouble { said, remedy: None }) if !config.json => {
            render::say(&t!("warning", what = said));
            render::say(&t!("warning", what = t!("begins-all-the-same")));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A verdict in a line, with what the other side said.
pub(super) fn explain(verdict: &model::Verdict) -> String {
    let said = verdict_text::explain(verdict, words::language());
    if verdict.reply.is_empty() {
        said
    } else {
        format!("{said} [{}]", verdict.reply.lines().next().unwrap_or_default())
    }
}
