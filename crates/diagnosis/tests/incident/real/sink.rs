//! A mail server that keeps a ledger, and misbehaves on demand.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Fine,
    /// After so many messages this is said to the text of the next.
    Refuse(usize, &'static str),
    /// After so many an address is unknown.
    RefuseRecipient(usize),
    /// After so many nothing more is said.
    Hang(usize),
    /// After so many the connection ends where the reply to the final dot is due.
    Cut(usize),
    /// Nobody listens.
    Closed,
}

pub(super) struct Sink {
    port: u16,
    served: Arc<AtomicUsize>,
}

impl Sink {
    pub(super) fn open(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::new(AtomicUsize::new(0));
        if mode != Mode::Closed {
            let ledger = Arc::clone(&served);
            // It lives as long as the test.
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let ledger = Arc::clone(&ledger);
                    thread::spawn(move || converse(&stream, mode, &ledger));
                }
            });
        }
        Self { port, served }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Messages that were taken.
    pub(super) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }
}

fn converse(stream: &TcpStream, mode: Mode, ledger: &AtomicUsize) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).ok();
    say("220 mail.example.org ESMTP")?;
    let mut lines = BufReader::new(stream).lines();
    let mut in_text = false;
    while let Some(Ok(line)) = lines.next() {
        let taken = ledger.load(Ordering::SeqCst);
        if in_text {
            if line != "." {
                continue;
            }
            in_text = false;
            match mode {
                Mode::Refuse(after, reply) if taken >= after => say(reply)?,
                Mode::Cut(after) if taken >= after => return None,
                Mode::Hang(after) if taken >= after => {
                    thread::sleep(Duration::from_secs(30));
                    return None;
                }
                _ => {
                    ledger.fetch_add(1, Ordering::SeqCst);
                    say("250 2.0.0 Ok")?;
                }
            }
            continue;
        }
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => say("250-mail.example.org\r\n250 AUTH PLAIN LOGIN")?,
            "AUTH" => say("535 5.7.8 Error: authentication failed")?,
            "DATA" => {
                in_text = true;
                say("354 go on")?;
            }
            "RCPT" if matches!(mode, Mode::RefuseRecipient(after) if taken >= after) => say("550 5.1.1 User unknown")?,
            "QUIT" => {
                say("221 bye")?;
                return None;
            }
            _ => say("250 2.0.0 Ok")?,
        }
    }
    None
}
