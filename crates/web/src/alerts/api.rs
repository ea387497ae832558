//! Alerts, for programs.

use crate::{
    Ctx,
    alerts::{
        handlers::{channels, rules, severity},
        incidents,
    },
    auth::{Access, CreatedName, Granted},
    extract::{Json, Path, Query},
    logs::doubts::doubts,
    problem::{Problem, ProblemText, Result, worded},
    routes::{About, Routes},
    words::Words,
};
use ::alerts::Rule;
use ::api::alerts::{
    Alert, AlertLeft, AlertPage, AlertPreview, AlertRules, ChannelList, ChannelRow, ChannelTest, NewChannel, NewSilence,
};
use alerting::{Channel, ChannelKind, ChannelSecret, ChannelSettings, IncidentState, TellFailure, new_signing_key};
use axum::{Extension, extract::State, http::StatusCode};
use language::Language;
use model::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::Value;
use std::{collections::HashMap, time::Duration};
use store::{AlertChannel, StoredIncident};
use utoipa::IntoParams;
use uuid::Uuid;

/// Incidents of one answer.
const PAGE: u32 = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    [declare_alerts, declare_rules, declare_channels].into_iter().fold(routes, |routes, add| add(routes))
}

fn declare_alerts(routes: Routes) -> Routes {
    let alert = |summary| About::new(summary).gives::<Alert>(200, "The alert");
    routes
        .get(
            "/api/v1/alerts",
            Access::Read,
            list,
            About::new("Alerts: those that are open, or all, the newest first")
                .query::<AlertsAsked>()
                .gives::<AlertPage>(200, "A page of them"),
        )
        .get("/api/v1/alerts/{id}", Access::Read, show, alert("An alert"))
        .post(
            "/api/v1/alerts/{id}/acknowledge",
            Access::Write,
            acknowledge,
            alert("Say that somebody looks after an alert"),
        )
        .post(
            "/api/v1/alerts/{id}/silence",
            Access::Write,
            silence,
            alert("Say nothing of an alert for a while").takes::<NewSilence>(),
        )
}

fn declare_rules(routes: Routes) -> Routes {
    let rule = |summary| About::new(summary).takes::<AnyRule>().gives::<AnyRule>(200, "The rule");
    routes
        .get(
            "/api/v1/alert-rules",
            Access::Read,
            list_rules,
            About::new("Rules of alerts").gives::<AlertRules>(200, "All of them"),
        )
        .put("/api/v1/alert-rules/{id}", Access::Write, save_rule, rule("Make a rule, or change it"))
        .delete(
            "/api/v1/alert-rules/{id}",
            Access::Write,
            delete_rule,
            About::new("Delete a rule").gives_text(204, None, "It is no more"),
        )
        .post(
            "/api/v1/alert-rules/preview",
            Access::Read,
            preview,
            About::new("What a rule would have done in the last seven days")
                .takes::<AnyRule>()
                .gives::<AlertPreview>(200, "How often")
                .unaudited(),
        )
}

fn declare_channels(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/alert-channels",
            Access::Read,
            list_channels,
            About::new("Where alerts are told").gives::<ChannelList>(200, "All of them"),
        )
        .post(
            "/api/v1/alert-channels",
            Access::Admin,
            create_channel,
            About::new("Make a channel").takes::<NewChannel>().gives::<ChannelRow>(201, "The channel"),
        )
        .post(
            "/api/v1/alert-channels/{id}/test",
            Access::Admin,
            test_channel,
            About::new("Send a test to a channel").gives::<ChannelTest>(200, "What came of it"),
        )
        .delete(
            "/api/v1/alert-channels/{id}",
            Access::Admin,
            delete_channel,
            About::new("Delete a channel").gives_text(204, None, "It is no more"),
        )
}

/// A rule as JSON; its fields depend on its kind. `"anyway": true` takes one whose search names a field that no line has.
#[derive(utoipa::ToSchema, Deserialize)]
#[schema(value_type = Object)]
#[serde(transparent)]
struct AnyRule(Value);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default, deny_unknown_fields)]
struct AlertsAsked {
    /// `open`, which is meant where nothing is said, or `all`.
    state: String,
    /// Where the page before this one ended.
    before: String,
}

fn shown(rules: &HashMap<Uuid, Rule>, state: &IncidentState) -> Alert {
    let incident = &state.incident;
    let rule = rules.get(&incident.rule);
    let severity = serde_json::to_value(severity(rule, incident)).ok();
    let left = incident.example.left;
    let acknowledged = incident.acknowledged.as_ref();
    Alert {
        id: incident.id,
        rule: incident.rule,
        kind: rule.map(|rule| rule.kind.word().as_str().to_owned()),
        rule_name: rule.and_then(|rule| rule.name.clone()),
        severity: severity.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_else(|| "info".to_owned()),
        state: incident.phase.as_str().to_owned(),
        name: incident.example.name.clone(),
        example: alerting::example_text(&incident.example, Language::English),
        path: incident.example.path.clone(),
        value: incident.example.value,
        left: left.map(|left| AlertLeft { is_mailing: left.is_mailing, failed: left.failed, unknown: left.unknown }),
        count: incident.count,
        since: incident.since,
        last_at: incident.last_at,
        ended_at: incident.ended_at,
        acknowledged_by: acknowledged.map(|word| word.by.clone()),
        acknowledged_at: acknowledged.map(|word| word.at),
    }
}

async fn list(State(ctx): State<Ctx>, Query(asked): Query<AlertsAsked>) -> Result<axum::Json<AlertPage>> {
    let rules = incidents::rules(&ctx).await?;
    let of = |kept: &[StoredIncident]| {
        let read = kept.iter().filter_map(alerting::incident_of);
        read.map(|state| shown(&rules, &state)).collect::<Vec<_>>()
    };
    if asked.state != "all" {
        let kept = ctx.app.db.alert_incidents_since(Timestamp::from_micros(i64::MAX)).await?;
        return Ok(axum::Json(AlertPage { rows: of(&kept), next: None }));
    }
    let page = ctx.app.db.alert_history(incidents::cursor(&asked.before), PAGE).await?;
    Ok(axum::Json(AlertPage { rows: of(&page.rows), next: page.next.map(incidents::written) }))
}

async fn show(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<Alert>> {
    let state = incidents::existing(&ctx, id).await?;
    Ok(axum::Json(shown(&incidents::rules(&ctx).await?, &state)))
}

async fn acknowledge(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(id): Path<Uuid>,
) -> Result<axum::Json<Alert>> {
    let state = incidents::acknowledge(&ctx, id, granted.name()).await?;
    Ok(axum::Json(shown(&incidents::rules(&ctx).await?, &state)))
}

async fn silence(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Path(id): Path<Uuid>,
    Json(new): Json<NewSilence>,
) -> Result<axum::Json<Alert>> {
    if !(1..=43_200).contains(&new.minutes) {
        return Err(Problem::invalid("minutes: write 1 to 43200"));
    }
    let state = incidents::existing(&ctx, id).await?;
    let until = ctx.app.clock.now() + Duration::from_secs(new.minutes * 60);
    incidents::silence(&ctx, &state, until, granted.name(), &new.reason).await?;
    Ok(axum::Json(shown(&incidents::rules(&ctx).await?, &state)))
}

async fn list_rules(State(ctx): State<Ctx>) -> Result<axum::Json<AlertRules>> {
    let mut rules: Vec<Rule> = incidents::rules(&ctx).await?.into_values().collect();
    rules.sort_by_key(|rule| (!rule.is_built_in(), rule.kind.word(), rule.id));
    let rows = rules.iter().filter_map(|rule| serde_json::to_value(rule).ok()).collect();
    Ok(axum::Json(AlertRules { rows, next: None }))
}

/// A rule that was sent; what it leaves out is as in a new one.
fn read(sent: Value, id: Uuid) -> Result<Rule> {
    let usual = serde_json::to_value(Rule::new(id, ::alerts::RuleKind::FailedJob)).unwrap_or_default();
    let (Value::Object(sent), Value::Object(mut fields)) = (sent, usual) else {
        return Err(Problem::invalid("a rule is an object"));
    };
    fields.extend(sent);
    fields.insert("id".to_owned(), Value::String(id.to_string()));
    let rule: Rule =
        serde_json::from_value(Value::Object(fields)).map_err(|error| Problem::invalid(error.to_string()))?;
    rule.check().map_err(|fault| Problem::invalid(format!("{}: cannot be taken", fault.0)))?;
    Ok(rule)
}

/// What becomes of a rule whose search finds nothing as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubts {
    Refused,
    /// `"anyway": true` stands in the rule.
    Taken,
}

impl Doubts {
    fn of(mut sent: Value) -> (Value, Self) {
        let anyway = sent.as_object_mut().and_then(|fields| fields.remove("anyway"));
        (sent, if anyway == Some(Value::Bool(true)) { Self::Taken } else { Self::Refused })
    }
}

/// A misspelt field would be noticed by nobody.
async fn refuse_doubts(ctx: &Ctx, rule: &Rule) -> Result<()> {
    let Some(query) = rule.kind.query() else { return Ok(()) };
    let said = async |language| {
        let words = Words { language, zone: ctx.app.logs.zone().clone() };
        let said = doubts(ctx, &words, query).await?;
        Ok::<_, Problem>((!said.is_empty()).then(|| format!("query: {}", said.join(" "))))
    };
    let (english, french) = (said(Language::English).await?, said(Language::French).await?);
    match english.zip(french) {
        None => Ok(()),
        Some((english, french)) => {
            Err(Problem::invalid(ProblemText::both(english, french)).remedy(worded("problem-rule-anyway", &[])))
        }
    }
}

async fn save_rule(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Json(sent): Json<AnyRule>,
) -> Result<axum::Json<Value>> {
    let (sent, doubts) = Doubts::of(sent.0);
    let rule = read(sent, id)?;
    if doubts == Doubts::Refused {
        refuse_doubts(&ctx, &rule).await?;
    }
    let before = incidents::rules(&ctx).await?;
    if rule.is_built_in() && before.get(&id).is_some_and(|before| before.kind.word() != rule.kind.word()) {
        return Err(Problem::conflict("a rule that came with Vigie keeps its kind"));
    }
    if !rules::keep(&ctx, &rule).await? {
        return Err(Problem::conflict("there are too many rules: delete one first"));
    }
    Ok(axum::Json(serde_json::to_value(&rule).unwrap_or_default()))
}

async fn delete_rule(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<StatusCode> {
    rules::remove(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn preview(State(ctx): State<Ctx>, Json(sent): Json<AnyRule>) -> Result<axum::Json<AlertPreview>> {
    let rule = read(sent.0, Uuid::nil())?;
    let replay = ctx.app.alerts.preview(&rule).await.map_err(Problem::conflict)?;
    Ok(axum::Json(AlertPreview { fired: replay.fired, messages: replay.messages }))
}

fn shown_channel(kept: AlertChannel) -> ChannelRow {
    let failure = kept.health.last_error.as_deref().map(TellFailure::read);
    ChannelRow {
        id: kept.id,
        name: kept.name,
        settings: serde_json::from_str(&kept.settings).unwrap_or_default(),
        failing_since: kept.health.failing_since,
        last_error: failure.as_ref().map(|failure| failure.told(Language::English)),
        last_failure: failure.map(|failure| failure.to_json()),
        last_sent_at: kept.health.last_sent_at,
    }
}

async fn list_channels(State(ctx): State<Ctx>) -> Result<axum::Json<ChannelList>> {
    let rows = ctx.app.db.alert_channels().await?.into_iter().map(shown_channel).collect();
    Ok(axum::Json(ChannelList { rows, next: None }))
}

async fn create_channel(
    State(ctx): State<Ctx>,
    Json(new): Json<NewChannel>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<ChannelRow>)> {
    let settings: ChannelSettings =
        serde_json::from_value(new.settings).map_err(|error| Problem::invalid(format!("settings: {error}")))?;
    let text = |secret: &Option<secrecy::SecretString>| {
        secret.as_ref().map(|secret| secret.expose_secret().to_owned()).unwrap_or_default()
    };
    let mut secret = ChannelSecret { url: text(&new.url), token: text(&new.token) };
    if settings.kind == ChannelKind::Webhook && secret.token.is_empty() {
        secret.token = new_signing_key(&ctx.app.rng);
    }
    let channel = Channel { id: Uuid::from_bytes(ctx.app.rng.bytes()), name: new.name, settings, secret };
    channel.check().map_err(|fault| Problem::invalid(format!("{}: cannot be taken", fault.0)))?;
    if let ChannelKind::Email { account, .. } = &channel.settings.kind
        && ctx.app.db.account_named(account).await?.is_none()
    {
        return Err(Problem::invalid(worded("problem-no-account", &[("name", account)])));
    }
    if !channels::keep(&ctx, &channel).await? {
        return Err(Problem::conflict("another channel has that name, or there are too many"));
    }
    let made = shown_channel(channels::existing(&ctx, channel.id).await?);
    Ok((StatusCode::CREATED, Extension(CreatedName(channel.name)), axum::Json(made)))
}

async fn test_channel(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<axum::Json<ChannelTest>> {
    let failure = channels::tried(&ctx, &channels::existing(&ctx, id).await?).await.err();
    let error = failure.as_ref().map(|failure| failure.told(Language::English));
    let delivered = failure.is_none();
    Ok(axum::Json(ChannelTest { delivered, error, failure: failure.map(|failure| failure.to_json()) }))
}

async fn delete_channel(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<StatusCode> {
    match ctx.app.db.delete_alert_channel(id, ctx.app.clock.now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::missing(worded("problem-no-channel", &[("name", &id)]))),
    }
}
