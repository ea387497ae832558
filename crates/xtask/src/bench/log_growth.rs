//! What becomes of questions as a store of logs grows tenfold.

use super::{
    Bench, Context, Samples, Table,
    logs::{Question, TENDED, set, size, some_traces},
    server::Server,
    varied::values::Values,
    victorialogs::{self, VictoriaLogs},
};
use crate::run::say;
use anyhow::{Context as _, Result, ensure};
use std::{fs, thread};

pub(crate) const BENCH: Bench = Bench {
    name: "log-growth",
    what: "The set of `logs` sent again and again, each time three days later and with other trace ids, until the store holds \
           1 GB of JSON lines, then 10 GB: memory meanwhile, how soon it is ready when it starts again, and each question, the \
           median of seven over HTTP, with other values each time. Those that the store can prune for are to take no more than three times as long, the others ten times; and, where VictoriaLogs is at hand, \
           each beside what it takes of the same lines.",
    run: log_growth,
};

/// Bytes sent.
const SMALL: usize = 1_000_000_000;
const LARGE: usize = 10_000_000_000;
/// Days that the set spans.
const DAYS: i64 = 3;
/// The memory that serving logs may take at most, megabytes.
const MEMORY_MAX: f64 = 250.0;
/// Questions for which the store need not look at all its blocks.
const PRUNED: [&str; 6] =
    ["exact trace id", "absent word", "rare word, last 100", "phrase, 100 rows", "substring absent", "latest 100"];

/// A group a minute: over so many days there are more of them than an answer may have.
const GROUPS: &str = "by minute";

fn log_growth(context: &Context) -> Result<Table> {
    let set = set()?;
    let text = fs::read_to_string(&set).with_context(|| set.display().to_string())?;
    let copies = |bytes: usize| context.size(bytes, bytes / 10).div_ceil(text.len());
    let (small, large) = (copies(SMALL), copies(LARGE));
    let folder = context.folder()?;
    let (data, peer_data) = (folder.path().join("data"), folder.path().join("peer"));
    let traces = some_traces(&text)?;
    let mut table = Table::new(&["what", "unit"]);
    let mut before = Vec::new();
    let mut sent = 0;
    for goal in [small, large] {
        let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "write")?;
        let mut peer = VictoriaLogs::start(context, &peer_data)?;
        for sent in sent..goal {
            let copy = copy(&text, sent, large)?;
            peer.as_mut().map_or(Ok(()), |peer| peer.take(&copy))?;
            let answer = server.http().post_lines("/api/v1/logs", &copy)?;
            ensure!(answer["rejected"].as_u64() == Some(0), "not all was taken: {answer}");
            server.child.so_far()?;
            say(&format!("{} of {large}", sent + 1));
        }
        sent = goal;
        thread::sleep(TENDED);
        server.stop()?;
        let peer_bytes = peer.map(VictoriaLogs::stop).transpose()?;
        let mut peer = VictoriaLogs::start(context, &peer_data)?;
        let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "write")?;
        let mut http = server.http();
        // As it is in the newest copy: both stores have it.
        let traces = traces.iter().map(|trace| String::from_utf8(shifted(trace.as_bytes(), large - goal)));
        let mut values = Values::new(traces.collect::<Result<_, _>>()?);
        let questions = Question::all()?.into_iter().filter(|question| question.name != GROUPS);
        for (place, question) in questions.enumerate() {
            let (took, theirs) = question.ask(&mut http, &mut values, peer.as_mut())?;
            match before.get(place) {
                None => before.push(took),
                Some(small) => beside(&mut table, question.name, &took, small, &theirs),
            }
        }
        let gigabytes = format!("{:.1} GB", (text.len() * goal) as f64 / 1e9);
        costs(&mut table, &gigabytes, &mut server, size(&data.join("telemetry"))?, peer_bytes)?;
        server.stop()?;
    }
    table.note("Bold: questions for which the store can prune. Each copy of the set keeps its messages: only times and trace ids differ.");
    Ok(table)
}

/// A question of the large store, beside the small one and beside the peer.
fn beside(table: &mut Table, name: &str, took: &Samples, small: &Samples, theirs: &Samples) {
    let name = if PRUNED.contains(&name) { format!("**{name}**") } else { name.to_owned() };
    table.ratio(&[&name, "ms"], took, "a tenth", small);
    if theirs.len() > 0 {
        table.ratio(&[&name, "ms"], took, victorialogs::NAME, theirs);
    }
}

/// What the store costs at that size, once it was asked.
fn costs(table: &mut Table, of: &str, server: &mut Server, bytes: u64, peer_bytes: Option<u64>) -> Result<()> {
    let one = |value: f64| Samples::from([value]);
    let ready = one(server.ready_after.as_secs_f64() * 1e3);
    table.ratio(&[&format!("{of}: restart to ready"), "ms"], &ready, "budget", &one(1_000.0));
    let peak = one(server.child.so_far()?.1 as f64 / 1e6);
    table.ratio(&[&format!("{of}: peak memory of asking"), "MB"], &peak, "budget", &one(MEMORY_MAX));
    let (name, disk) = (format!("{of}: on disk"), one(bytes as f64 / 1e6));
    match peer_bytes {
        Some(peer) => table.ratio(&[&name, "MB"], &disk, victorialogs::NAME, &one(peer as f64 / 1e6)),
        None => table.value(&[&name, "MB"], &disk),
    }
    Ok(())
}

/// The set, `copy` times three days after the first copy's time, of which the last is the set's own.
fn copy(text: &str, copy: usize, copies: usize) -> Result<String> {
    let mut out = Vec::with_capacity(text.len() + 1);
    for line in text.as_bytes().split_inclusive(|byte| *byte == b'\n') {
        let mut line = line.to_vec();
        let back = (copies - 1 - copy) as i64 * DAYS;
        let at = find(&line, b"\"timestamp\": \"").context("a line has no timestamp")?;
        let date = std::str::from_utf8(line.get(at..at + 10).context("a line ends within its timestamp")?)?;
        let day = earlier(date, back).with_context(|| format!("no date: {date}"))?;
        line[at..at + 10].copy_from_slice(day.as_bytes());
        if let Some(at) = find(&line, b"\"trace_id\": \"") {
            let id = shifted(&line[at..at + 2], copies - 1 - copy);
            line[at..at + 2].copy_from_slice(&id);
        }
        out.extend(line);
    }
    Ok(String::from_utf8(out)?)
}

/// The place behind `text`.
fn find(line: &[u8], text: &[u8]) -> Option<usize> {
    line.windows(text.len()).position(|window| window == text).map(|at| at + text.len())
}

/// A hexadecimal id with its first two digits raised by `by`.
fn shifted(id: &[u8], by: usize) -> Vec<u8> {
    let first = std::str::from_utf8(&id[..2]).ok().and_then(|text| u8::from_str_radix(text, 16).ok()).unwrap_or(0);
    let first = format!("{:02x}", first.wrapping_add(by as u8));
    [first.as_bytes(), &id[2..]].concat()
}

/// The date so many days before, in the proleptic Gregorian calendar.
fn earlier(date: &str, days: i64) -> Option<String> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (mut year, mut month, mut day) = (parts.next()??, parts.next()??, parts.next()??);
    for _ in 0..days {
        day -= 1;
        if day == 0 {
            month -= 1;
            if month == 0 {
                (year, month) = (year - 1, 12);
            }
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            day = match month {
                4 | 6 | 9 | 11 => 30,
                2 => 28 + i64::from(is_leap),
                _ => 31,
            };
        }
    }
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_of_other_days_and_traces() {
        let line = "{\"timestamp\": \"2024-03-02T00:00:00Z\", \"trace_id\": \"ff00000000000000\"}\n";
        assert_eq!(copy(line, 1, 2).unwrap(), line);
        let other = copy(line, 0, 2).unwrap();
        assert_eq!(other, "{\"timestamp\": \"2024-02-28T00:00:00Z\", \"trace_id\": \"0000000000000000\"}\n");
        assert_eq!(earlier("2024-01-01", 1).unwrap(), "2023-12-31");
        assert_eq!(earlier("2023-03-01", 1).unwrap(), "2023-02-28");
    }
}
