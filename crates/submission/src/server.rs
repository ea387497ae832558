//! The port: accepts, bounds, and moves bytes between sockets and [`Session`]s.

use crate::{
    Limits, Spool,
    content::{self, Arrival},
    login::log_in,
    session::{Incoming, Login, Session, Step},
    spool::{NotKept, Wake},
};
use blobs::Blobs;
use model::{Clock, Rng};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use store::Db;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

const READ_BYTES: usize = 64 << 10;
/// How long the answer to a wrong login takes.
const WRONG_LOGIN_WAIT: Duration = Duration::from_secs(1);
/// Characters of a name that is told where it could not log in.
const USER_SHOWN: usize = 64;
/// A client that does not take our replies.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);
/// How long what is being said may still be ended when the server stops.
const GOODBYE: Duration = Duration::from_secs(5);

/// What the port is made of.
pub struct Parts {
    pub db: Db,
    pub blobs: Blobs,
    pub clock: Clock,
    pub rng: Rng,
    /// What messages that were here are marked with.
    pub mark: String,
    /// The sending account of programs that log in as none; without it, the only one that there is.
    pub account: Option<String>,
    pub limits: Limits,
    /// Bytes that are free on the disk; `None` where that cannot be told.
    pub room: Arc<dyn Fn() -> Option<u64> + Send + Sync>,
    pub wake: Wake,
}

/// A running port, until it is stopped.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    db: Db,
    clock: Clock,
    mark: String,
    limits: Limits,
    room: Arc<dyn Fn() -> Option<u64> + Send + Sync>,
    spool: Spool,
}

impl Server {
    /// Listens on `address`; port 0 takes a free one.
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub async fn start(address: SocketAddr, parts: Parts) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let Parts { db, blobs, clock, rng, mark, account, limits, room, wake } = parts;
        let spool = Spool::start(db.clone(), blobs, clock.clone(), rng, account, &limits, wake);
        let shared = Arc::new(Shared { db, clock, mark, limits, room, spool });
        let stop = watch::Sender::new(false);
        let task = tokio::spawn(accept(listener, shared, stop.subscribe()));
        Ok(Self { address, stop, task })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes nobody more, and lets what is being kept be kept.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if timeout(GOODBYE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(shared.limits.connections_max));
    let (mut connections, mut stopping) = (JoinSet::new(), stop.clone());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        while connections.try_join_next().is_some() {}
        let Ok((mut stream, peer)) = accepted else {
            // Out of file descriptors, most likely: they come back as connections end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            connections.spawn(async move {
                let _ = timeout(GOODBYE, stream.write_all(b"421 4.3.2 too many connections\r\n")).await;
            });
            continue;
        };
        let (shared, stop) = (Arc::clone(&shared), stop.clone());
        connections.spawn(async move {
            let _place = place;
            if let Err(error) = converse(stream, peer, &shared, stop).await {
                tracing::debug!(%peer, %error, "a program that hands over mail went away");
            }
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn converse(
    mut stream: TcpStream,
    peer: SocketAddr,
    shared: &Shared,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let login = if peer.ip().to_canonical().is_loopback() { Login::Optional } else { Login::Required };
    let mut session = Session::new(shared.limits.clone(), login);
    let mut buffer = vec![0; READ_BYTES];
    let mut message_until = None;
    let mut command_until = Instant::now() + shared.limits.idle;
    loop {
        let step = session.step();
        let closes = step == Step::Close;
        match step {
            Step::Read | Step::Close => {
                let out = session.out();
                if !out.is_empty() {
                    // Only a whole line is answered: who sends one byte now and then does not stay.
                    command_until = Instant::now() + shared.limits.idle;
                    timeout(WRITE_PATIENCE, stream.write_all(&out)).await??;
                }
                if closes {
                    return timeout(WRITE_PATIENCE, stream.shutdown()).await?;
                }
            }
            Step::Login { user, secret } => {
                answer_login(shared, peer, &mut session, &user, &secret).await;
                continue;
            }
            Step::Begin { bytes } => {
                match has_room(shared, bytes) {
                    true => session.go_on(),
                    false => session.refuse("452 4.3.1 the disk is nearly full"),
                }
                continue;
            }
            Step::Message(incoming) => {
                message_until = None;
                match keep(shared, incoming).await {
                    Ok(id) => session.kept(&id),
                    Err(reply) => session.refuse(&reply),
                }
                continue;
            }
        }
        let until = if session.is_in_message() {
            let idle = Instant::now() + shared.limits.idle;
            idle.min(*message_until.get_or_insert(Instant::now() + shared.limits.message))
        } else {
            command_until
        };
        let read = tokio::select! {
            read = timeout_at(until, stream.read(&mut buffer)) => read,
            _ = stop.wait_for(|stop| *stop) => {
                session.close("421 4.3.2 stopping");
                continue;
            }
        };
        match read {
            Err(_) => session.close("421 4.4.2 too slow"),
            Ok(read) => match read? {
                0 => return Ok(()),
                count => session.push(&buffer[..count]),
            },
        }
    }
}

/// Looks a login up. Who guesses waits, and is told of in Vigie's log.
async fn answer_login(shared: &Shared, peer: SocketAddr, session: &mut Session, user: &str, secret: &str) {
    match log_in(&shared.db, &shared.clock, user, secret).await {
        Ok(account) => {
            if account.is_none() {
                let user: String = user.chars().take(USER_SHOWN).collect();
                tracing::warn!(%peer, user, "a program that hands over mail could not log in");
                tokio::time::sleep(WRONG_LOGIN_WAIT).await;
            }
            session.logged_in(account);
        }
        Err(_) => session.refuse("454 4.7.0 the login cannot be looked up now"),
    }
}

/// One and a half times the biggest message, as Postfix asks for.
fn has_room(shared: &Shared, bytes: u64) -> bool {
    (shared.room)().is_none_or(|free| free > bytes.saturating_mul(3) / 2)
}

/// The id of the message once it is on disk, or the reply that says why it is not.
async fn keep(shared: &Shared, mut incoming: Incoming) -> Result<String, String> {
    let id = shared.spool.new_id(&shared.clock);
    let content = std::mem::take(&mut incoming.content);
    let arrival = Arrival { id, at: shared.clock.now(), mark: &shared.mark, from: &incoming.from };
    let prepared = content::prepare(&content, arrival).map_err(str::to_owned)?;
    drop(content);
    match shared.spool.keep(id, &shared.clock, &incoming, prepared).await {
        Ok(id) => Ok(id.to_string()),
        Err(NotKept::NoAccount(why)) => Err(format!("451 4.3.5 {why}")),
        Err(NotKept::DiskFull) => Err("452 4.3.1 the disk is full".to_owned()),
        Err(NotKept::Other(error)) => {
            tracing::warn!(%error, "a message was not kept");
            Err("451 4.3.0 it cannot be kept now: try again".to_owned())
        }
    }
}
