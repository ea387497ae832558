//! Lists of issues, and what is counted of each.

use super::*;
use std::collections::BTreeMap;
use store::{HourSteps, IssueChange, IssueFilter, IssueOrder, IssueStateKind, Resolution, TAG_VALUES_MAX};

on_both![
    each_order_goes_page_by_page,
    each_condition_chooses,
    trends_are_counted_by_step,
    tags_are_counted_up_to_a_bound,
    what_many_have_is_found_among_many,
];

const HOUR: u64 = 3600;

async fn numbers(db: &Db, filter: IssueFilter) -> Vec<i64> {
    db.issues(&filter).await.unwrap().rows.iter().map(|one| one.number).collect()
}

fn all() -> IssueFilter {
    IssueFilter { limit: 50, ..IssueFilter::default() }
}

/// Five issues: the n-th has n events by n users, the first of which happened n hours after the beginning, and one more each
/// hour; but the last is seen again last of all.
async fn five(db: &Db) -> ProjectId {
    let project = shop(db).await;
    let mut events = Vec::new();
    for n in 1..=5_u64 {
        for m in 0..n {
            let at = later(HOUR * if n == 1 { 100 } else { n + m });
            events.push(Observation { at, user: Some(m as i64), ..event(0, project, &format!("h{n}")) });
        }
    }
    for (no, event) in events.iter_mut().enumerate() {
        event.no = no as i64 + 1;
    }
    apply(db, events).await;
    project
}

async fn each_order_goes_page_by_page(db: Db) {
    five(&db).await;
    let day = IssueOrder::LastDay(later(HOUR * 8));
    for (order, expected) in [
        (IssueOrder::LastSeen, vec![1, 5, 4, 3, 2]),
        (IssueOrder::FirstSeen, vec![1, 5, 4, 3, 2]),
        (IssueOrder::Events, vec![5, 4, 3, 2, 1]),
        (IssueOrder::Users, vec![5, 4, 3, 2, 1]),
        (day, vec![5, 4, 3, 2]),
    ] {
        let mut found = Vec::new();
        let mut filter = IssueFilter { order, limit: 2, ..all() };
        loop {
            let page = db.issues(&filter).await.unwrap();
            assert!(page.rows.len() <= 2 && !page.is_cut);
            found.extend(page.rows.iter().map(|one| one.number));
            filter.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{order:?}");
    }
}

async fn each_condition_chooses(db: Db) {
    let project = shop(&db).await;
    let tagged = |no, hash: &str, tags: &[(&str, &str)]| Observation {
        tags: tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        ..event(no, project, hash)
    };
    let mut events = vec![
        tagged(1, "a", &[("browser", "Firefox"), ("os", "Linux")]),
        tagged(2, "b", &[("browser", "Firefox"), ("os", "macOS")]),
        tagged(3, "c", &[("browser", "Chrome")]),
    ];
    events[0].environment = "production".into();
    events[1].environment = "staging".into();
    events[1].release = Some("1.2".into());
    events[2].level = Level::Critical;
    events[2].culprit = "100% of_all, Été À L’ÉCOLE".into();
    apply(&db, events).await;
    let id = issue(&db, project, 1).await.id;
    db.change_issues(vec![id], IssueChange::Resolve(Resolution::Now), "a".into(), later(9)).await.unwrap();
    db.change_issues(vec![id], IssueChange::Assign(Some("bob".into())), "a".into(), later(9)).await.unwrap();
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (all(), vec![3, 2, 1]),
        (IssueFilter { project: Some(project), ..all() }, vec![3, 2, 1]),
        (IssueFilter { project: Some(99), ..all() }, vec![]),
        (IssueFilter { states: vec![IssueStateKind::Resolved], ..all() }, vec![1]),
        (IssueFilter { states: IssueStateKind::OPEN.to_vec(), ..all() }, vec![3, 2]),
        (IssueFilter { levels: vec![Level::Critical, Level::Info], ..all() }, vec![3]),
        (IssueFilter { environment: text("production"), ..all() }, vec![1]),
        (IssueFilter { release: text("1.2"), ..all() }, vec![2]),
        (IssueFilter { assignee: text("bob"), ..all() }, vec![1]),
        (IssueFilter { tags: vec![tag("browser", "Firefox")], ..all() }, vec![2, 1]),
        (IssueFilter { tags: vec![tag("browser", "Firefox"), tag("os", "Linux")], ..all() }, vec![1]),
        (IssueFilter { tags: vec![tag("browser", "Linux")], ..all() }, vec![]),
        (IssueFilter { text: text("B BROKE"), ..all() }, vec![2]),
        (IssueFilter { text: text("% of_"), ..all() }, vec![3]),
        (IssueFilter { text: text("ÉTÉ à l’éCOLE"), ..all() }, vec![3]),
        (IssueFilter { text: text("été a"), ..all() }, vec![]),
        (IssueFilter { first_since: Some(later(2)), first_until: Some(later(3)), ..all() }, vec![2]),
        (IssueFilter { last_since: Some(later(3)), ..all() }, vec![3]),
        (IssueFilter { last_until: Some(later(2)), order: IssueOrder::Events, ..all() }, vec![1]),
        (IssueFilter { last_until: Some(later(3)), order: IssueOrder::LastDay(later(9)), ..all() }, vec![2, 1]),
    ];
    for (filter, expected) in cases {
        assert_eq!(numbers(&db, filter.clone()).await, expected, "{filter:?}");
    }
}

async fn trends_are_counted_by_step(db: Db) {
    let project = five(&db).await;
    let mut ids = Vec::new();
    for number in 1..=5 {
        ids.push(issue(&db, project, number).await.id);
    }
    let steps = HourSteps { since: later(HOUR * 2), hours: 2, count: 4 };
    let trends = db.issue_trends(&ids, steps, None).await.unwrap();
    let expected = [(ids[1], vec![2, 0, 0, 0]), (ids[2], vec![1, 2, 0, 0]), (ids[3], vec![0, 2, 2, 0])];
    let expected: BTreeMap<_, _> = expected.into_iter().chain([(ids[4], vec![0, 1, 2, 2])]).collect();
    assert_eq!(trends, expected);
    assert!(db.issue_trends(&ids, steps, Some("production")).await.unwrap().is_empty());
    assert!(db.issue_trends(&[], steps, None).await.unwrap().is_empty());
}

async fn tags_are_counted_up_to_a_bound(db: Db) {
    let project = shop(&db).await;
    let with = |no: i64, value: String| Observation {
        tags: vec![("id".into(), value), ("os".into(), "Linux".into())],
        environment: "production".into(),
        ..event(no, project, "a")
    };
    let max = TAG_VALUES_MAX as i64;
    apply(&db, (1..=max).map(|no| with(no, format!("v{no}"))).collect()).await;
    apply(&db, vec![with(max + 1, "new".into()), with(max + 2, "v7".into())]).await;
    let id = issue(&db, project, 1).await.id;
    let tags = db.issue_tags(id, 2).await.unwrap();
    let told: Vec<_> = tags.iter().map(|tag| (tag.key.as_str(), tag.events, tag.values.len())).collect();
    assert_eq!(told, [("environment", 102, 1), ("id", 102, 2), ("os", 102, 1)]);
    assert_eq!(tags[1].values[0], ("v7".into(), 2));
    let all_values = &db.issue_tags(id, 1000).await.unwrap()[1].values;
    assert!(all_values.len() == 100 && all_values.iter().all(|(value, _)| value != "new"));
}

/// More than are looked up one by one.
async fn what_many_have_is_found_among_many(db: Db) {
    let project = shop(&db).await;
    for start in (1..=2_400).step_by(400) {
        let with = |no: i64| Observation {
            tags: vec![("n".into(), format!("{}", no % 7)), ("all".into(), "yes".into())],
            ..event(no, project, &format!("h{no}"))
        };
        apply(&db, (start..start + 400).map(with).collect()).await;
    }
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let filter = IssueFilter { tags: vec![tag("all", "yes")], limit: 3, ..all() };
    assert_eq!(numbers(&db, filter.clone()).await, [2400, 2399, 2398]);
    let after = db.issues(&filter).await.unwrap().next;
    assert_eq!(numbers(&db, IssueFilter { after, ..filter.clone() }).await, [2397, 2396, 2395]);
    let both = IssueFilter { tags: vec![tag("all", "yes"), tag("n", "3")], ..filter };
    assert_eq!(numbers(&db, both).await, [2397, 2390, 2383]);
}
