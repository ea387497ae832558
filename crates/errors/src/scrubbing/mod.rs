//! What must not be kept is taken out of a report before anything else looks at it: values of keys that name a secret,
//! secrets that are known by their shape, credentials in addresses and in source lines.
//!
//! A whole value becomes [`REMOVED`]; a secret within a text becomes `***`. Each is told with its place.

mod keys;
mod query;
mod source_line;

use crate::{
    problem::Place,
    tree::{Json, Object},
};
use keys::{KeyNames, Secrecy};
use scrub::{Counts, Rule};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What stands for a value that was taken out.
pub const REMOVED: &str = "[removed]";

/// Places that are told of one report; what is removed beyond is told without its place.
const TOLD_MAX: usize = 200;

/// Digits of the shortest number of a card.
const NUMBER_BYTES_MIN: usize = 13;

/// The shortest text that a secret could stand in: `pwd=x`.
const TEXT_BYTES_MIN: usize = 5;

/// What a project takes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScrubbingSettings {
    /// Off: everything is kept as it comes.
    pub on: bool,
    /// Further keys whose values are secret, in any case: `["nir", "numero_secu"]`.
    pub keys: Vec<String>,
    /// Keys whose values are kept although their names say otherwise: `["session_kind"]`.
    pub kept_keys: Vec<String>,
    /// Regular expressions whose matches are masked.
    pub patterns: Vec<String>,
    /// Whether the addresses that users come from are taken out.
    pub ip_addresses: bool,
    /// Whether the names before the `@` of e-mail addresses are masked.
    pub emails: bool,
}

impl Default for ScrubbingSettings {
    fn default() -> Self {
        Self {
            on: true,
            keys: Vec::new(),
            kept_keys: Vec::new(),
            patterns: Vec::new(),
            ip_addresses: false,
            emails: false,
        }
    }
}

/// A place where something was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// `request.headers.Authorization`
    pub path: String,
    pub why: RemovedBecause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovedBecause {
    /// Its name says that it is secret.
    Key,
    /// Credentials in a header or in an address.
    Credentials,
    /// The shape of a token or of a private key.
    Token,
    /// A card's or an account's number.
    BankNumber,
    /// An e-mail address.
    Email,
    /// An address on the internet.
    IpAddress,
    /// A pattern of the project's.
    Pattern,
}

/// Settings, compiled.
#[derive(Clone, Debug)]
pub struct Scrubbing {
    settings: ScrubbingSettings,
    keys: KeyNames,
    texts: scrub::Scrubber,
}

impl Default for Scrubbing {
    fn default() -> Self {
        let settings = ScrubbingSettings::default();
        let texts = scrub::Scrubber::new(&texts_config(&settings)).unwrap_or_default();
        Self { keys: KeyNames::new(&[], &[]), texts, settings }
    }
}

impl Scrubbing {
    /// # Errors
    /// When a pattern cannot be used.
    pub fn new(settings: ScrubbingSettings) -> Result<Self, scrub::ConfigError> {
        let texts = scrub::Scrubber::new(&texts_config(&settings))?;
        Ok(Self { keys: KeyNames::new(&settings.keys, &settings.kept_keys), texts, settings })
    }

    /// Takes the secrets out of `report`, and says where.
    pub(crate) fn scrub(&self, report: &mut Json<'_>) -> Vec<Removed> {
        let mut removed = Vec::new();
        if self.settings.on {
            Walk { scrubbing: self, removed: &mut removed }.value(report, &Place::Root);
        }
        removed
    }

    /// The same of what is an object.
    pub(crate) fn scrub_object(&self, report: &mut Object<'_>) -> Vec<Removed> {
        let mut removed = Vec::new();
        if self.settings.on {
            Walk { scrubbing: self, removed: &mut removed }.object(report, &Place::Root);
        }
        removed
    }
}

/// What is masked within texts, beyond what is masked in logs: names that mean a secret in JSON, and words in a log line.
fn texts_config(settings: &ScrubbingSettings) -> scrub::Config {
    let keys = keys::SECRET_IN_TEXTS.iter().map(|key| (*key).to_owned()).chain(settings.keys.iter().cloned());
    scrub::Config {
        also: if settings.emails { vec![Rule::Email] } else { Vec::new() },
        except: Vec::new(),
        keys: keys.collect(),
        patterns: settings.patterns.clone(),
    }
}

struct Walk<'a> {
    scrubbing: &'a Scrubbing,
    removed: &'a mut Vec<Removed>,
}

impl Walk<'_> {
    fn tell(&mut self, place: &Place<'_>, why: RemovedBecause) {
        if self.removed.len() < TOLD_MAX {
            self.removed.push(Removed { path: place.to_string(), why });
        }
    }

    fn value(&mut self, value: &mut Json<'_>, place: &Place<'_>) {
        match value {
            Json::Object(map) => self.object(map, place),
            Json::List(list) if is_source(place.key()) => {
                list.iter_mut().enumerate().for_each(|(index, line)| self.source(line, &Place::Index(place, index)));
            }
            Json::List(list) => self.list(list, place),
            Json::Text(text) => self.text(text, place),
            Json::Number(number) if is_short(number) => {}
            Json::Number(number) => self.number(number.to_string(), value, place),
            Json::Null | Json::Flag(_) => {}
        }
    }

    /// The lines around a frame are looked at together first: nearly all are clean, and there are many.
    fn object(&mut self, map: &mut Object<'_>, place: &Place<'_>) {
        let is_clean = map.has("context_line") && source_line::are_clean(source_of(map));
        for (key, value) in map.iter_mut().filter(|(key, _)| !(is_clean && is_source(Some(key)))) {
            self.entry(key, value, &Place::Key(place, key));
        }
    }

    fn entry(&mut self, key: &str, value: &mut Json<'_>, place: &Place<'_>) {
        if keys::is_structure(key, place) {
            return;
        }
        if key == "context_line" {
            return self.source(value, place);
        }
        match self.scrubbing.keys.secrecy(key) {
            Some(secrecy) => self.leaves(value, secrecy, place),
            None if self.scrubbing.settings.ip_addresses && keys::is_ip_address(key) => {
                self.replace(value, place, RemovedBecause::IpAddress);
            }
            None => self.value(value, place),
        }
    }

    /// A list of pairs is a map: `[["password", "x"]]`, `[{"key": "password", "value": "x"}]`.
    fn list(&mut self, list: &mut [Json<'_>], place: &Place<'_>) {
        for (index, element) in list.iter_mut().enumerate() {
            let place = Place::Index(place, index);
            match element {
                Json::List(pair) if matches!(pair.as_slice(), [Json::Text(_), _]) => {
                    let (name, value) = pair.split_at_mut(1);
                    let name = name[0].as_text().unwrap_or_default();
                    self.entry(name, &mut value[0], &Place::Key(&place, name));
                }
                Json::Object(map) if map.len() == 2 && map.has("value") && map.has("key") => {
                    let name = map.get("key").and_then(Json::as_text).unwrap_or_default().to_owned();
                    if let Some(value) = map.get_mut("value") {
                        self.entry(&name, value, &Place::Key(&place, &name));
                    }
                }
                element => self.value(element, &place),
            }
        }
    }

    /// Everything below a key that names a secret, the names within kept.
    fn leaves(&mut self, value: &mut Json<'_>, secrecy: Secrecy, place: &Place<'_>) {
        match value {
            // What an attribute's type is called is no secret: `{"value": "abc", "type": "string"}`.
            Json::Object(map) => {
                let is_typed = map.has("value") && map.has("type");
                let entries = map.iter_mut().filter(|(key, _)| !(is_typed && *key == "type"));
                entries.for_each(|(key, value)| self.leaves(value, secrecy, &Place::Key(place, key)));
            }
            Json::List(list) => {
                list.iter_mut()
                    .enumerate()
                    .for_each(|(at, value)| self.leaves(value, secrecy, &Place::Index(place, at)));
            }
            leaf if secrecy.holds(leaf) => self.replace(leaf, place, RemovedBecause::Key),
            leaf => self.value(leaf, place),
        }
    }

    fn replace(&mut self, value: &mut Json<'_>, place: &Place<'_>, why: RemovedBecause) {
        *value = Json::text(REMOVED);
        self.tell(place, why);
    }

    fn text(&mut self, text: &mut Cow<'_, str>, place: &Place<'_>) {
        if text.len() < TEXT_BYTES_MIN {
            return;
        }
        if query::may_hold(text, place.key())
            && let Some(clean) = query::scrub(text, &self.scrubbing.keys)
        {
            *text = Cow::Owned(clean);
            self.tell(place, RemovedBecause::Credentials);
        }
        let mut counts = Counts::default();
        if let Cow::Owned(clean) = self.scrubbing.texts.scrub(text.as_bytes(), &mut counts) {
            *text = Cow::Owned(String::from_utf8_lossy(&clean).into_owned());
            self.tell(place, because(counts));
        }
    }

    /// A card's number may come as a number.
    fn number(&mut self, written: String, value: &mut Json<'_>, place: &Place<'_>) {
        if written.len() < NUMBER_BYTES_MIN {
            return;
        }
        let mut text: Cow<'_, str> = written.into();
        let before = text.len();
        self.text(&mut text, place);
        if text.len() != before {
            *value = Json::text(REMOVED);
        }
    }

    fn source(&mut self, line: &mut Json<'_>, place: &Place<'_>) {
        let Json::Text(line) = line else { return };
        if let Some(clean) = source_line::scrub(line) {
            *line = Cow::Owned(clean);
            self.tell(place, RemovedBecause::Key);
        }
    }
}

/// Whether it is a whole number too short for a card's, which most are: it need not be written out.
fn is_short(number: &serde_json::Number) -> bool {
    number.as_i64().is_some_and(|number| number.unsigned_abs() < 10_u64.pow(NUMBER_BYTES_MIN as u32 - 2))
}

fn is_source(key: Option<&str>) -> bool {
    matches!(key, Some("context_line" | "pre_context" | "post_context"))
}

/// The lines of source that a frame has.
fn source_of<'f>(frame: &'f Object<'_>) -> impl Iterator<Item = &'f str> + Clone {
    let parts = ["pre_context", "context_line", "post_context"].into_iter().filter_map(|key| frame.get(key));
    let lines = parts.flat_map(|part| match part {
        Json::List(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    });
    lines.filter_map(Json::as_text)
}

fn because(counts: Counts) -> RemovedBecause {
    let rule = Rule::ALL.into_iter().find(|rule| counts.of(*rule) > 0).unwrap_or(Rule::Key);
    match rule {
        Rule::Key => RemovedBecause::Key,
        Rule::Header | Rule::Url => RemovedBecause::Credentials,
        Rule::Token | Rule::PrivateKey => RemovedBecause::Token,
        Rule::Card | Rule::Iban => RemovedBecause::BankNumber,
        Rule::Email => RemovedBecause::Email,
        Rule::Pattern => RemovedBecause::Pattern,
    }
}

#[cfg(test)]
mod tests;
