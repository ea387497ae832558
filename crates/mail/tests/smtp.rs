//! Letters by SMTP against the catcher: every stage, every way for it to go wrong.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

mod support;

use mail::{
    catcher::{CatcherOptions, Drop, DropAt, Keep, Lie, Misbehaviour, Offers, Throttle},
    delivery::Delivery,
    smtp::{self, Account, Connection, Flights},
};
use model::{Fault, PauseScope, Retry};
use std::{sync::Arc, time::Duration};
use support::{account, brief, catcher, letter, mailbox, misbehaving};

async fn connection(options: CatcherOptions) -> (mail::catcher::Catcher, Connection) {
    let catcher = catcher(options).await;
    let connection = Connection::new(Arc::new(account(&catcher)), None);
    (catcher, connection)
}

#[tokio::test]
async fn one_connection_carries_many_letters() {
    let (catcher, mut connection) = connection(CatcherOptions::default()).await;
    for number in 1..=5 {
        let delivery = connection.deliver(&letter(&[&format!("c{number}@exemple.fr")])).await;
        assert_eq!(brief(&delivery), format!("accepted: 250 2.0.0 caught as {number}"));
    }
    connection.close(Duration::from_secs(1)).await;
    assert_eq!(catcher.tally().connections, 1);
    let recipients: Vec<_> = catcher.caught().into_iter().flat_map(|caught| caught.recipients).collect();
    assert_eq!(recipients, ["c1@exemple.fr", "c2@exemple.fr", "c3@exemple.fr", "c4@exemple.fr", "c5@exemple.fr"]);
}

#[tokio::test]
async fn works_with_the_least_that_a_server_may_offer() {
    let extensions =
        Offers { pipelining: false, chunking: false, smtputf8: false, size: None, mechanisms: &[], ehlo: false };
    let (catcher, mut connection) = connection(CatcherOptions { extensions, ..CatcherOptions::default() }).await;
    for _ in 0..2 {
        let delivery = connection.deliver(&letter(&["a@exemple.fr", "b@exemple.fr"])).await;
        assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    }
    assert_eq!(catcher.tally().recipients, 4);
    let delivery = connection.deliver(&letter(&["é@exemple.fr"])).await;
    assert_eq!(brief(&delivery), "not sent: smtputf8_needed (Recipient, Never)");
    // A domain is no obstacle: it has a form in ASCII.
    connection.deliver(&letter(&["a@société.fr"])).await;
    assert_eq!(catcher.caught().last().unwrap().recipients, ["a@xn--socit-esab.fr"]);
}

#[tokio::test]
async fn the_content_arrives_as_it_was_written() {
    for flights in [Flights::Two, Flights::One] {
        let catcher = catcher(CatcherOptions { keep: Keep::Contents, ..CatcherOptions::default() }).await;
        let mut account = account(&catcher);
        account.flights = flights;
        let mut connection = Connection::new(Arc::new(account), None);
        let mut letter = letter(&["a@exemple.fr"]);
        letter.text = Some(".\n..\n.dot at the start\n\n.\n".to_owned());
        for _ in 0..3 {
            let delivery = connection.deliver(&letter).await;
            assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
        }
        let written = mail::message::Message::write(&letter);
        let expected = written.reader().rest().await.unwrap();
        assert_eq!(expected.len() as u64, written.size());
        for caught in catcher.caught() {
            assert_eq!(String::from_utf8_lossy(&caught.content), String::from_utf8_lossy(&expected), "{flights:?}");
        }
        assert_eq!(catcher.tally().messages, 3);
    }
}

#[tokio::test]
async fn refused_recipients_are_told_apart() {
    for flights in [Flights::Two, Flights::One] {
        for pipelining in [true, false] {
            let catcher = catcher(CatcherOptions {
                extensions: Offers { pipelining, ..Offers::default() },
                misbehaviour: Misbehaviour { refuse: ["gone@exemple.fr".to_owned()].into(), ..Misbehaviour::default() },
                ..CatcherOptions::default()
            })
            .await;
            let mut account = account(&catcher);
            account.flights = flights;
            let mut connection = Connection::new(Arc::new(account), None);
            let some = connection.deliver(&letter(&["a@exemple.fr", "gone@exemple.fr", "b@exemple.fr"])).await;
            assert_eq!(brief(&some), "accepted: 250 2.0.0 caught as 1; gone@exemple.fr: unknown_recipient");
            let none = connection.deliver(&letter(&["gone@exemple.fr"])).await;
            assert_eq!(
                brief(&none),
                "not sent: unknown_recipient (Recipient, Never); gone@exemple.fr: unknown_recipient"
            );
            // The transaction that came to nothing does not stand in the way of the next.
            let next = connection.deliver(&letter(&["c@exemple.fr"])).await;
            assert!(matches!(next, Delivery::Accepted { .. }), "{next:?} {flights:?} {pipelining}");
            assert_eq!(catcher.tally().connections, 1);
            let recipients: Vec<_> = catcher.caught().into_iter().flat_map(|caught| caught.recipients).collect();
            assert_eq!(recipients, ["a@exemple.fr", "b@exemple.fr", "c@exemple.fr"]);
        }
    }
}

#[tokio::test]
async fn more_recipients_than_fit_into_one_flight() {
    let (catcher, mut connection) = connection(CatcherOptions::default()).await;
    let addresses: Vec<_> = (0..350).map(|number| format!("c{number}@exemple.fr")).collect();
    let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
    let delivery = connection.deliver(&letter(&addresses)).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    assert_eq!(catcher.tally().recipients, 350);
}

#[tokio::test]
async fn copies_are_in_the_envelope_once_and_hidden_ones_nowhere_else() {
    let (catcher, mut connection) =
        connection(CatcherOptions { keep: Keep::Contents, ..CatcherOptions::default() }).await;
    let mut letter = letter(&["a@exemple.fr"]);
    letter.cc = vec![mailbox("b@exemple.fr"), mailbox("a@exemple.fr")];
    letter.bcc = vec![mailbox("hidden@exemple.fr")];
    connection.deliver(&letter).await;
    let caught = catcher.caught().pop().unwrap();
    assert_eq!(caught.recipients, ["a@exemple.fr", "b@exemple.fr", "hidden@exemple.fr"]);
    assert!(!String::from_utf8_lossy(&caught.content).contains("hidden"));
}

#[tokio::test]
async fn a_throttling_spell_passes() {
    let throttle = |reply: &str| {
        misbehaving(Misbehaviour {
            throttle: Some(Throttle { after: 1, count: 2, reply: reply.to_owned() }),
            ..Misbehaviour::default()
        })
    };
    for reply in ["421 4.7.0 Try again later, closing connection", "450 4.2.1 receiving mail too quickly"] {
        let (catcher, mut connection) = connection(throttle(reply)).await;
        let mut codes = Vec::new();
        for number in 0..4 {
            match connection.deliver(&letter(&[&format!("c{number}@exemple.fr")])).await {
                Delivery::Accepted { .. } => codes.push("accepted".to_owned()),
                Delivery::NotSent { verdict, .. } => {
                    assert_eq!(verdict.reply, reply);
                    assert!(matches!(verdict.retry, Retry::After { .. }));
                    codes.push(verdict.code);
                }
                Delivery::Unknown { verdict } => panic!("{verdict:?}"),
            }
        }
        let expected = if reply.starts_with("421") { "throttled" } else { "recipient_throttled" };
        assert_eq!(codes, ["accepted", expected, expected, "accepted"]);
        assert_eq!(catcher.tally().messages, 2);
    }
}

/// Before the content is out a lost connection is a retry, after it the outcome is unknown, whether or not the server
/// has the message.
#[tokio::test]
async fn a_lost_connection_is_unknown_only_once_the_content_is_out() {
    for (at, expected, received) in [
        (DropAt::Mail, "not sent: connection_lost (Server, 10 s)", 0),
        (DropAt::Recipient, "not sent: connection_lost (Server, 10 s)", 0),
        (DropAt::Lost, "unknown: outcome_unknown", 0),
        (DropAt::Taken, "unknown: outcome_unknown", 1),
    ] {
        for pipelining in [true, false] {
            let (catcher, mut connection) = connection(CatcherOptions {
                extensions: Offers { pipelining, ..Offers::default() },
                ..misbehaving(Misbehaviour { drops: vec![Drop { message: 1, at }], ..Misbehaviour::default() })
            })
            .await;
            assert_eq!(brief(&connection.deliver(&letter(&["a@exemple.fr"])).await), expected, "{at:?} {pipelining}");
            assert_eq!(catcher.tally().messages, received, "{at:?}");
            let next = connection.deliver(&letter(&["b@exemple.fr"])).await;
            assert!(matches!(next, Delivery::Accepted { .. }), "{next:?}");
        }
    }
}

/// The server goes away after 354: what was written of a big message cannot contain the final dot.
#[tokio::test]
async fn a_connection_lost_amid_the_content_is_a_retry() {
    let folder = tempfile::tempdir().unwrap();
    let (catcher, mut connection) = connection(misbehaving(Misbehaviour {
        drops: vec![Drop { message: 1, at: DropAt::Content }],
        ..Misbehaviour::default()
    }))
    .await;
    let mut letter = letter(&["a@exemple.fr"]);
    letter.attachments = vec![support::attachment(&folder, "gros.pdf", &vec![7; 20_000_000])];
    let delivery = connection.deliver(&letter).await;
    assert_eq!(brief(&delivery), "not sent: connection_lost (Server, 10 s)");
    assert_eq!(catcher.tally().messages, 0);
    let delivery = connection.deliver(&letter).await;
    assert_eq!(brief(&delivery), "accepted: 250 2.0.0 caught as 2");
    assert_eq!(catcher.tally().bytes, mail::message::Message::write(&letter).size());
}

#[tokio::test]
async fn with_one_flight_a_lost_connection_leaves_the_outcome_unknown() {
    for (at, expected) in [
        (DropAt::Mail, "unknown: outcome_unknown"),
        (DropAt::Recipient, "unknown: outcome_unknown"),
        (DropAt::Taken, "unknown: outcome_unknown"),
    ] {
        let catcher =
            catcher(misbehaving(Misbehaviour { drops: vec![Drop { message: 1, at }], ..Misbehaviour::default() }))
                .await;
        let mut account = account(&catcher);
        account.flights = Flights::One;
        let mut connection = Connection::new(Arc::new(account), None);
        assert_eq!(brief(&connection.deliver(&letter(&["a@exemple.fr"])).await), expected, "{at:?}");
    }
}

/// The server closes behind our back: the next letter goes out on a new connection, and nobody notices.
#[tokio::test]
async fn a_connection_closed_between_letters_is_replaced() {
    let (catcher, mut connection) =
        connection(misbehaving(Misbehaviour { close_after: Some(2), ..Misbehaviour::default() })).await;
    for number in 0..7 {
        let delivery = connection.deliver(&letter(&[&format!("c{number}@exemple.fr")])).await;
        assert!(matches!(delivery, Delivery::Accepted { .. }), "{number}: {delivery:?}");
    }
    assert_eq!((catcher.tally().messages, catcher.tally().connections), (7, 4));
}

/// The connection dies in answer to the second letter's first command: that one may be tried again, once, by itself.
#[tokio::test]
async fn a_reused_connection_that_dies_unheard_is_replaced() {
    let (catcher, mut connection) = connection(misbehaving(Misbehaviour {
        drops: vec![
            Drop { message: 2, at: DropAt::Mail },
            Drop { message: 4, at: DropAt::Mail },
            Drop { message: 5, at: DropAt::Mail },
        ],
        ..Misbehaviour::default()
    }))
    .await;
    for _ in 0..2 {
        let delivery = connection.deliver(&letter(&["a@exemple.fr"])).await;
        assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    }
    let delivery = connection.deliver(&letter(&["a@exemple.fr"])).await;
    assert_eq!(brief(&delivery), "not sent: connection_lost (Server, 10 s)");
    assert_eq!((catcher.tally().messages, catcher.tally().connections), (2, 3));
}

#[tokio::test]
async fn a_connection_is_not_used_for_more_letters_than_allowed() {
    let catcher = catcher(CatcherOptions::default()).await;
    let mut account = account(&catcher);
    account.messages_per_connection = 3;
    let mut connection = Connection::new(Arc::new(account), None);
    for _ in 0..7 {
        connection.deliver(&letter(&["a@exemple.fr"])).await;
    }
    assert_eq!((catcher.tally().messages, catcher.tally().connections), (7, 3));
}

#[tokio::test]
async fn greylisting_is_a_retry() {
    let (_catcher, mut connection) =
        connection(misbehaving(Misbehaviour { greylist: true, ..Misbehaviour::default() })).await;
    let first = connection.deliver(&letter(&["a@exemple.fr"])).await;
    assert_eq!(brief(&first), "not sent: greylisted (Server, 300 s); a@exemple.fr: greylisted");
    assert!(matches!(connection.deliver(&letter(&["a@exemple.fr"])).await, Delivery::Accepted { .. }));
}

#[tokio::test]
async fn a_lying_server_is_found_out() {
    for (lie, expected) in [
        (Lie::Greeting, "not sent: protocol_error (Server, 300 s)"),
        (Lie::EndlessLines, "not sent: protocol_error (Server, 300 s)"),
        (Lie::WrongCode, "not sent: protocol_error (Server, 300 s)"),
        (Lie::EarlyData, "not sent: protocol_error (Server, 300 s)"),
        (Lie::NoiseAfterContent, "unknown: outcome_unknown"),
        (Lie::WrongCodeAfterContent, "unknown: outcome_unknown"),
    ] {
        let (_catcher, mut connection) =
            connection(misbehaving(Misbehaviour { lie: Some(lie), ..Misbehaviour::default() })).await;
        assert_eq!(brief(&connection.deliver(&letter(&["a@exemple.fr"])).await), expected, "{lie:?}");
    }
}

#[tokio::test]
async fn refused_content_is_not_sent_and_the_connection_lives_on() {
    for (reply, expected) in [
        ("554 5.6.0 no", "not sent: content_refused (Content, Never)"),
        ("550 5.4.5 Daily user sending limit exceeded", "not sent: daily_quota (SenderQuota, 10800 s)"),
        ("451 4.3.0 later", "not sent: temporary (Server, 300 s)"),
    ] {
        let (catcher, mut connection) =
            connection(misbehaving(Misbehaviour { content_reply: Some(reply.to_owned()), ..Misbehaviour::default() }))
                .await;
        for _ in 0..2 {
            assert_eq!(brief(&connection.deliver(&letter(&["a@exemple.fr"])).await), expected);
        }
        assert_eq!(catcher.tally().connections, 1);
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let catcher =
        catcher(misbehaving(Misbehaviour { delay: Duration::from_secs(60), ..Misbehaviour::default() })).await;
    let mut account = account(&catcher);
    account.timeouts.greeting = Duration::from_millis(20);
    let mut connection = Connection::new(Arc::new(account), None);
    assert_eq!(brief(&connection.deliver(&letter(&["a@exemple.fr"])).await), "not sent: timeout (Server, 60 s)");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let account = Account::from_url(&format!("smtp://{free}"), None).unwrap();
    let verdict = smtp::check(&account).await.unwrap_err();
    assert_eq!((verdict.code.as_str(), verdict.fault), ("connect_failed", Fault::Server));
    assert_eq!(verdict.pause.map(|pause| pause.scope), Some(PauseScope::Account));
}

#[tokio::test]
async fn wrong_addresses_never_reach_the_server() {
    let (catcher, mut connection) = connection(CatcherOptions::default()).await;
    for address in ["a@exemple.fr>\r\nRCPT TO:<b@exemple.fr", "a b@exemple.fr", "nobody", "@exemple.fr", ""] {
        let delivery = connection.deliver(&letter(&[address])).await;
        assert_eq!(brief(&delivery), "not sent: invalid_address (Recipient, Never)", "{address}");
    }
    assert_eq!(brief(&connection.deliver(&letter(&[])).await), "not sent: no_recipients (Recipient, Never)");
    assert_eq!(catcher.tally().connections, 0);
}

#[tokio::test]
async fn the_log_of_the_catcher_holds_each_recipient() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("caught.log");
    let (_catcher, mut connection) =
        connection(CatcherOptions { log: Some(log.clone()), ..CatcherOptions::default() }).await;
    connection.deliver(&letter(&["a@exemple.fr", "b@exemple.fr"])).await;
    connection.deliver(&letter(&["c@exemple.fr"])).await;
    assert_eq!(std::fs::read_to_string(log).unwrap(), "a@exemple.fr\nb@exemple.fr\nc@exemple.fr\n");
}

/// A file that turns out to have changed while it is sent: no final dot, so nobody receives half a letter.
#[tokio::test]
async fn a_file_that_changed_stops_the_letter_before_the_final_dot() {
    let folder = tempfile::tempdir().unwrap();
    for size in [1000, 2_000_000] {
        let (catcher, mut connection) = connection(CatcherOptions::default()).await;
        connection.deliver(&letter(&["a@exemple.fr"])).await;
        let mut letter = letter(&["b@exemple.fr"]);
        letter.attachments = vec![support::attachment(&folder, "a.pdf", &vec![1; size])];
        letter.attachments[0].sha256 = Some("0".repeat(64));
        let delivery = connection.deliver(&letter).await;
        assert_eq!(brief(&delivery), "not sent: attachment_changed (Content, Never)");
        letter.attachments.clear();
        assert!(matches!(connection.deliver(&letter).await, Delivery::Accepted { .. }));
        let recipients: Vec<_> = catcher.caught().into_iter().flat_map(|caught| caught.recipients).collect();
        assert_eq!(recipients, ["a@exemple.fr", "b@exemple.fr"], "{size}");
    }
}

/// A server that ends a long connection politely is not one that throttles.
#[tokio::test]
async fn a_goodbye_between_letters_is_no_failure() {
    let (catcher, mut connection) = connection(misbehaving(Misbehaviour {
        throttle: Some(Throttle { after: 1, count: 1, reply: "421 4.4.2 idle timeout, closing".to_owned() }),
        ..Misbehaviour::default()
    }))
    .await;
    for _ in 0..2 {
        let delivery = connection.deliver(&letter(&["a@exemple.fr"])).await;
        assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    }
    assert_eq!((catcher.tally().messages, catcher.tally().connections), (2, 2));
}

/// The demonstration refuses the same people at every run, about as many as it was asked to.
#[tokio::test]
async fn a_share_of_the_recipients_is_refused() {
    let share = Misbehaviour { refuse_per_mille: 100, seed: 7, ..Misbehaviour::default() };
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (catcher, mut connection) = connection(misbehaving(share.clone())).await;
        for number in 0..500 {
            connection.deliver(&letter(&[&format!("client{number}@exemple.fr")])).await;
        }
        let tally = catcher.tally();
        assert_eq!(tally.recipients + tally.refused, 500);
        runs.push(catcher.caught().into_iter().flat_map(|caught| caught.recipients).collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    assert!((420..480).contains(&runs[0].len()), "{}", runs[0].len());
}
