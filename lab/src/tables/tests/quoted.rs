//! Sentences in which two variants differ.

use super::*;

#[test]
fn sentences_are_quoted_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let text = markdown(folder.path(), 0);
    assert!(text.contains("`spanlight report --sentences 10`") && !text.contains("[w0]"));

    let text = markdown(folder.path(), 2);
    let first = "\
## Sentences in which two models differ, 100 % of the training documents, protocol `full`

In the form of the paper's Table 11, seed 1; the first 2 of the file. `{WORK-1>}` stands at the first argument of \
relation 1, `{>WORK-1}` at the second.

```text
d, sentence 1, B is closer
  gold  [w0]PER{PER-SOC-1>} [w1]PER{>PER-SOC-1} w2 w3 w4 w5
  A     w0 w1 w2 w3 w4 w5
  B     [w0]PER w1 w2 w3 w4 w5

d, sentence 2, B is closer
";
    assert!(text.contains(first), "{text}");
    // The counts are of all.
    let last = "\n\n5 of 5 sentences differ; A is closer to gold in 0, B in 5\nA = BERT: entity ";
    assert!(text.contains(last), "{text}");
    assert!(!text.contains("d, sentence 3"), "{text}");

    let json = |sentences: usize| {
        let tables = Tables::read(&[folder.path().into()], sentences).unwrap();
        serde_json::to_value(&tables).unwrap()["sections"][0].take()
    };
    assert!(json(0).get("sentences").is_none());
    let quoted = json(1)["sentences"].take();
    assert_eq!(
        (&quoted["variants"], &quoted["seed"], &quoted["closer"]),
        (&json!(["bert", "spe"]), &json!(1), &json!({ "b": 5 }))
    );
    assert_eq!(quoted["differences"].as_array().unwrap().len(), 1);

    // What a grid shows in detail comes first, here at the share and with the seed that both have.
    report_as(folder.path(), json!({ "detail": ["no_tbo", "spe"] }));
    let quoted = json(1)["sentences"].take();
    assert_eq!(
        (&quoted["variants"], &quoted["fraction"]),
        (&json!(["no_tbo", "spe"]), &json!(0.1))
    );
    assert_eq!(
        (&quoted["a"], &quoted["b"]),
        (&json!("SPE without TBO"), &json!("SPE"))
    );

    // Data that are not there any more cost only this.
    std::fs::remove_file(folder.path().join("test.json")).unwrap();
    let text = markdown(folder.path(), 1);
    let none = text.split("\n\nNone: ").nth(1).unwrap();
    assert!(
        none.lines().next().unwrap().contains("test.json") && text.contains("## Missing"),
        "{text}"
    );
    assert!(json(1)["sentences"]["problem"].is_string());
}
