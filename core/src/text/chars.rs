//! Classes of characters, and steps over them, for the segmentation into sentences and words.

use unicode_segmentation::UnicodeSegmentation;

/// The character at byte `at`; `None` at the end of the text.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The character before byte `at`; `None` at the start of the text.
pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

/// End of the grapheme cluster that starts at byte `at`, so that an accent or a skin tone stays with its
/// base.
pub(super) fn cluster_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    // A short cut for ASCII, where only line breaks form clusters, and these are no part of words.
    if let [first, second, ..] = rest.as_bytes()
        && first.is_ascii()
        && second.is_ascii()
    {
        return at + 1;
    }
    let cluster = rest.graphemes(true).next().unwrap_or_default();
    // A prepended mark (U+0600, say) clusters with anything, even with a space.
    let space = cluster
        .char_indices()
        .skip(1)
        .find(|(_, c)| c.is_whitespace());
    at + space.map_or(cluster.len(), |(i, _)| i)
}

/// The first byte, from `at` on, that is no whitespace.
pub(super) fn skip_whitespace(text: &str, at: usize) -> usize {
    text.len() - text.get(at..).unwrap_or_default().trim_start().len()
}

/// The first byte, from `at` on, that is no opening bracket or quote.
pub(super) fn skip_openers(text: &str, mut at: usize) -> usize {
    while let Some(c) = char_at(text, at).filter(|&c| is_opener(c)) {
        at += c.len_utf8();
    }
    at
}

/// Whether the character can stand in the middle of a word of several characters.
pub(super) fn is_wordy(c: char) -> bool {
    c == '_' || (c.is_alphanumeric() && !is_ideograph(c))
}

/// Whether a character of [`is_wordy`] starts at byte `at`.
pub(super) fn wordy_at(text: &str, at: usize) -> bool {
    char_at(text, at).is_some_and(is_wordy)
}

/// Whether a digit or another number starts at byte `at`.
pub(super) fn digit_at(text: &str, at: usize) -> bool {
    char_at(text, at).is_some_and(char::is_numeric)
}

/// Han and Hiragana, written without spaces: each character is a word, as UAX #29 has it.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{3041}'..='\u{309F}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether a character is invisible, so that a BERT tokenizer deletes it. Such a character joins a
/// neighbouring word, since a word of such characters alone would have no word-piece.
pub(super) fn is_ignorable(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFD}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Straight, typographic and prime-like apostrophes.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

/// Brackets and quotes that may stand between a full stop and the next sentence.
pub(super) fn is_closer(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '"'
            | '\''
            | '”'
            | '’'
            | '»'
            | '›'
            | '」'
            | '』'
            | '】'
            | '〉'
            | '》'
            | '）'
            | '］'
            | '｝'
    )
}

/// Brackets and quotes that may stand in front of the first letter of a sentence.
fn is_opener(c: char) -> bool {
    matches!(
        c,
        '(' | '[' | '{' | '"' | '\'' | '`' | '“' | '‘' | '„' | '«' | '‹' | '¿' | '¡' | '「' | '『'
    )
}

/// Whether UAX #29 sees a sentence terminator.
///
/// Its sentence iterator is asked about one character at a time: over a whole text it is
/// quadratic in runs of spaces or brackets after a full stop.
pub(super) fn is_terminator(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, '.' | '!' | '?');
    }
    if c.is_alphanumeric() || c.is_whitespace() {
        return false;
    }
    let mut bytes = [0; 5];
    let end = c.encode_utf8(&mut bytes).len();
    if let Some(next) = bytes.get_mut(end) {
        *next = b'A';
    }
    let probe = std::str::from_utf8(bytes.get(..=end).unwrap_or_default()).unwrap_or_default();
    probe.split_sentence_bounds().nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminators_of_many_scripts() {
        assert!(".!?。！？؟।።‼．".chars().all(is_terminator));
        assert!(!",;:…aé語1 \n\u{2029}😀\u{301}\0".chars().any(is_terminator));
    }

    #[test]
    fn clusters_keep_marks_and_joined_emoji() {
        for cluster in ["e\u{301}", "👩‍💻", "🇩🇪", "1\u{FE0F}\u{20E3}", "x", "語"] {
            assert_eq!(
                cluster_end(&format!("{cluster}a"), 0),
                cluster.len(),
                "{cluster:?}"
            );
        }
        assert_eq!(cluster_end("a", 1), 1);
        assert_eq!(cluster_end("\u{600} a", 0), 2);
    }
}
