//! Full stops, question marks and other terminators, and whether they end a sentence.

use super::abbreviation::{
    LONGEST, Short, is_single, is_starter, is_surname, number_follows, short_form,
};
use super::chars::{
    char_at, char_before, cluster_end, is_closer, is_ignorable, is_terminator, skip_openers,
    skip_whitespace,
};

/// A run of terminators with the closing brackets, quotes and citations behind it, as byte offsets.
pub(super) struct Stop {
    /// Start of the terminators.
    start: usize,
    /// End of the terminators.
    marks: usize,
    /// End of the brackets, quotes and citations.
    pub(super) end: usize,
}

impl Stop {
    /// Whether a stop begins with this character.
    pub(super) fn begins(c: char) -> bool {
        is_terminator(c) || c == '…'
    }

    /// Reads the stop that begins at byte `start`.
    pub(super) fn read(text: &str, start: usize) -> Self {
        let mut marks = start;
        while char_at(text, marks).is_some_and(Self::begins) {
            marks = cluster_end(text, marks);
        }
        let mut end = marks;
        while let Some(c) = char_at(text, end) {
            let next = citation_end(text, end);
            if next > end {
                end = next;
            } else if is_closer(c)
                || is_ignorable(c)
                || (c == '“' && closes(text, end + c.len_utf8()))
            {
                end = cluster_end(text, end);
            } else {
                break;
            }
        }
        Self { start, marks, end }
    }

    /// Whether the stop ends the sentence that starts at byte `sentence`.
    pub(super) fn ends_sentence(&self, text: &str, sentence: usize) -> bool {
        let marks = text.get(self.start..self.marks).unwrap_or_default();
        let Some(next) = char_at(text, self.end) else {
            return true;
        };
        if marks.chars().any(|c| !c.is_ascii() && c != '…') {
            return !(marks == "．" && next.is_numeric());
        }
        if !next.is_whitespace() {
            return false;
        }
        let next = skip_whitespace(text, self.end);
        let Some(c) = char_at(text, next) else {
            return true;
        };
        if is_terminator(c) || matches!(c, ',' | ';' | ':' | ')' | ']' | '}' | '…') {
            return false;
        }
        // Also after "!" and "?": a sentence cut in two behind "Yahoo!" costs more than two sentences that
        // stay together.
        if starts_lower(text, skip_openers(text, next)) {
            return false;
        }
        match marks {
            "." => self.dot_ends(text, sentence, next),
            "?" | "!" => char_before(text, self.start) != Some('('),
            _ => true,
        }
    }

    /// Whether a single dot ends the sentence, if no lower-case word follows.
    fn dot_ends(&self, text: &str, sentence: usize, next: usize) -> bool {
        let word = word_before(text, sentence, self.start);
        if is_enumerator(text.get(sentence..self.start).unwrap_or_default()) {
            return false;
        }
        let starter = || {
            let at = skip_openers(text, next);
            let word = word_at(text, at);
            (is_starter(word) && char_at(text, at + word.len()) != Some('.')).then_some(word)
        };
        match short_form(word) {
            Some(Short::Never) => false,
            Some(Short::Numbered) => !number_follows(text, next),
            Some(Short::Seldom) => starter().is_some(),
            None if is_single(word, char::is_uppercase) => {
                starter().is_some_and(|word| !is_surname(word))
            }
            Some(Short::Neutral) | None => true,
        }
    }
}

/// End of a citation mark such as "[12]" or "[3, 4]" at `at`; `at` if there is none.
fn citation_end(text: &str, at: usize) -> usize {
    let Some(inside) = text.get(at..).and_then(|rest| rest.strip_prefix('[')) else {
        return at;
    };
    let body = |b: &u8| b.is_ascii_digit() || matches!(b, b',' | b' ' | b'-');
    let len = inside.bytes().take(LONGEST).take_while(body).count();
    if len > 0 && inside.as_bytes().get(len) == Some(&b']') {
        at + len + 2
    } else {
        at
    }
}

/// Whether a quotation mark that opens in English closes here, as it does in German.
fn closes(text: &str, after: usize) -> bool {
    char_at(text, after).is_none_or(char::is_whitespace)
}

/// Whether a word starts with a lower-case letter, except for words that may start a sentence so:
/// "k-means", "mRNA", "ii)".
fn starts_lower(text: &str, at: usize) -> bool {
    let Some(c) = char_at(text, at).filter(|c| c.is_lowercase()) else {
        return false;
    };
    let second = char_at(text, at + c.len_utf8());
    let word = word_at(text, at);
    let item = word.len() <= 3 && char_at(text, at + word.len()) == Some(')');
    !item && !second.is_some_and(|c| c == '-' || c.is_uppercase())
}

/// The letters, digits and inner dots in front of byte `end`.
fn word_before(text: &str, sentence: usize, end: usize) -> &str {
    let before = text.get(sentence..end).unwrap_or_default();
    let mut start = before.len();
    for c in before.chars().rev() {
        if !(c.is_alphanumeric() || c == '.') || before.len() - start > LONGEST {
            break;
        }
        start -= c.len_utf8();
    }
    before
        .get(start..)
        .unwrap_or_default()
        .trim_start_matches('.')
}

/// The ASCII letters from byte `at` on, at most as many as a look-up needs.
fn word_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let len = rest
        .bytes()
        .take(LONGEST)
        .take_while(u8::is_ascii_alphabetic)
        .count();
    rest.get(..len).unwrap_or_default()
}

/// Whether the sentence so far is a number such as "1", "2.3" or "a", the start of an enumerated item.
fn is_enumerator(so_far: &str) -> bool {
    let number = so_far.len() <= 6
        && so_far
            .split('.')
            .all(|n| (1..=3).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()));
    let letter = so_far.len() == 1 && so_far.bytes().all(|b| b.is_ascii_alphabetic());
    number || letter
}
