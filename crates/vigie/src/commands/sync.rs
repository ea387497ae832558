//! `vigie sync …`: two DHIS2 instances kept equal.

use crate::{
    app::{self, Connected, Engines},
    cli::{SyncAddArgs, SyncArgs, SyncCommand},
    client::{Client, escaped},
    config::{Config, Variables},
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::syncs::{
    BeginSync, NewSync, NewSyncPlan, Sync, SyncChange, SyncChanges, SyncCheck, SyncComparison, SyncLedger, SyncPlan,
    SyncRun, Syncs,
};
use jobs::RetryPolicy;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::Duration;

const ASK_EVERY: Duration = Duration::from_millis(300);

pub(super) async fn run(config: &Config, args: SyncArgs, variables: &Variables) -> Result<Exit> {
    match args.command {
        SyncCommand::Add(args) => add(config, *args, variables).await,
        SyncCommand::List => list(config).await,
        SyncCommand::Check { name } => check(config, &name).await,
        SyncCommand::Plan { name, validate, changes } => plan(config, &name, &NewSyncPlan { validate }, changes).await,
        SyncCommand::Run { name, plan, detach } => begin(config, &name, &BeginSync { plan }, detach).await,
        SyncCommand::Start { name } => switch(config, &name, "start").await,
        SyncCommand::Stop { name } => switch(config, &name, "stop").await,
        SyncCommand::Status { name } => status(config, &name).await,
        SyncCommand::Reconcile { name } => reconcile(config, &name).await,
        SyncCommand::Ledger { name, failed } => ledger(config, &name, failed).await,
    }
}

fn path(name: &str) -> String {
    format!("/api/v1/syncs/{}", escaped(name))
}

/// For a command that asks the instances, or changes what is kept of them.
async fn resting(config: &Config) -> Result<Connected> {
    app::changing(config, "sync", Engines::Rest).await
}

async fn add(config: &Config, args: SyncAddArgs, variables: &Variables) -> Result<Exit> {
    let settings = settings(config, &args)?;
    let secret = |file: &Option<std::path::PathBuf>, variable: &str| match (file, variables.get(variable)) {
        (Some(file), _) => super::send::secret_of(file).map(Some),
        (None, Some(secret)) => Ok(Some(SecretString::from(secret.clone()))),
        (None, None) => Ok(None),
    };
    let new = NewSync {
        settings,
        source_secret: secret(&args.source_secret_file, "VIGIE_SYNC_SOURCE_SECRET")?,
        target_secret: secret(&args.target_secret_file, "VIGIE_SYNC_TARGET_SECRET")?,
    };
    let connected = resting(config).await?;
    let kept = connected.client().put::<Sync>(&path(&args.name), &new).await;
    connected.close().await;
    let kept = kept?;
    if config.json {
        render::json(&kept.json)?;
        return Ok(Exit::Done);
    }
    render::say(&t!("sync-kept", name = render::plain(&kept.name, 100), number = kept.number));
    Ok(Exit::Done)
}

/// What was said, or else what the configuration file has of it.
fn settings(config: &Config, args: &SyncAddArgs) -> Result<Value> {
    let Some((source, target)) = args.source.as_ref().zip(args.target.as_ref()) else {
        let table = config.sync.get(&args.name);
        let table = table
            .ok_or_else(|| Failure::refused(t!("sync-no-source", name = args.name)).help(t!("sync-no-source-help")))?;
        let mut settings = serde_json::to_value(table).map_err(|error| Failure::refused(error.to_string()))?;
        if let dhis2::settings::Mapping::File(file) = &table.map {
            // Beside the configuration file that names it.
            let folder = config.file.as_deref().and_then(std::path::Path::parent).unwrap_or(std::path::Path::new(""));
            settings["map"] = mapping(&folder.join(file))?.into();
        }
        return Ok(settings);
    };
    let mode = match (&args.schedule, args.automatic) {
        (Some(_), _) => "scheduled",
        (None, true) => "automatic",
        (None, false) => "manual",
    };
    let map = args.map.as_deref().map(mapping).transpose()?.unwrap_or_default();
    Ok(json!({
        "source": source,
        "target": target,
        "mode": mode,
        "schedule": args.schedule,
        "zone": args.zone,
        "completeness": if args.completeness { "yes" } else { "no" },
        "tracker": if args.tracker { "yes" } else { "no" },
        "files": if args.files { "yes" } else { "no" },
        "delete": if args.delete { "on" } else { "off" },
        "max_delete_percent": args.max_delete,
        "map": map,
        "check_every_s": args.check_every.as_secs(),
        "cooldown_s": args.cooldown.as_secs(),
        "metadata": args.metadata,
        "values": if args.values { "yes" } else { "no" },
        "org_unit": args.org_unit,
        "conflict": args.conflict,
        "sharing": if args.copy_sharing { "copy" } else { "keep" },
    }))
}

/// The lines of a mapping: type, uid or code of the source, uid of the target. A first line that names no type is a head.
fn mapping(file: &std::path::Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::refused(t!("sync-map-unread", file = file.display(), error = error)))?;
    let mut lines = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let fields: Vec<&str> = line.split([',', ';', '\t']).map(|field| field.trim().trim_matches('"')).collect();
        match fields[..] {
            [""] => {}
            [kind, ..] if at == 0 && !dhis2::settings::TYPES.contains(&kind) => {}
            [kind, source, target] => lines.push(json!({"kind": kind, "source": source, "target": target})),
            _ => return Err(Failure::refused(t!("sync-map-line", file = file.display(), line = at + 1))),
        }
    }
    Ok(lines)
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = resting(config).await?;
    let syncs = connected.client().get::<Syncs>("/api/v1/syncs").await;
    connected.close().await;
    let syncs = syncs?;
    if config.json {
        render::json(&syncs.json)?;
        return Ok(Exit::Done);
    }
    let columns = ["no", "name", "source", "target", "state"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for sync in syncs.into_inner().rows {
        let side = |name: &str| render::plain(sync.settings[name].as_str().unwrap_or_default(), 60);
        let last = sync.runs.first().map_or_else(|| "-".to_owned(), |run| words::word("sync-phase", &run.phase));
        table.row([sync.number.to_string(), render::plain(&sync.name, 40), side("source"), side("target"), last]);
    }
    match table.is_empty() {
        true => render::say(&t!("syncs-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

async fn check(config: &Config, name: &str) -> Result<Exit> {
    let connected = resting(config).await?;
    let found = connected.client().post_empty::<SyncCheck>(&format!("{}/check", path(name))).await;
    connected.close().await;
    let found = found?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    if found.findings.is_empty() {
        render::say(&t!("sync-check-good"));
    }
    for one in found.into_inner().findings {
        let (side, remedy) = (words::word("column", &one.side), words::of_finding(&one.code).unwrap_or(one.remedy));
        render::out(&format!("{} ({side}): {}\n  {remedy}", one.code, render::plain(&one.detail, 200)))?;
    }
    Ok(Exit::Done)
}

async fn plan(config: &Config, name: &str, asked: &NewSyncPlan, changes: bool) -> Result<Exit> {
    let connected = resting(config).await?;
    let plan = connected.client().post::<SyncPlan>(&format!("{}/plan", path(name)), asked).await;
    let changes = match (&plan, changes && !config.json) {
        (Ok(plan), true) => all_changes(connected.client(), name, &plan.id).await,
        _ => Ok(Vec::new()),
    };
    connected.close().await;
    let (plan, changes) = (plan?, changes?);
    if config.json {
        render::json(&plan.json)?;
        return Ok(Exit::Done);
    }
    let plan = plan.into_inner();
    let columns = ["type", "create", "update", "delete", "equal", "kept", "conflict", "extra"];
    let mut table = Table::new(&columns.map(|name| (name, if name == "type" { Align::Left } else { Align::Right })));
    for row in &plan.rows {
        let counts = [row.create, row.update, row.delete, row.equal, row.kept, row.conflict, row.extra]
            .map(|count| count.to_string());
        let [create, update, delete, equal, kept, conflict, extra] = counts;
        table.row([row.kind.clone(), create, update, delete, equal, kept, conflict, extra]);
    }
    for set in &plan.values {
        let [write, delete, conflict] = [set.write, set.delete, set.conflict].map(|count| count.to_string());
        let none = String::new;
        table.row([render::plain(&set.kind, 60), write, none(), delete, none(), none(), conflict, none()]);
    }
    render::out(&table.to_string())?;
    for one in &changes {
        let name = render::plain(&one.name, 80);
        render::out(&format!("{} {} {} {name}", one.action, one.kind, one.uid))?;
        for change in &one.properties {
            let (before, after) = (render::plain(&change.before, 200), render::plain(&change.after, 200));
            render::out(&format!("  {}: {before} → {after}", render::plain(&change.property, 60)))?;
        }
    }
    for one in &plan.blocked {
        render::out(&format!("{} {} {}", one.kind, one.uid, one.code))?;
    }
    if plan.validated {
        render::say(&t!("sync-plan-refused", count = plan.blocked.len()));
    }
    if plan.unasked > 0 {
        render::say(&t!("sync-plan-unasked", count = plan.unasked));
    }
    if !plan.held.is_empty() {
        render::say(&t!("sync-plan-held", types = plan.held.join(", ")));
    }
    render::say(&t!("sync-planned", name = render::plain(name, 100), id = plan.id));
    Ok(Exit::Done)
}

/// What becomes of each property, of every object of a plan.
async fn all_changes(client: &Client, name: &str, id: &uuid::Uuid) -> Result<Vec<SyncChange>> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let place = format!("{}/plans/{id}/changes?after={after}", path(name));
        let page = client.get::<SyncChanges>(&place).await?.into_inner();
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = next,
            None => return Ok(rows),
        }
    }
}

async fn begin(config: &Config, name: &str, begin: &BeginSync, detach: bool) -> Result<Exit> {
    let engines = if detach { Engines::Rest } else { Engines::RunAsked(RetryPolicy::default()) };
    let connected = app::changing(config, "sync", engines).await?;
    let ended = run_to_end(connected.client(), name, begin, detach).await;
    connected.close().await;
    let run = ended?;
    if config.json {
        render::json(&serde_json::to_value(&run).unwrap_or_default())?;
    } else if run.finished_at.is_none() {
        render::say(&t!("sync-begun", id = run.id));
    } else if run.phase == "succeeded" {
        render::say(&t!("sync-succeeded", count = run.to_write));
    } else {
        render::say(&t!("sync-failed", problem = problem(&run, 500)));
    }
    Ok(if run.phase == "failed" { Exit::SomeNotSent } else { Exit::Done })
}

/// Why a run failed, in the reader's language.
fn problem(run: &SyncRun, width: usize) -> String {
    let args: Vec<(&str, String)> =
        run.problem_args.iter().map(|(name, value)| (name.as_str(), render::plain(value, 100))).collect();
    render::plain(&words::of_sync(&run.problem_code, &args).unwrap_or_else(|| run.problem.clone()), width)
}

async fn run_to_end(client: &Client, name: &str, begin: &BeginSync, detach: bool) -> Result<SyncRun> {
    let begun = client.post::<SyncRun>(&format!("{}/run", path(name)), begin).await?.into_inner();
    if detach {
        return Ok(begun);
    }
    loop {
        tokio::time::sleep(ASK_EVERY).await;
        let sync = client.get::<Sync>(&path(name)).await?.into_inner();
        let ended = |run: &SyncRun| run.id == begun.id && run.finished_at.is_some();
        if let Some(run) = sync.runs.into_iter().find(ended) {
            return Ok(run);
        }
    }
}

async fn switch(config: &Config, name: &str, step: &str) -> Result<Exit> {
    let connected = resting(config).await?;
    let sync = connected.client().post_empty::<Sync>(&format!("{}/{step}", path(name))).await;
    connected.close().await;
    let sync = sync?;
    if config.json {
        render::json(&sync.json)?;
        return Ok(Exit::Done);
    }
    let shown = render::plain(&sync.name, 100);
    match sync.started_at {
        Some(_) if sync.settings["mode"] != "automatic" => render::say(&t!("sync-started-manual", name = shown)),
        Some(_) => render::say(&t!("sync-started", name = shown)),
        None => render::say(&t!("sync-stopped", name = shown)),
    }
    Ok(Exit::Done)
}

async fn status(config: &Config, name: &str) -> Result<Exit> {
    let connected = resting(config).await?;
    let sync = connected.client().get::<Sync>(&path(name)).await;
    connected.close().await;
    let sync = sync?;
    if config.json {
        render::json(&sync.json)?;
        return Ok(Exit::Done);
    }
    let sync = sync.into_inner();
    let zone = &config.zone.value;
    render::out(&format!("{} ({})", render::plain(&sync.name, 100), sync.number))?;
    let columns =
        ["begun", "ended", "state", "written", "errors", "conflicts", "problem"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for run in &sync.runs {
        table.row([
            render::moment(Some(run.created_at), zone),
            render::moment(run.finished_at, zone),
            words::word("sync-phase", &run.phase),
            run.to_write.to_string(),
            run.errors.to_string(),
            run.conflicts.to_string(),
            problem(run, 200),
        ]);
    }
    match table.is_empty() {
        true => render::say(&t!("sync-no-runs")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

async fn reconcile(config: &Config, name: &str) -> Result<Exit> {
    let connected = resting(config).await?;
    let compared = connected.client().post_empty::<SyncComparison>(&format!("{}/reconcile", path(name))).await;
    connected.close().await;
    let compared = compared?;
    let exit = if compared.equal { Exit::Done } else { Exit::SomeNotSent };
    if config.json {
        render::json(&compared.json)?;
        return Ok(exit);
    }
    let compared = compared.into_inner();
    let columns = [("type", Align::Left), ("source", Align::Right), ("target", Align::Right), ("hash", Align::Left)];
    let mut table = Table::new(&columns);
    for row in &compared.rows {
        let same = row.source_hash == row.target_hash;
        let hash = if same { row.source_hash.clone() } else { format!("{} ≠ {}", row.source_hash, row.target_hash) };
        table.row([row.kind.clone(), row.source_count.to_string(), row.target_count.to_string(), hash]);
    }
    render::out(&table.to_string())?;
    for one in &compared.differences {
        render::out(&format!("{} {} {}", one.action, one.kind, one.uid))?;
    }
    if compared.more > 0 {
        render::say(&t!("sync-more", count = compared.more));
    }
    render::say(&if compared.equal { t!("sync-equal") } else { t!("sync-different") });
    Ok(exit)
}

async fn ledger(config: &Config, name: &str, failed: bool) -> Result<Exit> {
    let connected = resting(config).await?;
    let listed = list_ledger(config, connected.client(), name, failed).await;
    connected.close().await;
    listed.map(|()| Exit::Done)
}

async fn list_ledger(config: &Config, client: &Client, name: &str, failed: bool) -> Result<()> {
    let only = if failed { "failed=1&" } else { "" };
    let mut after = String::new();
    loop {
        let place = format!("{}/ledger?{only}after={}", path(name), escaped(&after));
        let page = client.get::<SyncLedger>(&place).await?;
        if config.json {
            render::json(&page.json)?;
        }
        let page = page.into_inner();
        for row in page.rows.iter().filter(|_| !config.json) {
            let told = row.problem.as_deref().unwrap_or("equal");
            let hash = if row.hash.is_empty() { "-" } else { &row.hash };
            render::out(&format!("{} {} {hash} {told}", row.kind, row.uid))?;
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}
