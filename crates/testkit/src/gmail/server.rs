//! The HTTP side: routes, bodies, and connections that break off when a test says so.

use super::{Answer, Call, Draft, Sent, State, Trouble, lock, oauth};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use std::{
    io,
    sync::{Arc, Mutex},
};
use tower::ServiceExt as _;

/// Google's limit on an upload, in bytes.
const UPLOAD_MAX: usize = 36_700_160;

type App = Arc<Mutex<State>>;

pub(super) async fn run(listener: tokio::net::TcpListener, state: App) {
    let router = Router::new()
        .route("/token", post(token))
        .route("/upload/gmail/v1/users/{user}/messages/send", post(send))
        .route("/upload/gmail/v1/users/{user}/drafts", post(create_draft))
        .route("/gmail/v1/users/{user}/drafts/send", post(send_draft))
        .route("/gmail/v1/users/{user}/drafts/{id}", get(get_draft).delete(delete_draft))
        .with_state(state);
    // Connections end with the server.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let router = router.clone();
        let service = tower::service_fn(move |request: axum::http::Request<_>| {
            let router = router.clone();
            async move {
                let response = router.oneshot(Request::map(request, Body::new)).await.map_err(io::Error::other)?;
                // An error of the service closes the connection without an answer.
                match response.extensions().get::<HangUp>() {
                    Some(HangUp) => Err(io::Error::other("hung up, as the test wanted")),
                    None => Ok(response),
                }
            }
        });
        connections.spawn(async move {
            let io = TokioIo::new(stream);
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(io, TowerToHyperService::new(service)).await;
        });
    }
}

#[derive(Clone)]
struct HangUp;

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status that exists");
        let retry_after = self.retry_after.map(|value| [(header::RETRY_AFTER, value)]);
        (status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], retry_after, self.body).into_response()
    }
}

async fn token(Shared(app): Shared<App>, request: Request) -> Response {
    handle(&app, Call::Token, request.into_body(), |state, body| oauth::grant(state, &body)).await
}

async fn send(Shared(app): Shared<App>, Path(user): Path<String>, headers: HeaderMap, request: Request) -> Response {
    handle(&app, Call::Send, request.into_body(), |state, raw| {
        api(state, &headers, &user, &["gmail.send", "gmail.compose"], |state, mailbox| {
            upload_type(&headers)?;
            deliver(state, Call::Send, mailbox, &raw, None)
        })
    })
    .await
}

async fn create_draft(
    Shared(app): Shared<App>,
    Path(user): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    handle(&app, Call::CreateDraft, request.into_body(), |state, raw| {
        api(state, &headers, &user, &["gmail.compose"], |state, mailbox| {
            upload_type(&headers)?;
            spend(state, Call::CreateDraft, mailbox, 0)?;
            let id = format!("r-{}", state.next_number());
            state.drafts.insert(id.clone(), Draft { id: id.clone(), mailbox: mailbox.to_owned(), raw });
            Ok(serde_json::json!({"id": id, "message": {"id": format!("m{id}"), "labelIds": ["DRAFT"]}}))
        })
    })
    .await
}

async fn send_draft(
    Shared(app): Shared<App>,
    Path(user): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    handle(&app, Call::SendDraft, request.into_body(), |state, body| {
        api(state, &headers, &user, &["gmail.compose"], |state, mailbox| {
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            let id = json["id"].as_str().unwrap_or_default();
            let raw = draft(state, mailbox, id)?.raw;
            let message = deliver(state, Call::SendDraft, mailbox, &raw, Some(id.to_owned()))?;
            state.drafts.remove(id);
            Ok(message)
        })
    })
    .await
}

async fn get_draft(
    Shared(app): Shared<App>,
    Path((user, id)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    handle(&app, Call::GetDraft, request.into_body(), |state, _| {
        api(state, &headers, &user, &["gmail.compose"], |state, mailbox| {
            spend(state, Call::GetDraft, mailbox, 0)?;
            let draft = draft(state, mailbox, &id)?;
            Ok(serde_json::json!({"id": draft.id, "message": {"labelIds": ["DRAFT"]}}))
        })
    })
    .await
}

async fn delete_draft(
    Shared(app): Shared<App>,
    Path((user, id)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    handle(&app, Call::DeleteDraft, request.into_body(), |state, _| {
        api(state, &headers, &user, &["gmail.compose"], |state, mailbox| {
            spend(state, Call::DeleteDraft, mailbox, 0)?;
            draft(state, mailbox, &id)?;
            state.drafts.remove(&id);
            Ok(serde_json::json!({}))
        })
    })
    .await
}

/// Reads the body, does what is asked, and misbehaves where a test wants it.
async fn handle(app: &App, call: Call, body: Body, act: impl FnOnce(&mut State, Bytes) -> Answer) -> Response {
    let trouble = {
        let mut state = lock(app);
        state.calls.push(call);
        state.next_trouble(call)
    };
    if matches!(trouble, Some(Trouble::HangUpMidBody | Trouble::StopReading)) {
        let mut pieces = body.into_data_stream();
        let _ = pieces.next().await;
        return if matches!(trouble, Some(Trouble::StopReading)) { std::future::pending().await } else { hang_up() };
    }
    let Some(body) = read(body).await else {
        return Answer::error(413, "uploadTooLarge", "Request Entity Too Large").into_response();
    };
    let act = || act(&mut lock(app), body);
    match trouble {
        None => act().into_response(),
        Some(Trouble::Answer(answer)) => answer.into_response(),
        Some(Trouble::TakenBut(answer)) => {
            act();
            answer.into_response()
        }
        Some(Trouble::HangUpMidBody | Trouble::HangUpUntaken) => hang_up(),
        Some(Trouble::HangUpTaken) => {
            act();
            hang_up()
        }
        Some(Trouble::StopReading | Trouble::SilenceUntaken) => std::future::pending().await,
        Some(Trouble::SilenceTaken) => {
            act();
            std::future::pending().await
        }
    }
}

fn hang_up() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HangUp);
    response
}

/// `None` when it is longer than an upload may be. A body that breaks off is no request at all.
async fn read(body: Body) -> Option<Bytes> {
    let mut whole = BytesMut::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else { return std::future::pending().await };
        whole.extend_from_slice(&piece);
        if whole.len() > UPLOAD_MAX {
            return None;
        }
    }
    Some(whole.freeze())
}

/// Checks the token, its scope and its mailbox before `act`.
fn api(
    state: &mut State,
    headers: &HeaderMap,
    user: &str,
    scopes: &[&str],
    act: impl FnOnce(&mut State, &str) -> Result<serde_json::Value, Answer>,
) -> Answer {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let outcome = oauth::access(state, authorization).and_then(|access| {
        if user != "me" && user != access.mailbox {
            return Err(Answer::error(403, "forbidden", &format!("Delegation denied for {user}")));
        }
        if !access.covers(scopes) {
            let message = "Request had insufficient authentication scopes.";
            return Err(Answer::error(403, "insufficientPermissions", message));
        }
        act(state, &access.mailbox)
    });
    match outcome {
        Ok(json) => Answer::new(200, json.to_string()),
        Err(answer) => answer,
    }
}

fn upload_type(headers: &HeaderMap) -> Result<(), Answer> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if value(header::CONTENT_TYPE) != Some("message/rfc822") {
        return Err(Answer::error(400, "badRequest", "Media type is not supported. Valid media types: [message/*]"));
    }
    match value(header::CONTENT_LENGTH) {
        Some(_) => Ok(()),
        None => Err(Answer::error(411, "lengthRequired", "Length Required")),
    }
}

fn spend(state: &mut State, call: Call, mailbox: &str, recipients: usize) -> Result<(), Answer> {
    let ledger = state.ledgers.entry(mailbox.to_owned()).or_default();
    ledger.spend(call, recipients, &state.quotas, &state.clock)
}

fn draft(state: &State, mailbox: &str, id: &str) -> Result<Draft, Answer> {
    let draft = state.drafts.get(id).filter(|draft| draft.mailbox == mailbox);
    draft.cloned().ok_or_else(|| Answer::error(404, "notFound", "Requested entity was not found."))
}

fn deliver(
    state: &mut State,
    call: Call,
    mailbox: &str,
    raw: &Bytes,
    draft: Option<String>,
) -> Result<serde_json::Value, Answer> {
    let mail = Mail::parse(raw)?;
    if mail.recipients.len() > state.quotas.recipients_per_message {
        return Err(Answer::error(400, "invalidArgument", "Too many recipients"));
    }
    spend(state, call, mailbox, mail.recipients.len())?;
    let number = state.next_number();
    let (id, message_id) = (format!("18d2abc{number:09x}"), format!("CAfake{number}@mail.gmail.com"));
    state.sent.push(Sent {
        id: id.clone(),
        mailbox: mailbox.to_owned(),
        draft,
        raw: raw.clone(),
        delivered: mail.delivered(&message_id).into(),
        message_id,
        recipients: mail.recipients,
        at: state.clock.now(),
    });
    Ok(serde_json::json!({"id": id, "threadId": id, "labelIds": ["SENT"]}))
}

/// As much of a message as Gmail changes or looks at.
struct Mail<'a> {
    /// Each with its continuation lines, without the last line end.
    fields: Vec<&'a str>,
    body: &'a [u8],
    recipients: Vec<String>,
}

impl<'a> Mail<'a> {
    fn parse(raw: &'a [u8]) -> Result<Self, Answer> {
        let invalid = |message: &str| Answer::error(400, "invalidArgument", message);
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(|| invalid("Invalid message"))?;
        let head = std::str::from_utf8(&raw[..end]).map_err(|_| invalid("Invalid message"))?;
        let mut fields = Vec::new();
        let mut start = 0;
        for (at, _) in head.match_indices("\r\n") {
            if !head[at + 2..].starts_with([' ', '\t']) {
                fields.push(&head[start..at]);
                start = at + 2;
            }
        }
        fields.push(&head[start..]);
        let mut recipients = Vec::new();
        for name in ["To", "Cc", "Bcc"] {
            for field in fields.iter().filter_map(|field| value(field, name)) {
                recipients.extend(addresses(field).ok_or_else(|| invalid(&format!("Invalid {name} header")))?);
            }
        }
        if recipients.is_empty() {
            return Err(invalid("Recipient address required"));
        }
        Ok(Self { fields, body: &raw[end..], recipients })
    }

    fn delivered(&self, message_id: &str) -> Vec<u8> {
        let kept = self.fields.iter().filter(|field| value(field, "Bcc").is_none()).map(|field| {
            value(field, "Message-ID").map_or_else(|| (*field).to_owned(), |_| format!("Message-ID: <{message_id}>"))
        });
        let mut message = kept.collect::<Vec<_>>().join("\r\n").into_bytes();
        message.extend_from_slice(self.body);
        message
    }
}

fn value<'a>(field: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = field.split_once(':')?;
    found.eq_ignore_ascii_case(name).then_some(value)
}

/// The addresses of a list, names left out; `None` when one of them is none. An empty group has none.
fn addresses(list: &str) -> Option<Vec<String>> {
    if list.trim_end().ends_with(":;") {
        return Some(Vec::new());
    }
    let mut is_quoted = false;
    let parts = list.split(|letter| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    });
    parts
        .map(|part| {
            let address = part.rsplit_once('<').map_or(part, |(_, rest)| rest.trim_end().trim_end_matches('>')).trim();
            let is_address = address.contains('@') && !address.contains(char::is_whitespace);
            is_address.then(|| address.to_owned())
        })
        .collect()
}
