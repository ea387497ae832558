//! The one error that the API answers with: a problem as RFC 9457 has it, with a remedy where there is one.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// `application/problem+json`. `type` is a relative reference into the page that describes the API.
// RFC 9457 §3.1 makes no member mandatory: what another server on the way says is read too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Where this kind of problem is described; its fragment is stable.
    #[serde(rename = "type", default)]
    #[schema(required)]
    pub kind: String,
    #[serde(default)]
    #[schema(required)]
    pub title: String,
    #[serde(default)]
    #[schema(required)]
    pub status: u16,
    /// What is wrong here, naming the thing and the place.
    #[serde(default)]
    #[schema(required)]
    pub detail: String,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    pub more: Map<String, Value>,
}

impl Problem {
    /// What a problem of its kind says besides, where it does.
    #[must_use]
    pub fn besides<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(Value::Object(self.more.clone())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Candidates;
    use serde_json::json;

    #[test]
    fn a_problem_of_anybody_is_read_and_says_more() {
        let strange: Problem = serde_json::from_value(json!({"title": "Bad Gateway"})).unwrap();
        assert_eq!((strange.title.as_str(), strange.besides::<Candidates>()), ("Bad Gateway", None));
        let candidate = json!({"id": "7f3b0c52-0000-4000-8000-000000000001", "state": "running", "name": "n"});
        let said = json!({
            "type": "/api#conflict", "title": "Conflict", "status": 409, "detail": "several", "candidates": [candidate]
        });
        let several: Problem = serde_json::from_value(said.clone()).unwrap();
        assert_eq!(several.besides::<Candidates>().unwrap().candidates.len(), 1);
        assert_eq!(json!(several).to_string(), said.to_string());
    }
}
