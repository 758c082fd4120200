//! Damaged lines must give errors or valid sentences, never a panic.

use spanlight_tests::random::Random;

use super::*;

/// Invented lines, and a few real ones where the data is present.
fn lines() -> Vec<String> {
    let mut lines: Vec<String> = ALL.iter().map(|(line, _)| line.to_string()).collect();
    lines.push(format!("[{SPERT}, {TAGS}]"));
    for file in ["scierc/dev.json", "conll04/conll04_dev.json"] {
        let text = published::shared(file).map(|path| std::fs::read_to_string(path).unwrap());
        let text = text.unwrap_or_default();
        lines.extend(text.lines().take(3).map(|l| l.chars().take(4000).collect()));
        lines.extend(
            text.lines()
                .filter(|l| l.len() < 6000)
                .take(3)
                .map(str::to_owned),
        );
    }
    lines
}

pub(super) fn mutate(line: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = line.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let other = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes[at] = random.below(256) as u8,
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, *b"[]{},:\"\\0-9en \n".get(random.below(15)).unwrap()),
            4 => bytes.swap(at, other),
            _ => {
                let part = bytes[at.min(other)..at.max(other)].to_vec();
                bytes.splice(at..at, part);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn feed(bytes: &[u8]) -> (usize, usize) {
    let options = Options {
        record_limit: 20_000,
        ..Options::default()
    };
    let (mut accepted, mut refused) = (0, 0);
    for (_, format) in Format::NAMES {
        match read(source(bytes), format, &options) {
            Ok(data) => {
                accepted += 1;
                data.sentences.iter().for_each(|s| s.validate().unwrap());
                trainable(&data.sentences, Overlap::Longest);
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().len() < 2000, "{error}");
            }
        }
        if let Ok(found) = check(source(bytes), format, &options, None) {
            assert!(!found.to_string().is_empty());
        }
    }
    (accepted, refused)
}

#[test]
fn mutated_lines_never_panic() {
    let (mut random, mut read, mut refused) = (Random(11), 0, 0);
    for line in lines() {
        for _ in 0..150 {
            let (ok, bad) = feed(&mutate(&line, &mut random));
            (read, refused) = (read + ok, refused + bad);
        }
    }
    eprintln!("{read} reads succeeded, {refused} were refused");
    assert!(read > 100 && refused > 1000);
}

#[test]
fn truncated_lines_never_panic() {
    for (line, format) in ALL {
        for end in 0..line.len() {
            assert!(read(source(&line.as_bytes()[..end]), format, &Options::default()).is_err());
        }
    }
}
