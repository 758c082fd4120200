//! Penn Treebank escapes, which treebank tokenizers leave in SciERC and many other data sets.

/// Replaces the escapes in place, word by word, so that offsets stay valid; counts the words.
pub(super) fn unescape(words: &mut [String]) -> usize {
    let mut count = 0;
    for word in words {
        let plain = spanlight_core::text::unescape(word);
        if plain != *word {
            *word = plain;
            count += 1;
        }
    }
    count
}

#[test]
fn brackets_quotes_and_escaped_signs_change() {
    let mut words = ["-LRB-", ";-RRB-", "``", "'s", "1\\/2", "a/b"].map(String::from);
    assert_eq!(unescape(&mut words), 4);
    assert_eq!(words, ["(", ";)", "\"", "'s", "1/2", "a/b"]);
}
