//! Alerts: what happened is looked at once, what is to be said is said in order.

use crate::{bed::*, issues::*};
use model::{JobState, Timestamp};
use store::{
    AlertChannel, AlertRecord, AlertSilence, ChannelHealth, Db, DeliveryEnd, DeliveryState, IssueChange, NewDelivery,
    NewJob, Resolution, StoredIncident,
};
use uuid::Uuid;

on_both![
    what_happens_is_noted_with_it_and_looked_at_once,
    what_was_made_of_it_is_written_whole_or_not_at_all,
    a_channel_is_told_in_order,
    what_is_given_up_goes_elsewhere,
    rules_and_silences_are_kept,
];

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn incident(n: u128, subject: &str, version: i64) -> StoredIncident {
    StoredIncident {
        id: id(n),
        rule: id(1),
        subject: subject.into(),
        is_open: true,
        opened_at: later(n as u64),
        ended_at: None,
        version,
        state: "{}".into(),
    }
}

pub(crate) fn channel(n: u128, name: &str) -> AlertChannel {
    AlertChannel {
        id: id(n),
        name: name.into(),
        settings: "{}".into(),
        secret: Some(vec![0, 9]),
        created_at: NOW,
        health: ChannelHealth::default(),
    }
}

pub(crate) fn delivery(n: u128, channel: u128) -> NewDelivery {
    NewDelivery { id: id(n), channel: id(channel), incident: Some(id(7)), notice: "{}".into() }
}

pub(crate) fn silence() -> AlertSilence {
    AlertSilence {
        id: id(1),
        rule: Some(id(1)),
        subject: None,
        starts_at: NOW,
        ends_at: later(60),
        reason: "é\0".into(),
        created_by: "ana".into(),
        created_at: NOW,
    }
}

async fn what_happens_is_noted_with_it_and_looked_at_once(db: Db) {
    let project = shop(&db).await;
    apply(&db, vec![event(1, project, "a"), event(2, project, "a"), event(3, project, "b")]).await;
    let issue = issue(&db, project, 1).await;
    db.change_issues(vec![issue.id], IssueChange::Resolve(Resolution::Now), "ana".into(), later(5)).await.unwrap();
    apply(&db, vec![event(9, project, "a")]).await;
    let ready = create(&db, NewJob { state: JobState::Pending, ..new_job(job_id(1)) }).await.id;
    db.start_job(ready, NOW).await.unwrap();
    db.fail_job(ready, reason(), later(3)).await.unwrap();
    let events = db.alert_events(10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.subject.clone())).collect();
    let [first, second] = [1, 2].map(|n| (issue.id + n - 1).to_string());
    let job = ready.0.simple().to_string();
    assert_eq!(told, [("new_issue", first.clone()), ("new_issue", second), ("regression", first), ("job", job)]);
    assert_eq!(events[0].detail["title"], "a broke");

    let seen = AlertRecord { events: events.iter().map(|event| event.no).collect(), ..AlertRecord::default() };
    assert!(db.record_alerts(seen.clone(), NOW).await.unwrap());
    assert!(db.alert_events(10).await.unwrap().is_empty());
    assert!(!db.record_alerts(seen, NOW).await.unwrap(), "somebody else has looked at them");
}

async fn what_was_made_of_it_is_written_whole_or_not_at_all(db: Db) {
    let record = |incidents, deliveries| AlertRecord { incidents, deliveries, ..AlertRecord::default() };
    db.save_alert_channel(channel(5, "a"), NOW).await.unwrap();
    assert!(db.record_alerts(record(vec![incident(1, "x", 0)], vec![delivery(1, 5)]), NOW).await.unwrap());
    // Another of the same rule and subject is not opened beside it.
    assert!(!db.record_alerts(record(vec![incident(2, "x", 0)], vec![delivery(2, 5)]), NOW).await.unwrap());
    assert!(db.record_alerts(record(vec![incident(3, "y", 0)], vec![]), NOW).await.unwrap());
    assert!(
        !db.record_alerts(record(vec![incident(1, "x", 0)], vec![]), NOW).await.unwrap(),
        "it was changed meanwhile"
    );
    let over = StoredIncident { is_open: false, ended_at: Some(later(50)), ..incident(1, "x", 1) };
    assert!(db.record_alerts(record(vec![over], vec![]), NOW).await.unwrap());
    let open = |since| {
        let db = db.clone();
        async move { db.alert_incidents_since(since).await.unwrap().into_iter().map(|one| one.id).collect::<Vec<_>>() }
    };
    assert_eq!(open(later(49)).await, [id(1), id(3)]);
    assert_eq!(open(later(50)).await, [id(3)]);
    assert_eq!(db.alert_incident(id(1)).await.unwrap().unwrap().version, 2);
    let page = db.alert_history(None, 1).await.unwrap();
    assert_eq!((page.rows[0].id, page.next), (id(3), Some((later(3), id(3)))));
    assert_eq!(db.alert_history(page.next, 9).await.unwrap().rows[0].id, id(1));
    assert_eq!(db.waiting_alert_deliveries().await.unwrap(), 1);
    assert_eq!(db.forget_alerts(later(51)).await.unwrap(), 1);
}

async fn a_channel_is_told_in_order(db: Db) {
    for n in [5, 6] {
        db.save_alert_channel(channel(n, &n.to_string()), NOW).await.unwrap();
    }
    let deliveries = vec![delivery(1, 5), delivery(2, 5), delivery(3, 6)];
    db.record_alerts(AlertRecord { deliveries, ..AlertRecord::default() }, NOW).await.unwrap();
    let due = |at: Timestamp| {
        let db = db.clone();
        async move { db.due_alert_deliveries(at).await.unwrap() }
    };
    let first = due(NOW).await;
    assert_eq!(first.iter().map(|one| one.id).collect::<Vec<_>>(), [id(1), id(3)]);
    let begun = db.begin_alert_delivery(first[0].clone(), later(60)).await.unwrap().unwrap();
    assert_eq!((begun.state, begun.attempts, begun.doubtful), (DeliveryState::Begun, 1, 0));
    assert_eq!(due(later(59)).await.len(), 1, "it is held");
    // Its process has ended: whether it arrived nobody knows.
    let again = db.begin_alert_delivery(due(later(60)).await.remove(0), later(90)).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.doubtful), (2, 1));
    let end = DeliveryEnd::Later { at: later(100), error: "503".into(), is_doubtful: false };
    db.end_alert_delivery(begun, DeliveryEnd::Sent, None, later(61)).await.unwrap();
    db.end_alert_delivery(again, end, None, later(62)).await.unwrap();
    let health = db.alert_channel(id(5)).await.unwrap().unwrap().health;
    assert_eq!((health.failing_since, health.last_error.as_deref()), (Some(later(62)), Some("503")));
    let last = db.begin_alert_delivery(due(later(100)).await.remove(0), later(160)).await.unwrap().unwrap();
    db.end_alert_delivery(last, DeliveryEnd::Sent, None, later(101)).await.unwrap();
    assert_eq!(due(later(101)).await[0].id, id(2), "the next one");
    let health = db.alert_channel(id(5)).await.unwrap().unwrap().health;
    assert_eq!(health, ChannelHealth { last_sent_at: Some(later(101)), ..ChannelHealth::default() });
    assert_eq!(db.alert_deliveries_of(id(7)).await.unwrap().len(), 3);
    let counts = db.alert_delivery_counts(NOW).await.unwrap();
    let expected =
        [(id(5), DeliveryState::Waiting, 1), (id(5), DeliveryState::Sent, 1), (id(6), DeliveryState::Waiting, 1)];
    assert_eq!(counts, expected);
    assert_eq!(db.alert_delivery_counts(later(1)).await.unwrap(), []);
}

async fn what_is_given_up_goes_elsewhere(db: Db) {
    db.save_alert_channel(channel(5, "a"), NOW).await.unwrap();
    db.save_alert_channel(channel(6, "b"), NOW).await.unwrap();
    assert!(!db.save_alert_channel(channel(7, "a"), NOW).await.unwrap(), "the name is taken");
    let kept = AlertChannel { secret: None, ..channel(5, "c") };
    assert!(db.save_alert_channel(kept, NOW).await.unwrap());
    assert_eq!(db.alert_channel(id(5)).await.unwrap().unwrap().secret, Some(vec![0, 9]));
    let record = AlertRecord { deliveries: vec![delivery(1, 5), delivery(2, 6)], ..AlertRecord::default() };
    db.record_alerts(record, NOW).await.unwrap();
    let begun = db.begin_alert_delivery(db.due_alert_deliveries(NOW).await.unwrap().remove(0), later(60)).await;
    let end = DeliveryEnd::GivenUp { error: "404".into() };
    db.end_alert_delivery(begun.unwrap().unwrap(), end, Some(delivery(3, 6)), NOW).await.unwrap();
    let due = db.due_alert_deliveries(NOW).await.unwrap();
    assert_eq!((due.len(), due[0].id), (1, id(2)), "the fallback is told in order, too");
    assert!(db.delete_alert_channel(id(6), later(1)).await.unwrap());
    assert_eq!(db.waiting_alert_deliveries().await.unwrap(), 0);
    assert_eq!(db.alert_channels().await.unwrap().len(), 1);
}

async fn rules_and_silences_are_kept(db: Db) {
    db.add_alert_rules(vec![(id(1), "a".into()), (id(2), "b".into())], NOW).await.unwrap();
    assert!(db.save_alert_rule(id(1), "changed".into(), later(1)).await.unwrap());
    db.add_alert_rules(vec![(id(1), "a".into())], later(2)).await.unwrap();
    let specs: Vec<_> = db.alert_rules().await.unwrap().into_iter().map(|rule| rule.spec).collect();
    assert_eq!(specs, ["changed", "b"]);
    assert!(db.delete_alert_rule(id(2)).await.unwrap() && !db.delete_alert_rule(id(2)).await.unwrap());
    for n in 0..u128::from(store::RULES_MAX) {
        db.save_alert_rule(id(100 + n), String::new(), NOW).await.unwrap();
    }
    assert!(!db.save_alert_rule(id(9_999), String::new(), NOW).await.unwrap());

    let silence = silence();
    db.create_alert_silence(silence.clone()).await.unwrap();
    let kept = AlertSilence { reason: "é\u{fffd}".into(), ..silence };
    assert_eq!(db.alert_silences(later(59)).await.unwrap(), [kept]);
    assert!(db.end_alert_silence(id(1), later(30)).await.unwrap());
    assert!(db.alert_silences(later(30)).await.unwrap().is_empty());
    assert!(!db.end_alert_silence(id(1), later(31)).await.unwrap());
}
