//! Web addresses, which are one word whatever punctuation they hold.

/// End of the address that starts at byte `at`; `None` if there is none.
///
/// An address begins with "www." or with letters and "://". It extends to the next space, quote or angle
/// bracket, without the punctuation of the sentence at its end.
pub(super) fn url_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let scheme = rest
        .bytes()
        .take(LONGEST_SCHEME)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    let after = rest.get(scheme..)?;
    let head = if scheme > 0 && after.starts_with("://") {
        scheme + 3
    } else if rest.get(..scheme)?.eq_ignore_ascii_case("www") && after.starts_with('.') {
        4
    } else {
        return None;
    };
    let body = rest.get(head..)?;
    let body = body
        .split(|c: char| c.is_whitespace() || is_delimiter(c))
        .next()?;
    let body = trim(body);
    (!body.is_empty()).then_some(at + head + body.len())
}

const LONGEST_SCHEME: usize = 12;

fn is_delimiter(c: char) -> bool {
    matches!(
        c,
        '<' | '>' | '"' | '“' | '”' | '«' | '»' | '`' | '，' | '。' | '）' | '」'
    )
}

/// Drops trailing punctuation; a closing parenthesis stays if it closes one of the address.
fn trim(address: &str) -> &str {
    let count = |bracket: char| address.chars().filter(|&c| c == bracket).count();
    let mut surplus = count(')').saturating_sub(count('('));
    address.trim_end_matches(|c: char| match c {
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | ']' | '}' => true,
        ')' if surplus > 0 => {
            surplus -= 1;
            true
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Option<&str> {
        url_end(text, 0).map(|end| &text[..end])
    }

    #[test]
    fn addresses_end_before_the_punctuation_of_the_sentence() {
        assert_eq!(
            url("https://a.org/x?y=1,2#z."),
            Some("https://a.org/x?y=1,2#z")
        );
        assert_eq!(url("http://a.org/f_(x))."), Some("http://a.org/f_(x)"));
        assert_eq!(url("www.a.org) and"), Some("www.a.org"));
        assert_eq!(url("s3://bucket/key\"x"), Some("s3://bucket/key"));
    }

    #[test]
    fn other_words_are_no_addresses() {
        for text in [
            "",
            "http",
            "http://",
            "http:// x",
            "www",
            "wwwx.org",
            "ratio:1",
            "://x",
        ] {
            assert_eq!(url(text), None, "{text}");
        }
    }
}
