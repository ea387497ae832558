use super::*;
use crate::problem::Why;
use serde_json::json;

fn read(event: &Value) -> Event {
    let off = ScrubbingSettings { on: false, ..ScrubbingSettings::default() };
    Event::read(event.to_string().as_bytes(), &Scrubbing::new(off).unwrap()).unwrap()
}

fn problems(event: &Event) -> Vec<(&str, Why)> {
    event.problems.iter().map(|problem| (problem.path.as_str(), problem.why)).collect()
}

#[test]
fn one_shape_is_made_of_many() {
    let plain = json!({
        "exception": [{"type": "E", "value": "x"}],
        "breadcrumbs": [{"message": "a"}],
        "tags": {"a": "1", "b": "true"},
        "request": {"url": "https://a.example/x", "query_string": "q=1&r=2", "headers": {"Host": "a"}, "cookies": {"c": "d"}},
        "logentry": {"formatted": "m"},
        "timestamp": "2025-01-10T14:32:15Z",
        "level": "warning",
    });
    for (key, value) in [
        ("exception", json!({"values": [{"type": "E", "value": "x"}, null]})),
        ("exception", json!({"type": "E", "value": "x"})),
        ("breadcrumbs", json!({"values": [{"message": "a", "type": "default"}]})),
        ("tags", json!([["a", 1], ["b", true], ["c", null]])),
        ("tags", json!([{"key": "a", "value": "1"}, {"key": "b", "value": true}])),
        ("message", json!("m")),
        ("timestamp", json!(1_736_519_535.0)),
        ("timestamp", json!("1736519535")),
        ("timestamp", json!("2025-01-10T14:32:15")),
        ("timestamp", json!("2025-01-10T15:32:15+01:00")),
        ("level", json!("WARN")),
        ("request", json!({"url": "https://a.example/x?q=1&r=2#top", "headers": [["Host", "a"]], "cookies": "c=d"})),
        (
            "request",
            json!({"url": "https://a.example/x", "query_string": [["q", "1"], ["r", "2"]], "headers": {"Host": ["a"]}, "cookies": [["c", "d"]]}),
        ),
        (
            "request",
            json!({"url": "https://a.example/x", "query_string": "?q=1&r=2", "headers": {"Host": "a"}, "cookies": {"c": "d"}}),
        ),
    ] {
        let mut other = plain.clone();
        if key == "message" {
            other["logentry"] = Value::Null;
        }
        other[key] = value;
        let event = read(&other);
        assert_eq!(problems(&event), [], "{other}");
        assert_eq!(event, read(&plain), "{other}");
    }
}

#[test]
fn what_is_not_as_expected_is_set_aside_and_told() {
    let event = read(&json!({
        "exception": [7, {"type": ["E"], "value": "x", "stacktrace": {"frames": [{"function": "f", "lineno": "twelve", "in_app": "maybe"}, "g"]}}],
        "breadcrumbs": "none",
        "tags": 3,
        "user": "anne",
        "timestamp": "yesterday",
        "level": "loud",
        "event_id": "x",
        "surprise": {"a": 1},
    }));
    assert_eq!(event.exceptions[0].value.as_deref(), Some("x"));
    assert_eq!(
        problems(&event),
        [
            ("event_id", Why::NotId),
            ("timestamp", Why::NotTime),
            ("level", Why::NotLevel),
            ("exception[0]", Why::NotObject),
            ("exception[1].type", Why::NotText),
            ("exception[1].stacktrace.frames[0].lineno", Why::NotNumber),
            ("exception[1].stacktrace.frames[0].in_app", Why::NotFlag),
            ("exception[1].stacktrace.frames[1]", Why::NotObject),
            ("user", Why::NotObject),
            ("tags", Why::NotObject),
            ("breadcrumbs", Why::NotList),
            ("surprise", Why::UnknownField),
        ]
    );
    for text in ["", "[]", "7", "{"] {
        assert!(Event::read(text.as_bytes(), &Scrubbing::default()).is_err(), "{text}");
    }
}

#[test]
fn what_is_too_much_is_cut_and_told() {
    let frames: Vec<Value> = (0..1000).map(|n| json!({"function": format!("f{n}")})).collect();
    let crumbs: Vec<Value> = (0..130).map(|n| json!({"message": format!("m{n}")})).collect();
    let event = read(&json!({
        "exception": [{"type": "E", "value": "é".repeat(9000), "stacktrace": {"frames": frames}}],
        "breadcrumbs": crumbs,
        "extra": {"deep": [[[[[[[[[["x"]]]]]]]]]], "many": vec![1; 300]},
    }));
    let stack = event.exceptions[0].stack_trace.as_ref().unwrap();
    let names: Vec<_> = stack.frames.iter().filter_map(|frame| frame.function.as_deref()).collect();
    assert_eq!((names.len(), names[124], names[125], names[249]), (250, "f124", "f875", "f999"));
    assert_eq!(event.breadcrumbs[0].message.as_deref(), Some("m30"), "the latest stay");
    assert!(event.exceptions[0].value.as_ref().unwrap().ends_with('…'));
    let told: Vec<_> =
        event.problems.iter().map(|problem| (problem.path.as_str(), problem.why, problem.left_out)).collect();
    assert_eq!(
        told,
        [
            ("exception[0].value", Why::TooLong, Some(809)),
            ("exception[0].stacktrace.frames", Why::TooMany, Some(750)),
            ("breadcrumbs", Why::TooMany, Some(30)),
            ("extra.deep[0][0][0][0][0][0][0][0]", Why::TooDeep, None),
            ("extra.many", Why::TooMany, Some(100)),
        ]
    );
    assert_eq!(Event::from_body(&event.body()).unwrap(), event, "what was cut is not cut again");
}

#[test]
fn the_address_is_filled_in_where_a_client_leaves_it() {
    let auto = json!({"name": "sentry.javascript.browser", "settings": {"infer_ip": "auto"}});
    for (event, expected) in [
        (json!({"user": {"ip_address": "{{auto}}"}}), Some("10.0.0.1")),
        (json!({"sdk": auto}), Some("10.0.0.1")),
        (json!({"sdk": auto, "user": {"id": 1}}), Some("10.0.0.1")),
        (json!({"sdk": auto, "user": {"ip_address": "10.9.9.9"}}), Some("10.9.9.9")),
        (json!({"user": {"id": 1}}), None),
        (json!({}), None),
    ] {
        let mut filled = read(&event);
        filled.fill_address("10.0.0.1", &ScrubbingSettings::default());
        let address = |event: &Event| event.user.as_ref().and_then(|user| user.ip_address.clone());
        assert_eq!(address(&filled).as_deref(), expected, "{event}");
        assert_eq!(Event::from_body(&filled.body()).unwrap(), filled);
        let mut kept_out = read(&json!({"sdk": auto}));
        kept_out.fill_address("10.0.0.1", &ScrubbingSettings { ip_addresses: true, ..ScrubbingSettings::default() });
        assert_eq!(address(&kept_out), None);
    }
}

#[test]
fn whose_code_a_frame_is_follows_from_where_it_lies() {
    let frame = |platform: &str, frame: Value| {
        let event = read(&json!({"platform": platform, "stacktrace": {"frames": [frame]}}));
        event.stack_trace.unwrap().frames[0].in_app == Some(true)
    };
    for (platform, fields, own) in [
        ("python", json!({"abs_path": "/srv/app/shop/views.py"}), true),
        ("python", json!({"abs_path": "/srv/venv/lib/python3.11/site-packages/django/x.py"}), false),
        ("python", json!({"abs_path": "/usr/lib/python3.11/json/decoder.py"}), false),
        ("python", json!({"abs_path": "/srv/lib/python3.11/site-packages/ours/x.py", "in_app": true}), true),
        ("python", json!({"filename": "<frozen runpy>"}), false),
        ("node", json!({"filename": "/srv/app/node_modules/x/index.js", "in_app": true}), false),
        ("node", json!({"filename": "/srv/app/vendor-list.js", "in_app": true}), true),
        ("node", json!({"filename": "node:internal/process/task_queues"}), false),
        ("javascript", json!({"filename": "https://a.example/vendors~main.js", "in_app": true}), false),
        ("javascript", json!({"filename": "https://a.example/app.js"}), true),
        ("java", json!({"module": "com.acme.Orders"}), true),
        ("java", json!({"module": "java.lang.Thread"}), false),
        ("java", json!({"module": "javaparts.Shop"}), true),
        ("java", json!({"module": "org.springframework.samples.Owner", "in_app": true}), true),
        ("go", json!({"module": "github.com/acme/shop", "abs_path": "/go/src/app/main.go"}), true),
        ("go", json!({"module": "net/http", "abs_path": "/usr/local/go/src/net/http/server.go"}), false),
        (
            "go",
            json!({"module": "github.com/x/y", "abs_path": "/go/pkg/mod/github.com/x/y@v1.0.0/y.go", "in_app": true}),
            false,
        ),
        ("php", json!({"filename": "/vendor/x/y.php", "in_app": true}), false),
        ("php", json!({"filename": "/app/Orders.php"}), true),
        ("ruby", json!({"abs_path": "/usr/lib/ruby/gems/3.3.0/gems/rails/x.rb"}), false),
        ("ruby", json!({"abs_path": "/srv/app/models/order.rb"}), true),
        ("csharp", json!({"module": "System.Linq.Enumerable"}), false),
        ("csharp", json!({"module": "SystemShop.Orders"}), true),
        ("native", json!({"function": "shop::cart::price", "abs_path": "/srv/shop/src/cart.rs"}), true),
        ("native", json!({"function": "std::rt::lang_start", "in_app": true}), false),
        ("native", json!({"function": "NSolver::run", "abs_path": "/srv/n/solver.cpp"}), true),
        ("native", json!({"function": "clone_order", "abs_path": "/srv/n/order.c"}), true),
        ("native", json!({"function": "main"}), false),
        ("cocoa", json!({"function": "CFRunLoopRun", "package": "/System/Library/Frameworks/CoreFoundation"}), false),
        ("elixir", json!({"filename": "lib/shop/orders.ex"}), true),
    ] {
        assert_eq!(frame(platform, fields.clone()), own, "{platform} {fields}");
    }
}
