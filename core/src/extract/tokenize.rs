//! From sentences to the windows of word-pieces that the encoder takes.

use crate::Result;
use crate::batch::Pieces;
use crate::case::Case;
use crate::text::{TextSentence, WindowLimit, windows};
use crate::wordpiece::WordPiece;

/// Largest number of words in a window, even where the encoder could take more word-pieces.
const MAX_WORDS: usize = 400;

/// The place of a window in the text.
pub(super) struct Window {
    /// Index of its sentence among those that were tokenised.
    pub sentence: usize,
    /// Index of its first word in the sentence.
    pub first_word: usize,
}

/// Tokenised sentences, cut into windows.
#[derive(Default)]
pub(super) struct Tokenized {
    /// Word-pieces of each window.
    pub pieces: Vec<Pieces>,
    /// Place of each window, in textual order.
    pub windows: Vec<Window>,
    /// Number of words of each sentence that are longer than a window, of which the encoder sees only
    /// the first pieces.
    pub shortened: Vec<usize>,
}

/// Tokenises sentences of a text for an encoder whose input is at most `room` word-pieces long.
///
/// # Errors
/// [`Error::Tokenizer`](crate::Error::Tokenizer) when the tokenizer fails.
pub(super) fn tokenize<'a>(
    text: &str,
    sentences: impl IntoIterator<Item = &'a TextSentence>,
    tokenizer: &WordPiece,
    room: usize,
) -> Result<Tokenized> {
    // `[CLS]` and `[SEP]` take two pieces.
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
