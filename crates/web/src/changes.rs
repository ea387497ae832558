//! That something has changed: pages that are kept up to date hear it, and ask for themselves again. What they show is worded in
//! one place so, for whoever has no script too.

use crate::{
    Ctx,
    auth::{Access, Granted},
    listener::{Listener, told},
    problem::Result,
    routes::{About, Routes},
};
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, sse::Event},
};
use std::{convert::Infallible, time::Duration};
use store::Scope;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Each change has a page drawn once more.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// What rings nowhere: a worker that falls silent, a disk that fills up, what other processes do.
const LOOK_EVERY: Duration = Duration::from_secs(15);

pub(crate) fn declare(routes: Routes) -> Routes {
    let about = About::new("That jobs, issues or settings have changed: `changed`, by server-sent events");
    let about = about.gives_text(200, Some("text/event-stream"), "The events");
    routes.get("/events", Access::Page(Scope::Read), events, about)
}

async fn events(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>) -> Result<impl IntoResponse> {
    let listener = Listener::new(&ctx, granted, "problem-streams-page")?;
    let changes = [ctx.app.hub.changes(), ctx.app.reports.changes(), ctx.changes.subscribe()];
    let now = Instant::now();
    let watch = ChangeWatch { ctx, listener, changes, look_at: now + LOOK_EVERY, next_at: now };
    Ok(told(futures_util::stream::unfold(watch, ChangeWatch::step)))
}

struct ChangeWatch {
    ctx: Ctx,
    listener: Listener,
    /// Of jobs, of issues, of what people decide.
    changes: [watch::Receiver<()>; 3],
    look_at: Instant,
    /// Before then, no change is told.
    next_at: Instant,
}

impl ChangeWatch {
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if !self.listener.may_still(&self.ctx).await {
                return None;
            }
            let [jobs, issues, people] = &mut self.changes;
            let is_over = tokio::select! {
                told = jobs.changed() => told.is_err(),
                told = issues.changed() => told.is_err(),
                told = people.changed() => told.is_err(),
                () = sleep_until(self.look_at) => false,
                () = sleep_until(self.listener.recheck_at()) => continue,
            };
            if is_over {
                return None;
            }
            sleep_until(self.next_at).await;
            return Some((Ok(self.tell()), self));
        }
    }

    /// What has rung until now is told with it.
    fn tell(&mut self) -> Event {
        self.changes.iter_mut().for_each(watch::Receiver::mark_unchanged);
        let now = Instant::now();
        (self.look_at, self.next_at) = (now + LOOK_EVERY, now + AT_MOST_EVERY);
        Event::default().event("changed").data("{}")
    }
}
