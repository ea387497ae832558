//! The rules that hold the house together: which crate may know which, where SQL may stand, how long a file may grow.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What each crate may know of the house. Growing the house means a line here and a paragraph in ARCHITECTURE.md.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("alerts", &["model"]),
    ("crashpoint", &[]),
    ("store", &["model", "crashpoint"]),
    ("blobs", &["model", "store"]),
    ("telemetry", &["model", "crashpoint"]),
    ("backup", &["crashpoint", "model", "store", "telemetry"]),
    ("language", &[]),
    ("schedules", &["model", "language"]),
    ("checks", &["model", "schedules"]),
    ("scrub", &[]),
    ("logfiles", &["model", "scrub"]),
    ("sources", &["model", "scrub"]),
    ("errors", &["model", "scrub"]),
    ("bulletin", &["language", "model"]),
    ("diagnosis", &["model", "language", "scrub", "sources"]),
    ("logs", &["model", "telemetry", "scrub", "sources"]),
    ("reports", &["errors", "model", "store", "blobs", "telemetry", "logs"]),
    ("vault", &["model"]),
    ("outbound", &[]),
    ("jobs", &["model", "crashpoint", "schedules", "store"]),
    ("checking", &["checks", "jobs", "model", "outbound", "store"]),
    ("tasks", &["model", "store", "outbound", "jobs"]),
    ("celery", &["model", "scrub", "store"]),
    ("dhis2", &["language", "model", "schedules", "store", "vault", "outbound", "jobs"]),
    ("api", &["model"]),
    ("mail", &["api", "language", "model", "crashpoint", "store", "vault", "outbound", "jobs"]),
    ("submission", &["blobs", "mail", "model", "store", "vault"]),
    (
        "alerting",
        &[
            "alerts", "blobs", "checks", "jobs", "language", "logs", "mail", "model", "outbound", "reports", "store",
            "vault",
        ],
    ),
    (
        "web",
        &[
            "api",
            "alerts",
            "alerting",
            "celery",
            "checks",
            "checking",
            "dhis2",
            "diagnosis",
            "errors",
            "language",
            "model",
            "store",
            "blobs",
            "telemetry",
            "scrub",
            "logs",
            "reports",
            "schedules",
            "vault",
            "jobs",
            "tasks",
            "mail",
        ],
    ),
    (
        "testkit",
        &[
            "model",
            "store",
            "telemetry",
            "scrub",
            "logfiles",
            "sources",
            "logs",
            "vault",
            "jobs",
            "tasks",
            "mail",
            "web",
        ],
    ),
    (
        "vigie",
        &[
            "api",
            "alerts",
            "alerting",
            "backup",
            "blobs",
            "celery",
            "checking",
            "bulletin",
            "dhis2",
            "diagnosis",
            "language",
            "reports",
            "model",
            "store",
            "telemetry",
            "scrub",
            "logfiles",
            "sources",
            "logs",
            "vault",
            "jobs",
            "tasks",
            "submission",
            "mail",
            "web",
        ],
    ),
    ("it", &[]),
    ("xtask", &[]),
];

/// What only tests may know besides: a dev-dependency.
const TESTS_MAY_KNOW: &[&str] = &["testkit"];

/// The binary whose tests drive everything.
const END_TO_END: &str = "it";

/// Crates that each do one thing for people; they meet in `web` and `vigie`, never in each other.
const FEATURES: &[&str] =
    &["mail", "tasks", "dhis2", "errors", "alerts", "checks", "backup", "bulletin", "diagnosis", "celery"];

/// Names under which anything can hide.
const DRAWERS: &[&str] = &["util", "utils", "common", "helpers", "misc", "shared", "core"];

const LINES_MAX: usize = 700;

const SEE: &str = "see ARCHITECTURE.md, and crates/it/tests/house.rs where the rule is kept";

#[test]
fn arrows_go_one_way() {
    let broken: Vec<String> = packages().iter().flat_map(broken_edges).collect();
    assert!(broken.is_empty(), "{}\n{SEE}", broken.join("\n"));
}

#[test]
fn a_wrong_arrow_is_named() {
    let package = |name: &str, target: &str, kind| Package {
        name: name.to_owned(),
        house_edges: BTreeSet::from([(target.to_owned(), kind)]),
        outside: BTreeSet::new(),
    };
    for allowed in [("store", "model", Kind::Normal), ("store", "testkit", Kind::Dev), ("it", "vigie", Kind::Dev)] {
        assert_eq!(broken_edges(&package(allowed.0, allowed.1, allowed.2)), Vec::<String>::new());
    }
    let forbidden = [
        ("model", "store", Kind::Normal),
        ("mail", "testkit", Kind::Normal),
        ("mail", "testkit", Kind::Build),
        ("jobs", "mail", Kind::Dev),
        ("it", "web", Kind::Normal),
    ];
    for (name, target, kind) in forbidden {
        let broken = broken_edges(&package(name, target, kind));
        assert!(broken.len() == 1 && broken[0].contains(name) && broken[0].contains(target), "{broken:?}");
    }
    assert_eq!(broken_edges(&package("newcomer", "model", Kind::Normal)).len(), 1);
}

#[test]
fn the_rules_themselves_keep_features_apart() {
    for (name, allowed) in MAY_KNOW.iter().filter(|(name, _)| FEATURES.contains(name)) {
        let others: Vec<_> = allowed.iter().filter(|other| FEATURES.contains(other)).collect();
        assert!(
            others.is_empty(),
            "feature crate `{name}` is allowed to know {others:?}: let them meet in `web` or `vigie`; {SEE}"
        );
    }
    for (name, allowed) in MAY_KNOW {
        let position = |crate_name: &str| MAY_KNOW.iter().position(|(other, _)| *other == crate_name);
        for other in *allowed {
            assert!(
                position(other) < position(name),
                "MAY_KNOW lets `{name}` know `{other}`, which stands below it; {SEE}"
            );
        }
    }
}

#[test]
fn only_the_store_speaks_sql_to_a_database() {
    for package in packages() {
        let knows_sqlx = package.outside.iter().any(|name| name == "sqlx" || name.starts_with("sqlx-"));
        assert!(
            !knows_sqlx || package.name == "store",
            "crate `{}` depends on sqlx; only `store` may: give `store` a method instead; {SEE}",
            package.name
        );
    }
    let mut found = Vec::new();
    for (path, text) in sources().filter(|(path, _)| !path.starts_with("crates/store") && !is_test(path)) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| holds_sql(line)) {
            found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
        }
    }
    assert!(found.is_empty(), "SQL outside `store`:\n{}\nmove it into a method of `store`; {SEE}", found.join("\n"));
}

#[test]
fn sql_is_recognised_where_it_stands() {
    for line in
        [r#"query("SELECT 1")"#, r##"r#"INSERT INTO jobs"##, r#"  "UPDATE jobs SET state""#, r#""DELETE FROM x""#]
    {
        assert!(holds_sql(line), "{line}");
    }
    for line in ["/// SELECT one", r#""Select a job""#, r#"say("UPDATED")"#, r#""WITHOUT""#] {
        assert!(!holds_sql(line), "{line}");
    }
}

/// A search is read and resolved by `logs::search`, once per request: pages, programs and rules then mean the same by it.
#[test]
fn only_the_log_store_resolves_searches() {
    let mut found = Vec::new();
    let outside = |path: &Path| !path.starts_with("crates/telemetry") && !path.starts_with("crates/logs");
    for (path, text) in sources().filter(|(path, _)| outside(path) && !is_test(path) && !path.starts_with("crates/it"))
    {
        for (number, line) in text.lines().enumerate() {
            if line.contains("Question::new(") {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "resolve it with `logs::search::Search::resolve`:\n{}\n{SEE}", found.join("\n"));
}

/// What a manifest names, the code speaks of; or it is here, with why it is named all the same.
const NAMED_THOUGH_UNUSED: &[(&str, &str)] = &[
    // It chooses which cryptography everybody's TLS has.
    ("vigie", "rustls"),
];

#[test]
fn dependencies_are_used() {
    let mut unused = Vec::new();
    for package in packages() {
        let folder = Path::new("crates").join(&package.name);
        let code: String = sources().filter(|(path, _)| path.starts_with(&folder)).map(|(_, text)| text).collect();
        let names = package.outside.iter().chain(package.house_edges.iter().map(|(name, _)| name));
        for name in names.filter(|name| !speaks_of(&code, &name.replace('-', "_"))) {
            if !NAMED_THOUGH_UNUSED.contains(&(package.name.as_str(), name.as_str())) {
                unused.push(format!("crate `{}` depends on `{name}`, and does not use it", package.name));
            }
        }
    }
    assert!(unused.is_empty(), "{}\ntake it out of the manifest; {SEE}", unused.join("\n"));
}

/// Whether a line of code, no comment, has that name as a word.
fn speaks_of(code: &str, name: &str) -> bool {
    let is_within = |c: char| c.is_alphanumeric() || c == '_';
    code.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(name)
            .any(|(at, _)| !line[..at].ends_with(is_within) && !line[at + name.len()..].starts_with(is_within))
    })
}

#[test]
fn a_dependency_is_used_where_its_name_stands_in_code() {
    assert!(speaks_of("use tokio::sync::mpsc;", "tokio") && speaks_of("    serde_json::json!({})", "serde_json"));
    for code in ["// tokio", "tokio_util::io", "let mytokio = 1;", ""] {
        assert!(!speaks_of(code, "tokio"), "{code}");
    }
}

#[test]
fn no_crate_is_a_drawer_for_anything() {
    for package in packages() {
        assert!(
            !DRAWERS.contains(&package.name.as_str()),
            "crate `{}` is named for nothing in particular: name it for its one idea; {SEE}",
            package.name
        );
    }
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = sources()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "over {LINES_MAX} lines, so it holds more than one idea:\n{}\n{SEE}", long.join("\n"));
}

/// Skipped while there is no README.
#[test]
fn every_page_the_readme_links_to_exists() {
    for readme in ["README.md", "README.fr.md"] {
        let Ok(text) = fs::read_to_string(root().join(readme)) else {
            eprintln!("skipped: no {readme}");
            continue;
        };
        let lost: Vec<_> = local_links(&text).into_iter().filter(|link| !root().join(link).exists()).collect();
        assert!(lost.is_empty(), "{readme} links to what does not exist: {lost:?}");
    }
}

#[test]
fn what_the_guide_to_adding_changes_is_there() {
    let read = |path: &str| fs::read_to_string(root().join(path)).ok();
    let guide = read("docs/adding.md").expect("a guide to adding");
    assert!(guide.matches("\n--- a/").count() >= 8, "its differences are not found");
    let lost = lost_lines(&guide, read);
    assert!(lost.is_empty(), "docs/adding.md changes what is no longer there:\n{}", lost.join("\n"));
}

#[test]
fn a_line_that_a_difference_needs_is_missed() {
    let guide =
        "--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n mod a;\n-mod b;\n+mod c;\n--- a/gone.rs\n mod d;\n```\n mod e;\n";
    let read = |path: &str| (path == "x.rs").then(|| "mod a;\n".to_owned());
    assert_eq!(lost_lines(guide, read), ["x.rs: mod b;", "gone.rs"]);
}

/// What the differences in `guide` stand on and is not there: lines that stay or go, and whole files. `read` gives the text of a
/// file of the repository.
fn lost_lines(guide: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut lost = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in guide.lines() {
        if let Some(path) = line.strip_prefix("--- a/") {
            open = read(path).map(|text| (path, text));
            lost.extend(open.is_none().then(|| path.to_owned()));
        } else if line == "--- /dev/null" || line == "```" {
            open = None;
        } else if let (Some((path, text)), Some(needed)) = (&open, line.strip_prefix([' ', '-']))
            && !text.lines().any(|there| there == needed)
        {
            lost.push(format!("{path}: {needed}"));
        }
    }
    lost
}

#[test]
fn links_are_read_as_markdown_writes_them() {
    let text = "[a](docs/a.md#top) ![b](b.png \"title\") [c](https://x.fr/c) [d](#here) [e](mailto:x@y.fr)\n\n[f]: LICENSE-MIT\n";
    assert_eq!(local_links(text), ["docs/a.md", "b.png", "LICENSE-MIT"]);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Normal,
    Dev,
    Build,
}

struct Package {
    name: String,
    house_edges: BTreeSet<(String, Kind)>,
    outside: BTreeSet<String>,
}

/// The crates of the workspace with what their manifests name, features and targets all included.
fn packages() -> Vec<Package> {
    // No dependency resolution: manifests alone, hence fast and without network.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let found = metadata["packages"].as_array().expect("packages is a list");
    assert!(found.len() >= 5, "cargo metadata found only {} crates", found.len());
    found.iter().map(package).collect()
}

fn package(value: &Value) -> Package {
    let mut package = Package {
        name: value["name"].as_str().expect("a package has a name").to_owned(),
        house_edges: BTreeSet::new(),
        outside: BTreeSet::new(),
    };
    for dependency in value["dependencies"].as_array().expect("dependencies is a list") {
        let name = dependency["name"].as_str().expect("a dependency has a name").to_owned();
        let kind = match dependency["kind"].as_str() {
            Some("dev") => Kind::Dev,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        };
        if dependency["path"].is_string() {
            package.house_edges.insert((name, kind));
        } else {
            package.outside.insert(name);
        }
    }
    package
}

/// What is wrong with a crate's arrows, in words.
fn broken_edges(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, allowed)) = MAY_KNOW.iter().find(|(known, _)| *known == name) else {
        return vec![format!("crate `{name}` has no line in MAY_KNOW: say there what it may know")];
    };
    let mut broken = Vec::new();
    for (target, kind) in &package.house_edges {
        let target = target.as_str();
        let for_tests = *kind == Kind::Dev && (name == END_TO_END || TESTS_MAY_KNOW.contains(&target));
        if !allowed.contains(&target) && !for_tests {
            let who = if *kind == Kind::Dev { "its tests depend" } else { "it depends" };
            broken.push(format!("crate `{name}` must not know `{target}`, but {who} on it; it may know {allowed:?}"));
        }
    }
    broken
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/it stands two folders below the root").to_owned()
}

/// Every `.rs` below `crates/`, by its path from the root.
fn sources() -> impl Iterator<Item = (PathBuf, String)> {
    let root = root();
    let mut files = BTreeMap::new();
    let mut folders = vec![root.join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder is readable").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                files.insert(path.strip_prefix(&root).expect("it is below the root").to_owned(), text);
            }
        }
    }
    assert!(files.len() >= 10, "only {} sources found", files.len());
    files.into_iter()
}

/// Tests look into databases to check what the product left there.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
        || path.starts_with("crates/testkit")
        || path.file_name().is_some_and(|name| name == "tests.rs")
}

/// Whether a string literal in this line begins as a statement does, in capitals as SQL is written here.
fn holds_sql(line: &str) -> bool {
    const STATEMENTS: [&str; 7] =
        ["SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA "];
    let code = line.trim_start();
    if code.starts_with("//") {
        return false;
    }
    code.match_indices('"').any(|(at, _)| STATEMENTS.iter().any(|start| code[at + 1..].trim_start().starts_with(start)))
}

/// Targets of inline links, images and reference definitions that lie in this repository, without their anchors.
fn local_links(markdown: &str) -> Vec<String> {
    let inline =
        markdown.match_indices("](").map(|(at, _)| &markdown[at + 2..]).filter_map(|rest| rest.split(')').next());
    let references = markdown.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
    inline
        .chain(references.map(|(_, target)| target))
        .filter_map(|target| target.split_whitespace().next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.is_empty())
        .map(str::to_owned)
        .collect()
}
