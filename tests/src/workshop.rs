//! A folder to try the programs in: a tiny encoder and invented sentences.

use std::path::Path;

use safetensors::tensor::{Dtype, TensorView, serialize};
use tempfile::TempDir;

const HIDDEN: usize = 16;
const INNER: usize = 32;
const LAYERS: usize = 2;

/// Words of the invented sentences; each is one word-piece, and some more can be made of two.
const VOCABULARY: &str = "[PAD] [UNK] [CLS] [SEP] [MASK] anna bert carla works for lives in acme rome paris and \
                          the robot lab visited hired ##s .";

/// A temporary folder with `encoder/`, `train.jsonl` and `corpus.txt`.
pub fn workshop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    encoder(&folder.path().join("encoder"));
    std::fs::write(folder.path().join("train.jsonl"), sentences()).unwrap();
    std::fs::write(folder.path().join("corpus.txt"), CORPUS).unwrap();
    folder
}

fn encoder(path: &Path) {
    std::fs::create_dir(path).unwrap();
    let pieces: Vec<&str> = VOCABULARY.split_whitespace().collect();
    std::fs::write(path.join("vocab.txt"), pieces.join("\n")).unwrap();
    let config = serde_json::json!({
        "model_type": "bert", "vocab_size": pieces.len(), "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": 2, "intermediate_size": INNER, "max_position_embeddings": 64,
    });
    std::fs::write(path.join("config.json"), config.to_string()).unwrap();

    let mut tensors: Vec<(String, Vec<usize>)> = vec![
        (
            "embeddings.word_embeddings.weight".into(),
            vec![pieces.len(), HIDDEN],
        ),
        (
            "embeddings.position_embeddings.weight".into(),
            vec![64, HIDDEN],
        ),
        (
            "embeddings.token_type_embeddings.weight".into(),
            vec![2, HIDDEN],
        ),
    ];
    let linear = |name: String, outputs: usize, inputs: usize| {
        [
            (format!("{name}.weight"), vec![outputs, inputs]),
            (format!("{name}.bias"), vec![outputs]),
        ]
    };
    let norm = |name: String| {
        [
            (format!("{name}.gamma"), vec![HIDDEN]),
            (format!("{name}.beta"), vec![HIDDEN]),
        ]
    };
    tensors.extend(norm("embeddings.LayerNorm".into()));
    tensors.extend(linear("pooler.dense".into(), HIDDEN, HIDDEN));
    for i in 0..LAYERS {
        let layer = format!("encoder.layer.{i}");
        for part in [
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
        ] {
            tensors.extend(linear(format!("{layer}.{part}"), HIDDEN, HIDDEN));
        }
        tensors.extend(linear(format!("{layer}.intermediate.dense"), INNER, HIDDEN));
        tensors.extend(linear(format!("{layer}.output.dense"), HIDDEN, INNER));
        tensors.extend(norm(format!("{layer}.attention.output.LayerNorm")));
        tensors.extend(norm(format!("{layer}.output.LayerNorm")));
    }
    let mut state = 1_u64;
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(name, shape)| {
            let around = if name.ends_with("gamma") { 1.0 } else { 0.0 };
            (0..shape.iter().product::<usize>())
                .flat_map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let uniform = (state >> 40) as f32 / (1 << 24) as f32 - 0.5;
                    (around + 0.2 * uniform).to_le_bytes()
                })
                .collect()
        })
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape), bytes)| {
        (
            name.as_str(),
            TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
        )
    });
    std::fs::write(
        path.join("model.safetensors"),
        serialize(views, None).unwrap(),
    )
    .unwrap();
}

/// Sentences in the paper's format: who works for whom and lives where.
fn sentences() -> String {
    let mut lines = String::new();
    for (i, person) in ["anna", "bert", "carla"]
        .into_iter()
        .cycle()
        .take(12)
        .enumerate()
    {
        let place = ["rome", "paris"][i % 2];
        let (text, organisation, location) = match i % 3 {
            0 => (
                format!("{person} works for acme in {place} ."),
                Some((3, 4)),
                (5, 6),
            ),
            1 => (
                format!("{person} lives in {place} and works for the robot lab ."),
                Some((7, 10)),
                (3, 4),
            ),
            _ => (
                format!("the robot lab hired {person} in {place} ."),
                Some((0, 3)),
                (6, 7),
            ),
        };
        let words: Vec<&str> = text.split(' ').collect();
        let at = words.iter().position(|w| *w == person).unwrap();
        let mention = |id: &str, (s, e): (usize, usize), label: &str| serde_json::json!({"emId": id, "text": words[s..e].join(" "), "offset": [s, e], "label": label});
        let relation = |a: &str, at: (usize, usize), b: &str, bt: (usize, usize), label: &str| {
            serde_json::json!({
                "em1Id": a, "em1Text": words[at.0..at.1].join(" "),
                "em2Id": b, "em2Text": words[bt.0..bt.1].join(" "), "label": label,
            })
        };
        let person_span = (at, at + 1);
        let org = organisation.unwrap();
        let line = serde_json::json!({
            "sentId": i, "articleId": format!("d{}", i / 4), "sentText": text,
            "entityMentions": [
                mention("p", person_span, "PER"), mention("o", org, "ORG"), mention("l", location, "LOC"),
            ],
            "relationMentions": [
                relation("p", person_span, "o", org, "WORK"), relation("p", person_span, "l", location, "LIVE"),
            ],
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

/// Invented sentences without annotations; some of their words have two word-pieces.
pub const CORPUS: &str = "\
anna and carla visited the robots in rome and the labs in paris .
the robot labs hired bert and in paris anna lives in rome .
bert works for acme in the robots lab and visited rome .
carla lives in paris and acme hired the robots for the lab .
the labs visited anna and the robots hired carla in rome .
acme works in paris and the robots lab works for bert .
";
