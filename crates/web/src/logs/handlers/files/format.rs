//! The format of a log file, described where nothing recognises it: proposed, corrected, tried on its lines and kept.

use super::{READS, beside, find, row};
use crate::{
    Ctx,
    auth::{Access, Granted, write_down},
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::Foreign,
        notice, page,
        parts::{Faults, Mood, Notice},
        see, shown,
        view::View,
    },
    logs::pages::files::{FormatPage, FormatRow, ReadRow, part},
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
    files::LogFile,
    formats::{Custom, LineReading, PatternError, propose, recognised},
};
use serde::Deserialize;
use std::time::Duration;
use store::Scope;
use telemetry::query::Cancel;
use utoipa::IntoParams;

const PATH: &str = "/logs/format/{name}";
/// Lines that are shown, and those on which a pattern is tried.
const LINES: usize = 10;
const TRIED: usize = 1_000;
const READ_MAX: Duration = Duration::from_secs(20);

pub(crate) fn declare(routes: Routes) -> Routes {
    let asked = page_about("How the lines of a log file are read, and a pattern for them").query::<FormatQuery>();
    routes.get(PATH, READS, show, asked).post(
        PATH,
        Access::Page(Scope::Admin),
        keep,
        form_about("Keep a pattern for the lines of a log file").unaudited(),
    )
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

/// Its last lines.
async fn lines(ctx: &Ctx, file: &LogFile) -> Result<Vec<String>> {
    let file = file.clone();
    let read = ctx.app.logs.beside(READ_MAX, move |cancel: &Cancel| file.last(TRIED, cancel));
    let text = |line: &logs::files::TextLine| String::from_utf8_lossy(&line.text).into_owned();
    Ok(read.await??.lines.iter().map(text).filter(|line| !line.trim().is_empty()).collect())
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(query): Query<FormatQuery>,
) -> Result<Response> {
    let file = find(&ctx, name).await?;
    let lines = lines(&ctx, &file).await?;
    let is_ours = !query.kept.is_empty() && notice::is_ours(&v, &[("kept", &query.kept)], &query.seal);
    let kept = is_ours.then(|| Notice { mood: Mood::Ok, text: v.with("format-kept", "name", &query.kept) });
    let typed = Typed { name: String::new(), pattern: query.pattern.trim().to_owned() };
    let mut faults = Faults::default();
    let page = format_page(&v, &file, &lines, typed, &mut faults);
    Ok(shown(&FormatPage { notice: kept, faults, ..page }))
}

/// What a person has written.
struct Typed {
    name: String,
    pattern: String,
}

fn format_page<'a>(v: &'a View, file: &LogFile, lines: &[String], typed: Typed, faults: &mut Faults) -> FormatPage<'a> {
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
    let rows = sample.iter().map(|line| read_row(custom.as_ref(), line)).collect();
    FormatPage {
        v,
        file: row(file),
        recognised: recognised(&lines.join("\n")),
        name: typed.name,
        pattern,
        trial,
        rows,
        notice: None,
        faults: Faults::default(),
    }
}

fn read_row(custom: Option<&Custom>, line: &str) -> FormatRow {
    let shown = |text: &str| Foreign::text(text.as_bytes(), 1 << 10);
    let read = custom.and_then(|custom| LineReading::of(custom, line)).map(|read| {
        let mut fields: Vec<String> = read.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        fields.extend(read.logger.map(|logger| format!("logger={logger}")));
        let (fields, message) = (shown(&fields.join("  ")), shown(&read.message));
        ReadRow { has_time: read.has_time, level: read.level, fields, message }
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

async fn keep(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Reader(v): Reader,
    uri: Uri,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response> {
    let file = find(&ctx, name).await?;
    let lines = lines(&ctx, &file).await?;
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
    let page_now = format_page(&v, &file, &lines, typed, &mut faults);
    if page_now.trial.is_some_and(|trial| trial.fitting == 0) && faults.is_empty() {
        faults.add("pattern", v.t("format-fault-fits-none"));
    }
    if !faults.is_empty() {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &FormatPage { faults, ..page_now }));
    }
    let entry = FormatEntry::of_file(&named, &pattern, &file.path().display().to_string());
    let (keep, written) = (ctx.app.keep_format.clone(), entry.clone());
    let place = match beside(move || keep(&written)).await? {
        Ok(place) => place,
        Err(why) => {
            faults.add("name", v.with("format-fault-not-kept", "text", why));
            return Ok(page(StatusCode::CONFLICT, &FormatPage { faults, ..page_now }));
        }
    };
    ctx.app.logs.add_format(&entry).map_err(|error| Problem::invalid(error.to_string()))?;
    write_down(&ctx, granted.name(), &format!("POST {PATH}"), uri.path(), &named).await;
    tracing::info!(format = named, file = place, "a format of logs was described");
    let path = format!("/logs/format/{}", part(&file.name));
    Ok(see(&format!("{path}?{}", notice::query(&v, &path, &[("kept", &named)]))))
}
