//! Debian's Chromium, driven by its chromedriver on a free port of the loopback, ended with the test.
//!
//! `VIGIE_SCREENS=FOLDER` keeps the screenshots that tests take.

use crate::{PATIENCE, find_program, harness::say};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// A browser with one page. Dropping it ends every process of it.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    _session: Processes,
}

/// What chromedriver started lives on when only that is killed: its profile's path tells which processes those are.
struct Processes {
    chromedriver: Child,
    profile: TempDir,
}

impl Drop for Processes {
    fn drop(&mut self) {
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
        // The folder can be removed once nobody writes into it any more.
        for _ in 0..100 {
            let left = self.left();
            if left.is_empty() {
                break;
            }
            for id in left {
                let _ = Command::new("kill").args(["-KILL", &id.to_string()]).stderr(Stdio::null()).status();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Processes {
    fn left(&self) -> Vec<u32> {
        let profile = self.profile.path().as_os_str().as_bytes();
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().into_string().ok()?.parse::<u32>().ok());
        let is_ours = |id: &u32| {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.windows(profile.len()).any(|part| part == profile)
        };
        ids.filter(is_ours).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The processes end by themselves; asking the driver once more would only wait.
        let _ = self.driver.clone().leak();
    }
}

/// The connection's state, as Chromium is made to believe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Browser {
    /// `None`, and a line that says so, where Chromium or its driver is not installed.
    pub(crate) async fn start() -> Option<Self> {
        Self::speaking("en").await
    }

    /// A browser whose reader prefers that language.
    pub(crate) async fn speaking(language: &str) -> Option<Self> {
        let (Some(chromium), Some(chromedriver)) = (find_program("chromium"), find_program("chromedriver")) else {
            say("skipped: no chromium or no chromedriver; Debian's packages: chromium, chromium-driver");
            return None;
        };
        // One library in many versions of this build is content with the provider that the process names.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(chromedriver);
        command
            .args(["--port=0", "--log-level=WARNING"])
            .env("TMPDIR", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let (chromedriver, port) = started(command.stderr(Stdio::null()));
        let processes = Processes { chromedriver, profile };
        let mut options = DesiredCapabilities::chrome();
        options.set_binary(&chromium.to_string_lossy()).expect("a path");
        let profile = processes.profile.path().join("profile");
        let profile = profile.display();
        let mut arguments = vec![format!("--user-data-dir={profile}"), format!("--lang={language}")];
        let fixed =
            ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"];
        arguments.extend(fixed.map(str::to_owned));
        arguments.extend(["--disable-background-networking", "--disable-sync"].map(str::to_owned));
        // Chromium's sandbox refuses root, which is who runs in a container.
        if fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0) {
            arguments.push("--no-sandbox".to_owned());
        }
        for argument in &arguments {
            options.add_arg(argument).expect("an argument");
        }
        let preferences = json!({"intl.accept_languages": language});
        options.add_experimental_option("prefs", preferences).expect("preferences");
        options.set("goog:loggingPrefs", json!({"browser": "ALL"})).expect("a capability");
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), options).await.expect("chromium starts");
        Some(Self { driver, _session: processes })
    }

    pub(crate) async fn open(&self, url: &str) {
        self.driver.goto(url).await.expect("the page opens");
    }

    pub(crate) async fn reload(&self) {
        self.driver.refresh().await.expect("the page opens again");
    }

    /// What the script `return`s.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let ran = self.driver.execute(script, Vec::new()).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The value of an expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}")).await
    }

    /// The text of an expression, empty when it has none.
    pub(crate) async fn text(&self, expression: &str) -> String {
        match self.value(expression).await {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// Waits until the expression is true; one that cannot be evaluated yet is not.
    pub(crate) async fn until(&self, expression: &str) {
        let script = format!("try {{ return Boolean({expression}) }} catch {{ return false }}");
        let begun = std::time::Instant::now();
        while self.run(&script).await != true {
            if begun.elapsed() > PATIENCE {
                self.screenshot("waited-in-vain").await;
                let (console, seen) = (self.console().await.join("\n"), self.text("document.body.innerText").await);
                let source = self.driver.source().await.unwrap_or_default();
                panic!("waited in vain for {expression}\n{console}\nseen:\n{seen}\n\n{source}");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Presses the Tab key.
    pub(crate) async fn tab(&self) {
        self.driver.action_chain().send_keys("\u{e004}").perform().await.expect("a key is pressed");
    }

    /// What the console was told since it was last asked.
    pub(crate) async fn console(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.unwrap_or_default();
        entries.into_iter().map(|entry| entry.message).collect()
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chrome("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub(crate) async fn theme(&self, theme: Theme) {
        let value = if theme == Theme::Dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.chrome("Emulation.setEmulatedMedia", features).await;
    }

    pub(crate) async fn network(&self, network: Network) {
        let conditions =
            json!({"offline": network == Network::Off, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.chrome("Network.enable", json!({})).await;
        self.chrome("Network.emulateNetworkConditions", conditions).await;
    }

    /// Kept as `NAME.png` in the folder that `VIGIE_SCREENS` names; nothing without it.
    pub(crate) async fn screenshot(&self, name: &str) {
        let Some(folder) = env::var_os("VIGIE_SCREENS").map(PathBuf::from) else { return };
        fs::create_dir_all(&folder).expect("a folder for the screens");
        let file = folder.join(format!("{name}.png"));
        self.driver.screenshot(&file).await.expect("a screenshot");
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) async fn chrome(&self, method: &str, parameters: Value) -> Value {
        let done = self.driver.cdp().send_raw(method, parameters).await;
        done.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}

/// A chromedriver that listens, and where. It looks for a port that is free for IPv4 and ends where another program has the same
/// one for IPv6: then another attempt finds another port.
fn started(command: &mut Command) -> (Child, u16) {
    const ATTEMPTS: usize = 10;
    for _ in 0..ATTEMPTS {
        let mut chromedriver = command.spawn().expect("chromedriver starts");
        if let Some(port) = port_of(&mut chromedriver) {
            return (chromedriver, port);
        }
        let _ = chromedriver.kill();
        let _ = chromedriver.wait();
    }
    panic!("chromedriver found no port in {ATTEMPTS} attempts");
}

/// `None` where it ended before it listened.
fn port_of(chromedriver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(chromedriver.stdout.take().expect("it is piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // What else it says must find a reader.
    std::thread::spawn(move || lines.for_each(drop));
    port
}
