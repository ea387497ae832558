//! Positions as the store keeps them: JSON under a key.

use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use telemetry::Damage;

pub(crate) fn write(position: &impl Serialize) -> Vec<u8> {
    // What a position is made of can always be written.
    serde_json::to_vec(position).unwrap_or_default()
}

/// # Errors
/// Where it is not what a collector of this version writes: to begin anew would keep everything twice.
pub(crate) fn read<T: DeserializeOwned>(key: &str, position: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(position).map_err(|error| unreadable(key, &error.to_string()))
}

pub(crate) fn unreadable(key: &str, what: &str) -> Error {
    telemetry::Error::from(Damage::new(format!("position {key}"), what)).into()
}

/// FNV-1a, 64 bits: the same in every version of this program, as what is stored needs.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
