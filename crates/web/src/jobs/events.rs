//! A job as it happens: server-sent events (WHATWG HTML, "Server-sent events").
//!
//! The first `progress` is how the job stands; then comes each change, the latest only, at most every 25 ms; then
//! `end`. Who may read everything also gets the run log, as `log`. The id of an event is the version it brought and,
//! behind a dot, the place in the log, so that a client that comes back goes on where it was.

use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Path, Query},
    jobs::{live::to_come, log::LogPage},
    listener::{Listener, told},
    problem::Result,
    routes::{About, Routes},
    words::Words,
};
use axum::{
    Extension,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, sse::Event},
};
use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use jiff::tz::TimeZone;
use jobs::Progress;
use language::Language;
use logs::job_log::{LineCursor, LinePage};
use model::JobId;
use serde::Deserialize;
use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};
use store::Scope;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};
use utoipa::IntoParams;
use uuid::Uuid;

/// Changes of a job are told to a client no more often than this.
const AT_MOST_EVERY: Duration = Duration::from_millis(25);
/// How often somebody who waits for a job to be made elsewhere looks for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The last lines of a log may come a little after the job's last change.
const LAST_LINES: Duration = Duration::from_millis(300);

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/jobs/{id}/events",
        Access::Job,
        events,
        About::new("A job as it happens: `progress`, `log` and `end`, by server-sent events")
            .query::<EventsQuery>()
            .gives_text(200, Some("text/event-stream"), "The events"),
    )
}

#[derive(Deserialize, IntoParams)]
struct EventsQuery {
    /// Where to begin in the run log: a `next` of `/log`, or 0; its end unless said otherwise.
    log_after: Option<u64>,
    /// The messages of the run log in this language, `en` or `fr`, where Vigie worded them.
    #[param(value_type = Option<String>)]
    lang: Option<Language>,
}

async fn events(
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(query): Query<EventsQuery>,
    Extension(granted): Extension<Granted>,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    let reads_log = granted.scope.allows(Scope::Read);
    let listener = Listener::new(&ctx, granted, "problem-streams-poll")?;
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(ResumePoint::parse).unwrap_or_default();
    let follower = Follower {
        id: id.into(),
        receiver: None,
        log: reads_log.then_some(LogFrom::Asked(seen.log.or(query.log_after))),
        seen_version: seen.version,
        log_at: seen.log.or(query.log_after),
        words: query.lang.map(|language| Words { language, zone: TimeZone::UTC }),
        next_at: Instant::now(),
        waiting: VecDeque::new(),
        is_ending: false,
        ended: false,
        births: ctx.live.births.subscribe(),
        listener,
        ctx,
    };
    Ok(told(futures_util::stream::unfold(follower, Follower::step)))
}

/// What a client that comes back has had: `version.log`, or `version`.
#[derive(Clone, Copy, Default)]
struct ResumePoint {
    version: Option<i64>,
    log: Option<u64>,
}

impl ResumePoint {
    fn parse(text: &str) -> Self {
        let (version, log) = text.split_once('.').unwrap_or((text, ""));
        Self { version: version.parse().ok(), log: log.parse().ok() }
    }
}

type Pages = BoxStream<'static, Result<LinePage, logs::Error>>;

enum LogFrom {
    /// Not opened before the job is known to exist.
    Asked(Option<u64>),
    Open(Pages),
}

struct Follower {
    ctx: Ctx,
    id: JobId,
    receiver: Option<watch::Receiver<Arc<Progress>>>,
    log: Option<LogFrom>,
    seen_version: Option<i64>,
    log_at: Option<u64>,
    /// Whose language the lines of the log are told in, if not in their own.
    words: Option<Words>,
    /// Before then, no change is told.
    next_at: Instant,
    waiting: VecDeque<Event>,
    /// The job's last change is told before its log's last lines are waited for.
    is_ending: bool,
    ended: bool,
    births: watch::Receiver<u64>,
    listener: Listener,
}

/// What a follower waited for.
enum News {
    Progress,
    Log(Result<LinePage, logs::Error>),
    Gone,
}

impl Follower {
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some((Ok(event), self));
            }
            if self.ended {
                return None;
            }
            if self.is_ending {
                self.end().await;
                continue;
            }
            if !self.listener.may_still(&self.ctx).await {
                return None;
            }
            match self.receiver.is_some() {
                true => self.follow().await,
                false => self.find().await,
            }
        }
    }

    /// Waits for the job to exist; meanwhile it is `pending`.
    async fn find(&mut self) {
        match self.ctx.live.existing(&self.ctx.app, self.id).await {
            Ok(Some(_)) => match self.ctx.app.hub.follow(self.id).await {
                Ok(Some(mut receiver)) => {
                    receiver.mark_changed();
                    self.receiver = Some(receiver);
                    self.open_log().await;
                }
                _ => self.ended = true,
            },
            Ok(None) if self.seen_version.is_none() => self.tell(&Arc::new(to_come(self.id))),
            Ok(None) => {
                tokio::select! {
                    _ = self.births.changed() => {}
                    () = sleep(LOOK_EVERY) => {}
                }
            }
            // The client comes back by itself.
            Err(_) => self.ended = true,
        }
    }

    async fn open_log(&mut self) {
        let Some(LogFrom::Asked(after)) = self.log else { return };
        let after = match after {
            Some(after) => after,
            None => self.ctx.app.job_log.tail(self.id, 1).await.map_or(0, |page| page.next.0),
        };
        self.log_at = Some(after);
        self.log = Some(LogFrom::Open(self.ctx.app.job_log.follow(self.id, LineCursor(after)).boxed()));
    }

    async fn follow(&mut self) {
        let (Some(receiver), next_at) = (&mut self.receiver, self.next_at) else { return };
        let changed = async {
            sleep_until(next_at).await;
            receiver.changed().await.map_or(News::Gone, |()| News::Progress)
        };
        let news = tokio::select! {
            news = changed => news,
            page = next_page(&mut self.log) => News::Log(page),
            () = sleep_until(self.listener.recheck_at()) => return,
        };
        match news {
            News::Log(page) => self.tell_log(page),
            News::Gone => self.ended = true,
            News::Progress => {
                let progress = Arc::clone(&receiver.borrow_and_update());
                self.next_at = Instant::now() + AT_MOST_EVERY;
                if self.seen_version != Some(progress.version) {
                    self.tell(&progress);
                }
                self.is_ending = progress.status.is_final();
            }
        }
    }

    fn tell(&mut self, progress: &Arc<Progress>) {
        self.seen_version = Some(progress.version);
        let event = Event::default().event("progress").id(self.event_id());
        let event = match progress.version {
            0 => event.data(serde_json::to_string(&**progress).unwrap_or_default()),
            _ => {
                let ready = self.ctx.live.written(progress);
                event.data(std::str::from_utf8(&ready.json).unwrap_or_default())
            }
        };
        self.waiting.push_back(event);
    }

    fn tell_log(&mut self, page: Result<LinePage, logs::Error>) {
        match page {
            Ok(page) => {
                self.log_at = Some(page.next.0);
                let data = serde_json::to_string(&LogPage::of(page, self.words.as_ref())).unwrap_or_default();
                self.waiting.push_back(Event::default().event("log").id(self.event_id()).data(data));
            }
            Err(error) => {
                tracing::warn!(job = %self.id, %error, "the run log cannot be followed");
                self.log = None;
            }
        }
    }

    async fn end(&mut self) {
        self.is_ending = false;
        while let Ok(page) = timeout(LAST_LINES, next_page(&mut self.log)).await {
            self.tell_log(page);
        }
        // A job that was over may have been set going again meanwhile.
        let is_over = self.receiver.as_ref().is_none_or(|receiver| receiver.borrow().status.is_final());
        if is_over {
            self.waiting.push_back(Event::default().event("end").data("{}"));
            self.ended = true;
        }
    }

    fn event_id(&self) -> String {
        let version = self.seen_version.unwrap_or(0);
        self.log_at.filter(|_| self.log.is_some()).map_or(version.to_string(), |log| format!("{version}.{log}"))
    }
}

/// The next page of the log; never, when nobody reads it.
async fn next_page(log: &mut Option<LogFrom>) -> Result<LinePage, logs::Error> {
    let page = match log {
        Some(LogFrom::Open(pages)) => next_of(pages).await,
        _ => None,
    };
    match page {
        Some(page) => page,
        None => std::future::pending().await,
    }
}

async fn next_of(
    pages: &mut (impl Stream<Item = Result<LinePage, logs::Error>> + Unpin),
) -> Option<Result<LinePage, logs::Error>> {
    pages.next().await
}
