//! Syslog over UDP and TCP, as RFC 3164 and RFC 5424 write it and as senders do.
//!
//! Over TCP messages are framed by a line feed or by their length (RFC 6587), each as it comes. Nothing is acknowledged in
//! syslog: a sender over TCP is made to wait, by not being read, while the store is busy or full; a datagram that finds no
//! room is dropped, counted and told of.

mod senders;
#[cfg(test)]
mod tests;

use super::{
    Stop,
    checkpointed_writer::{CheckpointedWriter, Stopped},
};
use crate::{Logs, RecordMetadata};
use bytes::Bytes;
use sources::timestamps::Reference;
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    net::{TcpListener, UdpSocket},
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};

/// Bytes of a message over TCP. A longer one is taken in parts.
const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Bytes of messages that wait to be kept.
const WAITING_BYTES_MAX: usize = 8 << 20;
const WAITING_MAX: usize = 20_000;
/// How long a batch is gathered.
const GATHER: Duration = Duration::from_millis(100);

/// A message, and who sent it.
struct Message {
    from: IpAddr,
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

/// Where messages go to be kept.
#[derive(Clone)]
struct Inbox {
    give: mpsc::Sender<Message>,
    room: Arc<Semaphore>,
    dropped: Arc<AtomicU64>,
}

/// An address that is listened on.
pub(super) struct Syslog {
    listening: JoinSet<()>,
    take: mpsc::Receiver<Message>,
    dropped: Arc<AtomicU64>,
    handle: Handle,
}

impl Syslog {
    /// Listens on `address`, over UDP and TCP.
    pub(super) async fn listen(address: SocketAddr) -> std::io::Result<(Self, SocketAddr)> {
        let stream = TcpListener::bind(address).await?;
        // Port 0 is the same for both.
        let address = stream.local_addr()?;
        let datagrams = UdpSocket::bind(address).await?;
        let (give, take) = mpsc::channel(WAITING_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let inbox = Inbox { give, room: Arc::new(Semaphore::new(WAITING_BYTES_MAX)), dropped: Arc::clone(&dropped) };
        let mut listening = JoinSet::new();
        listening.spawn(datagrams_of(datagrams, inbox.clone()));
        listening.spawn(senders::streams_of(stream, inbox, senders::Bounds::default()));
        Ok((Self { listening, take, dropped, handle: Handle::current() }, address))
    }

    /// Keeps what comes, until it is stopped.
    pub(super) fn run(mut self, logs: Logs, stop: &Stop) {
        let mut writer = CheckpointedWriter::new(logs, stop.clone());
        let mut reader = writer.reader("", Reference::Arrival);
        let (mut told, mut masked) = (0, reader.masked());
        let mut from = IpAddr::from([0, 0, 0, 0]);
        loop {
            let is_over = stop.is_asked();
            if is_over {
                // What has come is kept, and nothing more is taken.
                self.listening.abort_all();
                self.take.close();
            }
            let take = &mut self.take;
            let next = self.handle.block_on(async { tokio::time::timeout(GATHER, take.recv()).await });
            let mut next = next.ok().flatten();
            let is_empty = next.is_none();
            while let Some(message) = next {
                // Without a name of its own a record is its sender's.
                from = message.from;
                let name = from.to_canonical().to_string();
                reader.push(&message.bytes, writer.now(), &mut |record| writer.keep(&record, &told_by(&name)));
                next = if writer.is_full() { None } else { self.take.try_recv().ok() };
            }
            let name = from.to_canonical().to_string();
            match is_over && is_empty {
                true => reader.finish(&mut |record| writer.keep(&record, &told_by(&name))),
                false => reader.flush(writer.now(), &mut |record| writer.keep(&record, &told_by(&name))),
            }
            writer.add_masked(reader.masked().since(masked));
            masked = reader.masked();
            if writer.deliver() == Err(Stopped) || is_over && is_empty {
                break;
            }
            let dropped = self.dropped.load(Ordering::Relaxed);
            if dropped > told {
                tracing::warn!(
                    dropped,
                    more = dropped - told,
                    "datagrams of syslog found no room and are lost; senders over TCP would wait"
                );
                told = dropped;
            }
        }
    }
}

/// By the host that a message names; else by the address that sent it.
fn told_by(name: &str) -> RecordMetadata<'_> {
    RecordMetadata { source: name.as_bytes(), source_fields: &["host"], ..RecordMetadata::default() }
}

async fn datagrams_of(socket: UdpSocket, inbox: Inbox) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        // An error is that of an earlier answer, of which there are none.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let bytes = Bytes::copy_from_slice(trimmed(&buffer[..length]));
        if bytes.is_empty() {
            continue;
        }
        let room = Arc::clone(&inbox.room).try_acquire_many_owned(bytes.len() as u32);
        let given = room.ok().map(|room| inbox.give.try_send(Message { from: from.ip(), bytes, _room: room }));
        if !matches!(given, Some(Ok(()))) {
            inbox.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r' | 0)).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// Cuts a stream into messages: `LENGTH message` (RFC 6587 §3.4.1), or up to a line feed (§3.4.2).
struct Frames<R> {
    stream: R,
    buffer: Vec<u8>,
    /// Of the message that is counted: bytes that are still to come.
    counted: usize,
    ended: bool,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    fn new(stream: R) -> Self {
        Self { stream, buffer: Vec::new(), counted: 0, ended: false }
    }

    /// The next message; `None` at the end. Nothing is lost when it is given up before it has one.
    async fn next(&mut self) -> std::io::Result<Option<Bytes>> {
        loop {
            if let Some(frame) = self.frame() {
                return Ok(Some(frame));
            }
            if self.ended {
                return Ok(None);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                self.ended = true;
            }
        }
    }

    /// Reads no more. What is there is given as it is.
    fn end(&mut self) {
        self.ended = true;
    }

    fn frame(&mut self) -> Option<Bytes> {
        if self.counted == 0
            && let Some((length, digits)) = counted(&self.buffer)
        {
            self.buffer.drain(..=digits);
            self.counted = length;
        }
        if self.counted > 0 {
            let most = self.counted.min(MESSAGE_BYTES_MAX);
            let length = if self.ended { most.min(self.buffer.len()) } else { most };
            if self.buffer.len() < length || length == 0 {
                return None;
            }
            self.counted -= length;
            return Some(self.cut(length, 0));
        }
        match memchr::memchr(b'\n', &self.buffer) {
            Some(end) if end <= MESSAGE_BYTES_MAX => Some(self.cut(end, 1)),
            None if self.ended && !self.buffer.is_empty() => {
                Some(self.cut(self.buffer.len().min(MESSAGE_BYTES_MAX), 0))
            }
            _ if self.buffer.len() >= MESSAGE_BYTES_MAX => Some(self.cut(MESSAGE_BYTES_MAX, 0)),
            _ => None,
        }
    }

    fn cut(&mut self, length: usize, end: usize) -> Bytes {
        let bytes = Bytes::copy_from_slice(trimmed(&self.buffer[..length]));
        self.buffer.drain(..length + end);
        bytes
    }
}

/// The length that a counted message begins with, and its digits: `123 <34>…`.
fn counted(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || bytes[0] == b'0' || bytes.get(digits) != Some(&b' ') || bytes.get(digits + 1) != Some(&b'<') {
        return None;
    }
    let length = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
    Some((length, digits))
}
