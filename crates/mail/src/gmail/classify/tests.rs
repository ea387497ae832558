use super::*;
use proptest::prelude::*;
use std::{fmt::Write as _, fs, path::Path};

fn now() -> Timestamp {
    "2025-01-10T13:00:00Z".parse().unwrap()
}

/// A fixture is a status, perhaps a Retry-After field, an empty line and a body, as Google sends it.
fn judge(name: &str, text: &str) -> Verdict {
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().parse().unwrap();
    let retry_after = lines.next().and_then(|line| line.strip_prefix("Retry-After: "));
    let judge = if name.starts_with("token_") { classify_token } else { classify };
    judge(status, retry_after, body.as_bytes(), now())
}

#[test]
fn every_fixture_has_its_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gmail/classify/fixtures");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut table = String::new();
    for name in names {
        let verdict = judge(&name, &fs::read_to_string(folder.join(&name)).unwrap());
        assert!(!verdict.reply.is_empty(), "{name} keeps the reply");
        let Verdict { code, fault, retry, pause, args, .. } = verdict;
        let at = args.get("retry_at").map_or("", String::as_str);
        writeln!(table, "{name}\n    {code} · {fault:?} · {retry:?} · {pause:?} {at}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_same_quota_gets_the_same_verdict_under_403_and_429() {
    let body = br#"{"error":{"errors":[{"reason":"rateLimitExceeded"}],"message":"x"}}"#;
    let verdicts = [403, 429].map(|status| classify(status, None, body, now()));
    assert_eq!(verdicts[0].code, "rate_limit");
    assert_eq!((&verdicts[0].code, verdicts[0].pause), (&verdicts[1].code, verdicts[1].pause));
}

#[test]
fn only_the_api_itself_can_say_that_a_thing_is_gone() {
    assert!(says_not_found(404, br#"{"error":{"code":404,"errors":[{"reason":"notFound"}]}}"#));
    assert!(says_not_found(404, br#"{"error":{"code":404,"status":"NOT_FOUND"}}"#));
    assert!(!says_not_found(404, b"<html>404</html>"));
    assert!(!says_not_found(404, b""));
    assert!(!says_not_found(403, br#"{"error":{"errors":[{"reason":"notFound"}]}}"#));
}

#[test]
fn a_reply_of_any_length_leaves_a_short_trace() {
    let mut body = br#"{"error":{"message":""#.to_vec();
    body.resize(BODY_BYTES_MAX * 2, b'x');
    let verdict = classify(403, None, &body, now());
    assert_eq!(verdict.code, "unexpected_reply");
    assert_eq!(verdict.reply.len(), REPLY_BYTES_MAX);
}

proptest! {
    #[test]
    fn any_bytes_get_a_verdict_and_what_cannot_be_read_blames_nobody(
        status in 300_u16..600, header in proptest::option::of("\\PC{0,40}"), body in proptest::collection::vec(any::<u8>(), 0..300)
    ) {
        let verdict = classify(status, header.as_deref(), &body, now());
        if status != 413 {
            prop_assert!(!matches!(verdict.fault, Fault::Recipient | Fault::Content), "{verdict:?}");
        }
        let token = classify_token(status, header.as_deref(), &body, now());
        prop_assert!(!matches!(token.fault, Fault::Recipient | Fault::Content));
    }

    #[test]
    fn no_wait_is_beyond_the_longest_and_words_come_from_google(
        status in 300_u16..600, reason in "[a-zA-Z]{0,20}", message in "(Retry after [0-9TZ:.-]{0,30}|\\PC{0,60})"
    ) {
        let body = serde_json::json!({"error": {"errors": [{"reason": reason}], "message": message}}).to_string();
        let verdict = classify(status, Some("99999999999999999"), body.as_bytes(), now());
        if let Retry::After { wait } = verdict.retry {
            prop_assert!(wait <= WAIT_MAX);
        }
        if matches!(verdict.fault, Fault::Recipient | Fault::Content) {
            prop_assert!(verdict.pause.is_none(), "a letter's own fault holds up nobody else");
        } else {
            prop_assert!(verdict.retry != Retry::Never, "only recipient and content fail an item for good");
        }
    }
}
