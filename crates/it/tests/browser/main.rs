//! The program's pages, and what it gives to the pages of others, in a real Chromium.
//!
//! Each test starts what it needs: the program on a data directory of its own, a site of another origin, chromedriver.
//! What Debian has not installed, or the network does not give, skips with one line that says so.

mod administrator;
mod alarms;
mod axe;
mod chromium;
mod desk;
mod dropping;
mod element;
mod finding;
mod hands;
mod hostile;
mod interruption;
mod journeys;
mod keyboard;
mod log_columns;
mod logs;
mod months;
mod nginx;
mod pages;
mod polling;
mod recipes;
mod secretary;
mod sentry;
mod server;
mod site;
mod syncs;
mod tail;
mod today;
mod triage;

#[path = "../guide.rs"]
mod guide;
#[path = "../harness/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod harness;

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long anything that must happen in a browser may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until something is found.
async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited {} s in vain for {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// `target`, whatever its name.
fn target() -> PathBuf {
    let here = env::current_exe().expect("a test has a path");
    here.ancestors().nth(3).expect("target/PROFILE/deps/browser").to_owned()
}

/// The workspace's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/it stands two folders below the root")
}

/// The first executable of that name, where administrators' programs lie too.
fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders
        .map(|folder| folder.join(name))
        .find(|path| fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
}

#[tokio::test]
async fn what_pages_of_others_load_is_small_and_theirs_to_load() {
    use std::io::Write as _;
    let server = server::Vigie::start().await;
    for path in ["/progress.js", "/progress_polling.js", "/static/js/progress_polling.js"] {
        let answer = server.client.get(server.url(path)).send().await.expect("it answers");
        assert_eq!(answer.status(), 200, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().expect("ASCII").to_owned();
        assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header("access-control-allow-origin"), "*");
        assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
        let text = answer.text().await.expect("it is text");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).expect("memory takes all");
        let size = packed.finish().expect("memory takes all").len();
        harness::say(&format!("{path}: {size} bytes compressed"));
        assert!(size < 10_000, "{path}: {size} bytes compressed");
        for forbidden in ["innerHTML", "eval(", "new Function", "import ", "insertAdjacentHTML", "cssText"] {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            assert!(code.clone().all(|line| !line.contains(forbidden)), "{path}: {forbidden}");
        }
    }
}
