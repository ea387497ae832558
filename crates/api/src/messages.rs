//! Messages that programs handed over by SMTP.

use model::{ItemState, JobId, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A message as it was taken, and what has become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// The queue id that the program was told.
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub job: JobId,
    /// Its place in the job.
    pub seq: i64,
    #[schema(value_type = String)]
    pub state: ItemState,
    pub attempts: u64,
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    /// When it is tried again, where it waits.
    #[schema(value_type = Option<String>)]
    pub not_before: Option<Timestamp>,
    /// The envelope.
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub message_id: String,
    /// Bytes.
    pub size: u64,
    /// Why it failed, waits, or is unknown: code, arguments, and the reply to the letter.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub verdict: Option<Verdict>,
    /// Addresses refused while others were accepted.
    pub detail: String,
    /// `null` where the content was let go of.
    pub content: Option<MessageContent>,
}

/// A message, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageContent {
    pub headers: Vec<MessageHeader>,
    pub text: Option<String>,
    pub html: Option<String>,
    pub files: Vec<MessageFile>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageHeader {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageFile {
    pub name: String,
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

/// Who gets a message that is sent once more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Resend {
    /// Those that it was for, where none is named.
    pub to: Vec<String>,
}

/// A message that is to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageQueued {
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub job: JobId,
    pub seq: i64,
}
