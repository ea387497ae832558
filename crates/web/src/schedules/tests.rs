//! Schedules over the API and on the pages, and the runs that come of them.

use super::{log_reader, prepare::timetable};
use crate::testing::{Site, send};
use axum::http::StatusCode;
use jobs::{Ended, Handler as _, Intent, MemoryLog, Place, Schedules};
use model::{JobState, Timestamp};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::{ClaimedItem, ItemFilter, Role, RunState};
use tasks::LogQueryHandler;
use tokio::sync::watch;

fn weekly(spec: &Value) -> Value {
    json!({"name": "Lettre", "kind": "mail", "when": "0 8 * * MON", "zone": "Europe/Paris", "spec": spec})
}

fn noop(name: &str) -> Value {
    json!({"name": name, "kind": "noop", "when": "every 1 min", "spec": {}})
}

/// Looks after the schedules of a site as the server does.
async fn keeping(site: &Site) -> Schedules {
    let worker = site.app.db.register_worker("one".into(), 1, Duration::from_secs(3_600), site.app.clock.now()).await;
    let place = Place {
        db: site.app.db.clone(),
        clock: site.app.clock.clone(),
        name: "here".to_owned(),
        worker: Some(watch::channel(worker.unwrap()).1),
    };
    Schedules::start(&place, [timetable(site.app.clone())])
}

/// Until the last run of a schedule, due at `since` or later, stands so.
async fn until(site: &Site, (name, since): (&str, Timestamp), state: RunState) -> store::ScheduleRun {
    let begun = Instant::now();
    loop {
        let schedule = site.app.db.job_schedule_named(name).await.unwrap().unwrap();
        let runs = site.app.db.runs_of_schedule(schedule.id, None, 1).await.unwrap();
        if let Some(run) = runs.into_iter().find(|run| run.state == state && run.due >= since) {
            return run;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no run of {name} is {state:?}");
        site.clock.advance(Duration::from_millis(50));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_schedule_is_made_changed_paused_run_and_removed() {
    let site = Site::new().await;
    let made = site.post("/api/v1/schedules", noop("Test")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["said"], &made["state"], &made["missed"]),
        (&json!("Every minute"), &json!("active"), &json!("once"))
    );
    assert_eq!(site.post("/api/v1/schedules", noop("Test")).await.status, StatusCode::CONFLICT);
    for (field, value, said) in [
        ("when", json!("0 8 * *"), "“When” has five fields"),
        ("when", json!("2020-01-01 08:00"), "it would never run"),
        ("zone", json!("Europe/Pariss"), "time zone"),
        ("days_off", json!(["someday"]), "“someday” is not a day off"),
        ("kind", json!("external"), "there is no kind"),
        ("name", json!(" "), "a name must have"),
        ("spec", json!({"wait": 1}), "spec:"),
    ] {
        let mut new = noop("Other");
        new[field] = value;
        let refused = site.post("/api/v1/schedules", new).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(refused.text.contains(said), "{field}: {}", refused.text);
    }
    let mut other = noop("Test");
    other["when"] = json!("@daily");
    assert_eq!(site.put("/api/v1/schedules/Test", other).await.json()["said"], "Every day at 00:00");
    assert_eq!(site.post("/api/v1/schedules/Test/pause", json!({})).await.json()["next_at"], Value::Null);
    assert_eq!(site.post("/api/v1/schedules/Test/resume", json!({})).await.json()["state"], "active");
    assert_eq!(site.post("/api/v1/schedules/Test/run", json!({})).await.json()["state"], "waiting");
    let runs = site.get("/api/v1/schedules/Test/runs").await.json();
    assert_eq!((runs["rows"].as_array().unwrap().len(), &runs["rows"][0]["by_hand"]), (1, &json!(true)));
    let removed = send(&site.inside, "DELETE", "/api/v1/schedules/Test", &[], "").await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(site.get("/api/v1/schedules/Test").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_preview_says_when_and_in_which_language() {
    let site = Site::new().await;
    let path = "/api/v1/schedules/preview?when=30%202%20*%20*%20*&zone=Europe%2FParis";
    let preview = site.get(path).await.json();
    assert_eq!((&preview["said"], preview["next"].as_array().unwrap().len()), (&json!("Every day at 02:30"), 10));
    let french = send(&site.inside, "GET", path, &[("accept-language", "fr")], "").await.json();
    assert_eq!(french["said"], "Tous les jours à 02:30");
}

/// It used to run at the second of its making; those that do so still do.
#[tokio::test]
async fn every_day_is_a_time_of_the_clock_for_a_schedule_that_is_new() {
    let site = Site::new().await;
    let daily = |name: &str| json!({"name": name, "kind": "noop", "when": "tous les jours", "spec": {}});
    let made = site.post("/api/v1/schedules", daily("New")).await.json();
    assert_eq!((&made["when"], &made["said"]), (&json!("0 0 * * *"), &json!("Every day at 00:00")), "{made}");
    assert_eq!(site.put("/api/v1/schedules/New", daily("New")).await.json()["when"], "0 0 * * *");
    let preview = site.get("/api/v1/schedules/preview?when=every%20hour&zone=UTC").await.json();
    assert_eq!(preview["next"][0], "2025-01-10T15:00:00.000000Z");
    let made = site.app.db.job_schedule_named("New").await.unwrap().unwrap();
    let plan = store::SchedulePlan { expression: "tous les jours".to_owned(), ..made.plan };
    let next = Some(store::NextDue { due: site.app.clock.now(), begins: site.app.clock.now() });
    let (id, kind, spec) = (uuid::Uuid::from_u128(5), made.kind, made.spec);
    let (authority, created_by, name) = (made.authority, made.created_by, "Old".to_owned());
    let old = store::NewJobSchedule { id, name, kind, plan, spec, authority, created_by, next };
    site.app.db.create_job_schedule(old, site.app.clock.now()).await.unwrap();
    let kept = site.put("/api/v1/schedules/Old", daily("Old")).await.json();
    assert_eq!((&kept["when"], &kept["said"]), (&json!("tous les jours"), &json!("Every day")), "{kept}");
}

#[tokio::test]
async fn what_acts_as_the_server_is_for_administrators() {
    let site = Site::new().await;
    let operator = site.person("olga", Role::Operator).await;
    let command = [("name", "x"), ("kind", "command"), ("repeat", "daily"), ("time", "02:30"), ("command", "true")];
    let refused = site.act(&operator, "/schedules", &command).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let admin = site.person("ana", Role::Admin).await;
    let made = site.act(&admin, "/schedules", &command).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    for step in ["/run", "/resume", "/remove", ""] {
        let refused = site.act(&operator, &format!("{page}{step}"), &command).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{step}");
    }
    let seen = site.look(&operator, &page).await.text;
    assert!(seen.contains("Every day at 02:30") && seen.contains("***") && !seen.contains("<code>true"), "{seen}");
    assert!(site.look(&admin, &page).await.text.contains("<code>true</code>"));
}

#[tokio::test]
async fn the_form_shows_the_next_runs_and_what_is_wrong() {
    let site = Site::new().await;
    let admin = site.person("ana", Role::Admin).await;
    assert!(site.look(&admin, "/schedules").await.text.contains("No schedules yet"));
    let form = site.look(&admin, "/schedules/new").await.text;
    assert!(form.contains("Every Monday at 08:00") && form.contains("you have none"), "{form}");
    let typed =
        [("name", "N"), ("kind", "http"), ("repeat", "expression"), ("when", "0 8 * *"), ("url", "https://x.fr")];
    let refused = site.act(&admin, "/schedules", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("fault-when") && refused.text.contains("has five fields"));
    let typed = [("name", "N"), ("kind", "http"), ("repeat", "expression"), ("when", "@daily"), ("url", "ftp://x")];
    let refused = site.act(&admin, "/schedules", &typed).await;
    assert!(refused.text.contains("fault-spec"), "{}", refused.text);
    let shown = site.act(&admin, "/schedules/preview", &typed).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("Every day at 00:00") && site.app.db.job_schedules().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_that_is_due_becomes_a_job_of_the_schedule() {
    let site = Site::new().await;
    site.post("/api/v1/schedules", noop("Test")).await;
    let _keeping = keeping(&site).await;
    site.clock.advance(Duration::from_secs(60));
    let run = until(&site, ("Test", Timestamp::EPOCH), RunState::Started).await;
    let job = site.app.db.job(run.job.unwrap()).await.unwrap().unwrap();
    assert_eq!((job.name.as_str(), job.task_type.as_str(), job.state), ("Test", "schedule", JobState::Pending));
    let list = site.get("/api/v1/schedules").await.json();
    assert_eq!(list["rows"][0]["last_run"]["state"], "started", "{list}");
}

#[tokio::test]
async fn a_mailing_file_and_its_list_are_read_anew_at_each_run() {
    let site = Site::new().await;
    let account = json!({"url": "smtp://news@mail.example.org:587", "secret": "x"});
    assert!(site.put("/api/v1/accounts/news", account).await.status.is_success());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.toml");
    std::fs::write(
        &file,
        "recipients = \"clients.csv\"\nsubject = \"News\"\ntext = \"letter.txt\"\nto = \"{{ email }}\"\nfrom = \"news@example.org\"\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("letter.txt"), "Hello {{ name }}").unwrap();
    std::fs::write(folder.path().join("clients.csv"), "email,name\na@example.org,A\n").unwrap();
    let made = site.post("/api/v1/schedules", weekly(&json!({"file": file, "account": "news"}))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let _keeping = keeping(&site).await;
    let first = monday_after(&site).await;
    let job = site.app.db.job(first.job.unwrap()).await.unwrap().unwrap();
    assert_eq!(job.counters.total, 1);
    let local = first.due.in_zone(&jiff::tz::TimeZone::get("Europe/Paris").unwrap());
    assert_eq!(job.name, format!("Lettre {}", local.strftime("%Y-%m-%d %H:%M")));
    site.app.db.cancel_job(job.id, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    std::fs::write(folder.path().join("clients.csv"), "email,name\na@example.org,A\nb@example.org,B\n").unwrap();
    let second = monday_after(&site).await;
    assert_eq!(site.app.db.job(second.job.unwrap()).await.unwrap().unwrap().counters.total, 2);
    site.app.db.cancel_job(second.job.unwrap(), store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    std::fs::remove_file(folder.path().join("clients.csv")).unwrap();
    let due = advance_to_next(&site).await;
    let failed = until(&site, ("Lettre", due), RunState::Failed).await;
    assert!(failed.detail.contains("clients.csv") && failed.detail.contains("aucune liste"), "{}", failed.detail);
    let refused = site.post("/api/v1/schedules", weekly(&json!({"file": "letter.toml", "account": "news"}))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// When that is due.
async fn advance_to_next(site: &Site) -> Timestamp {
    let next = site.app.db.job_schedule_named("Lettre").await.unwrap().unwrap().next.unwrap();
    let now: Timestamp = site.app.clock.now();
    site.clock.advance(next.begins.since(now));
    next.due
}

async fn monday_after(site: &Site) -> store::ScheduleRun {
    let due = advance_to_next(site).await;
    let run = until(site, ("Lettre", due), RunState::Started).await;
    assert_eq!(run.due.in_zone(&jiff::tz::TimeZone::get("Europe/Paris").unwrap()).hour(), 8);
    run
}

/// Lines of logs, so many seconds before now.
async fn logged(site: &Site, lines: &[(u64, &str, &str)]) {
    let now: Timestamp = site.app.clock.now();
    let line = |(before, level, message): &(u64, &str, &str)| {
        let time = (now - Duration::from_secs(*before)).to_string();
        json!({"time": time, "level": level, "message": message, "app": "shop", "source": "shop.log"}).to_string()
    };
    let body = lines.iter().map(line).collect::<Vec<_>>().join("\n");
    let taken = send(&site.inside, "POST", "/api/v1/logs", &[("content-type", "application/x-ndjson")], body).await;
    assert!(taken.status.is_success(), "{}", taken.text);
}

/// Does what the engine does with the run of a search: how it ended, what it said, and how many mails there are to be sent.
async fn searched(site: &Site, run: &store::ScheduleRun) -> (Ended, Vec<String>) {
    let job = site.app.db.job(run.job.unwrap()).await.unwrap().unwrap();
    let page = site.app.db.items(job.id, &ItemFilter { limit: 1, ..ItemFilter::default() }).await.unwrap();
    let item = page.rows.into_iter().next().unwrap();
    let (seq, message_no, label, payload) = (item.seq, item.message_no, item.label, item.payload);
    let claimed = ClaimedItem { seq, message_no, attempt: 1, label, effect: None, payload };
    let said = MemoryLog::default();
    let handler = LogQueryHandler::new(site.app.clock.clone(), said.run_log(), log_reader(site.app.clone()));
    let open = handler.open(&job).await.unwrap_or_else(|stop| panic!("{stop:?}"));
    let attempted = open.slot().attempt(vec![claimed], &Intent::free()).await.remove(0);
    (attempted.ended, said.lines(job.id).into_iter().map(|line| line.message).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_of_the_logs_comes_again_and_is_mailed_once_where_it_finds_enough() {
    let site = Site::with_account().await;
    let spec = |more: Value| {
        let mut spec = json!({"query": "timeout level:error", "application": "shop", "within_seconds": 3_600, "lines": 2,
            "to": ["ana@exemple.fr", "luc@exemple.fr"], "from": "vigie@exemple.fr", "language": "fr"});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "Délais", "kind": "log_query", "when": "every 10 min", "spec": spec})
    };
    for (wrong, said) in [
        (json!({"query": "level:error | stats count()"}), "takes no steps"),
        (json!({"query": "\"open"}), "query:"),
        (json!({"to": ["nobody"]}), "nobody"),
        (json!({"account": "other"}), "other"),
        (json!({"to": [], "above": 3}), "add an address"),
    ] {
        let refused = site.post("/api/v1/schedules", spec(wrong.clone())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.text.contains(said), "{wrong}: {}", refused.text);
    }
    let made = site.post("/api/v1/schedules", spec(json!({"above": 2}))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    logged(
        &site,
        &[
            (30, "error", "timeout <b>one</b>"),
            (20, "info", "timeout that is none"),
            (10, "error", "timeout two"),
            (7_200, "error", "timeout of before"),
        ],
    )
    .await;
    let _keeping = keeping(&site).await;
    let due = |site: &Site| {
        let now: Timestamp = site.app.clock.now();
        site.clock.advance(Duration::from_secs(600));
        now
    };
    let since = due(&site);
    let run = until(&site, ("Délais", since), RunState::Started).await;
    let (ended, said) = searched(&site, &run).await;
    assert!(matches!(ended, Ended::Succeeded), "{ended:?}");
    assert!(said[0].starts_with("2 lines found") && said[2].ends_with("timeout two"), "{said:?}");
    assert!(said[3].starts_with("nothing is sent"), "{said:?}");
    site.app.db.cancel_job(run.job.unwrap(), store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();

    logged(&site, &[(1, "error", "timeout three")]).await;
    let since = due(&site);
    let run = until(&site, ("Délais", since), RunState::Started).await;
    let job = run.job.unwrap();
    for _ in 0..2 {
        let (ended, said) = searched(&site, &run).await;
        assert!(matches!(ended, Ended::Succeeded) && said[3] == "sent to 2 addresses", "{said:?}");
    }
    let all = site.app.db.jobs(&store::JobFilter { limit: 50, ..store::JobFilter::default() }).await.unwrap().rows;
    let letters: Vec<_> = all.iter().filter(|one| one.kind == model::JobKind::Report).collect();
    assert_eq!(letters.len(), 1, "asked twice, it is sent once");
    assert_eq!((letters[0].counters.total, letters[0].task_id.as_str()), (2, job.to_string().as_str()));
    assert!(letters[0].name.replace('\u{a0}', " ").contains("Délais : 3 lignes trouvées"), "{}", letters[0].name);
    let page = site.app.db.items(letters[0].id, &ItemFilter { limit: 1, ..ItemFilter::default() }).await.unwrap();
    let letter = &page.rows[0].payload;
    assert!(letter.contains("timeout three") && !letter.contains("timeout of before"), "{letter}");
}

#[tokio::test]
async fn the_form_of_a_search_keeps_what_is_typed_and_says_what_is_wrong() {
    let site = Site::with_account().await;
    let operator = site.person("olga", Role::Operator).await;
    let form = site.look(&operator, "/schedules/new?kind=log_query&q=level%3Aerror&since=1h").await.text;
    assert!(form.contains("value=\"level:error\"") && form.contains("value=\"3600\" selected"), "{form}");
    let typed = |changed: &[(&'static str, &'static str)]| {
        let usual = [
            ("name", "Erreurs"),
            ("kind", "log_query"),
            ("repeat", "daily"),
            ("time", "07:00"),
            ("query", "level:error"),
            ("application", "shop"),
            ("within", "3600"),
            ("lines", "20"),
            ("to", "ana@exemple.fr"),
            ("account", "compta"),
            ("from", "vigie@exemple.fr"),
            ("language", "en"),
            ("above", ""),
            ("below", "1"),
        ];
        usual.map(|(name, value)| changed.iter().find(|one| one.0 == name).copied().unwrap_or((name, value)))
    };
    for (changed, fault) in [
        ([("query", "")], "fault-query"),
        ([("lines", "x")], "fault-lines"),
        ([("below", "few")], "fault-below"),
        ([("to", "")], "fault-above"),
        ([("query", "a | stats count()")], "fault-query"),
    ] {
        let refused = site.act(&operator, "/schedules", &typed(&changed)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(refused.text.contains(fault), "{changed:?}: {}", refused.text);
    }
    let made = site.act(&operator, "/schedules", &typed(&[])).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let page = made.header("location").split('?').next().unwrap().to_owned();
    let shown = site.look(&operator, &page).await.text;
    for text in ["level:error app:shop", "ana@exemple.fr (fewer than 1 line)", "/explore?q=level"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let kept = site.app.db.job_schedules().await.unwrap().remove(0).spec;
    let edited = site.look(&operator, &format!("{page}/edit")).await.text;
    assert!(edited.contains("name=\"below\" value=\"1\""), "{edited}");
    assert_eq!(site.act(&operator, &page, &typed(&[])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.app.db.job_schedules().await.unwrap().remove(0).spec, kept);
}
