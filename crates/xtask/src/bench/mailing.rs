//! A mailing as a user has it on disk, sent by the real `vigie send`.

use super::{
    Child, Context,
    child::Usage,
    http::{Http, Place},
    instant::parse_micros,
    server::vigie,
    sink::Sink,
};
use crate::run::TempDir;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::{
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// Files on disk: recipients, a text, attachments.
pub(crate) struct Mailing {
    folder: TempDir,
    count: u32,
    has_files: bool,
}

/// What one run took.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) usage: Usage,
    /// From the first claim to the last record, as the job has it.
    pub(crate) sending_seconds: f64,
}

impl Mailing {
    /// `count` recipients with a body of about `text_bytes`.
    pub(crate) fn write(context: &Context, count: u32, text_bytes: usize) -> Result<Self> {
        let folder = context.folder()?;
        let line = "Bonjour {{ nom }}, voici votre facture du mois, avec nos remerciements.\n";
        fs::write(folder.path().join("lettre.txt"), line.repeat((text_bytes / line.len()).max(1)))?;
        let mailing = Self { folder, count, has_files: false };
        mailing.write_recipients()?;
        Ok(mailing)
    }

    /// The same with a file each: `distinct` files of `file_bytes` bytes, under `count` names.
    pub(crate) fn with_files(mut self, distinct: u32, file_bytes: usize) -> Result<Self> {
        self.has_files = true;
        let pdf = self.path("pdf");
        fs::create_dir(&pdf)?;
        for n in 0..self.count {
            let path = pdf.join(format!("{n}.pdf"));
            if n < distinct {
                let byte = |at: usize| (at.wrapping_mul(31).wrapping_add(n as usize) % 251) as u8;
                let mut content: Vec<u8> = (0..file_bytes).map(byte).collect();
                content.splice(..8.min(file_bytes), *b"%PDF-1.7");
                fs::write(&path, content)?;
            } else {
                fs::hard_link(pdf.join(format!("{}.pdf", n % distinct)), &path)?;
            }
        }
        Ok(self)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_recipients(&self) -> Result<()> {
        let mut file = BufWriter::new(fs::File::create(self.path("clients.csv"))?);
        writeln!(file, "nom;email;fichier")?;
        for n in 0..self.count {
            writeln!(file, "Client {n};client{n}@example.com;{n}.pdf")?;
        }
        file.flush()?;
        Ok(())
    }

    /// Runs it to its end in a new data folder; every recipient must have been sent to.
    pub(crate) fn send(&self, context: &Context, sink: &Sink, at_most: Duration) -> Result<Sent> {
        let data = context.folder()?;
        let child = self.spawn(context, sink, data.path())?;
        let usage = child.wait(at_most)?;
        self.check(context, data.path(), usage)
    }

    /// The same, looking 20 times a second at how many are claimed and not yet recorded; returns the most seen.
    pub(crate) fn most_in_flight(&self, context: &Context, sink: &Sink, at_most: Duration) -> Result<u64> {
        let data = context.folder()?;
        let child = self.spawn(context, sink, data.path())?;
        let socket = data.path().join("vigie.sock");
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| watch(&socket, &ended));
            let usage = child.wait(at_most);
            ended.store(true, Ordering::Relaxed);
            let most = watcher.join().map_err(|_| anyhow::anyhow!("the watcher panicked"))?;
            self.check(context, data.path(), usage?)?;
            most.context("no look at the running job succeeded")
        })
    }

    fn spawn(&self, context: &Context, sink: &Sink, data: &Path) -> Result<Child> {
        let mut command = vigie(context, data, None)?;
        command.current_dir(self.folder.path());
        command.args(["send", "--recipients", "clients.csv", "--name", "bench", "--json"]);
        command.args(["--from", "Compta <compta@example.com>", "--to", "{{ email }}"]);
        command.args(["--subject", "Facture de {{ nom }}", "--text", "lettre.txt", "--smtp", &sink.url()]);
        if self.has_files {
            command.args(["--attach", "pdf/{{ fichier }}"]);
        }
        let log = fs::File::create(self.path("send.log"))?;
        Child::spawn(command.stdout(Stdio::null()).stderr(log))
    }

    fn check(&self, context: &Context, data: &Path, usage: Usage) -> Result<Sent> {
        if !usage.status.success() {
            let log = fs::read_to_string(self.path("send.log")).unwrap_or_default();
            bail!("`vigie send` ended with {}:\n{log}", usage.status);
        }
        let output = vigie(context, data, None)?.args(["jobs", "list", "--json"]).output()?;
        let jobs: Value = serde_json::from_slice(&output.stdout).context("vigie jobs list --json")?;
        let job = jobs["rows"].get(0).or_else(|| jobs.get(0)).context("vigie jobs list --json: no job")?;
        if job["succeeded"] != self.count {
            bail!("not everybody was sent to: {job}");
        }
        let at = |name: &str| parse_micros(job[name].as_str().unwrap_or_default());
        let sending_seconds = (at("finished_at")? - at("started_at")?) as f64 / 1e6;
        Ok(Sent { usage, sending_seconds })
    }
}

fn watch(socket: &Path, ended: &AtomicBool) -> Option<u64> {
    let mut http = Http::new(Place::Socket(socket.to_owned()));
    let mut most = None;
    while !ended.load(Ordering::Relaxed) {
        // Before the socket is there, and after it is gone, there is nothing to see.
        if let Ok(page) = http.get("/api/v1/jobs?state=running&limit=1") {
            let running = page["rows"].get(0).and_then(|job| job["running"].as_u64());
            most = most.max(running);
        }
        thread::sleep(Duration::from_millis(50));
    }
    most
}
