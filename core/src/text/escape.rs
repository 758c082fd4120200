//! Penn Treebank escapes, which annotated corpora contain and raw text does not.

use std::borrow::Cow;

const BRACKETS: [(&str, &str); 6] = [
    ("-LRB-", "("),
    ("-RRB-", ")"),
    ("-LSB-", "["),
    ("-RSB-", "]"),
    ("-LCB-", "{"),
    ("-RCB-", "}"),
];

/// Undoes every treebank escape of a corpus word: brackets, quotes, slashes and asterisks.
pub fn unescape(word: &str) -> String {
    unescape_bracket(unescape_quote(word))
        .replace("\\/", "/")
        .replace("\\*", "*")
}

/// Undoes bracket escapes ("-LRB-" for "(") anywhere in a corpus word.
///
/// Readers of training data should call it: raw text contains plain brackets, as did the text that the
/// encoder was pre-trained on. A plain "(" is one word-piece, its escape several.
pub fn unescape_bracket(word: &str) -> Cow<'_, str> {
    let mut word = Cow::Borrowed(word);
    for (escape, bracket) in BRACKETS {
        if word.contains(escape) {
            word = Cow::Owned(word.replace(escape, bracket));
        }
    }
    word
}

/// Replaces the doubled quotes of the treebank, opening or closing, by the plain `"` of raw text.
pub fn unescape_quote(word: &str) -> &str {
    match word {
        "``" | "''" => "\"",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_are_restored() {
        assert_eq!(unescape_bracket("-LSB-"), "[");
        assert_eq!(unescape_bracket(";-RRB-"), ";)");
        assert!(matches!(unescape_bracket("LRB"), Cow::Borrowed("LRB")));
        assert_eq!(unescape_quote("``"), "\"");
        assert_eq!(unescape_quote("'s"), "'s");
        assert_eq!(unescape("1\\/2\\*-LRB-"), "1/2*(");
        assert_eq!(unescape("``"), "\"");
    }
}
