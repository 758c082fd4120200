//! From words to word-pieces (method §2.6). Only this module uses the tokenizer library.

use tokenizers::Tokenizer;

use crate::batch::Pieces;
use crate::case::Case;
use crate::{Error, Result};

/// Names of special pieces, first MPNet's, then BERT's. The vocabulary of MPNet contains BERT's too, but of
/// these it was trained only with `[UNK]`.
const CLS: [&str; 2] = ["<s>", "[CLS]"];
const SEP: [&str; 2] = ["</s>", "[SEP]"];
const UNKNOWN: [&str; 2] = ["[UNK]", "<unk>"];
const MASK: [&str; 2] = ["<mask>", "[MASK]"];
const PAD: [&str; 2] = ["<pad>", "[PAD]"];

/// Id of the first name that the tokenizer declares special, or else of the first name in the vocabulary.
fn special(tokenizer: &Tokenizer, names: [&str; 2]) -> Option<u32> {
    let declared = tokenizer.get_added_vocabulary();
    let first = names.iter().filter(|name| declared.is_special_token(name));
    first
        .chain(&names)
        .find_map(|name| tokenizer.token_to_id(name))
}

/// Word-piece tokenizer of a BERT-like vocabulary.
pub struct WordPiece {
    tokenizer: Tokenizer,
    cls: u32,
    sep: u32,
    unknown: u32,
}

/// Ids of the pieces that stand for no text, and the size of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialPieces {
    /// `[CLS]`, in front of every sentence.
    pub cls: u32,
    /// `[SEP]`, behind every sentence.
    pub sep: u32,
    /// `[MASK]`, in place of hidden pieces.
    pub mask: u32,
    /// `[PAD]`, behind the shorter sentences of a batch; 0 if the vocabulary has none.
    pub pad: u32,
    /// `[UNK]`, for words that no pieces spell.
    pub unknown: u32,
    /// Number of entries of the vocabulary; all ids are smaller.
    pub vocabulary: u32,
}

impl SpecialPieces {
    /// Whether a piece stands for no text.
    pub fn contains(&self, piece: u32) -> bool {
        [self.cls, self.sep, self.mask, self.pad, self.unknown].contains(&piece)
    }
}

impl WordPiece {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a malformed file or a vocabulary without `[CLS]`, `[SEP]` or `[UNK]` (or MPNet's
    /// names of them).
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let tokenizer = Tokenizer::from_bytes(json).map_err(|e| {
            Error::Tokenizer(format!(
                "tokenizer.json cannot be read ({e}); it must be a file of the Hugging Face tokenizers library"
            ))
        })?;
        Self::from_tokenizer(tokenizer)
    }

    /// Builds BERT's tokenizer from the lines of a `vocab.txt`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a vocabulary without `[CLS]`, `[SEP]` or `[UNK]`.
    pub fn from_vocab(lines: &str, lowercase: bool) -> Result<Self> {
        let vocab: serde_json::Map<String, serde_json::Value> = lines
            .lines()
            .enumerate()
            .map(|(id, piece)| (piece.to_string(), id.into()))
            .collect();
        let tokenizer = serde_json::json!({
            "version": "1.0",
            "normalizer": {
                "type": "BertNormalizer",
                "clean_text": true,
                "handle_chinese_chars": true,
                "strip_accents": null,
                "lowercase": lowercase,
            },
            "pre_tokenizer": { "type": "BertPreTokenizer" },
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": vocab,
            },
        });
        Self::from_json(tokenizer.to_string().as_bytes())
    }

    fn from_tokenizer(mut tokenizer: Tokenizer) -> Result<Self> {
        // Truncation would drop text unnoticed; `PieceBatch` does the padding.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|e| Error::Tokenizer(e.to_string()))?;
        let id = |names: [&str; 2]| {
            special(&tokenizer, names).ok_or_else(|| {
                Error::Tokenizer(format!(
                    "the vocabulary has neither `{}` nor `{}`; use that of BERT or MPNet",
                    names[0], names[1]
                ))
            })
        };
        let (cls, sep, unknown) = (id(CLS)?, id(SEP)?, id(UNKNOWN)?);
        Ok(Self {
            tokenizer,
            cls,
            sep,
            unknown,
        })
    }

    /// The tokenizer as a `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the library fails.
    pub fn to_json(&self) -> Result<String> {
        self.tokenizer
            .to_string(false)
            .map_err(|e| Error::Tokenizer(e.to_string()))
    }

    /// Number of entries of the vocabulary.
    pub fn vocabulary(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// The special pieces that pre-training needs.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a vocabulary without `[MASK]` (or `<mask>`).
    pub fn special(&self) -> Result<SpecialPieces> {
        Ok(SpecialPieces {
            cls: self.cls,
            sep: self.sep,
            mask: special(&self.tokenizer, MASK).ok_or_else(|| {
                Error::Tokenizer(
                    "the vocabulary has neither `[MASK]` nor `<mask>`, which pre-training needs; use that of a \
                     masked language model such as BERT"
                        .into(),
                )
            })?,
            pad: special(&self.tokenizer, PAD).unwrap_or_default(),
            unknown: self.unknown,
            vocabulary: self.vocabulary() as u32,
        })
    }

    /// Pieces of one word; `[UNK]` for a word without a piece.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the library fails.
    pub fn word(&self, word: &str) -> Result<Vec<u32>> {
        let encoding = self
            .tokenizer
            .encode_fast(word, false)
            .map_err(|e| Error::Tokenizer(e.to_string()))?;
        match encoding.get_ids() {
            [] => Ok(vec![self.unknown]),
            ids => Ok(ids.to_vec()),
        }
    }

    /// The text of a piece, with `##` in front if it continues a word; empty for an unknown id.
    pub fn piece(&self, id: u32) -> String {
        self.tokenizer.id_to_token(id).unwrap_or_default()
    }

    /// Pieces of a sentence, between `[CLS]` and `[SEP]`. Each word is tokenised on its own.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when the library fails.
    pub fn sentence<S: AsRef<str>>(&self, words: impl IntoIterator<Item = S>) -> Result<Pieces> {
        let (mut pieces, mut cases) = (Vec::new(), Vec::new());
        for word in words {
            pieces.push(self.word(word.as_ref())?);
            cases.push(Case::of(word.as_ref()));
        }
        Ok(self.join(&pieces, &cases))
    }

    /// Pieces of a sentence, between `[CLS]` and `[SEP]`, given the pieces and the case of each word.
    pub fn join(&self, words: &[Vec<u32>], case_of_words: &[Case]) -> Pieces {
        let (mut ids, mut cases) = (vec![self.cls], vec![Case::Caseless]);
        let mut first = Vec::with_capacity(words.len());
        for (word, case) in words.iter().zip(case_of_words) {
            first.push(ids.len());
            ids.extend(word);
            cases.resize(ids.len(), *case);
        }
        ids.push(self.sep);
        Pieces { ids, first, cases }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small vocabulary with MPNet's special pieces and BERT's.
    const MPNET: &str = "<s>\n<pad>\n</s>\n<unk>\n[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nword\n<mask>";

    fn expected() -> SpecialPieces {
        SpecialPieces {
            cls: 0,
            sep: 2,
            mask: 10,
            pad: 1,
            unknown: 5,
            vocabulary: 11,
        }
    }

    #[test]
    fn mpnet_has_special_pieces_of_its_own() {
        let tokenizer = WordPiece::from_vocab(MPNET, true).unwrap();
        assert_eq!(tokenizer.special().unwrap(), expected());
        let sentence = tokenizer.sentence(["word", "other"]).unwrap();
        assert_eq!(sentence.ids, [0, 9, 5, 2]);
    }

    #[test]
    fn declared_special_pieces_have_precedence() {
        let tokenizer = WordPiece::from_vocab(MPNET, true).unwrap();
        let mut json: serde_json::Value =
            serde_json::from_str(&tokenizer.to_json().unwrap()).unwrap();
        let declare = |pieces: &[(u32, &str)]| -> serde_json::Value {
            let token = |&(id, content): &(u32, &str)| {
                serde_json::json!({
                    "id": id, "content": content, "special": true, "single_word": false,
                    "lstrip": false, "rstrip": false, "normalized": false,
                })
            };
            pieces.iter().map(token).collect()
        };
        json["added_tokens"] = declare(&[
            (0, "<s>"),
            (1, "<pad>"),
            (2, "</s>"),
            (3, "<unk>"),
            (5, "[UNK]"),
            (10, "<mask>"),
        ]);
        let mpnet = WordPiece::from_json(json.to_string().as_bytes()).unwrap();
        assert_eq!(mpnet.special().unwrap(), expected());

        json["added_tokens"] = declare(&[
            (4, "[PAD]"),
            (5, "[UNK]"),
            (6, "[CLS]"),
            (7, "[SEP]"),
            (8, "[MASK]"),
        ]);
        let bert = WordPiece::from_json(json.to_string().as_bytes()).unwrap();
        let special = bert.special().unwrap();
        assert_eq!((special.cls, special.sep), (6, 7));
        assert_eq!((special.pad, special.mask), (4, 8));
    }
}
