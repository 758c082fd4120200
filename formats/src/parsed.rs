//! The result of parsing one record, with the checks that all formats share.

use std::collections::HashMap;

use spanlight_core::document::{Entity, Relation, Sentence};

use crate::{
    defect::{Flaw, Kind},
    json::Node,
    printable::shorten,
};

/// Where a record comes from; names the document where the record does not.
pub(crate) struct Origin<'a> {
    /// File name without extension.
    pub stem: &'a str,
    /// Number of the record, from 1.
    pub record: usize,
}

/// Result of parsing one record.
pub(crate) struct Parsed {
    pub sentences: Vec<Sentence>,
    pub flaws: Vec<Flaw>,
    /// Words that were Penn Treebank escapes.
    pub unescaped: usize,
    unescape: bool,
}

impl Parsed {
    pub fn new(unescape: bool) -> Self {
        Self {
            sentences: Vec::new(),
            flaws: Vec::new(),
            unescaped: 0,
            unescape,
        }
    }

    /// Records a flaw without stopping the parser.
    pub fn note(&mut self, flaw: Flaw) {
        self.flaws.push(flaw);
    }

    /// A label, unless it is empty or reserved.
    pub fn label(&mut self, node: &Node<'_>) -> Result<Option<String>, Flaw> {
        Ok(self.named(node, node.text()?))
    }

    /// As [`Self::label`], for a label that is part of the field's text.
    pub fn named(&mut self, node: &Node<'_>, label: &str) -> Option<String> {
        if label.trim().is_empty() || label == "None" {
            self.note(node.flaw(
                Kind::Label,
                format!(
                    "`{}` is no label (`None` is reserved); remove the annotation",
                    shorten(label)
                ),
            ));
            return None;
        }
        Some(label.to_owned())
    }

    /// Adds a mention if its span lies in the sentence.
    pub fn entity(
        &mut self,
        sentence: &mut Sentence,
        node: &Node<'_>,
        (start, end): (usize, usize),
        label: Option<String>,
    ) -> Option<usize> {
        let words = sentence.words.len();
        if start >= end || end > words {
            self.note(node.flaw(
                Kind::Span,
                format!(
                    "words [{start}, {end}) are not a span of the sentence's {words} words; mend the \
                     offsets, which count words from 0, the end exclusive"
                ),
            ));
            return None;
        }
        sentence.entities.push(Entity {
            start,
            end,
            label: label?,
        });
        Some(sentence.entities.len() - 1)
    }

    /// Adds a relation between existing mentions.
    pub fn relation(sentence: &mut Sentence, head: usize, tail: usize, label: Option<String>) {
        if let Some(label) = label {
            sentence.relations.push(Relation { head, tail, label });
        }
    }

    /// Adds a finished sentence; a sentence without words or with a blank word is a flaw instead.
    pub fn push(&mut self, mut sentence: Sentence, words: &Node<'_>) {
        if sentence.words.is_empty() {
            self.note(words.flaw(Kind::Empty, "the sentence has no words; it is skipped"));
            return;
        }
        if let Some(i) = sentence.words.iter().position(|w| w.trim().is_empty()) {
            let after = i.checked_sub(1).and_then(|b| sentence.words.get(b));
            let after = after
                .map(|w| format!(" (after `{}`)", shorten(w)))
                .unwrap_or_default();
            self.note(words.flaw(
                Kind::Word,
                format!(
                    "word {i}{after} is empty; put a character there, such as `_`, and every offset \
                     stays valid (if you remove the word, lower all offsets behind it by one)"
                ),
            ));
            return;
        }
        if self.unescape {
            self.unescaped += unescape(&mut sentence.words);
        }
        self.sentences.push(sentence);
    }
}

/// Mentions of one sentence by their content, for formats that repeat them.
#[derive(Default)]
pub(crate) struct Distinct(HashMap<Entity, usize>);

impl Distinct {
    /// Adds a mention to the sentence unless it has it; returns its index.
    pub fn add(&mut self, sentence: &mut Sentence, entity: Entity) -> usize {
        *self.0.entry(entity).or_insert_with_key(|entity| {
            sentence.entities.push(entity.clone());
            sentence.entities.len() - 1
        })
    }
}

/// Replaces escapes within words, so that offsets stay valid; returns the number of changed words.
///
/// Treebank tokenizers leave them in SciERC and many other data sets.
fn unescape(words: &mut [String]) -> usize {
    let mut count = 0;
    for word in words {
        let plain = spanlight_core::text::unescape(word);
        if plain != *word {
            *word = plain;
            count += 1;
        }
    }
    count
}

#[test]
fn brackets_quotes_and_escaped_signs_change() {
    let mut words = ["-LRB-", ";-RRB-", "``", "'s", "1\\/2", "a/b"].map(String::from);
    assert_eq!(unescape(&mut words), 4);
    assert_eq!(words, ["(", ";)", "\"", "'s", "1/2", "a/b"]);
}
