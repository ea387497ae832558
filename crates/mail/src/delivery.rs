//! What became of one letter, whichever way it left.

use model::Verdict;

/// What became of one letter.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// The other side took responsibility for every recipient but those refused.
    Accepted {
        /// What names the message over there: the SMTP reply to the final dot, or the Gmail message id.
        reference: String,
        /// Addresses refused while others were accepted, each with its verdict.
        refused: Vec<(String, Verdict)>,
    },
    /// Nothing was sent: every recipient, or the letter, was refused, or the dialogue never came to the final dot.
    NotSent {
        /// The verdict on the letter as a whole.
        verdict: Verdict,
        /// Addresses with a verdict of their own (empty when the letter as a whole was refused).
        refused: Vec<(String, Verdict)>,
    },
    /// The final dot (or `BDAT LAST`, or the API call) went out and no answer came back.
    Unknown { verdict: Verdict },
}
