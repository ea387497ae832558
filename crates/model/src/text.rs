//! What text from outside may not do where people read it.

/// Characters that steer a display: controls, line and paragraph separators, and what turns the direction of reading
/// (Unicode UAX #9), so that a name or a reply could pass for another.
pub fn steers_display(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_and_what_turns_them_round_does_not() {
        assert!("été مرحبا 👋🏽\u{200d}".chars().all(|c| !steers_display(c)));
        assert!("\u{1b}\u{9b}\n\u{202e}\u{2066}\u{2029}".chars().all(steers_display));
    }
}
