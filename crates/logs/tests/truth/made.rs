//! Logs made up of what has been got wrong, or might be: words that share their beginnings, values that are empty, letters that
//! share bytes, numbers that are equal and written otherwise.

use crate::{queries::Dice, stores::Corpus};

const ROWS: usize = 900;

pub(crate) fn corpus(seed: u64) -> Corpus {
    let mut dice = Dice(seed ^ 0x6d61_6465);
    let texts: Vec<(String, Vec<u8>)> = (0..3)
        .map(|file| {
            let lines: Vec<Vec<u8>> = (0..ROWS / 3).map(|row| line(&mut dice, file, row)).collect();
            (format!("/var/log/made{file}.log"), lines.join(&b'\n'))
        })
        .collect();
    Corpus::new("made up", &texts)
}

fn line(dice: &mut Dice, file: usize, row: usize) -> Vec<u8> {
    let mut pick = |list: &[&str]| list[dice.below(list.len())].to_owned();
    let word = pick(&["Calories", "Altitude", "Step", "", "s", "1", "12", "_x", "é", "É", "Été", "Âge", "œil", "Œil"]);
    let other = pick(&["c1b", "cb", "c22b", "été1", "ète2", "user", "users", "us", "0", "0.0", "00", "-0", "1.5"]);
    let number = pick(&["0", "0.0", "0e0", "-0", "-0.0", "1.50", "1.5", "1e2", "100", "100.0", "1E2", "12.0", "12"]);
    let again =
        pick(&["0", "0.0", "100", "1e2", "1.5", "12", "\"12\"", "\"\"", "null", "true", "[0,0.0]", "{\"b\":0.0}"]);
    let (kind, n) = (dice.below(11), row / 7 % 40);
    let (hour, minute, second) = (row / 120 % 24, row / 2 % 60, row % 60);
    let day = 1 + row / 200 + file;
    let text = match kind {
        0 => format!("2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}Z calculate{word}WithCache total{word}={n}"),
        1 => format!(
            "2026-10-{day:02} {hour:02}:{minute:02}:{second:02},{n:03} INFO name=user{word}s of {word}team {other}"
        ),
        2 => format!("{{\"ua\":\"{word}\",\"n\":{number},\"d\":{again}}}"),
        3 => format!(
            "{{\"d\":{again}, \"ua\":\"{other}\",\"n\": {number},\"time\":\"2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}Z\"}}"
        ),
        4 => format!(
            "{{\"message\":\"take {word} to {other} {number}\",\"level\":\"warning\",\"x\":{again},\"y\":{number}}}"
        ),
        5 => format!("level=error msg=\"{word} {other}\" took={number} n={n} id={:08x}", n * 7919),
        6 => return [b"take \xC3", other.as_bytes(), b"\xA9 to \xFF", word.as_bytes(), b" end"].concat(),
        7 => format!("Tâche {word} {} de {other}, {number}", "mot ".repeat(n)),
        8 => format!("la {} est là {n}", ["Étape", "Âge", "Été", "Élan", "Être", "À"][n % 6]),
        9 => format!("le {}1 de {}2 est {n}", ["clÉ", "clÈ", "clé"][n % 3], ["ŸŒ", "Ÿœ", "ÿœ", "ô"][n % 4]),
        _ => format!("take the {other} to town {n}{word}"),
    };
    text.into_bytes()
}
