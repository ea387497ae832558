//! How much of everything the HTTP side takes.

use std::time::Duration;

/// Bounds. Where one is hit the answer says so: 408, 413, 422, 429 or 503.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a JSON body.
    pub body_bytes_max: usize,
    /// Bytes of an upload: a mailing with its files, items, a ledger, a file of traces.
    pub upload_bytes_max: u64,
    /// Files attached in one upload.
    pub files_max: usize,
    /// Bytes of one line of what is streamed in.
    pub line_bytes_max: usize,
    /// Rows of a page, whatever is asked for.
    pub page_rows_max: u32,
    /// Streams of events open at the same time.
    pub streams_max: usize,
    /// Those of them that tell log records, each of which may hold an event that nobody reads.
    pub tails_max: usize,
    /// Requests of people and programs that are known, being answered at the same time, streams left out. Each may have
    /// half of them.
    pub requests_max: usize,
    /// The same of nobody known; each address may have a quarter.
    pub strangers_max: usize,
    /// Bytes of what a stranger sends.
    pub stranger_body_bytes_max: usize,
    /// For all of it to arrive.
    pub stranger_body_timeout: Duration,
    /// Connections open at the same time.
    pub connections_max: usize,
    /// Of those on which nobody is known, how many one address may have.
    pub connections_each_max: usize,
    /// For the header of a request to arrive, from when the connection was opened or the request before was answered.
    pub header_timeout: Duration,
    /// For a request to be answered; an upload may take [`Limits::upload_timeout`].
    pub request_timeout: Duration,
    pub upload_timeout: Duration,
    /// For the next bytes of a body: one from which nothing comes holds a place that others need.
    pub body_silence_max: Duration,
    /// Bytes a second that such a body brings at the least, on average, where few are held at the same time.
    pub body_rate_min: u64,
}

impl Limits {
    /// With fewer connections where the process may open fewer files: a quarter of these is left for everything else.
    #[must_use]
    pub fn with_files(self, files_max: u64) -> Self {
        let connections = usize::try_from(files_max - files_max / 4).unwrap_or(usize::MAX);
        let connections_max = self.connections_max.min(connections).max(16);
        Self { connections_max, connections_each_max: self.connections_each_max.min(connections_max / 2), ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1 << 20,
            upload_bytes_max: 8 << 30,
            files_max: 100_000,
            line_bytes_max: 2 << 20,
            page_rows_max: 1_000,
            streams_max: 2_000,
            tails_max: 256,
            requests_max: 1_024,
            strangers_max: 256,
            stranger_body_bytes_max: 16 << 10,
            stranger_body_timeout: Duration::from_secs(10),
            connections_max: 16_384,
            connections_each_max: 4_096,
            header_timeout: Duration::from_secs(15),
            request_timeout: Duration::from_secs(60),
            upload_timeout: Duration::from_secs(3_600),
            body_silence_max: Duration::from_secs(30),
            body_rate_min: 1 << 10,
        }
    }
}
