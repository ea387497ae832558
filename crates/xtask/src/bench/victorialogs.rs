//! VictoriaLogs, where it is at hand: given the same lines, and asked the same questions, by turns with ours.
//!
//! It is in none of the package registries as a program. `docs/benchmarks.md` tells how it is built from Debian's sources.

use super::{
    Child, Context,
    http::{Http, Place},
    logs::{size, url_encoded},
};
use crate::run;
use anyhow::{Result, bail};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Names the program; otherwise it is looked for in `target/peers`.
const PROGRAM: &str = "VIGIE_BENCH_VICTORIALOGS";
pub(super) const NAME: &str = "VictoriaLogs";
const KNOWN: &str = include_str!("../../peers/victorialogs.tsv");
const VARIED: &str = include_str!("../../peers/victorialogs-varied.tsv");
const READY_WITHIN: Duration = Duration::from_secs(30);
const STOP_WITHIN: Duration = Duration::from_secs(60);
/// It makes a stream, and blocks of their own, of each value.
const INSERT: &str = "/insert/jsonline?_stream_fields=app&_time_field=timestamp&_msg_field=message";

/// A running server of it; dropping it kills it.
pub(super) struct VictoriaLogs {
    pub(super) child: Child,
    http: Http,
    data: PathBuf,
}

/// What it is asked instead of one of our questions.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    path: &'static str,
    query: &'static str,
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os(PROGRAM).map(PathBuf::from);
    named.or_else(|| Some(run::target().join("peers/victoria-logs"))).filter(|path| run::is_executable(path))
}

/// `None` where a question has no equal there.
pub(super) fn asked(name: &str, is_varied: bool) -> Option<Asked> {
    let list = if is_varied { VARIED } else { KNOWN };
    list.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let [of, path, query] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { return None };
        (of == name).then_some(Asked { path, query })
    })
}

impl Asked {
    pub(super) const fn query(&self) -> &'static str {
        self.query
    }
}

impl VictoriaLogs {
    /// Starts it on a folder, new or filled before; `None` where it is not at hand.
    pub(super) fn start(context: &Context, data: &Path) -> Result<Option<Self>> {
        let Some(program) = program() else { return Ok(None) };
        let port = context.port()?;
        let mut command = Command::new(program);
        command.arg(format!("-storageDataPath={}", data.display()));
        command.arg(format!("-httpListenAddr=127.0.0.1:{port}"));
        // By default it drops what is older than a week, and the set is of a fixed week.
        command.args(["-retentionPeriod=100y", "-loggerLevel=ERROR"]);
        let child = Child::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let mut peer = Self { child, http: Http::new(Place::Port(port, String::new())), data: data.to_owned() };
        let start = Instant::now();
        while !peer.http.status("/health").is_ok_and(|status| status == 200) {
            if start.elapsed() > READY_WITHIN || peer.child.has_ended() {
                bail!("{NAME} was not ready after {} s", start.elapsed().as_secs());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(Some(peer))
    }

    /// It answers before anything is on a disk, and finds the lines about a second later.
    pub(super) fn take(&mut self, text: &str) -> Result<()> {
        let (status, answer) = self.http.post_raw(INSERT, "application/stream+json", text.as_bytes())?;
        if status != 200 {
            bail!("{NAME}: {status} {}", String::from_utf8_lossy(&answer));
        }
        Ok(())
    }

    /// How long the question took whose placeholders are filled in.
    pub(super) fn ask(&mut self, asked: Asked, query: &str) -> Result<Duration> {
        let joint = if asked.path.contains('?') { '&' } else { '?' };
        let path = format!("/select/logsql/{}{joint}query={}", asked.path, url_encoded(query));
        let (took, status, answer) = self.http.get_raw_timed(&path)?;
        if status != 200 {
            bail!("{NAME}: {path}: {status} {}", String::from_utf8_lossy(&answer));
        }
        Ok(took)
    }

    /// Bytes of all that it keeps, once it has ended, which is when it has written all.
    pub(super) fn stop(self) -> Result<u64> {
        self.child.terminate(STOP_WITHIN)?;
        size(&self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::super::logs::Question;
    use super::*;

    #[test]
    fn it_is_asked_each_question() {
        for (questions, is_varied) in [(Question::all().unwrap(), false), (Question::varied().unwrap(), true)] {
            assert!(questions.len() > 15);
            for question in questions {
                let asked = asked(question.name, is_varied);
                assert!(asked.is_some_and(|asked| !asked.query().is_empty()), "{} is not asked there", question.name);
            }
        }
    }
}
