use crate::testing::Site;
use axum::http::StatusCode;
use celery::{
    Reach, Standing, counts,
    event::{Event, decode_envelope},
    task,
    worker::Workers,
};
use store::{CeleryBroker, CeleryQueue, Role};

/// What a real cluster published, as the reader keeps it.
async fn site() -> Site {
    let site = Site::new().await;
    let now = site.app.clock.now();
    let lines = include_str!("../../../celery/tests/fixtures/redis.jsonl").lines();
    let events: Vec<Event> = lines.flat_map(|line| decode_envelope(line.as_bytes()).unwrap()).collect();
    let mut workers = Workers::default();
    for event in &events {
        workers.apply("shop", event, now);
    }
    site.app.db.save_celery_workers(workers.take_changed()).await.unwrap();
    let ids = task::ids(&events);
    let fold = move |tasks: &mut _| {
        task::fold("shop", tasks, &events, now);
        counts::count("shop", tasks, &events)
    };
    site.app.db.change_celery_tasks("shop", ids, now, fold).await.unwrap();
    let (broker, name) = ("shop".to_owned(), "celery".to_owned());
    let queue = CeleryQueue { broker, name, messages: 7, unacked: Some(2), consumers: Some(0), measured_at: now };
    site.app.db.save_celery_queues(vec![queue]).await.unwrap();
    let standing = Standing { reach: Reach::Connected, ..Standing::new("redis://127.0.0.1/0".into(), now) };
    let broker = CeleryBroker { name: "shop".into(), standing: standing.to_json(), updated_at: now };
    site.app.db.save_celery_broker(broker).await.unwrap();
    site
}

#[tokio::test]
async fn a_cluster_is_shown_with_its_tasks_and_no_secret() {
    let site = site().await;
    let marie = site.person("marie", Role::Viewer).await;
    let cluster = site.look(&marie, "/celery").await;
    assert_eq!(cluster.status, StatusCode::OK, "{}", cluster.text);
    for part in ["w1@shop-1", "redis://127.0.0.1/0", "no worker takes tasks from this queue", "Succeeded"] {
        assert!(cluster.text.contains(part), "{part} is missing: {}", cluster.text);
    }
    let failed = site.look(&marie, "/celery/tasks?state=FAILURE").await.text;
    assert!(
        ["shop.fail", "shop.limited", "shop.total"].map(|name| failed.contains(&format!("<bdi>{name}</bdi>")))
            == [true, true, false],
        "{failed}"
    );
    let login = site.look(&marie, "/celery/tasks?q=zoe").await.text;
    assert!(login.contains("shop.login") && !login.contains("hunter2"), "{login}");
    let total = &site.get("/api/v1/celery/tasks?name=shop.total").await.json()["rows"][0];
    let detail = site.look(&marie, &format!("/celery/tasks/{}", total["id"].as_str().unwrap())).await;
    assert_eq!(detail.status, StatusCode::OK, "{}", detail.text);
    assert!(detail.text.contains("Related tasks") && detail.text.contains("shop.add"), "{}", detail.text);
    assert_eq!(site.look(&marie, "/celery/tasks/nobody").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn programs_ask_for_the_same() {
    let site = site().await;
    let workers = site.get("/api/v1/celery/workers").await.json();
    assert_eq!(
        (workers["rows"][0]["name"].as_str(), workers["rows"][0]["state"].as_str()),
        (Some("w1@shop-1"), Some("online"))
    );
    assert_eq!(site.get("/api/v1/celery/queues").await.json()["rows"][0]["messages"], 7);
    assert_eq!(site.get("/api/v1/celery/brokers").await.json()["rows"][0]["reach"], "connected");
    let page = site.get("/api/v1/celery/tasks?limit=5&state=success").await.json();
    assert_eq!(page["rows"].as_array().unwrap().len(), 5);
    let next = page["next"].as_str().unwrap();
    let rest = site.get(&format!("/api/v1/celery/tasks?limit=100&state=success&cursor={next}")).await.json();
    assert_eq!(rest["rows"].as_array().unwrap().len(), 4, "{rest}");
    let wrong = site.get("/api/v1/celery/tasks?state=DONE").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("SUCCESS"), "{}", wrong.text);
    let family = site.get("/api/v1/celery/tasks?name=shop.parent").await.json();
    let id = family["rows"][0]["id"].as_str().unwrap();
    let detail = site.get(&format!("/api/v1/celery/tasks/{id}")).await.json();
    assert_eq!(detail["family"].as_array().unwrap().len(), 2, "{detail}");
}

#[tokio::test]
async fn metrics_go_by_flowers_names() {
    let site = site().await;
    let text = site.get("/metrics").await.text;
    let value = |row: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(row));
        line.unwrap_or_else(|| panic!("{row} is missing: {text}")).trim().parse::<f64>().unwrap()
    };
    assert_eq!(value(r#"flower_events_total{worker="w1@shop-1",type="task-failed",task="shop.fail"}"#), 1.0);
    assert_eq!(value(r#"flower_worker_online{worker="w1@shop-1"}"#), 1.0);
    let ran = r#"{worker="w1@shop-1",task="shop.add""#;
    let count = value(&format!("flower_task_runtime_seconds_count{ran}}}"));
    assert_eq!(value(&format!("flower_task_runtime_seconds_bucket{ran},le=\"+Inf\"}}")), count);
    assert!(count >= 5.0 && value(&format!("flower_task_runtime_seconds_sum{ran}}}")) > 0.0, "{text}");
    assert_eq!(value(r#"flower_task_prefetch_time_seconds{worker="w1@shop-1",task="shop.fail"}"#), 0.0);
    assert!(text.contains("# TYPE flower_worker_prefetched_tasks gauge"));
}
