//! MPNet against numbers from an independent computation in double precision.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::ModelConfig;
use spanlight_core::batch::{PieceBatch, Pieces};
use spanlight_core::config::EncoderConfig;
use spanlight_core::encoder::SentenceEncoder;
use spanlight_core::ops::Init;
use spanlight_core::ops::Pass;
use spanlight_core::weights::{load_bert, load_state, state_of};
use spanlight_tests::values;

fn config() -> EncoderConfig {
    EncoderConfig {
        vocab_size: 20,
        hidden_size: 8,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        intermediate_size: 12,
        max_position_embeddings: 16,
        type_vocab_size: 0,
        layer_norm_eps: 1e-5,
        position_offset: 2,
        relative_attention_num_buckets: 32,
    }
}

/// An encoder whose weights are a formula.
fn encoder() -> SentenceEncoder {
    let blank = SentenceEncoder::new(
        &ModelConfig::new(config()),
        &mut Init::blank(),
        &Device::flex(),
    );
    let mut state = block_on(state_of(&blank)).unwrap();
    for (k, (name, array)) in state.iter_mut().enumerate() {
        let size = if name.starts_with("relative") {
            2.0
        } else {
            0.6
        };
        let around = if name.ends_with("gamma") { 1.0 } else { 0.0 };
        for (i, value) in array.values.iter_mut().enumerate() {
            let phase = 0.37 * (i * i) as f64 + 1.3 * k as f64;
            *value = (around + size * phase.sin()) as f32;
        }
    }
    load_state(blank, state).unwrap()
}

#[test]
fn hidden_states_are_those_of_mpnet() {
    let sentence = |ids: &[u32]| Pieces {
        ids: ids.to_vec(),
        first: vec![1],
        ..Default::default()
    };
    let long = sentence(&[0, 5, 9, 13, 7, 11, 4, 17, 8, 6, 3, 2]);
    let batch = PieceBatch::new(&[long, sentence(&[0, 12, 2])]);
    let (encoder, pass) = (encoder(), &mut Pass::inference());
    let embedded = encoder.embeddings.forward(&batch, pass);
    let hidden = encoder.forward(embedded, &batch, pass);
    let expected = [
        (
            0,
            [
                -0.329302, 0.254281, 1.148111, -0.424796, -0.646195, 1.681001, -1.09037, -0.608862,
            ],
        ),
        (
            11,
            [
                0.332862, -1.067747, 0.596981, 1.702338, -0.454996, -1.959907, -0.25729, -0.368915,
            ],
        ),
        (
            12,
            [
                0.323443, -1.295936, 1.547515, 0.352599, -0.414605, 0.29593, -0.951953, -0.423287,
            ],
        ),
        (
            14,
            [
                0.329225, -1.054104, 0.563693, 1.851466, -0.329902, -1.921283, -0.432301, -0.454578,
            ],
        ),
    ];
    for (row, expected) in expected {
        let found = values(hidden.clone().narrow(0, row, 1));
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-4, "row {row}: {found:?}");
        }
    }
}

#[test]
fn checkpoints_have_mpnets_names() {
    let encoder = encoder();
    let state = block_on(state_of(&encoder)).unwrap();
    let theirs = state.iter().map(|(name, array)| {
        let mut name = format!("mpnet.{name}")
            .replace("embeddings.word.", "embeddings.word_embeddings.")
            .replace("embeddings.position.", "embeddings.position_embeddings.")
            .replace("embeddings.norm.", "embeddings.LayerNorm.")
            .replace("relative.bias.", "encoder.relative_attention_bias.")
            .replace("attention.norm.", "attention.LayerNorm.")
            .replace("pooler.", "pooler.dense.");
        for (ours, short) in [
            ("query", "q"),
            ("key", "k"),
            ("value", "v"),
            ("output", "o"),
        ] {
            name = name.replace(
                &format!("attention.{ours}."),
                &format!("attention.attn.{short}."),
            );
        }
        if name.contains("layers.") {
            name = name
                .replace("layers.", "encoder.layer.")
                .replace(".inner.", ".intermediate.dense.")
                .replace(".outer.", ".output.dense.");
            if !name.contains("attention") {
                name = name.replace(".norm.", ".output.LayerNorm.");
            }
        }
        (
            name.replace("gamma", "weight").replace("beta", "bias"),
            array.clone(),
        )
    });
    let blank = SentenceEncoder::new(
        &ModelConfig::new(config()),
        &mut Init::blank(),
        &Device::flex(),
    );
    let loaded = load_bert(blank, theirs.collect()).unwrap();
    assert_eq!(block_on(state_of(&loaded)).unwrap(), state);
}
