//! Bodies are written here byte by byte, so that nothing is read by the same code that wrote it.

use super::{
    Entry, Fields, Stream,
    bulk::Action,
    loki,
    otlp::{
        self,
        traces::{self, OtlpKind, OtlpStatus},
    },
};
use crate::tests::{drawn, logs, plain};
use proptest::prelude::*;

/// A field of protobuf with a length.
fn part(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(bytes);
    out
}

fn varint(number: u8, mut value: u64) -> Vec<u8> {
    let mut out = vec![number << 3];
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn fixed64(number: u8, value: u64) -> Vec<u8> {
    [vec![number << 3 | 1], value.to_le_bytes().to_vec()].concat()
}

fn pair(key: &str, text: &str) -> Vec<u8> {
    [part(1, key.as_bytes()), part(2, &part(1, text.as_bytes()))].concat()
}

fn snappy(plain: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(plain).unwrap()
}

fn loki_push(labels: &str, line: &[u8]) -> Vec<u8> {
    let time = [varint(1, 1_736_519_500), varint(2, 123_456_789)].concat();
    let metadata = [part(1, b"trace"), part(2, b"abc")].concat();
    let entry = [part(1, &time), part(2, line), part(3, &metadata)].concat();
    part(1, &[part(1, labels.as_bytes()), part(2, &entry), varint(3, 77)].concat())
}

#[test]
fn loki_is_read_in_both_its_forms() {
    let labels = r#"{job="app", filename="/var/log/a \"b\".log", env=`x`, level="warn"}"#;
    let push = snappy(&loki_push(labels, b"plain \xff words"));
    insta::assert_snapshot!("loki_protobuf", told(&loki::decode_protobuf(&push, 1 << 20).unwrap()));
    let json = br#"{"streams":[{"stream":{"service_name":"api","n":3},"values":[
        ["1736519500123456789","level=error msg=bad",{"trace":"abc"}],["1736519501000000000","x"]]}]}"#;
    insta::assert_snapshot!("loki_json", told(&loki::decode_json(json).unwrap()));
    for (labels, reads) in [
        ("{}", true),
        ("{a=\"b\",}", true),
        ("{a=\"\\u00e9\\x41\"}", true),
        ("{a=b}", false),
        ("a", false),
        ("{a=\"", false),
        ("{a=\"\\", false),
    ] {
        assert_eq!(loki::decode_protobuf(&snappy(&loki_push(labels, b"")), 1 << 20).is_ok(), reads, "{labels}");
    }
    // A block that claims to be huge is not unpacked.
    let bomb = snappy(&vec![0; 4 << 20]);
    let error = loki::decode_protobuf(&bomb, 1 << 20).unwrap_err();
    assert!(error.0.contains("may to 1048576"), "{error}");
    assert!(loki::decode_json(b"{\"streams\":[{\"values\":[[\"x\",\"y\"]]}]}").unwrap_err().0.contains("nanoseconds"));
}

fn told(streams: &[Stream]) -> String {
    let fields = |fields: &Fields| -> String {
        fields.iter().map(|(name, value)| format!(" {name}={}", plain(value))).collect()
    };
    let mut text = String::new();
    for Stream { source, logger, resource, fields: own, entries } in streams {
        text += &format!("{source} [{}]{}{}\n", logger.as_deref().unwrap_or("-"), fields(resource), fields(own));
        for Entry { time, level, source, text: words, fields: own } in entries {
            let time = time.map_or("-".to_owned(), |time| time.to_string());
            text += &format!("  {time} {level:?} {source:?} | {} |{}\n", words.escape_ascii(), fields(own));
        }
    }
    text
}

fn otlp_request() -> Vec<u8> {
    let record = [
        fixed64(1, 1_736_519_500_123_456_789),
        varint(2, 17),
        part(5, &part(1, b"no answer")),
        part(6, &pair("http.route", "/a")),
        part(6, &[part(1, b"nested"), part(2, &part(6, &part(1, &pair("deep", "x"))))].concat()),
        part(
            6,
            &[part(1, b"tags"), part(2, &part(5, &[part(1, &part(1, b"a")), part(1, &varint(3, 7))].concat()))]
                .concat(),
        ),
        part(9, &[0xab; 16]),
        part(10, &[0; 8]),
    ]
    .concat();
    let scope = [part(1, &[part(1, b"app.mail"), part(2, b"1.2")].concat()), part(2, &record)].concat();
    part(1, &[part(1, &part(1, &pair("service.name", "shop"))), part(2, &scope)].concat())
}

#[test]
fn otlp_says_the_same_as_protobuf_and_as_json() {
    let protobuf = otlp::decode_protobuf(&otlp_request()).unwrap();
    insta::assert_snapshot!("otlp", told(&protobuf));
    let json = br#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeLogs":[{"scope":{"name":"app.mail","version":"1.2"},"logRecords":[{
            "timeUnixNano":"1736519500123456789","severityNumber":"SEVERITY_NUMBER_ERROR","body":{"stringValue":"no answer"},
            "attributes":[{"key":"http.route","value":{"stringValue":"/a"}},
                {"key":"nested","value":{"kvlistValue":{"values":[{"key":"deep","value":{"stringValue":"x"}}]}}},
                {"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"7"}]}}}],
            "traceId":"abababababababababababababababab","spanId":"0000000000000000","flags":1}]}]}]}"#;
    assert_eq!(otlp::decode_json(json).unwrap(), protobuf);
    let bare = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
        {"observedTimeUnixNano":1736519500000000000,"severityNumber":9,"severityText":"INFO","eventName":"login"},
        {"body":{"kvlistValue":{"values":[{"key":"msg","value":{"stringValue":"in a map"}}]}}}]}]}]}"#;
    insta::assert_snapshot!("otlp_bare", told(&otlp::decode_json(bare).unwrap()));
    assert_eq!(otlp::answer_protobuf(0, ""), b"");
    assert_eq!(otlp::answer_protobuf(0, "x"), part(1, &part(2, b"x")), "a warning");
    assert_eq!(otlp::answer_protobuf(2, "x"), part(1, &[varint(1, 2), part(2, b"x")].concat()));
}

#[test]
fn actions_are_read_and_what_is_none_is_named() {
    insta::assert_debug_snapshot!(
        "actions",
        [
            &br#"{"create":{"_index":"logs","_id":"1","op_type":"create"}}"#[..],
            br#"{"index":{}}"#,
            br#"{"delete":{"_id":"7"}}"#,
            br#"{"explode":{}}"#,
            br#"{"create":{},"index":{}}"#,
            br#"{}"#,
            br#"{"message":"a document"}"#,
            b"not json",
        ]
        .map(Action::read)
    );
}

#[test]
fn bulk_keeps_documents_and_answers_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    let body = concat!(
        r#"{"create":{"_index":"filebeat"}}"#,
        "\n",
        r#"{"@timestamp":"2025-01-10T14:00:00Z","ecs":{"version":"8.0.0"},"log":{"file":{"path":"/var/log/a.log"}},"message":"2025-01-10 14:00:00,000 - a - ERROR - words password=hunter2secret"}"#,
        "\r\n",
        r#"{"index":{}}"#,
        "\n",
        r#"{"message":"second","level":"warn"}"#,
        "\n\n",
        r#"{"index":{}}"#,
        "\n",
        "not an object\n",
        r#"{"delete":{"_id":"7"}}"#,
        "\n",
        r#"{"update":{"_id":"8"}}"#,
        "\n",
        r#"{"doc":{}}"#,
        "\n",
    );
    let items = intake.bulk(&mut body.as_bytes(), "own").unwrap();
    intake.finish().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&items.into_json(3)).unwrap();
    insta::assert_json_snapshot!("bulk_answer", answer);
    insta::assert_snapshot!("bulk_kept", drawn(&intake).join("\n"));
    for (torn, what) in [("{\"index\":{}}\n", "no document"), ("nonsense\n{}\n", "malformed action line")] {
        let error = intake.bulk(&mut torn.as_bytes(), "").unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn fields_are_masked_and_entries_without_words_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    let json = br#"{"streams":[{"stream":{"job":"a","password":"two words \"x\""},"values":[
        ["1736519500000000000","",{"url":"https://ana:tok4567@host/"}],["1736519501000000000","level=error api_key=hunter2secret x"]]}]}"#;
    intake.streams(loki::decode_json(json).unwrap(), json.len()).unwrap();
    intake.finish().unwrap();
    insta::assert_snapshot!("masked", drawn(&intake).join("\n"));
    assert_eq!(intake.taken().masked, 3);
}

/// Attributes of so many bytes, and as many records as there is room for.
fn amplifying(attributes: usize, bytes: usize, records: usize) -> Vec<u8> {
    let value = "v".repeat(bytes);
    let pairs: Vec<u8> = (0..attributes).flat_map(|n| part(1, &pair(&format!("a{n}"), &value))).collect();
    let record = part(2, &part(5, &part(1, b"x")));
    part(1, &[part(1, &pairs), part(2, &record.repeat(records))].concat())
}

/// The same span twice, as protobuf and as JSON.
fn otlp_spans() -> (Vec<u8>, String) {
    let exception =
        [part(2, b"exception"), part(3, &pair("exception.type", "KeyError")), part(3, &pair("x", "y"))].concat();
    let span = [
        part(1, &[0xab; 16]),
        part(2, &[0xcd; 8]),
        part(4, &[0xef; 8]),
        part(5, b"GET /orders/{id}"),
        varint(6, 2),
        fixed64(7, 1_736_519_500_000_001_000),
        fixed64(8, 1_736_519_500_250_001_000),
        part(9, &pair("http.request.method", "GET")),
        part(11, &exception),
        part(13, b"a link that is passed over"),
        part(15, &[part(2, b"broken"), varint(3, 2)].concat()),
    ]
    .concat();
    let protobuf = part(1, &[part(1, &part(1, &pair("service.name", "shop"))), part(2, &part(2, &span))].concat());
    let json = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeSpans":[{"scope":{"name":"x"},"spans":[{"traceId":"TRACE","spanId":"SPAN","parentSpanId":"PARENT","name":"GET /orders/{id}",
        "kind":"SPAN_KIND_SERVER","startTimeUnixNano":"1736519500000001000","endTimeUnixNano":1736519500250001000,
        "attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}}],
        "events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"KeyError"}}]}],
        "status":{"code":"STATUS_CODE_ERROR","message":"broken"}}]}]}]}"#;
    let json = json.replace("TRACE", &"ab".repeat(16)).replace("SPAN\"", &("cd".repeat(8) + "\""));
    (protobuf, json.replace("PARENT", &"ef".repeat(8)))
}

#[test]
fn spans_of_otlp_are_read_in_both_forms() {
    let (protobuf, json) = otlp_spans();
    let read = traces::decode_protobuf(&protobuf).unwrap();
    assert_eq!(traces::decode_json(json.as_bytes()).unwrap(), read);
    let [program] = &read[..] else { panic!("{read:?}") };
    assert_eq!(program.resource, [("service.name".to_owned(), super::text("shop"))]);
    let [span] = &program.spans[..] else { panic!("{program:?}") };
    assert_eq!((span.trace_id.as_str(), span.parent_span_id.as_str()), (&*"ab".repeat(16), &*"ef".repeat(8)));
    assert_eq!((span.kind, span.status, span.status_message.as_str()), (OtlpKind::Server, OtlpStatus::Error, "broken"));
    assert_eq!((span.start.as_micros(), span.end.since(span.start).as_millis()), (1_736_519_500_000_001, 250));
    let named: Vec<&str> = span.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(named, ["http.request.method", "exception.type"]);
    assert_eq!(traces::decode_protobuf(b"").unwrap(), []);
    assert_eq!(traces::answer_json(2, "x")["partialSuccess"]["rejectedSpans"], "2");
}

#[test]
fn more_spans_or_events_than_one_body_may_have_are_refused() {
    let refused = |body: &[u8]| traces::decode_protobuf(body).unwrap_err().0.contains("may have 20000");
    let spans = |spans: &[u8]| part(1, &part(2, spans));
    let most = traces::SPANS_MAX;
    assert_eq!(traces::decode_protobuf(&spans(&part(2, b"").repeat(most))).unwrap()[0].spans.len(), most);
    assert!(refused(&spans(&part(2, b"").repeat(most + 1))));
    assert!(refused(&spans(&part(2, &part(11, b"").repeat(most + 1)))));
}

#[test]
fn what_records_share_is_not_copied_without_bound() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    // A record could have all of these, 3 000 records cannot.
    let body = amplifying(400, 50, 3_000);
    intake.streams(otlp::decode_protobuf(&body).unwrap(), body.len()).unwrap();
    // These no record could have.
    let body = amplifying(600, 1, 1);
    intake.streams(otlp::decode_protobuf(&body).unwrap(), body.len()).unwrap();
    intake.finish().unwrap();
    let taken = intake.taken();
    assert_eq!((taken.accepted, taken.rejected), (3_001, 0), "each is kept");
    assert!(taken.problems[0].what.contains("kept without the attributes"), "{:?}", taken.problems);
    let (mut whole, mut without, mut some) = (0, 0, 0);
    let snapshot = intake.opened.snapshot();
    for record in snapshot.memory().iter().flat_map(|batch| batch.batch.iter()) {
        match record.field("fields_left_out") {
            None => whole += 1,
            Some(telemetry::Value::Int(400)) => without += 1,
            Some(telemetry::Value::Int(89)) => some += 1,
            Some(other) => panic!("{other:?}"),
        }
    }
    // 400 × (50 + name + 16) bytes each, and room for 16 MiB and the body four times.
    assert!((500..700).contains(&whole) && some == 1, "{whole} {some}");
    assert_eq!(whole + without + some, 3_001);
}

#[test]
fn many_fields_are_as_much_as_many_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut intake = logs(&folder).intake().unwrap();
    let names: Vec<String> = (0..500).map(|number| format!("n{number}")).collect();
    for _ in 0..4_000 {
        intake.record(|draft| names.iter().try_for_each(|name| draft.field(name, telemetry::Value::Int(7)))).unwrap();
    }
    // As one batch they would be more than the store takes at once.
    intake.finish().unwrap();
    assert_eq!(intake.taken().accepted, 4_000);
}

#[test]
fn a_resource_is_shared_by_its_scopes_and_not_copied() {
    let pairs: Vec<u8> = (0..1_000).flat_map(|n| part(1, &pair(&format!("a{n}"), "v"))).collect();
    let body = part(1, &[part(1, &pairs), part(2, &part(2, b"")).repeat(1_000)].concat());
    let streams = otlp::decode_protobuf(&body).unwrap();
    assert_eq!(streams.len(), 1_000);
    assert!(streams.iter().all(|stream| std::sync::Arc::ptr_eq(&stream.resource, &streams[0].resource)));
}

#[test]
fn more_records_than_one_body_may_have_are_refused() {
    let refused =
        |result: Result<Vec<Stream>, crate::error::Malformed>| result.unwrap_err().0.contains("may have 100000");
    let most = super::RECORDS_MAX;
    let otlp = |records| part(1, &part(2, &part(2, b"").repeat(records)));
    assert_eq!(otlp::decode_protobuf(&otlp(most)).unwrap()[0].entries.len(), most);
    assert!(refused(otlp::decode_protobuf(&otlp(most + 1))));
    assert!(refused(loki::decode_protobuf(&snappy(&part(1, &part(2, b"").repeat(most + 1))), 1 << 20)));
    let json = |record: &str| vec![record; most + 1].join(",");
    let otlp = format!("{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{}]}}]}}]}}", json("{}"));
    assert!(refused(otlp::decode_json(otlp.as_bytes())));
    let loki = format!("{{\"streams\":[{{\"values\":[{}]}}]}}", json("[1,\"\"]"));
    assert!(refused(loki::decode_json(loki.as_bytes())));
}

proptest! {
    #[test]
    fn no_bytes_surprise_a_decoder(noise in proptest::collection::vec(any::<u8>(), 0..400), cut in any::<u16>(), flip in any::<u8>()) {
        let mut bodies = vec![noise.clone(), snappy(&noise), otlp_request(), loki_push("{a=\"b\"}", &noise)];
        for body in &mut bodies {
            let at = usize::from(cut) % (body.len() + 1);
            if let Some(byte) = body.get_mut(at) {
                *byte ^= flip;
            }
            let _ = otlp::decode_protobuf(body);
            let _ = otlp::decode_json(body);
            let _ = traces::decode_protobuf(body);
            let _ = traces::decode_json(body);
            let _ = loki::decode_protobuf(body, 1 << 20);
            let _ = loki::decode_protobuf(&snappy(body), 1 << 20);
            let _ = loki::decode_json(body);
            let _ = Action::read(body);
        }
    }
}
