//! A Parquet file whose page headers are looked at before a page is read.
//!
//! The library reserves what a header asks for: 2 GiB for a page of 13 bytes, or a dictionary of 2^31 words.

use std::fs::File;
use std::io::{self, BufReader, Read, Take};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use super::super::RECORD_LIMIT;

/// Largest page in bytes, unpacked. Writers measure pages after some thousand cells, so long texts give pages
/// of hundreds of megabytes.
const LARGEST: u64 = 1 << 30;

/// How far a page of more than [`RECORD_LIMIT`] bytes may be packed: gzip reaches 1,032 to 1.
const RATIO: u64 = 1032;

/// A Parquet file for [`SerializedPageReader`](parquet::file::serialized_reader::SerializedPageReader), which
/// calls [`ChunkReader::get_read`] for the header of every page.
pub struct Measured(pub File);

impl Length for Measured {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for Measured {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Page::parse(self.0.get_read(start)?)?.check()?;
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.saturating_add(length as u64) > self.len() {
            return Err(refused("a page reaches beyond the end of the file".into()));
        }
        self.0.get_bytes(start, length)
    }
}

/// The sizes in a page header.
#[derive(Debug, Default, PartialEq)]
struct Page {
    unpacked: u64,
    packed: u64,
    /// Number of values of a dictionary.
    values: Option<u64>,
}

impl Page {
    /// Reads a header: type, unpacked size, packed size, an optional checksum, then the header of a data page or of a
    /// dictionary, which starts with its number of values.
    ///
    /// A header holds no lists; the library would skip through one of 2^31 nothings, one by one.
    fn parse(bytes: impl Read) -> Result<Self> {
        let mut header = Header(bytes.take(LONGEST_HEADER));
        let mut page = Self::default();
        let mut field = 0;
        while let Some(kind) = header.field(&mut field)? {
            match (field, kind) {
                (2, INTEGER) => page.unpacked = header.size()?,
                (3, INTEGER) => page.packed = header.size()?,
                (7, STRUCT) => {
                    let mut field = 0;
                    while let Some(kind) = header.field(&mut field)? {
                        match (field, kind) {
                            (1, INTEGER) => page.values = Some(header.size()?),
                            _ => header.skip(kind, NESTED)?,
                        }
                    }
                }
                _ => header.skip(kind, NESTED)?,
            }
        }
        Ok(page)
    }

    fn check(&self) -> Result<()> {
        let Self {
            unpacked, packed, ..
        } = *self;
        let plausible = unpacked <= packed.saturating_mul(RATIO).max(RECORD_LIMIT as u64);
        if unpacked > LARGEST || !plausible {
            return Err(refused(format!(
                "a page of {packed} bytes that claims to hold {unpacked}"
            )));
        }
        // A text in a dictionary takes at least the four bytes of its length.
        match self.values {
            Some(values) if values > unpacked / 4 => Err(refused(format!(
                "a dictionary of {unpacked} bytes that claims to hold {values} texts"
            ))),
            _ => Ok(()),
        }
    }
}

/// Longest header in bytes: its statistics may hold two whole texts.
const LONGEST_HEADER: u64 = 3 * RECORD_LIMIT as u64;

/// How deep the structures of a header are nested: the page, its kind, its statistics.
const NESTED: usize = 4;

/// Types of fields in Thrift's compact protocol.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const SHORT: u8 = 4;
const INTEGER: u8 = 5;
const LONG: u8 = 6;
const BINARY: u8 = 8;
const STRUCT: u8 = 12;

/// A page header in Thrift's compact protocol.
struct Header<R>(Take<R>);

impl<R: Read> Header<R> {
    /// The type of the next field, whose number replaces that of the last one; `None` after the last field.
    fn field(&mut self, number: &mut u64) -> Result<Option<u8>> {
        let header = self.byte()?;
        match (header >> 4, header & 0x0F) {
            (_, 0) => Ok(None),
            (0, kind) => {
                *number = self.size()?;
                Ok(Some(kind))
            }
            (step, kind) => {
                *number += u64::from(step);
                Ok(Some(kind))
            }
        }
    }

    fn byte(&mut self) -> Result<u8> {
        let mut byte = [0];
        self.0.read_exact(&mut byte).map_err(|_| unreadable())?;
        Ok(byte[0])
    }

    /// An unsigned number: seven bits a byte, the lowest first.
    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let part = self.byte()?;
            number |= u64::from(part & 0x7F) << shift;
            if part < 0x80 {
                return Ok(number);
            }
        }
        Err(unreadable())
    }

    /// A signed number that is not negative; the lowest bit is the sign.
    fn size(&mut self) -> Result<u64> {
        match self.number()? {
            number if number % 2 == 0 => Ok(number / 2),
            _ => Err(unreadable()),
        }
    }

    /// Skips a field.
    fn skip(&mut self, kind: u8, nested: usize) -> Result<()> {
        match kind {
            TRUE | FALSE => Ok(()),
            BYTE => self.byte().map(drop),
            SHORT | INTEGER | LONG => self.number().map(drop),
            BINARY => {
                let length = self.number()?;
                let skipped = io::copy(&mut self.0.by_ref().take(length), &mut io::sink())?;
                (skipped == length).then_some(()).ok_or_else(unreadable)
            }
            STRUCT if nested > 0 => {
                let mut number = 0;
                while let Some(kind) = self.field(&mut number)? {
                    self.skip(kind, nested - 1)?;
                }
                Ok(())
            }
            _ => Err(unreadable()),
        }
    }
}

fn unreadable() -> ParquetError {
    refused("a page header that cannot be read".into())
}

fn refused(problem: String) -> ParquetError {
    ParquetError::General(problem)
}

#[test]
fn headers_that_claim_too_much_are_refused() {
    let data = [0x15, 0, 0x15, 26, 0x15, 26, 0x2C, 0x15, 2, 0, 0];
    let page = Page::parse(&data[..]).unwrap();
    assert_eq!((page.unpacked, page.packed, page.values), (13, 13, None));
    let dictionary = [
        0x15, 4, 0x15, 40, 0x15, 26, 0x15, 0x81, 1, 0x3C, 0x15, 10, 0, 0,
    ];
    let page = Page::parse(&dictionary[..]).unwrap();
    assert_eq!((page.unpacked, page.values), (20, Some(5)));
    page.check().unwrap();
    for (claims, refused) in [
        (
            Page {
                unpacked: 2 << 30,
                packed: 13,
                values: None,
            },
            "claims to hold 2147483648",
        ),
        (
            Page {
                unpacked: 17 << 20,
                packed: 13,
                values: None,
            },
            "13 bytes",
        ),
        (
            Page {
                unpacked: 2 << 30,
                packed: 2 << 30,
                values: None,
            },
            "claims",
        ),
        (
            Page {
                unpacked: 20,
                packed: 20,
                values: Some(6),
            },
            "6 texts",
        ),
    ] {
        assert!(
            claims.check().unwrap_err().to_string().contains(refused),
            "{claims:?}"
        );
    }
    Page {
        unpacked: 500 << 20,
        packed: 1 << 20,
        values: None,
    }
    .check()
    .unwrap();
    for end in 0..data.len() {
        assert!(Page::parse(&data[..end]).is_err());
    }
    // A list of 2^31 numbers, a text that is not there, structures without an end.
    let lists = [0x19, 0xF5, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
    let text = [0x18, 0xFF, 0xFF, 0x03, 1, 2, 3];
    for bad in [&lists[..], &text, &[0x1C; 100]] {
        assert!(Page::parse(bad).is_err(), "{bad:?}");
    }
}
