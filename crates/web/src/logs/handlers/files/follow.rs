//! What is written to a file, as it is written.

use super::{READS, beside, find};
use crate::{
    Ctx,
    auth::Granted,
    extract::{Path, Query},
    listener::{Listener, told},
    problem::Result,
    routes::{About, Routes},
};
use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, sse::Event},
};
use logs::files::{Follower, TextLine};
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, time::Duration};
use tokio::time::sleep;
use utoipa::{IntoParams, ToSchema};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_millis(300);
/// Bytes of a line that are told.
const LINE_MAX: usize = 8 << 10;

pub(crate) fn declare(routes: Routes) -> Routes {
    ["/logs/follow/{name}/", "/logs/follow/{name}"].into_iter().fold(routes, |routes, path| {
        let about = About::new("What is written to a log file, as it is written: `lines`, by server-sent events");
        let about = about.query::<FollowQuery>().gives_text(200, Some("text/event-stream"), "The events");
        routes.get(path, READS, follow, about)
    })
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct FollowQuery {
    /// The place, in bytes, behind which it begins; the end of the file unless said otherwise.
    from: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct LinesEvent {
    lines: Vec<String>,
    /// The file was cleared or replaced: these are its first lines.
    anew: bool,
}

async fn follow(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Query(query): Query<FollowQuery>,
    headers: HeaderMap,
    Extension(granted): Extension<Granted>,
) -> Result<impl IntoResponse> {
    let file = find(&ctx, name).await?;
    let listener = Listener::new(&ctx, granted, "close another one")?;
    // A browser that comes back says where it was.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let from = last.or(query.from).unwrap_or(file.bytes);
    let follower = Some(file.follow(from));
    let following = Following { ctx, listener, follower };
    Ok(told(futures_util::stream::unfold(following, Following::step)))
}

struct Following {
    ctx: Ctx,
    listener: Listener,
    /// None while it looks at the file.
    follower: Option<Follower>,
}

impl Following {
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if !self.listener.may_still(&self.ctx).await {
                return None;
            }
            let mut follower = self.follower.take()?;
            let (follower, followed) = beside(move || {
                let followed = follower.look();
                (follower, followed)
            })
            .await
            .ok()?;
            let place = follower.place();
            self.follower = Some(follower);
            // One that cannot be read any more ends the stream: who asks again is told why.
            let followed = followed.ok()?;
            if followed.lines.is_empty() && !followed.is_anew {
                sleep(EVERY).await;
                continue;
            }
            let text =
                |line: &TextLine| String::from_utf8_lossy(&line.text[..line.text.len().min(LINE_MAX)]).into_owned();
            let event = LinesEvent { lines: followed.lines.iter().map(text).collect(), anew: followed.is_anew };
            let data = serde_json::to_string(&event).unwrap_or_default();
            return Some((Ok(Event::default().event("lines").id(place.to_string()).data(data)), self));
        }
    }
}
