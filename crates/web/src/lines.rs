//! Lines of a body as they arrive, each within its bound: a file of millions of lines is never in memory.

use crate::problem::{Problem, Result};
use axum::body::{Body, BodyDataStream};
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::StreamExt as _;
use std::path::Path;

/// The non-empty lines of a body.
pub(crate) struct Lines {
    body: BodyDataStream,
    buffer: BytesMut,
    /// Bytes of the buffer known to hold no line break.
    searched: usize,
    line_bytes_max: usize,
    bytes_left: u64,
    ended: bool,
    /// Of the line last returned, from 1.
    pub(crate) number: u64,
}

impl Lines {
    pub(crate) fn new(body: Body, line_bytes_max: usize, bytes_max: u64) -> Self {
        Self {
            body: body.into_data_stream(),
            buffer: BytesMut::new(),
            searched: 0,
            line_bytes_max,
            bytes_left: bytes_max,
            ended: false,
            number: 0,
        }
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        while let Some(line) = self.next_raw().await? {
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The next line, empty or not, without its line feed.
    pub(crate) async fn next_raw(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(self.searched + at).freeze();
                self.buffer.advance(1);
                self.searched = 0;
                self.number += 1;
                return self.fits(line).map(Some);
            }
            self.searched = self.buffer.len();
            if self.searched > self.line_bytes_max {
                self.number += 1;
                return Err(self.too_long());
            }
            if self.ended {
                let line = self.buffer.split().freeze();
                self.searched = 0;
                self.number += 1;
                return if line.is_empty() { Ok(None) } else { self.fits(line).map(Some) };
            }
            match self.body.next().await {
                None => self.ended = true,
                Some(chunk) => {
                    let chunk = chunk.map_err(|_| Problem::malformed("the body broke off"))?;
                    self.bytes_left = self.bytes_left.checked_sub(chunk.len() as u64).ok_or_else(|| {
                        Problem::too_large("the upload is too large for this server").remedy("send it in parts")
                    })?;
                    self.buffer.extend_from_slice(&chunk);
                }
            }
        }
    }

    fn fits(&self, line: Bytes) -> Result<Bytes> {
        if line.len() > self.line_bytes_max { Err(self.too_long()) } else { Ok(line) }
    }

    fn too_long(&self) -> Problem {
        Problem::too_large(format!("line {}: longer than {} bytes", self.number, self.line_bytes_max))
    }
}

/// Whether a name from outside is a plain file name and no path.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && Path::new(name).file_name().is_some_and(|file| file == name)
}
