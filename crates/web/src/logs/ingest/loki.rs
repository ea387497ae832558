//! `POST /loki/api/v1/push`: Promtail, Alloy, Vector, Fluent Bit, Docker's Loki driver.

use super::{WHOLE_BYTES_MAX, is_json, reasons, whole};
use crate::{
    Ctx,
    auth::Access,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use logs::receive::loki;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/loki/api/v1/push",
        Access::Ingest,
        push,
        About::new("Keep log records as Loki's senders push them: protobuf with Snappy, or JSON")
            .unaudited()
            .takes_text("application/x-protobuf", "PushRequest in a Snappy block; or application/json")
            .gives_text(204, None, "All is synced and searchable")
            .body_max(WHOLE_BYTES_MAX),
    )
}

async fn push(State(ctx): State<Ctx>, headers: HeaderMap, body: Body) -> Result<StatusCode> {
    let taken = match is_json(&headers) {
        true => whole(&ctx, &headers, body, loki::decode_json).await?,
        // Its packing is part of the format, though some name it in the header as well.
        false => {
            let mut headers = headers;
            if headers.get("content-encoding").is_some_and(|name| name == "snappy") {
                headers.remove("content-encoding");
            }
            whole(&ctx, &headers, body, |body| loki::decode_protobuf(body, WHOLE_BYTES_MAX)).await?
        }
    };
    if taken.accepted == 0 && taken.rejected > 0 {
        return Err(Problem::malformed(reasons(&taken)));
    }
    Ok(StatusCode::NO_CONTENT)
}
