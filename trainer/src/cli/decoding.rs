//! Flags that override how a saved model decodes.

use clap::Args;
use spanlight_core::config;
use spanlight_core::tagger::TagDecoding;

/// Arguments of commands that use a saved model.
#[derive(Args)]
pub struct Decoding {
    /// Decoding of the tags; by default that of the saved model
    #[arg(long, value_enum, help_heading = "Decoding")]
    tag_decoding: Option<TagDecoding>,
}

impl Decoding {
    /// Applies the flags. A change removes the calibration, which was fitted to the saved decoding.
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
