//! The format of lines, described where nothing recognises them: proposed, corrected, tried on lines of a file or of a source, and kept.

use super::files::{READS, beside, find};
use crate::{
    Ctx,
    auth::{Access, Granted, write_down},
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::Foreign,
        notice, page,
        parts::{Faults, Mood, Notice},
        rows::address,
        see, shown,
        view::View,
    },
    logs::{
        api::jobs::resolve,
        pages::files::{FormatOf, FormatPage, FormatRow, ReadRow, part},
    },
    problem::{Problem, Result},
    routes::{Routes, form_about, page_about},
};
use axum::{
    Extension,
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use logs::{
    FormatEntry,
    files::TextLine,
    formats::{Custom, LineReading, PatternError, propose, recognised},
    search::Search,
};
use model::Timestamp;
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use telemetry::query::{Cancel, Hit, Page, language::Order, parse};
use utoipa::IntoParams;

const OF_FILE: &str = "/logs/format/{name}";
const OF_SOURCE: &str = "/sources/format";
/// Lines that are shown, and those on which a pattern is tried.
const LINES: usize = 10;
const TRIED: usize = 1_000;
/// Bytes of a line.
const LINE_BYTES: usize = 16 << 10;
const READ_MAX: Duration = Duration::from_secs(20);

const ADMINS: Access = Access::Page(Scope::Admin);

pub(crate) fn declare(routes: Routes) -> Routes {
    let asked = page_about("How the lines of a log file are read, and a pattern for them").query::<FormatQuery>();
    let of_source =
        page_about("How the lines of a source are read, and a pattern for them").query::<SourceFormatQuery>();
    routes
        .get(OF_FILE, READS, show_of_file, asked)
        .post(OF_FILE, ADMINS, keep_of_file, form_about("Keep a pattern for the lines of a log file").unaudited())
        .get(OF_SOURCE, ADMINS, show_of_source, of_source)
        .post(OF_SOURCE, ADMINS, keep_of_source, form_about("Keep a pattern for the lines of a source").unaudited())
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct FormatQuery {
    /// The pattern to try; one is proposed unless said otherwise.
    pattern: String,
    /// The name of the format that was kept.
    kept: String,
    seal: String,
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SourceFormatQuery {
    /// As its records name it.
    source: String,
    /// The pattern to try; one is proposed unless said otherwise.
    pattern: String,
    /// The name of the format that was kept.
    kept: String,
    seal: String,
}

/// Lines of which the format is described.
struct Described {
    of: FormatOf,
    /// What records of them have as their source.
    source: String,
    lines: Vec<String>,
}

/// The last lines of a file.
async fn of_file(ctx: &Ctx, name: String) -> Result<Described> {
    let file = find(ctx, name).await?;
    let of = FormatOf {
        name: Foreign::line(file.name.as_bytes()),
        back: format!("/logs/view/{}/", part(&file.name)),
        action: format!("/logs/format/{}", part(&file.name)),
        source: None,
    };
    let source = file.path().display().to_string();
    let read = ctx.app.logs.beside(READ_MAX, move |cancel: &Cancel| file.last(TRIED, cancel)).await??;
    let text = |line: &TextLine| String::from_utf8_lossy(&line.text).into_owned();
    let lines = read.lines.iter().map(text).filter(|line| !line.trim().is_empty()).collect();
    Ok(Described { of, source, lines })
}

/// The newest records of a source, which are what it wrote where nothing recognised it.
async fn of_source(ctx: &Ctx, v: &View, source: String) -> Result<Described> {
    let none = || Problem::not_found("log source").remedy("`/sources` lists those there are");
    let query = parse("").0.narrowed("source", &source).ok_or_else(none)?.only;
    if !ctx.app.logs.exists() {
        return Err(none());
    }
    let search = Search { q: query, since: None, until: None, zone: None };
    let search = resolve(ctx, &v.zone, &search).await?;
    let newest = Page { order: Order::Descending, after: None, limit: TRIED };
    let text = |hit: Hit<'_>| String::from_utf8_lossy(hit.record.message()).into_owned();
    let mut lines = ctx.app.logs.rows(&search, newest, Some(LINE_BYTES), text).await?.rows;
    if lines.is_empty() {
        return Err(none());
    }
    lines.reverse();
    let of = FormatOf {
        name: Foreign::line(source.as_bytes()),
        back: "/sources".to_owned(),
        action: OF_SOURCE.to_owned(),
        source: Some(source.clone()),
    };
    Ok(Described { of, source, lines })
}

async fn show_of_file(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(query): Query<FormatQuery>,
) -> Result<Response> {
    let described = of_file(&ctx, name).await?;
    Ok(show(&ctx, &v, &described, &query))
}

async fn show_of_source(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Query(query): Query<SourceFormatQuery>,
) -> Result<Response> {
    let SourceFormatQuery { source, pattern, kept, seal } = query;
    let described = of_source(&ctx, &v, source).await?;
    Ok(show(&ctx, &v, &described, &FormatQuery { pattern, kept, seal }))
}

fn show(ctx: &Ctx, v: &View, described: &Described, query: &FormatQuery) -> Response {
    let is_ours = !query.kept.is_empty() && notice::is_ours(v, &[("kept", &query.kept)], &query.seal);
    let kept = is_ours.then(|| Notice { mood: Mood::Ok, text: v.with("format-kept", "name", &query.kept) });
    // What was described is shown, unless another pattern is tried.
    let described_before = ctx.app.logs.formats_of(&described.source).first().map(|custom| custom.pattern().to_owned());
    let pattern = Some(query.pattern.trim().to_owned()).filter(|pattern| !pattern.is_empty());
    let typed = Typed { name: String::new(), pattern: pattern.or(described_before).unwrap_or_default() };
    let mut faults = Faults::default();
    let page = format_page(v, ctx.app.clock.now(), described, typed, &mut faults);
    shown(&FormatPage { notice: kept, faults, ..page })
}

/// What a person has written.
struct Typed {
    name: String,
    pattern: String,
}

fn format_page<'a>(
    v: &'a View,
    now: Timestamp,
    Described { of, lines, .. }: &Described,
    typed: Typed,
    faults: &mut Faults,
) -> FormatPage<'a> {
    let sample: Vec<&str> = lines.iter().take(LINES).map(String::as_str).collect();
    let is_asked = !typed.pattern.is_empty();
    let pattern = if is_asked { typed.pattern } else { propose(&sample).unwrap_or_default() };
    let custom = match Custom::new("format", &pattern) {
        Ok(custom) => Some(custom),
        Err(error) => {
            if is_asked {
                faults.add("pattern", said(v, &error));
            }
            None
        }
    };
    let trial = custom.as_ref().map(|custom| custom.trial(lines.iter().map(String::as_str)));
    let rows = sample.iter().map(|line| read_row(v, now, custom.as_ref(), line)).collect();
    FormatPage {
        v,
        of: of.clone(),
        recognised: recognised(&lines.join("\n")),
        name: typed.name,
        pattern,
        trial,
        rows,
        notice: None,
        faults: Faults::default(),
    }
}

fn read_row(v: &View, now: Timestamp, custom: Option<&Custom>, line: &str) -> FormatRow {
    let shown = |text: &str| Foreign::text(text.as_bytes(), 1 << 10);
    let read = custom.and_then(|custom| LineReading::of(custom, line, &v.zone, now)).map(|read| {
        let mut fields: Vec<String> = read.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        fields.extend(read.logger.map(|logger| format!("logger={logger}")));
        let (fields, message) = (shown(&fields.join("  ")), shown(&read.message));
        ReadRow { time: read.time, level: read.level, fields, message }
    });
    FormatRow { line: shown(line), read }
}

fn said(v: &View, error: &PatternError) -> String {
    match error {
        PatternError::Name => v.t("format-fault-name"),
        PatternError::Long => v.t("format-fault-long"),
        PatternError::Open => v.t("format-fault-open"),
        PatternError::Unknown(kind) => v.with("format-fault-unknown", "text", kind),
        PatternError::Twice(name) => v.with("format-fault-twice", "text", name),
        PatternError::Field(piece) => v.with("format-fault-field", "text", piece),
        PatternError::Endless(name) => v.with("format-fault-endless", "text", name),
        PatternError::Empty => v.t("format-fault-empty"),
    }
}

async fn keep_of_file(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Reader(v): Reader,
    uri: Uri,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response> {
    let described = of_file(&ctx, name).await?;
    keep(&ctx, &v, &described, &form, (granted.name(), OF_FILE, uri.path())).await
}

async fn keep_of_source(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Reader(v): Reader,
    form: Form,
) -> Result<Response> {
    let described = of_source(&ctx, &v, form.text("source").to_owned()).await?;
    let source = described.source.clone();
    keep(&ctx, &v, &described, &form, (granted.name(), OF_SOURCE, &source)).await
}

/// Keeps the pattern that was typed; `(who, route, what)` is written down.
async fn keep(
    ctx: &Ctx,
    v: &View,
    described: &Described,
    form: &Form,
    (who, route, what): (&str, &str, &str),
) -> Result<Response> {
    let typed = Typed { name: form.text("name").to_owned(), pattern: form.text("pattern").to_owned() };
    let mut faults = Faults::default();
    if typed.pattern.is_empty() {
        faults.add("pattern", v.t("format-fault-empty"));
    }
    if let Err(PatternError::Name) = Custom::new(&typed.name, "%{time}") {
        faults.add("name", v.t("format-fault-name"));
    } else if ctx.app.logs.has_format(&typed.name) {
        faults.add("name", v.t("format-fault-taken"));
    }
    let (named, pattern) = (typed.name.clone(), typed.pattern.clone());
    let page_now = format_page(v, ctx.app.clock.now(), described, typed, &mut faults);
    if page_now.trial.is_some_and(|trial| trial.fitting == 0) && faults.is_empty() {
        faults.add("pattern", v.t("format-fault-fits-none"));
    }
    if !faults.is_empty() {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &FormatPage { faults, ..page_now }));
    }
    let entry = FormatEntry::of_source(&named, &pattern, &described.source);
    let (keep, written) = (ctx.app.keep_format.clone(), entry.clone());
    let place = match beside(move || keep(&written)).await? {
        Ok(place) => place,
        Err(why) => {
            faults.add("name", v.with("format-fault-not-kept", "text", why));
            return Ok(page(StatusCode::CONFLICT, &FormatPage { faults, ..page_now }));
        }
    };
    ctx.app.logs.add_format(&entry).map_err(|error| Problem::invalid(error.to_string()))?;
    write_down(ctx, who, &format!("POST {route}"), what, &named).await;
    tracing::info!(format = named, file = place, "a format of logs was described");
    let FormatOf { action, source, .. } = &described.of;
    let kept = notice::query(v, action, &[("kept", &named)]);
    Ok(see(&match source {
        None => format!("{action}?{kept}"),
        Some(source) => format!("{}&{kept}", address(action, &[("source", source)])),
    }))
}
