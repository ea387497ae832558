//! A Postfix of its own, in a folder of its own, that takes the mailing and passes it on to the sink.

use super::{free_port, until};
use std::{
    fs,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub(super) struct Relay {
    settings: PathBuf,
    port: u16,
}

const SERVICES: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

impl Relay {
    /// `None` where Postfix is not installed.
    pub(super) fn start(root: &Path, sink: u16) -> Option<Self> {
        let folder = root.join("srv/postfix");
        let (settings, log) = (folder.join("etc"), root.join("var/log/postfix.log"));
        for part in ["etc", "queue", "data"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        fs::create_dir_all(log.parent()?).unwrap();
        // The folder of the test is another's.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        let owned = Command::new("chown").arg("postfix").arg(folder.join("data")).stderr(Stdio::null()).status();
        if !owned.is_ok_and(|status| status.success()) {
            return None;
        }
        let port = free_port();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {0}/queue\ndata_directory = {0}/data\nmaillog_file = {1}\n\
             maillog_file_prefixes = {2}\nmyhostname = lab.example.org\nmydestination =\ninet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nrelayhost = [127.0.0.1]:{sink}\nsmtp_tls_security_level = none\n\
             smtp_data_done_timeout = 2s\nsmtpd_relay_restrictions = permit_mynetworks, reject\n",
            folder.display(),
            log.display(),
            root.display(),
        );
        fs::write(settings.join("main.cf"), main).unwrap();
        fs::write(settings.join("master.cf"), format!("127.0.0.1:{port} inet n - n - - smtpd\n{SERVICES}")).unwrap();
        let relay = Self { settings, port };
        relay.control("start").then_some(())?;
        assert!(until(|| TcpStream::connect(("127.0.0.1", port)).is_ok()), "Postfix does not begin");
        Some(relay)
    }

    fn control(&self, word: &str) -> bool {
        let mut command = Command::new("postfix");
        let done = command.arg("-c").arg(&self.settings).arg(word).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.control("stop");
    }
}
