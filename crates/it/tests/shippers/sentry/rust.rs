//! The crate `sentry`, in a program of its own.

use super::{Shop, app, provided};
use crate::{guide::block, harness::say};
use serde_json::json;
use std::{fs, path::Path, process::Command};

#[test]
fn a_program_in_rust() {
    let Some(built) = provided("rust/target") else { return };
    let shop = Shop::open();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shippers/sentry/rust_client");
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(client.join(file), shop.folder.path().join(file)).expect("a copy");
    }
    let rest = fs::read_to_string(app(&shop, "rust_shop.rs")).expect("it was copied");
    shop.write("src/main.rs", &(block("## Rust", "rust").to_owned() + &rest));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--offline", "--locked", "--target-dir"]).arg(built);
    // As it was built before: what needs other flags would be built anew.
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "SENTRY_DSN"] {
        cargo.env_remove(name);
    }
    let ran = cargo.current_dir(shop.folder.path()).output().expect("cargo starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("no price for item 0"), "{said}");
    say("the crate sentry reported");

    let issue = shop.issue("ParseIntError: invalid digit found in string", 2);
    let known = issue.fields(["level", "users", "last_release"]);
    assert_eq!(json!(known), json!(["error", 1, "shop@1.4.2"]));
    assert_eq!(issue.tag("payment"), [("card".to_owned(), 2)]);
    let panicked = shop.issue("panic: no price for item 0", 1);
    assert_eq!(json!(panicked.fields(["level"])), json!(["critical"]));
    let event = panicked.event();
    assert!(event["exception"][0]["stacktrace"]["frames"].to_string().contains("shop::run"), "{event}");
    assert_eq!(shop.endpoint("read prices", 1)["op"], "task");
}
