//! Who did what, and when: looked through by person, deed, object and day.

#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    alerts::handlers::{known_rules, rule_name},
    audit::{
        deeds::{self, Object},
        page::{AuditAsked, AuditPage, AuditRow},
    },
    auth::Access,
    cursor,
    extract::Query,
    layout::{
        Reader,
        foreign::plain,
        parts::{Choice, Pager},
        rows, shown,
        view::View,
    },
    problem::Result,
    routes::{Routes, page_about},
    sheet::Dialect,
    traces::api::harmless,
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};
use model::{JobId, Timestamp};
use serde::Deserialize;
use std::collections::HashMap;
use store::{AuditEvent, AuditFilter, Scope, SearchPage};
use utoipa::IntoParams;
use uuid::Uuid;

const ROWS: u32 = 100;
const SHEET_ROWS: u32 = 1_000;
/// Longer texts are no names.
const TYPED_MAX: usize = 200;
/// Jobs whose name holds what was typed.
const JOBS_MAX: u32 = 20;
/// Names that are offered.
const PEOPLE_MAX: usize = 200;
const SAID: rows::ReachWords =
    rows::ReachWords { some: "audit-reach", none: "audit-reach-none", none_more: "audit-reach-more" };

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = |summary| page_about(summary).query::<AuditQuery>();
    let admins = Access::Page(Scope::Admin);
    routes.get("/audit", admins, show, about("Who did what, newest first")).get(
        "/audit.csv",
        admins,
        sheet,
        about("The same, for a spreadsheet"),
    )
}

/// The filters, as the form sends them: what is empty filters nothing.
#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct AuditQuery {
    /// The name of a person or a token.
    who: String,
    /// The word for what was done.
    what: String,
    /// Part of the name of what it was done to.
    object: String,
    /// Days.
    since: String,
    until: String,
    cursor: String,
}

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AuditQuery>) -> Result<Response> {
    let page = find(&ctx, &v, &query, ROWS).await?;
    let before = (!query.cursor.is_empty()).then(|| cursor::number(&query.cursor)).transpose()?;
    let reach = page.searched_until.map(|at| rows::reach(&v, &SAID, &v.moment(&at), page.rows.len(), before));
    let pager = Pager {
        first: before.map(|_| query.address("/audit", "")),
        next: page.next.map(|next| query.address("/audit", &cursor::of_number(next))),
        shown: page.rows.len() as u64,
        total: None,
        reach,
    };
    let rows = named(&ctx, &v, page.rows).await?;
    let csv = query.address("/audit.csv", "");
    let people = ctx.app.db.users().await?.into_iter().map(|user| user.name).take(PEOPLE_MAX).collect();
    Ok(shown(&AuditPage { v: &v, asked: query.shown(&v, people), rows, pager, csv }))
}

async fn find(ctx: &Ctx, v: &View, query: &AuditQuery, limit: u32) -> Result<SearchPage<AuditEvent, Timestamp>> {
    let text = |text: &String| (!text.is_empty()).then(|| text.chars().take(TYPED_MAX).collect::<String>());
    let filter = AuditFilter {
        who: text(&query.who),
        actions: deeds::actions(&query.what),
        about: match text(&query.object) {
            Some(object) => about(ctx, &object).await?,
            None => Vec::new(),
        },
        since: rows::day(&query.since, &v.zone),
        until: rows::day_end(&query.until, &v.zone),
        before: (!query.cursor.is_empty()).then(|| cursor::number(&query.cursor)).transpose()?,
        limit,
    };
    Ok(ctx.app.db.search_audit(&filter).await?)
}

/// How the log may name what is called so: as it is, as paths write it, and jobs by their ids.
async fn about(ctx: &Ctx, object: &str) -> Result<Vec<String>> {
    let jobs = ctx.app.db.jobs_named_like(object, JOBS_MAX).await?;
    let mut texts = vec![object.to_owned()];
    texts.extend(Some(deeds::encoded(object)).filter(|encoded| encoded != object));
    texts.extend(jobs.into_iter().map(|job| job.id.to_string()));
    Ok(texts)
}

/// What ids stand for; nothing where it is there no more.
#[derive(Default)]
struct Names {
    jobs: HashMap<String, Option<String>>,
    alerts: HashMap<String, Option<String>>,
    rules: HashMap<String, String>,
    channels: HashMap<String, String>,
}

impl Names {
    async fn of(ctx: &Ctx, v: &View, events: &[AuditEvent]) -> Result<Self> {
        let mut names = Self::default();
        let (mut has_rules, mut has_channels) = (false, false);
        for event in events {
            match Object::read(&event.subject) {
                Object::Job(id) if !names.jobs.contains_key(&id) => {
                    let job = match Uuid::parse_str(&id) {
                        Ok(uuid) => ctx.app.db.job(JobId(uuid)).await?,
                        Err(_) => None,
                    };
                    names.jobs.insert(id, job.map(|job| job.name));
                }
                Object::Alert(id) if !names.alerts.contains_key(&id) => {
                    let kept = match Uuid::parse_str(&id) {
                        Ok(uuid) => ctx.app.db.alert_incident(uuid).await?,
                        Err(_) => None,
                    };
                    let about = kept.as_ref().and_then(alerting::incident_of);
                    let about = about.map(|state| plain(&state.incident.example.name));
                    names.alerts.insert(id, about.filter(|name| !name.is_empty()));
                }
                Object::Rule(_) => has_rules = true,
                Object::Channel(_) => has_channels = true,
                _ => {}
            }
        }
        if has_rules {
            let rules = known_rules(ctx).await?;
            names.rules = rules.values().map(|rule| (rule.id.to_string(), rule_name(v, rule))).collect();
        }
        if has_channels {
            let channels = ctx.app.db.alert_channels().await?.into_iter();
            names.channels = channels.map(|channel| (channel.id.to_string(), channel.name)).collect();
        }
        Ok(names)
    }
}

/// Events as rows, with names in place of ids.
async fn named(ctx: &Ctx, v: &View, events: Vec<AuditEvent>) -> Result<Vec<AuditRow>> {
    let names = Names::of(ctx, v, &events).await?;
    Ok(events.into_iter().map(|event| row(v, event, &names)).collect())
}

fn row(v: &View, event: AuditEvent, names: &Names) -> AuditRow {
    let mut detail = event.detail;
    let under = |list: &str, name: &str| Some(format!("{list}/{}", deeds::encoded(name)));
    let (object, link) = match Object::read(&event.subject) {
        Object::Job(id) => match names.jobs.get(&id).cloned().flatten() {
            Some(name) => (name, Some(format!("/jobs/{id}"))),
            None => (v.t("audit-job-gone"), None),
        },
        Object::Account(name) => (name.clone(), under("/accounts", &name)),
        Object::Project(slug) => (slug.clone(), under("/projects", &slug)),
        Object::Issue(name) => (name.clone(), under("/issues", &name)),
        Object::Under(list, name) => (name.clone(), under(list, &name)),
        Object::User(name) => (name, Some("/users".to_owned())),
        Object::Token(name) => (name, Some("/tokens".to_owned())),
        Object::LogFile(name) => (name, Some("/logs/".to_owned())),
        Object::Of(list) => {
            let name = std::mem::take(&mut detail);
            let link = if matches!(list, "/accounts" | "/checks" | "/schedules") {
                under(list, &name)
            } else {
                Some(list.to_owned())
            };
            (name, link)
        }
        // What it was called is all that is left of one that was sent or deleted.
        Object::Draft(_) => (std::mem::take(&mut detail), None),
        Object::Alert(id) => {
            let name = names.alerts.get(&id).cloned().flatten().unwrap_or_else(|| v.t("alerts-title"));
            (name, Some(format!("/alerts/{id}")))
        }
        Object::Rule(id) => known(v, &names.rules, &id, ("/alerts/rules", "audit-alert-rules")),
        Object::Channel(id) => known(v, &names.channels, &id, ("/alerts/channels", "audit-alert-channels")),
        Object::Area(list, word) => {
            let name = std::mem::take(&mut detail);
            let link = (!list.is_empty()).then(|| list.to_owned());
            (if name.is_empty() { v.t(word) } else { name }, link)
        }
        Object::Other(text) => (text, None),
    };
    let object = if object.is_empty() && detail.is_empty() { "–".to_owned() } else { object };
    // What has no word of its own is told as it was asked for.
    let what = deeds::word(&event.action).map_or(event.action, |word| v.t(word));
    AuditRow { at: event.at, who: event.who, what, object, link, detail }
}

/// What has that id among `names`; the list where it is not there any more.
fn known(v: &View, names: &HashMap<String, String>, id: &str, (list, word): (&str, &str)) -> (String, Option<String>) {
    match names.get(id) {
        Some(name) => (name.clone(), Some(format!("{list}/{id}"))),
        None => (v.t(word), Some(list.to_owned())),
    }
}

async fn sheet(State(ctx): State<Ctx>, Reader(v): Reader, Query(query): Query<AuditQuery>) -> Response {
    let dialect = Dialect::of(v.language);
    let mut head = dialect.mark().to_vec();
    dialect.rows(
        [["traces-when", "audit-who", "audit-what", "audit-object", "audit-detail"].map(|id| v.t(id))],
        &mut head,
    );
    let pages = stream::unfold((ctx, v, Some(query)), move |(ctx, v, query)| async move {
        let query = query?;
        match page_of_sheet(&ctx, &v, &query, dialect).await {
            Ok((bytes, next)) => {
                let next = next.map(|cursor| AuditQuery { cursor, ..query });
                Some((Ok(bytes), (ctx, v, next)))
            }
            // The download breaks off, so that nobody takes a part for the whole.
            Err(problem) => {
                tracing::warn!(problem = problem.detail(), "a download of the audit log broke off");
                Some((Err(std::io::Error::other("the download broke off")), (ctx, v, None)))
            }
        }
    });
    let body = Body::from_stream(stream::once(async { Ok(head) }).chain(pages));
    let file = "attachment; filename=\"audit.csv\"";
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, file)], body).into_response()
}

async fn page_of_sheet(ctx: &Ctx, v: &View, query: &AuditQuery, dialect: Dialect) -> Result<(Vec<u8>, Option<String>)> {
    let page = find(ctx, v, query, SHEET_ROWS).await?;
    let next = page.next.map(cursor::of_number);
    let mut bytes = Vec::new();
    let cells = |row: AuditRow| {
        let at = row.at.in_zone(&v.zone).strftime("%Y-%m-%d %H:%M:%S").to_string();
        [at, harmless(&row.who), harmless(&row.what), harmless(&row.object), harmless(&row.detail)]
    };
    dialect.rows(named(ctx, v, page.rows).await?.into_iter().map(cells), &mut bytes);
    Ok((bytes, next))
}

impl AuditQuery {
    fn address(&self, path: &str, cursor: &str) -> String {
        let Self { who, what, object, since, until, .. } = self;
        let pairs = [
            ("who", who.as_str()),
            ("what", what),
            ("object", object),
            ("since", since),
            ("until", until),
            ("cursor", cursor),
        ];
        rows::address(path, &pairs)
    }

    fn shown(self, v: &View, people: Vec<String>) -> AuditAsked {
        let any = (String::new(), v.t("audit-any"));
        let mut deeds: Vec<_> = deeds::words().map(|word| (word.to_owned(), v.t(word))).collect();
        deeds.sort_by(|one, other| one.1.cmp(&other.1));
        let typed = [&self.who, &self.what, &self.object, &self.since, &self.until];
        AuditAsked {
            is_narrow: typed.iter().any(|text| !text.is_empty()),
            deeds: Choice::of(std::iter::once(any).chain(deeds), &self.what),
            who: self.who,
            people,
            object: self.object,
            since: self.since,
            until: self.until,
        }
    }
}
