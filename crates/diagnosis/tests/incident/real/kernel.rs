//! What the kernel says meanwhile, as a log file of the tree; and a group of processes that may use so much memory.

use model::Clock;
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

pub(super) struct KernelLog(Option<Child>);

impl KernelLog {
    /// Writes each line that is new from now on, with the time at which it was read, as rsyslog does.
    pub(super) fn follow(root: &Path) -> Self {
        let folder = root.join("var/log");
        fs::create_dir_all(&folder).unwrap();
        let mut file = fs::File::create(folder.join("kern.log")).unwrap();
        let mut command = Command::new("dmesg");
        let child = command.arg("--follow-new").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut child) = child else { return Self(None) };
        let lines = child.stdout.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                let _ = writeln!(file, "{} lab kernel: {line}", Clock::System.now());
            }
        });
        Self(Some(child))
    }
}

impl Drop for KernelLog {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Its folder among those of the kernel, and the file that bounds its memory: cgroup v1, else v2.
pub(super) struct Group {
    pub(super) folder: PathBuf,
    pub(super) bound: PathBuf,
}

impl Group {
    pub(super) fn new() -> Self {
        let v1 = Path::new("/sys/fs/cgroup/memory");
        let (root, bound) =
            if v1.is_dir() { (v1, "memory.limit_in_bytes") } else { (Path::new("/sys/fs/cgroup"), "memory.max") };
        let folder = root.join(format!("vigie-lab-{}", std::process::id())).join("club.service");
        Self { bound: folder.join(bound), folder }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // It is there only where a fault asked for it.
        let _ = fs::remove_dir(&self.folder);
        let _ = self.folder.parent().map(fs::remove_dir);
    }
}
