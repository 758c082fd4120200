use super::*;

/// The advice of a message; panics if it is none of those that fit the defect.
pub(super) fn remedy(message: &str, kind: Kind) -> &'static str {
    let fitting: &[&str] = match kind {
        Kind::Span => &["mend the", "move it"],
        Kind::Text => &["mend the offsets", "make the texts equal"],
        Kind::Type => &["replace it by", "give the"],
        Kind::Argument => &["mend the", "add it"],
        Kind::Label => &["remove the annotation", "use one of"],
        Kind::Missing => &["add"],
        Kind::Length => &["give one"],
        Kind::Word => &["put a character there"],
        Kind::Tag => &["replace it by", "close it"],
        Kind::Id => &["make the ids distinct"],
        Kind::TooLong => &["split it", "split the", "shorten it"],
        Kind::Syntax => &[
            "mend the JSON",
            "put each record on one line",
            "remove",
            "fetch it again",
        ],
        _ => &["convert"],
    };
    let found = fitting.iter().find(|advice| message.contains(*advice));
    found.unwrap_or_else(|| panic!("no advice for {kind:?} in: {message}"))
}

#[test]
fn errors_name_file_line_field_and_remedy() {
    let cases = [
        (
            PSPE,
            "[3, 5]",
            "[3, 9]",
            Kind::Span,
            "entityMentions[1].offset",
        ),
        (
            PSPE,
            "[3, 5]",
            "[5, 3]",
            Kind::Span,
            "entityMentions[1].offset",
        ),
        (
            PSPE,
            "[3, 5]",
            "[2, 5]",
            Kind::Text,
            "entityMentions[1].text",
        ),
        (
            PSPE,
            "[3, 5]",
            "[3, 5, 6]",
            Kind::Type,
            "entityMentions[1].offset",
        ),
        (
            PSPE,
            "[3, 5]",
            "[3, -5]",
            Kind::Type,
            "entityMentions[1].offset[1]",
        ),
        (
            PSPE,
            "[3, 5]",
            "\"x\"",
            Kind::Type,
            "entityMentions[1].offset",
        ),
        (
            PSPE,
            "leads Acme",
            "leads  Acme",
            Kind::Text,
            "entityMentions[1].text",
        ),
        (PSPE, "Lyon .", "Lyon  .", Kind::Word, "sentText"),
        (
            PSPE,
            "\"em2Text\": \"Lyon\"",
            "\"em2Text\": \"Nice\"",
            Kind::Text,
            "[1].em2Text",
        ),
        (
            PSPE,
            "\"em2Id\": \"E3\"",
            "\"em2Id\": \"E4\"",
            Kind::Argument,
            "[1].em2Id",
        ),
        (
            PSPE,
            "\"emId\": \"E3\"",
            "\"emId\": \"E2\"",
            Kind::Id,
            "entityMentions[2].emId",
        ),
        (
            PSPE,
            "GEN-AFF",
            "None",
            Kind::Label,
            "relationMentions[1].label",
        ),
        (
            PSPE,
            "\"sentId\": 7",
            "\"sentId\": \"x\"",
            Kind::Type,
            "sentId",
        ),
        (
            PSPE,
            "\"relationMentions\"",
            "\"relations\"",
            Kind::Missing,
            "relationMentions",
        ),
        (
            DYGIE,
            "[3, 4, \"Method\"]",
            "[3, 7, \"Method\"]",
            Kind::Span,
            "ner[0][0][0]",
        ),
        (
            DYGIE,
            "[3, 4, \"Method\"]",
            "[3, 99, \"Method\"]",
            Kind::Span,
            "ner[0][0][0]",
        ),
        (
            DYGIE,
            "[3, 4, \"Method\"]",
            "[8, 8, \"Method\"]",
            Kind::Span,
            "ner[0][0]",
        ),
        (
            DYGIE,
            "[3, 4, \"Method\"]",
            "[3, 4]",
            Kind::Type,
            "ner[0][0]",
        ),
        (
            DYGIE,
            "[9, 9, 7, 7",
            "[9, 9, 8, 8",
            Kind::Argument,
            "relations[1][0][2]",
        ),
        (
            DYGIE,
            "\"relations\": [[",
            "\"relations\": [[], [",
            Kind::Length,
            "relations",
        ),
        (DYGIE, "\"trees\"", "\" \"", Kind::Word, "sentences[1]"),
        (DYGIE, "\"trees\"", "3", Kind::Type, "sentences[1][2]"),
        (SPERT, "\"end\": 4", "\"end\": 5", Kind::Span, "entities[1]"),
        (
            SPERT,
            "\"tail\": 1",
            "\"tail\": 2",
            Kind::Argument,
            "relations[0].tail",
        ),
        (TAGS, "\"L-Peop\"", "\"L-Org\"", Kind::Tag, "tags[1]"),
        (TAGS, "\"L-Peop\"", "\"O\"", Kind::Tag, "tags[1]"),
        (TAGS, "\"U-Org\"", "\"B-Org\"", Kind::Tag, "tags"),
        (TAGS, "\"U-Org\"", "\"U-\"", Kind::Tag, "tags[3]"),
        (TAGS, "\"U-Org\"", "\"U-None\"", Kind::Label, "tags[3]"),
        (TAGS, ", \"U-Org\"", "", Kind::Length, "tags"),
        (
            ARNOR,
            "false",
            "0",
            Kind::Type,
            "relationMentions[0].is_noise",
        ),
    ];
    for (line, from, to, kind, field) in cases {
        assert!(line.contains(from), "{from}");
        let message = problem(&format!("{line}\n\n{}", line.replacen(from, to, 1)), kind);
        assert!(message.starts_with("folder/file.json: line 3"), "{message}");
        let remedy = remedy(&message, kind);
        assert_refusal(&message, NAME, "line 3", field, remedy);
    }
}
