//! Its files: taken with a uid from 2.40, given away where a value refers to them.

use super::{State, server::Query};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

/// What it says of one. The hash is another than that of a real server: nobody computes it but the servers.
pub(super) fn one(state: &State, uid: &str) -> Result<Value, (StatusCode, &'static str)> {
    let content = state.files.get(uid).ok_or((StatusCode::NOT_FOUND, "E1005"))?;
    let hash: String = digest(&SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(json!({"id": uid, "name": "photo.png", "contentType": "image/png", "contentMd5": hash, "domain": "DATA_VALUE"}))
}

/// The content of the file of a value; `None` where something else is asked for.
pub(super) fn content(state: &State, path: &str, query: &Query) -> Option<Option<Vec<u8>>> {
    let uid = if path == "dataValues/files" {
        let text = |name: &str| query.get(name).unwrap_or_default();
        let found = state
            .values
            .iter()
            .find(|(key, _)| (key.0.as_str(), key.1.as_str(), key.2.as_str()) == (text("de"), text("pe"), text("ou")));
        found.map(|(_, datum)| datum.value.clone())
    } else {
        let parts: Vec<&str> = path.split('/').collect();
        let ["tracker", list, owner, values, kind, "file"] = parts[..] else { return None };
        let name = if values == "attributes" { "attribute" } else { "dataElement" };
        let rows = state.tracked.get(list)?.get(owner).and_then(|one| one.body.get(values)?.as_array());
        let found = rows.into_iter().flatten().find(|row| row[name].as_str() == Some(kind));
        found.and_then(|row| row["value"].as_str().map(str::to_owned))
    };
    Some(uid.and_then(|uid| state.files.get(&uid).cloned()))
}

/// Takes a form with `uid`, `domain` and `file`.
pub(super) fn take(state: &mut State, body: &[u8]) -> Response {
    let find =
        |what: &[u8], from: usize| body[from..].windows(what.len()).position(|some| some == what).map(|at| from + at);
    let field = |name: &str| -> Option<&[u8]> {
        let begin = find(format!("name=\"{name}\"").as_bytes(), 0)?;
        let begin = find(b"\r\n\r\n", begin)? + 4;
        Some(&body[begin..find(b"\r\n--", begin)?])
    };
    let (Some(uid), Some(content)) = (field("uid"), field("file")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let uid = String::from_utf8_lossy(uid).into_owned();
    // Before, the server made one up.
    let uid = if state.version >= 40 { uid } else { format!("own{:08}", state.files.len()) };
    let content = content.to_vec();
    state.files.insert(uid.clone(), content);
    (StatusCode::ACCEPTED, Json(json!({"status": "OK", "response": {"fileResource": {"id": uid}}}))).into_response()
}
