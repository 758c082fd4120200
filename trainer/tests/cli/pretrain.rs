//! Pre-training, and fine-tuning that starts from it.

use std::path::Path;

use crate::support::{
    CORPUS, arrays, exchanged, fail, pretraining, spanlight, still, succeed, training, workshop,
};

/// Pre-trains a few steps with more flags; returns the weights by name.
fn pretrained(at: &Path, run: &str, flags: &[&str]) -> Vec<(String, Vec<u8>)> {
    let once = exchanged(pretraining(run, "4"), "--save-every", "100");
    succeed(at, &with(once, flags));
    arrays(&at.join(run).join("pretrained.safetensors"))
}

/// Arguments with more flags, or with another value of a flag that they have.
fn with<'a>(mut arguments: Vec<&'a str>, flags: &[&'a str]) -> Vec<&'a str> {
    match flags {
        [flag, value] if arguments.contains(flag) => exchanged(arguments, flag, value),
        _ => {
            arguments.extend(flags);
            arguments
        }
    }
}

fn values(arrays: &[(String, Vec<u8>)], name: &str) -> Vec<f32> {
    let (_, bytes) = arrays.iter().find(|(n, _)| n == name).unwrap();
    let numbers = bytes.as_chunks().0.iter();
    numbers.map(|b| f32::from_le_bytes(*b)).collect()
}

#[test]
fn every_setting_changes_the_run() {
    let folder = workshop();
    let at = folder.path();
    let plain = pretrained(at, "plain", &[]);
    assert_eq!(pretrained(at, "again", &[]), plain);
    let one_thread = pretrained(at, "one-thread", &["--threads", "1"]);
    assert_eq!(one_thread, plain, "the number of threads matters");

    let settings: [&[&str]; 45] = [
        &["--seed", "7"],
        &["--shuffle", "false"],
        &["--dynamic-sampling", "false"],
        &["--max-words", "12"],
        &["--max-pieces", "16"],
        &["--span-choice", "entity_like", "--entity-share", "1"],
        &["--spo", "false"],
        &["--spo-permutations", "3"],
        &["--tbo", "false"],
        &["--mask-share", "0.01"],
        &["--mask-cap", "1"],
        &["--whole-word-share", "0.3"],
        &["--view-mask-alignment", "reference"],
        &["--view-keep-prob", "0.5"],
        &["--freeze-encoder"],
        &["--dropout", "0.3"],
        &["--cls-repr", "raw"],
        &["--pair-att-act", "tanh"],
        &["--empty-segment", "zero"],
        &["--w-tbo", "0"],
        &["--w-spo", "0"],
        &["--w-cspo", "0"],
        &["--tbo-tied"],
        &["--proj-head", "none"],
        &["--cspo-normalize", "l2"],
        &["--temperature", "0.5"],
        &["--in-batch-negatives"],
        &["--queue-keys", "2"],
        &["--momentum", "0.5"],
        &["--momentum-init", "random"],
        &["--mean-over", "micro"],
        &["--schedule-steps", "9"],
        &["--total-steps", "5"],
        &["--warmup", "0.9"],
        &["--batch", "5"],
        &["--learning-rate", "1e-3"],
        &["--layer-decay", "0.5"],
        &["--decay-all"],
        &["--adamw-bias-correction"],
        &["--head-lr", "1e-3"],
        &["--weight-decay", "0.5"],
        &["--clip", "0.01"],
        &["--epochs", "1"],
        &["--init-from", "plain"],
        &["--init-from", "plain", "--load-network", "momentum"],
    ];
    let idle: Vec<&[&str]> = settings
        .into_iter()
        .enumerate()
        .filter(|(i, flags)| pretrained(at, &format!("run{i}"), flags) == plain)
        .map(|(_, flags)| flags)
        .collect();
    assert!(idle.is_empty(), "{idle:?} change nothing");

    let parts = ["encoder", "span", "pair"].map(|part| {
        let flags = ["--init-from", "plain", "--load-parts", part];
        pretrained(at, &format!("from-{part}"), &flags)
    });
    assert!(parts[0] != parts[1] && parts[1] != parts[2] && parts[2] != parts[0]);
    let decay = ["--layer-decay", "0.5"];
    let lowest = [&decay[..], &["--lr-embeddings", "lowest"]].concat();
    assert_ne!(
        pretrained(at, "highest", &decay),
        pretrained(at, "lowest", &lowest)
    );
    let micro = ["2", "3"].map(|size| {
        let small = exchanged(pretraining(size, "4"), "--micro-batch", size);
        succeed(at, &with(small, &["--mean-over", "micro"]));
        arrays(&at.join(size).join("pretrained.safetensors"))
    });
    assert_ne!(micro[0], micro[1]);
}

#[test]
fn progress_and_chart_show_every_objective() {
    let folder = workshop();
    let at = folder.path();
    let output = spanlight(at, &pretraining("run", "4")).output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{log}");
    let line = log.lines().find(|line| line.starts_with("step 4/4 · "));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    let mut rest = line;
    for part in [
        " · loss ",
        " (tbo ",
        ", spo ",
        ", cspo ",
        ") · recognised ",
        " % · gradient ",
        " pieces/s · ETA ",
    ] {
        let found = rest.split_once(part);
        (_, rest) = found.unwrap_or_else(|| panic!("no {part:?} in {line}"));
    }
    let chart = std::fs::read_to_string(at.join("run/training.svg")).unwrap();
    assert!(chart.contains("recognised target") && !chart.contains("no score yet"));
}

#[test]
fn a_chart_shows_only_objectives_that_are_on() {
    let folder = workshop();
    let at = folder.path();
    for mean in ["micro", "step"] {
        let flags = ["--mean-over", mean, "--w-cspo", "0"];
        succeed(at, &[&pretraining(mean, "2")[..], &flags].concat());
        let chart = std::fs::read_to_string(at.join(mean).join("training.svg")).unwrap();
        assert!(chart.contains("spo target"), "{mean}");
        assert!(
            !chart.contains("cspo") && !chart.contains("recognised"),
            "{mean}"
        );
    }
}

#[test]
fn parts_that_are_switched_off_keep_their_weights() {
    let folder = workshop();
    let at = folder.path();
    let untouched = |run: &str, flags: &[&str], module: &str| {
        let few = pretrained(at, &format!("few{run}"), flags);
        let arguments = [&pretraining("more", "9"), flags].concat();
        let _ = std::fs::remove_dir_all(at.join("more"));
        succeed(at, &arguments);
        let more = arrays(&at.join("more/pretrained.safetensors"));
        for ((name, few), (_, more)) in few.iter().zip(&more) {
            if name.starts_with(module) {
                assert_eq!(few, more, "{name} was trained by {flags:?}");
            }
        }
        assert_ne!(few, more);
    };
    let still = ["--weight-decay", "0"];
    untouched("tbo", &[&still[..], &["--w-tbo", "0"]].concat(), "tbo.");
    untouched("spo", &[&still[..], &["--w-spo", "0"]].concat(), "spo.");
    untouched(
        "cspo",
        &[&still[..], &["--w-cspo", "0"]].concat(),
        "network.encoders.pair.",
    );
    let frozen = ["--freeze-encoder"];
    untouched(
        "frozen",
        &[&still[..], &frozen].concat(),
        "network.encoders.sentence.",
    );
    let frozen = ["--lr-embeddings", "frozen"];
    untouched(
        "tables",
        &[&still[..], &frozen].concat(),
        "network.encoders.sentence.embeddings.word",
    );
}

#[test]
fn the_momentum_network_starts_as_a_copy_or_at_random() {
    let folder = workshop();
    let at = folder.path();
    let distance = |weights: &[(String, Vec<u8>)], module: &str| {
        let name = format!("network.{module}");
        let (fast, slow) = (
            values(weights, &name),
            values(weights, &format!("momentum.{name}")),
        );
        let differences = fast.iter().zip(&slow).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, f32::max)
    };
    let (encoder, span) = (
        "encoders.sentence.layers.0.inner.weight",
        "encoders.span.dense.linear.weight",
    );
    let copied = pretrained(at, "copied", &[]);
    assert!(distance(&copied, encoder) < 1e-3 && distance(&copied, span) < 1e-3);
    let random = pretrained(at, "random", &["--momentum-init", "random"]);
    assert!(distance(&random, encoder) < 1e-3 && distance(&random, span) > 0.02);
}

#[test]
fn fine_tuning_starts_from_the_chosen_parts() {
    let folder = workshop();
    let at = folder.path();
    let weights = pretrained(at, "earlier", &["--momentum-init", "random"]);
    let started = |run: &str, flags: &[&str]| {
        let mut arguments = still(run);
        arguments.extend(flags);
        succeed(at, &arguments);
        arrays(&at.join(run).join("best.safetensors"))
    };
    let same = |run: &[(String, Vec<u8>)], module: &str, earlier: &str| {
        let name = format!(
            "{module}.{}",
            match module {
                "encoders.sentence" => "layers.0.inner.weight",
                "encoders.pair" => "input.weight",
                _ => "dense.linear.weight",
            }
        );
        let theirs = name.replacen(module, earlier, 1);
        values(run, &name) == values(&weights, &theirs)
    };
    let all = started("all", &["--init-from", "earlier"]);
    let (sentence, span, pair) = ("encoders.sentence", "encoders.span", "encoders.pair");
    for module in [sentence, span, pair] {
        assert!(same(&all, module, &format!("network.{module}")), "{module}");
    }
    assert!(same(&all, "context", "network.encoders.span"));

    let encoder = ["--init-from", "earlier", "--load-parts", "encoder"];
    let encoder = started("encoder-only", &encoder);
    for module in [sentence, span, pair] {
        let taken = same(&encoder, module, &format!("network.{module}"));
        assert_eq!(taken, module == sentence, "{module}");
    }

    for (part, left) in [("span", pair), ("pair", sentence)] {
        let run = started(part, &["--init-from", "earlier", "--load-parts", part]);
        for module in [sentence, span, pair] {
            let taken = same(&run, module, &format!("network.{module}"));
            assert_eq!(taken, module != left, "{module} with --load-parts {part}");
        }
    }

    let slow = ["--init-from", "earlier", "--load-network", "momentum"];
    let slow = started("slow", &slow);
    assert!(same(&slow, span, "momentum.network.encoders.span"));
    assert!(!same(&slow, span, "network.encoders.span"));

    // Training can also start from a fine-tuned run: supervised pre-training.
    let further = started("further", &["--init-from", "all"]);
    let entity = "encoders.span.dense.linear.weight";
    assert_eq!(values(&further, entity), values(&all, entity));
    let head = |run: &str, parts| {
        let flags = ["--init-from", "all", "--load-parts", parts, "--seed", "7"];
        values(&started(run, &flags), "relation.head.weight")
    };
    let earlier = values(&all, "relation.head.weight");
    assert!(head("new-heads", "all") != earlier && head("same-heads", "model") == earlier);
}

#[test]
fn bad_starts_and_corpora_are_refused() {
    let folder = workshop();
    let at = folder.path();
    let refused = fail(
        at,
        &[&training("x", "1")[..], &["--init-from", "encoder"]].concat(),
    );
    assert!(
        refused.contains("holds neither pretrained.safetensors"),
        "{refused}"
    );
    let model = ["--load-parts", "model", "--init-from"];
    let start = |earlier| {
        let run = format!("from-{earlier}");
        fail(at, &[&training(&run, "1")[..], &model, &[earlier]].concat())
    };
    succeed(at, &training("other", "1"));
    let schema = at.join("other/schema.json");
    let labels = std::fs::read_to_string(&schema).unwrap();
    std::fs::write(&schema, labels.replace("WORK", "PLAY")).unwrap();
    assert!(start("encoder").contains("nor a fine-tuned run"));
    assert!(start("other").contains("without the label `WORK"));
    let missing = exchanged(pretraining("y", "2"), "--corpus", "nothing.txt");
    assert!(fail(at, &missing).contains("nothing.txt"));

    succeed(at, &pretraining("z", "2"));
    std::fs::write(at.join("corpus.txt"), CORPUS.replace("anna", "bert")).unwrap();
    let refused = fail(at, &["pretrain", "--run", "z", "--resume"]);
    assert!(refused.contains("z: the corpus was `"), "{refused}");
}
