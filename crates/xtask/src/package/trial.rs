//! A package in a bare Debian, which is made of Debian's own packages and thrown away: installed, upgraded with data, removed,
//! purged with either answer.

use super::{Made, deb};
use crate::run::{self, say};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What the package needs, and nothing that starts anything.
const PACKAGES: &str = "adduser,debconf,init-system-helpers,ca-certificates,tzdata";

pub(super) fn install_upgrade_remove(made: &Made, deb: &Path) -> Result<()> {
    if !run::is_root() || run::find_program("mmdebstrap").is_none() {
        bail!("--try makes a bare Debian: as root, with mmdebstrap (Debian's package of that name)");
    }
    let work = run::TempDir::new("trial")?;
    let root = Root(work.path().join("root"));
    run::phase("a bare Debian", || root.make())?;
    let new = format!("{}+1", made.version);
    let newer = run::phase("the next version", || deb::build_as(made, &new, work.path()))?;
    run::phase("installed", || installed(&root, deb))?;
    run::phase("upgraded with data", || upgraded(&root, &newer, &new))?;
    run::phase("removed", || removed(&root))?;
    run::phase("purged, data kept", || purged(&root, false))?;
    run::phase("installed again, purged with the data", || {
        root.install(&newer)?;
        ensure!(root.file("var/lib/vigie/vigie.db").exists(), "what was kept is there for the next installation");
        purged(&root, true)
    })?;
    fs::remove_file(newer)?;
    Ok(())
}

fn installed(root: &Root, deb: &Path) -> Result<()> {
    root.install(deb)?;
    let data = fs::metadata(root.file("var/lib/vigie"))?;
    ensure!(data.mode() & 0o777 == 0o700 && data.uid() != 0, "the data is the user's alone");
    let settings = fs::metadata(root.file(deb::SETTINGS))?;
    ensure!(settings.mode() & 0o777 == 0o640 && settings.uid() == 0 && settings.gid() == data.gid(), "root:vigie 0640");
    let checked = root.run(&["vigie", "config", "check", "--config", "/etc/vigie/vigie.toml"])?;
    ensure!(checked.contains("/var/lib/vigie"), "{checked}");
    ensure!(root.file("usr/share/man/man1/vigie.1.gz").exists(), "the manual page");
    // What was done here is to be there after the upgrade.
    root.as_vigie(&["token", "create", "essai", "--scope", "read"])?;
    Ok(())
}

fn upgraded(root: &Root, newer: &Path, version: &str) -> Result<()> {
    let settings = root.file(deb::SETTINGS);
    let changed = fs::read_to_string(&settings)?.replace("#jobs-max = 16", "jobs-max = 7");
    fs::write(&settings, &changed)?;
    root.install(newer)?;
    let said = root.run(&["dpkg-query", "--show", "--showformat=${Version}", "vigie"])?;
    ensure!(said == version, "{said}");
    ensure!(fs::read_to_string(&settings)? == changed, "changed settings stay");
    let tokens = root.as_vigie(&["token", "list"])?;
    ensure!(tokens.contains("essai"), "{tokens}");
    ensure!(fs::metadata(&settings)?.mode() & 0o777 == 0o640, "the mode stays");
    Ok(())
}

fn removed(root: &Root) -> Result<()> {
    root.run(&["dpkg", "--remove", "vigie"])?;
    ensure!(!root.file("usr/bin/vigie").exists(), "the program has gone");
    ensure!(
        root.file(deb::SETTINGS).exists() && root.file("var/lib/vigie/vigie.db").exists(),
        "settings and data stay"
    );
    Ok(())
}

fn purged(root: &Root, with_data: bool) -> Result<()> {
    root.run(&["sh", "-c", &format!("echo vigie vigie/delete-data boolean {with_data} | debconf-set-selections")])?;
    root.run(&["dpkg", "--purge", "vigie"])?;
    ensure!(!root.file(deb::SETTINGS).exists(), "the settings have gone");
    ensure!(root.file("var/lib/vigie").exists() != with_data, "the data: {with_data}");
    ensure!(root.run(&["getent", "passwd", "vigie"]).is_ok() != with_data, "the user goes with the data");
    Ok(())
}

/// A folder with a Debian in it.
struct Root(PathBuf);

impl Root {
    fn make(&self) -> Result<()> {
        let mut debian = Command::new("mmdebstrap");
        debian.args(["--quiet", "--variant=essential", "--mode=root"]).arg(format!("--include={PACKAGES}"));
        super::finish("mmdebstrap", debian.arg(codename()?).arg(&self.0))
    }

    fn file(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    fn install(&self, deb: &Path) -> Result<()> {
        fs::copy(deb, self.file("tmp/vigie.deb"))?;
        self.run(&["dpkg", "--install", "/tmp/vigie.deb"]).map(drop)
    }

    fn as_vigie(&self, args: &[&str]) -> Result<String> {
        let vigie = [
            "setpriv",
            "--reuid=vigie",
            "--regid=vigie",
            "--clear-groups",
            "vigie",
            "--config",
            "/etc/vigie/vigie.toml",
        ];
        self.run(&[&vigie, args].concat())
    }

    fn run(&self, command: &[&str]) -> Result<String> {
        let mut chroot = Command::new("chroot");
        chroot.arg(&self.0).args(command).current_dir("/").stdin(Stdio::null()).env_clear();
        chroot
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("LC_ALL", "C.UTF-8");
        let output = chroot.output().context("chroot")?;
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            bail!("{}: {}\n{said}{complained}", command.join(" "), output.status);
        }
        if !complained.trim().is_empty() {
            say(complained.trim());
        }
        Ok(said.into_owned())
    }
}

/// That of this machine, on which the program was built.
fn codename() -> Result<String> {
    let text = fs::read_to_string("/etc/os-release")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    line.map(|name| name.trim_matches('"').to_owned()).context("/etc/os-release names no VERSION_CODENAME")
}
