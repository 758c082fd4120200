//! Punctuation marks: those that belong to the word behind them, and the ends of the others.

use super::chars::{
    char_at, char_before, cluster_end, digit_at, is_apostrophe, is_closer, is_wordy, wordy_at,
};
use super::clitic::clitic_end;

/// Byte behind the mark at byte `at`, or behind both marks of "-.5", if the mark belongs to the word that
/// follows: "-0.5", ".05", "'95", "#P", "@user".
pub(super) fn prefix(text: &str, at: usize, mark: char) -> Option<usize> {
    if char_before(text, at).is_some_and(is_wordy) {
        return None;
    }
    let next = at + mark.len_utf8();
    let belongs = match mark {
        '-' | '+' | '\u{2212}' if char_at(text, next) == Some('.') => {
            return digit_at(text, next + 1).then_some(next + 1);
        }
        '-' | '+' | '\u{2212}' | '.' => digit_at(text, next),
        '#' | '@' => wordy_at(text, next),
        _ if is_apostrophe(mark) => is_year(text, next) || is_detached_clitic(text, at),
        _ => false,
    };
    belongs.then_some(next)
}

/// Whether a short year such as "95" or "90s" starts at byte `at`.
fn is_year(text: &str, at: usize) -> bool {
    let plural = usize::from(char_at(text, at + 2) == Some('s'));
    digit_at(text, at) && digit_at(text, at + 1) && !wordy_at(text, at + 2 + plural)
}

/// Whether a clitic starts at byte `at`, behind a bracket or a space; a quoted letter is none.
fn is_detached_clitic(text: &str, at: usize) -> bool {
    let detached = |c: char| c.is_whitespace() || is_closer(c) || c == '.';
    char_before(text, at).is_some_and(detached)
        && clitic_end(text, at).is_some_and(|end| !char_at(text, end).is_some_and(is_apostrophe))
}

/// End of the punctuation mark at byte `at`. "...", "?!" and "--" are one mark each, "((" is two.
pub(super) fn symbol_end(text: &str, at: usize, mark: char) -> usize {
    let mut end = cluster_end(text, at);
    if matches!(mark, '`' | '\'') && char_at(text, end) == Some(mark) {
        return cluster_end(text, end);
    }
    let repeats = |c: char| match mark {
        '!' | '?' => matches!(c, '!' | '?'),
        _ => c == mark && ".-+=*~#^|<>–—…".contains(mark),
    };
    while char_at(text, end).is_some_and(repeats) {
        end = cluster_end(text, end);
    }
    end
}
