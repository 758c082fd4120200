//! Sentence segmentation: the terminators of UAX #29, with rules for abbreviations, numbers, quotes and
//! citations.

use std::ops::Range;

use super::chars::{char_at, skip_whitespace};
use super::stop::Stop;

/// Splits a text into sentences, as byte ranges without the whitespace around them.
///
/// A blank line always ends a sentence, a single line break never does. Every character that is
/// not whitespace lies in exactly one sentence.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = skip_whitespace(text, 0);
    let mut at = start;
    while let Some(c) = char_at(text, at) {
        if c.is_whitespace() {
            let next = skip_whitespace(text, at);
            if next == text.len() || is_paragraph_break(text.get(at..next).unwrap_or_default()) {
                found.push(start..at);
                start = next;
            }
            at = next;
        } else if Stop::begins(c) {
            let stop = Stop::read(text, at);
            at = stop.end;
            if stop.ends_sentence(text, start) {
                found.push(start..at);
                start = skip_whitespace(text, at);
                at = start;
            }
        } else {
            at += c.len_utf8();
        }
    }
    if start < text.len() {
        found.push(start..text.len());
    }
    found
}

/// Whether whitespace contains two line breaks, or a character that always starts a paragraph or page.
fn is_paragraph_break(whitespace: &str) -> bool {
    let (mut lines, mut last) = (0, ' ');
    for c in whitespace.chars() {
        match c {
            '\u{2029}' | '\u{B}' | '\u{C}' => return true,
            '\n' if last == '\r' => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' => lines += 1,
            _ => {}
        }
        last = c;
    }
    lines > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that "|" marks exactly the places where the text is split.
    fn check(marked: &str) {
        let parts: Vec<&str> = marked.split('|').collect();
        let text = parts.concat();
        let found: Vec<&str> = sentences(&text)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        let expected: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn plain_sentences() {
        assert!(sentences("").is_empty());
        assert!(sentences(" \n\n\t").is_empty());
        check("  One. |Two! |Three? |Four");
        check("Ends in 1990. |The next. |20 more.");
        check("It fails?! |Yes. |Yahoo! is (!) Fine.");
    }

    #[test]
    fn abbreviations_and_initials() {
        check(
            "We use CRFs, e.g. Lafferty's, cf. Fig. 2 and Eq. (3), i.e. Sec. IV vs. No. 5. |No. |Yes.",
        );
        check("Ogden et al. Proved it. |So did Nigam et al. |We follow.");
        check(
            "Dr. J. R. R. Smith and K. He of the U.S. Army met Mr. A. So. |They left the U.S. |The rest stayed.",
        );
        check("Acme Inc. Directors met on Dec. 5 at 3 p.m. in Lyon, etc. |And so on.");
        check("1. Introduction is short. |2.1. More follows.");
    }

    #[test]
    fn numbers_addresses_and_ellipses() {
        check("It costs 3.5 or .5 at www.a.org/x.y?z=1! |Done.");
        check("Wait... what? |Well... |Then . . . more. |End…");
        check("Use node.js or a.b@c.org. |Then stop.");
    }

    #[test]
    fn quotes_brackets_and_citations_stay_with_their_sentence() {
        check("He said \"no.\" |Then (she left.) |“Why?” she asked. |‘So.’ |Ok.");
        check("Arab.[1] |The former leader.[2, 3][4] |End.");
        check("A claim.\u{200E} |Also (?) stays. |„Gut.“ |Ja.");
        check("It works. |\"Really?\" |(Yes.)");
    }

    #[test]
    fn small_letters_continue_unless_they_name_something() {
        check("Approx. so, in co. with them.");
        check("We cluster. |k-means is used. |mRNA too. |(ii) As well. |c) At last.");
    }

    #[test]
    fn blank_lines_break_and_single_ones_do_not() {
        check("A title without stop\n \n|The text goes\non here.\r\n|Next\r\n\r\n|Last\u{C}|Page");
    }

    #[test]
    fn other_scripts() {
        check("我喜欢。|他说：“好！”|完了");
        check("これは「本。」|です。|1．5だ");
        check("यह है। |ठीक।");
        check("هل هذا؟ |نعم.");
    }
}
