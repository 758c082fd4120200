//! Tests of the readers on invented files.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use super::*;
use crate::corpus::config::Unit;
use crate::corpus::tests::config;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The passages of a file, bad ones by their message.
fn read(name: &str, bytes: &[u8], config: &CorpusConfig) -> Result<Vec<String>, CorpusError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let format = SourceFormat::of(&path).unwrap();
    let done = Arc::default();
    let mut passages = Source { path, format }.open(config, &done)?;
    let mut found = Vec::new();
    while let Some((location, passage)) = passages.next()? {
        found.push(match passage {
            Ok(text) => text,
            Err(flaw) => format!("line {}: {} {}", location.line, flaw.field, flaw.problem),
        });
    }
    let read = done.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(read, bytes.len() as u64);
    Ok(found)
}

fn good(name: &str, bytes: &[u8], config: &CorpusConfig) -> Vec<String> {
    read(name, bytes, config).unwrap()
}

fn message(name: &str, bytes: &[u8], config: &CorpusConfig) -> String {
    read(name, bytes, config).unwrap_err().to_string()
}

fn with_columns(columns: &[&str]) -> CorpusConfig {
    CorpusConfig {
        column: columns.iter().map(|column| (*column).to_string()).collect(),
        ..config()
    }
}

#[test]
fn lines_and_paragraphs_of_text() {
    let text = "\u{FEFF}One line.\r\nAnother\nline.\n \n\n  Last one.";
    let lines = ["One line.", "Another", "line.", "Last one."];
    assert_eq!(good("a.txt", text.as_bytes(), &config()), lines);
    let paragraphs = CorpusConfig {
        unit: Unit::Paragraph,
        ..config()
    };
    let found = good("a.txt", text.as_bytes(), &paragraphs);
    assert_eq!(found, ["One line.\nAnother\nline.", "Last one."]);
    assert!(good("a.txt", b"", &config()).is_empty());
}

#[test]
fn columns_of_tables_by_name_and_by_number() {
    let table = "id\ttitle\ttext\r\n1\tA \"title\t\"Quoted\" text, and more\r\n\n2\tB\tSecond\r\n";
    let texts = ["\"Quoted\" text, and more", "Second"];
    assert_eq!(good("a.tsv", table.as_bytes(), &config()), texts);
    let both = good("a.tsv", table.as_bytes(), &with_columns(&["title", "text"]));
    assert_eq!(both[0], "A \"title\n\n\"Quoted\" text, and more");
    let third = good("a.tsv", table.as_bytes(), &with_columns(&["3"]));
    assert_eq!(third, ["text", "\"Quoted\" text, and more", "Second"]);
}

#[test]
fn quoted_cells_hold_commas_quotes_and_line_breaks() {
    let table = "text,n\n\"One, \"\"two\"\"\nthree\",1\nfour,2\n";
    assert_eq!(
        good("a.csv", table.as_bytes(), &config()),
        ["One, \"two\"\nthree", "four"]
    );
}

#[test]
fn fields_of_json_in_lines_and_arrays() {
    let lines = "{\"text\": \"One\", \"n\": 1}\n\n{\"text\": null}\n{\"text\": \"caf\\u00e9\"}\n";
    let texts = ["One", "", "café"];
    assert_eq!(good("a.jsonl", lines.as_bytes(), &config()), texts);
    let array = format!(
        "[{}]",
        lines.trim().replace("\n\n", "\n").replace('\n', ",")
    );
    assert_eq!(good("a.json", array.as_bytes(), &config()), texts);
}

#[test]
fn compressed_files_read_like_plain_ones() {
    let lines: Vec<String> = (0..20_000).map(|i| format!("Line {i}\n")).collect();
    let text = lines.concat();
    let lines: Vec<&str> = text.lines().collect();
    let (head, tail) = text.as_bytes().split_at(1000);
    let parts = [gzip(head), gzip(tail)].concat();
    assert_eq!(good("a.txt.gz", &gzip(text.as_bytes()), &config()), lines);
    assert_eq!(good("a.txt.gz", &parts, &config()), lines);
    let frames = [head, tail].map(|part| zstd::encode_all(part, 1).unwrap());
    assert_eq!(good("a.txt.zst", &frames.concat(), &config()), lines);
    // The content decides the compression, not the name.
    assert_eq!(good("a.txt", &gzip(text.as_bytes()), &config()), lines);
}

#[test]
fn damaged_archives_name_the_last_line() {
    let lines: Vec<String> = (0..50_000).map(|i| format!("Line {i}\n")).collect();
    let text = lines.concat();
    for (name, mut bytes) in [
        ("a.txt.gz", gzip(text.as_bytes())),
        ("a.txt.zst", zstd::encode_all(text.as_bytes(), 1).unwrap()),
    ] {
        let cut = message(name, &bytes[..bytes.len() / 2], &config());
        assert!(
            cut.contains(name) && cut.contains("cut off after line "),
            "{cut}"
        );
        assert!(!cut.contains("after line 0"), "{cut}");
        let middle = bytes.len() / 2;
        bytes[middle..middle + 8].fill(0xFF);
        let altered = message(name, &bytes, &config());
        assert!(altered.contains("damaged"), "{altered}");
    }
}

#[test]
fn errors_of_missing_columns_list_the_existing_ones() {
    let table = message(
        "a.tsv",
        b"0704.1\tcs.CL\tA long title that goes on and on and on\n",
        &config(),
    );
    for part in [
        "a.tsv: no column `text`",
        "1 `0704.1`, 2 `cs.CL`, 3 `A long",
        "--column",
    ] {
        assert!(table.contains(part), "{table}");
    }
    let number = message("a.csv", b"a,b\n", &with_columns(&["3"]));
    assert!(
        number.contains("no column `3`; the first row is 1 `a`, 2 `b`"),
        "{number}"
    );
    let field = message("a.jsonl", b"{\"body\": \"x\", \"id\": 1}", &config());
    assert!(
        field.contains("no column `text`; the first object has `body`, `id`"),
        "{field}"
    );
}

#[test]
fn bad_records_name_line_and_byte() {
    let found = good("a.txt", b"fine\nbroken \xFF here\nalso fine\n", &config());
    assert_eq!(found[0], "fine");
    assert!(
        found[1].contains("line 2") && found[1].contains("byte 8 is not UTF-8"),
        "{found:?}"
    );
    assert_eq!(found[2], "also fine");
    let nul = good("a.txt", b"a\0b\n", &config());
    assert!(
        nul[0].contains("line 1") && nul[0].contains("byte 2 is a NUL"),
        "{nul:?}"
    );
    let row = good("a.tsv", b"id\ttext\n1\n2\tx\xFF\n3\tfine", &config());
    assert!(
        row[0].contains("line 2: text the row has 1 cells"),
        "{row:?}"
    );
    assert!(
        row[1].contains("line 3: text byte 2 is not UTF-8"),
        "{row:?}"
    );
    assert_eq!(row[2], "fine");
    let json = good(
        "a.jsonl",
        b"{\"text\": \"x\"}\n{\"text\": 1}\n{\"text\"\n{}\n",
        &config(),
    );
    assert!(json[1].contains("line 2: text no text"), "{json:?}");
    assert!(json[2].contains("line 3"), "{json:?}");
    assert!(
        json[3].contains("line 4: text the field is missing"),
        "{json:?}"
    );
}

#[test]
fn long_records_are_read_and_absurd_ones_are_skipped() {
    let long = "word ".repeat(200_000);
    let text = format!("{long}\n{}\nlast\n", "x".repeat(RECORD_LIMIT + 1));
    for (name, text) in [("a.txt", text.clone()), ("a.tsv", format!("text\n{text}"))] {
        let found = good(name, text.as_bytes(), &config());
        assert_eq!(found[0].trim(), long.trim(), "{name}");
        assert!(
            found[1].contains("record of more than 16777216 bytes"),
            "{name}"
        );
        assert_eq!(found[2], "last", "{name}");
    }
    let open = format!("text\n\"{}", "x".repeat(RECORD_LIMIT + 1));
    let found = good("a.csv", open.as_bytes(), &config());
    assert!(
        found[0].contains("line 2") && found[0].contains("record of more than"),
        "{found:?}"
    );
}

#[test]
fn foreign_files_are_recognised() {
    for (start, problem) in [
        (&b"BZh9"[..], "bzip2-compressed; unpack it first"),
        (b"\xFD7zXZ\0", "xz-compressed"),
        (b"PK\x03\x04", "zip archive"),
        (b"PAR1", "Parquet file"),
        (b"\xFF\xFEa\0", "UTF-16"),
    ] {
        let found = message("a.txt", start, &config());
        assert!(
            found.contains("a.txt") && found.contains(problem),
            "{found}"
        );
    }
    let found = message("a.json", b"plain text", &config());
    assert!(
        found.contains("starts with `plain text`") && found.contains("--corpus-format"),
        "{found}"
    );
}

fn folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    folder
}

fn names(paths: &[&Path], format: SourceFormat) -> Result<Vec<String>, String> {
    let config = CorpusConfig {
        corpus: paths.iter().map(|path| path.to_path_buf()).collect(),
        corpus_format: format,
        ..config()
    };
    let sources = list(&config).map_err(|e| e.to_string())?;
    let name = |source: &Source| {
        source
            .path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    };
    Ok(sources.iter().map(name).collect())
}

#[test]
fn folders_give_their_files_in_order() {
    let folder = folder(&[
        "b/d.txt",
        "b/c.tsv.gz",
        "a.jsonl",
        "README.md",
        ".hidden.txt",
        "z.zst",
    ]);
    let at = folder.path();
    assert_eq!(
        names(&[at], SourceFormat::Auto).unwrap(),
        ["a.jsonl", "c.tsv.gz", "d.txt"]
    );
    let (first, second) = (at.join("b/d.txt"), at.join("a.jsonl"));
    assert_eq!(
        names(&[&first, &second], SourceFormat::Auto).unwrap(),
        ["d.txt", "a.jsonl"]
    );
    let all = names(&[at], SourceFormat::Text).unwrap();
    assert_eq!(all, ["README.md", "a.jsonl", "c.tsv.gz", "d.txt", "z.zst"]);
}

#[test]
fn paths_without_text_are_refused() {
    let folder = folder(&["README.md", "empty/x.md"]);
    let at = folder.path();
    let unknown = names(&[&at.join("README.md")], SourceFormat::Auto).unwrap_err();
    assert!(
        unknown.contains("README.md") && unknown.contains("--corpus-format"),
        "{unknown}"
    );
    let nothing = names(&[&at.join("empty")], SourceFormat::Auto).unwrap_err();
    assert!(nothing.contains("empty: no .txt"), "{nothing}");
    let missing = names(&[&at.join("nowhere.txt")], SourceFormat::Auto).unwrap_err();
    assert!(missing.contains("nowhere.txt: cannot read"), "{missing}");
    assert!(
        names(&[], SourceFormat::Auto)
            .unwrap_err()
            .contains("--corpus")
    );
}
