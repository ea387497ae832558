//! A format of logs that somebody described, added to the settings file.

use super::{Config, FILE, Variables};
use crate::{
    cli::Global,
    failure::{At as _, Failure, Result},
    words::t,
};
use logs::FormatEntry;
use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// Adds the table to the end of the settings, all of it or nothing. Others that add one at the same time wait.
pub(crate) fn keep_format(settings: &Path, entry: &FormatEntry) -> Result<()> {
    let settings = &followed(settings).at(settings.display())?;
    let folder = folder_of(settings);
    // Held until it is dropped. The file itself is replaced, and another one would be locked by the next.
    let alone = fs::File::open(folder).at(folder.display())?;
    alone.lock().at(folder.display())?;
    let mut text = match fs::read_to_string(settings) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.at(settings.display())?,
    };
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text.push_str(&entry.to_toml());
    // As where `log-store` is written in one line.
    let checked = Config::from_parts(Some((Path::new(FILE), &text)), &Global::default(), None, &Variables::new());
    checked.map_err(|error| {
        let help = t!("format-not-kept-help", table = entry.to_toml());
        Failure::refused(t!("format-not-kept", file = settings.display(), error = error.what)).help(help)
    })?;
    write(settings, &text).at(settings.display())
}

/// The file that a link leads to, over several if need be, whether there is one yet or not.
fn followed(settings: &Path) -> io::Result<PathBuf> {
    const LINKS_MAX: usize = 40;
    let mut path = settings.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::from_raw_os_error(libc::ELOOP))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write(settings: &Path, text: &str) -> io::Result<()> {
    let mut fresh = tempfile::NamedTempFile::new_in(folder_of(settings))?;
    fresh.write_all(text.as_bytes())?;
    if let Ok(found) = fs::metadata(settings) {
        fresh.as_file().set_permissions(found.permissions())?;
        // Only the administrator may give it to somebody else, and whose it is must still be able to read it.
        std::os::unix::fs::fchown(fresh.as_file(), Some(found.uid()), Some(found.gid()))?;
    }
    fresh.as_file().sync_all()?;
    fresh.persist(settings).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_added_to_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vigie.toml");
        let entry = |name: &str| FormatEntry::of_source(name, "%{time} \"%{level}\" %{message}", "/var/log/shop.log");
        keep_format(&file, &entry("one")).unwrap();
        fs::write(&file, format!("# mine\n[log-store]\nkeep-days = 7\n\n{}", fs::read_to_string(&file).unwrap()))
            .unwrap();
        keep_format(&file, &entry("two")).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let config = Config::from_parts(Some((&file, &text)), &Global::default(), None, &Variables::new()).unwrap();
        let names: Vec<_> = config.log_store.value.formats.iter().map(|format| format.name.as_str()).collect();
        assert_eq!((names, config.log_store.value.keep_days), (vec!["one", "two"], 7));
        assert!(text.starts_with("# mine\n"), "{text}");
        let inline = "log-store = { keep-days = 7 }\n";
        fs::write(&file, inline).unwrap();
        assert!(keep_format(&file, &entry("three")).unwrap_err().help.unwrap().contains("name = \"three\""));
        assert_eq!(fs::read_to_string(&file).unwrap(), inline);
    }

    #[test]
    fn formats_are_added_one_after_the_other_to_the_file_that_a_link_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("etc")).unwrap();
        let link = folder.path().join("vigie.toml");
        std::os::unix::fs::symlink("etc/real.toml", &link).unwrap();
        std::thread::scope(|threads| {
            for number in 0..8 {
                let entry = FormatEntry::of_source(&format!("f{number}"), "%{time} %{message}", "/var/log/shop.log");
                let link = &link;
                threads.spawn(move || keep_format(link, &entry).unwrap());
            }
        });
        assert!(link.is_symlink());
        let kept = fs::read_to_string(folder.path().join("etc/real.toml")).unwrap();
        assert_eq!(kept.matches("[[log-store.formats]]").count(), 8, "{kept}");
        std::os::unix::fs::symlink("loop.toml", folder.path().join("loop.toml")).unwrap();
        let entry = FormatEntry::of_source("x", "%{time} %{message}", "stdin");
        assert!(keep_format(&folder.path().join("loop.toml"), &entry).is_err());
    }
}
