//! Finding the templates of many messages.
//!
//! First, messages with the same text around their variables share a *shape*: one hash each. Then shapes with the same
//! delimiters, of which most words agree, become one *cluster*, whose other words are slots as variables are; clusters of
//! enough messages become templates. The idea of fixed delimiters and similar words is that of Drain (He et al., ICWS 2017).

use super::tokens::{Token, token_at, tokens};
use crate::wire::hash64;
use hashbrown::HashTable;

/// Beyond so many shapes messages are too different for templates to pay: the rest stay whole.
const SHAPES_MAX: usize = 8192;
/// How many clusters of the same delimiters a shape is compared with.
const COMPARISONS_MAX: usize = 64;
/// Tokens of a message that are looked at; longer ones stay whole.
const TOKENS_MAX: usize = 2048;
/// How many shapes that came last a message is held against before its words are looked at.
const RECENT_MAX: usize = 4;

/// Messages that differ only in the tokens at some places.
pub(super) struct Cluster<'a> {
    pub(super) exemplar: &'a [u8],
    pub(super) tokens: Vec<Token>,
    /// For each token, whether messages differ there.
    pub(super) is_slot: Vec<bool>,
    /// The messages, rising.
    pub(super) rows: Vec<u32>,
    members: Vec<u32>,
}

/// What mining has found.
pub(super) struct MinedTemplates<'a> {
    pub(super) clusters: Vec<Cluster<'a>>,
    /// Messages without a cluster, rising.
    pub(super) whole: Vec<u32>,
    messages: &'a [&'a [u8]],
    shapes: Shapes<'a>,
}

impl<'a> MinedTemplates<'a> {
    pub(super) fn of(messages: &'a [&'a [u8]]) -> Self {
        let shapes = Shapes::of(messages);
        let mut clusters = cluster(&shapes);
        let mut cluster_of_shape = vec![0u32; shapes.list.len()];
        for (number, cluster) in clusters.iter().enumerate() {
            cluster.members.iter().for_each(|&shape| cluster_of_shape[shape as usize] = number as u32);
        }
        let mut whole = Vec::new();
        for (row, &shape) in shapes.of_rows.iter().enumerate() {
            match cluster_of_shape.get(shape as usize) {
                Some(&cluster) => clusters[cluster as usize].rows.push(row as u32),
                None => whole.push(row as u32),
            }
        }
        Self { clusters, whole, messages, shapes }
    }

    /// The texts at the slots of a cluster: for each slot from the left, one text per row.
    pub(super) fn slots(&self, cluster: &Cluster<'a>) -> Vec<Vec<&'a [u8]>> {
        let places: Vec<usize> = (0..cluster.tokens.len()).filter(|place| cluster.is_slot[*place]).collect();
        let sources: Vec<(u32, Vec<Source<'a>>)> =
            cluster.members.iter().map(|&shape| (shape, self.shapes.sources(shape, &places))).collect();
        let mut slots: Vec<Vec<&'a [u8]>> = places.iter().map(|_| Vec::with_capacity(cluster.rows.len())).collect();
        let mut last = 0;
        for &row in &cluster.rows {
            let shape = self.shapes.of_rows[row as usize];
            if sources[last].0 != shape {
                last = sources.iter().position(|(member, _)| *member == shape).unwrap_or(last);
            }
            let variables = self.shapes.variables(row);
            let message = self.messages[row as usize];
            for (slot, source) in slots.iter_mut().zip(&sources[last].1) {
                slot.push(match *source {
                    Source::Variable(number) => variables[number as usize].of(message),
                    Source::Word(word) => word,
                });
            }
        }
        slots
    }
}

/// Where a message of one shape has the text of a slot.
enum Source<'a> {
    Variable(u32),
    Word(&'a [u8]),
}

struct Shape<'a> {
    exemplar: &'a [u8],
    exemplar_row: u32,
    rows: u32,
}

struct Shapes<'a> {
    list: Vec<Shape<'a>>,
    /// `u32::MAX`: none.
    of_rows: Vec<u32>,
    variables: Vec<Token>,
    /// Where each row's variables end.
    ends: Vec<u32>,
}

impl<'a> Shapes<'a> {
    fn of(messages: &'a [&'a [u8]]) -> Self {
        let mut shapes = Self { list: Vec::new(), of_rows: Vec::new(), variables: Vec::new(), ends: Vec::new() };
        let mut lookup: HashTable<(u64, u32)> = HashTable::new();
        let mut recent: Vec<u32> = Vec::with_capacity(RECENT_MAX + 1);
        for (row, message) in messages.iter().enumerate() {
            let first = shapes.variables.len();
            let shape = match recent.iter().position(|shape| shapes.is_of_shape(message, *shape)) {
                Some(place) => recent.remove(place),
                None => shapes.shape_of(message, row, &mut lookup),
            };
            if shape == u32::MAX {
                shapes.variables.truncate(first);
            } else {
                shapes.list[shape as usize].rows += 1;
                recent.insert(0, shape);
                recent.truncate(RECENT_MAX);
            }
            shapes.ends.push(shapes.variables.len() as u32);
            shapes.of_rows.push(shape);
        }
        shapes
    }

    /// Whether a message has the text of a shape around its variables, which are added then. Costs little more than comparing
    /// both, and next to nothing where they begin otherwise.
    fn is_of_shape(&mut self, message: &[u8], shape: u32) -> bool {
        let Shape { exemplar, exemplar_row, .. } = self.list[shape as usize];
        let first = self.variables.len();
        let (mut own_at, mut their_at) = (0, 0);
        for number in self.range(exemplar_row) {
            let theirs = self.variables[number];
            let fixed = &exemplar[their_at..theirs.start as usize];
            // Where the same fixed text ends, a token begins in both.
            let own = message[own_at..].starts_with(fixed).then(|| token_at(message, own_at + fixed.len()));
            let Some(own) = own.filter(|own| own.variable) else {
                self.variables.truncate(first);
                return false;
            };
            self.variables.push(own);
            (own_at, their_at) = (own.end as usize, theirs.end as usize);
        }
        let agrees = message[own_at..] == exemplar[their_at..];
        if !agrees {
            self.variables.truncate(first);
        }
        agrees
    }

    /// The shape of a message, perhaps a new one, and adds its variables; `u32::MAX` where it stays whole.
    fn shape_of(&mut self, message: &'a [u8], row: usize, lookup: &mut HashTable<(u64, u32)>) -> u32 {
        let first = self.variables.len();
        self.variables.extend(tokens(message).filter(|token| token.variable).take(TOKENS_MAX + 1));
        if self.variables.len() - first > TOKENS_MAX {
            return u32::MAX;
        }
        let hash = self.fixed_hash(message, first);
        let known = lookup.find(hash, |(other, shape)| *other == hash && self.agrees(*shape, message, first));
        if let Some((_, shape)) = known {
            return *shape;
        }
        if self.list.len() == SHAPES_MAX {
            return u32::MAX;
        }
        let shape = self.list.len() as u32;
        self.list.push(Shape { exemplar: message, exemplar_row: row as u32, rows: 0 });
        lookup.insert_unique(hash, (hash, shape), |(hash, _)| *hash);
        shape
    }

    /// Where a row's variables are.
    fn range(&self, row: u32) -> std::ops::Range<usize> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        start as usize..self.ends[row as usize] as usize
    }

    fn variables(&self, row: u32) -> &[Token] {
        &self.variables[self.range(row)]
    }

    /// A hash of the text around the variables from number `first` on.
    fn fixed_hash(&self, message: &[u8], first: usize) -> u64 {
        let mut hash = 0u64;
        let mut at = 0;
        for variable in &self.variables[first..] {
            hash = mix(hash, &message[at..variable.start as usize]);
            at = variable.end as usize;
        }
        mix(hash, &message[at..])
    }

    /// Whether the text around the variables is that of the shape's exemplar.
    fn agrees(&self, shape: u32, message: &[u8], first: usize) -> bool {
        let Shape { exemplar, exemplar_row, .. } = self.list[shape as usize];
        let (own, theirs) = (&self.variables[first..], self.variables(exemplar_row));
        let (mut own_at, mut their_at) = (0, 0);
        for (own, theirs) in own.iter().zip(theirs) {
            if message[own_at..own.start as usize] != exemplar[their_at..theirs.start as usize] {
                return false;
            }
            (own_at, their_at) = (own.end as usize, theirs.end as usize);
        }
        own.len() == theirs.len() && message[own_at..] == exemplar[their_at..]
    }

    fn sources(&self, shape: u32, places: &[usize]) -> Vec<Source<'a>> {
        let exemplar = self.list[shape as usize].exemplar;
        let mut variables = 0;
        let mut all = Vec::new();
        for token in tokens(exemplar) {
            all.push(if token.variable { Source::Variable(variables) } else { Source::Word(token.of(exemplar)) });
            variables += u32::from(token.variable);
        }
        let mut keep = places.iter().copied().peekable();
        let mut place = 0;
        all.retain(|_| {
            place += 1;
            keep.next_if_eq(&(place - 1)).is_some()
        });
        all
    }
}

fn mix(hash: u64, bytes: &[u8]) -> u64 {
    (hash ^ hash64(bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

fn cluster<'a>(shapes: &Shapes<'a>) -> Vec<Cluster<'a>> {
    let mut order: Vec<u32> = (0..shapes.list.len() as u32).collect();
    order.sort_by_key(|&shape| std::cmp::Reverse(shapes.list[shape as usize].rows));
    let mut clusters: Vec<Cluster<'a>> = Vec::new();
    let mut by_delimiters: HashTable<(u64, Vec<u32>)> = HashTable::new();
    for shape in order {
        let Shape { exemplar, rows, .. } = shapes.list[shape as usize];
        let found: Vec<Token> = tokens(exemplar).collect();
        let hash = delimiters_hash(exemplar, &found);
        let group =
            by_delimiters.entry(hash, |(other, _)| *other == hash, |(hash, _)| *hash).or_insert((hash, Vec::new()));
        let group = &mut group.into_mut().1;
        let alike = group
            .iter()
            .take(COMPARISONS_MAX)
            .find(|&&cluster| clusters[cluster as usize].takes(exemplar, &found, rows));
        if let Some(&cluster) = alike {
            clusters[cluster as usize].join(shape, exemplar, &found);
            continue;
        }
        group.push(clusters.len() as u32);
        let is_slot = found.iter().map(|token| token.variable).collect();
        clusters.push(Cluster { exemplar, tokens: found, is_slot, rows: Vec::new(), members: vec![shape] });
    }
    clusters
}

fn delimiters_hash(text: &[u8], tokens: &[Token]) -> u64 {
    let mut at = 0;
    let hash = tokens.iter().fold(tokens.len() as u64, |hash, token| {
        let hash = mix(hash, &text[at..token.start as usize]);
        at = token.end as usize;
        hash
    });
    mix(hash, &text[at..])
}

impl Cluster<'_> {
    /// Whether a shape of `rows` messages has the same delimiters and enough of the same words. Frequent shapes must agree in
    /// three quarters of their tokens, rare ones in half.
    fn takes(&self, text: &[u8], tokens: &[Token], rows: u32) -> bool {
        const RARE: u32 = 48;
        if tokens.len() != self.tokens.len() || !self.same_delimiters(text, tokens) {
            return false;
        }
        let differ = (0..tokens.len()).filter(|&place| self.differs(place, text, tokens)).count();
        let share = if rows < RARE { 2 } else { 4 };
        differ * share <= tokens.len()
    }

    fn differs(&self, place: usize, text: &[u8], tokens: &[Token]) -> bool {
        !self.is_slot[place]
            && (tokens[place].variable || tokens[place].of(text) != self.tokens[place].of(self.exemplar))
    }

    fn same_delimiters(&self, text: &[u8], tokens: &[Token]) -> bool {
        let (mut own_at, mut their_at) = (0, 0);
        for (own, theirs) in self.tokens.iter().zip(tokens) {
            if self.exemplar[own_at..own.start as usize] != text[their_at..theirs.start as usize] {
                return false;
            }
            (own_at, their_at) = (own.end as usize, theirs.end as usize);
        }
        self.exemplar[own_at..] == text[their_at..]
    }

    fn join(&mut self, shape: u32, text: &[u8], tokens: &[Token]) {
        for place in 0..tokens.len() {
            self.is_slot[place] |= self.differs(place, text, tokens);
        }
        self.members.push(shape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text around the variables of a message, and the variables.
    fn taken_apart(message: &[u8]) -> (Vec<&[u8]>, Vec<Token>) {
        let variables: Vec<Token> = tokens(message).filter(|token| token.variable).collect();
        let mut fixed = Vec::new();
        let mut at = 0;
        for variable in &variables {
            fixed.push(&message[at..variable.start as usize]);
            at = variable.end as usize;
        }
        fixed.push(&message[at..]);
        (fixed, variables)
    }

    proptest! {
        #[test]
        fn rows_share_a_shape_where_their_fixed_text_is_the_same(
            messages in prop::collection::vec("[a 1.x-]{0,9}|(id|user) [0-9a-f]{1,9}( (ok|[0-9]\\.[0-9.]{1,5}))?", 0..60),
        ) {
            let messages: Vec<&[u8]> = messages.iter().map(String::as_bytes).collect();
            let shapes = Shapes::of(&messages);
            for (row, message) in messages.iter().enumerate() {
                let (fixed, variables) = taken_apart(message);
                prop_assert_eq!(shapes.variables(row as u32), &variables[..]);
                for (other, its) in messages.iter().enumerate().take(row) {
                    let is_same = shapes.of_rows[row] == shapes.of_rows[other];
                    prop_assert_eq!(is_same, taken_apart(its).0 == fixed, "rows {} and {}", other, row);
                }
            }
        }
    }
}
