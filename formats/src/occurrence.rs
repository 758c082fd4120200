//! The first occurrences of many phrases in one list of words.

use std::collections::HashMap;

/// A set of phrases as a tree of their words (Aho and Corasick), which finds all of them in one pass over the
/// words. To look for each phrase on its own would take phrases times words.
#[derive(Default)]
pub(crate) struct Phrases<'a> {
    words: HashMap<&'a str, u32>,
    /// The node that a word leads to from a node; the root is node 0.
    next: HashMap<(u32, u32), u32>,
    nodes: Vec<Node>,
}

#[derive(Default, Clone)]
struct Node {
    /// Number of words from the root.
    depth: usize,
    parent: u32,
    word: u32,
    /// Node of the longest proper suffix that is in the tree.
    suffix: u32,
    /// Whether a phrase ends here, and where it was found first.
    phrase: bool,
    found: Option<usize>,
}

/// A phrase that was added.
pub(crate) struct Phrase(u32);

impl<'a> Phrases<'a> {
    /// Adds a phrase; `None` if it has no word.
    pub fn add(&mut self, phrase: impl Iterator<Item = &'a str>) -> Option<Phrase> {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for word in phrase {
            let known = self.words.len() as u32;
            let word = *self.words.entry(word).or_insert(known);
            at = *self.next.entry((at, word)).or_insert_with(|| {
                let depth = self.nodes.get(at as usize).map_or(0, |n| n.depth) + 1;
                self.nodes.push(Node {
                    depth,
                    parent: at,
                    word,
                    ..Node::default()
                });
                self.nodes.len() as u32 - 1
            });
        }
        let node = self.nodes.get_mut(at as usize).filter(|n| n.depth > 0)?;
        node.phrase = true;
        Some(Phrase(at))
    }

    /// Looks for all phrases in a list of words.
    pub fn search(&mut self, words: &[String]) {
        self.link();
        let mut at = 0;
        for (i, word) in words.iter().enumerate() {
            at = match self.words.get(word.as_str()) {
                Some(&word) => self.step(at, word),
                None => 0,
            };
            // Where a phrase was found before, so were the suffixes behind it.
            let mut end = at;
            while let Some(node) = self.nodes.get_mut(end as usize)
                && node.depth > 0
                && node.found.is_none()
            {
                node.found = Some(i + 1 - node.depth);
                end = node.suffix;
            }
        }
    }

    /// First and one past the last word of the first occurrence of a phrase.
    pub fn first(&self, phrase: &Phrase) -> Option<(usize, usize)> {
        let node = self.nodes.get(phrase.0 as usize).filter(|n| n.phrase)?;
        node.found.map(|start| (start, start + node.depth))
    }

    /// The longest suffix of a node and a further word that is in the tree.
    fn step(&self, mut at: u32, word: u32) -> u32 {
        loop {
            if let Some(&next) = self.next.get(&(at, word)) {
                return next;
            }
            if at == 0 {
                return 0;
            }
            at = self.nodes.get(at as usize).map_or(0, |n| n.suffix);
        }
    }

    /// Finds the suffix of every node, shorter nodes first.
    fn link(&mut self) {
        let mut order: Vec<u32> = (1..self.nodes.len() as u32).collect();
        order.sort_by_key(|&i| self.nodes.get(i as usize).map(|n| n.depth));
        for i in order {
            let Some(node) = self.nodes.get(i as usize) else {
                continue;
            };
            let above = self.nodes.get(node.parent as usize).map(|n| n.suffix);
            let suffix = match above {
                Some(above) if node.parent != 0 => self.step(above, node.word),
                _ => 0,
            };
            if let Some(node) = self.nodes.get_mut(i as usize) {
                node.suffix = suffix;
            }
        }
    }
}

#[test]
fn phrases_are_found_where_a_plain_search_finds_them() {
    let mut random = spanlight_tests::random::Random(3);
    for _ in 0..300 {
        let mut text = |n| -> Vec<String> {
            (0..random.below(n))
                .map(|_| ["a", "b", "c"][random.below(3)].to_owned())
                .collect()
        };
        let words = text(30);
        let wanted: Vec<Vec<String>> = (0..20).map(|_| text(5)).collect();
        let mut phrases = Phrases::default();
        let added: Vec<_> = wanted
            .iter()
            .map(|w| phrases.add(w.iter().map(String::as_str)))
            .collect();
        phrases.search(&words);
        for (phrase, wanted) in added.iter().zip(&wanted) {
            let plain = (!wanted.is_empty())
                .then(|| words.windows(wanted.len()).position(|w| w == wanted))
                .flatten();
            let found = phrase.as_ref().and_then(|p| phrases.first(p));
            assert_eq!(found, plain.map(|start| (start, start + wanted.len())));
        }
    }
}
