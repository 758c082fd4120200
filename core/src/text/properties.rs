//! Properties that hold for any text, checked on random and on hostile ones.

use super::{OffsetUnit, Offsets, WindowLimit, segment, sentences, windows, words};

const PARTS: &[&str] = &[
    "a",
    "The",
    "k",
    "J",
    "7",
    "1990",
    "语",
    "ひ",
    "カ",
    "ß",
    "é",
    "e\u{301}",
    "\u{301}",
    "😀",
    "👩‍💻",
    "🇩🇪",
    "🇩",
    "\0",
    "\u{200B}",
    "\u{200E}",
    "\u{202E}",
    "\u{FEFF}",
    "\u{600}",
    "\u{AD}",
    " ",
    " ",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\u{2029}",
    "\u{A0}",
    ".",
    ".",
    "...",
    "…",
    "。",
    "!",
    "?",
    ",",
    ";",
    ":",
    "'",
    "’",
    "\"",
    "“",
    "”",
    "`",
    "``",
    "''",
    "(",
    ")",
    "[",
    "]",
    "[1]",
    "-",
    "--",
    "–",
    "/",
    "://",
    "www.",
    "@",
    "#",
    "+",
    "++",
    "%",
    "$",
    "&",
    "_",
    "n't",
    "can",
    "cannot",
    "'s",
    "et al.",
    "e.g.",
    "U.S.",
    "No",
    "Fig",
    "etc",
    "\u{D4E}",
    "क्",
    "ไทย",
    "\u{10FFFF}",
    "\u{E000}",
];

/// Length of a hostile text in bytes, so that quadratic time would take minutes.
const LONG: usize = 100_000;

/// Pseudo-random texts (Knuth's MMIX generator), so that failures repeat.
fn texts(count: usize) -> impl Iterator<Item = String> {
    let mut state = 7_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..count).map(move |_| {
        let length = random(40);
        (0..length).map(|_| PARTS[random(PARTS.len())]).collect()
    })
}

/// Long texts on which a segmenter that looks far back or ahead takes quadratic time.
fn hostile() -> impl Iterator<Item = String> {
    let stuffed = [
        "a", "7", ".", "a.", "A. ", "!", "?\"", "(", ")", "'", "'a", "n't", "-", "a-", "/", "a/",
        "\0", "\u{301}", "e\u{301}", "😀", "🇩", "👩‍", "语", "。", "\u{200B}", "\u{202E}", "[1]",
        "[", "1,", "http://", "://", "www.", "@a", "#", "\u{600}", " .", ". ", "\r\n", "\n.", "… ",
        "क्",
    ];
    let runs = stuffed
        .into_iter()
        .map(|part| part.repeat(LONG / part.len()));
    let tails = [". ", ".)", "a.(", "J. ", "1.[1", "http://a)", "e.g."];
    let tails = tails.into_iter().flat_map(|head| {
        let fill = &head[head.len() - 1..];
        [
            format!("x{head}{}", fill.repeat(LONG)),
            format!("{}{head}", fill.repeat(LONG)),
        ]
    });
    runs.chain(tails)
}

/// Every character that is no whitespace lies in one word of one sentence, in order.
fn check(text: &str) {
    let mut at = 0;
    let blank = |from: usize, to: usize| text[from..to].chars().all(char::is_whitespace);
    for sentence in segment(text) {
        assert!(
            sentence
                .words
                .first()
                .is_some_and(|word| word.start == sentence.start)
        );
        assert!(
            sentence
                .words
                .last()
                .is_some_and(|word| word.end == sentence.end)
        );
        for word in &sentence.words {
            assert!(
                word.start < word.end && blank(at, word.start),
                "{text:?}: {at} {word:?}"
            );
            assert!(
                !word.surface(text).contains(char::is_whitespace),
                "{text:?}: {word:?}"
            );
            if word.surface(text).chars().all(super::chars::is_ignorable) {
                // A word of its own, since it stands alone between two spaces.
                assert_eq!(
                    sentence
                        .words
                        .iter()
                        .filter(|w| w.end == word.start || w.start == word.end)
                        .count(),
                    0
                );
            }
            at = word.end;
        }
    }
    assert!(blank(at, text.len()), "{text:?}: nothing after {at}");
}

#[test]
fn random_text_is_covered_once() {
    texts(10_000).for_each(|text| check(&text));
}

#[test]
fn hostile_text_is_covered_once() {
    for text in hostile() {
        check(&text);
    }
}

#[test]
fn sentences_are_stable_under_splitting() {
    for text in texts(3_000) {
        let list = words(&text);
        for sentence in sentences(&text) {
            let slice = &text[sentence];
            assert_eq!(slice.trim(), slice);
        }
        assert!(list.is_sorted_by(|a, b| a.end <= b.start));
    }
}

#[test]
fn offsets_agree_with_the_standard_library() {
    for text in texts(500) {
        let offsets = Offsets::new(&text);
        for word in words(&text) {
            let before = &text[..word.start];
            let utf16 = before.encode_utf16().count();
            assert_eq!(
                offsets.get(word.start, OffsetUnit::Char),
                Some(before.chars().count())
            );
            assert_eq!(offsets.get(word.start, OffsetUnit::Utf16), Some(utf16));
            assert_eq!(offsets.byte(utf16, OffsetUnit::Utf16), Some(word.start));
        }
    }
}

#[test]
fn windows_cover_every_word_once_within_the_limit() {
    for (i, text) in texts(3_000).enumerate() {
        let list: Vec<&str> = words(&text)
            .iter()
            .map(|word| word.surface(&text))
            .collect();
        let pieces: Vec<usize> = list.iter().map(|word| word.len().div_ceil(2)).collect();
        let limit = WindowLimit {
            words: i % 7,
            pieces: i % 11,
        };
        let mut at = 0;
        for window in windows(&list, &pieces, limit) {
            assert_eq!(window.start, at);
            assert!(window.end > at && window.len() <= limit.words.max(1));
            assert!(
                window.len() == 1 || pieces[window.clone()].iter().sum::<usize>() <= limit.pieces
            );
            at = window.end;
        }
        assert_eq!(at, list.len());
    }
}
