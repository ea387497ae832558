//! The recipes of `docs/recipes`, run as they stand there.

use crate::{
    chromium::Browser,
    find_program,
    harness::Ended,
    harness::say,
    root,
    server::{Vigie, free_port, id},
    target, until,
};
use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};
use tempfile::TempDir;
use tokio::sync::Notify;

fn recipes() -> PathBuf {
    root().join("docs/recipes")
}

/// A copy of the recipes, beside the module that Vigie serves, in which Python may leave what it compiles.
fn copied() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in fs::read_dir(recipes()).expect("docs/recipes").flatten() {
        fs::copy(file.path(), folder.path().join(file.file_name())).expect("a copy");
    }
    fs::copy(root().join("crates/web/src/static/vigie.py"), folder.path().join("vigie.py")).expect("a copy");
    folder
}

/// The Python into which `cargo xtask test` puts Celery and Django.
fn python_with(package: &str) -> Option<PathBuf> {
    let python = target().join("recipes/python/bin/python");
    let has = Command::new(&python).args(["-c", &format!("import {package}")]).stderr(Stdio::null()).status();
    if has.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    say(&format!("skipped: no {package} in {}; `cargo xtask test` puts it there", python.display()));
    None
}

fn python(program: &Path, folder: &TempDir, vigie: &str, token: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env("VIGIE_URL", vigie).env("VIGIE_TOKEN", token);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("VIGIE_SPOOL", folder.path().join("spool"));
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_the_standard_library() {
    let Some(program) = find_program("python3") else { return say("skipped: no python3") };
    let vigie = Vigie::start().await;
    let folder = copied();
    fs::write(folder.path().join("clients.csv"), "email;nom\na@x.fr;A\nb@x.fr;B\nnulle part;C\nd@x.fr;D\n").unwrap();
    let job = id(1);
    let run = |url: &str| {
        let mut command = python(&program, &folder, url, &vigie.token);
        let output = command.args(["script.py", "clients.csv", &job]).output().expect("python3 starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (printed, said) = run(&vigie.origin());
    assert_eq!((printed.trim(), said.as_str()), (job.as_str(), ""));
    let done = vigie.get(&format!("/api/v1/jobs/{job}/progress")).await;
    assert_eq!((&done["status"], &done["total"], &done["succeeded"]), (&json!("completed"), &json!(4), &json!(3)));
    assert_eq!((&done["failed"], &done["message"]), (&json!(1), &json!("Import terminé")));

    // What is counted is counted once, though the task was run twice.
    let (_, said) = run(&vigie.origin());
    assert!(said.contains("was refused"), "the job is over: {said}");
    assert_eq!(vigie.get(&format!("/api/v1/jobs/{job}/progress")).await["processed"], 4);
}

/// Steps of a job of three, each at a line on standard input, so that Vigie can be away in between.
const BY_LINES: &str = "
import sys, vigie
lines = iter(sys.stdin)
job = vigie.Job.create('n', 3, sys.argv[1])
job.advance(); vigie.flush(30); print('one', flush=True); next(lines)
job.advance(failed=1); job.advance(message='trois'); print('three', flush=True); next(lines)
job.complete(); told = vigie.flush(float(sys.argv[2])); print('over', flush=True)
";

/// A process that has nothing to say but what another has left.
const NEXT: &str = "
import os, time, vigie
vigie.Handler(source='next').handle(__import__('logging').LogRecord('n', 20, '', 0, 'x', (), None))
until = time.monotonic() + 60
left = lambda: [name for name in os.listdir(os.environ['VIGIE_SPOOL']) if name.endswith('.jsonl') and not name.startswith('%d-' % os.getpid())]
while left() and time.monotonic() < until:
    time.sleep(0.05)
raise SystemExit(len(left()))
";

#[tokio::test(flavor = "multi_thread")]
async fn a_job_outlives_vigies_absence() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let Some(program) = find_program("python3") else { return say("skipped: no python3") };
    let mut vigie = Vigie::start().await;
    let folder = copied();
    for (number, comes_back) in [(1, true), (2, false)] {
        let job = id(number);
        let mut command = python(&program, &folder, &vigie.origin(), &vigie.token);
        command.args(["-c", BY_LINES, &job, if comes_back { "30" } else { "0.1" }]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Ended(command.spawn().expect("python3 starts"));
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let mut stdin = child.0.stdin.take().unwrap();
        let mut said = move || lines.next().unwrap().unwrap();
        assert_eq!(said(), "one");
        vigie.kill();
        stdin.write_all(b"\n").unwrap();
        assert_eq!(said(), "three", "it goes on without Vigie");
        if comes_back {
            vigie.again().await;
        }
        stdin.write_all(b"\n").unwrap();
        assert_eq!(said(), "over");
        assert!(child.0.wait().unwrap().success());
        let errors = std::io::read_to_string(child.0.stderr.take().unwrap()).unwrap();
        assert_eq!(errors, "", "nobody is bothered with it");
        if !comes_back {
            // The next process finds what nobody was told, and tells it.
            vigie.again().await;
            let mut next = python(&program, &folder, &vigie.origin(), &vigie.token);
            next.args(["-c", NEXT]);
            assert!(next.status().expect("python3 starts").success(), "it is told within its time");
        }
        let done = vigie.get(&format!("/api/v1/jobs/{job}/progress")).await;
        assert_eq!((&done["status"], &done["processed"]), (&json!("completed"), &json!(3)));
        assert_eq!((&done["failed"], &done["message"]), (&json!(1), &json!("trois")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_celery_task_whose_page_was_there_first() {
    let Some(program) = python_with("celery") else { return };
    let vigie = Vigie::start().await;
    let folder = copied();
    let broker = folder.path().join("broker");
    fs::create_dir_all(broker.join("control")).unwrap();
    let command = || {
        let mut command = python(&program, &folder, &vigie.origin(), &vigie.token);
        command.env("BROKER_FOLDER", &broker);
        command
    };
    let job = id(1);
    let path = format!("/api/v1/jobs/{job}/progress");
    assert_eq!(vigie.get(&path).await["status"], "pending");
    let mut publish = command();
    let call = format!("from celery_tasks import *; envoi_emails_task.delay('{job}', 7, ['F-101', 'F-102!', 'F-103'])");
    let output = publish.args(["-c", &call]).output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = fs::File::create(folder.path().join("worker.log")).unwrap();
    let mut worker = command();
    worker.args(["-m", "celery", "-A", "celery_tasks", "worker", "--pool=solo", "--loglevel=INFO"]);
    worker.args(["--without-gossip", "--without-mingle", "--without-heartbeat"]);
    let _worker = Ended::start(worker.stdout(log.try_clone().unwrap()).stderr(log));
    let done = until("the task", async || {
        let now = vigie.get(&path).await;
        (now["status"] == "completed").then_some(now)
    })
    .await;
    assert_eq!((&done["succeeded"], &done["failed"]), (&json!(2), &json!(1)));
    let kept = vigie.get(&format!("/api/v1/jobs/{job}")).await;
    assert_eq!((&kept["created_by"], &kept["task_type"]), (&json!("7"), &json!("email_sending")));
    assert!(kept["task_id"].as_str().is_some_and(|id| id.len() == 36), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn django_lets_those_poll_who_are_logged_in() {
    let Some(program) = python_with("django") else { return };
    let vigie = Vigie::start().await;
    let folder = copied();
    let job = id(1);
    vigie.job(&job, 4).await;
    let port = free_port();
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/django_site.py");
    let mut command = python(&program, &folder, &vigie.origin(), &vigie.progress_token);
    command.env("PYTHONPATH", folder.path()).arg(site).arg(port.to_string());
    let _django = Ended::start(command.stderr(Stdio::null()));
    let url = format!("http://127.0.0.1:{port}/core/sse-progress/{job}/");
    let get = async |url: &str, cookie: &str, tag: &str| {
        let asked = vigie.client.get(url).header("cookie", cookie).header("if-none-match", tag);
        asked.send().await.ok()
    };
    let refused = until("Django", async || get(&url, "", "").await).await;
    assert_eq!(refused.status(), 403);
    let answer = get(&url, "user=1", "").await.unwrap();
    assert_eq!(answer.status(), 200);
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let progress: Value = answer.json().await.unwrap();
    assert_eq!((&progress["status"], &progress["total_items"]), (&json!("pending"), &json!(4)));
    assert_eq!(get(&url, "user=1", &tag).await.unwrap().status(), 304);
    vigie.advance(&job, json!({"processed": 1})).await;
    assert_eq!(get(&url, "user=1", &tag).await.unwrap().status(), 200);
    let elsewhere = format!("http://127.0.0.1:{port}/core/sse-progress/..%2f..%2fapi/");
    assert_eq!(get(&elsewhere, "user=1", "").await.unwrap().status(), 404);
}

/// The site's own application: begins a job at the click, and goes on with it when the test says so.
#[derive(Clone)]
struct Application {
    vigie: Arc<Vigie>,
    step: Arc<Notify>,
}

async fn begin(State(app): State<Application>) -> Json<Value> {
    let job = id(9);
    tokio::spawn({
        let (app, job) = (app, job.clone());
        async move {
            // The page was given the id and polls it before there is a job.
            app.step.notified().await;
            app.vigie.job(&job, 4).await;
            for number in 1..=4 {
                app.vigie.advance(&job, json!({"processed": 1, "message": format!("Email {number}/4")})).await;
                app.step.notified().await;
            }
            app.vigie.end(&job, "complete").await;
        }
    });
    Json(json!({"success": true, "job_id": job}))
}

/// nginx with the recipe, before the site's own application.
fn nginx(program: &Path, folder: &Path, vigie: &Vigie, application: u16) -> (Ended, String) {
    let recipe = fs::read_to_string(folder.join("nginx.conf")).expect("the recipe");
    let recipe = recipe
        .replace("http://VIGIE", &format!("http://127.0.0.1:{}", vigie.port))
        .replace("TOKEN\"", &format!("{}\"", vigie.progress_token));
    fs::write(folder.join("vigie.conf"), recipe).expect("the folder is writable");
    let locations = format!(
        "location /envoyer/ {{ proxy_pass http://127.0.0.1:{application}; }}\ninclude {}/vigie.conf;",
        folder.display()
    );
    crate::nginx::serving(program, folder, &locations)
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx_the_page_needs_the_id_alone() {
    let Some(program) = find_program("nginx") else {
        return say("skipped: no nginx; Debian's package: nginx-light");
    };
    let Some(browser) = Browser::speaking("fr").await else { return };
    let vigie = Arc::new(Vigie::start().await);
    let folder = copied();
    let app = Application { vigie: Arc::clone(&vigie), step: Arc::new(Notify::new()) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let application = listener.local_addr().unwrap().port();
    let router = Router::new().route("/envoyer/", post(begin)).with_state(app.clone());
    let _serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let (_nginx, site) = nginx(&program, folder.path(), &vigie, application);
    until("nginx", async || vigie.client.get(format!("{site}/page.html")).send().await.ok()).await;

    // Nothing else of Vigie can be reached through it, and nothing can be changed.
    for path in ["/core/sse-progress/", "/vigie/api/v1/jobs", "/vigie/api/v1/traces", "/core/sse-progress/../../api"] {
        let status = vigie.client.get(format!("{site}{path}")).send().await.unwrap().status();
        assert_eq!(status, 404, "{path}");
    }
    let posted = vigie.client.post(format!("{site}/core/sse-progress/{}/", id(9))).send().await.unwrap();
    assert_eq!(posted.status(), 403);

    browser.open(&format!("{site}/page.html")).await;
    browser.run("document.querySelector('#envoyer').click()").await;
    browser.until("document.querySelector('#jauge .pp').dataset.state === 'pending'").await;
    let element = "document.querySelector('vigie-progress')";
    browser.until(&format!("{element}.getAttribute('connection') === 'live'")).await;
    app.step.notify_one();
    browser.until("document.querySelector('#jauge .pp-percent').textContent === '25\\u202f%'").await;
    browser.reload().await;
    browser.until("document.querySelector('#jauge .pp-percent').textContent === '25\\u202f%'").await;
    browser.until(&format!("{element}.progress?.percent === 25")).await;
    assert_eq!(browser.text(&format!("{element}.getAttribute('connection')")).await, "live");
    browser.screenshot("nginx").await;
    for percent in ["50", "75", "100"] {
        app.step.notify_one();
        browser
            .until(&format!("document.querySelector('#jauge .pp-percent').textContent === '{percent}\\u202f%'"))
            .await;
    }
    app.step.notify_one();
    browser.until("document.title === 'Terminé'").await;
    browser.until(&format!("{element}.getAttribute('state') === 'completed'")).await;
}
