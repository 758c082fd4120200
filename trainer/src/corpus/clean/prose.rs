//! Tells prose from tables, formulas and addresses, in any script.

use crate::corpus::Reason;

/// Share of LaTeX words above which a sentence is not prose.
const LATEX: f64 = 0.2;

/// The reason why a sentence is not prose; `None` if it is. A sentence with web addresses needs
/// `least` words of prose beside them.
pub fn objection(sentence: &str, words: &[&str], least: usize) -> Option<Reason> {
    if sentence.contains("<unk>") {
        return Some(Reason::Placeholder);
    }
    let addresses = count(words, is_address);
    let prose = count(words, |word| is_prose(word) && !is_address(word));
    if addresses > 0 && prose < least {
        return Some(Reason::Address);
    }
    if count(words, is_latex) as f64 > LATEX * words.len() as f64 {
        return Some(Reason::Latex);
    }
    let signs = count(words, |word| !word.contains(char::is_alphanumeric));
    if prose == 0 || 2 * prose < words.len() - signs || 4 * prose < words.len() {
        return Some(Reason::NotProse);
    }
    None
}

fn count(words: &[&str], passes: impl Fn(&str) -> bool) -> usize {
    words.iter().filter(|word| passes(word)).count()
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.")
}

/// Whether a word is a LaTeX command or one of LaTeX's signs.
fn is_latex(word: &str) -> bool {
    word.starts_with('\\') || matches!(word, "$" | "$$" | "{" | "}" | "^" | "_")
}

/// Whether more than half of the characters of a word are letters.
fn is_prose(word: &str) -> bool {
    let (letters, all) = word.chars().fold((0, 0), |(letters, all), c| {
        (letters + usize::from(c.is_alphabetic()), all + 1)
    });
    2 * letters > all
}
