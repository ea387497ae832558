//! An account as a form shows it, and back: the URL that is kept is put together from host, port, user and security.

use crate::{
    accounts::page::{AccountForm, AccountKind, Security},
    layout::{Form, parts::Faults, view::View},
};
use model::pace::{Batch, Limits};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{net::IpAddr, time::Duration};
use store::Account;
use url::Url;

/// What many providers allow: enough to begin with, and slow enough to annoy nobody.
pub(super) fn suggested() -> AccountForm {
    AccountForm { port: "587".into(), per_minute: "60".into(), daily: "2000".into(), ..AccountForm::default() }
}

pub(super) fn of(account: &Account) -> AccountForm {
    let limits = &account.limits;
    let text = |limit: Option<u32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    let mut form = AccountForm {
        name: account.name.clone(),
        has_secret: account.secret.is_some(),
        per_second: text(limits.per_second),
        per_minute: text(limits.per_minute),
        per_hour: text(limits.per_hour),
        daily: text(limits.daily),
        daily_recipients: text(limits.daily_recipients),
        batch_size: limits.batch.as_ref().map(|batch| batch.size.to_string()).unwrap_or_default(),
        batch_pause: limits.batch.as_ref().map(|batch| batch.pause.as_secs().to_string()).unwrap_or_default(),
        ..AccountForm::default()
    };
    let Ok(url) = Url::parse(&account.url) else { return form };
    let user = percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
    let host = url.host_str().unwrap_or_default().to_owned();
    if url.scheme() == "gmail" {
        (form.kind, form.address) = (AccountKind::Gmail, format!("{user}@{host}"));
        return form;
    }
    let has = |name: &str, value: &str| url.query_pairs().any(|(one, of)| one == name && of == value);
    // On this machine nothing is encrypted unless it is asked for, or a password is sent.
    let is_plain = is_here(&host) && user.is_empty() && !has("tls", "required");
    form.security = match (url.scheme(), is_plain || has("plaintext-auth", "loopback")) {
        ("smtps", _) => Security::Tls,
        (_, true) => Security::None,
        _ => Security::StartTls,
    };
    (form.host, form.user) = (host, user);
    form.port = url.port().map(|port| port.to_string()).unwrap_or_default();
    form
}

/// The fields as typed, and what is wrong with the numbers.
pub(super) fn read(v: &View, form: &Form) -> (AccountForm, Faults) {
    let text = |field: &str| form.text(field).chars().take(500).collect::<String>();
    let mut typed = AccountForm {
        name: text("name"),
        kind: if form.text("kind") == "gmail" { AccountKind::Gmail } else { AccountKind::Smtp },
        host: text("host"),
        port: text("port"),
        security: Security::ALL.into_iter().find(|way| way.as_str() == form.text("security")).unwrap_or_default(),
        user: text("user"),
        address: text("address"),
        has_secret: false,
        per_second: text("per_second"),
        per_minute: text("per_minute"),
        per_hour: text("per_hour"),
        daily: text("daily"),
        daily_recipients: text("daily_recipients"),
        batch_size: text("batch_size"),
        batch_pause: text("batch_pause"),
    };
    let mut faults = Faults::default();
    let numbers = [
        ("per_second", &typed.per_second),
        ("per_minute", &typed.per_minute),
        ("per_hour", &typed.per_hour),
        ("daily", &typed.daily),
        ("daily_recipients", &typed.daily_recipients),
        ("batch_size", &typed.batch_size),
        ("batch_pause", &typed.batch_pause),
    ];
    for (field, text) in numbers {
        if !text.is_empty() && text.parse::<u32>().ok().is_none_or(|number| number == 0) {
            faults.add(field, v.t("number-bad"));
        }
    }
    if typed.batch_size.is_empty() != typed.batch_pause.is_empty() {
        faults.add("batch_pause", v.t("batch-both"));
    }
    match typed.kind {
        AccountKind::Smtp if typed.host.is_empty() => faults.add("host", v.t("account-host-missing")),
        AccountKind::Smtp if !typed.port.is_empty() && typed.port.parse::<u16>().is_err() => {
            faults.add("port", v.t("number-bad"));
        }
        AccountKind::Gmail if !typed.address.contains('@') => faults.add("address", v.t("account-address-missing")),
        _ => {}
    }
    if typed.kind == AccountKind::Smtp {
        propose_port(v, &mut typed, &mut faults);
    }
    (typed, faults)
}

/// A port that is known for the other way of encryption would only time out: the usual one is proposed instead.
fn propose_port(v: &View, typed: &mut AccountForm, faults: &mut Faults) {
    let (text, port) = match (typed.security, typed.port.as_str()) {
        (Security::Tls, "25" | "587") => (v.with("account-port-tls", "port", &typed.port), "465"),
        (Security::StartTls, "465") => (v.t("account-port-starttls"), "587"),
        _ => return,
    };
    faults.add("port", text);
    port.clone_into(&mut typed.port);
}

/// `None` where the form lacks what a URL needs.
pub(super) fn url(typed: &AccountForm) -> Option<String> {
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    if typed.kind == AccountKind::Gmail {
        let (local, host) = typed.address.rsplit_once('@')?;
        return Some(format!("gmail://{}@{host}", escaped(local)));
    }
    if typed.host.is_empty() {
        return None;
    }
    let scheme = if typed.security == Security::Tls { "smtps" } else { "smtp" };
    let user = if typed.user.is_empty() { String::new() } else { format!("{}@", escaped(&typed.user)) };
    let host = if typed.host.contains(':') { format!("[{}]", typed.host) } else { typed.host.clone() };
    let port = if typed.port.is_empty() { String::new() } else { format!(":{}", typed.port) };
    let options = match typed.security {
        Security::None if is_here(&typed.host) && typed.user.is_empty() => "",
        Security::None => "?plaintext-auth=loopback",
        Security::StartTls if is_here(&typed.host) && typed.user.is_empty() => "?tls=required",
        Security::StartTls | Security::Tls => "",
    };
    Some(format!("{scheme}://{user}{host}{port}{options}"))
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

pub(super) fn limits(typed: &AccountForm) -> Limits {
    let number = |text: &str| text.parse::<u32>().ok();
    let batch = number(&typed.batch_size).zip(number(&typed.batch_pause));
    Limits {
        per_second: number(&typed.per_second),
        per_minute: number(&typed.per_minute),
        per_hour: number(&typed.per_hour),
        daily: number(&typed.daily),
        daily_recipients: number(&typed.daily_recipients),
        batch: batch.map(|(size, pause)| Batch { size, pause: Duration::from_secs(pause.into()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_comes_back_from_its_form() {
        for url in [
            "smtp://compta%40exemple%2Efr@mail.exemple.fr:587",
            "smtps://mail.exemple.fr",
            "smtp://u@127.0.0.1:2525?plaintext-auth=loopback",
            "gmail://compta@exemple.fr",
            "smtp://127.0.0.1:2525",
            "smtp://localhost?tls=required",
        ] {
            let limits = Limits {
                per_minute: Some(60),
                batch: Some(Batch { size: 10, pause: Duration::from_secs(3) }),
                ..Limits::default()
            };
            let id = uuid::Uuid::nil().into();
            let account =
                Account { id, name: "a".into(), url: url.into(), secret: None, limits: limits.clone(), pause: None };
            let form = of(&account);
            let is_plain = url == "smtp://127.0.0.1:2525" || url.contains("plaintext-auth");
            assert_eq!(form.security == Security::None, is_plain, "{url}");
            assert_eq!((super::url(&form).as_deref(), super::limits(&form)), (Some(url), limits));
        }
    }
}
