//! Foreign text in messages: shown in full, but without characters that act on a terminal.

use std::borrow::Cow;

/// Longest excerpt of foreign text in a message, in characters.
const EXCERPT: usize = 40;

/// The text with control characters, line separators and changes of the writing direction as `\u{…}`.
///
/// A terminal would obey them: clear the screen, change its title, or show text in another order than it
/// stands in the file. Applying it twice changes nothing more.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// The first 40 characters of a text, [`printable`].
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", printable(text.get(..end).unwrap_or_default())),
        None => printable(text).into_owned(),
    }
}

fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn characters_that_act_on_a_terminal_are_spelled_out() {
    for (text, shown) in [
        ("\u{1b}[2J", "\\u{1b}[2J"),
        ("a\tb\nc\u{7f}\u{9b}", "a\\u{9}b\\u{a}c\\u{7f}\\u{9b}"),
        ("\u{202e}x\u{2066}\u{2029}", "\\u{202e}x\\u{2066}\\u{2029}"),
        ("Zoë 語 \\u{1b} 😀\u{200d}", "Zoë 語 \\u{1b} 😀\u{200d}"),
    ] {
        assert_eq!(printable(text), shown);
        assert_eq!(printable(shown), shown);
    }
    assert_eq!(shorten(&"\u{7}".repeat(50)), "\\u{7}".repeat(40) + "…");
}
