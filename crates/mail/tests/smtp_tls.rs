//! Privacy and passwords: no secret leaves unencrypted, and a certificate must be one we trust.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]

mod support;

use mail::{
    catcher::{Catcher, CatcherOptions, Offers, TlsStart},
    delivery::Delivery,
    smtp::{self, Account, Connection},
};
use model::{Fault, PauseScope, Retry, Verdict};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use secrecy::SecretString;
use std::sync::Arc;
use support::{brief, catcher, letter};

fn certificate(name: &str) -> (CertificateDer<'static>, Arc<rustls::ServerConfig>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    (certificate, Arc::new(config))
}

fn options(start: TlsStart, config: Arc<rustls::ServerConfig>) -> CatcherOptions {
    CatcherOptions {
        tls: Some((start, config)),
        login: Some(("compta".to_owned(), "s3cret".to_owned())),
        ..CatcherOptions::default()
    }
}

fn account(catcher: &Catcher, scheme: &str, rest: &str, password: Option<&str>) -> Account {
    let user = if password.is_some() { "compta@" } else { "" };
    let url = format!("{scheme}://{user}localhost:{}{rest}", catcher.address().port());
    Account::from_url(&url, password.map(|password| SecretString::from(password.to_owned()))).unwrap()
}

#[tokio::test]
async fn sends_over_tls_with_a_password() {
    for (start, scheme) in [(TlsStart::StartTls, "smtp"), (TlsStart::Implicit, "smtps")] {
        let (certificate, config) = certificate("localhost");
        let catcher = catcher(options(start, config)).await;
        let account = Arc::new(account(&catcher, scheme, "", Some("s3cret")).trusting(certificate));
        let report = smtp::check(&account).await.unwrap();
        assert_eq!((report.tls.as_deref(), report.mechanism), (Some("TLSv1_3"), Some("PLAIN")));
        assert_eq!(report.size_limit, Some(50_000_000));
        let mut connection = Connection::new(account, None);
        for _ in 0..5 {
            let delivery = connection.deliver(&letter(&["a@exemple.fr"])).await;
            assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
        }
        assert_eq!((catcher.tally().messages, catcher.tally().connections), (5, 2));
    }
}

#[tokio::test]
async fn a_big_message_goes_through_tls() {
    let (certificate, config) = certificate("localhost");
    let folder = tempfile::tempdir().unwrap();
    let catcher = catcher(options(TlsStart::StartTls, config)).await;
    let account = account(&catcher, "smtp", "", Some("s3cret")).trusting(certificate);
    let mut connection = Connection::new(Arc::new(account), None);
    let mut letter = letter(&["a@exemple.fr"]);
    letter.attachments = vec![support::attachment(&folder, "gros.pdf", &[7; 3_000_000])];
    let delivery = connection.deliver(&letter).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
    assert_eq!(catcher.tally().bytes, mail::message::Message::write(&letter).size());
}

#[tokio::test]
async fn a_wrong_password_pauses_and_fails_nobody() {
    let (certificate, config) = certificate("localhost");
    let catcher = catcher(options(TlsStart::StartTls, config)).await;
    let account = account(&catcher, "smtp", "", Some("wrong")).trusting(certificate);
    let mut connection = Connection::new(Arc::new(account), None);
    let Delivery::NotSent { verdict, refused } = connection.deliver(&letter(&["a@exemple.fr"])).await else { panic!() };
    assert_eq!((verdict.code.as_str(), verdict.fault), ("auth_failed", Fault::Credentials));
    assert!(matches!(verdict.retry, Retry::After { .. }) && refused.is_empty());
    assert_eq!(verdict.pause.map(|pause| (pause.scope, pause.wait)), Some((PauseScope::Account, None)));
}

async fn refusal(account: &Account) -> Verdict {
    smtp::check(account).await.unwrap_err()
}

#[tokio::test]
async fn a_certificate_of_nobody_we_know_is_refused() {
    let (_, config) = certificate("localhost");
    let catcher = catcher(options(TlsStart::StartTls, config)).await;
    let stranger = account(&catcher, "smtp", "", Some("s3cret"));
    assert_eq!(refusal(&stranger).await.code, "tls_failed");
    let (certificate, config) = certificate_for_another_name();
    let catcher = support::catcher(options(TlsStart::Implicit, config)).await;
    let misnamed = account(&catcher, "smtps", "", Some("s3cret")).trusting(certificate);
    let verdict = refusal(&misnamed).await;
    assert_eq!(verdict.code, "tls_failed");
    assert!(verdict.args["error"].contains("localhost"), "{verdict:?}");
}

fn certificate_for_another_name() -> (CertificateDer<'static>, Arc<rustls::ServerConfig>) {
    certificate("mail.exemple.fr")
}

#[tokio::test]
async fn no_password_in_the_clear() {
    let without_tls =
        CatcherOptions { login: Some(("compta".to_owned(), "s3cret".to_owned())), ..CatcherOptions::default() };
    let catcher = catcher(without_tls).await;
    let here = refusal(&account(&catcher, "smtp", "", Some("s3cret"))).await;
    let said = mail::verdict_text::explain(&here, language::Language::English);
    assert!(here.code == "tls_unavailable_here" && said.contains("?plaintext-auth=loopback"), "{said}");
    assert_eq!(refusal(&account(&catcher, "smtp", "?tls=required", None)).await.code, "tls_unavailable");
    // Only to a server on this machine, and only when asked for.
    let account = account(&catcher, "smtp", "?plaintext-auth=loopback", Some("s3cret"));
    assert_eq!(smtp::check(&account).await.unwrap().mechanism, Some("PLAIN"));
}

#[tokio::test]
async fn a_server_that_wants_a_password_we_do_not_have() {
    let (_, config) = certificate("localhost");
    let catcher = catcher(options(TlsStart::StartTls, config)).await;
    let account = account(&catcher, "smtp", "", None);
    let mut connection = Connection::new(Arc::new(account), None);
    let delivery = connection.deliver(&letter(&["a@exemple.fr"])).await;
    assert_eq!(brief(&delivery), "not sent: auth_failed (Credentials, 0 s)");
}

#[tokio::test]
async fn logs_in_the_way_the_server_knows() {
    for (mechanisms, expected) in [
        (&["LOGIN"][..], Ok(Some("LOGIN"))),
        (&["XOAUTH2", "LOGIN", "PLAIN"], Ok(Some("PLAIN"))),
        (&["XOAUTH2"], Err("auth_unsupported")),
    ] {
        let (certificate, config) = certificate("localhost");
        let extensions = Offers { mechanisms, ..Offers::default() };
        let catcher = catcher(CatcherOptions { extensions, ..options(TlsStart::StartTls, config) }).await;
        let right = account(&catcher, "smtp", "", Some("s3cret")).trusting(certificate.clone());
        let found = smtp::check(&right).await.map(|report| report.mechanism).map_err(|verdict| verdict.code);
        assert_eq!(found, expected.map_err(str::to_owned), "{mechanisms:?}");
        if expected.is_ok() {
            let wrong = account(&catcher, "smtp", "", Some("guess")).trusting(certificate);
            assert_eq!(refusal(&wrong).await.code, "auth_failed", "{mechanisms:?}");
        }
    }
}

/// With STARTTLS the server may not slip in commands before the encryption begins (CVE-2011-0411).
#[tokio::test]
async fn what_was_said_before_tls_is_not_taken_for_private() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 512];
        stream.write_all(b"220 hello\r\n").await.unwrap();
        let _ = stream.read(&mut bytes).await.unwrap();
        stream.write_all(b"250-hello\r\n250 STARTTLS\r\n").await.unwrap();
        let _ = stream.read(&mut bytes).await.unwrap();
        stream.write_all(b"220 go ahead\r\n250-evil\r\n250 AUTH PLAIN\r\n").await.unwrap();
        stream.read(&mut bytes).await.unwrap_or(0)
    });
    let account = Account::from_url(&format!("smtp://127.0.0.1:{port}?tls=required"), None).unwrap();
    let verdict = refusal(&account).await;
    assert_eq!(verdict.code, "protocol_error");
    assert_eq!(server.await.unwrap(), 0, "nothing more may be said to such a server");
}
