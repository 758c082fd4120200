//! Foreign text in messages: a terminal obeys control characters, and some others reorder what is shown.

use std::borrow::Cow;

/// Whether a character changes how the text around it is shown, line breaks excepted.
fn hidden(c: char) -> bool {
    let control = c.is_control() && c != '\n';
    control
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with control characters and those that set the direction of writing as escapes, such as `\u{1b}`.
/// Line breaks stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        let hostile = "\u{1b}]0;owned\u{7}\r\u{9b}2Ja\u{202e}b\u{2069}\tc\nd\u{7f}";
        let shown = visible(hostile);
        assert_eq!(
            shown,
            "\\u{1b}]0;owned\\u{7}\\r\\u{9b}2Ja\\u{202e}b\\u{2069}\\tc\nd\\u{7f}"
        );
        assert!(matches!(visible("naïve “text”\n"), Cow::Borrowed(_)));
    }
}
