//! The byte stream to a server: plain or TLS, with a limit to how long each step may take.

use super::{
    account::Account,
    classify::Broken,
    reply::{self, Parsed, Reply},
};
use crate::mask::Mask;
use rustls_pki_types::ServerName;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const READ_BYTES: usize = 8 * 1024;
const ADDRESSES_MAX: usize = 8;

pub(super) struct Wire {
    stream: Stream,
    input: Vec<u8>,
    /// How much of `input` has been understood.
    start: usize,
    /// Whether anything has come in since [`Wire::begin`].
    heard: bool,
    /// Taken out of all that the server says.
    mask: Mask,
    local: IpAddr,
    peer: IpAddr,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Between the two, or after a handshake that failed.
    Gone,
}

impl Wire {
    /// Connects to the first of the host's addresses that answers.
    pub(super) async fn connect(account: &Account) -> Result<Self, Broken> {
        let patience = account.timeouts.connect;
        let lookup = timeout(patience, tokio::net::lookup_host((account.host.as_str(), account.port)));
        let addresses: Vec<SocketAddr> =
            lookup.await.map_err(|_| Broken::Timeout(patience))?.map_err(Broken::Dns)?.take(ADDRESSES_MAX).collect();
        let mut last = Broken::Dns(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        for address in addresses {
            match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Self::over(stream, account),
                Ok(Err(error)) => last = Broken::Connect(error),
                Err(_) => last = Broken::Connect(io::ErrorKind::TimedOut.into()),
            }
        }
        Err(last)
    }

    fn over(stream: TcpStream, account: &Account) -> Result<Self, Broken> {
        // Each flight is one write, and must not wait for the acknowledgement of the one before.
        stream.set_nodelay(true).map_err(Broken::Connect)?;
        let local = stream.local_addr().map_err(Broken::Connect)?.ip().to_canonical();
        let peer = stream.peer_addr().map_err(Broken::Connect)?.ip().to_canonical();
        let mask = Mask::of_login(account.user.as_deref(), account.password.as_ref());
        Ok(Self { stream: Stream::Plain(stream), input: Vec::new(), start: 0, heard: false, mask, local, peer })
    }

    /// Our own address as `EHLO` writes it (RFC 5321 §4.1.3).
    pub(super) fn address_literal(&self) -> String {
        match self.local {
            IpAddr::V4(address) => format!("[{address}]"),
            IpAddr::V6(address) => format!("[IPv6:{address}]"),
        }
    }

    pub(super) const fn peer_is_this_machine(&self) -> bool {
        self.peer.is_loopback()
    }

    /// As `TLSv1_3`, when the connection is private.
    pub(super) fn tls_version(&self) -> Option<String> {
        match &self.stream {
            Stream::Tls(stream) => stream.get_ref().1.protocol_version().map(|version| format!("{version:?}")),
            _ => None,
        }
    }

    pub(super) const fn is_private(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Makes the connection private. Nothing may have been received that has not been understood: it would be taken
    /// for something said under TLS (CVE-2011-0411).
    pub(super) async fn start_tls(&mut self, account: &Account) -> Result<(), Broken> {
        if self.has_input() {
            return Err(Broken::EarlyData);
        }
        let name = ServerName::try_from(account.host.clone())
            .map_err(|error| Broken::Tls(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        let config = account.tls().map_err(|error| Broken::Tls(io::Error::other(error)))?;
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Gone) else {
            return Err(Broken::Tls(io::Error::other("the connection is private already")));
        };
        let handshake = TlsConnector::from(Arc::clone(&config)).connect(name, stream);
        let patience = account.timeouts.greeting;
        let stream = timeout(patience, handshake).await.map_err(|_| Broken::Timeout(patience))?.map_err(Broken::Tls)?;
        self.stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    /// Marks the start of a transaction, for [`Wire::heard`].
    pub(super) fn begin(&mut self) {
        self.heard = self.has_input();
    }

    /// Whether the server has said anything since [`Wire::begin`].
    pub(super) const fn heard(&self) -> bool {
        self.heard
    }

    /// Whether the server has said something that nobody has asked for yet.
    pub(super) fn has_input(&self) -> bool {
        self.start < self.input.len()
    }

    /// Writes all of `bytes` and flushes. When this fails, the last of the bytes has not gone out: over TLS too, since a
    /// record that is cut short cannot be read.
    pub(super) async fn send(&mut self, bytes: &[u8], patience: Duration) -> Result<(), Broken> {
        let writing = async {
            match &mut self.stream {
                Stream::Plain(stream) => stream.write_all(bytes).await,
                Stream::Tls(stream) => {
                    stream.write_all(bytes).await?;
                    stream.flush().await
                }
                Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
            }
        };
        timeout(patience, writing).await.map_err(|_| Broken::Timeout(patience))?.map_err(Broken::Lost)
    }

    /// The next reply, which must be whole within `patience`. What it holds of the account's secrets is masked: the
    /// server may have learnt them on a connection before this one.
    pub(super) async fn reply(&mut self, patience: Duration) -> Result<Reply, Broken> {
        let mut reply = self.reply_unmasked(patience).await?;
        for line in &mut reply.lines {
            *line = self.mask.apply(std::mem::take(line));
        }
        Ok(reply)
    }

    async fn reply_unmasked(&mut self, patience: Duration) -> Result<Reply, Broken> {
        if let Some(reply) = self.understood()? {
            return Ok(reply);
        }
        let reading = async {
            loop {
                self.read().await?;
                if let Some(reply) = self.understood()? {
                    return Ok(reply);
                }
            }
        };
        timeout(patience, reading).await.map_err(|_| Broken::Timeout(patience))?
    }

    fn understood(&mut self) -> Result<Option<Reply>, Broken> {
        if !self.has_input() {
            return Ok(None);
        }
        match reply::parse(&self.input[self.start..])? {
            Parsed::Incomplete => Ok(None),
            Parsed::Reply(reply, used) => {
                self.start += used;
                if self.start == self.input.len() {
                    self.input.clear();
                    self.start = 0;
                }
                Ok(Some(reply))
            }
        }
    }

    async fn read(&mut self) -> Result<(), Broken> {
        if self.start > 0 {
            self.input.drain(..self.start);
            self.start = 0;
        }
        self.input.reserve(READ_BYTES);
        let count = match &mut self.stream {
            Stream::Plain(stream) => stream.read_buf(&mut self.input).await,
            Stream::Tls(stream) => stream.read_buf(&mut self.input).await,
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        };
        match count.map_err(Broken::Lost)? {
            0 => Err(Broken::Lost(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed it"))),
            _ => {
                self.heard = true;
                Ok(())
            }
        }
    }

    /// Whether the server has closed the connection, or said something, while it lay idle. Does not wait.
    pub(super) fn is_stale(&self) -> bool {
        let stream = match &self.stream {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => stream.get_ref().0,
            Stream::Gone => return true,
        };
        if self.has_input() {
            return true;
        }
        // Under TLS 1.3 a server may send session tickets at any time, so bytes alone prove nothing there.
        match peek(stream) {
            Some(0) => true,
            Some(_) => !self.is_private(),
            None => false,
        }
    }
}

/// How many bytes have arrived and can be looked at without taking them: 0 at the end of the stream or after an error,
/// `None` when nothing has arrived.
fn peek(stream: &TcpStream) -> Option<usize> {
    let mut byte = [0];
    let mut buffer = tokio::io::ReadBuf::new(&mut byte);
    match stream.poll_peek(&mut Context::from_waker(Waker::noop()), &mut buffer) {
        Poll::Pending => None,
        Poll::Ready(Ok(count)) => Some(count),
        Poll::Ready(Err(_)) => Some(0),
    }
}
