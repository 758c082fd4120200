//! Batches depend only on seed and step, are full, and draw every sentence equally often.

use spanlight_core::pretrain::sample::Skip;

use super::super::order::TABLED;
use super::*;

const COUNT: usize = 100;

fn prepared() -> (Workshop, Corpus) {
    let shop = Workshop::new(&numbered(COUNT));
    let corpus = shop.prepare();
    (shop, corpus)
}

fn with(corpus: Corpus, sample: SampleConfig, change: impl Fn(&mut LoaderConfig)) -> Loader {
    tabled(corpus, sample, TABLED, change)
}

/// A loader with tables for corpora of at most `most` sentences.
fn tabled(
    corpus: Corpus,
    sample: SampleConfig,
    most: usize,
    change: impl Fn(&mut LoaderConfig),
) -> Loader {
    let mut config = LoaderConfig {
        batch: 16,
        seed: 5,
        shuffle: true,
        dynamic_sampling: true,
        threads: 1,
    };
    change(&mut config);
    Loader::tabled(corpus, sample, config, most).unwrap()
}

fn numbers(loader: &Loader, steps: std::ops::Range<usize>) -> Vec<usize> {
    let batches = steps.flat_map(|step| loader.batch(step).unwrap());
    batches.map(|sample| number(&sample)).collect()
}

#[test]
fn every_epoch_has_every_sentence_once_in_its_own_order() {
    let (_shop, corpus) = prepared();
    let loader = loader(corpus, plain(), 16);
    assert_eq!((loader.sentences(), loader.steps_per_epoch()), (COUNT, 7));
    check_epochs(&numbers(&loader, 0..25));
}

/// Asserts that four epochs have every sentence once, in different orders.
fn check_epochs(all: &[usize]) {
    assert_eq!(all.len(), 4 * COUNT);
    let epochs: Vec<&[usize]> = all.chunks(COUNT).collect();
    for epoch in &epochs {
        let mut sorted = epoch.to_vec();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..COUNT).collect::<Vec<_>>());
        assert!(!epoch.is_sorted());
    }
    assert!(epochs[0] != epochs[1] && epochs[1] != epochs[2]);
}

/// A lowered limit makes a small corpus count as too large for tables.
#[test]
fn a_large_corpus_has_shuffled_orders_without_tables() {
    let drawn = |shuffle| {
        let (_shop, corpus) = prepared();
        let loader = tabled(corpus, plain(), COUNT - 1, |config| {
            config.shuffle = shuffle;
        });
        assert_eq!((loader.sentences(), loader.steps_per_epoch()), (COUNT, 7));
        numbers(&loader, 0..25)
    };
    let files: Vec<usize> = (0..COUNT).cycle().take(4 * COUNT).collect();
    assert_eq!(drawn(false), files);
    check_epochs(&drawn(true));
}

#[test]
fn file_order_is_cycled_endlessly() {
    let (_shop, corpus) = prepared();
    let loader = with(corpus, plain(), |config| config.shuffle = false);
    let expected: Vec<usize> = (0..COUNT).cycle().take(15 * 16).collect();
    assert_eq!(numbers(&loader, 0..15), expected);
}

#[test]
fn a_step_is_the_same_however_it_is_reached() {
    let shop = Workshop::new(&numbered(COUNT));
    let draw = |threads: usize, steps: &mut dyn Iterator<Item = usize>| {
        let loader = with(shop.prepare(), SampleConfig::default(), |config| {
            config.threads = threads;
        });
        let mut batches: Vec<(usize, Vec<Sample>)> = steps
            .map(|step| (step, loader.batch(step).unwrap()))
            .collect();
        batches.sort_by_key(|(step, _)| *step);
        batches
    };
    let straight = draw(1, &mut (0..20));
    assert_eq!(straight, draw(3, &mut (0..20).rev()));
    assert_eq!(straight, draw(40, &mut (0..20)));
    assert_eq!(straight[13..], draw(2, &mut (13..20))[..]);
}

#[test]
fn seeds_and_epochs_draw_differently_unless_sampling_is_static() {
    let shop = Workshop::new(&numbered(COUNT));
    let draw = |seed: u64, dynamic_sampling: bool| {
        let loader = with(shop.prepare(), SampleConfig::default(), |config| {
            config.batch = COUNT;
            config.shuffle = false;
            config.seed = seed;
            config.dynamic_sampling = dynamic_sampling;
        });
        [0, 1, 2].map(|epoch| loader.batch(epoch).unwrap())
    };
    let same = |a: &[Sample], b: &[Sample]| a.iter().zip(b).filter(|(a, b)| a == b).count();
    let dynamic = draw(5, true);
    assert!(same(&dynamic[0], &dynamic[1]) < 10 && same(&dynamic[1], &dynamic[2]) < 10);
    let fixed = draw(5, false);
    assert_eq!(fixed[0], fixed[1]);
    assert_eq!(fixed[0], dynamic[0]);
    assert!(same(&dynamic[0], &draw(6, true)[0]) < 10);
    // Neighbouring seeds and sentences share no stream: the pairs of equally long sentences differ.
    let spans = |sample: &Sample| (sample.segments[1], sample.segments[3]);
    let equal = dynamic[0]
        .windows(11)
        .filter(|w| spans(&w[0]) == spans(&w[10]))
        .count();
    assert!(equal < 20, "{equal}");
}

#[test]
fn sentences_that_do_not_fit_are_counted_and_left_out() {
    for most in [COUNT, COUNT - 1] {
        check_sizes(most);
    }
}

fn check_sizes(most: usize) {
    let (_shop, corpus) = prepared();
    let small = SampleConfig {
        max_words: 8,
        max_pieces: 9,
        ..plain()
    };
    let loader = tabled(corpus, small, most, |_| {});
    // Words: 4 + i % 10. Pieces with [CLS] and [SEP]: two more, and three from 10 on.
    let fits = |i: &usize| 4 + i % 10 <= 8 && 6 + i % 10 + usize::from(*i > 9) <= 9;
    let expected: Vec<usize> = (0..COUNT).filter(fits).collect();
    assert_eq!(loader.sentences(), expected.len());
    assert_eq!(loader.skipped()[&Skip::TooLong], 50);
    let all: usize = loader.skipped().values().map(|&count| count as usize).sum();
    assert_eq!(all + loader.sentences(), COUNT);
    let mut drawn = numbers(&loader, 0..10);
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn, expected);
}

#[test]
fn batches_are_full_even_where_pairs_are_rare() {
    let lines: Vec<String> = (0..50).map(|i| format!("word {i}\n")).collect();
    let shop = Workshop::new(&lines.concat());
    let short = CorpusConfig {
        min_sentence: 2,
        clean: false,
        ..shop.config()
    };
    let corpus = shop.try_prepare(&short).0.unwrap();
    let loader = loader(corpus, SampleConfig::default(), 32);
    for step in 0..20 {
        assert_eq!(loader.batch(step).unwrap().len(), 32);
    }
}

#[test]
fn the_next_sentence_stands_in_for_one_without_a_pair() {
    let lines: Vec<String> = (0..COUNT).map(|i| format!("word {i} .\n")).collect();
    let shop = Workshop::new(&lines.concat());
    let short = CorpusConfig {
        min_sentence: 3,
        clean: false,
        ..shop.config()
    };
    let corpus = shop.try_prepare(&short).0.unwrap();
    let unchanged = SampleConfig {
        longest_span: 10,
        ..plain()
    };
    let loader = with(corpus, unchanged, |config| config.shuffle = false);
    let drawn = numbers(&loader, 0..100);
    let ahead = drawn
        .iter()
        .enumerate()
        .map(|(i, n)| (n + COUNT - i % COUNT) % COUNT);
    let ahead: Vec<usize> = ahead.collect();
    assert!(ahead.iter().all(|&n| n < 6), "{ahead:?}");
    // One span takes all three words with probability .122.
    let replaced = ahead.iter().filter(|&&n| n > 0).count() as f64 / ahead.len() as f64;
    assert!((replaced - 0.122).abs() < 0.03, "{replaced}");
}

#[test]
fn settings_without_samples_are_refused() {
    let shop = Workshop::new(&numbered(20));
    let loader = |sample, batch| {
        let config = LoaderConfig {
            batch,
            seed: 0,
            shuffle: true,
            dynamic_sampling: true,
            threads: 1,
        };
        let loader = Loader::new(shop.prepare(), sample, config);
        loader.err().unwrap().to_string()
    };
    assert!(loader(plain(), 0).contains("batch"));
    let tiny = SampleConfig {
        max_words: 3,
        ..plain()
    };
    assert!(loader(tiny, 8).contains("--max-words"));
    let absurd = SampleConfig {
        geometric: 0.0,
        ..plain()
    };
    assert!(loader(absurd, 8).contains("geometric"));
}
