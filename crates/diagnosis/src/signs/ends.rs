//! Processes that end, in the words of whoever looks after them: by which signal, or because they hung.

use super::has;
use crate::evidence::{Family, Sign};

/// Words for that a process has ended.
#[rustfmt::skip]
const ENDED: &[&str] = &[
    "exited", "terminated", "died", "killed", "reaped", "crashed", "exit status", "exit code", "exit-code", "exitcode", "exit_code", "dumped",
    "received signal", "caught signal", "got signal", "fatal signal", "quit unexpectedly", "stopped with", "ended with", "failed with",
    "unexpectedly", "returned", "is dead", "aborted",
];
/// Words for that somebody is about to end it, or may.
const IS_TO_END: &[&str] =
    &["sending sig", "send sig", "sent sig", "with sigkill", "will be killed", "to be killed", "would be killed"];
#[rustfmt::skip]
const KILLED: &[&str] = &[
    "sigkill", "signal 9", "signal: 9", "signal=9", "signal: killed", "killed by signal: kill", "signal kill", "status=9/kill", "killed: 9",
];
/// What a watchdog of the house writes that it does.
const KILLS: &[&str] = &["kill -9", "kill -kill", "kill -s kill", "killed with -9"];
#[rustfmt::skip]
const CRASHED: &[&str] = &[
    "sigsegv", "sigbus", "sigill", "sigfpe", "sigabrt", "signal 11", "signal=11", "signal: 11", "signal 7", "signal 6", "signal=6", "signal 8", "signal 4",
    "segmentation fault", "bus error", "core dumped", "illegal instruction", "signal: aborted", "segfault",
];
const STOPPED: &[&str] = &["sigterm", "signal 15", "signal=15", "signal: terminated", "status=15/term"];
/// Before the number with which a process ended.
#[rustfmt::skip]
const BEFORE_STATUS: &[&str] = &["exit code", "exit-code", "exitcode", "exit_code", "exit status", "exit-status", "exitstatus", "with code", "with status", "status", "code"];

/// What a text says of a process that ended, which is in lower case; `family` says it.
pub(super) fn sign(lower: &str, family: Family) -> Option<Sign> {
    let is_manager = family == Family::System;
    let is_server = matches!(family, Family::System | Family::AppServer);
    if is_server && is_hung(lower) {
        return Some(Sign::WorkerTimeout);
    }
    if killed_in_shell(lower) || !is_manager && has(lower, KILLS) && !has(lower, IS_TO_END) {
        return Some(Sign::WorkerKilled);
    }
    if !has(lower, ENDED) || has(lower, IS_TO_END) {
        return None;
    }
    let status = status(lower);
    let signal = status.and_then(|status| status.checked_sub(128)).filter(|signal| *signal < 32);
    if has(lower, KILLED) || signal == Some(9) {
        return Some(if is_manager { Sign::UnitKilled } else { Sign::WorkerKilled });
    }
    if has(lower, CRASHED) || matches!(signal, Some(4 | 6 | 7 | 8 | 11)) {
        return Some(Sign::ProcessCrashed);
    }
    if is_manager && (has(lower, STOPPED) || matches!(signal, Some(2 | 15))) {
        return Some(Sign::UnitStopping);
    }
    (is_manager && status.is_some_and(|status| status != 0)).then_some(Sign::UnitFailed)
}

/// The number with which a process ended: `exit code: 137`, `exitCode=1`, `exit status [1]`.
fn status(lower: &str) -> Option<u32> {
    let is_of_exit = has(lower, &["exited", "exit "]);
    let marks = BEFORE_STATUS.iter().filter(|mark| is_of_exit || has(mark, &["exit", "with"]));
    marks.copied().find_map(|mark| {
        lower.match_indices(mark).find_map(|(at, _)| {
            let rest = lower[at + mark.len()..].trim_start_matches([' ', ':', '=', '[', '(', '"', '\'', '#']);
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (digits > 0 && digits <= 3).then(|| rest[..digits].parse().ok()).flatten()
        })
    })
}

/// What a shell writes of what it ran: `/opt/run.sh: line 12:  3310 Killed   python mail.py`.
fn killed_in_shell(lower: &str) -> bool {
    let Some((before, _)) = lower.split_once(" killed ") else { return false };
    before.contains(": line ") && before.ends_with(|c: char| c.is_ascii_digit())
}

#[rustfmt::skip]
const HANGS: &[&str] = &[
    "timeout", "timed out", "time out", "no heartbeat", "not responding", "unresponsive", "hung", "stuck", "taking too long", "takes too long",
    "failed to check in", "did not respond", "exceeded its time",
];
#[rustfmt::skip]
const ENDS_IT: &[&str] = &["killing", "terminating", "restarting", "aborting", "recycling", "killed", "terminated", "aborted", "respawning"];
const WORKERS: &[&str] = &["worker", "child", "request", "thread", "script", "fcgi", "backend process"];
/// What ends so every day: an idle process, a connection that was kept.
#[rustfmt::skip]
const IS_USUAL: &[&str] = &["idle", "keepalive", "keep-alive", "connection", "session", "retry", "health", "graceful", "shutdown", "job", "task", "query", "lock"];

/// Whether somebody ends a worker because it hangs.
fn is_hung(lower: &str) -> bool {
    has(lower, HANGS) && has(lower, ENDS_IT) && has(lower, WORKERS) && !has(lower, IS_USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_end_by_a_signal_or_because_they_hung() {
        use Family as F;
        for (family, text, expected) in [
            (F::AppServer, "worker=1 pid:20220 timeout (61s > 60s), killing", Some(Sign::WorkerTimeout)),
            (F::AppServer, "worker 4740 has no heartbeat (30 seconds), restarting", Some(Sign::WorkerTimeout)),
            (
                F::AppServer,
                "reaped #<process::status: pid 20220 sigkill (signal 9)> worker=1",
                Some(Sign::WorkerKilled),
            ),
            (F::System, "mailer: exited with status 137", Some(Sign::UnitKilled)),
            (F::System, "process 'mailer' exited with exit code 1", Some(Sign::UnitFailed)),
            (F::System, "service mailer exited with code 0", None),
            (F::System, "child 812 exited on signal 11 (sigsegv - core dumped)", Some(Sign::ProcessCrashed)),
            (F::Other, "/opt/run.sh: line 12:  3310 killed                  python mail.py", Some(Sign::WorkerKilled)),
            (F::System, "sending sigkill to process 812 (sleep)", None),
            (F::AppServer, "idle process 812 timed out, terminating worker", None),
            (F::App, "request to billing timed out after 30 s", None),
            (F::App, "the job returned 137 rows", None),
            (F::App, "order exited state 5", None),
        ] {
            assert_eq!(sign(text, family), expected, "{text}");
        }
    }
}
