//! `@sentry/browser` in pages of another site, bundled as sites bundle it: sending to Vigie directly, and through the site.

use crate::{
    chromium::Browser,
    find_program,
    guide::{EXAMPLE_DSN, block},
    harness::say,
    nginx,
    server::Vigie,
    site::Site,
    target, until,
};
use serde_json::{Value, json};
use std::{fs, process::Command};

/// What goes wrong in the page.
const SHOP: &str = "
document.querySelector('button').addEventListener('click', () => price('A-9'));
const prices = { 'A-1': { amount: 10 } };
function price(item) {
  Sentry.setTag('payment', 'card');
  console.warn(`price of ${item}`);
  Promise.reject(new Error('the basket is gone'));
  return prices[item].amount;
}
";

impl Vigie {
    /// A new project's DSN.
    async fn dsn(&self) -> String {
        let (project, key) = self.project().await;
        format!("http://{key}@127.0.0.1:{}/{project}", self.port)
    }

    /// Waits for an issue of that title; its newest event.
    async fn reported(&self, title: &str) -> (Value, Value) {
        let issue = until(title, async || {
            let issues = self.get("/api/v1/issues").await;
            issues["rows"].as_array()?.iter().find(|issue| issue["title"] == title).cloned()
        })
        .await;
        let name = issue["short_id"].as_str().expect("a name");
        let event = self.get(&format!("/api/v1/issues/{name}/events/latest")).await;
        (issue, event)
    }
}

/// One script of these lines and the packages they import; none where those are not installed.
fn bundle(source: &str) -> Option<String> {
    let packages = target().join("recipes/node/node_modules");
    let esbuild = packages.join(".bin/esbuild");
    if !esbuild.exists() {
        say(&format!("skipped: no {}; `cargo xtask test` puts it there", esbuild.display()));
        return None;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("shop.js"), source).expect("the folder is writable");
    let mut command = Command::new(esbuild);
    command.args(["--bundle", "--format=iife", "--log-level=error", "shop.js"]).env("NODE_PATH", packages);
    let output = command.current_dir(folder.path()).output().expect("esbuild starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("a script is text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_reports_by_the_dsn_alone() {
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let dsn = vigie.dsn().await;
    let Some(script) = bundle(&(block("## Browser", "js").replace(EXAMPLE_DSN, &dsn) + SHOP)) else { return };
    let site = Site::beside(&vigie).await;
    site.page("/shop", "en", "<button>Buy</button>", &deferred(&script));
    browser.open(&site.url("/shop")).await;
    browser.until("document.querySelector('button')?.dataset.ready").await;
    browser.press("button").await;

    let (issue, event) = vigie.reported("TypeError: Cannot read properties of undefined (reading 'amount')").await;
    let known = ["level", "platform", "events"].map(|name| issue[name].clone());
    assert_eq!(json!(known), json!(["error", "javascript", 1]));
    assert_eq!((&event["tags"]["payment"], &event["environment"]), (&json!("card"), &json!("production")));
    assert_eq!(event["request"]["url"], site.url("/shop"));
    let crumbs = event["breadcrumbs"].to_string();
    assert!(crumbs.contains("price of A-9") && crumbs.contains("ui.click"), "{crumbs}");
    vigie.reported("Error: the basket is gone").await;
    let endpoint = until("the page load", async || {
        let told = vigie.get("/api/v1/performance/endpoints").await;
        told["rows"].as_array()?.iter().find(|row| row["op"] == "pageload").cloned()
    })
    .await;
    assert_eq!((&endpoint["name"], &endpoint["count"]), (&json!("/shop"), &json!(1)));
    assert_eq!(browser.value("violations").await, json!([]));

    browser.come_in(&vigie.invite("root", "admin")).await;
    browser.open(&vigie.url(&format!("/issues/{}", issue["short_id"].as_str().expect("a name")))).await;
    browser.until("document.body.innerText.includes('price of A-9')").await;
    browser.screenshot("issue-of-a-browser").await;
}

/// The page has its elements only when all of it was read.
fn deferred(script: &str) -> String {
    format!(
        "addEventListener('DOMContentLoaded', () => {{\n{script}\ndocument.querySelector('button').dataset.ready = 'yes';\n}});"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_reports_through_its_own_site() {
    let Some(program) = find_program("nginx") else {
        return say("skipped: no nginx; Debian's package: nginx-light");
    };
    let Some(browser) = Browser::start().await else { return };
    let vigie = Vigie::start().await;
    let dsn = vigie.dsn().await;
    let settings = block("### Through your own site", "js").replace(EXAMPLE_DSN, &dsn);
    let import = "import * as Sentry from \"@sentry/browser\";\n";
    let Some(script) = bundle(&format!("{import}{settings}{SHOP}")) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = "<!doctype html><meta charset=utf-8><script src=shop.js></script><button>Buy</button>";
    fs::write(folder.path().join("shop.html"), page).expect("the folder is writable");
    fs::write(folder.path().join("shop.js"), deferred(&script)).expect("the folder is writable");
    let location = block("### Through your own site", "nginx").replace("https://vigie.example.org", &vigie.origin());
    let (_nginx, site) = nginx::serving(&program, folder.path(), &location);
    until("nginx", async || vigie.client.get(format!("{site}/shop.html")).send().await.ok()).await;
    browser.open(&format!("{site}/shop.html")).await;
    browser.until("document.querySelector('button')?.dataset.ready").await;
    browser.press("button").await;
    let (_, event) = vigie.reported("TypeError: Cannot read properties of undefined (reading 'amount')").await;
    assert_eq!(event["request"]["url"], format!("{site}/shop.html"));
}
