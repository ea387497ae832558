//! Scripts in every field that a client can send: wherever people read them, they are text.

use crate::{
    chromium::Browser,
    server::{Vigie, id},
    until,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Ends whatever it may stand in, and begins what would show, run, or be seen in the console when a policy stops it.
fn planted(field: &str) -> String {
    format!(
        "\"'></script></title></textarea><b data-planted={field}>{field}!</b><script>planted='{field}'</script>\
         <img src=x onerror=alert('{field}')>"
    )
}

/// As an address that a link might lead to.
fn planted_address(field: &str) -> String {
    format!("javascript:alert('{field}')//{}", planted(field))
}

/// An event of which every text, and every name of a field that a client may choose, is planted.
fn event() -> Value {
    let frame = json!({
        "filename": planted("filename"), "abs_path": planted_address("abs_path"), "module": planted("module"),
        "function": planted("function"), "lineno": 7, "in_app": true, "context_line": planted("context_line"),
        "pre_context": [planted("pre_context")], "post_context": [planted("post_context")],
        "vars": {planted("var_name"): planted("var_value")},
    });
    json!({
        "level": "error", "platform": planted("platform"), "logger": planted("logger"),
        "transaction": planted("transaction"), "server_name": planted("server_name"),
        "release": planted("release"), "dist": planted("dist"), "environment": planted("environment"),
        "exception": {"values": [
            {"type": planted("cause_type"), "value": planted("cause_value")},
            {"type": planted("type"), "value": planted("value"), "module": planted("exception_module"),
             "mechanism": {"type": planted("mechanism"), "handled": false}, "stacktrace": {"frames": [frame]}},
        ]},
        "message": planted("message"),
        "breadcrumbs": {"values": [{"type": planted("crumb_type"), "category": planted("crumb_category"),
            "message": planted("crumb_message"), "level": "error", "data": {planted("crumb_name"): planted("crumb_value")}}]},
        "tags": {planted("tag_name"): planted("tag_value"), "url": planted_address("tag_url")},
        "user": {"id": planted("user_id"), "email": planted("user_email"), "username": planted("user_username"),
            "name": planted("user_name"), "ip_address": planted("user_ip"), planted("user_data_name"): planted("user_data")},
        "request": {"url": planted_address("request_url"), "method": planted("request_method"),
            "query_string": planted("query_string"), "data": {planted("data_name"): planted("data_value")},
            "headers": {planted("header_name"): planted("header_value"), "Referer": planted_address("referer")},
            "cookies": {planted("cookie_name"): planted("cookie_value")}, "env": {planted("env_name"): planted("env_value")}},
        "contexts": {planted("context_name"): {planted("context_key"): planted("context_value")},
            "browser": {"name": planted("browser")}, "os": {"name": planted("os")}},
        "extra": {planted("extra_name"): planted("extra_value")},
        "modules": {planted("package"): planted("version")},
        "sdk": {"name": planted("sdk"), "version": planted("sdk_version")},
        "fingerprint": [planted("fingerprint")],
    })
}

/// What the page of the event does not show as it was sent: kept without being told, removed as secret, in capitals.
const UNTOLD: [&str; 6] = ["abs_path", "cookie_value", "crumb_type", "dist", "mechanism", "request_method"];

/// Beside the event: a transaction with a span, lines of a log, feedback, a policy's report.
fn others() -> Vec<(&'static str, Value)> {
    let trace = json!({"trace_id": "5e253fc4473f4ff99227608c231c73bd", "span_id": "9676e14938e4a500",
        "op": planted("op"), "status": planted("status"), "data": {planted("trace_name"): planted("trace_value")}});
    let (began, ended) = ("2025-01-10T14:32:15Z", "2025-01-10T14:32:16Z");
    vec![
        (
            "transaction",
            json!({"type": "transaction", "transaction": planted("endpoint"), "start_timestamp": now() - 1.0, "timestamp": now(),
                "environment": planted("environment"), "release": planted("release"), "contexts": {"trace": trace},
                "spans": [{"trace_id": "5e253fc4473f4ff99227608c231c73bd", "span_id": "9676e14938e4a501",
                    "op": planted("span_op"), "description": planted("span"), "start_timestamp": now() - 0.9,
                    "timestamp": now() - 0.1, "data": {planted("span_name"): planted("span_value")}}],
                "measurements": {}, "tags": {planted("transaction_tag"): planted("transaction_tag_value")}}),
        ),
        (
            "log",
            json!({"items": [{"timestamp": now(), "level": "error", "body": planted("log"),
                "trace_id": "5e253fc4473f4ff99227608c231c73bd", "attributes": {
                    planted("attribute"): {"value": planted("attribute_value"), "type": "string"}}}]}),
        ),
        (
            "user_report",
            json!({"name": planted("reporter"), "email": planted("reporter_email"), "comments": planted("comments")}),
        ),
        (
            "feedback",
            json!({"timestamp": began, "contexts": {"feedback": {"message": planted("feedback"), "name": planted("feedback_name"),
                "contact_email": planted("feedback_email"), "url": planted_address("feedback_url")}}}),
        ),
        (
            "session",
            json!({"sid": "7c7b6585-f901-4351-bf8d-02711b721929", "did": planted("did"), "init": true, "started": began,
                "timestamp": ended, "status": "ok", "attrs": {"release": planted("session_release"),
                "environment": planted("session_environment"), "user_agent": planted("user_agent")}}),
        ),
        (
            "check_in",
            json!({"check_in_id": "83a7c03ed0a04e1b97e2e3b18d38f244", "monitor_slug": planted("monitor"), "status": "error",
                "environment": planted("monitor_environment"),
                "monitor_config": {"schedule": {"type": "crontab", "value": "0 * * * *"}}}),
        ),
    ]
}

fn now() -> f64 {
    model::Clock::System.now().as_micros() as f64 / 1e6
}

impl Vigie {
    async fn sends(&self, (project, key): &(u64, String), path: &str, body: String) {
        let url = self.url(&format!("/api/{project}/{path}/?sentry_key={key}"));
        let answer = self.client.post(url).body(body).send().await.expect("it answers");
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap_or_default());
    }

    async fn planted(&self) {
        let shop = self.project().await;
        self.reports(&shop, event()).await;
        let items: String =
            others().into_iter().map(|(kind, item)| format!("{{\"type\":\"{kind}\"}}\n{item}\n")).collect();
        let header = json!({"event_id": id(7).replace('-', ""), "sdk": {"name": planted("envelope_sdk")}});
        self.sends(&shop, "envelope", format!("{header}\n{items}")).await;
        let csp = json!({"csp-report": {"document-uri": planted_address("document"), "referrer": planted_address("referrer"),
            "violated-directive": planted("directive"), "effective-directive": "script-src",
            "blocked-uri": planted_address("blocked"), "source-file": planted_address("source_file"), "line-number": 7}});
        self.sends(&shop, "security", csp.to_string()).await;
    }
}

/// What shows that something planted was taken for more than text: nothing may.
const TAKEN_FOR_MARKUP: &str = "[
  ...[...document.querySelectorAll('[data-planted], img[src=\"x\"], [onerror], [onload], [onfocus]')].map((e) => e.outerHTML),
  ...[...document.querySelectorAll('[href], [src], [action], [formaction]')]
    .flatMap((e) => [e.href, e.src, e.action, e.formAction])
    .filter((url) => typeof url === 'string' && /^\\s*(javascript|data|vbscript):/i.test(url)),
  ...(typeof planted === 'undefined' ? [] : ['a script ran: ' + planted]),
]";

/// Opens a page, unfolds all of it, and looks whether anything planted lives; its whole text.
async fn harmless(browser: &Browser, vigie: &Vigie, path: &str) -> String {
    browser.console().await;
    browser.open(&vigie.url(path)).await;
    browser.until("document.readyState === 'complete'").await;
    // Where an alert was opened, nothing more can be asked of the page: this fails.
    browser.run("for (const folded of document.querySelectorAll('details')) folded.open = true").await;
    assert_eq!(browser.value(TAKEN_FOR_MARKUP).await, json!([]), "{path}");
    let complaints: Vec<String> =
        browser.console().await.into_iter().filter(|line| !line.contains("Failed to load resource")).collect();
    assert!(complaints.is_empty(), "{path}: {complaints:?}");
    browser
        .text(
            "document.title + document.body.textContent + [...document.querySelectorAll('input')].map((e) => e.value)",
        )
        .await
}

/// The fields of an event, by what is planted in them.
fn fields() -> BTreeSet<String> {
    let text = event().to_string();
    let all = text.split("data-planted=").skip(1).filter_map(|rest| rest.split('>').next());
    all.filter(|field| !UNTOLD.contains(field)).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_in_any_field_of_an_event_are_text() {
    for language in ["en", "fr"] {
        let Some(browser) = Browser::speaking(language).await else { return };
        let vigie = Vigie::start().await;
        vigie.planted().await;
        let issues = until("the issues", async || {
            let issues = vigie.get("/api/v1/issues").await["rows"].as_array()?.clone();
            (issues.len() >= 2).then_some(issues)
        })
        .await;
        browser.size(1440, 1000).await;
        browser.come_in(&vigie.invite("root", "admin")).await;
        // What is looked for would be found.
        browser
            .run("document.body.insertAdjacentHTML('beforeend', '<b data-planted=x><a href=\"javascript:0\">x</a>')")
            .await;
        assert_eq!(browser.value(TAKEN_FOR_MARKUP).await.as_array().map(Vec::len), Some(2));
        let mut shown = String::new();
        for issue in &issues {
            let path = format!("/issues/{}", issue["short_id"].as_str().expect("a name"));
            shown += &harmless(&browser, &vigie, &path).await;
            let event = issue["last_event"].as_str().expect("an id").replace('-', "");
            harmless(&browser, &vigie, &format!("{path}/events/{event}")).await;
            browser.screenshot(&format!("planted-{language}-{}", issue["short_id"])).await;
        }
        let missing: Vec<String> =
            fields().into_iter().filter(|field| !shown.contains(&format!("data-planted={field}>"))).collect();
        assert!(missing.is_empty(), "the page does not show {missing:?}, or not as they were sent");
        let q = query(&planted("environment"));
        for path in [
            "/",
            "/issues",
            "/projects",
            "/projects/shop",
            "/performance",
            "/explore",
            "/explore?q=planted&since=1h",
            "/search?q=planted",
            &format!("/issues?environment={q}&release={q}&q={q}&tag={q}"),
            &format!("/search?q={q}"),
            &format!("/explore?q={q}"),
        ] {
            harmless(&browser, &vigie, path).await;
        }
        let endpoints = harmless(&browser, &vigie, "/performance").await;
        assert!(endpoints.contains("data-planted=endpoint>"), "{endpoints}");
        browser.screenshot(&format!("planted-{language}-performance")).await;
        let lines = harmless(&browser, &vigie, "/explore").await;
        assert!(lines.contains("data-planted=log>"), "{lines}");
    }
}

/// As it stands in an address.
fn query(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
