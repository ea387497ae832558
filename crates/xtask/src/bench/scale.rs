//! What a recipient costs when there are many, and what many large files cost in memory.

use super::{Bench, Context, Samples, Table, mailing::Mailing, sink::Sink};
use anyhow::Result;
use std::time::Duration;

pub(crate) const BENCH: Bench = Bench {
    name: "scale",
    what: "`vigie send` of 10 thousand, 100 thousand and a million recipients: CPU per recipient beside that at 10 \
           thousand (to be within ±20 %), peak memory (to be under 150 MB at a million, and under 100 MB with 10,000 \
           attachments of 5 MB).",
    run: scale,
};

const AT_MOST: Duration = Duration::from_secs(3_600);
const TEXT_BYTES: usize = 1_000;
const FILE_BYTES: usize = 5_000_000;
const DISTINCT_FILES: u32 = 50;

#[derive(Default)]
struct Figures {
    cpu: Samples,
    rss: Samples,
    rate: Samples,
}

impl Figures {
    fn run(&mut self, context: &Context, sink: &Sink, mailing: &Mailing, count: u32) -> Result<()> {
        let usage = mailing.send(context, sink, AT_MOST)?.usage;
        self.cpu.push(usage.cpu.as_secs_f64() * 1e6 / f64::from(count));
        self.rss.push(usage.rss_bytes_max as f64 / 1e6);
        self.rate.push(f64::from(count) / usage.wall.as_secs_f64());
        Ok(())
    }
}

fn scale(context: &Context) -> Result<Table> {
    let sink = Sink::start(context)?;
    let mut table = Table::new(&["what", "unit"]);
    let sizes: [(u32, u32); 3] = [
        context.size((10_000, 5), (500, 3)),
        context.size((100_000, 5), (2_000, 1)),
        context.size((1_000_000, 5), (10_000, 1)),
    ];
    let mut base: Option<(String, Samples)> = None;
    for (count, runs) in sizes {
        let mailing = Mailing::write(context, count, TEXT_BYTES)?;
        let mut figures = Figures::default();
        for _ in 0..runs {
            figures.run(context, &sink, &mailing, count)?;
        }
        let label = format!("{count} recipients");
        match &base {
            Some((name, cpu)) => table.ratio(&[&format!("{label}, CPU"), "µs each"], &figures.cpu, name, cpu),
            None => table.value(&[&format!("{label}, CPU"), "µs each"], &figures.cpu),
        }
        table.value(&[&format!("{label}, peak memory"), "MB"], &figures.rss);
        table.value(&[&format!("{label}, whole command"), "/s"], &figures.rate);
        base.get_or_insert((label, figures.cpu));
    }
    let count = context.size(10_000, 200);
    let mailing = Mailing::write(context, count, TEXT_BYTES)?.with_files(DISTINCT_FILES, FILE_BYTES)?;
    let mut files = Figures::default();
    files.run(context, &sink, &mailing, count)?;
    table.value(&[&format!("{count} × 5 MB attachments, peak memory"), "MB"], &files.rss);
    table.value(&[&format!("{count} × 5 MB attachments, CPU"), "µs each"], &files.cpu);
    table.value(&[&format!("{count} × 5 MB attachments, whole command"), "/s"], &files.rate);
    table.note(format!(
        "CPU is that of the whole command: reading, checking, enqueueing, sending, recording. One-kilobyte texts. The \
         attachments are {DISTINCT_FILES} files of 5 MB under {count} names (hard links)."
    ));
    Ok(table)
}
