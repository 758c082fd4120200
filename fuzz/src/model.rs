//! The parts of a model.

use std::cell::OnceCell;
use std::fs;

use burn::tensor::Device;
use spanlight::encoder::read_pytorch;
use spanlight_core::Arithmetic;
use spanlight_core::bundle::{Manifest, Part, TOKENIZER, WEIGHTS};
use spanlight_core::config::EncoderConfig;
use spanlight_core::weights::{Stage, decode, from_pspe, read_note, read_safetensors, sizes};
use spanlight_core::wordpiece::WordPiece;

use crate::{harmless, in_folder};

/// A sound bundle, of which one part is replaced.
const MANIFEST: &[u8] = include_bytes!("../../tests/browser/tiny/manifest.json");
const TINY_TOKENIZER: &[u8] = include_bytes!("../../tests/browser/tiny/tokenizer.json");
const TINY_WEIGHTS: &[u8] = include_bytes!("../../tests/browser/tiny/weights.safetensors");

thread_local! {
    static SOUND: OnceCell<Manifest> = const { OnceCell::new() };
}

/// Opens the sound bundle with these parts, whose checksums are mended.
fn bundle(tokenizer: &[u8], weights: &[u8]) {
    let sound = || Manifest::parse(MANIFEST).expect("the sound manifest");
    let mut manifest = SOUND.with(|cell| cell.get_or_init(sound).clone());
    manifest.parts = [
        (TOKENIZER.into(), Part::of(tokenizer)),
        (WEIGHTS.into(), Part::of(weights)),
    ]
    .into();
    let device = Device::flex();
    for arithmetic in [Arithmetic::F32, Arithmetic::Int8] {
        let saved = manifest.saved(tokenizer, weights, arithmetic, &device);
        if let Err(error) = saved.and_then(|saved| saved.predictor(&device, 64)) {
            harmless(&error);
        }
    }
}

/// Manifests of bundles.
pub fn manifest(data: &[u8]) {
    match Manifest::parse(data) {
        Ok(manifest) => {
            // The sound parts, which a changed configuration need not fit.
            let (device, f32) = (Device::flex(), Arithmetic::F32);
            if let Err(error) = manifest.saved(TINY_TOKENIZER, TINY_WEIGHTS, f32, &device) {
                harmless(&error);
            }
        }
        Err(error) => harmless(&error),
    }
}

/// Tokenizers, with words of all kinds.
pub fn tokenizer(data: &[u8]) {
    let tokenizer = match WordPiece::from_json(data, 100) {
        Ok(tokenizer) => tokenizer,
        Err(error) => return harmless(&error),
    };
    assert!(tokenizer.vocabulary() <= 100);
    let long = "ab".repeat(300);
    for word in [
        "graph",
        "Ünïcode",
        "[SEP]",
        "漢字",
        "\u{200d}",
        "",
        " ",
        "##s",
        &long,
    ] {
        let pieces = tokenizer.word(word).expect("a word has pieces");
        assert!(!pieces.is_empty() && pieces.iter().all(|&id| id < 100));
    }
    let json = tokenizer.to_json().expect("a tokenizer is JSON");
    let again = WordPiece::from_json(json.as_bytes(), 100).expect("its own file");
    assert!(again == tokenizer);
    match tokenizer.without_placeholders(100) {
        Ok((smaller, kept)) => assert!(smaller.vocabulary() <= kept.len()),
        Err(error) => harmless(&error),
    }
}

/// Weight files.
pub fn weights(data: &[u8]) {
    let _ = read_note(data);
    if let Err(error) = read_safetensors(data) {
        harmless(&error);
    }
    bundle(TINY_TOKENIZER, data);
}

/// A safetensors file, given its header behind the number of its bytes, so that lengths are right more often.
fn safetensors(data: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = data.split_first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length)).min(rest.len());
    let mut file = (length as u64).to_le_bytes().to_vec();
    file.extend_from_slice(rest);
    Some(file)
}

/// Arrays of single bytes with their scales.
pub fn int8(data: &[u8]) {
    if let Some(file) = safetensors(data) {
        match decode(&file) {
            Ok(state) => {
                for (name, array) in state {
                    let count: usize = array.shape.iter().product();
                    assert_eq!(count, array.values.len(), "{name}");
                }
            }
            Err(error) => harmless(&error),
        }
    }
}

/// Checkpoints of the authors' code.
pub fn pspe(data: &[u8]) {
    let Some(state) = safetensors(data).and_then(|file| read_safetensors(&file).ok()) else {
        return;
    };
    let encoder: EncoderConfig = serde_json::from_str(
        r#"{"vocab_size": 10, "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1,
            "intermediate_size": 4, "max_position_embeddings": 8}"#,
    )
    .expect("sizes of an encoder");
    if let Err(error) = sizes(&state, encoder) {
        harmless(&error);
    }
    if let Some(stage) = Stage::of(state.keys())
        && let Err(error) = from_pspe(state, stage)
    {
        harmless(&error);
    }
}

/// PyTorch's files.
pub fn pytorch(data: &[u8]) {
    in_folder(|folder| {
        let path = folder.join("pytorch_model.bin");
        fs::write(&path, data).expect("the input is written");
        if let Err(error) = read_pytorch(&path) {
            harmless(&error);
        }
    });
}
