//! A client beyond its quota, which waits as it is told.

use super::{Shop, app, deployed, python};
use crate::{harness::http, program, run};

const QUOTA: u64 = 5;
const REPORTED: u64 = 40;

#[test]
fn a_client_that_is_told_to_wait_sends_no_more_of_that_category() {
    let Some(mut python) = python::interpreter("sentry_sdk") else { return };
    let shop = Shop::open();
    let admin = run(program(shop.vigie.folder.path()).args(["token", "create", "house", "--scope", "admin"]));
    let head =
        format!("PUT /api/v1/projects/shop\nAuthorization: Bearer {}\nContent-Type: application/json", admin.trim());
    let settings = format!("{{\"settings\":{{\"items_per_minute\":{QUOTA}}}}}");
    let changed = http::send(&shop.address(), &head, settings.as_bytes()).expect("it answers");
    assert_eq!(changed.status, 200, "{changed:?}");
    let script = app(&shop, "flood.py");
    run(deployed(&mut python).env("SENTRY_DSN", &shop.dsn).arg(script).arg(REPORTED.to_string()));
    // What is not limited goes on.
    shop.endpoint("after the flood", 1);
    shop.issue("flood", QUOTA);
    // One was refused, and told so; the others were not even sent.
    let page = shop.page("/projects/shop");
    let row = page.split("<tr>").find(|row| row.contains("Quota exceeded")).unwrap_or_else(|| panic!("{page}"));
    assert!(row.contains("<code>error</code>") && row.contains(">1</td>"), "{row}");
}
