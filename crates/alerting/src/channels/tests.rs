//! A message in the form of each service, and each form held against what its service documents, whatever was written.

use super::{discord, email, ntfy, slack, teams, telegram, webhook};
use crate::message::{Journey, Message, Place, example_notice};
use alerts::{Example, Leftover, Notice, NoticeKind, RuleKind, Severity};
use jiff::tz::TimeZone;
use language::Language;
use model::Timestamp;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

fn place() -> Place {
    Place { origin: "https://vigie.exemple.fr".to_owned(), zone: TimeZone::UTC }
}

fn notice(kind: NoticeKind, about: RuleKind, text: &str) -> Notice {
    Notice {
        kind,
        about,
        severity: Severity::Critical,
        since: NOW,
        at: NOW + Duration::from_secs(4_000),
        count: 12,
        new: 1,
        example: Example {
            name: "Factures <mai> & juin".to_owned(),
            text: text.to_owned(),
            path: "/jobs/7".to_owned(),
            value: Some(12.5),
            ..Example::default()
        },
        others: vec!["Relances".to_owned()],
        others_count: 3,
        ..example_notice("", NOW, Uuid::from_u128(7))
    }
}

fn message(notice: &Notice, language: Language) -> Message {
    Message::of(notice, &place(), language, Journey { delay: Duration::from_secs(3_700), is_doubtful: true })
}

fn pretty(body: &Value) -> String {
    serde_json::to_string_pretty(body).unwrap()
}

#[test]
fn a_mailing_that_reached_most_is_told_as_one_that_ended() {
    let said = |left, others_count, language| {
        let mut notice = Notice { others_count, ..notice(NoticeKind::Firing, RuleKind::FailedJob, "") };
        notice.example.left = Some(left);
        let message = Message::of(&notice, &place(), language, Journey::default());
        [message.title, message.text].map(|text| text.replace('\u{a0}', " "))
    };
    let mailing = Leftover { is_mailing: true, failed: 2, unknown: 1 };
    assert_eq!(
        said(mailing, 0, Language::English),
        [
            "Mailing finished, 2 not delivered, 1 unconfirmed: Factures <mai> & juin",
            "The other messages were sent. To review: 2 not delivered, 1 unconfirmed."
        ]
    );
    let one = Leftover { unknown: 0, failed: 1, ..mailing };
    assert_eq!(said(one, 0, Language::French)[0], "Envoi terminé, 1 non remis : Factures <mai> & juin");
    let job = Leftover { is_mailing: false, ..one };
    assert_eq!(said(job, 0, Language::French)[0], "Tâche terminée, 1 en échec : Factures <mai> & juin");
    assert!(said(mailing, 3, Language::English)[0].starts_with("Job failed: "), "of the others it is not known");
    let example = Example { left: Some(mailing), ..Example::default() };
    let severities = [Severity::Critical, Severity::Warning, Severity::Info].map(|of_rule| example.severity(of_rule));
    assert_eq!(severities, [Severity::Warning, Severity::Warning, Severity::Info]);
    assert_eq!(Example::default().severity(Severity::Critical), Severity::Critical);
}

#[test]
fn a_message_in_the_form_of_each_service() {
    let notice = notice(NoticeKind::Firing, RuleKind::FailedJob, "535 5.7.8 <Error>: authentication failed ```");
    let message = message(&notice, Language::French);
    insta::assert_snapshot!("slack", pretty(&slack::body(&message)));
    insta::assert_snapshot!("discord", pretty(&discord::body(&message)));
    insta::assert_snapshot!("teams", pretty(&teams::body(&message)));
    insta::assert_snapshot!("telegram", pretty(&telegram::body(&message, "-100")));
    insta::assert_snapshot!("ntfy", pretty(&ntfy::body(&message, "ops")));
    insta::assert_snapshot!("webhook", pretty(&webhook::body(&notice, &message, NOW)));
    let [from, to] = ["vigie@exemple.fr", "ana@exemple.fr"].map(|text| text.parse().unwrap());
    let letter = email::letter(&message, from, vec![to], Uuid::from_u128(9), NOW);
    insta::assert_snapshot!("email_text", letter.text.unwrap());
    insta::assert_snapshot!("email_html", letter.html.unwrap().replace("><", ">\n<"));
}

/// Every kind of rule, each thing that is said of it, in both languages.
#[test]
fn what_is_said_of_each_rule() {
    let mut said = String::new();
    for language in [Language::English, Language::French] {
        for word in alerts::RuleWord::ALL {
            for kind in NoticeKind::ALL {
                let one = Notice { others: vec![], others_count: 0, ..notice(kind, word.usual(), "") };
                let message = Message::of(&one, &place(), language, Journey::default());
                said += &format!("{}\n  {}\n", message.title, message.text);
                // What Fluent cannot fill in stays in braces; an identifier that it does not know would come out as it is.
                let is_said = !message.text.contains('{') && !message.title.contains("title-");
                assert!(is_said && !message.text.starts_with("how-"), "{}: {}", message.title, message.text);
            }
        }
    }
    insta::assert_snapshot!(said);
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

fn chars(value: &Value) -> usize {
    value.as_str().unwrap_or_default().chars().count()
}

/// Texts as long and as unkind as they may come.
#[test]
fn no_form_is_larger_than_its_service_takes() {
    for text in
        ["é".repeat(30_000), "```".repeat(9_000), "<@everyone> & *_[x](y)_* ".repeat(2_000), "🦉".repeat(20_000)]
    {
        let long = Notice {
            rule_name: Some(text.chars().take(100).collect()),
            others: vec![text.clone(); 5],
            example: Example { name: text.clone(), text: text.clone(), ..Example::default() },
            ..notice(NoticeKind::Firing, RuleKind::FailedJob, "")
        };
        let message = message(&long, Language::French);

        let body = slack::body(&message);
        let blocks = body["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50 && chars(&blocks[0]["text"]["text"]) <= 150);
        assert!(blocks.iter().all(|block| chars(&block["text"]["text"]) <= 3_000));
        let fields = blocks.iter().filter_map(|block| block["fields"].as_array()).flatten();
        assert!(fields.clone().count() <= 10 && fields.into_iter().all(|field| chars(&field["text"]) <= 2_000));
        // Plain text, as the heading is, mentions nobody.
        let is_plain = |block: &&Value| block["text"]["type"] == "plain_text";
        let formatted = blocks.iter().filter(|block| !is_plain(block)).chain([&body["text"]]);
        assert!(formatted.into_iter().all(|part| !part.to_string().contains("<@")), "a mention is escaped");

        let body = discord::body(&message);
        let embed = &body["embeds"][0];
        assert!(chars(&embed["title"]) <= 256 && chars(&embed["description"]) <= 4_096);
        let mut all = Vec::new();
        texts(embed, &mut all);
        assert!(all.iter().map(|text| text.chars().count()).sum::<usize>() <= 6_000);
        assert_eq!(body["allowed_mentions"]["parse"], serde_json::json!([]));

        assert!(teams::body(&message).to_string().len() <= 27 * 1_024, "{}", teams::body(&message).to_string().len());
        assert!(chars(&telegram::body(&message, "1")["text"]) <= 4_096 * 5, "entities count once they are read");
        assert!(ntfy::body(&message, "t").to_string().len() <= 4_096);
        let [from, to] = ["a@b.fr", "c@d.fr"].map(|text| text.parse().unwrap());
        let letter = email::letter(&message, from, vec![to], Uuid::nil(), NOW);
        assert!(letter.html.unwrap().len() < 102_000 && letter.subject.chars().count() <= 200);
    }
}

/// The vector of the specification, Standard Webhooks 1.0.
#[test]
fn a_webhook_is_signed_as_the_specification_has_it() {
    let key = webhook::key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signed = webhook::signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        assert!(webhook::key(bad).is_none(), "{bad}");
    }
}
