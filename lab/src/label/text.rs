//! Sentences of a text file with one sentence per line and spaces between words, as `spanlight data clean` writes it.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::RangeInclusive;
use std::path::Path;

use spanlight::store::StoreError;
use spanlight_core::document::Sentence;

use super::similarity::Similarity;
use crate::error::{Error, Result};

/// `count` sentences, evenly spread over the file, or all sentences; empty lines are skipped.
///
/// # Errors
/// [`StoreError`] for a file that cannot be read or is not UTF-8, [`Error::Usage`] for a file with no or too few
/// sentences.
pub fn evenly_spread_sentences(path: &Path, count: Option<usize>) -> Result<Vec<Sentence>> {
    let total = lines(path)?.try_fold(0, |n, line| line.map(|_| n + 1))?;
    let count = count.unwrap_or(total);
    if total == 0 || count > total {
        return Err(Error::Usage(format!(
            "{}: holds {total} sentences, {count} are asked for; give a longer text or lower --count",
            path.display()
        )));
    }
    // The i-th chosen line is i·total/count, rounded down.
    let mut next = 0;
    let mut chosen = Vec::with_capacity(count);
    for line in lines(path)? {
        let (index, text) = line?;
        if chosen.len() < count && index == next {
            chosen.push(sentence(path, index, &text));
            next = (chosen.len() as u128 * total as u128 / count as u128) as usize;
        }
    }
    Ok(chosen)
}

/// Number of words in a sentence that [`most_similar_sentences`] may choose: shorter sentences hold few
/// annotations, longer ones are mostly lists or broken text.
const WORDS: RangeInclusive<usize> = 8..=60;

/// The `count` sentences of 8 to 60 words that are most similar to the examples but not among them, in file
/// order.
///
/// # Errors
/// As [`evenly_spread_sentences`].
pub fn most_similar_sentences(
    path: &Path,
    count: usize,
    examples: &[Sentence],
) -> Result<Vec<Sentence>> {
    let examples = || examples.iter().map(|example| example.words.as_slice());
    let mut similarity = Similarity::to(examples());
    let known: HashSet<&[String]> = examples().collect();
    for line in lines(path)? {
        let (index, text) = line?;
        similarity.add(&sentence(path, index, &text).words);
    }
    let mut scores = Vec::new();
    for line in lines(path)? {
        let (index, text) = line?;
        let words = sentence(path, index, &text).words;
        if WORDS.contains(&words.len()) && !known.contains(words.as_slice()) {
            scores.push((similarity.of(&words), index));
        }
    }
    if count > scores.len() {
        return Err(Error::Usage(format!(
            "{}: holds {} sentences of {} to {} words besides the examples, {count} are asked for; \
             lower --count",
            path.display(),
            scores.len(),
            WORDS.start(),
            WORDS.end()
        )));
    }
    scores.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)));
    let chosen: HashSet<usize> = scores.iter().take(count).map(|(_, index)| *index).collect();
    let mut sentences = Vec::with_capacity(count);
    for line in lines(path)? {
        let (index, text) = line?;
        if chosen.contains(&index) {
            sentences.push(sentence(path, index, &text));
        }
    }
    Ok(sentences)
}

/// The non-empty lines with their numbers, from 0.
fn lines(path: &Path) -> Result<impl Iterator<Item = Result<(usize, String)>>> {
    let unreadable = |e| StoreError::io("read", path, e);
    let file = File::open(path).map_err(unreadable)?;
    let lines = BufReader::new(file).lines();
    let words = lines.filter(|l| l.as_ref().map_or(true, |l| !l.trim().is_empty()));
    Ok(words
        .enumerate()
        .map(move |(i, line)| Ok((i, line.map_err(unreadable)?))))
}

fn sentence(path: &Path, index: usize, text: &str) -> Sentence {
    Sentence {
        document: path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        index,
        words: text.split_ascii_whitespace().map(str::to_owned).collect(),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        file
    }

    #[test]
    fn sentences_are_evenly_spread() {
        let file = file("a 0\n\na 1\na 2\na 3\na 4\na 5\na 6\n");
        let numbers = |count| -> Vec<usize> {
            let found = evenly_spread_sentences(file.path(), count).unwrap();
            for s in &found {
                assert_eq!(s.words, ["a".to_string(), s.index.to_string()]);
            }
            found.iter().map(|s| s.index).collect()
        };
        assert_eq!(numbers(Some(3)), [0, 2, 4]);
        assert_eq!(numbers(Some(7)), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(numbers(None), numbers(Some(7)));
        assert!(numbers(Some(0)).is_empty());
    }

    #[test]
    fn sentences_similar_to_the_examples_are_chosen_but_not_the_examples() {
        let file = file(
            "the old galaxy moves past the small blue star\n\
             we parse a long sentence with a new grammar\n\
             we parse a sentence\n\
             we parse every sentence with a very large grammar\n\
             the star moves past the old and small galaxy\n",
        );
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        let examples = [
            "we parse a long sentence with a new grammar",
            "we parse a sentence with a large grammar",
        ]
        .map(|text| Sentence {
            words: words(text),
            ..Default::default()
        });
        let chosen = most_similar_sentences(file.path(), 1, &examples).unwrap();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].index, 3);
        let indices = |s: Vec<Sentence>| s.iter().map(|s| s.index).collect::<Vec<_>>();
        assert_eq!(
            indices(most_similar_sentences(file.path(), 3, &examples).unwrap()),
            [0, 3, 4]
        );
        let error = most_similar_sentences(file.path(), 4, &examples)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("holds 3 sentences of 8 to 60 words"),
            "{error}"
        );
    }

    #[test]
    fn too_few_sentences_and_a_missing_file_are_named() {
        let file = file("only one\n");
        let error = evenly_spread_sentences(file.path(), Some(2))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("holds 1 sentences, 2 are asked for"),
            "{error}"
        );
        let error = evenly_spread_sentences(Path::new("no/such.txt"), None).unwrap_err();
        assert!(error.to_string().contains("no/such.txt"), "{error}");
    }
}
