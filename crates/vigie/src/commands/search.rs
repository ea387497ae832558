//! What the API searches page by page, each as far as its bound lets it: a command goes on to the end.

use crate::{
    client::{Answer, Client, query},
    failure::{Failure, Result},
    words::t,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// A page of a list, whose rows and further members are passed on as they came.
#[derive(Serialize, Deserialize)]
struct AnyPage {
    rows: Vec<Value>,
    next: Option<String>,
    /// The page ended before it was full, or everything was looked through.
    #[serde(skip_serializing)]
    searched_until: Option<Value>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// The first `limit` rows that match, in one page, however far one has to look for them.
pub(super) async fn rows<Page: DeserializeOwned>(
    client: &Client,
    path: &str,
    pairs: &[(&'static str, Option<String>)],
    limit: u32,
) -> Result<Answer<Page>> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let left = (limit as usize).saturating_sub(rows.len());
        let paging = [("cursor", cursor), ("limit", Some(left.to_string()))];
        let path = format!("{path}{}", query(pairs.iter().cloned().chain(paging)));
        let mut page = client.get::<AnyPage>(&path).await?.into_inner();
        rows.append(&mut page.rows);
        if page.searched_until.is_none() || page.next.is_none() || rows.len() >= limit as usize {
            let whole = serde_json::to_value(AnyPage { rows, ..page });
            return Answer::read(whole.map_err(|error| Failure::new(t!("page-no-json", error)))?);
        }
        cursor = page.next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, extract::Query, routing::get};
    use serde_json::json;
    use std::collections::HashMap;

    /// Two pages that stop early, with one row between them, and one that is full.
    async fn page(Query(asked): Query<HashMap<String, String>>) -> axum::Json<Value> {
        assert_eq!(asked["q"], "é");
        axum::Json(match asked.get("cursor").map(String::as_str) {
            None => json!({"rows": [], "next": "a", "searched_until": 3}),
            Some("a") => json!({"rows": [1], "next": "b", "searched_until": 2}),
            Some(_) if asked["limit"] == "1" => json!({"rows": [2], "next": "c"}),
            Some(_) => json!({"rows": [2, 3], "next": null}),
        })
    }

    #[tokio::test]
    async fn a_search_goes_on_until_it_has_enough_or_all() {
        let client = Client::Here(Router::new().route("/list", get(page)));
        let pairs = [("q", Some("é".to_owned())), ("user", None)];
        let asked = async |limit| rows::<Value>(&client, "/list", &pairs, limit).await.unwrap().json;
        assert_eq!(asked(9).await, json!({"rows": [1, 2, 3], "next": null}));
        assert_eq!(asked(2).await, json!({"rows": [1, 2], "next": "c"}));
        assert_eq!(asked(1).await, json!({"rows": [1], "next": "b"}));
    }
}
