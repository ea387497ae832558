//! Projects, for people.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    auth::{Access, CreatedName},
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::plain,
        notice, page,
        parts::{ConfirmPage, Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    performance::endpoint,
    problem::Result,
    projects::{
        api::{self, NAME_MAX, dsn, existing, is_name},
        page::{
            DroppedRow, EndpointCard, KeyRow, NewProjectPage, ProjectForm, ProjectPage, ProjectRow, ProjectsPage,
            SummaryCard,
        },
        setup, typed,
    },
    routes::{Routes, form_about, page_about},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use reports::{Endpoint, ProjectSettings};
use serde::Deserialize;
use std::time::Duration;
use store::{DropSide, DroppedItems, IssueStateKind, Project, ProjectChange, Scope};
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/projects", READS, list, page_about("What reports its errors here"))
        .post("/projects", ADMINS, create, form_about("Make a project"))
        .get("/projects/new", ADMINS, new, page_about("A new project"))
        .get(
            "/projects/{name}",
            READS,
            show,
            page_about("A project, and what its clients are set up with").query::<ProjectQuery>(),
        )
        .post("/projects/{name}", ADMINS, save, form_about("Change a project"))
        .get("/projects/{name}/remove", ADMINS, ask_removal, page_about("Asks whether a project is to be removed"))
        .post("/projects/{name}/remove", ADMINS, remove, form_about("Remove a project with its issues and events"))
        .post("/projects/{name}/keys", ADMINS, add_key, form_about("A further key of a project"))
        .post("/projects/{name}/keys/{code}/disable", ADMINS, disable_key, form_about("Disable a key of a project"))
}

const DAY: Duration = Duration::from_secs(86_400);
/// Of which time it is told what was not kept.
const DROPPED_FOR: Duration = Duration::from_secs(30 * 86_400);
const READS: Access = Access::Page(Scope::Read);
const ADMINS: Access = Access::Page(Scope::Admin);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct ProjectQuery {
    /// `saved`, after the form.
    said: String,
    /// That this session has sent the form.
    seal: String,
}

fn address(project: &Project) -> String {
    format!("/projects/{}", project.slug)
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let mut rows = Vec::new();
    for project in ctx.app.db.projects().await? {
        rows.push(row(&ctx, project).await?);
    }
    Ok(shown(&ProjectsPage { v: &v, rows }))
}

async fn row(ctx: &Ctx, project: Project) -> Result<ProjectRow> {
    let counts = ctx.app.db.count_issues(Some(project.id)).await?;
    let open = counts.iter().filter(|(state, _)| IssueStateKind::OPEN.contains(state));
    Ok(ProjectRow {
        open_issues: open.map(|(_, count)| count).sum(),
        platform: setup::name_of(&project.platform).to_owned(),
        slug: project.slug,
        name: project.name,
        created_at: project.created_at,
        first_event_at: project.first_event_at,
    })
}

async fn new(Reader(v): Reader) -> Response {
    let platforms = typed::platforms(&v, "python-django");
    shown(&NewProjectPage { v: &v, name: String::new(), platforms, faults: Faults::default() })
}

async fn create(State(ctx): State<Ctx>, Reader(v): Reader, form: Form) -> Result<Response> {
    let name = form.text("name").to_owned();
    let platform = form.text("platform");
    if !is_name(&name) || !api::is_platform(platform) {
        let mut faults = Faults::default();
        faults.add("name", v.with("project-name-bad", "n", NAME_MAX));
        let name = name.chars().take(NAME_MAX).collect();
        let shown = NewProjectPage { v: &v, name, platforms: typed::platforms(&v, ""), faults };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    let (project, _) = api::make(&ctx, name, platform.to_owned()).await?;
    let mut response = see(&address(&project));
    response.extensions_mut().insert(CreatedName(project.name));
    Ok(response)
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(slug): Path<String>,
    Query(said): Query<ProjectQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let project = existing(&ctx, &slug).await?;
    let is_ours = notice::is_ours(&v, &[("said", &said.said)], &said.seal);
    let notice = (is_ours && said.said == "saved").then(|| Notice { mood: Mood::Ok, text: v.t("said-saved") });
    let form = typed::of(&v, &project, &ProjectSettings::read(&project.settings));
    Ok(shown(&filled(&ctx, &v, project, &ctx.origin(&headers), (form, Faults::default(), notice)).await?))
}

async fn filled<'a>(
    ctx: &Ctx,
    v: &'a View,
    project: Project,
    origin: &str,
    (form, faults, notice): (ProjectForm, Faults, Option<Notice>),
) -> Result<ProjectPage<'a>> {
    let keys = ctx.app.db.project_keys(project.id).await?;
    let dsn = keys.iter().find(|key| key.disabled_at.is_none()).map(|key| dsn(origin, key));
    let keys = keys.into_iter().map(|key| KeyRow {
        public_key: key.public_key,
        created_at: key.created_at,
        disabled_at: key.disabled_at,
    });
    let dropped = ctx.app.reports.dropped(project.id, v.now - DROPPED_FOR).await?.into_iter().map(dropped_row);
    Ok(ProjectPage {
        v,
        summary: summary(ctx, v, &project).await?,
        snippets: dsn.as_ref().map(|dsn| setup::snippets(dsn, &project.platform)).unwrap_or_default(),
        dsn,
        keys: keys.collect(),
        dropped: dropped.collect(),
        row: row(ctx, project).await?,
        form,
        faults,
        notice,
    })
}

/// The last 24 hours of a project that has reported anything.
async fn summary(ctx: &Ctx, v: &View, project: &Project) -> Result<Option<SummaryCard>> {
    let range = v.now - DAY..v.now + Duration::from_millis(1);
    let apdex = Duration::from_millis(ProjectSettings::read(&project.settings).apdex_ms.into());
    let found = ctx.app.reports.summary(&project.slug, range, apdex).await?;
    if project.first_event_at.is_none() && found.hottest.is_none() {
        return Ok(None);
    }
    let card = |of: Endpoint| EndpointCard {
        address: endpoint::address(&of, "24h"),
        name: plain(&of.name),
        count: of.count,
        p95: of.p95,
    };
    Ok(Some(SummaryCard {
        errors: found.errors,
        average: found.average,
        hottest: found.hottest.map(card),
        slowest: found.slowest.map(card),
        active_users: found.active_users,
        is_partial: found.is_partial,
    }))
}

fn dropped_row(dropped: DroppedItems) -> DroppedRow {
    let by = match dropped.side {
        DropSide::Client => "dropped-by-client",
        DropSide::Server => "dropped-by-server",
    };
    DroppedRow { by, why: reason_word(&dropped.reason), category: dropped.category, count: dropped.count }
}

/// The word for why something was dropped, by a client or here.
fn reason_word(reason: &str) -> &'static str {
    match reason {
        "quota" => "dropped-quota",
        "too_large" => "dropped-too-large",
        "malformed" => "dropped-malformed",
        "duplicate" => "dropped-duplicate",
        "not_kept" => "dropped-not-kept",
        "ratelimit_backoff" => "dropped-ratelimit-backoff",
        "network_error" => "dropped-network-error",
        "send_error" => "dropped-send-error",
        "sample_rate" => "dropped-sample-rate",
        "before_send" => "dropped-before-send",
        "event_processor" => "dropped-event-processor",
        "queue_overflow" => "dropped-queue-overflow",
        "cache_overflow" => "dropped-cache-overflow",
        "buffer_overflow" => "dropped-buffer-overflow",
        "backpressure" => "dropped-backpressure",
        "insufficient_data" => "dropped-insufficient-data",
        "internal_sdk_error" => "dropped-internal-sdk-error",
        _ => "dropped-other",
    }
}

async fn save(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(slug): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    let project = existing(&ctx, &slug).await?;
    let (typed, settings, faults) = typed::read(&v, &form, &ProjectSettings::read(&project.settings));
    if !faults.is_empty() {
        let shown = filled(&ctx, &v, project, &ctx.origin(&headers), (typed, faults, None)).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    let platform = Some(form.text("platform").to_owned()).filter(|platform| api::is_platform(platform));
    let change = ProjectChange { name: Some(typed.name), platform, settings: Some(settings.write()) };
    api::save(&ctx, &project, change).await?;
    let path = address(&project);
    Ok(see(&format!("{path}?{}", notice::query(&v, &path, &[("said", "saved")]))))
}

async fn add_key(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Response> {
    let project = existing(&ctx, &slug).await?;
    api::add_key(&ctx, &project).await?;
    Ok(see(&format!("{}#key-list", address(&project))))
}

async fn disable_key(State(ctx): State<Ctx>, Path((slug, key)): Path<(String, String)>) -> Result<Response> {
    let project = existing(&ctx, &slug).await?;
    api::disable(&ctx, &project, &key).await?;
    Ok(see(&format!("{}#key-list", address(&project))))
}

async fn ask_removal(State(ctx): State<Ctx>, Reader(v): Reader, Path(slug): Path<String>) -> Result<Response> {
    let project = existing(&ctx, &slug).await?;
    let issues: u64 = ctx.app.db.count_issues(Some(project.id)).await?.into_iter().map(|(_, count)| count).sum();
    Ok(shown(&ConfirmPage {
        title: v.with("project-remove-title", "name", plain(&project.name)),
        text: format!("{} {}", v.count("project-remove-issues", &issues), v.t("project-remove-text")),
        action: format!("{}/remove", address(&project)),
        button: v.t("project-remove"),
        back: address(&project),
        v: &v,
    }))
}

async fn remove(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Response> {
    api::remove_project(&ctx, &existing(&ctx, &slug).await?).await?;
    Ok(see("/projects"))
}
