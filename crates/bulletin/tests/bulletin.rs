//! A report in each form and language.

use bulletin::{
    Bulletin, CheckInTrouble, Checks, Finding, FindingLine, LastError, NewIssue, RunningJob, Say, SlowEndpoint, Step,
    TEXTS, html, markdown, text,
};
use jiff::tz::TimeZone;
use language::Language;
use model::{Level, Timestamp};
use std::time::Duration;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_micros(1_763_942_400_000_000 + hours * 3_600_000_000)
}

fn example() -> Bulletin {
    let step = |hour| Step { at: at(hour), sent: if hour == 8 { 480 } else { 0 }, errors: u64::from(hour == 9) };
    Bulletin {
        since: at(0),
        until: at(24),
        sent: 480,
        errors: 1,
        unknown: 1,
        success_rate: Some(99.8),
        others: (12, 3),
        traces: (0, 0),
        steps: (0..24).map(step).collect(),
        last_errors: vec![LastError { at: at(9), what: "550 <nobody@exemple.fr>\u{1b}[31m: *unknown*".into() }],
        running: vec![RunningJob { name: "Factures".into(), done: 10, total: 500, is_paused: true }],
        new_issues: vec![NewIssue { name: "SHOP-12".into(), title: "KeyError: 'x'".into(), events: 7 }],
        slow_endpoints: vec![SlowEndpoint { name: "/cart/".into(), p95: Duration::from_millis(2_400), requests: 1 }],
        log_lines: vec![(Level::Error, 12_345), (Level::Info, 1)],
        checks: Checks {
            up: 11,
            late: 0,
            down: 1,
            maintenance: 1,
            outages: 2,
            in_trouble: vec![CheckInTrouble { name: "Sauvegarde".into(), is_down: true, since: at(3) }],
        },
        is_partial: true,
        link: "https://vigie.example/report?a=1&b=2".into(),
    }
}

fn say(language: Language) -> Say<'static> {
    Say { language, zone: const { &TimeZone::UTC } }
}

#[test]
fn a_report_reads_well_in_both_languages() {
    for language in [Language::English, Language::French] {
        let (bulletin, say) = (example(), say(language));
        insta::assert_snapshot!(format!("text_{language:?}"), text(&bulletin, say));
        insta::assert_snapshot!(format!("markdown_{language:?}"), markdown(&bulletin, say));
        insta::assert_snapshot!(format!("subject_{language:?}"), bulletin.subject(say));
    }
}

fn finding(count: u64) -> Finding {
    let line = |minutes: u64, text: &str| FindingLine {
        at: at(24) - Duration::from_secs(60 * minutes),
        level: Some(Level::Error),
        text: text.to_owned(),
    };
    let lines = vec![line(1, "timeout <b>of</b> \"a & b\""), line(2, &"x".repeat(1_000))];
    Finding {
        name: "Erreurs".into(),
        query: "level:error app:shop".into(),
        since: at(0),
        until: at(24),
        count,
        lines: lines.into_iter().take(count as usize).collect(),
        is_partial: count > 2,
        link: "https://vigie.example/explore?q=a&since=b".into(),
    }
}

#[test]
fn what_was_found_reads_well_in_both_languages() {
    for language in [Language::English, Language::French] {
        let texts = [0, 1, 1_234].map(|count| finding(count).text(say(language)));
        insta::assert_snapshot!(format!("finding_{language:?}"), texts.join("\n====\n"));
    }
    let html = finding(1_234).html(say(Language::English));
    assert!(html.contains("timeout &lt;b&gt;of&lt;/b&gt; &quot;a &amp; b&quot;") && !html.contains("<b>"), "{html}");
    let line = FindingLine { at: at(0), level: None, text: "\u{1F980}<\"".repeat(2_000) };
    let longest = Finding { lines: vec![line; 1_000], ..finding(1_000) }.html(say(Language::French));
    assert!(longest.len() < 100_000, "Gmail cuts at 102 KB: {}", longest.len());
}

/// What Outlook, which lays out as Word does, and Gmail, which cuts at 102 KB, do not show.
#[test]
fn html_keeps_to_what_mail_programs_show() {
    let bulletin = Bulletin { last_errors: vec![example().last_errors[0].clone(); 100], ..example() };
    for language in [Language::English, Language::French] {
        let html = html(&bulletin, say(language));
        for refused in ["<style", "<script", "<img", "<svg", "<div", "flex", "grid", "border-radius", "url("] {
            assert!(!html.contains(refused), "{refused}");
        }
        assert!(html.len() < 100_000, "{}", html.len());
        assert_eq!(html.matches("<table").count(), html.matches("</table>").count());
        assert_eq!(html.matches("<td").count(), html.matches("</td>").count());
        assert_eq!(html.matches("<tr").count(), html.matches("</tr>").count());
        assert!(
            html.contains("550 &lt;nobody@exemple.fr&gt;") && html.contains("a=1&amp;b=2") && !html.contains('\u{1b}')
        );
        let narrow = "<!--[if mso]><table role=\"presentation\"";
        assert!(html.contains(narrow) && html.contains("max-width:600px"), "Outlook is told how wide it is, too");
        assert!(html.contains("width=\"1%\""), "one error beside 480 messages is seen");
    }
}

#[test]
fn a_report_without_anything_says_so() {
    let nothing = Bulletin {
        sent: 0,
        errors: 0,
        unknown: 0,
        success_rate: None,
        others: (0, 0),
        steps: Vec::new(),
        last_errors: Vec::new(),
        running: Vec::new(),
        new_issues: Vec::new(),
        slow_endpoints: Vec::new(),
        log_lines: Vec::new(),
        checks: Checks::default(),
        is_partial: false,
        ..example()
    };
    assert!(!nothing.has_errors() && example().has_errors());
    assert_eq!(nothing.subject(say(Language::English)), "Vigie: no errors");
    insta::assert_snapshot!("nothing", text(&nothing, say(Language::English)));
}

#[test]
fn a_title_and_a_subject_say_what_it_is_about() {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let say = Say { language: Language::French, zone: &paris };
    let title = |since: &str, until: &str| {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        Bulletin { since: at(since), until: at(until), ..example() }.title(say)
    };
    assert_eq!(
        title("2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"),
        "Rapport du dimanche 30 mars 2025",
        "a day of 23 hours"
    );
    assert_eq!(title("2025-01-12T23:00:00Z", "2025-01-19T23:00:00Z"), "Rapport du 13/01/2025 au 19/01/2025");
    assert_eq!(
        title("2025-01-12T23:00:00Z", "2025-01-13T22:00:00Z"),
        "Rapport du 13/01/2025 00:00 au 13/01/2025 23:00"
    );
    let fine = Bulletin { errors: 0, unknown: 0, others: (0, 0), ..example() };
    assert_eq!(fine.subject(say), "Vigie\u{a0}: 1 nouveau problème, 480 messages envoyés");
    let fine = Bulletin { new_issues: Vec::new(), ..fine };
    assert_eq!(fine.subject(say), "Vigie\u{a0}: 2 interruptions, 480 messages envoyés");
}

#[test]
fn every_text_is_in_both_languages() {
    let ids = |text: &str| {
        text.lines().filter_map(|line| line.split_once(" = ")).map(|(id, _)| id.to_owned()).collect::<Vec<_>>()
    };
    let files = [include_str!("../locales/en.ftl"), include_str!("../locales/fr.ftl")];
    assert_eq!(ids(files[0]), ids(files[1]));
    assert!(TEXTS.find(Language::French, "why", None).is_some());
}
