//! Log files as they lie in the configured folders. The addresses are those that scripts and bookmarks of older
//! installations have: `/logs/view/<file>/?lines=100&tail=true` and its like; programs are answered in JSON.

mod clear;
mod follow;
mod search;
#[cfg(test)]
mod tests;

use crate::{
    Ctx,
    auth::Access,
    extract::{Path, Query},
    layout::{foreign::plain, parts::Chosen, view::View},
    logs::pages::files::{Can, FileLine, LastOf, LastPage, LinesChoice, LogFileRow, LogFilesPage, ViewPage, part},
    problem::{Problem, Result},
    routes::{About, Routes},
};
use crate::{
    layout::{Reader, notice, see, shown},
    routes::page_about,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use logs::files::{Excerpt, FileError, LogFile, Packing};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::Scope;
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};

/// Lines unless said otherwise, and to choose from.
const LINES: usize = 100;
const CHOICES: [u64; 4] = [100, 500, 1_000, 5_000];
/// Files of which the last lines are shown side by side.
const LAST_FILES: usize = 3;
/// What reading part of a file may take: a packed one is unpacked from its beginning.
const READ_MAX: Duration = Duration::from_secs(20);
const PIECE_BYTES: usize = 256 << 10;

pub(super) const READS: Access = Access::Page(Scope::Read);

pub(crate) fn declare(routes: Routes) -> Routes {
    let either = |summary| page_about(summary).gives::<FileJson>(200, "As JSON, where that is asked for");
    let mut routes = routes
        .get("/logs", READS, to_list, About::new("To the log files").gives_text(303, None, "To `/logs/`"))
        .get("/logs/", READS, list, either("Log files: their sizes, and when they were last written"));
    // With the slash at the end, as they are known, and without it.
    for path in ["/logs/view/{name}/", "/logs/view/{name}"] {
        let about = page_about("Lines of a log file").query::<ViewQuery>();
        routes = routes.get(path, READS, view, about.gives::<LinesJson>(200, "As JSON, where that is asked for"));
    }
    for path in ["/logs/download/{name}/", "/logs/download/{name}"] {
        let about = About::new("A log file, as it is");
        routes = routes.get(path, READS, download, about.gives_text(200, Some("application/octet-stream"), "The file"));
    }
    for path in ["/logs/auto-sync/", "/logs/auto-sync"] {
        routes = routes.get(path, READS, last, page_about("The last lines of three log files"));
    }
    [follow::declare, clear::declare, search::declare].into_iter().fold(routes, |routes, add| add(routes))
}

async fn to_list() -> Response {
    see("/logs/")
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let detail = error.to_string();
        match error {
            FileError::Io { error, .. } if error.kind() == std::io::ErrorKind::NotFound => {
                Self::new(StatusCode::NOT_FOUND, "not-found", detail)
            }
            FileError::Io { .. } => Self::new(StatusCode::CONFLICT, "unreadable", detail),
            FileError::Replaced { .. } | FileError::Packed { .. } => Self::conflict(detail),
        }
    }
}

/// A program asks: by its token, or by what it accepts.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    !accepts.contains("text/html")
        && (accepts.contains("application/json") || headers.contains_key(header::AUTHORIZATION))
}

/// The file of that name among those that are listed: no path is made of it.
pub(super) async fn find(ctx: &Ctx, name: String) -> Result<LogFile> {
    let files = ctx.app.logs.files().clone();
    let shown = plain(&name);
    let found = beside(move || files.find(&name)).await?;
    found.ok_or_else(|| Problem::not_found(format!("log file `{shown}`")).remedy("`/logs/` lists those there are"))
}

/// Runs what waits for a disk beside the runtime.
pub(super) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

#[derive(Serialize, ToSchema)]
struct FileJson {
    name: String,
    size: u64,
    modified: String,
}

impl FileJson {
    fn new(file: &LogFile) -> Self {
        Self { name: file.name.clone(), size: file.bytes, modified: file.modified.to_string() }
    }
}

pub(super) fn row(file: &LogFile) -> LogFileRow {
    LogFileRow {
        name: file.name.clone(),
        bytes: file.bytes,
        modified: file.modified,
        folder: file.folder().to_string_lossy().into_owned(),
        job: job_of(&file.name),
        can: if file.packing == Packing::Plain { Can::Clear } else { Can::Read },
    }
}

/// The job whose run log it is, by its name.
fn job_of(name: &str) -> Option<String> {
    let own = name.strip_prefix("jobs:")?.strip_suffix(".jsonl")?;
    own.parse::<model::JobId>().ok().map(|id| id.to_string())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ListQuery {
    /// The file that was cleared, and what was kept of it.
    cleared: String,
    kept: String,
    seal: String,
}

async fn list(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let files = ctx.app.logs.files().clone();
    let listing = beside(move || files.list()).await?;
    if wants_json(&headers) {
        let files: Vec<_> = listing.files.iter().map(FileJson::new).collect();
        return Ok(axum::Json(serde_json::json!({"files": files, "left_out": listing.left_out})).into_response());
    }
    // What the address says is believed where an action led there, and of files that there are.
    let is_ours = notice::is_ours(&v, &[("cleared", &query.cleared), ("kept", &query.kept)], &query.seal);
    let is_there = |name: &str| is_ours && listing.files.iter().any(|file| file.name == name);
    let (cleared, kept) = (is_there(&query.cleared), is_there(&query.kept).then(|| part(&query.kept)));
    let notice = cleared.then(|| clear::notice(&v, &query.cleared, kept.is_some()));
    let unread = listing.unread.iter().map(|(folder, _)| v.with("files-unread", "name", folder.display()));
    let folders = ctx.app.logs.folders().iter().map(|folder| folder.display().to_string()).collect();
    Ok(shown(&LogFilesPage {
        v: &v,
        files: listing.files.iter().map(row).collect(),
        left_out: listing.left_out,
        unread: unread.collect(),
        folders,
        notice,
        kept: kept.filter(|_| cleared),
    }))
}

#[derive(Clone, Deserialize, IntoParams)]
#[serde(default)]
struct ViewQuery {
    /// Lines: 100 unless said otherwise, 10,000 at the most.
    lines: usize,
    /// `true`: the last ones; `false`: the first ones.
    tail: bool,
    /// Lines from this place on, in bytes; and those that end before it.
    offset: Option<u64>,
    before: Option<u64>,
}

impl Default for ViewQuery {
    fn default() -> Self {
        Self { lines: LINES, tail: true, offset: None, before: None }
    }
}

#[derive(Serialize, ToSchema)]
struct LinesJson {
    file: String,
    size: u64,
    modified: String,
    lines: Vec<String>,
    /// Where the first of them begins and the last of them ends, in bytes.
    start: u64,
    end: u64,
    /// Fewer lines than were asked for: 4 MiB are given at once.
    cut: bool,
}

async fn read(ctx: &Ctx, file: &LogFile, query: &ViewQuery) -> Result<Excerpt> {
    let (file, query) = (file.clone(), query.clone());
    let read = ctx.app.logs.beside(READ_MAX, move |cancel| match (query.offset, query.before) {
        (Some(at), _) => file.from(at, query.lines, cancel),
        (None, Some(end)) => file.before(end, query.lines, cancel),
        (None, None) if query.tail => file.last(query.lines, cancel),
        (None, None) => file.from(0, query.lines, cancel),
    });
    Ok(read.await??)
}

async fn view(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(query): Query<ViewQuery>,
) -> Result<Response> {
    let file = find(&ctx, name).await?;
    let excerpt = read(&ctx, &file, &query).await?;
    let start = excerpt.lines.first().map_or(excerpt.end, |line| line.at);
    if wants_json(&headers) {
        let lines = excerpt.lines.iter().map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect();
        let FileJson { name, size, modified } = FileJson::new(&file);
        let answer = LinesJson { file: name, size, modified, lines, start, end: excerpt.end, cut: excerpt.is_cut };
        return Ok(axum::Json(answer).into_response());
    }
    Ok(shown(&view_page(&v, &file, &query, &excerpt, start)))
}

fn view_page<'a>(v: &'a View, file: &LogFile, query: &ViewQuery, excerpt: &Excerpt, start: u64) -> ViewPage<'a> {
    let base = format!("/logs/view/{}/", part(&file.name));
    let at_end = query.tail && query.offset.is_none() && query.before.is_none();
    let choice = |lines: u64| LinesChoice {
        lines,
        address: format!("{base}?lines={lines}&tail=true"),
        chosen: if at_end && lines == query.lines as u64 { Chosen::Yes } else { Chosen::No },
    };
    let is_growing = file.packing == Packing::Plain;
    let lines = query.lines.clamp(1, logs::files::EXCERPT_LINES_MAX);
    ViewPage {
        v,
        file: row(file),
        lines: excerpt.lines.iter().map(|line| FileLine::new(&line.text)).collect(),
        choices: CHOICES.map(choice).to_vec(),
        is_cut: excerpt.is_cut,
        is_end: at_end,
        earlier: (start > 0).then(|| format!("{base}?lines={lines}&before={start}")),
        later: (!at_end && !excerpt.lines.is_empty()).then(|| format!("{base}?lines={lines}&offset={}", excerpt.end)),
        last: format!("{base}?lines={lines}&tail=true"),
        follow: (at_end && is_growing).then(|| format!("/logs/follow/{}/?from={}", part(&file.name), excerpt.end)),
    }
}

/// As much of the file as there was when it was asked for.
async fn download(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    use tokio::io::AsyncReadExt as _;
    let file = find(&ctx, name).await?;
    let (opened, bytes) = {
        let file = file.clone();
        beside(move || {
            let opened = file.open()?;
            let bytes = opened.metadata().map_or(file.bytes, |meta| meta.len());
            Ok::<_, FileError>((opened, bytes))
        })
        .await??
    };
    let own = file.name.rsplit(':').next().unwrap_or_default();
    let disposition = format!("attachment; filename*=UTF-8''{}", part(own));
    let media = if file.packing == Packing::Plain { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    let stream = ReaderStream::with_capacity(tokio::fs::File::from_std(opened).take(bytes), PIECE_BYTES);
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

async fn last(State(ctx): State<Ctx>, Reader(v): Reader, headers: HeaderMap) -> Result<Response> {
    let files = ctx.app.logs.files().clone();
    let listing = beside(move || files.list()).await?;
    let watched = ctx.app.logs.watched();
    let chosen: Vec<LogFile> = if watched.is_empty() {
        let plain = listing.files.into_iter().filter(|file| file.packing == Packing::Plain);
        plain.take(LAST_FILES).collect()
    } else {
        let named = |name: &String| listing.files.iter().find(|file| file.name == *name).cloned();
        watched.iter().filter_map(named).collect()
    };
    let mut all = Vec::new();
    for file in chosen {
        let excerpt = read(&ctx, &file, &ViewQuery::default()).await;
        all.push((file, excerpt));
    }
    if wants_json(&headers) {
        let lines = |excerpt: &Excerpt| {
            excerpt.lines.iter().map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect::<Vec<_>>()
        };
        let of =
            all.iter().filter_map(|(file, excerpt)| Some((file.name.clone(), lines(excerpt.as_ref().ok()?).into())));
        return Ok(axum::Json(of.collect::<serde_json::Map<_, _>>()).into_response());
    }
    let shown_of = |(file, excerpt): (LogFile, Result<Excerpt>)| {
        let last = match excerpt {
            Ok(excerpt) => LastOf::Lines(excerpt.lines.iter().map(|line| FileLine::new(&line.text)).collect()),
            Err(_) => LastOf::Unread(v.with("files-unreadable", "name", plain(&file.name))),
        };
        (row(&file), last)
    };
    let files = all.into_iter().map(shown_of).collect();
    Ok(shown(&LastPage { v: &v, files, lines: LINES as u64 }))
}
