//! An SMTP server that keeps what it is given and delivers nothing: for demonstrations, rehearsals and tests. It can
//! misbehave on demand, always in the same way for the same options.
//!
//! It is meant for this machine's own use: bounded in what it keeps, not hardened against strangers.

mod dialogue;

use model::{Clock, Timestamp};
use std::{
    collections::{HashSet, VecDeque},
    fs::File,
    io::{self, Write as _},
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinSet};

/// A running catcher. Dropping it ends it and every connection to it.
#[derive(Debug)]
pub struct Catcher {
    address: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

/// How a catcher behaves.
#[derive(Clone, Debug)]
pub struct CatcherOptions {
    pub extensions: Offers,
    /// Offers STARTTLS, or speaks TLS from the start, with this certificate.
    pub tls: Option<(TlsStart, Arc<rustls::ServerConfig>)>,
    /// Asks for this user and password before any message.
    pub login: Option<(String, String)>,
    pub keep: Keep,
    /// The newest so many messages are kept.
    pub kept_max: usize,
    /// Gives the time that [`Caught::received_at`] holds.
    pub clock: Option<Clock>,
    /// Appends each accepted recipient as a line, all of a message with one write, before the message is acknowledged:
    /// so another process can tell what was received, whatever happened to this one or to the sender.
    pub log: Option<PathBuf>,
    pub misbehaviour: Misbehaviour,
}

/// The extensions that the answer to `EHLO` names.
#[derive(Clone, Debug)]
pub struct Offers {
    pub pipelining: bool,
    pub chunking: bool,
    pub smtputf8: bool,
    /// The biggest message, in bytes.
    pub size: Option<u64>,
    /// What is offered where a password is wanted; `PLAIN` and `LOGIN` are understood.
    pub mechanisms: &'static [&'static str],
    /// Whether `EHLO` is known at all.
    pub ehlo: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsStart {
    StartTls,
    Implicit,
}

/// What is kept of each message beside the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Nothing,
    Envelopes,
    /// Envelopes and contents: for a few small messages only.
    Contents,
}

/// What goes wrong, and when. Messages are counted from 1, as they are begun by `MAIL`.
#[derive(Clone, Debug, Default)]
pub struct Misbehaviour {
    /// These addresses do not exist (`550 5.1.1`).
    pub refuse: HashSet<String>,
    /// So many of a thousand addresses do not exist, chosen by a hash of the address and `seed`.
    pub refuse_per_mille: u64,
    pub seed: u64,
    pub throttle: Option<Throttle>,
    pub drops: Vec<Drop>,
    /// Each address is put off once (`451 4.7.1`).
    pub greylist: bool,
    /// Before each answer.
    pub delay: Duration,
    pub lie: Option<Lie>,
    /// Closes the connection, without a word, after so many messages.
    pub close_after: Option<u64>,
    /// The answer to every final dot, as `552 5.3.4 too big`; the message is then not taken.
    pub content_reply: Option<String>,
}

/// `count` messages after the first `after` meet `reply`.
#[derive(Clone, Debug)]
pub struct Throttle {
    pub after: u64,
    pub count: u64,
    /// At `MAIL`; a reply of 421 closes the connection.
    pub reply: String,
}

/// The connection that begins message `message` is cut.
#[derive(Clone, Copy, Debug)]
pub struct Drop {
    pub message: u64,
    pub at: DropAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropAt {
    Mail,
    Recipient,
    /// After `354`, before any content is read.
    Content,
    /// The content was taken and recorded; the answer is not given.
    Taken,
    /// The content arrived, was thrown away, and no answer is given.
    Lost,
}

/// A server that does not keep to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Greets like a web server.
    Greeting,
    /// Answers `EHLO` without end.
    EndlessLines,
    /// Answers `MAIL` with 354.
    WrongCode,
    /// Answers the content before it has come.
    EarlyData,
    /// Takes the content and answers with noise.
    NoiseAfterContent,
    /// Takes the content and answers with 354.
    WrongCodeAfterContent,
}

/// One message as it was caught.
#[derive(Clone, Debug)]
pub struct Caught {
    pub from: String,
    pub recipients: Vec<String>,
    /// Bytes of content, as sent.
    pub size: u64,
    /// With [`Keep::Contents`], dots unstuffed; empty otherwise.
    pub content: Vec<u8>,
    pub received_at: Option<Timestamp>,
}

/// How much has been caught so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub connections: u64,
    pub messages: u64,
    pub recipients: u64,
    pub bytes: u64,
    /// Recipients refused for good.
    pub refused: u64,
}

impl Default for CatcherOptions {
    fn default() -> Self {
        Self {
            extensions: Offers::default(),
            tls: None,
            login: None,
            keep: Keep::Envelopes,
            kept_max: 10_000,
            clock: None,
            log: None,
            misbehaviour: Misbehaviour::default(),
        }
    }
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            pipelining: true,
            chunking: true,
            smtputf8: true,
            size: Some(50_000_000),
            mechanisms: &["PLAIN", "LOGIN"],
            ehlo: true,
        }
    }
}

impl Catcher {
    /// Listens on `address`; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is taken, or the log cannot be opened.
    pub async fn start(address: SocketAddr, options: CatcherOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let log = options.log.as_ref().map(|path| File::options().create(true).append(true).open(path)).transpose()?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            options,
            log,
            begun: AtomicU64::new(0),
            tally: Mutex::default(),
            kept: Mutex::default(),
            put_off: Mutex::default(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, task })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn tally(&self) -> Tally {
        *lock(&self.state.tally)
    }

    /// What was kept, oldest first.
    pub fn caught(&self) -> Vec<Caught> {
        lock(&self.state.kept).iter().cloned().collect()
    }
}

impl std::ops::Drop for Catcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: they come back as connections end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        lock(&state.tally).connections += 1;
        connections.spawn(dialogue::serve(stream, Arc::clone(&state)));
    }
}

#[derive(Debug)]
struct State {
    options: CatcherOptions,
    log: Option<File>,
    begun: AtomicU64,
    tally: Mutex<Tally>,
    kept: Mutex<VecDeque<Caught>>,
    put_off: Mutex<HashSet<String>>,
}

impl State {
    /// Counts a message in and gives its number.
    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn throttle(&self, message: u64) -> Option<&str> {
        let throttle = self.options.misbehaviour.throttle.as_ref()?;
        (message > throttle.after && message <= throttle.after + throttle.count).then_some(throttle.reply.as_str())
    }

    fn drops(&self, message: u64, at: DropAt) -> bool {
        self.options.misbehaviour.drops.iter().any(|drop| drop.message == message && drop.at == at)
    }

    fn lies(&self, lie: Lie) -> bool {
        self.options.misbehaviour.lie == Some(lie)
    }

    /// Why `address` is not taken, when it is not.
    fn refusal(&self, address: &str) -> Option<&'static str> {
        let misbehaviour = &self.options.misbehaviour;
        let unlucky = misbehaviour.refuse_per_mille > 0
            && hash(address, misbehaviour.seed) % 1000 < misbehaviour.refuse_per_mille;
        if unlucky || misbehaviour.refuse.contains(address) {
            lock(&self.tally).refused += 1;
            return Some("550 5.1.1 Recipient address rejected: User unknown\r\n");
        }
        (misbehaviour.greylist && lock(&self.put_off).insert(address.to_owned()))
            .then_some("451 4.7.1 Greylisted, please come back later\r\n")
    }

    /// Takes a message: log, counters, memory.
    fn take(&self, mut caught: Caught) -> io::Result<()> {
        if let Some(mut log) = self.log.as_ref() {
            let lines = caught.recipients.join("\n") + "\n";
            log.write_all(lines.as_bytes())?;
        }
        let mut tally = lock(&self.tally);
        tally.messages += 1;
        tally.recipients += caught.recipients.len() as u64;
        tally.bytes += caught.size;
        drop(tally);
        if self.options.keep != Keep::Nothing {
            caught.received_at = self.options.clock.as_ref().map(Clock::now);
            let mut kept = lock(&self.kept);
            if kept.len() >= self.options.kept_max {
                kept.pop_front();
            }
            kept.push_back(caught);
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// FNV-1a, with its bits mixed once more so that a remainder is fair.
fn hash(address: &str, seed: u64) -> u64 {
    let hash = address
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}
