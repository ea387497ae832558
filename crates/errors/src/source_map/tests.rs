use super::*;
use crate::{Event, event::Unmapped, grouping, scrubbing::Scrubbing};
use serde_json::json;
use std::sync::Arc;

/// `function total(cart){return cart.lines.length}` as one line of `function t(n){return n.lines.length}`, by hand: the
/// body begins at column 14 of the minified line, and at line 2, column 3 of the source.
fn cart_map(debug_id: &str) -> Vec<u8> {
    json!({
        "version": 3,
        "debugId": debug_id,
        "sources": ["../src/cart.ts", "../node_modules/lib/index.js"],
        "sourcesContent": ["function total(cart) {\n  return cart.lines.length;\n}\ntotal(null);\n", null],
        "names": ["total", "cart"],
        // Columns 0: line 0; 14: line 1, column 2; 40: line 3, column 0, name `total`; 60: the library; 80: nowhere.
        "mappings": "AAAA,cACE,0BAEFA,oBCAA,oB"
    })
    .to_string()
    .into_bytes()
}

const ID: &str = "b7ad6b71-6920-4333-9b7a-d6b716920333";

fn cart() -> SourceMap {
    SourceMap::parse(&cart_map(ID)).unwrap()
}

#[test]
fn positions_lead_to_their_source() {
    let map = cart();
    let found = map.original(1, 21).unwrap();
    assert_eq!((found.source, found.line, found.column), ("../src/cart.ts", 2, 3));
    let context = found.context.unwrap();
    assert_eq!(
        (context.line, context.before, context.after),
        ("  return cart.lines.length;", vec!["function total(cart) {"], vec!["}", "total(null);"])
    );
    let call = map.original(1, 41).unwrap();
    assert_eq!((call.line, call.name), (4, Some("total")));
    let library = map.original(1, 61).unwrap();
    assert_eq!((library.source, library.context), ("../node_modules/lib/index.js", None));
    assert_eq!(map.original(1, 90), None, "mapped to nowhere");
    assert_eq!(map.original(2, 1), None, "beyond the file");
    assert_eq!(map.original(0, 1), None, "no line");
}

#[test]
fn sections_have_maps_of_their_own() {
    let section: serde_json::Value = serde_json::from_slice(&cart_map(ID)).unwrap();
    let indexed = json!({"version": 3, "sections": [
        {"offset": {"line": 0, "column": 100}, "map": section}, {"offset": {"line": 5, "column": 0}, "map": section}]});
    let map = SourceMap::parse(indexed.to_string().as_bytes()).unwrap();
    assert_eq!(map.original(1, 50), None, "before the first section");
    assert_eq!(map.original(1, 121).map(|found| found.line), Some(2));
    assert_eq!(map.original(6, 21).map(|found| found.line), Some(2));
    let nested = json!({"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": indexed}]});
    assert!(matches!(SourceMap::parse(nested.to_string().as_bytes()), Err(UnusableMap::Sections)));
}

#[test]
fn what_is_no_map_is_refused_with_its_reason() {
    for (text, reason) in [
        ("", "the source map is none"),
        ("{}", "missing field `version`"),
        (r#"{"version":2}"#, "version 2"),
        (r#"{"version":3,"mappings":"A!"}"#, "damaged at byte 1"),
    ] {
        let error = SourceMap::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    assert!(SourceMap::parse(b")]}'\n{\"version\":3}").is_ok());
    assert!(matches!(SourceMap::parse(&vec![b' '; MAP_BYTES_MAX + 1]), Err(UnusableMap::TooLarge)));
}

fn event() -> Event {
    let file = "https://shop.example/static/app.js?v=1";
    let text = json!({
        "platform": "javascript",
        "exception": {"values": [{"type": "TypeError", "value": "n is null", "stacktrace": {"frames": [
            {"filename": file, "abs_path": file, "function": "?", "lineno": 1, "colno": 41, "in_app": true},
            {"filename": file, "abs_path": file, "function": "t", "lineno": 1, "colno": 21, "in_app": true},
            {"filename": file, "abs_path": file, "function": "l", "lineno": 1, "colno": 61, "in_app": true},
            {"filename": file, "abs_path": file, "function": "x", "lineno": 9, "colno": 1, "in_app": true},
            {"filename": file, "abs_path": file, "function": "y", "in_app": true}
        ]}}]},
        "debug_meta": {"images": [{"type": "sourcemap", "code_file": file, "debug_id": ID}]}
    });
    Event::read(text.to_string().as_bytes(), &Scrubbing::default()).unwrap()
}

#[test]
fn frames_are_mapped_and_those_that_are_not_say_why() {
    let mut event = event();
    let wanted: Vec<_> = wanted(&event).into_iter().collect();
    let expected = WantedMap { file: "https://shop.example/static/app.js".to_owned(), debug_id: ID.parse().ok() };
    assert_eq!(wanted, std::slice::from_ref(&expected));
    apply(&mut event, &Maps::from([(expected, Ok(Arc::new(cart())))]));
    insta::assert_json_snapshot!(event.exceptions[0].stack_trace);
    assert_eq!(Event::from_body(&event.body()).unwrap(), event);
    assert_eq!(super::wanted(&Event::from_body(&event.body()).unwrap()).len(), 1, "two frames stay as they came");
    let grouping = grouping::group(&event);
    assert_eq!(grouping.culprit, "y (https://shop.example/static/app.js?v=1)");
}

#[test]
fn a_map_that_is_not_there_is_told_in_each_frame() {
    let mut event = event();
    let maps: Maps = wanted(&event).into_iter().map(|wanted| (wanted, Err(Unmapped::OtherDebugId))).collect();
    apply(&mut event, &maps);
    let frames = &event.exceptions[0].stack_trace.as_ref().unwrap().frames;
    assert!(frames.iter().all(|frame| frame.unmapped == Some(Unmapped::OtherDebugId) && frame.minified.is_none()));
}

#[test]
fn maps_are_uploaded_under_names_with_and_without_their_host() {
    assert_eq!(
        artifact_names("https://shop.example/shop/static/app.js"),
        ["https://shop.example/shop/static/app.js", "~/shop/static/app.js", "~/static/app.js", "~/app.js"]
    );
    assert_eq!(artifact_names("app:///main.js"), ["app:///main.js", "~/main.js"]);
}
