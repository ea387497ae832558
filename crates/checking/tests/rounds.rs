//! Checks at work, on a database of their own.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use axum::{Router, response::Redirect, routing::get};
use checking::{Checking, Heard, hear, new_check};
use checks::{Check, Heartbeat, HttpProbe, IpFamily, Ping, PingKind, Probe, Said, Watch, WhyCode, slug};
use futures_util::future::join_all;
use model::{CheckState, Clock, ManualClock, Timestamp};
use outbound::Reach;
use std::time::{Duration, Instant};
use store::{CheckName, Db, StoredCheck};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

struct Bed {
    db: Db,
    clock: ManualClock,
    dir: tempfile::TempDir,
}

impl Bed {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        Self { db, clock: ManualClock::at(NOW), dir }
    }

    fn checking(&self, reach: Reach) -> Checking {
        Checking::new(self.db.clone(), Clock::Manual(self.clock.clone()), reach)
    }

    async fn make(&self, n: u128, check: &Check) -> StoredCheck {
        let ids = (Uuid::from_u128(n), Uuid::from_u128(n + 1_000_000));
        let made = new_check(check, slug(&check.name).unwrap(), ids, "ana", NOW);
        assert!(self.db.create_check(made.clone()).await.unwrap());
        made
    }

    async fn ping(&self, n: u128, seconds: u64) {
        let at = NOW + Duration::from_secs(seconds);
        let ping = Ping { at, kind: PingKind::Success, run: None, said: Said::default(), took: None };
        let heard = Heard { ping, body: "done".into(), source: "127.0.0.1".into() };
        hear(&self.db, CheckName::Key(Uuid::from_u128(n + 1_000_000)), heard, at).await.unwrap().unwrap();
    }

    async fn state(&self, n: u128) -> CheckState {
        self.db.check(&CheckName::Id(Uuid::from_u128(n))).await.unwrap().unwrap().state
    }
}

fn hourly(name: &str) -> Check {
    let beat =
        Heartbeat { when: "every 1 h".into(), zone: "UTC".into(), grace_s: 600, run_max_s: None, floors: vec![] };
    Check { name: name.into(), watch: Watch::Heartbeat(beat), failures_max: 1, is_public: false, public_name: None }
}

fn asked(name: &str, watch: Watch) -> Check {
    Check { name: name.into(), watch, failures_max: 1, is_public: false, public_name: None }
}

#[tokio::test]
async fn states_outlive_the_program() {
    let mut bed = Bed::new().await;
    bed.make(1, &hourly("Backup")).await;
    bed.ping(1, 0).await;
    bed.clock.advance(Duration::from_secs(3_700));
    bed.checking(Reach::Network).look().await.unwrap();
    assert_eq!(bed.state(1).await, CheckState::Late);
    bed.db.close().await;
    bed.db = Db::open_sqlite(&bed.dir.path().join("vigie.db"), bed.dir.path()).await.unwrap();
    assert_eq!(bed.state(1).await, CheckState::Late);
    bed.clock.advance(Duration::from_secs(600));
    bed.checking(Reach::Network).look().await.unwrap();
    bed.checking(Reach::Network).look().await.unwrap();
    assert_eq!(bed.state(1).await, CheckState::Down);
    let outages = bed.db.check_outages(None, NOW).await.unwrap();
    let began = NOW + Duration::from_secs(4_200);
    assert_eq!(outages.iter().map(|one| (one.began_at, one.ended_at)).collect::<Vec<_>>(), [(began, None)]);
}

async fn serve(router: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async { axum::serve(listener, router).await });
    port
}

/// What asking now finds.
async fn found(bed: &Bed, checking: &Checking, n: u128, check: &Check) -> Option<WhyCode> {
    let made = bed.make(n, check).await;
    let kept = checking.ask_now(&made).await.unwrap().unwrap();
    checking::standing_of(&kept, NOW).unwrap().why.map(|why| why.code)
}

#[tokio::test]
async fn an_address_is_asked_for_all_that_is_expected_of_it() {
    let bed = Bed::new().await;
    let slow = get(async || {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "slow"
    });
    let router = Router::new()
        .route("/", get(async || "Bienvenue"))
        .route("/slow", slow)
        .route("/moved", get(async || Redirect::to("/")))
        .route("/round", get(async || Redirect::to("/round")))
        .route("/away", get(async || Redirect::to("http://169.254.169.254/latest/")));
    let port = serve(router).await;
    let url = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let plain =
        |path: &str| HttpProbe { probe: Probe { timeout_s: 5, ..Probe::default() }, ..HttpProbe::new(&url(path)) };
    let checking = bed.checking(Reach::Network);
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let only = |host: &str, port, family| Watch::Tcp { host: host.into(), port, family, probe: Probe::default() };
    let tcp = |port| only("127.0.0.1", port, IpFamily::Any);
    let dns = |expected: &str| Watch::Dns {
        host: "localhost".into(),
        record: checks::DnsRecord::A,
        expected: expected.into(),
        probe: Probe::default(),
    };
    let http = Watch::Http;
    for (n, (watch, expected)) in [
        (http(plain("/")), None),
        (http(HttpProbe { contains: "Bienvenue".into(), ..plain("/") }), None),
        (http(HttpProbe { contains: "Welcome".into(), ..plain("/") }), Some(WhyCode::Text)),
        (http(plain("/none")), Some(WhyCode::Status)),
        (http(HttpProbe { statuses: (404, 404), ..plain("/none") }), None),
        (http(HttpProbe { slower_than_ms: Some(100), ..plain("/slow") }), Some(WhyCode::Slow)),
        (http(plain("/moved")), None),
        (http(HttpProbe { redirects: 0, statuses: (303, 303), ..plain("/moved") }), None),
        (http(plain("/round")), Some(WhyCode::Redirects)),
        (http(plain("/away")), Some(WhyCode::Refused)),
        (http(HttpProbe::new(&format!("http://127.0.0.1:{closed}/"))), Some(WhyCode::Unreachable)),
        (http(HttpProbe { family: IpFamily::Ipv4, ..plain("/") }), None),
        (http(HttpProbe { family: IpFamily::Ipv6, ..plain("/") }), Some(WhyCode::Unreachable)),
        (tcp(port), None),
        (only("localhost", port, IpFamily::Ipv4), None),
        (only("127.0.0.1", port, IpFamily::Ipv6), Some(WhyCode::Name)),
        (tcp(closed), Some(WhyCode::Unreachable)),
        (dns(""), None),
        (dns("127.0.0.1"), None),
        (dns("192.0.2.1"), Some(WhyCode::Name)),
    ]
    .into_iter()
    .enumerate()
    {
        let check = asked(&format!("check {n}"), watch);
        assert_eq!(found(&bed, &checking, n as u128 + 1, &check).await, expected, "{check:?}");
    }
}

#[tokio::test]
async fn inner_addresses_are_refused_in_every_form() {
    let bed = Bed::new().await;
    let checking = bed.checking(Reach::public());
    let port = serve(Router::new().route("/", get(async || "inside"))).await;
    let hosts = [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
    ];
    for (n, host) in hosts.into_iter().enumerate() {
        let http = asked(&format!("http {n}"), Watch::Http(HttpProbe::new(&format!("http://{host}:{port}/"))));
        assert_eq!(http.check(), Ok(()));
        assert_eq!(found(&bed, &checking, 2 * n as u128 + 1, &http).await, Some(WhyCode::Refused), "{host}");
        let tcp = Watch::Tcp { host: host.into(), port, family: IpFamily::Any, probe: Probe::default() };
        let found = found(&bed, &checking, 2 * n as u128 + 2, &asked(&format!("tcp {n}"), tcp)).await;
        assert!(matches!(found, Some(WhyCode::Refused | WhyCode::Name)), "{host}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_is_asked_again_when_due_and_not_before() {
    let bed = Bed::new().await;
    let port = serve(Router::new().route("/", get(async || "well"))).await;
    bed.make(1, &asked("Site", Watch::Http(HttpProbe::new(&format!("http://127.0.0.1:{port}/"))))).await;
    let checking = bed.checking(Reach::Network);
    checking.look().await.unwrap();
    let began = Instant::now();
    while bed.state(1).await != CheckState::Up {
        assert!(began.elapsed() < Duration::from_secs(20), "it was asked");
        tokio::task::yield_now().await;
    }
    assert!(bed.db.checks_to_look_at(bed.clock.now() + Duration::from_secs(59), 9).await.unwrap().is_empty());
    assert_eq!(bed.db.checks_to_look_at(bed.clock.now() + Duration::from_secs(60), 9).await.unwrap().len(), 1);
}

/// Figures, not a promise: `cargo test -p checking -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn ten_thousand_checks_at_rest_and_a_thousand_pings() {
    let bed = Bed::new().await;
    for n in 0..10_000 {
        bed.make(n + 1, &hourly(&format!("check {n}"))).await;
    }
    let began = Instant::now();
    join_all((0..1_000).map(|n| bed.ping(n + 1, 0))).await;
    println!("pings: {:.0}/s", 1_000.0 / began.elapsed().as_secs_f64());
    join_all((1_000..10_000).map(|n| bed.ping(n + 1, 0))).await;
    let checking = bed.checking(Reach::Network);
    let began = Instant::now();
    for _ in 0..100 {
        checking.look().await.unwrap();
    }
    println!("a look at 10,000 checks at rest: {:?}", began.elapsed() / 100);
    let began = Instant::now();
    assert!(bed.db.checks_in_trouble(1_000).await.unwrap().is_empty());
    println!("what rules look at, none in trouble: {:?}", began.elapsed());
}
