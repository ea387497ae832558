//! The whole log of a job as a text to keep: one line per record, in the reader's language and time zone.

use super::Side;
use crate::{Ctx, jobs::told::told, problem::Result, words::Words};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use logs::job_log::LineCursor;
use model::JobLine;

/// Records that are read at a time: the text is sent as it is read, however long it is.
const PAGE: usize = 1_000;

pub(super) async fn download(State(ctx): State<Ctx>, side: Side) -> Result<Response> {
    let Side { v, job, .. } = side;
    let (words, id) = (v.words, job.id);
    let pages = stream::unfold(Some(LineCursor::default()), move |place| {
        let (words, ctx, job) = (words.clone(), ctx.clone(), job.clone());
        async move {
            let place = place?;
            match ctx.app.job_log.page(job.id, place, PAGE).await {
                // A run that goes on writes on: the text ends where the log ended when it was reached.
                Ok(page) if page.lines.is_empty() => None,
                Ok(page) => {
                    let text: String = page.lines.iter().map(|placed| text_of(&placed.line, &words)).collect();
                    Some((Ok(text), (page.next != place).then_some(page.next)))
                }
                // The download breaks off, so that nobody takes a part for the whole.
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "the download of a log broke off");
                    Some((Err(error), None))
                }
            }
        }
    });
    let name = format!("attachment; filename=\"{id}.log\"");
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(pages)).into_response())
}

fn text_of(line: &JobLine, words: &Words) -> String {
    let at = line.at.in_zone(&words.zone);
    let level = line.level.as_str().to_ascii_uppercase();
    format!("{} [{level}] {}\n", at.strftime("%Y-%m-%d %H:%M:%S"), told(words, line))
}
