//! Words that mean the same whoever says them, as rows: how a connection fails, and to whom it was. Found in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use std::sync::LazyLock;

/// What was to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    Dns,
    Mail,
    Database,
    Broker,
    /// Whoever is called over HTTP.
    Service,
}

/// How it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Refused,
    TimedOut,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Failure(Failure),
    Peer(Peer),
    /// A program's own word, at the head of what it says.
    Own(Peer),
}

struct Lexicon {
    finder: AhoCorasick,
    meanings: Vec<Meaning>,
    ports: Vec<(u16, Peer)>,
}

fn peer(name: &str) -> Peer {
    match name {
        "mail" => Peer::Mail,
        "database" => Peer::Database,
        "broker" => Peer::Broker,
        "service" => Peer::Service,
        _ => Peer::Dns,
    }
}

fn failure(name: &str) -> Failure {
    match name {
        "refused" => Failure::Refused,
        "timed_out" => Failure::TimedOut,
        _ => Failure::Lost,
    }
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let (mut spellings, mut meanings, mut ports) = (Vec::new(), Vec::new(), Vec::new());
    let rows = include_str!("lexicon.tsv").lines().filter(|line| !line.starts_with('#'));
    for (what, row) in rows.filter_map(|line| line.split_once('\t')) {
        let (kind, name) = what.split_once(' ').unwrap_or((what, ""));
        for spelling in row.split(" | ") {
            let meaning = match kind {
                "failure" => Meaning::Failure(failure(name)),
                "peer" => Meaning::Peer(peer(name)),
                "own" => Meaning::Own(peer(name)),
                _ => {
                    ports.extend(spelling.trim().parse().ok().map(|port: u16| (port, peer(name))));
                    continue;
                }
            };
            spellings.push(spelling);
            meanings.push(meaning);
        }
    }
    let finder = AhoCorasickBuilder::new().build(&spellings);
    Lexicon { finder: finder.unwrap_or_else(|_| unreachable!("the table is small")), meanings, ports }
});

/// What is said in `text`, which is in lower case, and where.
pub(super) fn meanings(text: &str) -> impl Iterator<Item = (Meaning, usize)> {
    let lexicon = &*LEXICON;
    let found = lexicon.finder.find_overlapping_iter(text);
    found.map(|found| (lexicon.meanings[found.pattern().as_usize()], found.start()))
}

/// Whoever listens at `port`.
pub(super) fn at_port(port: u16) -> Option<Peer> {
    LEXICON.ports.iter().find(|(known, _)| *known == port).map(|(_, peer)| *peer)
}
