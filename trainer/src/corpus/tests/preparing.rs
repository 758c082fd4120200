//! The cache is made once, verified, made again if necessary, and never half-written.

use std::fs;
use std::time::{Duration, SystemTime};

use spanlight_tests::disk::Disk;

use super::*;
use crate::data::Kind;
use crate::output::Overwrite;

#[test]
fn a_corpus_is_counted_and_read_back() {
    let text = "Word 1 word 22. Word 3 word. Hi there.\n| 3.5 | 4.1 | 0.2 |\nWord 1 word 22.\n";
    let shop = Workshop::new(text);
    let corpus = shop.prepare();
    let counts = corpus.counts();
    assert_eq!((counts.files, counts.bytes), (1, text.len() as u64));
    assert_eq!((counts.passages, counts.found), (3, 5));
    let dropped = [
        (Reason::TooShort, 1),
        (Reason::NotProse, 1),
        (Reason::Repeated, 1),
    ];
    assert_eq!(counts.dropped, dropped.into());
    assert_eq!((counts.sentences, counts.words, counts.pieces), (2, 9, 10));
    assert_eq!(corpus.sentences(), 2);
    let ids: Vec<Vec<u32>> = corpus
        .cache
        .read(0)
        .unwrap()
        .words()
        .iter()
        .map(|w| w.pieces.to_vec())
        .collect();
    let tokenizer = tokenizer();
    let expected = ["word", "1", "word", "22", "."].map(|word| tokenizer.word(word).unwrap());
    assert_eq!(ids, expected);
    assert!(corpus.cache.read(2).is_err());
}

#[test]
fn the_cache_does_not_depend_on_the_number_of_threads() {
    let shop = Workshop::new(&numbered(30_000));
    let caches = [1, 2, 5].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        let mut go = |_| ControlFlow::Continue(());
        Corpus::prepare(
            &shop.config(),
            &tokenizer(),
            folder.path(),
            threads,
            &mut go,
        )
        .unwrap();
        let entry = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
        fs::read(entry.path()).unwrap()
    });
    assert!(caches[0] == caches[1] && caches[0] == caches[2]);
}

#[test]
fn a_good_cache_is_used_again() {
    let shop = Workshop::new(&numbered(50));
    let first = shop.prepare();
    let written = fs::metadata(shop.cache()).unwrap().modified().unwrap();
    let (second, reasons) = shop.try_prepare(&shop.config());
    let second = second.unwrap();
    assert_eq!(second.fingerprint(), first.fingerprint());
    assert_eq!(second.counts(), first.counts());
    assert!(reasons.is_empty());
    assert_eq!(
        fs::metadata(shop.cache()).unwrap().modified().unwrap(),
        written
    );

    // The time changes, the content does not.
    let source = File::options()
        .write(true)
        .open(shop.path("corpus.txt"))
        .unwrap();
    source
        .set_modified(SystemTime::now() + Duration::from_secs(9))
        .unwrap();
    assert!(shop.try_prepare(&shop.config()).1.is_empty());
}

#[test]
fn changed_text_and_settings_make_a_new_cache() {
    let shop = Workshop::new(&numbered(50));
    let before = shop.prepare().fingerprint().to_owned();
    // The changed text has the same length.
    fs::write(
        shop.path("corpus.txt"),
        numbered(50).replace("word 17", "word 71"),
    )
    .unwrap();
    let later = SystemTime::now() + Duration::from_secs(9);
    let source = File::options()
        .write(true)
        .open(shop.path("corpus.txt"))
        .unwrap();
    source.set_modified(later).unwrap();
    let (corpus, reasons) = shop.try_prepare(&shop.config());
    assert!(reasons[0].contains("corpus.txt has changed"), "{reasons:?}");
    assert_ne!(corpus.unwrap().fingerprint(), before);
    shop.cache();

    let other = CorpusConfig {
        min_sentence: 6,
        ..shop.config()
    };
    let (corpus, reasons) = shop.try_prepare(&other);
    assert!(reasons.is_empty() && corpus.unwrap().sentences() < 50);
    // The first cache is still there: settings can be changed back.
    assert_eq!(fs::read_dir(shop.path("cache")).unwrap().count(), 2);
    assert!(shop.try_prepare(&shop.config()).1.is_empty());
}

#[test]
fn a_damaged_cache_is_made_again() {
    let shop = Workshop::new(&numbered(200));
    let whole = {
        shop.prepare();
        fs::read(shop.cache()).unwrap()
    };
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 4;
    for (bytes, problem) in [
        (&whole[..whole.len() - 1], "checksum differs"),
        (&whole[..whole.len() / 2], "checksum differs"),
        (&altered[..], "checksum differs"),
        (&whole[..10], "too short"),
        (&[b'x'; 100][..], "no prepared corpus"),
    ] {
        fs::write(shop.cache(), bytes).unwrap();
        let (corpus, reasons) = shop.try_prepare(&shop.config());
        assert_eq!(corpus.unwrap().sentences(), 200);
        assert!(reasons[0].contains(problem), "{problem}: {reasons:?}");
        assert!(fs::read(shop.cache()).unwrap() == whole);
    }
}

#[test]
fn a_cache_that_shrinks_in_use_is_named() {
    let shop = Workshop::new(&numbered(200));
    let loader = loader(shop.prepare(), plain(), 8);
    fs::write(shop.cache(), b"").unwrap();
    let error = loader.batch(0).unwrap_err().to_string();
    assert!(
        error.contains("corpus-") && error.contains("remove it"),
        "{error}"
    );
}

#[test]
fn a_corpus_that_fails_leaves_no_cache() {
    let bad = format!("{}bad \u{0} line\n", numbered(20_000));
    let shop = Workshop::new(&bad);
    let error = shop
        .try_prepare(&shop.config())
        .0
        .err()
        .unwrap()
        .to_string();
    for part in ["corpus.txt: line 20001: byte 5 is a NUL", "--skip-bad"] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(fs::read_dir(shop.path("cache")).unwrap().count(), 0);
    let lenient = CorpusConfig {
        skip_bad: true,
        ..shop.config()
    };
    let corpus = shop.try_prepare(&lenient).0.unwrap();
    assert_eq!(corpus.counts().bad, [(Kind::Nul, 1)].into());
    assert_eq!(corpus.sentences(), 20_000);
}

#[test]
fn preparing_stops_on_request() {
    let shop = Workshop::new(&numbered(100_000));
    let mut calls = 0;
    let stopped = Corpus::prepare(
        &shop.config(),
        &tokenizer(),
        &shop.path("cache"),
        1,
        &mut |_| {
            calls += 1;
            match calls {
                3 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        },
    );
    assert!(matches!(stopped.err(), Some(CorpusError::Interrupted)));
    assert_eq!(calls, 3);
    assert_eq!(fs::read_dir(shop.path("cache")).unwrap().count(), 0);
}

#[test]
fn a_corpus_without_sentences_says_where_they_went() {
    let shop = Workshop::new("Too short.\nAlso short.\n");
    let error = shop
        .try_prepare(&shop.config())
        .0
        .err()
        .unwrap()
        .to_string();
    for part in [
        "1 files have 2 passages with 2 sentences (2 too short)",
        "--min-sentence",
    ] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(fs::read_dir(shop.path("cache")).unwrap().count(), 0);
}

#[test]
fn absurd_settings_are_refused() {
    let shop = Workshop::new(&numbered(5));
    for (least, most) in [(1, 10), (5, 4), (4, 70_000)] {
        let config = CorpusConfig {
            min_sentence: least,
            max_sentence: most,
            ..shop.config()
        };
        let error = shop.try_prepare(&config).0.err().unwrap().to_string();
        assert!(error.contains("-sentence"), "{error}");
    }
    let tokenizer = WordPiece::from_vocab("[UNK]\n[CLS]\n[SEP]\nword", true).unwrap();
    let mut go = |_| ControlFlow::Continue(());
    let error = Corpus::prepare(&shop.config(), &tokenizer, &shop.path("cache"), 1, &mut go);
    assert!(error.err().unwrap().to_string().contains("[MASK]"));
}

#[test]
fn a_full_disk_leaves_no_partial_cache() {
    let shop = Workshop::new(&numbered(50_000));
    let cache = shop.path("cache");
    fs::create_dir(&cache).unwrap();
    let Some(disk) = Disk::mount(&cache, "size=256k") else {
        return; // The store's own tests run everywhere.
    };
    let outcome = shop.try_prepare(&shop.config()).0;
    let left = fs::read_dir(&cache).map(Iterator::count);
    drop(disk);
    let error = outcome.err().unwrap().to_string();
    assert!(
        error.contains("corpus-") && error.contains("disk is full"),
        "{error}"
    );
    assert_eq!(left.unwrap(), 0);
}

#[test]
fn what_a_killed_process_left_is_removed() {
    let shop = Workshop::new(&numbered(50));
    fs::create_dir(shop.path("cache")).unwrap();
    let leftover = shop
        .path("cache")
        .join(".corpus-0123456789abcdef.bin.x.unfinished");
    fs::write(&leftover, "half a corpus").unwrap();
    shop.prepare();
    assert!(!leftover.exists());
    shop.cache();
}

#[test]
fn clean_text_reads_back_as_the_same_corpus() {
    let shop = Workshop::new("It isn't 5% of (all) words. See <b>the</b> U.S. data, e.g. 3.\n");
    let mut go = |_| ControlFlow::Continue(());
    let out = shop.path("clean.txt");
    let output = Output::new(&out, [], Overwrite::default()).unwrap();
    let counts = write_clean(&shop.config(), &output, 2, &mut go).unwrap();
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(
        text,
        "It is n't 5 % of ( all ) words .\nSee the U.S. data , e.g. 3 .\n"
    );
    assert_eq!((counts.sentences, counts.markup, counts.pieces), (2, 1, 0));
    let split = CorpusConfig {
        corpus: vec![out],
        unit: Unit::Sentence,
        words: config::WordSplit::Spaces,
        ..shop.config()
    };
    let again = shop.try_prepare(&split).0.unwrap();
    let first = shop.prepare();
    for sentence in 0..2 {
        assert_eq!(
            again.cache.read(sentence).unwrap(),
            first.cache.read(sentence).unwrap()
        );
    }
}
