//! The files to attach: brought one by one, or in an archive that is unpacked within bounds.

use super::{
    address,
    draft::{Content, Draft, DraftFile, FILES_MAX},
};
use crate::{
    Ctx,
    layout::{Form, Reader, page, parts::Faults, see, shown, view::View},
    lines::is_plain_name,
    mailings::pages::{FileRow, FilesPage, WizardStep},
    problem::{Problem, Result},
    uploads, zip,
};
use axum::{
    extract::{
        Multipart, State,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::Response,
};
use blobs::{Blob, Blobs, KeepError, PartialBlob};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::BufReader,
};
use tokio::task::spawn_blocking;

/// Files of a draft that its page lists.
const SHOWN: usize = 200;

pub(super) async fn show(Reader(v): Reader, draft: Draft) -> Result<Response> {
    draft.list()?;
    Ok(shown(&page_of(&v, &draft, Faults::default())))
}

fn page_of<'a>(v: &'a View, draft: &Draft, faults: Faults) -> FilesPage<'a> {
    let files = &draft.content.files;
    let row = |file: &DraftFile| FileRow { name: file.name.clone(), size: file.size };
    FilesPage {
        v,
        steps: draft.steps(WizardStep::Files),
        files: files.iter().take(SHOWN).map(row).collect(),
        count: files.len() as u64,
        bytes: files.iter().map(|file| file.size).sum(),
        faults,
    }
}

pub(super) async fn add(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    mut draft: Draft,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response> {
    draft.list()?;
    let mut multipart = multipart.map_err(|error| Problem::malformed(error.body_text()))?;
    let _sending = ctx.app.blobs.begin().await;
    let mut basket = Basket::of(&ctx, &draft);
    let mut faults = Faults::default();
    let broken = |error: MultipartError| Problem::malformed(error.body_text());
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        if field.name() != Some("files") || field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        if let Err(what) = basket.put(&ctx, &v, &mut field).await? {
            faults.add("files", what);
            break;
        }
    }
    if faults.is_empty() && basket.added.is_empty() {
        faults.add("files", v.t("file-required"));
    }
    // What came before the one that was refused is kept.
    if !basket.added.is_empty() {
        draft.merge(&ctx, |content| basket.add_to(&ctx, &v, &mut content.files)).await?;
    }
    match faults.is_empty() {
        true => Ok(see(&address(&draft, "files"))),
        false => Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&v, &draft, faults))),
    }
}

pub(super) async fn remove(State(ctx): State<Ctx>, mut draft: Draft, form: Form) -> Result<Response> {
    let remove = |content: &mut Content| {
        match form.text("all") {
            "" => content.files.retain(|file| form.all("name").all(|name| name != file.name)),
            _ => content.files.clear(),
        }
        Ok(())
    };
    draft.merge(&ctx, remove).await?;
    Ok(see(&address(&draft, "files")))
}

/// The files that are brought, by their names, and what may still be added.
struct Basket {
    /// The names that the draft had.
    held: BTreeSet<String>,
    added: BTreeMap<String, DraftFile>,
    /// Names, of both.
    count: usize,
    bytes_left: u64,
    files_max: usize,
}

impl Basket {
    fn of(ctx: &Ctx, draft: &Draft) -> Self {
        let files = &draft.content.files;
        let bytes_left = ctx.app.limits.upload_bytes_max.saturating_sub(files.iter().map(|file| file.size).sum());
        let held: BTreeSet<_> = files.iter().map(|file| file.name.clone()).collect();
        let (added, count) = (BTreeMap::new(), held.len());
        Self { held, added, count, bytes_left, files_max: ctx.app.limits.files_max.min(FILES_MAX) }
    }

    fn has(&self, name: &str) -> bool {
        self.held.contains(name) || self.added.contains_key(name)
    }

    /// Puts what was brought among `files`, which may hold more by now than when the upload began.
    fn add_to(&self, ctx: &Ctx, v: &View, files: &mut Vec<DraftFile>) -> Result<()> {
        files.retain(|file| !self.added.contains_key(&file.name));
        files.extend(self.added.values().cloned());
        files.sort_by(|one, other| one.name.cmp(&other.name));
        if files.len() > self.files_max {
            return Err(Problem::conflict(v.count("files-too-many", &(self.files_max as u64))));
        }
        if files.iter().map(|file| file.size).sum::<u64>() > ctx.app.limits.upload_bytes_max {
            return Err(Problem::too_large("the files of this mailing are longer than this server takes")
                .remedy("remove some, then send the others again"));
        }
        Ok(())
    }

    /// What cannot be taken is said in the reader's words.
    async fn put(&mut self, ctx: &Ctx, v: &View, field: &mut Field<'_>) -> Result<Result<(), String>> {
        let name = field.file_name().unwrap_or_default().to_owned();
        if !is_plain_name(&name) || name.contains(model::steers_display) {
            return Ok(Err(v.t("files-bad-name")));
        }
        if !name.to_ascii_lowercase().ends_with(".zip") {
            if self.count >= self.files_max && !self.has(&name) {
                return Ok(Err(v.count("files-too-many", &(self.files_max as u64))));
            }
            let blob = uploads::keep(ctx, field, &mut self.bytes_left).await?;
            self.keep(name, &blob);
            return Ok(Ok(()));
        }
        let mut packed_left = self.bytes_left;
        let (part, _, _) = uploads::spool(ctx, field, &mut packed_left).await?;
        let bounds = zip::Bounds { entries: self.files_max.saturating_sub(self.count), bytes: self.bytes_left };
        let blobs = ctx.app.blobs.clone();
        let unpacked = spawn_blocking(move || unpack(&part, bounds, &blobs));
        match unpacked.await.map_err(|error| Problem::internal(&error))?? {
            Err(error) => Ok(Err(zip_fault(v, name, &error))),
            Ok(files) if files.is_empty() => Ok(Err(v.with("files-empty-zip", "name", name))),
            Ok(files) => {
                for (name, blob) in files {
                    self.bytes_left = self.bytes_left.saturating_sub(blob.size);
                    self.keep(name, &blob);
                }
                Ok(Ok(()))
            }
        }
    }

    fn keep(&mut self, name: String, blob: &Blob) {
        let (size, sha256, mtime) = (blob.size, blob.sha256.clone(), blob.mtime.as_micros());
        self.count += usize::from(!self.has(&name));
        self.added.insert(name.clone(), DraftFile { name, size, sha256, mtime });
    }
}

fn unpack(
    archive: &PartialBlob,
    bounds: zip::Bounds,
    blobs: &Blobs,
) -> Result<Result<Vec<(String, Blob)>, zip::Error>> {
    let archive = File::open(archive.path()).map_err(|error| Problem::internal(&error))?;
    let entries = match zip::entries(&archive, bounds) {
        Ok(entries) => entries,
        Err(error) => return Ok(Err(error)),
    };
    let (mut archive, mut files) = (BufReader::new(archive), Vec::new());
    for entry in &entries {
        let mut bytes = match zip::open(&mut archive, entry) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error)),
        };
        match blobs.keep_read(&mut bytes) {
            Ok(blob) => files.push((entry.name.clone(), blob)),
            Err(KeepError::Sender(error)) => return Ok(Err(error.into())),
            Err(error) => return Err(uploads::not_kept(error, |error| Problem::internal(error))),
        }
    }
    Ok(Ok(files))
}

/// Why an archive was not unpacked, in the reader's words.
fn zip_fault(v: &View, archive: String, error: &zip::Error) -> String {
    let (id, file) = match error {
        zip::Error::Broken => ("zip-broken", ""),
        zip::Error::Entries(_) => ("zip-too-many", ""),
        zip::Error::Bytes => ("zip-too-long", ""),
        zip::Error::Bomb(file) => ("zip-bomb", file.as_str()),
        zip::Error::Path(file) => ("zip-path", file.as_str()),
        zip::Error::Twice(file) => ("zip-twice", file.as_str()),
        zip::Error::Encrypted(file) => ("zip-encrypted", file.as_str()),
        zip::Error::Method(file) => ("zip-method", file.as_str()),
        zip::Error::Read(error) => {
            tracing::warn!(error, "an archive could not be read");
            ("zip-unreadable", "")
        }
    };
    v.with_all(id, &[("name", archive), ("file", file.to_owned())])
}
