//! `vigie check …`

use crate::{
    app::{self, Engines},
    cli::{CheckAddArgs, CheckArgs, CheckCommand, StatusPageArgs},
    client::escaped,
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::{self, t},
};
use api::checks::{Check, CheckPings, ChecksPage, StatusPage, StatusPageChange};
use serde_json::{Value, json};
use std::time::Duration;

/// Columns of a text before it is cut.
const TEXT_WIDTH: usize = 60;
/// What is shown of what was heard.
const PINGS_SHOWN: usize = 10;

pub(super) async fn run(config: &Config, args: CheckArgs) -> Result<Exit> {
    match args.command.unwrap_or(CheckCommand::List) {
        CheckCommand::Add(args) => add(config, *args).await,
        CheckCommand::List => list(config).await,
        CheckCommand::Show { check } => show(config, &check).await,
        CheckCommand::Pause { check } => change(config, &check, "pause").await,
        CheckCommand::Resume { check } => change(config, &check, "resume").await,
        CheckCommand::Test { check } => change(config, &check, "test").await,
        CheckCommand::Publish { check, public_name } => {
            publish(config, &check, json!({"is_public": true, "public_name": public_name})).await
        }
        CheckCommand::Hide { check } => publish(config, &check, json!({"is_public": false})).await,
        CheckCommand::StatusPage(args) => status_page(config, args).await,
        CheckCommand::Remove { check } => remove(config, &check).await,
    }
}

fn path(check: &str) -> String {
    format!("/api/v1/checks/{}", escaped(check))
}

async fn add(config: &Config, args: CheckAddArgs) -> Result<Exit> {
    let spec = spec(config, &args)?;
    let connected = app::changing(config, "check", Engines::Rest).await?;
    let made = connected.client().post::<Check>("/api/v1/checks", &spec).await;
    connected.close().await;
    let made = made?;
    if config.json {
        render::json(&made.json)?;
        return Ok(Exit::Done);
    }
    render::say(&t!("check-kept", name = made.name));
    if let Some(url) = &made.ping_url {
        render::say(&t!("check-call"));
        render::out(url)?;
        render::say(&t!("check-crontab"));
        render::out(&crontab(&made, url))?;
    }
    Ok(Exit::Done)
}

/// A line of a crontab that says how its job ended.
fn crontab(check: &Check, url: &str) -> String {
    let when = check.spec["when"].as_str().unwrap_or_default();
    let fields =
        if when.split_whitespace().count() == 5 && !when.starts_with(char::is_alphabetic) { when } else { "0 2 * * *" };
    format!("{fields} /path/to/job; curl -fsS -m 10 --retry 3 -o /dev/null {url}/$?")
}

/// Changes what the public page shows of a check.
async fn publish(config: &Config, check: &str, change: Value) -> Result<Exit> {
    let connected = app::changing(config, "check", Engines::Rest).await?;
    let changed = async {
        let client = connected.client();
        let mut spec = client.get::<Check>(&path(check)).await?.into_inner().spec;
        for (name, value) in change.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            spec[name] = value.clone();
        }
        let changed = client.put::<Check>(&path(check), &spec).await?;
        let page = client.get::<StatusPage>("/api/v1/status-page").await?;
        Ok::<_, Failure>((changed, page.into_inner()))
    };
    let changed = changed.await;
    connected.close().await;
    let (changed, page) = changed?;
    if config.json {
        render::json(&changed.json)?;
        return Ok(Exit::Done);
    }
    match (changed.is_public, &page.url) {
        (false, _) => render::say(&t!("check-hidden", name = changed.name)),
        (true, Some(url)) => render::say(&t!("check-published", name = changed.name, url)),
        (true, None) => render::say(&t!("check-published-off", name = changed.name)),
    }
    Ok(Exit::Done)
}

async fn status_page(config: &Config, args: StatusPageArgs) -> Result<Exit> {
    const PATH: &str = "/api/v1/status-page";
    let either = |yes: bool, no: bool| if yes || no { Some(yes) } else { None };
    let change = StatusPageChange {
        is_on: either(args.on, args.off),
        is_secret: either(args.secret, args.plain),
        title: args.title,
        new_address: args.new_address,
    };
    let page = if change == StatusPageChange::default() {
        app::reading(config).await?.client().get::<StatusPage>(PATH).await?
    } else {
        let connected = app::changing(config, "check", Engines::Rest).await?;
        let changed = connected.client().put::<StatusPage>(PATH, &change).await;
        connected.close().await;
        changed?
    };
    if config.json {
        render::json(&page.json)?;
        return Ok(Exit::Done);
    }
    match &page.url {
        Some(url) => {
            render::say(&t!("status-page-on"; n = page.checks.len()));
            render::out(url)?;
        }
        None => render::say(&t!("status-page-off")),
    }
    Ok(Exit::Done)
}

/// What is to be watched, as the API takes it.
fn spec(config: &Config, args: &CheckAddArgs) -> Result<Value> {
    let every = args.every.map(|every| format!("every {} s", every.as_secs()));
    let family = match (args.ipv4, args.ipv6) {
        (true, _) => "ipv4",
        (_, true) => "ipv6",
        _ => "any",
    };
    let mut spec = match (every.or_else(|| args.cron.clone()), &args.http, &args.tcp, &args.dns) {
        (Some(when), ..) => {
            let server = config.zone.value.iana_name().unwrap_or("UTC");
            json!({"kind": "heartbeat", "when": when, "zone": args.zone.as_deref().unwrap_or(server),
                   "grace_s": args.grace.as_secs(), "floors": floors(&args.at_least)?,
                   "run_max_s": args.run_max.map(|run| run.as_secs())})
        }
        (None, Some(url), ..) => {
            json!({"kind": "http", "url": url, "contains": args.contains, "certificate_days": 14, "family": family})
        }
        (None, None, Some(address), _) => {
            let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
            let port: u16 = port.parse().map_err(|_| Failure::refused(t!("check-port", address = address)))?;
            json!({"kind": "tcp", "host": host, "port": port, "family": family})
        }
        (None, None, None, host) => json!({"kind": "dns", "host": host}),
    };
    if let Some(name) = &args.public {
        spec["is_public"] = json!(true);
        spec["public_name"] = json!(Some(name).filter(|name| !name.is_empty()));
    }
    spec["name"] = json!(args.name);
    spec["failures_max"] = json!(args.failures);
    spec["every_s"] = json!(args.interval.as_secs());
    Ok(spec)
}

fn floors(texts: &[String]) -> Result<Vec<Value>> {
    let floor = |text: &String| {
        let parsed = text.split_once('=').and_then(|(name, least)| Some((name, least.parse::<f64>().ok()?)));
        let (name, at_least) = parsed.ok_or_else(|| Failure::refused(t!("check-floor", text = text)))?;
        Ok(json!({"name": name, "at_least": at_least}))
    };
    texts.iter().map(floor).collect()
}

async fn list(config: &Config) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let checks = connected.client().get::<ChecksPage>("/api/v1/checks").await?;
    if config.json {
        render::json(&checks.json)?;
        return Ok(Exit::Done);
    }
    let columns = ["name", "state", "since", "why", "90 days"].map(|name| (name, Align::Left));
    let mut table = Table::new(&columns);
    for check in checks.into_inner().rows {
        table.row([
            render::plain(&check.name, 40),
            words::word("check-state", &check.state),
            render::moment(Some(check.since), &config.zone.value),
            why(&check),
            uptime(&check),
        ]);
    }
    match table.is_empty() {
        true => render::say(&t!("checks-none")),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

/// `99.98%`; that nothing is known yet.
fn uptime(check: &Check) -> String {
    let Some(share) = check.uptime else { return t!("check-no-data") };
    let sign = if words::language() == language::Language::French { "\u{202f}%" } else { "%" };
    format!("{}{sign}", words::decimal(share * 100.0, 2))
}

/// Why it is down, and what the other side has of it.
fn why(check: &Check) -> String {
    let why = check.why.as_deref().map(|code| words::word("check-why", code.replace('_', "-")));
    let parts = why.into_iter().chain(check.detail.clone());
    render::plain(&parts.collect::<Vec<_>>().join(" · "), TEXT_WIDTH)
}

async fn show(config: &Config, name: &str) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let client = connected.client();
    let found = client.get::<Check>(&path(name)).await?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    let pings = client.get::<CheckPings>(&format!("{}/pings", path(name))).await?;
    let check = found.into_inner();
    let zone = &config.zone.value;
    let mut table = Table::new(&[("", Align::Left), ("", Align::Left)]);
    let rows = [
        ("name", check.name.clone()),
        ("state", words::word("check-state", &check.state)),
        ("why", why(&check)),
        ("since", render::moment(Some(check.since), zone)),
        ("last heard", check.last_at.map(|at| render::moment(Some(at), zone)).unwrap_or_default()),
        ("expected", check.expected_at.map(|at| render::moment(Some(at), zone)).unwrap_or_default()),
        ("90 days", uptime(&check)),
        ("maintenance", check.maintenance_until.map(|at| render::moment(Some(at), zone)).unwrap_or_default()),
        ("public", check.public_name.clone().or(check.is_public.then(|| check.name.clone())).unwrap_or_default()),
        ("address", check.ping_url.clone().unwrap_or_default()),
        ("crontab", check.ping_url.as_deref().map(|url| crontab(&check, url)).unwrap_or_default()),
    ];
    for (name, text) in rows.into_iter().filter(|(_, text)| !text.is_empty()) {
        table.row([words::word("column", name), render::plain(&text, 200)]);
    }
    render::out(table.to_string().trim_start())?;
    if !pings.rows.is_empty() {
        let mut table = Table::new(&["time", "state", "took", "text"].map(|name| (name, Align::Left)));
        for ping in pings.rows.iter().take(PINGS_SHOWN) {
            let took = ping.took_ms.map(|ms| words::language().duration(Duration::from_millis(ms)));
            let body = ping.body.lines().next().unwrap_or_default();
            table.row([
                render::moment(Some(ping.at), zone),
                ping.kind.clone(),
                took.unwrap_or_default(),
                render::plain(body, TEXT_WIDTH),
            ]);
        }
        render::out(&format!("\n{table}"))?;
    }
    Ok(Exit::Done)
}

async fn change(config: &Config, check: &str, word: &str) -> Result<Exit> {
    let connected = app::changing(config, "check", Engines::Rest).await?;
    let changed = connected.client().post_empty::<Check>(&format!("{}/{word}", path(check))).await;
    connected.close().await;
    let changed = changed?;
    if config.json {
        render::json(&changed.json)?;
        return Ok(Exit::Done);
    }
    let state = words::word("check-state", &changed.state);
    render::say(&t!("check-stands", name = changed.name, state = state));
    let why = why(&changed);
    if !why.is_empty() {
        render::say(&why);
    }
    Ok(Exit::Done)
}

async fn remove(config: &Config, check: &str) -> Result<Exit> {
    let connected = app::changing(config, "check", Engines::Rest).await?;
    let removed = connected.client().delete::<Value>(&path(check)).await;
    connected.close().await;
    let removed = removed?;
    match config.json {
        true => render::json(&removed.json)?,
        false => render::say(&t!("check-removed", name = check)),
    }
    Ok(Exit::Done)
}
