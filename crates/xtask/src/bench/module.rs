//! What a call of `vigie.py` costs the program that makes it, beside Python's own `FileHandler`.

use super::{Bench, Context, Samples, Table};
use crate::run;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::{fs, process::Command};

pub(crate) const BENCH: Bench = Bench {
    name: "module",
    what: "A call of `vigie.py` while nobody answers, each ending in a line on disk (µs, from the call to its return, the thread \
           that tells Vigie running beside), to be under 20; beside Python's own `logging.FileHandler` with the same record.",
    run: module,
};

const MODULE: &str = include_str!("../../../web/src/static/vigie.py");
const SCRIPT: &str = r#"
import json, logging, os, sys, time
folder = sys.argv[1]
os.environ.update(VIGIE_SPOOL=os.path.join(folder, "spool"), VIGIE_URL="http://127.0.0.1:9")
sys.path.insert(0, folder)
import vigie

def logger(name, handler):
    log = logging.getLogger(name)
    log.addHandler(handler)
    log.setLevel("INFO")
    log.propagate = False
    return log

ours, theirs = logger("ours", vigie.Handler()), logger("theirs", logging.FileHandler(os.path.join(folder, "theirs.log")))
job = vigie.Job()
comment = "Email envoyé avec succès à client@example.com (Message ID: 18c)"

def trace():
    one = vigie.get_trace(trace_name="Send mail", file_name="facture.pdf", application_name="invoices", flow_name="send", comment=comment)
    one.created_by, one.time_to_process = "marie", 0.8
    one.save()

event = {"event": "paid", "amount": 3, "id": "F-1"}
calls = {
    "get_trace().save()": trace,
    "a log record": lambda: ours.info("line %s", 3, extra={"n": 3}),
    "FileHandler": lambda: theirs.info("line %s", 3, extra={"n": 3}),
    "a structlog event": lambda: vigie.structlog_processor(None, "info", event),
    "job.advance()": lambda: job.advance(message="line 1"),
}
took = {name: [] for name in calls}
for _ in range(int(sys.argv[2])):
    for name, call in calls.items():
        begun = time.perf_counter()
        for _ in range(1000):
            call()
        took[name].append((time.perf_counter() - begun) * 1000)
print(json.dumps({"version": sys.version.split()[0], "took": took}))
"#;

fn module(context: &Context) -> Result<Table> {
    let program = run::find_program("python3").context("python3 is missing")?;
    let folder = context.folder()?;
    fs::write(folder.path().join("vigie.py"), MODULE)?;
    fs::write(folder.path().join("cost.py"), SCRIPT)?;
    let mut command = Command::new(program);
    command.arg(folder.path().join("cost.py")).arg(folder.path()).arg(context.size("21", "3"));
    let output = command.output()?;
    if !output.status.success() {
        bail!("python3 failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let told: Value = serde_json::from_slice(&output.stdout).context("what python3 printed")?;
    let took = |name: &str| {
        let values = told["took"][name].as_array().into_iter().flatten().filter_map(Value::as_f64);
        let mut samples = Samples::default();
        values.for_each(|value| samples.push(value));
        samples
    };
    let peer = took("FileHandler");
    let version = told["version"].as_str().unwrap_or_default();
    let mut table = Table::new(&["what", "unit"]);
    for name in ["a log record", "a structlog event", "get_trace().save()", "job.advance()"] {
        table.ratio(&[name, "µs"], &took(name), &format!("FileHandler, Python {version}"), &peer);
    }
    table.note("Medians of thousands of calls; a log record's time includes that of `logging` itself on both sides.");
    Ok(table)
}
