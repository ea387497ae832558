//! Bundles as sentry-cli makes them, and as others do.

use super::*;
use crate::tests::Site;
use std::io::{Cursor, Write as _};
use zip::{ZipWriter, write::SimpleFileOptions};

const ID: &str = "b7ad6b71-6920-4333-9b7a-d6b716920333";

/// A bundle with these files, of that size each.
fn bundle(manifest: &serde_json::Value, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut whole = Cursor::new(b"SYSB\x02\0\0\0".to_vec());
    whole.set_position(8);
    let mut zip = ZipWriter::new(whole);
    for (name, bytes) in files.iter().copied().chain([("manifest.json", manifest.to_string().as_bytes())]) {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn manifest() -> serde_json::Value {
    serde_json::json!({"release": "shop@1", "files": {
        "files/_/_/app.js": {"type": "minified_source", "url": "~/app.js", "headers": {"debug-id": ID, "sourcemap": "app.js.map"}},
        "files/_/_/app.js.map": {"type": "source_map", "url": "~/app.js.map", "headers": {"Debug-Id": ID}},
        "files/_/_/read.me": {"type": "readme", "url": "~/read.me"},
    }})
}

fn files() -> [(&'static str, &'static [u8]); 2] {
    [("files/_/_/app.js", b"code"), ("files/_/_/app.js.map", b"{\"version\":3}")]
}

/// Sends a bundle in parts of that size, and puts it together.
async fn sent(site: &Site, bytes: &[u8], part: usize) -> Assembly {
    let (reports, project) = (&site.reports, site.known().await.project.id);
    let sha1 = |bytes: &[u8]| hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    let bundle = UploadedBundle {
        checksum: sha1(bytes),
        chunks: bytes.chunks(part).map(sha1).collect(),
        projects: vec![project],
        release: None,
        dist: None,
    };
    let missing = reports.assemble(bundle.clone()).await.unwrap();
    assert!(!matches!(missing, Assembly::Done(_)), "{missing:?}");
    for part in bytes.chunks(part) {
        reports.keep_chunk(&sha1(part), Bytes::copy_from_slice(part), crate::tests::NOW).await.unwrap().unwrap();
    }
    reports.assemble(bundle).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_put_together_and_its_maps_are_kept() {
    let site = Site::new().await;
    assert_eq!(sent(&site, &bundle(&manifest(), &files()), 100).await, Assembly::Done(2));
    let project = site.known().await.project.id;
    let kept = site.reports.0.db.artifacts_of_build(project, ID.parse().unwrap()).await.unwrap();
    let told: Vec<_> = kept.iter().map(|one| (one.name.as_str(), one.release.as_str(), one.bytes)).collect();
    assert_eq!(told, [("~/app.js.map", "shop@1", 13), ("~/app.js", "shop@1", 0)]);
    let path = site.reports.0.blobs.path(&kept[0].sha256).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), b"{\"version\":3}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_bundle_is_refused_with_its_reason() {
    let site = Site::new().await;
    let zeros = vec![0; 2 << 20];
    let named = serde_json::json!({"files": {"a": {"type": "source_map", "url": "~/a"}}});
    for (bytes, reason) in [
        (b"no archive".to_vec(), "no zip archive"),
        (bundle(&manifest(), &[]), "`files/_/_/app.js.map` is not there"),
        (bundle(&serde_json::json!("text"), &[]), "manifest.json"),
        (bundle(&named, &[("a", &zeros)]), "grows more than 200 times"),
    ] {
        let refused = sent(&site, &bytes, 1 << 20).await;
        assert!(matches!(&refused, Assembly::Refused(why) if why.contains(reason)), "{reason}: {refused:?}");
    }
    let many = UploadedBundle {
        checksum: String::new(),
        chunks: vec![String::new(); 33],
        projects: vec![],
        release: None,
        dist: None,
    };
    assert!(matches!(site.reports.assemble(many).await.unwrap(), Assembly::Refused(_)));
    let wrong = site.reports.keep_chunk(&"0".repeat(40), Bytes::from_static(b"x"), crate::tests::NOW).await.unwrap();
    assert!(wrong.is_err());
}
