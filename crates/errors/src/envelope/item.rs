//! One item of an envelope.

use crate::fields::Fields;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Event,
    Transaction,
    Span,
    Session,
    Sessions,
    CheckIn,
    Log,
    TraceMetric,
    Feedback,
    UserReport,
    Attachment,
    ClientReport,
    RawSecurity,
    Replay,
    Profile,
    /// Named as the client names it.
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub kind: ItemKind,
    pub content_type: Option<String>,
    /// Of an attachment.
    pub filename: Option<String>,
    /// `event.minidump`, `event.view_hierarchy`
    pub attachment_type: Option<String>,
    /// Of items that hold many: how many the client says.
    pub item_count: Option<u64>,
    pub payload: &'a [u8],
}

impl ItemKind {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Event => "event",
            Self::Transaction => "transaction",
            Self::Span => "span",
            Self::Session => "session",
            Self::Sessions => "sessions",
            Self::CheckIn => "check_in",
            Self::Log => "log",
            Self::TraceMetric => "trace_metric",
            Self::Feedback => "feedback",
            Self::UserReport => "user_report",
            Self::Attachment => "attachment",
            Self::ClientReport => "client_report",
            Self::RawSecurity => "raw_security",
            Self::Replay => "replay_event",
            Self::Profile => "profile",
            Self::Unknown(name) => name,
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "event" => Self::Event,
            "transaction" => Self::Transaction,
            "span" => Self::Span,
            "session" => Self::Session,
            "sessions" => Self::Sessions,
            "check_in" => Self::CheckIn,
            "log" => Self::Log,
            "trace_metric" => Self::TraceMetric,
            "feedback" => Self::Feedback,
            "user_report" => Self::UserReport,
            "attachment" => Self::Attachment,
            "client_report" => Self::ClientReport,
            "raw_security" | "security" => Self::RawSecurity,
            "replay_event" | "replay_recording" | "replay_video" => Self::Replay,
            "profile" | "profile_chunk" => Self::Profile,
            other => Self::Unknown(other.chars().take(64).collect()),
        }
    }

    /// The name under which clients count what they send and what is refused (rate limits, client reports).
    pub fn category(&self) -> &'static str {
        match self {
            Self::Event => "error",
            Self::Transaction => "transaction",
            Self::Span => "span",
            Self::Session | Self::Sessions => "session",
            Self::CheckIn => "monitor",
            Self::Log => "log_item",
            Self::TraceMetric => "trace_metric",
            Self::Feedback => "feedback",
            Self::Attachment => "attachment",
            Self::ClientReport => "internal",
            Self::RawSecurity => "security",
            Self::Replay => "replay",
            Self::Profile => "profile",
            Self::UserReport | Self::Unknown(_) => "default",
        }
    }

    /// Bytes of a payload; a longer one is refused by itself.
    pub fn bytes_max(&self) -> usize {
        match self {
            Self::ClientReport => 4 << 10,
            Self::CheckIn | Self::Session | Self::Sessions | Self::UserReport | Self::RawSecurity => 100 << 10,
            Self::Attachment => 100 << 20,
            // Of many records, each at most 1 MiB.
            Self::Log | Self::Span | Self::TraceMetric => 10 << 20,
            _ => 1 << 20,
        }
    }
}

impl<'a> Item<'a> {
    pub(super) fn new(kind: ItemKind, payload: &'a [u8]) -> Self {
        Self { kind, content_type: None, filename: None, attachment_type: None, item_count: None, payload }
    }

    /// Whether its payload is longer than its kind may have.
    pub fn is_too_long(&self) -> bool {
        self.payload.len() > self.kind.bytes_max()
    }
}

/// What stands before a payload.
#[derive(Debug)]
pub(super) struct ItemHeader {
    item: Item<'static>,
    pub(super) length: Option<u64>,
}

impl ItemHeader {
    /// None without a type.
    pub(super) fn of(mut fields: Fields<'_>) -> Option<Self> {
        let kind = ItemKind::of(&fields.text("type", 256)?);
        let length = fields.integer("length");
        let mut text = |key| fields.text(key, 256);
        let item = Item {
            content_type: text("content_type"),
            filename: text("filename"),
            attachment_type: text("attachment_type"),
            item_count: fields.integer("item_count"),
            ..Item::new(kind, &[])
        };
        Some(Self { item, length })
    }

    pub(super) fn with(self, payload: &[u8]) -> Item<'_> {
        Item { payload, ..self.item }
    }
}
