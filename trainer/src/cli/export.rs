//! `spanlight export`: packs a model as a bundle.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use spanlight_core::bundle::{FORMAT, MANIFEST, Manifest, Part, SelfTest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::ExtractOptions;
use spanlight_core::weights::{Precision, decode, encode};

use super::Decoding;
use crate::calibration::calibrate;
use crate::data;
use crate::error::{Error, Result};
use crate::model;
use crate::store;
use crate::vocabulary;

/// Arguments of `export`.
#[derive(Args)]
pub struct Export {
    /// Run folder or bundle
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// Folder of the bundle; created if it does not exist
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Name of the model
    #[arg(long)]
    name: String,
    /// One sentence that describes the model
    #[arg(long, default_value = "")]
    description: String,
    /// How matrices are stored: int8, f16 or f32
    #[arg(long, default_value = "int8")]
    precision: Precision,
    /// Short text with entities; every device must reproduce the extraction from it
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "We train a neural parser on newswire text."
    )]
    self_test: String,
    /// Annotated sentences for calibration, so that a score is the probability of being right; use
    /// the development data, never the test data
    #[arg(long, value_name = "FILE")]
    calibrate: Option<PathBuf>,
    /// Format of the calibration file: auto, dygie, spert, pspe, arnor, redocred, re3d or knowledgenet
    #[arg(long, default_value = "auto", requires = "calibrate")]
    format: String,
    #[command(flatten)]
    decoding: Decoding,
}

impl Export {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`] of reading, computing or writing; a bundle that was in the folder before then stays whole.
    pub fn run(&self) -> Result<()> {
        let format = self.format.parse().map_err(Error::Usage)?;
        let gold = self.calibrate.as_ref().map(|data| data::read(data, format));
        let gold = gold.transpose()?.map(|read| read.sentences);
        let mut saved = model::open(&self.model)?;
        self.decoding.apply(&mut saved.config.decoding);
        vocabulary::prune(&mut saved)?;
        let tokenizer = saved.tokenizer.to_json()?.into_bytes();
        let weights = encode(&saved.weights, self.precision)?;
        if let Some(gold) = gold {
            // The weights as they will be loaded, at the bundle's precision; the self-test below uses them
            // too.
            saved.weights = decode(&weights)?;
            let (before, after) = calibrate(&mut saved, &gold, super::threads(0))?;
            super::say(format_args!(
                "before calibration\n{before}\nafter calibration\n{after}"
            ))?;
        }
        let mut manifest = Manifest {
            format: FORMAT,
            name: self.name.clone(),
            description: self.description.clone(),
            parameters: saved.weights.values().map(|a| a.values.len()).sum(),
            schema: saved.schema,
            config: saved.config,
            precision: self.precision,
            parts: [
                (TOKENIZER.to_string(), Part::of(&tokenizer)),
                (WEIGHTS.to_string(), Part::of(&weights)),
            ]
            .into(),
            self_test: SelfTest::default(),
        };
        let extractor = manifest.open(
            &tokenizer,
            &weights,
            &Device::flex(),
            self.self_test.len().max(64),
        )?;
        let found =
            pollster::block_on(extractor.extract(&self.self_test, &ExtractOptions::default()))?;
        if found.sentences.iter().all(|s| s.entities.is_empty()) {
            return Err(Error::Usage(format!(
                "the model finds no entity in the self-test `{}`; give a text with entities as --self-test",
                self.self_test
            )));
        }
        manifest.self_test = SelfTest {
            text: self.self_test.clone(),
            sentences: found.sentences,
        };

        store::replace_folder(&self.out, |folder| {
            store::write_atomic(&folder.join(TOKENIZER), &tokenizer)?;
            store::write_atomic(&folder.join(WEIGHTS), &weights)?;
            store::write_json(&folder.join(MANIFEST), &manifest)
        })?;
        let bytes: usize = manifest.parts.values().map(|p| p.bytes).sum();
        super::say(format_args!(
            "{}: {} weights in {:.2} MB",
            self.out.display(),
            manifest.parameters,
            bytes as f64 / 1e6
        ))
    }
}
