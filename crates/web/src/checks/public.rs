//! The page that everybody may see: which services work, which are down, what is planned and what was. It names checks as they
//! are called in public, and nothing else of them: no address, no error. No cookie is read or set, so that caches may keep it.

use super::{
    handlers::bar,
    keep::{Past, Uptime},
    page::DayBar,
    public_settings::StatusSettings,
};
use crate::{
    Ctx,
    auth::{Access, ForPerson},
    extract::{Path, Query},
    layout::{
        foreign::plain,
        view::{Theme, View},
    },
    maintenance::planned,
    problem::{Problem, Result},
    routes::{Routes, page_about},
    words::{Words, preferred},
};
use ::checks::Check;
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
};
use checking::{check_of, standing_of};
use language::Language;
use model::{CheckState, Timestamp};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use store::StoredCheck;
use utoipa::IntoParams;

/// Incidents and times of planned work that are shown.
const PAST_SHOWN: usize = 50;
const WORKS_SHOWN: usize = 10;
/// How far planned work is announced.
const ANNOUNCED: Duration = Duration::from_secs(7 * 86_400);
/// How long one that was drawn is shown again: strangers may ask for it as often as they like.
const DRAWN_FOR: Duration = Duration::from_secs(15);

pub(super) fn declare(routes: Routes) -> Routes {
    let about = || page_about("The services that everybody may see").query::<PublicQuery>();
    routes.get("/status", Access::Open, plain_address, about()).get(
        "/status/{code}",
        Access::Open,
        secret_address,
        about(),
    )
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct PublicQuery {
    /// `fr` or `en`; the browser's, where nothing is said.
    lang: String,
}

/// The page as it was last drawn, with when and with which settings, in each language.
#[derive(Default)]
pub(crate) struct LastDrawn(Mutex<HashMap<&'static str, (Timestamp, StatusSettings, String)>>);

#[derive(Template)]
#[template(path = "checks/public.html")]
pub(crate) struct PublicPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) title: String,
    /// Whether its address is to stay out of search engines.
    pub(crate) is_secret: bool,
    pub(crate) rows: Vec<PublicRow>,
    pub(crate) works: Vec<PublicWork>,
    pub(crate) past: Vec<PublicOutage>,
}

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct PublicRow {
    pub(crate) name: String,
    pub(crate) state: PublicState,
    /// Since when it is down.
    pub(crate) down_since: Option<Timestamp>,
    pub(crate) uptime: Option<String>,
    pub(crate) days: Vec<DayBar>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PublicState {
    Up,
    Down,
    Maintenance,
    /// Nothing was heard of it yet.
    Unknown,
    Paused,
}

impl PublicState {
    fn word(self) -> &'static str {
        match self {
            Self::Up => "public-up",
            Self::Down => "public-down",
            Self::Maintenance => "public-maintenance",
            Self::Unknown => "public-unknown",
            Self::Paused => "public-paused",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Up => "good",
            Self::Down => "bad",
            Self::Maintenance => "busy",
            Self::Unknown | Self::Paused => "still",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Up => "succeeded",
            Self::Down => "failed",
            Self::Maintenance => "info",
            Self::Unknown => "pending",
            Self::Paused => "paused",
        }
    }
}

/// Work that is planned, or goes on.
#[derive(Clone, Debug)]
pub(crate) struct PublicWork {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// Services that it is about; none: all.
    pub(crate) names: Vec<String>,
}

/// A service was down.
#[derive(Clone, Debug)]
pub(crate) struct PublicOutage {
    pub(crate) name: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl PublicPage<'_> {
    fn days_shown(&self) -> u64 {
        self.rows.iter().map(|row| row.days.len() as u64).max().unwrap_or_default()
    }

    fn down(&self) -> u64 {
        self.rows.iter().filter(|row| row.state == PublicState::Down).count() as u64
    }

    fn is_under_maintenance(&self) -> bool {
        self.rows.iter().any(|row| row.state == PublicState::Maintenance)
    }

    /// Nothing is known of any.
    fn is_unknown(&self) -> bool {
        self.rows.iter().all(|row| matches!(row.state, PublicState::Unknown | PublicState::Paused))
    }

    fn lasted(&self, outage: &PublicOutage) -> String {
        self.v.duration(&outage.until.since(outage.from))
    }
}

async fn plain_address(ctx: State<Ctx>, query: Query<PublicQuery>, headers: HeaderMap, uri: Uri) -> Result<Response> {
    show(ctx, "", query, &headers, &uri).await
}

async fn secret_address(
    ctx: State<Ctx>,
    Path(code): Path<String>,
    query: Query<PublicQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response> {
    show(ctx, &code, query, &headers, &uri).await
}

async fn show(
    State(ctx): State<Ctx>,
    code: &str,
    Query(query): Query<PublicQuery>,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response> {
    let settings = StatusSettings::kept(&ctx).await?;
    if !settings.is_at(code) {
        let problem = Problem::not_found(format!("page or route at `{}`", uri.path()));
        let mut response = problem.remedy("`/api` lists the routes").into_response();
        response.extensions_mut().insert(ForPerson { who: None, needs_login: false });
        return Ok(response);
    }
    let language = match query.lang.as_str() {
        "fr" => Language::French,
        "en" => Language::English,
        _ => preferred(headers),
    };
    let heads = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
        (header::VARY, HeaderValue::from_static("accept-language")),
    ];
    Ok((heads, drawn(&ctx, settings, language).await?).into_response())
}

async fn drawn(ctx: &Ctx, settings: StatusSettings, language: Language) -> Result<String> {
    let v = view(ctx, language);
    let kept = ctx.public_page.0.lock().unwrap_or_else(PoisonError::into_inner).get(v.code()).cloned();
    let is_fresh =
        |(at, known, _): &(Timestamp, StatusSettings, String)| *known == settings && v.now.since(*at) < DRAWN_FOR;
    if let Some((_, _, html)) = kept.filter(is_fresh) {
        return Ok(html);
    }
    let html = page(ctx, &v, &settings).await?.render().map_err(|error| Problem::internal(&error))?;
    let mut kept = ctx.public_page.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.insert(v.code(), (v.now, settings, html.clone()));
    Ok(html)
}

/// Nobody reads it: no cookie decides how it looks.
fn view(ctx: &Ctx, language: Language) -> View {
    View {
        words: Words { language, zone: ctx.app.zone.clone() },
        viewer: None,
        logout: crate::layout::view::Logout::Here,
        csrf: String::new(),
        notice_key: None,
        here: String::new(),
        part_of: None,
        theme: Theme::Auto,
        now: ctx.app.clock.now(),
    }
}

async fn page<'a>(ctx: &Ctx, v: &'a View, settings: &StatusSettings) -> Result<PublicPage<'a>> {
    let past = Past::of(ctx, None, v.now).await?;
    let all = ctx.app.db.checks().await?;
    let shown: Vec<(&StoredCheck, Check)> =
        all.iter().filter_map(|kept| Some((kept, check_of(kept).filter(|check| check.is_public)?))).collect();
    let mut rows: Vec<PublicRow> = shown.iter().map(|(kept, check)| row(v, kept, check, &past)).collect();
    rows.sort_by_key(|row| row.name.to_lowercase());
    let mut outages: Vec<PublicOutage> = shown.iter().flat_map(|(kept, check)| over(kept, check, &past)).collect();
    outages.sort_by_key(|outage| std::cmp::Reverse(outage.from));
    outages.truncate(PAST_SHOWN);
    Ok(PublicPage {
        v,
        title: if settings.title.is_empty() { v.t("public-title") } else { plain(&settings.title) },
        is_secret: settings.is_secret,
        rows,
        works: works(ctx, v, &shown).await?,
        past: outages,
    })
}

fn public_name(check: &Check) -> String {
    plain(check.public_name())
}

fn row(v: &View, kept: &StoredCheck, check: &Check, past: &Past) -> PublicRow {
    let standing = standing_of(kept, v.now);
    let state = match standing.as_ref().map_or(kept.state, |standing| standing.state) {
        _ if past.maintenance_until(kept).is_some() => PublicState::Maintenance,
        CheckState::New => PublicState::Unknown,
        CheckState::Up | CheckState::Late => PublicState::Up,
        CheckState::Down => PublicState::Down,
        CheckState::Paused => PublicState::Paused,
    };
    let since = standing.map_or(kept.since, |standing| standing.since);
    let Uptime { share, days } = past.uptime(kept, &v.zone);
    PublicRow {
        name: public_name(check),
        state,
        down_since: (state == PublicState::Down).then_some(since),
        uptime: share.map(|share| v.percent(&(share * 100.0))),
        days: days.iter().enumerate().map(|(x, day)| bar(v, x, day)).collect(),
    }
}

/// Outages that are over, without the times of planned work.
fn over(kept: &StoredCheck, check: &Check, past: &Past) -> Vec<PublicOutage> {
    let down = past.counted(kept).into_iter().filter(|outage| outage.state == CheckState::Down);
    let over = |outage: ::checks::Outage| {
        Some(PublicOutage { name: public_name(check), from: outage.began_at, until: outage.ended_at? })
    };
    down.filter_map(over).collect()
}

/// Planned work on what is shown, the next first. What it is called is for those within.
async fn works(ctx: &Ctx, v: &View, shown: &[(&StoredCheck, Check)]) -> Result<Vec<PublicWork>> {
    let mut works = Vec::new();
    for planned in planned(ctx, v.now).await? {
        let covered: Vec<String> = match planned.work.is_about_everything() {
            true => Vec::new(),
            false => {
                let of = shown.iter().filter(|(kept, _)| planned.work.covers_check(kept.id));
                of.map(|(_, check)| public_name(check)).collect()
            }
        };
        if covered.is_empty() && !planned.work.is_about_everything() {
            continue;
        }
        let windows = planned.work.windows(v.now, v.now + ANNOUNCED);
        works.extend(windows.into_iter().map(|window| PublicWork {
            from: window.start,
            until: window.end,
            names: covered.clone(),
        }));
    }
    works.sort_by_key(|work| work.from);
    works.truncate(WORKS_SHOWN);
    Ok(works)
}
