//! Another address for a row that was not delivered, and what a person knows the row by.

use crate::{
    address::{Mailbox, parse_list},
    item::MailItem,
    problem::Problem,
    recipients::Row,
    sentence::Sentence,
    spec::Mailing,
    template::Templates,
};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

/// The row with other addresses: in its cell as well, where a column holds them. Errors name the address as it was
/// typed.
pub fn with_address(templates: &Templates, item: &MailItem, typed: &str) -> Result<MailItem, Vec<Problem>> {
    let (to, errors) = parse_list(typed);
    let mut problems: Vec<Problem> =
        errors.iter().map(|error| Problem::error(typed.trim(), error.what(), error.remedy())).collect();
    if to.is_empty() && problems.is_empty() {
        problems.push(Problem::error("to", Sentence::new("nobody"), Sentence::new("fill_in_address")));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut corrected = MailItem { to, ..item.clone() };
    if let Some(cell) = templates.to_column().and_then(|column| corrected.values.get_mut(column)) {
        typed.trim().clone_into(cell);
    }
    Ok(corrected)
}

/// The addresses of a row, as a person types them.
pub fn typed_address(item: &MailItem, label: &str) -> String {
    match item.to.is_empty() {
        true => label.to_owned(),
        false => item.to.iter().map(Mailbox::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// Parts of headings under which people and organisations stand, the most telling first.
const TELLING: &[&str] = &[
    "société",
    "societe",
    "raison",
    "entreprise",
    "company",
    "organi",
    "association",
    "client",
    "customer",
    "nom",
    "name",
    "adhérent",
    "adherent",
    "membre",
    "member",
];

/// Who the row is about, for people: the company, or the name.
pub fn about<'a>(mailing: &Mailing, item: &'a MailItem) -> Option<&'a str> {
    let tells = |cell: &str| !cell.is_empty() && !cell.contains('@') && !cell.chars().all(|c| c.is_ascii_digit());
    let found = TELLING.iter().find_map(|word| {
        let named = |heading: &&String| {
            let heading = heading.to_lowercase();
            heading.contains(word) && !heading.contains("code") && !heading.contains("fichier")
        };
        let mut columns = mailing.columns.iter().enumerate().filter(|(_, heading)| named(heading));
        columns.find_map(|(place, _)| item.values.get(place).map(|cell| cell.trim()).filter(|cell| tells(cell)))
    });
    found.filter(|cell| item.attachments.iter().all(|file| file.name != *cell))
}

/// Addresses without names, in one order, letters of either case alike.
fn comparable(addresses: &[Mailbox]) -> String {
    let mut texts: Vec<String> = addresses.iter().map(|mailbox| mailbox.address.to_lowercase()).collect();
    texts.sort_unstable();
    texts.join(",")
}

/// By which a row of a corrected list is known again: the key columns, or else every cell but the address.
pub struct Matcher {
    places: Vec<usize>,
    /// What a row is known by → its place in the job; `None` where several rows look alike.
    known: HashMap<Vec<String>, Option<i64>>,
    /// Addresses of rows that look like one of these and are not to be corrected: they were delivered.
    others: HashMap<Vec<String>, HashSet<String>>,
    /// Hashes of what the other rows of the job are known by: there may be many, and none of them is asked for.
    delivered: HashSet<u64>,
}

/// What a row of a corrected list is to the mailing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It stands for this row alone, which was not delivered.
    Undelivered(i64),
    /// It is of a row that was delivered, or still will be.
    Delivered,
    /// Several rows that were not delivered look like it.
    Several,
    /// The mailing has no such row.
    Nobody,
}

impl Matcher {
    /// `rows`: those that were not delivered.
    pub fn new<'a>(mailing: &Mailing, templates: &Templates, rows: impl Iterator<Item = (i64, &'a MailItem)>) -> Self {
        let address = templates.to_column();
        let places: Vec<usize> = match mailing.key.iter().any(|key| Some(*key) == address) || mailing.key.is_empty() {
            true => (0..mailing.columns.len()).filter(|place| Some(*place) != address).collect(),
            false => mailing.key.clone(),
        };
        let mut matcher = Self { places, known: HashMap::new(), others: HashMap::new(), delivered: HashSet::new() };
        for (seq, item) in rows {
            let seqs = matcher.known.entry(matcher.key(&item.values)).or_insert(Some(seq));
            if *seqs != Some(seq) {
                *seqs = None;
            }
        }
        matcher
    }

    fn key(&self, values: &[String]) -> Vec<String> {
        self.places.iter().map(|place| values.get(*place).map_or("", |cell| cell.trim()).to_owned()).collect()
    }

    /// A row of the job that was delivered, or still will be: what the list says of it corrects nothing.
    pub fn add_other(&mut self, item: &MailItem) {
        let key = self.key(&item.values);
        if self.known.contains_key(&key) {
            self.others.entry(key).or_default().insert(comparable(&item.to));
        } else {
            self.delivered.insert(hash(&key));
        }
    }

    /// `to`: the row's addresses, as they are typed.
    pub fn find(&self, row: &Row, to: &str) -> Match {
        let key = self.key(&row.values);
        let is_other = || self.others.get(&key).is_some_and(|others| others.contains(&comparable(&parse_list(to).0)));
        match self.known.get(&key) {
            Some(_) if is_other() => Match::Delivered,
            Some(Some(seq)) => Match::Undelivered(*seq),
            Some(None) => Match::Several,
            None if self.delivered.contains(&hash(&key)) => Match::Delivered,
            None => Match::Nobody,
        }
    }
}

fn hash(key: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
