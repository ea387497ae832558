//! Tracebacks of Python: the exception that ended it, read before the words around it.

use super::lookup;
use crate::evidence::{Family, Sign};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// A traceback within a message.
pub(super) struct Traceback<'a> {
    whole: &'a str,
    /// From the name of the exception on.
    exception: &'a str,
}

const HEAD: &str = "Traceback (most recent call last):";

/// The traceback in `message`, if it holds a whole one.
pub(super) fn of(message: &str) -> Option<Traceback<'_>> {
    let at = message.rfind(HEAD)?;
    let mut start = at + HEAD.len();
    let body = &message[start..];
    // Frames are indented; the exception stands at the margin.
    for line in body.split_inclusive('\n') {
        let is_exception = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if is_exception {
            return Some(Traceback { whole: message, exception: message[start..].trim_end() });
        }
        start += line.len();
    }
    None
}

/// The error at the head of a stack of JavaScript, .NET or Java: the last line before the first frame that names one.
pub(super) fn head_of_stack(message: &str) -> Option<&str> {
    const FRAMES: [&str; 4] = ["\n    at ", "\n   at ", "\n\tat ", "\n  at "];
    let (head, _) = FRAMES.iter().find_map(|frame| message.split_once(frame))?;
    let says = |line: &&str| line.contains("Error") || line.contains("Exception");
    head.lines().rev().find(says)
}

/// The cause within causes that a text names: `Caused by: …`, ` ---> …`, `nested exception is …`.
pub(super) fn innermost(message: &str) -> Option<&str> {
    let last = INNER.as_ref()?.find_iter(message).last()?;
    Some(&message[last.end()..])
}

/// Words behind which an inner cause is told; found in one pass.
static INNER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words =
        ["aused by: ", "nested exception is", " ---> ", "Inner exception: ", "[previous exception]", "[cause]: "];
    AhoCorasick::new(words).ok()
});

/// Whether a program ends with an error that nothing in it handles, in the words of PHP, Go, Node, Java, Ruby, .NET and Rust.
pub(super) fn is_uncaught(message: &str) -> bool {
    const WORDS: [&str; 25] = [
        "Uncaught ",
        "nil pointer dereference",
        "index out of range [",
        "syntax error, unexpected ",
        "PHP Fatal error",
        "\ngoroutine ",
        "unhandled exception was thrown",
        "unhandled error",
        "Error)\n\tfrom ",
        "uncaughtException",
        "unhandledRejection",
        "UnhandledPromiseRejection",
        "Unhandled exception",
        "Unhandled promise rejection",
        "Exception in thread \"",
        "panic: ",
        "panic serving ",
        "has thrown an unhandled exception",
        "terminating\n** (",
        "PANIC: ",
        "[recovered]",
        " panicked at ",
        "terminated by unhandled exception",
        "terminating due to uncaught exception",
        "(undefined method ",
    ];
    WORDS.iter().any(|word| message.contains(word))
}

/// Whether a text begins with the name of an error, or names one behind a colon and says what it is about: `KeyError: 'nom'`,
/// `** (KeyError) key :email not found`, `run failed: System.FormatException: …`. Or a database that a statement is wrong for.
pub(super) fn is_named(message: &str) -> bool {
    const WORDS: [&str; 10] = [
        "SQLSTATE[22",
        "SQLSTATE[23",
        "SQLSTATE[42",
        "violates not-null constraint",
        "violates unique constraint",
        "violates foreign key constraint",
        "syntax error at or near",
        "Undefined array key",
        "Undefined variable",
        "Can't locate object method",
    ];
    let first = message.lines().next().unwrap_or_default();
    if first.contains("retry") || first.contains("ignor") {
        return false;
    }
    let is_missing = first.contains("does not exist") && (first.contains("column ") || first.contains("relation "));
    let next = first.split(' ').skip(1).chain([""]);
    let mut words = first.split(' ').zip(next).scan(true, |is_head, (word, next)| {
        let is_here = *is_head;
        *is_head = word.ends_with(':') || word == "**" || word == "--";
        Some((is_here, word, next))
    });
    let is_thrown = words.any(|(is_head, word, next)| {
        let is_told = word.ends_with(':') || word.ends_with(')') || next.starts_with('(');
        let name = word.trim_matches(['(', ')', ':']);
        let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | ':' | '_' | '\\'));
        is_head && is_told && is_name && (name.ends_with("Error") || name.ends_with("Exception"))
    });
    is_thrown || is_missing || died_at_line(first) || WORDS.iter().any(|word| first.contains(word))
}

/// Whether Perl died: `Can't call method "send" on an undefined value at /opt/mail.pl line 71.`
fn died_at_line(first: &str) -> bool {
    const WARNS: [&str; 4] = ["uninitialized", "deprecated", "redefine", "isn't numeric"];
    // Behind it may stand which line of its input it had read: `line 341, <$list> line 166.`
    let Some((before, rest)) = first.split_once(" line ") else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_end = digits > 0 && (rest[digits..].starts_with(['.', ',']) || rest.len() == digits);
    let names_file = before.rsplit_once(" at ").is_some_and(|(_, file)| !file.contains(' ') && file.contains('.'));
    is_end && names_file && !WARNS.iter().any(|word| first.contains(word))
}

impl Traceback<'_> {
    /// What it proves: what the exception says is the matter, else that nobody caught it.
    pub(super) fn signs(&self, family: Family) -> Vec<Sign> {
        if self.name() == "SystemExit" {
            // Where a worker hung that was told to end: the end itself has its own lines.
            return lookup::signs(self.before(), family);
        }
        let mut signs = lookup::signs(self.exception, Family::App);
        if signs.is_empty() {
            let code = || super::codes::sign(self.exception);
            signs.extend(self.of_connection().or_else(code).or_else(|| super::failure(self.exception)));
        }
        if signs.is_empty() && self.whole.matches(HEAD).count() > 1 {
            signs = lookup::signs(self.whole, Family::App);
        }
        if signs.is_empty() && super::targets::is_failed_answer(&self.exception.to_lowercase()) {
            signs.push(Sign::TargetFailed);
        }
        if signs.is_empty() {
            signs.push(Sign::Exception);
        }
        signs
    }

    /// An error of a socket says nothing of whom it was for; the frames do.
    fn of_connection(&self) -> Option<Sign> {
        const ERRORS: [&str; 7] = [
            "ConnectionRefusedError",
            "ConnectionResetError",
            "TimeoutError",
            "timeout",
            "socket.timeout",
            "BrokenPipeError",
            "ConnectionAbortedError",
        ];
        if !ERRORS.contains(&self.name()) {
            return None;
        }
        let is_timeout = self.name().to_ascii_lowercase().contains("timeout");
        let is_refused = self.name() == "ConnectionRefusedError";
        let through = |library: &str| self.whole.contains(library);
        if through("smtplib.py") || through("aiosmtplib") {
            return Some(match (is_timeout, is_refused) {
                (true, _) => Sign::SmtpTimeout,
                (_, true) => Sign::SmtpRefused,
                _ => Sign::SmtpDisconnected,
            });
        }
        if through("/redis/") || through("/kombu/") || through("/amqp/") {
            return Some(Sign::BrokerLost);
        }
        (through("psycopg") || through("MySQLdb") || through("pymysql")).then_some(Sign::DbUnreachable)
    }

    fn name(&self) -> &str {
        let end = self.exception.find([':', '\n', '(']).unwrap_or(self.exception.len());
        &self.exception[..end]
    }

    fn before(&self) -> &str {
        self.whole.split(HEAD).next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_known_by_their_names() {
        for text in [
            "KeyError: 'nom'",
            "run failed: System.FormatException: The specified string is not in the form",
            "** (KeyError) key :email not found in: %{}",
            "SQLSTATE[23000]: Integrity constraint violation: 1048 Column 'a' cannot be null",
            "ERROR: column \"sent_at\" of relation \"letters\" does not exist",
        ] {
            assert!(is_named(text), "{text}");
        }
        for text in [
            "FormatError is counted, 0 of them",
            "the page Error: is shown",
            "KeyError: 'nom', retrying",
            "ErrorController: started",
            "no error: all is well",
        ] {
            assert!(!is_named(text), "{text}");
        }
    }

    #[test]
    fn the_exception_is_read_before_the_words_around_it() {
        let trace =
            |last: &str| format!("Internal Server Error: /x\n{HEAD}\n  File \"a.py\", line 1, in f\n    g()\n{last}");
        for (last, expected) in [
            ("KeyError: 'nom'", Sign::Exception),
            ("smtplib.SMTPServerDisconnected: Connection unexpectedly closed", Sign::SmtpDisconnected),
            ("smtplib.SMTPServerDisconnected: Connection unexpectedly closed: timed out", Sign::SmtpTimeout),
            ("smtplib.SMTPAuthenticationError: (535, b'5.7.8 no')", Sign::SmtpAuth),
            ("MemoryError", Sign::MemoryError),
            ("ConnectionRefusedError: [Errno 111] Connection refused", Sign::Exception),
            (
                "  File \"/usr/lib/python3.11/smtplib.py\", line 3, in connect\nTimeoutError: timed out",
                Sign::SmtpTimeout,
            ),
            ("OSError: [Errno 28] No space left on device: '/srv/x'", Sign::NoSpace),
        ] {
            assert_eq!(of(&trace(last)).unwrap().signs(Family::App), [expected], "{last}");
        }
        assert!(of(HEAD).is_none() && of("no trace").is_none());
        assert_eq!(of(&trace("SystemExit: 1")).unwrap().signs(Family::AppServer), []);
    }
}
