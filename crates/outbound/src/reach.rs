//! Which addresses may be reached. What a URL says is looked at when the call begins, what a name leads to when it is looked
//! up: a name that is public now and private a moment later (DNS rebinding) is refused like any other.

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::OnceLock,
};
use url::{Host, Url};

/// Which addresses may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The Internet, this machine and the networks it is in. Never the services by which a cloud tells a machine its own
    /// secrets.
    Network,
    /// The Internet, and what is allowed besides.
    Public { allowed: Vec<IpNet> },
}

/// An address that may not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{0} is not a public address")]
    Private(IpAddr),
    #[error("{0} is a service of the cloud that this machine is in, or no address of one machine")]
    Special(IpAddr),
}

impl Refused {
    pub fn address(self) -> IpAddr {
        match self {
            Self::Private(address) | Self::Special(address) => address,
        }
    }
}

/// A name that leads nowhere, as the system has it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unresolved(std::io::Error);

impl Reach {
    pub fn public() -> Self {
        Self::Public { allowed: Vec::new() }
    }

    /// The Internet, and besides it these networks or addresses: `10.0.0.0/8`, `192.168.1.20`.
    ///
    /// # Errors
    /// The first of them that is neither.
    pub fn public_and(networks: &[String]) -> Result<Self, String> {
        let network = |text: &String| {
            let network = text.parse::<IpNet>().ok();
            network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).ok_or_else(|| text.clone())
        };
        Ok(Self::Public { allowed: networks.iter().map(network).collect::<Result<_, _>>()? })
    }

    /// # Errors
    /// The URL spells out an address that may not be reached. A name says nothing before it is looked up.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        match url.host() {
            Some(Host::Ipv4(address)) => self.admit(address.into()),
            Some(Host::Ipv6(address)) => self.admit(address.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        }
    }

    /// # Errors
    /// The address may not be reached.
    pub fn admit(&self, address: IpAddr) -> Result<(), Refused> {
        let address = meant(address);
        match self {
            Self::Public { allowed } if allowed.iter().any(|net| net.contains(&address)) => Ok(()),
            _ if is_in(address, special()) || meant_locally(address).is_some_and(|four| is_in(four, special())) => {
                Err(Refused::Special(address))
            }
            Self::Public { .. } if is_in(address, private()) => Err(Refused::Private(address)),
            Self::Network | Self::Public { .. } => Ok(()),
        }
    }
}

impl Resolve for Reach {
    /// One address that may not be reached refuses the name: which of them is called is not ours to choose.
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Unresolved)?.collect();
            found.iter().try_for_each(|address| reach.admit(address.ip()))?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The address of IPv4 that one of IPv6 stands for, by whichever of the ways to write it (RFC 4291, 6052, 3056).
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    if let Some(four) = six.to_ipv4_mapped() {
        return four.into();
    }
    let [a, b, c, .., y, z] = six.segments();
    let four = |high: u16, low: u16| IpAddr::from(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match (a, b) {
        (0x64, 0xff9b) if c == 0 => four(y, z),
        (0x2002, _) => four(b, c),
        (0, 0) if six.segments()[..6] == [0; 6] && six != Ipv6Addr::LOCALHOST && !six.is_unspecified() => four(y, z),
        _ => address,
    }
}

/// The same of NAT64 in a network of its own (RFC 8215), where the translator has the shortest prefix: nothing says which.
fn meant_locally(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(six) = address else { return None };
    let [0x64, 0xff9b, 1, .., high, low] = six.segments() else { return None };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into())
}

/// Link-local addresses, at which clouds answer with a machine's credentials; other addresses of the same services, of
/// Akamai, Alibaba, Amazon, Azure, Google, Oracle and Scaleway; and no single machine's.
const SPECIAL: [&str; 16] = [
    "0.0.0.0/8",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "192.0.0.192/32",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "fd00:42::42/128",
    "fd00:100::100:200/128",
    "fd00:a9fe:a9fe::1/128",
    "fd00:c1::a9fe:a9fe/128",
    "fd00:ec2::/32",
    "fd20:ce::254/128",
    "fe80::/10",
    "ff00::/8",
];

/// Networks that are not of the Internet (IANA's special-purpose registries), and tunnels into them.
const PRIVATE: [&str; 18] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::1/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "fc00::/7",
    "fec0::/10",
];

fn special() -> &'static [IpNet] {
    static NETS: OnceLock<Vec<IpNet>> = OnceLock::new();
    NETS.get_or_init(|| nets(&SPECIAL))
}

fn private() -> &'static [IpNet] {
    static NETS: OnceLock<Vec<IpNet>> = OnceLock::new();
    NETS.get_or_init(|| nets(&PRIVATE))
}

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

fn is_in(address: IpAddr, nets: &[IpNet]) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_is_written_well() {
        assert_eq!((special().len(), private().len()), (SPECIAL.len(), PRIVATE.len()));
    }

    #[test]
    fn what_is_public_is_told_from_what_is_not() {
        let public = Reach::public();
        for address in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"]
        {
            assert_eq!(public.admit(address.parse().unwrap()), Ok(()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:a00:1::",
            "2002:7f00:1::",
            "2001:0:1::1",
        ] {
            assert!(public.admit(address.parse().unwrap()).is_err(), "{address}");
        }
    }

    #[test]
    fn the_network_is_reached_but_for_what_is_nobodys() {
        for address in ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "fd00::1", "1.1.1.1"] {
            assert_eq!(Reach::Network.admit(address.parse().unwrap()), Ok(()), "{address}");
        }
        for address in ["169.254.169.254", "::ffff:169.254.169.254", "168.63.129.16", "0.0.0.0", "fe80::1", "ff02::1"] {
            assert!(Reach::Network.admit(address.parse().unwrap()).is_err(), "{address}");
        }
    }

    /// By name they are refused as well: `Reach::resolve` asks for each address that a name leads to.
    #[test]
    fn services_that_tell_a_machine_its_secrets_are_never_reached() {
        let four = ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192"];
        let forms = |four: &str| {
            let [a, b, c, d] = four.parse::<Ipv4Addr>().unwrap().octets();
            let (high, low) = (format!("{a:x}{b:02x}"), format!("{c:x}{d:02x}"));
            vec![
                four.to_owned(),
                format!("::ffff:{four}"),
                format!("::{four}"),
                format!("64:ff9b::{four}"),
                format!("64:ff9b:1::{four}"),
                format!("2002:{high}:{low}::1"),
            ]
        };
        let six = [
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
            "fd00:42::42",
            "fd00:100::100:200",
            "fd00:a9fe:a9fe::1",
            "fe80::a9fe:a9fe",
        ];
        for address in four.into_iter().flat_map(forms).chain(six.map(str::to_owned)) {
            let parsed: IpAddr = address.parse().unwrap();
            for reach in [Reach::Network, Reach::public()] {
                assert!(matches!(reach.admit(parsed), Err(Refused::Special(_))), "{address} by {reach:?}");
            }
            let host = if parsed.is_ipv6() { format!("[{address}]") } else { address.clone() };
            let url = Url::parse(&format!("http://{host}/latest/meta-data/")).unwrap();
            assert!(Reach::Network.check(&url).is_err(), "{url}");
        }
        for beside in ["100.100.100.199", "192.0.0.193", "fd20:ce::253", "fd00:ec3::254", "fd00::1", "64:ff9b:1::a00:1"]
        {
            assert_eq!(Reach::Network.admit(beside.parse().unwrap()), Ok(()), "{beside}");
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_and_nothing_beside_it() {
        let reach = Reach::Public { allowed: vec!["10.0.0.0/24".parse().unwrap()] };
        assert_eq!(reach.admit("10.0.0.9".parse().unwrap()), Ok(()));
        assert_eq!(reach.admit("::ffff:10.0.0.9".parse().unwrap()), Ok(()));
        let next = "10.0.1.9".parse().unwrap();
        assert_eq!(reach.admit(next), Err(Refused::Private(next)));
        assert!(reach.admit("169.254.169.254".parse().unwrap()).is_err());
    }

    #[test]
    fn a_url_hides_no_address() {
        let check = |text: &str| Reach::public().check(&Url::parse(text).unwrap());
        for text in
            ["http://127.1/", "http://0x7f000001/", "http://017700000001/", "http://2130706433/", "http://[::1]/"]
        {
            assert!(check(text).is_err(), "{text}");
        }
        assert_eq!(check("https://example.org/"), Ok(()));
    }
}
