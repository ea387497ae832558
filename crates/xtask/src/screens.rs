//! `cargo xtask screens`: draws every page of the gallery in Chromium, French by day and English by night, for
//! `docs/screens`.

use crate::run::{self, phase, say};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

const SHOWN: [(&str, &str); 2] = [("fr", "light"), ("en", "dark")];
/// Parts that are no pages.
const LEFT_OUT: [&str; 1] = ["components"];
const WINDOW: &str = "1280,860";
const PATIENCE: Duration = Duration::from_secs(10);

/// `[PAGE…]`: all of them, or those whose names begin so.
pub(crate) fn screens(wanted: &[String]) -> Result<ExitCode> {
    for tool in ["chromium", "python3", "pngquant"] {
        if run::find_program(tool).is_none() {
            bail!("{tool} is not there: apt-get install chromium python3 pngquant");
        }
    }
    let gallery = run::target().join("gallery");
    let _ = fs::remove_dir_all(&gallery);
    let mut draw = run::cargo(&["test", "--quiet", "-p", "web", "the_gallery_is_hung"]);
    let drawn = phase("gallery", || run::status(draw.env("VIGIE_GALLERY", &gallery)))?;
    ensure!(drawn.success(), "the gallery could not be drawn");
    let site = Site::over(&gallery)?;
    let shots = run::root().join("docs/screens");
    let mut names: Vec<String> = fs::read_dir(&gallery)?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".fr.light.html").map(str::to_owned))
        .filter(|name| !LEFT_OUT.contains(&name.as_str()))
        .filter(|name| wanted.is_empty() || wanted.iter().any(|wanted| name.starts_with(wanted)))
        .collect();
    names.sort();
    ensure!(!names.is_empty(), "no page of that name: {}", wanted.join(", "));
    for (done, name) in names.iter().enumerate() {
        say(&format!("{}/{} {name}", done + 1, names.len()));
        for (language, theme) in SHOWN {
            let page = format!("{}/{name}.{language}.{theme}.html", site.address);
            shoot(&page, &shots.join(format!("{name}-{language}-{theme}.png")))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn shoot(page: &str, file: &Path) -> Result<()> {
    let profile = run::target().join("gallery-profile");
    let mut chromium = Command::new("chromium");
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]);
    chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    chromium.arg(format!("--user-data-dir={}", profile.display()));
    chromium.arg(format!("--window-size={WINDOW}")).arg(format!("--screenshot={}", file.display())).arg(page);
    let shot = run::status(chromium.stdout(Stdio::null()).stderr(Stdio::null()))?;
    ensure!(shot.success() && file.exists(), "chromium drew nothing of {page}");
    let mut quantised = Command::new("pngquant");
    quantised.args(["--force", "--ext", ".png", "--speed", "1"]).arg(file);
    ensure!(run::status(&mut quantised)?.success(), "pngquant failed on {}", file.display());
    Ok(())
}

/// The gallery, served: modules are not loaded from files.
struct Site {
    server: Child,
    address: String,
}

impl Site {
    fn over(folder: &Path) -> Result<Self> {
        let port = run::free_port()?;
        let mut server = Command::new("python3");
        server.args(["-m", "http.server", &port.to_string(), "--bind", "127.0.0.1"]).current_dir(folder);
        let server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("cannot start python3")?;
        let site = Self { server, address: format!("http://127.0.0.1:{port}") };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(start.elapsed() < PATIENCE, "the gallery's server does not answer on port {port}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(site)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
