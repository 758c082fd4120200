//! Cleans a passage and splits it into sentences and words (method §2.5).

mod escape;
mod markup;
mod prose;
mod repeated;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use spanlight_core::text;

use super::config::{Unit, WordSplit};
use super::{CorpusConfig, Counts, Reason};

pub use repeated::{Repeated, fingerprint};

/// Calls `sink` with the words of every sentence that passes the filters; `sink` may return a
/// reason to drop the sentence.
///
/// Adds the dropped sentences to `counts`; the caller counts the sentences that it keeps.
pub fn sentences(
    passage: &str,
    config: &CorpusConfig,
    counts: &mut Counts,
    mut sink: impl FnMut(&[&str]) -> Option<Reason>,
) {
    counts.passages += 1;
    let mut passage = Cow::Borrowed(passage);
    if config.unescape
        && let Some(plain) = escape::unescape(&passage)
    {
        counts.escapes += 1;
        passage = Cow::Owned(plain);
    }
    if config.clean
        && let Some(plain) = markup::strip(&passage)
    {
        counts.markup += 1;
        passage = Cow::Owned(plain);
    }
    let mut sentence = |sentence: &str| {
        let words: Vec<&str> = match config.words {
            WordSplit::Spaces => sentence.split_whitespace().collect(),
            WordSplit::Treebank => text::words(sentence)
                .iter()
                .map(|word| word.surface(sentence))
                .collect(),
        };
        if words.is_empty() {
            return;
        }
        counts.found += 1;
        let reason = judge(sentence, &words, config).or_else(|| sink(&words));
        if let Some(reason) = reason {
            counts.drop(reason);
        }
    };
    match config.unit {
        Unit::Sentence => passage.lines().for_each(&mut sentence),
        Unit::Document | Unit::Paragraph => text::sentences(&passage)
            .into_iter()
            .filter_map(|range| passage.get(range))
            .for_each(&mut sentence),
    }
}

/// The reason to drop a sentence; `None` to keep it.
fn judge(sentence: &str, words: &[&str], config: &CorpusConfig) -> Option<Reason> {
    if words.len() < config.min_sentence {
        return Some(Reason::TooShort);
    }
    if words.len() > config.max_sentence {
        return Some(Reason::TooLong);
    }
    if config.clean {
        prose::objection(sentence, words, config.min_sentence)
    } else {
        None
    }
}
