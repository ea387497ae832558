//! One text in many files.

use super::{READS, beside, wants_json};
use crate::{
    Ctx,
    layout::{
        Reader,
        foreign::{Foreign, plain},
        parts::{Choice, Chosen},
        shown,
        view::View,
    },
    logs::pages::{
        explore::Fault,
        files::{FileHit, FileHits, FileLine, FilesFound, FilesSearchPage, part},
    },
    problem::Result,
    routes::{Routes, page_about},
};
use axum::{
    extract::{RawQuery as UriQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use logs::{
    files::LogFile,
    raw::{self, RawHit, RawQuery, RawSummary},
};
use serde::Serialize;
use serde_json::json;
use std::{ops::ControlFlow, path::PathBuf, time::Duration};
use utoipa::IntoParams;

/// Lines that are given.
const HITS_MAX: usize = 1_000;
/// Bytes of a line that are kept to be shown.
const LINE_MAX: usize = 8 << 10;
const TIME_MAX: Duration = Duration::from_secs(20);

pub(crate) fn declare(routes: Routes) -> Routes {
    ["/logs/search/", "/logs/search"].into_iter().fold(routes, |routes, path| {
        routes.get(path, READS, search, page_about("Lines of log files that hold a text").query::<FilesQuery>())
    })
}

#[derive(Default, IntoParams)]
struct FilesQuery {
    /// This text, in letters of either case.
    query: String,
    /// Names with commas between them; all files unless said otherwise.
    files: Vec<String>,
    /// `1`: the query is in the language of docs/search.md.
    language: bool,
}

impl FilesQuery {
    /// A form gives each file by itself.
    fn of(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "query" => asked.query = value.into_owned(),
                "files" if !value.is_empty() => asked.files.push(value.into_owned()),
                "language" => asked.language = value == "1",
                _ => {}
            }
        }
        asked
    }

    /// Those that were asked for, and names that no file has.
    fn chosen(&self, all: &[LogFile]) -> (Vec<LogFile>, Vec<String>) {
        if self.files.is_empty() {
            return (all.to_vec(), Vec::new());
        }
        let named = |name: &str| all.iter().find(|file| file.name == name).cloned();
        let (mut chosen, mut unknown) = (Vec::new(), Vec::new());
        for names in &self.files {
            // A name may have a comma of its own.
            if let Some(file) = named(names) {
                chosen.push(file);
                continue;
            }
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                match named(name) {
                    Some(file) => chosen.push(file),
                    None => unknown.push(name.to_owned()),
                }
            }
        }
        (chosen, unknown)
    }
}

#[derive(Serialize)]
struct HitJson {
    file: String,
    line: u64,
    offset: u64,
    text: String,
}

async fn search(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    headers: HeaderMap,
    UriQuery(query): UriQuery,
) -> Result<Response> {
    let asked = FilesQuery::of(query.as_deref());
    let files = ctx.app.logs.files().clone();
    let listing = beside(move || files.list()).await?;
    let (chosen, unknown) = asked.chosen(&listing.files);
    let (query, problems) = match asked.language {
        true => RawQuery::parse(&asked.query),
        false => (RawQuery::literal(&asked.query), Vec::new()),
    };
    let has_steps = !query.pipes().is_empty();
    let (hits, summary) = match asked.query.is_empty() {
        true => (Vec::new(), RawSummary::default()),
        false => look(&ctx, &chosen, query).await?,
    };
    let name = |path: &PathBuf| chosen.iter().find(|file| file.path() == path).map_or("", |file| file.name.as_str());
    if wants_json(&headers) {
        let hit = |hit: &RawHit| HitJson {
            file: name(&hit.file).to_owned(),
            line: hit.line,
            offset: hit.offset,
            text: String::from_utf8_lossy(&hit.text).into_owned(),
        };
        let mut problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        if has_steps {
            problems.push("steps behind `|` play no part in files: search the logs for a table".to_owned());
        }
        let unread: Vec<_> =
            summary.unread.iter().map(|one| json!({"file": name(&one.file), "why": one.reason})).collect();
        let answer = json!({"query": asked.query, "hits": hits.iter().map(hit).collect::<Vec<_>>(),
            "files": chosen.iter().map(|file| &file.name).collect::<Vec<_>>(), "lines": summary.lines,
            "bytes": summary.bytes, "whole": hits.len() < HITS_MAX && !summary.cancelled, "unknown": unknown,
            "unread": unread, "problems": problems});
        return Ok(axum::Json(answer).into_response());
    }
    let faults = problems.iter().map(|problem| Fault::new(&v, &asked.query, problem)).collect();
    let mut found = (!asked.query.is_empty()).then(|| found(&v, &hits, &summary, &unknown, &name));
    if let Some(found) = found.as_mut().filter(|_| has_steps) {
        found.notes.insert(0, v.t("files-no-steps"));
    }
    let choice = |file: &LogFile| Choice {
        value: file.name.clone(),
        label: Foreign::line(file.name.as_bytes()).html,
        chosen: if !asked.files.is_empty() && chosen.contains(file) { Chosen::Yes } else { Chosen::No },
    };
    let files = listing.files.iter().take(200).map(choice).collect();
    let language = if asked.language { Chosen::Yes } else { Chosen::No };
    Ok(shown(&FilesSearchPage { v: &v, query: asked.query, language, files, faults, found }))
}

async fn look(ctx: &Ctx, chosen: &[LogFile], query: RawQuery) -> Result<(Vec<RawHit>, RawSummary)> {
    let paths: Vec<PathBuf> = chosen.iter().map(|file| file.path().to_owned()).collect();
    let looked = ctx.app.logs.beside(TIME_MAX, move |cancel| {
        let mut hits = Vec::new();
        let summary = raw::search(&paths, &query, cancel, &mut |mut hit| {
            hit.text.truncate(LINE_MAX);
            hits.push(hit);
            if hits.len() < HITS_MAX { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        (hits, summary)
    });
    Ok(looked.await?)
}

fn found<'n>(
    v: &View,
    hits: &[RawHit],
    summary: &RawSummary,
    unknown: &[String],
    name: &dyn Fn(&PathBuf) -> &'n str,
) -> FilesFound {
    let mut notes = Vec::new();
    if hits.len() >= HITS_MAX {
        notes.push(v.count("files-many-hits", &(HITS_MAX as u64)));
    }
    if summary.cancelled {
        notes.push(v.t("partial-cancelled"));
    }
    notes.extend(unknown.iter().take(5).map(|name| v.with("files-unknown", "name", plain(name))));
    notes.extend(summary.unread.iter().take(5).map(|one| v.with("files-unreadable", "name", plain(name(&one.file)))));
    let mut files: Vec<FileHits> = Vec::new();
    let mut last = None;
    for hit in hits {
        if last != Some(&hit.file) {
            files.push(FileHits { name: Foreign::line(name(&hit.file).as_bytes()), hits: Vec::new() });
            last = Some(&hit.file);
        }
        let address = format!("/logs/view/{}/?lines=100&offset={}", part(name(&hit.file)), hit.offset);
        let hit = FileHit { number: hit.line, address, line: FileLine::new(&hit.text) };
        files.last_mut().into_iter().for_each(|file| file.hits.push(hit.clone()));
    }
    FilesFound { hits: files, matches: hits.len() as u64, lines: summary.lines, bytes: summary.bytes, notes }
}
