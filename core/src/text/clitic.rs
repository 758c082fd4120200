//! English word parts that the treebank splits off: "it|'s", "do|n't", "can|not".

use super::chars::{char_at, cluster_end, is_apostrophe, is_wordy};

const CLITICS: [&str; 6] = ["s", "m", "d", "re", "ve", "ll"];

const FUSED: [(&str, usize); 6] = [
    ("cannot", 3),
    ("gonna", 3),
    ("gotta", 3),
    ("wanna", 3),
    ("gimme", 3),
    ("lemme", 3),
];

/// End of the clitic whose apostrophe is at byte `at`.
pub(super) fn clitic_end(text: &str, at: usize) -> Option<usize> {
    CLITICS
        .iter()
        .find_map(|letters| after_apostrophe(text, at, letters))
}

/// Start of the "n't" whose apostrophe is at byte `at`, in a word that begins before it at `first`.
pub(super) fn negation_start(text: &str, first: usize, at: usize) -> Option<usize> {
    let start = at.checked_sub(1).filter(|&start| start > first)?;
    let n = text.get(start..at)?.eq_ignore_ascii_case("n");
    (n && after_apostrophe(text, at, "t").is_some()).then_some(start)
}

/// Byte of a fused word, from its start, at which its second part begins.
pub(super) fn fused_split(word: &str) -> Option<usize> {
    FUSED
        .iter()
        .find(|(fused, _)| fused.eq_ignore_ascii_case(word))
        .map(|&(_, split)| split)
}

/// End of these letters, if exactly they follow the apostrophe at byte `at`.
fn after_apostrophe(text: &str, at: usize, letters: &str) -> Option<usize> {
    let start = at + char_at(text, at).filter(|&c| is_apostrophe(c))?.len_utf8();
    let end = start + letters.len();
    let same = text.get(start..end)?.eq_ignore_ascii_case(letters);
    let whole =
        |end: usize| cluster_end(text, end - 1) == end && !char_at(text, end).is_some_and(is_wordy);
    (same && whole(end)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clitics_end_with_their_word() {
        assert_eq!(clitic_end("it's", 2), Some(4));
        assert_eq!(clitic_end("we’RE.", 2), Some(7));
        for text in ["it'sx", "it's\u{301}", "it'", "it s", "it'é"] {
            assert_eq!(clitic_end(text, 2), None, "{text}");
        }
    }

    #[test]
    fn negations_need_a_verb() {
        assert_eq!(negation_start("don't", 0, 3), Some(2));
        assert_eq!(negation_start("n't", 0, 1), None);
        assert_eq!(negation_start("é't", 0, 2), None);
        assert_eq!(fused_split("Cannot"), Some(3));
        assert_eq!(fused_split("canno"), None);
    }
}
