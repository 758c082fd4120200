//! Bundles: a model as it is shipped, in three files. The manifest has the sizes and checksums of the other
//! two, the tokenizer and the weights, which are checked before use.

use std::collections::BTreeMap;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::extract::{ExtractedSentence, Extractor};
use crate::weights::{Int8State, Precision, decode, decode_int8};
use crate::{Arithmetic, Error, ModelSettings, Result, SavedModel, Schema};

/// Newest bundle format that this program reads, and the one that it writes. Format 2 renamed parameters;
/// format 1 is still read.
pub const FORMAT: u32 = 2;
/// File name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// File name of the tokenizer.
pub const TOKENIZER: &str = "tokenizer.json";
/// File name of the weights.
pub const WEIGHTS: &str = "weights.safetensors";

/// Size and checksum of a file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Length in bytes.
    pub bytes: usize,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

impl Part {
    /// Size and checksum of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.len(),
            sha256: format!("{:x}", Sha256::digest(bytes)),
        }
    }
}

/// A text with the result that every device must give for it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// One short sentence.
    pub text: String,
    /// The expected result, with UTF-16 offsets.
    pub sentences: Vec<ExtractedSentence>,
}

/// Largest difference between a score and that of the self-test.
const SCORE_TOLERANCE: f32 = 1e-3;

impl SelfTest {
    /// Whether a result has the expected entities and relations, with scores within 0.001.
    pub fn accepts(&self, found: &[ExtractedSentence]) -> bool {
        let close = |a: f32, b: f32| (a - b).abs() <= SCORE_TOLERANCE;
        self.sentences.len() == found.len()
            && self.sentences.iter().zip(found).all(|(want, got)| {
                let entities = want.entities.len() == got.entities.len()
                    && want.entities.iter().zip(&got.entities).all(|(a, b)| {
                        (a.start, a.end, &a.label) == (b.start, b.end, &b.label)
                            && close(a.score, b.score)
                    });
                let relations = want.relations.len() == got.relations.len()
                    && want.relations.iter().zip(&got.relations).all(|(a, b)| {
                        (a.head, a.tail, &a.label) == (b.head, b.tail, &b.label)
                            && close(a.score, b.score)
                    });
                entities && relations
            })
    }
}

/// The manifest of a bundle: everything but tokenizer and weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format version.
    pub format: u32,
    /// Name of the model.
    pub name: String,
    /// One sentence about the model.
    #[serde(default)]
    pub description: String,
    /// Labels.
    pub schema: Schema,
    /// Architecture and decoding of the model.
    pub config: ModelSettings,
    /// Number of weights.
    pub parameters: usize,
    /// Precision in which matrices are stored.
    pub precision: Precision,
    /// Size and checksum of the other files, by file name.
    pub parts: BTreeMap<String, Part>,
    /// A text with its expected result.
    pub self_test: SelfTest,
}

/// The part of a manifest that all formats share.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Error::Bundle`] for a malformed manifest, a newer format, or a configuration or schema from which no
    /// model can be built.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let refuse = |problem: String| Error::Bundle {
            part: MANIFEST.into(),
            problem,
        };
        let version: Version = serde_json::from_slice(bytes).map_err(|e| {
            refuse(format!(
                "is no manifest ({e}); fetch the bundle again or export it again"
            ))
        })?;
        if version.format > FORMAT {
            return Err(refuse(format!(
                "has format {}, and this program reads formats up to {FORMAT}; use a newer program",
                version.format
            )));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|e| {
            refuse(format!(
                "is malformed ({e}); fetch the bundle again or export it again"
            ))
        })?;
        let sound = (manifest.config.validate()).and_then(|()| manifest.schema.validate());
        sound.map_err(|error| {
            refuse(format!(
                "{error}; fetch the bundle again or export it again"
            ))
        })?;
        Ok(manifest)
    }

    /// Checks size and checksum of a file of the bundle. `part` is its name.
    ///
    /// # Errors
    /// [`Error::Bundle`] if the file is truncated, altered or not listed in the manifest.
    pub fn verify(&self, part: &str, bytes: &[u8]) -> Result<()> {
        let refuse = |problem: String| {
            Err(Error::Bundle {
                part: part.into(),
                problem,
            })
        };
        let Some(expected) = self.parts.get(part) else {
            return refuse("is not listed in the manifest; fetch the bundle again".into());
        };
        if bytes.len() != expected.bytes {
            let kind = if bytes.len() < expected.bytes {
                "truncated"
            } else {
                "too long"
            };
            return refuse(format!(
                "is {kind}: {} bytes where the manifest says {}; fetch it again",
                bytes.len(),
                expected.bytes
            ));
        }
        let found = Part::of(bytes);
        if found.sha256 != expected.sha256 {
            return refuse(format!(
                "was altered: its SHA-256 is {} where the manifest says {}; fetch it again",
                found.sha256, expected.sha256
            ));
        }
        Ok(())
    }

    /// Checks tokenizer and weights, against the manifest and against each other, as [`SavedModel::new`] does.
    ///
    /// # Errors
    /// [`Error::Bundle`] that names the file.
    pub fn saved(
        &self,
        tokenizer: &[u8],
        weights: &[u8],
        arithmetic: Arithmetic,
        device: &Device,
    ) -> Result<SavedModel> {
        self.verify(TOKENIZER, tokenizer)?;
        self.verify(WEIGHTS, weights)?;
        let (config, schema) = (self.config.clone(), self.schema.clone());
        let decoded = match arithmetic {
            Arithmetic::F32 => decode(weights).map(|weights| (weights, Int8State::new())),
            Arithmetic::Int8 => decode_int8(weights),
        };
        let found = decoded
            .and_then(|weights| SavedModel::with_int8(config, schema, tokenizer, weights, device));
        found.map_err(|error| {
            let part = match error {
                Error::Tokenizer(_) => TOKENIZER,
                Error::Config { .. } => MANIFEST,
                _ => WEIGHTS,
            };
            Error::Bundle {
                part: part.into(),
                problem: error.to_string(),
            }
        })
    }

    /// Checks tokenizer and weights and builds an extractor on a device. Its batches hold at most `budget`
    /// word-pieces, padding included.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use spanlight_core::bundle::Manifest;
    /// use spanlight_core::extract::Extractor;
    ///
    /// /// Opens a bundle, given the contents of its files.
    /// fn open(
    ///     manifest: &[u8],
    ///     tokenizer: &[u8],
    ///     weights: &[u8],
    ///     device: &Device,
    /// ) -> spanlight_core::Result<Extractor> {
    ///     Manifest::parse(manifest)?.open(tokenizer, weights, device, 512)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Bundle`] that names the file.
    pub fn open(
        &self,
        tokenizer: &[u8],
        weights: &[u8],
        device: &Device,
        budget: usize,
    ) -> Result<Extractor> {
        self.saved(tokenizer, weights, Arithmetic::F32, device)?
            .extractor(device, budget)
    }
}
