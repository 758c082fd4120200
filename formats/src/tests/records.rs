use super::*;

#[test]
fn damaged_files_are_errors_with_a_place() {
    let truncated = &PSPE[..PSPE.len() / 2];
    let message = problem(&format!("{PSPE}\n{truncated}"), Kind::Syntax);
    assert_refusal(
        &message,
        NAME,
        "line 2",
        "cut off",
        "put each record on one line",
    );
    assert!(problem(&PSPE.replace(", ", ",\n"), Kind::Syntax).contains("one line"));
    let array = format!("[{SPERT},\n{SPERT}");
    assert!(problem(&array, Kind::Syntax).contains("line 2, record 2"));
    assert!(problem(&format!("[{SPERT},]"), Kind::Syntax).contains("comma"));
    assert!(problem(&format!("[{SPERT}]\n]"), Kind::Syntax).contains("after the `]`"));
    assert!(problem(&format!("[{SPERT}}}]"), Kind::Syntax).contains("record 1"));
    let deep = format!("{{\"tokens\": {}", "[".repeat(100_000));
    assert!(problem(&deep, Kind::Syntax).contains("recursion"));
}

#[test]
fn bytes_that_are_no_text_are_errors() {
    let mut bytes = SPERT.as_bytes().to_vec();
    bytes[14] = 0xFF;
    let error = read(source(&bytes), Format::Spert, &Options::default()).unwrap_err();
    assert_refusal(
        &error.to_string(),
        NAME,
        "line 1",
        "byte 15 is not UTF-8",
        "convert the file",
    );
}

#[test]
fn long_records_are_refused_and_skipped() {
    let options = Options {
        record_limit: SPERT.len(),
        ..Options::default()
    };
    let long = SPERT.replace("Acme", "Acmes");
    let lines = format!("{long}\n{SPERT}\n");
    let array = format!("[{SPERT},{long},{SPERT}]");
    for (text, sentences) in [(lines, 1), (array, 2)] {
        let error = read(source(text.as_bytes()), Format::Auto, &options).unwrap_err();
        assert_refusal(
            &error.to_string(),
            NAME,
            "line 1",
            "of more than",
            "split it",
        );
        let found = check(source(text.as_bytes()), Format::Auto, &options, None).unwrap();
        assert_eq!(found.by_kind, [(Kind::TooLong, 1)].into());
        assert_eq!(found.statistics.sentences, sentences);
    }
}

#[test]
fn files_of_other_formats_are_refused() {
    let message = |text: &str| parse(text, Format::Auto).unwrap_err().to_string();
    assert!(message("Anna works.\n").contains("starts with `Anna works.`"));
    assert!(message("{\"title\": \"a\"}").contains("`sentText`"));
    assert!(message("[3]").contains("unknown format"));
    for empty in ["", " \n\n", "[]", "\u{feff}[ ]\n"] {
        assert!(message(empty).contains("no sentence"), "{empty:?}");
    }
}

#[test]
fn text_inside_strings_does_not_cut_arrays() {
    let line = SPERT.replace("Dupont", r#"]},{[\"\\"#);
    assert_eq!(
        good(&format!("[{line},{line}]")).sentences[1].words[1],
        r#"]},{["\"#
    );
}

#[test]
fn windows_line_ends_and_blank_lines_are_harmless() {
    let data = good(&format!("\r\n{PSPE}\r\n\r\n{PSPE}\r\n"));
    assert_eq!(data.sentences.len(), 2);
    assert!(problem(&format!("\r\n{PSPE}\r\n\r\n{{"), Kind::Syntax).contains("line 4"));
}
