//! Windows over sentences that are too long for the encoder.

use std::ops::Range;

/// Size of the largest window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowLimit {
    /// Words per window; 0 counts as 1.
    pub words: usize,
    /// Word-pieces per window, without special pieces.
    pub pieces: usize,
}

/// Splits a sentence into windows within `limit`, as ranges of word indices.
///
/// `pieces[i]` is the number of word-pieces of word `i`; a missing count is 1. Every word lies in exactly
/// one window, in order. A window ends after a ";" of its second half if there is one, else after a ",",
/// else at the limit. A word with more pieces than the limit has a window of its own, which exceeds the
/// limit: the caller has to shorten the word or report it.
pub fn windows<W: AsRef<str>>(
    words: &[W],
    pieces: &[usize],
    limit: WindowLimit,
) -> Vec<Range<usize>> {
    let mut windows = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let full = fill(words.len(), pieces, start, limit);
        let end = if full < words.len() {
            cut(words, start, full)
        } else {
            full
        };
        windows.push(start..end);
        start = end;
    }
    windows
}

/// End of the longest window that starts at word `start`; it has at least one word.
fn fill(words: usize, pieces: &[usize], start: usize, limit: WindowLimit) -> usize {
    let mut used = 0_usize;
    let mut end = start;
    while end < words && end - start < limit.words.max(1) {
        used = used.saturating_add(pieces.get(end).copied().unwrap_or(1));
        if used > limit.pieces && end > start {
            break;
        }
        end += 1;
    }
    end
}

/// End of a full window at the last clause border of its second half; `full` without such a border. The
/// first half stays whole, so that the number of windows is linear in the number of words.
fn cut<W: AsRef<str>>(words: &[W], start: usize, full: usize) -> usize {
    let half = start + (full - start) / 2;
    [";", ","]
        .into_iter()
        .find_map(|border| (half..full).rev().find(|&i| words[i].as_ref() == border))
        .map_or(full, |i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, words: usize, pieces: usize) -> Vec<String> {
        let list: Vec<&str> = text.split(' ').collect();
        let counts: Vec<usize> = list.iter().map(|w| w.len().div_ceil(4)).collect();
        windows(&list, &counts, WindowLimit { words, pieces })
            .into_iter()
            .map(|range| list[range].join(" "))
            .collect()
    }

    #[test]
    fn short_sentences_stay_whole() {
        assert_eq!(split("a , b ; c", 5, 5), ["a , b ; c"]);
        assert!(
            windows::<&str>(
                &[],
                &[],
                WindowLimit {
                    words: 3,
                    pieces: 3
                }
            )
            .is_empty()
        );
    }

    #[test]
    fn cuts_after_a_semicolon_then_a_comma_then_at_the_limit() {
        assert_eq!(split("a b c ; d , e f g", 7, 99), ["a b c ;", "d , e f g"]);
        assert_eq!(split("a b c d , e f g", 6, 99), ["a b c d ,", "e f g"]);
        assert_eq!(split("a , b c d e f g", 6, 99), ["a , b c d e", "f g"]);
    }

    #[test]
    fn a_word_above_the_piece_limit_gets_its_own_window() {
        assert_eq!(
            split("aa monstrouslylong bb cc", 9, 2),
            ["aa", "monstrouslylong", "bb cc"]
        );
    }

    #[test]
    fn degenerate_limits_still_cover_every_word_once() {
        for (words, pieces) in [(0, 0), (1, 0), (0, 9), (usize::MAX, usize::MAX)] {
            assert_eq!(
                split("a bbbbbbbb , c", words, pieces).join(" "),
                "a bbbbbbbb , c"
            );
        }
        let list = ["a"; 5];
        let limit = WindowLimit {
            words: 9,
            pieces: 2,
        };
        assert_eq!(windows(&list, &[], limit), [0..2, 2..4, 4..5]);
    }
}
