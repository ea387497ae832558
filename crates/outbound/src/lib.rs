//! The way out over HTTP and HTTPS, for jobs, webhooks and the Gmail API: one client that knows whose certificates are
//! believed and which addresses may be reached. It follows no redirect and repeats nothing by itself.

mod reach;
mod trouble;

pub use reach::{Reach, Refused};
pub use trouble::{Trouble, refused_address};

use reqwest::{Method, RequestBuilder, redirect, retry};
use std::{error::Error, net::IpAddr, sync::Arc, time::Duration};
use url::Url;

/// Connections that wait for their next request, by host.
const IDLE_PER_HOST_MAX: usize = 32;

/// How a [`Client`] calls.
#[derive(Clone, Debug)]
pub struct Settings {
    pub reach: Reach,
    /// For a connection to be made, TLS included.
    pub connect_timeout: Duration,
    /// For the whole call, where the caller sets none of its own.
    pub timeout: Option<Duration>,
    /// How long a connection waits for its next request; `None` where each call opens one of its own.
    pub idle_timeout: Option<Duration>,
    /// Whether the proxy of the environment (`HTTPS_PROXY`) is used.
    pub proxy: bool,
    /// Without it no certificates are read, and HTTPS fails.
    pub tls: bool,
    /// From which address of this machine is called: `0.0.0.0` calls IPv4 alone, `::` IPv6 alone.
    pub from: Option<IpAddr>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reach: Reach::Network,
            connect_timeout: Duration::from_secs(10),
            timeout: None,
            idle_timeout: Some(Duration::from_secs(20)),
            proxy: false,
            tls: true,
            from: None,
        }
    }
}

/// Calls over HTTP/1.1. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    reach: Reach,
}

impl Client {
    /// # Errors
    /// Why TLS cannot be set up: the machine's certificates cannot be read, say.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let Settings { reach, connect_timeout, timeout, idle_timeout, proxy, tls, from } = settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_config(tls)?)
            .tls_info(true)
            .user_agent(concat!("vigie/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .http1_only()
            .connect_timeout(connect_timeout)
            .local_address(from)
            .dns_resolver(Arc::new(reach.clone()))
            .pool_max_idle_per_host(if idle_timeout.is_some() { IDLE_PER_HOST_MAX } else { 0 })
            .pool_idle_timeout(idle_timeout);
        if let Some(timeout) = timeout {
            builder = builder.timeout(timeout);
        }
        if !proxy {
            builder = builder.no_proxy();
        }
        Ok(Self { http: builder.build().map_err(|error| why(&error))?, reach })
    }

    /// Begins a call. A name is looked up, and held against [`Settings::reach`], when it is sent.
    ///
    /// # Errors
    /// The address that the URL spells out may not be reached.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Refused> {
        self.reach.check(&url)?;
        Ok(self.http.request(method, url))
    }
}

fn tls_config(reads_certificates: bool) -> Result<rustls::ClientConfig, String> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let unusable = |error: rustls::Error| format!("TLS cannot be set up: {error}");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(unusable)?;
    let builder = match reads_certificates {
        true => builder.with_platform_verifier().map_err(unusable)?,
        false => builder.with_root_certificates(rustls::RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}

/// Whether a call failed because its name leads where nothing may be reached: it will not do better later.
pub fn is_refused(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.is::<Refused>())
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// Why a call failed, with every cause, on one line. The URL is left out but for its host: it may hold a secret.
pub fn why(error: &reqwest::Error) -> String {
    let first = match error.url() {
        Some(url) => format!("{} cannot be called", url.host_str().unwrap_or("the URL")),
        None => error.to_string(),
    };
    causes(error).fold(first, |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, response::Redirect, routing::get};

    async fn serve(router: Router) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async { axum::serve(listener, router).await });
        port
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        let port = serve(Router::new().route("/", get(async || "inside"))).await;
        let inside = url(&format!("http://localhost:{port}/"));
        let get = async |reach: Reach| {
            let client = Client::new(Settings { reach, tls: false, ..Settings::default() }).unwrap();
            client.request(Method::GET, inside.clone()).unwrap().send().await
        };
        assert_eq!(get(Reach::Network).await.unwrap().text().await.unwrap(), "inside");
        let refused = get(Reach::public()).await.unwrap_err();
        assert!(is_refused(&refused));
        let refused = why(&refused);
        assert!(refused.starts_with("localhost cannot be called: "), "{refused}");
        assert!(refused.contains("is not a public address"), "{refused}");
        let allowed = Reach::Public { allowed: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()] };
        assert_eq!(get(allowed).await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer() {
        let port = serve(Router::new().route("/", get(async || Redirect::to("http://169.254.169.254/")))).await;
        let client = Client::new(Settings { tls: false, ..Settings::default() }).unwrap();
        let call = client.request(Method::GET, url(&format!("http://127.0.0.1:{port}/"))).unwrap();
        assert_eq!(call.send().await.unwrap().status(), 303);
    }

    #[tokio::test]
    async fn an_address_in_a_url_is_held_against_the_reach() {
        let client = Client::new(Settings { reach: Reach::public(), tls: false, ..Settings::default() }).unwrap();
        let refused = client.request(Method::GET, url("http://[::ffff:10.0.0.1]/")).unwrap_err();
        assert_eq!(refused.to_string(), "10.0.0.1 is not a public address");
    }

    #[tokio::test]
    async fn a_failure_is_told_without_what_the_url_holds() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let client = Client::new(Settings { tls: false, ..Settings::default() }).unwrap();
        let error = client.request(Method::GET, url(&format!("http://{address}/?key=s3cret"))).unwrap().send().await;
        let error = error.unwrap_err();
        assert!(error.is_connect() && !is_refused(&error));
        let told = why(&error);
        assert!(told.starts_with("127.0.0.1 cannot be called: ") && !told.contains("s3cret"), "{told}");
    }
}
