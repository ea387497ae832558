//! Celery clusters for programs.

use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::{Path, Query},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::celery::{
    CeleryBroker, CeleryBrokers, CeleryQueue, CeleryQueues, CeleryTask, CeleryTaskDetail, CeleryTaskQuery, CeleryTasks,
    CeleryTasksQuery, CeleryWorker, CeleryWorkers,
};
use ::celery::{
    Standing,
    worker::{About as AboutWorker, life},
};
use axum::extract::State;
use store::{CeleryState, CeleryTaskFilter};

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/celery/brokers",
            Access::Read,
            brokers,
            About::new("Brokers of Celery clusters, and how each is reached")
                .gives::<CeleryBrokers>(200, "All of them"),
        )
        .get(
            "/api/v1/celery/workers",
            Access::Read,
            workers,
            About::new("Celery's workers, as they last said of themselves").gives::<CeleryWorkers>(200, "All of them"),
        )
        .get(
            "/api/v1/celery/queues",
            Access::Read,
            queues,
            About::new("Queues of Celery's brokers, with what waits in each").gives::<CeleryQueues>(200, "All of them"),
        )
        .get(
            "/api/v1/celery/tasks",
            Access::Read,
            tasks,
            About::new("Celery's tasks, the newest first")
                .query::<CeleryTasksQuery>()
                .gives::<CeleryTasks>(200, "A page"),
        )
        .get(
            "/api/v1/celery/tasks/{code}",
            Access::Read,
            task,
            About::new("A task of Celery, with those that come from the same one")
                .query::<CeleryTaskQuery>()
                .gives::<CeleryTaskDetail>(200, "The task"),
        )
}

async fn brokers(State(ctx): State<Ctx>) -> Result<axum::Json<CeleryBrokers>> {
    let kept = ctx.app.db.celery_brokers().await?;
    let rows = kept.into_iter().filter_map(|broker| {
        let Standing { url, reach, since, error, last_event_at, events, unread, dropped, problem } =
            Standing::of(&broker.standing)?;
        let (name, reach) = (broker.name, reach.as_str().to_owned());
        Some(CeleryBroker { name, url, reach, since, error, last_event_at, events, unread, dropped, problem })
    });
    Ok(axum::Json(CeleryBrokers { rows: rows.collect(), next: None }))
}

async fn workers(State(ctx): State<Ctx>) -> Result<axum::Json<CeleryWorkers>> {
    let now = ctx.app.clock.now();
    let rows = ctx.app.db.celery_workers().await?.into_iter().map(|worker| {
        let about = AboutWorker::of(&worker);
        let (pool, concurrency) = about.pool().map_or((None, None), |(pool, most)| (Some(pool), most));
        CeleryWorker {
            state: life(&worker, &about, now).as_str().to_owned(),
            broker: worker.broker,
            name: worker.name,
            heartbeat_at: worker.heartbeat_at,
            first_seen: worker.created_at,
            pid: about.pid,
            pool,
            concurrency,
            active: about.active,
            processed: about.processed,
            load: about.load,
            software: about.software,
            queues: about.queues,
            stats: about.stats,
        }
    });
    Ok(axum::Json(CeleryWorkers { rows: rows.collect(), next: None }))
}

async fn queues(State(ctx): State<Ctx>) -> Result<axum::Json<CeleryQueues>> {
    let rows = ctx.app.db.celery_queues().await?.into_iter().map(|queue| {
        let store::CeleryQueue { broker, name, messages, unacked, consumers, measured_at } = queue;
        CeleryQueue { broker, name, messages, unacked, consumers, measured_at }
    });
    Ok(axum::Json(CeleryQueues { rows: rows.collect(), next: None }))
}

async fn tasks(State(ctx): State<Ctx>, Query(query): Query<CeleryTasksQuery>) -> Result<axum::Json<CeleryTasks>> {
    let state = match query.state.as_deref().filter(|state| !state.is_empty()) {
        None => None,
        Some(word) => Some(CeleryState::parse(word).ok_or_else(|| unknown_state(word))?),
    };
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let filter = CeleryTaskFilter {
        broker: text(query.broker),
        name: text(query.name),
        state,
        worker: text(query.worker),
        text: text(query.q),
        since: query.since,
        until: query.until,
        oldest_first: false,
        before: query.cursor.as_deref().map(cursor::number).transpose()?,
        limit: cursor::page_size(&ctx, query.limit)?,
    };
    let page = ctx.app.db.celery_tasks(&filter).await?;
    let rows = page.rows.into_iter().map(told).collect();
    Ok(axum::Json(CeleryTasks { rows, next: page.next.map(cursor::of_number), searched_until: page.searched_until }))
}

fn unknown_state(word: &str) -> Problem {
    let words: Vec<_> = CeleryState::ALL.iter().map(|state| state.as_str()).collect();
    Problem::invalid(worded("problem-celery-state", &[("word", &word)]))
        .remedy(worded("problem-celery-state-help", &[("words", &words.join(", "))]))
}

/// The task of that id; of several, that of the named broker.
///
/// # Errors
/// 404 where there is none.
pub(super) async fn existing(ctx: &Ctx, id: &str, broker: Option<&str>) -> Result<store::CeleryTask> {
    let found = ctx.app.db.celery_task(id).await?;
    let of_broker = |task: &store::CeleryTask| broker.is_none_or(|broker| broker.is_empty() || task.broker == broker);
    let missing = || Problem::missing(worded("problem-no-celery-task", &[("id", &id)]));
    found.into_iter().find(of_broker).ok_or_else(missing)
}

/// The tasks that come from the same one as this, itself among them; none where it comes alone.
pub(super) async fn family(ctx: &Ctx, task: &store::CeleryTask) -> Result<Vec<store::CeleryTask>> {
    let root = task.root_id.as_deref().unwrap_or(&task.id);
    Ok(ctx.app.db.celery_family(&task.broker, root).await?)
}

async fn task(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Query(query): Query<CeleryTaskQuery>,
) -> Result<axum::Json<CeleryTaskDetail>> {
    let task = existing(&ctx, &id, query.broker.as_deref()).await?;
    let family = family(&ctx, &task).await?.into_iter().map(told).collect();
    Ok(axum::Json(CeleryTaskDetail { task: told(task), family }))
}

fn told(task: store::CeleryTask) -> CeleryTask {
    let detail = task.detail;
    CeleryTask {
        broker: task.broker,
        id: task.id,
        name: task.name,
        state: task.state.as_str().to_owned(),
        worker: task.worker,
        queue: task.queue,
        args: task.args,
        kwargs: task.kwargs,
        root_id: task.root_id,
        parent_id: task.parent_id,
        first_seen: task.created_at,
        updated_at: task.updated_at,
        retries: detail.retries,
        runtime: detail.runtime,
        result: detail.result,
        exception: detail.exception,
        traceback: detail.traceback,
        eta: detail.eta,
        expires: detail.expires,
        client: detail.client,
        signal: detail.signal,
        times: detail.times.0,
    }
}
