//! A mail server that falls silent at different moments of its connections: after a kill only what was in the middle of
//! its content is unknown, and whoever asks the program to stop leaves nobody in doubt who had not come that far.

use crate::harness::{CONNECTIONS, PATIENCE, Setting, Stage, say, wait_for};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// The last thing that a connection hears.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silent {
    /// Not even a greeting.
    Greeting,
    /// The answer to `EHLO`: none to `MAIL`, `RCPT` and `DATA`.
    Envelope,
    /// `354`: the content goes through, its answer does not come back.
    Data,
}

/// Stands between the program and its mail server. The first connection is the one that tries the account out; those after
/// it fall silent, each at its moment; the rest are like any other.
struct Way {
    address: SocketAddr,
    /// Connections that have come.
    come: Arc<AtomicU64>,
}

impl Way {
    fn to(server: SocketAddr, silent: &'static [Silent]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let (address, come) = (listener.local_addr().expect("it is bound"), Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&come);
        // Ends with the test's process.
        thread::spawn(move || {
            for (number, client) in listener.incoming().flatten().enumerate() {
                let server = TcpStream::connect(server).expect("the mail server is there");
                pass_on(&client, &server);
                answer(server, client, number.checked_sub(1).and_then(|number| silent.get(number)).copied());
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, come }
    }
}

fn pass_on(client: &TcpStream, server: &TcpStream) {
    let (mut from, mut to) = (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}

fn answer(server: TcpStream, mut client: TcpStream, silent: Option<Silent>) {
    thread::spawn(move || {
        let (mut replies, mut is_silent) = (0, silent == Some(Silent::Greeting));
        for line in BufReader::new(server).split(b'\n').map_while(Result::ok) {
            if !is_silent && client.write_all(&[&line[..], b"\n"].concat()).is_err() {
                break;
            }
            // The last line of a reply has a space after its code.
            replies += u64::from(line.get(3) == Some(&b' '));
            is_silent |= match silent {
                None | Some(Silent::Greeting) => false,
                Some(Silent::Envelope) => replies >= 2,
                Some(Silent::Data) => line.starts_with(b"354"),
            };
        }
    });
}

const KILLED: &[Silent] = &[Silent::Greeting, Silent::Data, Silent::Envelope, Silent::Data, Silent::Greeting];
const IN_DATA: u64 = 2;

fn killed(mut stage: Stage) {
    let recipients = stage.setting.recipients;
    let way = Way::to(stage.sink.address(), KILLED);
    stage.smtp = Some(way.address);
    let running = stage.send();
    wait_for("every connection to hang", PATIENCE, || {
        (way.come.load(Ordering::SeqCst) == 1 + CONNECTIONS && stage.sink.count() == IN_DATA).then_some(())
    });
    running.kill();
    assert_eq!(stage.sink.settled(), IN_DATA);
    let mut running = stage.resume();
    let job = stage.finished(&mut running);
    let accounts = stage.accounts(&job);
    say(&format!("killed with {IN_DATA} of {CONNECTIONS} connections in DATA: {accounts:?}"));
    assert_eq!((accounts.unknown, accounts.unknown_arrived), (IN_DATA, IN_DATA));
    assert_eq!(accounts.succeeded, recipients - IN_DATA);
}

#[test]
fn after_a_kill_only_what_was_in_data_is_unknown() {
    killed(Stage::new(Setting { recipients: 200, ..Setting::default() }));
}

#[test]
fn on_postgres_after_a_kill_only_what_was_in_data_is_unknown() {
    if let Some(stage) = Stage::on_postgres(Setting { recipients: 200, ..Setting::default() }) {
        killed(stage);
    }
}

const STOPPED: &[Silent] = &[Silent::Greeting, Silent::Envelope, Silent::Greeting, Silent::Envelope, Silent::Greeting];

#[test]
fn asked_to_stop_before_any_content_nobody_is_unknown() {
    let mut stage = Stage::new(Setting { recipients: 50, ..Setting::default() });
    let way = Way::to(stage.sink.address(), STOPPED);
    stage.smtp = Some(way.address);
    let running = stage.send();
    wait_for("every connection to hang", PATIENCE, || {
        (way.come.load(Ordering::SeqCst) == 1 + CONNECTIONS).then_some(())
    });
    let (status, took) = running.terminate();
    say(&format!("SIGTERM beside silent servers: ended after {} ms ({status})", took.as_millis()));
    assert!(status.code().is_some() && took < Duration::from_secs(8), "{status} after {took:?}");
    let job = stage.job().expect("the job is there");
    assert_eq!((job.counters.queued, job.counters.unknown, job.counters.running), (50, 0, 0));
    let mut running = stage.resume();
    let job = stage.finished(&mut running);
    let accounts = stage.accounts(&job);
    assert_eq!((accounts.succeeded, accounts.unknown), (50, 0), "{accounts:?}");
}
