//! axe-core, the accessibility checker (MPL-2.0), injected into the page under test and never shipped.
//!
//! Fetched once by npm into `target/axe`, in one pinned version whose digest is checked at every use.

use crate::{chromium::Browser, find_program, harness::say, target};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use std::{fs, path::Path, process::Command, sync::OnceLock};

const PACKAGE: &str = "axe-core@4.14.1";
const ARCHIVE: &str = "axe-core-4.14.1.tgz";
const SHA512: &str = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

/// WCAG 2.2 AA and what came before it, and axe's own good practice.
const RUN: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
     'best-practice'], resultTypes: ['violations'] }).then((found) => found.violations.map((violation) => \
     `${violation.id} (${violation.impact}): ${violation.help}\\n` + violation.nodes.map((node) => \
     `  ${node.target.join(' ')}: ${node.failureSummary}`).join('\\n')))";

/// Fails with every violation found in the page as it stands; a line and nothing more where axe cannot be had.
pub(crate) async fn assert_accessible(page: &Browser) {
    let Some(axe) = source() else { return };
    page.run(axe).await;
    let found = page.run(RUN).await;
    let found: Vec<&str> = found.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(found.is_empty(), "{}:\n{}", page.text("location.href").await, found.join("\n"));
}

fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let read = SOURCE.get_or_init(|| {
        let found = fetch();
        if let Err(reason) = &found {
            say(&format!("skipped: accessibility is not checked: {reason}"));
        }
        found.ok()
    });
    read.as_deref()
}

fn fetch() -> Result<String, String> {
    let folder = target().join("axe");
    let archive = folder.join(ARCHIVE);
    if !archive.exists() {
        download(&folder, &archive)?;
    }
    let bytes = fs::read(&archive).map_err(|error| format!("{}: {error}", archive.display()))?;
    let digest = BASE64_STANDARD.encode(ring::digest::digest(&ring::digest::SHA512, &bytes));
    assert_eq!(digest, SHA512, "{} is not what it was when it was chosen: delete it", archive.display());
    let output = Command::new("tar").arg("-xzOf").arg(&archive).arg("package/axe.min.js").output();
    let output = output.map_err(|error| format!("tar: {error}"))?;
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// Into a folder of its own first: other tests may be at it at the same time.
fn download(folder: &Path, archive: &Path) -> Result<(), String> {
    let npm =
        find_program("npm").ok_or("axe-core is fetched by npm, which is not installed (Debian's package: npm)")?;
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let here = tempfile::tempdir_in(folder).map_err(|error| error.to_string())?;
    let output = Command::new(npm)
        .args(["pack", PACKAGE, "--silent", "--fetch-retries=0", "--fetch-timeout=30000"])
        .current_dir(here.path())
        .output()
        .map_err(|error| format!("npm: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("npm pack {PACKAGE}: {}", said.lines().next().unwrap_or("no network")));
    }
    fs::rename(here.path().join(ARCHIVE), archive).map_err(|error| error.to_string())
}
