//! Who owns a data directory. The lock on `vigie.lock` is held while a process lives and goes with it, however it
//! ends; the file says who it is. The owner alone writes, and answers the others on a socket.

use crate::{
    failure::{At as _, Failure, Result},
    render,
    words::{Cause as _, t},
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{ErrorKind, Read as _, Seek as _, Write as _},
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::net::{UnixListener, UnixStream};

/// What the lock file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) pid: u32,
    pub(crate) socket: PathBuf,
    /// `serve`, `send`, `demo` …
    pub(crate) command: String,
    /// Where it answers HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<SocketAddr>,
}

/// Held while this process owns the directory.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    owner: Owner,
    /// A folder of our own for a socket whose place in the data directory has too long a name.
    socket_dir: Option<PathBuf>,
}

/// The answer to "is it mine?".
#[derive(Debug)]
pub(crate) enum Claim {
    Mine(Lock),
    Theirs(Owner),
}

/// Bytes of a socket's path, the end mark left out (`sun_path`, 108 on Linux, 104 elsewhere).
const SOCKET_PATH_MAX: usize = 103;
/// How long an owner that is just starting, or ending, is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one that lets go when somebody waits gets for it.
pub(crate) const TURN_PATIENCE: Duration = Duration::from_secs(15);
/// How this process shows while `vigie logs pipe` keeps records itself. It may run for weeks, and lets go for a server.
pub(crate) const PIPE: &str = "logs pipe";
/// Locked by who waits for the directory. The lock goes with its process, so that nobody waits for a dead one.
const NEXT: &str = "vigie.next";

/// A file without a name, on the disk of the data directory. A directory made for it alone is taken away again: to
/// check is to leave nothing behind.
pub(crate) fn spool(data: &Path) -> Result<File> {
    let was_there = data.exists();
    let made = make_dir(data).and_then(|()| tempfile::tempfile_in(data).at(data.display()));
    if !was_there {
        // It keeps what anybody else has put into it by now.
        let _ = fs::remove_dir(data);
    }
    // Where only reading is allowed, one may still check.
    made.or_else(|failure| tempfile::tempfile().map_err(|_| failure))
}

/// Makes the data directory where there is none, for its user only.
pub(crate) fn make_dir(data: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(|error| unwritable(data, &error))
}

/// Whether files can be made in a folder of the data directory, if it is there.
///
/// # Errors
/// Says which folder, whose it is, and what helps.
pub(crate) fn check_writable(folder: &Path) -> Result<()> {
    match tempfile::tempfile_in(folder) {
        Err(error) if is_forbidden(&error) => Err(unwritable(folder, &error)),
        // Everything else is told by whoever meets it.
        _ => Ok(()),
    }
}

fn is_forbidden(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// What could not be made or written in the data directory: the folder, whose it is, and what helps.
pub(crate) fn unwritable(folder: &Path, error: &std::io::Error) -> Failure {
    // Of one that is not there the one that it would lie in.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    match (error.kind(), fs::metadata(there)) {
        (ErrorKind::PermissionDenied, Ok(found)) => {
            let (folder, user) = (there.display(), found.uid());
            Failure::new(t!("folder-not-writable", folder, error = error.say(), user))
                .help(t!("folder-not-writable-help", folder))
        }
        (ErrorKind::ReadOnlyFilesystem, _) => {
            let folder = there.display();
            Failure::new(t!("at-place", place = folder, error = error.say())).help(t!("read-only-disk-help", folder))
        }
        _ => Failure::at(folder.display(), error),
    }
}

/// Takes the lock, unless another process holds it.
pub(crate) fn claim(data: &Path, command: &str) -> Result<Claim> {
    make_dir(data)?;
    let path = data.join("vigie.lock");
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(
            |error| if is_forbidden(&error) { unwritable(data, &error) } else { Failure::at(path.display(), &error) },
        )?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Claim::Theirs(read(&mut file, data))),
        Err(TryLockError::Error(error)) => {
            return Err(Failure::new(t!("cannot-lock", path = path.display(), error)).help(t!("cannot-lock-help")));
        }
    }
    let (socket, socket_dir) = socket_place(data)?;
    // What an owner left that was killed.
    let _ = fs::remove_file(&socket);
    let owner = Owner { pid: std::process::id(), socket, command: command.to_owned(), address: None };
    let mut lock = Lock { file, owner, socket_dir };
    lock.file.set_len(0).and_then(|()| lock.write()).at(path.display())?;
    Ok(Claim::Mine(lock))
}

/// Takes the lock; an owner that lets go when somebody waits is waited for.
pub(crate) async fn claim_in_turn(data: &Path, command: &str, patience: Duration) -> Result<Lock> {
    let until = tokio::time::Instant::now() + patience;
    let mut turn = None;
    let mut told = false;
    loop {
        let owner = match claim(data, command)? {
            Claim::Mine(lock) => return Ok(lock),
            Claim::Theirs(owner) => owner,
        };
        let (pid, shown) = (owner.pid, data.display());
        if owner.command != PIPE {
            return Err(refusal(data, &owner));
        }
        if tokio::time::Instant::now() >= until {
            let seconds = patience.as_secs();
            return Err(Failure::refused(t!("held-by-pipe", shown, pid, seconds)).help(t!("held-by-pipe-help", pid)));
        }
        if !std::mem::replace(&mut told, true) {
            render::say(&t!("waits-for-pipe", shown, pid));
        }
        // Whoever looks at it holds it for a moment.
        turn = turn.or_else(|| take_turn(data));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn take_turn(data: &Path) -> Option<File> {
    let path = data.join(NEXT);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

/// Whether somebody waits until the owner lets go.
pub(crate) fn is_wanted(data: &Path) -> bool {
    let file = File::open(data.join(NEXT));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Waits until who waits for the directory has it, or has given up.
pub(crate) async fn until_taken(data: &Path) {
    let until = tokio::time::Instant::now() + TURN_PATIENCE;
    while is_wanted(data) && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The owner that answers on its socket now; `None` without one.
pub(crate) async fn living(data: &Path) -> Option<Owner> {
    let owner = read(&mut File::open(data.join("vigie.lock")).ok()?, data);
    UnixStream::connect(&owner.socket).await.ok().map(|_| owner)
}

/// Takes the lock, or finds the owner that answers. One that is just starting is waited for, and one that is ending is
/// followed: whoever asks first is the next.
pub(crate) async fn claim_or_find(data: &Path, command: &str) -> Result<Claim> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let owner = match claim(data, command)? {
            Claim::Mine(lock) => return Ok(Claim::Mine(lock)),
            Claim::Theirs(owner) => owner,
        };
        if let Some(owner) = living(data).await {
            return Ok(Claim::Theirs(owner));
        }
        if tokio::time::Instant::now() >= until {
            let what = t!("owner-silent", data = data.display(), pid = owner.pid);
            let remedy = t!("owner-silent-help", pid = owner.pid);
            return Err(Failure::new(what).help(remedy));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Why a second owner is refused.
pub(crate) fn refusal(data: &Path, owner: &Owner) -> Failure {
    let Owner { pid, command, .. } = owner;
    let what = t!("held-by", data = data.display(), pid, command);
    Failure::refused(what).help(t!("held-by-help", pid))
}

impl Lock {
    /// Says where this process answers HTTP: others tell it to people.
    pub(crate) fn say_address(&mut self, address: SocketAddr) {
        self.owner.address = Some(address);
        if let Err(error) = self.write() {
            tracing::warn!(%error, "the address could not be written into vigie.lock");
        }
    }

    /// Over what was there, which is shorter: whoever reads meanwhile finds one or the other.
    fn write(&mut self) -> std::io::Result<()> {
        let text = serde_json::to_string(&self.owner).unwrap_or_default();
        self.file.rewind().and_then(|()| self.file.write_all(text.as_bytes()))
    }

    /// Opens the socket, which only this user can use from its first moment on.
    pub(crate) fn listen(&self) -> Result<UnixListener> {
        let socket = &self.owner.socket;
        let place = socket.display();
        let folder = socket.parent().unwrap_or(Path::new("."));
        // Born in a folder that is closed to others, then moved into place.
        let nest = tempfile::Builder::new().prefix(".s").rand_bytes(3).tempdir_in(folder).at(folder.display())?;
        let born = nest.path().join("s");
        let listener = UnixListener::bind(&born).at(place.to_string())?;
        fs::set_permissions(&born, Permissions::from_mode(0o600)).at(place.to_string())?;
        fs::rename(&born, socket).at(place)?;
        Ok(listener)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.owner.socket);
        if let Some(dir) = &self.socket_dir {
            let _ = fs::remove_dir(dir);
        }
    }
}

fn read(file: &mut File, data: &Path) -> Owner {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(4096).read_to_string(&mut text));
    let owner = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    // Between its lock and its first word.
    owner.unwrap_or_else(|| Owner { pid: 0, socket: data.join("vigie.sock"), command: "?".into(), address: None })
}

/// In the data directory, unless that has too long a name.
fn socket_place(data: &Path) -> Result<(PathBuf, Option<PathBuf>)> {
    let data = std::path::absolute(data).at(data.display())?;
    // The nest, `.sXXX/s`, is longer than `vigie.sock` by nothing.
    let socket = data.join("vigie.sock");
    if socket.as_os_str().len() <= SOCKET_PATH_MAX {
        return Ok((socket, None));
    }
    let made = tempfile::Builder::new().prefix("vigie-").tempdir().at(std::env::temp_dir().display())?;
    let dir = made.keep();
    Ok((dir.join("vigie.sock"), Some(dir)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_owner_is_refused_and_a_dead_one_replaced() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("vigie.sock"), "left by a killed owner").unwrap();
        let Claim::Mine(lock) = claim(data.path(), "serve").unwrap() else { panic!("nobody holds it") };
        assert!(living(data.path()).await.is_none());
        let listener = lock.listen().unwrap();
        let mode = fs::metadata(data.path().join("vigie.sock")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let Claim::Theirs(owner) = claim(data.path(), "send").unwrap() else { panic!("it is held") };
        assert_eq!((owner.pid, owner.command.as_str()), (std::process::id(), "serve"));
        assert_eq!(living(data.path()).await, Some(owner));
        drop((listener, lock));
        assert!(living(data.path()).await.is_none());
        assert!(matches!(claim(data.path(), "send").unwrap(), Claim::Mine(_)));
    }

    #[tokio::test]
    async fn an_owner_that_lets_go_is_waited_for_and_no_other() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        let Claim::Mine(send) = claim(data, "send").unwrap() else { panic!("nobody holds it") };
        let refused = claim_in_turn(data, "serve", Duration::from_secs(3_600)).await.unwrap_err();
        assert!(refused.to_string().contains("(`vigie send`)"), "{refused}");
        drop(send);

        let Claim::Mine(pipe) = claim(data, PIPE).unwrap() else { panic!("nobody holds it") };
        assert!(!is_wanted(data));
        let refused = claim_in_turn(data, "serve", Duration::ZERO).await.unwrap_err().to_string();
        let pid = std::process::id();
        assert!(refused.contains(&format!("process {pid} (`vigie logs pipe`), which did not let go")), "{refused}");
        assert!(refused.contains(&format!("kill {pid}")), "{refused}");
        assert!(!is_wanted(data), "who gave up does not wait any more");

        let path = data.to_owned();
        let serve = tokio::spawn(async move { claim_in_turn(&path, "serve", TURN_PATIENCE).await });
        let until = tokio::time::Instant::now() + TURN_PATIENCE;
        while !is_wanted(data) {
            assert!(tokio::time::Instant::now() < until, "nobody hears that somebody waits");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(pipe);
        let _lock = serve.await.unwrap().unwrap();
        assert!(!is_wanted(data));
    }

    #[tokio::test]
    async fn a_directory_with_a_long_name_has_its_socket_elsewhere() {
        let data = tempfile::tempdir().unwrap();
        let long = data.path().join("d".repeat(120));
        let Claim::Mine(lock) = claim(&long, "serve").unwrap() else { panic!("nobody holds it") };
        let _listener = lock.listen().unwrap();
        let owner = living(&long).await.unwrap();
        assert!(!owner.socket.starts_with(&long));
        let elsewhere = owner.socket.parent().unwrap().to_owned();
        drop(lock);
        assert!(!elsewhere.exists());
    }
}
