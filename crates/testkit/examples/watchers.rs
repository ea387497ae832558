//! Many clients that follow one stream of events, as browsers with a page open do:
//! `watchers 127.0.0.1:PORT PATH TOKEN CLIENTS`. It prints `open` once each has had a first event, and then, for each
//! number of processed items that all of them have seen, `PROCESSED MICROS`: when the last one saw it. It ends when its
//! standard input does, or with the stream.
//!
//! Used by `cargo xtask bench pages`. It reads as little of HTTP as it can, since it shares the machine with what it
//! measures.
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::{cell::RefCell, collections::BTreeMap, io, net::SocketAddr, rc::Rc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::{JoinSet, LocalSet},
};

/// What is kept of a stream to look for a number in; an event is shorter.
const KEPT_BYTES: usize = 8 * 1024;
const KEY: &str = "\"processed\":";

/// How many clients have seen each number of processed items.
#[derive(Default)]
struct Seen {
    clients: u64,
    begun: u64,
    by_number: BTreeMap<u64, u64>,
}

impl Seen {
    fn note(&mut self, before: Option<u64>, number: u64) {
        if before.is_none() {
            self.begun += 1;
            if self.begun == self.clients {
                println!("open");
            }
        }
        for number in before.map_or(number, |before| before + 1)..=number {
            let count = self.by_number.entry(number).or_default();
            *count += 1;
            if *count == self.clients && before.is_some() {
                println!("{number} {}", now_micros());
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, token, clients] = args.as_slice() else {
        return Err("usage: watchers 127.0.0.1:PORT PATH TOKEN CLIENTS".into());
    };
    let (address, clients) = (address.parse::<SocketAddr>()?, clients.parse()?);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let seen = Rc::new(RefCell::new(Seen { clients, ..Seen::default() }));
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            tasks.spawn_local(watch(address, request.clone(), Rc::clone(&seen)));
        }
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        Ok(())
    })
}

async fn watch(address: SocketAddr, request: String, seen: Rc<RefCell<Seen>>) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes()).await?;
    let (mut text, mut last) = (Vec::new(), None);
    loop {
        if stream.read_buf(&mut text).await? == 0 {
            return Ok(());
        }
        if let Some(number) = newest(&String::from_utf8_lossy(&text))
            && last.is_none_or(|last| last < number)
        {
            seen.borrow_mut().note(last, number);
            last = Some(number);
            text.clear();
        }
        if text.len() > KEPT_BYTES {
            text.drain(..text.len() - KEPT_BYTES / 2);
        }
    }
}

/// The last number of processed items in what has come, once it is whole.
fn newest(text: &str) -> Option<u64> {
    text.rsplit(KEY).find_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[..end].parse().ok()
    })
}

fn now_micros() -> i64 {
    model::Clock::System.now().as_micros()
}
