//! Upper and lower case of words, which an uncased encoder does not see (§13.12).

/// The kind of upper and lower case in which a word is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Case {
    /// Neither a letter with a case nor a digit; also special word-pieces.
    #[default]
    Caseless,
    /// `word`
    Lower,
    /// `Word`, `A`
    Title,
    /// `WORD`
    Upper,
    /// `wOrd`, `WoRd`
    Mixed,
    /// Any word with a digit.
    Digits,
}

impl Case {
    /// Number of kinds.
    pub const KINDS: usize = 6;

    /// The case of a word.
    pub fn of(word: &str) -> Self {
        let count = |kind: fn(char) -> bool| word.chars().filter(|&c| kind(c)).count();
        if word.chars().any(char::is_numeric) {
            return Self::Digits;
        }
        match (count(char::is_uppercase), count(char::is_lowercase)) {
            (0, 0) => Self::Caseless,
            (0, _) => Self::Lower,
            (1, _) if word.starts_with(char::is_uppercase) => Self::Title,
            (_, 0) => Self::Upper,
            _ => Self::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_kind_of_case() {
        for (words, kind) in [
            ("; – 数 #", Case::Caseless),
            ("word word-order élan", Case::Lower),
            ("Word A Élan Word-order", Case::Title),
            ("HMM HMM-", Case::Upper),
            ("HMMs wOrd Word-Order iPad", Case::Mixed),
            ("CMU-4 3 BM25 Ⅷ", Case::Digits),
        ] {
            for word in words.split(' ') {
                assert_eq!(Case::of(word), kind, "{word}");
            }
        }
        assert_eq!(Case::of(""), Case::Caseless);
        assert_eq!(Case::Digits as usize + 1, Case::KINDS);
    }
}
