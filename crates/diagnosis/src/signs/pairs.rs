//! What two words of one line say together, as rows: whose, and what became of it.

use super::has;
use crate::evidence::Sign;
use std::sync::LazyLock;

struct Pair {
    sign: Sign,
    first: Vec<&'static str>,
    second: Vec<&'static str>,
}

static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let rows = include_str!("pairs.tsv").lines().filter(|line| !line.starts_with('#'));
    let pair = |line: &'static str| {
        let mut parts = line.split('\t');
        let sign = serde_json::from_value(parts.next()?.into()).ok()?;
        let (first, second) = (parts.next()?.split(" | ").collect(), parts.next()?.split(" | ").collect());
        Some(Pair { sign, first, second })
    };
    rows.filter_map(pair).collect()
});

/// Bytes of the line that are looked at: what it is about stands at its beginning.
const LOOKED_AT_MAX: usize = 300;

/// What the first line of `text` says, which is in lower case and tells of a failure.
pub(super) fn sign(text: &str) -> Option<Sign> {
    let line = text.lines().next().unwrap_or_default();
    let line = &line[..line.floor_char_boundary(LOOKED_AT_MAX)];
    PAIRS.iter().find(|pair| has(line, &pair.first) && has(line, &pair.second)).map(|pair| pair.sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_of_a_sign() {
        let rows = include_str!("pairs.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(PAIRS.len(), rows);
        assert_eq!(sign("connection to rabbitmq lost, channel closed"), Some(Sign::BrokerLost));
        assert_eq!(sign("job 81 timed out after 3600 seconds"), Some(Sign::TaskHardLimit));
        assert_eq!(sign("missing required setting smtp_password"), Some(Sign::Misconfigured));
        assert_eq!(sign("letter 312 is done"), None);
    }
}
