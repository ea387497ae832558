//! Signs letters with DKIM.

/// A DKIM key and what it signs for.
#[derive(Debug)]
pub struct Signer;
