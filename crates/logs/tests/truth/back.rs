//! Whether text comes back as it came in, however often it is imported, sealed, merged and exported.

use crate::stores::{Corpus, matching};
use proptest::prelude::*;
use telemetry::{Kind, query::language::Order};

/// Numbers of which several are equal, each written in its own way.
fn number() -> impl Strategy<Value = String> {
    let equal =
        ["0", "0.0", "0e0", "-0", "-0.0", "0.00", "1.50", "1.5", "1e2", "1E2", "100", "100.0", "1e+2", "12", "12.0"];
    let far = ["9223372036854775807", "9223372036854775808", "1e400", "1e-7", "0.1", "123456789.125", "-1.0"];
    prop_oneof![6 => prop::sample::select(equal.to_vec()), 1 => prop::sample::select(far.to_vec())]
        .prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    let other =
        ["\"\"", "\"0\"", "\"0.0\"", "\"A\"", "\"caf\\u00e9\"", "\"é\"", "true", "null", "[0, 0.0]", "{\"x\":0.0}"];
    prop_oneof![4 => number(), 1 => prop::sample::select(other.to_vec()).prop_map(str::to_owned)]
}

/// Lines of a few shapes: names in their order, mostly with the same values.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let names = prop::sample::subsequence(vec!["n", "d", "ua", "x", "y"], 1..5).prop_shuffle();
    let shape = names.prop_flat_map(|names| {
        let values = prop::collection::vec(value(), names.len());
        let spaces = prop::sample::select(vec!["", " "]);
        (Just(names), values, spaces)
    });
    let shapes = prop::collection::vec(shape, 1..4);
    let rows = prop::collection::vec(
        (any::<prop::sample::Index>(), prop::option::weighted(0.2, (0..5_usize, value()))),
        1..50,
    );
    (shapes, rows).prop_map(|(shapes, rows)| {
        let line = |(shape, change): (prop::sample::Index, Option<(usize, String)>)| {
            let (names, mut values, space) = shapes[shape.index(shapes.len())].clone();
            if let Some((place, value)) = change {
                let place = place % values.len();
                values[place] = value;
            }
            let pairs = names.iter().zip(values).map(|(name, value)| format!("\"{name}\":{space}{value}"));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(&format!(",{space}")))
        };
        rows.into_iter().map(line).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn objects_come_back_as_they_were_written(lines in lines()) {
        // What comes back as it was is what was imported: exporting and importing again begins where this began.
        let corpus = Corpus::new("objects", &[("app.log".to_owned(), lines.join("\n").into_bytes())]);
        for state in corpus.states() {
            let mut back = vec![None; lines.len()];
            matching(&state.store.snapshot(Kind::Log), "*", Order::Ascending, |seq, record| {
                back[seq as usize] = Some(String::from_utf8(record.message).unwrap());
            });
            let back: Vec<String> = back.into_iter().flatten().collect();
            prop_assert_eq!(&back, &lines, "{}", state.name);
        }
    }
}
