use super::*;
use serde_json::{Value, json};

fn scrubbed(settings: ScrubbingSettings, report: Value) -> (Value, Vec<(String, RemovedBecause)>) {
    let mut document = Json::from(report);
    let removed = Scrubbing::new(settings).unwrap().scrub(&mut document);
    (document.into_value(), removed.into_iter().map(|removed| (removed.path, removed.why)).collect())
}

#[test]
fn each_place_of_a_secret_is_told_with_its_reason() {
    use RemovedBecause::{BankNumber, Credentials, Key, Token};
    let token = format!("ghp_{}", "a1B2".repeat(9));
    for (report, expected, path, why) in [
        (json!({"extra": {"password": "x"}}), json!({"extra": {"password": "[removed]"}}), "extra.password", Key),
        (json!({"extra": {"pin": 1234}}), json!({"extra": {"pin": "[removed]"}}), "extra.pin", Key),
        (
            json!({"request": {"cookies": {"theme": "dark"}}}),
            json!({"request": {"cookies": {"theme": "[removed]"}}}),
            "request.cookies.theme",
            Key,
        ),
        (
            json!({"request": {"headers": [["Authorization", "Basic x"], ["Host", "a"]]}}),
            json!({"request": {"headers": [["Authorization", "[removed]"], ["Host", "a"]]}}),
            "request.headers[0].Authorization",
            Key,
        ),
        (
            json!({"tags": [{"key": "api_key", "value": "x"}]}),
            json!({"tags": [{"key": "api_key", "value": "[removed]"}]}),
            "tags[0].api_key",
            Key,
        ),
        (
            json!({"request": {"url": "https://anne:x@a.example/"}}),
            json!({"request": {"url": "https://anne:***@a.example/"}}),
            "request.url",
            Credentials,
        ),
        (
            json!({"request": {"query_string": "a=1&sid=x"}}),
            json!({"request": {"query_string": "a=1&sid=[removed]"}}),
            "request.query_string",
            Credentials,
        ),
        (
            json!({"request": {"data": "{\"password\": \"x y\"}"}}),
            json!({"request": {"data": "{\"password\": \"***\"}"}}),
            "request.data",
            Key,
        ),
        (json!({"message": format!("push {token}")}), json!({"message": "push ***"}), "message", Token),
        (
            json!({"extra": {"card": 4_111_111_111_111_111_u64}}),
            json!({"extra": {"card": "[removed]"}}),
            "extra.card",
            BankNumber,
        ),
    ] {
        let told = vec![(path.to_owned(), why)];
        assert_eq!(scrubbed(ScrubbingSettings::default(), report.clone()), (expected, told), "{report}");
    }
}

#[test]
fn names_of_packages_files_and_ids_are_kept() {
    for report in [
        json!({"modules": {"django-session-csrf": "1.0", "token-bucket": "2"}}),
        json!({"sdk": {"integrations": ["session", "password=x"]}}),
        json!({"contexts": {"trace": {"trace_id": "4111111111111111aaaaaaaaaaaaaaaa"}}}),
        json!({"exception": {"values": [{"stacktrace": {"frames": [{"function": "token=x", "module": "a.password", "filename": "secret.py"}]}}]}}),
        json!({"extra": {"max_tokens": 512, "token_type": "bearer", "is_secret": true, "session": null, "password": ""}}),
        json!({"sid": "7c7b6585f9014351bf8d02711b721929"}),
        json!({"fingerprint": ["password=x"]}),
    ] {
        assert_eq!(scrubbed(ScrubbingSettings::default(), report.clone()), (report, vec![]));
    }
}

#[test]
fn settings_take_more_and_less() {
    let report = json!({"extra": {"nir": "1850575", "session_kind": "blue", "ref": "dossier 99"},
        "user": {"ip_address": "10.0.0.1", "email": "anne@example.org"}});
    let off = ScrubbingSettings { on: false, ..ScrubbingSettings::default() };
    assert_eq!(scrubbed(off, json!({"password": "x"})), (json!({"password": "x"}), vec![]));
    let settings = ScrubbingSettings {
        keys: vec!["NIR".to_owned()],
        kept_keys: vec!["session_kind".to_owned()],
        patterns: vec!["dossier [0-9]+".to_owned()],
        ip_addresses: true,
        emails: true,
        ..ScrubbingSettings::default()
    };
    let expected = json!({"extra": {"nir": "[removed]", "session_kind": "blue", "ref": "***"},
        "user": {"ip_address": "[removed]", "email": "***@example.org"}});
    let (clean, told) = scrubbed(settings, report);
    assert_eq!(clean, expected);
    assert_eq!(
        told.iter().map(|(_, why)| *why).collect::<Vec<_>>(),
        [RemovedBecause::Key, RemovedBecause::Pattern, RemovedBecause::IpAddress, RemovedBecause::Email]
    );
    let wrong = ScrubbingSettings { patterns: vec!["(".to_owned()], ..ScrubbingSettings::default() };
    assert!(Scrubbing::new(wrong).is_err());
}

#[test]
fn settings_are_written_as_they_are_kept() {
    let settings: ScrubbingSettings = serde_json::from_str(r#"{"keys": ["nir"]}"#).unwrap();
    assert!(settings.on && settings.keys == ["nir"]);
    assert!(serde_json::from_str::<ScrubbingSettings>(r#"{"key": []}"#).is_err(), "a name that is none is told");
}
