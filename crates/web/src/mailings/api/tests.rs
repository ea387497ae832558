use crate::testing::{Answer, Site, send};
use axum::http::StatusCode;
use serde_json::json;

const SETTINGS: &str = r#"{"name": "Factures", "subject": "Facture {{ nom }}", "text": "Bonjour {{ nom }}",
    "to": "{{ email }}", "from": "Compta <compta@exemple.fr>", "attach": ["pdf/{{ fichier }}"], "key": ["nom"]}"#;

async fn mailing(site: &Site, query: &str, settings: &str, recipients: &str) -> Answer {
    mailing_of(site, query, settings, ("clients.csv", recipients.as_bytes())).await
}

async fn mailing_of(site: &Site, query: &str, settings: &str, (file, recipients): (&str, &[u8])) -> Answer {
    let mut body = Vec::new();
    let file = format!("; filename=\"{file}\"");
    let parts = [
        ("settings", "", settings.as_bytes()),
        ("account", "", b"compta".as_slice()),
        ("recipients", file.as_str(), recipients),
        ("attachment", "; filename=\"a.pdf\"", b"%PDF-1"),
    ];
    for (name, more, value) in parts {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").as_bytes());
        body.extend([value, b"\r\n"].concat());
    }
    body.extend(b"--x--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    send(&site.inside, "POST", &format!("/api/v1/mailings{query}"), &headers, body).await
}

async fn site() -> Site {
    Site::with_account().await
}

#[tokio::test]
async fn a_mailing_is_looked_at_then_enqueued() {
    let site = site().await;
    let rows = "nom;email;fichier\nA;a@x.fr;a.pdf\nB;b@x.fr;a.pdf\n";
    let checked = mailing(&site, "?check=true", SETTINGS, rows).await;
    assert_eq!(
        (checked.status, &checked.json()["report"]["messages"]),
        (StatusCode::OK, &json!(2)),
        "{}",
        checked.text
    );
    let accepted = mailing(&site, "", SETTINGS, rows).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    let job = &accepted.json()["job"];
    assert_eq!((&job["state"], &job["queued"], &job["kind"]), (&json!("pending"), &json!(2), &json!("mail")));
    let items = site.get(&format!("/api/v1/jobs/{}/items", job["id"].as_str().unwrap())).await.json();
    insta::assert_json_snapshot!("items", items);
    let blobs = std::fs::read_dir(site.app.data.join("blobs")).unwrap();
    let names: Vec<_> = blobs.map(|blob| blob.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.len() == 2 && names.iter().all(|name| name.len() == 64), "{names:?}");
}

const WORKBOOK: &[u8] = include_bytes!("../../../../mail/src/recipients/workbook/fixtures/clients.ods");

#[tokio::test]
async fn a_workbook_is_taken_in_one_call_and_its_cells_are_named() {
    let site = site().await;
    let settings = json!({
        "name": "Factures", "subject": "Facture {{ Montant }}", "text": "Bonjour {{ Société }}", "to": "{{ E-mail }}",
        "from": "Compta <compta@exemple.fr>",
    });
    let accepted = mailing_of(&site, "", &settings.to_string(), ("clients.ods", WORKBOOK)).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    let job = &accepted.json()["job"];
    assert_eq!(job["queued"], 3);
    let item = site.app.db.item(job["id"].as_str().unwrap().parse().unwrap(), 2).await.unwrap().unwrap();
    let payload: serde_json::Value = serde_json::from_str(&item.payload).unwrap();
    assert_eq!(payload["line"], 5, "the row's number in the sheet");
    assert_eq!(payload["values"][3], "12,00\u{a0}€", "as it is shown");
    let settings = json!({
        "name": "Autres", "subject": "Facture", "text": "Bonjour {{ nom }}", "to": "{{ email }}", "sheet": "Clients 2025",
        "from": "Compta <compta@exemple.fr>",
    });
    let refused = mailing_of(&site, "", &settings.to_string(), ("clients.ods", WORKBOOK)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    let problem = &refused.json()["problems"][0];
    assert_eq!((&problem["cell"], &problem["line"]), (&json!("'Clients 2025'!B3"), &json!(3)), "{problem}");
    assert!(refused.text.contains("clients.ods: 'Clients 2025'!B3: column \\\"nom\\\" shows #N/A"), "{}", refused.text);
}

#[tokio::test]
async fn what_is_wrong_is_said_before_anything_is_enqueued() {
    let site = site().await;
    let rows = "nom;email;fichier\nA;a.x.fr;a.pdf\nB;b@x.fr;../../etc/passwd\n";
    let refused = mailing(&site, "", SETTINGS, rows).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    insta::assert_json_snapshot!("refused", refused.json());
    assert_eq!(site.get("/api/v1/jobs").await.json()["rows"], json!([]));
    let skip = SETTINGS.replace("\"key\"", "\"on-invalid\": \"skip\", \"key\"");
    let mixed = "nom;email;fichier\nA;a.x.fr;a.pdf\nB;b@x.fr;a.pdf\n";
    let accepted = mailing(&site, "", &skip, mixed).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    assert_eq!((&accepted.json()["job"]["queued"], &accepted.json()["job"]["failed"]), (&json!(1), &json!(1)));
    let traces = site.get("/api/v1/traces?errors=true&count=true").await.json();
    assert_eq!(traces["counts"]["errors"], 1);
    assert_eq!(traces["rows"][0]["trace_name"], "Send invoices mail ERROR (SMTP)");
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_never_left_out_unseen() {
    let site = site().await;
    let skip = SETTINGS.replace("\"key\"", "\"on-invalid\": \"skip\", \"key\"");
    let rows = "nom;email;fichier\nA;a@x.fr;a.pdf\nB;\"b@x.fr;a.pdf\nC;c@x.fr;a.pdf\n";
    let refused = mailing(&site, "", &skip, rows).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.text.contains("clients.csv:3: reading stopped here"), "{}", refused.text);
    assert!(refused.text.contains("lines 3 to 4 are not read"), "{}", refused.text);
    assert_eq!(site.get("/api/v1/jobs").await.json()["rows"], json!([]));
    let checked = mailing(&site, "?check=true", &skip, rows).await;
    assert_eq!(checked.json()["report"]["incomplete"], json!(true), "{}", checked.text);
}

#[tokio::test]
async fn no_key_of_this_machine_signs_for_a_caller() {
    let site = site().await;
    let dkim = r#""dkim": {"domain": "exemple.fr", "selector": "s", "key": "/etc/vigie/dkim.pem"}, "name""#;
    for (setting, named) in [
        (dkim, "dkim"),
        (r#""ledger": "/etc/x", "name""#, "ledger"),
        (r#""recipients": "/etc/passwd", "name""#, "recipients"),
    ] {
        let settings = SETTINGS.replacen("\"name\"", setting, 1);
        let refused = mailing(&site, "", &settings, "nom;email;fichier\nA;a@x.fr;a.pdf\n").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains(named) && refused.json()["remedy"].is_string(), "{}", refused.text);
    }
    assert_eq!(site.get("/api/v1/jobs").await.json()["rows"], json!([]));
}

#[test]
fn nobody_works_for_a_caller_who_has_gone() {
    let dir = tempfile::tempdir().unwrap();
    let recipients = dir.path().join("r");
    std::fs::write(&recipients, "nom;email;fichier\nA;a@x.fr;a.pdf\nB;b@x.fr;a.pdf\nC;c@x.fr;a.pdf\n").unwrap();
    let plan = || {
        let settings = super::parse(SETTINGS).unwrap();
        let upload = super::Upload {
            id: None,
            settings,
            account: None,
            recipients: recipients.clone(),
            recipients_name: "r".into(),
            recipients_sha256: String::new(),
            attachments: Vec::new(),
        };
        super::Plan::new(std::sync::Arc::new(upload)).unwrap()
    };
    assert_eq!(plan().rows(|_| true).unwrap().rows, 3);
    assert_eq!(plan().rows(|_| false).unwrap().rows, 1);
}

#[tokio::test]
async fn a_text_is_never_a_file_of_this_machine() {
    let site = site().await;
    let settings = SETTINGS.replace("Bonjour {{ nom }}", "/etc/hostname");
    let accepted = mailing(&site, "", &settings, "nom;email;fichier\nA;a@x.fr;a.pdf\n").await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text);
    let job = accepted.json()["job"]["id"].as_str().unwrap().to_owned();
    let spec = site.get(&format!("/api/v1/jobs/{job}")).await.json()["spec"].clone();
    assert_eq!(spec["templates"]["text"]["source"], "/etc/hostname\n");
    for wrong in [SETTINGS.replace("\"name\"", "\"smtp\": \"smtp://x\", \"name\""), "{".into(), "nonsense = ".into()] {
        assert_eq!(mailing(&site, "", &wrong, "nom\n").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
