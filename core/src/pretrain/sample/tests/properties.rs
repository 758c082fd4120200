//! What holds for every sample, whatever the sentence, the settings and the draw.

use proptest::collection::vec;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};

use super::*;
use crate::pretrain::spo::CLASSES;

/// Words of one to five pieces.
fn sentence(longest: usize) -> impl Strategy<Value = Vec<Vec<u32>>> {
    vec(vec(TEXT..SPECIAL.vocabulary, 1..6), 0..longest)
}

fn settings() -> impl Strategy<Value = SampleConfig> {
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let sizes = (1..15_usize, 0..25_usize, 0..4_usize);
    let shares = (0.0..=1.0, 0.0..=1.0, 0.01..=1.0, 0.0..=1.0);
    let orders = proptest::option::of(2..=CLASSES);
    (switches, sizes, shares, orders).prop_map(|(switches, sizes, shares, orders)| SampleConfig {
        spo_permutations: orders,
        tbo: switches.0,
        spo: switches.1,
        view_mask_alignment: if switches.2 {
            Alignment::Word
        } else {
            Alignment::Reference
        },
        span_choice: if switches.3 {
            SpanChoice::Geometric
        } else {
            SpanChoice::EntityLike
        },
        longest_span: sizes.0,
        mask_cap: sizes.1,
        permuted_segments: sizes.2,
        mask_share: shares.0,
        whole_word_share: shares.1,
        geometric: shares.2,
        view_keep_prob: shares.3,
        ..SampleConfig::default()
    })
}

fn shaped(pieces: &[Vec<u32>]) -> Vec<Word<'_>> {
    let shapes = [Shape::Content, Shape::Name, Shape::Function, Shape::Mark];
    words(pieces)
        .into_iter()
        .map(|word| Word {
            shape: shapes[word.pieces.len() % 4],
            ..word
        })
        .collect()
}

/// Puts the labels back: the pieces after shuffling.
fn unmask(sample: &Sample) -> Vec<u32> {
    let both = sample.target.ids.iter().zip(&sample.context.ids);
    let mut ids: Vec<u32> = both
        .map(|(&a, &b)| if a == SPECIAL.mask { b } else { a })
        .collect();
    for piece in sample.target.masked.iter().chain(&sample.context.masked) {
        ids[piece.first + piece.offset] = piece.label;
    }
    ids
}

/// The words of a piece sequence.
fn split(ids: &[u32], first: &[usize]) -> Vec<Vec<u32>> {
    let ends = first.iter().skip(1).copied().chain([ids.len() - 1]);
    first
        .iter()
        .zip(ends)
        .map(|(&start, end)| ids[start..end].to_vec())
        .collect()
}

/// Undoes the order of a class.
fn unshuffle(words: &mut [Vec<u32>], class: usize) {
    let last = words.len() - 1;
    match class {
        1 => words[1..].rotate_left(1),
        2 => words[..last].rotate_right(1),
        3 => words.rotate_right(1),
        4 => words.rotate_left(1),
        5 => words.swap(0, last),
        _ => {}
    }
}

/// A sample of a sentence that gives one.
fn drawn(words: &[Word<'_>], config: &SampleConfig, seed: u64) -> Option<Sample> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    draw(words, &SPECIAL, config, &mut rng).ok()
}

proptest! {
    #[test]
    fn labels_and_classes_lead_back_to_the_sentence(
        pieces in sentence(40), config in settings(), seed: u64,
    ) {
        let Some(sample) = drawn(&shaped(&pieces), &config, seed) else {
            return Ok(());
        };
        for sample in sample.others.iter().chain([&sample]) {
            let mut found = split(&unmask(sample), &sample.first);
            let (mut before, mut after) = (pieces.clone(), found.clone());
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
            for permuted in sample.target.permuted.iter().chain(&sample.context.permuted) {
                unshuffle(&mut found[permuted.span.0..permuted.span.1], permuted.class);
            }
            prop_assert_eq!(found, pieces.clone());
        }
    }

    #[test]
    fn orders_are_different_and_the_right_one_comes_first(
        pieces in sentence(40), config in settings(), seed: u64,
    ) {
        let Some(sample) = drawn(&shaped(&pieces), &config, seed) else {
            return Ok(());
        };
        let permuted = |sample: &Sample| -> Vec<Permuted> {
            let mut all = [&sample.target.permuted[..], &sample.context.permuted].concat();
            all.sort_by_key(|p| p.span);
            all
        };
        let own = permuted(&sample);
        let Some(orders) = config.spo_permutations.filter(|_| !own.is_empty()) else {
            prop_assert!(sample.others.is_empty());
            return Ok(());
        };
        prop_assert_eq!(sample.others.len(), orders - 1);
        prop_assert!(sample.others.iter().all(|other| other.segments == sample.segments));
        let all: Vec<Vec<Permuted>> = [&sample].into_iter().chain(&sample.others).map(permuted).collect();
        for (segment, right) in own.iter().enumerate() {
            prop_assert_eq!(right.class, 0);
            prop_assert!(all.iter().all(|order| order[segment].span == right.span));
            let mut classes: Vec<usize> = all.iter().map(|order| order[segment].class).collect();
            classes.sort_unstable();
            classes.dedup();
            prop_assert_eq!(classes.len(), orders);
        }
    }

    #[test]
    fn every_piece_is_hidden_in_at_least_one_view(
        pieces in sentence(40), config in settings(), seed: u64,
    ) {
        let Some(sample) = drawn(&shaped(&pieces), &config, seed) else {
            return Ok(());
        };
        let (target, context) = (&sample.target.ids, &sample.context.ids);
        let last = target.len() - 1;
        prop_assert_eq!(target.len(), context.len());
        prop_assert_eq!((target[0], context[0]), (SPECIAL.cls, SPECIAL.cls));
        prop_assert_eq!((target[last], context[last]), (SPECIAL.sep, SPECIAL.sep));
        for (a, b) in target.iter().zip(context).skip(1).take(last - 1) {
            prop_assert!(*a == SPECIAL.mask || *b == SPECIAL.mask);
        }
    }

    #[test]
    fn a_word_shows_its_first_piece_in_its_own_view(pieces in sentence(40), seed: u64) {
        let config = SampleConfig::default();
        let Some(sample) = drawn(&words(&pieces), &config, seed) else {
            return Ok(());
        };
        for (word, &position) in sample.first.iter().enumerate() {
            let in_pair = cspo::contains(&sample.segments, word);
            prop_assert_eq!(sample.target.ids[position] != SPECIAL.mask, in_pair);
            prop_assert_eq!(sample.context.ids[position] != SPECIAL.mask, !in_pair);
        }
    }

    #[test]
    fn what_is_masked_inside_a_word_is_told_from_its_first_piece(
        pieces in sentence(40), keep in 0.0..=1.0, seed: u64,
    ) {
        let config = SampleConfig { view_keep_prob: keep, ..SampleConfig::default() };
        let Some(sample) = drawn(&words(&pieces), &config, seed) else {
            return Ok(());
        };
        for view in [&sample.target, &sample.context] {
            prop_assert!(view.masked.iter().all(|m| view.ids[m.first] != SPECIAL.mask));
        }
    }

    #[test]
    fn segments_tile_the_sentence_and_tasks_stay_in_theirs(
        pieces in sentence(40), config in settings(), seed: u64,
    ) {
        let Some(sample) = drawn(&shaped(&pieces), &config, seed) else {
            return Ok(());
        };
        let [l, first, m, second, r] = sample.segments;
        prop_assert_eq!((l.0, r.1), (0, pieces.len()));
        for (left, right) in [(l, first), (first, m), (m, second), (second, r)] {
            prop_assert_eq!(left.1, right.0);
        }
        for span in [first, second] {
            prop_assert!(span.0 < span.1 && span.1 - span.0 <= config.longest_span);
        }
        let (pair, context) = ([first, second], [l, m, r]);
        prop_assert!(sample.target.permuted.iter().all(|p| pair.contains(&p.span)));
        prop_assert!(sample.context.permuted.iter().all(|p| context.contains(&p.span)));
        let permuted = sample.target.permuted.len() + sample.context.permuted.len();
        let most = if config.spo { config.permuted_segments } else { 0 };
        prop_assert!(permuted <= most);
    }

    #[test]
    fn the_budget_is_overshot_by_less_than_a_word(pieces in sentence(100), config in settings(), seed: u64) {
        let config = SampleConfig { whole_word_share: 0.0, max_pieces: 1000, ..config };
        let Some(sample) = drawn(&shaped(&pieces), &config, seed) else {
            return Ok(());
        };
        let masked = sample.target.masked.len() + sample.context.masked.len();
        let inner: usize = pieces.iter().map(|word| word.len() - 1).sum();
        let budget = tbo::budget(sample.target.ids.len() - 2, &config);
        let least = if config.tbo { budget.min(inner) } else { 0 };
        prop_assert!(masked >= least && masked < least + 4, "{} of {}", masked, least);
    }

    #[test]
    fn only_sentences_that_do_not_fit_are_skipped(pieces in sentence(150), seed: u64) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let config = SampleConfig::default();
        let total: usize = pieces.iter().map(Vec::len).sum();
        let expected = match pieces.len() {
            0..2 => Some(Skip::TooShort),
            129.. => Some(Skip::TooLong),
            _ if total > 126 => Some(Skip::TooManyPieces),
            _ => None,
        };
        match draw(&words(&pieces), &SPECIAL, &config, &mut rng) {
            Ok(_) => prop_assert_eq!(expected, None),
            Err(Skip::NoPair) => prop_assert!(expected.is_none() && pieces.len() < 12),
            Err(skip) => prop_assert_eq!(Some(skip), expected),
        }
    }
}

#[test]
fn two_words_give_a_pair_unless_one_span_takes_both() {
    let pieces = vec![vec![TEXT]; 2];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut draw = || {
        draw(
            &words(&pieces),
            &SPECIAL,
            &SampleConfig::default(),
            &mut rng,
        )
    };
    let skipped = (0..5000).filter(|_| draw() == Err(Skip::NoPair)).count();
    // .1792 / 2 against .2241 for the first span that fits.
    assert!((skipped as f64 / 5000.0 - 0.2856).abs() < 0.02, "{skipped}");
}
