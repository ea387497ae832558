//! `cargo run --release -p logs --example amplify`: what the worst bodies of one megabyte cost that attributes of a
//! resource, or labels of a stream, can make, in a store of its own and sealed.

use jiff::tz::TimeZone;
use logs::{
    Config, Logs,
    receive::{loki, otlp},
};
use model::{Clock, ManualClock, Timestamp};
use std::time::Instant;

const BODY_BYTES: usize = 1_000_000;

/// A field of protobuf with a length.
fn part(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(bytes);
    out
}

fn pair(key: &str, text: &[u8]) -> Vec<u8> {
    part(1, &[part(1, key.as_bytes()), part(2, &part(1, text))].concat())
}

/// A resource with so many attributes of so many bytes, and scopes of so many records for as long as there is room.
fn otlp_body(attributes: usize, bytes: usize, records: usize, record: &[u8]) -> Vec<u8> {
    let value = vec![b'v'; bytes];
    let pairs: Vec<u8> = (0..attributes).flat_map(|n| pair(&format!("a{n}"), &value)).collect();
    let mut resource = part(1, &pairs);
    let scope = part(2, &part(2, record).repeat(records));
    while resource.len() + scope.len() < BODY_BYTES {
        resource.extend(&scope);
    }
    part(1, &resource)
}

fn loki_body(labels: usize, bytes: usize) -> Vec<u8> {
    let value = "v".repeat(bytes);
    let labels: Vec<String> = (0..labels).map(|n| format!("a{n}=\"{value}\"")).collect();
    let mut stream = part(1, format!("{{{}}}", labels.join(",")).as_bytes());
    let entry = part(2, &part(2, b"five678"));
    stream.extend(entry.repeat((BODY_BYTES - stream.len()) / entry.len()));
    snap::raw::Encoder::new().compress_vec(&part(1, &stream)).expect("it fits")
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let text = part(5, &part(1, b"five6"));
    let own = part(6, &[part(1, b"log.file.path"), part(2, &part(1, b"b"))].concat());
    let bodies: Vec<(&str, bool, Vec<u8>)> = vec![
        ("otlp, 510 attributes, records of a word", false, otlp_body(510, 8, 1000, &text)),
        ("otlp, 100 attributes, records of a word", false, otlp_body(100, 8, 1000, &text)),
        ("otlp, 510 attributes, records of a field", false, otlp_body(510, 8, 1000, &own)),
        ("otlp, 510 attributes, empty records", false, otlp_body(510, 8, 1000, b"")),
        ("otlp, 30 000 attributes, scopes of a record", false, otlp_body(30_000, 2, 1, &text)),
        ("otlp, an attribute of 300 KB", false, otlp_body(1, 300_000, 100, &text)),
        ("otlp, 20 attributes, records of 100 bytes", false, otlp_body(20, 30, 1000, &part(5, &part(1, &[b'x'; 96])))),
        ("loki, 510 labels, lines of a word", true, loki_body(510, 8)),
        ("loki, 30 000 labels, lines of a word", true, loki_body(30_000, 8)),
        ("loki, 20 labels, lines of a word", true, loki_body(20, 8)),
    ];
    println!("{:45} {:>8} {:>8} {:>8} {:>10}", "body", "taken s", "CPU s", "sealed s", "records");
    for (name, is_loki, body) in bodies {
        let folder = std::env::temp_dir().join(format!("vigie-amplify-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let clock = Clock::Manual(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000)));
        let logs = Logs::new(&folder, Config::default(), clock, TimeZone::UTC).expect("a store");
        let mut intake = logs.intake().expect("a store");
        let (began, cpu) = (Instant::now(), cpu());
        let streams = match is_loki {
            true => loki::decode_protobuf(&body, 16 << 20),
            false => otlp::decode_protobuf(&body),
        };
        match streams {
            Ok(streams) => {
                if let Err(error) = intake.streams(streams, BODY_BYTES) {
                    println!("  {error}");
                }
            }
            Err(error) => println!("  {error}"),
        }
        if let Err(error) = intake.finish() {
            println!("  {error}");
        }
        let taken = began.elapsed();
        let accepted = intake.taken().accepted;
        drop(intake);
        runtime.block_on(logs.close());
        drop(logs);
        let (taken, sealed) = (taken.as_secs_f64(), began.elapsed().as_secs_f64());
        println!("{name:45} {taken:8.2} {:8.2} {sealed:8.2} {accepted:10}", self::cpu() - cpu);
        let _ = std::fs::remove_dir_all(&folder);
    }
}

/// Seconds of processor that the process has had.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |at: usize| -> f64 {
        stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(at)?.parse().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}
