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
    path::Path,
};

/// Adds the table to the end of the settings, all of it or nothing.
pub(crate) fn keep_format(settings: &Path, entry: &FormatEntry) -> Result<()> {
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

fn write(settings: &Path, text: &str) -> io::Result<()> {
    let folder = settings.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    if let Ok(found) = fs::metadata(settings) {
        fresh.as_file().set_permissions(found.permissions())?;
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
}
