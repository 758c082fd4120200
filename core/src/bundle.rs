//! The model as it is shipped: a manifest, a tokenizer and weights, each checked before use.

use std::collections::BTreeMap;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::extract::{ExtractedSentence, Extractor};
use crate::predict::Predictor;
use crate::weights::{Precision, StateDict, decode};
use crate::wordpiece::WordPiece;
use crate::{Error, JointModel, ModelSettings, Result, Schema};

/// Newest bundle format that this program reads, and the one that it writes. Format 2 has other names of
/// parameters than format 1.
pub const FORMAT: u32 = 2;
/// File name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// File name of the tokenizer.
pub const TOKENIZER: &str = "tokenizer.json";
/// File name of the weights.
pub const WEIGHTS: &str = "weights.safetensors";

/// Size and checksum of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Length in bytes.
    pub bytes: usize,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

impl Part {
    /// Describes a part.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.len(),
            sha256: format!("{:x}", Sha256::digest(bytes)),
        }
    }
}

/// A text and what the model must find in it, on every device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// One short sentence.
    pub text: String,
    /// The right result, with UTF-16 offsets.
    pub sentences: Vec<ExtractedSentence>,
}

/// Largest difference of a score from the self-test's.
const SCORE_TOLERANCE: f32 = 1e-3;

impl SelfTest {
    /// Whether a result is the right one: the same entities and relations, scores within 0.001.
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

/// Everything about a bundle but its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format version.
    pub format: u32,
    /// Name of the model.
    pub name: String,
    /// One sentence about it.
    #[serde(default)]
    pub description: String,
    /// Labels.
    pub schema: Schema,
    /// Sizes, switches and decoding of the model.
    pub config: ModelSettings,
    /// Number of weights.
    pub parameters: usize,
    /// How matrices are stored.
    pub precision: Precision,
    /// Size and checksum of the other files.
    pub parts: BTreeMap<String, Part>,
    /// A known extraction.
    pub self_test: SelfTest,
}

/// Just enough to recognise a format that this program is too old for.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Error::Bundle`] for a malformed manifest or a newer format.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let refuse = |problem: String| Error::Bundle {
            part: MANIFEST.into(),
            problem,
        };
        let version: Version = serde_json::from_slice(bytes).map_err(|e| {
            refuse(format!(
                "is no manifest ({e}); fetch the bundle again or export it anew"
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
                "is malformed ({e}); fetch the bundle again or export it anew"
            ))
        })?;
        manifest.config.validate()?;
        manifest.schema.validate()?;
        Ok(manifest)
    }

    /// Checks the bytes of a part.
    ///
    /// # Errors
    /// [`Error::Bundle`] that says whether the part is truncated, altered or not part of the bundle.
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

    /// Builds the model on a device from decoded weights.
    ///
    /// # Errors
    /// [`Error::Bundle`] for weights that do not fit the configuration.
    pub fn model(&self, weights: StateDict, device: &Device) -> Result<JointModel> {
        JointModel::load(&self.config.model, &self.schema, weights, device).map_err(|e| {
            Error::Bundle {
                part: WEIGHTS.into(),
                problem: e.to_string(),
            }
        })
    }

    /// Checks all parts and builds an extractor on a device; batches hold `budget` word-pieces.
    ///
    /// # Errors
    /// [`Error::Bundle`] that names the part.
    pub fn open(
        &self,
        tokenizer: &[u8],
        weights: &[u8],
        device: &Device,
        budget: usize,
    ) -> Result<Extractor> {
        self.verify(TOKENIZER, tokenizer)?;
        self.verify(WEIGHTS, weights)?;
        let named = |e: Error| Error::Bundle {
            part: WEIGHTS.into(),
            problem: e.to_string(),
        };
        let model = self.model(decode(weights).map_err(named)?, device)?;
        let tokenizer = WordPiece::from_json(tokenizer)?;
        Ok(Extractor::new(
            Predictor::new(model, self.schema.clone(), self.config.decoding, budget),
            tokenizer,
        ))
    }
}
