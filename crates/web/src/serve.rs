//! Runs a router on a listener: like `axum::serve`, with bounds on the connections and on how long the header of a request
//! may take, its first byte included. HTTP/1.1 alone is spoken: browsers and proxies speak it where there is no TLS, and
//! of each connection there is one request at a time.

pub(crate) mod base_path;
pub(crate) mod connections;
pub(crate) mod layers;
pub(crate) mod limits;
pub(crate) mod peer;
pub(crate) mod places;
pub(crate) mod time_limit;

use crate::{Limits, serve::connections::Connections};
use axum::{Router, extract::Request, serve::Listener};
use hyper::server::conn::http1::Builder;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{future::Future, net::IpAddr, pin::pin, time::Duration};
use tokio::{sync::watch, task::JoinSet};
use tower::ServiceExt as _;

/// Open connections get this long to finish when the server stops.
const WIND_DOWN: Duration = Duration::from_secs(5);
/// Bytes of a header, with those of a body that have come with it.
const BUFFER_MAX: usize = 64 << 10;

/// Where a connection comes from.
pub trait Origin {
    /// `None` on a local socket.
    fn address(&self) -> Option<IpAddr>;
}

impl Origin for std::net::SocketAddr {
    fn address(&self) -> Option<IpAddr> {
        Some(self.ip())
    }
}

impl Origin for tokio::net::unix::SocketAddr {
    fn address(&self) -> Option<IpAddr> {
        None
    }
}

/// Serves until `stop` is done, then lets what is being answered finish, for at most 5 s.
pub async fn serve<L>(mut listener: L, router: Router, limits: Limits, stop: impl Future<Output = ()>)
where
    L: Listener<Addr: Origin>,
{
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout).max_buf_size(BUFFER_MAX);
    let open = Connections::new(limits.connections_max, limits.connections_each_max);
    let (ending, _) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let (io, origin) = tokio::select! {
            accepted = async { open.room().await; listener.accept().await } => accepted,
            () = &mut stop => break,
        };
        let admitted = open.admit(origin.address());
        let connection = admitted.connection.clone();
        let service = router.clone().map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(connection.clone());
            request
        });
        let connection = builder.serve_connection(TokioIo::new(io), TowerToHyperService::new(service));
        let mut ending = ending.subscribe();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = admitted.connection.evicted() => {}
                () = ended(&mut ending) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(WIND_DOWN, connection).await;
                }
            }
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    ending.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// The guard of the value must not be held across what comes next.
async fn ended(ending: &mut watch::Receiver<bool>) {
    let _ = ending.wait_for(|ending| *ending).await;
}
