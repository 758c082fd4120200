//! Sections of `docs/method.md` that comments cite, such as `§3.5`, exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const METHOD: &str = include_str!("../../docs/method.md");
const FOLDERS: [&str; 5] = ["core", "trainer", "web", "tests", "xtask"];

#[test]
fn cited_sections_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sections = sections();
    let (mut cited, mut missing) = (0, Vec::new());
    for path in FOLDERS
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
    {
        let text = fs::read_to_string(&path).unwrap();
        for (_, after) in text
            .match_indices('§')
            .map(|(i, mark)| text.split_at(i + mark.len()))
        {
            for number in numbers(after) {
                cited += 1;
                if !sections.contains(number) {
                    missing.push(format!("{}: §{number}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in docs/method.md: {missing:#?}");
    assert!(cited > 50, "{cited} citations are too few to be all");
}

/// Numbers of the sections: behind `##`, and at the start of bold print or brackets. `13.2–13.3` are two.
fn sections() -> BTreeSet<&'static str> {
    ["## ", "**", "("]
        .iter()
        .flat_map(|mark| {
            METHOD
                .match_indices(mark)
                .map(|(i, m)| &METHOD[i + m.len()..])
        })
        .flat_map(numbers)
        .collect()
}

/// The number at the start of a text, such as `3` or `3.5`, or both numbers of a range such as `3.3–3.4`.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let (first, rest) = number(text);
    let last = rest.strip_prefix('–').map(|rest| number(rest).0);
    [Some(first), last]
        .into_iter()
        .flatten()
        .filter(|n| !n.is_empty())
}

fn number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    (number.trim_end_matches('.'), rest)
}

/// The Rust files of a folder, without build output.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "node_modules" {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}
