//! Writes the set of sixteen systems: `varied [LINES [SEED]] > FILE.jsonl`, 960,000 lines unless told otherwise. `varied KIND LINES`
//! writes a text log: `access`, `syslog` or `java`.

mod dice;
mod set;

use std::io::{BufWriter, Write as _, stdout};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if let Some(text) = set::Text::ALL.into_iter().find(|text| first.as_deref() == Some(text.name())) {
        let lines = arguments.next().map_or(set::LINES, |text| text.parse().expect("a number"));
        let mut out = BufWriter::with_capacity(1 << 20, stdout().lock());
        set::write_text(lines, text, &mut out)?;
        return out.flush();
    }
    let mut arguments = first.into_iter().chain(arguments);
    let mut number = |usual| arguments.next().map_or(usual, |text| text.parse().expect("a number"));
    let (lines, seed) = (number(set::LINES), number(set::SEED));
    let mut out = BufWriter::with_capacity(1 << 20, stdout().lock());
    set::write(lines, seed, &mut out)?;
    out.flush()
}
