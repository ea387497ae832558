//! What everybody may see: whether, where, and under which title. Off until an administrator turns it on.

use super::{keep, page::OnPublicPage};
use crate::{
    Ctx,
    auth::Access,
    extract::{Json, Query},
    layout::{
        Form, Reader, notice,
        parts::{Mood, Notice},
        see, shown,
        view::View,
    },
    problem::{Problem, Result, worded},
    routes::{About, Routes, form_about, page_about},
};
use ::api::checks::{StatusPage, StatusPageChange};
use askama::Template;
use axum::{extract::State, response::Response};
use checking::check_of;
use serde::{Deserialize, Serialize};
use store::{Scope, StoredCheck};
use utoipa::IntoParams;

const PAGE: &str = "/status-page";
const TITLE_MAX: usize = 100;

pub(super) fn declare(routes: Routes) -> Routes {
    let status = |summary| About::new(summary).gives::<StatusPage>(200, "The page");
    routes
        .get(
            PAGE,
            Access::Page(Scope::Read),
            show,
            page_about("The public page, and how it is set up").query::<SaidQuery>(),
        )
        .post(PAGE, Access::Page(Scope::Admin), save, form_about("Set up the public page"))
        .get("/api/v1/status-page", Access::Read, get, status("The page of states that everybody may see"))
        .put("/api/v1/status-page", Access::Admin, put, status("Set it up").takes::<StatusPageChange>())
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SaidQuery {
    /// `saved`, after the form.
    said: String,
    /// That this session has sent the form.
    seal: String,
}

/// The public page as it is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StatusSettings {
    pub(super) is_on: bool,
    /// Whether its address cannot be guessed.
    pub(super) is_secret: bool,
    /// What makes it so; made when it is first turned on, and kept.
    code: String,
    pub(super) title: String,
}

impl Default for StatusSettings {
    fn default() -> Self {
        Self { is_on: false, is_secret: true, code: String::new(), title: String::new() }
    }
}

impl StatusSettings {
    pub(super) async fn kept(ctx: &Ctx) -> Result<Self> {
        let kept = ctx.app.db.status_page().await?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default())
    }

    /// Whether it is shown at the address with that code; at the one without, where that is empty.
    pub(super) fn is_at(&self, code: &str) -> bool {
        self.is_on && if self.is_secret { !code.is_empty() && code == self.code } else { code.is_empty() }
    }

    fn url(&self, ctx: &Ctx) -> Option<String> {
        let code = if self.is_secret { format!("/{}", self.code) } else { String::new() };
        self.is_on.then(|| format!("{}/status{code}", ctx.app.alerts.origin()))
    }

    fn changed(mut self, ctx: &Ctx, change: StatusPageChange) -> Result<Self> {
        if let Some(title) = change.title {
            let title = title.trim().to_owned();
            if title.chars().count() > TITLE_MAX {
                return Err(Problem::invalid(worded("problem-too-long", &[("name", &"title"), ("most", &TITLE_MAX)])));
            }
            self.title = title.replace('\0', "\u{fffd}");
        }
        self.is_on = change.is_on.unwrap_or(self.is_on);
        self.is_secret = change.is_secret.unwrap_or(self.is_secret);
        if self.code.is_empty() || change.new_address {
            self.code = ctx.app.rng.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        }
        Ok(self)
    }

    async fn keep(self, ctx: &Ctx) -> Result<Self> {
        let text = serde_json::to_string(&self).map_err(|error| Problem::internal(&error))?;
        ctx.app.db.save_status_page(text, ctx.app.clock.now()).await?;
        Ok(self)
    }
}

/// Whether, and as what, the public page has a check.
pub(super) async fn shown_on(ctx: &Ctx, kept: &StoredCheck) -> Result<OnPublicPage> {
    let Some(check) = check_of(kept).filter(|check| check.is_public) else { return Ok(OnPublicPage::default()) };
    let url = StatusSettings::kept(ctx).await?.url(ctx);
    Ok(OnPublicPage { name: Some(check.public_name().to_owned()), url })
}

#[derive(Template)]
#[template(path = "checks/public_settings.html")]
pub(crate) struct PublicSettingsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) is_on: bool,
    pub(crate) is_secret: bool,
    pub(crate) title: String,
    /// None while it is off.
    pub(crate) url: Option<String>,
    /// Names and addresses of the checks that it has, with what they are called there.
    pub(crate) checks: Vec<(String, String, String)>,
    pub(crate) notice: Option<Notice>,
}

async fn public_checks(ctx: &Ctx) -> Result<Vec<(String, String, String)>> {
    let all = ctx.app.db.checks().await?;
    let public = |kept: &StoredCheck| {
        let check = check_of(kept).filter(|check| check.is_public)?;
        Some((keep::name_of(kept), kept.slug.clone(), check.public_name().to_owned()))
    };
    Ok(all.iter().filter_map(public).collect())
}

async fn show(State(ctx): State<Ctx>, Reader(mut v): Reader, Query(query): Query<SaidQuery>) -> Result<Response> {
    let settings = StatusSettings::kept(&ctx).await?;
    let is_said = query.said == "saved" && notice::is_ours(&v, &[("said", &query.said)], &query.seal);
    v.part_of = Some("/checks");
    Ok(shown(&PublicSettingsPage {
        v: &v,
        is_on: settings.is_on,
        is_secret: settings.is_secret,
        url: settings.url(&ctx),
        title: settings.title,
        checks: public_checks(&ctx).await?,
        notice: is_said.then(|| Notice { mood: Mood::Ok, text: v.t("said-saved") }),
    }))
}

async fn save(State(ctx): State<Ctx>, Reader(v): Reader, form: Form) -> Result<Response> {
    let change = match form.text("do") {
        "renew" => StatusPageChange { new_address: true, ..StatusPageChange::default() },
        _ => StatusPageChange {
            is_on: Some(!form.text("is_on").is_empty()),
            is_secret: Some(!form.text("is_secret").is_empty()),
            title: Some(form.text("title").to_owned()),
            new_address: false,
        },
    };
    StatusSettings::kept(&ctx).await?.changed(&ctx, change)?.keep(&ctx).await?;
    Ok(see(&format!("{PAGE}?{}", notice::query(&v, PAGE, &[("said", "saved")]))))
}

async fn told(ctx: &Ctx, settings: StatusSettings) -> Result<axum::Json<StatusPage>> {
    Ok(axum::Json(StatusPage {
        is_on: settings.is_on,
        is_secret: settings.is_secret,
        url: settings.url(ctx),
        title: settings.title,
        checks: public_checks(ctx).await?.into_iter().map(|(_, slug, _)| slug).collect(),
    }))
}

async fn get(State(ctx): State<Ctx>) -> Result<axum::Json<StatusPage>> {
    told(&ctx, StatusSettings::kept(&ctx).await?).await
}

async fn put(State(ctx): State<Ctx>, Json(change): Json<StatusPageChange>) -> Result<axum::Json<StatusPage>> {
    let changed = StatusSettings::kept(&ctx).await?.changed(&ctx, change)?.keep(&ctx).await?;
    told(&ctx, changed).await
}
