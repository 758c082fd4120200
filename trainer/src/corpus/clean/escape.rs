//! Characters written as `\uXXXX`, as in the paper's sample corpus (method §2.5).

/// Replaces the escapes, surrogate pairs included; `None` if the text has none.
pub fn unescape(text: &str) -> Option<String> {
    if !text.contains("\\u") {
        return None;
    }
    let (mut plain, mut rest, mut found) = (String::with_capacity(text.len()), text, false);
    while let Some(at) = rest.find("\\u") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        if let Some((character, length)) = character(escape) {
            plain.push(character);
            rest = escape.get(length..).unwrap_or_default();
            found = true;
        } else {
            plain.push_str("\\u");
            rest = escape.get(2..).unwrap_or_default();
        }
    }
    plain.push_str(rest);
    found.then_some(plain)
}

/// The character of the escape at the start of `text`, and the length of the escape in bytes;
/// `None` for control characters, which have no place in prose.
fn character(text: &str) -> Option<(char, usize)> {
    let high = unit(text)?;
    let units = match text.get(6..).and_then(unit) {
        Some(low) if (0xD800..0xDC00).contains(&high) => [high, low],
        _ => [high, 0],
    };
    let character = char::decode_utf16(units).next()?.ok()?;
    let length = if character > '\u{FFFF}' { 12 } else { 6 };
    (!character.is_control() || character.is_whitespace()).then_some((character, length))
}

/// The UTF-16 code unit of the escape at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[test]
fn escapes_become_characters() {
    let of = |text| unescape(text).unwrap_or_default();
    assert_eq!(of(r"\u0130stanbul, caf\u00E9"), "İstanbul, café");
    assert_eq!(of(r"a\ud83d\ude00b"), "a😀b");
    assert_eq!(of(r"a\ud83d \u00e9"), r"a\ud83d é");
}

#[test]
fn other_backslashes_stay() {
    for text in [
        "plain",
        r"\upsilon",
        r"\u12",
        r"\u+123",
        r"\ude00",
        r"\u0000",
        r"\u",
        r"\u00é",
        r"\ud83d\ud83d",
    ] {
        assert_eq!(unescape(text), None, "{text}");
    }
}
