//! The header of a cache: the inputs that it was made from, and whether they have changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spanlight_core::wordpiece::WordPiece;

use super::PREFIX;
use crate::corpus::source::Source;
use crate::corpus::{CorpusConfig, CorpusError, Counts};
use crate::output::shown;

/// Version of the file format and of the code that decides its content: cleaning, sentence
/// splitting and word splitting.
const FORMAT: u32 = 1;

/// The settings and the tokenizer of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    format: u32,
    settings: CorpusConfig,
    /// SHA-256 of the tokenizer.
    tokenizer: String,
}

/// The state of a source file when the cache was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    path: PathBuf,
    bytes: u64,
    /// Time of the last change in nanoseconds since 1970; `None` if the file system has none.
    modified: Option<u64>,
    sha256: String,
}

/// The JSON part of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub identity: Identity,
    pub sources: Vec<Stamp>,
    pub counts: Counts,
    /// Whether a word-piece takes four bytes instead of two.
    pub wide: bool,
}

impl Identity {
    /// The identity of a cache that is made with these settings and this tokenizer.
    pub fn new(config: &CorpusConfig, tokenizer: &WordPiece) -> Result<Self, CorpusError> {
        let tokenizer = tokenizer.to_json()?;
        Ok(Self {
            format: FORMAT,
            settings: config.clone(),
            tokenizer: format!("{:x}", Sha256::digest(tokenizer.as_bytes())),
        })
    }

    /// File name of the cache; different identities have different names.
    pub fn file_name(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let digest = format!("{:x}", Sha256::digest(json));
        format!("{PREFIX}{}.bin", digest.get(..16).unwrap_or_default())
    }
}

impl Header {
    /// The reason why a cache with this header cannot be used; `None` if it can.
    pub fn objection(&self, identity: &Identity, sources: &[Source]) -> Option<String> {
        if self.identity != *identity {
            return Some("it was made with other settings or by another version".into());
        }
        let paths = || self.sources.iter().map(|stamp| &stamp.path);
        if !paths().eq(sources.iter().map(|source| &source.path)) {
            return Some("the list of files in the corpus has changed".into());
        }
        let changed = self.sources.iter().find(|stamp| !stamp.holds())?;
        Some(format!("{} has changed", shown(&changed.path)))
    }

    /// A hash of the content, the settings and the tokenizer.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.identity.file_name());
        for stamp in &self.sources {
            hash.update(&stamp.sha256);
        }
        format!("{:x}", hash.finalize())
    }
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let (bytes, modified) = size_and_time(path)?;
        let mut hash = Sha256::new();
        io::copy(&mut File::open(path)?, &mut hash)?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            modified,
            sha256: format!("{:x}", hash.finalize()),
        })
    }

    /// Whether the file still has this content; reads the file only if its time has changed.
    fn holds(&self) -> bool {
        match size_and_time(&self.path) {
            Ok((bytes, _)) if bytes != self.bytes => false,
            Ok((_, modified)) if modified.is_some() && modified == self.modified => true,
            Ok(_) => Self::of(&self.path).is_ok_and(|now| now.sha256 == self.sha256),
            Err(_) => false,
        }
    }
}

/// Records the current state of all sources.
///
/// # Errors
/// [`CorpusError::Io`] for a file that cannot be read.
pub fn stamp(sources: &[Source]) -> Result<Vec<Stamp>, CorpusError> {
    sources
        .iter()
        .map(|source| Stamp::of(&source.path).map_err(|e| CorpusError::io(&source.path, e)))
        .collect()
}

fn size_and_time(path: &Path) -> io::Result<(u64, Option<u64>)> {
    let about = fs::metadata(path)?;
    let modified = about.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((about.len(), modified.map(|time| time.as_nanos() as u64)))
}
