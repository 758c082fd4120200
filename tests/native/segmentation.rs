//! Agreement of the segmentation with the words and sentences of SciERC, on which models are trained.

use std::collections::BTreeSet;

use spanlight_core::text::{Word, segment, sentences, unescape_bracket, unescape_quote, words};
use spanlight_tests::shared;

/// Sentences of every document of a split, as lists of words; `None` if the data is missing.
fn scierc(split: &str) -> Option<Vec<Vec<Vec<String>>>> {
    let path = shared(&format!("data/scierc/{split}.json"))?;
    let lines = std::fs::read_to_string(path).unwrap();
    let document = |line: &str| {
        let document: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::from_value(document["sentences"].clone()).unwrap()
    };
    Some(lines.lines().map(document).collect())
}

/// Writes corpus words as running text, with the range of each.
#[derive(Default)]
struct Detokenizer {
    text: String,
    words: Vec<Word>,
    quoted: bool,
}

impl Detokenizer {
    fn sentence(&mut self, words: &[String]) {
        self.quoted = false;
        let mut glue = false;
        for (i, raw) in words.iter().enumerate() {
            let before = i.checked_sub(1).map_or("", |i| words[i].as_str());
            let after = words.get(i + 1).map_or("", String::as_str);
            // The treebank writes the dot of a final "etc." twice.
            if raw == "." && before.ends_with('.') {
                continue;
            }
            let (left, right) = self.sides(raw, before, after);
            if !(glue || left || self.text.is_empty()) {
                self.text.push(' ');
            }
            glue = right;
            let start = self.text.len();
            let word = if raw == "`" { "'" } else { unescape_quote(raw) };
            self.text += &unescape_bracket(word);
            self.words.push(Word {
                start,
                end: self.text.len(),
            });
        }
    }

    /// Whether the word touches its left and right neighbour.
    fn sides(&mut self, word: &str, before: &str, after: &str) -> (bool, bool) {
        match word {
            "," | "." | ";" | ":" | "?" | "!" | "%" | "-RRB-" | "-RSB-" | "'s" | "n't" | "'" => {
                (true, false)
            }
            "-LRB-" | "-LSB-" | "`" => (false, true),
            "not" => (before == "can", false),
            "--" | "/" => (true, true),
            "-" if before == "-RRB-" => (true, true),
            "-" if matches!(after, "and" | "or") => (true, false),
            "``" | "''" => {
                self.quoted = !self.quoted;
                (!self.quoted, self.quoted)
            }
            _ => (word.starts_with(','), false),
        }
    }
}

#[derive(Default)]
struct Tally {
    found: usize,
    gold: usize,
    both: usize,
}

impl Tally {
    fn add<T: Ord>(&mut self, found: &BTreeSet<T>, gold: &BTreeSet<T>) {
        self.found += found.len();
        self.gold += gold.len();
        self.both += found.intersection(gold).count();
    }

    fn f1(&self) -> f64 {
        2.0 * self.both as f64 / (self.found + self.gold) as f64
    }
}

/// Offsets at which one word ends and the next begins without a space.
fn seams(words: &BTreeSet<Word>) -> BTreeSet<usize> {
    let ends: BTreeSet<usize> = words.iter().map(|word| word.end).collect();
    words
        .iter()
        .map(|word| word.start)
        .filter(|start| ends.contains(start))
        .collect()
}

#[test]
fn words_agree_with_scierc() {
    for split in ["train", "dev", "test"] {
        let Some(documents) = scierc(split) else {
            return;
        };
        let (mut whole, mut inner, mut same, mut total) =
            (Tally::default(), Tally::default(), 0, 0);
        for sentence in documents.iter().flatten() {
            let mut gold = Detokenizer::default();
            gold.sentence(sentence);
            let text = &gold.text;
            let found: BTreeSet<Word> = words(text).into_iter().collect();
            let expected: BTreeSet<Word> = gold.words.iter().copied().collect();
            whole.add(&found, &expected);
            inner.add(&seams(&found), &seams(&expected));
            (same, total) = (same + usize::from(found == expected), total + 1);
            let list = |a: &BTreeSet<Word>, b: &BTreeSet<Word>| -> Vec<String> {
                a.difference(b)
                    .map(|word| word.surface(text).to_owned())
                    .collect()
            };
            if found != expected {
                eprintln!(
                    "{:?} for {:?}",
                    list(&found, &expected),
                    list(&expected, &found)
                );
            }
        }
        eprintln!(
            "{split}: word F1 {:.4}, seam F1 {:.4}, {same} of {total} sentences identical",
            whole.f1(),
            inner.f1()
        );
        assert!(
            whole.f1() > 0.995,
            "{split}: word F1 fell to {:.4}",
            whole.f1()
        );
    }
}

#[test]
fn sentences_agree_with_scierc() {
    for split in ["train", "dev", "test"] {
        let Some(documents) = scierc(split) else {
            return;
        };
        let mut tally = Tally::default();
        for document in documents {
            let (mut gold, mut ends) = (Detokenizer::default(), BTreeSet::new());
            for sentence in &document {
                gold.sentence(sentence);
                ends.insert(gold.text.len());
            }
            let found: BTreeSet<usize> = sentences(&gold.text).iter().map(|s| s.end).collect();
            tally.add(&found, &ends);
            for &end in found.symmetric_difference(&ends) {
                let kind = if found.contains(&end) {
                    "extra"
                } else {
                    "missed"
                };
                let (left, right) = gold.text.split_at(end);
                let left: String = left
                    .chars()
                    .rev()
                    .take(30)
                    .collect::<Vec<_>>()
                    .iter()
                    .rev()
                    .collect();
                eprintln!(
                    "{kind}: {left}|{}",
                    right.chars().take(30).collect::<String>()
                );
            }
            assert!(!segment(&gold.text).is_empty());
        }
        eprintln!("{split}: sentence F1 {:.4} of {}", tally.f1(), tally.gold);
        assert!(
            tally.f1() > 0.97,
            "{split}: sentence F1 fell to {:.4}",
            tally.f1()
        );
    }
}
