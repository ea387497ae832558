//! What is said to `vigie submission`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum SubmissionCommand {
    /// Hand a message to the port as a program would, and follow it until it is delivered
    #[command(after_help = "Example:\n  vigie submission test --to me@example.com")]
    Test {
        /// Who gets the message
        #[arg(long, value_name = "ADDRESS")]
        to: String,
        /// Who it is from [default: the same address]
        #[arg(long, value_name = "ADDRESS")]
        from: Option<String>,
    },
    /// Show a message: its envelope, its state, its header and text
    Show {
        /// The queue ID that the program was told
        message: String,
    },
    /// Send a message again, to its recipients or to others
    Resend {
        /// The queue ID that the program was told
        message: String,
        /// Send it to this address instead; may be repeated
        #[arg(long, value_name = "ADDRESS")]
        to: Vec<String>,
    },
    /// Send a message now that waits for its next attempt or has failed
    Release {
        /// The queue ID that the program was told
        message: String,
    },
}
