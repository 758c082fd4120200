//! Choices of fine-tuning: candidates, weights of losses, sentences with overlapping mentions.

use std::path::Path;

use crate::support::{arrays, events, fail, succeed, training, workshop};

/// The weights after two epochs with some flags.
fn weights(at: &Path, run: &str, flags: &[&str]) -> Vec<(String, Vec<u8>)> {
    succeed(at, &[&training(run, "2")[..], flags].concat());
    arrays(&at.join(run).join("best.safetensors"))
}

#[test]
fn the_share_of_gold_candidates_is_the_same_in_every_epoch() {
    let folder = workshop();
    let at = folder.path();
    let by_default = weights(at, "default", &[]);
    // By default, the first epochs use gold candidates only.
    assert_eq!(weights(at, "gold", &["--gold-share", "1"]), by_default);
    let predicted = weights(at, "predicted", &["--gold-share", "0"]);
    assert_ne!(predicted, by_default);
    // A falling share starts with gold candidates in the first epoch, even without gold epochs.
    assert_ne!(weights(at, "falling", &["--gold-epochs", "0"]), predicted);
    let refused = fail(
        at,
        &[&training("x", "1")[..], &["--gold-share", "2"]].concat(),
    );
    assert!(refused.contains("--gold-share"), "{refused}");
}

#[test]
fn losses_count_by_their_weights() {
    let folder = workshop();
    let at = folder.path();
    let fixed = ["--weight-decay", "0"];
    let with = |run: &str, given: &str| {
        weights(at, run, &[&fixed[..], &["--loss-weights", given]].concat())
    };
    let by_default = weights(at, "default", &fixed);
    assert_eq!(with("equal", "1,1,1"), by_default);
    assert_ne!(with("relations", "1,1,2"), by_default);
    let head = |weights: Vec<(String, Vec<u8>)>, name: &str| {
        let found = weights.into_iter().filter(|(n, _)| n.starts_with(name));
        found.collect::<Vec<_>>()
    };
    // The head of a loss with weight 0 keeps its initial weights, in both runs.
    let types = with("types", "0,1,0");
    let tags = with("tags", "1,0,0");
    for name in ["tagger.", "entity_head.", "relation.head."] {
        let (types, tags) = (head(types.clone(), name), head(tags.clone(), name));
        assert!(!types.is_empty());
        assert_eq!(types == tags, name == "relation.head.", "{name}");
    }
    for wrong in ["1,1", "1,1,-1", "0,0,0"] {
        let refused = fail(
            at,
            &[&training("x", "1")[..], &["--loss-weights", wrong]].concat(),
        );
        assert!(refused.contains("--loss-weights"), "{wrong}: {refused}");
    }
}

#[test]
fn the_longest_of_overlapping_mentions_is_learnt_on_request() {
    let folder = workshop();
    let at = folder.path();
    let path = at.join("train.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let mention = r#"{"emId":"i","label":"ORG","offset":[1,3]},"#;
    let nested = text.replacen(
        r#""entityMentions":["#,
        &format!(r#""entityMentions":[{mention}"#),
        3,
    );
    std::fs::write(&path, nested).unwrap();
    let first_note = |run: &str, flags: &[&str]| {
        succeed(at, &[&training(run, "1")[..], flags].concat());
        events(at, run, "note")[0]["message"].to_string()
    };
    let dropped = first_note("drop", &[]);
    // Only the third sentence has another mention there: `the robot lab`.
    assert!(
        dropped.contains("11 training sentences (1 left out"),
        "{dropped}"
    );
    assert_eq!(first_note("same", &["--overlaps", "drop"]), dropped);
    let kept = first_note("longest", &["--overlaps", "longest"]);
    assert!(kept.contains("12 training sentences (0 left out"), "{kept}");
}
