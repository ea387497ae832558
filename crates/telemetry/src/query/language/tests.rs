use super::*;
use jiff::tz::TimeZone;
use model::Timestamp;
use proptest::prelude::*;
use std::fmt::Write;

/// What each text is understood as, and what is told about it.
fn understood(texts: &[&str]) -> String {
    let mut report = String::new();
    for text in texts {
        let (query, problems) = parse(text);
        let _ = writeln!(report, "{text}\n  = {query}");
        for problem in problems {
            for line in problem.render(text).lines() {
                let _ = writeln!(report, "  ! {line}");
            }
        }
    }
    report
}

#[test]
fn what_people_write() {
    insta::assert_snapshot!(understood(&[
        "",
        "*",
        "timeout",
        "connection reset",
        "\"connection reset\" 10.0.0.1",
        "pay* *Exception *montant_* *\"reset by\"*",
        "/dur(ée|ation): [0-9]+/i",
        "/api/v1/organisations /login/",
        "app:nginx logger:api.routes.* logger:*routes* path:/login/i",
        "app:\"deux mots\" app:\"\" \"champ à part\":x",
        "status>=500 duration_ms > 1.5 count:<-3",
        "level:error level>=warn level<critical level : info",
        "time:2026-11-17..2026-11-18 since:1h until:2026-11-18T08:30+01:00 time>2026 time:today",
        "time:90m time:..2026-11-17T08:30:15.5Z time:2026-11..",
        "job:0192f user_id:* *:4bf92f3577b34da6",
        "a -b NOT c !d -(e f)",
        "a b OR c AND d",
        "(a OR b) c",
        "((a b) (c OR (d OR e)))",
        "ValueError::new std::fmt http://exemple.fr/x?y=1 12:30:45 a->b count=12",
        "a > b",
        "message:\"reset by peer\" message:/x+/ message:*",
        "\"level\":error \"job\":x \"AND\" and or not",
        "status:(404 OR 500) level:(error OR >=critical) -app:(a b) status:(>=400 <500)",
        "time:2026-11-17 08:30:15.250 since:2026-11-17 08:30 x time:2026-11-17 08:30..2026-11-17 09:00 16:05 time>2026-11-17 10:00",
        "time:\"2026-11-17 08:30\" time:2026-11-17 16 timeout",
        "message:(\"a b\" OR c) app:(x OR (y* z)) time:(today OR yesterday)",
    ]));
}

#[test]
fn what_steps_people_write() {
    insta::assert_snapshot!(understood(&[
        "| stats count()",
        "error | stats count() by app | sort by count() desc, app | limit 10",
        "* | stats avg(duration_ms) as mean, p95(duration_ms), p99.9(x), median(x), uniq(user) by app, bucket(5m)",
        "a | fields time, app, \"deux mots\", job",
        "a | stats count(*), count(user_id) as \"ids seen\"| sort n | head 5",
    ]));
}

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    insta::assert_snapshot!(understood(&[
        "status>=abc nginx",
        "level:loud level<trace level>=x",
        "time:soir since:1x until:2026-13-01",
        "\"not closed",
        "(a b",
        "a) b",
        "(a|b)",
        "a OR",
        "OR a",
        "AND a NOT",
        "a AND",
        "status: 500",
        "app:() app:(a level:(loud OR error)",
        "app:(a | stats count())",
        "ValueError: invalid literal",
        "\"\" a",
        "pa*y",
        "/(/ x",
        "été:/[/ é\"",
        "a | grep b",
        "a|",
        "a | stats",
        "a | stats mean(x)",
        "a | stats avg() by app",
        "a | stats avg(x by app | limit ten | fields a b | sort by",
        "a | stats count() by bucket(0s)",
        "a | stats count() by bucket(5m",
        "a\nlevel:x b",
    ]));
}

#[test]
fn bounds_are_told() {
    let faults = |text: &str| parse(text).1.into_iter().map(|problem| problem.fault).collect::<Vec<_>>();
    assert_eq!(faults(&"é".repeat(TEXT_MAX)), [Fault::TooLong]);
    assert_eq!(faults(&"a ".repeat(TERMS_MAX)), []);
    assert_eq!(faults(&"a ".repeat(TERMS_MAX + 1)), [Fault::TooManyTerms]);
    assert_eq!(faults(&format!("{}a{}", "(".repeat(DEPTH_MAX), ")".repeat(DEPTH_MAX))), []);
    assert_eq!(faults(&format!("{}a", "-(".repeat(DEPTH_MAX))), [Fault::TooDeep]);
    assert_eq!(faults(&"| limit 1 ".repeat(PIPES_MAX + 1)), [Fault::TooManyPipes]);
    assert_eq!(faults(&format!("| fields {}", ["a"; PIPES_MAX + 1].join(","))), [Fault::TooManyPipes]);
    assert!(matches!(faults("/(a{1000}){1000}/")[..], [Fault::BadRegex(_)]));
}

#[test]
fn times_span_what_they_name() {
    let now = "2026-11-18T10:00:00Z".parse().unwrap();
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let shown = |text: &str| {
        let (Query { filter: Filter::Time(test), .. }, problems) = parse(text) else { panic!("{text} is no time") };
        assert_eq!(problems, []);
        let range = test.resolve(now, &zone);
        let show = |micros| match micros {
            i64::MIN | i64::MAX => String::new(),
            micros => Timestamp::from_micros(micros).to_string().replace(".000000", ""),
        };
        format!("{}..{}", show(range.start), show(range.end))
    };
    for (text, range) in [
        ("since:1h", "2026-11-18T09:00:00Z.."),
        ("time:1h30m..30m", "2026-11-18T08:30:00Z..2026-11-18T09:30:00Z"),
        ("time:2026-11-17", "2026-11-16T23:00:00Z..2026-11-17T23:00:00Z"),
        ("time:2026-11-17..2026-11-18", "2026-11-16T23:00:00Z..2026-11-18T23:00:00Z"),
        ("time:2026-11-17T08", "2026-11-17T07:00:00Z..2026-11-17T08:00:00Z"),
        ("time:2026-11-17T08:30Z", "2026-11-17T08:30:00Z..2026-11-17T08:31:00Z"),
        ("time:2026-11", "2026-10-31T23:00:00Z..2026-11-30T23:00:00Z"),
        ("time>2026-11-17T08:30:15.25Z", "2026-11-17T08:30:15.251000Z.."),
        ("time<2026", "..2025-12-31T23:00:00Z"),
        ("time<=2026-11-17", "..2026-11-17T23:00:00Z"),
        ("time:today", "2026-11-17T23:00:00Z..2026-11-18T23:00:00Z"),
        ("time:yesterday", "2026-11-16T23:00:00Z..2026-11-17T23:00:00Z"),
        ("time:hier", "2026-11-16T23:00:00Z..2026-11-17T23:00:00Z"),
        ("time:aujourd'hui", "2026-11-17T23:00:00Z..2026-11-18T23:00:00Z"),
        ("time:aujourd’hui", "2026-11-17T23:00:00Z..2026-11-18T23:00:00Z"),
        // Summer time ends: a day of 25 hours, its hour from two to three twice.
        ("time:2026-10-25", "2026-10-24T22:00:00Z..2026-10-25T23:00:00Z"),
        ("since:2026-10-25T02:30", "2026-10-25T00:30:00Z.."),
    ] {
        assert_eq!(shown(text), range, "{text}");
    }
}

/// Texts of what the language is made of, in any order.
fn soup() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        6 => "[a-zéÉ0-9_.]{1,6}",
        4 => prop::sample::select(vec![
            "AND", "OR", "NOT", "-", "!", "(", ")", "|", ":", "*", "\"", "\\", "/", "i", ">=", "<", ">", "..", ",",
        ])
        .prop_map(str::to_owned),
        4 => prop::sample::select(vec![
            "level:", "level", "time:", "time", "since:", "until:", "app:", "*:", "message:", "job:", "stats", "by",
            "as", "count()", "avg(", "p95(x)", "bucket(5m)", "sort", "limit", "patterns", "fields", "desc", "error", "1h",
            "2026-11-17", "T08:30", "Z", "+02:00", "500", "1.5", "\"a b\"", "/x+/", "/x\\/y/i", "today", "warning",
        ])
        .prop_map(str::to_owned),
        2 => any::<char>().prop_map(|c| c.to_string()),
    ];
    prop::collection::vec((token, prop::bool::weighted(0.6)), 0..24).prop_map(|tokens| {
        tokens.into_iter().fold(String::new(), |text, (token, space)| text + &token + if space { " " } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_query_reads_back_as_it_is_written(text in soup()) {
        let (query, problems) = parse(&text);
        for problem in &problems {
            prop_assert!(problem.at.start <= problem.at.end && problem.at.end <= text.len(), "{problem:?}");
            prop_assert!(problem.render(&text).lines().count() >= 2);
        }
        let written = query.to_string();
        let (again, told) = parse(&written);
        prop_assert_eq!(&again, &query, "written as {}", written);
        prop_assert_eq!(told, [], "written as {}", written);
    }
}

#[test]
fn of_a_long_query_what_stands_around_a_problem_is_shown() {
    for text in ["a".repeat(100_000), format!("{} (b", "é ".repeat(70_000)), format!("{}|", "x ".repeat(40_000))] {
        for problem in parse(&text).1 {
            let shown = problem.render(&text);
            assert!(shown.len() < 2_000, "{} bytes", shown.len());
        }
    }
}

#[test]
fn words_that_begin_as_keywords_are_written_in_quotes() {
    for text in ["NOT,", "OR,x", "AND,"] {
        let query = parse(&format!("\"{text}\"")).0;
        assert_eq!(parse(&query.to_string()), (query.clone(), vec![]), "{query}");
    }
}
