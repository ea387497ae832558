//! Two DHIS2 instances that are none, the first with a country in it: `dhis2_pair UNITS ELEMENTS VALUES DELAY_MS FOLDER`. Once
//! they answer, `ready.json` in the folder says where, and with which token. A file that is put there by the name of an order
//! has it done, and `ORDER.json` says so: `count` (requests and rows so far), `age` (as if everything had been written an hour
//! ago), `change` (200 objects, 5,000 values, 20 deletions). It runs until it is ended.
//!
//! Used by `cargo xtask bench sync`, and for looking at the pages of a sync by hand.
#![allow(clippy::print_stdout, reason = "whoever starts it by hand is told where it is")]

use model::Clock;
use serde_json::{Value, json};
use std::{error::Error, fs, path::Path, time::Duration};
use testkit::dhis2::{Dhis2, State, TOKEN};

/// Elements of a data set.
const SET: u64 = 50;
const POLL: Duration = Duration::from_millis(20);
const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [units, elements, values, delay, folder] = &args[..] else {
        return Err("dhis2_pair UNITS ELEMENTS VALUES DELAY_MS FOLDER".into());
    };
    let (units, elements, values): (u64, u64, u64) = (units.parse()?, elements.parse()?, values.parse()?);
    let (source, target) = (Dhis2::start(Clock::System).await?, Dhis2::start(Clock::System).await?);
    fill(&mut source.state(), units, elements, values);
    for side in [&source, &target] {
        side.state().faults.delay = Duration::from_millis(delay.parse()?);
    }
    let folder = Path::new(folder);
    tell(folder, "ready", &json!({"source": source.url, "target": target.url, "token": TOKEN}))?;
    println!("source {}\ntarget {}\ntoken {TOKEN}", source.url, target.url);
    loop {
        for order in ["count", "age", "change"] {
            if fs::remove_file(folder.join(order)).is_ok() {
                tell(folder, order, &done(order, &source, &target))?;
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

fn done(order: &str, source: &Dhis2, target: &Dhis2) -> Value {
    match order {
        "age" => [source, target].into_iter().for_each(|side| age(&mut side.state())),
        "change" => change(&mut source.state()),
        _ => {}
    }
    let mut requests = 0;
    for side in [source, target] {
        requests += side.state().requests.len();
    }
    let written = target.state().written;
    json!({"requests": requests, "written": written.objects + written.values + written.deletions})
}

/// Whole or not at all.
fn tell(folder: &Path, name: &str, what: &Value) -> std::io::Result<()> {
    let beside = folder.join(format!("{name}.new"));
    fs::write(&beside, what.to_string())?;
    fs::rename(beside, folder.join(format!("{name}.json")))
}

fn unit(n: u64) -> String {
    format!("ou{n:09}")
}

fn element(n: u64) -> String {
    format!("de{n:09}")
}

/// A tree of units of which each has ten below it, elements in data sets of fifty, and values in its first districts.
fn fill(state: &mut State, units: u64, elements: u64, values: u64) {
    state.put("organisationUnits", json!({"id": unit(0), "name": "Pays"}));
    for n in 1..units {
        let parent = json!({"id": unit((n - 1) / 10)});
        state.put("organisationUnits", json!({"id": unit(n), "name": format!("Unité {n}"), "parent": parent}));
    }
    let combo = state.default_of("categoryCombos");
    for n in 0..elements {
        let element = json!({"id": element(n), "name": format!("Élément {n}"), "shortName": format!("É {n}"),
            "code": format!("DE_{n}"), "valueType": "INTEGER", "aggregationType": "SUM", "domainType": "AGGREGATE",
            "categoryCombo": {"id": combo}});
        state.put("dataElements", element);
    }
    for set in 0..elements.div_ceil(SET) {
        let members = set * SET..((set + 1) * SET).min(elements);
        let members: Vec<Value> = members.map(|n| json!({"dataElement": {"id": element(n)}})).collect();
        let units = json!([{"id": unit(0)}]);
        let set = json!({"id": format!("ds{set:09}"), "name": format!("Jeu {set}"), "periodType": "Monthly",
            "dataSetElements": members, "organisationUnits": units});
        state.put("dataSets", set);
    }
    // Of the first sets, in every unit, month after month.
    let (per_month, mut left) = (units * SET, values);
    for block in 0..values.div_ceil(per_month.max(1)) {
        let (set, period) = (block % 4, format!("2026{:02}", block / 4 % 12 + 1));
        for n in 0..per_month.min(left) {
            let (at, member) = (n / SET, set * SET + n % SET);
            state.enter(&element(member % elements), &period, &unit(at), &(n % 977).to_string());
        }
        left -= per_month.min(left);
    }
}

fn age(state: &mut State) {
    for object in state.objects.values_mut().flat_map(|objects| objects.values_mut()) {
        object.updated_at = object.updated_at - HOUR;
    }
    for datum in state.values.values_mut() {
        datum.updated_at = datum.updated_at - HOUR;
    }
}

fn change(state: &mut State) {
    let of_kind = |state: &State, kind: &str| -> Vec<String> {
        state.objects.get(kind).into_iter().flatten().map(|(uid, _)| uid.clone()).collect()
    };
    let elements = of_kind(state, "dataElements");
    for uid in elements.iter().take(200) {
        state.edit("dataElements", uid, "name", json!(format!("{uid}, renommé")));
    }
    let keys: Vec<_> = state.values.keys().take(5_000).cloned().collect();
    for (element, period, unit, ..) in keys {
        state.enter(&element, &period, &unit, "1000");
    }
    // In no data set's values: the last of them.
    let sets: Vec<String> = of_kind(state, "dataSets").into_iter().rev().take(20).collect();
    sets.iter().for_each(|uid| state.remove("dataSets", uid));
}
