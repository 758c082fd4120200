//! Extraction from raw text: offsets, progress, cancelling, windows.

use pollster::block_on;
use spanlight_core::extract::{
    ExtractOptions, ExtractedSentence, Extraction, ExtractionBatch, Extractor,
};
use spanlight_core::text::OffsetUnit;
use spanlight_tests::tiny_extractor;

const UNITS: [OffsetUnit; 3] = [OffsetUnit::Byte, OffsetUnit::Char, OffsetUnit::Utf16];

fn options(unit: OffsetUnit) -> ExtractOptions {
    ExtractOptions {
        unit,
        ..Default::default()
    }
}

/// Extracts from a text; returns all batches too.
fn extract(
    extractor: &Extractor,
    text: &str,
    unit: OffsetUnit,
) -> (Extraction, Vec<ExtractionBatch>) {
    let mut batches = Vec::new();
    let options = options(unit);
    let run = extractor.extract_with(text, &options, async |batch| {
        batches.push(batch.clone());
        true
    });
    (block_on(run).unwrap(), batches)
}

fn length(text: &str, unit: OffsetUnit) -> usize {
    match unit {
        OffsetUnit::Byte => text.len(),
        OffsetUnit::Char => text.chars().count(),
        OffsetUnit::Utf16 => text.encode_utf16().count(),
    }
}

/// The part of a text between two offsets.
fn slice(text: &str, start: usize, end: usize, unit: OffsetUnit) -> String {
    match unit {
        OffsetUnit::Byte => text[start..end].into(),
        OffsetUnit::Char => text.chars().skip(start).take(end - start).collect(),
        OffsetUnit::Utf16 => {
            let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
            String::from_utf16(&units).unwrap()
        }
    }
}

/// Checks the properties that hold for any text; returns the number of entities.
fn check(text: &str) -> usize {
    let extractor = tiny_extractor(256);
    let mut texts = Vec::new();
    for unit in UNITS {
        let (found, batches) = extract(&extractor, text, unit);
        let total = length(text, unit);
        assert_eq!(
            (found.read, found.total),
            (total, total),
            "{unit:?} of {text:?}"
        );
        let reads: Vec<usize> = batches.iter().map(|b| b.read).collect();
        assert!(
            reads.is_sorted() && reads.iter().all(|&read| read <= total),
            "{reads:?}"
        );
        if let Some(last) = reads.last() {
            assert_eq!(*last, total);
        }
        let mut handed: Vec<ExtractedSentence> =
            batches.into_iter().flat_map(|b| b.sentences).collect();
        handed.sort_by_key(|s| s.start);
        assert_eq!(handed, found.sentences);

        let mut end = 0;
        for sentence in &found.sentences {
            assert!(sentence.start >= end && sentence.end > sentence.start);
            assert!(
                slice(text, end, sentence.start, unit).trim().is_empty(),
                "text was lost before {sentence:?}"
            );
            end = sentence.end;
            assert!(sentence.entities.is_sorted_by_key(|e| e.start));
            for entity in &sentence.entities {
                assert!(entity.start >= sentence.start && entity.end <= sentence.end);
                assert_eq!(
                    slice(text, entity.start, entity.end, unit),
                    entity.text,
                    "{unit:?} of {text:?}"
                );
            }
            for relation in &sentence.relations {
                assert!(
                    relation.head != relation.tail
                        && relation.head.max(relation.tail) < sentence.entities.len()
                );
            }
        }
        assert!(
            slice(text, end, total, unit).trim().is_empty(),
            "text was lost behind {end}"
        );
        texts.push(
            found
                .sentences
                .into_iter()
                .flat_map(|s| s.entities)
                .map(|e| e.text)
                .collect::<Vec<_>>(),
        );
    }
    assert!(texts.iter().all(|t| *t == texts[0]));
    texts[0].len()
}

#[test]
fn offsets_slice_the_text_whatever_it_holds() {
    let texts = [
        "Alice met Bob in Paris. The graph model uses data.",
        "👩‍👩‍👧 Alice 🦀 met Bob😀. 𝔓aris 🇫🇷 is for Bob!",
        "Alice met Bob\r\nin Paris.\r\n\r\nThe model\r\nuses data.\r",
        "Alice\0met \0 Bob.\0\0 The \u{1}graph\u{7f} in Paris",
        "Alice \u{202E}boB tem\u{202C} in \u{2067}Paris\u{2069}.\u{200F} The\u{200B}graph\u{FEFF}.",
        "e\u{301}te\u{301} in Zu\u{308}rich — naïve Ångström, 東京で会った。我喜欢Bob。",
        "\u{FEFF}  Alice\u{a0}met\u{3000}Bob\u{2028}in Paris  \t",
    ];
    for text in texts {
        assert!(check(text) > 0, "nothing was found in {text:?}");
    }
}

#[test]
fn nothing_and_white_space_are_read_to_the_end() {
    for text in ["", " ", "\r\n\t \u{a0}\u{3000}", &" ".repeat(10_000)] {
        assert_eq!(check(text), 0);
    }
}

#[test]
fn a_megabyte_without_a_space_is_one_word() {
    let text = "x".repeat(1 << 20);
    let (found, batches) = extract(&tiny_extractor(256), &text, OffsetUnit::Utf16);
    assert_eq!(
        (
            found.read,
            found.total,
            found.sentences.len(),
            batches.len()
        ),
        (1 << 20, 1 << 20, 1, 1)
    );
    assert_eq!(
        (found.sentences[0].start, found.sentences[0].end),
        (0, 1 << 20)
    );
    let whole = |e: &spanlight_core::extract::ExtractedEntity| {
        (e.start, e.end) == (0, 1 << 20) && e.text == text
    };
    assert!(found.sentences[0].entities.iter().all(whole));
}

#[test]
fn a_word_longer_than_the_encoder_is_shortened_and_counted() {
    let long = "z".repeat(90); // one word-piece a letter, and the encoder takes 62
    let text = format!("Alice met {long} in {long}. The model.");
    assert_eq!(
        extract(&tiny_extractor(256), &text, OffsetUnit::Byte)
            .0
            .shortened,
        2
    );
    check(&text);
}

#[test]
fn a_long_sentence_is_read_in_windows_without_loss() {
    let cycle = [
        "alice", "met", "bob", "in", "paris", "for", "the", "graph", "model", "and", "data",
    ];
    let words: Vec<&str> = (0..2000).map(|i| cycle[i * i % 11]).collect();
    let text = words.join(" ");
    let extractor = tiny_extractor(256);
    let found = extract(&extractor, &text, OffsetUnit::Byte).0;
    assert_eq!(
        (found.sentences.len(), found.read, found.shortened),
        (1, text.len(), 0)
    );

    // Each word is one piece and there is no comma to cut behind, so every window has 62 words.
    let (mut expected, mut start) = (ExtractedSentence::default(), 0);
    for window in words.chunks(62) {
        let window = window.join(" ");
        let mut alone = extract(&extractor, &window, OffsetUnit::Byte)
            .0
            .sentences
            .remove(0);
        for relation in &mut alone.relations {
            relation.head += expected.entities.len();
            relation.tail += expected.entities.len();
        }
        for entity in &mut alone.entities {
            entity.start += start;
            entity.end += start;
        }
        expected.entities.append(&mut alone.entities);
        expected.relations.append(&mut alone.relations);
        start += window.len() + 1;
    }
    let found = &found.sentences[0];
    assert!(expected.entities.len() > 33 && expected.relations.len() > 33);
    let place = |s: &ExtractedSentence| -> Vec<_> {
        s.entities
            .iter()
            .map(|e| (e.start, e.end, e.label.clone()))
            .collect()
    };
    assert_eq!(place(found), place(&expected));
    let ends = |s: &ExtractedSentence| -> Vec<_> {
        s.relations
            .iter()
            .map(|r| (r.head, r.tail, r.label.clone()))
            .collect()
    };
    assert_eq!(ends(found), ends(&expected));
    let scores = found
        .entities
        .iter()
        .zip(&expected.entities)
        .map(|(a, b)| (a.score - b.score).abs());
    assert!(scores.fold(0.0, f32::max) < 1e-5);
}

/// A text with sentences of about ten words.
fn long_text(words: usize) -> String {
    let sentence = "Alice met Bob in Paris and the model uses data. ";
    sentence.repeat(words / 10)
}

#[test]
fn a_cancelled_extraction_returns_the_finished_sentences() {
    let extractor = tiny_extractor(64);
    let text = long_text(1000);
    for wanted in [1, 2, 7] {
        let mut handed = 0;
        let mut batches = 0;
        let options = options(OffsetUnit::Utf16);
        let run = extractor.extract_with(&text, &options, async |batch| {
            batches += 1;
            handed += batch.sentences.len();
            batches < wanted
        });
        let found = block_on(run).unwrap();
        assert_eq!((batches, found.sentences.len()), (wanted, handed));
        assert!(found.read > 0 && found.read < found.total && handed > 0);
    }
}

#[test]
fn work_grows_linearly_with_the_text() {
    let extractor = tiny_extractor(512);
    let count = |words: usize| {
        extract(&extractor, &long_text(words), OffsetUnit::Utf16)
            .1
            .len() as f64
    };
    let ratio = count(40_000) / count(20_000);
    assert!(
        (1.9..2.1).contains(&ratio),
        "twice the words took {ratio} times the batches"
    );
}

#[test]
fn the_threshold_leaves_out_lower_scores() {
    let extractor = tiny_extractor(256);
    let text = long_text(50);
    let all = block_on(extractor.extract(&text, &ExtractOptions::default())).unwrap();
    let mut scores: Vec<f32> = all
        .sentences
        .iter()
        .flat_map(|s| &s.entities)
        .map(|e| e.score)
        .collect();
    scores.sort_by(f32::total_cmp);
    let threshold = scores[scores.len() / 2];
    let options = ExtractOptions {
        threshold,
        ..Default::default()
    };
    let some = block_on(extractor.extract(&text, &options)).unwrap();
    for (all, some) in all.sentences.iter().zip(&some.sentences) {
        let kept: Vec<_> = all
            .entities
            .iter()
            .filter(|e| e.score >= threshold)
            .cloned()
            .collect();
        assert_eq!(some.entities, kept);
        let ends = |s: &ExtractedSentence, head: usize, tail: usize| {
            (s.entities[head].start, s.entities[tail].start)
        };
        let kept: Vec<_> = (all.relations.iter())
            .filter(|r| r.score >= threshold)
            .filter(|r| {
                all.entities[r.head].score >= threshold && all.entities[r.tail].score >= threshold
            })
            .map(|r| (ends(all, r.head, r.tail), &r.label))
            .collect();
        let found: Vec<_> = some
            .relations
            .iter()
            .map(|r| (ends(some, r.head, r.tail), &r.label))
            .collect();
        assert_eq!(found, kept);
    }
}
