//! A server that repeats what it was told: nothing secret of that is kept or shown.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mail::{
    delivery::Delivery,
    smtp::{self, Account, Connection},
};
use std::{net::SocketAddr, sync::Arc};
use support::letter;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

const PASSWORD: &str = "correct-horse-7";

/// Repeats the password, and whatever came by `AUTH`, in its answer to `stage`, which refuses.
async fn parrot(stage: &'static str, mechanism: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut line, mut heard) = (String::new(), String::new());
            stream.write_all(b"220 parrot\r\n").await.unwrap();
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                let said = line.trim_end().to_owned();
                line.clear();
                let verb = said.split([' ', ':']).next().unwrap_or_default().to_owned();
                let is_answer = !matches!(verb.as_str(), "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "RSET" | "QUIT");
                if is_answer || verb == "AUTH" {
                    heard.push_str(&format!(" <{}>", said.rsplit(' ').next().unwrap_or_default()));
                }
                let is_last = is_answer && heard.matches('<').count() == 3 || said.starts_with("AUTH PLAIN");
                let refusal = format!("pw={PASSWORD} for{heard}\r\n");
                let answer = match verb.as_str() {
                    "EHLO" => format!("250-parrot\r\n250 AUTH {mechanism}\r\n"),
                    _ if stage == "AUTH" && is_last => format!("535-5.7.8 Bad credentials\r\n535 5.7.8 {refusal}"),
                    _ if is_last => "235 2.7.0 welcome\r\n".to_owned(),
                    "AUTH" => "334 VXNlcm5hbWU6\r\n".to_owned(),
                    _ if is_answer => "334 UGFzc3dvcmQ6\r\n".to_owned(),
                    verb if verb == stage => format!("550 5.7.1 {refusal}"),
                    "DATA" => "354 go on\r\n".to_owned(),
                    _ => "250 2.0.0 ok\r\n".to_owned(),
                };
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    });
    address
}

fn account(address: SocketAddr) -> Account {
    Account::from_url(&format!("smtp://marie@{address}?plaintext-auth=loopback"), Some(PASSWORD.into())).unwrap()
}

#[tokio::test]
async fn a_server_that_repeats_the_password_does_not_get_it_written_down() {
    for mechanism in ["PLAIN", "LOGIN"] {
        for stage in ["AUTH", "MAIL", "RCPT"] {
            let account = Arc::new(account(parrot(stage, mechanism).await));
            let delivery = Connection::new(Arc::clone(&account), None).deliver(&letter(&["a@exemple.fr"])).await;
            let Delivery::NotSent { verdict, .. } = &delivery else { panic!("{delivery:?}") };
            assert!(verdict.reply.contains("pw=[secret] for"), "{stage}: {verdict:?}");
            let shown = format!("{delivery:?} {:?}", smtp::check(&account).await);
            for secret in
                [PASSWORD.to_owned(), STANDARD.encode(PASSWORD), STANDARD.encode(format!("\0marie\0{PASSWORD}"))]
            {
                assert!(!shown.contains(secret.trim_end_matches('=')), "{mechanism} {stage}: {shown}");
            }
        }
    }
}

async fn at_once(account: &Arc<Account>) -> Vec<Delivery> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let mut connection = Connection::new(Arc::clone(account), None);
        tasks.spawn(async move { connection.deliver(&letter(&["a@exemple.fr"])).await });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_for_all_connections() {
    let login = Some(("marie".to_owned(), "right".to_owned()));
    let catcher = support::catcher(mail::catcher::CatcherOptions { login, ..Default::default() }).await;
    let url = format!("smtp://marie@{}?plaintext-auth=loopback", catcher.address());
    let account = |password: &str| Arc::new(Account::from_url(&url, Some(password.into())).unwrap());
    let wrong = account("wrong");
    for _ in 0..2 {
        for delivery in at_once(&wrong).await {
            let Delivery::NotSent { verdict, .. } = delivery else { panic!("{delivery:?}") };
            assert_eq!(verdict.code, "auth_failed");
        }
    }
    assert_eq!(catcher.tally().connections, 1);
    let right = account("right");
    assert!(at_once(&right).await.iter().all(|delivery| matches!(delivery, Delivery::Accepted { .. })));
    assert_eq!(catcher.tally().connections, 6);
}
