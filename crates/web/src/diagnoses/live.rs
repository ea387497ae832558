//! A diagnosis as it is made, by server-sent events: each log that was read, what the small ones point to, and the end.

use super::run;
use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::Path,
    layout::Reader,
    listener::{Listener, told},
    problem::Result,
    routes::{About, Routes},
};
use ::api::diagnoses::DiagnosisState;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, sse::Event},
};
use diagnosis::{Step, report::cause_name};
use language::Language;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{sleep, sleep_until},
};
use uuid::Uuid;

/// Diagnoses whose steps are remembered, and of each so many.
const REMEMBERED_MAX: usize = 16;
const STEPS_MAX: usize = 400;
/// How often it is looked whether another machine has finished one.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/diagnoses/{id}/events",
        Access::Admin,
        events,
        About::new("A diagnosis as it is made: `source`, `finding` and `end`, by server-sent events").gives_text(
            200,
            Some("text/event-stream"),
            "The events",
        ),
    )
}

/// A step that is told.
#[derive(Clone, Debug)]
pub(super) enum ReadingStep {
    Source(Value),
    /// The word of the cause.
    Finding(String),
}

impl From<Step<'_>> for ReadingStep {
    fn from(step: Step<'_>) -> Self {
        match step {
            Step::Read { source, read, of } => {
                let mut told = json!({"name": source.name, "records": source.records, "read": read, "of": of});
                if let Value::Object(state) = serde_json::to_value(&source.state).unwrap_or_default() {
                    state.into_iter().for_each(|(name, value)| told[name] = value);
                }
                Self::Source(told)
            }
            Step::PointsTo(cause) => Self::Finding(cause.word()),
        }
    }
}

type Steps = watch::Receiver<Vec<ReadingStep>>;

/// What is told of the diagnoses that this process makes, and of the last that it made.
#[derive(Debug, Default)]
pub(crate) struct Readings(Mutex<VecDeque<(Uuid, Steps)>>);

/// Tells the steps of one.
pub(super) struct Teller(watch::Sender<Vec<ReadingStep>>);

impl Teller {
    pub(super) fn tell(&self, step: ReadingStep) {
        self.0.send_if_modified(|steps| {
            let has_room = steps.len() < STEPS_MAX || matches!(step, ReadingStep::Finding(_));
            if has_room {
                steps.push(step);
            }
            has_room
        });
    }
}

impl Readings {
    /// Until the teller is dropped, it goes on.
    pub(super) fn begin(&self, id: Uuid) -> Teller {
        let (sender, receiver) = watch::channel(Vec::new());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back((id, receiver));
        while all.len() > REMEMBERED_MAX {
            all.pop_front();
        }
        Teller(sender)
    }

    fn of(&self, id: Uuid) -> Option<Steps> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(other, _)| *other == id).map(|(_, receiver)| receiver.clone())
    }
}

async fn events(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<Uuid>,
    Extension(granted): Extension<Granted>,
) -> Result<impl IntoResponse> {
    run::existing(&ctx, id).await?;
    let listener = Listener::new(&ctx, granted, "problem-streams-poll")?;
    let steps = ctx.readings.of(id);
    let follower = Follower { ctx, id, steps, at: 0, language: v.language, is_over: false, listener };
    Ok(told(futures_util::stream::unfold(follower, Follower::step)))
}

struct Follower {
    ctx: Ctx,
    id: Uuid,
    steps: Option<Steps>,
    /// Steps that were told.
    at: usize,
    language: Language,
    is_over: bool,
    listener: Listener,
}

impl Follower {
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while !self.is_over {
            let next = self.steps.as_ref().and_then(|steps| steps.borrow().get(self.at).cloned());
            if let Some(step) = next {
                self.at += 1;
                return Some((Ok(self.event(&step)), self));
            }
            if !self.listener.may_still(&self.ctx).await {
                return None;
            }
            if !self.goes_on().await {
                self.is_over = true;
                return Some((Ok(Event::default().event("end").data("{}")), self));
            }
        }
        None
    }

    /// Waits for more; whether there may be.
    async fn goes_on(&mut self) -> bool {
        if let Some(steps) = &mut self.steps {
            return tokio::select! {
                changed = steps.changed() => changed.is_ok(),
                () = sleep_until(self.listener.recheck_at()) => true,
            };
        }
        let kept = self.ctx.app.db.diagnosis(self.id).await;
        let now = self.ctx.app.clock.now();
        let is_running =
            kept.is_ok_and(|kept| kept.is_some_and(|kept| run::state(&kept, now) == DiagnosisState::Running));
        if is_running {
            sleep(LOOK_EVERY).await;
        }
        is_running
    }

    fn event(&self, step: &ReadingStep) -> Event {
        let (name, data) = match step {
            ReadingStep::Source(told) => ("source", told.to_string()),
            ReadingStep::Finding(cause) => {
                let name = cause_name(cause, self.language);
                ("finding", json!({"cause": cause, "name": name}).to_string())
            }
        };
        Event::default().event(name).data(data)
    }
}
