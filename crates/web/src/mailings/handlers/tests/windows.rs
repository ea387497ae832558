//! The same mailing in two windows: what one of them brings slowly takes nothing from the other.

use super::{ROWS, message};
use crate::{
    mailings::pages::MessageForm,
    testing::{Answer, Person, Site, send},
};
use axum::{
    Router,
    body::{Body, Bytes},
    http::StatusCode,
};
use futures_util::stream;
use std::future::Future;
use store::Role;

const FILES: &str = "multipart/form-data; boundary=x";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request whose body comes only when `meanwhile` is over: what it is about has been read by then.
async fn slowly<F>(router: &Router, person: &Person, path: &str, (kind, body): (&str, String), meanwhile: F) -> Answer
where
    F: Future<Output = ()> + Send + 'static,
{
    let body = async move {
        meanwhile.await;
        Ok::<_, std::io::Error>(Bytes::from(body))
    };
    let headers = [("cookie", &*person.cookie), ("x-csrf-token", &*person.csrf), ("content-type", kind)];
    send(router, "POST", path, &headers, Body::from_stream(stream::once(body))).await
}

fn file(field: &str, name: &str, content: &str) -> (&'static str, String) {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"");
    (FILES, format!("{head}\r\n\r\n{content}\r\n--x--\r\n"))
}

fn written(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Posts a form that is there at once.
async fn posts(router: Router, cookie: String, csrf: String, path: String, body: String) -> Answer {
    let headers = [("cookie", &*cookie), ("x-csrf-token", &*csrf), ("content-type", FORM)];
    send(&router, "POST", &path, &headers, body).await
}

/// The other window of that person's.
fn other(site: &Site, person: &Person, path: String, body: String) -> impl Future<Output = ()> + Send + 'static {
    let posted = posts(site.router.clone(), person.cookie.clone(), person.csrf.clone(), path, body);
    async move {
        let answer = posted.await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
}

struct Begun {
    site: Site,
    ana: Person,
    /// In front of its steps.
    path: String,
}

impl Begun {
    async fn new() -> Self {
        let site = Site::new().await;
        site.account("smtp://mail.exemple.fr:25").await;
        let ana = site.person("ana", Role::Operator).await;
        let path = site.begun(&ana, ROWS).await;
        let typed = message(&[("attach", "")]);
        site.act(&ana, &format!("{path}/message"), &typed).await;
        Self { site, ana, path }
    }

    /// Sends `body` to `step` slowly, and a form to `other_step` meanwhile.
    async fn both(&self, step: &str, body: (&str, String), other_step: &str, fields: &[(&str, &str)]) -> Answer {
        let meanwhile = other(&self.site, &self.ana, format!("{}/{other_step}", self.path), written(fields));
        slowly(&self.site.router, &self.ana, &format!("{}/{step}", self.path), body, meanwhile).await
    }

    async fn form(&self) -> MessageForm {
        let id = self.path.rsplit('/').next().unwrap().parse().unwrap();
        let kept = self.site.app.db.draft(id).await.unwrap().expect("the draft is there");
        serde_json::from_str::<super::super::draft::Content>(&kept.content).unwrap().form
    }
}

#[tokio::test]
async fn files_are_added_to_what_was_typed_meanwhile() {
    let begun = Begun::new().await;
    let typed = message(&[("attach", ""), ("subject", "Typed meanwhile")]);
    let brought = begun.both("files", file("files", "a.pdf", "%PDF"), "message", &typed).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text);
    assert_eq!(begun.form().await.subject, "Typed meanwhile");
    let brought = begun.both("recipients", file("recipients", "new.csv", ROWS), "message", &message(&[])).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text);
    assert_eq!(begun.form().await.attach, "{{ fichier }}");
    let shown = begun.site.look(&begun.ana, &format!("{}/recipients", begun.path)).await;
    assert!(shown.text.contains("new.csv"), "{}", shown.text);
    let gone = begun.both("files", file("files", "b.pdf", "%PDF"), "files/remove", &[("name", "a.pdf")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
    let listed = begun.site.look(&begun.ana, &format!("{}/files", begun.path)).await.text;
    assert!(listed.contains("Remove b.pdf") && !listed.contains("Remove a.pdf"), "{listed}");
}

#[tokio::test]
async fn what_was_typed_meanwhile_is_not_written_over() {
    let begun = Begun::new().await;
    let stale = (FORM, written(&message(&[("attach", ""), ("subject", "Stale")])));
    let typed = message(&[("attach", ""), ("subject", "Typed meanwhile")]);
    let refused = begun.both("message", stale, "message", &typed).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("in another window") && refused.text.contains("look at it again"));
    assert_eq!(begun.form().await.subject, "Typed meanwhile");
}

#[tokio::test]
async fn what_comes_after_a_mailing_has_left_does_not_bring_it_back() {
    for (step, body) in [
        ("files", file("files", "a.pdf", "%PDF")),
        ("recipients", file("recipients", "new.csv", ROWS)),
        ("message", (FORM, written(&message(&[])))),
    ] {
        let begun = Begun::new().await;
        let late = begun.both(step, body, "send", &[("when", "now")]).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND, "{step}: {}", late.text);
        assert!(begun.site.app.db.drafts_of("ana", 9).await.unwrap().is_empty(), "{step}");
    }
}
