//! Letters a second with a durable trace each, beside Postfix's own load generator and a loop of Python's smtplib.

use super::{
    Bench, Child, Context, Samples, Table,
    child::Usage,
    mailing::{Mailing, Sent},
    peers,
    sink::Sink,
};
use anyhow::{Result, bail};
use std::time::Duration;

pub(crate) const BENCH: Bench = Bench {
    name: "mail",
    what: "`vigie send` (SQLite, `synchronous=FULL`, an intent and a trace on disk for each letter, 10 connections) \
           beside `smtp-source -d -s 10`, which keeps no record, and a smtplib loop, all into the same `smtp-sink`. \
           To be at least 0.5 of smtp-source.",
    run: mail,
};

const AT_MOST: Duration = Duration::from_secs(240);
const LETTER_BYTES: u32 = 4096;
const PDF_BYTES: u32 = 102_400;

/// One kind of letter, and how many of it.
struct Load {
    label: &'static str,
    count: u32,
    bytes: u32,
    has_pdf: bool,
}

fn mail(context: &Context) -> Result<Table> {
    let sink = Sink::start(context)?;
    let mut table = Table::new(&["what", "unit"]);
    let loads = [
        Load { label: "4 KiB", count: context.size(10_000, 500), bytes: LETTER_BYTES, has_pdf: false },
        Load { label: "100 KB PDF", count: context.size(500, 50), bytes: PDF_BYTES, has_pdf: true },
    ];
    for load in &loads {
        measure(context, &sink, load, &mut table)?;
    }
    table.note(
        "*Sending* is from the first claim to the last record; *whole command* adds the start of the process, the \
         reading and checking of every row, and the writing of all intents. A 100 KB PDF is 137 KB as base64 on our \
         and on smtplib's side; `smtp-source -l 102400` sends 102 KB. The smtplib loop makes each message with \
         `EmailMessage`, sends it with `send_message` on one connection, and keeps no record.",
    );
    Ok(table)
}

#[derive(Default)]
struct Figures {
    sending: Samples,
    whole: Samples,
    source: Samples,
    loop_: Samples,
    cpu: Samples,
    source_cpu: Samples,
    loop_cpu: Samples,
    rss: Samples,
}

fn measure(context: &Context, sink: &Sink, load: &Load, table: &mut Table) -> Result<()> {
    let mailing = match load.has_pdf {
        false => Mailing::write(context, load.count, load.bytes as usize)?,
        true => Mailing::write(context, load.count, 500)?.with_files(load.count, load.bytes as usize)?,
    };
    let python = peers::python();
    let count = f64::from(load.count);
    let mut all = Figures::default();
    for _ in 0..context.size(3, 1) {
        let source = sink.source(load.count, load.bytes)?;
        all.source.push(count / source.wall.as_secs_f64());
        all.source_cpu.push(source.cpu.as_secs_f64() * 1e6 / count);
        let Sent { usage, sending_seconds } = mailing.send(context, sink, AT_MOST)?;
        all.sending.push(count / sending_seconds);
        all.whole.push(count / usage.wall.as_secs_f64());
        all.cpu.push(usage.cpu.as_secs_f64() * 1e6 / count);
        all.rss.push(usage.rss_bytes_max as f64 / 1e6);
        if let Some(python) = &python {
            let usage = smtplib(context, python, sink, load)?;
            all.loop_.push(count / usage.wall.as_secs_f64());
            all.loop_cpu.push(usage.cpu.as_secs_f64() * 1e6 / count);
        }
    }
    let most = mailing.most_in_flight(context, sink, AT_MOST)?;
    let label = |text: &str| format!("{} × {}, {text}", load.count, load.label);
    let smtplib = if python.is_some() { "smtplib loop" } else { "smtplib loop (python3 is missing)" };
    table.ratio(&[&label("sending"), "/s"], &all.sending, "smtp-source", &all.source);
    table.ratio(&[&label("whole command"), "/s"], &all.whole, "smtp-source", &all.source);
    table.ratio(&[&label("sending"), "/s"], &all.sending, smtplib, &all.loop_);
    table.ratio(&[&label("CPU"), "µs each"], &all.cpu, "smtp-source", &all.source_cpu);
    table.ratio(&[&label("CPU"), "µs each"], &all.cpu, smtplib, &all.loop_cpu);
    table.value(&[&label("peak memory"), "MB"], &all.rss);
    table.value(&[&label("most in flight"), "letters"], &Samples::from([most as f64]));
    Ok(())
}

fn smtplib(context: &Context, python: &std::path::Path, sink: &Sink, load: &Load) -> Result<Usage> {
    let folder = context.folder()?;
    let script = folder.path().join("smtplib_loop.py");
    std::fs::write(&script, peers::SMTPLIB_LOOP)?;
    let mut command = std::process::Command::new(python);
    command.arg(script).arg(sink.port.to_string()).args([load.count.to_string(), load.bytes.to_string()]);
    command.arg(if load.has_pdf { "pdf" } else { "text" });
    let usage = Child::spawn(&mut command)?.wait(AT_MOST)?;
    if !usage.status.success() {
        bail!("the smtplib loop failed ({})", usage.status);
    }
    Ok(usage)
}
