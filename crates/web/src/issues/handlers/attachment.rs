//! A file that came with an event, to be kept by whoever reads: never shown by the browser, since anybody may have sent it.

use crate::{
    Ctx,
    downloads::kept_as,
    extract::Path,
    issues::lookup,
    problem::{Problem, Result},
    uploads,
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use std::io::ErrorKind;
use tokio_util::io::ReaderStream;

pub(super) async fn download(State(ctx): State<Ctx>, Path((name, no)): Path<(String, i64)>) -> Result<Response> {
    let found = lookup::existing(&ctx, &name).await?;
    let missing = || Problem::not_found(format!("attachment {no} of {}", found.short_id()));
    let attachment = ctx.app.db.attachment(found.project.id, no).await?.ok_or_else(missing)?;
    // It may be an event of another issue that one would not look for here.
    lookup::event(&ctx, &found, attachment.event).await?;
    let file = match tokio::fs::File::open(uploads::path(&ctx, &attachment.sha256)?).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing()),
        file => file.map_err(|error| Problem::internal(&error))?,
    };
    let mut response = Body::from_stream(ReaderStream::new(file)).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, attachment.bytes.into());
    Ok(kept_as(&attachment.name, response))
}
