//! The statistics of method §2.7, over many draws from a fixed seed.

use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};

use super::*;
use crate::pretrain::spo::CLASSES;

const DRAWS: usize = 20_000;

/// Samples of sentences of `count` words of one piece each.
fn draws(count: usize) -> Vec<Sample> {
    let pieces = vec![vec![TEXT]; count];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let config = SampleConfig::default();
    (0..DRAWS)
        .filter_map(|_| draw(&words(&pieces), &SPECIAL, &config, &mut rng).ok())
        .collect()
}

fn mean(values: impl Iterator<Item = usize>) -> f64 {
    let (sum, count) = values.fold((0, 0), |(sum, count), value| (sum + value, count + 1));
    sum as f64 / f64::from(count)
}

#[test]
fn rejection_shortens_spans_in_short_sentences() {
    for (count, expected) in [(8, 2.2), (15, 2.9), (25, 3.3), (40, 3.5)] {
        let samples = draws(count);
        let lengths = samples
            .iter()
            .flat_map(|s| [s.segments[1], s.segments[3]])
            .map(|(start, end)| end - start);
        let mean = mean(lengths);
        assert!((mean - expected).abs() < 0.06, "{count} words: {mean}");
    }
}

#[test]
fn a_fifth_of_the_context_segments_is_empty() {
    let samples = draws(15);
    for (segment, expected) in [(0, 0.18), (2, 0.20), (4, 0.18)] {
        let empty = samples
            .iter()
            .map(|s| usize::from(s.segments[segment].0 == s.segments[segment].1));
        let share = mean(empty);
        assert!(
            (share - expected).abs() < 0.01,
            "segment {segment}: {share}"
        );
    }
}

#[test]
fn nearly_two_segments_are_shuffled_and_all_orders_are_equally_likely() {
    let samples = draws(15);
    let segments = |s: &Sample| s.target.permuted.len() + s.context.permuted.len();
    let mean = mean(samples.iter().map(segments));
    assert!((mean - 1.9).abs() < 0.06, "{mean}");
    let mut classes = [0.0; CLASSES];
    let all = samples
        .iter()
        .flat_map(|s| s.target.permuted.iter().chain(&s.context.permuted));
    for permuted in all {
        classes[permuted.class] += 6.0 / (mean * samples.len() as f64);
    }
    assert!(
        classes.iter().all(|c| (c - 1.0_f64).abs() < 0.05),
        "{classes:?}"
    );
}

#[test]
fn whole_words_are_hidden_for_their_share_of_the_pieces() {
    let pieces: Vec<Vec<u32>> = (0..50).map(|i| vec![TEXT + i]).collect();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let config = SampleConfig {
        spo: false,
        whole_word_share: 0.1,
        ..SampleConfig::default()
    };
    let (mut masked, mut own, mut draws) = (0, 0, 0);
    for _ in 0..2000 {
        let sample = draw(&words(&pieces), &SPECIAL, &config, &mut rng).unwrap();
        for (view, in_pair) in [(&sample.target, true), (&sample.context, false)] {
            for piece in &view.masked {
                let id = view.ids[piece.first];
                masked += usize::from(id == SPECIAL.mask);
                own += usize::from(id == piece.label);
                draws += 1;
                assert_eq!(piece.offset, 0);
                assert!(!SPECIAL.contains(id) || id == SPECIAL.mask);
                let word = sample.first.binary_search(&piece.first).unwrap();
                assert_eq!(cspo::contains(&sample.segments, word), in_pair);
            }
        }
    }
    assert_eq!(draws, 2000 * 5);
    let share = |count: usize| count as f64 / f64::from(draws);
    assert!((share(masked) - 0.8).abs() < 0.02 && (share(own) - 0.1).abs() < 0.02);
}

#[test]
fn entity_like_spans_take_their_share() {
    // Every third word is a name: a geometric span is one of these words with probability 1/13.
    let pieces: Vec<Vec<u32>> = vec![vec![TEXT]; 30];
    let mut words = words(&pieces);
    for (i, word) in words.iter_mut().enumerate() {
        word.shape = [Shape::Function, Shape::Name, Shape::Mark][i % 3];
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut share = |entity_share| {
        let config = SampleConfig {
            span_choice: SpanChoice::EntityLike,
            entity_share,
            ..SampleConfig::default()
        };
        let names = (0..4000).flat_map(|_| {
            let sample = draw(&words, &SPECIAL, &config, &mut rng).unwrap();
            [sample.segments[1], sample.segments[3]]
        });
        mean(names.map(|(start, end)| usize::from(end - start == 1 && start % 3 == 1)))
    };
    assert_eq!(share(1.0), 1.0);
    assert!(share(0.0) < 0.12);
    let half = share(0.5);
    assert!((0.5..0.65).contains(&half), "{half}");
}

#[test]
fn kept_words_are_as_many_as_asked_for() {
    let pieces = vec![vec![TEXT]; 40];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let config = SampleConfig {
        view_keep_prob: 0.3,
        ..SampleConfig::default()
    };
    let (mut kept, mut context) = (0, 0);
    for _ in 0..2000 {
        let sample = draw(&words(&pieces), &SPECIAL, &config, &mut rng).unwrap();
        for (word, &position) in sample.first.iter().enumerate() {
            if !cspo::contains(&sample.segments, word) {
                context += 1;
                kept += usize::from(sample.target.ids[position] == TEXT);
            }
        }
    }
    let share = kept as f64 / f64::from(context);
    assert!((share - 0.3).abs() < 0.01, "{share}");
}

#[test]
fn every_order_is_masked_for_itself() {
    // Each piece occurs once, so that any order of them can be recognised.
    let pieces: Vec<Vec<u32>> = (0..15)
        .map(|i| vec![TEXT + 2 * i, TEXT + 2 * i + 1])
        .collect();
    let config = SampleConfig {
        spo_permutations: Some(2),
        ..SampleConfig::default()
    };
    let masked = |s: &Sample| -> Vec<u32> {
        let all = s.target.masked.iter().chain(&s.context.masked);
        let mut labels: Vec<u32> = all.map(|m| m.label).collect();
        labels.sort_unstable();
        labels
    };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let samples: Vec<Sample> = (0..200)
        .filter_map(|_| draw(&words(&pieces), &SPECIAL, &config, &mut rng).ok())
        .collect();
    let against = |s: &Sample| -> Vec<bool> {
        let own = masked(s);
        s.others.iter().map(|other| masked(other) == own).collect()
    };
    let same: Vec<bool> = samples.iter().flat_map(against).collect();
    let (pairs, alike) = (same.len(), same.iter().filter(|&&same| same).count());
    assert!(pairs > 100 && alike < pairs / 4, "{alike} of {pairs}");
}
