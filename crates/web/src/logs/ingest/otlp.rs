//! `POST /v1/logs`: the OpenTelemetry collector and SDKs, by HTTP.

use super::{WHOLE_BYTES_MAX, is_json, reasons, sent_again, whole};
use crate::{
    Ctx,
    auth::Access,
    problem::Result,
    routes::{About, Routes},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use logs::receive::otlp;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/v1/logs",
        Access::Ingest,
        logs,
        About::new("Keep log records as OTLP has them: protobuf or JSON")
            .unaudited()
            .takes_text("application/x-protobuf", "ExportLogsServiceRequest; or application/json")
            .gives_text(200, Some("application/x-protobuf"), "ExportLogsServiceResponse, as JSON if JSON was sent")
            .body_max(WHOLE_BYTES_MAX),
    )
}

async fn logs(State(ctx): State<Ctx>, headers: HeaderMap, body: Body) -> Result<Response> {
    let is_json = is_json(&headers);
    let taken = match is_json {
        true => whole(&ctx, &headers, body, otlp::decode_json).await,
        false => whole(&ctx, &headers, body, otlp::decode_protobuf).await,
    };
    let taken = taken.map_err(sent_again)?;
    let why = reasons(&taken);
    Ok(match is_json {
        true => axum::Json(otlp::answer_json(taken.rejected, &why)).into_response(),
        false => {
            let media = [(header::CONTENT_TYPE, "application/x-protobuf")];
            (media, otlp::answer_protobuf(taken.rejected, &why)).into_response()
        }
    })
}
