//! Sentry's SDKs, unmodified: each is set up by the lines of `docs/errors.md` with the DSN of a project, in a small shop that goes
//! wrong. What they report is found again where people and programs look.

mod back_off;
mod node;
mod python;
mod rust;

use crate::{
    Ended, Vigie, free_port,
    guide::{EXAMPLE_DSN, GUIDE, block},
    harness::{PATIENCE, http, wait_for},
    program, run, target,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long one waits before asking again.
const PAUSE: Duration = Duration::from_millis(100);

/// The French guide has the same blocks of code: what is run here is what it says, too.
#[test]
fn both_guides_have_the_same_code() {
    let french = include_str!("../../../../../docs/erreurs.fr.md");
    let blocks = |guide: &'static str| guide.split("```").skip(1).step_by(2).collect::<Vec<_>>();
    assert_eq!(blocks(GUIDE), blocks(french));
    assert!(blocks(GUIDE).len() > 15);
}

/// A Vigie with one project, and a folder for the program that reports to it.
struct Shop {
    vigie: Vigie,
    folder: TempDir,
    dsn: String,
    /// An API token that reads.
    reader: String,
}

impl Shop {
    fn open() -> Self {
        let vigie = Vigie::start();
        let create = ["project", "create", "Shop", "--url"];
        let dsn = run(program(vigie.folder.path()).args(create).arg(vigie.origin())).trim().to_owned();
        let token = ["token", "create", "reader", "--scope", "read"];
        let reader = run(program(vigie.folder.path()).args(token)).trim().to_owned();
        Self { vigie, folder: tempfile::tempdir().expect("a temporary folder"), dsn, reader }
    }

    /// Lines of the guide as a file, with this shop's DSN.
    fn guided(&self, file: &str, after: &str, language: &str) {
        self.write(file, block(after, language));
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is writable");
        fs::write(path, text.replace(EXAMPLE_DSN, &self.dsn)).expect("the folder is writable");
    }

    /// Starts a server of the program's on a port of its own, which is its last argument.
    fn serve(&self, command: &mut Command) -> (Ended, String) {
        let port = free_port();
        let said = File::create(self.folder.path().join("said")).expect("the folder is writable");
        command.arg(port.to_string()).current_dir(self.folder.path());
        command.stdout(said.try_clone().expect("a second handle")).stderr(said);
        let mut serving = Ended::start(command);
        let address = format!("127.0.0.1:{port}");
        wait_for("the shop", PATIENCE, || {
            thread::sleep(PAUSE);
            let ended = serving.0.try_wait().expect("it can be waited for");
            assert!(ended.is_none(), "{}", self.said());
            http::send(&address, "GET /ready", b"").ok()
        });
        (serving, address)
    }

    /// What the program's server has printed.
    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("said")).unwrap_or_default()
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.vigie.http)
    }

    fn get(&self, path: &str) -> Value {
        let answer = http::get(&self.address(), path, &self.reader);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// The page at that path, as text of HTML.
    fn page(&self, path: &str) -> String {
        let answer = http::get(&self.address(), path, &self.reader);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    fn issues(&self) -> Vec<Value> {
        self.get("/api/v1/issues?project=shop")["rows"].as_array().expect("rows").clone()
    }

    /// Waits until the issue of that title has so many events.
    fn issue(&self, title: &str, events: u64) -> Issue<'_> {
        let begun = Instant::now();
        loop {
            let all = self.issues();
            if let Some(told) = all.iter().find(|issue| issue["title"] == title && issue["events"] == events) {
                return Issue { shop: self, told: told.clone() };
            }
            assert!(begun.elapsed() < PATIENCE, "{title} ×{events} is none of {:?}\n{}", titles(&all), self.said());
            thread::sleep(PAUSE);
        }
    }

    /// Waits until there is an issue with so many events; its title.
    fn title_of(&self, events: u64) -> String {
        wait_for("an issue", PATIENCE, || {
            thread::sleep(PAUSE);
            let found = self.issues().into_iter().find(|issue| issue["events"] == events)?;
            found["title"].as_str().map(str::to_owned)
        })
    }

    /// Waits until the endpoint of that name has so many transactions.
    fn endpoint(&self, name: &str, count: u64) -> Value {
        wait_for(name, PATIENCE, || {
            thread::sleep(PAUSE);
            let told = self.get("/api/v1/performance/endpoints?project=shop");
            let rows = told["rows"].as_array().expect("rows").clone();
            rows.into_iter().find(|row| row["name"] == name && row["count"] == count)
        })
    }
}

/// For a test that fails.
fn titles(issues: &[Value]) -> Vec<String> {
    issues.iter().map(|issue| format!("{} ×{}", issue["title"], issue["events"])).collect()
}

/// An issue as the API tells it.
struct Issue<'a> {
    shop: &'a Shop,
    told: Value,
}

impl Issue<'_> {
    /// Some of its fields, in that order.
    fn fields<const N: usize>(&self, names: [&str; N]) -> [Value; N] {
        names.map(|name| self.told[name].clone())
    }

    fn path(&self) -> String {
        format!("/issues/{}", self.told["short_id"].as_str().expect("a name"))
    }

    /// Its newest event, as it is kept.
    fn event(&self) -> Value {
        self.shop.get(&format!("/api/v1{}/events/latest", self.path()))
    }

    /// Values of a tag, each with its number of events.
    fn tag(&self, key: &str) -> Vec<(String, u64)> {
        let told = self.shop.get(&format!("/api/v1{}", self.path()));
        let tags = told["tags"].as_array().expect("tags").clone();
        let values = tags.iter().find(|tag| tag["key"] == key).map(|tag| tag["values"].clone()).unwrap_or_default();
        let pair = |value: &Value| Some((value["value"].as_str()?.to_owned(), value["events"].as_u64()?));
        values.as_array().map(|values| values.iter().filter_map(pair).collect()).unwrap_or_default()
    }

    /// Its page shows all of this and none of that.
    fn page_shows(&self, shown: &[&str], hidden: &[&str]) {
        let page = self.shop.page(&self.path());
        for text in shown {
            assert!(page.contains(text), "{} does not show {text}", self.path());
        }
        for text in hidden {
            assert!(!page.contains(text), "{} shows {text}", self.path());
        }
    }
}

/// The messages of an event's breadcrumbs.
fn breadcrumbs(event: &Value) -> Vec<String> {
    let crumbs = event["breadcrumbs"].as_array().cloned().unwrap_or_default();
    crumbs.iter().filter_map(|crumb| Some(crumb["message"].as_str()?.to_owned())).collect()
}

/// The last frame of an event's exception: function and line of code.
fn last_frame(event: &Value) -> (String, String) {
    let exceptions = event["exception"].as_array().cloned().unwrap_or_default();
    let frames = exceptions.last().map(|exception| exception["stacktrace"]["frames"].clone()).unwrap_or_default();
    let frame = frames.as_array().and_then(|frames| frames.last()).cloned().unwrap_or_default();
    let text = |key: &str| frame[key].as_str().unwrap_or_default().trim().to_owned();
    (text("function"), text("context_line"))
}

/// What `cargo xtask test` has put into `target/recipes`.
fn provided(path: &str) -> Option<PathBuf> {
    let found = target().join("recipes").join(path);
    if found.exists() {
        return Some(found);
    }
    crate::harness::say(&format!("skipped: no {}; `cargo xtask test` puts it there", found.display()));
    None
}

/// A file of `apps`, copied beside what the guide has the program hold.
fn app(shop: &Shop, name: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shippers/sentry/apps").join(name);
    let to = shop.folder.path().join(name);
    fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    to
}

/// As it is deployed: with a release, and no DSN but the program's own.
fn deployed(command: &mut Command) -> &mut Command {
    command.env_remove("SENTRY_DSN").env_remove("SENTRY_ENVIRONMENT").env("SENTRY_RELEASE", "shop@1.4.2");
    command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null())
}
