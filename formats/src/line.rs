//! Reads lines of limited length.

use std::io::{self, BufRead};

/// How much of a line was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// All of it.
    Whole,
    /// None of it: the line is longer than the limit and was skipped.
    TooLong,
}

/// Reads a line without its line feed into `line`, which is cleared first; `None` at the end of the
/// file.
///
/// # Errors
/// Any error of the reader.
pub fn read_line(
    reader: &mut impl BufRead,
    limit: usize,
    line: &mut Vec<u8>,
) -> io::Result<Option<Line>> {
    line.clear();
    let (mut found, mut kept) = (false, Line::Whole);
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(found.then_some(kept));
        }
        found = true;
        let newline = part.iter().position(|byte| *byte == b'\n');
        let end = newline.unwrap_or(part.len());
        if line.len() + end > limit {
            kept = Line::TooLong;
        }
        if kept == Line::Whole {
            line.extend_from_slice(part.get(..end).unwrap_or_default());
        }
        reader.consume(end + usize::from(newline.is_some()));
        if newline.is_some() {
            return Ok(Some(kept));
        }
    }
}

#[test]
fn lines_end_at_line_feeds_and_long_ones_are_skipped() {
    let text = "one\r\n\nsome more than ten bytes\nten bytes.\nlast";
    for capacity in [1, 3, 100] {
        let mut reader = io::BufReader::with_capacity(capacity, text.as_bytes());
        let mut line = Vec::new();
        let mut found = Vec::new();
        while let Some(kept) = read_line(&mut reader, 10, &mut line).unwrap() {
            let text = match kept {
                Line::Whole => String::from_utf8(line.clone()).unwrap(),
                Line::TooLong => "(long)".into(),
            };
            found.push(text);
        }
        assert_eq!(found, ["one\r", "", "(long)", "ten bytes.", "last"]);
    }
}
