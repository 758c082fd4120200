//! Mixtures of invented files and, if they are present, of the real ones.

use std::path::Path;

use spanlight_core::document::{Entity, Relation};

use super::*;

/// A file of the real data, or `None` (with a message) if it is missing.
fn shared(file: &str) -> Option<PathBuf> {
    spanlight_tests::shared(&format!("data/{file}"))
}

const RECIPE: &str = r#"
relations = ["spouse", "country", "located in"]
symmetric = ["spouse"]
[sources.a]
format = "spert"
train = ["a.json"]
test = ["b.json"]
[sources.a.entities]
Person = ["Per"]
Place = ["Loc", "Gpe"]
[sources.a.relations]
"located in" = { from = ["In"], reversed = ["Contains"] }
"country" = { from = ["Country"] }
"spouse" = { from = ["Married"] }
"#;

/// A sentence: tokens; entities as type, start and end; relations as type, head and tail.
type Invented<'a> = (
    &'a str,
    &'a [(&'a str, usize, usize)],
    &'a [(&'a str, usize, usize)],
);

/// Writes sentences in the SpERT format.
fn file(path: &Path, sentences: &[Invented<'_>]) {
    let lines = sentences.iter().enumerate().map(|(i, (words, entities, relations))| {
        let entity = |(kind, start, end): &(&str, usize, usize)| {
            serde_json::json!({"type": kind, "start": start, "end": end})
        };
        let relation = |(kind, head, tail): &(&str, usize, usize)| {
            serde_json::json!({"type": kind, "head": head, "tail": tail})
        };
        serde_json::json!({
            "tokens": words.split(' ').collect::<Vec<_>>(),
            "entities": entities.iter().map(entity).collect::<Vec<_>>(),
            "relations": relations.iter().map(relation).collect::<Vec<_>>(),
            "orig_id": format!("d{i}"),
        })
    });
    let all: Vec<String> = lines.map(|line| line.to_string()).collect();
    std::fs::write(path, all.join("\n")).unwrap();
}

/// Mixes `sentences` as training file with a test file of one other sentence.
fn mixed(recipe: &str, sentences: &[Invented<'_>]) -> Mixture {
    let folder = tempfile::tempdir().unwrap();
    file(&folder.path().join("a.json"), sentences);
    file(&folder.path().join("b.json"), &[("it rained", &[], &[])]);
    mix(&Recipe::parse(recipe).unwrap(), folder.path()).unwrap()
}

fn relations(sentence: &Sentence) -> Vec<(&str, usize, usize)> {
    let parts = |r: &Relation| (r.head, r.tail);
    let all = sentence.relations.iter();
    all.map(|r| (r.label.as_str(), parts(r).0, parts(r).1))
        .collect()
}

#[test]
fn types_become_common_and_pairs_keep_the_preferred_relation() {
    let entities = [
        ("Per", 0, 1),
        ("Gpe", 1, 2),
        ("Loc", 2, 3),
        ("Num", 3, 4),
        ("Per", 4, 5),
    ];
    let found = mixed(
        RECIPE,
        &[(
            "Ada Oslo Norway 7 Bob",
            &entities,
            &[
                ("Contains", 2, 1),
                ("Country", 1, 2),
                ("Married", 4, 0),
                ("In", 0, 1),
                ("In", 3, 1),
                ("Likes", 0, 4),
            ],
        )],
    );
    let sentence = &found.sentences.train[0];
    assert_eq!(sentence.document, "a/d0");
    let labels: Vec<&str> = sentence.entities.iter().map(|e| e.label.as_str()).collect();
    assert_eq!(labels, ["Person", "Place", "Place", "Person"]);
    assert_eq!(
        relations(sentence),
        [("located in", 0, 1), ("spouse", 0, 3), ("country", 1, 2)]
    );
    let counts = &found.counts;
    assert_eq!(counts.splits.train.relation_types["country"], 1);
    let own = &counts.sources["a"].relations;
    assert_eq!(
        (own["In"].count, own["In"].to.as_deref()),
        (2, Some("located in"))
    );
    assert_eq!((own["Likes"].count, own["Likes"].to.as_deref()), (1, None));
    let text = counts.to_string();
    assert!(text.contains("unused relation: Likes"), "{text}");
}

#[test]
fn reversed_types_swap_head_and_tail_and_of_overlapping_mentions_the_longer_stays() {
    let found = mixed(
        RECIPE,
        &[
            (
                "Norway with Oslo",
                &[("Gpe", 0, 1), ("Gpe", 2, 3)],
                &[("Contains", 0, 1)],
            ),
            (
                "Oslo Harbour in Oslo",
                &[("Loc", 0, 1), ("Loc", 0, 2), ("Gpe", 3, 4)],
                &[("In", 0, 2), ("In", 1, 2)],
            ),
        ],
    );
    let [first, second] = &found.sentences.train[..] else {
        panic!()
    };
    assert_eq!(relations(first), [("located in", 1, 0)]);
    assert_eq!((second.entities[0].end, second.entities.len()), (2, 2));
    assert_eq!(relations(second), [("located in", 0, 1)]);
}

#[test]
fn incomplete_sources_give_only_their_complete_sentences() {
    let recipe = RECIPE.replace(
        "[sources.a.entities]",
        "names_only = true\npartial_entities = true\npartial_relations = true\n[sources.a.entities]",
    );
    let pair = [("Per", 0, 1), ("Gpe", 3, 4)];
    let found = mixed(
        &recipe,
        &[
            ("Ada lives in Oslo", &pair, &[("In", 0, 1)]),
            ("Ada lives in Oslo now", &pair, &[]),
            ("Ada lives in Oslo with Bob", &pair, &[("In", 0, 1)]),
            ("Ada lives here happily", &[("Per", 0, 1)], &[]),
        ],
    );
    let words: Vec<String> = found
        .sentences
        .train
        .iter()
        .map(|s| s.words.join(" "))
        .collect();
    assert_eq!(words, ["Ada lives in Oslo", "Ada lives here happily"]);
    let counts = &found.counts.sources["a"];
    assert_eq!((counts.unknown_pairs, counts.unannotated_names), (1, 1));
    assert_eq!(
        (counts.read.train, counts.used.train, counts.used.test),
        (4, 2, 1)
    );
}

#[test]
fn documents_are_held_out_and_repeats_left_out() {
    let recipe = RECIPE.replace(
        "[sources.a.entities]",
        "hold_out = { dev = 0.2, test = 0.1 }\n[sources.a.entities]",
    );
    let lines: Vec<String> = (0..20).map(|i| format!("Ada saw dog{i}")).collect();
    let ada = [("Per", 0, 1)];
    let sentences: Vec<Invented<'_>> = lines
        .iter()
        .map(|l| (l.as_str(), &ada[..], &[][..]))
        .collect();
    let found = mixed(&recipe, &sentences);
    let sizes = found.sentences.map(Vec::len);
    assert_eq!((sizes.train, sizes.dev, sizes.test), (14, 4, 3));
    let again = mixed(&recipe, &sentences);
    assert_eq!(again.sentences, found.sentences);
    let other = mixed(&format!("seed = 7\n{recipe}"), &sentences);
    assert_ne!(other.sentences.dev, found.sentences.dev);

    let mut repeated = sentences.clone();
    repeated.push(("It rained", &[], &[]));
    let found = mixed(RECIPE, &repeated);
    assert_eq!(
        (found.counts.repeated.train, found.sentences.train.len()),
        (1, 20)
    );
}

#[test]
fn mistakes_in_a_recipe_are_named() {
    for (old, new, part) in [
        ("\"spouse\", ", "", "symmetric: `spouse`"),
        (
            "\"spouse\", ",
            "\"spouse\", \"spouse\", ",
            "`spouse` is listed twice",
        ),
        ("\"country\" =", "\"land\" =", "sources.a.relations: `land`"),
        (
            "[\"Per\"]",
            "[\"Gpe\"]",
            "sources.a.entities: `Gpe` is listed twice",
        ),
        (
            "train = [\"a.json\"]\ntest = [\"b.json\"]",
            "",
            "sources.a.train",
        ),
        (
            "format = \"spert\"",
            "hold_out = { dev = 0.5, test = 0.5 }",
            "sources.a.hold_out",
        ),
        ("format", "fromat", "unknown field `fromat`"),
        ("spert", "brat", "unknown variant `brat`"),
    ] {
        assert!(RECIPE.contains(old), "{old}");
        let error = Recipe::parse(&RECIPE.replacen(old, new, 1)).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn the_general_recipe_is_valid_and_mixes_the_real_data() {
    let path = spanlight_tests::package().join("experiments/data/general.toml");
    let recipe = Recipe::read(&path).unwrap();
    let files = ["re_docred/dev_revised.json", "re3d/CENTCOM/documents.json"];
    let passages = "knowledgenet/knowledgenet_train_from_html.jsonl";
    let Some(file) = files
        .iter()
        .chain([&passages])
        .map(|f| shared(f))
        .next_back()
        .flatten()
    else {
        return;
    };
    let folder = file.ancestors().nth(2).unwrap();
    let found = mix(&recipe, folder).unwrap();
    eprintln!("{}", found.counts);
    let entity = |s: &Sentence, e: &Entity| e.start < e.end && e.end <= s.words.len();
    for (name, sentences) in found.sentences.named() {
        assert!(sentences.len() > 300, "{name}");
        for s in sentences {
            assert!(s.validate().is_ok() && s.entities.iter().all(|e| entity(s, e)));
            assert!(
                s.relations
                    .iter()
                    .all(|r| recipe.relations.contains(&r.label))
            );
        }
    }
    let documents = |s: &[Sentence]| -> std::collections::BTreeSet<String> {
        s.iter().map(|s| s.document.clone()).collect()
    };
    let Splits { train, dev, test } = found.sentences.map(|s| documents(s));
    assert!(train.is_disjoint(&dev) && train.is_disjoint(&test) && dev.is_disjoint(&test));
    for label in &recipe.relations {
        assert!(
            found.counts.splits.train.relation_types[label] >= 20,
            "{label}"
        );
    }
}
