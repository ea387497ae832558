//! Finds the texts of the [`table`](super::table) in what programs say.

use super::{
    locales,
    table::{NOT, ROWS, Row, Subject},
};
use crate::evidence::{Family, Sign};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use std::{collections::BTreeSet, sync::LazyLock};

struct Index {
    finder: AhoCorasick,
    /// For each pattern of the finder its row, and what must follow it.
    texts: Vec<(usize, Vec<String>)>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let alternatives = ROWS.iter().enumerate().flat_map(|(row, spec)| spec.texts.iter().map(move |text| (row, *text)));
    let (mut firsts, mut texts) = (Vec::new(), Vec::new());
    let others =
        alternatives.clone().flat_map(|(row, text)| locales::others(text).into_iter().map(move |text| (row, text)));
    let all: BTreeSet<(usize, String)> = alternatives.map(|(row, text)| (row, text.to_owned())).chain(others).collect();
    for (row, text) in all {
        let mut parts = text.split('…').map(str::to_ascii_lowercase);
        firsts.push(parts.next().unwrap_or_default());
        texts.push((row, parts.collect()));
    }
    let finder = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&firsts);
    Index { finder: finder.unwrap_or_else(|_| unreachable!("the table is small")), texts }
});

/// Bytes of a message that are looked at.
const LOOKED_AT_MAX: usize = 16 << 10;

/// What `message` proves when `family` says it: of each subject at most one thing, in the order of the rows.
pub(super) fn signs(message: &str, family: Family) -> Vec<Sign> {
    let index = &*INDEX;
    let message = beginning(message);
    let mut lower = None;
    let mut rows: Vec<usize> = Vec::new();
    for found in index.finder.find_overlapping_iter(message) {
        let (row, rest) = &index.texts[found.pattern().as_usize()];
        let lower = lower.get_or_insert_with(|| message.to_ascii_lowercase());
        if !rows.contains(row)
            && speaks(&ROWS[*row], family)
            && follow(&lower[found.end()..], rest)
            && !is_other(*row, lower)
        {
            rows.push(*row);
        }
    }
    rows.sort_unstable();
    let mut subjects: Vec<Subject> = Vec::new();
    rows.retain(|row| {
        let is_new = !subjects.contains(&ROWS[*row].subject);
        subjects.push(ROWS[*row].subject);
        is_new
    });
    rows.into_iter().map(|row| ROWS[row].sign).collect()
}

pub(super) fn beginning(message: &str) -> &str {
    let mut end = message.len().min(LOOKED_AT_MAX);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    &message[..end]
}

fn speaks(row: &Row, family: Family) -> bool {
    row.from.is_empty() || row.from.contains(&family)
}

/// Whether `parts` stand in `text` in this order.
fn follow(text: &str, parts: &[String]) -> bool {
    let mut rest = text;
    parts.iter().all(|part| match rest.find(part.as_str()) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

fn is_other(row: usize, lower: &str) -> bool {
    NOT.iter().any(|(sign, text)| *sign == ROWS[row].sign && lower.contains(&text.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_languages_and_programs_have_words_of_their_own() {
        use Family as F;
        let cases: &[(Family, &str, &[Sign])] = &[
            (
                F::Other,
                "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
                &[Sign::MemoryError],
            ),
            (F::WebError, "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted", &[Sign::MemoryError]),
            (F::App, "Error: Invalid login: 535-5.7.8 Username and Password not accepted", &[Sign::SmtpAuth]),
            (F::App, "Error: self-signed certificate in certificate chain", &[Sign::SmtpCertificate]),
            (F::App, "dial tcp: lookup smtp.example.org: no such host", &[Sign::DnsUnknownName]),
            (
                F::Mail,
                "1rb-1k == a@b.fr R=smarthost T=remote_smtp defer (110): Connection timed out",
                &[Sign::SmtpTimeout],
            ),
            (
                F::Mail,
                "1rb-1k == a@b.fr R=smarthost T=remote_smtp defer (111): Connection refused",
                &[Sign::SmtpRefused],
            ),
            (
                F::App,
                "(1969, 'Query execution was interrupted (max_statement_time exceeded)')",
                &[Sign::DbStatementTimeout],
            ),
            (F::Database, "FATAL:  terminating connection due to idle-in-transaction timeout", &[Sign::DbTerminated]),
            (
                F::Tasks,
                "rq.timeouts.JobTimeoutException: Task exceeded maximum timeout value (180 seconds)",
                &[Sign::TaskHardLimit],
            ),
            (F::App, "Error: EMFILE: too many open files, open '/srv/a.html'", &[Sign::TooManyFiles]),
            // One host that is away is no network that is gone.
            (
                F::App,
                "connection to server at \"10.0.4.20\", port 5432 failed: No route to host",
                &[Sign::DbUnreachable],
            ),
            (F::AppServer, "Worker (pid:812) was sent SIGKILL! Perhaps out of memory?", &[Sign::WorkerKilled]),
        ];
        for (family, message, expected) in cases {
            assert_eq!(signs(message, *family), *expected, "{message}");
        }
    }

    #[test]
    fn messages_prove_what_their_programs_mean_by_them() {
        use Family as F;
        let cases: &[(Family, &str, &[Sign])] = &[
            (F::AppServer, "WORKER TIMEOUT (pid:812)", &[Sign::WorkerTimeout]),
            (
                F::WebError,
                "upstream timed out (110: Connection timed out) while reading response header from upstream",
                &[Sign::UpstreamTimeout],
            ),
            (
                F::WebError,
                "upstream timed out (110: Connection timed out) while connecting to upstream",
                &[Sign::UpstreamConnectTimeout],
            ),
            (
                F::Mail,
                "A1B2: to=<a@b.fr>, relay=x, dsn=4.4.1, status=deferred (connect to x[192.0.2.1]:25: Connection timed out)",
                &[Sign::SmtpTimeout],
            ),
            (
                F::App,
                "smtplib.SMTPDataError: (421, b'4.7.28 Gmail has detected an unusual rate of unsolicited mail')",
                &[Sign::SmtpRate],
            ),
            (F::App, "smtplib.SMTPSenderRefused: (451, b'4.3.0 Temporary failure', 'a@b.fr')", &[Sign::SmtpBusy]),
            (F::App, "smtplib.SMTPDataError: (550, b'5.4.5 Daily user sending limit exceeded.')", &[Sign::SmtpQuota]),
            (
                F::Kernel,
                "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task_memcg=/system.slice/app.service,task=python3,pid=7,uid=33",
                &[Sign::OomKill],
            ),
            (F::System, "app.service: A process of this unit has been killed by the OOM killer.", &[Sign::OomUnit]),
            // Nobody but the kernel says so.
            (F::App, "Out of memory: Killed process 7 (python3)", &[]),
            (F::Database, "désolé, trop de clients sont déjà connectés", &[Sign::DbConnections]),
            (
                F::App,
                "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  sorry, too many clients already",
                &[Sign::DbConnections],
            ),
            (
                F::App,
                "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused",
                &[Sign::DbUnreachable],
            ),
            (F::Tasks, "Task app.send[6c1] raised unexpected: SoftTimeLimitExceeded()", &[Sign::TaskSoftLimit]),
            (F::Tasks, "Task handler raised error: TimeLimitExceeded(1800)", &[Sign::TaskHardLimit]),
            (F::Kernel, "gunicorn[7]: segfault at 18 ip 0007 sp 0007 error 4 in libxml2.so", &[Sign::ProcessCrashed]),
            (
                F::Mail,
                "A1: to=<a@b.fr>, relay=x, status=deferred (conversation with x[192.0.2.1] timed out while sending end of data -- message may be sent more than once)",
                &[Sign::SmtpLostAfterData, Sign::SmtpTimeout],
            ),
            (F::System, "stopped: club (terminated by SIGTERM)", &[Sign::UnitStopping]),
            (F::Tasks, "Hard time limit (300s) exceeded for app.send[6c1]", &[Sign::TaskHardLimit]),
            (F::WebError, "bind() to 192.0.2.1:80 failed (99: Cannot assign requested address)", &[]),
            (F::Other, "all is well", &[]),
        ];
        for (family, message, expected) in cases {
            assert_eq!(signs(message, *family), *expected, "{message}");
        }
    }

    #[test]
    fn no_text_is_empty_or_without_a_beginning() {
        for row in ROWS {
            assert!(row.texts.iter().all(|text| text.split('…').all(|part| part.len() >= 2)), "{:?}", row.sign);
        }
    }
}
