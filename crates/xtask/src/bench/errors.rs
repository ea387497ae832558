//! What errors cost to take, to count and to keep: a real event of a Django application, over and over, each a little different.

use super::{
    Bench, Context, Samples, Table,
    http::Http,
    logs::{TENDED, size},
    server::{Latency, Server},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::{
    thread,
    time::{Duration, Instant},
};

pub(crate) const BENCH: Bench = Bench {
    name: "errors",
    what: "A real event of Django (23 KB, `crates/errors/tests/fixtures/real/django_orm.envelope`) sent to `vigie serve` over 4 \
           connections, each acknowledged once it is on disk, until all are counted into issues (to be at least 2,000/s, \
           p99 under 25 ms, under 120 MB, and at most 2 KB each on disk). Ids, times, addresses of objects, values and users \
           are different in each. Then transactions of 4 KB (to be at least 10,000/s). Then 50 events a second of one project, \
           alone and while another sends 50 times its quota (p99 to be at most twice as long). Client and server share the \
           machine.",
    run: errors,
};

const EVENT: &str = include_str!("../../../errors/tests/fixtures/real/django_orm.envelope");
const TRANSACTION: &str = include_str!("../../../errors/tests/fixtures/real/django_transaction.envelope");
const CONNECTIONS: u64 = 4;
const COUNTED_WITHIN: Duration = Duration::from_secs(60);
/// Events a second of the project that keeps within its quota, and for how long.
const QUIET_RATE: f64 = 50.0;
const QUIET_FOR: Duration = Duration::from_secs(10);
/// Events a minute that the other one may send, and how many times as many it does.
const FLOODER_MAY: u64 = 600;
const FLOOD: u64 = 50;
/// Alone and flooded, in turn.
const FLOODS: usize = 3;

fn errors(context: &Context) -> Result<Table> {
    let mut table = Table::new(&["what", "unit"]);
    let events = context.size(100_000, 12_000);
    let mut sent = Measured::default();
    sent.run(context, EVENT, events, true)?;
    sent.show(&mut table, "events", 2_000.0);
    table.ratio(&["events, on disk", "bytes each"], &sent.disk, "budget", &Samples::from([2_048.0]));
    let mut transactions = Measured::default();
    transactions.run(context, TRANSACTION, context.size(100_000, 12_000), false)?;
    transactions.show(&mut table, "transactions", 10_000.0);
    floods(context, &mut table)?;
    table.note(format!(
        "{events} of each. *Taken and counted*: from the first byte sent to the moment that the list of issues shows all of \
         them. *On disk*: all of `telemetry/` after {} s and a stop.",
        TENDED.as_secs()
    ));
    Ok(table)
}

#[derive(Default)]
struct Measured {
    rate: Samples,
    latency: Latency,
    cpu: Samples,
    peak: Samples,
    disk: Samples,
    /// Requests that were refused, and sent again.
    refused: Samples,
}

impl Measured {
    fn run(&mut self, context: &Context, envelope: &str, count: u64, is_counted: bool) -> Result<()> {
        let folder = context.folder()?;
        let data = folder.path().join("data");
        let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
        let mut http = server.http();
        // The rate is measured, not the quota.
        let path = project(&mut http, "shop", 100_000_000)?;
        let template = Template::of(envelope);
        let (before, _) = server.child.so_far()?;
        let start = Instant::now();
        let sent = thread::scope(|scope| {
            let senders: Vec<_> = (0..CONNECTIONS)
                .map(|sender| {
                    let (mut http, path, template) = (server.http(), &path, &template);
                    scope.spawn(move || send(&mut http, path, template, sender, count / CONNECTIONS))
                })
                .collect();
            while senders.iter().any(|sender| !sender.is_finished()) {
                server.child.so_far()?;
                thread::sleep(Duration::from_millis(20));
            }
            let sent =
                senders.into_iter().map(|sender| sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))?);
            sent.collect::<Result<Vec<_>>>()
        })?;
        let (mut times, mut refused) = (Vec::new(), 0);
        for (its, of_it) in sent {
            times.extend(its);
            refused += of_it;
        }
        if is_counted {
            wait_until_counted(&mut http, count)?;
        }
        let wall = start.elapsed().as_secs_f64();
        self.rate.push(count as f64 / wall);
        self.latency.push(&mut times);
        self.refused.push(refused as f64);
        thread::sleep(TENDED);
        let (cpu, peak) = server.child.so_far()?;
        self.cpu.push((cpu - before).as_secs_f64() * 1e6 / count as f64);
        self.peak.push(peak as f64 / 1e6);
        server.stop()?;
        self.disk.push(size(&data.join("telemetry"))? as f64 / count as f64);
        Ok(())
    }

    fn show(&self, table: &mut Table, what: &str, rate: f64) {
        table.ratio(&[&format!("{what}, taken and counted"), "/s"], &self.rate, "wanted", &Samples::from([rate]));
        table.value(&[&format!("{what}, answered, p50"), "ms"], &self.latency.p50);
        table.ratio(&[&format!("{what}, answered, p99"), "ms"], &self.latency.p99, "budget", &Samples::from([25.0]));
        table.value(&[&format!("{what}, refused and sent again"), "requests"], &self.refused);
        table.value(&[&format!("{what}, CPU of `vigie serve`, sealing included"), "µs each"], &self.cpu);
        table.ratio(&[&format!("{what}, peak memory"), "MB"], &self.peak, "budget", &Samples::from([120.0]));
    }
}

/// Makes a project that may send so many items a minute: where its envelopes go.
fn project(http: &mut Http, name: &str, items_per_minute: u64) -> Result<String> {
    let made = http.post("/api/v1/projects", &json!({ "name": name }))?;
    let id = made["project"]["id"].as_u64().context("a project has no id")?;
    let settings = json!({"settings": {"items_per_minute": items_per_minute}});
    http.put(&format!("/api/v1/projects/{name}"), &settings)?;
    let key = made["key"]["public_key"].as_str().context("a project has no key")?;
    Ok(format!("/api/{id}/envelope/?sentry_key={key}"))
}

/// What one project has to wait while another sends far more than it may.
fn floods(context: &Context, table: &mut Table) -> Result<()> {
    let folder = context.folder()?;
    let data = folder.path().join("data");
    let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
    let mut http = server.http();
    let (quiet, loud) = (project(&mut http, "quiet", 1_000_000)?, project(&mut http, "loud", FLOODER_MAY)?);
    let template = Template::of(EVENT);
    let (mut alone, mut flooded, mut refused) = (Latency::default(), Latency::default(), Samples::default());
    for round in 0..context.size(FLOODS, 1) as u64 {
        let rate = (FLOODER_MAY * FLOOD) as f64 / 60.0 / CONNECTIONS as f64;
        alone.push(&mut paced(&mut server.http(), &quiet, &template, round * 10, QUIET_RATE)?.0);
        thread::scope(|scope| {
            let senders: Vec<_> = (1..=CONNECTIONS)
                .map(|sender| {
                    let (mut http, path, template) = (server.http(), &loud, &template);
                    scope.spawn(move || paced(&mut http, path, template, round * 10 + sender, rate))
                })
                .collect();
            flooded.push(&mut paced(&mut server.http(), &quiet, &template, round * 10 + 9, QUIET_RATE)?.0);
            let mut of_all = 0;
            for sender in senders {
                of_all += sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))??.1;
            }
            refused.push(of_all as f64);
            anyhow::Ok(())
        })?;
    }
    server.stop()?;
    table.value(&["a project alone, answered, p99", "ms"], &alone.p99);
    table.ratio(&["while another sends 50 times its quota, p99", "ms"], &flooded.p99, "alone", &alone.p99);
    table.value(&["of the other, refused", "requests"], &refused);
    Ok(())
}

/// Sends so many a second for a while, whatever is answered: milliseconds that those that were taken waited, and how many
/// were refused.
fn paced(http: &mut Http, path: &str, template: &Template, sender: u64, rate: f64) -> Result<(Vec<f64>, u64)> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ (sender + 1));
    let (mut times, mut body, mut refused) = (Vec::new(), Vec::new(), 0);
    let begun = Instant::now();
    while begun.elapsed() < QUIET_FOR {
        template.write(&mut numbers, &mut body);
        let start = Instant::now();
        match http.post_once(path, "application/x-sentry-envelope", &body)? {
            true => times.push(start.elapsed().as_secs_f64() * 1e3),
            false => refused += 1,
        }
        let due = Duration::from_secs_f64((times.len() as u64 + refused) as f64 / rate);
        thread::sleep(due.saturating_sub(begun.elapsed()));
    }
    Ok((times, refused))
}

/// Sends so many, one after the other: milliseconds until each is taken, and how often one was refused before.
fn send(http: &mut Http, path: &str, template: &Template, sender: u64, count: u64) -> Result<(Vec<f64>, u64)> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ (sender + 1));
    let mut times = Vec::with_capacity(count as usize);
    let (mut body, mut refused) = (Vec::new(), 0);
    for _ in 0..count {
        template.write(&mut numbers, &mut body);
        let start = Instant::now();
        refused += http.post_patiently(path, "application/x-sentry-envelope", &body)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok((times, refused))
}

fn wait_until_counted(http: &mut Http, count: u64) -> Result<()> {
    let start = Instant::now();
    loop {
        let page = http.get("/api/v1/issues?limit=100")?;
        let rows = page["rows"].as_array().context("there are no issues")?;
        let counted: u64 = rows.iter().filter_map(|issue| issue["events"].as_u64()).sum();
        ensure!(counted <= count, "{counted} of {count} events are counted");
        if counted == count {
            return Ok(());
        }
        ensure!(start.elapsed() < COUNTED_WITHIN, "{counted} of {count} events are counted");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Numbers that look random, the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// An envelope, cut where one differs from the next.
struct Template {
    parts: Vec<(String, Slot)>,
    rest: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    EventId,
    TraceId,
    SpanId,
    /// Of an object, in the text of a variable.
    Address,
    /// Of a second.
    Micros,
    Thread,
    /// One of 5,000.
    Person,
    /// One of 200: where a user is.
    Place,
}

impl Template {
    fn of(envelope: &str) -> Self {
        // The length is another one; without it, an item ends with its line.
        let mut lines = envelope.trim_end().split('\n');
        let (head, payload) = (lines.next().unwrap_or_default(), lines.nth(1).unwrap_or_default());
        let kind = if envelope.contains("\"type\":\"transaction\"") || envelope.contains("\"type\": \"transaction\"") {
            "transaction"
        } else {
            "event"
        };
        let text = format!("{head}\n{{\"type\":\"{kind}\"}}\n{payload}\n");
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((start, len, slot)) = next_slot(rest) {
            parts.push((rest[..start].to_owned(), slot));
            rest = &rest[start + len..];
        }
        Self { parts, rest: rest.to_owned() }
    }

    fn write(&self, numbers: &mut Numbers, out: &mut Vec<u8>) {
        use std::io::Write as _;
        let (event, trace) = ([numbers.next(), numbers.next()], [numbers.next(), numbers.next()]);
        let (person, place, micros) = (numbers.next() % 5_000, numbers.next() % 200, numbers.next() % 1_000_000);
        out.clear();
        for (text, slot) in &self.parts {
            out.extend_from_slice(text.as_bytes());
            // A vector takes whatever is written.
            let _ = match slot {
                Slot::EventId => write!(out, "{:016x}{:016x}", event[0], event[1]),
                Slot::TraceId => write!(out, "{:016x}{:016x}", trace[0], trace[1]),
                Slot::SpanId => write!(out, "{:016x}", numbers.next()),
                Slot::Address => write!(out, "0x7f{:010x}", numbers.next() & 0xff_ffff_fff0),
                Slot::Micros => write!(out, "{micros:06}"),
                Slot::Thread => write!(out, "1403{:011}", numbers.next() % 100_000_000_000),
                Slot::Person => write!(out, "person{person}@"),
                Slot::Place => write!(out, "10.0.{}.{}", place / 50, place % 50 + 1),
            };
        }
        out.extend_from_slice(self.rest.as_bytes());
    }
}

/// Where the next one begins, how long it is, and what it stands for.
fn next_slot(text: &str) -> Option<(usize, usize, Slot)> {
    let after = |name: &str, len: usize, slot: Slot| {
        let found = [format!("\"{name}\":\""), format!("\"{name}\": \"")];
        let starts = found.into_iter().filter_map(|key| text.find(&key).map(|at| at + key.len()));
        starts.min().map(|start| (start, len, slot))
    };
    let address = text
        .match_indices("0x7f")
        .map(|(at, _)| at)
        .find(|at| text.get(at + 4..at + 14).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let micros = text.match_indices("T10:").map(|(at, _)| at + 10).find(|at| {
        text.get(at - 1..at + 6)
            .is_some_and(|digits| digits.starts_with('.') && digits[1..].bytes().all(|byte| byte.is_ascii_digit()))
    });
    [
        after("event_id", 32, Slot::EventId),
        after("trace_id", 32, Slot::TraceId),
        after("span_id", 16, Slot::SpanId),
        after("parent_span_id", 16, Slot::SpanId),
        after("thread.id", 15, Slot::Thread),
        after("ip_address", 9, Slot::Place),
        address.map(|at| (at, 14, Slot::Address)),
        micros.map(|at| (at, 6, Slot::Micros)),
        text.find("anne@").map(|at| (at, 5, Slot::Person)),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|(start, ..)| *start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn each_envelope_is_whole_and_no_two_are_alike() {
        let mut numbers = Numbers(7);
        for (envelope, least) in [(EVENT, 20_000), (TRANSACTION, 3_000)] {
            let template = Template::of(envelope);
            let (mut one, mut other) = (Vec::new(), Vec::new());
            template.write(&mut numbers, &mut one);
            template.write(&mut numbers, &mut other);
            assert_ne!(one, other);
            assert!(one.len() > least, "{}", one.len());
            let text = String::from_utf8(one).unwrap();
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.len(), 3);
            assert_eq!(lines[0]["event_id"], lines[2]["event_id"]);
        }
        let slots = Template::of(EVENT).parts;
        for slot in [Slot::Address, Slot::Person, Slot::Micros, Slot::TraceId, Slot::Place] {
            assert!(slots.iter().any(|(_, other)| *other == slot), "{slot:?}");
        }
    }
}
