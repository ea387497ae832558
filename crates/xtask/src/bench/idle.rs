//! What it takes to be there and do nothing.

use super::{
    Bench, Context, Samples, Table,
    peers::{self, Celery, Flower},
    server::Server,
};
use anyhow::Result;
use std::{thread, time::Duration};

pub(crate) const BENCH: Bench = Bench {
    name: "idle",
    what: "`vigie serve` with nothing to do: resident memory after 10 s (to be under 30 MB), and the time from its start \
           to the first 200 of `/readyz` (to be under 300 ms); beside a Celery worker of two processes, its Redis and \
           Flower.",
    run: idle,
};

const SETTLE: Duration = Duration::from_secs(10);

fn idle(context: &Context) -> Result<Table> {
    let mut table = Table::new(&["what", "unit"]);
    let (mut ready_new, mut ready_again) = (Samples::default(), Samples::default());
    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for round in 0..context.size(5, 2) {
        let folder = context.folder()?;
        let data = folder.path().join("data");
        let server = Server::start(context, &data, None)?;
        ready_new.push(server.ready_after.as_secs_f64() * 1e3);
        server.stop()?;
        let server = Server::start(context, &data, None)?;
        ready_again.push(server.ready_after.as_secs_f64() * 1e3);
        if round < context.size(3, 1) {
            thread::sleep(SETTLE);
            ours.push(server.child.rss_bytes() as f64 / 1e6);
        }
        server.stop()?;
        if round < context.size(3, 1)
            && let Some(celery) = Celery::start(context, Flower::With)?
        {
            thread::sleep(SETTLE);
            theirs.push(celery.pss_bytes() as f64 / 1e6);
            celery.stop()?;
        }
    }
    let peer = peers::shown("Celery worker + Redis + Flower", theirs.len() > 0);
    table.ratio(&["resident memory", "MB"], &ours, &peer, &theirs);
    table.ratio(&["ready, new data folder", "ms"], &ready_new, "budget", &Samples::from([300.0]));
    table.ratio(&["ready, existing data folder", "ms"], &ready_again, "budget", &Samples::from([300.0]));
    table.note(
        "Ours is the resident set (RSS), shared pages included; theirs is the sum of the proportional sets (PSS) of all \
         their processes, so that what they share counts once.",
    );
    Ok(table)
}
