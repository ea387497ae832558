//! `vigie logs export`: everything that matches, as it is found.

use super::{LogQuery, say_hints, search::found};
use crate::{
    app,
    cli::{LogsExportArgs, LogsFormat},
    client::{Client, query},
    config::Config,
    failure::{At as _, Exit, Failure, Result},
    render,
    words::t,
};
use futures_util::StreamExt as _;
use std::{
    io::{self, IsTerminal as _, Write},
    path::Path,
};

pub(super) async fn run(config: &Config, args: &LogsExportArgs) -> Result<Exit> {
    let asked = LogQuery::new(config, &args.query)?;
    if !asked.query.pipes.is_empty() {
        return Err(Failure::refused(t!("export-table")).help(t!("export-table-help")));
    }
    let is_there = |file: &&Path| *file != Path::new("-") && file.symlink_metadata().is_ok();
    if let Some(file) = args.output.as_deref().filter(is_there) {
        return Err(Failure::refused(t!("file-there", path = file.display())).help(t!("file-there-help")));
    }
    let connected = app::searching_logs(config).await?;
    let client = connected.client();
    let order = (!args.newest_first).then(|| "oldest".to_owned());
    let Some(file) = args.output.as_deref().filter(|file| *file != Path::new("-")) else {
        return to_stdout(client, &asked, args.format, order, args.limit).await;
    };
    // It has its name once it is whole.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new().prefix(".export-").tempfile_in(folder).at(folder.display())?;
    let mut bytes = 0;
    copy(client, &asked, args.format, order, args.limit, |piece| {
        bytes += piece.len() as u64;
        part.write_all(piece)
    })
    .await?
    .at(file.display())?;
    part.as_file().sync_all().at(file.display())?;
    part.persist_noclobber(file).map_err(|error| error.error).at(file.display())?;
    render::say(&t!("export-done", file = file.display(); n = bytes));
    Ok(Exit::Done)
}

pub(super) async fn to_stdout(
    client: &Client,
    asked: &LogQuery,
    format: LogsFormat,
    order: Option<String>,
    limit: Option<u32>,
) -> Result<Exit> {
    let mut out = io::stdout();
    // What a client wrote does not steer a terminal; what goes into a file or a program stays as it came.
    let is_shown = out.is_terminal() && matches!(format, LogsFormat::Text | LogsFormat::Csv);
    let mut shown = Shown::default();
    let write = |piece: &[u8]| if is_shown { out.write_all(shown.of(piece).as_bytes()) } else { out.write_all(piece) };
    let copied = copy(client, asked, format, order, limit, write).await?;
    match copied.and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        written => written.map(|()| Exit::Done).map_err(|error| render::unwritten(&error)),
    }
}

/// What a terminal shows of a text that comes in pieces: nothing of it steers the terminal.
#[derive(Default)]
struct Shown {
    /// The beginning of a character, or of the end of a line, that the last piece cut.
    cut: Vec<u8>,
}

impl Shown {
    fn of(&mut self, piece: &[u8]) -> String {
        self.cut.extend_from_slice(piece);
        let whole = match std::str::from_utf8(&self.cut) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ if self.cut.ends_with(b"\r") => self.cut.len() - 1,
            _ => self.cut.len(),
        };
        let is_harmless = |c: char| matches!(c, '\n' | '\t') || !model::steers_display(c);
        // Lines of CSV end with both.
        let text = String::from_utf8_lossy(&self.cut[..whole]).replace("\r\n", "\n");
        let text = text.chars().map(|c| if is_harmless(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
        self.cut.drain(..whole);
        text
    }
}

/// The outer error is that of the export, the inner one of where it goes.
async fn copy(
    client: &Client,
    asked: &LogQuery,
    format: LogsFormat,
    order: Option<String>,
    limit: Option<u32>,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<io::Result<()>> {
    let more = [
        ("format", Some(format.as_str().to_owned())),
        ("order", order),
        ("limit", limit.map(|limit| limit.to_string())),
    ];
    let path = format!("/api/v1/logs/search{}", query(asked.pairs().into_iter().chain(more)));
    let mut pieces = client.stream(&path).await?;
    let mut lines = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            Failure::incomplete(t!("export-cut", why = innermost(&error))).help(t!("export-cut-help"))
        })?;
        lines += piece.iter().filter(|byte| **byte == b'\n').count();
        if let Err(error) = write(&piece) {
            return Ok(Err(error));
        }
    }
    let heading = usize::from(matches!(format, LogsFormat::Csv));
    if lines <= heading {
        render::say(&t!("logs-none"));
        say_hints(&found(client, asked, None, 1).await?.read()?.hints);
    }
    Ok(Ok(()))
}

/// What was said first.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced() {
        for (text, expected) in [
            ("a\tb\n", "a\tb\n"),
            ("\x1b[2J\x07x", "\u{fffd}[2J\u{fffd}x"),
            ("\u{9b}31m é", "\u{fffd}31m é"),
            ("\u{202e}txt", "\u{fffd}txt"),
            ("a,b\r\nc\rd\r\n", "a,b\nc\u{fffd}d\n"),
        ] {
            assert_eq!(Shown::default().of(text.as_bytes()), expected);
            // Wherever the pieces are cut.
            let mut shown = Shown::default();
            let pieces: String = text.as_bytes().chunks(1).map(|piece| shown.of(piece)).collect();
            assert_eq!(pieces, expected);
        }
    }
}
