use super::*;

fn real(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/real/{name}.envelope", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    bytes.split(|byte| *byte == b'\n').nth(2).unwrap().to_vec()
}

fn drawn(spans: &[Span]) -> String {
    let line = |span: &Span| {
        let indent = if span.is_segment { "" } else { "  " };
        format!(
            "{indent}{} · {} · {:?} · {} ms · {:?} {:?} · {:?}\n",
            span.op,
            span.name,
            span.status,
            span.duration().as_micros() as f64 / 1000.0,
            span.http_method,
            span.http_status,
            span.statement
        )
    };
    spans.iter().map(line).collect()
}

#[test]
fn transactions_of_official_clients_become_spans() {
    for name in ["django_transaction", "django_queries", "celery_transaction"] {
        let told = read(&real(name), &Scrubbing::default()).unwrap();
        assert_eq!(told.problems, []);
        insta::assert_snapshot!(name, drawn(&told.what.spans));
        insta::assert_json_snapshot!(format!("{name}_segment"), told.what.spans[0]);
    }
}

#[test]
fn spans_of_the_newer_form_say_the_same() {
    let told = read_spans(&real("node_spans"), &Scrubbing::default()).unwrap();
    assert_eq!(told.problems, []);
    insta::assert_snapshot!("node_spans", drawn(&told.what));
    insta::assert_json_snapshot!("node_spans_segment", told.what[1]);
    assert!(!format!("{told:?}").contains("planted"));
}

#[test]
fn queries_that_are_repeated_are_pointed_out() {
    let told = read(&real("django_queries"), &Scrubbing::default()).unwrap();
    let repeated = repeated(&told.what.spans);
    assert_eq!((repeated.len(), repeated[0].count), (1, 6));
    assert_eq!(repeated[0].statement, "SELECT name FROM sqlite_master WHERE name = ? AND rootpage > ?");
}

#[test]
fn the_line_that_asks_is_told_where_it_is_known() {
    let span = |n: usize| {
        format!(
            r#"{{"span_id":"b7ad6b71692033{n:02}","op":"db","description":"SELECT a FROM b WHERE c = {n}","start_timestamp":1,"timestamp":1.1,
            "data":{{"code.filepath":"shop/views.py","code.lineno":12,"code.function":"checkout"}}}}"#
        )
    };
    let text = format!(
        r#"{{"timestamp":2,"start_timestamp":1,"contexts":{{"trace":{{"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203399"}}}},
        "spans":[{}]}}"#,
        (0..5).map(span).collect::<Vec<_>>().join(",")
    );
    let told = read(text.as_bytes(), &Scrubbing::default()).unwrap();
    let found = repeated(&told.what.spans);
    assert_eq!((found[0].count, found[0].asked_at.as_deref()), (5, Some("shop/views.py:12 (checkout)")));
    assert_eq!(found[0].lost(), found[0].duration * 4 / 5, "one query for all of them would do");
    assert_eq!(repeated(&told.what.spans[..5]), [], "four are few");
    assert_eq!(slow(&told.what.spans), [], "each takes 100 ms");
}

#[test]
fn slow_queries_are_pointed_out_beside_repeated_ones() {
    let span = |n: u32, statement: &str, millis: i64| Span {
        span_id: n.to_string(),
        parent_span_id: Some("a".to_owned()),
        statement: Some(statement.to_owned()),
        end: model::Timestamp::from_micros(millis * 1_000),
        ..Span::default()
    };
    let mut spans: Vec<Span> = (0..6).map(|n| span(n, "repeated", 60)).collect();
    spans.extend([span(6, "slow", 400), span(7, "quick", 299), span(8, "slow", 250)]);
    let told = |found: &CostlyStatement| (found.why, found.count, found.lost().as_millis());
    let found = costly(&spans);
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [(Costly::Slow, 1, 400), (Costly::Repeated, 6, 300)]);
}

#[test]
fn what_is_no_transaction_gives_no_spans() {
    for text in ["[]", "{}", r#"{"contexts":{"trace":{}}}"#, r#"{"timestamp":1,"contexts":{"trace":{"trace_id":"a"}}}"#]
    {
        assert_eq!(read(text.as_bytes(), &Scrubbing::default()).unwrap().what.spans, []);
    }
    let text = r#"{"timestamp":2,"start_timestamp":3,"contexts":{"trace":{"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331"}},
        "spans":[{"span_id":"nonsense","start_timestamp":1,"timestamp":2},{"span_id":"b7ad6b7169203332","start_timestamp":1,"timestamp":2},7]}"#;
    let told = read(text.as_bytes(), &Scrubbing::default()).unwrap();
    assert_eq!(told.what.spans.len(), 2);
    assert_eq!(told.what.spans[0].duration().as_micros(), 0, "a clock that went back");
    assert_eq!(told.problems.len(), 2, "{:?}", told.problems);
}

#[test]
fn statements_lose_their_values() {
    for (statement, expected) in [
        ("SELECT * FROM a WHERE id = 12 AND name = 'x''y'", "SELECT * FROM a WHERE id = ? AND name = ?"),
        ("SELECT * FROM a WHERE id IN (1, 2,3)", "SELECT * FROM a WHERE id IN (?)"),
        ("SELECT * FROM a WHERE id IN (%s, %s)", "SELECT * FROM a WHERE id IN (?)"),
        ("INSERT INTO a VALUES (1, 'b'), (2, 'c')", "INSERT INTO a VALUES (?)"),
        (
            "SELECT \"t1\".\"id\" FROM t1\n  WHERE id = $1 -- why\n LIMIT 21",
            "SELECT \"t1\".\"id\" FROM t1 WHERE id = ? LIMIT ?",
        ),
        ("SELECT a::text, b FROM c WHERE d = :name AND e = %(f)s", "SELECT a::text, b FROM c WHERE d = ? AND e = ?"),
        ("/* x */ SAVEPOINT s139809602725568_x12", "SAVEPOINT ?"),
        ("SELECT 1.5e3, 0xff, 'a\\'b'", "SELECT ?"),
        ("SELECT col2 FROM tab3", "SELECT col2 FROM tab3"),
        ("'never closed", "?"),
        ("", ""),
    ] {
        assert_eq!(normalised(statement), expected, "{statement}");
        assert_eq!(normalised(expected), expected, "twice is once");
    }
}
