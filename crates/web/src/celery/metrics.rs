//! Celery's workers and queues as metrics: under Flower's names, where it has them.

use crate::{
    Ctx,
    health::{Metrics, labels},
    problem::Result,
};
use ::celery::worker::{About, Life, life};

/// Nothing where no broker was ever listened to.
pub(crate) async fn metrics(ctx: &Ctx, m: &mut Metrics) -> Result<()> {
    let (workers, queues) = (ctx.app.db.celery_workers().await?, ctx.app.db.celery_queues().await?);
    if workers.is_empty() && queues.is_empty() {
        return Ok(());
    }
    let now = ctx.app.clock.now();
    let (mut online, mut active) = (Vec::new(), Vec::new());
    for worker in &workers {
        let about = About::of(worker);
        let labels = labels(&[("worker", &worker.name)]);
        online.push((labels.clone(), u64::from(life(worker, &about, now) == Life::Online)));
        active.extend(about.active.map(|count| (labels, count)));
    }
    let of_queue = |queue: &store::CeleryQueue| {
        (labels(&[("broker", queue.broker.as_str()), ("queue", queue.name.as_str())]), queue.messages)
    };
    m.gauge("flower_worker_online", "Whether a worker is online.", online);
    m.gauge("flower_worker_number_of_currently_executing_tasks", "Tasks that a worker runs now.", active);
    m.gauge("vigie_celery_queue_messages", "Messages that wait for a worker.", queues.iter().map(of_queue));
    Ok(())
}
