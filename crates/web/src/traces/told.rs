//! Traces in the reader's language, where Vigie put them into words.

use crate::words::Words;
use mail::spec::UsualComment;
use model::ItemState;
use store::Trace;

/// The trace of an item that somebody settled: `label: name` and one of the two endings.
pub(crate) const SETTLED: &str = "Settled by hand";
pub(crate) const SETTLED_SENT: &str = " says that it was sent";
pub(crate) const SETTLED_NOT_SENT: &str = " says that it was not sent";

/// The name of a trace and what it says. What another program, or the mailing's own settings, worded otherwise is given
/// as it is.
pub(crate) fn told(words: &Words, trace: &Trace) -> (String, String) {
    match trace.job.and_then(|_| by_hand(words, trace)) {
        Some(told) => told,
        None => (trace.trace_name.clone(), attempt(words, trace)),
    }
}

/// Of whom it says something.
pub(crate) fn about(trace: &Trace) -> &str {
    match UsualComment::read(&trace.comment) {
        Some(
            UsualComment::Sent { to, .. } | UsualComment::Failed { to, .. } | UsualComment::Unconfirmed { to, .. },
        ) => to,
        None => trace.comment.split_once(": ").map_or(trace.comment.as_str(), |(who, _)| who),
    }
}

/// What a person did to an item.
fn by_hand(words: &Words, trace: &Trace) -> Option<(String, String)> {
    let comment = trace.comment.as_str();
    let endings = [(SETTLED_SENT, "trace-marked-sent"), (SETTLED_NOT_SENT, "trace-marked-not-sent")];
    match trace.trace_name.as_str() {
        SETTLED => endings.into_iter().find_map(|(ending, id)| {
            let (who, by) = comment.strip_suffix(ending)?.rsplit_once(": ")?;
            Some((words.t("trace-marked"), words.with_all(id, &[("who", who.to_owned()), ("by", by.to_owned())])))
        }),
        "Address corrected" | "Adresse corrigée" => {
            let (change, by) = comment.rsplit_once(", by ").or_else(|| comment.rsplit_once(", par "))?;
            let values = [("change", change.to_owned()), ("by", by.to_owned())];
            Some((words.t("trace-corrected"), words.with_all("trace-corrected-by", &values)))
        }
        _ => None,
    }
}

/// What an attempt came to: of a failure the verdict says why, in any language, and the server's own words follow.
fn attempt(words: &Words, trace: &Trace) -> String {
    if let Some(who) = trace.comment.strip_suffix(jobs::LOST_COMMENT) {
        return words.with("trace-lost", "who", who);
    }
    match UsualComment::read(&trace.comment) {
        Some(UsualComment::Sent { to, id }) => {
            words.with_all("trace-sent", &[("to", to.to_owned()), ("id", id.to_owned())])
        }
        Some(UsualComment::Failed { to, error } | UsualComment::Unconfirmed { to, error }) => {
            let is_unconfirmed = trace.outcome == Some(ItemState::Unknown)
                || matches!(UsualComment::read(&trace.comment), Some(UsualComment::Unconfirmed { .. }));
            let id = if is_unconfirmed { "trace-unconfirmed" } else { "trace-failed" };
            let why = trace.verdict.as_ref().map_or_else(
                || error.to_owned(),
                |verdict| match verdict.reply.as_str() {
                    "" => words.verdict(verdict),
                    reply => format!("{} ({reply})", words.verdict(verdict)),
                },
            );
            words.with_all(id, &[("to", to.to_owned()), ("why", why)])
        }
        None => of_task(words, trace).unwrap_or_else(|| trace.comment.clone()),
    }
}

/// An item of a command or call: its label, and how it ended.
fn of_task(words: &Words, trace: &Trace) -> Option<String> {
    if let Some(told) = labelled(words, &trace.comment) {
        return Some(told);
    }
    if let Some(what) = trace.verdict.as_ref().and_then(|verdict| words.sync_verdict(verdict)) {
        let (who, _) = trace.comment.rsplit_once(": ")?;
        return Some(words.with_all("told-of", &[("who", who.to_owned()), ("what", what)]));
    }
    let verdict = trace.verdict.as_ref().filter(|verdict| CALLS.contains(&verdict.code.as_str()))?;
    let who = trace.comment.strip_suffix(verdict.reply.as_str())?.strip_suffix(": ")?;
    let what = format!("{} ({})", words.verdict(verdict), verdict.reply);
    Some(words.with_all("told-of", &[("who", who.to_owned()), ("what", what)]))
}

/// A label, and how what it names ended.
pub(crate) fn labelled(words: &Words, said: &str) -> Option<String> {
    said.match_indices(": ").find_map(|(at, _)| {
        let ending = ending(words, &said[at + 2..])?;
        Some(words.with_all("told-of", &[("who", said[..at].to_owned()), ("what", ending)]))
    })
}

/// Verdicts of calls that say in English what the network said.
const CALLS: [&str; 3] = ["no_connection", "no_answer", "bad_request"];

/// How a command ended, as Vigie keeps it in English, in the reader's language. `None` where somebody else worded it.
pub(crate) fn ending(words: &Words, said: &str) -> Option<String> {
    let number =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte));
    let numbers = [
        ("exit status ", "", "told-exit"),
        ("killed by signal ", "", "told-killed"),
        ("ended after ", " s, its time limit", "told-time-limit"),
    ];
    for (before, behind, id) in numbers {
        let value = said.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
        if let Some(value) = value.filter(|value| number(value)) {
            return Some(words.with(id, "n", value));
        }
    }
    let reasons = [
        ("could not be started: ", "told-not-started"),
        ("not started: ", "told-not-started"),
        ("how it ended is not known: ", "told-not-known"),
    ];
    for (before, id) in reasons {
        if let Some(why) = said.strip_prefix(before) {
            return Some(words.with(id, "why", why));
        }
    }
    let read = [
        ("read again: equal", "told-read-equal"),
        ("read again: there as it was sent", "told-read-equal"),
        ("read again: not there as it was sent", "told-read-different"),
    ];
    if let Some((_, id)) = read.into_iter().find(|(text, _)| *text == said) {
        return Some(words.t(id));
    }
    let found = said.strip_prefix("found ");
    if let Some(count) = found.and_then(|rest| rest.strip_suffix(" lines").or(rest.strip_suffix(" line"))) {
        return Some(words.count("told-found", &count.parse().ok()?));
    }
    said.starts_with("ended because vigie stops").then(|| words.t("told-stopped"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use language::Language;
    use mail::spec::TraceNames;
    use model::{Clock, Fault, JobId, Rng, TraceId, Verdict};

    fn trace(name: &str, comment: String, verdict: Option<Verdict>) -> Trace {
        let (clock, rng) = (Clock::System, Rng::system());
        Trace {
            no: 1,
            id: TraceId::new(&clock, &rng),
            job: Some(JobId::new(&clock, &rng)),
            seq: Some(1),
            attempt: 1,
            outcome: None,
            trace_name: name.to_owned(),
            file_name: String::new(),
            application_name: String::new(),
            flow_name: String::new(),
            comment,
            created_by: String::new(),
            time_to_process: 0.0,
            errors: verdict.is_some(),
            verdict,
            created_at: clock.now(),
        }
    }

    #[test]
    fn what_the_program_worded_is_told_in_the_readers_language() {
        let says = |trace: &Trace| {
            [Language::English, Language::French]
                .map(|language| told(&Words { language, zone: TimeZone::UTC }, trace))
                .map(|(name, comment)| format!("{name} | {comment}").replace(['\u{a0}', '\u{202f}'], " "))
        };
        let names = TraceNames::default();
        let refused = Verdict::permanent("mailbox_full", Fault::Recipient).with_reply("552 5.2.2 full");
        let unconfirmed = Verdict::permanent("outcome_lost", Fault::Server);
        let unreachable = Verdict::permanent("no_connection", Fault::Server).with_reply("connection refused");
        let rejected = Verdict::permanent("rejected", Fault::Content).with_arg("code", "E5003");
        let with = |trace: Trace, outcome| Trace { outcome: Some(outcome), ..trace };
        let lost = trace(&names.error, names.failure_comment("a@x.fr", "x"), Some(unconfirmed.clone()));
        let all = [
            trace(&names.success, names.success_comment("a@x.fr", "18d2"), None),
            trace(&names.error, names.failure_comment("a@x.fr", "La boîte était pleine."), Some(refused)),
            trace(&names.error, names.failure_comment("a@x.fr", "kept words"), None),
            trace("n ERROR", format!("a@x.fr{}", jobs::LOST_COMMENT), None),
            trace(SETTLED, format!("a@x.fr: ana{SETTLED_SENT}"), None),
            trace(SETTLED, format!("a@x.fr: ana{SETTLED_NOT_SENT}"), None),
            trace("Adresse corrigée", "a@x.fr → b@x.fr, par ana".to_owned(), None),
            with(lost, ItemState::Unknown),
            trace(&names.error, names.unconfirmed_comment("a@x.fr", "x"), Some(unconfirmed)),
            trace("backup", "db: main: exit status 3".to_owned(), None),
            trace("backup", "db: killed by signal 9".to_owned(), None),
            trace("backup", "db: ended after 0.5 s, its time limit".to_owned(), None),
            trace("backup", "db: not started: no such file: x".to_owned(), None),
            trace("backup", "db: ended because vigie stops; how much of it was done is not known".to_owned(), None),
            trace("Erreurs", "Erreurs: found 1234 lines".to_owned(), None),
            trace("call", "https://a.example/: connection refused".to_owned(), Some(unreachable)),
            trace("pays", "dataValues ds000000001 ouB00000001 del00000001 (12): read again: equal".to_owned(), None),
            trace("pays", "dataElements fbfJHSPpUQD: rejected code=E5003 uid=fbfJHSPpUQD".to_owned(), Some(rejected)),
            trace("Mon appli", "Mes propres mots à a@x.fr".to_owned(), None),
        ];
        let text = all.iter().flat_map(says).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(text);
        assert_eq!(all.each_ref().map(about)[..3], ["a@x.fr"; 3]);
    }
}
