//! What stands around a sentence of a text, for a model that reads pieces of its neighbours too.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::Result;
use crate::batch::Pieces;
use crate::context::{Frame, before, behind};
use crate::text::TextSentence;
use crate::wordpiece::WordPiece;

/// A text, its sentences, and the pieces of those that were neighbours so far.
pub(super) struct Around<'a> {
    pub text: &'a str,
    pub sentences: &'a [TextSentence],
    pub tokenizer: &'a WordPiece,
    pub frame: Frame,
    pieces: HashMap<usize, Vec<u32>>,
}

impl<'a> Around<'a> {
    pub fn new(
        text: &'a str,
        sentences: &'a [TextSentence],
        tokenizer: &'a WordPiece,
        frame: Frame,
    ) -> Self {
        Self {
            text,
            sentences,
            tokenizer,
            frame,
            pieces: HashMap::new(),
        }
    }

    /// The characters that decide what is found in a sentence: its own, and those of the neighbours
    /// that its context reaches.
    pub fn key(&self, i: usize) -> Cow<'a, str> {
        let own = self.surface(i..i + 1);
        if self.frame.context == 0 {
            return Cow::Borrowed(own);
        }
        // A word has at least one piece.
        let reach = |nearest: &mut dyn Iterator<Item = &TextSentence>| {
            let mut words = 0;
            nearest
                .take_while(|s| {
                    let wanted = words < self.frame.context;
                    words += s.words.len();
                    wanted
                })
                .count()
        };
        let earlier = reach(&mut self.sentences[..i].iter().rev());
        let later = reach(&mut self.sentences[i + 1..].iter());
        let (earlier, later) = (
            self.surface(i - earlier..i),
            self.surface(i + 1..i + 1 + later),
        );
        // With the lengths in front no two triples look alike.
        Cow::Owned(format!(
            "{} {} {earlier}{own}{later}",
            earlier.len(),
            own.len()
        ))
    }

    /// Surrounds a window of a sentence, whose words have these pieces.
    pub fn surround(
        &mut self,
        i: usize,
        words: &[Vec<u32>],
        window: Range<usize>,
        alone: Pieces,
    ) -> Result<Pieces> {
        let most = self.frame.side(alone.ids.len());
        if most == 0 {
            return Ok(alone);
        }
        let (left, right) = (words[..window.start].concat(), words[window.end..].concat());
        let earlier = self.gather((0..i).rev(), left.len(), most)?;
        let later = self.gather(i + 1..self.sentences.len(), right.len(), most)?;
        let all = |own, others: Vec<usize>| -> Vec<&[u32]> {
            let others = others.into_iter().filter_map(|k| self.pieces.get(&k));
            [own].into_iter().chain(others.map(Vec::as_slice)).collect()
        };
        let left = before(all(left.as_slice(), earlier), most);
        let right = behind(all(right.as_slice(), later), most);
        Ok(alone.within(&left, &right))
    }

    /// Tokenises neighbours until there are enough pieces; returns which.
    fn gather(
        &mut self,
        nearest: impl Iterator<Item = usize>,
        mut have: usize,
        most: usize,
    ) -> Result<Vec<usize>> {
        let mut taken = Vec::new();
        for k in nearest {
            if have >= most {
                break;
            }
            if !self.pieces.contains_key(&k) {
                let sentence = &self.sentences[k];
                let surfaces = sentence.words.iter().map(|w| w.surface(self.text));
                let pieces = self.tokenizer.sentence(surfaces)?;
                self.pieces.insert(k, pieces.inner().to_vec());
            }
            have += self.pieces[&k].len();
            taken.push(k);
        }
        Ok(taken)
    }

    /// The text from the first of some sentences to the end of the last.
    fn surface(&self, sentences: Range<usize>) -> &'a str {
        match self.sentences.get(sentences) {
            Some([first, .., last]) => self.text.get(first.start..last.end),
            Some([only]) => self.text.get(only.start..only.end),
            _ => None,
        }
        .unwrap_or_default()
    }
}
