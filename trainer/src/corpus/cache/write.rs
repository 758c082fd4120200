//! Writes a cache, sentence by sentence.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

use super::header::{Header, Identity, Stamp};
use super::{MAGIC, Sentence};
use crate::corpus::Counts;
use crate::corpus::pass::Size;

/// A cache that is being written.
pub struct Writer<'a> {
    out: BufWriter<Hashed<'a>>,
    /// A temporary file, since the index follows the records, whose number is not known yet.
    index: BufWriter<File>,
    /// Byte offset of the next record.
    at: u64,
    wide: bool,
}

/// A file with the checksum of the bytes written to it.
struct Hashed<'a> {
    file: &'a mut File,
    hash: Xxh3,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<'a> Writer<'a> {
    /// Begins a cache in `file`; `folder` holds the temporary file of the index.
    pub fn new(file: &'a mut File, folder: &Path, wide: bool) -> io::Result<Self> {
        let hash = Xxh3::new();
        let mut out = BufWriter::with_capacity(1 << 20, Hashed { file, hash });
        out.write_all(MAGIC)?;
        Ok(Self {
            out,
            index: BufWriter::new(tempfile::tempfile_in(folder)?),
            at: MAGIC.len() as u64,
            wide,
        })
    }

    /// Adds the record of a sentence.
    pub fn add(&mut self, record: &[u8], size: Size) -> io::Result<()> {
        debug_assert_eq!(
            record.len(),
            Sentence::bytes(size.words, size.pieces, self.wide)
        );
        self.out.write_all(record)?;
        self.index.write_all(&self.at.to_le_bytes())?;
        for count in [size.words, size.pieces] {
            let count = u16::try_from(count).map_err(io::Error::other)?;
            self.index.write_all(&count.to_le_bytes())?;
        }
        self.at += record.len() as u64;
        Ok(())
    }

    /// Writes the index, the header and the end of the file.
    pub fn finish(
        mut self,
        identity: &Identity,
        sources: Vec<Stamp>,
        counts: Counts,
    ) -> io::Result<()> {
        let mut index = self
            .index
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        index.seek(SeekFrom::Start(0))?;
        io::copy(&mut BufReader::new(index).by_ref(), &mut self.out)?;
        let header = Header {
            identity: identity.clone(),
            sources,
            counts,
            wide: self.wide,
        };
        let header = serde_json::to_vec(&header)?;
        self.out.write_all(&header)?;
        self.out.write_all(&(header.len() as u64).to_le_bytes())?;
        let hashed = self
            .out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        let sum = hashed.hash.digest();
        hashed.file.write_all(&sum.to_le_bytes())
    }
}
