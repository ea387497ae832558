//! What a program said: a message, as it was written and as it was meant for many.

use crate::{
    fields::{Fields, FreeBounds},
    tree::Json,
};
use serde::Serialize;
use serde_json::Value;

const MESSAGE_CHARS_MAX: usize = 8192;
const PARAMS_BOUNDS: FreeBounds = FreeBounds { entries: 50, depth: 3, text_chars: 1024 };

/// At least one of both texts is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Message {
    /// With its parameters put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// `invoice %s refused`.
    #[serde(rename = "message", skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// A list, or a map by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<Value>,
}

impl Message {
    /// From `logentry` or, as others write it, `message`: a text, or an object of the same fields.
    pub(super) fn of_event(fields: &mut Fields<'_>) -> Option<Self> {
        // `sentry.interfaces.Message` is what it was called.
        let entry = ["logentry", "sentry.interfaces.Message"].into_iter().find(|key| fields.has(key));
        let entry = entry.and_then(|key| fields.object(key, Self::read));
        if let Some(Json::Object(_)) = fields.peek("message") {
            return entry.or_else(|| fields.object("message", Self::read));
        }
        let text = fields.text("message", MESSAGE_CHARS_MAX);
        match (entry, text) {
            (None, None) => None,
            (None, formatted) => Some(Self { formatted, ..Self::default() }),
            (Some(mut entry), text) => {
                entry.formatted = entry.formatted.or(text);
                Some(entry)
            }
        }
    }

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let message = Self {
            formatted: fields.text("formatted", MESSAGE_CHARS_MAX),
            template: fields.text("message", MESSAGE_CHARS_MAX),
            params: fields.free("params", PARAMS_BOUNDS).filter(|params| params.is_array() || params.is_object()),
        };
        (message.formatted.is_some() || message.template.is_some()).then_some(message)
    }

    /// What people read: with its parameters put in where that is possible.
    pub fn text(&self) -> String {
        match (&self.formatted, &self.template) {
            (Some(formatted), _) => formatted.clone(),
            (None, Some(template)) => filled(template, self.params.as_ref()),
            (None, None) => String::new(),
        }
    }
}

/// `template` with `%s`, `%d` or `{}` replaced by what `params` has in order; as it is where they do not fit.
fn filled(template: &str, params: Option<&Value>) -> String {
    let Some(Value::Array(params)) = params else { return template.to_owned() };
    let mut params = params.iter().map(|param| param.as_str().map_or_else(|| param.to_string(), str::to_owned));
    let (mut text, mut rest) = (String::with_capacity(template.len()), template);
    while let Some((at, length)) = next_slot(rest) {
        text.push_str(&rest[..at]);
        match params.next() {
            Some(param) => text.push_str(&param),
            None => text.push_str(&rest[at..at + length]),
        }
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    text
}

/// Where the next slot for a parameter stands, and its length.
fn next_slot(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(1)).find_map(|at| match (bytes[at], bytes[at + 1]) {
        (b'{', b'}') => Some((at, 2)),
        (b'%', b's' | b'd' | b'i' | b'r' | b'f' | b'o' | b'O' | b'j' | b'v' | b'x')
            if at == 0 || bytes[at - 1] != b'%' =>
        {
            Some((at, 2))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_are_put_into_templates() {
        for (template, params, expected) in [
            ("invoice %s refused: %d", json!(["A1", 3]), "invoice A1 refused: 3"),
            ("user {} of {}", json!(["x"]), "user x of {}"),
            ("100%% sure", json!(["x"]), "100%% sure"),
            ("no slot", json!({"a": 1}), "no slot"),
            ("é%s", json!(["ü"]), "éü"),
        ] {
            assert_eq!(filled(template, Some(&params)), expected);
        }
    }
}
