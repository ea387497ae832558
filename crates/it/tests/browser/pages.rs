//! Vigie's own pages: the way in, every page in both languages and themes, a job as it runs.

use crate::{
    axe::assert_accessible,
    chromium::{Browser, Theme},
    server::{Vigie, id},
};
use serde_json::json;
use std::process::Command;

pub(crate) const PASSWORD: &str = "une longue phrase";

impl Vigie {
    /// A link that works once, for a new user of that role, as `vigie user create` prints it.
    pub(crate) fn invite(&self, name: &str, role: &str) -> String {
        let output = Command::new(crate::harness::program())
            .arg("--data")
            .arg(self.data())
            .args(["user", "create", name, "--role", role, "--json"])
            .output()
            .expect("the program starts");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        self.url(answer["path"].as_str().expect("a path"))
    }
}

impl Browser {
    /// Presses what a person would find by that selector.
    pub(crate) async fn press(&self, selector: &str) {
        self.run(&format!("document.querySelector({}).click()", json!(selector))).await;
    }

    pub(crate) async fn type_in(&self, selector: &str, text: &str) {
        let script =
            format!("const field = document.querySelector({}); field.value = {};", json!(selector), json!(text));
        self.run(&script).await;
    }

    /// Chooses a password by a link, and is in.
    pub(crate) async fn come_in(&self, link: &str) {
        self.open(link).await;
        assert_accessible(self).await;
        self.type_in("[name=password]", PASSWORD).await;
        self.type_in("[name=again]", PASSWORD).await;
        self.press("form .primary").await;
        self.until("location.pathname === '/'").await;
    }
}

const PAGES: [&str; 55] = [
    "/",
    "/mailings",
    "/mailings/undelivered",
    "/mailings/drafts",
    "/jobs",
    "/traces",
    "/auto-sync/dashboard/",
    "/explore",
    "/explore?q=level%3E%3Derror&since=1h",
    "/explore?q=*+%7C+patterns",
    "/issues",
    "/issues?state=resolved",
    "/issues/SHOP-1",
    "/projects",
    "/projects/new",
    "/projects/shop",
    "/projects/shop/remove",
    "/releases",
    "/feedback",
    "/performance",
    "/schedules",
    "/schedules/new",
    "/schedules/Lettre",
    "/alerts",
    "/alerts/rules",
    "/alerts/rules/new",
    "/alerts/channels",
    "/alerts/channels/new",
    "/checks",
    "/checks/new",
    "/checks/new?kind=http",
    "/checks/backup",
    "/checks/backup/edit",
    "/celery",
    "/celery/tasks",
    "/diagnoses",
    "/diagnoses?job=7f3b0c52-1111-4000-8000-000000000001",
    "/logs/",
    "/logs/auto-sync/",
    "/logs/search/",
    "/accounts",
    "/workers",
    "/users",
    "/tokens",
    "/sources",
    "/audit",
    "/system",
    "/help",
    "/help?q=a",
    "/help/sending",
    "/help/collecting",
    "/help/search",
    "/search",
    "/search?q=s",
    "/me",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_readable_in_french_and_by_day() {
    every_page_is_readable("fr", Theme::Light).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_readable_in_english_and_by_night() {
    every_page_is_readable("en", Theme::Dark).await;
}

/// An error with all that an issue's page shows of one.
fn a_failure() -> serde_json::Value {
    let frame = |function: &str, in_app: bool| {
        json!({"filename": "shop/views.py", "abs_path": "/srv/shop/shop/views.py", "module": "shop.views", "function": function,
            "lineno": 42, "in_app": in_app, "pre_context": ["def pay(order):"], "context_line": "    bank.charge(order)",
            "post_context": ["    return order"], "vars": {"order": "<Order 7>", "password": "hunter2"}})
    };
    json!({
        "platform": "python", "level": "error", "environment": "production", "release": "shop@1.2", "server_name": "web1",
        "transaction": "/orders/{id}/pay", "user": {"id": "7"}, "tags": {"browser": "Firefox"},
        "extra": {"attempt": 3}, "contexts": {"runtime": {"name": "CPython", "version": "3.13"}},
        "request": {"url": "https://shop.example/orders/7/pay", "method": "POST", "headers": {"Accept": "text/html"}},
        "breadcrumbs": {"values": [{"category": "query", "message": "SELECT 1", "level": "info"}]},
        "exception": {"values": [{"type": "ConnectionError", "value": "the bank does not answer",
            "stacktrace": {"frames": [frame("get_response", false), frame("pay", true)]}}]},
    })
}

/// A request that took its time, as a transaction.
fn a_request(now: f64) -> serde_json::Value {
    json!({"type": "transaction", "transaction": "/orders/{id}/pay", "start_timestamp": now - 1.0, "timestamp": now, "contexts": {"trace": {"trace_id": "4c79f60c11214eb38604f4ae0781bfb2",
        "span_id": "fa90fdead5f74052", "op": "http.server", "status": "ok"}}})
}

/// No violation that axe-core knows, and nothing wider than a phone.
async fn every_page_is_readable(language: &str, theme: Theme) {
    let Some(browser) = Browser::speaking(language).await else { return };
    let vigie = Vigie::start().await;
    browser.theme(theme).await;
    browser.come_in(&vigie.invite("zoé", "admin")).await;
    let job = id(1);
    vigie.job(&job, 10).await;
    vigie.advance(&job, json!({"processed": 4, "failed": 1, "item": "ana@exemple.fr", "message": "4/10"})).await;
    let shop = vigie.project().await;
    vigie.reports(&shop, a_failure()).await;
    let now = browser.value("Date.now() / 1000").await.as_f64().expect("a number");
    vigie.envelope(&shop, "transaction", a_request(now)).await;
    vigie.lines(&[json!({"level": "error", "app": "shop", "message": "order 7 refused"})]).await;
    vigie.post("/api/v1/schedules", json!({"name": "Lettre", "kind": "noop", "when": "@daily", "spec": {}})).await;
    let check = json!({"name": "backup", "kind": "heartbeat", "when": "every 24 h", "grace_s": 3_600, "zone": "UTC"});
    vigie.post("/api/v1/checks", check).await;
    browser.open(&vigie.url("/issues")).await;
    browser.until("document.querySelector('[data-row]') || (location.reload(), false)").await;
    let sides = ["", "/undelivered", "/items", "/traces", "/log", "/timeline"];
    let sides = sides.iter().map(|side| format!("/jobs/{job}{side}"));
    let forms = ["/accounts/new".to_owned(), "/nothing-there".to_owned()];
    for path in PAGES.iter().map(|path| (*path).to_owned()).chain(sides).chain(forms) {
        browser.size(1280, 900).await;
        browser.open(&vigie.url(&path)).await;
        assert_eq!(browser.text("document.documentElement.lang").await, language, "{path}");
        assert_accessible(&browser).await;
        let name = format!("{language}{}", path.replace(&job, "job").replace(['/', '?', '='], "-"));
        browser.screenshot(&name).await;
        browser.size(360, 800).await;
        let over = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
        assert_eq!(over, json!(0), "{path} is wider than a phone");
        browser.screenshot(&format!("{name}-phone")).await;
    }
    // For programs, and so in English alone.
    browser.open(&vigie.url("/api")).await;
    assert_accessible(&browser).await;
    let over = browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert_eq!(over, json!(0), "/api is wider than a phone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_watched_left_found_again_and_paused() {
    let Some(browser) = Browser::speaking("fr").await else { return };
    let mut vigie = Vigie::start().await;
    browser.come_in(&vigie.invite("ana", "operator")).await;
    let job = id(1);
    vigie.job(&job, 10).await;
    vigie.post(&format!("/api/v1/jobs/{job}/start"), json!({})).await;
    browser.open(&vigie.url(&format!("/jobs/{job}"))).await;
    let shows = |text: &str| format!("document.querySelector('main').innerText.includes({})", json!(text));
    browser.until(&shows("0 / 10")).await;

    vigie.advance(&job, json!({"processed": 4, "failed": 1, "message": "Email 4/10"})).await;
    browser.until(&shows("4 / 10")).await;
    browser.until(&shows("Email 4/10")).await;
    browser.reload().await;
    browser.until(&shows("4 / 10")).await;

    vigie.kill();
    browser.until(&shows("Connexion perdue")).await;
    vigie.again().await;
    vigie.advance(&job, json!({"processed": 3})).await;
    browser.until(&shows("7 / 10")).await;
    browser.until(&format!("!{}", shows("Connexion perdue"))).await;

    browser.press("form[action$='/pause'] button").await;
    browser.until(&shows("En pause")).await;
    assert_eq!(vigie.get(&format!("/api/v1/jobs/{job}")).await["state"], "paused");
    browser.press("form[action$='/resume'] button").await;
    browser.until(&shows("En cours")).await;
    vigie.advance(&job, json!({"processed": 3})).await;
    vigie.end(&job, "complete").await;
    browser.until(&shows("Terminé")).await;
    browser.until("!document.querySelector(\"form[action$='/pause']\")").await;
    assert!(browser.console().await.iter().all(|line| !line.contains("Content Security Policy")));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_reached_by_the_keyboard() {
    let Some(browser) = Browser::speaking("en").await else { return };
    let vigie = Vigie::start().await;
    browser.come_in(&vigie.invite("ana", "admin")).await;
    browser.size(1280, 900).await;
    browser.open(&vigie.url("/jobs")).await;
    // Tab by tab, until the focus is back: what was met has a name and can be seen.
    let mut met = Vec::new();
    for _ in 0..80 {
        browser.tab().await;
        let at = browser
            .run(
                "const e = document.activeElement, r = e.getBoundingClientRect();
                 return e === document.body ? 'body'
                   : `${e.tagName} ${e.getAttribute('href') || e.name || e.textContent.trim()} ${r.width > 0 && r.height > 0}`",
            )
            .await;
        let at = at.as_str().unwrap_or_default().to_owned();
        if at == "body" {
            break;
        }
        met.push(at);
    }
    assert!(met.iter().all(|at| at.ends_with("true")), "{met:?}");
    let sections = ["A /", "A /mailings", "A /jobs", "A /explore", "A /users", "A /help"];
    let pages = ["A /traces", "A /workers", "A /mailings/new", "INPUT q", "SELECT state"];
    for wanted in sections.into_iter().chain(pages) {
        assert!(met.iter().any(|at| at.starts_with(&format!("{wanted} "))), "{wanted} in {met:?}");
    }
}
