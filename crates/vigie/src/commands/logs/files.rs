//! `vigie logs files`: what Vigie writes itself, below `logs/` of the data directory.

use crate::{
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use model::{Clock, Timestamp};
use serde_json::json;
use std::{fs, path::Path};

/// Files that are shown; beyond, it is said how many more there are.
const SHOWN_MAX: usize = 10_000;
/// Folders within each other.
const DEPTH_MAX: u32 = 8;

struct ListedFile {
    name: String,
    bytes: u64,
    modified: Option<Timestamp>,
}

pub(super) fn run(config: &Config) -> Result<Exit> {
    let folder = config.log_dir();
    if !folder.is_dir() {
        return Err(Failure::new(format!("{}: there is nothing here yet", folder.display())).help(t!("files-help")));
    }
    let mut found = Vec::new();
    walk(&folder, "", 0, &mut found)?;
    found.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.name.cmp(&b.name)));
    let more = found.len().saturating_sub(SHOWN_MAX);
    found.truncate(SHOWN_MAX);
    if config.json {
        let file = |file: &ListedFile| {
            json!({
                "name": file.name,
                "path": folder.join(&file.name).display().to_string(),
                "bytes": file.bytes,
                "modified": file.modified.map(|at| at.to_string()),
            })
        };
        render::json(&json!({"files": found.iter().map(file).collect::<Vec<_>>(), "more": more}))?;
        return Ok(Exit::Done);
    }
    let now = Clock::System.now();
    let mut table = Table::new(&[("bytes", Align::Right), ("written", Align::Left), ("file", Align::Left)]);
    for file in &found {
        let age = file.modified.map_or(String::new(), |at| t!("ago", time = render::duration(now.since(at))));
        table.row([render::count(file.bytes), age, render::plain(&file.name, 200)]);
    }
    if table.is_empty() {
        render::say(&t!("files-none", folder = folder.display()));
    } else {
        render::out(&table.to_string())?;
    }
    if more > 0 {
        render::say(&t!("files-more"; n = more as u64));
    }
    Ok(Exit::Done)
}

/// Links are not followed: they may lead anywhere, themselves included.
fn walk(folder: &Path, below: &str, depth: u32, found: &mut Vec<ListedFile>) -> Result<()> {
    for entry in fs::read_dir(folder).at(folder.display())? {
        let entry = entry.at(folder.display())?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        // It may have been rotated away by now.
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() && depth < DEPTH_MAX {
            walk(&entry.path(), &format!("{name}/"), depth + 1, found)?;
        } else if meta.is_file() {
            let modified = meta.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok()).map(Timestamp::from);
            found.push(ListedFile { name, bytes: meta.len(), modified });
        }
    }
    Ok(())
}
