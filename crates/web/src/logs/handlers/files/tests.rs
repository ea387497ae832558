//! Log files by their pages, as people, scripts and attackers ask for them.

use crate::testing::{Answer, Person, Site, send};
use axum::http::StatusCode;
use serde_json::json;
use std::{
    fs,
    os::unix::fs::symlink,
    time::{Duration, SystemTime},
};
use store::{Role, Scope};

async fn site() -> (Site, Person) {
    let site = Site::new().await;
    let logs = site.app.data.join("logs");
    fs::create_dir_all(logs.join("jobs")).unwrap();
    let lines: String = (1..=250).map(|n| format!("[AUTO-SYNC] [INFO] 2025-10-10 14:23:01 - ligne {n}\n")).collect();
    fs::write(logs.join("auto_sync.log"), lines).unwrap();
    fs::write(logs.join("errors.log"), "[AUTO-SYNC] [ERROR] Erreur: Connection timeout\nfin\n").unwrap();
    fs::write(logs.join("jobs/run.jsonl"), "{\"level\":\"error\"}\n").unwrap();
    // Which were written last is part of what is shown: no clock of a file system, whose ticks are coarse, decides it.
    for (name, minutes) in [("auto_sync.log", 1), ("errors.log", 2), ("jobs/run.jsonl", 3)] {
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_736_500_000 - minutes * 60);
        fs::File::options().append(true).open(logs.join(name)).unwrap().set_modified(written).unwrap();
    }
    fs::write(site.app.data.join("secret.key"), "TOP-SECRET").unwrap();
    let admin = site.person("admin", Role::Admin).await;
    (site, admin)
}

/// The addresses of the older installation, as its documents write them, and as people type them.
#[tokio::test]
async fn the_known_addresses_answer_with_and_without_the_slash() {
    let (site, admin) = site().await;
    fs::write(site.app.data.join("logs/sync_jobs.log"), "fin\n").unwrap();
    let mut answers = String::new();
    for address in [
        "/logs/",
        "/logs/auto-sync/",
        "/logs/view/auto_sync.log/?lines=100&tail=true",
        "/logs/download/auto_sync.log/",
        "/logs/search/?query=error&files=auto_sync.log,errors.log",
        "/core/sse-progress/7f3b0c52-0000-4000-8000-000000000001/",
        "/logs/auto-sync",
        "/logs/view/auto_sync.log?lines=100&tail=true",
        "/logs/download/auto_sync.log",
        "/logs/search?query=error&files=auto_sync.log,errors.log",
        "/core/sse-progress/7f3b0c52-0000-4000-8000-000000000001",
    ] {
        let answer = site.look(&admin, address).await;
        answers += &format!("GET  {address} {} {}\n", answer.status.as_u16(), answer.header("content-type"));
    }
    for (file, address) in [("auto_sync.log", "/logs/clear/auto_sync.log/"), ("errors.log", "/logs/clear/errors.log")] {
        let answer = site.act(&admin, address, &[]).await;
        let left = fs::read_to_string(site.app.data.join("logs").join(file)).unwrap();
        answers += &format!("POST {address} {} {} bytes left\n", answer.status.as_u16(), left.len());
    }
    insta::assert_snapshot!("known_addresses", answers);
}

#[tokio::test]
async fn files_are_listed_read_and_downloaded_at_the_known_addresses() {
    let (site, admin) = site().await;
    let list = site.look(&admin, "/logs/").await;
    assert_eq!(list.status, StatusCode::OK);
    for text in
        ["auto_sync.log", "errors.log", "jobs:run.jsonl", "/logs/view/auto%5Fsync%2Elog/?lines=100&amp;tail=true"]
    {
        assert!(list.text.contains(text), "{text}: {}", list.text);
    }
    let folder = fs::canonicalize(site.app.data.join("logs")).unwrap().display().to_string();
    assert!(list.text.contains(&format!("<bdi>{folder}</bdi></span>")), "where it lies: {}", list.text);
    assert!(list.text.contains(&format!("<bdi>{folder}/jobs</bdi></span>")), "no job is named so: {}", list.text);
    let job = "0192f3a1-0000-7000-8000-000000000001";
    fs::write(site.app.data.join(format!("logs/jobs/{job}.jsonl")), "{}\n").unwrap();
    let list = site.look(&admin, "/logs/").await;
    assert!(list.text.contains(&format!("<a href=\"/jobs/{job}\">View job</a>")), "{}", list.text);
    assert_eq!(site.look(&admin, "/logs").await.header("location"), "/logs/");
    let view = site.look(&admin, "/logs/view/auto_sync.log/?lines=100&tail=true").await;
    assert!(view.text.contains("ligne 250<") && view.text.contains("ligne 151<") && !view.text.contains("ligne 150<"));
    assert!(view.text.contains("class=\"info\""));
    let head = site.look(&admin, "/logs/view/auto_sync.log/?lines=10&tail=false").await;
    assert!(head.text.contains("ligne 10<") && !head.text.contains("ligne 11<"));
    let download = site.look(&admin, "/logs/download/errors.log/").await;
    assert_eq!(download.text, "[AUTO-SYNC] [ERROR] Erreur: Connection timeout\nfin\n");
    assert_eq!(download.header("content-length"), "51");
    assert!(download.header("content-disposition").starts_with("attachment; filename*=UTF-8''errors"));
    let last = site.look(&admin, "/logs/auto-sync/").await;
    assert!(last.text.contains("ligne 250<") && last.text.contains("Connection timeout"), "{}", last.text);
    assert!(last.text.contains(job) && !last.text.contains("jobs:run.jsonl"), "the last three: {}", last.text);
    assert_eq!(site.look(&admin, "/logs/view/nothing.log/").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn programs_are_answered_in_json() {
    let (site, admin) = site().await;
    let token = format!("Bearer {}", site.token(Scope::Read).await);
    let get = async |path: &str| send(&site.router, "GET", path, &[("authorization", &token)], "").await;
    let list = get("/logs/").await.json();
    assert_eq!(list["files"].as_array().unwrap().len(), 3);
    let view = get("/logs/view/auto_sync.log/?lines=2&tail=true").await.json();
    assert_eq!(view["lines"][1], "[AUTO-SYNC] [INFO] 2025-10-10 14:23:01 - ligne 250");
    let end = view["end"].as_u64().unwrap();
    assert_eq!((view["size"].as_u64(), view["lines"].as_array().unwrap().len()), (Some(end), 2));
    let more = get(&format!("/logs/view/auto_sync.log/?offset={end}")).await.json();
    assert_eq!((more["lines"].clone(), more["end"].as_u64()), (json!([]), Some(end)));
    let found = get("/logs/search/?query=error&files=auto_sync.log,errors.log,gone.log").await.json();
    assert_eq!((found["hits"].as_array().unwrap().len(), &found["unknown"]), (1, &json!(["gone.log"])), "{found}");
    assert_eq!((&found["hits"][0]["file"], &found["hits"][0]["line"]), (&json!("errors.log"), &json!(1)));
    let all = get("/logs/search/?query=ERROR").await.json();
    assert_eq!(all["hits"].as_array().unwrap().len(), 2, "{all}");
    let last = get("/logs/auto-sync/").await.json();
    assert_eq!(last["errors.log"][1], "fin");
    let by_accept = [("cookie", admin.cookie.as_str()), ("accept", "application/json")];
    let list = send(&site.router, "GET", "/logs/", &by_accept, "").await;
    assert!(list.json()["files"].is_array());
    assert_eq!(get("/logs/view/nothing.log/").await.json()["status"], 404);
    assert_eq!(
        send(&site.router, "POST", "/logs/clear/errors.log/", &[("authorization", &token)], "").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn only_an_admin_clears_and_what_was_there_is_kept() {
    let (site, admin) = site().await;
    let bob = site.person("bob", Role::Operator).await;
    let path = "/logs/clear/errors.log/";
    assert_eq!(site.act(&bob, path, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.form(path, &[("cookie", &admin.cookie)], &[]).await.status,
        StatusCode::FORBIDDEN,
        "without its form token"
    );
    assert!(!site.look(&bob, "/logs/").await.text.contains("/logs/clear/"));
    let ask = site.look(&admin, path).await;
    assert!(
        ask.text.contains("Clear errors.log?")
            && fs::metadata(site.app.data.join("logs/errors.log")).unwrap().len() > 0
    );
    let cleared = site.act(&admin, path, &[]).await;
    assert_eq!(cleared.status, StatusCode::SEE_OTHER);
    assert_eq!(fs::metadata(site.app.data.join("logs/errors.log")).unwrap().len(), 0);
    let list = site.look(&admin, cleared.header("location")).await;
    assert!(list.text.contains("errors.log cleared. A copy of its content was kept."), "{}", list.text);
    let unsealed = cleared.header("location").split("&seal").next().unwrap();
    assert!(!site.look(&admin, unsealed).await.text.contains("errors.log is cleared"), "anybody can write that");
    let kept = "errors.log.cleared-20250110T143215000000Z.gz";
    let view = site.look(&admin, &format!("/logs/view/{kept}/")).await;
    assert!(view.text.contains("Connection timeout"), "it can be read as it was");
    let script = "src=\"/static/files.js\"";
    assert!(view.text.contains(script), "its end is in sight, as that of a plain file");
    let beginning = site.look(&admin, &format!("/logs/view/{kept}/?tail=false")).await;
    assert!(!beginning.text.contains(script), "and its beginning where that is asked for");
    let again = site.act(&admin, &format!("/logs/clear/{kept}/"), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let token = format!("Bearer {}", site.token(Scope::Admin).await);
    let answer =
        send(&site.router, "POST", "/logs/clear/auto_sync.log/", &[("authorization", &token)], "").await.json();
    assert_eq!((&answer["cleared"], answer["kept"].is_string()), (&json!("auto_sync.log"), true));
    let events = site.app.db.audit(None, 10).await.unwrap().rows;
    assert_eq!(events.iter().filter(|event| event.action == "POST /logs/clear/{name}/").count(), 2);
    assert_eq!(events[1].detail, kept);
}

/// Every form of leaving the folders that is known to have worked somewhere, one a line; and a few that are long.
fn forms() -> Vec<String> {
    let mut forms: Vec<String> = include_str!("traversal.txt").lines().map(str::to_owned).collect();
    forms.push("..%2f".repeat(40) + "etc%2fpasswd");
    forms.push("a".repeat(4_000));
    forms.push("%2e%2e%2f".repeat(400));
    forms
}

#[tokio::test]
async fn no_form_of_path_leads_out_of_the_folders() {
    let (site, admin) = site().await;
    let logs = site.app.data.join("logs");
    symlink("../secret.key", logs.join("escape.log")).unwrap();
    symlink("..", logs.join("up")).unwrap();
    symlink("/dev/zero", logs.join("zero.log")).unwrap();
    fs::write(logs.join(".hidden"), "TOP-SECRET").unwrap();
    let token = format!("Bearer {}", site.token(Scope::Admin).await);
    let is_refused = |answer: &Answer, what: &str| {
        assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
        assert!(!answer.text.contains("TOP-SECRET") && !answer.text.contains("root:x:"), "{what}");
    };
    let forms = forms();
    assert!(forms.len() >= 50);
    for form in &forms {
        for (method, place) in
            [("GET", "view"), ("GET", "download"), ("GET", "follow"), ("GET", "clear"), ("POST", "clear")]
        {
            let path = format!("/logs/{place}/{form}/");
            let Ok(_) = path.parse::<axum::http::Uri>() else { continue };
            let answer = send(&site.router, method, &path, &[("authorization", &token)], "").await;
            is_refused(&answer, &format!("{method} {path}"));
        }
        let found = send(
            &site.router,
            "GET",
            &format!("/logs/search/?query=SECRET&files={form}"),
            &[("authorization", &token)],
            "",
        )
        .await;
        assert_eq!(found.json()["hits"], json!([]), "{form}: {}", found.text);
        let notice = site.look(&admin, &format!("/logs/?cleared={form}&kept={form}")).await;
        assert!(notice.status.is_success() && !notice.text.contains("TOP-SECRET"), "{form}");
    }
    assert_eq!(fs::read(site.app.data.join("secret.key")).unwrap(), b"TOP-SECRET");
    assert_eq!(
        site.look(&admin, "/logs/view/auto_sync.log/").await.status,
        StatusCode::OK,
        "and what is listed is shown"
    );
}

#[tokio::test]
async fn hostile_names_and_lines_do_no_harm() {
    let (site, admin) = site().await;
    let logs = site.app.data.join("logs");
    fs::write(logs.join("<img src=x>\u{202e}.log"), "<script>alert(1)</script>\u{1b}[31m\u{202e}\0").unwrap();
    let list = site.look(&admin, "/logs/").await;
    assert!(
        !list.text.contains("<img src=x>")
            && !list.text.contains('\u{202e}')
            && list.text.contains("&lt;img src=x&gt;")
    );
    let view = site.look(&admin, "/logs/view/%3Cimg%20src%3Dx%3E%E2%80%AE.log/").await;
    assert_eq!(view.status, StatusCode::OK);
    assert!(view.text.contains("&lt;script&gt;") && !view.text.contains('\u{1b}'), "{}", view.text);
    let search = site.look(&admin, "/logs/search/?query=alert").await;
    // The value of a box is not shown, and is the name to the letter.
    let shown = search.text.replace("value=\"&#60;img src=x&#62;\u{202e}.log\"", "");
    assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script>alert") && !shown.contains('\u{202e}'));
    for (query, is_told) in [
        ("%22%7C+stats%22&language=1", false),
        ("x+%7C+stats+count()", false),
        ("x+%7C+stats+count()&language=1", true),
    ] {
        let page = site.look(&admin, &format!("/logs/search/?query={query}")).await;
        assert_eq!(page.text.contains("Steps after “|” are ignored"), is_told, "{query}: {}", page.text);
    }
    let wrong = site.look(&admin, "/logs/search/?query=%28&language=1").await;
    assert!(wrong.text.contains("<mark>("), "{}", wrong.text);
}

#[tokio::test]
async fn a_format_that_nothing_recognises_is_described_tried_and_kept() {
    let (site, admin) = site().await;
    let lines = "2026-11-20 10:00:00 <WARN> anna refused\n2026-11-20 10:00:01 <INFO> bob sent\n";
    fs::write(site.app.data.join("logs/shop.log"), lines).unwrap();
    let page = site.look(&admin, "/logs/format/shop.log").await;
    assert!(page.text.contains("%{time} &#60;%{level}&#62; %{message}"), "{}", page.text);
    let page = site.look(&admin, "/logs/format/shop.log?pattern=%25%7Bwhen%7D").await;
    assert!(page.text.contains("“when” is not a known element"), "{}", page.text);
    let pattern = "%{time} <%{level}> %{word:user} %{message}";
    for (name, pattern, status) in [
        ("a b", pattern, StatusCode::UNPROCESSABLE_ENTITY),
        ("shop", "#%{message}", StatusCode::UNPROCESSABLE_ENTITY),
        ("full", pattern, StatusCode::CONFLICT),
        ("shop", pattern, StatusCode::SEE_OTHER),
        ("shop", pattern, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = site.act(&admin, "/logs/format/shop.log", &[("name", name), ("pattern", pattern)]).await;
        assert_eq!(answer.status, status, "{name} {pattern}: {}", answer.text);
    }
    let path = fs::canonicalize(site.app.data.join("logs/shop.log")).unwrap().display().to_string();
    let names: Vec<_> = site.app.logs.formats_of(&path).iter().map(|format| format.name()).collect();
    assert_eq!(names, ["shop"]);
    assert!(site.app.logs.formats_of("/var/log/other.log").is_empty());
}

#[tokio::test]
async fn a_source_of_lines_that_nothing_recognises_is_marked_and_described() {
    let (site, admin) = site().await;
    let now = site.app.clock.now();
    let line = |source: &str, more: &str, text: &str| {
        format!("{{\"time\":\"{now}\",\"source\":\"{source}\"{more},\"message\":\"2026-11-20 10:00:00 {text}\"}}\n")
    };
    let lines = line("/srv/shop/a.log", "", "<WARN> anna refused") + &line("/srv/shop/a.log", "", "<INFO> bob sent");
    let lines = lines + &line("probe", ",\"level\":\"info\"", "up");
    // As an import sends them: what they do not say is not looked for.
    let taken = site.post_text("/api/v1/logs/imports/a1?to=1", lines).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    let page = site.look(&admin, "/sources").await;
    let describe = "/sources/format?source=%2Fsrv%2Fshop%2Fa.log";
    assert!(
        page.text.contains(&format!("Not recognised</span><a class=\"button small\" href=\"{describe}\"")),
        "{}",
        page.text
    );
    assert!(!page.text.contains("source=probe"), "what sent it says its level: {}", page.text);
    let page = site.look(&admin, describe).await;
    assert!(page.text.contains("%{time} &#60;%{level}&#62; %{message}"), "{}", page.text);
    assert!(page.text.contains("2 of the last 2 lines match: 2 with a time, 2 with a level"), "{}", page.text);
    for none in ["", "no/such.log"] {
        assert_eq!(site.look(&admin, &format!("/sources/format?source={none}")).await.status, StatusCode::NOT_FOUND);
    }
    let typed = [("source", "/srv/shop/a.log"), ("name", "shop"), ("pattern", "%{time} <%{level}> %{message}")];
    let answer = site.act(&admin, "/sources/format", &typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let back = answer.header("location").to_owned();
    let page = site.look(&admin, &back).await;
    assert!(page.text.contains("The format shop has been saved"), "{back}: {}", page.text);
    assert!(page.text.contains("2 of the last 2 lines match"), "its pattern is shown: {}", page.text);
    assert_eq!(site.app.logs.formats_of("/srv/shop/a.log.1").len(), 1);
}
