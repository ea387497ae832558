//! Runs a router on a listener: like `axum::serve`, with bounds on the connections and on how long a header may take.

use crate::Limits;
use axum::{Router, serve::Listener};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, sync::watch, task::JoinSet};

/// Open connections get this long to finish when the server stops.
const WIND_DOWN: Duration = Duration::from_secs(5);

/// Serves until `stop` is done, then lets what is being answered finish, for at most 5 s.
pub async fn serve<L>(mut listener: L, router: Router, limits: Limits, stop: impl Future<Output = ()>)
where
    L: Listener,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(20)));
    let builder = Arc::new(builder);
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let (ending, _) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut stop => break,
        };
        let (io, _) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (builder, service) = (Arc::clone(&builder), TowerToHyperService::new(router.clone()));
        let mut ending = ending.subscribe();
        connections.spawn(async move {
            let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(io), service));
            tokio::select! {
                _ = connection.as_mut() => {}
                () = ended(&mut ending) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(WIND_DOWN, connection).await;
                }
            }
            drop(place);
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
