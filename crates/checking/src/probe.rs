//! Asking: an address over HTTP, a port, a name. Only addresses that may be reached are asked, each redirect included.

use crate::{Checking, certificate};
use checks::{Check, DnsRecord, HttpProbe, IpFamily, Watch, Why, WhyCode};
use model::Timestamp;
use outbound::{Client, Settings, Trouble};
use reqwest::{Method, Response, header, tls::TlsInfo};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, Instant},
};
use tokio::net::{TcpStream, lookup_host};
use url::Url;

/// Bytes of an answer that are looked through.
const LOOKED_MAX: usize = 1 << 20;
const DAY: Duration = Duration::from_secs(86_400);

/// What asking found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub took: Duration,
    pub outcome: Result<(), Why>,
    pub certificate_ends: Option<Timestamp>,
}

impl Checking {
    pub(crate) async fn probe(&self, check: &Check) -> Found {
        let began = Instant::now();
        let timeout = Duration::from_secs(check.watch.probe().unwrap_or_default().timeout_s);
        let mut ends = None;
        let asked = async {
            match &check.watch {
                Watch::Heartbeat(_) => Ok(()),
                Watch::Http(http) => self.http(http, &mut ends).await,
                Watch::Tcp { host, port, family, .. } => self.tcp(host, *port, *family).await,
                Watch::Dns { host, record, expected, .. } => dns(host, *record, expected).await,
            }
        };
        let outcome = tokio::time::timeout(timeout, asked).await;
        let took = began.elapsed();
        let outcome =
            outcome.unwrap_or_else(|_| Err(Why::new(WhyCode::Unreachable, format!("> {} s", timeout.as_secs()))));
        let outcome = outcome.and_then(|()| match &check.watch {
            Watch::Http(http) => in_time(http, took).and_then(|()| self.is_valid_for_long(http, ends)),
            _ => Ok(()),
        });
        Found { took, outcome, certificate_ends: ends }
    }

    pub(crate) fn client(&self, family: IpFamily) -> Result<&Client, Why> {
        let from = match family {
            IpFamily::Any => None,
            IpFamily::Ipv4 => Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            IpFamily::Ipv6 => Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        };
        let settings = || Settings { reach: self.0.reach.clone(), idle_timeout: None, from, ..Settings::default() };
        let client = self.0.http[family as usize].get_or_init(|| Client::new(settings()));
        client.as_ref().map_err(|error| Why::new(WhyCode::Unreachable, error))
    }

    async fn http(&self, probe: &HttpProbe, ends: &mut Option<Timestamp>) -> Result<(), Why> {
        let mut url = Url::parse(&probe.url).map_err(|error| Why::new(WhyCode::Unreachable, error.to_string()))?;
        for hop in 0..=probe.redirects {
            let answer = self.get(&url, probe.family).await?;
            if hop == 0 {
                let info = answer.extensions().get::<TlsInfo>();
                *ends = info.and_then(TlsInfo::peer_certificate).and_then(certificate::ends);
            }
            match next(&url, &answer).filter(|_| probe.redirects > 0) {
                Some(next) => url = next,
                None => return judge(probe, answer).await,
            }
        }
        Err(Why::new(WhyCode::Redirects, format!("> {}", probe.redirects)))
    }

    async fn get(&self, url: &Url, family: IpFamily) -> Result<Response, Why> {
        let call = self.client(family)?.request(Method::GET, url.clone());
        let call = call.map_err(|refused| Why::new(WhyCode::Refused, refused.address().to_string()))?;
        call.send().await.map_err(|error| failed(&error))
    }

    fn is_valid_for_long(&self, probe: &HttpProbe, ends: Option<Timestamp>) -> Result<(), Why> {
        let (Some(days), Some(ends)) = (probe.certificate_days, ends) else { return Ok(()) };
        let left = ends.since(self.0.clock.now());
        let least = DAY.saturating_mul(u32::try_from(days).unwrap_or(u32::MAX));
        match left < least {
            true => Err(Why::new(WhyCode::Certificate, ends.to_string())),
            false => Ok(()),
        }
    }

    async fn tcp(&self, host: &str, port: u16, family: IpFamily) -> Result<(), Why> {
        let mut addresses = looked_up(host, port).await?;
        addresses.retain(|address| family.takes(address.ip()));
        if addresses.is_empty() {
            return Err(Why::new(WhyCode::Name, format!("{host}: {}", family.as_str())));
        }
        for address in &addresses {
            let refused = |refused: outbound::Refused| Why::new(WhyCode::Refused, refused.address().to_string());
            self.0.reach.admit(address.ip()).map_err(refused)?;
        }
        TcpStream::connect(&addresses[..]).await.map(drop).map_err(|error| unreachable(&error))
    }
}

/// Why there was no answer. What words cannot say better is left to the system's own.
fn failed(error: &reqwest::Error) -> Why {
    let address = outbound::refused_address(error).map(|address| address.to_string());
    match Trouble::of(error) {
        Trouble::Refused => Why::new(WhyCode::Refused, address.unwrap_or_default()),
        Trouble::Certificate => Why::new(WhyCode::Certificate, outbound::why(error)),
        _ => Why::new(WhyCode::Unreachable, outbound::why(error)),
    }
}

fn unreachable(error: &std::io::Error) -> Why {
    Why::new(WhyCode::Unreachable, error.to_string())
}

/// Where a redirect leads.
fn next(url: &Url, answer: &Response) -> Option<Url> {
    let location = answer.headers().get(header::LOCATION).filter(|_| answer.status().is_redirection())?;
    let next = url.join(location.to_str().ok()?).ok()?;
    matches!(next.scheme(), "http" | "https").then_some(next)
}

async fn judge(probe: &HttpProbe, mut answer: Response) -> Result<(), Why> {
    let (first, last) = probe.statuses;
    let status = answer.status().as_u16();
    if !(first..=last).contains(&status) {
        return Err(Why::new(WhyCode::Status, status.to_string()));
    }
    if probe.contains.is_empty() {
        return Ok(());
    }
    let mut body = Vec::new();
    while let Some(part) =
        answer.chunk().await.map_err(|error| Why::new(WhyCode::Unreachable, outbound::why(&error)))?
    {
        body.extend_from_slice(&part[..part.len().min(LOOKED_MAX - body.len())]);
        if body.len() >= LOOKED_MAX {
            break;
        }
    }
    match String::from_utf8_lossy(&body).contains(&probe.contains) {
        true => Ok(()),
        false => Err(Why::new(WhyCode::Text, &probe.contains)),
    }
}

fn in_time(probe: &HttpProbe, took: Duration) -> Result<(), Why> {
    match probe.slower_than_ms {
        Some(limit) if took.as_millis() > u128::from(limit) => {
            Err(Why::new(WhyCode::Slow, format!("{} ms > {limit} ms", took.as_millis())))
        }
        _ => Ok(()),
    }
}

async fn looked_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, Why> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = lookup_host((host, port)).await.map_err(|error| Why::new(WhyCode::Name, error.to_string()))?;
    Ok(found.collect())
}

async fn dns(host: &str, record: DnsRecord, expected: &str) -> Result<(), Why> {
    let found = looked_up(host, 0).await?;
    let is_asked_for = |address: &IpAddr| match record {
        DnsRecord::A => address.is_ipv4(),
        DnsRecord::Aaaa => address.is_ipv6(),
    };
    let found: Vec<IpAddr> = found.iter().map(SocketAddr::ip).filter(is_asked_for).collect();
    let is_there = match expected.parse::<IpAddr>() {
        Ok(expected) => found.contains(&expected),
        Err(_) => !found.is_empty(),
    };
    let shown = || found.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
    if is_there { Ok(()) } else { Err(Why::new(WhyCode::Name, shown())) }
}
