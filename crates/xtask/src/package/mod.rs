//! `cargo xtask package`: what people install, made of a binary that is there: a package for Debian and a tarball. `--try` puts the
//! package into a bare Debian, upgrades it with data, removes and purges it.

mod deb;
mod trial;

use crate::run::{self, say};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

const MUSL: &str = "x86_64-unknown-linux-musl";

/// What a package is made of.
struct Made {
    /// Stripped.
    binary: PathBuf,
    version: String,
    architecture: &'static str,
    /// The oldest libc it runs on; `None` where it needs none.
    libc: Option<String>,
    out: PathBuf,
}

/// `package [--binary FILE | --musl] [--version V] [--out FOLDER] [--try]`.
pub(crate) fn package(args: &[String]) -> Result<ExitCode> {
    let (mut binary, mut version, mut out, mut musl, mut is_tried) = (None, None, None, false, false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--binary" => binary = Some(PathBuf::from(value()?)),
            "--version" => version = Some(value()?),
            "--out" => out = Some(PathBuf::from(value()?)),
            "--musl" => musl = true,
            "--try" => is_tried = true,
            other => bail!("package: unknown option {other}"),
        }
    }
    let binary = match (binary, musl) {
        (Some(binary), false) => binary,
        (None, true) => build_static()?,
        (None, false) => {
            bail!("name the program: --binary target/release/vigie, or --musl to build one that needs no libc")
        }
        (Some(_), true) => bail!("--musl builds the program: leave out --binary"),
    };
    let out = out.unwrap_or_else(|| run::target().join("package"));
    let work = run::TempDir::new("package")?;
    let made = Made::of(&binary, version, &out, work.path())?;
    let (tarball, deb) = (tarball(&made, work.path())?, deb::build(&made, work.path())?);
    for file in [&tarball, &deb] {
        say(&format!("{} ({} KiB)", file.display(), fs::metadata(file)?.len() / 1024));
    }
    if is_tried {
        trial::install_upgrade_remove(&made, &deb)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A program that runs on any Linux of this processor.
fn build_static() -> Result<PathBuf> {
    if run::find_program("musl-gcc").is_none() {
        bail!("no musl-gcc, by which the parts in C are compiled; Debian's package: musl-tools");
    }
    finish("rustup target add", Command::new("rustup").args(["target", "add", MUSL]))?;
    let mut cargo = run::cargo(&["build", "--release", "--package", "vigie", "--target", MUSL]);
    finish("cargo build", cargo.env("CC_x86_64_unknown_linux_musl", "musl-gcc"))?;
    Ok(run::target().join(MUSL).join("release/vigie"))
}

impl Made {
    fn of(binary: &Path, version: Option<String>, out: &Path, work: &Path) -> Result<Self> {
        let bytes = fs::read(binary).with_context(|| format!("{}: build it first", binary.display()))?;
        let architecture =
            architecture(&bytes).with_context(|| format!("{}: no program for Linux", binary.display()))?;
        let libc = oldest_libc(&bytes);
        let version = match version {
            Some(version) => version,
            None => said_version(binary)?,
        };
        if !version.starts_with(|c: char| c.is_ascii_digit())
            || version.contains(|c: char| !c.is_ascii_alphanumeric() && !".~+-".contains(c))
        {
            bail!("`{version}` is no version of a package");
        }
        let stripped = work.join("vigie");
        fs::copy(binary, &stripped)?;
        finish("strip", Command::new("strip").arg(&stripped))?;
        fs::create_dir_all(out)?;
        Ok(Self { binary: stripped, version, architecture, libc, out: out.to_owned() })
    }
}

/// `vigie --version` says `vigie 0.1.0`.
fn said_version(binary: &Path) -> Result<String> {
    let output = Command::new(binary).arg("--version").stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.split_whitespace().nth(1).map(str::to_owned).with_context(|| format!("{} --version: {said}", binary.display()))
}

/// By the field `e_machine` of an ELF file.
fn architecture(elf: &[u8]) -> Option<&'static str> {
    match elf.strip_prefix(b"\x7fELF")?.get(14..16)? {
        [62, 0] => Some("amd64"),
        [183, 0] => Some("arm64"),
        _ => None,
    }
}

/// The newest of the versions of glibc's symbols that a program asks for.
fn oldest_libc(elf: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"GLIBC_2.";
    let minor = |at: usize| {
        let digits = elf[at + MARK.len()..].iter().take_while(|byte| byte.is_ascii_digit()).take(3);
        digits.fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    let starts = elf.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    starts.map(|(at, _)| minor(at)).max().map(|minor| format!("2.{minor}"))
}

/// The program with what belongs to it, for any distribution.
fn tarball(made: &Made, work: &Path) -> Result<PathBuf> {
    let kind = if made.libc.is_some() { "linux" } else { "linux-static" };
    let name = format!("vigie-{}-{}-{kind}", made.version, made.architecture);
    let folder = work.join(&name);
    fs::create_dir_all(&folder)?;
    fs::copy(&made.binary, folder.join("vigie"))?;
    let root = run::root();
    for file in [
        "packaging/vigie.service",
        "packaging/vigie.example.toml",
        "packaging/vigie.logrotate",
        "README.md",
        "README.fr.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
    ] {
        let from = root.join(file);
        fs::copy(&from, folder.join(from.file_name().unwrap_or_default())).with_context(|| file.to_owned())?;
    }
    let archive = made.out.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--create", "--gzip", "--file"]);
    finish("tar", tar.arg(&archive).arg("--directory").arg(work).arg(&name))?;
    Ok(archive)
}

fn finish(what: &str, command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {what}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    bail!("{what} failed ({}):\n{}", output.status, String::from_utf8_lossy(&text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_what_it_needs() {
        let mut elf = b"\x7fELF".to_vec();
        elf.resize(20, 0);
        elf.extend_from_slice(b"..GLIBC_2.4\0GLIBC_2.34\0GLIBC_2.17\0GLIBC_PRIVATE");
        assert_eq!((architecture(&elf), oldest_libc(&elf)), (None, Some("2.34".to_owned())));
        elf[18] = 62;
        assert_eq!((architecture(&elf), architecture(b"#!/bin/sh")), (Some("amd64"), None));
        assert_eq!(oldest_libc(b"\x7fELF static"), None);
    }

    /// Some minutes, as root, with `mmdebstrap` and a mirror of Debian: `VIGIE_TEST_PACKAGE=target/release/vigie`.
    #[test]
    fn the_package_is_installed_upgraded_removed_and_purged() {
        let Some(binary) = std::env::var_os("VIGIE_TEST_PACKAGE") else { return };
        let folder = run::TempDir::new("packages").unwrap();
        let args = ["--binary", binary.to_str().unwrap(), "--out", folder.path().to_str().unwrap(), "--try"];
        package(&args.map(str::to_owned)).unwrap();
    }
}
