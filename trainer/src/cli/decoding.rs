//! Other decisions than those that a model was saved with.

use clap::Args;
use spanlight_core::config;
use spanlight_core::tagger::TagDecoding;

/// Arguments of commands that use a saved model.
#[derive(Args)]
pub struct Decoding {
    /// How tags are chosen; by default as the model says
    #[arg(long, value_enum, help_heading = "Decisions")]
    tag_decoding: Option<TagDecoding>,
}

impl Decoding {
    /// Changes how a model decides. A change drops the calibration, which was fitted to other decisions.
    pub fn apply(&self, decoding: &mut config::Decoding) {
        let tags = self.tag_decoding.unwrap_or(decoding.tags);
        if tags != decoding.tags {
            *decoding = config::Decoding {
                tags,
                calibration: None,
            };
        }
    }
}
