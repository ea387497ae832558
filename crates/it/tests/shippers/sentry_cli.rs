//! sentry-cli as it is: a release is announced, its source maps are uploaded, and an error of its minified code is shown as it was
//! written.

use crate::{
    Vigie,
    harness::{PATIENCE, say, wait_for},
    program, run, target,
};
use std::{fs, path::Path, process::Command};

/// What `cargo xtask test` installs.
fn sentry_cli(vigie: &Vigie, token: &str) -> Option<impl Fn(&[&str]) -> String> {
    let path = target().join("recipes/python/bin/sentry-cli");
    if !path.exists() {
        say(&format!("skipped: no {}; `cargo xtask test` puts it there", path.display()));
        return None;
    }
    let (folder, origin, token) = (vigie.folder.path().to_owned(), vigie.origin(), token.to_owned());
    Some(move |args: &[&str]| {
        let mut command = Command::new(&path);
        command.args(args).current_dir(&folder).env("SENTRY_URL", &origin).env("SENTRY_AUTH_TOKEN", &token);
        command.env("SENTRY_ORG", "vigie").env("SENTRY_PROJECT", "shop").env("SENTRY_DISABLE_UPDATE_CHECK", "1");
        run(&mut command)
    })
}

const SOURCE: &str = "export function total(cart) {\n  return cart.lines.length;\n}\n";
const MINIFIED: &str = "function t(n){return n.lines.length}\n//# sourceMappingURL=app.js.map\n";
/// By hand: column 14 of the minified line is line 2, column 3 of the source.
const MAP: &str = r#"{"version":3,"file":"app.js","sources":["../src/cart.ts"],"names":[],"mappings":"AAAA,cACE"}"#;

#[test]
fn a_release_is_announced_and_its_minified_code_shown_as_it_was_written() {
    let vigie = Vigie::start();
    let here = |args: &[&str]| run(program(vigie.folder.path()).args(args));
    let token = here(&["token", "create", "build", "--scope", "releases"]);
    let Some(cli) = sentry_cli(&vigie, token.trim()) else { return };
    let dsn = here(&["project", "create", "Shop", "--platform", "javascript", "--url", &vigie.origin()]);

    assert!(cli(&["info"]).contains("project:releases"));
    cli(&["releases", "new", "shop@1"]);
    cli(&["releases", "finalize", "shop@1"]);
    cli(&["deploys", "new", "--release", "shop@1", "--env", "production", "--name", "blue"]);
    assert!(cli(&["releases", "list"]).contains("shop@1"));

    let debug_id = uploaded(&vigie, &cli);
    let envelope = vigie.folder.path().join("error.envelope");
    fs::write(&envelope, error(&debug_id)).expect("the folder is writable");
    let mut send = Command::new(target().join("recipes/python/bin/sentry-cli"));
    run(send.args(["send-envelope", "--raw"]).arg(&envelope).env("SENTRY_DSN", dsn.trim()));
    let shown = wait_for("the issue", PATIENCE, || {
        let issues = here(&["--json", "issues", "list", "--project", "shop"]);
        issues.contains("SHOP-1").then_some(issues)
    });
    assert!(shown.contains("cart.ts"), "its place is the source: {shown}");
    let release = here(&["releases", "show", "shop@1"]);
    assert!(release.contains("production") && release.contains("files with source maps: 2"), "{release}");
}

/// Writes the files that a build makes, and uploads them. Returns the id that sentry-cli gave them.
fn uploaded(vigie: &Vigie, cli: &impl Fn(&[&str]) -> String) -> String {
    let dist = vigie.folder.path().join("dist");
    fs::create_dir(&dist).expect("the folder is writable");
    let map = MAP.replacen('{', &format!("{{\"sourcesContent\":[{SOURCE:?}],"), 1);
    fs::write(dist.join("app.js"), MINIFIED).expect("the folder is writable");
    fs::write(dist.join("app.js.map"), map).expect("the folder is writable");
    cli(&["sourcemaps", "inject", "dist"]);
    cli(&["sourcemaps", "upload", "--release", "shop@1", "dist"]);
    debug_id(&dist.join("app.js.map"))
}

fn debug_id(map: &Path) -> String {
    let text = fs::read_to_string(map).expect("the map is there");
    let map: serde_json::Value = serde_json::from_str(&text).expect("a map is JSON");
    map["debug_id"].as_str().or(map["debugId"].as_str()).expect("sentry-cli gave it an id").to_owned()
}

/// What a browser reports of the code, at the place that the map knows; sentry-cli puts a line of its own before it.
fn error(debug_id: &str) -> String {
    let file = "https://shop.example/app.js";
    let event = serde_json::json!({"event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "platform": "javascript", "release": "shop@1",
        "exception": {"values": [{"type": "TypeError", "value": "n.lines is undefined", "stacktrace": {"frames": [
            {"filename": file, "abs_path": file, "function": "t", "lineno": 3, "colno": 21, "in_app": true}]}}]},
        "debug_meta": {"images": [{"type": "sourcemap", "code_file": file, "debug_id": debug_id}]}});
    format!("{{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\"}}\n{{\"type\":\"event\"}}\n{event}\n")
}
