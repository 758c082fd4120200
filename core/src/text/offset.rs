//! Conversion between offsets in bytes, characters and UTF-16 units.

use serde::{Deserialize, Serialize};

/// The unit of an offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OffsetUnit {
    /// UTF-8 bytes (Rust).
    #[default]
    Byte,
    /// Unicode scalar values (Python).
    Char,
    /// UTF-16 code units (JavaScript).
    Utf16,
}

/// Number of bytes in a block. Counts are stored at the start of each block, so a conversion reads at most
/// one block.
const BLOCK: usize = 256;

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    chars: usize,
    utf16: usize,
}

impl Count {
    fn add(&mut self, byte: u8) {
        self.chars += usize::from(byte & 0xC0 != 0x80);
        // A lead byte of a four-byte sequence is one character, but two UTF-16 units.
        self.utf16 += usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0);
    }

    fn get(self, unit: OffsetUnit, bytes: usize) -> usize {
        match unit {
            OffsetUnit::Byte => bytes,
            OffsetUnit::Char => self.chars,
            OffsetUnit::Utf16 => self.utf16,
        }
    }
}

/// Converter between the offset units of one text.
///
/// Building reads the text once; each conversion then takes constant time ([`Self::get`]) or
/// logarithmic time ([`Self::byte`]), in any order. It holds 16 bytes per 256 bytes of text.
#[derive(Debug, Clone)]
pub struct Offsets<'a> {
    text: &'a str,
    /// Entry i: number of units in front of byte `i * BLOCK`.
    blocks: Vec<Count>,
}

impl<'a> Offsets<'a> {
    /// Reads a text.
    pub fn new(text: &'a str) -> Self {
        let mut count = Count::default();
        let mut blocks = Vec::with_capacity(text.len() / BLOCK + 1);
        for block in text.as_bytes().chunks(BLOCK) {
            blocks.push(count);
            for &byte in block {
                count.add(byte);
            }
        }
        Self { text, blocks }
    }

    /// Converts a byte offset to a unit; `None` if it lies outside the text or inside a character.
    pub fn get(&self, byte: usize, unit: OffsetUnit) -> Option<usize> {
        if !self.text.is_char_boundary(byte) {
            return None;
        }
        Some(self.count(byte).get(unit, byte))
    }

    /// Converts an offset to a byte offset; `None` if it lies outside the text or inside a character, such
    /// as between two surrogates.
    pub fn byte(&self, offset: usize, unit: OffsetUnit) -> Option<usize> {
        if unit == OffsetUnit::Byte {
            return self.text.is_char_boundary(offset).then_some(offset);
        }
        let block = self
            .blocks
            .partition_point(|count| count.get(unit, 0) <= offset);
        let first = block.saturating_sub(1) * BLOCK;
        let mut count = self
            .blocks
            .get(block.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        let mut at = first;
        for &byte in self.text.as_bytes().get(first..)? {
            // Continuation bytes count nothing, so the first byte that reaches the offset may lie inside
            // a character.
            if count.get(unit, 0) >= offset && self.text.is_char_boundary(at) {
                break;
            }
            count.add(byte);
            at += 1;
        }
        (count.get(unit, 0) == offset).then_some(at)
    }

    /// Length of the text in a unit.
    pub fn len(&self, unit: OffsetUnit) -> usize {
        self.count(self.text.len()).get(unit, self.text.len())
    }

    /// Whether the text has no character.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn count(&self, byte: usize) -> Count {
        // A text whose length is a multiple of the block has no block that starts at its end.
        let block = (byte / BLOCK).min(self.blocks.len().saturating_sub(1));
        let mut count = self.blocks.get(block).copied().unwrap_or_default();
        for &b in self
            .text
            .as_bytes()
            .get(block * BLOCK..byte)
            .unwrap_or_default()
        {
            count.add(b);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let offsets = Offsets::new(text);
        let (mut chars, mut utf16, mut at) = (0, 0, 0);
        for c in text.chars().map(Some).chain([None]) {
            for (unit, value) in [
                (OffsetUnit::Byte, at),
                (OffsetUnit::Char, chars),
                (OffsetUnit::Utf16, utf16),
            ] {
                assert_eq!(offsets.get(at, unit), Some(value), "{unit:?} at {at}");
                assert_eq!(offsets.byte(value, unit), Some(at), "{unit:?} {value}");
            }
            let Some(c) = c else { break };
            for inside in at + 1..at + c.len_utf8() {
                assert_eq!(offsets.get(inside, OffsetUnit::Char), None);
                assert_eq!(offsets.byte(inside, OffsetUnit::Byte), None);
            }
            if c.len_utf16() == 2 {
                assert_eq!(offsets.byte(utf16 + 1, OffsetUnit::Utf16), None);
            }
            (chars, utf16, at) = (chars + 1, utf16 + c.len_utf16(), at + c.len_utf8());
        }
        for unit in [OffsetUnit::Byte, OffsetUnit::Char, OffsetUnit::Utf16] {
            assert_eq!(offsets.get(offsets.len(OffsetUnit::Byte) + 1, unit), None);
            assert_eq!(offsets.byte(offsets.len(unit) + 1, unit), None);
        }
    }

    #[test]
    fn every_offset_of_mixed_text_converts_both_ways() {
        check("");
        check("plain");
        check("naïve 😀 語e\u{301}\0");
        for repeat in [255, 256, 257, 512, 700] {
            check(&"a".repeat(repeat));
        }
        for pad in 0..5 {
            check(&format!("{}{}", "a".repeat(pad), "é語😀".repeat(90)));
        }
    }

    #[test]
    fn units_are_lower_case_in_json() {
        assert_eq!(
            serde_json::to_string(&OffsetUnit::Utf16).unwrap(),
            "\"utf16\""
        );
    }
}
