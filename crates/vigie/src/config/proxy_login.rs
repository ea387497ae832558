//! The tables `[proxy-login]` and `[socket]`: what stands between people and Vigie on this machine.

use crate::words::t;
use serde::Deserialize;
use std::{fmt::Display, path::PathBuf};
use web::ProxyLoginFault as Fault;

/// A socket on which HTTP is answered as over TCP, for those of a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SocketSettings {
    pub(crate) path: PathBuf,
    /// Whose members may connect; the group of this process when absent.
    #[serde(default)]
    pub(crate) group: Option<String>,
}

/// What is wrong with the table that stands there.
pub(crate) fn said(from: impl Display, fault: Fault) -> String {
    match fault {
        Fault::NoFrom => t!("setting-proxy-login-from", from),
        Fault::From(value) => t!("setting-proxy-login-address", from, value),
        Fault::Header(value) => t!("setting-proxy-login-header", from, value),
        Fault::Groups => t!("setting-proxy-login-groups", from),
        Fault::Role(value) => t!("setting-proxy-login-role", from, value),
        Fault::Admin => t!("setting-proxy-login-admin", from),
        Fault::Logout(value) => t!("setting-proxy-login-logout", from, value),
    }
}
