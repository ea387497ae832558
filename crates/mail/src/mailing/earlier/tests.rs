use super::*;

fn earlier(name: &str, same: u64, changed: u64) -> Earlier {
    Earlier { name: name.into(), same, changed, sent_at: Timestamp::EPOCH }
}

fn found(received: u64, changed: u64, earlier: Vec<Earlier>) -> Comparison {
    let is_used = received + changed > 0 || earlier.iter().any(|one| one.name == "a");
    Comparison { name: "a".into(), is_used, rows: 20, received, changed, earlier, ..Comparison::default() }
}

/// What was said: nothing, that it is new, that it completes, and then what becomes of rows with other contents.
fn asked(is_new: bool, completes: bool, changed: Option<Changed>) -> EarlierChoice {
    EarlierChoice { name: "a".into(), is_new, completes, changed }
}

#[test]
fn nothing_is_decided_for_a_person() {
    let untouched = found(0, 0, Vec::new());
    let next_month = found(0, 0, vec![earlier("b", 0, 20)]);
    let under_another_name = found(0, 0, vec![earlier("b", 19, 1)]);
    let under_its_name = found(19, 0, vec![earlier("a", 19, 0)]);
    let other_contents = found(0, 20, vec![earlier("a", 0, 20)]);
    let cases = [
        ("never sent", &untouched),
        ("next month", &next_month),
        ("sent as b", &under_another_name),
        ("sent as a", &under_its_name),
        ("sent as a with other contents", &other_contents),
    ];
    let words = [
        ("unsaid", asked(false, false, None)),
        ("new", asked(true, false, None)),
        ("complete", asked(false, true, None)),
        ("complete, send changed", asked(false, true, Some(Changed::Send))),
        ("complete, skip changed", asked(false, true, Some(Changed::Skip))),
    ];
    let mut table = String::new();
    for (case, found) in cases {
        table += &format!("{case}\n");
        for (word, asked) in &words {
            let decided = match found.decide(asked) {
                Ok(ledger) => format!("{ledger:?}: {} leave", found.to_send(ledger)),
                Err(Undecided::NewOrRest(one)) => format!("asks: new, or the rest of {}?", one.name),
                Err(other) => format!("asks: {}", other.code()),
            };
            table += &format!("  {word:<24}{decided}\n");
        }
    }
    insta::assert_snapshot!(table);
}
