//! `sentry-sdk` of Python: in Django, FastAPI, Flask and a worker of Celery, by `logging`, and by transactions of one's own.

use super::{Shop, app, breadcrumbs, deployed, last_frame};
use crate::{
    Ended,
    harness::{PATIENCE, http, wait_for},
    run,
};
use serde_json::json;
use std::{
    fs::{self, File},
    process::{Command, Stdio},
    thread,
};

/// The Python with these clients, if it has that package.
pub(super) fn interpreter(package: &str) -> Option<Command> {
    let program = super::provided("python/bin/python")?;
    let has = Command::new(&program).args(["-c", &format!("import {package}")]).stderr(Stdio::null()).status();
    if has.is_ok_and(|status| status.success()) {
        return Some(Command::new(program));
    }
    crate::harness::say(&format!("skipped: no {package}; `cargo xtask test` puts it there"));
    None
}

/// A shop whose module `reporting` is what the guide says under that heading.
fn shop(heading: &str) -> Shop {
    let shop = Shop::open();
    shop.guided("reporting.py", &format!("## {heading}\n"), "python");
    shop
}

fn ask(address: &str, head: &str, body: &str, status: u16) {
    let answer = http::send(address, head, body.as_bytes()).unwrap_or_else(|error| panic!("{head}: {error}"));
    assert_eq!(answer.status, status, "{head}: {answer:?}");
}

#[test]
fn django() {
    let Some(mut python) = interpreter("django") else { return };
    let shop = shop("Django");
    let script = app(&shop, "django_shop.py");
    let (_serving, address) = shop.serve(deployed(&mut python).arg(script));
    for user in ["ana", "ben", "ana"] {
        ask(&address, &format!("GET /cart/A-1/\nCookie: user={user}; sessionid=planted-session"), "", 200);
        ask(&address, &format!("GET /cart/A-9/\nCookie: user={user}; sessionid=planted-session"), "", 500);
    }
    ask(&address, "GET /checkout/", "", 500);

    let issue = shop.issue("KeyError: 'A-9'", 3);
    let known = issue.fields(["culprit", "level", "users", "kind", "state", "last_release"]);
    assert_eq!(json!(known), json!(["/cart/{item}/", "error", 2, "error", "new", "shop@1.4.2"]));
    assert_eq!(issue.tag("payment"), [("card".to_owned(), 3)]);
    let event = issue.event();
    assert_eq!(event["transaction"], "/cart/{item}/");
    assert_eq!((&event["user"]["id"], &event["user"]["email"]), (&json!("ana"), &json!("ana@shop.example")));
    assert_eq!(event["request"]["url"], format!("http://{address}/cart/A-9/"));
    assert_eq!(last_frame(&event), ("price".to_owned(), "return prices[item]".to_owned()));
    let crumbs = breadcrumbs(&event);
    assert!(
        crumbs.contains(&"cart opened for A-9".to_owned()) && crumbs.contains(&"SELECT 6 * 7".to_owned()),
        "{crumbs:?}"
    );
    let kept = event.to_string();
    assert!(!kept.contains("battery staple") && !kept.contains("planted-session"), "{kept}");
    issue.page_shows(
        &["return prices[item]", "cart opened for A-9", "ana@shop.example", "shop@1.4.2", "payment", "/cart/{item}/"],
        &["battery staple", "planted-session"],
    );

    let chained = shop.issue("RuntimeError: checkout is not possible", 1);
    chained.page_shows(&["Caused by", "KeyError", "&#39;A-7&#39;"], &[]);

    let endpoint = shop.endpoint("/cart/{item}/", 6);
    assert_eq!(
        (&endpoint["op"], &endpoint["failed"], &endpoint["users"]),
        (&json!("http.server"), &json!(3), &json!(2))
    );
    assert!(shop.page("/performance").contains("/cart/{item}/"));
}

#[test]
fn fastapi() {
    let Some(mut python) = interpreter("fastapi, uvicorn") else { return };
    let shop = shop("FastAPI");
    let script = app(&shop, "fastapi_shop.py");
    let (_serving, address) = shop.serve(deployed(&mut python).arg(script));
    for (order, status) in [("A-12", 200), ("A-x", 500), ("A-y", 500)] {
        ask(&address, &format!("GET /orders/{order}?user=zoe&token=planted-token"), "", status);
    }
    // Two runs of one mistake with other values.
    let title = shop.title_of(2);
    assert!(title.starts_with("ValueError: invalid literal for int()"), "{title}");
    let issue = shop.issue(&title, 2);
    assert_eq!(json!(issue.fields(["level", "users"])), json!(["error", 1]));
    let event = issue.event();
    assert_eq!(event["transaction"], "/orders/{order}");
    assert_eq!(last_frame(&event).0, "order");
    assert!(!event.to_string().contains("planted-token"), "{event}");
    let endpoint = shop.endpoint("/orders/{order}", 3);
    assert_eq!((&endpoint["op"], &endpoint["failed"]), (&json!("http.server"), &json!(2)));
}

#[test]
fn flask() {
    let Some(mut python) = interpreter("flask") else { return };
    let shop = shop("Flask");
    let script = app(&shop, "flask_shop.py");
    let (_serving, address) = shop.serve(deployed(&mut python).arg(script));
    let form = "POST /orders/A-1\nContent-Type: application/x-www-form-urlencoded";
    ask(&address, form, "amount=4&card=4242424242424242", 200);
    ask(&address, form, "amount=0&card=4242424242424242", 500);
    let event = shop.issue("ZeroDivisionError: integer division or modulo by zero", 1).event();
    assert_eq!((&event["transaction"], &event["request"]["method"]), (&json!("pay"), &json!("POST")));
    assert_eq!(event["request"]["data"]["amount"], "0", "{event}");
    assert!(!event.to_string().contains("4242424242424242"), "{event}");
    let endpoint = shop.endpoint("pay", 2);
    assert_eq!((&endpoint["op"], &endpoint["failed"]), (&json!("http.server"), &json!(1)));
}

#[test]
fn a_worker_of_celery() {
    let Some(mut python) = interpreter("celery") else { return };
    let shop = shop("Celery");
    let script = app(&shop, "celery_shop.py");
    fs::create_dir_all(shop.folder.path().join("queue/control")).expect("the folder is writable");
    let queued = run(deployed(&mut python).env("SENTRY_DSN", &shop.dsn).arg(script).args(["A-1", "A-9", "A-8"]));
    let log = File::create(shop.folder.path().join("said")).expect("the folder is writable");
    let Some(mut worker) = interpreter("celery") else { return };
    worker.args(["-m", "celery", "-A", "celery_shop", "worker", "--concurrency=1", "--loglevel=INFO"]);
    worker.args(["--without-gossip", "--without-mingle", "--without-heartbeat"]).current_dir(shop.folder.path());
    deployed(&mut worker).env("C_FORCE_ROOT", "1").stdout(log.try_clone().expect("a second handle")).stderr(log);
    // Asked to end by its own signal when the test is over: its children end with it.
    let _worker = Worker(Ended::start(&mut worker));
    // Named by the task that came last: a folder keeps no order.
    let issue = shop.issue(&shop.title_of(2), 2);
    assert!(issue.told["title"].as_str().is_some_and(|title| title.starts_with("KeyError: 'A-")), "{}", issue.told);
    assert_eq!(json!(issue.fields(["culprit", "level"])), json!(["shop.invoice", "error"]));
    let event = issue.event();
    assert_eq!(event["transaction"], "shop.invoice");
    assert_eq!(event["contexts"]["trace"]["trace_id"], queued.trim(), "the trace goes on in the worker");
    let endpoint = shop.endpoint("shop.invoice", 3);
    assert_eq!((&endpoint["op"], &endpoint["failed"]), (&json!("queue.task.celery"), &json!(2)));
    shop.endpoint("queue invoices", 1);
}

/// A worker with processes of its own, which SIGTERM ends with it.
struct Worker(Ended);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg("-TERM").arg(self.0.0.id().to_string()).status();
        let begun = std::time::Instant::now();
        while self.0.0.try_wait().is_ok_and(|ended| ended.is_none()) && begun.elapsed() < PATIENCE {
            thread::sleep(super::PAUSE);
        }
    }
}

#[test]
fn what_is_logged_in_python() {
    let Some(mut python) = interpreter("sentry_sdk") else { return };
    let shop = shop("Logging in Python");
    let script = app(&shop, "logging_shop.py");
    run(deployed(&mut python).arg(script));
    // The same line with another value.
    let issue = shop.issue("no stock for A-10", 2);
    assert_eq!(json!(issue.fields(["level", "kind"])), json!(["error", "message"]));
    let event = issue.event();
    assert_eq!(event["logger"], "shop.orders");
    assert!(breadcrumbs(&event).contains(&"basket opened".to_owned()), "{event}");
    shop.issue("KeyError: 'A-11'", 1);
    wait_for("lines of the log", PATIENCE, || {
        thread::sleep(super::PAUSE);
        (shop.vigie.found("source:shop basket opened").len() == 1).then_some(())
    });
    assert_eq!(shop.vigie.found("source:shop level:error no stock").len(), 2);
}

#[test]
fn transactions_of_its_own_in_python() {
    let Some(mut python) = interpreter("sentry_sdk") else { return };
    let shop = shop("Your own transactions in Python");
    let script = app(&shop, "monitored_shop.py");
    run(deployed(&mut python).env("SENTRY_DSN", &shop.dsn).arg(script));
    let endpoint = shop.endpoint("create_organisation", 3);
    assert_eq!((&endpoint["op"], &endpoint["failed"]), (&json!("task"), &json!(1)));
    let page = shop.page("/performance");
    assert!(page.contains("create_organisation"), "{page}");
    let told = shop.issue("import completed: 3 success, 0 errors", 1);
    assert_eq!(json!(told.fields(["level", "kind", "last_release"])), json!(["info", "message", "shop@1.4.2"]));
    shop.issue("ValueError: the name is taken", 1);
}
