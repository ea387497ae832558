//! The same promise where several processes share one PostgreSQL, and where that goes away for a while.

use super::random::{killed_again_and_again, reached};
use crate::harness::{CONNECTIONS, PATIENCE, Setting, Stage, has_crash_points, say, seeded, wait_for};
use model::{JobState, Timestamp};
use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use store::Db;

/// What a dead process had in flight is settled within this time.
const SETTLED_WITHIN: Duration = Duration::from_secs(15);

#[test]
fn on_postgres_what_a_dead_worker_had_in_flight_is_settled_by_another() {
    let setting = Setting { recipients: 1_200, sink: vec!["--delay-ms", "1"], ..Setting::default() };
    let Some(stage) = Stage::on_postgres(setting) else { return };
    let mut second = stage.resume();
    let mut first = stage.send();
    reached(&stage, &mut first, 300);
    first.kill();
    let killed = Instant::now();
    let before = stage.sink.count();
    wait_for("the other worker to go on", PATIENCE, || (stage.sink.count() > before).then_some(()));
    let job = stage.job().expect("the job is there").id;
    let settled = wait_for("what the dead worker held to be settled", PATIENCE, || {
        let held = stage.with_db(&async |db: &Db| {
            let workers = db.workers(Timestamp::EPOCH).await?;
            let Some(dead) = workers.iter().find(|worker| worker.ended_at.is_some()) else { return Ok(None) };
            Ok(Some(db.in_flight_of(job, dead.token).await?.len()))
        });
        (held.flatten() == Some(0)).then(|| killed.elapsed())
    });
    let job = stage.finished(&mut second);
    let accounts = stage.accounts(&job);
    say(&format!("two workers, one killed: settled {} ms after, {accounts:?}", settled.as_millis()));
    assert_eq!(job.state, JobState::Completed);
    assert!(accounts.unknown_messages <= CONNECTIONS, "{accounts:?}");
    assert!(settled < SETTLED_WITHIN, "{settled:?}");
}

/// A worker that is stopped in the middle of a transaction holds the job's row. The others go on without it; and when it
/// goes on itself, it sends nothing that was given to others.
#[test]
fn on_postgres_a_stopped_worker_does_not_stop_the_mailing() {
    if !has_crash_points() {
        return say("skipped: this program has no named points");
    }
    let setting = Setting { recipients: 600, sink: vec!["--delay-ms", "1"], ..Setting::default() };
    let Some(stage) = Stage::on_postgres(setting) else { return };
    let first = stage.send_with(&[("VIGIE_STOP_AT", "locked:12")]);
    let stopped_at = wait_for("the worker to stop", PATIENCE, || first.is_stopped().then(|| stage.sink.settled()));
    assert!(stopped_at > 0 && stopped_at < 600, "{stopped_at}");
    let begun = Instant::now();
    let mut second = stage.resume();
    let job = stage.finished(&mut second);
    let took = begun.elapsed();
    let before = stage.accounts(&job);
    say(&format!(
        "one worker stopped in a transaction: the other had all done {} ms after, {before:?}",
        took.as_millis()
    ));
    assert!(before.unknown_messages <= CONNECTIONS && took < 2 * SETTLED_WITHIN, "{before:?} after {took:?}");
    first.go_on();
    thread::sleep(Duration::from_secs(1));
    // What it had declared and not yet sent is unknown, and may come late; nothing that others took over comes again.
    let after = stage.accounts(&stage.job().expect("the job is there"));
    assert!(
        after.sink <= before.sink + before.unknown && after.unknown <= before.unknown,
        "{after:?} after {before:?}"
    );
}

#[test]
fn on_postgres_killed_at_random_moments_nobody_is_lost_and_nobody_is_sent_to_twice() {
    let rng = seeded("PostgreSQL");
    let Some(stage) = Stage::on_postgres(Setting { recipients: 800, ..Setting::default() }) else { return };
    let series = killed_again_and_again(&stage, &rng, 4, CONNECTIONS);
    series.tell("PostgreSQL", CONNECTIONS);
    assert!(series.resumed.iter().all(|after| *after < SETTLED_WITHIN), "{series:?}");
}

#[test]
fn a_database_gone_for_a_while_loses_nothing() {
    let setting = Setting { recipients: 400, sink: vec!["--delay-ms", "2"], ..Setting::default() };
    let Some(mut stage) = Stage::on_postgres(setting) else { return };
    let database = stage.database.as_ref().expect("it is on PostgreSQL");
    let way = Way::open(&database.server());
    stage.database_url = Some(database.url().replace(&database.server(), &way.address));
    let mut running = stage.send();
    reached(&stage, &mut running, 60);
    way.close();
    let mut last = (stage.sink.count(), Instant::now());
    let held_at = wait_for("the run to hold back", PATIENCE, || {
        if stage.sink.count() != last.0 {
            last = (stage.sink.count(), Instant::now());
        }
        (last.1.elapsed() > Duration::from_millis(700)).then_some(last.0)
    });
    assert!(held_at < 400, "the run did not need its database");
    assert!(running.is_alive(), "it ended for want of its database:\n{}", running.said());
    way.reopen();
    let back = Instant::now();
    wait_for("the run to go on", PATIENCE, || {
        let late = back.elapsed() > PATIENCE / 2;
        assert!(!late, "held at {held_at}: {:?}\n{}", stage.job(), running.said());
        (stage.sink.count() > held_at).then_some(())
    });
    say(&format!("database gone: held at {held_at} recipients, on again {} ms after", back.elapsed().as_millis()));
    let job = stage.finished(&mut running);
    let accounts = stage.accounts(&job);
    assert_eq!((accounts.succeeded, accounts.unknown), (400, 0), "{accounts:?}");
}

/// A way to the server that can be cut: every connection at once, and no new one.
struct Way {
    address: String,
    open: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Way {
    fn open(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let way = Self { address, open: Arc::new(AtomicBool::new(true)), streams: Arc::default() };
        let (open, streams, server) = (Arc::clone(&way.open), Arc::clone(&way.streams), server.to_owned());
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if open.load(Ordering::SeqCst)
                    && let Ok(onward) = TcpStream::connect(&server)
                {
                    let mut streams = streams.lock().expect("nobody panics with it");
                    streams.extend([&stream, &onward].map(|stream| stream.try_clone().expect("a second handle")));
                    pump(&stream, &onward);
                    pump(&onward, &stream);
                }
            }
        });
        way
    }

    fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
        for stream in self.streams.lock().expect("nobody panics with it").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn reopen(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

fn pump(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().expect("a second handle"), to.try_clone().expect("a second handle"));
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
