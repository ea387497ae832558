//! Many clients that poll one address, as browsers with a page open do:
//! `pollers 127.0.0.1:PORT PATH CLIENTS EVERY_MS SECONDS`. Each keeps one connection and sends the ETag it was last
//! given. At the end one JSON object says how many answers came, with which status, and how late.
//!
//! Used by `cargo xtask bench progress`. It reads as little of HTTP as it can, since it shares the machine with what it
//! measures.
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{sleep_until, timeout_at},
};

/// An answer is shorter, head included.
const ANSWER_BYTES_MAX: usize = 8 * 1024;
/// Bounds of the counted delays, in microseconds: powers of two from 64 µs.
const BUCKETS: usize = 20;

#[derive(Default)]
struct Counts {
    answered: AtomicU64,
    unchanged: AtomicU64,
    failed: AtomicU64,
    delays: [AtomicU64; BUCKETS],
}

struct Plan {
    address: SocketAddr,
    path: String,
    every: Duration,
    until: Instant,
    counts: Counts,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, clients, every_ms, seconds] = args.as_slice() else {
        return Err("usage: pollers 127.0.0.1:PORT PATH CLIENTS EVERY_MS SECONDS".into());
    };
    let (clients, every) = (clients.parse::<u32>()?, Duration::from_millis(every_ms.parse()?));
    let plan = Arc::new(Plan {
        address: address.parse()?,
        path: path.clone(),
        every,
        until: Instant::now() + Duration::from_secs(seconds.parse()?),
        counts: Counts::default(),
    });
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut tasks = JoinSet::new();
        let start = Instant::now();
        for n in 0..clients {
            // Spread over the period, as clients are that opened their pages at different times.
            let at = start + every * n / clients;
            tasks.spawn(client(Arc::clone(&plan), at));
        }
        while tasks.join_next().await.is_some() {}
    });
    println!("{}", report(&plan.counts, clients));
    Ok(())
}

async fn client(plan: Arc<Plan>, mut at: Instant) {
    let mut stream = None;
    let mut etag = String::new();
    while at < plan.until {
        sleep_until(at.into()).await;
        match poll(&plan, &mut stream, &mut etag).await {
            Ok(status) => {
                plan.counts.answered.fetch_add(1, Relaxed);
                plan.counts.unchanged.fetch_add(u64::from(status == 304), Relaxed);
                plan.counts.delays[bucket(at.elapsed())].fetch_add(1, Relaxed);
            }
            Err(_) => {
                plan.counts.failed.fetch_add(1, Relaxed);
                stream = None;
            }
        }
        at += plan.every;
        // Who is late leaves a turn out, as a timer of a page does.
        while at < Instant::now() {
            at += plan.every;
        }
    }
}

async fn poll(plan: &Plan, stream: &mut Option<TcpStream>, etag: &mut String) -> io::Result<u16> {
    let deadline = plan.until + Duration::from_secs(5);
    let talk = async {
        let stream = match stream {
            Some(stream) => stream,
            None => {
                let new = TcpStream::connect(plan.address).await?;
                new.set_nodelay(true)?;
                stream.insert(new)
            }
        };
        let known = if etag.is_empty() { String::new() } else { format!("If-None-Match: {etag}\r\n") };
        let request = format!("GET {} HTTP/1.1\r\nHost: localhost\r\n{known}\r\n", plan.path);
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(1024);
        loop {
            if stream.read_buf(&mut answer).await? == 0 || answer.len() > ANSWER_BYTES_MAX {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some((status, new_etag)) = whole(&answer) {
                if let Some(new_etag) = new_etag {
                    new_etag.clone_into(etag);
                }
                return if matches!(status, 200 | 304) { Ok(status) } else { Err(io::Error::other("refused")) };
            }
        }
    };
    timeout_at(deadline.into(), talk).await?
}

/// The status and the ETag, once head and body are there.
fn whole(answer: &[u8]) -> Option<(u16, Option<&str>)> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |name: &str| {
        let mut named = head.split("\r\n").filter_map(|line| line.split_once(':'));
        named.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let length: usize = header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    (body.len() >= length).then(|| (status, header("etag")))
}

fn bucket(delay: Duration) -> usize {
    let micros = delay.as_micros().min(u128::from(u32::MAX)) as u32;
    ((32 - (micros >> 6).leading_zeros()) as usize).min(BUCKETS - 1)
}

fn report(counts: &Counts, clients: u32) -> String {
    let delays: Vec<u64> = counts.delays.iter().map(|count| count.load(Relaxed)).collect();
    let total: u64 = delays.iter().sum();
    let mut below = 0;
    // The upper bound of the bucket in which the 99th of 100 lies.
    let p99 = delays.iter().position(|count| {
        below += count;
        below * 100 >= total * 99
    });
    format!(
        "{{\"clients\":{clients},\"answered\":{},\"unchanged\":{},\"failed\":{},\"p99_ms_below\":{}}}",
        counts.answered.load(Relaxed),
        counts.unchanged.load(Relaxed),
        counts.failed.load(Relaxed),
        p99.map_or(0.0, |at| f64::from(64u32 << at) / 1e3),
    )
}
