//! What the crate `dhis2` says as codes, in the reader's words.

use super::page::SyncWhy;
use crate::{
    layout::{foreign::Foreign, foreign::plain, view::View},
    problem::ProblemText,
    words::Words,
};
use dhis2::Why;
use jiff::tz::TimeZone;
use language::Language;

/// Codes that have a text, with it.
const WHY: [(&str, &str); 33] = [
    ("unauthorized", "sync-why-unauthorized"),
    ("forbidden", "sync-why-forbidden"),
    ("busy", "sync-why-busy"),
    ("too_large", "sync-why-too-large"),
    ("no_answer", "sync-why-no-answer"),
    ("no_connection", "sync-why-no-connection"),
    ("incomplete_answer", "sync-why-incomplete-answer"),
    ("emptied", "sync-why-emptied"),
    ("refused", "sync-why-refused"),
    ("no_secret", "sync-why-no-secret"),
    ("plan_moved", "sync-why-plan-moved"),
    ("job_gone", "sync-why-job-gone"),
    ("job_ended", "sync-why-job-ended"),
    ("held", "sync-why-held"),
    ("conflicts", "sync-why-conflicts"),
    ("wrong_name", "sync-why-wrong-name"),
    ("too_many", "sync-why-too-many"),
    ("no_plan", "sync-why-no-plan"),
    ("going_on", "sync-why-going-on"),
    ("unreadable_settings", "sync-why-unreadable-settings"),
    ("wrong_address", "sync-why-wrong-address"),
    ("address_with_more", "sync-why-address-with-more"),
    ("same_instance", "sync-why-same-instance"),
    ("unknown_type", "sync-why-unknown-type"),
    ("wrong_percent", "sync-why-wrong-percent"),
    ("wrong_seconds", "sync-why-wrong-seconds"),
    ("no_schedule", "sync-why-no-schedule"),
    ("wrong_schedule", "sync-why-wrong-schedule"),
    ("map_is_file", "sync-why-map-is-file"),
    ("map_too_long", "sync-why-map-too-long"),
    ("map_unknown_type", "sync-why-map-unknown-type"),
    ("map_wrong_line", "sync-why-map-wrong-line"),
    ("map_doubled", "sync-why-map-doubled"),
];

pub(super) fn why(v: &View, why: &Why) -> SyncWhy {
    let (id, args) = worded(why, v.words.language);
    let english = (id.is_none() && !why.text.is_empty()).then(|| Foreign::line(why.text.as_bytes()));
    SyncWhy { text: v.with_all(id.unwrap_or("sync-why-other"), &args), english }
}

/// The same as the API says it.
pub(super) fn both(why: &Why) -> ProblemText {
    let (id, args) = worded(why, Language::French);
    let french = Words { language: Language::French, zone: TimeZone::UTC };
    match id {
        Some(id) => ProblemText::both(why.text.clone(), french.with_all(id, &args)),
        None => why.text.clone().into(),
    }
}

/// Its text, where it has one, and what stands in it.
fn worded(why: &Why, language: Language) -> (Option<&'static str>, Vec<(&str, String)>) {
    let mut args: Vec<(&str, String)> = why.args.iter().map(|(name, value)| (name.as_str(), plain(value))).collect();
    if let (Language::French, Some(french)) = (language, why.args.get("why_in_french")) {
        args.push(("why", plain(french)));
    }
    if !why.args.contains_key("how") {
        args.push(("how", "other".to_owned()));
    }
    let id = match why.code.as_str() {
        "not_written" => Some("sync-why-not-written"),
        code => WHY.iter().find(|(one, _)| *one == code).map(|(_, id)| *id),
    };
    (id, args)
}

/// A line of the ledger: `rejected code=E5003 uid=fbfJHSPpUQD`.
pub(super) fn problem(words: &Words, told: &str) -> String {
    let (code, args) = told.split_once(' ').unwrap_or((told, ""));
    let arg = |wanted: &str| {
        let pairs = args.split(' ').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| plain(value)).unwrap_or_default()
    };
    words.sync_problem(code, arg).unwrap_or_else(|| words.with("sync-problem-other", "code", plain(code)))
}

/// What a check found: its title, and what helps.
pub(super) fn finding(code: &str) -> (&'static str, &'static str) {
    match code {
        "authority" => ("sync-finding-authority", "sync-finding-authority-help"),
        "clock" => ("sync-finding-clock", "sync-finding-clock-help"),
        "calendar" => ("sync-finding-calendar", "sync-finding-calendar-help"),
        "map_both_ways" => ("sync-finding-map-both-ways", "sync-finding-map-both-ways-help"),
        "org_units" => ("sync-finding-org-units", "sync-finding-org-units-help"),
        "default" => ("sync-finding-default", "sync-finding-default-help"),
        "duplicate_code" => ("sync-finding-duplicate-code", "sync-finding-duplicate-code-help"),
        _ => ("sync-finding-version", "sync-finding-version-help"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_ledger_is_a_sentence() {
        let words = Words { language: Language::French, zone: TimeZone::UTC };
        assert_eq!(problem(&words, "rejected code=E5003 uid=fbfJHSPpUQD"), "Refusé par la cible (E5003).");
        assert!(problem(&words, "depends_on uid=fbfJHSPpUQD").contains("fbfJHSPpUQD"));
        assert!(problem(&words, "not_kept property=name uid=x").ends_with("name."));
        assert!(!problem(&words, "busy status=503").contains("busy"), "a code is no sentence");
        assert_eq!(problem(&words, "no_connection"), "Non écrit (no_connection).");
        assert!(!problem(&words, "a\u{202e}b").contains('\u{202e}'));
    }
}
