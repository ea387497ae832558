//! A tree of files that is read as `/`: the machine's own, a mounted disk, an unpacked bundle. Nothing outside of it is
//! reached, whatever its links say.

use model::Timestamp;
use std::{
    collections::VecDeque,
    fs::{self, File, Metadata},
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

const LINKS_MAX: usize = 16;
const DEPTH_MAX: usize = 14;
const ENTRIES_MAX: usize = 60_000;
/// Log files that are looked at.
const FILES_MAX: usize = 2_000;

/// Folders in which nobody keeps logs, and many keep much.
const PASSED_OVER: &[&str] = &[
    "/proc",
    "/sys",
    "/dev",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/boot",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/systemd",
    "/var/spool",
    "/etc/ssl",
    "/snap",
    "/media",
    "/mnt",
    "/var/tmp",
];

/// Folders of programs and their libraries.
const LIBRARIES: &[&str] =
    &["node_modules", "site-packages", "__pycache__", ".git", "static", "locale", "venv", ".venv"];

#[derive(Clone, Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    /// Whether a folder had more than is looked at.
    is_cut: Arc<AtomicBool>,
    /// Whether a file that was wanted is a link to what the tree does not hold.
    has_lost_links: Arc<AtomicBool>,
}

/// A file of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its path as the tree has it: `/var/log/syslog`.
    pub(crate) inside: String,
    pub(crate) real: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) modified: Timestamp,
}

impl Tree {
    /// # Errors
    /// Where there is no such folder.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let root = root.canonicalize()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { root, is_cut: Arc::default(), has_lost_links: Arc::default() })
    }

    /// Whether files were left out since it was opened, for there were too many.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    /// Whether wanted files were left out since it was opened, for they are links that lead out of the tree, or nowhere.
    pub(crate) fn has_lost_links(&self) -> bool {
        self.has_lost_links.load(Ordering::Relaxed)
    }

    pub(crate) fn is_live(&self) -> bool {
        self.root == Path::new("/")
    }

    /// Where `inside` lies, its links followed within the tree. `None` where there is nothing.
    pub(crate) fn resolve(&self, inside: &str) -> Option<PathBuf> {
        let mut rest: VecDeque<String> = parts(Path::new(inside));
        let (mut at, mut links) = (self.root.clone(), 0);
        while let Some(part) = rest.pop_front() {
            if part == ".." {
                if at != self.root {
                    at.pop();
                }
                continue;
            }
            let next = at.join(&part);
            let meta = fs::symlink_metadata(&next).ok()?;
            if !meta.is_symlink() {
                at = next;
                continue;
            }
            links += 1;
            if links > LINKS_MAX {
                return None;
            }
            let target = fs::read_link(&next).ok()?;
            if target.is_absolute() {
                at.clone_from(&self.root);
            }
            for part in parts(&target).into_iter().rev() {
                rest.push_front(part);
            }
        }
        Some(at)
    }

    /// What a link of the tree points to, as it is written.
    pub(crate) fn link(&self, inside: &str) -> Option<PathBuf> {
        fs::read_link(self.root.join(inside.trim_start_matches('/'))).ok()
    }

    /// The text of a small file, up to `bytes_max`.
    pub(crate) fn text(&self, inside: &str, bytes_max: u64) -> Option<String> {
        let path = self.resolve(inside)?;
        let file = open_plain(&path).ok()?;
        let mut bytes = Vec::new();
        file.take(bytes_max).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Every file below `folder` that `wanted` takes by its path, in the order of their paths.
    pub(crate) fn files(&self, folder: &str, wanted: impl Fn(&str) -> bool) -> Vec<Found> {
        let mut found = Vec::new();
        let mut folders = vec![(folder.trim_end_matches('/').to_owned(), 0)];
        let mut entries = 0;
        while let Some((folder, depth)) = folders.pop() {
            for (inside, meta) in self.entries(&folder) {
                entries += 1;
                if entries > ENTRIES_MAX || found.len() >= FILES_MAX {
                    self.is_cut.store(true, Ordering::Relaxed);
                    return sorted(found);
                }
                if meta.is_dir() && depth < DEPTH_MAX && self.is_walked(&inside) {
                    folders.push((inside, depth + 1));
                } else if !meta.is_dir() && wanted(&inside) {
                    let file = self.find(&inside);
                    if file.is_none() && meta.is_symlink() && self.leads_nowhere(&inside) {
                        self.has_lost_links.store(true, Ordering::Relaxed);
                    }
                    found.extend(file);
                }
            }
        }
        sorted(found)
    }

    /// The paths of what lies in a folder, of so many at most.
    pub(crate) fn names(&self, folder: &str, names_max: usize) -> Vec<String> {
        let path = self.root.join(folder.trim_start_matches('/'));
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let name = |entry: fs::DirEntry| Some(format!("{folder}/{}", entry.file_name().into_string().ok()?));
        let mut names: Vec<String> = entries.flatten().take(names_max).filter_map(name).collect();
        names.sort();
        names
    }

    /// The file at that path of the tree.
    pub(crate) fn find(&self, inside: &str) -> Option<Found> {
        let real = self.resolve(inside)?;
        let meta = fs::metadata(&real).ok().filter(Metadata::is_file)?;
        let since = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let modified = Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?);
        Some(Found { inside: inside.to_owned(), real, bytes: meta.len(), modified })
    }

    /// Whether there is nothing in the tree where a link points to: a folder, or a pipe, is something.
    fn leads_nowhere(&self, inside: &str) -> bool {
        self.resolve(inside).is_none_or(|real| fs::symlink_metadata(real).is_err())
    }

    fn entries(&self, folder: &str) -> Vec<(String, Metadata)> {
        let path = self.root.join(folder.trim_start_matches('/'));
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let named = entries.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((format!("{folder}/{name}"), fs::symlink_metadata(entry.path()).ok()?))
        });
        named.collect()
    }

    fn is_walked(&self, inside: &str) -> bool {
        let name = inside.rsplit('/').next().unwrap_or_default();
        !PASSED_OVER.contains(&inside) && !LIBRARIES.contains(&name)
    }
}

/// Opens what is a file, never a pipe or a device that would be waited for.
pub(crate) fn open_plain(path: &Path) -> io::Result<File> {
    let is_file = fs::metadata(path)?.is_file();
    if is_file { File::open(path) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

fn sorted(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|one, other| one.inside.cmp(&other.inside));
    found
}

fn parts(path: &Path) -> VecDeque<String> {
    let part = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        Component::ParentDir => Some("..".to_owned()),
        _ => None,
    };
    path.components().filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_within_the_tree_and_never_out_of_it() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        let root = outside.path().join("root");
        fs::create_dir_all(root.join("var/log")).unwrap();
        fs::write(root.join("var/log/syslog"), "x").unwrap();
        symlink("/var/log/syslog", root.join("absolute")).unwrap();
        symlink("../../secret", root.join("upwards")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        let tree = Tree::open(&root).unwrap();
        assert_eq!(tree.text("/absolute", 10).as_deref(), Some("x"));
        assert_eq!(tree.text("/../../var/log/syslog", 10).as_deref(), Some("x"));
        assert_eq!(tree.text("/upwards", 10), None);
        assert_eq!(tree.text("/loop", 10), None);
        assert!(!tree.has_lost_links());
        let found = tree.files("", |_| true);
        assert_eq!(found.iter().map(|file| file.inside.as_str()).collect::<Vec<_>>(), ["/absolute", "/var/log/syslog"]);
        assert!(tree.has_lost_links());
    }
}
