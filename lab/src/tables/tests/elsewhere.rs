//! The paper's figures on a substitute data set.

use super::*;

#[test]
fn figures_on_a_substitute_data_set_name_it() {
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path());
    report_as(
        folder.path(),
        json!({ "dataset": "scierc", "against": ["bert"] }),
    );
    let text = markdown(folder.path(), 0);
    for line in [
        // The paper has this figure on SciERC.
        "| BERT | 3 | 80.0 ± 2.9 | 77.9 ± 1.8 | 77.9 ± 1.8 | BERT | 67.1 | 43.6 | 33.0 |",
        "| BERT | 3 | 69.2 ± 1.7 | 66.7 ± 0.0 | 66.7 ± 0.0 | BERT on ACE05 | 73.3 | 35.2 | 29.5 |",
        "| SPE without TBO | 1 | 71.1 | 66.7 | 66.7 | -TBO on ACE05 at 100 % | 87.4 | 63.7 | 61.2 |",
        "(3/3; p 0.25) | SciERC | -0.2 | +2.0 | +0.6 |",
        "(3/3; p 0.25) | ACE05 | +0.7 | +5.5 | +4.6 |",
        "(0/1) | ACE05 at 100 % | +0.1 | -1.7 | -0.5 |",
        "|  | paper, ACE05 | 73.3 / 35.2 / 29.5 | 74.0 / 40.7 / 34.1 | – |",
        "|  | paper | 67.1 / 43.6 / 33.0 | 66.9 / 45.6 / 33.6 | – |",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // ACE05's figure for the whole data must not appear, because SciERC has one.
    assert!(!text.contains("87.3"), "{text}");
    let shares = "## By share of the training documents: Entity / Relation / Ent+Rel, protocol";
    for protocol in ["full", "reference"] {
        assert!(
            text.contains(&format!("{shares} `{protocol}`")),
            "{protocol}"
        );
    }
    assert!(!text.contains(&format!("{shares} `symmetric`")));

    // Without published figures, the table under `reference` is left out.
    report_as(folder.path(), json!({ "against": ["bert"] }));
    let text = markdown(folder.path(), 0);
    assert!(text.contains(&format!("{shares} `full`")));
    assert!(!text.contains(&format!("{shares} `reference`")) && !text.contains("ACE05"));
}
