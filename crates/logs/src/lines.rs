//! Bytes cut into lines, wherever the network has cut them.

use crate::{BodyError, Error, LINE_BYTES_MAX};
use std::io::{self, Read};

const READ_BYTES: usize = 256 << 10;

/// What comes next.
pub(crate) enum Cut<'a> {
    /// Without its line feed.
    Line(&'a [u8]),
    /// Longer than [`LINE_BYTES_MAX`]; all of it is passed over.
    TooLong,
    /// There is nothing for now.
    Pause,
}

/// Gives `take` what `from` has, line by line, until it ends. A last line needs no line feed.
pub(crate) fn each_line(
    from: &mut dyn Read,
    take: &mut dyn FnMut(Cut<'_>) -> Result<(), Error>,
) -> Result<(), BodyError> {
    let mut buffer = vec![0; READ_BYTES];
    let (mut filled, mut skipping) = (0, false);
    loop {
        let read = match from.read(&mut buffer[filled..]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                take(Cut::Pause)?;
                continue;
            }
            Err(error) => return Err(BodyError::Broken(error)),
        };
        if read == 0 {
            if filled > 0 && !skipping {
                take(Cut::Line(&buffer[..filled]))?;
            }
            return Ok(());
        }
        let searched = filled;
        filled += read;
        let mut start = 0;
        for feed in memchr::memchr_iter(b'\n', &buffer[searched..filled]) {
            let end = searched + feed;
            if skipping {
                skipping = false;
            } else {
                take(Cut::Line(&buffer[start..end]))?;
            }
            start = end + 1;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        if skipping {
            filled = 0;
        } else if filled > LINE_BYTES_MAX {
            take(Cut::TooLong)?;
            (skipping, filled) = (true, 0);
        } else if filled == buffer.len() {
            buffer.resize((buffer.len() * 2).min(LINE_BYTES_MAX + READ_BYTES), 0);
        }
    }
}
