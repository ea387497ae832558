//! Uploads of minified files and source maps.

use crate::{bed::*, issues::*};
use std::collections::HashSet;
use store::{ARTIFACT_BYTES_MAX, Artifact, ArtifactKind, Db, UploadChunk};
use uuid::Uuid;

on_both![
    parts_wait_for_the_others,
    files_are_found_by_build_and_by_name,
    a_later_upload_takes_the_place_of_an_earlier_one,
    what_is_too_much_goes_the_oldest_first,
];

/// A map of the build of that number.
pub(crate) fn source_map(project: i64, release: &str, name: &str, build: Option<u128>) -> Artifact {
    Artifact {
        project,
        release: release.into(),
        dist: String::new(),
        name: name.into(),
        kind: ArtifactKind::SourceMap,
        debug_id: build.map(Uuid::from_u128),
        source_map: String::new(),
        sha256: "ab".repeat(32),
        bytes: 10,
        at: NOW,
    }
}

async fn parts_wait_for_the_others(db: Db) {
    let chunk = |n: u8| UploadChunk { sha1: format!("{n:040x}"), sha256: format!("{n:064x}"), bytes: n.into() };
    db.keep_chunk(chunk(1), NOW).await.unwrap();
    db.keep_chunk(chunk(2), NOW).await.unwrap();
    db.keep_chunk(UploadChunk { bytes: 9, ..chunk(2) }, later(1)).await.unwrap();
    let asked: Vec<String> = (1..4).map(|n| chunk(n).sha1).collect();
    let found = db.chunks(&asked).await.unwrap();
    assert_eq!((found.len(), &found[&asked[0]], found[&asked[1]].bytes), (2, &chunk(1), 9));
    assert!(db.chunks(&[]).await.unwrap().is_empty());
    let used = db.uploads_in_use(&[chunk(1).sha256, chunk(3).sha256]).await.unwrap();
    assert_eq!(used, HashSet::from([chunk(1).sha256]));
}

async fn files_are_found_by_build_and_by_name(db: Db) {
    let project = shop(&db).await;
    let script = Artifact {
        kind: ArtifactKind::MinifiedSource,
        source_map: "app.js.map".into(),
        ..source_map(project, "1", "~/app.js", Some(1))
    };
    let map = source_map(project, "1", "~/app.js.map", Some(1));
    let plain = source_map(project, "1", "~/old.js.map", None);
    db.keep_artifacts(project, vec![script.clone(), map.clone(), plain.clone()]).await.unwrap();
    let of_build = db.artifacts_of_build(project, Uuid::from_u128(1)).await.unwrap();
    assert_eq!(of_build, [map, script.clone()]);
    assert!(db.artifacts_of_build(project, Uuid::from_u128(2)).await.unwrap().is_empty());
    let names = ["~/app.js", "~/old.js.map", "~/none.js"].map(str::to_owned);
    assert_eq!(db.artifacts_named(project, &names).await.unwrap(), [plain, script]);
    assert_eq!(db.count_artifacts(project, "1").await.unwrap(), (3, 30));
    assert_eq!(db.count_artifacts(project, "2").await.unwrap(), (0, 0));
    assert!(db.keep_artifacts(99, vec![]).await.is_err());
}

async fn a_later_upload_takes_the_place_of_an_earlier_one(db: Db) {
    let project = shop(&db).await;
    let map = |build, sha: &str| Artifact { sha256: sha.into(), ..source_map(project, "", "~/a.js.map", Some(build)) };
    for upload in [map(1, "old"), map(2, "other build"), map(1, "new")] {
        db.keep_artifacts(project, vec![upload]).await.unwrap();
    }
    let kept: Vec<_> =
        db.artifacts_named(project, &["~/a.js.map".into()]).await.unwrap().into_iter().map(|one| one.sha256).collect();
    assert_eq!(kept, ["new", "other build"]);
    let used = db.uploads_in_use(&["old".into(), "new".into()]).await.unwrap();
    assert_eq!(used, HashSet::from(["new".to_owned()]), "its bytes may go");
}

async fn what_is_too_much_goes_the_oldest_first(db: Db) {
    let project = shop(&db).await;
    let large = |name: &str| Artifact { bytes: ARTIFACT_BYTES_MAX / 2, ..source_map(project, "", name, None) };
    db.keep_artifacts(project, vec![large("a"), large("b")]).await.unwrap();
    db.keep_artifacts(project, vec![source_map(project, "", "c", None)]).await.unwrap();
    let names = ["a", "b", "c"].map(str::to_owned);
    let kept: Vec<_> = db.artifacts_named(project, &names).await.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(kept, ["c", "b"]);
}
