//! A package for Debian and Ubuntu, by `dpkg-deb`.

use super::{Made, finish};
use crate::run;
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub(super) const SETTINGS: &str = "etc/vigie/vigie.toml";

pub(super) fn build(made: &Made, work: &Path) -> Result<PathBuf> {
    build_as(made, &made.version, work)
}

/// Under another version than the program's own, for trials.
pub(super) fn build_as(made: &Made, version: &str, work: &Path) -> Result<PathBuf> {
    if run::find_program("dpkg-deb").is_none() {
        bail!("no dpkg-deb; Debian's package: dpkg");
    }
    let tree = Tree(work.join(format!("deb-{version}")));
    let root = run::root();
    let packaging = |file: &str| {
        let path = root.join("packaging").join(file);
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    tree.copy(&made.binary, "usr/bin/vigie", 0o755)?;
    tree.write("usr/lib/systemd/system/vigie.service", service(&packaging("vigie.service")?)?, 0o644)?;
    tree.write(SETTINGS, settings(&packaging("vigie.example.toml")?)?, 0o640)?;
    for file in ["README.md", "README.fr.md", "CHANGELOG.md"] {
        tree.copy(&root.join(file), &format!("usr/share/doc/vigie/{file}"), 0o644)?;
    }
    tree.write("usr/share/doc/vigie/copyright", copyright(&root)?, 0o644)?;
    // Vigie rotates its own files: this is for who sends its output into one.
    tree.write("usr/share/doc/vigie/examples/vigie.logrotate", packaging("vigie.logrotate")?, 0o644)?;
    pages(&made.binary, &tree)?;
    tree.write("DEBIAN/control", control(made, version, tree.kibibytes()?), 0o644)?;
    tree.write("DEBIAN/conffiles", format!("/{SETTINGS}\n"), 0o644)?;
    tree.write("DEBIAN/templates", packaging("debian/templates")?, 0o644)?;
    for script in ["config", "postinst", "prerm", "postrm"] {
        tree.write(&format!("DEBIAN/{script}"), packaging(&format!("debian/{script}"))?, 0o755)?;
    }
    let file = made.out.join(format!("vigie_{version}_{}.deb", made.architecture));
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.args(["--root-owner-group", "-Zxz", "-z1", "--build"]).arg(&tree.0).arg(&file);
    finish("dpkg-deb", &mut dpkg)?;
    Ok(file)
}

/// The files as they are installed.
struct Tree(PathBuf);

impl Tree {
    fn at(&self, path: &str, mode: u32, put: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
        let place = self.0.join(path);
        let parents = place.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.0));
        fs::create_dir_all(place.parent().unwrap_or(&self.0))?;
        for folder in parents {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        }
        put(&place).with_context(|| path.to_owned())?;
        Ok(fs::set_permissions(&place, fs::Permissions::from_mode(mode))?)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>, mode: u32) -> Result<()> {
        self.at(path, mode, |place| fs::write(place, text))
    }

    fn copy(&self, from: &Path, path: &str, mode: u32) -> Result<()> {
        self.at(path, mode, |place| fs::copy(from, place).map(drop))
    }

    fn kibibytes(&self) -> Result<u64> {
        let output = Command::new("du").args(["-sk"]).arg(&self.0).stdin(Stdio::null()).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace().next().and_then(|size| size.parse().ok()).context("du")
    }
}

/// Replaces what must be there.
fn instead(text: &str, from: &str, to: &str) -> Result<String> {
    match text.matches(from).count() {
        1 => Ok(text.replace(from, to)),
        count => bail!("`{from}` is there {count} times, not once"),
    }
}

/// The unit, for a user that stays: who administers may look at the data with `sudo -u vigie`.
fn service(unit: &str) -> Result<String> {
    let unit = unit.split_once("[Unit]").map_or(unit, |(_, unit)| unit);
    let unit = format!("[Unit]{unit}");
    let unit = instead(
        &unit,
        "/usr/local/bin/vigie serve --data /var/lib/vigie",
        "/usr/bin/vigie serve --config /etc/vigie/vigie.toml",
    )?;
    let unit = instead(&unit, "DynamicUser=yes\n", "User=vigie\nGroup=vigie\n")?;
    instead(
        &unit,
        "# An account that exists only while this runs; its data stays in /var/lib/vigie (systemd keeps it under private/).\n",
        "# The data stays in /var/lib/vigie.\n",
    )
}

fn settings(example: &str) -> Result<String> {
    instead(example, "#data = \"vigie-data\"", "data = \"/var/lib/vigie\"")
}

fn copyright(root: &Path) -> Result<String> {
    let mit = fs::read_to_string(root.join("LICENSE-MIT"))?;
    Ok(format!(
        "Vigie may be used under the MIT licence or under the Apache licence 2.0 (/usr/share/common-licenses/Apache-2.0).\n\n{mit}"
    ))
}

/// Manual pages and completions, which the program writes itself.
fn pages(binary: &Path, tree: &Tree) -> Result<()> {
    let man = tree.0.join("usr/share/man/man1");
    tree.write("usr/share/man/man1/.made", "", 0o644)?;
    fs::remove_file(man.join(".made"))?;
    finish("vigie man", Command::new(binary).arg("man").arg(&man))?;
    for page in fs::read_dir(&man)? {
        finish("gzip", Command::new("gzip").args(["-9", "-n"]).arg(page?.path()))?;
    }
    for (shell, place) in [
        ("bash", "usr/share/bash-completion/completions/vigie"),
        ("zsh", "usr/share/zsh/vendor-completions/_vigie"),
        ("fish", "usr/share/fish/vendor_completions.d/vigie.fish"),
    ] {
        let output = Command::new(binary).args(["completions", shell]).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            bail!("vigie completions {shell}: {}", String::from_utf8_lossy(&output.stderr));
        }
        tree.write(place, output.stdout, 0o644)?;
    }
    Ok(())
}

fn control(made: &Made, version: &str, kibibytes: u64) -> String {
    let libc = made.libc.as_ref().map_or(String::new(), |libc| format!("libc6 (>= {libc}), libgcc-s1, "));
    format!(
        "Package: vigie\nVersion: {version}\nArchitecture: {}\nMaintainer: Vigie <vigie@localhost>\nInstalled-Size: {kibibytes}\n\
         Depends: {libc}adduser, debconf (>= 0.5) | debconf-2.0, init-system-helpers\nRecommends: ca-certificates, tzdata\n\
         Section: admin\nPriority: optional\n\
         Description: runs mailings and jobs, and remembers what happened to them\n\
         \x20One program with one data directory: mailings at the pace of the mail server, jobs and schedules, their traces,\n\
         \x20logs, errors, checks and alerts, on pages in English and French.\n",
        made.architecture
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packaging(file: &str) -> String {
        fs::read_to_string(run::root().join("packaging").join(file)).unwrap()
    }

    #[test]
    fn the_unit_and_the_settings_are_those_of_the_package() {
        let unit = service(&packaging("vigie.service")).unwrap();
        assert!(unit.starts_with("[Unit]\n") && unit.contains("\nUser=vigie\n") && !unit.contains("DynamicUser"));
        assert!(unit.contains("\nExecStart=/usr/bin/vigie serve --config /etc/vigie/vigie.toml\n"));
        assert!(settings(&packaging("vigie.example.toml")).unwrap().contains("\ndata = \"/var/lib/vigie\"\n"));
        assert!(instead("a a", "a", "b").is_err() && instead("a", "c", "b").is_err());
    }

    #[test]
    fn a_purge_asks_and_keeps_by_default() {
        let templates = packaging("debian/templates");
        assert!(templates.contains("Type: boolean\nDefault: false\n") && templates.contains("Description-fr.UTF-8: "));
        let scripts = ["config", "postinst", "prerm", "postrm"].map(|script| packaging(&format!("debian/{script}")));
        assert!(scripts.iter().all(|script| script.starts_with("#!/bin/sh\n") && script.contains("\nset -e\n")));
        let deleting: Vec<_> =
            scripts.iter().flat_map(|script| script.lines()).filter(|line| line.contains("rm -rf")).collect();
        assert_eq!(deleting, ["        rm -rf /var/lib/vigie"]);
    }
}
