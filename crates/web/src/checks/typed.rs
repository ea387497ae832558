//! A check as it is typed, and typed again.

use super::page::CheckForm;
use crate::layout::Form;
use ::checks::{Check, DnsRecord, Floor, Heartbeat, HttpProbe, IpFamily, Probe, Watch};
use language::Language;

/// A new one of that kind.
pub(super) fn blank(kind: &str, zone: &str, language: Language) -> CheckForm {
    let probe = Probe::default();
    let when = if language == Language::French { "toutes les 24 h" } else { "every 24 h" };
    CheckForm {
        kind: kind.to_owned(),
        when: when.to_owned(),
        zone: zone.to_owned(),
        grace_min: "60".to_owned(),
        statuses: "200-299".to_owned(),
        certificate_days: "14".to_owned(),
        redirects: "3".to_owned(),
        record: "A".to_owned(),
        family: IpFamily::Any.as_str().to_owned(),
        every_s: probe.every_s.to_string(),
        timeout_s: probe.timeout_s.to_string(),
        failures_max: if kind == "heartbeat" { "1" } else { "2" }.to_owned(),
        ..CheckForm::default()
    }
}

pub(super) fn of(check: &Check, language: Language) -> CheckForm {
    let (name, failures_max) = (check.name.clone(), check.failures_max.to_string());
    let (is_public, public_name) = (check.is_public, check.public_name.clone().unwrap_or_default());
    let form = CheckForm { name, failures_max, is_public, public_name, ..blank(check.watch.as_str(), "UTC", language) };
    let form = match check.watch.probe() {
        Some(Probe { every_s, timeout_s }) => {
            CheckForm { every_s: every_s.to_string(), timeout_s: timeout_s.to_string(), ..form }
        }
        None => form,
    };
    match &check.watch {
        Watch::Heartbeat(beat) => CheckForm {
            when: beat.when.clone(),
            zone: beat.zone.clone(),
            grace_min: minutes(beat.grace_s),
            run_max_min: beat.run_max_s.map(minutes).unwrap_or_default(),
            floors: lines(&beat.floors),
            ..form
        },
        Watch::Http(http) => CheckForm {
            url: http.url.clone(),
            statuses: format!("{}-{}", http.statuses.0, http.statuses.1),
            contains: http.contains.clone(),
            slower_than_ms: http.slower_than_ms.map(|ms| ms.to_string()).unwrap_or_default(),
            certificate_days: http.certificate_days.map(|days| days.to_string()).unwrap_or_default(),
            redirects: http.redirects.to_string(),
            family: http.family.as_str().to_owned(),
            ..form
        },
        Watch::Tcp { host, port, family, .. } => {
            CheckForm { host: host.clone(), port: port.to_string(), family: family.as_str().to_owned(), ..form }
        }
        Watch::Dns { host, record, expected, .. } => CheckForm {
            host: host.clone(),
            record: if *record == DnsRecord::A { "A" } else { "AAAA" }.to_owned(),
            expected: expected.clone(),
            ..form
        },
    }
}

pub(super) fn read(form: &Form) -> CheckForm {
    let text = |name: &str| form.text(name).to_owned();
    CheckForm {
        kind: text("kind"),
        name: text("name"),
        when: text("when"),
        zone: text("zone"),
        grace_min: text("grace_min"),
        run_max_min: text("run_max_min"),
        floors: text("floors"),
        url: text("url"),
        statuses: text("statuses"),
        contains: text("contains"),
        slower_than_ms: text("slower_than_ms"),
        certificate_days: text("certificate_days"),
        redirects: text("redirects"),
        host: text("host"),
        port: text("port"),
        record: text("record"),
        expected: text("expected"),
        every_s: text("every_s"),
        timeout_s: text("timeout_s"),
        failures_max: text("failures_max"),
        family: text("family"),
        is_public: !form.text("is_public").is_empty(),
        public_name: text("public_name"),
    }
}

/// The check that was typed. Numbers that are none fail its check.
pub(super) fn check(form: &CheckForm) -> Check {
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let optional = |text: &str| (!text.is_empty()).then(|| number(text));
    let probe = Probe { every_s: number(&form.every_s), timeout_s: number(&form.timeout_s) };
    let family = IpFamily::ALL.into_iter().find(|family| family.as_str() == form.family).unwrap_or_default();
    let watch = match form.kind.as_str() {
        "http" => Watch::Http(HttpProbe {
            statuses: statuses(&form.statuses),
            contains: form.contains.clone(),
            slower_than_ms: optional(&form.slower_than_ms),
            certificate_days: optional(&form.certificate_days),
            redirects: form.redirects.parse().unwrap_or(u8::MAX),
            family,
            probe,
            ..HttpProbe::new(&form.url)
        }),
        "tcp" => Watch::Tcp { host: form.host.clone(), port: form.port.parse().unwrap_or(0), family, probe },
        "dns" => {
            let record = if form.record == "AAAA" { DnsRecord::Aaaa } else { DnsRecord::A };
            Watch::Dns { host: form.host.clone(), record, expected: form.expected.clone(), probe }
        }
        _ => Watch::Heartbeat(Heartbeat {
            when: form.when.clone(),
            zone: form.zone.clone(),
            grace_s: seconds(&form.grace_min),
            run_max_s: (!form.run_max_min.is_empty()).then(|| seconds(&form.run_max_min)),
            floors: floors(&form.floors),
        }),
    };
    Check {
        name: form.name.clone(),
        watch,
        failures_max: form.failures_max.parse().unwrap_or(0),
        is_public: form.is_public,
        public_name: Some(form.public_name.clone()).filter(|name| !name.is_empty() && *name != form.name),
    }
}

fn minutes(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (whole, 0) => whole.to_string(),
        _ => format!("{:.1}", seconds as f64 / 60.0),
    }
}

fn seconds(minutes: &str) -> u64 {
    let minutes = minutes.replace(',', ".").parse::<f64>().unwrap_or(f64::MAX);
    (minutes * 60.0).round().clamp(0.0, 1e9) as u64
}

/// `200-299`, `204`
fn statuses(text: &str) -> (u16, u16) {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    (first.trim().parse().unwrap_or(0), last.trim().parse().unwrap_or(0))
}

fn lines(floors: &[Floor]) -> String {
    floors.iter().map(|floor| format!("{} = {}", floor.name, floor.at_least)).collect::<Vec<_>>().join("\n")
}

/// `rows = 10`, a line each. What is no number fails the check.
fn floors(text: &str) -> Vec<Floor> {
    let floor = |line: &str| {
        let (name, least) = line.split_once('=').unwrap_or((line, ""));
        Floor { name: name.trim().to_owned(), at_least: least.trim().replace(',', ".").parse().unwrap_or(f64::NAN) }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(floor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_typed_again() {
        let beat = CheckForm {
            name: "Sauvegarde".into(),
            run_max_min: "30".into(),
            floors: "rows = 10\nbytes = 1.5".into(),
            ..blank("heartbeat", "Europe/Paris", Language::French)
        };
        let http = CheckForm {
            name: "Site".into(),
            url: "https://example.org/".into(),
            statuses: "200-204".into(),
            slower_than_ms: "800".into(),
            family: "ipv6".into(),
            is_public: true,
            public_name: "Site public".into(),
            ..blank("http", "UTC", Language::French)
        };
        let tcp = CheckForm {
            name: "SMTP".into(),
            host: "mail.example.org".into(),
            port: "25".into(),
            ..blank("tcp", "UTC", Language::French)
        };
        for form in [beat, http, tcp] {
            let made = check(&form);
            assert_eq!(made.check(), Ok(()), "{form:?}");
            let again = of(&made, Language::French);
            assert_eq!(check(&again), made);
        }
    }

    #[test]
    fn what_is_no_number_is_told() {
        for (field, form) in [
            ("grace_s", CheckForm { grace_min: "x".into(), ..blank("heartbeat", "UTC", Language::English) }),
            ("floors", CheckForm { floors: "rows".into(), ..blank("heartbeat", "UTC", Language::English) }),
            ("failures_max", CheckForm { failures_max: "-1".into(), ..blank("heartbeat", "UTC", Language::English) }),
            ("url", CheckForm { url: "example".into(), ..blank("http", "UTC", Language::English) }),
            (
                "port",
                CheckForm { host: "a.example".into(), port: "99999".into(), ..blank("tcp", "UTC", Language::English) },
            ),
        ] {
            let made = check(&CheckForm { name: "a".into(), ..form });
            assert_eq!(made.check().unwrap_err().field(), field);
        }
    }
}
