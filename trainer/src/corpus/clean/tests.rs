//! Tests of cleaning on invented passages.

use std::collections::BTreeMap;

use super::*;
use crate::corpus::tests::config;

/// The sentences kept, words joined by spaces, and what was counted.
fn cleaned(passage: &str, config: &CorpusConfig) -> (Vec<String>, Counts) {
    let (mut kept, mut counts) = (Vec::new(), Counts::default());
    sentences(passage, config, &mut counts, |words| {
        kept.push(words.join(" "));
        None
    });
    (kept, counts)
}

fn reason(passage: &str) -> Option<Reason> {
    let (kept, counts) = cleaned(passage, &config());
    assert_eq!(counts.found, 1, "{passage}");
    assert_eq!(kept.len() + counts.dropped.len(), 1);
    counts.dropped.into_keys().next()
}

#[test]
fn documents_become_sentences_of_words() {
    let (kept, counts) = cleaned(
        "We don't use CRFs (e.g. [3]). It works well, in AT&amp;T's caf\\u00e9s. Yes.",
        &config(),
    );
    assert_eq!(
        kept,
        [
            "We do n't use CRFs ( e.g. [ 3 ] ) .",
            "It works well , in AT&T 's cafés ."
        ]
    );
    assert_eq!((counts.passages, counts.found), (1, 3));
    assert_eq!((counts.markup, counts.escapes), (1, 1));
    assert_eq!(counts.dropped, BTreeMap::from([(Reason::TooShort, 1)]));
}

#[test]
fn units_and_words_follow_the_settings() {
    let text = "One two three four. Five six seven eight.\nNine ten eleven twelve.";
    let whole = CorpusConfig {
        unit: Unit::Sentence,
        words: WordSplit::Spaces,
        ..config()
    };
    let (kept, _) = cleaned(text, &whole);
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0], "One two three four. Five six seven eight.");
    let (kept, _) = cleaned(text, &config());
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[2], "Nine ten eleven twelve .");
}

#[test]
fn sentences_that_are_not_prose_are_dropped_with_the_reason() {
    for (passage, expected) in [
        ("The graph model uses data.", None),
        ("語彙の知識を使うモデルです", None),
        ("Two words", Some(Reason::TooShort)),
        (
            "Robert <unk> is an English actor",
            Some(Reason::Placeholder),
        ),
        ("See http://a.org/b and http://c.org", Some(Reason::Address)),
        ("The code of our model is at https://a.org/b", None),
        (
            r"$ \sum _ { i } x ^ 2 $ is the sum of squares",
            Some(Reason::Latex),
        ),
        ("| 3.5 | 4.1 | 0.2 | F1 |", Some(Reason::NotProse)),
        ("= = = = =", Some(Reason::NotProse)),
    ] {
        assert_eq!(reason(passage), expected, "{passage}");
    }
    assert_eq!(reason(&"word ".repeat(129)), Some(Reason::TooLong));
    assert_eq!(reason(&"word ".repeat(128)), None);
}

#[test]
fn nothing_is_judged_when_cleaning_is_off() {
    let raw = CorpusConfig {
        clean: false,
        unescape: false,
        ..config()
    };
    let (kept, counts) = cleaned(r"| 3.5 | \u00e9 | <b> &amp; |", &raw);
    assert_eq!((kept.len(), counts.markup, counts.escapes), (1, 0, 0));
}

#[test]
fn repetitions_are_recognised() {
    let mut repeated = Repeated::default();
    let mut see = |words: &[&str]| repeated.see(fingerprint(words));
    assert!(!see(&["a", "b"]));
    assert!(!see(&["a", "c"]));
    assert!(see(&["a", "b"]));
    assert!(see(&["a", "c"]));
    assert!(!see(&["a"]));
}

#[test]
fn millions_of_sentences_are_remembered() {
    let mut repeated = Repeated::default();
    let mut seen = |count: u64| {
        let numbers = (0..count).map(|i| fingerprint(&[&i.to_string()]));
        numbers.filter(|&number| repeated.see(number)).count()
    };
    assert_eq!(seen(1_000_000), 0);
    assert!((999_000..=1_000_000).contains(&seen(1_000_000)));
    // Far more than the table can hold: the first ones are forgotten.
    seen(20_000_000);
    assert_eq!(seen(100_000), 0);
}
