//! One message over one session: envelope, content, answer.

use super::{
    account::{Account, Flights},
    classify::{Broken, Stage, classify, classify_broken, unknown},
    dots::Stuffer,
    reply::Reply,
    session::Session,
};
use crate::{
    delivery::Delivery,
    letter::Letter,
    message::{Message, PIECE_BYTES_MAX, Signer, wire_address},
};
use bytes::Bytes;
use jobs::Intent;
use model::{Fault, PauseScope, Retry, Verdict};
use std::{collections::HashSet, io::Write as _, time::Duration};

/// A message of at most so many bytes is made in memory before the dialogue begins, and written in one go.
pub(super) const WHOLE_BYTES_MAX: usize = 384 * 1024;
/// Commands in one flight: few enough that their replies fit into any receive buffer.
const COMMANDS_PER_FLIGHT_MAX: usize = 100;
/// A connection that has been idle for longer may be gone without our knowing.
const FRESH: Duration = Duration::from_secs(1);
/// How long to wait for the reason when the server hangs up on us.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A letter made ready: envelope and message.
pub(super) struct Parcel {
    from: String,
    recipients: Vec<Recipient>,
    message: Message,
    /// The message in memory, when it is small.
    whole: Option<Bytes>,
}

struct Recipient {
    address: String,
    wire: String,
}

/// How a transaction ended, and whether the session can carry another.
pub(super) enum TransactionEnding {
    Keep(Delivery),
    Drop(Delivery),
    /// The server had closed the connection before this transaction; nothing was sent.
    Stale,
}

impl Parcel {
    /// Writes and signs the letter, and reads it into memory when it is small.
    pub(super) async fn pack(letter: &Letter, signer: Option<&Signer>) -> Result<Self, Verdict> {
        let nobody = letter.written.is_some() && letter.from.address.is_empty();
        let from = if nobody { Some(String::new()) } else { sound(&letter.from.address) };
        let from = from.ok_or_else(|| invalid(&letter.from.address, Fault::Content))?;
        let mut seen = HashSet::new();
        let mut recipients = Vec::new();
        for mailbox in letter.to.iter().chain(&letter.cc).chain(&letter.bcc) {
            let wire = sound(&mailbox.address).ok_or_else(|| invalid(&mailbox.address, Fault::Recipient))?;
            if seen.insert(wire.clone()) {
                recipients.push(Recipient { address: mailbox.address.clone(), wire });
            }
        }
        if recipients.is_empty() {
            return Err(Verdict::permanent("no_recipients", Fault::Recipient));
        }
        let mut message = Message::write(letter);
        if let Some(signer) = signer {
            message = message.sign(signer, letter.date).await?;
        }
        let small = message.size() <= WHOLE_BYTES_MAX as u64;
        let whole = if small { Some(message.reader().rest().await?) } else { None };
        Ok(Self { from, recipients, message, whole })
    }
}

/// `address` for the envelope, when it can stand between angle brackets.
fn sound(address: &str) -> Option<String> {
    let wire = wire_address(address);
    let fits = wire.len() <= 320
        && wire.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !wire.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | ' '));
    fits.then(|| wire.into_owned())
}

fn invalid(address: &str, fault: Fault) -> Verdict {
    Verdict::permanent("invalid_address", fault).with_arg("address", address)
}

/// Sends `parcel`. `out` is only a buffer.
pub(super) async fn run(
    session: &mut Session,
    account: &Account,
    parcel: &Parcel,
    intent: &Intent,
    out: &mut Vec<u8>,
) -> TransactionEnding {
    if let Some(verdict) = beyond(session, parcel) {
        return TransactionEnding::Keep(Delivery::NotSent { verdict, refused: Vec::new() });
    }
    session.wire.begin();
    out.clear();
    let mut transaction = Transaction { session, account, parcel, intent, out };
    match transaction.one_flight() {
        Some(content) => transaction.run_one_flight(&content).await,
        None => transaction.run_two_flights().await,
    }
}

/// What the server has already said it will not take.
fn beyond(session: &Session, parcel: &Parcel) -> Option<Verdict> {
    let extensions = &session.extensions;
    let limit = extensions.size.unwrap_or(0);
    if limit > 0 && parcel.message.size() > limit {
        return Some(
            Verdict::permanent("message_too_big", Fault::Content)
                .with_arg("size", parcel.message.size().to_string())
                .with_arg("limit", limit.to_string()),
        );
    }
    if !parcel.message.needs_smtputf8() || extensions.smtputf8 {
        return None;
    }
    let verdict = |address: &str, fault| Verdict::permanent("smtputf8_needed", fault).with_arg("address", address);
    let recipient = parcel.recipients.iter().find(|recipient| !recipient.wire.is_ascii());
    Some(match recipient {
        Some(recipient) => verdict(&recipient.address, Fault::Recipient),
        None => verdict(&parcel.from, Fault::Content),
    })
}

struct Transaction<'a> {
    session: &'a mut Session,
    account: &'a Account,
    parcel: &'a Parcel,
    intent: &'a Intent,
    out: &'a mut Vec<u8>,
}

/// The answers to the envelope.
#[derive(Default)]
struct Envelope {
    refused: Vec<(String, Verdict)>,
    accepted: usize,
    /// `MAIL` was refused, and with it the letter as a whole.
    mail: Option<Verdict>,
}

/// Why a transaction cannot go on; the connection with it.
enum Stop {
    /// The reply was 421: the server is closing.
    Closing(Stage, Reply),
    Broken(Stage, Broken),
}

impl Transaction<'_> {
    async fn run_two_flights(&mut self) -> TransactionEnding {
        let mut envelope = Envelope::default();
        let data = match self.envelope(&mut envelope).await {
            Ok(data) => data,
            Err(stop) => return self.stopped(stop, envelope),
        };
        let go_on = data.as_ref().is_some_and(|reply| reply.code == 354);
        if envelope.mail.is_some() || envelope.accepted == 0 {
            return if go_on { self.end_nothing(envelope).await } else { TransactionEnding::Keep(envelope.not_sent()) };
        }
        if !go_on {
            let verdict = data.map_or_else(
                || Verdict::permanent("content_refused", Fault::Content),
                |reply| classify(Stage::Data, &reply),
            );
            return TransactionEnding::Keep(Delivery::NotSent { verdict, refused: envelope.refused });
        }
        if self.session.wire.has_input() {
            return self.stopped(Stop::Broken(Stage::Data, Broken::EarlyData), envelope);
        }
        if let Err(verdict) = self.content().await {
            return TransactionEnding::Drop(Delivery::NotSent { verdict, refused: envelope.refused });
        }
        self.settle(envelope).await
    }

    /// `RSET` where needed, `MAIL`, every `RCPT` and `DATA`. The answer to `DATA`, unless it was not worth asking.
    async fn envelope(&mut self, envelope: &mut Envelope) -> Result<Option<Reply>, Stop> {
        let step = if self.session.extensions.pipelining { COMMANDS_PER_FLIGHT_MAX } else { 1 };
        let mut stages = Vec::with_capacity(self.parcel.recipients.len() + 3);
        if self.session.needs_reset {
            stages.push((Stage::Mail, None));
        }
        stages.push((Stage::Mail, Some(0)));
        stages.extend((0..self.parcel.recipients.len()).map(|index| (Stage::Recipient, Some(index))));
        stages.push((Stage::Data, None));
        for flight in stages.chunks(step) {
            self.out.clear();
            for (stage, index) in flight {
                self.write_command(*stage, *index);
            }
            let stage = flight[0].0;
            let patience = self.account.timeouts.command;
            if let Err(error) = self.session.wire.send(self.out, patience).await {
                return Err(self.hung_up(stage, error).await);
            }
            for (stage, index) in flight {
                let reply = self.reply(*stage).await?;
                match (stage, index) {
                    (Stage::Mail, None) => self.session.needs_reset = false,
                    (Stage::Data, _) => return Ok(Some(reply)),
                    (_, index) => {
                        envelope.hear(self.parcel, *stage, index.unwrap_or(0), &reply);
                        self.session.needs_reset = envelope.mail.is_none();
                    }
                }
            }
            let last_asked = flight.last().map(|(stage, _)| *stage);
            let all_asked = envelope.accepted + envelope.refused.len() == self.parcel.recipients.len();
            if envelope.mail.is_some() || (last_asked == Some(Stage::Recipient) && all_asked && envelope.accepted == 0)
            {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn write_command(&mut self, stage: Stage, index: Option<usize>) {
        // Writing to a Vec cannot fail.
        let _ = match (stage, index) {
            (Stage::Mail, None) => self.out.write_all(b"RSET\r\n"),
            (Stage::Mail, Some(_)) => {
                let _ = write!(self.out, "MAIL FROM:<{}>", self.parcel.from);
                if self.session.extensions.size.is_some() {
                    let _ = write!(self.out, " SIZE={}", self.parcel.message.size());
                }
                if self.parcel.message.needs_smtputf8() {
                    let _ = self.out.write_all(b" BODY=8BITMIME SMTPUTF8");
                } else if self.parcel.message.is_eight_bit() && self.session.extensions.eight_bit_mime {
                    let _ = self.out.write_all(b" BODY=8BITMIME");
                }
                self.out.write_all(b"\r\n")
            }
            (Stage::Recipient, Some(index)) => {
                write!(self.out, "RCPT TO:<{}>\r\n", self.parcel.recipients[index].wire)
            }
            _ => self.out.write_all(b"DATA\r\n"),
        };
    }

    async fn reply(&mut self, stage: Stage) -> Result<Reply, Stop> {
        let patience = if stage == Stage::Data { self.account.timeouts.data } else { self.account.timeouts.command };
        match self.session.wire.reply(patience).await {
            Ok(reply) if reply.code == 421 => Err(Stop::Closing(stage, reply)),
            Ok(reply) => Ok(reply),
            Err(error) => Err(Stop::Broken(stage, error)),
        }
    }

    /// Nobody is left to receive the message, yet the server asks for it (RFC 2920 §3.1): it gets an empty one.
    async fn end_nothing(&mut self, envelope: Envelope) -> TransactionEnding {
        let patience = self.account.timeouts.command;
        let ended = match self.session.wire.send(b".\r\n", patience).await {
            Ok(()) => self.session.wire.reply(patience).await.is_ok(),
            Err(_) => false,
        };
        self.session.needs_reset = true;
        if ended { TransactionEnding::Keep(envelope.not_sent()) } else { TransactionEnding::Drop(envelope.not_sent()) }
    }

    /// Writes the content up to and with the final dot, once the intent is on disk: a server that has the whole content
    /// may take it. After an error the dot has not gone out.
    async fn content(&mut self) -> Result<(), Verdict> {
        let mut stuffer = Stuffer::new();
        self.out.clear();
        if let Some(whole) = &self.parcel.whole {
            stuffer.push(whole, self.out);
        } else {
            let mut reader = self.parcel.message.reader();
            while let Some(piece) = reader.next().await? {
                stuffer.push(&piece, self.out);
                // What is held back goes out with the next piece, or with the dot.
                if self.out.len() >= PIECE_BYTES_MAX {
                    self.send_content().await?;
                    self.out.clear();
                }
            }
        }
        stuffer.end(self.out);
        crashpoint::reach("before_intent");
        self.intent.declare().await?;
        crashpoint::reach("before_dot");
        self.send_content().await?;
        crashpoint::reach("after_dot");
        Ok(())
    }

    async fn send_content(&mut self) -> Result<(), Verdict> {
        match self.session.wire.send(self.out, self.account.timeouts.block).await {
            Ok(()) => Ok(()),
            Err(error) => Err(match self.hung_up(Stage::Content, error).await {
                Stop::Closing(stage, reply) if reply.is_negative() => classify(stage, &reply),
                Stop::Closing(stage, _) => classify_broken(stage, &Broken::EarlyData),
                Stop::Broken(stage, error) => classify_broken(stage, &error),
            }),
        }
    }

    /// A server that hangs up while we write has perhaps said why.
    async fn hung_up(&mut self, stage: Stage, error: Broken) -> Stop {
        match self.session.wire.reply(LAST_WORDS).await {
            Ok(reply) => Stop::Closing(stage, reply),
            Err(_) => Stop::Broken(stage, error),
        }
    }

    /// The answer to the content.
    async fn settle(&mut self, envelope: Envelope) -> TransactionEnding {
        match self.session.wire.reply(self.account.timeouts.end).await {
            Err(error) => TransactionEnding::Drop(Delivery::Unknown { verdict: unknown(&error) }),
            Ok(reply) => self.settled(&reply, envelope),
        }
    }

    fn settled(&mut self, reply: &Reply, envelope: Envelope) -> TransactionEnding {
        self.session.needs_reset = false;
        if reply.is_positive() {
            let refused = envelope.refused;
            return TransactionEnding::Keep(Delivery::Accepted { reference: reply.excerpt(), refused });
        }
        if reply.is_negative() {
            let verdict = classify(Stage::Content, reply);
            let delivery = Delivery::NotSent { verdict, refused: envelope.refused };
            return if reply.code == 421 {
                TransactionEnding::Drop(delivery)
            } else {
                TransactionEnding::Keep(delivery)
            };
        }
        // Neither yes nor no: the server has the content, and what it did with it cannot be told.
        let verdict = unknown(&Broken::EarlyData).with_reply(reply.excerpt());
        TransactionEnding::Drop(Delivery::Unknown { verdict })
    }

    fn stopped(&mut self, stop: Stop, envelope: Envelope) -> TransactionEnding {
        let reused = self.session.messages > 0;
        let verdict = match stop {
            Stop::Closing(Stage::Mail, reply) if reused && is_goodbye(&reply) => return TransactionEnding::Stale,
            Stop::Closing(stage, reply) => classify(stage, &reply),
            Stop::Broken(_, Broken::Lost(_)) if reused && !self.session.wire.heard() => {
                return TransactionEnding::Stale;
            }
            Stop::Broken(stage, error) => classify_broken(stage, &error),
        };
        TransactionEnding::Drop(Delivery::NotSent { verdict, refused: envelope.refused })
    }
}

/// A server that ends an idle or long connection, rather than one that is too busy.
fn is_goodbye(reply: &Reply) -> bool {
    let text = reply.lines.join(" ").to_ascii_lowercase();
    reply.code == 421
        && (reply.enhanced.is_some_and(|code| (code.1, code.2) == (4, 2))
            || ["timeout", "timed out", "idle", "messages per connection", "messages in this connection"]
                .iter()
                .any(|word| text.contains(word)))
}

/// Everything in one write, by `BDAT LAST` (RFC 3030).
impl Transaction<'_> {
    /// The content, when it may go out together with the envelope.
    fn one_flight(&self) -> Option<Bytes> {
        let extensions = &self.session.extensions;
        let wanted = self.account.flights == Flights::One && extensions.pipelining && extensions.chunking;
        let fresh = self.session.messages == 0 || self.session.last_used.elapsed() < FRESH;
        let few = self.parcel.recipients.len() + 3 <= COMMANDS_PER_FLIGHT_MAX;
        if wanted && fresh && few { self.parcel.whole.clone() } else { None }
    }

    async fn run_one_flight(&mut self, content: &[u8]) -> TransactionEnding {
        let reset = self.session.needs_reset;
        if reset {
            self.write_command(Stage::Mail, None);
        }
        self.write_command(Stage::Mail, Some(0));
        for index in 0..self.parcel.recipients.len() {
            self.write_command(Stage::Recipient, Some(index));
        }
        let _ = write!(self.out, "BDAT {} LAST\r\n", content.len());
        self.out.extend_from_slice(content);
        let mut envelope = Envelope::default();
        if let Err(verdict) = self.intent.declare().await {
            return TransactionEnding::Drop(Delivery::NotSent { verdict, refused: Vec::new() });
        }
        if let Err(error) = self.session.wire.send(self.out, self.account.timeouts.block).await {
            let stop = self.hung_up(Stage::Mail, error).await;
            return self.stopped(stop, envelope);
        }
        match self.hear_one_flight(&mut envelope, reset).await {
            Ok(reply) if envelope.accepted > 0 => self.settled(&reply, envelope),
            Ok(_) => {
                self.session.needs_reset = envelope.mail.is_none();
                TransactionEnding::Keep(envelope.not_sent())
            }
            // Nobody accepted, or the server closes before the content's turn: it was not taken.
            Err(Stop::Closing(stage, reply)) if stage != Stage::Content => {
                self.stopped(Stop::Closing(stage, reply), envelope)
            }
            Err(_) if envelope.is_refused(self.parcel) => TransactionEnding::Drop(envelope.not_sent()),
            Err(Stop::Closing(_, reply)) => self.settled(&reply, envelope),
            Err(Stop::Broken(_, error)) => TransactionEnding::Drop(Delivery::Unknown { verdict: unknown(&error) }),
        }
    }

    async fn hear_one_flight(&mut self, envelope: &mut Envelope, reset: bool) -> Result<Reply, Stop> {
        if reset {
            self.reply(Stage::Mail).await?;
        }
        let reply = self.reply(Stage::Mail).await?;
        envelope.hear(self.parcel, Stage::Mail, 0, &reply);
        for index in 0..self.parcel.recipients.len() {
            let reply = self.reply(Stage::Recipient).await?;
            envelope.hear(self.parcel, Stage::Recipient, index, &reply);
        }
        match self.session.wire.reply(self.account.timeouts.end).await {
            Ok(reply) if reply.code == 421 => Err(Stop::Closing(Stage::Content, reply)),
            Ok(reply) => Ok(reply),
            Err(error) => Err(Stop::Broken(Stage::Content, error)),
        }
    }
}

impl Envelope {
    fn hear(&mut self, parcel: &Parcel, stage: Stage, index: usize, reply: &Reply) {
        match stage {
            Stage::Mail if !reply.is_positive() => self.mail = Some(classify(Stage::Mail, reply)),
            Stage::Mail => {}
            // Once MAIL is refused, what is said about the recipients is only that.
            _ if self.mail.is_some() => {}
            _ if reply.is_positive() => self.accepted += 1,
            _ => {
                let address = parcel.recipients[index].address.clone();
                self.refused.push((address, classify(Stage::Recipient, reply)));
            }
        }
    }

    fn is_refused(&self, parcel: &Parcel) -> bool {
        self.mail.is_some() || self.refused.len() == parcel.recipients.len()
    }

    /// The verdict on the letter as a whole is that on `MAIL`, or else the one on a recipient that asks for the most
    /// patience: what may be tried again must not fail because another address is wrong.
    fn not_sent(self) -> Delivery {
        let verdict = self.mail.or_else(|| {
            let weight = |verdict: &Verdict| match (&verdict.pause, verdict.retry) {
                (Some(pause), _) if pause.scope == PauseScope::Account => 3,
                (Some(_), _) => 2,
                (None, Retry::After { .. }) => 1,
                (None, Retry::Never) => 0,
            };
            let mut worst: Option<&Verdict> = None;
            for (_, verdict) in &self.refused {
                if worst.is_none_or(|found| weight(verdict) > weight(found)) {
                    worst = Some(verdict);
                }
            }
            worst.cloned()
        });
        let verdict = verdict.unwrap_or_else(|| Verdict::permanent("no_recipients", Fault::Recipient));
        Delivery::NotSent { verdict, refused: self.refused }
    }
}
