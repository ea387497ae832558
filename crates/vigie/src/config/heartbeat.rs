//! The table `[heartbeat]`.

use serde::Deserialize;
use url::Url;

/// An address that is called each minute while Vigie can work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct HeartbeatSettings {
    url: String,
}

impl HeartbeatSettings {
    /// `None`: it is no address that can be called.
    pub(crate) fn url(&self) -> Option<Url> {
        Url::parse(&self.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    }

    /// Its host: the rest may be a secret.
    pub(crate) fn host(&self) -> String {
        self.url().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}
