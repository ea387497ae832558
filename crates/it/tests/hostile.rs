//! What nobody sends in good faith to the addresses of clients: each is refused with the status that says why, in bounded memory,
//! and whoever reports in good faith is taken meanwhile.

use crate::harness::{
    PATIENCE, Setting, Stage,
    http::{self, send_raw},
    reports::{Project, envelope, event},
    say, wait_for,
};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use std::{io::Write as _, thread};

/// 256 MiB of zeros, by Python's `brotli.compress` with quality 5.
const BROTLI_BOMB: &[u8] = include_bytes!("fixtures/zeros.br");
const MIB: usize = 1 << 20;
/// What the process may have at once, whatever comes from however many.
const PEAK_MIB_MAX: u64 = 400;
const ATTACKERS: usize = 12;

/// 1 GiB of zeros in members of 16 MiB.
fn gzip_bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 16 * MIB]).expect("memory takes all");
    encoder.finish().expect("memory takes all").repeat(64)
}

fn zlib_bomb() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 64 * MIB]).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// Zeros in blocks of 128 KiB that say one byte and how often it comes (RFC 8878 §3.1.1.2), 1 GiB of them; the window is
/// `2^window_log` bytes.
fn zstd_bomb(window_log: u8) -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    const BLOCKS: u32 = 8192;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (window_log - 10) << 3];
    for block in 1..=BLOCKS {
        let header = u32::from(block == BLOCKS) | 1 << 1 | BLOCK << 3;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// An envelope whose only item says what it likes about itself.
fn with_header(header: &str, payload: &str) -> Vec<u8> {
    format!("{{}}\n{header}\n{payload}\n").into_bytes()
}

/// What it is, headers, body, and the status that is right.
fn attacks() -> Vec<(&'static str, &'static str, Vec<u8>, u16)> {
    let deep = "[".repeat(900_000);
    let event_of = |text: &str| with_header("{\"type\":\"event\"}", text);
    vec![
        ("gzip bomb", "Content-Encoding: gzip", gzip_bomb(), 413),
        ("deflate bomb", "Content-Encoding: deflate", zlib_bomb(), 413),
        ("brotli bomb", "Content-Encoding: br", BROTLI_BOMB.to_vec(), 413),
        ("zstd bomb", "Content-Encoding: zstd", zstd_bomb(20), 413),
        ("zstd bomb with a window of 1 GiB", "Content-Encoding: zstd", zstd_bomb(30), 400),
        ("half of a gzip", "Content-Encoding: gzip", gzip_bomb()[..2_000].to_vec(), 400),
        ("no gzip", "Content-Encoding: gzip", b"{}\n".to_vec(), 400),
        ("packed twice", "Content-Encoding: gzip, br", b"{}\n".to_vec(), 415),
        ("10 MB in one line", "", vec![b'x'; 10_000_000], 400),
        ("10 MB in one line of JSON", "", format!("{{\"a\":\"{}\"}}", "x".repeat(10_000_000)).into_bytes(), 400),
        ("an event of 10 MB", "", event_of(&format!("{{\"message\":\"{}\"}}", "x".repeat(10_000_000))), 413),
        ("17 MiB", "", vec![b'x'; 17 * MIB], 413),
        ("a length beyond the end", "", with_header("{\"type\":\"event\",\"length\":99}", "{}"), 400),
        ("a length within the payload", "", with_header("{\"type\":\"event\",\"length\":1}", "{}"), 400),
        ("a negative length", "", with_header("{\"type\":\"event\",\"length\":-1}", "{}"), 400),
        ("a length beyond all numbers", "", with_header("{\"type\":\"event\",\"length\":1e300}", "{}"), 400),
        ("an envelope that is deep", "", deep.clone().into_bytes(), 400),
        ("the header of an item that is deep", "", with_header(&deep, "{}"), 400),
        ("2,000 items", "", [b"{}\n".as_slice(), &b"{\"type\":\"x\"}\n{}\n".repeat(2_000)].concat(), 400),
        // As Relay does: what cannot be read of an item is dropped and counted, what is beside it is taken.
        ("an event that is deep", "", event_of(&deep), 200),
        ("an event of deep objects", "", event_of(&"{\"a\":".repeat(150_000)), 200),
        ("an event that is no JSON", "", event_of("\u{0}\u{1}nothing"), 200),
    ]
}

#[test]
fn what_is_hostile_is_refused_in_bounded_memory() {
    let stage = Stage::new(Setting { recipients: 1, ..Setting::default() });
    let running = stage.serve();
    let address = wait_for("the server", PATIENCE, || stage.serving());
    let project = Project::create(&stage, "Shop");
    let taken = project.send(&address, &envelope(1_u32, &event("cart", 1))).expect("it answers");
    assert_eq!(taken.status, 200, "{taken:?}");
    let before = running.peak_mib();
    let attacks = attacks();
    for (name, headers, body, status) in &attacks {
        let answer =
            http::send(&address, &project.head(headers), body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer.status, *status, "{name}: {answer:?}");
    }
    let alone = running.peak_mib();
    thread::scope(|scope| {
        for attacker in 0..ATTACKERS {
            let (attacks, project, address) = (&attacks, &project, &address);
            scope.spawn(move || {
                for (name, headers, body, status) in attacks.iter().cycle().skip(attacker * 2).take(attacks.len()) {
                    let answer = http::send(address, &project.head(headers), body);
                    let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
                    // 429: more than may be unpacked at once are waiting.
                    assert!([*status, 429].contains(&answer.status), "{name}: {answer:?}");
                }
            });
        }
        let meanwhile = project.send(&address, &envelope(2_u32, &event("cart", 2))).expect("it answers");
        assert_eq!(meanwhile.status, 200, "{meanwhile:?}");
    });
    let together = running.peak_mib();
    say(&format!(
        "peak memory: {before} MiB at first, {alone} MiB one by one, {together} MiB from {ATTACKERS} at once"
    ));
    assert!(together < PEAK_MIB_MAX, "{together} MiB");
}

#[test]
fn what_does_not_keep_to_http_disturbs_nobody() {
    let stage = Stage::new(Setting { recipients: 1, ..Setting::default() });
    let _running = stage.serve();
    let address = wait_for("the server", PATIENCE, || stage.serving());
    let project = Project::create(&stage, "Shop");
    let head = project.head("Connection: close").replace('\n', "\r\n");
    let head = head.replacen("\r\n", &format!(" HTTP/1.1\r\nHost: {address}\r\n"), 1);
    for (name, rest) in [
        ("a length that is none", "Content-Length: many\r\n\r\n{}\n"),
        ("two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}\n"),
        ("a length and chunks", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a chunk beyond all numbers", "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}"),
        ("a chunk that is none", "Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n"),
    ] {
        // Refused, or not answered at all; never taken.
        if let Ok(answer) = send_raw(&address, format!("{head}\r\n{rest}").as_bytes()) {
            assert!((400..500).contains(&answer.status), "{name}: {answer:?}");
        }
    }
    let taken = project.send(&address, &envelope(1_u32, &event("cart", 1))).expect("it answers");
    assert_eq!(taken.status, 200, "{taken:?}");
}
