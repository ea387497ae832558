//! No edit of a source is missed, whatever its zone, through a change of its clocks. `VIGIE_DHIS2_EDITS=10000` tries more.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "what is unexpected fails the test")]
#![allow(clippy::await_holding_lock, reason = "guards are dropped before, by `drop`")]

mod bed;

use bed::Bed;
use dhis2::{
    client::Instance,
    metadata,
    values::{self, Sets, Units},
};
use model::{Clock, ManualClock, Rng, Timestamp};
use serde_json::json;
use std::time::Duration;
use testkit::dhis2::{Dhis2, TOKEN};

fn edits() -> u64 {
    std::env::var("VIGIE_DHIS2_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

fn seed() -> u64 {
    std::env::var("VIGIE_DHIS2_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(22)
}

/// Looks after each edit, and goes on from the moment that the source said before it was asked.
async fn every_edit_is_found(zone: &str, version: u32, from: &str) {
    let clock = ManualClock::at(from.parse().unwrap());
    let source = Dhis2::start(Clock::Manual(clock.clone())).await.unwrap();
    let zone = jiff::tz::TimeZone::get(zone).unwrap();
    let mut state = source.state();
    (state.zone, state.version) = (zone, version);
    state.put("organisationUnits", json!({"id": "ouRoot00000", "name": "Pays"}));
    state.put("dataElements", json!({"id": "del00000000", "name": "a"}));
    state.put("dataSets", json!({"id": "dataSet0000", "dataSetElements": [{"dataElement": {"id": "del00000000"}}]}));
    drop(state);
    let client = outbound::Client::new(outbound::Settings { tls: false, ..outbound::Settings::default() }).unwrap();
    let instance = Instance::new(client, &source.url.parse().unwrap(), TOKEN.to_owned().into());
    let sets = Sets::of(&instance).await.unwrap();
    let units = Units::of(&instance, None).await.unwrap();
    let rng = Rng::seeded(seed());
    let mut seen: Timestamp = instance.clock().await.unwrap().now;
    for n in 0..edits() {
        clock.advance(Duration::from_secs(90 + rng.below(600)));
        let is_value = rng.below(2) == 0;
        match is_value {
            true => source.state().enter("del00000000", "202601", "ouRoot00000", &n.to_string()),
            false => source.state().edit("dataElements", "del00000000", "name", json!(n.to_string())),
        }
        clock.advance(Duration::from_secs(rng.below(120)));
        let now = instance.clock().await.unwrap();
        let found = match is_value {
            true => values::changed(&instance, (&sets, &units), seen, &now).await.unwrap().count > 0,
            false => !metadata::changed(&instance, &[("dataElements", seen)], &now).await.unwrap().is_empty(),
        };
        assert!(found, "edit {n} of {} was missed; seen until {seen}", clock.now());
        seen = seen.max(now.now);
    }
    // Nothing new is no change, once it is old enough.
    clock.advance(Duration::from_secs(7 * 3_600));
    let now = instance.clock().await.unwrap();
    assert!(metadata::changed(&instance, &[("dataElements", now.now)], &now).await.unwrap().is_empty());
    assert_eq!(values::changed(&instance, (&sets, &units), now.now, &now).await.unwrap().count, 0);
}

#[tokio::test]
async fn west_of_utc_while_clocks_are_set_back() {
    for version in [41, 43] {
        every_edit_is_found("America/New_York", version, "2026-11-01T00:00:00Z").await;
    }
}

#[tokio::test]
async fn east_of_utc_while_clocks_are_set_forward_and_where_they_never_are() {
    every_edit_is_found("Europe/Helsinki", 38, "2026-03-28T20:00:00Z").await;
    every_edit_is_found("Africa/Nairobi", 43, "2026-03-28T20:00:00Z").await;
}

/// A country was imported a moment ago: a look does not read it.
#[tokio::test]
async fn a_look_at_more_than_it_reads_says_that_everything_is_to_be_compared() {
    let clock = ManualClock::at("2026-03-28T20:00:00Z".parse().unwrap());
    let source = Dhis2::start(Clock::Manual(clock.clone())).await.unwrap();
    let mut state = source.state();
    state.put("organisationUnits", json!({"id": "ouRoot00000", "name": "Pays"}));
    state.put("dataElements", json!({"id": "del00000000", "name": "a"}));
    state.put("dataSets", json!({"id": "dataSet0000", "dataSetElements": [{"dataElement": {"id": "del00000000"}}]}));
    for n in 0..30_001 {
        state.enter("del00000000", "202601", &format!("ou{n:09}"), "1");
        if n == 0 {
            state.put("organisationUnits", json!({"id": "ou000000000", "name": "b", "parent": {"id": "ouRoot00000"}}));
        }
    }
    drop(state);
    let client = outbound::Client::new(outbound::Settings { tls: false, ..outbound::Settings::default() }).unwrap();
    let instance = Instance::new(client, &source.url.parse().unwrap(), TOKEN.to_owned().into());
    let (sets, units) = (Sets::of(&instance).await.unwrap(), Units::of(&instance, None).await.unwrap());
    let now = instance.clock().await.unwrap();
    let few = values::changed(&instance, (&sets, &units), now.now, &now).await.unwrap();
    assert_eq!((few.count, few.units.map(|units| units.len())), (1, Some(1)));
    let mut state = source.state();
    for n in 1..30_001 {
        let unit = format!("ou{n:09}");
        state.put("organisationUnits", json!({"id": unit, "name": "b", "parent": {"id": "ouRoot00000"}}));
    }
    drop(state);
    let all = values::changed(&instance, (&sets, &units), now.now, &now).await.unwrap();
    assert_eq!(all.units, None);
    // An hour later they are old enough to be left out by the source, whose clock is not behind UTC.
    for version in [41, 43] {
        clock.advance(Duration::from_secs(3_600));
        source.state().version = version;
        let now = instance.clock().await.unwrap();
        assert_eq!(values::changed(&instance, (&sets, &units), now.now, &now).await.unwrap().count, 0);
    }
}

/// The whole way: edits of a source west of UTC arrive on a target east of it while clocks are set back, found by looks alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_arrive_from_west_of_utc_to_east_of_it_while_clocks_are_set_back() {
    let clock = ManualClock::at("2026-11-01T02:00:00Z".parse().unwrap());
    let bed = Bed::at(Clock::Manual(clock.clone())).await;
    let zone = |name: &str| jiff::tz::TimeZone::get(name).unwrap();
    {
        let (mut source, mut target) = (bed.source.state(), bed.target.state());
        (source.version, source.zone) = (41, zone("America/New_York"));
        (target.version, target.zone) = (43, zone("Africa/Nairobi"));
        source.put("organisationUnits", json!({"id": "ouRoot00000", "name": "Pays"}));
        for n in 0..20 {
            source.put("dataElements", json!({"id": format!("del{n:08}"), "name": "a"}));
        }
        let members: Vec<_> = (0..20).map(|n| json!({"dataElement": {"id": format!("del{n:08}")}})).collect();
        source.put("dataSets", json!({"id": "dataSet0000", "name": "M", "dataSetElements": members}));
    }
    let types = ["organisationUnits", "dataElements", "dataSets"];
    let settings =
        json!({"metadata": types, "values": "yes", "mode": "automatic", "check_every_s": 10, "max_per_hour": 100_000});
    let sync = bed.add("zones", &bed.settings(&settings)).await;
    assert_eq!(bed.run(&sync).await.1.problem, "");
    let rng = Rng::seeded(seed());
    let (looks, each) = if edits() > 300 { (edits() / 20, 20) } else { (8, 10) };
    let mut wanted = std::collections::BTreeMap::new();
    for look in 0..looks {
        for n in 0..each {
            clock.advance(Duration::from_secs(rng.below(120)));
            let (element, value) = (format!("del{:08}", rng.below(20)), format!("{look} {n}"));
            if rng.below(2) == 0 {
                bed.source.state().edit("dataElements", &element, "name", json!(value));
            } else {
                bed.source.state().enter(&element, "202601", "ouRoot00000", &value);
                wanted.insert(element, value);
            }
        }
        bed.looks(&sync).await;
        clock.advance(Duration::from_secs(rng.below(1_800)));
    }
    let target = bed.target.state();
    let found: std::collections::BTreeMap<String, String> =
        target.values.iter().map(|(key, datum)| (key.0.clone(), datum.value.clone())).collect();
    assert_eq!(found, wanted);
    drop(target);
    assert!(bed.is_equal(&sync).await);
}
