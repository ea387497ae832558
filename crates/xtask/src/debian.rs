//! What the tests need from Debian's packages: PostgreSQL's server, postfix for `smtp-sink` and `smtp-source`, Chromium
//! and what stands around the pages under test; and what the peers of the benches need.
//!
//! Installing a server on Debian usually starts it and enables it at boot. Here neither may happen: a `policy-rc.d`
//! forbids starts while packages are set up, no PostgreSQL cluster is created, postfix is told to leave itself
//! unconfigured, and units that came with the packages are disabled. The work runs in a process group of its own, so
//! that Ctrl-C cannot leave the `policy-rc.d` behind.

use crate::{
    postgres,
    run::{self, say},
};
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    io::Write,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

/// The hidden subcommand that installs as root.
pub(crate) const INSTALLER: &str = "install-packages";

const POLICY: &str = "/usr/sbin/policy-rc.d";
const NO_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/vigie-no-cluster.conf";

/// One thing the tests need, and what is lost without it.
pub(crate) struct Need {
    pub(crate) what: &'static str,
    pub(crate) package: &'static str,
    pub(crate) without_it: &'static str,
    units: &'static [&'static str],
    present: fn() -> bool,
}

const NEEDS: [Need; 9] = [
    Need {
        what: "PostgreSQL's server (initdb, postgres)",
        package: "postgresql",
        without_it: "every test that runs on both databases runs on SQLite only, and those of workers and migration are skipped",
        units: &["postgresql.service"],
        present: || env::var_os("VIGIE_TEST_POSTGRES").is_some() || postgres::find_binaries().is_some(),
    },
    Need {
        what: "postfix's smtp-sink and smtp-source",
        package: "postfix",
        without_it: "the tests and benches that send to a foreign SMTP server are skipped",
        units: &["postfix.service", "postfix@-.service"],
        present: || run::find_program("smtp-sink").is_some() && run::find_program("smtp-source").is_some(),
    },
    Need {
        what: "Chromium",
        package: "chromium",
        without_it: "the tests of the pages in a browser are skipped",
        units: &[],
        present: || run::find_program("chromium").is_some(),
    },
    Need {
        what: "Chromium's WebDriver",
        package: "chromium-driver",
        without_it: "the tests of the pages in a browser are skipped",
        units: &[],
        present: || run::find_program("chromedriver").is_some(),
    },
    Need {
        what: "nginx",
        package: "nginx-light",
        without_it: "the recipe for nginx is not run",
        units: &["nginx.service"],
        present: || run::find_program("nginx").is_some(),
    },
    Need {
        what: "Python's venv",
        package: "python3-venv",
        without_it: "the recipes for Celery and Django and the clients in Python are not run, and the benches leave Celery out",
        units: &[],
        present: || {
            Command::new("python3")
                .args(["-c", "import ensurepip, venv"])
                .output()
                .is_ok_and(|output| output.status.success())
        },
    },
    Need {
        what: "rsyslog",
        package: "rsyslog",
        without_it: "what rsyslog sends is not taken in a test",
        units: &["rsyslog.service"],
        present: || run::find_program("rsyslogd").is_some(),
    },
    Need {
        what: "rsyslog's module for Elasticsearch",
        package: "rsyslog-elasticsearch",
        without_it: "what rsyslog sends to Elasticsearch is not taken in a test",
        units: &[],
        present: || {
            let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
            folders.chain([PathBuf::from("/usr/lib")]).any(|folder| folder.join("rsyslog/omelasticsearch.so").exists())
        },
    },
    Need {
        what: "npm",
        package: "npm",
        without_it: "the pages' accessibility is not checked (npm fetches axe-core), and the benches leave graphile-worker out",
        units: &[],
        present: || run::find_program("npm").is_some(),
    },
];

/// What the peers of the benches need, on request only.
const BENCH_NEEDS: [Need; 1] = [Need {
    what: "Redis' server",
    package: "redis-server",
    without_it: "the benches leave Celery out",
    units: &["redis-server.service"],
    present: || run::find_program("redis-server").is_some(),
}];

/// Whether packages may be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Install {
    WhereAllowed,
    Never,
}

/// Installs what is missing where that is possible, and returns what is still missing.
pub(crate) fn provide(install: Install) -> Vec<&'static Need> {
    match install {
        Install::WhereAllowed if env::var_os("VIGIE_POSTGRES_BIN").is_none() => provide_all(&NEEDS),
        _ => missing(&NEEDS),
    }
}

/// The same for the peers of the benches, and for the mail server that they send to.
pub(crate) fn provide_for_benches() -> Vec<&'static Need> {
    [provide(Install::WhereAllowed), provide_all(&BENCH_NEEDS)].concat()
}

fn provide_all(needs: &'static [Need]) -> Vec<&'static Need> {
    let missing = missing(needs);
    if missing.is_empty() {
        return missing;
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if let Err(error) = install_somehow(&packages) {
        say(&format!("xtask: cannot install {}: {error:#}", packages.join(", ")));
    }
    self::missing(needs)
}

/// What each missing thing costs, one line each.
pub(crate) fn report(missing: &[&Need]) {
    for need in missing {
        say(&format!(
            "xtask: missing {}; Debian's package: {}. Without it, {}.",
            need.what, need.package, need.without_it
        ));
    }
}

/// Runs as root in a child process: `install-packages PACKAGE…`.
pub(crate) fn install_as_root(packages: &[String]) -> Result<ExitCode> {
    let known = || NEEDS.iter().chain(&BENCH_NEEDS);
    let needs: Vec<&Need> = known().filter(|need| packages.iter().any(|name| name == need.package)).collect();
    if needs.is_empty() || needs.len() != packages.len() {
        let names: Vec<&str> = known().map(|need| need.package).collect();
        bail!("only these packages may be asked for: {}", names.join(", "));
    }
    let units = || needs.iter().flat_map(|need| need.units).copied();
    let there_before: Vec<&str> = units().filter(|unit| unit_exists(unit)).collect();
    let policy = forbid_starts()?;
    let no_cluster = Placed::new(Path::new(NO_CLUSTER), "create_main_cluster = false\n", 0o644)?;
    preseed("postfix postfix/main_mailer_type select No configuration\n");
    let names: Vec<&str> = needs.iter().map(|need| need.package).collect();
    let install = [&["install", "--yes", "--no-install-recommends"], names.as_slice()].concat();
    // The package lists may be absent or stale: only then is it worth fetching them.
    let done = apt_get(&install).or_else(|_| apt_get(&["update"]).and_then(|()| apt_get(&install)));
    drop((no_cluster, policy));
    for unit in units().filter(|unit| !there_before.contains(unit) && unit_exists(unit)) {
        disable(unit);
    }
    done.map(|()| ExitCode::SUCCESS)
}

fn missing(needs: &'static [Need]) -> Vec<&'static Need> {
    needs.iter().filter(|need| !(need.present)()).collect()
}

/// As root directly, else through a `sudo` that asks nothing.
fn install_somehow(packages: &[&str]) -> Result<()> {
    if run::find_program("apt-get").is_none() {
        bail!("this is not Debian (no apt-get)");
    }
    let this = env::current_exe().context("where is this program?")?;
    let mut command = if run::is_root() {
        Command::new(this)
    } else if sudo_asks_nothing() {
        let mut command = Command::new("sudo");
        command.arg("-n").arg(this);
        command
    } else {
        bail!("neither root nor a sudo without password; run: sudo apt-get install {}", packages.join(" "));
    };
    say(&format!("xtask: installing {} from Debian (--no-install to refuse)", packages.join(", ")));
    let status = run::status(command.arg(INSTALLER).args(packages).stdin(Stdio::null()).process_group(0))?;
    if status.success() { Ok(()) } else { bail!("the installation ended with {status}") }
}

fn sudo_asks_nothing() -> bool {
    Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|output| output.status.success())
}

/// Quiet where it succeeds; its whole output is in the error where it does not.
fn apt_get(args: &[&str]) -> Result<()> {
    let output = Command::new("apt-get")
        .args(["-qq", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .context("cannot start apt-get")?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        bail!("apt-get {} failed:\n{}", args.join(" "), String::from_utf8_lossy(&text));
    }
    Ok(())
}

/// Answers a question of a package's set-up beforehand. Failing is no harm: the start is forbidden in any case.
fn preseed(answers: &str) {
    let asked = Command::new("debconf-set-selections").stdin(Stdio::piped()).spawn().and_then(|mut child| {
        child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(answers.as_bytes()))?;
        child.wait()
    });
    if !asked.is_ok_and(|status| status.success()) {
        say("xtask: debconf-set-selections failed; going on");
    }
}

fn unit_exists(unit: &str) -> bool {
    ["/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system"]
        .iter()
        .any(|folder| Path::new(folder).join(unit).exists())
}

fn disable(unit: &str) {
    let done = Command::new("systemctl").args(["--quiet", "disable", unit]).stdin(Stdio::null()).output();
    if !done.is_ok_and(|output| output.status.success()) && run::find_program("systemctl").is_some() {
        say(&format!("xtask: could not disable {unit}; it may start at the next boot"));
    }
}

/// Forbids the start of services while packages are set up, unless the machine's own policy already does.
fn forbid_starts() -> Result<Option<Placed>> {
    // 101 is "action forbidden by policy" (invoke-rc.d's interface).
    let answer = Command::new(POLICY).args(["postgresql", "start"]).stdin(Stdio::null()).output();
    if answer.is_ok_and(|output| output.status.code() == Some(101)) {
        return Ok(None);
    }
    Placed::new(Path::new(POLICY), "#!/bin/sh\nexit 101\n", 0o755).map(Some)
}

/// A file with other content for a while; dropping it puts back what was there, or nothing.
struct Placed {
    path: PathBuf,
    before: Option<(Vec<u8>, fs::Permissions)>,
}

impl Placed {
    fn new(path: &Path, content: &str, mode: u32) -> Result<Self> {
        let before = match fs::read(path) {
            Ok(bytes) => Some((bytes, fs::metadata(path)?.permissions())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let placed = Self { path: path.to_owned(), before };
        fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        Ok(placed)
    }

    fn put_back(&self) -> std::io::Result<()> {
        match &self.before {
            Some((bytes, permissions)) => {
                fs::write(&self.path, bytes)?;
                fs::set_permissions(&self.path, permissions.clone())
            }
            None => fs::remove_file(&self.path),
        }
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if let Err(error) = self.put_back() {
            say(&format!("xtask: put {} back by hand: {error}", self.path.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placed_file_leaves_what_was_there_before() {
        let folder = run::TempDir::new("placed").unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("sub/new"));
        fs::write(&old, "before").unwrap();
        let both = (Placed::new(&old, "during", 0o755).unwrap(), Placed::new(&new, "during", 0o644).unwrap());
        assert_eq!(fs::read(&old).unwrap(), b"during");
        assert_eq!(fs::metadata(&old).unwrap().permissions().mode() & 0o777, 0o755);
        drop(both);
        assert_eq!(fs::read(&old).unwrap(), b"before");
        assert!(!new.exists());
    }

    #[test]
    fn only_known_packages_are_installed() {
        let error = install_as_root(&["postgresql".to_owned(), "nginx".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("only these packages"), "{error}");
    }
}
