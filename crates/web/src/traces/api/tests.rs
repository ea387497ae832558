use super::{NewTrace, checked};
use crate::{
    Ctx,
    testing::{Site, send},
};
use axum::http::StatusCode;
use model::Timestamp;
use serde_json::json;
use std::time::Duration;
use store::{EXAMINED_MAX, Role, Trace};

#[tokio::test]
async fn other_programs_post_traces_one_or_many() {
    let site = Site::new().await;
    let one = site.post("/api/v1/traces", json!({"trace_name": "Import EDI", "time_to_process": 0.8})).await;
    assert_eq!((one.status, one.json()["new"].as_u64()), (StatusCode::CREATED, Some(1)));
    let id = "7f3b0c52-0000-4000-8000-000000000009";
    let many = json!([
        {"id": id, "trace_name": "a", "comment": "=cmd()", "application_name": "edi", "errors": true},
        {"time_to_process": -1},
        {"surprise": 1},
        {"id": id, "trace_name": "a again"},
        "no trace",
    ]);
    let many = site.post("/api/v1/traces", many).await;
    assert_eq!(many.status, StatusCode::CREATED);
    insta::assert_json_snapshot!("many", many.json());
    let page = site.get("/api/v1/traces?count=true&application=edi").await.json();
    insta::assert_json_snapshot!("page", page);
    let sheet = site.get("/api/v1/traces.csv?application=edi&bom=true").await;
    insta::assert_snapshot!("sheet", sheet.text);
    assert_eq!(site.post("/api/v1/traces", json!({"errors": "maybe"})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post("/api/v1/traces", json!([{"errors": 3}])).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// `get_trace(…).save()` as the seed has it, with the number of a user.
#[tokio::test]
async fn a_trace_is_kept_under_the_names_it_has_always_had() {
    let site = Site::new().await;
    let trace = json!({
        "trace_name": "Send invoices mail (Gmail API)", "file_name": "facture_CCT_2025-01.pdf",
        "application_name": "invoices_send_by_email_gmail", "flow_name": "send_invoice_email_gmail",
        "comment": "Email envoyé avec succès à client@example.com (Message ID: 18d2abc...)",
        "created_by": 1, "time_to_process": 0.8,
    });
    let posted = site.post("/api/v1/traces", trace).await;
    assert_eq!(posted.status, StatusCode::CREATED, "{}", posted.text);
    let kept = site.get("/api/v1/traces").await.json();
    insta::assert_json_snapshot!("seed_trace", kept["rows"][0], {".id" => "[id]", ".created_at" => "[at]"});
    for wrong in [json!(1.5), json!(true), json!({})] {
        let refused = site.post("/api/v1/traces", json!({"created_by": wrong})).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    }
}

#[tokio::test]
async fn a_sheet_opens_in_the_readers_excel() {
    let site = Site::new().await;
    let trace = json!({"trace_name": "Envoi; été", "comment": "=1+1", "file_name": "a;=2", "time_to_process": 0.8});
    let posted = site.post("/api/v1/traces", trace).await;
    let id = posted.json()["ids"][0].as_str().or(posted.json()["id"].as_str()).unwrap_or_default().to_owned();
    for (query, mark, separator, duration) in
        [("", false, ',', "0.8"), ("?dialect=excel", true, ',', "0.8"), ("?dialect=excel-fr", true, ';', "0,8")]
    {
        let sheet = site.get(&format!("/api/v1/traces.csv{query}")).await.text;
        assert_eq!(sheet.starts_with('\u{feff}'), mark, "{query}");
        let heading = sheet.trim_start_matches('\u{feff}').lines().next().unwrap();
        let name = if separator == ';' { "Nom" } else { "trace_name" };
        assert_eq!(heading.split(separator).nth(1), Some(name), "{query}");
        let end = if separator == ';' { ";non;2025-01-10 14:32:15" } else { ",false,2025-01-10" };
        assert!(sheet.lines().nth(1).unwrap().contains(end), "{query}: {sheet}");
        assert_eq!(sheet.contains('T') && sheet.contains('Z'), !mark, "a spreadsheet reads no such time: {sheet}");
        assert!(
            sheet.contains(&format!("{separator}{duration}{separator}")) && sheet.contains("'=1+1"),
            "{query}: {sheet}"
        );
        let other = Site::new().await;
        assert_eq!(other.post_text("/api/v1/traces.csv", sheet).await.json()["new"], 1, "{query}: it comes back");
        let back = other.get("/api/v1/traces").await.json();
        assert_eq!(
            (&back["rows"][0]["trace_name"], &back["rows"][0]["time_to_process"], &back["rows"][0]["comment"]),
            (&json!("Envoi; été"), &json!(0.8), &json!("=1+1")),
            "{query}"
        );
    }
    let one = site.get(&format!("/api/v1/traces.csv?dialect=excel-fr&id={id}")).await;
    assert_eq!(one.status, StatusCode::OK, "{}", one.text);
    let wrong = site.get("/api/v1/traces.csv?dialect=lotus").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.text);
    let ana = site.person("ana", store::Role::Viewer).await;
    for (language, dialect) in [("fr", "excel-fr"), ("en", "excel")] {
        let headers = [("cookie", ana.cookie.as_str()), ("accept-language", language)];
        let page = send(&site.router, "GET", "/traces", &headers, "").await.text;
        assert!(page.contains(&format!("dialect={dialect}\"")), "{language}: {page}");
    }
}

#[tokio::test]
async fn a_sheet_comes_back_as_it_went() {
    let (site, other) = (Site::new().await, Site::new().await);
    let posted: Vec<_> = (0..1_234)
        .map(|n| json!({"trace_name": format!("t{n}"), "comment": "deux\nlignes, \"et\" des points;", "file_name": "-n"}))
        .collect();
    assert_eq!(site.post("/api/v1/traces", json!(posted)).await.json()["new"], 1_234);
    let sheet = site.get("/api/v1/traces.csv").await;
    let kept = send(&other.inside, "POST", "/api/v1/traces.csv", &[], sheet.text.clone()).await;
    assert_eq!((&kept.json()["new"], &kept.json()["refused"]), (&json!(1_234), &json!([])));
    let lines = |text: &str| {
        let mut lines: Vec<_> = text.split("\r\n").map(str::to_owned).collect();
        let count = lines.len();
        lines.sort();
        (count, lines)
    };
    let returned = other.get("/api/v1/traces.csv").await;
    assert!(lines(&returned.text) == lines(&sheet.text), "the rows differ");
    let again = other.post_text("/api/v1/traces.csv", sheet.text).await;
    assert_eq!((&again.json()["new"], &again.json()["accepted"]), (&json!(0), &json!(1_234)));
}

#[tokio::test]
async fn a_wrong_sheet_is_refused_by_line() {
    let site = Site::new().await;
    let sheet = "trace_name;errors;time_to_process\na;parfois;1\n\nb;1;0,5\nc;true\n";
    insta::assert_json_snapshot!(site.post_text("/api/v1/traces.csv", sheet).await.json()["refused"]);
    let unknown = site.post_text("/api/v1/traces.csv", "nom\na\n").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post_text("/api/v1/traces.csv", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

const FIRST: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// So many that a search for the oldest takes a second page.
async fn beyond_reach(site: &Site) {
    let ctx = Ctx::new(site.app.clone());
    let trace = |n: u32| {
        let comment = if n == 0 { "the needle" } else { "hay" };
        let named = NewTrace { comment: Some(comment.into()), ..NewTrace::default() };
        let created_at = FIRST + Duration::from_secs(n.into());
        Trace { created_at, ..checked(named, &ctx).expect("a trace") }
    };
    site.app.db.insert_traces((0..=EXAMINED_MAX).map(trace).collect()).await.unwrap();
}

#[tokio::test]
async fn a_search_says_how_far_it_looked_and_goes_on() {
    let site = Site::new().await;
    beyond_reach(&site).await;
    let first = site.get("/api/v1/traces?q=needle").await.json();
    assert_eq!((&first["rows"], &first["searched_until"]), (&json!([]), &json!("2023-11-14T22:13:21.000000Z")));
    let next = first["next"].as_str().unwrap();
    let second = site.get(&format!("/api/v1/traces?q=needle&cursor={next}")).await.json();
    assert_eq!((&second["rows"][0]["comment"], &second["next"]), (&json!("the needle"), &json!(null)));
    assert!(second.get("searched_until").is_none());
    let sheet = site.get("/api/v1/traces.csv?q=needle").await.text;
    assert_eq!(sheet.matches("the needle").count(), 1, "a sheet holds all that matches: {sheet}");

    let ana = site.person("ana", Role::Viewer).await;
    let look = async |path: &str| send(&site.router, "GET", path, &[("cookie", &ana.cookie)], "").await.text;
    let page = look("/traces?q=needle").await;
    assert!(page.contains("No match in the latest 10,000 traces, back to 14 Nov 2023, 22:13."), "{page}");
    assert!(page.contains("/static/search.js") && !page.contains("the needle"));
    let further = format!("/traces?q=needle&cursor={next}");
    assert!(page.replace("&#38;", "&").contains(&format!("href=\"{further}\" data-further")), "{page}");
    let page = look(&further).await;
    assert!(page.contains("the needle") && !page.contains("/static/search.js"), "{page}");
    let none = look("/traces?q=nothing-like-it").await;
    let further = none.split("href=\"").find(|rest| rest.contains("data-further")).unwrap().split('"').next().unwrap();
    let end = look(&further.replace("&#38;", "&")).await;
    assert!(end.contains("No traces found") && !end.contains("data-further"), "{end}");
}
