//! From sentences to the windows of word-pieces that the encoder takes.

use crate::Result;
use crate::batch::Pieces;
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

/// Tokenises some sentences of a text for an encoder that takes `room` word-pieces beside its marks.
pub(super) fn tokenize<'a>(
    tokenizer: &WordPiece,
    room: usize,
    text: &str,
    sentences: impl IntoIterator<Item = &'a TextSentence>,
) -> Result<Tokenized> {
    let limit = WindowLimit {
        words: MAX_WORDS,
        pieces: room,
    };
    let mut all = Tokenized::default();
    for (i, sentence) in sentences.into_iter().enumerate() {
        let surfaces: Vec<&str> = sentence.words.iter().map(|w| w.surface(text)).collect();
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
                sentence: i,
                first_word: window.start,
            });
            all.pieces.push(tokenizer.join(&words[window]));
        }
        all.shortened.push(shortened);
    }
    Ok(all)
}
