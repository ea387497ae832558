//! Source maps, as sentry-cli uploads them: it asks what is taken, says which parts it has, sends those that are missing, and asks
//! for the whole to be put together.

use super::about;
use crate::{
    Ctx,
    auth::Access,
    extract::{Json, Path},
    problem::{Problem, Result},
    projects::api::existing,
    routes::{About, Routes},
};
use axum::{
    body::Bytes,
    extract::{Multipart, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode},
};
use reports::{Assembly, CHUNK_BYTES_MAX, CHUNKS_MAX, UploadedBundle};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{io::Read as _, time::Duration};
use tokio::sync::Semaphore;

/// Parts of one request, and the bytes of all of them with what stands around.
const PARTS_MAX: usize = 4;
const REQUEST_BYTES_MAX: usize = PARTS_MAX * CHUNK_BYTES_MAX + (1 << 20);
/// Requests with parts that are read at once: each part is held as a whole.
static UPLOADS: Semaphore = Semaphore::const_new(2);
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bundles that are put together at once.
static ASSEMBLIES: Semaphore = Semaphore::const_new(1);
const PROJECTS_MAX: usize = 20;

pub(super) fn declare(routes: Routes) -> Routes {
    let chunks = "/api/0/organizations/{code}/chunk-upload/";
    let assemble_at = "/api/0/organizations/{code}/artifactbundle/assemble/";
    let take = About::new("Take parts of an upload, each named by its SHA-1")
        .takes_text("multipart/form-data", "`file_gzip`, or `file`: up to 8 MiB each, unpacked")
        .gives_text(200, None, "They are kept for a day")
        .unaudited()
        .body_max(REQUEST_BYTES_MAX);
    routes
        .get(chunks, Access::Releases, options, about("What sentry-cli may upload at once"))
        .post(chunks, Access::Releases, take_chunks, take)
        .post(assemble_at, Access::Releases, assemble, about("Put an upload of source maps together"))
}

async fn options(State(ctx): State<Ctx>, Path(organisation): Path<String>, headers: HeaderMap) -> axum::Json<Value> {
    let organisation: String = organisation.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    axum::Json(json!({
        "url": format!("{}/api/0/organizations/{organisation}/chunk-upload/", ctx.origin(&headers)),
        "chunkSize": CHUNK_BYTES_MAX, "chunksPerRequest": PARTS_MAX, "maxRequestSize": PARTS_MAX * CHUNK_BYTES_MAX,
        "maxFileSize": CHUNKS_MAX * CHUNK_BYTES_MAX, "concurrency": 1, "hashAlgorithm": "sha1", "compression": ["gzip"],
        "accept": ["artifact_bundles", "artifact_bundles_v2"],
    }))
}

async fn take_chunks(State(ctx): State<Ctx>, Path(_): Path<String>, mut parts: Multipart) -> Result<StatusCode> {
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, UPLOADS.acquire()).await else {
        return Err(Problem::busy("busy", "others are uploading: try again in a moment", 5));
    };
    let broken = |error: MultipartError| Problem::malformed(error.body_text());
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        count += 1;
        if count > PARTS_MAX {
            return Err(Problem::too_large(format!("a request has at most {PARTS_MAX} parts")));
        }
        let (is_packed, sha1) = (part.name() == Some("file_gzip"), part.file_name().unwrap_or_default().to_owned());
        let bytes = part.bytes().await.map_err(broken)?;
        let bytes = if is_packed { unpacked(bytes).await? } else { bytes };
        if bytes.len() > CHUNK_BYTES_MAX {
            return Err(Problem::too_large(format!("a part has at most {} MiB", CHUNK_BYTES_MAX >> 20)));
        }
        let kept = ctx.app.reports.keep_chunk(&sha1, bytes, ctx.app.clock.now()).await?;
        kept.map_err(|wrong| Problem::malformed(wrong.to_string()))?;
    }
    Ok(StatusCode::OK)
}

/// One byte more than may be, at the most.
async fn unpacked(bytes: Bytes) -> Result<Bytes> {
    let unpack = move || {
        let mut unpacked = Vec::new();
        let decoder = flate2::read::GzDecoder::new(&bytes[..]);
        decoder.take(CHUNK_BYTES_MAX as u64 + 1).read_to_end(&mut unpacked).map(|_| unpacked.into())
    };
    let unpacked = tokio::task::spawn_blocking(unpack).await.map_err(|error| Problem::internal(&error))?;
    unpacked.map_err(|_| Problem::malformed("a part is no gzip stream"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    checksum: String,
    chunks: Vec<String>,
    projects: Vec<String>,
    version: Option<String>,
    dist: Option<String>,
}

async fn assemble(
    State(ctx): State<Ctx>,
    Path(_): Path<String>,
    Json(asked): Json<Asked>,
) -> Result<axum::Json<Value>> {
    if asked.projects.is_empty() || asked.projects.len() > PROJECTS_MAX {
        return Err(Problem::invalid("projects: are missing, or too many").remedy("name one, with `--project`"));
    }
    let mut projects = Vec::new();
    for slug in &asked.projects {
        projects.push(existing(&ctx, slug).await?.id);
    }
    let Asked { checksum, chunks, version, dist, .. } = asked;
    let _turn = ASSEMBLIES.acquire().await;
    let bundle = UploadedBundle { checksum, chunks, projects, release: version, dist };
    let (state, missing, detail) = match ctx.app.reports.assemble(bundle).await? {
        Assembly::Missing(missing) => ("not_found", missing, None),
        Assembly::Done(_) => ("ok", Vec::new(), None),
        Assembly::Refused(why) => ("error", Vec::new(), Some(why)),
    };
    Ok(axum::Json(json!({ "state": state, "missingChunks": missing, "detail": detail })))
}
