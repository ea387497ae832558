//! The reader beside a real Redis server, and a real Celery worker where `VIGIE_TEST_CELERY` is a Python with `celery` and
//! `redis` (`python -m pip install celery redis`). Without a `redis-server` in the path, or without that Python, it says so.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that fails says where")]

use celery::{
    BrokerEntry, Reach, Reader, Standing,
    control::Command as Order,
    worker::{About, Life, life},
};
use model::{Clock, Rng};
use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use store::{CeleryState, CeleryTaskFilter, Db};
use tokio::{sync::watch, task::JoinHandle};

const PATIENCE: Duration = Duration::from_secs(60);

/// Ends with the test, however it ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// As `systemctl stop` does.
    fn terminate(mut self) {
        Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status().unwrap();
        self.0.wait().unwrap();
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A server on that port, or none where it is not installed.
fn redis(port: u16, folder: &Path) -> Option<Process> {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--port"]).arg(port.to_string()).arg("--dir").arg(folder);
    match command.stdout(Stdio::null()).spawn() {
        Ok(child) => Some(Process(child)),
        Err(error) => {
            eprintln!("skipped: redis-server: {error}");
            None
        }
    }
}

fn python(port: u16) -> Option<Command> {
    python_at(&format!("redis://127.0.0.1:{port}/0"), &format!("redis://127.0.0.1:{port}/1"))
}

fn python_at(broker: &str, backend: &str) -> Option<Command> {
    let Ok(python) = std::env::var("VIGIE_TEST_CELERY") else {
        eprintln!("skipped: VIGIE_TEST_CELERY names no Python that has celery and redis");
        return None;
    };
    let mut command = Command::new(python);
    command.env("SHOP_BROKER", broker).env("SHOP_BACKEND", backend).env("PYTHONDONTWRITEBYTECODE", "1");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    Some(command)
}

/// A store that a reader fills.
struct Listening {
    db: Db,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listening {
    async fn begin(folder: &Path, port: u16) -> Self {
        Self::begin_at(folder, format!("redis://127.0.0.1:{port}/0")).await
    }

    async fn begin_at(folder: &Path, url: String) -> Self {
        let db = Db::open_sqlite(&folder.join("vigie.db"), folder).await.unwrap();
        let entry = BrokerEntry { broker: Some(url.into()), ..BrokerEntry::default() };
        let reader = Reader::new(entry.check("shop").unwrap(), db.clone(), Clock::System, Rng::system());
        let stop = watch::Sender::new(false);
        let task = tokio::spawn(reader.run(stop.subscribe()));
        Self { db, stop, task }
    }

    async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
        self.db.close().await;
    }

    /// Waits until the store says what is expected of it.
    async fn until<F: Future<Output = bool>>(&self, what: &str, is_so: impl Fn(Db) -> F) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !is_so(self.db.clone()).await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what} does not come: {:?}", self.standing().await);
    }

    async fn standing(&self) -> Option<Standing> {
        Standing::of(&self.db.celery_brokers().await.unwrap().first()?.standing)
    }

    async fn until_reach(&self, reach: Reach) {
        let is_so = async |db: Db| {
            let brokers = db.celery_brokers().await.unwrap();
            brokers.first().and_then(|broker| Standing::of(&broker.standing)).is_some_and(|found| found.reach == reach)
        };
        self.until(reach.as_str(), is_so).await;
    }

    /// Gives an order, and waits for what becomes of it.
    async fn ordered(&self, command: Order) -> serde_json::Value {
        let no = self.db.give_celery_order("shop".into(), command.to_json(), Clock::System.now()).await.unwrap();
        self.until("what became of an order", async |db: Db| {
            db.celery_order(no).await.unwrap().unwrap().ended_at.is_some()
        })
        .await;
        serde_json::from_str(&self.db.celery_order(no).await.unwrap().unwrap().outcome.unwrap()).unwrap()
    }

    async fn until_state(&self, id: &str, state: CeleryState) {
        let is_so = async |db: Db| db.celery_task(id).await.unwrap().iter().any(|task| task.state == state);
        self.until(&format!("{id} {}", state.as_str()), is_so).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_comes_back_and_garbage_is_counted() {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let Some(server) = redis(port, folder.path()) else { return };
    let listening = Listening::begin(folder.path(), port).await;
    listening.until_reach(Reach::Connected).await;
    drop(server);
    listening.until_reach(Reach::Away).await;
    let standing = listening.standing().await.unwrap();
    assert!(standing.error.is_some(), "{standing:?}");
    let _server = redis(port, folder.path());
    listening.until_reach(Reach::Connected).await;
    assert_eq!(listening.standing().await.unwrap().error, None);
    let garbage = ["x", "{}", r#"{"body":"%%","properties":{"body_encoding":"base64"}}"#, "\0\u{feff}"];
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}/0")).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    for message in garbage {
        let () = redis::cmd("PUBLISH")
            .arg("/0.celeryev/task.multi")
            .arg(message)
            .query_async(&mut connection)
            .await
            .unwrap();
    }
    let all_counted = async |db: Db| {
        let brokers = db.celery_brokers().await.unwrap();
        brokers.first().and_then(|broker| Standing::of(&broker.standing)).is_some_and(|found| found.unread == 4)
    };
    listening.until("what was no event", all_counted).await;
    listening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_cluster_is_remembered_after_everything_was_restarted() {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let Some(mut worker) = python(port) else { return };
    let Some(server) = redis(port, folder.path()) else { return };
    let listening = Listening::begin(folder.path(), port).await;
    listening.until_reach(Reach::Connected).await;
    worker.args(["-m", "celery", "-A", "shop", "worker", "-c", "2", "-n", "w1@%h", "--loglevel", "WARNING"]);
    // Without -E: Vigie asks for events.
    let worker = Process(worker.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let has_answered = async |db: Db| {
        let workers = db.celery_workers().await.unwrap();
        workers.first().is_some_and(|worker| About::of(worker).queues == ["celery"])
    };
    listening.until("a worker that answers", has_answered).await;
    let played = python(port).unwrap().arg("shop.py").output().unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    let text = String::from_utf8(played.stdout).unwrap();
    let id = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    for (name, state) in [
        ("add ", CeleryState::Success),
        ("fail ", CeleryState::Failure),
        ("flaky ", CeleryState::Success),
        ("login ", CeleryState::Success),
        ("parent ", CeleryState::Success),
        ("chord ", CeleryState::Success),
        ("ended ", CeleryState::Revoked),
        ("left ", CeleryState::Pending),
    ] {
        listening.until_state(&id(name), state).await;
    }
    let left = async |db: Db| {
        let queues = db.celery_queues().await.unwrap();
        queues.iter().any(|queue| (queue.name.as_str(), queue.messages, queue.consumers) == ("nobody", 1, Some(0)))
    };
    listening.until("the queue that nobody reads", left).await;
    // What people may ask of it.
    let name = listening.db.celery_workers().await.unwrap().remove(0).name;
    let grown = listening.ordered(Order::PoolGrow { worker: name.clone(), by: 1 }).await;
    assert!(grown[&name]["ok"].is_string(), "{grown}");
    let limited = Order::RateLimit { task: "shop.add".into(), rate: "10/m".into(), worker: None };
    let limited = listening.ordered(limited).await;
    assert!(limited[&name]["ok"].is_string(), "{limited}");
    let wrong = listening.ordered(Order::Purge { queue: "nobody".into(), messages: 7 }).await;
    assert_eq!(wrong["holds"], 1, "nothing is thrown away that was not counted");
    let purged = listening.ordered(Order::Purge { queue: "nobody".into(), messages: 1 }).await;
    assert_eq!(purged["purged"], 1, "{purged}");
    worker.terminate();
    let offline = async |db: Db| db.celery_workers().await.unwrap().first().is_some_and(|worker| worker.is_offline);
    listening.until("the farewell of the worker", offline).await;
    drop(server);
    listening.until_reach(Reach::Away).await;
    listening.end().await;

    let again = Listening::begin(folder.path(), port).await;
    let tasks = again.db.celery_tasks(&CeleryTaskFilter { limit: 100, ..CeleryTaskFilter::default() }).await.unwrap();
    assert_eq!(tasks.rows.len(), 11, "{:?}", tasks.rows);
    assert!(!format!("{:?}", tasks.rows).contains("hunter2"), "a password is kept");
    let family = again.db.celery_family("shop", &id("parent ")).await.unwrap();
    assert_eq!(family.len(), 2);
    let workers = again.db.celery_workers().await.unwrap();
    assert_eq!(life(&workers[0], &About::of(&workers[0]), Clock::System.now()), Life::Offline);
    again.end().await;
}

/// `VIGIE_TEST_RABBITMQ` is the address of a RabbitMQ server: `amqp://guest:guest@127.0.0.1:5672/`.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_on_rabbitmq_while_vigie_is_away_is_not_lost() {
    let Ok(broker) = std::env::var("VIGIE_TEST_RABBITMQ") else {
        eprintln!("skipped: VIGIE_TEST_RABBITMQ names no RabbitMQ server");
        return;
    };
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let backend = format!("redis://127.0.0.1:{port}/1");
    let Some(mut worker) = python_at(&broker, &backend) else { return };
    let Some(_server) = redis(port, folder.path()) else { return };
    let listening = Listening::begin_at(folder.path(), broker.clone()).await;
    listening.until_reach(Reach::Connected).await;
    worker.args(["-m", "celery", "-A", "shop", "worker", "-c", "2", "-E", "-n", "w1@%h", "--loglevel", "WARNING"]);
    let worker = Process(worker.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let has_answered = async |db: Db| {
        let workers = db.celery_workers().await.unwrap();
        workers.first().is_some_and(|worker| About::of(worker).queues == ["celery"])
    };
    listening.until("a worker that answers", has_answered).await;
    let counted = async |db: Db| {
        let queues = db.celery_queues().await.unwrap();
        queues.iter().any(|queue| (queue.name.as_str(), queue.consumers) == ("celery", Some(1)))
    };
    listening.until("the depth of its queue", counted).await;
    listening.end().await;
    // Away.
    let played = python_at(&broker, &backend).unwrap().arg("shop.py").output().unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    let text = String::from_utf8(played.stdout).unwrap();
    let id = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let again = Listening::begin_at(folder.path(), broker).await;
    for (name, state) in [
        ("add ", CeleryState::Success),
        ("fail ", CeleryState::Failure),
        ("flaky ", CeleryState::Success),
        ("chord ", CeleryState::Success),
        ("ended ", CeleryState::Revoked),
        ("left ", CeleryState::Pending),
    ] {
        again.until_state(&id(name), state).await;
    }
    let name = again.db.celery_workers().await.unwrap().remove(0).name;
    let grown = again.ordered(Order::PoolGrow { worker: name.clone(), by: 1 }).await;
    assert!(grown[&name]["ok"].is_string(), "{grown}");
    let purged = again.ordered(Order::Purge { queue: "nobody".into(), messages: 1 }).await;
    assert_eq!(purged["purged"], 1, "{purged}");
    worker.terminate();
    again.end().await;
}
