//! A socket beside `vigie.sock`, for those of a group: a proxy, or the application beside. Nobody is trusted on it more than over TCP.

use crate::{
    config::SocketSettings,
    failure::{At as _, Failure, Result},
    words::t,
};
use std::{
    fs, io,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _, chown},
    path::Path,
};
use tokio::net::{UnixListener, UnixStream};

const GROUPS: &str = "/etc/group";

pub(super) async fn listener(settings: &SocketSettings) -> Result<UnixListener> {
    let place = settings.path.display();
    let group = settings.group.as_deref().map(id_of).transpose()?;
    match fs::symlink_metadata(&settings.path) {
        // What a process has left that was killed is refused by the system: nobody listens on it.
        Ok(found) if found.file_type().is_socket() => match UnixStream::connect(&settings.path).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(&settings.path).at(place.to_string())?;
            }
            _ => return Err(Failure::refused(t!("socket-in-use", path = place)).help(t!("socket-taken-help"))),
        },
        Ok(_) => return Err(Failure::refused(t!("socket-taken", path = place)).help(t!("socket-taken-help"))),
        Err(_) => {}
    }
    // Born in a folder that is closed to others, then moved into place.
    let folder = settings.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let nest = tempfile::Builder::new().prefix(".s").rand_bytes(3).tempdir_in(folder).at(folder.display())?;
    let born = nest.path().join("s");
    let listener = UnixListener::bind(&born).at(place.to_string())?;
    if group.is_some() {
        chown(&born, None, group).at(place.to_string())?;
    }
    fs::set_permissions(&born, fs::Permissions::from_mode(0o660)).at(place.to_string())?;
    fs::rename(&born, &settings.path).at(place)?;
    Ok(listener)
}

/// The number of a group of this machine, by its name; or the number itself, of a group that other services know.
fn id_of(name: &str) -> Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let groups = fs::read_to_string(GROUPS).at(GROUPS)?;
    found(&groups, name).ok_or_else(|| Failure::refused(t!("socket-group", group = name)).help(t!("socket-group-help")))
}

fn found(groups: &str, name: &str) -> Option<u32> {
    let mut lines = groups.lines().map(|line| line.split(':').collect::<Vec<_>>());
    lines.find(|fields| fields.first() == Some(&name))?.get(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    #[test]
    fn a_group_is_found_by_its_name() {
        let groups = "root:x:0:\nwww-data:x:33:ana,bob\nbroken\n";
        assert_eq!((found(groups, "www-data"), found(groups, "www"), found(groups, "broken")), (Some(33), None, None));
    }

    #[tokio::test]
    async fn a_socket_replaces_one_that_was_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.sock");
        let settings = SocketSettings { path: path.clone(), group: None };
        drop(listener(&settings).await.unwrap());
        let again = listener(&settings).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        let refused = listener(&settings).await.unwrap_err().to_string();
        assert!(refused.contains("app.sock"), "another listens: {refused}");
        UnixStream::connect(&path).await.expect("and goes on");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
        drop(again);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "kept").unwrap();
        assert!(listener(&settings).await.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"kept");
        let unknown = SocketSettings { group: Some("no such group".to_owned()), path: folder.path().join("b.sock") };
        assert!(listener(&unknown).await.is_err() && !unknown.path.exists());
        // A group that this process is in, by its number.
        let own = fs::metadata(folder.path()).unwrap().gid();
        let numbered = SocketSettings { group: Some(own.to_string()), path: folder.path().join("c.sock") };
        drop(listener(&numbered).await.unwrap());
        assert_eq!(fs::metadata(&numbered.path).unwrap().gid(), own);
    }
}
