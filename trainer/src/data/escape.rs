//! Penn Treebank escapes, which treebank tokenizers leave in SciERC and many other data sets.

/// Words that are escapes as a whole.
const WORDS: [(&str, &str); 8] = [
    ("-LRB-", "("),
    ("-RRB-", ")"),
    ("-LSB-", "["),
    ("-RSB-", "]"),
    ("-LCB-", "{"),
    ("-RCB-", "}"),
    ("``", "\""),
    ("''", "\""),
];

/// Replaces the escapes in place, word by word, so that offsets stay valid; counts them.
pub(super) fn unescape(words: &mut [String]) -> usize {
    let mut count = 0;
    for word in words {
        if let Some((_, plain)) = WORDS.iter().find(|(escape, _)| escape == word) {
            *word = (*plain).to_owned();
            count += 1;
        } else if word.contains("\\/") || word.contains("\\*") {
            *word = word.replace("\\/", "/").replace("\\*", "*");
            count += 1;
        }
    }
    count
}

#[test]
fn only_whole_words_and_escaped_signs_change() {
    let mut words = ["-LRB-", "x-LRB-", "``", "'s", "1\\/2", "a/b"].map(String::from);
    assert_eq!(unescape(&mut words), 3);
    assert_eq!(words, ["(", "x-LRB-", "\"", "'s", "1/2", "a/b"]);
}
