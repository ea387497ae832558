//! Questions that somebody may ask of a corpus, made of its own words: whole ones, parts of them, what stands beside each other.

use crate::plain::Plain;
use model::Level;
use telemetry::OwnedValue;

/// Numbers that look random, and are the same for one seed (SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        (!list.is_empty()).then(|| &list[self.below(list.len())])
    }

    /// A stretch of a list that is not empty.
    fn stretch<'a, T>(&mut self, list: &'a [T], most: usize) -> &'a [T] {
        let start = self.below(list.len());
        let most = (list.len() - start).min(most);
        &list[start..=start + self.below(most)]
    }
}

/// A condition, mostly a single one.
pub(crate) fn filter(dice: &mut Dice, records: &[Plain]) -> String {
    let mut one = || term(dice, records);
    let (first, second, third) = (one(), one(), one());
    match dice.below(12) {
        0 => format!("{first} {second}"),
        1 => format!("{first} OR {second}"),
        2 => format!("{first} -{second}"),
        3 => format!("({first} OR {second}) {third}"),
        4 => format!("-({first} {second})"),
        5 => format!("NOT {first}"),
        6 => format!("{first} OR {second} -{third}"),
        _ => first,
    }
}

fn term(dice: &mut Dice, records: &[Plain]) -> String {
    let Some(plain) = dice.of(records) else { return "*".to_owned() };
    match dice.below(20) {
        0..11 => {
            let prefix = if dice.one_in(8) { "*:" } else { "" };
            let text =
                if prefix.is_empty() || dice.one_in(2) { plain.record.message.clone() } else { some_text(dice, plain) };
            format!("{prefix}{}", pattern(dice, &String::from_utf8_lossy(&text)))
        }
        11..16 => of_field(dice, plain),
        16 => of_level(dice),
        17 => of_time(dice, plain),
        18 => format!("{}:*", dice.of(&names(plain)).map_or("none".to_owned(), |name| quoted(name))),
        _ => "*".to_owned(),
    }
}

/// A text of a field, or the source.
fn some_text(dice: &mut Dice, plain: &Plain) -> Vec<u8> {
    let texts = plain.record.fields.iter().filter_map(|(_, value)| match value {
        OwnedValue::Str(text) => Some(text.clone()),
        _ => None,
    });
    let texts: Vec<Vec<u8>> = texts.chain([plain.record.source.clone()]).collect();
    dice.of(&texts).cloned().unwrap_or_default()
}

/// What is looked for in texts: words and parts of this one.
fn pattern(dice: &mut Dice, text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let Some(word) = dice.of(&words) else { return "*".to_owned() };
    let letters: Vec<char> = word.chars().collect();
    let part: String = dice.stretch(&letters, 12).iter().collect();
    let word = in_some_case(dice, word);
    let part = in_some_case(dice, &part);
    match dice.below(14) {
        0..3 => quoted(&word),
        3..6 => quoted(&part),
        6 => format!("*{}*", quoted(&part)),
        7 => format!("{}*", quoted(&letters[..=dice.below(letters.len())].iter().collect::<String>())),
        8 => format!("*{}", quoted(&letters[dice.below(letters.len())..].iter().collect::<String>())),
        9 | 10 => phrase(dice, text),
        11 => {
            let all: Vec<char> = text.chars().collect();
            let most = if dice.one_in(10) { 300 } else { 20 };
            format!("*{}*", quoted(&dice.stretch(&all, most).iter().collect::<String>()))
        }
        12 => expression(dice, text),
        _ => format!("{}*", quoted(&format!("{part}{}", dice.below(10)))),
    }
}

/// Some words and what stands between them.
fn phrase(dice: &mut Dice, text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut starts: Vec<usize> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if is_word(c) != is_word(before) {
            starts.push(at);
        }
        before = c;
    }
    starts.push(text.len());
    let most = if dice.one_in(8) { 60 } else { 7 };
    let borders = dice.stretch(&starts, most);
    let text = &text[borders[0]..borders[borders.len() - 1]];
    if text.is_empty() { "*".to_owned() } else { quoted(&in_some_case(dice, text)) }
}

/// A stretch as an expression, digits as any digits.
fn expression(dice: &mut Dice, text: &str) -> String {
    let letters: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
    if letters.is_empty() {
        return "*".to_owned();
    }
    let (mut expression, digits, start) = (String::new(), dice.one_in(2), dice.one_in(6));
    for c in dice.stretch(&letters, 16) {
        match c {
            c if c.is_ascii_digit() && digits => expression += r"\d",
            '/' => expression += r"\/",
            c => expression += &regex::escape(&c.to_string()),
        }
    }
    let border = if start { r"\b" } else { "" };
    let case = if dice.one_in(3) { "i" } else { "" };
    format!("/{border}{expression}/{case}")
}

fn names(plain: &Plain) -> Vec<String> {
    let own = plain.record.fields.iter().map(|(name, _)| name.clone());
    own.chain(["message", "source", "level", "time"].map(String::from)).collect()
}

/// A condition on a field that this record has.
fn of_field(dice: &mut Dice, plain: &Plain) -> String {
    let name = dice.of(&names(plain)).cloned().unwrap_or_default();
    let Some(value) = plain.value(&name) else { return format!("{}:*", quoted(&name)) };
    let name = quoted(&name);
    let text = match &value {
        OwnedValue::Str(text) => String::from_utf8_lossy(text).into_owned(),
        OwnedValue::Int(int) => int.to_string(),
        OwnedValue::Float(float) => format!("{float:?}"),
        OwnedValue::Bool(truth) => truth.to_string(),
    };
    let letters: Vec<char> = text.chars().take(200).collect();
    if letters.is_empty() {
        return format!("{name}:\"\"");
    }
    let number = crate::plain::number(&value);
    match dice.below(10) {
        0..3 => format!("{name}:{}", quoted(&text)),
        3 => format!("{name}:{}*", quoted(&letters[..=dice.below(letters.len())].iter().collect::<String>())),
        4 => format!("{name}:*{}", quoted(&letters[dice.below(letters.len())..].iter().collect::<String>())),
        5 => format!("{name}:*{}*", quoted(&dice.stretch(&letters, 8).iter().collect::<String>())),
        6 => match expression(dice, &text) {
            any if any == "*" => format!("{name}:*"),
            expression => format!("{name}:{expression}"),
        },
        _ => match number {
            Some(number) => {
                let sign = [">", ">=", "<", "<=", ":"][dice.below(5)];
                let near = if dice.one_in(3) { format!("{}", number.as_f64() + 0.5) } else { number.to_string() };
                format!("{name}{sign}{near}")
            }
            None => format!("{name}:{}", quoted(&in_some_case(dice, &text))),
        },
    }
}

fn of_level(dice: &mut Dice) -> String {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];
    let level = levels[dice.below(levels.len())];
    format!("level{}{}", [":", ">=", "<", ">", "<="][dice.below(5)], level.as_str())
}

fn of_time(dice: &mut Dice, plain: &Plain) -> String {
    // Cut off after any of its parts: a day, a minute, a second.
    let time = plain.record.time.to_string();
    let cut = |end: usize| format!("{}{}", &time[..end], if end > 10 { "Z" } else { "" });
    let end = [10, 16, 19][dice.below(3)];
    match dice.below(3) {
        0 => format!("time:{}", cut(end)),
        1 => format!("since:{}", cut(end)),
        _ => format!("until:{}", cut(end)),
    }
}

/// As it is written, or otherwise.
fn in_some_case(dice: &mut Dice, text: &str) -> String {
    match dice.below(8) {
        0 => text.to_lowercase(),
        1 => text.to_uppercase(),
        _ => text.to_owned(),
    }
}

/// In quotes, with what needs a backslash.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{text}\"")
}
