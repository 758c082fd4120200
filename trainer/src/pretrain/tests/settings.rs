//! Settings: defaults, the paper's code, and refusals.

use std::path::Path;

use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_core::pretrain::sample::SampleConfig;

use spanlight_learn::{EmbeddingRate, OptimizerConfig};

use crate::corpus::Unit;
use crate::pretrain::{PRESETS, PretrainConfig};
use crate::settings::{object, overlaid, table};
use crate::start::Parts;

fn valid() -> PretrainConfig {
    let mut config = PretrainConfig::default();
    config.start.encoder = Some("encoder".into());
    config.corpus.corpus = vec!["corpus.txt".into()];
    config
}

#[test]
fn defaults_are_those_of_the_method() {
    let config = PretrainConfig::default();
    assert_eq!(config.sample, SampleConfig::default());
    assert_eq!(config.objectives, ObjectiveConfig::default());
}

/// Names in settings files and saved runs.
const FIELDS: &str = "adamw_bias_correction batch chunk clean clip cls_repr column corpus corpus_cache \
    corpus_format cspo_normalize decay_all dropout dynamic_sampling empty_segment encoder entity_share \
    epochs freeze_encoder head_lr in_batch_negatives init_from layer_decay learning_rate load_network \
    load_parts lr_embeddings mask_cap mask_share max_pieces max_sentence max_words mean_over micro_batch \
    min_sentence momentum momentum_init pair_att_act proj_head queue_keys save_every schedule_steps seed \
    shuffle skip_bad span_choice spo spo_permutations tbo tbo_tied temperature total_steps unescape unique \
    unit view_keep_prob view_mask_alignment w_cspo w_spo w_tbo warmup weight_decay whole_word_share words";

#[test]
fn settings_are_one_flat_table_of_known_fields() {
    let settings = object(&PretrainConfig::default()).unwrap();
    let mut fields: Vec<&str> = settings.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, FIELDS.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn rates_are_not_those_of_fine_tuning() {
    let expected = OptimizerConfig {
        learning_rate: 1e-4,
        head_lr: 1e-4,
        layer_decay: 1.0,
        lr_embeddings: EmbeddingRate::Full,
        warmup: 0.45,
        ..OptimizerConfig::default()
    };
    assert_eq!(PretrainConfig::default().optimizer, expected);
}

#[test]
fn the_papers_code_is_a_preset_of_known_fields() {
    let path = Path::new("reference");
    let preset = table(PRESETS.reference, path).unwrap();
    let config = overlaid(&valid(), &[&preset], path).unwrap();
    config.validate().unwrap();
    let schedule = config.schedule_steps.unwrap() as f64;
    assert_eq!(
        (schedule, (schedule * config.optimizer.warmup).round()),
        (400_000.0, 18_000.0)
    );
    assert!(!config.shuffle && !config.dynamic_sampling && config.optimizer.decay_all);
    assert!(!config.corpus.unescape && config.corpus.min_sentence == 2);
    assert_eq!(config.corpus.unit, Unit::Sentence);
}

#[test]
fn the_recommended_preset_is_one_of_known_fields() {
    let path = Path::new("recommended");
    let preset = table(PRESETS.recommended, path).unwrap();
    let config = overlaid(&valid(), &[&preset], path).unwrap();
    config.validate().unwrap();
    assert_ne!(config, valid());
}

#[test]
fn nonsense_is_refused_by_name() {
    let refuse = |change: &dyn Fn(&mut PretrainConfig), name: &str| {
        let mut config = valid();
        change(&mut config);
        let error = config.validate().unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    };
    valid().validate().unwrap();
    refuse(&|c| c.start.encoder = None, "--encoder");
    refuse(&|c| c.corpus.corpus.clear(), "--corpus");
    refuse(&|c| c.start.load_parts = Parts::Model, "--load-parts");
    refuse(&|c| c.total_steps = 0, "--total-steps");
    refuse(&|c| c.optimizer.warmup = 1.5, "--warmup");
    refuse(&|c| c.optimizer.clip = 0.0, "--clip");
    refuse(&|c| c.encoders.dropout = 1.0, "--dropout");
    refuse(&|c| c.optimizer.learning_rate = -1e-4, "--learning-rate");
    refuse(
        &|c| (c.optimizer.freeze_encoder, c.optimizer.head_lr) = (true, 0.0),
        "nothing would be trained",
    );
    refuse(&|c| c.optimizer.layer_decay = 1.5, "--layer-decay");
    refuse(&|c| c.objectives.temperature = 0.0, "temperature");
    refuse(&|c| c.objectives.momentum = 1.1, "momentum");
    refuse(&|c| c.objectives.queue_keys = 0, "queue_keys");
    refuse(
        &|c| (c.objectives.w_tbo, c.objectives.w_spo, c.objectives.w_cspo) = (0.0, 0.0, 0.0),
        "w_tbo",
    );
    refuse(&|c| c.sample.mask_share = 2.0, "mask_share");
    refuse(&|c| c.sample.spo_permutations = Some(1), "spo_permutations");
    refuse(&|c| c.sample.spo_permutations = Some(7), "spo_permutations");
}
