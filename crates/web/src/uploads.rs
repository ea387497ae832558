//! What requests bring along, kept as blobs; what cannot be kept is a problem with its remedy.

use crate::{
    Ctx,
    problem::{Problem, Result, worded},
};
use axum::extract::multipart::{Field, MultipartError};
use blobs::{Blob, KeepError, PartialBlob};
use std::path::PathBuf;

/// Keeps a file of a form. `bytes_left` is what the whole form may still hold.
pub(crate) async fn keep(ctx: &Ctx, field: &mut Field<'_>, bytes_left: &mut u64) -> Result<Blob> {
    ctx.app.blobs.keep(field, bytes_left).await.map_err(|error| not_kept(error, cut_off))
}

/// Streams a file of a form to one that is gone when it is dropped: its size in bytes and its SHA-256 with it.
pub(crate) async fn spool(
    ctx: &Ctx,
    field: &mut Field<'_>,
    bytes_left: &mut u64,
) -> Result<(PartialBlob, u64, String)> {
    ctx.app.blobs.spool(field, bytes_left).await.map_err(|error| not_kept(error, cut_off))
}

/// Where the blob of that hash lies.
pub(crate) fn path(ctx: &Ctx, sha256: &str) -> Result<PathBuf> {
    ctx.app.blobs.path(sha256).ok_or_else(|| Problem::internal(&"a blob's name is no SHA-256"))
}

pub(crate) fn not_kept<E>(error: KeepError<E>, sender: impl FnOnce(&E) -> Problem) -> Problem {
    match error {
        KeepError::Sender(error) => sender(&error),
        KeepError::TooLong => {
            Problem::too_large(worded("problem-upload-long", &[])).remedy(worded("problem-upload-long-help", &[]))
        }
        KeepError::Disk(error) => {
            tracing::error!(%error, "an upload could not be kept");
            Problem::busy("disk", worded("problem-upload-disk", &[]), 60)
                .remedy(worded("problem-upload-disk-help", &[]))
        }
    }
}

fn cut_off(error: &MultipartError) -> Problem {
    Problem::malformed(worded("problem-upload-cut", &[("why", &error.body_text())]))
}
