//! The files in `tests/formats`, which the browser tests read with the page's code as well.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use spanlight_formats::{Dataset, Format, Options, Source, re3d, read, write};

fn folder() -> PathBuf {
    spanlight_tests::package().join("../tests/formats")
}

/// Reads a file of the folder, or re3d's three.
fn dataset(name: &str) -> Dataset {
    let bytes = |name: &str| fs::read(folder().join(name)).unwrap();
    if name != "re3d" {
        let bytes = bytes(name);
        let source = Source::new(name, &bytes[..]);
        return read(source, Format::Auto, &Options::default()).unwrap();
    }
    let names =
        [re3d::DOCUMENTS, re3d::PARTS[0], re3d::PARTS[1]].map(|part| format!("re3d/{part}"));
    let files = names.each_ref().map(|name| bytes(name));
    let source = Source::new(&*names[0], &files[0][..])
        .with_part(&*names[1], &files[1][..])
        .with_part(&*names[2], &files[2][..]);
    read(source, Format::Auto, &Options::default()).unwrap()
}

/// Every file that has an expectation.
fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| Some(name.strip_suffix(".expected.json")?.to_owned()))
        .collect()
}

#[test]
fn files_read_as_expected() {
    let names = names();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let found = dataset(&name);
        let file = if name == "re3d" {
            "re3d/documents.json"
        } else {
            &name
        };
        let defects = found.defects.iter().map(|d| format!("{file}: {d}"));
        let found = json!({
            "format": found.format,
            "sentences": found.sentences,
            "defects": defects.collect::<Vec<_>>(),
        });
        let expected = fs::read(folder().join(format!("{name}.expected.json"))).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        assert_eq!(found, expected, "{name}: found {found}");
    }
}

#[test]
fn written_sentences_read_back() {
    for name in names() {
        let sentences = dataset(&name).sentences;
        let lines = write(&sentences).unwrap();
        let source = Source::new("again.json", lines.as_bytes());
        let again = read(source, Format::Pspe, &Options::default()).unwrap();
        assert_eq!(again.sentences, sentences, "{name}");
    }
}
