//! Connections that failed, in the words of any language: to whom they were is known by the port, else by the library that
//! speaks.

use super::has;
use crate::evidence::Sign;

/// What was to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peer {
    Mail,
    Database,
    Broker,
}

/// How it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Refused,
    TimedOut,
    Lost,
}

#[rustfmt::skip]
const PORTS: &[(u16, Peer)] = &[
    (25, Peer::Mail), (465, Peer::Mail), (587, Peer::Mail), (2525, Peer::Mail), (1025, Peer::Mail),
    (5432, Peer::Database), (5433, Peer::Database), (6432, Peer::Database), (3306, Peer::Database), (3307, Peer::Database),
    (27017, Peer::Database), (1433, Peer::Database), (1521, Peer::Database), (26257, Peer::Database),
    (6379, Peer::Broker), (6380, Peer::Broker), (5672, Peer::Broker), (5671, Peer::Broker), (61613, Peer::Broker),
    (61616, Peer::Broker), (9092, Peer::Broker), (4222, Peer::Broker), (11300, Peer::Broker),
];

/// Libraries, servers and schemes.
#[rustfmt::skip]
const WORDS: &[(Peer, &[&str])] = &[
    (Peer::Mail, &[
        "smtp", "nodemailer", "mailkit", "javax.mail", "jakarta.mail", "phpmailer", "swift_", "symfony\\component\\mailer", "sendmail",
        "gomail", "lettre", "swoosh", "bamboo.", "network_failure", "actionmailer", "action_mailer", "deliver_now", "msmtp", "net::smtp",
    ]),
    (Peer::Database, &[
        "psycopg", "asyncpg", "pg::", "psqlexception", "postgres", "npgsql", "pg-pool", "pgconn", "pgx", "mysql", "mariadb", "pdoexception",
        "sqlstate", "sequelize", "typeorm", "prisma", "knex", "hikari", "jdbc", "activerecord", "mongo", "sqlclient", "sqlalchemy",
        "database", "hibernate", "doctrine", "ecto.", "diesel", "sqlx", "dbd::", "postgrex", "myxql", "dbconnection", "tokio_postgres", "r2d2", "bb8::", "deadpool", "sqlexception", "eloquent",
    ]),
    (Peer::Broker, &[
        "redis", "rabbitmq", "amqp", "kombu", "celery", "sidekiq", "bullmq", "ioredis", "jedis", "lettuce", "kafka", "pika.", "bunny",
        "beanstalk", "activemq", "stomp", "broker", "error fetching job", "nats:", "amqplib", "amqpconnection", "pheanstalk", "pulsar", "mqtt",
    ]),
];
const OWN_WORDS: &[(Peer, &[&str])] = &[(Peer::Mail, &["mail server", "mail relay", "mail host", "mailer", "mx."])];

#[rustfmt::skip]
const REFUSED: &[&str] = &[
    "connection refused", "econnrefused", "actively refused", "connexion refusée", "errno 111", "could not connect", "couldn't connect",
    "cannot connect", "can't connect", "failed to connect", "unable to connect", "failed connecting", "cannotconnect", "connection failed",
    "connectionrefused", "not established", "notestablished", "could not be established", "could not open connection", "failed to open tcp connection",
];
#[rustfmt::skip]
const TIMED_OUT: &[&str] = &[
    "timed out", "etimedout", "esockettimedout", "i/o timeout", "read timeout", "readtimeout", "opentimeout", "connect timeout",
    "connecttimeout", "connection timeout", "timeoutexception", "timeouterror", "sockettimeout", "deadline exceeded", "execution expired",
    "greeting never received", "délai d'attente", ":timeout", "{error,timeout}", "deadlineexceeded", "time-out", "timeout waiting", "timeout expired",
];
#[rustfmt::skip]
const LOST: &[&str] = &[
    "econnreset", "connection reset", "broken pipe", "epipe", "socket hang up", "closed unexpectedly", "unexpectedly closed", "unexpected eof",
    "unexpectedly disconnected", "connection closed", "connection was closed", "closed by", "connection lost", "lost connection",
    "connection aborted", "end of file reached", "eoferror", "could not read from", "bad connection", "connection is closed",
    "connection dropped", "forcibly closed", "gone away", "server has disconnected", "ré-initialisée", "unexpected disconnect",
    "response: -1", "unexpected socket close", ":closed}", "{error,closed}", "must be connected", "not connected", "notconnected", "autoreconnect", "error occurred during the login process",
    "disconnected before",
];

/// What a failed connection in `text` proves, which is in lower case.
pub(super) fn sign(text: &str) -> Option<Sign> {
    // A timeout is said beside the words for a connection in general.
    let failure = [(Failure::TimedOut, TIMED_OUT), (Failure::Lost, LOST), (Failure::Refused, REFUSED)]
        .into_iter()
        .find(|(_, words)| has(text, words))
        .map(|(failure, _)| failure)?;
    let failure =
        if has(text, &["connection refused", "econnrefused", "refused"]) { Failure::Refused } else { failure };
    Some(match (peer(text)?, failure) {
        (Peer::Mail, Failure::Refused) => Sign::SmtpRefused,
        (Peer::Mail, Failure::TimedOut) => Sign::SmtpTimeout,
        (Peer::Mail, Failure::Lost) => Sign::SmtpDisconnected,
        (Peer::Database, _) => Sign::DbUnreachable,
        (Peer::Broker, _) => Sign::BrokerLost,
    })
}

fn peer(text: &str) -> Option<Peer> {
    let of =
        |words: &[(Peer, &[&str])], text: &str| words.iter().find(|(_, words)| has(text, words)).map(|(peer, _)| *peer);
    // What a program calls itself stands at the head, not in the frames of a stack.
    let head = text.lines().next().unwrap_or_default();
    by_port(text).or_else(|| of(WORDS, text)).or_else(|| of(OWN_WORDS, head))
}

/// The peer of the last port that is written as one: `host:587`, `port 587`, `port: smtp.example.org, 587`.
fn by_port(text: &str) -> Option<Peer> {
    let (mut at, mut found) = (0, None);
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|start| at + start) {
        let length = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        at = start + length;
        let (before, behind) = (&text[..start], &text[at..]);
        let named = before.trim_end_matches([' ', '=', '"', '\'', '(', ':']);
        let is_port = before.strip_suffix(':').is_some_and(is_host)
            || named.ends_with("port")
            || before.ends_with(", ") && before.contains("port: ");
        let goes_on = behind.starts_with([':', '.']) && behind[1..].starts_with(|c: char| c.is_ascii_digit());
        if is_port && !goes_on {
            let peer = PORTS.iter().find(|(port, _)| text[start..at].parse() == Ok(*port)).map(|(_, peer)| *peer);
            found = peer.or(found);
        }
    }
    found
}

/// Whether what ends here may be a host, and no clock: `10:25`.
fn is_host(before: &str) -> bool {
    let word = before.rsplit([' ', '"', '\'', '(', '[', '=', '>', '/', '@', ',']).next().unwrap_or_default();
    word.ends_with(']') || word.contains(|c: char| c.is_ascii_alphabetic()) || word.matches('.').count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_it_was_to_is_known_by_the_port_then_by_the_library() {
        for (text, expected) in [
            ("mailer: dial tcp 10.0.4.2:5432: connect: connection refused", Some(Sign::DbUnreachable)),
            ("read tcp 10.0.0.2:41022->192.0.2.25:587: connection reset by peer", Some(Sign::SmtpDisconnected)),
            ("connection refused - connect(2) for \"smtp.example.org\" port 587", Some(Sign::SmtpRefused)),
            ("redisclient::cannotconnecterror: connection refused", Some(Sign::BrokerLost)),
            ("request to billing.example.org timed out", None),
            ("at 10:25 the export timed out", None),
            ("connected to smtp.example.org:587", None),
        ] {
            assert_eq!(sign(text), expected, "{text}");
        }
    }
}
