//! What is expected, and of what.

use model::Timestamp;
use schedules::{Expression, Refusal, Timing, zone};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// Characters of a name, and of what is looked for in an answer.
const NAME_MAX: usize = 100;
const TEXT_MAX: usize = 500;
/// How often is asked at the least and at the most, and how long anything may be late or run, in seconds.
const EVERY_S: std::ops::RangeInclusive<u64> = 10..=86_400 * 7;
const GRACE_S: std::ops::RangeInclusive<u64> = 1..=86_400 * 30;
const FLOORS_MAX: usize = 10;
const FAILURES_MAX: u32 = 100;
const REDIRECTS_MAX: u8 = 10;

/// Something that is watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub name: String,
    #[serde(flatten)]
    pub watch: Watch,
    /// Failures in a row before it is down.
    #[serde(default = "one")]
    pub failures_max: u32,
    /// Whether the public page of states has it.
    #[serde(default)]
    pub is_public: bool,
    /// What it is called there, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_name: Option<String>,
}

const fn one() -> u32 {
    1
}

/// How it is watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Watch {
    /// It calls, or is missed.
    Heartbeat(Heartbeat),
    Http(HttpProbe),
    /// A connection is made.
    Tcp {
        host: String,
        port: u16,
        #[serde(default, skip_serializing_if = "IpFamily::is_any")]
        family: IpFamily,
        #[serde(flatten)]
        probe: Probe,
    },
    /// A name is looked up.
    Dns {
        host: String,
        #[serde(default)]
        record: DnsRecord,
        /// One of the answers; empty: any answer will do.
        #[serde(default)]
        expected: String,
        #[serde(flatten)]
        probe: Probe,
    },
}

/// What calls when it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// `every 24 h`, `0 2 * * *`
    pub when: String,
    /// Of the IANA database.
    #[serde(default = "utc")]
    pub zone: String,
    /// How late it may begin, or be heard of.
    pub grace_s: u64,
    /// How long a run may take from its start; none: as long as it may be late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_max_s: Option<u64>,
    /// What a run has to say to count as one that did something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<Floor>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A run that ended well and says less of this did too little.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// `rows`, `bytes`
    pub name: String,
    pub at_least: f64,
}

/// How often something is asked, and how long it has to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    #[serde(default = "Probe::usual_every")]
    pub every_s: u64,
    #[serde(default = "Probe::usual_timeout")]
    pub timeout_s: u64,
}

impl Probe {
    const fn usual_every() -> u64 {
        60
    }

    const fn usual_timeout() -> u64 {
        10
    }
}

impl Default for Probe {
    fn default() -> Self {
        Self { every_s: Self::usual_every(), timeout_s: Self::usual_timeout() }
    }
}

/// An address that has to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpProbe {
    pub url: String,
    /// Statuses that are well, from the first to the last.
    #[serde(default = "HttpProbe::usual_statuses")]
    pub statuses: (u16, u16),
    /// What the answer has to contain; empty: anything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contains: String,
    /// An answer that takes longer is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slower_than_ms: Option<u64>,
    /// A certificate that ends sooner is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_days: Option<u64>,
    /// Redirects that are followed.
    #[serde(default = "HttpProbe::usual_redirects")]
    pub redirects: u8,
    #[serde(default, skip_serializing_if = "IpFamily::is_any")]
    pub family: IpFamily,
    #[serde(flatten)]
    pub probe: Probe,
}

impl HttpProbe {
    const fn usual_statuses() -> (u16, u16) {
        (200, 299)
    }

    const fn usual_redirects() -> u8 {
        3
    }

    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            statuses: Self::usual_statuses(),
            contains: String::new(),
            slower_than_ms: None,
            certificate_days: Some(14),
            redirects: Self::usual_redirects(),
            family: IpFamily::Any,
            probe: Probe::default(),
        }
    }
}

/// Which addresses of a host are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IpFamily {
    /// Whichever answers.
    #[default]
    Any,
    Ipv4,
    Ipv6,
}

impl IpFamily {
    pub const ALL: [Self; 3] = [Self::Any, Self::Ipv4, Self::Ipv6];

    /// Its name in JSON and in forms. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_any(&self) -> bool {
        *self == Self::Any
    }

    pub const fn takes(self, address: std::net::IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Ipv4 => address.is_ipv4(),
            Self::Ipv6 => address.is_ipv6(),
        }
    }
}

/// What is asked of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DnsRecord {
    #[default]
    A,
    Aaaa,
}

/// What is wrong with a check, by its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckFault {
    Field(&'static str),
    /// When it is due cannot be read.
    When(Refusal),
    Zone(Refusal),
}

impl CheckFault {
    pub fn field(&self) -> &'static str {
        match self {
            Self::Field(field) => field,
            Self::When(_) => "when",
            Self::Zone(_) => "zone",
        }
    }
}

impl Heartbeat {
    /// # Errors
    /// Why its times cannot be read.
    pub fn timing(&self) -> Result<Timing, CheckFault> {
        let expression = Expression::parse(&self.when).map_err(CheckFault::When)?;
        if matches!(expression, Expression::Once(_)) {
            return Err(CheckFault::Field("when"));
        }
        Ok(Timing::new(expression, zone(&self.zone).map_err(CheckFault::Zone)?))
    }

    /// When it is due after something was heard of it: intervals count from there.
    pub fn due_after(&self, heard: Timestamp) -> Option<Timestamp> {
        let mut timing = self.timing().ok()?;
        if matches!(timing.expression, Expression::Every(_)) {
            timing.begins = heard;
        }
        timing.next(heard)
    }

    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_s)
    }

    pub fn run_max(&self) -> Duration {
        Duration::from_secs(self.run_max_s.unwrap_or(self.grace_s))
    }
}

impl Watch {
    /// Its name in JSON and in identifiers of texts.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Heartbeat(_) => "heartbeat",
            Self::Http(_) => "http",
            Self::Tcp { .. } => "tcp",
            Self::Dns { .. } => "dns",
        }
    }

    /// How often it is asked; none where it calls by itself.
    pub const fn probe(&self) -> Option<Probe> {
        match self {
            Self::Heartbeat(_) => None,
            Self::Http(http) => Some(http.probe),
            Self::Tcp { probe, .. } | Self::Dns { probe, .. } => Some(*probe),
        }
    }
}

impl Check {
    /// What it is called on the public page.
    pub fn public_name(&self) -> &str {
        self.public_name.as_deref().unwrap_or(&self.name)
    }

    /// # Errors
    /// The first field that cannot be used.
    pub fn check(&self) -> Result<(), CheckFault> {
        let of = |field, good: bool| if good { Ok(()) } else { Err(CheckFault::Field(field)) };
        let is_name = |name: &str| {
            (1..=NAME_MAX).contains(&name.chars().count()) && !name.contains(|c| c < ' ' || model::steers_display(c))
        };
        of("name", is_name(&self.name) && slug(&self.name).is_some())?;
        of("public_name", self.public_name.as_deref().is_none_or(is_name))?;
        of("failures_max", (1..=FAILURES_MAX).contains(&self.failures_max))?;
        if let Some(probe) = self.watch.probe() {
            of("every_s", EVERY_S.contains(&probe.every_s))?;
            of("timeout_s", (1..=60).contains(&probe.timeout_s))?;
        }
        match &self.watch {
            Watch::Heartbeat(beat) => {
                of("grace_s", GRACE_S.contains(&beat.grace_s))?;
                of("run_max_s", beat.run_max_s.is_none_or(|run| GRACE_S.contains(&run)))?;
                let is_floor = |floor: &Floor| is_name(&floor.name) && floor.at_least.is_finite();
                of("floors", beat.floors.len() <= FLOORS_MAX && beat.floors.iter().all(is_floor))?;
                beat.timing().map(drop)
            }
            Watch::Http(http) => {
                let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
                of("url", http.url.len() <= 2_000 && Url::parse(&http.url).is_ok_and(|url| is_web(&url)))?;
                let (first, last) = http.statuses;
                of("statuses", 100 <= first && first <= last && last <= 599)?;
                of("contains", http.contains.chars().count() <= TEXT_MAX)?;
                of("slower_than_ms", http.slower_than_ms.is_none_or(|limit| limit > 0))?;
                of("certificate_days", http.certificate_days.is_none_or(|days| days <= 366))?;
                of("redirects", http.redirects <= REDIRECTS_MAX)
            }
            Watch::Tcp { host, port, .. } => {
                of("host", is_host(host))?;
                of("port", *port > 0)
            }
            Watch::Dns { host, expected, .. } => {
                of("host", is_host(host))?;
                of("expected", expected.is_empty() || expected.parse::<std::net::IpAddr>().is_ok())
            }
        }
    }
}

fn is_host(host: &str) -> bool {
    (1..=253).contains(&host.len()) && url::Host::parse(host).is_ok()
}

/// A name as it stands in addresses: lower-case letters, digits and hyphens; none where nothing is left of it.
pub fn slug(name: &str) -> Option<String> {
    let plain = |c: char| match c.to_ascii_lowercase() {
        'a'..='z' | '0'..='9' | '_' => c.to_ascii_lowercase().to_string(),
        _ => unaccented(c).map_or_else(|| "-".to_owned(), str::to_owned),
    };
    let signs: String = name.chars().map(plain).collect();
    let words: Vec<&str> = signs.split('-').filter(|word| !word.is_empty()).collect();
    Some(words.join("-")).filter(|slug| !slug.is_empty())
}

fn unaccented(c: char) -> Option<&'static str> {
    Some(match c.to_lowercase().next()? {
        'à' | 'á' | 'â' | 'ä' | 'ã' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'ö' | 'õ' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_addresses() {
        for (name, expected) in [
            ("Backup", Some("backup")),
            ("Sauvegarde de la nuit", Some("sauvegarde-de-la-nuit")),
            ("Émargement : été", Some("emargement-ete")),
            ("a__b", Some("a__b")),
            ("…", None),
        ] {
            assert_eq!(slug(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_field() {
        let beat = |when: &str, zone: &str| {
            let beat =
                Heartbeat { when: when.into(), zone: zone.into(), grace_s: 60, run_max_s: None, floors: Vec::new() };
            Check {
                name: "backup".into(),
                watch: Watch::Heartbeat(beat),
                failures_max: 1,
                is_public: false,
                public_name: None,
            }
        };
        let http = |url: &str| Check { watch: Watch::Http(HttpProbe::new(url)), ..beat("every 1 h", "UTC") };
        for (check, field) in [
            (beat("every 24 h", "Europe/Paris"), None),
            (beat("0 2 * * *", "Europe/Paris"), None),
            (beat("2026-12-24 08:00", "UTC"), Some("when")),
            (beat("each day", "UTC"), Some("when")),
            (beat("0 2 * * *", "Europe/Pariss"), Some("zone")),
            (Check { name: "…".into(), ..beat("every 1 h", "UTC") }, Some("name")),
            (Check { failures_max: 0, ..beat("every 1 h", "UTC") }, Some("failures_max")),
            (Check { public_name: Some(String::new()), ..beat("every 1 h", "UTC") }, Some("public_name")),
            (http("https://example.org/"), None),
            (http("file:///etc/passwd"), Some("url")),
            (http("example.org"), Some("url")),
        ] {
            assert_eq!(check.check().err().map(|fault| fault.field()), field, "{check:?}");
        }
    }

    #[test]
    fn a_check_is_read_as_it_was_written() {
        let text = r#"{"name":"site","kind":"http","url":"https://example.org/","every_s":300}"#;
        let check: Check = serde_json::from_str(text).unwrap();
        let Watch::Http(http) = &check.watch else { panic!("{check:?}") };
        assert_eq!((http.probe.every_s, http.probe.timeout_s, http.statuses), (300, 10, (200, 299)));
        let again: Check = serde_json::from_str(&serde_json::to_string(&check).unwrap()).unwrap();
        assert_eq!(again, check);
    }
}
