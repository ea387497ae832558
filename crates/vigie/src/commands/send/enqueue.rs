//! From checked rows to a job that runs, all of it through the API.

use super::{
    check::Checked,
    earlier::Decided,
    plan::{Plan, refused},
};
use crate::{
    client::{Client, escaped, query},
    failure::{At as _, Failure, Result},
    render,
    words::{self, t},
};
use api::{
    accounts::{Account, Accounts, NewAccount},
    items::Added,
    jobs::{CreatedJob, Job, JobsPage, NewJob, Resumed},
    ledger::Imported,
};
use axum::body::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use mail::{
    provider::Place,
    rate::spelled,
    recipients::{ReadAs, Reader, column_index},
    spec::Mailing,
};
use model::{JobId, JobKind, JobState, pace::Limits};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::{
    io::{Seek as _, Write as _},
    path::Path,
};
use tokio_util::io::ReaderStream;

pub(in crate::commands) struct Enqueued {
    pub(in crate::commands) job: JobId,
    /// Rows that earlier runs had sent.
    pub(in crate::commands) skipped: u64,
}

/// The account at the place that the plan names, whatever its own name: one that somebody has named goes before one
/// that was named after its URL.
pub(in crate::commands) async fn find_account(plan: &Plan, client: &Client) -> Result<Option<Account>> {
    let Some(place) = plan.url.as_deref().and_then(Place::of) else { return Ok(None) };
    let made_up = plan.account_name();
    let mut rows = client.get::<Accounts>("/api/v1/accounts").await?.into_inner().rows;
    rows.retain(|account| Place::of(&account.url).is_some_and(|other| other == place));
    rows.sort_by_key(|account| account.name == made_up);
    Ok(rows.into_iter().next())
}

/// Makes the account where none is `known`, or gives it this secret: a new one ends a pause for want of a good one. Its
/// limits are those that its administrator has chosen, and so is its URL, unless it was named after one.
pub(in crate::commands) async fn use_account(
    plan: &Plan,
    known: Option<Account>,
    secret: Option<&SecretString>,
    client: &Client,
) -> Result<Account> {
    let given = plan.url.clone().unwrap_or_default();
    let name = known.as_ref().map_or_else(|| plan.account_name(), |known| known.name.clone());
    let url = match &known {
        Some(known) if known.name != plan.account_name() || !given.contains('?') => known.url.clone(),
        _ => given,
    };
    match known {
        Some(known) if secret.is_none() && known.url == url => Ok(known),
        _ => {
            let account = NewAccount { url, secret: secret.cloned(), limits: None };
            let path = format!("/api/v1/accounts/{}", escaped(&name));
            Ok(client.put::<Account>(&path, &account).await?.into_inner())
        }
    }
}

/// `limits of account x: 60/min; this run: 30/min`
pub(in crate::commands) fn limits_said(plan: &Plan, account: &Account) -> String {
    let of_account = spelled(&account.limits);
    let own = spelled(&Limits::from(plan.limits.clone()));
    let or_none = |text: &str| if text.is_empty() { t!("limits-none") } else { text.to_owned() };
    let rule = if of_account.is_empty() || own.is_empty() { String::new() } else { t!("stricter-holds") };
    let name = render::plain(&account.name, 200);
    t!("limits-said", name, account = or_none(&of_account), run = or_none(&own), rule)
}

/// The same mailing, begun before and not over yet: it is gone on with, where a second job would send twice.
pub(in crate::commands) async fn find_open(plan: &Plan, client: &Client) -> Result<Option<Job>> {
    let chosen = plan.chosen.complete.as_ref().or(plan.chosen.name.as_ref());
    let open = query([
        ("kind", Some("mail".to_owned())),
        ("state", Some("preparing,pending,running,paused".to_owned())),
        ("q", chosen.cloned()),
    ]);
    let open = client.get::<JobsPage>(&format!("/api/v1/jobs{open}")).await?.into_inner().rows;
    let Some(name) = chosen else { return same_but_for_its_name(plan, &open, client).await };
    let Some(open) = open.iter().find(|job| job.name == *name) else { return Ok(None) };
    let job = whole(open.id, client).await?;
    if job.spec != Some(json!(plan.mailing)) {
        let Job { state, id, .. } = job;
        let what = t!("other-open", name, state = words::word("state", state), id);
        return Err(Failure::refused(what).help(t!("other-open-help")));
    }
    Ok(Some(job))
}

/// With its settings, which lists leave out.
async fn whole(id: JobId, client: &Client) -> Result<Job> {
    Ok(client.get::<Job>(&format!("/api/v1/jobs/{id}")).await?.into_inner())
}

/// Of open mailings, the one with this list and these settings, whose name was made up.
async fn same_but_for_its_name(plan: &Plan, open: &[Job], client: &Client) -> Result<Option<Job>> {
    for Job { id, name, .. } in open {
        let job = whole(*id, client).await?;
        let ours = Mailing { name: name.clone(), ..plan.mailing.clone() };
        if job.spec == Some(json!(ours)) {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// Said in any state: a process that sends one mailing runs what it is asked for, and nothing else.
pub(in crate::commands) async fn go_on(Job { id, state, .. }: &Job, client: &Client) -> Result<()> {
    if matches!(state, JobState::Pending | JobState::Running | JobState::Paused) {
        client.post_empty::<Resumed>(&format!("/api/v1/jobs/{id}/resume")).await?;
    }
    Ok(())
}

/// Makes the job, fills it, and sets it going. When it is cut off in between, nothing is sent.
pub(in crate::commands) async fn enqueue(
    plan: &Plan,
    decided: &Decided,
    checked: &Checked,
    account: &Account,
    client: &Client,
) -> Result<Enqueued> {
    let mailing = &decided.mailing;
    if let Some(ledger) = &plan.ledger {
        let keys = keys(plan, ledger)?;
        client.upload::<Imported, _>(&format!("/api/v1/ledger/{}", escaped(&mailing.name)), stream(keys)).await?;
    }
    let job = NewJob {
        kind: Some(JobKind::Mail.to_string()),
        name: mailing.name.clone(),
        user: Some(mailing.created_by.clone()),
        application: Some(mailing.application_name.clone()),
        flow: Some(mailing.flow_name.clone()),
        spec: Some(json!(mailing)),
        account: Some(account.name.clone()),
        limits: plan.limits.clone().into(),
        on_unknown: Some(mailing.on_unknown),
        ledger: Some(decided.ledger),
        prepare: true,
        ..NewJob::default()
    };
    let id = client.begin::<CreatedJob>("/api/v1/jobs", &job).await?.job.id;
    let ledger = query([("ledger", Some(mailing.name.clone()))]);
    let mut items = checked.items.try_clone().at(t!("data-directory"))?;
    items.rewind().at(t!("data-directory"))?;
    let added = client.upload::<Added, _>(&format!("/api/v1/jobs/{id}/items{ledger}"), stream(items)).await;
    let added = match added {
        Ok(added) => added,
        Err(failure) => {
            // Best effort: an unfinished job is given up at the next start in any case.
            let _ = client.post_empty::<Job>(&format!("/api/v1/jobs/{id}/cancel")).await;
            return Err(Failure { what: t!("undecided", question = failure.what), ..failure });
        }
    };
    client.post_empty::<Job>(&format!("/api/v1/jobs/{id}/ready")).await?;
    Ok(Enqueued { job: id, skipped: added.skipped })
}

pub(super) fn stream(file: std::fs::File) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024).map_ok(Bytes::from)
}

/// The keys of a file of what was sent before, a JSON string per line.
fn keys(plan: &Plan, path: &Path) -> Result<std::fs::File> {
    let reader = Reader::open(path, &ReadAs { sheet: None, language: plan.mailing.language })
        .map_err(|found| refused(&found))?;
    let name = path.display().to_string();
    let headings = plan.mailing.key.iter().filter_map(|index| plan.mailing.columns.get(*index));
    let places: Vec<usize> = headings
        .map(|heading| {
            column_index(reader.columns(), heading).map_err(|error| {
                Failure::refused(t!("at-place", place = name, error = error.what().say(words::language())))
                    .help(error.remedy().say(words::language()))
            })
        })
        .collect::<Result<_>>()?;
    let mut keys = tempfile::tempfile().at(t!("temporary-folder"))?;
    let mut out = std::io::BufWriter::new(&mut keys);
    for row in reader {
        let row = row.map_err(|problem| refused(&[problem]))?;
        // The values in the order of the mailing's own columns, so that its key can be taken of them.
        let mut values = vec![String::new(); plan.mailing.columns.len()];
        for (place, index) in places.iter().zip(&plan.mailing.key) {
            values[*index] = row.values.get(*place).cloned().unwrap_or_default();
        }
        let key = plan.mailing.key_of(&values).unwrap_or_default();
        writeln!(out, "{}", Value::String(key)).at(t!("temporary-folder"))?;
    }
    drop(out);
    keys.rewind().at(t!("temporary-folder"))?;
    Ok(keys)
}
