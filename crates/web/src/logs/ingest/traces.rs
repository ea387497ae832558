//! `POST /v1/traces`: spans of the OpenTelemetry collector and SDKs, by HTTP. They appear among the endpoints and in waterfalls.

use super::{WHOLE_BYTES_MAX, is_json, read_whole, sent_again};
use crate::{
    Ctx,
    auth::Access,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use logs::receive::otlp::traces;
use reports::SpansReceived;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/v1/traces",
        Access::Ingest,
        spans,
        About::new("Keep spans as OTLP has them: protobuf or JSON")
            .unaudited()
            .takes_text("application/x-protobuf", "ExportTraceServiceRequest; or application/json")
            .gives_text(200, Some("application/x-protobuf"), "ExportTraceServiceResponse, as JSON if JSON was sent")
            .body_max(WHOLE_BYTES_MAX),
    )
}

async fn spans(State(ctx): State<Ctx>, headers: HeaderMap, body: Body) -> Result<Response> {
    let is_json = is_json(&headers);
    let received = receive(&ctx, &headers, body, is_json).await.map_err(sent_again)?;
    let why = why(&received);
    Ok(match is_json {
        true => axum::Json(traces::answer_json(received.rejected, why)).into_response(),
        false => {
            let media = [(header::CONTENT_TYPE, "application/x-protobuf")];
            (media, traces::answer_protobuf(received.rejected, why)).into_response()
        }
    })
}

async fn receive(ctx: &Ctx, headers: &HeaderMap, body: Body, is_json: bool) -> Result<SpansReceived> {
    let decode = if is_json { traces::decode_json } else { traces::decode_protobuf };
    let (_, programs, _place) = read_whole(ctx, headers, body, move |_, whole: Vec<u8>| Ok(decode(&whole)?)).await?;
    let received = ctx.app.reports.receive_spans(programs).await?;
    match received.limited {
        // None of it was kept: it may come again.
        Some(wait) if received.accepted == 0 => {
            let seconds = u32::try_from(wait.as_secs().max(1)).unwrap_or(60);
            let busy = Problem::busy("quota", worded("problem-quota", &[]), seconds);
            Err(busy.status(StatusCode::TOO_MANY_REQUESTS))
        }
        _ => Ok(received),
    }
}

/// Why spans were not taken; empty where all were.
fn why(received: &SpansReceived) -> &'static str {
    match (received.rejected, received.limited) {
        (0, _) => "",
        (_, Some(_)) => "the quota of a project is used up",
        (_, None) => "spans without ids or times, or too long",
    }
}
