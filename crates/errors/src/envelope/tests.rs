use super::*;

fn items(bytes: &[u8]) -> Vec<(String, String)> {
    let envelope = Envelope::parse(bytes).unwrap();
    assert_eq!(envelope.malformed, None);
    let texts = |item: &Item<'_>| (item.kind.as_str().to_owned(), String::from_utf8_lossy(item.payload).into_owned());
    envelope.items.iter().map(texts).collect()
}

#[test]
fn items_are_framed_with_and_without_their_length() {
    for (bytes, expected) in [
        (&b"{}"[..], vec![]),
        (b"{}\n", vec![]),
        (b"{}\n\n\n", vec![]),
        (b"{}\n{\"type\":\"event\",\"length\":2}\n{}\n", vec![("event", "{}")]),
        (b"{}\n{\"type\":\"event\",\"length\":2}\n{}", vec![("event", "{}")]),
        (b"{}\n{\"type\":\"event\"}\n{}", vec![("event", "{}")]),
        (b"{}\n{\"type\":\"event\"}", vec![("event", "")]),
        (b"{}\n{\"type\":\"attachment\",\"length\":3}\na\nb\n", vec![("attachment", "a\nb")]),
        (b"{}\n{\"type\":\"attachment\"}\nab\r\n{\"type\":\"x\"}\n1", vec![("attachment", "ab\r"), ("x", "1")]),
        (
            b"{}\n{\"type\":\"attachment\",\"length\":0}\n\n{\"type\":\"event\"}\n{}",
            vec![("attachment", ""), ("event", "{}")],
        ),
        (b"{}\r\n{\"type\":\"event\"}\r\n{}", vec![("event", "{}")]),
        (b"{}\n{\"type\":\"future_thing\",\"length\":1}\n?\n", vec![("future_thing", "?")]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind.to_owned(), text.to_owned())).collect();
        assert_eq!(items(bytes), expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn the_header_says_whose_it_is() {
    let envelope = Envelope::parse(
        br#"{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","dsn":"https://k@h/1","sdk":{"name":"sentry.python","version":"2"},"sent_at":"2025-01-10T14:32:15Z"}"#,
    )
    .unwrap();
    assert_eq!(envelope.event_id.unwrap().to_string(), "9ec79c33-ec99-42ab-8353-589fcb2e04dc");
    assert_eq!((envelope.dsn.as_deref(), envelope.sdk.as_deref()), (Some("https://k@h/1"), Some("sentry.python/2")));
    assert_eq!(envelope.sent_at.unwrap().to_string(), "2025-01-10T14:32:15.000000Z");
}

#[test]
fn what_is_malformed_ends_the_envelope_and_the_items_before_it_count() {
    let good = "{}\n{\"type\":\"event\"}\n{}\n";
    for (rest, expected) in [
        ("nonsense\n{}", "item 1 at byte 23: its header is no JSON object"),
        ("[]\n{}", "item 1 at byte 23: its header is no JSON object"),
        ("{\"length\":2}\n{}", "item 1 at byte 23: its header has no type"),
        ("{\"type\":\"event\",\"length\":-1}\n{}", "item 1 at byte 23: its length is no number of bytes"),
        ("{\"type\":\"event\",\"length\":1e300}\n{}", "item 1 at byte 23: its length is no number of bytes"),
        ("{\"type\":\"event\",\"length\":9}\n{}", "item 1 at byte 23: 9 bytes are announced, 2 are there"),
        (
            "{\"type\":\"event\",\"length\":1}\n{}\n",
            "item 1 at byte 23: no line break behind the 1 bytes that are announced",
        ),
        (
            "{\"type\":\"event\",\"length\":18446744073709551615}\n{}",
            "item 1 at byte 23: 18446744073709551615 bytes are announced, 2 are there",
        ),
    ] {
        let bytes = format!("{good}{rest}");
        let envelope = Envelope::parse(bytes.as_bytes()).unwrap();
        assert_eq!(envelope.items.len(), 1, "{rest}");
        assert_eq!(envelope.malformed.unwrap().to_string(), expected);
    }
    for bytes in [&b""[..], b"\n{}", b"[]\n", b"\xff", b"{\"type\":"] {
        assert_eq!(Envelope::parse(bytes), Err(MalformedEnvelope::Header));
    }
    let long = format!("{{\"trace\":\"{}\"}}\n", "x".repeat(HEADER_BYTES_MAX));
    assert_eq!(Envelope::parse(long.as_bytes()), Err(MalformedEnvelope::LongEnvelopeHeader));
}

#[test]
fn items_beyond_the_bound_are_refused() {
    let bytes = "{}\n".to_owned() + &"{\"type\":\"event\"}\n{}\n".repeat(ITEMS_MAX + 1);
    let envelope = Envelope::parse(bytes.as_bytes()).unwrap();
    assert_eq!(envelope.items.len(), ITEMS_MAX);
    assert!(matches!(envelope.malformed, Some(MalformedEnvelope::TooMany { item: ITEMS_MAX, .. })));
}
