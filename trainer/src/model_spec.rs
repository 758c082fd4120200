//! Tokenizer and model settings of a run, as its folder keeps them.

use std::path::Path;

use spanlight_core::config::{ClsRepr, ModelSettings};
use spanlight_core::wordpiece::WordPiece;
use spanlight_core::{Decoding, ModelConfig};

use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::model;
use crate::store::{self, RunFolder};

const NO_POOLER: &str =
    "the encoder has no pooler: its raw output at [CLS] is the sentence vector (--cls-repr raw)";

/// Tokenizer and model settings of a run.
pub struct ModelSpec {
    /// Words to word-pieces.
    pub tokenizer: WordPiece,
    /// Sizes, switches and decoding.
    pub settings: ModelSettings,
}

impl ModelSpec {
    /// The specification of a new run: sizes and switches as wanted, but without a pooler in the encoder's folder the
    /// sentence vector is the raw output at `[CLS]` (method §8), or that of the `earlier` run whose sentence
    /// encoder is taken.
    ///
    /// # Errors
    /// Any [`Error`](crate::error::Error) of reading these folders.
    pub fn new(
        encoder: &EncoderFolder<'_>,
        mut wanted: ModelConfig,
        decoding: Decoding,
        earlier: Option<&Path>,
    ) -> Result<Self> {
        if wanted.cls_repr == ClsRepr::Pooler && !encoder.has_pooler()? {
            wanted.cls_repr = match earlier {
                Some(run) => model::settings(run)?.model.cls_repr,
                None => ClsRepr::Raw,
            };
        }
        Ok(Self {
            tokenizer: encoder.tokenizer()?,
            settings: ModelSettings {
                model: wanted,
                decoding,
            },
        })
    }

    /// The specification of a run that goes on, whatever its encoder's folder holds by now.
    ///
    /// # Errors
    /// A missing or damaged file in the run's folder.
    pub fn of(folder: &RunFolder) -> Result<Self> {
        let settings: ModelSettings = store::read_json(&folder.model_config())?;
        settings.validate()?;
        let rows = settings.model.encoder.vocab_size;
        Ok(Self {
            tokenizer: WordPiece::from_json(&store::read(&folder.tokenizer())?, rows)?,
            settings,
        })
    }

    /// What to tell the user when the sentence vector is not the one that was wanted.
    pub fn note(&self, wanted: ClsRepr) -> Option<String> {
        (self.settings.model.cls_repr != wanted).then(|| NO_POOLER.into())
    }

    /// Saves it in a run's folder.
    ///
    /// # Errors
    /// A full disk.
    pub fn save(&self, folder: &RunFolder) -> Result<()> {
        store::write_atomic(&folder.tokenizer(), self.tokenizer.to_json()?.as_bytes())?;
        Ok(store::write_json(&folder.model_config(), &self.settings)?)
    }
}

#[cfg(test)]
mod tests {
    use spanlight_core::weights::{Array, StateDict, write_safetensors};

    use super::*;
    use crate::encoder::tests::encoder_folder;
    use crate::store::MODEL;

    const WORDS: &str = "embeddings.word_embeddings.weight";
    const POOLER: &str = "bert.pooler.dense.weight";

    /// A folder of an encoder with weights of these names.
    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = encoder_folder(&["[UNK]", "[CLS]", "[SEP]"]);
        let one = |name: &&str| {
            let array = Array::new(name, vec![1], vec![0.0]).unwrap();
            ((*name).to_owned(), array)
        };
        let mut state: StateDict = names.iter().map(one).collect();
        // As many values as the configuration needs; nothing reads them.
        let rest = Array::new("rest", vec![300], vec![0.0; 300]).unwrap();
        state.insert("rest".into(), rest);
        let bytes = write_safetensors(&state, None).unwrap();
        std::fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
        folder
    }

    fn wanted(encoder: &EncoderFolder<'_>, cls_repr: ClsRepr) -> ModelConfig {
        ModelConfig {
            cls_repr,
            ..ModelConfig::new(encoder.config.clone())
        }
    }

    #[test]
    fn an_encoder_without_a_pooler_has_a_raw_sentence_vector_unless_an_earlier_run_trained_one() {
        let vector = |names: &[&str], earlier: Option<ClsRepr>| {
            let folder = folder(names);
            let encoder = EncoderFolder::open(folder.path()).unwrap();
            let run = tempfile::tempdir().unwrap();
            if let Some(cls_repr) = earlier {
                let settings = ModelSettings {
                    model: wanted(&encoder, cls_repr),
                    decoding: Decoding::default(),
                };
                store::write_json(&run.path().join(MODEL), &settings).unwrap();
            }
            [ClsRepr::Pooler, ClsRepr::Raw].map(|cls_repr| {
                let sizes = wanted(&encoder, cls_repr);
                let earlier = earlier.map(|_| run.path());
                let spec = ModelSpec::new(&encoder, sizes, Decoding::default(), earlier);
                spec.unwrap().settings.model.cls_repr
            })
        };
        let as_wanted = [ClsRepr::Pooler, ClsRepr::Raw];
        assert_eq!(vector(&[WORDS, POOLER], None), as_wanted);
        assert_eq!(vector(&[WORDS, POOLER], Some(ClsRepr::Raw)), as_wanted);
        assert_eq!(vector(&[WORDS], None), [ClsRepr::Raw; 2]);
        assert_eq!(vector(&[WORDS], Some(ClsRepr::Raw)), [ClsRepr::Raw; 2]);
        assert_eq!(vector(&[WORDS], Some(ClsRepr::Pooler)), as_wanted);
        // Not where the encoder looks for it.
        let elsewhere = "text_model.pooler.dense.weight";
        assert_eq!(vector(&[WORDS, elsewhere], None), [ClsRepr::Raw; 2]);
    }

    #[test]
    fn a_run_goes_on_with_what_it_began_with() {
        let place = tempfile::tempdir().unwrap();
        let run = RunFolder::create(&place.path().join("run")).unwrap();
        let folder = folder(&[WORDS]);
        let encoder = EncoderFolder::open(folder.path()).unwrap();
        let sizes = wanted(&encoder, ClsRepr::Pooler);
        let begun = ModelSpec::new(&encoder, sizes, Decoding::default(), None).unwrap();
        begun.save(&run).unwrap();
        std::fs::write(folder.path().join("vocab.txt"), "[UNK]\n[SEP]\n[CLS]").unwrap();
        let again = ModelSpec::of(&run).unwrap();
        assert_eq!(again.settings, begun.settings);
        let ids = |spec: &ModelSpec| spec.tokenizer.sentence(["a"]).unwrap().ids;
        assert_eq!(ids(&again), ids(&begun));
    }
}
