//! Bundles with damage of every kind: each is refused, and the error names the part.

use burn::tensor::Device;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use spanlight_core::ModelConfig;
use spanlight_core::bundle::{FORMAT, Manifest, TOKENIZER, WEIGHTS};
use spanlight_core::config::Calibration;
use spanlight_core::weights::{Precision, decode, encode, read_note};
use spanlight_core::wordpiece::WordPiece;

use crate::bundle::{Bundle, assert_names, run};

#[test]
fn a_truncated_part_is_named() {
    let mut bundle = Bundle::export(Precision::Int8);
    bundle.weights.pop();
    assert_names(
        &bundle.refusal(),
        &["`weights.safetensors`", "truncated", "fetch it again"],
    );
    let mut bundle = Bundle::export(Precision::Int8);
    bundle.tokenizer.clear();
    assert_names(
        &bundle.refusal(),
        &["`tokenizer.json`", "truncated", "0 bytes"],
    );
}

#[test]
fn an_altered_or_longer_part_is_named() {
    let mut bundle = Bundle::export(Precision::Int8);
    *bundle.weights.last_mut().unwrap() ^= 1;
    assert_names(
        &bundle.refusal(),
        &["`weights.safetensors`", "altered", "SHA-256"],
    );
    bundle.weights.push(0);
    assert_names(&bundle.refusal(), &["`weights.safetensors`", "too long"]);
}

#[test]
fn a_newer_format_and_a_damaged_manifest_have_different_errors() {
    let newer = format!(r#"{{"format": {}, "pieces": []}}"#, FORMAT + 1);
    let message = Manifest::parse(newer.as_bytes()).unwrap_err().to_string();
    assert_names(&message, &["`manifest.json`", "format 3", "newer program"]);
    let damaged = r#"{"format": 2, "name": "tiny"}"#;
    let message = Manifest::parse(damaged.as_bytes()).unwrap_err().to_string();
    assert_names(&message, &["`manifest.json`", "malformed", "schema"]);
    assert_names(
        &Manifest::parse(b"<html>").unwrap_err().to_string(),
        &["`manifest.json`", "no manifest"],
    );
}

#[test]
fn a_part_that_the_manifest_does_not_list_is_named() {
    for part in [TOKENIZER, WEIGHTS] {
        let mut bundle = Bundle::export(Precision::F32);
        bundle.manifest.parts.remove(part);
        assert_names(&bundle.refusal(), &[part, "not listed in the manifest"]);
    }
}

#[test]
fn weights_of_another_model_are_named() {
    let mut bundle = Bundle::export(Precision::F32);
    bundle.manifest.config.model.span_size = 33;
    assert_names(
        &bundle.refusal(),
        &[
            "`weights.safetensors`",
            "encoders.span.dense.linear.weight",
            "[32, 48]",
            "[33, 48]",
        ],
    );

    let state = |bundle: &Bundle| decode(&bundle.weights).unwrap();
    let mut bundle = Bundle::export(Precision::F32);
    let mut fewer = state(&bundle);
    fewer.remove("tagger.bias");
    bundle.weights = encode(&fewer, Precision::F32).unwrap();
    assert_names(
        &bundle.described().refusal(),
        &["`weights.safetensors`", "tagger.bias", "missing"],
    );

    let mut bundle = Bundle::export(Precision::F32);
    let mut more = state(&bundle);
    more.insert("tagger.gain".into(), more["tagger.bias"].clone());
    bundle.weights = encode(&more, Precision::F32).unwrap();
    assert_names(
        &bundle.described().refusal(),
        &["`weights.safetensors`", "tagger.gain", "no parameter"],
    );
}

#[test]
fn the_error_for_an_invalid_manifest_names_the_field() {
    let mut bundle = Bundle::export(Precision::F32);
    bundle.manifest.config.model.encoder.num_attention_heads = 3;
    assert_names(
        &bundle.refusal(),
        &["encoder.num_attention_heads", "3 does not divide"],
    );
    let mut bundle = Bundle::export(Precision::F32);
    bundle.manifest.schema.entities.reverse();
    assert_names(&bundle.refusal(), &["schema.entities", "sorted"]);
}

#[test]
fn a_tokenizer_without_its_special_pieces_is_refused() {
    let mut bundle = Bundle::export(Precision::F32);
    bundle.tokenizer = String::from_utf8(bundle.tokenizer)
        .unwrap()
        .replace("[SEP]", "[END]")
        .into_bytes();
    assert_names(&bundle.described().refusal(), &["tokenizer", "`[SEP]`"]);
}

#[test]
fn garbage_is_refused_without_a_panic() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let sound = Bundle::export(Precision::Int8);
    for _ in 0..300 {
        let length = rng.random_range(0..200);
        let garbage: Vec<u8> = (0..length).map(|_| rng.random()).collect();
        assert!(Manifest::parse(&garbage).is_err());
        assert!(decode(&garbage).is_err());
        assert!(read_note(&garbage).is_err());
        assert!(WordPiece::from_json(&garbage, 100).is_err());
        let weights = Bundle {
            weights: garbage.clone(),
            ..sound.clone()
        };
        assert!(weights.described().open().is_err());
        let tokenizer = Bundle {
            tokenizer: garbage,
            ..sound.clone()
        };
        assert!(tokenizer.described().open().is_err());
    }
}

#[test]
fn a_sound_bundle_with_wrong_bytes_never_panics() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
    let sound = Bundle::export(Precision::Int8);
    let spoil = |bytes: &mut [u8], within: usize, rng: &mut Xoshiro256PlusPlus| {
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..within);
            bytes[at] = rng.random();
        }
    };
    let (mut opened, mut refused) = (0, 0);
    for _ in 0..150 {
        let mut bundle = sound.clone();
        let header = 8 + u64::from_le_bytes(bundle.weights[..8].try_into().unwrap()) as usize;
        spoil(&mut bundle.weights, header, &mut rng);
        refused += usize::from(bundle.described().open().is_err());

        let mut bundle = sound.clone();
        let length = bundle.weights.len();
        spoil(&mut bundle.weights, length, &mut rng);
        if let Ok(extractor) = bundle.described().open() {
            run(&extractor);
            opened += 1;
        }

        let mut bundle = sound.clone();
        let length = bundle.tokenizer.len();
        spoil(&mut bundle.tokenizer, length, &mut rng);
        if let Ok(extractor) = bundle.described().open() {
            run(&extractor);
        }

        let mut manifest = serde_json::to_vec(&sound.manifest).unwrap();
        let length = manifest.len();
        spoil(&mut manifest, length, &mut rng);
        if let Ok(manifest) = Manifest::parse(&manifest) {
            let _ = manifest.open(&sound.tokenizer, &sound.weights, &Device::flex(), 256);
        }
    }
    assert!(
        opened > 50 && refused > 50,
        "{opened} opened, {refused} refused"
    );
}

#[test]
fn weights_that_are_not_finite_are_named() {
    for (precision, value) in [
        (Precision::F32, f32::NAN),
        (Precision::F16, f32::INFINITY),
        (Precision::F32, f32::NEG_INFINITY),
    ] {
        let mut bundle = Bundle::export(Precision::F32);
        let mut state = decode(&bundle.weights).unwrap();
        state
            .get_mut("relation.inner.linear.weight")
            .unwrap()
            .values[7] = value;
        bundle.weights = encode(&state, precision).unwrap();
        assert_names(
            &bundle.described().refusal(),
            &[
                "`weights.safetensors`",
                "`relation.inner.linear.weight`",
                "not finite",
            ],
        );
    }
}

#[test]
fn absurd_settings_are_refused_before_anything_is_allocated() {
    type Change = fn(&mut ModelConfig);
    let absurd: [(Change, &str); 9] = [
        (|c| c.encoder.vocab_size = 1 << 50, "encoder.vocab_size"),
        (
            |c| c.encoder.num_hidden_layers = 1 << 40,
            "encoder.num_hidden_layers",
        ),
        (
            |c| c.encoder.type_vocab_size = 1 << 40,
            "encoder.type_vocab_size",
        ),
        (
            |c| c.encoder.max_position_embeddings = 1 << 40,
            "encoder.max_position_embeddings",
        ),
        (
            |c| c.encoder.relative_attention_num_buckets = 1 << 40,
            "num_buckets",
        ),
        (
            |c| c.encoder.layer_norm_eps = -1.0,
            "encoder.layer_norm_eps",
        ),
        (|c| c.encoder.layer_norm_eps = 0.0, "encoder.layer_norm_eps"),
        (|c| c.span_kernels = vec![1 << 50], "span_kernels"),
        (|c| c.span_channels = usize::MAX, "span_channels"),
    ];
    for (change, field) in absurd {
        let mut bundle = Bundle::export(Precision::F32);
        change(&mut bundle.manifest.config.model);
        assert_names(&bundle.refusal(), &[field]);
    }
    // Large, but possible: the weights decide.
    let mut bundle = Bundle::export(Precision::F32);
    bundle.manifest.config.model.encoder.vocab_size = 1 << 21;
    bundle.manifest.config.model.encoder.hidden_size = 1 << 20;
    assert_names(&bundle.refusal(), &["`weights.safetensors`", "shape"]);
}

/// A safetensors file with one more header entry in place of `name`, which has no bytes.
fn with_empty(bytes: &[u8], name: &str, shape: &str) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let mut header = header.as_object().unwrap().clone();
    let removed = header[name]["data_offsets"].clone();
    let ends = [0, 1].map(|i| removed[i].as_u64().unwrap());
    let gap = ends[1] - ends[0];
    for info in header.values_mut() {
        for at in info["data_offsets"].as_array_mut().unwrap() {
            if at.as_u64().unwrap() >= ends[1] {
                *at = (at.as_u64().unwrap() - gap).into();
            }
        }
    }
    header[name]["data_offsets"] = serde_json::json!([ends[0], ends[0]]);
    header[name]["shape"] = serde_json::from_str(shape).unwrap();
    let json = serde_json::to_vec(&header).unwrap();
    let mut file = (json.len() as u64).to_le_bytes().to_vec();
    file.extend(json);
    let data = &bytes[8 + length..];
    file.extend(&data[..ends[0] as usize]);
    file.extend(&data[ends[1] as usize..]);
    file
}

#[test]
fn an_endless_shape_without_values_is_refused_at_once() {
    for shape in [
        "[4294967295, 0]",
        "[0, 4294967295]",
        "[18446744073709551615, 0]",
    ] {
        let mut bundle = Bundle::export(Precision::F32);
        bundle.weights = with_empty(&bundle.weights, "tagger.weight", shape);
        assert_names(
            &bundle.described().refusal(),
            &["`weights.safetensors`", "`tagger.weight`", shape],
        );
    }
}

#[test]
fn only_tokenizers_of_bert_and_mpnet_are_read() {
    let many = |part: serde_json::Value, count| {
        serde_json::json!({
            "type": "Sequence", "normalizers": vec![part; count],
        })
    };
    let doubling = serde_json::json!({
        "type": "Replace", "pattern": { "String": "a" }, "content": "aa",
    });
    let parts = [
        ("normalizer", many(doubling, 40), "`Sequence`"),
        (
            "normalizer",
            serde_json::json!({ "type": "Precompiled", "precompiled_charsmap": "AAAA" }),
            "`Precompiled`",
        ),
        ("normalizer", serde_json::Value::Null, "Normalizer"),
        (
            "pre_tokenizer",
            serde_json::json!({ "type": "FixedLength", "length": 0 }),
            "`FixedLength`",
        ),
        (
            "model",
            serde_json::json!({ "type": "BPE", "vocab": {}, "merges": [] }),
            "`BPE`",
        ),
    ];
    for (name, part, needle) in parts {
        let mut bundle = Bundle::export(Precision::F32);
        let mut tokenizer: serde_json::Value = serde_json::from_slice(&bundle.tokenizer).unwrap();
        tokenizer[name] = part;
        bundle.tokenizer = tokenizer.to_string().into_bytes();
        assert_names(
            &bundle.described().refusal(),
            &["`tokenizer.json`", needle, "WordPiece"],
        );
    }
}

#[test]
fn pieces_without_an_embedding_are_named() {
    let change = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut bundle = Bundle::export(Precision::F32);
        let mut tokenizer: serde_json::Value = serde_json::from_slice(&bundle.tokenizer).unwrap();
        change(&mut tokenizer);
        bundle.tokenizer = tokenizer.to_string().into_bytes();
        bundle.described().refusal()
    };
    let sparse = change(&|json| json["model"]["vocab"]["graph"] = 2_147_483_648_u32.into());
    assert_names(&sparse, &["`tokenizer.json`", "`graph`", "2147483648"]);
    let added = serde_json::json!([{ "id": 3, "content": "never", "special": true }]);
    let added = change(&|json| json["added_tokens"] = added.clone());
    assert_names(&added, &["`tokenizer.json`", "`never`", "`model.vocab`"]);
    let unknown = change(&|json| json["model"]["unk_token"] = "[NO]".into());
    assert_names(&unknown, &["`model.unk_token`", "`[NO]`"]);
    let endless = change(&|json| json["model"]["max_input_chars_per_word"] = 1_000_000.into());
    assert_names(&endless, &["`model.max_input_chars_per_word`", "1000000"]);
}

#[test]
fn temperatures_of_zero_or_below_are_refused() {
    for temperature in [0.0, -1.0] {
        let mut bundle = Bundle::export(Precision::F32);
        bundle.manifest.config.decoding.calibration = Some(Calibration {
            tags: 1.0,
            types: temperature,
            relations: 1.0,
        });
        assert_names(&bundle.refusal(), &["`calibration`", "above 0"]);
    }
}
