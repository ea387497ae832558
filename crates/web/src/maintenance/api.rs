//! Planned work, for programs.

use super::keep::{self, PlannedWork, WorkState};
use crate::{
    Ctx,
    alerts::handlers::known_rules,
    auth::{Access, CreatedName, Granted},
    checks::{existing_check, name_of},
    extract::{Json, Path},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::alerts::Rule;
use ::api::checks::{Maintenance, MaintenancesPage, NewMaintenance};
use axum::{Extension, extract::State, http::StatusCode};
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// What is over is told for so long.
const TOLD_BACK: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/planned-maintenance",
            Access::Read,
            list,
            About::new("Planned work, what goes on and comes next first")
                .gives::<MaintenancesPage>(200, "All of it, and what was over in the last 30 days"),
        )
        .post(
            "/api/v1/planned-maintenance",
            Access::Write,
            create,
            About::new("Plan work: no alert is told during it, and nothing counts as down")
                .takes::<NewMaintenance>()
                .gives::<Maintenance>(201, "The work"),
        )
        .delete(
            "/api/v1/planned-maintenance/{id}",
            Access::Write,
            end,
            About::new("End planned work; what it excused stays excused").gives_text(204, None, "It is over"),
        )
}

fn rule_called(rule: &Rule) -> String {
    rule.name.clone().unwrap_or_else(|| rule.kind.word().as_str().to_owned())
}

async fn shown(ctx: &Ctx, all: Vec<PlannedWork>) -> Result<Vec<Maintenance>> {
    let now = ctx.app.clock.now();
    let rules = known_rules(ctx).await?;
    let mut checks = HashMap::new();
    if all.iter().any(|planned| !planned.work.checks.is_empty()) {
        checks = ctx.app.db.checks().await?.iter().map(|kept| (kept.id, name_of(kept))).collect();
    }
    let one = |planned: PlannedWork| {
        let (state, window) = match planned.state(now) {
            WorkState::Now(window) => ("now", Some(window)),
            WorkState::Planned(window) => ("planned", Some(window)),
            WorkState::Over => ("over", planned.work.windows(planned.created_at, now).pop()),
        };
        let named = planned.work.checks.iter().filter_map(|id| checks.get(id).cloned());
        let about = named.chain(planned.work.rules.iter().filter_map(|id| rules.get(id)).map(rule_called)).collect();
        Maintenance {
            id: planned.id,
            name: planned.work.name.clone(),
            state: state.to_owned(),
            from: window.as_ref().map(|window| window.start),
            until: window.map(|window| window.end),
            about,
            spec: serde_json::to_value(&planned.work).unwrap_or_default(),
            created_by: planned.created_by,
            created_at: planned.created_at,
        }
    };
    let mut rows: Vec<Maintenance> = all.into_iter().map(one).collect();
    let order = |state: &str| ["now", "planned", "over"].iter().position(|one| *one == state);
    rows.sort_by_key(|row| (order(&row.state), row.from));
    Ok(rows)
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<MaintenancesPage>> {
    let all = keep::planned(&ctx, ctx.app.clock.now() - TOLD_BACK).await?;
    Ok(axum::Json(MaintenancesPage { rows: shown(&ctx, all).await?, next: None }))
}

/// What was sent, with names in the place of ids, and from now on where nothing is said.
async fn read(ctx: &Ctx, sent: Value) -> Result<checks::Maintenance> {
    let Value::Object(mut fields) = sent else { return Err(Problem::invalid("a maintenance is an object")) };
    let texts = |value: Option<Value>| -> Vec<String> {
        let all = value.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let mut checks = Vec::new();
    for name in texts(fields.remove("checks")) {
        checks.push(existing_check(ctx, &name).await?.id);
    }
    let known = known_rules(ctx).await?;
    let mut rules = Vec::new();
    for name in texts(fields.remove("rules")) {
        let is_meant = |rule: &&Rule| {
            name.parse() == Ok(rule.id)
                || rule_called(rule).eq_ignore_ascii_case(&name)
                || rule.kind.word().as_str() == name
        };
        let found: Vec<Uuid> = known.values().filter(is_meant).map(|rule| rule.id).collect();
        if found.is_empty() {
            return Err(Problem::missing(worded("problem-no-rule", &[("name", &name)])));
        }
        rules.extend(found);
    }
    fields.insert("checks".to_owned(), json!(checks));
    fields.insert("rules".to_owned(), json!(rules));
    if fields.get("kind").is_some_and(|kind| kind == "once") {
        fields.entry("from").or_insert_with(|| json!(ctx.app.clock.now()));
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| Problem::invalid(error.to_string()))
}

async fn create(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Json(NewMaintenance(sent)): Json<NewMaintenance>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<Maintenance>)> {
    let made = keep::create(&ctx, read(&ctx, sent).await?, granted.name()).await?;
    let name = CreatedName(made.work.name.clone());
    let shown = shown(&ctx, vec![made]).await?.remove(0);
    Ok((StatusCode::CREATED, Extension(name), axum::Json(shown)))
}

async fn end(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<StatusCode> {
    keep::end(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
