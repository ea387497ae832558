//! `vigie submission …`

use super::send::explain;
use crate::{
    app::{self, Engines},
    cli::SubmissionCommand,
    client::escaped,
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::{self, t},
};
use api::{
    accounts::Accounts,
    messages::{Message, MessageQueued},
};
use model::ItemState;
use serde_json::json;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

/// How long the port may take for an answer, and the message for its way.
const ANSWER: Duration = Duration::from_secs(20);
const DELIVERY: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Characters of a header field and of a line of text.
const TEXT_WIDTH: usize = 200;

pub(super) async fn run(config: &Config, command: SubmissionCommand) -> Result<Exit> {
    match command {
        SubmissionCommand::Test { to, from } => {
            let from = from.unwrap_or_else(|| to.clone());
            test(config, &from, &to).await
        }
        SubmissionCommand::Show { message } => show(config, &message).await,
        SubmissionCommand::Resend { message, to } => {
            let queued = change(config, &message, "resend", &json!({ "to": to })).await?;
            said(config, &queued, |id| t!("submission-resent", id = id))
        }
        SubmissionCommand::Release { message } => {
            let queued = change(config, &message, "release", &json!({})).await?;
            said(config, &queued, |id| t!("submission-released", id = id))
        }
    }
}

fn path(message: &str) -> String {
    format!("/api/v1/messages/{}", escaped(message))
}

async fn change(config: &Config, message: &str, what: &str, body: &serde_json::Value) -> Result<MessageQueued> {
    let connected = app::changing(config, "submission", Engines::Rest).await?;
    let queued = connected.client().post::<MessageQueued>(&format!("{}/{what}", path(message)), body).await;
    connected.close().await;
    Ok(queued?.into_inner())
}

fn said(config: &Config, queued: &MessageQueued, words: impl FnOnce(String) -> String) -> Result<Exit> {
    match config.json {
        true => render::json(&json!(queued))?,
        false => render::say(&words(queued.id.to_string())),
    }
    Ok(Exit::Done)
}

async fn show(config: &Config, message: &str) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let found = connected.client().get::<Message>(&path(message)).await?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    let found = found.into_inner();
    let plain = |text: &str| render::plain(text, TEXT_WIDTH);
    let moment = |at| render::moment(Some(at), &config.zone.value);
    let mut lines = vec![
        t!("submission-of", subject = plain(&found.subject), state = words::word("submission-state", found.state)),
        t!("submission-job", job = found.job.to_string(), n = found.seq.to_string()),
        t!("submission-at", at = moment(found.received_at), tries = render::count(found.attempts)),
        t!("submission-from", from = plain(&found.from), to = plain(&found.to.join(", "))),
    ];
    lines.extend(found.not_before.map(|at| t!("submission-next", at = moment(at))));
    if !found.detail.is_empty() {
        lines.push(plain(&found.detail));
    }
    match &found.content {
        None => lines.push(t!("submission-gone")),
        Some(content) => {
            lines.push(String::new());
            lines.extend(content.headers.iter().map(|head| format!("{}: {}", plain(&head.name), plain(&head.value))));
            for file in &content.files {
                lines.push(t!("submission-file", name = plain(&file.name), bytes = render::count(file.size)));
            }
            lines.push(String::new());
            lines.extend(content.text.iter().flat_map(|text| text.lines()).map(plain));
        }
    }
    render::out(&lines.join("\n"))?;
    Ok(Exit::Done)
}

/// Hands a message over as a program would, and says what comes of each step.
async fn test(config: &Config, from: &str, to: &str) -> Result<Exit> {
    let Some(table) = &config.submission else {
        return Err(Failure::refused(t!("submission-none")).help(t!("submission-none-help")));
    };
    let connected = app::reading(config).await?;
    let accounts = connected.client().get::<Accounts>("/api/v1/accounts").await?.into_inner().rows;
    let account = match (&table.value.account, accounts.as_slice()) {
        (_, []) => return Err(Failure::new(t!("submission-no-account")).help(t!("submission-no-account-help"))),
        (Some(name), known) if known.iter().any(|account| account.name == *name) => name.clone(),
        (Some(name), _) => {
            let help = t!("submission-account-help", place = table.from.to_string());
            return Err(Failure::new(t!("submission-account", name = name)).help(help));
        }
        (None, [only]) => only.name.clone(),
        (None, _) => return Err(Failure::new(t!("submission-accounts")).help(t!("submission-accounts-help"))),
    };
    render::say(&t!("submission-step-account", name = account));
    let address = reached_at(table.value.listen);
    let away = |error: std::io::Error| {
        Failure::new(t!("submission-away", address = address.to_string(), error = error.to_string()))
            .help(t!("submission-away-help"))
    };
    let stream = timeout(ANSWER, TcpStream::connect(address)).await.map_err(|_| away(slow()))?.map_err(away)?;
    render::say(&t!("submission-step-port", address = address.to_string()));
    let id = hand_over(stream, from, to).await?;
    render::say(&t!("submission-step-taken", id = id.clone()));
    let until = Instant::now() + DELIVERY;
    loop {
        let message = connected.client().get::<Message>(&path(&id)).await?.into_inner();
        match message.state {
            ItemState::Succeeded => {
                render::say(&t!("submission-step-sent", to = to));
                return Ok(Exit::Done);
            }
            ItemState::Queued | ItemState::Running if Instant::now() < until => sleep(LOOK_EVERY).await,
            state => {
                let said = message.verdict.as_ref().map(explain).unwrap_or_default();
                let detail = render::plain(&said, TEXT_WIDTH);
                let what = t!("submission-not-sent", state = words::word("submission-state", state), detail = detail);
                return Err(Failure::new(what).help(t!("submission-not-sent-help", id = id)));
            }
        }
    }
}

/// Where a port is reached from this machine that listens on all its addresses.
fn reached_at(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn slow() -> std::io::Error {
    std::io::ErrorKind::TimedOut.into()
}

/// The queue id of a test message.
async fn hand_over(stream: TcpStream, from: &str, to: &str) -> Result<String> {
    let mut port = BufReader::new(stream);
    let content = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\
         X-Vigie-Job: {}\r\nX-Vigie-Flow: test\r\n\r\n{}\r\n.\r\n",
        t!("submission-subject"),
        t!("submission-subject"),
        t!("submission-text")
    );
    let steps = [
        (String::new(), "220"),
        ("EHLO localhost\r\n".to_owned(), "250"),
        (format!("MAIL FROM:<{from}>\r\n"), "250"),
        (format!("RCPT TO:<{to}>\r\n"), "250"),
        ("DATA\r\n".to_owned(), "354"),
        (content, "250"),
    ];
    let mut last = String::new();
    for (said, expected) in steps {
        let asked = said.lines().next().unwrap_or_default().to_owned();
        last = answer(&mut port, &said).await.map_err(|error| {
            Failure::new(t!("submission-cut", said = asked.clone(), error = error.to_string()))
                .help(t!("submission-cut-help"))
        })?;
        if !last.starts_with(expected) {
            let what = t!("submission-refused", said = asked, reply = render::plain(&last, TEXT_WIDTH));
            return Err(Failure::new(what).help(t!("submission-refused-help")));
        }
    }
    // The message is kept: a goodbye that is not heard changes nothing.
    let _ = port.write_all(b"QUIT\r\n").await;
    let id = last.trim_end().rsplit(' ').next().unwrap_or_default();
    Ok(id.to_owned())
}

/// The last line of what the port replies.
async fn answer(port: &mut BufReader<TcpStream>, said: &str) -> std::io::Result<String> {
    port.write_all(said.as_bytes()).await?;
    loop {
        let mut line = String::new();
        if timeout(ANSWER, port.read_line(&mut line)).await.map_err(|_| slow())?? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(line);
        }
    }
}
