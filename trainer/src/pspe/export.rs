//! Exports a run as a checkpoint that the paper's code can load.

use std::path::Path;

use spanlight_core::config::{ClsRepr, EmptySegment, ModelConfig, PairActivation, RelationInput};
use spanlight_core::weights::{
    LabelOrder, Stage, StateDict, current_names, read_safetensors, reorder, to_pspe,
    write_safetensors,
};
use spanlight_core::{Error as CoreError, Schema};

use super::LABELS;
use crate::error::{Error, Result};
use crate::model;
use crate::store::{self, PRETRAINED};

/// A written checkpoint.
pub struct Exported {
    /// Which of the paper's models it is.
    pub stage: Stage,
    /// Modules of that model that the checkpoint lacks. Fine-tuning starts from the encoders and needs
    /// none of them.
    pub lacking: Vec<String>,
}

/// Writes the model of a run folder with the parameter names and layouts of the paper's code. Also
/// writes the order of the labels beside a fine-tuned model; the file `labels` can prescribe it.
///
/// # Errors
/// [`Error::Usage`] for a model that the paper's code does not support or would compute differently.
pub fn export(run: &Path, out: &Path, labels: Option<&Path>) -> Result<Exported> {
    let pretrained = run.join(PRETRAINED);
    if pretrained.exists() {
        let config = model::settings(run)?.model;
        check(&config, Stage::Pretraining)?;
        let state = untied(current_names(read_safetensors(&store::read(&pretrained)?)?));
        return write(state, Stage::Pretraining, &config, out);
    }
    let saved = model::open(run)?;
    let config = &saved.config.model;
    check(config, Stage::FineTuning)?;
    let ours = LabelOrder::of(&saved.schema);
    let theirs = match labels {
        Some(path) => store::read_json(path)?,
        None => ours.clone(),
    };
    let mut state = with_pad(saved.weights, config)?;
    if theirs.schema()?.entities != saved.schema.entities {
        return Err(other_labels(&saved.schema));
    }
    reorder(&mut state, &ours, &theirs)?;
    let exported = write(state, Stage::FineTuning, config, out)?;
    store::write_json(&out.with_file_name(LABELS), &theirs)?;
    Ok(exported)
}

fn write(state: StateDict, stage: Stage, config: &ModelConfig, out: &Path) -> Result<Exported> {
    let checkpoint = to_pspe(state, stage, &config.span_kernels)?;
    store::write_atomic(out, &write_safetensors(&checkpoint, None)?)?;
    let lacking = stage.lacking(&checkpoint);
    Ok(Exported { stage, lacking })
}

/// Refuses settings that the paper's code does not support or computes differently (method §3.5, §8).
fn check(config: &ModelConfig, stage: Stage) -> Result<()> {
    // The paper's pre-training convolves empty segments, its fine-tuning replaces them.
    let (segments, other) = match stage {
        Stage::Pretraining => (EmptySegment::Cnn, "--empty-segment zero"),
        Stage::FineTuning => (EmptySegment::Zero, "--empty-segment cnn"),
    };
    let foreign = [
        (
            config.encoder.relative_attention_num_buckets > 0,
            "an MPNet encoder",
        ),
        (
            config.relation_input != RelationInput::Pooled,
            "--relation-input typed or edges",
        ),
        (config.share_span_encoder, "--share-span-encoder"),
        (config.empty_segment != segments, other),
        (
            config.pair_att_act != PairActivation::Gelu,
            "--pair-att-act tanh",
        ),
        (config.cls_repr != ClsRepr::Pooler, "--cls-repr raw"),
        (config.case, "--case"),
    ];
    match foreign.iter().find(|(found, _)| *found) {
        None => Ok(()),
        Some((_, what)) => Err(Error::Usage(format!(
            "the model was trained with {what}, which the paper's code does not support; there, the weights \
             would compute something else"
        ))),
    }
}

/// Copies word embeddings that also serve as the decoder of the token boundary objective to a
/// separate decoder.
fn untied(mut state: StateDict) -> StateDict {
    let words = state
        .get("network.encoders.sentence.embeddings.word.weight")
        .cloned();
    if let Some(words) = words
        && state.contains_key("tbo.bias")
    {
        (state.entry("tbo.decoder.weight".into())).or_insert(words);
    }
    state
}

/// The tag head with the PAD class that the paper's code expects in front.
fn with_pad(mut state: StateDict, config: &ModelConfig) -> Result<StateDict> {
    if config.tag_pad_class {
        return Ok(state);
    }
    for (name, value) in [("tagger.weight", 0.0), ("tagger.bias", -1e4)] {
        let array = state.get_mut(name).ok_or_else(|| CoreError::Weight {
            name: name.into(),
            problem: "is missing".into(),
        })?;
        let width = array.values.len() / array.shape[0].max(1);
        array.shape[0] += 1;
        array.values.splice(0..0, std::iter::repeat_n(value, width));
    }
    Ok(state)
}

fn other_labels(schema: &Schema) -> Error {
    Error::Usage(format!(
        "the file given by --labels must have the labels of the model: {}",
        schema.entities.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use spanlight_core::weights::Array;

    use super::*;

    fn paper(stage: Stage) -> ModelConfig {
        let encoder = spanlight_tests::tiny_config().encoder;
        ModelConfig {
            empty_segment: match stage {
                Stage::Pretraining => EmptySegment::Cnn,
                Stage::FineTuning => EmptySegment::Zero,
            },
            ..ModelConfig::new(encoder).with_reference_quirks()
        }
    }

    #[test]
    fn settings_that_the_papers_code_does_not_support_are_refused_by_name() {
        type Change = fn(&mut ModelConfig);
        let changes: [(&str, Change); 5] = [
            ("an MPNet encoder", |c| {
                c.encoder.relative_attention_num_buckets = 32;
            }),
            ("--relation-input typed", |c| {
                c.relation_input = RelationInput::Typed;
            }),
            ("--share-span-encoder", |c| c.share_span_encoder = true),
            ("--pair-att-act tanh", |c| {
                c.pair_att_act = PairActivation::Tanh;
            }),
            ("--cls-repr raw", |c| c.cls_repr = ClsRepr::Raw),
        ];
        for stage in [Stage::Pretraining, Stage::FineTuning] {
            check(&paper(stage), stage).unwrap();
            for (name, change) in &changes {
                let mut config = paper(stage);
                change(&mut config);
                let refused = check(&config, stage).unwrap_err().to_string();
                assert!(refused.contains(name), "{refused}");
            }
        }
        let refused = check(&paper(Stage::Pretraining), Stage::FineTuning).unwrap_err();
        assert!(refused.to_string().contains("--empty-segment cnn"));
        let refused = check(&paper(Stage::FineTuning), Stage::Pretraining).unwrap_err();
        assert!(refused.to_string().contains("--empty-segment zero"));
    }

    #[test]
    fn a_tied_decoder_is_copied_and_a_separate_one_stays() {
        let array = |value: f32| Array {
            shape: vec![1, 1],
            values: vec![value],
        };
        let words = "network.encoders.sentence.embeddings.word.weight";
        let decoder = "tbo.decoder.weight";
        let tied = StateDict::from([
            (words.to_string(), array(1.0)),
            ("tbo.bias".to_string(), array(0.0)),
        ]);
        assert_eq!(untied(tied.clone())[decoder], array(1.0));
        let own = [(decoder.to_string(), array(2.0))].into_iter().chain(tied);
        assert_eq!(untied(own.collect())[decoder], array(2.0));
        let without = StateDict::from([(words.to_string(), array(1.0))]);
        assert_eq!(untied(without).len(), 1);
    }
}
