//! Real corpora, where they are present.

use spanlight_core::pretrain::sample::Alignment;

use super::*;
use crate::data::tests::shared;

/// The tokenizer of the shipped model.
fn tokenizer() -> WordPiece {
    let path = "../www/models/science/tokenizer.json";
    let path = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join(path);
    WordPiece::from_json(&std::fs::read(path).unwrap(), 30_522).unwrap()
}

fn prepare(config: &CorpusConfig, folder: &TempDir) -> Corpus {
    let mut go = |_| ControlFlow::Continue(());
    Corpus::prepare(config, &tokenizer(), folder.path(), 2, &mut go).unwrap()
}

/// NLP abstracts, the fourth column of a table without a heading.
fn abstracts() -> Option<CorpusConfig> {
    let path = shared("corpora/acl_anthology/acl_abstracts_2016plus_ccby.tsv.gz")?;
    Some(CorpusConfig {
        corpus: vec![path],
        column: vec!["4".into()],
        ..config()
    })
}

/// Share of true values.
fn share(values: impl Iterator<Item = bool>) -> f64 {
    let (yes, all) = values.fold((0, 0), |(yes, all), value| {
        (yes + usize::from(value), all + 1_usize)
    });
    yes as f64 / all as f64
}

#[test]
fn abstracts_are_kept_but_for_a_few_sentences() {
    let Some(config) = abstracts() else { return };
    let folder = tempfile::tempdir().unwrap();
    let corpus = prepare(&config, &folder);
    let counts = corpus.counts();
    assert_eq!(counts.passages, 8185);
    assert!((40_000..50_000).contains(&counts.sentences), "{counts}");
    assert!(
        counts.words > 1_000_000 && counts.pieces > counts.words,
        "{counts}"
    );
    let dropped: u64 = counts.dropped.values().sum();
    assert_eq!(dropped + counts.sentences, counts.found);
    assert!(dropped < counts.found / 50, "{counts}");
}

#[test]
fn tokenised_wiki_text_loses_headings_and_placeholders() {
    let Some(path) = shared("corpora/wikitext2/valid.txt.gz") else {
        return;
    };
    let split = CorpusConfig {
        corpus: vec![path],
        words: config::WordSplit::Spaces,
        ..config()
    };
    let folder = tempfile::tempdir().unwrap();
    let corpus = prepare(&split, &folder);
    let counts = corpus.counts();
    assert_eq!(counts.passages, 2461);
    assert!(counts.dropped[&Reason::Placeholder] > 2000, "{counts}");
    assert!(counts.dropped[&Reason::NotProse] > 100, "{counts}");
    assert!(counts.sentences > 2500, "{counts}");
}

/// The released code does not mask the words that it should (method §2.7); the figures in the
/// method, from another text, are 44, 49, 6.5 and 25 %.
#[test]
fn reference_views_hide_about_half_of_the_pair() {
    let Some(abstracts) = abstracts() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mask = tokenizer().special().unwrap().mask;
    let samples = |alignment, tbo| {
        let config = SampleConfig {
            tbo,
            view_mask_alignment: alignment,
            ..SampleConfig::default()
        };
        loader(prepare(&abstracts, &folder), config, 8000)
            .batch(0)
            .unwrap()
    };
    for (alignment, expected) in [
        (Alignment::Reference, [0.44, 0.49, 0.065, 0.25]),
        (Alignment::Word, [1.0, 0.0, 1.0, 0.0]),
    ] {
        let plain = samples(alignment, false);
        let spans: Vec<Vec<bool>> = plain
            .iter()
            .flat_map(|sample| {
                [1, 3].map(|segment| {
                    let (start, end) = sample.segments[segment];
                    let seen = |&at: &usize| sample.target.ids[at] != mask;
                    sample.first[start..end].iter().map(seen).collect()
                })
            })
            .collect();
        let tasks = samples(alignment, true);
        let blind = tasks.iter().flat_map(|sample| {
            [&sample.target, &sample.context]
                .into_iter()
                .flat_map(|view| view.masked.iter().map(|m| view.ids[m.first] == mask))
        });
        let found = [
            share(spans.iter().flatten().copied()),
            share(spans.iter().map(|span| !span.contains(&true))),
            share(spans.iter().map(|span| !span.contains(&false))),
            share(blind),
        ];
        println!("{alignment:?}: {found:?}");
        for (found, expected) in found.into_iter().zip(expected) {
            let slack = if alignment == Alignment::Word {
                0.0
            } else {
                0.1
            };
            assert!(
                (found - expected).abs() <= slack,
                "{found} instead of {expected}"
            );
        }
    }
}
