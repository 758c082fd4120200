//! Settings: defaults, the paper's code, and refusals.

use std::path::Path;

use spanlight_core::pretrain::ObjectiveConfig;
use spanlight_core::pretrain::sample::SampleConfig;

use crate::corpus::Unit;
use crate::pretrain::{PRESETS, PretrainConfig};
use crate::settings::{overlaid, table};
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
