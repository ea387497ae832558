//! What `vigie logs import` takes of text logs, from the file to synced records: detection, parsing, masking and all.

use super::{
    Bench, Context, Samples, Table,
    child::Child,
    varied::set::{self, Text},
};
use anyhow::{Result, ensure};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    process::{Command, Stdio},
    time::Duration,
};

pub(crate) const BENCH: Bench = Bench {
    name: "import",
    what: "`vigie logs import` of a file into an empty store, the whole command: megabytes for each second of the clock, and of \
           processors; 25 MB/s of one processor's time are wanted of detection and parsing, which is a part of this.",
    run: import,
};

const RUNS: usize = 3;
const MINUTES: Duration = Duration::from_secs(300);
/// MB/s.
const WANTED: f64 = 25.0;

fn import(context: &Context) -> Result<Table> {
    let mut table = Table::new(&["what", "unit"]);
    let binary = context.release_binary()?;
    for text in Text::ALL {
        let folder = context.folder()?;
        let path = folder.path().join(format!("{}.log", text.name()));
        let mut file = BufWriter::new(File::create(&path)?);
        let lines = context.size(300_000, 30_000);
        set::write_text(lines, text, &mut file)?;
        file.flush()?;
        let megabytes = path.metadata()?.len() as f64 / 1e6;
        let (mut rate, mut of_processors) = (Samples::default(), Samples::default());
        for run in 0..RUNS {
            let data = folder.path().join(run.to_string());
            let mut command = Command::new(binary);
            command.args(["--data"]).arg(data).args(["logs", "import"]).arg(&path);
            let usage = Child::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))?.wait(MINUTES)?;
            ensure!(usage.status.success(), "the import ended with {}", usage.status);
            rate.push(megabytes / usage.wall.as_secs_f64());
            of_processors.push(megabytes / usage.cpu.as_secs_f64());
        }
        let name = format!("{}, {megabytes:.0} MB", text.name());
        table.ratio(&[&name, "MB/s"], &rate, "wanted", &Samples::from([WANTED]));
        table.value(&[&name, "MB per processor second"], &of_processors);
    }
    Ok(table)
}
