//! Files of formats that are not read: what they look like, so that an error names the right thing.

use crate::{json::Node, printable::shorten};

/// What a file is that starts neither an object nor a list, and what to do.
pub(crate) fn by_start(start: &[u8]) -> String {
    let text = String::from_utf8_lossy(start);
    let line = text.lines().next().unwrap_or_default();
    let column = |separator| line.split(separator).map(str::trim).collect::<Vec<_>>();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let not_read = |what: &str| format!("it looks like {what}, which is not read; convert it");
    match start {
        [0x1F, 0x8B, ..] => "it is gzip-compressed; decompress it first".into(),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "it is Zstandard-compressed; decompress it first".into(),
        [b'B', b'Z', b'h', ..] => "it is bzip2-compressed; decompress it first".into(),
        [0xFD, b'7', b'z', b'X', b'Z', ..] => "it is xz-compressed; decompress it first".into(),
        [b'P', b'K', 3, 4, ..] => "it is a zip archive; unpack it first".into(),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it is UTF-16; convert it to UTF-8".into(),
        [b'P', b'A', b'R', b'1', ..] => not_read("a Parquet file"),
        [b'<', ..] => not_read("XML"),
        [b'T' | b'R' | b'E' | b'A', b'0'..=b'9', ..] if line.contains('\t') => {
            not_read("brat's annotations")
        }
        _ if line.starts_with("-DOCSTART-") || tagged(line) => not_read("CoNLL columns"),
        _ if column('|').first().is_some_and(|id| number(id)) && column('|').len() > 2 => {
            not_read("PubTator's text")
        }
        _ if line.contains('\t') => not_read("a table with tabs"),
        _ if line.split(',').count() > 2 => not_read("a table with commas (CSV)"),
        _ => format!("it starts with `{}`, not with `{{` or `[`", shorten(line)),
    }
}

/// Whether the last column of a line is a tag such as `B-PER`.
fn tagged(line: &str) -> bool {
    let mut columns = line.split_ascii_whitespace();
    let last = columns.next_back().unwrap_or_default();
    let tag = last == "O"
        || last
            .split_once('-')
            .is_some_and(|(p, _)| "BIES".contains(p));
    tag && columns.next().is_some()
}

/// The program whose export a record looks like.
pub(crate) fn by_fields(record: &Node<'_>) -> Option<&'static str> {
    let has = |name: &str| record.has(name);
    // The first element of a list, which tells formats apart that share the name of a field.
    let first_has = |list: &'static str, name: &str| {
        let items = record.get(list).and_then(|list| list.items());
        items.is_ok_and(|mut items| items.next().is_some_and(|item| item.has(name)))
    };
    if ["sentences", "vertexSet", "passageText", "sentText"]
        .iter()
        .any(|name| has(name))
    {
        return None;
    }
    Some(match () {
        () if has("_input_hash") || has("_task_hash") || first_has("tokens", "text") => {
            "Prodigy's or spaCy's JSON"
        }
        () if has("spans") && has("text") && !has("_id") => "Prodigy's JSON",
        () if has("data") && (has("annotations") || has("completions")) => "Label Studio's export",
        () if has("paragraphs") => "spaCy's training data",
        () if has("documents") || first_has("passages", "offset") => "BioC (PubTator's JSON)",
        () if has("token") || has("subj_start") => "TACRED",
        () if has("tokens") && has("ner_tags") && !has("entities") && !has("tags") => {
            "tokens with numbered tags"
        }
        () if has("text") && !has("_id") && (has("label") || has("labels") || has("entities")) => {
            "doccano's export"
        }
        () => return None,
    })
}
