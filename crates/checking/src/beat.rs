//! A sign of life of Vigie itself: an address that is called each minute while it can work, so that somebody else notices when
//! it cannot.

use crate::Checking;
use checks::IpFamily;
use futures_util::future::BoxFuture;
use jobs::{Again, DoneBy, Outcome, Work};
use reqwest::Method;
use std::{sync::Arc, time::Duration};
use url::Url;

const EVERY: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether Vigie can work now.
pub type IsWell = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

impl Checking {
    /// Calls `url` each minute. Not while Vigie cannot work: whoever misses the call is right to ask.
    pub fn beating(self, url: Url, is_well: IsWell) -> Work {
        Work::new("heartbeat", EVERY, DoneBy::Everyone, move || {
            let (checking, url, is_well) = (self.clone(), url.clone(), Arc::clone(&is_well));
            async move { checking.beat(url, is_well().await).await }
        })
    }

    /// What the address holds is told to nobody: it may be a secret.
    async fn beat(&self, url: Url, is_well: bool) -> Outcome {
        if !is_well {
            return Err("Vigie cannot work now, and says nothing: see /readyz".to_owned());
        }
        let host = url.host_str().unwrap_or("the address").to_owned();
        let client = self.client(IpFamily::Any).map_err(|why| why.detail)?;
        let call = client.request(Method::GET, url).map_err(|refused| refused.to_string())?;
        let answer = call.timeout(PATIENCE).send().await.map_err(|error| outbound::why(&error))?;
        match answer.status() {
            status if status.is_success() => Ok(Again::AsUsual),
            status => Err(format!("{host} answered {}", status.as_u16())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::StatusCode, routing::get};
    use model::Clock;
    use outbound::Reach;
    use std::sync::atomic::{AtomicU64, Ordering};
    use store::Db;

    #[tokio::test]
    async fn it_calls_while_it_is_well_and_only_where_it_may() {
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
        let count = async move || {
            // The second call finds the other side ailing.
            if counted.fetch_add(1, Ordering::Relaxed) == 1 { StatusCode::BAD_GATEWAY } else { StatusCode::OK }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async { axum::serve(listener, Router::new().route("/s3cret", get(count))).await });
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        let at = |reach| Checking::new(db.clone(), Clock::System, reach);
        let url = || Url::parse(&format!("http://127.0.0.1:{port}/s3cret")).unwrap();
        let inside = at(Reach::Network);
        assert_eq!(inside.beat(url(), true).await, Ok(Again::AsUsual));
        assert_eq!(inside.beat(url(), true).await, Err("127.0.0.1 answered 502".to_owned()));
        inside.beat(url(), false).await.unwrap_err();
        let refused = at(Reach::public()).beat(url(), true).await.unwrap_err();
        assert!(refused.contains("not a public address") && !refused.contains("s3cret"), "{refused}");
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }
}
