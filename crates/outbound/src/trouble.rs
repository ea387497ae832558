//! Why a call failed, as one of a few reasons that a person can act on. It is found by the types of what libraries say, not by
//! their texts.

use crate::{
    causes,
    reach::{Refused, Unresolved},
};
use serde::{Deserialize, Serialize};
use std::{error::Error, io, net::IpAddr};

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It leads to an address that may not be reached.
    Refused,
    /// The name leads nowhere.
    Name,
    /// Its certificate is not believed.
    Certificate,
    /// No other agreement on encryption: the other side speaks plain HTTP, say.
    Tls,
    NobodyListens,
    TimedOut,
    Unreachable,
    /// The connection was closed before there was an answer.
    CutOff,
}

impl Trouble {
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::Name,
        Self::Certificate,
        Self::Tls,
        Self::NobodyListens,
        Self::TimedOut,
        Self::Unreachable,
        Self::CutOff,
    ];

    pub fn of(error: &reqwest::Error) -> Self {
        match causes(error).find_map(Self::in_cause) {
            Some(found) => found,
            None if error.is_timeout() => Self::TimedOut,
            None if error.is_connect() => Self::Unreachable,
            None => Self::CutOff,
        }
    }

    fn in_cause(cause: &(dyn Error + 'static)) -> Option<Self> {
        if cause.is::<Refused>() {
            return Some(Self::Refused);
        }
        if cause.is::<Unresolved>() {
            return Some(Self::Name);
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            let is_certificate =
                matches!(tls, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented);
            return Some(if is_certificate { Self::Certificate } else { Self::Tls });
        }
        let error = cause.downcast_ref::<io::Error>()?;
        // What it wraps is not its source.
        if let Some(found) = error.get_ref().and_then(|inner| Self::in_cause(inner)) {
            return Some(found);
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Some(Self::NobodyListens),
            io::ErrorKind::TimedOut => Some(Self::TimedOut),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => {
                Some(Self::Unreachable)
            }
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Self::CutOff),
            _ => None,
        }
    }
}

/// The address that may not be reached, where that is why a call failed.
pub fn refused_address(error: &reqwest::Error) -> Option<IpAddr> {
    causes(error).find_map(|cause| cause.downcast_ref::<Refused>()).map(|refused| refused.address())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Client, Reach, Settings};
    use reqwest::Method;
    use std::time::Duration;
    use tokio::{io::AsyncReadExt as _, net::TcpListener};
    use url::Url;

    async fn met(url: &str, reach: Reach) -> Trouble {
        let settings = Settings { reach, timeout: Some(Duration::from_millis(300)), ..Settings::default() };
        let client = Client::new(Settings { tls: url.starts_with("https"), ..settings }).unwrap();
        let call = client.request(Method::GET, Url::parse(url).unwrap()).unwrap();
        Trouble::of(&call.send().await.unwrap_err())
    }

    #[tokio::test]
    async fn what_stands_in_the_way_is_known_by_its_type() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            // It hangs up on each connection, but says nothing to every third.
            for turn in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut heard = [0; 16];
                let _ = stream.read(&mut heard).await;
                if turn % 3 == 2 {
                    silent.push(stream);
                }
            }
        });
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let local = |scheme: &str| format!("{scheme}://127.0.0.1:{port}/");
        assert_eq!(met(&local("http"), Reach::Network).await, Trouble::CutOff);
        assert_eq!(met(&local("https"), Reach::Network).await, Trouble::CutOff, "in the middle of TLS");
        assert_eq!(met(&local("http"), Reach::Network).await, Trouble::TimedOut);
        assert_eq!(met(&format!("http://127.0.0.1:{closed}/"), Reach::Network).await, Trouble::NobodyListens);
        assert_eq!(met("http://nowhere.invalid/", Reach::Network).await, Trouble::Name);
        assert_eq!(met(&format!("http://localhost:{port}/"), Reach::public()).await, Trouble::Refused);
    }

    #[test]
    fn a_certificate_is_known_however_it_is_wrapped() {
        let wrapped = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, error);
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        assert_eq!(Trouble::in_cause(&wrapped(expired)), Some(Trouble::Certificate));
        let plain = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        assert_eq!(Trouble::in_cause(&wrapped(plain)), Some(Trouble::Tls));
        assert_eq!(Trouble::in_cause(&io::Error::other("something")), None);
    }
}
