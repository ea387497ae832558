//! Files to attach: found, measured and, where asked, hashed while streaming; each path looked at once.

use crate::{address::is_forbidden, letter::Attachment, sentence::Sentence};
use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Component, Path, PathBuf},
};

/// Paths remembered: beyond, the memory starts afresh.
const CACHE_MAX: usize = 4_096;

/// Where a file named by a row may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Wherever this user may read: for the command line.
    Anywhere,
    /// In the base directory only, links followed: for what comes over the network.
    Base,
}

/// What the template of an attachment lets its cells name. A file of recipients often comes from somebody else: a cell
/// must not reach into folders that whoever wrote the template has not named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fence {
    /// Nothing comes out of a cell: any file.
    None,
    /// It begins with a cell: below the base directory.
    Base,
    /// Below the folder that stands before the first cell.
    Folder(String),
}

impl Fence {
    /// The fence of a template as it was written.
    pub fn of(template: &str) -> Self {
        let Some(cell) = ["{{", "{%", "{#"].iter().filter_map(|open| template.find(open)).min() else {
            return Self::None;
        };
        match template[..cell].trim_start().rfind(std::path::is_separator) {
            Some(at) => Self::Folder(template.trim_start()[..=at].to_owned()),
            None => Self::Base,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashing {
    /// SHA-256 of every file.
    Now,
    /// Size and time only.
    Later,
}

/// What is wrong with a file, and the remedy.
type Wrong = (Sentence, Sentence);
type Lookup = Result<Attachment, Wrong>;

pub struct Files {
    base: PathBuf,
    reach: Reach,
    hashing: Hashing,
    /// Vigie's own directory, never attached from.
    data: Option<PathBuf>,
    cache: HashMap<(Fence, String), Lookup>,
    uploaded: Option<HashMap<String, Attachment>>,
}

impl Files {
    pub fn new(base: PathBuf, reach: Reach, hashing: Hashing) -> Self {
        Self { base, reach, hashing, data: None, cache: HashMap::new(), uploaded: None }
    }

    /// Never gives a file below `data`, the directory where Vigie keeps its database and its keys.
    #[must_use]
    pub fn never_from(self, data: Option<PathBuf>) -> Self {
        Self { data, ..self }
    }

    /// Files that came with the mailing and no others: a name is looked up among them and is never a path. The last
    /// part of a name with folders will do. Each attachment's `mime` is found out from its name.
    pub fn uploaded(files: impl IntoIterator<Item = Attachment>) -> Self {
        let named = |file: Attachment| (file.name.clone(), Attachment { mime: mime(&file.name).to_owned(), ..file });
        let uploaded = Some(files.into_iter().map(named).collect());
        Self { uploaded, ..Self::new(PathBuf::new(), Reach::Base, Hashing::Later) }
    }

    /// The file named `path`, or what is wrong with it and the remedy. Its path is the canonical one: what is checked
    /// here is what is opened later, wherever a link points by then.
    pub fn look_up(&mut self, path: &str, fence: &Fence) -> Result<Attachment, Wrong> {
        if let Some(uploaded) = &self.uploaded {
            let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
            let missing = || (of_file(Sentence::new("file_not_sent"), path), Sentence::new("send_file_along"));
            return uploaded.get(path).or_else(|| uploaded.get(name)).cloned().ok_or_else(missing);
        }
        let key = (fence.clone(), path.to_owned());
        if let Some(known) = self.cache.get(&key) {
            return known.clone();
        }
        let found = self.examine(path, fence);
        if self.cache.len() >= CACHE_MAX {
            self.cache.clear();
        }
        self.cache.insert(key, found.clone());
        found
    }

    fn examine(&self, path: &str, fence: &Fence) -> Lookup {
        let fail = |error: &std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                (of_file(Sentence::new("file_missing"), path), Sentence::new("put_file_there"))
            }
            std::io::ErrorKind::PermissionDenied => {
                (of_file(Sentence::new("file_forbidden"), path), Sentence::new("give_right"))
            }
            _ => (
                of_file(Sentence::new("file_unreadable"), path).with_sentence("error", Sentence::of_system(error)),
                Sentence::new("check_file"),
            ),
        };
        if path.contains(is_forbidden) {
            return Err((Sentence::new("file_name_control"), Sentence::new("delete")));
        }
        if *fence == Fence::Base && Path::new(path).has_root() {
            return Err((of_file(Sentence::new("file_in_full"), path), Sentence::new("write_folder_in_template")));
        }
        let full = self.base.join(path);
        let leaves = Path::new(path).components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        let outside = || (of_file(Sentence::new("file_outside"), path), Sentence::new("name_file_inside"));
        if self.reach == Reach::Base && leaves {
            return Err(outside());
        }
        let metadata = std::fs::metadata(&full).map_err(|error| fail(&error))?;
        if !metadata.is_file() {
            return Err((of_file(Sentence::new("path_no_file"), path), Sentence::new("name_file")));
        }
        let name = full.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let full = full.canonicalize().map_err(|error| fail(&error))?;
        if self.reach == Reach::Base && !full.starts_with(self.base.canonicalize().map_err(|error| fail(&error))?) {
            return Err(outside());
        }
        self.keep_inside(path, &full, fence)?;
        let mut file = File::open(&full).map_err(|error| fail(&error))?;
        let sha256 = match self.hashing {
            Hashing::Now => Some(hash(&mut file).map_err(|error| fail(&error))?),
            Hashing::Later => None,
        };
        let mtime = metadata.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
        Ok(Attachment {
            mime: mime(&name).to_owned(),
            name,
            size: metadata.len(),
            mtime: mtime.map_or(model::Timestamp::EPOCH, Into::into),
            sha256,
            path: full,
        })
    }

    /// `full` is `path` with its links resolved.
    fn keep_inside(&self, path: &str, full: &Path, fence: &Fence) -> Result<(), Wrong> {
        if let Some(Ok(data)) = self.data.as_ref().map(|data| data.canonicalize())
            && full.starts_with(data)
        {
            return Err((of_file(Sentence::new("file_of_vigie"), path), Sentence::new("name_file_elsewhere")));
        }
        let (folder, what) = match fence {
            Fence::None => return Ok(()),
            Fence::Base => (self.base.clone(), Sentence::new("file_outside_mailing")),
            Fence::Folder(folder) => {
                (self.base.join(folder), Sentence::new("file_outside_folder").with("folder", folder))
            }
        };
        // Where the folder itself cannot be looked up, nothing is inside it.
        if folder.canonicalize().is_ok_and(|folder| full.starts_with(folder)) {
            return Ok(());
        }
        Err((of_file(what, path), Sentence::new("name_file_inside_or_folder")))
    }
}

fn of_file(what: Sentence, path: &str) -> Sentence {
    what.with("path", path)
}

fn hash(file: &mut File) -> std::io::Result<String> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => context.update(&buffer[..count]),
        }
    }
    Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn mime(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase());
    match extension.as_str() {
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "ics" => "text/calendar",
        "xml" => "application/xml",
        "json" => "application/json",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        _ => "application/octet-stream",
    }
}
