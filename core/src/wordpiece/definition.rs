//! A `tokenizer.json` as BERT and MPNet have it.

use std::collections::BTreeMap;

use ahash::AHashMap;
use serde::{Deserialize, Serialize};
use tokenizers::models::wordpiece::WordPiece as Splitter;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{DecoderWrapper, PostProcessorWrapper, TokenizerImpl};

use crate::{Error, Result};

/// Most letters of a word that is split into pieces; the time grows with their square.
const LONGEST_WORD: usize = 200;

/// The parts of a `tokenizer.json` that decide on word-pieces, as BERT and MPNet have them. The file format
/// knows dozens of other parts, which no encoder of this program was trained with; of a file from a stranger,
/// some of them panic or take memory without bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Definition {
    #[serde(default)]
    pub added_tokens: Vec<Added>,
    pub normalizer: Normalizer,
    pub pre_tokenizer: PreTokenizer,
    pub model: Model,
}

/// A piece that the file declares besides the vocabulary, which must hold it too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "so the file format has them")]
pub(super) struct Added {
    pub id: u32,
    content: String,
    #[serde(default)]
    special: bool,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    #[serde(default)]
    normalized: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Normalizer {
    BertNormalizer {
        clean_text: bool,
        handle_chinese_chars: bool,
        strip_accents: Option<bool>,
        lowercase: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum PreTokenizer {
    BertPreTokenizer,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Model {
    WordPiece {
        unk_token: String,
        continuing_subword_prefix: String,
        max_input_chars_per_word: usize,
        vocab: BTreeMap<String, u32>,
    },
}

impl Definition {
    pub fn vocabulary(&self) -> &BTreeMap<String, u32> {
        let Model::WordPiece { vocab, .. } = &self.model;
        vocab
    }

    pub fn vocabulary_mut(&mut self) -> &mut BTreeMap<String, u32> {
        let Model::WordPiece { vocab, .. } = &mut self.model;
        vocab
    }

    /// Id of the first name that is declared special, or else of the first name in the vocabulary.
    pub fn special(&self, names: [&str; 2]) -> Option<u32> {
        let declared = |name: &&&str| {
            let mut special = self.added_tokens.iter().filter(|added| added.special);
            special.any(|added| added.content == **name)
        };
        let first = names.iter().filter(declared);
        first
            .chain(&names)
            .find_map(|&name| self.vocabulary().get(name).copied())
    }

    /// Checks what the types leave open: every id has a row in a table of `rows`, added pieces are in the
    /// vocabulary, and long words do not take long.
    pub fn check(&self, rows: usize) -> Result<()> {
        let Model::WordPiece {
            unk_token,
            max_input_chars_per_word,
            vocab,
            ..
        } = &self.model;
        if let Some((piece, id)) = vocab.iter().find(|(_, id)| **id as usize >= rows) {
            return Err(Error::Tokenizer(format!(
                "`model.vocab` gives `{piece}` the id {id}, and the encoder has {rows} embeddings; use the \
                 tokenizer that the encoder was trained with"
            )));
        }
        let lost = |added: &&Added| vocab.get(&added.content) != Some(&added.id);
        if let Some(added) = self.added_tokens.iter().find(lost) {
            return Err(Error::Tokenizer(format!(
                "`added_tokens` has `{}` with the id {}, which `model.vocab` does not have; use a tokenizer whose \
                 vocabulary holds all its pieces",
                added.content, added.id
            )));
        }
        if !vocab.contains_key(unk_token) {
            return Err(Error::Tokenizer(format!(
                "`model.unk_token` is `{unk_token}`, which `model.vocab` does not have; add it to the vocabulary"
            )));
        }
        if *max_input_chars_per_word > LONGEST_WORD {
            return Err(Error::Tokenizer(format!(
                "`model.max_input_chars_per_word` is {max_input_chars_per_word}; use at most {LONGEST_WORD} (BERT \
                 has 100)"
            )));
        }
        Ok(())
    }

    /// The library's tokenizer, built from the parts that were checked. Added pieces are not among them: a word
    /// of a text that reads `[SEP]` is a word.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let Model::WordPiece {
            unk_token,
            continuing_subword_prefix,
            max_input_chars_per_word,
            vocab,
        } = &self.model;
        let Normalizer::BertNormalizer {
            clean_text,
            handle_chinese_chars,
            strip_accents,
            lowercase,
        } = self.normalizer;
        let vocabulary: AHashMap<String, u32> = vocab.clone().into_iter().collect();
        let splitter = Splitter::builder()
            .vocab(vocabulary)
            .unk_token(unk_token.clone())
            .continuing_subword_prefix(continuing_subword_prefix.clone())
            .max_input_chars_per_word(*max_input_chars_per_word)
            .build()
            .map_err(|e| Error::Tokenizer(e.to_string()))?;
        let normalizer =
            BertNormalizer::new(clean_text, handle_chinese_chars, strip_accents, lowercase);
        let mut tokenizer = Tokenizer::new(splitter);
        let failed = |e: tokenizers::Error| Error::Tokenizer(e.to_string());
        tokenizer
            .with_normalizer(Some(normalizer))
            .map_err(failed)?
            .with_pre_tokenizer(Some(BertPreTokenizer));
        Ok(tokenizer)
    }
}

/// The library's tokenizer with these parts alone.
pub(super) type Tokenizer =
    TokenizerImpl<Splitter, BertNormalizer, BertPreTokenizer, PostProcessorWrapper, DecoderWrapper>;
