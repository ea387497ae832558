//! Elasticsearch's `_bulk`: a line that says what to do, then the document. Only what adds a document is taken.
//! <https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk>

use crate::error::Malformed;
use crate::{
    BodyError, Intake, RecordMetadata,
    lines::{Cut, each_line},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;
use sources::timestamps::Reference;
use std::{collections::BTreeMap, io::Read};

/// Documents of one request. Those beyond are answered with 429 each, so that they are sent again.
pub const ITEMS_MAX: usize = 100_000;
/// Fields that tell where a document comes from, the most exact first; else it is its index.
const SOURCES: [&str; 6] =
    ["log.file.path", "file", "service.name", "kubernetes.container.name", "container.name", "host.name"];
/// Bytes of an index's name (Elasticsearch allows as many).
const INDEX_BYTES_MAX: usize = 255;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub verb: Verb,
    pub index: Option<String>,
    pub id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Create,
    Index,
    Update,
    Delete,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Index => "index",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Whether a document follows.
    fn has_document(self) -> bool {
        self != Self::Delete
    }
}

#[derive(Deserialize)]
struct About {
    #[serde(rename = "_index")]
    index: Option<String>,
    #[serde(rename = "_id")]
    id: Option<String>,
}

impl Action {
    /// The action of a line, as `{"create":{"_index":"logs"}}`.
    ///
    /// # Errors
    /// What of the line is no action.
    pub fn read(line: &[u8]) -> Result<Self, Malformed> {
        let bad = |what: String| Malformed(format!("malformed action line: {what}"));
        let read: BTreeMap<String, About> = serde_json::from_slice(line).map_err(|error| bad(error.to_string()))?;
        let mut read = read.into_iter();
        let (Some((name, about)), None) = (read.next(), read.next()) else {
            return Err(bad("one of create and index is expected".into()));
        };
        let verb = match &*name {
            "create" => Verb::Create,
            "index" => Verb::Index,
            "update" => Verb::Update,
            "delete" => Verb::Delete,
            other => {
                return Err(bad(format!("`{}` is no action: use create", other.chars().take(50).collect::<String>())));
            }
        };
        let short = |text: &String| text.len() <= INDEX_BYTES_MAX;
        Ok(Self { verb, index: about.index.filter(short), id: about.id.filter(|id| id.len() <= 512) })
    }
}

/// What is answered: an item for every action.
#[derive(Debug, Default)]
pub struct Items {
    json: String,
    count: usize,
    errors: bool,
}

impl Items {
    fn put(&mut self, action: &Action, index: &str, status: u16, error: Option<(&str, &str)>) {
        self.count += 1;
        self.errors |= error.is_some();
        let index = action.index.as_deref().unwrap_or(index);
        let mut item = json!({"_index": index, "status": status});
        if let Some(id) = &action.id {
            item["_id"] = id.as_str().into();
        }
        if let Some((kind, reason)) = error {
            item["error"] = json!({"type": kind, "reason": reason});
        } else {
            item["result"] = "created".into();
            item["_version"] = 1.into();
        }
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.push_str(&json!({ action.verb.as_str(): item }).to_string());
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The body of the answer.
    pub fn into_json(self, took_ms: u64) -> String {
        format!("{{\"took\":{took_ms},\"errors\":{},\"items\":[{}]}}", self.errors, self.json)
    }
}

impl Intake {
    /// Takes the documents of a bulk request; `index` is theirs where they name none.
    ///
    /// # Errors
    /// When an action line cannot be read, `from` fails, or the store cannot be written to.
    pub fn bulk(&mut self, from: &mut dyn Read, index: &str) -> Result<Items, BodyError> {
        let mut reader = self.reader(Reference::Arrival);
        let (mut items, mut open, mut malformed) = (Items::default(), None::<Action>, None);
        each_line(from, &mut |cut| {
            if malformed.is_some() {
                return Ok(());
            }
            let line = match cut {
                Cut::Line(line) => line.trim_ascii(),
                Cut::Pause => return self.flush(),
                Cut::TooLong => {
                    match open.take() {
                        Some(action) => {
                            items.put(&action, index, 413, Some(("document_too_large", "the document is too long")));
                        }
                        None => malformed = Some(Malformed("malformed action line: it is too long".into())),
                    }
                    return self.reject_long_line();
                }
            };
            let Some(action) = open.take() else {
                if line.is_empty() {
                    return Ok(());
                }
                match Action::read(line) {
                    Ok(action) if action.verb.has_document() => open = Some(action),
                    Ok(action) => items.put(&action, index, 400, Some(ONLY_ADDED)),
                    Err(error) => malformed = Some(error),
                }
                return Ok(());
            };
            self.document(&mut reader, line, &action, index, &mut items)
        })?;
        match (malformed, open) {
            (Some(malformed), _) => Err(malformed.into()),
            (None, Some(_)) => Err(Malformed("the last action has no document".into()).into()),
            (None, None) => Ok(items),
        }
    }

    fn document(
        &mut self,
        reader: &mut sources::Reader,
        line: &[u8],
        action: &Action,
        index: &str,
        items: &mut Items,
    ) -> Result<(), crate::Error> {
        if items.count >= ITEMS_MAX {
            let reason = "too many documents in one request: send this one again";
            items.put(action, index, 429, Some(("es_rejected_execution_exception", reason)));
            return Ok(());
        }
        if action.verb == Verb::Update {
            items.put(action, index, 400, Some(ONLY_ADDED));
            return Ok(());
        }
        let is_object = line.first() == Some(&b'{');
        let read = serde_json::from_slice::<IgnoredAny>(line);
        if !is_object || read.is_err() {
            let reason = read.map_or_else(|error| error.to_string(), |_| "a document is an object".into());
            items.put(action, index, 400, Some(("document_parsing_exception", &reason)));
            return Ok(());
        }
        let own = action.index.as_deref().unwrap_or(index);
        let index_field = [("index".to_owned(), super::text(own))];
        let told = RecordMetadata {
            source: own.as_bytes(),
            source_fields: &SOURCES,
            fields: if own.is_empty() { &[] } else { &index_field },
            ..RecordMetadata::default()
        };
        let rejected = self.taken().rejected;
        self.alone(reader, line, &told)?;
        match self.taken().problems.last().filter(|_| self.taken().rejected > rejected) {
            Some(problem) => items.put(action, index, 400, Some(("document_parsing_exception", &problem.what))),
            None => items.put(action, index, 201, None),
        }
        Ok(())
    }
}

const ONLY_ADDED: (&str, &str) = ("illegal_argument_exception", "records are only added here: use create");
