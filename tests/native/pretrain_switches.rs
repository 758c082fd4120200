//! The effect of each switch of the pre-training network (method §3.5 to §3.7, §8).

use burn::tensor::activation::gelu;
use burn::tensor::{Device, Tensor, TensorData};
use pollster::block_on;
use spanlight_core::ModelConfig;
use spanlight_core::config::{ClsRepr, EmptySegment, PairActivation};
use spanlight_core::ops::{Backward, Dense, Init, Pass};
use spanlight_core::pair::SEGMENTS;
use spanlight_core::pretrain::config::{Normalization, ProjectionHead};
use spanlight_core::pretrain::cspo::{logits, loss, normalize};
use spanlight_core::pretrain::sample::SampleConfig;
use spanlight_core::pretrain::{
    Keys, ObjectiveConfig, PretrainBatch, PretrainModel, pretrain_loss,
};
use spanlight_core::weights::{StateDict, load_state, state_of};
use spanlight_tests::invented::{UNKNOWN, generic, quiet_config, sample};
use spanlight_tests::pretraining::group;
use spanlight_tests::{assert_close, gradients, random, values};

/// Words of each sentence.
const WORDS: [usize; 3] = [11, 14, 12];

fn batch() -> PretrainBatch {
    let config = SampleConfig::default();
    let samples = WORDS.map(|words| sample(words, &config, words as u64));
    PretrainBatch::new(&samples)
}

fn model(config: &ModelConfig, objectives: &ObjectiveConfig, device: &Device) -> PretrainModel {
    let blank = PretrainModel::new(config, objectives, &mut Init::blank(), device).unwrap();
    generic(blank, 1)
}

/// A model with the default objectives, on the CPU.
fn plain(config: &ModelConfig) -> PretrainModel {
    model(config, &ObjectiveConfig::default(), &Device::flex())
}

fn state(model: &PretrainModel) -> StateDict {
    block_on(state_of(model)).unwrap()
}

#[test]
fn without_a_projection_head_the_pair_features_themselves_are_contrasted() {
    let (config, quiet) = (quiet_config(), &mut Pass::inference());
    let batch = batch();
    let of = |proj_head| {
        let objectives = ObjectiveConfig {
            proj_head,
            ..ObjectiveConfig::default()
        };
        model(&config, &objectives, &Device::flex())
    };
    let bare = of(ProjectionHead::None);
    let network = &bare.network;
    let views = network.encode(&batch, quiet);
    let segments = network.represent(&views.encoded, &batch.segments, quiet);
    let features = network.relate(&views.encoded, segments, quiet).features;
    let contrasted = network.keys(&batch, quiet);
    assert_eq!(contrasted.dims(), [2 * WORDS.len(), config.span_size]);
    assert_eq!(values(contrasted), values(features));
    let projects = |model: &PretrainModel| {
        state(model)
            .keys()
            .any(|n| n.starts_with("network.projection."))
    };
    assert!(!projects(&bare));

    let behind = of(ProjectionHead::Mlp);
    assert!(projects(&behind));
    let contrasted = behind.network.keys(&batch, quiet);
    assert_eq!(
        contrasted.dims(),
        [2 * WORDS.len(), config.encoder.hidden_size]
    );
}

#[test]
fn queries_are_compared_at_the_length_of_the_settings() {
    let (config, quiet) = (quiet_config(), &mut Pass::inference());
    let (batch, device) = (batch(), Device::flex());
    let (sentences, width) = (batch.sentences(), config.encoder.hidden_size);
    let unit =
        |seed: u64, rows: usize| normalize(random([rows, width], seed, &device), Normalization::L2);
    let keys = Keys {
        own: [unit(1, sentences), unit(2, sentences)],
        queued: [Some(unit(3, 5)), Some(unit(4, 5))],
    };
    let sums = [Normalization::L2, Normalization::None].map(|cspo_normalize| {
        let objectives = ObjectiveConfig {
            cspo_normalize,
            ..ObjectiveConfig::default()
        };
        let model = model(&config, &objectives, &device.clone().autodiff());
        let found = pretrain_loss(&model, &batch, Some(keys.clone()), &objectives, quiet);
        let projected = model.network.keys(&batch, quiet).inner();
        let projected = normalize(projected, cspo_normalize);
        let sums = found.views.map(|view| {
            let term = view.cspo;
            assert_eq!(term.count, sentences);
            term.sum.unwrap().into_scalar::<f32>()
        });
        // A pair is compared with contexts, a context with pairs.
        for (side, sum) in sums.into_iter().enumerate() {
            let queries = projected.clone().narrow(0, side * sentences, sentences);
            let (own, queued) = (keys.own[1 - side].clone(), keys.queued[1 - side].clone());
            let (expected, _) = loss(logits(queries, own, queued, &objectives));
            let expected = expected.sum.unwrap().into_scalar::<f32>();
            assert!(
                (sum - expected).abs() < 1e-3 * expected + 1e-4,
                "{sum} instead of {expected}"
            );
        }
        sums
    });
    assert!(
        (sums[0][0] - sums[1][0]).abs() > 0.1 && sums[0][0] != sums[0][1],
        "{sums:?}"
    );
}

#[test]
fn a_tied_decoder_is_the_table_of_word_embeddings() {
    const WORD: &str = "network.encoders.sentence.embeddings.word.weight";
    const DECODER: &str = "tbo.decoder.weight";
    let (config, batch) = (quiet_config(), batch());
    let of = |tbo_tied, device: &Device| {
        let objectives = ObjectiveConfig {
            tbo_tied,
            ..ObjectiveConfig::default()
        };
        model(&config, &objectives, device)
    };
    let logits = |model: &PretrainModel| {
        let quiet = &mut Pass::inference();
        let views = model.network.encode(&batch, quiet);
        let words = &model.network.encoders.sentence.embeddings.word;
        let masked = batch.masked.concat();
        let head = &model.tbo;
        head.logits(views.hidden, &masked, words, quiet)
    };
    let device = Device::flex();
    let tied = of(true, &device);
    let mut weights = state(&tied);
    assert!(!weights.contains_key(DECODER));
    let table = weights[WORD].clone();
    weights.insert(DECODER.into(), table);
    let own = load_state(of(false, &device), weights).unwrap();
    let found = logits(&tied);
    let masked: usize = batch.masked.iter().map(Vec::len).sum();
    assert_eq!(found.dims(), [masked, config.encoder.vocab_size]);
    assert_close(&values(found), &values(logits(&own)), 1e-4);

    // The softmax trains the embeddings of all pieces, even of one that is in no sentence.
    let device = device.autodiff();
    let trained = [true, false].map(|tbo_tied| {
        let model = of(tbo_tied, &device);
        let loss = logits(&model).square().mean();
        let table = &gradients(&model, &loss.backward())[WORD];
        let width = config.encoder.hidden_size;
        let row = UNKNOWN as usize * width..(UNKNOWN as usize + 1) * width;
        table.values[row].iter().any(|&gradient| gradient != 0.0)
    });
    assert_eq!(trained, [true, false]);
}

#[test]
fn the_raw_sentence_vector_is_the_state_of_the_first_piece() {
    let batch = batch();
    let inputs = 2 * WORDS.len();
    for cls_repr in [ClsRepr::Raw, ClsRepr::Pooler] {
        let config = ModelConfig {
            cls_repr,
            ..quiet_config()
        };
        let model = plain(&config);
        let views = model.network.encode(&batch, &mut Pass::inference());
        let width = config.encoder.hidden_size;
        let hidden = values(views.hidden);
        let first = (0..inputs).flat_map(|input| {
            let row = batch.pieces.row(input, 0);
            &hidden[row * width..(row + 1) * width]
        });
        let first: Vec<f32> = first.copied().collect();
        let found = values(views.encoded.sentences);
        if cls_repr == ClsRepr::Raw {
            assert_eq!(found, first);
            continue;
        }
        let weights = state(&model);
        let weight = &weights["network.encoders.sentence.pooler.weight"].values;
        let bias = &weights["network.encoders.sentence.pooler.bias"].values;
        let pooled = first.chunks(width).flat_map(|state| {
            let outputs = weight.chunks(width).zip(bias);
            outputs.map(move |(weight, bias)| {
                let products = weight.iter().zip(state).map(|(w, x)| w * x);
                (products.sum::<f32>() + bias).tanh()
            })
        });
        assert_close(&found, &pooled.collect::<Vec<f32>>(), 1e-4);
    }
}

#[test]
fn an_empty_segment_is_the_convolution_of_nothing_or_a_zero_vector() {
    let (batch, quiet, device) = (batch(), &mut Pass::inference(), Device::flex());
    let spans = [(0, 2), (3, 3), (2, 5)];
    let found = [EmptySegment::Cnn, EmptySegment::Zero].map(|empty_segment| {
        let config = ModelConfig {
            empty_segment,
            ..quiet_config()
        };
        let model = plain(&config);
        let views = model.network.encode(&batch, quiet);
        let found = values(model.network.represent(&views.encoded, &spans, quiet));

        let weights = state(&model);
        let bias = weights["network.encoders.span.cnn.bias"].values.clone();
        let width = bias.len();
        let features = match empty_segment {
            EmptySegment::Cnn => gelu(Tensor::<2>::from_data(
                TensorData::new(bias, [1, width]),
                &device,
            )),
            EmptySegment::Zero => Tensor::zeros([1, width], &device),
        };
        let dense = Dense::new(width, config.span_size, &mut Init::blank(), &device);
        let dense = load_state(dense, group(&weights, "network.encoders.span.dense.")).unwrap();
        let expected = values(dense.project(features, Backward::Serial));
        assert_close(
            &found[config.span_size..2 * config.span_size],
            &expected,
            1e-4,
        );
        found
    });
    // Nothing else changes.
    let size = quiet_config().span_size;
    let [cnn, zero] = found;
    assert_eq!(cnn[..size], zero[..size]);
    assert_eq!(cnn[2 * size..], zero[2 * size..]);
    assert_ne!(cnn[size..2 * size], zero[size..2 * size]);
}

#[test]
fn the_pair_attention_has_the_non_linearity_of_the_settings() {
    let (batch, quiet) = (batch(), &mut Pass::inference());
    let features = [PairActivation::Gelu, PairActivation::Tanh].map(|pair_att_act| {
        let config = ModelConfig {
            pair_att_act,
            ..quiet_config()
        };
        let network = plain(&config).network;
        let encoded = network.encode(&batch, quiet).encoded;
        let segments = network.represent(&encoded, &batch.segments, quiet);
        let found = values(network.relate(&encoded, segments.clone(), quiet).features);
        let inputs: Vec<usize> = (0..2 * WORDS.len()).collect();
        let segments = segments.reshape([inputs.len(), SEGMENTS, config.span_size]);
        let pair = &network.encoders.pair;
        let direct = pair.forward(segments, encoded.sentences, &inputs, Backward::Serial);
        assert_eq!(found, values(direct.features));
        found
    });
    assert_ne!(features[0], features[1]);
}
