//! Other decisions on the same scores than the model was saved with.

use clap::Args;
use spanlight_core::ModelConfig;
use spanlight_core::tagger::TagDecoding;

use crate::settings::parse_lowercase;

/// Arguments of commands that use a saved model.
#[derive(Args)]
pub struct Decoding {
    /// How tags are chosen: argmax or viterbi; by default as the model says
    #[arg(long, value_parser = parse_lowercase::<TagDecoding>, help_heading = "Decisions")]
    tag_decoding: Option<TagDecoding>,
    /// Added to the logit of no entity: below 0, more is found; by default as the model says
    #[arg(
        long,
        value_name = "LOGIT",
        allow_negative_numbers = true,
        help_heading = "Decisions"
    )]
    entity_none_bias: Option<f32>,
    /// The same for no relation
    #[arg(
        long,
        value_name = "LOGIT",
        allow_negative_numbers = true,
        help_heading = "Decisions"
    )]
    relation_none_bias: Option<f32>,
}

impl Decoding {
    /// Puts what was asked for into a model's settings. Scores of other decisions are no longer calibrated.
    pub fn apply(&self, config: &mut ModelConfig) {
        let before = (config.tag_decoding, config.none_bias);
        let bias = &mut config.none_bias;
        config.tag_decoding = self.tag_decoding.unwrap_or(config.tag_decoding);
        bias.entity = self.entity_none_bias.unwrap_or(bias.entity);
        bias.relation = self.relation_none_bias.unwrap_or(bias.relation);
        if before != (config.tag_decoding, config.none_bias) {
            config.calibration = None;
        }
    }
}
