//! Where the tests of the command line work.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

/// A folder to work in, in which `vigie` keeps its data.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path().join(name), content).unwrap();
        self
    }

    pub(crate) fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command.args(line).current_dir(self.path()).env("TZ", "Europe/Paris").env("USER", "zoe").stdin(Stdio::null());
        for name in ["VIGIE_DATA", "VIGIE_CONFIG", "VIGIE_DATABASE", "VIGIE_LISTEN", "VIGIE_SMTP_PASSWORD"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, line: &[&str]) -> Answer {
        Answer::of(self.command(line).output().unwrap())
    }

    /// A mailing that is right, to a port where nobody listens.
    pub(crate) fn with_mailing(self, extra: &str) -> Self {
        self.file("clients.csv", "email;nom\r\nzoe@exemple.fr;Zoé\r\nluc@exemple.fr;Luc\r\n");
        let text = "recipients = \"clients.csv\"\nfrom = \"Compta <compta@exemple.fr>\"\nto = \"{{ email }}\"\n\
             subject = \"Facture de {{ nom }}\"\ntext = \"Bonjour {{ nom }}\"\nsmtp = \"smtp://127.0.0.1:1\"\n";
        self.file("mailing.toml", format!("{text}{extra}"));
        self
    }

    pub(crate) fn serve(&self) -> Served {
        let mut child = self.command(&["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut lines) = (String::new(), String::new());
        while !line.starts_with("serving ") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "it ended before it served");
            lines.push_str(&line);
        }
        Served(child, lines)
    }
}

/// Killed with its handle; and what it said at first.
pub(crate) struct Served(pub(crate) Child, pub(crate) String);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) said: String,
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            said: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.said))
    }
}
