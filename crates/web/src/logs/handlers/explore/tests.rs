//! Searches of the logs by a person, without a browser.

use crate::testing::{Answer, Person, Site, send};
use axum::http::StatusCode;
use serde_json::json;
use store::Role;

/// Lines of the minutes before the clock of the tests: 2025-01-10T14:32:15Z.
async fn site_with(lines: &[serde_json::Value]) -> (Site, Person) {
    let site = Site::new().await;
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let taken = site.post_text("/api/v1/logs", body).await;
    assert_eq!(taken.json()["accepted"], lines.len(), "{}", taken.text);
    let ana = site.person("ana", Role::Viewer).await;
    (site, ana)
}

fn line(minute: u32, level: &str, message: &str) -> serde_json::Value {
    json!({"time": format!("2025-01-10T14:{minute:02}:00Z"), "level": level, "source": "web1", "message": message,
        "app": "shop", "status": 200 + minute})
}

fn address(answer: &Answer, before: &str) -> String {
    let at = answer.text.find(before).unwrap_or_else(|| panic!("no {before} in {}", answer.text));
    let start = answer.text[..at].rfind("href=\"/explore").unwrap() + 6;
    let href = answer.text[start..].split('"').next().unwrap();
    href.replace("&amp;", "&").replace("&#38;", "&")
}

#[tokio::test]
async fn lines_are_found_counted_and_narrowed() {
    let (site, ana) = site_with(&[
        line(1, "info", "order 1 paid"),
        line(2, "error", "relay timeout"),
        line(3, "warning", "relay slow"),
    ])
    .await;
    let all = site.look(&ana, "/explore").await;
    assert_eq!(all.status, StatusCode::OK);
    for text in ["order 1 paid", "relay timeout", "3 lines", "10 Jan 14:02:00.000", "<svg viewBox"] {
        assert!(all.text.contains(text), "{text}: {}", all.text);
    }
    let found = site.look(&ana, "/explore?q=relay").await;
    assert!(found.text.contains("relay slow") && !found.text.contains("order 1 paid"));
    assert!(found.text.contains("href=\"/explore?q=relay+app%3Ashop\""), "{}", found.text);
    assert!(found.text.contains("href=\"/explore?q=relay+-level%3Aerror\""));
    assert!(found.text.contains("/api/v1/logs/search?q=relay&#38;format=csv&#38;zone="), "{}", found.text);
    let recent = site.look(&ana, "/explore?since=15m").await;
    assert!(recent.text.contains("No lines found") && recent.text.contains("Search all time"));
    let within = site.look(&ana, "/explore?since=2025-01-10T14:02:00Z&until=2025-01-10T14:03:00Z").await;
    assert!(within.text.contains("relay timeout") && !within.text.contains("relay slow"));
    let table = site.look(&ana, "/explore?q=*+%7C+stats+count()+by+level").await;
    assert!(table.text.contains("count()</th>") && table.text.contains("<bdi>warning</bdi>"), "{}", table.text);
    let hourly = site.look(&ana, "/explore?q=*+%7C+stats+count()+by+bucket(1h)").await;
    assert!(hourly.text.contains("<bdi>10 Jan 14:00:00.000</bdi>") && !hourly.text.contains("Oldest first"));
    let csv = site.get("/api/v1/logs/search?q=*+%7C+stats+count()+by+level&format=csv").await;
    assert_eq!(csv.text, "level,count()\r\nerror,1\r\ninfo,1\r\nwarning,1\r\n");
}

#[tokio::test]
async fn what_is_wrong_is_marked_at_its_place() {
    let (site, ana) = site_with(&[line(1, "info", "one")]).await;
    let answer = site.look(&ana, "/explore?q=app%3Ashop+status%3E%3Dabc").await;
    assert!(answer.text.contains("app:shop status&gt;=<mark>abc</mark>"), "{}", answer.text);
    assert!(
        answer.text.contains("“abc” is not a number – write one, as in status&#62;&#61;500")
            || answer.text.contains("is not a number")
    );
    for q in ["%22", "(", "a+OR", "%7C", "/(/", "time:x", "level:x", "a*b*c", "%00", "%F0%9F%A6%89%22", "x)"] {
        let answer = site.look(&ana, &format!("/explore?q={q}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{q}");
    }
}

#[tokio::test]
async fn a_time_that_cannot_be_read_or_is_empty_is_told_above_the_lines() {
    let (site, ana) = site_with(&[line(1, "info", "one")]).await;
    let french = async |address: &str| {
        let headers = [("cookie", ana.cookie.as_str()), ("accept-language", "fr")];
        send(&site.router, "GET", address, &headers, "").await
    };
    for (address, place, said) in [
        (
            "/explore?since=%3Cb%3E",
            "since=<mark>&lt;b&gt;</mark>",
            "“&#60;b&#62;” is not a date or time – use 2025-01-31T",
        ),
        ("/explore?q=one&until=5", "until=<mark>5</mark>", "“5” is not a date or time – use 2025-01-31T"),
    ] {
        let page = site.look(&ana, address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        assert!(page.text.contains(place) && page.text.contains(said), "{address}: {}", page.text);
        assert!(page.text.contains("<bdi>one</bdi>"), "it is searched as if that were not there: {}", page.text);
        assert!(!page.text.contains("name=\"since\"") && !page.text.contains("until=5&"), "it is carried no further");
    }
    assert!(
        french("/explore?until=5")
            .await
            .text
            .contains("«\u{a0}5\u{a0}» n’est pas une date ou une heure – utilisez 2025-01-31T")
    );
    for turned in ["since=2025-01-11&until=2025-01-10", "since=1h&until=2h", "since=2025-01-10&until=2025-01-10"] {
        let page = site.look(&ana, &format!("/explore?{turned}")).await;
        let said = "This time range is empty: it ends before it starts – put the earlier";
        assert!(page.status == StatusCode::OK && page.text.contains(said), "{turned}: {}", page.text);
    }
    assert!(french("/explore?since=1h&until=2h").await.text.contains("elle se termine avant de commencer"));
    assert!(!site.look(&ana, "/explore?since=2h&until=1h").await.text.contains("class=\"faults\""));
}

#[tokio::test]
async fn what_is_dated_in_the_future_is_told_and_makes_no_empty_days() {
    let mut ahead = line(2, "info", "ahead of its time");
    ahead["time"] = json!("2025-01-12T14:02:00Z");
    let (site, ana) = site_with(&[line(1, "info", "one"), line(3, "info", "two"), ahead]).await;
    let today = "2025-01-10T14:";
    for address in ["/explore", "/explore?since=2025-01-09"] {
        let page = site.look(&ana, address).await;
        assert!(page.text.contains("1 line is dated in the future."), "{address}: {}", page.text);
        assert!(page.text.contains("ahead of its time"), "it is found: {}", page.text);
    }
    let end = async |q: &str| {
        site.get(&format!("/api/v1/logs/histogram?{q}")).await.json()["end"].as_str().unwrap().to_owned()
    };
    assert!(end("q=").await.starts_with(today), "{}", end("q=").await);
    assert!(end("since=2025-01-10T14:00:00Z").await.starts_with(today));
    // What is asked for is shown.
    let asked = end("since=2025-01-10T14:00:00Z&until=2025-01-13").await;
    assert!(asked.starts_with("2025-01-12") || asked.starts_with("2025-01-13"), "{asked}");
    let past = site.look(&ana, "/explore?until=2025-01-10T14:30:00Z").await;
    assert!(!past.text.contains("in the future"), "{}", past.text);
}

#[tokio::test]
async fn what_was_typed_wrongly_is_told_in_the_readers_language() {
    let (site, ana) = site_with(&[line(1, "info", "one")]).await;
    let headers = |language| [("cookie", ana.cookie.as_str()), ("accept", "text/html"), ("accept-language", language)];
    let look = async |address: &str, language| send(&site.router, "GET", address, &headers(language), "").await;
    for seq in ["abc", "999999", "-1", "18446744073709551616"] {
        for behind in ["", "/opened"] {
            let page = look(&format!("/explore/record/{seq}{behind}"), "en").await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{seq}{behind}");
            assert!(page.text.contains(&format!("Line “{seq}” was not found")), "{}", page.text);
            assert!(page.text.contains("<p class=\"small\">404</p>"), "{}", page.text);
        }
    }
    let page = look("/explore/record/abc", "fr").await;
    assert!(page.text.contains("La ligne «\u{a0}abc\u{a0}» est introuvable") && !page.text.contains("there is no"));
    let save = async |name: &str, language| {
        let typed = [("csrf", ana.csrf.as_str()), ("name", name), ("address", "/explore")];
        let page = site.form("/explore/saved", &headers(language), &typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains("<p class=\"small\">422</p>"), "{}", page.text);
        page.text
    };
    let nameless = save(" ", "en").await;
    assert!(nameless.contains("because it has no name") && !nameless.contains("grown old"), "{nameless}");
    let nameless = save("", "fr").await;
    assert!(nameless.contains("elle n’a pas de nom") && !nameless.contains("there is none"), "{nameless}");
    let long = save(&"n".repeat(81), "en").await;
    assert!(long.contains("longer than 80 characters"), "{long}");
    let no_date = look("/explore?from=noon", "fr").await;
    assert_eq!(no_date.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(no_date.text.contains("«\u{a0}noon\u{a0}» n’est pas une date et une heure valides"), "{}", no_date.text);
    let no_number = look("/explore/record/1?before=x", "fr").await;
    assert!(no_number.text.contains("L’adresse de cette page est incomplète") && no_number.text.contains(">400</p>"));
    // What the pages have no words for is told in English, and marked as such.
    let unknown = look("/explore?cursor=xx", "fr").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text.contains("<p lang=\"en\"><code>") && unknown.text.contains(">400</p>"), "{}", unknown.text);
}

#[tokio::test]
async fn values_are_cut_where_they_are_alike_and_told_whole() {
    let logs = ["access.log", "access.log.1"]
        .map(|name| json!({"message": "x", "host": "w\u{202e}1", "source": format!("/var/log/nginx/{name}")}));
    let (site, ana) = site_with(&logs).await;
    let page = site.look(&ana, "/explore").await;
    for path in ["/var/log/nginx/access.log", "/var/log/nginx/access.log.1"] {
        let shown = format!("title=\"Show only {path}\"><span class=\"cut-front\"><bdi>{path}</bdi></span>");
        assert!(page.text.contains(&shown), "{}", page.text);
    }
    assert!(page.text.contains("title=\"Show only w\u{fffd}1\"><span class=\"cut-end\"><bdi>w<span"), "{}", page.text);
    // A file of what was found is called by what it is.
    for name in ["logs-2025-01-10.txt", "logs-2025-01-10.jsonl", "logs-2025-01-10.csv"] {
        assert!(page.text.contains(&format!("download=\"{name}\"")), "{name}: {}", page.text);
    }
}

#[tokio::test]
async fn pages_are_turned_both_ways() {
    let lines: Vec<_> = (0..250)
        .map(|n| json!({"time": 1_736_519_000_000_000_i64 / 1_000_000 + n, "message": format!("line-{n}-end")}))
        .collect();
    let (site, ana) = site_with(&lines).await;
    let shows = |answer: &Answer, first: usize, last: usize| {
        let numbers: Vec<usize> = answer
            .text
            .split("<span class=\"msg\"><bdi>line-")
            .skip(1)
            .map(|rest| rest.split('-').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!((numbers.first(), numbers.last()), (Some(&first), Some(&last)));
    };
    let first = site.look(&ana, "/explore?q=end").await;
    shows(&first, 249, 150);
    assert!(!first.text.contains("Previous page"));
    let next = |answer: &Answer| address(answer, "Next page");
    let second = site.look(&ana, &next(&first)).await;
    shows(&second, 149, 50);
    let third = site.look(&ana, &next(&second)).await;
    shows(&third, 49, 0);
    assert!(!third.text.contains("Next page"));
    let back = site.look(&ana, &address(&third, "Previous page").clone()).await;
    shows(&back, 149, 50);
    let back = site.look(&ana, &address(&back, "Previous page")).await;
    shows(&back, 249, 150);
    assert!(!back.text.contains("Previous page") && back.text.contains("Next page"));
    let oldest = site.look(&ana, &address(&first, "Oldest first")).await;
    shows(&oldest, 0, 99);
    shows(&site.look(&ana, &next(&oldest)).await, 100, 199);
}

#[tokio::test]
async fn a_line_stands_among_those_around_it() {
    let (site, ana) = site_with(&[
        line(1, "info", "before"),
        json!({"time": "2025-01-10T14:02:00Z", "source": "web1", "message": "the one", "job_id": "7f3b0c52-0000-4000-8000-000000000001",
            "trace_id": "7f3b0c52-0000-4000-8000-000000000002"}),
        json!({"time": "2025-01-10T14:02:30Z", "source": "other", "message": "elsewhere",
            "job_id": "4711", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}),
        line(3, "info", "behind"),
    ])
    .await;
    let found = site.get("/api/v1/logs/search?q=%22the+one%22").await.json();
    let seq = found["rows"][0]["seq"].as_u64().unwrap();
    let page = site.look(&ana, &format!("/explore/record/{seq}")).await;
    for text in ["before", "the one", "behind", "href=\"/jobs/7f3b0c52-0000-4000-8000-000000000001\""] {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(!page.text.contains("elsewhere"));
    let opened = site.look(&ana, &format!("/explore/record/{seq}/opened?q=one")).await;
    assert!(opened.text.starts_with("<div class=\"line-body\">"), "{}", opened.text);
    assert!(opened.text.contains("/explore?q=one+source%3Aweb1"), "{}", opened.text);
    for page in [&page, &opened] {
        assert!(page.text.contains("href=\"/jobs/7f3b0c52-0000-4000-8000-000000000001\">View job"), "{}", page.text);
        assert!(page.text.contains("href=\"/traces?id=7f3b0c52-0000-4000-8000-000000000002\">View trace"));
    }
    for other in ["/jobs/4711", "/traces?id=4bf9"] {
        assert!(!page.text.contains(other), "what is no id of ours leads nowhere: {other}");
    }
    let all = site.look(&ana, "/explore").await;
    let link = format!("<a class=\"line-link\" href=\"/explore/record/{seq}\">Open this line</a>");
    assert!(all.text.contains(&link) && !all.text.contains("line-body"), "what a line holds comes when it is opened");
    assert_eq!(site.look(&ana, "/explore/record/999999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn hostile_lines_do_no_harm() {
    let big = "A".repeat(1 << 20);
    let (site, ana) = site_with(&[
        json!({"message": "<script>alert(1)</script><img src=x onerror=alert(1)>", "<b>k</b>": "\"><svg onload=alert(1)>"}),
        json!({"message": "\u{1b}[31mred\u{1b}[0m \u{202e}gnp.exe \u{0}\u{7}", "source": "\u{202e}<i>"}),
        json!({"message": big}),
    ])
    .await;
    let page = site.look(&ana, "/explore").await;
    for markup in ["<script>alert", "<img", "<svg onload", "<b>k", "<i>", "\u{1b}", "\u{202e}", "\u{7}"] {
        assert!(!page.text.contains(markup), "{markup:?}");
    }
    assert!(
        page.text.contains("&lt;script&gt;alert(1)")
            && page.text.contains("U+202E")
            && page.text.contains(">ESC</span>[31m")
    );
    assert!(page.text.contains(" … 1,048,576 bytes") && page.text.len() < 120_000, "{}", page.text.len());
    let seq = site.get("/api/v1/logs/search?q=AAAA*&message_max=10").await.json();
    assert_eq!(
        (seq["rows"][0]["message"].as_str(), seq["rows"][0]["message_bytes"].as_u64()),
        (Some("AAAAAAAAAA"), Some(1 << 20))
    );
    let record = site.look(&ana, &format!("/explore/record/{}", seq["rows"][0]["seq"])).await;
    assert!(record.text.len() > 256 << 10 && record.text.len() < 300 << 10, "openable up to a bound");
}

#[tokio::test]
async fn searches_are_kept_by_name_and_lead_nowhere_else() {
    let (site, ana) = site_with(&[line(1, "info", "one")]).await;
    let bob = site.person("bob", Role::Operator).await;
    let saved = site.act(&ana, "/explore/saved", &[("name", "Pannes"), ("address", "/explore?q=error&since=1h")]).await;
    let leads = saved.header("location").to_owned();
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert!(leads.starts_with("/explore?q=error&since=1h&said=saved&seal="), "{leads}");
    let told = |page: crate::testing::Answer| page.text.contains("class=\"notice ok\"");
    assert!(told(site.look(&ana, &leads).await));
    for forged in [&*leads, "/explore?q=error&since=1h&said=saved"] {
        assert!(!told(site.look(&bob, forged).await), "said to nobody else: {forged}");
    }
    let page = site.look(&ana, "/explore").await;
    assert!(page.text.contains(">Pannes</a>"), "{}", page.text);
    assert!(!site.look(&bob, "/explore").await.text.contains("Pannes"));
    for elsewhere in ["//evil.example", "https://evil.example/explore?", "/jobs", "/explore\r\nx", "/explored"] {
        let saved = site.act(&ana, "/explore/saved", &[("name", "x"), ("address", elsewhere)]).await;
        assert!(saved.header("location").starts_with("/explore?said=saved&seal="), "{elsewhere}");
    }
    let id = page
        .text
        .split("/explore/saved/")
        .nth(2)
        .or(page.text.split("/explore/saved/").nth(1))
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let delete = format!("/explore/saved/{id}/delete");
    assert_eq!(site.act(&bob, &delete, &[]).await.status, StatusCode::NOT_FOUND, "it is not his");
    assert_eq!(site.act(&ana, &delete, &[("back", "//evil.example")]).await.header("location"), "/explore");
    assert!(!site.look(&ana, "/explore").await.text.contains("Pannes"));
    assert_eq!(
        site.act(&ana, "/explore/saved", &[("name", ""), ("address", "/explore")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn an_empty_store_says_how_to_fill_it_and_is_left_unmade() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Viewer).await;
    let page = site.look(&ana, "/explore?q=x").await;
    assert!(page.text.contains("curl -H") && page.text.contains("http://127.0.0.1:8787/api/v1/logs"), "{}", page.text);
    assert!(!site.app.logs.exists());
}

/// A line of text as it is collected: whole, with what was read in it beside it.
fn syslog(text: &str) -> serde_json::Value {
    json!({"time": "2025-01-10T14:02:00Z", "level": "error", "source": "/var/log/syslog", "message": text,
        "format": "syslog", "host": "web1"})
}

#[tokio::test]
async fn a_line_says_once_what_the_columns_say() {
    let text = "Jan 10 14:02:00 web1 relay[7]: lost <it>";
    let (site, ana) = site_with(&[syslog(text), json!({"message": "Jan 10 14:02:00 web1 x[1]: as sent"})]).await;
    let shown = "<span class=\"told\" aria-hidden=\"true\">Jan 10 14:02:00 </span>web1 relay[7]: lost &lt;it&gt;</bdi>";
    let page = site.look(&ana, "/explore").await;
    assert!(page.text.contains(shown), "{}", page.text);
    assert_eq!(page.text.matches("class=\"told\"").count(), 2, "what is sent as text alone is read, too");
    let whole = "<div class=\"line-text\"><bdi>Jan 10 14:02:00 web1 relay[7]: lost &lt;it&gt;</bdi>";
    let found = site.get("/api/v1/logs/search?q=lost&repeats=true").await.json();
    let opened = site.look(&ana, &format!("/explore/record/{}/opened", found["rows"][0]["seq"])).await;
    assert!(opened.text.contains(whole), "{}", opened.text);
    assert_eq!(found["rows"][0]["repeats"], json!([[0, 16]]));
    assert_eq!(found["rows"][0]["message"], text);
    assert!(site.get("/api/v1/logs/search?q=lost").await.json()["rows"][0].get("repeats").is_none());
    let record = site.look(&ana, &format!("/explore/record/{}", found["rows"][0]["seq"])).await;
    assert!(record.text.contains(shown), "{}", record.text);
}

#[tokio::test]
async fn what_finds_nothing_is_told_why() {
    let (site, ana) = site_with(&[line(1, "error", "one")]).await;
    for (q, said, meant, query) in [
        ("levl%3Aerror", "no line has a field “levl”", "level:error", "level%3Aerror"),
        ("status%3D201", "is searched as words", "status:201", "status%3A201"),
        ("stauts%3E%3D200+one", "no line has a field “stauts”", "status&gt;=200 one", "status%3E%3D200+one"),
        (
            "one+%7C+stats+count%28%29+by+statu",
            "<bdi>statu</bdi></code> – no line has a field “statu”",
            "one | stats count() by status",
            "one+%7C+stats+count%28%29+by+status",
        ),
        (
            "stauts%3A201+%7C+stats+count%28%29",
            "no line has a field “stauts”",
            "status:201 | stats count()",
            "status%3A201+%7C+stats+count%28%29",
        ),
    ] {
        let page = site.look(&ana, &format!("/explore?q={q}&since=365d")).await;
        assert!(page.text.contains(said) && page.text.contains("Did you mean"), "{q}: {}", page.text);
        let link = format!("<a href=\"/explore?q={query}&#38;since=365d\"><code><bdi>{meant}</bdi>");
        assert!(page.text.contains(&link), "{q}: {}", page.text);
        let found = site.look(&ana, &format!("/explore?q={query}")).await;
        assert!(!found.text.contains("Did you mean"), "what is proposed finds something: {query}");
    }
    let french =
        send(&site.router, "GET", "/explore?q=levl%3Aerror", &[("cookie", &ana.cookie), ("accept-language", "fr")], "")
            .await;
    assert!(french.text.contains("aucune ligne n’a de champ «\u{a0}levl\u{a0}»"), "{}", french.text);
    for (q, word, meant, query) in [
        ("Error", "Error", "level:error", "level%3Aerror"),
        ("one+error", "error", "one level:error", "one+level%3Aerror"),
    ] {
        let page = site.look(&ana, &format!("/explore?q={q}")).await;
        let said = format!("<bdi>{word}</bdi></code> – is searched as a word. To search a level, use level:");
        assert!(page.text.contains(&said), "{q}: {}", page.text);
        assert!(
            page.text.contains(&format!("<a href=\"/explore?q={query}\"><code><bdi>{meant}</bdi>")),
            "{}",
            page.text
        );
    }
    for q in ["critical", "error+elsewhere", "info", "-error+nothing", "error&since=1m"] {
        let page = site.look(&ana, &format!("/explore?q={q}")).await;
        assert!(page.text.contains("No lines found") && !page.text.contains("Did you mean"), "{q}: {}", page.text);
    }
    let nowhere = site.look(&ana, "/explore?q=customer%3A7").await;
    assert!(nowhere.text.contains("no line has a field “customer”") && !nowhere.text.contains("Did you mean"));
    let hostile = site.look(&ana, "/explore?q=%22%3Cimg%3E%22%3Ax").await;
    assert!(hostile.text.contains("&#60;img&#62;") && !hostile.text.contains("<img>"), "{}", hostile.text);
    let answer = site.get("/api/v1/logs/search?q=levl%3Aerror&hints=true").await.json();
    assert_eq!(
        answer["hints"],
        json!([{"hint": "no record has the field `levl`; did you mean `level:error`?", "part": "levl:error",
            "instead": "level:error", "query": "level:error"}])
    );
    let known = site.get("/api/v1/logs/search?q=level%3Acritical&hints=true").await.json();
    assert_eq!((known["rows"].as_array().map(Vec::len), known.get("hints")), (Some(0), None));
}

#[tokio::test]
async fn times_are_chosen_in_fields_and_stand_in_the_address() {
    let (site, ana) = site_with(&[line(1, "info", "one"), line(5, "info", "five")]).await;
    let page = site.look(&ana, "/explore").await;
    assert!(page.text.contains("type=\"datetime-local\" id=\"from\" name=\"from\" step=\"any\" value=\"\""));
    assert!(page.text.contains("Time zone: UTC."), "{}", page.text);
    let to = async |address: &str| site.look(&ana, address).await.header("location").to_owned();
    let chosen = to("/explore?q=one&since=1h&from=2025-01-10T14:00&to=2025-01-10T14:02:30").await;
    assert_eq!(chosen, "/explore?q=one&since=2025-01-10T14%3A00%3A00Z&until=2025-01-10T14%3A02%3A30Z");
    let page = site.look(&ana, &chosen).await;
    assert!(page.text.contains("one") && !page.text.contains("five</bdi>"));
    assert!(page.text.contains("name=\"from\" step=\"any\" value=\"2025-01-10T14:00:00\""), "{}", page.text);
    assert!(page.text.contains("10 Jan 14:00:00 – 10 Jan 14:02:30</summary>"), "{}", page.text);
    let days = site.look(&ana, "/explore?since=2025-01-09&until=2025-01-11").await;
    assert!(days.text.contains("9 Jan 00:00 – 11 Jan 00:00</summary>"), "{}", days.text);
    // What was not touched stays as it is, to the microsecond; what was emptied is no bound.
    let exact = "since=2025-01-10T14%3A00%3A00.000123Z";
    assert_eq!(to(&format!("/explore?q=x&{exact}&from=2025-01-10T14:00&to=")).await, format!("/explore?q=x&{exact}"));
    assert_eq!(to(&format!("/explore?q=x&{exact}&from=&to=")).await, "/explore?q=x");
    assert_eq!(to("/explore?since=15m&from=&to=").await, "/explore?since=15m");
    assert_eq!(to("/explore?since=15m&from=&to=2025-01-10T14:00").await, "/explore?until=2025-01-10T14%3A00%3A00Z");
    assert_eq!(
        to("/explore?from=2025-01-10T15:00&to=2025-01-10T14:00").await,
        "/explore?since=2025-01-10T14%3A00%3A00Z&until=2025-01-10T15%3A00%3A00Z"
    );
    assert_eq!(site.look(&ana, "/explore?from=noon").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn jobs_are_found_as_they_are_called() {
    let (older, newer) = ("0192f3a1-0000-7000-8000-000000000001", "0292f3a1-0000-7000-8000-000000000002");
    let of = |job: &str, message: &str| json!({"message": message, "job_id": job});
    let (site, _) = site_with(&[of(older, "of-older"), of(newer, "of-newer"), of("4711", "of-another")]).await;
    site.preparing(older.parse().unwrap(), "spring").await;
    site.clock.advance(std::time::Duration::from_secs(1));
    site.preparing(newer.parse().unwrap(), "autumn").await;
    let found = async |q: &str| {
        let answer = site.get(&format!("/api/v1/logs/search?q={q}")).await.json();
        let rows = answer["rows"].as_array().unwrap().iter();
        rows.map(|row| row["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("job:last").await, ["of-newer"]);
    assert_eq!(found("job:0192F3a1").await, ["of-older"]);
    assert_eq!(found("job:spring").await, ["of-older"]);
    assert_eq!(found("job:0").await.len(), 2, "all that begin so");
    assert_eq!(found("job:4711").await, ["of-another"], "an id that is none of ours is taken at its word");
    assert_eq!(found("job:nobody").await, [""; 0]);
    assert_eq!(found("-job:last").await.len(), 2);
    let counted = site.get("/api/v1/logs/search?q=job:last+%7C+stats+count()").await.json();
    assert_eq!(counted["table"], json!([[1]]));
    let counted = site.get("/api/v1/logs/histogram?q=job:last").await.json();
    assert_eq!(counted["steps"].as_array().unwrap().iter().filter(|step| step["total"] != 0).count(), 1);
}

#[tokio::test]
async fn how_to_collect_is_told_until_something_else_is_there() {
    let own = |source: &str| json!({"message": "ready", "source": source, "app": "vigie"});
    let (site, ana) = site_with(&[own("vigie"), own("run")]).await;
    let hint = "Collect your first logs";
    let page = site.look(&ana, "/explore").await;
    assert!(page.text.contains(hint) && page.text.contains("vigie logs import /var/log/syslog"), "{}", page.text);
    assert!(page.text.contains("<details class=\"card begin\"><summary>"), "it leaves the lines in sight");
    assert!(!site.look(&ana, "/explore?q=ready").await.text.contains(hint), "who searches is left alone");
    let sent = site.post_text("/api/v1/logs", json!({"message": "x", "source": "web1"}).to_string()).await;
    assert_eq!(sent.json()["accepted"], 1);
    assert!(!site.look(&ana, "/explore").await.text.contains(hint));
}

#[tokio::test]
async fn columns_are_chosen_remembered_and_stand_in_the_address() {
    let (site, ana) = site_with(&[line(1, "error", "one")]).await;
    let usual = site.look(&ana, "/explore").await;
    assert!(usual.text.contains("data-columns=\"level,app,source\"") && !usual.text.contains("columns.css"));
    assert!(
        usual.text.contains("</span><bdi class=\"cell\">shop</bdi><span class=\"src\"><bdi>web1</bdi></span>"),
        "{}",
        usual.text
    );
    let asked =
        "/explore/columns?q=one&column=status&width.status=5&column=level&width.level=9&width.app=12&more=host,+status";
    let chosen = site.look(&ana, asked).await;
    assert_eq!(chosen.header("location"), "/explore?q=one&columns=status%3A5%2Clevel%2Chost");
    assert_eq!(
        chosen.header("set-cookie"),
        "vigie_columns=status%3A5%2Clevel%2Chost; Path=/; SameSite=Lax; Max-Age=31536000"
    );
    let linked = site.look(&ana, chosen.header("location")).await;
    let style = "/explore/columns.css?columns=status%3A5%2Clevel%2Chost";
    assert!(linked.text.contains(&format!("<link rel=\"stylesheet\" href=\"{style}\">")), "{}", linked.text);
    assert!(linked.text.contains("</time><bdi class=\"cell\">201</bdi><span class=\"lv error\">"), "{}", linked.text);
    assert!(
        linked.text.contains("/explore?q=one+app%3Ashop&#38;columns=status"),
        "links go on with it: {}",
        linked.text
    );
    let tracks = site.look(&ana, style).await;
    assert_eq!(tracks.text, ".lines, .lines-head { --columns: var(--time) 5ch var(--level) 14ch minmax(0, 1fr); }\n");
    let cookie = format!("{}; vigie_columns=-", ana.cookie);
    let none = send(&site.router, "GET", "/explore", &[("cookie", &cookie)], "").await;
    assert!(
        none.text.contains("data-columns=\"-\"") && none.text.contains("</time><span class=\"msg\">"),
        "{}",
        none.text
    );
    let forgotten = site.look(&ana, "/explore/columns?q=one&column=status&usual=1").await;
    assert_eq!(forgotten.header("location"), "/explore?q=one");
    for hostile in ["%3Cscript%3E%2C%22x", "a%3B%7D*%7Bdisplay%3Anone", "level%3A99999999999"] {
        let page = site.look(&ana, &format!("/explore?columns={hostile}")).await;
        assert!(page.status == StatusCode::OK && !page.text.contains("<script>,"), "{hostile}");
        let style = site.look(&ana, &format!("/explore/columns.css?columns={hostile}")).await.text;
        assert!(style.starts_with(".lines, .lines-head { --columns: var(--time) ") && style.matches('{').count() == 1);
    }
}

#[tokio::test]
async fn what_a_table_and_a_legend_show_leads_on() {
    let (site, ana) = site_with(&[line(1, "info", "order 1 paid"), line(2, "error", "relay timeout")]).await;
    let table = site.look(&ana, "/explore?q=*+%7C+stats+count()+by+app,+bucket(1d)").await;
    for (address, what) in [
        ("q=app%3Ashop", "the records of a value"),
        ("q=-app%3Ashop+%7C+stats+count%28%29+by+app%2C+bucket%281d%29", "the table without it"),
        (
            "q=*&#38;since=2025-01-10T00%3A00%3A00.000000Z&#38;until=2025-01-11T00%3A00%3A00.000000Z",
            "the records of a step",
        ),
    ] {
        assert!(table.text.contains(&format!("href=\"/explore?{address}\"")), "{what}: {}", table.text);
    }
    let page = site.look(&ana, "/explore?q=relay").await;
    for address in ["q=relay+level%3E%3Derror", "q=relay+-level%3E%3Derror", "q=relay+-level%3E%3Dinfo"] {
        assert!(page.text.contains(&format!("href=\"/explore?{address}\"")), "{address}: {}", page.text);
    }
}

#[tokio::test]
async fn similar_lines_are_counted_together_and_lead_to_themselves() {
    let paid = (1..=30).map(|n| line(n, "info", &format!("order {n} paid <b>")));
    let (site, ana) = site_with(&paid.chain([line(31, "error", "relay timeout")]).collect::<Vec<_>>()).await;
    let page = site.look(&ana, "/explore?q=app%3Ashop+%7C+patterns").await;
    for text in [
        "<a href=\"/explore?q=app%3Ashop\">Search</a>",
        "<a href=\"/explore?q=app%3Ashop+%7C+patterns\" aria-current=\"page\">Patterns</a>",
        "<bdi>order <i class=\"slot\">…</i> paid &lt;b&gt;</bdi>",
        "<bdi>order 30 paid &lt;b&gt;</bdi>",
        "<svg class=\"trend\"",
        "10 Jan 14:30:00.000</time></a>",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let only = "/explore?q=app%3Ashop+order+%22paid+%3Cb%3E%22+level%3Ainfo";
    assert!(page.text.contains(&format!("href=\"{only}\"")), "{}", page.text);
    assert!(site.look(&ana, only).await.text.contains("30 lines"));
    let without = "/explore?q=app%3Ashop+-%28order+%22paid+%3Cb%3E%22+level%3Ainfo%29+%7C+patterns";
    assert!(page.text.contains(&format!("href=\"{without}\"")), "{}", page.text);
    let others = site.look(&ana, without).await;
    assert!(others.text.contains("relay timeout") && !others.text.contains("paid &lt;"), "{}", others.text);

    let json = site.get("/api/v1/logs/search?q=*+%7C+patterns+%7C+limit+1").await.json();
    assert_eq!(json["columns"], json!(["count", "trend", "level", "pattern", "first", "last", "example", "seq"]));
    let row = &json["table"][0];
    assert_eq!((&row[0], &row[3]), (&json!(30), &json!("order <*> paid <b>")));
    assert_eq!(row[1].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).sum::<u64>(), 30);
    let text = site.get("/api/v1/logs/search?q=*+%7C+patterns+%7C+fields+trend,+count&format=text").await.text;
    assert!(text.starts_with("trend\tcount\n▄") || text.starts_with("trend\tcount\n█"), "{text}");
}

#[tokio::test]
async fn programs_that_ask_for_french_are_answered_in_it() {
    let (site, ana) = site_with(&[line(1, "info", "one")]).await;
    let ask = async |q: &str, language: &'static str| {
        let headers = [("cookie", ana.cookie.as_str()), ("accept-language", language)];
        send(&site.router, "GET", &format!("/api/v1/logs/search?hints=true&q={q}"), &headers, "").await.json()
    };
    for (language, problem, hint) in [
        (
            "de",
            "`abc` is not a number, write one, as in status>=500",
            "no record has the field `levl`; did you mean `level:info`?",
        ),
        (
            "fr",
            "«\u{a0}abc\u{a0}» n’est pas un nombre – écrivez un nombre, comme status>=500",
            "`levl:info` – aucune ligne n’a de champ «\u{a0}levl\u{a0}». Vouliez-vous dire `level:info`\u{202f}?",
        ),
    ] {
        assert_eq!(ask("status%3E%3Dabc", language).await["problems"][0]["problem"], problem);
        assert_eq!(ask("levl%3Ainfo", language).await["hints"][0]["hint"], hint);
    }
}
