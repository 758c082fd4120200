//! What the message of a refusal must hold.

/// Checks that a message names the file, the place in it (line, record or row), the field and the remedy.
///
/// # Panics
/// If it lacks one of them.
pub fn assert_refusal(message: &str, file: &str, place: &str, field: &str, remedy: &str) {
    for (what, part) in [
        ("file", file),
        ("place", place),
        ("field", field),
        ("remedy", remedy),
    ] {
        assert!(message.contains(part), "no {what} `{part}` in: {message}");
    }
}
