//! From what happens to what is received: by real HTTP and SMTP receivers that misbehave, on a clock that the test moves.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use alerting::{ChannelKind, Reach};
use alerts::Phase;
use mail::catcher::{Catcher, CatcherOptions, Keep};
use model::{AccountId, CheckState, pace::Limits};
use std::time::Duration;
use store::{Account, AlertRecord, CheckChange, CheckName, DeliveryState, StoredCheck, StoredMaintenance};
use support::{KEY, NOW, Receiver, Site};
use uuid::Uuid;

/// What is open, by its example's name.
async fn open(site: &Site) -> Vec<alerting::IncidentState> {
    let kept = site.db.alert_incidents_since(site.clock.now()).await.unwrap();
    kept.iter().filter(|one| one.is_open).filter_map(alerting::incident_of).collect()
}

#[tokio::test]
async fn a_failed_job_and_a_new_issue_are_told_by_mail_and_slack_and_so_is_their_end() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    let options = CatcherOptions { keep: Keep::Contents, ..CatcherOptions::default() };
    let catcher = Catcher::start("127.0.0.1:0".parse().unwrap(), options).await.unwrap();
    let account = Account {
        id: AccountId(Uuid::from_u128(1)),
        name: "ops".into(),
        url: format!("smtp://{}", catcher.address()),
        secret: None,
        limits: Limits::default(),
        pause: None,
    };
    site.db.save_account(account, NOW).await.unwrap();
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let (from, to) = ("vigie@exemple.fr".to_owned(), vec!["ana@exemple.fr".to_owned()]);
    site.channel("mail", ChannelKind::Email { account: "ops".into(), from, to }, "", None).await;

    let job = site.job(5, "Invoices of May").await;
    site.fail(job).await;
    let project = site.project().await;
    site.issues(project, 1).await;
    site.alerts.evaluate_events().await.unwrap();
    site.deliver().await;
    assert_eq!(receiver.texts("/slack"), ["🔴 Job failed: Invoices of May", "🟠 New issue: Boutique"]);
    assert_eq!(catcher.caught().len(), 2);

    let failed = open(&site).await.into_iter().find(|one| one.incident.example.name == "Invoices of May").unwrap();
    let mut acknowledged = failed.clone();
    acknowledged.incident.acknowledge("ana", site.clock.now());
    let record = AlertRecord { incidents: vec![acknowledged.write()], ..AlertRecord::default() };
    assert!(site.db.record_alerts(record.clone(), site.clock.now()).await.unwrap());
    assert!(!site.db.record_alerts(record, site.clock.now()).await.unwrap(), "it was read before it changed");

    // The next run of that name goes well.
    site.passes(600);
    let next = site.job(6, "Invoices of May").await;
    site.db.complete_job(next, None, site.clock.now()).await.unwrap();
    site.round().await;
    assert_eq!(receiver.texts("/slack")[2..], ["✅ Resolved: Job failed: Invoices of May"]);
    let messages = catcher.caught();
    let last = String::from_utf8_lossy(&messages.last().unwrap().content).into_owned();
    assert!(
        last.contains("Auto-Submitted: auto-generated")
            && last.contains(&format!("<alert-{}@exemple.fr>", failed.incident.id)),
        "{last}"
    );
    let sent = site.db.alert_deliveries_of(failed.incident.id).await.unwrap();
    assert!(sent.len() == 4 && sent.iter().all(|one| one.state == DeliveryState::Sent));
    let ended = site.db.alert_incident(failed.incident.id).await.unwrap().unwrap();
    assert_eq!(alerting::incident_of(&ended).unwrap().incident.phase, Phase::Resolved);
}

#[tokio::test]
async fn a_schedule_that_fails_every_night_is_one_incident_that_goes_on() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    for night in 1..=3_u64 {
        let job = site.scheduled_job(u128::from(night)).await;
        site.fail(job).await;
        site.round().await;
        let found = open(&site).await;
        let shown: Vec<_> = found.iter().map(|one| (one.incident.count, one.incident.example.path.as_str())).collect();
        assert_eq!(shown, [(night, format!("/jobs/{job}").as_str())]);
        site.passes(86_400);
        site.round().await;
    }
    assert_eq!(receiver.texts("/slack").len(), 3, "each night once: {:?}", receiver.texts("/slack"));
    // A night that went well ends it.
    site.passes(3_600);
    let last = site.scheduled_job(4).await;
    site.fail(last).await;
    site.round().await;
    let id = open(&site).await[0].incident.id;
    site.passes(60);
    let well = site.scheduled_job(5).await;
    site.db.complete_job(well, None, site.clock.now()).await.unwrap();
    site.round().await;
    assert!(open(&site).await.is_empty());
    let ended = site.db.alert_incident(id).await.unwrap().unwrap();
    let ended = alerting::incident_of(&ended).unwrap().incident;
    assert_eq!((ended.phase, ended.count), (Phase::Resolved, 4));
    assert_eq!(receiver.texts("/slack").last().map(String::as_str), Some("✅ Resolved: Job failed: Backup"));
}

#[tokio::test]
async fn what_a_receiver_missed_for_an_hour_is_told_once_in_order_with_its_delay() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("hook", ChannelKind::Webhook, &receiver.url("/hook"), None).await;
    let (first, second) = (site.job(1, "A").await, site.job(2, "B").await);
    for _ in 0..60 {
        receiver.answers(503, &[], "away");
    }
    site.fail(first).await;
    site.round().await;
    site.fail(second).await;
    for _ in 0..60 {
        site.passes(60);
        site.round().await;
    }
    let tries = receiver.calls("/hook");
    assert!(tries.len() < 20, "{} tries", tries.len());
    assert!(tries.iter().all(|call| call.body["data"]["name"] == "A"), "the first one first");
    receiver.comes_back();
    site.passes(3_600);
    site.round().await;
    let told = &receiver.calls("/hook")[tries.len()..];
    let names: Vec<_> = told.iter().map(|call| call.body["data"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["A", "B"]);
    assert_eq!(told[0].headers["webhook-id"], tries[0].headers["webhook-id"], "the same over all tries");
    let notes = told[0].body["data"]["notes"][0].as_str().unwrap();
    assert!(notes.starts_with("This message was delayed by 2\u{a0}h"), "{notes}");
    site.passes(86_400);
    site.round().await;
    assert_eq!(receiver.calls("/hook").len(), tries.len() + 2);
}

#[tokio::test]
async fn a_storm_is_one_message_for_each_channel_and_period_that_says_how_many() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let project = site.project().await;
    for _ in 0..60 {
        site.issues(project, 167).await;
        site.passes(1);
        site.round().await;
    }
    site.passes(300);
    site.round().await;
    let texts = receiver.texts("/slack");
    assert_eq!(texts, ["🟠 167 new issues: Boutique", "🟠 9,853 new issues: Boutique"]);
    // Many subjects at once are one message, too.
    for n in 0..500 {
        let job = site.job(1_000 + n, &format!("Job {n}")).await;
        site.fail(job).await;
    }
    site.round().await;
    assert_eq!(receiver.texts("/slack").len(), 3);
    assert!(open(&site).await.len() <= 102);
}

#[tokio::test]
async fn what_a_channel_refuses_for_good_goes_to_the_fallback() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    let fallback =
        site.channel("fallback", ChannelKind::Ntfy { topic: "ops".into() }, &receiver.url("/ntfy"), None).await;
    let slack = site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), Some(fallback)).await;
    receiver.answers(404, &[], "no_service");
    let job = site.job(1, "A").await;
    site.fail(job).await;
    site.round().await;
    site.round().await;
    assert_eq!((receiver.calls("/slack").len(), receiver.calls("/ntfy").len()), (1, 1));
    assert_eq!(receiver.calls("/ntfy")[0].body["title"], "Job failed: A");
    let health = site.db.alert_channel(slack).await.unwrap().unwrap().health;
    let told = alerting::told_error(&health.last_error.unwrap(), language::Language::English);
    assert_eq!(told, "The service answered 404 Not Found: no_service");
}

#[tokio::test]
async fn a_run_that_cannot_be_started_is_told_and_ends_with_the_next_that_went_well() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let why = r#"{"en": "the list clients.csv is missing", "fr": "la liste clients.csv est absente"}"#;
    site.not_started(why).await;
    site.round().await;
    let calls = receiver.calls("/slack");
    assert_eq!(calls.len(), 1, "{calls:?}");
    let said = calls[0].body.to_string();
    for part in ["Job failed: Backup", "could not be started", "the list clients.csv is missing"] {
        assert!(said.contains(part) && !said.contains("absente"), "{part}: {said}");
    }
    let rule = alerts::Rule::built_in().into_iter().find(|rule| rule.kind == alerts::RuleKind::FailedJob).unwrap();
    assert_eq!(site.alerts.preview(&rule).await.unwrap().fired, 1);
    site.passes(86_400);
    let job = site.scheduled_job(2).await;
    site.db.complete_job(job, None, site.clock.now()).await.unwrap();
    site.round().await;
    assert!(open(&site).await.is_empty());
    assert_eq!(receiver.texts("/slack").len(), 2);
}

#[tokio::test]
async fn a_rule_whose_channels_were_deleted_is_told_by_the_usual_ones() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    let gone = site.channel("gone", ChannelKind::Slack, &receiver.url("/gone"), None).await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let rule = alerts::Rule::built_in().into_iter().find(|rule| rule.kind == alerts::RuleKind::FailedJob).unwrap();
    let rule = alerts::Rule { channels: vec![gone], ..rule };
    let spec = serde_json::to_string(&rule).unwrap();
    site.db.save_alert_rule(rule.id, spec, site.clock.now()).await.unwrap();
    let first = site.job(1, "A").await;
    site.fail(first).await;
    site.round().await;
    assert_eq!((receiver.calls("/gone").len(), receiver.calls("/slack").len()), (1, 0));
    assert!(site.db.delete_alert_channel(gone, site.clock.now()).await.unwrap());
    let second = site.job(2, "B").await;
    site.fail(second).await;
    site.round().await;
    assert_eq!((receiver.calls("/gone").len(), receiver.calls("/slack").len()), (1, 1));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_an_inner_address_not_called() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("hook", ChannelKind::Webhook, &receiver.url("/hook"), None).await;
    receiver.answers(302, &[("location", &receiver.url("/inside"))], "");
    let job = site.job(1, "A").await;
    site.fail(job).await;
    site.round().await;
    assert_eq!((receiver.calls("/hook").len(), receiver.calls("/inside").len()), (1, 0));
    site.passes(10);
    site.round().await;
    assert_eq!(receiver.calls("/hook").len(), 2);

    let site = Site::new(Reach::public()).await;
    let hook = site.channel("hook", ChannelKind::Webhook, &receiver.url("/outside"), None).await;
    let job = site.job(1, "A").await;
    site.fail(job).await;
    site.round().await;
    assert!(receiver.calls("/outside").is_empty());
    let health = site.db.alert_channel(hook).await.unwrap().unwrap().health;
    let error = alerting::told_error(&health.last_error.unwrap(), language::Language::English);
    assert!(error.contains("127.0.0.1") && error.contains("alert-networks"), "{error}");
}

#[tokio::test]
async fn what_a_deleted_or_switched_off_rule_has_found_does_not_stay_open() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let job = site.job(5, "A").await;
    site.fail(job).await;
    let project = site.project().await;
    site.issues(project, 1).await;
    site.round().await;
    assert_eq!((open(&site).await.len(), receiver.texts("/slack").len()), (2, 2));
    let rules = site.db.alert_rules().await.unwrap();
    for kept in rules {
        let mut rule: alerts::Rule = serde_json::from_str(&kept.spec).unwrap();
        match rule.kind.word() {
            alerts::RuleWord::FailedJob => assert!(site.db.delete_alert_rule(rule.id).await.unwrap()),
            _ => {
                rule.is_enabled = false;
                site.db.save_alert_rule(rule.id, serde_json::to_string(&rule).unwrap(), NOW).await.unwrap();
            }
        }
    }
    site.passes(10);
    site.round().await;
    assert!(open(&site).await.is_empty());
    assert_eq!(receiver.texts("/slack").len(), 2, "nothing is said of it");
}

/// What nobody heard of is told, and held back nothing, once there is a channel.
#[tokio::test]
async fn whoever_adds_a_channel_is_told_of_what_goes_on() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    let job = site.job(5, "A").await;
    site.fail(job).await;
    site.round().await;
    site.passes(3_600);
    site.round().await;
    let waiting = open(&site).await;
    assert!(waiting.len() == 1 && !waiting[0].incident.told.is_firing, "{waiting:?}");
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    for _ in 0..2 {
        site.passes(10);
        site.round().await;
    }
    assert_eq!(receiver.texts("/slack"), ["🔴 Job failed: A"], "once");
}

#[tokio::test]
async fn a_webhook_is_signed_by_its_id_its_time_and_its_body() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("hook", ChannelKind::Webhook, &receiver.url("/hook"), None).await;
    let job = site.job(1, "A").await;
    site.fail(job).await;
    site.round().await;
    let call = &receiver.calls("/hook")[0];
    let header = |name: &str| call.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("webhook-timestamp"), (NOW.as_micros() / 1_000_000).to_string());
    assert!(header("webhook-signature").starts_with("v1,") && !call.body.to_string().contains(KEY));
    assert_eq!(call.body["type"], "alert.firing");
}

/// A message whose attempt began and did not end, as the process ended, is told again, and says so.
#[tokio::test]
async fn what_may_have_arrived_is_told_again_and_says_so() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let job = site.job(1, "A").await;
    site.fail(job).await;
    site.alerts.evaluate().await.unwrap();
    let due = site.db.due_alert_deliveries(site.clock.now()).await.unwrap().remove(0);
    let held = site.clock.now() + std::time::Duration::from_secs(60);
    assert!(site.db.begin_alert_delivery(due.clone(), held).await.unwrap().is_some());
    assert!(site.db.begin_alert_delivery(due, held).await.unwrap().is_none(), "somebody else has begun it");
    site.round().await;
    assert!(receiver.calls("/slack").is_empty());
    site.passes(60);
    site.round().await;
    let said = receiver.calls("/slack")[0].body.to_string();
    assert!(said.contains("You may have received this message already."), "{said}");
}

/// A check of that number, and that it is down.
async fn goes_down(site: &Site, n: u128) {
    let now = site.clock.now();
    let check = StoredCheck {
        id: Uuid::from_u128(n),
        key: Uuid::from_u128(n + 10_000),
        slug: format!("check-{n}"),
        spec: "{}".into(),
        facts: "{}".into(),
        state: CheckState::Up,
        since: now,
        look_at: None,
        pings: 0,
        created_by: "ana".into(),
        created_at: now,
        updated_at: now,
    };
    assert!(site.db.create_check(check).await.unwrap());
    let down = CheckChange {
        spec: None,
        facts: "{}".into(),
        state: CheckState::Down,
        since: now,
        look_at: None,
        why: "null".into(),
        ping: None,
    };
    let changed = site.db.change_check(CheckName::Id(Uuid::from_u128(n)), now, move |_| Some(down)).await.unwrap();
    assert!(changed.is_some());
}

/// How long after each of `count` events, at all times within a round, their messages were received. Rounds are those of the
/// program: what happens is looked at each second, what is measured each fourth time, and channels are told each half; each begins
/// so long after the end of the one before. What is done takes the time that it takes; between, the clock is moved.
async fn delays(site: &Site, receiver: &Receiver, count: u128, event: impl AsyncFn(u128)) -> Vec<Duration> {
    let (second, half) = (Duration::from_secs(1), Duration::from_millis(500));
    let (mut rounds, mut delays) = (0_u64, Vec::new());
    for n in 0..count {
        // Past the time for which a rule keeps quiet, at another moment of a round each time.
        let happens = site.clock.now() + second * 400;
        let phase = |step: u64, of: u64| happens - second * 8 + Duration::from_millis(n as u64 * step % of);
        let (mut look_at, mut tell_at) = (phase(137, 1_000), phase(79, 500));
        rounds += n as u64;
        let mut has_happened = false;
        loop {
            let next = look_at.min(tell_at).min(if has_happened { look_at } else { happens });
            site.clock.advance(next.since(site.clock.now()));
            let began = std::time::Instant::now();
            if !has_happened && next == happens {
                event(n).await;
                has_happened = true;
                continue;
            }
            if next == look_at {
                match rounds.is_multiple_of(4) {
                    true => site.alerts.evaluate().await.unwrap(),
                    false => site.alerts.evaluate_events().await.unwrap(),
                }
                rounds += 1;
                site.clock.advance(began.elapsed());
                look_at = site.clock.now() + second;
            } else {
                let before = receiver.calls("/hook").len();
                site.deliver().await;
                site.clock.advance(began.elapsed());
                tell_at = site.clock.now() + half;
                if receiver.calls("/hook").len() > before {
                    delays.push(site.clock.now().since(happens));
                    break;
                }
            }
            assert!(site.clock.now().since(happens) < second * 60, "event {n} was never told");
        }
    }
    delays.sort();
    delays
}

#[tokio::test]
async fn what_happens_is_received_within_two_seconds_and_what_is_measured_within_five() {
    let p99 = |delays: &[Duration]| delays[delays.len() * 99 / 100];
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("hook", ChannelKind::Webhook, &receiver.url("/hook"), None).await;
    let project = site.project().await;
    let new_issues = delays(&site, &receiver, 60, async |_| site.issues(project, 1).await).await;
    println!("new issue to message: p50 {:?}, p99 {:?}", new_issues[30], p99(&new_issues));
    assert!(p99(&new_issues) < Duration::from_secs(2), "{new_issues:?}");
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("hook", ChannelKind::Webhook, &receiver.url("/hook"), None).await;
    let measured = delays(&site, &receiver, 60, async |n| goes_down(&site, n + 1).await).await;
    println!("measured limit to message: p50 {:?}, p99 {:?}", measured[30], p99(&measured));
    assert!(p99(&measured) < Duration::from_secs(5), "{measured:?}");
}

/// Work that is planned keeps quiet what it is about, and nothing else; what goes on afterwards is told then.
#[tokio::test]
async fn planned_work_keeps_quiet_what_it_is_about() {
    let site = Site::new(Reach::Network).await;
    let receiver = Receiver::start().await;
    site.channel("slack", ChannelKind::Slack, &receiver.url("/slack"), None).await;
    let spec = checks::Maintenance {
        name: "Debian 14".into(),
        when: checks::MaintenanceTime::Once { from: NOW, until: NOW + Duration::from_secs(600) },
        rules: vec![],
        checks: vec![Uuid::from_u128(1)],
    };
    let spec = serde_json::to_string(&spec).unwrap();
    let (id, ends_at) = (Uuid::from_u128(9), Some(NOW + Duration::from_secs(600)));
    let work = StoredMaintenance { id, spec, ends_at, created_by: "ana".into(), created_at: NOW };
    assert!(site.db.create_maintenance(work).await.unwrap());
    goes_down(&site, 1).await;
    goes_down(&site, 2).await;
    site.round().await;
    assert_eq!(receiver.texts("/slack"), ["🔴 Check down: check-2"]);
    assert_eq!(open(&site).await.len(), 2, "it is known all the same");
    site.passes(601);
    site.round().await;
    assert_eq!(receiver.texts("/slack")[1..], ["🔴 Check down: check-1"]);
}
