//! One project far beyond its quota, and what another one notices of it.

use crate::harness::{
    PATIENCE, Setting, Stage, http,
    reports::{Project, envelope, event},
    say, wait_for,
};
use std::{
    env,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Items that the flooding project may send in a minute; it sends more than fifty times as many.
const QUOTA_PER_MINUTE: u64 = 600;
const TIMES: u64 = 60;
const TIMES_MIN: f64 = 50.0;
const FLOODERS: u64 = 3;
/// Events of the other project in each part, one after the other at this pace.
const EVENTS: u64 = 150;
const PACE: Duration = Duration::from_millis(10);
/// Parts with and without the flood, in turns: what else happens on the machine happens to both.
const TURNS: usize = 3;

/// How long each event of a project took until it was on disk.
fn reported(address: &str, project: &Project, from: u64) -> Vec<Duration> {
    let begun = Instant::now();
    let one = |number: u64| {
        let due = PACE * number as u32;
        thread::sleep(due.saturating_sub(begun.elapsed()));
        let asked = Instant::now();
        let answer = project.send(address, &envelope(from + number, &event("cart", number % 9))).expect("it answers");
        assert_eq!(answer.status, 200, "{answer:?}");
        asked.elapsed()
    };
    (0..EVENTS).map(one).collect()
}

/// Sends at its pace until it is told to stop; counts what was taken and what was refused.
fn flood(address: &str, project: &Project, stop: &AtomicBool, [taken, refused]: [&AtomicU64; 2]) {
    let pace = Duration::from_secs(60 * FLOODERS) / (QUOTA_PER_MINUTE * TIMES) as u32;
    let (begun, body) = (Instant::now(), envelope(7_u32, &event("flood", 1)));
    let mut sent = 0;
    while !stop.load(Ordering::Relaxed) {
        thread::sleep((pace * sent).saturating_sub(begun.elapsed()));
        let answer = project.send(address, &body).expect("it answers");
        match answer.status {
            200 => taken.fetch_add(1, Ordering::Relaxed),
            429 => {
                assert!(answer.header("retry-after").is_some(), "{answer:?}");
                refused.fetch_add(1, Ordering::Relaxed)
            }
            _ => panic!("{answer:?}"),
        };
        sent += 1;
    }
}

fn percentile_99(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * 99 / 100]
}

/// With `VIGIE_FLOOD_STRICT` set, on a machine that does nothing else, the flood is fifty times the quota indeed, and the 99th
/// percentile is held to twice what it is alone.
#[test]
fn a_flood_of_one_project_is_not_anothers() {
    let stage = Stage::new(Setting { recipients: 1, ..Setting::default() });
    let _running = stage.serve();
    let address = wait_for("the server", PATIENCE, || stage.serving());
    let (steady, flooding) = (Project::create(&stage, "Steady"), Project::create(&stage, "Flooding"));
    let admin = stage.read(&["token", "create", "house", "--scope", "admin"]);
    let head = format!(
        "PUT /api/v1/projects/flooding\nAuthorization: Bearer {}\nContent-Type: application/json",
        admin.trim()
    );
    let settings = format!("{{\"settings\":{{\"items_per_minute\":{QUOTA_PER_MINUTE}}}}}");
    assert_eq!(http::send(&address, &head, settings.as_bytes()).expect("it answers").status, 200);

    let (taken, refused) = (AtomicU64::new(0), AtomicU64::new(0));
    let (mut alone, mut beside, mut flooded) = (Vec::new(), Vec::new(), Duration::ZERO);
    for turn in 0..TURNS as u64 {
        alone.extend(reported(&address, &steady, turn * 1_000));
        let (stop, begun) = (AtomicBool::new(false), Instant::now());
        thread::scope(|scope| {
            for _ in 0..FLOODERS {
                let (address, flooding, stop) = (&address, &flooding, &stop);
                let counts = [&taken, &refused];
                scope.spawn(move || flood(address, flooding, stop, counts));
            }
            beside.extend(reported(&address, &steady, turn * 1_000 + 500));
            stop.store(true, Ordering::Relaxed);
        });
        flooded += begun.elapsed();
    }
    let (alone, beside) = (percentile_99(&mut alone), percentile_99(&mut beside));
    let ratio = beside.as_secs_f64() / alone.as_secs_f64();
    let [taken, refused] = [taken, refused].map(AtomicU64::into_inner);
    let times = (taken + refused) as f64 / (flooded.as_secs_f64() / 60.0 * QUOTA_PER_MINUTE as f64);
    say(&format!(
        "p99 of a project alone {:.1} ms, beside a flood at {times:.0} times its quota {:.1} ms: {ratio:.2}; of the flood {taken} \
         were taken, {refused} refused",
        alone.as_secs_f64() * 1e3,
        beside.as_secs_f64() * 1e3
    ));
    assert!(taken <= QUOTA_PER_MINUTE && refused > 0, "{taken} taken, {refused} refused");
    // Nobody waits, however busy the machine of the test is.
    assert!(beside < Duration::from_secs(2), "{beside:?}");
    if env::var_os("VIGIE_FLOOD_STRICT").is_some() {
        assert!(ratio <= 2.0, "{ratio}");
        assert!(times >= TIMES_MIN, "{times}");
    }
}
