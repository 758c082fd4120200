//! Counts that describe a data set, including overlapping and repeated annotations.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::{Display, Formatter},
};

use serde::Serialize;
use spanlight_core::{
    document::{Entity, Sentence},
    schema::Span,
    score::reference_view,
};

use crate::printable::printable;

/// Statistics of a data set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Distinct documents.
    pub documents: usize,
    /// Sentences.
    pub sentences: usize,
    /// Words.
    pub words: usize,
    /// Words of the longest sentence.
    pub longest: usize,
    /// Words that were Penn Treebank escapes.
    pub unescaped: usize,
    /// Entity mentions.
    pub entities: usize,
    /// Relations.
    pub relations: usize,
    /// Mentions by type.
    pub entity_types: BTreeMap<String, usize>,
    /// Relations by type.
    pub relation_types: BTreeMap<String, usize>,
    /// Sentences without any mention.
    pub without_entities: usize,
    /// Pairs of different mentions that share a word.
    pub overlaps: usize,
    /// Sentences with such a pair.
    pub overlapping_sentences: usize,
    /// Mentions that repeat another's span and type.
    pub duplicate_entities: usize,
    /// Relations that repeat another's type and arguments.
    pub duplicate_relations: usize,
    /// Relations of a span with itself.
    pub self_relations: usize,
    /// Pairs of spans with more than one label or direction.
    pub multi_label_pairs: usize,
    /// Sentences that the paper's reader keeps.
    pub reference_sentences: usize,
    #[serde(skip)]
    seen: HashSet<String>,
}

impl Statistics {
    /// Adds one sentence.
    pub fn add(&mut self, s: &Sentence) {
        if !self.seen.contains(&s.document) {
            self.seen.insert(s.document.clone());
            self.documents += 1;
        }
        self.sentences += 1;
        self.words += s.words.len();
        self.longest = self.longest.max(s.words.len());
        self.reference_sentences += usize::from(reference_view(s).is_some());
        self.without_entities += usize::from(s.entities.is_empty());
        self.add_entities(s);
        self.add_relations(s);
    }

    fn add_entities(&mut self, s: &Sentence) {
        self.entities += s.entities.len();
        for e in &s.entities {
            *self.entity_types.entry(e.label.clone()).or_default() += 1;
        }
        let distinct: HashSet<&Entity> = s.entities.iter().collect();
        self.duplicate_entities += s.entities.len() - distinct.len();
        let overlaps = overlaps(&distinct);
        self.overlaps += overlaps;
        self.overlapping_sentences += usize::from(overlaps > 0);
    }

    fn add_relations(&mut self, s: &Sentence) {
        self.relations += s.relations.len();
        let mut pairs: HashMap<(Span, Span), HashSet<(bool, &str)>> = HashMap::new();
        for r in &s.relations {
            *self.relation_types.entry(r.label.clone()).or_default() += 1;
            let (Some(a), Some(b)) = (s.entities.get(r.head), s.entities.get(r.tail)) else {
                continue;
            };
            let (a, b) = ((a.start, a.end), (b.start, b.end));
            self.self_relations += usize::from(a == b);
            let labels = pairs.entry((a.min(b), a.max(b))).or_default();
            self.duplicate_relations += usize::from(!labels.insert((a <= b, &r.label)));
        }
        self.multi_label_pairs += pairs.values().filter(|labels| labels.len() > 1).count();
    }
}

/// Number of pairs of mentions that share a word: all pairs but those of which one ends before the other
/// starts.
fn overlaps(mentions: &HashSet<&Entity>) -> usize {
    let mut ends: Vec<usize> = mentions.iter().map(|e| e.end).collect();
    ends.sort_unstable();
    let before = |e: &&Entity| ends.partition_point(|end| *end <= e.start);
    let count = mentions.len();
    count * count.saturating_sub(1) / 2 - mentions.iter().map(before).sum::<usize>()
}

impl Display for Statistics {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let rows = [
            ("documents", self.documents),
            ("sentences", self.sentences),
            ("words", self.words),
            ("longest sentence", self.longest),
            ("unescaped words", self.unescaped),
            ("sentences without entities", self.without_entities),
            ("overlapping mention pairs", self.overlaps),
            ("sentences with overlaps", self.overlapping_sentences),
            ("duplicate entities", self.duplicate_entities),
            ("duplicate relations", self.duplicate_relations),
            ("self relations", self.self_relations),
            ("pairs with several labels", self.multi_label_pairs),
            (
                "sentences kept by the paper's reader",
                self.reference_sentences,
            ),
            ("entities", self.entities),
        ];
        for (name, count) in rows {
            writeln!(f, "{name:<38}{count:>9}")?;
        }
        for (label, count) in &self.entity_types {
            writeln!(f, "  {:<36}{count:>9}", printable(label))?;
        }
        writeln!(f, "{:<38}{:>9}", "relations", self.relations)?;
        for (label, count) in &self.relation_types {
            writeln!(f, "  {:<36}{count:>9}", printable(label))?;
        }
        Ok(())
    }
}
