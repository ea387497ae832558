use crate::testing::{Answer, Person, Site, send};
use axum::http::StatusCode;
use model::Timestamp;
use serde_json::{Value, json};
use store::{NewProject, Role};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

struct Shop {
    site: Site,
    person: Person,
}

impl Shop {
    async fn new() -> Self {
        let site = Site::new().await;
        for (name, key) in [("Shop", [0xab; 16]), ("Bank", [0xcd; 16])] {
            let new = NewProject { name: name.into(), platform: "python".into(), settings: String::new(), key };
            site.app.db.create_project(new, site.app.clock.now()).await.unwrap();
        }
        let person = site.person("ana", Role::Viewer).await;
        Self { site, person }
    }

    /// Sends an item of an envelope as a client of the project with that key does.
    async fn send(&self, project: u8, key: &str, kind: &str, body: &Value) {
        let envelope = format!("{{}}\n{{\"type\":\"{kind}\"}}\n{body}\n");
        let path = format!("/api/{project}/envelope/?sentry_key={}", key.repeat(16));
        let answer = send(&self.site.router, "POST", &path, &[], envelope).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    async fn page(&self, path: &str) -> Answer {
        let answer = self.site.look(&self.person, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer
    }

    fn now(&self) -> f64 {
        self.site.app.clock.now().as_micros() as f64 / 1e6
    }

    /// A request to the shop, which asks for its lines one by one, pays at the bank, and fails there.
    async fn checkout(&self) {
        let start = self.now() - 10.0;
        let span = |id: &str, (op, name): (&str, &str), (begins, ends): (f64, f64)| {
            json!({"span_id": id, "op": op, "description": name, "start_timestamp": start + begins, "timestamp": start + ends,
                "data": {"code.filepath": "shop/views.py", "code.lineno": 12, "code.function": "checkout"}})
        };
        let mut spans: Vec<Value> = (0..6)
            .map(|n| {
                let begins = 0.01 + f64::from(n) * 0.02;
                let name = format!("find lines of basket {n}");
                span(&format!("b7ad6b71692033{n:02}"), ("db", &name), (begins, begins + 0.015))
            })
            .collect();
        spans.push(span("b7ad6b7169203350", ("http.client", "POST https://bank.example/pay"), (0.2, 0.6)));
        let transaction = |name: &str, (id, parent): (&str, Option<&str>), (begins, ends): (f64, f64), status: &str| {
            json!({"type": "transaction", "transaction": name, "start_timestamp": start + begins, "timestamp": start + ends,
                "contexts": {"trace": {"trace_id": TRACE, "span_id": id, "parent_span_id": parent, "op": "http.server", "status": status}}})
        };
        let mut shop = transaction("/checkout", ("00f067aa0ba902b7", None), (0.0, 0.8), "ok");
        shop["spans"] = spans.into();
        self.send(1, "ab", "transaction", &shop).await;
        let paid = ("00f067aa0ba902b8", Some("b7ad6b7169203350"));
        self.send(2, "cd", "transaction", &transaction("/pay/<b>", paid, (0.25, 0.55), "internal_error")).await;
        let failed = json!({"exception": {"values": [{"type": "BankError", "value": "no money"}]}, "timestamp": start + 0.5,
            "contexts": {"trace": {"trace_id": TRACE, "span_id": "00f067aa0ba902b8"}}});
        self.send(2, "cd", "event", &failed).await;
        self.site.app.reports.count().await.unwrap();
        let line = |trace: &str, message: &str| {
            let time = Timestamp::from_micros(((start + 0.3) * 1e6) as i64).to_string();
            json!({"time": time, "source": "bank", "message": message, "trace_id": trace}).to_string() + "\n"
        };
        let lines = line(TRACE, "asking the vault") + &line("ffff", "of another trace");
        self.site.post_text("/api/v1/logs", lines).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_is_shown_across_services_with_its_errors_logs_and_repeated_queries() {
    let shop = Shop::new().await;
    shop.checkout().await;
    let page = shop.page(&format!("/performance/traces/{TRACE}")).await.text;
    for shown in [
        "/checkout",
        "/pay/&lt;b&gt;",
        "find lines of basket",
        "Same query 6 times",
        "shop/views.py:12 (checkout)",
        "BANK-1",
        "BankError: no money",
        "asking the vault",
        "trace_id%3A%22",
        ">bank</span>",
    ] {
        assert!(page.contains(shown), "{shown} is missing: {page}");
    }
    assert!(!page.contains("of another trace") && !page.contains("/pay/<b>"), "{page}");

    let tree = shop.site.get(&format!("/api/v1/performance/traces/{TRACE}")).await.json();
    let drawn: Vec<_> =
        tree["spans"].as_array().unwrap().iter().map(|span| (span["depth"].as_u64(), &span["project"])).collect();
    let (shop_slug, bank) = (json!("shop"), json!("bank"));
    let mut expected = vec![(Some(0), &shop_slug)];
    expected.extend(vec![(Some(1), &shop_slug); 7]);
    expected.push((Some(2), &bank));
    assert_eq!(drawn, expected, "{tree}");
    let own = tree["spans"][0]["own_ms"].as_f64().unwrap();
    assert!((own - (800.0 - 6.0 * 15.0 - 400.0)).abs() < 1.0, "{own}");
    assert_eq!((&tree["queries"][0]["count"], &tree["errors"][0]["issue"]), (&json!(6), &json!("BANK-1")));
    assert_eq!(tree["is_partial"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_is_found_by_an_id_in_any_form_and_a_missing_one_is_said() {
    let shop = Shop::new().await;
    shop.checkout().await;
    shop.page("/performance/traces/0AF76519-16CD-43DD-8448-EB211C80319C").await;
    for id in ["ffffffffffffffffffffffffffffffff", "nonsense", "%3Cscript%3E"] {
        let answer = shop.site.look(&shop.person, &format!("/performance/traces/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_errors_alone_says_so() {
    let shop = Shop::new().await;
    let event = json!({"message": "alone", "contexts": {"trace": {"trace_id": TRACE, "span_id": "00f067aa0ba902b8"}}});
    shop.send(1, "ab", "event", &event).await;
    let page = shop.page(&format!("/performance/traces/{TRACE}")).await.text;
    assert!(page.contains("No spans were received"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_issue_leads_to_its_trace_its_logs_and_its_job() {
    let shop = Shop::new().await;
    shop.checkout().await;
    let page = shop.page("/issues/BANK-1").await.text;
    assert!(page.contains(&format!("/performance/traces/{TRACE}")), "{page}");
    assert!(page.contains("Logs of the same trace") && page.contains("asking the vault"), "{page}");

    let job = model::JobId(uuid::Uuid::from_u128(0x0193_8f2a_77b1_7cc3_9f00_2b6f_5f1f_0a11));
    shop.site.preparing(job, "Nightly sync").await;
    let event = json!({"message": "broken", "server_name": "web-1", "tags": {"job": job.to_string(), "item": "7"}});
    shop.send(1, "ab", "event", &event).await;
    shop.site.app.reports.count().await.unwrap();
    let now = shop.site.app.clock.now().to_string();
    let line = |host: &str| json!({"time": now, "message": format!("said on {host}"), "host": host}).to_string() + "\n";
    shop.site.post_text("/api/v1/logs", line("web-1") + &line("web-2")).await;
    let page = shop.page("/issues/SHOP-1").await.text;
    assert!(page.contains(&format!("<a href=\"/jobs/{job}\">Nightly sync</a>")), "{page}");
    assert!(page.contains("Logs of the same minute and server") && page.contains("said on web-1"), "{page}");
    assert!(!page.contains("said on web-2"), "{page}");
}
