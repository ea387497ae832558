//! Which address a request comes from, behind a reverse proxy too.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// The reverse proxies whose `X-Forwarded-For` is believed: this machine, and those that are configured.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses (`10.0.0.5`) and networks (`10.1.0.0/16`).
    ///
    /// # Errors
    /// The entry that is neither.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, String> {
        let read = |entry: &S| {
            let entry = entry.as_ref().trim();
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| entry.parse()).map_err(|_| entry.to_owned())
        };
        entries.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The address of whoever asks: that of the connection, or, where a proxy opened it, the last one in
    /// `X-Forwarded-For` that is not a proxy's. What stands before it was written by the client and may be made up.
    pub(crate) fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.are(connection) {
            return connection.to_canonical();
        }
        let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
        for entry in lines.flat_map(|line| line.rsplit(',')) {
            match entry.trim().parse::<IpAddr>() {
                Ok(address) if self.are(address) => {}
                Ok(address) => return address.to_canonical(),
                Err(_) => break,
            }
        }
        connection.to_canonical()
    }

    fn are(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.0.iter().any(|net| net.contains(&address))
    }
}

/// Scheme and host, as whoever asks has them.
pub(crate) fn site(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    format!("{scheme}://{}", text("host").unwrap_or("127.0.0.1:8787"))
}

/// What one subscriber of a network holds: an address of IPv4, a /64 of IPv6 (RFC 6177).
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], connection: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        forwarded.iter().for_each(|line| {
            headers.append("x-forwarded-for", line.parse().unwrap());
        });
        Proxies::parse(proxies).unwrap().client(connection.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_is_believed() {
        assert_eq!(client(&[], "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client(&[], "127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&[], "::1", &["1.2.3.4, 198.51.100.1"]), "198.51.100.1", "what came before may be made up");
        assert_eq!(client(&[], "127.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&["10.1.0.0/16"], "10.1.0.7", &["198.51.100.1, 10.1.3.3"]), "198.51.100.1");
        assert_eq!(client(&["10.0.0.5"], "10.0.0.6", &["198.51.100.1"]), "10.0.0.6");
        assert_eq!(client(&["10.0.0.5"], "::ffff:10.0.0.5", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&[], "127.0.0.1", &["198.51.100.1, nonsense"]), "127.0.0.1");
        assert_eq!(client(&[], "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(Proxies::parse(&["10.0.0.0/33"]).unwrap_err(), "10.0.0.0/33");
    }

    #[test]
    fn a_subscriber_has_one_address_or_a_network_of_them() {
        let of = |text: &str| subscriber(text.parse().unwrap()).to_string();
        assert_eq!(of("198.51.100.1"), "198.51.100.1");
        assert_eq!(of("::ffff:198.51.100.1"), "198.51.100.1");
        assert_eq!((of("2001:db8:1:2:3::4"), of("2001:db8:1:2::")), ("2001:db8:1:2::".into(), "2001:db8:1:2::".into()));
    }
}
