//! Alerts, for people.

pub(crate) mod channels;
pub(crate) mod rules;

use crate::{
    Ctx,
    alerts::{
        incidents,
        pages::{AlertPage, AlertsPage, IncidentRow, MessageRow, PhaseWord, SeverityWord, SilenceRow},
    },
    auth::{Access, Granted},
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::{Foreign, plain},
        notice,
        parts::{Choice, Mood, Notice, Pager},
        see, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, form_about, page_about},
};
use ::alerts::{Incident, Notice as AlertNotice, NoticeKind, Phase, Rule, Severity};
use alerting::{told_error, told_example, what, what_happened};
use axum::{Extension, extract::State, response::Response};
use model::Timestamp;
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};
use store::{AlertDelivery, DeliveryState, Scope, StoredIncident};
use utoipa::IntoParams;
use uuid::Uuid;

/// Incidents on one page of the history.
const PAGE: u32 = 30;
/// Minutes for which one may be silenced, with the identifiers of their words.
const SILENCES: [(&str, &str); 4] =
    [("60", "silence-hour"), ("240", "silence-four-hours"), ("1440", "silence-day"), ("10080", "silence-week")];

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/alerts", READS, list, page_about("What is wrong now, and what was").query::<AlertsQuery>())
        .get("/alerts/{id}", READS, show, page_about("An alert, and what was said of it").query::<AlertQuery>())
        .post("/alerts/{id}/acknowledge", WRITES, acknowledge, form_about("Say that somebody looks after it"))
        .post("/alerts/{id}/silence", WRITES, silence, form_about("Say nothing of it for a while"))
        .post("/alerts/silences/{id}/end", WRITES, end_silence, form_about("End a silence"))
}

const READS: Access = Access::Page(Scope::Read);
const WRITES: Access = Access::Page(Scope::Write);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct AlertsQuery {
    /// Where the page before this one ended.
    before: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct AlertQuery {
    /// `acknowledged` or `silenced`, after a form.
    said: String,
    /// That this session has sent the form.
    seal: String,
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AlertsQuery>) -> Result<Response> {
    let rules = incidents::rules(&ctx).await?;
    let before = incidents::cursor(&query.before);
    let mut firing = open(&ctx, &v, &rules).await?;
    firing.retain(|row| row.phase == PhaseWord(Phase::Firing));
    let history = ctx.app.db.alert_history(before, PAGE).await?;
    let over: Vec<IncidentRow> =
        rows(&v, &rules, &history.rows).into_iter().filter(|row| !row.phase.is_open()).collect();
    let pager = Pager {
        first: before.map(|_| "/alerts".to_owned()),
        next: history.next.map(|cursor| format!("/alerts?before={}", incidents::written(cursor))),
        shown: over.len() as u64,
        ..Pager::default()
    };
    Ok(shown(&AlertsPage {
        v: &v,
        firing,
        over,
        pager,
        has_channels: !ctx.app.db.alert_channels().await?.is_empty(),
        silences: silences(&ctx, &v, &rules, None).await?,
        works: crate::maintenance::under_way(&ctx, &v).await?,
        notice: None,
    }))
}

/// Alerts that fire and nobody has acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unacknowledged {
    pub(crate) count: u64,
    /// What the first of them are about.
    pub(crate) names: String,
    pub(crate) is_critical: bool,
}

/// Names that are told on the first page.
const NAMES_MAX: usize = 3;

pub(crate) async fn unacknowledged(ctx: &Ctx, v: &View) -> Result<Unacknowledged> {
    let kept = ctx.app.db.alert_incidents_since(Timestamp::from_micros(i64::MAX)).await?;
    let read = kept.iter().filter_map(alerting::incident_of).map(|state| state.incident);
    let firing: Vec<Incident> = read.filter(|one| one.phase == Phase::Firing && one.acknowledged.is_none()).collect();
    if firing.is_empty() {
        return Ok(Unacknowledged::default());
    }
    let rules = incidents::rules(ctx).await?;
    let of = |incident: &Incident| rules.get(&incident.rule);
    let name = |incident: &Incident| {
        let what = what_of(v, of(incident), incident);
        let name = plain(&incident.example.name);
        if name.is_empty() { what } else { format!("{what} ({name})") }
    };
    Ok(Unacknowledged {
        count: firing.len() as u64,
        names: firing.iter().rev().take(NAMES_MAX).map(name).collect::<Vec<_>>().join(", "),
        is_critical: firing.iter().any(|one| severity(of(one), one) == Severity::Critical),
    })
}

/// What is open now, the worst first, then the newest.
pub(crate) async fn open(ctx: &Ctx, v: &View, rules: &HashMap<Uuid, Rule>) -> Result<Vec<IncidentRow>> {
    let kept = ctx.app.db.alert_incidents_since(Timestamp::from_micros(i64::MAX)).await?;
    let mut open = rows(v, rules, &kept);
    open.sort_by_key(|row| (row.acknowledged.is_some(), std::cmp::Reverse((row.severity, row.since))));
    Ok(open)
}

fn rows(v: &View, rules: &HashMap<Uuid, Rule>, kept: &[StoredIncident]) -> Vec<IncidentRow> {
    let read = kept.iter().filter_map(alerting::incident_of);
    let shown = read.filter(|state| state.incident.fired_at.is_some());
    shown.map(|state| row(v, rules.get(&state.incident.rule), &state.incident)).collect()
}

fn row(v: &View, rule: Option<&Rule>, incident: &Incident) -> IncidentRow {
    IncidentRow {
        id: incident.id.to_string(),
        what: what_of(v, rule, incident),
        name: Foreign::line(incident.example.name.as_bytes()),
        example: Foreign::line(told_example(&incident.example, v.language).as_bytes()),
        path: incident.example.path.clone(),
        severity: SeverityWord(severity(rule, incident)),
        phase: PhaseWord(incident.phase),
        since: incident.since,
        ended_at: incident.ended_at,
        lasted: incident.lasted(v.now),
        count: rule.is_some_and(|rule| rule.kind.quiet_after().is_some()).then_some(incident.count).filter(|n| *n > 1),
        acknowledged: incident.acknowledged.as_ref().map(|word| (word.by.clone(), word.at)),
    }
}

/// The rules there are, those that come with Vigie among them.
pub(crate) async fn known_rules(ctx: &Ctx) -> Result<HashMap<Uuid, Rule>> {
    incidents::rules(ctx).await
}

pub(crate) fn rule_name(v: &View, rule: &Rule) -> String {
    rule.name.clone().unwrap_or_else(|| what(rule.kind.word(), v.language))
}

/// What was found: the rule's own name, or what happened.
fn what_of(v: &View, rule: Option<&Rule>, incident: &Incident) -> String {
    let Some(rule) = rule else { return v.t("alert-rule-deleted") };
    let happened = || what_happened(rule.kind.word(), Some(&incident.example), v.language);
    rule.name.clone().unwrap_or_else(happened)
}

/// How bad it is, which is not always as bad as its rule says.
pub(crate) fn severity(rule: Option<&Rule>, incident: &Incident) -> Severity {
    rule.map_or(Severity::Info, |rule| incident.example.severity(rule.severity))
}

async fn silences(ctx: &Ctx, v: &View, rules: &HashMap<Uuid, Rule>, of: Option<&Incident>) -> Result<Vec<SilenceRow>> {
    let all = ctx.app.db.alert_silences(v.now).await?.into_iter();
    let kept = all.filter(|one| of.is_none_or(|incident| covers(one, incident)));
    Ok(kept
        .map(|silence| SilenceRow {
            id: silence.id.to_string(),
            what: match silence.rule.and_then(|rule| rules.get(&rule)) {
                Some(rule) => rule_name(v, rule),
                None => v.t("silence-everything"),
            },
            until: silence.ends_at,
            by: silence.created_by,
            reason: silence.reason,
        })
        .collect())
}

fn covers(silence: &store::AlertSilence, incident: &Incident) -> bool {
    silence.rule.is_none_or(|rule| rule == incident.rule)
        && silence.subject.as_ref().is_none_or(|subject| *subject == incident.subject)
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Query(query): Query<AlertQuery>,
) -> Result<Response> {
    let state = incidents::existing(&ctx, id).await?;
    let rules = incidents::rules(&ctx).await?;
    let rule = rules.get(&state.incident.rule);
    let names: HashMap<Uuid, String> =
        ctx.app.db.alert_channels().await?.into_iter().map(|channel| (channel.id, channel.name)).collect();
    let messages = ctx.app.db.alert_deliveries_of(id).await?;
    Ok(shown(&AlertPage {
        v: &v,
        row: row(&v, rule, &state.incident),
        rule: rule.map(|rule| alerting::words_of_rule(&rule.kind, v.language)),
        messages: messages.iter().map(|one| message_row(&v, &names, one)).collect(),
        silences: silences(&ctx, &v, &rules, Some(&state.incident)).await?,
        times: Choice::of(SILENCES.map(|(minutes, word)| (minutes.to_owned(), v.t(word))), "240"),
        notice: told(&v, &query),
    }))
}

fn told(v: &View, query: &AlertQuery) -> Option<Notice> {
    let word = match query.said.as_str() {
        "acknowledged" => "alert-said-acknowledged",
        "silenced" => "alert-said-silenced",
        _ => return None,
    };
    let is_ours = notice::is_ours(v, &[("said", &query.said)], &query.seal);
    is_ours.then(|| Notice { mood: Mood::Ok, text: v.t(word) })
}

fn message_row(v: &View, names: &HashMap<Uuid, String>, delivery: &AlertDelivery) -> MessageRow {
    let kind = serde_json::from_str::<AlertNotice>(&delivery.notice).map(|notice| notice.kind);
    let (state, class) = match delivery.state {
        DeliveryState::Waiting if delivery.attempts > 0 => ("message-retried", "doubt"),
        DeliveryState::Waiting | DeliveryState::Begun => ("message-waiting", "busy"),
        DeliveryState::Sent => ("message-sent", "good"),
        DeliveryState::GivenUp => ("message-given-up", "bad"),
    };
    MessageRow {
        channel: names.get(&delivery.channel).cloned().unwrap_or_else(|| v.t("channel-deleted")),
        said: match kind {
            Ok(NoticeKind::More) => "said-more",
            Ok(NoticeKind::Escalated) => "said-escalated",
            Ok(NoticeKind::Resolved) => "said-resolved",
            _ => "said-firing",
        },
        state,
        class,
        error: plain(&told_error(
            delivery.error.as_deref().filter(|_| delivery.state != DeliveryState::Sent).unwrap_or_default(),
            v.language,
        )),
        at: delivery.ended_at.unwrap_or(delivery.created_at),
    }
}

async fn acknowledge(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    incidents::acknowledge(&ctx, id, granted.name()).await?;
    Ok(led(&v, id, "acknowledged"))
}

async fn silence(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    Path(id): Path<Uuid>,
    form: Form,
) -> Result<Response> {
    let state = incidents::existing(&ctx, id).await?;
    let minutes = form.text("minutes").parse::<u64>().unwrap_or(240).clamp(1, 43_200);
    let until = ctx.app.clock.now() + Duration::from_secs(minutes * 60);
    incidents::silence(&ctx, &state, until, granted.name(), form.text("reason")).await?;
    Ok(led(&v, id, "silenced"))
}

fn led(v: &View, id: Uuid, said: &str) -> Response {
    let path = format!("/alerts/{id}");
    see(&format!("{path}?{}", notice::query(v, &path, &[("said", said)])))
}

async fn end_silence(State(ctx): State<Ctx>, Path(id): Path<Uuid>, form: Form) -> Result<Response> {
    ctx.app.db.end_alert_silence(id, ctx.app.clock.now()).await?;
    Ok(see(form.back()))
}
