//! `@sentry/node`, with Express.

use super::{Shop, app, breadcrumbs, deployed, last_frame, provided};
use crate::{
    guide::block,
    harness::{http, say},
};
use serde_json::json;
use std::process::{Command, Stdio};

/// `node`, told where the packages lie.
pub(super) fn node() -> Option<Command> {
    if !Command::new("node").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        say("skipped: no node");
        return None;
    }
    let packages = provided("node/node_modules")?;
    let mut command = Command::new("node");
    command.env("NODE_PATH", packages);
    Some(command)
}

#[test]
fn express() {
    let Some(mut node) = node() else { return };
    let shop = Shop::open();
    shop.guided("instrument.js", "## Node.js", "js");
    let errors = block("With Express", "js");
    let errors = format!("const Sentry = require(\"@sentry/node\");\nmodule.exports = (app) => {{\n{errors}}};\n");
    shop.write("express_errors.js", &errors);
    let script = app(&shop, "node_shop.js");
    let (_serving, address) = shop.serve(deployed(&mut node).args(["--import", "./instrument.js"]).arg(script));
    for (item, user, status) in [("A-1", "ana", 200), ("A-8", "ana", 500), ("A-9", "ben", 500)] {
        let head = format!("GET /cart/{item}?user={user}");
        assert_eq!(http::send(&address, &head, b"").expect("it answers").status, status, "{head}");
    }
    // The client itself leaves out what is the same as the event before.
    let issue = shop.issue("TypeError: Cannot read properties of undefined (reading 'amount')", 1);
    let known = issue.fields(["level", "users", "platform", "last_release"]);
    assert_eq!(json!(known), json!(["error", 1, "node", "shop@1.4.2"]));
    assert_eq!(issue.tag("payment"), [("card".to_owned(), 1)]);
    let event = issue.event();
    assert_eq!((&event["transaction"], &event["user"]["id"]), (&json!("GET /cart/:item"), &json!("ana")));
    assert_eq!(last_frame(&event), ("price".to_owned(), "return prices[item].amount;".to_owned()));
    assert!(breadcrumbs(&event).contains(&"cart opened for A-8".to_owned()), "{event}");
    let endpoint = shop.endpoint("GET /cart/:item", 3);
    assert_eq!(
        (&endpoint["op"], &endpoint["failed"], &endpoint["users"]),
        (&json!("http.server"), &json!(2), &json!(2))
    );

    assert_eq!(http::send(&address, "GET /reject", b"").expect("it answers").status, 200);
    shop.issue("Error: nobody waits for this", 1).page_shows(&["unhandled"], &[]);
}
