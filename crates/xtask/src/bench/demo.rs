//! How long the first look takes.

use super::{Bench, Child, Context, Samples, Table, server::vigie};
use anyhow::{Result, bail};
use std::{fs, process::Stdio, time::Duration};

pub(crate) const BENCH: Bench = Bench {
    name: "demo",
    what: "`vigie demo --count 500 --exit` in an empty folder, wall clock against the budget of 30 s.",
    run: demo,
};

const BUDGET: f64 = 30.0;
const AT_MOST: Duration = Duration::from_secs(120);

fn demo(context: &Context) -> Result<Table> {
    let mut wall = Samples::default();
    let mut rss = Samples::default();
    for _ in 0..context.size(3, 1) {
        let folder = context.folder()?;
        let log = folder.path().join("demo.log");
        let mut command = vigie(context, &folder.path().join("data"), None)?;
        command.args(["demo", "--count", "500", "--exit", "--json"]);
        command.args(["--listen", &format!("127.0.0.1:{}", context.port()?)]);
        let usage = Child::spawn(command.stdout(Stdio::null()).stderr(fs::File::create(&log)?))?.wait(AT_MOST)?;
        // 3: some were not sent, which is what the demonstration shows.
        if !matches!(usage.status.code(), Some(0 | 3)) {
            bail!("`vigie demo` ended with {}:\n{}", usage.status, fs::read_to_string(&log).unwrap_or_default());
        }
        wall.push(usage.wall.as_secs_f64());
        rss.push(usage.rss_bytes_max as f64 / 1e6);
    }
    let mut table = Table::new(&["what", "unit"]);
    table.ratio(&["wall clock", "s"], &wall, "budget", &Samples::from([BUDGET]));
    table.value(&["peak memory", "MB"], &rss);
    Ok(table)
}
