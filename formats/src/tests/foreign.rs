//! Files of other programs are refused with one error, which says what they look like.

use super::*;

#[test]
fn the_error_names_the_program_or_the_compression() {
    for (text, what) in [
        ("PAR1\u{15}\u{4}", "a Parquet file"),
        ("PK\u{3}\u{4}", "a zip archive"),
        ("BZh91", "bzip2"),
        ("<?xml version=\"1.0\"?>", "XML"),
        ("T1\tPerson 0 4\tAnna\n", "brat's annotations"),
        ("-DOCSTART- -X- O O\n", "CoNLL columns"),
        ("John B-PER\nlives O\n", "CoNLL columns"),
        ("123|t|A title\n", "PubTator's text"),
        ("id\ttext\n", "a table with tabs"),
        ("id,text,label\n", "CSV"),
        (
            r#"{"text": "a", "tokens": [{"text": "a", "start": 0}], "spans": [], "_input_hash": 1}"#,
            "Prodigy",
        ),
        (
            r#"{"text": "a", "tokens": [{"text": "a"}], "entities": []}"#,
            "Prodigy",
        ),
        (
            r#"[{"id": 1, "data": {"text": "a"}, "annotations": []}]"#,
            "Label Studio",
        ),
        (r#"[{"id": 1, "paragraphs": []}]"#, "spaCy"),
        (
            r#"{"id": "1", "passages": [{"offset": 0, "text": "a", "annotations": []}]}"#,
            "BioC",
        ),
        (
            r#"{"id": 1, "text": "a", "label": [[0, 1, "X"]]}"#,
            "doccano",
        ),
        (
            r#"{"text": "a", "entities": [], "relations": []}"#,
            "doccano",
        ),
        (r#"[{"token": ["a"], "subj_start": 0}]"#, "TACRED"),
        (r#"{"tokens": ["a"], "ner_tags": [0]}"#, "numbered tags"),
    ] {
        let message = parse(text, Format::Auto).unwrap_err().to_string();
        let remedy = if what.starts_with("bzip2") || what.contains("zip") {
            "first"
        } else {
            "convert it"
        };
        assert_refusal(&message, NAME, "unknown format", what, remedy);
        assert!(
            message.contains("DocRED, re3d and KnowledgeNet"),
            "{message}"
        );
    }
    let gzip = [0x1F, 0x8B, 8];
    let error = read(source(&gzip), Format::Auto, &Options::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("gzip-compressed; decompress it first"),
        "{error}"
    );
}

#[test]
fn an_object_over_many_lines_gives_one_error() {
    let value: serde_json::Value = serde_json::from_str(SPERT).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    assert!(pretty.lines().count() > 20);
    let found = check(
        source(pretty.as_bytes()),
        Format::Auto,
        &Options::default(),
        None,
    )
    .unwrap();
    assert_eq!(found.defects.len(), 1);
    let message = found.defects[0].to_string();
    assert!(
        message.contains("line 1") && message.contains("all records into one list"),
        "{message}"
    );
    // A cut-off first line alone does not hide the others.
    let cut = format!("{{\"tokens\": \n{SPERT}\n{{\n");
    let found = check(
        source(cut.as_bytes()),
        Format::Auto,
        &Options::default(),
        None,
    )
    .unwrap();
    assert_eq!((found.defects.len(), found.statistics.sentences), (2, 1));
}
