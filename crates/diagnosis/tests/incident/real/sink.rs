//! A mail server that keeps a ledger, and misbehaves on demand.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
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
    served: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    pub(super) fn open(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::new(Mutex::new(Vec::new()));
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
        self.served.lock().unwrap().len()
    }

    /// To whom.
    pub(super) fn ledger(&self) -> Vec<String> {
        self.served.lock().unwrap().clone()
    }
}

fn converse(stream: &TcpStream, mode: Mode, ledger: &Mutex<Vec<String>>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).ok();
    say("220 mail.example.org ESMTP")?;
    let mut lines = BufReader::new(stream).lines();
    let (mut in_text, mut recipient) = (false, String::new());
    while let Some(Ok(line)) = lines.next() {
        let taken = ledger.lock().unwrap().len();
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
                    ledger.lock().unwrap().push(std::mem::take(&mut recipient));
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
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say("250 2.1.5 Ok")?;
            }
            "QUIT" => {
                say("221 bye")?;
                return None;
            }
            _ => say("250 2.0.0 Ok")?,
        }
    }
    None
}
