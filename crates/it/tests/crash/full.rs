//! The crash test in full, for `cargo xtask bench crash`: figures go to the file that `VIGIE_CRASH_TABLE` names, one
//! `what<TAB>figure` per line.

use super::random::{Series, killed_again_and_again};
use crate::harness::{CONNECTIONS, Setting, Stage, seeded};
use std::{fs::File, io::Write as _};

const KILLS: u64 = 100;

fn write(name: &str, series: &Series, bound: u64) {
    series.tell(name, bound);
    let Some(table) = std::env::var_os("VIGIE_CRASH_TABLE") else { return };
    let mut table = File::options().create(true).append(true).open(table).expect("the table is writable");
    let mut resumed: Vec<u128> = series.resumed.iter().map(std::time::Duration::as_millis).collect();
    resumed.sort_unstable();
    let middle = resumed.get(resumed.len() / 2).copied().unwrap_or(0);
    let accounts = &series.accounts;
    let rows = [
        ("kills", series.kills.to_string()),
        ("recipients at the sink", accounts.sink.to_string()),
        ("succeeded", accounts.succeeded.to_string()),
        ("unknown", accounts.unknown.to_string()),
        ("of them arrived", accounts.unknown_arrived.to_string()),
        ("failed or skipped", (accounts.failed + accounts.skipped).to_string()),
        ("sent twice", "0".to_owned()),
        ("missing", "0".to_owned()),
        ("unknown after one kill, most", series.unknown_max.map_or("–".to_owned(), |most| most.to_string())),
        ("in flight, bound", bound.to_string()),
        ("recipients/s", format!("{:.0}", series.rate)),
        ("restart to next recipient, median ms", middle.to_string()),
        ("restart to next recipient, most ms", resumed.last().copied().unwrap_or(0).to_string()),
    ];
    for (what, figure) in rows {
        writeln!(table, "{name}: {what}\t{figure}").expect("the table is writable");
    }
}

#[test]
#[ignore = "takes minutes: cargo xtask bench crash"]
fn full_unpaced() {
    let stage = Stage::new(Setting { recipients: 10_000, ..Setting::default() });
    let series = killed_again_and_again(&stage, &seeded("full, unpaced"), KILLS, CONNECTIONS);
    write("SQLite, unpaced", &series, CONNECTIONS);
}

#[test]
#[ignore = "takes minutes: cargo xtask bench crash"]
fn full_paced() {
    let stage = Stage::new(Setting { recipients: 10_000, rate: Some("200/s"), ..Setting::default() });
    let series = killed_again_and_again(&stage, &seeded("full, paced"), KILLS, CONNECTIONS);
    write("SQLite, paced at 200/s", &series, CONNECTIONS);
}

#[test]
#[ignore = "takes minutes: cargo xtask bench crash"]
fn full_postgres() {
    let Some(stage) = Stage::on_postgres(Setting { recipients: 10_000, ..Setting::default() }) else { return };
    let series = killed_again_and_again(&stage, &seeded("full, PostgreSQL"), KILLS, CONNECTIONS);
    write("PostgreSQL, unpaced", &series, CONNECTIONS);
}
