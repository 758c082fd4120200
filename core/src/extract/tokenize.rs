//! From sentences to the windows of word-pieces that the encoder takes.

use crate::Result;
use crate::batch::Pieces;
use crate::case::Case;
use crate::text::{TextSentence, WindowLimit, windows};
use crate::wordpiece::WordPiece;

/// Longest window, in words, whatever the encoder allows.
const MAX_WORDS: usize = 400;

/// A window of a sentence on its way through the model.
pub(super) struct Window {
    /// Which of the sentences given.
    pub sentence: usize,
    pub first_word: usize,
}

/// Tokenised sentences.
#[derive(Default)]
pub(super) struct Tokenized {
    /// One for each window.
    pub pieces: Vec<Pieces>,
    /// Where they belong, in textual order.
    pub windows: Vec<Window>,
    /// For each sentence, the words so long that the encoder sees only their beginning.
    pub shortened: Vec<usize>,
}

/// Tokenises sentences of a text for an encoder that takes `room` word-pieces.
pub(super) fn tokenize<'a>(
    text: &str,
    sentences: impl IntoIterator<Item = &'a TextSentence>,
    tokenizer: &WordPiece,
    room: usize,
) -> Result<Tokenized> {
    // Two pieces are `[CLS]` and `[SEP]`.
    let room = room.saturating_sub(2);
    let limit = WindowLimit {
        words: MAX_WORDS,
        pieces: room,
    };
    let mut all = Tokenized::default();
    for (order, sentence) in sentences.into_iter().enumerate() {
        let surfaces: Vec<&str> = sentence.words.iter().map(|w| w.surface(text)).collect();
        let cases: Vec<Case> = surfaces.iter().map(|word| Case::of(word)).collect();
        let mut words = Vec::with_capacity(surfaces.len());
        let mut shortened = 0;
        for surface in &surfaces {
            let mut word = tokenizer.word(surface)?;
            if word.len() > room {
                word.truncate(room);
                shortened += 1;
            }
            words.push(word);
        }
        let counts: Vec<usize> = words.iter().map(Vec::len).collect();
        for window in windows(&surfaces, &counts, limit) {
            all.windows.push(Window {
                sentence: order,
                first_word: window.start,
            });
            let pieces = tokenizer.join(&words[window.clone()], &cases[window]);
            all.pieces.push(pieces);
        }
        all.shortened.push(shortened);
    }
    Ok(all)
}
