//! Rules: what is worth an alert.

use super::rule_name;
use crate::{
    Ctx,
    alerts::{
        incidents,
        pages::{LimitField, PreviewRow, RuleForm, RulePage, RuleRow, RulesPage, SeverityWord},
    },
    auth::{Access, OnlyShown},
    extract::{Path, Query},
    layout::{
        Form, Reader, notice, page,
        parts::{Choice, Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    logs::doubts::doubts,
    problem::{Problem, Result, worded},
    routes::{Routes, form_about, page_about},
};
use ::alerts::{Escalation, Rule, RuleKind, RuleLimits, RuleWord, Severity};
use alerting::{limit_label, what, words_of_rule};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use std::collections::HashMap;
use store::Scope;
use utoipa::IntoParams;
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(LIST, READS, list, page_about("What is worth an alert").query::<RulesQuery>())
        .post("/alerts/rules", WRITES, create, form_about("Make a rule, or show what it would have done"))
        .get("/alerts/rules/new", WRITES, new, page_about("A new rule").query::<NewRuleQuery>())
        .get("/alerts/rules/{id}", WRITES, edit, page_about("A rule"))
        .post("/alerts/rules/{id}", WRITES, save, form_about("Change a rule, or show what it would have done"))
        .post("/alerts/rules/{id}/switch", WRITES, switch, form_about("Turn a rule on or off"))
        .post("/alerts/rules/{id}/delete", WRITES, delete, form_about("Delete a rule"))
}

const READS: Access = Access::Page(Scope::Read);
const WRITES: Access = Access::Page(Scope::Write);

const LIST: &str = "/alerts/rules";

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct RulesQuery {
    /// `created` or `saved`, after a form.
    said: String,
    /// That this session has sent the form.
    seal: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct NewRuleQuery {
    /// `error_rate`, `log_pattern` …
    kind: String,
    /// The search of a rule on the logs.
    q: String,
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<RulesQuery>) -> Result<Response> {
    let names: HashMap<Uuid, String> =
        ctx.app.db.alert_channels().await?.into_iter().map(|channel| (channel.id, channel.name)).collect();
    let mut rules: Vec<Rule> = incidents::rules(&ctx).await?.into_values().collect();
    rules.sort_by_key(|rule| (!rule.is_built_in(), rule.kind.word(), rule.id));
    let rows = rules.iter().map(|rule| row(&v, rule, &names)).collect();
    let kinds = RuleWord::ALL.map(|word| (word.as_str(), what(word, v.language))).to_vec();
    Ok(shown(&RulesPage { v: &v, rows, kinds, notice: told(&v, &query) }))
}

fn told(v: &View, query: &RulesQuery) -> Option<Notice> {
    let word = match query.said.as_str() {
        "saved" => "said-saved",
        "created" => "rule-said-created",
        _ => return None,
    };
    notice::is_ours(v, &[("said", &query.said)], &query.seal).then(|| Notice { mood: Mood::Ok, text: v.t(word) })
}

fn row(v: &View, rule: &Rule, names: &HashMap<Uuid, String>) -> RuleRow {
    RuleRow {
        id: rule.id.to_string(),
        name: rule_name(v, rule),
        text: words_of_rule(&rule.kind, v.language),
        query: rule.kind.query().unwrap_or_default().to_owned(),
        severity: SeverityWord(rule.severity),
        is_enabled: rule.is_enabled,
        channels: rule.channels.iter().filter_map(|id| names.get(id).cloned()).collect(),
    }
}

async fn new(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<NewRuleQuery>) -> Result<Response> {
    let word = RuleWord::parse(&query.kind).unwrap_or(RuleWord::ErrorRate);
    let rule = Rule::new(Uuid::nil(), word.with(RuleLimits { query: Some(&query.q), ..RuleLimits::default() }));
    let form = form_of(&ctx, &v, &rule).await?;
    Ok(shown(&RulePage { v: &v, id: None, is_built_in: false, form, faults: Faults::default(), preview: None }))
}

async fn existing(ctx: &Ctx, id: Uuid) -> Result<Rule> {
    let missing = || Problem::missing(worded("problem-no-rule", &[("name", &id)]));
    incidents::rules(ctx).await?.remove(&id).ok_or_else(missing)
}

async fn edit(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>) -> Result<Response> {
    let rule = existing(&ctx, id).await?;
    let form = form_of(&ctx, &v, &rule).await?;
    let (id, is_built_in) = (Some(id.to_string()), rule.is_built_in());
    Ok(shown(&RulePage { v: &v, id, is_built_in, form, faults: Faults::default(), preview: None }))
}

/// The fields of a rule. Times are in minutes, as people think of them.
async fn form_of(ctx: &Ctx, v: &View, rule: &Rule) -> Result<RuleForm> {
    let severities =
        [("info", v.t("severity-info")), ("warning", v.t("severity-warning")), ("critical", v.t("severity-critical"))];
    let severity = match rule.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    };
    let kept = ctx.app.db.alert_channels().await?;
    let named = || kept.iter().map(|channel| (channel.id.to_string(), channel.name.clone()));
    let mut channels = Choice::of(named(), "");
    for choice in &mut channels {
        if rule.channels.iter().any(|id| id.to_string() == choice.value) {
            choice.chosen = crate::layout::parts::Chosen::Yes;
        }
    }
    let escalated = rule.escalation.map(|it| it.channel.to_string()).unwrap_or_default();
    let nobody = std::iter::once((String::new(), v.t("rule-nobody")));
    let word = rule.kind.word();
    Ok(RuleForm {
        kind: word.as_str().to_owned(),
        what: what(word, v.language),
        name: rule.name.clone().unwrap_or_default(),
        severities: Choice::of(severities.map(|(code, name)| (code.to_owned(), name)), severity),
        limits: limits(v, &rule.kind),
        query: rule.kind.query().map(str::to_owned),
        is_doubted: false,
        for_min: minutes(rule.for_s),
        throttle_min: minutes(rule.throttle_s),
        is_measured: rule.kind.quiet_after().is_none(),
        channels,
        escalations: Choice::of(nobody.chain(named()), &escalated),
        escalate_min: minutes(rule.escalation.map_or(900, |it| it.after_s)),
    })
}

fn minutes(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (whole, 0) => whole.to_string(),
        _ => format!("{:.1}", seconds as f64 / 60.0),
    }
}

fn limits(v: &View, kind: &RuleKind) -> Vec<LimitField> {
    let RuleLimits { limit, at_least, within_s, query: _ } = kind.limits();
    let fields = [
        limit.map(|n| ("limit", limit_label(kind.word(), v.language), n.to_string())),
        at_least.map(|n| ("at_least", v.t("rule-at-least"), n.to_string())),
        within_s.map(|seconds| ("within_min", v.t("rule-within"), minutes(seconds))),
    ];
    fields.into_iter().flatten().map(|(field, label, value)| LimitField { field, label, value }).collect()
}

/// The rule that was typed; numbers that are none fail its check.
fn typed(form: &Form, id: Uuid, is_enabled: bool) -> Option<Rule> {
    let number = |field: &str| form.text(field).parse::<u64>().unwrap_or(u64::MAX);
    let seconds = |field: &str| {
        let minutes = form.text(field).replace(',', ".").parse::<f64>().unwrap_or(f64::MAX);
        (minutes * 60.0).round().clamp(0.0, 1e9) as u64
    };
    let kind = RuleWord::parse(form.text("kind"))?.with(RuleLimits {
        limit: Some(number("limit")),
        at_least: Some(number("at_least")),
        within_s: Some(seconds("within_min")),
        query: Some(form.text("q")),
    });
    let severity = match form.text("severity") {
        "info" => Severity::Info,
        "critical" => Severity::Critical,
        _ => Severity::Warning,
    };
    let channel = form.text("escalate_to").parse().ok();
    Some(Rule {
        id,
        name: Some(form.text("name").to_owned()).filter(|name| !name.is_empty()),
        severity,
        is_enabled,
        for_s: if kind.quiet_after().is_none() { seconds("for_min") } else { 0 },
        throttle_s: seconds("throttle_min"),
        channels: form.all("channel").filter_map(|id| id.parse().ok()).collect(),
        escalation: channel.map(|channel| Escalation { after_s: seconds("escalate_min"), channel }),
        kind,
    })
}

async fn create(State(ctx): State<Ctx>, Reader(v): Reader, form: Form) -> Result<Response> {
    let rule = typed(&form, Uuid::from_bytes(ctx.app.rng.bytes()), true);
    written(&ctx, &v, &form, rule, Standing::New).await
}

async fn save(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<Uuid>, form: Form) -> Result<Response> {
    let before = existing(&ctx, id).await?;
    written(&ctx, &v, &form, typed(&form, id, before.is_enabled), Standing::Kept).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    New,
    Kept,
}

async fn written(ctx: &Ctx, v: &View, form: &Form, rule: Option<Rule>, standing: Standing) -> Result<Response> {
    let rule = rule.ok_or_else(|| Problem::invalid("kind: no kind of rule"))?;
    let mut faults = Faults::default();
    if let Err(fault) = rule.check() {
        let (field, word) = fault_of(fault.0);
        faults.add(field, v.t(word));
    }
    let wants_preview = form.text("do") == "preview";
    let is_right = faults.is_empty();
    let is_doubted = is_right && add_doubts(ctx, v, form, &rule, &mut faults).await?;
    if faults.is_empty() && !wants_preview {
        if keep(ctx, &rule).await? {
            let said = if standing == Standing::New { "created" } else { "saved" };
            return Ok(see(&format!("{LIST}?{}", notice::query(v, LIST, &[("said", said)]))));
        }
        faults.add("name", v.t("rule-too-many"));
    }
    let preview = if is_right && wants_preview { Some(previewed(ctx, &rule).await?) } else { None };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (id, is_built_in) = ((standing == Standing::Kept).then(|| rule.id.to_string()), rule.is_built_in());
    let form = RuleForm { is_doubted, ..form_of(ctx, v, &rule).await? };
    let mut response = page(status, &RulePage { v, id, is_built_in, form, faults, preview });
    response.extensions_mut().insert(OnlyShown);
    Ok(response)
}

/// A search that is kept as it is finds nothing where a field is misspelt. Whoever sends the same again means it.
async fn add_doubts(ctx: &Ctx, v: &View, form: &Form, rule: &Rule, faults: &mut Faults) -> Result<bool> {
    let Some(query) = rule.kind.query().filter(|query| form.text("sure") != *query) else { return Ok(false) };
    let mut said = doubts(ctx, v, query).await?;
    if said.is_empty() {
        return Ok(false);
    }
    said.push(v.t("rule-query-sure"));
    faults.add("q", said.join(" "));
    Ok(true)
}

fn fault_of(field: &str) -> (&'static str, &'static str) {
    match field {
        "name" => ("name", "rule-bad-name"),
        "for_s" => ("for_min", "rule-bad-time"),
        "throttle_s" => ("throttle_min", "rule-bad-time"),
        "within_s" => ("within_min", "rule-bad-time"),
        "query" => ("q", "rule-bad-query"),
        "escalation" => ("escalate_min", "rule-bad-time"),
        _ => ("limit", "number-bad"),
    }
}

async fn previewed(ctx: &Ctx, rule: &Rule) -> Result<PreviewRow> {
    let replay = ctx.app.alerts.preview(rule).await.map_err(Problem::conflict)?;
    let named = replay
        .incidents
        .iter()
        .map(|incident| (incident.example.name.clone(), incident.fired_at.unwrap_or(incident.since)));
    Ok(PreviewRow { fired: replay.fired, messages: replay.messages, incidents: named.take(10).collect() })
}

/// `false`: there are as many as there may be.
pub(crate) async fn keep(ctx: &Ctx, rule: &Rule) -> Result<bool> {
    let spec = serde_json::to_string(rule).map_err(|error| Problem::internal(&error))?;
    Ok(ctx.app.db.save_alert_rule(rule.id, spec, ctx.app.clock.now()).await?)
}

async fn switch(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<Response> {
    let mut rule = existing(&ctx, id).await?;
    rule.is_enabled = !rule.is_enabled;
    keep(&ctx, &rule).await?;
    Ok(see("/alerts/rules"))
}

async fn delete(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<Response> {
    remove(&ctx, id).await?;
    Ok(see("/alerts/rules"))
}

/// Those that came with Vigie stay.
pub(crate) async fn remove(ctx: &Ctx, id: Uuid) -> Result<()> {
    if existing(ctx, id).await?.is_built_in() {
        return Err(Problem::conflict("a rule that came with Vigie is turned off, not deleted"));
    }
    ctx.app.db.delete_alert_rule(id).await?;
    Ok(())
}
