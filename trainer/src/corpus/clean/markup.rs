//! Markup inside text: HTML, LaTeX commands around words, wikitext's split hyphens.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A pattern and its replacement; every match contains the character `trigger`.
struct Rule {
    trigger: char,
    pattern: Regex,
    replacement: &'static str,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rules = [
        // HTML elements that separate words.
        (
            '<',
            r"(?i)</?(?:p|br|div|li|ul|ol|td|tr|table|h[1-6]|hr|ref)(?:\s[^<>]*)?/?>",
            " ",
        ),
        // HTML elements inside words and between them.
        (
            '<',
            r"(?i)</?(?:b|i|u|em|strong|sub|sup|span|small|big|tt|code|font|a|cite|abbr|math|nowiki)(?:\s[^<>]*)?/?>",
            "",
        ),
        ('<', r"(?s)<!--.*?-->", " "),
        // Commands that stand for a number or a name that is not in the text.
        (
            '\\',
            r"[~ ]?\\(?:cite[a-z]*|ref|eqref|label)\*?(?:\[[^\[\]]*\])?\{[^{}]*\}",
            "",
        ),
        // Commands that only change how their argument looks.
        (
            '\\',
            r"\\(?:emph|text[a-z]+|underline|mbox|url|ac[a-z]?|math(?:rm|it|bf|sf|tt))\s?\{([^{}]*)\}",
            "$1",
        ),
        ('{', r"\{\\(?:em|it|bf|sc|sl|tt|rm|sf)\s+([^{}]*)\}", "$1"),
        ('\\', r"\\([%&_$#])", "$1"),
        // Formulas of one number or name; a sum of money has no dollar sign behind it.
        (
            '$',
            r"\$([[:alnum:]](?:[[:alnum:].,+-]*[[:alnum:]])?)\$",
            "$1",
        ),
        ('@', r" @([-,.])@ ", "$1"),
    ];
    // A test compiles every pattern, so none is dropped here.
    rules
        .into_iter()
        .filter_map(|(trigger, pattern, replacement)| {
            let pattern = Regex::new(pattern).ok()?;
            Some(Rule {
                trigger,
                pattern,
                replacement,
            })
        })
        .collect()
});

static ENTITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,5});").ok());

/// Depth to which commands inside commands are removed.
const NESTED: usize = 3;

/// Removes the markup of a text; `None` if it has none.
pub fn strip(text: &str) -> Option<String> {
    let mut plain = Cow::Borrowed(text);
    for rule in RULES.iter().cycle().take(NESTED * RULES.len()) {
        if plain.contains(rule.trigger)
            && let Cow::Owned(changed) = rule.pattern.replace_all(&plain, rule.replacement)
        {
            plain = Cow::Owned(changed);
        }
    }
    if plain.contains('&')
        && let Some(entity) = ENTITY.as_ref()
        && let Cow::Owned(changed) = entity.replace_all(&plain, decoded)
    {
        plain = Cow::Owned(changed);
    }
    match plain {
        Cow::Owned(plain) if plain != text => Some(plain),
        _ => None,
    }
}

/// The character of an entity, or the entity itself.
fn decoded(found: &Captures<'_>) -> String {
    let whole = || found[0].to_owned();
    let name = &found[1];
    let number = match name.strip_prefix('#') {
        None => {
            return match name {
                "amp" => "&".into(),
                "lt" => "<".into(),
                "gt" => ">".into(),
                "quot" => "\"".into(),
                "apos" => "'".into(),
                "nbsp" => " ".into(),
                "ndash" => "–".into(),
                "mdash" => "—".into(),
                _ => whole(),
            };
        }
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        },
    };
    let character = number.ok().and_then(char::from_u32);
    let readable = character.filter(|c| !c.is_control());
    readable.map_or_else(whole, String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_compiles() {
        assert_eq!(RULES.len(), 9);
        assert!(ENTITY.is_some());
    }

    #[test]
    fn markup_is_removed_and_words_stay() {
        for (text, plain) in [
            ("H<sub>2</sub>O<br/>is <a href='x'>wet</a>", "H2O is wet"),
            (
                "AT&amp;T &lt;b&gt; &#233;t&#xE9; &#0; &foo;",
                "AT&T <b> été &#0; &foo;",
            ),
            (r"the \emph{new \textbf{deep}} net", "the new deep net"),
            (r"shown~\cite{a,b} in \citep[p. 3]{c} 5\%", "shown in 5%"),
            (r"{\em so} said", "so said"),
            (r"$19$ of $N$, $\textbf{Results}$", "19 of N, Results"),
            ("a self @-@ made 1 @,@ 000", "a self-made 1,000"),
            ("an <!-- old --> text", "an   text"),
        ] {
            assert_eq!(strip(text).unwrap_or_default(), plain);
        }
    }

    #[test]
    fn text_without_markup_stays() {
        for text in [
            "a < b > c",
            "<man, walking, dog>",
            r"\alpha {x}",
            "R&D; a@b.c",
            "from $5 to $10, $5-$10",
            "$x^2$",
            "",
        ] {
            assert_eq!(strip(text), None, "{text}");
        }
    }
}
