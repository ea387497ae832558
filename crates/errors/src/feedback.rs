//! What people who use a program say of it.

use crate::{
    document::{self, Told},
    event::NAME_CHARS_MAX,
    fields::Fields,
    json::NotJson,
    scrubbing::Scrubbing,
};
use model::Timestamp;
use serde::Serialize;
use uuid::Uuid;

const MESSAGE_CHARS_MAX: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Feedback {
    pub message: String,
    pub name: Option<String>,
    pub contact_email: Option<String>,
    /// The page on which it was written.
    pub url: Option<String>,
    /// The event that it is about.
    pub about: Option<Uuid>,
    /// None: when it was received.
    pub time: Option<Timestamp>,
    pub release: Option<String>,
    pub environment: Option<String>,
}

/// Reads an item of the kind `feedback`, or `user_report` as it was before; none without a message.
///
/// # Errors
/// When the bytes are no JSON.
pub fn read(bytes: &[u8], scrubbing: &Scrubbing) -> Result<Told<Option<Feedback>>, NotJson> {
    document::one("the feedback", bytes, scrubbing, |mut fields| {
        let said = match fields.has("contexts") {
            true => {
                fields.object("contexts", |mut contexts| contexts.object("feedback", |mut said| said_in(&mut said)))
            }
            false => report(&mut fields),
        };
        Some(Feedback {
            time: fields.time("timestamp"),
            release: fields.text("release", NAME_CHARS_MAX),
            environment: fields.text("environment", NAME_CHARS_MAX),
            ..said?
        })
    })
}

fn said_in(fields: &mut Fields<'_>) -> Option<Feedback> {
    Some(Feedback {
        message: fields.text("message", MESSAGE_CHARS_MAX)?,
        name: fields.text("name", NAME_CHARS_MAX),
        contact_email: fields.text("contact_email", NAME_CHARS_MAX),
        url: fields.text("url", 2048),
        about: fields.id("associated_event_id"),
        time: None,
        release: None,
        environment: None,
    })
}

fn report(fields: &mut Fields<'_>) -> Option<Feedback> {
    Some(Feedback {
        message: fields.text("comments", MESSAGE_CHARS_MAX)?,
        name: fields.text("name", NAME_CHARS_MAX),
        contact_email: fields.text("email", NAME_CHARS_MAX),
        url: None,
        about: fields.id("event_id"),
        time: None,
        release: None,
        environment: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let newer = r#"{"contexts":{"feedback":{"message":"It does not work","name":"Anne","contact_email":"anne@example.org",
            "associated_event_id":"9ec79c33ec9942ab8353589fcb2e04dc"}}}"#;
        let older = r#"{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","comments":"It does not work","name":"Anne","email":"anne@example.org"}"#;
        let read_one = |text: &str| read(text.as_bytes(), &Scrubbing::default()).unwrap().what;
        assert!(read_one(newer).is_some());
        assert_eq!(read_one(newer), read_one(older));
        assert_eq!(read_one(r#"{"name":"Anne"}"#), None);
    }
}
