//! What is said to `vigie alert` and `vigie channel`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    /// What is wrong now
    List,
    /// What was wrong, too, the newest first
    History,
    /// The rules that raise alerts
    Rules,
    /// Say that you look after an alert: no more messages, unless it happens again
    Ack { alert: String },
    /// Send no messages about an alert for a while
    Silence {
        alert: String,
        /// For so many minutes
        #[arg(long, value_name = "N", default_value_t = 240)]
        minutes: u64,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Make or change a rule from JSON, as the list of rules shows it
    Add {
        /// The file with the rule
        file: PathBuf,
        /// Only say how often it would have fired in the last 7 days
        #[arg(long)]
        preview: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// The channels there are, and whether they work
    List,
    /// Make a channel; its URL or token is read from standard input
    Add(ChannelArgs),
    /// Send a test to a channel
    Test {
        /// What the channel is called
        name: String,
    },
    /// Delete a channel
    Delete {
        /// What the channel is called
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ChannelArgs {
    /// What the channel is called
    pub(crate) name: String,
    /// email, slack, discord, teams, telegram, ntfy or webhook
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: String,
    /// email: the sending account
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// email: the sender's address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
    /// email: a recipient's address; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Vec<String>,
    /// telegram: the chat
    #[arg(long, value_name = "ID")]
    pub(crate) chat: Option<String>,
    /// ntfy: the topic
    #[arg(long)]
    pub(crate) topic: Option<String>,
    /// The language of its messages: en or fr
    #[arg(long, value_name = "LANG", default_value = "en")]
    pub(crate) language: String,
    /// Only for rules that name it
    #[arg(long)]
    pub(crate) named_only: bool,
}
