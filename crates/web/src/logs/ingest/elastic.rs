//! `POST /_bulk`, and what Elasticsearch's senders ask before they send: Filebeat, Logstash, Vector, Fluent Bit.

use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    logs::api::{LOGS_BYTES_MAX, Pace, Packing, taking},
    problem::Problem,
    routes::{About, Routes},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Clients believe only a server that says this.
const PRODUCT: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-elastic-product"), HeaderValue::from_static("Elasticsearch"));
/// Whose API it is that this answers to.
const VERSION: &str = "8.15.0";

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = || {
        About::new("Keep log records as Elasticsearch's bulk has them: create and index")
            .unaudited()
            .takes_text("application/x-ndjson", "An action and a document a line, plain or packed with gzip or zstd")
            .gives_text(200, Some("application/json"), "An item for each action, in Elasticsearch's words")
            .body_max(LOGS_BYTES_MAX)
    };
    let told = |what| About::new(what).gives_text(200, Some("application/json"), "As Elasticsearch would");
    // Some clients say PUT.
    let routes = routes
        .post("/_bulk", Access::Ingest, bulk, about())
        .put("/_bulk", Access::Ingest, bulk, about())
        .post("/{index}/_bulk", Access::Ingest, bulk_into, about())
        .put("/{index}/_bulk", Access::Ingest, bulk_into, about())
        .post("/elasticsearch/_bulk", Access::Ingest, bulk, about())
        .put("/elasticsearch/_bulk", Access::Ingest, bulk, about())
        .post("/elasticsearch/{index}/_bulk", Access::Ingest, bulk_into, about())
        .put("/elasticsearch/{index}/_bulk", Access::Ingest, bulk_into, about());
    routes
        .get("/elasticsearch", Access::Ingest, product, told("Which Elasticsearch this answers as"))
        .get("/elasticsearch/", Access::Ingest, product, told("Which Elasticsearch this answers as"))
        .get("/elasticsearch/_license", Access::Ingest, license, told("Which licence senders may rely on"))
        .get("/elasticsearch/_cluster/health", Access::Ingest, health, told("Whether bulk is answered"))
}

async fn bulk(State(ctx): State<Ctx>, headers: HeaderMap, body: Body) -> Response {
    take(&ctx, &headers, body, String::new()).await
}

async fn bulk_into(State(ctx): State<Ctx>, Path(index): Path<String>, headers: HeaderMap, body: Body) -> Response {
    take(&ctx, &headers, body, index).await
}

async fn take(ctx: &Ctx, headers: &HeaderMap, body: Body, index: String) -> Response {
    let began = ctx.app.clock.now();
    let pace = Pace::of_lines(&ctx.app.limits);
    let taken = match Packing::of(headers) {
        Ok(packing) => taking(ctx, body, packing, pace, move |intake, from| intake.bulk(from, &index)).await,
        Err(problem) => Err(problem),
    };
    match taken {
        Ok((_, items)) if items.is_empty() => failed(Problem::malformed("the request has no action")),
        Ok((_, items)) => {
            let took = ctx.app.clock.now().since(began).as_millis() as u64;
            ([PRODUCT, JSON], items.into_json(took)).into_response()
        }
        Err(problem) => failed(problem),
    }
}

const JSON: (HeaderName, HeaderValue) = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

/// A problem in Elasticsearch's words, with the status and the wait of the problem itself.
fn failed(problem: Problem) -> Response {
    let status = problem.status_code();
    let kind = match status {
        StatusCode::TOO_MANY_REQUESTS => "es_rejected_execution_exception",
        status if status.is_server_error() => "cluster_block_exception",
        _ => "illegal_argument_exception",
    };
    let error = json!({"type": kind, "reason": problem.detail()});
    let body =
        json!({"error": {"root_cause": [error], "type": kind, "reason": problem.detail()}, "status": status.as_u16()});
    let retry_after = problem.into_response().headers().get(header::RETRY_AFTER).cloned();
    let mut response = (status, [PRODUCT, JSON], body.to_string()).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn answer(body: &Value) -> Response {
    ([PRODUCT, JSON], body.to_string()).into_response()
}

async fn product(State(ctx): State<Ctx>) -> Response {
    answer(&json!({
        "name": "vigie",
        "cluster_name": "vigie",
        "cluster_uuid": "vigie",
        "version": {
            "number": VERSION,
            "build_flavor": "default",
            "build_type": "vigie",
            "build_hash": ctx.app.version,
            "lucene_version": "9.11.1",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "You Know, for Search",
    }))
}

async fn license() -> Response {
    answer(&json!({"license": {"uid": "vigie", "type": "basic", "mode": "basic", "status": "active"}}))
}

async fn health() -> Response {
    answer(&json!({"cluster_name": "vigie", "status": "green", "timed_out": false, "number_of_nodes": 1}))
}
