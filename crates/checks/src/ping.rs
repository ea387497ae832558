//! One sign of life.

use model::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// What a call says by its path: `/start`, `/fail`, `/log`, an exit status, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingKind {
    Success,
    Start,
    Fail,
    /// Noted, and nothing else.
    Log,
    Exit(u8),
}

impl PingKind {
    /// What stands behind the key of a check in an address of Healthchecks; none where that is no such address.
    pub fn of_path(word: &str) -> Option<Self> {
        match word {
            "" => Some(Self::Success),
            "start" => Some(Self::Start),
            "fail" => Some(Self::Fail),
            "log" => Some(Self::Log),
            _ => {
                let is_number = (1..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
                let status = is_number.then(|| word.parse().ok()).flatten()?;
                Some(if status == 0 { Self::Success } else { Self::Exit(status) })
            }
        }
    }

    /// As it is kept and told: `success`, `exit 3`.
    pub fn told(self) -> String {
        match self {
            Self::Success => "success".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Fail => "fail".to_owned(),
            Self::Log => "log".to_owned(),
            Self::Exit(status) => format!("exit {status}"),
        }
    }

    /// Of what [`Self::told`] wrote.
    pub fn of_told(text: &str) -> Option<Self> {
        match text.strip_prefix("exit ") {
            Some(status) => status.parse().ok().map(Self::Exit),
            None if text == "success" => Some(Self::Success),
            None => Self::of_path(text),
        }
    }
}

/// What was heard of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Ping {
    pub at: Timestamp,
    pub kind: PingKind,
    /// Which run it is of, where several overlap.
    pub run: Option<Uuid>,
    /// What it says of itself, in words and figures.
    pub said: Said,
    /// How long it took, where whoever calls says so.
    pub took: Option<Duration>,
}

/// Figures that came with a ping: in its address, or in its body as JSON or as lines `rows=12`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said(Vec<(String, f64)>);

/// Figures of one ping.
const FIGURES_MAX: usize = 50;
/// Bytes of a body that are looked through for lines.
const LOOKED_MAX: usize = 100_000;

impl Said {
    /// `parameters` are those of the address, no longer escaped.
    pub fn read(parameters: &[(String, String)], body: &str) -> Self {
        let figure = |name: &str, value: &str| Some((name.trim().to_lowercase(), number(value)?));
        let mut all: Vec<_> = parameters.iter().filter_map(|(name, value)| figure(name, value)).collect();
        if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(body) {
            let of_field = |(name, value): (&String, &serde_json::Value)| match value {
                serde_json::Value::Number(n) => Some((name.to_lowercase(), n.as_f64()?)),
                serde_json::Value::String(text) => figure(name, text),
                _ => None,
            };
            all.extend(fields.iter().filter_map(of_field));
        } else {
            let end = body.floor_char_boundary(LOOKED_MAX);
            let of_line = |line: &str| line.split_once(['=', ':']).and_then(|(name, value)| figure(name, value));
            all.extend(body[..end].lines().rev().filter_map(of_line));
        }
        all.truncate(FIGURES_MAX);
        Self(all)
    }

    /// What it says of that: the address counts before the body, the last line before those above.
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// `1234`, `1 234,5` as French writes it, `1.5e3`.
fn number(text: &str) -> Option<f64> {
    let plain: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '_')).collect();
    let plain = if plain.contains('.') { plain } else { plain.replace(',', ".") };
    let starts_well = plain.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    starts_well.then(|| plain.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_healthchecks() {
        for (path, expected) in [
            ("", Some(PingKind::Success)),
            ("start", Some(PingKind::Start)),
            ("fail", Some(PingKind::Fail)),
            ("log", Some(PingKind::Log)),
            ("0", Some(PingKind::Success)),
            ("1", Some(PingKind::Exit(1))),
            ("255", Some(PingKind::Exit(255))),
            ("256", None),
            ("-1", None),
            ("+1", None),
            ("0001", None),
            ("starts", None),
        ] {
            assert_eq!(PingKind::of_path(path), expected, "{path}");
            if let Some(kind) = expected {
                assert_eq!(PingKind::of_told(&kind.told()), Some(kind));
            }
        }
    }

    #[test]
    fn figures_are_found_where_programs_say_them() {
        let asked = [("rows".to_owned(), "12".to_owned()), ("rid".to_owned(), "x".to_owned())];
        for (parameters, body, name, expected) in [
            (&asked[..], "rows=3", "rows", Some(12.0)),
            (&[], "copied\nRows = 3\nbytes: 1 024", "rows", Some(3.0)),
            (&[], "rows=3\nrows=5\n", "rows", Some(5.0)),
            (&[], "taille: 1\u{202f}024,5", "taille", Some(1024.5)),
            (&[], r#"{"rows": 7, "bytes": "9"}"#, "bytes", Some(9.0)),
            (&[], "rows=many", "rows", None),
            (&[], "rows=inf", "rows", None),
            (&[], "", "rows", None),
        ] {
            assert_eq!(Said::read(parameters, body).figure(name), expected, "{body}");
        }
    }
}
