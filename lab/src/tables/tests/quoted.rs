//! Quoted sentences in which two variants differ.

use super::*;

#[test]
fn sentences_are_quoted_only_on_request() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    let text = markdown(folder.path(), 0);
    assert!(text.contains("`lab report --sentences 10`") && !text.contains("[w0]"));

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
    // The counts include sentences that are not quoted.
    let last = "\n\n5 of 5 sentences differ; A is closer to gold in 0, B in 5\nA = BERT: entity ";
    assert!(text.contains(last), "{text}");
    assert!(!text.contains("d, sentence 3"), "{text}");

    // The variants of `detail` take precedence; they share a seed only at 10 %.
    report_as(folder.path(), json!({ "detail": ["no_tbo", "spe"] }));
    let text = markdown(folder.path(), 1);
    assert!(text.contains("differ, 10 % of the training documents") && text.contains("seed 1;"));
    assert!(text.contains("\nA = SPE without TBO: entity ") && text.contains("\nB = SPE: entity "));

    // Missing test data affect only the quoted sentences.
    std::fs::remove_file(folder.path().join("test.json")).unwrap();
    let text = markdown(folder.path(), 1);
    let none = text.split("\n\nNone: ").nth(1).unwrap();
    assert!(
        none.lines().next().unwrap().contains("test.json") && text.contains("## Missing"),
        "{text}"
    );
}
