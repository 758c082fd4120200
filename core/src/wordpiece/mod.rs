//! From words to word-pieces (method §2.6). Only this module uses the tokenizer library.

mod definition;

use serde::Serialize;

use crate::batch::Pieces;
use crate::case::Case;
use crate::{Error, Result};
use definition::{Definition, Model, Normalizer, PreTokenizer, Tokenizer};

/// Names of special pieces, first MPNet's, then BERT's. The vocabulary of MPNet contains BERT's too, but of
/// these it was trained only with `[UNK]`.
const CLS: [&str; 2] = ["<s>", "[CLS]"];
const SEP: [&str; 2] = ["</s>", "[SEP]"];
const UNKNOWN: [&str; 2] = ["[UNK]", "<unk>"];
const MASK: [&str; 2] = ["<mask>", "[MASK]"];
const PAD: [&str; 2] = ["<pad>", "[PAD]"];

/// Word-piece tokenizer of a BERT-like vocabulary.
#[derive(Debug, Clone)]
pub struct WordPiece {
    definition: Definition,
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
    /// Size of the vocabulary; all ids are smaller.
    pub vocabulary: u32,
}

impl SpecialPieces {
    /// Whether a piece stands for no text.
    pub fn contains(&self, piece: u32) -> bool {
        [self.cls, self.sep, self.mask, self.pad, self.unknown].contains(&piece)
    }
}

impl PartialEq for WordPiece {
    fn eq(&self, other: &Self) -> bool {
        self.definition == other.definition
    }
}

impl WordPiece {
    /// Reads a `tokenizer.json` for an encoder with a table of `rows` embeddings.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a malformed file, one that is not of the kind of BERT's and MPNet's, an id
    /// without a row, or a vocabulary without `[CLS]`, `[SEP]` or `[UNK]` (or MPNet's names of them).
    pub fn from_json(json: &[u8], rows: usize) -> Result<Self> {
        let definition: Definition = serde_json::from_slice(json).map_err(|e| {
            Error::Tokenizer(format!(
                "tokenizer.json is not that of BERT or MPNet ({e}); it must be a file of the Hugging Face \
                 tokenizers library with a BertNormalizer, a BertPreTokenizer and a WordPiece model"
            ))
        })?;
        definition.check(rows)?;
        Self::new(definition)
    }

    /// Builds BERT's tokenizer from the lines of a `vocab.txt`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a vocabulary without `[CLS]`, `[SEP]` or `[UNK]`.
    pub fn from_vocab(lines: &str, lowercase: bool) -> Result<Self> {
        let pieces = lines.lines().map(String::from);
        let definition = Definition {
            added_tokens: Vec::new(),
            normalizer: Normalizer::BertNormalizer {
                clean_text: true,
                handle_chinese_chars: true,
                strip_accents: None,
                lowercase,
            },
            pre_tokenizer: PreTokenizer::BertPreTokenizer,
            model: Model::WordPiece {
                unk_token: "[UNK]".into(),
                continuing_subword_prefix: "##".into(),
                max_input_chars_per_word: 100,
                vocab: pieces.zip(0..).collect(),
            },
        };
        Self::new(definition)
    }

    fn new(definition: Definition) -> Result<Self> {
        let id = |names: [&str; 2]| {
            definition.special(names).ok_or_else(|| {
                Error::Tokenizer(format!(
                    "the vocabulary has neither `{}` nor `{}`; use that of BERT or MPNet",
                    names[0], names[1]
                ))
            })
        };
        Ok(Self {
            cls: id(CLS)?,
            sep: id(SEP)?,
            unknown: id(UNKNOWN)?,
            tokenizer: definition.tokenizer()?,
            definition,
        })
    }

    /// The tokenizer as a `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] when JSON cannot express it.
    pub fn to_json(&self) -> Result<String> {
        #[derive(Serialize)]
        struct File<'a> {
            version: &'static str,
            #[serde(flatten)]
            definition: &'a Definition,
        }
        let file = File {
            version: "1.0",
            definition: &self.definition,
        };
        serde_json::to_string(&file).map_err(|e| Error::Tokenizer(e.to_string()))
    }

    /// Size of the vocabulary; all ids are smaller.
    pub fn vocabulary(&self) -> usize {
        let ids = self.definition.vocabulary().values();
        ids.max().map_or(0, |&id| id as usize + 1)
    }

    /// The tokenizer without the placeholders in BERT's vocabulary (`[unused0]` and so on), which no text has,
    /// and the earlier id of each of its ids, given the number of rows of the encoder's table.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if a special piece is a placeholder.
    pub fn without_placeholders(&self, rows: usize) -> Result<(Self, Vec<u32>)> {
        let mut unused = vec![false; rows];
        for (piece, &id) in self.definition.vocabulary() {
            let number = (piece.strip_prefix("[unused")).and_then(|p| p.strip_suffix(']'));
            if let Some(slot) = unused.get_mut(id as usize) {
                *slot |= number.is_some_and(|n| n.parse::<u32>().is_ok());
            }
        }
        let kept: Vec<u32> = (0..)
            .zip(unused)
            .filter(|(_, unused)| !unused)
            .map(|(id, _)| id)
            .collect();
        let new_id = |id: &mut u32| match kept.binary_search(id) {
            Ok(new) => {
                *id = new as u32;
                true
            }
            Err(_) => false,
        };
        let mut definition = self.definition.clone();
        definition.vocabulary_mut().retain(|_, id| new_id(id));
        definition
            .added_tokens
            .retain_mut(|added| new_id(&mut added.id));
        Ok((Self::new(definition)?, kept))
    }

    /// The special pieces that pre-training needs.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] for a vocabulary without `[MASK]` (or `<mask>`).
    pub fn special(&self) -> Result<SpecialPieces> {
        Ok(SpecialPieces {
            cls: self.cls,
            sep: self.sep,
            mask: self.definition.special(MASK).ok_or_else(|| {
                Error::Tokenizer(
                    "the vocabulary has neither `[MASK]` nor `<mask>`, which pre-training needs; use that of a \
                     masked language model such as BERT"
                        .into(),
                )
            })?,
            pad: self.definition.special(PAD).unwrap_or_default(),
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
        let mpnet = WordPiece::from_json(json.to_string().as_bytes(), 11).unwrap();
        assert_eq!(mpnet.special().unwrap(), expected());

        json["added_tokens"] = declare(&[
            (4, "[PAD]"),
            (5, "[UNK]"),
            (6, "[CLS]"),
            (7, "[SEP]"),
            (8, "[MASK]"),
        ]);
        let bert = WordPiece::from_json(json.to_string().as_bytes(), 11).unwrap();
        let special = bert.special().unwrap();
        assert_eq!((special.cls, special.sep), (6, 7));
        assert_eq!((special.pad, special.mask), (4, 8));
    }
}
