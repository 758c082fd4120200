//! Word segmentation in the style of the Penn Treebank, which annotated corpora follow.

use super::Word;
use super::abbreviation::keeps_dot;
use super::chars::{
    char_at, char_before, cluster_end, digit_at, is_apostrophe, is_ignorable, is_wordy,
    skip_whitespace, wordy_at,
};
use super::clitic::{clitic_end, fused_split, negation_start};
use super::mark::{prefix, symbol_end};
use super::url::url_end;

/// Splits a text into words, as byte ranges.
///
/// Punctuation and brackets are words of their own. Hyphens, slashes, dots and apostrophes inside a word
/// belong to it ("n-gram", "and/or", "3.5", "O'Brien"), abbreviations keep their dot ("e.g."), and clitics
/// are split off ("it|'s", "do|n't", "can|not"). Every character that is not whitespace lies in exactly one
/// word.
pub fn words(text: &str) -> Vec<Word> {
    let mut lexer = Lexer {
        text,
        words: Vec::new(),
    };
    let mut at = skip_whitespace(text, 0);
    while at < text.len() {
        at = skip_whitespace(text, lexer.word(at));
    }
    lexer.words
}

struct Lexer<'a> {
    text: &'a str,
    words: Vec<Word>,
}

impl Lexer<'_> {
    fn char(&self, at: usize) -> Option<char> {
        char_at(self.text, at)
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn push(&mut self, start: usize, end: usize) -> usize {
        self.words.push(Word { start, end });
        end
    }

    /// Reads the word at byte `start` with its clitics, and returns the end of the last one.
    fn word(&mut self, start: usize) -> usize {
        let at = self.ignorable(start);
        let end = match self.char(at).filter(|c| !c.is_whitespace()) {
            None => self.push(start, at),
            Some(c) if is_wordy(c) => self.run(start, at),
            Some(c) => match prefix(self.text, at, c) {
                Some(first) => self.run(start, first),
                None => self.push(start, symbol_end(self.text, at, c)),
            },
        };
        let end = self.ignorable(end);
        if let Some(last) = self.words.last_mut() {
            last.end = end;
        }
        end
    }

    fn ignorable(&self, mut at: usize) -> usize {
        while let Some(c) = self.char(at).filter(|&c| is_ignorable(c)) {
            at += c.len_utf8();
        }
        at
    }

    /// Reads letters and digits from byte `first` on, with the marks that join them. The word begins at
    /// `start`, which is before `first` if a mark belongs to it.
    fn run(&mut self, start: usize, first: usize) -> usize {
        if let Some(end) = url_end(self.text, first) {
            return self.push(start, end);
        }
        let mut at = first;
        loop {
            let last = at;
            let base = cluster_end(self.text, at);
            at = self.ignorable(base);
            // U+200B marks a word border in scripts without spaces.
            if char_before(self.text, at) == Some('\u{200B}') {
                break;
            }
            let Some(c) = self.char(at) else { break };
            if is_wordy(c) {
                continue;
            }
            let next = at + c.len_utf8();
            if self.joins(first, last, at, c) {
                at = next;
            } else if c == '.' && keeps_dot(self.text, first, at) {
                at = next;
                if self.char(at) != Some('-') || !wordy_at(self.text, at + 1) {
                    break;
                }
                at += 1;
            } else {
                at += self.suffix(at);
                break;
            }
        }
        self.emit(start, first, at)
    }

    /// Whether the mark `c` at byte `at` joins the character at byte `last` and the one behind the mark to
    /// one word, which begins at `first`.
    fn joins(&self, first: usize, last: usize, at: usize, c: char) -> bool {
        let next = at + c.len_utf8();
        if !wordy_at(self.text, next) {
            return false;
        }
        match c {
            '-' | '\u{2010}' | '\u{2011}' | '&' | '@' => true,
            '.' => !self.glued(first, last, next),
            ',' | ':' => digit_at(self.text, last) && digit_at(self.text, next),
            '/' => !digit_at(self.text, last) || digit_at(self.text, next),
            _ if is_apostrophe(c) => {
                clitic_end(self.text, at).is_none()
                    && negation_start(self.text, first, at).is_none()
            }
            _ => false,
        }
    }

    /// Whether a dot ends a sentence although no space follows, as in "the end.The".
    fn glued(&self, first: usize, last: usize, next: usize) -> bool {
        let lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
        let after = next + self.char(next).map_or(0, char::len_utf8);
        let word = lower(self.char(last)) && last > first && lower(char_before(self.text, last));
        (word || digit_at(self.text, last))
            && self.char(next).is_some_and(char::is_uppercase)
            && lower(self.char(after))
    }

    /// Length of the "++" or "#" of a language name.
    fn suffix(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        ["++", "#"]
            .into_iter()
            .find(|mark| rest.starts_with(mark))
            .filter(|mark| !wordy_at(self.text, at + mark.len()))
            .map_or(0, str::len)
    }

    /// Adds the word `start..end` and splits its clitics off; returns the end of the last one.
    fn emit(&mut self, start: usize, first: usize, end: usize) -> usize {
        if let Some(split) = negation_start(self.text, first, end) {
            let mark = self.char(end).map_or(0, char::len_utf8);
            self.push(start, split);
            return self.push(split, end + mark + 1);
        }
        let split = fused_split(self.slice(first, end)).map(|split| first + split);
        let tail = split.map_or(start, |split| self.push(start, split));
        self.push(tail, end);
        clitic_end(self.text, end).map_or(end, |clitic| self.push(end, clitic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the words of a text in which "|" marks borders between words without a space.
    fn check(marked: &str) {
        let text = marked.replace('|', "");
        let found: Vec<&str> = words(&text)
            .iter()
            .map(|word| word.surface(&text))
            .collect();
        let expected: Vec<&str> = marked
            .split(['|', ' '])
            .filter(|word| !word.is_empty())
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn punctuation_and_brackets_stand_alone() {
        check("We| (|Lee| et al.|,| 2003|;| [|1|]|)| ask|:| why|?!| \"|So|,|\" ``|he|''| said|...");
        check("a |--| b|--|c|—|d |~ 5|%| of |$|3 |= |x|*|y |<< |“|z|”|…");
    }

    #[test]
    fn compounds_stay_whole() {
        check(
            "state-of-the-art n-gram and/or 2D/3D Q&A AT&T 1-1|/|e| culture|-| and |(|VSM|)|-|based",
        );
        check("a.b@c.org node.js snake_case #P @user C++ C# STR2|+| 3|--|D");
        check("see https://a.org/x,y?z=1|,| www.b.com|.");
    }

    #[test]
    fn numbers_keep_their_marks() {
        check(
            "3.5 1,000,000 97,5 10:30 1/2 .01 -96.7 (|-.5|) 5|%|-|x x'95 '95 the '90s 15-20 $|20|.",
        );
    }

    #[test]
    fn short_forms_keep_their_dot() {
        check(
            "e.g. i.e.|,| i.i.d. U.S.-led Fig. 2 vs. Dr. H. Kamp|,| No. 5|,| p. (|3|)| no|.| Plan B|.",
        );
        check("i. e. x|.| The end|.|The next");
    }

    #[test]
    fn clitics_are_split_off() {
        check(
            "John|'s| users|'| O'Brien|’s| do|n't| ca|n’t| we|'ll| can|not| U.S.|'s| (|CRF|)|'s| it 's '|d|'",
        );
    }

    #[test]
    fn scripts_without_spaces_and_invisible_characters() {
        check(
            "2019|年|に|カメラ| naïve\u{202B}|(|👩‍💻|🇩🇪|)| e\u{301}t\u{301} x\0y \0\u{FEFF} ไทย\u{200B}|ไทย e.g.\u{200E} y",
        );
    }
}
