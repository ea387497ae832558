use super::*;
use crate::{
    Config,
    tests::{drawn, logs},
};
use proptest::prelude::*;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpStream, UdpSocket},
};

fn frames(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut stream = Pieces(pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| piece.to_vec()).collect());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut frames = Frames::new(&mut stream);
        let mut found = Vec::new();
        while let Some(frame) = frames.next().await.unwrap() {
            found.push(frame.to_vec());
        }
        found
    })
}

/// A stream that comes in these pieces.
struct Pieces(std::collections::VecDeque<Vec<u8>>);

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if let Some(mut piece) = self.0.pop_front() {
            let now = piece.len().min(buffer.remaining());
            buffer.put_slice(&piece[..now]);
            let rest = piece.split_off(now);
            if !rest.is_empty() {
                self.0.push_front(rest);
            }
        }
        std::task::Poll::Ready(Ok(()))
    }
}

#[test]
fn messages_are_framed_by_line_or_by_length() {
    let both = b"<34>Jan 10 14:32:15 h su: one\r\n27 <34>1 - h app - - - a\nb c d<13>two\nlast";
    let expected: [&[u8]; 4] = [b"<34>Jan 10 14:32:15 h su: one", b"<34>1 - h app - - - a\nb c d", b"<13>two", b"last"];
    for cut in 0..both.len() {
        assert_eq!(frames(&[&both[..cut], &both[cut..]]), expected, "cut at {cut}");
    }
    // Longer than may be: in parts, nothing left out.
    let long = vec![b'x'; MESSAGE_BYTES_MAX * 2 + 5];
    for body in
        [[&long[..], b"\nnext\n"].concat(), [format!("{} <", long.len()).as_bytes(), &long[1..], b"next\n"].concat()]
    {
        let found = frames(&[&body]);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX, 5, 4]);
    }
    assert_eq!(frames(&[b"100 <34>torn"]), [b"<34>torn"]);
    assert_eq!(frames(&[b"99999999 <34>torn"]).len(), 1);
}

proptest! {
    #[test]
    fn no_bytes_surprise_the_framing(body in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'<'), Just(b'1'), Just(b' ')], 0..300)) {
        let length: usize = frames(&[&body]).iter().map(Vec::len).sum();
        prop_assert!(length <= body.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_kept_by_its_host() {
    let folder = tempfile::tempdir().unwrap();
    let logs = logs(&folder);
    let (syslog, address) = Syslog::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let mut heard = logs.subscribe().await.unwrap();
    let stop = Stop::default();
    let running = std::thread::spawn({
        let (logs, stop) = (logs.clone(), stop.clone());
        move || syslog.run(logs, &stop)
    });
    let datagrams = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    datagrams.send_to(b"<34>Jan 10 14:32:10 web1 su[7]: failed for ana\n", address).await.unwrap();
    datagrams.send_to(b"\n", address).await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"<165>1 2025-01-10T14:32:11.5Z db1 postgres 9 - - starting\nno syslog at all\n").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rows = 0;
    while rows < 3 {
        // What is held for further lines waits for the clock, which stands still: stopping gives it.
        if let Ok(Ok(batch)) = tokio::time::timeout(Duration::from_millis(600), heard.recv()).await {
            rows += batch.batch.len();
        } else {
            stop.ask();
        }
    }
    stop.ask();
    tokio::task::spawn_blocking(move || running.join().unwrap()).await.unwrap();
    let intake = tokio::task::spawn_blocking(move || logs.intake().unwrap()).await.unwrap();
    insta::assert_snapshot!("syslog", drawn(&intake).join("\n"));
}

#[tokio::test]
async fn an_address_in_use_is_an_error() {
    let (_listening, address) = Syslog::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = crate::collect::Config { syslog: vec![address], ..Default::default() };
    let clock = model::Clock::System;
    let logs = Logs::new(folder.path(), Config::default(), clock, jiff::tz::TimeZone::UTC).unwrap();
    let (at, error) = crate::collect::Collectors::start(&logs, &config).await.map(|_| ()).unwrap_err();
    assert_eq!((at, error.kind()), (address, std::io::ErrorKind::AddrInUse));
}

/// Senders heard with these bounds, and what they say.
async fn senders(bounds: senders::Bounds) -> (JoinSet<()>, mpsc::Receiver<Message>, SocketAddr) {
    let (give, take) = mpsc::channel(8);
    let inbox = Inbox { give, room: Arc::new(Semaphore::new(WAITING_BYTES_MAX)), dropped: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut listening = JoinSet::new();
    listening.spawn(senders::streams_of(listener, inbox, bounds));
    (listening, take, address)
}

async fn said(take: &mut mpsc::Receiver<Message>) -> Vec<u8> {
    tokio::time::timeout(Duration::from_secs(10), take.recv()).await.unwrap().unwrap().bytes.to_vec()
}

#[tokio::test]
async fn who_is_silent_for_longest_makes_room_for_a_newcomer() {
    let hour = Duration::from_secs(3_600);
    let bounds = senders::Bounds { senders_max: 2, spared_for: Duration::from_millis(50), idle_for: hour };
    let (_listening, mut take, address) = senders(bounds).await;
    let [mut talker, mut silent] =
        [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    silent.write_all(b"<13>one\n<13>beg").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>one");
    talker.write_all(b"<13>two\n").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>two");
    let mut newcomer = TcpStream::connect(address).await.unwrap();
    newcomer.write_all(b"<13>three\n").await.unwrap();
    // What had begun is not lost with its sender.
    assert_eq!([said(&mut take).await, said(&mut take).await], [b"<13>beg".to_vec(), b"<13>three".to_vec()]);
    let ended = tokio::time::timeout(Duration::from_secs(10), silent.read(&mut [0])).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "its connection is closed");
    talker.write_all(b"<13>four\n").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>four", "who talks stays");
}

#[tokio::test]
async fn a_newcomer_waits_while_nobody_is_silent_for_long() {
    let hour = Duration::from_secs(3_600);
    let (_listening, mut take, address) =
        senders(senders::Bounds { senders_max: 1, spared_for: hour, idle_for: hour }).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(b"<13>one\n").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>one");
    let mut newcomer = TcpStream::connect(address).await.unwrap();
    newcomer.write_all(b"<13>waits\n").await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(200), take.recv()).await.is_err());
    first.write_all(b"<13>last\n").await.unwrap();
    first.shutdown().await.unwrap();
    assert_eq!([said(&mut take).await, said(&mut take).await], [b"<13>last".to_vec(), b"<13>waits".to_vec()]);
}

#[tokio::test]
async fn an_address_that_holds_most_places_makes_room_for_others() {
    let hour = Duration::from_secs(3_600);
    let (_listening, mut take, address) =
        senders(senders::Bounds { senders_max: 3, spared_for: hour, idle_for: hour }).await;
    let mut crowd = Vec::new();
    for _ in 0..3 {
        let mut talker = TcpStream::connect(address).await.unwrap();
        talker.write_all(b"<13>one of many\n").await.unwrap();
        assert_eq!(said(&mut take).await, b"<13>one of many");
        crowd.push(talker);
    }
    // All of 127/8 is this machine.
    let other = tokio::net::TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = other.connect(address).await.unwrap();
    other.write_all(b"<13>another\n").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>another");
    // The first of the crowd has left, the others stay.
    let ended = tokio::time::timeout(Duration::from_secs(10), crowd[0].read(&mut [0])).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)));
    crowd[2].write_all(b"<13>still here\n").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>still here");
}

#[tokio::test]
async fn who_is_silent_for_too_long_is_let_go_of() {
    let idle_for = Duration::from_millis(50);
    let (_listening, mut take, address) = senders(senders::Bounds { idle_for, ..Default::default() }).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    silent.write_all(b"<13>beg").await.unwrap();
    assert_eq!(said(&mut take).await, b"<13>beg");
    let ended = tokio::time::timeout(Duration::from_secs(10), silent.read(&mut [0])).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)));
}
