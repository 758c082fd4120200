//! Sections of `docs/method.md` that comments cite, such as `§3.5`, exist, and so do the files to which
//! documents link.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const METHOD: &str = include_str!("../../docs/method.md");
/// Folders of what was built or installed.
const BUILT: [&str; 4] = ["target", "node_modules", "build", "dist"];

#[test]
fn cited_sections_exist() {
    let sections = sections();
    let (mut cited, mut missing) = (0, Vec::new());
    for path in files(&root(), "rs") {
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

#[test]
fn linked_files_exist() {
    let (mut linked, mut missing) = (0, Vec::new());
    // A report that tests expect links to drawings that they make elsewhere.
    let expected = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "expected");
    for path in files(&root(), "md").into_iter().filter(|p| !expected(p)) {
        let text = fs::read_to_string(&path).unwrap();
        let folder = path.parent().unwrap();
        for target in links(&text) {
            linked += 1;
            if !folder.join(target).exists() {
                missing.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "broken links: {missing:#?}");
    assert!(linked > 50, "{linked} links are too few to be all");
}

fn root() -> PathBuf {
    spanlight_tests::package().join("..")
}

/// Relative targets of the links in a document, without anchors.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](")
        .filter_map(|(i, mark)| text[i + mark.len()..].split_once(')'))
        .map(|(target, _)| target.split_once('#').map_or(target, |(file, _)| file))
        .filter(|target| !target.is_empty() && !target.contains(':'))
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

/// The files of a folder with this extension, without hidden files and build output.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !BUILT.contains(&name.as_ref()) {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}
