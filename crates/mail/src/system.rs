//! What the system says of files and connections, as sentences.

use crate::sentence::Sentence;
use std::io::{Error, ErrorKind};

impl Sentence {
    /// What the system said of a file or a connection.
    pub fn of_system(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Sentence::new("system_not_found"),
            ErrorKind::PermissionDenied => Sentence::new("system_forbidden"),
            ErrorKind::AlreadyExists => Sentence::new("system_exists"),
            ErrorKind::AddrInUse => Sentence::new("system_address_taken"),
            ErrorKind::AddrNotAvailable => Sentence::new("system_address_unknown"),
            ErrorKind::ConnectionRefused => Sentence::new("system_refused"),
            ErrorKind::ConnectionReset => Sentence::new("system_reset"),
            ErrorKind::StorageFull => Sentence::new("system_disk_full"),
            ErrorKind::ReadOnlyFilesystem => Sentence::new("system_read_only"),
            ErrorKind::IsADirectory => Sentence::new("system_directory"),
            ErrorKind::NotADirectory => Sentence::new("system_no_directory"),
            ErrorKind::TimedOut => Sentence::new("system_timeout"),
            _ => Sentence::new("system_other").with("error", error),
        }
    }
}
