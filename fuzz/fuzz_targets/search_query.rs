//! Any text as a query: it is understood as something, every problem points into the text and can be shown, and what was
//! understood writes and reads back the same, without a problem.
#![no_main]

use telemetry::query::parse;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (query, problems) = parse(text);
    for problem in &problems {
        assert!(problem.at.start <= problem.at.end && problem.at.end <= text.len());
        assert!(!problem.render(text).is_empty());
    }
    let written = query.to_string();
    // What is written takes more room than what was typed, and a query has bounds.
    if written.len() <= telemetry::query::language::TEXT_MAX {
        let (again, told) = parse(&written);
        assert_eq!(again, query, "written as {written}");
        assert_eq!(told, [], "written as {written}");
    }
});
