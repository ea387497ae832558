//! `cargo run --release -p logs --example raw -- [--count] [--literal] QUERY FILE…`: files searched as `vigie logs search --file`
//! does, without the program around it. Prints what matches, or how many lines do, and on standard error how fast.

use logs::raw::{self, RawQuery};
use std::{io::Write as _, ops::ControlFlow, path::PathBuf, time::Instant};
use telemetry::query::Cancel;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut option = |name: &str| {
        let at = args.iter().position(|arg| arg == name);
        at.map(|at| args.remove(at)).is_some()
    };
    let (counts, literal) = (option("--count"), option("--literal"));
    if args.is_empty() {
        return eprintln!("raw [--count] [--literal] QUERY FILE…");
    }
    let text = args.remove(0);
    let query = if literal { RawQuery::literal(&text) } else { RawQuery::parse(&text).0 };
    let files: Vec<PathBuf> = args.into_iter().map(PathBuf::from).collect();
    let start = Instant::now();
    let cancel = Cancel::default();
    let summary = if counts {
        raw::count(&files, &query, &cancel)
    } else {
        let mut out = std::io::BufWriter::with_capacity(64 << 10, std::io::stdout().lock());
        let summary = raw::search(&files, &query, &cancel, &mut |hit| {
            let written = out.write_all(&hit.text).and_then(|()| out.write_all(b"\n"));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        let _ = out.flush();
        summary
    };
    let seconds = start.elapsed().as_secs_f64();
    if counts {
        println!("{}", summary.matches);
    }
    eprintln!("{:.3} s, {:.0} MB/s, {} lines", seconds, summary.bytes as f64 / 1e6 / seconds, summary.lines);
    for unread in &summary.unread {
        eprintln!("{}: {}", unread.file.display(), unread.reason);
    }
}
