//! Reads a cache: first the whole file to verify its checksum, then single sentences.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use super::header::{Header, Identity};
use super::{END, ENTRY, MAGIC, Sentence};
use crate::corpus::pass::Size;
use crate::corpus::source::Source;
use crate::corpus::{CorpusError, Counts};

/// An open cache whose checksum has been verified.
pub struct Cache {
    path: PathBuf,
    file: Mutex<File>,
    header: Header,
    fingerprint: String,
    /// Byte offset of the index.
    index: u64,
}

impl Cache {
    /// Opens the cache at `path`; `None` if there is no such file.
    ///
    /// # Errors
    /// A message that says why the cache cannot be used: it is damaged, or its inputs have changed.
    pub fn open(
        path: &Path,
        identity: &Identity,
        sources: &[Source],
    ) -> Result<Option<Self>, String> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("it cannot be read: {e}")),
        };
        let damaged = |e: io::Error| format!("it is damaged: {e}");
        let (header, size) = check(&mut file).map_err(damaged)?;
        if let Some(objection) = header.objection(identity, sources) {
            return Err(objection);
        }
        let index = header.counts.sentences.checked_mul(ENTRY as u64);
        let index = index.and_then(|bytes| size.checked_sub(bytes));
        Ok(Some(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            fingerprint: header.fingerprint(),
            header,
            index: index.ok_or("it is damaged: the index is too short")?,
        }))
    }

    /// Number of sentences.
    pub fn len(&self) -> usize {
        self.header.counts.sentences as usize
    }

    /// Counts of the pass that made the cache.
    pub fn counts(&self) -> &Counts {
        &self.header.counts
    }

    /// A hash of the content, the settings and the tokenizer.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Calls `each` with the size of every sentence, in order.
    ///
    /// # Errors
    /// [`CorpusError::Cache`] if the index can no longer be read.
    pub fn sizes(&self, mut each: impl FnMut(Size)) -> Result<(), CorpusError> {
        let mut file = self.lock();
        let mut read = || -> io::Result<()> {
            file.seek(SeekFrom::Start(self.index))?;
            let mut index = BufReader::with_capacity(ENTRY << 12, &mut *file);
            for _ in 0..self.len() {
                let mut entry = [0; ENTRY];
                index.read_exact(&mut entry)?;
                each(parse(&entry).1);
            }
            Ok(())
        };
        read().map_err(|e| self.damaged(e.to_string()))
    }

    /// Reads a sentence by its number, counted from 0.
    ///
    /// # Errors
    /// [`CorpusError::Cache`] if the record can no longer be read.
    pub fn read(&self, sentence: usize) -> Result<Sentence, CorpusError> {
        let mut file = self.lock();
        let mut record = Vec::new();
        let mut read = || -> io::Result<Size> {
            let mut entry = [0; ENTRY];
            file.seek(SeekFrom::Start(self.index + (sentence * ENTRY) as u64))?;
            file.read_exact(&mut entry)?;
            let (start, size) = parse(&entry);
            record.resize(
                Sentence::bytes(size.words, size.pieces, self.header.wide),
                0,
            );
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut record)?;
            Ok(size)
        };
        let size = read().map_err(|e| self.damaged(e.to_string()))?;
        drop(file);
        Sentence::decode(&record, size.words, self.header.wide).ok_or_else(|| {
            self.damaged(format!(
                "the record of sentence {sentence} contradicts itself"
            ))
        })
    }

    fn damaged(&self, problem: String) -> CorpusError {
        CorpusError::Cache {
            path: self.path.clone(),
            problem,
        }
    }

    /// Ignores poisoning: every read begins with a seek, so a panic in another thread does no harm.
    fn lock(&self) -> std::sync::MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The byte offset of a record and its size, from an index entry.
fn parse(entry: &[u8; ENTRY]) -> (u64, Size) {
    let [start @ .., w0, w1, p0, p1] = *entry;
    let size = Size {
        words: u16::from_le_bytes([w0, w1]).into(),
        pieces: u16::from_le_bytes([p0, p1]).into(),
    };
    (u64::from_le_bytes(start), size)
}

/// Verifies the checksum of the whole file; returns the header and its byte offset.
fn check(file: &mut File) -> io::Result<(Header, u64)> {
    let wrong = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem);
    let size = file.metadata()?.len();
    if size < (MAGIC.len() + END) as u64 {
        return Err(wrong("it is too short"));
    }
    let mut hash = Xxh3::new();
    let mut part = vec![0; 1 << 20];
    let mut left = size - 8;
    let mut magic = false;
    while left > 0 {
        let most = left.min(part.len() as u64) as usize;
        let part = part.get_mut(..most).unwrap_or_default();
        file.read_exact(part)?;
        magic |= left == size - 8 && part.starts_with(MAGIC);
        hash.update(part);
        left -= most as u64;
    }
    let mut sum = [0; 8];
    file.read_exact(&mut sum)?;
    if !magic {
        return Err(wrong("it is no prepared corpus"));
    }
    if u64::from_le_bytes(sum) != hash.digest() {
        return Err(wrong("its checksum differs"));
    }
    let mut length = [0; 8];
    file.seek(SeekFrom::Start(size - END as u64))?;
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let start = (size - END as u64).checked_sub(length);
    let start = start.ok_or_else(|| wrong("its header is too long"))?;
    let mut header = vec![0; length as usize];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut header)?;
    // A header that another version wrote may not parse.
    let header =
        serde_json::from_slice(&header).map_err(|_| wrong("another version wrote its header"))?;
    Ok((header, start))
}
