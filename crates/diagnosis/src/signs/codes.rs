//! Codes of databases and brokers, in whichever words a library passes them on: the kind is known by the words around, the code
//! by those before it.

use super::has;
use crate::evidence::Sign;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use std::sync::LazyLock;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    SqlState,
    MySql,
    SqlServer,
    Oracle,
    Amqp,
}

/// Words without which a number is of no such kind.
const OF_KIND: &[(Kind, &[&str])] = &[
    (Kind::Oracle, &["ora-"]),
    (Kind::Amqp, &["amqp", "rabbit", "pika", "channel closed", "connection_forced", "precondition_failed"]),
    (
        Kind::SqlServer,
        &["sqlclient", "sql server", "sqlserver", "mssql", "tedious", "error number:", "level 14, state"],
    ),
    (
        Kind::MySql,
        &[
            "mysql",
            "mariadb",
            "mysqli",
            "sqlstate",
            "(hy000)",
            "(40001)",
            "(08004)",
            "(42000)",
            "(23000)",
            "operationalerror",
            "integrityerror",
            "er_",
        ],
    ),
    (
        Kind::SqlState,
        &[
            "sqlstate",
            "sql state",
            "postgres",
            "pq:",
            "pg-protocol",
            "pg::",
            "npgsql",
            "psycopg",
            "asyncpg",
            "odbc",
            "severity",
            "pgx",
            "code",
        ],
    ),
];

struct Codes {
    rows: Vec<(Kind, String, Sign)>,
    before: Vec<(Kind, &'static str)>,
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "sqlstate" => Kind::SqlState,
        "mysql" => Kind::MySql,
        "mssql" => Kind::SqlServer,
        "oracle" => Kind::Oracle,
        "amqp" => Kind::Amqp,
        _ => return None,
    })
}

static CODES: LazyLock<Codes> = LazyLock::new(|| {
    let (mut rows, mut before) = (Vec::new(), Vec::new());
    for line in include_str!("codes.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let (Some(what), Some(text)) = (parts.next(), parts.next()) else { continue };
        if let Some(kind) = what.strip_prefix("before ").and_then(kind) {
            before.push((kind, text));
        } else if let (Some(kind), Some(word)) = (kind(what), parts.next()) {
            let sign = serde_json::from_value(word.into());
            rows.extend(sign.ok().map(|sign| (kind, text.to_ascii_lowercase(), sign)));
        }
    }
    Codes { rows, before }
});

/// Finds the words of any kind in one pass: most lines have none of them.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = OF_KIND.iter().flat_map(|(_, words)| words.iter());
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(words).ok()
});

/// What a code in `text` proves.
pub(super) fn sign(text: &str) -> Option<Sign> {
    if !FINDER.as_ref()?.is_match(text) {
        return None;
    }
    let text = &*text.to_lowercase();
    let kinds = OF_KIND.iter().filter(|(_, words)| has(text, words));
    kinds.filter_map(|(kind, _)| of_kind(text, *kind)).next()
}

fn of_kind(text: &str, wanted: Kind) -> Option<Sign> {
    let marks = CODES.before.iter().filter(|(kind, _)| *kind == wanted);
    marks.flat_map(|(_, mark)| text.match_indices(mark).map(|(at, mark)| &text[at + mark.len()..])).find_map(|rest| {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
        let code = &rest[..length];
        // A SQLSTATE has five letters; all rows that it begins with are its class, the longest its own.
        let fits = |known: &str| match wanted {
            Kind::SqlState => code.len() == 5 && code.starts_with(known),
            _ => code == known,
        };
        let rows = CODES.rows.iter().filter(|(kind, known, _)| *kind == wanted && fits(known));
        rows.max_by_key(|(_, known, _)| known.len()).map(|(.., sign)| *sign)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_what_stands_before_them() {
        for (text, expected) in [
            ("sqlstate[40p01]: deadlock", Some(Sign::DbDeadlock)),
            ("sqlstate[hy000]: general error: 2006 gone", Some(Sign::DbUnreachable)),
            ("sqlstate[42s02]: base table not found", Some(Sign::Exception)),
            ("error 1213 (40001): deadlock found", Some(Sign::DbDeadlock)),
            ("(pymysql.err.operationalerror) (1040, 'x')", Some(Sign::DbConnections)),
            ("sqlclient.sqlexception: error number:1222,state:51", Some(Sign::DbLockTimeout)),
            ("ora-12541: tns:no listener", Some(Sign::DbUnreachable)),
            ("error: x {\"code\":\"53300\"}", Some(Sign::DbConnections)),
            ("channel closed by server: 320 (connection-forced)", Some(Sign::BrokerLost)),
            ("order 2006 of 1205", None),
            ("error 1205 in line 7", None),
            ("code=57014x", None),
        ] {
            assert_eq!(sign(text), expected, "{text}");
        }
    }

    #[test]
    fn each_row_is_of_a_sign() {
        let lines = include_str!("codes.tsv").lines().filter(|line| !line.starts_with('#'));
        let rows = lines.filter(|line| !line.starts_with("before ")).count();
        assert_eq!(CODES.rows.len(), rows);
    }
}
