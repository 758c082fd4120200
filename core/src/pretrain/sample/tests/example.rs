//! The worked example of method §2.8, with its choices put in.

use super::*;

const PAIR: [Span; 2] = [(1, 3), (9, 11)];

/// Pieces of the sentence, one word each.
const WORDS: [&[&str]; 14] = [
    &["The"],
    &["Ke", "##st", "##rel"],
    &["bridge"],
    &["across"],
    &["Lake"],
    &["V", "##ar", "##nh", "##olm"],
    &["was"],
    &["rebuilt"],
    &["by"],
    &["Dutch"],
    &["engineers"],
    &["in"],
    &["1987"],
    &["."],
];

fn vocabulary() -> Vec<&'static str> {
    let special = ["[PAD]", "[CLS]", "[SEP]", "M", "[UNK]"];
    special
        .into_iter()
        .chain(WORDS.into_iter().flatten().copied())
        .collect()
}

fn id(piece: &str) -> u32 {
    vocabulary().iter().position(|p| *p == piece).unwrap() as u32
}

fn text(ids: &[u32]) -> String {
    let pieces: Vec<&str> = ids.iter().map(|&id| vocabulary()[id as usize]).collect();
    pieces.join(" ")
}

fn sample(alignment: Alignment, kept: &[usize]) -> Sample {
    let pieces = WORDS.map(|word| word.iter().map(|piece| id(piece)).collect());
    let segments = cspo::segments(PAIR, WORDS.len());
    let permuted = [((3, 9), 3), ((11, 14), 0)].map(|(span, class)| Permuted { span, class });
    let words = spo::apply(&words(&pieces), &permuted);
    let pieces = join(&words, &SPECIAL);
    let budget = tbo::budget(pieces.ids.len() - 2, &SampleConfig::default());
    assert_eq!((pieces.ids.len(), budget), (21, 3));
    let masks = tbo::mask_words(&[1, 4], &pieces, 1, budget, |_| SPECIAL.mask);
    assemble(
        pieces, segments, &permuted, &masks, kept, &SPECIAL, alignment,
    )
}

fn masked(view: &View) -> Vec<(usize, usize, String)> {
    let row = |m: &MaskedPiece| (m.first, m.offset, text(&[m.label]));
    view.masked.iter().map(row).collect()
}

#[test]
fn views_and_tasks() {
    let sample = sample(Alignment::Word, &[]);
    assert_eq!(sample.segments, [(0, 1), (1, 3), (3, 9), (9, 11), (11, 14)]);
    assert_eq!(
        text(&sample.target.ids),
        "[CLS] M Ke M M bridge M M M M M M M M M Dutch engineers M M M [SEP]"
    );
    assert_eq!(
        text(&sample.context.ids),
        "[CLS] The M M M M Lake V M M M was rebuilt by across M M in 1987 . [SEP]"
    );
    assert_eq!(
        sample.first,
        [1, 2, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    );
    assert!(sample.target.permuted.is_empty());
    let permuted = [((3, 9), 3), ((11, 14), 0)].map(|(span, class)| Permuted { span, class });
    assert_eq!(sample.context.permuted, permuted);
    let piece = |first, offset, label: &str| (first, offset, label.to_string());
    assert_eq!(
        masked(&sample.target),
        [piece(2, 1, "##st"), piece(2, 2, "##rel")]
    );
    assert_eq!(
        masked(&sample.context),
        [
            piece(7, 1, "##ar"),
            piece(7, 2, "##nh"),
            piece(7, 3, "##olm")
        ]
    );
}

#[test]
fn reference_compares_positions_with_words() {
    let sample = sample(Alignment::Reference, &[]);
    let hidden = ["M"; 16].join(" ");
    assert_eq!(
        text(&sample.target.ids),
        format!("[CLS] The Ke M {hidden} [SEP]")
    );
    // Positions 1, 2, 9 and 10 of the pair's word numbers are hidden instead of its words.
    assert_eq!(
        text(&sample.context.ids),
        "[CLS] M M M M bridge Lake V M M M was rebuilt by across Dutch engineers in 1987 . [SEP]"
    );
}

#[test]
fn kept_words_change_their_view_with_what_is_masked_in_them() {
    let sample = sample(Alignment::Word, &[1, 4, 13]);
    // "Varnholm" keeps the mask of its inner pieces.
    assert_eq!(
        text(&sample.target.ids),
        "[CLS] M Ke M M bridge M V M M M M M M M Dutch engineers M M . [SEP]"
    );
    assert_eq!(
        text(&sample.context.ids),
        "[CLS] The M M M M Lake M M M M was rebuilt by across M M in 1987 M [SEP]"
    );
    let firsts: Vec<usize> = sample.target.masked.iter().map(|m| m.first).collect();
    assert_eq!(
        (firsts, sample.context.masked.len()),
        (vec![2, 2, 7, 7, 7], 0)
    );
}
