//! A Parquet file whose page headers are looked at before a page is read.
//!
//! The library reserves what a header asks for: 2 GiB for a page of 13 bytes, or a dictionary of 2^31 words.

use std::fs::File;
use std::io::{BufRead, BufReader};

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
        let mut reader = self.0.get_read(start)?;
        Page::parse(reader.fill_buf()?)?.check()?;
        Ok(reader)
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
    /// Reads the header's first fields: type, unpacked size, packed size, an optional checksum, then the
    /// header of a data page or dictionary, which starts with its number of values.
    fn parse(mut bytes: &[u8]) -> Result<Self> {
        let mut page = Self::default();
        let mut field = 0;
        loop {
            let header = byte(&mut bytes)?;
            let (step, kind) = (header >> 4, header & 0x0F);
            if header == 0 || step == 0 {
                return Err(unreadable());
            }
            field += step;
            match (field, kind) {
                (2, INTEGER) => page.unpacked = size(&mut bytes)?,
                (3, INTEGER) => page.packed = size(&mut bytes)?,
                (1 | 4, INTEGER) => drop(integer(&mut bytes)?),
                (5 | 6 | 8, STRUCT) => return Ok(page),
                (7, STRUCT) => {
                    if byte(&mut bytes)? != (1 << 4 | INTEGER) {
                        return Err(unreadable());
                    }
                    page.values = Some(size(&mut bytes)?);
                    return Ok(page);
                }
                _ => return Err(unreadable()),
            }
        }
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

/// Types of fields in Thrift's compact protocol.
const INTEGER: u8 = 5;
const STRUCT: u8 = 12;

fn byte(bytes: &mut &[u8]) -> Result<u8> {
    let (first, rest) = bytes.split_first().ok_or_else(unreadable)?;
    *bytes = rest;
    Ok(*first)
}

/// A 32-bit number of Thrift's compact protocol, in zigzag form: seven bits a byte, the lowest first.
fn integer(bytes: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in [0, 7, 14, 21, 28] {
        let part = byte(bytes)?;
        number |= u64::from(part & 0x7F) << shift;
        if part < 0x80 {
            return Ok(number);
        }
    }
    Err(unreadable())
}

/// A number that is not negative.
fn size(bytes: &mut &[u8]) -> Result<u64> {
    let number = integer(bytes)?;
    if number % 2 == 1 {
        return Err(unreadable());
    }
    Ok(number / 2)
}

fn unreadable() -> ParquetError {
    refused("a page header that cannot be read".into())
}

fn refused(problem: String) -> ParquetError {
    ParquetError::General(problem)
}

#[test]
fn headers_that_claim_too_much_are_refused() {
    let data = [0x15, 0, 0x15, 26, 0x15, 26, 0x2C, 0x15, 2];
    let page = Page::parse(&data).unwrap();
    assert_eq!((page.unpacked, page.packed, page.values), (13, 13, None));
    let dictionary = [0x15, 4, 0x15, 40, 0x15, 26, 0x15, 0x81, 1, 0x3C, 0x15, 10];
    let page = Page::parse(&dictionary).unwrap();
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
    for end in 0..data.len() - 2 {
        assert!(Page::parse(&data[..end]).is_err());
    }
}
