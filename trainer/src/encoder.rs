//! Loads pre-trained sentence encoders from a Hugging Face folder or a bundle.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use burn_store::pytorch_reader::{DType, PytorchReader};
use half::{bf16, f16};
use spanlight_core::ModelConfig;
use spanlight_core::bundle::{MANIFEST, WEIGHTS};
use spanlight_core::config::{ClsRepr, EncoderConfig};
use spanlight_core::encoder::SentenceEncoder;
use spanlight_core::ops::Init;
use spanlight_core::weights::{Array, StateDict, count, has_pooler, load_bert, read_safetensors};
use spanlight_core::wordpiece::WordPiece;

use crate::error::{Error, Result};
use crate::model;
use crate::store::{fingerprint, read, read_text};

/// Whether a folder is a bundle and does not have the Hugging Face layout.
pub fn is_bundle(path: &Path) -> bool {
    path.join(MANIFEST).exists() && !path.join("config.json").exists()
}

/// Prefix of the names of the sentence encoder's parameters in a bundle.
const PART: &str = "encoders.sentence.";

/// An open encoder folder whose weights are still on disk.
pub struct EncoderFolder<'a> {
    path: &'a Path,
    /// Sizes of the encoder.
    pub config: EncoderConfig,
    /// The sentence vector of the bundled model; `None` for a Hugging Face folder.
    bundled: Option<ClsRepr>,
}

/// The fields of a `config.json` that identify the kind of encoder.
#[derive(serde::Deserialize)]
struct Kind {
    #[serde(default)]
    model_type: String,
    #[serde(default = "gelu")]
    hidden_act: String,
    #[serde(default)]
    pad_token_id: usize,
}

fn gelu() -> String {
    "gelu".into()
}

impl<'a> EncoderFolder<'a> {
    /// Reads the configuration.
    ///
    /// # Errors
    /// [`Error::Folder`] when it is missing, malformed or of another family.
    pub fn open(path: &'a Path) -> Result<Self> {
        let fail = |problem: String| Error::Folder {
            path: path.into(),
            problem,
        };
        if is_bundle(path) {
            let model = model::settings(path).map_err(|e| fail(e.to_string()))?;
            return Ok(Self {
                path,
                config: model.model.encoder,
                bundled: Some(model.model.cls_repr),
            });
        }
        let text = read(&path.join("config.json")).map_err(|e| {
            fail(format!(
                "is neither a bundle nor an encoder folder ({e}); an encoder folder has config.json, weights and a tokenizer"
            ))
        })?;
        let malformed = |e: serde_json::Error| fail(format!("config.json: {e}"));
        let kind: Kind = serde_json::from_slice(&text).map_err(malformed)?;
        let mut config: EncoderConfig = serde_json::from_slice(&text).map_err(malformed)?;
        match (kind.model_type.as_str(), kind.hidden_act.as_str()) {
            ("bert", "gelu") => config.relative_attention_num_buckets = 0,
            ("mpnet", "gelu") => {
                // MPNet counts positions from the padding id on, and has no segment embeddings.
                config.position_offset = kind.pad_token_id.saturating_add(1);
                config.type_vocab_size = 0;
            }
            (family, activation) => {
                return Err(fail(format!(
                    "holds a `{family}` with activation `{activation}`; only BERT and MPNet with gelu are supported"
                )));
            }
        }
        let folder = Self {
            path,
            config,
            bundled: None,
        };
        folder.check_size().map_err(fail)?;
        Ok(folder)
    }

    /// Refuses sizes for which the weights cannot suffice, before memory is taken for them.
    fn check_size(&self) -> Result<(), String> {
        let config = ModelConfig::new(self.config.clone());
        config.validate().map_err(|e| format!("config.json: {e}"))?;
        let blank = SentenceEncoder::new(&config, &mut Init::blank(), &Device::flex());
        let Some(bytes) = self.weights().ok().and_then(|path| fs::metadata(path).ok()) else {
            // A tokenizer alone is enough to prepare a corpus; who needs the weights will miss them.
            return Ok(());
        };
        // The pooler is often missing.
        let values = count(&blank.embeddings).saturating_add(count(&blank.layers));
        if bytes.len() / 2 < values {
            return Err(format!(
                "config.json describes an encoder of {values} weights, for which {} bytes are too few; use files \
                 that belong together",
                bytes.len()
            ));
        }
        Ok(())
    }

    /// The tokenizer: `tokenizer.json`, else `vocab.txt`.
    ///
    /// # Errors
    /// [`Error::Folder`] if neither exists or the tokenizer is larger than the encoder's table,
    /// [`Error::Core`] if the tokenizer is malformed.
    pub fn tokenizer(&self) -> Result<WordPiece> {
        let fail = |problem: String| Error::Folder {
            path: self.path.into(),
            problem,
        };
        let json = self.path.join("tokenizer.json");
        let tokenizer = if json.exists() {
            WordPiece::from_json(&read(&json)?, self.config.vocab_size)?
        } else {
            let vocab = read_text(&self.path.join("vocab.txt")).map_err(|e| {
                fail(format!(
                    "has neither tokenizer.json nor a readable vocab.txt ({e})"
                ))
            })?;
            WordPiece::from_vocab(&vocab, self.lowercases(&vocab))?
        };
        if tokenizer.vocabulary() > self.config.vocab_size {
            return Err(fail(format!(
                "the tokenizer has {} pieces, the encoder only {} embeddings; they do not belong together",
                tokenizer.vocabulary(),
                self.config.vocab_size
            )));
        }
        Ok(tokenizer)
    }

    fn lowercases(&self, vocabulary: &str) -> bool {
        let config = read(&self.path.join("tokenizer_config.json")).ok();
        let config: Option<serde_json::Value> =
            config.and_then(|c| serde_json::from_slice(&c).ok());
        config
            .and_then(|c| c["do_lower_case"].as_bool())
            .unwrap_or_else(|| !cased(vocabulary))
    }

    /// Whether the checkpoint has a pooler that was trained.
    ///
    /// # Errors
    /// [`Error::Folder`] when no weights are found.
    pub fn has_pooler(&self) -> Result<bool> {
        match self.bundled {
            Some(vector) => Ok(vector == ClsRepr::Pooler),
            None => Ok(has_pooler(self.state()?.keys())),
        }
    }

    /// Fills an encoder of the same sizes.
    ///
    /// # Errors
    /// [`Error::Folder`] when no weights are found, [`Error::Core`] when they do not fit.
    pub fn load(&self, encoder: SentenceEncoder) -> Result<SentenceEncoder> {
        Ok(load_bert(encoder, self.state()?)?)
    }

    /// SHA-256 of the weights, in hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::Folder`] when no weights are found, [`Error::Store`] when they cannot be read.
    pub fn fingerprint(&self) -> Result<String> {
        Ok(fingerprint(&self.weights()?)?)
    }

    /// The file with the weights.
    fn weights(&self) -> Result<PathBuf> {
        let names: &[&str] = match self.bundled {
            Some(_) => &[WEIGHTS],
            None => &[
                "model.safetensors",
                "pytorch_model.bin",
                "model.pt",
                "pytorch_model.pt",
            ],
        };
        let mut paths = names.iter().map(|name| self.path.join(name));
        paths.find(|path| path.exists()).ok_or_else(|| Error::Folder {
            path: self.path.into(),
            problem: "has no model.safetensors and no pytorch_model.bin; add the weights of the encoder"
                .into(),
        })
    }

    fn state(&self) -> Result<StateDict> {
        if self.bundled.is_some() {
            let weights = model::open(self.path)?.weights.into_iter();
            let own =
                |(name, array): (String, Array)| Some((name.strip_prefix(PART)?.into(), array));
            return Ok(weights.filter_map(own).collect());
        }
        let path = self.weights()?;
        if path.extension().is_some_and(|e| e == "safetensors") {
            Ok(read_safetensors(&read(&path)?)?)
        } else {
            read_pytorch(&path)
        }
    }
}

/// Whether some word-piece begins with a letter that lower-casing would change. Special pieces begin
/// with a bracket; capitals that uncased vocabularies contain, such as ℝ, have no lower case.
fn cased(vocabulary: &str) -> bool {
    let changes = |c: char| !c.to_lowercase().eq([c]);
    vocabulary.lines().any(|piece| piece.starts_with(changes))
}

/// How many tensors may share their values, as tied embeddings do, with two bytes a value.
const TIES: u64 = 2;

/// Reads the float tensors of a PyTorch checkpoint.
///
/// # Errors
/// [`Error::Folder`] for a file that is no checkpoint.
pub fn read_pytorch(path: &Path) -> Result<StateDict> {
    let fail = |problem: String| Error::Folder {
        path: path.into(),
        problem,
    };
    let reader = PytorchReader::new(path).map_err(|e| fail(e.to_string()))?;
    let length = fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
    let values = |shape: &[usize]| {
        shape
            .iter()
            .fold(1, |n: u64, &e| n.saturating_mul(e as u64))
    };
    let all = reader
        .tensors()
        .values()
        .map(|tensor| values(tensor.shape()));
    // Views that repeat their values, or tensors that share them, make gigabytes of a small file.
    let all = all.fold(0, u64::saturating_add);
    if all > length.saturating_mul(TIES) {
        return Err(fail(format!(
            "its tensors have {all} values, for which {length} bytes are too few; save it again, with \
             `.contiguous()` tensors"
        )));
    }
    let mut state = StateDict::new();
    for (name, tensor) in reader.tensors() {
        let bytes = tensor.read().map_err(|e| fail(format!("`{name}`: {e}")))?;
        let values: Vec<f32> = match tensor.dtype() {
            DType::F32 => bytes
                .as_chunks()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect(),
            DType::F64 => bytes
                .as_chunks()
                .0
                .iter()
                .map(|b| f64::from_le_bytes(*b) as f32)
                .collect(),
            DType::F16 => bytes
                .as_chunks()
                .0
                .iter()
                .map(|b| f16::from_le_bytes(*b).to_f32())
                .collect(),
            DType::BF16 => bytes
                .as_chunks()
                .0
                .iter()
                .map(|b| bf16::from_le_bytes(*b).to_f32())
                .collect(),
            _ => continue,
        };
        state.insert(
            name.clone(),
            Array::new(name, tensor.shape().to_vec(), values)?,
        );
    }
    Ok(state)
}

#[cfg(test)]
pub(crate) mod tests {
    use burn::tensor::Device;
    use spanlight_core::ModelConfig;
    use spanlight_core::ops::Init;

    use super::*;

    /// The folder of a tiny encoder without weights.
    pub(crate) fn encoder_folder(vocabulary: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let config = serde_json::json!({
            "model_type": "bert", "vocab_size": 8, "hidden_size": 4, "num_hidden_layers": 1,
            "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 8,
            "type_vocab_size": 2,
        });
        fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        fs::write(folder.path().join("vocab.txt"), vocabulary.join("\n")).unwrap();
        folder
    }

    #[test]
    fn the_vocabulary_decides_on_case_if_the_tokenizer_config_does_not() {
        let pieces = |names: &[&str]| {
            let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
            let folder = encoder_folder(&[&special, names].concat());
            let encoder = EncoderFolder::open(folder.path()).unwrap();
            encoder.tokenizer().unwrap().word("Rome").unwrap()
        };
        assert_eq!(pieces(&["rome", "Rome"]), [5]);
        assert_eq!(pieces(&["rome", "ℝ"]), [4]);
    }

    /// The expected sums were computed by PyTorch from the same file.
    #[test]
    fn a_pytorch_file_is_read_as_pytorch_reads_it() {
        let folder = spanlight_tests::fixture("tiny_bert");
        let state = read_pytorch(&folder.join("pytorch_model.bin")).unwrap();
        let values = |name: &str| state[name].values.iter().map(|&v| f64::from(v));
        let sum: f64 = values("embeddings.word_embeddings.weight").sum();
        let squares: f64 = values("encoder.layer.1.output.dense.weight")
            .map(|v| v * v)
            .sum();
        assert!((sum + 1.089_010_662).abs() < 1e-6, "{sum}");
        assert!((squares - 0.812_098_494).abs() < 1e-6, "{squares}");

        let encoder = EncoderFolder::open(&folder).unwrap();
        let blank = SentenceEncoder::new(
            &ModelConfig::new(encoder.config.clone()),
            &mut Init::blank(),
            &Device::flex(),
        );
        let loaded = encoder.load(blank).unwrap();
        let word = loaded
            .embeddings
            .word
            .weight
            .val()
            .sum()
            .into_scalar::<f32>();
        assert!((f64::from(word) - sum).abs() < 1e-4, "{word}");
    }
}
